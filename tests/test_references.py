"""References to actors: kinds, and descriptors whose referent is certain by rule."""

import pandas as pd
import pytest

from analysis import corpus, descriptors, languages, lexicons, references


def found(text: str, code: str = "en") -> pd.DataFrame:
    rows = pd.DataFrame([{"doc_id": "a", "language": code, "text": text}], dtype=object)
    return references.find(corpus.from_rows(rows))


def meant(text: str, code: str = "en") -> list[tuple[str, str]]:
    """What the descriptors of a text refer to."""
    rows = found(text, code)
    rows = rows[rows["kind"].eq("descriptor") | ~rows["safe"]]
    return list(zip(rows["text"], rows["key"], strict=True))


@pytest.mark.parametrize(
    ("code", "text", "want"),
    [
        ("en", "The North Korean regime waits.", ("regime", "DPRK")),
        ("en", "Kim's regime waits.", ("regime", "DPRK")),
        ("en", "The leadership of North Korea waits.", ("leadership", "DPRK")),
        ("en", "The rogue state North Korea waits.", ("rogue state", "DPRK")),
        ("en", "Belarus, a vassal state, sent troops.", ("vassal state", "BY")),
        ("en", "Iran wants trade. The country sells oil.", ("country", "IR")),
        ("en", "Iran wants trade. Its leadership says so.", ("leadership", "IR")),
        ("nl", "Het regime in Pyongyang zwijgt.", ("regime", "DPRK")),
        ("nl", "Iran wil handel. Dat land verkoopt olie.", ("land", "IR")),
        ("nl", "Het brute Syrische regime zwijgt.", ("regime", "SY")),
        ("de", "Das Regime in Pjöngjang schweigt.", ("Regime", "DPRK")),
        ("de", "Die Führung Russlands schweigt.", ("Führung", "RU")),
        ("de", "Der Iran will Handel. Das Land verkauft Öl.", ("Land", "IR")),
        ("de", "Das nordkoreanische Regime schweigt.", ("Regime", "DPRK")),
        ("en", "Belarus is Russia's junior partner.", ("junior partner", "BY")),
        ("en", "Iran was a rogue state.", ("rogue state", "IR")),
        ("nl", "Syrië blijft de vazal van Rusland.", ("vazal", "SY")),
        ("de", "Der Iran ist Russlands Juniorpartner.", ("Juniorpartner", "IR")),
        ("en", "Moscow's vassal states, such as Belarus, wait.", ("vassal states", "BY")),
        ("nl", "De vijanden van Iran, zoals Israël, wachten.", ("vijanden", "IL")),
        ("de", "Die Feinde des Iran, wie Israel, warten.", ("Feinde", "IL")),
    ],
)
def test_a_descriptor_whose_referent_is_certain(code: str, text: str, want: tuple) -> None:
    assert meant(text, code) == [want]


@pytest.mark.parametrize(
    ("code", "text", "word"),
    [
        ("en", "Iran and Iraq want trade. The country sells oil.", "country"),
        ("en", "Iran wants trade with Angola. The country sells oil.", "country"),
        ("en", "NATO wants peace. The country sells oil.", "country"),
        ("en", "Putin travelled. The country sells oil.", "country"),
        ("en", "Iran wants trade.\n\nThe country sells oil.", "country"),
        ("en", "Iran fought. The aggressor won.", "aggressor"),
        ("en", "Iran fears the Zionist regime.", "regime"),
        ("en", "The US praised its junior partner.", "junior partner"),
        ("en", "The country sells oil to Iran.", "country"),
        ("nl", "Iran is niet het land dat olie verkoopt.", "land"),
        ("de", "Russland lobt seinen Verbündeten.", "Verbündeten"),
        ("en", "The army of Belarus is Russia's junior partner.", "junior partner"),
        ("en", "Iran and Belarus is Russia's junior partner.", "junior partner"),
        ("en", "Belarus is not Russia's junior partner.", "junior partner"),
        ("en", "Moscow's vassal states, such as Belarus and Syria, wait.", "vassal states"),
    ],
)
def test_where_it_is_not_certain_nobody_is_meant(code: str, text: str, word: str) -> None:
    rows = found(text, code)
    own = rows[rows["text"] == word]
    assert own["key"].eq("").all() and not own["safe"].any()


def test_whose_country_is_the_speakers_own_is_no_reference() -> None:
    assert meant("Iran wants trade. Our country sells oil.") == []
    assert meant("Iran wants trade. Every country sells oil.") == []
    assert meant("Syria wants regime change.") == []
    assert meant("The State of Israel waits.") == []


def test_kinds() -> None:
    text = (
        "North Korea waits. The Russian government waits. The Chinese president waits. Moscow "
        "waits, the Kremlin waits and Putin waits. The UN waits. US-led forces and Iranian ships "
        "wait. Its army waits."
    )
    rows = found(text)
    kinds = dict(zip(rows["text"], rows["kind"], strict=True))
    assert kinds == {
        "North Korea": "name", "Russian": "institution", "Chinese": "leader", "Moscow": "capital",
        "Kremlin": "capital", "Putin": "person", "UN": "acronym", "US": "part of a compound",
        "Iranian": "adjective", "army": "institution",
    }  # fmt: skip


def test_heads_of_compounds_say_what_they_are() -> None:
    rows = found("Die US-Regierung und der US-Präsident schweigen zu US-Waffen.", "de")
    assert rows["kind"].tolist() == ["institution", "leader", "part of a compound"]


def test_all_mentions_are_there_as_the_lexicon_finds_them(seeds: corpus.Corpus) -> None:
    mentions = lexicons.find(seeds, lexicons.load("actors"))
    rows = references.find(seeds, include_marked=True)
    named = rows[~rows["kind"].eq("descriptor") & rows["safe"]]
    both = ["doc_id", "start", "end", "key"]
    assert {*map(tuple, mentions[both].to_numpy())} <= {*map(tuple, named[both].to_numpy())}
    assert (rows["safe"] == rows["key"].ne("")).all()
    assert len(references.find(seeds)) < len(rows)
    for row in rows.itertuples():
        assert seeds.documents["text"].iloc[row.doc][row.start : row.end] == row.text


def test_the_german_federal_government_is_one() -> None:
    rows = found("Die deutsche Bundesregierung schweigt.", "de")
    assert list(zip(rows["key"], rows["kind"], strict=True)) == [("DE", references.INSTITUTION)]


@pytest.mark.parametrize("code", languages.codes())
def test_every_language_has_its_list(code: str) -> None:
    listed = descriptors.descriptors(code)
    assert len({d.form for d in listed.values()}) >= 60
    assert {d.refers for d in listed.values()} <= set(descriptors.KINDS)
    assert {d.polarity for d in listed.values()} <= {"", "negative", "positive"}
    assert {"definite", "personal", "of"} <= set(descriptors.determiners(code))


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\ud83d", "THE REGIME OF KIM", "the the the regime", "\x00 regime \x07",
     "’s regime", "country " * 10_000, "Iran " * 3_000 + "the country"],
)  # fmt: skip
def test_any_input(text: str) -> None:
    rows = found(text)
    assert (rows["safe"] == rows["key"].ne("")).all()
    assert list(rows.columns) == list(references.COLUMNS)


def test_an_empty_corpus(seeds: corpus.Corpus) -> None:
    rows = references.find(seeds.subset([False] * len(seeds)))
    assert len(rows) == 0 and list(rows.columns) == list(references.COLUMNS)
