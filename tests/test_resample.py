import numpy as np
import pytest
from scipy import sparse, stats

from analysis import resample
from analysis.results import DiscourseError


def test_weights_are_whole_samples_and_repeat_under_a_seed() -> None:
    drawn = resample.weights(7, n_boot=50, seed=3)
    assert drawn.shape == (50, 7)
    assert (drawn.sum(axis=1) == 7).all()
    assert (drawn == resample.weights(7, n_boot=50, seed=3)).all()
    assert (drawn != resample.weights(7, n_boot=50, seed=4)).any()


def test_strata_keep_their_size() -> None:
    strata = np.array(["x", "y", "x", "y", "y", "z"])
    drawn = resample.weights(6, n_boot=40, strata=strata)
    for name, size in (("x", 2), ("y", 3), ("z", 1)):
        assert (drawn[:, strata == name].sum(axis=1) == size).all()
    with pytest.raises(DiscourseError, match="one stratum"):
        resample.weights(5, strata=strata)


def test_totals_are_the_same_for_sparse_and_dense() -> None:
    matrix = np.random.default_rng(0).poisson(0.5, (6, 11))
    drawn = resample.weights(6, n_boot=9)
    want = (drawn @ matrix).T
    assert np.allclose(resample.totals(matrix, drawn), want)
    assert np.allclose(resample.totals(sparse.csc_array(matrix), drawn), want)


def test_tails_widen_for_few_documents_and_reach_the_level_for_many() -> None:
    assert resample.tails(0.95, 10_000)[0] == pytest.approx(0.025, abs=1e-4)
    lows = [resample.tails(0.95, n)[0] for n in (2, 5, 20, 200)]
    assert lows == sorted(lows)
    assert resample.tails(0.95, 1) == (0.0, 1.0)
    for level in (0, 1, 95):
        with pytest.raises(DiscourseError, match="between 0 and 1"):
            resample.tails(level, 9)


def test_interval_is_undefined_rather_than_of_no_width() -> None:
    lo, hi = resample.interval(np.ones((2, 20)), np.ones(2), n_docs=4)
    assert np.isnan(lo).all() and np.isnan(hi).all()
    lo, hi = resample.interval(np.arange(20.0)[None], np.array([30.0]), n_docs=4)
    assert lo < 30 and hi == 30
    assert np.isnan(resample.interval(np.arange(20.0)[None], np.array([5.0]), n_docs=1)).all()


def test_ratio_interval_agrees_with_the_formula_and_works_in_blocks(monkeypatch) -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(200, 400, 80)
    x = rng.poisson(n[:, None] * [0.01, 0.05, 0.0])
    estimate, lo, hi = resample.ratio_interval(sparse.csr_array(x), n, seed=2)
    assert np.allclose(estimate, x.sum(axis=0) / n.sum())
    surplus = x - estimate * n[:, None]
    half = stats.t.ppf(0.975, 79) * np.sqrt((surplus**2).sum(axis=0) * 80 / 79) / n.sum()
    assert np.allclose((hi - lo)[:2] / 2, half[:2], rtol=0.1)
    assert np.isnan(lo[2]) and estimate[2] == 0
    monkeypatch.setattr(resample, "CELLS", 1)
    again = resample.ratio_interval(x, n, seed=2)
    assert np.allclose(again, (estimate, lo, hi), equal_nan=True)


def test_ratio_interval_of_one_document() -> None:
    estimate, lo, hi = resample.ratio_interval(np.array([[2, 4]]), np.array([8]))
    assert estimate.tolist() == [0.25, 0.5]
    assert np.isnan(lo).all() and np.isnan(hi).all()


def test_permutations_stay_in_their_stratum() -> None:
    strata = np.array([0, 0, 1, 1, 1])
    got = resample.permutations(5, n=30, strata=strata)
    assert (np.sort(got, axis=1) == np.arange(5)).all()
    assert (strata[got] == strata).all()
    assert (resample.permutations(5, n=30) != np.arange(5)).any()


def test_benjamini_hochberg_is_scipys_and_skips_nan() -> None:
    p = np.array([0.01, np.nan, 0.2, 0.03, 0.5, 0.03])
    q = resample.benjamini_hochberg(p)
    tested = ~np.isnan(p)
    assert np.allclose(q[tested], stats.false_discovery_control(p[tested]))
    assert np.isnan(q[1])
    assert np.isnan(resample.benjamini_hochberg(np.full(3, np.nan))).all()


def test_many_documents_are_resampled_in_pools_with_the_same_width() -> None:
    rng = np.random.default_rng(5)
    n = rng.integers(200, 400, 5_000)
    x = sparse.csr_array(rng.poisson(n[:, None] * [0.01, 0.05]))
    pooled = resample.pooled(x, n, seed=1)
    assert pooled[0].shape == (resample.POOLS, 2)
    assert pooled[1].sum() == n.sum()
    estimate, lo, hi = resample.ratio_interval(x, n, seed=1)
    surplus = x.toarray() - estimate * n[:, None]
    half = 1.96 * np.sqrt((surplus**2).sum(axis=0)) / n.sum()
    assert np.allclose((hi - lo) / 2, half, rtol=0.2)
    assert "200 random pools" in resample.told([3, 5_000])
    assert resample.told([3, resample.POOLS]) == ""


def test_few_documents_are_not_pooled() -> None:
    x = np.arange(12).reshape(6, 2)
    assert resample.pooled(x)[0] is x


@pytest.mark.parametrize("n", [resample.TALLIED, resample.TALLIED + 1, resample.POOLS + 1])
def test_every_way_of_drawing_gives_whole_samples_of_one_variance(n: int) -> None:
    drawn = resample.weights(n, n_boot=400, seed=2)
    assert (drawn.sum(axis=1) == n).all()
    assert drawn.var() == pytest.approx(1 - 1 / n, rel=0.05)


def test_quantiles_are_those_of_numpy() -> None:
    samples = np.random.default_rng(2).normal(size=(7, 199))
    samples[3, 20] = np.nan
    for at in ((0.025, 0.975), (0.0, 1.0), (0.5, 0.5)):
        assert np.allclose(
            resample.quantiles(samples, at), np.quantile(samples, at, axis=1), equal_nan=True
        )


@pytest.mark.parametrize(
    ("settings", "says"),
    [((2.0, 9, 0), "coverage"), ((0.9, -1, 0), "n_boot=-1"), ((0.9, 9, -1), "seed=-1")],
)
def test_settings_that_mean_nothing_are_named(settings, says: str) -> None:
    with pytest.raises(DiscourseError, match=says):
        resample.checked(*settings)
