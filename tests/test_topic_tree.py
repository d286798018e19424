"""The hierarchy of topics; topics merged, split, dropped and numbered as before."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.cluster import hierarchy

from analysis import corpus, embeddings
from analysis.measures import _topic_edit as edit
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_numbers as numbers_
from analysis.measures import _topic_placing as placing
from analysis.measures import _topic_tree as tree_
from analysis.measures import topics
from analysis.results import DiscourseError

PARTS = ("numbers", "membership", "centres", "refits", "history")


@pytest.fixture(scope="module")
def model(topics_of_seeds):
    return topics_of_seeds(5)


@pytest.fixture(scope="module")
def apart(seeds, model):
    """The model whose topic 1 is split into topics 1 and 6."""
    return edit.split(seeds, model, 1)


def mains(found):
    return found.units["topic"].to_numpy()


def assert_consistent(found, seeds):
    """What is derived fits what it is derived from."""
    numbers = list(found.numbers)
    assert found.topics["topic"].tolist() == numbers == list(found.shares.columns)
    assert numbers == sorted(set(numbers)) and found.k == len(numbers)
    assert found.membership.shape == (len(found.units), found.k)
    assert found.centres.shape[0] == found.k
    assert np.linalg.norm(found.centres, axis=1) == pytest.approx(1, abs=1e-5)
    assert set(mains(found)) <= {0, *numbers} and set(found.terms["topic"]) <= set(numbers)
    assert set(np.unique(found.refits)) <= {0, *numbers} and found.refits.dtype == np.int16
    counted = found.units[found.units["fitted"]]
    words = counted.pivot_table(
        index="doc_id", columns="topic", values="n_words", aggfunc="sum", fill_value=0
    )
    shares = words.div(words.sum(axis=1), axis=0).reindex(columns=numbers, fill_value=0)
    held = found.shares
    assert held.to_numpy() == pytest.approx(shares.loc[held.index].to_numpy())
    for row in found.topics.itertuples():
        own = counted[counted["topic"] == row.topic]
        assert (row.n_units, row.n_tokens) == (len(own), own["n_words"].sum())
        assert row.n_docs == own["doc_id"].nunique()
        assert row.stability == pytest.approx(jaccard(found, row.topic))
        column = numbers.index(row.topic)
        at = (found.units["topic"] == row.topic).to_numpy()
        assert found.units["share"][at].to_numpy() == pytest.approx(found.membership[at, column])
        sentences = {s for ids in own["sentences"] for s in ids}
        assert set(row.sentences) <= sentences
    assert found.units["share"].isna().equals(found.units["topic"] == 0)
    assert found.membership.sum(axis=1).max() <= 1 + 1e-9


def jaccard(found, number):
    counted = found.units["fitted"].to_numpy()
    own = mains(found)[counted] == number
    other = found.refits[:, counted] == number
    return np.mean([(own & o).sum() / (own | o).sum() for o in other])


# -- the tree -------------------------------------------------------------------------------------


def three(words=(10, 10, 10), angles=(0, 10, 60)):
    """A model of which only what a tree is made of is real: centres at angles of a circle."""
    at = np.radians(angles)
    k = len(angles)
    table = pd.DataFrame(
        {"topic": range(1, k + 1), "label": list("abcd")[:k], "n_units": 1, "n_tokens": words}
    )
    units = pd.DataFrame({"topic": range(1, k + 1), "fitted": True})
    return topics.TopicModel(
        numbers=tuple(range(1, k + 1)), seed=0, units=units, membership=np.eye(k),
        centres=np.c_[np.cos(at), np.sin(at)], refits=np.zeros((0, k), dtype=np.int16),
        topics=table, terms=pd.DataFrame(), shares=pd.DataFrame(), corpus_hash="", model="",
        n_all=k,
    )  # fmt: skip


def test_near_topics_join_first_at_their_mean_distance():
    found = tree_.tree(three())
    assert found["topics"].tolist() == [(1, 2), (1, 2, 3)]
    assert found["label"].tolist() == ["a + b", "a + b + c"]
    apart = 1 - np.cos(np.radians([10, 60, 50]))
    assert found["height"].to_numpy() == pytest.approx([apart[0], apart[1:].mean()])


def test_without_weights_the_tree_is_that_of_scipy(model):
    """Known answer: average linkage of cosine distances."""
    equal = replace(model, topics=model.topics.assign(n_tokens=7))
    found = tree_.tree(equal)[tree_.LINKAGE].to_numpy(dtype=float)
    wanted = hierarchy.linkage(model.centres.astype(float), "average", metric="cosine")
    assert found[:, 2:] == pytest.approx(wanted[:, 2:], abs=1e-6)
    assert [set(row[:2]) for row in found] == [set(row[:2]) for row in wanted]


def test_words_of_a_topic_are_its_weight():
    apart = 1 - np.cos(np.radians([60, 50]))
    found = tree_.tree(three(words=(90, 10, 10)))
    assert found["height"].iloc[1] == pytest.approx(0.9 * apart[0] + 0.1 * apart[1])


def test_scipy_draws_the_tree(model):
    matrix = tree_.tree(model)[tree_.LINKAGE].to_numpy(dtype=float)
    assert hierarchy.is_valid_linkage(matrix)
    assert sorted(hierarchy.leaves_list(matrix)) == list(range(model.k))


def test_ties_go_by_number():
    found = tree_.tree(three(words=(1, 1, 1, 1), angles=(0, 90, 180, 270)))
    assert found["topics"].tolist()[:2] == [(1, 2), (3, 4)]


def test_the_tree_says_how_stable_a_merged_topic_would_be(seeds, model):
    row = tree_.tree(model).iloc[0]
    merged = edit.merge(seeds, model, row["topics"])
    own = merged.topics[merged.topics["topic"].isin(row["topics"])]
    assert own["stability"].tolist() == pytest.approx([row["stability"]])
    assert own["n_units"].tolist() == [row["n_units"]]


def test_one_topic_has_no_tree(seeds, model):
    alone = edit.drop(seeds, model, [2, 3, 4, 5])
    assert tree_.tree(alone).empty


# -- merging --------------------------------------------------------------------------------------


def test_a_merged_topic_keeps_the_number_of_its_largest_member(seeds, model):
    found = edit.merge(seeds, model, [5, 2])
    assert found.numbers == (1, 2, 3, 4)
    assert found.history == ("topics 2 and 5 were merged into topic 2",)
    assert (mains(found) == np.where(mains(model) == 5, 2, mains(model))).all()
    both = model.membership[:, 1] + model.membership[:, 4]
    assert found.membership[:, 1] == pytest.approx(both)
    assert_consistent(found, seeds)


def test_the_largest_is_that_with_the_most_words(seeds, model):
    words = model.topics["n_tokens"].where(model.topics["topic"] != 4, 10**6)
    found = edit.merge(seeds, replace(model, topics=model.topics.assign(n_tokens=words)), [2, 4])
    assert found.numbers == (1, 3, 4, 5)


def test_topics_that_were_not_touched_stay_as_they_were(seeds, model, apart):
    for found, touched in (
        (edit.merge(seeds, model, [2, 3]), [2, 3]),
        (apart, [1, 6]),
        (edit.drop(seeds, model, [4]), [4]),
    ):
        for name in ("topics", "terms"):
            old, new = getattr(model, name), getattr(found, name)
            old, new = (t[~t["topic"].isin(touched)].reset_index(drop=True) for t in (old, new))
            pd.testing.assert_frame_equal(old, new, check_exact=True)
        same = [n for n in model.numbers if n not in touched]
        pd.testing.assert_frame_equal(model.shares[same], found.shares[same])
        kept = np.isin(mains(model), same)
        assert (mains(found)[kept] == mains(model)[kept]).all()
        old, new = (np.isin(m.numbers, same) for m in (model, found))
        assert (model.membership[:, old] == found.membership[:, new]).all()
    assert model.history == ()


def test_merging_back_what_was_split_gives_the_topic_back(seeds, model, apart):
    found = edit.merge(seeds, apart, [1, 6])
    assert found.numbers == model.numbers and (mains(found) == mains(model)).all()
    assert found.membership == pytest.approx(model.membership)
    assert len(found.history) == 2


# -- splitting ------------------------------------------------------------------------------------


def test_the_larger_part_keeps_the_number(seeds, model):
    found = edit.split(seeds, model, 2)
    assert found.numbers == (1, 2, 3, 4, 5, 6)
    size = found.topics.set_index("topic")["n_tokens"]
    assert size[2] >= size[6] > 0
    assert size[2] + size[6] == model.topics.set_index("topic")["n_tokens"][2]
    assert set(mains(found)[mains(model) == 2]) == {2, 6}
    assert found.history == ("topic 2 was split into topics 2 and 6",)
    assert_consistent(found, seeds)


def test_planted_themes_are_split_apart():
    """Two themes in two languages made one topic fall apart by theme again, not by language."""
    texts = {
        "sport": {
            "en": ["The striker scored twice in the football match.", "The keeper saved a penalty.",
                   "The club won the football league."],
            "nl": ["De spits scoorde twee keer in de voetbalwedstrijd.",
                   "De keeper stopte een strafschop.", "De club won de voetbalcompetitie."],
        },
        "money": {
            "en": ["The central bank raised interest rates.", "Shares fell on the stock exchange.",
                   "The company reported lower profits."],
            "nl": ["De centrale bank verhoogde de rente.", "De aandelen daalden op de beurs.",
                   "Het bedrijf meldde lagere winsten."],
        },
        "health": {
            "en": ["The doctors treated the patients in hospital.", "A vaccine against disease.",
                   "The nurse gave the patient medicine."],
            "nl": ["De artsen behandelden de patiënten in het ziekenhuis.",
                   "Een vaccin tegen de ziekte.", "De verpleegster gaf de patiënt medicijnen."],
        },
    }  # fmt: skip
    rows = [
        {"doc_id": f"{theme}-{code}", "language": code, "text": "\n".join(own)}
        for theme, by in texts.items()
        for code, own in by.items()
    ]
    made = corpus.from_rows(pd.DataFrame(rows))
    fitted = topics.fit(made, k=3)
    theme = fitted.units["doc_id"].str.split("-").str[0]
    number = [int(fitted.units["topic"][theme == t].mode()[0]) for t in ("sport", "money")]
    found = edit.split(made, edit.merge(made, fitted, number), min(number))
    assert (pd.crosstab(theme, found.units["topic"]) > 0).sum(axis=1).eq(1).all()


def test_numbers_that_have_gone_are_not_given_again(seeds, model):
    if not hasattr(model, "largest"):
        pytest.skip("the model does not keep the largest number yet")
    without = edit.drop(seeds, model, [5])
    assert edit.split(seeds, without, 1).numbers == (1, 2, 3, 4, 6)
    again = topics.fit(seeds, k=6, seed=1)
    new = set(numbers_.renumber(again, like=without).numbers) - set(without.numbers)
    assert new and min(new) > 5


def test_into_several_parts(seeds, model):
    found = edit.split(seeds, model, 1, into=3, seed=4)
    assert found.numbers == (1, 2, 3, 4, 5, 6, 7)
    size = found.topics.set_index("topic")["n_tokens"]
    assert size[1] >= size[6] >= size[7] > 0
    assert_consistent(found, seeds)


# -- dropping -------------------------------------------------------------------------------------


def test_what_is_dropped_is_in_no_topic(seeds, model):
    found = edit.drop(seeds, model, [2, 4])
    assert found.numbers == (1, 3, 5)
    assert (mains(found) == np.where(np.isin(mains(model), [2, 4]), 0, mains(model))).all()
    assert found.history == ("topics 2 and 4 were dropped",)
    assert (found.shares.sum(axis=1) < 1 - 1e-9).any()
    assert_consistent(found, seeds)


def test_the_unstable_are_dropped_by_default(seeds, model):
    told = model.topics["verdict"].where(~model.topics["topic"].isin([3]), "unstable topic")
    told = told.where(model.topics["topic"] == 3, "stable")
    found = edit.drop(seeds, replace(model, topics=model.topics.assign(verdict=told)))
    assert found.numbers == (1, 2, 4, 5)
    assert found.history == ("unstable topic 3 was dropped",)
    assert edit.drop(seeds, found) is found


def test_edited_models_can_be_edited(seeds, model):
    found = edit.split(seeds, edit.merge(seeds, edit.drop(seeds, model, [3]), [1, 2]), 1)
    assert len(found.history) == 3
    assert_consistent(found, seeds)
    assert (found.units["topic"] == 0).equals(model.units["topic"] == 3)


# -- new texts ------------------------------------------------------------------------------------


def test_new_texts_go_where_stretches_of_the_model_went(seeds, model, apart):
    """Placed as if never seen, the model's own texts keep their topics through every change."""
    if not hasattr(model, "anchors"):
        pytest.skip("the model does not keep what new texts are placed by yet")
    other = replace(model, corpus_hash="another")
    own = placing.placed(seeds, other)["topic"].to_numpy()
    assert (own == mains(model)).all()
    for found in (edit.merge(seeds, model, [2, 4]), edit.drop(seeds, model, [1, 3])):
        new = placing.placed(seeds, replace(found, corpus_hash="another"))
        assert (new["topic"].to_numpy() == mains(found)).all()
        assert new["share"].to_numpy() == pytest.approx(found.units["share"], nan_ok=True, abs=1e-5)
    new = placing.placed(seeds, apart)["topic"].to_numpy()
    assert (new == mains(apart)).mean() > 0.9


