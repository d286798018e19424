"""Words of documents by topic, and how sure a share of them is: arithmetic on arrays.

A share is a ratio of sums over documents (words in stretches of the topic, words in all stretches).
Three things make it unsure: which documents there are (:func:`between`, :func:`bootstrap`), how
many stretches they hold, which is the least the first can be, and where the model draws the line
between topics, which its refits show (:func:`composed`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import counts, rates, resample
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.measures._topic_types import TopicModel


@dataclass(frozen=True, eq=False)
class Stretches:
    """The stretches of text that count (no headings), sorted by doc_id and place.

    Attributes
    ----------
    frame : DataFrame
        Rows of the model's units.
    rows : ndarray of int, shape (n_docs,)
        Row numbers in `corpus.documents` of the documents that have any.
    doc : ndarray of int, shape (n_units,)
        The document of each, a place in `rows`.
    words : ndarray of float, shape (n_units,)
    main : ndarray of int, shape (n_units,)
        Column of its main topic; k where it is in no topic.
    refits : ndarray of int, shape (n_refits, n_units)
        The same by every refit of the model.
    membership : ndarray, shape (n_units, k)
    """

    frame: pd.DataFrame
    rows: np.ndarray
    doc: np.ndarray
    words: np.ndarray
    main: np.ndarray
    refits: np.ndarray
    membership: np.ndarray

    def tally(self, column: np.ndarray, use: np.ndarray, of: np.ndarray, n: int) -> np.ndarray:
        """Add up the words of the stretches `use` by row and topic; `of` is the row of each.

        Returns
        -------
        ndarray of float, shape (n, k)
        """
        width = self.membership.shape[1] + 1
        place = of * width + column[use]
        total = np.bincount(place, weights=self.words[use], minlength=n * width)
        return total.reshape(n, width)[:, :-1]


def stretches(corpus: "Corpus", model: "TopicModel") -> Stretches:
    """Take from a model what counts in shares.

    Raises
    ------
    DiscourseError
        If it is a model of another corpus.
    """
    if model.corpus_hash != corpus.hash:
        raise DiscourseError("model: it was made from another corpus; fit it again")
    order = counts.order(corpus.documents)
    ids = corpus.documents["doc_id"].to_numpy(dtype=object)[order]
    place = pd.Series(np.arange(len(order)), index=ids)
    units = model.units
    counted = np.flatnonzero(units["fitted"].to_numpy(dtype=bool))
    doc = place.loc[units["doc_id"].iloc[counted]].to_numpy(dtype=np.int64)
    first = np.lexsort((units["start"].to_numpy()[counted], doc))
    counted, doc = counted[first], doc[first]
    present, doc = np.unique(doc, return_inverse=True)
    refits = np.asarray(model.refits)[:, counted]
    return Stretches(
        frame=units.iloc[counted],
        rows=order[present],
        doc=doc,
        words=units["n_words"].to_numpy(dtype=np.float64)[counted],
        main=columns(units["topic"].to_numpy()[counted], model.numbers),
        # One that found nothing (too few different texts in its sample) is no refit.
        refits=columns(refits[(refits > 0).any(axis=1)], model.numbers),
        membership=np.asarray(model.membership)[counted],
    )


def columns(topic: np.ndarray, numbers: tuple[int, ...]) -> np.ndarray:
    """Return the column of each topic number, k for those that are none of `numbers`."""
    own = np.asarray(numbers, dtype=np.int64)
    ranked = np.argsort(own)
    place = np.minimum(np.searchsorted(own[ranked], topic), len(own) - 1)
    found = ranked[place]
    return np.where(own[found] == topic, found, len(own))


@dataclass(frozen=True, eq=False)
class Group:
    """One group of documents.

    Attributes
    ----------
    use : ndarray of int
        Its stretches, places in :class:`Stretches`.
    docs : ndarray of int, shape (n_docs,)
        Its documents, places in `Stretches.rows`.
    words : ndarray, shape (n_docs,)
    own : ndarray, shape (n_docs, k)
        Words by main topic.
    refits : ndarray, shape (n_refits, n_docs, k)
        The same by every refit; none for a single document.
    share : ndarray, shape (k,)
    variance, df : ndarray, shape (k,)
        Of `share` between documents; NaN for a single one.
    samples : ndarray, shape (n_boot, k)
        Shares of bootstrap samples of the documents, each with the topics of one refit.
    """

    use: np.ndarray
    docs: np.ndarray
    words: np.ndarray
    own: np.ndarray
    refits: np.ndarray
    share: np.ndarray
    variance: np.ndarray
    df: np.ndarray
    samples: np.ndarray

    @property
    def refit_shares(self) -> np.ndarray:
        """Shares by every refit, shape (n_refits, k)."""
        return np.asarray(self.refits.sum(axis=1) / self.words.sum())


def group(of: Stretches, use: np.ndarray, source: np.ndarray, *, n_boot: int, seed: int) -> Group:
    """Count one group and resample it.

    Parameters
    ----------
    of : Stretches
    use : ndarray of int
        The group's stretches.
    source : ndarray, shape (n_docs,)
        The source of every document of `of`; documents are drawn within it.
    """
    docs, local = np.unique(of.doc[use], return_inverse=True)
    n, k = len(docs), of.membership.shape[1]
    words = np.bincount(local, weights=of.words[use], minlength=n)
    own = of.tally(of.main, use, local, n)
    share = own.sum(axis=0) / words.sum()
    none = np.zeros((0, n, k))
    if n < 2:
        missing = np.full(k, np.nan)
        return Group(use, docs, words, own, none, share, missing, missing, np.zeros((0, k)))
    refits = np.array([of.tally(r, use, local, n) for r in of.refits]).reshape(-1, n, k)
    strata = collapsed(source[docs])
    variance, df = between(own, words, strata, pieces=(of.words[use] ** 2).sum())
    samples = bootstrap(refits if len(refits) else own[None], words, strata, n_boot, seed)
    return Group(use, docs, words, own, refits, share, variance, df, samples)


def collapsed(strata: np.ndarray) -> np.ndarray:
    """Number the strata; single documents are put together, or with the smallest stratum.

    A stratum of one never varies: resampled within it, a group of texts that each come from
    another source would look certain (collapsed strata: Wolter 2007, section 2.5).
    """
    _, code, size = np.unique(strata.astype(str), return_inverse=True, return_counts=True)
    alone = size[code] == 1
    if alone.sum() == 1 and (~alone).any():
        least = np.flatnonzero(size == size[size > 1].min())[0]
        alone |= code == least
    return np.asarray(np.where(alone, len(size), code))


def between(
    own: np.ndarray, words: np.ndarray, strata: np.ndarray, *, pieces: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance of shares between documents and its degrees of freedom.

    With x the words of a topic in a document, w all of its words and p = Σx / Σw the share, the
    ratio is linearised as in :func:`analysis.rates.log_rate`, within strata h of D documents::

        u = x - p w,   v = max( Σ_h D/(D-1) Σ (u - mean_h u)² / (Σw)²,  p'(1 - p') / m )

    The floor is the variance of stretches that take topics independently: m = (Σw)² / Σ(words of a
    stretch)² of them, p' = (m p + .5) / (m + 1). It stands in where documents cannot show any,
    and counts as known (:func:`analysis.rates.freedom`).

    Parameters
    ----------
    own : ndarray, shape (n_docs, k)
    words, strata : ndarray, shape (n_docs,)
    pieces : float
        Sum over stretches of their words squared.

    Returns
    -------
    variance, df : ndarray, shape (k,)
    """
    total = words.sum()
    share = own.sum(axis=0) / total
    surplus = own - share * words[:, None]
    size = np.bincount(strata)
    kept = np.flatnonzero(size)
    mean = np.array([surplus[strata == h].mean(axis=0) for h in kept])
    stratum = np.searchsorted(kept, strata)
    surplus = (surplus - mean[stratum]) / total
    square = surplus**2
    spread = (size / np.maximum(size - 1, 1))[strata] @ square
    known = floor(share, total**2 / pieces)
    variance = np.maximum(spread, known)
    fourth = (square**2).sum(axis=0)
    n, fitted = len(words), len(kept)
    df = rates.freedom(variance, known, square.sum(axis=0), fourth, n, fitted=fitted)
    return variance, df


