"""Keyness: what one group of documents says more, or less, than another.

The estimate is the log ratio (Hardie 2014), an effect size; its interval and its test resample or
compare *documents*, because words of one text are not independent. Scores of evidence (ll2, ll4,
chi2) are given beside it and judge nothing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import resample
from analysis.measures import _contrast as contrast
from analysis.measures import association
from analysis.measures._columns import Columns, contrasts
from analysis.measures.pairs import Pair, pairs
from analysis.postings import Postings
from analysis.results import LEVEL, DiscourseError, and_, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus

EXTRA = (
    "rate", "rate_reference", "n_reference", "tokens_reference", "docs_reference", "docs_with",
    "docs_with_reference", "sources_with", "sources_with_reference", "q", "dp", "dp_reference",
    "without_one_text", "largest_share", "noise_floor", "ll2", "ll4", "chi2", "stop_word",
    "term_unit", "languages",
)  # fmt: skip
WHOLE = (
    "n", "n_docs", "n_tokens", "n_reference", "tokens_reference", "docs_reference", "docs_with",
    "docs_with_reference", "sources_with", "sources_with_reference",
)  # fmt: skip
MEASURES = (
    *association.KEYNESS, "conservative_log_ratio", "log_odds_z", "dpnorm", "juilland_d", "range",
    "kld", "simultaneous",
)  # fmt: skip
"""What `measures` may ask for beside the default columns.

``log_odds_z`` is that of two groups with the same prior (:func:`association.weighted_log_odds`), a
tenth of both sides' counts; ``simultaneous`` gives ``lo_all, hi_all``, which hold for all terms of
a contrast at once.
"""
METHOD = (
    "log2 ratio of rates, zero counted as .5 (Hardie 2014) but never as more; {interval}; "
    "q: Benjamini-Hochberg in each contrast over a t test of the log ratio between documents, from "
    "{docs} documents a side; ll2, ll4 unsigned; chi2 with Yates' correction where an expected "
    "count is below 5; {marked}"
)
RESAMPLED = (
    "interval: at each end the wider of a bootstrap of documents ({n_boot} samples, expanded "
    "percentile) and a t interval, pointwise"
)
ACROSS = "; noise_floor: what the word lists alone could make of the same text in two languages"
SOME = (
    f"; of more than {contrast.MANY:,} terms in a contrast only those get an interval whose "
    "verdict it decides (q passes, or rates differ by less than half), at most "
    f"{contrast.MANY:,}, the most frequent first"
)
SPREAD = 0.02
"""Share of a group's documents that hold a term which is shown as characteristic of it."""


def keyness(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "source",
    unit: str = "word",
    target: str | int | Sequence[str | int] | None = None,
    reference: str | int | None = None,
    pairwise: bool = False,
    min_count: int = 3,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
    measures: Sequence[str] = (),
) -> pd.DataFrame:
    """Compare term rates of groups of documents.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        Metadata column that makes the groups; of several, such as ("source", "year"), each
        combination is a group ("USA · 1990"). Documents without a value are left out.
    unit : {"word", "lemma", "concept", "actor"}
        Words and lemmas are compared within a language only: a group that speaks several is
        compared in each by itself. Concepts and actors are compared over all languages.
    target : str, int or sequence of them, optional
        One group, or some in turn. None: every group.
    reference : str or int, optional
        What `target` is compared with. None: all other groups ("rest").
    pairwise : bool
        Compare every two groups instead, or each target with every other group by itself.
    min_count : int
        Leave out terms that occur less often on both sides together.
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval; q is held to 1 - level.
        Without resamples (0) there are q values, but no intervals.
    measures : sequence of str
        Further columns, from :data:`MEASURES`.

    Returns
    -------
    DataFrame
        Result rows: estimate = log ratio, +1 = twice as often, n = occurrences in the group.
        With one document on a side lo, hi and q are NaN. `without_one_text` is the log ratio
        after leaving out the document that pulls it furthest from zero, on the side that uses
        the term more, and `largest_share` is that side's largest share of the occurrences in
        one document.

    Raises
    ------
    ComparabilityError
        If `target` and `reference` share no language and the unit is word or lemma.
    DiscourseError
        If a column, group, unit or measure is unknown; names the choices.
    """
    _check(measures, min_count)
    resample.checked(level, n_boot, seed)
    documents = corpus.documents
    tag = unit if unit in counting.ACROSS else "term"
    compared = list(pairs(documents, by, unit, target, reference, pairwise=pairwise))
    settings = {"level": level, "n_boot": n_boot, "seed": seed, "min_count": min_count}
    held = counting.postings_of(corpus, unit=unit, include_marked=include_marked)
    compared = [pair.speaking(held.n_tokens) for pair in compared]
    able = [pair for pair in compared if len(pair.against)]
    parts = iter(contrasts(held, able, documents, measures, settings, engine=corpus.engine))
    found = [next(parts) if len(pair.against) else _alone(pair, held) for pair in compared]
    own = counting.keys(by, "language")
    rows = _joined(found, compared, held, documents, own)
    named = counting.SEPARATOR.join(counting.columns(by))
    method = _method(rows, n_boot, include_marked)
    rows = rows.assign(by=named, level=level, unit="log2 ratio", term_unit=unit, method=method)
    rows = rows.rename(columns={"term": tag})
    return frame(
        rows,
        measure="keyness",
        keys=(tag, *own, "language", "by", "group", "reference"),
        extra=(*EXTRA, *_columns(measures)),
    )


