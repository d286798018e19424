"""Pictures of topics are tested by what was drawn, not by pixels."""

import io
import math
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from analysis import present, style
from analysis.plots.choice import choice, criteria
from analysis.plots.heatmap import heatmap
from analysis.plots.topicmap import topicmap
from analysis.plots.topictime import topictime
from analysis.plots.topictree import topictree
from analysis.results import DiscourseError

LONG = "Massenvernichtungswaffenkontrollabkommen · samenwerkingsovereenkomst · denuclearisation"
WIDTHS = pytest.mark.parametrize("width", [style.COLUMN, style.DOUBLE])


def places(k, *, label="sancties · sanctions · Sanktionen", points=40, languages=("nl", "de")):
    """Topics on a spiral, the even ones unstable, and stretches around the middle."""
    turn = np.arange(k) * 2.4
    rows = pd.DataFrame(
        {
            "kind": "topic", "topic": range(1, k + 1), "label": label,
            "x": np.cos(turn) * (1 + turn),
            "y": np.sin(turn) * (1 + turn), "n_words": 1000 // np.arange(1, k + 1), "n_all": 900,
            "nearest": pd.array([2, *[1] * (k - 1)] if k > 1 else [pd.NA], dtype="Int64"),
            "verdict": ["unstable topic" if i % 2 else "" for i in range(k)], "language": None,
            "explained": 0.7, "stress": 0.12,
        }
    )  # fmt: skip
    place = np.random.default_rng(0).normal(size=(points, 2)) * rows["x"].std(ddof=0) / 2
    more = pd.DataFrame(
        {"kind": "stretch", "topic": 1, "x": place[:, 0], "y": place[:, 1], "n_all": 900,
         "language": [languages[i % len(languages)] for i in range(points)]}
    )  # fmt: skip
    return pd.concat([rows, more], ignore_index=True)


def saved(ax):
    """Texts that leave the figure, of all that are seen."""
    figure = style.whole(ax)
    with style.use():
        figure.savefig(io.BytesIO(), format="png", dpi=100)
    # Ticks beyond the limits exist, but are not drawn.
    ticks = [t for a in figure.axes for axis in (a.xaxis, a.yaxis)
             for t in {*axis.get_major_ticks()} - {*axis._update_ticks()}]  # fmt: skip
    unseen = {label for tick in ticks for label in (tick.label1, tick.label2)}
    out = []
    for text in set(figure.findobj(mpl.text.Text)) - unseen:
        box = text.get_window_extent()
        if text.get_text().strip() and text.get_visible() and (
            box.x0 < -1 or box.y0 < -1 or box.x1 > figure.bbox.x1 + 1
            or box.y1 > figure.bbox.y1 + 1
        ):  # fmt: skip
            out.append(text.get_text())
    return out


def names(ax):
    return [t for t in ax.texts if not t.get_text().isdigit()]


def legend(ax):
    return [t.get_text() for t in style.whole(ax).legends[0].get_texts()]


@WIDTHS
@pytest.mark.parametrize("k", [1, 2, 7, 12])
@pytest.mark.parametrize("label", ["trade", "sancties · sanctions · Sanktionen", LONG])
def test_names_on_the_map_are_whole_and_apart(k, label, width):
    ax = topicmap(places(k, label=label), width=width)
    assert saved(ax) == []
    boxes = [t.get_window_extent() for t in names(ax)]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    for circle in ax.patches:
        box = circle.get_window_extent()
        x, y, r = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, box.width / 2
        for t in boxes:
            gap = math.hypot(max(t.x0 - x, 0, x - t.x1), max(t.y0 - y, 0, y - t.y1))
            assert gap >= r - 2
    # Each topic is named once: on the map, or below it.
    below = sum(line.split("  ")[0].isdigit() for line in ax.get_xlabel().split("\n"))
    assert (len(boxes), below) in [(k, 0), (0, k)]
    numbers = sorted(int(t.get_text()) for t in ax.texts if t.get_text().isdigit())
    assert numbers == list(range(1, k + 1))


def test_the_legend_stands_below_the_names():
    ax = topicmap(places(12, label=LONG))
    assert saved(ax) == []
    box = style.whole(ax).legends[0].get_window_extent()
    assert ax.xaxis.label.get_window_extent().y0 >= box.y1 - 1


