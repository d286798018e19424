"""Queries: where a word, phrase, lemma, concept or actor stands in a corpus.

Words and lemmas are asked for by a pattern: one or more words, in any case; ``*`` stands for any
letters, none included (``sanct*``, ``north* korea*``). Every other character means itself. Words
of a phrase follow each other within one sentence, whatever punctuation or space is between them.
Concepts and actors are asked for by their key, and found as :mod:`analysis.lexicons` declares.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import counts as counting
from analysis import occurrences
from analysis.engine import HERE
from analysis.occurrences import Occurrences
from analysis.results import UNITS, DiscourseError
from analysis.scan import fold
from analysis.tokens import tokenize

if TYPE_CHECKING:
    from analysis.corpus import Corpus

_STAR = "ƻ"
"""A letter of no language here: stands for a star while a pattern is cut into words."""
WORDS = 100
"""Words that a phrase may have."""
BLOCK = 4_000_000
"""Tokens that one thread looks through at once."""
_SHOWN = 40  # letters of a pattern, and
_NEAREST = 5  # keys of a lexicon, that a message repeats


class Places(NamedTuple):
    """Where a query is met, in the order of the documents.

    Attributes
    ----------
    first, last : ndarray of int64
        Token numbers, `last` included.
    mentions : ndarray of int64, shape (n, 2), or None
        Code points where a mention begins and ends; it need not fill its words.
    """

    first: np.ndarray
    last: np.ndarray
    mentions: np.ndarray | None = None

    def take(self, which: np.ndarray) -> "Places":
        """Return some places: a mask or positions."""
        mentions = None if self.mentions is None else self.mentions[which]
        return Places(self.first[which], self.last[which], mentions)

    def cover(self, n: int) -> np.ndarray:
        """Return which of the first `n` tokens lie in any place, bool array."""
        opened, closed = (np.bincount(at, minlength=n + 1) for at in (self.first, self.last + 1))
        return np.asarray(np.cumsum(opened - closed)[:n] > 0)

    def spans(self, corpus: "Corpus") -> tuple[np.ndarray, np.ndarray]:
        """Return where each place begins and ends in its document's text, int64."""
        if self.mentions is not None:
            return self.mentions[:, 0], self.mentions[:, 1]
        starts, ends = corpus.tokens.spans
        return values(starts, self.first), values(ends, self.last)


class Wanted(NamedTuple):
    """The words of a pattern, by their ids.

    Attributes
    ----------
    forms : sequence of ndarray of int64
        For each word of the pattern, the ids that will do.
    n_terms : int
        Size of the vocabulary.
    rare : int
        Which of `forms` is looked for first, if it is not known how often they occur; the others
        are looked at beside it.
    """

    forms: Sequence[np.ndarray]
    n_terms: int
    rare: int = 0

    def among(self, ids: np.ndarray, held: Occurrences | None = None) -> np.ndarray:
        """Return where the words follow each other, whatever sentences they are of; int64.

        Parameters
        ----------
        ids : ndarray
            The id of every token; threads look through many.
        held : Occurrences, optional
            Of these ids.
        """
        rare, found = self.rare, None
        if held is not None:
            rare = min(range(len(self.forms)), key=lambda i: held.size(self.forms[i]))
            found = held.of(self.forms[rare], ids)
        if found is None:
            look = partial(_block, _test(self.forms[rare], self.n_terms), ids)
            starts = range(0, len(ids), BLOCK)
            found = np.concatenate([np.zeros(0, dtype=np.int64), *HERE.map(look, starts)])
        if len(self.forms) == 1:
            return found
        first = found - rare
        first = first[(first >= 0) & (first + len(self.forms) <= len(ids))]
        for i, forms in enumerate(self.forms):
            if i != rare:
                first = first[np.isin(ids[first + i], forms)]
        return first


def _block(test: Callable[[np.ndarray], np.ndarray], ids: np.ndarray, start: int) -> np.ndarray:
    return start + np.flatnonzero(test(ids[start : start + BLOCK]))


