"""Tree of topics: which are joined first when there are to be fewer."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import style

ROW = 0.19
"""Height in inches of one line of a label."""


@style.styled
def topictree(
    frame: pd.DataFrame,
    *,
    labels: Sequence[Any],
    ax: Axes | None = None,
    threshold: float = 0.5,
    xlabel: str = "distance of centres (1 − cosine)",
    width: float = style.COLUMN,
) -> Axes:
    """Draw a hierarchy of topics, the most alike beside one another.

    Parameters
    ----------
    frame : DataFrame
        A row a merge, lowest first: ``left, right`` (0 … k - 1 are the topics in the order of
        `labels`, k + i is the group made in row i), ``height, stability``.
    labels : sequence
        The name of each topic; k of them, one more than there are merges.
    ax : Axes, optional
    threshold : float
        A group with a lower stability is hollow.
    xlabel : str
    width : float
        Inches.

    Returns
    -------
    Axes
        Topics from top to bottom, merges from left to right by their height; all topics as one
        are not marked.
    """
    rows = style.need(frame, "left", "right", "height", "stability")
    k = len(labels)
    if not k:
        return style.nothing(style.axes(ax, height=1.2))
    names = [style.wrap(label, int(width * 8)) for label in labels]
    order = _order(rows, k)
    tallest = max(name.count("\n") + 1 for name in names)
    ax = style.axes(ax, width=width, height=0.75 + k * ROW * (1 + 0.65 * (tallest - 1)))
    at = {leaf: (0.0, float(place)) for place, leaf in enumerate(order)}
    for i, merge in enumerate(rows.itertuples()):
        ends = [at[int(merge.left)], at[int(merge.right)]]
        height = float(merge.height)
        ax.plot(
            [ends[0][0], height, height, ends[1][0]],
            [ends[0][1], ends[0][1], ends[1][1], ends[1][1]],
            color=style.INK, linewidth=0.9, solid_joinstyle="miter", zorder=2,
        )  # fmt: skip
        at[k + i] = (height, (ends[0][1] + ends[1][1]) / 2)
        if i == k - 2:  # All topics as one always come back.
            continue
        stable = merge.stability >= threshold
        ax.scatter(
            *at[k + i], s=20, color=style.colour(0) if stable else "white", linewidths=1,
            edgecolors=style.colour(0), zorder=3,
        )  # fmt: skip
    ax.set_yticks(range(k), [names[leaf] for leaf in order])
    ax.set_ylim(k - 0.4, -0.6)
    ax.set_xlim(0, 1.06 * float(rows["height"].max()) if len(rows) else 1)
    ax.grid(axis="y", visible=False)
    ax.set_ylabel("")
    ax.set_xlabel(xlabel, loc="right")
    marked = rows.iloc[: k - 2]
    if len(marked):
        known = [style.handle(0, f"stable as one topic ({threshold:g} or more)")]
        known[0].set_marker("o")
        if (marked["stability"] < threshold).any():
            known.append(style.handle(0, "not stable as one topic", hollow=True))
        style.legend(ax, known)
    return ax


def _order(rows: pd.DataFrame, k: int) -> list[int]:
    """Return the topics from top to bottom, so that no two lines cross."""
    held = {leaf: [leaf] for leaf in range(k)}
    for i, (left, right) in enumerate(zip(rows["left"], rows["right"], strict=True)):
        first, second = sorted((held.pop(int(left)), held.pop(int(right))), key=min)
        held[k + i] = first + second
    return [leaf for group in sorted(held.values(), key=min) for leaf in group]
