"""One table with a text column → documents, piece by piece."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.importers import REPORT, TABLES, Imported, columns, encoding, tabular
from analysis.importers.archives import Inside
from analysis.results import DiscourseError

_PARTS = ("doc_id", "title", "text", "source", "year", "date", "language")
_WORDS = r"[\pL\pN]"


def batches(path: Path | Inside, names: Mapping[str, str | None]) -> Iterator[Imported]:
    """Read a table; `names` gives the column that plays each part, None to look for it."""

    def text_of(found: list[str]) -> str:
        chosen = columns.parts(found, names, "the table", wanted=_PARTS)
        if not found:
            raise DiscourseError(f"{path.name!r} holds no rows; give a table with a text column")
        if "text" not in chosen:
            raise DiscourseError(
                f"{path.name!r} has no text column; name one of {columns.shown(found)} with --text"
            )
        return chosen["text"]

    chosen: dict[str, str] = {}
    for piece in tabular.pieces(path, text_of):
        if not chosen:
            found = list(map(str, piece.frame.columns))
            text_of(found)
            chosen = columns.parts(found, names, "the table", wanted=_PARTS)
        yield _documents(piece, chosen, path.name)


def load(path: Path) -> pd.DataFrame:
    """Load a whole table with its own columns; used for gold standards.

    Raises
    ------
    DiscourseError
        If the file cannot be read as what its name says, or a row cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in TABLES:
        raise DiscourseError(
            f"{str(path)!r} is not a table this suite reads; give one of {', '.join(TABLES)}"
        )
    if not path.is_file():
        raise DiscourseError(f"table {str(path)!r} does not exist; give the path of a file")
    pieces = list(tabular.pieces(path, lambda found: None))
    for piece in pieces:
        for _, place, reason in piece.lost:
            if not place:
                raise DiscourseError(f"{path.name!r} cannot be read as {suffix[1:]}: {reason}")
    return pd.concat([p.frame for p in pieces], ignore_index=True)


def _documents(piece: tabular.Piece, chosen: Mapping[str, str], file: str) -> Imported:
    """Give a piece the names of the parts, repair its words, leave out rows without any."""
    raw, told = piece.frame, {row: [p] for row, p in piece.problems.items()}
    layout = columns.renamed(raw.columns, {p: c for p, c in chosen.items() if c in raw})
    out = {new if new != "file" else "file_in_table": raw[old] for new, old in layout}
    if "text" not in out:  # No row of this piece has one.
        out["text"] = pd.Series("", index=raw.index, dtype="str")
    if not isinstance(out["text"].dtype, pd.StringDtype):
        kind = "lists or records" if out["text"].dtype == object else out["text"].dtype
        raise DiscourseError(f"column {chosen['text']!r} of {file!r} holds {kind}, not text")
    out = {n: _cleaned(n, c, told) for n, c in out.items()}
    frame = pd.DataFrame(out)
    made = pd.Series([f"row-{n}" for n in piece.numbers], index=frame.index, dtype="str")
    given = frame["doc_id"].astype("str").fillna("") if "doc_id" in frame else made
    frame["doc_id"] = given.where(given.str.strip() != "", made)
    frame["file"] = file
    worded = _worded(frame["text"])
    reason = np.where(worded, "", "the row holds no words").astype(object)
    problems = np.full(len(frame), "", dtype=object)
    for row, phrases in told.items():
        problems[row] = "; ".join(phrases)
    report = pd.DataFrame(dict(zip(REPORT, (frame["doc_id"], file, problems, worded, reason),
                                   strict=True)))  # fmt: skip
    frame = frame if worded.all() else frame[worded].reset_index(drop=True)
    return Imported(frame, _with_lost(report, piece, file))


def _with_lost(report: pd.DataFrame, piece: tabular.Piece, file: str) -> pd.DataFrame:
    """Put the rows that could not be read where they stood among the others."""
    if not piece.lost:
        return report
    lost = [(f"row-{n}" if not p else "", p or file, "", False, why) for n, p, why in piece.lost]
    both = pd.concat([report, pd.DataFrame(lost, columns=list(REPORT))], ignore_index=True)
    numbers = np.array([*piece.numbers, *(n for n, _, _ in piece.lost)])
    return both.iloc[np.argsort(numbers, kind="stable")].reset_index(drop=True)


def _cleaned(name: str, column: pd.Series, told: dict[int, list[str]]) -> pd.Series:
    """Repair the cells of a column of words; add to `told` what was done to which row."""
    if isinstance(column.dtype, pd.StringDtype):
        arrow, problems = encoding.clean_column(pa.array(column))
        if problems:
            column = pd.Series(pd.array(arrow, dtype="str"), index=column.index)
    else:
        return column
    for row, phrases in problems.items():
        own = phrases if name == "text" else [f"{name}: {p}" for p in phrases]
        told.setdefault(row, []).extend(own)
    return column.fillna("") if name == "text" else column


def _worded(texts: pd.Series) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.match_substring_regex(pa.array(texts), _WORDS), False))
