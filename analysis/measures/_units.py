"""Units to read: sentences of a paragraph with their quotations blanked."""

from bisect import bisect_left, bisect_right
from itertools import pairwise

from analysis.attribution import QUOTE
from analysis.quotations import Stretch

_WIDEST = 5000  # characters of a unit: what runs on for longer, a table or a log, is no sentence


def blanked(text: str, start: int, end: int, marked: list[Stretch]) -> str:
    """A paragraph with :data:`QUOTE` for every character of a quotation."""
    parts, done = [], start
    for s in marked:
        parts += [text[done : s.outer_start], QUOTE * (s.outer_end - s.outer_start)]
        done = s.outer_end
    return "".join([*parts, text[done:end]])


def units(
    text: str, blank: str, offset: int, bounds: list[tuple[int, int]], marked: list[Stretch]
) -> list[tuple[int, int]]:
    """Sentences of a paragraph, joined where a boundary lies inside a quotation or mid-sentence."""
    out: list[tuple[int, int]] = []
    begins = [s.outer_start for s in marked]
    for start, end in bounds:
        head = blank[start - offset : start - offset + 1]
        last = bisect_left(begins, start) - 1
        inside = last >= 0 and start < marked[last].outer_end
        goes_on = head.islower() or head in (",", ")")
        led = bool(out) and head == QUOTE and blank[out[-1][1] - offset - 1] == ":"
        if out and (inside or led or (goes_on and blank[out[-1][1] - offset - 1] == QUOTE)):
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    ended = [s for s in marked if s.closed and text[s.end - 1] in ".!?…"]
    past = [s.outer_end for s in ended]
    split = []
    for a, b in out:
        split += _split(blank, offset, a, b, ended[bisect_right(past, a) : bisect_left(past, b)])
    return [piece for a, b in split for piece in _pieces(blank, offset, a, b)]


def _split(
    blank: str, offset: int, start: int, end: int, marked: list[Stretch]
) -> list[tuple[int, int]]:
    """Cut after a quotation that ends a sentence and is followed by a new one.

    `marked` are the stretches that end inside.
    """
    cuts = []
    head = _skip(blank, start - offset, end - offset) + offset
    for s in marked[:1]:  # a stretch is a sentence where nothing stands before it in its unit
        after = _skip(blank, s.outer_end - offset, end - offset)
        if head >= s.outer_start and blank[after : min(after + 1, end - offset)].isupper():
            cuts.append(s.outer_end)
    out = []
    for a, b in pairwise([start, *cuts, end]):
        a = offset + _skip(blank, a - offset, b - offset)
        if a < b:
            out.append((a, b))
    return out


def _skip(blank: str, start: int, end: int) -> int:
    """The first place from `start` on that holds no white space, `end` if there is none."""
    while start < end and blank[start].isspace():
        start += 1
    return start


def _pieces(blank: str, offset: int, start: int, end: int) -> list[tuple[int, int]]:
    """Cut what is too long for a sentence at spaces; a quotation, all blanked, is never cut."""
    out = []
    while end - start > _WIDEST:
        near = start - offset + _WIDEST
        cut = blank.rfind(" ", start - offset, near)
        cut = blank.find(" ", near, end - offset) if cut <= start - offset else cut
        if cut < 0:
            break
        out.append((start, cut + offset))
        start = cut + offset + 1
    return [*out, (start, end)]
