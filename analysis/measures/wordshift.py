r"""Word shift: which terms make two groups of documents differ, and by how much each.

A difference of two averages is taken apart into what every term gives to it (Gallagher, Frank,
Mitchell, Schwartz, Reagan, Danforth & Dodds 2021, EPJ Data Science 10:4). With p and r a term's
proportion of all terms counted in target and reference, its contribution is, by `kind`::

    proportion   p - r
    entropy      p log2(1/p) - r log2(1/r)                       Shannon's entropy, bits
    jsd          p/2 log2(p/m) + r/2 log2(r/m),  m = (p + r)/2   Jensen-Shannon divergence, bits
    sentiment    (p - r) (s - c)                                 mean score of the terms

Contributions add up to the whole difference: 0 for proportions, the difference of the two
entropies, the divergence (equal weights), the difference of the two mean scores. In the last, s is
the score of the term and c the reference score. Since p - r adds up to zero, c moves no sum; it
decides what counts as positive (Dodds & Danforth 2009, Journal of Happiness Studies 11:441-456).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts as counting
from analysis import rates, resample
from analysis.measures import _shift, dispersion
from analysis.measures._contrast import MANY, UNCLEAR
from analysis.measures.pairs import Pair, pairs
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus

KINDS = {
    "proportion": "difference of proportions",
    "entropy": "bits of entropy",
    "jsd": "bits of Jensen-Shannon divergence",
    "sentiment": "points of mean score",
}
"""What `kind` may be, and the unit of its contributions."""
EXTRA = (
    "kind", "score", "type", "proportion", "proportion_reference", "share", "n_reference",
    "tokens_reference", "docs_reference", "docs_with", "docs_with_reference", "counted",
    "counted_reference", "q", "average", "average_reference", "whole", "chance_lo", "chance_hi",
    "rest", "stop_word", "term_unit", "languages",
)  # fmt: skip
WHOLE = (
    "n", "n_docs", "n_tokens", "n_reference", "tokens_reference", "docs_reference", "docs_with",
    "docs_with_reference", "counted", "counted_reference",
)  # fmt: skip
METHOD = (
    "{kind} shift (Gallagher et al. 2021){centre}; interval: bootstrap of documents ({n_boot} "
    "samples, expanded percentile, pointwise); q: Benjamini-Hochberg over a t test of the rates "
    "between documents, from {docs} documents a side; chance: the whole difference when documents "
    "are dealt to the two groups at random ({shuffles} times); {marked}"
)
SOME = f"; of more than {MANY:,} terms only those that contribute most get one"
ACROSS = (
    "; terms of several languages meet here and carry the lexicon's own unmeasured difference "
    "between them"
)
NO_SCORES = (
    "scores is needed for kind='sentiment': give a table with the columns term and score (the "
    "suite's own model of tone judges sentences, not words)"
)
NOTHING = "nothing to count on one side"


def wordshift(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "source",
    target: str | int | Sequence[str | int] | None = None,
    reference: str | int | None = None,
    kind: str = "proportion",
    unit: str = "word",
    scores: pd.DataFrame | pd.Series | None = None,
    reference_score: float | None = None,
    min_count: int = 1,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Take the difference of two groups of documents apart, term by term.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        Metadata column, or columns, that make the groups.
    target : str, int or sequence of them, optional
        One group, or some in turn. None: every group.
    reference : str or int, optional
        What `target` is compared with. None: all other groups ("rest").
    kind : {"proportion", "entropy", "jsd", "sentiment"}
        Formulas above.
    unit : {"word", "lemma", "concept", "actor"}
        Words and lemmas are compared within a language only, concepts and actors over all.
    scores : DataFrame or Series, optional
        For "sentiment" only: columns ``term, score``, or a Series of scores by term. Terms
        without a score are not counted; leave out neutral ones to set them aside. Words are
        case-folded. Scores are those of one language unless the unit crosses languages.
    reference_score : float, optional
        For "sentiment" only: the score of a neutral term, such as the middle of the scale.
        None: the mean score of the reference, so that a term is positive where it lies above it.
    min_count : int
        Leave out rows of terms that occur less often on both sides together; what they
        contribute is in `rest`.
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval; q is held to 1 - level.

    Returns
    -------
    DataFrame
        Result rows, the largest contributions first. estimate = contribution of the term to
        target minus reference; all of one pair of groups and `rest` add up to `whole`, which is
        `average` - `average_reference` for entropy and sentiment. `share` is the contribution's
        part of all contributions regardless of sign (`rest` included). `proportion` is n /
        `counted`: of all words or lemmas, of all mentions of concepts, or of all terms that have
        a score. `type` is ↑ or ↓ for a term used more or less by the target; for sentiment with a
        sign for a score above (+) or below (−) the reference score: +↑ and −↓ raise the mean.
        `chance_lo` and `chance_hi` hold 95 % (`level`) of the whole differences between random
        groups of as many documents; NaN with one document on a side.

    Raises
    ------
    ComparabilityError
        If `target` and `reference` share no language and the unit is word or lemma.
    DiscourseError
        If a column, group, unit, kind or score is wrong; names the choices.

    Notes
    -----
    A term "contributes" where its interval is off zero and both groups use it at different rates
    by the test of :func:`analysis.measures.keyness.keyness` (`q`, over the rows returned): the
    interval alone is too narrow for terms that few documents hold.

    A divergence contribution is never negative, and its side is the one that uses the term more;
    resamples in which that is the other side count as negative, so that an interval around zero
    says that the side is not sure.

    Entropy and divergence depend on the amount of text: a longer text has more rare words, so its
    entropy is higher, and two samples of one text diverge. No correction (such as Miller and
    Madow's) is made, since they assume that words are independent of each other; a whole
    difference within `chance_lo` and `chance_hi` is what texts of these lengths show anyway.
    Proportion, entropy and divergence shifts are led by function words; `stop_word` marks them, so
    that a picture may leave them out (they stay in every sum).
    """
    known = _scores(kind, scores, reference_score, unit)
    resample.checked(level, n_boot, seed)
    if min_count < 1 or n_boot < 1:
        raise DiscourseError("min_count and n_boot must be at least 1")
    counted = counting.count(corpus, unit=unit, include_marked=include_marked)
    score = np.ones(len(counted.terms))
    if known is not None:
        score = known.reindex(counted.terms).to_numpy(dtype=np.float64)
    found = []
    for every in pairs(corpus.documents, by, unit, target, reference):
        pair = every.speaking(counted.n_tokens)
        sides, terms = _sides(counted, pair, kind, score, reference_score)
        if not len(pair.against):
            found.append(_alone(pair, counted, pair.alone(unit)))
        elif not len(terms):
            found.append(_alone(pair, counted, NOTHING))
        else:
            rows = _rows(sides, terms, pair, level=level, n_boot=n_boot, seed=seed)
            found.append(_described(rows, counted, pair, min_count, level))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"more": []})
    method = METHOD.format(
        kind=kind, centre=_centre(kind, reference_score), n_boot=n_boot,
        shuffles=_shift.SHUFFLES, docs=resample.MIN_DOCS, marked=counting.MARKED[include_marked],
    )  # fmt: skip
    tag = unit if unit in counting.ACROSS else "term"
    rows = rows.assign(
        by=counting.SEPARATOR.join(counting.columns(by)), kind=kind, level=level,
        unit=KINDS[kind], term_unit=unit, method=method + rows["more"].astype(object),
    )  # fmt: skip
    rows = rows.astype({c: "Int64" for c in WHOLE if c in rows}).rename(columns={"term": tag})
    keys = (tag, "language", "by", "group", "reference")
    return frame(rows, measure="wordshift", keys=keys, extra=EXTRA)


