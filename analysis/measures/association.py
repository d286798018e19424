"""Scores of two counts against their totals, as array functions; nothing here knows a corpus.

Two forms of question are asked of the same 2 × 2 table:

* keyness: a term occurs `f1` times in `n1` tokens and `f2` times in `n2` other tokens;
* association: node and collocate meet `o11` times; the node's windows hold `r1` tokens, the
  collocate occurs `c1` times among `n` tokens. This is keyness with ``f1 = o11``, ``n1 = r1``,
  ``f2 = c1 - o11``, ``n2 = n - r1``.

All functions broadcast over arrays. Scores of evidence (ll2, ll4, chi2) are unsigned; the sign of
:func:`log_ratio` says which side is higher.
"""

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import xlogy

from analysis.rates import ZERO
from analysis.results import DiscourseError

Array = npt.NDArray[np.float64]
Numbers = npt.ArrayLike
YATES_BELOW = 5.0
"""The conditional Yates rule corrects where the smallest expected count is below this."""


def _floats(*values: Numbers) -> list[Array]:
    return [np.asarray(v, dtype=np.float64) for v in values]


def _ratio(a: Array, b: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(a, b), dtype=np.float64)


def weighted_log_odds(
    target_counts: Numbers, reference_counts: Numbers, prior: Numbers = 0.01
) -> Array:
    """Return the z-score of the weighted log-odds with an informative Dirichlet prior.

    The variant is Monroe, Colaresi & Quinn (2008, eq. 16, 19-22): two groups against each other
    (not against their pooled total), and the *same* prior on both sides::

        delta = ln((y1+a)/(n1+a0-y1-a)) - ln((y2+a)/(n2+a0-y2-a)),  a0 = sum(a)
        z     = delta / sqrt(1/(y1+a) + 1/(y2+a))

    Parameters
    ----------
    target_counts, reference_counts : array_like, shape (n_terms,)
        Counts of every term on each side; the whole vocabulary, since totals are their sums.
        Counts may be fractional (expected counts of a topic).
    prior : array_like, shape (n_terms,), or float
        Pseudo-counts a; a number is an uninformative prior, counts of a background text an
        informative one. Must be above zero.

    Returns
    -------
    ndarray, shape (n_terms,)
        z; above zero where the target uses the term more.

    Raises
    ------
    DiscourseError
        If a prior is not above zero, or the shapes differ.
    """
    y1, y2 = _floats(target_counts, reference_counts)
    if y1.shape != y2.shape:
        raise DiscourseError(
            "weighted_log_odds: target and reference need counts of the same terms"
        )
    a = np.broadcast_to(np.asarray(prior, dtype=np.float64), y1.shape)
    if y1.size and not (a > 0).all():
        raise DiscourseError("weighted_log_odds: prior must be above zero for every term")
    a0 = a.sum()
    with np.errstate(divide="ignore", invalid="ignore"):  # one term alone has no odds
        first = np.log(_ratio(y1 + a, y1.sum() + a0 - y1 - a))
        second = np.log(_ratio(y2 + a, y2.sum() + a0 - y2 - a))
        return np.asarray((first - second) / np.sqrt(1 / (y1 + a) + 1 / (y2 + a)))


class Table(NamedTuple):
    """A 2 × 2 table and what independence expects in each cell."""

    observed: tuple[Array, Array, Array, Array]
    expected: tuple[Array, Array, Array, Array]
    n: Array


def table(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers) -> Table:
    """Return the full table (target with, target without, reference with, reference without)."""
    a, m1, b, m2 = np.broadcast_arrays(*_floats(f1, n1, f2, n2))
    n = m1 + m2
    p = _ratio(a + b, n)
    return Table((a, m1 - a, b, m2 - b), (m1 * p, m1 * (1 - p), m2 * p, m2 * (1 - p)), n)


def ll2(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers) -> Array:
    """Log-likelihood of the two cells with the term (Rayson & Garside 2000).

    ``2 (f1 ln(f1/E1) + f2 ln(f2/E2))`` with ``E = n (f1+f2)/(n1+n2)``.
    """
    t = table(f1, n1, f2, n2)
    return np.asarray(2 * sum(xlogy(t.observed[i], _ratio(t.observed[i], t.expected[i]))
                              for i in (0, 2)))  # fmt: skip


def ll4(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers, *, yates: bool | str = False) -> Array:
    """Log-likelihood of all four cells (Dunning 1993), often called G².

    Parameters
    ----------
    f1, n1, f2, n2 : array_like
        Counts and totals.
    yates : bool or "conditional"
        Move each count .5 towards its expectation: never, always, or where the smallest expected
        count is below 5.
    """
    t = table(f1, n1, f2, n2)
    shift = _shift(t, yates)
    cells = [o - np.sign(o - e) * shift for o, e in zip(t.observed, t.expected, strict=True)]
    return np.asarray(
        2 * sum(xlogy(o, _ratio(o, e)) for o, e in zip(cells, t.expected, strict=True))
    )


