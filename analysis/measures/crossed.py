"""Two factors at once: what each source, each year and each source in a year says more than others.

All rates are means of *cells* (a source in a year), and every cell counts the same whatever its
length, so that one long-winded source or a year with much text decides nothing (direct
standardisation with equal weights: Breslow & Day 1987, Statistical Methods in Cancer Research II,
chapter 2; the "unweighted means" of Yates 1934, JASA 29:51-66). Rows are of two kinds:

* ``main``: a level of one factor against its other levels, within the levels of the other factor;
* ``interaction``: whether a cell departs from what its source and its year say by themselves. For
  sources and years: did this source change here more than the others did?
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import resample
from analysis.measures import _balance as balance
from analysis.measures import _corners as corners
from analysis.measures._contrast import LOCK
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
"""Cells that can be compared in one call: the weights of all comparisons grow as their square."""
MAIN, INTERACTION = "main", "interaction"
EXTRA = (
    "effect", "first_level", "second_level", "rate", "rate_reference", "docs_reference",
    "docs_with", "n_cells", "q", "without_one_text", "term_unit",
)  # fmt: skip
COLUMNS = ("k", "column", "p", "term", "why", "resampled", "n", "n_docs", "n_tokens", "estimate",
           "lo", "hi", "by", "group", "reference", "language")  # fmt: skip
WHOLE = ("n", "n_docs", "n_tokens", "docs_reference", "docs_with", "n_cells")
METHOD = (
    "log2 ratio of means of cells of {factors} with {least} texts or more, every cell counted the "
    "same; interaction: ratio of such ratios; zero counted as .5 occurrence but never as more; "
    "interval: bootstrap of documents within cells ({n_boot} samples, rescaled, expanded "
    "percentile, pointwise); q: Benjamini-Hochberg over all rows, of a t test between documents, "
    "from {docs} documents a corner; {marked}"
)
ALONE = "nothing to compare with: no other group has two texts a cell beside it"
THIN = "too little text: no cell of two texts; wider levels, such as decades, may have them"
RARE = "too little text: no term is frequent enough"
MIXED = (
    "; rates of several languages meet here and carry the lexicon's own unmeasured difference "
    "between them"
)
SOME = "; of more than {many:,} rows only those that pass the test (q) get an interval"


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
    language : str
    """

    counted: counting.Counts
    of: np.ndarray
    present: np.ndarray
    docs: np.ndarray
    words: np.ndarray
    levels: tuple[list[str], list[str]]
    language: str


