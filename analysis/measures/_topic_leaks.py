"""Words of a page rather than of a theme: what topics must not be made of."""

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import languages

if TYPE_CHECKING:
    from analysis.corpus import Corpus

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_ADDRESS = re.compile(
    r"https?|www\.|\.(?:com|org|net|nl|de|eu|info|be|at|ch|uk)\b|@", re.IGNORECASE
)
_NAME = r"[^\W\d_a-zß-ÿ][\w.’'-]+"
_BYLINE = re.compile(
    rf"^[ \t]*(?:Door|By|Von|DOOR|BY|VON|Auteur|Author|Autor(?:in)?)[: \t][ \t]*"
    rf"({_NAME}(?:[ \t]+(?:van|von|de|den|der|ter|zu|{_NAME})){{1,4}})[ \t]*"
    r"(?:[,|–—(-].{0,60})?$"
)
OUTER = 4
"""Bylines stand in so many lines at either end of a text."""
AGENCIES = frozenset({"afp", "anp", "apa", "belga", "dpa", "epd", "kna", "novum", "reuters", "upi"})
# Not "march", which is more than a month.
_DATES_TEXT = """
januari februari maart april mei juni juli augustus september oktober november december
january february may june july august october
januar jänner februar feber märz mai dezember
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
"""
DATES = frozenset(_DATES_TEXT.split())
_PAGE_TEXT = """
abonnement abonneer abonnieren advertentie advertisement anzeige bookmark bookmarken click
cookie cookies copyright facebook instagram klick klicken klik klikken linkedin newsletter
nieuwsbrief podcast subscribe whatsapp
"""
PAGE = frozenset(_PAGE_TEXT.split())
_PHRASE = re.compile(
    r"\b(?:lees (?:ook|meer|verder)|read (?:more|also|on)|also read|lesen sie (?:auch|mehr|hier)"
    r"|mehr zum thema|weiterlesen|meer over dit onderwerp|related (?:articles|stories)"
    r"|sign up (?:for|to)|share this|deel dit|artikel teilen|all rights reserved"
    r"|alle rechten voorbehouden|alle rechte vorbehalten)\b",
    re.IGNORECASE,
)


def leaks(corpus: "Corpus", stretches: pd.DataFrame, terms: pd.DataFrame) -> list[str]:
    """Say of each term whether it names the publication, the author or the page.

    Parameters
    ----------
    corpus : Corpus
    stretches : DataFrame
        ``doc, start, end``: the texts that are searched for phrases of pages; bylines are looked
        for at both ends of the documents.
    terms : DataFrame
        ``term, language, count, elsewhere`` of :func:`analysis.measures._topic_terms.terms`.

    Returns
    -------
    list of str
        The reason, or "" for a word that says nothing of the kind.
    """
    if not len(terms):
        return []
    sources = _words(corpus.documents["source"])
    texts = corpus.texts(np.unique(stretches["doc"].to_numpy(dtype=int)))
    authors = {w.casefold() for t in texts for m in _bylines(t) for w in _WORD.findall(m)}
    if "author" in corpus.documents.columns:
        authors |= _words(corpus.documents["author"])
    called = Counter(w for t in texts for m in _PHRASE.findall(t) for w in m.casefold().split())
    reasons = []
    for row in terms.itertuples():
        form = str(row.term).casefold()
        page = form in PAGE or 2 * called[form] >= row.count + row.elsewhere
        reasons.append(
            _reason(form, str(row.language), source=form in sources, author=form in authors,
                    page=page)
        )  # fmt: skip
    return reasons


def _bylines(text: str) -> list[str]:
    """Return the names of bylines among the first and last lines of a text."""
    lines = [line for line in text.splitlines() if line.strip()]
    ends = lines if len(lines) <= 2 * OUTER else lines[:OUTER] + lines[-OUTER:]
    return [m for line in ends for m in _BYLINE.findall(line)]


def _words(column: "pd.Series[str]") -> frozenset[str]:
    """Return all words of the different values of a column, case-folded."""
    values = column.dropna().astype(str).unique()
    return frozenset(w.casefold() for value in values for w in _WORD.findall(value))


def _reason(form: str, code: str, *, source: bool, author: bool, page: bool) -> str:
    if _ADDRESS.search(form):
        return "an address"
    if not any(c.isalpha() for c in form) or form[0].isdigit():
        return "a number"
    if _is_function_word(form, code):
        return "a function word"
    for holds, reason in (
        (source, "the name of a source"),
        (author, "the name of an author"),
        (form in AGENCIES, "the name of a news agency"),
        (form in DATES, "a month or a day of the week"),
        (page, "a word of the page, not of the text"),
    ):
        if holds:
            return reason
    return ""


def _is_function_word(form: str, code: str) -> bool:
    """Tell function words: of the language, or of another if the language has no such word."""
    import simplemma

    if form in languages.language(code).stop_words:
        return True
    others = (c for c in languages.codes() if c != code)
    foreign = any(form in languages.language(c).stop_words for c in others)
    return foreign and not simplemma.is_known(form, lang=code)
