"""What is wrong with a text, as marks with offsets: nothing is ever edited.

Two kinds of marks. Those that *exclude* (:data:`EXCLUDED`) cover page furniture and repeats, which
measures leave out unless asked; the others say where a text is damaged, so that a reader knows and
a measure can cope. A mark that repeats another part of the text also says which (``like_start``,
``like_end``).
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import pandas as pd

from analysis import damage, languages
from analysis.languages import Language
from analysis.repeats import Row, Text, leads, mark, pull_quotes

EXCLUDED = ("menu", "footer", "date_stamp", "subscription", "lead", "pull_quote", "duplicate")
COLUMNS = ("start", "end", "kind", "excluded", "note", "like_start", "like_end")

_LONG_LINE = 200  # words; press paragraphs are far shorter
_STRETCH = 1 << 20  # characters whose words are counted at a time

_DATE = r"(?:\d{1,2}\.? [^\W\d]{3,10} \d{4}|[^\W\d]{3,10} \d{1,2}, \d{4}|\d{4}-\d{2}-\d{2})"
_BRACKETED_DATE = re.compile(rf"\[{_DATE}\]")
_LONE_DATE = re.compile(_DATE)
_LONGEST_DATE = 30  # characters
_QUOTES = {q: re.compile(rf"{q}(?<=[\s(\[]{q})(?=\w)") for q in "\"'“‘„«‚"}
_FEWEST_WORDS = 10  # of a paragraph whose language is told
_FEWEST_LETTERS = 40
_PARAGRAPH = 5_000  # characters of it that are read
_OWN_WORDS = 0.15  # share of its own stop words that any running text goes beyond
_OTHER_WORDS = 0.15
_NO_WORDS = 0.05
_UNKNOWN_WORDS = 25  # different ones, from which a language without a list is told
_DOUBLE = {"'": ('"', '"'), "‘": ("“", "”"), "‚": ("„", "“”")}  # single: double, its closings
_QUOTE = 1_000  # characters a quotation is looked for before a nested one


def find(
    text: str,
    language: Language,
    lines: Sequence[tuple[int, int]],
    sentences: Sequence[tuple[int, int]],
    line_of: Sequence[int],
) -> list[Row]:
    """Find all marks of one document.

    Parameters
    ----------
    text : str
    language : Language
    lines : sequence of (start, end)
        Its paragraphs: lines that are not blank, without white space around them.
    sentences : sequence of (start, end)
    line_of : sequence of int
        For each sentence, the position of its line.

    Returns
    -------
    list of tuple
        ``start, end, kind, note, like_start, like_end``, sorted by place. Where nothing is
        repeated, like_start and like_end are -1. :func:`frame` makes a table of them.
    """
    doc = Text(text, language, lines, sentences, line_of)
    rows = [row for rule in _RULES for row in rule(doc)]
    rows.sort(key=lambda row: row[:3])
    return rows


def frame(found: Iterable[Sequence[Row]]) -> pd.DataFrame:
    """Put the marks of all documents into one table.

    Parameters
    ----------
    found : iterable of sequences of tuple
        For each document, in order, what :func:`find` found in it.

    Returns
    -------
    DataFrame
        ``doc`` (row number) and :data:`COLUMNS`.
    """
    rows = [(doc, *row) for doc, own in enumerate(found) for row in own]
    columns = ["doc", "start", "end", "kind", "note", "like_start", "like_end"]
    out = pd.DataFrame(rows, columns=columns)
    numbers = ["doc", "start", "end", "like_start", "like_end"]
    out = out.astype({**dict.fromkeys(numbers, "int64"), "kind": str, "note": str})
    out["excluded"] = out["kind"].isin(EXCLUDED).astype(bool)
    return out[["doc", *COLUMNS]]


def _menus(doc: Text) -> Iterator[Row]:
    """Four or more neighbouring lines of at most two words without a full stop, at either end."""

    def short(line: tuple[int, int]) -> bool:
        start, end = line
        few = len(doc.text[start : min(end, start + 200)].split(None, 2)) <= 2
        return few and doc.text[end - 1] not in ".,;!?…”’\"'"

    for lines in (doc.lines, doc.lines[::-1]):
        run = 0
        while run < len(lines) and short(lines[run]):
            run += 1
        if 4 <= run < len(lines):
            first, last = sorted((lines[0], lines[run - 1]))
            yield mark(first[0], last[1], "menu", f"{run} short lines in a row")


@lru_cache(maxsize=8)
def _furniture_of(
    furniture: tuple[tuple[str, str], ...],
) -> tuple[tuple[str, ...], re.Pattern[str], tuple[str, ...]]:
    """Return the button words, lines made of them only, and the phrases of paywalls."""
    buttons = tuple(p for kind, p in furniture if kind == "footer")
    alternatives = "|".join(re.escape(p) for p in sorted(buttons, key=len, reverse=True))
    only_buttons = re.compile(rf"(?:(?:{alternatives})[\s|·:]*)+" if buttons else r"(?!)")
    return buttons, only_buttons, tuple(p for k, p in furniture if k == "subscription")


def _furniture(doc: Text) -> Iterator[Row]:
    """Lines made of button words only; bracketed stretches or lines that speak of a paywall."""
    buttons, only_buttons, phrases = _furniture_of(doc.language.furniture)
    folded = doc.text.lower()
    if len(folded) != len(doc.text):  # Folding may lengthen (İ).
        folded = "".join(c.lower() if len(c.lower()) == 1 else c for c in doc.text)
    if any(button in folded for button in buttons):
        for start, end in doc.lines:
            if folded.startswith(buttons, start) and only_buttons.fullmatch(folded, start, end):
                yield mark(start, end, "footer", "button words")
    for phrase in phrases:
        place = folded.find(phrase)
        while place >= 0:
            start, end = _around(doc, place)
            yield mark(start, end, "subscription", f"says {phrase!r}")
            place = folded.find(phrase, max(end, place + len(phrase)))


def _around(doc: Text, position: int) -> tuple[int, int]:
    """Return the brackets around a position on its line, or else its sentence."""
    start, end = _holding(doc.lines, position)
    left = doc.text.rfind("[", start, position)
    right = doc.text.find("]", position, end)
    if left >= 0 and right >= 0:
        return left, right + 1
    first, last = _holding(doc.sentences, position) if doc.sentences else (start, end)
    return (first, last) if first <= position < last else (start, end)


def _holding(spans: Sequence[tuple[int, int]], position: int) -> tuple[int, int]:
    """Return the last span that begins at or before a position."""
    return spans[max(0, bisect_right(spans, position, key=lambda span: span[0]) - 1)]


def _date_stamps(doc: Text) -> Iterator[Row]:
    note = "a date that stands alone"
    if "[" in doc.text:
        for hit in _BRACKETED_DATE.finditer(doc.text):
            yield mark(*hit.span(), "date_stamp", note)
    for start, end in doc.lines:
        if end - start <= _LONGEST_DATE and _LONE_DATE.fullmatch(doc.text, start, end):
            yield mark(start, end, "date_stamp", note)


def _damage(doc: Text) -> Iterator[Row]:
    yield from damage.find(doc.text, doc.lines, doc.language.stop_words)


def _long_lines(doc: Text) -> Iterator[Row]:
    for start, end in doc.lines:
        if end - start > 2 * _LONG_LINE:
            words = _count_words(doc.text, start, end)
            if words > _LONG_LINE:
                yield mark(start, end, "long_line", f"{words} words on one line")


def _count_words(text: str, start: int, end: int) -> int:
    """Count what white space divides, in stretches so that no long list is made."""
    words = 0
    for first in range(start, end, _STRETCH):
        words += len(text[first : min(end, first + _STRETCH)].split())
        if first > start and not text[first].isspace() and not text[first - 1].isspace():
            words -= 1
    return words


def _quote_systems(doc: Text) -> Iterator[Row]:
    """The first opening mark of every further system of quotation marks."""
    places = []
    for opening, pattern in _QUOTES.items():
        if opening not in doc.text:
            continue
        if doc.text[0] == opening and (doc.text[1:2].isalnum() or doc.text[1:2] == "_"):
            places.append((0, opening))
            continue
        for hit in pattern.finditer(doc.text):
            if not _nested(doc.text, hit.start(), opening):
                places.append((hit.start(), opening))
                break
    places.sort()
    used = ", ".join(opening for _, opening in places)
    for position, opening in places[1:]:
        yield mark(position, position + 1, "quote_system", f"{opening} beside others ({used})")


def _nested(text: str, position: int, single: str) -> bool:
    """Tell whether a single mark opens inside double marks of its own system, as it should."""
    double, closing = _DOUBLE.get(single, ("", ""))
    before = text[max(0, position - _QUOTE) : position].rpartition("\n")[2]
    if double == closing:
        return bool(double) and before.count(double) % 2 == 1
    return before.rfind(double) > max(before.rfind(c) for c in closing)


def _other_language(doc: Text) -> Iterator[Row]:
    """Paragraphs that read like another language than the document's.

    The stop words decide first: a paragraph with its share of the document's own is passed over.
    Then both halves of it must be found to be in one other language.
    """
    own = doc.language.stop_words
    for start, end in doc.lines:
        if end - start < _FEWEST_LETTERS:
            continue
        words = doc.text[start : min(end, start + _PARAGRAPH)].casefold().split()
        known = sum(map(own.__contains__, words))
        if len(words) < _FEWEST_WORDS or known > _OWN_WORDS * len(words):
            continue
        code = _other(words, known, doc.language.code)
        if code and _is_in(words, code):
            yield mark(start, end, "other_language", f"reads like {languages.names([code])[0]}")


def _other(words: Sequence[str], known: int, own: str) -> str:
    """Return the other language that a paragraph's stop words point at, or "".

    Names and numbers have no language: stop words that only the other one has must be there. A
    language without a list of them is told where the document's own are next to none.
    """
    for code in languages.codes():
        only = languages.language(code).stop_words - languages.language(own).stop_words
        if code != own and sum(map(only.__contains__, words)) >= _OTHER_WORDS * len(words):
            return code
    if known > _NO_WORDS * len(words) or len(set(words)) < _UNKNOWN_WORDS:
        return ""
    code = languages.detect(" ".join(words))
    return "" if code in languages.codes() else code


def _is_in(words: Sequence[str], code: str) -> bool:
    """Tell whether a paragraph and both its halves are found to be in a language."""
    half = len(words) // 2
    parts = (words, words[:half], words[half:])
    return all(languages.detect(" ".join(part)) == code for part in parts)


_RULES: tuple[Callable[[Text], Iterator[Row]], ...] = (
    _menus, _furniture, _date_stamps, leads, pull_quotes, _damage, _long_lines, _quote_systems,
    _other_language,
)  # fmt: skip
