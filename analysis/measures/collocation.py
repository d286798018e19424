"""Collocation: which words keep company with a node, inside its window and sentence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts as counting
from analysis import query, resample
from analysis.measures import association
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.tokens import Tokens

WINDOW = 5
KEYS = ("term", "collocate", "language", "by", "group")
EXTRA = (
    "n_node", "n_collocate", "docs_with", "expected", "mi", "t", "ll4", "delta_p_from_node",
    "delta_p_from_collocate", "stop_word", "term_unit", "sentences",
)  # fmt: skip
METHOD = (
    "logDice (Rychlý 2008) of words {where}, each word counted "
    "once; mi, t, ll4 and ΔP against the words outside the windows; interval: bootstrap "
    "of documents ({n_boot} samples, expanded percentile, pointwise); {marked}"
)


def collocation(
    corpus: "Corpus",
    pattern: str,
    *,
    by: str | Sequence[str] = "language",
    node: str = "word",
    unit: str = "word",
    window: int | None = WINDOW,
    min_count: int = 2,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Score the collocates of a word, phrase, lemma, concept or actor.

    Parameters
    ----------
    corpus : Corpus
    pattern : str
        The node; see :func:`analysis.measures.concordance.concordance`.
    by : str or sequence of str
        Metadata column, or several: collocates are found in each of the groups. Always within one
        language.
    node : {"word", "lemma", "concept", "actor"}
        What the pattern is held against.
    unit : {"word", "lemma"}
        What collocates are counted as.
    window : int, optional
        Words on each side of the node, inside its sentence; None: the whole sentence. Windows that
        overlap count once.
    min_count : int
        Leave out collocates that meet the node less often.
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval.

    Returns
    -------
    DataFrame
        Result rows: estimate = logDice, n = words of that form inside the windows; `sentences`
        are the ids of the sentences in which they meet.

    Raises
    ------
    DiscourseError
        If the pattern holds no word or matches every word, its key is unknown, or an argument is
        out of range.
    """
    if unit not in ("word", "lemma"):
        raise DiscourseError(f"unit={unit!r}: collocates are counted as 'word' or 'lemma'")
    if (window is not None and window < 1) or min_count < 1 or n_boot < 1:
        raise DiscourseError("window, min_count and n_boot must be at least 1")
    resample.checked(level, n_boot, seed)
    by = counting.columns(by)
    keys = counting.keys(by, "language")
    tokens = corpus.tokens
    use = np.ones(len(tokens.ids), dtype=bool) if include_marked else np.asarray(tokens.kept)
    inside, near = _windows(corpus, query.find(corpus, pattern, unit=node), window, use)
    if use.any() and inside[use].all():
        told = query.short(pattern)
        raise DiscourseError(f"pattern {told} matches every word: nothing is left beside it")
    ids, vocabulary = counting.terms_of(corpus, unit)
    cells = _Cells(tokens, ids, vocabulary, inside, near, use, len(corpus.documents))
    found = []
    for name, code, rows in counting.monolingual(corpus.documents, by):
        values = _group(cells, rows, min_count, level, n_boot, seed)
        values["stop_word"] = counting.stop_words(values["collocate"], unit, code)
        own = {c: corpus.documents[c].iloc[rows[0]] for c in keys}
        found.append(values.assign(language=code, group=name, **own))
    out = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    where = "in the sentence of the node"
    if window is not None:
        where = f"within {window} words of the node in its sentence"
    method = METHOD.format(where=where, n_boot=n_boot, marked=counting.MARKED[include_marked])
    method += resample.told(out["n_docs"] if len(out) else 0)
    out = out.assign(
        term=pattern, by=counting.SEPARATOR.join(by), method=method, unit="logDice, at most 14",
        level=level, term_unit=node,
    )  # fmt: skip
    return frame(out, measure="collocation", keys=(*KEYS[:2], *keys, *KEYS[2:]), extra=EXTRA)


