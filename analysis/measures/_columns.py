"""The columns of one contrast: everything that keyness says of every term of two sides."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis import counts as counting
from analysis import rates, resample
from analysis.measures import _contrast as contrast
from analysis.measures import association, instrument
from analysis.measures._sides import Pool, Side
from analysis.measures.pairs import Pair

Columns = dict[str, Any]


def columns(pool: Pool, pair: Pair, measures: Sequence[str], settings: dict[str, Any]) -> Columns:
    """Compare two sides term by term.

    Parameters
    ----------
    pool : Pool
        The documents that the pair's sides are drawn from.
    pair : Pair
    measures : sequence of str
        Of :data:`analysis.measures.keyness.MEASURES`.
    settings : dict
        ``level, n_boot, seed, min_count``.

    Returns
    -------
    dict of str to ndarray or number
        Columns with one value a term that both sides together hold often enough, those the target
        uses more first; a number holds for all of them.
    """
    level, n_boot = settings["level"], settings["n_boot"]
    sides = pool.sides(pair.target, pair.against)
    of = _Cells(sides)
    values = of.counts() | of.scores() | _spread(sides, ("dp", *measures))
    estimate = contrast.log_ratio(*of.cells) if of.known else np.full(pool.n_terms, np.nan)
    without, share = contrast.without_one(sides, estimate)
    values |= {"estimate": estimate, "without_one_text": without, "largest_share": share}
    keep = np.flatnonzero(of.cells[0] + of.cells[2] >= settings["min_count"])
    values["q"] = np.full(pool.n_terms, np.nan)
    ratio = rates.ratio(*(s.sums for s in sides))
    if min(of.docs) >= resample.MIN_DOCS:
        values["q"][keep] = resample.benjamini_hochberg(ratio.p()[keep])
    chosen = contrast.candidates(values, keep, level, n_boot)
    values["resampled"] = np.isin(np.arange(pool.n_terms), chosen)
    seeds = pair.seeds(settings["seed"])
    ends = contrast.interval(
        sides, estimate, ratio, chosen, level=level, n_boot=n_boot, seeds=seeds
    )
    values |= {"lo": ends[0], "hi": ends[1]}
    if "simultaneous" in measures:
        both = contrast.simultaneous(ratio, estimate, ends, level, len(keep))
        values |= {"lo_all": both[0], "hi_all": both[1]}
    values |= _asked(of, measures, len(keep))
    values["noise_floor"] = _noise_floor(pool, sides, level)
    values["stop_word"] = pool.stop_words
    rows = {"term": pool.terms, **values}
    first = _ranked(values, keep)
    rows = {n: v[first] if isinstance(v, np.ndarray) else v for n, v in rows.items()}
    rows["verdict"] = contrast.verdicts(
        rows, level, tested=n_boot > 0, across=pool.unit in counting.ACROSS
    )
    return rows


def _ranked(values: Columns, keep: np.ndarray) -> np.ndarray:
    """Put the terms that set the group apart first: by evidence, those it uses more on top."""
    more = np.sign(values["rate"] - values["rate_reference"]) * np.nan_to_num(values["ll2"])
    signed = np.broadcast_to(more, values["n"].shape)[keep]
    return keep[np.argsort(-signed, kind="stable")]  # Terms come sorted.


class _Cells:
    """Counts and totals of two sides, as the scores of a 2 × 2 table take them."""

    def __init__(self, sides: list[Side]) -> None:
        self.sides, (one, two) = sides, (s.sums for s in sides)
        self.cells = (one.x, int(one.n), two.x, int(two.n))
        self.docs = (one.docs, two.docs)
        self.known = one.n > 0 and two.n > 0

    def counts(self) -> dict[str, Any]:
        """Return what each side holds."""
        (f1, n1, f2, n2), (one, two) = self.cells, self.sides
        return {
            "n": f1, "n_reference": f2, "n_tokens": n1, "tokens_reference": n2,
            "n_docs": self.docs[0], "docs_reference": self.docs[1],
            "docs_with": one.sums.held, "docs_with_reference": two.sums.held,
            "sources_with": one.sources(), "sources_with_reference": two.sources(),
            "rate": rates.PER * f1 / n1 if n1 else np.nan,
            "rate_reference": rates.PER * f2 / n2 if n2 else np.nan,
        }  # fmt: skip

    def scores(self) -> dict[str, np.ndarray]:
        """Return the scores of evidence."""
        return {name: getattr(association, name)(*self.cells) for name in ("ll2", "ll4", "chi2")}


def _asked(of: _Cells, measures: Sequence[str], terms: int) -> dict[str, np.ndarray]:
    """Return the columns of those of :data:`MEASURES` that are scores of the table."""
    out = {n: association.KEYNESS[n](*of.cells) for n in measures if n in association.KEYNESS}
    if "conservative_log_ratio" in measures:
        out["conservative_log_ratio"] = association.conservative_log_ratio(
            *of.cells, terms=max(1, terms)
        )
    if "log_odds_z" in measures:
        out["log_odds_z"] = contrast.log_odds(*of.cells)
    return out


def _spread(sides: list[Side], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the dispersions asked for, of both sides."""
    return {
        f"{name}{of}": contrast.dispersion(side, name)
        for name in names
        if name in contrast.DISPERSION
        for side, of in zip(sides, ("", "_reference"), strict=True)
    }


def _noise_floor(pool: Pool, sides: list[Side], level: float) -> np.ndarray:
    """Return what the lexicon alone could make of the languages of both sides; NaN for words."""
    if pool.unit not in counting.ACROSS:
        return np.full(pool.n_terms, np.nan)
    if len(set(pool.spoken)) == 1:
        return np.zeros(pool.n_terms)
    words = [pool.languages(side) for side in sides]
    return instrument.floors(pool.terms, *words, unit=pool.unit, level=level)
