"""Naming: under which forms a text mentions each actor.

``share = references in a form / references to the actor``, pooled over the documents of a group. A
form is a kind of reference (name, adjective, capital, leader, institution, descriptor …) or the
words themselves. A descriptor counts where it is certain whom it means (:mod:`analysis.
descriptors`); beside an adjective ("the North Korean regime") both count. The interval resamples
documents (percentile bootstrap); one document gives none.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, references, resample
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus

UNITS = ("kind", "words")
EXTRA = ("mentions", "kind", "examples", "sentences")
NOMINATED = ("mentions", "polarity", "examples", "sentences")
NOBODY = "no rule says whom it means"


def naming(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "doc_id",
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
    by : str or sequence of str
        A metadata column (source, year, language …), several, or "doc_id". Documents without a
        value of `by` are left out.
    unit : str
        "kind": the kind of reference (:func:`analysis.references.find`), comparable across
        languages; "words": the words as written, case and white space aside, and the citation
        form of descriptors; comparable within a language only.
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
        share of the references to the actor in the group, ``n`` = those references. Extra columns:
        ``mentions`` (in this form), ``kind``, ``examples`` (up to three wordings),
        ``sentences`` (ids).

    Raises
    ------
    DiscourseError
        If `by` is no metadata column, `unit` is unknown or `level` lies outside (0, 1).
    """
    if unit not in UNITS:
        raise DiscourseError(f"unit={unit!r} is unknown; use {' or '.join(UNITS)}")
    resample.checked(level, n_boot, seed)
    groups = counts.labels(corpus.documents, by)
    words = counts.words(corpus, include_marked=include_marked)
    found = references.find(corpus, lexicon=lexicon, include_marked=include_marked)
    found = found[found["safe"]]
    found = found.assign(form=found["kind"] if unit == "kind" else found["wording"])
    everywhere = {actor: sorted({*own["form"]}) for actor, own in found.groupby("key")}
    group_of = found["doc"].map(dict(enumerate(groups)))
    parts = dict(list(found.groupby(group_of)))
    rows: list[dict[str, Any]] = []
    for group, docs in counts.members(groups, counts.order(corpus.documents)):
        for actor, own in parts.get(group, found.iloc[:0]).groupby("key", sort=True):
            names = sorted({*own["form"]}) if unit == "words" else everywhere[actor]
            settings = {"level": level, "n_boot": n_boot, "seed": seed}
            for row in _shares(own, names, docs, **settings):
                row |= {"actor": actor} | _place(group, "", by, level, int(words[docs].sum()))
                row["method"] = _method(unit, include_marked) + resample.told(len(docs))
                rows.append(row)
    keys = ["actor", "form", *_group_keys(by)]
    return frame(rows, measure="naming", keys=keys, extra=EXTRA)


def nomination(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "doc_id",
    include_marked: bool = False,
    lexicon: str = "actors",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Show which descriptors each group of documents uses for each actor.

    Parameters
    ----------
    corpus, by, include_marked, lexicon, level, n_boot, seed
        As in :func:`naming`.

    Returns
    -------
    DataFrame
        Result rows, one for each group × language × actor × descriptor used; sorted by group and
        actor, words that judge first, then by falling number. ``estimate`` = share of the actor's
        references, ``n`` = those references. Extra columns: ``mentions`` (of this descriptor),
        ``polarity`` (negative, positive or ""), ``examples``, ``sentences``. Rows with the actor
        "" are descriptors of which no rule says whom they mean: they have no share.
    """
    resample.checked(level, n_boot, seed)
    found = references.find(corpus, lexicon=lexicon, include_marked=include_marked)
    words = counts.words(corpus, include_marked=include_marked)
    listed = found["kind"].eq(references.DESCRIPTOR) | ~found["safe"]
    rows: list[dict[str, Any]] = []
    for group, code, docs in counts.monolingual(corpus.documents, by):
        mine = found[found["doc"].isin(docs)]
        for actor, own in mine.groupby("key", sort=True):
            described = own[listed.loc[own.index]]
            if described.empty:
                continue
            settings = {"level": level, "n_boot": n_boot, "seed": seed}
            shares = _shares(own.assign(form=own["wording"]), docs=docs, **settings,
                             names=sorted({*described["wording"]}))  # fmt: skip
            judged = dict(zip(described["wording"], described["polarity"], strict=True))
            for row in sorted(shares, key=lambda r: not judged[r["form"]]):
                row |= {"actor": actor, "term": row["form"], "polarity": judged[row["form"]]}
                row |= _place(group, code, by, level, int(words[docs].sum()))
                row["method"] = _method("descriptor", include_marked) + resample.told(len(docs))
                if not actor:
                    row |= {"estimate": np.nan, "lo": np.nan, "hi": np.nan}
                    row["verdict"] = reason(NOBODY, len(docs))
                rows.append(row)
    keys = [*_group_keys(by), "language", "actor", "term"]
    return frame(rows, measure="nomination", keys=keys, extra=NOMINATED)


def _place(group: str, code: str, by: str | Sequence[str], level: float, n_tokens: int) -> dict:
    name = counts.SEPARATOR.join(counts.columns(by))
    out = {"by": name, "group": group, "language": code, "level": level, "n_tokens": n_tokens}
    return out | ({"doc_id": group} if name == "doc_id" else {})


def _group_keys(by: str | Sequence[str]) -> list[str]:
    return [*(["doc_id"] if counts.columns(by) == ["doc_id"] else []), "by", "group"]


def _shares(
    own: pd.DataFrame, names: list[str], docs: np.ndarray, **settings: Any
) -> list[dict[str, Any]]:
    """Rows of one actor in one group, by falling share."""
    row_of = {int(d): i for i, d in enumerate(docs)}
    column = {name: j for j, name in enumerate(names)}
    at = np.array([row_of[int(d)] for d in own["doc"]], dtype=np.int64)
    to = np.array([column.get(f, len(names)) for f in own["form"]], dtype=np.int64)
    table = counts.tabulate(at, to, (len(docs), len(names) + 1)).toarray().astype(float)
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
                "unit": "share of the references to the actor",
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
    return f"references by {unit}; {text}; document bootstrap"
