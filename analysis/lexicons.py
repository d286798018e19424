"""Lexicons: a table of surface forms → mentions of actors and concepts, with offsets.

A lexicon is a CSV with the columns ``actor`` (or ``concept``), ``language``, ``pattern``, ``kind``
and ``note``. Its rules, all of them declared here and in ``seeds/lexicons/README.md``:

*Parts.* Text is cut into parts, runs of letters and digits; everything else separates parts, so
hyphens, dashes, slashes, spaces and apostrophes do. ``U.S.`` is the part ``US``; ``US$`` is a part
of its own. A pattern is a sequence of parts. Parts of one match may be separated by at most three
blanks, hyphens, dashes, slashes, apostrophes or quotation marks (a full stop after an initial);
never by a line end or other punctuation. A pattern with a hyphen, ``de-escal*``, wants a bare
hyphen there: in Dutch ``de escalatie`` is the escalation.

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
North") counts only within :data:`REACH` parts of a full mention of a key that has elliptic forms,
or in a document too short (under :data:`SHORT` parts) to have one. ``surname`` ("Pak", which is
many people's and a Dutch verb) counts only after another mention of its key in the same text;
:func:`spans`, which takes phrases as well, leaves that to :func:`find`.
``absent`` declares that a language has no pattern. All other kinds (``name``, ``adjective``,
``person`` …) count and are only carried along.

*Unmatched* text gives no row. *Negated* mentions count: "no sanctions" speaks of sanctions.

*Language.* A row applies to documents of its language, ``*`` to every document; a document of
unknown language is matched against all rows.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import paths
from analysis.patterns import ANY, PART, Pattern, clean, fits
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

COLUMNS = ("doc", "doc_id", "sentence", "start", "end", "text", "key", "kind", "kept")
ALL = "-"
SHORT = 40
REACH = 150
CACHED = 200_000
_WHOLE = itemgetter(0)
_LANGUAGE = re.compile(r"[a-z]{2,3}|\*")


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
        # Most forms begin and end as no pattern does: one look instead of one for every length.
        self.starts = {k[: self.heads[0]] for k in self.prefix}
        self.ends = {k[-self.tails[0] :] for k in self.suffix}

    def places(self, forms: list[str]) -> list[int]:
        """Return where in `forms` any pattern may begin."""
        for form in set(forms).difference(self.seen):
            self.seen[form] = self._look_up(form)
        return [i for i, form in enumerate(forms) if self.seen[form]]

    def _look_up(self, form: str) -> tuple[int, ...]:
        folded = form.casefold()
        near = list(self.whole.get(folded, ()))
        if self.heads and folded[: self.heads[0]] in self.starts:
            for n in self.heads:
                near += self.prefix.get(folded[:n], ())
        if self.tails and folded[-self.tails[0] :] in self.ends:
            for n in self.tails:
                near += self.suffix.get(folded[-n:], ())
        return tuple(i for i in sorted({*near, *self.inside}) if self.first[i].matches(form))


class Matcher:
    """Finds the patterns of one lexicon in one language; linear in the text."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        """Index `patterns` by their first part; their order decides nothing but row order."""
        self.patterns = tuple(patterns)
        self.index = _Index(self.patterns)
        self.cleaned: dict[str, str] = {}
        self.pairs: dict[tuple[str, str], tuple[Pattern, ...]] = {}
        self.anchors = {p.key for p in self.patterns if p.kind == "elliptic"}

    def __call__(self, text: str) -> list[Span]:
        """Return the mentions in `text` in order; several keys may share one span."""
        words = list(PART.finditer(text))
        raw = list(map(_WHOLE, words))
        for form in set(raw).difference(self.cleaned):
            self.cleaned[form] = clean(form)
        forms = list(map(self.cleaned.__getitem__, raw))
        found: list[tuple[int, Span]] = []
        free = 0
        for i in self.index.places(forms):
            best = self._best(text, words, forms, i) if i >= free else []
            if best:
                free = i + len(best[0].core)
                start, end = words[i].start(), words[free - 1].end()
                counted = _counted(best, forms[i].casefold())
                found += [(i, Span(start, end, p.key, p.kind)) for p in counted]
        if len(words) >= SHORT:
            found = self._anchored(found)
        return [span for _, span in found]

    def _anchored(self, found: list[tuple[int, Span]]) -> list[tuple[int, Span]]:
        """Leave out elliptic mentions with no full one near them."""
        full = [i for i, s in found if s.key in self.anchors and s.kind != "elliptic"]
        kept = []
        for i, span in found:
            near = bisect_left(full, i - REACH)
            if span.kind != "elliptic" or (near < len(full) and full[near] <= i + REACH):
                kept.append((i, span))
        return kept

    def _near(self, form: str, following: str) -> tuple[Pattern, ...]:
        """Patterns whose first part takes `form` and that `following` does not rule out."""
        found = self.pairs.get((form, following))
        if found is None:
            if len(self.pairs) > CACHED:
                self.pairs.clear()
            found = tuple(
                p for p in (self.patterns[n] for n in self.index.seen[form]) if p.follows(following)
            )
            self.pairs[form, following] = found
        return found

    def _best(
        self, text: str, words: list[re.Match[str]], forms: list[str], i: int
    ) -> list[Pattern]:
        """Patterns that fit at part `i` and have most parts."""
        best: list[Pattern] = []
        for pattern in self._near(forms[i], forms[i + 1] if i + 1 < len(forms) else ""):
            size = len(pattern.core)
            if best and size < len(best[0].core):
                continue
            if fits(pattern, text, words, forms, i):
                if best and size > len(best[0].core):
                    best = []
                best.append(pattern)
        return best


def _introduced(found: list[Span]) -> list[Span]:
    """Leave out surnames before which nobody of that name is introduced."""
    known: set[str] = set()
    kept = []
    for span in found:
        if span.kind != "surname" or span.key in known:
            known.add(span.key)
            kept.append(_person(span))
    return kept


def _person(span: Span) -> Span:
    """Call a surname what it is, once it counts: a person."""
    return span._replace(kind="person") if span.kind == "surname" else span


def _counted(best: list[Pattern], form: str) -> list[Pattern]:
    """Of patterns on the same parts, those that count: one a key, longest first, no overlap."""
    hidden = {p.key for p in best if p.kind == "exclude"}
    if ALL in hidden:
        return []
    # A full form before one that needs it: it anchors the others.
    ranked = sorted(best, key=lambda p: (-p.letters, p.kind in ("elliptic", "surname")))
    taken: dict[str, tuple[int, int]] = {}
    counted = []
    for pattern in ranked:
        start, end = pattern.cover(form)
        free = all((start, end) == c or end <= c[0] or c[1] <= start for c in taken.values())
        if free and pattern.key not in hidden and pattern.key not in taken:
            taken[pattern.key] = (start, end)
            counted.append(pattern)
    return counted


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
        If a column is missing, or a key, language or pattern is malformed.
    """
    missing = {"language", "pattern", "kind"} - set(rows.columns)
    if missing:
        raise DiscourseError(f"lexicon {name}: lacks the columns {', '.join(sorted(missing))}")
    column = str(rows.columns[0])
    cells = rows[[column, "language", "pattern", "kind"]].fillna("").astype(str)
    patterns = [
        _pattern(name, n, *row)
        for n, row in enumerate(cells.itertuples(index=False), 1)
        if row[3] != "absent"
    ]
    return Lexicon(name, column, tuple(patterns))


