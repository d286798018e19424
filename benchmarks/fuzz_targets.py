"""What the fuzzer feeds, and what must hold of it.

A target is a function of bytes. It returns whatever the bytes are, or raises
:class:`analysis.results.DiscourseError` with one sentence; anything else is a finding.
"""

import itertools
import tempfile
import traceback
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import (
    corpus,
    importers,
    languages,
    lexicons,
    metadata,
    query,
    quotations,
    segments,
)  # fmt: skip
from analysis.importers import dates, file_names, formats
from analysis.results import DiscourseError
from analysis.scan import fold
from analysis.segmentation import Splitter
from analysis.tokens import tokenize
from benchmarks import fuzz_seeds
from benchmarks.fuzz_seeds import TEXTS

Target = Callable[[bytes], None]
FAULTS = (
    AssertionError, AttributeError, IndexError, KeyError, TypeError, UnboundLocalError,
    ZeroDivisionError,
)  # fmt: skip
"""What no input makes sound code of ours raise, even where the reader says "cannot be read"."""


class Finding(Exception):
    """A promise that an input broke."""


def hold(promise: object, said: str) -> None:
    """Raise a finding where a promise does not hold."""
    if not promise:
        raise Finding(said)


@lru_cache(maxsize=1)
def _folder() -> Path:
    return Path(tempfile.mkdtemp())


def _sentence(error: DiscourseError) -> None:
    """An error is one line of text, and no fault of our own code dressed as one of the file."""
    said = str(error)
    hold(said and "\n" not in said, f"no sentence: {said!r}")
    said.encode()
    cause = error.__cause__
    while cause is not None and not isinstance(cause, FAULTS):
        cause = cause.__cause__
    if cause is not None:
        place = traceback.extract_tb(cause.__traceback__)[-1]
        ours = f"{corpus.paths.ROOT}/analysis/" in place.filename
        hold(not ours, f"{place.filename}:{place.lineno}: {type(cause).__name__}: {cause}")


def accounted(found: importers.Imported) -> None:
    """Every row has its line in the report, and every line that is not kept its reason."""
    report, rows = found.report, found.rows
    kept = report["kept"].astype(bool)
    hold(report.loc[kept, "doc_id"].tolist() == rows["doc_id"].tolist(), "rows and report differ")
    hold(rows["doc_id"].is_unique, "an id stands twice")
    hold(report.loc[~kept, "reason"].ne("").all(), "dropped without a reason")
    told = report[["problems", "reason"]].map(lambda s: "\n" in s)
    hold(not told.any(axis=None), "a report of several lines")
    for text in rows["text"]:
        hold(any(map(str.isalnum, text)), "a document without words was kept")
        hold("\r" not in text and "\0" not in text, "a text was not repaired")
        text.encode()


def _file(suffix: str) -> Target:
    """Read the bytes as a file of a format."""

    def target(raw: bytes) -> None:
        file = _folder() / f"a{suffix}"
        file.write_bytes(raw)
        try:
            accounted(importers.read(file))
        except DiscourseError as error:
            _sentence(error)

    return target


def _document(suffix: str) -> Target:
    """Read the bytes as a file of a document format, without the frames around it."""

    def target(raw: bytes) -> None:
        try:
            found = formats.documents(raw, f"a{suffix}")
        except DiscourseError as error:
            _sentence(error)
            return
        hold(found, "no document and no reason")
        for one in found:
            for text in (one.text, *one.metadata.values(), *one.problems):
                text.encode()
                hold(not set(text) & {"\r", "\0"}, "a text was not repaired")
            hold(not any("\n" in told for told in one.problems), "a problem of several lines")

    return target


def _folder_of_files(raw: bytes) -> None:
    """Read a folder: the part before the first NUL is metadata.csv, the others are files."""
    listing, *others = raw.split(b"\0")[:4]
    folder = _folder() / "corpus"
    folder.mkdir(exist_ok=True)
    names = ["a.txt", "b.html", "é.xml"][: len(others)]
    for old in folder.iterdir():
        old.unlink()
    for name, content in zip(names, others, strict=True):
        (folder / name).write_bytes(content)
    try:
        (folder / "metadata.csv").write_bytes(listing)
        found = importers.read(folder)
        accounted(found)
        told = set(found.report["file"])
        hold({n for n in names if n not in told} <= _listed(listing), "a file is not accounted for")
    except DiscourseError as error:
        _sentence(error)
    if names:
        (folder / "metadata.csv").unlink(missing_ok=True)
        found = importers.read(folder)
        accounted(found)
        hold(set(found.report["file"]) == set(names), "a file is not accounted for")


