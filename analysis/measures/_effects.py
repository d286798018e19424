"""Topic shares of documents regressed on what is known of them: on covariates, and over time.

As structural topic models do it (Roberts, Stewart & Airoldi 2016, JASA 111:988-1003; `stm`'s
``estimateEffect``): the document is the case and its shares are the outcome, every document counts
the same whatever its length, so that one long text decides nothing; and what the model does not
know about its topics is part of the interval.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis import counts, resample
from analysis.measures import _prevalence as shares_
from analysis.measures import _regression as regression
from analysis.measures import _topic_rows as rows_
from analysis.measures import trend
from analysis.measures._prevalence import Stretches
from analysis.measures._topic_rows import POINTS
from analysis.results import LEVEL, DiscourseError, choices, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.measures._topic_types import TopicModel

METHOD = (
    "linear regression of the shares of documents, each counted the same, on {on}; {model}; "
    "interval and test: t, HC3 variance, at least that of independent stretches{added}, with the "
    "degrees of freedom of few documents (Bell-McCaffrey), pointwise; q: Benjamini-Hochberg over "
    "all rows"
)
ADDED = (
    ", plus that over {n} refits of the model to resampled documents, or in small collections "
    "stretches (method of composition)"
)
CERTAIN = "; topics taken as certain: the model was not refitted"
FITTED = ("p", "q", "without_one_text")


def effects(
    corpus: "Corpus",
    model: "TopicModel",
    *,
    covariates: Sequence[str] = ("source", "year"),
    numbers: Sequence[str] = ("year",),
    interaction: bool = False,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Say how the share of each topic differs with each covariate, the others held still.

    Least squares of the shares (in percent of a document's words, headings left out) with the
    variance of :func:`analysis.measures._regression.fit`, never below that of stretches which take
    topics independently, plus that over the model's refits, each regressed by itself
    (:func:`analysis.measures._prevalence.composed`). A refit changes all documents at once; that
    is why it cannot be taken for scatter between documents. Coverage is measured in
    ``benchmarks/results/prevalence.csv``.

    Parameters
    ----------
    corpus : Corpus
    model : TopicModel
        Of this corpus.
    covariates : sequence of str
        Metadata columns, or "decade". Documents that lack one are left out.
    numbers : sequence of str
        Those that are numbers, with one slope; the others have a coefficient for every level
        against the reference, which is the level with most documents (of equal ones the first).
        Levels of fewer than :data:`analysis.resample.MIN_DOCS` documents are left out.
    interaction : bool
        Also the products of every two: does a source change otherwise than the reference does?
        Coefficients of one covariate are then those at the mean number and the reference level of
        the others.
    level : float
        Coverage of the interval; q is held to 1 - level.

    Returns
    -------
    DataFrame
        Result rows, one a coefficient and topic: ``estimate`` in percentage points (of a number:
        for each unit of it). ``by`` names the covariate, ``group`` the level, ``reference`` what it
        is compared with (both empty for numbers). ``n_docs`` and ``docs_reference`` count the
        documents of both. What cannot be told is one row without a topic whose verdict says why:
        a level with too few texts, a column of one value, columns that move together.

    Raises
    ------
    DiscourseError
        If a column is unknown, one of `numbers` holds words, or there are too many levels.
    """
    resample.tails(level, 2)
    of = shares_.stretches(corpus, model)
    names = counts.columns(covariates)
    known = {c: _covariate(corpus.documents.iloc[of.rows], c, c in numbers) for c in names}
    made = regression.design(known, len(of.rows), interaction=interaction)
    docs = np.flatnonzero(made.use)
    parts = [
        {key: r[key] for key in ("by", "group", "why")}
        | {"unit": _unit([n for n in names if n == r["by"] and n in numbers])}
        | _size(of, r["docs"])
        for r in made.refused
    ]
    if made.effects:
        found = _regressed(of, docs, made.x, level)
        for c, effect in enumerate(made.effects, start=1):
            own = {key: effect[key] for key in ("by", "group", "reference")}
            parts.append(
                rows_.about(model)
                | rows_.facts(model, of, _use(of, docs[effect["docs"]]))
                | own
                | {name: values[c] for name, values in found.items()}
                | {"docs_reference": int(effect["against"].sum())}
                | {"unit": _unit([n for n in names if n in numbers and n in own["by"]])}
            )
    rows = _tested(parts, level, words=("more", "less"))
    on = counts.SEPARATOR.join(names)
    if interaction:
        on += " and their products"
    held = [v for v in known.values() if regression.known(v).any()]
    unknown = int((~np.all([regression.known(v) for v in held], axis=0)).sum()) if held else 0
    on += f" ({unknown} texts without a value left out)" if unknown else ""
    rows = rows.assign(level=level, method=_told(of, model, on))
    return frame(
        rows, measure="topic_effects", keys=("topic", "by", "group", "reference"),
        extra=("label", "docs_reference", *FITTED, "stability", "doubtful", "sentences"),
    ).astype(dict.fromkeys(rows_.WHOLE, "Int64"))  # fmt: skip


