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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import languages, resample
from analysis.measures import _balance as balance
from analysis.measures import _contrast as contrast
from analysis.measures import _corners as corners
from analysis.measures import instrument
from analysis.measures.frequency import counted_of, pools
from analysis.measures.pairs import REST
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PER = 1000
LEAST = 2
"""Documents a cell needs to take part: the spread of a single one is unknown."""
MANY = 100_000
"""Rows of one call beyond which only those that pass the test get an interval."""
ROOM = 2_000
"""Cells, or the geometric mean of cells and comparisons, that there is room for in one call."""
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
    "{interval}; q: Benjamini-Hochberg over all rows, of a t test between documents, "
    "from {docs} documents a corner; {marked}"
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
ALONE = "nothing to compare with: no other group has two texts a cell beside it"
APART = "nothing to compare with: the two have no cells of two texts side by side"
THIN = "too little text: no cell of two texts; wider levels, such as decades, may have them"
RARE = "too little text: no term is frequent enough"
UNDEFINED = "undefined: absent on both sides"


@dataclass(frozen=True)
class _Pool:
    """Documents that may be compared with each other, sorted into cells.

    Attributes
    ----------
    counted : Counts
        Of the documents that take part.
    of : ndarray of int, shape (n_docs,)
        Their cells: numbers of those of `present`, row by row.
    present : ndarray of bool, shape (n_first_levels, n_second_levels)
        The cells with at least :data:`LEAST` documents.
    docs, words : ndarray of int, same shape
        Of all documents, also of the cells that take no part.
    levels : tuple of two lists of str
    spoken : DataFrame, shape (n_cells, n_languages)
        The share of each language in the words of a cell.
    languages : str
        Of all documents, joined by "+".
    """

    counted: counting.Counts
    of: np.ndarray
    present: np.ndarray
    docs: np.ndarray
    words: np.ndarray
    levels: tuple[list[str], list[str]]
    spoken: pd.DataFrame
    languages: str


