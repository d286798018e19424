"""Background: what a group says more, or less, than its own language does in general.

Languages cannot be compared word by word, but each can be compared with itself: a concept said
twice as often as Dutch in general, and twice as often as German in general, is said more in both.
The general rate is that of wordfreq (Speer 2022), a mix of books, news, subtitles, web and talk up
to 2021, or that of a reference corpus. It has single words only, case-folded, so

- a word that is not in the list has no general rate, and none is made up for it;
- a concept's general rate adds up the words of the list that its patterns take, and the group is
  counted by the same patterns on the same kind of words: compounds written as one word are in,
  what several words say together is not. A concept with patterns of several words, of context or
  of capitals has none, unless a reference corpus gives it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse, stats

from analysis import counts as counting
from analysis import lexicons, rates, resample
from analysis.measures import _contrast as contrast
from analysis.measures import _general as usual
from analysis.measures._sides import entries, loss_of
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PER = 1000
UNITS = ("word", "concept")
LIST = "language in general"
TEXTS = "reference corpus"
NO_WORD = "not in the general list"
NO_LIST = "no general list of this language"
NO_TEXTS = "not in the reference corpus"
EXTRA = (
    "rate", "rate_general", "docs_with", "q", "without_one_text", "term_unit", "languages",
)  # fmt: skip
SOURCES = {
    LIST: "wordfreq (rounded to hundredths of log10, 1.2 %)",
    TEXTS: "the reference corpus",
}
METHOD = (
    "log2 ratio of the group's rate to that of its language in {source}, which is taken as known; "
    "zero counted as .5 but never as more; interval: bootstrap of the group's documents ({n_boot} "
    "samples, expanded percentile, pointwise); q: Benjamini-Hochberg over a t test of the log "
    "ratio between documents, from {docs} documents; {marked}"
)


def background(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "source",
    unit: str = "word",
    reference: "Corpus | None" = None,
    min_count: int = 3,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare term rates of groups with the general rates of their own language.

    With x the occurrences of a term in the documents of a group in one language, n their words and
    p the general rate::

        estimate = log2( (sum(x) / sum(n)) / p )
        v = max( D/(D-1) sum((x - r n)²) / sum(x)²,  1/sum(x) ),   r = sum(x) / sum(n)
        t = ln(r / p) / sqrt(v),   D - 1 degrees of freedom

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        Metadata column that makes the groups; of several each combination is a group. A group
        that speaks several languages is compared in each by itself.
    unit : {"word", "concept"}
    reference : Corpus, optional
        Texts that stand for their languages in general, instead of wordfreq. Concepts are then
        counted with all their patterns.
    min_count : int
        Leave out terms that occur less often in the group and would also occur less often at
        their general rate. So what a group leaves unsaid is found among the concepts of the
        lexicon, or the words that the corpus has in that language.
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval; q is held to 1 - level.

    Returns
    -------
    DataFrame
        Result rows: estimate = log2 ratio, +1 = twice as often as in general; n = occurrences;
        `rate` and `rate_general` per 1,000 words. Without a general rate the estimate is NaN and
        the verdict says why. First come the terms that add most to the group's divergence from
        its language, n times the estimate.

    Raises
    ------
    DiscourseError
        If a column or unit is unknown, a number out of range, or wordfreq is needed and absent.

    References
    ----------
    Speer, R. (2022). rspeer/wordfreq: v3.0. doi 10.5281/zenodo.7199437. Log ratio: Hardie (2014).
    """
    if unit not in UNITS:
        raise DiscourseError(f"unit={unit!r} has no general rate: use word or concept")
    if min_count < 0 or n_boot < 1:
        raise DiscourseError("min_count must be at least 0 and n_boot at least 1")
    resample.checked(level, n_boot, seed)
    columns = counting.columns(by)
    own = counting.keys(columns, "language")
    documents = corpus.documents
    group, language = counting.labels(documents, columns), counting.languages_of(documents)
    settings = {"level": level, "n_boot": n_boot, "seed": seed}
    name = LIST if reference is None else TEXTS
    found = []
    for code in sorted(set(language)):
        order = counting.order(documents)
        order = order[language[order] == code]
        counted = _counts(corpus, unit, code, include_marked, single=reference is None)
        counted = _spoken(counted, order) if unit == "word" else counted
        general, why = _general(counted, code, reference, include_marked)
        for label, rows in counting.members(group, order):
            part = _compare(counted.rows(rows), general, why, min_count, settings)
            part = part.assign(group=label, language=code, languages=code)
            found.append(part.assign(**{c: documents[c].iloc[rows[0]] for c in own}))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"n_docs": []})
    method = METHOD.format(
        source=SOURCES[name], n_boot=n_boot, docs=resample.MIN_DOCS,
        marked=counting.MARKED[include_marked],
    )  # fmt: skip
    tag = "concept" if unit == "concept" else "term"
    return frame(
        rows.rename(columns={"term": tag}).assign(
            by=counting.SEPARATOR.join(columns), reference=name, level=level, term_unit=unit,
            unit="log2 ratio", method=method + resample.told(rows["n_docs"]),
        ),
        measure="background",
        keys=(tag, *own, "language", "by", "group", "reference"),
        extra=EXTRA,
    )  # fmt: skip


