"""Stretches of any text placed in the topics of a model, and the table that shows them all."""

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_numbers as numbers_
from analysis.measures import _topic_words as words_
from analysis.measures._topic_types import NO_TOPIC, TopicModel
from analysis.results import ComparabilityError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

BLOCK = 2_000
"""About so many stretches are placed at once."""


def stretches(corpus: "Corpus", model: TopicModel, *, unit: str | None = None) -> pd.DataFrame:
    """Show the topic of every stretch of a corpus, with its text.

    Parameters
    ----------
    corpus : Corpus
        Also one that the model has never seen.
    model : TopicModel
    unit : {"paragraph", "sentence"}, optional
        How texts are cut that the model has not seen, or saw a sample of; left out, as it cut
        those it was made from.

    Returns
    -------
    DataFrame
        A row a stretch, in the order of the texts: ``doc_id, start, end, topic`` (0: in none),
        ``share`` (its membership in that topic), ``label, text``
        (``documents.text[start:end]``), ``counted`` (False for headings, which count in no share).
    """
    units = model.units
    if model.corpus_hash != corpus.hash or model.sampled:
        units = placed(corpus, model, unit=unit)
    units = units.sort_values(["doc", "start"], kind="stable").reset_index(drop=True)
    label = units["topic"].map(dict(zip(model.topics["topic"], model.topics["label"], strict=True)))
    columns = ["doc_id", "start", "end", "topic", "share"]
    return units[columns].assign(
        label=label.fillna("in no topic"), text=corpus.spans(units),
        counted=units["fitted"].astype(bool),
    )  # fmt: skip


def placed(corpus: "Corpus", model: TopicModel, *, unit: str | None = None) -> pd.DataFrame:
    """Cut a corpus into stretches and place each in a topic, a block at a time.

    Returns
    -------
    DataFrame
        The columns of :func:`analysis.measures._topic_words.cut` and ``topic`` (0: in none),
        ``share`` (NaN for those in none).

    Raises
    ------
    ComparabilityError
        If a model on words is asked for texts in other languages than its own.
    """
    choice.check((), unit=unit or model.unit, seed=model.seed)
    every = words_.cut(corpus, unit=unit or model.unit)
    _comparable(every, model)
    doc = every["doc"].to_numpy(dtype=np.int64)
    parts = (corpus.part(pd.unique(doc[own])) for own in _blocks(doc))
    found = corpus.engine.map(partial(_placed, model, unit or model.unit), parts)
    none = np.zeros(0, dtype=np.int64), np.zeros(0)
    topic, share = (np.concatenate(column) for column in zip(none, *found, strict=True))
    return every.assign(topic=topic, share=share)


def _placed(model: TopicModel, unit: str, part: "Corpus") -> tuple[np.ndarray, np.ndarray]:
    """Return topic and share of every stretch of some documents, in the order of doc_id."""
    leads = numbers_.anchors(model)[1]
    membership = _membership(part, words_.units(part, unit=unit), model)
    topic = leads[membership.argmax(axis=1)]
    share = (membership * (leads == topic[:, None])).sum(axis=1)
    return topic, np.where(topic == NO_TOPIC, np.nan, share)


def _comparable(stretches: pd.DataFrame, model: TopicModel) -> None:
    """Refuse texts whose words a model on words cannot know."""
    own = set(model.units["language"])
    other = sorted(set(stretches["language"]) - own)
    if model.words is not None and other:
        raise ComparabilityError(
            f"the model counts words of {', '.join(sorted(own))} and cannot place texts in "
            f"{', '.join(other)}: leave these out, or use a model with method='vectors'"
        )


def _blocks(doc: np.ndarray) -> list[slice]:
    """Cut stretches into equal blocks of whole documents: stretches lean on their own.

    A document belongs to the block that it begins in.
    """
    place = np.arange(len(doc))
    new = np.r_[True, doc[1:] != doc[:-1]][: len(doc)]
    begins = np.maximum.accumulate(np.where(new, place, 0))
    block = begins * -(-len(doc) // BLOCK) // max(1, len(doc))
    edges = np.flatnonzero(np.r_[True, block[1:] != block[:-1], True][: len(doc) + 1])
    return [slice(*pair) for pair in pairwise(edges.tolist())]


def _membership(corpus: "Corpus", own: pd.DataFrame, model: TopicModel) -> np.ndarray:
    """Return the membership of stretches in what a model places by, shape (n_units, m)."""
    rows = numbers_.anchors(model)[0]
    if model.words is None:
        vectors, _, basis = choice.placed(
            corpus, own, model.space, model=model.model, seed=model.seed
        )
        return model_.shares(vectors, rows @ basis.T)
    from analysis.measures import _topic_wordmodels as wordmodels

    matrix, _ = wordmodels.counts_of(corpus, own, model.words[0])
    return np.asarray(wordmodels.place(matrix, rows, method=model.method_name))
