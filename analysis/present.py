"""Figures and tables with their wording: titles, captions and headings stand in one file.

``notebooks/wording.toml`` holds what every figure and table of the notebooks says in words, so that
a notebook's cells hold only what is computed, and wording is checked (or translated) in one place.
"""

import tomllib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import export, paths, tables
from analysis.evidence import evidence
from analysis.plots import signs
from analysis.results import DiscourseError, number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.corpus import Corpus


FACTS = ("n_docs", "n_tokens", "unit", "level", "method")
"""Columns of a result frame that :func:`analysis.tables.facts` tells in a footnote."""

LINE = "font-size:.92em;opacity:1;margin:.4em 0"


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
    told: pd.DataFrame | None = None,
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
        What is known of the method's accuracy (bullets become one line); why the figure must not be
        read as a finding.
    told : DataFrame, optional
        The rows that the alt text tells, where those drawn are too many to listen to.
    """
    words = wording("figures", name)
    alt = say(frame if told is None else told, words.pop("alt"), none="Nothing to draw.")
    return export.figure(
        ax, frame, name=name, alt=alt, corpus=corpus, seed=seed, accuracy=_one_line(accuracy),
        warning=warning, evidence=sentences(corpus, unfold, seed), **words,
    )  # fmt: skip


def _one_line(said: str) -> str:
    return " ".join(line.removeprefix("- ") for line in said.splitlines())


def signed(frame: pd.DataFrame, label: str, remark: str) -> list[str]:
    """Return labels with the signs that pictures give to their remarks."""
    known = signs.signs(frame, remark)
    return [signs.signed(frame[label].iloc[i], frame[remark].iloc[[i]], known)
            for i in range(len(frame))]  # fmt: skip


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
    words = _words(frame, name)
    found = sentences(corpus, unfold, seed) if evidence is None else evidence
    return tables.table(frame, n=n, evidence=found, **words)


def _words(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return the wording of a table without the columns that no row has a value for."""
    words = wording("tables", name)
    blank = [c for c in words.pop("optional", []) if frame[c].isna().all() or frame[c].eq("").all()]
    words["columns"] = {c: heading for c, heading in words["columns"].items() if c not in blank}
    return words


def folds(
    frame: pd.DataFrame,
    name: str,
    *,
    by: str | Sequence[str],
    line: str | None = None,
    corpus: "Corpus | None" = None,
    unfold: int = 0,
    seed: int = 0,
) -> tables.Block:
    """Show one line a group, its terms with their counts, that unfolds to the group's table.

    Parameters
    ----------
    frame : DataFrame
        Rows with a count ``n``, which the line tells unless `line` does. The first column of the
        wording holds the terms.
    name : str
        The table's entry in ``wording.toml``.
    by : str or sequence of str
        The column of the groups, or several; in the order of the rows.
    line : str, optional
        What the line says of each row, instead of its term and n: a column (empty: nothing), or a
        template such as ``"{form} {mentions}"``.
    corpus, unfold, seed
        As in :func:`figure`.

    Returns
    -------
    Block
        HTML that unfolds without a script; what the rows rest on is told once, below all of them.
    """
    words = _words(frame, name)
    caption, footnote = words.pop("caption"), words.pop("footnote", "")
    term, found = next(iter(words["columns"])), sentences(corpus, unfold, seed)
    note = tables.sentences([footnote, tables.facts(frame)])
    shown, lines = [], []
    columns = [by] if isinstance(by, str) else list(by)
    for keys, rows in frame.groupby(columns, sort=False):
        group, listed = ", ".join(map(str, keys)), "; ".join(_said(rows, term, line))
        bare = rows.drop(columns=[c for c in FACTS if c in rows])
        part = tables.table(bare, caption=f"{caption}: {group}", evidence=found, **words)
        head = f"<b>{tables.escape(group)}:</b> {tables.escape(listed)}"
        shown.append(f'<details><summary style="{LINE}">{head}</summary>{part.html}</details>')
        lines.append(f"{group}: {listed}\n{part.text}")
    title = f"<p><b>{tables.escape(caption)}</b></p>"
    body = "".join(shown) or "<p>Nothing to show.</p>"
    below = f'<p class="dx-note">{tables.escape(note)}</p>'
    return tables.Block(
        html=f'<div class="dx dx-folds">{title}{body}{below}</div>',
        text="\n\n".join([caption, *lines, note]),
    )


def _said(rows: pd.DataFrame, term: str, line: str | None) -> list[str]:
    """Return what the line of a fold says of its rows."""
    if line is None:
        return [f"{t} {number(int(n))}" for t, n in zip(rows[term], rows["n"], strict=True)]
    if "{" in line:
        return [line.format_map(row) for row in rows.to_dict("records")]
    return [said for said in rows[line] if said]
