"""Lexicons: a table of surface forms → mentions of actors and concepts, with offsets.

A lexicon is a CSV with the columns ``actor`` (or ``concept``), ``language``, ``pattern``, ``kind``
and ``note``. Its rules, all of them declared here and in ``seeds/lexicons/README.md``:

*Parts.* Text is cut into parts, runs of letters and digits; everything else separates parts, so
hyphens, dashes, slashes, spaces and apostrophes do. ``U.S.`` is the part ``US``; ``US$`` is a part
of its own. A pattern is a sequence of parts. Parts of one match may be separated by at most three
blanks, hyphens, dashes, slashes, apostrophes or quotation marks (a full stop after an initial);
never by a line end or other punctuation.

*Case.* A lower-case part matches any case; a Capitalised part needs the capital; an ALL-CAPS part
matches exactly (``US`` is not ``us``).

*Wildcards.* ``*`` at the start or end of a part stands for any letters, none included: inflection
and one-word compounds.

*Context.* Parts in ``[square brackets]`` must be there and are not consumed; ``[a|b]`` takes
either, ``[*]`` any.

*Nested.* Left to right, the match with most consumed parts wins and consumed parts are not matched
again: ``Washington Post`` (excluded) hides ``Washington``. Of matches on the same parts, the one
with more letters wins: ``atomwaffen*`` before ``*waffen``; with the very same letters both count.

*Compound.* Each part can begin a match, so a compound counts once for every actor in it. Patterns
that take different letters of one part both count: ``Wirtschaftshilfe`` is economy and aid.

*Kinds.* ``exclude`` consumes without counting its key (``-``: any key). ``elliptic`` ("the
North") counts only where the document elsewhere names a key that has elliptic forms, or is too
short (under :data:`SHORT` parts) to name it. ``absent`` declares that a language has no pattern.
All other kinds (``name``, ``adjective``, ``person`` …) count and are only carried along.

*Unmatched* text gives no row. *Negated* mentions count: "no sanctions" speaks of sanctions.

*Language.* A row applies to documents of its language, ``*`` to every document; a document of
unknown language is matched against all rows.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import paths
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

COLUMNS = ("doc", "doc_id", "sentence", "start", "end", "text", "key", "kind", "kept")
ANY = "*"
ALL = "-"
SHORT = 40
_LETTER = r"(?:[^\W_]|[\u0300-\u036f\u00ad])"
_PART = re.compile(rf"[^\W\d_](?:\.[^\W\d_])+(?!{_LETTER})\.?|{_LETTER}+\$?")
_JOIN = re.compile(r"[^\S\r\n\v\f\x1c-\x1e\x85\u2028\u2029]|[-\u00ad‐-―−/'’‘ʼ´`\"“”„«»]")
_ELEMENT = re.compile(r"\[([^\[\]]*)\]|([^\s\[\]]+)")


@dataclass(frozen=True)
class Part:
    """One part of a pattern: its text without stars, and how it matches."""

    text: str
    before: bool = False
    after: bool = False

    @classmethod
    def parse(cls, raw: str, pattern: str) -> "Part":
        """Read ``raw``; raises DiscourseError where it is no single part with stars at its ends."""
        text = raw.strip("*")
        if not text or not _PART.fullmatch(text):
            raise DiscourseError(
                f"lexicon pattern {pattern!r}: {raw!r} is no part; separate letters and digits "
                "by blanks and put * only at the start or end of a part"
            )
        return cls(text, raw.startswith("*"), raw.endswith("*"))

    @cached_property
    def folded(self) -> str:
        """The text as it is compared: case-folded."""
        return self.text.casefold()

    @cached_property
    def exact(self) -> bool:
        """True where every letter is a capital, and there are at least two."""
        return len(self.text) > 1 and self.text.isupper()

    def matches(self, form: str) -> bool:
        """Tell whether the part of a text `form` (see :func:`clean`) is this part."""
        if not self.text:
            return True
        if not self._ends(form.casefold(), self.folded):
            return False
        if self.exact:
            return self._ends(form, self.text)
        if self.text[0].isupper() and not self.before:
            shouted = len(self.text) > 2 and form.isupper()
            return form[0].isupper() and (shouted or self._ends(form[1:], self.text[1:]))
        return True

    def _ends(self, form: str, text: str) -> bool:
        if self.before:
            return text in form if self.after else form.endswith(text)
        return form.startswith(text) if self.after else form == text


@dataclass(frozen=True)
class Pattern:
    """One row of a lexicon, parsed."""

    key: str
    kind: str
    language: str
    text: str
    core: tuple[Part, ...]
    left: tuple[tuple[Part, ...], ...] = ()
    right: tuple[tuple[Part, ...], ...] = ()

    @classmethod
    def parse(cls, key: str, kind: str, language: str, text: str) -> "Pattern":
        """Parse ``[context] part part* [context|other]``; raises DiscourseError if malformed."""
        left: list[tuple[Part, ...]] = []
        right: list[tuple[Part, ...]] = []
        core: list[Part] = []
        for element in _ELEMENT.finditer(text):
            inside, plain = element.groups()
            if inside is None:
                if right:
                    raise DiscourseError(f"lexicon pattern {text!r}: context stands at its ends")
                core.append(Part.parse(plain, text))
            else:
                for word in inside.split():
                    either = tuple(
                        Part("") if p == ANY else Part.parse(p, text) for p in word.split("|")
                    )
                    (right if core else left).append(either)
        if not core or _ELEMENT.sub("", text).strip():
            raise DiscourseError(f"lexicon pattern {text!r}: needs parts outside [ ], each closed")
        return cls(key, kind, language, text, tuple(core), tuple(left), tuple(right))

    @cached_property
    def letters(self) -> int:
        """The number of letters the pattern fixes."""
        return sum(len(part.folded) for part in self.core)

    def cover(self, form: str) -> tuple[int, int]:
        """Which letters of the case-folded `form` a one-part pattern fixes; all, if more parts."""
        part = self.core[0]
        if len(self.core) > 1 or not part.before:
            return 0, self.letters
        start = form.find(part.folded) if part.after else len(form) - self.letters
        return start, start + self.letters


@dataclass(frozen=True, eq=False)
class Lexicon:
    """A parsed lexicon: `name`, the name of its key column, and its patterns in file order."""

    name: str
    column: str
    patterns: tuple[Pattern, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys that can be counted, sorted."""
        return tuple(sorted({p.key for p in self.patterns if p.kind != "exclude"}))

    def matcher(self, language: str | None) -> "Matcher":
        """Return the matcher for documents of `language` (None: unknown)."""
        return _matcher(self, language)


