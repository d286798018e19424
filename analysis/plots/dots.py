"""Estimates as dots with their intervals: the default picture of a result frame."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from analysis import style
from analysis.plots.signs import handles, signed, signs

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
    limit: float | None = None,
    title: str = "",
    remark: str | None = None,
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
    limit : float, optional
        The axis, even on both sides of zero, ends at this distance at most, but beyond the
        outermost dot; a bar that goes on ends in an arrow.
    title : str
    remark : str, optional
        The column of remarks on single lines, missing where there is none. Each kind of remark
        gets a sign, which stands before the label and is explained in the legend.
    width : float
        Inches, of a new figure.

    Returns
    -------
    Axes
        A hollow dot without a bar has no interval; a line without any estimate says
        "undefined". The n of several groups are given in the order of the legend.
    """
    rows = style.need(frame, label, "estimate", "lo", "hi", group, n, remark)
    if rows.empty:
        ax = style.nothing(style.axes(ax, height=1.2))
        ax.set_title(style.wrap(title, int(width * 15)))
        return ax
    known = signs(rows, remark)
    if ax is not None:
        place = ax.get_subplotspec()
        beside = place.get_gridspec().ncols if place else 1
        width = style.whole(ax).get_figwidth() / beside
    names = style.levels(rows[label], order)
    groups = style.levels(rows[group], group_order) if group else [None]
    texts = _texts(rows, names, label, n, int(width * 9), known, remark)
    tallest = max((text.count("\n") + 1 for text in texts), default=1)
    line = max(ROW, 0.12 * len(groups), 0.125 * tallest + 0.03)
    height = 0.75 + line * len(names) + 0.2 * (len(groups) > 1)
    ax = style.axes(ax, width=width, height=max(1.4, height))
    step = min(0.24, 0.72 / len(groups))
    if limit is not None:
        limit = _end(rows, limit)
    for i, value in enumerate(groups):
        part = rows if group is None else rows[rows[group] == value]
        places = part[label].map({name: j for j, name in enumerate(names)})
        part = part.assign(place=places + (i - (len(groups) - 1) / 2) * step)
        points(ax, part, i)
        if limit is not None:
            _arrows(ax, part, limit, i)
    _lines(ax, texts)
    if limit is not None:
        ax.set_xlim(-limit, limit)
    for j, name in enumerate(names):
        if rows.loc[rows[label] == name, "estimate"].isna().all():
            _undefined(ax, j)
    if reference is not None:
        ax.axvline(reference, color=style.MUTED, linewidth=0.8, zorder=1)
    # Flush right: a long unit then runs on under the labels and is never cut.
    ax.set_xlabel(style.wrap(xlabel or unit(rows), int(width * 17)), loc="right")
    ax.set_title(style.wrap(title, int(width * 15)))
    _legend(ax, rows, groups, known)
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


def _end(rows: pd.DataFrame, limit: float) -> float:
    """Return how far from zero the axis goes."""
    reach = rows[["estimate", "lo", "hi"]].astype(float).abs().max()
    least, most = 1.1 * reach["estimate"], 1.05 * reach.max()
    end = max(least, min(limit, most))
    return float(end) if end > 0 else limit


def _arrows(ax: Axes, rows: pd.DataFrame, limit: float, i: int) -> None:
    """End the i-th group's bars that go on beyond the axis in arrows."""
    for sign, x, beyond in (("<", -limit, rows["lo"] < -limit), (">", limit, rows["hi"] > limit)):
        places = rows.loc[beyond & rows["place"].notna(), "place"]
        if len(places):
            ax.plot(
                [x] * len(places), places, linestyle="none", marker=sign, markersize=3,
                color=style.colour(i), clip_on=False, zorder=3,
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


def _texts(
    rows: pd.DataFrame, names: list[Any], label: str, n: str | None, wide: int,
    known: dict[str, str], remark: str | None,
) -> list[str]:  # fmt: skip
    """Return the label of every line, wrapped, with its signs and its n."""
    texts = []
    for name in names:
        line = rows[rows[label] == name]
        text = signed(name, line[remark], known) if remark else str(name)
        if n is not None:
            text += f"  (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{style.count(line[n])})"
        texts.append(style.wrap(text, wide))
    return texts


def _lines(ax: Axes, texts: list[str]) -> None:
    ax.set_yticks(range(len(texts)), texts)
    ax.set_ylim(len(texts) - 0.4, -0.6)
    ax.set_ylabel("")
    ax.grid(axis="y", visible=False)
    for j in range(1, len(texts)):
        ax.axhline(j - 0.5, color=style.FAINT, linewidth=0.4, zorder=0)


def _legend(ax: Axes, rows: pd.DataFrame, groups: list[Any], known: dict[str, str]) -> None:
    named = [style.handle(i, g) for i, g in enumerate(groups) if g is not None]
    hollow = rows["estimate"].notna() & rows["lo"].isna()
    if hollow.any():
        named.append(style.hollow_note())
    style.legend(ax, [*named, *handles(known)])
