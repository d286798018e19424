"""Dates as newspapers and their databases write them → ISO 8601.

Names of months are Dutch, German, English and French.

Where a text holds more than one date, the first is taken. A date that does not exist (31 February)
and a year of two digits are not guessed at: the answer is None.

The order of a numeric date is day, month, year, unless

- the second number can be no month (``03/25/2022``), or
- a time zone of North America stands beside it (``03/04/2022 6:00 PM EST``).

``12/03/2022`` without either could still be meant the other way; :func:`ambiguous` says so.
"""

import datetime
import re
import unicodedata
from functools import cache

_LOCALES = ("nl", "de", "de_AT", "en", "en_GB", "fr")
# Spellings in use that CLDR does not have.
_VARIANTS = {
    "maerz": 3, "mrz": 3, "jaenner": 1, "jaen": 1, "febr": 2, "sept": 9, "mai": 5,
    "fevrier": 2, "fevr": 2, "aout": 8, "decembre": 12,
}  # fmt: skip
_LONGEST = 500  # characters that are searched; a date stands near the beginning of its field
_YEAR = r"([12][0-9]{3})(?![0-9])"
_DAY = r"(?<![0-9])([0-9]{1,2})"
_ORDINAL = r"(?:\.|ste|de|er|e|st|nd|rd|th)?"
_GAP = r"(?:[\s.,/-]|of ){0,3}"
_NUMERIC = re.compile(rf"(?<![0-9./-]){_DAY}([./-])\s?([0-9]{{1,2}})\2\s?{_YEAR}")
_AMERICAN = re.compile(r"\b[ecmp][sd]t\b")
_ISO = re.compile(
    r"(?<![0-9./-])([12][0-9]{3})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9]|[-/.][0-9])"
)
_COMPACT = re.compile(r"(?<![0-9])([12][0-9]{3})([01][0-9])([0-3][0-9])(?:t[0-9]{4,6}z?)?(?![0-9])")
_ONLY_YEAR = re.compile(rf"[\s([]*{_YEAR}[\s)\].]*")

Date = tuple[int, int, int]  # year, month, day


def parse(text: str) -> tuple[str, str] | None:
    """Read the first date in a text.

    Parameters
    ----------
    text : str
        For instance ``"zaterdag 12 maart 2022"``, ``"Stand: 12. März 2022, 14:05 Uhr"``,
        ``"March 12, 2022 Saturday"``, ``"2022-03-12T08:00:00Z"``, ``"Mär 2022"``, ``"2022"``.

    Returns
    -------
    (date, precision) or None
        ISO date as exact as the text has it (``2022-03-12``, ``2022-03``, ``2022``), and "day",
        "month" or "year". None where there is no date, or one that does not exist.
    """
    text = _normal(text)
    days = [found for found in (find(text) for find in _FINDERS) if found]
    if days:
        _, (year, month, day) = min(days)
        try:
            return datetime.date(year, month, day).isoformat(), "day"
        except ValueError:
            return None
    if found := _patterns()["month"].search(text):
        return f"{found[2]}-{_months()[found[1]]:02d}", "month"
    if found := _ONLY_YEAR.fullmatch(text):
        return found[1], "year"
    return None


def ambiguous(text: str) -> bool:
    """Tell whether the date in a text is one of numbers that could be read both ways.

    Dots always separate day and month in that order, and so do slashes and hyphens where one of
    the two numbers can be no month or where both are the same.
    """
    text = _normal(text)
    found = _NUMERIC.search(text)
    if not found or found[2] == "." or _AMERICAN.search(text):
        return False
    if any(other and other[0] < found.start() for other in (find(text) for find in _FINDERS)):
        return False
    first, second = int(found[1]), int(found[3])
    return first != second and 1 <= first <= 12 and 1 <= second <= 12


def _normal(text: str) -> str:
    """One way of writing: composed, folded, with plain spaces."""
    return " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).casefold().split())


@cache
def _months() -> dict[str, int]:
    """Return month names → 1-12, folded and without their full stops."""
    from babel.dates import get_month_names

    names = dict(_VARIANTS)
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    names[name.casefold().rstrip(".")] = number
    return names


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    names = "|".join(sorted(_months(), key=lambda name: (-len(name), name)))
    month = rf"(?<![^\W0-9_])({names})(?![^\W0-9_])"
    return {
        "day month": re.compile(rf"{_DAY}{_ORDINAL}{_GAP}{month}{_GAP}{_YEAR}"),
        "month day": re.compile(
            rf"{month}{_GAP}([0-9]{{1,2}})(?![0-9]){_ORDINAL}[\s,]{{1,3}}{_YEAR}"
        ),
        # Digits before the name were a day that could not be read: no date rather than a month.
        "month": re.compile(rf"(?<![0-9])(?<![0-9][\s.]){month}{_GAP}{_YEAR}"),
    }


def _iso(text: str) -> tuple[int, Date] | None:
    found = _ISO.search(text)
    return (found.start(), (int(found[1]), int(found[3]), int(found[4]))) if found else None


def _compact(text: str) -> tuple[int, Date] | None:
    found = _COMPACT.search(text)
    return (found.start(), (int(found[1]), int(found[2]), int(found[3]))) if found else None


def _day_month(text: str) -> tuple[int, Date] | None:
    found = _patterns()["day month"].search(text)
    return (found.start(), (int(found[3]), _months()[found[2]], int(found[1]))) if found else None


def _month_day(text: str) -> tuple[int, Date] | None:
    found = _patterns()["month day"].search(text)
    return (found.start(), (int(found[3]), _months()[found[1]], int(found[2]))) if found else None


def _numeric(text: str) -> tuple[int, Date] | None:
    found = _NUMERIC.search(text)
    if not found:
        return None
    day, month = int(found[1]), int(found[3])
    if month > 12 or (found[2] != "." and day <= 12 and _AMERICAN.search(text)):
        day, month = month, day
    return found.start(), (int(found[4]), month, day)


_FINDERS = (_iso, _compact, _day_month, _month_day, _numeric)
