"""Tone by counted words: known answers on hand-made sentences."""

import numpy as np
import pandas as pd
import pytest

from analysis.judging import lexicon, store, valences
from analysis.measures.wordshift import wordshift
from analysis.results import ComparabilityError, DiscourseError

LANGUAGES = ("de", "en", "nl")


def own(code="en", **values):
    """A list of a few words, with the language's own rules."""
    loaded = valences.load(code)
    return valences.Lexicon(code, values, loaded.kinds, loaded.factors, loaded.tails)


def factors(text, words):
    return {row.term: (row.factor, row.why) for row in valences.found(text, words)}


def score(text, code):
    return lexicon.sentiment([text], [code])["score"].iloc[0]


@pytest.mark.no_cover
def test_offsets_and_products_hold():
    texts = ["Vrede is niet slecht.", "Der Krieg ist schlecht.", "A truly great deal 😀 failed."]
    rows = lexicon.words(texts, ["nl", "de", "en"])
    assert list(rows.columns) == list(lexicon.FOUND)
    assert set(rows["text"]) == {0, 1, 2}
    for row in rows.itertuples():
        assert texts[row.text][row.start : row.end] == row.word
        assert row.counted == pytest.approx(row.value * row.factor)


@pytest.mark.parametrize(
    ("code", "text", "word"),
    [
        ("en", "This is not good", "good"),
        ("en", "It wasn't very good", "good"),
        ("nl", "Dit is niet goed", "goed"),
        ("nl", "Dat is geen goed plan", "goed"),
        ("de", "Das ist nicht gut", "gut"),
        ("de", "Das ist keine gut gemeinte Idee", "gut"),
    ],
)
def test_a_negator_turns_what_follows(code, text, word):
    factor, why = factors(text, own(code, **{word: 0.5}))[word]
    assert factor < 0
    assert why


def test_a_late_negator_turns_what_stands_before_it():
    assert factors("Er mag den Plan nicht", own("de", mag=0.5))["mag"][0] == valences.NEGATED
    assert factors("Zij steunt het plan niet", own("nl", steunt=0.5))["steunt"][0] < 0
    # Nothing before an English negator is turned.
    assert factors("I love this, not you", own("en", love=0.5))["love"][0] == 1


def test_a_clause_ends_the_reach_of_a_negator():
    words = own("en", good=0.5, bad=-0.5)
    assert factors("It was not, good people say", words)["good"][0] == 1
    assert factors("Not him but good people", words)["good"][0] == 1
    assert factors("It was not one of the many things that were good", words)["good"][0] == 1


@pytest.mark.parametrize(
    ("code", "text", "word"),
    [("en", "Not only good", "good"), ("nl", "Niet alleen goed", "goed"),
     ("de", "Nicht nur gut", "gut")],
)  # fmt: skip
def test_not_only_does_not_negate(code, text, word):
    assert factors(text, own(code, **{word: 0.5}))[word][0] == 1


def test_degree_multiplies_and_is_not_counted_itself():
    words = own("en", good=0.5, extremely=-0.2)
    assert factors("extremely good", words) == {"good": (1.5, "extremely")}
    assert factors("slightly good", words)["good"][0] == 0.6
    assert factors("not very good", words)["good"][0] == pytest.approx(1.5 * valences.NEGATED)
    assert "extremely" in factors("it was said extremely", words)


@pytest.mark.parametrize(
    ("code", "wanted", "unwanted"),
    [
        ("en", "Exports are falling", "Unemployment is falling"),
        ("nl", "De export daalt", "De jeugdwerkloosheid daalt"),
        ("de", "Die Exporte sinken", "Die Jugendarbeitslosigkeit sinkt"),
    ],
)
def test_less_of_something_unwanted_is_good(code, wanted, unwanted):
    assert score(wanted, code) < score(unwanted, code)


