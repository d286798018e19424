"""Who is named how often: mentions of actors per 1,000 words, zeros kept.

``rate = 1000 · mentions / words``, pooled over the documents of a group. Its interval resamples
the group's documents with replacement (percentile bootstrap, Efron & Tibshirani 1993), because
words of one document are no independent draws. One document gives no interval.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import lexicons
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PER = 1000.0
EXTRA = ("mentions", "mentions_deduplicated", "per_1000", "sentences")
TABLE = ("doc_id", "actor", "mentions", "mentions_deduplicated", "per_1000")


def actors(
    corpus: "Corpus",
    *,
    by: str = "doc_id",
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = 999,
    seed: int = 0,
    lexicon: str = "actors",
) -> pd.DataFrame:
    """Count the mentions of each actor in each group of documents.

    Parameters
    ----------
    corpus : Corpus
    by : str
        A metadata column (source, year, language …) or "doc_id". Documents without a value of
        `by` are left out.
    include_marked : bool
        Count repeated leads, menus and the like in the estimate, too. The raw columns always do.
    level : float
        Level of the document-bootstrap interval, 0 < level < 1.
    n_boot : int
        Resamples; none below 1, and the interval is NaN.
    seed : int
        Seed of the resamples.
    lexicon : str
        A lexicon's name or path.

    Returns
    -------
    DataFrame
        Result rows, one for each group × actor named anywhere in `corpus` (zeros kept), sorted
        by group, then by falling rate over the corpus. ``estimate`` = mentions per 1,000 words of
        the counted text. Extra columns: ``mentions`` (raw, all of the text),
        ``mentions_deduplicated`` (outside excluded marks), ``per_1000`` (raw, per 1,000 words of
        all of the text), ``sentences`` (ids of the sentences counted in the estimate).

    Raises
    ------
    DiscourseError
        If `by` is no metadata column or `level` lies outside (0, 1).
    """
    if by not in corpus.documents:
        raise DiscourseError(f"by={by!r} is no metadata column; use one of the documents' columns")
    if not 0 < level < 1:
        raise DiscourseError(f"level={level} is no probability between 0 and 1; use 0.95")
    mentions = lexicons.find(corpus, lexicons.load(lexicon))
    names = _ranked(mentions)
    n_docs = len(corpus.documents)
    raw = _counts(mentions, names, n_docs)
    kept = _counts(mentions[mentions["kept"]], names, n_docs)
    words_all, words_kept = _words(corpus)
    used = mentions if include_marked else mentions[mentions["kept"]]
    sentences = _sentence_ids(used)
    counted, words = (raw, words_all) if include_marked else (kept, words_kept)
    rng = np.random.default_rng(seed)
    rows = []
    for group, docs in _groups(corpus, by):
        lo, hi = _interval(counted[docs], words[docs], level=level, n_boot=n_boot, rng=rng)
        total = int(words[docs].sum())
        for j, name in enumerate(names):
            n = int(counted[docs, j].sum())
            rows.append(
                {
                    "actor": name,
                    "by": by,
                    "group": group,
                    "estimate": _rate(n, total),
                    "lo": lo[j],
                    "hi": hi[j],
                    "level": level,
                    "unit": "mentions per 1,000 words",
                    "n_docs": len(docs),
                    "n_tokens": total,
                    "n": n,
                    "method": _method(include_marked, n_boot, len(docs)),
                    "verdict": _verdict(len(docs), n, total),
                    "mentions": int(raw[docs, j].sum()),
                    "mentions_deduplicated": int(kept[docs, j].sum()),
                    "per_1000": _rate(int(raw[docs, j].sum()), int(words_all[docs].sum())),
                    "sentences": tuple(s for d in docs for s in sentences.get((int(d), name), ())),
                }
            )
    out = pd.DataFrame(rows, columns=None if rows else ["actor", "by", "group"])
    keys = ["actor", "by", "group"]
    if by == "doc_id":
        out["doc_id"] = out["group"]
        keys = ["actor", "doc_id", "by", "group"]
    return frame(out, measure="actors", keys=keys, extra=EXTRA)


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


def _counts(mentions: pd.DataFrame, names: list[str], n_docs: int) -> np.ndarray:
    """Return mentions by document × actor, shape (n_docs, n_actors), zeros kept."""
    out = np.zeros((n_docs, len(names)), dtype=np.int64)
    column = {name: j for j, name in enumerate(names)}
    np.add.at(
        out, (mentions["doc"].to_numpy(np.int64), mentions["key"].map(column).to_numpy(int)), 1
    )
    return out


def _words(corpus: "Corpus") -> tuple[np.ndarray, np.ndarray]:
    """Words of each document: all, and those outside excluded marks."""
    n_docs, tokens = len(corpus.documents), corpus.tokens
    everything = np.bincount(tokens.doc, minlength=n_docs)
    return everything, np.bincount(tokens.doc[tokens.kept], minlength=n_docs)


def _sentence_ids(mentions: pd.DataFrame) -> dict[tuple[int, str], list[int]]:
    inside = mentions[mentions["sentence"] >= 0]
    pairs = inside.groupby(["doc", "key"], sort=False)["sentence"].unique()
    return {(int(doc), str(key)): [int(s) for s in ids] for (doc, key), ids in pairs.items()}


def _groups(corpus: "Corpus", by: str) -> list[tuple[object, np.ndarray]]:
    """Groups in sorted order with their document rows, those sorted by doc_id.

    So the interval does not depend on the order of rows.
    """
    documents = corpus.documents
    order = np.argsort(documents["doc_id"].astype(str).to_numpy(), kind="stable")
    values = documents[by].iloc[order]
    groups: dict[object, list[int]] = {}
    for row, value in zip(order, values, strict=True):
        if not pd.isna(value) and value != "":
            groups.setdefault(value, []).append(int(row))
    return [(g, np.array(groups[g])) for g in sorted(groups, key=lambda g: (str(type(g)), g))]


def _interval(
    counts: np.ndarray, words: np.ndarray, *, level: float, n_boot: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile bootstrap over documents of the pooled rate, one interval a column."""
    n = len(words)
    if n < 2 or n_boot < 1 or not words.sum():
        nothing = np.full(counts.shape[1], math.nan)
        return nothing, nothing
    rates = np.empty((n_boot, counts.shape[1]))
    for b in range(n_boot):
        weight = np.bincount(rng.integers(0, n, n), minlength=n)
        total = weight @ words
        rates[b] = PER * (weight @ counts) / total if total else math.nan
    tail = 50 * (1 - level)
    lo, hi = np.nanpercentile(rates, [tail, 100 - tail], axis=0)
    estimate = PER * counts.sum(axis=0) / words.sum()
    return np.minimum(lo, estimate), np.maximum(hi, estimate)


def _rate(n: int, words: int) -> float:
    return PER * n / words if words else math.nan


def _method(include_marked: bool, n_boot: int, n_docs: int) -> str:
    text = "all of the text" if include_marked else "without repeated leads and furniture"
    how = f"document bootstrap, {n_boot} resamples" if n_docs > 1 and n_boot else "no interval"
    return f"declared surface forms; {text}; {how}"


def _verdict(n_docs: int, n: int, words: int) -> str:
    if not words:
        return "no words"
    parts = [ONE_TEXT] if n_docs == 1 else []
    return "; ".join(parts + (["not named"] if not n else []))
