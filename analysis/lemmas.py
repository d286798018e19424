"""Lemma and part of speech of every word of a corpus, made document by document."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import arrays
from analysis.languages import language
from analysis.tokens import Tokens

POS = ("N", "PN", "V", "A", "O")


@dataclass(frozen=True)
class Lemmas:
    """Lemma and part of speech of every token, aligned with the corpus's tokens.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        Positions in `vocabulary`.
    pos : ndarray of int8, shape (n_tokens,)
        Positions in :data:`POS`.
    vocabulary : ndarray of object (str)
        Lemmas, folded as words are, sorted.
    """

    ids: np.ndarray
    pos: np.ndarray
    vocabulary: np.ndarray


def of(texts: pd.Series, codes: Sequence[str], tokens: Tokens) -> Lemmas:
    """Find the lemmas of a corpus; in memory are those of one document and the numbers of all.

    Parameters
    ----------
    texts : Series of str
    codes : sequence of str
        The language of each.
    tokens : Tokens
        Their words.
    """
    ids = np.empty(len(tokens), dtype=np.int32)
    pos = np.empty(len(tokens), dtype=np.int8)
    places: dict[str, int] = {}
    kinds = {kind: place for place, kind in enumerate(POS)}
    for row, (first, last) in enumerate(pairwise(tokens.doc_start.tolist())):
        if first == last:
            continue
        text = texts.iloc[row]
        spans = zip(tokens.start[first:last].tolist(), tokens.end[first:last].tolist(), strict=True)
        words = [text[start:end] for start, end in spans]
        edges = (_edges(tokens.sentence_start, first, last) - first).tolist()
        sentences = [words[a:b] for a, b in pairwise(edges)]
        found = [pair for own in language(codes[row]).lemmas(sentences) for pair in own]
        ids[first:last] = [places.setdefault(lemma, len(places)) for lemma, _ in found]
        pos[first:last] = [kinds[kind] for _, kind in found]
    vocabulary = np.array(sorted(places), dtype=object)
    rank = np.empty(len(places), dtype=np.int32)
    rank[[places[lemma] for lemma in vocabulary]] = np.arange(len(places), dtype=np.int32)
    return Lemmas(rank[ids], pos, vocabulary)


def _edges(sentence_start: np.ndarray, first: int, last: int) -> np.ndarray:
    """Return where the sentences of a document begin, and where the last ends; in tokens."""
    inner = slice(*np.searchsorted(sentence_start, [first, last]).tolist())
    return np.unique(np.concatenate([[first], sentence_start[inner], [last]]))


def write(file: Path, lemmas: Lemmas) -> None:
    """Keep lemmas in an Arrow file, whole or not at all."""
    columns = {
        name: pa.LargeListArray.from_arrays([0, len(values)], values)
        for name, values in (
            ("ids", pa.array(lemmas.ids)),
            ("pos", pa.array(lemmas.pos)),
            ("vocabulary", pa.array(lemmas.vocabulary, pa.string())),
        )
    }
    arrays.write(file, pa.table(columns))


def read(file: Path) -> Lemmas:
    """Map lemmas that :func:`write` kept.

    Raises
    ------
    OSError, ValueError, KeyError
        If there are none, or the file was cut off.
    """
    table = arrays.read(file)
    held = {name: table.column(name).chunk(0).values for name in ("ids", "pos", "vocabulary")}
    vocabulary = held["vocabulary"].to_numpy(zero_copy_only=False)
    return Lemmas(held["ids"].to_numpy(), held["pos"].to_numpy(), vocabulary)
