"""Surface patterns: text cut into parts, and the sequences of parts a lexicon looks for.

The rules are declared in :mod:`analysis.lexicons`. Patterns are data: none of their text ever
becomes a regular expression.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from analysis.results import DiscourseError

ANY = "*"
_LETTER = r"(?:[^\W_]|[\u0300-\u036f\u00ad])"
PART = re.compile(rf"[^\W\d_](?:\.[^\W\d_])+(?!{_LETTER})\.?|{_LETTER}+\$?")
_JOIN = re.compile(r"[^\S\r\n\v\f\x1c-\x1e\x85\u2028\u2029]|[-\u00ad‐-―−/'’‘ʼ´`\"“”„«»]")
_HYPHENS = ("-", "\u2010", "\u2011")
_ELEMENT = re.compile(r"\[([^\[\]]*)\]|([^\s\[\]]+)")


@dataclass(frozen=True)
class Part:
    """One part of a pattern: its text without stars, and how it matches."""

    text: str
    before: bool = False
    after: bool = False

    @classmethod
    def parse(cls, raw: str, pattern: str) -> "Part":
        """Read ``raw``; raises DiscourseError where it is no single part with stars at its ends."""
        text = raw.strip("*")
        if not text or not PART.fullmatch(text):
            raise DiscourseError(
                f"lexicon pattern {pattern!r}: {raw!r} is no part; separate letters and digits "
                "by blanks and put * only at the start or end of a part"
            )
        return cls(text, raw.startswith("*"), raw.endswith("*"))

    @cached_property
    def folded(self) -> str:
        """The text as it is compared: case-folded."""
        return self.text.casefold()

    @cached_property
    def exact(self) -> bool:
        """True where every letter is a capital, and there are at least two."""
        return len(self.text) > 1 and self.text.isupper()

    def matches(self, form: str) -> bool:
        """Tell whether the part of a text `form` (see :func:`clean`) is this part."""
        if not self.text:
            return True
        if not self._ends(form.casefold(), self.folded):
            return False
        if self.exact:
            return self._ends(form, self.text)
        if self.text[0].isupper() and not self.before:
            shouted = len(self.text) > 2 and form.isupper()
            return form[0].isupper() and (shouted or self._ends(form[1:], self.text[1:]))
        return True

    def _ends(self, form: str, text: str) -> bool:
        if self.before:
            return text in form if self.after else form.endswith(text)
        return form.startswith(text) if self.after else form == text


@dataclass(frozen=True)
class Pattern:
    """One row of a lexicon, parsed."""

    key: str
    kind: str
    language: str
    text: str
    core: tuple[Part, ...]
    left: tuple[tuple[Part, ...], ...] = ()
    right: tuple[tuple[Part, ...], ...] = ()
    hyphened: frozenset[int] = frozenset()
    """Which consumed parts must follow the one before them after a bare hyphen."""

    @classmethod
    def parse(cls, key: str, kind: str, language: str, text: str) -> "Pattern":
        """Parse ``[context] part part* co-part [context|other]``.

        Raises
        ------
        DiscourseError
            If the pattern is malformed.
        """
        left: list[tuple[Part, ...]] = []
        right: list[tuple[Part, ...]] = []
        core: list[Part] = []
        hyphened: set[int] = set()
        for element in _ELEMENT.finditer(text):
            inside, plain = element.groups()
            if inside is None:
                if right:
                    raise DiscourseError(f"lexicon pattern {text!r}: context stands at its ends")
                first, *others = (Part.parse(p, text) for p in plain.split("-"))
                hyphened.update(range(len(core) + 1, len(core) + 1 + len(others)))
                core += [first, *others]
            else:
                if not inside.strip():
                    raise DiscourseError(f"lexicon pattern {text!r}: [ ] holds no part")
                for word in inside.split():
                    either = tuple(
                        Part("") if p == ANY else Part.parse(p, text) for p in word.split("|")
                    )
                    (right if core else left).append(either)
        if not core or _ELEMENT.sub("", text).strip():
            raise DiscourseError(f"lexicon pattern {text!r}: needs parts outside [ ], each closed")
        sides = tuple(left), tuple(right)
        return cls(key, kind, language, text, tuple(core), *sides, frozenset(hyphened))

    @cached_property
    def wanted(self) -> tuple[tuple[Part, ...], ...]:
        """What stands at each place, contexts included; a place takes any of its parts."""
        return (*self.left, *((part,) for part in self.core), *self.right)

    def follows(self, form: str) -> bool:
        """Tell whether the part `form` ("": none) may stand after the first consumed one."""
        rest = self.wanted[len(self.left) + 1 :]
        return not rest or (form != "" and any(part.matches(form) for part in rest[0]))

    @cached_property
    def letters(self) -> int:
        """The number of letters the pattern fixes."""
        return sum(len(part.folded) for part in self.core)

    def cover(self, form: str) -> tuple[int, int]:
        """Which letters of the case-folded `form` a one-part pattern fixes; all, if more parts."""
        part = self.core[0]
        if len(self.core) > 1 or not part.before:
            return 0, self.letters
        start = form.find(part.folded) if part.after else len(form) - self.letters
        return start, start + self.letters


def fits(pattern: Pattern, text: str, words: list[re.Match[str]], forms: list[str], i: int) -> bool:
    """Tell whether `pattern`, contexts included, fits with its first consumed part at `i`."""
    first = i - len(pattern.left)
    if first < 0 or first + len(pattern.wanted) > len(words):
        return False
    for j, either in enumerate(pattern.wanted, first):
        if j != i and not any(p.matches(forms[j]) for p in either):
            return False
        if j > first and not joined(text, words[j - 1], words[j]):
            return False
        if (
            j - i in pattern.hyphened
            and text[words[j - 1].end() : words[j].start()] not in _HYPHENS
        ):
            return False
    return True


def joined(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Tell whether what stands between two parts may stand inside one match."""
    start, end = left.end(), right.start()
    if text[start : start + 1] == "." and start - left.start() == 1:
        start += 1  # an initial: "N. Korea"
    return end - start <= 3 and all(_JOIN.match(c) for c in text[start:end])


def clean(part: str) -> str:
    """Return a part as it is compared: composed, without soft hyphens and abbreviation dots."""
    if part.isascii():
        return part.replace(".", "") if "." in part else part
    return unicodedata.normalize("NFC", part.replace("\u00ad", "").replace(".", "")) or part
