"""Which contrasts and rows a page shows, and which text stands behind them."""

import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis.measures import selection
from analysis.measures.frequency import frequency
from analysis.measures.keyness import keyness


def made(**columns):
    n = len(next(iter(columns.values())))
    texts = [f"A treaty a{i} on b{i} war c{i} in d{i} the e{i} north." for i in range(n)]
    rows = {"doc_id": [f"d{i}" for i in range(n)], "text": texts}
    return corpora.from_rows(pd.DataFrame(rows | columns).assign(language="en"))


@pytest.fixture(scope="module")
def held(seeds):
    pairs = selection.contrasts(seeds, ["alignment", "period"])
    return selection.carried(seeds, selection.both_sides(selection.compared(seeds, pairs), 6))


def test_the_contrasts_of_the_seeds(seeds):
    found = selection.contrasts(seeds, ["alignment", "nothing", "period"])
    assert [c.name for c in found] == ["Russian state-linked v. rest", "2024-25 v. 2017-18"]
    assert [(c.n_docs, c.docs_reference) for c in found] == [(2, 3), (3, 2)]


def test_sides_of_one_text_are_no_contrast():
    texts = made(camp=["a", "b", "b"])
    assert selection.contrasts(texts, ["camp"]) == []
    assert selection.contrasts(texts, ["nothing"]) == []


def test_without_a_column_the_years_and_of_many_groups_the_largest():
    years = made(year=[2001] * 2 + [2002] * 3)
    assert [c.name for c in selection.contrasts(years, ["camp"])] == ["2002 v. 2001"]
    many = made(camp=[f"c{i}" for i in range(6) for _ in range(2 + (i == 5))])
    found = selection.contrasts(many, ["camp"])
    assert len(found) == selection.ROOM
    assert found[0].sides == {"by": "camp", "target": "c5", "reference": None}


def test_where_nothing_else_makes_sides_the_two_largest_groups_do():
    texts = made(camp=list("aabbbcccc"))
    found = selection.contrasts(texts, ["nothing"], by="camp")
    assert [(c.name, c.n_docs, c.docs_reference) for c in found] == [("c v. b", 4, 3)]
    assert selection.contrasts(texts, ["nothing"], by="doc_id") == []


def test_both_sides_of_a_contrast_are_shown(held):
    sides = held.groupby("side")["estimate"].agg(["min", "max", "size"])
    assert (sides["size"] <= 6).all()
    first = sides.loc["Russian state-linked v. rest, more in Russian state-linked"]
    assert first["min"] > 0
    assert sides.loc["Russian state-linked v. rest, more in rest", "max"] < 0


def test_every_concept_of_one_text_is_marked_and_the_text_named(held):
    alone = held["carried"].eq(selection.ALONE)
    more = held["estimate"] > 0
    docs = held["docs_with"].where(more, held["docs_with_reference"])
    assert alone.any()
    assert (docs[alone] == 1).all()
    assert (docs[~alone] > 1).all()
    row = held[held["concept"].eq("Olympics")].iloc[0]
    assert row["carrier_told"] == "only riac-2018-en"
    mostly = held[held["carried"].eq(selection.MOSTLY)]
    assert mostly["carrier_share"].between(0.5, 1, inclusive="neither").all()
    assert (mostly["carrier_share"] - mostly["largest_share"]).abs().max() < 1e-12


def test_the_order_of_the_texts_changes_no_carrier():
    rows = pd.DataFrame(
        {
            "doc_id": ["b", "a", "c", "d"], "text": ["war one", "war two", "peace", "no peace"],
            "camp": ["x", "x", "y", "y"], "language": "en",
        }
    )  # fmt: skip
    found = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        texts = corpora.from_rows(rows.iloc[order])
        key = keyness(texts, by="camp", target="x", unit="concept", min_count=1)
        found.append(selection.carried(texts, key)["carrier"].tolist())
    assert found[0] == found[1]