def over_time(
    corpus: "Corpus",
    model: "TopicModel",
    *,
    by: str | Sequence[str] = "source",
    time: str = "year",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
) -> pd.DataFrame:
    """Say how much of each group's words is about each topic at each time, and how that changes.

    Parameters
    ----------
    corpus, model, level, n_boot
        As in :func:`analysis.measures.prevalence.prevalence`.
    by : str or sequence of str
        Metadata column, or several, that make the groups.
    time : str
        Metadata column of whole numbers, or "decade", which then counts from its first year.

    Returns
    -------
    DataFrame
        Result rows of two kinds (``effect``). "prevalence": the rows of
        :func:`analysis.measures.prevalence.prevalence` by group and time; ``time`` holds it as a
        number. "slope": the change of a group's shares in percentage points a year (a regression
        as in :func:`effects`, every text counted the same), from ``first`` to ``last``, with ``q``
        over all slopes. It is made of times with :data:`analysis.resample.MIN_DOCS` texts or more,
        of which it needs :data:`analysis.measures.trend.LEAST_YEARS`; a group with fewer is one row
        without a topic, which says so. What moves all texts of a year alike is not in the interval.

    Raises
    ------
    DiscourseError
        If a column is unknown, or `time` does not hold whole numbers.
    """
    from analysis.measures.prevalence import prevalence

    names = counts.columns(by)
    if time in names:
        raise DiscourseError(f"by and time both name {time!r}: name another column in by")
    year = trend.years(corpus.documents, time)
    cells = prevalence(corpus, model, by=[*names, time], level=level, n_boot=n_boot)
    joined = counts.labels(corpus.documents, [*names, time])
    moment = dict(zip(joined, year, strict=True))
    cells = cells.assign(effect="prevalence", time=cells["group"].map(moment))
    of = shares_.stretches(corpus, model)
    label = counts.labels(corpus.documents, names)[of.rows]
    own = counts.keys([*names, time], "topic")
    parts = []
    for name, docs in counts.members(label, np.flatnonzero(~np.isnan(year[of.rows]))):
        first = corpus.documents.iloc[int(of.rows[docs[0]])]
        keys = {c: first[c] for c in own if c != time}
        parts.append({"group": name} | keys | _slopes(of, model, docs, year[of.rows], time, level))
    slopes = _tested(parts, level, words=("rises", "falls"))
    slopes = slopes.assign(
        by=counts.SEPARATOR.join(names), effect="slope", level=level,
        unit=_unit([time]), method=_told(of, model, time),
    )  # fmt: skip
    both = [part for part in (cells, slopes) if len(part)] or [cells]
    kind = {time: "Int64"} if time in own else {}
    return frame(
        pd.concat(both, ignore_index=True), measure="topic_trends",
        keys=("topic", *own, "by", "group"),
        extra=("effect", "time", "first", "last", "label", *FITTED, "membership", "stability",
               "doubtful", "sentences"),
    ).astype(dict.fromkeys(rows_.WHOLE[:-1], "Int64") | kind)  # fmt: skip