def _scores(
    kind: str, scores: pd.DataFrame | pd.Series | None, centre: float | None, unit: str
) -> pd.Series | None:
    """Return one number a term where the kind needs scores, or say what is wrong."""
    if kind not in KINDS:
        raise DiscourseError(f"kind={kind!r} is unknown: use one of {', '.join(KINDS)}")
    if kind != "sentiment":
        if scores is not None or centre is not None:
            raise DiscourseError(
                f"scores and reference_score mean nothing for kind={kind!r}: leave them out, or "
                "ask for kind='sentiment'"
            )
        return None
    if scores is None:
        raise DiscourseError(NO_SCORES)
    if centre is not None and not np.isfinite(centre):
        raise DiscourseError(f"reference_score={centre} is no score: give a number")
    return _shift.by_term(scores, unit)


def _centre(kind: str, given: float | None) -> str:
    """Say in a method text which score is neutral."""
    if kind != "sentiment":
        return ""
    return ", reference score: " + ("the mean of the reference" if given is None else f"{given:g}")


def _alone(pair: Pair, counted: counting.Counts, verdict: str) -> pd.DataFrame:
    """One row for a pair that gives no term, with the reason."""
    sides = {"target": pair.target, "against": pair.against}
    words = {name: int(counted.n_tokens[rows].sum()) for name, rows in sides.items()}
    return pd.DataFrame(
        {
            "term": [""],
            "language": pair.language,
            "languages": pair.languages,
            "group": pair.group,
            "reference": pair.reference,
            "n_docs": len(pair.target),
            "n_tokens": words["target"],
            "docs_reference": len(pair.against),
            "tokens_reference": words["against"],
            "type": "",
            "stop_word": False,
            "verdict": reason(verdict, len(pair.target)),
            "more": "",
        }
    )


