"""References to actors of every kind: names, adjectives, capitals, leaders, institutions …

The mentions of :mod:`analysis.lexicons` are all here; to them come descriptors (:mod:`analysis.
descriptors`), which are no names. Counts of actors count mentions; descriptors never enter them.
"""

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import lexicons, paths
from analysis.descriptors import (
    KINDS,
    Descriptor,
    Mention,
    Page,
    descriptors,
    parts_of_speech,
    state_of,
)

if TYPE_CHECKING:
    from analysis.corpus import Corpus

COLUMNS = (*lexicons.COLUMNS, "safe", "wording", "polarity")
NAME, ADJECTIVE, ACRONYM, CAPITAL, COMPOUND, PERSON = (
    "name", "adjective", "acronym", "capital", "part of a compound", "person",
)  # fmt: skip
LEADER, INSTITUTION, DESCRIPTOR = "leader", "institution", "descriptor"
# Kinds of the lexicon that one pattern shares between a noun and its adjective.
_NAMES = frozenset({"name", "state", "acronym", "capital"})
_KINDS = {
    "state": NAME, "official": NAME, "elliptic": NAME, "coordinated": NAME, "demonym": NAME,
    "seat": CAPITAL, "government": INSTITUTION,
}  # fmt: skip


def find(
    corpus: "Corpus", *, lexicon: str = "actors", include_marked: bool = False
) -> pd.DataFrame:
    """Find all references to actors.

    Parameters
    ----------
    corpus : Corpus
    lexicon : str
        A lexicon's name or path.
    include_marked : bool
        Also references in repeated leads, menus and the like.

    Returns
    -------
    DataFrame
        One row a reference, in order of document and place: the columns of
        :func:`analysis.lexicons.find`, and ``safe``, ``wording``, ``polarity``. ``kind`` is name,
        adjective, acronym, capital (also the seat of power), leader ("the Russian president", "its
        leader"), institution ("the Russian army", "its government"), person, part of a compound,
        or descriptor ("the regime"; words in ``descriptors.csv``). ``key`` is "" and ``safe`` False
        where nobody can say by rule whom a descriptor means. ``wording`` is the text case-folded,
        of a descriptor its citation form; ``polarity`` is "negative" or "positive" for a
        descriptor that judges.
    """
    return _find(corpus, lexicons.load(lexicon), include_marked).copy(deep=False)


@lru_cache(maxsize=4)
def _find(corpus: "Corpus", lexicon: lexicons.Lexicon, include_marked: bool) -> pd.DataFrame:
    """Find references once: every measure of a page asks for the same ones."""
    found = lexicons.find(corpus, lexicon)
    first, last = _tokens(corpus, found)
    out = found.assign(
        kind=_kinds(corpus, found, first, last),
        safe=True,
        wording=found["text"].str.casefold().str.split().str.join(" "),
        polarity="",
    )
    heads, added = _descriptors(corpus, lexicon, out, first, last)
    kind = out["kind"].to_numpy(dtype=object).copy()
    for row, what in heads.items():
        kind[row] = KINDS[what.refers]
    out["kind"] = kind
    out = pd.concat([out, _rows(corpus, added)], ignore_index=True)
    out = out.sort_values(["doc", "start", "end"], kind="stable", ignore_index=True)
    return (out if include_marked else out[out["kept"]].reset_index(drop=True))[list(COLUMNS)]


