"""Copies among documents: which documents are one text, where it stood first, and in how many
sources; counts with and without them.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.shingles import Overlap, overlap

if TYPE_CHECKING:
    from analysis.tokens import Tokens

DUPLICATE = 0.8
"""Share of a document's shingles that another one has, from which counts leave it out as a copy."""
RELATED = 0.5
"""Share from which two documents are versions of one text: with one word in twenty replaced here
and there, two thirds of the sequences of eight words stay whole (.95 ** 8), with one in ten .43."""

_SHORTEST = 4  # words; "Rente" above two articles is a rubric, not a copy
_FEWEST = 3  # shingles of a sketch from which containment is estimated


def shared(tokens: "Tokens", n_docs: int, *, found: Overlap | None = None) -> pd.DataFrame:
    """For every document, the document it shares most word sequences with, and how much.

    Parameters
    ----------
    tokens : Tokens
    n_docs : int
    found : Overlap, optional
        What :func:`overlap` found, where it is at hand.

    Returns
    -------
    DataFrame
        Columns like (row number, -1 for none) and share (of the document's own sequences, 0 to 1).
        Of several that share as much, the first.
    """
    own = overlap(tokens, n_docs) if found is None else found
    row = np.concatenate([own.a, own.b])
    other = np.concatenate([own.b, own.a])
    common = np.concatenate([own.common, own.common])
    order = np.lexsort((other, -common, row))
    row, first = np.unique(row[order], return_index=True)
    like = np.full(n_docs, -1, dtype=np.int64)
    share = np.zeros(n_docs)
    like[row] = other[order][first]
    share[row] = common[order][first] / own.size[row]
    return pd.DataFrame({"like": like, "share": share})


def age(documents: pd.DataFrame) -> np.ndarray:
    """Rank documents by age: by date, those without one last, then by doc_id.

    Returns
    -------
    ndarray of int64, shape (n_docs,)
        0 for the earliest.
    """
    date = documents["date"].astype(str)
    keys = pd.DataFrame(
        {"none": (date == "").to_numpy(), "date": date.to_numpy(), "id": documents["doc_id"]}
    ).reset_index(drop=True)
    rank = np.empty(len(keys), dtype=np.int64)
    rank[keys.sort_values(["none", "date", "id"]).index] = np.arange(len(keys))
    return rank


def clusters(
    documents: pd.DataFrame, tokens: "Tokens", *, found: Overlap | None = None
) -> pd.DataFrame:
    """Group the documents that are one text: copies, wire copy, edited or cut versions.

    A document belongs to the earliest other one that has 80 % of its shingles, or else half of
    them. (Not to all of them: a short text that two long ones quote would tie these together.)
    Documents of too few words for shingles, such as headlines of fewer than eight, belong
    together where all their words, four or more, are the same.

    Parameters
    ----------
    documents : DataFrame
        ``doc_id``, ``source`` and ``date`` (ISO; "" where unknown).
    tokens : Tokens
    found : Overlap, optional
        What :func:`overlap` found, where it is at hand.

    Returns
    -------
    DataFrame
        One row a document of a cluster of two or more, sorted by cluster and then by age:
        ``cluster`` (from 0, by the age of the first), ``doc`` (row number), ``doc_id``,
        ``source``, ``date``, ``first`` (row number of the cluster's earliest document),
        ``copy_of`` (row number of the earliest document before it that has 80 % of it, or else
        half; -1 for none), ``share`` (of its shingles that ``copy_of`` has; NaN where that is
        -1), ``excluded`` (whether that is 80 % or more: too little is left to count it as a text
        of its own), ``sources`` (in the cluster; wire copy is the same text in two or more).
    """
    n_docs = len(documents)
    rank = age(documents)
    own = overlap(tokens, n_docs, rank=rank) if found is None else found
    doc, like, share = _contained(own, _same_words(tokens, own, rank))
    order = np.lexsort((rank[like], share < DUPLICATE, doc))
    doc, like, share = doc[order], like[order], share[order]
    label = _components(*_firsts(doc, like), n_docs)
    before = rank[like] < rank[doc]
    copy_of, told = np.full(n_docs, -1, dtype=np.int64), np.full(n_docs, np.nan)
    copies, where = np.unique(doc[before], return_index=True)
    copy_of[copies], told[copies] = like[before][where], share[before][where]
    rows = np.flatnonzero(np.bincount(label, minlength=1)[label] > 1)
    rows = rows[np.argsort(rank[rows])]
    out = documents.iloc[rows][["doc_id", "source", "date"]].reset_index(drop=True)
    out.insert(0, "doc", rows.astype(np.int64))
    out.insert(0, "cluster", pd.factorize(label[rows])[0].astype(np.int64))
    grouped = out.groupby("cluster")
    out["first"] = grouped["doc"].transform("first").astype("int64")
    out["copy_of"], out["share"] = copy_of[rows], told[rows]
    out["excluded"] = out["share"] >= DUPLICATE
    out["sources"] = grouped["source"].transform("nunique").astype("int64")
    return out.sort_values("cluster", kind="stable", ignore_index=True)


