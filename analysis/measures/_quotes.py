"""The words of others in one document: which stretches are quoted or reported, and by whom."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from analysis.attribution import Hit, Unit
from analysis.clauses import clauses
from analysis.cues import Cues, plain
from analysis.measures._affiliation import affiliation
from analysis.measures._mood import Mood, mood
from analysis.measures._pronouns import fits, plural
from analysis.measures._unclosed import ended
from analysis.measures._units import blanked, units
from analysis.quotations import Stretch, stretches
from analysis.reported import hits
from analysis.subjects import marked_subject

SCARE = "scare"
_BULLET = re.compile(r"\s*(?:[-–—•*·]|\d+[.)]|[a-z]\))\s")
_LONG = 5  # marked words that are a quotation even where the sentence names no speaker
_RECENT = 3  # units back to which a pronoun may refer


@dataclass(frozen=True)
class Speaker:
    """Who speaks: the name, and where the text says so."""

    text: str
    start: int
    end: int
    affiliation: str = ""


@dataclass
class Quote:
    """One quoted stretch or reported clause with document offsets."""

    start: int
    end: int
    type: str
    speaker: Speaker | None = None
    verb: str = ""
    stance: str = ""
    holds: bool = False  # a reported clause with quoted words in it, which have their own rows


@dataclass
class _Line:
    """One unit of a paragraph while it is being read.

    Most units hold neither marks nor a word of saying: they are not cut into tokens unless a
    pronoun further on asks who was named in them.
    """

    text: str  # of the unit, its quotations blanked
    start: int
    words: Cues
    marked: list[Stretch]
    bullet: bool
    paragraph: int = 0
    mood: Mood | None = None
    at: list[int] = field(default_factory=list)  # token positions of the marked stretches
    hits: list[Hit] = field(default_factory=list)
    subjects: frozenset[int] = frozenset()  # those of `at` that are the subject of a verb
    speaker: Speaker | None = None
    loose: Hit | None = None
    colon: bool = False
    spoke: list[Speaker] = field(default_factory=list)
    opened: list[Speaker] = field(default_factory=list)  # by a phrase that opens the unit
    quotes: list[Quote] = field(default_factory=list)

    @cached_property
    def unit(self) -> Unit:
        return Unit(self.text, self.start, self.words)

    @cached_property
    def persons(self) -> list[tuple[int, int]]:
        """Token ranges of the persons named."""
        return list(self.unit.persons())

    def forget(self) -> None:
        """Drop the tokens, which are made again if they are asked for."""
        self.__dict__.pop("unit", None)


def read(
    text: str,
    paragraphs: list[tuple[int, int]],
    sentences: list[list[tuple[int, int]]],
    words: Cues,
    pairs: tuple[tuple[str, str], ...],
) -> list[Quote]:
    """Find all quotations of a document.

    Parameters
    ----------
    text : str
    paragraphs : list of (start, end)
    sentences : list of list of (start, end)
        The sentences of every paragraph.
    words : Cues
    pairs : tuple of (open, close)

    Returns
    -------
    list of Quote
        In order; ``type`` may be ``scare``: words marked, but nobody's.
    """
    reader = _Reader(text, words)
    for (start, end), bounds in zip(paragraphs, sentences, strict=True):
        found = stretches(text[start:end], pairs, elisions=words["elision"])
        found = ended(text[start:end], found, words, text[end : end + 20])
        reader.paragraph(start, end, bounds, [_moved(s, start) for s in found])
    reader.runs()
    reader.neighbours()
    out = [q for line in reader.lines for q in line.quotes]
    return sorted(out, key=lambda q: (q.start, -q.end))


def _moved(s: Stretch, by: int) -> Stretch:
    return Stretch(s.start + by, s.end + by, s.outer_start + by, s.outer_end + by, s.closed)


class _Reader:
    """Reads units in order and remembers who was named and who spoke."""

    def __init__(self, text: str, words: Cues) -> None:
        self.text = text
        self.words = words
        self.lines: list[_Line] = []
        self._voice: dict[int, Speaker | None] = {}  # by id of the hit

    def paragraph(
        self, start: int, end: int, bounds: list[tuple[int, int]], marked: list[Stretch]
    ) -> None:
        blank = blanked(self.text, start, end, marked)
        bullet = bool(_BULLET.match(self.text, start, end))
        begins = [s.outer_start for s in marked]
        for a, b in units(self.text, blank, start, bounds, marked):
            own = marked[bisect_left(begins, a) : bisect_left(begins, b)]
            line = _Line(blank[a - start : b - start], a, self.words, own, bullet, start)
            self.lines.append(line)
            said = plain(line.text)
            if own or self.words.may_report(said):
                self._attribute(line)
            if self.words.may_tell(said):
                line.mood = mood(line.unit)
            if len(self.lines) > _RECENT:
                self.lines[-_RECENT - 1].forget()

    def _attribute(self, line: _Line) -> None:
        """Find the verbs of a unit, who speaks, and what of it is theirs."""
        line.at = [i for i, t in enumerate(line.unit.tokens) if t.quote]
        line.hits = hits(line.unit)
        self._subjects(line)
        line.colon = bool(line.unit.tokens) and line.unit.tokens[-1].text == ":"
        clauses(line.unit, line.hits)
        self._speakers(line)
        self._assign(line)

    def _subjects(self, line: _Line) -> None:
        """Let marked words speak where they are the subject of a verb: they are not quoted."""
        bodies = {
            at: self.text[s.start : s.end] for s, at in zip(line.marked, line.at, strict=False)
        }
        for hit in line.hits:
            if hit.first - 1 in bodies:
                found = marked_subject(line.unit, hit, bodies[hit.first - 1])
                if found is not None:
                    hit.speaker, line.subjects = found, line.subjects | {hit.first - 1}

    # --- speakers -------------------------------------------------------------------------

    def _speakers(self, line: _Line) -> None:
        for hit in line.hits:
            hit_speaker = self._resolve(line, hit)
            if hit_speaker is not None:
                if hit.clause is not None or line.at:
                    line.spoke.append(hit_speaker)
                elif hit.speaker is not None and hit.speaker[0] == 0:
                    line.opened.append(hit_speaker)
                line.speaker = hit_speaker
            self._voice[id(hit)] = hit_speaker

    def _named(self, line: _Line) -> list[Speaker]:
        """The persons named in a unit."""
        return [*(self._spoken(line.unit, s) for s in line.persons), *line.opened]

    def _spoken(self, unit: Unit, span: tuple[int, int]) -> Speaker:
        first, last = unit.tokens[span[0]], unit.tokens[span[1] - 1]
        return Speaker(self.text[first.start : last.end], first.start, last.end)

    def _resolve(self, line: _Line, hit: Hit) -> Speaker | None:
        if hit.speaker is None:
            return self._person(line, hit)
        unit, (first, past) = line.unit, hit.speaker
        if past - 1 in line.subjects:
            return self._marked(unit, hit.speaker)
        if past == first + 1 and unit.has(first, "possessive") and hit.kind == "noun":
            start = unit.tokens[first].start
            who = self._antecedent(start, unit, first, hit)
            hit.hearsay = who is None
            end = unit.tokens[first].end
            return None if who is None else Speaker(who.text, start, end, who.affiliation)
        said = self._spoken(unit, hit.speaker)
        if unit.has(past - 1, "subject_pronoun"):  # what stands before it is no part of a name
            first = past - 1
            said = self._spoken(unit, (first, past))
        elif past != first + 1 or not unit.has(first, "pronoun"):
            return self._with_office(unit, hit.speaker)
        formal = first > 0 and unit.has(first, "address") and unit.tokens[first].capital
        who = None if formal else self._antecedent(said.start, unit, first, hit)
        if who is None:
            return said
        return Speaker(who.text, said.start, said.end, who.affiliation)

    def _marked(self, unit: Unit, span: tuple[int, int]) -> Speaker:
        """A speaker in marks, which stay where words stand before them: "the “regime”"."""
        said = self._spoken(unit, span)
        inside = int(span[1] == span[0] + 1 and len(said.text) > 2)
        text = said.text[inside : len(said.text) - inside].strip()
        start = said.start + said.text.index(text)
        return Speaker(text, start, start + len(text))

    def _with_office(self, unit: Unit, span: tuple[int, int]) -> Speaker:
        """A speaker with the office the text gives beside the name."""
        name, office = affiliation(unit, span)
        said = self._spoken(unit, name)
        given = self._spoken(unit, office).text if office is not None else ""
        return Speaker(said.text, said.start, said.end, given)

    def _antecedent(self, start: int, unit: Unit, i: int, hit: Hit) -> Speaker | None:
        """Whom the pronoun at `i` means: in the nearest unit with a name that fits, who speaks.

        Where nobody speaks there, the one person named; of two who fit, it is neither.
        """
        several = plural(unit, i, hit)

        def able(people: list[Speaker]) -> list[Speaker]:
            return [p for p in people if p.start < start and fits(unit, i, p.text, several=several)]

        for back, line in enumerate(self.lines[: -_RECENT - 2 : -1]):
            if spoken := able(line.spoke):
                return spoken[-1]
            people = able(self._named(line))
            if not back:  # in the pronoun's own unit only a person who opens it
                opening = line.unit.noun_phrase(0)
                end = line.unit.tokens[opening[1] - 1].end if opening is not None else -1
                people = [who for who in people if who.end <= end]
            if people:
                return people[-1] if len({p.text.split()[-1] for p in people}) == 1 else None
        return None

    def _person(self, line: _Line, hit: Hit) -> Speaker | None:
        before = [s for s in line.persons if s[1] <= hit.first]
        non_finite = hit.kind == "say" and line.unit.has(hit.first - 1, "modal")
        return self._spoken(line.unit, before[0]) if before and non_finite else None

    # --- quotations in a unit -------------------------------------------------------------

    def _assign(self, line: _Line) -> None:
        used: set[int] = set()
        for n, (stretch, at) in enumerate(zip(line.marked, line.at, strict=False)):
            hit = None if at in line.subjects else self._governor(line, at, n)
            if hit is not None:
                used.add(id(hit))
                line.quotes.append(self._quote(line, stretch, at, hit))
            else:
                line.quotes.append(Quote(stretch.start, stretch.end, SCARE))
        for hit in line.hits:
            if hit.clause is not None and (hit.hearsay or self._voice[id(hit)] is not None):
                self._indirect(line, hit)
                used.add(id(hit))
        rest = [h for h in line.hits if id(h) not in used and self._voice[id(h)] is not None]
        line.loose = rest[0] if rest else None

    def _governor(self, line: _Line, at: int, n: int) -> Hit | None:
        """The verb or phrase a quotation at token `at` depends on."""
        unit = line.unit
        around = [
            h
            for h in line.hits
            if h.clause and h.clause[0] <= at < h.clause[1]
            if h.kind != "noun" or self._voice[id(h)] is not None
        ]
        for hit in line.hits:  # "…," said X, according to Y: X comes first
            nearest = min(hit.first, hit.speaker[0] if hit.speaker else hit.first)
            follows = nearest == at + 1 or (nearest == at + 2 and unit.low(at + 1) == ",")
            if around and hit not in around and follows and hit.kind in ("say", "according"):
                return hit
        if around:
            return around[0]
        best: tuple[int, Hit] | None = None
        body = self.text[line.marked[n].start : line.marked[n].end]
        words = len(body.split())
        if self._compound(line.marked[n]):
            return None
        for hit in line.hits:
            if hit.kind == "noun":
                continue
            gap = _gap(unit, hit, at)
            if gap is None or (hit.kind == "think" and gap > 2):
                continue
            led = unit.low(at - 1) == ":" or _same_clause(unit, hit, at)
            if hit.kind == "name" and not led:
                continue
            if at < hit.first and not _adjacent(unit, hit, at):
                continue
            if words <= 3 and hit.kind == "say" and at > hit.last and not _led(unit, hit, at):
                continue
            if hit.kind != "name" and _title(body) and gap > 1 and body[-1] not in ".!?,":
                continue
            if hit.kind in ("say", "think", "cite") and self._name_of_work(line, at, body):
                continue
            if best is None or gap < best[0]:
                best = (gap, hit)
        return best[1] if best else None

    def _name_of_work(self, line: _Line, at: int, body: str) -> bool:
        """Whether marked capitals name a paper or a film: "sagte X der „Sport Bild“"."""
        unit = line.unit
        joined = unit.is_word(at - 1) and not unit.has(at - 1, "complementizer")
        letters = [w[0].isupper() for w in body.split() if w[0].isalpha()]
        capitals = sum(letters) >= 0.6 * len(letters)
        return joined and capitals and body[-1] not in ".!?…" and unit.tokens[at - 1].quote is False

    def _heading(self, line: _Line, at: int, body: str) -> bool:
        """Whether marked words are the title of something: "the motion “Plan for …”"."""
        inside = line.unit.is_word(at - 1) and not line.unit.has(at - 1, "complementizer")
        verb = not self.words["finite"].isdisjoint(plain(body))
        return inside and not verb and body[:1].isupper() and body[-1] not in ".!?…,"

    def _compound(self, stretch: Stretch) -> bool:
        """Whether the closing mark is followed by a hyphen: ‘no limits’-partnership."""
        return self.text[stretch.outer_end : stretch.outer_end + 1] in ("-", "‐", "‑")

    def _quote(self, line: _Line, stretch: Stretch, at: int, hit: Hit) -> Quote:
        kind = self._type(line, stretch, at, hit)
        return Quote(stretch.start, stretch.end, kind, self._voice[id(hit)], hit.verb, hit.stance)

    def _type(self, line: _Line, stretch: Stretch, at: int, hit: Hit | None) -> str:
        unit = line.unit
        body = self.text[stretch.start : stretch.end]
        letter = next((c for c in body if c.isalnum()), "a")
        if hit is not None and hit.clause and hit.clause[0] <= at < hit.clause[1]:
            alone = all(t.quote or not t.word for t in unit.tokens[slice(*hit.clause)])
            joined = unit.has(hit.clause[0] - 1, "complementizer")
            if not alone or joined:
                return "mixed"
        prev = unit.tokens[at - 1] if at else None
        opens = prev is None or prev.text in ":-–—•*.!?…" or prev.quote
        again = any(q.type == "direct" and q.verb == (hit.verb if hit else "") for q in line.quotes)
        if prev is not None and prev.text == ",":
            opens = hit is not None and (
                again or hit.last == at - 2 or _past(hit) == at - 1 or letter.isupper()
            )
        if hit is not None and prev is not None and at - 1 in (hit.last, _past(hit) - 1):
            opens = hit.kind != "name"
        if not opens:
            return "mixed"
        short = len(body.split()) < 3 and body[-1:] not in ".!?…,"
        if letter.isupper() or letter.isdigit() or again:
            return "mixed" if short and hit is not None and hit.kind == "name" else "direct"
        return "direct" if prev is not None and prev.text == ":" else "mixed"

    def _indirect(self, line: _Line, hit: Hit) -> None:
        assert hit.clause is not None
        tokens = line.unit.tokens[slice(*hit.clause)]
        own = [t for t in tokens if t.word]
        quoted = [t for t in tokens if t.quote]
        if not own:
            return
        who = self._voice[id(hit)]
        start, end = tokens[0].start, tokens[-1].end
        inner = [q for q in line.quotes if start <= q.start < end and q.type != SCARE]
        holds = bool(quoted) and bool(inner)
        line.quotes.append(Quote(start, end, "indirect", who, hit.verb, hit.stance, holds))

    def runs(self) -> None:
        """Read reported speech that goes on without a verb of saying, in the mood of reports.

        A sentence in the mood that only reports use is somebody's words; in one that has other
        uses, too, it is where the sentence before it in the paragraph is.
        """
        for i, line in enumerate(self.lines):
            given = any(q.type != SCARE for q in line.quotes)
            if line.mood is None or given:
                continue
            before = self._reported_before(i, 1 if not line.mood.certain else _RECENT)
            goes_on = before is not None and before.type == "indirect"
            if not goes_on and not line.mood.certain:
                continue
            start, end = line.mood.start, line.mood.end
            who = before.speaker if before is not None else None
            if line.mood.hearsay:
                who = None
            elif line.speaker is not None:
                who = line.speaker
            inner = [
                q
                for q, at in zip(line.quotes, line.at, strict=False)
                if start <= q.start < end and not self._name_of_work(line, at, self._body(q))
            ]
            inner = [] if line.mood.hearsay else inner
            for quote in inner:
                quote.type, quote.speaker = "mixed", who
            line.quotes.append(Quote(start, end, "indirect", who, "", "", bool(inner)))

    def _body(self, quote: Quote) -> str:
        return self.text[quote.start : quote.end]

    def _reported_before(self, i: int, reach: int) -> Quote | None:
        """The last quotation up to some sentences before, in the same paragraph."""
        for back in range(i - 1, max(-1, i - 1 - reach), -1):
            if self.lines[back].paragraph != self.lines[i].paragraph:
                return None
            said = [q for q in self.lines[back].quotes if q.type != SCARE]
            if said:
                return said[-1]
        return None

    # --- quotations without a voice in their own unit -------------------------------------

    def neighbours(self) -> None:
        """Give marked stretches without a voice the speaker of the unit beside them."""
        carried: tuple[int, Speaker, str] | None = None  # an introduction that ends in a colon
        for i, line in enumerate(self.lines):
            if carried is not None and not (
                line.bullet or self.lines[i - 1] is self.lines[carried[0]]
            ):
                carried = None
            for quote, stretch, at in zip(list(line.quotes), line.marked, line.at, strict=False):
                if quote.type == SCARE and at not in line.subjects:
                    self._outside(i, line, quote, stretch, at, carried)
            voice = self._introduces(line)
            if voice is not None:
                carried = (i, *voice)

    def _introduces(self, line: _Line) -> tuple[Speaker, str] | None:
        if not line.colon or line.speaker is None:
            return None
        return line.speaker, line.hits[-1].verb

    def _outside(
        self,
        i: int,
        line: _Line,
        quote: Quote,
        stretch: Stretch,
        at: int,
        carried: tuple[int, Speaker, str] | None,
    ) -> None:
        length = len(self.text[stretch.start : stretch.end].split())
        compound = self._compound(stretch)
        alone = all(t.quote or not t.word for t in line.unit.tokens)
        if carried is not None and not compound:
            self._give(line, quote, stretch, at, carried[1], carried[2])
            return
        label = self._labelled(line, at)
        if label is not None:
            self._give(line, quote, stretch, at, label, "")
            return
        if _title(self.text[stretch.start : stretch.end]) or compound:
            return
        if alone and (length >= 2 or self.text[stretch.end - 1] in ".!?,"):
            speaker, verb = self._beside(i)
            self._give(line, quote, stretch, at, speaker, verb)
        elif length >= _LONG and not self._heading(line, at, self._body(quote)):
            speaker, verb = self._before(i)
            if speaker is None:
                speaker = self._own_subject(line)
            if speaker is not None or verb:  # in the middle of a sentence, marks need a voice
                self._give(line, quote, stretch, at, speaker, verb)

    def _give(
        self, line: _Line, quote: Quote, stretch: Stretch, at: int, who: Speaker | None, verb: str
    ) -> None:
        quote.type = self._type(line, stretch, at, None)
        quote.speaker, quote.verb = who, verb

    def _beside(self, i: int) -> tuple[Speaker | None, str]:
        """Speaker for a unit that is all quotation: the next unit's, else the one before."""
        nxt = self.lines[i + 1] if i + 1 < len(self.lines) else None
        if nxt is not None and nxt.loose is not None and nxt.loose.first <= 8:
            return self._voice[id(nxt.loose)], nxt.loose.verb
        return self._before(i)

    def _before(self, i: int) -> tuple[Speaker | None, str]:
        for back in range(i - 1, max(-1, i - 2), -1):
            line = self.lines[back]
            spoken = [q for q in line.quotes if q.type != SCARE and q.speaker is not None]
            if spoken:
                return spoken[-1].speaker, spoken[-1].verb
            if line.speaker is not None:
                return line.speaker, line.hits[-1].verb
        people = self._named(self.lines[i - 1]) if i else []
        return (people[0], "") if people else (None, "")

    def _labelled(self, line: _Line, at: int) -> Speaker | None:
        """ "Rogers: ‘…’": a name and a colon, as in interviews and scripts."""
        unit = line.unit
        if not 2 <= at <= 6 or unit.low(at - 1) != ":":
            return None
        span = unit.noun_phrase(0, at - 1)
        return self._spoken(unit, span) if span == (0, at - 1) else None

    def _own_subject(self, line: _Line) -> Speaker | None:
        """The person or office that opens a unit; an enumeration speaks with no one voice."""
        unit = line.unit
        span = unit.noun_phrase(0)
        if span is None:
            return None
        past = span[1]
        while unit.low(past) == "," and (more := unit.noun_phrase(past + 1)):
            past = more[1]
        if any(unit.has(j, "and") for j in range(past + 1)):
            return None
        if not unit.somebody(span):
            return None
        return self._with_office(unit, span)


