"""Quotation marks → quoted stretches, in any of the systems a text mixes.

Marks come in two families, single and double; which characters open and close comes from the
language's ``quote_pairs``. A mark is judged by what stands beside it: inside a word it is an
apostrophe, after a space it can open, after a word it can close. A low or curly mark that is
never closed runs to the end of its sentence; a straight one is taken for an apostrophe.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

SINGLE = frozenset("'‘’‚‹›")
DOUBLE = frozenset('"“”„«»')
STRAIGHT = frozenset("'\"")
_BEFORE_OPEN = frozenset("([{—–-/…:,;")
_GENITIVE = frozenset("sxzSXZ")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")
_MARK = re.compile("[" + "".join(sorted(SINGLE | DOUBLE)) + "]")
_LONGEST = 40  # letters of a word that may be written with a leading apostrophe
_WORD = re.compile(rf"\w{{1,{_LONGEST}}}")
# Marks of typewriters, two characters each: ,,so'' and ``so''.
_TYPED_OPEN = re.compile(r"(?<![^\s(\[“‘«])(?:,,|``)(?=[\w‘'…])")
_TYPED_CLOSE = re.compile(r"(?<=\S)''(?!\w)")
_YEAR = re.compile(r"\d\ds?")


@dataclass(frozen=True)
class Stretch:
    """One marked stretch.

    Attributes
    ----------
    start, end : int
        The words without their marks.
    outer_start, outer_end : int
        With the marks.
    closed : bool
        False where the closing mark is missing.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    closed: bool = True


def stretches(
    text: str, pairs: Iterable[tuple[str, str]], *, elisions: Collection[str] = ()
) -> list[Stretch]:
    """Find the outermost marked stretches of one paragraph.

    Parameters
    ----------
    text : str
        One paragraph; marks are not matched across paragraphs.
    pairs : iterable of (open, close)
        The quotation marks of the language.
    elisions : collection of str
        Words written with a leading apostrophe, without it and case-folded ("s", "t", "em").

    Returns
    -------
    list of Stretch
        In order, not overlapping; marks nested inside another stretch belong to its text.
    """
    plain = _TYPED_OPEN.sub(_typeset, text)
    if plain == text:
        return _Scan(text, tuple(pairs), frozenset(elisions)).run()
    plain = _TYPED_CLOSE.sub("” ", plain)
    return [_typed(s, text) for s in _Scan(plain, tuple(pairs), frozenset(elisions)).run()]


def _typeset(match: re.Match[str]) -> str:
    return match[0][0] + ("„" if match[0] == ",," else "“")


def _typed(s: Stretch, text: str) -> Stretch:
    """A stretch whose marks may be two characters each, as typewriters have them."""
    before = s.outer_start - (text[s.outer_start - 1 : s.outer_start + 1] in (",,", "``"))
    after = s.outer_end + (s.closed and text[s.outer_end - 1 : s.outer_end + 1] == "''")
    return Stretch(s.start, s.end, before, after, s.closed)


