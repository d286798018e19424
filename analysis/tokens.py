"""The words of a corpus as equal-length arrays, in memory or mapped from an index on disk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from analysis.scan import inside, scan


@dataclass(frozen=True, eq=False)
class Tokens:
    """All words of a corpus, document by document.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        Positions in `vocabulary`.
    spans : pair of pyarrow.ChunkedArray of int32
        :attr:`start` and :attr:`end` as they are stored.
    doc_start : ndarray of int64, shape (n_docs + 1,)
        Number of the first word of every document, and the number of words.
    sentence_start : ndarray of int64, shape (n_sentences + 1,)
        The same for sentences.
    vocabulary : ndarray of object (str), shape (n_forms,)
        Case-folded forms, sorted.
    excluded : callable returning ndarray of int64, shape (n, 2)
        First and last word (exclusive) of every stretch that measures leave out by default;
        asked for once, when it is needed.
    """

    ids: np.ndarray
    spans: tuple[pa.ChunkedArray, pa.ChunkedArray] = field(repr=False)
    doc_start: np.ndarray
    sentence_start: np.ndarray
    vocabulary: np.ndarray
    excluded: Callable[[], np.ndarray] = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def start(self) -> np.ndarray:
        """Code-point offset in the document's text where every word begins, int32."""
        return self.spans[0].to_numpy()

    @cached_property
    def end(self) -> np.ndarray:
        """Code-point offset in the document's text where every word ends, int32."""
        return self.spans[1].to_numpy()

    @cached_property
    def doc(self) -> np.ndarray:
        """Row number of every word's document, int32, shape (n_tokens,)."""
        return _spread(self.doc_start)

    @cached_property
    def sentence(self) -> np.ndarray:
        """Row number of every word's sentence, int32, shape (n_tokens,)."""
        return _spread(self.sentence_start)

    @cached_property
    def kept(self) -> np.ndarray:
        """False inside a mark that excludes (furniture, repeats); bool, shape (n_tokens,)."""
        kept = np.ones(len(self), dtype=bool)
        for first, last in self.excluded().tolist():
            kept[first:last] = False
        return kept

    @property
    def forms(self) -> np.ndarray:
        """Case-folded form of every word, object, shape (n_tokens,)."""
        return self.vocabulary[self.ids]

    def doc_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the row numbers of the documents that some words stand in."""
        return np.searchsorted(self.doc_start, positions, side="right") - 1

    def sentence_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the row numbers of the sentences that some words stand in."""
        return np.searchsorted(self.sentence_start, positions, side="right") - 1

    def kept_at(self, positions: np.ndarray) -> np.ndarray:
        """Tell which of some words lie in no mark that excludes."""
        return ~inside(positions, self.excluded())


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
    whole = b"\n" + text.encode("utf-8", "replace") + b"\n\n\n\n"
    found = scan(whole)
    starts, ends = found.characters(found.start), found.characters(found.end)
    return (starts - 1).astype(np.int32), (ends - 1).astype(np.int32)


def _spread(first: np.ndarray) -> np.ndarray:
    """Turn the numbers of first words into the number of the part each word stands in."""
    return np.repeat(np.arange(len(first) - 1, dtype=np.int32), np.diff(first))