def _covariate(documents: pd.DataFrame, name: str, number: bool) -> np.ndarray:
    """Return a covariate as numbers (NaN: unknown) or as names of levels (None: unknown)."""
    label = counts.labels(documents, name)
    if not number:
        return label
    values = pd.to_numeric(pd.Series(label, dtype="string"), errors="coerce")
    out = values.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = [x for x, y in zip(label, out, strict=True) if x is not None and not np.isfinite(y)]
    if bad:
        raise DiscourseError(
            f"numbers: the column {name!r} holds {choices(bad[:1])}, which is no number; leave it "
            "out of numbers"
        )
    return out


def _regressed(of: Stretches, docs: np.ndarray, x: np.ndarray, level: float) -> dict[str, Any]:
    """Regress the shares of some documents; every value in points, of shape (p, k)."""
    use = _use(of, docs)
    _, local = np.unique(of.doc[use], return_inverse=True)
    n = len(docs)
    words = np.bincount(local, weights=of.words[use], minlength=n)
    fit = regression.fit(x, _shares(of, of.main, use, local, words))
    pieces = words**2 / np.bincount(local, weights=of.words[use] ** 2, minlength=n)
    mean = _shares(of, of.main, use, local, words).mean(axis=0) / POINTS
    alone = POINTS**2 * pieces.sum() * shares_.floor(mean, pieces.sum())
    known = ((fit.influence**2).T @ (1 / pieces))[:, None] * alone
    variance, left = np.maximum(fit.variance, known), n - x.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        df = variance**2 / ((variance - known) ** 2 / fit.df[:, None] + known**2 / left)
    df = np.minimum(df, left)
    refits = [fit.influence.T @ _shares(of, r, use, local, words) for r in of.refits]
    variance, df = shares_.composed(fit.estimate, variance, df, np.array(refits))
    error, estimate = np.sqrt(variance), fit.estimate
    reach = stats.t.isf((1 - level) / 2, df) * error
    return {
        "estimate": estimate,
        "lo": estimate - reach,
        "hi": estimate + reach,
        "p": 2 * stats.t.sf(np.abs(estimate) / error, df),
        "without_one_text": fit.without_one,
    }


def _shares(
    of: Stretches, column: np.ndarray, use: np.ndarray, local: np.ndarray, words: np.ndarray
) -> np.ndarray:
    """Return the shares of documents in percent, shape (n_docs, k)."""
    return np.asarray(POINTS * of.tally(column, use, local, len(words)) / words[:, None])


def _use(of: Stretches, docs: np.ndarray) -> np.ndarray:
    """Return the stretches of some documents."""
    return np.flatnonzero(np.isin(of.doc, docs))


def _size(of: Stretches, docs: np.ndarray) -> dict[str, Any]:
    return {"n_docs": len(docs), "n_tokens": int(of.words[_use(of, docs)].sum())}


def _slopes(
    of: Stretches, model: "TopicModel", docs: np.ndarray, year: np.ndarray, time: str, level: float
) -> dict[str, Any]:
    """Return the slopes of one group, or why there are none."""
    enough, why = trend.enough(year[docs], time)
    if why:
        return {"why": why} | _size(of, docs)
    docs = docs[enough]
    when = year[docs]
    x = np.column_stack([np.ones(len(docs)), when - when.mean()])
    found = {name: values[1] for name, values in _regressed(of, docs, x, level).items()}
    facts = rows_.about(model) | rows_.facts(model, of, _use(of, docs))
    return facts | found | {"first": when.min(), "last": when.max()}


def _tested(
    parts: Sequence[dict[str, Any]], level: float, *, words: tuple[str, str]
) -> pd.DataFrame:
    """Put rows together, adjust p for all of them and say what each shows."""
    rows = rows_.table(parts)
    few = rows[["n_docs", "docs_reference"]].astype(np.float64).min(axis=1) < resample.MIN_DOCS
    rows["p"] = rows["p"].astype(np.float64).mask(few)
    rows["q"] = resample.benjamini_hochberg(rows["p"].to_numpy())
    return rows.assign(verdict=rows_.verdicts(rows, level, words=words))


def _unit(numbers: Sequence[str]) -> str:
    return "percentage points" + (f" per {' and '.join(numbers)}" if numbers else "")


def _told(of: Stretches, model: "TopicModel", on: str) -> str:
    n = len(of.refits)
    return METHOD.format(on=on, model=model.method, added=ADDED.format(n=n) if n > 1 else CERTAIN)
