"""Concordance: every place where a query is met, with the words around it as they stand."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import query
from analysis.query import Places
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.tokens import Tokens

COLUMNS = ("doc_id", "start", "end", "left", "node", "right", "sentence")
WINDOW = 10
EXPAND = ("sentence", "paragraph")
CHARACTERS = 200_000_000
"""Characters that the lines of one concordance may hold together."""
_POSITION = re.compile(r"node|[LR][1-9]\d?", re.IGNORECASE)


def concordance(
    corpus: "Corpus",
    pattern: str,
    *,
    unit: str = "word",
    window: int = WINDOW,
    expand: str | None = None,
    sort: str | Sequence[str] = (),
    n: int | None = None,
    seed: int = 0,
    include_marked: bool = True,
) -> pd.DataFrame:
    """Find a word, phrase, lemma, concept or actor and show it in context.

    Parameters
    ----------
    corpus : Corpus
    pattern : str
        One or more words, in any case; ``*`` stands for any letters, none included
        (``sanct*``, ``north* korea*``). Punctuation is not looked for: words of a phrase follow
        each other within one sentence, whatever is between them; a hyphen belongs to its word. No
        regular expression. Of a concept or actor, its key.
    unit : {"word", "lemma", "concept", "actor"}
        What the pattern is held against.
    window : int
        Words of context on each side; context stops at the ends of the document.
    expand : {"sentence", "paragraph"}, optional
        Show the whole sentence or paragraph of the node instead of a window.
    sort : str or sequence of str
        Positions to sort by, the first one first: "node", "L1" (the word before it), "R2" (the
        second word after it). Words are compared case-folded by code point; where the document has
        no such word the line comes first; ties stay in the order of the texts.
    n : int, optional
        A random sample of this many lines, drawn before sorting.
    seed : int
        Random seed of the sample.
    include_marked : bool
        Also show places inside marks that exclude.

    Returns
    -------
    DataFrame
        ``doc_id, start, end, left, node, right, sentence``: ``text[start:end]`` is the node, left
        and right are the text directly before and after it, verbatim; sentence is the index of
        corpus.sentences. In the order of the texts unless sorted.

    Raises
    ------
    DiscourseError
        If the pattern holds no word, the unit, the key, a position or the expansion is unknown,
        window, n or seed is negative, or the lines would not fit in memory.
    """
    if min(window, seed, n or 0) < 0:
        raise DiscourseError("window, n and seed are whole numbers: use 0 or more")
    if expand is not None and expand not in EXPAND:
        raise DiscourseError(f"expand={expand!r} is unknown: use sentence or paragraph")
    order = _positions(sort)
    places = query.find(corpus, pattern, unit=unit)
    if not include_marked:
        places = places.take(corpus.tokens.kept_at(places.first))
    if n is not None and n < len(places.first):
        chosen = np.random.default_rng(seed).choice(len(places.first), size=n, replace=False)
        places = places.take(_ranked(corpus, places.first, chosen))
    lines = _lines(corpus, pattern, places, min(window, len(corpus.tokens)), expand)
    if not order:
        return lines
    keys = [_key(corpus, places, lines["node"], position) for position in order]
    return lines.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)


def _positions(sort: str | Sequence[str]) -> list[str]:
    asked = [sort] if isinstance(sort, str) else list(sort)
    for position in asked:
        if not _POSITION.fullmatch(str(position)):
            raise DiscourseError(
                f"sort: {query.short(str(position))} is no position; use node, L1, L2 … or R1, R2 …"
            )
    return [str(position).lower() for position in asked]


def _key(corpus: "Corpus", places: Places, nodes: pd.Series, position: str) -> np.ndarray:
    """Return numbers that sort as the words at a position do; -1 where there is none."""
    tokens = corpus.tokens
    if position == "node":
        folded = [" ".join(node.casefold().split()) for node in nodes]
        return np.unique(np.array(folded, dtype=object), return_inverse=True)[1]
    far = int(position[1:])
    at = places.first - far if position[0] == "l" else places.last + far
    doc = tokens.doc_of(places.first)
    there = (at >= tokens.doc_start[doc]) & (at < tokens.doc_start[doc + 1])
    # The vocabulary is sorted, so ids compare as their words do.
    return np.where(there, tokens.ids[np.where(there, at, 0)], -1)


def _ranked(corpus: "Corpus", first: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return which lines are chosen, drawn in the order of doc_id; sorted by place.

    So file order does not matter. Lines are in the order of the documents, so each document has
    one run of them.
    """
    edges = np.searchsorted(first, corpus.tokens.doc_start)
    held = np.flatnonzero(np.diff(edges))
    rows = held[counting.order(corpus.documents[["doc_id"]].iloc[held])]
    before = np.concatenate([[0], np.cumsum(np.diff(edges)[rows])])
    at = np.searchsorted(before, chosen, side="right") - 1
    return np.sort(edges[:-1][rows[at]] + chosen - before[at])


