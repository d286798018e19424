"""Who is named how often: mentions of actors per 1,000 words, zeros kept.

``rate = 1000 · mentions / words``, pooled over the documents of a group. Its interval resamples
the group's documents with replacement (:mod:`analysis.resample`), because the words of one
document are no independent draws. One document gives no interval.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts as counting
from analysis import lexicons, resample
from analysis.rates import PER
from analysis.results import LEVEL, ONE_TEXT, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

EXTRA = ("mentions", "mentions_deduplicated", "per_1000", "sentences")
TABLE = ("doc_id", "actor", "mentions", "mentions_deduplicated", "per_1000")
METHOD = "declared surface forms per 1,000 words; {marked}; interval: {interval}"
BOOTSTRAP = "bootstrap of documents ({n_boot} samples, expanded percentile, pointwise)"


def actors(
    corpus: "Corpus",
    *,
    by: str = "doc_id",
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
    lexicon: str = "actors",
) -> pd.DataFrame:
    """Count the mentions of each actor in each group of documents.

    Parameters
    ----------
    corpus : Corpus
    by : str
        A metadata column (source, year, language …) or "doc_id". Documents without a value of
        it are left out.
    include_marked : bool
        Count repeated leads, menus and the like in the estimate, too. The raw columns always do.
    level : float
        Level of the document-bootstrap interval, 0 < level < 1.
    n_boot : int
        Resamples; with 0 there is no interval.
    seed : int
        Seed of the resamples.
    lexicon : str
        A lexicon's name or path.

    Returns
    -------
    DataFrame
        Result rows, one for each group × actor named anywhere in `corpus` (zeros kept), in
        order of group, then of falling mentions in the corpus. ``estimate`` = mentions per 1,000
        words of the counted text. Extra columns: ``mentions`` (raw, all of the text),
        ``mentions_deduplicated`` (outside excluded marks), ``per_1000`` (raw, per 1,000 words of
        all of the text), ``sentences`` (ids of the sentences counted in the estimate).

    Raises
    ------
    DiscourseError
        If `by` is no metadata column or `level` lies outside (0, 1).
    """
    resample.checked(level, n_boot, seed)
    mentions = lexicons.find(corpus, lexicons.load(lexicon))
    names = _ranked(mentions)
    groups = _groups(corpus.documents, by)
    every = _counts(mentions, names, len(corpus.documents))
    kept = _counts(mentions[mentions["kept"]], names, len(corpus.documents))
    words, words_kept = _words(corpus)
    counted, below = (every, words) if include_marked else (kept, words_kept)
    used = mentions if include_marked else mentions[mentions["kept"]]
    pool = _membership(groups, len(corpus.documents))
    n, total, n_docs = (pool @ counted).toarray(), pool @ below, [len(d) for d in groups.values()]
    lo, hi = _intervals(counted, below, groups, level=level, n_boot=n_boot, seed=seed)
    raw = (pool @ every).toarray()
    rows = pd.DataFrame(
        {
            "actor": np.tile(np.array(names, dtype=object), len(groups)),
            "by": by,
            "group": np.repeat(np.array(list(groups), dtype=object), len(names)),
            "estimate": _rate(n, total).ravel(),
            "lo": lo.ravel(),
            "hi": hi.ravel(),
            "level": level,
            "unit": "mentions per 1,000 words",
            "n_docs": np.repeat(np.array(n_docs, dtype=np.int64), len(names)),
            "n_tokens": np.repeat(total.astype(np.int64), len(names)),
            "n": n.ravel(),
            "mentions": raw.ravel(),
            "mentions_deduplicated": (pool @ kept).toarray().ravel(),
            "per_1000": _rate(raw, pool @ words).ravel(),
        }
    )
    rows["sentences"] = _sentences(used, groups, rows)
    how = BOOTSTRAP.format(n_boot=n_boot) if n_boot else "none"
    how += resample.told(n_docs) if n_boot else ""
    rows["method"] = METHOD.format(marked=counting.MARKED[include_marked], interval=how)
    rows["verdict"] = _verdicts(rows)
    keys = ["actor", "by", "group"]
    if by == "doc_id":
        rows["doc_id"] = rows["group"]
        keys = ["actor", "doc_id", "by", "group"]
    return frame(rows, measure="actors", keys=keys, extra=EXTRA)


def table(corpus: "Corpus", *, lexicon: str = "actors") -> pd.DataFrame:
    """Return document × actor: doc_id, actor, mentions, mentions_deduplicated, per_1000.

    ``mentions`` and ``per_1000`` are raw, over all of the text; actors named nowhere in the
    corpus are left out, zeros of the others are kept.
    """
    return actors(corpus, n_boot=0, lexicon=lexicon)[list(TABLE)]


def _ranked(mentions: pd.DataFrame) -> list[str]:
    """Actors by falling number of mentions, ties by name."""
    totals = mentions["key"].value_counts()
    return sorted(totals.index, key=lambda name: (-int(totals[name]), name))


def _counts(mentions: pd.DataFrame, names: list[str], n_docs: int) -> sparse.csr_array:
    """Return mentions by document × actor, shape (n_docs, n_actors)."""
    column = mentions["key"].map({name: j for j, name in enumerate(names)})
    where = (mentions["doc"].to_numpy(np.int64), column.to_numpy(np.int64))
    ones = np.ones(len(mentions), dtype=np.int64)
    return sparse.coo_array((ones, where), shape=(n_docs, len(names))).tocsr()


def _words(corpus: "Corpus") -> tuple[np.ndarray, np.ndarray]:
    """Words of each document: all, and those outside excluded marks."""
    return counting.words(corpus, include_marked=True), counting.words(corpus)


def _groups(documents: pd.DataFrame, by: str) -> dict[str, np.ndarray]:
    """Groups in sorted order with their rows, in an order that the files' order does not touch."""
    return dict(counting.members(counting.labels(documents, by), counting.order(documents)))


