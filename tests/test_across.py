"""Concept rates of all languages in one table."""

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import counts, paths, results
from analysis.measures import _contrast, frequency, instrument, keyness
from analysis.measures import across as table
from analysis.results import DiscourseError

across = table.across
SAID = {"nl": ("oorlog", "vrede", "dag"), "de": ("Krieg", "Frieden", "Tag"),
        "en": ("war", "peace", "day")}  # fmt: skip


def texts(words, rng):
    """Made-up texts in three languages; `words` gives each language's mean of war and of peace."""
    rows = []
    for code, (war, peace, other) in SAID.items():
        for i in range(12):
            n = rng.poisson(words[code])
            said = [war] * n[0] + [peace] * n[1]
            sentences = [f"{w} {other} {other} {other}." for w in said]
            sentences += [f"{other} {other} {other} {other} {i}."] * 20
            rows.append({"doc_id": f"{code}-{i:02}", "language": code, "text": " ".join(sentences)})
    return corpora.from_rows(pd.DataFrame(rows).assign(source="made up"))


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(0)
    return texts({"nl": (20, 10), "de": (4, 10), "en": (4, 12)}, rng)


@pytest.fixture(scope="module")
def rows(corpus):
    return across(corpus, n_boot=199, include_marked=True)


def test_it_is_one_table_of_result_rows(rows):
    results.check(rows)
    assert not rows.duplicated(["concept", "group"]).any()
    assert set(rows["group"]) == {"nl", "de", "en"}
    assert (rows.groupby("concept")["group"].agg(list).map(len) == 3).all()


def test_a_real_difference_differs_and_one_of_the_lists_does_not(rows):
    found = rows.set_index(["concept", "group"])
    war, peace = found.loc["war"], found.loc["peace"]
    assert war.loc["nl", "verdict"] == "key" and war.loc["nl", "log_ratio"] > 1.5
    assert war.loc["nl", "log_ratio_lo"] > war.loc["nl", "noise_floor"] > 0
    assert peace.loc["nl", "log_ratio_hi"] < 0, "the lists alone, as a share of fewer words"
    assert (-peace.loc["nl", "log_ratio_hi"]) < peace.loc["nl", "noise_floor"]
    assert peace.loc["nl", "verdict"] == _contrast.WITHIN


def test_the_floor_is_that_of_the_languages_on_either_side(corpus, rows):
    words = pd.Series(counts.words(corpus, include_marked=True))
    words = words.groupby(corpus.documents["language"]).sum()
    floor = instrument.floors(["war"], {"nl": 1}, words.drop("nl").to_dict())
    found = rows[rows["concept"].eq("war") & rows["group"].eq("nl")]
    np.testing.assert_allclose(found["noise_floor"], floor)


def test_what_was_never_measured_gets_no_verdict(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    rows = across(corpus, n_boot=99, include_marked=True)
    assert rows["noise_floor"].isna().all() and rows["parallel"].isna().all()
    apart = rows[rows["log_ratio"].abs() > 1]
    assert len(apart) and set(apart["verdict"]) == {_contrast.UNMEASURED}


def test_it_agrees_with_the_measures_it_is_made_of(corpus, rows):
    shared = {"by": "language", "unit": "concept", "include_marked": True, "n_boot": 199}
    keys = ["concept", "group"]
    rate = frequency.frequency(corpus, **shared).set_index(keys)
    key = keyness.keyness(corpus, **shared).set_index(keys)
    share = instrument.coverage(corpus, by="language", include_marked=True, n_boot=9)
    rows = rows.set_index(keys)
    rate, key = rate.loc[rows.index], key.loc[rows.index]
    for one, other in (
        (rows["estimate"], rate["estimate"]),
        (rows["hi"], rate["hi"]),
        (rows["log_ratio"], key["estimate"]),
        (rows["log_ratio_hi"], key["hi"]),
    ):
        np.testing.assert_allclose(one, other)
    covered = share.set_index("group")["estimate"]
    groups = rows.index.get_level_values("group")
    np.testing.assert_allclose(rows["coverage"], covered[groups].to_numpy())


def test_groups_of_one_language_have_no_floor_to_clear(made_up):
    nl = made_up.subset(made_up.documents["language"].eq("nl"))
    rows = across(nl, by="source", n_boot=99, min_count=1)
    assert len(rows) and (rows["noise_floor"] == 0).all()
    assert rows["verdict"].str.contains("one text").all() and rows["lo"].isna().all()


def test_a_group_alone_has_rates_and_nothing_to_compare_with(made_up):
    nl = made_up.subset(made_up.documents["language"].eq("nl"))
    rows = across(nl, n_boot=99, min_count=1)
    assert len(rows) and rows["log_ratio"].isna().all() and rows["estimate"].notna().all()
    assert (rows["verdict"] == "nothing to compare with").all()


def test_odd_input(made_up):
    empty = corpora.from_rows(made_up.documents.iloc[:0][["doc_id", "text", "language"]])
    assert len(across(empty)) == 0
    with pytest.raises(DiscourseError, match="colour"):
        across(made_up, by="colour")
    with pytest.raises(DiscourseError, match="concept or actor"):
        across(made_up, unit="word")
    assert len(across(made_up, min_count=10**6, n_boot=99)) == 0
