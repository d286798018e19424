"""Topic map: circles as large as topics, and the stretches of text that stand between them."""

import math
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from analysis import style

RADIUS = (0.06, 0.12)
"""Radius of the largest circle, least and most, in parts of the width of the topics' places."""
SHAPE = (0.45, 0.85)
"""Height of the map, least and most, in parts of its width."""
ROOM = (0.65, 0.35)
"""Inches for names at the sides, and above and below."""
WIDE = 17
"""Letters of a label beyond which it goes on in a new line."""
MOST_LINES = 3
MARK = 6
"""Letters that the mark of an entry of the legend takes, with the space round it."""
AROUND = 16
"""Directions in which a label may stand from its circle, tried from the right round."""
SMALL = 6.5
"""Points: in a circle of a smaller radius there is no room for its number."""
STEPS = (2, 8, 15, 23, 32)
"""Points between a circle and its label; beyond the first a thin line joins them."""
FAR = 1_000
"""Points that a name may rather cover than stand nearer to another circle."""
_LINE = "#b5b5b5"
_HALO = [withStroke(linewidth=1.8, foreground="white")]


@style.styled
def topicmap(frame: pd.DataFrame, *, ax: Axes | None = None, width: float = style.COLUMN) -> Axes:
    """Draw topics where the distances of their centres put them.

    Parameters
    ----------
    frame : DataFrame
        ``kind, topic, label, x, y, n_words, n_all, nearest, language, verdict, explained,
        stress``, as :func:`analysis.measures.topicmap.places` gives them.
    ax : Axes, optional
    width : float
        Inches, of a new figure.

    Returns
    -------
    Axes
        The area of a circle is the number of words; an unstable topic has no filling and a dashed
        edge. A line joins each topic with the one nearest to it before the plane was taken. Points
        are stretches of text, mark and colour their language. The names of topics overlap neither
        one another nor a circle; where they have no room on the map, all stand below it.
    """
    rows = style.need(
        frame, "kind", "topic", "label", "x", "y", "n_words", "n_all", "nearest", "language",
        "verdict", "explained", "stress",
    )  # fmt: skip
    # Small circles are drawn last, upon large ones.
    topics = rows[rows["kind"] == "topic"].sort_values("n_words", ascending=False, kind="stable")
    if topics.empty:
        return style.nothing(style.axes(ax, height=1.2))
    points = rows[rows["kind"] == "stretch"]
    if ax is not None:
        width = float(ax.get_position().width * style.whole(ax).get_figwidth())
    middle, half, largest = _extent(topics, width, ROOM)
    named = _key(topics, points)
    new = ax is None
    if ax is None:
        below = 0.45 + 0.16 * math.ceil(len(named) / 2)
        ax = style.axes(None, width=width, height=below + width * half[1] / half[0])
    ax.set_aspect("equal")
    _limits(ax, middle, half)
    _bare(ax, topics.iloc[0], width)
    _points(ax, points)
    circles = _circles(ax, topics, largest)
    letters = sum(len(str(entry.get_label())) + MARK for entry in named)
    one_line = letters <= style.whole(ax).get_figwidth() * 17
    style.legend(ax, named, columns=len(named) if one_line else None)
    names = _names(ax, topics, circles, points[["x", "y"]].to_numpy(dtype=float))
    if not names:
        _limits(ax, *_extent(topics, width, (0.1, 0.1))[:2])
        _below(ax, topics, width, grow=new)
    return ax


def _limits(ax: Axes, middle: np.ndarray, half: np.ndarray) -> None:
    ax.set_xlim(middle[0] - half[0], middle[0] + half[0])
    ax.set_ylim(middle[1] - half[1], middle[1] + half[1])


def _extent(
    topics: pd.DataFrame, width: float, room: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the middle and half the size of the map, and the radius of the largest circle."""
    xy = topics[["x", "y"]].to_numpy(dtype=float)
    low, high = xy.min(axis=0), xy.max(axis=0)
    wide = float((high - low).max()) or 1.0
    size = np.sqrt(_sizes(topics))
    gap = [
        np.linalg.norm(xy[i] - xy[j]) / (size[i] + size[j])
        for i, j in product(range(len(xy)), repeat=2)
        if i < j
    ]
    largest = float(np.clip(min(gap, default=wide), RADIUS[0] * wide, RADIUS[1] * wide))
    half = (high - low) / 2 + largest
    x = half[0] / (1 - 2 * room[0] / width)
    y = half[1] + room[1] * 2 * x / width
    # One scale on both axes: a map that is too flat or too high gets more room beside it.
    x, y = max(x, y / SHAPE[1]), max(y, SHAPE[0] * x)
    return (low + high) / 2, np.array([x, y]), largest


def _sizes(topics: pd.DataFrame) -> np.ndarray:
    """Return the words of each topic as a share of the largest's; a word at least."""
    words = topics["n_words"].to_numpy(dtype=float).clip(1)
    return np.asarray(words / words.max())


def _unstable(topics: pd.DataFrame) -> np.ndarray:
    return np.asarray(topics["verdict"].fillna("").ne("").to_numpy(dtype=bool))


def _key(topics: pd.DataFrame, points: pd.DataFrame) -> list[Line2D]:
    """Return the legend: languages, what is hollow, how many of the stretches are drawn."""
    spoken = sorted(points["language"].dropna().unique())
    named = [style.handle(i, code) for i, code in enumerate(spoken)]
    ring: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 7,
                            "markeredgecolor": style.INK}  # fmt: skip
    named.append(Line2D([], [], **ring, markerfacecolor="#e4e4e4", label="topic (area: words)"))
    if _unstable(topics).any():
        # A marker's edge cannot be dashed.
        edge = Line2D([], [], linestyle="--", color=style.INK, linewidth=0.8)
        edge.set_label("unstable topic")
        named.append(edge)
    if len(topics) > 1:
        named.append(Line2D([], [], color=_LINE, linewidth=0.9, label="nearest topic"))
    n_all = int(topics["n_all"].iloc[0])
    if n_all > len(points) > 0:
        drawn = f"{len(points):,} of {n_all:,} stretches, evenly drawn"
        named.append(Line2D([], [], linestyle="none", label=drawn))
    return named


