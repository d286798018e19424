"""Vectors kept on disk, one for each text, found again by the text's own hash.

A folder of Arrow files that are never changed: each is written whole under another name and then
renamed, so two processes may add at once and an interrupted run loses only what it had in hand.
A file that cannot be read is taken away; its texts are encoded again. Many small files are joined
into one now and then. Nothing stays mapped between two calls.
"""

import hashlib
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa

from analysis import arrays, places

MANY = 32
"""So many small files are joined into one."""
SMALL = 4_000_000
"""Files of more bytes are left as they are, so that joining takes little memory."""


def keys(texts: Sequence[str]) -> np.ndarray:
    """Return 128 bits of the BLAKE2b hash of every text; uint64, shape (n, 2)."""
    digests = [
        hashlib.blake2b(t.encode("utf-8", "surrogatepass"), digest_size=16).digest() for t in texts
    ]
    return np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2)


def found(folder: Path, wanted: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Look texts up, a file at a time, until all are found.

    Parameters
    ----------
    folder : Path
        Need not exist.
    wanted : ndarray of uint64, shape (n, 2)
        From :func:`keys`.

    Yields
    ------
    rows : ndarray of int
        Rows of `wanted` that this file holds; a row may come from several files.
    vectors : ndarray of float32, shape (n_rows, d)
        Their vectors.
    """
    left = np.ones(len(wanted), dtype=bool)
    for file in sorted(folder.glob("*.arrow")):
        if not left.any():
            return
        opened = _opened(file)
        if opened is None:
            continue
        held, vectors = opened
        place = np.minimum(np.searchsorted(held[:, 0], wanted[:, 0]), len(held) - 1)
        rows = np.flatnonzero((held[place] == wanted).all(axis=1))
        if len(rows):
            yield rows, vectors[place[rows]]
            left[rows] = False


def add(folder: Path, held: np.ndarray, vectors: np.ndarray) -> None:
    """Keep vectors; a full or read-only place costs time later, not the result.

    Parameters
    ----------
    folder : Path
    held : ndarray of uint64, shape (n, 2)
        Keys of different texts.
    vectors : ndarray of float32, shape (n, d)
    """
    if not len(held):
        return
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, held, vectors)
        small = [f for f in sorted(folder.glob("*.arrow")) if _size(f) < SMALL]
        if len(small) > MANY:
            _join(folder, small)


def _opened(file: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Map one file: keys in order, and their vectors; None if that cannot be done."""
    try:
        table = arrays.read(file)
        columns = [table.column(name).chunk(0) for name in ("key", "check", "vector")]
        vectors = columns[2].flatten().to_numpy().reshape(len(table), -1)
        return np.stack([c.to_numpy() for c in columns[:2]], axis=1), vectors
    except OSError:  # Another process has joined it with others, or may read what we may not.
        return None
    except (ValueError, KeyError, IndexError):  # Cut off, or none of ours.
        with suppress(OSError):
            file.unlink(missing_ok=True)
        return None


def _write(folder: Path, held: np.ndarray, vectors: np.ndarray) -> None:
    _, order = np.unique(held[:, 0], return_index=True)
    flat = pa.array(np.ascontiguousarray(vectors[order], dtype=np.float32).ravel())
    columns = {
        "key": pa.array(held[order, 0]),
        "check": pa.array(held[order, 1]),
        "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
    }
    arrays.write(folder / f"{os.getpid()}-{uuid.uuid4().hex}.arrow", pa.table(columns))


def _join(folder: Path, files: list[Path]) -> None:
    """Write the contents of several files as one, then take them away."""
    opened = {file: pair for file in files if (pair := _opened(file)) is not None}
    if not opened:
        return
    _write(folder, *(np.concatenate(part) for part in zip(*opened.values(), strict=True)))
    for file in opened:
        with suppress(OSError):  # Elsewhere still in use: it is joined the next time.
            file.unlink(missing_ok=True)
    places.sweep(folder)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return SMALL
