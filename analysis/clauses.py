"""The clause that each verb of saying or attribution phrase of a unit reports."""

from analysis.attribution import _ENDS, _FAR, Hit, Unit

_TAIL, _LONG_TAIL = 8, 25  # words behind "said X": where the verb stands second, it tells more
_NEAR = 20  # hits of one unit that can bear on each other, at most


def clauses(unit: Unit, found: list[Hit]) -> None:
    """Give every hit the token range of the clause it reports, where there is one."""
    for n, hit in enumerate(found):
        near = found[max(0, n - _NEAR) : n]
        told = [o for o in near if o.speaker is not None or o.hearsay]
        nested = any(o.clause and o.clause[0] <= hit.first < o.clause[1] for o in told)
        if nested or hit.kind in ("name", "words"):
            continue
        later = found[n + 1 : n + 1 + _NEAR]
        if hit.kind == "according":
            found_clause = _according(unit, hit)
        elif hit.kind == "noun":
            found_clause = _that(unit, hit, later)
        else:
            found_clause = (
                _bare(unit, hit, later)
                or _that(unit, hit, later)
                or _as(unit, hit)
                or _inserted(unit, hit)
                or _final(unit, hit)
                or _infinitive(unit, hit, later)
            )
        if found_clause is not None and found_clause[1] - found_clause[0] >= 2:
            hit.clause = found_clause


def _that(unit: Unit, hit: Hit, later: list[Hit]) -> tuple[int, int] | None:
    roles = ["complementizer"]
    if hit.verb in unit.cues["asking"]:
        roles.append("question")
    for j in range(hit.first + 1, min(len(unit), hit.first + _FAR)):
        if unit.low(j) in _ENDS or any(h.first == j for h in later):
            return None
        if unit.has(j, *roles):
            if hit.kind != "noun" and unit.has(j, "relative") and _relative(unit, hit, j):
                continue
            begin = next((k for k in range(j + 1, len(unit)) if unit.is_word(k)), j + 1)
            begin = j + 1 if any(t.quote for t in unit.tokens[j + 1 : begin]) else begin
            return (begin, _end(unit, begin, later))
    return None


def _relative(unit: Unit, hit: Hit, j: int) -> bool:
    """Whether "dat", "that" at `j` opens a relative clause on an object of the verb."""
    if unit.low(j - 1) == "," and hit.speaker is not None and hit.speaker[1] >= j - 1:
        return False
    if hit.verb in unit.cues["tells"]:
        return False
    right = (
        hit.speaker[1] if hit.speaker is not None and hit.speaker[0] > hit.first else hit.first + 1
    )
    between = [k for k in range(right, j) if not unit.has(k, "adverb")]
    for n, k in enumerate(between):
        if unit.has(k, "preposition"):
            return False
        if unit.has(k, "determiner") or (n == 0 and unit.is_word(k) and not unit.stops(k)):
            return True
    return False


def _end(unit: Unit, start: int, later: list[Hit]) -> int:
    """Where a reported clause ends: the unit's end, or a new voice joined by "and" or a comma."""
    end = len(unit)
    for hit in later:
        begin = unit.segment(hit.first)
        opener = min([hit.first, hit.pivot, *([hit.speaker[0]] if hit.speaker else [])])
        if unit.has(opener - 1, "and") and opener - 1 > start:
            end = min(end, opener - 1)
        elif (
            hit.kind != "according"
            and begin > start
            and unit.low(begin - 1) == ","
            and begin >= opener - 1
        ):
            shares = hit.speaker is None or hit.speaker[0] >= begin
            if shares and _tail(unit, hit):
                end = min(end, begin - 1)
    for j in range(start, end):
        quotes = j + 1 < len(unit) and unit.tokens[j + 1].quote
        if unit.low(j) == ";" or (unit.low(j) == ":" and quotes):
            end = j
            break
    while end > start and not (unit.is_word(end - 1) or unit.tokens[end - 1].quote):
        end -= 1
    return end


