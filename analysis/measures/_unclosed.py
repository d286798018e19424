"""Where a quotation without a closing mark ends: before the words that tell who says it."""

import re

from analysis.attribution import Unit
from analysis.cues import Cues
from analysis.quotations import Stretch
from analysis.reported import hits

_END = re.compile(r"[.!?…](?=\s|$)")
_MARK = re.compile(r"\s*[\"“„«»‘‚‹›']")
_LONGEST = 1000  # characters in which the attribution is looked for


def ended(text: str, found: list[Stretch], words: Cues, after: str) -> list[Stretch]:
    """Cut the unclosed stretches of a paragraph where its first sentence names who speaks.

    A paragraph that the next one goes on with, mark first, is a quotation of several paragraphs,
    whose marks are left open by convention: what is told inside it stays inside.

    Parameters
    ----------
    text : str
        The paragraph.
    found : list of Stretch
    words : Cues
    after : str
        What follows the paragraph.

    Returns
    -------
    list of Stretch
    """
    if all(s.closed for s in found) or _MARK.match(after):
        return found
    return [s if s.closed else _ended(text, s, words) for s in found]


def _ended(text: str, stretch: Stretch, words: Cues) -> Stretch:
    limit = min(stretch.end, stretch.start + _LONGEST)
    end = _END.search(text, stretch.start, limit)
    unit = Unit(text[stretch.start : end.end() if end else limit], stretch.start, words)
    for hit in hits(unit):
        if hit.kind != "say" or hit.speaker is None or hit.pivot != hit.first:
            continue
        begin, past = min(hit.first, hit.speaker[0]), max(hit.last + 1, hit.speaker[1])
        beside = hit.speaker[0] == hit.last + 1 or hit.speaker[1] == hit.first
        closes = not unit.is_word(past) or hit.speaker[0] > hit.first
        if begin > 1 and unit.low(begin - 1) == "," and beside and closes:
            comma = unit.tokens[begin - 1].start
            return Stretch(stretch.start, comma, stretch.outer_start, comma, False)
    return stretch
