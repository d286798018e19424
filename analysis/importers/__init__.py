"""Files of each format → rows ``doc_id, text, source, …`` plus a report of what was not kept.

Nothing disappears silently: every file or row that is dropped or repaired stands in the report.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.results import DiscourseError

REPORT = ("doc_id", "file", "problems", "kept", "reason")
TABLES = (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx")


class ColumnError(DiscourseError):
    """A column the user named is not there; says which there are."""


@dataclass(frozen=True)
class Imported:
    """What an importer found.

    Attributes
    ----------
    rows : DataFrame
        One kept document a row: ``doc_id, file, text`` and whatever metadata the files gave.
    report : DataFrame
        One row for every document named or found, kept or not: ``doc_id, file, problems, kept,
        reason``.
    """

    rows: pd.DataFrame
    report: pd.DataFrame


def read(
    path: str | Path,
    *,
    text: str | None = None,
    source: str | None = None,
    year: str | None = None,
    date: str | None = None,
    language: str | None = None,
    id: str | None = None,
) -> Imported:
    """Read a folder of texts or one table.

    Parameters
    ----------
    path : str or Path
        A folder with ``metadata.csv`` and texts (or with .txt files alone), or a CSV, TSV, JSONL,
        Parquet or XLSX file with a text column.
    text, source, year, date, language, id : str, optional
        Names of the columns of a table, or of metadata.csv, where they are not called so
        already.

    Returns
    -------
    Imported

    Raises
    ------
    ColumnError
        If a named column is missing.
    DiscourseError
        If there is no such path or the format is not known.
    """
    from analysis.importers import folder, table

    path = Path(path)
    if not path.exists():
        raise DiscourseError(f"corpus {str(path)!r} does not exist; give a folder or a table file")
    names = {"text": text, "source": source, "year": year, "date": date, "language": language}
    if path.is_dir():
        return folder.read(path, {**names, "doc_id": id})
    if path.suffix.lower() not in TABLES:
        raise DiscourseError(
            f"corpus {path.name!r} is not a format this suite reads; "
            f"give a folder with metadata.csv or one of {', '.join(TABLES)}"
        )
    return table.read(path, {**names, "doc_id": id})


def named(raw: pd.DataFrame, name: str, where: str) -> str:
    """Return `name` if the frame has such a column.

    Raises
    ------
    ColumnError
        Names the columns there are.
    """
    if name not in raw:
        choices = ", ".join(map(str, raw.columns))
        raise ColumnError(f"column {name!r} is not in {where}; choose from {choices}")
    return name


def decode(raw: bytes) -> tuple[str, list[str]]:
    """Decode the bytes of a text file; say what had to be repaired.

    Returns
    -------
    text : str
    problems : list of str
        Empty when the bytes are plain UTF-8.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return clean(raw.decode("utf-16", "replace"), ["read as UTF-16"])
    problems = ["byte-order mark"] if raw.startswith(b"\xef\xbb\xbf") else []
    try:
        return clean(raw.decode("utf-8-sig"), problems)
    except UnicodeDecodeError:
        return clean(raw.decode("cp1252", "replace"), [*problems, "not UTF-8: read as cp1252"])


def clean(text: str, problems: list[str]) -> tuple[str, list[str]]:
    """Replace what no text can hold (NUL, lone surrogates), one for one, and say so."""
    if "\0" in text:
        problems = [*problems, f"{text.count(chr(0))} NUL characters"]
        text = text.replace("\0", "\ufffd")
    if any("\ud800" <= c <= "\udfff" for c in text):
        problems = [*problems, "lone surrogates"]
        text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text, problems
