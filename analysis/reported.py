"""Verbs of saying and attribution phrases in one unit, and who speaks."""

from analysis.attribution import _ENDS, _FAR, Hit, Unit
from analysis.cues import Verb
from analysis.subjects import subject


def hits(unit: Unit) -> list[Hit]:
    """Find the verbs of saying and attribution phrases of a unit, in order, with speakers."""
    verbs, openings = unit.cues.verbs, unit.cues.openings
    lows = [t.low for t in unit.tokens]
    found = [h for i, w in enumerate(lows) if w in verbs and (h := _verb(unit, i)) is not None]
    taken = {h.first for h in found}
    # "A new report says": the first of two adjacent forms is the subject of the second.
    found = [h for h in found if h.first + 1 not in taken]
    taken = {h.first for h in found}
    phrases = [
        h
        for i, w in enumerate(lows)
        if w in openings and i not in taken and (h := _phrase(unit, i))
    ]
    sources = {h.speaker[1]: h for h in phrases if h.speaker is not None and h.kind == "according"}
    found = [h for h in found if not _source(unit, h, sources)] + phrases
    found += [
        h
        for i, w in enumerate(lows)
        if w in unit.cues.nouns
        and (h := _noun(unit, i, w))
        and i not in taken
        and not _means(unit, i, found)
    ]
    found.sort(key=lambda h: h.first)
    last: Hit | None = None
    for hit in found:
        if hit.kind not in ("according", "words", "noun"):
            infinitive = unit.has(hit.first - 1, "modal") and hit.pivot == hit.first
            if not infinitive:
                who = _agent(unit, hit) or _subject(unit, hit, last)
                hit.speaker = who if who is not None and _can_speak(unit, who) else None
            if hit.kind == "cite":
                hit.speaker = _cited(unit, hit) or hit.speaker
            if hit.speaker is None and last is not None and _coordinated(unit, hit):
                hit.speaker = last.speaker
        elif hit.kind == "noun" and last is not None and _theirs(unit, hit):
            hit.speaker = last.speaker  # "reiterated his claim that"
        last = hit if hit.speaker is not None else last
    return [h for h in found if _plausible(unit, h)]


def _theirs(unit: Unit, hit: Hit) -> bool:
    return hit.speaker is not None and unit.has(hit.speaker[0], "possessive")


def _source(unit: Unit, hit: Hit, sources: dict[int, Hit]) -> bool:
    """Whether a form closes the phrase of a source: "according to local media *reports*"."""
    whole = sources.get(hit.first)
    if whole is None or whole.speaker is None or "svo" not in unit.cues["order"]:
        return False
    if unit.is_word(hit.first + 1) and not unit.has(hit.first + 1, "preposition", "inside"):
        return False
    whole.speaker = (whole.speaker[0], hit.first + 1)
    return True


def _noun(unit: Unit, i: int, low: str) -> Hit | None:
    """A noun of saying with its clause ("the claim that", "die Warnung des Chefs, dass"), or one
    of holding an opinion ("is of the opinion that", "ist überzeugt, dass").
    """
    if unit.has(i - 1, "subject_pronoun"):
        return None
    opinion = low in unit.cues["opinion"]
    speaker, past = None, i + 1
    if unit.has(past, "inside") and not opinion:
        speaker = unit.noun_phrase(past if unit.has(past, "determiner") else past + 1)
        past = speaker[1] if speaker is not None else past
    verb = "v2" in unit.cues["order"] and _clause_verb(unit, past)
    opening = past + verb + (unit.low(past + verb) == ",")
    if not unit.has(opening, "complementizer") or unit.finite(opening + 1):
        return None
    if opinion or speaker is None:
        acts = verb and not unit.finite(past)
        holder = _holder(unit, i, opinion) if opinion or acts else None
        speaker = holder or _possessor(unit, i)
    elif not (unit.somebody(speaker) or unit.name_in(speaker)):
        return None
    if speaker is not None and not _can_speak(unit, speaker):
        return None
    if speaker is None and low in unit.cues["inner_noun"]:
        return None  # a hope or fear that is nobody's tells of no words
    ours = any(unit.has(j, "first_person", "ours") for j in range(unit.segment(i), i))
    return (
        None
        if ours or (opinion and speaker is None)
        else Hit(i, past - 1, i, low, "noun", speaker=speaker)
    )


def _means(unit: Unit, i: int, found: list[Hit]) -> bool:
    """Whether a noun only tells how a verb says it: "said in a statement that"."""
    near = range(max(0, i - 3), i)
    start = unit.segment(i)
    return any(unit.has(j, "preposition") for j in near) and any(
        h.kind == "say" and start <= h.first < i for h in found
    )


