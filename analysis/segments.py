"""Documents → arrays of their words, sentences and paragraphs, a few megabytes at a time.

A corpus is a row of segments: each is computed by itself, on any thread, and can be stored and
found again by what it holds. :func:`join` makes one set of arrays of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.scan import Scan, fold, scan
from analysis.segmentation import Splitter, Stops, lines_of
from analysis.wrapping import unwrapped

WIDTHS = {"sentences": 3, "paragraphs": 2}
"""Columns of the arrays of :class:`Joined` that have several."""
_ONE_SIGN = bytes.maketrans(
    b"*_", b"::"
)  # as fold() does; words of ASCII only are not folded by it
_STRETCH = 500_000  # bytes scanned at once: what fits in a processor's cache


@dataclass(frozen=True)
class Segment:
    """Words, sentences and paragraphs of some documents.

    Attributes
    ----------
    ids, start, end : ndarray of int32, shape (n_words,)
        Position in `vocabulary`; code-point offsets in the document.
    sentences : ndarray of int32, shape (n_sentences, 4)
        Start, end, number of the paragraph and of the first word, both within the segment.
    paragraphs : ndarray of int32, shape (n_paragraphs, 2)
        Start, end.
    docs : ndarray of int32, shape (n_docs, 3)
        Number of words, sentences and paragraphs of every document.
    vocabulary : pyarrow.StringArray
        Forms as :func:`analysis.scan.fold` makes them, in no order.
    """

    ids: np.ndarray
    start: np.ndarray
    end: np.ndarray
    sentences: np.ndarray
    paragraphs: np.ndarray
    docs: np.ndarray
    vocabulary: pa.StringArray

    def table(self) -> pa.Table:
        """Return the segment as one row of lists, for storing."""
        flat = {
            f.name: getattr(self, f.name).ravel() if f.name != "vocabulary" else self.vocabulary
            for f in fields(self)
        }
        return pa.table(
            {
                name: pa.LargeListArray.from_arrays([0, len(values)], pa.array(values))
                for name, values in flat.items()
            }
        )

    @classmethod
    def of(cls, table: pa.Table) -> "Segment":
        """Return the segment that :meth:`table` stored; its arrays stay mapped."""
        lists = {name: table.column(name).chunk(0).values for name in table.column_names}
        arrays = {n: v.to_numpy() for n, v in lists.items() if n != "vocabulary"}
        shapes = {"sentences": 4, "paragraphs": 2, "docs": 3}
        shaped = {n: a.reshape(-1, shapes[n]) if n in shapes else a for n, a in arrays.items()}
        return cls(**shaped, vocabulary=lists["vocabulary"])


@dataclass(frozen=True)
class Joined:
    """The arrays of a whole corpus: those of its segments, one after the other.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_words,)
    start, end : pyarrow.ChunkedArray of int32, length n_words
        Those of the segments, not copied.
    sentences : ndarray of int32, shape (n_sentences, 3)
        Start, end, number of the paragraph.
    paragraphs : ndarray of int32, shape (n_paragraphs, 2)
    doc_start, sentence_start : ndarray of int64
        Number of the first word of each document and sentence; the last entry is n_words.
    doc_sentences, doc_paragraphs : ndarray of int64, shape (n_docs + 1,)
        Number of the first sentence and paragraph of each document, and their totals.
    vocabulary : ndarray of object (str)
        Sorted.
    """

    ids: np.ndarray
    start: pa.ChunkedArray
    end: pa.ChunkedArray
    sentences: np.ndarray
    paragraphs: np.ndarray
    doc_start: np.ndarray
    sentence_start: np.ndarray
    doc_sentences: np.ndarray
    doc_paragraphs: np.ndarray
    vocabulary: np.ndarray

    def take(self, rows: np.ndarray) -> "Joined":
        """Return the arrays of some documents, with the forms that they hold.

        Parameters
        ----------
        rows : ndarray of int
            Numbers of documents, in the order wanted.
        """
        words, doc_start = _of_documents(self.doc_start, rows)
        sentences, doc_sentences = _of_documents(self.doc_sentences, rows)
        paragraphs, doc_paragraphs = _of_documents(self.doc_paragraphs, rows)
        used, ids = np.unique(self.ids[words], return_inverse=True)
        spans = self.sentences[sentences].copy()
        own = np.repeat(np.arange(len(rows)), np.diff(doc_sentences))
        spans[:, 2] += (doc_paragraphs[:-1] - self.doc_paragraphs[rows])[own].astype(np.int32)
        first = self.sentence_start[sentences] + (doc_start[:-1] - self.doc_start[rows])[own]
        return Joined(
            ids=ids.astype(np.int32),
            start=self.start.take(pa.array(words)),
            end=self.end.take(pa.array(words)),
            sentences=spans,
            paragraphs=self.paragraphs[paragraphs],
            doc_start=doc_start,
            sentence_start=np.append(first, len(words)),
            doc_sentences=doc_sentences,
            doc_paragraphs=doc_paragraphs,
            vocabulary=self.vocabulary[used],
        )


def _of_documents(first: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of what some documents hold, and where each document's begin in them."""
    sizes = first[rows + 1] - first[rows]
    edges = _running(sizes.tolist())
    return np.arange(edges[-1]) + np.repeat(first[rows] - edges[:-1], sizes), edges


