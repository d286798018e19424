import numpy as np
import pandas as pd
import pytest

from analysis.measures.pairs import REST, Pair, pairs
from analysis.results import ComparabilityError, DiscourseError


def documents(rows: list[tuple[str, object, object, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["doc_id", "source", "year", "language"])


# In an order that is not that of the ids; "solo" alone writes Danish, one text has no source.
MIXED = documents(
    [
        ("d6", "c", 2021, "en"),
        ("d1", "a", 2020, "en"),
        ("d2", "a", 2021, "nl"),
        ("d5", "b", 2021, "en"),
        ("d3", "b", 2020, "en"),
        ("d4", "b", 2020, "nl"),
        ("d7", "solo", 2020, "da"),
        ("d8", None, 2020, "en"),
    ]
)


def told(found: list[Pair]) -> list[tuple[str, str, str, list[str], list[str]]]:
    ids = MIXED["doc_id"].to_numpy()
    return [
        (p.group, p.reference, p.languages, ids[p.target].tolist(), ids[p.against].tolist())
        for p in found
    ]


def test_each_group_meets_the_rest_of_its_language() -> None:
    assert told(list(pairs(MIXED, "source", "word"))) == [
        ("a", REST, "en", ["d1"], ["d3", "d5", "d6"]),
        ("a", REST, "nl", ["d2"], ["d4"]),
        ("b", REST, "en", ["d3", "d5"], ["d1", "d6"]),
        ("b", REST, "nl", ["d4"], ["d2"]),
        ("c", REST, "en", ["d6"], ["d1", "d3", "d5"]),
        ("solo", REST, "da", ["d7"], []),
    ]


def test_every_two_groups_meet_once_within_their_language() -> None:
    assert told(list(pairs(MIXED, "source", "word", pairwise=True))) == [
        ("a", "b", "en", ["d1"], ["d3", "d5"]),
        ("a", "c", "en", ["d1"], ["d6"]),
        ("a", "b", "nl", ["d2"], ["d4"]),
        ("b", "c", "en", ["d3", "d5"], ["d6"]),
        ("solo", REST, "da", ["d7"], []),
    ]


def test_concepts_meet_across_languages() -> None:
    found = told(list(pairs(MIXED, "source", "concept", pairwise=True)))
    assert [(f[0], f[1], f[2]) for f in found] == [
        ("a", "b", "en+nl"),
        ("a", "c", "en+nl"),
        ("a", "solo", "da+en+nl"),
        ("b", "c", "en+nl"),
        ("b", "solo", "da+en+nl"),
        ("c", "solo", "da+en"),
    ]
    assert found[0][3:] == (["d1", "d2"], ["d3", "d4", "d5"])
    rest = told(list(pairs(MIXED, "source", "actor", "c")))
    assert rest == [("c", REST, "da+en+nl", ["d6"], ["d1", "d2", "d3", "d4", "d5", "d7"])]


def test_a_target_meets_every_other_group_by_itself() -> None:
    found = told(list(pairs(MIXED, "source", "word", "c", pairwise=True)))
    assert [f[:3] for f in found] == [("c", "a", "en"), ("c", "b", "en")]
    several = told(list(pairs(MIXED, "source", "word", ["c", "b", "c"], pairwise=True)))
    assert [f[:3] for f in several] == [
        ("c", "a", "en"), ("c", "b", "en"), ("b", "a", "en"), ("b", "a", "nl"),
    ]  # fmt: skip


def test_columns_together_make_groups() -> None:
    found = told(list(pairs(MIXED, ("source", "year"), "word", "b · 2020", "b · 2021")))
    assert found[0] == ("b · 2020", "b · 2021", "en", ["d3"], ["d5"])
    assert found[1] == ("b · 2020", "b · 2021", "nl", ["d4"], [])
    every = list(pairs(MIXED, ["source", "year"], "word", pairwise=True))
    english = {"a · 2020", "b · 2020", "b · 2021", "c · 2021"}
    assert len([p for p in every if p.language == "en"]) == 6
    assert {g for p in every if p.language == "en" for g in (p.group, p.reference)} == english


def test_swapped_sides_draw_each_others_numbers() -> None:
    one = next(pairs(MIXED, "year", "word", 2020, 2021))
    two = next(pairs(MIXED, "year", "word", "2021", "2020"))
    assert one.seeds(3) == two.seeds(3)[::-1]
    assert one.first and not two.first


def test_the_order_of_documents_changes_nothing() -> None:
    turned = MIXED.iloc[::-1].reset_index(drop=True)
    ids = [d["doc_id"].to_numpy() for d in (MIXED, turned)]
    for more in ({}, {"pairwise": True}):
        one, two = (list(pairs(d, "source", "word", **more)) for d in (MIXED, turned))
        assert [(p.group, p.reference, p.language, p.first) for p in one] == [
            (p.group, p.reference, p.language, p.first) for p in two
        ]
        for p, q in zip(one, two, strict=True):
            assert ids[0][p.target].tolist() == ids[1][q.target].tolist()
            assert ids[0][p.against].tolist() == ids[1][q.against].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "colour"}, "colour"),
        ({"by": ()}, "by is empty"),
        ({"target": "z"}, "target='z' is no group of source: choose among a, b, c and solo"),
        ({"target": ["a", "z"], "pairwise": True}, "target='z'"),
        ({"target": []}, "target is empty"),
        ({"target": "a", "reference": "z"}, "reference='z' is no group of source"),
        ({"target": "a", "reference": "a"}, "both 'a'"),
        ({"reference": "a"}, "reference needs a target"),
        ({"target": ["a", "b"], "reference": "c"}, "reference needs a target"),
        ({"target": "a", "reference": "b", "pairwise": True}, "pairwise compares every two"),
        ({"by": ("source", "year"), "target": "a"}, "no group of source · year"),
    ],
)
def test_bad_input_is_one_sentence(arguments: dict, message: str) -> None:
    with pytest.raises(DiscourseError, match=message) as error:
        list(pairs(MIXED, **{"by": "source", "unit": "word"} | arguments))
    assert "\n" not in str(error.value)


def test_words_of_two_languages_are_refused() -> None:
    with pytest.raises(ComparabilityError, match="concepts instead"):
        list(pairs(MIXED, "source", "lemma", "c", "solo"))
    (pair,) = pairs(MIXED, "source", "concept", "c", "solo")
    assert (pair.language, pair.languages) == ("", "da+en")


def test_nothing_to_pair() -> None:
    assert list(pairs(MIXED.iloc[:0], "source", "word", pairwise=True)) == []
    assert list(pairs(MIXED[MIXED["source"].isna()], "source", "word")) == []
    (alone,) = pairs(MIXED.iloc[[0]], "source", "concept", pairwise=True)
    assert (alone.group, alone.reference, len(alone.against)) == ("c", REST, 0)


def test_many_groups_split_all_documents() -> None:
    rng = np.random.default_rng(0)
    n = 2_000
    rows = documents(
        [(f"d{i:05}", f"s{g:02}", 2000, "en") for i, g in enumerate(rng.integers(0, 12, n))]
    )
    found = list(pairs(rows, "source", "word", pairwise=True))
    assert len(found) == 12 * 11 // 2
    for p in pairs(rows, "source", "word"):
        assert sorted([*p.target, *p.against]) == list(range(n))
    assert len(next(iter(found)).target) == (rows["source"] == "s00").sum()
