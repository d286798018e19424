"""Lines: an estimate over ordered groups (years, decades), with its band."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from analysis import style

TICKS = 10
"""Ticks that have room for their names; of more values every second, third … is named."""


@style.styled
def lines(
    frame: pd.DataFrame,
    *,
    x: str,
    group: str,
    ax: Axes | None = None,
    group_order: Sequence[Any] | None = None,
    title: str = "",
    ylabel: str = "",
    top: float | None = None,
) -> Axes:
    """Draw one line a group with a bar from lo to hi at every point.

    Parameters
    ----------
    frame : DataFrame
        Columns `x`, `group`, ``estimate, lo, hi``.
    x, group : str
        The ordered column, and the column of the lines.
    ax : Axes, optional
    group_order : sequence, optional
    title, ylabel : str
    top : float, optional
        The upper end of the y axis, for panels on one scale.

    Returns
    -------
    Axes
        A point without an interval is hollow, and no line runs through it.
    """
    rows = style.need(frame, x, group, "estimate", "lo", "hi")
    if rows.empty:
        return style.nothing(style.axes(ax, height=1.2))
    places = {value: i for i, value in enumerate(sorted(rows[x].dropna().unique()))}
    groups = style.levels(rows[group], group_order)
    ax = style.axes(ax)
    for i, name in enumerate(groups):
        part = rows[rows[group] == name].sort_values(x)
        at = part[x].map(places) + (i - (len(groups) - 1) / 2) * 0.08
        bars = [part["estimate"] - part["lo"], part["hi"] - part["estimate"]]
        ax.errorbar(
            at, part["estimate"], yerr=[b.fillna(0).clip(lower=0) for b in bars], fmt="none",
            ecolor=style.colour(i), elinewidth=0.9, zorder=2,
        )  # fmt: skip
        # No line is drawn through a point that rests on one text.
        for stretch in _stretches(part["lo"].notna()):
            sns.lineplot(
                x=at[stretch], y=part.loc[stretch, "estimate"], ax=ax, color=style.colour(i),
                errorbar=None, legend=False,
            )  # fmt: skip
        for sure, face in ((True, style.colour(i)), (False, "white")):
            some = part["lo"].notna() == sure
            ax.scatter(
                at[some], part.loc[some, "estimate"], marker=style.marker(i), s=20, color=face,
                edgecolors=style.colour(i), zorder=3,
            )  # fmt: skip
    step = -(-len(places) // TICKS)
    named = list(places)[::step]
    ax.set_xticks([places[v] for v in named], [str(v) for v in named])
    ax.set_xlim(-0.4, len(places) - 0.6)
    if rows["lo"].fillna(rows["estimate"]).min() >= 0:
        # A little below zero, so that a mark at zero is whole.
        highest = top or float(rows["hi"].fillna(rows["estimate"]).max()) * 1.05 or 1.0
        ax.set_ylim(-0.04 * highest, highest)
    ax.set_title(title)
    ax.set_xlabel("")
    ax.set_ylabel(ylabel)
    named = [style.handle(i, name, line="-") for i, name in enumerate(groups)]
    hollow = [style.hollow_note("hollow: no interval")] if rows["lo"].isna().any() else []
    style.legend(ax, [*named, *hollow])
    return ax


def _stretches(sure: pd.Series) -> list[pd.Index]:
    """Index of every unbroken run of points that have an interval."""
    runs = (sure != sure.shift()).cumsum()
    return [run.index for _, run in sure[sure].groupby(runs[sure]) if len(run) > 1]
