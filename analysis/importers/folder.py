"""A folder of documents, with ``metadata.csv`` or without, or one file that holds documents."""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pandas as pd

from analysis.importers import REPORT, TABLES, Imported, columns, encoding, formats, tabular
from analysis.importers.delimited import Lines, header, records
from analysis.importers.file_names import Pattern
from analysis.importers.formats import DOCUMENTS, Unreadable
from analysis.results import DiscourseError

_PARTS = ("file", "doc_id", "title", "source", "year", "date", "language")
_SILENT = re.compile(r"\..*|~\$.*|__MACOSX|Thumbs\.db|desktop\.ini", re.IGNORECASE)
# What analysis.coding keeps beside a corpus.
_KEPT = re.compile(r"(?:.*/)?(?:[^/]+\.)?coding/(?:accuracy|validation)\.csv")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_ROWS = 2_000
_OUTSIDE = "the file lies outside the corpus folder"


@dataclass(frozen=True)
class Listed:
    """One file that is to be read: where it is, what is known of it, or why it is not read."""

    file: str
    doc_id: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    reason: str = ""


def batches(
    path: Path, names: Mapping[str, str | None], pattern: Pattern | None
) -> Iterator[Imported]:
    """Read the files that ``metadata.csv`` lists, or every document where there is none.

    `names` gives the column of ``metadata.csv`` that plays each part, None to look for it.
    Nothing outside the folder is read.
    """
    if names.get("text"):
        raise columns.ColumnError("a folder's texts are its files; leave out --text")
    listing = path / "metadata.csv"
    if listing.is_file():
        listed = _listed(path, listing, names)
    else:
        _check_names(names, pattern)
        listed = _found(path)
    return _read(path, listed, names, pattern)


def one_file(
    path: Path, names: Mapping[str, str | None], pattern: Pattern | None
) -> Iterator[Imported]:
    """Read one file of a document format, which may hold many documents.

    Raises
    ------
    DiscourseError
        If nothing of it can be used.
    """
    _check_names(names, pattern)
    alone = [Listed(path.name, _id(PurePosixPath(path.name).stem))]
    for batch in _read(path.parent, alone, names, pattern, anywhere=True):
        if batch.rows.empty:
            reason = batch.report["reason"].iloc[0]
            raise DiscourseError(f"corpus {_shown(path.name)!r} cannot be used: {reason}")
        yield batch


def _check_names(names: Mapping[str, str | None], pattern: Pattern | None) -> None:
    """Check that the columns the user names come from the pattern of file names."""
    for name in filter(None, names.values()):
        columns.named(("file", *(pattern.fields if pattern else ())), name, "the file names")


def _listed(path: Path, listing: Path, names: Mapping[str, str | None]) -> list[Listed]:
    """Return what ``metadata.csv`` lists, and the documents beside it that it does not list."""
    lines = Lines(listing)
    try:
        with listing.open("rb") as handle:
            formats.agree(handle.read(4096), ".csv")
        found = records(lines)
        head = header(found, listing.name)
        chosen = columns.parts(head, names, "metadata.csv", wanted=_PARTS)
        if "file" not in chosen:
            raise DiscourseError(
                "metadata.csv has no column 'file'; add it, with paths to the texts"
            )
        layout = columns.renamed(head, chosen)
        out, seen = [], set()
        for number, record in enumerate(found, 1):
            cells, problem, reason = tabular.squared(record, head, None)
            cells = [encoding.clean(c)[0].strip() for c in cells] or [""] * len(head)
            row = dict(zip(head, cells, strict=True))
            known = {new: row[old] for new, old in layout}
            file = known.pop("file")
            doc_id = known.pop("doc_id", "") or _id(PurePosixPath(file).stem) or f"row-{number}"
            real, away = _place(path, file)
            reason = reason or away
            if not reason and real in seen:
                reason = "the file is listed in metadata.csv before"
            seen.add(real)
            out.append(Listed(file, doc_id, known, (problem,) if problem else (), reason))
    except Unreadable as error:
        raise DiscourseError(f"metadata.csv cannot be read as csv: {error}") from error
    except OSError as error:
        raise DiscourseError(f"metadata.csv cannot be read: {error.strerror}") from error
    return out + _unlisted(path, seen, {one.file for one in out})


def _unlisted(path: Path, seen: set[Path | None], named: set[str]) -> list[Listed]:
    """Return the documents that lie beside listed ones (or metadata.csv), which nobody reads."""
    out = []
    for folder in sorted({p.parent for p in seen if p is not None} | {path.resolve()}):
        for file in sorted(folder.iterdir()):
            document = file.suffix.lower() in DOCUMENTS and not _SILENT.fullmatch(file.name)
            name = file.relative_to(path.resolve()).as_posix()
            other = name not in named and file.is_file() and file.resolve() not in seen
            if document and other:
                out.append(Listed(name, _id(file.stem), reason="not listed in metadata.csv"))
    return out


