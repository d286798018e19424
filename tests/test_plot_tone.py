"""Pictures of tone over time are tested by what was drawn, not by pixels."""

import io
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from analysis import resample, style
from analysis.plots.heatmap import heatmap
from analysis.plots.tonetime import tonetime
from analysis.results import DiscourseError

WIDTHS = pytest.mark.parametrize("width", [style.COLUMN, style.DOUBLE])
PARTIES = ("AfD", "BÜNDNIS 90/DIE GRÜNEN", "Regierung/Bundesrat", "NoordelijkDagblad")
MONTHS = ("2015-02", "2015-03", "2015-04", "2015-05", "2015-06", "2015-07")


def cells(sources=PARTIES, times=MONTHS, actors=(None,), **more):
    """A cell a source, time and actor, with an interval around a mean of its own."""
    rng = np.random.default_rng(0)
    rows = [
        {"source": s, "time": t, "actor": a, "estimate": e, "lo": e - 0.1, "hi": e + 0.1,
         "n": int(n), "n_docs": 20, **more}
        for a in actors for s in sources for t in times
        for e, n in [(rng.uniform(-0.3, 0.3), rng.integers(1, 400))]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def panels(ax):
    return [a for a in style.whole(ax).axes if a.get_visible()]


def points(ax, hollow=False):
    """Places of the filled or of the hollow marks of a panel."""
    out = []
    for c in ax.collections:
        if isinstance(c, mpl.collections.PathCollection) and len(c.get_offsets()):
            white = mpl.colors.to_hex(c.get_facecolor()[0]) == "#ffffff"
            out += [tuple(p) for p in c.get_offsets() if white == hollow]
    return out


def curves(ax):
    """Lines of estimates, not the grey one of all sources or the one at zero."""
    return [line for line in ax.lines if line.get_color() == style.colour(0)]


def written(ax):
    """Shown texts of a figure that was saved, with their boxes."""
    figure = style.whole(ax)
    with style.use():
        figure.savefig(io.BytesIO(), format="png", dpi=100)
    ticks = [t for a in figure.axes for axis in (a.xaxis, a.yaxis)
             for t in {*axis.get_major_ticks()} - {*axis._update_ticks()}]  # fmt: skip
    unseen = {label for tick in ticks for label in (tick.label1, tick.label2)}
    texts = [t for t in set(figure.findobj(mpl.text.Text)) - unseen
             if t.get_text().strip() and t.get_visible()]  # fmt: skip
    return {t: t.get_window_extent() for t in texts}


@WIDTHS
@pytest.mark.parametrize(
    "times", [MONTHS, (2021, 2022, 2023, 2024, 2025), tuple(range(1990, 2025))]
)
@pytest.mark.parametrize("actors", [(None,), ("Russia", "United States")])
def test_no_word_leaves_the_figure(times, actors, width):
    rows = "actor" if len(actors) > 1 else None
    ax = tonetime(cells(times=times, actors=actors), rows=rows, width=width)
    figure = style.whole(ax)
    boxes = written(ax)
    assert [t.get_text() for t, b in boxes.items() if b.x0 < -1 or b.x1 > figure.bbox.x1 + 1
            or b.y0 < -1 or b.y1 > figure.bbox.y1 + 1] == []  # fmt: skip


@WIDTHS
def test_counts_stand_apart_below_their_points(width):
    rows = cells(sources=[f"outlet {i}" for i in range(15)])
    ax = tonetime(rows, width=width)
    written(ax)
    for panel, (_, own) in zip(panels(ax), rows.groupby("source", sort=False), strict=True):
        assert [t.get_text() for t in panel.texts] == [str(n) for n in own["n"]]
        assert [t.get_position()[0] for t in panel.texts] == [0, 1, 2, 3, 4, 5]
        boxes = [t.get_window_extent() for t in panel.texts]
        assert all(a.x1 <= b.x0 for a, b in pairwise(boxes))


def test_many_times_show_the_range_of_their_counts():
    rows = cells(sources=("A", "B"), times=tuple(range(1900, 2025)))
    ax = tonetime(rows, width=style.COLUMN)
    own = rows.loc[rows["source"] == "A", "n"]
    assert [t.get_text() for t in ax.texts] == [f"n {own.min()} to {own.max()}"]


def test_panels_share_a_scale_that_holds_zero_and_all_estimates():
    rows = cells().assign(estimate=lambda r: r["estimate"] + 0.5)
    rows = rows.assign(lo=rows["estimate"] - 0.1, hi=rows["estimate"] + 0.1)
    shown = panels(tonetime(rows))
    limits = {a.get_ylim() for a in shown}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low < 0 < rows["hi"].max() < high
    for a in shown:
        assert any(list(line.get_ydata()) == [0, 0] for line in a.lines)


def test_one_text_is_hollow_and_no_line_runs_through_it():
    rows = cells(sources=("A",))
    rows.loc[2, ["lo", "hi", "n_docs"]] = [np.nan, np.nan, 1]
    ax = tonetime(rows)
    assert points(ax, hollow=True) == [(2, pytest.approx(rows["estimate"][2]))]
    assert len(points(ax)) == 5
    assert [list(line.get_xdata()) for line in curves(ax)] == [[0, 1], [3, 4, 5]]
    legend = [t.get_text() for t in style.whole(ax).legends[0].get_texts()]
    assert f"hollow: fewer than {resample.MIN_DOCS} texts" in legend


def test_a_source_without_a_year_has_a_gap():
    rows = cells(sources=("A", "B"), times=(2020, 2021, 2022, 2023))
    rows = rows[~((rows["source"] == "A") & (rows["time"] == 2022))]
    first, second = panels(tonetime(rows))
    assert list(curves(first)[0].get_xdata()) == [2020, 2021]
    assert [list(line.get_xdata()) for line in curves(second)] == [[2020, 2021, 2022, 2023]]


def test_years_stand_at_their_distance_and_words_side_by_side():
    for times in ((1946, 1980, 1981), ("1946", "1980", "1981")):
        ax = tonetime(cells(sources=("A",), times=times))
        assert [x for x, _ in points(ax)] == [1946, 1980, 1981]
        assert ax.get_xticklabels()[0].get_text() == "1946"
    ax = tonetime(cells(sources=("A",), times=("1990s", "2000s", "2020s")))
    assert [x for x, _ in points(ax)] == [0, 1, 2]
    assert [t.get_text() for t in ax.get_xticklabels()][::2] == ["1990s", "2020s"]


def test_an_interval_of_few_texts_is_not_drawn():
    rows = cells(sources=("A",))
    few = rows.copy()
    few.loc[0, ["lo", "hi", "n_docs"]] = [-1, 1, resample.MIN_DOCS - 1]
    ax = tonetime(few)
    assert points(ax, hollow=True) == [(0, pytest.approx(rows["estimate"][0]))]
    assert [list(line.get_xdata()) for line in curves(ax)] == [[1, 2, 3, 4, 5]]
    assert max(map(abs, ax.get_ylim())) < 0.8, "it does not flatten the others"
    assert tonetime(few.assign(n_docs=resample.MIN_DOCS)).get_ylim()[1] > 1


def test_what_lies_beyond_the_scale_is_an_arrow_at_its_end():
    rows = cells(sources=("A", "B", "C"))
    rows.loc[0, ["lo", "hi"]] = [-1, 1]
    rows.loc[1, ["estimate", "lo", "hi", "n_docs"]] = [0.9, np.nan, np.nan, 1]
    ax = tonetime(rows)
    assert ax.get_ylim()[1] < 0.7
    ((_, high),) = points(ax, hollow=True)
    ends = [p for p in points(ax) if p[0] == 0 and p[1] != pytest.approx(rows["estimate"][0])]
    assert len(ends) == 2 and ends[0][1] == high and ax.get_ylim()[0] < ends[1][1] < 0
    assert points(ax, hollow=True) == [(1, high)] and rows["hi"][2:].max() < high < 0.7
    legend = [t.get_text() for t in style.whole(ax).legends[0].get_texts()]
    assert "arrow: goes on" in legend
    drawn = [c.get_datalim(ax.transData) for c in ax.collections]
    assert max(box.y1 for box in drawn) <= high + 1e-9, "no ribbon leaves the panel"


def test_a_row_of_panels_an_actor_with_all_together_in_grey():
    rows = cells(sources=("A", "B"), times=(2021, 2022), actors=("Russia", "China"))
    whole = rows[rows["source"] == "A"].assign(estimate=[0.1, 0.2, -0.3, -0.4])
    ax = tonetime(rows, rows="actor", context=whole, label="stance")
    shown = panels(ax)
    assert [a.get_ylabel() for a in shown] == ["Russia", "", "China", ""]
    assert [a.get_title(loc="left") for a in shown] == ["A", "B", "", ""]
    grey = [line for a in shown for line in a.lines if line.get_color() == style.MUTED]
    assert [list(line.get_ydata()) for line in grey] == [[0.1, 0.2], [0.1, 0.2],
                                                         [-0.3, -0.4], [-0.3, -0.4]]  # fmt: skip
    assert "all together" in [t.get_text() for t in style.whole(ax).legends[0].get_texts()]


def test_order_is_the_callers_and_of_rows_it_does_not_matter():
    rows = cells()
    ax = tonetime(rows, panel_order=PARTIES[::-1])
    assert [a.get_title(loc="left").replace("\n", " ") for a in panels(ax)][-1] == "AfD"
    mixed = tonetime(rows.sample(frac=1, random_state=1), panel_order=PARTIES[::-1])
    for a, b in zip(panels(ax), panels(mixed), strict=True):
        assert points(a) == points(b)


def test_nothing_to_draw_and_a_missing_column_are_told():
    empty = cells().assign(estimate=np.nan)
    assert [t.get_text() for t in tonetime(empty).texts] == ["nothing to draw"]
    with pytest.raises(DiscourseError, match="'n'"):
        tonetime(cells().drop(columns="n"))


def test_heatmap_of_two_signs_is_white_at_zero():
    rows = pd.DataFrame({"source": ["A", "A", "B", "B"], "time": [1, 2, 1, 2],
                         "estimate": [-0.4, 0.0, 0.4, np.nan]})  # fmt: skip
    ax = heatmap(rows, rows="source", columns="time", fmt="+.1f", signed=True)
    written(ax)
    below, zero, above = ax.collections[0].get_facecolors()[:3]
    assert min(zero) > 0.99
    grey = [c[:3] @ [0.3, 0.59, 0.11] for c in (below, above)]
    assert below[0] > below[2] and above[2] > above[0], "orange below, blue above"
    assert abs(grey[0] - grey[1]) > 0.05, "the signs differ without colour"
    assert min(grey) > 0.5, "dark digits can be read"
    assert [t.get_text() for t in ax.texts if t.get_text()] == ["-0.4", "+0.0", "+0.4"]


def test_heatmap_of_two_signs_brackets_what_may_be_zero():
    rows = pd.DataFrame({"source": ["A", "A", "B", "B"], "time": [1, 2, 1, 2],
                         "estimate": [-0.4, -0.001, 0.4, 0.3], "lo": [-0.5, -0.1, 0.1, np.nan],
                         "hi": [-0.3, 0.1, 0.6, np.nan]})  # fmt: skip
    ax = heatmap(rows, rows="source", columns="time", fmt="+.1f", signed=True)
    assert [t.get_text() for t in ax.texts] == ["-0.4", "(+0.0)", "+0.4", "(+0.3)"]


def test_every_time_has_a_mark():
    ax = tonetime(cells(sources=("A", "B"), times=MONTHS), columns=2, width=style.COLUMN)
    assert len(ax.get_xticklabels()) < len(MONTHS)
    marked = {*ax.get_xticks(), *ax.get_xticks(minor=True)}
    assert marked == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    "rows",
    [
        cells(sources=("A",), times=("2020",)),
        cells(sources=("😀 Massenvernichtungswaffenkontrollabkommen " * 3, "x$y_{z}")),
        cells().assign(estimate=0.0, lo=0.0, hi=0.0),
        cells().assign(n=1_234_567),
        cells().assign(lo=np.nan, hi=np.nan, n_docs=1),
        cells(times=("2020", "unknown")),
    ],
)
def test_odd_frames_are_drawn(rows):
    ax = tonetime(rows)
    boxes = written(ax)
    edge = style.whole(ax).bbox.x1 + 1
    assert all(b.x1 <= edge for b in boxes.values())
    assert sum(len(points(a)) + len(points(a, hollow=True)) for a in panels(ax)) == len(rows)
