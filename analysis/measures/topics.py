"""Topics that are themes, not languages: one model over the sentence vectors of all languages.

Paragraphs (long ones in windows of sentences) are clustered by meaning; each topic is described
in every language by its own words, by its most representative stretches, and by how well it is
found again when the documents are resampled.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis import counts, embeddings, paths, resample
from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_labels as labels_
from analysis.measures import _topic_model as model_
from analysis.measures._topic_build import build, document_shares, words_by_document
from analysis.measures._topic_edit import drop, merge, split
from analysis.measures._topic_file import load, save
from analysis.measures._topic_naive import (
    beside,
    coherence,
    each_language,
    language_alignment,
    naive,
    within,
)
from analysis.measures._topic_numbers import renumber
from analysis.measures._topic_placing import placed, stretches
from analysis.measures._topic_tree import tree
from analysis.measures._topic_types import METHODS, TopicModel
from analysis.results import (
    LEVEL,
    ONE_TEXT,
    ComparabilityError,
    DiscourseError,
    Statement,
    frame,
    say,
)

if TYPE_CHECKING:
    from analysis.corpus import Corpus

FROM_TOPICS = (
    "topic", "label", "top_words", "stability", "languages", "warning", "doubtful",
)  # fmt: skip
"""What a row of :func:`topics` takes over from the model's own table."""
UNMEASURED = "How well topics are found was never measured."
MEASURED: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "sib200",
        {
            "NMI of topic and label": "label",
            "NMI of topic and language": "language",
            "same topic in all three languages": "same",
        },
        "On SIB-200 ({n:,} sentences, the same in German, English and Dutch, of {k} known themes; "
        "mean of {seeds} seeds) topics and themes share {label:.2f} of their information "
        "(normalised mutual information: 0 nothing, 1 all), topics and languages {language:.4f}; "
        "{same:.0%} of the sentences have the same topic in all three languages.",
    ),
    (
        "ntrex",
        {"documents whose three versions share their main topic": "same"},
        "On NTREX-128 ({n:,} sentences of news, the same in each language; {k} topics) the topic "
        "with the largest mean membership is the same in all three for {same:.0%} of the "
        "documents.",
    ),
)
"""Case of the benchmark, its metrics, and how they are told."""

__all__ = [
    "TopicModel",
    "accuracy",
    "assign",
    "beside",
    "choose_k",
    "coherence",
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
    names: bool = False,
    model: str = embeddings.DEFAULT,
) -> TopicModel:
    """Find the topics of a corpus.

    Parameters
    ----------
    corpus : Corpus
    k : int, optional
        Number of topics; left out, the rule of :func:`choose_k` decides.
    seed : int
    unit : {"paragraph", "sentence"}
    method : {"vectors", "lda", "nmf", "lda-sklearn"}
        "vectors" clusters sentence vectors, in any mix of languages. The others count words and
        are for texts of one language.
    names : bool
        Let the names of actors describe topics too.
    model : str
        Sentence encoder, see :func:`analysis.embeddings.encode`.

    Returns
    -------
    TopicModel

    Raises
    ------
    DiscourseError
        If `method` or `unit` is unknown, `k` is below 2, or there are fewer different stretches
        of text than `k`.
    ComparabilityError
        If a model on words is asked for texts in several languages.
    """
    if method not in METHODS:
        raise DiscourseError(f"method={method!r} is unknown: use one of {', '.join(METHODS)}")
    if k is not None and k < 2:
        raise DiscourseError(f"k={k}: a topic model has at least 2 topics")
    with threadpool_limits(1):  # The same sums in the same order on every machine.
        found = choice.space(corpus, unit=unit, model=model, seed=seed)
        if k is None:
            k = choice.rule(choice.candidates(found, seed=seed))
        if method == "vectors":
            membership, centres, refitted, words = _clusters(found, k)
        else:
            membership, centres, refitted, words = _word_topics(corpus, found, k, method, seed)
        order = _order(membership, found.stretches)
        place = np.append(np.argsort(order) + 1, 0).astype(np.int16)  # -1, no match, becomes 0
        if words is not None:
            words = (words[0], words[1][order])
        return build(
            corpus, found.stretches, found.vectors, membership[:, order], centres[order],
            place[refitted], numbers=tuple(range(1, k + 1)), seed=seed, model=model,
            n_all=found.n_all, method_name=method, names=names, words=words, unit=unit,
        )  # fmt: skip


