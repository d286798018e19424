"""Tone by counting words: a list of valences a language, with negation, degree and direction.

Everything a score is made of can be read: :func:`words` shows every word that counted, its value
and what the words around it did to that value (:mod:`analysis.judging.valences` has the rules). In
one sentence, with v the value of a word, f the product of its factors and k the number of words
that count::

    s = (sum of f v) / sqrt(1 + k)
    P(negative) = 1 / (1 + exp(b s - c1)),  P(negative or neutral) = 1 / (1 + exp(b s - c2))

an ordered logit whose slope b and cut points c1 < c2 were fitted for each language on coded
sentences (``models/sentiment-lexicon.json``, with its card). The label is not the most probable
class, which is nearly always neutral where most sentences are: it is negative up to one value of s
and positive from another, placed so that as many of the coded sentences are called negative and
positive as the coders called so.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, paths
from analysis.judging import given, store
from analysis.judging.valences import Valued, found, load, term
from analysis.results import ComparabilityError
from analysis.scan import fold

if TYPE_CHECKING:
    from analysis.corpus import Corpus

FOUND = ("text", *Valued._fields)


def words(texts: Sequence[str], languages: Sequence[str]) -> pd.DataFrame:
    """Show every word that counts, and how.

    Parameters
    ----------
    texts, languages : sequence of str
        Sentences and their language codes.

    Returns
    -------
    DataFrame
        One row a word with a valence: ``text`` (row number in `texts`), ``start, end`` (code
        points), ``word`` (as written), ``term`` (the entry), ``value`` (its valence), ``factor``,
        ``counted`` = value x factor, and ``why`` (what made the factor other than 1). The
        formula above makes a text's score of its rows. No rows for languages without a list.
    """
    whole = given.texts(texts, languages)
    known = calibration()
    rows: list[tuple[Any, ...]] = []
    for at, (text, code) in enumerate(zip(whole, languages, strict=True)):
        if text and code in known:
            rows += [(at, *row) for row in found(text, load(code))]
    return pd.DataFrame(rows, columns=list(FOUND)).astype(
        {"text": "int64", "start": "int64", "end": "int64"}
        | dict.fromkeys(("value", "factor", "counted"), "float64")
    )


@lru_cache(maxsize=1)
def calibration() -> dict[str, dict[str, Any]]:
    """Return what was fitted for every language: slope, low, high; and below, above (labels)."""
    file = paths.MODELS / "sentiment-lexicon.json"
    return dict(json.loads(file.read_text("utf-8"))["languages"])


def sentiment(texts: Sequence[str], languages: Sequence[str]) -> pd.DataFrame:
    """Judge the tone of single sentences by the words in them.

    Parameters
    ----------
    texts, languages : sequence of str
        Sentences and their language codes.

    Returns
    -------
    DataFrame
        ``negative, neutral, positive`` (probabilities), ``score`` = positive - negative and
        ``label`` (-1, 0, 1; see above). NaN in all of them is an abstention: no letters, or a
        language without a list. A sentence with no word of the list gets what such sentences
        are on average; :func:`words` has no row for it.
    """
    whole = given.texts(texts, languages)
    known = calibration()
    able = [bool(t) and code in known for t, code in zip(whole, languages, strict=True)]
    fitted = {
        key: np.array(
            [known[c][key] if ok else np.nan for c, ok in zip(languages, able, strict=True)]
        )
        for key in ("slope", "low", "high", "below", "above")
    }
    s = strengths(words(whole, languages), len(able))
    p = probabilities(fitted["slope"] * s, fitted["low"], fitted["high"])
    return store.scored(p, labels(s, fitted["below"], fitted["above"]))


def strengths(rows: pd.DataFrame, n: int) -> np.ndarray:
    """Return s of the formula above for `n` texts from the rows of :func:`words`, shape (n,)."""
    at = rows["text"].to_numpy(dtype=int)
    total = np.bincount(at, weights=rows["counted"], minlength=n)
    return np.asarray(total / np.sqrt(1 + np.bincount(at, minlength=n)))


def probabilities(strength: Any, low: Any, high: Any) -> np.ndarray:
    """Return P(negative), P(neutral), P(positive) of an ordered logit, shape (n, 3)."""
    below, until = (1 / (1 + np.exp(np.clip(strength - cut, -50, 50))) for cut in (low, high))
    return np.stack([below, until - below, 1 - until], axis=1)


def labels(s: np.ndarray, below: Any, above: Any) -> np.ndarray:
    """Return -1 up to `below`, 1 from `above`, 0 between, as floats; NaN where these are NaN."""
    found = (s >= above).astype(float) - (s <= below)
    return np.where(np.isnan(below + s), np.nan, found)


def values(corpus: "Corpus", *, unit: str = "word") -> pd.DataFrame:
    """Return the valence of every word of a corpus of one language, as a word shift takes them.

    ``wordshift(part, kind="sentiment", scores=values(part), reference_score=0)`` shows which words
    make two groups of documents differ in tone; `part` may be
    ``corpus.subset(corpus.documents["language"].eq("nl"))``. Words stand alone there: negation and
    degree are not seen (:func:`words` shows what they change).

    Parameters
    ----------
    corpus : Corpus
        All in one language: every language has a scale of its own.
    unit : {"word", "lemma"}
        As in the word shift.

    Returns
    -------
    DataFrame
        ``term, score``; terms without a valence are left out.

    Raises
    ------
    ComparabilityError
        If the corpus has texts in several languages.
    DiscourseError
        If its language has no list.
    """
    spoken = sorted(set(counts.languages_of(corpus.documents)))
    if len(spoken) > 1:
        raise ComparabilityError(
            f"the corpus is in {', '.join(spoken)}: each language's valences are on a scale of "
            "their own, so give the texts of one (corpus.subset) and compare words within it"
        )
    rows = []
    for own in map(load, spoken):  # none where the corpus is empty
        entries = ((word, term(own, fold(word))) for word in counts.terms_of(corpus, unit)[1])
        rows = [(word, own.values[entry]) for word, entry in entries if entry]
    return pd.DataFrame(rows, columns=["term", "score"])
