"""Topic models on words: the neighbours ours is measured against, and the one within a language."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

N_WORDS = 10
SAMPLE = 600
"""Models on words are fitted to at most so many stretches, drawn evenly: enough to show what they
find, and gensim's LDA takes seconds for each hundred."""
OURS = "sentence vectors (this page)"
MIN_UNITS = 2
"""Words that fewer stretches hold say nothing about what stretches share."""


def naive(
    corpus: "Corpus", *, k: int, seed: int = 0, model: str = "lda", all_words: bool = True
) -> pd.DataFrame:
    """Fit a topic model on the mixed words of all languages, as tools do that ignore language.

    Parameters
    ----------
    corpus : Corpus
    k : int
    seed : int
    model : {"lda", "nmf"}
        gensim's LDA on counts, or scikit-learn's NMF on tf-idf weights.
    all_words : bool
        Keep function words, as a tool does that knows no language: the default, and the reason
        why such topics are languages so neatly. False leaves out the stop words of the corpus's
        languages (topics then are small groups of words that stand together once); show both.

    Returns
    -------
    DataFrame
        The stretches of :func:`analysis.measures._topic_words.units` with ``topic`` (1 … k,
        largest first), ``share``, ``words`` (the topic's top words) and ``method``, which says
        whether function words are kept.

    Raises
    ------
    DiscourseError
        If `model` is unknown or there are fewer stretches than `k`.
    """
    return _fitted(corpus, None, k=k, seed=seed, model=model, all_words=all_words)


def _fitted(
    corpus: "Corpus", language: str | None, *, k: int, seed: int, model: str, all_words: bool
) -> pd.DataFrame:
    """Fit the naive model to the stretches of all languages, or of one."""
    from analysis.measures._topic_words import chosen, cut

    every = cut(corpus)
    if language is not None:
        every = every[(every["language"] == language).to_numpy()]
    stretches = chosen(corpus, every, sample=SAMPLE, seed=seed)
    if len(stretches) < k:
        raise DiscourseError(f"k={k}: there are only {len(stretches)} stretches; use a smaller k")
    matrix, vocabulary = _counts(corpus, stretches, all_words)
    if not len(vocabulary):
        raise DiscourseError("no content word stands in two stretches: there is nothing to model")
    if language is not None and len(vocabulary) < k:
        raise DiscourseError(f"k={k}: only {len(vocabulary)} words recur; use a smaller k")
    membership, weights = decompose(matrix, k, seed=seed, model=model)
    kept = "kept" if all_words else "left out"
    drawn = _drawn(stretches, every)
    method = f"{model.upper()} on mixed words, function words {kept}; k={k}, seed {seed}{drawn}"
    return _named(stretches, membership, weights, vocabulary).assign(method=method, drawn=drawn)


def _drawn(stretches: pd.DataFrame, every: pd.DataFrame) -> str:
    """Say that the stretches are a sample; "" where they are all."""
    if len(every) <= SAMPLE:
        return ""
    n_all = int(every["fitted"].sum())
    return f"; a sample of {len(stretches):,} of {n_all:,} stretches"


