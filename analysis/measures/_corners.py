"""Rates of groups made of cells: their ratios, of two sides or of four corners, on arrays only.

A *cell* is the documents that share a level of each of two factors; a *corner* is a weighted mean
of the rates of some cells. Documents of different cells are independent of each other, so that
whatever is known of the cells one by one is enough for every comparison of their means.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse, special, stats

from analysis import resample
from analysis.counts import tabulate
from analysis.measures.association import ZERO

SIGNS = {2: np.array([1, -1]), 4: np.array([1, -1, -1, 1])}
"""Which corners stand above the line of the ratio, by how many corners there are."""
BESIDE = {2: ((1,), (0,)), 4: ((1, 2), (0, 3), (0, 3), (1, 2))}
"""The corners that differ from a corner in one factor only."""


@dataclass(frozen=True)
class Cells:
    """What every cell knows of every term; all but `n` and `docs` of shape (n_cells, n_terms).

    Attributes
    ----------
    n, docs : ndarray, shape (n_cells,)
        Words and documents.
    f : ndarray
        Occurrences.
    variance : ndarray
        Of the rate, between documents, by leaving out one at a time:
        ``(D-1)/D sum((x - r n_d)² / (n - n_d)²)`` (jackknife of a ratio: Cochran 1977, Sampling
        Techniques, §6.17); for documents of one length it is ``D/(D-1) sum((x - r n_d)²) / n²``.
    carriers : ndarray
        Documents with the term.
    pull : ndarray
        How far the rate falls when the document that lifts it most is left out.
    """

    n: np.ndarray
    docs: np.ndarray
    f: np.ndarray
    variance: np.ndarray
    carriers: np.ndarray
    pull: np.ndarray


def cells(matrix: sparse.csr_array, sizes: np.ndarray, of: np.ndarray, n_cells: int) -> Cells:
    """Sum up documents by cell; `of` is the cell of every row, of at least two rows each."""
    member = tabulate(of, np.arange(len(of)), (n_cells, len(of))).astype(np.float64)
    x, n_doc = sparse.csr_array(matrix).astype(np.float64), sizes.astype(np.float64)
    n, docs = member @ n_doc, np.bincount(of, minlength=n_cells).astype(np.float64)
    f, carriers = (member @ x).toarray(), (member @ (x > 0).astype(np.float64)).toarray()
    rate = f / n[:, None]
    weight = 1 / np.maximum(n[of] - n_doc, 1) ** 2
    square = (member @ x.power(2).multiply(weight[:, None]).tocsr()).toarray()
    square -= 2 * rate * (member @ x.multiply((weight * n_doc)[:, None]).tocsr()).toarray()
    square += rate**2 * (member @ (weight * n_doc**2))[:, None]
    variance = np.maximum(square, 0) * ((docs - 1) / docs)[:, None]
    entry = sparse.coo_array(x)
    doc, term = entry.coords
    cell, left = of[doc], rate.copy()
    without = (f[cell, term] - entry.data) / np.maximum(n[cell] - n_doc[doc], 1)
    np.minimum.at(left, (cell, term), without)
    return Cells(n, docs, f, variance, carriers, rate - left)


@dataclass(frozen=True)
class Ratios:
    """Comparisons of the same corners term by term; arrays of shape (n_comparisons, n_terms).

    `estimate` and `without_one` are base 2 logarithms; `p` is that of the estimate, two-sided;
    `t` the estimate over its standard error; `rate` that of the first corner and `expected` the
    one that would make the ratio 1.
    """

    estimate: np.ndarray
    without_one: np.ndarray
    t: np.ndarray
    p: np.ndarray
    rate: np.ndarray
    expected: np.ndarray


def compare(held: Cells, weight: np.ndarray) -> Ratios:
    """Compare two sides or four corners.

    With R a corner's rate, w its cells' weights and V, r, n, f of a cell as in :class:`Cells`::

        R  = sum(w r)                                 v = max( sum(w² V), sum(w² f/n²) ) / R²
        t  = ln(R0/R1) / sqrt(v0 + v1)                or  ln(R0 R3 / (R1 R2)) / sqrt(v0 + … + v3)

    with Welch's degrees of freedom over the cells: the test of :func:`analysis.resample.ratio_test`
    carried over to means of cells (Cochran 1977, §6.11, separate ratio estimates) and to a ratio of
    ratios (Altman & Bland 2003, BMJ 326:219). The second term of v, the variance of independent
    words, stands in where documents show less. A corner without the term counts as half an
    occurrence, but never as having more than it should; where the term is absent above and below
    the line the ratio is undefined. For an absent term p is at least the chance that shuffled
    documents would put all that carry it into the corner beside.

    Parameters
    ----------
    held : Cells
    weight : ndarray, shape (n_comparisons, 2 or 4, n_cells)
        Weights of the cells in each corner; each corner's add up to 1.
    """
    sign = SIGNS[weight.shape[1]][:, None]
    f_rate = held.f / held.n[:, None]
    words, docs = (weight > 0) @ held.n, (weight > 0) @ held.docs
    rate = weight @ f_rate
    absent = rate == 0
    shown = np.where(absent, (ZERO / words)[..., None], rate)
    between = weight**2 @ held.variance
    with np.errstate(divide="ignore", invalid="ignore"):
        own = between**2 / (weight**4 @ (held.variance**2 / (held.docs - 1)[:, None]))
    own = np.where(between > 0, own, (docs - (weight > 0).sum(axis=2))[..., None])
    v = np.maximum(between, weight**2 @ (held.f / (held.n**2)[:, None])) / shown**2
    v = np.where(absent, 1 / ZERO, v)
    total = v.sum(axis=1)
    logs = np.log(shown)
    estimate = settle((sign * logs).sum(axis=1), absent, sign)
    t = estimate / np.sqrt(total)
    p = 2 * stats.t.sf(np.abs(t), total**2 / (v**2 / own).sum(axis=1))
    p = np.fmax(p, _chance(absent, (weight > 0) @ held.carriers, docs))
    p = np.where(np.isnan(estimate), np.nan, p)
    left = _without_one(estimate, rate, held.pull, weight, sign)
    expected = np.exp(logs[:, 0] - (sign * logs).sum(axis=1))
    return Ratios(estimate / np.log(2), left / np.log(2), t, p, rate[:, 0], expected)


def settle(ratio: np.ndarray, absent: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Take back what only stand-ins for zeros say; corners are the last axis but one of `absent`.

    A corner without the term never counts as the higher one: such a log ratio is 0; NaN where the
    term is absent both above and below the line.
    """
    if not absent.any():
        return ratio
    above, below = (absent & (sign > 0)).any(axis=-2), (absent & (sign < 0)).any(axis=-2)
    out = np.where(above & (ratio > 0) | below & (ratio < 0), 0.0, ratio)
    return np.where(above & below, np.nan, out)


