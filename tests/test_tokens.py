"""Words: what one is, and that its offsets are true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import tokens
from analysis.scan import fold


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Noord-Korea smeekt.", ["Noord-Korea", "smeekt"]),
        ("Moskou's 'beproefde' vrienden", ["Moskou's", "beproefde", "vrienden"]),
        ("28.500 troepen, 1,5-spoor", ["28.500", "troepen", "1,5-spoor"]),
        ("US–South Korea", ["US", "South", "Korea"]),
        ("„Glanz der Legitimität“", ["Glanz", "der", "Legitimität"]),
        ("Russia’s end. Next", ["Russia’s", "end", "Next"]),
        ("a_b", ["a", "b"]),
        ("Bürger:innen, Lehrer*in", ["Bürger:innen", "Lehrer*in"]),
        ("(Bürger_innen-Rat)", ["Bürger_innen-Rat"]),
        ("BÜRGER*INNEN", ["BÜRGER*INNEN"]),
        (
            "Bürger/-innen und/-in 3/-in /-in a/in",
            ["Bürger/-innen", "und/-in", "3", "in", "in", "a", "in"],
        ),
        ("Bürger:innenrat 8:in x: in", ["Bürger", "innenrat", "8", "in", "x", "in"]),
        ("a:inn a:inne **in**", ["a", "inn", "a", "inne", "in"]),
        ("", []),
        ("— … ?", []),
    ],
)
def test_words(text, words):
    starts, ends = tokens.tokenize(text)
    assert [text[s:e] for s, e in zip(starts, ends, strict=True)] == words


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (["People’s", "people's", "PEOPLEʼS"], "people's"),
        (["Straße", "STRAẞE"], "straße"),
        (["Noord‑Korea", "noord-korea"], "noord-korea"),
        (["Bürger*innen", "Bürger_innen", "bürger:innen"], "bürger:innen"),
        (["cafe\u0301", "CAFÉ"], "café"),
    ],
)
def test_spellings_of_one_word_are_one_form(words, form):
    assert {fold(word) for word in words} == {form}
    assert fold(form) == form


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_offsets_are_true_and_nothing_is_lost(text):
    starts, ends = tokens.tokenize(text)
    assert (starts < ends).all()
    assert (starts[1:] >= ends[:-1]).all()
    covered = np.zeros(len(text), dtype=bool)
    for s, e in zip(starts, ends, strict=True):
        covered[s:e] = True
    assert all(covered[i] for i, c in enumerate(text) if c.isalnum())


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10))), st.integers(0, 45))
def test_inside_agrees_with_looking(spans, position):
    bounds = np.array([(s, s + w) for s, w in spans], dtype=np.int64).reshape(-1, 2)
    expected = any(s <= position < e for s, e in bounds)
    assert tokens.inside(np.array([position]), bounds)[0] == expected


def test_every_token_lies_in_its_sentence(seeds):
    own = seeds.sentences.loc[seeds.tokens.sentence]
    assert (own["start"].to_numpy() <= seeds.tokens.start).all()
    assert (own["end"].to_numpy() >= seeds.tokens.end).all()
    assert (own["doc"].to_numpy() == seeds.tokens.doc).all()
