"""Places to write to: whole or not at all, one writer at a time, under names any system takes."""

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pandas as pd

from analysis.results import DiscourseError

_LONGEST = 80  # bytes of a file name; every file system takes as many, and an ending
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


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
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file beside `path` that takes its place when everything is written."""
    if path.is_dir():
        raise PlaceError(path, "is a folder; name a file to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open_new(temporary) as handle:
            yield handle
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder beside `path` that takes its place when everything is written."""
    if path.exists() and not path.is_dir():
        raise PlaceError(path, "is a file; name a new folder to write")
    if path.is_dir() and any(path.iterdir()):
        raise PlaceError(
            path, "is a folder that is not empty; name a new one, nothing is overwritten"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.absolute().with_name(f".{path.absolute().name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        if path.is_dir():
            path.rmdir()
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


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
    try:
        import fcntl
    except ImportError:  # Windows has no such locks.
        yield
        return
    file = folder / ".lock"
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            number = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            busy = f"is being written to by another run (process {number}); wait until it has ended"
            raise PlaceError(folder, busy) from None
        # Whoever held the lock before may have removed the file in between.
        if file.exists() and os.path.samestat(os.fstat(handle), file.stat()):
            break
        os.close(handle)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(handle)


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
