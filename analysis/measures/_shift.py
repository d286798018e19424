"""The arithmetic of a word shift: contributions, their intervals, and what chance would make."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import entr, rel_entr

from analysis import resample
from analysis.measures.pairs import Pair
from analysis.results import DiscourseError
from analysis.scan import fold

SHUFFLES = 199
"""How often documents are dealt out anew to see what chance makes of the whole difference."""


@dataclass(frozen=True)
class Sides:
    """The terms of two groups of documents.

    Attributes
    ----------
    kind : str
        See :data:`analysis.measures.wordshift.KINDS`.
    x : list of csc_array, shape (n_docs, n_terms)
        Counts in target and reference; only terms that count.
    score : ndarray, shape (n_terms,)
        Scores of the terms; used by the sentiment shift only.
    centre : float or None
        The reference score; None: the mean score of the reference.
    """

    kind: str
    x: list[sparse.csc_array]
    score: np.ndarray
    centre: float | None

    def proportions(self) -> list[np.ndarray]:
        """Return each side's proportion of every term; NaN for a side without any."""
        totals = [np.asarray(m.sum(axis=0), dtype=np.float64).ravel() for m in self.x]
        return [over(f, f.sum()) for f in totals]

    def averages(self) -> tuple[float, float]:
        """Return what the whole difference is the difference of; NaN where it is of nothing."""
        p, r = self.proportions()
        if self.kind == "entropy":
            return float(entr(p).sum() / np.log(2)), float(entr(r).sum() / np.log(2))
        if self.kind == "sentiment" and len(self.score):
            return float(p @ self.score), float(r @ self.score)
        return np.nan, np.nan

    def middle(self) -> float:
        """Return the reference score."""
        return self.averages()[1] if self.centre is None else self.centre


def over(part: Any, whole: Any) -> Any:
    """Divide; NaN, without a warning, where the whole is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(part, dtype=np.float64) / whole


def by_term(scores: pd.DataFrame | pd.Series, unit: str) -> pd.Series:
    """Return scores given as a frame (``term, score``) or a Series as one number a term.

    Raises
    ------
    DiscourseError
        If a column lacks, no term has a number, or a term has two.
    """
    if isinstance(scores, pd.DataFrame):
        if missing := [c for c in ("term", "score") if c not in scores]:
            raise DiscourseError(f"scores lacks the column {missing[0]!r}: give term and score")
        scores = scores.set_index("term")["score"]
    values = pd.to_numeric(pd.Series(scores), errors="coerce")
    values = values[values.notna() & values.index.notna()].astype(np.float64)
    if values.empty or not np.isfinite(values).all():
        raise DiscourseError("scores: give a finite number for at least one term")
    terms = values.index.astype(str)
    values.index = terms.map(fold) if unit == "word" else terms
    once = values[~pd.MultiIndex.from_arrays([values.index, values]).duplicated()]
    if len(twice := once.index[once.index.duplicated()]):
        raise DiscourseError(f"scores has two scores for {twice[0]!r}: keep one of them")
    return once


def contributions(kind: str, p: Any, r: Any, score: Any, centre: Any) -> Any:
    """Return what terms of proportions `p` and `r` contribute; see the formulas of the measure."""
    if kind == "entropy":
        return (entr(p) - entr(r)) / np.log(2)
    if kind == "jsd":
        m = (p + r) / 2
        return (rel_entr(p, m) + rel_entr(r, m)) / (2 * np.log(2))
    return (p - r) * (score - centre) if kind == "sentiment" else p - r


def interval(
    sides: Sides, chosen: np.ndarray, pair: Pair, *, level: float, n_boot: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Bootstrap the contributions of the `chosen` terms over documents, each side by itself."""
    lo, hi = np.full((2, len(chosen)), np.nan)
    fewest = min(m.shape[0] for m in sides.x)
    if fewest < 2 or not all(m.sum() for m in sides.x):
        return lo, hi
    seeds = pair.seeds(seed)
    pools = [resample.pooled(m, seed=k)[0] for m, k in zip(sides.x, seeds, strict=True)]
    drawn = [resample.weights(m.shape[0], n_boot=n_boot, seed=k)
             for m, k in zip(pools, seeds, strict=True)]  # fmt: skip
    below = [w @ np.asarray(m.sum(axis=1)).ravel() for m, w in zip(pools, drawn, strict=True)]
    centre: Any = sides.centre
    if sides.kind == "sentiment" and centre is None:
        centre = over(drawn[1] @ (pools[1] @ sides.score), below[1])
    score, (p, r) = sides.score[chosen], (v[chosen] for v in sides.proportions())
    estimate = contributions(sides.kind, p, r, score, sides.middle())
    columns = [sparse.csc_array(m)[:, chosen] for m in pools]
    for part in resample.blocks(len(chosen), n_boot):
        a, b = (over(resample.totals(m[:, part], w), n)
                for m, w, n in zip(columns, drawn, below, strict=True))  # fmt: skip
        samples = contributions(sides.kind, a, b, score[part, None], centre)
        if sides.kind == "jsd":
            samples = np.where((a > b) == (p > r)[part, None], samples, 0 - samples)
        lo[part], hi[part] = resample.interval(samples, estimate[part], level=level, n_docs=fewest)
    return lo, hi


def chance(sides: Sides, pair: Pair, *, level: float, seed: int) -> tuple[float, float]:
    """Return the middle part of the whole differences between groups dealt out at random.

    The groups have as many documents as target and reference have. NaN with one document on a
    side, and for proportions, whose differences add up to zero.
    """
    docs = [m.shape[0] for m in sides.x]
    if sides.kind == "proportion" or min(docs) < 2 or not sides.x[0].shape[1]:
        return np.nan, np.nan
    first = 0 if pair.first else 1
    both = sparse.csc_array(sparse.vstack([sides.x[first], sides.x[1 - first]]))
    orders = resample.permutations(sum(docs), n=SHUFFLES, seed=seed)
    dealt = np.zeros((SHUFFLES, sum(docs)))
    np.put_along_axis(dealt, orders[:, : docs[first]], 1, axis=1)
    words = np.asarray(both.sum(axis=1), dtype=np.float64).ravel()
    whole = np.zeros(SHUFFLES)
    for part in resample.blocks(both.shape[1], SHUFFLES):
        columns = both[:, part]
        a = resample.totals(columns, dealt)
        b = np.asarray(columns.sum(axis=0), dtype=np.float64).reshape(-1, 1) - a
        p, r = over(a, dealt @ words), over(b, (1 - dealt) @ words)
        found = contributions(sides.kind, p, r, sides.score[part, None], 0.0)
        whole += found.sum(axis=0)
    if sides.kind != "jsd" and not pair.first:
        whole = -whole
    lo, hi = np.quantile(whole, ((1 - level) / 2, (1 + level) / 2))
    return float(lo), float(hi)
