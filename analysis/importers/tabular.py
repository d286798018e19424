"""The formats of tables, each read in pieces: CSV, TSV, JSON, JSONL, Parquet, XLSX."""

import datetime
import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.importers import delimited, encoding, formats
from analysis.importers.archives import Inside
from analysis.results import DiscourseError

SIZE = 8_000_000  # characters of a piece, about
ROWS = 5_000
_LAST_ROW = 1_048_576  # of a sheet in any program
_CELLS = 100_000_000


@dataclass
class Piece:
    """Some rows of a table.

    Attributes
    ----------
    frame : DataFrame
        As the file has them; words are Arrow-backed strings.
    numbers : list of int
        The rows' numbers in the table, from 1.
    problems : dict of int to str
        Position in the frame → what was repaired.
    lost : list of (row number, place, reason)
        What is not in the frame, and why; the place is "" for a row of the table itself.
    """

    frame: pd.DataFrame
    numbers: list[int]
    problems: dict[int, str] = field(default_factory=dict)
    lost: list[tuple[int, str, str]] = field(default_factory=list)


Chooser = Callable[[list[str]], str | None]  # names of the columns → the one with the text


def pieces(path: Path | Inside, text_of: Chooser) -> Iterator[Piece]:
    """Read a table piece by piece; there is always at least one.

    Parameters
    ----------
    path : Path or Inside
        Its suffix says which format it has.
    text_of : callable
        Given the names of the columns, says which one holds the text, None for none of them.

    Raises
    ------
    DiscourseError
        If the file cannot be read as what its name says.
    """
    suffix = path.suffix.lower()
    try:
        with path.open("rb") as handle:
            formats.agree(handle.read(4096), suffix)
        yield from _READERS[suffix](path, text_of)
    except DiscourseError as error:
        if isinstance(error, formats.Unreadable):
            raise DiscourseError(
                f"{path.name!r} cannot be read as {suffix[1:]}: {error}"
            ) from error
        raise
    except Exception as error:  # A parser may fail in any way on a broken file.
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DiscourseError(
            f"{path.name!r} cannot be read as {suffix[1:]}: {told.splitlines()[0]}"
        ) from error


def _delimited(path: Path | Inside, text_of: Chooser) -> Iterator[Piece]:
    lines = delimited.Lines(path)
    found = delimited.records(lines)
    names = delimited.header(found, path.name)
    text = text_of(names)
    place = names.index(text) if text in names else None
    rows: list[list[str]] = []
    piece = Piece(pd.DataFrame(), [])
    size = number = 0
    told = ""
    for number, record in enumerate(found, 1):
        cells, problem, reason = squared(record, names, place)
        if reason:
            piece.lost.append((number, "", reason))
            continue
        if told != (told := "; ".join(lines.problems)):
            # Of the file as a whole, so it stands once, at the first row it may concern.
            problem = f"{problem}; {told}" if problem else told
        if problem:
            piece.problems[len(rows)] = problem
        piece.numbers.append(number)
        rows.append(cells)
        size += sum(map(len, cells))
        if size >= SIZE or len(rows) >= ROWS:
            piece.frame = _frame(names, rows)
            yield piece
            rows, size, piece = [], 0, Piece(pd.DataFrame(), [])
    for line in lines.too_long:
        reason = f"line {line} is longer than {delimited.LONGEST:,} characters"
        piece.lost.append((number + 1, "", reason))
    piece.frame = _frame(names, rows)
    yield piece


def squared(
    record: delimited.Record, names: list[str], text: int | None
) -> tuple[list[str], str, str]:
    """Give a record as many cells as the header has; return cells, problem and reason."""
    cells, wanted = record.cells, len(names)
    if len(cells) == wanted:
        return cells, record.problem, ""
    n = f"{len(cells)} cell" + ("s" if len(cells) != 1 else "")
    says = f"line {record.line} has {n} where the header has {wanted}"
    if len(cells) > wanted:
        spare = cells[wanted:]
        if not any(c.strip() for c in spare):
            return cells[:wanted], record.problem, ""
        if text != wanted - 1:
            return [], "", f"{says}: which one is the text cannot be told"
        # An unquoted delimiter in the last column: the text goes on to the end of the line.
        return [*cells[:text], ",".join(cells[text:])], f"{says}: the last ones were joined", ""
    if text is not None and text >= len(cells):
        return [], "", f"{says}, and none of them is the text"
    whole = "" if text is None or text < len(cells) - 1 else ": its text may be cut off"
    return cells + [""] * (wanted - len(cells)), says + whole, ""


