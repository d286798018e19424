"""Heatmap: one cell a row and column, with its number; an unknown cell is hatched, not empty."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis import style

NARROW = 8
"""Columns beyond which a count stands below its "n =": beside it there is no room."""
TALL = 20
"""Rows beyond which a row is as high as its letters, if each has one line."""
# One hue from white to dark: reads the same in grey and for any colour vision.
# Light enough that dark digits can be read in every cell.
_MAP = sns.light_palette(style.PALETTE[3], as_cmap=True)
# Below and above zero, for scores of two signs; the upper end is the darker one in grey.
_SIGNED = sns.blend_palette(["#f2a65a", "#ffffff", "#5aa9d6"], as_cmap=True)


@style.styled
def heatmap(
    frame: pd.DataFrame,
    *,
    rows: str,
    columns: str,
    value: str = "estimate",
    ax: Axes | None = None,
    row_order: Sequence[Any] | None = None,
    column_order: Sequence[Any] | None = None,
    fmt: str = ".1f",
    label: str = "",
    n: pd.Series | None = None,
    signed: bool = False,
    width: float = style.DOUBLE,
) -> Axes:
    """Draw values by row and column.

    Parameters
    ----------
    frame : DataFrame
        One row a cell: columns `rows`, `columns` and `value`.
    rows, columns, value : str
        Column names.
    ax : Axes, optional
    row_order, column_order : sequence, optional
        As the frame has them without it.
    fmt : str
        Python format of the numbers in the cells.
    label : str
        What the numbers are; written below.
    n : Series, optional
        A count for every column label, written under it.
    signed : bool
        Zero is white, what is below and above it has a colour each; where the frame has ``lo, hi``,
        a number stands in brackets if its interval does not leave out zero.
    width : float
        Inches.

    Returns
    -------
    Axes
        Cells without a row in the frame, or with NaN, are hatched.
    """
    drawn = style.need(frame, rows, columns, value)
    if drawn.empty:
        return style.nothing(style.axes(ax, height=1.2))
    down, across = style.levels(drawn[rows], row_order), style.levels(drawn[columns], column_order)
    table = drawn.pivot_table(index=rows, columns=columns, values=value, aggfunc="first")
    table = table.reindex(index=down, columns=across).astype(float)
    texts = _texts(table, fmt)
    if signed and {"lo", "hi"} <= set(drawn):
        sure = drawn.assign(sure=drawn["lo"].gt(0) | drawn["hi"].lt(0))
        sure = sure.pivot_table(index=rows, columns=columns, values="sure", aggfunc="first")
        texts = _bracketed(texts, sure.reindex(index=down, columns=across).eq(True).to_numpy())
    narrow = len(across) > NARROW
    heads = [_head(c, n, narrow) for c in across]
    lines = max(h.count("\n") for h in heads) + 1 if heads else 1
    names = [style.wrap(d, 34) for d in down]
    close = len(down) > TALL and not any("\n" in name for name in names)
    height = 0.45 + (0.155 if close else 0.27) * len(down) + 0.13 * lines
    ax = style.axes(ax, width=width, height=max(1.2, height))
    far = float(np.nanmax(np.abs(table.to_numpy()), initial=0)) or 1.0
    scale = (
        {"cmap": _SIGNED, "vmin": -far, "vmax": far}
        if signed
        else {"cmap": _MAP, "vmin": min(0.0, _least(table))}
    )
    sns.heatmap(
        table, ax=ax, cbar=False, linewidths=0.8, **scale,
        linecolor="white", annot=texts, fmt="",
        annot_kws={"fontsize": 7, "color": style.INK},
        # Set below, wrapped: seaborn would lay the figure out with the long ones.
        xticklabels=False, yticklabels=False,
    )  # fmt: skip
    for y, x in np.argwhere(table.isna().to_numpy()):
        ax.add_patch(
            Rectangle((x, y), 1, 1, fill=False, hatch="////", edgecolor=style.FAINT, linewidth=0)
        )
    ax.grid(visible=False)
    ax.xaxis.tick_top()
    ax.set_xticks(np.arange(len(across)) + 0.5, heads, rotation=0)
    ax.set_yticks(np.arange(len(down)) + 0.5, names, rotation=0)
    ax.tick_params(length=0)
    ax.set_ylabel("")
    ax.set_xlabel(style.wrap(label, 90))
    return ax


def _head(name: Any, n: pd.Series | None, narrow: bool) -> str:
    head = "\n".join(_break(str(name), 9 if narrow else 15))
    if n is None or name not in n:
        return head
    return f"{head}\n(n =\n{style.count(n[name])})" if narrow else (
        f"{head}\n(n = {style.count(n[name])})")  # fmt: skip


def _break(name: str, width: int) -> list[str]:
    """Break at hyphens and spaces only, so that a name can still be read."""
    lines = [""]
    for part in name.replace("-", "-\0").replace(" ", " \0").split("\0"):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return [line.strip() for line in lines]


def _least(table: pd.DataFrame) -> float:
    return float(np.nanmin(table.to_numpy())) if table.notna().to_numpy().any() else 0.0


def _texts(table: pd.DataFrame, fmt: str) -> np.ndarray:
    return np.array(
        [["" if np.isnan(v) else _text(v, fmt) for v in line] for line in table.to_numpy()],
        dtype=object,
    ).reshape(table.shape)


def _text(value: float, fmt: str) -> str:
    """Write a number; what rounds to zero has no minus."""
    text = format(value, fmt)
    return format(0.0, fmt) if text.startswith("-") and not text.strip("-0.%") else text


def _bracketed(texts: np.ndarray, sure: np.ndarray) -> np.ndarray:
    return np.where(sure | (texts == ""), texts, "(" + texts + ")")
