r"""A corpus in the formats that other tools read: nothing of a text is lost or changed on the way.

========  =======================================================================================
csv       One row a document: all metadata, ``marks``, text. For R, Python, Stata.
parquet   The same rows, columnar.
quanteda  The same as CSV with ``doc_id, text`` first and the docvars after, UTF-8 without a
          byte-order mark: ``quanteda::corpus(read.csv("x.csv"))``.
conllu    CoNLL-U (https://universaldependencies.org/format.html), one token a line.
vertical  One token a line with ``word pos lemma``, for CWB/CQPweb and Sketch Engine.
txt       A folder of plain UTF-8 texts for AntConc with a ``metadata.csv``, which
          :func:`analysis.corpus.load` reads back.
========  =======================================================================================

Cells of a table are written as they are, also where a spreadsheet would take them for formulas
(they begin with ``= + - @``): an apostrophe before them would be a change of the text that every
later count and offset carries on. :func:`write` says how many there are, so that the file is
opened in a spreadsheet with its columns set to text.

Characters are not normalised (NFC) either: offsets are code points of the text as imported. Only
what no encoding can hold, a lone surrogate, becomes ``?``.

Parts that measures leave out (page furniture, repeated leads, duplicates) are exported too and
marked: ``marks`` in tables (``lead 0-120; footer 900-950``, offsets in the text), ``# marked`` on
a sentence and ``Marked`` on its tokens in CoNLL-U, ``<s marked="lead">`` in vertical text.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pandas as pd

from analysis import places, token_formats
from analysis.corpus import Corpus
from analysis.results import DiscourseError

FORMATS = ("csv", "parquet", "conllu", "vertical", "txt", "quanteda")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BATCH = 500  # documents of a table in hand at a time
_QUOTED = re.compile(r'[",\s]|^$')
Tell = Callable[[str], None]


def write(
    corpus: Corpus, path: str | Path, *, format: str, progress: Tell | None = None
) -> list[str]:
    """Write a corpus for another tool, whole or not at all.

    Parameters
    ----------
    corpus : Corpus
        Documents are written in its order, one at a time.
    path : str or Path
        A file, replaced if it is there; for ``txt`` a folder, which must be new or empty.
    format : str
        One of :data:`FORMATS`.
    progress : callable, optional
        Called with a sentence now and then.

    Returns
    -------
    list of str
        What a user must know of the file, in sentences: how to load it, cells to beware of.

    Raises
    ------
    DiscourseError
        If the format is not known or the place cannot be written to.
    """
    if format not in FORMATS:
        raise DiscourseError(f"format {format!r} is not known; use one of {', '.join(FORMATS)}")
    path, notes = Path(path), list[str]()
    tell = progress or (lambda sentence: None)
    parts = _PARTS[format](corpus, path, notes) if format in _PARTS else iter(())
    try:
        if format == "txt":
            with places.new_folder(path) as folder:
                _write_texts(corpus, folder, tell)
        else:
            with places.new_file(path) as handle:
                if format == "parquet":
                    _write_parquet(corpus, handle, tell)
                for number, part in enumerate(parts, 1):
                    handle.write(part.encode("utf-8", "replace"))
                    tell(f"{min(number, len(corpus)):,} of {len(corpus):,} documents written")
    except OSError as error:
        raise places.PlaceError(path, error) from error
    return notes


def _marks(corpus: Corpus) -> list[str]:
    """For each document what measures leave out of it: ``lead 0-120; footer 900-950``."""
    out: list[list[str]] = [[] for _ in range(len(corpus))]
    left_out = corpus.marks[corpus.marks["excluded"].astype(bool)]
    for row, start, end, kind in left_out[["doc", "start", "end", "kind"]].itertuples(index=False):
        out[row].append(f"{kind} {start}-{end}")
    return ["; ".join(marks) for marks in out]


def _batches(corpus: Corpus) -> Iterator[pd.DataFrame]:
    """Yield the documents with their marks, text last, some at a time."""
    marks = _marks(corpus)
    columns = [c for c in corpus.documents.columns if c not in ("marks", "text")]
    for first in range(0, len(corpus), _BATCH):
        some = corpus.documents.iloc[first : first + _BATCH]
        some = some.assign(marks=marks[first : first + _BATCH])
        yield some[[*columns, "marks", "text"]]


def _csv(
    corpus: Corpus, path: Path, notes: list[str], *, first: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield the header and a line for each document."""
    runs = 0
    columns = [c for c in corpus.documents.columns if c not in ("marks", "text")]
    columns = [*first, *(c for c in (*columns, "marks", "text") if c not in first)]
    yield _line(columns)
    for frame in _batches(corpus):
        for record in frame[columns].itertuples(index=False, name=None):
            runs += sum(isinstance(v, str) and v.startswith(_FORMULA) for v in record)
            yield _line(record)
    if runs:
        notes.append(
            f"{runs:,} cells of {path.name} begin with =, +, - or @ and are written as they are: "
            "in a spreadsheet, import it with its columns set to text"
        )


