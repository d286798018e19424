"""Naming: under which forms a text mentions each actor.

``share = mentions in a form / mentions of the actor``, pooled over the documents of a group. A form
is a kind of reference (name, adjective, capital, person …) or the words themselves. The interval
resamples documents (percentile bootstrap); one document gives none.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, lexicons, paths, resample
from analysis.corpus import POS
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

UNITS = ("kind", "words")
COMPOUND = "part of a compound"
ADJECTIVE = "adjective"
ACRONYM = "acronym"
CAPITAL = "capital"
EXTRA = ("mentions", "kind", "examples", "sentences")
# Kinds of the lexicon that one pattern shares between a noun and its adjective.
_NAMES = frozenset({"name", "state", "acronym", "capital"})


def naming(
    corpus: "Corpus",
    *,
    by: str = "doc_id",
    unit: str = "kind",
    include_marked: bool = False,
    lexicon: str = "actors",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure in which forms each group of documents names each actor.

    Parameters
    ----------
    corpus : Corpus
    by : str
        A metadata column (source, year, language …) or "doc_id". Documents without a value of
        `by` are left out.
    unit : str
        "kind": the kind of reference, comparable across languages; "words": the words as
        written, case and white space aside, comparable within a language only.
    include_marked : bool
        Count repeated leads, menus and the like, too.
    lexicon : str
        A lexicon's name or path.
    level : float
        Level of the document-bootstrap interval, 0 < level < 1.
    n_boot, seed : int
        Resamples and their seed.

    Returns
    -------
    DataFrame
        Result rows, one for each group × actor named in it × form the actor has anywhere in the
        corpus (for words: in the group); sorted by group, actor, falling share. ``estimate`` =
        share of the actor's mentions in the group, ``n`` = those mentions. Extra columns:
        ``mentions`` (in this form), ``kind``, ``examples`` (up to three wordings),
        ``sentences`` (ids).

    Raises
    ------
    DiscourseError
        If `by` is no metadata column, `unit` is unknown or `level` lies outside (0, 1).
    """
    if unit not in UNITS:
        raise DiscourseError(f"unit={unit!r} is unknown; use {' or '.join(UNITS)}")
    if not 0 < level < 1:
        raise DiscourseError(f"level={level} is no probability between 0 and 1; use 0.95")
    groups = counts.labels(corpus.documents, by)
    words = counts.words(corpus, include_marked=include_marked)
    found = forms(corpus, lexicon=lexicon)
    found = found if include_marked else found[found["kept"]]
    found = found.assign(form=found["kind"] if unit == "kind" else found["wording"])
    everywhere = {actor: sorted({*own["form"]}) for actor, own in found.groupby("key")}
    group_of = found["doc"].map(dict(enumerate(groups)))
    parts = dict(list(found.groupby(group_of)))
    rows: list[dict[str, Any]] = []
    for group, docs in counts.members(groups, counts.order(corpus.documents)):
        for actor, own in parts.get(group, found.iloc[:0]).groupby("key", sort=True):
            names = sorted({*own["form"]}) if unit == "words" else everywhere[actor]
            settings = {"level": level, "n_boot": n_boot, "seed": seed}
            for row in _shares(own, names, docs, settings):
                row |= {"actor": actor, "by": by, "group": group, "level": level}
                row["n_tokens"] = int(words[docs].sum())
                row["method"] = _method(unit, include_marked) + resample.told(len(docs))
                rows.append(row | ({"doc_id": group} if by == "doc_id" else {}))
    keys = ["actor", "form", *(["doc_id"] if by == "doc_id" else []), "by", "group"]
    return frame(rows, measure="naming", keys=keys, extra=EXTRA)


