"""The noise floor of concepts and actors between languages, and coverage."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import lexicons, paths, results
from analysis.measures import instrument
from analysis.results import DiscourseError
from benchmarks import concepts

TERMS = np.array([f"term {i:03}" for i in range(120)])
TAU = 0.25
WORDS = (0.0, 0.1, -0.2)  # log2 of words for the same content, by language
PAIRS = ((0, 1), (0, 2), (1, 2))


def planted(seed, tau=TAU, items=300):
    """Parallel texts whose lists find a known share of what is said; texts and true log2 rates."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, tau, (3, len(TERMS)))
    said = rng.poisson(rng.gamma(0.5, 0.8, (items, len(TERMS))))
    said = said * (rng.random(said.shape) < rng.uniform(0.01, 0.4, len(TERMS)))
    found = rng.binomial(said, np.clip(0.4 * np.exp2(true), 0, 1)[:, None, :])
    words = rng.integers(80, 120, items) * np.exp2(WORDS)[:, None]
    return (found, np.rint(words).astype(np.int64)), true - np.array(WORDS)[:, None]


def alone(code):
    return {code: 1.0}


def table(texts, terms=TERMS, unit="concept"):
    return concepts.estimated(unit, terms, texts)


@cache
def measured():
    return table(planted(0)[0])


def test_floors_cover_what_lists_do_to_the_same_content():
    within = []
    for seed in range(5):
        texts, true = planted(seed)
        rows = table(texts)
        for one, two in PAIRS:
            sides = [alone(concepts.LANGUAGES[side]) for side in (one, two)]
            floor = instrument.limits(rows, TERMS, *sides)
            within.append(np.abs(true[one] - true[two]) <= floor)
    assert 0.95 <= np.mean(within) < 0.995, np.mean(within)


def test_what_is_expected_is_nearer_the_truth_than_what_was_seen():
    texts, true = planted(1)
    rows = table(texts).query("term != @instrument.EVERY")
    b = (true - true.mean(axis=0)).T.ravel()
    assert np.square(rows["expected"] - b).mean() < 0.8 * np.square(rows["bias"] - b).mean()


def test_a_term_that_stands_out_is_not_shrunk_to_the_rest():
    (found, words), _ = planted(3, tau=0.1)
    term = np.argmax(found.sum(axis=(0, 1)))
    found[0, :, term] = np.random.default_rng(0).binomial(found[1, :, term], 0.25)
    rows = table((found, words))
    floor = instrument.limits(rows, TERMS, *(alone(code) for code in concepts.LANGUAGES[:2]))
    bias = rows["bias"].to_numpy()[3 * term : 3 * term + 2]
    assert floor[term] > bias[1] - bias[0] > 1.5 and np.median(floor) < 1


def test_how_much_lists_differ_is_recovered():
    found = np.array([concepts.heterogeneity(planted(seed)[0]) for seed in range(5)])
    assert abs(found[:, 0].mean() - TAU) < 0.05
    assert (found[:, 1] > found[:, 0]).all() and (found[:, 1] > TAU).sum() >= 4


def test_lists_that_find_the_same_have_floors_near_nothing_but_the_number_of_words():
    (found, words), _ = planted(2, tau=0)
    same = np.stack([found[0]] * 3)
    often = same.sum(axis=(0, 1)) > 30
    rows = table((same, np.stack([words[0]] * 3)))
    floor = instrument.limits(rows, TERMS, alone("nl"), alone("de"))
    assert often.any() and (floor[often] < 0.2).all() and (floor > 0).all()


def test_the_same_languages_on_both_sides_cost_nothing():
    zero = np.zeros(2)
    for mix in ({"nl": 10}, {"fr": 3.0}, {"nl": 2, "de": 6}):
        double = {code: 2 * n for code, n in mix.items()}
        assert (instrument.limits(measured(), TERMS[:2], mix, double) == zero).all()


def test_a_mix_lies_between_and_sides_may_be_swapped():
    target, mixed, reference = alone("nl"), {"nl": 1, "de": 1}, alone("de")
    whole = instrument.limits(measured(), TERMS, target, reference)
    half = instrument.limits(measured(), TERMS, target, mixed)
    assert (half < whole).all() and (half > 0).all()
    swapped = instrument.limits(measured(), TERMS, reference, target)
    np.testing.assert_allclose(whole, swapped)


def test_a_higher_level_is_a_higher_floor():
    sides = alone("nl"), alone("de")
    low, high = (instrument.limits(measured(), TERMS, *sides, level=v) for v in (0.8, 0.99))
    assert (low < high).all()


@pytest.mark.parametrize(
    "sides",
    [
        ({"fr": 1}, {"nl": 1}),
        ({"nl": 1, "fr": 0.001}, {"nl": 1}),
        ({"unknown": 5}, {"nl": 1}),
        ({}, {"nl": 1}),
        ({"nl": 0}, {"nl": 1}),
        ({}, {}),
    ],
)
def test_a_language_that_was_not_measured_has_no_floor(sides):
    assert np.isnan(instrument.limits(measured(), TERMS[:3], *sides)).all()


def test_a_language_of_no_words_need_not_be_known():
    floor = instrument.limits(measured(), TERMS[:3], {"nl": 1, "fr": 0}, alone("de"))
    assert (floor == instrument.limits(measured(), TERMS[:3], alone("nl"), alone("de"))).all()


