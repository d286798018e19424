"""How many topics a model on words takes: held-out likelihood, coherence and stability by K."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import resample
from analysis.measures import _topic_wordmodels as models
from analysis.measures import _topic_words as words_
from analysis.measures._topic_model import match
from analysis.measures.coherence import MEASURES, coherence, words_of
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

FOLDS = 5
REFITS = 5
SAMPLE = 1_000
"""Numbers of topics are compared on at most so many stretches, drawn evenly."""
FEWEST_DOCUMENTS = 10
"""With fewer documents, stretches are resampled in their place."""
RULE = {
    True: "the fewest topics whose held-out likelihood is within one standard error of the best",
    False: "the most coherent topics by c_npmi; of equals, the fewest",
}
"""The rule of the choice, by whether held-out likelihood exists."""


def held_out(
    matrix: sparse.csr_array,
    k: int,
    *,
    groups: np.ndarray,
    method: str = "lda",
    seed: int = 0,
    folds: int = FOLDS,
) -> pd.DataFrame:
    """Score how well a model foretells words of documents that it has never seen.

    Document completion (Wallach, Murray, Salakhutdinov & Mimno 2009): the documents fall into
    `folds` parts; a model is fitted to all but one; of every stretch of that one, half of the
    words, drawn at random, tell its topics, and the other half is scored by ``log sum_t theta_t
    phi_tw``. Words that the fitted part does not hold are not scored. Folds and halves depend on
    `seed` and not on `k`, so that numbers of topics are scored on the same words.

    Parameters
    ----------
    matrix : csr_array of counts, shape (n_units, n_words)
    k : int
    groups : ndarray of str, shape (n_units,)
        The document of each stretch; documents stay whole.
    method : {"lda", "lda-sklearn", "nmf"}
        NMF gives words no probability: its likelihood does not exist and is NaN.
    seed, folds : int

    Returns
    -------
    DataFrame
        ``doc_id`` (sorted), ``log_likelihood`` (nats, sum over the scored words of the document)
        and ``n_words`` (scored). The mean a word is the ratio of their sums, perplexity is
        ``exp`` of minus that.

    Raises
    ------
    DiscourseError
        If there are fewer than two documents: none can be held out.
    """
    rows = sparse.csr_matrix(matrix, dtype=np.float64)
    order = models.canonical(rows, np.asarray(groups, dtype=str))
    rows = rows[order]
    names, of = np.unique(np.asarray(groups, dtype=str)[order], return_inverse=True)
    if len(names) < 2:
        raise DiscourseError("held-out likelihood: one document leaves none to hold out; add texts")
    rng = np.random.default_rng(seed)
    fold = (rng.permutation(len(names)) % folds)[of]
    told, scored = _halves(rows, rng)
    total, n_words = np.zeros(len(names)), np.zeros(len(names))
    for i in np.unique(fold):
        train, test = rows[fold != i], fold == i
        seen = np.flatnonzero(np.asarray(train.sum(axis=0)).ravel())
        own = scored[test][:, seen]
        np.add.at(n_words, of[test], np.asarray(own.sum(axis=1)).ravel())
        if method == "nmf" or not len(seen):
            continue
        _, weights = models.decompose(train[:, seen], k, seed=seed, method=method)
        theta = models.place(told[test][:, seen], weights, method=method)
        np.add.at(total, of[test], _likelihood(own, theta, models.probabilities(weights)))
    value = np.full(len(names), np.nan) if method == "nmf" else total
    return pd.DataFrame({"doc_id": names, "log_likelihood": value, "n_words": n_words.astype(int)})


def _halves(
    rows: sparse.csr_matrix, rng: np.random.Generator
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Deal the words of every row out into two halves at random; the second has the odd one."""
    n = rows.data.astype(int)
    cell = np.repeat(np.arange(len(n)), n)
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))[cell]
    cell = cell[np.lexsort((rng.random(len(cell)), row))]
    size = np.bincount(row, minlength=rows.shape[0])
    place = np.arange(len(cell)) - np.repeat(np.cumsum(size) - size, size)
    first = np.bincount(cell[place < np.repeat(size // 2, size)], minlength=len(n)).astype(float)
    out = []
    for data in (first, rows.data - first):
        part = sparse.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape, copy=True)
        part.eliminate_zeros()
        out.append(part)
    return out[0], out[1]


def _likelihood(counts: sparse.csr_matrix, theta: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Return the log-likelihood of every row's words, shape (n_rows,)."""
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    chance = np.einsum("ij,ij->i", theta[row], phi.T[counts.indices])
    return np.bincount(row, weights=counts.data * np.log(chance), minlength=counts.shape[0])


def stability(
    matrix: sparse.csr_array,
    weights: np.ndarray,
    *,
    groups: np.ndarray,
    method: str,
    seed: int = 0,
    n_boot: int = REFITS,
) -> np.ndarray:
    """Refit on bootstrap samples of documents, each with a seed of its own; compare the topics.

    The order of the documents needs no refit: rows are put into an order of their own.

    Parameters
    ----------
    matrix, groups, method, seed
        As in :func:`held_out`.
    weights : ndarray, shape (k, n_words)
        The model's topics.
    n_boot : int
        Refits.

    Returns
    -------
    ndarray, shape (k,)
        Mean cosine of each topic's word distribution with its match, the pairs chosen so that
        the sum of the cosines is greatest (matched-topic similarity); NaN without refits.
    """
    rows = sparse.csr_matrix(matrix, dtype=np.float64)
    order = models.canonical(rows, np.asarray(groups, dtype=str))
    _, of = np.unique(np.asarray(groups, dtype=str)[order], return_inverse=True)
    if of.max() + 1 < FEWEST_DOCUMENTS:
        of = np.arange(len(order))
    found = []
    for i, times in enumerate(resample.weights(int(of.max()) + 1, n_boot=n_boot, seed=seed)):
        drawn = np.repeat(order, times[of].astype(int))
        again = models.decompose(rows[drawn], len(weights), seed=seed + 1 + i, method=method)[1]
        alike = _unit(weights) @ _unit(again).T
        found.append(alike[np.arange(len(alike)), match(alike)])
    return np.mean(found, axis=0) if found else np.full(len(weights), np.nan)


def _unit(weights: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(weights, axis=1, keepdims=True)
    return np.asarray(weights / np.where(length > 0, length, 1))


def choose_words(
    corpus: "Corpus",
    *,
    language: str,
    ks: Sequence[int],
    method: str = "lda",
    seed: int = 0,
    n_boot: int = REFITS,
) -> pd.DataFrame:
    """Try several numbers of topics for a model on the words of one language, and choose one.

    The rule: the fewest topics whose held-out likelihood lies within one standard error of the
    best (Breiman et al. 1984; the error of the difference between the two, over documents). Where
    held-out likelihood does not exist (NMF), the K of greatest mean c_npmi.

    Parameters
    ----------
    corpus : Corpus
    language : str
        Code; documents in other languages are left out. There must be two or more.
    ks : sequence of int
        Numbers of topics to try.
    method : {"lda", "nmf", "lda-sklearn"}
    seed : int
    n_boot : int
        Refits behind ``stability``.

    Returns
    -------
    DataFrame
        A row a K, sorted: ``k, heldout`` (mean log-likelihood a held-out word, nats),
        ``heldout_lo, heldout_hi`` (95 % interval, bootstrap of documents), ``perplexity``,
        ``c_v, c_npmi, u_mass`` (means over topics), ``stability`` (mean over topics, see
        :func:`stability`), ``n_docs, n_units, chosen, rule``. NaN where something does not exist.

    Raises
    ------
    DiscourseError
        If `ks` is empty, the method unknown, or the language has fewer than two documents or
        fewer stretches or recurring words than the greatest K.
    """
    if not len(ks) or min(ks) < 2:
        raise DiscourseError("ks: name one or more numbers of topics, each at least 2")
    every = words_.cut(corpus)
    own = every[((every["language"] == language) & every["fitted"]).to_numpy(dtype=bool)]
    if (n_docs := own["doc_id"].nunique()) < 2:
        raise DiscourseError(
            f"language={language!r}: a topic model of its own needs two texts or more, not "
            f"{n_docs}; use the model across languages, fit(corpus)"
        )
    stretches = words_.chosen(corpus, own, sample=SAMPLE, seed=seed)
    matrix, vocabulary = models.counts_of(corpus, stretches)
    if min(matrix.shape) < max(ks):
        raise DiscourseError(
            f"ks: {max(ks)} topics are too many for {matrix.shape[0]} stretches and "
            f"{matrix.shape[1]} words that recur; use smaller numbers"
        )
    about = {"groups": stretches["doc_id"].to_numpy(dtype=str), "method": method, "seed": seed}
    texts = words_of(corpus, stretches)
    rows, scores = [], []
    for k in sorted({int(k) for k in ks}):
        weights = models.decompose(matrix, k, seed=seed, method=method)[1]
        score = held_out(matrix, k, **about)
        tops = models.top_words(weights, vocabulary)
        scores.append(score)
        rows.append(
            {"k": k}
            | _heldout(score, seed)
            | {m: _mean(coherence(tops, texts, measure=m)) for m in MEASURES}
            | {"stability": _mean(stability(matrix, weights, n_boot=n_boot, **about))}
            | {"n_docs": len(score), "n_units": len(stretches)}
        )
    table = pd.DataFrame(rows)
    exists = bool(table["heldout"].notna().any())
    best = rule(table, scores)
    return table.assign(chosen=np.arange(len(table)) == best, rule=RULE[exists])


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else np.nan


def _heldout(score: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Return the mean a word over all documents, and its bootstrap interval."""
    top, below = (score[c].to_numpy(dtype=float) for c in ("log_likelihood", "n_words"))
    if np.isnan(top).any() or not below.sum():
        return dict.fromkeys(("heldout", "heldout_lo", "heldout_hi", "perplexity"), np.nan)
    mean, lo, hi = (v[0] for v in resample.ratio_interval(top[:, None], below, seed=seed))
    return {"heldout": mean, "heldout_lo": lo, "heldout_hi": hi, "perplexity": float(np.exp(-mean))}


def rule(table: pd.DataFrame, scores: list[pd.DataFrame]) -> int:
    """Return the row of the K chosen; see :func:`choose_words`.

    Parameters
    ----------
    table : DataFrame
        ``heldout, c_npmi``; a row a K, sorted.
    scores : list of DataFrame
        From :func:`held_out`, one a row.
    """
    held = table["heldout"].to_numpy(dtype=float)
    if np.isnan(held).all():
        coherent = table["c_npmi"].to_numpy(dtype=float)
        return 0 if np.isnan(coherent).all() else int(np.nanargmax(coherent))
    best = int(np.nanargmax(held))
    n_words = scores[best]["n_words"].to_numpy(dtype=float)
    for i, score in enumerate(scores[: best + 1]):
        gap = (scores[best]["log_likelihood"] - score["log_likelihood"]).to_numpy()
        # Standard error of a ratio of sums over documents (Cochran 1977, section 6.4).
        rest = gap - n_words * gap.sum() / n_words.sum()
        error = np.sqrt(len(gap) / (len(gap) - 1) * (rest**2).sum()) / n_words.sum()
        if held[best] - held[i] <= error:
            return i
    return best
