"""The stream of documents, completed and cut into runs that are found again by what they hold."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import metadata
from analysis.importers import Imported

RUN = 4_000_000
"""Bytes of text in a run, at least; at most four times as many, but for one longer document."""


@dataclass(frozen=True)
class Run:
    """Some neighbouring documents.

    Attributes
    ----------
    documents : DataFrame
    texts : list of bytes
        UTF-8.
    digests : list of bytes
        SHA-256 of every document, see :func:`digests`.
    key : str
        SHA-256 of their texts and languages in this order.
    """

    documents: pd.DataFrame
    texts: list[bytes]
    digests: list[bytes]
    key: str


def documents_of(
    batches: Iterable[Imported], reports: list[pd.DataFrame]
) -> Iterator[pd.DataFrame]:
    """Complete the metadata of every batch; collect the reports."""
    seen: set[str] = set()
    for batch in batches:
        documents, notes = metadata.complete(batch.rows, seen=seen)
        reports.append(metadata.reported(batch.rows, batch.report, notes))
        yield documents


def runs(batches: Iterable[pd.DataFrame]) -> Iterator[Run]:
    """Cut the stream of documents into runs, at places that depend on the documents there."""
    held: list[tuple[pd.DataFrame, list[bytes], list[tuple[bytes, bytes]]]] = []
    size, cut = 0, False
    for documents in batches:
        texts = utf8(documents["text"])
        found = digests(documents, texts)
        first = 0
        for row, (text, digest) in enumerate(zip(texts, found, strict=True), 1):
            size += len(text)
            if (size >= RUN and digest[1][0] < 16) or size >= 4 * RUN:
                held.append((documents.iloc[first:row], texts[first:row], found[first:row]))
                yield _run(held)
                held, size, first, cut = [], 0, row, True
        if first < len(texts) or not (held or cut):  # Also of no documents there is one run.
            held.append((documents.iloc[first:], texts[first:], found[first:]))
    if held:
        yield _run(held)


def _run(held: list[tuple[pd.DataFrame, list[bytes], list[tuple[bytes, bytes]]]]) -> Run:
    texts = [t for _, own, _ in held for t in own]
    found = [d for _, _, own in held for d in own]
    key = hashlib.sha256(b"".join(text for _, text in found))
    documents = pd.concat([frame for frame, _, _ in held], ignore_index=True)
    return Run(documents, texts, [whole for whole, _ in found], key.hexdigest())


def digests(documents: pd.DataFrame, texts: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Return for each document the digest of all of it, and of its text and language.

    The name of its file is left out: the same documents in another place are the same corpus.
    """
    columns = [documents[c].astype("str").fillna("") for c in metadata.COLUMNS if c != "file"]
    lines = columns[0].str.cat(columns[1:], sep="\x1f").tolist()
    out = []
    for line, code, text in zip(lines, documents["language"].tolist(), texts, strict=True):
        own = hashlib.sha256(code.encode() + b"\x1f" + text).digest()
        out.append((hashlib.sha256(line.encode("utf-8", "replace") + own).digest(), own))
    return out


def combined(digests: Iterable[bytes]) -> str:
    """Return the hash of a corpus: that of its documents' digests, in any order."""
    whole = hashlib.sha256()
    for digest in sorted(digests):
        whole.update(digest)
    return whole.hexdigest()


def utf8(texts: pd.Series) -> list[bytes]:
    """Return the UTF-8 of every text; Arrow's own bytes where it holds them."""
    if not len(texts):
        return []
    held = pa.array(texts.astype("str"), pa.large_string())
    chunks = held.chunks if isinstance(held, pa.ChunkedArray) else [held]
    out: list[bytes] = []
    for chunk in chunks:
        edges = np.frombuffer(chunk.buffers()[1], dtype=np.int64)
        edges = edges[chunk.offset : chunk.offset + len(chunk) + 1].tolist()
        data = memoryview(chunk.buffers()[2] or b"")
        out.extend(bytes(data[a:b]) for a, b in pairwise(edges))
    return out
