"""Which words of a sentence count for its tone, and what the words around them make of them.

The rules work within a clause, which ends at punctuation and at words such as *but*:

- A negator turns the valued words among the next :data:`REACH` around (times :data:`NEGATED`); one
  that may stand after its verb (*nicht*, *niet*) and has none ahead of it, the nearest one among
  the :data:`BEFORE` before it. "Not only" does not negate.
- An intensifier or downtoner multiplies the next valued word, at most :data:`DEGREE_REACH` ahead.
- Where something unwanted rises or falls (*unemployment is falling*), the word of direction is
  turned around and the unwanted thing itself counts nothing.

A word is looked up as it stands, then by its lemma in the dictionary. The words are data:
``seeds/languages/<code>/valence.csv`` has the values, ``tone_words.csv`` what changes them, and
``negators.txt`` further negators.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from analysis import paths
from analysis.languages import language
from analysis.results import DiscourseError
from analysis.scan import fold
from analysis.tokens import tokenize

REACH = 4
BEFORE = 6
DEGREE_REACH = 2
NEGATED = -0.4
"""Near the best of -1, -0.6, -0.3 and 1 (no rule) by log loss on Dutch and English sentences; the
published lists of English (VADER) use -0.74."""
_BREAK = re.compile(r"[,;:.!?()\[\]\n–—…\"“”„«»]| [-/] ")


class Valued(NamedTuple):
    """A word that counts: where it stands, as written, its entry, and its value by a factor."""

    start: int
    end: int
    word: str
    term: str
    value: float
    factor: float
    counted: float
    why: str


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


def _table(file: Path) -> list[dict[str, str]]:
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
def term(own: Lexicon, form: str) -> str:
    """Return the entry that a folded form is counted under; "" where it has none."""
    if form in own.values:
        return form
    base = lemma(form, own.code)
    return base if base in own.values else ""


@lru_cache(maxsize=200_000)
def _kind(own: Lexicon, form: str) -> str:
    """Return what a folded form does to others; "" for nothing."""
    if form in own.kinds:
        return own.kinds[form]
    base = lemma(form, own.code)
    if own.kinds.get(base) in ("rise", "fall", "burden"):
        return own.kinds[base]
    return "burden" if form.endswith(own.tails) or base.endswith(own.tails) else ""


def found(text: str, own: Lexicon) -> list[Valued]:
    """Return the words of a text that count, in order."""
    starts, ends = (places.tolist() for places in tokenize(text))
    forms = [fold(text[a:b]) for a, b in zip(starts, ends, strict=True)]
    terms = [term(own, f) for f in forms]
    kinds = [_kind(own, f) for f in forms]
    out = []
    for first, last in _clauses(text, starts, ends, kinds):
        part = slice(first, last)
        for i, factor, why in _factors(own, forms[part], terms[part], kinds[part]):
            at = first + i
            value = own.values[terms[at]]
            word = text[starts[at] : ends[at]]
            counted = value * factor
            out.append(Valued(starts[at], ends[at], word, terms[at], value, factor, counted, why))
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
    own: Lexicon, forms: Sequence[str], terms: Sequence[str], kinds: Sequence[str]
) -> list[tuple[int, float, str]]:
    """Return place, factor and reasons of the words of one clause that count."""
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
