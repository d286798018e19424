"""What a sentence says of a noun phrase: adjectives before it, its verbs, its predicates.

The rules see one clause at a time, and parts of speech and word order only. What they need of a
language stands in ``seeds/languages/<code>/predication.csv``: how the tagger's tags begin for each
class of words, auxiliaries, and the order of subject and verb. ``svo``: what stands before the verb
is the subject, what stands behind it the object. ``v2``: the finite verb is the second part of a
main clause and the last of a subordinate one; the first noun phrase without a preposition is the
subject, unless its article says otherwise. In a passive the subject is the object of the verb.
Where a clause can be read in two ways, nothing is said of it.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from analysis import languages, paths
from analysis.scan import fold, one_spelling
from analysis.tagging import tagger

ADJECTIVE, SUBJECT, OBJECT, PREDICATE = "adjective", "subject", "object", "predicate"
ROLES = (ADJECTIVE, SUBJECT, OBJECT, PREDICATE)
CUT = "cut"
_NOMINAL = ("noun", "name")
_INNER = ("adjective", "number")
_VERBS = ("finite", "participle", "infinitive", "gerund")
_LIGHT = ("adverb", "negation")
_SIGNS = frozenset(',;:()[]–—"“”„«»‘…!?.')


class Word(NamedTuple):
    """A word in its sentence."""

    start: int
    end: int
    form: str
    lemma: str
    kind: str


class Said(NamedTuple):
    """Something said of noun phrase `unit`: role, lemma, and the place of the word that says it."""

    unit: int
    role: str
    term: str
    start: int
    end: int


@dataclass(frozen=True)
class Grammar:
    """The data of one language."""

    tags: tuple[tuple[str, str], ...]
    words: dict[str, frozenset[str]]
    negators: frozenset[str]

    def __getitem__(self, role: str) -> frozenset[str]:
        return self.words.get(role, frozenset())

    def kind(self, tag: str) -> str:
        """Return the class of words that a tag stands for."""
        return next((kind for begin, kind in self.tags if tag.startswith(begin)), "other")


@lru_cache(maxsize=8)
def grammar(code: str) -> Grammar | None:
    """Read the rules' data for a language; None where it has none."""
    file = paths.SEEDS / "languages" / code / "predication.csv"
    if code not in languages.codes() or not file.is_file():
        return None
    words: dict[str, set[str]] = {}
    tags = []
    with file.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            head, _, kind = row["role"].partition(":")
            if kind:
                tags.append((row["value"], kind))
            else:
                words.setdefault(head, set()).add(row["value"])
    frozen = {role: frozenset(found) for role, found in words.items()}
    return Grammar(tuple(tags), frozen, languages.language(code).negators)


def tagged(text: str, spans: Sequence[tuple[int, int]], code: str) -> list[Word]:
    """Tag the words of a sentence; a sign of punctuation between two of them is one more word."""
    rules, own = grammar(code), languages.language(code)
    if rules is None or not spans:
        return []
    parts: list[tuple[str, int, int]] = []
    for n, (start, end) in enumerate(spans):
        gap = text[spans[n - 1][1] : start] if n else ""
        if not _SIGNS.isdisjoint(gap):
            parts.append((",", start, start))
        host, *rest = own.parted(one_spelling(text[start:end]))
        parts.append((host or text[start:end], start, end - sum(map(len, rest))))
        parts += [(r, end - len(r), end) for r in rest]
    found = tagger(own.tagger).tag([part for part, _, _ in parts])
    out = []
    for (form, start, end), (lemma, tag) in zip(parts, found, strict=True):
        kind = CUT if start == end else rules.kind(tag)
        out.append(Word(start, end, fold(form), fold(lemma.replace("_", "")) or form, kind))
    return out