def _listed(listing: bytes) -> set[str]:
    """Names that a listing may spell in another way than the report does."""
    return {"é.xml"} if not listing.isascii() else set()


def _member(part: str, suffix: str, others: dict[str, bytes]) -> Target:
    """Read the bytes as one member of an office document."""
    read = (_document if suffix in importers.DOCUMENTS else _file)(suffix)

    def target(raw: bytes) -> None:
        read(fuzz_seeds.packed(others | {part: raw}))

    return target


def _tokens(raw: bytes) -> None:
    text = raw.decode("utf-8", "surrogateescape" if raw[:1] == b"!" else "replace")
    starts, ends = tokenize(text)
    hold(len(starts) == len(ends), "starts and ends differ in number")
    hold((starts < ends).all() and (ends[:-1] <= starts[1:]).all(), "words overlap or are empty")
    hold(not len(ends) or (starts[0] >= 0 and ends[-1] <= len(text)), "a word outside the text")
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        hold(any(map(str.isalnum, text[start:end])), f"no word: {text[start:end]!r}")
    covered = np.zeros(len(text), dtype=bool)
    for start, end in zip(starts, ends, strict=True):
        covered[start:end] = True
    left = [c for c, held in zip(text, covered, strict=True) if not held and c.isalnum()]
    hold(not left, f"letters in no word: {left[:3]!r}")


