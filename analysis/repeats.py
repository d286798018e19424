"""What a text says twice: leads, pull quotes, and documents that share their wording."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.languages import Language
from analysis.tokens import tokenize

# A lead repeats the body: each of its sentences finds this share of its content words within
# three neighbouring sentences of the body …
_REPEATED = 0.5
# … or, where it sums up the whole text in one short paragraph, this share anywhere in the body.
_SUMMED_UP = 0.75
_SUMMARY_WORDS = 60
# Sentences glued together ("stability.The") show that a paragraph break was lost between a lead
# and the body; with that sign a third of the words is enough.
_GLUED_LEAD = 1 / 3
_PULL_QUOTE = 0.8  # share of a short paragraph's content words found in one other sentence


@dataclass(frozen=True)
class Text:
    """One document on its way to its marks: sentences as (start, end), grouped by line."""

    text: str
    language: Language
    lines: list[tuple[int, int]]
    sentences: list[tuple[int, int]]
    line_of: list[int]
    stems: list[frozenset[str]] = field(default_factory=list)

    def sentence_ids(self, line: int) -> list[int]:
        """Return the positions of a line's sentences."""
        return [i for i, owner in enumerate(self.line_of) if owner == line]


def mark(start: int, end: int, kind: str, note: str = "", **like: int) -> dict[str, Any]:
    """Return one mark as a row."""
    return {"start": start, "end": end, "kind": kind, "note": note, **like}


def content(text: str, language: Language) -> frozenset[str]:
    """Content words, cut to six letters so that most inflections fall together."""
    starts, ends = tokenize(text)
    words = (text[s:e].casefold() for s, e in zip(starts, ends, strict=True))
    return frozenset(w[:6] for w in words if w not in language.stop_words)


def leads(doc: Text) -> Iterator[dict[str, Any]]:
    """Opening paragraphs that the body says again, word for word or in other words."""
    for line in range(len(doc.lines) - 1):
        own = doc.sentence_ids(line)
        words = sum(len(doc.stems[i]) for i in own)
        end = doc.lines[line][1]
        if line == 0 and words < 8 and doc.text[end - 1] not in ".!?":
            continue  # a title, not a lead
        mark = _repeated(doc, own, _REPEATED, _SUMMED_UP)
        if mark:
            yield mark
            continue
        glued = [k for k, i in enumerate(own[1:], 1) if _is_glued(doc, i)]
        mark = _repeated(doc, own[: glued[0]], _GLUED_LEAD, 1.0) if glued else None
        if mark:
            yield mark
        return


def _is_glued(doc: Text, sentence: int) -> bool:
    return doc.sentences[sentence - 1][1] == doc.sentences[sentence][0]


def _repeated(
    doc: Text, own: list[int], repeated: float, summed_up: float
) -> dict[str, Any] | None:
    """Mark neighbouring sentences as a lead if enough of their content words come again."""
    words = sum(len(doc.stems[i]) for i in own)
    body = list(range(own[-1] + 1, len(doc.stems))) if own else []
    if words < 8 or not body:
        return None
    start, end = doc.sentences[own[0]][0], doc.sentences[own[-1]][1]
    near = [_best(doc, i, body, width=3) for i in own]
    again = sum(s * len(doc.stems[i]) for (s, _), i in zip(near, own, strict=True)) / words
    anywhere = frozenset().union(*(doc.stems[i] for i in body))
    summed = sum(len(doc.stems[i] & anywhere) for i in own) / words
    short = len(doc.text[start:end].split()) <= _SUMMARY_WORDS
    if again < repeated and not (short and summed >= summed_up):
        return None
    first = min(i for _, i in near)
    last = max(min(i + 2, len(doc.sentences) - 1) for _, i in near)
    share = max(again, summed)
    like = {"like_start": doc.sentences[first][0], "like_end": doc.sentences[last][1]}
    return mark(start, end, "lead", f"{share:.0%} of its content words come again", **like)


def _best(doc: Text, sentence: int, others: list[int], *, width: int) -> tuple[float, int]:
    """Best share of a sentence's content words within `width` neighbouring sentences, and where."""
    own = doc.stems[sentence]
    best, where = 0.0, others[0]
    for k, first in enumerate(others):
        window = frozenset().union(*(doc.stems[i] for i in others[k : k + width]))
        share = len(own & window) / max(1, len(own))
        if share > best:
            best, where = share, first
    return best, where


def pull_quotes(doc: Text) -> Iterator[dict[str, Any]]:
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
            yield mark(start, end, "pull_quote", f"{share:.0%} of its words come again", **like)


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