class Sentence:
    """A tagged sentence with the noun phrases that something may be said of."""

    def __init__(
        self,
        words: list[Word],
        heads: Sequence[tuple[int, int]],
        code: str,
        *,
        barred: Collection[int] = (),
    ) -> None:
        """Take in `heads` the first and last word of every name or noun asked for.

        Words in `barred`, which name somebody, are no adjectives.
        """
        rules = grammar(code)
        assert rules is not None
        self.words, self.rules, self.heads = words, rules, list(heads)
        self.barred = frozenset(barred)
        inside = {w for first, last in heads for w in range(first, last + 1)}
        self.kind = ["name" if i in inside else w.kind for i, w in enumerate(words)]
        self.lemma = [w.lemma for w in words]
        self.form = [w.form for w in words]
        self.first = [self._begin(first) for first, _ in self.heads]

    def _at(self, i: int) -> str:
        return self.kind[i] if 0 <= i < len(self.kind) else CUT

    def _begin(self, i: int) -> int:
        """Return the first word of the noun phrase whose head begins at `i`."""
        while self._at(i - 1) in _INNER and i:
            i -= 1
        return i - 1 if self._at(i - 1) == "determiner" else i

    def said(self) -> Iterator[Said]:
        """Give all that is said of the noun phrases."""
        rules = _svo if "svo" in self.rules["order"] else _v2
        for unit, (_, last) in enumerate(self.heads):
            if self._at(last + 1) == "genitive" or self.form[last].endswith("'"):
                continue
            if self._at(last + 1) in _NOMINAL and (
                "svo" in self.rules["order"] or self.form[last].endswith("s")
            ):
                continue  # A part of a longer name, or a genitive: "Deutschlands Mitte".
            yield from self._adjectives(unit)
            yield from rules(self, unit)

    def _adjectives(self, unit: int) -> Iterator[Said]:
        first = self.heads[unit][0]
        begin = self._adjectival(first)
        before = self._at(begin - 1)
        if before not in ("determiner", "genitive", "preposition", CUT, "coordinator", *_VERBS):
            return
        if before in _VERBS and self.lemma[begin - 1] in self.rules["copula"]:
            return
        if before in (CUT, "coordinator") and begin < first:  # "the brutal and corrupt regime"
            earlier = self._adjectival(begin - 1)
            if earlier < begin - 1 and self._at(earlier - 1) in ("determiner", "genitive"):
                begin = earlier
        for i in range(begin, first):
            if i not in self.barred and self._at(i) == "adjective":
                yield from self._say(unit, ADJECTIVE, i)

    def _adjectival(self, i: int) -> int:
        """Return where the adjectives before word `i` begin, past "North" in "North Korean"."""
        while i and (
            self._at(i - 1) == "adjective"
            or (i - 1 in self.barred and i in self.barred and self._at(i) == "adjective")
        ):
            i -= 1
        return i

    def joined(self, i: int) -> Iterator[int]:
        """Give the adjectives that a predicate's adjective at `i` is joined to: "weak and old"."""
        found = []
        while True:
            comma = self._at(i + 1) == CUT
            nxt = self.light(i + 2)
            if not (comma or self._at(i + 1) == "coordinator") or self._at(nxt) != "adjective":
                return
            found.append(nxt)
            if not comma:
                break
            i = nxt
        if self._at(nxt + 1) not in (*_NOMINAL, *_INNER):
            yield from found

    def _say(self, unit: int, role: str, i: int, term: str = "") -> Iterator[Said]:
        term = term or self.lemma[i]
        if term in self.rules["empty"] or not term[:1].isalpha():
            return
        if role != ADJECTIVE and self._negated(unit, i):
            term = f"not {term}"
        yield Said(unit, role, term, self.words[i].start, self.words[i].end)

    def _negated(self, unit: int, i: int) -> bool:
        first, last = self.heads[unit]
        between = range(last + 1, i) if i > last else range(i + 1, first)
        return any(
            self.form[w] in self.rules.negators - self.rules["no_negator"]
            and self.kind[w] != "preposition"
            and self.form[w + 1] not in self.rules["only"]
            for w in between
        )

    def before(self, i: int) -> int:
        """Return the word that a noun phrase at `i` follows, past others it is joined to."""
        i -= 1
        for _ in range(4):
            if self._at(i) != "coordinator" or self._at(i - 1) not in _NOMINAL:
                break
            i -= 1
            while self._at(i) in _NOMINAL and i >= 0:
                i -= 1
            i = self._begin(i + 1) - 1
        return i

    def light(self, i: int, step: int = 1) -> int:
        """Return the next word that is no adverb or negation."""
        while self._at(i) in _LIGHT and 0 <= i < len(self.kind):
            i += step
        return i

    def nominal(self, i: int, stop: int) -> int:
        """Return the head of a noun phrase that begins at `i`, or -1."""
        while i < stop and self._at(i) in ("determiner", *_INNER, "adverb"):
            i += 1
        if i >= stop or self._at(i) not in _NOMINAL:
            return -1
        while i + 1 < stop and self._at(i + 1) in _NOMINAL and "svo" in self.rules["order"]:
            i += 1
        return i


