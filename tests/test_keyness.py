import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import lexicons, resample
from analysis.evidence import evidence
from analysis.measures import association
from analysis.measures import keyness as module
from analysis.measures.association import weighted_log_odds
from analysis.measures.keyness import keyness, leading
from analysis.results import ComparabilityError, DiscourseError

WORDS = ["peace", "war", "talks", "deal", "army", "border", "trade", "leader", "summit", "sanction"]


def made(n_docs: int, *, seed: int = 0) -> corpora.Corpus:
    """Sources a and b in English; a says "peace" three times as often, one text shouts "war"."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(2 * n_docs):
        source = "ab"[i % 2]
        weight = np.array([3.0 if source == "a" else 1.0, *np.ones(len(WORDS) - 1)])
        text = rng.choice(WORDS, size=80, p=weight / weight.sum()).tolist()
        text += ["cry"] * (30 if i == 0 else 0) + ["unrest"] * (source == "a")
        lines = [" ".join(text[j : j + 9]).capitalize() + "." for j in range(0, len(text), 9)]
        rows.append({"doc_id": f"d{i:02}", "source": source, "language": "en", "year": 2020 + i % 3,
                     "text": " ".join(lines)})  # fmt: skip
    return corpora.from_rows(pd.DataFrame(rows))


def mixed() -> corpora.Corpus:
    """Three languages: Dutch twice in 2017 and 2024, German once in 2024, English once."""
    texts = [
        ("nl1", "nl", "x", 2017, "De oorlog in Moskou was een oorlog om macht en geld."),
        ("nl2", "nl", "y", 2024, "De vrede kwam laat naar Moskou en de oorlog bleef een vraag."),
        ("de1", "de", "z", 2024, "Der Krieg gegen die Ukraine kam aus Moskau, der Krieg blieb."),
        ("en1", "en", "w", 2018, "The war came from Moscow and the war stayed for the winter."),
    ]
    names = ["doc_id", "language", "source", "year", "text"]
    return corpora.from_rows(pd.DataFrame(texts, columns=names))


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    return made(8)


def one(rows: pd.DataFrame, term: str, **where: object) -> pd.Series:
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows[rows["term"] == term].iloc[0]


def test_counts_rates_and_scores_are_those_of_the_table(corpus) -> None:
    row = one(keyness(corpus), "peace", group="a")
    forms, doc = corpus.tokens.forms, corpus.tokens.doc
    source = corpus.documents["source"].to_numpy()[doc]
    f1, f2 = (int(((forms == "peace") & (source == s)).sum()) for s in "ab")
    n1, n2 = (int((source == s).sum()) for s in "ab")
    assert (row["n"], row["n_reference"]) == (f1, f2)
    assert (row["n_tokens"], row["tokens_reference"]) == (n1, n2)
    assert row["rate"] == pytest.approx(1000 * f1 / n1)
    assert row["estimate"] == pytest.approx(np.log2(f1 / n1 / (f2 / n2)))
    assert row["ll2"] == pytest.approx(association.ll2(f1, n1, f2, n2))
    assert row["ll4"] == pytest.approx(association.ll4(f1, n1, f2, n2))
    assert row["chi2"] == pytest.approx(association.chi2(f1, n1, f2, n2))
    assert row["lo"] < row["estimate"] < row["hi"]


def test_verdicts_in_words(corpus) -> None:
    rows = keyness(corpus)
    assert one(rows, "peace", group="a")["verdict"] == "key"
    assert one(rows, "peace", group="b")["verdict"] == "key: used less"
    shout = one(rows, "cry", group="a")
    assert (shout["docs_with"], shout["n"]) == (1, 30)
    assert shout["verdict"] in ("key but one text drives it", "not distinguishable")
    few = keyness(made(3))
    assert set(few["verdict"]) == {"too little text"}
    assert few["q"].isna().all()
    assert few["lo"].notna().any()


def test_a_term_on_one_side_only_is_found_and_counted_as_half(corpus) -> None:
    row = one(keyness(corpus, target="b", reference="a"), "unrest")
    assert (row["n"], row["n_reference"]) == (0, 8)
    assert row["estimate"] < 0
    want = np.log2(0.5 / row["n_tokens"] / (8 / row["tokens_reference"]))
    assert row["estimate"] == pytest.approx(want)


def test_absence_from_a_short_text_is_not_more() -> None:
    rows = [
        {"doc_id": "a", "source": "a", "text": "Short talk."},
        {"doc_id": "b", "source": "b", "text": "A war is a war. " + "Nothing else was said. " * 40},
    ]
    corpus = corpora.from_rows(pd.DataFrame(rows).assign(language="en", year=2024))
    row = one(keyness(corpus, target="a", min_count=1, include_marked=True), "war")
    assert 0.5 / row["n_tokens"] > row["n_reference"] / row["tokens_reference"]
    assert (row["n"], row["estimate"]) == (0, 0)


def test_only_terms_that_hold_up_lead_where_texts_are_enough_to_test_them(corpus) -> None:
    rows = keyness(corpus, by="source")
    shown = leading(rows, 2)
    assert set(shown["verdict"]) == {"key"}
    assert "cry" in set(rows.loc[rows["estimate"] > 0, "term"])
    assert "cry" not in set(shown["term"])  # One text shouts it.
    single = keyness(mixed(), by="doc_id", min_count=1)
    assert leading(single, 2).groupby("group").size().max() == 2  # Nothing can be tested.
    assert not leading(single, 9)["stop_word"].any()


def test_swapping_the_sides_mirrors_everything(corpus) -> None:
    one_way = keyness(corpus, target="a", reference="b").set_index("term")
    other = keyness(corpus, target="b", reference="a").set_index("term").loc[one_way.index]
    assert np.allclose(one_way["estimate"], -other["estimate"])
    assert np.allclose(one_way["lo"], -other["hi"], equal_nan=True)
    assert np.allclose(one_way["hi"], -other["lo"], equal_nan=True)
    left = "without_one_text"
    assert np.allclose(one_way[left], -other[left], equal_nan=True)
    assert np.allclose(one_way["q"], other["q"], equal_nan=True)
    assert np.allclose(one_way["ll4"], other["ll4"])
    assert (one_way["n"] == other["n_reference"]).all()


def test_leaving_one_text_out() -> None:
    small = made(2)
    row = one(keyness(small, target="a", reference="b"), "cry")
    assert row["without_one_text"] == 0  # nobody else says it
    peace = one(keyness(small, target="a", reference="b"), "peace")
    forms, doc = small.tokens.forms, small.tokens.doc
    lefts = []
    for out in (0, 2):
        a, b = doc == 2 - out, np.isin(doc, [1, 3])
        lefts.append(np.log2((forms[a] == "peace").mean() / (forms[b] == "peace").mean()))
    assert peace["without_one_text"] == pytest.approx(min(lefts))


def test_each_group_is_compared_within_its_own_language() -> None:
    rows = keyness(mixed(), by="source", min_count=1)
    assert set(rows[rows["language"] == "nl"]["group"]) == {"x", "y"}
    for group in ("z", "w"):
        alone = rows[rows["group"] == group]
        assert len(alone) == 1
        assert np.isnan(alone["estimate"].iloc[0])
        assert "nothing of its own language" in alone["verdict"].iloc[0]


def test_a_group_of_several_languages_gives_a_block_for_each() -> None:
    rows = keyness(mixed(), by="year", min_count=1)
    block = rows[rows["group"] == "2024"]
    assert set(block["language"]) == {"de", "nl"}
    assert len(block[block["language"] == "de"]) == 1
    dutch = block[block["language"] == "nl"]
    assert set(dutch["n_docs"]) == {1} and set(dutch["docs_reference"]) == {1}
    assert (dutch["verdict"] == "one text").all()
    assert dutch[["lo", "hi", "q"]].isna().all(axis=None)


def test_words_across_languages_are_refused_with_the_alternative() -> None:
    for unit in ("word", "lemma"):
        with pytest.raises(ComparabilityError, match="unit='concept'"):
            keyness(mixed(), by="language", target="nl", reference="de", unit=unit)


def test_actors_cross_languages_and_say_what_that_costs() -> None:
    rows = keyness(mixed(), by="language", target="nl", reference="de", unit="actor", min_count=1)
    assert "RU" in set(rows["actor"])
    assert set(rows["languages"]) == {"de+nl"}
    assert set(rows["language"]) == {""}
    traced = evidence(mixed(), rows[rows["actor"] == "RU"].iloc[0])
    assert set(traced["doc_id"]) == {"nl1", "nl2"}
    assert rows["method"].str.contains("noise_floor").all()


def test_years_may_be_named_as_numbers(corpus) -> None:
    one_way = keyness(corpus, by="year", target=2020, reference="2021", n_boot=9)
    assert set(one_way["group"]) == {"2020"} and set(one_way["reference"]) == {"2021"}


def test_function_words_are_flagged_not_removed() -> None:
    rows = keyness(mixed(), by="source", min_count=1)
    assert one(rows, "de", group="x")["stop_word"]
    assert not one(rows, "oorlog", group="x")["stop_word"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"by": "colour"}, "source"),
        ({"target": "c"}, "a and b"),
        ({"target": "a", "reference": "c"}, "a and b"),
        ({"target": "a", "reference": "a"}, "two different groups"),
        ({"reference": "a"}, "needs a target"),
        ({"unit": "letter"}, "word"),
        ({"measures": ["charm"]}, "percent_difference"),
        ({"min_count": 0}, "at least 1"),
        ({"level": 95}, "between 0 and 1"),
    ],
)
def test_bad_input_is_named_with_the_choices(corpus, arguments, says: str) -> None:
    with pytest.raises(DiscourseError, match=says):
        keyness(corpus, **arguments)


def test_further_measures_are_columns_on_demand(corpus) -> None:
    plain = keyness(corpus, target="a", n_boot=9)
    rows = keyness(corpus, target="a", n_boot=9, measures=module.MEASURES)
    further = {*module.MEASURES, "lo_all", "hi_all"} - {"simultaneous"}
    assert not further & set(plain.columns)
    assert further < set(rows.columns)
    known = rows[rows["lo"].notna()]
    assert (known["lo_all"] <= known["lo"]).all() and (known["hi_all"] >= known["hi"]).all()
    assert (known["lo_all"] < known["lo"]).any()
    peace = one(rows, "peace")
    assert peace["percent_difference"] == pytest.approx(100 * (2 ** peace["estimate"] - 1))
    assert peace["log_odds_z"] > 3
    assert 0 < peace["conservative_log_ratio"] < peace["estimate"]
    assert peace["range"] == peace["docs_with"]


def test_log_odds_z_is_that_of_the_whole_vocabulary(corpus) -> None:
    rows = keyness(corpus, target="a", n_boot=9, min_count=40, measures=["log_odds_z"])
    every = keyness(corpus, target="a", n_boot=9, min_count=1)
    y1, y2 = every["n"].to_numpy(float), every["n_reference"].to_numpy(float)
    want = pd.Series(weighted_log_odds(y1, y2, 0.1 * (y1 + y2)), index=every["term"])
    assert 0 < len(rows) < len(every)
    assert np.allclose(rows["log_odds_z"], want[rows["term"]])


def test_prior_must_be_above_zero() -> None:
    with pytest.raises(DiscourseError, match="prior"):
        weighted_log_odds([1, 2], [2, 1], [0.0, 1.0])
    with pytest.raises(DiscourseError, match="same terms"):
        weighted_log_odds([1, 2], [2, 1, 1])


def test_blocks_do_not_change_the_interval(corpus, monkeypatch) -> None:
    whole = keyness(corpus, target="a", n_boot=49)
    monkeypatch.setattr(resample, "CELLS", 1)
    pd.testing.assert_frame_equal(whole, keyness(corpus, target="a", n_boot=49))


def test_documents_without_words_give_nothing_rather_than_numbers() -> None:
    texts = {"a": "", "b": "War war war.", "c": "", "d": ""}
    made_up = pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())})
    made_up = made_up.assign(language="en", year=2024, source=["x", "y", "y", "x"])
    rows = keyness(corpora.from_rows(made_up), min_count=1, measures=module.MEASURES)
    row = one(rows, "war", group="x")
    undefined = ["estimate", "lo", "hi", "q", "rate", "ll2", "ll4", "chi2", "odds_ratio",
                 "conservative_log_ratio", "simple_maths", "dp"]  # fmt: skip
    assert row[undefined].isna().all()
    assert (row["n"], row["n_reference"], row["verdict"]) == (0, 3, "one text")


def test_an_empty_lexicon_has_nothing_to_compare(corpus, monkeypatch) -> None:
    empty = pd.DataFrame(
        {c: pd.Series(dtype=str) for c in ("concept", "language", "pattern", "kind")}
    )
    monkeypatch.setattr(lexicons, "load", lambda name: lexicons.parse(empty, name=name))
    rows = keyness(corpus, unit="concept", min_count=1)
    assert len(rows) == 0
    assert list(rows.columns[:3]) == ["measure", "concept", "language"]


def test_copies_of_a_text_are_not_many_texts() -> None:
    rng = np.random.default_rng(5)
    same = " ".join(rng.choice(WORDS, 60).tolist()).capitalize() + "."
    texts = [("a", same)] * 12
    texts += [("b", " ".join(rng.choice(WORDS, 60).tolist()).capitalize() + ".") for _ in range(12)]
    rows = pd.DataFrame(texts, columns=["source", "text"]).assign(language="en", year=2024)
    rows["doc_id"] = [f"d{i:02}" for i in range(24)]
    found = keyness(corpora.from_rows(rows), target="a", min_count=1)
    assert set(found["n_docs"]) == {1} and set(found["verdict"]) == {"one text"}
    assert found[["lo", "hi", "q"]].isna().all(axis=None)


def test_a_column_named_twice_makes_no_groups(corpus) -> None:
    with pytest.raises(DiscourseError, match="twice"):
        keyness(corpus, by=("source", "source"))


def test_nothing_is_key_that_the_test_does_not_let_pass(corpus) -> None:
    rows = keyness(corpus, by="source")
    key = rows["verdict"].str.startswith("key")
    assert key.any() and (rows.loc[key, "q"] <= 0.05).all()
