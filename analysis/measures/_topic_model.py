"""The arithmetic of the cross-language topic model, on arrays only.

Sentence vectors → each pulled toward its nearest neighbours → spherical clusters → soft shares.
Neighbours are looked for in all languages at once, so a sentence and its translation move
together; no label, pairing or language mean enters.
"""

import numpy as np

from analysis.results import DiscourseError

NEIGHBOURS = 10
"""At most so many neighbours smooth a vector; one for every 20 vectors in small corpora."""
PULL = 0.7
"""Weight of the neighbours' mean in a smoothed vector; the vector itself keeps the rest."""
TEMPERATURE = 0.1
"""Divides cosines before the soft-max that turns them into shares: lower is crisper."""
N_INIT = 10
LARGEST = 20_000
"""Clusters are found on at most so many vectors; the others are assigned to them."""


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale rows to length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), dtype=np.float32)


def smooth(vectors: np.ndarray) -> np.ndarray:
    """Pull every vector toward the mean of its nearest neighbours, weighted by their cosine.

    ``x' = unit((1 - PULL) x + PULL sum(w_j x_j))`` with w the positive cosines of the nearest
    ``min(NEIGHBOURS, n // 20)`` vectors, scaled to add up to 1. Copies of one vector count once
    as a neighbour, so that repeated text cannot form a topic by repetition alone.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Rows of length 1.

    Returns
    -------
    ndarray of float32, shape (n, d)
        Rows of length 1.
    """
    distinct, back = np.unique(vectors.round(5), axis=0, return_inverse=True)
    near = min(NEIGHBOURS, len(distinct) // 20)
    if not near:
        return unit(vectors)
    pulled = np.empty_like(distinct)
    for first in range(0, len(distinct), 1000):
        rows = slice(first, first + 1000)
        cosine = distinct[rows] @ distinct.T
        cosine[np.arange(len(cosine)), np.arange(first, first + len(cosine))] = -np.inf
        found = np.argpartition(-cosine, near - 1, axis=1)[:, :near]
        weight = np.take_along_axis(cosine, found, axis=1).clip(0)
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        mean = np.einsum("ij,ijk->ik", weight, distinct[found])
        pulled[rows] = (1 - PULL) * distinct[rows] + PULL * mean
    return unit(pulled)[back.ravel()]


def cluster(
    vectors: np.ndarray, k: int, *, seed: int = 0, weight: np.ndarray | None = None,
    n_init: int = N_INIT,
) -> np.ndarray:  # fmt: skip
    """Find k directions that the vectors gather around (k-means on the unit sphere).

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Rows of length 1, in an order that does not depend on the corpus's row order.
    k : int
    seed : int
    weight : ndarray, shape (n,), optional
        How often each vector counts (bootstrap samples).
    n_init : int
        Starts; the one with the smallest within-cluster distance is taken.

    Returns
    -------
    ndarray of float32, shape (k, d)
        Rows of length 1.

    Raises
    ------
    DiscourseError
        If there are fewer distinct vectors than k.
    """
    from sklearn.cluster import KMeans

    used = vectors if weight is None else vectors[weight > 0]
    counts = None if weight is None else weight[weight > 0]
    distinct = len(np.unique(used.round(4), axis=0)) if len(used) < 50 * k else k
    if distinct < k:
        raise DiscourseError(
            f"k={k}: there are only {distinct} different stretches of text; use a smaller k"
        )
    if len(used) > LARGEST:
        chosen = np.sort(np.random.default_rng(seed).choice(len(used), LARGEST, replace=False))
        used, counts = used[chosen], None if counts is None else counts[chosen]
    model = KMeans(k, n_init=n_init, random_state=seed).fit(used, sample_weight=counts)
    return unit(model.cluster_centers_)


def shares(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return soft assignments: soft-max of cosine / TEMPERATURE; rows add up to 1, shape (n, k)."""
    score = (vectors @ centres.T).astype(np.float64) / TEMPERATURE
    score = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(score / score.sum(axis=1, keepdims=True))


def jaccard(first: np.ndarray, second: np.ndarray, k: int) -> np.ndarray:
    """Return the Jaccard similarity of every pair of clusters of two assignments, shape (k, k)."""
    both = np.zeros((k, k))
    np.add.at(both, (first, second), 1)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return both / np.maximum(either, 1)


def match(similarity: np.ndarray) -> np.ndarray:
    """Pair rows with columns so that the sum of similarities is greatest; shape (k,)."""
    from scipy.optimize import linear_sum_assignment

    return np.asarray(linear_sum_assignment(-similarity)[1])


def stability(
    vectors: np.ndarray, centres: np.ndarray, groups: np.ndarray, *, seed: int = 0,
    n_boot: int = 20,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Refit on bootstrap samples and other seeds; say how well each topic is found again.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Smoothed vectors.
    centres : ndarray, shape (k, d)
        The model's topics.
    groups : ndarray, shape (n,)
        What is resampled: the document of each vector, or its own number where documents are few.
    seed, n_boot : int

    Returns
    -------
    found_again : ndarray, shape (k,)
        Mean Jaccard similarity of a topic's vectors with its match in each refit (Hennig 2007,
        Computational Statistics & Data Analysis 52: .75 and more is stable, .6 a pattern, below
        .5 dissolved).
    similar : ndarray, shape (k,)
        Mean cosine of a topic's centre with its match.
    """
    k, rng = len(centres), np.random.default_rng(seed)
    own = np.argmax(vectors @ centres.T, axis=1)
    _, group = np.unique(groups, return_inverse=True)
    n_groups = int(group.max()) + 1
    overlap, cosine = np.zeros((n_boot, k)), np.zeros((n_boot, k))
    for i in range(n_boot):
        drawn = np.bincount(rng.integers(0, n_groups, n_groups), minlength=n_groups)[group]
        try:
            other = cluster(vectors, k, seed=seed + 1 + i, weight=drawn.astype(float), n_init=3)
        except DiscourseError:  # The sample holds too few different texts: nothing found again.
            continue
        alike = jaccard(own, np.argmax(vectors @ other.T, axis=1), k)
        pair = match(alike)
        overlap[i] = alike[np.arange(k), pair]
        cosine[i] = (centres * other[pair]).sum(axis=1)
    return overlap.mean(axis=0), cosine.mean(axis=0)


def reduced(vectors: np.ndarray) -> np.ndarray:
    """Turn the axes so that n vectors of d > n numbers need only n; all distances stay."""
    if len(vectors) >= vectors.shape[1]:
        return vectors
    left, size, _ = np.linalg.svd(vectors, full_matrices=False)
    return np.asarray(left * size, dtype=np.float32)