def _clause_verb(unit: Unit, j: int) -> bool:
    """Whether one word, a participle or a copula, stands between a noun and its clause."""
    between = unit.is_word(j) and not unit.has(j, "complementizer", "and", "preposition")
    return between and (
        unit.has(j + 1, "complementizer")
        or (unit.low(j + 1) == "," and unit.has(j + 2, "complementizer"))
    )


def _holder(unit: Unit, i: int, opinion: bool) -> tuple[int, int] | None:
    """Who is of an opinion or takes a stand: the subject of the auxiliary."""
    start = unit.segment(i)
    roles = ("have", "passive") if opinion else ("have",)
    for j in (*range(i - 1, start - 1, -1), i + 1):
        if unit.has(j, *roles):
            found = subject(unit, Hit(j, j, j, "", "say"))
            return found if found is None or not found[0] <= i < found[1] else None
    return None


def _possessor(unit: Unit, i: int) -> tuple[int, int] | None:
    """Whose words a noun tells of: "Bolivia's claim", "her claim"."""
    for j in range(i - 1, max(-1, i - 4), -1):
        if unit.low(j).endswith(("'s", "’s")) and unit.tokens[j].capital:
            first = j
            while first > 0 and unit.is_word(first - 1) and unit.tokens[first - 1].capital:
                first -= 1
            return (first, j + 1)
        if unit.has(j, "possessive"):
            return None if _exists(unit, j) else (j, j + 1)
        if not unit.is_word(j) or unit.has(j, "preposition", "determiner"):
            return None
    return None


def _exists(unit: Unit, j: int) -> bool:
    """Whether a possessive is the verb of being here: "er *zijn* al beschuldigingen dat"."""
    beside = unit.has(j - 1, "impersonal") or unit.has(j + 1, "impersonal", "adverb", "determiner")
    return unit.has(j, "finite") and beside


def _subject(unit: Unit, hit: Hit, last: Hit | None) -> tuple[int, int] | None:
    uses = {v.use for v in unit.cues.verbs[unit.low(hit.first)]}
    if "gerund" in uses:  # "calling it": the subject is that of the verb before
        return last.speaker if last is not None else _opening(unit, hit.first)
    return None if _passive(unit, hit, uses) or _own_words(unit, hit) else subject(unit, hit)


def _opening(unit: Unit, past: int) -> tuple[int, int] | None:
    """The person or office that opens a unit."""
    found = unit.noun_phrase(0, past)
    gerund = unit.low(0).endswith("ing")  # "Applying pressure and explaining that"
    return found if found is not None and not gerund and unit.somebody(found) else None


def _own_words(unit: Unit, hit: Hit) -> bool:
    """Whether the text speaks in the first person where the verb stands second.

    "Deswegen sage ich", "ich möchte Ihnen sagen", "lassen Sie mich sagen": the pronoun stands
    beside the finite verb, and another word in the subject's place is none.
    """
    if "v2" not in unit.cues["order"]:
        return False
    if unit.has(hit.pivot + 1, "author"):
        return True
    if hit.pivot == 0 and unit.has(1, "address") and unit.tokens[1].capital:
        return True  # "Sagen Sie ihnen"
    for j in range(unit.segment(hit.pivot), hit.pivot):
        if unit.has(j, "author") and (
            j + 1 == hit.pivot
            or any(unit.has(b, "modal", "have", "finite") for b in (j - 1, j + 1))
        ):
            return True
        if unit.has(j, "first_person") and unit.has(j - 1, "address"):
            return True
    return False


def _can_speak(unit: Unit, span: tuple[int, int]) -> bool:
    """Whether a noun phrase can be somebody: not made of function words alone.

    Where every noun is written with a capital, a phrase without one is none; the capital that
    opens a sentence tells nothing.
    """
    places = range(*span)
    if any(unit.has(j, "pronoun", "subject_pronoun", "possessive") for j in places):
        return True
    if all(unit.has(j, "function") for j in places):
        return False
    capital = any(unit.tokens[j].capital for j in places)
    return capital or not unit.cues["capital_nouns"]


def _passive(unit: Unit, hit: Hit, uses: set[str]) -> bool:
    """Whether the verb is a participle with a passive auxiliary and none of having."""
    if "participle" not in uses or hit.pivot != hit.first:
        return False
    if "finite" in uses:  # also a past tense: the auxiliary stands right before it
        j = hit.first - 1
        while unit.has(j, "adverb"):
            j -= 1
        return "svo" in unit.cues["order"] and unit.has(j, "passive")
    near = (*range(unit.segment(hit.first), hit.first), hit.first + 1)
    return any(unit.has(j, "passive") for j in near) and not any(unit.has(j, "have") for j in near)


