"""Topic models on words beside ours: on the mixed words of all languages, and within each one."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.measures import _topic_wordmodels as models
from analysis.measures import _topic_words as words_
from analysis.measures.coherence import coherence, words_of
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

SAMPLE = 600
"""Models on words are fitted to at most so many stretches, drawn evenly: enough to show what they
find."""
OURS = "vectors and words (this page)"


def naive(
    corpus: "Corpus", *, k: int, seed: int = 0, model: str = "lda", all_words: bool = True
) -> pd.DataFrame:
    """Fit a topic model on the mixed words of all languages, as tools do that ignore language.

    Parameters
    ----------
    corpus : Corpus
    k : int
    seed : int
    model : {"lda", "nmf", "lda-sklearn"}
        See :func:`analysis.measures._topic_wordmodels.decompose`.
    all_words : bool
        Keep function words, as a tool does that knows no language: the default, and the reason
        why such topics are languages so neatly. False leaves out the stop words of the corpus's
        languages (topics then are small groups of words that stand together once); show both.

    Returns
    -------
    DataFrame
        The stretches of :func:`analysis.measures._topic_words.units` with ``topic`` (1 … k,
        largest first), ``share``, ``words`` (the topic's top words), ``method``, which says
        whether function words are kept, and ``drawn``, which says that they are a sample.

    Raises
    ------
    DiscourseError
        If `model` is unknown or there are fewer stretches than `k`.
    """
    return _fitted(
        corpus, words_.cut(corpus), k=k, seed=seed, model=model, all_words=all_words, on="mixed"
    )


def within(
    corpus: "Corpus", *, k: int, language: str, seed: int = 0, model: str = "lda"
) -> pd.DataFrame:
    """Fit a topic model on the words of one language, its stop words left out.

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
        paragraphs, not themes that texts share. Or if fewer words recur than `k`.
    """
    n_docs = int((corpus.documents["language"] == language).sum())
    if n_docs < 2:
        raise DiscourseError(
            f"language={language!r}: a topic model of its own needs two texts or more, not "
            f"{n_docs}; use the model across languages, fit(corpus)"
        )
    every = words_.cut(corpus)
    own = every[(every["language"] == language).to_numpy()]
    return _fitted(corpus, own, k=k, seed=seed, model=model, all_words=False, on=language)


def _fitted(
    corpus: "Corpus", every: pd.DataFrame, *, k: int, seed: int, model: str, all_words: bool,
    on: str,
) -> pd.DataFrame:  # fmt: skip
    """Fit a model to stretches, or a sample of them, and number its topics by size."""
    if model not in models.METHODS:
        raise DiscourseError(f"model={model!r} is unknown: use one of {', '.join(models.METHODS)}")
    stretches = words_.chosen(corpus, every, sample=SAMPLE, seed=seed)
    if len(stretches) < k:
        raise DiscourseError(f"k={k}: there are only {len(stretches)} stretches; use a smaller k")
    matrix, vocabulary = models.counts_of(corpus, stretches, all_words=all_words)
    if not len(vocabulary):
        raise DiscourseError("no content word stands in two stretches: there is nothing to model")
    if len(vocabulary) < k:
        raise DiscourseError(f"k={k}: only {len(vocabulary)} words recur; use a smaller k")
    membership, weights = models.decompose(matrix, k, seed=seed, method=model)
    hard = membership.argmax(axis=1)
    size = np.bincount(hard, minlength=k)
    number = np.argsort(np.lexsort((np.arange(k), -size))) + 1
    top = np.array([", ".join(words) for words in models.top_words(weights, vocabulary)])
    kept = "kept" if all_words else "left out"
    drawn = _drawn(stretches, every)
    return stretches.assign(
        topic=number[hard], share=membership.max(axis=1), words=top[hard], drawn=drawn,
        method=f"{model.upper()} on {on} words, function words {kept}; k={k}, seed {seed}{drawn}",
    )  # fmt: skip


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
        ways = {
            "lda": ("lda", True),
            "nmf": ("nmf", True),
            "lda without function words": ("lda", False),
        }
    k = max(1, units.loc[units["topic"] > 0, "topic"].nunique())
    found = [
        naive(corpus, k=k, seed=seed, model=model, all_words=every).assign(model=name)
        for name, (model, every) in ways.items()
    ]
    return pd.concat([*found, units.assign(model=OURS, words="")], ignore_index=True)


def language_alignment(stretches: pd.DataFrame) -> pd.DataFrame:
    """Say whether topics are languages, or documents, rather than themes.

    Parameters
    ----------
    stretches : DataFrame
        ``topic, language, doc_id``: the units of any model; with ``fitted``, only those that
        count (no headings). Stretches in no topic (0) do not count.

    Returns
    -------
    DataFrame
        ``with`` ("language", "document"), ``nmi`` (normalised mutual information of topic and
        that: 0 independent, 1 the same), ``ami`` (the same, corrected for chance),
        ``n_alone`` (topics with all their stretches in one language, or document), ``k``, ``n``.
        No row for what all stretches share: topics cannot follow the only language there is.
    """
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    counted = stretches["topic"].to_numpy(dtype=int) > 0
    if "fitted" in stretches:
        counted &= stretches["fitted"].to_numpy(dtype=bool)
    stretches = stretches[counted]
    rows: list[dict[str, Any]] = []
    for name, column in (("language", "language"), ("document", "doc_id")):
        topic, other = stretches["topic"].to_numpy(), stretches[column].to_numpy(dtype=str)
        if len(np.unique(other)) < 2:
            continue
        held = stretches.groupby("topic")[column].nunique()
        row = {"with": name, "n_alone": int((held == 1).sum()), "k": len(held), "n": len(topic)}
        row["nmi"] = float(normalized_mutual_info_score(other, topic))
        row["ami"] = float(adjusted_mutual_info_score(other, topic))
        rows.append(row)
    return pd.DataFrame(rows, columns=["with", "nmi", "ami", "n_alone", "k", "n"])


def each_language(corpus: "Corpus", *, k: int, seed: int = 0) -> pd.DataFrame:
    """Fit LDA and NMF inside every language that has texts enough.

    Returns
    -------
    DataFrame
        ``language, n_docs, model, k, coherence`` (mean c_npmi of the topics' top words over the
        stretches of that language, -1 … 1; NaN without a model) and ``verdict`` in plain words.
    """
    n_docs = corpus.documents["language"].value_counts().sort_index()
    rows = [
        {"language": code, "n_docs": n, "model": model.upper(), "k": k}
        | _inside(corpus, str(code), int(n), k=k, seed=seed, model=model)
        for code, n in n_docs.items()
        for model in ("lda", "nmf")
    ]
    columns = ["language", "n_docs", "model", "k", "coherence", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _inside(
    corpus: "Corpus", language: str, n_docs: int, *, k: int, seed: int, model: str
) -> dict[str, Any]:
    """Return coherence and verdict of one model of one language."""
    try:
        found = within(corpus, k=k, language=language, seed=seed, model=model)
    except DiscourseError:
        why = "one text" if n_docs == 1 else "too little text"
        return {"coherence": np.nan, "verdict": f"{why}: no model of its own"}
    tops = [words.split(", ") for words in found.drop_duplicates("topic")["words"]]
    values = coherence(tops, words_of(corpus, found))
    mean = float(np.nanmean(values)) if np.isfinite(values).any() else np.nan
    verdict = "fitted; its words hardly occur together" if mean < 0 else "fitted"
    return {"coherence": mean, "verdict": verdict + str(found["drawn"].iloc[0])}
