"""Folder or table → :class:`Corpus`: documents, paragraphs, sentences, marks and words.

The text of a document is never changed: every part is a pair of code-point offsets, and
``documents.text[start:end]`` is always what the file says.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import importers, languages, marks, paths
from analysis import tokens as words
from analysis.results import DiscourseError

METADATA = (
    "doc_id", "file", "title", "source", "source_type", "alignment", "language", "date",
    "date_precision", "year", "translation",
)  # fmt: skip
POS = ("N", "PN", "V", "A", "O")
# A document that shares this much of its eight-word sequences with another one is a duplicate.
_DUPLICATE = 0.8


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
        One row a document, numbered from 0: :data:`METADATA`, ``text``, other metadata.
    paragraphs, sentences : DataFrame
        ``doc`` (row number), ``doc_id``, ``start``, ``end``, ``kept``; sentences also
        ``paragraph``. Their index is the number other frames refer to.
    marks : DataFrame
        ``doc, doc_id`` and the columns of :mod:`analysis.marks`.
    tokens : Tokens
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
        file = paths.cache() / f"lemmas-{self.hash[:24]}.npz"
        if not file.exists():
            _save_lemmas(file, _lemmatize(self))
        with np.load(file, allow_pickle=False) as saved:
            return Lemmas(saved["ids"], saved["pos"], saved["vocabulary"])


def load(
    path: str | Path = paths.SEEDS,
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
    path : str or Path
        A folder with ``metadata.csv`` and texts, or one CSV, TSV, JSONL, Parquet or XLSX file.
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
    documents, notes = _documents(rows)
    report = _reported(rows, report, notes)
    parts = [_parts(t, c) for t, c in zip(documents["text"], documents["language"], strict=True)]
    marked = _with_duplicates(documents, [p[2] for p in parts])
    paragraphs = _stack(documents, [p[0] for p in parts])
    sentences = _stack(documents, [p[1] for p in parts])
    offsets = np.cumsum([0, *(len(p[0]) for p in parts[:-1])]) if parts else np.zeros(0, int)
    sentences["paragraph"] += offsets[sentences["doc"]]
    excluded = [m.loc[m["excluded"], ["start", "end"]].to_numpy(dtype=np.int64) for m in marked]
    for frame in (paragraphs, sentences):
        frame["kept"] = _kept(frame, excluded)
    bounds = [p[1][["start", "end"]].to_numpy(dtype=np.int64) for p in parts]
    return Corpus(
        documents=documents,
        paragraphs=paragraphs,
        sentences=sentences,
        marks=_stack(documents, marked),
        tokens=words.build(documents["text"].tolist(), bounds, excluded),
        report=report,
        hash=_hash(documents),
    )


def _documents(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, tuple[str, str]]]:
    """Complete the metadata; return it with notes doc_id → (problem, reason to drop or "")."""
    out = rows.copy().reset_index(drop=True)
    notes: dict[str, tuple[str, str]] = {}
    out["doc_id"] = out["doc_id"].astype(str)
    for column in METADATA:
        if column not in out:
            out[column] = pd.NA if column == "year" else ""
    for column in (c for c in METADATA if c not in ("year", "doc_id")):
        out[column] = out[column].fillna("").astype(str)
    out["source"] = out["source"].where(out["source"] != "", "unknown")
    given = out["language"].str.strip().str.lower()
    out["language"] = [g or languages.detect(t) for g, t in zip(given, out["text"], strict=True)]
    out["year"] = _years(out)
    known = out["language"].isin(languages.codes())
    repeated = out["doc_id"].duplicated()
    for doc_id, code, was, ok, again in zip(
        out["doc_id"], out["language"], given, known, repeated, strict=True
    ):
        if again:
            notes[doc_id] = ("a second document has this doc_id; it was dropped", "")
        elif not ok:
            wanted = ", ".join(languages.codes())
            notes[doc_id] = ("", f"its language {code or 'unknown'!r} is not one of {wanted}")
        elif not was:
            notes[doc_id] = (f"language guessed: {code}", "")
    out = out[known & ~repeated].reset_index(drop=True)
    rest = [c for c in out.columns if c not in (*METADATA, "text")]
    return out[[*METADATA, "text", *rest]], notes


def _years(documents: pd.DataFrame) -> pd.Series:
    """Year from the column ``year``, else the first four-digit year of ``date``."""
    given = pd.to_numeric(documents["year"], errors="coerce")
    dated = pd.to_numeric(documents["date"].str.extract(r"(?<!\d)(\d{4})(?!\d)")[0])
    years = given.where(given.notna(), dated)
    whole = years.where((years >= 1) & (years <= 9999) & (years % 1 == 0))
    return whole.astype("Int64")


def _reported(
    rows: pd.DataFrame, report: pd.DataFrame | None, notes: dict[str, tuple[str, str]]
) -> pd.DataFrame:
    if report is None:
        files = rows["file"].astype(str) if "file" in rows else ""
        report = pd.DataFrame({"doc_id": rows["doc_id"].astype(str), "file": files})
        report = report.assign(problems="", kept=True, reason="")
    report = report.copy().reset_index(drop=True)
    for i, doc_id in enumerate(report["doc_id"]):
        problem, reason = notes.get(doc_id, ("", ""))
        before = report.at[i, "problems"]
        report.at[i, "problems"] = "; ".join(p for p in (before, problem) if p and p != before) or (
            before
        )
        if reason and report.at[i, "kept"]:
            report.at[i, "kept"], report.at[i, "reason"] = False, reason
    return report


def _parts(text: str, code: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
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


def _with_duplicates(documents: pd.DataFrame, found: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Mark documents that repeat one before them (in the order of doc_id)."""
    shared = marks.shared(documents["text"].tolist())
    ids = documents["doc_id"].tolist()
    out = []
    for row, (frame, like, share) in enumerate(
        zip(found, shared["like"], shared["share"], strict=True)
    ):
        if share >= _DUPLICATE and (ids[like] < ids[row]):
            note = f"{share:.0%} of it stands in {ids[like]} too"
            whole = {"start": 0, "end": len(documents["text"][row]), "kind": "duplicate"}
            mark = {**whole, "excluded": True, "note": note, "like_start": -1, "like_end": -1}
            frame = pd.concat([frame, pd.DataFrame([mark])], ignore_index=True)
        out.append(frame)
    return out


def _stack(documents: pd.DataFrame, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the frames of all documents under each other, with ``doc`` and ``doc_id`` in front."""
    if not frames:
        columns = ["doc", "doc_id", "start", "end", "paragraph", *marks.COLUMNS[2:]]
        return pd.DataFrame({c: pd.Series(dtype="int64") for c in columns})
    rows = np.repeat(np.arange(len(frames)), [len(f) for f in frames])
    out = pd.concat(frames, ignore_index=True)
    out.insert(0, "doc", rows)
    out.insert(1, "doc_id", documents["doc_id"].to_numpy()[rows])
    return out


def _kept(frame: pd.DataFrame, excluded: list[np.ndarray]) -> np.ndarray:
    """Tell which parts do not begin inside an excluding mark."""
    kept = np.ones(len(frame), dtype=bool)
    for row, spans in enumerate(excluded):
        own = (frame["doc"] == row).to_numpy()
        kept[own] = ~words.inside(frame["start"].to_numpy()[own], spans)
    return kept


def _hash(documents: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    ordered = documents.sort_values("doc_id")
    for record in ordered[[*METADATA, "text"]].astype(str).itertuples(index=False):
        digest.update("\x1f".join(record).encode("utf-8", "replace") + b"\x1e")
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