def _gap(unit: Unit, hit: Hit, at: int) -> int | None:
    """Words between a hit (or its speaker) and a quotation; None where no rule joins them."""
    first = min(hit.first, hit.speaker[0] if hit.speaker else hit.first)
    past = max(hit.last + 1, _past(hit))
    if at >= past:
        if any(unit.low(j) == ";" for j in range(past, at)):
            return None
        return sum(unit.is_word(j) for j in range(past, at)) + 0
    if at < first:
        return sum(unit.is_word(j) for j in range(at, first))
    return 0 if hit.pivot < at or hit.first - at <= 1 else None


def _adjacent(unit: Unit, hit: Hit, at: int) -> bool:
    """A quotation before its verb is followed by a comma, the verb or the speaker at once."""
    first = min(hit.first, hit.speaker[0] if hit.speaker else hit.first)
    return first - at <= 1 or not unit.is_word(at + 1)


def _past(hit: Hit) -> int:
    return hit.speaker[1] if hit.speaker is not None else hit.last + 1


def _same_clause(unit: Unit, hit: Hit, at: int) -> bool:
    low, high = sorted((hit.first, at))
    marks = [unit.low(j) for j in range(low + 1, high) if unit.low(j) in (",", ":", ";", "–", "—")]
    return not marks or marks == [",", ","]  # two commas enclose a parenthesis


def _led(unit: Unit, hit: Hit, at: int) -> bool:
    """Whether a few marked words belong to the verb: the same clause, a colon or comma before."""
    return _same_clause(unit, hit, at) or unit.low(at - 1) in (":", ",")


def _title(body: str) -> bool:
    words = [w for w in body.split() if w[:1].isalpha()]
    return len(words) > 1 and sum(w[:1].isupper() for w in words) >= 0.75 * len(words)