def test_areas_are_words_and_unstable_topics_are_hollow():
    ax = topicmap(places(4))
    circles = ax.patches
    area = np.array([c.radius**2 for c in circles])
    np.testing.assert_allclose(area / area[0], np.array([1000, 500, 333, 250]) / 1000, rtol=1e-6)
    assert [c.get_facecolor()[3] == 0 for c in circles] == [False, True, False, True]
    assert [c.get_linestyle() in ("-", "solid") for c in circles] == [True, False, True, False]
    assert "unstable topic" in legend(ax)
    stable = places(3).assign(verdict="")
    assert "unstable topic" not in legend(topicmap(stable))


def test_languages_differ_by_mark_and_what_is_drawn_is_told():
    ax = topicmap(places(3))
    marks = [c for c in ax.collections if len(c.get_offsets())]
    assert [len(c.get_offsets()) for c in marks] == [20, 20]
    assert not np.array_equal(marks[0].get_paths()[0].vertices, marks[1].get_paths()[0].vertices)
    assert legend(ax)[:2] == ["de", "nl"]
    assert "40 of 900 stretches, evenly drawn" in legend(ax)
    assert "70%" in ax.get_xlabel()


def test_a_map_of_one_language_without_stretches_is_drawn():
    ax = topicmap(places(3, points=0))
    assert saved(ax) == []
    assert "de" not in legend(ax)
    empty = topicmap(places(3).iloc[:0])
    assert [t.get_text() for t in empty.texts] == ["nothing to draw"]


def test_a_map_may_stand_in_axes_given():
    first, second = style.panels(2, columns=2, width=style.DOUBLE, height=3)
    assert topicmap(places(5), ax=first) is first
    topicmap(places(5), ax=second)
    assert saved(first) == []


def years(gaps=()):
    rows = [
        {"line": f"{t}  {LONG}", "time": float(y), "source": s, "estimate": 0.1 * t,
         "lo": 0.05 * t, "hi": 0.2 * t}
        for t in (1, 2, 3) for s in ("A", "B") for y in (2001, 2002, 2003, 2004, 2010)
        if (s, y) not in gaps
    ]  # fmt: skip
    return pd.DataFrame(rows)


@WIDTHS
def test_a_panel_a_topic_on_one_scale(width):
    ax = topictime(years(), width=width)
    axes = [a for a in style.whole(ax).axes if a.get_visible()]
    assert len(axes) == 3
    assert len({a.get_ylim() for a in axes}) == 1
    assert ax.get_ylim()[1] == pytest.approx(63)
    assert len(ax.lines) == 2
    assert len([c for c in ax.collections if isinstance(c, mpl.collections.PolyCollection)]) == 2
    assert saved(ax) == []
    assert legend(ax) == ["A", "B"]


def test_lines_have_gaps_where_there_are_no_documents_or_one():
    rows = years({("A", 2002)})
    rows.loc[(rows["source"] == "B") & (rows["time"] == 2004), ["lo", "hi"]] = np.nan
    ax = topictime(rows)
    runs = [line.get_xdata().tolist() for line in ax.lines]
    assert runs == [[2001], [2003, 2004, 2010], [2001, 2002, 2003], [2010]]
    marks = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    hollow = [c for c in marks if len(c.get_offsets()) and c.get_facecolors()[0].min() == 1]
    assert [c.get_offsets().tolist() for c in hollow] == [[[2004, 10]]]
    assert legend(ax)[-1] == "hollow: no interval"


def test_only_the_sources_asked_for_are_drawn():
    assert legend(topictime(years(), group_order=["B"])) == ["B"]
    none = topictime(years().iloc[:0])
    assert [t.get_text() for t in none.texts] == ["nothing to draw"]


MERGES = pd.DataFrame(
    {"left": [0, 1, 4], "right": [2, 3, 5], "height": [0.1, 0.2, 0.5], "stability": [0.9, 0.3, 0.7]}
)