def _lines(
    corpus: "Corpus", pattern: str, places: Places, window: int, expand: str | None
) -> pd.DataFrame:
    tokens, documents = corpus.tokens, corpus.documents
    doc = tokens.doc_of(places.first)
    start, end = places.spans(corpus)
    rows, own = np.unique(doc, return_inverse=True)
    texts = corpus.texts(rows)
    if expand:
        left, right = _part(corpus, places, expand, start, end)
    elif window:
        sizes = np.array([len(text) for text in texts], dtype=np.int64)[own]
        left, right = _near(tokens, places, window, doc, sizes)
    else:
        left, right = start, end
    _bounded(pattern, right - left)
    spans = list(zip(*(e.tolist() for e in (own, left, start, end, right)), strict=True))
    values: dict[str, Any] = {
        "doc_id": documents["doc_id"].to_numpy()[doc],
        "start": start,
        "end": end,
        "left": pd.Series([texts[d][a:b] for d, a, b, _, _ in spans], dtype=str),
        "node": pd.Series([texts[d][b:c] for d, _, b, c, _ in spans], dtype=str),
        "right": pd.Series([texts[d][c:e] for d, _, _, c, e in spans], dtype=str),
        "sentence": tokens.sentence_of(places.first).astype(np.int64),
    }
    return pd.DataFrame(values, columns=list(COLUMNS))


def _near(
    tokens: "Tokens", places: Places, window: int, doc: np.ndarray, sizes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the context of so many words begins and ends; `sizes` of each line's text."""
    first, last = places.first - window, places.last + window
    opens, closes = tokens.doc_start[doc], tokens.doc_start[doc + 1] - 1
    # At the edge of a document the context includes what stands outside its words.
    starts, ends = tokens.spans
    left = np.where(first <= opens, 0, query.values(starts, np.maximum(first, opens)))
    return left, np.where(last >= closes, sizes, query.values(ends, np.minimum(last, closes)))


def _part(
    corpus: "Corpus", places: Places, part: str, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the sentence or paragraph of every place begins and ends."""
    parts, tokens = corpus.arrays.sentences, corpus.tokens
    opens, closes = tokens.sentence_of(places.first), tokens.sentence_of(places.last)
    if part == "paragraph":
        opens, closes = parts[opens, 2], parts[closes, 2]
        parts = corpus.arrays.paragraphs
    # A mention may reach beyond the part it begins in.
    return np.minimum(parts[opens, 0], start), np.maximum(parts[closes, 1], end)


def _bounded(pattern: str, lengths: np.ndarray) -> None:
    size = int(lengths.sum(dtype=np.int64))
    if size > CHARACTERS:
        raise DiscourseError(
            f"pattern {query.short(pattern)}: {len(lengths):,} lines of {size:,} characters "
            "together are too much; ask for a sample by n or for less context"
        )
