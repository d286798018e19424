"""The result row and the words it is told in."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis import paths, resample, results
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


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    """Return what benchmarks/keyness.py measured, with the documents of the smaller side."""
    table = pd.read_csv(paths.RESULTS / "keyness.csv")
    return table.assign(docs=table[["docs_target", "docs_reference"]].min(axis=1))


def covered(measured: pd.DataFrame, *shapes: str) -> pd.DataFrame:
    """Return the coverage of each number of documents, lengths and shape; very rare words out.

    `error` is twice the standard error of a share of 95 %.
    """
    told = measured[(measured["part"] == "coverage") & measured["shape"].isin(shapes)]
    told = told[told["rate"] >= 0.001]
    by = ["docs", "docs_target", "docs_reference", "lengths", "shape"]
    out = told.groupby(by).agg(coverage=("coverage", "mean"), n=("n", "sum")).reset_index()
    return out.assign(error=2 * (0.95 * 0.05 / out["n"]) ** 0.5)


def test_from_fifty_documents_a_side_intervals_of_keyness_cover_93_to_97_of_100(measured) -> None:
    many = covered(measured, "real", "1", "0.3")
    many = many[(many["docs"] >= 50) & (many["lengths"] != "headlines")]
    assert len(many) >= 12
    # Where texts differ up to 60 times in length, words burstier than real ones reach .91 only.
    hard = many["shape"].eq("0.3") & many["lengths"].str.contains("60 times")
    least = np.where(hard, 0.91, 0.93 - many["error"])
    assert many["coverage"].between(least, 0.97 + many["error"]).all()


def test_keyness_judges_from_so_many_documents_as_measured(measured) -> None:
    few = measured[(measured["part"] == "coverage") & (measured["docs"] < resample.MIN_DOCS)]
    assert (few["judged"] == 0).all()
    judged = covered(measured, "real", "1")
    assert (judged.loc[judged["docs"] >= resample.MIN_DOCS, "coverage"] >= 0.92).all()


def test_words_as_in_real_texts_are_found_with_few_false_ones(measured) -> None:
    tenth = measured[(measured["part"] == "a tenth planted") & (measured["shape"] == "real")]
    assert len(tenth) >= 8
    assert (tenth[["false_q", "false_key"]].mean() <= 0.05).all()
    assert (tenth[["false_q", "false_key"]] <= 0.06).all(axis=None)  # of few trials
    shouts = measured[measured["part"] == "one text shouts"]
    assert (shouts["key"] == 0).all()
