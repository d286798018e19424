"""What is given to be judged, checked before any method reads it.

What a method could only guess about comes back as nothing to judge: "" for a text that is missing
or holds no letter of a script its language is written in, :data:`NOWHERE` for a target that does
not stand in its sentence.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from analysis import languages
from analysis.results import DiscourseError

NOWHERE = (-1, -1)


def texts(given: Sequence[Any], spoken: Sequence[Any]) -> list[str]:
    """Return sentences as text; "" for those that no method can judge.

    Half a surrogate pair, which no encoder takes, becomes a question mark.

    Raises
    ------
    DiscourseError
        Where the two differ in length, or one given is neither text nor missing.
    """
    same_length(texts=given, languages=spoken)
    return [_text(text, code) for text, code in zip(given, spoken, strict=True)]


def spans(given: Sequence[Any], sentences: Sequence[str]) -> list[tuple[int, int]]:
    """Return where targets stand; :data:`NOWHERE` unless a word of their sentence stands there.

    Raises
    ------
    DiscourseError
        Where the two differ in length.
    """
    same_length(spans=given, texts=sentences)
    return [_span(span, text) for span, text in zip(given, sentences, strict=True)]


def lettered(text: str, code: Any) -> bool:
    """Tell whether a text holds a letter of a script that its language is written in."""
    known = isinstance(code, str) and code in languages.codes()
    return known and any(c.isalpha() and _script(c) in _scripts(code) for c in text)


def same_length(**given: Sequence[Any]) -> None:
    """Refuse what does not go together row by row."""
    sizes = {name: len(rows) for name, rows in given.items()}
    if len(set(sizes.values())) > 1:
        told = " and ".join(f"{n} {name}" for name, n in sizes.items())
        raise DiscourseError(f"{told} were given: give one of each for every row")


def _text(text: Any, code: Any) -> str:
    if not isinstance(text, str):
        if pd.api.types.is_scalar(text) and pd.isna(text):
            return ""
        raise DiscourseError(
            f"texts: {str(text)[:40]!r} is of type {type(text).__name__}; give strings"
        )
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole if lettered(whole, code) else ""


def _span(span: Any, text: str) -> tuple[int, int]:
    try:
        start, end = (float(place) for place in span)
        if not (start.is_integer() and end.is_integer() and 0 <= start < end <= len(text)):
            return NOWHERE
    except (TypeError, ValueError, OverflowError):
        return NOWHERE
    first, last = int(start), int(end)
    return (first, last) if any(map(str.isalnum, text[first:last])) else NOWHERE


@lru_cache(maxsize=16)
def _scripts(code: str) -> frozenset[str]:
    """The scripts of a language's stop words: LATIN, CYRILLIC, …"""
    return frozenset(
        _script(c) for word in languages.language(code).stop_words for c in word if c.isalpha()
    )


@lru_cache(maxsize=10_000)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
