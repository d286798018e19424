"""Rates of groups made of cells: their ratios, of two sides or of four corners, on arrays only.

A *cell* is the documents that share a level of each of two factors; a *corner* is a weighted mean
of the rates of some cells. Documents of different cells are independent of each other, so that
whatever is known of the cells one by one is enough for every comparison of their means.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis import rates, resample

ABOVE = {2: [0], 4: [0, 3]}
BELOW = {2: [1], 4: [1, 2]}
"""Which corners stand above and below the line of the ratio, by how many corners there are."""
BESIDE = {2: ((1,), (0,)), 4: ((1, 2), (0, 3), (0, 3), (1, 2))}
"""The corners that differ from a corner in one factor only."""


@dataclass(frozen=True)
class Cells:
    """What every cell knows of every term; arrays of shape (n_cells, n_terms).

    Attributes
    ----------
    of : rates.Sums
        Of each cell.
    pull : ndarray
        How far the rate falls when the document that lifts it most is left out.
    most : ndarray
        What the document with most occurrences adds to the rate.
    """

    of: rates.Sums
    pull: np.ndarray
    most: np.ndarray


def cells(matrix: sparse.csr_array, sizes: np.ndarray, of: np.ndarray, n_cells: int) -> Cells:
    """Sum up documents by cell; `of` is the cell of every row, of at least two rows each."""
    found = rates.of_groups(matrix, sizes, of, n_cells)
    entry = sparse.coo_array(matrix)
    doc, term = entry.coords
    cell, n = of[doc], sizes[doc].astype(np.float64)
    rate = found.x / found.n
    left, most = rate.copy(), np.zeros_like(rate)
    without = (found.x[cell, term] - entry.data) / np.maximum(found.n[cell, 0] - n, 1)
    np.minimum.at(left, (cell, term), without)
    np.maximum.at(most, (cell, term), entry.data / found.n[cell, 0])
    return Cells(found, rate - left, most)


@dataclass(frozen=True)
class Ratios:
    """Comparisons of the same corners term by term; arrays of shape (n_comparisons, n_terms).

    Attributes
    ----------
    ratio : rates.Ratio
        Natural log, error, degrees of freedom.
    p : ndarray
        Of the test, two-sided.
    without_one : ndarray
        The natural log nearest zero without one document of a corner that lifts it.
    share : ndarray
        The largest share that one document has in the rate of such a corner.
    rate, expected : ndarray
        The rate of the first corner and the one that would make the ratio 1.
    """

    ratio: rates.Ratio
    p: np.ndarray
    without_one: np.ndarray
    share: np.ndarray
    rate: np.ndarray
    expected: np.ndarray


def compare(held: Cells, weight: np.ndarray) -> Ratios:
    """Compare two sides or four corners.

    With R a corner's rate and w its cells' weights; r, f, n, D, e those of a cell and its documents
    as in :func:`analysis.rates.log_rate`::

        R = sum(w r)             v = max( sum(w² D/(D-1) Σe² / n²), sum(w² f/n²) ) / R²
        t = ln(R0/R1) / sqrt(v0 + v1)     or    ln(R0 R3 / (R1 R2)) / sqrt(v0 + … + v3)

    which is :func:`analysis.rates.ratio` carried over to means of cells (Cochran 1977, Sampling
    Techniques, §6.11, separate ratio estimates) and to a ratio of ratios (Altman & Bland 2003, BMJ
    326:219). Degrees of freedom of a corner are :func:`analysis.rates.freedom` of what each of its
    documents adds to R, w e/n; those of the ratio Welch's.

    A corner that holds few of a bursty word by chance also shows little variance. The interval
    takes it as it is; the test, which has to hold far out in the tails of thousands of rows, takes
    at least what the burstiness common to the corners makes of its documents' lengths::

        v >= sum(w² f/n²) / R² + c sum(w² Σn² / n²)

    with c such that this is v in the mean of the corners, each weighted by its documents less its
    cells: the excess over independent words of a negative binomial model with one shape.

    A corner without the term counts as half an occurrence, but never as having more than it should;
    where the term is absent above and below the line the ratio is undefined. For an absent term p
    is at least the chance that shuffled documents would put all that carry it into the corner
    beside.

    Parameters
    ----------
    held : Cells
    weight : ndarray, shape (n_comparisons, 2 or 4, n_cells)
        Weights of the cells in each corner; each corner's add up to 1.
    """
    of, used = held.of, (weight > 0).astype(np.float64)
    docs, stand_in = used @ of.docs, rates.ZERO / (used @ of.n)
    rate = weight @ (of.x / of.n)
    absent = rate == 0
    shown = np.where(absent, stand_in, rate)
    square, fourth = (s / of.n**power for s, power in zip(rates.scatter(of), (2, 4), strict=True))
    own = weight**2 @ (of.x / of.n**2) / shown**2
    own = np.where(absent, 1 / rates.ZERO, own)
    v = np.maximum(weight**2 @ (square * of.docs / (of.docs - 1)) / shown**2, own)
    fitted = used.sum(axis=2)[..., None]
    df = rates.freedom(v, own, weight**2 @ square, weight**4 @ fourth, docs, fitted=fitted)
    size, left = weight**2 @ (of.n2 / of.n**2), np.where(absent, 0, docs - fitted)
    mood = (left * (v - own) / size).sum(axis=1) / np.maximum(left.sum(axis=1), 1)
    wide = np.maximum(v, own + mood[:, None] * size)
    log, least = np.log(settled(rate, stand_in)), _chance(absent, used @ of.held, docs)
    ratio, test = (
        rates.Ratio(
            log, np.sqrt(u.sum(axis=1)), u.sum(axis=1) ** 2 / (u**2 / df).sum(axis=1), least
        )
        for u in (v, wide)
    )
    without, share = _one_text(log, rate, held, weight)
    above, below = (shown[:, side[weight.shape[1]]].prod(axis=1) for side in (ABOVE, BELOW))
    return Ratios(ratio, test.p(), without, share, rate[:, 0], below / (above / shown[:, 0]))


def settled(rate: np.ndarray, stand_in: np.ndarray) -> np.ndarray:
    """Return the ratio of corners, less what only stand-ins for zeros say.

    Parameters
    ----------
    rate : ndarray, shape (n_comparisons, 2 or 4, n)
    stand_in : ndarray, shape (n_comparisons, 2 or 4, 1)
        What a rate of zero counts as. A corner without the term never counts as the higher one:
        such a ratio is 1.

    Returns
    -------
    ndarray, shape (n_comparisons, n)
        NaN where the term is absent both above and below the line.
    """
    up, down = ABOVE[rate.shape[1]], BELOW[rate.shape[1]]
    absent = rate == 0
    if not absent.any():
        return np.asarray(rate[:, up].prod(axis=1) / rate[:, down].prod(axis=1))
    shown = np.where(absent, stand_in, rate)
    ratio = shown[:, up].prod(axis=1) / shown[:, down].prod(axis=1)
    above, below = absent[:, up].any(axis=1), absent[:, down].any(axis=1)
    ratio[above & (ratio > 1) | below & (ratio < 1)] = 1
    ratio[above & below] = np.nan
    return np.asarray(ratio)


def _chance(absent: np.ndarray, carriers: np.ndarray, docs: np.ndarray) -> np.ndarray:
    """Return the chance of an absence as such, 0 where the term is in all corners."""
    out = np.zeros((absent.shape[0], absent.shape[2]))
    for corner, others in enumerate(BESIDE[absent.shape[1]]):
        k, t = np.nonzero(absent[:, corner])
        for other in others:
            chance = rates.missed(docs[k, corner, 0], docs[k, other, 0], carriers[k, other, t])
            np.maximum.at(out, (k, t), chance)
    return out


def _one_text(
    log: np.ndarray, rate: np.ndarray, held: Cells, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what one document does in the corners that lift a ratio (see :class:`Ratios`)."""
    fall, share = np.zeros((2, *log.shape))
    for k, corners in enumerate(weight):
        for corner, w in enumerate(corners):
            use = np.flatnonzero(w)
            w = w[use, None]
            with np.errstate(divide="ignore", invalid="ignore"):
                own = -np.log1p(-np.minimum((w * held.pull[use]).max(axis=0) / rate[k, corner], 1))
                most = (w * held.most[use]).max(axis=0) / rate[k, corner]
            lifts = log[k] > 0 if corner in ABOVE[len(corners)] else log[k] < 0
            fall[k] = np.where(lifts, np.fmax(fall[k], own), fall[k])
            share[k] = np.where(lifts, np.fmax(share[k], most), share[k])
    # Nothing is left of the term: it no longer speaks for a difference.
    return np.where(np.isinf(fall), 0, log - np.sign(log) * fall), share


