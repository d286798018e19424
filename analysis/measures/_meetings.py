"""Groups and the words that keep company with a node in them: sums, totals, resampling."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import resample
from analysis.engine import Engine, Rows
from analysis.measures import association
from analysis.measures._windows import Company
from analysis.postings import Postings

MANY = 20_000
"""Collocates of one group beyond which only those with the highest logDice get an interval."""


@dataclass(frozen=True)
class Pairs:
    """Terms that keep company with the node in a group of documents; by group, then term.

    Attributes
    ----------
    group, term, n, docs_with : ndarray of int64, shape (n_pairs,)
        `n` words of the term in `docs_with` documents of the group.
    near : ndarray of int64, shape (n_groups,)
        Words near the node, also rarer ones.
    start : ndarray of int64, shape (n_pairs + 1,)
        Where the meetings of each begin.
    doc, sentence, times : ndarray of int64, shape (n_meetings,)
        In which document and sentence they meet, and how often.
    """

    group: np.ndarray
    term: np.ndarray
    n: np.ndarray
    docs_with: np.ndarray
    near: np.ndarray
    start: np.ndarray
    doc: np.ndarray
    sentence: np.ndarray
    times: np.ndarray

    def sentences(self) -> pd.Series:
        """Return the sentences of each pair as a tuple."""
        ids = self.sentence.tolist()
        cuts = pairwise(self.start.tolist())
        return pd.Series([tuple(ids[a:b]) for a, b in cuts], dtype=object)

    @classmethod
    def of(
        cls, found: Company, members: list[np.ndarray], held: Postings, min_count: int
    ) -> "Pairs":
        """Add up what stands near the node, group by group.

        Parameters
        ----------
        found : Company
        members : list of ndarray
            Row numbers of each group's documents; no document is in two.
        held : Postings
            Of the corpus.
        min_count : int
            Pairs that meet less often are left out.
        """
        group, n_terms = np.full(len(held.n_tokens), -1), len(held.terms)
        for number, rows in enumerate(members):
            group[rows] = number
        own = group[found.doc]
        # Within a group and term they stay in the order of the sentences.
        pair = own * n_terms + found.term
        order = np.argsort(pair, kind="stable")
        order = order[np.count_nonzero(own < 0) :]
        pair, doc, n = pair[order], found.doc[order], found.n[order]
        new = np.append(True, np.diff(pair) > 0)[: len(pair)]
        other = np.append(True, np.diff(doc) != 0)[: len(pair)] | new
        start = np.flatnonzero(new)
        total, docs_with = (np.add.reduceat(a, start) if len(start) else start for a in (n, other))
        use = total >= min_count
        sizes = np.diff(np.append(start, len(pair)))
        some = np.repeat(use, sizes)
        pair = pair[start][use]
        return cls(
            group=pair // n_terms,
            term=pair % n_terms,
            n=total[use],
            docs_with=docs_with[use],
            near=np.bincount(own[own >= 0], found.n[own >= 0], len(members)).astype(np.int64),
            start=np.append(0, np.cumsum(sizes[use])),
            doc=doc[some],
            sentence=found.sentence[order][some],
            times=n[some],
        )


@dataclass(frozen=True)
class Bins:
    """What documents are added up into: groups, or the pools of each that are resampled.

    Attributes
    ----------
    member : scipy.sparse.csr_array of int64, shape (n_docs, n_bins)
        1 where a document is in a bin.
    start : ndarray of int64, shape (n_groups + 1,)
        First bin of each group.
    pooled : bool
        Whether they are pools.
    """

    member: sparse.csr_array
    start: np.ndarray
    pooled: bool

    @classmethod
    def of(cls, members: list[np.ndarray], n_docs: int, seed: int, *, pooled: bool) -> "Bins":
        """Give every group one bin, or the pools of :func:`analysis.resample.pooled`."""
        own = [_pool(len(rows), seed) if pooled else np.zeros_like(rows) for rows in members]
        start = np.cumsum([0, *(b.max(initial=-1) + 1 for b in own)])
        column = np.full(n_docs, -1)
        for rows, bins, first in zip(members, own, start.tolist(), strict=False):
            column[rows] = bins + first
        held = column >= 0
        edges = np.append(0, np.cumsum(held))
        ones = np.ones(edges[-1], dtype=np.int64)
        shape = (n_docs, int(start[-1]))
        return cls(sparse.csr_array((ones, column[held], edges), shape=shape), start, pooled)


def _pool(n_docs: int, seed: int) -> np.ndarray:
    """Return which pool each document of a group is in; each has its own where there are few."""
    if n_docs <= resample.POOLS:
        return np.arange(n_docs)
    pools = resample.pools(n_docs, seed)
    out = np.empty(n_docs, dtype=np.int64)
    out[pools.indices] = np.repeat(np.arange(resample.POOLS), np.diff(pools.indptr))
    return out


@dataclass(frozen=True)
class Totals:
    """How often terms occur outside the node.

    Attributes
    ----------
    terms : ndarray of int64, shape (n_terms,)
        Sorted.
    counts : scipy.sparse.csc_array of int64, shape (n_terms, n_bins)
    bins : Bins
    """

    terms: np.ndarray
    counts: sparse.csc_array
    bins: Bins

    def of(self, group: int) -> sparse.csc_array:
        """Return the counts in the bins of one group."""
        return self.counts[:, self.bins.start[group] : self.bins.start[group + 1]]

    def sums(self, pairs: Pairs) -> np.ndarray:
        """Return the count of each pair's term in its group, int64."""
        row = np.searchsorted(self.terms, pairs.term)
        out = np.zeros(len(row), dtype=np.int64)
        for group in range(len(self.bins.start) - 1):
            own = slice(*np.searchsorted(pairs.group, [group, group + 1]))
            out[own] = np.asarray(self.of(group).sum(axis=1)).ravel()[row[own]]
        return out


