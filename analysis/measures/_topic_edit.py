"""Topics merged, split or dropped on request; the model itself stays as it was.

A number stays with its topic: what is merged keeps the number of its largest member, the largest
part of a split topic keeps its own, and a number that has gone is never given again. The other
topics stay as they are, and what was done stands in the model's ``history``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_model as model_
from analysis.measures._topic_build import rebuilt
from analysis.measures._topic_numbers import anchors, known, largest, led
from analysis.measures._topic_space import meaning
from analysis.measures._topic_types import NO_TOPIC, TopicModel
from analysis.results import DiscourseError, and_

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PER_PART = 2
"""A topic is split where each part can have so many different stretches."""


def merge(corpus: "Corpus", model: TopicModel, topics: Sequence[int]) -> TopicModel:
    """Make one topic of several; it keeps the number of the one with the most words.

    Every stretch of one of them is now in it, and no other stretch: memberships add up. New texts
    are still placed by the directions of its members.

    Parameters
    ----------
    corpus : Corpus
        The one the model was made from.
    model : TopicModel
    topics : sequence of int
        Numbers of two topics or more.

    Returns
    -------
    TopicModel

    Raises
    ------
    DiscourseError
        If fewer than two topics or all of them are given, a number is unknown, or the model was
        made from another corpus.
    """
    _same_corpus(corpus, model)
    members = known(model, topics)
    if len(members) < 2:
        raise DiscourseError("topics: merging takes two topics or more; name their numbers")
    if len(members) == model.k:
        raise DiscourseError("topics: merging all topics would leave one; leave out at least one")
    number = np.array(model.numbers)
    words = model.topics["n_tokens"].to_numpy(dtype=float)
    of = np.flatnonzero(np.isin(number, members))
    keep = int(of[np.argmax(words[of])])
    weight = np.maximum(words[of], 1) / np.maximum(words[of], 1).sum()
    centres, membership = model.centres.copy(), model.membership.copy()
    centres[keep] = model_.unit((weight @ model.centres[of])[None])[0]
    membership[:, keep] = model.membership[:, of].sum(axis=1)
    vocabulary = model.words
    if vocabulary is not None:
        weights = vocabulary[1].copy()
        weights[keep] = weights[of].sum(axis=0)
        vocabulary = vocabulary[0], weights
    kept = int(number[keep])
    stay, leads = ~np.isin(number, members) | (number == kept), dict.fromkeys(members, kept)
    new = rebuilt(
        corpus, model, numbers=tuple(number[stay].tolist()), centres=centres[stay],
        membership=membership[:, stay], refits=led(model.refits, leads),
        topic=led(model.units["topic"].to_numpy(dtype=int), leads),
        words=None if vocabulary is None else (vocabulary[0], vocabulary[1][stay]),
        history=f"topics {and_(members)} were merged into topic {kept}",
    )  # fmt: skip
    rows, place = anchors(model)
    return _finished(new, model, [kept], anchors=(rows, led(place, leads)))


def drop(corpus: "Corpus", model: TopicModel, topics: Sequence[int] | None = None) -> TopicModel:
    """Take topics out of a model; their stretches are then in no topic (number 0).

    New texts that would have been in them are in no topic either. Shares of the other topics stay
    as they are and no longer add up to 1.

    Parameters
    ----------
    corpus : Corpus
        The one the model was made from.
    model : TopicModel
    topics : sequence of int, optional
        Numbers; left out, the unstable ones. Where there are none, the model comes back as it is.

    Returns
    -------
    TopicModel

    Raises
    ------
    DiscourseError
        If all topics would go, a number is unknown, or the model was made from another corpus.
    """
    _same_corpus(corpus, model)
    unstable = "unstable " if topics is None else ""
    if topics is None:
        topics = model.topics.loc[model.topics["verdict"] != "stable", "topic"].tolist()
    gone = known(model, topics)
    if not gone:
        return model
    if len(gone) == model.k:
        raise DiscourseError(
            f"topics: dropping {and_(gone)} would leave none; fit the model with a smaller k"
        )
    stay = ~np.isin(model.numbers, gone)
    kept, leads = [n for n in model.numbers if n not in gone], dict.fromkeys(gone, NO_TOPIC)
    units = model.units.assign(topic=led(model.units["topic"].to_numpy(dtype=int), leads))
    rows, place = anchors(model)
    plural = len(gone) > 1
    told = f"{unstable}topic{'s' * plural} {and_(gone)} {'were' if plural else 'was'} dropped"
    return replace(
        model, numbers=tuple(kept), membership=model.membership[:, stay],
        units=units.assign(share=units["share"].where(units["topic"] != NO_TOPIC)),
        centres=model.centres[stay], refits=led(model.refits, leads),
        topics=_of(model.topics, kept), terms=_of(model.terms, kept), shares=model.shares[kept],
        words=None if model.words is None else (model.words[0], model.words[1][stay]),
        history=(*model.history, told), anchors=(rows, led(place, leads)), largest=largest(model),
    )  # fmt: skip


def split(
    corpus: "Corpus", model: TopicModel, topic: int, *, into: int = 2, seed: int = 0
) -> TopicModel:
    """Make several topics of one, by clustering its stretches alone.

    The part with the most words keeps the number, the others get numbers never used before, by
    size. No stretch of another topic changes. How stable the parts are is found by splitting the
    topic of each refit again, with documents (in small collections stretches) drawn anew.

    Parameters
    ----------
    corpus : Corpus
        The one the model was made from.
    model : TopicModel
    topic : int
    into : int
        Number of parts.
    seed : int

    Returns
    -------
    TopicModel

    Raises
    ------
    DiscourseError
        If the number is unknown, `into` is below 2, the topic holds too few different stretches,
        or the model counts words or was made from another corpus.
    """
    _same_corpus(corpus, model)
    (number,) = known(model, [topic])
    if isinstance(into, bool) or not isinstance(into, (int, np.integer)) or into < 2:
        raise DiscourseError(f"into={into!r}: a topic is split into 2 parts or more")
    if model.words is not None:
        raise DiscourseError(
            f"topic {number}: topics of a model on words cannot be split; fit it with a larger k"
        )
    after = largest(model) + 1
    numbers = np.array([number, *range(after, after + int(into) - 1)])
    with threadpool_limits(1):
        vectors, _, basis = choice.placed(
            corpus, model.units.drop(columns=["topic", "share"]), model.space, model=model.model,
            seed=model.seed,
        )  # fmt: skip
        centres, within = _parts(model, vectors, numbers, seed=seed)
        part = within.argmax(axis=1)
        refits = _split_again(model, vectors, part, numbers, seed=seed)
    rows = model_.unit(centres @ basis)
    centres = rows if model.space is None else meaning(rows, model.space)
    at, topics = model.numbers.index(number), model.units["topic"].to_numpy(dtype=int)
    every = np.r_[np.delete(model.numbers, at), numbers]
    order = np.argsort(every, kind="stable")
    others = np.delete(model.membership, at, axis=1)
    new = rebuilt(
        corpus, model, numbers=tuple(int(n) for n in every[order]),
        centres=np.r_[np.delete(model.centres, at, axis=0), centres][order],
        membership=np.c_[others, model.membership[:, [at]] * within][:, order],
        topic=np.where(topics == number, numbers[part], topics), refits=refits,
        history=f"topic {number} was split into topics {and_(numbers.tolist())}",
    )  # fmt: skip
    before, leads = anchors(model)
    rest = leads != number
    placing = np.r_[before[rest], rows], np.r_[leads[rest], numbers]
    return _finished(new, model, numbers.tolist(), anchors=placing)


def _parts(
    model: TopicModel, vectors: np.ndarray, numbers: np.ndarray, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster the vectors of topic ``numbers[0]``, the part with the most words first.

    Returns
    -------
    centres : ndarray, shape (n_parts, d)
    within : ndarray, shape (n_units, n_parts)
        Every stretch's membership in the parts; rows add up to 1.
    """
    into, topic = len(numbers), model.units["topic"].to_numpy(dtype=int)
    own = np.flatnonzero((topic == numbers[0]) & model.units["fitted"].to_numpy(dtype=bool))
    n = len(np.unique(vectors[own].round(4), axis=0))
    if n < PER_PART * into:
        raise DiscourseError(
            f"topic {numbers[0]} holds {n} different stretches: too few to be split into {into}; "
            "use fewer parts or leave it whole"
        )
    centres = _cluster(vectors[own], into, seed=seed)
    within = model_.shares(vectors, centres)
    part = within[own].argmax(axis=1)
    words = np.bincount(part, model.units["n_words"].to_numpy()[own], minlength=into)
    if not words.all():
        raise DiscourseError(f"topic {numbers[0]} does not fall into {into} parts; use fewer")
    first = [int(np.flatnonzero(part == j)[0]) for j in range(into)]
    order = np.lexsort((np.array(first), -words))
    return centres[order], within[:, order]