def beside(corpus: "Corpus", units: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Set models on the mixed words beside a topic model, with as many topics.

    Parameters
    ----------
    corpus : Corpus
    units : DataFrame
        Of a :class:`analysis.measures.topics.TopicModel`.
    seed : int

    Returns
    -------
    DataFrame
        The columns of :func:`naive` and ``model``: "lda", "nmf", "lda without function words",
        and, last, the model whose `units` were given. Where the texts are in one language no
        topic can follow a language: only the last is there.
    """
    ways: dict[str, tuple[str, bool]] = {}
    if units["language"].nunique() > 1:
        ways = {m: (m, True) for m in ("lda", "nmf")}
        ways["lda without function words"] = ("lda", False)
    k = int(units["topic"].max())
    found = [
        naive(corpus, k=k, seed=seed, model=m, all_words=every).assign(model=name)
        for name, (m, every) in ways.items()
    ]
    return pd.concat([*found, units.assign(model=OURS, words="")], ignore_index=True)


def within(
    corpus: "Corpus", *, k: int, language: str, seed: int = 0, model: str = "lda"
) -> pd.DataFrame:
    """Fit a topic model on the words of one language.

    Parameters
    ----------
    corpus : Corpus
    k : int
    language : str
        Code; documents in other languages are left out.
    seed, model
        As in :func:`naive`.

    Returns
    -------
    DataFrame
        As :func:`naive`.

    Raises
    ------
    DiscourseError
        If the corpus has fewer than two texts in that language: the topics of one text are its
        paragraphs, not themes that texts share.
    """
    mask = (corpus.documents["language"] == language).to_numpy()
    if mask.sum() < 2:
        raise DiscourseError(
            f"language={language!r}: {int(mask.sum())} text(s) give no topic model of their own; "
            "use the model across languages, fit(corpus)"
        )
    return _fitted(corpus, language, k=k, seed=seed, model=model, all_words=False)


def decompose(
    matrix: sparse.csr_array, k: int, *, seed: int = 0, model: str = "lda"
) -> tuple[np.ndarray, np.ndarray]:
    """Fit LDA (gensim) or NMF (scikit-learn) to counts.

    Parameters
    ----------
    matrix : csr_array of counts, shape (n_units, n_words)

    Returns
    -------
    membership : ndarray, shape (n_units, k)
        Rows add up to 1; all equal for a stretch without words.
    weights : ndarray, shape (k, n_words)
    """
    if model == "lda":
        membership, weights = _lda(matrix, k, seed)
    elif model == "nmf":
        membership, weights = _nmf(matrix, k, seed)
    else:
        raise DiscourseError(f"model={model!r} is unknown: use 'lda' or 'nmf'")
    total = membership.sum(axis=1, keepdims=True)
    return np.where(total > 0, membership / np.where(total > 0, total, 1), 1 / k), weights


def _lda(matrix: sparse.csr_array, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    bags = Sparse2Corpus(sparse.csc_matrix(matrix.T), documents_columns=True)
    names = {i: str(i) for i in range(matrix.shape[1])}
    lda = LdaModel(bags, num_topics=k, id2word=names, random_state=seed, passes=20, iterations=200)
    return np.asarray(lda.inference(list(bags))[0], dtype=float), np.asarray(lda.get_topics())


def _nmf(matrix: sparse.csr_array, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfTransformer

    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(sparse.csr_matrix(matrix))
    init = "nndsvda" if k <= min(matrix.shape) else "random"
    nmf = NMF(k, init=init, random_state=seed, max_iter=400)
    return np.asarray(nmf.fit_transform(weighted)), np.asarray(nmf.components_)


def _counts(
    corpus: "Corpus", stretches: pd.DataFrame, all_words: bool
) -> tuple[sparse.csr_array, np.ndarray]:
    """Count words by stretch; words of a single stretch are left out, stop words on request."""
    from analysis.languages import language

    tokens = corpus.tokens
    row = np.full(len(corpus.sentences), -1)
    for i, ids in enumerate(stretches["sentences"]):
        row[list(ids)] = i
    codes = sorted(set(stretches["language"]))
    stop: set[str] = set()
    if not all_words:
        stop = stop.union(*(language(c).stop_words for c in codes))
    usable = np.array([len(w) > 1 and not w[0].isdigit() and w not in stop
                       for w in tokens.vocabulary.tolist()], dtype=bool)  # fmt: skip
    keep = tokens.kept & usable[tokens.ids] & (row[tokens.sentence] >= 0)
    where = pd.DataFrame({"id": tokens.ids[keep], "row": row[tokens.sentence[keep]]})
    several = where.groupby("id")["row"].nunique()
    common = np.zeros(len(usable), dtype=bool)
    common[several.index[several >= MIN_UNITS].to_numpy()] = True
    keep &= common[tokens.ids]
    seen, column = np.unique(tokens.ids[keep], return_inverse=True)
    ones = np.ones(int(keep.sum()), dtype=np.int64)
    at = (row[tokens.sentence[keep]], column)
    matrix = sparse.csr_array(sparse.coo_array((ones, at), shape=(len(stretches), len(seen))))
    return matrix, tokens.vocabulary[seen]


def _named(
    stretches: pd.DataFrame, membership: np.ndarray, weights: np.ndarray, vocabulary: np.ndarray
) -> pd.DataFrame:
    hard = membership.argmax(axis=1)
    size = np.bincount(hard, minlength=membership.shape[1])
    order = np.lexsort((np.arange(len(size)), -size))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    words = [", ".join(vocabulary[i] for i in np.lexsort((vocabulary, -w))[:N_WORDS])
             for w in weights]  # fmt: skip
    return stretches.assign(
        topic=place[hard] + 1, share=membership.max(axis=1), words=[words[h] for h in hard]
    )


def language_alignment(stretches: pd.DataFrame) -> pd.DataFrame:
    """Say whether topics are languages, or documents, rather than themes.

    Parameters
    ----------
    stretches : DataFrame
        ``topic, language, doc_id``: the units of any model; with ``fitted``, only those that
        count (no headings).

    Returns
    -------
    DataFrame
        ``with`` ("language", "document"), ``nmi`` (normalised mutual information of topic and
        that: 0 independent, 1 the same), ``ami`` (the same, corrected for chance),
        ``n_alone`` (topics with all their stretches in one language, or document), ``k``, ``n``.
        No row for what all stretches share: topics cannot follow the only language there is.
    """
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    if "fitted" in stretches:
        stretches = stretches[stretches["fitted"].to_numpy(dtype=bool)]
    topic = stretches["topic"].to_numpy()
    rows: list[dict[str, Any]] = []
    for name, column in (("language", "language"), ("document", "doc_id")):
        other = stretches[column].to_numpy(dtype=str)
        if len(np.unique(other)) < 2:
            continue
        held = [len(np.unique(other[topic == t])) for t in np.unique(topic)]
        rows.append(
            {
                "with": name,
                "nmi": float(normalized_mutual_info_score(other, topic)),
                "ami": float(adjusted_mutual_info_score(other, topic)),
                "n_alone": int(np.sum(np.array(held) == 1)),
                "k": len(held),
                "n": len(topic),
            }
        )
    return pd.DataFrame(rows, columns=["with", "nmi", "ami", "n_alone", "k", "n"])


def coherence(
    topics: list[list[str]], texts: list[list[str]], *, measure: str = "c_npmi", n: int = N_WORDS
) -> np.ndarray:
    """Return gensim's coherence of each topic's top words (Röder, Both & Hinneburg 2015).

    Parameters
    ----------
    topics : list of list of str
        Words, best first.
    texts : list of list of str
        Reference texts of the same language, as words.
    measure : {"c_npmi", "c_v", "u_mass", "c_uci"}

    Returns
    -------
    ndarray, shape (n_topics,)
    """
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    model = CoherenceModel(
        topics=topics, texts=texts, dictionary=Dictionary(texts), coherence=measure, topn=n,
        processes=1,
    )  # fmt: skip
    return np.asarray(model.get_coherence_per_topic(), dtype=float)


def each_language(corpus: "Corpus", *, k: int, seed: int = 0) -> pd.DataFrame:
    """Fit LDA and NMF inside every language that has texts enough.

    Returns
    -------
    DataFrame
        ``language, n_docs, model, k, coherence`` (mean c_npmi of the topics' top words over the
        stretches of that language, -1 … 1; NaN without a model) and ``verdict`` in plain words.
    """
    rows: list[dict[str, Any]] = []
    for language, n_docs in corpus.documents["language"].value_counts().sort_index().items():
        for model in ("lda", "nmf"):
            row = {"language": language, "n_docs": n_docs, "model": model.upper(), "k": k}
            try:
                found = within(corpus, k=k, language=str(language), seed=seed, model=model)
            except DiscourseError:
                why = "one text" if n_docs == 1 else "too little text"
                verdict = f"{why}: no model of its own"
                rows.append({**row, "coherence": np.nan, "verdict": verdict})
                continue
            tops = [words.split(", ") for words in found.drop_duplicates("topic")["words"]]
            mean = float(np.nanmean(coherence(tops, _words_of(corpus, found))))
            verdict = "fitted; its words hardly occur together" if mean < 0 else "fitted"
            verdict += str(found["drawn"].iloc[0])
            rows.append({**row, "coherence": mean, "verdict": verdict})
    return pd.DataFrame(rows)


def _words_of(corpus: "Corpus", stretches: pd.DataFrame) -> list[list[str]]:
    """Words of every stretch, case-folded."""
    tokens = corpus.tokens
    row = np.full(len(corpus.sentences), -1)
    for i, ids in enumerate(stretches["sentences"]):
        row[list(ids)] = i
    inside = np.flatnonzero(row[tokens.sentence] >= 0)
    of = row[tokens.sentence[inside]]
    order = np.argsort(of, kind="stable")
    words = tokens.forms[inside[order]].tolist()
    edges = np.searchsorted(of[order], np.arange(len(stretches) + 1))
    return [words[a:b] for a, b in pairwise(edges.tolist())]