def _windows(
    corpus: "Corpus", places: query.Places, window: int | None, use: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which tokens are in a node, and which are near one but in none; bool arrays."""
    tokens = corpus.tokens
    n = len(tokens.ids)
    places = places.take(use[places.first])
    first, last = places.first, places.last
    far = n if window is None else min(window, n)
    # Sentences are numbered in the order of the tokens, so their bounds are found by search.
    opens = np.searchsorted(tokens.sentence, tokens.sentence[first], side="left")
    closes = np.searchsorted(tokens.sentence, tokens.sentence[last], side="right") - 1
    around = query.Places(np.maximum(first - far, opens), np.minimum(last + far, closes))
    node, near = places.cover(n), around.cover(n)
    return node & use, near & ~node & use


class _Cells:
    """Counts by document: words inside windows, words outside nodes, nodes, totals."""

    def __init__(
        self,
        tokens: "Tokens",
        ids: np.ndarray,
        terms: np.ndarray,
        node: np.ndarray,
        near: np.ndarray,
        use: np.ndarray,
        n_docs: int,
    ) -> None:
        self.tokens, self.ids, self.terms, self.near = tokens, ids, terms, near
        self.shape = (n_docs, len(terms))
        self.inside = self._table(near)
        self.whole = self._table(use & ~node)
        self.near_size = self._sizes(near)
        self.size = self._sizes(use & ~node)
        self.kept_size = self._sizes(use)
        # A run of node tokens is one occurrence of the node.
        before = np.concatenate([[False], node[:-1] & (np.diff(tokens.doc) == 0)])[: len(node)]
        self.nodes = self._sizes(node & ~before)

    def _table(self, which: np.ndarray) -> sparse.csr_array:
        return counting.tabulate(self.tokens.doc[which], self.ids[which], self.shape)

    def _sizes(self, which: np.ndarray) -> np.ndarray:
        return np.bincount(self.tokens.doc[which], minlength=self.shape[0]).astype(np.int64)

    def sentences(self, rows: np.ndarray, use: np.ndarray) -> list[tuple[int, ...]]:
        """Return, for each term of `use`, the sentences in which it stands near the node."""
        inside = self.near & np.isin(self.tokens.doc, rows) & np.isin(self.ids, use)
        pairs = np.unique(np.stack([self.ids[inside], self.tokens.sentence[inside]]), axis=1)
        cuts = (
            np.searchsorted(pairs[0], use, side="left"),
            np.searchsorted(pairs[0], use, side="right"),
        )
        return [tuple(pairs[1, a:b].tolist()) for a, b in zip(*cuts, strict=True)]


def _group(
    cells: _Cells, rows: np.ndarray, min_count: int, level: float, n_boot: int, seed: int
) -> pd.DataFrame:
    inside, whole = cells.inside[rows], cells.whole[rows]
    o11 = np.asarray(inside.sum(axis=0)).ravel()
    use = np.flatnonzero(o11 >= min_count)
    inside, whole, o11 = sparse.csc_array(inside[:, use]), sparse.csc_array(whole[:, use]), o11[use]
    c1 = np.asarray(whole.sum(axis=0)).ravel()
    nodes, n_docs = cells.nodes[rows], len(rows)
    cell = (o11, cells.near_size[rows].sum(), c1, cells.size[rows].sum())
    estimate = association.log_dice(o11, nodes.sum(), c1)
    lo, hi = _interval(inside, whole, nodes, estimate, level, n_boot, seed)
    forward, backward = association.delta_p(*cell)
    out = pd.DataFrame(
        {
            "collocate": cells.terms[use],
            "estimate": estimate,
            "lo": lo,
            "hi": hi,
            "n_docs": n_docs,
            "n_tokens": int(cells.kept_size[rows].sum()),
            "n": o11,
            "n_node": int(nodes.sum()),
            "n_collocate": c1,
            "docs_with": np.asarray((inside > 0).sum(axis=0)).ravel(),
            "expected": association.expected(*cell[1:]),
            "mi": association.mutual_information(*cell),
            "t": association.t_score(*cell),
            "ll4": association.association_ll4(*cell),
            "delta_p_from_node": forward,
            "delta_p_from_collocate": backward,
            "sentences": pd.Series(cells.sentences(rows, use), dtype=object),
        }
    )
    out["verdict"] = _verdicts(out)
    return out.sort_values(["estimate", "n", "collocate"], ascending=[False, False, True])


def _verdicts(rows: pd.DataFrame) -> np.ndarray:
    rules = [
        (rows["n_docs"] < 2, ONE_TEXT),
        (rows["n_docs"] < resample.MIN_DOCS, "too little text"),
        (rows["docs_with"] < 2, "together in one text only"),
        (rows["n"] <= rows["expected"], "no more often together than by chance"),
    ]
    return np.select([r for r, _ in rules], [v for _, v in rules], "collocate")


def _interval(
    inside: sparse.csc_array,
    whole: sparse.csc_array,
    nodes: np.ndarray,
    estimate: np.ndarray,
    level: float,
    n_boot: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Bootstrap logDice over documents; samples in which the two never meet count as lowest."""
    inside, whole, nodes = resample.pooled(inside, whole, nodes, seed=seed)
    inside, whole = sparse.csc_array(inside), sparse.csc_array(whole)
    n_docs, n_terms = len(nodes), len(estimate)
    lo, hi = np.full(n_terms, np.nan), np.full(n_terms, np.nan)
    if n_docs < 2:
        return lo, hi
    drawn = resample.weights(n_docs, n_boot=n_boot, seed=seed)
    fx = drawn @ nodes
    for part in resample.blocks(n_terms, n_boot):
        o, fy = (resample.totals(m[:, part], drawn) for m in (inside, whole))
        samples = association.log_dice(np.maximum(o, association.ZERO), fx, np.maximum(fy, 1))
        lo[part], hi[part] = resample.interval(samples, estimate[part], level=level, n_docs=n_docs)
    return lo, hi
