"""Words around a node: windows cut out of runs of whole documents, wherever the engine is.

Work begins at the places of the node and reads only what is around them. Nothing of the size of
the corpus is made but the answer.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis import counts as counting
from analysis import query
from analysis.engine import Rows
from analysis.scan import inside

if TYPE_CHECKING:
    from analysis.corpus import Corpus

BLOCK = 2_000_000
"""Tokens that one task looks through."""


class Run(NamedTuple):
    """Some whole documents; tokens are numbered from the first of them.

    Attributes
    ----------
    ids : Rows
        What collocates are counted as.
    places : pair of ndarray of int64
        First and last token of every place of the node.
    docs, sentences : ndarray of int64
        First token of every document and sentence, and the number of tokens.
    first : pair of int
        Number of the first document and sentence.
    excluded : ndarray of int64, shape (n, 2)
        First and last token (exclusive) of what is left out.
    """

    ids: Rows
    places: tuple[np.ndarray, np.ndarray]
    docs: np.ndarray
    sentences: np.ndarray
    first: tuple[int, int]
    excluded: np.ndarray


class Company(NamedTuple):
    """What stands near the node, and in it.

    Attributes
    ----------
    term, doc, sentence, n : ndarray
        Words near the node but in none: `n` times this term in this sentence; each pair once.
    node_term, node_doc, node_n : ndarray
        Words in the node: `n` times this term in this document; each pair once.
    met, met_n : ndarray
        Documents in which the node occurs, and in how many places.
    """

    term: np.ndarray
    doc: np.ndarray
    sentence: np.ndarray
    n: np.ndarray
    node_term: np.ndarray
    node_doc: np.ndarray
    node_n: np.ndarray
    met: np.ndarray
    met_n: np.ndarray


def company(
    corpus: "Corpus",
    pattern: str,
    *,
    node: str,
    unit: str,
    window: int | None,
    include_marked: bool,
) -> Company:
    """Find the words around a node in the whole corpus; the arguments are those of collocation."""
    places = query.find(corpus, pattern, unit=node)
    runs = _runs(corpus, unit, places, include_marked)
    found = list(corpus.engine.map(partial(_around, window=window), runs))
    found.append(_NOBODY)
    return Company(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))


def _runs(corpus: "Corpus", unit: str, places: query.Places, include_marked: bool) -> Iterator[Run]:
    """Cut a corpus into runs of :data:`BLOCK` tokens or one document; some hold the node."""
    tokens = corpus.tokens
    marks = np.zeros((0, 2), dtype=np.int64) if include_marked else tokens.excluded()
    ids, _ = counting.terms_of(corpus, unit)
    file = None if corpus.folder is None or unit != "word" else corpus.folder / "ids.arrow"
    places = places.take(np.argsort(places.first, kind="stable"))
    edges, start = tokens.doc_start, 0
    while start < len(edges) - 1:
        stop = int(np.searchsorted(edges, edges[start] + BLOCK, side="right")) - 1
        stop = max(stop, start + 1)
        a, b = int(edges[start]), int(edges[stop])
        own = slice(*np.searchsorted(places.first, [a, b]))
        if own.stop > own.start:
            sentence, last = tokens.sentence_of(np.array([a, b - 1])).tolist()
            yield Run(
                ids=corpus.engine.rows(ids, a, b, file=file),
                places=(places.first[own] - a, places.last[own] - a),
                docs=edges[start : stop + 1] - a,
                sentences=np.clip(tokens.sentence_start[sentence : last + 2] - a, 0, b - a),
                first=(start, sentence),
                excluded=marks[(marks[:, 0] >= a) & (marks[:, 0] < b)] - a,
            )
        start = stop


def _around(run: Run, *, window: int | None) -> Company:
    """Look through a run."""
    ids, (first, last) = run.ids.read(), run.places
    some = _kept(run, first)
    first, last = first[some], last[some]
    opens, closes = (_part(run.sentences, at) for at in (first, last))
    far = len(ids) if window is None else min(window, len(ids))
    near, own = _covered(
        np.maximum(first - far, run.sentences[opens]),
        np.minimum(last + far, run.sentences[closes + 1] - 1),
    )
    # A mention may reach from one sentence into another.
    within = (opens == closes).all()
    sentence = opens[own] if within else _part(run.sentences, near)
    node, _ = _covered(first, last)
    taken = np.zeros(len(ids), dtype=bool)
    taken[node] = True
    some = ~taken[near] & _kept(run, near)
    near, sentence, node = near[some], sentence[some], node[_kept(run, node)]
    term, sentence, n = _tally(ids[near], sentence)
    node_doc = _part(run.docs, node)
    met, met_n = np.unique(_part(run.docs, first), return_counts=True)
    own_term, own_doc, own_n = _tally(ids[node], node_doc)
    row, number = run.first
    doc = _part(run.docs, run.sentences[sentence]) + row
    return Company(term, doc, sentence + number, n, own_term, own_doc + row, own_n, met + row,
                   met_n)  # fmt: skip


def _part(edges: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return which document or sentence each token stands in."""
    return np.searchsorted(edges, at, side="right") - 1


def _kept(run: Run, at: np.ndarray) -> np.ndarray:
    """Return which tokens are in no mark that excludes."""
    return ~inside(at, run.excluded) if len(run.excluded) else np.ones(len(at), dtype=bool)


def _covered(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the tokens of stretches, each once and in order, and a stretch that each is of.

    Stretches may overlap; `first` rises.
    """
    if not len(first):
        return _NONE, _NONE
    reached = np.maximum.accumulate(last)
    new = np.flatnonzero(np.append(True, first[1:] > reached[:-1]))
    first, last = first[new], reached[np.append(new[1:], len(first)) - 1]
    size = last - first + 1
    token = np.repeat(first - (np.cumsum(size) - size), size) + np.arange(size.sum())
    return token, np.repeat(new, size)


def _tally(term: np.ndarray, where: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count pairs: terms in order, for each where it is, and how often; all int64."""
    # Sorting numbers is several times as fast as sorting pairs; neither needs half of the bits.
    pair = np.sort(term.astype(np.int64) << 32 | where)
    new = np.flatnonzero(np.append(True, np.diff(pair) > 0)[: len(pair)])
    n = np.diff(np.append(new, len(pair)))
    pair = pair[new]
    return pair >> 32, pair & 0xFFFFFFFF, n


_NONE = np.zeros(0, dtype=np.int64)
_NOBODY = Company(*(_NONE for _ in Company._fields))
