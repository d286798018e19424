"""Where a text was damaged on its way: odd spaces, broken names, glued sentences, lost bullets.

All rules look at places where two or three characters of certain classes meet ("e" and "T" in
``stability.The``). Those places are found in one pass over the code points of a text; only there
a regular expression decides. Long texts are read in stretches, so that memory stays flat.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from analysis.repeats import Row, mark

_HYPHEN_SPACE = re.compile(r"\b([A-Z][^\W\d_]+)- ([A-Z][^\W\d_]+)")
_CAMEL = re.compile(r"\b([A-Z][a-zà-ÿ]{2,})([A-Z][a-zà-ÿ]{2,})\b")
_TORN = re.compile(r"\b(?:[A-Z][^\W\d_]+ ){2}([a-zà-ÿ]+) -[a-zà-ÿ]+\b")
_SPACE = re.compile(
    r"[^\S\n]{2,}|[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]|(?<=\s[“„«]) (?=\w)"
)
_GLUED = re.compile(r"[^\W\d_]{3,}[.!?][A-ZÄÖÜ][^\W\d_]{2,}")
_SPLIT = re.compile(r"[^\W\d_]{5,}\. [a-zà-ÿ]{2,}")
_DEBRIS = re.compile(r"(?<=[;:] )([A-Z•·▪*o]) (?=[A-Z])")
_WHOLE = re.compile(r"(?<![^\W\d_])(?=([A-Z][^\W\d_]+-[A-Z][^\W\d_]+))")

_CLASSES = (
    ("newline", "\n"), ("space", " "), ("white", "\t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029"),
    ("odd", "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
            "\u202f\u205f\u3000"),
    ("zero", "\u200b\ufeff"), ("lower", "".join(map(chr, (*range(97, 123), *range(224, 256))))),
    ("upper", "".join(map(chr, range(65, 91)))), ("umlaut", "ÄÖÜ"), ("dot", "."), ("end", "!?"),
    ("quote", "“„«"), ("hyphen", "-"), ("colon", ";:"),
)  # fmt: skip
_NUMBER = {name: i for i, (name, _) in enumerate(_CLASSES, 1)}
# One search for what any rule may look at: quicker than the classes for a text of a few lines.
_SUSPECT = re.compile(
    r"[^\S\n]{2}|[^\S\n ]|[\u200b\ufeff]|[“„«] |[.!?][A-ZÄÖÜ]|[a-zà-ÿ][A-Z]|\. [a-zà-ÿ]|- [A-Z]| -"
    r"|[;:] [^ ] [A-Z]"
)
_FEW = 600  # characters
_STRETCH = 1 << 20  # characters read at a time
_REACH = 100  # letters of a word that are looked at on either side of a place


def _table() -> np.ndarray:
    table = np.zeros(1 << 16, dtype=np.uint8)
    for number, (_, characters) in enumerate(_CLASSES, 1):
        table[[ord(c) for c in characters]] = number
    return table


def _meetings() -> np.ndarray:
    """For every two classes that meet, which rules look there: one bit a rule."""
    table = np.zeros(256, dtype=np.uint8)

    def meet(rule: int, first: str, second: str) -> None:
        for a in first.split():
            for b in second.split():
                table[_NUMBER[a] << 4 | _NUMBER[b]] |= rule

    white = "space white odd"
    meet(_WHITE, white, white)
    meet(_OPENED, "quote", "space")
    meet(_JOINED, "dot end", "upper umlaut")
    meet(_HUMP, "lower", "upper")
    meet(_STOP, "dot", "space")
    meet(_CUT, "hyphen", "space")
    meet(_HUNG, "space", "hyphen")
    meet(_ITEM, "colon", "space")
    return table


_WHITE, _OPENED, _JOINED, _HUMP, _STOP, _CUT, _HUNG, _ITEM = (1 << i for i in range(8))
_CLASS = _table()
_MEET = _meetings()


def find(text: str, lines: Sequence[tuple[int, int]], stop_words: Collection[str]) -> Iterator[Row]:
    """Find the damage of one text.

    Parameters
    ----------
    text : str
    lines : sequence of (start, end)
    stop_words : collection of str
        Of its language.

    Yields
    ------
    tuple
        Rows as of :func:`analysis.repeats.mark`.
    """
    if len(text) < _FEW and not _SUSPECT.search(text):
        return
    at = _places(text)
    yield from _broken_names(text, at[_CUT], at[_HUMP])
    yield from _torn_names(text, at[_HUNG], stop_words)
    yield from _spaces(text, sorted({*at[_WHITE], *at[_OPENED]}))
    note = "no space between two sentences"
    yield from _matches(text, at[_JOINED], _GLUED, "glued_sentence", note)
    note = "a full stop inside a sentence"
    yield from _matches(text, at[_STOP], _SPLIT, "split_sentence", note)
    yield from _bullet_debris(text, at[_ITEM], lines)


def _places(text: str) -> dict[int, list[int]]:
    """Return for every rule the places worth a look, in order."""
    found: dict[int, list[int]] = {1 << i: [] for i in range(8)}
    for first in range(0, len(text), _STRETCH):
        # Four characters more, so that what meets at the edge of two stretches is seen.
        part = text[first : first + _STRETCH + 4].encode("utf-32-le", "surrogatepass")
        kind = _CLASS[np.minimum(np.frombuffer(part, dtype=np.uint32), 0xFFFF)]
        rules = _MEET[kind[:-1] << 4 | kind[1:]][:_STRETCH]
        where = np.flatnonzero(rules)
        hits = rules[where]
        padded = np.concatenate([kind, np.zeros(4, dtype=np.uint8)])
        upper, lower = _NUMBER["upper"], _NUMBER["lower"]
        for rule, own in found.items():
            here = where[(hits & rule) != 0]
            if rule == _STOP:
                here = here[padded[here + 2] == lower]
            elif rule == _CUT:
                here = here[padded[here + 2] == upper]
            elif rule == _ITEM:
                here = here[(padded[here + 3] == _NUMBER["space"]) & (padded[here + 4] == upper)]
            elif rule == _HUNG:
                here = here[np.isin(padded[here + 2], (0, lower, upper, _NUMBER["umlaut"]))]
            elif rule == _OPENED:
                here = here + 1
            elif rule == _WHITE:
                single = np.flatnonzero(
                    (kind[:_STRETCH] == _NUMBER["odd"]) | (kind[:_STRETCH] == _NUMBER["zero"])
                )
                here = np.union1d(here, single)
            own.extend((here + first).tolist())
    return found


def _word_start(text: str, place: int) -> int:
    """Return where the word that ends at a place begins."""
    start = place
    while (
        start > 0
        and place - start < _REACH
        and (text[start - 1].isalnum() or text[start - 1] == "_")
    ):
        start -= 1
    return start


def _letters_start(text: str, place: int, least: int) -> int:
    """Return where the run of letters that ends at a place begins, not before `least`."""
    start = place
    while start > least and place - start < _REACH:
        before = text[start - 1]
        if not before.isalnum() or before.isdecimal():
            break
        start -= 1
    return start


def _broken_names(text: str, cut: list[int], hump: list[int]) -> Iterator[Row]:
    """Names torn or glued, where the same text also has them whole."""
    whole: list[str] | None = None
    for pattern, places in ((_HYPHEN_SPACE, cut), (_CAMEL, [p + 1 for p in hump])):
        done = 0
        for place in places:
            hit = pattern.match(text, _word_start(text, place)) if place >= done else None
            if not hit:
                continue
            done = hit.end()
            if whole is None:
                whole = sorted({m[1] for m in _WHOLE.finditer(text)}) if "-" in text else []
            name = f"{hit[1]}-{hit[2]}"
            after = bisect_left(whole, name[:-2])
            if after < len(whole) and whole[after].startswith(name[:-2]):
                yield mark(*hit.span(), "broken_name", f"elsewhere {name}")


def _torn_names(text: str, places: list[int], stop_words: Collection[str]) -> Iterator[Row]:
    """``Kim Jong traf -un``; but ``Trainerinnen und -trainer`` is good German."""
    done = 0
    for place in places:
        hit = _TORN.search(text, max(done, place - 2 * _REACH), place + _REACH)
        if hit and place >= done:
            done = hit.end()
            if hit[1] not in stop_words:
                yield mark(*hit.span(), "broken_name", "a word has slipped into the name")


def _spaces(text: str, places: list[int]) -> Iterator[Row]:
    done = 0
    for place in places:
        hit = _SPACE.match(text, place) if place >= done else None
        if hit:
            done = hit.end()
            yield mark(*hit.span(), "white_space", "odd or doubled space")


def _matches(
    text: str, places: list[int], pattern: re.Pattern[str], kind: str, note: str
) -> Iterator[Row]:
    """Hits of a pattern that begins with the letters before a place."""
    done = 0
    for place in places:
        hit = pattern.match(text, _letters_start(text, place, done))
        if hit:
            done = hit.end()
            yield mark(*hit.span(), kind, note)


def _bullet_debris(text: str, places: list[int], lines: Sequence[tuple[int, int]]) -> Iterator[Row]:
    """One stray character before several items of a line: what is left of bullets."""
    hits = [hit for place in places if (hit := _DEBRIS.match(text, place + 2))]
    starts = [start for start, _ in lines] if hits else []
    line = [bisect_left(starts, hit.start() + 1) for hit in hits]
    times = Counter((n, hit[1]) for n, hit in zip(line, hits, strict=True))
    for n, hit in zip(line, hits, strict=True):
        if times[n, hit[1]] > 1:
            yield mark(*hit.span(), "bullet_debris", f"stray {hit[1]!r} where a bullet was")
