"""Background: what a group says more, or less, than its own language does in general.

Languages cannot be compared word by word, but each can be compared with itself: a concept said
twice as often as Dutch in general, and twice as often as German in general, is said more in both.
The general rate is that of wordfreq (Speer 2022), a mix of books, news, subtitles, web and talk up
to 2021, or that of a reference corpus. It has single words only, case-folded, so

- a word that is not in the list has no general rate, and none is made up for it;
- a word with hyphens is in no list, which cut it up: it is at most as frequent as its rarest part.
  Against that bound it can prove more, never less;
- a number of several digits has none: the list has numbers by their length;
- a concept's general rate adds up the words of the list that its patterns take, and the group is
  counted by the same patterns on the same kind of words: compounds written as one word are in,
  what several words say together is not. A concept with patterns of several words, of context or
  of capitals has none, unless a reference corpus gives it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import lexicons, postings, rates, resample
from analysis.measures import _contrast as contrast
from analysis.measures import _general as usual
from analysis.measures._sides import Documents, Entries, Side, sides
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

UNITS = ("word", "concept")
LIST = "language in general"
TEXTS = "reference corpus"
NO_WORD = "not in the general list"
NO_LIST = "no general list of this language"
NO_TEXTS = "not in the reference corpus"
ABSENT = "does not occur"
EXTRA = (
    "rate", "rate_general", "docs_with", "q", "without_one_text", "largest_share", "stop_word",
    "term_unit", "languages",
)  # fmt: skip
SOURCES = {
    LIST: "wordfreq (in steps of 1/100 of log10; a word with hyphens: at most its rarest part)",
    TEXTS: "the reference corpus",
}
METHOD = (
    "log2 ratio of the group's rate to that of its language in {source}, which is taken as known; "
    "zero counted as .5 but never as more; {interval}; q: Benjamini-Hochberg in each group over a "
    "t test of the log rate between documents, from {docs} documents; {marked}"
)
RESAMPLED = (
    "interval: at each end the wider of a bootstrap of the group's documents ({n_boot} samples, "
    "expanded percentile) and a t interval, pointwise"
)


class General(NamedTuple):
    """General rates of terms, shape (n_terms,): `at_most` where only a bound is known."""

    rate: np.ndarray
    at_most: np.ndarray
    why: np.ndarray


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
        t = estimate ln(2) / sqrt(v)

    v, the variance of the log rate, and the degrees of freedom are those of
    :func:`analysis.rates.log_rate`.

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
        Coverage, number of resamples (0: no interval) and random seed of the interval; q is held
        to 1 - level.

    Returns
    -------
    DataFrame
        Result rows: estimate = log2 ratio, +1 = twice as often as in general; n = occurrences;
        `rate` and `rate_general` per 1,000 words. Without a general rate the estimate is NaN and
        the verdict says why. First come the terms that add most to the group's divergence from
        its language, n times the estimate; `stop_word` marks function words. Verdicts are those
        of :func:`analysis.measures.keyness.keyness`.

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
    if min_count < 0:
        raise DiscourseError(f"min_count={min_count} must be at least 0")
    resample.checked(level, n_boot, seed)
    columns = counting.columns(by)
    own = counting.keys(columns, "language")
    documents = corpus.documents
    group, language = counting.labels(documents, columns), counting.languages_of(documents)
    settings = {"level": level, "n_boot": n_boot, "seed": seed}
    name = LIST if reference is None else TEXTS
    # The general list is of words: concepts are put together from them, in each language.
    plain = unit if reference is not None else "word"
    held = counting.count(corpus, unit=plain, include_marked=include_marked)
    found, every = [], counting.order(documents)
    for code in sorted(set(language)):
        order = every[language[every] == code]
        counted = held if plain == unit else _concepts(held, code)
        if unit == "word":
            counted = counted.columns(np.flatnonzero(counted.rows(order).total()))
        stop = counting.stop_words(counted.terms, unit, code)
        general = _general(counted.terms.tolist(), unit, code, reference, include_marked)
        groups = counting.members(group, order)
        for (label, rows), side in zip(groups, _sides_of(counted, groups), strict=True):
            spoken = counted.rows(counting.speaking(rows, counted.n_tokens))
            part = _compare(spoken, side, general, stop, min_count, settings)
            part = part.assign(group=label, language=code, languages=code)
            found.append(part.assign(**{c: documents[c].iloc[rows[0]] for c in own}))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"n_docs": []})
    method = METHOD.format(
        source=SOURCES[name], docs=resample.MIN_DOCS, marked=counting.MARKED[include_marked],
        interval=RESAMPLED.format(n_boot=n_boot) if n_boot else "no interval",
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


def _concepts(words: counting.Counts, code: str) -> counting.Counts:
    """Count concepts in single case-folded words of a language."""
    lexicon = lexicons.load("concepts")
    keys = np.array(lexicon.keys, dtype=str)
    row, key = usual.taken(lexicon, code, words.terms.tolist())
    member = counting.tabulate(row, np.searchsorted(keys, key), (len(words.terms), len(keys)))
    return counting.Counts(words.matrix @ member, keys, words.n_tokens, "concept")


def _general(
    terms: list[str], unit: str, code: str, reference: "Corpus | None", include_marked: bool
) -> General:
    """Return each term's general rate in a language, NaN where there is none, and why not."""
    at_most: dict[str, float] = {}
    if reference is not None:
        known = _rates(reference, unit, code, include_marked)
        why = dict.fromkeys(terms, NO_TEXTS)
    elif code not in usual.available():
        known, why = {}, dict.fromkeys(terms, NO_LIST)
    elif unit == "word":
        known, at_most = usual.words(terms, code)
        why = dict.fromkeys(terms, NO_WORD)
    else:
        lexicon = lexicons.load("concepts")
        closed = usual.closed(lexicon, code)
        known = {k: r for k, r in usual.concepts(lexicon, code).items() if k not in closed}
        why = dict.fromkeys(terms, NO_WORD) | closed
    rate = np.array([(at_most | known).get(t, np.nan) for t in terms], dtype=np.float64)
    bound = np.array([t in at_most for t in terms], dtype=bool)
    return General(rate, bound, np.array([why[t] for t in terms], dtype=object))


