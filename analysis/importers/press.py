"""What the readers of newspaper databases share: lengths, languages and dates in one form.

untested on real exports
"""

import re
from collections.abc import Iterable
from functools import cache

from analysis.importers import dates
from analysis.importers.found import Found

_TOLERANCE = 0.2  # share by which stated and found words may differ


def add(metadata: dict[str, str], name: str, value: str) -> None:
    """Add a value to a field, after what it has already."""
    if value and value != metadata.get(name):
        metadata[name] = f"{metadata[name]} | {value}" if metadata.get(name) else value


def add_date(metadata: dict[str, str], line: str) -> None:
    """Add the date of a date line: ``date`` (ISO 8601), ``date_precision``, ``date_line``."""
    if parsed := dates.parse(line):
        metadata |= {"date": parsed[0], "date_precision": parsed[1], "date_line": line}


def finish(text: str, metadata: dict[str, str], problems: Iterable[str]) -> Found:
    """Bring stated length, load date and language into one form, and check the length."""
    told = list(problems)
    metadata = dict(metadata)
    length = metadata.get("length", "")
    found = re.match(r"\d[\d.,\s]*", length)
    if found and (digits := re.sub(r"\D", "", found[0])[:9]):
        metadata["length"] = digits
        stated, counted = int(digits), len(re.findall(r"\w+(?:[-'’.]\w+)*", text))
        if abs(counted - stated) > _TOLERANCE * stated:
            told.append(f"states {stated} words, {counted} found")
    if parsed := dates.parse(metadata.get("load_date", "")):
        metadata["load_date"] = parsed[0]
    if "language" in metadata:
        metadata["language"] = language_code(metadata["language"])
    if dates.ambiguous(metadata.get("date_line", "")):
        told.append(f"date {metadata['date_line']!r} read with the day first")
    if "date" not in metadata:
        told.append("no date found")
    if not text:
        told.append("no text found")
    return Found(text, metadata, tuple(told))


@cache
def _languages() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for locale in ("fr", "en", "de", "nl"):
        names |= {n.casefold(): c for c, n in Locale(locale).languages.items() if len(c) == 2}
    return names | {code: code for code in set(names.values())}


def language_code(stated: str) -> str:
    """Return the ISO 639-1 code of a language named in Dutch, German, English or French.

    The name as stated where it is not known; the first of several ("ENGLISH; ENGLISCH").
    """
    for name in re.split(r"[;,/|(]", stated.casefold()):
        if code := _languages().get(name.strip()):
            return code
    return stated


def is_language(name: str) -> bool:
    """Tell whether a line is the name of a language."""
    return len(name) > 2 and name.casefold() in _languages()