class Span(NamedTuple):
    """A mention inside one text; offsets in code points."""

    start: int
    end: int
    key: str
    kind: str


@lru_cache(maxsize=64)
def _matcher(lexicon: Lexicon, language: str | None) -> "Matcher":
    wanted = (ANY, language)
    return Matcher(p for p in lexicon.patterns if language is None or p.language in wanted)


class _Index:
    """Form → pattern numbers whose first part it matches; every form is looked up once."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.first = [p.core[0] for p in patterns]
        self.seen: dict[str, tuple[int, ...]] = {}
        self.whole: dict[str, list[int]] = {}
        self.prefix: dict[str, list[int]] = {}
        self.suffix: dict[str, list[int]] = {}
        self.inside: list[int] = []
        for i, part in enumerate(self.first):
            if part.before and part.after:
                self.inside.append(i)
            else:
                table = self.suffix if part.before else self.prefix if part.after else self.whole
                table.setdefault(part.folded, []).append(i)
        self.heads = sorted({len(k) for k in self.prefix})
        self.tails = sorted({len(k) for k in self.suffix})

    def __call__(self, form: str) -> tuple[int, ...]:
        found = self.seen.get(form)
        if found is None:
            folded = form.casefold()
            near = list(self.whole.get(folded, ()))
            for n in self.heads:
                near += self.prefix.get(folded[:n], ())
            for n in self.tails:
                near += self.suffix.get(folded[-n:], ())
            found = tuple(i for i in sorted({*near, *self.inside}) if self.first[i].matches(form))
            self.seen[form] = found
        return found


class Matcher:
    """Finds the patterns of one lexicon in one language; linear in the text."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        """Index `patterns` by their first part; their order decides nothing but row order."""
        self.patterns = tuple(patterns)
        self.index = _Index(self.patterns)
        self.anchors = {p.key for p in self.patterns if p.kind == "elliptic"}

    def __call__(self, text: str) -> list[Span]:
        """Return the mentions in `text` in order; several keys may share one span."""
        words = list(_PART.finditer(text))
        forms = [clean(w.group()) for w in words]
        spans: list[Span] = []
        i = 0
        while i < len(words):
            best = self._best(text, words, forms, i)
            if not best:
                i += 1
                continue
            last = i + len(best[0].core) - 1
            counted = _counted(best, forms[i].casefold())
            start, end = words[i].start(), words[last].end()
            spans += [Span(start, end, p.key, p.kind) for p in counted]
            i = last + 1
        return self._anchored(spans, len(words))

    def _anchored(self, spans: list[Span], n_parts: int) -> list[Span]:
        if n_parts < SHORT or any(s.key in self.anchors and s.kind != "elliptic" for s in spans):
            return spans
        return [s for s in spans if s.kind != "elliptic"]

    def _best(
        self, text: str, words: list[re.Match[str]], forms: list[str], i: int
    ) -> list[Pattern]:
        """Patterns that fit at part `i` and have most parts."""
        best: list[Pattern] = []
        for number in self.index(forms[i]):
            pattern = self.patterns[number]
            size = len(pattern.core)
            if best and size < len(best[0].core):
                continue
            if _fits(pattern, text, words, forms, i):
                if best and size > len(best[0].core):
                    best = []
                best.append(pattern)
        return best


def _counted(best: list[Pattern], form: str) -> list[Pattern]:
    """Of patterns on the same parts, those that count: one a key, longest first, no overlap."""
    hidden = {p.key for p in best if p.kind == "exclude"}
    if ALL in hidden:
        return []
    # A full form before an elliptic one: it anchors the others.
    ranked = sorted(best, key=lambda p: (-p.letters, p.kind == "elliptic"))
    taken: dict[str, tuple[int, int]] = {}
    counted = []
    for pattern in ranked:
        start, end = pattern.cover(form)
        free = all((start, end) == c or end <= c[0] or c[1] <= start for c in taken.values())
        if free and pattern.key not in hidden and pattern.key not in taken:
            taken[pattern.key] = (start, end)
            counted.append(pattern)
    return counted


def _fits(
    pattern: Pattern, text: str, words: list[re.Match[str]], forms: list[str], i: int
) -> bool:
    first = i - len(pattern.left)
    wanted = (*pattern.left, *((p,) for p in pattern.core), *pattern.right)
    if first < 0 or first + len(wanted) > len(words):
        return False
    for j, either in enumerate(wanted, first):
        if j != i and not any(p.matches(forms[j]) for p in either):
            return False
        if j > first and not _joined(text, words[j - 1], words[j]):
            return False
    return True


def _joined(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    start, end = left.end(), right.start()
    if text[start : start + 1] == "." and start - left.start() == 1:
        start += 1  # an initial: "N. Korea"
    return end - start <= 3 and all(_JOIN.match(c) for c in text[start:end])


def clean(part: str) -> str:
    """Return a part as it is compared: composed, without soft hyphens and abbreviation dots."""
    if part.isascii():
        return part.replace(".", "") if "." in part else part
    return unicodedata.normalize("NFC", part.replace("\u00ad", "").replace(".", "")) or part


def parse(rows: pd.DataFrame, *, name: str) -> Lexicon:
    """Parse lexicon rows.

    Parameters
    ----------
    rows : DataFrame
        Columns: the key (any name, first column), language, pattern, kind; note is optional.
    name : str
        The lexicon's name, used in messages.

    Raises
    ------
    DiscourseError
        If a column is missing or a pattern is malformed.
    """
    missing = {"language", "pattern", "kind"} - set(rows.columns)
    if missing:
        raise DiscourseError(f"lexicon {name}: lacks the columns {', '.join(sorted(missing))}")
    column = str(rows.columns[0])
    patterns = [
        Pattern.parse(str(key), str(kind), str(language), str(pattern))
        for key, language, pattern, kind in rows[
            [column, "language", "pattern", "kind"]
        ].itertuples(index=False)
        if kind != "absent"
    ]
    return Lexicon(name, column, tuple(patterns))


def load(name: str | Path) -> Lexicon:
    """Load a lexicon: "actors", "concepts", or the path of a CSV of your own.

    Raises
    ------
    DiscourseError
        If the file does not exist or breaks the rules.
    """
    file = Path(name)
    if file.suffix.lower() != ".csv":
        file = paths.SEEDS / "lexicons" / f"{name}.csv"
    if not file.is_file():
        raise DiscourseError(f"lexicon {name}: no such file; use actors, concepts or a CSV path")
    stamp = file.stat()
    return _load(file.resolve(), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=16)
def _load(file: Path, _modified: int, _size: int) -> Lexicon:
    rows = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return parse(rows, name=file.stem)


def spans(text: str, lexicon: Lexicon, *, language: str | None = None) -> list[Span]:
    """Return the mentions in one text as (start, end, key, kind), in order."""
    return lexicon.matcher(language)(text)


def find(corpus: "Corpus", lexicon: Lexicon) -> pd.DataFrame:
    """Find all mentions of a lexicon's keys.

    Parameters
    ----------
    corpus : Corpus
    lexicon : Lexicon

    Returns
    -------
    DataFrame
        One row a mention, in order of document and place: ``doc`` (row number in documents),
        ``doc_id``, ``sentence`` (index of corpus.sentences, -1 outside any), ``start``, ``end``
        (code points of documents.text), ``text``, ``key``, ``kind``, ``kept`` (False inside an
        excluded mark: furniture, repeated leads).
    """
    rows: list[tuple[Any, ...]] = []
    documents = corpus.documents
    columns = zip(documents["doc_id"], documents["language"], documents["text"], strict=True)
    for doc, (doc_id, language, text) in enumerate(columns):
        code = language if isinstance(language, str) and language else None
        for start, end, key, kind in spans(text, lexicon, language=code):
            rows.append((doc, doc_id, -1, start, end, text[start:end], key, kind, True))
    out = pd.DataFrame(rows, columns=list(COLUMNS))
    out = out.astype({"doc": "int64", "sentence": "int64", "start": "int64", "end": "int64"})
    out["sentence"] = _sentences(corpus, out)
    out["kept"] = _kept(corpus, out)
    return out


def _sentences(corpus: "Corpus", mentions: pd.DataFrame) -> np.ndarray:
    """Index of the sentence each mention begins in; -1 outside any sentence."""
    table = corpus.sentences.sort_values(["doc", "start"], kind="stable")
    if not len(table):
        return np.full(len(mentions), -1)
    width = int(max(table["end"].max(), mentions["end"].max() if len(mentions) else 0)) + 1
    begins = table["doc"].to_numpy(np.int64) * width + table["start"].to_numpy(np.int64)
    ends = table["doc"].to_numpy(np.int64) * width + table["end"].to_numpy(np.int64)
    places = mentions["doc"].to_numpy(np.int64) * width + mentions["start"].to_numpy(np.int64)
    at = np.searchsorted(begins, places, side="right") - 1
    inside = (at >= 0) & (places < ends[np.maximum(at, 0)])
    return np.where(inside, table.index.to_numpy()[np.maximum(at, 0)], -1)


def _kept(corpus: "Corpus", mentions: pd.DataFrame) -> np.ndarray:
    """False for mentions that begin inside an excluded mark."""
    marks = corpus.marks
    marks = marks[marks["excluded"].astype(bool)] if len(marks) else marks
    if not len(marks) or not len(mentions):
        return np.ones(len(mentions), dtype=bool)
    width = int(max(marks["end"].max(), mentions["end"].max())) + 1
    begins, ends, places = (
        frame["doc"].to_numpy(np.int64) * width + frame[column].to_numpy(np.int64)
        for frame, column in ((marks, "start"), (marks, "end"), (mentions, "start"))
    )
    order = np.argsort(begins, kind="stable")
    reach = np.maximum.accumulate(ends[order])  # marks may nest
    at = np.searchsorted(begins[order], places, side="right") - 1
    return (at < 0) | (places >= reach[np.maximum(at, 0)])