def floor(share: np.ndarray, pieces: float) -> np.ndarray:
    """Return the variance of a share of so many independent stretches; zero counts as a half."""
    near = (share * pieces + rates.ZERO) / (pieces + 1)
    return np.asarray(near * (1 - near) / pieces)


def bootstrap(
    words_by_topic: np.ndarray, words: np.ndarray, strata: np.ndarray, n_boot: int, seed: int
) -> np.ndarray:
    """Resample documents within strata; each sample takes the topics of one refit, in turn.

    More than :data:`analysis.resample.POOLS` documents are dealt to random pools of their stratum.

    Parameters
    ----------
    words_by_topic : ndarray, shape (n_refits, n_docs, k)
    words, strata : ndarray, shape (n_docs,)

    Returns
    -------
    ndarray, shape (n_boot, k)
    """
    if len(words) > resample.POOLS:
        pool, strata = _pools(strata, seed)
        words = np.bincount(pool, weights=words)
        member = np.zeros((len(words), len(pool)))
        member[pool, np.arange(len(pool))] = 1
        words_by_topic = member @ words_by_topic
    drawn = resample.weights(len(words), n_boot=n_boot, strata=strata, seed=seed)
    out = np.empty((n_boot, words_by_topic.shape[2]))
    for r, one in enumerate(words_by_topic):
        mine = drawn[r :: len(words_by_topic)]
        out[r :: len(words_by_topic)] = mine @ one / (mine @ words)[:, None]
    return out


def _pools(strata: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Deal documents to random pools of their stratum; the pool of each, the stratum of a pool."""
    rng = np.random.default_rng(seed)
    pool = np.zeros(len(strata), dtype=np.int64)
    of: list[int] = []
    for h in np.unique(strata):
        own = np.flatnonzero(strata == h)
        n = min(len(own), max(2, round(resample.POOLS * len(own) / len(strata))))
        pool[own] = len(of) + rng.permutation(len(own)) % n
        of += [h] * n
    return pool, np.array(of)


def composed(
    estimate: np.ndarray, variance: np.ndarray, df: np.ndarray, refits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Add the model's own variance to that between documents (Rubin 1987, section 3.1).

    With M refits, each of which gives an estimate t, and U the variance, of d degrees of freedom,
    that the model's own topics would leave::

        B = Σ (t - estimate)² / M,   T = U + (1 + 1/M) B,
        df = T² / ( U²/d + ((1 + 1/M) B)² / (M - 1) )

    The estimate is the model's own, not the mean over refits, so B is taken about it and holds also
    where refits lie to one side. The degrees of freedom are Rubin's, with those of U put in as
    Satterthwaite does; Barnard & Rubin's (1999) are for data that are missing, of which the
    refits here are none.

    Returns
    -------
    variance, df : ndarray
    """
    m = len(refits)
    if m < 2:
        return variance, df
    extra = (1 + 1 / m) * ((refits - estimate) ** 2).mean(axis=0)
    total = variance + extra
    with np.errstate(divide="ignore", invalid="ignore"):
        return total, total**2 / (variance**2 / df + extra**2 / (m - 1))
