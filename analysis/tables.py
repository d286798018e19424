"""Result frames as tables a reader can question: digits, a footnote, the sentences behind a row.

Everything is plain HTML: rows unfold by ``<details>``, no script runs, all text is escaped.
"""

import html
import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from analysis.results import DiscourseError, number

DASH = "–"
Evidence: TypeAlias = Callable[[pd.Series], pd.DataFrame] | Sequence[pd.DataFrame | None]

GROUPS = ("group", "doc_id", "source", "year", "language")
"""Columns that say which documents a row rests on."""

CSS = """
.dx{margin:1em 0;line-height:1.45}.dx-scroll{overflow-x:auto;max-width:100%}
.dx table{border-collapse:collapse;font-size:.9em;margin:0;width:auto;border:0;
border-top:1.5px solid currentColor;border-bottom:1.5px solid currentColor}
.dx caption{caption-side:top;text-align:left;font-weight:600;padding:0 0 .4em;color:inherit}
.dx th,.dx td{padding:.28em .8em .28em .2em;text-align:left;vertical-align:top;border:0;
background:transparent}
.dx thead th{border-bottom:1px solid currentColor;vertical-align:bottom}
.dx td.dx-num,.dx th.dx-num{text-align:right;font-variant-numeric:tabular-nums}
.dx td.dx-num{white-space:nowrap}
.dx td.dx-word{overflow-wrap:break-word;max-width:34em;text-align:left!important}
.dx .dx-range{opacity:.72;font-size:.92em}
.dx tr.dx-row{border-top:1px solid rgba(128,128,128,.25)}
.dx td.dx-why{padding:0 .2em .25em;white-space:normal;text-align:left}
.dx details>summary{cursor:pointer;font-size:.85em;opacity:.8}
.dx details ol{margin:.3em 0 .6em;padding-left:1.6em;max-width:46em;white-space:normal}
.dx details li{margin:.3em 0}.dx cite{font-style:normal;font-size:.85em;opacity:.75}
.dx mark{background:#ffe08a;color:#222;padding:0 .1em}
.dx .dx-note{font-size:.85em;opacity:.85;max-width:52em;margin:.4em 0 0}
.dx figure{margin:0;text-align:left}.dx img{max-width:100%;height:auto;background:#fff}
.dx figure figcaption{max-width:52em;font-size:.92em;text-align:left;color:inherit}
.dx details details{margin-left:1em}
"""


def escape(value: Any) -> str:
    """Return text that HTML shows as it is, also inside an attribute."""
    return html.escape(str(value), quote=True)


