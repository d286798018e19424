"""What is wrong with a text, as marks with offsets: nothing is ever edited.

Two kinds of marks. Those that *exclude* (:data:`EXCLUDED`) cover page furniture and repeats, which
measures leave out unless asked; the others say where a text is damaged, so that a reader knows and
a measure can cope. A mark that repeats another part of the text also says which (``like_start``,
``like_end``).
"""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.languages import Language
from analysis.tokens import tokenize

EXCLUDED = ("menu", "footer", "date_stamp", "subscription", "lead", "pull_quote", "duplicate")
COLUMNS = ("start", "end", "kind", "excluded", "note", "like_start", "like_end")

# A lead repeats the body: each of its sentences finds this share of its content words within
# three neighbouring sentences of the body …
_REPEATED = 0.5
# … or, where it sums up the whole text in one short paragraph, this share anywhere in the body.
_SUMMED_UP = 0.75
_SUMMARY_WORDS = 60
_PULL_QUOTE = 0.8  # share of a short paragraph's content words found in one other sentence
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
_DEBRIS = re.compile(r"(?<=[;:] )([A-Z•·▪*o]) (?=[A-Z])")


@dataclass(frozen=True)
class _Text:
    """One document on its way to its marks: sentences as (start, end), grouped by line."""

    text: str
    language: Language
    lines: list[tuple[int, int]]
    sentences: list[tuple[int, int]]
    line_of: list[int]
    stems: list[frozenset[str]] = field(default_factory=list)

    def sentence_ids(self, line: int) -> list[int]:
        return [i for i, owner in enumerate(self.line_of) if owner == line]


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
    stems = [_content(text[s:e], language) for s, e in sentences]
    doc = _Text(text, language, lines, sentences, line_of, stems)
    rules: tuple[Callable[[_Text], Iterator[dict[str, Any]]], ...] = (
        _menus, _furniture, _date_stamps, _leads, _pull_quotes, _broken_names,
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


def _mark(start: int, end: int, kind: str, note: str = "", **like: int) -> dict[str, Any]:
    return {"start": start, "end": end, "kind": kind, "note": note, **like}


def _content(text: str, language: Language) -> frozenset[str]:
    """Content words, cut to six letters so that most inflections fall together."""
    starts, ends = tokenize(text)
    words = (text[s:e].casefold() for s, e in zip(starts, ends, strict=True))
    return frozenset(w[:6] for w in words if w not in language.stop_words)


def _menus(doc: _Text) -> Iterator[dict[str, Any]]:
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
            yield _mark(first[0], last[1], "menu", f"{run} short lines in a row")


def _furniture(doc: _Text) -> Iterator[dict[str, Any]]:
    """Lines made of button words only; bracketed stretches or lines that speak of a paywall."""
    folded = doc.text.casefold()
    if len(folded) != len(doc.text):  # Case-folding may lengthen (ß); then lower() keeps offsets.
        folded = "".join(c.lower() if len(c.lower()) == 1 else c for c in doc.text)
    buttons = [p for kind, p in doc.language.furniture if kind == "footer"]
    alternatives = "|".join(re.escape(p) for p in sorted(buttons, key=len, reverse=True))
    only_buttons = re.compile(rf"(?:(?:{alternatives})[\s|·:]*)+")
    for start, end in doc.lines:
        if only_buttons.fullmatch(folded, start, end):
            yield _mark(start, end, "footer", "button words")
    for kind, phrase in doc.language.furniture:
        if kind != "subscription":
            continue
        for hit in re.finditer(re.escape(phrase), folded):
            yield _mark(*_around(doc, hit.start()), "subscription", f"says {phrase!r}")


def _around(doc: _Text, position: int) -> tuple[int, int]:
    """Return the brackets around a position on its line, or else its sentence."""
    start, end = next(line for line in doc.lines if line[0] <= position < line[1])
    left = doc.text.rfind("[", start, position)
    right = doc.text.find("]", position, end)
    if left >= 0 and right >= 0:
        return left, right + 1
    return next(((s, e) for s, e in doc.sentences if s <= position < e), (start, end))


def _date_stamps(doc: _Text) -> Iterator[dict[str, Any]]:
    for hit in _DATE_STAMP.finditer(doc.text):
        yield _mark(*hit.span(), "date_stamp", "a date that stands alone")


def _leads(doc: _Text) -> Iterator[dict[str, Any]]:
    """Opening paragraphs that the body says again, word for word or in other words."""
    for line in range(len(doc.lines) - 1):
        own = doc.sentence_ids(line)
        words = sum(len(doc.stems[i]) for i in own)
        start, end = doc.lines[line]
        if line == 0 and words < 8 and doc.text[end - 1] not in ".!?":
            continue  # a title, not a lead
        body = [i for i in range(len(doc.stems)) if doc.line_of[i] > line]
        if words < 8 or not body:
            return
        near = [_best(doc, i, body, width=3) for i in own]
        repeated = sum(s * len(doc.stems[i]) for (s, _), i in zip(near, own, strict=True)) / words
        anywhere = frozenset().union(*(doc.stems[i] for i in body))
        summed = sum(len(doc.stems[i] & anywhere) for i in own) / words
        short = len(doc.text[start:end].split()) <= _SUMMARY_WORDS
        if repeated < _REPEATED and not (short and summed >= _SUMMED_UP):
            return
        first = min(i for _, i in near)
        last = max(min(i + 2, len(doc.sentences) - 1) for _, i in near)
        yield _mark(
            start, end, "lead", f"{max(repeated, summed):.0%} of its content words come again",
            like_start=doc.sentences[first][0], like_end=doc.sentences[last][1],
        )  # fmt: skip


def _best(doc: _Text, sentence: int, others: list[int], *, width: int) -> tuple[float, int]:
    """Best share of a sentence's content words within `width` neighbouring sentences, and where."""
    own = doc.stems[sentence]
    best, where = 0.0, others[0]
    for k, first in enumerate(others):
        window = frozenset().union(*(doc.stems[i] for i in others[k : k + width]))
        share = len(own & window) / max(1, len(own))
        if share > best:
            best, where = share, first
    return best, where


def _pull_quotes(doc: _Text) -> Iterator[dict[str, Any]]:
    """A short paragraph, ended like a sentence, that one later sentence says again."""
    for line, (start, end) in enumerate(doc.lines):
        own = doc.sentence_ids(line)
        body = [i for i in range(len(doc.stems)) if doc.line_of[i] > line]
        short = len(own) == 1 and len(doc.stems[own[0]]) >= 5 and end - start <= 250
        if not (short and body and line > 0 and doc.text[end - 1] in ".!?…”’\"'"):
            continue
        share, where = _best(doc, own[0], body, width=1)
        if share >= _PULL_QUOTE:
            like = dict(zip(("like_start", "like_end"), doc.sentences[where], strict=True))
            yield _mark(start, end, "pull_quote", f"{share:.0%} of its words come again", **like)


def _broken_names(doc: _Text) -> Iterator[dict[str, Any]]:
    """Names torn or glued, where the same text also has them whole; and ``A B verb -c``."""
    for pattern in (_HYPHEN_SPACE, _CAMEL):
        for hit in pattern.finditer(doc.text):
            whole = f"{hit[1]}-{hit[2]}"
            if whole[:-2] in doc.text:
                yield _mark(*hit.span(), "broken_name", f"elsewhere {whole}")
    for hit in _TORN.finditer(doc.text):
        yield _mark(*hit.span(), "broken_name", "a word has slipped into the name")


def _patterns(doc: _Text) -> Iterator[dict[str, Any]]:
    for pattern, kind, note in (
        (_SPACE, "white_space", "odd or doubled space"),
        (_GLUED, "glued_sentence", "no space between two sentences"),
    ):
        for hit in pattern.finditer(doc.text):
            yield _mark(*hit.span(), kind, note)


def _long_lines(doc: _Text) -> Iterator[dict[str, Any]]:
    for start, end in doc.lines:
        words = len(doc.text[start:end].split())
        if words > _LONG_LINE:
            yield _mark(start, end, "long_line", f"{words} words on one line")


def _bullet_debris(doc: _Text) -> Iterator[dict[str, Any]]:
    """One stray character before several items of a line: what is left of bullets."""
    for start, end in doc.lines:
        hits = list(_DEBRIS.finditer(doc.text, start, end))
        for hit in hits:
            if sum(h[1] == hit[1] for h in hits) > 1:
                yield _mark(*hit.span(), "bullet_debris", f"stray {hit[1]!r} where a bullet was")


def _quote_systems(doc: _Text) -> Iterator[dict[str, Any]]:
    """The first opening mark of every further system of quotation marks."""
    first: dict[str, int] = {}
    for hit in re.finditer(r"(?:^|(?<=[\s(\[]))([\"'“‘„«‚])(?=\w)", doc.text, re.MULTILINE):
        first.setdefault(hit[1], hit.start())
    places = sorted((position, mark) for mark, position in first.items())
    for position, mark in places[1:]:
        used = ", ".join(m for _, m in places)
        yield _mark(position, position + 1, "quote_system", f"{mark} beside others ({used})")


def shared(texts: list[str], *, width: int = 8) -> pd.DataFrame:
    """For every document, the document it shares most word sequences with, and how much.

    Parameters
    ----------
    texts : list of str
    width : int
        Words in a sequence (shingle). Eight words in a row are hardly ever the same by chance.

    Returns
    -------
    DataFrame
        Columns like (row number, -1 for none) and share (of the document's own sequences, 0 to 1).

    Notes
    -----
    Broder (1997), "On the resemblance and containment of documents": containment of shingles.
    """
    shingles = [_shingles(text, width) for text in texts]
    owners: dict[int, list[int]] = {}
    for row, own in enumerate(shingles):
        for shingle in own:
            owners.setdefault(shingle, []).append(row)
    rows = []
    for row, own in enumerate(shingles):
        overlap: dict[int, int] = {}
        for shingle in own:
            for other in owners[shingle]:
                if other != row:
                    overlap[other] = overlap.get(other, 0) + 1
        best = min(overlap, key=lambda o: (-overlap[o], o)) if overlap else -1
        rows.append((best, overlap[best] / len(own) if overlap else 0.0))
    return pd.DataFrame(rows, columns=["like", "share"])


def _shingles(text: str, width: int) -> set[int]:
    starts, ends = tokenize(text)
    words = [text[s:e].casefold() for s, e in zip(starts, ends, strict=True)]
    # crc32 is stable across processes, unlike hash().
    return {
        zlib.crc32(" ".join(words[i : i + width]).encode("utf-8", "replace"))
        for i in range(len(words) - width + 1)
    }
