"""The result row: one contract for every measure, and the words a row is told in.

A result frame is tidy pandas. It begins with ``measure``, then the keys that name the row, then
:data:`TAIL`; columns that only one measure has (raw counts, second scores) follow. Undefined is
NaN, never a zero-width interval; numbers are not rounded here.
"""

import math
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

KEYS = (
    "term", "concept", "topic", "actor", "role", "form", "collocate", "speaker", "doc_id",
    "compared_with", "source", "year", "language", "by", "group", "reference", "voice",
)  # fmt: skip
TAIL = (
    "estimate", "lo", "hi", "level", "unit", "n_docs", "n_tokens", "n", "method", "verdict",
)  # fmt: skip
UNITS = ("word", "lemma", "concept", "actor")
"""What terms may be; the column ``term_unit``."""
ONE_TEXT = "one text"
LEVEL = 0.95


def reason(why: str, n_docs: int) -> str:
    """Return a verdict that says why there is no estimate, and first whether it is one text's."""
    return f"{ONE_TEXT}: {why}" if n_docs < 2 else why


class DiscourseError(ValueError):
    """A one-sentence error: which file or parameter, what is wrong, what to do."""


class ComparabilityError(DiscourseError):
    """A comparison that would not compare like with like; says why and names the alternative."""


def frame(
    rows: Iterable[Mapping[str, Any]] | pd.DataFrame,
    *,
    measure: str,
    keys: Sequence[str],
    extra: Sequence[str] = (),
) -> pd.DataFrame:
    """Put rows into the contract's column order and check them.

    Parameters
    ----------
    rows : iterable of mappings, or DataFrame
        One mapping a row. Missing columns of :data:`TAIL` become NaN (numbers) or "" (words).
    measure : str
        The measure's name, written into every row.
    keys : sequence of str
        Key columns, a subset of :data:`KEYS`, in the order wanted.
    extra : sequence of str
        Columns that only this measure has.

    Returns
    -------
    DataFrame
        Columns ``measure, *keys, *TAIL, *extra``; also when there are no rows.
    """
    out = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    out["measure"] = measure
    for column in (*keys, *TAIL, *extra):
        if column not in out:
            out[column] = _default(column)
    return check(out[["measure", *keys, *TAIL, *extra]].reset_index(drop=True))


def _default(column: str) -> Any:
    if column in ("unit", "method", "verdict"):
        return ""
    return LEVEL if column == "level" else math.nan


def check(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` if they keep the result-row contract.

    Raises
    ------
    DiscourseError
        Names the first rule that is broken.
    """
    columns = list(rows.columns)
    if not columns or columns[0] != "measure":
        raise DiscourseError("a result frame begins with the column 'measure'")
    missing = [c for c in TAIL if c not in columns]
    if missing:
        raise DiscourseError(f"a result frame lacks the columns {', '.join(missing)}")
    start = columns.index(TAIL[0])
    if tuple(columns[start : start + len(TAIL)]) != TAIL:
        raise DiscourseError("a result frame keeps estimate … verdict together and in order")
    unknown = [c for c in columns[1:start] if c not in KEYS]
    if unknown:
        raise DiscourseError(f"unknown key columns {', '.join(unknown)}; use {', '.join(KEYS)}")
    if len(rows):
        _check_intervals(rows)
    return rows


def _check_intervals(rows: pd.DataFrame) -> None:
    lo, hi, est = (pd.to_numeric(rows[c]) for c in ("lo", "hi", "estimate"))
    if (lo.isna() != hi.isna()).any():
        raise DiscourseError("an interval has both ends or none")
    if (lo > est + 1e-9).any() or (hi < est - 1e-9).any():
        raise DiscourseError("an interval holds its estimate")
    single = pd.to_numeric(rows["n_docs"]).le(1)
    if (single & lo.notna()).any():
        raise DiscourseError("one document gives no interval: lo and hi are NaN")


def number(value: Any, lo: float = math.nan, hi: float = math.nan) -> str:
    """Write a number with the digits its interval supports.

    Parameters
    ----------
    value : Any
        Integers (and whole floats of 100 or more) are written in full, with thousands separators.
    lo, hi : float
        The interval; its half-width decides the last digit shown. Without one, three significant
        digits.

    Returns
    -------
    str
        "undefined" for NaN.
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or math.isnan(value):
        return "undefined"
    if isinstance(value, int) or (float(value).is_integer() and abs(value) >= 100):
        return f"{int(value):,}"
    half = (hi - lo) / 2
    if math.isfinite(half) and half > 0:
        digits = max(0, 1 - math.floor(math.log10(half)))
    elif value == 0:
        digits = 0
    else:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 6)}f}"


_NO_COUNTS = ("year", "decade", "first", "last")  # numbers that name something


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not math.isnan(value)


class _Row(string.Formatter):
    """Format fields with honest digits unless the template gives its own format."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        if key not in self.row:
            raise DiscourseError(f"say(): the rows have no column {key!r}")
        value = self.row[key]
        return str(int(value)) if key in _NO_COUNTS and _is_number(value) else value

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec:
            return format(value, format_spec)
        if isinstance(value, (list, tuple, set, frozenset)):
            return and_(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            row = self.row
            own = value is row.get("estimate")
            return (
                number(value, row.get("lo", math.nan), row.get("hi", math.nan))
                if own
                else (number(value))
            )
        return str(value)


class Statement(str):
    """A sentence, or bullets, produced from rows; shown as text in every surface."""

    def _repr_markdown_(self) -> str:
        return escape_markdown(self)

    def __repr__(self) -> str:
        return str(self)


def escape_markdown(text: str) -> str:
    """Escape what Markdown or HTML would interpret; keeps line breaks and our own bullets."""
    return re.sub(r"([\\`*_\[\]<>&#$~|])", r"\\\1", text)


def choices(names: Iterable[Any], most: int = 20) -> str:
    """Name what may be chosen in a message: long names cut, of very many only the first."""
    cut = [n if len(n) <= 40 else f"{n[:40]}…" for n in map(str, names)]
    return and_([*cut[:most], f"{len(cut) - most} more"] if len(cut) > most else cut)


def and_(items: Iterable[Any]) -> str:
    """Join items in words: 'a', 'a and b', 'a, b and c'."""
    words = [str(i) for i in items]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def say(
    rows: pd.DataFrame | pd.Series | Mapping[str, Any],
    template: str,
    *,
    none: str = "",
    n: int | None = None,
) -> Statement:
    """Tell rows in words; every statement about a corpus is made here, from its rows.

    Parameters
    ----------
    rows : DataFrame, Series or mapping
        Each row fills the template once; more than one row makes bullets.
    template : str
        ``"{actor} is named {mentions} times in {doc_id}"``. Numbers get the digits their interval
        supports; a format in the field (``{share:.0%}``) overrides that.
    none : str
        What to say when there are no rows.
    n : int, optional
        Tell only the first `n` rows.

    Returns
    -------
    Statement
        A str that notebooks and the site show as escaped text.

    Raises
    ------
    DiscourseError
        If the template names a column that the rows lack.
    """
    if isinstance(rows, pd.DataFrame):
        records: list[Mapping[str, Any]] = rows.head(n or len(rows)).to_dict("records")
    else:
        records = [dict(rows)]
    sentences = [_Row(r).vformat(template, (), {}) for r in records]
    if len(sentences) > 1:
        return Statement("\n".join(f"- {s}" for s in sentences))
    return Statement(sentences[0] if sentences else none)