def _shift(t: Table, yates: bool | str) -> Array:
    """Return .5 where the continuity correction applies, never more than the distance itself."""
    gap = np.abs(t.observed[0] - t.expected[0])
    if yates == "conditional":
        use = np.minimum.reduce(t.expected) < YATES_BELOW
    elif isinstance(yates, bool):
        use = np.full(gap.shape, yates)
    else:
        raise DiscourseError(f"yates must be True, False or 'conditional', not {yates!r}")
    return np.where(use, np.minimum(0.5, gap), 0.0)


def chi2(
    f1: Numbers,
    n1: Numbers,
    f2: Numbers,
    n2: Numbers,
    *,
    yates: bool | Literal["conditional"] = "conditional",
) -> Array:
    """Pearson's chi-squared of the 2 × 2 table with a named continuity rule.

    ``N (|ad - bc| - N/2 [if corrected])² / (row and column totals)``; see :func:`ll4` for `yates`.
    """
    t = table(f1, n1, f2, n2)
    shift = _shift(t, yates)
    gap = np.abs(t.observed[0] - t.expected[0]) - shift
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(gap**2 * sum(1 / e for e in t.expected))


def williams(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers) -> Array:
    """Return Williams' q, by which a G² is divided for small tables (Sokal & Rohlf)."""
    a, m1, b, m2 = _floats(f1, n1, f2, n2)
    n, c = m1 + m2, a + b
    rows = _ratio(n, m1) + _ratio(n, m2) - 1
    return np.asarray(1 + rows * (_ratio(n, c) + _ratio(n, n - c) - 1) / (6 * n))