def _tail(unit: Unit, hit: Hit, longest: int = _TAIL) -> bool:
    """Whether a hit ends its unit: only its speaker and a few words follow."""
    past = max(hit.last + 1, hit.speaker[1] if hit.speaker else 0)
    rest = [t for t in unit.tokens[past:] if t.word]
    return len(rest) <= longest and not any(t.low in unit.cues["complementizer"] for t in rest)


def _closes(unit: Unit, hit: Hit, comma: int) -> bool:
    """Whether a long rest belongs to a verb that ends a report: ", said X, who …".

    The mood of what stands before tells, or a clause about the speaker or the moment behind.
    """
    past = max(hit.last + 1, hit.speaker[1] if hit.speaker else 0)
    if any(unit.has(j, "reported_mood") for j in range(comma)):
        return True
    turn = next((j for j in range(past, len(unit)) if unit.low(j) == ","), None)
    if turn is None or not unit.has(turn + 1, "relative", "subordinator"):
        return False
    return not any(unit.has(j, "complementizer") for j in range(past, turn))


def _verbal(unit: Unit, j: int) -> bool:
    """Whether an infinitive may stand at `j`, behind its "te" or "zu"."""
    small = unit.is_word(j) and not unit.tokens[j].capital and unit.low(j).endswith("n")
    return small and not unit.has(j, "determiner")


