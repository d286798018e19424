"""Folder or table → :class:`Corpus`: documents, paragraphs, sentences, marks and words.

The text of a document is never changed: every part is a pair of code-point offsets, and
``documents.text[start:end]`` is always what the file says.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import copies, importers, languages, marks, metadata, paths, repeats, shingles
from analysis import tokens as words
from analysis.results import DiscourseError

POS = ("N", "PN", "V", "A", "O")
_SHARED = 0.5  # from here on the report names the other document


@dataclass(frozen=True)
class Lemmas:
    """Lemma and part of speech of every token, aligned with the corpus's tokens.

    Attributes
    ----------
    ids : ndarray of int32, shape (n_tokens,)
        Positions in `vocabulary`.
    pos : ndarray of int8, shape (n_tokens,)
        Positions in :data:`POS`.
    vocabulary : ndarray of str
        Case-folded lemmas, sorted.
    """

    ids: np.ndarray
    pos: np.ndarray
    vocabulary: np.ndarray


@dataclass(frozen=True, eq=False)
class Corpus:
    """A corpus that never changes.

    Attributes
    ----------
    documents : DataFrame
        One row a document, numbered from 0: the columns of :mod:`analysis.metadata`,
        ``text``, other metadata.
    paragraphs, sentences : DataFrame
        ``doc`` (row number), ``doc_id``, ``start``, ``end``, ``kept``; sentences also
        ``paragraph``. Their index is the number other frames refer to.
    marks : DataFrame
        ``doc, doc_id`` and the columns of :mod:`analysis.marks`.
    tokens : Tokens
    shared : DataFrame
        For every document the one it shares most wording with: ``like, share``, see
        :func:`analysis.copies.shared`.
    report : DataFrame
        What the importer kept, repaired and dropped.
    hash : str
        SHA-256 of ids, texts and metadata; the same for any order of the documents.
    """

    documents: pd.DataFrame
    paragraphs: pd.DataFrame
    sentences: pd.DataFrame
    marks: pd.DataFrame
    tokens: words.Tokens
    shared: pd.DataFrame
    report: pd.DataFrame
    hash: str

    def __len__(self) -> int:
        return len(self.documents)

    def spans(self, frame: pd.DataFrame) -> list[str]:
        """Return the text of every row of a frame with ``doc, start, end``."""
        texts = self.documents["text"].tolist()
        return [
            texts[d][s:e]
            for d, s, e in zip(frame["doc"], frame["start"], frame["end"], strict=True)
        ]

    def subset(self, mask: Sequence[bool] | np.ndarray | pd.Series) -> "Corpus":
        """Return the corpus of the documents where `mask` is True."""
        chosen = self.documents[np.asarray(mask, dtype=bool)].reset_index(drop=True)
        return from_rows(chosen, report=self.report)

    def lemmas(self) -> Lemmas:
        """Return lemma and part of speech of every token; computed once for the same texts."""
        # The hash is the same for any order of the documents; the arrays are not.
        order = hashlib.sha256("\0".join(self.documents["doc_id"]).encode("utf-8", "replace"))
        file = paths.cache() / f"lemmas-{self.hash[:16]}-{order.hexdigest()[:16]}.npz"
        if not file.exists():
            _save_lemmas(file, _lemmatize(self))
        with np.load(file, allow_pickle=False) as saved:
            return Lemmas(saved["ids"], saved["pos"], saved["vocabulary"])


def load(
    path: str | Path | None = None,
    *,
    text: str | None = None,
    source: str | None = None,
    year: str | None = None,
    date: str | None = None,
    language: str | None = None,
    id: str | None = None,
) -> Corpus:
    """Load a corpus from a folder or a table.

    Parameters
    ----------
    path : str or Path, optional
        A folder with ``metadata.csv`` and texts, or one CSV, TSV, JSONL, Parquet or XLSX file.
        None: the texts that come with the suite.
    text, source, year, date, language, id : str, optional
        Names of a table's columns where they are not called so already.

    Returns
    -------
    Corpus

    Raises
    ------
    DiscourseError
        If nothing of it can be used; the message says why.
    """
    path = paths.SEEDS if path is None else path
    found = importers.read(
        path, text=text, source=source, year=year, date=date, language=language, id=id
    )
    return from_rows(found.rows, report=found.report)


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
    documents, notes = metadata.complete(rows)
    report = metadata.reported(rows, report, notes)
    parts = [_parts(t, c) for t, c in zip(documents["text"], documents["language"], strict=True)]
    found = marks.frame([p[2] for p in parts])
    paragraphs = _stack(documents, [p[0] for p in parts])
    sentences = _stack(documents, [p[1] for p in parts])
    offsets = np.cumsum([0, *(len(p[0]) for p in parts[:-1])]) if parts else np.zeros(0, int)
    sentences["paragraph"] += offsets[sentences["doc"]]
    bounds = [p[1][["start", "end"]].to_numpy(dtype=np.int64) for p in parts]
    made = words.build(documents["text"].tolist(), bounds, _excluded(found, len(documents)))
    overlap = shingles.overlap(made, len(documents), rank=copies.age(documents))
    duplicates = copies.duplicates(documents, copies.clusters(documents, made, found=overlap))
    made = replace(made, kept=made.kept & ~np.isin(made.doc, duplicates["doc"]))
    found = pd.concat([found, duplicates]).sort_values("doc", kind="stable", ignore_index=True)
    found.insert(1, "doc_id", documents["doc_id"].to_numpy()[found["doc"]])
    for frame in (paragraphs, sentences):
        frame["kept"] = _kept(frame, _excluded(found, len(documents)))
    return Corpus(
        documents=documents,
        paragraphs=paragraphs,
        sentences=sentences,
        marks=found,
        tokens=made,
        shared=copies.shared(made, len(documents), found=overlap),
        report=report,
        hash=_hash(documents),
    )


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


def _parts(text: str, code: str) -> tuple[pd.DataFrame, pd.DataFrame, list[repeats.Row]]:
    """Split one text: paragraphs (lines that are not blank), sentences, marks."""
    lang = languages.language(code)
    lines = []
    for hit in re.finditer(r"[^\n]+", text):
        body = hit[0]
        left, right = len(body) - len(body.lstrip()), len(body.rstrip())
        if right > left:
            lines.append((hit.start() + left, hit.start() + right))
    sentences, line_of = [], []
    for number, (start, end) in enumerate(lines):
        for s, e in lang.sentences(text[start:end]):
            sentences.append((start + s, start + e))
            line_of.append(number)
    paragraphs = pd.DataFrame(lines, columns=["start", "end"], dtype="int64")
    frame = pd.DataFrame(sentences, columns=["start", "end"], dtype="int64")
    frame["paragraph"] = np.array(line_of, dtype="int64")
    return paragraphs, frame, marks.find(text, lang, lines, sentences, line_of)


def _excluded(found: pd.DataFrame, n_docs: int) -> list[np.ndarray]:
    """Return for each document start and end of its marks that exclude."""
    own = found[found["excluded"]]
    edges = np.searchsorted(own["doc"].to_numpy(), np.arange(1, n_docs))
    return np.split(own[["start", "end"]].to_numpy(dtype=np.int64), edges)[:n_docs]


def _stack(documents: pd.DataFrame, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the frames of all documents under each other, with ``doc`` and ``doc_id`` in front."""
    if not frames:
        columns = ["doc", "doc_id", "start", "end", "paragraph"]
        return pd.DataFrame({c: pd.Series(dtype="int64") for c in columns})
    rows = np.repeat(np.arange(len(frames)), [len(f) for f in frames])
    out = pd.concat(frames, ignore_index=True)
    out.insert(0, "doc", rows)
    out.insert(1, "doc_id", documents["doc_id"].to_numpy()[rows])
    return out


