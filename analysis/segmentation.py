"""Lines and sentences of a scanned stretch of text, in whole-array steps.

A line that is not blank is a paragraph. Sentences are those of the language's own splitter
(:meth:`analysis.languages.Language.boundaries`), which is slow; it is asked only where there is
something to decide. A full stop that follows a word which never is an abbreviation, and comes
before white space and a capitalised word which never continues a sentence (``war. The``), ends a
sentence, unless it stands in quotation marks or brackets; whether a word is such a word is asked
of the same splitter, once a word. Sentences with any other full stop go to the splitter as they
are. Tests hold the result to the splitter's own on whole lines; it differs where the splitter
takes a line for a list, whose items it keeps whole.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from analysis.languages import language
from analysis.scan import OPEN, SPACE, STOP, UPPER, Scan, inside

# Sentence ends that lack their space ("stabiliteit.Het"); initials and dotted abbreviations stay.
_GLUED = re.compile(r"[^\W\d_]{3}[.!?]([A-ZÄÖÜ])[^\W\d_]{2}")
# Quotation marks and what closes them, by the bytes of their UTF-8; as the splitters pair them.
_PAIRS = [('"', '"'), ("'", "'"), ("«", "»"), ("‘", "’"), ("“", "”"), ("„", "“"), ("»", "«")]
_BRACKETS = [ord(c) for c in "()[]{}<>"]


def _code(sign: str) -> int:
    return int.from_bytes(sign.encode(), "big")


_CLOSES = {_code(opening): frozenset({_code(closing)}) for opening, closing in _PAIRS}
_BRACKETED = {ord(c): frozenset(map(ord, ")]}>")) for c in "([{<"}
_USUAL = [*_CLOSES, *(_code(closing) for _, closing in _PAIRS), *_BRACKETS]
# What words are asked in: after a small and after a capital letter, where it may be of a name.
_END = ("Oooo oooo {}. Oooo oooo.", "Oooo oooo Oooo {}. Oooo oooo.")
_BEGIN = ("Oooo oooo. {} oooo.",)
_CALL = 8_000  # bytes handed to the splitter at once
_PROBES = 250  # words asked about at once


class Splitter:
    """Finds sentences in scanned text; remembers which words the splitters had no doubt about.

    Parameters
    ----------
    codes : sequence of str
        Languages; documents name theirs by its position.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = list(codes)
        self.languages = [language(code) for code in codes]
        self.ends: list[dict[str, bool]] = [{} for _ in codes]
        self.begins: list[dict[str, bool]] = [{} for _ in codes]

    def clear(
        self, stops: "Sequence[Stops]", codes: Sequence[np.ndarray], written: pa.StringArray
    ) -> list[np.ndarray]:
        """Tell which stops end a sentence beyond doubt.

        Parameters
        ----------
        stops : sequence of Stops
            Those of each stretch.
        codes : sequence of ndarray of int32
            The words of each stretch, as positions in `written`.
        written : pyarrow.StringArray
            Words as they stand in the texts.

        Returns
        -------
        list of ndarray of bool, shape (n_stops,)
        """
        out = [stop.simple.copy() for stop in stops]
        for number in range(len(self.codes)):
            own = [s.simple & (s.spoken == number) for s in stops]
            after = [s.after[o] for s, o in zip(stops, own, strict=True)]
            ends = [c[a - 1] for c, a in zip(codes, after, strict=True)]
            begins = [c[a] for c, a in zip(codes, after, strict=True)]
            safe_ends = self._known(number, ends, written, self.ends, _END)
            safe = self._known(number, begins, written, self.begins, _BEGIN)
            for cut, rows, end, begin in zip(out, own, ends, begins, strict=True):
                cut[rows] = safe_ends[end] & safe[begin]
        return out

    def _known(
        self,
        number: int,
        codes: list[np.ndarray],
        written: pa.StringArray,
        memory: list[dict[str, bool]],
        frames: tuple[str, ...],
    ) -> np.ndarray:
        """Tell of each word of `codes` whether the splitter splits all frames with it in two."""
        found = np.zeros(len(written), dtype=bool)
        for some in codes:
            found[some] = True
        places = np.flatnonzero(found)
        words = written.take(pa.array(places)).to_pylist()
        known = memory[number]
        new = [w for w in words if w not in known]
        for i in range(0, len(new), _PROBES):
            asked = new[i : i + _PROBES]
            cuts = [
                self.languages[number].boundaries([frame.format(w) for w in asked])
                for frame in frames
            ]
            for word, *each in zip(asked, *cuts, strict=True):
                known[word] = all(len(cut) == 1 for cut in each)
        found[places] = np.fromiter((known[w] for w in words), bool, len(words))
        return found

    def split(
        self, scanned: Scan, lines: np.ndarray, stops: "Stops", clear: np.ndarray
    ) -> np.ndarray:
        """Find the sentences of a stretch.

        Parameters
        ----------
        scanned : Scan
        lines : ndarray of int64, shape (n_lines, 2)
        stops : Stops
        clear : ndarray of bool, shape (n_stops,)
            See :meth:`clear`.

        Returns
        -------
        ndarray of int64, shape (n_sentences, 2)
            Bytes, without surrounding white space; none is empty.
        """
        if not len(lines):
            return lines
        cut = clear & ~inside(stops.begin, _stretches(scanned, lines))
        cuts, pieces = _pieces(scanned, lines, stops, cut)
        asked = self._ask(scanned, pieces, stops.languages)
        glued = _glued(scanned, stops)
        starts = np.sort(np.concatenate([lines[:, 0], cuts, asked, glued]))
        starts = starts[np.diff(starts, prepend=-1) > 0]
        return _between(scanned, lines, starts)

    def _ask(
        self, scanned: Scan, pieces: tuple[np.ndarray, np.ndarray, np.ndarray], spoken: np.ndarray
    ) -> np.ndarray:
        """Ask the splitter about pieces of lines; return the bytes where sentences begin."""
        start, end, line = pieces
        found: list[int] = []
        for number, lang in enumerate(self.languages):
            own = np.flatnonzero(spoken[line] == number)
            for some in _portions(end[own] - start[own]):
                begin = start[own[some]].tolist()
                texts = [
                    scanned.buffer[s:e].tobytes().decode("utf-8")
                    for s, e in zip(begin, end[own[some]].tolist(), strict=True)
                ]
                for first, text, bounds in zip(begin, texts, lang.boundaries(texts), strict=True):
                    plain = text.isascii()
                    found.extend(first + (b if plain else len(text[:b].encode())) for b in bounds)
        return np.array(found, dtype=np.int64)


