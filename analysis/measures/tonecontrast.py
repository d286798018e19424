"""The difference in tone, or in stance toward one actor, between two groups of documents."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis import accuracy, lexicons, resample
from analysis import counts as counting
from analysis.measures import _misclassified as misclassified
from analysis.measures import sentiment, stance
from analysis.measures._tone import Groups, Judged, interval_text
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    import pandas as pd

    from analysis.corpus import Corpus

METHOD = "difference of {what}, model {model}; {interval}"
CORRECTED = (
    "share of {positive} minus share of {negative} sentences, labels counted as the model's "
    "validation says (where there is none: mean of P(positive) - P(negative))"
)
RAW = "mean scores as they are, which translations show to compare between the languages"
ACROSS = "Not compared across languages"
EXTRA = ("mean", "mean_reference", "docs_reference", "n_reference", "abstained")


def contrast(
    corpus: "Corpus",
    *,
    by: str | Sequence[str],
    target: str | int,
    reference: str | int,
    actor: str | None = None,
    model: str | None = None,
    include_marked: bool = False,
    most: int | None = None,
    folder: Path | None = None,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> "pd.DataFrame":
    """Compare the mean tone of two groups, or their mean stance toward an actor.

    Both groups' documents are resampled, each by itself; a validation table that is resampled is
    the same for both (:mod:`analysis.measures._misclassified`), so that what a method gets wrong
    everywhere does not make the difference unsure.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        Metadata column, or several, that make the groups.
    target, reference : str or int
        Two of the groups; of several columns as ``"USA · 1990"``.
    actor : str, optional
        An actor's id: stance toward it. Tone without it.
    model, include_marked, most, folder, level, n_boot, seed
        As in :func:`analysis.measures.sentiment.sentiment`.

    Returns
    -------
    DataFrame
        One result row: ``estimate`` is the mean of ``group`` minus that of ``reference``, -2..2,
        and ``mean`` and ``mean_reference`` what it is the difference of; ``docs_reference`` and
        ``n_reference`` as ``n_docs`` and ``n``. It is NaN, and ``verdict`` says why, where a side
        has one text or none, and where more than one language is spoken and the method does not
        give translations the same scores (:func:`analysis.accuracy.invariance`); the means are NaN
        then too.

    Raises
    ------
    DiscourseError
        If a column, group or actor is unknown, or both groups are the same.
    """
    resample.checked(level, n_boot, seed)
    grouped = Groups(corpus, by).only(str(target), str(reference))
    own = _gathered(corpus, grouped, actor, (model, include_marked, most, seed))
    task = "sentiment" if actor is None else "stance"
    name = model or sentiment.DEFAULT
    known = misclassified.corrections(
        task, own.spoken, method=name, n_boot=n_boot, seed=seed, folder=folder
    )
    of = Judged(own.judged, own.stratum, grouped, known, n_boot=n_boot, seed=seed)
    row = _row(of, task, name, level) | {
        "actor": actor,
        "language": "+".join(own.spoken),
        "by": counting.SEPARATOR.join(counting.columns(by)),
        "group": grouped.names[0],
        "reference": grouped.names[1],
        "abstained": int(own.judged["score"].isna().sum()),
        "level": level,
        "unit": "from -2 to 2",
    }
    marked = counting.MARKED[include_marked]
    words = ("positive", "negative") if actor is None else ("favourable", "hostile")
    row["method"] = METHOD.format(
        what=RAW if len(own.spoken) > 1 else CORRECTED.format(positive=words[0], negative=words[1]),
        model=name,
        interval=interval_text(known, own.spoken, n_boot=n_boot, marked=marked, drawn=own.drawn),
    )  # fmt: skip
    row["method"] += resample.told([row["n_docs"], row["docs_reference"]])
    first = () if actor is None else ("actor",)
    keys_ = (*first, "language", "by", "group", "reference")
    return frame([row], measure="tone_contrast", keys=keys_, extra=EXTRA)


def _gathered(
    corpus: "Corpus", grouped: Groups, actor: str | None, settings: tuple[Any, ...]
) -> sentiment.Gathered:
    """Judge the sentences of two groups, or those that name an actor."""
    if actor is None:
        return sentiment.gather(corpus, grouped, *settings)
    if actor not in lexicons.load("actors").keys:
        raise DiscourseError(f"actor={actor!r} is no id of the actors' lexicon, such as 'US'")
    keys, own = stance.gather(corpus, grouped, *settings, actor=actor)
    return own._replace(stratum=keys["group"].to_numpy(dtype=int)[own.stratum])


def _row(of: Judged, task: str, method: str, level: float) -> dict[str, Any]:
    """Return the numbers of a contrast, and its verdict."""
    one, two = of.rows(2)
    docs = [len(np.unique(of.doc[rows])) for rows in (one, two)]
    spoken = sorted(set(of.spoken))
    value = of.values.value if len(spoken) < 2 else of.score
    means = [float(value[rows].mean()) if len(rows) else np.nan for rows in (one, two)]
    row = {
        "n": len(one), "n_reference": len(two), "n_docs": docs[0], "docs_reference": docs[1],
        "mean": means[0], "mean_reference": means[1],
    }  # fmt: skip
    why = _refused(docs, task, spoken, method)
    if why.startswith(ACROSS):
        row |= {"mean": np.nan, "mean_reference": np.nan}
    if why:
        return row | {"verdict": why}
    estimate = means[0] - means[1]
    samples = of.samples(one, value, of.seed) - of.samples(two, value, of.seed + 2)
    samples += of.values.noise(one, of.seed + 1, minus=two, table=len(spoken) < 2)
    lo, hi = misclassified.ends(samples, estimate, level=level, n_docs=min(docs))
    said = _verdict(lo, hi, min(docs))
    more = misclassified.unmeasured(of.unmeasured(np.append(one, two)))
    return row | {
        "estimate": estimate, "lo": lo, "hi": hi, "verdict": "; ".join(filter(None, (said, more))),
    }  # fmt: skip


def _refused(docs: Sequence[int], task: str, spoken: Sequence[str], method: str) -> str:
    """Say why two groups may not be compared; "" where they may."""
    if not all(docs):
        return f"{ONE_TEXT} or none: no sentence of a side was judged"
    if min(docs) < 2:
        return (
            f"{ONE_TEXT}: a side is a single text, and how it differs from others of its group is "
            "unknown"
        )
    for a, b in combinations(spoken, 2):
        found = accuracy.invariance(task, a, b, method=method)
        if not found.holds:
            return f"{ACROSS}: {found.text}."
    return ""


def _verdict(lo: float, hi: float, fewest: int) -> str:
    if np.isnan(lo):
        return "not resampled: no interval"
    if fewest < resample.MIN_DOCS:
        return "too little text"
    return "higher" if lo > 0 else "lower" if hi < 0 else "not distinguishable"
