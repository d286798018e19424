"""Trends: the fit against a slow one, planted slopes, and what no trend may be told of."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, sparse, stats

from analysis import corpus as corpora
from analysis import resample
from analysis.counts import Counts
from analysis.measures import trend as t
from analysis.measures.trend import trend
from analysis.results import DiscourseError, check

YEARS, EACH = 8, 6


def planted(
    slope: float, *, years: int = 10, each: int = 10, rate: float = 0.01, burst: float = 1.0,
    terms: int = 400, seed: int = 0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Counts, words and years; `slope` is a log2 ratio a year, and later texts are longer."""
    rng = np.random.default_rng(seed)
    time = np.repeat(np.arange(years) + 2000.0, each)
    n = rng.integers(200, 800, len(time)) * np.where(time > 2000 + years / 2, 3.0, 1.0)
    mood = rng.gamma(burst, 1 / burst, (len(n), terms))
    mean = n * rate * 2 ** (slope * (time - time.mean()))
    return rng.poisson(mean[:, None] * mood).astype(float), n, time


def table(rates: dict[str, list[int]], each: int = EACH) -> pd.DataFrame:
    """Texts of 60 words: how often "cry" stands in those of every source and year."""
    rows = []
    for source, times in rates.items():
        for year, n in enumerate(times):
            for i in range(each):
                k = max(0, n + (i % 3) - 1)
                words = ["cry"] * k + ["filler"] * (60 - k)
                rows.append({"doc_id": f"{source}{year}-{i}", "source": source, "language": "en",
                             "year": 2000 + year, "text": " ".join(words) + "."})  # fmt: skip
    return pd.DataFrame(rows)


def run(rows: pd.DataFrame, **more: object) -> pd.DataFrame:
    """Count everything: texts this much alike would be marked as copies."""
    return trend(corpora.from_rows(rows), **{"include_marked": True} | more)


def test_slopes_are_those_of_a_poisson_regression() -> None:
    x, n, time = planted(0.1, terms=6, rate=0.003)
    got = t.slopes(x, n, time)
    for i in range(6):

        def loss(b, i=i):
            mean = n * np.exp(b[0] + b[1] * (time - 2005))
            return (mean - x[:, i] * np.log(mean)).sum()

        want = optimize.minimize(loss, [np.log(0.003), 0.0], tol=1e-10).x[1]
        assert got["slope"][i] == pytest.approx(want, abs=1e-4)