Found = tuple[np.ndarray, np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray] | None]


def _clusters(found: choice.Space, k: int) -> Found:
    """Return membership, centres, refits (columns, -1 for none) of the model on vectors."""
    centres = found.pieces.cluster(k)
    fitted = found.stretches["fitted"].to_numpy(dtype=bool)
    refitted = np.full((len(found.samples), len(fitted)), -1)
    refitted[:, fitted] = model_.refits(found.fitted, centres, found.samples)
    return model_.shares(found.vectors, centres), centres @ found.basis, refitted, None


def _word_topics(corpus: "Corpus", found: choice.Space, k: int, method: str, seed: int) -> Found:
    """Return the same of a model on words; its centres are the mean vectors of its topics."""
    from analysis.measures import _topic_wordmodels as wordmodels

    codes = sorted(set(found.stretches["language"]))
    if len(codes) > 1:
        raise ComparabilityError(
            f"method={method!r} counts words, and the texts are in {', '.join(codes)}: such topics "
            "would be languages; use method='vectors', or texts of one language"
        )
    matrix, vocabulary = wordmodels.counts_of(corpus, found.stretches)
    membership, weights = wordmodels.decompose(matrix, k, seed=seed, method=method)
    groups = choice.groups(found.stretches)
    refitted = wordmodels.refits(matrix, membership, groups, seed=seed, method=method)
    centres = model_.unit(membership.T @ found.vectors) @ found.basis
    return membership, centres, refitted, (vocabulary, weights)


def topics(
    corpus: "Corpus",
    *,
    k: int | None = None,
    by: str = "doc_id",
    seed: int = 0,
    unit: str = "paragraph",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    fitted: TopicModel | None = None,
) -> pd.DataFrame:
    """Say how much each group of documents talks about each topic.

    Parameters
    ----------
    corpus : Corpus
    k, seed, unit
        As in :func:`fit`.
    by : str
        Metadata column that groups the documents.
    level : float
        Coverage of the interval.
    n_boot : int
        Bootstrap samples of documents, drawn within each source.
    fitted : TopicModel, optional
        A model of this corpus made before, so that it need not be found again.

    Returns
    -------
    DataFrame
        Result rows, one a topic and group, zeros kept: ``estimate`` is the words of the group's
        stretches whose main topic it is, divided by the words of all its stretches (headings left
        out); ``n`` counts these stretches, of ``n_units``. ``membership`` is the mean soft
        assignment of the same words: topics that stretches only touch count in it.
        ``sentences`` holds the ids of the most representative stretches.

    Raises
    ------
    DiscourseError
        As :func:`fit`; or if `fitted` is a model of another corpus.
    """
    found = fit(corpus, k=k, seed=seed, unit=unit) if fitted is None else fitted
    if found.corpus_hash != corpus.hash:
        raise DiscourseError("fitted: this model was made from another corpus; fit it again")
    labels = counts.labels(corpus.documents, by)
    group = {
        d: str(g) for d, g in zip(corpus.documents["doc_id"], labels, strict=True) if g is not None
    }
    counted = np.flatnonzero(found.units["fitted"].to_numpy(dtype=bool))
    names = found.units["doc_id"].iloc[counted].map(group)
    source = corpus.documents.set_index("doc_id")["source"].astype(str)
    rows: list[dict[str, object]] = []
    for name, places in names.groupby(names.to_numpy(), sort=True).indices.items():
        own = counted[places]
        rows += _prevalence(
            found, own, source, {"by": by, "group": name}, level=level, n_boot=n_boot
        )
    return frame(
        rows, measure="topics", keys=("topic", "by", "group"),
        extra=("label", "top_words", "membership", "stability", "n_units", "languages", "warning",
               "doubtful", "sentences"),
    )  # fmt: skip


