"""The instrument's own error: what the lexicon alone does to a comparison of languages.

Lists of words in several languages never find the same share of what is said; translators choose
other words, and one language needs more words for the same. All of it was measured on texts that
say the same in each language (``benchmarks/results/concepts.csv``, written by
``benchmarks/concepts.py``, which has the formulas). A contrast between languages that is no larger
than what such texts show is no finding: :func:`floors` is that size. :func:`coverage` shows how
much of a text the lexicon finds at all; :mod:`analysis.measures.across` shows both in one table.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis import counts as counting
from analysis import lexicons, paths, query, resample
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

EVERY = "*"
"""Stands for the term in the rows that hold for all terms, and for one never measured."""
ESTIMATES = ("expected", "sd")
NOTHING = pd.DataFrame(columns=["term", "language", *ESTIMATES])
EXTRA = (
    "sentences", "words_covered", "words_lo", "words_hi", "parallel", "parallel_words",
    "term_unit", "languages",
)  # fmt: skip
METHOD = (
    "share of sentences with a mention; beside it the share of words inside mentions; interval: "
    "bootstrap of documents ({n_boot} samples, expanded percentile, pointwise); parallel: the same "
    "shares on texts that say the same in every language; {marked}"
)


def measured(unit: str = "concept", *, folder: Path | None = None) -> pd.DataFrame:
    """Return what parallel texts showed of a unit's terms.

    Parameters
    ----------
    unit : {"concept", "actor"}
    folder : Path, optional
        Where ``concepts.csv`` lies; ``benchmarks/results`` by default.

    Returns
    -------
    DataFrame
        Columns term, language, mentions, words, rate (per 1,000 words), bias (log2 ratio to the
        mean of the languages), se, expected and sd (empirical Bayes), tau, words_covered,
        sentences_covered; the term :data:`EVERY` holds for all.

    Raises
    ------
    DiscourseError
        If the unit does not cross languages.
    """
    file = _file(unit, folder)
    if not file.is_file():
        return NOTHING.copy()
    rows = _read(file, file.stat().st_mtime_ns)
    return rows[rows["unit"].eq(unit)].drop(columns="unit").reset_index(drop=True)


def _file(unit: str, folder: Path | None) -> Path:
    if unit not in counting.ACROSS:
        choices = " or ".join(counting.ACROSS)
        raise DiscourseError(f"unit={unit!r} does not cross languages: use {choices}")
    return (folder or paths.RESULTS) / "concepts.csv"


@lru_cache(maxsize=4)
def _read(file: Path, _modified: int) -> pd.DataFrame:
    # As converters they keep NA, which is an actor and not missing.
    return pd.read_csv(file, converters=dict.fromkeys(("unit", "term", "language"), str))


def floors(
    terms: Sequence[str] | np.ndarray,
    target: Mapping[str, float],
    reference: Mapping[str, float],
    *,
    unit: str = "concept",
    level: float = LEVEL,
    folder: Path | None = None,
) -> np.ndarray:
    """Return the log2 ratio that two sides of the same content may show by their languages alone.

    With b the expected bias of a term in a language, q its quasi variance and s, r the shares of
    the languages on either side::

        B = log2(sum s 2^b) - log2(sum r 2^b),     floor = |B| + z sqrt(sum g² q)
        g = s 2^b / sum(s 2^b) - r 2^b / sum(r 2^b)

    so that it grows with how differently the sides speak and is zero where they speak alike.

    Parameters
    ----------
    terms : sequence of str
        Concept keys or actor ids. One that was never measured gets what a typical one has.
    target, reference : mapping of language code to weight
        Words (or shares of words) of each side in each language.
    unit : {"concept", "actor"}
    level : float
        Share of such sides that stay within the floor.
    folder : Path, optional
        As in :func:`measured`.

    Returns
    -------
    ndarray of float, shape (n_terms,)
        Not negative; NaN where a language was not measured and the sides do not speak alike.

    Raises
    ------
    DiscourseError
        If the unit does not cross languages or the level is none.
    """
    resample.tails(level, 2)
    file = _file(unit, folder)
    known = _known(file, file.stat().st_mtime_ns, unit) if file.is_file() else _Known.of(NOTHING)
    return known.floors(np.asarray(terms, dtype=object), target, reference, level)


def limits(
    rows: pd.DataFrame,
    terms: Sequence[str] | np.ndarray,
    target: Mapping[str, float],
    reference: Mapping[str, float],
    *,
    level: float = LEVEL,
) -> np.ndarray:
    """Return :func:`floors` by a table of your own, as :func:`measured` gives it."""
    resample.tails(level, 2)
    return _Known.of(rows).floors(np.asarray(terms, dtype=object), target, reference, level)


class _Known(NamedTuple):
    """Expected bias and its variance by term and language, both of shape (n_terms, n_languages)."""

    terms: pd.Index
    languages: pd.Index
    bias: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "_Known":
        bias, sd = (rows.pivot(index="term", columns="language", values=c) for c in ESTIMATES)
        numbers = (wide.to_numpy(dtype=np.float64) for wide in (bias, sd**2))
        return cls(bias.index, bias.columns, *numbers)

    def floors(
        self,
        terms: np.ndarray,
        target: Mapping[str, float],
        reference: Mapping[str, float],
        level: float,
    ) -> np.ndarray:
        spoken = sorted({c for side in (target, reference) for c in side if side[c] > 0})
        share = np.array([[float(side.get(c, 0)) for c in spoken] for side in (target, reference)])
        total = share.sum(axis=1, keepdims=True)
        if not spoken or not total.all():
            return np.full(len(terms), np.nan)
        share = share / total
        if np.allclose(*share):
            return np.zeros(len(terms))
        column = self.languages.get_indexer(pd.Index(spoken, dtype=object))
        if (column < 0).any() or EVERY not in self.terms:
            return np.full(len(terms), np.nan)
        row = self.terms.get_indexer(pd.Index(terms, dtype=object))
        row[row < 0] = self.terms.get_loc(EVERY)
        cells = np.ix_(row, column)
        weight = np.exp2(self.bias[cells])[:, None, :] * share
        sums = weight.sum(axis=2)
        bias = np.log2(sums[:, 0] / sums[:, 1])
        own = weight / sums[:, :, None]
        spread = np.square(own[:, 0] - own[:, 1]) * self.variance[cells]
        return np.abs(bias) + stats.norm.ppf((1 + level) / 2) * np.sqrt(spread.sum(axis=1))


@lru_cache(maxsize=4)
def _known(file: Path, modified: int, unit: str) -> _Known:
    rows = _read(file, modified)
    return _Known.of(rows[rows["unit"].eq(unit)])


def coverage(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "language",
    unit: str = "concept",
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the share of sentences, and of words, in which a lexicon finds anything.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        Metadata column or columns that make the groups.
    unit : {"concept", "actor"}
    include_marked : bool
        Also count inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval.

    Returns
    -------
    DataFrame
        Result rows, one a group: estimate = share of sentences with at least one mention, n = how
        many of its ``sentences``; ``words_covered`` with ``words_lo`` and ``words_hi`` is the
        share of words inside mentions. ``parallel`` and ``parallel_words`` are the two shares on
        texts that say the same in all languages, for the languages of the group: where they
        differ, the lexicon sees more in one language than in the other.

    Raises
    ------
    DiscourseError
        If a column is unknown or the unit does not cross languages.
    """
    resample.checked(level, n_boot, seed)
    known = measured(unit)
    by = counting.columns(by)
    group = counting.labels(corpus.documents, by)
    language = counting.languages_of(corpus.documents)
    n_words = counting.words(corpus, include_marked=include_marked)
    inside = _covered(corpus, unit, include_marked)
    found, of = _sentences(corpus, unit, include_marked)
    settings: dict[str, Any] = {"level": level, "n_boot": n_boot, "seed": seed}
    rows = []
    for name, docs in counting.members(group, counting.order(corpus.documents)):
        estimate, lo, hi = resample.ratio_interval(found[docs, None], of[docs], **settings)
        share, low, high = resample.ratio_interval(inside[docs, None], n_words[docs], **settings)
        words = pd.Series(n_words[docs]).groupby(language[docs]).sum()
        rows.append(
            {
                "language": words.index[0] if len(words) == 1 else "",
                "languages": "+".join(words.index),
                "by": counting.SEPARATOR.join(by),
                "group": name,
                "estimate": estimate[0],
                "lo": lo[0],
                "hi": hi[0],
                "n": int(found[docs].sum()),
                "n_docs": len(docs),
                "n_tokens": int(n_words[docs].sum()),
                "sentences": int(of[docs].sum()),
                "words_covered": share[0],
                "words_lo": low[0],
                "words_hi": high[0],
                "parallel": _typical(known, "sentences_covered", words),
                "parallel_words": _typical(known, "words_covered", words),
                "verdict": _verdict(len(docs), int(of[docs].sum())),
            }
        )
    method = METHOD.format(n_boot=n_boot, marked=counting.MARKED[include_marked])
    method += resample.told([row["n_docs"] for row in rows])
    table = pd.DataFrame(rows, columns=None if rows else ["n_docs"])
    return frame(
        table.assign(method=method, unit="share of sentences", level=level, term_unit=unit),
        measure="coverage", keys=("language", "by", "group"), extra=EXTRA,
    )  # fmt: skip


