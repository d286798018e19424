"""One contrast of two sides, term by term: log ratio, its interval, its frailty and the verdict."""

from typing import Any

import numpy as np
from scipy import sparse

from analysis import rates, resample
from analysis.measures import association
from analysis.measures._sides import Sample, Side
from analysis.results import ONE_TEXT

UNSAMPLED = "no interval: nothing was resampled"
RARE = "too little text: no term is frequent enough"
UNCLEAR = "not distinguishable"
WITHIN = f"{UNCLEAR}: within the word lists' own difference between the languages"
UNMEASURED = "no verdict: what the word lists do to these languages was not measured"
MANY = 20_000
"""Terms of one contrast beyond which only :func:`candidates` get an interval."""
DISPERSION = ("dp", "dpnorm", "juilland_d", "range", "kld")
LOCK = float(np.log2(1.5))
"""A lockword's whole interval lies within this log ratio: rates differ by less than half."""


def log_ratio(f1: Any, n1: Any, f2: Any, n2: Any) -> np.ndarray:
    """Hardie's log ratio, save that a side without the term never counts as the one with more.

    A zero stands for half an occurrence; on a short side that alone can be the higher rate.
    """
    out = association.log_ratio(f1, n1, f2, n2)
    wrong = (np.asarray(f1) == 0) & (out > 0) | (np.asarray(f2) == 0) & (out < 0)
    return np.where(wrong, 0.0, out)


def candidates(values: dict[str, np.ndarray], level: float) -> np.ndarray:
    """Return which terms an interval is worth computing for; their places, sorted.

    All, up to :data:`MANY`. Of more, those whose verdict an interval decides: terms that the test
    lets pass (q) and terms whose rates differ by less than half, the most frequent first.
    """
    q, estimate = values["q"], values["estimate"]
    if len(q) <= MANY:
        return np.arange(len(q))
    can = (q <= 1 - level) | (np.abs(estimate) < LOCK)
    weight = np.where(can, values["n"] + values["n_reference"], -1)
    most = np.argsort(-weight, kind="stable")[:MANY]
    return np.sort(most[can[most]])


def dispersion(
    side: Side, name: str, sums: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
) -> np.ndarray:
    """Return one of :data:`DISPERSION` over the documents of a side; NaN with under two.

    The same scores as :mod:`analysis.measures.dispersion` gives, from sums over documents: with
    r a term's rate, ``KLD = sum(x log2(x/n)) / f - log2(r)``. `sums` are those of
    :func:`analysis.measures._sides.spread`, which juilland_d and kld need.
    """
    docs, f, n = side.sums.docs, side.sums.x, side.sums.n
    if docs < 2 or not n:
        return np.full(len(f), np.nan)
    if name == "range":
        return np.asarray(side.sums.held)
    with np.errstate(divide="ignore", invalid="ignore"):
        if name in ("dp", "dpnorm"):
            return side.dp if name == "dp" else side.dp / (1 - side.smallest / n)
        total, squares, logs = sums or (f, f, f)
        if name == "kld":
            return np.where(f > 0, np.maximum(logs / f - np.log2(f / n), 0), np.nan)
        variance = np.maximum(squares / docs - (total / docs) ** 2, 0)
        juilland = 1 - np.sqrt(variance) / (total / docs) / np.sqrt(docs - 1)
        return np.where(f > 0, juilland, np.nan)


