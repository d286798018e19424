"""Under which name a speaker counts: an actor's, a person's fullest, or the text's own words.

A speaker is an actor of the lexicon where the head of its phrase is that actor: the bare name of a
country, capital or organisation ("Moskou"), its government or ministry ("de Russische regering"),
their spokesman, or a person of the lexicon ("president Poetin"). Somebody only described by a
country ("a US official", "een Chinese deskundige") is a person without a name and keeps the text's
words. The words that decide stand in ``seeds/languages/<code>/offices.csv``.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from analysis import lexicons, paths
from analysis.cues import Cues, cues

_WORD = re.compile(r"[^\s,;:()]+")


class Word(NamedTuple):
    """A word of a speaker's phrase, and the actor whose mention it is or begins with."""

    text: str
    key: str  # of the mention that touches it, "" for none
    kind: str
    whole: bool  # the mention reaches the word's end

    @property
    def low(self) -> str:
        return self.text.casefold()


@lru_cache(maxsize=8)
def offices(code: str) -> dict[str, frozenset[str]]:
    """Read the words for governments, ministries and spokesmen of a language, by role."""
    file = paths.SEEDS / "languages" / code / "offices.csv"
    words: dict[str, set[str]] = defaultdict(set)
    if file.is_file():
        with file.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                words[row["role"]].add(row["word"])
    roles = (
        "definite",
        "institution",
        "spokesperson",
        "modifier",
        "document",
        "ending",
        "holder",
        "self",
    )
    return {role: frozenset(words[role]) for role in roles}


@lru_cache(maxsize=100_000)
def actor(name: str, lexicon: lexicons.Lexicon, code: str) -> str:
    """Return the id of the actor that a speaker's phrase is headed by; "" for none."""
    spans = lexicons.spans(name, lexicon, language=code) if name else []
    if not spans or _enumerates(name, spans, cues(code)):
        return ""
    first = name.split(",")[0]
    return _headed(_words(first, spans), cues(code), offices(code))


def _words(text: str, spans: Sequence[lexicons.Span]) -> list[Word]:
    out = []
    for m in _WORD.finditer(text):
        span = next((s for s in spans if s.start < m.end() and m.start() < s.end), None)
        if span is None:
            out.append(Word(m.group(), "", "", False))
        else:
            ends = not any(c.isalnum() for c in text[span.end : m.end()].removesuffix("s"))
            out.append(Word(m.group(), span.key, span.kind, ends))
    return out


def _enumerates(name: str, spans: Sequence[lexicons.Span], words: Cues) -> bool:
    """Whether different actors stand on either side of an "and": they speak for no single one."""
    for m in _WORD.finditer(name):
        if m.group().casefold() in words["and"]:
            before = {s.key for s in spans if s.end <= m.start()}
            after = {s.key for s in spans if s.start >= m.end()}
            if after and before - after:
                return True
    return False


def _headed(
    words: list[Word], cue: Cues, office: dict[str, frozenset[str]], *, persons: bool = True
) -> str:
    """Return whose name or office heads a phrase; a spokesman of a person is not that person."""
    core, rest = _split(words, cue)
    nouns = [w for w in core if w.low not in cue["determiner"] | office["self"]]
    if not nouns:
        return ""
    if nouns[-1].kind == "person":
        return nouns[-1].key if nouns[-1].whole and persons else ""
    if persons and _appended(nouns[-1], rest, cue, office) and rest[-1].kind == "person":
        return rest[-1].key if rest[-1].whole else ""
    definite = all(w.low in office["definite"] for w in core if w.low in cue["determiner"])
    keys = {w.key for w in nouns if w.key and w.kind != "person"}
    if len(keys) == 1 and all(_is(w, cue, office) for w in nouns):
        return next(iter(keys)) if definite or _speaks(nouns[-1], office) else ""
    head = next((w for w in reversed(nouns) if not (w.key and w.whole)), None)
    if head is None or any(w.kind == "person" for w in nouns):
        return ""
    spokesman, institution = _speaks(head, office), _ends(head, office["institution"])
    known = all(w.key or _official(w, office) for w in nouns)
    if len(keys) == 1 and (institution or (spokesman and known)):
        return next(iter(keys))
    return _headed(rest, cue, office, persons=False) if not keys and known else ""


