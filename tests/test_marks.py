"""Marks: what a reader found in the five texts, and made-up damage of every kind."""

import pandas as pd
import pytest

from analysis import corpus, paths

GOLD = paths.ROOT / "tests" / "known" / "seed_marks.csv"
# What the reader saw and the rules cannot: no full stop, or no space, where the words are whole.
KNOWN_MISSES = {
    ("abonneesite-2024-nl", "white_space", 3359),
    ("earthpressnews-2024-de", "glued_sentence", 450),
    ("earthpressnews-2024-de", "glued_sentence", 819),
    ("earthpressnews-2024-de", "quote_system", 1606),
}


@pytest.fixture(scope="module")
def gold():
    return pd.read_csv(GOLD)


def found(text, language="en"):
    made = corpus.from_rows(pd.DataFrame([{"doc_id": "x", "text": text, "language": language}]))
    out = made.marks.assign(text=made.spans(made.marks))
    return out.set_index("kind")["text"]


def test_furniture_and_repeats_are_the_reader_s(seeds, gold):
    ours = seeds.marks[seeds.marks["excluded"]]
    theirs = gold[gold["excluded"]]
    columns = ["doc_id", "kind", "start", "end"]
    assert set(ours[columns].itertuples(index=False)) == set(
        theirs[columns].itertuples(index=False)
    )


def test_damage_the_reader_saw_is_marked_but_for_the_known_misses(seeds, gold):
    missed = set()
    for row in gold[~gold["excluded"]].itertuples():
        own = seeds.marks[(seeds.marks["doc_id"] == row.doc_id) & (seeds.marks["kind"] == row.kind)]
        if not ((own["start"] < row.end) & (own["end"] > row.start)).any():
            missed.add((row.doc_id, row.kind, row.start))
    assert missed == KNOWN_MISSES


def test_repeats_point_at_what_they_repeat(seeds):
    repeats = seeds.marks[seeds.marks["kind"].isin(["lead", "pull_quote"])]
    assert len(repeats) == 8
    assert (repeats["like_start"] >= repeats["end"]).all()
    assert (repeats["like_end"] > repeats["like_start"]).all()


@pytest.mark.parametrize(
    ("text", "language", "kind", "shown"),
    [
        ("Een zin.Nog een zin volgt.", "nl", "glued_sentence", "zin.Nog"),
        ("The plan failed. because of rain.", "en", "split_sentence", "failed. because"),
        ("A  double space.", "en", "white_space", "  "),
        ("Ein\u00a0Wort.", "de", "white_space", "\u00a0"),
        ("Noord- Korea is Noord-Korea.", "nl", "broken_name", "Noord- Korea"),
        ("NoordKoreanen zijn Noord-Koreanen.", "nl", "broken_name", "NoordKoreanen"),
        ("Putin hat Kim Jong traf -un besucht.", "de", "broken_name", "Kim Jong traf -un"),
        ("Text here is long enough.\n\n[12 March 2022]", "en", "date_stamp", "[12 March 2022]"),
        ("Der Text hat Wörter.\nTeilen Drucken", "de", "footer", "Teilen Drucken"),
        ("A text. [More for subscribers only]", "en", "subscription",
         "[More for subscribers only]"),
        ("We must: o Act now; o Act well.", "en", "bullet_debris", "o "),
        ("He said “yes” and then 'no' again.", "en", "quote_system", "'"),
    ],
)  # fmt: skip
def test_each_kind_of_damage(text, language, kind, shown):
    marked = found(text, language)
    assert kind in marked.index
    assert shown in list(marked.loc[[kind]])


def test_clean_text_has_no_marks():
    text = "The minister spoke. She said that trade grows.\n\nNobody was surprised by any of it."
    assert found(text).empty


def test_menu_needs_four_short_lines_at_an_end():
    body = "This is a sentence with a full stop and several words."
    menu = "Home\nNews\nSport\nContact"
    assert found(f"{body}\n{menu}")["menu"] == menu
    assert "menu" not in found(f"{body}\nHome\nNews").index
    assert "menu" not in found(f"{body}\n{menu}\n{body}").index


def test_long_lines_are_marked_but_kept():
    made = corpus.from_rows(
        pd.DataFrame([{"doc_id": "x", "text": "word " * 250, "language": "en"}])
    )
    assert list(made.marks["kind"]) == ["long_line"]
    assert made.tokens.kept.all()
