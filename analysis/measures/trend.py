"""Trends: whether a group of documents uses a term more, or less, year after year.

The slope is that of a log-linear model of the counts of documents (Poisson regression with the
document's length as offset: McCullagh & Nelder 1989, Generalized Linear Models, chapter 6). Its
variance comes from the documents (the sandwich: Liang & Zeger 1986, Biometrika 73:13-22), so that
words that come in bursts do not count as independent. What moves all texts of a year alike, such as
an event, is not in the interval: a slope sums up the years there are and foretells none.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis import counts as counting
from analysis import rates, resample
from analysis.measures._contrast import LOCK, RARE, UNCLEAR
from analysis.measures.frequency import counted_of, pools
from analysis.results import LEVEL, DiscourseError, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus

LEAST_YEARS = 5
"""Years that a trend needs: through three or four points, one step and a steady rise look alike."""
STEPS, NEAR = 60, 1e-10
EXTRA = (
    "first", "last", "n_years", "change", "rate", "docs_with", "q", "without_one_text",
    "largest_share", "term_unit",
)  # fmt: skip
COLUMNS = (
    "term", "language", "group", "n", "n_docs", "n_tokens", "estimate", "lo", "hi", "p", "why",
)  # fmt: skip
WHOLE = ("n", "n_docs", "n_tokens", "first", "last", "n_years", "docs_with")
METHOD = (
    "slope of log2 rate by {time}, Poisson regression of documents with their words as offset; "
    "values of {time} with {docs} texts or more, at least {years} of them; interval and test: "
    "variance between documents, at least that of words as bursty everywhere, t; q: "
    "Benjamini-Hochberg over all rows; {marked}"
)


def trend(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "source",
    time: str = "year",
    unit: str = "word",
    terms: Sequence[str] | None = None,
    min_count: int = 20,
    include_marked: bool = False,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Fit the trend of every term in every group, where its years have enough texts.

    With x a document's count, n its words and t its year::

        E[x] = n exp(a + b t),   estimate = b / ln 2
        u    = (t - m) (x - mu) / (1 - h),   m, h: mean of t and leverage as fitted
        v    = max( D/(D-2) sum(u²) / I², 1/I + k sum((t - m)² mu²) / I² )
        I    = sum((t - m)² mu),  k = sum((x - mu)² - mu) / sum(mu²) at least 0,
        mu   = n exp(a + b t)

    b is found by Newton's method (iteratively reweighted least squares), all terms at once. The
    variance between documents is that of the sandwich, and at least what a negative binomial model
    of the same burstiness k makes of their lengths and years: where few long or late documents
    decide, the sandwich is too narrow. The interval is that of Student's t with the degrees of
    freedom of :func:`analysis.rates.freedom`; 1/I is known.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        Metadata column, or several, that make the groups.
    time : str
        Metadata column of whole numbers, or "decade", which then counts from its first year.
        Years of fewer than :data:`analysis.resample.MIN_DOCS` texts in a group are left out there.
    unit : {"word", "lemma", "concept", "actor"}
        Words and lemmas are counted per language within a group.
    terms : sequence of str, optional
        Only these (words in any case).
    min_count : int
        Leave out terms that occur less often in the group; those of `terms` always stay.
    include_marked : bool
        Also count inside marks that exclude.
    level : float
        Coverage of the interval; q is held to 1 - level.

    Returns
    -------
    DataFrame
        Result rows: estimate = log2 ratio a year, +1 = twice as often every year. `change` is that
        from the `first` to the `last` year; `rate` the mean, per 1,000 words; `without_one_text`
        the slope without the document that carries it most, `largest_share` the largest share of
        the occurrences in one document. A group with too few years is one row without a term,
        which says so.

    Raises
    ------
    DiscourseError
        If a column or unit is unknown, or `time` does not hold whole numbers.
    """
    resample.tails(level, 2)
    if min_count < 1:
        raise DiscourseError("min_count must be at least 1")
    group, year = counting.labels(corpus.documents, by), years(corpus.documents, time)
    counted = counted_of(corpus, unit, terms, include_marked)
    language, order = counting.languages_of(corpus.documents), counting.order(corpus.documents)
    order = order[(~np.isnan(year) & (counted.n_tokens > 0))[order]]
    found = []
    for pool, code in pools(language, unit):
        for name, rows in counting.members(group, order[pool[order]]):
            spoken = code or "+".join(sorted(set(language[rows])))
            own = {"group": name, "language": "" if "+" in spoken else spoken}
            use, why = enough(year[rows], time)
            part = pd.DataFrame()
            if not why:
                least = min_count if terms is None else 0
                part = _rows(counted.rows(rows[use]), year[rows[use]], least, level)
            if not len(part):
                part = _alone(why or RARE, rows, counted)
            found.append(part.assign(**own))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    rows = rows.reindex(columns=[*COLUMNS, *EXTRA])
    rows["q"] = resample.benjamini_hochberg(rows["p"].to_numpy(dtype=np.float64))
    method = METHOD.format(
        time=time, docs=resample.MIN_DOCS, years=LEAST_YEARS, marked=counting.MARKED[include_marked]
    )
    rows = rows.assign(
        by=counting.SEPARATOR.join(counting.columns(by)),
        level=level,
        unit="log2 ratio per year",
        term_unit=unit,
        method=method,
    )
    rows = frame(
        rows.assign(verdict=_verdicts(rows, level)).rename(
            columns={"term": unit if unit in counting.ACROSS else "term"}
        ),
        measure="trend",
        keys=(unit if unit in counting.ACROSS else "term", "language", "by", "group"),
        extra=EXTRA,
    )
    return rows.astype(dict.fromkeys(WHOLE, "Int64"))


