"""Figures are tested by what was drawn, not by pixels."""

import io
import math
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis import results, style
from analysis.plots.choice import choice
from analysis.plots.dots import dots
from analysis.plots.heatmap import heatmap
from analysis.plots.lines import lines
from analysis.plots.tiles import tiles
from analysis.results import DiscourseError

LONG = "Verenigde Staten van Amerika en hun bondgenoten in Oost-Azië"


@pytest.fixture
def rows():
    made = []
    for i, actor in enumerate(["DPRK", LONG, "$x_1$", "CN"]):
        for j, doc in enumerate(["nl-2017", "de-2024"]):
            known = actor != "CN"
            line = {"actor": actor, "group": doc, "n": i + j, "n_docs": 1 + 2 * (j == 0)}
            if known:
                line["estimate"] = float(i + j)
            if known and j == 0:
                line |= {"lo": i - 0.5, "hi": i + 1.0}
            made.append({**line, "unit": "mentions per 1,000 tokens", "by": "doc_id"})
    return results.frame(made, measure="actors", keys=["actor", "by", "group"])


def inside(ax):
    """Whether every text of the figure lies within it."""
    figure = style.whole(ax)
    with style.use():
        figure.savefig(io.BytesIO(), format="png", dpi=100)
    frame = figure.bbox
    texts = [t for t in figure.findobj(mpl.text.Text) if t.get_text().strip() and t.get_visible()]
    # Ticks beyond the limits exist, but are not drawn.
    ticks = [tick for a in figure.axes for axis in (a.xaxis, a.yaxis) for tick in
             {*axis.get_major_ticks()} - {*axis._update_ticks()}]  # fmt: skip
    unseen = {label for tick in ticks for label in (tick.label1, tick.label2)}
    texts = [t for t in texts if t not in unseen]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts]
    return [
        text
        for text, box in boxes
        if box.x0 < -1 or box.y0 < -1 or box.x1 > frame.x1 + 1 or box.y1 > frame.y1 + 1
    ]


def sizes(ax):
    found = style.whole(ax).findobj(mpl.text.Text)
    return [t.get_fontsize() for t in found if t.get_text().strip()]


def drawn():
    """One picture of every kind, with labels as long as they come."""
    grid = pd.DataFrame(
        {
            "actor": ["a", LONG, "a"],
            "group": ["x", "x", "abonneesite-2024-nl"],
            "estimate": [1, 2.5, 0],
        }
    )
    years = pd.DataFrame(
        {
            "year": [2001, 2002] * 2, "group": ["a", "a", LONG, LONG], "estimate": [1, 2, 3, 2.0],
            "lo": [0.5, 1, 2, math.nan], "hi": [2, 3, 4, math.nan],
        }
    )  # fmt: skip
    cells = pd.DataFrame(
        {
            "source": ["a", LONG, "a"], "year": [2017, 2024, 2024], "language": ["nl", "de", "nl"],
            "n_docs": [1, 2, 3],
        }
    )  # fmt: skip
    tried = pd.DataFrame({"k": [2, 3, 4], "chosen": [False, True, False], "s": [0.5, 0.9, 0.7]})
    return {
        "heatmap": heatmap(grid, rows="actor", columns="group", n=pd.Series({"x": 12})),
        "lines": lines(years, x="year", group="group", ylabel="per 1,000"),
        "tiles": tiles(cells),
        "choice": choice(tried, values={"s": "stability over resamples (mean Jaccard)"}),
    }


KINDS = ("heatmap", "lines", "tiles", "choice")


@pytest.mark.parametrize("kind", KINDS)
def test_no_label_is_cut_and_none_is_too_small(kind):
    ax = drawn()[kind]
    assert inside(ax) == []
    assert min(sizes(ax)) >= 7


@pytest.mark.parametrize("width", [style.COLUMN, style.DOUBLE])
def test_dots_labels_are_whole_apart_and_large_enough(rows, width):
    ax = dots(rows, label="actor", group="group", width=width)
    assert inside(ax) == []
    assert min(sizes(ax)) >= 7
    boxes = sorted(t.get_window_extent().intervaly.tolist() for t in ax.get_yticklabels())
    assert all(low[1] <= high[0] + 1 for low, high in pairwise(boxes))


