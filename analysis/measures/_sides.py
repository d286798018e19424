"""The two sides of a contrast: what must be known of a set of documents, term by term.

The postings of both sides are gone through once, by a loop in plain Python. Numba compiles it where
there are so many that this pays; what it computes is the same, to the last bit.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from analysis import rates, resample
from analysis.postings import Block

COMPILED = 300_000
"""Postings from which compiling pays: they take a third of a second in Python, as loading does."""
_SUMS = ("x", "x2", "x4", "xn", "xn3", "x2n2", "x3n", "held")
_MORE = ("sources", "surplus", "most", "least")


class Entries(NamedTuple):
    """The postings of some terms as arrays; see :class:`analysis.postings.Block`."""

    start: np.ndarray
    doc: np.ndarray
    x: np.ndarray

    @classmethod
    def of(cls, block: Block) -> "Entries":
        """Return those of a block."""
        return cls(block.start, block.doc.read(), block.x.read())

    def terms(self, which: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return term (its place in `which`), row and count of every posting of some terms."""
        held = np.diff(self.start)[which]
        at = np.arange(held.sum()) + np.repeat(self.start[which] - np.cumsum(held) + held, held)
        return np.repeat(np.arange(len(which)), held), self.doc[at], self.x[at]


class Documents(NamedTuple):
    """All documents: words of each, float64, and number of its source, int32; shape (n_docs,)."""

    n: np.ndarray
    source: np.ndarray


@dataclass(frozen=True)
class Side:
    """What is known of the documents of one side.

    Attributes
    ----------
    sums : Sums
        Sums over its documents.
    smallest : float
        Words of the shortest document.
    sources : ndarray, shape (n_terms,)
        Sources that use the term.
    surplus : ndarray
        What documents hold beyond the side's rate r: sum of max(0, x - r n).
    most : ndarray
        Largest count in one document; 0 where none holds the term.
    least : ndarray
        The rate without the document that lowers it most; inf where none holds the term.
    """

    sums: rates.Sums
    smallest: float
    sources: np.ndarray
    surplus: np.ndarray
    most: np.ndarray
    least: np.ndarray

    def of(self, terms: np.ndarray) -> "Side":
        """Return what is known of some terms."""
        sums = {name: getattr(self.sums, name)[terms] for name in _SUMS}
        alike = {f.name: getattr(self.sums, f.name) for f in fields(rates.Sums)}
        more = {name: getattr(self, name)[terms] for name in _MORE}
        return Side(rates.Sums(**alike | sums), self.smallest, **more)

    @cached_property
    def dp(self) -> np.ndarray:
        """Deviation of proportions: what documents over the rate r hold above it, over f.

        ``½ sum |x/f - n/N| = sum max(0, x - r n) / f``, since shortfalls equal surpluses.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.sums.x > 0, self.surplus / self.sums.x, np.nan)

    @cached_property
    def share(self) -> np.ndarray:
        """Largest share of a term's occurrences in one document; 0 where none holds it."""
        return self.most / np.maximum(self.sums.x, 1)


def sides(
    entries: Entries, documents: Documents, rows: tuple[np.ndarray, np.ndarray], *, work: int = 0
) -> list[Side]:
    """Go through the postings of two sides.

    Parameters
    ----------
    entries : Entries
    documents : Documents
    rows : pair of ndarray of int
        The documents of either side; they share none.
    work : int
        How many postings the whole question goes through: many are worth compiling for.
    """
    n_docs, n_terms = len(documents.n), len(entries.start) - 1
    side = np.zeros(n_docs, dtype=np.int8)
    for number, own in enumerate(rows, 1):
        side[own] = number
    sizes, some = [documents.n[own] for own in rows], [own for own in rows if len(own)]
    words = np.array([s.sum() for s in sizes])
    seen = np.full(int(documents.source.max(initial=0)) + 1, -1, dtype=np.int64)
    ends = np.array([min(map(np.min, some)), max(map(np.max, some))] if some else [0, 0])
    given = (*entries, side, documents.n, documents.source, words, ends, seen)
    out = np.zeros((2, len(_SUMS) + len(_MORE), n_terms))
    if work < COMPILED:
        out[:] = _interpreted(given, out.shape)
    else:
        _compiled()(*given, np.empty((2, n_docs + 2)), np.empty(n_docs + 2, dtype=np.int32), out)
    return [_side(found, size) for found, size in zip(out, sizes, strict=True)]


def _side(found: np.ndarray, n: np.ndarray) -> Side:
    """Name what the loop found of a side whose documents have `n` words."""
    named = dict(zip((*_SUMS, *_MORE), found, strict=True))
    own: dict[str, Any] = {"docs": len(n), "n": float(n.sum())}
    own |= {"n2": float((n**2).sum()), "n4": float((n**4).sum())}
    sums = rates.Sums(**own, **{name: named[name] for name in _SUMS})
    return Side(sums, float(n.min(initial=np.inf)), **{name: named[name] for name in _MORE})