def crossed(
    corpus: "Corpus",
    *,
    factors: Sequence[str] = ("source", "year"),
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

    Returns
    -------
    DataFrame
        Result rows: estimate = log2 ratio, main effects first. `by` and `group` name the factor and
        the level, or both ("source · year", "USA · 1990"); `first_level` and `second_level` hold
        them apart. `rate` is that of the group, `rate_reference` what the estimate compares it
        with (interaction: what source and year by themselves would give), both per 1,000 words;
        `docs_reference` the documents of the smallest other corner. A level or cell that has
        nothing to be compared with is one row without a term.

    Raises
    ------
    DiscourseError
        If a column or unit is unknown, the factors are not two or make too many cells.
    """
    names = _check(factors, min_count, n_boot)
    resample.checked(level, n_boot, seed)
    label = [counting.labels(corpus.documents, name) for name in names]
    counted = counted_of(corpus, unit, terms, include_marked)
    order = counting.order(corpus.documents)
    known = np.array([None not in pair for pair in zip(*label, strict=True)], dtype=bool)
    order = order[(known & (counted.n_tokens > 0))[order]]
    language, found = counting.languages_of(corpus.documents), []
    for pool, code in pools(language, unit):
        rows = order[pool[order]]
        if len(rows):
            spoken = code or "+".join(sorted(set(language[rows])))
            found.append(_pool(counted, rows, label, "" if "+" in spoken else spoken))
    least = min_count if terms is None else 0
    parts = [part for held in found for part in _compared(held, names, least)]
    rows = _with_intervals(parts, level=level, n_boot=n_boot, seed=seed)
    method = METHOD.format(
        factors=" and ".join(names), least=LEAST, n_boot=n_boot, docs=resample.MIN_DOCS,
        marked=counting.MARKED[include_marked],
    )  # fmt: skip
    method += resample.told([held.docs.max() for held in found])
    method += MIXED if any(held.language == "" for held in found) else ""
    method += "" if rows["resampled"].all() else SOME.format(many=MANY)
    tag = unit if unit in counting.ACROSS else "term"
    rows = rows.assign(
        verdict=_verdicts(rows, level),
        level=level,
        unit="log2 ratio",
        term_unit=unit,
        method=method,
    )
    return frame(
        rows.rename(columns={"term": tag}).astype(dict.fromkeys(WHOLE, "Int64")),
        measure="crossed",
        keys=(tag, "language", "by", "group", "reference"),
        extra=EXTRA,
    )


def _check(factors: Sequence[str], min_count: int, n_boot: int) -> list[str]:
    names = counting.columns(factors)
    if len(names) != 2 or names[0] == names[1]:
        raise DiscourseError('factors: name two different columns, as ("source", "year")')
    if min_count < 1 or n_boot < 1:
        raise DiscourseError("min_count and n_boot must be at least 1")
    return names


def _pool(
    counted: counting.Counts, rows: np.ndarray, label: list[np.ndarray], language: str
) -> _Pool:
    """Sort documents into cells."""
    (one, heads), (two, tails) = (pd.factorize(values[rows], sort=True) for values in label)
    shape = (len(heads), len(tails))
    of = one * shape[1] + two
    docs, words = np.bincount(of, minlength=shape[0] * shape[1]), np.zeros(shape[0] * shape[1])
    np.add.at(words, of, counted.n_tokens[rows])
    use = docs[of] >= LEAST
    present = (docs >= LEAST).reshape(shape)
    number = np.cumsum(present.ravel()) - 1
    return _Pool(
        counted.rows(rows[use]), number[of[use]], present, docs.reshape(shape),
        words.astype(np.int64).reshape(shape), ([str(h) for h in heads], [str(t) for t in tails]),
        language,
    )  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """The comparisons of one kind in one pool: their weights, and a row for each with each term."""

    pool: _Pool
    weight: np.ndarray
    rows: pd.DataFrame


def _compared(pool: _Pool, names: list[str], least: int) -> list[_Part]:
    """Compare the levels of both factors, then the cells."""
    a, b = pool.present.shape
    if pool.present.sum() > ROOM:
        raise DiscourseError(
            f"factors: {a} x {b} levels make more than {ROOM:,} cells; use wider levels, such as "
            "decades, or fewer documents"
        )
    firsts = [((i, -1), balance.main_weights(pool.present, i)) for i in range(a)]
    turned = [((-1, j), balance.main_weights(pool.present.T, j)) for j in range(b)]
    seconds = [(at, None if w is None else w.transpose(0, 2, 1)) for at, w in turned]
    places = [(int(i), int(j)) for i, j in zip(*np.nonzero(pool.docs), strict=True)]
    both = [(at, balance.interaction_weights(pool.present, *at)) for at in places]
    sets = [(MAIN, names[0], firsts), (MAIN, names[1], seconds)]
    sets.append((INTERACTION, counting.SEPARATOR.join(names), both))
    return [_part(pool, effect, by, found, least) for effect, by, found in sets]


def _part(
    pool: _Pool,
    effect: str,
    by: str,
    found: list[tuple[tuple[int, int], np.ndarray | None]],
    least: int,
) -> _Part:
    """Compare the levels of one factor, or all cells."""
    able = [(at, w) for at, w in found if w is not None]
    alone = [_alone(pool, at, _why(pool, at)) for at, w in found if w is None]
    size = 2 if effect == MAIN else 4
    weight = np.zeros((len(able), size, int(pool.present.sum())))
    for k, (_, w) in enumerate(able):
        weight[k] = w[:, pool.present]
    rows = _rows(pool, weight, [at for at, _ in able], least)
    told = set(rows["k"])
    alone += [_alone(pool, at, RARE) for k, (at, _) in enumerate(able) if k not in told]
    rows = pd.concat([rows, pd.DataFrame(alone)])
    rows = rows.reset_index(drop=True)
    return _Part(pool, weight, rows.assign(effect=effect, by=by, reference=REST))


def _named(pool: _Pool, at: tuple[int, int]) -> dict[str, str]:
    """Return what a level (the other number is -1) or a cell is called."""
    first, second = ("" if i < 0 else n[i] for i, n in zip(at, pool.levels, strict=True))
    group = counting.SEPARATOR.join(part for part in (first, second) if part)
    return {
        "group": group, "first_level": first, "second_level": second, "language": pool.language
    }  # fmt: skip


def _why(pool: _Pool, at: tuple[int, int]) -> str:
    """Say why nothing can be compared with a level or cell."""
    return ALONE if pool.present[_where(at)].any() else THIN


def _alone(pool: _Pool, at: tuple[int, int], why: str) -> dict[str, Any]:
    """Return the row of a level or cell of which no term can be told."""
    n_docs = int(pool.docs[_where(at)].sum())
    return _named(pool, at) | {
        "term": "", "k": -1, "n_docs": n_docs, "n_tokens": int(pool.words[_where(at)].sum()),
        "why": f"{ONE_TEXT}: {why}" if n_docs < 2 else why,
    }  # fmt: skip


def _where(at: tuple[int, int]) -> tuple[slice | int, ...]:
    return tuple(slice(None) if i < 0 else i for i in at)


def _rows(pool: _Pool, weight: np.ndarray, at: list[tuple[int, int]], least: int) -> pd.DataFrame:
    """Return a row for every comparison and every term frequent enough in it, best first."""
    if not len(at):
        return pd.DataFrame({"k": np.zeros(0, dtype=np.int64)})
    counted, n_cells = pool.counted, weight.shape[2]
    words = np.bincount(pool.of, weights=counted.n_tokens, minlength=n_cells)
    size = (weight > 0) @ np.stack([words, np.bincount(pool.of, minlength=n_cells)], axis=1)
    size = size.astype(np.int64)
    total, share = counted.total(), size[..., 0].min(axis=1) / words.sum()
    use, found = np.flatnonzero(total * share.max() >= least), []
    own = weight[:, 0] > 0
    for block in resample.blocks(len(use), 8 * (weight.size // n_cells + n_cells)):
        terms = use[block]
        held = corners.cells(counted.matrix[:, terms], counted.n_tokens, pool.of, n_cells)
        got = corners.compare(held, weight)
        k, t = np.nonzero(total[terms] * share[:, None] >= least)
        block_rows = {
            "k": k, "column": terms[t], "n": (own @ held.f)[k, t],
            "docs_with": (own @ held.carriers)[k, t], "rate": PER * got.rate[k, t],
            "rate_reference": PER * got.expected[k, t], "estimate": got.estimate[k, t],
            "without_one_text": got.without_one[k, t], "t": got.t[k, t], "p": got.p[k, t],
        }  # fmt: skip
        found.append(pd.DataFrame(block_rows))
    if not found:
        return pd.DataFrame({"k": np.zeros(0, dtype=np.int64)})
    rows = pd.concat(found, ignore_index=True)
    k = rows["k"].to_numpy()
    named = pd.DataFrame([_named(pool, one) for one in at])
    rows = rows.assign(
        term=counted.terms[rows["column"].to_numpy()],
        **{name: named[name].array.take(k) for name in named},
        n_docs=size[k, 0, 1],
        n_tokens=size[k, 0, 0],
        docs_reference=size[:, 1:, 1].min(axis=1)[k],
        n_cells=(weight > 0).sum(axis=(1, 2))[k],
    )
    fewest = rows[["n_docs", "docs_reference"]].min(axis=1)
    rows["p"] = rows["p"].where(fewest >= resample.MIN_DOCS)
    return rows.iloc[np.lexsort((rows["column"], -rows["t"].fillna(0), k))]


def _with_intervals(parts: list[_Part], *, level: float, n_boot: int, seed: int) -> pd.DataFrame:
    """Put all rows together: q over all of them, then an interval where one is wanted."""
    if not parts:
        return pd.DataFrame(columns=[*EXTRA, *COLUMNS])
    rows = pd.concat([p.rows.assign(part=i) for i, p in enumerate(parts)], ignore_index=True)
    rows = rows.reindex(columns=[*rows, *(c for c in (*COLUMNS, *EXTRA) if c not in rows)])
    rows["q"] = resample.benjamini_hochberg(rows["p"].to_numpy())
    wanted = rows["estimate"].notna().to_numpy(copy=True)
    if wanted.sum() > MANY:
        wanted &= (rows["q"] <= 1 - level).to_numpy()
    rows["resampled"] = wanted | (rows["k"] < 0).to_numpy() | rows["estimate"].isna().to_numpy()
    lo, hi = np.full((2, len(rows)), np.nan)
    for i, part in enumerate(parts):
        at = np.flatnonzero((rows["part"] == i).to_numpy() & wanted)
        k = rows["k"].to_numpy(dtype=np.int64)[at]
        use, t = np.unique(rows["column"].to_numpy()[at].astype(np.int64), return_inverse=True)
        estimate = np.full((len(part.weight), len(use)), np.nan)
        estimate[k, t] = rows["estimate"].to_numpy()[at]
        low, high = corners.intervals(
            part.pool.counted.matrix[:, use], part.pool.counted.n_tokens, part.pool.of,
            part.weight, estimate, level=level, n_boot=n_boot, seed=seed,
        )  # fmt: skip
        lo[at], hi[at] = low[k, t], high[k, t]
    return rows.assign(lo=lo, hi=hi)


def _verdicts(rows: pd.DataFrame, level: float) -> np.ndarray:
    """Say in words what a row shows; the first rule that holds decides."""
    numbers = rows[["estimate", "without_one_text", "lo", "hi", "q"]].astype(np.float64)
    estimate, left, lo, hi, q = numbers.to_numpy().T
    fewest = rows[["n_docs", "docs_reference"]].astype(np.float64).min(axis=1).to_numpy()
    apart = ((lo > 0) | (hi < 0)) & (q <= 1 - level)
    driven = np.sign(estimate) * left < np.abs(estimate) / 2
    alone = (rows["k"] < 0).to_numpy(dtype=bool)
    rules = [
        (alone, rows["why"].astype(object).fillna("").to_numpy()),
        (np.isnan(estimate), "undefined: absent on both sides"),
        (fewest < resample.MIN_DOCS, "too little text"),
        (~rows["resampled"].to_numpy(dtype=bool), "not distinguishable"),
        (np.isnan(lo), "too little text"),
        (apart & driven, "key but one text drives it"),
        (apart & (estimate > 0), "key"),
        (apart, "key: used less"),
        ((np.abs(lo) < LOCK) & (np.abs(hi) < LOCK), "lockword: much the same on both sides"),
    ]
    return np.select([r for r, _ in rules], [v for _, v in rules], "not distinguishable")