def test_every_stretch_with_its_text(seeds, model):
    found = placing.stretches(seeds, edit.drop(seeds, model, [2]))
    assert list(found) == [
        "doc_id", "start", "end", "topic", "share", "label", "text", "counted",
    ]  # fmt: skip
    texts = seeds.documents.set_index("doc_id")["text"]
    assert all(texts[r.doc_id][r.start : r.end] == r.text for r in found.itertuples())
    assert (found["label"] == "in no topic").equals(found["topic"] == 0)
    assert found["doc_id"].unique().tolist() == seeds.documents["doc_id"].tolist()


def test_a_model_of_a_sample_shows_every_stretch(seeds, model):
    units = model.units.iloc[::2]
    sampled = replace(model, units=units, n_all=len(model.units))
    found, whole = placing.stretches(seeds, sampled), placing.stretches(seeds, model)
    columns = ["doc_id", "start", "end", "topic", "text"]
    pd.testing.assert_frame_equal(found[columns], whole[columns])


# -- numbers --------------------------------------------------------------------------------------


def shuffled(found):
    """Return the same model with its topics in another order, under other numbers."""
    leads = dict(zip(found.numbers, [3, 5, 1, 4, 2], strict=True))
    return numbers_._numbered(found, leads, "shuffled", 5)