def bootstrap(
    x: sparse.csr_array,
    sizes: np.ndarray,
    of: np.ndarray,
    weight: np.ndarray,
    wanted: np.ndarray,
    *,
    level: float,
    n_boot: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return percentiles of the ratios in resampled documents, every cell by itself.

    Of a cell of D documents D - 1 are drawn, which gives means of small cells their right variance
    (Rao, Wu & Yue 1992, Survey Methodology 18, rescaling bootstrap).

    Parameters
    ----------
    x, sizes, of
        Counts, words and cell of every document.
    weight : ndarray, shape (n_comparisons, n_corners, n_cells)
    wanted : ndarray of bool, shape (n_comparisons, n_terms)

    Returns
    -------
    lo, hi : ndarray, shape (n_comparisons, n_terms)
        Base 2 logarithms; NaN where none is wanted.
    """
    n_cells, tails = weight.shape[2], ((1 - level) / 2, (1 + level) / 2)
    words = np.bincount(of, weights=sizes, minlength=n_cells)
    stand_in = rates.ZERO / ((weight > 0) @ words)[..., None]
    lo, hi = np.full((2, *wanted.shape), np.nan)
    terms = np.flatnonzero(wanted.any(axis=0))
    if not len(terms):
        return lo, hi
    counts, drawn, below = _draws(x, sizes, of, n_cells, n_boot, seed)
    for block in resample.blocks(len(terms), n_boot * n_cells):
        some = terms[block]
        own = (some[:, None] * n_cells + np.arange(n_cells)).ravel()
        rates_of = (counts[own] @ drawn).reshape(len(some), n_cells, n_boot) / below
        for rate, term in zip(rates_of, some.tolist(), strict=True):
            k = np.flatnonzero(wanted[:, term])
            corner = (weight[k].reshape(-1, n_cells) @ rate).reshape(len(k), -1, n_boot)
            samples = np.nan_to_num(settled(corner, stand_in[k]), nan=1)
            lo[k, term], hi[k, term] = np.log2(resample.quantiles(samples, tails))
    return lo, hi


def _draws(
    x: sparse.csr_array, sizes: np.ndarray, of: np.ndarray, n_cells: int, n_boot: int, seed: int
) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    """Draw documents of every cell, pooled where there are many.

    Returns
    -------
    counts : csr_array, shape (n_terms * n_cells, n_docs)
        A row for each term in each cell.
    drawn : ndarray, shape (n_docs, n_boot)
        How often each document is drawn.
    below : ndarray, shape (n_cells, n_boot)
        The words drawn in each cell.
    """
    parts, drawn, below = [], [], []
    for cell, own in enumerate(np.random.SeedSequence(seed).generate_state(n_cells).tolist()):
        rows = np.flatnonzero(of == cell)
        part, words = resample.pooled(x[rows], sizes[rows], seed=own)
        n = len(words)
        w = np.random.default_rng(own).multinomial(n - 1, np.full(n, 1 / n), size=n_boot)
        parts.append(part)
        drawn.append(w.T.astype(np.float64))
        below.append(w @ words)
    where = np.repeat(np.arange(n_cells), [len(w) for w in drawn])
    entry = sparse.coo_array(sparse.vstack(parts))
    doc, term = entry.coords
    place = term.astype(np.int64) * n_cells + where[doc]
    shape = (x.shape[1] * n_cells, len(where))
    counts = sparse.csr_array((entry.data.astype(np.float64), (place, doc)), shape=shape)
    return counts, np.concatenate(drawn), np.array(below, dtype=np.float64)