def _svo(s: Sentence, unit: int) -> Iterator[Said]:
    last = s.heads[unit][1]
    p = s.before(s.first[unit])
    ahead = _past_joined(s, last + 1)
    verb = s.light(ahead)
    left = s._at(p)
    if left == "preposition":
        if (
            s.form[p] in s.rules["agent"]
            and s._at(p - 1) == "participle"
            and p == s.first[unit] - 1
        ):
            yield from s._say(unit, SUBJECT, p - 1)
        return
    says = left in _VERBS and s.lemma[p] not in s.rules["no_object"] | s.rules["copula"]
    embedded = left in _VERBS and any(s._at(i) == "relative" for i in range(max(0, p - 3), p))
    if s._at(verb) == "finite" and not (says and embedded) and s._at(p) not in ("gerund", "to"):
        yield from _chain(s, unit, verb)
    elif says and s.lemma[p] not in s.rules["have"] | s.rules["do"] | s.rules["modal"]:
        q = s.light(p - 1, -1)
        passive = s._at(p) == "participle" and s.lemma[q] in s.rules["be"] if q >= 0 else False
        if not passive and not (s._at(p) == "participle" and s._at(q) in _NOMINAL):
            yield from s._say(unit, OBJECT, p)


def _past_joined(s: Sentence, i: int) -> int:
    """Return the word after "and China" where that follows."""
    if s._at(i) == "coordinator":
        head = s.nominal(i + 1, len(s.kind))
        if head > 0:
            return head + 1
    return i


def _chain(s: Sentence, unit: int, i: int) -> Iterator[Said]:
    """Follow auxiliaries from the finite verb at `i` to what is said."""
    passive = False
    for _ in range(5):
        lemma, nxt = s.lemma[i], s.light(i + 1)
        kind = s._at(nxt)
        if lemma in s.rules["be"]:
            if kind == "participle" and s.lemma[nxt] in s.rules["adjectival"]:
                yield from s._say(unit, PREDICATE, nxt, s.form[nxt])
                return
            if kind == "participle" and s.lemma[nxt] not in s.rules["be"]:
                passive, i = True, nxt
                break
            if kind in _VERBS:
                i = nxt
                continue
            yield from _complement(s, unit, nxt)
            return
        helps = s.rules["have"] | s.rules["do"] | s.rules["modal"]
        if lemma in helps and kind in _VERBS:
            i = nxt
            continue
        break
    if s.lemma[i] in s.rules["copula"]:
        yield from _complement(s, unit, s.light(i + 1))
        return
    yield from s._say(unit, OBJECT if passive else SUBJECT, i)


def _complement(s: Sentence, unit: int, i: int) -> Iterator[Said]:
    """Give the adjective or noun that follows a copula."""
    head = s.nominal(i, len(s.kind))
    if head >= 0:
        if s._at(head + 1) != "genitive":
            yield from s._say(unit, PREDICATE, head)
    elif s._at(i) == "adjective":
        for adjective in (i, *s.joined(i)):
            yield from s._say(unit, PREDICATE, adjective)


