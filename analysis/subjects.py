"""Who speaks: the subject of a verb of saying in one unit."""

from itertools import islice

from analysis.attribution import _FAR, Hit, Unit

_COMMAS = 8  # stretches between commas in which a subject is looked for, at most


def subject(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    """Find who speaks for a verb at ``hit.pivot``; None if the sentence does not say."""
    found = _subject(unit, hit)
    return _enumerated(unit, found, hit.pivot) if found is not None else None


def marked_subject(unit: Unit, hit: Hit, body: str) -> tuple[int, int] | None:
    """The marked words right before a verb, where they are its subject and no quotation.

    "The “regime” said", "‘De Haven’ meldt dat": a name or noun in marks, the finite verb at once.
    An article before the marks opens the phrase; a bare name speaks where no subject follows.
    """
    at = hit.first - 1
    words = body.split()
    if at < 0 or hit.pivot != hit.first or not unit.tokens[at].quote or not 0 < len(words) <= 4:
        return None
    if body[-1] in ".!?…," or not any(c.isalnum() for c in body):
        return None
    if hit.kind != "say" and "svo" not in unit.cues["order"]:
        return None  # "dat hij de ‘strijd’ noemde": the object of a verb that closes its clause
    after = _right(unit, hit.pivot)
    if after is not None and "v2" in unit.cues["order"] and unit.somebody(after):
        return None
    found = unit.before(at, unit.segment(at)) if unit.is_word(at - 1) else None
    relative = found is not None and unit.low(found[0] - 1) == ","  # "die „Ruhe“ riefen"
    if found is not None and not relative and unit.has(found[0], "determiner", "possessive"):
        return (found[0], at + 1)
    named = all(w[0].isupper() or w.casefold() in unit.cues["function"] for w in words)
    spoken = after is not None and (len(words) == 1 or unit.somebody(after))
    return (at, at + 1) if named and words[0][0].isupper() and at == 0 and not spoken else None


def _enumerated(unit: Unit, found: tuple[int, int], i: int) -> tuple[int, int]:
    """All who speak together: "Japan, China and the US" for "China"."""
    first, past = found
    if unit.has(past, "and") and past < i:
        more = unit.noun_phrase(past + 1, i)
        if more is None or not _reaches(unit, more[1], i):
            return found
        past = more[1]
    elif not any(unit.has(j, "and") for j in range(first, past)):
        return found
    while unit.low(first - 1) == ",":
        start = unit.segment(first - 1)
        if start == first - 1 or unit.noun_phrase(start, first - 1) != (start, first - 1):
            break
        first = start
    return (first, past)


def _subject(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    i = hit.pivot
    start = unit.segment(i)
    if start < i and unit.has(start, "and"):
        start += 1
        if start == i:
            return None
    if start == i or _only_adverbs(unit, start, i):
        return _inverted(unit, hit)
    quoted = max((j for j in range(start, i) if unit.tokens[j].quote), default=None)
    apart = quoted is not None and not unit.has(quoted - 1, "determiner", "preposition")
    if quoted is not None and apart and quoted + 1 < i:
        found = unit.noun_phrase(quoted + 1, i)
        if found is not None and _reaches(unit, found[1], i):
            return found
    if quoted is not None and quoted + 1 == i and (found := _right(unit, i)):
        return found
    opening = max((j for j in range(start, i) if _opens(unit, j, start, i)), default=None)
    if opening is not None:
        return _embedded(unit, opening, i, start)
    if "svo" in unit.cues["order"]:
        found = unit.noun_phrase(start, i)
        if found is None or not _reaches(unit, found[1], i):
            found = unit.before(i, start) or found
        return found
    if _plain_start(unit, start, i):
        found = unit.noun_phrase(start, i)
        if found is not None and _reaches(unit, found[1], i):
            return found
        joined = _after_and(unit, start, i)
        if joined is not None or (found is not None and unit.has(i - 1, "and")):
            return joined or found
        return _right(unit, i) or found
    return _right(unit, i) or (unit.before(i, start) if hit.last < i else None)


def _only_adverbs(unit: Unit, start: int, i: int) -> bool:
    """Whether "also", "has" and the like alone stand between a comma and its verb."""
    if "svo" not in unit.cues["order"] or start == 0 or unit.low(start - 1) != ",":
        return False
    return all(
        unit.has(j, "adverb", "have") or unit.low(j).endswith(unit.cues.manner)
        for j in range(start, i)
    )


def _opens(unit: Unit, j: int, start: int, i: int) -> bool:
    """Whether the word at `j` opens the subordinate clause that the verb at `i` closes."""
    if not unit.has(j, "subordinator", "relative", "as", "complementizer"):
        return False
    if unit.has(j, "determiner"):  # an article, unless it opens the segment without a noun
        return j == start and not _plain_start(unit, start, i)
    return True


def _after_and(unit: Unit, start: int, i: int) -> tuple[int, int] | None:
    """The subject of a second main clause: "… and the police said"."""
    for j in range(i - 2, start, -1):
        if unit.has(j, "and"):
            found = unit.noun_phrase(j + 1, i)
            return found if found is not None and _reaches(unit, found[1], i) else None
    return None


def _reaches(unit: Unit, j: int, i: int) -> bool:
    """Whether only adverbs, phrases and auxiliaries stand between a subject and its verb."""
    return j == i or unit.stops(j)


def _plain_start(unit: Unit, start: int, i: int) -> bool:
    """Whether the constituent before the verb can be a subject in a verb-second clause."""
    if unit.has(start, "impersonal") and start + 1 == i:
        return False
    return unit.noun_phrase(start, i) is not None and (
        unit.has(start, "determiner", "subject_pronoun") or not unit.stops(start)
    )


def _inverted(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    """Subject of a verb right after a comma, a quotation or the start of the unit."""
    i = hit.pivot
    start = unit.segment(i)
    if start < i:  # "X, an expert, also said"
        return _antecedent(unit, start)
    right = _right(unit, i)
    if i == 0 or unit.low(i - 1) != ",":
        return right
    if right is not None and unit.has(right[0], "subject_pronoun"):
        return right
    quoted = any(t.quote for t in unit.tokens[max(0, i - 2) : i])
    if hit.verb in unit.cues["tells"] and "svo" in unit.cues["order"] and not quoted:
        return _antecedent(unit, i) or right  # "X, an expert, told Y": never inverted
    past = right[1] if right else i + 1
    tail = unit.tokens[past : past + _FAR]
    more = any(t.quote or t.text == ":" or t.low in unit.cues["complementizer"] for t in tail)
    if right is not None and not quoted and _apposed(unit, i):
        return _antecedent(unit, i) or right
    if right is not None and (quoted or not (more or _goes_on(unit, right[1]))):
        return right
    return _antecedent(unit, i) or right


def _apposed(unit: Unit, i: int) -> bool:
    """Whether all before a verb is a phrase and an apposition: "Ann Lee, the mayor, proposes"."""
    commas = list(islice((j for j in range(i) if unit.low(j) == ","), 3))
    if "v2" not in unit.cues["order"] or len(commas) != 2 or commas[1] != i - 1:
        return False
    first, last = commas
    whole = unit.noun_phrase(0, first) == (0, first)
    plain = not any(unit.finite(j) or unit.has(j, "subjunctive") for j in range(first, last))
    return whole and plain and not unit.has(first + 1, "relative", "subordinator", "complementizer")


def _goes_on(unit: Unit, j: int) -> bool:
    """Whether a phrase behind a verb has a verb of its own: "X, an expert, said *prices rose*"."""
    if "svo" not in unit.cues["order"]:
        return False
    while unit.is_word(j) and not unit.has(j, "relative", "subordinator", "as", "and"):
        if unit.finite(j):
            return True
        j += 1
    return False


def _antecedent(unit: Unit, i: int) -> tuple[int, int] | None:
    """The phrase an apposition or relative clause closed before `i` belongs to."""
    commas = (j for j in range(i - 1) if unit.low(j) == ",")
    for j in islice(commas, _COMMAS):
        start = unit.segment(j)
        if unit.has(start, "as", "subordinator", "and"):
            start += 1
        found = unit.noun_phrase(start, j)
        if found is not None and (found[1] >= j - 6 or unit.has(found[1], "relative")):
            return found
        found = _right_of_finite(unit, start, j)
        if found is not None:
            return found
    return None


def _right_of_finite(unit: Unit, start: int, past: int) -> tuple[int, int] | None:
    if "svo" in unit.cues["order"]:
        return None
    for j in range(start, past):
        if unit.has(j, "have", "finite") and (found := unit.noun_phrase(j + 1, past)):
            return found
    return None


def _embedded(unit: Unit, opening: int, i: int, start: int) -> tuple[int, int] | None:
    found = unit.noun_phrase(opening + 1, i)
    if found is not None:
        return found
    if unit.has(opening, "relative") and opening > 1:
        end = opening - 1 if unit.low(opening - 1) == "," else opening
        return unit.before(end, unit.segment(end))
    return _right(unit, i) if opening == start else None


def _right(unit: Unit, i: int) -> tuple[int, int] | None:
    j = i + 1
    while j < len(unit.tokens) and unit.has(j, "also") and j < i + 4:
        j += 1
    return unit.noun_phrase(j)
