"""Change over time: a panel a topic, a line a source, a ribbon for what is not known."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import style

PANEL = 1.55
"""Height of a panel in inches."""
TICKS = 4
"""Years that are named below a panel."""


@style.styled
def topictime(
    frame: pd.DataFrame,
    *,
    panel: str = "line",
    x: str = "time",
    group: str = "source",
    group_order: Sequence[Any] | None = None,
    scale: float = 100,
    ylabel: str = "% of the words",
    columns: int | None = None,
    width: float = style.DOUBLE,
) -> Axes:
    """Draw one small panel a topic, all on one scale.

    Parameters
    ----------
    frame : DataFrame
        Columns `panel`, `x` (numbers), `group` and ``estimate, lo, hi``; a row a topic, time and
        source. No row: no document, and the line has a gap there.
    panel, x, group : str
        The columns of the panels, of time, and of the lines.
    group_order : sequence, optional
        Only these are drawn. Eight and fewer can be told apart.
    scale : float
        Multiplies estimates and intervals, for percentages.
    ylabel : str
    columns : int, optional
        Panels side by side; as many as have room without it.
    width : float
        Inches, of the whole figure.

    Returns
    -------
    Axes
        The first panel. Neighbouring times with intervals are joined, with a ribbon from lo to hi.
        A time without an interval (one text) is a hollow point, and no line runs through it;
        times are neighbours when no time of any source lies between them.
    """
    rows = style.need(frame, panel, x, group, "estimate", "lo", "hi")
    rows = rows[rows["estimate"].notna() & rows[x].notna()]
    if rows.empty:
        return style.nothing(style.axes(None, height=1.2))
    rows = rows[rows[group].isin(style.levels(rows[group], group_order))]
    rows = rows.assign(**{c: rows[c].astype(float) * scale for c in ("estimate", "lo", "hi")})
    names, groups = style.levels(rows[panel]), style.levels(rows[group], group_order)
    beside = columns or max(1, min(len(names), int(width // 1.6)))
    down = math.ceil(len(names) / beside)
    height = PANEL + (0.5 + 0.15 * len(groups)) / down
    axes = style.panels(len(names), columns=beside, width=width, height=height)
    times = sorted(rows[x].unique())
    top = 1.05 * float(rows["hi"].fillna(rows["estimate"]).max()) or 1.0
    for i, (ax, name) in enumerate(zip(axes, names, strict=True)):
        for j, value in enumerate(groups):
            ribbon(ax, rows[(rows[panel] == name) & (rows[group] == value)], x, j, times)
        ax.set_ylim(-0.03 * top, top)
        _years(ax, times, rows[rows[panel] == name][x].nunique())
        ax.set_title(style.wrap(name, int(width / beside * 11)), fontsize=7)
        ax.set_ylabel(ylabel if i % beside == 0 else "")
        ax.tick_params(labelleft=i % beside == 0)
    named = [style.handle(j, value, line="-") for j, value in enumerate(groups)]
    if rows["lo"].isna().any():
        named.append(style.hollow_note())
    style.legend(axes[0], named)
    return axes[0]


def ribbon(ax: Axes, rows: pd.DataFrame, x: str, i: int, times: list[Any]) -> None:
    """Draw one source in one panel, in the colour and with the marker of the i-th group.

    Parameters
    ----------
    ax : Axes
    rows : DataFrame
        Columns `x` (numbers) and ``estimate, lo, hi``; hollow and unjoined where lo is missing.
    x : str
    i : int
    times : list
        All values of `x`, sorted: a source that lacks one of them has a gap there.
    """
    rows = rows.sort_values(x, kind="stable")
    sure = rows["lo"].notna()
    place = rows[x].map({time: n for n, time in enumerate(times)})
    # A run ends where an interval is missing, and where other sources have a time that this lacks.
    run = ((place.diff() != 1) | (sure != sure.shift())).cumsum()
    for _, part in rows[sure].groupby(run[sure]):
        ax.plot(part[x], part["estimate"], color=style.colour(i), linewidth=1.1, zorder=3)
        ax.fill_between(
            part[x].astype(float), part["lo"], part["hi"], color=style.colour(i), alpha=0.16,
            linewidth=0, zorder=1,
        )  # fmt: skip
        if len(part) == 1:  # A ribbon of one time would not be seen.
            ax.vlines(part[x], part["lo"], part["hi"], color=style.colour(i), linewidth=0.9)
    for part, face in ((rows[sure], style.colour(i)), (rows[~sure], "white")):
        ax.scatter(
            part[x], part["estimate"], marker=style.marker(i), s=9, color=face, linewidths=0.8,
            edgecolors=style.colour(i), zorder=4,
        )  # fmt: skip


def _years(ax: Axes, times: list[Any], n: int) -> None:
    """Name at most TICKS times, the first and the last among them."""
    step = max(1, math.ceil((len(times) - 1) / (TICKS - 1)))
    named = [*times[:-step:step], times[-1]] if len(times) > step else [times[0], times[-1]]
    named = list(dict.fromkeys(named))
    ax.set_xticks([float(t) for t in named], [f"{t:g}" for t in named])
    pad = max(0.5, 0.03 * float(times[-1] - times[0]))
    ax.set_xlim(float(times[0]) - pad, float(times[-1]) + pad)