def _counts(
    corpus: "Corpus", unit: str, code: str, include_marked: bool, *, single: bool
) -> counting.Counts:
    """Count words; or concepts, by all their patterns or in single case-folded words."""
    if unit == "word" or not single:
        return counting.count(corpus, unit=unit, include_marked=include_marked)
    words = counting.count(corpus, include_marked=include_marked)
    lexicon = lexicons.load("concepts")
    keys = np.array(lexicon.keys, dtype=str)
    row, key = usual.taken(lexicon, code, words.terms.tolist())
    member = counting.tabulate(row, np.searchsorted(keys, key), (len(words.terms), len(keys)))
    return counting.Counts(words.matrix @ member, keys, words.n_tokens, unit)


def _spoken(counted: counting.Counts, rows: np.ndarray) -> counting.Counts:
    """Keep the terms that some documents have at all."""
    use = np.flatnonzero(counted.rows(rows).total())
    terms = counted.terms[use]
    return counting.Counts(counted.matrix[:, use], terms, counted.n_tokens, counted.unit)


def _general(
    counted: counting.Counts, code: str, reference: "Corpus | None", include_marked: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return each term's general rate in a language, NaN where there is none, and why not."""
    terms = counted.terms.tolist()
    if reference is not None:
        rates = _rates(reference, counted.unit, code, include_marked)
        why = dict.fromkeys(terms, NO_TEXTS)
    elif code not in usual.available():
        rates, why = {}, dict.fromkeys(terms, NO_LIST)
    elif counted.unit == "word":
        listed = usual.frequencies(code)
        # The list writes the apostrophe one way only.
        rates = {t: listed[w] for t in terms if (w := t.replace("’", "'")) in listed}
        why = dict.fromkeys(terms, NO_WORD)
    else:
        lexicon = lexicons.load("concepts")
        closed = usual.closed(lexicon, code)
        rates = {k: r for k, r in usual.concepts(lexicon, code).items() if k not in closed}
        why = dict.fromkeys(terms, NO_WORD) | closed
    general = np.array([rates.get(t, np.nan) for t in terms], dtype=np.float64)
    return general, np.array([why[t] for t in terms], dtype=object)


def _rates(corpus: "Corpus", unit: str, code: str, include_marked: bool) -> dict[str, float]:
    """Rates of the terms that a reference corpus has in one language."""
    counted = counting.count(corpus, unit=unit, include_marked=include_marked)
    counted = counted.rows(np.flatnonzero(counting.languages_of(corpus.documents) == code))
    total, words = counted.total(), int(counted.n_tokens.sum())
    has = np.flatnonzero(total)
    return {str(counted.terms[i]): total[i] / words for i in has} if words else {}


def _compare(
    counted: counting.Counts,
    general: np.ndarray,
    why: np.ndarray,
    min_count: int,
    settings: dict[str, Any],
) -> pd.DataFrame:
    """One row for every term of one group in one language."""
    total, sizes = counted.total(), counted.n_tokens
    words, n_docs = int(sizes.sum()), len(sizes)
    use = np.flatnonzero((total >= min_count) | (general * words >= min_count))
    x, f, p = sparse.csc_array(counted.matrix[:, use]), total[use], general[use]
    rows = pd.DataFrame({"term": counted.terms[use], "n": f, "n_docs": n_docs, "n_tokens": words})
    rows["docs_with"] = np.asarray((x > 0).sum(axis=0)).ravel().astype(np.int64)
    rows["rate"] = PER * f / words if words else np.nan
    rows["rate_general"] = PER * p
    # The reference as one long text whose rates are known, so that zeros follow one rule.
    long = 1e12
    rows["estimate"] = contrast.log_ratio(f, words, p * long, long) if words else np.nan
    rows["lo"], rows["hi"] = _interval(x, sizes, rows["estimate"].to_numpy(), p, settings)
    rows["q"] = resample.benjamini_hochberg(_test(x, sizes, p))
    own, matrix = rates.of_matrix(x, sizes), sparse.csr_array(x)
    rate, _ = loss_of(entries(matrix, sizes), own, np.ones(n_docs, dtype=bool))
    left = contrast.left_over(own, rate, p * long, long)
    rows["without_one_text"] = np.where((rows["estimate"] > 0) & (n_docs > 1), left, np.nan)
    rows["verdict"] = _verdicts(rows, why[use], settings["level"])
    rank = (rows["n"].clip(lower=0.5) * rows["estimate"]).fillna(-np.inf)
    return rows.assign(rank=rank).sort_values(
        ["rank", "n", "term"], ascending=[False, False, True]
    ).drop(columns="rank")  # fmt: skip


def _interval(
    x: sparse.csc_array,
    sizes: np.ndarray,
    estimate: np.ndarray,
    general: np.ndarray,
    settings: dict[str, Any],
) -> tuple[np.ndarray, np.ndarray]:
    """Turn the interval of the group's rate into one of its log ratio to a known rate."""
    _, lo, hi = resample.ratio_interval(x, sizes, **settings)
    least = 0.5 / max(int(sizes.sum()), 1)
    lo, hi = (np.log2(np.maximum(end, least) / general) for end in (lo, hi))
    lo, hi = np.minimum(lo, estimate), np.maximum(hi, estimate)
    none = np.isnan(lo) | np.isnan(hi) | (lo == hi)
    return np.where(none, np.nan, lo), np.where(none, np.nan, hi)


def _test(x: sparse.csc_array, sizes: np.ndarray, general: np.ndarray) -> np.ndarray:
    """Test whether documents use terms at a known rate; two-sided p, see :func:`background`."""
    n, docs = sizes.astype(np.float64), len(sizes)
    if docs < resample.MIN_DOCS or not n.sum():
        return np.full(x.shape[1], np.nan)
    x = x.astype(np.float64)
    total = np.asarray(x.sum(axis=0)).ravel()
    f, rate = np.maximum(total, 0.5), total / n.sum()
    square = np.asarray(x.power(2).sum(axis=0)).ravel()
    square = square - 2 * rate * (x.T @ n) + rate**2 * (n**2).sum()
    v = np.maximum(square * docs / (docs - 1) / f**2, 1 / f)
    return 2 * stats.t.sf(np.abs(np.log(f / n.sum() / general)) / np.sqrt(v), docs - 1)


def _verdicts(rows: pd.DataFrame, why: np.ndarray, level: float) -> np.ndarray:
    """Say in words what a row shows; the first rule that holds decides."""
    estimate, lo, hi, q, left = (
        rows[c].to_numpy() for c in ("estimate", "lo", "hi", "q", "without_one_text")
    )
    one, few = rows["n_docs"].to_numpy() < 2, rows["n_docs"].to_numpy() < resample.MIN_DOCS
    none, absent = rows["rate_general"].isna().to_numpy(), rows["n"].to_numpy() == 0
    apart = ((lo > 0) | (hi < 0)) & (q <= 1 - level)
    driven = (estimate > 0) & (left < estimate / 2)
    lock = (np.abs(lo) < contrast.LOCK) & (np.abs(hi) < contrast.LOCK)
    unsure = few | np.isnan(lo)
    verdicts = np.select(
        [none, one, absent, unsure, apart & driven, apart & (estimate > 0), apart, lock],
        [why, ONE_TEXT, "does not occur", "too little text",
         "more than in general but one text drives it", "more than in general",
         "less than in general", "much as in general"],
        "not distinguishable",
    )  # fmt: skip
    return np.where(one & none, [f"{ONE_TEXT}: {v}" for v in verdicts], verdicts)
