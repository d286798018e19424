"""One contrast of two sides, term by term: log ratio, its interval, its frailty and the verdict."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import resample
from analysis.measures import association
from analysis.results import ONE_TEXT

MANY = 20_000
"""Terms of one contrast beyond which only :func:`candidates` get an interval."""
LOCK = float(np.log2(1.5))
"""A lockword's whole interval lies within this log ratio: rates differ by less than half."""


def log_ratio(f1: Any, n1: Any, f2: Any, n2: Any) -> np.ndarray:
    """Hardie's log ratio, save that a side without the term never counts as the one with more.

    A zero stands for half an occurrence; on a short side that alone can be the higher rate.
    """
    out = association.log_ratio(f1, n1, f2, n2)
    wrong = (np.asarray(f1) == 0) & (out > 0) | (np.asarray(f2) == 0) & (out < 0)
    return np.where(wrong, 0.0, out)


def candidates(rows: pd.DataFrame, level: float) -> np.ndarray:
    """Return which terms an interval is worth computing for; bool array.

    All, up to :data:`MANY`. Of more, those whose verdict an interval decides: terms that the test
    lets pass (q) and terms whose rates differ by less than half, the most frequent first.
    """
    if len(rows) <= MANY:
        return np.ones(len(rows), dtype=bool)
    can = (rows["q"] <= 1 - level) | (rows["estimate"].abs() < LOCK)
    weight = np.where(can, rows["n"] + rows["n_reference"], -1)
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[np.argsort(-weight, kind="stable")[:MANY]] = True
    return chosen & can.to_numpy(dtype=bool)


def interval(
    x: list[sparse.csc_array],
    sizes: list[np.ndarray],
    estimate: np.ndarray,
    level: float,
    n_boot: int,
    seeds: tuple[int, int],
) -> tuple[np.ndarray, np.ndarray]:
    """Bootstrap the log ratio over documents, each side by itself."""
    pools = [resample.pooled(m, s, seed=k) for m, s, k in zip(x, sizes, seeds, strict=True)]
    x, sizes = [sparse.csc_array(p[0]) for p in pools], [p[1] for p in pools]
    fewest, n_terms = min(len(s) for s in sizes), len(estimate)
    lo, hi = np.full(n_terms, np.nan), np.full(n_terms, np.nan)
    if fewest < 2 or not all(s.sum() for s in sizes):
        return lo, hi
    drawn = [
        resample.weights(len(s), n_boot=n_boot, seed=k) for s, k in zip(sizes, seeds, strict=True)
    ]
    below = [np.maximum(w @ s, 1) for w, s in zip(drawn, sizes, strict=True)]
    shift = np.log2(below[1]) - np.log2(below[0])
    for part in resample.blocks(n_terms, n_boot):
        a, b = (resample.totals(m[:, part], w) for m, w in zip(x, drawn, strict=True))
        samples = np.log2(np.maximum(a, association.ZERO)) + shift
        samples -= np.log2(np.maximum(b, association.ZERO))
        samples[(a == 0) & (samples > 0) | (b == 0) & (samples < 0)] = 0
        lo[part], hi[part] = resample.interval(samples, estimate[part], level=level, n_docs=fewest)
    return lo, hi


def without_one(
    x: list[sparse.csc_array], sizes: list[np.ndarray], estimate: np.ndarray
) -> np.ndarray:
    """Return the log ratio nearest zero after leaving out one document of the heavier side."""
    f = [np.asarray(m.sum(axis=0)).ravel() for m in x]
    n = [s.sum() for s in sizes]
    out = np.full(len(estimate), np.nan)
    for side, sign in ((0, 1), (1, -1)):
        if len(sizes[side]) < 2:
            continue
        cells = sparse.coo_array(x[side])
        doc, term = cells.coords
        part = (f[side][term] - cells.data, n[side] - sizes[side][doc])
        whole = (f[1 - side][term], n[1 - side])
        left = log_ratio(*part, *whole)
        left = np.where(np.isnan(left), 0, left)  # Nobody else has the term.
        worst = np.full(len(estimate), np.inf)
        np.minimum.at(worst, term, left)
        use = (sign * estimate > 0) & np.isfinite(worst)
        out[use] = sign * worst[use]
    return out


def log_odds(f1: np.ndarray, n1: int, f2: np.ndarray, n2: int) -> np.ndarray:
    """Weighted log-odds whose prior is a tenth of both sides' counts; other words are one term."""
    other = np.array([n1 - f1.sum(), n2 - f2.sum()])
    y1, y2 = np.append(f1, max(other[0], 0)), np.append(f2, max(other[1], 0))
    return association.weighted_log_odds(y1, y2, np.maximum(0.1 * (y1 + y2), 0.01))[:-1]


def verdicts(rows: pd.DataFrame, level: float) -> np.ndarray:
    """Say in words what a row shows; the first rule that holds decides."""
    estimate, left = rows["estimate"].to_numpy(), rows["without_one_text"].to_numpy()
    lo, hi, q = (rows[c].to_numpy() for c in ("lo", "hi", "q"))
    fewest = rows[["n_docs", "docs_reference"]].min(axis=1).to_numpy()
    apart = (lo > 0) | (hi < 0)
    driven = np.where(np.sign(estimate) * left < np.abs(estimate) / 2, True, False)
    rules = [
        (fewest < 2, ONE_TEXT),
        (~rows["resampled"].to_numpy() & (q > 1 - level), "not distinguishable"),
        (~rows["resampled"].to_numpy(), "too rare to be resampled among so many"),
        ((fewest < resample.MIN_DOCS) | np.isnan(lo), "too little text"),
        (apart & (q <= 1 - level) & ~driven & (estimate > 0), "key"),
        (apart & (q <= 1 - level) & ~driven, "key: used less"),
        (apart & driven, "key but one text drives it"),
        ((np.abs(lo) < LOCK) & (np.abs(hi) < LOCK), "lockword: much the same on both sides"),
    ]
    return np.select([r for r, _ in rules], [v for _, v in rules], "not distinguishable")