def test_standard_errors_are_between_documents_and_never_below_poisson() -> None:
    x, n, time = planted(0.0, burst=0.3, years=20)
    se = t.slopes(x, n, time)["se"]
    true = np.std(t.slopes(x, n, time)["slope"])
    assert np.mean(se) == pytest.approx(true, rel=0.1)
    even = np.full((len(n), 1), 5.0)  # Documents all alike show no spread at all.
    size = np.full(len(n), 500.0)
    alike = t.slopes(even, size, time)
    information = 5 * ((time - time.mean()) ** 2).sum()
    assert alike["se"][0] == pytest.approx(1 / np.sqrt(information))
    assert alike["slope"][0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("slope", [0.0, 0.2])
@pytest.mark.parametrize("burst", [1.0, 0.3])
def test_intervals_cover_the_planted_slope(slope: float, burst: float) -> None:
    x, n, time = planted(slope, burst=burst, terms=600)
    fit = t.slopes(x, n, time)
    half = stats.t.ppf(0.975, fit["df"]) * fit["se"]
    covered = np.abs(fit["slope"] - slope * np.log(2)) <= half
    assert 0.93 <= covered.mean() <= 0.985


def test_a_word_is_as_bursty_in_the_texts_that_decide_as_in_the_others() -> None:
    """The last year's texts, which are long, happen to be alike; those before them are not."""
    time = np.repeat(np.arange(6) + 2000.0, 10)
    n = np.where(time == 2005, 500.0, 200.0)
    x = np.where(time == 2005, 10.0, np.tile([0.0, 0, 0, 0, 20], 12))[:, None]
    fit = t.slopes(x, n, time)
    fitted = n * np.exp(np.log(x.sum() / (n * np.exp(fit["slope"] * time)).sum())
                        + fit["slope"] * time)  # fmt: skip
    away = time - (fitted * time).sum() / fitted.sum()
    excess = ((x[:, 0] - fitted) ** 2 - fitted).sum() / (fitted**2).sum()
    information = (away**2 * fitted).sum()
    model = 1 / information + excess * (away**2 * fitted**2).sum() / information**2
    assert fit["se"][0] == pytest.approx(np.sqrt(model))
    shown = ((away * (x[:, 0] - fitted)) ** 2).sum() * 60 / 58 / information**2
    assert model > shown * 1.1


def test_longer_texts_in_later_years_are_no_trend_and_nothing_is_found() -> None:
    p, found = [], []
    for seed in range(1, 7):
        x, n, time = planted(0.0, burst=0.5, terms=300, seed=seed)
        counted = Counts(
            sparse.csr_array(x.astype(int)), np.arange(300).astype(str), n.astype(int), "word"
        )
        rows = t._rows(counted, time, 1, 0.95)
        assert rows["estimate"].mean() == pytest.approx(0, abs=0.02)
        p.append(rows["p"].to_numpy())
        found.append((resample.benjamini_hochberg(p[-1]) <= 0.05).any())
    assert np.mean(np.concatenate(p) <= 0.05) <= 0.07
    assert sum(found) <= 1  # At q = .05 one run in twenty finds something.


def test_rising_falling_and_steady_groups_are_told_apart() -> None:
    rows = run(table({"up": [2, 3, 4, 6, 8, 11, 16, 22], "down": [22, 16, 11, 8, 6, 4, 3, 2],
                      "flat": [20] * 8}), terms=["CRY"])  # fmt: skip
    check(rows)
    found = rows.set_index("group")
    assert found["verdict"].to_dict() == {
        "up": "rises", "down": "falls", "flat": "steady: changes by less than half"
    }  # fmt: skip
    up = found.loc["up"]
    assert up["estimate"] == pytest.approx(0.5, abs=0.03)
    assert up["change"] == pytest.approx(7 * up["estimate"])
    assert (up["first"], up["last"], up["n_years"], up["n_docs"]) == (2000, 2007, 8, 48)
    assert up["lo"] < up["estimate"] < up["hi"] and up["q"] < 0.01
    assert up["estimate"] == pytest.approx(-found.loc["down", "estimate"], abs=1e-6)


def test_one_loud_text_is_no_trend() -> None:
    rows = table({"a": [3] * 8})
    loud = rows["doc_id"] == "a7-0"
    rows.loc[loud, "text"] = " ".join(["cry"] * 60) + "."
    found = run(rows, terms=["cry"]).iloc[0]
    assert found["estimate"] > 0.05
    assert found["without_one_text"] < found["estimate"] / 2
    assert found["verdict"] not in ("rises", "falls")
    assert found["largest_share"] == pytest.approx(60 / found["n"])


def test_no_trend_through_single_texts_or_few_years() -> None:
    many = table({"a": [3] * 8, "b": [3] * 4, "c": [3] * 8})
    few = many[~((many["source"] == "c") & ~many["doc_id"].str.endswith("-0"))]
    rows = run(few, terms=["cry"]).set_index("group")
    assert rows.loc["b", "verdict"] == (
        "too few years with enough texts: 4 of 4 have 5 or more, 5 are needed"
    )
    assert rows.loc["c", "verdict"].startswith("too few years with enough texts: 0 of 8")
    assert rows.loc[["b", "c"], ["estimate", "lo", "hi"]].isna().all(axis=None)
    assert rows.loc["a", "n_years"] == 8
    single = run(many.iloc[[0]], terms=["cry"]).iloc[0]
    assert single["verdict"].startswith("one text: too few years")


def test_years_of_few_texts_stay_out() -> None:
    rows = table({"a": [3] * 6})
    extra = table({"a": [0] * 5 + [0, 0, 40]}, each=2).query("year == 2007")
    both = pd.concat([rows, extra.assign(doc_id=["x1", "x2"])])
    got = run(both, terms=["cry"]).iloc[0]
    assert (got["last"], got["n_docs"]) == (2005, 36)
    assert got["estimate"] == pytest.approx(run(rows, terms=["cry"])["estimate"].iloc[0])


def test_a_word_of_the_last_year_alone_has_no_slope() -> None:
    rows = run(table({"a": [0, 0, 0, 0, 0, 0, 0, 9]}).assign(
        text=lambda d: d["text"].where(d["year"] == 2007, "filler " * 60)
    ), terms=["cry", "nothing"])  # fmt: skip
    assert rows["verdict"].eq("no slope: too few years with the term").all()
    assert rows[["estimate", "lo", "hi", "q"]].isna().all(axis=None)
    rare = run(table({"a": [3] * 8}), min_count=10_000)
    assert rare["verdict"].tolist() == ["too little text: no term is frequent enough"]


def test_documents_in_any_order_other_columns_and_decades() -> None:
    rows = table({"a": [2, 3, 4, 6, 8, 11, 16, 22]}).assign(wave=lambda d: d["year"] - 1999)
    one = run(rows, terms=["cry"])
    turned = run(rows.iloc[::-1].reset_index(drop=True), terms=["cry"])
    pd.testing.assert_frame_equal(one, turned)
    wave = run(rows, terms=["cry"], time="wave")
    assert wave["estimate"].iloc[0] == pytest.approx(one["estimate"].iloc[0])
    assert wave["first"].iloc[0] == 1
    tens = rows.assign(year=lambda d: 1900 + 10 * (d["year"] - 2000) + 3)
    decade = run(tens, terms=["cry"], time="decade")
    assert decade["estimate"].iloc[0] == pytest.approx(one["estimate"].iloc[0] / 10)
    assert decade["first"].iloc[0] == 1900
    several = run(rows, terms=["cry"], by=("source", "language"))
    assert several["group"].tolist() == ["a · en"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "colour"}, "colour"),
        ({"time": "colour"}, "colour"),
        ({"time": "source"}, "name a column of years"),
        ({"unit": "sound"}, "sound"),
        ({"min_count": 0}, "at least 1"),
        ({"level": 2}, "between 0 and 1"),
    ],
)
def test_bad_input_is_one_sentence(arguments: dict, message: str) -> None:
    with pytest.raises(DiscourseError, match=message) as error:
        run(table({"a": [3] * 5}), **arguments)
    assert "\n" not in str(error.value)


def test_nothing_to_count() -> None:
    full = table({"a": [3] * 5})
    empty = run(full.iloc[:0])
    assert len(empty) == 0 and list(empty.columns) == list(run(full).columns)
    assert len(run(full.assign(year=None))) == 0
