"""Choice: how stable a model is at every number of topics, and which number the rule takes."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from analysis import style


@style.styled
def choice(
    frame: pd.DataFrame,
    *,
    ax: Axes | None = None,
    values: dict[str, str],
    width: float = style.COLUMN,
) -> Axes:
    """Draw measures of a model over K and mark the K that was taken.

    Parameters
    ----------
    frame : DataFrame
        ``k``, ``chosen`` (bool) and the columns of `values`.
    ax : Axes, optional
    values : dict of str to str
        Column → its name in the legend.
    width : float
        Inches.

    Returns
    -------
    Axes
    """
    rows = style.need(frame, "k", "chosen", *values)
    ax = style.axes(ax, width=width, height=2.1)
    for i, column in enumerate(values):
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
    ax.set_xticks(rows["k"].tolist())
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_ylim(0, 1.03)
    ax.set_xlabel("number of topics")
    ax.set_ylabel("")
    style.legend(ax, [style.handle(i, name, line="-") for i, name in enumerate(values.values())])
    return ax