def _quanteda(corpus: Corpus, path: Path, notes: list[str]) -> Iterator[str]:
    yield from _csv(corpus, path, notes, first=("doc_id", "text"))
    notes.append(f'to load it in R: quanteda::corpus(read.csv("{path.name}", encoding = "UTF-8"))')


def _line(record: Any) -> str:
    return ",".join(map(_cell, record)) + "\n"


def _cell(value: Any) -> str:
    """Return a value as a CSV cell; text with any white space or quote is quoted."""
    if places.missing(value):
        return ""
    text = str(value)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if text and _QUOTED.search(text) else text


def _write_parquet(corpus: Corpus, handle: IO[bytes], tell: Tell) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {str(c): _arrow(corpus.documents[c]) for c in corpus.documents if c != "marks"}
    texts = kinds.pop("text")
    schema = pa.schema([*kinds.items(), ("marks", pa.large_string()), ("text", texts)])
    done = 0
    with parquet.ParquetWriter(handle, schema) as writer:
        for frame in _batches(corpus):
            arrays = [
                pa.array(
                    [None if places.missing(v) else _typed(v, f.type) for v in frame[c]], f.type
                )
                for c, f in zip(frame, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            done += len(frame)
            tell(f"{done:,} of {len(corpus):,} documents written")


def _arrow(column: pd.Series) -> Any:
    import pyarrow as pa

    if pd.api.types.is_bool_dtype(column):
        return pa.bool_()
    if pd.api.types.is_integer_dtype(column):
        return pa.int64()
    return pa.float64() if pd.api.types.is_float_dtype(column) else pa.large_string()


def _typed(value: Any, kind: Any) -> Any:
    import pyarrow as pa

    return str(value).encode("utf-8", "replace").decode() if kind == pa.large_string() else value


def _write_texts(corpus: Corpus, folder: Path, tell: Tell) -> None:
    names = [f"{n}.txt" for n in places.file_names(corpus.documents["doc_id"].tolist())]
    for row, name in enumerate(names):
        with places.open_new(folder / name) as handle:
            handle.write(corpus.documents["text"].iloc[row].encode("utf-8", "replace"))
        tell(f"{row + 1:,} of {len(names):,} documents written")
    listing = corpus.documents.drop(columns="text").assign(file=names)
    with places.open_new(folder / "metadata.csv") as handle:
        handle.write(_line(listing.columns).encode())
        for record in listing.itertuples(index=False, name=None):
            handle.write(_line(record).encode("utf-8", "replace"))


_PARTS: dict[str, Callable[[Corpus, Path, list[str]], Iterator[str]]] = {
    "csv": _csv,
    "quanteda": _quanteda,
    "conllu": token_formats.conllu,
    "vertical": token_formats.vertical,
}