def _test(forms: np.ndarray, n_terms: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return what tells which ids are among these.

    The vocabulary is sorted, so what a word with a star at its end matches stands together.
    """
    if not len(forms):
        return lambda ids: np.zeros(len(ids), dtype=bool)
    low, high = forms.min(), forms.max()
    if low == high:
        return lambda ids: ids == low
    if high - low + 1 == len(forms):
        return lambda ids: (ids >= low) & (ids <= high)
    member = np.zeros(n_terms, dtype=bool)
    member[forms] = True
    return lambda ids: member[ids]


def find(corpus: "Corpus", pattern: str, *, unit: str = "word") -> Places:
    """Find every place that a query is met in; places may overlap.

    Parameters
    ----------
    corpus : Corpus
    pattern : str
        Words or lemmas, with stars; or the key of a concept or actor, in any case.
    unit : {"word", "lemma", "concept", "actor"}
        What the pattern is held against.

    Returns
    -------
    Places

    Raises
    ------
    DiscourseError
        If the unit or the key is unknown, or the pattern holds no word.
    """
    if unit in counting.ACROSS:
        return _mentions(corpus, pattern, unit)
    ids, _ = counting.terms_of(corpus, unit)
    return sequence(corpus, ids, *wanted(corpus, pattern, unit))


def wanted(corpus: "Corpus", pattern: str, unit: str) -> Wanted:
    """Look up the words of a pattern; `unit` is "word" or "lemma". Raises as :func:`find` does."""
    if unit not in UNITS:
        raise DiscourseError(f"unit={unit!r} is unknown: use one of {', '.join(UNITS)}")
    words = words_of(pattern)
    _, vocabulary = counting.terms_of(corpus, unit)
    found = [forms_of(word, vocabulary) for word in words]
    # The longest word is mostly the rarest.
    rare = max(range(len(words)), key=lambda i: len(words[i].replace("*", "")))
    return Wanted(found, len(vocabulary), rare)


def sequence(
    corpus: "Corpus", ids: np.ndarray, forms: Sequence[np.ndarray], n_terms: int, rare: int = 0
) -> Places:
    """Find words that follow each other in one sentence.

    Parameters
    ----------
    corpus : Corpus
    ids : ndarray
        The id of every token.
    forms, n_terms, rare
        As in :class:`Wanted`.
    """
    tokens, size = corpus.tokens, len(forms)
    held = occurrences.kept(corpus) if ids is tokens.ids else None
    first = Wanted(forms, n_terms, rare).among(ids, held)
    if size > 1:
        # No sentence begins among them, so no document does either.
        following = np.searchsorted(tokens.sentence_start, first, side="right")
        first = first[tokens.sentence_start[following] >= first + size]
    return Places(first, first + size - 1)


def values(column: pa.ChunkedArray, at: np.ndarray) -> np.ndarray:
    """Return some values of a column held in pieces, int64; the pieces are not put together.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of int32
    at : ndarray of int64
    """
    first = np.cumsum([0, *(len(chunk) for chunk in column.chunks)])
    piece = np.searchsorted(first, at, side="right") - 1
    order = np.argsort(piece, kind="stable")
    out = np.empty(len(at), dtype=np.int64)
    for own in np.split(order, np.flatnonzero(np.diff(piece[order])) + 1):
        if len(own):
            number = piece[own[0]]
            out[own] = column.chunk(number).to_numpy()[at[own] - first[number]]
    return out


_EXPRESSION = set("()[]{}+\\|^")


def words_of(pattern: str) -> list[str]:
    """Cut a pattern into folded words, by the rules texts are cut by; stars stay.

    Raises
    ------
    DiscourseError
        If no word is left, or more than :data:`WORDS`, or it is written as a regular expression.
    """
    if _EXPRESSION & set(pattern):
        told = "looks like a regular expression: use words, and * for any letters"
        raise DiscourseError(f"pattern {short(pattern)} {told}")
    text = pattern.replace(_STAR, " ").replace("*", _STAR)
    words = [fold(text[a:b]) for a, b in zip(*tokenize(text), strict=True)]
    words = [w.replace(_STAR, "*") for w in words]
    if not words:
        raise DiscourseError(f"pattern {short(pattern)} holds no word: use letters, digits or *")
    if len(words) > WORDS:
        told = f"pattern {short(pattern)} has {len(words):,} words"
        raise DiscourseError(f"{told}: use a phrase of at most {WORDS}")
    return words


def short(pattern: str) -> str:
    """Return a pattern as a message shows it: quoted, its beginning only where it is long."""
    return repr(pattern if len(pattern) <= _SHOWN else f"{pattern[:_SHOWN]}…")


def forms_of(word: str, vocabulary: np.ndarray) -> np.ndarray:
    """Return the positions in a sorted vocabulary of the forms that a word with stars matches.

    The pieces between stars are looked for from left to right, so the time is linear in the
    forms whatever the pattern is. No regular expression is involved.
    """
    head, *middle = word.split("*")
    first, last = counting.prefix(vocabulary, head)
    if not middle:
        return np.arange(first, last)[: int(first < last and str(vocabulary[first]) == word)]
    tail = middle.pop()
    inner = [m for m in middle if m]
    if not (tail or inner):
        return np.arange(first, last)
    near = enumerate(vocabulary[first:last].tolist(), first)
    piece = max(*inner, tail, key=len) if inner else tail
    held = [(i, f) for i, f in near if piece in f]  # Most forms lack it.
    return np.array([i for i, f in held if _fits(f, head, inner, tail)], dtype=np.int64)


def _fits(form: str, head: str, inner: list[str], tail: str) -> bool:
    if len(form) < len(head) + len(tail) or not (form.startswith(head) and form.endswith(tail)):
        return False
    at, stop = len(head), len(form) - len(tail)
    for piece in inner:
        at = form.find(piece, at, stop)
        if at < 0:
            return False
        at += len(piece)
    return True


def _mentions(corpus: "Corpus", pattern: str, unit: str) -> Places:
    """Find the mentions of a key."""
    from analysis import lexicons

    lexicon = lexicons.load(f"{unit}s")
    found = lexicons.find(corpus, lexicon)
    return touched(corpus, found[found["key"] == _key(pattern, unit, lexicon.keys)])


def touched(corpus: "Corpus", found: pd.DataFrame) -> Places:
    """Return the tokens that each mention touches; those that touch none are left out.

    Parameters
    ----------
    corpus : Corpus
    found : DataFrame
        Mentions: ``doc, start, end`` (see :func:`analysis.lexicons.find`).
    """
    doc, start, end = (found[c].to_numpy(dtype=np.int64) for c in ("doc", "start", "end"))
    tokens = corpus.tokens
    opens, closes = tokens.doc_start[doc], tokens.doc_start[doc + 1]
    starts, ends = tokens.spans
    first = search(ends, opens, closes, start + 1)
    last = search(starts, opens, closes, end) - 1
    placed = first <= last  # Letters that no word holds cannot be placed among words.
    return Places(first, last, np.stack([start, end], axis=1)).take(placed)


def _key(pattern: str, unit: str, keys: Sequence[str]) -> str:
    folded = {key.casefold(): key for key in keys}
    asked = pattern.strip().casefold()
    if asked in folded:
        return folded[asked]
    near = get_close_matches(asked[:_SHOWN], list(folded), n=_NEAREST, cutoff=0.0)
    named = ", ".join(folded[key] for key in near) or "none: its lexicon is empty"
    raise DiscourseError(f"{unit} {short(pattern)} is unknown; the nearest are {named}")


def search(column: pa.ChunkedArray, lo: np.ndarray, hi: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return, for each stretch ``lo:hi`` of rising values, where the first not below `at` stands.

    A binary search of all stretches at once: it touches few of the values, which may be on disk.
    """
    lo, hi = lo.astype(np.int64), hi.astype(np.int64)
    while (unsure := np.flatnonzero(lo < hi)).size:
        middle = (lo[unsure] + hi[unsure]) // 2
        below = values(column, middle) < at[unsure]
        lo[unsure] = np.where(below, middle + 1, lo[unsure])
        hi[unsure] = np.where(below, hi[unsure], middle)
    return lo
