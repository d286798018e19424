"""Keyness: what one group of documents says more, or less, than another.

The estimate is the log ratio (Hardie 2014), an effect size; its interval and its test resample or
compare *documents*, because words of one text are not independent. Scores of evidence (ll2, ll4,
chi2) are given beside it and judge nothing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts as counting
from analysis import languages, resample
from analysis.measures import _contrast as contrast
from analysis.measures import association, dispersion
from analysis.measures.association import weighted_log_odds
from analysis.measures.pairs import Pair, pairs
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, and_, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

__all__ = ["MEASURES", "keyness", "leading", "weighted_log_odds"]

PER = 1000
EXTRA = (
    "rate", "rate_reference", "n_reference", "tokens_reference", "docs_reference", "docs_with",
    "docs_with_reference", "q", "dp", "dp_reference", "without_one_text", "ll2", "ll4", "chi2",
    "stop_word", "term_unit", "languages",
)  # fmt: skip
WHOLE = (
    "n", "n_docs", "n_tokens", "n_reference", "tokens_reference", "docs_reference", "docs_with",
    "docs_with_reference",
)  # fmt: skip
MEASURES = (
    *association.KEYNESS, "conservative_log_ratio", "log_odds_z", "dpnorm", "juilland_d", "range",
    "kld",
)  # fmt: skip
"""What `measures` may ask for beside the default columns."""
METHOD = (
    "log2 ratio of rates, zero counted as .5 (Hardie 2014) but never as more; interval: bootstrap "
    "of documents ({n_boot} samples, expanded percentile, pointwise); q: Benjamini-Hochberg over a "
    "t test of the log ratio between documents, from {docs} documents a side; ll2, ll4 unsigned; "
    "chi2 with Yates' correction where an expected count is below 5; {marked}"
)
ACROSS = (
    "; rates of several languages meet here and carry the lexicon's own unmeasured difference "
    "between them"
)
SOME = (
    f"; of more than {contrast.MANY:,} terms in a contrast only those get an interval whose "
    "verdict it decides (q passes, or rates differ by less than half), at most "
    f"{contrast.MANY:,}, the most frequent first"
)
NOTHING = "nothing of its own language to compare with"


def keyness(
    corpus: "Corpus",
    *,
    by: str = "source",
    unit: str = "word",
    target: str | int | Sequence[str | int] | None = None,
    reference: str | int | None = None,
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
    by : str
        Metadata column that makes the groups. Documents without a value are left out.
    unit : {"word", "lemma", "concept", "actor"}
        Words and lemmas are compared within a language only: a group that speaks several is
        compared in each by itself. Concepts and actors are compared over all languages.
    target : str, int or sequence of them, optional
        One group, or some in turn. None: every group.
    reference : str or int, optional
        What `target` is compared with. None: all other groups ("rest").
    min_count : int
        Leave out terms that occur less often on both sides together.
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval; q is held to 1 - level.
    measures : sequence of str
        Further columns, from :data:`MEASURES`.

    Returns
    -------
    DataFrame
        Result rows: estimate = log ratio, +1 = twice as often, n = occurrences in the group.
        With one document on a side lo, hi and q are NaN. `without_one_text` is the log ratio
        after leaving out the document that pulls it furthest from zero, on the side that uses
        the term more.

    Raises
    ------
    ComparabilityError
        If `target` and `reference` share no language and the unit is word or lemma.
    DiscourseError
        If a column, group, unit or measure is unknown; names the choices.
    """
    _check(measures, min_count, n_boot)
    resample.tails(level, 2)
    documents = corpus.documents
    tag = unit if unit in counting.ACROSS else "term"
    counted = counting.count(corpus, unit=unit, include_marked=include_marked)
    found = []
    for pair in pairs(documents, by, unit, target, reference):
        if not len(pair.against):
            found.append(_alone(pair, counted))
            continue
        rows = _compare(
            counted, pair, min_count=min_count, level=level, n_boot=n_boot, seed=seed,
            measures=measures,
        )  # fmt: skip
        mixed = ACROSS if "+" in pair.languages else ""
        more = resample.told(rows[["n_docs", "docs_reference"]])
        more += "" if rows["resampled"].all() else SOME
        found.append(rows.drop(columns="resampled").assign(across=mixed + more))
    method = METHOD.format(
        n_boot=n_boot, docs=resample.MIN_DOCS, marked=counting.MARKED[include_marked]
    )
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"across": [""]}).iloc[:0]
    rows = rows.assign(
        by=by,
        level=level,
        unit="log2 ratio",
        term_unit=unit,
        method=method + rows["across"].fillna(""),
    ).rename(columns={"term": tag})
    rows = rows.astype({c: "Int64" for c in WHOLE if c in rows})
    return frame(
        rows,
        measure="keyness",
        keys=(tag, "language", "by", "group", "reference"),
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
        Terms a group, those with most evidence (ll2).

    Returns
    -------
    DataFrame
        Those rows, in their order.
    """
    few = rows[["n_docs", "docs_reference"]].min(axis=1) < resample.MIN_DOCS
    more = (rows["estimate"] > 0) & ~rows["stop_word"].astype(bool)
    able = rows[more & (few | (rows["verdict"] == "key"))]
    ranked = able.sort_values("ll2", ascending=False, kind="stable")
    return ranked.groupby("group").head(n).sort_index()


def _check(measures: Sequence[str], min_count: int, n_boot: int) -> None:
    unknown = [m for m in measures if m not in MEASURES]
    if isinstance(measures, str) or unknown:
        raise DiscourseError(f"measures: use a list of {and_(MEASURES)}")
    if min_count < 1 or n_boot < 1:
        raise DiscourseError("min_count and n_boot must be at least 1")


def _columns(measures: Sequence[str]) -> list[str]:
    pairs = {"dpnorm", "juilland_d", "range", "kld"}
    return [c for m in measures for c in ((m, f"{m}_reference") if m in pairs else (m,))]


def _alone(pair: Pair, counted: counting.Counts) -> pd.DataFrame:
    """One row for a group that has nothing to be compared with."""
    n_docs = len(pair.target)
    across = counted.unit in counting.ACROSS
    verdict = "nothing to compare with: no other group" if across else NOTHING
    return pd.DataFrame(
        {
            "term": [""],
            "language": pair.language,
            "languages": pair.languages,
            "group": pair.group,
            "reference": pair.reference,
            "n_docs": n_docs,
            "n_tokens": int(counted.n_tokens[pair.target].sum()),
            "docs_reference": 0,
            "tokens_reference": 0,
            "stop_word": False,
            "verdict": f"{ONE_TEXT}: {verdict}" if n_docs < 2 else verdict,
            "across": "",
        }
    )


def _compare(
    counted: counting.Counts,
    pair: Pair,
    *,
    min_count: int,
    level: float,
    n_boot: int,
    seed: int,
    measures: Sequence[str],
) -> pd.DataFrame:
    """Return one row for every term that the two sides together hold often enough."""
    sides = [counted.rows(pair.target), counted.rows(pair.against)]
    f = [s.total() for s in sides]
    use = np.flatnonzero(f[0] + f[1] >= min_count)
    x = [sparse.csc_array(s.matrix[:, use]) for s in sides]
    sizes = [s.n_tokens for s in sides]
    f1, f2, n1, n2 = f[0][use], f[1][use], int(sizes[0].sum()), int(sizes[1].sum())
    cells = (f1, n1, f2, n2)
    rows = pd.DataFrame({"term": counted.terms[use], "language": pair.language, "n": f1})
    rows = rows.assign(languages=pair.languages)
    rows = rows.assign(group=pair.group, reference=pair.reference, n_reference=f2)
    rows = rows.assign(n_tokens=n1, tokens_reference=n2)
    rows["n_docs"], rows["docs_reference"] = (len(s) for s in sizes)
    rows["docs_with"], rows["docs_with_reference"] = (
        dispersion.value_range(m, s).astype(np.int64) for m, s in zip(x, sizes, strict=True)
    )
    rows["rate"] = PER * f1 / n1 if n1 else np.nan
    rows["rate_reference"] = PER * f2 / n2 if n2 else np.nan
    rows["estimate"] = contrast.log_ratio(*cells) if n1 and n2 else np.nan
    rows["ll2"], rows["ll4"] = association.ll2(*cells), association.ll4(*cells)
    rows["chi2"] = association.chi2(*cells)
    rows["q"] = np.nan
    if min(len(s) for s in sizes) >= resample.MIN_DOCS:
        p = resample.ratio_test(x[0], sizes[0], x[1], sizes[1])
        rows["q"] = resample.benjamini_hochberg(p)
    rows["resampled"] = contrast.candidates(rows, level)
    chosen = np.flatnonzero(rows["resampled"])
    rows["lo"], rows["hi"] = np.nan, np.nan
    rows.loc[chosen, "lo"], rows.loc[chosen, "hi"] = contrast.interval(
        [m[:, chosen] for m in x], sizes, rows["estimate"].to_numpy()[chosen], level, n_boot,
        pair.seeds(seed),
    )  # fmt: skip
    rows["dp"], rows["dp_reference"] = (
        dispersion.dp(m, s) if len(s) > 1 else np.nan for m, s in zip(x, sizes, strict=True)
    )
    rows["without_one_text"] = contrast.without_one(x, sizes, rows["estimate"].to_numpy())
    rows["stop_word"] = _stop_words(rows["term"], counted.unit, pair.language)
    for name in measures:
        _further(rows, name, cells, x, sizes)
    rows["verdict"] = contrast.verdicts(rows, level)
    return _sorted(rows)


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the terms that set the group apart first: by evidence, those it uses more on top."""
    signed = np.sign(rows["rate"] - rows["rate_reference"]) * rows["ll2"].fillna(0)
    ranked = rows.assign(signed=signed).sort_values(["signed", "term"], ascending=[False, True])
    return ranked.drop(columns="signed")


def _stop_words(terms: pd.Series, unit: str, code: str) -> np.ndarray:
    if unit in counting.ACROSS or code not in languages.codes():
        return np.zeros(len(terms), dtype=bool)
    return terms.isin(languages.language(code).stop_words).to_numpy(dtype=bool)


def _further(
    rows: pd.DataFrame,
    name: str,
    cells: tuple[np.ndarray, int, np.ndarray, int],
    x: list[sparse.csc_array],
    sizes: list[np.ndarray],
) -> None:
    """Add the column or columns of one of :data:`MEASURES`."""
    if name in association.KEYNESS:
        rows[name] = association.KEYNESS[name](*cells)
    elif name == "conservative_log_ratio":
        rows[name] = association.conservative_log_ratio(*cells, terms=max(1, len(rows)))
    elif name == "log_odds_z":
        rows[name] = contrast.log_odds(*cells)
    else:
        score = dispersion.SCORES[name]
        rows[name], rows[f"{name}_reference"] = (
            score(m, s) if len(s) > 1 else np.nan for m, s in zip(x, sizes, strict=True)
        )
