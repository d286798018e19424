"""Stance toward actors: the target matters, voices are kept apart, the reader's codes."""

import csv

import numpy as np
import pandas as pd
import pytest

from analysis import corpus, paths
from analysis.judging import features
from analysis.measures import stance as room
from analysis.measures.tonecontrast import contrast

KNOWN = paths.ROOT / "tests" / "known"
MISSED = 0.55
"""Most of the reader's codes that may be missed, as a share."""


def judge(text, target, language="en"):
    start = text.index(target)
    return room.classify([text], [(start, start + len(target))], [language])["score"][0]


@pytest.fixture(scope="module")
def judged(seeds):
    return room.sentence_stance(seeds)


@pytest.fixture(scope="module")
def rows(seeds):
    return room.stance(seeds)


SWAP = [
    ("en", "Smith praises Miller, and Miller attacks Smith.", "Smith", "Miller"),
    ("en", "Merkel praised Obama, but Obama condemned Merkel as weak.", "Merkel", "Obama"),
    ("de", "Schmidt lobt Müller, doch Müller greift Schmidt scharf an.", "Schmidt", "Müller"),
    ("nl", "Jansen prijst De Vries, maar De Vries valt Jansen hard aan.", "Jansen", "De Vries"),
]


@pytest.mark.parametrize(("language", "text", "one", "other"), SWAP)
def test_two_targets_of_one_sentence_are_judged_apart(language, text, one, other):
    assert abs(judge(text, one, language) - judge(text, other, language)) > 0.02


def test_the_name_itself_does_not_matter():
    a = judge("Critics say Alice failed the country badly.", "Alice")
    b = judge("Critics say North Korea failed the country badly.", "North Korea")
    assert a == pytest.approx(b, abs=1e-5) and a < 0


def test_clear_sentences_lean_the_right_way():
    assert judge("Voters love Smith, a brilliant and honest leader.", "Smith") > 0.2
    assert judge("Smith is a corrupt liar who betrayed the country.", "Smith") < -0.2
    assert judge("Die Kritik an Schmidt ist vernichtend: Er hat versagt.", "Schmidt", "de") < 0


@pytest.mark.parametrize("span", [(-1, -1), (3, 3), (5, 2), (0, 999)])
def test_a_target_outside_its_sentence_is_an_abstention(span):
    assert room.classify(["Smith won."], [span], ["en"]).isna().all(axis=None)


def test_a_target_alone_or_in_an_unknown_language_is_an_abstention():
    out = room.classify(["Smith", "Smith …", "Smith voitti."], [(0, 5)] * 3, ["en", "en", "fi"])
    assert out["score"].isna().all()


def test_no_rows_and_odd_rows():
    assert len(room.classify([], [], [])) == 0
    odd = ["SMITH FAILED!!!", "Smith " + "failed " * 10_000, "\ud800 Smith\x07 failed 😀"]
    spans = [(t.lower().index("smith"), t.lower().index("smith") + 5) for t in odd]
    assert room.classify(odd, spans, ["en"] * 3)["score"].notna().all()


def test_the_sides_of_the_target_keep_to_sixty_words_and_their_blanks():
    left, right = features.split("a " * 100 + "Smith's plan", (200, 205))
    assert left.split() == ["a"] * 60 and left.endswith(" ")
    assert right == "'s plan"


@pytest.mark.parametrize(("side", "told"), [(60, False), (61, True), (3000, True)])
def test_a_side_that_is_read_in_part_is_counted(side, told):
    for text in (f"{'so ' * side}North Korea won.", f"North Korea{' so' * side}"):
        rows = pd.DataFrame({"doc_id": ["a"], "text": [text], "language": ["en"]})
        method = room.stance(corpus.from_rows(rows))["method"].iloc[0]
        assert ("more than 60 words on a side, not all read: 1" in method) == told


def test_rows_keep_the_contract(rows, seeds):
    assert rows["estimate"].between(-1, 1).all()
    assert rows[["lo", "hi"]].isna().all(axis=None) and rows["verdict"].eq("one text").all()
    assert (rows["n"] == rows["n_own"] + rows["n_quoted"]).all()
    assert {"US", "RU", "DPRK"} <= set(rows["actor"])
    assert not rows.duplicated(["doc_id", "actor"]).any()


def test_the_estimate_joins_both_voices(rows):
    both = rows[(rows["n_own"] > 0) & (rows["n_quoted"] > 0)]
    assert len(both)
    joined = (both["own_voice"] * both["n_own"] + both["quoted"] * both["n_quoted"]) / both["n"]
    assert np.allclose(joined, both["estimate"])
    assert rows.loc[rows["n_quoted"].eq(0), "quoted"].isna().all()


def test_what_a_quotation_says_is_not_the_texts_own_voice():
    text = (
        "“The United States is a brutal empire of lies and murder,” Ivanov said. "
        "The United States held elections in November."
    )
    made = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [text], "language": ["en"]}))
    row = room.stance(made).query("actor == 'US'").iloc[0]
    assert row["n_own"] == row["n_quoted"] == 1
    assert row["quoted"] < row["own_voice"]


