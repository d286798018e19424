"""Word shift graph: what each term adds to the difference of two groups, the largest on top."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch
from matplotlib.textpath import TextToPath
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from analysis import style
from analysis.plots.signs import handles, signed, signs
from analysis.results import DiscourseError, number

ROW, BAR, LINE = 0.125, 0.13, 0.14
"""Heights in inches of a line of a label, of a bar, and of a line of text around the axes."""
GAP, EDGE = 0.05, 0.04
"""Inches between a label and what it stands next to, and between a bar and the edge."""
FONT = 7
NB = "\N{NO-BREAK SPACE}"
TOWARD = {
    "proportion": "more in", "jsd": "more in", "entropy": "more entropy in",
    "sentiment": "higher mean in",
}  # fmt: skip
"""What a bar says of the group on its side."""
TYPES = {
    "+↑": (0, "positive, used more"),
    "+↓": (3, "positive, used less"),
    "−↑": (4, "negative, used more"),
    "−↓": (1, "negative, used less"),
}
"""The four ways to move a mean score: number of colour and hatch, and the legend."""
COLUMNS = (
    "estimate", "lo", "hi", "unit", "group", "reference", "kind", "type", "share", "average",
    "average_reference", "whole", "chance_lo", "chance_hi",
)  # fmt: skip


@style.styled
def shift(
    frame: pd.DataFrame,
    *,
    ax: Axes | None = None,
    label: str = "term",
    n: int = 20,
    remark: str | None = None,
    width: float = style.COLUMN,
) -> Axes:
    """Draw one bar a term: to the right what speaks for the target, to the left the reference.

    Parameters
    ----------
    frame : DataFrame
        Rows of :func:`analysis.measures.wordshift.wordshift` for one pair of groups; the largest
        contributions are drawn, whatever their order.
    ax : Axes, optional
        Where to draw; a new figure without it.
    label : str
        The column of the terms: "term", "concept" or "actor".
    n : int
        Terms to draw.
    remark : str, optional
        The column of remarks on single terms, missing where there is none; signs before the labels
        stand for them, as in :func:`analysis.plots.dots.dots`.
    width : float
        Inches, of a new figure.

    Returns
    -------
    Axes
        A thin line is the interval, a hollow bar has none. Below stand the whole difference, what
        chance alone makes of it, and which part of all contributions is drawn.

    Raises
    ------
    DiscourseError
        If the frame holds several pairs of groups.
    """
    rows = style.need(frame, label, *COLUMNS, remark)
    rows = rows[rows["estimate"].notna()]
    if rows.empty or n < 1:
        return style.nothing(style.axes(ax, width=width, height=1.2))
    _one_pair(rows)
    rows = rows.iloc[np.argsort(-rows["estimate"].abs().to_numpy(), kind="stable")[:n]]
    rows = _turned(rows.reset_index(drop=True))
    known = signs(rows, remark)
    if ax is not None:
        width = style.whole(ax).get_figwidth() * ax.get_position().width
    right = (rows["estimate"] >= 0).to_numpy()
    texts = _wrapped(_names(rows, label, known, remark), right, width - 0.1)
    heads, below = _heads(rows.iloc[0], width), _summary(rows, width)
    named = [*_handles(rows), *handles(known)]
    tall = np.array([ROW * (text.count("\n") + 1) + 0.06 for text in texts])
    around = sum(max(t.count("\n") for t in part) + 1 for part in (heads, [below]))
    height = 0.5 + float(tall.sum()) + LINE * (around + len(named) * 1.2)
    ax = style.axes(ax, width=width, height=height)
    places = np.cumsum(tall) - tall / 2
    ax.set_ylim(float(tall.sum()) + 0.02, -0.02)
    _bars(ax, rows, places)
    ax.set_title(heads[0], loc="left", fontsize=7.5, fontweight="normal")
    ax.set_title(heads[1], loc="right", fontsize=7.5, fontweight="normal")
    ax.set_xlabel(below, loc="left")
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.axvline(0, color=style.MUTED, linewidth=0.8, zorder=4)
    ax.xaxis.set_major_locator(MaxNLocator(max(2, int(width * 1.3)), steps=[1, 2, 5, 10]))
    plain = ScalarFormatter(useOffset=False)
    plain.set_powerlimits((-5, 6))
    ax.xaxis.set_major_formatter(plain)
    style.legend(ax, named)
    _label(ax, rows, places, texts)
    return ax


def _one_pair(rows: pd.DataFrame) -> None:
    named = [c for c in ("group", "reference", "language", "kind") if c in rows]
    if len(rows[named].drop_duplicates()) > 1:
        raise DiscourseError(
            "a word shift graph shows one pair of groups: choose the rows of one group, reference "
            "and language"
        )


def _turned(rows: pd.DataFrame) -> pd.DataFrame:
    """Give divergence contributions, which have no sign, that of the side with more of the term."""
    turn = (rows["kind"] == "jsd") & rows["type"].eq("↓")
    estimate, lo, hi = (rows[c].astype(float) for c in ("estimate", "lo", "hi"))
    return rows.assign(
        estimate=estimate.where(~turn, -estimate), lo=lo.where(~turn, -hi), hi=hi.where(~turn, -lo)
    )


def _names(rows: pd.DataFrame, label: str, known: dict[str, str], remark: str | None) -> list[str]:
    """Return the label of every bar; where terms have scores, with the way it moves the mean."""
    typed = rows["type"].where(rows["kind"] == "sentiment", "")
    names = [f"{name} {way}".strip() for name, way in zip(rows[label], typed, strict=True)]
    if remark is None:
        return names
    return [signed(name, rows[remark].iloc[[i]], known) for i, name in enumerate(names)]


def _look(row: Any) -> int:
    """Return the number of a bar's colour and hatch."""
    if row.kind == "sentiment" and row.type in TYPES:
        return TYPES[row.type][0]
    return 0 if row.estimate >= 0 else 1