@pytest.mark.parametrize(
    ("code", "good", "bad"),
    [
        ("en", "The agreement is a great success", "The brutal attack was a disaster"),
        ("nl", "Het akkoord is een groot succes", "De wrede aanval was een ramp"),
        ("de", "Das Abkommen ist ein großer Erfolg", "Der brutale Angriff war eine Katastrophe"),
    ],
)
def test_plain_cases(code, good, bad):
    assert score(good, code) > 0.1
    assert score(bad, code) < -0.1
    assert score(good.upper(), code) == pytest.approx(score(good, code))
    assert score(good + " 😡😡", code) == pytest.approx(score(good, code))


def test_probabilities_follow_the_formula():
    text, about = "A disaster and a great success", lexicon.calibration()["en"]
    rows = lexicon.words([text], ["en"])
    s = rows["counted"].sum() / np.sqrt(1 + len(rows))
    out = lexicon.sentiment([text], ["en"]).iloc[0]
    expected = 1 / (1 + np.exp(about["slope"] * s - about["low"]))
    assert out["negative"] == pytest.approx(expected)
    assert out[["negative", "neutral", "positive"]].sum() == pytest.approx(1)
    assert out["score"] == pytest.approx(out["positive"] - out["negative"])


def test_what_cannot_be_judged_is_an_abstention():
    texts = ["", "   ", "😀😀", "12 345", "Bonjour tout le monde", "good", "ok \ud83d\x00 bad"]
    spoken = ["en", "nl", "de", "en", "fr", "", "en"]
    out = lexicon.sentiment(texts, spoken)
    assert list(out.columns) == list(store.COLUMNS)
    assert out.iloc[:6].isna().all(axis=None)
    assert out.iloc[6].notna().all()
    assert out["label"].dropna().isin([-1, 0, 1]).all()


def test_nothing_in_nothing_out():
    assert lexicon.sentiment([], []).shape == (0, 5)
    assert lexicon.words([], []).empty


def test_ten_thousand_words_and_an_unclosed_quotation():
    out = lexicon.sentiment(["„" + "good " * 10_000, "not " * 10_000 + "good"], ["en", "en"])
    assert out["score"].between(-1, 1).all()


def test_company_and_order_change_nothing():
    texts, spoken = ["Vrede", "Krieg", "a great war"], ["nl", "de", "en"]
    together = lexicon.sentiment(texts, spoken)
    back = lexicon.sentiment(texts[::-1], spoken[::-1]).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(together, back)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_lists_are_sound(code):
    loaded = valences.load(code)
    assert len(loaded.values) > 1000
    assert max(map(abs, loaded.values.values())) <= 1
    kinds = {"negate", "negate both", "only", "degree", "break", "rise", "fall", "burden", "none"}
    assert set(loaded.kinds.values()) <= kinds
    degrees = {form for form, kind in loaded.kinds.items() if kind == "degree"}
    assert degrees == set(loaded.factors)


@pytest.mark.parametrize("unit", ["word", "lemma"])
def test_values_feed_a_word_shift(made_up, unit):
    part = made_up.subset(made_up.documents["language"].eq("nl"))
    scores = lexicon.values(part, unit=unit)
    assert list(scores.columns) == ["term", "score"]
    shift = {"kind": "sentiment", "scores": scores, "reference_score": 0, "unit": unit}
    rows = wordshift(part, by="source", target="A", **shift).set_index("term")
    assert rows.loc["oorlog", "score"] < 0 < rows.loc["overeenkomst", "score"]
    assert (rows.loc[["oorlog", "overeenkomst"], "estimate"] < 0).all()  # B is the kinder one
    assert rows["estimate"].sum() == pytest.approx(rows["whole"].iloc[0])


def test_valences_of_two_languages_are_never_put_together(made_up):
    with pytest.raises(ComparabilityError, match="scale of their own"):
        lexicon.values(made_up)


def test_an_unknown_language_has_no_list():
    with pytest.raises(DiscourseError, match="not known"):
        valences.load("fr")
    with pytest.raises(DiscourseError, match="2 texts and 1 languages"):
        lexicon.sentiment(["good", "bad"], ["en"])
