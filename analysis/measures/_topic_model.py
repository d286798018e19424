"""The arithmetic of the cross-language topic model, on arrays only.

Sentence vectors → each pulled toward its nearest neighbours → spherical clusters → soft shares.
Neighbours are looked for in all languages at once, so a sentence and its translation move
together; no label, pairing or language mean enters.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from analysis.results import DiscourseError

NEIGHBOURS = 15
"""At most so many neighbours smooth a vector; one for every 20 vectors in small corpora."""
PULL = 0.7
"""Weight of the neighbours' mean in a smoothed vector; the vector itself keeps the rest."""
ROUNDS = 2
PIECES = 60
"""Clusters found first, before they are merged into topics; one for every 4 vectors at most."""
TEMPERATURE = 0.1
"""Divides cosines before the soft-max that turns them into shares: lower is crisper."""
LARGEST = 20_000
"""Neighbours and clusters are looked for among at most so many vectors, drawn at random."""
RESAMPLED = 2_000
"""Bootstrap samples are of at most so many vectors."""
BLOCK = 1_000


In = TypeVar("In")
Out = TypeVar("Out")


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale rows to length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), dtype=np.float32)


def smooth(vectors: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Pull every vector toward the mean of its nearest neighbours, weighted by their cosine.

    ``x' = unit((1 - PULL) x + PULL sum(w_j x_j))`` with w the positive cosines of the nearest
    ``min(NEIGHBOURS, n // 20)`` vectors, scaled to add up to 1; done :data:`ROUNDS` times. Copies
    of one vector count once as a neighbour, so that repetition alone forms no topic.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Rows of length 1.
    seed : int
        Draws the possible neighbours in corpora of more than :data:`LARGEST` vectors.

    Returns
    -------
    ndarray of float32, shape (n, d)
        Rows of length 1.
    """
    distinct, back = np.unique(unit(vectors).round(5), axis=0, return_inverse=True)
    near = min(NEIGHBOURS, len(distinct) // 20)
    if not near:
        return unit(vectors)
    among = np.arange(len(distinct))
    if len(distinct) > LARGEST:
        among = np.sort(np.random.default_rng(seed).choice(len(distinct), LARGEST, replace=False))
    for _ in range(ROUNDS):
        distinct = _pulled(distinct, among, near)
    return distinct[back.ravel()]


def _pulled(vectors: np.ndarray, among: np.ndarray, near: int) -> np.ndarray:
    """One round of :func:`smooth`; neighbours are the rows `among`, never the row itself."""
    reference = vectors[among]
    column = np.full(len(vectors), -1)
    column[among] = np.arange(len(among))
    out = np.empty_like(vectors)
    for first in range(0, len(vectors), BLOCK):
        rows = np.arange(first, min(first + BLOCK, len(vectors)))
        cosine = vectors[rows] @ reference.T
        own = np.flatnonzero(column[rows] >= 0)
        cosine[own, column[rows[own]]] = -np.inf
        found = np.argpartition(-cosine, near - 1, axis=1)[:, :near]
        weight = np.take_along_axis(cosine, found, axis=1).clip(0)
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        mean = _means(weight, found, reference)
        out[rows] = (1 - PULL) * vectors[rows] + PULL * mean
    return unit(out)


def _means(weight: np.ndarray, found: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Add up rows of `reference`, by number and weight, without a copy of each."""
    from scipy import sparse

    at = np.arange(0, found.size + 1, found.shape[1])
    shape = (len(found), len(reference))
    return np.asarray(
        sparse.csr_array((weight.ravel(), found.ravel(), at), shape=shape) @ reference
    )


class Pieces:
    """Vectors and the many small clusters they fall into, found once for all numbers of topics.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Rows of length 1, in an order that does not depend on the corpus's row order.
    seed : int
    n_init : int
        Starts of the k-means that finds the pieces.
    """

    def __init__(self, vectors: np.ndarray, *, seed: int = 0, n_init: int = 3) -> None:
        if len(vectors) > LARGEST:
            drawn = np.random.default_rng(seed).choice(len(vectors), LARGEST, replace=False)
            vectors = vectors[np.sort(drawn)]
        self._vectors, self._seed, self._n_init = vectors, seed, n_init
        self._distinct = len(np.unique(vectors.round(4), axis=0))
        self._found: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def cluster(self, k: int) -> np.ndarray:
        """Merge the pieces into k clusters; see :func:`cluster`."""
        from sklearn.cluster import AgglomerativeClustering, KMeans

        if self._distinct < k:
            raise DiscourseError(too_few(k, self._distinct))
        number = max(k, min(self._distinct // 4, max(PIECES, 5 * k)))
        if number not in self._found:
            fitted = KMeans(number, n_init=self._n_init, random_state=self._seed)
            fitted.fit(self._vectors)
            self._found[number] = fitted.labels_, fitted.cluster_centers_
        part, centres = self._found[number]
        if number > k:
            part = AgglomerativeClustering(k).fit_predict(unit(centres))[part]
        start = np.stack([self._vectors[part == j].mean(axis=0) for j in range(k)])
        return unit(KMeans(k, init=start, n_init=1).fit(self._vectors).cluster_centers_)


def too_few(k: int, n: int) -> str:
    """Say that there are fewer different stretches than topics, and what can be done."""
    found = f"is only {n} different stretch" if n == 1 else f"are only {n} different stretches"
    return f"k={k}: there {found} of text; {'use a smaller k' if n >= 2 else 'add texts'}"


def cluster(vectors: np.ndarray, k: int, *, seed: int = 0, n_init: int = 3) -> np.ndarray:
    """Find k directions that the vectors gather around.

    K-means into many small pieces, whose centres Ward's method merges into k; the k means of their
    vectors then start a last k-means. On unit vectors that is spherical clustering. Going over
    pieces finds topics of unequal size and depends far less on the start than k-means alone.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Rows of length 1, in an order that does not depend on the corpus's row order.
    k : int
    seed : int
    n_init : int
        Starts of the first k-means.

    Returns
    -------
    ndarray of float32, shape (k, d)
        Rows of length 1.

    Raises
    ------
    DiscourseError
        If there are fewer distinct vectors than k.
    """
    return Pieces(vectors, seed=seed, n_init=n_init).cluster(k)


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


def resamples(
    vectors: np.ndarray, groups: np.ndarray, *, seed: int = 0, n_boot: int = 20
) -> list[Pieces]:
    """Draw bootstrap samples of groups and smooth the vectors of each by itself.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Not smoothed.
    groups : ndarray, shape (n,)
        What is drawn: the document of each vector, or its own number where documents are few.
    seed, n_boot : int

    Returns
    -------
    list of Pieces
        Each with a seed of its own. Vectors drawn more than once are held once: a copy is no
        further text.
    """
    rng = np.random.default_rng(seed)
    _, group = np.unique(groups, return_inverse=True)
    n_groups = int(group.max()) + 1
    samples = []
    for i in range(n_boot):
        drawn = np.isin(group, rng.integers(0, n_groups, n_groups))
        rows = np.flatnonzero(drawn)
        if len(rows) > RESAMPLED:
            rows = np.sort(rng.choice(rows, RESAMPLED, replace=False))
        samples.append((i, rows))
    return _each(lambda s: Pieces(smooth(vectors[s[1]]), seed=seed + 1 + s[0], n_init=1), samples)


def refits(smoothed: np.ndarray, centres: np.ndarray, samples: list[Pieces]) -> np.ndarray:
    """Fit the topics again to bootstrap samples; say where every vector falls then.

    Parameters
    ----------
    smoothed : ndarray, shape (n, d)
        All vectors, smoothed.
    centres : ndarray, shape (k, d)
        The model's topics.
    samples : list of Pieces
        From :func:`resamples`.

    Returns
    -------
    ndarray of int, shape (n_samples, n)
        The column (0 … k - 1) of the topic that the refit's topic matches, one to one by greatest
        overlap; -1 where a sample holds too few different texts to be fitted.
    """
    k = len(centres)
    own = np.argmax(smoothed @ centres.T, axis=1)
    out = np.full((len(samples), len(smoothed)), -1)

    def fitted(sample: Pieces) -> np.ndarray | None:
        try:
            return np.asarray(np.argmax(smoothed @ sample.cluster(k).T, axis=1))
        except DiscourseError:  # Too few different texts: nothing comes back.
            return None

    for i, other in enumerate(_each(fitted, samples)):
        if other is not None:
            out[i] = np.argsort(match(jaccard(own, other, k)))[other]
    return out


def _each(work: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
    """Do the same to several things, one on each core; in their order."""

    def alone(item: In) -> Out:
        with threadpool_limits(1):  # OpenMP counts by thread.
            return work(item)

    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(alone, items))


def found_again(
    vectors: np.ndarray, topic: np.ndarray, refitted: np.ndarray, numbers: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Say how well topics come back when the model is fitted again.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
    topic : ndarray of int, shape (n,)
        Main topic of each vector.
    refitted : ndarray of int, shape (n_refits, n)
        Its main topic in each refit, under the number of the topic matched.
    numbers : ndarray of int, shape (k,)
        Of the topics asked for.

    Returns
    -------
    stability : ndarray, shape (k,)
        Mean Jaccard similarity of a topic's vectors with its match in each refit (Hennig 2007,
        Computational Statistics & Data Analysis 52: .75 and more is stable, .6 a pattern, below
        .5 dissolved).
    similarity : ndarray, shape (k,)
        Mean cosine of the mean vectors of a topic and its match.
    """
    overlap = np.zeros((len(refitted), len(numbers)))
    cosine = np.zeros((len(refitted), len(numbers)))
    for j, number in enumerate(numbers):
        own = topic == number
        mean = unit(vectors[own].sum(axis=0, keepdims=True))[0]
        for i, other in enumerate(refitted == number):
            either = int((own | other).sum())
            overlap[i, j] = (own & other).sum() / either if either else 0.0
            cosine[i, j] = unit(vectors[other].sum(axis=0, keepdims=True))[0] @ mean
    if not len(refitted):
        return np.zeros(len(numbers)), np.zeros(len(numbers))
    return overlap.mean(axis=0), cosine.mean(axis=0)
