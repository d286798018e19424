"""Places on the map, the words of topics, the table of all paragraphs, the order of documents."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import results
from analysis.evidence import evidence
from analysis.measures import topicmap, topics, topictables
from analysis.measures._topic_types import TopicModel

CORNERS = np.array([[0.0, 0], [3, 0], [3, 1], [0, 1]])


def made(centres, membership, **more):
    """A model of given centres and memberships: a document a stretch, the last one a heading."""
    membership = np.asarray(membership, dtype=float)
    n, k = membership.shape
    numbers = more.pop("numbers", tuple(range(1, k + 1)))
    units = pd.DataFrame(
        {
            "doc": range(n), "doc_id": [f"d{i}" for i in range(n)], "language": "nl", "start": 0,
            "end": 9, "sentences": [(i,) for i in range(n)], "n_words": 10,
            "fitted": [*[True] * (n - 1), False], "edge": False,
            "topic": np.array(numbers)[membership.argmax(axis=1)], "share": membership.max(axis=1),
        }
    )  # fmt: skip
    about = pd.DataFrame(
        {
            "topic": numbers, "label": [f"label {i}" for i in numbers], "top_words": "",
            "n_units": 1, "languages": [("nl",)] * k, "stability": 0.9, "similarity": 0.9,
            "verdict": "stable", "warning": "", "doubtful": False, "n_docs": 1, "n_tokens": 10,
            "n": 1, "sentences": [(0,)] * k,
        }
    )  # fmt: skip
    return TopicModel(
        numbers=numbers, seed=0, units=units, membership=membership,
        centres=np.asarray(centres, dtype=np.float32), refits=np.zeros((0, n), dtype=np.int16),
        topics=about, terms=pd.DataFrame(), shares=pd.DataFrame(), corpus_hash="", model="m",
        n_all=n, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def model(topics_of_seeds):
    return topics_of_seeds(5)


def distances(points):
    return np.linalg.norm(points[:, None] - points[None], axis=2)


def test_points_of_a_plane_keep_their_distances_in_any_space():
    turned = np.linalg.qr(np.random.default_rng(3).normal(size=(20, 20)))[0][:2]
    places = topicmap.plane(CORNERS @ turned + 7)
    np.testing.assert_allclose(distances(places), distances(CORNERS), atol=1e-6)
    np.testing.assert_allclose(topicmap.kept(CORNERS, places), (1, 0), atol=1e-6)


def test_axes_and_signs_are_fixed():
    points = np.random.default_rng(1).normal(size=(6, 12))
    turned = points @ np.linalg.qr(np.random.default_rng(2).normal(size=(12, 12)))[0]
    places = topicmap.plane(points)
    np.testing.assert_allclose(topicmap.plane(turned), places, atol=1e-5)
    np.testing.assert_allclose(topicmap.plane(-points), places, atol=1e-5)
    assert np.ptp(places[:, 0]) >= np.ptp(places[:, 1])
    far = np.abs(places).argmax(axis=0)
    assert (places[far, [0, 1]] > 0).all()
    order = [3, 0, 5, 1, 4, 2]
    np.testing.assert_allclose(topicmap.plane(points[order]), places[order], atol=1e-5)


def test_majorization_keeps_distances_better_than_the_principal_axes():
    points = np.random.default_rng(0).normal(size=(9, 30))
    stress = topicmap.kept(points, topicmap.plane(points))[1]
    assert stress < topicmap.kept(points, topicmap._principal(points))[1] - 0.05


def test_stress_by_hand():
    # Distances 1, 1, 2 become 1, 2, 3: (0 + 1 + 1) / (1 + 1 + 4).
    true, seen = np.array([[0.0], [1], [2]]), np.array([[0.0], [1], [3]])
    assert topicmap.kept(true, seen)[1] == pytest.approx(np.sqrt(2 / 6))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_few_topics_have_places(k):
    rows = topicmap.places(made(np.eye(4)[:k], np.eye(k)[[*range(k), 0]]))
    own = rows[rows["kind"] == "topic"]
    assert own[["x", "y"]].notna().all(axis=None)
    assert np.isclose(distances(own[["x", "y"]].to_numpy()), np.sqrt(2)).sum() == k * (k - 1)
    assert own["nearest"].isna().all() == (k == 1)


def test_topics_that_are_one_lie_on_one_place():
    rows = topicmap.places(made(np.ones((3, 4)) / 2, np.eye(3)[[0, 1, 2, 0]]))
    assert (rows[["x", "y"]] == 0).all(axis=None)
    assert rows["stress"].isna().all()


def test_a_stretch_stands_between_its_topics_and_headings_do_not_count():
    rows = topicmap.places(made(np.eye(4)[:2], [[0.75, 0.25], [0, 1], [1, 0]]))
    at = rows[rows["kind"] == "topic"].set_index("topic")["x"]
    drawn = rows[rows["kind"] == "stretch"].set_index("doc_id")
    assert list(drawn.index) == ["d0", "d1"]
    assert drawn.loc["d0", "x"] == pytest.approx(0.75 * at[1] + 0.25 * at[2])
    assert drawn.loc["d1", "x"] == pytest.approx(at[2])


def test_numbers_with_gaps_stay_and_a_dropped_topic_is_left_out():
    model = made(np.eye(4)[:3], np.eye(3)[[0, 1, 2, 0, 1]], numbers=(2, 5, 9))
    units = model.units.assign(topic=[2, 0, 9, 2, 5])
    rows = topicmap.places(dataclasses.replace(model, units=units))
    assert rows.loc[rows["kind"] == "topic", "topic"].tolist() == [2, 5, 9]
    assert rows.loc[rows["kind"] == "stretch", "doc_id"].tolist() == ["d0", "d3", "d2"]


def test_of_many_stretches_some_are_drawn_evenly():
    model = made(np.eye(4)[:2], np.eye(2)[np.arange(2001) % 2])
    rows = topicmap.places(model)
    drawn = rows[rows["kind"] == "stretch"]
    assert len(drawn) == topicmap.MOST
    assert rows["n_all"].eq(2000).all()
    assert drawn["topic"].value_counts().min() > 0.4 * topicmap.MOST


def test_the_map_keeps_the_contract_and_every_point_has_its_sentences(seeds, model):
    rows = results.check(topicmap.places(model))
    own = rows[rows["kind"] == "topic"]
    assert own["topic"].tolist() == list(model.numbers)
    assert own["estimate"].sum() == pytest.approx(1)
    assert (rows["n_docs"].dropna() == 5).all()
    assert len(rows) == model.k + int(model.units["fitted"].sum())
    for _, row in rows.iterrows():
        assert len(evidence(seeds, row, n=2))


@pytest.mark.no_cover
def test_the_order_of_documents_does_not_change_the_map(seeds, model):
    rows = seeds.documents[["doc_id", "source", "year", "language", "text"]]
    other = topics.fit(corpora.from_rows(rows.iloc[::-1]), k=5)
    columns = ["topic", "kind", "doc_id", "x", "y", "estimate"]
    first, second = (topicmap.places(m)[columns] for m in (topics.fit(corpora.from_rows(rows), k=5),
                                                           other))  # fmt: skip
    pd.testing.assert_frame_equal(first, second, atol=1e-4)


def test_words_have_the_sentences_that_hold_them(seeds, model):
    rows = results.check(topictables.words(seeds, model, n=4))
    assert rows.groupby(["topic", "language"]).size().max() <= 4
    assert set(zip(rows["topic"], rows["language"], strict=True)) == set(
        zip(model.terms["topic"], model.terms["language"], strict=True)
    )
    held = 0
    for _, row in rows.iterrows():
        found = evidence(seeds, row, n=None)
        assert len(found)
        assert set(found["sentence"]) <= set(row["sentences"])
        held += found["text"].str.casefold().str.contains(row["term"].casefold(), regex=False).all()
    assert held > 0.9 * len(rows)


def test_every_stretch_is_assigned_once_in_the_order_of_the_texts(seeds, model):
    rows = results.check(topictables.assignment(seeds, model))
    assert len(rows) == len(model.units)
    assert rows.equals(rows.sort_values(["doc_id", "start"], kind="stable"))
    assert rows.groupby("doc_id")["place"].apply(lambda p: list(p) == [*range(1, len(p) + 1)]).all()
    assert (rows["second"] != rows["topic"]).all()
    assert (rows["second_share"] <= rows["estimate"] + 1e-9).all()
    assert rows["remark"].eq("").sum() == model.units["fitted"].sum()
    assert rows["text"].str.len().between(1, topictables.START).all()
    first = rows.drop_duplicates("doc_id")["told"]
    assert (first != "").all()
    assert rows["told"].ne("").sum() == len(first)
    counts = first.str.extractall(r"\((\d+)\)")[0].astype(int).sum()
    assert counts == model.units["fitted"].sum()


def test_a_stretch_of_a_dropped_topic_is_in_none(seeds, model):
    units = model.units.assign(topic=model.units["topic"].where(model.units["topic"] != 1, 0))
    left = dataclasses.replace(
        model, units=units, numbers=model.numbers[1:], membership=model.membership[:, 1:],
        centres=model.centres[1:], topics=model.topics.iloc[1:].reset_index(drop=True),
    )  # fmt: skip
    rows = topictables.assignment(seeds, left)
    assert rows.loc[rows["topic"] == 0, "theme"].eq(topictables.OUTSIDE).all()
    assert 1 not in set(rows["second"])


def test_documents_with_one_main_topic_stand_together(seeds, model):
    rows = topictables.grid(seeds, model)
    wide = rows.pivot(index="group", columns="topic", values="estimate")
    main = wide.idxmax(axis=1)[list(dict.fromkeys(rows["group"]))]
    assert main.is_monotonic_increasing
    most = wide.max(axis=1)[main.index]
    assert most.groupby(main).apply(lambda s: s.is_monotonic_decreasing).all()
    assert rows.groupby("group")["estimate"].sum().between(0.999, 1.001).all()


def test_more_documents_than_lines_are_grouped_or_cut(seeds, model, monkeypatch):
    monkeypatch.setattr(topictables, "MOST", 3)
    by_source = topictables.grid(seeds, model)
    assert by_source["by"].eq("source").all()
    cut = topictables.grid(seeds, model, by="doc_id")
    assert cut["group"].nunique() == 3
    assert (cut["n_groups"] == 5).all()
    size = topictables.grid(seeds, model, by="year").groupby("group")["n_tokens"].max()
    assert len(size) <= 3