class Stops:
    """The full stops, exclamation and question marks inside lines, and what is around them.

    Attributes
    ----------
    at, line, spoken : ndarray of int64
        Byte, line and language of each.
    languages : ndarray of int64, shape (n_lines,)
        Language of every line.
    after, begin : ndarray of int64
        Number of the word after each, and the byte where that begins.
    simple : ndarray of bool
        It follows a word directly, and white space and a capitalised word follow it.
    """

    def __init__(self, scanned: Scan, lines: np.ndarray, languages: np.ndarray) -> None:
        classes = scanned.classes
        at = scanned.signs
        at = at[(classes[at] & STOP > 0) & ~scanned.inner[at]]
        line = np.searchsorted(lines[:, 0], at, side="right") - 1
        last = lines[line, 1] - 1 if len(lines) else line
        # A run of stops at the end of a line ends it anyway.
        open_ = at < last
        for _ in range(3):
            again = open_ & (classes[at + 1] & STOP > 0)
            again[:-1] &= (at[1:] == at[:-1] + 1) & ~open_[1:]
            again[-1:] = False
            open_ &= ~again
        self.at, self.line = at[open_], line[open_]
        self.languages, self.spoken = languages, languages[self.line]
        self.after = np.searchsorted(scanned.start, self.at)
        self.begin = np.append(scanned.start, len(scanned.buffer) - 1)[self.after]
        self.simple = self._simple(scanned)

    def _simple(self, scanned: Scan) -> np.ndarray:
        simple = np.zeros(len(self.at), dtype=bool)
        some = np.flatnonzero((self.after > 0) & (self.after < len(scanned.start)))
        at, after, begin = self.at[some], self.after[some], self.begin[some]
        before = scanned.start[after - 1]
        good = (scanned.end[after - 1] == at) & (scanned.classes[before - 1] & SPACE > 0)
        good &= (begin > at + 1) & (scanned.classes[begin] & UPPER > 0)
        some, at, begin = some[good], at[good], begin[good]
        gaps = np.stack([at + 1, begin], axis=1).ravel()
        blank = np.bitwise_and.reduceat(scanned.classes, gaps)[::2] if len(some) else gaps
        simple[some[blank & SPACE > 0]] = True
        return simple