def _tokens(corpus: "Corpus", found: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last word that every mention touches; -1 where there are no words."""
    tokens = corpus.tokens
    if not len(found) or not len(tokens):
        none = np.full(len(found), -1, dtype=np.int64)
        return none, none
    width = int(max(tokens.end.max(), found["end"].max())) + 1
    place = tokens.doc.astype(np.int64) * width + tokens.start
    base = found["doc"].to_numpy(np.int64) * width
    first = np.searchsorted(place, base + found["start"].to_numpy(), side="right") - 1
    last = np.searchsorted(place, base + found["end"].to_numpy() - 1, side="right") - 1
    return np.maximum(first, 0), np.maximum(last, 0)


def _kinds(
    corpus: "Corpus", found: pd.DataFrame, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Return the kind of every mention, as far as its own words tell it."""
    kind = found["kind"].astype(object).to_numpy().copy()
    if not len(found) or not len(corpus.tokens):
        return kind
    starts, ends = corpus.tokens.start[first], corpus.tokens.end[last]
    rest = _rest(corpus, found, ends)
    # A genitive ("Russia's") ends inside its token without being part of a compound.
    genitive = np.array([r in ("'s", "’s", "'", "’") for r in rest], dtype=bool)
    before = found["start"].to_numpy() > starts
    compound = (before | (found["end"].to_numpy() < ends)) & ~(genitive & ~before)
    plain = found["kind"].isin(_NAMES).to_numpy()
    short = [t.replace(".", "").isupper() and len(t) <= 6 for t in found["text"]]
    forms = zip(found["key"], found["text"].str.casefold(), strict=True)
    capital = np.array([t.startswith(_capitals().get(k, ())) for k, t in forms], dtype=bool)
    seat = plain | found["kind"].eq("official").to_numpy()
    kind[plain] = NAME
    kind[plain & _adjectives(corpus, last, plain)] = ADJECTIVE
    kind[plain & np.array(short, dtype=bool)] = ACRONYM
    kind[seat & capital] = CAPITAL
    kind[compound] = COMPOUND
    codes = corpus.documents["language"].tolist()
    kind = np.array([_KINDS.get(k, k) for k in kind], dtype=object)
    codes = corpus.documents["language"].tolist()
    # A compound's own head may say what it is: "US-Regierung", "Kremlchef", "Putin-Regime".
    tails = zip(found["doc"], found["text"], rest, found["kind"], strict=True)
    for row, (doc, text, tail, was) in enumerate(tails):
        if compound[row] or was == "government":
            what = _head(text, tail, was == "government", codes[doc])
            kind[row] = KINDS[what.refers] if what else kind[row]
    return kind


def _adjectives(corpus: "Corpus", last: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Tell which mentions end in an adjective, by the words around; bool, shape (n,)."""
    out = np.zeros(len(last), dtype=bool)
    tokens, codes = corpus.tokens, corpus.documents["language"].tolist()
    rows = np.flatnonzero(asked)
    begins = tokens.sentence_start[tokens.sentence_of(last[rows])]
    stops = tokens.sentence_start[tokens.sentence_of(last[rows]) + 1]
    doc = tokens.doc_of(last[rows])
    first, stop = np.maximum(last[rows] - 1, begins), np.minimum(last[rows] + 3, stops)
    edges = zip(first.tolist(), stop.tolist(), last[rows].tolist(), doc.tolist(), strict=True)
    texts = dict(zip(held := np.unique(doc), corpus.texts(held), strict=True))
    for row, (a, b, at, d) in zip(rows.tolist(), edges, strict=True):
        spans = zip(tokens.start[a:b].tolist(), tokens.end[a:b].tolist(), strict=True)
        words = tuple(texts[d][start:end] for start, end in spans)
        out[row] = parts_of_speech(words, codes[d])[at - a] == "A"
    return out


def _rest(corpus: "Corpus", found: pd.DataFrame, ends: np.ndarray) -> list[str]:
    """Return what follows every mention within its last word."""
    rows, own = np.unique(found["doc"], return_inverse=True)
    texts = corpus.texts(rows)
    return [texts[d][e:stop].casefold() for d, e, stop in zip(own, found["end"], ends, strict=True)]


@lru_cache(maxsize=100_000)
def _head(text: str, tail: str, whole: bool, code: str | None) -> Descriptor | None:
    """Return the descriptor that ends a compound, or stands in a government's name."""
    listed = descriptors(code or "")
    words = [tail.lstrip("-‐‑").lstrip("s").lstrip("-"), tail.lstrip("-‐‑")]
    words += [w.casefold() for w in text.replace("-", " ").split()] if whole else []
    found = (listed.get((w.removesuffix("'s").removesuffix("’s"),)) for w in words)
    return next((d for d in found if d is not None and d.refers not in ("partner", "state")), None)


@lru_cache(maxsize=1)
def _capitals() -> dict[str, tuple[str, ...]]:
    """How capitals and seats of power that stand for an actor begin, case-folded, by actor."""
    rows = pd.read_csv(paths.SEEDS / "lexicons" / "capitals.csv", dtype=str)
    begins = rows["begins"].str.casefold()
    return {str(key): tuple(own) for key, own in begins.groupby(rows["actor"])}


def _descriptors(
    corpus: "Corpus",
    lexicon: lexicons.Lexicon,
    found: pd.DataFrame,
    first: np.ndarray,
    last: np.ndarray,
) -> tuple[dict[int, Descriptor], list[tuple[Any, ...]]]:
    """Return the mentions that name an institution or leader, and the rows to add."""
    tokens = corpus.tokens
    heads: dict[int, Descriptor] = {}
    added: list[tuple[Any, ...]] = []
    kept = tuple(found[c].tolist() for c in ("key", "kind", "text"))
    firsts, lasts = first.tolist(), last.tolist()
    ends = np.searchsorted(found["doc"].to_numpy(), np.arange(len(corpus) + 1))
    texts, codes = corpus.documents["text"], corpus.documents["language"].tolist()
    paragraph = corpus.sentences["paragraph"].to_numpy()
    begins = {code: _begin(corpus, code) for code in {*codes}}
    for doc, (low, high) in enumerate(pairwise(tokens.doc_start.tolist())):
        places = np.flatnonzero(begins[(code := codes[doc])][tokens.ids[low:high]])
        if not len(places):
            continue
        sentence = tokens.sentence[low:high].astype(np.int64)
        words = {
            "form": tokens.vocabulary[tokens.ids[low:high]].tolist(),
            "start": tokens.start[low:high].tolist(),
            "end": tokens.end[low:high].tolist(),
            "sentence": sentence.tolist(),
            "paragraph": paragraph[sentence].tolist(),
        }
        rows = range(*ends[doc : doc + 2].tolist())
        mentions = [
            _mention(kept, row, words, (firsts[row] - low, lasts[row] - low), code, lexicon)
            for row in rows
        ]
        page = Page(texts.iloc[doc], code, words, mentions)
        for hit in page.found(places.tolist()):
            start, end = words["start"][hit.first], words["end"][hit.last]
            added.append((doc, start, end, hit.key, hit.what))
        heads |= {rows[m]: what for m, what in page.heads.items()}
    return heads, added


def _begin(corpus: "Corpus", code: str) -> np.ndarray:
    """Tell which forms of the vocabulary may begin a descriptor; bool, one a form."""
    firsts = {words[0] for words in descriptors(code or "")}
    marks = ("'s", "’s", "'", "’")
    return np.array(
        [f in firsts or (f.endswith(marks) and f.rstrip("s").rstrip("'’") in firsts)
         for f in corpus.tokens.vocabulary.tolist()],
        dtype=bool,
    )  # fmt: skip


def _mention(
    kept: tuple[list[str], ...], row: int, words: dict[str, list[Any]], span: tuple[int, int],
    code: str, lexicon: lexicons.Lexicon,
) -> Mention:  # fmt: skip
    """Return the mention in a row of the found ones, in the words of its document."""
    key, kind, text = (column[row] for column in kept)
    person, last = kind == PERSON, span[1]
    adjective = kind == ADJECTIVE or (kind == CAPITAL and parts_of_speech((text,), code)[0] == "A")
    return Mention(
        *span,
        key,
        person,
        not adjective and kind != COMPOUND,
        words["form"][last].endswith(("s", "'", "’")),
        state_of(text, lexicon) if person else key,
    )


def _rows(corpus: "Corpus", added: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return descriptors as rows of references."""
    out = pd.DataFrame(
        [(d, s, e, k, KINDS[w.refers], w.form, w.polarity) for d, s, e, k, w in added],
        columns=["doc", "start", "end", "key", "kind", "wording", "polarity"],
    ).astype({"doc": "int64", "start": "int64", "end": "int64"})
    out["doc_id"] = corpus.documents["doc_id"].to_numpy()[out["doc"].to_numpy()]
    out["text"] = corpus.spans(out)
    return lexicons.placed(corpus, out).assign(safe=out["key"].ne(""))
