"""The numbers of topics: who they belong to, and the same numbers in a model fitted again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.measures._topic_types import NO_TOPIC, TopicModel
from analysis.results import DiscourseError, and_, choices

ALIKE = 0.85
"""Centres with this cosine or more are the same topic in two models. Where a model is fitted again
to more texts, nearly all topics that keep at least half of their stretches lie above it, and none
that shares less than a fifth; a test on parallel sentences holds it to that."""


def renumber(model: TopicModel, *, like: TopicModel) -> TopicModel:
    """Give the topics of a model the numbers that the same topics have in an earlier one.

    For a model fitted again, after texts were added. Topics are paired one to one so that the sum
    of the cosines of their centres is greatest; pairs below :data:`ALIKE` are different topics.
    The others get numbers that `like` never used. What went and what is new stands in `history`.

    Parameters
    ----------
    model : TopicModel
        Not changed.
    like : TopicModel
        The earlier model, of the same encoder.

    Returns
    -------
    TopicModel
        Topics in the order of their new numbers.

    Raises
    ------
    DiscourseError
        If the two models are of different encoders.
    """
    if model.model != like.model or model.centres.shape[1] != like.centres.shape[1]:
        raise DiscourseError(
            f"like: was made with the encoder {like.model!r}, this model with {model.model!r}; "
            "fit both with the same one"
        )
    cosine = model.centres.astype(np.float64) @ like.centres.astype(np.float64).T
    leads, paired = _paired(cosine, model.numbers, like.numbers)
    after = largest(like)
    new = [n for n in model.numbers if n not in leads]
    leads |= {n: after + 1 + i for i, n in enumerate(new)}
    lost = [n for n in like.numbers if n not in paired]
    told = [
        f"{len(paired)} of {model.k} topics have their numbers from an earlier model",
        f"{_plural(sorted(leads[n] for n in new))} new" if new else "",
        f"{_plural(lost)} gone" if lost else "",
    ]
    return _numbered(model, leads, ", ".join(t for t in told if t), after)


def _paired(
    cosine: np.ndarray, numbers: Sequence[int], earlier: Sequence[int]
) -> tuple[dict[int, int], set[int]]:
    """Pair topics that are alike: a number → the earlier one, and the earlier ones taken."""
    from scipy.optimize import linear_sum_assignment

    alike = np.where(cosine >= ALIKE, cosine, 0.0)
    pairs = zip(*linear_sum_assignment(-alike), strict=True)
    leads = {numbers[i]: earlier[j] for i, j in pairs if alike[i, j] > 0}
    return leads, set(leads.values())


def _plural(numbers: list[int]) -> str:
    return f"{and_(numbers)} {'is' if len(numbers) == 1 else 'are'}"


def _numbered(model: TopicModel, leads: dict[int, int], history: str, after: int) -> TopicModel:
    """Write other numbers into every part of a model; its topics in the order of the numbers."""
    number = np.array([leads[n] for n in model.numbers])
    order = np.argsort(number)
    new = tuple(int(n) for n in number[order])
    leads = leads | {NO_TOPIC: NO_TOPIC}
    units, terms, topics = (
        frame.assign(topic=frame["topic"].map(leads).astype("int64"))
        for frame in (model.units, model.terms, model.topics)
    )
    shares = model.shares.rename(columns=leads)[list(new)].rename_axis(columns="topic")
    rows, place = anchors(model)
    return replace(
        model, numbers=new, units=units, membership=model.membership[:, order],
        centres=model.centres[order], refits=led(model.refits, leads),
        topics=topics.iloc[order].reset_index(drop=True),
        terms=terms.sort_values("topic", kind="stable").reset_index(drop=True), shares=shares,
        words=None if model.words is None else (model.words[0], model.words[1][order]),
        history=(*model.history, history), anchors=(rows, led(place, leads)),
        largest=max(after, *new),
    )  # fmt: skip


def known(model: TopicModel, topics: Iterable[Any]) -> list[int]:
    """Return the numbers asked for, each once and sorted, if the model has them."""
    asked = [topics] if isinstance(topics, (str, int, np.integer)) else list(topics)
    unknown = [
        t for t in asked
        if isinstance(t, bool) or not isinstance(t, (int, np.integer)) or t not in model.numbers
    ]  # fmt: skip
    if unknown:
        raise DiscourseError(
            f"topics: no topic has the number {choices(unknown)}; there are "
            f"{choices(model.numbers)}"
        )
    return sorted({int(t) for t in asked})


def led(numbers: np.ndarray, leads: dict[int, int]) -> np.ndarray:
    """Replace numbers by those they lead to."""
    out = numbers.copy()
    for old, new in leads.items():
        out[numbers == old] = new
    return out


def anchors(model: TopicModel) -> tuple[np.ndarray, np.ndarray]:
    """Return the directions that new stretches are placed by, and the topic each leads to."""
    if model.anchors is not None:
        return model.anchors
    rows = model.centres if model.words is None else model.words[1]
    return rows, np.array(model.numbers)


def largest(model: TopicModel) -> int:
    """Return the largest number that a topic of the model ever had."""
    return max(model.largest, *model.numbers, 0)
