"""What tone and stance share: groups of documents, a sample to judge, and their means."""

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import evaluate
from analysis.measures import _misclassified as misclassified
from analysis.measures import _prevalence as shares
from analysis.measures._misclassified import Correction, Values
from analysis.results import ONE_TEXT, DiscourseError, choices

if TYPE_CHECKING:
    from analysis.corpus import Corpus


INTERVAL = (
    "interval: bootstrap of documents within sources ({n_boot} samples){own}{none}; {marked}{drawn}"
)
OWN_ERROR = (
    ", with the method's own error in {} (its spread between groups as measured on Dutch headlines)"
)


MIXED = "several languages whose scores do not compare ({}): group by language as well"
ALONE = "not to be compared with other languages ({})"


class Groups:
    """The documents of a corpus by metadata columns.

    Attributes
    ----------
    names : list of str
        Sorted.
    code : ndarray, shape (n_docs,)
        Each document's position in `names`; -1 where the metadata say nothing.
    rank : ndarray, shape (n_docs,)
        Each document's place in the order of doc_id, in which documents are drawn and resampled.
    spoken, source : ndarray, shape (n_docs,)
        Language and source of each document; the source is "" where the metadata have none.
    keys : DataFrame
        ``by, group, language`` of every group, ``doc_id`` where each is a document, and of several
        columns each that may be a key.
    """

    def __init__(self, corpus: "Corpus", by: str | Sequence[str]) -> None:
        documents = corpus.documents
        label = pd.Series(counting.labels(documents, by), dtype=object)
        self.code, names = pd.factorize(label, sort=True)
        self.names = [str(n) for n in names]
        self.rank = np.argsort(counting.order(documents), kind="stable")
        self.spoken = counting.languages_of(documents)
        sources = counting.labels(documents, "source") if "source" in documents else [None]
        self.source = np.broadcast_to([s or "" for s in sources], len(documents))
        spoken = pd.DataFrame({"code": self.code, "language": self.spoken})
        spoken = spoken[spoken["code"] >= 0].drop_duplicates().sort_values(["code", "language"])
        language = spoken.groupby("code")["language"].agg("+".join).tolist()
        name = counting.SEPARATOR.join(counting.columns(by))
        keys = pd.DataFrame({"by": name, "group": self.names, "language": language})
        if name == "doc_id":
            keys["doc_id"] = self.names
        _, first = np.unique(self.code[self.code >= 0], return_index=True)
        rows = np.flatnonzero(self.code >= 0)[first]
        for column in counting.keys(by, "language"):
            keys[column] = documents[column].iloc[rows].to_numpy()
        self.keys = keys

    def only(self, *names: str) -> "Groups":
        """Return these groups alone: the documents of all others are in none.

        Raises
        ------
        DiscourseError
            If there is no such group, or one is named twice.
        """
        for name in names:
            if name not in self.names:
                among = choices(self.names) or "nothing: no document has a value"
                raise DiscourseError(f"{choices([name])!r} is no group: choose among {among}")
        if len(set(names)) < len(names):
            raise DiscourseError(f"{names[0]!r} is compared with itself: name two groups")
        out = copy(self)
        out.code = np.full(len(self.code), -1)
        for i, name in enumerate(names):
            out.code[self.code == self.names.index(name)] = i
        out.names = list(names)
        out.keys = self.keys.iloc[[self.names.index(n) for n in names]].reset_index(drop=True)
        return out


def key_columns(by: str | Sequence[str], *more: str) -> tuple[str, ...]:
    """Return the key columns of rows grouped by metadata columns."""
    first = ("doc_id",) if counting.columns(by) == ["doc_id"] else ()
    return (*first, *more, *counting.keys(by, "language", *more), "language", "by", "group")


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


def counted(**numbers: int | None) -> None:
    """Refuse numbers that can count nothing; None is all.

    Raises
    ------
    DiscourseError
        Names the parameter.
    """
    for name, value in numbers.items():
        if value is not None and not (isinstance(value, int | np.integer) and value >= 1):
            raise DiscourseError(f"{name}={value!r}: use a whole number from 1, or None for all")


def drawn_text(drawn: np.ndarray, what: str, seed: int) -> str:
    """Say how the units that were judged were chosen; "" where all were."""
    if drawn.all():
        return ""
    return (
        f"; a random sample of {drawn.sum():,} of {len(drawn):,} {what}, as many from each as far "
        f"as it goes (seed {seed})"
    )


