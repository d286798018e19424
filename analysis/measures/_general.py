"""General rates: how often a language says a word, or the words of a concept (wordfreq)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from analysis import lexicons
from analysis.results import DiscourseError

SEVERAL = "multiword patterns: no general rate"
CAPITALS = "patterns with capitals: no general rate"
NUMBER = re.compile(r"0\D?0")


@lru_cache(maxsize=1)
def available() -> frozenset[str]:
    """Return the codes of the languages that have a list."""
    return frozenset(_wordfreq().available_languages())


@lru_cache(maxsize=8)
def frequencies(code: str) -> dict[str, float]:
    """Return the share of all words that every listed form of a language makes up.

    Numbers of several digits are left out: the list has them by their length, as 0000.
    """
    listed = _wordfreq().get_frequency_dict(code, "best")
    return {form: rate for form, rate in listed.items() if not NUMBER.search(form)}


def words(terms: Sequence[str], code: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return the rates of words that are in the list, and bounds of those that it cut up.

    The list has *zuid* and *korea*; whoever writes *zuid-korea* was counted in both.
    """
    listed, known, at_most = frequencies(code), {}, {}
    for term in terms:
        form = term.casefold().replace("’", "'")  # as the list is written: strasse, zo'n
        if form in listed:
            known[term] = listed[form]
        elif parts := [listed[part] for part in form.split("-") if part in listed]:
            at_most[term] = min(parts)
    return known, at_most


def _wordfreq() -> Any:
    try:
        import wordfreq
    except ImportError:
        raise DiscourseError(
            "background needs the package wordfreq for general rates: install it, or pass reference"
        ) from None
    return wordfreq


@lru_cache(maxsize=16)
def concepts(lexicon: lexicons.Lexicon, code: str) -> dict[str, float]:
    """Add up the general rates of the single words that every concept takes."""
    listed = frequencies(code)
    forms, rates = list(listed), np.fromiter(listed.values(), dtype=np.float64, count=len(listed))
    row, key = taken(lexicon, code, forms)
    return pd.Series(rates[row], index=key).groupby(level=0).sum().to_dict()


def closed(lexicon: lexicons.Lexicon, code: str) -> dict[str, str]:
    """Name the concepts whose patterns single case-folded words cannot meet, and say why."""
    out: dict[str, str] = {}
    for p in lexicon.patterns:
        if p.kind == "exclude" or p.language not in (code, "*"):
            continue
        if len(p.wanted) > 1:
            out[p.key] = SEVERAL
        elif p.core[0].text != p.core[0].text.lower():
            out.setdefault(p.key, CAPITALS)
    return out


def taken(
    lexicon: lexicons.Lexicon, code: str, forms: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return, for every mention in a word of `forms` by itself, the word's number and the key."""
    matcher = lexicons.Matcher(lexicon.matcher(code).patterns)  # its own: it keeps what it saw
    near = set(matcher.index.places(list(forms)))
    hits = [
        (i, s.key)
        for i, form in enumerate(forms)
        if i in near or not form.isalnum()
        for s in matcher(form)
    ]
    rows, keys = zip(*hits, strict=True) if hits else ((), ())
    return np.array(rows, dtype=np.int64), np.array(keys, dtype=str)