def _found(path: Path) -> list[Listed]:
    """Return every file of a folder and of those below it, the documents among them to be read."""
    files = []
    for folder, below, inside in os.walk(path):
        links = [n for n in below if (Path(folder) / n).is_symlink()]
        below[:] = [n for n in below if not _SILENT.fullmatch(n)]
        own = Path(folder).relative_to(path)
        files += [(own / n).as_posix() for n in (*inside, *links) if not _SILENT.fullmatch(n)]
    files = [f for f in files if not _KEPT.fullmatch(f)]
    documents = [f for f in sorted(files) if Path(f).suffix.lower() in DOCUMENTS]
    if not documents:
        raise DiscourseError(
            f"folder {_shown(path.name)!r} has neither metadata.csv nor a file of "
            f"{', '.join(DOCUMENTS)}; add one of them"
        )
    stems = Counter(PurePosixPath(f).stem for f in documents)
    trunks = Counter(str(PurePosixPath(f).with_suffix("")) for f in documents)
    out, seen = [], set()
    for file in sorted(files):
        name = PurePosixPath(file)
        suffix = name.suffix.lower()
        real, reason = _place(path, file)
        doc_id, problems = name.stem, list[str]()
        if (path / file).is_dir():
            reason = "a link to a folder is not followed"
        elif suffix in TABLES:
            reason = "a table is a corpus of its own: give its path"
        elif suffix not in DOCUMENTS:
            reason = f"{suffix or 'no suffix'} is not a format this suite reads as a text"
        elif not reason and real in seen:
            reason = "a link to a file that is read under its own name"
        elif stems[name.stem] > 1:
            trunk = str(name.with_suffix(""))
            doc_id = trunk if trunks[trunk] == 1 else file
            problems = ["several files have this name: doc_id is its path"]
        seen.add(real)
        out.append(Listed(file, _id(doc_id), {}, tuple(problems), reason))
    return out


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
    path: Path,
    listed: list[Listed],
    names: Mapping[str, str | None],
    pattern: Pattern | None,
    *,
    anywhere: bool = False,
) -> Iterator[Imported]:
    rows: list[dict[str, str]] = []
    report: list[tuple[str, str, str, bool, str]] = []
    size, given = 0, False
    for one in listed:
        new, told = _documents(path, one, names, pattern, anywhere)
        rows += new
        report += told
        size += sum(len(r["text"]) for r in new)
        if size >= tabular.SIZE or len(report) >= _ROWS:
            yield _imported(rows, report)
            rows, report, size, given = [], [], 0, True
    if report or not given:
        yield _imported(rows, report)


def _imported(
    rows: list[dict[str, str]], report: list[tuple[str, str, str, bool, str]]
) -> Imported:
    order = dict.fromkeys(("doc_id", "text", "file"))
    order |= dict.fromkeys(c for r in rows for c in r)
    frame = pd.DataFrame({c: pd.array([r.get(c, "") for r in rows], dtype="str") for c in order})
    return Imported(frame, pd.DataFrame(report, columns=list(REPORT)))


def _documents(
    path: Path,
    one: Listed,
    names: Mapping[str, str | None],
    pattern: Pattern | None,
    anywhere: bool,
) -> tuple[list[dict[str, str]], list[tuple[str, str, str, bool, str]]]:
    """Read one file: rows of its documents, and what the report says of each."""
    file, problems = _shown(one.file), list(one.problems)
    if one.reason:
        return [], [(one.doc_id, file, "; ".join(problems), False, one.reason)]
    place = path / one.file if anywhere else _place(path, one.file)[0]
    try:
        if place is None:
            raise Unreadable("there is no such file")
        found = formats.documents(formats.read_bytes(place), place.name)
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror or type(error).__name__}"
        return [], [(one.doc_id, file, "; ".join(problems), False, reason)]
    except Unreadable as error:
        return [], [(one.doc_id, file, "; ".join(problems), False, str(error))]
    said = pattern.match(file) if pattern else {}
    if said is None:
        problems.append("its name is not like the pattern of file names")
        said = {}
    said |= {part: said[name] for part, name in names.items() if name in said}
    rows, report = [], []
    base = said.get("doc_id") or one.doc_id
    for number, document in enumerate(found, 1):
        doc_id = base if len(found) == 1 else f"{base}-{number}"
        told = "; ".join((*problems, *document.problems))
        worded = any(map(str.isalnum, document.text))
        reason = "" if worded else "the file holds no words"
        report.append((doc_id, file, told, worded, reason))
        if worded:
            row = {"doc_id": doc_id, "file": file, "text": document.text}
            rows.append(_filled(row, one.metadata, said, document.metadata))
    return rows, report


def _filled(row: dict[str, str], *known: Mapping[str, str]) -> dict[str, str]:
    """Fill what is still empty from what is known, the surest first."""
    for source in known:
        for name, value in source.items():
            if not row.get(name):
                row[name] = value
    return row


def _shown(name: str) -> str:
    """Return a file name that can be written anywhere; bytes that are no text become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def _id(name: str) -> str:
    """Return a doc_id for a name: no line ends, no control characters, no marks of direction."""
    return _CONTROL.sub("_", _shown(name)).strip()
