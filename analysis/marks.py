"""What is wrong with a text, as marks with offsets: nothing is ever edited.

Two kinds of marks. Those that *exclude* (:data:`EXCLUDED`) cover page furniture and repeats, which
measures leave out unless asked; the others say where a text is damaged, so that a reader knows and
a measure can cope. A mark that repeats another part of the text also says which (``like_start``,
``like_end``).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from analysis.languages import Language
from analysis.repeats import Text, content, leads, mark, pull_quotes

EXCLUDED = ("menu", "footer", "date_stamp", "subscription", "lead", "pull_quote", "duplicate")
COLUMNS = ("start", "end", "kind", "excluded", "note", "like_start", "like_end")

_LONG_LINE = 200  # words; press paragraphs are far shorter

_DATE = r"(?:\d{1,2}\.? [^\W\d]{3,10} \d{4}|[^\W\d]{3,10} \d{1,2}, \d{4}|\d{4}-\d{2}-\d{2})"
_DATE_STAMP = re.compile(rf"\[{_DATE}\]|^{_DATE}$", re.MULTILINE)
_HYPHEN_SPACE = re.compile(r"\b([A-Z][^\W\d_]+)- ([A-Z][^\W\d_]+)")
_CAMEL = re.compile(r"\b([A-Z][a-zà-ÿ]{2,})([A-Z][a-zà-ÿ]{2,})\b")
_TORN = re.compile(r"\b(?:[A-Z][^\W\d_]+ ){2}[^\W\d_]+ -[^\W\d_]+")
_SPACE = re.compile(
    r"[^\S\n]{2,}|[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]|(?<=\s[“„«]) (?=\w)"
)
_GLUED = re.compile(r"[^\W\d_]{3,}[.!?][A-ZÄÖÜ][^\W\d_]{2,}")
_SPLIT = re.compile(r"[^\W\d_]{5,}\. [a-zà-ÿ]{2,}")
_DEBRIS = re.compile(r"(?<=[;:] )([A-Z•·▪*o]) (?=[A-Z])")


def find(
    text: str,
    language: Language,
    lines: list[tuple[int, int]],
    sentences: list[tuple[int, int]],
    line_of: list[int],
) -> pd.DataFrame:
    """Find all marks of one document.

    Parameters
    ----------
    text : str
    language : Language
    lines : list of (start, end)
        Its paragraphs: lines that are not blank.
    sentences : list of (start, end)
    line_of : list of int
        For each sentence, the position of its line.

    Returns
    -------
    DataFrame
        ``start, end, kind, excluded, note, like_start, like_end``, sorted by place. Where nothing
        is repeated, like_start and like_end are -1.
    """
    stems = [content(text[s:e], language) for s, e in sentences]
    doc = Text(text, language, lines, sentences, line_of, stems)
    rules: tuple[Callable[[Text], Iterator[dict[str, Any]]], ...] = (
        _menus, _furniture, _date_stamps, leads, pull_quotes, _broken_names,
        _patterns, _long_lines, _bullet_debris, _quote_systems,
    )  # fmt: skip
    rows = [row for rule in rules for row in rule(doc)]
    out = pd.DataFrame(rows, columns=list(COLUMNS))
    out["excluded"] = out["kind"].isin(EXCLUDED)
    out["note"] = out["note"].fillna("").astype(str)
    out[["like_start", "like_end"]] = out[["like_start", "like_end"]].fillna(-1).astype("int64")
    return out.astype({"start": "int64", "end": "int64", "kind": str}).sort_values(
        ["start", "end", "kind"], ignore_index=True
    )


def _menus(doc: Text) -> Iterator[dict[str, Any]]:
    """Four or more neighbouring lines of at most two words without a full stop, at either end."""

    def short(line: tuple[int, int]) -> bool:
        body = doc.text[line[0] : line[1]]
        return len(body.split()) <= 2 and body[-1:] not in ".!?…”’\"'"

    for lines in (doc.lines, doc.lines[::-1]):
        run = 0
        while run < len(lines) and short(lines[run]):
            run += 1
        if 4 <= run < len(lines):
            first, last = sorted((lines[0], lines[run - 1]))
            yield mark(first[0], last[1], "menu", f"{run} short lines in a row")


def _furniture(doc: Text) -> Iterator[dict[str, Any]]:
    """Lines made of button words only; bracketed stretches or lines that speak of a paywall."""
    folded = doc.text.casefold()
    if len(folded) != len(doc.text):  # Case-folding may lengthen (ß); then lower() keeps offsets.
        folded = "".join(c.lower() if len(c.lower()) == 1 else c for c in doc.text)
    buttons = [p for kind, p in doc.language.furniture if kind == "footer"]
    alternatives = "|".join(re.escape(p) for p in sorted(buttons, key=len, reverse=True))
    only_buttons = re.compile(rf"(?:(?:{alternatives})[\s|·:]*)+")
    for start, end in doc.lines:
        if only_buttons.fullmatch(folded, start, end):
            yield mark(start, end, "footer", "button words")
    for kind, phrase in doc.language.furniture:
        if kind != "subscription":
            continue
        for hit in re.finditer(re.escape(phrase), folded):
            yield mark(*_around(doc, hit.start()), "subscription", f"says {phrase!r}")


def _around(doc: Text, position: int) -> tuple[int, int]:
    """Return the brackets around a position on its line, or else its sentence."""
    start, end = next(line for line in doc.lines if line[0] <= position < line[1])
    left = doc.text.rfind("[", start, position)
    right = doc.text.find("]", position, end)
    if left >= 0 and right >= 0:
        return left, right + 1
    return next(((s, e) for s, e in doc.sentences if s <= position < e), (start, end))


def _date_stamps(doc: Text) -> Iterator[dict[str, Any]]:
    for hit in _DATE_STAMP.finditer(doc.text):
        yield mark(*hit.span(), "date_stamp", "a date that stands alone")


def _broken_names(doc: Text) -> Iterator[dict[str, Any]]:
    """Names torn or glued, where the same text also has them whole; and ``A B verb -c``."""
    for pattern in (_HYPHEN_SPACE, _CAMEL):
        for hit in pattern.finditer(doc.text):
            whole = f"{hit[1]}-{hit[2]}"
            if whole[:-2] in doc.text:
                yield mark(*hit.span(), "broken_name", f"elsewhere {whole}")
    for hit in _TORN.finditer(doc.text):
        yield mark(*hit.span(), "broken_name", "a word has slipped into the name")


def _patterns(doc: Text) -> Iterator[dict[str, Any]]:
    for pattern, kind, note in (
        (_SPACE, "white_space", "odd or doubled space"),
        (_GLUED, "glued_sentence", "no space between two sentences"),
        (_SPLIT, "split_sentence", "a full stop inside a sentence"),
    ):
        for hit in pattern.finditer(doc.text):
            yield mark(*hit.span(), kind, note)


def _long_lines(doc: Text) -> Iterator[dict[str, Any]]:
    for start, end in doc.lines:
        words = len(doc.text[start:end].split())
        if words > _LONG_LINE:
            yield mark(start, end, "long_line", f"{words} words on one line")


def _bullet_debris(doc: Text) -> Iterator[dict[str, Any]]:
    """One stray character before several items of a line: what is left of bullets."""
    for start, end in doc.lines:
        hits = list(_DEBRIS.finditer(doc.text, start, end))
        for hit in hits:
            if sum(h[1] == hit[1] for h in hits) > 1:
                yield mark(*hit.span(), "bullet_debris", f"stray {hit[1]!r} where a bullet was")


def _quote_systems(doc: Text) -> Iterator[dict[str, Any]]:
    """The first opening mark of every further system of quotation marks."""
    first: dict[str, int] = {}
    for hit in re.finditer(r"(?:^|(?<=[\s(\[]))([\"'“‘„«‚])(?=\w)", doc.text, re.MULTILINE):
        first.setdefault(hit[1], hit.start())
    places = sorted((position, opening) for opening, position in first.items())
    used = ", ".join(opening for _, opening in places)
    for position, opening in places[1:]:
        yield mark(position, position + 1, "quote_system", f"{opening} beside others ({used})")
