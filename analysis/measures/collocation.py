"""Collocation: which words keep company with a node, inside its window and sentence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import query, resample
from analysis.engine import Engine
from analysis.measures import association
from analysis.measures._contrast import UNSAMPLED
from analysis.measures._meetings import MANY, Bins, Pairs, intervals, outside
from analysis.measures._windows import Company, company
from analysis.postings import Postings
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

WINDOW = 5
KEYS = ("term", "collocate", "language", "by", "group")
EXTRA = (
    "n_node", "n_collocate", "docs_with", "expected", "mi", "t", "ll4", "delta_p_from_node",
    "delta_p_from_collocate", "stop_word", "term_unit", "sentences",
)  # fmt: skip
METHOD = (
    "logDice (Rychlý 2008) of words {where}, each word counted "
    "once; mi, t, ll4 and ΔP against the words outside the windows; {interval}; {marked}{more}"
)
RESAMPLED = "interval: bootstrap of documents ({n_boot} samples, expanded percentile, pointwise)"
SOME = f"; of more than {MANY:,} collocates in a group only those with the highest logDice get one"


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
        Coverage, number of resamples and random seed of the interval; n_boot = 0 for none.

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
    if (window is not None and window < 1) or min_count < 1:
        raise DiscourseError("window and min_count must be at least 1")
    resample.checked(level, n_boot, seed)
    by = counting.columns(by)
    keys = counting.keys(by, "language")
    groups = counting.monolingual(corpus.documents, by)
    found = company(
        corpus, pattern, node=node, unit=unit, window=window, include_marked=include_marked
    )
    held = counting.postings_of(corpus, unit=unit, include_marked=include_marked)
    if held.n_tokens.any() and found.node_n.sum() == held.n_tokens.sum():
        told = query.short(pattern)
        raise DiscourseError(f"pattern {told} matches every word: nothing is left beside it")
    members = [rows for _, _, rows in groups]
    pairs = Pairs.of(found, members, held, min_count)
    out = _rows(corpus.engine, found, pairs, held, members, level, n_boot, seed)
    names = [pd.array([g[i] for g in groups], dtype="str") for i in (0, 1)]
    spoken = names[1].take(pairs.group)
    first = np.array([rows[0] for rows in members], dtype=np.int64)[pairs.group]
    out = out.assign(
        group=names[0].take(pairs.group), language=spoken,
        stop_word=_stop_words(held, pairs, spoken),
        **{c: corpus.documents[c].array.take(first) for c in keys},
    )  # fmt: skip
    out = out.iloc[np.lexsort((pairs.term, -out["n"], -out["estimate"], pairs.group))]
    where = "in the sentence of the node"
    if window is not None:
        where = f"within {window} words of the node in its sentence"
    method = _method(out, where, counting.MARKED[include_marked], n_boot)
    out = out.assign(
        term=pattern, by=counting.SEPARATOR.join(by), method=method, unit="logDice, at most 14",
        level=level, term_unit=node,
    )  # fmt: skip
    return frame(out, measure="collocation", keys=(*KEYS[:2], *keys, *KEYS[2:]), extra=EXTRA)


def _method(out: pd.DataFrame, where: str, marked: str, n_boot: int) -> str:
    """Say how the rows were made, and which of them have an interval."""
    if not n_boot:
        return METHOD.format(where=where, interval=UNSAMPLED, marked=marked, more="")
    many = len(out) > 0 and out["group"].value_counts().max() > MANY
    more = resample.told(out["n_docs"] if len(out) else 0) + (SOME if many else "")
    interval = RESAMPLED.format(n_boot=n_boot)
    return METHOD.format(where=where, interval=interval, marked=marked, more=more)


def _stop_words(held: Postings, pairs: Pairs, spoken: Any) -> np.ndarray:
    out = np.zeros(len(pairs.term), dtype=bool)
    for code in pd.unique(spoken):
        own = np.asarray(spoken == code)
        out[own] = counting.stop_words(held.terms[pairs.term[own]].tolist(), held.unit, code)
    return out


def _rows(
    engine: Engine,
    found: Company,
    pairs: Pairs,
    held: Postings,
    members: list[np.ndarray],
    level: float,
    n_boot: int,
    seed: int,
) -> pd.DataFrame:
    """Score all pairs."""
    n_docs = len(held.n_tokens)
    inner, nodes = (
        np.bincount(doc, n, n_docs).astype(np.int64)
        for doc, n in ((found.node_doc, found.node_n), (found.met, found.met_n))
    )
    bins = Bins.of(members, n_docs, seed, pooled=bool(n_boot))
    whole = outside(engine, held, found, np.unique(pairs.term), bins)
    c1 = whole.sums(pairs)
    docs, n_tokens, n_node, size = (
        np.array([a[rows].sum() for rows in members], dtype=np.int64)[pairs.group]
        for a in (np.ones(n_docs, dtype=np.int64), held.n_tokens, nodes, held.n_tokens - inner)
    )
    cell = (pairs.n, pairs.near[pairs.group], c1, size)
    estimate = association.log_dice(pairs.n, n_node, c1)
    lo, hi = np.full((2, len(estimate)), np.nan)
    if n_boot:
        lo, hi = intervals(engine, pairs, whole, nodes, estimate, level, n_boot, seed)
    forward, backward = association.delta_p(*cell)
    out = pd.DataFrame(
        {
            "collocate": pd.array(held.terms[pairs.term], dtype="str"),
            "estimate": estimate,
            "lo": lo,
            "hi": hi,
            "n_docs": docs,
            "n_tokens": n_tokens,
            "n": pairs.n,
            "n_node": n_node,
            "n_collocate": c1,
            "docs_with": pairs.docs_with,
            "expected": association.expected(*cell[1:]),
            "mi": association.mutual_information(*cell),
            "t": association.t_score(*cell),
            "ll4": association.association_ll4(*cell),
            "delta_p_from_node": forward,
            "delta_p_from_collocate": backward,
            "sentences": pairs.sentences(),
        }
    )
    return out.assign(verdict=_verdicts(out))


def _verdicts(rows: pd.DataFrame) -> np.ndarray:
    rules = [
        (rows["n_docs"] < 2, ONE_TEXT),
        (rows["n_docs"] < resample.MIN_DOCS, "too little text"),
        (rows["docs_with"] < 2, "together in one text only"),
        (rows["n"] <= rows["expected"], "no more often together than by chance"),
    ]
    return np.select([r for r, _ in rules], [v for _, v in rules], "collocate")
