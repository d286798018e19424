"""Word shift graphs: what is drawn where, and that every label is whole and apart."""

import io
import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text

from analysis import style
from analysis.plots.shift import TYPES, shift
from analysis.results import DiscourseError

LONG = [
    "Bundesverfassungsgerichtsurteil", "Rindfleischetikettierungsüberwachungsaufgabengesetz",
    "Waffenstillstandsverhandlungen", "kernwapenproliferatieverdragspartij", "$x_1$", "Öl",
]  # fmt: skip


def rows(n: int = 6, *, kind: str = "proportion", sure: bool = True, **more: object):
    rng = np.random.default_rng(n)
    estimate = np.sort(rng.uniform(0.1, 1, n))[::-1] * rng.choice([-1, 1], n)
    if kind == "jsd":
        estimate = np.abs(estimate)
    turn = rng.choice([-1, 1], n)
    half = 0.4 * rng.uniform(0.1, 1, n) if sure else math.nan
    arrows = np.where((turn if kind == "jsd" else estimate) > 0, "↑", "↓")
    if kind == "sentiment":
        arrows = np.resize(list(TYPES), n)
    frame = pd.DataFrame({
        "term": [LONG[i % len(LONG)] for i in range(n)], "estimate": estimate,
        "lo": estimate - half, "hi": estimate + half, "type": arrows, "kind": kind,
        "unit": "bits of entropy", "group": "Nordkorea", "reference": "rest", "language": "de",
        "share": estimate / np.abs(estimate).sum() / 2, "average": 9.17, "average_reference": 9.34,
        "whole": -0.17, "chance_lo": -0.2 if sure else math.nan,
        "chance_hi": 0.1 if sure else math.nan,
    })  # fmt: skip
    return frame.assign(**more)


def saved(ax: Axes) -> Axes:
    with style.use():
        style.whole(ax).savefig(io.BytesIO(), format="png", dpi=100)
    return ax


def labels(ax: Axes) -> list[Annotation]:
    return [t for t in ax.texts if isinstance(t, Annotation)]


def lengths(ax: Axes) -> list[float]:
    return [float(bar.get_width()) for bar in ax.patches]


CASES = {
    "two": rows(2), "many": rows(30), "one text": rows(5, sure=False),
    "four ways": rows(8, kind="sentiment"), "divergence": rows(12, kind="jsd"),
    "entropy": rows(6, kind="entropy"), "all to the right": rows(6, kind="jsd", type="↑"),
    "long names": rows(6, kind="entropy", group="Frankfurter Allgemeine Zeitung · 2024",
                       reference="Abonneesite van het Nederlands Dagblad · 2017"),
    "tiny": rows(6).assign(estimate=1e-7, lo=5e-8, hi=2e-7),
}  # fmt: skip


@pytest.mark.parametrize("width", [style.COLUMN, style.DOUBLE])
@pytest.mark.parametrize("case", CASES)
def test_no_text_is_cut_or_runs_into_another_or_into_a_bar(case: str, width: float) -> None:
    ax = saved(shift(CASES[case], n=30, width=width))
    figure = style.whole(ax)
    shown = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    assert min(t.get_fontsize() for t in shown) >= 7
    heads = [t for t in (ax.title, ax._left_title, ax._right_title) if t.get_text()]
    written = [*labels(ax), *heads, ax.xaxis.label]
    boxes = [t.get_window_extent() for t in written]
    for text, box in zip(written, boxes, strict=True):
        whole = figure.bbox
        assert box.x0 >= -1 and box.y0 >= -1, text.get_text()
        assert box.x1 <= whole.x1 + 1 and box.y1 <= whole.y1 + 1, text.get_text()
    for (a, one), (b, two) in combinations(zip(written, boxes, strict=True), 2):
        across = min(one.x1, two.x1) - max(one.x0, two.x0)
        down = min(one.y1, two.y1) - max(one.y0, two.y0)
        assert across <= 1 or down <= 1, (a.get_text(), b.get_text())
    for bar, box in zip(ax.patches, boxes, strict=False):
        drawn = bar.get_window_extent()
        assert min(drawn.x1, box.x1) <= max(drawn.x0, box.x0) + 1


@pytest.mark.parametrize("width", [style.COLUMN, style.DOUBLE])
def test_bars_keep_a_good_part_of_the_width(width: float) -> None:
    for case in ("many", "one text", "all to the right", "long names"):
        ax = saved(shift(CASES[case], width=width))
        boxes = [bar.get_window_extent() for bar in ax.patches]
        assert max(b.width for b in boxes) > 0.25 * style.whole(ax).bbox.width, case


