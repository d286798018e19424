"""The challenge set and the second reader's codes: sound tables, and what is computed of them."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import corpus, paths
from benchmarks import seed_stance
from benchmarks import stance_challenge as room

KNOWN = paths.ROOT / "tests" / "known"


@pytest.fixture(scope="module")
def rows():
    return room.sentences()


@pytest.fixture(scope="module")
def aimed(rows):
    return rows[rows["phenomenon"].ne(room.TONE)]


def words(text):
    return re.findall(r"\w+", text.casefold())


def perfect(rows):
    return pd.DataFrame({"score": rows["gold"] / 2, "label": rows["gold"]})


def test_every_target_stands_where_it_is_said_to(rows, aimed):
    for row in aimed.to_dict("records"):
        assert row["text"][row["from"] : row["to"]] == row["target"] != "", row["id"]
    toned = rows.drop(aimed.index)
    assert toned["target"].eq("").all() and toned[["from", "to"]].isna().all(axis=None)


def test_the_table_is_whole(rows):
    assert rows["id"].is_unique
    assert not rows.duplicated(["text", "from"]).any()
    assert set(rows["gold"]) == {-1, 0, 1} and set(rows["voice"]) == {"own", "quoted"}
    assert rows[["language", "phenomenon", "text"]].ne("").all(axis=None)
    own = rows["language"] + "-" + rows["phenomenon"].str.replace(" ", "-")
    assert all(i.startswith(o) for i, o in zip(rows["id"], own, strict=True))


def test_languages_and_phenomena_are_balanced(rows):
    cells = pd.crosstab(rows["phenomenon"], rows["language"])
    assert set(cells.columns) == {"de", "en", "nl"}
    assert cells.nunique(axis=1).eq(1).all() and cells.min(axis=None) >= 4


def test_rows_of_a_pair_are_of_one_kind_and_differ_in_code(aimed):
    for name, part in aimed[aimed["pair"].ne("")].groupby("pair"):
        assert len(part) > 1 and part["gold"].nunique() > 1, name
        assert part[["language", "phenomenon"]].drop_duplicates().shape[0] == 1, name


def test_a_target_swap_gives_every_sentence_both_codes(aimed):
    swap = aimed[aimed["phenomenon"].eq(room.SWAP)]
    assert swap.groupby("text")["gold"].apply(sorted).map(lambda g: g == [-1, 1]).all()
    assert swap.groupby(["pair", "target"])["gold"].apply(sorted).map(lambda g: g == [-1, 1]).all()


def test_no_sentence_is_taken_from_the_five_texts(rows, seeds):
    def runs(text, n=5):
        said = words(text)
        return {tuple(said[i : i + n]) for i in range(len(said) - n + 1)}

    held = set().union(*(runs(t) for t in seeds.documents["text"]))
    shared = {row["id"]: runs(row["text"]) & held for row in rows.to_dict("records")}
    assert not {i: s for i, s in shared.items() if s}


def test_what_ignores_the_target_orders_no_swap(aimed):
    out = room.scored(aimed, room.neutral(aimed), task="stance", method="always neutral")
    out = out.set_index(["language", "phenomenon"])
    assert out["accuracy"][room.ALL, room.ALL] == pytest.approx(aimed["gold"].eq(0).mean())
    assert out["ordered"].fillna(0).eq(0).all()
    same = aimed["text"].map({t: i for i, t in enumerate(aimed["text"].unique())})
    told = pd.DataFrame({"score": same / len(same), "label": 1.0})
    assert (
        room.scored(aimed, told, task="", method="").set_index(["language", "phenomenon"])[
            "ordered"
        ][room.ALL, room.SWAP]
        == 0
    )


def test_the_codes_themselves_score_one_and_their_opposite_nothing(aimed):
    right = room.scored(aimed, perfect(aimed), task="stance", method="gold")
    assert right[["accuracy", "macro_f1"]].eq(1).all(axis=None)
    assert right["ordered"].dropna().eq(1).all()
    wrong = room.scored(aimed, -perfect(aimed), task="stance", method="opposite")
    assert wrong["ordered"].dropna().eq(0).all()


def test_an_abstention_is_an_error_and_orders_nothing(aimed):
    silent = perfect(aimed) * np.nan
    out = room.scored(aimed, silent, task="stance", method="silent")
    assert out["accuracy"].eq(0).all() and out["abstained"].eq(out["n"]).all()
    assert out["ordered"].dropna().eq(0).all()


def test_the_committed_results_are_of_this_set(rows, aimed):
    told = pd.read_csv(room.RESULTS)
    whole = told[told["language"].eq(room.ALL) & told["phenomenon"].eq(room.ALL)]
    assert len(whole) >= 3 and whole["n"].eq(len(aimed)).all(), "run the benchmark again"
    swap = told[told["phenomenon"].eq(room.SWAP) & told["method"].eq("tone of the sentence")]
    assert swap["ordered"].eq(0).all()
    assert not told.duplicated(room.KEYS).any()


def test_a_pair_of_several_targets_is_compared_within_its_sentence(rows):
    part = rows[rows["id"].str.startswith("en-several-targets-0")].head(3)
    golds = [(part["gold"][low], part["gold"][high]) for low, high in room.comparisons(part)]
    assert sorted(golds) == [(-1, 0), (-1, 1), (0, 1)]


# -- the second reader -----------------------------------------------------------------------------


def test_the_second_reader_coded_a_drawn_third_of_the_same_stretches():
    first = seed_stance.coded()
    drawn = first.sample(n=round(len(first) / 3), random_state=0).sort_index()
    own = pd.read_csv(KNOWN / "seed_stance_second.csv")
    keys = [*seed_stance.KEYS, "end"]
    pd.testing.assert_frame_equal(own[keys], drawn[keys].reset_index(drop=True))
    assert set(own["stance"]) == {-1, 0, 1}


def test_readers_agree_better_than_any_chance_and_the_table_says_how_far():
    told = pd.read_csv(paths.RESULTS / "seed_stance.csv").set_index(["part", "value"])
    both = seed_stance.coded().merge(seed_stance.second(), on=seed_stance.KEYS, validate="1:1")
    row = told.loc[("second reader", "readers")]
    assert row["n"] == len(both)
    assert row["accuracy"] == pytest.approx(both["stance"].eq(both["second"]).mean(), abs=1e-5)
    assert row["accuracy_lo"] > row["commonest"]


def test_the_second_readers_rows_are_stretches_of_the_texts(seeds: corpus.Corpus):
    texts = seeds.documents.set_index("doc_id")["text"]
    for row in pd.read_csv(KNOWN / "seed_stance_second.csv").to_dict("records"):
        assert words(texts[row["doc_id"]][row["start"] : row["end"]])