@dataclass(frozen=True, repr=False)
class Block:
    """A piece of HTML with a plain-text twin; JupyterLab and the site show the first they can."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return f"<style>{CSS}</style>{self.html}"

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, repr=False)
class Table(Block):
    """A shown table; `frame` holds its rows, unrounded."""

    frame: pd.DataFrame


def table(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | Sequence[str],
    caption: str,
    footnote: str = "",
    evidence: Evidence | None = None,
    n: int | None = None,
    formats: Mapping[str, str] | None = None,
) -> Table:
    """Show rows with honest digits, a footnote, and their sentences to unfold.

    Parameters
    ----------
    frame : DataFrame
        A result frame, or any other.
    columns : mapping or sequence of str
        Column → heading, in order. ``estimate`` takes its interval with it when ``lo, hi`` are in
        the frame and not asked for as columns.
    caption : str
        What the table shows, above it.
    footnote : str
        Filters, corrections, how to read it. The facts that the frame holds (documents, tokens,
        unit, level, method) are added after it.
    evidence : callable or sequence, optional
        ``row -> frame`` of sentences (``doc_id, start, end, text``), or one frame a row.
    n : int, optional
        Show the first `n` rows; the footnote says so.
    formats : mapping, optional
        Column → Python format, such as ``{"share": ".0%"}``.

    Returns
    -------
    Table
        NaN is shown as "–".

    Raises
    ------
    DiscourseError
        If a column is not in the frame, or the evidence has another number of rows.
    """
    headings = dict(columns) if isinstance(columns, Mapping) else {c: c for c in columns}
    missing = [c for c in headings if c not in frame]
    if missing:
        raise DiscourseError(f"table(): the frame has no column {', '.join(map(repr, missing))}")
    rows = frame if n is None else frame.head(n)
    cells = [[_cell(row, c, headings, formats or {}) for c in headings] for row in _records(rows)]
    numeric = [_is_numeric(frame[c]) for c in headings]
    notes = [footnote, facts(frame), _cut(len(rows), len(frame))]
    note = sentences(notes)
    named = [_is_name(frame[c]) for c in headings]
    body = _body(cells, numeric, named, _behind(rows, evidence))
    return Table(
        html=_html(caption, list(headings.values()), numeric, body, note),
        text=_text(caption, list(headings.values()), cells, note),
        frame=rows,
    )


def evidence_block(frame: pd.DataFrame, title: str = "Sentences", *, open: bool = False) -> Block:
    """Show sentences to unfold, each with its document, verbatim.

    Parameters
    ----------
    frame : DataFrame
        ``doc_id, text`` and, to highlight the node, ``node_start, node_end`` counted like
        ``start`` (from the beginning of the document).
    title : str
        What is unfolded.
    open : bool
        Whether it starts unfolded.
    """
    lines = [f"{row['doc_id']}: {row['text']}" for row in _records(frame)]
    return Block(
        html=f'<div class="dx">{details(frame, title, open=open)}</div>',
        text="\n".join([title, *lines]),
    )


def details(frame: pd.DataFrame, title: str, *, open: bool = False) -> str:
    """Return the HTML of a list of sentences behind a ``<summary>``."""
    items = "".join(
        f"<li>{_marked(row)} <cite>{escape(row['doc_id'])}</cite></li>" for row in _records(frame)
    )
    state = " open" if open else ""
    listed = f"<ol>{items}</ol>" if items else "<p>No sentence.</p>"
    return f"<details{state}><summary>{escape(title)}</summary>{listed}</details>"


def facts(frame: pd.DataFrame) -> str:
    """Say what a result frame rests on: documents, tokens, unit, level and method."""
    parts = [
        _span(frame, "n_docs", "documents"),
        _span(frame, "n_tokens", "tokens"),
        _only(frame, "unit", "unit: {}"),
        _level(frame),
        _only(frame, "method", "method: {}"),
    ]
    said = "; ".join(p for p in parts if p)
    return said[:1].upper() + said[1:]


def sentences(parts: Iterable[str]) -> str:
    """Join remarks as sentences: each with a capital and a full stop, empty ones left out."""
    said = (part.strip().rstrip(" .") for part in parts if part)
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in said if part)


def show(value: Any, lo: float = math.nan, hi: float = math.nan) -> str:
    """Write one cell: the digits its interval supports, "–" where undefined."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(show(v) for v in value)
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number(value, lo, hi).replace("-", "\N{MINUS SIGN}")
    return str(value)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _is_name(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column)  # truth values count as numeric


def _cell(
    row: Mapping[str, Any], column: str, shown: Mapping[str, str], formats: Mapping[str, str]
) -> tuple[str, str]:
    """Return a cell's value and its interval, both as text."""
    value = row[column]
    if column in formats and show(value) != DASH:
        return format(value, formats[column]).replace("-", "\N{MINUS SIGN}"), ""
    if column == "year" and show(value) != DASH:
        return str(int(value)), ""
    if column not in ("estimate", "lo", "hi"):
        return show(value), ""
    lo, hi = (row.get(end, math.nan) for end in ("lo", "hi"))
    if column != "estimate" or "lo" in shown or show(lo) == DASH:
        return show(value, lo, hi), ""
    return show(value, lo, hi), f"[{show(lo, lo, hi)}, {show(hi, lo, hi)}]"


def _behind(rows: pd.DataFrame, evidence: Evidence | None) -> list[pd.DataFrame | None]:
    if evidence is None:
        return [None] * len(rows)
    if callable(evidence):
        return [evidence(row) for _, row in rows.iterrows()]
    found = list(evidence)[: len(rows)]
    if len(found) < len(rows):
        raise DiscourseError(
            f"table(): evidence has {len(found)} frames for {len(rows)} rows; give one a row"
        )
    return found


