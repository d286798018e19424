"""How often references to actors, and what is said of them, were right when read by hand.

``benchmarks/references.py`` draws the sentences, scores the reader's codes and writes
``benchmarks/results/references.csv``; here they are put into words beside a table or picture.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis import accuracy, paths
from analysis.results import Statement, and_, say

FEW = 10
"""A class that was read less often is hardly known."""
SURE = 0.75
"""A class that was right less often is unsure."""


def told(task: str, spoken: Sequence[str]) -> Statement:
    """Tell the precision of a task in some languages, one line each.

    Parameters
    ----------
    task : str
        "references" (descriptors, institutions and leaders: who is meant) or "predication".
    spoken : sequence of str
        Language codes.

    Returns
    -------
    Statement
        Right and read, by class, with the 95 % interval of all; the classes read fewer than
        :data:`FEW` times, or right in fewer than :data:`SURE`, stand apart. Only sentences that
        were not seen in development count.
    """
    read = _read(paths.RESULTS / "references.csv")
    read = read[read["task"].eq(task) & read["set"].eq("test")]
    rows = [
        {"told": _line(code, read[read["language"].eq(code)])} for code in dict.fromkeys(spoken)
    ]
    return say(pd.DataFrame(rows), "{told}") if rows else Statement("")


@lru_cache(maxsize=1)
def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file)


def _line(code: str, read: pd.DataFrame) -> str:
    name = accuracy.name(code)
    whole = read[read["class"].eq("all")]
    if whole.empty:
        return f"{name}: never read by hand, so nothing is known of how often the rules are right."
    everything = whole.iloc[0]
    out = (
        f"{name}: {everything['right']} of {everything['n']} read by hand were right "
        f"({everything['precision']:.0%} [{everything['lo']:.0%}, {everything['hi']:.0%}]; "
        "sentences not seen in development)"
    )
    own = read[read["class"].ne("all")].sort_values("class")
    few = own["n"] < FEW
    unsure = ~few & (own["precision"] < SURE)
    for chosen, what in (
        (~few & ~unsure, ": "),
        (unsure, ". Unsure: "),
        (few, ". Hardly known, read too seldom: "),
    ):
        if chosen.any():
            out += what + _classes(own[chosen])
    return out + "."


def _classes(rows: pd.DataFrame) -> str:
    rows = rows.assign(told=rows["class"] + " " + rows["right"].astype(str) + " of "
                       + rows["n"].astype(str))  # fmt: skip
    return and_(rows["told"])
