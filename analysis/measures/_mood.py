"""Reported speech without a verb of saying, by its mood: "Man *sei* auf gutem Wege"."""

from typing import NamedTuple

from analysis.attribution import Unit


class Mood(NamedTuple):
    """The words of a sentence in a reporting mood; `certain` where the form has no other use."""

    start: int
    end: int
    certain: bool
    hearsay: bool = False  # told by nobody the text names


def mood(unit: Unit) -> Mood | None:
    """Find the finite verb of a main clause in the mood of reported speech.

    Languages without such a mood have no words under ``reported_mood`` and ``free_mood`` in
    ``voice_words.csv``. A sentence in the first person, a wish or a formula ("es sei denn",
    "Gott sei Dank") and a clause opened by a conjunction report nothing by their mood.
    """
    certain, free = unit.cues["reported_mood"], unit.cues["free_mood"]
    if not certain:
        return _hearsay(unit)
    found = [j for j, t in enumerate(unit.tokens) if t.low in certain or t.low in free]
    if any(t.low in unit.cues["author"] for t in unit.tokens):
        return None
    if not found:
        return _hearsay(unit)
    sure = [j for j in found if unit.low(j) in certain and _main(unit, j)]
    if not sure and (
        any(unit.has(j, "condition") for j in range(len(unit)))
        or not any(_main(unit, j) for j in found)
    ):
        return None
    verb = next(j for j in (sure or found) if _main(unit, j))
    opening = next((j for j, t in enumerate(unit.tokens) if t.low in (",", ":", ";")), len(unit))
    if opening < verb and any(_plain_finite(unit, j) for j in range(opening)):
        return None  # a main clause in the text's own mood comes first
    own = [t for t in unit.tokens if t.word or t.quote]
    return Mood(own[0].start, own[-1].end, bool(sure)) if len(own) > 2 else None


def _plain_finite(unit: Unit, j: int) -> bool:
    low = unit.low(j)
    mood = low in unit.cues["reported_mood"] or low in unit.cues["free_mood"]
    return unit.finite(j) and not mood


def _main(unit: Unit, j: int) -> bool:
    """Whether the verb at `j` is that of a main clause and of no formula."""
    if unit.tokens[j].capital:
        return False
    start = unit.segment(j)
    opens = start == j or (start == j - 1 and unit.has(start, "and"))
    if opens and (start == 0 or unit.low(j + 1) in unit.cues["impersonal"]):
        return False
    for k in range(start, j):
        if not unit.has(k, "subordinator", "complementizer", "question", "as", "relative"):
            continue
        if k > start and unit.has(k, "determiner", "as"):
            continue
        if not unit.has(k, "determiner") or (k > 0 and unit.low(k - 1) == ","):
            return False
    ends = next((k for k in range(j, len(unit)) if not unit.is_word(k)), len(unit))
    return not any(unit.has(k, "mood_formula") for k in range(j + 1, min(ends, j + 8)))


def _hearsay(unit: Unit) -> Mood | None:
    """Find "should have done" of hearsay: "zou zijn gevlucht", "soll geflohen sein".

    An auxiliary of hearsay and a perfect infinitive, with no condition and no other modal beside.
    """
    cues = unit.cues
    at = next((j for j, t in enumerate(unit.tokens) if t.low in cues["hearsay_modal"]), None)
    if at is None or any(unit.has(j, "condition", "author") for j in range(len(unit))):
        return None
    stop = next((j for j in range(at, len(unit)) if unit.low(j) in (",", ";", ":")), len(unit))
    start = unit.segment(at)
    for j in range(at + 1, stop):
        if unit.low(j) not in cues["perfect"]:
            continue
        others = (k for k in range(start, j) if k != at)
        if any(unit.has(k, "modal", "complementizer", "subordinator", "question") for k in others):
            return None
        if _participle(unit, j - 1) or _participle(unit, j + 1):
            tokens = [t for t in unit.tokens[start:stop] if t.word or t.quote]
            return Mood(tokens[0].start, tokens[-1].end, True, hearsay=True)
    return None


def _participle(unit: Unit, j: int) -> bool:
    low = unit.low(j)
    ends = any(low.endswith(e) for e in unit.cues["participle_ending"])
    begins = any(e in low[:-3] for e in unit.cues["participle_prefix"])
    return len(low) > 4 and begins and ends and not unit.tokens[j].capital