def forms(corpus: "Corpus", *, lexicon: str = "actors") -> pd.DataFrame:
    """Give every mention of an actor its kind of reference and its wording.

    Parameters
    ----------
    corpus : Corpus
    lexicon : str

    Returns
    -------
    DataFrame
        The columns of :func:`analysis.lexicons.find`; ``kind`` tells adjectives ("Russian") and
        parts of compounds ("US-led") from names, and ``wording`` is the case-folded text with
        single blanks.
    """
    found = lexicons.find(corpus, lexicons.load(lexicon))
    starts, ends, pos = _place(corpus, found)
    compound = ((found["start"].to_numpy() > starts) | (found["end"].to_numpy() < ends)) & (
        ends > 0
    )
    # A genitive ("Russia's") ends inside its token without being part of a compound.
    rows, own = np.unique(found["doc"], return_inverse=True)
    texts = corpus.texts(rows)
    rest = [texts[d][e:stop].casefold() for d, e, stop in zip(own, found["end"], ends, strict=True)]
    genitive = np.array([r in ("'s", "’s", "'", "’") for r in rest], dtype=bool)
    compound &= ~(genitive & (found["start"].to_numpy() <= starts))
    wording = found["text"].str.casefold().str.split().str.join(" ")
    kind = found["kind"].astype(object).to_numpy().copy()
    plain = found["kind"].isin(_NAMES).to_numpy()
    kind[plain & (pos == POS.index("A"))] = ADJECTIVE
    short = [t.replace(".", "").isupper() and len(t) <= 6 for t in found["text"]]
    kind[plain & np.array(short, dtype=bool)] = ACRONYM
    kind[plain & wording.str.startswith(_capitals()).to_numpy(bool)] = CAPITAL
    kind[compound] = COMPOUND
    return found.assign(kind=kind, wording=wording)


@lru_cache(maxsize=1)
def _capitals() -> tuple[str, ...]:
    """How the capitals that stand for their governments begin, case-folded."""
    file = paths.SEEDS / "lexicons" / "capitals.csv"
    return tuple(pd.read_csv(file, dtype=str)["begins"].str.casefold())


def _place(corpus: "Corpus", found: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start of the first token, end and part of speech of the last token of every mention."""
    tokens = corpus.tokens
    if not len(found) or not len(tokens):
        none = np.zeros(len(found), dtype=np.int64)
        return none, none, none - 1
    width = int(max(tokens.end.max(), found["end"].max())) + 1
    place = tokens.doc.astype(np.int64) * width + tokens.start
    base = found["doc"].to_numpy(np.int64) * width
    first = np.searchsorted(place, base + found["start"].to_numpy(), side="right") - 1
    last = np.searchsorted(place, base + found["end"].to_numpy() - 1, side="right") - 1
    first, last = np.maximum(first, 0), np.maximum(last, 0)
    pos = corpus.lemmas().pos[last]
    return tokens.start[first].astype(np.int64), tokens.end[last].astype(np.int64), pos


def _shares(
    own: pd.DataFrame, names: list[str], docs: np.ndarray, settings: dict[str, Any]
) -> list[dict[str, Any]]:
    """Rows of one actor in one group, by falling share."""
    row_of = {int(d): i for i, d in enumerate(docs)}
    column = {name: j for j, name in enumerate(names)}
    at = np.array([row_of[int(d)] for d in own["doc"]], dtype=np.int64)
    to = np.array([column[f] for f in own["form"]], dtype=np.int64)
    table = counts.tabulate(at, to, (len(docs), len(names))).toarray().astype(float)
    estimate, lo, hi = resample.ratio_interval(table, table.sum(axis=1), **settings)
    out = []
    for j in sorted(range(len(names)), key=lambda j: (-table[:, j].sum(), names[j])):
        mine = own[own["form"] == names[j]]
        wordings = mine["text"].value_counts()
        examples = sorted(wordings.index, key=lambda w: (-wordings[w], w))[:3]
        out.append(
            {
                "form": names[j],
                "estimate": estimate[j],
                "lo": lo[j],
                "hi": hi[j],
                "unit": "share of the actor's mentions",
                "n_docs": len(docs),
                "n": len(own),
                "verdict": ONE_TEXT if len(docs) < 2 else "",
                "mentions": len(mine),
                "kind": "; ".join(sorted({*mine["kind"]})),
                "examples": "; ".join(examples),
                "sentences": tuple(sorted({int(s) for s in mine["sentence"] if s >= 0})),
            }
        )
    return out


def _method(unit: str, include_marked: bool) -> str:
    text = "all of the text" if include_marked else "excluded marks left out"
    return f"lexicon mentions by {unit}; {text}; document bootstrap"
