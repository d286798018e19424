"""Frequency: how often a term occurs per 1,000 words in each group of documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import resample
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PER = 1000
METHOD = (
    "occurrences per 1,000 words; interval: bootstrap of documents ({n_boot} samples, expanded "
    "percentile, pointwise); {marked}"
)


def frequency(
    corpus: "Corpus",
    *,
    by: str = "source",
    unit: str = "word",
    terms: Sequence[str] | None = None,
    min_count: int = 1,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the rate of every term in every group, zeros included.

    Parameters
    ----------
    corpus : Corpus
    by : str
        Metadata column that makes the groups. Words and lemmas are counted per language within a
        group; concepts and actors over all its languages.
    unit : {"word", "lemma", "concept", "actor"}
    terms : sequence of str, optional
        Only these (words in any case). One that occurs nowhere is a row of zeros.
    min_count : int
        Leave out terms that occur less often in the corpus (of one language).
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval.

    Returns
    -------
    DataFrame
        Result rows: estimate = occurrences per 1,000 words, n = occurrences.

    Raises
    ------
    DiscourseError
        If the column, unit or level is unknown.
    """
    resample.tails(level, 2)
    counted = counting.count(corpus, unit=unit, include_marked=include_marked)
    tag = unit if unit in counting.ACROSS else "term"
    group = counting.labels(corpus.documents, by)
    language = counting.languages_of(corpus.documents)
    order = counting.order(corpus.documents)
    if terms is not None:
        counted = _choose(counted, terms)
    found = []
    for pool, code in _pools(language, unit):
        use = _columns(counted, pool, min_count, keep_all=terms is not None)
        for name in sorted({g for g in group[pool] if g}):
            rows = [i for i in order if pool[i] and group[i] == name]
            part = counted.rows(np.array(rows, dtype=np.int64))
            values = _group(part, use, level=level, n_boot=n_boot, seed=seed)
            spoken = code or "+".join(sorted(set(language[rows])))
            single = "" if "+" in spoken else spoken
            found.append(values.assign(group=name, language=single, languages=spoken, by=by))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["term"])
    method = METHOD.format(n_boot=n_boot, marked=counting.MARKED[include_marked])
    return frame(
        rows.rename(columns={"term": tag}).assign(
            method=method, unit="per 1,000 words", level=level, term_unit=unit
        ),
        measure="frequency",
        keys=(tag, "language", "by", "group"),
        extra=("docs_with", "term_unit", "languages"),
    )


def _pools(language: np.ndarray, unit: str) -> list[tuple[np.ndarray, str]]:
    """Return what may be pooled: each language by itself, or all for units that cross them."""
    if unit in counting.ACROSS:
        return [(np.ones(len(language), dtype=bool), "")]
    return [(language == code, code) for code in sorted(set(language))]


def _choose(counted: counting.Counts, terms: Sequence[str]) -> counting.Counts:
    """Return the columns of the terms asked for, empty ones for terms that occur nowhere."""
    wanted = sorted({t.casefold() if counted.unit == "word" else t for t in terms})
    if not wanted:
        raise DiscourseError("terms is empty: name at least one, or leave it out")
    where = {t: i for i, t in enumerate(counted.terms.tolist())}
    known = np.array([i for i, t in enumerate(wanted) if t in where], dtype=np.int64)
    source = np.array([where[wanted[i]] for i in known], dtype=np.int64)
    pick = counting.tabulate(source, known, (len(counted.terms), len(wanted)))
    return counting.Counts(
        counted.matrix @ pick, np.array(wanted, dtype=str), counted.n_tokens, counted.unit
    )


def _columns(
    counted: counting.Counts, pool: np.ndarray, min_count: int, *, keep_all: bool
) -> np.ndarray:
    if keep_all:
        return np.arange(len(counted.terms))
    total = counted.rows(np.flatnonzero(pool)).total()
    return np.flatnonzero((total >= min_count) & (total > 0))


def _group(
    part: counting.Counts, use: np.ndarray, *, level: float, n_boot: int, seed: int
) -> pd.DataFrame:
    matrix = part.matrix[:, use]
    rate, lo, hi = resample.ratio_interval(
        matrix, part.n_tokens, level=level, n_boot=n_boot, seed=seed
    )
    n = np.asarray(matrix.sum(axis=0)).ravel()
    n_docs = len(part.n_tokens)
    verdict = np.where(np.isnan(lo), "no interval: it does not vary", "estimated")
    if n_docs < resample.MIN_DOCS:
        verdict = np.full(len(n), "too little text")
    verdict = np.where(n == 0, "does not occur", verdict)
    if n_docs < 2:
        verdict = np.array([ONE_TEXT if k else f"{ONE_TEXT}: does not occur" for k in n], dtype=str)
    return pd.DataFrame(
        {
            "term": part.terms[use],
            "estimate": PER * rate,
            "lo": PER * lo,
            "hi": PER * hi,
            "n_docs": n_docs,
            "n_tokens": int(part.n_tokens.sum()),
            "n": n,
            "docs_with": np.asarray((matrix > 0).sum(axis=0)).ravel(),
            "verdict": verdict,
        }
    ).sort_values(["n", "term"], ascending=[False, True])