def _as(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    """ "As X put it, …": the rest of the unit is reported."""
    start = unit.segment(hit.first)
    near = range(max(0, start - _FAR), hit.first)
    at = next((j for j in near if unit.has(j, "as") and _opens(unit, j)), None)
    if at is None or (hit.speaker is not None and hit.speaker[0] < at):
        return None
    after = next((j for j in range(hit.last, len(unit)) if unit.low(j) in (",", ":")), None)
    if after is None:
        return (0, at - 1) if at > 3 else None
    if any(t.quote for t in unit.tokens[after + 1 : after + 2]):
        return None
    return (after + 1, _trim(unit, after + 1, len(unit))) if after + 3 < len(unit) else None


def _opens(unit: Unit, j: int) -> bool:
    return j == 0 or not unit.is_word(j - 1)


def _final(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    """ "…, said X.": what stands before the comma is reported, where it has a finite verb."""
    begin = min(hit.first, hit.pivot, hit.speaker[0] if hit.speaker else hit.first)
    comma = begin - 1
    if unit.has(comma, "so_said"):  # ", so sagte X"
        comma -= 1
    if comma < 2 or unit.low(comma) != ",":
        return None
    if "v2" in unit.cues["order"] and hit.pivot > comma + 2:
        return None  # where the verb stands second, it comes right behind the report
    if unit.tokens[comma - 1].quote and not unit.is_word(comma - 2):
        return None
    if hit.speaker is None and not hit.hearsay:
        return None
    longest = _LONG_TAIL if "v2" in unit.cues["order"] else _TAIL
    if not (_tail(unit, hit, longest) or _closes(unit, hit, comma)):
        return None
    if unit.tokens[begin].quote or unit.has(begin, "relative"):
        return None
    if hit.speaker is not None and hit.speaker[1] <= comma:
        return None
    start = 0
    for j in range(comma):
        if unit.low(j) in (":", ";"):
            start = j + 1
    finite = any(unit.finite(j) for j in range(start, comma))
    if not finite and unit.has(start, "preposition", "adverb", "subordinator"):
        return None
    if unit.has(start, "relative") and not unit.has(start, "determiner"):
        return None
    if "svo" in unit.cues["order"] and unit.low(start).endswith("ing") and not finite:
        return None
    if _circumstance(unit, start, comma):
        return None
    return (start, comma) if comma - start >= 3 else None


def _circumstance(unit: Unit, start: int, comma: int) -> bool:
    """Whether what stands before "…, X said" is no clause of its own: "When he came, X said no".

    A clause that a subordinator or participle opens tells when or why something is said; a comma
    inside it means that the main clause follows: "If we lose, we lose, said X".
    """
    if unit.has(start, "participle_opener"):
        inner = [j for j in range(start, comma) if unit.low(j) == ","]
        return not inner or (len(inner) == 1 and inner[0] <= start + 3)
    if not unit.has(start, "subordinator") or unit.segment(comma) != start:
        return False
    if "v2" in unit.cues["order"]:  # an adverb or a conjunction of main clauses has its verb near
        return not (unit.finite(start + 1) or unit.has(start, "main_clause"))
    if not unit.has(start, "preposition"):
        return not unit.has(start, "adverb", "main_clause")
    subject = unit.noun_phrase(start + 1, comma)  # "after the war we", "after the vote was lost"
    return subject is not None and unit.finite(subject[1])


def _bare(unit: Unit, hit: Hit, later: list[Hit]) -> tuple[int, int] | None:
    """A reported clause without a conjunction: after a comma or colon, or, in English, at once."""
    if hit.kind not in ("say", "think") or (hit.speaker is None and not hit.hearsay):
        return None
    j = max(hit.last + 1, hit.speaker[1] if hit.speaker and hit.speaker[0] > hit.first else 0)
    while unit.has(j, "adverb", "expletive" if hit.hearsay else "adverb"):
        j += 1
    if unit.low(j) == ":" and j + 4 < len(unit) and not unit.tokens[j + 1].quote:
        return (j + 1, _end(unit, j + 1, later))
    if unit.low(j) == ",":
        return _subjunctive(unit, j + 1, later)
    return _zero(unit, hit, later)


def _subjunctive(unit: Unit, j: int, later: list[Hit]) -> tuple[int, int] | None:
    if unit.has(j, "and", "subordinator", "as", "complementizer") or not unit.is_word(j):
        return None
    if unit.has(j, "relative") and not unit.noun_phrase(j):
        return None
    end = next((k for k in range(j, len(unit)) if unit.low(k) in (",", *_ENDS)), len(unit))
    if any(unit.has(k, "author") for k in range(j, end)):
        return None
    if unit.has(j, "subject_pronoun") or any(
        unit.has(k, "subjunctive", "reported_mood") for k in range(j, end)
    ):
        return (j, _end(unit, j, later))
    return None


def _zero(unit: Unit, hit: Hit, later: list[Hit]) -> tuple[int, int] | None:
    if hit.verb not in unit.cues["zero_that"]:
        return None
    j = hit.last + 1
    if hit.speaker is not None and hit.speaker[0] > hit.first:
        return None
    if unit.has(j, "complementizer"):
        return None
    if hit.verb in unit.cues["tells"] and (told := unit.noun_phrase(j)):
        j = told[1]
        if unit.has(j, "complementizer"):
            return None
    while unit.has(j, "adverb") and not unit.has(j, "impersonal"):
        j += 1
    if any(unit.has(k, "complementizer") for k in range(j, j + 6)):
        return None
    starts = unit.begins(j, "determiner", "subject_pronoun", "impersonal", "first_person")
    clause_only = hit.verb in unit.cues["clause_only"]
    starts = starts or (clause_only and any(unit.finite(k) for k in (j + 1, j + 2)))
    if not (starts or (unit.is_word(j) and unit.tokens[j].capital) or _noun_finite(unit, j)):
        return None
    end = _end(unit, j, later)
    finite = any(unit.finite(k, past=clause_only) for k in range(j, end)) or _noun_finite(unit, j)
    return (j, end) if finite or unit.has(j, "subject_pronoun") else None


def _noun_finite(unit: Unit, j: int) -> bool:
    """A bare noun phrase directly followed by a finite verb ("said talks would go on")."""
    found = unit.noun_phrase(j)
    return found is not None and unit.finite(found[1])


def _according(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    first = min(hit.first, hit.speaker[0] if hit.speaker else hit.first)
    past = max(hit.last + 1, hit.speaker[1] if hit.speaker else 0)
    before = _trim(unit, 0, first)
    after = _trim(unit, past, len(unit))
    svo = "svo" in unit.cues["order"]
    opens = first <= 1 or (svo and not any(unit.finite(j) for j in range(first)))
    opens = opens and any(unit.is_word(j) for j in range(past, len(unit)))
    if not opens and unit.is_word(first - 1) and unit.is_word(past):
        return (0, after)  # in the middle of its clause
    joined = unit.has(past + 1, "and", "subordinator", "relative")
    goes_on = any(unit.finite(j) for j in range(past + 1, len(unit)))
    if not opens and unit.low(past) == "," and goes_on and not joined:
        return (0, after)
    if opens:
        while past < after and not (unit.is_word(past) or unit.tokens[past].quote):
            past += 1
        return (past, after)
    begin = max((j + 1 for j in range(first) if unit.low(j) in _ENDS), default=0)
    return (begin, before) if begin < before else None


def _trim(unit: Unit, start: int, end: int) -> int:
    while end > start and not (unit.is_word(end - 1) or unit.tokens[end - 1].quote):
        end -= 1
    return end


def _inserted(unit: Unit, hit: Hit) -> tuple[int, int] | None:
    """ "The plan, he added, would fail": what stands on both sides is reported."""
    if hit.speaker is None or hit.kind not in ("say", "think"):
        return None
    first = min(hit.first, hit.pivot, hit.speaker[0])
    past = max(hit.last + 1, hit.speaker[1])
    if unit.low(first - 1) != "," or unit.low(past) not in (",", "–", "—") or past - first > 8:
        return None
    if past + 1 >= len(unit) or first < 2 or unit.has(past + 1, "and", "relative", "subordinator"):
        return None
    if any(unit.tokens[j].quote for j in (first - 2, past + 1)):
        return None
    if unit.has(0, "as") or hit.speaker[0] < hit.first - 4:
        return None
    before = any(unit.finite(j) for j in range(first - 1))
    if before or not any(unit.finite(j) for j in range(past + 1, len(unit))):
        return None  # two clauses, or an apposition behind the speaker
    return (0, _trim(unit, 0, len(unit)))


def _infinitive(unit: Unit, hit: Hit, later: list[Hit]) -> tuple[int, int] | None:
    """ "She promised to go", "versprach, zu gehen", "beloofde te gaan"."""
    urged = hit.verb in unit.cues["urging"]
    if hit.speaker is None or not (urged or hit.verb in unit.cues["promising"]):
        return None
    j = max(hit.last + 1, hit.speaker[1] if hit.speaker[0] > hit.first else 0)
    if "svo" in unit.cues["order"]:
        while unit.has(j, "adverb"):
            j += 1
        if urged and (told := unit.noun_phrase(j)):
            j = next((k for k in range(*told) if unit.has(k, "infinitive_mark")), told[1])
        if urged and unit.has(j, "not"):
            j += 1
        ready = unit.has(j, "infinitive_mark") and unit.is_word(j + 1)
        return (j, _end(unit, j, later)) if ready and not unit.has(j + 1, "determiner") else None
    end = _end(unit, j, later)
    comma = next((k for k in range(hit.last, end) if unit.low(k) == ","), None)
    begin = next((k for k in range(j, end) if unit.has(k, "infinitive_opener")), None)
    if begin is None:
        begin = comma + 1 if comma is not None else j
    stop = next((k for k in range(begin, end) if unit.low(k) in (",", *_ENDS)), end)
    if unit.has(begin, "and", "subordinator", "as") or (
        unit.has(begin, "relative") and not unit.noun_phrase(begin)
    ):
        return None
    inside = range(begin, stop)
    marked = any(unit.has(k, "infinitive_mark") and _verbal(unit, k + 1) for k in inside)
    between = (*inside, *range(j, begin))
    if not marked or any(
        unit.has(k, "subject_pronoun", "complementizer", "subordinator", "question")
        for k in between
    ):
        return None
    return (begin, end)
