"""Files of each format → rows ``doc_id, text, source, …`` plus a report of what was not kept.

Nothing disappears silently: every file or row that is dropped or repaired stands in the report.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import metadata
from analysis.importers.archives import ARCHIVES, is_archive
from analysis.importers.columns import ColumnError
from analysis.importers.encoding import clean, decode
from analysis.importers.formats import DOCUMENTS
from analysis.results import DiscourseError

__all__ = [
    "ARCHIVES", "DOCUMENTS", "REPORT", "TABLES", "ColumnError", "Imported", "batches", "clean",
    "decode", "read",
]  # fmt: skip
REPORT = ("doc_id", "file", "problems", "kept", "reason")
TABLES = (".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx")


@dataclass(frozen=True)
class Imported:
    """What an importer found.

    Attributes
    ----------
    rows : DataFrame
        One kept document a row: ``doc_id, file, text`` and whatever metadata the files gave.
    report : DataFrame
        One row for every document named or found, kept or not: ``doc_id, file, problems, kept,
        reason``. Those kept are in the order of `rows`.
    """

    rows: pd.DataFrame
    report: pd.DataFrame


def batches(
    path: str | Path,
    *,
    text: str | None = None,
    source: str | None = None,
    year: str | None = None,
    date: str | None = None,
    language: str | None = None,
    id: str | None = None,
    names: str | None = None,
) -> Iterator[Imported]:
    """Read a corpus piece by piece, so that one of any size needs little memory.

    Parameters
    ----------
    path : str or Path
        A folder with ``metadata.csv`` and texts, or with texts alone; a table (CSV, TSV, JSONL,
        JSON, Parquet, XLSX) with a text column; one file of a document format, which may hold
        many documents (an export of Nexis Uni, Factiva or Europresse); or an archive (ZIP, tar)
        of any of these, which is read as the folder that it would unpack to.
    text, source, year, date, language, id : str, optional
        Names of the columns of a table, or of metadata.csv, where they are not called so
        already.
    names : str, optional
        What the names of files say, such as ``"{date}_{source}_{title}"``; see
        :func:`analysis.importers.file_names.pattern`.

    Yields
    ------
    Imported
        About 8 million characters at a time; at least one. No ``doc_id`` stands twice in all of
        them: what repeats one is kept under ``<id>-2`` and so on, and the report says so.

    Raises
    ------
    ColumnError
        If a named column is missing, or `names` is no pattern for this corpus.
    DiscourseError
        If there is no such path, its format is not known, or the file cannot be read.
    """
    from analysis.importers import file_names, folder, packed, table

    path = Path(path)
    if not _exists(path):
        name = textwrap.shorten(str(path), 200, placeholder="…")
        raise DiscourseError(f"corpus {name!r} does not exist; give a folder or a table file")
    parts = {"text": text, "source": source, "year": year, "date": date, "language": language,
             "doc_id": id}  # fmt: skip
    suffix = path.suffix.lower()
    pattern = None if names is None else file_names.pattern(names)
    if path.is_dir():
        return _distinct(folder.batches(path, parts, pattern))
    if is_archive(path.name):
        return _distinct(packed.batches(path, parts, pattern))
    if suffix in DOCUMENTS:
        return _distinct(folder.one_file(path, parts, pattern))
    if suffix not in TABLES:
        raise DiscourseError(
            f"corpus {path.name!r} is not a format this suite reads; "
            f"give a folder or one of {', '.join((*TABLES, *DOCUMENTS, *ARCHIVES))}"
        )
    if pattern is not None:
        raise ColumnError(
            f"the names of files say nothing of the rows of {path.name!r}; leave out --names"
        )
    return _distinct(table.batches(path, parts))


def read(
    path: str | Path,
    *,
    text: str | None = None,
    source: str | None = None,
    year: str | None = None,
    date: str | None = None,
    language: str | None = None,
    id: str | None = None,
    names: str | None = None,
) -> Imported:
    """Read a whole corpus: all :func:`batches` together, with the same parameters.

    Returns
    -------
    Imported
    """
    found = list(
        batches(
            path, text=text, source=source, year=year, date=date, language=language, id=id,
            names=names,
        )
    )  # fmt: skip
    rows = [f.rows for f in found if len(f.rows)] or [found[0].rows]
    report = [f.report for f in found if len(f.report)] or [found[0].report]
    return Imported(pd.concat(rows, ignore_index=True), pd.concat(report, ignore_index=True))


def size(path: str | Path) -> int:
    """Return how many bytes a file has, or all files of a folder; 0 for what is not there.

    An archive counts five times, which is about what it unfolds to.
    """
    path = Path(path)
    if not _exists(path):
        return 0
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(f.stat().st_size * (5 if is_archive(f.name) else 1) for f in files if f.is_file())


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # A name that is too long, a folder that nobody may look into.
        return False


def _distinct(found: Iterator[Imported]) -> Iterator[Imported]:
    """Give every document an id of its own; nothing is lost because two have the same."""
    seen: set[str] = set()
    for batch in found:
        given = batch.rows["doc_id"]
        ids, again = metadata.distinct(given, seen)
        if not again.any():
            yield batch
            continue
        report = batch.report.copy()
        kept = np.flatnonzero(report["kept"].to_numpy(dtype=bool))[again]
        notes = [f"doc_id {g!r} repeated: now {n!r}"
                 for g, n in zip(given[again], ids[again], strict=True)]  # fmt: skip
        told = report["problems"].astype(object).to_numpy(copy=True)
        told[kept] = ["; ".join(filter(None, p)) for p in zip(told[kept], notes, strict=True)]
        names = report["doc_id"].astype(object).to_numpy(copy=True)
        names[kept] = ids[again].to_numpy()
        yield Imported(batch.rows.assign(doc_id=ids), report.assign(doc_id=names, problems=told))
