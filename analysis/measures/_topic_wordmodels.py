"""Topic models on the words of one language, behind one small interface, on arrays only.

gensim's LDA, scikit-learn's LDA and its NMF on tf-idf weights. A fit gives weights of topics ×
words and nothing else; every membership, of the stretches fitted to as of any others, comes from
:func:`place`, row by row. A saved model therefore needs its vocabulary and weights alone, and a
stretch has the same topics whatever stands beside it.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from threadpoolctl import threadpool_limits

from analysis import languages
from analysis.counts import tabulate
from analysis.measures._topic_words import LONGEST_WORD
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

METHODS = ("lda", "nmf", "lda-sklearn")
N_WORDS = 10
MIN_UNITS = 2
"""Words that fewer stretches hold say nothing about what stretches share."""
PASSES = 20
ROUNDS = 200
MOVED = 1e-3
"""Inference of a stretch ends when its topics' counts move less than this on the average."""
CELLS = 4_000_000
"""Numbers worked on at once by :func:`place`."""


def counts_of(
    corpus: "Corpus",
    stretches: pd.DataFrame,
    vocabulary: np.ndarray | None = None,
    *,
    all_words: bool = False,
) -> tuple[sparse.csr_array, np.ndarray]:
    """Count the words of stretches.

    Parameters
    ----------
    corpus : Corpus
    stretches : DataFrame
        ``language, sentences``: of :func:`analysis.measures._topic_words.units`.
    vocabulary : ndarray of str, shape (n_words,), optional
        Count these words, as a saved model asks for; others are left out.
    all_words : bool
        Without a vocabulary: keep the stop words of the stretches' languages.

    Returns
    -------
    matrix : csr_array of int64, shape (n_units, n_words)
    vocabulary : ndarray of str, shape (n_words,)
        As given; or, sorted, the case-folded words that stand in :data:`MIN_UNITS` stretches or
        more. Single characters and what begins with a digit are no words here.
    """
    tokens = corpus.tokens
    row = np.full(len(corpus.sentences), -1)
    for i, ids in enumerate(stretches["sentences"]):
        row[list(ids)] = i
    inside = np.flatnonzero(tokens.kept & (row[tokens.sentence] >= 0))
    seen, column = np.unique(tokens.ids[inside], return_inverse=True)
    short = np.array([len(w) <= LONGEST_WORD for w in tokens.vocabulary[seen]], dtype=bool)
    words = tokens.vocabulary[seen[short]].astype(str)
    shape = (len(stretches), len(seen))
    matrix = tabulate(row[tokens.sentence[inside]], column, shape)[:, short]
    if vocabulary is not None:
        return _columns(matrix, words, vocabulary), vocabulary
    codes = [] if all_words else sorted(set(stretches["language"]) & set(languages.codes()))
    stop = frozenset().union(*(languages.language(c).stop_words for c in codes))
    usable = [len(w) > 1 and not w[0].isdigit() and w not in stop for w in words.tolist()]
    kept = np.array(usable, dtype=bool) & ((matrix > 0).sum(axis=0) >= MIN_UNITS)
    return matrix[:, kept], words[kept]


def _columns(
    matrix: sparse.csr_array, words: np.ndarray, vocabulary: np.ndarray
) -> sparse.csr_array:
    """Put the columns of sorted `words` into the order of a vocabulary; zeros for absent words."""
    at = np.searchsorted(words, vocabulary).clip(max=max(0, len(words) - 1))
    known = np.flatnonzero(words[at] == vocabulary) if len(words) else np.zeros(0, dtype=int)
    ones = np.ones(len(known), dtype=np.int64)
    shape = (len(words), len(vocabulary))
    return matrix @ sparse.csr_array((ones, (at[known], known)), shape=shape)


