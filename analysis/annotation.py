"""A corpus as running text for token formats: sentence by sentence, every visible character.

The words are those of :class:`analysis.tokens.Tokens`; what stands between them (punctuation,
symbols, emoji) becomes tokens too, so that a sentence can be put together again from its tokens.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from analysis.corpus import POS, Corpus

NOT_KNOWN = "_"
# What a coarse tagger can tell; "O" is many parts of speech, so it is not known.
_UPOS = {"N": "NOUN", "PN": "PROPN", "V": "VERB", "A": "ADJ"}


class Token(NamedTuple):
    """A word or a mark of punctuation: `after` is the white space up to the next token."""

    form: str
    lemma: str
    upos: str
    xpos: str
    start: int
    after: str
    marked: str


class Sentence(NamedTuple):
    """A sentence: `opens` tells whether it begins a paragraph, `marked` why it is left out."""

    text: str
    start: int
    opens: bool
    marked: str
    tokens: list[Token]


def sentences(corpus: Corpus) -> Iterator[list[Sentence]]:
    """Yield the sentences of each document, in the order of the corpus.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    iterator of list of Sentence
        The lemmas are made before the first is asked for.
    """
    return _walk(corpus, corpus.lemmas())


def _walk(corpus: Corpus, lemmas: Any) -> Iterator[list[Sentence]]:
    tokens, frame = corpus.tokens, corpus.sentences
    rows = np.arange(len(corpus) + 1)
    bounds = frame[["start", "end", "paragraph"]].to_numpy(dtype=np.int64)
    marks = corpus.marks[corpus.marks["excluded"].astype(bool)]
    spans = list(marks[["start", "end", "kind"]].itertuples(index=False, name=None))
    of_sentences = np.searchsorted(frame["doc"].to_numpy(), rows)
    of_tokens = np.searchsorted(tokens.doc, rows)
    of_marks = np.searchsorted(marks["doc"].to_numpy(), rows)
    for row in range(len(corpus)):
        own = slice(of_tokens[row], of_tokens[row + 1])
        words = zip(
            tokens.start[own].tolist(),
            tokens.end[own].tolist(),
            lemmas.vocabulary[lemmas.ids[own]].tolist(),
            lemmas.pos[own].tolist(),
            strict=True,
        )
        yield _document(
            corpus.documents["text"].iloc[row],
            bounds[of_sentences[row] : of_sentences[row + 1]].tolist(),
            list(words),
            spans[of_marks[row] : of_marks[row + 1]],
        )


def _document(
    text: str,
    bounds: Sequence[tuple[int, int, int]],
    words: Sequence[tuple[int, int, str, int]],
    spans: Sequence[tuple[int, int, str]],
) -> list[Sentence]:
    pieces: list[tuple[int, int, str, str, str]] = []
    counts = []
    at = 0
    for start, end, _ in bounds:
        before = len(pieces)
        while at < len(words) and words[at][0] < end:
            first, last, lemma, pos = words[at]
            # A word that reaches over the edge of a sentence is cut there.
            first, last = max(first, start), min(last, end)
            pieces += _between(text, start, first)
            if last > first:
                tag = POS[pos]
                lemma = "".join(lemma.split()) or NOT_KNOWN
                pieces.append((first, last, lemma, _UPOS.get(tag, NOT_KNOWN), tag))
            start = max(start, last)
            at += 1
        pieces += _between(text, start, end)
        counts.append(len(pieces) - before)
    tokens = _spaced(text, pieces, spans)
    out, at, paragraph = [], 0, -1
    for (start, end, line), count in zip(bounds, counts, strict=True):
        own = tokens[at : at + count]
        out.append(Sentence(text[start:end], start, line != paragraph, _kinds(start, spans), own))
        at, paragraph = at + count, line
    return out


def _spaced(
    text: str,
    pieces: Sequence[tuple[int, int, str, str, str]],
    spans: Sequence[tuple[int, int, str]],
) -> list[Token]:
    edges = [*(p[0] for p in pieces), len(text)]
    return [
        Token(text[start:end], lemma, upos, xpos, start, text[end:following], _kinds(start, spans))
        for (start, end, lemma, upos, xpos), following in zip(pieces, edges[1:], strict=True)
    ]


def _kinds(position: int, spans: Sequence[tuple[int, int, str]]) -> str:
    """Name the kinds of the marks that a position lies in, sorted."""
    if not spans:
        return ""
    return ",".join(sorted({kind for start, end, kind in spans if start <= position < end}))


def _between(text: str, start: int, end: int) -> list[tuple[int, int, str, str, str]]:
    """Make tokens of what stands between two words."""
    gap = text[start:end]
    if not gap or gap == " ":
        return []
    return [
        (start + s, start + e, gap[s:e] if upos != NOT_KNOWN else NOT_KNOWN, upos, NOT_KNOWN)
        for s, e, upos in _marks(gap)
    ]


@lru_cache(maxsize=10_000)
def _marks(gap: str) -> tuple[tuple[int, int, str], ...]:
    """Split punctuation from symbols: a run of one mark is one token, as is a run of symbols."""
    kinds = [_kind(c) for c in gap]
    cuts = [0, *(i for i, (a, b) in enumerate(pairwise(kinds), 1) if a != b), len(gap)]
    out = []
    for start, end in pairwise(cuts):
        kind = kinds[start]
        if kind != "space":
            upos = "PUNCT" if len(kind) == 1 else "SYM" if kind == "symbol" else NOT_KNOWN
            out.append((start, end, upos))
    return tuple(out)


def _kind(character: str) -> str:
    """Return a mark of punctuation itself; else what kind of character it is."""
    if character.isspace():
        return "space"
    category = unicodedata.category(character)
    if category[0] == "P":
        return character
    if category[0] in "LN":
        return "letter"
    # A joiner, a variation selector or an accent belongs to the symbol before it.
    return "control" if category == "Cc" else "symbol"