def _prevalence(
    found: TopicModel, rows: np.ndarray, source: "pd.Series[str]", group: dict[str, str],
    *, level: float, n_boot: int,
) -> list[dict[str, object]]:  # fmt: skip
    """One row a topic for one group of documents, given by the rows of its stretches."""
    own = found.units.iloc[rows]
    words = words_by_document(own, found.numbers)
    size = own.groupby("doc_id", sort=True)["n_words"].sum()
    strata = source.loc[words.index].to_numpy()
    estimate, lo, hi = resample.ratio_interval(
        words.to_numpy(), size.to_numpy(), level=level, n_boot=n_boot,
        strata=strata, seed=found.seed,
    )  # fmt: skip
    weight = own["n_words"].to_numpy() / own["n_words"].sum()
    soft = weight @ found.membership[rows]
    out: list[dict[str, object]] = []
    for i, about in enumerate(found.topics.to_dict("records")):
        has = own[own["topic"] == about["topic"]]
        out.append(
            {c: about[c] for c in FROM_TOPICS}
            | group
            | {"estimate": estimate[i], "lo": lo[i], "hi": hi[i]}
            | {"level": level, "unit": "share of the words", "n_docs": len(words)}
            | {"n_tokens": int(own["n_words"].sum()), "n": len(has), "n_units": len(own)}
            | {"method": found.method, "membership": soft[i]}
            | {"sentences": labels_.representative(has)}
            | {"verdict": _verdict(len(words), about["verdict"])}
        )
    return out


def _verdict(n_docs: int, stability: str) -> str:
    parts = [ONE_TEXT if n_docs == 1 else "", stability if stability != "stable" else ""]
    return "; ".join(p for p in parts if p)


def assign(
    corpus: "Corpus",
    *,
    k: int | None = None,
    seed: int = 0,
    unit: str = "paragraph",
    fitted: TopicModel | None = None,
) -> pd.DataFrame:
    """Give every document its share of every topic.

    Every stretch is placed, also where topics were found in a sample: that takes a second for
    some hundred sentences.

    Parameters
    ----------
    corpus : Corpus
        Also one that `fitted` has never seen.
    k, seed, unit
        As in :func:`fit`.
    fitted : TopicModel, optional
        Assign to the topics of this model.

    Returns
    -------
    DataFrame
        ``doc_id, topic, share, label``; a row a document and topic, zeros kept. Shares of words
        as in :func:`topics`; those of a document add up to 1.
    """
    found = fit(corpus, k=k, seed=seed, unit=unit) if fitted is None else fitted
    wide = found.shares
    if found.corpus_hash != corpus.hash or found.sampled:
        wide = document_shares(corpus, placed(corpus, found, unit=unit), found.numbers)
    long = wide.reset_index().melt("doc_id", var_name="topic", value_name="share")
    long["topic"] = long["topic"].astype(int)
    long["label"] = long["topic"].map(found.topics.set_index("topic")["label"])
    return long.sort_values(["doc_id", "topic"], kind="stable").reset_index(drop=True)


def accuracy(*, folder: Path | None = None) -> Statement:
    """Tell how well topics were found where labels are known, to be shown beside the charts.

    Parameters
    ----------
    folder : Path, optional
        Where ``topics.csv`` lies, written by ``benchmarks/topics.py``; ``benchmarks/results`` by
        default.

    Returns
    -------
    Statement
        Normalised mutual information of topics with labels and with languages (0 … 1), and the
        share of sentences that keep their topic in all three languages; set and size. Says that
        nothing was measured where there are no figures.
    """
    file = (folder or paths.RESULTS) / "topics.csv"
    if not file.is_file():
        return Statement(UNMEASURED)
    rows = pd.read_csv(file)
    rows = rows[rows["method"].eq("discourse")]
    told = []
    for case, metrics, template in MEASURED:
        own = rows[rows["case"].eq(case)].set_index("metric")
        if set(metrics) <= set(own.index):
            values = {short: own.loc[metric, "value"] for metric, short in metrics.items()}
            size = own.iloc[0][["n", "k", "seeds"]].to_dict()
            told.append(str(say(values | size, template)))
    return Statement(" ".join(told) or UNMEASURED)


def choose_k(
    corpus: "Corpus",
    *,
    ks: Sequence[int] | None = None,
    seed: int = 0,
    unit: str = "paragraph",
    model: str = embeddings.DEFAULT,
) -> pd.DataFrame:
    """Try several numbers of topics and say which one the default rule takes.

    The rule: the largest K, a dozen stretches a topic or more, at which topics are on the average
    found again in bootstrap samples (mean Jaccard similarity of .6 or more, Hennig 2007); where
    no K reaches that, the K that comes nearest. Single topics below .6 are flagged as unstable.

    Returns
    -------
    DataFrame
        A row a K: ``k, held`` (share of stretches in stable topics), ``stability`` (mean Jaccard
        over stretches), ``similarity`` (mean cosine of matched topics), ``silhouette``,
        ``n_stable, n_units, chosen``.

    Raises
    ------
    DiscourseError
        If there are fewer than 4 stretches of text.
    """
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