def test_a_concept_of_ones_own_has_the_typical_floor():
    sides = alone("nl"), alone("de")
    own = instrument.limits(measured(), ["my concept"], *sides)
    others = instrument.limits(measured(), TERMS, *sides)
    assert np.quantile(others, 0.05) < own[0] < np.quantile(others, 0.99)
    rows = measured().set_index(["term", "language"])
    m = abs(rows.loc[("*", "nl"), "expected"] - rows.loc[("*", "de"), "expected"])
    assert own[0] > m + 1.96 * TAU


def test_terms_come_back_in_the_order_asked_for_and_may_repeat():
    sides = alone("nl"), alone("de")
    every = dict(zip(TERMS, instrument.limits(measured(), TERMS, *sides), strict=True))
    asked = [TERMS[5], TERMS[2], "new", TERMS[5]]
    floor = instrument.limits(measured(), asked, *sides)
    assert list(floor[[0, 1, 3]]) == [every[t] for t in (TERMS[5], TERMS[2], TERMS[5])]
    assert instrument.limits(measured(), [], *sides).shape == (0,)


def test_floors_read_the_results_of_the_benchmark(tmp_path):
    measured().to_csv(tmp_path / "concepts.csv", index=False)
    sides = alone("nl"), alone("de")
    read = instrument.floors(TERMS, *sides, folder=tmp_path)
    np.testing.assert_allclose(read, instrument.limits(measured(), TERMS, *sides))
    (tmp_path / "none").mkdir()
    assert np.isnan(instrument.floors(TERMS, *sides, folder=tmp_path / "none")).all()


@pytest.mark.parametrize("unit", ["concept", "actor"])
def test_the_committed_results_give_every_term_a_floor(unit):
    keys = np.array(lexicons.load(f"{unit}s").keys)
    for one, two in (("nl", "de"), ("nl", "en"), ("de", "en")):
        floor = instrument.floors(keys, alone(one), alone(two), unit=unit)
        assert np.isfinite(floor).all() and (floor > 0).all() and (floor < 3).all()


@pytest.mark.parametrize(
    ("arguments", "message"), [({"unit": "word"}, "concept or actor"), ({"level": 1.5}, "level")]
)
def test_what_cannot_be_asked_for(arguments, message):
    with pytest.raises(DiscourseError, match=message):
        instrument.floors(["war"], alone("nl"), alone("de"), **arguments)


def test_the_results_are_those_of_the_lexicon(data):
    """Goes red when a lexicon changes: run python -m benchmarks.concepts."""
    corpus = corpora.from_rows(concepts.parallel(data))
    stored = pd.read_csv(paths.RESULTS / "concepts.csv", keep_default_na=False)
    for unit in concepts.UNITS:
        now = concepts.table(corpus, unit)
        was = stored[stored["unit"].eq(unit)].reset_index(drop=True)
        keys = ["term", "language", "mentions", "words"]
        pd.testing.assert_frame_equal(was[keys], now[keys], check_dtype=False)
        for column in ("expected", "sd"):
            np.testing.assert_allclose(was[column].astype(float), now[column], rtol=1e-4, atol=1e-5)


def test_contrasts_of_the_same_content_stay_within_the_floor():
    rows = pd.read_csv(paths.RESULTS / "concepts_check.csv")
    assert set(rows["unit"]) == set(concepts.UNITS)
    assert (rows["differ"] <= 0.05).all()


def test_coverage_counts_sentences_and_words(made_up):
    rows = results.check(instrument.coverage(made_up, unit="actor", n_boot=99)).set_index("group")
    nl = made_up.documents["language"].eq("nl").to_numpy()
    found = lexicons.find(made_up, lexicons.load("actors"))
    found = found[nl[found["doc"]]]
    sentences = int(nl[made_up.sentences["doc"]].sum())
    assert rows.loc["nl", "n"] == found["sentence"].nunique()
    assert rows.loc["nl", "sentences"] == sentences
    assert rows.loc["nl", "estimate"] == found["sentence"].nunique() / sentences
    words = made_up.tokens
    inside = sum(
        any(
            d == doc and start < e and s < end
            for doc, start, end in zip(found["doc"], found["start"], found["end"], strict=True)
        )
        for d, s, e in zip(words.doc, words.start, words.end, strict=True)
    )
    total = int(nl[words.doc].sum())
    assert rows.loc["nl", "words_covered"] == inside / total


def test_coverage_of_parallel_texts_stands_beside_it(made_up):
    rows = instrument.coverage(made_up, n_boot=9).set_index("group")
    assert rows["parallel"].between(0.2, 0.6).all()
    assert rows["parallel_words"].between(0.01, 0.1).all()
    mixed = instrument.coverage(made_up, by="source", n_boot=9).set_index("group")
    assert mixed["parallel"].between(rows["parallel"].min(), rows["parallel"].max()).all()
    assert (mixed["language"] == "").all() and (mixed["languages"] == "de+en+nl").all()


def test_coverage_of_odd_corpora(made_up):
    empty = made_up.documents.iloc[:0][["doc_id", "text", "language", "source", "year"]]
    rows = instrument.coverage(corpora.from_rows(empty))
    assert len(rows) == 0 and "words_covered" in rows
    blank = pd.DataFrame({"doc_id": ["a", "b"], "text": ["…", "?"], "language": ["nl", "nl"]})
    rows = instrument.coverage(corpora.from_rows(blank), n_boot=9)
    assert rows["estimate"].isna().all() and (rows["verdict"] == "no words").all()
    one = instrument.coverage(made_up.subset([True] + [False] * 5), n_boot=9)
    assert one["lo"].isna().all() and one["words_lo"].isna().all()
    assert (one["verdict"] == "one text").all()
    with pytest.raises(DiscourseError, match="colour"):
        instrument.coverage(made_up, by="colour")
