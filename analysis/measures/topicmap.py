"""A map of topics: places in two dimensions that keep the distances of their centres.

Nothing is drawn at random: the same model has the same map, however its documents are ordered. How
much of the distances the map keeps stands in every row.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures._topic_types import NO_TOPIC
from analysis.results import frame

if TYPE_CHECKING:
    from analysis.measures.topics import TopicModel

MOST = 500
"""Stretches beyond which a map shows so many, drawn evenly over documents and places."""
EVEN = 1e-9
"""Coordinates that differ by less are the same."""
ROUNDS = 2_000
"""Steps of majorization at most; it ends when no place moves by more than EVEN."""
EXTRA = (
    "kind", "label", "x", "y", "n_words", "stability", "languages", "nearest", "explained",
    "stress", "n_all", "sentences",
)  # fmt: skip


def places(model: "TopicModel") -> pd.DataFrame:
    """Place topics in a plane, and every stretch of text between its topics.

    Topics: metric scaling of the distances of their centres, by majorization of the stress (De
    Leeuw 1977) from the places of classical scaling (Torgerson 1952), so that no start is drawn.
    The first axis holds most; on each axis the topic farthest from the middle is on the positive
    side, of equal ones the one named first. Stretches: the mean of the topics' places, weighted by
    their membership.

    Parameters
    ----------
    model : TopicModel

    Returns
    -------
    DataFrame
        Result rows: topics first, then stretches that count, by topic and place (of more than
        :data:`MOST` a part, drawn evenly). ``kind`` is "topic" or "stretch"; ``x, y`` the place,
        in units of the distance between centres (0 … 2). ``estimate``: a topic's share of the
        words, a stretch's membership in its main topic. Topics only: ``label, stability,
        languages, nearest`` (the topic nearest in the whole space, which may not be the nearest on
        the map). ``explained``: the squared correlation of the distances on the map with those of
        the centres, 0 … 1 (NaN where distances do not differ). ``stress``: Kruskal's stress-1,
        ``sqrt(sum (d - d')² / sum d²)`` over the pairs of topics, 0 where the map keeps all
        distances; above .2 it is poor (Kruskal 1964). ``n_all``: stretches that count, of which
        some are drawn.
    """
    centres = model.centres.astype(np.float64)
    found = plane(centres)
    trust = dict(zip(("explained", "stress"), kept(centres, found), strict=True))
    counted = model.units["fitted"].to_numpy(dtype=bool)
    placed = counted & (model.units["topic"].to_numpy() != NO_TOPIC)
    own = np.flatnonzero(placed)
    rows = [
        *_topics(model, found, centres, model.units[counted]),
        *_stretches(model, found, _drawn(own, model.units)),
    ]
    out = frame(
        [row | trust | {"n_all": len(own), "method": told(model)} for row in rows],
        measure="topicmap", keys=("topic", "doc_id", "language"), extra=EXTRA,
    )  # fmt: skip
    return out.astype({"nearest": "Int64"})


def told(model: "TopicModel") -> str:
    """Say in one line how a map was made."""
    return f"metric scaling of the distances of topic centres; {model.method}"


def plane(points: np.ndarray) -> np.ndarray:
    """Place points in two dimensions so that their distances stay, with fixed axes and signs.

    Parameters
    ----------
    points : ndarray, shape (n, d)

    Returns
    -------
    ndarray, shape (n, 2)
        The middle is 0.
    """
    apart, places = _apart(points), _principal(points)
    for _ in range(ROUNDS):
        seen = _apart(places)
        ratio = np.divide(apart, seen, out=np.zeros_like(apart), where=seen > EVEN)
        pull = np.diag(ratio.sum(axis=1)) - ratio
        moved = pull @ places / len(points)
        still = np.abs(moved - places).max(initial=0) < EVEN
        places = moved
        if still:
            break
    places = _principal(places)
    for axis in places.T:
        far = np.flatnonzero(np.abs(axis) >= np.abs(axis).max(initial=0) - 1e3 * EVEN)
        axis *= -1 if len(far) and axis[far[0]] < 0 else 1
    return np.asarray(places + 0.0)


def kept(points: np.ndarray, places: np.ndarray) -> tuple[float, float]:
    """Return how well a map keeps distances: their squared correlation, and stress-1."""
    pair = np.triu_indices(len(points), 1)
    true, seen = _apart(points)[pair], _apart(places)[pair]
    whole = float((true**2).sum())
    stress = float(np.sqrt(((true - seen) ** 2).sum() / whole)) if whole else float("nan")
    vary = len(true) > 1 and min(np.ptp(true), np.ptp(seen)) > EVEN
    return float(np.corrcoef(true, seen)[0, 1] ** 2) if vary else float("nan"), stress


def _apart(points: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(points[:, None] - points[None], axis=2))


def _principal(points: np.ndarray) -> np.ndarray:
    """Return points on their two principal axes, shape (n, 2)."""
    left, length, _ = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    axes = (left * np.where(length > EVEN, length, 0))[:, :2]
    out = np.zeros((len(points), 2))
    out[:, : axes.shape[1]] = axes
    return out


def _topics(
    model: "TopicModel", found: np.ndarray, centres: np.ndarray, counted: pd.DataFrame
) -> list[dict[str, object]]:
    """One row a topic."""
    cosine = centres @ centres.T
    np.fill_diagonal(cosine, -np.inf)
    numbers = np.array(model.numbers)
    words = int(counted["n_words"].sum())
    out: list[dict[str, object]] = []
    for i, about in enumerate(model.topics.to_dict("records")):
        near = numbers[cosine[i].argmax()] if model.k > 1 else pd.NA
        out.append(
            {c: about[c] for c in ("topic", "label", "stability", "languages", "sentences")}
            | {"kind": "topic", "x": found[i, 0], "y": found[i, 1], "nearest": near}
            | {"estimate": about["n_tokens"] / words if words else np.nan}
            | {"unit": "share of the words", "n_words": about["n_tokens"], "n": about["n"]}
            | {"n_docs": counted["doc_id"].nunique(), "n_tokens": words}
            | {"verdict": "" if about["verdict"] == "stable" else about["verdict"]}
        )
    return out


def _stretches(model: "TopicModel", found: np.ndarray, rows: np.ndarray) -> list[dict[str, object]]:
    """One row a stretch; its documents and words are counted in the rows of topics."""
    weight = model.membership[rows]
    xy = (weight / np.maximum(weight.sum(axis=1, keepdims=True), EVEN)) @ found
    columns = ["topic", "doc_id", "language", "n_words", "sentences"]
    own = model.units.iloc[rows]
    return [
        row | {"kind": "stretch", "x": x, "y": y, "estimate": share, "unit": "membership", "n": 1}
        for row, (x, y), share in zip(
            own[columns].to_dict("records"), xy, own["share"].astype(float), strict=True
        )
    ]


def _drawn(rows: np.ndarray, units: pd.DataFrame) -> np.ndarray:
    """Draw at most MOST stretches evenly, and sort them by topic, document and place."""
    own = units.iloc[rows]
    order = np.lexsort((own["start"].to_numpy(), own["doc_id"].to_numpy(dtype=str)))
    if len(order) > MOST:
        order = order[np.linspace(0, len(order) - 1, MOST).astype(int)]
    topic = own["topic"].to_numpy()[order]
    return np.asarray(rows[order[np.argsort(topic, kind="stable")]])
