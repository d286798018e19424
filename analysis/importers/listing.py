"""Which files of a folder or an archive are read: those that ``metadata.csv`` lists, or all."""

import os
import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from analysis.importers import TABLES, columns, encoding, formats, tabular
from analysis.importers.archives import Inside, is_archive
from analysis.importers.delimited import Lines, header, records
from analysis.importers.formats import DOCUMENTS, Unreadable
from analysis.results import DiscourseError

NAME = "metadata.csv"
_PARTS = ("file", "doc_id", "title", "source", "year", "date", "language")
_SILENT = re.compile(r"\..*|~\$.*|__MACOSX|Thumbs\.db|desktop\.ini", re.IGNORECASE)
# What analysis.coding keeps beside a corpus.
_KEPT = re.compile(r"(?:.*/)?(?:[^/]+\.)?coding/(?:accuracy|validation)\.csv")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")

Place = Callable[[str], tuple[Hashable | None, str]]  # file → where it is, or why it cannot be read


@dataclass(frozen=True)
class Listed:
    """One file that is to be read: what is known of it, or why it is not read."""

    file: str
    doc_id: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    reason: str = ""


def silent(name: str) -> bool:
    """Tell the files that systems and programs put into folders, of which nobody needs to know."""
    return bool(_SILENT.fullmatch(name))


def hidden(file: str) -> bool:
    """Tell the files of a corpus that are none of its texts: silent ones, and what we keep."""
    parts = (part for part in re.split(r"[/\\]", file) if part not in (".", ".."))
    return any(map(silent, parts)) or bool(_KEPT.fullmatch(file))


def shown(name: str) -> str:
    """Return a file name that can be written anywhere; bytes that are no text become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def id_of(name: str) -> str:
    """Return a doc_id for a name: no line ends, no control characters, no marks of direction."""
    return _CONTROL.sub("_", shown(name)).strip()


def listed(
    listing: Path | Inside, names: Mapping[str, str | None], place: Place, before: str = ""
) -> tuple[list[Listed], list[Hashable | None]]:
    """Read ``metadata.csv``.

    Parameters
    ----------
    listing : Path or Inside
    names : mapping of str to str or None
        Part → its column, None to look for it.
    place : callable
    before : str
        What stands before the names of its files in the report.

    Returns
    -------
    files : list of Listed
    places : list
        Of each file, None where there is none.

    Raises
    ------
    DiscourseError
        If it cannot be used.
    """
    out: list[Listed] = []
    places: list[Hashable | None] = []
    seen: set[Hashable | None] = set()
    try:
        with listing.open("rb") as handle:
            formats.agree(handle.read(4096), ".csv")
        found = records(Lines(listing))
        head = header(found, NAME)
        chosen = columns.parts(head, names, NAME, wanted=_PARTS)
        if "file" not in chosen:
            raise DiscourseError(f"{NAME} has no column 'file'; add it, with paths to the texts")
        layout = columns.renamed(head, chosen)
        for number, record in enumerate(found, 1):
            cells, problem, reason = tabular.squared(record, head, None)
            cells = [encoding.clean(c)[0].strip() for c in cells] or [""] * len(head)
            row = dict(zip(head, cells, strict=True))
            known = {new: row[old] for new, old in layout}
            file = known.pop("file")
            doc_id = known.pop("doc_id", "") or id_of(PurePosixPath(file).stem) or f"row-{number}"
            real, away = place(file)
            reason = reason or away
            if not reason and real in seen:
                reason = f"the file is listed in {NAME} before"
            seen.add(real)
            places.append(real)
            told = (problem,) if problem else ()
            out.append(Listed(before + file, doc_id, known, told, reason))
    except Unreadable as error:
        raise DiscourseError(f"{NAME} cannot be read as csv: {error}") from error
    except OSError as error:
        raise DiscourseError(f"{NAME} cannot be read: {error.strerror}") from error
    return out, places


def unlisted(file: str) -> Listed | None:
    """Return a file that lies beside listed ones, if it is one that would have been read."""
    name = PurePosixPath(file)
    if silent(name.name) or not (name.suffix.lower() in DOCUMENTS or is_archive(name.name)):
        return None
    return Listed(file, id_of(name.stem), reason=f"not listed in {NAME}")


def unnamed(files: Sequence[str], faults: Sequence[str]) -> list[Listed]:
    """Choose among files that no ``metadata.csv`` lists, and name the documents.

    Parameters
    ----------
    files : sequence of str
    faults : sequence of str
        Why each of them cannot be read, "" if it can.
    """
    there = [PurePosixPath(f) for f, fault in zip(files, faults, strict=True) if not fault]
    documents = [f for f in there if f.suffix.lower() in DOCUMENTS]
    stems = Counter(d.stem for d in documents)
    trunks = Counter(str(d.with_suffix("")) for d in documents)
    out = []
    for file, reason in zip(files, faults, strict=True):
        name = PurePosixPath(file)
        suffix = name.suffix.lower()
        doc_id, problems = name.stem, list[str]()
        if reason or is_archive(file):
            pass
        elif suffix in TABLES:
            reason = "a table is a corpus of its own: give its path"
        elif suffix not in DOCUMENTS:
            reason = f"{suffix or 'no suffix'} is not a format this suite reads as a text"
        elif stems[name.stem] > 1:
            trunk = str(name.with_suffix(""))
            doc_id = trunk if trunks[trunk] == 1 else file
            problems = ["several files have this name: doc_id is its path"]
        out.append(Listed(file, id_of(doc_id), {}, tuple(problems), reason))
    return out