def _verb(unit: Unit, i: int) -> Hit | None:
    token = unit.tokens[i]
    readings = unit.cues.verbs.get(token.low)
    if not readings or (token.capital and i > 0) or _is_noun(unit, i):
        return None
    best: tuple[Verb, int] | None = None
    for verb in readings:
        last = _particle(unit, i, verb.particle) if verb.particle else i
        if last is not None and (best is None or last > best[1] or verb.particle):
            best = (verb, last)
    if best is None:
        return None
    verb, last = best
    pivot = _pivot(unit, i, {v.use for v in readings if v.particle == verb.particle})
    if pivot is None:
        return None
    return Hit(i, last, pivot, verb.lemma, verb.kind, verb.stance, verb.weak)


def _is_noun(unit: Unit, i: int) -> bool:
    """A form after an article, a preposition or a genitive is a noun ("the report")."""
    if unit.has(i - 1, "subject_pronoun", "relative"):
        return False
    finite = any(v.use == "finite" for v in unit.cues.verbs[unit.low(i)])
    if unit.has(i - 1, "determiner") and unit.has(i - 2, "preposition"):
        return True
    base = any(v.lemma == unit.low(i) for v in unit.cues.verbs[unit.low(i)])
    bare = unit.has(i - 1, "preposition") and not unit.has(i - 1, "modal")
    if "svo" in unit.cues["order"] and base and (bare or unit.has(i + 1, "modal")):
        return True  # "against stress", "the claim should"
    if "svo" in unit.cues["order"] and base and _compound_noun(unit, i):
        return True
    return i > 0 and (
        (unit.has(i - 1, "determiner") and not (unit.has(i - 1, "impersonal") and finite))
        or unit.low(i - 1).endswith(("'s", "’s"))
        or (unit.has(i - 1, "inside") and not unit.has(i - 1, "modal"))
    )


def _compound_noun(unit: Unit, i: int) -> bool:
    """Whether a base form closes a phrase in the singular: "on a conference *call*"."""
    before = unit.low(i - 1)
    plural = before.endswith("s") or unit.has(i - 1, "collective", "adverb", "modal", "finite")
    small = unit.is_word(i - 1) and not unit.tokens[i - 1].capital
    return small and not plural and unit.has(i - 2, "determiner")


def _particle(unit: Unit, i: int, particle: str) -> int | None:
    """Position of a separated particle, where it can close the verb's clause."""
    if unit.has(i - 1, "modal") and unit.low(i - 2) == particle:
        return i  # "aan te kondigen"
    far = 4 if "svo" in unit.cues["order"] else _FAR
    for j in range(i + 1, min(len(unit), i + far)):
        low = unit.low(j)
        if low in _ENDS:
            return None
        if low == particle:
            nxt = unit.low(j + 1)
            closes = (
                j + 1 >= len(unit)
                or not unit.is_word(j + 1)
                or unit.has(j + 1, "complementizer", "question", "and", "subordinator", "inside")
                or nxt in unit.cues["preposition"]
            )
            if closes or j == i + 1:
                return j
    return None


def _pivot(unit: Unit, i: int, uses: set[str]) -> int | None:
    """The finite verb that goes with the form at `i`; None if it does not report at all."""
    start = unit.segment(i)
    if "infinitive" in uses and "v2" in unit.cues["order"] and unit.has(i + 1, "modal"):
        return None
    have = next((j for j in range(i - 1, start - 1, -1) if unit.has(j, "have")), None)
    if have is None and unit.has(i + 1, "have"):
        have = i
    modal = any(unit.has(j, "modal") for j in range(start, i))
    if uses == {"participle"} or ("participle" in uses and have is not None):
        if have is not None:
            return have
        passive = any(unit.has(j, "passive") for j in (*range(start, i), i + 1))
        agent = any(unit.has(j, "agent") for j in range(start, min(len(unit), i + 3)))
        return i if passive or agent else None
    if "finite" in uses and not (modal and unit.has(i - 1, "modal")):
        return i
    if "gerund" in uses:
        return i if start == i or unit.has(start, "and") else None
    if "infinitive" in uses and not modal:
        return i
    return i if "infinitive" in uses and unit.low(i + 1) == ":" else None


