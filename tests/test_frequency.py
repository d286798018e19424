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
