"""The columns of contrasts: everything that keyness says of every term of two sides.

Terms are worked on in blocks, each a task of the engine. What needs all terms of a contrast, its
q values and which terms are worth resampling, comes between two rounds of tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import rates, resample
from analysis.engine import HERE, Engine
from analysis.measures import _contrast as contrast
from analysis.measures import _sides, association, instrument
from analysis.measures._sides import Documents, Entries, Side
from analysis.measures.pairs import Pair
from analysis.postings import Block, Postings

Columns = dict[str, Any]
_RATIO = ("log", "error", "df", "least")
_CELLS = 2_000_000
"""Terms times contrasts of one task, at most: each has thirty numbers or so."""


@dataclass(frozen=True)
class Asked:
    """What every task must know.

    Attributes
    ----------
    documents : Documents
    rows : list of pairs of ndarray of int
        The documents of both sides of every contrast, in the order of doc_id.
    pools : list of ndarray of int, shape (n_docs,)
        For every contrast the random pool that each document is in.
    seeds : list of pairs of int
        Of the resampling of both sides of every contrast.
    measures : tuple of str
    settings : dict
        ``level, n_boot, seed, min_count``.
    work : int
        Postings that all tasks together go through.
    """

    documents: Documents
    rows: list[tuple[np.ndarray, np.ndarray]]
    pools: list[np.ndarray]
    seeds: list[tuple[int, int]]
    measures: tuple[str, ...]
    settings: dict[str, Any]
    work: int


def contrasts(
    held: Postings,
    pairs: Sequence[Pair],
    documents: pd.DataFrame,
    measures: Sequence[str],
    settings: dict[str, Any],
    *,
    engine: Engine = HERE,
) -> list[Columns]:
    """Compare the two sides of every pair term by term.

    Parameters
    ----------
    held : Postings
    pairs : sequence of Pair
        Each with documents on both sides.
    documents : DataFrame
        ``doc_id, source, language``, a row for every row of the postings.
    measures : sequence of str
        Of :data:`analysis.measures.keyness.MEASURES`.
    settings : dict
        ``level, n_boot, seed, min_count``.
    engine : Engine

    Returns
    -------
    list of dict of str to ndarray or number
        For every pair columns with one value a term that both sides together hold often enough,
        those the target uses more first; a number holds for all of them. ``number`` is which of
        the postings' terms it is, ``verdict`` which of :data:`_contrast.SAID`.
    """
    if not pairs:
        return []
    asked = _asked(held, pairs, documents, measures, settings)
    few = max(1, _CELLS // len(pairs))
    blocks = list(held.blocks(engine, terms=few))
    parts = engine.map(partial(_compare, asked), blocks)
    found = list(HERE.map(partial(_tested, settings), zip(*parts, strict=True)))
    if settings["n_boot"]:
        _add_intervals(found, asked, blocks, engine)
    finish = partial(_finished, held, documents, measures, settings)
    return list(HERE.map(finish, zip(found, pairs, strict=True)))


def _asked(
    held: Postings, pairs: Sequence[Pair], documents: pd.DataFrame, measures: Sequence[str],
    settings: dict[str, Any],
) -> Asked:  # fmt: skip
    source, _ = pd.factorize(counting.labels(documents, "source"), use_na_sentinel=False)
    own = Documents(held.n_tokens.astype(np.float64), source.astype(np.int32))
    rows = [(pair.target, pair.against) for pair in pairs]
    pools = _pools(pairs, documents, settings["seed"]) if settings["n_boot"] else {}
    return Asked(
        own, rows, [pools.get(pair.languages, np.zeros(0)) for pair in pairs],
        [pair.seeds(settings["seed"]) for pair in pairs], tuple(measures), settings,
        len(held.doc) * len(pairs),
    )  # fmt: skip


def _pools(pairs: Sequence[Pair], documents: pd.DataFrame, seed: int) -> dict[str, np.ndarray]:
    """Deal the documents that the contrasts of each language draw on to random pools."""
    order, out = counting.order(documents), {}
    for code in {pair.languages for pair in pairs}:
        inside = np.zeros(len(documents), dtype=bool)
        for pair in pairs:
            if pair.languages == code:
                inside[pair.target] = inside[pair.against] = True
        rows = order[inside[order]]
        out[code] = np.zeros(len(documents), dtype=np.int64)
        out[code][rows] = resample.pools(len(rows), seed).tocsc().indices
    return out


def _compare(asked: Asked, block: Block) -> list[Columns]:
    """Return the columns of every contrast that need nothing but a term's own postings."""
    entries = Entries.of(block)
    return [_compared(asked, entries, rows, block.first) for rows in asked.rows]


