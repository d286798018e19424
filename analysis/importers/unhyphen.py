"""Words and lines that a page layout broke, put together again.

The rule for a hyphen at a line's end, in this order:

1. it stays before or after a digit (``2017-`` ``2025``) and after a conjunction (``und-``
   ``oder``);
2. it stays, with a space, before a conjunction (``Nord-`` ``und Südkorea``);
3. where the same text has the word elsewhere, in one piece or with its hyphen, the more frequent
   form wins;
4. it stays before a capital (``Noord-`` ``Korea``);
5. it goes before a small letter (``Zusammen-`` ``arbeit``).

What the rule cannot know: a compound with a hyphen before a small letter (``so-`` ``called``) that
stands nowhere else in the text loses its hyphen.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from analysis.importers import encoding

HYPHENS = "-\u2010\u00ad\u00ac"
# Words that follow or carry a suspended hyphen (de, nl, en). Only those that are not also a usual
# last syllable of a word: English "to" (pota-to) and German "bis" (Kür-bis) are left out.
CONJUNCTIONS = frozenset({"und", "oder", "sowie", "bzw", "en", "of", "and", "or", "tot", "als"})

_WORD = re.compile(r"\w+(?:[-\u2010]\w+)*")
_HEAD = re.compile(rf"(\w+(?:[-\u2010]\w+)*)[{HYPHENS}]$")
_TAIL = re.compile(r"\w+(?:[-\u2010]\w+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")


def forms(lines: Iterable[str]) -> Counter[str]:
    """Count the word forms of a text, case-folded, hyphens in them kept.

    The halves of words broken at a line's end are counted too; they do no harm, since only whole
    forms are looked up.
    """
    found: Counter[str] = Counter()
    for line in lines:
        found.update(_WORD.findall(line.casefold().replace("\u2010", "-")))
    return found


def join(lines: Iterable[str], known: Mapping[str, int]) -> tuple[str, int]:
    """Join the lines of one paragraph; undo the hyphens at their ends where that is right.

    Parameters
    ----------
    lines : iterable of str
        Without line ends.
    known : mapping of str to int
        What `forms` found in the whole text.

    Returns
    -------
    text : str
        One line.
    undone : int
        Number of words that lost a hyphen.

    Examples
    --------
    >>> join(["Die Zusammen-", "arbeit mit Nord-", "Korea"], {})
    ('Die Zusammenarbeit mit Nord-Korea', 1)
    """
    pieces: list[str] = []
    undone = 0
    for line in (line.strip() for line in lines):
        if not line:
            continue
        if pieces:
            last, glue = _seam(pieces[-1], line, known)
            undone += len(last) < len(pieces[-1]) and not glue
            pieces[-1:] = [last, glue]
        pieces.append(line)
    return "".join(pieces), undone


def _seam(left: str, right: str, known: Mapping[str, int]) -> tuple[str, str]:
    """Return the left line as it is to end, and what comes between it and the right one."""
    # A word is never longer than this; a bound keeps the cost linear in hostile lines.
    head, tail = _HEAD.search(left[-200:]), _TAIL.match(right[:200])
    if not head or not tail:
        return left, " "
    hyphenated = left[:-1] + ("-" if left[-1] in "\u00ad\u00ac" else left[-1])
    first, second = head[1].casefold().replace("\u2010", "-"), tail[0].casefold()
    if first[-1].isdigit() or second[0].isdigit() or first in CONJUNCTIONS:
        return hyphenated, ""
    whole, split = known.get(first + second, 0), known.get(f"{first}-{second}", 0)
    if second in CONJUNCTIONS and not whole:
        return hyphenated, " "
    if whole != split:
        return (left[:-1], "") if whole > split else (hyphenated, "")
    return (left[:-1], "") if tail[0][0].islower() else (hyphenated, "")


def unhyphen(text: str) -> tuple[str, int]:
    """Undo the hyphens at line ends in a text whose lines are kept otherwise.

    The rest of a broken word moves up to the line that it began on.

    Returns
    -------
    text : str
    undone : int
        Number of words that lost a hyphen.
    """
    lines = text.split("\n")
    known, out, undone = forms(lines), lines[:1], 0
    for line in lines[1:]:
        tail = _TAIL.match(line.lstrip()[:200])
        head = _HEAD.search(out[-1].rstrip()[-200:])
        if not (head and tail):
            out.append(line)
            continue
        rest = line.lstrip()
        end = rest.find(" ")
        word, remainder = (rest, "") if end < 0 else (rest[:end], rest[end + 1 :])
        joined, more = join([out[-1], word], known)
        if joined.endswith(f" {word}"):
            out.append(line)
            continue
        undone += more
        out[-1] = joined
        out.append(remainder)
    return "\n".join(out), undone


def tidy(text: str) -> tuple[str, list[str]]:
    """Repair what a text taken out of a layout should not hold, and say so.

    Beside what `encoding.clean` repairs: control characters go, every kind of line end becomes a
    line feed, spaces in a row become one.

    Returns
    -------
    text : str
        Lines are stripped, empty ones left out.
    problems : list of str
    """
    text, control = _CONTROL.subn("", _LINE_END.sub("\n", text))
    text, problems = encoding.clean(text)
    if control:
        problems.append(f"control characters removed: {control}")
    kept = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in kept if line), problems
