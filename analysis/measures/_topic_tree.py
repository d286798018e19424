"""Which topics of a model are near each other: what might be merged, and what a plot can draw."""

import numpy as np
import pandas as pd

from analysis.measures._topic_types import TopicModel

LINKAGE = ["left", "right", "height", "n_topics"]
"""Columns of :func:`tree` that make up a linkage matrix as SciPy draws it."""


def tree(model: TopicModel) -> pd.DataFrame:
    """Join the topics of a model two by two, the nearest first.

    Average linkage of the centres: the height at which two groups of topics join is the mean
    cosine distance ``1 - cos`` of their centres, each weighted by the words of its topic. Of equal
    distances, the pair with the lowest numbers goes first.

    Parameters
    ----------
    model : TopicModel

    Returns
    -------
    DataFrame
        A row a merge, lowest first: ``left, right`` (0 … k - 1 are the topics in the order of
        ``model.numbers``, k + i is the group made in row i), ``height``, ``n_topics``, ``topics``
        (their numbers), ``n_units`` (stretches), ``stability`` (mean Jaccard similarity of the
        group with itself when the model is fitted again: what it would have as one topic),
        ``label`` (of its topics). ``tree(model)[LINKAGE].to_numpy(float)`` is a linkage matrix of
        SciPy. Without rows for a model of one topic.
    """
    table = model.topics
    distance = 1 - model.centres.astype(np.float64) @ model.centres.astype(np.float64).T
    words = np.maximum(table["n_tokens"].to_numpy(dtype=float), 1)
    groups: dict[int, tuple[int, ...]] = {i: (i,) for i in range(model.k)}
    rows = []
    for new in range(model.k, 2 * model.k - 1):
        pairs = [(a, b) for a in groups for b in groups if min(groups[a]) < min(groups[b])]
        height = {p: _apart(distance, words, groups[p[0]], groups[p[1]]) for p in pairs}
        left, right = min(pairs, key=lambda p: (height[p], min(groups[p[0]]), min(groups[p[1]])))
        held = tuple(sorted(groups.pop(left) + groups.pop(right)))
        groups[new] = held
        numbers = tuple(model.numbers[i] for i in held)
        own = table.iloc[list(held)]
        rows.append(
            (left, right, height[left, right], len(held), numbers, int(own["n_units"].sum()),
             _again(model, numbers), " + ".join(own["label"]))
        )  # fmt: skip
    columns = [*LINKAGE, "topics", "n_units", "stability", "label"]
    return pd.DataFrame(rows, columns=columns)


def _apart(
    distance: np.ndarray, words: np.ndarray, one: tuple[int, ...], other: tuple[int, ...]
) -> float:
    """Return the mean distance of two groups of topics; never below 0, ties to nine digits."""
    weight = np.outer(words[list(one)], words[list(other)])
    mean = (distance[np.ix_(one, other)] * weight).sum() / weight.sum()
    return max(0.0, round(float(mean), 9))


def _again(model: TopicModel, numbers: tuple[int, ...]) -> float:
    """Return the mean Jaccard similarity of topics taken as one with themselves in the refits."""
    counted = model.units["fitted"].to_numpy(dtype=bool)
    own = np.isin(model.units["topic"].to_numpy(dtype=int)[counted], numbers)
    other = np.isin(model.refits[:, counted], numbers)
    either = (own | other).sum(axis=1)
    both = (own & other).sum(axis=1)
    return float((both / np.maximum(either, 1)).mean()) if len(other) else float("nan")