def _contained(
    own: Overlap, same: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return documents, others that have half of them or more, and the share."""
    doc, like = np.concatenate([own.a, own.b]), np.concatenate([own.b, own.a])
    share = np.concatenate([own.common, own.common]) / own.size[doc]
    near = (share >= RELATED) & (own.size[doc] >= (1 if own.sketch == 1 else _FEWEST))
    return (
        np.concatenate([doc[near], same[0], same[1]]),
        np.concatenate([like[near], same[1], same[0]]),
        np.concatenate([share[near], np.ones(2 * len(same[0]))]),
    )


def _same_words(tokens: "Tokens", own: Overlap, rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair each document of too few shingles with the earliest that has exactly its words."""
    few = np.flatnonzero(own.size < (1 if own.sketch == 1 else _FEWEST))
    ends = np.searchsorted(tokens.doc, np.arange(len(rank) + 1))
    earliest: dict[bytes, int] = {}
    one, other = [], []
    for row in few[np.argsort(rank[few])].tolist():
        words = np.asarray(tokens.ids[ends[row] : ends[row + 1]]).tobytes()
        enough = ends[row + 1] - ends[row] >= _SHORTEST
        if enough and earliest.setdefault(words, row) != row:
            one.append(row)
            other.append(earliest[words])
    return np.array(one, dtype=np.int64), np.array(other, dtype=np.int64)


def _firsts(doc: np.ndarray, like: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, where = np.unique(doc, return_index=True)
    return rows, like[where]


def _components(a: np.ndarray, b: np.ndarray, n_docs: int) -> np.ndarray:
    """Return for every document the number of its connected component."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not n_docs:
        return np.zeros(0, dtype=np.int64)
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n_docs, n_docs))
    return np.asarray(connected_components(graph, directed=False)[1])


def duplicates(documents: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Mark the copies as wholes, for counts to leave them out.

    Parameters
    ----------
    documents : DataFrame
    found : DataFrame
        As of :func:`clusters`.

    Returns
    -------
    DataFrame
        As of :func:`analysis.marks.frame`: one row a document that is ``excluded``.
    """
    own = found[found["excluded"]].sort_values("doc")
    texts = documents["text"].iloc[own["doc"]]
    like = documents["doc_id"].iloc[own["copy_of"]]
    return pd.DataFrame(
        {
            "doc": own["doc"].to_numpy(dtype=np.int64),
            "start": np.zeros(len(own), dtype=np.int64),
            "end": np.array([len(text) for text in texts], dtype=np.int64),
            "kind": pd.Series(["duplicate"] * len(own), dtype=str),
            "excluded": np.ones(len(own), dtype=bool),
            "note": pd.Series(
                [
                    f"{s:.0%} of it stands in {i} too"
                    for s, i in zip(own["share"], like, strict=True)
                ],
                dtype=str,
            ),
            "like_start": np.full(len(own), -1, dtype=np.int64),
            "like_end": np.full(len(own), -1, dtype=np.int64),
        }
    )


def groups(found: pd.DataFrame) -> pd.DataFrame:
    """Sum up clusters, the largest first.

    Parameters
    ----------
    found : DataFrame
        As of :func:`clusters`.

    Returns
    -------
    DataFrame
        One row a cluster: ``cluster, n_docs, sources, first`` (doc_id of the earliest document),
        ``source, date`` (of that document), ``names`` (the sources, sorted, joined by "; ").
    """
    grouped = found.groupby("cluster", as_index=False)
    out = grouped.agg(
        n_docs=("doc", "size"), sources=("sources", "first"), first=("doc_id", "first"),
        source=("source", "first"), date=("date", "first"),
        names=("source", lambda s: "; ".join(sorted(set(s)))),
    )  # fmt: skip
    return out.sort_values(["n_docs", "cluster"], ascending=[False, True], ignore_index=True)


def by_source(documents: pd.DataFrame, tokens: "Tokens", found: pd.DataFrame) -> pd.DataFrame:
    """Count documents and words of each source with and without copies.

    Parameters
    ----------
    documents : DataFrame
    tokens : Tokens
    found : DataFrame
        As of :func:`clusters`.

    Returns
    -------
    DataFrame
        ``source, n_docs, n_docs_without, n_tokens, n_tokens_without, left_out`` (share of the
        words), sorted by source. Copies are the ``excluded``, in whatever source the first stands.
    """
    words = np.bincount(tokens.doc, minlength=len(documents))
    kept = np.ones(len(documents), dtype=np.int64)
    kept[found.loc[found["excluded"], "doc"]] = 0
    table = pd.DataFrame(
        {"source": documents["source"].to_numpy(), "n_docs": 1, "n_docs_without": kept,
         "n_tokens": words, "n_tokens_without": words * kept}
    )  # fmt: skip
    out = table.groupby("source", as_index=False).sum()
    return out.assign(
        left_out=1 - out["n_tokens_without"] / out["n_tokens"].where(out["n_tokens"] > 0)
    )
