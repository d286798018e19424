"""The two sides of a contrast: what must be known of a set of documents, term by term.

All contrasts of one call share a :class:`Pool`. A group's documents are gone through once; "all
other groups" is the pool less the group, by subtraction, so that many groups cost little more than
one.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import rates, resample
from analysis.counts import Counts, stop_words, tabulate

FEW = 10
BLOCK = 250_000
"""Entries worked on at once, so that they stay in a processor's cache."""


class Entries(NamedTuple):
    """Counts above zero, sorted by term; shape (n_entries,) but for `start`, (n_terms + 1,)."""

    x: np.ndarray
    n: np.ndarray
    doc: np.ndarray
    term: np.ndarray
    start: np.ndarray


def entries(matrix: sparse.csr_array, sizes: np.ndarray) -> Entries:
    """Sort the counts of a document × term matrix by term."""
    columns = sparse.csc_array(matrix)
    start = columns.indptr.astype(np.int64)
    term = np.repeat(np.arange(matrix.shape[1], dtype=np.int32), np.diff(start))
    n = np.asarray(sizes, dtype=np.float64)[columns.indices]
    return Entries(columns.data.astype(np.float64), n, columns.indices, term, start)


class Side:
    """Documents of a pool; everything is computed when it is first asked for.

    Attributes
    ----------
    pool : Pool
    rows : ndarray of int
        Which documents of the pool, in the pool's order.
    """

    def __init__(self, pool: "Pool", rows: np.ndarray) -> None:
        self.pool, self.rows = pool, rows
        self.sizes = pool.sizes[rows]

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """Counts, csr_array, shape (n_docs, n_terms)."""
        return self.pool.matrix[self.rows]

    @cached_property
    def entries(self) -> Entries:
        """The counts above zero, `doc` numbered within the side."""
        return entries(self.matrix, self.sizes)

    @cached_property
    def sums(self) -> rates.Sums:
        """Sums over the documents."""
        e = self.entries
        return rates.sums(e.x, e.n, e.start, self.sizes)

    @cached_property
    def carriers(self) -> sparse.csr_array:
        """How many documents of each source hold each term, shape (n_sources, n_terms)."""
        held = self.matrix.copy()
        held.data = np.ones_like(held.data)
        source = self.pool.source[self.rows]
        shape = (int(self.pool.source.max(initial=0)) + 1, len(self.rows))
        return sparse.csr_array(tabulate(source, np.arange(len(source)), shape) @ held)

    @cached_property
    def pooled(self) -> tuple[sparse.csc_array, np.ndarray]:
        """Counts and sizes of what is resampled: documents, or random pools of them."""
        return self.alike if len(self.rows) > resample.POOLS else (
            sparse.csc_array(self.matrix), self.sizes.astype(np.float64))  # fmt: skip

    @cached_property
    def alike(self) -> tuple[sparse.csc_array, np.ndarray]:
        """Counts and sizes of the random pools that all sides share."""
        member = self.pool.member[:, self.rows]
        return sparse.csc_array(member @ self.matrix), member @ self.sizes.astype(np.float64)

    def resampled(self, drawn: np.ndarray, terms: np.ndarray) -> np.ndarray:
        """Return the counts of some terms in bootstrap samples, shape (n_terms, n_boot)."""
        return resample.totals(self.pooled[0][:, terms], drawn)

    def sources(self) -> np.ndarray:
        """Return the number of sources that use each term."""
        return np.asarray((self.carriers > 0).sum(axis=0)).ravel()

    def above(self, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums of x and of n over the documents that use a term more than `rate`."""
        e, n_terms = self.entries, self.pool.n_terms
        use = e.x > rate[e.term] * e.n
        term = e.term[use]
        x, n = (np.bincount(term, weights=w[use], minlength=n_terms) for w in (e.x, e.n))
        return x, n

    @cached_property
    def dp(self) -> np.ndarray:
        """Deviation of proportions: what documents over the rate r hold above it, over f.

        ``½ sum |x/f - n/N| = sum max(0, x - r n) / f``, since shortfalls equal surpluses.
        """
        f = self.sums.x
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = f / self.sums.n
            x, n = self.above(rate)
            return np.where(f > 0, np.maximum(x - rate * n, 0) / f, np.nan)

    @cached_property
    def spread(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The sums of x/n, (x/n)² and x log2(x/n) over the documents."""
        e = self.entries
        rate = e.x / e.n
        one, two, logs = (
            np.bincount(e.term, weights=w, minlength=self.pool.n_terms)
            for w in (rate, rate**2, e.x * np.log2(rate))
        )
        return one, two, logs

    def loss(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what leaving out one document does to each term.

        Returns
        -------
        rate, share : ndarray, shape (n_terms,)
            The rate without the document that lowers it most, and the largest share of a term's
            occurrences in one document; inf and 0 where no document holds it.
        """
        return loss_of(self.entries, self.sums, np.ones(len(self.rows), dtype=bool))


class Rest(Side):
    """All documents of a pool but one side's."""

    def __init__(self, side: Side) -> None:
        inside = np.zeros(len(side.pool.sizes), dtype=bool)
        inside[side.rows] = True
        super().__init__(side.pool, np.flatnonzero(~inside))
        self.less, self.outside = side, ~inside

    @cached_property
    def sums(self) -> rates.Sums:
        """Sums over the documents."""
        return self.pool.whole.sums - self.less.sums

    @cached_property
    def alike(self) -> tuple[sparse.csc_array, np.ndarray]:
        """Of all documents; :meth:`resampled` takes the other side's off."""
        (counts, sizes), (_, less) = self.pool.whole.alike, self.less.alike
        return counts, sizes - less

    def resampled(self, drawn: np.ndarray, terms: np.ndarray) -> np.ndarray:
        """Return the counts of some terms in bootstrap samples, shape (n_terms, n_boot)."""
        if len(self.rows) <= resample.POOLS:
            return super().resampled(drawn, terms)
        less = resample.totals(self.less.alike[0][:, terms], drawn)
        return super().resampled(drawn, terms) - less

    def sources(self) -> np.ndarray:
        """Return the number of sources that use each term."""
        theirs = np.unique(self.pool.source[self.less.rows])
        every, less = self.pool.whole.carriers[theirs], self.less.carriers[theirs]
        lost = (every > 0).sum(axis=0) - (every - less > 0).sum(axis=0)
        return self.pool.sources - np.asarray(lost).ravel()

    def above(self, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums of x and of n over the documents that use a term more than `rate`."""
        both = zip(self.pool.above(rate), self.less.above(rate), strict=True)
        return tuple(a - b for a, b in both)

    @cached_property
    def spread(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The sums of x/n, (x/n)² and x log2(x/n) over the documents."""
        both = zip(self.pool.whole.spread, self.less.spread, strict=True)
        return tuple(a - b for a, b in both)

    def loss(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what leaving out one document does to each term."""
        return loss_of(self.pool.whole.entries, self.sums, self.outside)


class Pool:
    """The documents that the contrasts of one call and language draw on.

    Parameters
    ----------
    counted : Counts
        Of all documents.
    rows : ndarray of int
        Those of the pool, in an order that does not depend on the file (that of doc_id).
    source, language : ndarray, shape (n_docs,)
        Number of the source, and code of the language, of every document of `counted`.
    min_count : int
        Terms that occur less often in the pool are left out.
    seed : int
        Of the random pools that are resampled in place of many documents.
    contrasts : int
        How many there will be.
    """

    def __init__(
        self,
        counted: Counts,
        rows: np.ndarray,
        source: np.ndarray,
        language: np.ndarray,
        min_count: int,
        seed: int,
        contrasts: int = 1,
    ) -> None:
        same = np.array_equal(rows, np.arange(len(counted.n_tokens)))
        matrix = counted.matrix if same else counted.matrix[rows]
        total = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])
        self.use = np.flatnonzero(total >= min_count)
        self.matrix = matrix if len(self.use) == matrix.shape[1] else matrix[:, self.use]
        self.unit = counted.unit
        self.terms, self.n_terms = counted.terms[self.use], len(self.use)
        self.rows, self.sizes, self.source = rows, counted.n_tokens[rows], source[rows]
        self.spoken, self.seed, self.contrasts = language[rows], seed, contrasts
        self.places = np.full(len(counted.n_tokens), -1, dtype=np.int64)
        self.places[rows] = np.arange(len(rows))
        self.kept: dict[bytes, Side] = {}

    def release(self) -> None:
        """Forget everything: a pool and its sides hold each other, which delays their removal."""
        vars(self).clear()

    @cached_property
    def whole(self) -> Side:
        """All of its documents."""
        return Side(self, np.arange(len(self.rows)))

    @cached_property
    def sources(self) -> np.ndarray:
        """The number of sources that use each term."""
        return self.whole.sources()

    @cached_property
    def steps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The entries of the whole by falling rate within a term: where, and x and n so far."""
        e = self.whole.entries
        place = e.term + self._fall(e.x / e.n)
        order = np.argsort(place)
        x, n = (np.concatenate([[0.0], np.cumsum(w[order])]) for w in (e.x, e.n))
        return place[order], x, n

    @staticmethod
    def _fall(rate: np.ndarray) -> np.ndarray:
        """Map rates from 0 to 1 to numbers above 0 and below 1 that fall as the rate rises."""
        return 0.75 - 0.5 * rate

    def above(self, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return :meth:`Side.above` of all documents, by search: no pass over their entries.

        Rates so near `rate` that the search may take them for it add nothing to x - rate n. For a
        few contrasts sorting would cost more than it saves.
        """
        if self.contrasts < FEW:
            return self.whole.above(rate)
        place, x, n = self.steps
        at = np.searchsorted(place, np.arange(self.n_terms) + self._fall(rate))
        start = self.whole.entries.start[:-1]
        return x[at] - x[start], n[at] - n[start]

    @cached_property
    def member(self) -> sparse.csr_array:
        """Which random pool a document is in, shape (POOLS, n_docs)."""
        return resample.pools(len(self.rows), self.seed)

    @cached_property
    def stop_words(self) -> np.ndarray:
        """Which terms are function words of the pool's language; none across languages."""
        code = self.spoken[0] if len(set(self.spoken)) == 1 else ""
        return stop_words(self.terms, self.unit, code)

    def languages(self, side: Side) -> dict[str, float]:
        """Return how many of a side's words are of each language."""
        words = pd.Series(side.sizes).groupby(self.spoken[side.rows]).sum()
        return {str(code): float(n) for code, n in words.items()}

    def sides(self, target: np.ndarray, against: np.ndarray) -> list[Side]:
        """Return the two sides of a contrast.

        Parameters
        ----------
        target, against : ndarray of int
            Row numbers in `counted`. Where they make up the pool, one is the pool less the other;
            else each is kept, since other contrasts will ask for it again.
        """
        places = [np.sort(self.places[rows]) for rows in (target, against)]
        if len(target) + len(against) == len(self.rows):
            one = Side(self, places[0])
            return [one, Rest(one)]
        return [self.kept.setdefault(p.tobytes(), Side(self, p)) for p in places]


def loss_of(e: Entries, of: rates.Sums, use: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest (f - x)/(N - n) and largest x/f over the entries of the documents in `use`."""
    rate, share = np.full(len(of.x), np.inf), np.zeros(len(of.x))
    for terms in _blocks(e.start):
        part = slice(e.start[terms.start], e.start[terms.stop])
        x, n, sizes = e.x[part], e.n[part], np.diff(e.start[terms.start : terms.stop + 1])
        has = np.flatnonzero(sizes)
        first, inside = (e.start[terms][has] - part.start), use[e.doc[part]]
        with np.errstate(divide="ignore", invalid="ignore"):
            left = (np.repeat(of.x[terms], sizes) - x) / (of.n - n)
        left[~inside] = np.inf
        rate[terms][has] = np.fmin.reduceat(left, first)
        most = np.maximum.reduceat(np.where(inside, x, 0), first)
        held = has[most > 0]
        share[terms][held] = most[most > 0] / of.x[terms][held]
    return rate, share


def _blocks(start: np.ndarray) -> Iterator[slice]:
    """Cut terms into slices with about :data:`BLOCK` entries."""
    first = 0
    while first < len(start) - 1:
        last = int(np.searchsorted(start, start[first] + BLOCK, side="right")) - 1
        last = max(last, first + 1)
        if start[last] > start[first]:
            yield slice(first, last)
        first = last
