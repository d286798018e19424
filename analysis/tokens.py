"""Text → words with code-point offsets, vectorised over the characters of a whole corpus.

A word is a run of letters, marks or digits; a hyphen, an apostrophe, a full stop or a comma
stays inside when it joins two of them (``Noord-Korea``, ``Moskou's``, ``28.500``), the last two
between digits only. Marks of quotation and dashes are never words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# \w without the underscore, which is layout in exported texts.
_WORD = re.compile(r"[^\W_]+(?:(?:[-‐‑'’]|(?<=\d)[.,](?=\d))[^\W_]+)*")


@dataclass(frozen=True)
class Tokens:
    """All words of a corpus as equal-length arrays.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        Positions in `vocabulary`.
    doc, sentence : ndarray of int32, shape (n_tokens,)
        Row numbers in the corpus's documents and sentences.
    start, end : ndarray of int32, shape (n_tokens,)
        Code-point offsets in the document's text.
    kept : ndarray of bool, shape (n_tokens,)
        False inside a mark that excludes (furniture, repeated leads, pull quotes).
    vocabulary : ndarray of str
        Case-folded forms, sorted.
    """

    ids: np.ndarray
    doc: np.ndarray
    sentence: np.ndarray
    start: np.ndarray
    end: np.ndarray
    kept: np.ndarray
    vocabulary: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def forms(self) -> np.ndarray:
        """Case-folded form of every token, shape (n_tokens,)."""
        return self.vocabulary[self.ids]


def tokenize(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Find the words of a text.

    Parameters
    ----------
    text : str

    Returns
    -------
    starts, ends : ndarray of int32
        Code-point offsets; ``text[start:end]`` is the word as written.
    """
    spans = np.array([m.span() for m in _WORD.finditer(text)], dtype=np.int32).reshape(-1, 2)
    return spans[:, 0], spans[:, 1]


def build(
    texts: Sequence[str], sentence_bounds: Sequence[np.ndarray], excluded: Sequence[np.ndarray]
) -> Tokens:
    """Tokenize documents and give every word its sentence.

    Parameters
    ----------
    texts : sequence of str
    sentence_bounds : sequence of ndarray, shape (n_sentences, 2)
        Start and end of each document's sentences, sorted; numbering runs on over documents.
    excluded : sequence of ndarray, shape (n_marks, 2)
        Start and end of the parts that measures leave out by default.

    Returns
    -------
    Tokens
        Words outside every sentence (there are none in practice) get the sentence before them.
    """
    doc, sentence, start, end, kept, forms = [], [], [], [], [], []
    first = 0
    for row, (text, bounds, marks) in enumerate(
        zip(texts, sentence_bounds, excluded, strict=True)
    ):
        starts, ends = tokenize(text)
        where = np.searchsorted(bounds[:, 0], starts, side="right") - 1
        sentence.append(first + np.maximum(where, 0))
        doc.append(np.full(len(starts), row))
        start.append(starts)
        end.append(ends)
        kept.append(~inside(starts, marks))
        forms.extend(text[s:e].casefold() for s, e in zip(starts, ends, strict=True))
        first += len(bounds)
    vocabulary, ids = np.unique(np.array(forms, dtype=str), return_inverse=True)
    flat = [_flat(part) for part in (ids[None, :], doc, sentence, start, end)]
    return Tokens(*flat, kept=_flat(kept, bool), vocabulary=vocabulary)


def inside(positions: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Tell which positions lie in any of the spans; bool array of the same shape.

    Spans may overlap: a position is inside when more spans have opened than closed before it.
    """
    opened = np.searchsorted(np.sort(spans[:, 0]), positions, side="right")
    closed = np.searchsorted(np.sort(spans[:, 1]), positions, side="right")
    return opened > closed


def _flat(parts: Sequence[np.ndarray] | np.ndarray, kind: type = np.int32) -> np.ndarray:
    return np.concatenate(list(parts)).astype(kind) if len(parts) else np.zeros(0, dtype=kind)