def _scan(
    start: Any, doc: Any, x: Any, side: Any, size: Any, source: Any, words: Any, ends: Any,
    seen: Any, own: Any, whence: Any, out: Any,
) -> None:  # fmt: skip
    """Go through the postings of terms; what is found of each side is written into `out`.

    Parameters
    ----------
    start, doc, x : sequence
        The postings.
    side, size, source : sequence of length n_docs
        1 or 2, 0 for neither; words; number of the source.
    words : sequence of 2 floats
        Words of either side.
    ends : sequence of 2 ints
        First and last document of both sides.
    seen : sequence of length n_sources
        Room for which term and side a source was last seen with; -1 at first.
    own, whence : 2 sequences, and 1, of length n_docs + 2
        Room for count, words and source of the documents of a term: the first side's from the
        front, the second's from the back. Which is which nobody can foretell, so both ends are
        written each time, and one moves on.
    out : 2 of 12 sequences of length n_terms
        In the order of _SUMS and _MORE.
    """
    last = len(whence) - 1
    counts, sizes = own[0], own[1]
    for term in range(len(start) - 1):
        front, back = 0, last
        a, b = start[term], start[term + 1]
        while a < b and doc[a] < ends[0]:
            a += 1
        while a < b and doc[b - 1] > ends[1]:
            b -= 1
        for i in range(a, b):
            d = doc[i]
            counts[front] = counts[back] = x[i]
            sizes[front] = sizes[back] = size[d]
            whence[front] = whence[back] = source[d]
            front += side[d] == 1
            back -= side[d] == 2
        for k in range(2):
            a, b = (0, front) if k == 0 else (back + 1, last + 1)
            f = x2 = x4 = xn = xn3 = x2n2 = x3n = 0.0
            for i in range(a, b):
                v, m = counts[i], sizes[i]
                square, both = v * v, v * m
                f += v
                x2 += square
                x4 += square * square
                xn += both
                xn3 += both * m * m
                x2n2 += both * both
                x3n += square * both
            sources, stamp = 0, 2 * term + k
            for i in range(a, b):
                if seen[whence[i]] != stamp:
                    seen[whence[i]] = stamp
                    sources += 1
            total = words[k]
            rate = f / total if total > 0 else 0.0
            surplus, most, least = 0.0, 0.0, np.inf
            for i in range(a, b):
                v, m = counts[i], sizes[i]
                above = v - rate * m
                surplus += above if above > 0 else 0.0
                most = v if v > most else most
                left = (f - v) / (total - m) if total > m else np.inf
                least = left if left < least else least
            found = out[k]
            found[0][term], found[1][term], found[2][term], found[3][term] = f, x2, x4, xn
            found[4][term], found[5][term], found[6][term] = xn3, x2n2, x3n
            found[7][term], found[8][term] = b - a, sources
            found[9][term], found[10][term], found[11][term] = surplus, most, least


def _interpreted(given: tuple[np.ndarray, ...], shape: tuple[int, int, int]) -> list:
    """Run the loop on lists, which Python reads faster than arrays; return what it finds."""
    n_docs = len(given[3])
    out = [[[0.0] * shape[2] for _ in range(shape[1])] for _ in range(shape[0])]
    room = [[0.0] * (n_docs + 2) for _ in range(2)], [0] * (n_docs + 2)
    lists: list[Any] = [a.tolist() for a in given]
    lists[2] = list(map(float, lists[2]))  # Of whole numbers Python would not round the products.
    _scan(*[*lists, *room, out])
    return out


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., None]:
    """Return the loop, compiled; kept on disk beside this module, as Python keeps its own."""
    import numba as nb

    def read(kind: Any) -> Any:
        return nb.types.Array(kind, 1, "C", readonly=True)

    integers, floats = read(nb.int64), read(nb.float64)
    of = (
        integers, read(nb.int32), read(nb.int32), read(nb.int8), floats, read(nb.int32), floats,
        integers, nb.int64[::1], nb.float64[:, ::1], nb.int32[::1], nb.float64[:, :, ::1],
    )  # fmt: skip
    return nb.njit(nb.void(*of), nogil=True, cache=True)(_scan)


class Sample(NamedTuple):
    """What is resampled of a side: documents, or random pools of them.

    Attributes
    ----------
    of : ndarray of int64, shape (n_docs,)
        Number of what each document of the corpus is in; -1 outside of the side.
    sizes : ndarray of float64
        Words of each.
    """

    of: np.ndarray
    sizes: np.ndarray

    def counts(self, entries: Entries, terms: np.ndarray) -> sparse.csc_array:
        """Return the counts of some terms, shape (len(sizes), n_terms)."""
        term, doc, x = entries.terms(terms)
        row = self.of[doc]
        use = row >= 0
        cells = (x[use].astype(np.float64), (row[use], term[use]))
        return sparse.csc_array(sparse.coo_array(cells, shape=(len(self.sizes), len(terms))))


def sample(rows: np.ndarray, n: np.ndarray, pool: np.ndarray) -> Sample:
    """Return what is resampled of the documents `rows`.

    Parameters
    ----------
    rows : ndarray of int
        In an order that does not depend on the file (that of doc_id).
    n : ndarray of float64, shape (n_docs,)
        Words of every document of the corpus.
    pool : ndarray of int, shape (n_docs,)
        The random pool each is in: both sides are dealt together.
    """
    of = np.full(len(n), -1, dtype=np.int64)
    if len(rows) <= resample.POOLS:
        of[rows] = np.arange(len(rows))
        return Sample(of, n[rows])
    of[rows] = pool[rows]
    return Sample(of, np.bincount(pool[rows], weights=n[rows], minlength=resample.POOLS))


def spread(
    entries: Entries, documents: Documents, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the sums of x/n, (x/n)² and x log2(x/n) over some documents, shape (n_terms,)."""
    n_terms = len(entries.start) - 1
    inside = np.zeros(len(documents.n), dtype=bool)
    inside[rows] = True
    use = inside[entries.doc]
    term = np.repeat(np.arange(n_terms), np.diff(entries.start))[use]
    x = entries.x[use].astype(np.float64)
    rate = x / documents.n[entries.doc[use]]
    one, two, logs = (
        np.bincount(term, weights=w, minlength=n_terms) for w in (rate, rate**2, x * np.log2(rate))
    )
    return one, two, logs