def _rates(corpus: "Corpus", unit: str, code: str, include_marked: bool) -> dict[str, float]:
    """Rates of the terms that a reference corpus has in one language."""
    counted = counting.count(corpus, unit=unit, include_marked=include_marked)
    counted = counted.rows(np.flatnonzero(counting.languages_of(corpus.documents) == code))
    total, words = counted.total(), int(counted.n_tokens.sum())
    has = np.flatnonzero(total)
    return {str(counted.terms[i]): total[i] / words for i in has} if words else {}


def _sides_of(counted: counting.Counts, groups: list[tuple[str, np.ndarray]]) -> Iterator[Side]:
    """Yield what is known of the documents of each group, term by term."""
    held = postings.of_matrix(counted.matrix, counted.terms, counted.n_tokens, counted.unit)
    none = np.zeros(0, dtype=np.int64)
    n = counted.n_tokens.astype(np.float64)
    documents = Documents(n, np.zeros(len(n), dtype=np.int32))
    for _, rows in groups:
        both = (counting.speaking(rows, counted.n_tokens), none)
        entries = Entries(held.start, held.doc, held.x)
        yield sides(entries, documents, both, work=len(held.doc) * len(groups))[0]


def _compare(
    counted: counting.Counts, side: Side, general: General, stop: np.ndarray, min_count: int,
    settings: dict[str, Any],
) -> pd.DataFrame:  # fmt: skip
    """One row for every term of one group in one language."""
    own, words = side.sums, int(side.sums.n)
    log, variance, df = rates.log_rate(own)
    less = general.at_most & (log < np.log(general.rate))
    p = np.where(less, np.nan, general.rate)
    log = log - np.log(p)
    log[(own.x == 0) & (log > 0)] = 0  # Half an occurrence is no surplus.
    ratio = rates.Ratio(log, np.sqrt(variance), df, np.zeros(len(p)))
    keep = np.flatnonzero((own.x >= min_count) | (p * words >= min_count))
    estimate = log / np.log(2)
    lo, hi = _interval(counted, ratio, p, keep, **settings)
    left = contrast.left_over(own, side.least, p, 1)
    more = (estimate > 0) & (own.docs > 1)
    rows = pd.DataFrame({
        "term": counted.terms, "n": own.x.astype(np.int64), "n_docs": own.docs,
        "n_tokens": words, "docs_with": own.held.astype(np.int64),
        "rate": rates.PER * own.x / words if words else np.nan, "rate_general": rates.PER * p,
        "estimate": estimate, "lo": lo, "hi": hi, "stop_word": stop,
        "without_one_text": np.where(more, left, np.nan),
        "largest_share": np.where(more, side.share, np.nan),
    }).iloc[keep]  # fmt: skip
    tested = own.docs >= resample.MIN_DOCS
    rows["q"] = resample.benjamini_hochberg(ratio.p()[keep]) if tested else np.nan
    rows["verdict"] = _verdicts(rows, general.why[keep], settings)
    rank = (rows["n"].clip(lower=0.5) * rows["estimate"]).fillna(-np.inf)
    return rows.assign(rank=rank).sort_values(
        ["rank", "n", "term"], ascending=[False, False, True]
    ).drop(columns="rank")  # fmt: skip


def _interval(
    counted: counting.Counts,
    ratio: rates.Ratio,
    p: np.ndarray,
    keep: np.ndarray,
    *,
    level: float,
    n_boot: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of the log ratios of the terms `keep`: the wider at each end."""
    lo, hi = np.full(len(p), np.nan), np.full(len(p), np.nan)
    words = counted.n_tokens.sum()
    if not n_boot or len(counted.n_tokens) < 2 or not words:
        return lo, hi
    _, *ends = resample.ratio_interval(
        counted.matrix[:, keep], counted.n_tokens, level=level, n_boot=n_boot, seed=seed
    )
    ends = [np.log2(np.maximum(end, rates.ZERO / words) / p[keep]) for end in ends]
    some = ratio.of(keep)
    estimate, reach = some.log / np.log(2), some.reach(level) / np.log(2)
    lo[keep] = np.fmin(estimate - reach, ends[0])
    hi[keep] = np.fmax(estimate + reach, ends[1])
    return lo, hi


def _verdicts(rows: pd.DataFrame, why: np.ndarray, settings: dict[str, Any]) -> np.ndarray:
    """Say in words what a row shows, as keyness does; a rate that is known has no documents."""
    values = {c: rows[c].to_numpy() for c in rows}
    more = values["estimate"] > 0
    known = {
        "docs_reference": np.full(len(rows), np.inf),
        "noise_floor": np.zeros(len(rows)),
        "resampled": np.ones(len(rows), dtype=bool),
        "largest_share": np.where(more, values["largest_share"], 0),
        "without_one_text": np.where(more, values["without_one_text"], values["estimate"]),
    }
    said = contrast.verdicts(
        values | known, settings["level"], tested=settings["n_boot"] > 0, across=False
    )
    said[(said == contrast.UNCLEAR) & (values["n"] == 0)] = ABSENT
    none, one = np.isnan(values["estimate"]), values["n_docs"] < 2
    return np.where(none, np.where(one, f"{ONE_TEXT}: " + why, why), said)
