"""Tone by counting words: a list of valences a language, with negation, degree and direction.

Everything a score is made of can be read: :func:`words` shows every word that counted, its value in
``seeds/languages/<code>/valence.csv`` and what the words around it (``tone_words.csv``, beside it)
did to that value. In one sentence, with v the value of a word, f the product of its factors and k
the number of words that count::

    s = (sum of f v) / sqrt(1 + k)
    P(negative) = 1 / (1 + exp(b s - c1)),  P(negative or neutral) = 1 / (1 + exp(b s - c2))

an ordered logit whose slope b and cut points c1 < c2 were fitted for each language on coded
sentences (``models/sentiment-lexicon.json``, with its card). The rules, within a clause, which ends
at punctuation and at words such as *but*:

- A negator turns the evaluative words among the next :data:`REACH` around (times
  :data:`NEGATED`); one that may stand after its verb (*nicht*, *niet*) and has none ahead of it,
  the nearest one before it. "Not only" does not negate.
- An intensifier or downtoner multiplies the next evaluative word, at most two words ahead.
- Where something unwanted rises or falls (*unemployment is falling*), the word of direction is
  turned around and the unwanted thing itself counts nothing.

A word is looked up as it stands, then by its lemma in the dictionary, then, in languages that write
compounds in one word, by its last part.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from analysis import paths
from analysis.languages import language
from analysis.results import ComparabilityError, DiscourseError
from analysis.scan import fold
from analysis.tokens import tokenize

CLASSES = ("negative", "neutral", "positive")
COLUMNS = (*CLASSES, "score", "label")
FOUND = ("text", "start", "end", "word", "term", "value", "factor", "counted", "why")
REACH = 4
BEFORE = 6
DEGREE_REACH = 2
NEGATED = -0.4
SHORTEST = 5
"""Letters a last part of a compound has at least."""
_BREAK = re.compile(r"[,;:.!?()\[\]\n–—…\"“”„«»]| [-/] ")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What is counted in one language.

    Attributes
    ----------
    code : str
    values : dict of str to float
        Valence by form or lemma, folded.
    kinds : dict of str to str
        Words that change others: form → negate, negate both, only, degree, break, rise, fall,
        burden, none.
    factors : dict of str to float
        Of words of degree.
    tails : tuple of str
        Last parts of compounds that are burdens (``*schuld``).
    """

    code: str
    values: dict[str, float]
    kinds: dict[str, str]
    factors: dict[str, float]
    tails: tuple[str, ...]

    def term(self, form: str) -> str:
        """Return the entry that a folded form is counted under; "" where it has none."""
        return _term(self, form)

    def kind(self, form: str) -> str:
        """Return what a form does to others; "" for nothing."""
        return _kind(self, form)


@lru_cache(maxsize=8)
def load(code: str) -> Lexicon:
    """Read the word lists of a language.

    Raises
    ------
    DiscourseError
        If the language is unknown or has no list.
    """
    own = language(code)
    folder = paths.SEEDS / "languages" / code
    kinds = dict.fromkeys(own.negators, "negate")
    factors: dict[str, float] = {}
    tails = []
    for row in _table(folder / "tone_words.csv"):
        form = fold(row["form"].removeprefix("*"))
        if row["form"].startswith("*"):
            tails.append(form)
        else:
            kinds[form] = row["kind"]
        if row["factor"]:
            factors[form] = float(row["factor"])
    values = {fold(r["term"]): float(r["value"]) for r in _table(folder / "valence.csv")}
    return Lexicon(code, values, kinds, factors, tuple(tails))


def _table(file: Any) -> list[dict[str, str]]:
    if not file.is_file():
        raise DiscourseError(
            f"{file.parent.name}/{file.name} is not there: the lexicon method needs it for this "
            "language; add it or use another model"
        )
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@lru_cache(maxsize=200_000)
def lemma(form: str, code: str) -> str:
    """Return the dictionary's lemma of a folded form, whatever stands around it."""
    import simplemma

    return fold(simplemma.lemmatize(form, lang=code))


