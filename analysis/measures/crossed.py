"""Two factors at once: what each source, each year and each source in a year says more than others.

All rates are means of *cells* (a source in a year), and every cell counts the same whatever its
length, so that one long-winded source or a year with much text decides nothing (direct
standardisation with equal weights: Breslow & Day 1987, Statistical Methods in Cancer Research II,
chapter 2; the "unweighted means" of Yates 1934, JASA 29:51-66). Rows are of three kinds:

* ``main``: a level of one factor against its other levels, within the levels of the other factor;
* ``pair``: a level against one other level, the same way;
* ``interaction``: whether a cell departs from what its source and its year say by themselves. For
  sources and years: did this source change here more than the others did?
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import resample
from analysis.measures import _contrast as contrast
from analysis.measures import _corners as corners
from analysis.measures import _crossing as crossing
from analysis.measures.frequency import counted_of, pools
from analysis.results import LEVEL, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

MANY = 100_000
"""Rows of one call beyond which only those that pass the test get an interval."""
EXTRA = (
    "effect", "first_level", "second_level", "rate", "rate_reference", "docs_reference",
    "docs_with", "n_cells", "q", "without_one_text", "largest_share", "noise_floor", "stop_word",
    "term_unit", "languages",
)  # fmt: skip
COLUMNS = ("k", "column", "p", "reach", "term", "why", "n", "n_docs", "n_tokens", "estimate",
           "by", "group", "reference", "language")  # fmt: skip
WHOLE = ("n", "n_docs", "n_tokens", "docs_reference", "docs_with", "n_cells")
METHOD = (
    "log2 ratio of means of cells of {factors} with {least} texts or more, every cell counted the "
    "same; interaction: ratio of such ratios; zero counted as .5 occurrence but never as more; "
    "{interval}; q: Benjamini-Hochberg over all rows, of a t test between documents in which no "
    "side is less bursty than all together, from {docs} documents a corner; {marked}"
)
RESAMPLED = (
    "interval: at each end the wider of a bootstrap of documents within cells ({n_boot} samples, "
    "rescaled, percentile) and a t interval, pointwise"
)
ACROSS = (
    "; noise_floor: what the word lists alone could make of the languages on both sides; in an "
    "interaction it cancels where each source, or each year, keeps its mix of languages"
)
SOME = "; of more than {many:,} rows only those that pass the test (q) get an interval"
UNDEFINED = "undefined: absent on both sides"


def crossed(
    corpus: "Corpus",
    *,
    factors: Sequence[str] = ("source", "year"),
    pairs: bool = False,
    unit: str = "word",
    terms: Sequence[str] | None = None,
    min_count: int = 5,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare all levels of two factors, and all their combinations, in one call.

    With r_ab the rate of level a of one factor and b of the other, ¬a the other levels of a, and
    means over cells that all weigh the same::

        main        log2( mean_b r_ab / mean_b mean_¬a r_¬a,b ),   over b in which a and others are
        pair        log2( mean_b r_ab / mean_b r_a'b ),            over b in which a and a' are
        interaction log2( (r_ab / r_a,¬b) / (r_¬a,b / r_¬a,¬b) ),  over a block without empty cells

    The block holds the other levels that share b and a with the cell; of these, the levels with
    most empty cells are left out until none is empty. Where a and b only multiply a rate by what is
    their own, the interaction is 0 whatever the lengths. The test is
    :func:`analysis.measures._corners.compare`.

    Parameters
    ----------
    corpus : Corpus
    factors : sequence of two str
        Metadata columns, or "decade". Documents that lack a value are left out, and so are cells
        of one document.
    pairs : bool
        Also compare every two levels of each factor.
    unit : {"word", "lemma", "concept", "actor"}
        Words and lemmas are compared within a language only.
    terms : sequence of str, optional
        Only these (words in any case).
    min_count : int
        Leave a term out of a comparison where fewer are expected in its smallest corner, were the
        term equally common everywhere. Those of `terms` always stay.
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval; q is held to 1 - level.
        Without resamples (0) there are q values, but no intervals.

    Returns
    -------
    DataFrame
        Result rows: estimate = log2 ratio, main effects first. `by` and `group` name the factor and
        the level, or both ("source · year", "USA · 1990"); `first_level` and `second_level` hold
        them apart. `rate` is that of the group, `rate_reference` what the estimate compares it
        with (interaction: what source and year by themselves would give), both per 1,000 words;
        `docs_reference` the documents of the smallest other corner. `without_one_text` and
        `largest_share` are of one document in the corners that make the ratio differ from 1: the
        log ratio without it, and its share of their rate. A level or cell that has nothing to be
        compared with is one row without a term.

        Of concepts and actors `noise_floor` is :func:`analysis.measures.instrument.floors` of the
        languages on both sides, each cell weighing the same. What a word list does to a language
        it does in all years: in an interaction it cancels where a source has the same languages
        in this year as in others (or the year the same from this source as from others). Where it
        does not, the floor is the sum of those of the two ratios, at most what they could make
        together.

    Raises
    ------
    DiscourseError
        If a column or unit is unknown, the factors are not two or make too many cells.
    """
    names = _check(factors, min_count)
    resample.checked(level, n_boot, seed)
    label = [counting.labels(corpus.documents, name) for name in names]
    counted = counted_of(corpus, unit, terms, include_marked)
    order = counting.order(corpus.documents)
    known = np.array([None not in pair for pair in zip(*label, strict=True)], dtype=bool)
    order = order[(known & (counted.n_tokens > 0))[order]]
    language = counting.languages_of(corpus.documents)
    rows = [order[pool[order]] for pool, _ in pools(language, unit)]
    found = [crossing.pooled(counted, own, label, language) for own in rows if len(own)]
    least = min_count if terms is None else 0
    parts = []
    for pool in found:
        parts += crossing.compared(pool, names, least, level=level, pairs=pairs)
    table = _with_intervals(parts, level=level, n_boot=n_boot, seed=seed)
    across = unit in counting.ACROSS
    verdict = _verdicts(table, level, tested=n_boot > 0, across=across)
    interval = RESAMPLED.format(n_boot=n_boot) if n_boot else contrast.UNSAMPLED
    method = METHOD.format(
        factors=" and ".join(names), least=crossing.LEAST, interval=interval,
        docs=resample.MIN_DOCS, marked=counting.MARKED[include_marked],
    )  # fmt: skip
    method += resample.told([pool.docs.max() for pool in found])
    method += ACROSS if any("+" in pool.languages for pool in found) else ""
    method += "" if table["resampled"].all() else SOME.format(many=MANY)
    tag = unit if across else "term"
    table = table.assign(
        verdict=verdict, level=level, unit="log2 ratio", term_unit=unit, method=method
    )
    return frame(
        table.rename(columns={"term": tag}).astype(dict.fromkeys(WHOLE, "Int64")),
        measure="crossed",
        keys=(tag, "language", "by", "group", "reference"),
        extra=EXTRA,
    )


