"""Stacked bars: how a whole divides into kinds, one bar a group; hatches repeat the colours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis import style
from analysis.plots.dots import unit

BAR = 0.24
"""Height in inches of one bar with its gap."""
SHOWN = 0.08
"""The smallest share whose number has room in its part of the bar."""
OTHER = "other"


@style.styled
def stacked(
    frame: pd.DataFrame,
    *,
    ax: Axes | None = None,
    label: str = "group",
    part: str = "form",
    value: str = "estimate",
    n: str | None = "n",
    order: Sequence[Any] | None = None,
    part_order: Sequence[Any] | None = None,
    xlabel: str | None = None,
    title: str = "",
    width: float = style.COLUMN,
) -> Axes:
    """Draw one bar a group, cut into parts that add up to the whole.

    Parameters
    ----------
    frame : DataFrame
        One row a part of a bar: columns `label`, `part`, `value` (shares from 0 to 1) and, where
        named, `n`.
    ax : Axes, optional
    label, part, value : str
        The columns of the bars, of their parts and of the shares.
    n : str, optional
        The column of counts, written after each label; None leaves them out.
    order, part_order : sequence, optional
        The order of bars from top to bottom, and of parts from left to right. Without it, bars as
        the rows come, parts by falling share over all bars.
    xlabel : str, optional
        The unit of the estimate without it.
    title : str
    width : float
        Inches.

    Returns
    -------
    Axes
        At most eight parts have a look of their own; the rest are one part, "other". Shares of
        :data:`SHOWN` and more are written in their part.
    """
    rows = style.need(frame, label, part, value, n)
    rows = rows[rows[value].notna()]
    if rows.empty:
        return style.nothing(style.axes(ax, width=width, height=1.2))
    names, parts = style.levels(rows[label], order), _parts(rows, part, value, part_order)
    table = rows.assign(**{part: rows[part].where(rows[part].isin(parts), OTHER)})
    table = table.pivot_table(index=label, columns=part, values=value, aggfunc="sum", fill_value=0)
    table = table.reindex(index=names, columns=parts, fill_value=0)
    ax = style.axes(ax, width=width, height=0.75 + BAR * len(names) + 0.16 * len(parts) / 2)
    left = np.zeros(len(names))
    for i, name in enumerate(parts):
        share = table[name].to_numpy(dtype=float)
        ax.barh(
            range(len(names)), share, left=left, height=0.72, color=_light(i), edgecolor="white",
            linewidth=0.6, hatch=style.hatch(i),
        )  # fmt: skip
        for j in np.flatnonzero(share >= SHOWN).tolist():
            ax.text(
                left[j] + share[j] / 2, j, f"{share[j]:.0%}", ha="center", va="center", fontsize=6,
                color=style.INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
        left += share
    _axis(ax, rows, names, label, n, width)
    ax.set_xlabel(style.wrap(xlabel or unit(rows), int(width * 17)), loc="right")
    ax.set_title(style.wrap(title, int(width * 15)))
    style.legend(ax, [_patch(i, name) for i, name in enumerate(parts)])
    return ax


def _parts(
    rows: pd.DataFrame, part: str, value: str, part_order: Sequence[Any] | None
) -> list[Any]:
    """Return the parts that have a look of their own, and "other" for more."""
    if part_order is None:
        total = rows.groupby(part)[value].sum()
        part_order = sorted(total.index, key=lambda p: (-total[p], str(p)))
    found = [p for p in part_order if (rows.loc[rows[part] == p, value] > 0).any()]
    most = len(style.PALETTE)
    return found if len(found) <= most else [*found[: most - 1], OTHER]


def _light(i: int) -> str:
    """Return the i-th colour mixed with white, so that hatches and digits can be read."""
    base = style.colour(i).lstrip("#")
    mixed = (round(int(base[k : k + 2], 16) * 0.6 + 255 * 0.4) for k in (0, 2, 4))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _patch(i: int, name: Any) -> Patch:
    return Patch(
        facecolor=_light(i), edgecolor="white", hatch=style.hatch(i), label=style.wrap(name, 40)
    )


def _axis(
    ax: Axes, rows: pd.DataFrame, names: list[Any], label: str, n: str | None, width: float
) -> None:
    texts = []
    for name in names:
        text = str(name)
        if n is not None:
            count = style.count(rows.loc[rows[label] == name, n])
            text += f"  (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{count})"
        texts.append(style.wrap(text, max(16, int(width * 8))))
    ax.set_yticks(range(len(names)), texts)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_ylabel("")
    ax.grid(axis="y", visible=False)