def interval(
    samples: tuple[Sample, Sample],
    counts: tuple[sparse.csc_array, sparse.csc_array],
    estimate: np.ndarray,
    ratio: rates.Ratio,
    *,
    level: float,
    n_boot: int,
    seeds: tuple[int, int],
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of log ratios.

    At each end the wider of two: the expanded percentile bootstrap of documents, each side by
    itself, and the t interval of :func:`analysis.rates.ratio`. Either is too narrow somewhere:
    the bootstrap with few documents on one side, the other with skewed counts; their coverage
    is measured in ``benchmarks/results/keyness.csv``.

    Parameters
    ----------
    samples : pair of Sample
        What is resampled on either side, two documents or more and some words.
    counts : pair of csc_array, shape (n_resampled, n_terms)
        Counts of the terms in it.
    estimate, ratio
        Of the same terms.
    level, n_boot, seeds
    """
    lo, hi = np.empty((2, len(estimate)))
    reach = ratio.reach(level) / np.log(2)
    sizes = [s.sizes for s in samples]
    drawn = [
        resample.weights(len(s), n_boot=n_boot, seed=k) for s, k in zip(sizes, seeds, strict=True)
    ]
    below = [np.maximum(w @ s, 1) for w, s in zip(drawn, sizes, strict=True)]
    tails = resample.tails(level, min(len(s) for s in sizes))
    for part in resample.blocks(len(estimate), n_boot):
        a, b = (resample.totals(c[:, part], w) for c, w in zip(counts, drawn, strict=True))
        found = np.maximum(a, rates.ZERO) / below[0]
        found /= np.maximum(b, rates.ZERO) / below[1]
        found[(a == 0) & (found > 1) | (b == 0) & (found < 1)] = 1
        ends = resample.quantiles(np.log2(found), tails)
        lo[part] = np.minimum(ends[0], estimate[part] - reach[part])
        hi[part] = np.maximum(ends[1], estimate[part] + reach[part])
    return lo, hi


def simultaneous(
    ratio: rates.Ratio,
    estimate: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
    level: float,
    terms: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return intervals that hold for all `terms` of the contrast at once (Bonferroni).

    The t interval of :func:`analysis.rates.ratio` at ``(1 - level) / terms``; never narrower than
    the interval of the one term, and NaN where that is.
    """
    reach = ratio.reach(level, terms=terms) / np.log(2)
    return np.minimum(ends[0], estimate - reach), np.maximum(ends[1], estimate + reach)


def without_one(sides: list[Side], estimate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what one document of the heavier side does: two arrays of shape (n_terms,).

    The log ratio nearest zero after leaving one out, and the largest share of a term's occurrences
    that one holds. NaN with one document, or where neither side has more.
    """
    out, shares = np.full((2, len(estimate)), np.nan)
    for side, other, sign in ((sides[0], sides[1], 1), (sides[1], sides[0], -1)):
        if side.sums.docs < 2:
            continue
        use = np.flatnonzero((sign * estimate > 0) & (side.sums.held > 0))
        own = side.of(use)
        out[use] = sign * left_over(own.sums, own.least, other.sums.x[use], other.sums.n)
        shares[use] = own.share
    return out, shares


def left_over(own: rates.Sums, rate: np.ndarray, x: np.ndarray, n: float) -> np.ndarray:
    """Return the log ratio of what :attr:`Side.least` leaves to x in n words, 0 if it is none."""
    alone = own.held == 1  # What is left is none, among the words of the other documents.
    with np.errstate(divide="ignore", invalid="ignore"):
        words = np.where(alone, own.n - own.xn / own.x, 1)
        ratio = log_ratio(np.where(alone, 0, rate), words, x, n)
    return np.where(np.isnan(ratio), 0, ratio)


def log_odds(f1: np.ndarray, n1: int, f2: np.ndarray, n2: int) -> np.ndarray:
    """Weighted log-odds whose prior is a tenth of both sides' counts; other words are one term."""
    other = np.array([n1 - f1.sum(), n2 - f2.sum()])
    y1, y2 = np.append(f1, max(other[0], 0)), np.append(f2, max(other[1], 0))
    return association.weighted_log_odds(y1, y2, np.maximum(0.1 * (y1 + y2), 0.01))[:-1]


SAID = (
    ONE_TEXT, "too little text", "not resampled: no interval", UNCLEAR,
    "too rare to be resampled among so many", "too little text", WITHIN, UNMEASURED, "key",
    "key: used less", "key but one text drives it", "lockword: much the same on both sides",
    UNCLEAR,
)  # fmt: skip
"""What a verdict may say; the first rule of :func:`ruled` that holds decides, or the last one."""


def verdicts(
    rows: dict[str, np.ndarray], level: float, *, tested: bool, across: bool
) -> np.ndarray:
    """Say in words what a row shows, ndarray of object; see :func:`ruled`."""
    return np.array(SAID, dtype=object)[ruled(rows, level, tested=tested, across=across)]


def ruled(rows: dict[str, np.ndarray], level: float, *, tested: bool, across: bool) -> np.ndarray:
    """Return which of :data:`SAID` a row shows.

    `tested` is False where nothing was resampled; `across` is True for units that several
    languages share.
    """
    estimate, left = rows["estimate"], rows["without_one_text"]
    lo, hi, q = rows["lo"], rows["hi"], rows["q"]
    fewest = np.minimum(rows["n_docs"], rows["docs_reference"])
    resampled, floor = rows["resampled"], rows["noise_floor"]
    apart = (lo > 0) | (hi < 0)
    nearest = np.where(apart, np.minimum(np.abs(lo), np.abs(hi)), 0)
    # A log ratio of 8 is still 7 without the text that holds half of the occurrences.
    driven = ~(np.sign(estimate) * left >= np.abs(estimate) / 2) | (rows["largest_share"] > 0.5)
    key = apart & (q <= 1 - level)
    rules = [
        fewest < 2,
        fewest < resample.MIN_DOCS,
        np.full(len(lo), not tested),
        ~resampled & (q > 1 - level),
        ~resampled,
        np.isnan(lo),
        apart & (nearest <= floor) & (floor > 0),
        np.isnan(floor) & apart & across,
        key & ~driven & (estimate > 0),
        key & ~driven,
        key,
        (np.abs(lo) < LOCK) & (np.abs(hi) < LOCK),
    ]
    return np.select(rules, range(len(rules)), len(rules))