def _phrase(unit: Unit, i: int) -> Hit | None:
    for phrase, position in unit.cues.openings.get(unit.low(i), ()):
        last = i + len(phrase) - 1
        if any(unit.low(i + k) != w for k, w in enumerate(phrase)):
            continue
        if len(phrase) == 1 and len(phrase[0]) < 3 and not _so(unit, i):
            continue
        if position == "after":
            speaker = unit.before(i, unit.segment(i))
        else:
            speaker = unit.noun_phrase(last + 1, noun=True) or _pronoun(unit, last + 1)
            if i == 0 and speaker is not None:
                speaker = _without_verb(unit, speaker)
        if speaker is not None and not _thing(unit, speaker):
            kind = "words" if position == "words" else "according"
            return Hit(i, last, i, " ".join(phrase), kind, speaker=speaker)
    return None


def _without_verb(unit: Unit, span: tuple[int, int]) -> tuple[int, int]:
    """Leave out the finite verb that ends a phrase where the verb stands second.

    "Volgens de minister daalt de prijs": what the next noun phrase follows at once is a verb.
    """
    first, past = span
    nouns = [j for j in range(first, past) if not unit.has(j, "determiner")]
    subject = unit.has(past, "determiner", "subject_pronoun", "impersonal")
    if "svo" in unit.cues["order"] or len(nouns) < 2 or not subject:
        return span
    return span if unit.tokens[past - 1].capital else (first, past - 1)


def _thing(unit: Unit, span: tuple[int, int]) -> bool:
    """Whether "according to" names a rule or a plan, which nobody speaks."""
    return any(unit.has(j, "no_speaker") for j in range(*span))


def _so(unit: Unit, i: int) -> bool:
    """A short word of attribution ("so") counts only right after a comma or a quotation."""
    after_mark = i > 0 and not unit.is_word(i - 1) and unit.low(i - 1) not in _ENDS
    named = i + 1 < len(unit) and (unit.tokens[i + 1].capital or unit.has(i + 1, "determiner"))
    return after_mark and named


def _pronoun(unit: Unit, i: int) -> tuple[int, int] | None:
    return (i, i + 1) if unit.has(i, "pronoun") else None


def _agent(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    """The "by" phrase of a passive or of an attributive participle."""
    start = unit.segment(hit.first)
    attributive = hit.kind == "name" and hit.first > 0 and unit.tokens[hit.first - 1].quote
    uses = {v.use for v in unit.cues.verbs[unit.low(hit.first)]}
    if hit.pivot != hit.first or not (attributive or _passive(unit, hit, uses)):
        return None
    for j in (*range(hit.first + 1, min(len(unit), hit.first + 3)), *range(start, hit.first)):
        if unit.has(j, "agent"):
            if unit.has(j + 1, "pronoun"):
                return _main_subject(unit, j) or (j + 1, j + 2)
            return unit.noun_phrase(j + 1)
    return None


def _main_subject(unit: Unit, past: int) -> tuple[int, int] | None:
    """The subject of the unit's first finite verb, to which "by him" further on refers."""
    for j in range(past):
        if unit.has(j, "have", "finite"):
            return subject(unit, Hit(j, j, j, "", "say"))
    return None


def _cited(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    """The one whose words a text cites: the object of "quoted", not its subject."""
    past = hit.speaker[1] if hit.speaker and hit.speaker[0] > hit.first else hit.last + 1
    found = unit.noun_phrase(past)
    if found is None:
        return None
    for j in range(*found):
        if unit.has(j, "content_noun") and unit.has(j + 1, "inside"):
            return unit.noun_phrase(j + 2, found[1]) or found
    return found


def _coordinated(unit: Unit, hit: Hit) -> bool:
    """Whether a verb without a subject continues the subject before it ("and added")."""
    start = unit.segment(hit.pivot)
    return unit.has(start, "and") or unit.has(hit.pivot - 1, "and") or start == hit.pivot


def _plausible(unit: Unit, hit: Hit) -> bool:
    if hit.kind in ("according", "words"):
        return True
    if hit.kind == "noun":
        hit.hearsay = hit.speaker is None
        return True
    uses = {v.use for v in unit.cues.verbs[unit.low(hit.first)]}
    if hit.verb in unit.cues["impersonal_saying"]:  # "es heißt"; without "es" it means
        hit.hearsay = any(unit.has(j, "expletive") for j in (hit.first - 1, hit.first + 1))
        hit.speaker = None
        return hit.hearsay
    if hit.speaker is None and _passive(unit, hit, uses):  # "it is said that": somebody's words
        after = hit.first + (3 if unit.low(hit.first + 1) == "," else 2)
        told = any(unit.has(j, "complementizer") for j in range(hit.first + 1, after))
        near = range(unit.segment(hit.first), hit.first)
        hit.hearsay = told and not any(unit.has(j, "modal") for j in near)
        return hit.hearsay and hit.kind == "say"
    if hit.weak and hit.speaker is not None:
        return unit.has(hit.speaker[0], "subject_pronoun") or unit.name_in(hit.speaker)
    return True
