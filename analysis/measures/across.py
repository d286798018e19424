"""Concept rates of all languages in one table, with what the lexicon sees of each of them.

Rates of different languages stand beside each other only with the two things that a reader needs
to weigh them: how much of each language the lexicon covers, and the difference that it makes by
itself (:mod:`analysis.measures.instrument`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import resample
from analysis.measures.frequency import frequency
from analysis.measures.instrument import coverage
from analysis.measures.keyness import keyness
from analysis.results import LEVEL, ONE_TEXT, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

CONTRAST = {
    "estimate": "log_ratio", "lo": "log_ratio_lo", "hi": "log_ratio_hi", "verdict": "verdict",
}  # fmt: skip
EXTRA = (
    "log_ratio", "log_ratio_lo", "log_ratio_hi", "q", "noise_floor", "coverage", "parallel",
    "docs_with", "term_unit", "languages",
)  # fmt: skip
ALONE = "nothing to compare with"


def across(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "language",
    unit: str = "concept",
    min_count: int = 3,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the rates of concepts in every language, and what may be said of their differences.

    One table of three measures: the rate of :func:`~analysis.measures.frequency.frequency`, the
    contrast of the group with all others of :func:`~analysis.measures.keyness.keyness` and the
    :func:`~analysis.measures.instrument.coverage` of the group.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        Metadata column or columns that make the groups.
    unit : {"concept", "actor"}
    min_count : int
        Leave out terms that occur less often in all groups together.
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the intervals.

    Returns
    -------
    DataFrame
        Result rows, one a term and group, the commonest terms first: estimate, lo and hi are the
        rate per 1,000 words; ``log_ratio`` (``log_ratio_lo``, ``log_ratio_hi``, ``q``) is log2 of
        it over the rate of the other groups together; ``noise_floor`` is the log ratio that the
        same content would show; ``coverage`` and ``parallel`` are the shares of sentences in
        which the lexicon finds anything, here and in parallel texts. The verdict is of the
        contrast.

    Raises
    ------
    DiscourseError
        If a column is unknown or the unit does not cross languages.
    """
    shared: dict[str, Any] = {"include_marked": include_marked, "level": level, "n_boot": n_boot}
    shared |= {"by": by, "unit": unit, "seed": seed}
    found = coverage(corpus, **shared)
    rows = frequency(corpus, **shared)
    rows["total"] = rows.groupby(unit)["n"].transform("sum")
    rows = rows[rows["total"] >= min_count].drop(columns="verdict")
    key = keyness(corpus, min_count=min_count, **shared)
    key = key.rename(columns=CONTRAST)[[unit, "group", *CONTRAST.values(), "q", "noise_floor"]]
    found = found.rename(columns={"estimate": "coverage"})[["group", "coverage", "parallel"]]
    names = {unit: object, "group": object}  # Of an empty frame they are numbers.
    both = rows.astype(names).merge(key.astype(names), on=[unit, "group"], how="left")
    both = both.merge(found.astype({"group": object}), on="group", how="left")
    both["verdict"] = _verdicts(both)
    both = both.sort_values(["total", unit, "group"], ascending=[False, True, True])
    both["method"] += "; log_ratio, noise_floor, q and verdict: keyness of each group v. the others"
    keys = rows.columns[1 : rows.columns.get_loc("estimate")]
    return frame(both, measure="across", keys=list(keys), extra=EXTRA)


def _verdicts(rows: pd.DataFrame) -> np.ndarray:
    """The verdict of the contrast, if there is one."""
    none = np.where(rows["n_docs"] < 2, f"{ONE_TEXT}: {ALONE}", ALONE)
    return np.where(rows["verdict"].isna(), none, rows["verdict"])
