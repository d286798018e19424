"""Marks: what a reader found in the five texts, and made-up damage of every kind."""

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import corpus, damage, languages, marks, paths, repeats

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
    again = seeds.marks[seeds.marks["kind"].isin(["lead", "pull_quote"])]
    assert len(again) == 8
    assert (again["like_start"] >= again["end"]).all()
    assert (again["like_end"] > again["like_start"]).all()


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


@given(st.lists(st.sampled_from([*"aeT-.!?; \n“„«\u00a0\u200bÄé1_", "Kim ", "land", "o", ": "])))
def test_one_pass_over_the_characters_finds_what_the_patterns_find(parts):
    text = "".join(parts)
    ours = {(kind, start, end) for start, end, kind, *_ in damage.find(text * 30, [], ())}
    # Thirty times over, so that the text is read by its classes.
    for pattern, kind in (
        (damage._SPACE, "white_space"),
        (damage._GLUED, "glued_sentence"),
        (damage._SPLIT, "split_sentence"),
    ):
        theirs = {(kind, *m.span()) for m in pattern.finditer(text * 30)}
        assert {mark for mark in ours if mark[0] == kind} == theirs


def test_a_place_at_the_edge_of_two_stretches_is_found(monkeypatch):
    monkeypatch.setattr(damage, "_STRETCH", 64)
    text = "Ein Wort.Noch eines  und ein Beispiel. weiter geht es hier; o A " * 40
    whole = {(r[2], r[0]) for r in damage.find(text, [(0, len(text))], ())}
    monkeypatch.setattr(damage, "_STRETCH", 1 << 20)
    assert whole == {(r[2], r[0]) for r in damage.find(text, [(0, len(text))], ())}
    assert len(whole) > 80


LEAD = "Moscow wants new talks about sanctions against the regime in Pyongyang, diplomats said."
BODY = (
    "Reporters waited for hours outside the building. In the evening diplomats said that Moscow "
    "wants talks about new sanctions against the regime in Pyongyang."
)


def test_a_lead_is_marked_in_the_press_but_not_in_a_speech():
    assert found(f"{LEAD}\n{BODY}")["lead"] == LEAD
    speech = "I thank you, Mr. President. We come here with our hopes, and you know my views."
    assert "lead" not in found(f"{LEAD}\n{BODY} {speech * 3}").index
    spoken = f"I tell you that {LEAD}"
    assert "lead" not in found(f"{spoken}\n{BODY}").index


def test_a_title_is_no_lead():
    title = "Moscow wants new talks about sanctions against the regime in Pyongyang"
    assert "lead" not in found(f"{title}\n{BODY}").index


def test_lines_broken_inside_a_sentence_are_no_pull_quotes():
    rest = (
        "\nMany others spoke of it.\nThe adverse effects of climate change and rising seas came up."
    )
    assert (
        "pull_quote"
        in found(
            f"An opening line.\nThe adverse effects of climate change and rising seas.{rest}"
        ).index
    )
    broken = "We spoke about\nthe adverse effects of climate change and rising seas."
    assert "pull_quote" not in found(f"An opening line.\n{broken}{rest}").index


def test_an_address_is_no_menu():
    address = "Mr. President,\nSecretary General,\nExcellencies,\nDistinguished Delegates,"
    assert (
        "menu" not in found(f"{address}\nThe world has changed in many ways since last year.").index
    )


def test_words_joined_by_a_hyphen_are_not_torn_names():
    text = "Die Kolleginnen Vorrednerinnen und -redner haben Neue Ministerinnen oder -minister."
    assert "broken_name" not in found(text, "de").index


def test_quotes_inside_quotes_are_one_system():
    assert "quote_system" not in found("Er sagte: „Das ist ‚gut‘ so.“", "de").index
    assert "quote_system" in found("Er sagte: „Das ist gut.“ Und dann 'nein'.", "de").index


def test_a_paragraph_in_another_language_is_told():
    german = (
        "Der Minister sagte, dass die Verhandlungen noch nicht zu einem Ergebnis geführt haben."
    )
    english = "The minister said that the talks had not yet come to any result at all for them."
    made = found(f"{english}\n{german}")
    assert made["other_language"] == german
    names = "Guatemala, Honduras, El Salvador, Nicaragua, Panama, Cuba, Haiti, Peru, Chile, Brazil"
    assert "other_language" not in found(f"{english}\n{names}").index
    assert corpus.from_rows(
        pd.DataFrame([{"doc_id": "x", "text": f"{english}\n{german}", "language": "en"}])
    ).tokens.kept.all()


def test_no_paragraph_of_the_five_texts_is_in_another_language(seeds):
    assert "other_language" not in set(seeds.marks["kind"])


class Counted(frozenset):
    """Content words that count how often they are compared."""

    times = 0

    def __and__(self, other):
        Counted.times += 1
        return frozenset.__and__(self, other)


@pytest.mark.no_cover
def test_comparisons_grow_with_the_lines_and_not_with_their_square(monkeypatch):
    plain = repeats.content
    monkeypatch.setattr(repeats, "content", lambda *given: Counted(plain(*given)))
    # All lines share most words, none all of them: nothing stops the search early.
    words = "plan failed because heavy autumn rain near southern mountain border"
    lines = [f"The {words} x{i}." for i in range(20_000)]
    text = "\n".join(lines)
    ends = list(itertools.accumulate(len(line) + 1 for line in lines))
    spans = [(end - len(line) - 1, end - 1) for end, line in zip(ends, lines, strict=True)]
    Counted.times = 0
    marks.find(text, languages.language("en"), spans, spans, list(range(len(lines))))
    assert len(lines) < Counted.times < 300 * len(lines)


def test_a_table_of_no_marks_has_the_columns():
    table = marks.frame([[], []])
    assert list(table.columns) == ["doc", *marks.COLUMNS]
    assert table["excluded"].dtype == bool
