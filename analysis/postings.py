"""Postings: for every term the documents that hold it, and how often; what all counts come from.

A corpus is counted in blocks of whole documents, which are put in place term by term. Of words and
lemmas in documents that is done once for a corpus: the arrays are kept in memory and, where the
corpus has an index, beside it. Term by term, since what a measure says of a term needs its postings
alone: measures work on :meth:`Postings.blocks`, one task a block.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from analysis import arrays, index
from analysis.engine import HERE, Engine, Rows

if TYPE_CHECKING:
    from analysis.corpus import Corpus

WORDS = 4_000_000
"""Words counted at once, so that the memory needed is that of the result."""
ENTRIES = 1_000_000
"""Postings worked on at once, and so the size of a task."""
TERMS = 100_000
"""Terms of a task at most, since each has results."""
_ARRAYS = {"start": np.int64, "doc": np.int32, "x": np.int32, "n_tokens": np.int64}


class Block(NamedTuple):
    """The postings of some terms that follow each other.

    Attributes
    ----------
    first : int
        Number of the first term.
    start : ndarray of int64, shape (n_terms + 1,)
        Where the postings of each begin in `doc` and `x`, from 0.
    doc, x : Rows
    """

    first: int
    start: np.ndarray
    doc: Rows
    x: Rows


@dataclass(frozen=True, eq=False)
class Postings:
    """How often every term occurs in every document (or other part) that holds it.

    Attributes
    ----------
    start : ndarray of int64, shape (n_terms + 1,)
        Where the postings of each term begin.
    doc, x : ndarray of int32, shape (n_postings,)
        Row number, rising within a term, and count.
    terms : ndarray of str, shape (n_terms,)
        Sorted; also terms that no kept token carries.
    n_tokens : ndarray of int64, shape (n_rows,)
        Words of each row.
    unit : str
    folder : Path or None
        Where the arrays are mapped from.
    name : str
        What their files there are called.
    """

    start: np.ndarray
    doc: np.ndarray
    x: np.ndarray
    terms: np.ndarray
    n_tokens: np.ndarray
    unit: str
    folder: Path | None = None
    name: str = ""

    @cached_property
    def labels(self) -> Any:
        """The terms as a column of a frame, from which many are taken faster; dtype str."""
        return pd.array(self.terms, dtype="str")

    def matrix(self) -> sparse.csr_array:
        """Return the counts by row and term, csr_array of int64, shape (n_rows, n_terms)."""
        shape = (len(self.n_tokens), len(self.terms))
        by_term = sparse.csc_array((self.x.astype(np.int64), self.doc, self.start), shape=shape)
        return by_term.tocsr()

    def blocks(self, engine: Engine = HERE, *, terms: int = TERMS) -> Iterator[Block]:
        """Cut the terms into tasks of at most :data:`ENTRIES` postings, or one term; one or more.

        Parameters
        ----------
        engine : Engine
            That will do the tasks.
        terms : int
            At most so many in a task.
        """
        files = [None if self.folder is None else _file(self.folder, self.name, a)
                 for a in ("doc", "x")]  # fmt: skip
        for cut in _cut(self.start, ENTRIES, terms) if len(self.terms) else [slice(0, 0)]:
            start = self.start[cut.start : cut.stop + 1]
            a, b = int(start[0]), int(start[-1])
            doc, x = (engine.rows(v, a, b, file=f)
                      for v, f in zip((self.doc, self.x), files, strict=True))  # fmt: skip
            yield Block(cut.start, start - a, doc, x)


def of_matrix(matrix: sparse.csr_array, terms: np.ndarray, n_tokens: np.ndarray, unit: str,
              ) -> Postings:  # fmt: skip
    """Return the postings of counts by row and term."""
    by_term = sparse.csc_array(matrix)
    by_term.sort_indices()
    doc, x = by_term.indices.astype(np.int32), by_term.data.astype(np.int32)
    return Postings(by_term.indptr.astype(np.int64), doc, x, terms, n_tokens, unit)


def of_tokens(
    corpus: "Corpus",
    ids: np.ndarray,
    terms: np.ndarray,
    edges: np.ndarray,
    *,
    unit: str,
    include_marked: bool,
) -> Postings:
    """Count tokens by term and row.

    Parameters
    ----------
    corpus : Corpus
    ids : ndarray of int32, shape (n_tokens,)
        Which of `terms` every token is.
    terms : ndarray of str
    edges : ndarray of int64, shape (n_rows + 1,)
        Number of the first token of every row, and the number of tokens.
    unit : str
    include_marked : bool
        Also count tokens inside marks that exclude.
    """
    marked = np.zeros((0, 2), dtype=np.int64) if include_marked else corpus.tokens.excluded()
    file = None if corpus.folder is None or unit != "word" else corpus.folder / "ids.arrow"

    def tasks() -> Iterator[_Task]:
        for rows in _cut(edges, WORDS, len(edges)):
            own = edges[rows.start : rows.stop + 1]
            first, last = int(own[0]), int(own[-1])
            if last > first:
                inside = (marked[:, 0] >= first) & (marked[:, 0] < last)
                given = corpus.engine.rows(ids, first, last, file=file)
                yield _Task(given, own, marked[inside], rows.start, len(terms))

    found = list(corpus.engine.map(_tally, tasks()))
    start, doc, x = _placed(found, len(terms))
    n_tokens = np.bincount(doc, weights=x, minlength=len(edges) - 1).astype(np.int64)
    return Postings(start, doc, x, terms, n_tokens, unit)


def kept(corpus: "Corpus", ids: np.ndarray, terms: np.ndarray, *, unit: str,
         include_marked: bool) -> Postings:  # fmt: skip
    """Return the postings of a corpus's documents; counted once, see :func:`of_tokens`."""
    name = f"{unit}-{'all' if include_marked else 'kept'}"
    held = vars(corpus).setdefault("_postings", {})  # Beside what else it finds only once.
    if name not in held:
        held[name] = _stored(corpus, ids, terms, unit, include_marked, name)
    return held[name]


