"""Models on words fitted again to samples of the documents: how sure their topics are."""

import numpy as np
from scipy import sparse

from analysis.measures._topic_model import jaccard, match
from analysis.measures._topic_wordmodels import decompose, place

REFITS = 10
RESAMPLED = 1_500
"""Bootstrap samples are of at most so many stretches."""


def refits(
    matrix: sparse.csr_array, membership: np.ndarray, groups: np.ndarray, *, seed: int = 0,
    method: str = "lda",
) -> np.ndarray:  # fmt: skip
    """Fit the model again to bootstrap samples of documents; say where every stretch falls then.

    :data:`REFITS` samples, each fitted with a seed of its own; stretches drawn more than once are
    held once, as in :func:`analysis.measures._topic_model.resamples`.

    Parameters
    ----------
    matrix : csr_array of counts, shape (n_units, n_words)
    membership : ndarray, shape (n_units, k)
        The model's own.
    groups : ndarray, shape (n_units,)
        What is drawn: the document of each stretch, or its own number where documents are few.
    seed, method
        As in :func:`decompose`.

    Returns
    -------
    ndarray of int, shape (n_refits, n_units)
        The column (0 … k - 1) of the topic that the refit's topic matches, one to one by greatest
        overlap of main topics; -1 where a sample has fewer stretches or words than topics.
    """
    rows, k = sparse.csr_matrix(matrix), membership.shape[1]
    own = membership.argmax(axis=1)
    rng = np.random.default_rng(seed)
    _, group = np.unique(groups, return_inverse=True)
    n_groups = int(group.max(initial=-1)) + 1
    out = np.full((REFITS, len(own)), -1)
    for i in range(REFITS):
        drawn = np.flatnonzero(np.isin(group, rng.integers(0, n_groups, n_groups)))
        if len(drawn) > RESAMPLED:
            drawn = np.sort(rng.choice(drawn, RESAMPLED, replace=False))
        sample = rows[drawn]
        if min(len(drawn), len(np.unique(sample.indices))) < k:
            continue
        weights = decompose(sample, k, seed=seed + 1 + i, method=method)[1]
        other = place(rows, weights, method=method).argmax(axis=1)
        out[i] = np.argsort(match(jaccard(own, other, k)))[other]
    return out
