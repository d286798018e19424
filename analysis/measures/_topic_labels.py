"""What a topic is called, what shows it, and what warns of it."""

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import languages

if TYPE_CHECKING:
    from analysis.corpus import Corpus

STABLE = 0.6
"""Topics found again with a Jaccard similarity below this are called unstable (Hennig 2007)."""
N_SHOWN = 3
_ADDRESS = re.compile(r"https?|www\.|\.(?:com|org|net|nl|de|eu)\b|@", re.IGNORECASE)


def leak(term: str, code: str, corpus: "Corpus") -> str:
    """Warn of a word that names the publication or the page rather than a theme."""
    if _ADDRESS.search(term):
        return "address"
    mastheads = " ".join(corpus.documents["source"].astype(str).unique()).casefold().split()
    if term.casefold() in mastheads:
        return "name of a source"
    if term.casefold() in languages.language(code).stop_words:
        return "function word"
    return ""


def label(own: pd.DataFrame, weight: "pd.Series[int]", shown: str, *, n: int = 3) -> str:
    """Compose a topic's label from its words and its most representative stretches.

    The best word of each language, the language with most units first; then more words of that
    order until there are `n`. Words that stand in the representative stretches go first.

    Parameters
    ----------
    own : DataFrame
        The topic's rows of :func:`terms`.
    weight : Series
        Language → number of the topic's units.
    shown : str
        Text of the representative stretches.
    """
    shown_words, queues = set(re.findall(r"[\w’'-]+", shown.casefold())), []
    for code in weight.sort_index().sort_values(ascending=False, kind="stable").index:
        words = own[(own["language"] == code) & (own["warning"] == "")]
        rank = sorted(
            zip(words["term"], words["score"] * words["closeness"], strict=True),
            key=lambda w: (-w[1] * (1.5 if w[0].casefold() in shown_words else 1), w[0]),
        )
        queues.append([w[0] for w in rank])
    chosen: list[str] = []
    for place in range(n):
        for queue in queues:
            if place < len(queue) and len(chosen) < n and queue[place] not in chosen:
                chosen.append(queue[place])
    return " · ".join(chosen) or "no words of its own"


def representative(own: pd.DataFrame, n: int = N_SHOWN) -> tuple[int, ...]:
    """Sentence ids of the `n` stretches that belong most clearly, headings last."""
    if not len(own):
        return ()
    ranked = own.sort_values(["fitted", "share"], ascending=[False, False], kind="stable")
    return tuple(s for ids in ranked["sentences"].head(n) for s in ids)


def described(
    corpus: "Corpus", stretches: pd.DataFrame, terms: pd.DataFrame, k: int,
    stable: np.ndarray, similar: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """Name each topic and say how far it can be trusted; one row a topic."""
    n_languages = stretches["language"].nunique()
    rows = []
    for topic in range(1, k + 1):
        own, words = stretches[stretches["topic"] == topic], terms[terms["topic"] == topic]
        weight = own["language"].value_counts()
        shown = own.sort_values("share", ascending=False, kind="stable").head(N_SHOWN)
        by_language = [
            f"{code}: {', '.join(part['term'].head(6))}" for code, part in words.groupby("language")
        ]
        spoken = tuple(sorted(weight.index))
        rows.append(
            {
                "topic": topic,
                "label": label(words, weight, " ".join(corpus.spans(shown))),
                "top_words": "; ".join(by_language),
                "n_units": len(own),
                "languages": spoken,
                "stability": float(stable[topic - 1]),
                "similarity": float(similar[topic - 1]),
                "verdict": "stable" if stable[topic - 1] >= STABLE else "unstable topic",
                "warning": _warning(words, spoken, n_languages),
            }
        )
    return pd.DataFrame(rows)


def _warning(words: pd.DataFrame, spoken: tuple[str, ...], n_languages: int) -> str:
    """Say what may make a topic something else than a theme."""
    parts = [f"{w.term}: {w.warning}" for w in words.itertuples() if w.warning]
    if n_languages > 1 and len(spoken) == 1:
        parts.append(f"found in {spoken[0]} only")
    return "; ".join(parts)
