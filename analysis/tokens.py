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
    doc: list[np.ndarray] = []
    sentence: list[np.ndarray] = []
    spans: list[np.ndarray] = []
    kept: list[np.ndarray] = []
    forms: list[str] = []
    first = 0
    for row, (text, bounds, marks) in enumerate(zip(texts, sentence_bounds, excluded, strict=True)):
        starts, ends = tokenize(text)
        where = np.searchsorted(bounds[:, 0], starts, side="right") - 1
        sentence.append(first + np.maximum(where, 0))
        doc.append(np.full(len(starts), row))
        spans.append(np.stack([starts, ends]))
        kept.append(~inside(starts, marks))
        forms.extend(text[s:e].casefold() for s, e in zip(starts, ends, strict=True))
        first += len(bounds)
    vocabulary, ids = np.unique(np.array(forms, dtype=np.str_), return_inverse=True)
    offsets = np.concatenate(spans, axis=1) if spans else np.zeros((2, 0))
    return Tokens(
        ids=ids.astype(np.int32),
        doc=_flat(doc),
        sentence=_flat(sentence),
        start=offsets[0].astype(np.int32),
        end=offsets[1].astype(np.int32),
        kept=_flat(kept).astype(bool),
        vocabulary=vocabulary,
    )


def inside(positions: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Tell which positions lie in any of the spans; bool array of the same shape.

    Spans may overlap: a position is inside when more spans have opened than closed before it.
    """
    opened = np.searchsorted(np.sort(spans[:, 0]), positions, side="right")
    closed = np.searchsorted(np.sort(spans[:, 1]), positions, side="right")
    return opened > closed


def _flat(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts).astype(np.int32) if parts else np.zeros(0, dtype=np.int32)
