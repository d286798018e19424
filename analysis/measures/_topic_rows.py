"""Rows of topics: what a group's rows say of their topics, and the verdicts they end in."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, resample
from analysis.measures import _prevalence as shares_
from analysis.measures import _topic_labels as labels_
from analysis.measures._contrast import UNCLEAR, UNSAMPLED
from analysis.measures._prevalence import Group, Stretches
from analysis.results import ONE_TEXT

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.measures._topic_types import TopicModel

ABOUT = (
    "topic", "label", "top_words", "stability", "languages", "warning", "doubtful",
)  # fmt: skip
"""What a row takes over from the model's own table."""
COLUMNS = (
    "topic", "estimate", "lo", "hi", "p", "without_one_text", "n_docs", "docs_reference", "stable",
    "why", "doubtful", "label", "group", "reference",
)  # fmt: skip
"""What every table of rows holds, if only as NaN."""
NAMES = ("label", "group", "reference")
"""Empty in rows that have none."""
WHOLE = ("topic", "n_docs", "n_tokens", "n", "docs_reference")
POINTS = 100
"""Percentage points in a share of 1."""
FEW = "too little text"
UNSTABLE = "unstable topic"
TESTED = "t test of the same variance; q: Benjamini-Hochberg over all rows"


def groups(
    corpus: "Corpus", of: Stretches, by: str | Sequence[str], *, n_boot: int, seed: int
) -> list[tuple[str, Group]]:
    """Return every group that has words, in order of their names, each with its own draws."""
    label = counts.labels(corpus.documents, by)[of.rows]
    source = counts.labels(corpus.documents, "source")[of.rows]
    source = np.array(["" if s is None else s for s in source], dtype=object)
    held = counts.members(label[of.doc], np.arange(len(of.doc)))
    seeds = np.random.SeedSequence(seed).generate_state(max(1, len(held)))
    return [
        (name, shares_.group(of, use, source, n_boot=n_boot, seed=int(own)))
        for (name, use), own in zip(held, seeds, strict=False)
    ]


def about(model: "TopicModel") -> dict[str, Any]:
    """Return what every group's rows say of the topics, one value a topic."""
    told = model.topics.set_index("topic", drop=False).loc[list(model.numbers)]
    return {c: told[c].to_numpy() for c in ABOUT} | {
        "stable": told["verdict"].eq("stable").to_numpy()
    }


def facts(model: "TopicModel", of: Stretches, use: np.ndarray) -> dict[str, Any]:
    """Return the size of some stretches, and how many are of each topic."""
    k = len(model.numbers)
    placed = use[of.main[use] < k]
    return {
        "n_docs": len(np.unique(of.doc[use])),
        "n_tokens": int(of.words[use].sum()),
        "n": np.bincount(of.main[placed], minlength=k),
        "n_units": len(use),
        "sentences": _sentences(of, placed, k),
    }


def _sentences(of: Stretches, use: np.ndarray, k: int) -> list[tuple[int, ...]]:
    """Sentence ids of the stretches that belong most clearly to each topic."""
    share = of.frame["share"].to_numpy(dtype=np.float64)[use]
    held = of.frame["sentences"].to_numpy()
    out: list[tuple[int, ...]] = [()] * k
    ranked = use[np.lexsort((-share, of.main[use]))]
    edges = np.searchsorted(of.main[ranked], np.arange(k + 1))
    for j in range(k):
        most = ranked[edges[j] : edges[j + 1]][: labels_.N_SHOWN]
        out[j] = tuple(s for i in most for s in held[i])
    return out


def table(parts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Put together rows given as columns, one value a topic; a row without topics by itself."""
    lengths = [len(part["topic"]) if "topic" in part else 1 for part in parts]
    held: dict[str, list[Any]] = {name: [] for part in parts for name in part}
    for part, n in zip(parts, lengths, strict=True):
        for name, values in held.items():
            value = part.get(name, np.nan)
            values += list(value) if isinstance(value, (list, np.ndarray)) else [value] * n
    rows = pd.DataFrame(held)
    rows = rows.reindex(columns=[*rows, *(c for c in COLUMNS if c not in rows)])
    rows[list(NAMES)] = rows[list(NAMES)].astype(object).fillna("")
    return rows.assign(doubtful=rows["doubtful"].eq(True))


def sizes(n_docs: int, stable: np.ndarray, *, tested: bool) -> np.ndarray:
    """Return the verdicts of a group's shares: what keeps each from being more than a number."""
    few = n_docs < resample.MIN_DOCS
    said = ONE_TEXT if n_docs < 2 else FEW if few else "" if tested else UNSAMPLED
    return unstable(np.full(len(stable), said, dtype=object), stable)


def unstable(said: np.ndarray, stable: np.ndarray) -> np.ndarray:
    """Add to verdicts that a topic is unstable."""
    words = [
        "; ".join(part for part in (one, "" if sure else UNSTABLE) if part)
        for one, sure in zip(said, stable, strict=True)
    ]
    return np.array(words, dtype=object)


def verdicts(
    rows: pd.DataFrame, level: float, *, words: tuple[str, str], tested: bool = True
) -> np.ndarray:
    """Say in words what a difference or a slope shows; the first rule that holds decides.

    Parameters
    ----------
    rows : DataFrame
        ``estimate, lo, hi, q, without_one_text, n_docs, docs_reference, stable`` and ``why``, which
        is NaN or says why there is no estimate.
    level : float
    words : tuple of two str
        What an estimate above, and one below, zero is called.
    tested : bool
        False where nothing was resampled.
    """
    names = ["estimate", "lo", "hi", "q", "without_one_text", "n_docs", "docs_reference"]
    numbers = rows[names].astype(np.float64).to_numpy().T
    estimate, lo, hi, q, left, docs, other = numbers
    fewest = np.fmin(docs, other)
    sure = ((lo > 0) | (hi < 0)) & (q <= 1 - level)
    driven = np.sign(estimate) * left < np.abs(estimate) / 2
    rules = [
        (rows["why"].notna().to_numpy(), rows["why"].astype(object).fillna("").to_numpy()),
        (fewest < 2, ONE_TEXT),
        (fewest < resample.MIN_DOCS, FEW),
        (np.full(len(rows), not tested), UNSAMPLED),
        (np.isnan(lo), f"{ONE_TEXT} decides it alone"),
        (sure & driven, "differs but one text drives it"),
        (sure & (estimate > 0), words[0]),
        (sure, words[1]),
    ]
    said = np.full(len(rows), UNCLEAR, dtype=object)
    for rule, value in reversed(rules):
        said = np.where(rule, value, said)
    stable = rows["stable"].astype("boolean").fillna(True).to_numpy(dtype=bool)
    return unstable(said, stable)
