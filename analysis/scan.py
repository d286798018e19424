"""Characters → words: every byte of a stretch of UTF-8 gets its class, in whole-array steps.

A word is a run of letters, digits or combining marks; a hyphen, an apostrophe, a full stop or a
comma stays inside when it joins two of them (``Noord-Korea``, ``Moskou's``, ``28.500``), the last
two between digits only. A colon, star, underscore or ``/-`` joins a letter and a final ``in`` or
``innen`` (``Bürger:innen``). Marks of quotation and dashes are never words.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

WORD, DIGIT, JOINER, POINT, SPACE, UPPER, STOP, OPEN = (1 << i for i in range(8))
"""Classes of characters: part of a word; decimal digit; hyphen or apostrophe; full stop or comma;
white space; capital letter; end of a sentence; and what may open or close a stretch that holds
several sentences, or is rare enough to deserve a closer look (quotation marks, brackets …)."""
GENDER = JOINER | POINT  # what may stand before the ending of a gender: colon, star, underscore
_JOINERS = "-'‐‑’"
_GENDER = ":*_"
_HARMLESS = "–—…·•€£§°%&/+=*#:;,$|~^_\\\t\r\n"  # never open, close or end anything
_ONE_SPELLING = str.maketrans("’ʼ‐‑*_", "''--::")  # signs within words that differ in type only
_TABLE = 0x3000  # classes of characters above are looked up one by one


@dataclass(frozen=True)
class Scan:
    """What a stretch of UTF-8 is made of.

    Attributes
    ----------
    buffer : ndarray of uint8, shape (n_bytes,)
        Begins and ends with a line feed.
    classes : ndarray of uint8, shape (n_bytes,)
        Classes of the character that each byte belongs to, or-ed together.
    inner : ndarray of bool, shape (n_bytes,)
        True for the bytes of words.
    start, end : ndarray of int64, shape (n_words,)
        Bytes where words begin and end.
    signs : ndarray of int64
        Bytes of all characters that are joiners, points, stops or openings.
    continued : ndarray of int64
        Bytes that only continue a character.
    """

    buffer: np.ndarray
    classes: np.ndarray
    inner: np.ndarray
    start: np.ndarray
    end: np.ndarray
    signs: np.ndarray
    continued: np.ndarray

    def characters(self, at: np.ndarray) -> np.ndarray:
        """Return the number of characters before byte positions, which are sorted."""
        if not len(self.continued):
            return at
        # The bytes that continue are the fewer, so they are looked up among the positions.
        after = np.searchsorted(at, self.continued, side="right")
        return at - np.cumsum(np.bincount(after, minlength=len(at) + 1)[: len(at)])


def scan(text: bytes) -> Scan:
    """Classify the bytes of valid UTF-8 and find its words.

    Parameters
    ----------
    text : bytes
        Begins with one line feed and ends with four, so that neighbours can be looked at.

    Returns
    -------
    Scan
    """
    ascii_, table, marks = _tables()
    buffer = np.frombuffer(text, dtype=np.uint8)
    # Arrays are indexed by numbers of eight bytes; bytes.translate() is four times as fast.
    classes = np.frombuffer(bytearray(text).translate(ascii_), dtype=np.uint8)
    lead = np.flatnonzero(buffer >= 0xC0)
    mark = np.zeros(0, dtype=np.int64)
    if len(lead):
        points, width = _decode(buffer, lead)
        kind, is_mark = table[np.minimum(points, _TABLE)], marks[np.minimum(points, _TABLE)]
        far = np.flatnonzero(points >= _TABLE)
        if len(far):
            each, where = np.unique(points[far], return_inverse=True)
            kind[far] = np.array([_class(chr(c)) for c in each], dtype=np.uint8)[where]
            is_mark[far] = np.array([_is_mark(chr(c)) for c in each], dtype=bool)[where]
        for i in range(4):
            more = width > i
            classes[lead[more] + i] = kind[more]
        mark = lead[is_mark]
    inner = (classes & WORD).view(bool)
    signs = np.flatnonzero((classes & (JOINER | POINT | STOP | OPEN)) != 0)
    _join(buffer, classes, inner, signs)
    _take_marks(buffer, inner, mark)
    edges = np.flatnonzero(inner[1:] != inner[:-1]) + 1
    continued = np.flatnonzero((buffer & 0xC0) == 0x80) if len(lead) else lead
    return Scan(buffer, classes, inner, edges[::2], edges[1::2], signs, continued)


def fold(word: str) -> str:
    """Return the form that a word, or part of one, is counted as and asked for by.

    Case-folded but for ß, accents composed; one apostrophe, one hyphen and, before the ending of
    a gender, one sign (``People’s`` → ``people's``, ``Bürger*innen`` → ``bürger:innen``).
    """
    parts = word.translate(_ONE_SPELLING).replace("ẞ", "ß").split("ß")
    return unicodedata.normalize("NFC", "ß".join([part.casefold() for part in parts]))


def one_spelling(word: str) -> str:
    """Return a word as :func:`fold` does, in its own capitals."""
    return unicodedata.normalize("NFC", word.translate(_ONE_SPELLING))


def inside(positions: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Tell which positions lie in any of the spans; bool array of the same shape.

    Spans may overlap: a position is inside when more spans have opened than closed before it.
    """
    opened = np.searchsorted(np.sort(spans[:, 0]), positions, side="right")
    closed = np.searchsorted(np.sort(spans[:, 1]), positions, side="right")
    return opened > closed


def _decode(buffer: np.ndarray, lead: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return code point and number of bytes of the characters that begin at `lead`."""
    first = buffer[lead]
    width = 2 + (first >= 0xE0).astype(np.int64) + (first >= 0xF0)
    points = (first & (0xFF >> (width + 1)).astype(np.uint8)).astype(np.int64)
    for i in range(1, 4):
        more = width > i
        points[more] = (points[more] << 6) | (buffer[lead[more] + i] & 0x3F)
    return points, width


def _join(buffer: np.ndarray, classes: np.ndarray, inner: np.ndarray, signs: np.ndarray) -> None:
    """Let hyphens, apostrophes and decimal marks join what stands on both sides (in place)."""
    kind = classes[signs] & GENDER
    sign = signs[kind == GENDER]
    inner[_endings(buffer, classes, sign, sign - 1)] = True
    dash = signs[buffer[signs] == ord("-")]
    dash = dash[buffer[dash - 1] == ord("/")]
    slashed = _endings(buffer, classes, dash, dash - 2)
    inner[slashed - 1] = inner[slashed] = True
    joiner = (kind > 0) & (kind < GENDER) & ((buffer[signs] & 0xC0) != 0x80)
    at = signs[joiner]
    width = np.where(buffer[at] < 0x80, 1, 3)
    need = np.where(classes[at] & POINT, WORD | DIGIT, WORD).astype(np.uint8)
    joins = (classes[at - 1] & need == need) & (classes[at + width] & need == need)
    at, width = at[joins], width[joins]
    inner[at] = True
    wide = at[width == 3]
    inner[wide + 1] = True
    inner[wide + 2] = True


def _endings(
    buffer: np.ndarray, classes: np.ndarray, at: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """Return the places that a final "in" or "innen" follows, with a letter `before`."""
    at = at[classes[before] & (WORD | DIGIT) == WORD]
    at = at[(_small(buffer, at + 1) == ord("i")) & (_small(buffer, at + 2) == ord("n"))]
    ends = classes[at + 3] & WORD == 0
    # The text ends in line feeds, so that whatever follows a letter can be looked at.
    more = np.flatnonzero(_small(buffer, at + 3) == ord("n"))
    far = at[more]
    rest = (_small(buffer, far + 4) == ord("e")) & (_small(buffer, far + 5) == ord("n"))
    ends[more[rest]] = classes[far[rest] + 6] & WORD == 0
    return at[ends]


def _small(buffer: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return bytes with capital letters made small; others may change too."""
    return buffer[at] | 0x20


def _take_marks(buffer: np.ndarray, inner: np.ndarray, mark: np.ndarray) -> None:
    """Give combining marks to the word they follow (in place), runs of them from left to right."""
    for at in mark.tolist():
        if inner[at - 1]:
            end = at + 1
            while buffer[end] & 0xC0 == 0x80:
                end += 1
            inner[at:end] = True


@lru_cache(maxsize=1)
def _tables() -> tuple[bytes, np.ndarray, np.ndarray]:
    """Return classes of bytes below 128, classes of code points, and which points are marks."""
    table = np.array([_class(chr(c)) for c in range(_TABLE + 1)], dtype=np.uint8)
    marks = np.array([_is_mark(chr(c)) for c in range(_TABLE + 1)], dtype=bool)
    ascii_ = np.zeros(256, dtype=np.uint8)
    ascii_[:128] = table[:128]
    return ascii_.tobytes(), table, marks


def _is_mark(c: str) -> bool:
    return unicodedata.category(c)[0] == "M"


def _class(c: str) -> int:
    if c in _JOINERS or c in _GENDER:
        return JOINER if c in _JOINERS else GENDER
    if c.isalnum():
        return WORD | (DIGIT if c.isdecimal() else 0) | (UPPER if c.isupper() else 0)
    kind = (POINT if c in ".," else 0) | (SPACE if c.isspace() else 0)
    kind |= STOP if c in ".!?" else 0
    if c in _HARMLESS or _is_mark(c):
        return kind
    control = unicodedata.category(c) == "Cc"
    return kind | OPEN if control or kind == 0 else kind