def _check(factors: Sequence[str], min_count: int) -> list[str]:
    names = counting.columns(factors)
    if len(names) != 2 or names[0] == names[1]:
        raise DiscourseError('factors: name two different columns, as ("source", "year")')
    if min_count < 1:
        raise DiscourseError("min_count must be at least 1")
    return names


def _with_intervals(
    parts: list[crossing.Part], *, level: float, n_boot: int, seed: int
) -> pd.DataFrame:
    """Put all rows together: q over all of them, then an interval where one is wanted."""
    rows = pd.concat([p.rows.assign(part=i) for i, p in enumerate(parts)] or [pd.DataFrame()])
    rows = rows.reset_index(drop=True)
    rows = rows.reindex(columns=[*rows, *(c for c in (*COLUMNS, *EXTRA) if c not in rows)])
    rows["q"] = resample.benjamini_hochberg(rows["p"].to_numpy(dtype=np.float64))
    estimate = rows["estimate"].to_numpy(dtype=np.float64)
    wanted = ~np.isnan(estimate)
    if wanted.sum() > MANY:
        wanted &= (rows["q"] <= 1 - level).to_numpy()
    rows["resampled"] = wanted | np.isnan(estimate)
    lo, hi = np.full((2, len(rows)), np.nan)
    for i, part in enumerate(parts if n_boot else ()):
        at = np.flatnonzero((rows["part"] == i).to_numpy() & wanted)
        k = rows["k"].to_numpy(dtype=np.int64)[at]
        use, t = np.unique(rows["column"].to_numpy()[at].astype(np.int64), return_inverse=True)
        chosen = np.zeros((len(part.weight), len(use)), dtype=bool)
        chosen[k, t] = True
        counted, of = part.pool.counted, part.pool.of
        low, high = corners.bootstrap(
            counted.matrix[:, use], counted.n_tokens, of, part.weight, chosen, level=level,
            n_boot=n_boot, seed=seed,
        )  # fmt: skip
        reach = rows["reach"].to_numpy(dtype=np.float64)[at]
        lo[at] = np.minimum(low[k, t], estimate[at] - reach)
        hi[at] = np.maximum(high[k, t], estimate[at] + reach)
    return rows.assign(lo=lo, hi=hi)


def _verdicts(rows: pd.DataFrame, level: float, *, tested: bool, across: bool) -> np.ndarray:
    """Say in words what a row shows, as a contrast of two groups does."""
    names = ("estimate", "without_one_text", "lo", "hi", "q", "n_docs", "docs_reference",
             "noise_floor", "largest_share")  # fmt: skip
    values = {name: rows[name].to_numpy(dtype=np.float64) for name in names}
    values["resampled"] = rows["resampled"].to_numpy(dtype=bool)
    said = contrast.verdicts(values, level, tested=tested, across=across)
    said = np.where(np.isnan(values["estimate"]), UNDEFINED, said)
    return np.where(rows["why"].notna(), rows["why"], said)