def test_dots_stand_at_the_estimates_and_bars_at_the_intervals(rows):
    part = rows[rows["group"] == "nl-2017"]
    ax = dots(part, label="actor", n=None)
    placed = np.concatenate([np.ma.getdata(c.get_offsets()) for c in ax.collections[1:]])
    assert placed[:, 0].tolist() == [0.0, 1.0, 2.0]
    bars = [s[:, 0].tolist() for s in ax.collections[0].get_segments()]
    assert bars == [[-0.5, 1.0], [0.5, 2.0], [1.5, 3.0]]


def test_dots_without_an_interval_are_hollow_and_say_so(rows):
    ax = dots(rows[rows["group"] == "de-2024"], label="actor")
    (marks,) = [c for c in ax.collections if len(c.get_offsets()) == 3]
    assert {to_hex(c) for c in marks.get_facecolors()} == {"#ffffff"}
    assert "hollow" in style.whole(ax).legends[0].get_texts()[-1].get_text()
    sure = dots(rows[(rows["group"] == "nl-2017") & rows["lo"].notna()], label="actor")
    assert style.whole(sure).legends == []


def test_dots_write_undefined_and_n(rows):
    ax = dots(rows, label="actor", group="group")
    assert [t.get_text() for t in ax.texts] == ["undefined"]
    labels = [t.get_text() for t in ax.get_yticklabels()]
    assert "0 / 1" in labels[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "$x_1$" in labels[2]


def test_groups_differ_by_marker_as_well_as_colour(rows):
    ax = dots(rows, label="actor", group="group")
    entries = style.whole(ax).legends[0].legend_handles
    assert len({h.get_marker() for h in entries[:2]}) == 2
    assert len({h.get_color() for h in entries[:2]}) == 2


def test_order_and_axes_given_are_kept(rows):
    (ax, other) = style.panels(2, columns=2, width=style.DOUBLE)
    order = ["CN", "DPRK"]
    assert dots(rows, label="actor", ax=ax, order=order, reference=0) is ax
    assert [t.get_text().split()[0] for t in ax.get_yticklabels()] == order
    assert not other.lines


def test_heatmap_writes_numbers_and_hatches_the_unknown():
    ax = drawn()["heatmap"]
    written = [t.get_text() for t in ax.texts]
    assert written == ["1.0", "0.0", "2.5"]
    assert [p.get_hatch() for p in ax.patches] == ["////"]
    assert "(n = 12)" in ax.get_xticklabels()[0].get_text()


def test_lines_without_an_interval_are_hollow():
    ax = drawn()["lines"]
    white = [c for c in ax.collections if len(c.get_offsets()) and "#ffffff" in
             {to_hex(f) for f in c.get_facecolors()}]  # fmt: skip
    assert sum(len(c.get_offsets()) for c in white) == 1


def test_tiles_show_n_and_gaps():
    ax = drawn()["tiles"]
    assert sorted(t.get_text() for t in ax.texts) == ["1", "2", "3"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2017", "2024"]


def test_choice_marks_the_number_taken():
    ax = drawn()["choice"]
    assert [t.get_text() for t in ax.texts] == ["taken"]
    assert ax.texts[0].xy[0] == 3


def test_frames_are_not_changed(rows):
    before = rows.copy(deep=True)
    dots(rows, label="actor", group="group")
    heatmap(rows, rows="actor", columns="group")
    pd.testing.assert_frame_equal(rows, before)


def test_style_leaves_no_trace():
    before = dict(mpl.rcParams)
    with style.use():
        assert mpl.rcParams["svg.hashsalt"] == "discourse"
    assert dict(mpl.rcParams) == before


def test_neighbouring_colours_differ_in_grey():
    grey = [np.dot(mpl.colors.to_rgb(c), (0.299, 0.587, 0.114)) for c in style.PALETTE[:4]]
    assert min(abs(a - b) for a, b in pairwise(grey)) > 0.2


def test_a_warning_stands_in_the_picture(rows):
    ax = dots(rows, label="actor")
    style.band(ax, "Below the bar: " + "word " * 20)
    assert style.whole(ax)._suptitle.get_text().startswith("! Below")
    assert inside(ax) == []


def test_a_missing_column_is_named(rows):
    with pytest.raises(DiscourseError, match="'colour'"):
        dots(rows, label="actor", group="colour")


def test_no_line_runs_through_a_single_text():
    estimate = pd.DataFrame(
        {
            "year": [1, 2, 3, 4, 5], "group": "a", "estimate": [1.0, 2, 3, 4, 5],
            "lo": [0, 1, math.nan, 3, 4], "hi": [2, 3, math.nan, 5, 6],
        }
    )  # fmt: skip
    ax = lines(estimate, x="year", group="group")
    assert [line.get_ydata().tolist() for line in ax.lines if len(line.get_ydata()) > 1] == [
        [1.0, 2.0], [4.0, 5.0],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["dots", "heatmap", "lines"])
def test_an_empty_frame_gives_a_figure_that_says_so(kind):
    import importlib

    draw = getattr(importlib.import_module(f"analysis.plots.{kind}"), kind)
    empty = pd.DataFrame(columns=["a", "b", "estimate", "lo", "hi", "n"])
    words = {"dots": {"label": "a"}, "heatmap": {"rows": "a", "columns": "b"},
             "lines": {"x": "a", "group": "b"}}  # fmt: skip
    ax = draw(empty, **words[kind])
    assert [t.get_text() for t in ax.texts] == ["nothing to draw"]


def test_a_text_without_a_year_has_a_place_of_its_own():
    frame = pd.DataFrame(
        {
            "source": ["A", "A"],
            "year": pd.array([2019, None], dtype="Int64"),
            "language": ["nl", "nl"],
            "n_docs": [1, 2],
        }
    )
    ax = tiles(frame)
    assert [t.get_text() for t in ax.get_xticklabels()][-1] == "unknown"
    assert inside(ax) == []


def test_a_title_and_signs_for_remarks_stand_in_the_picture(rows):
    kinds = ["one text alone has it", "one text has more than half of it"]
    said = [kinds[0] if a == "DPRK" else None for a in rows["actor"]]
    marked = rows.assign(why=pd.Categorical(said, categories=kinds))
    ax = dots(marked, label="actor", group="group", remark="why", title="A v. B")
    labels = [t.get_text() for t in ax.get_yticklabels()]
    assert ax.get_title(loc="left") == "A v. B"
    assert [t.startswith("† ") for t in labels] == [True, False, False, False]
    legend = [t.get_text() for t in style.whole(ax).legends[0].get_texts()]
    assert [t for t in legend if t[0] in "†‡"] == [f"† {kinds[0]}", f"‡ {kinds[1]}"]
    assert inside(ax) == []


def test_bars_beyond_the_limit_end_in_arrows():
    wide = pd.DataFrame({"term": ["a", "b"], "n": 1, "estimate": [1.0, -2.0], "lo": [-20.0, -3],
                         "hi": [30.0, -1]})  # fmt: skip
    ax = dots(wide, limit=8)
    assert ax.get_xlim() == (-8, 8)
    arrows = [(line.get_marker(), list(line.get_ydata())) for line in ax.lines
              if line.get_marker() in "<>"]  # fmt: skip
    assert arrows == [("<", [0.0]), (">", [0.0])]
    far = dots(wide.assign(estimate=[12.0, -2], lo=11.0).iloc[:1], limit=8)
    assert far.get_xlim()[1] > 12
    near = dots(wide.iloc[1:], limit=8)
    assert near.get_xlim()[1] < 4
    two = style.panels(2, columns=2, width=style.DOUBLE, height=3)
    for panel in two:
        dots(wide.iloc[1:], ax=panel, limit=8)
    assert inside(two[0]) == []


def test_of_many_years_only_some_are_named():
    years = pd.DataFrame({"year": range(1990, 2025), "group": "a", "estimate": 1.0, "lo": 0.5,
                          "hi": 2.0})  # fmt: skip
    ax = lines(years, x="year", group="group")
    named = [t.get_text() for t in ax.get_xticklabels()]
    assert len(named) <= 10
    assert named[0] == "1990"
    assert ax.get_xticks()[1] == int(named[1]) - 1990
