"""Predication: what is said of an actor, by adjectives, verbs and predicates.

``share = times a term is said of the actor in a role / all that is said of it in that role``,
pooled over the documents of a group, each language apart. Roles: *adjective* (before the name, or
before "regime" and the like), *subject* (the actor does it), *object* (it is done to the actor,
also in the passive) and *predicate* ("is a threat"). What is said of a government or a regime is
said of its state; leaders are themselves. The rules (:mod:`analysis.predicates`) see parts of
speech and word order: they miss what stands far away, and their precision was read by hand
(``benchmarks/results/references.csv``). The interval resamples documents.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import counts, paths, predicates, references, resample
from analysis.descriptors import INSTITUTION, descriptors
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus

EXTRA = ("count", "examples", "sentences")
COLUMNS = ("doc", "doc_id", "language", "sentence", "start", "end", "text", "actor", "role", "term",
           "about_start", "about_end")  # fmt: skip
METHOD = (
    "part-of-speech tags and word-order rules; names, governments and descriptors whose referent "
    "is certain; {marked}; {interval}"
)
_HEADS = frozenset(
    {references.NAME, references.ACRONYM, references.CAPITAL, references.PERSON,
     references.DESCRIPTOR, references.INSTITUTION}
)  # fmt: skip
_SURE = 0.75  # precision below which a class of rules is shown as unsure
_READ = 2  # rows that must have been read for that
_REACH = 3  # words between "Russian" and "government"


def predication(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "doc_id",
    actor: str | None = None,
    min_count: int = 1,
    include_marked: bool = False,
    lexicon: str = "actors",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure what each group of documents says of each actor.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        A metadata column (source, year …), several, or "doc_id". Documents without a value are
        left out; a group of several languages has rows for each, as words do not compare.
    actor : str, optional
        Only this actor's id.
    min_count : int
        Leave out terms said less often of an actor in a role in a group.
    include_marked : bool
        Count repeated leads, menus and the like, too.
    lexicon : str
        A lexicon's name or path.
    level, n_boot, seed
        Of the document-bootstrap interval; n_boot = 0 gives none.

    Returns
    -------
    DataFrame
        Result rows, one for each group × language × actor × role × lemma; sorted by group, actor,
        role, falling count. The key ``role`` is adjective, subject, object or predicate;
        ``term`` the lemma, with "not" where it is negated. ``estimate`` = share of what is said of
        the actor in that role, ``n`` = all of that. Extra columns: ``count``, ``examples`` (up to
        three wordings), ``sentences`` (ids). The verdict says "unsure" of a role in a language in
        which fewer than three in four were right when read by hand.

    Raises
    ------
    DiscourseError
        If `by` is no metadata column, `min_count` below 1 or `level` outside (0, 1).
    """
    resample.checked(level, n_boot, seed)
    if min_count < 1:
        raise DiscourseError(f"min_count={min_count}: use 1 or a whole number above it")
    found = said(corpus, include_marked=include_marked, lexicon=lexicon)
    found = found if actor is None else found[found["actor"] == actor]
    words = counts.words(corpus, include_marked=include_marked)
    name = counts.SEPARATOR.join(counts.columns(by))
    settings = {"level": level, "n_boot": n_boot, "seed": seed}
    parts = dict(list(found.groupby("doc", sort=True)))
    rows: list[dict[str, Any]] = []
    for group, code, docs in counts.monolingual(corpus.documents, by):
        mine = pd.concat([parts[d] for d in docs.tolist() if d in parts] or [found.iloc[:0]])
        for (key, role), own in mine.groupby(["actor", "role"], sort=True):
            unsure = _unsure().get((code, role), "")
            for row in _shares(own, docs, min_count, **settings):
                row["verdict"] = reason(unsure, len(docs)) if unsure else row["verdict"]
                row |= {"actor": key, "role": role, "by": name, "group": group, "language": code}
                row |= {"level": level, "n_tokens": int(words[docs].sum())}
                row["method"] = METHOD.format(
                    marked=counts.MARKED[include_marked],
                    interval="document bootstrap" + resample.told(len(docs)),
                )
                rows.append(row | ({"doc_id": group} if name == "doc_id" else {}))
    keys = [*(["doc_id"] if name == "doc_id" else []), "by", "group", "language", "actor", "role"]
    return frame(rows, measure="predication", keys=[*keys, "term"], extra=EXTRA)


def said(
    corpus: "Corpus", *, include_marked: bool = False, lexicon: str = "actors"
) -> pd.DataFrame:
    """Give everything that is said of an actor, one row a word.

    Parameters
    ----------
    corpus, include_marked, lexicon
        As in :func:`predication`.

    Returns
    -------
    DataFrame
        ``doc, doc_id, language, sentence, start, end, text`` of the word that says it, ``actor``,
        ``role``, ``term`` (its lemma), and where the words for the actor stand: ``about_start``,
        ``about_end``. Nothing for languages without rules.
    """
    return _said(corpus, lexicon, include_marked).copy(deep=False)


class _Unit(NamedTuple):
    """A reference in its sentence, in code points of the document."""

    key: str
    start: int
    end: int
    kind: str