class _Task(NamedTuple):
    """Postings, where those of each term begin, and which of the terms are wanted."""

    start: np.ndarray
    doc: Rows
    x: Rows
    rows: np.ndarray


def outside(
    engine: Engine, held: Postings, found: Company, terms: np.ndarray, bins: Bins
) -> Totals:
    """Add up how often some terms occur outside the node, bin by bin."""
    if bins.pooled:
        whole = _summed(engine, held, terms, bins.member)
    else:
        whole = _grouped(engine, held, bins.member)[terms]
    row = np.searchsorted(terms, found.node_term)
    known = row < len(terms)
    known[known] = terms[row[known]] == found.node_term[known]
    shape = (len(terms), bins.member.shape[0])
    at = (row[known], found.node_doc[known])
    node = sparse.csr_array(sparse.coo_array((found.node_n[known], at), shape=shape))
    return Totals(terms, sparse.csc_array(whole - node @ bins.member), bins)


def _summed(
    engine: Engine, held: Postings, terms: np.ndarray, member: sparse.csr_array
) -> sparse.csr_array:
    """Return how often some terms occur in each bin."""
    work = partial(_added, member=member.astype(_kind(held)))
    parts = list(engine.map(work, _tasks(engine, held, terms)))
    parts.append(sparse.csr_array((0, member.shape[1]), dtype=np.int64))
    return sparse.vstack(parts, format="csr").astype(np.int64)


def _grouped(engine: Engine, held: Postings, member: sparse.csr_array) -> sparse.csr_array:
    """Return how often every term occurs in each group; of the groups asked for last they stay."""
    key = hashlib.sha256(member.indices.tobytes() + member.indptr.tobytes()).digest()
    known = vars(held).get("_grouped")
    if known is None or known[0] != key:
        known = key, _summed(engine, held, np.arange(len(held.terms)), member)
        vars(held)["_grouped"] = known
    return known[1]


def _kind(held: Postings) -> type:
    """Half the width is several times as fast, and enough for any count of so many words."""
    return np.int32 if held.n_tokens.sum() < np.iinfo(np.int32).max else np.int64