def log_ratio(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers, *, zero: float = ZERO) -> Array:
    """Log2 of the ratio of relative frequencies (Hardie 2014); +1 = twice, -1 = half.

    Parameters
    ----------
    f1, n1, f2, n2 : array_like
        Counts and totals.
    zero : float
        Stands in for a count of zero (Hardie's .5); 0 gives infinities instead. Zero on both
        sides is NaN.
    """
    a, m1, b, m2 = _floats(f1, n1, f2, n2)
    none = (a == 0) & (b == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.log2(np.where(a == 0, zero, a) / m1) - np.log2(np.where(b == 0, zero, b) / m2)
    return np.asarray(np.where(none, np.nan, out))


def percent_difference(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers) -> Array:
    """%DIFF (Gabrielatos & Marchi 2012): 100 (rate1 - rate2) / rate2; infinite where f2 = 0."""
    a, m1, b, m2 = _floats(f1, n1, f2, n2)
    return 100 * (_ratio(_ratio(a, m1), _ratio(b, m2)) - 1)


def odds_ratio(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers) -> Array:
    """Odds ratio (Pojanapunya & Todd 2018): (f1/(n1-f1)) / (f2/(n2-f2))."""
    a, m1, b, m2 = _floats(f1, n1, f2, n2)
    return _ratio(_ratio(a, m1 - a), _ratio(b, m2 - b))


def difference_coefficient(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers) -> Array:
    """(rate1 - rate2) / (rate1 + rate2), from -1 to 1 (Hofland & Johansson 1982)."""
    a, m1, b, m2 = _floats(f1, n1, f2, n2)
    one, two = _ratio(a, m1), _ratio(b, m2)
    return _ratio(one - two, one + two)


def bic(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers) -> Array:
    """BIC of the difference (Wilson 2013): ll2 - ln(n1+n2); under 0 favours no difference."""
    _, m1, _, m2 = _floats(f1, n1, f2, n2)
    with np.errstate(divide="ignore"):
        return np.asarray(ll2(f1, n1, f2, n2) - np.log(m1 + m2))


def simple_maths(f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers, *, k: float = 1.0) -> Array:
    """(per-million rate1 + k) / (per-million rate2 + k) (Kilgarriff 2009)."""
    a, m1, b, m2 = _floats(f1, n1, f2, n2)
    return _ratio(1e6 * _ratio(a, m1) + k, 1e6 * _ratio(b, m2) + k)


def conservative_log_ratio(
    f1: Numbers, n1: Numbers, f2: Numbers, n2: Numbers, *, alpha: float = 0.001, terms: int = 1
) -> Array:
    """Return the end of the log ratio's interval that is nearer to zero, 0 if it holds zero.

    Evert (2022): given f1 + f2, f1 is binomial under Poisson counts; the exact (Clopper-Pearson)
    interval of that share at ``alpha / terms`` (Bonferroni), turned into a log2 ratio of rates.
    It knows nothing of documents, so on clustered text it is too sure; shown, never judged by.
    """
    a, m1, b, m2 = np.broadcast_arrays(*_floats(f1, n1, f2, n2))
    tail = alpha / terms / 2
    # The chance of exactly f1 is at least exp(-ll2/2) / sqrt(8 f1 f2 / (f1+f2)) (Ash 1965, lemma
    # 4.7.1): where that is above the tail, the interval holds zero and need not be computed.
    far = ll2(a, m1, b, m2) / 2 + np.log(np.maximum(8 * _ratio(a * b, a + b), 1)) / 2
    use = far >= -np.log(tail)
    low, high = np.where(np.isnan(far), np.nan, 0.0), np.where(np.isnan(far), np.nan, 1.0)
    a, b = a[use], b[use]
    low[use] = np.where(a > 0, stats.beta.ppf(tail, np.maximum(a, 1), b + 1), 0.0)
    high[use] = np.where(b > 0, stats.beta.ppf(1 - tail, a + 1, np.maximum(b, 1)), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        lo = np.log2(low / (1 - low) * m2 / m1)
        hi = np.log2(high / (1 - high) * m2 / m1)
    known = np.where(np.isnan(lo) | np.isnan(hi), np.nan, 0.0)
    return np.asarray(np.where(lo > 0, lo, np.where(hi < 0, hi, known)))


def expected(r1: Numbers, c1: Numbers, n: Numbers) -> Array:
    """Return the co-occurrences expected by chance, r1 c1 / n."""
    r, c, m = _floats(r1, c1, n)
    return _ratio(r * c, m)


def mutual_information(o11: Numbers, r1: Numbers, c1: Numbers, n: Numbers) -> Array:
    """MI (Church & Hanks 1990): log2(observed / expected); rewards rare words."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log2(_ratio(_floats(o11)[0], expected(r1, c1, n))))


def t_score(o11: Numbers, r1: Numbers, c1: Numbers, n: Numbers) -> Array:
    """(observed - expected) / sqrt(observed) (Church et al. 1991); rewards frequent words."""
    o = _floats(o11)[0]
    return _ratio(o - expected(r1, c1, n), np.sqrt(o))


def z_score(o11: Numbers, r1: Numbers, c1: Numbers, n: Numbers) -> Array:
    """(observed - expected) / sqrt(expected)."""
    e = expected(r1, c1, n)
    return _ratio(_floats(o11)[0] - e, np.sqrt(e))


def simple_ll(o11: Numbers, r1: Numbers, c1: Numbers, n: Numbers) -> Array:
    """2 (O ln(O/E) - (O - E)) (Evert 2008), unsigned."""
    o, e = _floats(o11)[0], expected(r1, c1, n)
    return np.asarray(2 * (xlogy(o, _ratio(o, e)) - (o - e)))


def association_ll4(o11: Numbers, r1: Numbers, c1: Numbers, n: Numbers) -> Array:
    """Return :func:`ll4` of the co-occurrence table."""
    o, r, c, m = _floats(o11, r1, c1, n)
    return ll4(o, r, c - o, m - r)


def dice(o11: Numbers, fx: Numbers, fy: Numbers) -> Array:
    """2 O / (fx + fy)."""
    o, x, y = _floats(o11, fx, fy)
    return _ratio(2 * o, x + y)


def log_dice(o11: Numbers, fx: Numbers, fy: Numbers) -> Array:
    """Rychlý (2008): 14 + log2(2 f / (fx + fy)); at most 14, independent of corpus size."""
    with np.errstate(divide="ignore"):
        return np.asarray(14 + np.log2(dice(o11, fx, fy)))


def delta_p(o11: Numbers, r1: Numbers, c1: Numbers, n: Numbers) -> tuple[Array, Array]:
    """ΔP both ways (Gries 2013): P(collocate | node) - P(collocate | elsewhere), and reversed."""
    o, r, c, m = _floats(o11, r1, c1, n)
    return _ratio(o, r) - _ratio(c - o, m - r), _ratio(o, c) - _ratio(r - o, m - c)


def liddell(o11: Numbers, r1: Numbers, c1: Numbers, n: Numbers) -> Array:
    """Liddell's difference of proportions: (O11 O22 - O12 O21) / (C1 C2)."""
    o, r, c, m = _floats(o11, r1, c1, n)
    return _ratio(o * (m - r - c + o) - (r - o) * (c - o), c * (m - c))


KEYNESS: dict[str, Any] = {
    "percent_difference": percent_difference,
    "odds_ratio": odds_ratio,
    "bic": bic,
    "simple_maths": simple_maths,
    "difference_coefficient": difference_coefficient,
}