def leading(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the terms that set each group apart most: used more than elsewhere.

    Function words are left out. With :data:`analysis.resample.MIN_DOCS` documents on either side,
    only terms that are key are returned, and none where none is.

    Parameters
    ----------
    rows : DataFrame
        What :func:`keyness` returns.
    n : int
        Terms a group. Of key terms in at least :data:`SPREAD` of its documents those whose
        interval begins highest, the difference that is sure; of a group with too few documents to
        tell, those with most evidence (ll2).

    Returns
    -------
    DataFrame
        Those rows, in their order.
    """
    few = rows[["n_docs", "docs_reference"]].min(axis=1) < resample.MIN_DOCS
    more = (rows["estimate"] > 0) & ~rows["stop_word"].astype(bool)
    key = (rows["verdict"] == "key") & (rows["docs_with"] >= SPREAD * rows["n_docs"])
    able = rows[more & (few | key)]
    order = np.where(few[able.index], able["ll2"], able["lo"])
    ranked = able.iloc[np.argsort(-order, kind="stable")]
    return ranked.groupby("group").head(n).sort_index()


def _check(measures: Sequence[str], min_count: int) -> None:
    unknown = [m for m in measures if m not in MEASURES]
    if isinstance(measures, str) or unknown:
        raise DiscourseError(f"measures: use a list of {and_(MEASURES)}")
    if min_count < 1:
        raise DiscourseError("min_count must be at least 1")


def _columns(measures: Sequence[str]) -> list[str]:
    """Return the columns that further measures make."""
    several = {name: [name, f"{name}_reference"] for name in contrast.DISPERSION}
    several["simultaneous"] = ["lo_all", "hi_all"]
    return [column for name in measures for column in several.get(name, [name])]


def _alone(pair: Pair, held: Postings) -> Columns:
    """One row for a group that has nothing to be compared with."""
    n_docs = len(pair.target)
    return {
        "number": np.array([-1]),
        "n_docs": np.array([n_docs]),
        "n_tokens": held.n_tokens[pair.target].sum(keepdims=True),
        "docs_reference": np.array([0]),
        "tokens_reference": np.array([0]),
        "stop_word": np.array([False]),
        "verdict": np.array([n_docs < 2]) + len(contrast.SAID),
    }


def _joined(
    found: list[Columns],
    compared: list[Pair],
    held: Postings,
    documents: pd.DataFrame,
    own: list[str],
) -> pd.DataFrame:
    """Put the contrasts below each other, with the names and values of their groups."""
    if not found:
        return pd.DataFrame({"term": pd.Series(dtype=str)})
    sizes = [len(f["number"]) for f in found]
    which = np.repeat(np.arange(len(found)), sizes)
    every = dict.fromkeys(name for f in found for name in f)
    columns: Columns = {  # Taken out one by one: both at once would need twice the memory.
        name: np.concatenate(
            [np.broadcast_to(f.pop(name, np.nan), n) for f, n in zip(found, sizes, strict=True)]
        )
        for name in every
    }
    columns |= {name: pd.array(columns[name], dtype="Int64") for name in WHOLE if name in columns}
    columns["term"] = held.labels.take(columns.pop("number"), allow_fill=True, fill_value="")
    alone = compared[0].alone(held.unit)
    said = pd.array([*contrast.SAID, alone, reason(alone, 1)], dtype="str")
    columns["verdict"] = said.take(columns["verdict"])
    for name in ("group", "reference", "language", "languages"):
        each = pd.array([getattr(pair, name) for pair in compared], dtype="str")
        columns[name] = each.take(which)
    first = np.array([pair.target[0] for pair in compared], dtype=np.int64)
    columns |= {c: documents[c].array.take(first[which]) for c in own}
    return pd.DataFrame(columns, copy=False)


def _method(rows: pd.DataFrame, n_boot: int, include_marked: bool) -> pd.Categorical:
    """Say how each row was made; a category, since millions of rows say the same."""
    if rows.empty:
        return pd.Categorical([])
    interval = RESAMPLED.format(n_boot=n_boot) if n_boot else contrast.UNSAMPLED
    said = METHOD.format(
        interval=interval, docs=resample.MIN_DOCS, marked=counting.MARKED[include_marked]
    )
    across = rows["languages"].str.contains("+", regex=False).to_numpy(dtype=bool)
    pooled = (rows[["n_docs", "docs_reference"]] > resample.POOLS).any(axis=1).to_numpy()
    resampled = rows.get("resampled", pd.Series(1.0, index=rows.index)).astype(float)
    some = resampled.eq(0).to_numpy() & (n_boot > 0)
    code = across + 2 * pooled + 4 * some
    extra = [(ACROSS, 1), (resample.told(resample.POOLS + 1), 2), (SOME, 4)]
    names = [said + "".join(text for text, bit in extra if n & bit) for n in range(8)]
    return pd.Categorical.from_codes(code, categories=names).remove_unused_categories()