def _tasks(engine: Engine, held: Postings, terms: np.ndarray) -> Iterator[_Task]:
    for block in held.blocks(engine):
        own = slice(*np.searchsorted(terms, [block.first, block.first + len(block.start) - 1]))
        if own.stop > own.start:
            yield _Task(block.start, block.doc, block.x, terms[own] - block.first)


def _added(task: _Task, *, member: sparse.csr_array) -> sparse.csr_array:
    shape = (len(task.start) - 1, member.shape[0])
    x, doc = (_alone(rows.read()) for rows in (task.x, task.doc))
    counts = sparse.csr_array((x, doc, task.start), shape=shape)
    if len(task.rows) < shape[0]:
        counts = counts[task.rows]
    return counts.astype(member.dtype, copy=False) @ member


def _alone(part: np.ndarray) -> np.ndarray:
    """Return the same memory as an array of its own: scipy copies what is part of a larger one."""
    return np.frombuffer(part, dtype=part.dtype) if len(part) else part


class _Cut(NamedTuple):
    """Some pairs of one group: which, counts near the node and outside it and nodes by bin."""

    own: np.ndarray
    near: sparse.csr_array
    whole: np.ndarray
    nodes: np.ndarray
    estimate: np.ndarray


def intervals(
    engine: Engine,
    pairs: Pairs,
    whole: Totals,
    nodes: np.ndarray,
    estimate: np.ndarray,
    level: float,
    n_boot: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Bootstrap logDice over documents; samples in which the two never meet count as lowest.

    Parameters
    ----------
    nodes : ndarray of int64, shape (n_docs,)
        Occurrences of the node in every document.
    estimate : ndarray, shape (n_pairs,)

    Returns
    -------
    lo, hi : ndarray, shape (n_pairs,)
        NaN where a group has one document, and beyond :data:`MANY` pairs of a group.
    """
    lo, hi = np.full((2, len(estimate)), np.nan)
    work = partial(_ends, level=level, n_boot=n_boot, seed=seed)
    for own, *ends in engine.map(work, _cuts(pairs, whole, nodes, estimate, n_boot)):
        lo[own], hi[own] = ends
    return lo, hi


def _cuts(
    pairs: Pairs, whole: Totals, nodes: np.ndarray, estimate: np.ndarray, n_boot: int
) -> Iterator[_Cut]:
    """Cut the pairs that get an interval into tasks."""
    edges = np.searchsorted(pairs.group, np.arange(len(pairs.near) + 1))
    for group, (first, last) in enumerate(pairwise(edges.tolist())):
        bins = whole.bins.start[group : group + 2].tolist()
        if first == last or bins[1] - bins[0] < 2:
            continue
        member = whole.bins.member[:, bins[0] : bins[1]]
        a, b = pairs.start[[first, last]].tolist()
        shape = (last - first, len(nodes))
        start = pairs.start[first : last + 1] - a
        near = sparse.csr_array((pairs.times[a:b], pairs.doc[a:b], start), shape=shape)
        near.sum_duplicates()
        near = near @ member
        outside = sparse.csr_array(whole.of(group))
        row = np.searchsorted(whole.terms, pairs.term[first:last])
        # Ties stay in the order of the terms.
        most = np.sort(np.argsort(-estimate[first:last], kind="stable")[:MANY])
        for part in resample.blocks(len(most), n_boot):
            own = most[part]
            counts = near[own], outside[row[own]].toarray()
            yield _Cut(own + first, *counts, nodes @ member, estimate[own + first])


def _ends(
    cut: _Cut, *, level: float, n_boot: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which pairs, and the ends of their intervals."""
    n_docs = len(cut.nodes)
    drawn = resample.weights(n_docs, n_boot=n_boot, seed=seed)
    near, whole = (resample.totals(counts.T, drawn) for counts in (cut.near, cut.whole))
    fx, fy = drawn @ cut.nodes, np.maximum(whole, 1)
    samples = association.log_dice(np.maximum(near, association.ZERO), fx, fy)
    return cut.own, *resample.interval(samples, cut.estimate, level=level, n_docs=n_docs)