def _appended(
    head: Word, rest: Sequence[Word], cue: Cues, office: dict[str, frozenset[str]]
) -> bool:
    """Whether a name closes a phrase headed by an office: "minister of trade Ann Lee"."""
    return (
        len(rest) > 1
        and _ends(head, office["holder"])
        and rest[-1].text[:1].isupper()
        and not any(cue.role_noun(w.low) for w in rest)
        and rest[-1].low not in office["modifier"]
    )


def _split(words: list[Word], cue: Cues) -> tuple[list[Word], list[Word]]:
    """Cut a phrase before its first preposition or genitive article, dropping a preposition."""
    for i, word in enumerate(words):
        if not i:
            continue
        if word.low in cue["preposition"] or word.low in cue["inside"] - cue["determiner"]:
            return words[:i], words[i + 1 :]
        if word.low in cue["determiner"] and words[i - 1].low not in cue["determiner"]:
            return words[:i], words[i:]
    return words, []


def _is(word: Word, cue: Cues, office: dict[str, frozenset[str]]) -> bool:
    """Whether a word is an actor's name and no compound for a person ("Nordkoreaexperte")."""
    described = cue.role_noun(word.low) and not _speaks(word, office)
    return bool(word.key) and word.whole and not described


def _ends(word: Word, nouns: frozenset[str]) -> bool:
    """Whether a word is one of `nouns` or a compound that ends in a long one."""
    long = tuple(sorted(n for n in nouns if len(n) > 5))
    return any(low in nouns or low.endswith(long) for low in (word.low, word.low.removesuffix("s")))


def _speaks(word: Word, office: dict[str, frozenset[str]]) -> bool:
    return _ends(word, office["spokesperson"])


def _official(word: Word, office: dict[str, frozenset[str]]) -> bool:
    roles = ("institution", "spokesperson")
    return any(_ends(word, office[r]) for r in roles) or word.low in office["modifier"]


def labels(names: Sequence[str], lexicon: lexicons.Lexicon, code: str) -> dict[str, str]:
    """Give every name of one document the one it counts under.

    Parameters
    ----------
    names : sequence of str
        The speakers of a document as it calls them, repeated as often as they speak.
    lexicon : Lexicon
    code : str
        Language of the document.

    Returns
    -------
    dict of str to str
        An actor id; else the longest name with the same last word ("Pak": "Jung Pak"); for
        descriptions that differ in article and inflection only, the shortest of the most frequent.
    """
    counted = Counter(n for n in names if n)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in sorted(counted):
        groups[_key(name, code)].append(name)
    out = {}
    for key, same in groups.items():
        if key[0] == "name":
            best = max(same, key=lambda n: (len(n), n))
        else:
            best = min(same, key=lambda n: (-counted[n], len(n), n))
        shared = actor(best, lexicon, code)
        out.update({n: actor(n, lexicon, code) or shared or best for n in same})
    return out


def statement(name: str, code: str) -> bool:
    """Whether a speaker is only a document already spoken of: "the statement"."""
    words, office, article = name.casefold().split(), offices(code), cues(code)["determiner"]
    return (
        len(words) == 2
        and words[1] in office["document"]
        and words[0] in article
        and words[0] in office["definite"]
    )


def _key(name: str, code: str) -> tuple[str, ...]:
    """What speakers of one document share who are one: a last name, or stems of a description."""
    cue, office = cues(code), offices(code)
    words = [Word(m.group(), "", "", False) for m in _WORD.finditer(name.split(",")[0])]
    first, rest = _split(words, cue)
    core = [w for w in first if w.low not in cue["determiner"]]
    named = not core or _appended(core[-1], rest, cue, office)
    if named or not _describes(words, core, cue, office):
        return ("name", name.split()[-1].casefold())
    kept = [w.low for w in words if w.low not in cue["determiner"]]
    endings = sorted(office["ending"], key=lambda e: (-len(e), e))
    return ("description", *(_stem(w, endings) for w in kept))


def _describes(
    words: list[Word], core: list[Word], cue: Cues, office: dict[str, frozenset[str]]
) -> bool:
    """Whether a phrase says what somebody is and gives no name."""
    head = core[-1]
    if not head.text[:1].isupper() or cue.role_noun(head.low) or _official(head, office):
        return True
    titled = any(cue.role_noun(w.low) for w in core[:-1])
    named = any(a.text[:1].isupper() and b.text[:1].isupper() for a, b in pairwise(core))
    return words[0].low in cue["determiner"] and words[0].text.islower() and not (titled or named)


def _stem(word: str, endings: Sequence[str]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
