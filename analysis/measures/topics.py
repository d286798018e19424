"""Topics that are themes, not languages: one model over the texts of all languages.

Paragraphs (long ones in windows of sentences) are clustered by their sentence vectors and their
words, which are compared across languages; each topic is described in every language by its own
words, by its most representative stretches, and by how well it is found again when the documents,
or in small collections the stretches, are resampled.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis import counts, embeddings, resample
from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_model as model_
from analysis.measures._topic_accuracy import accuracy
from analysis.measures._topic_build import build, document_shares
from analysis.measures._topic_edit import drop, merge, split
from analysis.measures._topic_file import load, save
from analysis.measures._topic_naive import (
    beside,
    each_language,
    language_alignment,
    naive,
    within,
)
from analysis.measures._topic_numbers import renumber
from analysis.measures._topic_placing import placed, stretches
from analysis.measures._topic_space import meaning
from analysis.measures._topic_tree import tree
from analysis.measures._topic_types import METHODS, TopicModel
from analysis.measures._topic_wordchoice import choose_words
from analysis.measures.prevalence import prevalence
from analysis.results import LEVEL, ComparabilityError, DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

__all__ = [
    "TopicModel",
    "accuracy",
    "assign",
    "beside",
    "choose_k",
    "choose_words",
    "drop",
    "each_language",
    "fit",
    "language_alignment",
    "load",
    "merge",
    "naive",
    "renumber",
    "save",
    "split",
    "stretches",
    "topics",
    "tree",
    "within",
]  # fmt: skip


def fit(
    corpus: "Corpus",
    *,
    k: int | None = None,
    seed: int = 0,
    unit: str = "paragraph",
    method: str = "vectors",
    model: str = embeddings.DEFAULT,
) -> TopicModel:
    """Find the topics of a corpus.

    Parameters
    ----------
    corpus : Corpus
    k : int, optional
        Number of topics; left out, the rule of :func:`choose_k` decides. A model on words has no
        rule as quick: compare numbers with :func:`choose_words` and name one.
    seed : int
    unit : {"paragraph", "sentence"}
    method : {"vectors", "lda", "nmf", "lda-sklearn"}
        "vectors" clusters sentence vectors and words compared across languages, in any mix of
        languages. The others count words and are for texts of one language.
    model : str
        Sentence encoder, see :func:`analysis.embeddings.encode`.

    Returns
    -------
    TopicModel

    Raises
    ------
    DiscourseError
        If `method` or `unit` is unknown, `k` is below 2 or, for a model on words, left out; or
        there are fewer different stretches of text, or words that recur, than `k`; or the encoder
        does not know a language of the texts.
    ComparabilityError
        If a model on words is asked for texts in several languages.
    """
    if method not in tuple(METHODS):
        raise DiscourseError(f"method={method!r} is unknown: use one of {', '.join(METHODS)}")
    choice.check(() if k is None else (k,), unit=unit, seed=seed)
    if k is None and method != "vectors":
        raise DiscourseError(
            f"k: a model with method={method!r} takes no default number of topics; name one"
        )
    with threadpool_limits(1):  # The same sums in the same order on every machine.
        found = choice.space(corpus, unit=unit, model=model, seed=seed)
        if k is None:
            k = choice.rule(choice.candidates(found, seed=seed), found.wanted)
        if method == "vectors":
            membership, rows, refitted, words = _clusters(found, k)
        else:
            membership, rows, refitted, words = _word_topics(corpus, found, k, method, seed)
        order = _order(membership, found.stretches)
        place = np.append(np.argsort(order) + 1, 0).astype(np.int16)  # -1, no match, becomes 0
        if words is not None:
            words = (words[0], words[1][order])
        numbers, rows = tuple(range(1, k + 1)), rows[order] @ found.basis
        built = build(
            corpus, found.stretches, found.vectors, membership[:, order],
            meaning(rows, found.words), place[refitted], numbers=numbers, seed=seed, model=model,
            n_all=found.n_all, method_name=method, words=words, unit=unit,
        )  # fmt: skip
    if words is not None:
        return built
    return replace(built, anchors=(rows, np.array(numbers)), space=found.words)


Found = tuple[np.ndarray, np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray] | None]


def _clusters(found: choice.Space, k: int) -> Found:
    """Return membership, directions, refits (columns, -1 for none) of the model on vectors."""
    centres = found.pieces.cluster(k)
    fitted = found.stretches["fitted"].to_numpy(dtype=bool)
    refitted = np.full((len(found.samples), len(fitted)), -1)
    refitted[:, fitted] = model_.refits(found.fitted, centres, found.samples)
    return model_.shares(found.vectors, centres), centres, refitted, None


def _word_topics(corpus: "Corpus", found: choice.Space, k: int, method: str, seed: int) -> Found:
    """Return the same of a model on words; its directions are the mean vectors of its topics."""
    from analysis.measures import _topic_wordmodels as wordmodels
    from analysis.measures._topic_wordrefits import refits

    codes = sorted(set(corpus.documents["language"]))
    if len(codes) > 1:
        raise ComparabilityError(
            f"method={method!r} counts words, and the texts are in {', '.join(codes)}: such topics "
            "would be languages; use method='vectors', or texts of one language"
        )
    fitted = found.stretches["fitted"].to_numpy(dtype=bool)
    shaping = found.stretches[fitted].reset_index(drop=True)
    matrix, vocabulary = wordmodels.counts_of(corpus, shaping)
    n_words, n_rows = len(vocabulary), wordmodels.n_distinct(matrix)
    if min(n_words, n_rows) < k:
        raise DiscourseError(
            f"k={k}: words that recur: {n_words}, different stretches of text that hold them: "
            f"{n_rows}; {'use a smaller k' if min(n_words, n_rows) >= 2 else 'add texts'}"
        )
    own, weights = wordmodels.decompose(matrix, k, seed=seed, method=method)
    groups = choice.groups(shaping)
    again = refits(matrix, own, groups, seed=seed, method=method)
    refitted = np.full((len(again), len(fitted)), -1)
    refitted[:, fitted] = again
    every, _ = wordmodels.counts_of(corpus, found.stretches, vocabulary)
    membership = wordmodels.place(every, weights, method=method)
    return membership, model_.unit(own.T @ found.fitted), refitted, (vocabulary, weights)


def topics(
    corpus: "Corpus",
    *,
    k: int | None = None,
    by: str | Sequence[str] = "doc_id",
    seed: int = 0,
    unit: str = "paragraph",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    fitted: TopicModel | None = None,
) -> pd.DataFrame:
    """Say how much each group of documents talks about each topic, fitting them first if need be.

    Parameters
    ----------
    corpus : Corpus
    k, seed, unit
        As in :func:`fit`.
    by, level, n_boot
        As in :func:`analysis.measures.prevalence.prevalence`.
    fitted : TopicModel, optional
        A model of this corpus made before, so that it need not be found again.

    Returns
    -------
    DataFrame
        Result rows of :func:`analysis.measures.prevalence.prevalence`.

    Raises
    ------
    DiscourseError
        As :func:`fit`; or if `fitted` is a model of another corpus.
    """
    counts.labels(corpus.documents, by)  # An unknown column is said before a model is made.
    found = fit(corpus, k=k, seed=seed, unit=unit) if fitted is None else fitted
    return prevalence(corpus, found, by=by, level=level, n_boot=n_boot)


def assign(
    corpus: "Corpus",
    *,
    k: int | None = None,
    seed: int = 0,
    unit: str | None = None,
    fitted: TopicModel | None = None,
) -> pd.DataFrame:
    """Give every document its share of every topic.

    Every stretch is placed, also where topics were found in a sample: that takes a second for
    some hundred sentences.

    Parameters
    ----------
    corpus : Corpus
        Also one that `fitted` has never seen.
    k, seed
        As in :func:`fit`.
    unit : {"paragraph", "sentence"}, optional
        Left out, what `fitted` was made of, or paragraphs.
    fitted : TopicModel, optional
        Assign to the topics of this model.

    Returns
    -------
    DataFrame
        ``doc_id, topic, share, label``; a row a document and topic, zeros kept. Shares of words
        as in :func:`topics`; those of a document add up to 1.
    """
    found = fit(corpus, k=k, seed=seed, unit=unit or "paragraph") if fitted is None else fitted
    wide = found.shares
    if found.corpus_hash != corpus.hash or found.sampled:
        wide = document_shares(corpus, placed(corpus, found, unit=unit), found.numbers)
    long = wide.reset_index().melt("doc_id", var_name="topic", value_name="share")
    long["topic"] = long["topic"].astype(int)
    long["label"] = long["topic"].map(found.topics.set_index("topic")["label"])
    return long.sort_values(["doc_id", "topic"], kind="stable").reset_index(drop=True)


def choose_k(
    corpus: "Corpus",
    *,
    ks: Sequence[int] | None = None,
    seed: int = 0,
    unit: str = "paragraph",
    model: str = embeddings.DEFAULT,
) -> pd.DataFrame:
    """Try several numbers of topics and say which one the default rule takes.

    The rule: the largest K, ten stretches a topic or more, at which four fifths of the stretches
    are in stable topics: those found again in bootstrap samples of the documents, or of the
    stretches where there are fewer than ten documents (mean Jaccard similarity of .5 or more;
    Hennig 2007 calls the others dissolved). Where stretches are drawn, two thirds will do. Where no
    K reaches that, the K that comes nearest. Numbers up to 12 are tried, and larger ones as long
    as they hold.

    Returns
    -------
    DataFrame
        A row a K: ``k, held`` (share of stretches in stable topics), ``stability`` (mean Jaccard
        over stretches), ``similarity`` (mean cosine of matched topics), ``silhouette``,
        ``n_stable, n_units, chosen``.

    Raises
    ------
    DiscourseError
        If a number of `ks` is below 2; there are fewer than 4 different stretches of text, or some
        in a language the encoder does not know.
    """
    choice.check(() if ks is None else ks, unit=unit, seed=seed)
    with threadpool_limits(1):
        found = choice.space(corpus, unit=unit, model=model, seed=seed)
        return choice.candidates(found, ks, seed=seed)


def _order(membership: np.ndarray, stretches: pd.DataFrame) -> np.ndarray:
    """Largest topic first; of equal ones, the one that comes first in the texts."""
    hard = membership.argmax(axis=1)
    n_words = stretches["n_words"].to_numpy() * stretches["fitted"].to_numpy(dtype=bool)
    k = membership.shape[1]
    size = np.bincount(hard, weights=n_words, minlength=k)
    first = [int(np.append(np.flatnonzero(hard == j), len(hard))[0]) for j in range(k)]
    return np.lexsort((np.array(first), -size))
