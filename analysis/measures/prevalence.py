"""Prevalence: how much of what a group of documents says is about each topic, and how sure that is.

Topics must be fitted first (:func:`analysis.measures.topics.fit`). Every interval here carries two
kinds of uncertainty: that of the documents, and that of the model, whose topics would have come out
a little different from other documents (its refits; as the method of composition of structural
topic models: Roberts, Stewart & Airoldi 2016, JASA 111:988-1003).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis import counts, resample
from analysis.measures import _prevalence as shares_
from analysis.measures import _topic_rows as rows_
from analysis.measures._contrast import UNSAMPLED
from analysis.measures._effects import effects, over_time
from analysis.measures._prevalence import Group, Stretches
from analysis.measures._topic_rows import POINTS
from analysis.measures.pairs import NO_GROUP
from analysis.results import LEVEL, DiscourseError, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.measures._topic_types import TopicModel

EXTRA = (
    "label", "top_words", "membership", "stability", "n_units", "languages", "warning", "doubtful",
    "sentences",
)  # fmt: skip
MOST = 100_000
"""Rows of differences beyond which to ask for fewer groups."""
RESAMPLED = (
    "interval: at each end the wider of a bootstrap of documents within sources ({n_boot} samples, "
    "{drawn}; expanded percentile) and a t interval of the variance between documents, at least "
    "that of independent stretches{added}, pointwise"
)
REFITTED = (
    "each with the topics of one of {n} refits of the model to resampled documents (in small "
    "collections, stretches)"
)
CERTAIN = "topics taken as certain: the model was not refitted"

__all__ = ["differences", "effects", "over_time", "prevalence"]


def prevalence(
    corpus: "Corpus",
    model: "TopicModel",
    *,
    by: str | Sequence[str] = "doc_id",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
) -> pd.DataFrame:
    """Say how much of the words of each group of documents is about each topic.

    ::

        share = words in stretches whose main topic it is / words in all stretches (no headings)

    Words of stretches that are in no topic (0) count in the denominator. At each end the interval
    is the wider of two. One is the expanded percentile bootstrap of documents within sources, every
    sample with the topics of one refit. The other is that of Student's t with the variance of
    :func:`analysis.measures._prevalence.between` plus that over the refits
    (:func:`analysis.measures._prevalence.composed`). Sources with one document in the group are
    drawn together. Coverage is measured in ``benchmarks/results/prevalence.csv``.

    Parameters
    ----------
    corpus : Corpus
    model : TopicModel
        Of this corpus.
    by : str or sequence of str
        Metadata column, or several, that make the groups; each of several that may be a key gets
        its own key column. Documents without a value are left out.
    level : float
        Coverage of the interval.
    n_boot : int
        Bootstrap samples; 0 is no interval.

    Returns
    -------
    DataFrame
        Result rows, one a group and topic, zeros kept: ``estimate`` is the share, 0 … 1; ``n``
        counts the stretches with the topic, of ``n_units``. ``membership`` is the mean soft
        assignment of the same words: topics that stretches only touch count in it. ``sentences``
        holds the ids of the most representative stretches.

    Raises
    ------
    DiscourseError
        If a column is unknown, or `model` is of another corpus.
    """
    resample.checked(level, n_boot, model.seed)
    of = shares_.stretches(corpus, model)
    own = counts.keys(by, "topic")
    about, parts = rows_.about(model), []
    for name, found in rows_.groups(corpus, of, by, n_boot=n_boot, seed=model.seed):
        first = int(of.rows[found.docs[0]])
        keys = {c: corpus.documents[c].iloc[first] for c in own}
        lo, hi = _ends(found, level)
        parts.append(
            about
            | rows_.facts(model, of, found.use)
            | {"group": name, **keys, "estimate": found.share, "lo": lo, "hi": hi}
            | {"membership": of.words[found.use] @ of.membership[found.use] / found.words.sum()}
            | {"verdict": rows_.sizes(len(found.docs), about["stable"], tested=n_boot > 0)}
        )
    method = f"{model.method}; {_interval_told(of, n_boot)}"
    rows = rows_.table(parts).assign(
        by=counts.SEPARATOR.join(counts.columns(by)), level=level, unit="share of the words"
    )
    rows["method"] = method + resample.told(rows["n_docs"])
    return frame(rows, measure="topics", keys=("topic", *own, "by", "group"), extra=EXTRA)


def differences(
    corpus: "Corpus",
    model: "TopicModel",
    *,
    by: str | Sequence[str],
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
) -> pd.DataFrame:
    """Compare the prevalence of every topic between every two groups.

    Both groups are resampled by themselves, but take the topics of the same refit in the same
    sample: where a refit draws the line elsewhere, it does so for both.

    Parameters
    ----------
    corpus, model, by, level, n_boot
        As in :func:`prevalence`; q is held to 1 - level. Without resamples (0) there are q values,
        but no intervals.

    Returns
    -------
    DataFrame
        Result rows: ``estimate`` is the share of ``group`` minus that of ``reference``, in
        percentage points; ``share`` and ``share_reference`` (0 … 1) are what it is the difference
        of. ``p`` is of a t test that there is none, ``q`` is adjusted for all rows;
        ``without_one_text`` is the difference nearest zero after leaving out one document. With
        fewer than :data:`analysis.resample.MIN_DOCS` documents on a side there is no test.

    Raises
    ------
    DiscourseError
        As :func:`prevalence`; or if the groups make too many pairs.
    """
    resample.checked(level, n_boot, model.seed)
    of = shares_.stretches(corpus, model)
    found = rows_.groups(corpus, of, by, n_boot=n_boot, seed=model.seed)
    n = len(found) * (len(found) - 1) // 2 * len(model.numbers)
    if n > MOST:
        raise DiscourseError(
            f"by={by!r} makes {len(found):,} groups and {n:,} differences: choose a column with "
            "fewer values"
        )
    about = rows_.about(model)
    parts = [
        about
        | rows_.facts(model, of, one.use)
        | {"group": name, "reference": other}
        | _gap(one, two, level)
        for (name, one), (other, two) in combinations(found, 2)
    ] or [_alone(name, one) for name, one in found]
    told = _interval_told(of, n_boot)
    rows = rows_.table(parts).assign(
        by=counts.SEPARATOR.join(counts.columns(by)), level=level, unit="percentage points"
    )
    rows["method"] = f"difference of shares; {model.method}; {told}; {rows_.TESTED}"
    rows["method"] += resample.told(rows[["n_docs", "docs_reference"]])
    rows["q"] = resample.benjamini_hochberg(rows["p"].to_numpy(dtype=np.float64))
    rows["verdict"] = rows_.verdicts(rows, level, tested=n_boot > 0, words=("more", "less"))
    return frame(
        rows, measure="topic_differences", keys=("topic", "by", "group", "reference"),
        extra=("label", "share", "share_reference", "docs_reference", "p", "q", "without_one_text",
               "stability", "doubtful", "sentences"),
    ).astype(dict.fromkeys(rows_.WHOLE, "Int64"))  # fmt: skip


def _ends(found: Group, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of a group's shares."""
    variance, df = shares_.composed(found.share, found.variance, found.df, found.refit_shares)
    lo, hi = _wider(found.share, variance, df, found.samples, len(found.docs), level)
    return np.maximum(lo, 0), np.minimum(hi, 1)


