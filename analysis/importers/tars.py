"""Tar files, plain or compressed as a whole: read from one end to the other, never backwards.

The headers are taken apart by the standard library; the walk from one to the next is written out,
since the library's seeks back, recurses and holds headers of any size on hostile files.
"""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from analysis.importers.archives import CHUNK, MOST_FILES, Budget, Member, Reader, named
from analysis.importers.found import Unreadable

_BLOCK = 512
_LONGEST_HEADER = 2**20  # bytes of what a pax header says of a file; a path has four thousand
_LITTLE = 2**13  # bytes
_MEMORY = 2**28  # bytes that unfolding xz may take; its best setting takes a quarter of it
_DAMAGED = "the archive is cut off or damaged"
_REST = f"{_DAMAGED}: what follows is lost"
_WITHOUT = (  # kinds of members that no content follows, whatever their size
    tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE,
    tarfile.FIFOTYPE,
)  # fmt: skip
_SPARSE = "a file with holes is not read: pack it without --sparse"


def members(path: Path) -> tuple[list[Member], str]:
    """List a tar file; see :func:`analysis.importers.archives.members`."""
    found: list[Member] = []
    try:
        with closing(_walk(path)) as walk:
            for member, _ in walk:
                if len(found) == MOST_FILES:
                    return found, f"the archive lists more files; {MOST_FILES:,} are read"
                found.append(member)
    except Unreadable as error:
        return found, str(error)
    return found, ""


def contents(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, IO[bytes]]]:
    """Open members; see :func:`analysis.importers.archives.contents`."""
    left = set(wanted)
    with closing(_walk(path)) as walk:
        for member, part in walk:
            if member.number in left:
                left.discard(member.number)
                yield member.number, io.BufferedReader(Reader(part.read, None, _DAMAGED), CHUNK)
            if not left:
                return


def _walk(path: Path) -> Generator[tuple[Member, "_Part"], None, None]:
    """Yield the files of an archive; what is not read of one before the next is passed over.

    Raises
    ------
    Unreadable
        Where the archive is damaged, or has unfolded to all that is read of it.
    """
    with path.open("rb") as file:
        stream = io.BufferedReader(Reader(_unpacked(file), Budget(path), _REST), CHUNK)
        number, said = 0, dict[str, str]()
        while block := _next(stream):
            info = _info(block)
            if info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                said |= _pax(_header(stream, info))
                continue
            if info.type == tarfile.GNUTYPE_LONGNAME:
                raw = _header(stream, info).split(b"\0")[0]
                said["path"] = raw.decode("utf-8", "surrogateescape")
                continue
            if info.type in (tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE):
                _header(stream, info)
                continue
            reason = _reason(info.type) or (_SPARSE if "GNU.sparse" in said else "")
            if info.type == tarfile.GNUTYPE_SPARSE:
                _pass_map(stream, block)
            held = info.type not in _WITHOUT
            size = _number(said["size"]) if "size" in said else info.size
            part = _Part(stream, size if held else 0)
            if info.type != tarfile.DIRTYPE:
                yield named(number, _name(said.get("path", info.name)), reason), part
                number += 1
            part.finish()
            said = {}
        while stream.read(CHUNK):  # To the end, where the checksum of all of it stands.
            pass


def _unpacked(file: IO[bytes]) -> Callable[[int], bytes]:
    """Return what reads a file, whose beginning says how it is compressed, a little at a time.

    So much as there is of a file that is cut off comes out before the fault is found.
    """
    begin = file.read(6)
    file.seek(0)
    if begin.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file).read1
    if begin.startswith(b"BZh"):
        return bz2.BZ2File(file).read1
    if begin == b"\xfd7zXZ\0":
        return _Xz(file).read
    if begin.startswith(b"\x28\xb5\x2f\xfd"):
        import pyarrow as pa

        stream: Any = pa.CompressedInputStream(file, "zstd")
        return lambda size: bytes(stream.read(min(size, _LITTLE)))
    return file.read


class _Xz:
    """An xz file; unlike the library's, it says no to one that asks for gigabytes of memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._one = file, self._begun()

    @staticmethod
    def _begun() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)

    def read(self, size: int) -> bytes:
        while True:
            given = b""
            if self._one.eof:  # Another may follow, after zeros.
                given = self._one.unused_data.lstrip(b"\0") or self._file.read(CHUNK).lstrip(b"\0")
                if not given:
                    return b""
                self._one = self._begun()
            elif self._one.needs_input:
                given = self._file.read(CHUNK)
                if not given:
                    raise EOFError
            if found := self._one.decompress(given, size):
                return found


class _Part:
    """The bytes of one file in the stream of all."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left, self._padding = stream, size, -size % _BLOCK

    def read(self, size: int = CHUNK) -> bytes:
        """Read some bytes, none at the end."""
        found = self._stream.read(min(size, self._left, CHUNK))
        if self._left and not found:
            raise Unreadable("the archive is cut off within it")
        self._left -= len(found)
        return found

    def finish(self) -> None:
        """Pass over what was not read, and to the end of the last block."""
        while self._left:
            self.read()
        self._stream.read(self._padding)


def _next(stream: IO[bytes]) -> bytes:
    """Return the next header, b"" at the end: a block of zeros, or no more blocks."""
    block = stream.read(_BLOCK)
    if block and len(block) < _BLOCK:
        raise Unreadable(_REST)
    return block.rstrip(b"\0") and block


def _info(block: bytes) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError) as error:
        raise Unreadable(_REST) from error
    if info.size < 0:
        raise Unreadable(_REST)
    return info


def _header(stream: IO[bytes], info: tarfile.TarInfo) -> bytes:
    """Return the content of a header that speaks of the next file."""
    if info.size > _LONGEST_HEADER:
        raise Unreadable(_REST)
    part = _Part(stream, info.size)
    held = []
    while piece := part.read():
        held.append(piece)
    part.finish()
    return b"".join(held)


def _pax(raw: bytes) -> dict[str, str]:
    """Read the records ``length key=value`` that matter here."""
    said: dict[str, str] = {}
    at, end = 0, len(raw.rstrip(b"\0"))
    while at < end:
        space = raw.find(b" ", at, at + 12)
        length = _number(raw[at:space].decode("ascii", "replace")) if space > at else 0
        # A record is longer than its own length, so that the walk always goes on.
        if not space - at + 1 < length <= len(raw) - at or space < 0:
            raise Unreadable(_REST)
        key, _, value = raw[space + 1 : at + length - 1].partition(b"=")
        if key in (b"path", b"size"):
            said[key.decode()] = value.decode("utf-8", "surrogateescape")
        elif key.startswith(b"GNU.sparse."):
            said["GNU.sparse"] = "yes"
        at += length
    return said


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        raise Unreadable(_REST)
    return int(digits)


def _pass_map(stream: IO[bytes], block: bytes) -> None:
    """Pass over the blocks that say where the holes of a file are."""
    more = block[482]
    while more:
        block = stream.read(_BLOCK)
        if len(block) < _BLOCK:
            raise Unreadable(_REST)
        more = block[504]


def _name(name: str) -> str:
    """Return a name; its bytes are UTF-8, or else what Western systems wrote before."""
    try:
        name.encode()
        return name
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _reason(kind: bytes) -> str:
    if kind in (tarfile.LNKTYPE, tarfile.SYMTYPE):
        return "a link is not followed"
    if kind == tarfile.GNUTYPE_SPARSE:
        return _SPARSE
    if kind not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.DIRTYPE):
        return "it is no plain file"
    return ""
