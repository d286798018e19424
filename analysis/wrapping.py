"""Texts whose lines were broken at a fixed width: where a line feed is only a space.

Exports, e-mails and old transcripts break lines every 60 to 100 characters. Read as paragraphs,
such lines cut sentences and names in two. Nothing of the text is changed for it: the feeds are
only seen as spaces when words, sentences and paragraphs are looked for.
"""

import numpy as np

_FEWEST = 5  # feeds inside a document from which one can tell
_SMALL = 0.3  # share of lines that go on with a small letter, from which a text is wrapped
_FULL = 0.6  # of the usual length of its lines: a shorter line ends a paragraph


def unwrapped(text: bytes, first: np.ndarray) -> bytes:
    """Return text in which line feeds that only wrap are spaces.

    Parameters
    ----------
    text : bytes
        UTF-8; documents with a line feed before each.
    first : ndarray of int64, shape (n_docs + 1,)
        Byte where each document begins, and where another would.

    Returns
    -------
    bytes
        Of the same length.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    feeds = np.flatnonzero(data == 10)
    feeds = feeds[(feeds >= first[0]) & (feeds < first[-1] - 1)]
    doc = np.searchsorted(first, feeds, side="right") - 1
    before, after = data[feeds - 1], data[feeds + 1]
    # Not beside another feed, and not the one that parts two documents.
    inner = (before != 10) & (after != 10) & (feeds + 1 != first[doc + 1])
    small = inner & (after >= ord("a")) & (after <= ord("z"))
    n_docs = len(first) - 1
    lines = np.bincount(doc[inner], minlength=n_docs)
    going_on = np.bincount(doc[small], minlength=n_docs)
    wrapped = (lines >= _FEWEST) & (going_on >= _SMALL * lines)
    chosen = np.flatnonzero(inner & wrapped[doc])
    if not len(chosen):
        return text
    length = np.diff(feeds, prepend=first[0] - 1)
    soft = small[chosen] | _goes_on(after[chosen]) & _full(length[chosen], doc[chosen])
    out = bytearray(text)
    for at in feeds[chosen[soft]].tolist():
        out[at] = 32
    return bytes(out)


def _goes_on(after: np.ndarray) -> np.ndarray:
    """Tell bytes that a running text may go on with: letters and digits, no bullets or dashes."""
    folded = after | 0x20
    return ((folded >= ord("a")) & (folded <= ord("z"))) | (after >= 0xC3) & (after != 0xE2)


def _full(length: np.ndarray, doc: np.ndarray) -> np.ndarray:
    """Tell lines about as long as those of their document usually are."""
    order = np.lexsort((length, doc))
    _, start, size = np.unique(doc[order], return_index=True, return_counts=True)
    usual = length[order][start + size // 2]
    return length >= _FULL * np.repeat(usual, size)[np.argsort(order, kind="stable")]
