"""Tone or stance over time: a panel a source, a ribbon for what is not known, n in every panel."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis import resample, style
from analysis.plots.topictime import ribbon

PANEL = 1.3
"""Height of a panel in inches."""
WIDE = 1.6
"""Inches of a panel where nothing says how many stand side by side."""
SMALL = 6
"""Points of the counts in a panel."""
DIGIT, LETTER, BOLD = 0.056, 0.066, 0.074
"""Inches of a digit of them, of a letter below the axes and of one in a title."""
SIDE = 0.5
"""Inches that the scale and its name take."""
MOST = 0.9
"""Share of the upper, and of the lower, ends of intervals that the scale holds."""
FOOT = 0.2
"""Share of a panel's height that its counts take."""


@style.styled
def tonetime(
    frame: pd.DataFrame,
    *,
    panel: str = "source",
    x: str = "time",
    rows: str | None = None,
    context: pd.DataFrame | None = None,
    panel_order: Sequence[Any] | None = None,
    n: str = "n",
    label: str = "tone, -1 to 1",
    columns: int | None = None,
    width: float = style.DOUBLE,
) -> Axes:
    """Draw one small panel a source, all on one scale and with the line of neither for nor against.

    Parameters
    ----------
    frame : DataFrame
        Columns `panel`, `x`, `n` and ``estimate, lo, hi, n_docs``, and `rows` if given; a row a
        source and time. No row: no document, and the line has a gap there.
    panel, x : str
        The columns of sources and of time: numbers (years), or texts that sort ("2015-03").
    rows : str, optional
        A column (the actors of a stance) that makes a row of panels each, one below the other.
    context : DataFrame, optional
        ``estimate`` by `x` (and `rows`) of all sources together, grey in every panel.
    panel_order : sequence, optional
        Only these sources are drawn.
    n : str
        The column of counts, written below every point; where they have no room, their range.
    label : str
        What is drawn, beside the panels.
    columns : int, optional
        Panels side by side; as many as have room without it. With `rows`: all sources.
    width : float
        Inches, of the whole figure.

    Returns
    -------
    Axes
        The first panel. A hollow point rests on fewer than :data:`analysis.resample.MIN_DOCS`
        documents: no interval is drawn for it, and no line runs through it. An arrow: a hollow
        point, or one of the longest intervals, goes on beyond the scale.
    """
    by = [rows] if rows else []
    drawn = style.need(frame, panel, x, n, "estimate", "lo", "hi", "n_docs", *by)
    drawn = drawn[drawn["estimate"].notna() & drawn[x].notna()]
    drawn = drawn[drawn[panel].isin(style.levels(drawn[panel], panel_order))]
    if drawn.empty:
        return style.nothing(style.axes(None, height=1.2))
    at = _places(drawn[x])
    few = drawn["n_docs"] < resample.MIN_DOCS
    drawn = drawn.assign(**{x: drawn[x].map(at), **{c: drawn[c].mask(few) for c in ("lo", "hi")}})
    sources, down = style.levels(drawn[panel], panel_order), [None]
    if rows:
        down = style.levels(drawn[rows])
    beside = len(sources) if rows else columns or max(1, min(len(sources), int(width // WIDE)))
    cells = [(r, s) for r in down for s in sources]
    height = PANEL + 0.45 / math.ceil(len(cells) / beside)
    axes = style.panels(len(cells), columns=beside, width=width, height=height)
    low, high = _scale(drawn)
    longest = max(len(style.count([v])) for v in drawn[n])
    for i, (ax, (row, source)) in enumerate(zip(axes, cells, strict=True)):
        own = drawn[drawn[panel] == source]
        own = own[own[rows] == row] if rows else own
        ax.axhline(0, color=style.INK, linewidth=0.7, zorder=2)
        if context is not None:
            _context(ax, context[context[rows] == row] if rows else context, x, at)
        ribbon(ax, _cut(ax, own, x, low, high), x, 0, list(at.values()))
        # Room below for the counts, above for a mark at the end of the scale.
        ax.set_ylim(low - FOOT * (high - low), high + 0.04 * (high - low))
        room = 0.9 * (width - SIDE) / beside
        _counts(ax, own, x, n, room / len(at), longest)
        _times(ax, at, room)
        if not rows or i < beside:
            ax.set_title(_title(source, (width - SIDE) / beside), fontsize=7)
        first, last = i % beside == 0, i + beside >= len(cells)
        ax.set_ylabel((style.wrap(row, 20) if rows else label) if first else "")
        ax.tick_params(labelleft=first, labelbottom=last)
    cut = bool((drawn["hi"].max() > high) | (drawn["lo"].min() < low)
               | ~drawn["estimate"].between(low, high).all())  # fmt: skip
    _legend(axes[0], drawn, n, context=context is not None, cut=cut, what=label if rows else "")
    return axes[0]


def _places(times: pd.Series) -> dict[Any, float]:
    """Return where each time stands: years, also written ones, at their distance; else in order."""
    known = times.drop_duplicates()
    numbers = pd.to_numeric(known, errors="coerce")
    if numbers.isna().any():
        return {t: float(i) for i, t in enumerate(sorted(known))}
    return dict(sorted(zip(known, numbers.astype(float), strict=True), key=lambda pair: pair[1]))


def _title(name: Any, inches: float) -> str:
    """Break a name at its spaces, hyphens and strokes, so that it stays above its panel."""
    broken = style.wrap(str(name).replace("/", "/ "), max(6, int(inches / BOLD)))
    return broken.replace("/ ", "/")


def _scale(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the scale: zero, all sure estimates and most ends of intervals."""
    sure = rows[rows["lo"].notna()]
    ends = [0.0, *(sure if len(sure) else rows)["estimate"]]
    if len(sure):
        ends.append(sure["lo"].quantile(1 - MOST, interpolation="lower"))
        ends.append(sure["hi"].quantile(MOST, interpolation="higher"))
    pad = 0.06 * (max(ends) - min(ends)) or 0.1
    return min(ends) - pad, max(ends) + pad


def _cut(ax: Axes, rows: pd.DataFrame, x: str, low: float, high: float) -> pd.DataFrame:
    """Return what is drawn of points and intervals within the scale; an arrow where they go on."""
    columns = ["estimate", "lo", "hi"]
    inside = rows["estimate"].between(low, high)
    for beyond, end, sign in (
        (rows[columns].max(axis=1) > high, high, "^"),
        (rows[columns].min(axis=1) < low, low, "v"),
    ):
        for part, face in ((beyond & inside, style.colour(0)), (beyond & ~inside, "white")):
            ax.scatter(
                rows.loc[part, x], [end] * int(part.sum()), marker=sign, s=9, linewidths=0.8,
                color=face, edgecolors=style.colour(0), zorder=4, clip_on=False,
            )  # fmt: skip
    return rows[inside].assign(**{c: rows[c].clip(low, high) for c in columns})


def _context(ax: Axes, rows: pd.DataFrame, x: str, at: dict[Any, float]) -> None:
    """Draw all sources together."""
    rows = rows[rows[x].isin(at)].sort_values(x, kind="stable")
    ax.plot(
        rows[x].map(at), rows["estimate"], color=style.MUTED, linewidth=0.9, linestyle=(0, (3, 2)),
        zorder=2,
    )  # fmt: skip


def _counts(ax: Axes, rows: pd.DataFrame, x: str, n: str, room: float, longest: int) -> None:
    """Write n below every point: flat, upright, or its range, as there is room (inches a time)."""
    written = [style.count([v]) for v in rows[n]]
    flat = DIGIT * longest + 0.03 <= room
    look: dict[str, Any] = {"fontsize": SMALL, "color": style.INK, "va": "bottom"}
    if flat or room >= 0.09:
        for place, text in zip(rows[x], written, strict=True):
            ax.text(
                place, 0.015, text, transform=ax.get_xaxis_transform(), ha="center",
                rotation=0 if flat else 90, **look,
            )  # fmt: skip
    elif len(rows):
        ends = [style.count([f(rows[n])]) for f in (min, max)]
        ax.text(
            0.02, 0.015, f"n {' to '.join(dict.fromkeys(ends))}", transform=ax.transAxes, **look
        )


def _times(ax: Axes, at: dict[Any, float], room: float) -> None:
    """Mark every time; name the first and the last, and as many between them as have room."""
    names = [t if isinstance(t, str) else f"{t:g}" for t in at]
    fits = max(2, int(room / (LETTER * max(map(len, names)) + 0.08)))
    step = max(1, math.ceil((len(names) - 1) / (fits - 1)))
    places = list(at.values())
    named = list(dict.fromkeys([*range(0, len(names) - step, step), len(names) - 1]))
    ax.set_xticks([places[i] for i in named], [names[i] for i in named])
    ax.set_xticks(places, minor=True)
    ax.tick_params(axis="x", which="minor", bottom=True, length=1.5, width=0.6)
    pad = max(0.5, 0.04 * (places[-1] - places[0]))
    ax.set_xlim(places[0] - pad, places[-1] + pad)


def _legend(ax: Axes, rows: pd.DataFrame, n: str, *, context: bool, cut: bool, what: str) -> None:
    """Explain marks below the figure."""
    sign = style.handle(0, what or "mean with interval", line="-")
    named = [sign]
    if context:
        named.append(Line2D([], [], color=style.MUTED, linewidth=0.9, linestyle=(0, (3, 2)),
                            label="all together"))  # fmt: skip
    if rows["lo"].isna().any():
        named.append(style.hollow_note(f"hollow: fewer than {resample.MIN_DOCS} texts"))
    if cut:
        named.append(Line2D([], [], linestyle="none", marker="^", markersize=4,
                            color=style.colour(0), label="arrow: goes on"))  # fmt: skip
    named.append(Line2D([], [], linestyle="none", label=f"small numbers: {n}"))
    style.legend(ax, named)