def years(documents: pd.DataFrame, time: str) -> np.ndarray:
    """Return every document's year as a number, NaN where there is none."""
    label = counting.labels(documents, time)
    text = pd.Series(label, dtype="string")
    text = text.str.removesuffix("s") if time == counting.DECADE else text
    year = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = [str(x) for x, y in zip(label, year, strict=True) if x is not None and y % 1 != 0]
    if bad:
        raise DiscourseError(f"time={time!r} holds {bad[0]!r}: name a column of years")
    return year


def enough(year: np.ndarray, time: str) -> tuple[np.ndarray, str]:
    """Return which documents are of years with enough texts; why not, where such years are few."""
    of, number = np.unique(year, return_inverse=True)
    many = np.bincount(number) >= resample.MIN_DOCS
    if many.sum() >= LEAST_YEARS:
        return many[number], ""
    why = (
        f"too few {time}s with enough texts: {many.sum()} of {len(of)} have {resample.MIN_DOCS} "
        f"or more, {LEAST_YEARS} are needed"
    )
    return many[number], reason(why, len(year))


def _alone(why: str, rows: np.ndarray, counted: counting.Counts) -> pd.DataFrame:
    """Return the row of a group that shows no trend."""
    size = {"n_docs": len(rows), "n_tokens": int(counted.n_tokens[rows].sum())}
    return pd.DataFrame([{"term": "", **size, "why": why}])


def _rows(counted: counting.Counts, year: np.ndarray, least: int, level: float) -> pd.DataFrame:
    """Return a row for every term of one group, the surest rise first."""
    use = np.flatnonzero(counted.total() >= least)
    blocks = [_fitted(counted, year, use[b], level) for b in resample.blocks(len(use), len(year))]
    if not blocks:
        return pd.DataFrame()
    first, last = int(year.min()), int(year.max())
    rows = pd.concat([pd.DataFrame(b) for b in blocks], ignore_index=True)
    rows = rows.assign(
        change=rows["estimate"] * (last - first),
        first=first,
        last=last,
        n_years=len(np.unique(year)),
        n_docs=len(year),
        n_tokens=int(counted.n_tokens.sum()),
    )
    rank = (rows["term"], -(rows["t"].fillna(0)))
    return rows.iloc[np.lexsort(rank)].drop(columns="t")


def _fitted(
    counted: counting.Counts, year: np.ndarray, use: np.ndarray, level: float
) -> dict[str, Any]:
    """Fit the terms `use` of one group."""
    x = counted.matrix[:, use].toarray().astype(np.float64)
    words, total = counted.n_tokens.astype(np.float64), x.sum(axis=0)
    fit = slopes(x, words, year)
    half = stats.t.ppf((1 + level) / 2, fit["df"]) * fit["se"]
    t = fit["slope"] / fit["se"]
    return {
        "term": counted.terms[use],
        "n": total,
        "docs_with": (x > 0).sum(axis=0),
        "rate": rates.PER * total / words.sum(),
        "estimate": fit["slope"] / np.log(2),
        "lo": (fit["slope"] - half) / np.log(2),
        "hi": (fit["slope"] + half) / np.log(2),
        "without_one_text": fit["without_one"] / np.log(2),
        "largest_share": np.where(total > 0, x.max(axis=0) / np.maximum(total, 1), np.nan),
        "t": t,
        "p": 2 * stats.t.sf(np.abs(t), fit["df"]),
    }


