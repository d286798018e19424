"""Two factors at once: the formulas on cells one can check by hand, then planted truth.

Larger runs of the same, over more settings, are in ``benchmarks/results/crossed.csv``.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from analysis import corpus as corpora
from analysis import rates
from analysis.counts import Counts
from analysis.measures import _balance as balance
from analysis.measures import _corners as corners
from analysis.measures import _crossing as crossing
from analysis.measures import crossed as c
from analysis.measures.crossed import crossed
from analysis.results import DiscourseError, check

TERMS = 400


def text(term: str, times: int, words: int) -> str:
    return " ".join([term] * times + ["filler"] * (words - times)) + "."


def small() -> pd.DataFrame:
    """Two sources, two years, six texts a cell: "cry" grows at b only, whose texts are long."""
    rates = {("a", 2020): 2, ("a", 2021): 4, ("b", 2020): 1, ("b", 2021): 8}
    rows = []
    for (source, year), times in rates.items():
        for i in range(6):
            words = 50 * (4 if source == "b" else 1)
            n = times * words // 50 + (i % 2) * (1 if i < 3 else -1)
            rows.append({"doc_id": f"{source}{year}{i}", "source": source, "year": year,
                         "language": "en", "text": text("cry", n, words)})  # fmt: skip
    return pd.DataFrame(rows)


def run(table: pd.DataFrame, **more: object) -> pd.DataFrame:
    """Count everything: texts this much alike would be marked as copies."""
    return crossed(corpora.from_rows(table), **{"include_marked": True, "n_boot": 49} | more)


def one(rows: pd.DataFrame, group: str, term: str = "cry") -> pd.Series:
    found = rows[(rows["group"] == group) & (rows["term"] == term)]
    assert len(found) == 1
    return found.iloc[0]


def test_rates_of_cells_count_the_same_whatever_their_length() -> None:
    rows = run(small(), min_count=1, n_boot=99)
    f = small().groupby(["source", "year"])["text"].agg(" ".join).str.count("cry")
    words = {"a": 300, "b": 1200}
    r = {key: n / words[key[0]] for key, n in f.items()}
    a, b = (r["a", 2020], r["a", 2021]), (r["b", 2020], r["b", 2021])
    assert one(rows, "a")["estimate"] == pytest.approx(np.log2(sum(a) / sum(b)))
    assert one(rows, "2021")["estimate"] == pytest.approx(np.log2((a[1] + b[1]) / (a[0] + b[0])))
    found = one(rows, "b · 2021")
    assert found["estimate"] == pytest.approx(np.log2(b[1] / b[0] / (a[1] / a[0])))
    assert found["rate"] == pytest.approx(1000 * b[1])
    assert found["rate_reference"] == pytest.approx(1000 * b[0] * a[1] / a[0])
    assert (found["n"], found["n_docs"], found["n_tokens"]) == (f["b", 2021], 6, 1200)
    assert (found["by"], found["first_level"], found["second_level"]) == (
        "source · year", "b", "2021")  # fmt: skip
    assert found["verdict"] == "key"
    assert one(rows, "a · 2021")["verdict"] == "key: used less"
    assert found["lo"] < found["estimate"] < found["hi"]
    check(rows)


def test_the_smallest_design_has_four_mirrored_cells() -> None:
    rows = run(small(), terms=["CRY"], n_boot=49)
    cells = rows[rows["effect"] == "interaction"].set_index("group")["estimate"]
    assert cells["a · 2020"] == pytest.approx(cells["b · 2021"])
    assert cells["a · 2021"] == pytest.approx(-cells["b · 2021"])
    assert rows["n_cells"].eq(4).all()


def test_weights_of_both_sides_fall_on_the_same_levels() -> None:
    present = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], dtype=bool)
    w = balance.main_weights(present, 0)
    assert w[0].tolist() == [[0.5, 0.5, 0], [0, 0, 0], [0, 0, 0]]
    assert w[1].tolist() == [[0, 0, 0], [0.5, 0.25, 0], [0, 0.25, 0]]
    assert (w.sum(axis=1)[0] == w.sum(axis=1)[1]).all()
    assert balance.main_weights(np.eye(2, dtype=bool), 0) is None


def test_an_interaction_is_seen_in_a_block_without_gaps() -> None:
    present = np.array([[1, 1, 1], [1, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=bool)
    w = balance.interaction_weights(present, 0, 0)
    assert w.sum(axis=(1, 2)) == pytest.approx(np.ones(4))
    used = np.argwhere(w[3]).tolist()
    assert used == [[1, 1], [1, 2], [3, 1], [3, 2]]
    assert balance.interaction_weights(present, 2, 1) is None
    assert balance.interaction_weights(np.array([[True, True]]), 0, 0) is None


def test_the_test_of_two_cells_is_that_of_two_groups() -> None:
    rng = np.random.default_rng(2)
    sizes = [rng.integers(100, 900, 20), rng.integers(50, 500, 30)]
    x = [rng.poisson(n[:, None] * 0.004 * rng.gamma(1, 1, (len(n), 50))) for n in sizes]
    x[0][:, 0] = 0  # absent on one side
    want = rates.ratio(
        *(rates.of_matrix(sparse.csr_array(a), n) for a, n in zip(x, sizes, strict=True))
    )
    held = corners.cells(
        sparse.csr_array(np.vstack(x)), np.concatenate(sizes), np.repeat([0, 1], [20, 30]), 2
    )
    got = corners.compare(held, np.eye(2)[None])
    assert got.ratio.log[0] == pytest.approx(want.log)
    assert got.ratio.error[0] == pytest.approx(want.error)
    assert got.ratio.p()[0] == pytest.approx(want.p())
    assert (got.p[0] >= want.p() - 1e-12).all()  # The test has the corners' common burstiness.
    chance = stats.hypergeom.pmf(0, 50, (x[1][:, 0] > 0).sum(), 20)
    assert got.p[0, 0] >= chance


def test_what_is_absent_never_counts_as_more() -> None:
    rate = np.array([[40, 1, 0, 4, 4], [0, 0, 2, 4, 4], [1, 1, 1, 1, 0], [1, 1, 1, 0, 0]], float)
    stand_in = np.array([10, 10, 3, 3], float)[:, None]
    got = corners.settled(rate[None], stand_in[None])[0]
    assert got[:4].tolist() == [4, 1, 1, 1]
    assert np.isnan(got[4])  # Absent above and below the line.


def planted(
    docs: np.ndarray, rates: np.ndarray, *, burst: float = 1.0, long: np.ndarray | float = 1.0,
    seed: int = 0, n_boot: int = 299,
) -> pd.DataFrame:  # fmt: skip
    """Rows of generated documents: docs and rates are those of the cells."""
    rng = np.random.default_rng(seed)
    first, second = (np.repeat(i.ravel(), docs.ravel()) for i in np.indices(docs.shape))
    long = np.broadcast_to(long, docs.shape)
    n = (rng.integers(200, 800, len(first)) * long[first, second]).astype(np.int64)
    mood = rng.gamma(burst, 1 / burst, (len(n), TERMS))
    rate = np.broadcast_to(rates, (TERMS, *docs.shape))[:, first, second].T
    x = sparse.csr_array(rng.poisson(n[:, None] * rate * mood))
    counted = Counts(x, np.array([f"t{i:04}" for i in range(TERMS)]), n, "word")
    labels = [first.astype(str).astype(object), second.astype(str).astype(object)]
    pool = crossing.pooled(counted, np.arange(len(n)), labels, np.full(len(n), "en", dtype=object))
    parts = crossing.compared(pool, ["x", "y"], 0, level=0.95)
    rows = c._with_intervals(parts, level=0.95, n_boot=n_boot, seed=0)
    return rows.assign(verdict=c._verdicts(rows, 0.95, tested=True, across=False))


SOURCES, YEARS = np.array([1.0, 0.5, 2.0]), np.array([1.0, 1.5])


@pytest.mark.parametrize("effect", [0.0, 1.0])
def test_intervals_cover_what_was_planted(effect: float) -> None:
    rates = 0.01 * np.outer(SOURCES, YEARS)
    rates[0, 1] *= 2**effect
    rows = planted(np.full((3, 2), 50), rates)
    main = rows[(rows["effect"] == "main") & (rows["first_level"] == "0")]
    cell = rows[(rows["first_level"] == "0") & (rows["second_level"] == "1")]
    truth = np.log2(rates[0].sum() / rates[1:].mean(axis=0).sum())
    for found, value in ((main, truth), (cell, effect)):
        assert len(found) == TERMS
        covered = (found["lo"] <= value) & (value <= found["hi"])
        assert 0.92 <= covered.mean() <= 0.98
        assert found["estimate"].mean() == pytest.approx(value, abs=0.05)


def test_nothing_planted_nothing_found() -> None:
    p, found = [], []
    for seed in range(4):  # Bursty, so that a cell with few of a word also shows little variance.
        rows = planted(np.full((3, 2), 20), np.full((3, 2), 0.005), burst=0.3, seed=seed, n_boot=9)
        p.append(rows["p"].le(0.05).mean())
        found.append(rows["q"].le(0.05).any())
        assert not rows["verdict"].isin(["key", "key: used less"]).any() or found[-1]
    assert np.mean(p) <= 0.06
    assert sum(found) <= 1


def test_planted_cells_are_found_and_few_others() -> None:
    rates = np.full((TERMS, 3, 2), 0.01)
    rates[:40, 0, 1] *= 6  # Lifts its source, its year and, in two years, its mirror cell too.
    rows = planted(np.full((3, 2), 30), rates, seed=5)
    here = (rows["first_level"] == "0") & (rows["second_level"] == "1")
    true = rows["term"] < "t0040"
    assert (rows[here & true]["verdict"] == "key").mean() > 0.9
    found = rows["q"] <= 0.05
    assert (found & ~true).sum() <= 0.1 * found.sum()


def test_much_text_of_one_source_in_a_heavy_year_is_no_effect_of_the_source() -> None:
    docs, long = np.full((3, 2), 20), np.ones((3, 2))
    docs[0, 1], long[0, 1] = 60, 10.0
    rows = planted(docs, 0.01 * np.outer(np.ones(3), [1.0, 3.0]), long=long)
    main = rows[(rows["by"] == "x") & (rows["first_level"] == "0")]
    assert main["estimate"].mean() == pytest.approx(0, abs=0.05)
    assert main["q"].le(0.05).mean() <= 0.02
    year = rows[(rows["by"] == "y") & (rows["second_level"] == "1")]
    assert year["estimate"].mean() == pytest.approx(np.log2(3), abs=0.05)


def test_one_text_does_not_make_a_key_cell() -> None:
    table = small()
    table["text"] = [text("cry", 9 + i % 3, 200) for i in range(len(table))]
    table.loc[table["doc_id"] == "b20210", "text"] = text("cry", 180, 200)
    found = one(run(table, terms=["cry"], n_boot=199), "b · 2021")
    assert found["estimate"] > 1 > 0.3 > found["without_one_text"]
    assert found["verdict"] != "key"
    before = run(small(), terms=["cry"], n_boot=199)
    assert one(before, "b · 2021")["without_one_text"] > 1


def test_cells_of_few_texts_say_so() -> None:
    short = {"language": "en", "text": "cry cry"}
    more = [{"doc_id": "z", "source": "c", "year": 2021}, {"doc_id": "y", "source": "b"}]
    table = small()[lambda t: ~t["doc_id"].isin(["a20200", "a20201"])]
    table = pd.concat([table, pd.DataFrame([m | short for m in more])])
    rows = run(table, terms=["cry", "absent"], n_boot=49)
    assert one(rows, "a · 2020")["verdict"] == "too little text"
    assert np.isnan(one(rows, "b · 2021")["q"])  # One of its corners has four texts.
    single = rows[rows["group"] == "c · 2021"].iloc[0]
    assert single["verdict"].startswith("one text")
    assert rows[rows["term"] == "absent"]["verdict"].eq("undefined: absent on both sides").all()
    assert not rows.duplicated(["term", "language", "by", "group"]).any()


def test_words_stay_in_their_language_and_actors_do_not() -> None:
    table = small()
    table.loc[table["source"] == "b", "language"] = "nl"
    table["text"] = table["text"] + " Washington."
    words = run(table, terms=["cry"], n_boot=19)
    assert set(words["language"]) == {"en", "nl"}
    source = words[words["by"] == "source"]
    assert source["verdict"].str.startswith("nothing to compare with").all()
    assert len(words[(words["by"] == "year") & words["estimate"].notna()]) == 4
    actors = run(table, unit="actor", min_count=1, n_boot=19)
    found = actors[(actors["by"] == "source") & (actors["actor"] == "US")]
    assert len(found) == 2 and found["language"].tolist() == ["", ""]
    assert found["languages"].eq("en+nl").all() and (found["noise_floor"] > 0).all()
    cells = actors[(actors["effect"] == "interaction") & actors["estimate"].notna()]
    assert len(cells) and cells["noise_floor"].eq(0).all()  # It cancels: one language a source.


def test_two_levels_are_compared_where_both_are() -> None:
    extra = (
        small()
        .query("source == 'a'")
        .assign(source="c", year=lambda t: t["year"] + 1, doc_id=lambda t: "c" + t["doc_id"])
    )  # c is there in 2021 and 2022, a and b in 2020 and 2021.
    alone = extra.assign(source="d", year=2023, doc_id=lambda t: "d" + t["doc_id"])
    table = pd.concat([small(), extra, alone])
    rows = run(table, terms=["cry"], pairs=True)
    assert rows["effect"].drop_duplicates().tolist() == ["main", "pair", "interaction"]
    pairs = rows[rows["effect"] == "pair"].set_index(["group", "reference"])
    assert len(pairs) == 6 + 6
    assert not rows.duplicated(["term", "by", "group", "reference"]).any()
    f = table.groupby(["source", "year"])["text"].agg(" ".join).str.count("cry")
    r = {key: n / (1200 if key[0] == "b" else 300) for key, n in f.items()}
    a, b = r["a", 2020] + r["a", 2021], r["b", 2020] + r["b", 2021]
    assert pairs.loc[("a", "b"), "estimate"] == pytest.approx(np.log2(a / b))
    one_year = np.log2(r["a", 2021] / r["c", 2021])
    assert pairs.loc[("a", "c"), "estimate"] == pytest.approx(one_year)
    years = np.log2((r["a", 2020] + r["b", 2020]) / (r["a", 2021] + r["b", 2021]))
    assert pairs.loc[("2020", "2021"), "estimate"] == pytest.approx(years)
    assert pairs.loc[("a", "b"), "verdict"] == "key: used less"
    assert pairs.loc[("c", "d"), "verdict"].startswith("nothing to compare with: the two have no")
    without = run(table, terms=["cry"])
    kept = rows[rows["effect"] != "pair"]
    assert kept["estimate"].dropna().tolist() == without["estimate"].dropna().tolist()


def test_two_sources_alone_are_a_pair_as_they_are_a_level_and_the_rest() -> None:
    rows = run(small(), terms=["cry"], pairs=True).query("by == 'source'").set_index("effect")
    pair, main = rows.loc["pair"], rows.loc["main"].query("group == 'a'").iloc[0]
    same = ["estimate", "lo", "hi", "rate", "rate_reference", "without_one_text", "verdict"]
    assert pair[same].tolist() == main[same].tolist()


@pytest.mark.parametrize("column", ["source", "year"])
def test_one_level_of_a_factor_leaves_the_other_to_be_compared(column: str) -> None:
    table = small()
    rows = run(table[table[column] == table[column].iloc[0]], terms=["cry"], pairs=True)
    mine = rows[rows["by"] == column]
    assert mine["verdict"].tolist() == [crossing.ALONE]
    other = rows[(rows["by"] != column) & (rows["effect"] != "interaction")]
    assert other["estimate"].notna().all() and len(other) == 3
    cells = rows[rows["effect"] == "interaction"]
    assert cells["verdict"].eq(crossing.ALONE).all() and len(cells) == 2


def test_missing_years_and_single_texts_a_cell() -> None:
    table = small()
    lost = table["doc_id"].str.startswith("a2020")
    rows = run(table.assign(year=table["year"].astype("Int64").mask(lost)), terms=["cry"])
    assert "a · 2020" not in set(rows["group"])
    kept = run(table[table["source"] == "b"], terms=["cry"])
    assert one(rows, "2020")["estimate"] == one(kept, "2020")["estimate"]
    single = run(table[table["doc_id"].str.endswith("0")], terms=["cry"], pairs=True)
    assert single["term"].eq("").all() and single["n_docs"].sum() == 3 * 4
    assert single["verdict"].str.endswith(crossing.THIN).all()


def test_a_text_that_holds_most_of_a_corner_drives_it() -> None:
    table = small()
    texts = {0: 130, 1: 24, 2: 25, 3: 26, 4: 25, 5: 24}
    for i, n in texts.items():
        table.loc[table["doc_id"] == f"b2021{i}", "text"] = text("cry", n, 200)
    found = one(run(table, terms=["cry"]), "b · 2021")
    assert found["largest_share"] == pytest.approx(130 / 254)
    assert found["without_one_text"] > found["estimate"] / 2
    assert found["q"] <= 0.05 and found["verdict"] == "key but one text drives it"


def test_function_words_are_marked() -> None:
    table = small().assign(text=lambda t: "the " * 9 + t["text"])
    rows = run(table, min_count=1).set_index("term")
    assert rows.loc["the", "stop_word"].all() and not rows.loc["cry", "stop_word"].any()
    actors = run(table.assign(text="Washington. " + table["text"]), unit="actor", min_count=1)
    assert actors["noise_floor"].eq(0).all() and not actors["stop_word"].any()


def test_the_word_lists_cancel_only_where_sources_keep_their_languages(monkeypatch) -> None:
    bias = {"en": 0.0, "nl": 1.0}

    def floors(terms, one, two, *, unit, level):
        mean = [sum(w * 2 ** bias[k] for k, w in side.items()) for side in (one, two)]
        return np.full(len(terms), abs(np.log2(mean[0] / mean[1])))

    monkeypatch.setattr(crossing.instrument, "floors", floors)
    table = small().assign(text=lambda t: t["text"] + " Washington.")
    kept = table.assign(language=np.where(table["source"] == "b", "nl", "en"))
    rows = run(kept, unit="actor", min_count=1)
    assert rows[rows["effect"] == "interaction"]["noise_floor"].eq(0).all()
    assert rows[rows["by"] == "source"]["noise_floor"].eq(1).all()
    assert rows[rows["by"] == "year"]["noise_floor"].eq(0).all()
    yearly = table.assign(language=np.where(table["year"] == 2021, "nl", "en"))
    rows = run(yearly, unit="actor", min_count=1)
    assert rows[rows["effect"] == "interaction"]["noise_floor"].eq(0).all()
    turned = table.assign(
        language=np.where((table["source"] == "b") & (table["year"] == 2021), "nl", "en")
    )
    rows = run(turned, unit="actor", min_count=1)
    assert rows[rows["effect"] == "interaction"]["noise_floor"].eq(1).all()


def test_without_resamples_there_are_tests_and_no_intervals() -> None:
    rows = run(small(), terms=["cry"], n_boot=0)
    assert rows["lo"].isna().all() and rows["q"].notna().all()
    assert rows["verdict"].eq("not resampled: no interval").all()


def test_documents_in_any_order_and_decades() -> None:
    table = small().assign(year=lambda t: t["year"] * 10 - 18200)
    one_way = run(table, factors=("source", "decade"))
    turned = run(table.iloc[::-1].reset_index(drop=True), factors=["source", "decade"])
    pd.testing.assert_frame_equal(one_way, turned)
    assert {"2000s", "2010s"} <= set(one_way["group"])


def test_rows_beyond_what_can_be_resampled_keep_their_test(monkeypatch) -> None:
    monkeypatch.setattr(c, "MANY", 3)
    rows = run(small(), min_count=1, n_boot=49)
    tested = rows[rows["q"].notna()]
    assert (tested["lo"].notna() == (tested["q"] <= 0.05)).all()
    assert rows["method"].str.contains("only those that pass").all()
    assert tested[tested["q"] > 0.05]["verdict"].eq("not distinguishable").all()


def test_more_cells_than_there_is_room_for(monkeypatch) -> None:
    monkeypatch.setattr(crossing, "ROOM", 3)
    with pytest.raises(DiscourseError, match="make 4 cells, more than there is room"):
        run(small())
    table = small().assign(year=2020)
    many = [table.assign(source=table["source"] + i, doc_id=table["doc_id"] + i) for i in "123"]
    monkeypatch.setattr(crossing, "ROOM", 7)
    assert len(run(pd.concat(many), terms=["cry"]))
    with pytest.raises(DiscourseError, match="6 cells and 15 pairs"):
        run(pd.concat(many), pairs=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"factors": ("source",)}, "two different columns"),
        ({"factors": "source"}, "two different columns"),
        ({"factors": ("source", "source")}, "twice"),
        ({"factors": ("source", "colour")}, "colour"),
        ({"unit": "sound"}, "sound"),
        ({"terms": []}, "terms is empty"),
        ({"min_count": 0}, "at least 1"),
        ({"n_boot": -1}, "use 0 for no interval"),
        ({"level": 95}, "between 0 and 1"),
    ],
)
def test_bad_input_is_one_sentence(arguments: dict, message: str) -> None:
    with pytest.raises(DiscourseError, match=message) as error:
        run(small(), **arguments)
    assert "\n" not in str(error.value)


def test_nothing_to_count() -> None:
    empty = run(small().iloc[:0])
    full = run(small(), n_boot=9)
    assert len(empty) == 0 and list(empty.columns) == list(full.columns)
    no_year = run(small().assign(year=None))
    assert len(no_year) == 0
    single = run(small().iloc[[0]])
    assert single["verdict"].str.startswith("one text").all() and len(single) == 3


@pytest.mark.data
def test_speeches_know_what_changed_and_when(data) -> None:
    table = pd.read_csv(data / "ungdc_sub_en" / "speeches_20_countries_1990_2024.csv")
    table = table.rename(columns={"country_iso3": "source"}).assign(language="en")
    table = table[table["source"].isin(["BRA", "DEU", "RUS", "UKR", "USA", "ZAF"])]
    rows = crossed(
        corpora.from_rows(table),
        factors=("source", "decade"),
        terms=["ukraine", "terrorism", "climate"],
        n_boot=199,
    )
    assert one(rows, "2000s", "terrorism")["verdict"] == "key"
    assert one(rows, "2020s", "climate")["verdict"] == "key"
    assert one(rows, "UKR · 1990s", "ukraine")["verdict"] == "key"  # Others speak of it later.
    assert one(rows, "UKR", "ukraine")["verdict"] == "key"