def segment(texts: Sequence[bytes], languages: Sequence[str], splitter: Splitter) -> Segment:
    """Find words, sentences and paragraphs of some documents.

    Parameters
    ----------
    texts : sequence of bytes
        UTF-8.
    languages : sequence of str
        Language of each; one of those the splitter knows.
    splitter : Splitter

    Returns
    -------
    Segment
    """
    spoken = np.array([splitter.codes.index(code) for code in languages], dtype=np.int64)
    scans = [_Scanned.of(texts[i:j], spoken[i:j]) for i, j in _stretches(texts)]
    written, codes = _encoded([_forms(s.scan) for s in scans])
    clear = splitter.clear([s.stops for s in scans], codes, written)
    parts = [_stretch(s, c, splitter) for s, c in zip(scans, clear, strict=True)]
    vocabulary, place = _folded(written)
    words = _running([len(p.start) for p in parts])
    paragraphs = _running([len(p.paragraphs) for p in parts])
    sentences = [
        p.sentences + np.array([0, 0, first, word])
        for p, first, word in zip(parts, paragraphs, words, strict=False)
    ]
    return Segment(
        ids=_stack([place[c] for c in codes], ()),
        start=_stack([p.start for p in parts], ()),
        end=_stack([p.end for p in parts], ()),
        sentences=_stack(sentences, (4,)),
        paragraphs=_stack([p.paragraphs for p in parts], (2,)),
        docs=_stack([p.docs for p in parts], (3,)),
        vocabulary=vocabulary,
    )


def join(
    segments: Sequence[Segment], keep: Callable[[str, np.ndarray], np.ndarray] = lambda _, a: a
) -> Joined:
    """Make the arrays of a corpus out of its segments.

    Parameters
    ----------
    segments : sequence of Segment
    keep : callable of (name, array)
        Gets every array as soon as it is made, and returns what is to be used in its place: the
        same values on disk, so that no two of the large arrays are in memory at once.

    Returns
    -------
    Joined
    """
    docs = _stack([s.docs for s in segments], (3,)).astype(np.int64)
    paragraphs = _running([len(s.paragraphs) for s in segments])
    words = _running([len(s.ids) for s in segments])
    vocabulary, places = _united([s.vocabulary for s in segments])
    sentences = [
        s.sentences[:, :3] + np.array([0, 0, first], dtype=np.int32)
        for s, first in zip(segments, paragraphs, strict=False)
    ]
    firsts = [
        s.sentences[:, 3].astype(np.int64) + first
        for s, first in zip(segments, words, strict=False)
    ]
    ids = np.empty(words[-1], dtype=np.int32)
    for s, place, first in zip(segments, places, words, strict=False):
        np.take(place, s.ids, out=ids[first : first + len(s.ids)])
    return Joined(
        ids=keep("ids", ids),
        start=pa.chunked_array([s.start for s in segments], pa.int32()),
        end=pa.chunked_array([s.end for s in segments], pa.int32()),
        sentences=keep("sentences", _stack(sentences, (3,))),
        paragraphs=keep("paragraphs", _stack([s.paragraphs for s in segments], (2,))),
        sentence_start=keep("sentence_start", np.append(_stack(firsts, ()), words[-1])),
        doc_start=keep("doc_start", _running(docs[:, 0])),
        doc_sentences=keep("doc_sentences", _running(docs[:, 1])),
        doc_paragraphs=keep("doc_paragraphs", _running(docs[:, 2])),
        vocabulary=vocabulary,
    )