def _kept(frame: pd.DataFrame, excluded: list[np.ndarray]) -> np.ndarray:
    """Tell which parts do not begin inside an excluding mark."""
    kept = np.ones(len(frame), dtype=bool)
    starts = frame["start"].to_numpy()
    # The frame is in the order of the documents, so each has one slice of it.
    edges = np.searchsorted(frame["doc"].to_numpy(), np.arange(len(excluded) + 1))
    for row, spans in enumerate(excluded):
        if len(spans):
            own = slice(edges[row], edges[row + 1])
            kept[own] = ~words.inside(starts[own], spans)
    return kept


def _hash(documents: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    ordered = documents.sort_values("doc_id")
    for record in ordered[[*metadata.COLUMNS, "text"]].itertuples(index=False):
        digest.update("\x1f".join(map(str, record)).encode("utf-8", "replace") + b"\x1e")
    return digest.hexdigest()


def _lemmatize(corpus: Corpus) -> Lemmas:
    tokens = corpus.tokens
    texts = corpus.documents["text"].tolist()
    codes = corpus.documents["language"].tolist()
    cuts = np.flatnonzero(np.diff(tokens.sentence)) + 1
    lemmas: list[str] = []
    pos: list[str] = []
    for own in np.split(np.arange(len(tokens)), cuts):
        if not len(own):
            continue
        row = tokens.doc[own[0]]
        forms = [texts[row][s:e] for s, e in zip(tokens.start[own], tokens.end[own], strict=True)]
        for lemma, kind in languages.language(codes[row]).lemmas([forms])[0]:
            lemmas.append(lemma)
            pos.append(kind)
    vocabulary, ids = np.unique(np.array(lemmas, dtype=str), return_inverse=True)
    number = np.array([POS.index(p) for p in pos], dtype=np.int8)
    return Lemmas(ids.astype(np.int32), number, vocabulary)


def _save_lemmas(file: Path, lemmas: Lemmas) -> None:
    temporary = file.with_suffix(f".{os.getpid()}.tmp.npz")
    np.savez(temporary, ids=lemmas.ids, pos=lemmas.pos, vocabulary=lemmas.vocabulary)
    temporary.replace(file)
