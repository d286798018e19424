"""What was expected of real collections is looked up as it was written down."""

import numpy as np
import pandas as pd
import pytest

from analysis import paths
from benchmarks import real_tone
from benchmarks.real_tone import EXPECTED, difference, verdict

NAMES = ("estimate", "lo", "hi")


@pytest.fixture(scope="module")
def written():
    return pd.read_csv(paths.RESULTS / "real_tone.csv", dtype={"time": str, "compared_with": str})


def cells(*rows):
    return pd.DataFrame(rows, columns=["cell", *NAMES, "n_docs"]).set_index("cell")


def test_difference_of_independent_means_adds_variances():
    both = cells(("a", 0.5, 0.2, 0.8, 9), ("b", 0.1, -0.3, 0.5, 9))
    assert difference(both, "a", "b", NAMES) == pytest.approx((0.4, -0.1, 0.9))
    assert difference(both, "a", "0", NAMES) == (0.5, 0.2, 0.8)


def test_difference_keeps_the_longer_side_of_an_interval():
    both = cells(("a", 0.0, -0.1, 0.4, 9), ("b", 0.0, 0.0, 0.0, 9))
    assert difference(both, "a", "b", NAMES) == pytest.approx((0.0, -0.1, 0.4))
    assert difference(both, "b", "a", NAMES) == pytest.approx((0.0, -0.4, 0.1))


@pytest.mark.parametrize("few", [("a", 0.5, 0.2, 0.8, 4), ("a", 0.5, np.nan, np.nan, 1)])
def test_few_texts_meet_no_expectation(few):
    both = cells(few, ("b", 0.1, 0.0, 0.2, 9))
    assert verdict(difference(both, "a", "b", NAMES), "above") == "too few texts"
    assert verdict(difference(both, "nowhere", "b", NAMES), "above") == "too few texts"


@pytest.mark.parametrize(
    ("found", "above", "below"),
    [
        ((0.3, 0.1, 0.5), "met", "contradicted"),
        ((-0.3, -0.5, -0.1), "contradicted", "met"),
        ((0.1, -0.1, 0.3), "right direction, not distinguishable",
         "other direction, not distinguishable"),
    ],
)  # fmt: skip
def test_an_expectation_is_met_by_a_whole_interval_only(found, above, below):
    assert (verdict(found, "above"), verdict(found, "below")) == (above, below)


def test_every_expectation_was_looked_up_in_cells_that_were_measured(written):
    rows = written[written["kind"].eq("expected")]
    stored = list(rows[["collection", "cell", "relation", "compared_with", "note"]]
                  .itertuples(index=False, name=None))  # fmt: skip
    assert sorted(stored) == sorted(EXPECTED)
    known = set(written.loc[written["kind"].eq("cell"), "cell"])
    named = {c for e in EXPECTED for c in (e[1], e[3])} - {real_tone.ZERO}
    assert named <= known


def test_stored_verdicts_are_those_of_the_stored_cells(written):
    for name, rows in written.groupby("collection"):
        again = real_tone.expected(name, rows).set_index(["cell", "compared_with"])
        stored = rows[rows["kind"].eq("expected")].set_index(["cell", "compared_with"])
        assert again["verdict"].to_dict() == stored["verdict"].to_dict()


def test_stored_cells_keep_the_contract(written):
    rows = written[written["kind"].eq("cell")]
    assert (rows["lo"].isna() == rows["hi"].isna()).all()
    assert not (rows["n_docs"].le(1) & rows["lo"].notna()).any()
    assert not rows.duplicated(["collection", "cell"]).any()
    assert rows["estimate"].dropna().between(-1, 1).all()
