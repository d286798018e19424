"""Krippendorff's α: how far coders agree beyond chance, any number of them, with codes missing.

Krippendorff, K. (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis import resample
from analysis.results import LEVEL, DiscourseError

METRICS = ("nominal", "interval")


def alpha(ratings: Any, *, metric: str = "interval") -> float:
    """Return Krippendorff's α of coders.

    ``1 - observed / expected`` disagreement, where two codes of a unit disagree by
    ``(c - k)**2`` (interval) or by 1 where they differ (nominal), a unit coded by m coders weighs
    ``1 / (m - 1)``, and expected is what the codes of all units, shuffled, would give.

    Parameters
    ----------
    ratings : array of float, shape (n_coders, n_units)
        NaN where a coder did not code a unit; a unit that fewer than two coded says nothing.
    metric : {"interval", "nominal"}

    Returns
    -------
    float
        1 for perfect agreement, 0 for chance; NaN where no two codes differ, or none are paired.

    Raises
    ------
    DiscourseError
        For an unknown metric, or ratings of another shape.
    """
    values, pairs = coincidences(ratings)
    return float(of_coincidences(pairs.sum(axis=0), distance(values, metric)))


def alpha_interval(
    ratings: Any,
    *,
    documents: Sequence[Any] | None = None,
    metric: str = "interval",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Return α of coders and its bootstrap interval over documents, or over units.

    Parameters
    ----------
    ratings, metric
        As in :func:`alpha`.
    documents : sequence, shape (n_units,), optional
        The document of each unit: units of one text are drawn together.
    level, n_boot, seed
        As in :func:`analysis.resample.interval`.

    Returns
    -------
    estimate, lo, hi : float
        No interval (NaN) of units of a single document.
    """
    values, pairs = coincidences(ratings)
    own = distance(values, metric)
    value = float(of_coincidences(pairs.sum(axis=0), own))
    kept = pairs.any(axis=(1, 2))
    at = np.flatnonzero(kept) if documents is None else np.asarray(documents, dtype=str)[kept]
    drawn, n_docs = resampled(pairs[kept], at, n_boot=n_boot, seed=seed)
    return value, *ends(of_coincidences(drawn, own), value, level=level, n_docs=n_docs)


def coincidences(ratings: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes, shape (k,), and each unit's coincidences of codes, (n_units, k, k)."""
    ratings = np.asarray(ratings, dtype=float)
    if ratings.ndim != 2:
        raise DiscourseError("ratings: give one row of codes a coder, one column a unit")
    values = np.unique(ratings[~np.isnan(ratings)])
    held = (ratings[:, :, None] == values).sum(axis=0).astype(float)
    coders = held.sum(axis=1)
    pairs = held[:, :, None] * held[:, None, :] - held[:, :, None] * np.eye(len(values))
    return values, pairs / np.maximum(coders - 1, 1)[:, None, None]


def distance(values: Any, metric: str) -> np.ndarray:
    """Return how far every two codes are apart, squared, shape (k, k)."""
    if metric not in METRICS:
        raise DiscourseError(f"metric={metric!r} is unknown; use {' or '.join(METRICS)}")
    apart = np.subtract.outer(values, values)
    return np.asarray(apart != 0 if metric == "nominal" else apart**2, dtype=float)


def of_coincidences(pairs: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Return α of tables of coincidences, shape (…, k, k): ``1 - (n - 1) Σ oδ / Σ ncnkδ``."""
    totals = pairs.sum(axis=-1)
    n = totals.sum(axis=-1)
    observed = (pairs * apart).sum(axis=(-2, -1))
    expected = np.einsum("...c,...k,ck->...", totals, totals, apart)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (n - 1) * observed / expected, np.nan)


def resampled(
    parts: np.ndarray, documents: np.ndarray, *, n_boot: int, seed: int
) -> tuple[np.ndarray, int]:
    """Return sums of tables over bootstrap samples of documents, and how many there are.

    Parameters
    ----------
    parts : ndarray, shape (n, …)
        A table of each unit.
    documents : ndarray, shape (n,)
        Which units are drawn together; in the order of their names.

    Returns
    -------
    sums : ndarray, shape (n_boot, …)
    n_docs : int
    """
    names, at = np.unique(documents, return_inverse=True)
    summed = np.zeros((len(names), *parts.shape[1:]))
    np.add.at(summed, at, parts)
    flat = resample.pooled(summed.reshape(len(names), int(np.prod(parts.shape[1:]))), seed=seed)[0]
    drawn = resample.weights(flat.shape[0], n_boot=n_boot, seed=seed) @ flat
    return drawn.reshape(n_boot, *parts.shape[1:]), len(names)


def ends(draws: np.ndarray, value: float, *, level: float, n_docs: int) -> tuple[float, float]:
    """Return the interval of a score from its bootstrap values; those undefined are left out."""
    known = draws[np.isfinite(draws)]
    found = resample.interval(known[None], np.array([value]), level=level, n_docs=n_docs)
    return float(found[0][0]), float(found[1][0])
