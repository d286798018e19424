"""Descriptors ("the regime", "de supermacht", "ihre Führung"): to which actor one refers.

The words stand in ``seeds/languages/<code>/descriptors.csv`` and ``determiners.csv``. A descriptor
belongs to an actor only where that is certain by rule:

*beside the name*: "the North Korean regime", "Kim's regime", "het regime in Pyongyang", "die
Führung Russlands", "the rogue state North Korea", "Russia, the aggressor,", "Belarus is Russia's
junior partner", "Moscow's vassal states, such as Belarus";

*the only actor named before it*: a definite descriptor ("the country", "that regime") or one with a
possessive ("its leadership") in a paragraph that names, before it, exactly one actor that can be
meant, at most :data:`REACH` sentences back, and no other country either.

A partner's name says whose partner somebody is, not who it is ("America's ally"). A government or
president without a name is more often the speaker's own: these want a possessive.
"""

import csv
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from analysis import lexicons, paths
from analysis.languages import language
from analysis.scan import fold

REACH = 2
STATE, LEADERSHIP, INSTITUTION, LEADER, PARTNER = (
    "state", "leadership", "institution", "leader", "partner",
)  # fmt: skip
KINDS = {
    STATE: "descriptor", LEADERSHIP: "descriptor", PARTNER: "descriptor",
    INSTITUTION: "institution", LEADER: "leader",
}  # fmt: skip
# Actors of the shipped lexicon that are no states, and no persons: nobody calls them "the country".
GROUPS = frozenset(
    ("ASEAN", "BRICS", "EU", "G7", "HAMAS", "HEZBOLLAH", "IAEA", "NATO", "SCO", "UN", "WEST")
)
_BEFORE = ("definite", "distal", "possessive", "personal", "own", "indefinite")
_JOINTS = frozenset(" \t\N{NO-BREAK SPACE}-\N{HYPHEN}\N{NON-BREAKING HYPHEN}")


@dataclass(frozen=True)
class Descriptor:
    """One row of the list: the citation form, and how it refers."""

    form: str
    refers: str
    polarity: str
    gender: str
    alone: bool
    plural: bool


NOBODY = Descriptor("", "", "", "", False, False)


class Mention(NamedTuple):
    """A mention of an actor in the words of a document."""

    first: int
    last: int
    key: str
    person: bool
    noun: bool
    genitive: bool
    state: str


class Found(NamedTuple):
    """A descriptor in the words of a document; `key` "" where nobody can say whose."""

    first: int
    last: int
    key: str
    what: Descriptor


@lru_cache(maxsize=8)
def descriptors(code: str) -> dict[tuple[str, ...], Descriptor]:
    """Read the descriptors of a language: words as folded → what they are; {} without a list."""
    out: dict[tuple[str, ...], Descriptor] = {}
    for row in _table(code, "descriptors"):
        forms = [(f, False) for f in (row["form"], *row["inflections"].split(";"))]
        forms += [(f, row["gender"] != "p") for f in row["plural"].split(";")]
        for form, plural in forms:
            if words := tuple(fold(form).split()):
                what = (row["class"], row["polarity"], row["gender"], row["alone"] == "yes")
                out.setdefault(words, Descriptor(row["form"], *what, plural))
    return out


@lru_cache(maxsize=8)
def determiners(code: str) -> dict[str, dict[str, str]]:
    """Read the words beside a descriptor: role → word → genders it goes with ("" for all)."""
    out: dict[str, dict[str, str]] = {}
    for row in _table(code, "determiners"):
        out.setdefault(row["role"], {})[row["word"]] = row["gender"]
    return out


@lru_cache(maxsize=8)
def _countries(code: str) -> frozenset[tuple[str, ...]]:
    """Names of all countries in a language, in words; to see that no other one is meant."""
    from babel import Locale

    names = Locale(code).territories
    return frozenset(tuple(fold(names[k]).split()) for k in names if len(str(k)) == 2)


def _table(code: str, name: str) -> list[dict[str, str]]:
    file = paths.SEEDS / "languages" / code / f"{name}.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@lru_cache(maxsize=10_000)
def state_of(name: str, lexicon: lexicons.Lexicon) -> str:
    """Return the state that a person's regime is, by the lexicon; "" where it does not say."""
    for part in dict.fromkeys([name, *name.replace("-", " ").split()]):
        for ending in ("government", "regime"):
            for span in lexicons.spans(f"{part} {ending}", lexicon):
                if span.kind == "government":
                    return span.key
    return ""


