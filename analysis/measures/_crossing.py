"""Documents sorted into the cells of two factors, and every comparison of them as rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import rates, resample
from analysis.measures import _balance as balance
from analysis.measures import _corners as corners
from analysis.measures import instrument
from analysis.measures._contrast import RARE
from analysis.measures.pairs import REST
from analysis.results import DiscourseError, reason

LEAST = 2
"""Documents a cell needs to take part: the spread of a single one is unknown."""
ROOM = 2_000
"""Cells, or the geometric mean of cells and comparisons, that there is room for in one call."""
ALONE = "nothing to compare with: no other group has two texts a cell beside it"
APART = "nothing to compare with: the two have no cells of two texts side by side"
THIN = "too little text: no cell of two texts; wider levels, such as decades, may have them"


@dataclass(frozen=True)
class Pool:
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
class Part:
    """Comparisons of so many corners in one pool: weights, and a row for each with each term."""

    pool: Pool
    weight: np.ndarray
    rows: pd.DataFrame


def pooled(
    counted: counting.Counts, rows: np.ndarray, label: list[np.ndarray], language: np.ndarray
) -> Pool:
    """Sort documents into cells."""
    (one, heads), (two, tails) = (pd.factorize(values[rows], sort=True) for values in label)
    shape = (len(heads), len(tails))
    of, size = one * shape[1] + two, shape[0] * shape[1]
    docs = np.bincount(of, minlength=size)
    words = np.bincount(of, weights=counted.n_tokens[rows], minlength=size)
    use = docs[of] >= LEAST
    present = (docs >= LEAST).reshape(shape)
    number = np.cumsum(present.ravel()) - 1
    codes = "+".join(sorted(set(language[rows])))
    rows, of = rows[use], number[of[use]]
    spoken = pd.DataFrame({"of": of, "code": language[rows], "n": counted.n_tokens[rows]})
    spoken = spoken.pivot_table(index="of", columns="code", values="n", aggfunc="sum", fill_value=0)
    return Pool(
        counted.rows(rows), of, present, docs.reshape(shape),
        words.astype(np.int64).reshape(shape), ([str(h) for h in heads], [str(t) for t in tails]),
        spoken.div(spoken.sum(axis=1), axis=0), codes,
    )  # fmt: skip


def compared(
    pool: Pool, names: list[str], least: int, *, level: float, pairs: bool = False
) -> list[Part]:
    """Compare the levels of both factors, then the cells."""
    a, b = pool.present.shape
    n_cells = int(pool.present.sum())
    each = a * (a - 1) // 2 + b * (b - 1) // 2 if pairs else 0
    if n_cells * max(n_cells, each) > ROOM**2:
        many = f"{n_cells:,} cells" + (f" and {each:,} pairs" if pairs else "")
        raise DiscourseError(
            f"factors: {a} x {b} levels make {many}, more than there is room for ({ROOM:,}): use "
            "wider levels, such as decades, or fewer documents"
        )
    every = list(balance.comparisons(pool.present, pool.docs > 0, pairs=pairs))
    single = [c for c in every if c.effect != balance.INTERACTION]
    return [_part(pool, names, part, least, level) for part in (single, every[len(single) :])]


def _part(
    pool: Pool, names: list[str], found: list[balance.Comparison], least: int, level: float
) -> Part:
    """Compare as many corners at a time."""
    able = [c for c in found if c.weight is not None]
    weight = [c.weight for c in able if c.weight is not None]
    weights = np.stack(weight) if weight else np.zeros((0, 2, int(pool.present.sum())))
    rows = _rows(pool, weights, least, level)
    told = set(rows["k"])
    named = pd.DataFrame([_named(pool, names, c) for c in able]).rename_axis("k").reset_index()
    rows = rows.merge(named, on="k") if len(rows) else rows
    alone = [_alone(pool, names, c) for c in found if c.weight is None]
    alone += [_alone(pool, names, c, RARE) for k, c in enumerate(able) if k not in told]
    return Part(pool, weights, pd.concat([rows, pd.DataFrame(alone)], ignore_index=True))


def _named(pool: Pool, names: list[str], of: balance.Comparison) -> dict[str, str]:
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


def _alone(pool: Pool, names: list[str], of: balance.Comparison, why: str = "") -> dict[str, Any]:
    """Return the row of a comparison of which no term can be told."""
    where = tuple(slice(None) if i < 0 else i for i in of.at)
    n_docs = int(pool.docs[where].sum())
    beside = APART if of.effect == balance.PAIR else ALONE
    why = why or (beside if pool.present[where].any() else THIN)
    return _named(pool, names, of) | {
        "term": "", "k": -1, "n_docs": n_docs, "n_tokens": int(pool.words[where].sum()),
        "why": reason(why, n_docs), "stop_word": False,
    }  # fmt: skip


def _rows(pool: Pool, weight: np.ndarray, least: int, level: float) -> pd.DataFrame:
    """Return a row for every comparison and every term frequent enough in it, best first."""
    counted, n_cells = pool.counted, weight.shape[2]
    words = np.bincount(pool.of, weights=counted.n_tokens, minlength=n_cells)
    size = (weight > 0) @ np.stack([words, np.bincount(pool.of, minlength=n_cells)], axis=1)
    size = size.astype(np.int64)
    total, share = counted.total(), size[..., 0].min(axis=1) / max(words.sum(), 1)
    use = np.flatnonzero((total * share[:, None] >= least).any(axis=0))
    own, floor, found = weight[:, 0] > 0, _floors(pool, weight, level), []
    for block in resample.blocks(len(use), 8 * (weight.size // max(n_cells, 1) + n_cells)):
        terms = use[block]
        held = corners.cells(counted.matrix[:, terms], counted.n_tokens, pool.of, n_cells)
        got = corners.compare(held, weight)
        k, t = np.nonzero(total[terms] * share[:, None] >= least)
        reach = got.ratio.reach(level)
        block_rows = {
            "k": k, "column": terms[t], "n": (own @ held.of.x)[k, t],
            "docs_with": (own @ held.of.held)[k, t], "rate": rates.PER * got.rate[k, t],
            "rate_reference": rates.PER * got.expected[k, t], "largest_share": got.share[k, t],
            "estimate": got.ratio.log[k, t] / np.log(2), "reach": reach[k, t] / np.log(2),
            "without_one_text": got.without_one[k, t] / np.log(2), "p": got.p[k, t],
            "t": (got.ratio.log / got.ratio.error)[k, t], "noise_floor": floor[k, terms[t]],
        }  # fmt: skip
        found.append(pd.DataFrame(block_rows))
    if not found:
        return pd.DataFrame({"k": np.zeros(0, dtype=np.int64)})
    rows = pd.concat(found, ignore_index=True)
    small = counting.stop_words(counted.terms, counted.unit, pool.languages)
    k = rows["k"].to_numpy()
    rows = rows.assign(
        term=counted.terms[rows["column"].to_numpy()],
        stop_word=small[rows["column"].to_numpy()],
        n_docs=size[k, 0, 1],
        n_tokens=size[k, 0, 0],
        docs_reference=size[:, 1:, 1].min(axis=1)[k],
        n_cells=(weight > 0).sum(axis=(1, 2))[k],
    )
    fewest = rows[["n_docs", "docs_reference"]].min(axis=1)
    rows["p"] = rows["p"].where(fewest >= resample.MIN_DOCS)
    return rows.iloc[np.lexsort((rows["column"], -rows["t"].fillna(0), k))]


def _floors(pool: Pool, weight: np.ndarray, level: float) -> np.ndarray:
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