def _bare(ax: Axes, row: pd.Series, width: float) -> None:
    """Take off the ticks, which mean nothing, and say how far the picture can be trusted."""
    ax.grid(visible=False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_ylabel("")
    for side in ax.spines.values():
        side.set_visible(True)
        side.set_color(style.FAINT)
    kept, stress = row["explained"], row["stress"]
    said = "" if pd.isna(stress) else f"stress of the map: {stress:.3f}"
    if not pd.isna(kept):
        said = f"the map keeps {kept:.0%} of the variance of distances"
        said += f" (stress\N{NO-BREAK SPACE}{stress:.3f})"
    ax.set_xlabel(style.wrap(said, int(width * 17)), loc="left", color=style.MUTED)


def _points(ax: Axes, points: pd.DataFrame) -> None:
    for i, code in enumerate(sorted(points["language"].dropna().unique())):
        part = points[points["language"] == code]
        ax.scatter(
            part["x"], part["y"], s=11 if len(points) < 200 else 6, marker=style.marker(i),
            color=style.colour(i), alpha=0.6, linewidths=0, zorder=3,
        )  # fmt: skip


def _circles(ax: Axes, topics: pd.DataFrame, largest: float) -> list[Circle]:
    """Draw circles with their numbers, and lines from each topic to the nearest."""
    at = topics.set_index("topic")[["x", "y"]].astype(float)
    for topic, near in zip(topics["topic"], topics["nearest"], strict=True):
        if not pd.isna(near):
            pair = at.loc[[topic, near]]
            ax.plot(pair["x"], pair["y"], color=_LINE, linewidth=0.9, zorder=1)
    out = []
    radius = largest * np.sqrt(_sizes(topics))
    for i, loose in enumerate(_unstable(topics)):
        row = topics.iloc[i]
        circle = Circle(
            (row["x"], row["y"]), radius[i], facecolor="none" if loose else (0.3, 0.3, 0.3, 0.13),
            edgecolor=style.INK, linewidth=0.8, linestyle=(0, (3, 2)) if loose else "-", zorder=2,
        )  # fmt: skip
        ax.add_patch(circle)
        out.append(circle)
    return out


def _numbers(ax: Axes, topics: pd.DataFrame, circles: list[Circle]) -> list[Bbox]:
    """Write each number into its circle, or above one that is too small; return the latter."""
    beside = []
    scale = style.whole(ax).dpi / 72
    for number, circle in zip(topics["topic"], circles, strict=True):
        radius = _pixels(ax, circle)[2] / scale
        up = 0 if radius >= SMALL else radius + 5
        text = ax.annotate(
            str(number), circle.center, xytext=(0, up), textcoords="offset points", ha="center",
            va="center", fontsize=7.5, fontweight="bold", path_effects=_HALO, zorder=6,
        )  # fmt: skip
        if up:
            beside.append(text.get_window_extent())
    return beside


def _names(
    ax: Axes, topics: pd.DataFrame, circles: list[Circle], points: np.ndarray
) -> list[Annotation]:
    """Write each name beside its circle, where it covers fewest points; none if one has no room."""
    figure = style.whole(ax)
    figure.draw_without_rendering()  # Only now it is known where things stand.
    scale = figure.dpi / 72
    inside = ax.get_window_extent()
    dots = ax.transData.transform(points) if len(points) else np.zeros((0, 2))
    round_ = [_pixels(ax, circle) for circle in circles]
    taken = _numbers(ax, topics, circles)
    out: list[Annotation] = []
    joins: list[Line2D] = []
    for own, row in enumerate(topics.itertuples()):
        x, y, radius = round_[own]
        text = "\n".join(_lines(str(row.label)))
        label = ax.annotate(
            text, (row.x, row.y), xycoords="data", xytext=(0, 0), textcoords="offset points",
            ha="center", va="center", fontsize=7, linespacing=1.1, path_effects=_HALO, zorder=5,
        )  # fmt: skip
        size = label.get_window_extent()
        best: tuple[tuple[int, int, int], np.ndarray, Bbox, int] | None = None
        for step, turn in product(STEPS, range(AROUND)):
            angle = 2 * math.pi * turn / AROUND
            way = np.array([math.cos(angle), math.sin(angle)])
            reach = radius + step * scale + _depth(size.width / 2, size.height / 2, way)
            left, low = np.array([x, y]) + way * reach - [size.width / 2, size.height / 2]
            box = Bbox.from_bounds(left, low, size.width, size.height)
            gaps = _gaps(box, round_)
            if gaps.min() < 0 or not _free(box, inside, taken):
                continue
            # Nearer to another circle a name needs its line, and is the last resort.
            strange = gaps[own] > gaps.min() + 1
            if strange and step == STEPS[0]:
                continue
            cost = (_covered(box, dots) + 2 * STEPS.index(step) + FAR * strange, step, turn)
            if best is None or cost < best[0]:
                best = (cost, way * reach / scale, box, step)
        if best is None:
            for drawn in [*out, label, *joins]:
                drawn.remove()
            return []
        label.set_position(tuple(best[1]))
        if best[3] > STEPS[0]:
            end = ax.transData.inverted().transform(_edge(best[2], x, y))
            joins += ax.plot(
                [row.x, end[0]], [row.y, end[1]], color=style.MUTED, linewidth=0.5, zorder=1
            )
        taken.append(best[2].padded(2))
        out.append(label)
    return out


def _lines(label: str) -> list[str]:
    """Break a name after its dots, so that phrases stay whole; what is very long ends in dots."""
    phrases = [phrase.strip() for phrase in label.split(" · ") if phrase.strip()]
    lines = phrases[:1]
    for phrase in phrases[1:]:
        if len(lines[-1]) + len(phrase) + 3 > WIDE:
            lines[-1] += " ·"
            lines.append(phrase)
        else:
            lines[-1] += f" · {phrase}"
    cut = [line if len(line) <= 2 * WIDE else f"{line[: 2 * WIDE - 1]}…" for line in lines]
    return [*cut[: MOST_LINES - 1], cut[MOST_LINES - 1] + " …"] if len(cut) > MOST_LINES else cut


def _pixels(ax: Axes, circle: Circle) -> tuple[float, float, float]:
    """Return a circle's middle and radius on the screen."""
    x, y = (float(c) for c in circle.center)
    ends = ax.transData.transform([(x, y), (x + circle.radius, y)])
    return float(ends[0][0]), float(ends[0][1]), float(ends[1][0] - ends[0][0])


def _depth(half_width: float, half_height: float, way: np.ndarray) -> float:
    """Return how far a box reaches from its middle toward a side."""
    sides = [half / abs(w) for half, w in zip((half_width, half_height), way, strict=True)
             if abs(w) > 1e-9]  # fmt: skip
    return min(sides)


def _free(box: Bbox, inside: Bbox, taken: list[Bbox]) -> bool:
    """Say whether a name in a box is on the map and on no other."""
    if box.x0 < inside.x0 or box.x1 > inside.x1 or box.y0 < inside.y0 or box.y1 > inside.y1:
        return False
    return not any(box.overlaps(other) for other in taken)


def _gaps(box: Bbox, circles: list[tuple[float, float, float]]) -> np.ndarray:
    """Return the distance of a box from each circle; below 0 they overlap."""
    x, y, radius = np.array(circles).T
    across = np.maximum(np.maximum(box.x0 - x, x - box.x1), 0)
    up = np.maximum(np.maximum(box.y0 - y, y - box.y1), 0)
    return np.asarray(np.hypot(across, up) - radius)


def _covered(box: Bbox, dots: np.ndarray) -> int:
    low, high = box.min, box.max
    return int(((dots >= low) & (dots <= high)).all(axis=1).sum())


def _edge(box: Bbox, x: float, y: float) -> tuple[float, float]:
    """Return the point of a box that is nearest to a place."""
    return float(np.clip(x, box.x0, box.x1)), float(np.clip(y, box.y0, box.y1))


def _below(ax: Axes, topics: pd.DataFrame, width: float, *, grow: bool) -> None:
    """List the names under the map, by number."""
    names = [
        style.wrap(f"{topic}  {label}", int(width * 17))
        for topic, label in sorted(zip(topics["topic"], topics["label"], strict=True))
    ]
    said = "\n".join([ax.get_xlabel(), *names])
    if grow:
        figure = style.whole(ax)
        figure.set_figheight(figure.get_figheight() + 0.165 * (1 + "".join(names).count("\n")
                                                              + len(names)))  # fmt: skip
    ax.set_xlabel(said, loc="left", color=style.INK)
