"""Who speaks about whom: in whose words the mentions of an actor stand.

``share = mentions of the actor in a voice's words / mentions of the actor``, pooled over the
documents of a group. A mention inside quotation marks or a reported clause is its speaker's
(:func:`analysis.measures.voices.stretches`; of stretches inside one another the innermost); every
other is the text's own. Reported speech is found only in part, so the share of the text's own
voice is an upper bound. The interval resamples documents (percentile bootstrap).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, lexicons, resample
from analysis.measures.voices import OWN, stretches
from analysis.results import LEVEL, ONE_TEXT, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus

AT_MOST = "at most"
EXTRA = ("mentions", "speaker_actor", "sentences")


def spoken_of(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "doc_id",
    include_marked: bool = False,
    lexicon: str = "actors",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure in whose words each group of documents names each actor.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        A metadata column (source, year, language …), several, or "doc_id". Documents without a
        value of `by` are left out.
    include_marked : bool
        Count repeated leads, menus and the like, too.
    lexicon : str
        A lexicon of actors.
    level : float
        Level of the document-bootstrap interval, 0 < level < 1.
    n_boot, seed : int
        Resamples and their seed.

    Returns
    -------
    DataFrame
        Result rows, one for each group × actor named in it × voice that names it there; sorted by
        group, actor, falling share. ``speaker`` is "own voice", an actor's id, the text's words
        for a speaker, or "no speaker named"; ``estimate`` the share of the mentions of the actor,
        ``n`` those mentions. Extra columns: ``mentions`` (in this voice), ``speaker_actor`` (its
        id, "" for none), ``sentences`` (ids).

    Raises
    ------
    DiscourseError
        If `by` is no metadata column or `level` lies outside (0, 1).
    """
    resample.checked(level, n_boot, seed)
    groups, name = counts.labels(corpus.documents, by), counts.SEPARATOR.join(counts.columns(by))
    words = counts.words(corpus, include_marked=include_marked)
    found = mentions(corpus, include_marked=include_marked, lexicon=lexicon)
    rows: list[dict[str, Any]] = []
    for group, docs in counts.members(groups, counts.order(corpus.documents)):
        mine = found[found["doc"].isin(docs)]
        place = {"by": name, "group": group, "level": level, "n_tokens": int(words[docs].sum())}
        place |= {"doc_id": group} if name == "doc_id" else {}
        method = "mentions by innermost quotation or reported clause; "
        method += counts.MARKED[include_marked] + "; document bootstrap"
        place["method"] = method + resample.told(len(docs))
        for actor, own in mine.groupby("key", sort=True):
            for row in _shares(own, docs, level=level, n_boot=n_boot, seed=seed):
                rows.append(row | place | {"actor": actor})
    keys = ["actor", "speaker", *(["doc_id"] if name == "doc_id" else []), "by", "group"]
    return frame(rows, measure="spoken of", keys=keys, extra=EXTRA)


def mentions(
    corpus: "Corpus", *, include_marked: bool = False, lexicon: str = "actors"
) -> pd.DataFrame:
    """Give every mention of an actor the voice in whose words it stands.

    Returns
    -------
    DataFrame
        The rows of :func:`analysis.lexicons.find` that count, with ``speaker`` and
        ``speaker_actor`` as in :func:`spoken_of`.
    """
    found = lexicons.find(corpus, lexicons.load(lexicon))
    if not include_marked:
        found = found[found["kept"]]
    said = stretches(corpus, include_marked=include_marked, lexicon=lexicon)
    longest = (said["start"] - said["end"]).argsort(kind="stable")
    doc, start, end = (found[c].to_numpy() for c in ("doc", "start", "end"))
    first = np.searchsorted(doc, np.arange(len(corpus.documents) + 1))
    who = np.full(len(found), OWN, dtype=object)
    actor = np.full(len(found), "", dtype=object)
    # The innermost stretch comes last and stays.
    for d, a, b, speaker, key in said.loc[
        said.index[longest], ["doc", "start", "end", "counted_for", "actor"]
    ].itertuples(index=False, name=None):
        i, j = first[d], first[d + 1]
        inside = np.arange(*(i + np.searchsorted(start[i:j], [a, b])))
        inside = inside[end[inside] <= b]
        who[inside], actor[inside] = speaker, key
    return found.assign(speaker=who, speaker_actor=actor).reset_index(drop=True)


def _shares(own: pd.DataFrame, docs: np.ndarray, **settings: Any) -> list[dict[str, Any]]:
    """Rows of one actor in one group, by falling share."""
    code, names = pd.factorize(own["speaker"], sort=True)
    at = pd.Series(range(len(docs)), index=docs)[own["doc"]].to_numpy()
    table = counts.tabulate(at, code, (len(docs), len(names))).toarray().astype(float)
    estimate, lo, hi = resample.ratio_interval(table, table.sum(axis=1), **settings)
    out = []
    for j in sorted(range(len(names)), key=lambda j: (-table[:, j].sum(), names[j])):
        mine = own[code == j]
        upper = reason(AT_MOST, len(docs)) if names[j] == OWN else ""
        out.append(
            {
                "speaker": names[j],
                "estimate": estimate[j],
                "lo": lo[j],
                "hi": hi[j],
                "unit": "share of the mentions of the actor",
                "n_docs": len(docs),
                "n": len(own),
                "verdict": upper or (ONE_TEXT if len(docs) < 2 else ""),
                "mentions": len(mine),
                "speaker_actor": mine["speaker_actor"].iloc[0],
                "sentences": tuple(sorted({int(s) for s in mine["sentence"] if s >= 0})),
            }
        )
    return out