def _compared(
    asked: Asked, entries: Entries, rows: tuple[np.ndarray, np.ndarray], first: int
) -> Columns:
    sides = _sides.sides(entries, asked.documents, rows, work=asked.work)
    keep = np.flatnonzero(sides[0].sums.x + sides[1].sums.x >= asked.settings["min_count"])
    sides = [side.of(keep) for side in sides]
    one, two = (side.sums for side in sides)
    cells = (one.x, int(one.n), two.x, int(two.n))
    known = one.n > 0 and two.n > 0
    estimate = contrast.log_ratio(*cells) if known else np.full(len(keep), np.nan)
    without, share = contrast.without_one(sides, estimate)
    ratio = rates.ratio(one, two)
    values = {
        "number": keep + first, "estimate": estimate, "n": _whole(one.x),
        "n_reference": _whole(two.x), "docs_with": _whole(one.held),
        "docs_with_reference": _whole(two.held), "sources_with": _whole(sides[0].sources),
        "sources_with_reference": _whole(sides[1].sources), "without_one_text": without,
        "largest_share": share, "p": np.full(len(keep), np.nan),
    }  # fmt: skip
    if min(one.docs, two.docs) >= resample.MIN_DOCS:
        values["p"] = ratio.p()
    if asked.settings["n_boot"] or "simultaneous" in asked.measures:
        values |= {f"ratio_{name}": getattr(ratio, name) for name in _RATIO}
    values |= {name: getattr(association, name)(*cells) for name in ("ll2", "ll4", "chi2")}
    values |= {
        name: association.KEYNESS[name](*cells)
        for name in asked.measures
        if name in association.KEYNESS
    }
    return values | _spread(asked, entries, sides, rows, keep)


def _whole(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int64)


def _spread(
    asked: Asked, entries: Entries, sides: list[Side], rows: tuple[np.ndarray, np.ndarray],
    keep: np.ndarray,
) -> Columns:  # fmt: skip
    """Return the dispersions asked for, of both sides."""
    names = [n for n in ("dp", *asked.measures) if n in contrast.DISPERSION]
    out: Columns = {}
    for side, own, of in zip(sides, rows, ("", "_reference"), strict=True):
        sums = None
        if {"juilland_d", "kld"} & set(names):
            one, two, logs = _sides.spread(entries, asked.documents, own)
            sums = (one[keep], two[keep], logs[keep])
        out |= {f"{name}{of}": contrast.dispersion(side, name, sums) for name in names}
    return out


def _tested(settings: dict[str, Any], parts: Sequence[Columns]) -> Columns:
    """Join the columns of blocks; add q values, and which terms get an interval."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns["q"] = resample.benjamini_hochberg(columns.pop("p"))
    chosen = np.ones(len(columns["q"]), dtype=bool)
    if settings["n_boot"]:
        chosen[:] = False
        chosen[contrast.candidates(columns, settings["level"])] = True
    columns |= {"resampled": chosen, "lo": np.full(len(chosen), np.nan)}
    columns["hi"] = columns["lo"].copy()
    return columns


class _Chosen(NamedTuple):
    """Terms of a block that a contrast is resampled for.

    Attributes
    ----------
    contrast : int
    terms : ndarray of int
        Their numbers in the block.
    estimate : ndarray
    ratio : Ratio
    """

    contrast: int
    terms: np.ndarray
    estimate: np.ndarray
    ratio: rates.Ratio


def _add_intervals(found: list[Columns], asked: Asked, blocks: list[Block], engine: Engine) -> None:
    """Resample the terms that are worth it, and write their intervals into the columns."""
    able = [
        i for i, rows in enumerate(asked.rows)
        if min(map(len, rows)) > 1 and all(asked.documents.n[own].sum() for own in rows)
    ]  # fmt: skip
    places, tasks = [], []
    for block in blocks:
        ends = [block.first, block.first + len(block.start) - 1]
        task = []
        for i in able:
            columns = found[i]
            a, b = np.searchsorted(columns["number"], ends)
            at = a + np.flatnonzero(columns["resampled"][a:b])
            if len(at):
                places.append((i, at))
                ratio = rates.Ratio(*(columns[f"ratio_{name}"][at] for name in _RATIO))
                numbers = columns["number"][at] - block.first
                task.append(_Chosen(i, numbers, columns["estimate"][at], ratio))
        tasks.append((block, task))
    ends_of = (ends for part in engine.map(partial(_resample, asked), tasks) for ends in part)
    for (i, at), (lo, hi) in zip(places, ends_of, strict=True):
        found[i]["lo"][at], found[i]["hi"][at] = lo, hi


def _resample(
    asked: Asked, task: tuple[Block, list[_Chosen]]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the intervals of the chosen terms of a block."""
    block, several = task
    entries, n = Entries.of(block), asked.documents.n
    settings = {name: asked.settings[name] for name in ("level", "n_boot")}
    out = []
    for chosen in several:
        (one, two), pool = asked.rows[chosen.contrast], asked.pools[chosen.contrast]
        samples = (_sides.sample(one, n, pool), _sides.sample(two, n, pool))
        counted = (samples[0].counts(entries, chosen.terms),
                   samples[1].counts(entries, chosen.terms))  # fmt: skip
        own = {**settings, "seeds": asked.seeds[chosen.contrast]}
        out.append(contrast.interval(samples, counted, chosen.estimate, chosen.ratio, **own))
    return out


