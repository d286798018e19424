"""What the page on tone and stance tells of its methods: made-up sentences, readers, misses."""

import pandas as pd

from analysis import evidence, limits, paths, readings


def test_phenomena_come_in_order_and_the_models_before_the_blind():
    rows = limits.phenomena()
    assert list(rows["phenomenon"].unique())[:2] == ["plain", "target swap"]
    first = rows.groupby("phenomenon", sort=False)["method"].first()
    assert not first.isin(limits.BLIND).any() and "trained model" in set(rows["method"])
    assert len(rows) == len(limits.PHENOMENA) * rows["method"].nunique()
    known = rows["lo"].notna()
    assert (rows.loc[known, "lo"] <= rows.loc[known, "estimate"]).all()
    assert set(limits.BLIND) < set(rows["method"])


def test_readers_and_the_method_are_told_each_with_its_interval():
    rows = limits.readers()
    assert set(rows["pair"]) == set(limits.PAIRS.values())
    assert rows["estimate"].between(rows["lo"], rows["hi"]).all()
    assert rows["estimate"].between(0, 1).all() and rows["n"].gt(0).all()
    assert rows.loc[rows["pair"].eq("Two readers"), "alpha"].gt(0.5).all()


def test_one_row_a_method_with_its_interval_and_the_users_first(tmp_path):
    own = pd.read_csv(paths.RESULTS / "accuracy.csv").query("task == 'stance'").head(6)
    own.assign(genre="texts of this corpus").to_csv(tmp_path / "accuracy.csv", index=False)
    rows = limits.measured(["sentiment", "stance"], folder=tmp_path)
    assert not rows.duplicated(["task", "language", "genre", "dataset", "method"]).any()
    assert rows["estimate"].between(rows["lo"], rows["hi"]).all()
    assert rows["macro_f1"].str.contains("[", regex=False).all()
    assert rows.query("task == 'stance'")["genre"].iloc[0] == "texts of this corpus"
    assert not rows["method"].str.startswith("published").any()


def test_every_miss_is_a_code_of_the_reader_and_has_its_sentence(seeds):
    rows = limits.misses(seeds)
    assert (rows["reader"] != rows["judged"]).all()
    counted = readings.codes(seeds)["phenomenon"].value_counts()
    for phenomenon, part in rows.groupby("phenomenon"):
        assert part["n"].eq(counted[phenomenon]).all()
        assert f"{len(part)} of {counted[phenomenon]} missed" in set(part["told"])
        assert part["told"].ne("").sum() == 1
    row = rows.iloc[0]
    told = evidence.evidence(seeds, row)
    assert told["doc_id"].tolist() == [row["doc_id"]]


def test_texts_that_nobody_read_have_no_misses(made_up):
    assert limits.misses(made_up).empty
    assert readings.codes(made_up).empty