@lru_cache(maxsize=4)
def _said(corpus: "Corpus", lexicon: str, include_marked: bool) -> pd.DataFrame:
    found = references.find(corpus, lexicon=lexicon, include_marked=include_marked)
    cells = found.loc[found["sentence"] >= 0, ["doc", "sentence", "key", "start", "end", "kind"]]
    rows: list[tuple[Any, ...]] = []
    codes = corpus.documents["language"].tolist()
    for doc, of_doc in groupby(cells.itertuples(index=False, name=None), key=itemgetter(0)):
        if predicates.grammar(codes[doc] or "") is None:
            continue
        text = corpus.texts(np.array([doc]))[0]
        for sentence, own in groupby(of_doc, key=itemgetter(1)):
            units = [_Unit(*cell[2:]) for cell in own]
            for row in _sentence(text, _spans(corpus, sentence), units, codes[doc]):
                rows.append((doc, sentence, *row))
    out = pd.DataFrame(
        rows, columns=["doc", "sentence", "actor", "about_start", "about_end", "role", "term",
                       "start", "end"],
    ).astype({"doc": "int64", "start": "int64", "end": "int64"})  # fmt: skip
    out["doc_id"] = corpus.documents["doc_id"].to_numpy()[out["doc"].to_numpy()]
    out["language"] = corpus.documents["language"].to_numpy()[out["doc"].to_numpy()]
    return out.assign(text=corpus.spans(out))[list(COLUMNS)]


def _spans(corpus: "Corpus", sentence: int) -> list[tuple[int, int]]:
    tokens = corpus.tokens
    own = slice(*tokens.sentence_start[sentence : sentence + 2].tolist())
    return list(zip(tokens.start[own].tolist(), tokens.end[own].tolist(), strict=True))


def _sentence(
    text: str, spans: list[tuple[int, int]], units: list[_Unit], code: str
) -> list[tuple[Any, ...]]:
    """Return what one sentence says of the references in it."""
    asked_for = [u for u in units if u.key and u.kind in _HEADS]
    if not asked_for:
        return []
    words = predicates.tagged(text, spans, code)
    heads: dict[tuple[int, int], _Unit] = {}
    for unit in asked_for:
        place = _head(words, unit, code)
        if place is not None:
            heads.setdefault(place, unit)
    asked = list(heads.items())
    barred = [
        i for i, w in enumerate(words) if any(u.start < w.end and w.start < u.end for u in units)
    ]
    sentence = predicates.Sentence(words, list(heads), code, barred=barred)
    return [
        (asked[s.unit][1].key, asked[s.unit][1].start, asked[s.unit][1].end, s.role, s.term,
         s.start, s.end)
        for s in sentence.said()
    ]  # fmt: skip


def _head(words: list[predicates.Word], unit: _Unit, code: str) -> tuple[int, int] | None:
    """Return first and last word of a reference; of "Russian government", of the government."""
    inside = [
        i for i, w in enumerate(words)
        if w.start < unit.end and unit.start < w.end and w.kind != predicates.CUT
    ]  # fmt: skip
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    if unit.kind == references.CAPITAL and words[last].kind == "adjective":
        return None  # "die Londoner Börse" is no government
    if unit.kind != references.INSTITUTION or _names(words[last], code):
        return first, last
    if _whole(words[last], unit):
        near = [*range(last + 1, last + 1 + _REACH), *range(first - 1, first - 1 - _REACH, -1)]
        for i in near:
            if 0 <= i < len(words) and _names(words[i], code):
                return i, i
        return None
    return first, last


def _whole(word: predicates.Word, unit: _Unit) -> bool:
    """Whether a reference ends where its word does: no "US-Regierung"."""
    return unit.end >= word.end


def _names(word: predicates.Word, code: str) -> bool:
    what = descriptors(code).get((word.form,))
    return what is not None and what.refers == INSTITUTION


@lru_cache(maxsize=1)
def _unsure() -> dict[tuple[str, str], str]:
    """Say of which roles, by language, too few were right when they were read by hand."""
    file = paths.RESULTS / "references.csv"
    if not file.is_file():
        return {}
    read = pd.read_csv(file)
    read = read[read["task"].eq("predication") & read["set"].eq("test") & read["n"].ge(_READ)]
    return {
        (row["language"], row["class"]): f"unsure: {row['right']} of {row['n']} read were right"
        for row in read[read["precision"] < _SURE].to_dict("records")
    }


def _shares(
    own: pd.DataFrame, docs: np.ndarray, min_count: int, **settings: Any
) -> list[dict[str, Any]]:
    """Rows of one actor in one role and group, by falling count."""
    code, terms = pd.factorize(own["term"], sort=True)
    row_of = {int(d): i for i, d in enumerate(docs)}
    at = np.array([row_of[int(d)] for d in own["doc"]], dtype=np.int64)
    table = counts.tabulate(at, code, (len(docs), len(terms)))
    total = np.bincount(code, minlength=len(terms))
    kept = sorted(np.flatnonzero(total >= min_count).tolist(), key=lambda j: (-total[j], terms[j]))
    below = np.asarray(table.sum(axis=1)).ravel().astype(float)
    estimate, lo, hi = resample.ratio_interval(table[:, kept], below, **settings)
    out = []
    for n, j in enumerate(kept):
        mine = own[code == j]
        wordings = mine["text"].value_counts()
        examples = sorted(wordings.index, key=lambda w: (-wordings[w], w))[:3]
        out.append(
            {
                "term": terms[j],
                "estimate": estimate[n],
                "lo": lo[n],
                "hi": hi[n],
                "unit": "share of what is said of the actor in this role",
                "n_docs": len(docs),
                "n": len(own),
                "verdict": ONE_TEXT if len(docs) < 2 else "",
                "count": int(total[j]),
                "examples": "; ".join(examples),
                "sentences": tuple(sorted({int(s) for s in mine["sentence"]})),
            }
        )
    return out