class Judged:
    """The sentences that a model could judge, with what they count as.

    Parameters
    ----------
    judged : DataFrame
        ``doc, score, label``, NaN where the model abstained.
    stratum : ndarray of int, shape (n,)
        Of every row, from 0.
    grouped : Groups
    known : mapping of str to Correction
        See :func:`analysis.measures._misclassified.corrections`.
    n_boot, seed : int
    """

    def __init__(
        self,
        judged: pd.DataFrame,
        stratum: np.ndarray,
        grouped: Groups,
        known: Mapping[str, Correction],
        *,
        n_boot: int,
        seed: int,
    ) -> None:
        part = judged[judged["score"].notna()]
        doc = part["doc"].to_numpy(dtype=int)
        self.stratum = stratum[judged["score"].notna().to_numpy()]
        self.score, self.label = (part[c].to_numpy(dtype=float) for c in ("score", "label"))
        self.spoken, self.source = grouped.spoken[doc], grouped.source[doc]
        self.doc = grouped.rank[doc]
        self.known, self.n_boot, self.seed = known, n_boot, seed
        self.values = Values.of(self.score, self.label, self.spoken, known, n_boot=n_boot)

    def rows(self, n_strata: int) -> list[np.ndarray]:
        """Return the rows of every stratum."""
        order = np.argsort(self.stratum, kind="stable")
        ends = np.cumsum(np.bincount(self.stratum, minlength=n_strata))
        return np.split(order, ends[:-1]) if n_strata else []

    def samples(self, rows: np.ndarray, value: np.ndarray, seed: int) -> np.ndarray:
        """Return the mean of `value`, one a sentence, in resampled documents, (n_boot,).

        Documents are drawn within their sources; single ones are drawn together.
        """
        _, first, at = np.unique(self.doc[rows], return_index=True, return_inverse=True)
        total, held = np.bincount(at, weights=value[rows]), np.bincount(at).astype(float)
        strata = shares.collapsed(self.source[rows][first])
        drawn = shares.bootstrap(total[None, :, None], held, strata, self.n_boot, seed)
        return np.asarray(drawn[:, 0])

    def interval(self, rows: np.ndarray, estimate: float, level: float) -> tuple[float, float]:
        """Return the interval of a stratum's mean: documents and the method's own error."""
        samples = self.samples(rows, self.values.value, self.seed)
        samples = np.clip(samples + self.values.noise(rows, self.seed + 1), -1, 1)
        n_docs = len(np.unique(self.doc[rows]))
        return misclassified.ends(samples, estimate, level=level, n_docs=n_docs)

    def unmeasured(self, rows: np.ndarray) -> list[str]:
        """Return the languages of some rows without a validation table."""
        return sorted(set(self.spoken[rows]) - set(self.known))


def means(
    judged: pd.DataFrame,
    stratum: np.ndarray,
    n_strata: int,
    grouped: Groups,
    known: Mapping[str, Correction],
    *,
    task: str,
    method: str,
    level: float,
    n_boot: int,
    seed: int,
) -> pd.DataFrame:
    """Return the mean of every stratum with its interval.

    A stratum of several languages has none where translations of the same sentences do not score
    alike in them (:func:`analysis.accuracy.invariance`): its mean would follow their mixture.

    Parameters
    ----------
    judged, stratum, grouped, known, n_boot, seed
        As in :class:`Judged`.
    n_strata : int
    task, method : str
        As in :func:`analysis.accuracy.invariance`.
    level : float

    Returns
    -------
    DataFrame
        One row a stratum: ``estimate, lo, hi, n, n_docs, score`` (the mean score as it is),
        ``abstained, share_negative, share_neutral, share_positive, verdict``. Its means and shares
        are NaN where it mixes languages that do not compare.
    """
    of = Judged(judged, stratum, grouped, known, n_boot=n_boot, seed=seed)
    code = of.stratum
    n = np.bincount(code, minlength=n_strata)
    n_docs = np.bincount(np.unique(np.stack([code, of.doc]), axis=1)[0], minlength=n_strata)
    out = pd.DataFrame({"estimate": _ratio(np.bincount(code, of.values.value, n_strata), n)})
    out["lo"], out["hi"], out["n"], out["n_docs"] = np.nan, np.nan, n, n_docs
    told = np.array(["no sentence judged", ONE_TEXT, ""], dtype=object)[np.minimum(n_docs, 2)]
    gaps = cache(partial(misclassified.gaps, task, method=method))
    mixed = np.zeros(n_strata, dtype=bool)
    for s, rows in enumerate(of.rows(n_strata)):
        if n_docs[s] > 1:
            spoken = tuple(sorted(set(of.spoken[rows])))
            own = gaps(spoken)
            mixed[s] = bool(own)
            if not own:
                out.loc[s, ["lo", "hi"]] = of.interval(rows, float(out["estimate"].iat[s]), level)
            other = gaps(tuple(sorted(set(of.spoken))), one=spoken[0]) if len(spoken) == 1 else ""
            more = MIXED.format(own) if own else ALONE.format(other) if other else ""
            unmeasured = misclassified.unmeasured(of.unmeasured(rows))
            told[s] = "; ".join(filter(None, (more, unmeasured)))
    out["score"] = _ratio(np.bincount(code, of.score, n_strata), n)
    out["abstained"] = np.bincount(stratum, minlength=n_strata) - n
    for value, name in zip((-1, 0, 1), evaluate.NAMES, strict=True):
        held = np.bincount(code[of.label == value], minlength=n_strata)
        out[f"share_{name}"] = _ratio(held, n)
    out.loc[mixed, ["estimate", "score", *(f"share_{name}" for name in evaluate.NAMES)]] = np.nan
    return out.assign(verdict=told)


def interval_text(
    known: Mapping[str, Correction], spoken: Sequence[str], *, n_boot: int, marked: str, drawn: str
) -> str:
    """Say in a method text what the values of labels and the interval hold."""
    own, none = sorted(known), sorted(set(spoken) - set(known))
    return INTERVAL.format(
        n_boot=n_boot,
        own=OWN_ERROR.format(misclassified.names(own)) if own else "",
        none=f"; {misclassified.unmeasured(none)}" if none else "",
        marked=marked,
        drawn=drawn,
    )


def _ratio(part: np.ndarray, whole: np.ndarray) -> Any:
    with np.errstate(invalid="ignore"):
        return np.asarray(part, dtype=float) / whole