@dataclass(frozen=True)
class _Scanned:
    """Some documents scanned together, the byte where each begins and its language."""

    scan: Scan
    first: np.ndarray
    lines: np.ndarray
    stops: Stops

    @classmethod
    def of(cls, texts: Sequence[bytes], spoken: np.ndarray) -> "_Scanned":
        first = 1 + _running([len(t) + 1 for t in texts])
        found = scan(unwrapped(b"\n" + b"\n".join(texts) + b"\n\n\n\n", first))
        lines = lines_of(found)
        own = spoken[np.searchsorted(first, lines[:, 0], side="right") - 1]
        return cls(found, first, lines, Stops(found, lines, own))


@dataclass(frozen=True)
class _Stretch:
    """What was found in them: offsets in characters of the documents."""

    start: np.ndarray
    end: np.ndarray
    sentences: np.ndarray
    paragraphs: np.ndarray
    docs: np.ndarray


def _stretch(scanned: _Scanned, clear: np.ndarray, splitter: Splitter) -> _Stretch:
    found, first, lines = scanned.scan, scanned.first, scanned.lines
    sentences = splitter.split(found, lines, scanned.stops, clear)
    edges = np.stack(
        [np.searchsorted(a, first) for a in (found.start, sentences[:, 0], lines[:, 0])]
    )
    paragraph = np.searchsorted(lines[:, 0], sentences[:, 0], side="right") - 1
    word = np.searchsorted(found.start, sentences[:, 0])
    return _Stretch(
        start=_offsets(found, first, found.start, edges[0]),
        end=_offsets(found, first, found.end, edges[0]),
        sentences=np.stack(
            [*_spans(found, first, sentences, edges[1]), paragraph, word], axis=1, dtype=np.int32
        ),
        paragraphs=np.stack(_spans(found, first, lines, edges[2]), axis=1, dtype=np.int32),
        docs=np.diff(edges, axis=1).T.astype(np.int32),
    )


def _spans(
    found: Scan, first: np.ndarray, spans: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    return _offsets(found, first, spans[:, 0], edges), _offsets(found, first, spans[:, 1], edges)


def _offsets(found: Scan, first: np.ndarray, at: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Turn bytes of the stretch into code-point offsets in the documents."""
    begin = np.repeat(found.characters(first[:-1]), np.diff(edges))
    return (found.characters(at) - begin).astype(np.int32)


def _forms(found: Scan) -> pa.StringArray:
    """Return the words as they stand, without copying them one by one."""
    size = np.zeros(len(found.start) + 1, dtype=np.int32)
    np.cumsum(found.end - found.start, out=size[1:])
    data = (found.buffer * found.inner).tobytes().translate(_ONE_SIGN, b"\0")
    return pa.StringArray.from_buffers(len(found.start), pa.py_buffer(size), pa.py_buffer(data))


def _stretches(texts: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Divide documents into runs of about :data:`_STRETCH` bytes; a longer one stands alone."""
    first, size = 0, 0
    for row, text in enumerate(texts):
        if size and size + len(text) > _STRETCH:
            yield first, row
            first, size = row, 0
        size += len(text) + 1
    if len(texts) > first:
        yield first, len(texts)


def _encoded(arrays: Sequence[pa.StringArray]) -> tuple[pa.StringArray, list[np.ndarray]]:
    """Return the distinct strings of all arrays and, for each array, the places of its own."""
    found = pa.chunked_array(arrays, pa.string()).dictionary_encode()
    forms = found.chunk(0).dictionary if found.num_chunks else pa.array([], pa.string())
    chunks = iter(found.chunks)  # There is none for an empty array.
    none = np.zeros(0, dtype=np.int32)
    return forms, [next(chunks).indices.to_numpy() if len(a) else none for a in arrays]


def _folded(forms: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """Fold case, so that forms fall together; return the new forms and the place of each old."""
    odd = pc.invert(pc.string_is_ascii(forms))
    rare = pa.array([fold(w) for w in forms.filter(odd).to_pylist()], pa.string())
    folded = pc.replace_with_mask(pc.ascii_lower(forms), odd, rare).dictionary_encode()
    return folded.dictionary, folded.indices.to_numpy()


def _united(vocabularies: list[pa.StringArray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the sorted forms of all segments and, for each segment, the place of its forms."""
    forms, codes = _encoded(vocabularies)
    order = pc.sort_indices(forms)
    rank = np.empty(len(forms), dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(forms), dtype=np.int32)
    places = [rank[own] for own in codes]
    return forms.take(order).to_numpy(zero_copy_only=False), places


def _running(sizes: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return where each of some parts begins when they follow each other, and where all end."""
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))]).astype(np.int64)


def _stack(arrays: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros((0, *shape), dtype=np.int32)