def _finished(
    held: Postings,
    documents: pd.DataFrame,
    measures: Sequence[str],
    settings: dict[str, Any],
    found: tuple[Columns, Pair],
) -> Columns:
    """Add what needs all terms of a contrast, and put the terms in order."""
    columns, pair = found
    sizes = [held.n_tokens[rows] for rows in (pair.target, pair.against)]
    n1, n2 = (int(s.sum()) for s in sizes)
    f1, f2 = columns["n"], columns["n_reference"]
    ratio = rates.Ratio(*(columns.pop(f"ratio_{name}", np.zeros(0)) for name in _RATIO))
    terms, level = len(f1), settings["level"]
    if "simultaneous" in measures:
        ends = contrast.simultaneous(
            ratio, columns["estimate"], (columns["lo"], columns["hi"]), level, terms
        )
        columns |= {"lo_all": ends[0], "hi_all": ends[1]}
    if "conservative_log_ratio" in measures:
        columns["conservative_log_ratio"] = association.conservative_log_ratio(
            f1, n1, f2, n2, terms=max(1, terms)
        )
    if "log_odds_z" in measures:
        columns["log_odds_z"] = contrast.log_odds(f1, n1, f2, n2)
    columns |= {
        "n_tokens": n1, "tokens_reference": n2,
        "n_docs": len(sizes[0]), "docs_reference": len(sizes[1]),
        "rate": rates.PER * f1 / n1 if n1 else np.nan,
        "rate_reference": rates.PER * f2 / n2 if n2 else np.nan,
    }  # fmt: skip
    return _told(columns, held, pair, documents, settings)


def _told(
    columns: Columns, held: Postings, pair: Pair, documents: pd.DataFrame, settings: dict[str, Any]
) -> Columns:
    """Put the terms in order, and say what each shows."""
    first = _ranked(columns)
    columns = {n: v[first] if isinstance(v, np.ndarray) else v for n, v in columns.items()}
    number = columns["number"]
    code = "" if "+" in pair.languages else pair.languages
    columns["stop_word"] = counting.stop_words(held.labels, held.unit, code)[number]
    columns["noise_floor"] = _noise_floor(number, held, pair, documents, settings["level"])
    tested, across = settings["n_boot"] > 0, held.unit in counting.ACROSS
    columns["verdict"] = contrast.ruled(columns, settings["level"], tested=tested, across=across)
    return columns


def _ranked(columns: Columns) -> np.ndarray:
    """Put the terms that set the group apart first: by evidence, those it uses more on top."""
    more = np.sign(columns["rate"] - columns["rate_reference"]) * np.nan_to_num(columns["ll2"])
    signed = np.broadcast_to(more, columns["n"].shape)
    return np.argsort(-signed, kind="stable")  # Terms come sorted.


def _noise_floor(
    number: np.ndarray, held: Postings, pair: Pair, documents: pd.DataFrame, level: float
) -> np.ndarray:
    """Return what the lexicon alone could make of the languages of both sides; NaN for words."""
    if held.unit not in counting.ACROSS:
        return np.full(len(number), np.nan)
    if "+" not in pair.languages:
        return np.zeros(len(number))
    language = counting.languages_of(documents)
    words = []
    for rows in (pair.target, pair.against):
        sizes = pd.Series(held.n_tokens[rows]).groupby(language[rows]).sum()
        words.append({str(code): float(n) for code, n in sizes.items()})
    return instrument.floors(held.terms[number], *words, unit=held.unit, level=level)