def _cluster(vectors: np.ndarray, into: int, *, seed: int, n_init: int = 10) -> np.ndarray:
    """K-means without a detour over small pieces: one topic is seldom large enough for these."""
    from sklearn.cluster import KMeans

    fitted = KMeans(into, n_init=n_init, random_state=seed).fit(vectors)
    return model_.unit(fitted.cluster_centers_)


def _split_again(
    model: TopicModel, vectors: np.ndarray, part: np.ndarray, numbers: np.ndarray, *, seed: int
) -> np.ndarray:  # fmt: skip
    """Split the topic of each refit, fitted to a new sample; shape as ``model.refits``.

    The parts of a refit are matched with the model's one to one by greatest overlap; a refit that
    holds too few different stretches has none of them.
    """
    counted = model.units["fitted"].to_numpy(dtype=bool)
    into, rng = len(numbers), np.random.default_rng(seed)
    group = np.unique(choice.groups(model.units), return_inverse=True)[1]
    own = np.where(model.units["topic"].to_numpy(dtype=int) == numbers[0], part, -1)
    refits = model.refits.copy()
    for i, refit in enumerate(model.refits):
        held = refit == numbers[0]
        drawn = np.isin(group, rng.integers(0, group.max() + 1, group.max() + 1))
        shaping = vectors[held & counted & drawn]
        refits[i, held] = NO_TOPIC
        if len(np.unique(shaping.round(4), axis=0)) < into:
            continue
        again = (vectors @ _cluster(shaping, into, seed=seed + 1 + i, n_init=3).T).argmax(1)
        common = held & counted & (own >= 0)
        pair = model_.match(model_.jaccard(own[common], again[common], into))
        refits[i, held] = numbers[np.argsort(pair)[again[held]]]
    return refits


def _finished(
    new: TopicModel, old: TopicModel, touched: Iterable[int],
    *, anchors: tuple[np.ndarray, np.ndarray],
) -> TopicModel:  # fmt: skip
    """Leave the topics that were not touched described as they were; complete the rest."""
    touched = set(touched)
    same = [n for n in new.numbers if n not in touched]
    tables = {
        name: pd.concat([_of(getattr(old, name), same), _of(getattr(new, name), list(touched))])
        .sort_values("topic", kind="stable")
        .reset_index(drop=True)
        for name in ("topics", "terms")
    }
    return replace(
        new, **tables, anchors=anchors, space=old.space, largest=max(largest(old), *new.numbers)
    )


def _of(rows: pd.DataFrame, numbers: Sequence[int]) -> pd.DataFrame:
    return rows[rows["topic"].isin(numbers)].reset_index(drop=True)


def _same_corpus(corpus: "Corpus", model: TopicModel) -> None:
    if model.corpus_hash != corpus.hash:
        raise DiscourseError("model: was made from another corpus; give that one, or fit it again")
