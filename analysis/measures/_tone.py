"""What tone and stance share: groups of documents, a sample to judge, and their means."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import classifier, resample
from analysis import counts as counting
from analysis.results import ONE_TEXT

if TYPE_CHECKING:
    from analysis.corpus import Corpus


class Groups:
    """The documents of a corpus by a metadata column.

    Attributes
    ----------
    names : list of str
        Sorted.
    code : ndarray, shape (n_docs,)
        Each document's position in `names`; -1 where the metadata say nothing.
    rank : ndarray, shape (n_docs,)
        Each document's place in the order of doc_id, in which documents are drawn and resampled.
    keys : DataFrame
        ``by, group, language`` of every group, and ``doc_id`` where each is a document.
    """

    def __init__(self, corpus: "Corpus", by: str) -> None:
        documents = corpus.documents
        label = pd.Series(counting.labels(documents, by), dtype=object)
        self.code, names = pd.factorize(label, sort=True)
        self.names = [str(n) for n in names]
        self.rank = np.argsort(counting.order(documents), kind="stable")
        spoken = pd.DataFrame({"code": self.code, "language": counting.languages_of(documents)})
        spoken = spoken[spoken["code"] >= 0].drop_duplicates().sort_values(["code", "language"])
        language = spoken.groupby("code")["language"].agg("+".join).tolist()
        keys = pd.DataFrame({"by": by, "group": self.names, "language": language})
        self.keys = keys.assign(doc_id=self.names) if by == "doc_id" else keys


def key_columns(by: str, *more: str) -> tuple[str, ...]:
    """Return the key columns of rows grouped by a column."""
    first = ("doc_id",) if by == "doc_id" else ()
    return (*first, *more, "language", "by", "group")


def sample(stratum: np.ndarray, place: np.ndarray, most: int | None, seed: int) -> np.ndarray:
    """Draw at most so many units, at random, from every stratum alike.

    A stratum that has fewer than its share is taken whole, and the others share what is left.

    Parameters
    ----------
    stratum : ndarray of int, shape (n,)
    place : ndarray of int, shape (n,)
        The units' order, in which they are drawn, so that the order of documents does not matter.
    most : int or None
        None: all. At least one unit of every stratum is drawn.
    seed : int

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if most is None or len(stratum) <= most:
        return np.ones(len(stratum), dtype=bool)
    sizes = np.unique(stratum, return_counts=True)[1]
    low, high = 1, int(sizes.max())
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(sizes, middle).sum() <= most else (low, middle - 1)
    lot = np.empty(len(stratum))
    lot[np.argsort(place, kind="stable")] = np.random.default_rng(seed).random(len(stratum))
    order = np.lexsort((lot, stratum))
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    drawn = np.zeros(len(stratum), dtype=bool)
    drawn[order] = np.arange(len(stratum)) - first < low
    return drawn


def drawn_text(drawn: np.ndarray, what: str, seed: int) -> str:
    """Say how the units that were judged were chosen; "" where all were."""
    if drawn.all():
        return ""
    return (
        f"; a random sample of {drawn.sum():,} of {len(drawn):,} {what}, as many from each as far "
        f"as it goes (seed {seed})"
    )


def means(
    judged: pd.DataFrame,
    stratum: np.ndarray,
    n_strata: int,
    rank: np.ndarray,
    *,
    level: float,
    n_boot: int,
    seed: int,
) -> pd.DataFrame:
    """Return the mean score of every stratum with its document bootstrap.

    Parameters
    ----------
    judged : DataFrame
        ``doc, score, label``, NaN where the model abstained.
    stratum : ndarray of int, shape (n,)
        Of every row, from 0.
    n_strata : int
    rank : ndarray, shape (n_docs,)
        As in :class:`Groups`.
    level, n_boot, seed
        As in :func:`analysis.resample.ratio_interval`.

    Returns
    -------
    DataFrame
        One row a stratum: ``estimate, lo, hi, n, n_docs, abstained, share_negative,
        share_neutral, share_positive, verdict``.
    """
    known = judged["score"].notna().to_numpy()
    code, part = stratum[known], judged[known]
    score, doc = part["score"].to_numpy(dtype=float), rank[part["doc"].to_numpy(dtype=int)]
    n = np.bincount(code, minlength=n_strata)
    pairs = np.unique(np.stack([code, doc]), axis=1)[0]
    n_docs = np.bincount(pairs, minlength=n_strata)
    out = pd.DataFrame({"estimate": _ratio(np.bincount(code, score, n_strata), n)})
    out["lo"], out["hi"] = np.nan, np.nan
    order, ends = np.argsort(code, kind="stable"), np.cumsum(n)
    several = np.flatnonzero(n_docs > 1).tolist()
    found = [
        document_mean(score[own], doc[own], level=level, n_boot=n_boot, seed=seed)
        for own in (order[ends[s] - n[s] : ends[s]] for s in several)
    ]
    if found:
        out.loc[several, ["estimate", "lo", "hi"]] = np.array(found)
    out["n"], out["n_docs"] = n, n_docs
    out["abstained"] = np.bincount(stratum, minlength=n_strata) - n
    label = part["label"].to_numpy(dtype=float)
    for value, name in zip((-1, 0, 1), classifier.CLASSES, strict=True):
        held = np.bincount(code[label == value], minlength=n_strata)
        out[f"share_{name}"] = _ratio(held, n)
    told = {0: "no sentence judged", 1: ONE_TEXT}
    return out.assign(verdict=[told.get(k, "") for k in n_docs.tolist()])


def document_mean(
    values: np.ndarray, doc: np.ndarray, *, level: float, n_boot: int, seed: int
) -> tuple[float, float, float]:
    """Return the mean of values that belong to documents, and its document bootstrap interval.

    Parameters
    ----------
    values : ndarray, shape (n,)
    doc : ndarray of int, shape (n,)
        The document of each value; their order is the one in which they are resampled.
    level, n_boot, seed
        As in :func:`analysis.resample.ratio_interval`.

    Returns
    -------
    estimate, lo, hi : float
        No interval (NaN) with a single document.
    """
    _, at = np.unique(doc, return_inverse=True)
    total, held = np.bincount(at, weights=values), np.bincount(at).astype(float)
    found = resample.ratio_interval(total[:, None], held, level=level, n_boot=n_boot, seed=seed)
    estimate, lo, hi = (float(x[0]) for x in found)
    return estimate, lo, hi


def _ratio(part: np.ndarray, whole: np.ndarray) -> Any:
    with np.errstate(invalid="ignore"):
        return np.asarray(part, dtype=float) / whole