def _verdict(n_docs: int, sentences: int) -> str:
    if n_docs < 2:
        return ONE_TEXT if sentences else f"{ONE_TEXT}; no words"
    if not sentences:
        return "no words"
    return "too little text" if n_docs < resample.MIN_DOCS else "estimated"


def _typical(known: pd.DataFrame, column: str, words: pd.Series) -> float:
    """Return the parallel texts' share, of several languages as the group mixes them."""
    rows = known[known["term"].eq(EVERY)]
    if column not in rows or not words.sum():
        return float("nan")
    share = rows.set_index("language")[column].reindex(words.index)
    return float(np.average(share.to_numpy(dtype=np.float64), weights=words))


def _sentences(corpus: "Corpus", unit: str, include_marked: bool) -> tuple[np.ndarray, np.ndarray]:
    """Count each document's sentences with a mention, and those with a word."""
    counted = counting.count(corpus, unit=unit, include_marked=include_marked, parts="sentence")
    doc, n_docs = corpus.sentences["doc"].to_numpy(np.int64), len(corpus.documents)
    spoken = counted.n_tokens > 0
    found = (np.asarray(counted.matrix.sum(axis=1)).ravel() > 0) & spoken
    return np.bincount(doc[found], minlength=n_docs), np.bincount(doc[spoken], minlength=n_docs)


def _covered(corpus: "Corpus", unit: str, include_marked: bool) -> np.ndarray:
    """Count each document's words that lie in a mention, once however many share them."""
    tokens = corpus.tokens
    mentions = query.touched(corpus, lexicons.find(corpus, lexicons.load(f"{unit}s")))
    places = np.flatnonzero(mentions.cover(len(tokens)))
    if not include_marked:
        places = places[tokens.kept_at(places)]
    return np.bincount(tokens.doc_of(places), minlength=len(corpus.documents))
