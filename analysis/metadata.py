"""Metadata: what every document has, completed where it can be and reported where it cannot."""

import datetime
import re
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis import languages

COLUMNS = (
    "doc_id", "file", "title", "source", "source_type", "alignment", "language", "date",
    "date_precision", "year", "translation",
)  # fmt: skip
# A calendar date, a month or a year in the order of ISO 8601, maybe with a time.
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})([T ]\d{2}:\d{2}\S*( ?[+-]\d{2}:?\d{2})?)?)?)?")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?")
_SHORT = 15  # words under which a text's language is doubtful by itself
_MOST, _MANY = 0.9, 20  # share and number of texts of one language that a short one goes with
_UNKNOWN = {"unknown", "onbekend", "unbekannt", "n/a", "nan", "none", "nat", "-"}


def complete(
    rows: pd.DataFrame, *, seen: set[str] | None = None, today: datetime.date | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Complete the metadata: what is missing is detected, read off, or "unknown".

    Parameters
    ----------
    rows : DataFrame
        At least ``doc_id`` and ``text``.
    seen : set of str, optional
        The ids of documents before these, for a corpus that comes in pieces; those of `rows` are
        added to it.
    today : date, optional
        From when on a date lies in the future.

    Returns
    -------
    documents : DataFrame
        :data:`COLUMNS`, ``text`` and the rest; documents that cannot be used are left out.
    notes : DataFrame
        For each row its ``doc_id``, as ``problem`` what was repaired or is odd, and, if it was
        left out, the ``reason``; "" for nothing.
    """
    out = rows.reset_index(drop=True)
    today = today or datetime.date.today()
    problems: list[list[str]] = [[] for _ in range(len(out))]
    given_ids = out["doc_id"].astype("str")
    ids, again = distinct(given_ids, set() if seen is None else seen)
    for i in np.flatnonzero(again):
        problems[i].append(f"doc_id {given_ids[i]!r} repeated: now {ids[i]!r}")
    words = {c: _words(out, c) for c in COLUMNS if c not in ("year", "doc_id")}
    words["source"] = words["source"].str.strip().replace("", "unknown")
    given = _codes(words["language"])
    missing = np.flatnonzero(given == "")
    if len(missing):
        code = given.astype(object).to_numpy(copy=True)
        code[missing], told = _guessed(out["text"].iloc[missing])
        for i, note in zip(missing, told, strict=True):
            problems[i].append(note)
        words["language"] = pd.Series(code, index=out.index, dtype="str")
    else:
        words["language"] = given
    _dates(words, problems)
    year = _years(out.get("year"), words["date"], problems)
    _future(year, words["date"], problems, today)
    out = out.assign(**words, doc_id=ids, year=year)
    reasons = _reasons(words["language"])
    use = reasons == ""
    rest = [c for c in out.columns if c not in (*COLUMNS, "text")]
    documents = out[[*COLUMNS, "text", *rest]]
    if not use.all():
        documents = documents[use].reset_index(drop=True)
    told = ["; ".join(filter(None, p)) if p else "" for p in problems]
    told = [t if u else "" for t, u in zip(told, use, strict=True)]
    return documents, pd.DataFrame({"doc_id": ids, "problem": told, "reason": reasons})


def distinct(ids: pd.Series, seen: set[str]) -> tuple[pd.Series, np.ndarray]:
    """Number the ids that were there before: ``a, a`` become ``a, a-2``.

    Parameters
    ----------
    ids : Series of str
    seen : set of str
        Ids of documents before these; the new ones are added to it.

    Returns
    -------
    ids : Series of str
    again : ndarray of bool
        Which of them were changed.
    """
    again = ids.duplicated().to_numpy(dtype=bool)
    listed = ids.tolist()
    if seen:
        again = again | np.fromiter((i in seen for i in listed), bool, len(listed))
    if not again.any():
        seen.update(listed)
        return ids, again
    taken = seen.union(listed)
    last: dict[str, int] = {}
    for i in np.flatnonzero(again):
        name = listed[i]
        n = last.get(name, 1) + 1
        while f"{name}-{n}" in taken:
            n += 1
        last[name], listed[i] = n, f"{name}-{n}"
        taken.add(listed[i])
    seen.update(listed)
    return pd.Series(listed, index=ids.index, dtype="str"), again


def _words(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows:
        return pd.Series("", index=rows.index, dtype="str")
    return rows[column].astype("str").fillna("")


def _codes(given: pd.Series) -> pd.Series:
    """Return the code of each language, however it is written; what is not known stays."""
    known = {g: _code(g) for g in given.unique()}
    return given.map(known).astype("str")


def _code(given: str) -> str:
    """Return the code of a language given as "nl", "nld", "nl_BE", "Dutch" or "Nederlands"."""
    plain = given.strip().casefold()
    if plain in languages.codes() or plain in _UNKNOWN | {""}:
        return "" if plain in _UNKNOWN else plain
    # "English; English", "Dutch (Belgium)": one language as long as all that is known agrees.
    named = {_language_names().get(p.strip()) for p in re.split(r"[;,/|()]", plain) if p.strip()}
    codes = named - {None}
    if len(codes) == 1 and (None not in named or "(" in plain):
        return str(codes.pop())
    tag = re.fullmatch(r"([a-z]{2,3})[-_][a-z0-9_-]+", plain)
    return _language_names().get(tag[1], plain) if tag else plain


@lru_cache(maxsize=1)
def _language_names() -> dict[str, str]:
    """Return name or three-letter code → code, of the languages of the suite in all of them."""
    from babel import Locale
    from babel.core import get_global

    names: dict[str, str] = {}
    for code, alias in get_global("language_aliases").items():
        if alias in languages.codes():
            names[code.casefold()] = alias
    for own in languages.codes():
        for code, name in Locale(own).languages.items():
            if code.split("_")[0] in languages.codes():
                names[name.casefold()] = code.split("_")[0]
    return names | {c: c for c in languages.codes()}


def _guessed(texts: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Guess the language of texts that come together; say so of each.

    A headline is easily taken for one of a neighbouring language. Where nearly all texts are of
    one language, a short one is too.
    """
    codes = np.array([languages.detect(text) for text in texts], dtype=object)
    told = [f"language guessed: {code}" if code else "" for code in codes]
    names, n = np.unique(codes.astype(str), return_counts=True)
    usual = str(names[np.argmax(n)]) if len(n) else ""
    if usual not in languages.codes() or n.max() < _MOST * len(codes) or len(codes) < _MANY:
        return codes, told
    short = texts.str.count(r"\S+").to_numpy() < _SHORT
    for i in np.flatnonzero(short & (codes != usual)):
        own = codes[i] or "none"  # "30.000" is of no language by itself
        told[i] = f"language guessed: {usual}, as of nearly all texts (by itself: {own})"
        codes[i] = usual
    return codes, told


def _reasons(codes: pd.Series) -> np.ndarray:
    wanted = ", ".join(languages.codes())
    why = {
        c: "" if c in languages.codes()
        else f"its language {c or 'unknown'!r} is not one of {wanted}"
        for c in codes.unique()
    }  # fmt: skip
    return codes.map(why).to_numpy(dtype=object)


def _dates(words: dict[str, pd.Series], problems: list[list[str]]) -> None:
    """Write the dates as ISO 8601 and say how precise they are; keep what cannot be read."""
    given = words["date"].str.strip()
    read = {d: _date(d) for d in given.unique()}
    precision = given.map({d: p for d, (_, p) in read.items()}).astype("str")
    own = words["date_precision"]
    words["date"] = given.map({d: iso for d, (iso, _) in read.items()}).astype("str")
    words["date_precision"] = own.where(own != "", precision)
    odd = {d for d, (_, p) in read.items() if not p and d.casefold() not in _UNKNOWN | {""}}
    for i in np.flatnonzero(given.isin(odd)):
        problems[i].append(f"date {given[i]!r} cannot be read")
    from analysis.importers import dates

    doubtful = {d for d, (iso, p) in read.items() if p and iso != d and dates.ambiguous(d)}
    for i in np.flatnonzero(given.isin(doubtful)):
        problems[i].append(f"date {given[i]!r} read as day, month, year")


def _date(given: str) -> tuple[str, str]:
    """Return a date in ISO 8601 and its precision; as it was and "" if it cannot be read."""
    if not given:
        return "", ""
    first, _, last = given.partition("/")  # ISO 8601 writes a period as "2018-02/2018-03".
    if last and _ISO.fullmatch(first) and _ISO.fullmatch(last):
        return (given, _date(first)[1]) if _date(first)[1] and _date(last)[1] else (given, "")
    iso = _ISO.fullmatch(given)
    if iso:
        year, month, day, time = iso.group(1, 2, 3, 4)
        try:
            datetime.date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            return given, ""
        plain = given[:10] if time and _MIDNIGHT.fullmatch(time) else given
        return plain, "day" if day else "month" if month else "year"
    from analysis.importers import dates

    return dates.parse(given) or (given, "")


def _years(given: pd.Series | None, dates: pd.Series, problems: list[list[str]]) -> pd.Series:
    """Year from the column ``year``, else the first four-digit year of ``date``."""
    dated = pd.to_numeric(dates.str.extract(r"(?<!\d)(\d{4})(?!\d)")[0]).astype("Float64")
    if given is None:
        return dated.astype("Int64")
    number = pd.to_numeric(given, errors="coerce").astype("Float64")
    # A year of two digits may be of any century; nothing is guessed.
    fine = ((number >= 100) & (number <= 9999) & (number % 1 == 0)).fillna(False)
    written = given.astype("str").fillna("").str.strip()
    odd = ~fine & (written != "") & ~written.str.casefold().isin(_UNKNOWN)
    for i in np.flatnonzero(odd):
        problems[i].append(f"year {written[i]!r} is no year")
    apart = fine & dated.notna() & (dated != number).fillna(False)
    for i in np.flatnonzero(apart):
        problems[i].append(f"its year is {int(number[i])}, its date {dates[i]}")
    return number.where(fine.astype(bool), dated).astype("Int64")


def _future(
    year: pd.Series, dates: pd.Series, problems: list[list[str]], today: datetime.date
) -> None:
    late = (year > today.year).fillna(False).to_numpy(dtype=bool)
    for i in np.flatnonzero(late):
        problems[i].append(f"the year {year[i]} lies in the future")
    this_year = np.flatnonzero((year == today.year).fillna(False).to_numpy(dtype=bool))
    for i in this_year:
        if dates[i][:10] > today.isoformat() and _ISO.fullmatch(dates[i]):
            problems[i].append(f"the date {dates[i]} lies in the future")


def reported(rows: pd.DataFrame, report: pd.DataFrame | None, notes: pd.DataFrame) -> pd.DataFrame:
    """Return the importer's report (made up where there is none) with the notes added.

    Parameters
    ----------
    rows : DataFrame
        The rows that were completed.
    report : DataFrame or None
        Its kept rows are those of `rows`, in their order.
    notes : DataFrame
        As :func:`complete` gives them.
    """
    if report is None or report["kept"].sum() != len(notes):
        files = rows["file"].astype("str") if "file" in rows else ""
        report = pd.DataFrame({"doc_id": rows["doc_id"].astype("str"), "file": files})
        report = report.assign(problems="", kept=True, reason="")
    report = report.reset_index(drop=True)
    place = np.flatnonzero(report["kept"].to_numpy(dtype=bool))
    ids, problems, reasons = (
        report[c].astype(object).to_numpy(copy=True) for c in ("doc_id", "problems", "reason")
    )
    kept = report["kept"].to_numpy(dtype=bool, copy=True)
    added = notes["problem"].to_numpy(dtype=object)
    for i in np.flatnonzero(added != ""):
        told = [p for p in (problems[place[i]], added[i]) if p]
        problems[place[i]] = "; ".join(dict.fromkeys(told))
    ids[place] = notes["doc_id"].to_numpy(dtype=object)
    lost = notes["reason"].to_numpy(dtype=object)
    reasons[place] = np.where(lost != "", lost, reasons[place])
    kept[place] = lost == ""
    return report.assign(doc_id=ids, problems=problems, kept=kept, reason=reasons)
