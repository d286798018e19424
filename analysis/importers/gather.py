"""Files that have been read → documents and report, in pieces of like size."""

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from analysis.importers import REPORT, Imported, archives, columns, delimited, formats, tabular
from analysis.importers.file_names import Pattern
from analysis.importers.formats import Unreadable
from analysis.importers.listing import Listed, shown

_ROWS = 2_000
Told = tuple[str, str, str, bool, str]  # a row of the report


def check_names(names: Mapping[str, str | None], pattern: Pattern | None) -> None:
    """Check that the columns the user names come from the pattern of file names."""
    for name in filter(None, names.values()):
        columns.named(("file", *(pattern.fields if pattern else ())), name, "the file names")


def batches(
    files: Iterable[tuple[Listed, bytes]],
    names: Mapping[str, str | None],
    pattern: Pattern | None,
) -> Iterator[Imported]:
    """Take documents out of files until there are enough for a piece; always at least one.

    Parameters
    ----------
    files : iterable of (Listed, bytes)
        With the bytes of those that could be read.
    names : mapping of str to str or None
        Part → field of the pattern that plays it.
    pattern : Pattern or None
        Of file names.
    """
    rows: list[dict[str, str]] = []
    report: list[Told] = []
    size, given = 0, False
    for one, raw in files:
        new, told = _documents(one, raw, names, pattern)
        rows += new
        report += told
        size += sum(len(r["text"]) for r in new)
        if size >= tabular.SIZE or len(report) >= _ROWS:
            yield imported(rows, report)
            rows, report, size, given = [], [], 0, True
    if report or not given:
        yield imported(rows, report)


def imported(rows: list[dict[str, str]], report: list[Told]) -> Imported:
    """Lay out rows and report as frames."""
    order = dict.fromkeys(("doc_id", "text", "file"))
    order |= dict.fromkeys(c for r in rows for c in r)
    frame = pd.DataFrame({c: pd.array([r.get(c, "") for r in rows], dtype="str") for c in order})
    return Imported(frame, pd.DataFrame(report, columns=list(REPORT)))


def left_out(one: Listed, reason: str = "") -> Told:
    """Return the row of the report of a file that is not read."""
    return one.doc_id, shown(one.file), "; ".join(one.problems), False, reason or one.reason


def _documents(
    one: Listed, raw: bytes, names: Mapping[str, str | None], pattern: Pattern | None
) -> tuple[list[dict[str, str]], list[Told]]:
    """Take the documents out of one file: their rows, and what the report says of each."""
    if one.reason:
        return [], [left_out(one)]
    file, problems = shown(one.file), list(one.problems)
    try:
        found = formats.documents(raw, file)
    except Unreadable as error:
        return [], [left_out(one, str(error))]
    said = pattern.match(archives.bare(file)) if pattern else {}
    if said is None:
        problems.append("its name is not like the pattern of file names")
        said = {}
    said |= {part: said[name] for part, name in names.items() if name in said}
    rows, report = [], []
    base = said.get("doc_id") or one.doc_id
    for number, document in enumerate(found, 1):
        doc_id = base if len(found) == 1 else f"{base}-{number}"
        told = "; ".join((*problems, *document.problems))
        reason = _fault(document.text)
        report.append((doc_id, file, told, not reason, reason))
        if not reason:
            row = {"doc_id": doc_id, "file": file, "text": document.text}
            rows.append(_filled(row, one.metadata, said, document.metadata))
    return rows, report


def _fault(text: str) -> str:
    if not any(map(str.isalnum, text)):
        return "the file holds no words"
    if len(text) > delimited.LONGEST:
        return (
            f"a text of {len(text):,} characters is longer than any document: "
            f"part it into texts of no more than {delimited.LONGEST:,}"
        )
    return ""


def _filled(row: dict[str, str], *known: Mapping[str, str]) -> dict[str, str]:
    """Fill what is still empty from what is known, the surest first."""
    for source in known:
        for name, value in source.items():
            if not row.get(name):
                row[name] = value
    return row
