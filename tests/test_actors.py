"""Mentions of actors: hand counts of the five texts, unseen sentences, and the measure."""

import math
from collections import Counter

import pandas as pd
import pytest

from analysis import corpus, lexicons, paths
from analysis.measures import actors
from analysis.results import DiscourseError

KNOWN = paths.ROOT / "tests" / "known" / "actor_mentions.csv"


@pytest.fixture(scope="module")
def seeds():
    return corpus.load()


def known(seeds) -> pd.DataFrame:
    table = pd.read_csv(KNOWN, keep_default_na=False)
    files = {file.rsplit("/", 1)[-1]: doc_id for file, doc_id in
             zip(seeds.documents["file"], seeds.documents["doc_id"], strict=True)}  # fmt: skip
    return table.assign(doc_id=table["file"].map(files))


def test_counts_are_those_of_a_careful_reader(seeds):
    """Every actor of every text; an actor the reader did not list is named zero times."""
    mentions = lexicons.find(seeds, lexicons.load("actors"))
    expected = known(seeds)
    for doc_id, rows in expected.groupby("doc_id"):
        own = mentions[mentions["doc_id"] == doc_id]
        assert own["key"].value_counts().to_dict() == dict(
            zip(rows["actor"], rows["mentions"], strict=True)
        ), doc_id
    assert expected["doc_id"].nunique() == 5


def test_forms_are_those_of_a_careful_reader(seeds):
    mentions = lexicons.find(seeds, lexicons.load("actors"))
    for row in known(seeds).itertuples():
        own = mentions[(mentions["doc_id"] == row.doc_id) & (mentions["key"] == row.actor)]
        forms = (form.rsplit(" ", 1) for form in row.forms.split("; "))
        assert Counter(own["text"]) == {form: int(n) for form, n in forms}, (row.file, row.actor)


def sentences() -> list[tuple[str, str, str]]:
    """Sentences written for this test, with the actors a reader counts in each, in order."""
    rows = pd.read_csv(KNOWN.with_name("actor_sentences.csv"), keep_default_na=False)
    return list(rows.itertuples(index=False, name=None))


@pytest.mark.parametrize(("language", "text", "expected"), sentences())
def test_unseen_sentences(language, text, expected):
    found = lexicons.spans(text, lexicons.load("actors"), language=language)
    assert [span.key for span in found] == expected.split()


ROWS = pd.DataFrame(
    {
        "doc_id": ["b", "a", "c"],
        "text": [
            "Russia spoke to Russia and China today.",
            "Russia was silent all of the day.",
            "Nothing happened here.",
        ],
        "language": "en",
        "source": ["x", "x", "y"],
    }
)


@pytest.fixture(scope="module")
def made():
    return corpus.from_rows(ROWS)


class TestMeasure:
    def test_rates_zeros_and_single_texts(self, made):
        rows = actors.actors(made).set_index(["doc_id", "actor"])
        assert len(rows) == 3 * 2
        assert rows.loc[("b", "RU"), "estimate"] == pytest.approx(2000 / 7)
        assert rows.loc[("c", "RU"), "mentions"] == 0
        assert rows["lo"].isna().all() and rows["hi"].isna().all()
        assert rows["verdict"].str.contains("one text").all()
        assert "not named" in rows.loc[("a", "CN"), "verdict"]

    def test_groups_have_intervals(self, made):
        rows = actors.actors(made, by="source").set_index(["group", "actor"])
        row = rows.loc[("x", "RU")]
        assert row["estimate"] == pytest.approx(3000 / 14) and row["n_docs"] == 2
        assert row["lo"] == pytest.approx(1000 / 7) and row["hi"] == pytest.approx(2000 / 7)
        assert actors.actors(made, by="source", n_boot=0)["lo"].isna().all()
        assert math.isnan(rows.loc[("y", "RU"), "lo"])

    def test_same_seed_same_rows_whatever_the_order(self, made):
        turned = corpus.from_rows(ROWS.iloc[::-1].reset_index(drop=True))
        one, two = (actors.actors(c, by="source").drop(columns="sentences") for c in (made, turned))
        pd.testing.assert_frame_equal(one, two)

    def test_sentences_lead_back_to_the_text(self, made):
        row = actors.actors(made).set_index(["doc_id", "actor"]).loc[("a", "RU")]
        sentence = made.sentences.loc[list(row["sentences"])]
        assert made.spans(sentence) == ["Russia was silent all of the day."]

    def test_table(self, made):
        table = actors.table(made)
        assert list(table.columns) == list(actors.TABLE)
        assert table["mentions"].sum() == 4

    def test_marked_text_counts_only_on_demand(self, seeds):
        kept = actors.actors(seeds)
        everything = actors.actors(seeds, include_marked=True)
        assert (kept["n"] == kept["mentions_deduplicated"]).all()
        assert (everything["n"] == everything["mentions"]).all()
        assert kept["n"].sum() < everything["n"].sum()

    def test_wrong_arguments(self, made):
        with pytest.raises(DiscourseError, match="no column of the metadata"):
            actors.actors(made, by="colour")
        with pytest.raises(DiscourseError, match="level"):
            actors.actors(made, level=95)

    def test_nobody_named(self):
        made = corpus.from_rows(ROWS.iloc[2:].reset_index(drop=True))
        assert actors.actors(made).empty and actors.table(made).empty
