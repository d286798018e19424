"""Prevalence of topics: by hand, against published regressions, and on planted truth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import corpus as corpora
from analysis.measures import _prevalence as shares_
from analysis.measures import _regression as regression
from analysis.measures import prevalence as p_
from analysis.measures._topic_types import TopicModel
from analysis.results import DiscourseError, check

# Brownlee's stack loss: loss, and air flow, water temperature, acid concentration.
LOSS = [42, 37, 37, 28, 18, 18, 19, 20, 15, 14, 14, 13, 11, 12, 8, 7, 8, 8, 9, 15, 15]
STACK = [
    (80, 27, 89), (80, 27, 88), (75, 25, 90), (62, 24, 87), (62, 22, 87), (62, 23, 87),
    (62, 24, 93), (62, 24, 93), (58, 23, 87), (58, 18, 80), (58, 18, 89), (58, 17, 88),
    (58, 18, 82), (58, 19, 93), (50, 18, 89), (50, 18, 86), (50, 19, 72), (50, 19, 79),
    (50, 20, 80), (56, 20, 82), (70, 20, 91),
]  # fmt: skip


def made(
    documents: pd.DataFrame, topics: list[list[int]], *, words: int | list[list[int]] = 50,
    refits: list[list[int]] | None = None, numbers: tuple[int, ...] = (1, 2), order: int = 0,
) -> tuple[corpora.Corpus, TopicModel]:  # fmt: skip
    """A corpus and a model of it, of which only the topics of stretches matter.

    `documents` has source and year, `topics` the topic of every stretch of every document;
    `order` shuffles the rows of both.
    """
    n = len(documents)
    rows = documents.assign(text="Words.", language="en")
    rows["doc_id"] = [f"d{i:04}" for i in range(n)]
    place = np.arange(n) if not order else np.random.default_rng(order).permutation(n)
    corpus = corpora.from_rows(rows.iloc[place].reset_index(drop=True))
    units = pd.DataFrame(
        [
            {"doc_id": f"d{i:04}", "start": 10 * j, "topic": t, "fitted": True, "share": 1.0}
            | {"n_words": words if isinstance(words, int) else words[i][j]}
            | {"sentences": (100 * i + j,)}
            for i in place
            for j, t in enumerate(topics[i])
        ]
    )
    flat = np.array([[r[i][j] for i in place for j in range(len(topics[i]))] for r in refits or []])
    heading = units.iloc[[0]].assign(fitted=False, n_words=1000)
    units = pd.concat([units, heading], ignore_index=True)
    flat = np.column_stack([flat, flat[:, :1]]) if len(flat) else np.zeros((0, len(units)))
    k = len(numbers)
    about = pd.DataFrame({"topic": numbers, "label": [f"about {t}" for t in numbers]})
    about = about.assign(top_words="", stability=0.9, verdict="stable", warning="", doubtful=False)
    about["languages"] = [("en",)] * k
    model = TopicModel(
        numbers=numbers, seed=0, units=units, refits=flat.astype(np.int16),
        membership=(units["topic"].to_numpy()[:, None] == np.array(numbers)).astype(float),
        centres=np.eye(k, dtype=np.float32), topics=about, terms=about, shares=about,
        corpus_hash=corpus.hash, model="none", n_all=len(units),
    )  # fmt: skip
    return corpus, model


def drawn(
    rates: dict[str, tuple[float, float]], *, years: int = 6, each: int = 6, pieces: int = 10,
    noise: float = 0.0, n_refits: int = 0, seed: int = 0, order: int = 0,
) -> tuple[corpora.Corpus, TopicModel]:  # fmt: skip
    """Documents whose share of topic 1 is that of their source, plus so much a year."""
    rng = np.random.default_rng(seed)
    rows, topics = [], []
    for source, (start, step) in rates.items():
        for year in range(years):
            for _ in range(each):
                share = rng.beta(*(6 * np.array([start + step * year, 1 - start - step * year])))
                rows.append({"source": source, "year": 2000 + year})
                topics.append((2 - (rng.random(pieces) < share)).tolist())
    refits = [
        [[3 - t if flip else t for t, flip in zip(d, rng.random(pieces) < noise, strict=True)]
         for d in topics]
        for _ in range(n_refits)
    ]  # fmt: skip
    return made(pd.DataFrame(rows), topics, refits=refits, order=order)


TWO = {"A": (0.2, 0.0), "B": (0.5, 0.0)}


@pytest.fixture(scope="module")
def two():
    return drawn(TWO, noise=0.05, n_refits=20)


@pytest.fixture(scope="module")
def small():
    """Two texts of one source and one of another; one stretch is in no topic."""
    rows = pd.DataFrame({"source": ["A", "A", "B"], "year": [2001, 2002, 2001]})
    words = [[10, 30], [60], [50, 25, 25]]
    return made(rows, [[7, 3], [7], [3, 0, 7]], words=words, numbers=(3, 7))


def of(rows: pd.DataFrame, **keys: object) -> pd.Series:
    for key, value in keys.items():
        rows = rows[rows[key] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_shares_are_words_by_main_topic_and_numbers_may_have_gaps(small):
    rows = check(p_.prevalence(*small, by="source"))
    assert list(rows["topic"]) == [3, 7, 3, 7]
    assert list(rows["estimate"]) == pytest.approx([0.3, 0.7, 0.5, 0.25])
    assert list(rows["n"]) == [1, 2, 1, 1]
    assert list(rows["n_units"]) == [3, 3, 3, 3]
    assert list(rows["n_tokens"]) == [100, 100, 100, 100], "a heading is not counted"
    assert list(rows["label"]) == ["about 3", "about 7"] * 2
    assert of(rows, topic=7, group="A")["sentences"] == (0, 100)
    assert list(rows["membership"]) == pytest.approx([0.3, 0.7, 0.5, 0.25])


def test_several_columns_make_groups_with_keys_of_their_own(small):
    rows = p_.prevalence(*small, by=["source", "year"])
    assert list(rows.columns[1:6]) == ["topic", "source", "year", "by", "group"]
    one = of(rows, topic=7, group="A · 2002")
    assert (one["source"], one["year"], one["estimate"]) == ("A", 2002, 1.0)
    assert set(rows["by"]) == {"source · year"}


def test_one_text_has_no_interval_and_few_say_so(small):
    rows = p_.prevalence(*small, by="source").set_index("group")
    assert rows.loc["B", ["lo", "hi"]].isna().all(axis=None)
    assert set(rows.loc["B", "verdict"]) == {"one text"}
    assert rows.loc["A", ["lo", "hi"]].notna().all(axis=None)
    assert set(rows.loc["A", "verdict"]) == {"too little text"}


def test_unstable_topics_are_told(small):
    corpus, model = small
    shaky = replace(model, topics=model.topics.assign(verdict=["stable", "unstable topic"]))
    rows = p_.prevalence(corpus, shaky, by="source")
    assert rows.loc[rows["topic"] == 7, "verdict"].str.endswith("; unstable topic").all()
    assert not rows.loc[rows["topic"] == 3, "verdict"].str.contains("unstable").any()


def test_the_variance_between_documents_is_that_of_a_ratio_within_strata():
    rng = np.random.default_rng(1)
    words = rng.integers(50, 500, 12).astype(float)
    own = (words * rng.random(12))[:, None]
    strata = np.repeat([0, 1, 2], 4)
    got, df = shares_.between(own, words, strata, pieces=(words**2).sum() / 1e6)
    u = own[:, 0] - own.sum() / words.sum() * words
    want = sum(4 / 3 * ((u[strata == h] - u[strata == h].mean()) ** 2).sum() for h in range(3))
    assert got[0] == pytest.approx(want / words.sum() ** 2)
    assert 2 <= df[0] <= 9


def test_the_variance_is_never_below_that_of_independent_stretches():
    own, words = np.full((6, 1), 20.0), np.full(6, 100.0)
    got, df = shares_.between(own, words, np.zeros(6, dtype=int), pieces=30 * 20.0**2)
    near = (0.2 * 30 + 0.5) / 31
    assert got[0] == pytest.approx(near * (1 - near) / 30)
    assert df[0] == pytest.approx(5)


def test_texts_that_each_come_from_another_source_still_vary():
    """Resampled within sources of one text, nothing would ever change."""
    assert list(shares_.collapsed(np.array(list("abc")))) == [3, 3, 3]
    assert list(shares_.collapsed(np.array(list("aab")))) == [2, 2, 2]
    assert list(shares_.collapsed(np.array(list("aabb")))) == [0, 0, 1, 1]
    rows = pd.DataFrame({"source": list("abcdef"), "year": 2000})
    own = made(rows, [[1] * i + [2] * (6 - i) for i in range(6)])
    found = p_.prevalence(*own, by="year")
    assert (found["hi"] - found["lo"] > 0.2).all()


def test_refits_widen_the_interval_and_leave_the_estimate(two):
    corpus, model = two
    certain = replace(model, refits=model.refits[:0])
    wide, narrow = (p_.prevalence(corpus, m, by="source") for m in (model, certain))
    assert list(wide["estimate"]) == list(narrow["estimate"])
    assert ((wide["hi"] - wide["lo"]) > (narrow["hi"] - narrow["lo"])).all()
    assert wide["method"].str.contains("one of 20 refits").all()
    assert narrow["method"].str.contains("topics taken as certain").all()


def test_a_topic_that_refits_do_not_find_may_be_as_rare_as_nothing(two):
    corpus, model = two
    gone = model.refits.copy()
    gone[:10][gone[:10] == 1] = 0
    rows = p_.prevalence(corpus, replace(model, refits=gone), by="source")
    assert (rows.loc[rows["topic"] == 1, "lo"] == 0).all()
    assert (rows.loc[rows["topic"] == 2, "lo"] > 0).all()


def test_the_models_variance_is_added_as_rubin_does():
    refits = np.array([[1.0], [3.0], [2.0], [2.0]])
    total, df = shares_.composed(np.array([2.0]), np.array([0.5]), np.array([np.inf]), refits)
    assert total[0] == pytest.approx(0.5 + 1.25 * 0.5)
    gamma = (total[0] - 0.5) / total[0]
    assert df[0] == pytest.approx(3 / gamma**2), "Rubin 1987, (3.1.6)"
    same = shares_.composed(np.array([2.0]), np.array([0.5]), np.array([8.0]), refits[:1])
    assert (same[0][0], same[1][0]) == (0.5, 8.0)


def test_differences_are_of_shares_in_points_with_a_verdict(two):
    rows = check(p_.differences(*two, by="source"))
    shares = p_.prevalence(*two, by="source").set_index(["group", "topic"])["estimate"]
    for t in (1, 2):
        row = of(rows, topic=t)
        assert (row["group"], row["reference"]) == ("A", "B")
        assert row["estimate"] == pytest.approx(100 * (shares["A", t] - shares["B", t]))
        assert abs(row["without_one_text"]) < abs(row["estimate"])
    assert list(rows["verdict"]) == ["less", "more"]
    assert (rows["q"] < 0.001).all()
    assert rows["n_docs"].eq(36).all() and rows["docs_reference"].eq(36).all()


def test_the_difference_nearest_zero_leaves_out_the_text_that_carries_it():
    rows = pd.DataFrame({"source": ["A"] * 6 + ["B"] * 6, "year": 2000})
    topics = [[1] * 60, *[[2] * 6] * 5, *[[2] * 6] * 6]
    found = of(p_.differences(*made(rows, topics), by="source"), topic=1)
    assert found["estimate"] > 60
    assert found["without_one_text"] == 0
    assert found["verdict"] in ("not distinguishable", "differs but one text drives it")


def test_no_difference_is_found_where_there_is_none():
    """Ten topics in eight corpora whose sources do not differ."""
    p = []
    rows = pd.DataFrame({"source": list("AB") * 12, "year": 2000})
    numbers = tuple(range(1, 11))
    for seed in range(8):
        rng = np.random.default_rng(seed)
        topics = [rng.choice(10, 20, p=rng.dirichlet(np.full(10, 0.8))) + 1 for _ in range(24)]
        own = made(rows, [t.tolist() for t in topics], numbers=numbers)
        p += p_.differences(*own, by="source", n_boot=0)["p"].tolist()
    assert len(p) == 80
    assert np.mean(np.array(p) < 0.05) <= 0.1
    assert 0.35 < np.mean(p) < 0.65


def test_a_group_alone_has_nothing_to_be_compared_with():
    rows = p_.differences(*drawn({"A": (0.3, 0.0)}), by="source")
    assert list(rows["verdict"]) == ["nothing to compare with: no other group"]
    assert rows["topic"].isna().all() and rows["n_docs"].eq(36).all()


def test_too_many_groups_are_refused():
    own = drawn(TWO, years=25, each=10, pieces=1)
    with pytest.raises(DiscourseError, match="fewer values"):
        p_.differences(*own, by="doc_id")


def test_few_texts_give_no_test(small):
    row = of(p_.differences(*small, by="year"), topic=3)
    assert np.isnan(row["p"]) and row["verdict"] == "one text"
    assert row[["lo", "hi"]].isna().all()


def test_regressions_give_the_published_coefficients_and_hc3_errors():
    """Brownlee 1965; errors as statsmodels 0.15 gives them (cov_type="HC3")."""
    x = np.column_stack([np.ones(21), np.array(STACK)])
    fit = regression.fit(x, np.array(LOSS, dtype=float)[:, None])
    want = [-39.919674420124, 0.715640200485, 1.295286124389, -0.152122519149]
    assert list(fit.estimate[:, 0]) == pytest.approx(want)
    errors = [9.001105108949, 0.213421198117, 0.588753796732, 0.120580229004]
    assert list(np.sqrt(fit.variance[:, 0])) == pytest.approx(errors)


def test_degrees_of_freedom_are_bell_and_mccaffreys_and_leaving_one_out_is_exact():
    x = np.column_stack([np.ones(21), np.array(STACK)])
    y = np.array(LOSS, dtype=float)[:, None]
    fit = regression.fit(x, y)
    a = x @ np.linalg.inv(x.T @ x)
    left = np.eye(21) - a @ x.T
    without = [
        np.linalg.lstsq(np.delete(x, i, 0), np.delete(y, i, 0), rcond=None)[0] for i in range(21)
    ]
    for c in range(4):
        g = left @ np.diag((a[:, c] / np.diag(left)) ** 2) @ left
        assert fit.df[c] == pytest.approx(np.trace(g) ** 2 / np.trace(g @ g))
        sign = np.sign(fit.estimate[c, 0])
        nearest = sign * min(sign * b[c, 0] for b in without)
        assert fit.without_one[c, 0] == pytest.approx(nearest)


def test_a_single_factor_gives_the_difference_of_mean_shares(two):
    corpus, model = two
    rows = check(p_.effects(corpus, model, covariates=["source"]))
    units = model.units[model.units["fitted"]]
    share = units["topic"].eq(1).groupby(units["doc_id"]).mean() * 100
    source = corpus.documents.set_index("doc_id")["source"]
    mean = share.groupby(source).mean()
    row = of(rows, topic=1)
    assert (row["group"], row["reference"]) == ("B", "A"), "of equal levels the first is reference"
    assert row["estimate"] == pytest.approx(mean["B"] - mean["A"])
    assert row["unit"] == "percentage points" and row["verdict"] == "more"
    certain = p_.effects(corpus, replace(model, refits=model.refits[:0]), covariates=["source"])
    a, b = (share[source.loc[share.index] == s] for s in "AB")
    error = np.sqrt(a.var() / (len(a) - 1) + b.var() / (len(b) - 1))  # HC3 of two means
    narrow = of(certain, topic=1)
    df = ((a.var() + b.var()) ** 2) / ((a.var() ** 2 + b.var() ** 2) / 35)
    assert (narrow["hi"] - narrow["lo"]) / 2 / error == pytest.approx(
        stats.t.isf(0.025, df), rel=0.01
    )
    assert row["hi"] - row["lo"] > narrow["hi"] - narrow["lo"]


def test_effects_tell_sources_from_years():
    """Without the year, the source with later texts would seem to say more of it."""
    rows, topics = [], []
    rng = np.random.default_rng(0)
    for source, years in (("A", range(0, 6)), ("B", range(4, 10))):
        for year in years:
            for _ in range(12):
                rows.append({"source": source, "year": 2000 + year})
                topics.append((2 - (rng.random(20) < 0.2 + 0.06 * year)).tolist())
    own = made(pd.DataFrame(rows), topics)
    alone = of(p_.effects(*own, covariates=["source"]), topic=1)
    both = p_.effects(*own)
    year = of(both, topic=1, by="year")
    source = of(both, topic=1, by="source")
    assert alone["verdict"] == "more" and alone["estimate"] > 20
    assert source["lo"] < 0 < source["hi"] and source["verdict"] == "not distinguishable"
    assert year["lo"] < 6 < year["hi"] and year["unit"] == "percentage points per year"
    assert (year["group"], year["reference"]) == ("", "")


def test_years_may_be_levels_and_sources_may_change_otherwise():
    own = drawn({"A": (0.2, 0.0), "B": (0.2, 0.1)}, each=15)
    levels = p_.effects(*own, covariates=["year"], numbers=())
    assert list(levels["group"].unique()) == [str(2000 + y) for y in range(1, 6)]
    assert set(levels["reference"]) == {"2000"}
    rows = p_.effects(*own, interaction=True)
    row = of(rows, topic=1, by="source · year")
    assert (row["group"], row["reference"]) == ("B", "A")
    assert row["lo"] < 10 < row["hi"] and row["verdict"] == "more"
    assert row["unit"] == "percentage points per year"


def test_what_moves_together_is_refused_in_words():
    rows = pd.DataFrame({"source": ["A"] * 8 + ["B"] * 8, "year": [2001] * 8 + [2002] * 8})
    own = made(rows, [[1, 2]] * 16)
    found = p_.effects(*own)
    assert list(found["by"]) == ["source", "year"]
    assert found["topic"].isna().all() and found["estimate"].isna().all()
    assert found["verdict"].str.startswith("source and year move together").all()
    rows["group"] = "x"
    plain = made(rows.assign(source=["A", "B"] * 8), [[1, 2]] * 16)
    assert len(p_.effects(*plain)) == 4


def test_an_interaction_without_all_combinations_is_refused():
    rows = pd.DataFrame(
        {"source": ["A"] * 12 + ["B"] * 6, "year": 2000, "part": ["x"] * 6 + ["y"] * 6 + ["x"] * 6}
    )
    own = made(rows, [[1, 2]] * 18)
    found = p_.effects(*own, covariates=["source", "part"], interaction=True)
    assert found["topic"].isna().all()
    assert found["verdict"].str.contains("source · part: some of these combinations").any()


def test_levels_of_few_texts_are_left_out_and_said():
    rows = pd.DataFrame({"source": ["A"] * 9 + ["B"] * 9 + ["C"] * 3 + ["D"], "year": 2000})
    found = p_.effects(*made(rows, [[1, 2], [1, 1]] * 11), covariates=["source", "year"])
    told = found[found["topic"].isna()].set_index(["by", "group"])["verdict"]
    assert "3 of 5" in told["source", "C"]
    assert told["source", "D"].startswith("one text")
    assert told["year", ""] == "nothing to compare with: only one year"
    assert set(found.loc[found["topic"].notna(), "group"]) == {"B"}


def test_texts_without_a_value_are_left_out_and_counted():
    rows = pd.DataFrame({"source": ["A", "B"] * 12, "year": [2000, 2001, 2002, pd.NA] * 6})
    topics = [[1, 2], [1, 1], [2, 2]] * 8
    found = p_.effects(*made(rows, topics))
    assert found["method"].str.contains("6 texts without a value left out").all()
    assert of(found, topic=1, by="source")["n_docs"] == 6
    found = p_.effects(*made(rows.assign(year=pd.NA), topics))
    assert of(found, by="year")["verdict"] == "no text has a year"
    assert of(found, by="source", topic=1)["n_docs"] == 12


def test_a_number_that_one_text_decides_has_no_interval():
    rows = pd.DataFrame({"source": "A", "year": [2000] * 11 + [2010]})
    found = p_.effects(*made(rows, [[1, 2]] * 12), covariates=["year"])
    assert found[["lo", "hi", "q"]].isna().all(axis=None)
    assert set(found["verdict"]) == {"one text decides it alone"}


def test_slopes_of_sources_and_their_cells():
    own = drawn({"A": (0.2, 0.1), "B": (0.4, 0.0)}, each=10)
    rows = check(p_.over_time(*own, n_boot=99))
    cells, slopes = (rows[rows["effect"] == e] for e in ("prevalence", "slope"))
    assert len(cells) == 2 * 6 * 2 and len(slopes) == 2 * 2
    assert sorted(set(cells["time"])) == list(range(2000, 2006))
    rises = of(slopes, topic=1, source="A")
    assert rises["lo"] < 10 < rises["hi"] and rises["verdict"] == "rises"
    assert of(slopes, topic=2, group="A")["verdict"] == "falls"
    assert of(slopes, topic=1, group="B")["verdict"] == "not distinguishable"
    assert (rises["first"], rises["last"]) == (2000, 2005)
    assert slopes["year"].isna().all() and slopes["q"].notna().all() and cells["q"].isna().all()
    same = p_.prevalence(*own, by=["source", "year"], n_boot=99)
    assert list(cells["estimate"]) == list(same["estimate"])


def test_no_slope_through_few_years_or_few_texts():
    short = p_.over_time(*drawn(TWO, years=4), n_boot=0)
    told = short[short["effect"] == "slope"]
    assert told["topic"].isna().all() and len(told) == 2
    assert told["verdict"].str.startswith("too few years with enough texts: 4 of 4").all()
    thin = p_.over_time(*drawn(TWO, years=8, each=4), n_boot=0)
    assert thin.loc[thin["effect"] == "slope", "verdict"].str.contains("0 of 8").all()
    with pytest.raises(DiscourseError, match="by and time"):
        p_.over_time(*drawn(TWO), by="year")


def everything(corpus, model):
    yield p_.prevalence(corpus, model, by=["source", "year"], n_boot=60)
    yield p_.differences(corpus, model, by="source", n_boot=60)
    yield p_.effects(corpus, model)
    yield p_.over_time(corpus, model, n_boot=60)


def test_the_order_of_rows_changes_nothing_and_neither_does_a_second_run():
    one, again, other = (drawn(TWO, noise=0.1, n_refits=5, order=order) for order in (0, 0, 3))
    for first, second, third in zip(
        everything(*one), everything(*again), everything(*other), strict=True
    ):
        pd.testing.assert_frame_equal(first, second)
        pd.testing.assert_frame_equal(first, third, check_exact=False, rtol=1e-9)


def test_results_keep_the_contract_whatever_the_texts(two):
    undated = made(pd.DataFrame({"source": ["A", "B"] * 6, "year": pd.NA}), [[1, 2]] * 12)
    one_topic = made(pd.DataFrame({"source": ["A", "B"] * 6, "year": 2000}), [[1, 1]] * 12)
    one_text = made(pd.DataFrame({"source": ["A"], "year": [2000]}), [[1, 2]])
    no_topic = made(pd.DataFrame({"source": ["A", "B"] * 6, "year": 2000}), [[0, 0]] * 12)
    for own in (two, undated, one_topic, one_text, no_topic):
        for rows in everything(*own):
            check(rows)
            numbers = rows[["estimate", "lo", "hi"]].astype(float).to_numpy()
            assert not np.isinf(numbers).any()
            assert not (rows["lo"] == rows["hi"]).any()
            single = rows[rows["n_docs"] <= 1]
            assert single["verdict"].str.contains("one text").all()
            for column in ("unit", "method"):
                assert rows[column].str.len().gt(0).all(), column


def test_all_of_one_topic_is_all_and_none_within_what_stretches_allow():
    own = made(pd.DataFrame({"source": ["A", "B"] * 6, "year": 2000}), [[1, 1]] * 12)
    rows = p_.prevalence(*own, by="source").set_index(["group", "topic"])
    assert rows.loc[("A", 1), "estimate"] == 1 and rows.loc[("A", 1), "hi"] == 1
    assert 0.6 < rows.loc[("A", 1), "lo"] < 1
    assert rows.loc[("A", 2), "lo"] == 0 and 0 < rows.loc[("A", 2), "hi"] < 0.4
    assert set(p_.differences(*own, by="source")["verdict"]) == {"not distinguishable"}


def test_bad_settings_are_errors_that_name_them(two, small):
    corpus, model = two
    for run in (p_.prevalence, p_.differences, p_.over_time):
        with pytest.raises(DiscourseError, match="colour"):
            run(corpus, model, by="colour")
        with pytest.raises(DiscourseError, match="another corpus"):
            run(small[0], model, by="source")
        with pytest.raises(DiscourseError, match="level"):
            run(corpus, model, by="source", level=95)
    with pytest.raises(DiscourseError, match="colour"):
        p_.effects(corpus, model, covariates=["colour"])
    with pytest.raises(DiscourseError, match="no number"):
        p_.effects(corpus, model, numbers=("source",))
    with pytest.raises(DiscourseError, match="empty"):
        p_.effects(corpus, model, covariates=[])
    with pytest.raises(DiscourseError, match="coefficients"):
        big = drawn(TWO, years=400, each=3, pieces=1)
        p_.effects(*big, covariates=["year"], numbers=())


def test_without_resamples_there_are_tests_but_no_intervals(two):
    rows = p_.differences(*two, by="source", n_boot=0)
    assert rows[["lo", "hi"]].isna().all(axis=None) and rows["q"].notna().all()
    assert set(rows["verdict"]) == {"no interval: nothing was resampled"}


def test_many_documents_are_pooled_and_the_interval_stays():
    many = drawn({"A": (0.3, 0.0)}, years=5, each=60, pieces=6)
    rows = p_.prevalence(*many, by="source")
    share = of(rows, topic=1)
    _, model = many
    units = model.units[model.units["fitted"]]
    plain = units["topic"].eq(1).groupby(units["doc_id"]).mean()
    width = 2 * stats.t.isf(0.025, 299) * plain.std() / np.sqrt(300)
    assert share["hi"] - share["lo"] == pytest.approx(width, rel=0.15)
    assert "200 random pools" in share["method"]


def test_the_five_texts_are_single_texts(seeds, topics_of_seeds):
    model = topics_of_seeds(4)
    assert set(p_.prevalence(seeds, model, by="source")["verdict"].str[:8]) == {"one text"}
    assert p_.effects(seeds, model)["estimate"].isna().all()
    slopes = p_.over_time(seeds, model).query("effect == 'slope'")
    assert slopes["estimate"].isna().all() and slopes["verdict"].str.startswith("one text").all()