def _pattern(name: str, n: int, key: str, language: str, pattern: str, kind: str) -> Pattern:
    """Parse row number `n` of the lexicon `name`."""
    where = f"lexicon {name}, row {n}"
    if not key.strip():
        raise DiscourseError(f"{where}: the key is empty; say what {pattern!r} stands for")
    if not _LANGUAGE.fullmatch(language):
        raise DiscourseError(f"{where}: language {language!r} is no code; use nl, de, en or *")
    try:
        return Pattern.parse(key, kind, language, pattern)
    except DiscourseError as error:
        raise DiscourseError(f"{where}: {error}") from None


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
    try:
        rows = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise DiscourseError(
            f"lexicon {file.name}: is no table in CSV and UTF-8 ({reason}); save it as one"
        ) from None
    lexicon = parse(rows, name=file.stem)
    if not lexicon.keys:
        raise DiscourseError(f"lexicon {file.name}: holds no pattern that counts; add rows to it")
    return lexicon


def spans(text: str, lexicon: Lexicon, *, language: str | None = None) -> list[Span]:
    """Return the mentions in one text as (start, end, key, kind), in order."""
    return [_person(span) for span in lexicon.matcher(language)(text)]


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
    return _find(corpus, lexicon).copy(deep=False)


@lru_cache(maxsize=4)
def _find(corpus: "Corpus", lexicon: Lexicon) -> pd.DataFrame:
    """Find all mentions once: every measure of a page asks for the same ones."""
    rows: list[tuple[Any, ...]] = []
    documents = corpus.documents
    columns = zip(documents["doc_id"], documents["language"], documents["text"], strict=True)
    for doc, (doc_id, language, text) in enumerate(columns):
        code = language if isinstance(language, str) and language else None
        for start, end, key, kind in _introduced(lexicon.matcher(code)(text)):
            rows.append((doc, doc_id, -1, start, end, text[start:end], key, kind, True))
    out = pd.DataFrame(rows, columns=list(COLUMNS))
    out = out.astype({"doc": "int64", "sentence": "int64", "start": "int64", "end": "int64"})
    return placed(corpus, out)


def placed(corpus: "Corpus", mentions: pd.DataFrame) -> pd.DataFrame:
    """Return mentions (``doc, start, end``) with the columns ``sentence`` and ``kept`` filled in.

    ``sentence`` is the index of the one that a mention begins in, -1 outside any; ``kept`` is False
    where it begins inside a mark that excludes.
    """
    return mentions.assign(sentence=_sentences(corpus, mentions), kept=_kept(corpus, mentions))


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


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    table = pd.read_csv(
        paths.SEEDS / "lexicons" / "actor_names.csv", dtype=str, keep_default_na=False
    )
    return dict(zip(table["actor"], table["name"], strict=True))


def names(actors: Iterable[str]) -> list[str]:
    """Return readable names of actor ids; what is no actor id keeps its own words."""
    return [_names().get(a, a) for a in actors]


def named(frame: pd.DataFrame, column: str = "actor") -> pd.DataFrame:
    """Return a copy of a frame with a readable ``name`` for every actor id.

    Parameters
    ----------
    frame : DataFrame
    column : str
        The column of ids; what is no actor id keeps its own words.
    """
    return frame.assign(name=names(frame[column]))
