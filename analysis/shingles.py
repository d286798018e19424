"""Wording that documents share: how many word sequences any two of them have in common.

A document is the set of its shingles (eight words in a row; Broder 1997, "On the resemblance and
containment of documents"), each one a 64-bit polynomial hash over the forms of its words. The
containment of a document in another is the share of its shingles that the other has too. A large
corpus is sketched: only the shingles whose hash is 0 modulo p are kept, which estimates
containment without bias, whatever the lengths of the two (MinHash estimates resemblance, which is
low for a short text inside a long one).
"""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.tokens import Tokens

WIDTH = 8
"""Words in a shingle. Eight words in a row are hardly ever the same by chance."""
_EXACT = 12_000_000  # tokens up to which every shingle is kept
# A shingle in more documents than this is boilerplate ("Herr Präsident! Meine Damen und Herren!"),
# or wire copy that everybody printed. All pairs that share it would be its square: each document is
# compared with the earliest of them only.
_BOILERPLATE = 50
_EARLIEST = 3
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd; any odd number with mixed bits will do
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_BLOCK = 1 << 22  # tokens hashed at a time


@dataclass(frozen=True)
class Overlap:
    """Shingles that pairs of documents share.

    Attributes
    ----------
    a, b : ndarray of int64, shape (n_pairs,)
        Row numbers, a < b, sorted.
    common : ndarray of int64, shape (n_pairs,)
        Shingles in both.
    size : ndarray of int64, shape (n_docs,)
        Shingles of each document.
    sketch : int
        One shingle in so many was kept; 1 is exact.
    """

    a: np.ndarray
    b: np.ndarray
    common: np.ndarray
    size: np.ndarray
    sketch: int


def overlap(
    tokens: "Tokens",
    n_docs: int,
    *,
    rank: np.ndarray | None = None,
    width: int = WIDTH,
    sketch: int | None = None,
) -> Overlap:
    """Count the shingles that documents share.

    Parameters
    ----------
    tokens : Tokens
        ``ids, doc, vocabulary`` are read; documents in order.
    n_docs : int
    rank : ndarray of int, shape (n_docs,), optional
        Which document counts as earlier, see :func:`age`; the order of the rows by default.
    width : int
        Words in a shingle.
    sketch : int, optional
        Keep one shingle in so many. None: all up to 12 million words, then ever fewer.

    Returns
    -------
    Overlap
        The pairs that share at least one. Of a shingle in more than 50 documents, the pairs with
        the three earliest of them.
    """
    if sketch is None:
        sketch = max(1, -(-len(tokens.ids) // _EXACT))
    hashes, docs = _shingles(tokens, width, sketch)
    order = np.argsort(hashes, kind="stable")  # documents stay in order inside a group
    hashes, docs = hashes[order], docs[order]
    del order
    first = np.ones(len(hashes), dtype=bool)  # a document is a set: each shingle once
    first[1:] = (hashes[1:] != hashes[:-1]) | (docs[1:] != docs[:-1])
    hashes, docs = hashes[first], docs[first]
    size = np.bincount(docs, minlength=n_docs)
    start = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]])[: len(hashes)])
    times = np.diff(np.append(start, len(hashes)))
    del hashes
    keys, common = _pairs(docs, start, times, np.arange(n_docs) if rank is None else rank)
    return Overlap(keys // max(1, n_docs), keys % max(1, n_docs), common, size, sketch)


def _shingles(tokens: "Tokens", width: int, sketch: int) -> tuple[np.ndarray, np.ndarray]:
    """Return hash and document of every shingle kept; none runs over the end of a document.

    A word's number differs from corpus to corpus, so its hash is made of its form. The hash of a
    shingle is sum(word[i] * base ** i) modulo 2 ** 64, its high bits mixed into the low ones.
    """
    codes = _word_codes(tokens.vocabulary)
    found, rows = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int32)]
    for begin in range(0, len(tokens.ids) - width + 1, _BLOCK):
        end = min(begin + _BLOCK, len(tokens.ids) - width + 1)
        doc = np.asarray(tokens.doc[begin : end + width - 1])
        word = codes[tokens.ids[begin : end + width - 1]]
        value = np.zeros(end - begin, dtype=np.uint64)
        for i in range(width):
            value *= _BASE
            value += word[i : i + end - begin]
        value ^= value >> np.uint64(31)
        value *= _MIX
        value ^= value >> np.uint64(29)
        keep = doc[: end - begin] == doc[width - 1 :]
        if sketch > 1:
            keep &= value % np.uint64(sketch) == 0
        found.append(value[keep])
        rows.append(doc[: end - begin][keep].astype(np.int32))
    return np.concatenate(found), np.concatenate(rows)


def _word_codes(vocabulary: np.ndarray) -> np.ndarray:
    """Return a number of 64 bits for every form, the same in every process."""
    forms = [str(form).encode("utf-8", "surrogatepass") for form in vocabulary]
    low = np.fromiter((zlib.crc32(f) for f in forms), dtype=np.uint64, count=len(forms))
    high = np.fromiter((zlib.adler32(f) for f in forms), dtype=np.uint64, count=len(forms))
    return (low << np.uint64(32) ^ high) * _MIX


def _pairs(
    docs: np.ndarray, start: np.ndarray, times: np.ndarray, rank: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count pairs of documents over the groups of equal shingles; a pair is a * n_docs + b."""
    n_docs = len(rank)
    total = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    for size in np.unique(times[(times > 1) & (times <= _BOILERPLATE)]):
        groups = start[times == size]
        one, other = np.triu_indices(size, 1)
        # Few enough groups at a time that their pairs fit in memory.
        for block in np.array_split(groups, 1 + len(groups) * len(one) // _BLOCK):
            own = docs[block[:, None] + np.arange(size)].astype(np.int64)
            total = _added(*total, (own[:, one] * n_docs + own[:, other]).ravel())
    waiting: list[np.ndarray] = []
    for group in np.flatnonzero(times > _BOILERPLATE):
        own = docs[start[group] : start[group] + times[group]].astype(np.int64)
        earliest = own[np.argsort(rank[own], kind="stable")[:_EARLIEST]]
        made = [np.minimum(own, e) * n_docs + np.maximum(own, e) for e in earliest]
        # A pair of two of the earliest is met twice.
        waiting.append(
            np.unique(np.concatenate([m[own != e] for m, e in zip(made, earliest, strict=True)]))
        )
        if len(waiting) * len(own) > _BLOCK:
            total, waiting = _added(*total, np.concatenate(waiting)), []
    return _added(*total, np.concatenate(waiting)) if waiting else total


def _added(keys: np.ndarray, counts: np.ndarray, made: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add the pairs that were met to the sorted ones counted so far."""
    made, n = np.unique(made, return_counts=True)
    every, where = np.unique(np.concatenate([keys, made]), return_inverse=True)
    total = np.bincount(where, weights=np.concatenate([counts, n]), minlength=len(every))
    return every, total.astype(np.int64)