def _body(
    cells: list[list[tuple[str, str]]],
    numeric: list[bool],
    named: list[bool],
    found: list[pd.DataFrame | None],
) -> str:
    out = []
    if not cells:
        out.append(f'<tr class="dx-row"><td colspan="{len(numeric)}">Nothing found.</td></tr>')
    for row, behind in zip(cells, found, strict=True):
        tds = "".join(_td(cell, num) for cell, num in zip(row, numeric, strict=True))
        out.append(f'<tr class="dx-row">{tds}</tr>')
        if behind is not None and len(behind):
            words = [value for (value, _), name in zip(row, named, strict=True) if name]
            about = " · ".join((words or [row[0][0]])[:2])
            times = "1 sentence" if len(behind) == 1 else f"{len(behind)} sentences"
            why = details(behind, f"{times} behind {textwrap.shorten(about, 60, placeholder='…')}")
            out.append(f'<tr><td class="dx-why" colspan="{len(row)}">{why}</td></tr>')
    return "".join(out)


def _td(cell: tuple[str, str], numeric: bool) -> str:
    value, interval = cell
    shown = escape(value) + (
        f' <span class="dx-range">{escape(interval)}</span>' if interval else ""
    )
    return f'<td class="dx-num">{shown}</td>' if numeric else f'<td class="dx-word">{shown}</td>'


def _html(caption: str, headings: Iterable[str], numeric: list[bool], body: str, note: str) -> str:
    kinds = [' class="dx-num"' if num else "" for num in numeric]
    heads = "".join(
        f'<th scope="col"{kind}>{escape(h)}</th>' for h, kind in zip(headings, kinds, strict=True)
    )
    return (
        f'<div class="dx"><div class="dx-scroll" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="dx-note">{escape(note)}</p></div>'
    )


def _text(caption: str, headings: list[str], cells: list[list[tuple[str, str]]], note: str) -> str:
    lines = [[" ".join(c).strip() for c in row] for row in cells]
    shown = pd.DataFrame(lines, columns=headings).to_string(index=False) if lines else "(no rows)"
    return f"{caption}\n{shown}\n{note}"


def _marked(row: Mapping[str, Any]) -> str:
    """Return the sentence with its node in <mark>; offsets count from the document's beginning."""
    text = str(row["text"])
    first, last, origin = (row.get(c) for c in ("node_start", "node_end", "start"))
    if any(v is None or v != v for v in (first, last, origin)):
        return escape(text)
    i, j = int(first) - int(origin), int(last) - int(origin)  # type: ignore[arg-type]
    if not 0 <= i < j <= len(text):
        return escape(text)
    return f"{escape(text[:i])}<mark>{escape(text[i:j])}</mark>{escape(text[j:])}"


def total(frame: pd.DataFrame, column: str) -> int | None:
    """Add up a count over the groups of a result frame, each group once; None without it."""
    if column not in frame or frame[column].isna().all():
        return None
    keys = [c for c in GROUPS if c in frame]
    if not keys:
        return int(frame[column].max())
    once = (
        frame.assign(**{k: frame[k].astype(str) for k in keys})
        .groupby(keys, dropna=False)[column]
        .max()
    )
    return int(once.sum())


def _span(frame: pd.DataFrame, column: str, name: str) -> str:
    whole = total(frame, column)
    if whole is None:
        return ""
    if any(c in frame for c in GROUPS):
        return f"{name}: {show(whole)}"
    low, high = (show(int(v)) for v in (frame[column].min(), frame[column].max()))
    return f"{name}: {low}" if low == high else f"{name} a row: {low} to {high}"


def _only(frame: pd.DataFrame, column: str, template: str) -> str:
    found = [v for v in frame[column].dropna().unique() if v] if column in frame else []
    return template.format(found[0]) if len(found) == 1 else ""


def _level(frame: pd.DataFrame) -> str:
    if "level" not in frame or "lo" not in frame or not len(frame):
        return ""
    if frame["lo"].isna().all():
        return "no intervals: each estimate rests on one text, or none can be given"
    return f"intervals at {frame['level'].dropna().iloc[0]:.0%}"


def _cut(shown: int, total: int) -> str:
    return f"The first {shown:,} of {total:,} rows" if shown < total else ""