def _v2(s: Sentence, unit: int) -> Iterator[Said]:
    first, last = s.first[unit], s.heads[unit][1]
    clause = _clause(s, unit)
    verbs = _verbs(s, clause) if clause else None
    if clause is None or verbs is None:
        return
    start, stop, sub = clause
    finite, main, passive, term = verbs
    p = s.before(first)
    if s._at(p) == "preposition" and p >= start:
        if passive and s.form[p] in s.rules["agent"] and s._at(p - 1) not in _NOMINAL:
            yield from s._say(unit, SUBJECT, main, term)
        return
    q = s.light(p, -1)
    compared = q >= 0 and (s._at(q) == "comparison" or s.form[q] in s.rules["comparison"])
    if s._at(p) in (*_NOMINAL, "pronoun") or compared or _genitive(s, unit):
        return  # A genitive, an apposition, "as China does".
    role = _role(s, unit, (start, stop, sub), finite)
    if not role:
        return
    if s.lemma[main] in s.rules["copula"] and not passive:
        if role == SUBJECT:
            yield from _v2_complement(s, unit, max(last, finite if not sub else last) + 1, stop)
        return
    if passive:
        role = OBJECT if role == SUBJECT else ""
    if role and not (role == OBJECT and not passive and s.lemma[main] in s.rules["no_object"]):
        yield from s._say(unit, role, main, term)


def _genitive(s: Sentence, unit: int) -> bool:
    """Whether a name has a genitive's ending, or an article that may be one or a relative."""
    first, (head, last) = s.first[unit], s.heads[unit]
    ending = s.form[last] == s.lemma[last] + "s"
    oblique = first < head and s.form[first] in s.rules["oblique"] and _case(s, unit) == "object"
    return ending or (oblique and s._at(first - 1) == CUT)


def _clause(s: Sentence, unit: int) -> tuple[int, int, bool] | None:
    """Return begin, end and whether it is subordinate, of the clause around a noun phrase."""
    begin, last = s.first[unit], s.heads[unit][1]
    start, stop = begin, last + 1
    edges = (CUT, "subordinator", "relative")
    while start > 0 and s._at(start - 1) not in edges and not _joins(s, start - 1):
        start -= 1
    while stop < len(s.kind) and s._at(stop) not in edges and not _joins(s, stop):
        stop += 1
    if s._at(start - 1) == "relative" and start:
        return None  # Subject and object of a relative clause look alike.
    sub = start > 0 and s._at(start - 1) == "subordinator"
    return start, stop, sub


def _joins(s: Sentence, i: int) -> bool:
    """Whether a coordinator at `i` joins clauses: a finite verb on both sides, up to the cuts."""
    if s._at(i) != "coordinator":
        return False
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(s.kind) and s._at(j) not in (CUT, "coordinator"):
            if s._at(j) == "finite":
                break
            j += step
        else:
            return False
        if s._at(j) != "finite":
            return False
    return True


def _verbs(s: Sentence, clause: tuple[int, int, bool]) -> tuple[int, int, bool, str] | None:
    """Return finite verb, main verb, whether it is passive, and the main verb's lemma."""
    start, stop, sub = clause
    finites = [i for i in range(start, stop) if s._at(i) == "finite"]
    if not finites and sub and s._at(stop - 1) == "participle":
        finites = [stop - 1]  # "dass Russland ihn verurteilt": the tagger cannot tell.
    if len(finites) != 1:
        return None
    finite = finites[0]
    others = [i for i in range(start, stop) if s._at(i) in ("participle", "infinitive")
              and i != finite]  # fmt: skip
    if sub and any(i > finite and s._at(i) not in _VERBS for i in range(finite + 1, stop)):
        return None
    helps = s.rules["be"] | s.rules["have"] | s.rules["modal"] | s.rules["passive"]
    content = [
        i
        for i in others
        if s.lemma[i] not in s.rules["passive"] | s.rules["modal"]
        and s._at(i - 1) != "to"
        and s.form[i - 1] not in s.rules["to"]
    ]
    if s.lemma[finite] not in helps or not content:
        return finite, finite, False, ("" if sub else _particle(s, finite, stop)) + s.lemma[finite]
    main = content[-1]
    chain = {s.lemma[i] for i in (finite, *others)}
    lemma, done = s.lemma[main], s._at(main) == "participle"
    passive = done and bool(chain & s.rules["passive"])
    stative = done and s.lemma[finite] in s.rules["be"] and lemma not in s.rules["be_perfect"]
    if stative and not passive and not s.rules["be_passive"]:
        return None  # "ist gerutscht", "ist angewiesen": which one, the words do not say.
    return finite, main, passive or stative, lemma


