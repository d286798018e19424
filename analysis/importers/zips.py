"""ZIP files: their members, and what is wrong with each; also those inside of DOCX, XLSX, EPUB."""

import io
import stat
import zipfile
from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from analysis.importers.archives import CHUNK, MOST_FILES, Budget, Member, Reader, named
from analysis.importers.found import Unreadable

# Bytes of the list of members, which the library holds in memory ten times over: half a million
# members with names of eighty characters.
DIRECTORY = 64_000_000
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UTF8, _ENCRYPTED, _MASKED = 0x800, 0x41, 0x2000  # bits of a member's flags
_UNIX = 3  # made on a system that has links
_HEADER = 30  # bytes before a member's name and its content
_DAMAGED = "the file is damaged in the archive"


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """Open a ZIP file.

    Raises
    ------
    Unreadable
        If it is none, is damaged, or lists more than this suite reads.
    """
    try:
        return zipfile.ZipFile(_Guarded(file))
    except Unreadable:
        raise
    except UnicodeDecodeError as error:
        raise Unreadable("the archive holds names that are not in UTF-8 as it says") from error
    except Exception as error:  # Offsets, versions and fields of all kinds may be wrong.
        raise Unreadable("the file is cut off or damaged") from error


class _Guarded:
    """A file of which no more is read at once than a list of members may have."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > DIRECTORY:
            raise Unreadable(f"the archive lists more than {MOST_FILES:,} files: part it")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def members(path: Path) -> tuple[list[Member], str]:
    """List a ZIP file; see :func:`analysis.importers.archives.members`."""
    with path.open("rb") as file, opened(file) as archive:
        infos = archive.infolist()
    shared = _overlapping(infos)
    listed = enumerate(infos[:MOST_FILES])
    found = [named(i, _name(info), fault(info, i in shared)) for i, info in listed
             if not info.filename.endswith("/")]  # fmt: skip
    more = len(infos) - MOST_FILES
    told = f"the archive lists {more:,} files more; {MOST_FILES:,} are read" if more > 0 else ""
    return found, told


def contents(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, IO[bytes]]]:
    """Open members; see :func:`analysis.importers.archives.contents`."""
    budget = Budget(path)
    with path.open("rb") as file, opened(file) as archive:
        infos = archive.infolist()
        for number in sorted(wanted):
            yield number, stream(archive, infos[number], budget)


def stream(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget | None = None
) -> IO[bytes]:
    """Open a member; whatever is wrong with it is said, as Unreadable, when it is read."""
    read: Callable[[int], bytes]
    try:
        read = archive.open(info).read
    except Exception:
        read = _broken
    return io.BufferedReader(Reader(read, budget, _DAMAGED), CHUNK)


def _broken(size: int) -> bytes:
    raise Unreadable(_DAMAGED)


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Return the members that reach into another's bytes: only a bomb has such."""
    order = sorted(range(len(infos)), key=lambda i: infos[i].header_offset)
    return {
        here
        for here, after in pairwise(order)
        if infos[here].header_offset + _HEADER + infos[here].compress_size
        > infos[after].header_offset
    }


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name: UTF-8 also where it is not declared, else as DOS wrote it."""
    name = info.orig_filename
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def fault(info: zipfile.ZipInfo, shared: bool = False) -> str:
    """Return why a member is not read, "" if it is; `shared` if its bytes are another's too."""
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    if info.flag_bits & (_ENCRYPTED | _MASKED):
        return "the file is encrypted: pack it without a password"
    if stat.S_ISLNK(mode):
        return "a link is not followed"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is no plain file"
    if shared:
        return "its bytes are those of another file too (a bomb?)"
    if info.compress_type not in _PLAIN:
        return "its compression is not read here: pack it with the usual one (deflate)"
    return ""


def repacked(raw: bytes, *, keep: Callable[[str], bool], most: int, most_parts: int) -> io.BytesIO:
    """Write a ZIP file anew, unfolded, so that no library can be made to unfold more of it.

    The libraries that read DOCX and XLSX unfold a member at once, however much it then holds.

    Parameters
    ----------
    raw : bytes
    keep : callable
        Tells by its name whether a part is needed; the others come out empty.
    most : int
        Bytes of all parts that are kept.
    most_parts : int

    Raises
    ------
    Unreadable
        If it is damaged, encrypted, or unfolds to more.
    """
    out, size = io.BytesIO(), 0
    with opened(io.BytesIO(raw)) as archive, zipfile.ZipFile(out, "w") as new:
        infos = archive.infolist()
        stated = sum(info.file_size for info in infos if keep(info.filename))
        if stated > most or len(infos) > most_parts:
            raise Unreadable(_over(stated, len(infos), most))
        for info in {info.filename: info for info in infos}.values():
            content = io.BytesIO()
            if keep(info.filename):
                if reason := fault(info):
                    raise Unreadable(reason)
                part = stream(archive, info)
                while piece := part.read(CHUNK):
                    size += len(piece)
                    if size > most:
                        raise Unreadable(_over(size, len(infos), most))
                    content.write(piece)
            new.writestr(zipfile.ZipInfo(info.filename), content.getbuffer())
    out.seek(0)
    return out


def _over(size: int, parts: int, most: int) -> str:
    return (
        f"the file would unfold to {size / 1e6:,.0f} MB in {parts:,} parts; "
        f"no more than {most / 1e6:,.0f} MB is read"
    )
