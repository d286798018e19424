"""Who says it: verbs of saying, attribution phrases and their speakers in one sentence.

A shallow grammar over words: no parser, the same rules for every language. What differs is data in
``seeds/languages/<code>/``: ``saying.csv`` (forms, particles, use), ``according_to.csv`` and
``voice_words.csv`` (the closed-class words that bound a noun phrase, the word order).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from analysis.cues import Cues

QUOTE = "\ufffc"  # stands for every character of a quoted stretch
# Titles that are written with a full stop in one of the languages; the stop ends no sentence.
_TITLES = (
    "mrs?|ms|dr|drs|ir|prof|sen|rep|gov|gen|rev|lt|col|sgt|capt|det|insp|supt|hon|st|dhr|mevr|mw|hr|fr"
    "|dipl|ing"
)
_TOKEN = re.compile(
    rf"{QUOTE}+|\b(?i:{_TITLES})\.(?=\s)|\b[A-ZÀ-Þ]\.(?=\s[A-ZÀ-Þ])|(?:[^\W\d_]\.){{2,}}(?:[-‐‑]?[^\W_]+)*|[^\W_]+(?:(?:[-‐‑'’.&/+]|(?<=\d),(?=\d))[^\W_]+)*|[^\w\s]"
)
_ENDS = frozenset(".!?;:…")
_REACH = 60  # words a clause can go back, at most
_FAR = 25  # words between a verb and its particle or clause, at most


class Token(NamedTuple):
    """A word, a punctuation mark or a whole quoted stretch, with document offsets."""

    start: int
    end: int
    text: str
    low: str  # case-folded, but for an abbreviation in capitals
    quote: bool  # stands for a quoted stretch
    word: bool
    capital: bool  # a word with a capital


def _token(offset: int, match: re.Match[str], words: Cues, loud: bool) -> Token:
    """A match as a token; in a text not in capitals "US" and "WHO" are no "us" and "who".

    In a text in capitals, what is no verb of saying and no function word may be a name or noun.
    """
    text = match[0]
    first = text[0]
    capital = first.isupper()
    low = text if capital and not loud and len(text) > 1 and text.isupper() else text.casefold()
    capital &= not (loud and (low in words.verbs or low in words["function"]))
    start = offset + match.start()
    word = first.isalnum()
    return Token(start, start + len(text), text, low, first == QUOTE, word, capital)


@dataclass
class Hit:
    """A verb of saying or an attribution phrase found in a unit.

    `first` and `last` are token positions of the cue; `pivot` of the finite verb; `speaker` the
    token range of the one who speaks; `clause` that of the reported clause. `hearsay`: a passive
    that names no speaker.
    """

    first: int
    last: int
    pivot: int
    verb: str
    kind: str
    stance: str = "neutral"
    weak: bool = False
    hearsay: bool = False
    speaker: tuple[int, int] | None = None
    clause: tuple[int, int] | None = None


class Unit:
    """A sentence with its quotations blanked: tokens, and the grammar to read them."""

    def __init__(self, text: str, start: int, words: Cues) -> None:
        self.cues = words
        self._roles = words.roles
        loud = text.isupper()
        self.tokens = [_token(start, m, words, loud) for m in _TOKEN.finditer(text)]

    def __len__(self) -> int:
        return len(self.tokens)

    def low(self, i: int) -> str:
        """Case-folded token at a position; "" outside the unit."""
        return self.tokens[i].low if 0 <= i < len(self.tokens) else ""

    def has(self, i: int, *roles: str) -> bool:
        """Whether the token at a position has one of the roles."""
        own = self._roles.get(self.tokens[i].low) if 0 <= i < len(self.tokens) else None
        return own is not None and not own.isdisjoint(roles)

    def is_word(self, i: int) -> bool:
        """Whether there is a word at a position."""
        return 0 <= i < len(self.tokens) and self.tokens[i].word

    def segment(self, i: int) -> int:
        """First position of the comma-free stretch that ends before position `i`."""
        j = i
        while j > max(0, i - _REACH) and (self.is_word(j - 1) or self._inner_quote(j - 1)):
            j -= 1
        return j

    def _inner_quote(self, i: int) -> bool:
        """A marked stretch in the middle of a clause, not one that opens the unit."""
        return self.tokens[i].quote and i > 0 and self.is_word(i - 1)

    # --- noun phrases ---------------------------------------------------------------------

    def stops(self, i: int) -> bool:
        """Whether the word at `i` cannot be part of a speaker's noun phrase."""
        if not self.is_word(i):
            return True
        if self.has(i, "determiner") or self._name_begins(i) or self._first_name(i):
            return False
        if self.low(i).endswith(self.cues.manner) and not self.tokens[i].capital:
            return True
        return self.has(
            i, "adverb", "preposition", "complementizer", "question", "relative", "subordinator",
            "have", "passive", "modal", "finite", "and", "impersonal", "as", "first_person",
        )  # fmt: skip

    def noun_phrase(
        self, i: int, limit: int | None = None, *, noun: bool = False
    ) -> tuple[int, int] | None:
        """Read a noun phrase that starts at `i`; None if none does.

        `noun`: what stands at `i` is known to be no verb.

        Returns
        -------
        (first, past) or None
            Token range, `past` exclusive.
        """
        limit = len(self.tokens) if limit is None else limit
        if i >= limit or not self.is_word(i):
            return None
        if self.has(i, "subject_pronoun", "pronoun") and not self._possessive(i, limit):
            return (i, i + 1)
        if self.has(i, "first_person") or self.stops(i):
            return None
        if self.low(i) in self.cues.verbs and not self.tokens[i].capital and not noun:
            return None
        j = i + 1
        while j < limit and self._continues(j, limit):
            j += 1
        while j > i + 1 and self.has(j - 1, "determiner", "inside", "and"):
            j -= 1
        return None if j == i + 1 and self.has(i, "determiner") else (i, j)

    def _possessive(self, i: int, limit: int) -> bool:
        """Whether a pronoun here is a determiner: "her lawyer", "ihr Sprecher"."""
        return (
            self.has(i, "determiner")
            and i + 1 < limit
            and self.is_word(i + 1)
            and not (self.stops(i + 1) or self.low(i + 1) in self.cues.verbs)
        )

    def _continues(self, j: int, limit: int) -> bool:
        if not self.is_word(j):
            return False
        if self.low(j) in self.cues.verbs and not self.tokens[j].capital:
            article = self.has(j - 1, "determiner") and not self.has(
                j - 1, "impersonal", "relative"
            )
            return article and "svo" in self.cues["order"]
        if self._name_over(j) or self._past_form(j) or self.low(j).endswith(self.cues.contracted):
            return False
        if self.has(j, "name_particle") and self.tokens[j - 1].word and self._name_goes_on(j):
            return j < limit - 1
        if self.has(j, "and"):
            return self.is_word(j + 1) and j + 1 < limit and self.tokens[j + 1].capital
        if self.has(j, "inside"):
            follows = self.is_word(j + 1) and j + 1 < limit
            return follows and not (self.stops(j + 1) and not self.has(j + 1, "inside"))
        if self.has(j, "determiner"):
            return self.has(j, "inside") or self.has(j - 1, "inside") or self._genitive(j)
        return not self.stops(j)

    def _name_over(self, j: int) -> bool:
        """Whether a name ends before the small-letter word at `j`, in languages where it must."""
        here, last = self.tokens[j], self.tokens[j - 1]
        if not self.cues["after_name"] or here.capital or not last.capital or last.text.isupper():
            return False
        if self.has(j - 1, "determiner"):
            return False
        joins = self.has(j, "inside", "determiner", "name_particle", "and")
        adjective = any(last.low.endswith(e) for e in self.cues["adjective_ending"])
        return not (joins or adjective or self.cues.role_noun(here.low))

    def _no_adjective(self, k: int, past: int) -> bool:
        """Whether a small word before a noun, where all nouns have capitals, is no adjective."""
        if not self.cues["capital_nouns"] or self.tokens[k].capital or k + 1 >= past:
            return False
        inner = self.has(k, "inside", "determiner", "name_particle")
        return not inner and not self.low(k).endswith(("e", "en", "em", "er", "es"))

    def _past_form(self, j: int) -> bool:
        """Whether a small word behind a capital ends like a past tense: "Jarecki approached"."""
        here, last = self.tokens[j], self.tokens[j - 1]
        if here.capital or not last.capital or self.has(j - 1, "determiner"):
            return False
        return here.low.endswith(self.cues.past_ending)

    def finite(self, j: int, *, past: bool = True) -> bool:
        """Whether the word at `j` is a finite verb, as far as its form tells.

        `past`: also one that ends like a past tense, which may be a participle.
        """
        if self.has(j, "finite", "modal", "have", "past"):
            return not self.has(j, "infinitive_mark")
        low = self.low(j)
        if low.endswith(self.cues.contracted):
            return True
        return past and low.endswith(self.cues.past_ending)

    def begins(self, j: int, *roles: str) -> bool:
        """Whether the word at `j`, a contracted verb aside, has one of the roles: "they've"."""
        own = self._roles.get(re.split("['’]", self.low(j))[0])
        return own is not None and not own.isdisjoint(roles)

    def somebody(self, span: tuple[int, int]) -> bool:
        """Whether a noun phrase can be a person or an office: a role, a pronoun or a bare name."""
        first, past = span
        if any(self.cues.role_noun(self.low(j)) for j in range(first, past)):
            return True
        if self.has(past - 1, "subject_pronoun"):
            return True
        named = self.tokens[past - 1].capital and not self.has(first, "determiner")
        return named and not any(self.stops(j) for j in range(first, past))

    def _name_begins(self, i: int) -> bool:
        """Whether a capital particle in mid-sentence opens a name: "Van Dijk"."""
        particle = i > 0 and self.has(i, "name_particle") and self.tokens[i].capital
        return particle and i + 1 < len(self.tokens) and self.tokens[i + 1].capital

    def _first_name(self, i: int) -> bool:
        """Whether an adverb is a first name here: "Dan Bennett" in Dutch."""
        here = i > 0 and self.tokens[i].capital and self.has(i, "adverb", "also")
        follows = i + 1 < len(self.tokens) and self.tokens[i + 1].capital
        return here and follows and not self.cues["capital_nouns"]

    def _name_goes_on(self, j: int) -> bool:
        """Whether a small word at `j` joins the capitals of one name: "Anna de Boer"."""
        k = j
        while self.has(k, "name_particle"):
            k += 1
        back = j
        while self.has(back - 1, "name_particle"):
            back -= 1
        after = k < len(self.tokens) and self.tokens[k].capital
        return after and back > 0 and self.tokens[back - 1].capital

    def _genitive(self, j: int) -> bool:
        return self.tokens[j - 1].capital and self.has(j, "inside")

    def before(self, i: int, start: int) -> tuple[int, int] | None:
        """Read the noun phrase that ends just before `i`, not reaching back beyond `start`."""
        j = i
        while j > start and self.has(j - 1, "adverb"):
            j -= 1
        past = j
        while j > start and self.is_word(j - 1):
            k = j - 1
            if self.has(k, "first_person"):
                return None
            if self.has(k, "subject_pronoun") and not self._possessive(k, past):
                return (k, past) if k + 1 == past else None
            if self.has(k, "determiner"):
                j = k
                if self.has(k - 1, "inside") and k - 2 >= start and self.is_word(k - 2):
                    j = k - 1
                    continue
                break
            if self.stops(k) and not (self.has(k, "inside") and j < past and k > start):
                break
            if self.low(k) in self.cues.verbs and not self.tokens[k].capital:
                break
            if self._no_adjective(k, past):
                break
            j = k
        while j < past and self.has(j, "inside", "and"):
            j += 1
        return (j, past) if j < past else None

    def name_in(self, span: tuple[int, int]) -> bool:
        """Whether a noun phrase names or titles somebody: a capital, or a role."""
        return any(
            self.cues.role_noun(self.low(j))
            or (self.tokens[j].capital and j > 0 and not self.stops(j))
            for j in range(*span)
        ) or (
            span[0] == 0
            and self.tokens[0].capital
            and not self.stops(0)
            and not self.has(0, "determiner")
        )

    def persons(self) -> Iterator[tuple[int, int]]:
        """Yield names of persons: capitals after a role, or two in a row where nouns have none."""
        if self.tokens and self.tokens[-1].word:
            return  # a headline: its capitals are no names
        j = 0
        while j < len(self.tokens):
            if not self._namelike(j):
                j += 1
                continue
            k = j
            while self._namelike(k):
                k += 1
            plain = not (j > 0 and self.has(j - 1, "determiner")) and not any(
                t.low.endswith(("'s", "’s")) for t in self.tokens[j:k]
            )
            titled = j > 0 and self.cues.role_noun(self.low(j - 1))
            inner = next((m for m in range(j, k - 1) if self.cues.role_noun(self.low(m))), None)
            if (
                titled
                or inner is not None
                or (k - j >= 2 and plain and "svo" in self.cues["order"])
            ):
                yield (j if inner is None else inner, k)
            j = k

    def _namelike(self, j: int) -> bool:
        return (
            self.is_word(j)
            and self.tokens[j].capital
            and not self.stops(j)
            and not self.has(j, "determiner", "pronoun", "first_person")
        )