def test_the_tally_counts_the_marks(held):
    said = selection.tally(held).set_index("contrast")
    for name, rows in held.groupby("contrast"):
        assert said.loc[name, "alone"] == rows["carried"].eq(selection.ALONE).sum()
        assert "Too few texts" in said.loc[name, "told"]
        marked = rows[rows["carried"].notna()]
        assert marked["carrier"].mode().iloc[0] in said.loc[name, "told"]


def test_nothing_to_compare_gives_frames_without_rows(seeds):
    rows = selection.carried(seeds, selection.both_sides(selection.compared(seeds, []), 3))
    assert len(rows) == len(selection.tally(rows)) == 0
    parts = selection.shifted(seeds, [])
    assert len(selection.against_chance(selection.carried(seeds, parts))) == 0
    assert len(selection.usual(seeds, [], by="source", n=3, min_count=2)) == 0


def test_the_divergence_of_the_seeds_is_no_more_than_chance(seeds):
    parts = selection.shifted(seeds, selection.contrasts(seeds, ["alignment"]))
    said = selection.against_chance(parts).iloc[0]
    assert said["chance_lo"] <= said["whole"] <= said["chance_hi"]
    assert said["so"] == "No more than chance"


def test_what_is_shared_is_in_every_group(seeds):
    rates = frequency(seeds, by="doc_id", unit="concept")
    rows = selection.common(seeds, rates, by="doc_id")
    everywhere = rows[rows["where"].eq("in all groups")]
    least = rates.groupby("concept")["n"].min()
    concepts = set(everywhere["concept"].dropna())
    assert concepts == set(least.index[least > 0])
    assert {"US", "RU", "DPRK", "ROK"} <= set(everywhere["actor"].dropna())
    for row in rows[rows["where"].ne("in all groups") & rows["concept"].notna()].itertuples():
        own = rates[rates["concept"].eq(row.concept)].set_index("group")["n"]
        assert own[row.missing] == 0
        assert (own.drop(row.missing) > 0).all()


def test_nothing_is_shared_by_one_group_or_without_mentions():
    one, none = made(camp=["a", "a"]), made(camp=["a", "b"], text=["One bird.", "Two trees."])
    for texts in (one, none):
        rates = frequency(texts, by="camp", unit="concept")
        rows = selection.common(texts, rates, by="camp")
        assert rows.empty
        said = selection.everywhere(rows, keyness(texts, by="camp", unit="concept"))["told"]
        assert said.iloc[0] == "In all groups: nothing on the lists."


def test_words_of_a_text_alone_in_its_language(seeds):
    rows = selection.usual(seeds, ["riac-2018-en"], by="doc_id", n=5, min_count=2)
    assert rows["group"].unique().tolist() == ["riac-2018-en"]
    assert {"north", "korea"} <= set(rows["term"])
    assert (rows["estimate"] > 0).all()


def test_of_a_large_group_only_words_that_are_key_lead():
    rows = pd.DataFrame(
        {"term": ["war", "peace", "the"], "group": "a", "language": "en", "n_docs": 9,
         "estimate": [2.0, 2.0, 1.0], "stop_word": [False, False, True],
         "verdict": ["key", "not distinguishable", "key"]}
    )  # fmt: skip
    assert selection.beyond_general(rows, 5)["term"].tolist() == ["war"]


def test_a_group_may_be_called_rest():
    words = ["A treaty one was signed.", "A treaty two in may.", "The war began.", "A war went on."]
    corpus = made(side=["rest", "rest", "b", "b"], text=words)
    rows = keyness(corpus, by="side", unit="concept", min_count=1, n_boot=9)
    told = selection.carried(corpus, rows[rows["estimate"] != 0])
    documents = corpus.documents.set_index("doc_id")["side"]
    other = told["group"].map({"rest": "b", "b": "rest"})
    wanted = told["group"].where(told["estimate"] > 0, other)
    assert len(told) and (documents[told["carrier"]].to_numpy() == wanted.to_numpy()).all()
