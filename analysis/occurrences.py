"""Occurrences: for every word the tokens where it stands, so that nobody need look for them.

The arrays are made once for a corpus that has an index, and kept beside it. A small corpus has
none: it is looked through faster than they would be read.
"""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from scipy import sparse

from analysis import arrays, index

if TYPE_CHECKING:
    from analysis.corpus import Corpus

SHARE = 8
"""Words that are more than this part of a corpus are looked for, which is then as fast."""


class Occurrences(NamedTuple):
    """Where every word stands.

    Attributes
    ----------
    start : ndarray of int64, shape (n_forms + 1,)
        Where the tokens of each word begin.
    token : ndarray of int32, shape (n_tokens,)
        Token numbers, rising within a word.
    """

    start: np.ndarray
    token: np.ndarray

    def size(self, forms: np.ndarray) -> int:
        """Return how often some words occur together."""
        return int((self.start[forms + 1] - self.start[forms]).sum())

    def of(self, forms: np.ndarray, ids: np.ndarray) -> np.ndarray | None:
        """Return the tokens of some words in order, int64; None where they had better be scanned.

        What is read is held against the words of the corpus, so that a damaged file costs time
        alone.
        """
        if self.size(forms) * SHARE > len(ids):
            return None
        pieces = [self.token[self.start[f] : self.start[f + 1]] for f in forms.tolist()]
        at = np.concatenate([np.zeros(0, dtype=np.int32), *pieces])
        at = np.sort(at) if len(forms) > 1 else at
        if len(at) and (at[0] < 0 or at[-1] >= len(ids) or (np.diff(at) <= 0).any()):
            return None
        return at.astype(np.int64) if np.isin(ids[at], forms).all() else None


def kept(corpus: "Corpus") -> Occurrences | None:
    """Return the occurrences of a corpus's words; None where it has no index to keep them in."""
    if corpus.folder is None:
        return None
    held = vars(corpus)
    if "_occurrences" not in held:
        held["_occurrences"] = _stored(corpus, corpus.folder)
    return held["_occurrences"]


def _stored(corpus: "Corpus", folder: Path) -> Occurrences | None:
    ids, n_forms = corpus.tokens.ids, len(corpus.tokens.vocabulary)
    files = [folder / f"occurrences-{index.VERSION}-{a}.arrow" for a in Occurrences._fields]
    with suppress(OSError, ValueError, pa.ArrowException):  # Not there yet, cut off or damaged.
        return _mapped(files, len(ids), n_forms)
    if len(ids) > np.iinfo(np.int32).max:
        return None
    made = of(ids, n_forms)
    with suppress(OSError, ValueError, pa.ArrowException):  # A full place costs time alone.
        for file, array in zip(files, made, strict=True):
            arrays.keep(file, array)
        return _mapped(files, len(ids), n_forms)
    return made


def _mapped(files: list[Path], n_tokens: int, n_forms: int) -> Occurrences:
    start, token = (arrays.mapped(file) for file in files)
    whole = len(start) == n_forms + 1 and len(token) == n_tokens and token.dtype == np.int32
    if not whole or start[0] or start[-1] != n_tokens or (np.diff(start) < 0).any():
        raise ValueError("arrays of another corpus")
    return Occurrences(start, token)


def of(ids: np.ndarray, n_forms: int) -> Occurrences:
    """Put the tokens of a corpus in the order of their words."""
    number = np.arange(len(ids), dtype=np.int32)
    row = sparse.csr_array((number, ids, np.array([0, len(ids)])), shape=(1, n_forms))
    column = row.tocsc()  # Counts, where sorting would compare.
    return Occurrences(column.indptr.astype(np.int64), column.data)
