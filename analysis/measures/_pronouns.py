"""Whom a pronoun can mean: number and gender, as far as the words tell.

The words stand in ``voice_words.csv``: ``plural_pronoun`` and the ``plural_ending`` of a verb;
``feminine`` and ``masculine``, the pronouns, titles and given names that only one of the two has;
``feminine_ending``, that of nouns for women. What these words leave open excludes nobody.
"""

import re
from collections.abc import Sequence

from analysis.attribution import Hit, Unit
from analysis.cues import Cues

_WORD = re.compile(r"[^\W_]+")
_NO_NAME = ("pronoun", "subject_pronoun", "possessive", "determiner")


def plural(unit: Unit, i: int, hit: Hit) -> bool:
    """Whether the pronoun at `i` is a plural; "zij", "sie" are where their verb is one."""
    if unit.has(i, "plural_pronoun"):
        return True
    endings = tuple(sorted(unit.cues["plural_ending"]))
    if not endings or not unit.has(i, "subject_pronoun") or not unit.has(i, "feminine"):
        return False
    return unit.low(hit.pivot).endswith(endings)


def fits(unit: Unit, i: int, name: str, *, several: bool) -> bool:
    """Whether the pronoun at `i` can mean who is called `name`.

    `several`: the pronoun is a plural, which means no single person.
    """
    cue = unit.cues
    words = _WORD.findall(name.casefold())
    if several or not cue["and"].isdisjoint(words):
        return several and not cue["and"].isdisjoint(words)
    told = genders(words, cue)
    own = {g for g in ("feminine", "masculine") if unit.has(i, g)}
    return not (len(told) == len(own) == 1 and told != own)


def genders(words: Sequence[str], cue: Cues) -> set[str]:
    """Genders that the words of a name tell: titles, given names, nouns for women."""
    told: set[str] = set()
    for low in words:
        roles = cue.roles.get(low, frozenset())
        if roles.isdisjoint(_NO_NAME):
            told |= roles & {"feminine", "masculine"}
        if cue.role_noun(low.removesuffix("in")) and low.endswith(tuple(cue["feminine_ending"])):
            told.add("feminine")
    return told