class _Scan:
    """One pass over the marks of a paragraph with a stack of those still open.

    Every mark is looked at a fixed number of times, however many are never closed.
    """

    def __init__(
        self, text: str, pairs: tuple[tuple[str, str], ...], elisions: frozenset[str]
    ) -> None:
        self.text = text
        self.openers = {o for o, _ in pairs}
        self.closers = {c for _, c in pairs}
        self.elisions = elisions
        self.marks = [m.start() for m in _MARK.finditer(text)]
        self.open: list[int] = []
        self.places: dict[bool, list[int]] = {True: [], False: []}  # in `open`, by family
        self.found: list[tuple[int, int]] = []  # positions of the two marks
        self.last: tuple[int, int] | None = None  # the one of `found` that ends last
        self.doubles = False  # whether one of `found` ends in a double mark

    def run(self) -> list[Stretch]:
        for i in self.marks:
            role = self._role(i)
            if role == "open":
                self._open(i)
            elif role == "close":
                self._close(i)
        closed = [self._stretch(a, b, True) for a, b in self.found]
        every = closed + self._unclosed()
        return _outermost([s for s in every if s.end > s.start])

    def _open(self, i: int) -> None:
        self.places[self.text[i] in SINGLE].append(len(self.open))
        self.open.append(i)

    def _drop(self, k: int) -> None:
        """Forget the open marks from the k-th on."""
        del self.open[k:]
        for places in self.places.values():
            while places and places[-1] >= k:
                places.pop()

    def _add(self, a: int, b: int) -> None:
        self.found.append((a, b))
        self.doubles = self.doubles or self.text[b] in DOUBLE
        if self.last is None or b > self.last[1]:
            self.last = (a, b)

    def _role(self, i: int) -> str:
        text, mark = self.text, self.text[i]
        before = text[i - 1] if i else " "
        after = text[i + 1] if i + 1 < len(text) else " "
        can_open = (not after.isspace()) and (
            before.isspace() or before in _BEFORE_OPEN or _MARK.match(before) is not None
        )
        can_close = (not before.isspace()) and not after.isalnum()
        pending = self._pending(mark)
        if mark in SINGLE and self._apostrophe(i, before, after, pending):
            return "apostrophe"
        if before.isalnum() and after.isalnum() and mark in "«»":
            return "apostrophe"  # a broken character: "financiÃ«le"
        if can_open and not can_close:
            return "open" if mark in self.openers or pending is None else "close"
        if can_close and not can_open:
            return "close"
        if pending is not None and mark in self.closers:
            return "close"
        return "open" if mark in self.openers else "close"

    def _apostrophe(self, i: int, before: str, after: str, pending: int | None) -> bool:
        text = self.text
        if before.isalnum() and after.isalnum():
            return True
        if text[i] not in "'’‘":
            return False
        word = _WORD.match(text, i + 1)
        if not before.isalnum() and word is not None:
            if word[0].casefold() in self.elisions or _YEAR.fullmatch(word[0]):
                return True
        elif pending is None:
            return text[i] != "‘"
        if text[i] == "‘" or pending is None:
            return False
        return before in _GENITIVE and after == " " and self._closes_later(i)

    def _closes_later(self, i: int) -> bool:
        """Whether another closing mark of the single family comes before the next opening one."""
        at = bisect_right(self._singles, i)
        if at == len(self._singles):
            return False
        j = self._singles[at]
        return not self._beside(j)[0].isspace() and not self._beside(j)[1].isalnum()

    @cached_property
    def _singles(self) -> list[int]:
        """The single marks that do not stand inside a word."""
        single = (i for i in self.marks if self.text[i] in SINGLE)
        return [i for i in single if not all(map(str.isalnum, self._beside(i)))]

    def _beside(self, i: int) -> tuple[str, str]:
        """The characters before and after a place, a blank where there is none."""
        return self.text[i - 1] if i else " ", self.text[i + 1 : i + 2] or " "

    def _pending(self, mark: str) -> int | None:
        """Index into the stack of the last open mark of the same family."""
        places = self.places[mark in SINGLE]
        return places[-1] if places else None

    def _close(self, i: int) -> None:
        k = self._pending(self.text[i])
        if k is not None:
            self._add(self.open[k], i)
            self._drop(k)
            return
        if self.text[i] in DOUBLE and self.open and self.text[self.open[-1]] in SINGLE:
            self._add(self.open[-1], i)  # a single mark closed by a double one
            self._drop(len(self.open) - 1)
            return
        if self.text[i] in SINGLE:
            return
        if not self.doubles:
            self._open_missing(i)
            return
        assert self.last is not None
        # A second closing mark after the sentence went on: its opening mark is missing.
        past = self.last[1] + 1
        goes_on = past < i and self.text[past] == " " and self.text[past + 1].islower()
        if goes_on and bisect_left(self.marks, past) == bisect_left(self.marks, i):
            self._add(past, i)

    def _open_missing(self, i: int) -> None:
        """The first closing mark of a paragraph ends what began with the sentence or before."""
        if self.text[i - 1] not in ".,!?…" and self.text[i + 1 : i + 2] != ",":
            return
        ends = [m.end() for m in _SENTENCE_END.finditer(self.text, 0, i) if m.end() < i]
        start = ends[-1] if ends else 0
        self._add(start, i)

    def _stretch(self, a: int, b: int, closed: bool) -> Stretch:
        start, end = a + 1 if _MARK.match(self.text, a) else a, b
        # Step by step: slices of stretches that are never closed would add up to far too much.
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return Stretch(start, end, a, b + 1 if closed else b, closed)

    def _unclosed(self) -> list[Stretch]:
        """The stretches of the marks still open."""
        waiting = [i for i in self.open if self.text[i] not in STRAIGHT & SINGLE]
        if not waiting:
            return []
        first = len(self.text) - len(self.text.lstrip())
        ends = [m.end() for m in _SENTENCE_END.finditer(self.text)]
        begins = sorted(a for a, _ in self.found)
        out = []
        for i in waiting:
            if i <= first:  # goes on in the next paragraph
                out.append(self._stretch(i, len(self.text), False))
                continue
            at, taken = bisect_right(ends, i), bisect_right(begins, i)
            stops = [*ends[at : at + 1], *begins[taken : taken + 1], len(self.text)]
            out.append(self._stretch(i, min(stops), False))
        return out


def _outermost(found: list[Stretch]) -> list[Stretch]:
    out: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: (s.outer_start, -s.outer_end)):
        if not out or stretch.outer_start >= out[-1].outer_end:
            out.append(stretch)
    return out