@lru_cache(maxsize=200_000)
def _term(own: Lexicon, form: str) -> str:
    if form in own.values:
        return form
    base = lemma(form, own.code)
    if base in own.values:
        return base
    return ""


@lru_cache(maxsize=200_000)
def _kind(own: Lexicon, form: str) -> str:
    if form in own.kinds:
        return own.kinds[form]
    base = lemma(form, own.code)
    if own.kinds.get(base) in ("rise", "fall", "burden"):
        return own.kinds[base]
    return "burden" if form.endswith(own.tails) or base.endswith(own.tails) else ""


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
    known = calibration()
    rows: list[tuple[Any, ...]] = []
    for at, (text, code) in enumerate(zip(texts, languages, strict=True)):
        if code in known:
            rows += [(at, *row) for row in found(str(text), load(code))]
    return pd.DataFrame(rows, columns=list(FOUND)).astype(
        {"text": "int64", "start": "int64", "end": "int64"}
        | dict.fromkeys(("value", "factor", "counted"), "float64")
    )


def found(text: str, own: Lexicon) -> list[tuple[Any, ...]]:
    """Return (start, end, word, term, value, factor, counted, why) of a text's valued words."""
    starts, ends = (places.tolist() for places in tokenize(text))
    forms = [fold(text[a:b]) for a, b in zip(starts, ends, strict=True)]
    terms = [own.term(f) for f in forms]
    out = []
    for first, last in _clauses(text, starts, ends, [own.kind(f) for f in forms]):
        for i, factor, why in _factors(own, forms[first:last], terms[first:last]):
            at = first + i
            value = own.values[terms[at]]
            out.append((
                starts[at], ends[at], text[starts[at] : ends[at]], terms[at], value, factor,
                value * factor, why,
            ))  # fmt: skip
    return out


def _clauses(
    text: str, starts: Sequence[int], ends: Sequence[int], kinds: Sequence[str]
) -> Iterable[tuple[int, int]]:
    """Yield first and last word (exclusive) of every clause."""
    first = 0
    for i in range(1, len(starts)):
        if kinds[i] == "break" or _BREAK.search(text, ends[i - 1], starts[i]):
            yield first, i
            first = i
    if starts:
        yield first, len(starts)


def _factors(
    own: Lexicon, forms: Sequence[str], terms: Sequence[str]
) -> list[tuple[int, float, str]]:
    """Return place, factor and reasons of the words of one clause that count."""
    kinds = [own.kind(f) for f in forms]
    counts = [bool(t) for t in terms]
    factor = [1.0] * len(forms)
    why: list[list[str]] = [[] for _ in forms]
    for i, kind in enumerate(kinds):  # Degree: what modifies does not count itself.
        ahead = next((j for j in range(i + 1, min(i + 1 + DEGREE_REACH, len(forms)))
                      if counts[j] and kinds[j] != "degree"), None)  # fmt: skip
        if kind == "degree" and ahead is not None:
            factor[ahead] *= own.factors[forms[i]]
            why[ahead].append(forms[i])
            counts[i] = False
        elif kind.startswith("negate"):
            counts[i] = False
    _turn_directions(forms, kinds, counts, factor, why)
    for i, kind in enumerate(kinds):
        if kind.startswith("negate") and kinds[i + 1 : i + 2] != ["only"]:
            for j in _scope(i, counts, both=kind.endswith("both")):
                factor[j] *= NEGATED
                why[j].append(forms[i])
    return [(i, factor[i], " ".join(why[i])) for i in range(len(forms)) if counts[i]]