def _segments(raw: bytes) -> None:
    """Find words, sentences and lines of several documents: byte 0 says the language."""
    code, texts = _spoken(raw)
    found = segments.segment([t.encode() for t in texts], [code] * len(texts), _splitter())
    hold(len(found.ids) == len(found.start) == len(found.end), "arrays differ in length")
    edges = np.cumsum(np.concatenate([np.zeros((1, 3), int), found.docs]), axis=0)
    whole = [len(found.ids), len(found.sentences), len(found.paragraphs)]
    hold(edges[-1].tolist() == whole, "documents do not add up")
    forms = found.vocabulary.take(segments.pa.array(found.ids)).to_pylist()
    for text, first, last in zip(texts, edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        words, sentences, lines = (slice(*ends) for ends in zip(first, last, strict=True))
        here = np.stack([found.start[words], found.end[words]])
        hold(np.array_equal(np.stack(tokenize(text)), here), "words differ from those of the text")
        said = [fold(text[s:e]) for s, e in here.T.tolist()]
        hold(said == forms[words], "a form is not that of its word")
        _covered(text, found.paragraphs[lines].tolist())
        _covered(text, found.sentences[sentences, :2].tolist())
    own = np.searchsorted(found.sentences[:, 3], np.arange(whole[0]), side="right") - 1
    hold((found.sentences[own, 0] <= found.start).all(), "a word begins before its sentence")
    hold((found.sentences[own, 1] >= found.end).all(), "a word ends after its sentence")


def _documents(raw: bytes) -> None:
    """Build a corpus with all its marks, and check it."""
    code, texts = _spoken(raw)
    made = corpus.from_rows(pd.DataFrame({"doc_id": range(len(texts)), "text": texts,
                                          "language": code}))  # fmt: skip
    hold(made.documents["text"].tolist() == texts, "a text was changed")
    marks = made.marks
    lengths = np.array([len(t) for t in texts])[marks["doc"].to_numpy(dtype=int)]
    inside = (marks["start"] >= 0) & (marks["start"] < marks["end"]) & (marks["end"] <= lengths)
    hold(inside.all(), f"a mark outside its text: {marks[~inside].to_dict('records')[:1]}")
    hold(len(corpus.check(made)) == len(texts), "a document is not accounted for")


def _spoken(raw: bytes) -> tuple[str, list[str]]:
    """Return a language, said by byte 0, and some texts, parted by NUL."""
    codes = languages.codes()
    return codes[(raw or b"\0")[0] % len(codes)], raw[1:].decode("utf-8", "replace").split("\0")[:4]


@lru_cache(maxsize=1)
def _splitter() -> Splitter:
    return Splitter(languages.codes())


def _covered(text: str, spans: list[list[int]]) -> None:
    """Parts follow one another, are stripped, and leave out nothing but white space."""
    hold(all(e <= s for (_, e), (s, _) in itertools.pairwise(spans)), "parts overlap")
    hold(all(text[s:e].strip() == text[s:e] != "" for s, e in spans), "a part is blank at an end")
    edges = [0, *itertools.chain.from_iterable(spans), len(text)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    hold(not any(text[s:e].strip() for s, e in gaps), "a part of the text is in no part")


def _language(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    found = languages.detect(text)
    hold(bool(found) == any(map(str.isalpha, text)), f"language {found!r}")


def _date(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    found = dates.parse(text)
    if found:
        date, precision = found
        hold(len(date) == {"day": 10, "month": 7, "year": 4}[precision], f"date {date!r}")
    dates.ambiguous(text)
    rows = pd.DataFrame({"doc_id": ["a", "a"], "text": ["x y", ""], "language": text[:20]})
    rows = rows.assign(date=text, year=text[:6], source=text)
    documents, notes = metadata.complete(rows)
    lost = int(notes["reason"].ne("").sum())
    hold(len(documents) + lost == 2 and notes["doc_id"].is_unique, "rows are lost")


def _names(raw: bytes) -> None:
    given, _, name = raw.decode("utf-8", "replace").partition("\0")
    try:
        found = file_names.pattern(given).match(name)
    except DiscourseError as error:
        _sentence(error)
    else:
        hold(found is None or all(isinstance(v, str) for v in found.values()), "no text")


@lru_cache(maxsize=1)
def _held() -> corpus.Corpus:
    rows = {"doc_id": list("abcd"), "text": list(TEXTS), "language": ["nl", "de", "en", "en"]}
    return corpus.from_rows(pd.DataFrame(rows))


def _pattern(raw: bytes) -> None:
    pattern = raw.decode("utf-8", "replace")
    made = _held()
    for unit in ("word", "actor"):
        try:
            found = query.find(made, pattern, unit=unit)
        except DiscourseError as error:
            _sentence(error)
            continue
        start, end = found.spans(made)
        hold((found.first <= found.last).all() and (start < end).all(), "a place of no words")


def _lexicon(raw: bytes) -> None:
    file = _folder() / "lexicon.csv"
    file.write_bytes(raw)
    try:
        lexicon = lexicons.load(file)
    except DiscourseError as error:
        _sentence(error)
        return
    for text, code in zip(TEXTS, ("nl", "de", "en", None), strict=True):
        for start, end, key, _ in lexicons.spans(text, lexicon, language=code):
            hold(0 <= start < end <= len(text), "a mention outside the text")
            hold(key in lexicon.keys, "a key of no row")


def _quotes(raw: bytes) -> None:
    code, (text, *_) = _spoken(raw)
    for found in quotations.stretches(text, languages.language(code).quote_pairs):
        hold(0 <= found.start <= found.end <= len(text), "a quotation outside the text")


def _judged(raw: bytes) -> None:
    from analysis.judging import methods

    code, (text, *_) = _spoken(raw)
    for model in ("lexicon", "portable"):
        rows = methods.sentiment([text, "goed"], [code, code], model=model)
        value = rows["estimate"] if "estimate" in rows else rows["score"]
        hold(len(rows) == 2, "a row is missing")
        hold(value.dropna().between(-1, 1).all(), "a score off the scale")


def _coded(raw: bytes) -> None:
    """Read a table of codes, as a reader or another program would fill it in."""
    from analysis import coded

    file = _folder() / "coded.csv"
    file.write_bytes(raw)
    try:
        coded.read(file, _held())
    except DiscourseError as error:
        _sentence(error)


@lru_cache(maxsize=1)
def targets() -> dict[str, Target]:
    """Return every target by its name: one for each format, then what is done with a text."""
    suffixes = sorted({*importers.DOCUMENTS, *importers.TABLES} - {".htm"})
    archives = (".zip", ".tar", ".tar.gz") if hasattr(importers, "ARCHIVES") else ()
    out: dict[str, Target] = {
        s[1:]: (_document if s in importers.DOCUMENTS else _file)(s) for s in (*suffixes, *archives)
    }
    for name, (_, suffix, others, part) in fuzz_seeds.office().items():
        out[name] = _member(part, suffix, others)
    return out | {
        "folder": _folder_of_files, "names": _names, "tokens": _tokens,
        "segments": _segments, "documents": _documents,
        "language": _language, "dates": _date, "patterns": _pattern, "lexicon": _lexicon,
        "quotations": _quotes, "judged": _judged, "coded": _coded,
    }  # fmt: skip


def unchecked() -> None:
    """Let ZIP archives through whose checksums are wrong: a fuzzer cannot guess them."""
    zipfile.ZipExtFile._update_crc = lambda self, newdata: None  # type: ignore[attr-defined]
