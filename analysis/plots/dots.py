"""Estimates as dots with their intervals: the default picture of a result frame."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from analysis import style

ROW = 0.2
"""Height in inches of one line of dots."""


@style.styled
def dots(
    frame: pd.DataFrame,
    *,
    ax: Axes | None = None,
    label: str = "term",
    group: str | None = None,
    n: str | None = "n",
    order: Sequence[Any] | None = None,
    group_order: Sequence[Any] | None = None,
    reference: float | None = None,
    xlabel: str | None = None,
    width: float = style.COLUMN,
) -> Axes:
    """Draw one line a label: a dot at the estimate, a bar from lo to hi.

    Parameters
    ----------
    frame : DataFrame
        Columns `label`, ``estimate, lo, hi`` and, where named, `group` and `n`.
    ax : Axes, optional
        Where to draw; a new figure without it.
    label, group : str
        The column of the lines, and of the colours and markers within a line.
    n : str, optional
        The column of counts, written after each label; None leaves them out.
    order, group_order : sequence, optional
        The order from top to bottom, and of the groups. As the rows come without it.
    reference : float, optional
        Where a vertical line stands for "no difference".
    xlabel : str, optional
        The unit of the estimate without it.
    width : float
        Inches.

    Returns
    -------
    Axes
        A hollow dot without a bar has no interval; a line without any estimate says
        "undefined". The n of several groups are given in the order of the legend.
    """
    rows = style.need(frame, label, "estimate", "lo", "hi", group, n)
    if rows.empty:
        return style.nothing(style.axes(ax, height=1.2))
    names = style.levels(rows[label], order)
    groups = style.levels(rows[group], group_order) if group else [None]
    texts = _texts(rows, names, label, n, int(width * 9))
    tallest = max((text.count("\n") + 1 for text in texts), default=1)
    line = max(ROW, 0.12 * len(groups), 0.125 * tallest + 0.03)
    height = 0.75 + line * len(names) + 0.2 * (len(groups) > 1)
    ax = style.axes(ax, width=width, height=max(1.4, height))
    step = min(0.24, 0.72 / len(groups))
    for i, value in enumerate(groups):
        part = rows if group is None else rows[rows[group] == value]
        places = part[label].map({name: j for j, name in enumerate(names)})
        shift = (i - (len(groups) - 1) / 2) * step
        points(ax, part.assign(place=places + shift), i)
    _lines(ax, texts)
    for j, name in enumerate(names):
        if rows.loc[rows[label] == name, "estimate"].isna().all():
            _undefined(ax, j)
    if reference is not None:
        ax.axvline(reference, color=style.MUTED, linewidth=0.8, zorder=1)
    # Flush right: a long unit then runs on under the labels and is never cut.
    ax.set_xlabel(style.wrap(xlabel or unit(rows), int(width * 17)), loc="right")
    _legend(ax, rows, groups)
    return ax


def points(ax: Axes, rows: pd.DataFrame, i: int) -> None:
    """Draw the i-th group's dots at its rows' `place`, with bars where there are intervals."""
    known = rows[rows["estimate"].notna() & rows["place"].notna()]
    sure = known["lo"].notna()
    estimate, lo, hi = (known.loc[sure, c].astype(float) for c in ("estimate", "lo", "hi"))
    ax.errorbar(
        estimate, known.loc[sure, "place"], xerr=np.array([estimate - lo, hi - estimate]).clip(0),
        fmt="none", ecolor=style.colour(i), elinewidth=1.1, zorder=2,
    )  # fmt: skip
    for part, face in ((known[sure], style.colour(i)), (known[~sure], "white")):
        if len(part):
            sns.scatterplot(
                part, x="estimate", y="place", ax=ax, marker=style.marker(i), s=24, color=face,
                edgecolor=style.colour(i), linewidth=1.1, zorder=3, legend=False,
            )  # fmt: skip


def _undefined(ax: Axes, place: float) -> None:
    ax.annotate(
        "undefined", (0.01, place), xycoords=("axes fraction", "data"), va="center",
        fontsize=7, color=style.MUTED, style="italic",
    )  # fmt: skip


def unit(rows: pd.DataFrame) -> str:
    """Return the unit of a result frame, or nothing when its rows differ in it."""
    found = rows["unit"].dropna().unique() if "unit" in rows else []
    return str(found[0]) if len(found) == 1 else ""


def _texts(rows: pd.DataFrame, names: list[Any], label: str, n: str | None, wide: int) -> list[str]:
    """Return the label of every line, wrapped, with its n."""
    if n is None:
        return [style.wrap(name, wide) for name in names]
    counts = [style.count(rows.loc[rows[label] == name, n]) for name in names]
    return [
        style.wrap(f"{name}  (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{c})", wide)
        for name, c in zip(names, counts, strict=True)
    ]


def _lines(ax: Axes, texts: list[str]) -> None:
    ax.set_yticks(range(len(texts)), texts)
    ax.set_ylim(len(texts) - 0.4, -0.6)
    ax.set_ylabel("")
    ax.grid(axis="y", visible=False)
    for j in range(1, len(texts)):
        ax.axhline(j - 0.5, color=style.FAINT, linewidth=0.4, zorder=0)


def _legend(ax: Axes, rows: pd.DataFrame, groups: list[Any]) -> None:
    handles = [style.handle(i, g) for i, g in enumerate(groups) if g is not None]
    hollow = rows["estimate"].notna() & rows["lo"].isna()
    if hollow.any():
        handles.append(style.hollow_note())
    style.legend(ax, handles)
