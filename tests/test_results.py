"""The result row and the words it is told in."""

import math

import pandas as pd
import pytest

from analysis import results
from analysis.results import DiscourseError, number, say

ROW = {"term": "war", "estimate": 1.234, "lo": 1.1, "hi": 1.4, "n_docs": 3, "n": 10}


def made(**changes):
    return results.frame([{**ROW, **changes}], measure="m", keys=["term"], extra=["more"])


def test_frame_orders_and_fills_columns():
    out = made()
    assert list(out.columns) == ["measure", "term", *results.TAIL, "more"]
    assert out["level"][0] == results.LEVEL
    assert math.isnan(out["n_tokens"][0])
    assert out["verdict"][0] == ""


def test_an_empty_frame_has_the_columns_too():
    assert list(results.frame([], measure="m", keys=["term"])) == ["measure", "term", *results.TAIL]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lo": math.nan}, "both ends or none"),
        ({"lo": 1.3}, "holds its estimate"),
        ({"n_docs": 1}, "one document gives no interval"),
    ],
)
def test_intervals_that_break_the_contract(changes, message):
    with pytest.raises(DiscourseError, match=message):
        made(**changes)


def test_columns_that_break_the_contract():
    good = made()
    with pytest.raises(DiscourseError, match="begins with"):
        results.check(good.drop(columns="measure"))
    with pytest.raises(DiscourseError, match="lacks the columns lo"):
        results.check(good.drop(columns="lo"))
    with pytest.raises(DiscourseError, match="unknown key columns flavour"):
        results.check(good.rename(columns={"term": "flavour"}))
    with pytest.raises(DiscourseError, match="in order"):
        results.check(good[["measure", "term", "lo", "estimate", *results.TAIL[2:]]])


@pytest.mark.parametrize(
    ("value", "interval", "shown"),
    [
        (1.23456, (1.0, 1.5), "1.23"),
        (12.3456, (2.0, 22.0), "12"),
        (0.012345, (0.0121, 0.0126), "0.01235"),
        (0.5, (), "0.500"),
        (1234, (), "1,234"),
        (1234.0, (), "1,234"),
        (0.0, (), "0"),
        (math.nan, (), "undefined"),
        (None, (), "undefined"),
        ("word", (), "word"),
    ],
)
def test_number_shows_what_the_interval_supports(value, interval, shown):
    assert number(value, *interval) == shown


def test_say_tells_one_row_in_a_sentence_and_more_as_bullets():
    two = pd.DataFrame([ROW, {**ROW, "term": "peace"}])
    assert say(ROW, "{term}: {estimate} ({n})") == "war: 1.23 (10)"
    assert say(two, "{term}") == "- war\n- peace"
    assert say(two, "{term}", n=1) == "war"
    assert say(two.head(0), "{term}", none="Nothing.") == "Nothing."
    assert say({"share": 0.256, "who": ["a", "b", "c"]}, "{share:.0%} {who}") == "26% a, b and c"


def test_say_names_a_column_that_is_missing():
    with pytest.raises(DiscourseError, match="no column 'year'"):
        say(ROW, "{year}")


def test_statements_escape_what_markdown_and_html_would_read():
    shown = say({"t": "<script>*a*_b_[c](d)`e`"}, "{t}")._repr_markdown_()
    assert shown == r"\<script\>\*a\*\_b\_\[c\](d)\`e\`"
    assert repr(say(ROW, "{term}")) == "war"
