"""Choice: what several measures say of every number of topics, and which number the rule takes."""

from collections.abc import Mapping

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis import style

SHARES = 0.5
"""Values from 0 to 1 that come near 1 are drawn on the whole of that scale."""
TICKS = 14
"""Numbers of topics that have room for their names; of more every second, third … is named."""


@style.styled
def choice(
    frame: pd.DataFrame,
    *,
    ax: Axes | None = None,
    values: Mapping[str, str],
    threshold: float | None = None,
    width: float = style.COLUMN,
) -> Axes:
    """Draw measures of a model over K and mark the K that was taken.

    Parameters
    ----------
    frame : DataFrame
        ``k``, ``chosen`` (bool) and the columns of `values`.
    ax : Axes, optional
    values : mapping of str to str
        Column → its name in the legend.
    threshold : float, optional
        Where a line stands for the value that the rule asks for.
    width : float
        Inches.

    Returns
    -------
    Axes
        From 0 to 1 where values are shares; else as far as they go.
    """
    rows = style.need(frame, "k", "chosen", *values)
    ax = style.axes(ax, width=width, height=2.1)
    _panel(ax, rows, list(values), threshold, 0)
    ax.set_xlabel("number of topics")
    style.legend(ax, _handles(values, 0))
    return ax


@style.styled
def criteria(
    frame: pd.DataFrame,
    *,
    panels: Mapping[str, Mapping[str, str]],
    thresholds: Mapping[str, float] | None = None,
    width: float = style.COLUMN,
) -> Axes:
    """Draw criteria of different scales below one another, over the same K.

    Parameters
    ----------
    frame : DataFrame
        ``k``, ``chosen`` and the columns named in `panels`. A column without any value is left
        out, and so is a panel without any column: held-out likelihood, where no model gives it.
    panels : mapping
        What a panel measures → its columns and their names, as `values` of :func:`choice`.
    thresholds : mapping of str to float, optional
        Panel → the value that the rule asks for.
    width : float
        Inches.

    Returns
    -------
    Axes
        Of the first panel.
    """
    rows = style.need(frame, "k", "chosen", *(c for values in panels.values() for c in values))
    drawn = {
        name: {c: what for c, what in values.items() if rows[c].notna().any()}
        for name, values in panels.items()
    }
    drawn = {name: values for name, values in drawn.items() if values}
    if not drawn:
        return style.nothing(style.axes(None, height=1.2))
    n_lines = sum(map(len, drawn.values()))
    height = 1.35 + (0.3 + 0.15 * n_lines) / len(drawn)
    axes = style.panels(len(drawn), width=width, height=height)
    first, named = 0, []
    for ax, (name, values) in zip(axes, drawn.items(), strict=True):
        asked = (thresholds or {}).get(name)
        _panel(ax, rows, list(values), asked, first)
        ax.set_title(style.wrap(name, int(width * 15)))
        ax.set_xlabel("number of topics" if ax is axes[-1] else "")
        named += _handles(values, first)
        first += len(values)
    style.legend(axes[0], named)
    return axes[0]


def _panel(
    ax: Axes, rows: pd.DataFrame, columns: list[str], threshold: float | None, first: int
) -> None:
    """Draw some columns over K; colours and marks begin with the one numbered `first`."""
    for i, column in enumerate(columns, first):
        sns.lineplot(
            x=rows["k"], y=rows[column], ax=ax, color=style.colour(i), marker=style.marker(i),
            markersize=5, legend=False,
        )  # fmt: skip
    for k in rows.loc[rows["chosen"].astype(bool), "k"]:
        ax.axvline(k, color=style.MUTED, linewidth=0.8, linestyle="--", zorder=1)
        ax.annotate(
            "taken", (k, 0.03), xycoords=("data", "axes fraction"), xytext=(3, 0),
            textcoords="offset points", fontsize=7, color=style.MUTED,
        )  # fmt: skip
    if threshold is not None:
        ax.axhline(threshold, color=style.MUTED, linewidth=0.9, linestyle=":", zorder=1)
        ax.annotate(
            f"{threshold:.2g}\nwanted", (1, threshold), xycoords=("axes fraction", "data"),
            xytext=(3, 0), textcoords="offset points", va="center", fontsize=7, color=style.MUTED,
        )  # fmt: skip
    values = rows[columns].astype(float).stack()
    if values.between(0, 1).all() and values.max() > SHARES:
        ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
        ax.set_ylim(0, 1.03)
    else:
        ax.margins(y=0.2)
    step = -(-len(rows) // TICKS)
    ax.set_xticks(rows["k"].tolist()[::step])
    ax.set_ylabel("")


def _handles(values: Mapping[str, str], first: int) -> list[Line2D]:
    return [style.handle(i, name, line="-") for i, name in enumerate(values.values(), first)]