def _membership(groups: dict[str, np.ndarray], n_docs: int) -> sparse.csr_array:
    """Return which documents a group holds, shape (n_groups, n_docs)."""
    sizes = [len(docs) for docs in groups.values()]
    where = (np.repeat(np.arange(len(groups)), sizes), np.concatenate([[], *groups.values()]))
    place = (where[0].astype(np.int64), where[1].astype(np.int64))
    ones = np.ones(sum(sizes), dtype=np.int64)
    return sparse.coo_array((ones, place), shape=(len(groups), n_docs)).tocsr()


def _rate(n: np.ndarray, words: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(words[:, None] > 0, PER * n / words[:, None], math.nan)


def _intervals(
    counted: sparse.csr_array,
    words: np.ndarray,
    groups: dict[str, np.ndarray],
    *,
    level: float,
    n_boot: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the intervals, shape (n_groups, n_actors); NaN for groups of one document."""
    lo, hi = np.full((2, len(groups), counted.shape[1]), math.nan)
    for g, docs in enumerate(groups.values()):
        if len(docs) > 1 and n_boot:
            _, low, high = resample.ratio_interval(
                counted[docs], words[docs], level=level, n_boot=n_boot, seed=seed
            )
            lo[g], hi[g] = PER * low, PER * high
    return lo, hi


def _sentences(
    mentions: pd.DataFrame, groups: dict[str, np.ndarray], rows: pd.DataFrame
) -> list[tuple[int, ...]]:
    """Sentences that hold the mentions of each row, in order of the text."""
    group = {int(doc): name for name, docs in groups.items() for doc in docs}
    inside = mentions[mentions["sentence"] >= 0]
    inside = inside.assign(group=inside["doc"].map(group)).dropna(subset="group")
    found = inside.groupby(["group", "key"], sort=False)["sentence"].unique()
    ids = {pair: tuple(int(s) for s in np.sort(values)) for pair, values in found.items()}
    return [ids.get(pair, ()) for pair in zip(rows["group"], rows["actor"], strict=True)]


def _verdicts(rows: pd.DataFrame) -> np.ndarray:
    named = np.where(rows["n"] > 0, "named", "not named")
    single = np.where(rows["n"] > 0, ONE_TEXT, f"{ONE_TEXT}; not named")
    verdict = np.where(rows["n_docs"] > 1, named, single)
    return np.where(
        rows["n_tokens"] > 0,
        verdict,
        np.where(rows["n_docs"] > 1, "no words", f"{ONE_TEXT}; no words"),
    )
