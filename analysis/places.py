"""Places to write to: whole or not at all, one writer at a time, under names any system takes.

All files of ours are written here: beside their place under a hidden name, ``.NAME.XXXXXXXX.tmp``,
and renamed when they are whole. A process that is killed therefore leaves what was there before or
what it was to write, and at most an unfinished file of such a name. Its writer holds the system's
lock on it, which ends with the process, so the next writer of that name can tell that nobody is at
work on it any more, and takes it away.

What a user asked for is on the disk before it gets its name: a power cut could leave an empty
file otherwise. What can be made again (``durable=False``) is not waited for: a power cut may cut
it off, which its readers must notice.
"""

import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pandas as pd

from analysis import disk
from analysis.results import DiscourseError

STALE = 86_400
"""Seconds after which nobody works on an unfinished file any more, where there are no locks."""
_LONGEST = 80  # bytes of a file name; every file system takes as many, and an ending
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_UNFINISHED = re.compile(r"\.(.*)\.[0-9a-f]{8}\.tmp", re.DOTALL)


class PlaceError(DiscourseError):
    """A place that cannot be written to: full, read-only, taken."""

    def __init__(self, place: object, why: OSError | str) -> None:
        if isinstance(why, OSError):
            reason = why.strerror or type(why).__name__
            why = f"cannot be written: {reason}; choose another place"
        super().__init__(f"{place} {why}")


def open_new(file: Path) -> IO[bytes]:
    """Open a file to write; tests put a full disk in its place."""
    return file.open("wb")