def _particle(s: Sentence, finite: int, stop: int) -> str:
    """Return the particle that belongs to a finite verb: "valt … aan", "gaat door met"."""
    for i in range(stop - 1, finite, -1):
        apart = i == stop - 1 or s._at(i + 1) == "preposition"
        if s._at(i) == "particle" or (apart and s.form[i] in s.rules["particle"]):
            return s.form[i]
    return ""


def _role(s: Sentence, unit: int, clause: tuple[int, int, bool], finite: int) -> str:
    """Return whether a noun phrase is the subject or an object of its clause; "" for neither."""
    start, _, sub = clause
    first = s.first[unit]
    case = _case(s, unit)
    if sub:
        return _ordered(s, start, first, case)
    if first < finite:
        lead = s.light(start)
        lead += s._at(lead) == "coordinator"
        if s.before(first) >= lead or s.light(s.heads[unit][1] + 1) > finite:
            return ""
        tail = s._at(s.heads[unit][1] + 1)
        whole = s.light(s.heads[unit][1] + 1) == finite or tail in ("preposition", "coordinator")
        return "" if not whole else (OBJECT if case == "object" else SUBJECT)
    field = range(start, finite)
    if any(s._at(i) in ("pronoun", *_NOMINAL) and not _in_phrase(s, i, start) for i in field):
        return OBJECT
    return _ordered(s, finite + 1, first, case)


def _ordered(s: Sentence, begin: int, first: int, case: str) -> str:
    """Return the role of a noun phrase by what stands between `begin` and it."""
    first = s.before(first) + 1  # what it is joined to is no other
    others = [i for i in range(begin, first) if s._at(i) in ("pronoun", *_NOMINAL)]
    free = [i for i in others if not _in_phrase(s, i, begin)]
    if free:
        return OBJECT
    return OBJECT if case == "object" else SUBJECT


def _in_phrase(s: Sentence, i: int, start: int) -> bool:
    """Whether a noun stands in a prepositional phrase."""
    p = s.before(s._begin(i))
    while p > start and s._at(p) in _NOMINAL:  # "Milliarden Euro"
        p = s.before(s._begin(p))
    return p >= start and s._at(p) == "preposition"


def _case(s: Sentence, unit: int) -> str:
    """Return "object" where the article rules out a subject, else ""."""
    first, head = s.first[unit], s.heads[unit][0]
    if s._at(first) != "determiner" or s.form[first] not in s.rules["oblique"]:
        return ""
    feminine = any(s.form[head].startswith(f) for f in s.rules["feminine"])
    masculine = s.form[first] == "der" and not feminine
    return "" if masculine else "object"


def _v2_complement(s: Sentence, unit: int, i: int, stop: int) -> Iterator[Said]:
    """Give the noun or adjective that a copula says of its subject."""
    adjectives = []
    while i < stop:
        kind = s._at(i)
        if kind == "preposition":
            head = s.nominal(i + 1, stop)
            i = head + 1 if head >= 0 else i + 1
            continue
        head = s.nominal(i, stop) if kind in ("determiner", *_INNER, *_NOMINAL) else -1
        if head >= 0:
            yield from s._say(unit, PREDICATE, head)
            return
        if kind == "adjective":
            adjectives.append(i)
        i += 1
    if adjectives:
        at = adjectives[-1]
        first = next((a for a in adjectives if at in s.joined(a)), at)
        for adjective in dict.fromkeys((first, *s.joined(first), at)):
            yield from s._say(unit, PREDICATE, adjective)