def _sides(
    counted: counting.Counts, pair: Pair, kind: str, score: np.ndarray, centre: float | None
) -> tuple[_shift.Sides, np.ndarray]:
    """Return both sides' counts of the terms that one of them has (and that have a score)."""
    both = [counted.rows(rows) for rows in (pair.target, pair.against)]
    use = np.flatnonzero((both[0].total() + both[1].total() > 0) & ~np.isnan(score))
    x = [sparse.csc_array(side.matrix[:, use]) for side in both]
    return _shift.Sides(kind, x, score[use], centre), counted.terms[use]


def _rows(
    sides: _shift.Sides, terms: np.ndarray, pair: Pair, *, level: float, n_boot: int, seed: int
) -> pd.DataFrame:
    """Return every term with its contribution and interval, and what holds for all of them."""
    x, (p, r) = sides.x, sides.proportions()
    middle = sides.middle()
    estimate = _shift.contributions(sides.kind, p, r, sides.score, middle)
    rows = pd.DataFrame({"term": terms, "estimate": estimate})
    rows["proportion"], rows["proportion_reference"] = p, r
    rows["n"], rows["n_reference"] = (np.asarray(m.sum(axis=0)).ravel() for m in x)
    sizes = [np.asarray(m.sum(axis=1)).ravel() for m in x]
    rows["docs_with"], rows["docs_with_reference"] = (
        dispersion.value_range(m, s) for m, s in zip(x, sizes, strict=True)
    )
    rows["p"] = np.nan
    if min(len(s) for s in sizes) >= resample.MIN_DOCS:
        rows["p"] = rates.ratio(*map(rates.of_matrix, x, sizes)).p()
    rows["counted"], rows["counted_reference"] = (int(m.sum()) for m in x)
    rows["share"] = _shift.over(estimate, np.abs(estimate).sum())
    rows["type"] = np.select([p > r, p < r], ["↑", "↓"], "")
    if sides.kind == "sentiment":
        sign = np.select([sides.score > middle, sides.score < middle], ["+", "−"], "")
        rows["score"], rows["type"] = sides.score, pd.Series(sign).str.cat(rows["type"])
    rows["average"], rows["average_reference"] = one, two = sides.averages()
    total = estimate.sum()  # Of differences of proportions zero, but for the last digits.
    rows["whole"] = {"proportion": abs(0 * total), "jsd": total}.get(sides.kind, one - two)
    rows["chance_lo"], rows["chance_hi"] = _shift.chance(sides, pair, level=level, seed=seed)
    chosen = np.sort(np.argsort(-np.abs(estimate), kind="stable")[:MANY])
    rows["lo"], rows["hi"] = np.nan, np.nan
    found = _shift.interval(sides, chosen, pair, level=level, n_boot=n_boot, seed=seed)
    rows.loc[chosen, "lo"], rows.loc[chosen, "hi"] = found
    return rows


def _described(
    rows: pd.DataFrame, counted: counting.Counts, pair: Pair, min_count: int, level: float
) -> pd.DataFrame:
    """Add the pair to its rows, leave out the rare ones, and put the largest first."""
    places = (pair.target, pair.against)
    rows = rows.assign(
        language=pair.language, languages=pair.languages, group=pair.group,
        reference=pair.reference,
    )  # fmt: skip
    rows["n_docs"], rows["docs_reference"] = (len(p) for p in places)
    rows["n_tokens"], rows["tokens_reference"] = (int(counted.n_tokens[p].sum()) for p in places)
    rows["more"] = (ACROSS if "+" in pair.languages else "") + (SOME if len(rows) > MANY else "")
    rows["more"] += resample.told(rows[["n_docs", "docs_reference"]])
    rows["stop_word"] = counting.stop_words(rows["term"], counted.unit, pair.language)
    rare = rows["n"] + rows["n_reference"] < min_count
    left = rows.loc[rare, "estimate"].sum() if rare.any() else 0.0
    rows = rows[~rare].assign(rest=left, size=rows["estimate"].abs())
    rows["q"] = resample.benjamini_hochberg(rows["p"].to_numpy())
    rows["verdict"] = _verdicts(rows, level)
    rows = rows.sort_values(["size", "term"], ascending=[False, True], kind="stable")
    return rows.drop(columns=["size", "p"])


def _verdicts(rows: pd.DataFrame, level: float) -> np.ndarray:
    """Say in words what a contribution rests on; the first rule that holds decides."""
    fewest = rows[["n_docs", "docs_reference"]].min(axis=1)
    rules = [
        (fewest < 2, ONE_TEXT),
        (rows["estimate"].isna(), NOTHING),
        (rows["docs_with"] + rows["docs_with_reference"] < 2, "one text alone has it"),
        (fewest < resample.MIN_DOCS, "too little text"),
        (rows["lo"].isna(), "no interval"),
        (((rows["lo"] > 0) | (rows["hi"] < 0)) & (rows["q"] <= 1 - level), "contributes"),
    ]
    return np.select([r for r, _ in rules], [v for _, v in rules], UNCLEAR)
