"""One table with a text column: CSV, TSV, JSONL, Parquet or XLSX."""

import csv
import io
import json
from pathlib import Path

import pandas as pd

from analysis.importers import REPORT, TABLES, Imported, clean, decode, named
from analysis.results import DiscourseError

# What exports call their columns, tried in this order where the user names none.
_ALIASES = {
    "text": ("text", "body", "content", "sentence", "headline"),
    "doc_id": ("doc_id", "id"),
    "source": ("source", "outlet", "medium", "party", "country"),
    "year": ("year",),
    "date": ("date",),
    "language": ("language", "lang"),
}


def read(path: Path, names: dict[str, str | None]) -> Imported:
    """Read a table; `names` gives the column that plays each part, None to look for it."""
    raw = load(path)
    columns = {part: _column(raw, part, name) for part, name in names.items()}
    if columns["text"] is None:
        raise DiscourseError(
            f"{path.name!r} has no text column; name one of {', '.join(map(str, raw.columns))} "
            "with --text"
        )
    chosen = {old: part for part, old in columns.items() if old is not None}
    other = [c for c in raw.columns if c in chosen or c not in chosen.values()]
    rows = raw[other].rename(columns=chosen)
    if "doc_id" not in rows:
        rows["doc_id"] = [f"row-{i + 1}" for i in range(len(rows))]
    rows["doc_id"] = rows["doc_id"].astype(str)
    rows["file"] = path.name
    return _kept(rows)


def _kept(rows: pd.DataFrame) -> Imported:
    texts, report = [], []
    for doc_id, file, value in zip(rows["doc_id"], rows["file"], rows["text"], strict=True):
        text, problems = clean(value if isinstance(value, str) else "", [])
        reason = "" if any(c.isalnum() for c in text) else "the row holds no words"
        texts.append(text)
        report.append((doc_id, file, "; ".join(problems), not reason, reason))
    frame = pd.DataFrame(report, columns=list(REPORT))
    return Imported(rows.assign(text=texts)[frame["kept"].to_numpy()].reset_index(drop=True), frame)


def _column(raw: pd.DataFrame, part: str, name: str | None) -> str | None:
    if name is not None:
        return named(raw, name, "the table")
    return next((alias for alias in _ALIASES[part] if alias in raw), None)


def load(path: Path) -> pd.DataFrame:
    """Load a table with text cells as str; used for corpora and for gold standards alike.

    Raises
    ------
    DiscourseError
        If the file cannot be read as what its name says.
    """
    suffix = path.suffix.lower()
    if suffix not in TABLES:
        raise DiscourseError(
            f"{str(path)!r} is not a table this suite reads; give one of {', '.join(TABLES)}"
        )
    if not path.is_file():
        raise DiscourseError(f"table {str(path)!r} does not exist; give the path of a file")
    try:
        if suffix in (".csv", ".tsv"):
            # A cell may hold a whole article.
            csv.field_size_limit(2**31 - 1)
            content, _ = decode(path.read_bytes())
            separator = "\t" if suffix == ".tsv" else ","
            return pd.read_csv(
                io.StringIO(content), sep=separator, dtype=str, keep_default_na=False
            )
        if suffix == ".jsonl":
            return _json_lines(path)
        if suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_excel(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError, KeyError, csv.Error) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DiscourseError(f"{path.name!r} cannot be read as {suffix[1:]}: {first}") from error


def _json_lines(path: Path) -> pd.DataFrame:
    # Python's own reader keeps lone surrogates, so that they can be reported.
    lines = decode(path.read_bytes())[0].splitlines()
    records = [json.loads(line) for line in lines if line.strip()]
    if not all(isinstance(r, dict) for r in records):
        raise ValueError("every line must be an object")
    return pd.DataFrame(records, dtype=object)
