"""A folder of documents, with ``metadata.csv`` or without, or one file that holds documents."""

import os
import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from analysis.importers import Imported, columns, formats, gather, listing, packed
from analysis.importers.archives import ARCHIVES, is_archive
from analysis.importers.file_names import Pattern
from analysis.importers.formats import DOCUMENTS, Unreadable
from analysis.importers.listing import Listed, id_of, shown, silent
from analysis.results import DiscourseError

_OUTSIDE = "the file lies outside the corpus folder"


def batches(
    path: Path, names: Mapping[str, str | None], pattern: Pattern | None
) -> Iterator[Imported]:
    """Read the files that ``metadata.csv`` lists, or every document where there is none.

    `names` gives the column of ``metadata.csv`` that plays each part, None to look for it.
    Nothing outside the folder is read. Archives in it are folders.
    """
    if names.get("text"):
        raise columns.ColumnError("a folder's texts are its files; leave out --text")
    if (path / listing.NAME).is_file():
        listed = _listed(path, names)
    else:
        gather.check_names(names, pattern)
        listed = _found(path)
    return gather.batches(_read(path, listed, names), names, pattern)


def one_file(
    path: Path, names: Mapping[str, str | None], pattern: Pattern | None
) -> Iterator[Imported]:
    """Read one file of a document format, which may hold many documents.

    Raises
    ------
    DiscourseError
        If nothing of it can be used.
    """
    gather.check_names(names, pattern)
    alone = Listed(path.name, id_of(PurePosixPath(path.name).stem))
    for batch in gather.batches([_raw(path, alone)], names, pattern):
        if batch.rows.empty:
            reason = batch.report["reason"].iloc[0]
            raise DiscourseError(f"corpus {shown(path.name)!r} cannot be used: {reason}")
        yield batch


def _listed(path: Path, names: Mapping[str, str | None]) -> list[Listed]:
    """Return what ``metadata.csv`` lists, and the documents beside it that it does not list."""
    out, places = listing.listed(path / listing.NAME, names, lambda file: _place(path, file))
    seen = {Path(str(p)) for p in places if p is not None}
    named = {one.file for one in out}
    for folder in sorted({p.parent for p in seen} | {path.resolve()}):
        for file in sorted(folder.iterdir()):
            name = file.relative_to(path.resolve()).as_posix()
            other = name not in named and file.is_file() and file.resolve() not in seen
            if other and (beside := listing.unlisted(name)):
                out.append(beside)
    return out


def _found(path: Path) -> list[Listed]:
    """Return every file of a folder and of those below it, the documents among them to be read."""
    files = []
    for folder, below, inside in os.walk(path):
        links = [n for n in below if (Path(folder) / n).is_symlink()]
        below[:] = [n for n in below if not silent(n)]
        own = Path(folder).relative_to(path)
        files += [(own / n).as_posix() for n in (*inside, *links)]
    files = [f for f in files if not listing.hidden(f)]
    if not any(Path(f).suffix.lower() in DOCUMENTS or is_archive(f) for f in files):
        raise DiscourseError(
            f"folder {shown(path.name)!r} has neither {listing.NAME} nor a file of "
            f"{', '.join((*DOCUMENTS, *ARCHIVES))}; add one of them"
        )
    seen: set[Hashable | None] = set()

    def fault(file: str) -> str:
        real, reason = _place(path, file)
        if (path / file).is_dir():
            reason = "a link to a folder is not followed"
        elif not reason and real in seen:
            reason = "a link to a file that is read under its own name"
        seen.add(real)
        return reason

    files.sort()
    return listing.unnamed(files, [fault(f) for f in files])


def _place(folder: Path, file: str) -> tuple[Path | None, str]:
    """Return where a listed file is, or why it cannot be."""
    if not file:
        return None, "no file is named"
    root = folder.resolve()
    # Spreadsheets of other systems write other separators, and other forms of accented letters.
    composed, apart = unicodedata.normalize("NFC", file), unicodedata.normalize("NFD", file)
    spelt = (file, file.replace("\\", "/"), composed, apart)
    for name in dict.fromkeys(spelt):
        try:
            target = (root / name).resolve()
            if Path(name).is_absolute() or not target.is_relative_to(root):
                return None, _OUTSIDE
            if target.is_file():
                return target, ""
        except (OSError, ValueError, RuntimeError):  # A NUL in a name, or a link to itself.
            return None, "there can be no such file"
    return None, "there is no such file"


def _read(
    path: Path, listed: list[Listed], names: Mapping[str, str | None]
) -> Iterator[tuple[Listed, bytes]]:
    """Read files one after the other; those of an archive come in its place."""
    for one in listed:
        place, gone = (None, "") if one.reason else _place(path, one.file)
        if place is None:
            yield packed.failed(one, one.reason or gone), b""
        elif is_archive(place.name):
            yield from packed.within(place, one, names)
        else:
            yield _raw(place, one)


def _raw(place: Path, one: Listed) -> tuple[Listed, bytes]:
    try:
        return one, formats.read_bytes(place)
    except Unreadable as error:
        return packed.failed(one, str(error)), b""
    except OSError as error:
        told = error.strerror or type(error).__name__
        return packed.failed(one, f"the file cannot be read: {told}"), b""