def _chance(absent: np.ndarray, carriers: np.ndarray, docs: np.ndarray) -> np.ndarray:
    """Return the chance of an absence as such, 0 where the term is in all corners."""
    out = np.zeros((absent.shape[0], absent.shape[2]))
    for corner, others in enumerate(BESIDE[absent.shape[1]]):
        k, t = np.nonzero(absent[:, corner])
        for other in others:
            here, there, c = docs[k, corner], docs[k, other], carriers[k, other, t]
            log = special.gammaln(there + 1) - special.gammaln(there - c + 1)
            log += special.gammaln(here + there - c + 1) - special.gammaln(here + there + 1)
            np.maximum.at(out, (k, t), np.where(c > 0, np.exp(log), 0))
    return out


def _without_one(
    estimate: np.ndarray, rate: np.ndarray, pull: np.ndarray, weight: np.ndarray, sign: np.ndarray
) -> np.ndarray:
    """Return the ratio nearest zero after leaving out one document of a corner that lifts it."""
    fall = np.zeros_like(estimate)
    for k, corners in enumerate(weight):
        for corner, w in enumerate(corners):
            use = np.flatnonzero(w)
            most = (w[use, None] * pull[use]).max(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                own = -np.log1p(-np.minimum(most / rate[k, corner], 1))
            lifts = np.sign(estimate[k]) == sign[corner, 0]
            fall[k] = np.where(lifts, np.fmax(fall[k], own), fall[k])
    # Nothing is left of the term: it no longer speaks for a difference.
    return np.where(np.isinf(fall), 0, estimate - np.sign(estimate) * fall)


def intervals(
    x: sparse.csr_array,
    sizes: np.ndarray,
    of: np.ndarray,
    weight: np.ndarray,
    estimate: np.ndarray,
    *,
    level: float,
    n_boot: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Bootstrap the ratios over documents, every cell by itself.

    Of a cell of D documents D - 1 are drawn, which gives means of small cells their right variance
    (Rao, Wu & Yue 1992, Survey Methodology 18, rescaling bootstrap); the interval is the expanded
    percentile one of :func:`analysis.resample.interval`.

    Parameters
    ----------
    x, sizes, of
        Counts, words and cell of every document.
    weight : ndarray, shape (n_comparisons, n_corners, n_cells)
    estimate : ndarray, shape (n_comparisons, n_terms)
        NaN where no interval is wanted.

    Returns
    -------
    lo, hi : ndarray, shape (n_comparisons, n_terms)
    """
    n_cells, chosen = weight.shape[2], ~np.isnan(estimate)
    parts, drawn, below = _draws(x, sizes, of, n_cells, n_boot, seed)
    docs = np.bincount(of, minlength=n_cells)
    fewest = ((weight > 0) @ docs).min(axis=1)
    sign = SIGNS[weight.shape[1]][:, None]
    stand_in = ZERO / ((weight > 0) @ np.bincount(of, weights=sizes, minlength=n_cells))
    lo, hi = np.full((2, *estimate.shape), np.nan)
    wanted = np.flatnonzero(chosen.any(axis=0))
    for block in resample.blocks(len(wanted), n_boot * n_cells):
        terms = wanted[block]
        rates = np.stack(
            [
                resample.totals(p[:, terms], w) / b
                for p, w, b in zip(parts, drawn, below, strict=True)
            ],
            axis=1,
        )
        for rate, term in zip(rates, terms.tolist(), strict=True):
            for n_docs in np.unique(fewest[chosen[:, term]]).tolist():
                k = np.flatnonzero(chosen[:, term] & (fewest == n_docs))
                corner = (weight[k].reshape(-1, n_cells) @ rate).reshape(len(k), -1, n_boot)
                absent = corner == 0
                logs = np.log2(np.where(absent, stand_in[k][..., None], corner))
                samples = np.nan_to_num(settle((sign * logs).sum(axis=1), absent, sign))
                lo[k, term], hi[k, term] = resample.interval(
                    samples, estimate[k, term], level=level, n_docs=n_docs
                )
    return lo, hi


def _draws(
    x: sparse.csr_array, sizes: np.ndarray, of: np.ndarray, n_cells: int, n_boot: int, seed: int
) -> tuple[list[sparse.csc_array], list[np.ndarray], list[np.ndarray]]:
    """Draw documents of every cell; returns their counts, how often each is drawn, and words."""
    parts, drawn, below = [], [], []
    seeds = np.random.SeedSequence(seed).generate_state(max(1, n_cells)).tolist()
    for cell in range(n_cells):
        rows = np.flatnonzero(of == cell)
        counts, words = resample.pooled(x[rows], sizes[rows], seed=seeds[cell])
        n = len(words)
        rng = np.random.default_rng(seeds[cell])
        w = rng.multinomial(n - 1, np.full(n, 1 / n), size=n_boot).astype(np.float64)
        parts.append(sparse.csc_array(counts))
        drawn.append(w)
        below.append(w @ words)
    return parts, drawn, below
