"""Concordance: every place where a pattern occurs, with the words around it as they stand."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

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
        use = tokens.kept[first]
        first, last = first[use], last[use]
    if n is not None and n < len(first):
        # Drawn from lines in the order of doc_id, so that file order does not matter.
        names = corpus.documents["doc_id"].to_numpy(dtype=str)[tokens.doc[first]]
        ranked = np.lexsort((first, names))
        chosen = np.random.default_rng(seed).choice(len(first), size=n, replace=False)
        pick = np.sort(ranked[chosen])
        first, last = first[pick], last[pick]
    return _lines(corpus, first, last, window)


def _lines(corpus: "Corpus", first: np.ndarray, last: np.ndarray, window: int) -> pd.DataFrame:
    tokens, texts = corpus.tokens, corpus.documents["text"].tolist()
    doc = tokens.doc[first]
    bounds = np.searchsorted(tokens.doc, np.arange(len(texts) + 1))
    before = np.maximum(first - window, bounds[doc])
    after = np.minimum(last + window, bounds[doc + 1] - 1)
    start, end = tokens.start[first], tokens.end[last]
    # At the edge of a document the context includes what stands outside its words.
    left = np.where(first - window <= bounds[doc], 0, tokens.start[before])
    size = np.array([len(t) for t in texts], dtype=np.int64)[doc]
    right = np.where(last + window >= bounds[doc + 1] - 1, size, tokens.end[after])
    left, right = (left, right) if window else (start, end)
    spans = list(zip(doc.tolist(), left.tolist(), start.tolist(), end.tolist(), right.tolist(),
                     strict=True))  # fmt: skip
    values: dict[str, Any] = {
        "doc_id": corpus.documents["doc_id"].to_numpy()[doc],
        "start": start.astype(np.int64),
        "end": end.astype(np.int64),
        "left": pd.Series([texts[d][a:b] for d, a, b, _, _ in spans], dtype=str),
        "node": pd.Series([texts[d][b:c] for d, _, b, c, _ in spans], dtype=str),
        "right": pd.Series([texts[d][c:e] for d, _, _, c, e in spans], dtype=str),
        "sentence": tokens.sentence[first].astype(np.int64),
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


def wildcard(word: str, vocabulary: np.ndarray) -> np.ndarray:
    """Tell which forms a word with stars matches; bool array of the vocabulary's shape.

    The pieces between stars are looked for from left to right, so the time is linear in the
    forms whatever the pattern is. No regular expression is involved.
    """
    head, *middle = word.split("*")
    if not middle:
        return np.asarray(vocabulary == word)
    tail = middle.pop()
    inner = [m for m in middle if m]
    return np.array([_fits(f, head, inner, tail) for f in vocabulary.tolist()], dtype=bool)


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
    n, size = len(tokens.ids), len(words)
    if n < size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    found = np.ones(n - size + 1, dtype=bool)
    for i, word in enumerate(words):
        found &= wildcard(word, tokens.vocabulary)[tokens.ids[i : n - size + 1 + i]]
    first = np.flatnonzero(found)
    last = first + size - 1
    same = (tokens.sentence[first] == tokens.sentence[last]) & (
        tokens.doc[first] == tokens.doc[last]
    )
    return first[same], last[same]
