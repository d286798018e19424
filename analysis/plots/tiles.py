"""Tiles: which sources, years and languages the texts fall on, drawn so that gaps are seen."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from analysis import style


@style.styled
def tiles(frame: pd.DataFrame, *, ax: Axes | None = None, width: float = style.COLUMN) -> Axes:
    """Draw one mark for every source × year that holds texts, its shape the language.

    Parameters
    ----------
    frame : DataFrame
        ``source, year, language, n_docs``, as :func:`analysis.measures.design.cells` gives it.
    ax : Axes, optional
    width : float
        Inches.

    Returns
    -------
    Axes
        Sources from top to bottom, by their first year and then as the rows come; years from left
        to right; the number of texts beside a mark. An empty place is a combination that no text
        covers.
    """
    rows = style.need(frame, "source", "year", "language", "n_docs")
    first = rows.groupby("source", sort=False)["year"].min()
    order = first.sort_values(kind="stable").index.tolist()
    years = sorted(rows["year"].dropna().unique())
    if rows["year"].isna().any():  # A text without a date has a place of its own.
        rows = rows.assign(year=rows["year"].astype(object).where(rows["year"].notna(), "unknown"))
        years.append("unknown")
    spoken = sorted(rows["language"].unique())
    ax = style.axes(ax, width=width, height=0.8 + 0.27 * max(2, len(order)))
    places = rows.assign(
        x=rows["year"].map({y: i for i, y in enumerate(years)}),
        y=rows["source"].map({s: i for i, s in enumerate(order)}),
    )
    # Marks that share a place stand side by side.
    beside = places.groupby(["x", "y"]).cumcount()
    share = places.groupby(["x", "y"])["x"].transform("size")
    places["x"] += (beside - (share - 1) / 2) * 0.3
    for i, code in enumerate(spoken):
        part = places[places["language"] == code]
        sns.scatterplot(
            part, x="x", y="y", ax=ax, marker=style.marker(i), s=60, color=style.colour(i),
            legend=False, zorder=3,
        )  # fmt: skip
        for row in part.itertuples():
            ax.annotate(
                str(row.n_docs), (row.x, row.y), xytext=(6, 0), textcoords="offset points",
                va="center", fontsize=7,
            )  # fmt: skip
    step = max(1, len(years) // 10)
    shown = range(0, len(years), step)
    ax.set_xticks(list(shown), [str(years[i]) for i in shown])
    ax.set_yticks(range(len(order)), [style.wrap(s) for s in order])
    ax.set_xlim(-0.5, len(years) - 0.4)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.set_xlabel("year")
    ax.set_ylabel("")
    style.legend(ax, [style.handle(i, code) for i, code in enumerate(spoken)])
    return ax
