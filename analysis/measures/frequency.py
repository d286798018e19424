"""Frequency: how often a term occurs per 1,000 words in each group of documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import resample
from analysis.rates import PER
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame
from analysis.scan import fold

if TYPE_CHECKING:
    from analysis.corpus import Corpus

METHOD = (
    "occurrences per 1,000 words; interval: bootstrap of documents ({n_boot} samples, expanded "
    "percentile, pointwise); {marked}"
)


def frequency(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "source",
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
    by : str or sequence of str
        Metadata column that makes the groups; of several, such as ("source", "year"), each
        combination is a group ("USA · 1990"), and its values stand in their own key columns too.
        Words and lemmas are counted per language within a group; concepts and actors over all its
        languages.
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
    resample.checked(level, n_boot, seed)
    by = counting.columns(by)
    keys = counting.keys(by, "language")
    group = counting.labels(corpus.documents, by)
    counted = counted_of(corpus, unit, terms, include_marked)
    tag = unit if unit in counting.ACROSS else "term"
    language = counting.languages_of(corpus.documents)
    order = counting.order(corpus.documents)
    settings = {"level": level, "n_boot": n_boot, "seed": seed}
    found = []
    for pool, code in pools(language, unit):
        groups = [
            (name, counting.speaking(rows, counted.n_tokens))
            for name, rows in counting.members(group, order[pool[order]])
        ]
        use = _columns(counted, pool, min_count, keep_all=terms is not None)
        spoken = [code or "+".join(sorted(set(language[rows]))) for _, rows in groups]
        first = np.array([rows[0] for _, rows in groups], dtype=np.int64)
        own = {"group": np.array([name for name, _ in groups], dtype=object)}
        own |= {c: corpus.documents[c].iloc[first].array for c in keys}
        own["languages"] = np.array(spoken, dtype=object)
        own["language"] = np.array(["" if "+" in s else s for s in spoken], dtype=object)
        found.append(rates(counted, [rows for _, rows in groups], use, own, settings))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["n_docs"])
    method = METHOD.format(n_boot=n_boot, marked=counting.MARKED[include_marked])
    method += resample.told(rows["n_docs"])
    return frame(
        rows.rename(columns={"term": tag}).assign(
            by=counting.SEPARATOR.join(by), method=method, unit="per 1,000 words", level=level,
            term_unit=unit,
        ),
        measure="frequency",
        keys=(tag, *keys, "language", "by", "group"),
        extra=("docs_with", "term_unit", "languages"),
    )  # fmt: skip


def counted_of(
    corpus: "Corpus", unit: str, terms: Sequence[str] | None, include_marked: bool
) -> counting.Counts:
    """Count everything, or only the terms asked for."""
    if terms is None:
        return counting.count(corpus, unit=unit, include_marked=include_marked)
    wanted = sorted({fold(t) if unit == "word" else t for t in terms})
    if not wanted:
        raise DiscourseError("terms is empty: name at least one, or leave it out")
    if unit in ("word", "lemma"):
        return counting.of_terms(corpus, wanted, unit=unit, include_marked=include_marked)
    return _choose(counting.count(corpus, unit=unit, include_marked=include_marked), wanted)


def pools(language: np.ndarray, unit: str) -> list[tuple[np.ndarray, str]]:
    """Return what may be pooled: each language by itself, or all for units that cross them."""
    if unit in counting.ACROSS:
        return [(np.ones(len(language), dtype=bool), "")]
    return [(language == code, code) for code in sorted(set(language))]


def _choose(counted: counting.Counts, wanted: list[str]) -> counting.Counts:
    """Return the columns of the terms asked for, empty ones for terms that occur nowhere."""
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


def rates(
    counted: counting.Counts,
    groups: list[np.ndarray],
    use: np.ndarray,
    own: dict[str, Any],
    settings: dict[str, Any],
) -> pd.DataFrame:
    """Rows of all groups, the commonest terms of a group first; `own` holds for a whole group."""
    n_docs = np.array([len(rows) for rows in groups], dtype=np.int64)
    member = counting.tabulate(
        np.repeat(np.arange(len(groups)), n_docs),
        np.concatenate(groups) if groups else np.zeros(0, dtype=np.int64),
        (len(groups), len(counted.n_tokens)),
    )
    matrix = counted.matrix if len(use) == len(counted.terms) else counted.matrix[:, use]
    n, words = (member @ matrix).toarray(), member @ counted.n_tokens
    lo, hi = np.full((2, *n.shape), np.nan)
    several = np.flatnonzero(n_docs > 1)
    for g in several[np.argsort(n_docs[several], kind="stable")]:  # Same size, same draws: once.
        part = (matrix[groups[g]], counted.n_tokens[groups[g]])
        _, lo[g], hi[g] = resample.ratio_interval(*part, **settings)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = n / words.astype(np.float64)[:, None]
    term = np.tile(counted.terms[use], len(groups))
    of = np.repeat(np.arange(len(groups)), len(use))
    columns = {
        "term": term,
        "estimate": PER * rate.ravel(),
        "lo": PER * lo.ravel(),
        "hi": PER * hi.ravel(),
        "n": n.ravel(),
        "docs_with": (member @ (matrix > 0)).toarray().ravel(),
        **{name: values[of] for name, values in own.items()},
        "n_docs": n_docs[of],
        "n_tokens": words[of],
    }
    first = np.lexsort((np.tile(np.arange(len(use)), len(groups)), -columns["n"], of))
    rows = pd.DataFrame({name: column[first] for name, column in columns.items()})
    return rows.assign(verdict=_verdicts(rows))


def _verdicts(rows: pd.DataFrame) -> np.ndarray:
    absent, docs = rows["n"] == 0, rows["n_docs"]
    rules = [
        ((docs < 2) & absent, f"{ONE_TEXT}: does not occur"),
        (docs < 2, ONE_TEXT),
        (absent, "does not occur"),
        (docs < resample.MIN_DOCS, "too little text"),
        (rows["lo"].isna(), "no interval: it does not vary"),
    ]
    return np.select([r for r, _ in rules], [v for _, v in rules], "estimated")
