"""The words by which a language attributes speech, read from its folder of word lists.

``saying.csv``: verbs of saying with all forms, particles and use; ``according_to.csv``: phrases of
attribution; ``voice_words.csv``: the closed-class words that bound a noun phrase, and word order.
"""

import csv
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from analysis import languages, paths

_PLAIN = re.compile(r"[^\W_]+")


def plain(text: str) -> frozenset[str]:
    """The words of a text, case-folded, as the tests of :class:`Cues` take them."""
    return frozenset(_PLAIN.findall(text.casefold()))


@dataclass(frozen=True)
class Verb:
    """One reading of a form of a verb of saying."""

    lemma: str
    particle: str
    use: str
    kind: str
    stance: str
    weak: bool


@dataclass(frozen=True)
class Cues:
    """The attribution words of one language."""

    verbs: dict[str, tuple[Verb, ...]]
    phrases: tuple[tuple[tuple[str, ...], str], ...]
    words: dict[str, frozenset[str]]

    def __getitem__(self, role: str) -> frozenset[str]:
        return self.words.get(role, frozenset())

    @cached_property
    def roles(self) -> dict[str, frozenset[str]]:
        """The roles of every closed-class word: most words of a text have none."""
        out: dict[str, set[str]] = {}
        for role, words in self.words.items():
            for word in words:
                out.setdefault(word, set()).add(role)
        return {word: frozenset(roles) for word, roles in out.items()}

    @cached_property
    def _signs(self) -> frozenset[str]:
        """A word of each form and phrase without which nothing is reported."""
        firsts = (_PLAIN.search(form) for form in (*self.verbs, *self.openings, *self.nouns))
        return frozenset(m[0] for m in firsts if m is not None)

    def may_report(self, words: frozenset[str]) -> bool:
        """Whether the words of a text can hold a verb, noun or phrase of attribution; quick."""
        return not self._signs.isdisjoint(words)

    def may_tell(self, words: frozenset[str]) -> bool:
        """Whether a text can report by its mood alone: the form, and nobody who says "I"."""
        return not self._moods.isdisjoint(words) and self["author"].isdisjoint(words)

    @cached_property
    def _moods(self) -> frozenset[str]:
        return self["reported_mood"] | self["free_mood"] | self["hearsay_modal"]

    def role_noun(self, low: str) -> bool:
        """Whether a word is, or ends in, a noun for somebody who speaks."""
        roles = self["role"]
        stem = low[:-1] if low.endswith("s") else low
        return low in roles or stem in roles or low.endswith(self._role_endings)

    @cached_property
    def nouns(self) -> frozenset[str]:
        """Nouns of saying and of holding an opinion."""
        return self["saying_noun"] | self["opinion"]

    @cached_property
    def contracted(self) -> tuple[str, ...]:
        """Endings of a word that holds a finite verb: "they've", "wasn't"."""
        return tuple(sorted(self["contracted"]))

    @cached_property
    def past_ending(self) -> tuple[str, ...]:
        """Endings of a past tense."""
        return tuple(sorted(self["past_ending"]))

    @cached_property
    def manner(self) -> tuple[str, ...]:
        """Endings of an adverb of manner."""
        return tuple(sorted(self["manner"]))

    @cached_property
    def openings(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """Attribution phrases (words, position) by their first word, long ones first."""
        out: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, position in self.phrases:
            out.setdefault(phrase[0], []).append((phrase, position))
        return out

    @cached_property
    def _role_endings(self) -> tuple[str, ...]:
        """Nouns long enough to be the end of a compound ("defensie-analist")."""
        return tuple(sorted(r for r in self["role"] if len(r) > 4))


@lru_cache(maxsize=8)
def cues(code: str) -> Cues:
    """Read the attribution words of a language.

    Raises
    ------
    OSError
        If the language has no folder; ask ``languages.codes()`` first.
    """
    folder = paths.SEEDS / "languages" / code

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    verbs: dict[str, list[Verb]] = {}
    for r in rows("saying.csv"):
        verb = Verb(r["lemma"], r["particle"], r["use"], r["kind"], r["stance"], bool(r["note"]))
        verbs.setdefault(r["form"].casefold(), []).append(verb)
    words: dict[str, set[str]] = {"function": set(languages.language(code).stop_words)}
    for r in rows("voice_words.csv"):
        words.setdefault(r["role"], set()).update((r["word"], r["word"].casefold()))  # ß and ss
    phrases = [
        (tuple(r["phrase"].casefold().split()), r["position"]) for r in rows("according_to.csv")
    ]
    phrases.sort(key=lambda p: (-len(p[0]), p[0]))
    return Cues(
        verbs={form: tuple(v) for form, v in verbs.items()},
        phrases=tuple(phrases),
        words={role: frozenset(w) for role, w in words.items()},
    )