def test_a_model_fitted_again_takes_the_numbers_of_the_old_one(seeds, model):
    other = shuffled(model)
    assert_consistent(other, seeds)
    assert (mains(other) != mains(model)).any()
    found = numbers_.renumber(other, like=model)
    assert_consistent(found, seeds)
    for name in PARTS[:-1]:
        assert np.array_equal(getattr(found, name), getattr(model, name))
    for name in ("units", "topics", "terms", "shares"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(model, name))
    assert found.history[-1] == "5 of 5 topics have their numbers from an earlier model"


def test_after_texts_were_added_the_same_topics_keep_their_numbers(seeds, model):
    rows = seeds.documents[["doc_id", "text", "language", "source", "year"]]
    money = ["The central bank raised interest rates.", "Shares fell on the stock exchange.",
             "The company reported lower profits this quarter.", "Inflation eats up the savings.",
             "Investors sold their bonds and bought gold."]  # fmt: skip
    new = {"doc_id": "m", "language": "en", "source": "S", "year": 2020, "text": "\n".join(money)}
    more = corpus.from_rows(pd.concat([rows, pd.DataFrame([new])], ignore_index=True))
    found = numbers_.renumber(topics.fit(more, k=6), like=model)
    assert_consistent(found, more)
    both = found.units.merge(
        model.units, on=["doc_id", "start", "end"], suffixes=("_new", "_old")
    ).query("topic_new in @model.numbers")
    assert (both["topic_new"] == both["topic_old"]).mean() > 0.8
    about = found.units.loc[found.units["doc_id"] == "m", "topic"]
    assert about.min() > 5, "what was not there before has a new number"
    assert "new" in found.history[-1]