def lines_of(scanned: Scan) -> np.ndarray:
    """Return the lines that are not blank."""
    feeds = np.flatnonzero(scanned.buffer == 10)
    lines = _trim(scanned, np.stack([feeds[:-1] + 1, feeds[1:]], axis=1))
    return lines[lines[:, 0] < lines[:, 1]]


def _trim(scanned: Scan, spans: np.ndarray) -> np.ndarray:
    """Move starts and ends of spans past white space."""
    start, end = spans[:, 0].copy(), spans[:, 1].copy()
    blank = scanned.classes & SPACE
    _move(start, blank, start < end, +1, end)
    _move(end, blank[:-1], end > start, -1, start)
    return np.stack([start, end], axis=1)


def _move(
    edge: np.ndarray, blank: np.ndarray, some: np.ndarray, step: int, limit: np.ndarray
) -> None:
    """Move the edges of `some` spans on while white space is there, not past the limit (in place).

    Step by step, since most spans have none; at once for the few with very much of it.
    """
    rows = np.flatnonzero(some)
    back = min(step, 0)
    for _ in range(64):
        rows = rows[(blank[edge[rows] + back] > 0) & (edge[rows] != limit[rows])]
        if not len(rows):
            return
        edge[rows] += step
    solid = np.flatnonzero(blank == 0)
    where = np.searchsorted(solid, edge[rows] + back, side="left" if step > 0 else "right")
    if step > 0:
        far = np.append(solid, len(blank))[where]
        edge[rows] = np.minimum(far, limit[rows])
    else:
        far = np.insert(solid, 0, -1)[where] + 1
        edge[rows] = np.maximum(far, limit[rows])