def _bars(ax: Axes, rows: pd.DataFrame, places: np.ndarray) -> None:
    for row, place in zip(rows.itertuples(), places, strict=True):
        ax.barh(place, row.estimate, height=BAR, zorder=2, **_paint(_look(row), pd.isna(row.lo)))
    sure = rows["lo"].notna()
    if sure.any():
        estimate, lo, hi = (rows.loc[sure, c] for c in ("estimate", "lo", "hi"))
        ax.errorbar(
            estimate, places[sure], xerr=np.array([estimate - lo, hi - estimate]).clip(0),
            fmt="none", ecolor=style.INK, elinewidth=0.8, zorder=3,
        )  # fmt: skip


def _paint(i: int, hollow: bool) -> dict[str, Any]:
    colour = style.colour(i)
    return {
        "facecolor": "white" if hollow else colour,
        "edgecolor": colour if hollow else "white",
        "hatch": style.hatch(i) * 2,
        "linewidth": 0.8 if hollow else 0.0,
    }


def _heads(row: Any, width: float) -> list[str]:
    """Return what stands above the bars: which side speaks for which group."""
    toward = TOWARD[row["kind"]]
    texts = (f"◂{NB}{toward} {row['reference']}", f"{toward} {row['group']}{NB}▸")
    room = int(width * 15)
    wide = max(room // 2, room - 3 - min(map(len, texts)))
    return [style.wrap(text, wide) for text in texts]


def _summary(rows: pd.DataFrame, width: float) -> str:
    """Return the text below the axis: unit, whole difference and the part that is drawn."""
    row = rows.iloc[0]
    several = row["kind"] != "jsd"
    said = [f"{row['unit']}, {row['group']} minus {row['reference']}" if several else row["unit"]]
    if row["kind"] != "proportion":
        ends = [row["chance_lo"], row["chance_hi"]]
        one, two, whole, *chance = (
            number(row[c], *ends).replace("-", "−")
            for c in ("average", "average_reference", "whole", "chance_lo", "chance_hi")
        )
        parts = f"{one} − {two} = {whole}" if several else whole
        known = f"; by chance {' to '.join(chance)}" if pd.notna(ends[0]) else ""
        said.append(f"in all {parts}".replace(" ", NB) + known[:2] + known[2:].replace(" ", NB))
    said.append(f"drawn: {rows['share'].abs().sum():.0%} of all contributions")
    return "\n".join(style.wrap(line, int(width * 16)) for line in said)


def _handles(rows: pd.DataFrame) -> list[Patch]:
    found = []
    if rows["kind"].iloc[0] == "sentiment":
        present = [t for t in TYPES if rows["type"].eq(t).any()]
        found = [Patch(label=f"{t} {TYPES[t][1]}", **_paint(TYPES[t][0], False)) for t in present]
    if rows["lo"].isna().any():
        plain: dict[str, Any] = {"facecolor": "white", "edgecolor": style.MUTED, "linewidth": 0.8}
        found.append(Patch(label="hollow: no interval", **plain))
    return found


def _wrapped(names: list[str], right: np.ndarray, inches: float) -> list[str]:
    """Break labels as little as lets both sides stand beside each other."""
    for wide in range(int(inches * 12), 9, -1):
        texts = [_broken(name, wide) for name in names]
        wides = np.array([_width(text) for text in texts]) + GAP + EDGE
        sides = [wides[side].max(initial=0.0) for side in (right, ~right)]
        if max(sides) <= 0.55 * inches and sum(sides) <= inches:
            break
    return texts


def _broken(name: str, wide: int) -> str:
    """Break a label over as few lines as it takes, of much the same length."""
    lines = style.wrap(name, wide).count("\n")
    even = (style.wrap(name, k) for k in range(len(name) // (lines + 1), wide + 1) if k > 0)
    return next((text for text in even if text.count("\n") == lines), style.wrap(name, wide))


def _width(text: str) -> float:
    """Return the width of a label in inches."""
    font = FontProperties(family=style.RC["font.family"], size=FONT)
    measure = TextToPath().get_text_width_height_descent
    return max(float(measure(line, font, ismath=False)[0]) for line in text.split("\n")) / 72


def _label(ax: Axes, rows: pd.DataFrame, places: np.ndarray, texts: list[str]) -> None:
    """Write each label across the zero line from its bar, where there is room, and set the scale.

    A label needs inches and a bar units, so the scale is sought at which both sides just fit.
    """
    ends = rows[["estimate", "lo", "hi"]].astype(float).assign(zero=0.0)
    low, high = (-ends.min(axis=1)).to_numpy(), ends.max(axis=1).to_numpy()
    right = (rows["estimate"] >= 0).to_numpy()
    for text, place, to_right, a, b in zip(texts, places, right, low, high, strict=True):
        written = ax.annotate(
            text, (-a if to_right else b, place), xytext=(GAP * (-72 if to_right else 72), 0),
            textcoords="offset points", ha="right" if to_right else "left", va="center",
            fontsize=FONT, zorder=5, annotation_clip=False,
        )  # fmt: skip
        written.set_in_layout(False)
    figure = style.whole(ax)
    figure.draw_without_rendering()
    inches = figure.get_figwidth() * ax.get_position().width
    wide = np.array([_width(text) for text in texts]) + GAP
    before, after = np.where(right, wide, 0) + EDGE, np.where(right, 0, wide) + EDGE
    # Inches per unit: what both sides need grows with it, so halving finds where it fills the axes.
    least, most = 0.0, inches / max(float((low + high).max()), 1e-12)
    for _ in range(50):
        scale = (least + most) / 2
        fits = (low * scale + before).max() + (high * scale + after).max() <= inches
        least, most = (scale, most) if fits else (least, scale)
    scale = least or most
    ax.set_xlim(-float((low + before / scale).max()), float((high + after / scale).max()))