def test_topics_unlike_any_get_new_numbers_and_the_old_ones_are_gone(model):
    turned = np.roll(model.centres, 7, axis=1)
    other = replace(model, centres=np.r_[model.centres[:3], turned[3:]])
    found = numbers_.renumber(other, like=model)
    assert found.numbers == (1, 2, 3, 6, 7)
    assert found.history[-1] == (
        "3 of 5 topics have their numbers from an earlier model, 6 and 7 are new, 4 and 5 are gone"
    )


def test_models_of_two_encoders_have_no_numbers_in_common(model):
    with pytest.raises(DiscourseError, match="encoder 'other'"):
        numbers_.renumber(model, like=replace(model, model="other"))


def test_the_threshold_parts_same_topics_from_others(data):
    """Fitted to half the texts and to all: what keeps its stretches is alike, nothing else is."""
    table = pd.read_csv(sorted((data / "sib200").glob("*.csv"))[0])
    texts = table.select_dtypes(include=["object", "str"])
    column = max(texts, key=lambda c: texts[c].astype(str).str.len().mean())
    sentences = table[column].astype(str).tolist()[:600]
    vectors = embeddings.encode(sentences, ["en"] * len(sentences))
    half = np.sort(np.random.default_rng(0).choice(len(vectors), 300, replace=False))
    some, every = model_.smooth(vectors[half]), model_.smooth(vectors)
    same, other = [], []
    for k in (4, 7, 10):
        one, two = model_.cluster(some, k), model_.cluster(every, k)
        first, second = (some @ one.T).argmax(axis=1), (every @ two.T).argmax(axis=1)[half]
        shared, cosine = model_.jaccard(first, second, k), one @ two.T
        same += cosine[shared >= 0.5].tolist()
        other += cosine[shared < 0.2].tolist()
    assert len(same) > 5
    assert np.mean(np.array(same) >= numbers_.ALIKE) > 0.9
    assert np.mean(np.array(other) >= numbers_.ALIKE) < 0.01


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c, m: edit.merge(c, m, [1, 99]), "no topic has the number 99"),
        (lambda c, m: edit.merge(c, m, [1, 1]), "two topics or more"),
        (lambda c, m: edit.merge(c, m, []), "two topics or more"),
        (lambda c, m: edit.merge(c, m, [1, 2, 3, 4, 5]), "would leave one"),
        (lambda c, m: edit.merge(c, m, ["1", 2]), "no topic has the number 1"),
        (lambda c, m: edit.merge(c, m, [True, 2]), "no topic has the number True"),
        (lambda c, m: edit.merge(c, m, [0, 2]), "no topic has the number 0"),
        (lambda c, m: edit.drop(c, m, [1, 2, 3, 4, 5]), "would leave none"),
        (lambda c, m: edit.drop(c, m, "12"), "no topic has the number 12"),
        (lambda c, m: edit.split(c, m, 9), "no topic has the number 9"),
        (lambda c, m: edit.split(c, m, 1, into=1), "into=1"),
        (lambda c, m: edit.split(c, m, 1, into=50), "too few to be split into 50"),
        (lambda c, m: edit.split(c, replace(m, words=((), np.zeros((5, 0)))), 1), "larger k"),
        (lambda c, m: edit.split(c, replace(m, corpus_hash="x"), 1), "another corpus"),
        (lambda c, m: edit.merge(c, replace(m, corpus_hash="x"), [1, 2]), "another corpus"),
        (lambda c, m: edit.drop(c, replace(m, corpus_hash="x"), [1]), "another corpus"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(seeds, model, change, says):
    with pytest.raises(DiscourseError, match=says) as error:
        change(seeds, model)
    assert "\n" not in str(error.value)


def test_the_same_seed_gives_the_same_parts(seeds, model):
    one, two = edit.split(seeds, model, 1, seed=3), edit.split(seeds, model, 1, seed=3)
    for name in PARTS:
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_an_edited_model_keeps_how_it_was_made(seeds):
    fitted = topics.fit(seeds, k=4, unit="sentence")
    merged = topics.merge(seeds, fitted, [3, 4])
    split = topics.split(seeds, merged, 1)
    assert (split.unit, split.k) == ("sentence", 4)
    assert split.numbers == (1, 2, 3, 5) and split.largest == 5
    again = topics.assign(seeds, fitted=merged)
    assert set(again["topic"]) == set(merged.numbers)