def _stored(
    corpus: "Corpus", ids: np.ndarray, terms: np.ndarray, unit: str, include_marked: bool, name: str
) -> Postings:
    """Map postings from the index; make them where they are not there yet."""
    size = (len(corpus.documents), len(terms))
    if corpus.folder is not None:
        with suppress(OSError, ValueError):  # Not there yet, cut off, or damaged.
            return _mapped(corpus.folder, name, terms, unit, size[0])
    edges = corpus.tokens.doc_start
    made = of_tokens(corpus, ids, terms, edges, unit=unit, include_marked=include_marked)
    if corpus.folder is not None:
        with suppress(OSError, ValueError):  # A full or read-only place costs time alone.
            for array in _ARRAYS:
                arrays.keep(_file(corpus.folder, name, array), getattr(made, array))
            return _mapped(corpus.folder, name, terms, unit, size[0])
    return made


def _file(folder: Path, name: str, array: str) -> Path:
    return folder / f"postings-{index.VERSION}-{name}-{array}.arrow"


def _mapped(folder: Path, name: str, terms: np.ndarray, unit: str, n_rows: int) -> Postings:
    """Map postings and check that they are of this corpus: nothing may point outside of it.

    Raises
    ------
    OSError, ValueError
        If they are missing, cut off or damaged.
    """
    try:
        held = {array: arrays.mapped(_file(folder, name, array)) for array in _ARRAYS}
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error
    start, doc, x, sizes = held.values()
    whole = len(start) == len(terms) + 1 and len(sizes) == n_rows and len(doc) == len(x)
    whole = whole and all(held[a].dtype == kind for a, kind in _ARRAYS.items())
    if not whole or start[0] or start[-1] != len(doc) or (np.diff(start) < 0).any():
        raise ValueError("arrays of different sizes")
    if len(doc) and (doc.min() < 0 or doc.max() >= n_rows or x.min() < 1):
        raise ValueError("a row that the corpus does not have")
    return Postings(**held, terms=terms, unit=unit, folder=folder, name=name)


class _Task(NamedTuple):
    """The tokens of some rows: ids, first tokens, marked stretches, first row, number of terms."""

    ids: Rows
    edges: np.ndarray
    marked: np.ndarray
    row: int
    n_terms: int


class _Tally(NamedTuple):
    """Terms of some rows, the number of postings of each, and these."""

    term: np.ndarray
    held: np.ndarray
    doc: np.ndarray
    x: np.ndarray


def _tally(task: _Task) -> _Tally:
    """Count the tokens of rows that follow each other.

    Sorting by term and adding up takes two passes, where sorting numbers would take many: repeats
    of a term in a row then stand next to each other.
    """
    own, edges = task.ids.read(), task.edges - task.edges[0]
    if len(task.marked):
        step = np.zeros(len(own) + 1, dtype=np.int32)
        for column, by in ((0, 1), (1, -1)):
            np.add.at(step, task.marked[:, column] - task.edges[0], by)
        use = np.cumsum(step[:-1]) == 0
        own, edges = own[use], np.append(0, np.cumsum(use))[edges]
    ones = np.ones(len(own), dtype=np.int32)
    shape = (len(edges) - 1, task.n_terms)
    single = sparse.csr_array((ones, own, edges), shape=shape).tocsc()
    single.has_sorted_indices, single.has_canonical_format = True, False
    single.sum_duplicates()
    held = np.diff(single.indptr)
    term = np.flatnonzero(held)
    doc = single.indices.astype(np.int32) + np.int32(task.row)
    return _Tally(term.astype(np.int32), held[term].astype(np.int32), doc, single.data)


def _placed(found: list[_Tally], n_terms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put tallies of rows that follow each other together, term by term: start, doc, x."""
    start = np.zeros(n_terms + 1, dtype=np.int64)
    for tally in found:
        start[tally.term + 1] += tally.held
    np.cumsum(start, out=start)
    doc, x = np.empty((2, int(start[-1])), dtype=np.int32)
    free = start[:-1].copy()
    for tally in found:
        before = np.cumsum(tally.held) - tally.held
        place = np.repeat(free[tally.term] - before, tally.held) + np.arange(len(tally.doc))
        doc[place], x[place] = tally.doc, tally.x
        free[tally.term] += tally.held
    return start, doc, x


def _cut(edges: np.ndarray, size: int, most: int) -> Iterator[slice]:
    """Cut parts with these edges into slices of at most `size`, or one part, and `most` parts."""
    first = 0
    while first < len(edges) - 1:
        last = int(np.searchsorted(edges, edges[first] + size, side="right")) - 1
        last = min(max(last, first + 1), first + most)
        yield slice(first, last)
        first = last
