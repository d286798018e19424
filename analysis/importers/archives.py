"""ZIP and tar archives, read as streams: nothing is unpacked, and no header is believed.

An archive is listed once and then read in its own order, a file at a time. What can be wrong with
a file of it (a name that leads out, a link, a password, damage) is said of that file; the others
are read. Archives within archives are not opened, so that nothing can unfold more than once.
"""

import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from analysis.importers.found import Unreadable

ARCHIVES = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst",
)  # fmt: skip
MOST_FILES = 500_000  # of an archive; no corpus that this suite is made for has more
# What an archive may unfold to. Texts shrink to a tenth, tables of like rows to a fiftieth; a bomb
# to a thousandth. The floor is there for small archives, whose excess costs nothing.
RATIO = 100
FLOOR = 100_000_000
LONGEST_NAME = 4_096  # characters; no system has longer paths
CHUNK = 2**16
_DRIVE = re.compile(r"[A-Za-z]:")


class TooMuch(Unreadable):
    """An archive that has unfolded to all that is read of it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes
    ----------
    number : int
        Its place in the archive.
    name : str
        As it is shown: composed of folders with "/".
    reason : str
        Why it cannot be read, "" if it can.
    """

    number: int
    name: str
    reason: str = ""


class Budget:
    """How many bytes an archive may still unfold to."""

    def __init__(self, path: Path) -> None:
        self.most = self.left = max(FLOOR, RATIO * path.stat().st_size)

    def take(self, n: int) -> None:
        """Count bytes that were unfolded.

        Raises
        ------
        TooMuch
            If they are more than there may be.
        """
        self.left -= n
        if self.left < 0:
            raise TooMuch(
                f"the archive unfolds to more than {self.most / 1e6:,.0f} MB (a bomb?); "
                "the rest of it is not read"
            )


@dataclass(frozen=True)
class Inside:
    """A file in an archive that opens as a path does, so that tables are read from either.

    Attributes
    ----------
    archive : Path
    number : int
        Of the member.
    name : str
        With that of the archive before it.
    """

    archive: Path
    number: int
    name: str

    @property
    def suffix(self) -> str:
        """The last part of the name from its dot on."""
        return PurePosixPath(self.name).suffix

    def open(self, mode: str = "rb") -> IO[bytes]:
        """Open it anew, from its beginning, for reading bytes in order."""
        found = contents(self.archive, {self.number})
        _, stream = next(found)
        return io.BufferedReader(Reader(stream.read, None, "", held=found), CHUNK)

    def read_bytes(self) -> bytes:
        """Read all of it."""
        from analysis.importers import formats

        with self.open() as stream:
            return whole(stream, formats.UNPACKED)


def is_archive(name: str) -> bool:
    """Tell whether a file is an archive, by its name."""
    return name.lower().endswith(ARCHIVES)


def bare(file: str) -> str:
    """Return the path of a file in an archive as if its archive were a folder: without ".zip"."""
    *folders, name = file.split("/")
    ends = sorted(ARCHIVES, key=len, reverse=True)
    cut = (next((f[: -len(e)] for e in ends if f.lower().endswith(e)), f) for f in folders)
    return "/".join((*cut, name))


def members(path: Path) -> tuple[list[Member], str]:
    """List an archive.

    Returns
    -------
    members : list of Member
        Files alone, in the order of the archive; of two with one name the last, which is the one
        that unpacking would leave, can be read.
    told : str
        Why there may be more in it than is listed, "" if there is not.

    Raises
    ------
    Unreadable
        If it cannot be listed.
    """
    from analysis.importers import tars, zips

    found, told = (zips if _zip(path) else tars).members(path)
    if told and not found:
        raise Unreadable(told)
    last = {member.name: member.number for member in found if not member.reason}
    again = "the archive holds another file of this name after it"
    return [
        m if m.reason or last[m.name] == m.number else Member(m.number, m.name, again)
        for m in found
    ], told


def contents(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, IO[bytes]]]:
    """Open files of an archive one after the other, in its order.

    Parameters
    ----------
    path : Path
    wanted : collection of int
        Their numbers.

    Yields
    ------
    number : int
    stream : binary file
        To be read, in order, before the next is asked for. Reading it raises Unreadable where the
        file is damaged, TooMuch where the archive has unfolded to all that is read of it.
    """
    from analysis.importers import tars, zips

    return (zips if _zip(path) else tars).contents(path, wanted)


def whole(stream: IO[bytes], most: int) -> bytes:
    """Read all of a stream.

    Raises
    ------
    Unreadable
        If it holds more than `most` bytes.
    """
    held, size = [], 0
    while piece := stream.read(CHUNK):
        size += len(piece)
        if size > most:
            raise Unreadable(f"the file unfolds to more than {most / 1e6:,.0f} MB")
        held.append(piece)
    return b"".join(held)


def named(number: int, name: str, reason: str = "") -> Member:
    """Name a member; one whose name leads anywhere but into the archive is not to be read."""
    plain = name.replace("\\", "/")
    parts = [p for p in plain.split("/") if p not in ("", ".")]
    if "\0" in name:
        reason = "its name holds a NUL character"
    elif len(name) > LONGEST_NAME:
        name, reason = name[:200] + "…", f"its name has more than {LONGEST_NAME:,} characters"
        return Member(number, name, reason)
    elif plain.startswith("/") or _DRIVE.match(plain) or ".." in parts:
        reason = "its name leads out of the archive"
    return Member(number, name if reason else "/".join(parts), reason)


class Reader(io.RawIOBase):
    """A stream whose faults are all Unreadable, and whose bytes are counted.

    Parameters
    ----------
    read : callable
        Given a number, returns as many bytes or fewer, none at the end.
    budget : Budget or None
    damaged : str
        What is said of it where reading fails.
    held : object
        What must not go before this does.
    """

    def __init__(
        self, read: Callable[[int], bytes], budget: Budget | None, damaged: str, held: object = None
    ) -> None:
        self._read, self._budget, self._damaged, self._held = read, budget, damaged, held

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, out: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read some bytes."""
        try:
            found = self._read(min(len(out), CHUNK))
        except Unreadable:
            raise
        except Exception as error:  # Each kind of compression fails in its own ways.
            raise Unreadable(self._damaged) from error
        if self._budget is not None:
            self._budget.take(len(found))
        out[: len(found)] = found
        return len(found)


def _zip(path: Path) -> bool:
    return path.name.lower().endswith(".zip")