@contextmanager
def new_file(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Give a file that takes its place, `path`, when everything is written.

    Parameters
    ----------
    path : Path
    durable : bool
        Wait till it is on the disk; for everything that cannot be made again.
    """
    with _beside(path, Path.touch) as temporary:
        with open_new(temporary) as handle:
            yield handle
        if durable:
            disk.settle(temporary)
        os.replace(temporary, path)


def write(contents: Mapping[Path, bytes]) -> None:
    """Write files that belong together, or one: all are on the disk before the first is renamed.

    They are renamed in the order given. Only in between can a process be killed so that some are
    new and others are not.

    Raises
    ------
    PlaceError
        Naming the file that cannot be written; then all are as they were.
    """
    made = []
    with ExitStack() as stack:
        for path, content in contents.items():
            with _named(path):
                temporary = stack.enter_context(_beside(path, Path.touch))
                with open_new(temporary) as handle:
                    handle.write(content)
                disk.settle(temporary)
                made.append((temporary, path))
        for temporary, path in made:
            with _named(path):
                os.replace(temporary, path)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PlaceError(path, error) from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder beside `path` that takes its place when everything is written."""
    path = path.absolute()
    if path.exists() and not path.is_dir():
        raise PlaceError(path, "is a file; name a new folder to write")
    if path.is_dir() and any(path.iterdir()):
        raise PlaceError(
            path, "is a folder that is not empty; name a new one, nothing is overwritten"
        )
    with _beside(path, Path.mkdir) as temporary:
        yield temporary
        disk.settle(temporary)
        with suppress(FileNotFoundError):
            path.rmdir()
        temporary.rename(path)


@contextmanager
def anew(path: Path) -> Iterator[Path]:
    """Give a folder beside `path`, one of ours, that takes its place whatever is there.

    For what can be made again: a power cut may leave files of it that are cut off.
    """
    with _beside(path, Path.mkdir) as temporary:
        yield temporary
        put(temporary, path)


def put(new: Path, path: Path) -> None:
    """Put a folder in the place of another, if there is one, which is removed.

    On Linux the two change places at one stroke. Elsewhere nothing is there for a moment; the
    older one is then beside it, and the next call puts it back first.
    """
    before = path.with_name(f".{path.name}.before")
    if before.exists() and not path.exists():
        before.rename(path)
    shutil.rmtree(before, ignore_errors=True)
    if not path.exists():
        new.rename(path)
    elif disk.exchange(new, path):
        shutil.rmtree(new, ignore_errors=True)
    else:
        path.rename(before)
        new.rename(path)
        shutil.rmtree(before, ignore_errors=True)


def sweep(folder: Path, name: str | None = None) -> None:
    """Take away what writers left unfinished that are at work no more.

    Parameters
    ----------
    folder : Path
    name : str, optional
        Only what was to be called so: for folders that others write to as well.
    """
    with suppress(OSError):  # No such folder, or one that may not be listed.
        for left in folder.iterdir():
            found = _UNFINISHED.fullmatch(left.name)
            if found and name in (None, found[1]):
                with suppress(OSError):  # Somebody is at work on it, or takes it away just now.
                    _sweep(left)


def _sweep(left: Path) -> None:
    held = disk.hold(left)
    try:
        if held is not None or time.time() - left.stat().st_mtime > STALE:
            _remove(left)
    finally:
        disk.release(held)


@contextmanager
def _beside(path: Path, make: Callable[[Path], None]) -> Iterator[Path]:
    """Make a file or folder beside `path` and hold it; it goes if what follows fails."""
    if path.is_dir() and make is not Path.mkdir:
        raise PlaceError(path, "is a folder; name a file to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.name[:50]  # A name may have 255 bytes, what is added to it among them.
    sweep(path.parent, name)
    while True:
        temporary = path.with_name(f".{name}.{secrets.token_hex(4)}.tmp")
        make(temporary)
        try:
            held = disk.hold(temporary)
            break
        except (disk.Replaced, BlockingIOError, FileNotFoundError):
            continue  # Another process took it for abandoned before it was held.
    try:
        yield temporary
    except BaseException:
        _remove(temporary)
        raise
    finally:
        disk.release(held)


def _remove(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one of several processes that works in a folder.

    The file ``.lock`` holds the number of the process. What counts is the system's lock on it,
    which ends with the process however that ends, so a file left behind stands in nobody's way.

    Raises
    ------
    PlaceError
        If another process is at work there.
    """
    file = folder / ".lock"
    while True:
        try:
            held = disk.hold(file, os.O_RDWR | os.O_CREAT)
            break
        except disk.Replaced:  # Whoever held it before removed it in between.
            continue
        except BlockingIOError:
            number = _number(file)
            busy = f"is being written to by another run (process {number}); wait until it has ended"
            raise PlaceError(folder, busy) from None
    try:
        if held is not None:
            os.ftruncate(held, 0)
            os.write(held, str(os.getpid()).encode())
        yield
    finally:
        try:
            file.unlink(missing_ok=True)
        finally:
            disk.release(held)


def _number(file: Path) -> str:
    with suppress(OSError):
        return file.read_bytes()[:20].decode("ascii", "replace").strip() or "unknown"
    return "unknown"


def file_names(doc_ids: list[str]) -> list[str]:
    """Give every document a name that any file system takes, without an ending.

    Letters, digits, ``.``, ``-`` and ``_`` stay, at most 80 characters and bytes; names that differ
    in their capitals or their normal form only, or not at all, get a number.

    Returns
    -------
    list of str
        As long as `doc_ids`, all different.
    """
    taken: set[str] = set()
    out = []
    for doc_id in doc_ids:
        plain = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", doc_id)).strip(".-_ ")
        stem = plain.encode()[:_LONGEST].decode("utf-8", "ignore").rstrip(".-_ ") or "document"
        stem = f"_{stem}" if _RESERVED.fullmatch(stem) else stem
        name, number = stem, 1
        while unicodedata.normalize("NFD", name).casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(unicodedata.normalize("NFD", name).casefold())
        out.append(name)
    return out


def missing(value: Any) -> bool:
    """Tell whether a cell of the metadata holds nothing: None, NA, NaT or NaN."""
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and value != value)
    )
