import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis.measures.frequency import frequency
from analysis.results import DiscourseError


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    texts = [
        ("nl", "x", "De kat zag de hond."),
        ("nl", "x", "De kat en de kat sliepen lang."),
        ("nl", "x", "Er is geen vis."),
        ("nl", "y", "De hond blafte naar Moskou."),
        ("en", "y", "The dog barked at Moscow and Washington."),
    ]
    rows = [
        {"doc_id": f"d{i}", "language": c, "source": s, "year": 2024, "text": t}
        for i, (c, s, t) in enumerate(texts)
    ]
    return corpora.from_rows(pd.DataFrame(rows))


def one(rows: pd.DataFrame, term: str, group: str, key: str = "term") -> pd.Series:
    return rows[(rows[key] == term) & (rows["group"] == group)].iloc[0]


def test_rate_is_per_thousand_words_and_absence_is_a_zero(corpus) -> None:
    rows = frequency(corpus)
    kat = one(rows, "kat", "x")
    assert kat["estimate"] == pytest.approx(1000 * 3 / 16)
    assert (kat["n"], kat["n_docs"], kat["n_tokens"], kat["docs_with"]) == (3, 3, 16, 2)
    assert kat["lo"] <= kat["estimate"] <= kat["hi"]
    absent = one(rows, "kat", "y")
    assert (absent["n"], absent["estimate"]) == (0, 0)
    assert "does not occur" in absent["verdict"]


def test_words_stay_in_their_language(corpus) -> None:
    rows = frequency(corpus, by="source")
    english = rows[rows["language"] == "en"]
    assert set(english["group"]) == {"y"}
    assert "hond" not in set(english["term"])


def test_actors_are_counted_over_all_languages_of_a_group(corpus) -> None:
    russia = one(frequency(corpus, unit="actor"), "RU", "y", "actor")
    assert (russia["n"], russia["n_docs"], russia["languages"]) == (2, 2, "en+nl")


def test_chosen_terms_keep_zeros_for_words_that_occur_nowhere(corpus) -> None:
    rows = frequency(corpus, terms=["Kat", "olifant"])
    assert set(rows["term"]) == {"kat", "olifant"}
    assert (rows[rows["term"] == "olifant"]["n"] == 0).all()
    with pytest.raises(DiscourseError, match="terms"):
        frequency(corpus, terms=[])


def test_one_text_has_no_interval(corpus) -> None:
    rows = frequency(corpus)
    single = rows[rows["group"] == "y"]
    assert single[["lo", "hi"]].isna().all(axis=None)
    assert single["verdict"].str.contains("one text").all()


def test_level_is_kept_and_widens(corpus) -> None:
    narrow, wide = (one(frequency(corpus, level=v), "kat", "x") for v in (0.5, 0.99))
    assert (narrow["level"], wide["level"]) == (0.5, 0.99)
    assert wide["hi"] - wide["lo"] > narrow["hi"] - narrow["lo"]
    assert np.isfinite(wide["lo"])


def test_several_columns_make_groups_of_their_combinations(corpus) -> None:
    both = frequency(corpus, by=("source", "year"), terms=["kat"])
    alone = frequency(corpus, by="source", terms=["kat"])
    assert set(both["group"]) == {"x · 2024", "y · 2024"}
    assert set(both["source"]) == {"x", "y"}
    assert set(both["year"]) == {2024}
    assert both["by"].eq("source · year").all()
    numbers = ["estimate", "lo", "hi", "n", "n_tokens", "n_docs"]
    pd.testing.assert_frame_equal(both[numbers], alone[numbers])
    with pytest.raises(DiscourseError, match="by is empty"):
        frequency(corpus, by=())


@pytest.mark.parametrize("unit", ["word", "lemma"])
def test_asking_for_terms_gives_the_rows_of_counting_all(corpus, unit: str) -> None:
    every = frequency(corpus, unit=unit)
    some = frequency(corpus, unit=unit, terms=["kat", "hond", "nowhere"])
    for row in some[some["term"].isin(every["term"]) & (some["n"] > 0)].itertuples():
        same = every[(every["term"] == row.term) & (every["group"] == row.group)]
        same = same[same["language"] == row.language].iloc[0]
        assert (same["n"], same["estimate"]) == (row.n, row.estimate)
    assert (some.loc[some["term"] == "nowhere", "n"] == 0).all()
