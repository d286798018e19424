"""The look of every figure: colours, markers, fonts and sizes, in one place.

Colours are Okabe and Ito's (safe for colour-blind readers), ordered so that neighbours also differ
in grey; a marker or a hatch always says the same thing again. DejaVu Sans comes with matplotlib,
so a figure is the same on every machine.
"""

import functools
import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.results import DiscourseError, number

COLUMN = 3.35
"""Width in inches of one journal column."""
DOUBLE = 6.9
"""Width in inches of two journal columns."""

PALETTE = (
    "#0072B2", "#E69F00", "#222222", "#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#8C6D1F",
)  # fmt: skip
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "p")
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---", "+++", "ooo")
INK = "#222222"
MUTED = "#6b6b6b"
FAINT = "#d9d9d9"
WARNING = "#7a3b00"

RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#9a9a9a",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0,
    "xtick.bottom": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "hatch.linewidth": 0.5,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "legend.frameon": False,
    "text.parse_math": False,
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "svg.hashsalt": "discourse",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
}

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def use() -> Iterator[None]:
    """Draw and save in the suite's look: ``with style.use(): …``; leaves no trace behind."""
    with mpl.rc_context({**sns.axes_style("whitegrid"), **sns.plotting_context("paper"), **RC}):
        yield


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Make a drawing function run inside :func:`use`."""

    @functools.wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with use():
            return draw(*args, **kwargs)

    return inside


def panels(n: int = 1, *, columns: int = 1, width: float = COLUMN, height: float = 2.4) -> list:
    """Return `n` axes of one new figure, `columns` to a row.

    Parameters
    ----------
    n, columns : int
        How many axes, and how many side by side.
    width, height : float
        Inches: of the whole figure, and of one row of axes.

    Returns
    -------
    list of Axes
        The figure is ``axes[0].figure``. It is no pyplot figure: nothing shows it twice.
    """
    rows = math.ceil(n / columns)
    with use():
        figure = Figure(figsize=(width, height * rows), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for spare in axes[n:]:
        spare.set_visible(False)
    return list(axes[:n])


def axes(ax: Axes | None, *, width: float = COLUMN, height: float = 2.4) -> Axes:
    """Return `ax`, or the axes of a new figure of this size in inches."""
    return panels(width=width, height=height)[0] if ax is None else ax


def need(frame: pd.DataFrame, *columns: str | None) -> pd.DataFrame:
    """Return a copy of `frame` with a fresh index, or say which columns it lacks."""
    missing = [c for c in columns if c is not None and c not in frame]
    if missing:
        raise DiscourseError(
            f"the frame to draw lacks the column {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(str, frame.columns))}"
        )
    return frame.reset_index(drop=True)


def levels(values: pd.Series, order: Sequence[Any] | None = None) -> list[Any]:
    """Return the distinct values in `order`, or as they come; missing ones are left out."""
    present = list(dict.fromkeys(values.dropna()))
    return [v for v in order if v in present] if order is not None else present


def colour(i: int) -> str:
    """Return the colour of the i-th group."""
    return PALETTE[i % len(PALETTE)]


def marker(i: int) -> str:
    """Return the marker of the i-th group, which says in grey what the colour says."""
    return MARKERS[i % len(MARKERS)]


def hatch(i: int) -> str:
    """Return the hatch of the i-th group."""
    return HATCHES[i % len(HATCHES)]


def wrap(label: Any, width: int = 30) -> str:
    """Break a long label over lines, also inside a long word."""
    lines = textwrap.wrap(str(label), width, break_long_words=True) or [""]
    return "\n".join(lines)


def count(values: Any) -> str:
    """Write the n of a label; several differing ones are joined by slashes."""
    known = [number(_plain(v)) for v in pd.Series(values).dropna()]
    return " / ".join(known if len(set(known)) > 1 else known[:1]) or "0"


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def handle(i: int, label: Any, *, hollow: bool = False, line: Any = "none") -> Line2D:
    """Return the legend entry of the i-th group."""
    face = "white" if hollow else colour(i)
    return Line2D(
        [], [], linestyle=line, marker=marker(i), markersize=5, color=colour(i),
        markerfacecolor=face, markeredgecolor=colour(i), label=wrap(label, 40),
    )  # fmt: skip


def hollow_note(what: str = "hollow: no interval") -> Line2D:
    """Return the legend entry that explains hollow markers."""
    return Line2D(
        [], [], linestyle="none", marker="o", markersize=5, markerfacecolor="white",
        markeredgecolor=MUTED, label=what,
    )  # fmt: skip


def whole(ax: Axes) -> Figure:
    """Return the figure that holds `ax`."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise DiscourseError("the axes belong to no figure; draw them with analysis.plots")
    return figure


def legend(
    ax: Axes, handles: Sequence[Any], *, title: str = "", columns: int | None = None
) -> None:
    """Put a legend below the figure, outside all axes; an equal one is not drawn twice."""
    figure = whole(ax)
    labels = [h.get_label() for h in handles]
    old = figure.legends[0] if figure.legends else None
    if not handles or (old and [t.get_text() for t in old.get_texts()] == labels):
        return
    longest = max(max(map(len, label.split("\n"))) for label in labels)
    fits = int(figure.get_figwidth() * 17 // (longest + 4))
    figure.legend(
        handles=list(handles), loc="outside lower left", title=title or None, alignment="left",
        ncols=columns or max(1, min(len(labels), fits)), handletextpad=0.4, columnspacing=1.2,
        borderaxespad=0.2,
    )  # fmt: skip


def nothing(ax: Axes, text: str = "nothing to draw") -> Axes:
    """Say in an empty figure that it is empty."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, text, ha="center", va="center", color=MUTED, transform=ax.transAxes)
    return ax


def band(ax: Axes, text: str) -> None:
    """Write a warning above all axes of the figure, so that it travels with every file of it."""
    figure = whole(ax)
    per_line = int(figure.get_figwidth() * 16.5)
    with use():
        figure.suptitle(
            "\n".join(textwrap.wrap("! " + text, per_line)),
            x=0.02, ha="left", fontsize=7, color=WARNING, fontweight="normal",
            bbox={"facecolor": "#fff3d6", "edgecolor": "#d9a441", "linewidth": 0.6, "pad": 3},
        )  # fmt: skip