def slopes(x: np.ndarray, words: np.ndarray, time: np.ndarray) -> dict[str, np.ndarray]:
    """Fit log-linear trends to the counts of documents.

    Parameters
    ----------
    x : ndarray of float, shape (n_docs, n_terms)
    words, time : ndarray of float, shape (n_docs,)

    Returns
    -------
    dict of ndarray, shape (n_terms,)
        ``slope, se, without_one`` in natural logarithms a unit of time: the slope, its robust
        standard error, and the slope nearest zero (one Newton step) without one document; ``df``.
        NaN for terms of no document, or only of the first or the last time: no slope bounds them.
    """
    moment, number = np.unique(time, return_inverse=True)
    when = moment - moment.mean()
    size = np.bincount(number, weights=words)
    total = x.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = when[number] @ x / total
    able = (mean > when[0]) & (mean < when[-1])
    slope, wide = np.zeros(x.shape[1]), 2 / (when[-1] - when[0])
    for _ in range(STEPS):
        share = _shares(slope, when, size)
        middle = when @ share
        step = np.where(able, (mean - middle) / np.maximum(when**2 @ share - middle**2, 1e-12), 0)
        slope += np.clip(step, -wide, wide)  # A longer step may leap to where nothing is left.
        if np.abs(step).max(initial=0) < NEAR:
            break
    share = _shares(slope, when, size)
    middle = when @ share
    information = total * (when**2 @ share - middle**2)
    away = when[number][:, None] - middle
    fitted = words[:, None] * (share * total / size[:, None])[number]
    with np.errstate(divide="ignore", invalid="ignore"):
        leverage = fitted * (1 / total + away**2 / information)
        score = away * (x - fitted) / np.maximum(1 - leverage, 0.1)
        docs, own = len(time), 1 / information
        square, fourth = (score**2).sum(axis=0), (score**4).sum(axis=0)
        burst = ((x - fitted) ** 2 - fitted).sum(axis=0) / (fitted**2).sum(axis=0)
        model = np.maximum(burst, 0) * ((away * fitted) ** 2).sum(axis=0) * own**2
        v = np.maximum(square * docs / (docs - 2) * own**2, own + model)
        most = np.where(slope > 0, score.max(axis=0), -score.min(axis=0)) / information
    found = {
        "slope": slope,
        "se": np.sqrt(v),
        "without_one": np.sign(slope) * (np.abs(slope) - most),
        "df": rates.freedom(v, own, square, fourth, docs, fitted=2),
    }
    return {name: np.where(able, values, np.nan) for name, values in found.items()}


def _shares(slope: np.ndarray, when: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return how a term's occurrences fall on the times as fitted, shape (n_times, n_terms)."""
    log = slope * when[:, None] + np.log(size)[:, None]
    share = np.exp(log - log.max(axis=0))
    return share / share.sum(axis=0)


def _verdicts(rows: pd.DataFrame, level: float) -> np.ndarray:
    """Say in words what a row shows; the first rule that holds decides."""
    names = ["estimate", "lo", "hi", "without_one_text", "largest_share", "q", "first", "last"]
    numbers = rows[names]
    slope, lo, hi, left, share, q, first, last = numbers.astype(np.float64).to_numpy().T
    span = last - first
    sure = ((lo > 0) | (hi < 0)) & (q <= 1 - level)
    driven = (np.sign(slope) * left < np.abs(slope) / 2) | (share > 0.5)
    rules = [
        (rows["why"].notna().to_numpy(), rows["why"].astype(object).fillna("").to_numpy()),
        (np.isnan(slope), "no slope: too few years with the term"),
        (sure & driven, "a trend but one text drives it"),
        (sure & (slope > 0), "rises"),
        (sure, "falls"),
        (np.fmax(np.abs(lo), np.abs(hi)) * span < LOCK, "steady: changes by less than half"),
    ]
    return np.select([r for r, _ in rules], [v for _, v in rules], UNCLEAR)