def test_the_largest_stand_on_top_and_the_target_to_the_right() -> None:
    frame = rows(6)
    ax = shift(frame.sample(frac=1, random_state=1), n=4)
    top = frame["estimate"].to_numpy()[:4]
    assert lengths(ax) == top.tolist()
    low, high = ax.get_ylim()
    assert low > high, "the first place is the highest"
    names = [t.get_text().replace("\n", "") for t in labels(ax)]
    assert names == frame["term"].tolist()[:4]
    assert [t.get_ha() for t in labels(ax)] == ["right" if e > 0 else "left" for e in top]
    assert "more in Nordkorea" in ax.get_title(loc="right")
    assert "more in rest" in ax.get_title(loc="left")


def test_a_divergence_is_drawn_on_the_side_that_has_more() -> None:
    frame = rows(6, kind="jsd")
    sign = np.where(frame["type"] == "↑", 1, -1)
    assert set(sign) == {-1, 1}
    ax = shift(frame)
    assert lengths(ax) == (frame["estimate"] * sign).tolist()
    bars = np.array([s[:, 0] for s in ax.collections[0].get_segments()])
    ends = np.sort(np.stack([frame["lo"] * sign, frame["hi"] * sign], axis=1), axis=1)
    np.testing.assert_allclose(bars, ends)


def test_intervals_are_lines_and_bars_without_are_hollow_and_say_so() -> None:
    frame = rows(6)
    frame.loc[2, ["lo", "hi"]] = math.nan
    ax = shift(frame)
    drawn = np.array([s[:, 0] for s in ax.collections[0].get_segments()])
    np.testing.assert_allclose(drawn, frame.drop(index=2)[["lo", "hi"]].to_numpy())
    faces = [bar.get_facecolor() for bar in ax.patches]
    assert [f == (1, 1, 1, 1) for f in faces] == [i == 2 for i in range(6)]
    (legend,) = style.whole(ax).legends
    assert [t.get_text() for t in legend.get_texts()] == ["hollow: no interval"]
    assert style.whole(shift(rows(6))).legends == []


def test_sides_and_types_differ_by_colour_and_hatch() -> None:
    ax = shift(rows(6))
    looks = {(b.get_facecolor(), b.get_hatch()) for b in ax.patches}
    assert len(looks) == len({c for c, _ in looks}) == len({h for _, h in looks}) == 2
    four = shift(rows(8, kind="sentiment"))
    looks = {(b.get_facecolor(), b.get_hatch()) for b in four.patches}
    assert len(looks) == len({c for c, _ in looks}) == len({h for _, h in looks}) == 4
    (legend,) = style.whole(four).legends
    assert [t.get_text()[:2] for t in legend.get_texts()] == list(TYPES)
    assert labels(four)[0].get_text().endswith("+↑")


def test_the_whole_difference_and_chance_stand_below() -> None:
    text = shift(rows(6, kind="entropy")).get_xlabel().replace("\N{NO-BREAK SPACE}", " ")
    assert "Nordkorea minus rest" in text
    assert "9.17 − 9.34 = −0.17" in text
    assert "by chance −0.20 to 0.10" in text
    assert "50% of all contributions" in text
    single = shift(rows(6, kind="jsd", sure=False)).get_xlabel()
    assert "chance" not in single
    assert "minus" not in single


def test_it_draws_into_axes_of_others() -> None:
    one, two = style.panels(2, columns=2, width=style.DOUBLE, height=3)
    assert shift(rows(6), ax=one) is one
    assert shift(rows(4, kind="jsd"), ax=two) is two
    assert len(lengths(one)) == 6


def test_nothing_and_several_pairs() -> None:
    frame = rows(4)
    for nothing in (frame.iloc[:0], frame.assign(estimate=math.nan)):
        assert shift(nothing).texts[0].get_text() == "nothing to draw"
    zero = frame.assign(estimate=0.0, lo=math.nan, hi=math.nan)
    assert lengths(saved(shift(zero))) == [0.0] * 4
    both = pd.concat([frame, frame.assign(group="Polen")])
    with pytest.raises(DiscourseError, match="one pair of groups"):
        shift(both)
    with pytest.raises(DiscourseError, match="whole"):
        shift(frame.drop(columns="whole"))
    with pytest.raises(DiscourseError, match="concept"):
        shift(frame, label="concept")


def test_terms_with_a_remark_carry_its_sign() -> None:
    kinds = ["one text alone has it", "one text has more than half of it"]
    frame = rows(4).assign(why=pd.Categorical([kinds[0], None, None, None], categories=kinds))
    ax = saved(shift(frame, remark="why"))
    marked = [t.get_text().startswith("† ") for t in labels(ax)]
    assert marked == [True, False, False, False]
    legend = [t.get_text() for t in style.whole(ax).legends[0].get_texts()]
    assert legend == [f"† {kinds[0]}", f"‡ {kinds[1]}"]
