"""Quotation marks → quoted stretches, in any of the systems a text mixes.

Marks come in two families, single and double; which characters open and close comes from the
language's ``quote_pairs``. A mark is judged by what stands beside it: inside a word it is an
apostrophe, after a space it can open, after a word it can close. A low or curly mark that is
never closed runs to the end of its sentence; a straight one is taken for an apostrophe.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

SINGLE = frozenset("'‘’‚‹›")
DOUBLE = frozenset('"“”„«»')
STRAIGHT = frozenset("'\"")
_BEFORE_OPEN = frozenset("([{—–-/…:,;")
_GENITIVE = frozenset("sxzSXZ")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")
_MARK = re.compile("[" + "".join(sorted(SINGLE | DOUBLE)) + "]")


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
    scan = _Scan(text, tuple(pairs), frozenset(elisions))
    return scan.run()


class _Scan:
    """One pass over the marks of a paragraph with a stack of those still open."""

    def __init__(
        self, text: str, pairs: tuple[tuple[str, str], ...], elisions: frozenset[str]
    ) -> None:
        self.text = text
        self.openers = {o for o, _ in pairs}
        self.closers = {c for _, c in pairs}
        self.elisions = elisions
        self.open: list[int] = []
        self.found: list[tuple[int, int]] = []  # positions of the two marks

    def run(self) -> list[Stretch]:
        for match in _MARK.finditer(self.text):
            i = match.start()
            role = self._role(i)
            if role == "open":
                self.open.append(i)
            elif role == "close":
                self._close(i)
        closed = [self._stretch(a, b, True) for a, b in self.found]
        every = closed + [s for i in self.open if (s := self._unclosed(i)) is not None]
        return _outermost([s for s in every if s.end > s.start])

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
        word = re.match(r"\w+", text[i + 1 :])
        if not before.isalnum() and word is not None:
            if word[0].casefold() in self.elisions or re.fullmatch(r"\d\ds?", word[0]):
                return True
        elif pending is None:
            return text[i] != "‘"
        if text[i] == "‘" or pending is None:
            return False
        return before in _GENITIVE and after == " " and self._closes_later(i)

    def _closes_later(self, i: int) -> bool:
        """Whether another closing mark of the single family comes before the next opening one."""
        for match in _MARK.finditer(self.text, i + 1):
            j = match.start()
            if self.text[j] not in SINGLE:
                continue
            before = self.text[j - 1]
            after = self.text[j + 1] if j + 1 < len(self.text) else " "
            if before.isalnum() and after.isalnum():
                continue
            return not before.isspace() and not after.isalnum()
        return False

    def _pending(self, mark: str) -> int | None:
        """Index into the stack of the last open mark of the same family."""
        family = SINGLE if mark in SINGLE else DOUBLE
        for k in range(len(self.open) - 1, -1, -1):
            if self.text[self.open[k]] in family:
                return k
        return None

    def _close(self, i: int) -> None:
        k = self._pending(self.text[i])
        if k is not None:
            self.found.append((self.open[k], i))
            del self.open[k:]
            return
        if self.text[i] in DOUBLE and self.open and self.text[self.open[-1]] == "‚":
            self.found.append((self.open.pop(), i))  # a low single mark closed by a double one
            return
        last = max(self.found, key=lambda f: f[1], default=None)
        if last is None or self.text[i] in SINGLE:
            return
        # A second closing mark after the sentence went on: its opening mark is missing.
        between = self.text[last[1] + 1 : i]
        if between[:1] == " " and between[1:2].islower() and not _MARK.search(between):
            self.found.append((last[1] + 1, i))

    def _stretch(self, a: int, b: int, closed: bool) -> Stretch:
        first = a + 1 if _MARK.match(self.text[a]) else a
        inner = self.text[first:b]
        start = first + len(inner) - len(inner.lstrip())
        end = max(start, first + len(inner.rstrip()))
        return Stretch(start, end, a, b + 1 if closed else b, closed)

    def _unclosed(self, i: int) -> Stretch | None:
        if self.text[i] in STRAIGHT and self.text[i] in SINGLE:
            return None
        if not self.text[:i].strip():
            return self._stretch(i, len(self.text), False)  # goes on in the next paragraph
        end = _SENTENCE_END.search(self.text, i)
        stop = end.end() if end else len(self.text)
        taken = [a for a, _ in self.found if a > i]
        return self._stretch(i, min([stop, *taken]), False)


def _outermost(found: list[Stretch]) -> list[Stretch]:
    out: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: (s.outer_start, -s.outer_end)):
        if not out or stretch.outer_start >= out[-1].outer_end:
            out.append(stretch)
    return out
