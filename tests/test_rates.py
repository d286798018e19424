import numpy as np
import pytest
from scipy import sparse, stats

from analysis import rates


def compared(sides: list[np.ndarray], sizes: list[np.ndarray]) -> rates.Ratio:
    """Compare two sides of counts by document."""
    one, two = (rates.of_matrix(sparse.csr_array(x), n) for x, n in zip(sides, sizes, strict=True))
    return rates.ratio(one, two)


def test_sums_can_be_taken_off_each_other() -> None:
    rng = np.random.default_rng(1)
    x, n = rng.poisson(1.5, (30, 8)), rng.integers(50, 90, 30)
    whole, part, rest = (rates.of_matrix(sparse.csr_array(x[r]), n[r])
                         for r in (slice(None), slice(9), slice(9, None)))  # fmt: skip
    left = whole - part
    for name in ("docs", "n", "n2", "n4", "x", "x2", "x4", "xn", "xn3", "x2n2", "x3n", "held"):
        assert np.allclose(getattr(left, name), getattr(rest, name))


def test_groups_are_summed_as_each_by_itself() -> None:
    rng = np.random.default_rng(6)
    x, n, group = rng.poisson(1.5, (30, 8)), rng.integers(50, 90, 30), rng.integers(0, 3, 30)
    whole = rates.of_groups(sparse.csr_array(x), n, group, 3)
    for g in range(3):
        own = rates.of_matrix(sparse.csr_array(x[group == g]), n[group == g])
        for name in ("docs", "n", "n2", "n4", "x", "x2", "x4", "xn", "xn3", "x2n2", "x3n", "held"):
            assert np.allclose(getattr(whole, name)[g], getattr(own, name))
        both = zip(rates.scatter(whole), rates.scatter(own), strict=True)
        assert all(np.allclose(a[g], b) for a, b in both)
    assert not rates.of_groups(sparse.csr_array(x), n, group, 4).docs[3]


def test_variance_and_degrees_of_freedom_by_the_definition() -> None:
    rng = np.random.default_rng(4)
    n = rng.integers(100, 500, 40)
    x = rng.poisson(n[:, None] * rng.gamma(0.2, 0.05, (40, 3)))
    log, variance, df = rates.log_rate(rates.of_matrix(sparse.csr_array(x), n))
    f = x.sum(axis=0)
    e = x - f / n.sum() * n[:, None]
    assert np.allclose(log, np.log(f / n.sum()))
    assert np.allclose(variance, (e**2).sum(axis=0) * 40 / 39 / f**2)
    kurtosis = stats.kurtosis(e, axis=0, fisher=False) * (
        e.var(axis=0) ** 2 / (e**2).mean(axis=0) ** 2
    )
    about = (e**4).mean(axis=0) / (e**2).mean(axis=0) ** 2
    assert np.allclose(about, kurtosis, rtol=0.2)  # e is nearly centred
    d = np.clip(80 / (about - 1), 2, 39)
    want = variance**2 / ((variance - 1 / f) ** 2 / d + 1 / f**2 / 39)
    assert np.allclose(df, want)
    assert (df < 15).all()  # bursts are worth few degrees of freedom


def test_words_that_documents_do_not_cluster_keep_their_degrees_of_freedom() -> None:
    n = np.full(600, 300)
    x = np.zeros((600, 2), dtype=int)
    x[0, 0] = 1
    x[:6, 1] = 1
    _, variance, df = rates.log_rate(rates.of_matrix(sparse.csr_array(x), n))
    assert np.allclose(variance, [1, 1 / 6], rtol=0.02)
    assert (df > 500).all()


def test_intervals_of_many_terms_at_once_are_wider() -> None:
    n = np.full(20, 300)
    x = np.random.default_rng(3).poisson(3, (20, 2))
    found = compared([x[:10], x[10:]], [n[:10], n[10:]])
    assert (found.reach(0.95, terms=50) > 1.3 * found.reach(0.95)).all()
    assert np.allclose(found.of(np.array([1])).reach(0.9), found.reach(0.9)[1:])


def test_the_chance_that_shuffling_puts_all_carriers_on_one_side() -> None:
    want = stats.hypergeom.pmf(0, 27, np.arange(21), 7)
    assert np.allclose(rates.missed(7, 20, np.arange(21)), want)


def test_the_test_is_uniform_without_a_difference() -> None:
    rng = np.random.default_rng(5)
    sizes = [rng.integers(100, 1000, 25), rng.integers(30, 300, 40)]  # unlike lengths
    rate = rng.gamma(1.0, 0.01, 600)
    sides = [rng.poisson(n[:, None] * rate * rng.gamma(1, 1, (len(n), 600))) for n in sizes]
    p = compared(sides, sizes).p()
    assert np.nanmean(p < 0.05) < 0.075
    assert 0.4 < np.nanmean(p) < 0.65


def test_the_test_is_not_moved_by_one_document_and_finds_a_shared_difference() -> None:
    n = np.full(10, 1000)
    target = np.zeros((10, 2), dtype=int)
    target[0, 0] = 500  # one text alone
    target[:, 1] = 5
    reference = np.zeros((10, 2), dtype=int)
    reference[:, 1] = np.arange(10) % 3
    p = compared([target, reference], [n, n]).p()
    assert p[0] == pytest.approx(0.5)  # it could as well be one of the others
    assert p[1] < 0.005
    assert np.isnan(compared([target[:1], reference], [n[:1], n]).p()).all()