def decompose(
    matrix: sparse.csr_array, k: int, *, seed: int = 0, method: str = "lda"
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a topic model to counts.

    Rows are put into an order of their own before they are fitted, drawn by `seed`: the order of
    the stretches changes nothing.

    Parameters
    ----------
    matrix : csr_array of counts, shape (n_units, n_words)
    k : int
    seed : int
    method : {"lda", "nmf", "lda-sklearn"}
        LDA by variational Bayes (Blei, Ng & Jordan 2003; Hoffman, Blei & Bach 2010), symmetric
        priors of 1 / k, in gensim or in scikit-learn; NMF of tf-idf weights (sublinear, rows of
        length 1).

    Returns
    -------
    membership : ndarray, shape (n_units, k)
        From :func:`place`; rows add up to 1, all equal for a stretch without words.
    weights : ndarray, shape (k, n_words)
        Not negative; see :func:`probabilities`. Of LDA the counts of words in each topic that
        the model believes in, prior included.

    Raises
    ------
    DiscourseError
        If the method is unknown, `k` is below 1, or there are no words.
    """
    if method not in METHODS:
        raise DiscourseError(f"method={method!r} is unknown: use one of {', '.join(METHODS)}")
    if k < 1:
        raise DiscourseError(f"k={k}: a topic model has at least one topic")
    if not min(matrix.shape) or not matrix.sum():
        raise DiscourseError("there are no words to model: add texts, or longer ones")
    rows = sparse.csr_matrix(matrix, dtype=np.float64)
    drawn = np.random.default_rng(seed).permutation(rows.shape[0])
    fitter = {"lda": _lda, "nmf": _nmf, "lda-sklearn": _lda_sklearn}[method]
    with threadpool_limits(1):  # The same sums in the same order on every machine.
        weights = np.asarray(fitter(rows[canonical(rows)[drawn]], k, seed), dtype=np.float64)
    return place(matrix, weights, method=method), weights


def canonical(matrix: sparse.csr_matrix, first: np.ndarray | None = None) -> np.ndarray:
    """Return the order of rows by what they hold, so that the order they came in has no say.

    Parameters
    ----------
    matrix : csr_matrix
    first : ndarray of str, shape (n_rows,), optional
        Goes before what rows hold.
    """
    held = _rows(matrix)
    names = [""] * len(held) if first is None else first.tolist()
    return np.array(sorted(range(len(held)), key=lambda i: (names[i], held[i])), dtype=int)


def n_distinct(matrix: sparse.csr_array) -> int:
    """Count the different rows that hold anything."""
    return len(set(_rows(sparse.csr_matrix(matrix))) - {b""})


def _rows(matrix: sparse.csr_matrix) -> list[bytes]:
    """Return what each row holds, as bytes: the same for the same words."""
    matrix.sum_duplicates()
    edges = matrix.indptr.tolist()
    return [matrix.indices[a:b].tobytes() + matrix.data[a:b].tobytes() for a, b in pairwise(edges)]


def _lda(matrix: sparse.csr_matrix, k: int, seed: int) -> np.ndarray:
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    bags = list(Sparse2Corpus(matrix.T.tocsc(), documents_columns=True))
    names = {i: str(i) for i in range(matrix.shape[1])}
    lda = LdaModel(
        bags, num_topics=k, id2word=names, random_state=seed, passes=PASSES, iterations=ROUNDS,
        eval_every=None,
    )  # fmt: skip
    return np.asarray(lda.state.get_lambda())


def _lda_sklearn(matrix: sparse.csr_matrix, k: int, seed: int) -> np.ndarray:
    from sklearn.decomposition import LatentDirichletAllocation

    lda = LatentDirichletAllocation(k, max_iter=PASSES, max_doc_update_iter=ROUNDS,
                                    learning_method="batch", random_state=seed)  # fmt: skip
    return np.asarray(lda.fit(matrix).components_)


def _nmf(matrix: sparse.csr_matrix, k: int, seed: int) -> np.ndarray:
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfTransformer

    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(matrix)
    init = "nndsvda" if k <= min(matrix.shape) else "random"
    return np.asarray(
        NMF(k, init=init, random_state=seed, max_iter=1_000).fit(weighted).components_
    )


def place(matrix: sparse.csr_array, weights: np.ndarray, *, method: str) -> np.ndarray:
    """Find the topics of stretches in a model that stays as it is.

    Parameters
    ----------
    matrix : csr_array of counts, shape (n_units, n_words)
        Of the model's vocabulary: ``counts_of(corpus, stretches, vocabulary)``.
    weights : ndarray, shape (k, n_words)
        From :func:`decompose`.
    method : {"lda", "nmf", "lda-sklearn"}

    Returns
    -------
    ndarray, shape (n_units, k)
        Rows add up to 1; all equal for a stretch without words of the model. Of LDA the posterior
        mean of the topics' shares. Of NMF the non-negative least squares of the stretch's
        sublinear counts on the topics, scaled: the inverse document frequencies shape topics,
        yet no stretch is placed by them, since a few new texts have none of their own.
    """
    k, total = len(weights), np.zeros((matrix.shape[0], len(weights)))
    rows = sparse.csr_matrix(matrix, dtype=np.float64)
    inferred = _projected if method == "nmf" else _inferred
    step = max(1, CELLS * max(1, rows.shape[0]) // (max(1, rows.nnz) * k))
    with threadpool_limits(1):
        for start in range(0, rows.shape[0], step):
            total[start : start + step] = inferred(rows[start : start + step], weights)
    total[np.diff(rows.indptr) == 0] = 1
    sums = total.sum(axis=1, keepdims=True)
    return np.where(sums > 0, total / np.where(sums > 0, sums, 1), 1 / k)


def _inferred(rows: sparse.csr_matrix, weights: np.ndarray) -> np.ndarray:
    """Return the topics' counts of each row: the E-step of LDA, begun alike for every row.

    ``gamma = 1/k + sum_w n_w phi_w``, ``phi_w ~ exp(E[log theta] + E[log beta_w])``, repeated
    until it rests (Hoffman, Blei & Bach 2010, algorithm 1). Rows rest one by one, so that none
    depends on another.
    """
    from scipy.special import psi

    words = np.exp(psi(weights) - psi(weights.sum(axis=1, keepdims=True))).T
    gamma, live = np.ones((rows.shape[0], len(weights))), np.arange(rows.shape[0])
    for _ in range(ROUNDS):
        theta = np.exp(psi(gamma[live]) - psi(gamma[live].sum(axis=1, keepdims=True)))
        own = rows[live]
        row = np.repeat(np.arange(len(live)), np.diff(own.indptr))
        norm = np.einsum("ij,ij->i", theta[row], words[own.indices])
        share = sparse.csr_matrix(
            (own.data / np.maximum(norm, 1e-300), own.indices, own.indptr), shape=own.shape
        )
        new = 1 / len(weights) + theta * (share @ words)
        moved = np.abs(new - gamma[live]).mean(axis=1) >= MOVED
        gamma[live] = new
        live = live[moved]
        if not len(live):
            break
    return gamma


def _projected(rows: sparse.csr_matrix, weights: np.ndarray) -> np.ndarray:
    """Return each row's share of every topic: non-negative least squares, solved row by row."""
    from scipy.optimize import nnls

    rows = rows.copy()
    rows.data = 1 + np.log(rows.data)
    # |x - wH| is smallest where |Lw - L^-1 Hx| is, with LL' = HH': k numbers a row, not n_words.
    gram = weights @ weights.T
    lower = np.linalg.cholesky(gram + np.eye(len(gram)) * 1e-9 * max(np.trace(gram), 1e-9))
    aims = np.linalg.solve(lower, (rows @ weights.T).T).T
    return np.array([nnls(lower.T, aim)[0] for aim in aims]).reshape(len(aims), len(weights))


def probabilities(weights: np.ndarray) -> np.ndarray:
    """Scale the rows of weights to add up to 1: the topic-word distributions, shape (k, n_words).

    A topic without any weight has all words alike.
    """
    total = weights.sum(axis=1, keepdims=True)
    even = 1 / max(1, weights.shape[1])
    return np.where(total > 0, weights / np.where(total > 0, total, 1), even)


def top_words(weights: np.ndarray, vocabulary: np.ndarray, n: int = N_WORDS) -> list[list[str]]:
    """Return the words of greatest weight of every topic, best first; ties by the alphabet."""
    return [[str(vocabulary[i]) for i in np.lexsort((vocabulary, -w))[:n]] for w in weights]