def _pieces(
    scanned: Scan, lines: np.ndarray, stops: Stops, cut: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return the cuts beyond doubt, and start, end and line of what the splitter must see."""
    whole = np.zeros(len(lines), dtype=bool)
    whole[_line_of(lines, _rare(scanned))] = True
    ticks = np.bincount(_line_of(lines, _straight(scanned)), minlength=len(lines))
    whole |= ticks % 2 == 1  # the splitter has its own way with an odd number of them
    # A doubtful stop after the first word of a piece looks like a list's: where the piece does not
    # begin the line, the splitter must see that.
    edges = stops.begin[cut]
    piece = np.searchsorted(edges, stops.at, side="right") - 1
    inner = (piece >= 0) & ~cut
    inner[inner] = edges[piece[inner]] >= lines[stops.line[inner], 0]
    opening = np.searchsorted(scanned.start, edges[piece[inner]])
    whole[stops.line[inner][stops.after[inner] - opening <= 1]] = True
    clear = cut & ~whole[stops.line]
    starts = np.sort(np.concatenate([lines[:, 0], stops.begin[clear]]))
    ends = np.append(starts[1:], len(scanned.buffer))
    chosen = np.unique(np.searchsorted(starts, stops.at[~clear], side="right") - 1)
    line = _line_of(lines, starts[chosen])
    end = np.minimum(ends[chosen], lines[line, 1])
    return stops.begin[clear], (starts[chosen], end, line)


def _line_of(lines: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.searchsorted(lines[:, 0], at, side="right") - 1


def _codes(scanned: Scan, at: np.ndarray) -> np.ndarray:
    """Return the bytes of some characters as one number each, as :data:`_CLOSES` has them."""
    text = scanned.buffer
    one = text[at].astype(np.int64)
    two = (one << 8) | text[at + 1]
    return np.where(one < 0x80, one, np.where(one < 0xE0, two, (two << 8) | text[at + 2]))


def _rare(scanned: Scan) -> np.ndarray:
    """Return the bytes of signs whose lines the splitter must see whole."""
    at = scanned.signs[scanned.classes[scanned.signs] & OPEN > 0]
    at = at[(scanned.buffer[at] & 0xC0) != 0x80]
    return at[~np.isin(_codes(scanned, at), _USUAL)]


def _straight(scanned: Scan) -> np.ndarray:
    """Return the bytes of straight double quotation marks."""
    return scanned.signs[scanned.buffer[scanned.signs] == 34]


def _stretches(scanned: Scan, lines: np.ndarray) -> np.ndarray:
    """Return start and end of what the splitter takes for quotations and brackets.

    From an opening sign to the next sign that closes it in the same line; what lies between
    opens nothing. Brackets close each other; they and quotations do not see one another.
    """
    at = scanned.signs
    at = at[(scanned.buffer[at] & 0xC0) != 0x80]
    tick = (scanned.buffer[at] == 39) & ~scanned.inner[at]
    at = at[(scanned.classes[at] & OPEN > 0) | tick]
    code = _codes(scanned, at)
    line = _line_of(lines, at)
    bracket = np.isin(code, _BRACKETS)
    opens = scanned.inner[at + 1] | (code != 39)  # a tick that opens stands before a word …
    opens &= ~(scanned.inner[at - 1] & (code == 39))  # … and after none
    quotes = _paired(at[~bracket], code[~bracket], opens[~bracket], line[~bracket], _CLOSES)
    found = quotes + _paired(at[bracket], code[bracket], opens[bracket], line[bracket], _BRACKETED)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _paired(
    at: np.ndarray,
    code: np.ndarray,
    opens: np.ndarray,
    line: np.ndarray,
    closes: dict[int, frozenset[int]],
) -> list[tuple[int, int]]:
    """Pair opening signs with the next closing one of their line, from left to right."""
    found = []
    codes, free, lines = code.tolist(), opens.tolist(), line.tolist()
    nearest = _nearest(codes, free, lines, closes)
    i = 0
    while i < len(codes):
        if nearest[i] >= 0:
            found.append((int(at[i]) + 1, int(at[nearest[i]]) + 1))
            i = nearest[i]
        i += 1
    return found


def _nearest(
    codes: list[int], opens: list[bool], lines: list[int], closes: dict[int, frozenset[int]]
) -> list[int]:
    """Return the number of the sign that closes each, -1 for none and for signs that do not open.

    Looked up from the right: a line of signs that nothing closes costs no more than another.
    """
    after: dict[int, int] = {}
    out = [-1] * len(codes)
    for i in range(len(codes) - 1, -1, -1):
        if i + 1 < len(codes) and lines[i] != lines[i + 1]:
            after.clear()
        if opens[i] and codes[i] in closes:
            out[i] = min((after[c] for c in closes[codes[i]] if c in after), default=-1)
        if codes[i] != 39 or not opens[i]:  # A tick that opens closes nothing.
            after[codes[i]] = i
    return out


def _glued(scanned: Scan, stops: Stops) -> np.ndarray:
    """Return where a sentence begins right after a full stop."""
    text, at = scanned.buffer, stops.at
    near = at[(scanned.classes[at + 1] & UPPER > 0) & scanned.inner[at - 1]]
    found = []
    for stop in near.tolist():
        around = text[max(0, stop - 12) : stop + 13].tobytes().decode("utf-8", "ignore")
        for hit in _GLUED.finditer(around):
            if len(around[: hit.start(1)].encode()) == min(stop, 12) + 1 - _lost(text, stop):
                found.append(stop + 1)
    return np.array(found, dtype=np.int64)


def _lost(text: np.ndarray, stop: int) -> int:
    """Return how many bytes of a cut character the window before a stop begins with."""
    head = text[max(0, stop - 12) : stop]
    return int(np.argmax(np.append((head & 0xC0) != 0x80, True)))


def _portions(sizes: np.ndarray) -> Iterator[slice]:
    """Divide pieces into calls of about the same size."""
    total = np.cumsum(sizes)
    edges = np.flatnonzero(np.diff(total // _CALL)) + 1
    bounds = [0, *edges.tolist(), len(sizes)]
    for first, last in pairwise(bounds):
        if last > first:
            yield slice(first, last)


def _between(scanned: Scan, lines: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the spans from each start to the next, or to the end of its line."""
    if not len(lines):
        return np.zeros((0, 2), dtype=np.int64)
    line = _line_of(lines, starts)
    ends = np.minimum(np.append(starts[1:], lines[-1, 1]), lines[line, 1])
    spans = _trim(scanned, np.stack([np.minimum(starts, ends), ends], axis=1))
    return spans[spans[:, 0] < spans[:, 1]]