def _turn_directions(
    forms: Sequence[str],
    kinds: Sequence[str],
    counts: list[bool],
    factor: list[float],
    why: list[list[str]],
) -> None:
    """Turn words of direction around where something unwanted rises or falls."""
    moves = [i for i, kind in enumerate(kinds) if kind in ("rise", "fall") and counts[i]]
    burdens = [i for i, kind in enumerate(kinds) if kind == "burden"]
    if moves and burdens:
        for i in moves:
            factor[i] *= -1
            why[i].append(forms[burdens[0]])
        for i in burdens:
            counts[i] = False


def _scope(i: int, counts: Sequence[bool], *, both: bool) -> list[int]:
    """Return the places that a negator at `i` turns."""
    ahead = [j for j in range(i + 1, min(i + 1 + REACH, len(counts))) if counts[j]]
    if ahead or not both:
        return ahead
    behind = (j for j in range(i - 1, max(i - 1 - BEFORE, -1), -1) if counts[j])
    return [j for j in (next(behind, None),) if j is not None]


@lru_cache(maxsize=1)
def calibration() -> dict[str, dict[str, Any]]:
    """Return slope and cut points of every language that the method was fitted for."""
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
        ``label`` (-1, 0, 1: the most probable). NaN in all of them is an abstention: no letters,
        or a language without a list. A sentence with no word of the list gets what such sentences
        are on average; :func:`words` has no row for it.
    """
    known = calibration()
    able = [
        code in known and any(map(str.isalpha, str(text)))
        for text, code in zip(texts, languages, strict=True)
    ]
    slope, low, high = (
        np.array([known[c][key] if ok else np.nan for c, ok in zip(languages, able, strict=True)])
        for key in ("slope", "low", "high")
    )
    s = strengths(words(texts, languages), len(able))
    return _scored(probabilities(slope * s, low, high))


def strengths(rows: pd.DataFrame, n: int) -> np.ndarray:
    """Return s of the formula above for `n` texts from the rows of :func:`words`, shape (n,)."""
    at = rows["text"].to_numpy(dtype=int)
    total = np.bincount(at, weights=rows["counted"], minlength=n)
    return np.asarray(total / np.sqrt(1 + np.bincount(at, minlength=n)))


def probabilities(strength: Any, low: Any, high: Any) -> np.ndarray:
    """Return P(negative), P(neutral), P(positive) of an ordered logit, shape (n, 3)."""
    below, until = (1 / (1 + np.exp(np.clip(strength - cut, -50, 50))) for cut in (low, high))
    return np.stack([below, until - below, 1 - until], axis=1)


def _scored(p: np.ndarray) -> pd.DataFrame:
    out = pd.DataFrame(p, columns=list(CLASSES), dtype=float)
    out["score"] = out["positive"] - out["negative"]
    out["label"] = np.argmax(np.nan_to_num(p), axis=1) - 1.0
    out.loc[out["score"].isna(), "label"] = np.nan
    return out


def values(terms: Iterable[str], *, language: str) -> pd.DataFrame:
    """Return the valence of single words, as a word shift takes them.

    ``wordshift(corpus, kind="sentiment", scores=values(vocabulary, language="nl"))`` draws how two
    groups of one language come to differ in tone. Words stand alone here: negation and degree are
    not seen (:func:`words` shows what they change).

    Parameters
    ----------
    terms : iterable of str
        Words or lemmas of one language.
    language : str
        Their language code. Scales of two languages are not the same: a word of one language
        cannot be held against a word of another.

    Returns
    -------
    DataFrame
        ``term, score``; terms without a valence are left out.

    Raises
    ------
    ComparabilityError
        If more than one language is asked for.
    DiscourseError
        If the language has no list.
    """
    if not isinstance(language, str):
        raise ComparabilityError(
            "language must be one code: valences of two languages are on scales of their own, so "
            "compare words within a language, and tone across languages with sentiment()"
        )
    own = load(language)
    pairs = ((term, own.term(fold(str(term)))) for term in dict.fromkeys(map(str, terms)))
    rows = [(term, own.values[entry]) for term, entry in pairs if entry]
    return pd.DataFrame(rows, columns=["term", "score"])