def _wider(
    estimate: np.ndarray, variance: np.ndarray, df: np.ndarray, samples: np.ndarray, n_docs: int,
    level: float,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return at each end the wider of the bootstrap and the t interval; NaN without resamples."""
    if n_docs < 2 or not len(samples):
        none = np.full(len(estimate), np.nan)
        return none, none
    ends = resample.quantiles(samples.T, resample.tails(level, min(n_docs, resample.POOLS)))
    reach = stats.t.isf((1 - level) / 2, df) * np.sqrt(variance)
    return np.minimum(ends[0], estimate - reach), np.maximum(ends[1], estimate + reach)


def _gap(one: Group, two: Group, level: float) -> dict[str, Any]:
    """Return the difference of two groups with its interval and test, one value a topic."""
    estimate, fewest = one.share - two.share, min(len(one.docs), len(two.docs))
    variance = one.variance + two.variance
    with np.errstate(divide="ignore", invalid="ignore"):
        df = variance**2 / (one.variance**2 / one.df + two.variance**2 / two.df)
    if fewest > 1:
        refits = one.refit_shares - two.refit_shares
        variance, df = shares_.composed(estimate, variance, df, refits)
    samples = one.samples - two.samples if fewest > 1 else one.samples[:0]
    lo, hi = _wider(estimate, variance, df, samples, fewest, level)
    p = 2 * stats.t.sf(np.abs(estimate) / np.sqrt(variance), df)
    return {
        "estimate": POINTS * estimate,
        "lo": POINTS * lo,
        "hi": POINTS * hi,
        "share": one.share,
        "share_reference": two.share,
        "docs_reference": len(two.docs),
        "p": p if fewest >= resample.MIN_DOCS else np.nan,
        "without_one_text": POINTS * _without_one(one, two),
    }


def _alone(name: str, one: Group) -> dict[str, Any]:
    """Return the row of the only group there is."""
    size = {"n_docs": len(one.docs), "n_tokens": int(one.words.sum())}
    return {"group": name, "why": reason(NO_GROUP, len(one.docs))} | size


def _without_one(one: Group, two: Group) -> np.ndarray:
    """Return the differences nearest zero after leaving out one document of either side."""
    full = one.share - two.share
    moved = [full[None]]
    for side, sign in ((one, 1), (two, -1)):
        if len(side.docs) > 1:
            left = (side.own.sum(axis=0) - side.own) / (side.words.sum() - side.words)[:, None]
            moved.append(full + sign * (left - side.share))
    change = np.sign(full) * np.concatenate(moved)
    return np.asarray(np.sign(full) * change.min(axis=0))


def _interval_told(of: Stretches, n_boot: int) -> str:
    """Say in a method text what an interval holds."""
    if not n_boot:
        return UNSAMPLED
    n = len(of.refits)
    drawn = REFITTED.format(n=n) if n else CERTAIN
    added = ", plus that over the refits" if n > 1 else ""
    return RESAMPLED.format(n_boot=n_boot, drawn=drawn, added=added)
