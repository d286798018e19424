"""Frames of the page on tone and stance: voices, methods, times, languages."""

import math

import pandas as pd
import pytest

from analysis import attitudes
from analysis.corpus import from_rows


def judged():
    row = {"group": "a", "actor": "US", "name": "United States", "estimate": 0.1, "lo": -0.1,
           "hi": 0.3, "n": 9, "own_voice": 0.4, "own_lo": 0.2, "own_hi": 0.6, "n_own": 7,
           "quoted": -0.5, "quoted_lo": math.nan, "quoted_hi": math.nan, "n_quoted": 2}  # fmt: skip
    return pd.DataFrame([row, row | {"group": "b 10"}, row | {"group": "b 9", "n_own": 1}])


def test_voices_stand_apart_and_small_ones_are_left_out():
    reader = pd.DataFrame({"group": ["a", "a"], "name": ["United States", "Mars"],
                           "estimate": [-1.0, 1.0], "n": [3, 3]})  # fmt: skip
    rows = attitudes.voices(judged(), reader, fewest=2)
    of_a = rows[rows["group"].eq("a")].set_index("voice")
    assert dict(of_a["estimate"]) == {
        "own words": 0.4, "quoted words": -0.5, "reader, own words": -1.0,
    }  # fmt: skip
    assert dict(of_a["n"]) == {"own words": 7, "quoted words": 2, "reader, own words": 3}
    assert of_a.loc["own words", ["lo", "hi"]].tolist() == [0.2, 0.6]
    assert math.isnan(of_a.loc["quoted words", "lo"])
    assert "own words" not in set(rows.loc[rows["group"].eq("b 9"), "voice"])
    assert [line.split("  ")[-1] for line in rows["line"].unique()] == ["a", "b 9", "b 10"]


def test_a_line_tells_both_voices_and_groups_are_in_order():
    rows = attitudes.told(judged())
    assert list(rows["group"]) == ["a", "b 9", "b 10"]
    assert rows["told"].iloc[0] == "United States +0.40 (7), quoted −0.50 (2)"
    silent = attitudes.told(judged().assign(n_quoted=0))
    assert silent["told"].iloc[0] == "United States +0.40 (7)"


def test_groups_of_two_columns_are_told_apart():
    rows = pd.DataFrame({"group": ["A · B · 1990s", "C · 2020"], "estimate": [0.0, 1.0],
                         "language": "nl"})  # fmt: skip
    out = attitudes.times(rows, ["A · B"])
    assert out[["source", "time"]].to_numpy().tolist() == [["A · B", "1990s"]]
    assert attitudes.times(rows.iloc[:0], ["A"]).empty


def test_a_source_that_changes_its_language_is_one_for_each():
    rows = pd.DataFrame({"group": ["A · 2020", "A · 2021", "A · 2022", "B · 2020"],
                         "language": ["nl", "de+nl", "de", "nl"]})  # fmt: skip
    out = attitudes.times(rows, ["A", "B"])
    assert out[["source", "time"]].to_numpy().tolist() == [
        ["A, Dutch", "2020"], ["A, German", "2022"], ["B", "2020"],
    ]  # fmt: skip


def test_pairs_in_the_same_order_are_counted_within_a_language():
    rows = [
        {"language": lang, "group": g, "judge": j, "estimate": e}
        for lang, g, j, e in [
            ("nl", "a", "x", 0.1), ("nl", "b", "x", 0.2), ("nl", "c", "x", 0.3),
            ("nl", "a", "y", 0.0), ("nl", "b", "y", 0.5), ("nl", "c", "y", 0.4),
            ("de", "d", "x", 0.9), ("de", "d", "y", 0.9), ("nl", "e", "x", 0.9),
            ("nl", "e", "y", math.nan),
        ]
    ]  # fmt: skip
    assert attitudes.same_order(pd.DataFrame(rows)) == {"pairs": 3, "same": 2}


def texts():
    sad, glad = "De oorlog is een ramp en een schande.", "Het feest is mooi en iedereen is blij."
    return pd.DataFrame(
        {
            "doc_id": [f"d{i}" for i in range(6)],
            "text": [sad, sad, sad, glad, glad, glad],
            "source": ["dark"] * 3 + ["bright"] * 3,
            "language": "nl",
        }
    )


def tone(groups):
    return pd.DataFrame(
        [
            {"language": lang, "group": g, "judge": attitudes.MODELS["lexicon"], "estimate": e}
            for lang, g, e in groups
        ]
    )


def test_the_words_that_make_the_lowest_group_dark():
    corpus = from_rows(texts())
    found = attitudes.words(corpus, tone([("nl", "dark", -1), ("nl", "bright", 1)]), by="source")
    assert set(found["group"]) == {"dark"}
    first = found.set_index("term")["type"]
    assert first["ramp"] == "−↑" and first["mooi"] == "+↓"


@pytest.mark.parametrize(
    "groups", [[], [("nl", "dark", -1.0)], [("de+nl", "a", 0.0), ("de+nl", "b", 0.1)]]
)
def test_no_words_where_no_group_can_be_compared(groups):
    rows = tone(groups) if groups else tone([("nl", "a", math.nan)])
    assert attitudes.words(from_rows(texts()), rows, by="source").empty


def test_languages_are_refused_with_what_was_measured():
    rows = texts()
    rows.loc[rows["source"].eq("bright"), ["language", "text"]] = ["en", "The feast is a joy."]
    said = attitudes.across(from_rows(rows), n_boot=20)
    assert len(said) == 2
    assert said["text"].str.contains("English and Dutch|Whether stance").all()
    assert not said["text"].str.contains(" minus ").any()
    assert attitudes.across(from_rows(texts()), n_boot=20).empty
