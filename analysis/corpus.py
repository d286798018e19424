"""Folder or table → :class:`Corpus`: documents, paragraphs, sentences, marks and words.

The text of a document is never changed: every part is a pair of code-point offsets, and
``documents.text[start:end]`` is always what the file says.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import (
    copies,
    engine,
    importers,
    index,
    languages,
    lemmas,
    marks,
    metadata,
    paths,
    places,
    repeats,
    segments,
    shingles,
)
from analysis.engine import HERE, Engine
from analysis.lemmas import Lemmas
from analysis.results import DiscourseError
from analysis.tokens import Tokens, inside

POS = lemmas.POS
_SHARED = 0.5  # from here on the report names the other document
_LARGE = 8_000_000  # bytes from which a corpus is kept as an index on disk
_BLOCK = 2_000_000  # characters in which marks are looked for at once


@dataclass(frozen=True, eq=False)
class Corpus:
    """A corpus that never changes, in memory or mapped from an index on disk.

    Everything but the documents is made when it is first asked for.

    Attributes
    ----------
    documents : DataFrame
        One row a document, numbered from 0: the columns of :mod:`analysis.metadata`,
        ``text``, other metadata.
    report : DataFrame
        What the importer kept, repaired and dropped.
    hash : str
        SHA-256 of ids, texts and metadata; the same for any order of the documents.
    arrays : Joined
        Words, sentences and paragraphs as arrays; :attr:`tokens`, :attr:`sentences` and
        :attr:`paragraphs` are their readable sides.
    folder : Path or None
        The index, where there is one.
    engine : Engine
        Where its measures do their work: in this process, or what :meth:`on` named.
    """

    documents: pd.DataFrame
    report: pd.DataFrame
    hash: str
    arrays: segments.Joined
    folder: Path | None = None
    engine: Engine = HERE

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def tokens(self) -> Tokens:
        """All words."""
        a = self.arrays
        return Tokens(
            a.ids,
            (a.start, a.end),
            a.doc_start,
            a.sentence_start,
            a.vocabulary,
            lambda: self._left_out,
        )

    @cached_property
    def paragraphs(self) -> pd.DataFrame:
        """``doc`` (row number), ``doc_id, start, end, kept``; the index is their number."""
        return self._parts(self.arrays.paragraphs, self.arrays.doc_paragraphs)

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """``doc, doc_id, start, end, paragraph, kept``; the index is their number."""
        spans = self.arrays.sentences
        out = self._parts(spans, self.arrays.doc_sentences)
        out.insert(4, "paragraph", spans[:, 2].astype(np.int64))
        return out

    @cached_property
    def marks(self) -> pd.DataFrame:
        """``doc, doc_id`` and the columns of :mod:`analysis.marks`."""
        return self._stored("marks", self._find_marks)

    @cached_property
    def shared(self) -> pd.DataFrame:
        """For every document the one it shares most wording with: ``like, share``."""
        return self._stored(
            "shared", lambda: copies.shared(self.tokens, len(self), found=self._overlap)
        )

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """The documents that are one text; the columns of :func:`analysis.copies.clusters`."""
        return self._stored(
            "clusters", lambda: copies.clusters(self.documents, self.tokens, found=self._overlap)
        )

    @cached_property
    def _overlap(self) -> shingles.Overlap:
        return shingles.overlap(self.tokens, len(self), rank=copies.age(self.documents))

    def texts(self, rows: np.ndarray) -> list[str]:
        """Return the texts of some documents, by row number.

        Arrow would copy the texts of all documents into one piece to take some of them.
        """
        chunks, first = self._texts
        where = np.searchsorted(first, rows, side="right") - 1
        places = rows - first[where]
        return [chunks[i][j].as_py() for i, j in zip(where.tolist(), places.tolist(), strict=True)]

    @cached_property
    def _texts(self) -> tuple[list[pa.Array], np.ndarray]:
        """The pieces that texts are held in, and the number of the first text in each."""
        held = pa.array(self.documents["text"])
        chunks = held.chunks if isinstance(held, pa.ChunkedArray) else [held]
        return chunks, np.cumsum([0, *(len(chunk) for chunk in chunks)])

    def spans(self, frame: pd.DataFrame) -> list[str]:
        """Return the text of every row of a frame with ``doc, start, end``."""
        rows, place = np.unique(frame["doc"].to_numpy(dtype=np.int64), return_inverse=True)
        texts = self.texts(rows)
        return [
            texts[d][s:e]
            for d, s, e in zip(place.tolist(), frame["start"], frame["end"], strict=True)
        ]

    def subset(self, mask: Sequence[bool] | np.ndarray | pd.Series) -> "Corpus":
        """Return the corpus of the documents where `mask` is True."""
        chosen = self.documents[np.asarray(mask, dtype=bool)].reset_index(drop=True)
        return replace(from_rows(chosen, report=self.report), engine=self.engine)

    def assign(self, **columns: Any) -> "Corpus":
        """Return the corpus with further metadata, to group documents by.

        Any set of documents is made a group so: ``corpus.assign(mine=mask)``, ``by="mine"``.

        Parameters
        ----------
        **columns : sequence of length n_docs, or a scalar

        Raises
        ------
        DiscourseError
            If there is such a column already (texts, dates and sources stay what they are), or
            there are not as many values as documents.
        """
        known = [name for name in columns if name in self.documents]
        if known:
            raise DiscourseError(
                f"{known[0]!r} is a column of the documents already; choose another name"
            )
        made = copy(self)
        try:
            object.__setattr__(made, "documents", self.documents.assign(**columns))
        except ValueError as error:
            raise DiscourseError(
                f"{', '.join(columns)}: give one value, or one for each of {len(self):,} documents"
            ) from error
        whole = hashlib.sha256(self.hash.encode())
        for name in sorted(columns):
            values = made.documents[name].astype(object).map(repr)
            whole.update("\0".join([name, *values]).encode("utf-8", "replace"))
        object.__setattr__(made, "hash", whole.hexdigest())
        return made

    def part(self, rows: np.ndarray) -> "Corpus":
        """Return some documents as a corpus that can be sent elsewhere; done in its own process.

        What was found by comparing all documents stays: repeats are marked as they are here.

        Parameters
        ----------
        rows : ndarray of int
            Numbers of documents, in the order wanted.
        """
        documents = self.documents.iloc[rows].reset_index(drop=True)
        whole = hashlib.sha256(self.hash.encode() + np.asarray(rows, dtype=np.int64).tobytes())
        made = Corpus(documents, self.report[:0], whole.hexdigest(), self.arrays.take(rows))
        edges = (np.searchsorted(self.marks["doc"], rows + step) for step in (0, 1))
        found = [self.marks[a:b].assign(doc=i) for i, (a, b) in enumerate(zip(*edges, strict=True))]
        # As if it had been asked for: a part alone could not find it.
        vars(made)["marks"] = pd.concat([self.marks[:0], *found], ignore_index=True)
        return made

    def on(self, scheduler: Any) -> "Corpus":
        """Return the same corpus, its measures done by a Dask cluster.

        Parameters
        ----------
        scheduler : str, dask.distributed.Client or Engine
            An address, such as ``"tcp://10.0.0.1:8786"``, or a client that is connected already.

        Raises
        ------
        ClusterError
            If nobody answers there, or the workers lack this version of the suite.
        """
        made = copy(self)
        object.__setattr__(made, "engine", engine.of(scheduler))
        return made

    def lemmas(self) -> Lemmas:
        """Return lemma and part of speech of every token; computed once for the same texts."""
        # The hash is the same for any order of the documents; the arrays are not.
        order = hashlib.sha256("\0".join(self.documents["doc_id"]).encode("utf-8", "replace"))
        name = f"lemmas-{index.VERSION}-{self.hash[:16]}-{order.hexdigest()[:16]}.arrow"
        with suppress(OSError, ValueError, KeyError):  # Not there yet, cut off, or no place for it.
            return lemmas.read(paths.cache() / name)
        made = lemmas.of(self.documents["text"], self.documents["language"].tolist(), self.tokens)
        with suppress(OSError):  # A full or read-only place costs time, not the result.
            lemmas.write(paths.cache() / name, made)
        return made

    def _parts(self, spans: np.ndarray, firsts: np.ndarray) -> pd.DataFrame:
        """Return paragraphs or sentences as a frame."""
        doc = np.repeat(np.arange(len(self), dtype=np.int64), np.diff(firsts))
        start, end = spans[:, 0].astype(np.int64), spans[:, 1].astype(np.int64)
        doc_id = self.documents["doc_id"].array.take(doc)
        out = {"doc": doc, "doc_id": doc_id, "start": start, "end": end}
        return pd.DataFrame(out).assign(kept=~inside(self._place(doc, start), self._excluded))

    def _place(self, doc: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Return places in documents as places in all of them, one after the other."""
        length = self.documents["text"].str.len().to_numpy(dtype=np.int64) + 1
        return (np.cumsum(length) - length)[doc] + at

    @cached_property
    def _excluded(self) -> np.ndarray:
        """Start and end of the marks that exclude, as places in all documents."""
        found = self.marks[self.marks["excluded"]]
        doc = found["doc"].to_numpy(dtype=np.int64)
        edges = [self._place(doc, found[c].to_numpy(dtype=np.int64)) for c in ("start", "end")]
        return np.stack(edges, axis=1)

    @cached_property
    def _left_out(self) -> np.ndarray:
        """Return first and last word (exclusive) of every mark that excludes."""
        from analysis import query

        found = self.marks.loc[self.marks["excluded"], ["doc", "start", "end"]]
        doc, start, end = (found[c].to_numpy(dtype=np.int64) for c in found)
        a = self.arrays
        opens, closes = a.doc_start[doc], a.doc_start[doc + 1]
        edges = [query.search(a.start, opens, closes, at) for at in (start, end)]
        return np.stack(edges, axis=1)

    def _find_marks(self) -> pd.DataFrame:
        found = chain.from_iterable(self.engine.map(_marks_of, self._readings()))
        duplicates = copies.duplicates(self.documents, self.clusters)
        out = pd.concat([marks.frame(found), duplicates])
        out = out.sort_values("doc", kind="stable", ignore_index=True)
        out.insert(1, "doc_id", self.documents["doc_id"].array.take(out["doc"].to_numpy()))
        return out

    def _readings(self) -> Iterator[list[tuple[Any, ...]]]:
        """Yield documents, some megabytes at once: text, language, paragraphs, sentences."""
        a, size, block = self.arrays, 0, []
        documents = zip(self.documents["text"], self.documents["language"], strict=True)
        for doc, (text, code) in enumerate(documents):
            lines = slice(*a.doc_paragraphs[doc : doc + 2].tolist())
            spans = a.sentences[slice(*a.doc_sentences[doc : doc + 2].tolist())]
            inside = spans[:, 2] - lines.start
            block.append((text, code, a.paragraphs[lines], spans[:, :2], inside))
            size += len(text)
            if size > _BLOCK:
                yield block
                size, block = 0, []
        yield block

    def _stored(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return a frame kept beside the index; make it where it is not there yet."""
        if self.folder is None:
            return make()
        file = self.folder / f"{name}.parquet"
        with suppress(OSError, ValueError):  # Not there yet, or cut off.
            return pd.read_parquet(file)
        made = make()
        try:
            with places.new_file(file, durable=False) as handle:
                made.to_parquet(handle, index=False)
            return pd.read_parquet(file)
        except OSError:  # A full or read-only place costs time, not the result.
            return made


def _marks_of(readings: list[tuple[Any, ...]]) -> list[list[repeats.Row]]:
    return [
        marks.find(
            text,
            languages.language(code),
            list(map(tuple, paragraphs.tolist())),
            list(map(tuple, sentences.tolist())),
            inside.tolist(),
        )
        for text, code, paragraphs, sentences, inside in readings
    ]


def load(
    path: str | Path | None = None,
    *,
    text: str | None = None,
    source: str | None = None,
    year: str | None = None,
    date: str | None = None,
    language: str | None = None,
    id: str | None = None,
    names: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Corpus:
    """Load a corpus from a folder, a table, one file of documents, or an archive of these.

    A large corpus is kept as an index in the cache folder, which the next call opens.

    Parameters
    ----------
    path : str or Path, optional
        What :func:`analysis.importers.batches` reads. None: the texts that come with the suite.
    text, source, year, date, language, id : str, optional
        Names of a table's columns where they are not called so already.
    names : str, optional
        What the names of files say, such as ``"{date}_{source}_{title}"``.
    progress : callable, optional
        Is told now and then, in a sentence, how far the work is.

    Returns
    -------
    Corpus

    Raises
    ------
    DiscourseError
        If nothing of it can be used; the message says why.
    """
    path = paths.SEEDS if path is None else Path(path)
    options = {"text": text, "source": source, "year": year, "date": date, "language": language,
               "id": id, "names": names}  # fmt: skip
    if importers.size(path) < _LARGE:
        found = importers.read(path, **options)
        return from_rows(found.rows, report=found.report)
    stored, folder = index.open_or_build(
        path, lambda: importers.batches(path, **options), options, progress
    )
    return Corpus(stored.documents, stored.report, stored.hash, stored.arrays, folder)


def from_rows(rows: pd.DataFrame, *, report: pd.DataFrame | None = None) -> Corpus:
    """Build a corpus from a frame of documents.

    Parameters
    ----------
    rows : DataFrame
        At least ``doc_id`` and ``text``. A missing language is detected, a missing year read from
        the date; other missing metadata is "unknown".
    report : DataFrame, optional
        The importer's report; documents dropped here are added to it.

    Returns
    -------
    Corpus
        May be empty.

    Raises
    ------
    DiscourseError
        If ``doc_id`` or ``text`` is missing.
    """
    for column in ("doc_id", "text"):
        if column not in rows:
            raise DiscourseError(f"the documents have no column {column!r}; add it")
    documents, notes = metadata.complete(rows.assign(text=_held(rows["text"])))
    stored = index.in_memory(documents, metadata.reported(rows, report, notes))
    return Corpus(stored.documents, stored.report, stored.hash, stored.arrays)


def _held(texts: pd.Series) -> pd.Series:
    """Return texts as Arrow holds them: half characters, which no file can hold, are replaced.

    A text that is missing is empty.
    """
    texts = texts.astype(object).mask(texts.isna(), "")
    try:
        return texts.astype("str")
    except UnicodeEncodeError:
        return texts.map(lambda text: importers.clean(text, [])[0]).astype("str")


def check(corpus: Corpus) -> pd.DataFrame:
    """Say of every document what it is and what was found wrong with it.

    Returns
    -------
    DataFrame
        ``doc_id, file, source, year, language, language_detected, words, duplicate_of,
        duplicate_share, problems, kept, reason``; also for documents that were dropped.
    """
    documents = corpus.documents
    shared, like = corpus.shared, corpus.shared["like"].to_numpy()
    own = documents[["doc_id", "source", "year", "language"]].assign(
        language_detected=[languages.detect(t) for t in documents["text"]],
        words=np.bincount(corpus.tokens.doc, minlength=len(documents)),
        duplicate_of=[
            documents["doc_id"][i] if s >= _SHARED else ""
            for i, s in zip(like, shared["share"], strict=True)
        ],
        duplicate_share=shared["share"].to_numpy(),
        found=_found(corpus),
    )
    out = corpus.report.merge(own, on="doc_id", how="left")
    # A row dropped for a repeated doc_id is not the document that was kept under it.
    out.loc[~out["kept"].astype(bool), [c for c in own if c != "doc_id"]] = pd.NA
    told = [out["problems"], out.pop("found").fillna("")]
    out["problems"] = ["; ".join(p for p in pair if p) for pair in zip(*told, strict=True)]
    columns = [
        "doc_id", "file", "source", "year", "language", "language_detected", "words",
        "duplicate_of", "duplicate_share", "problems", "kept", "reason",
    ]  # fmt: skip
    return out.astype({"words": "Int64"})[columns]


def _found(corpus: Corpus) -> list[str]:
    """For each document, its marks in words: "1 footer, 2 lead"."""
    tally = corpus.marks.groupby(["doc", "kind"]).size()
    found: dict[int, list[str]] = {}
    for (row, kind), n in tally.items():
        found.setdefault(int(row), []).append(f"{n} {kind.replace('_', ' ')}")
    return [", ".join(found.get(row, [])) for row in range(len(corpus))]