def test_a_tree_draws_every_merge_without_crossings():
    ax = topictree(MERGES, labels=["a", "b", "c", LONG])
    assert [t.get_text().split()[0] for t in ax.get_yticklabels()][:3] == ["a", "c", "b"]
    assert [line.get_xdata().tolist() for line in ax.lines] == [
        [0, 0.1, 0.1, 0], [0, 0.2, 0.2, 0], [0.1, 0.5, 0.5, 0.2],
    ]  # fmt: skip
    white = [c.get_facecolors()[0].tolist() == [1, 1, 1, 1] for c in ax.collections]
    assert white == [False, True]  # all as one is not marked
    assert saved(ax) == []


def test_a_tree_of_one_topic_is_drawn():
    ax = topictree(MERGES.iloc[:0], labels=["a"])
    assert saved(ax) == []
    assert not ax.lines


TRIED = pd.DataFrame(
    {"k": [2, 3, 4], "chosen": [False, True, False], "s": [0.5, 0.9, 0.7], "nl": [0.1, 0.12, 0.08],
     "de": [0.02, -0.1, 0.0], "likelihood": math.nan}
)  # fmt: skip


@WIDTHS
def test_criteria_have_a_panel_each_and_one_legend(width):
    panels = {"stability": {"s": "mean Jaccard"}, "coherence": {"nl": "nl", "de": "de"},
              "held-out likelihood": {"likelihood": "LDA"}}  # fmt: skip
    ax = criteria(TRIED, panels=panels, thresholds={"stability": 0.6}, width=width)
    axes = style.whole(ax).axes
    assert [a.get_title(loc="left") for a in axes] == ["stability", "coherence"]
    assert legend(ax) == ["mean Jaccard", "nl", "de"]
    assert len(style.whole(ax).legends) == 1
    assert axes[1].get_ylim()[0] < -0.1
    assert [[t.get_text() for t in a.texts] for a in axes] == [["taken", "0.6\nwanted"], ["taken"]]
    marks = [h.get_marker() for h in style.whole(ax).legends[0].legend_handles]
    assert len(set(marks)) == 3
    assert saved(ax) == []


def test_criteria_without_values_say_so():
    ax = criteria(TRIED, panels={"held-out likelihood": {"likelihood": "LDA"}})
    assert [t.get_text() for t in ax.texts] == ["nothing to draw"]
    with pytest.raises(DiscourseError, match="'perplexity'"):
        criteria(TRIED, panels={"x": {"perplexity": "LDA"}})


def test_the_rule_s_value_may_stand_in_the_choice():
    ax = choice(TRIED, values={"s": "stability"}, threshold=0.6)
    assert ax.texts[-1].get_text() == "0.6\nwanted"


def test_sixty_documents_fit_a_page():
    rows = pd.DataFrame(
        [{"group": f"tagesspiegel-2024-{i:02}", "topic": t, "estimate": 0.1}
         for i in range(60) for t in range(4)]
    )  # fmt: skip
    ax = heatmap(rows, rows="group", columns="topic", fmt=".0%", label="share of the words")
    assert style.whole(ax).get_figheight() < 10
    assert saved(ax) == []
    boxes = [t.get_window_extent() for t in ax.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


WORDING = {
    "figures": {"x-map": {"title": "Map", "caption": "Topics.", "alt": "Topic {topic}."}},
    "tables": {"x": {"caption": "Words", "columns": {"term": "word", "n": "n"}}},
}


def test_the_alt_text_tells_the_rows_it_is_given(monkeypatch, tmp_path):
    monkeypatch.setattr(present, "_wording", lambda: WORDING)
    monkeypatch.setenv("DISCOURSE_FIGURES", str(tmp_path))
    rows = places(2)
    shown = present.figure(topicmap(rows), rows, "x-map", told=rows[rows["kind"] == "topic"])
    assert shown.facts["alt"] == "- Topic 1.\n- Topic 2."
    assert shown.facts["n"] == len(rows)


def test_a_line_of_folds_may_be_told_once(monkeypatch):
    monkeypatch.setattr(present, "_wording", lambda: WORDING)
    rows = pd.DataFrame({"term": ["a", "b"], "n": [1, 2], "g": "d1", "told": ["1 (2)", ""]})
    block = present.folds(rows, "x", by="g", line="told")
    assert "<b>d1:</b> 1 (2)</summary>" in block.html
    assert "<script" not in block.html
