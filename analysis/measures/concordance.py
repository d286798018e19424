"""Concordance: every place where a pattern occurs, with the words around it as they stand."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis.results import DiscourseError
from analysis.tokens import tokenize

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.tokens import Tokens

COLUMNS = ("doc_id", "start", "end", "left", "node", "right", "sentence")
WINDOW = 10
_STAR = "ƻ"
"""A letter of no language here: stands for a star while a pattern is cut into words."""


def concordance(
    corpus: "Corpus",
    pattern: str,
    *,
    window: int = WINDOW,
    n: int | None = None,
    seed: int = 0,
    include_marked: bool = True,
) -> pd.DataFrame:
    """Find a word or phrase and show it in context.

    Parameters
    ----------
    corpus : Corpus
    pattern : str
        One or more words, in any case; ``*`` stands for any letters, none included
        (``sanct*``, ``north* korea*``). Every other character means itself. Words of a phrase
        follow each other within one sentence, whatever punctuation or space is between them.
    window : int
        Words of context on each side; context stops at the ends of the document.
    n : int, optional
        A random sample of this many lines, in the order of the texts.
    seed : int
        Random seed of the sample.
    include_marked : bool
        Also show places inside marks that exclude.

    Returns
    -------
    DataFrame
        ``doc_id, start, end, left, node, right, sentence``: ``text[start:end]`` is the node, left
        and right are the text directly before and after it, verbatim; sentence is the index of
        corpus.sentences.

    Raises
    ------
    DiscourseError
        If the pattern holds no word, or window or n is negative.
    """
    if window < 0 or (n is not None and n < 0):
        raise DiscourseError("window and n are numbers of words and lines: use 0 or more")
    tokens = corpus.tokens
    first, last = matches(tokens, pattern)
    if not include_marked:
        use = tokens.kept_at(first)
        first, last = first[use], last[use]
    if n is not None and n < len(first):
        chosen = np.random.default_rng(seed).choice(len(first), size=n, replace=False)
        pick = _ranked(corpus, first, chosen)
        first, last = first[pick], last[pick]
    return _lines(corpus, first, last, window)


def _ranked(corpus: "Corpus", first: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return which lines are chosen, drawn in the order of doc_id; sorted by place.

    So file order does not matter. Lines are in the order of the documents, so each document has
    one run of them.
    """
    edges = np.searchsorted(first, corpus.tokens.doc_start)
    order = counting.order(corpus.documents)
    before = np.concatenate([[0], np.cumsum(np.diff(edges)[order])])
    at = np.searchsorted(before, chosen, side="right") - 1
    return np.sort(edges[:-1][order[at]] + chosen - before[at])


def _lines(corpus: "Corpus", first: np.ndarray, last: np.ndarray, window: int) -> pd.DataFrame:
    tokens, documents = corpus.tokens, corpus.documents
    doc = tokens.doc_of(first)
    opens, closes = tokens.doc_start[doc], tokens.doc_start[doc + 1] - 1
    rows, own = np.unique(doc, return_inverse=True)
    texts = corpus.texts(rows)
    start, end = tokens.start[first], tokens.end[last]
    # At the edge of a document the context includes what stands outside its words.
    left = np.where(first - window <= opens, 0, tokens.start[np.maximum(first - window, opens)])
    size = np.array([len(t) for t in texts], dtype=np.int64)[own]
    after = np.minimum(last + window, closes)
    right = np.where(last + window >= closes, size, tokens.end[after])
    left, right = (left, right) if window else (start, end)
    spans = list(zip(own.tolist(), left.tolist(), start.tolist(), end.tolist(), right.tolist(),
                     strict=True))  # fmt: skip
    values: dict[str, Any] = {
        "doc_id": documents["doc_id"].to_numpy()[doc],
        "start": start.astype(np.int64),
        "end": end.astype(np.int64),
        "left": pd.Series([texts[d][a:b] for d, a, b, _, _ in spans], dtype=str),
        "node": pd.Series([texts[d][b:c] for d, _, b, c, _ in spans], dtype=str),
        "right": pd.Series([texts[d][c:e] for d, _, _, c, e in spans], dtype=str),
        "sentence": tokens.sentence_of(first).astype(np.int64),
    }
    return pd.DataFrame(values, columns=list(COLUMNS))


def words_of(pattern: str) -> list[str]:
    """Cut a pattern into case-folded words, by the rules texts are cut by; stars stay.

    Raises
    ------
    DiscourseError
        If no word is left.
    """
    text = pattern.replace(_STAR, " ").replace("*", _STAR)
    words = [text[a:b].casefold() for a, b in zip(*tokenize(text), strict=True)]
    words = [w.replace(_STAR, "*") for w in words]
    if not words:
        raise DiscourseError(f"pattern {pattern!r} holds no word: use letters, digits or *")
    return words


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
    near = enumerate(vocabulary[first:last].tolist(), first)
    ends = [(i, f) for i, f in near if f.endswith(tail)]
    return np.array([i for i, f in ends if _fits(f, head, inner, tail)], dtype=np.int64)


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


def matches(tokens: "Tokens", pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last token number of every place where a pattern occurs.

    Places may overlap. Words of a phrase stand next to each other in one sentence.
    """
    words = words_of(pattern)
    size = len(words)
    wanted = [forms_of(word, tokens.vocabulary) for word in words]
    # One scan, for the longest word, which is mostly the rarest; its neighbours are looked at.
    rare = max(range(size), key=lambda i: len(words[i].replace("*", "")))
    first = counting.scan(tokens.ids, wanted[rare], len(tokens.vocabulary)) - rare
    first = first[(first >= 0) & (first + size <= len(tokens.ids))]
    for i in range(size):
        if i != rare:
            first = first[np.isin(tokens.ids[first + i], wanted[i])]
    last = first + size - 1
    if size > 1:
        same = tokens.sentence_of(first) == tokens.sentence_of(last)
        same &= tokens.doc_of(first) == tokens.doc_of(last)
        first, last = first[same], last[same]
    return first, last
