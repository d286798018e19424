"""The office, party or country that a text gives with a speaker's name.

"Dmitri Peskow, Sprecher des Kremls" and "Kremlsprecher Dmitri Peskow" name a person and an office;
"der Sprecher des Kremls, Dmitri Peskow," gives the office first. What is read is the speaker's noun
phrase and what stands directly behind it: an apposition between commas, a party in brackets.
"""

from analysis.attribution import Unit

_LONGEST = 14  # words of an apposition that still names an office
_NAME = 4  # words of a person's name, particles aside

Span = tuple[int, int]


def affiliation(unit: Unit, span: Span) -> tuple[Span, Span | None]:
    """Tell a speaker's name from the office given with it.

    Parameters
    ----------
    unit : Unit
    span : (first, past)
        Tokens of the speaker's noun phrase.

    Returns
    -------
    ((first, past), (first, past) or None)
        Tokens of the speaker, which is the person where an office comes first and the name after a
        comma, and tokens of the office without its article; None where the text gives none.
    """
    first, past = span
    if past == first + 1 and unit.has(first, "pronoun", "subject_pronoun"):
        return span, None
    role = _role(unit, span)
    behind = _behind(unit, past)
    if role is not None and (role == past - 1 or _linked(unit, role, past)):
        named = _name(unit, behind) if behind is not None else None
        if named is not None:
            return named, _plain(unit, span)
        return span, _within(unit, span, role)
    if role is not None:
        named_next = unit.tokens[role + 1].capital
        return span, _plain(unit, (first, role + 1)) if named_next else None
    bracket = _bracket(unit, past)
    if bracket is not None:
        return span, bracket
    if behind is None or not unit.name_in(span) or unit.has(first, "determiner"):
        return span, None
    office = _office(unit, behind)
    return span, _plain(unit, office) if office is not None else None


def _role(unit: Unit, span: Span) -> int | None:
    """The last noun for an office before any "of"."""
    found = None
    for j in range(*span):
        if j > span[0] and unit.has(j, "inside"):
            break
        if unit.cues.role_noun(unit.low(j)):
            found = j
    return found


def _linked(unit: Unit, role: int, past: int) -> bool:
    """Whether "of the …" follows the noun for an office."""
    return role + 1 < past and unit.has(role + 1, "inside", "preposition", "determiner")


def _behind(unit: Unit, past: int) -> int | None:
    """Where an apposition begins: behind a comma, a bracket in between set aside."""
    if unit.low(past) == "(":
        closing = next((j for j in range(past, past + 8) if unit.low(j) == ")"), past)
        past = closing + 1
    return past + 1 if unit.low(past) == "," and unit.is_word(past + 1) else None


def _closed(unit: Unit, j: int) -> bool:
    return j >= len(unit) or not unit.is_word(j)


def _name(unit: Unit, j: int) -> Span | None:
    """A person's name between commas: two capitals or more, no article, no office."""
    k = j
    while unit.is_word(k) and (unit.tokens[k].capital or unit.has(k, "name_particle")):
        k += 1
    capitals = [m for m in range(j, k) if unit.tokens[m].capital]
    if not 2 <= len(capitals) <= _NAME or not _closed(unit, k) or unit.has(j, "determiner"):
        return None
    if any(unit.cues.role_noun(unit.low(m)) for m in range(j, k)):
        return None
    return (j, k)


def _office(unit: Unit, j: int) -> Span | None:
    """A noun phrase headed by a noun for an office, closed by a mark or the unit's end."""
    if unit.has(j, "relative") and not unit.has(j, "determiner"):
        return None
    k = j
    while k < j + _LONGEST and unit.is_word(k) and not unit.has(k, "relative", "have", "finite"):
        k += 1
        if unit.has(k, "relative") and unit.has(k, "inside"):
            k += 1
    role = _role(unit, (j, k))
    return (j, k) if role is not None and _closed(unit, k) else None


def _within(unit: Unit, span: Span, role: int) -> Span | None:
    """What a nameless office belongs to: "a spokesman of *the ministry*", "a *US* official"."""
    if _linked(unit, role, span[1]):
        return _plain(unit, (role + 1, span[1]))
    own = [j for j in range(span[0], role) if not unit.has(j, "determiner")]
    capitals = [j for j in own if unit.tokens[j].capital and not (j == 0 == span[0])]
    if not capitals or unit.cues["capital_nouns"]:
        return None
    return (capitals[0], capitals[-1] + 1)


def _bracket(unit: Unit, past: int) -> Span | None:
    """A party or organisation in brackets: "(SPD)"; an age is none."""
    if unit.low(past) != "(":
        return None
    closing = next((j for j in range(past + 1, past + 6) if unit.low(j) == ")"), None)
    if closing is None or closing == past + 1:
        return None
    words = [j for j in range(past + 1, closing) if unit.is_word(j)]
    named = [j for j in words if unit.tokens[j].capital]
    return (named[0], named[-1] + 1) if named and len(words) <= 3 else None


def _plain(unit: Unit, span: Span) -> Span | None:
    """A phrase without the articles and linking words that open it."""
    first, past = span
    while first < past and unit.has(first, "determiner", "inside", "preposition"):
        first += 1
    return (first, past) if first < past else None