@dataclass(frozen=True)
class _Part:
    """Comparisons of so many corners in one pool: weights, and a row for each with each term."""

    pool: _Pool
    weight: np.ndarray
    rows: pd.DataFrame


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
    found = [_pool(counted, own, label, language) for own in rows if len(own)]
    least = min_count if terms is None else 0
    parts = [p for pool in found for p in _compared(pool, names, least, level=level, pairs=pairs)]
    table = _with_intervals(parts, level=level, n_boot=n_boot, seed=seed)
    across = unit in counting.ACROSS
    verdict = _verdicts(table, level, tested=n_boot > 0, across=across)
    interval = RESAMPLED.format(n_boot=n_boot) if n_boot else "no interval: nothing was resampled"
    method = METHOD.format(
        factors=" and ".join(names), least=LEAST, interval=interval, docs=resample.MIN_DOCS,
        marked=counting.MARKED[include_marked],
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


def _pool(
    counted: counting.Counts, rows: np.ndarray, label: list[np.ndarray], language: np.ndarray
) -> _Pool:
    """Sort documents into cells."""
    (one, heads), (two, tails) = (pd.factorize(values[rows], sort=True) for values in label)
    shape = (len(heads), len(tails))
    of, size = one * shape[1] + two, shape[0] * shape[1]
    docs = np.bincount(of, minlength=size)
    words = np.bincount(of, weights=counted.n_tokens[rows], minlength=size)
    use = docs[of] >= LEAST
    present = (docs >= LEAST).reshape(shape)
    number = np.cumsum(present.ravel()) - 1
    rows, of, own = rows[use], number[of[use]], language[rows]
    spoken = pd.DataFrame({"of": of, "code": language[rows], "n": counted.n_tokens[rows]})
    spoken = spoken.pivot_table(index="of", columns="code", values="n", aggfunc="sum", fill_value=0)
    return _Pool(
        counted.rows(rows), of, present, docs.reshape(shape),
        words.astype(np.int64).reshape(shape), ([str(h) for h in heads], [str(t) for t in tails]),
        spoken.div(spoken.sum(axis=1), axis=0), "+".join(sorted(set(own))),
    )  # fmt: skip


def _compared(
    pool: _Pool, names: list[str], least: int, *, level: float, pairs: bool = False
) -> list[_Part]:
    """Compare the levels of both factors, then the cells."""
    a, b = pool.present.shape
    n_cells = int(pool.present.sum())
    each = a * (a - 1) // 2 + b * (b - 1) // 2 if pairs else 0
    if n_cells * max(n_cells, each) > ROOM**2:
        raise DiscourseError(
            f"factors: {a} x {b} levels make more than {ROOM:,} cells"
            + (", or pairs to match," if pairs else "")
            + "; use wider levels, such as decades, or fewer documents"
        )
    every = list(balance.comparisons(pool.present, pool.docs > 0, pairs=pairs))
    single = [c for c in every if c.effect != balance.INTERACTION]
    return [_part(pool, names, part, least, level) for part in (single, every[len(single) :])]


def _part(
    pool: _Pool, names: list[str], found: list[balance.Comparison], least: int, level: float
) -> _Part:
    """Compare as many corners at a time."""
    able = [c for c in found if c.weight is not None]
    weight = [c.weight[:, pool.present] for c in able if c.weight is not None]
    weights = np.stack(weight) if weight else np.zeros((0, 2, int(pool.present.sum())))
    rows = _rows(pool, weights, least, level)
    told = set(rows["k"])
    named = pd.DataFrame([_named(pool, names, c) for c in able]).rename_axis("k").reset_index()
    rows = rows.merge(named, on="k") if len(rows) else rows
    alone = [_alone(pool, names, c) for c in found if c.weight is None]
    alone += [_alone(pool, names, c, RARE) for k, c in enumerate(able) if k not in told]
    return _Part(pool, weights, pd.concat([rows, pd.DataFrame(alone)], ignore_index=True))


def _named(pool: _Pool, names: list[str], of: balance.Comparison) -> dict[str, str]:
    """Return what the two sides are called."""
    first, second = ("" if i < 0 else n[i] for i, n in zip(of.at, pool.levels, strict=True))
    factor = [n for i, n in zip(of.at, names, strict=True) if i >= 0]
    against = pool.levels[of.at[0] < 0][of.against] if of.against >= 0 else REST
    return {
        "effect": of.effect, "by": counting.SEPARATOR.join(factor), "reference": against,
        "group": counting.SEPARATOR.join(part for part in (first, second) if part),
        "first_level": first, "second_level": second, "languages": pool.languages,
        "language": "" if "+" in pool.languages else pool.languages,
    }  # fmt: skip


def _alone(pool: _Pool, names: list[str], of: balance.Comparison, why: str = "") -> dict[str, Any]:
    """Return the row of a comparison of which no term can be told."""
    where = tuple(slice(None) if i < 0 else i for i in of.at)
    n_docs = int(pool.docs[where].sum())
    reason = APART if of.effect == balance.PAIR else ALONE
    why = why or (reason if pool.present[where].any() else THIN)
    return _named(pool, names, of) | {
        "term": "", "k": -1, "n_docs": n_docs, "n_tokens": int(pool.words[where].sum()),
        "why": f"{ONE_TEXT}: {why}" if n_docs < LEAST else why, "stop_word": False,
    }  # fmt: skip


def _rows(pool: _Pool, weight: np.ndarray, least: int, level: float) -> pd.DataFrame:
    """Return a row for every comparison and every term frequent enough in it, best first."""
    counted, n_cells = pool.counted, weight.shape[2]
    found = [pd.DataFrame({"k": np.zeros(0, dtype=np.int64)})]
    words = np.bincount(pool.of, weights=counted.n_tokens, minlength=n_cells)
    size = (weight > 0) @ np.stack([words, np.bincount(pool.of, minlength=n_cells)], axis=1)
    size = size.astype(np.int64)
    total, share = counted.total(), size[..., 0].min(axis=1) / max(words.sum(), 1)
    use = np.flatnonzero((total * share[:, None] >= least).any(axis=0))
    own = (weight[:, :1] > 0)[:, 0]
    floor = _floors(pool, weight, level)
    for block in resample.blocks(len(use), 8 * (weight.size // max(n_cells, 1) + n_cells)):
        terms = use[block]
        held = corners.cells(counted.matrix[:, terms], counted.n_tokens, pool.of, n_cells)
        got = corners.compare(held, weight)
        k, t = np.nonzero(total[terms] * share[:, None] >= least)
        reach = got.ratio.reach(level)
        block_rows = {
            "k": k, "column": terms[t], "n": (own @ held.of.x)[k, t],
            "docs_with": (own @ held.of.held)[k, t], "rate": PER * got.rate[k, t],
            "rate_reference": PER * got.expected[k, t], "largest_share": got.share[k, t],
            "estimate": got.ratio.log[k, t] / np.log(2), "reach": reach[k, t] / np.log(2),
            "without_one_text": got.without_one[k, t] / np.log(2), "p": got.p[k, t],
            "t": (got.ratio.log / got.ratio.error)[k, t], "noise_floor": floor[k, terms[t]],
        }  # fmt: skip
        found.append(pd.DataFrame(block_rows))
    rows = pd.concat(found[1:] or found, ignore_index=True)
    if rows.empty:
        return rows
    k = rows["k"].to_numpy()
    rows = rows.assign(
        term=counted.terms[rows["column"].to_numpy()],
        stop_word=_stop_words(pool)[rows["column"].to_numpy()],
        n_docs=size[k, 0, 1],
        n_tokens=size[k, 0, 0],
        docs_reference=size[:, 1:, 1].min(axis=1)[k],
        n_cells=(weight > 0).sum(axis=(1, 2))[k],
    )
    fewest = rows[["n_docs", "docs_reference"]].min(axis=1)
    rows["p"] = rows["p"].where(fewest >= resample.MIN_DOCS)
    return rows.iloc[np.lexsort((rows["column"], -rows["t"].fillna(0), k))]


def _stop_words(pool: _Pool) -> np.ndarray:
    """Return which terms are function words of the pool's language; none across languages."""
    known = pool.languages in languages.codes() and pool.counted.unit not in counting.ACROSS
    stop = languages.language(pool.languages).stop_words if known else frozenset()
    return np.array([term in stop for term in pool.counted.terms.tolist()], dtype=bool)


def _floors(pool: _Pool, weight: np.ndarray, level: float) -> np.ndarray:
    """Return what the word lists alone could make of each comparison; NaN for words."""
    unit, terms = pool.counted.unit, pool.counted.terms
    across = unit in counting.ACROSS
    out = np.full((len(weight), len(terms)), 0.0 if across else np.nan)
    if not across or "+" not in pool.languages:
        return out

    def floor(one: np.ndarray, two: np.ndarray) -> np.ndarray:
        sides = (dict(zip(pool.spoken.columns, side, strict=True)) for side in (one, two))
        return instrument.floors(terms, *sides, unit=unit, level=level)

    for k, mix in enumerate(weight @ pool.spoken.to_numpy()):
        if len(mix) == 2:
            out[k] = floor(*mix)
        else:  # Of two ways to pair the corners, that in which more of it cancels.
            ways = [((0, 1), (2, 3)), ((0, 2), (1, 3))]
            one, two = (floor(mix[a], mix[b]) + floor(mix[c], mix[d]) for (a, b), (c, d) in ways)
            out[k] = np.fmin(one, two)
    return out


def _with_intervals(parts: list[_Part], *, level: float, n_boot: int, seed: int) -> pd.DataFrame:
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