@lru_cache(maxsize=100_000)
def parts_of_speech(words: tuple[str, ...], code: str) -> tuple[str, ...]:
    """Tag a few words: to tag every word of a large corpus takes minutes."""
    return tuple(pos for _, pos in language(code).lemmas([words])[0])


class Page:
    """The words of one document with the mentions in them."""

    def __init__(
        self, text: str, code: str, words: dict[str, Sequence], mentions: list[Mention]
    ) -> None:
        """Take `words`: their ``form, start, end, sentence, paragraph``, one list each."""
        self.text, self.code = text, code
        self.form, self.start, self.end = words["form"], words["start"], words["end"]
        self.sentence, self.paragraph = words["sentence"], words["paragraph"]
        self.mentions, self.lasts = mentions, [m.last for m in mentions]
        self.ending = {m.last: i for i, m in enumerate(mentions)}
        self.beginning = {m.first: i for i, m in enumerate(mentions)}
        self.inside = {w for m in mentions for w in range(m.first, m.last + 1)}
        self.listed = descriptors(code)
        self.words = determiners(code)
        self.open = "compounds" in self.words  # nouns follow each other: "regime change"
        self.known: dict[int, str] = {}
        self.heads: dict[int, Descriptor] = {}  # mention → the institution or leader it names

    def found(self, places: Sequence[int]) -> Iterator[Found]:
        """Look at the descriptors that begin at some words, in order."""
        last = -1
        for i in places:
            words = self._longest(i) if i > last else ()  # "junior partner" is one word
            if words:
                last = i + len(words) - 1
                yield from self._resolve(i, i + len(words) - 1, self.listed[words])

    def _longest(self, i: int) -> tuple[str, ...]:
        for n in (3, 2, 1):
            words = tuple(map(_plain, self.form[i : i + n]))
            if words in self.listed and all(self._near(w) for w in range(i, i + n - 1)):
                free = self.inside.isdisjoint(range(i, i + n))
                return words if free and len(words) == n else ()
        return ()

    def _pos(self, i: int) -> str:
        return parts_of_speech((self.text[self.start[i] : self.end[i]],), self.code)[0]

    def _near(self, i: int) -> bool:
        """Whether only blanks or a hyphen stand between a word and the next."""
        if not 0 <= i < len(self.form) - 1:
            return False
        gap = self.text[self.end[i] : self.start[i + 1]]
        return 0 < len(gap) <= 2 and _JOINTS.issuperset(gap)

    def _resolve(self, i: int, j: int, what: Descriptor) -> Iterator[Found]:
        k, role = self._left(i, what)
        if self._goes_on(j) or (what.refers != PARTNER and self._event(k)):
            return
        beside = self._beside(i, j, k, role, what)
        if beside is None:
            return
        key = beside or self._apposed(k, j, role, what) or self._predicated(k, role, what)
        key = key or self._exemplified(j, what) or self._antecedent(i, k, j, role, what)
        if key or what.polarity or (role in _BEFORE[:4] and not what.plural):
            if key:
                self.known[j] = key
            yield Found(i, j, key, what)

    def _event(self, k: int) -> bool:
        """Whether words before speak of what somebody does: "under the leadership of"."""
        near = self.form[max(0, k - 1) : k + 1]
        return not self.words.get("not_after", {}).keys().isdisjoint(near)

    def _goes_on(self, j: int) -> bool:
        """Whether a noun follows in a compound: "regime change" speaks of a change."""
        if not self.open or not self._near(j) or j + 1 in self.beginning:
            return False
        return self._noun(j + 1)

    def _noun(self, i: int) -> bool:
        """Whether a word is a noun, by the words around."""
        span = range(max(0, i - 2), min(i + 3, len(self.form)))
        words = tuple(self.text[self.start[w] : self.end[w]] for w in span)
        return parts_of_speech(words, self.code)[i - span.start] in ("N", "PN")

    def _left(self, i: int, what: Descriptor) -> tuple[int, str]:
        """Return the word that determines a noun at `i`, and its role; "name" for a mention."""
        k = i - 1
        for _ in range(4):
            if not self._near(k):
                break
            if k in self.ending:
                return k, "name"
            if k in self.known and _plain(self.form[k]) != self.form[k]:
                return k, "known"
            if self.form[k] in self.words.get("polite", {}) and self.text[self.start[k]].isupper():
                return k, "own"  # "Ihre Regierung" may be yours.
            for role in _BEFORE:
                genders = self.words.get(role, {}).get(self.form[k])
                if genders is not None and (
                    not genders or not what.gender or set(genders) & set(what.gender)
                ):
                    return k, role
            if self._pos(k) not in ("A", "V"):
                break
            k -= 1
        return k, ""

    def _beside(self, i: int, j: int, k: int, role: str, what: Descriptor) -> str | None:
        """Return the actor named beside a descriptor; "" for none, None if it is no reference."""
        if role == "known":
            return "" if what.refers == PARTNER else self.known[k]
        if role == "name":
            m = self.ending[k]
            own = self.mentions[m]
            direct = not own.noun or own.genitive or (self.open and k == i - 1)
            if direct and what.refers != PARTNER:
                _, before = self._left(own.first, NOBODY)
                vague = (  # "continued American leadership", "a viable Palestinian state"
                    what.refers in (STATE, LEADERSHIP) and not what.polarity
                    and not own.genitive and before not in _BEFORE[:4]
                )  # fmt: skip
                return "" if before == "indefinite" or vague else self._named(m, what)
        if j + 1 in self.beginning and self._near(j):
            return self._followed(self.beginning[j + 1], role, what)
        after = j + 1
        if not self._near(j) or what.refers == PARTNER:
            return ""
        of = self.form[after] in self.words.get("of", {})
        inside = (
            self.form[after] in self.words.get("in", {})
            and what.refers in (LEADERSHIP, INSTITUTION)
            and role in ("definite", "distal")  # "our embassy in Havana"
        )
        if not (of or inside):
            return ""
        at = after + 1
        if at < len(self.form) and self.form[at] in self.words.get("article", {}):
            at += 1
        m = self.beginning.get(at, -1)
        if m < 0 or not all(self._near(w) for w in range(after, at)):
            return ""
        own = self.mentions[m]
        if what.refers == STATE and not own.person:
            return None  # "State of Israel", "Königreich der Niederlande": a name.
        plain = own.noun and not (self.open and (own.genitive or self._goes_on(own.last)))
        return self._named(m, what) if plain and (of or not own.person) else ""

    def _followed(self, m: int, role: str, what: Descriptor) -> str | None:
        """Return the actor whose name follows directly: "the superpower China"."""
        own = self.mentions[m]
        if own.person and what.refers in (LEADER, INSTITUTION):
            return None  # A title belongs to the name.
        if what.refers in (STATE, PARTNER):
            # "the country Russia attacked" is no apposition.
            sure = not self.open or what.polarity or what.refers == PARTNER
            sure = sure and self._noun(own.first - 1)  # Dutch "staat" is a verb, too
            return own.key if own.noun and not own.genitive and sure and not what.plural else ""
        return self._named(m, what) if own.noun and own.genitive and not self.open else ""

    def _named(self, m: int, what: Descriptor) -> str | None:
        """Return whose descriptor it is; a government or leader is that mention's own head."""
        own = self.mentions[m]
        if what.refers in (INSTITUTION, LEADER):
            if not own.person:
                self.heads.setdefault(m, what)
            return None
        return "" if what.plural else own.state

    def _apposed(self, k: int, j: int, role: str, what: Descriptor) -> str:
        """Return the actor before a comma: "Russia, the aggressor,"."""
        if role not in _BEFORE or what.plural or what.refers not in (STATE, PARTNER):
            return ""
        m = self.ending.get(k - 1, -1)
        if m < 0 or self.text[self.end[k - 1] : self.start[k]].strip() not in (",", "–", "—"):
            return ""
        after = self.text[self.end[j] : self.end[j] + 2].strip()
        own = self.mentions[m]
        listed = m and self.mentions[m - 1].last == own.first - 1
        closed = after[:1] in (",", ".", "–", "—", ";", ")")
        return own.key if own.noun and closed and not listed else ""

    def _predicated(self, k: int, role: str, what: Descriptor) -> str:
        """Return the actor of whom it is said: "Belarus is Russia's junior partner"."""
        if what.plural or what.refers not in (STATE, PARTNER) or role in ("", "own", "known"):
            return ""
        begin = self.mentions[self.ending[k]].first if role == "name" else k
        if self.form[begin - 1] in self.words.get("article", {}) and self._near(begin - 1):
            begin -= 1
        m = self.ending.get(begin - 2, -1)
        copula = begin >= 2 and self.form[begin - 1] in self.words.get("copula", {})
        if m < 0 or not copula or not (self._near(begin - 2) and self._near(begin - 1)):
            return ""
        own = self.mentions[m]
        first = own.first - (self.form[own.first - 1] in self.words.get("article", {}))
        opens = first == 0 or self.sentence[first - 1] != self.sentence[first]
        listed = m and self.mentions[m - 1].last >= own.first - 2
        return own.key if own.noun and not own.person and opens and not listed else ""

    def _exemplified(self, j: int, what: Descriptor) -> str:
        """Return the one example given: "Moscow's vassal states, such as Belarus"."""
        if not what.plural or what.refers not in (STATE, PARTNER):
            return ""
        at = j + 1
        if at < len(self.form) and self.form[at] in self.words.get("of", {}):
            at += 1
            at += at < len(self.form) and self.form[at] in self.words.get("article", {})
            m = self.beginning.get(at, -1)
            at = self.mentions[m].last + 1 if m >= 0 else at
        for phrase in self.words.get("example", {}):
            words = phrase.split()
            m = self.beginning.get(at + len(words), -1)
            if m < 0 or list(self.form[at : at + len(words)]) != words:
                continue
            own, then = self.mentions[m], self.mentions[m + 1 : m + 2]
            gap = self.text[self.end[at - 1] : self.start[at]].strip()
            listed = bool(then) and then[0].first <= own.last + 2
            return own.key if gap in ("", ",") and own.noun and not listed else ""
        return ""

    def _antecedent(self, i: int, k: int, j: int, role: str, what: Descriptor) -> str:
        """Return the only actor before word `k` in its paragraph that can be meant."""
        owned = role in ("possessive", "personal")
        if not _can_stand_for(what, role) or (not owned and self._restricted(i, k, j)):
            return ""
        before = [
            m for m in self._paragraph_before(k)
            if (owned or m.key not in GROUPS)
            and not (m.person and what.refers == STATE and role != "personal")
        ]  # fmt: skip
        keys = {m.state if m.person else m.key for m in before}
        near = [m for m in before if self.sentence[k] - self.sentence[m.last] <= REACH]
        if len(keys) != 1 or not near or "" in keys or keys & GROUPS:
            return ""
        anchored = what.refers == LEADERSHIP or any(m.noun for m in near)
        return next(iter(keys)) if anchored and not self._others(k) else ""

    def _restricted(self, i: int, k: int, j: int) -> bool:
        """Whether words beside say which is meant: "the legal regime", "the country that"."""
        follows = j + 1 < len(self.form) and self.form[j + 1] in self.words.get("relative", {})
        close = follows and self.start[j + 1] - self.end[j] <= 2
        named = self._near(j) and self._pos(j + 1) == "PN"  # "das Land Bayern"
        return close or named or k < i - 1

    def _paragraph_before(self, k: int) -> list[Mention]:
        out = []
        for m in reversed(self.mentions[: bisect_left(self.lasts, k)]):
            if self.paragraph[m.last] != self.paragraph[k]:
                break
            out.append(m)
        return out

    def _others(self, k: int) -> bool:
        """Whether a country that the lexicon does not have is named before word `k`."""
        at = bisect_left(self.others, k) - 1
        return at >= 0 and self.paragraph[self.others[at]] == self.paragraph[k]

    @cached_property
    def others(self) -> list[int]:
        """Words at which a country's name begins that is no mention."""
        names = _countries(self.code)
        return [
            i
            for i, form in enumerate(self.form)
            if i not in self.inside
            and ((_plain(form),) in names or tuple(map(_plain, self.form[i : i + 2])) in names)
        ]


def _can_stand_for(what: Descriptor, role: str) -> bool:
    """Whether a descriptor with such a determiner may mean an actor named before it."""
    if role in ("definite", "distal"):
        return what.alone and not what.plural and what.refers in (STATE, LEADERSHIP)
    if role in ("possessive", "personal"):
        ruled = what.refers in (LEADERSHIP, INSTITUTION, LEADER)
        return ruled or (role == "personal" and what.refers == STATE and what.alone)
    return False


def _plain(form: str) -> str:
    """Take off an apostrophe and s."""
    return form.removesuffix("'s").removesuffix("’s").removesuffix("'").removesuffix("’")