def test_who_is_meant_beyond_doubt_counts_and_names_are_told_apart():
    text = "North Korea held elections. The country failed its people. The partners were silent."
    made = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [text], "language": ["en"]}))
    row = room.stance(made).iloc[0]
    assert (row["actor"], row["n"], row["n_named"]) == ("DPRK", 2, 1)
    assert room.sentence_stance(made)["named"].tolist() == [True, False]


def one_language():
    """Texts of two sources in one language, of which each quotes."""
    text = "“{} failed,” said Moscow. {} is strong in {}. Trade is good."
    return corpus.from_rows(pd.DataFrame([
        {"doc_id": f"{s}{i}", "text": text.format(name, name, i), "language": "en", "source": s}
        for s, name in zip("AB", ("North Korea", "Ukraine"), strict=True) for i in range(4)
    ]))  # fmt: skip


def test_languages_that_do_not_compare_are_not_pooled(made_up):
    rows = room.stance(made_up, by="source")
    mixed = rows[rows["n_docs"] > 1]
    assert len(mixed) and mixed["verdict"].str.contains("group by language as well").all()
    means = ["estimate", "lo", "hi", "score", "own_voice", "own_lo", "quoted", "quoted_hi"]
    assert mixed[means].isna().all(axis=None) and (mixed["n"] > 1).all()


def test_each_voice_has_its_interval():
    rows = room.stance(one_language(), by="source")
    for name, short in (("own_voice", "own"), ("quoted", "quoted")):
        known = rows[rows[f"{short}_lo"].notna()]
        assert (known[f"{short}_lo"] <= known[name]).all()
        assert (known[name] <= known[f"{short}_hi"]).all()
    assert rows["own_lo"].notna().any()
    assert rows.loc[rows["n_own"].lt(2), "own_lo"].isna().all()


def test_stance_by_source_and_year(made_up):
    rows = room.stance(made_up, by=("source", "year"))
    assert rows.columns[1:7].tolist() == ["actor", "source", "year", "language", "by", "group"]
    assert not rows.duplicated(["actor", "source", "year"]).any()


def test_a_contrast_of_stance_is_of_one_actor_and_never_across_languages(made_up):
    texts = {"A": "Russland hat in {} viel Erfolg erzielt.", "B": "Russland hat in {} versagt."}
    made = corpus.from_rows(pd.DataFrame([
        {"doc_id": f"{s}{i}", "text": t.format(i), "language": "de", "source": s}
        for s, t in texts.items() for i in range(6)
    ]))  # fmt: skip
    row = contrast(made, by="source", target="A", reference="B", actor="RU").iloc[0]
    means = room.stance(made, by="source").set_index("group")["estimate"]
    assert row["estimate"] == pytest.approx(means["A"] - means["B"])
    assert (row["actor"], row["n"], row["n_reference"]) == ("RU", 6, 6)
    none = contrast(made, by="source", target="A", reference="B", actor="US").iloc[0]
    assert np.isnan(none["estimate"]) and "no sentence" in none["verdict"]
    mixed = contrast(made_up, by="source", target="A", reference="B", actor="DPRK").iloc[0]
    assert np.isnan(mixed["estimate"])


def test_groups_and_order():
    made = one_language()
    rows = room.stance(made, by="source")
    assert rows["by"].eq("source").all() and (rows["n_docs"] >= 1).all()
    several = rows[rows["n_docs"] > 1]
    assert len(several) and several["lo"].notna().all()
    back = corpus.from_rows(made.documents.iloc[::-1].reset_index(drop=True))
    again = room.stance(back, by="source")
    assert np.allclose(rows["estimate"], again["estimate"], atol=1e-6)


def test_a_corpus_without_actors_gives_no_rows():
    made = corpus.from_rows(
        pd.DataFrame({"doc_id": ["a"], "text": ["Het regent vandaag."], "language": ["nl"]})
    )
    assert room.stance(made).empty


def test_the_readers_codes_are_met_but_for_the_known_misses(judged):
    from benchmarks import seed_stance

    rows = seed_stance.compare(seed_stance.coded(), judged)
    missed = rows[rows["label"].ne(rows["stance"])]
    with (KNOWN / "seed_stance_misses.csv").open(encoding="utf-8", newline="") as file:
        known = {
            (r["doc_id"], r["actor"], int(r["start"]), r["voice"]) for r in csv.DictReader(file)
        }
    keys = missed[["doc_id", "actor", "start", "voice"]].itertuples(index=False, name=None)
    assert set(keys) == known, "run python -m benchmarks.seed_stance and read what changed"
    assert len(known) <= MISSED * len(rows)


def test_a_sample_and_the_actors_named_most(made_up):
    whole = room.stance(made_up, by="source")
    first = room.stance(made_up, by="source", top=1)
    assert first["actor"].nunique() == 1
    assert first["n_all"].sum() == whole.groupby("actor")["n_all"].sum().max()
    part = room.stance(made_up, by="source", most=len(whole))
    assert (part["n"] + part["abstained"]).eq(1).all()
    assert part["n_all"].equals(whole["n_all"])
    assert part["method"].str.contains("random sample").all()


def test_documents_are_groups_too(rows):
    assert rows["by"].eq("doc_id").all() and rows["group"].equals(rows["doc_id"])