def _frame(names: list[str], rows: list[list[str]]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return frame({n: pa.array(c, pa.large_string()) for n, c in zip(names, columns, strict=True)})


def frame(columns: dict[str, Any]) -> pd.DataFrame:
    """Make a frame of Arrow columns; words stay in Arrow's memory."""
    return pd.DataFrame(
        {
            n: pd.array(c, dtype="str") if pa.types.is_large_string(c.type) else c.to_pandas()
            for n, c in columns.items()
        }
    )


def _json_lines(path: Path | Inside, text_of: Chooser) -> Iterator[Piece]:
    lines = delimited.Lines(path)
    records: list[dict[str, Any]] = []
    piece = Piece(pd.DataFrame(), [])
    size = given = 0
    number = 0
    for line in lines:
        if not line.strip("\ufeff \t\r\n"):
            continue
        number += 1
        record = _object(line)
        if record is None:
            piece.lost.append((number, "", f"line {lines.number} is not a JSON object"))
            continue
        records.append(record)
        piece.numbers.append(number)
        size += len(line)
        if size >= SIZE or len(records) >= ROWS:
            yield _put(piece, records)
            given += len(records)
            records, size, piece = [], 0, Piece(pd.DataFrame(), [])
    for n in lines.too_long:
        reason = f"line {n} is longer than {delimited.LONGEST:,} characters"
        piece.lost.append((number + 1, "", reason))
    if not given and not records:
        first = f": {piece.lost[0][2]}" if piece.lost else ""
        raise ValueError(f"no line of it is a JSON object{first}")
    if lines.problems and piece.numbers:
        piece.problems[0] = "; ".join(lines.problems)
    yield _put(piece, records)


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _put(piece: Piece, records: list[dict[str, Any]]) -> Piece:
    """Lay records out in the columns of a piece; what is nested stands as JSON, nothing as ""."""
    columns = {}
    for name in dict.fromkeys(k for r in records for k in r):
        cells = [_written(r.get(name)) for r in records]
        try:
            columns[name] = pa.array(cells, pa.large_string())
        except UnicodeEncodeError:  # Lone surrogates: JSON can spell them, Arrow cannot hold them.
            for row, cell in enumerate(cells):
                cells[row], told = encoding.without_surrogates(cell)
                if told:
                    before = piece.problems.get(row)
                    piece.problems[row] = f"{before}; {told}" if before else told
            columns[name] = pa.array(cells, pa.large_string())
    piece.frame = frame({encoding.without_surrogates(n)[0]: c for n, c in columns.items()})
    return piece


def _written(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    return "" if cell is None else json.dumps(cell, ensure_ascii=False)


def _json(path: Path | Inside, text_of: Chooser) -> Iterator[Piece]:
    text, told = encoding.decode(path.read_bytes())
    found = json.loads(text)
    if isinstance(found, dict):
        lists = [v for v in found.values() if isinstance(v, list) and v]
        if len(lists) != 1:
            raise ValueError(f"it holds {len(lists)} lists where one list of objects is wanted")
        found = lists[0]
    if not isinstance(found, list):
        raise ValueError("it is no list of objects")
    records = [(i, r) for i, r in enumerate(found, 1) if isinstance(r, dict)]
    lost = [
        (i, "", f"item {i} is not an object")
        for i, r in enumerate(found, 1)
        if not isinstance(r, dict)
    ]
    problems = {0: "; ".join(told)} if told and records else {}
    piece = Piece(pd.DataFrame(), [i for i, _ in records], problems, lost)
    yield _put(piece, [r for _, r in records])


def _parquet(path: Path | Inside, text_of: Chooser) -> Iterator[Piece]:
    import pyarrow.parquet as pq

    # Its parts are not read in order, which a file in an archive must be.
    source = path if isinstance(path, Path) else io.BytesIO(path.read_bytes())
    with pq.ParquetFile(source, memory_map=True) as file:
        meta = file.metadata
        total = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        rows = min(max(SIZE * meta.num_rows // max(total, 1), 1), ROWS)
        done = 0
        for batch in file.iter_batches(batch_size=rows):
            numbers = list(range(done + 1, done + 1 + len(batch)))
            done += len(batch)
            yield Piece(_typed(batch, text_of), numbers)
        if not done:
            yield Piece(_typed(file.schema_arrow.empty_table(), text_of), [])


def _typed(batch: Any, text_of: Chooser) -> pd.DataFrame:
    names = delimited.distinct(batch.schema.names)
    text = text_of(names)
    named = zip(names, batch.columns, strict=True)
    return frame({n: _strings(c, nested=n == text) for n, c in named})


def _strings(column: Any, *, nested: bool) -> Any:
    """Return a column of words as large strings, lists and records as JSON unless `nested`.

    Other columns stay as they are.
    """
    kind = column.type
    if pa.types.is_null(kind):
        return column.cast(pa.large_string())
    if pa.types.is_nested(kind) and not nested:
        cells = (c.as_py() for c in column)
        return pa.array(
            [None if c is None else json.dumps(c, ensure_ascii=False, default=str) for c in cells],
            pa.large_string(),
        )
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _decoded(column)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:  # Arrow does not look whether strings are UTF-8 before it is asked.
        return _decoded(column.cast(pa.large_binary()))
    return column.cast(pa.large_string())


def _decoded(column: Any) -> Any:
    cells = (c.as_py() for c in column)
    return pa.array([None if c is None else encoding.decode(c)[0] for c in cells], "large_string")


def _xlsx(path: Path | Inside, text_of: Chooser) -> Iterator[Piece]:
    import openpyxl

    if isinstance(path, Path) and path.stat().st_size > formats.UNPACKED:
        raise ValueError(f"it has more than {formats.UNPACKED / 1e6:,.0f} MB")
    safe = formats.office(path.read_bytes())
    with closing(openpyxl.load_workbook(safe, read_only=True, data_only=True)) as book:
        if not book.worksheets:
            raise ValueError("it holds no sheet")
        first, *others = book.worksheets
        rows = list(_rows(first))
        beside = [s.title for s in others if any(True for _ in _rows(s))]
    if not rows:
        raise ValueError("its first sheet is empty")
    width = max(map(len, rows))
    if width * len(rows) > _CELLS:
        raise ValueError(f"its first sheet spans {len(rows):,} rows of {width:,} columns")
    rows = [r + [""] * (width - len(r)) for r in rows]
    names = delimited.distinct(rows[0])
    lost = [
        (0, f"{path.name}: {title}", "only the first sheet of a workbook is read")
        for title in beside
    ]
    yield Piece(_frame(names, rows[1:]), list(range(1, len(rows))), {}, lost)


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Yield the rows of a sheet that hold anything."""
    sheet.reset_dimensions()  # Some programs write wrong ones.
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > _LAST_ROW:
            raise ValueError(f"sheet {sheet.title!r} has a row with a number that none can have")
        cells = [_cell(c) for c in row]
        if any(cells):
            yield cells


def _cell(value: Any) -> str:
    """Write the cell of a workbook as a person would read it."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        whole = value.time() == datetime.time()
        return value.date().isoformat() if whole else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return encoding.clean(str(value))[0] if not str(value).isascii() else str(value)


_READERS: dict[str, Callable[[Path | Inside, Chooser], Iterator[Piece]]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".jsonl": _json_lines,
    ".json": _json,
    ".parquet": _parquet,
    ".xlsx": _xlsx,
}
