"""Figures and tables with their wording: titles, captions and headings stand in one file.

``notebooks/wording.toml`` holds what every figure and table of the notebooks says in words, so that
a notebook's cells hold only what is computed, and wording is checked (or translated) in one place.
"""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import export, paths, tables
from analysis.evidence import evidence
from analysis.results import DiscourseError, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.corpus import Corpus


@lru_cache(maxsize=1)
def _wording() -> dict[str, dict[str, Any]]:
    return tomllib.loads((paths.NOTEBOOKS / "wording.toml").read_text(encoding="utf-8"))


def wording(kind: str, name: str) -> dict[str, Any]:
    """Return what ``wording.toml`` says of a figure or table.

    Raises
    ------
    DiscourseError
        If it says nothing of it.
    """
    found = _wording().get(kind, {}).get(name)
    if found is None:
        raise DiscourseError(f"notebooks/wording.toml has no [{kind}.{name}]; add it")
    return dict(found)


def sentences(corpus: "Corpus | None", n: int, seed: int) -> Callable[[Any], pd.DataFrame] | None:
    """Return what finds `n` sentences behind a row, or None where none are wanted."""
    if corpus is None or n == 0:
        return None
    return lambda row: evidence(corpus, row, n=n, seed=seed)


def figure(
    ax: "Axes",
    frame: pd.DataFrame,
    name: str,
    *,
    corpus: "Corpus | None" = None,
    unfold: int = 0,
    seed: int = 0,
    accuracy: str = "",
    warning: str = "",
) -> export.Figure:
    """Export a figure under its wording; see :func:`analysis.export.figure`.

    Parameters
    ----------
    ax : Axes
    frame : DataFrame
        The rows drawn. The alt text tells each of them, by the template of the wording.
    name : str
        The figure's name: its files, and its entry in ``wording.toml``.
    corpus : Corpus, optional
    unfold : int
        So many sentences behind each row.
    seed : int
    accuracy, warning : str
        What is known of the method's accuracy; why the figure must not be read as a finding.
    """
    words = wording("figures", name)
    alt = say(frame, words.pop("alt"), none="Nothing to draw.")
    return export.figure(
        ax, frame, name=name, alt=alt, corpus=corpus, seed=seed, accuracy=accuracy,
        warning=warning, evidence=sentences(corpus, unfold, seed), **words,
    )  # fmt: skip


def table(
    frame: pd.DataFrame,
    name: str,
    *,
    corpus: "Corpus | None" = None,
    unfold: int = 0,
    seed: int = 0,
    evidence: Any = None,
    n: int | None = None,
) -> tables.Table:
    """Show rows under their wording; see :func:`analysis.tables.table`.

    Parameters
    ----------
    frame : DataFrame
    name : str
        The table's entry in ``wording.toml``: caption, columns, footnote, formats; a column named
        in ``optional`` is left out where no row has a value.
    corpus, unfold, seed
        As in :func:`figure`.
    evidence : sequence of DataFrame, optional
        One frame of sentences a row, instead of `unfold`.
    n : int, optional
        Show the first `n` rows.
    """
    words = wording("tables", name)
    blank = [c for c in words.pop("optional", []) if frame[c].isna().all() or frame[c].eq("").all()]
    words["columns"] = {c: heading for c, heading in words["columns"].items() if c not in blank}
    found = sentences(corpus, unfold, seed) if evidence is None else evidence
    return tables.table(frame, n=n, evidence=found, **words)
