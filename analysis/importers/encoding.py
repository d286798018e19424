"""Bytes → text, and what had to be repaired on the way.

A text that needs no repair comes back as it is, and every repair is told. What cannot be
seen on the page but may be meant (zero-width joiners, direction marks) stays.
"""

import codecs
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# What cp1252 makes of the bytes 80-BF, which are the second and later bytes of a UTF-8 character.
_LATER = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_TWICE = f"[Â-ß][{_LATER}]|[à-ï][{_LATER}]{{2}}|[ð-ô][{_LATER}]{{3}}"
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
# Anything a text may have to be rid of; the same pattern for Python and for Arrow (RE2).
SUSPECT = f"[\r\u00ad{''.join(_LIGATURES)}]|\\x00|{_TWICE}"
_SUSPECT = re.compile(SUSPECT)
_MOJIBAKE = re.compile(_TWICE)
_LIGATURE = re.compile(f"[{''.join(_LIGATURES)}]")
_LONG = 4_000  # characters from which RE2 is faster than Python, for all it costs to start it
_PIECE = 4_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile("[\udc80-\udcff]")
_PROPER = re.compile("[^\0-\x7f\udc80-\udcff]")
# How Python's "surrogateescape" hides bytes that are not UTF-8, and what cp1252 reads in them.
_HIDDEN = {0xDC00 + b: bytes([b]).decode("cp1252", "replace") for b in range(0x80, 0x100)}
_MARKS = (  # UTF-32 first: its mark begins like that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


def decode(raw: bytes) -> tuple[str, list[str]]:
    """Decode the bytes of a text; say what had to be repaired.

    Returns
    -------
    text : str
        Lines end in a line feed.
    problems : list of str
        Empty when the bytes are plain UTF-8 and nothing in them needs repair.
    """
    codec, problems = guess(raw)
    if codec != "utf-8":
        text = raw.decode(codec, "replace")
        lost = text.count("\ufffd")
        if lost:
            problems = [*problems, f"{_count(lost, 'character')} could not be read"]
        return clean(text, problems)
    try:
        return clean(raw.decode(), problems)
    except UnicodeDecodeError as error:
        return _not_utf8(raw, error)


def guess(raw: bytes) -> tuple[str, list[str]]:
    """Guess the codec of a text from its beginning: its byte-order mark, or its NUL bytes.

    Returns
    -------
    codec : str
        "utf-8" where neither says otherwise.
    problems : list of str
    """
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            told = "byte-order mark" if mark == codecs.BOM_UTF8 else f"read as {codec.upper()}"
            return codec, [told]
    if raw[:4096].count(0) < 4:
        return "utf-8", []
    beginning = np.frombuffer(raw[:4096], dtype=np.uint8)
    nul = [(beginning[i::2] == 0).mean() for i in (0, 1)]
    # Letters of European languages have a NUL in one of their two bytes, and never in the other.
    for zeros, letters, codec in ((nul[1], nul[0], "utf-16-le"), (nul[0], nul[1], "utf-16-be")):
        if zeros > 0.6 and letters < 0.05:
            return codec, ["read as UTF-16 without a byte-order mark"]
    return "utf-8", []


def _not_utf8(raw: bytes, error: UnicodeDecodeError) -> tuple[str, list[str]]:
    """Read UTF-8 with foreign bytes in it, or else cp1252."""
    cut = error.reason == "unexpected end of data" and error.end == len(raw)
    if cut and not raw[: error.start].isascii():
        return clean(raw[: error.start].decode() + "\ufffd", ["cut off within a character"])
    hidden = raw.decode("utf-8", "surrogateescape")
    if len(_ESCAPED.findall(hidden)) > len(_PROPER.findall(hidden)):
        text, problems = raw.decode("cp1252", "replace"), ["not UTF-8: read as cp1252"]
        lost = text.count("\ufffd")
        if lost:
            problems.append(f"{_count(lost, 'byte')} without a meaning replaced")
        return clean(text, problems)
    return clean(*unhide(hidden))


def unhide(text: str) -> tuple[str, list[str]]:
    """Read bytes that "surrogateescape" hid in a text as cp1252."""
    n = len(_ESCAPED.findall(text))
    if not n:
        return text, []
    return text.translate(_HIDDEN), [f"{_count(n, 'byte')} not UTF-8: read as cp1252"]


def clean(text: str, problems: Sequence[str] = ()) -> tuple[str, list[str]]:
    """Repair what a decoded text should not hold; say what.

    Mojibake (UTF-8 once read as cp1252) is undone, line ends become line feeds, soft hyphens go,
    ligatures are spelt out; NUL and lone surrogates become U+FFFD.

    Returns
    -------
    text : str
        The same object where nothing was found.
    problems : list of str
        `problems` and what was done.
    """
    told = list(problems)
    text, lone = without_surrogates(text)
    if lone:
        told.append(lone)
    return _repaired(text, told) if _suspicious(text) else (text, told)


def _suspicious(text: str) -> bool:
    if text.isascii():
        return "\r" in text or "\0" in text
    if len(text) < _LONG:
        return bool(_SUSPECT.search(text))
    # In pieces that share an edge, so that a text of hundreds of megabytes is not held twice.
    pieces = (text[max(i - 4, 0) : i + _PIECE] for i in range(0, len(text), _PIECE))
    return any(
        pc.match_substring_regex(pa.scalar(piece, pa.large_string()), SUSPECT).as_py()
        for piece in pieces
    )


def without_surrogates(text: str) -> tuple[str, str]:
    """Replace lone surrogates, which no file can hold; say how many, "" for none."""
    if text.isascii():
        return text, ""
    try:
        text.encode()
    except UnicodeEncodeError:
        text, n = _SURROGATE.subn("\ufffd", text)
        return text, f"{_count(n, 'lone surrogate')} replaced"
    return text, ""


def _repaired(text: str, told: list[str]) -> tuple[str, list[str]]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        told.append("line ends changed to line feeds")
    if "\0" in text:
        told.append(f"{_count(text.count(chr(0)), 'NUL character')} replaced")
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text, told
    text, n = _unscrambled(text)
    if n:
        told.append(f"mojibake repaired in {_count(n, 'line')}")
    if "\u00ad" in text:
        told.append(f"{_count(text.count(chr(0xAD)), 'soft hyphen')} removed")
        text = text.replace("\u00ad", "")
    text, n = _LIGATURE.subn(lambda m: _LIGATURES[m[0]], text)
    if n:
        told.append(f"{_count(n, 'ligature')} spelt out")
    return text, told


def _unscrambled(text: str) -> tuple[str, int]:
    """Undo mojibake line by line; a line where it is not beyond doubt stays."""
    if not _MOJIBAKE.search(text):
        return text, 0
    import ftfy

    lines = text.split("\n")
    changed = 0
    for i, line in enumerate(lines):
        if _MOJIBAKE.search(line):
            fixed = ftfy.fix_encoding(line)
            changed += fixed != line
            lines[i] = fixed
    return "\n".join(lines), changed


def clean_column(column: Any) -> tuple[Any, dict[int, list[str]]]:
    """Repair the cells of a column as :func:`clean` does, looking closely only where needed.

    Parameters
    ----------
    column : pyarrow Array or ChunkedArray of strings

    Returns
    -------
    column
        The same object where nothing was found.
    problems : dict of int to list of str
        Position of a cell → what was repaired in it.
    """
    suspect = pc.fill_null(pc.match_substring_regex(column, SUSPECT), False)
    rows = np.flatnonzero(np.asarray(suspect))
    problems: dict[int, list[str]] = {}
    texts = []
    for row in rows.tolist():
        text, told = clean(column[row].as_py())
        texts.append(text)
        if told:
            problems[row] = told
    if not problems:
        return column, {}
    return pc.replace_with_mask(column, suspect, pa.array(texts, column.type)), problems


def _count(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")
