"""What a topic is called, what shows it, and what warns of it."""

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import embeddings, languages

if TYPE_CHECKING:
    from analysis.corpus import Corpus

STABLE = 0.6
"""Topics found again with a Jaccard similarity below this are called unstable (Hennig 2007)."""
SAME = 0.75
"""Words whose vectors are so near (a word and its translation) say the same thing in a label."""
N_SHOWN = 3
EDGES = 0.5
"""A topic with more of its stretches than this at the edges of texts is greeting and thanks."""
SHORT = 0.4
"""A topic whose stretches have fewer words on the average, as a share of all, is a formula too."""
SPOKEN = 0.05
"""A language with fewer of a topic's stretches has no word in its name."""
_ADDRESS = re.compile(r"https?|www\.|\.(?:com|org|net|nl|de|eu)\b|@", re.IGNORECASE)


def leak(term: str, code: str, corpus: "Corpus") -> str:
    """Warn of a word that names the publication or the page rather than a theme."""
    if _ADDRESS.search(term):
        return "an address"
    mastheads = " ".join(corpus.documents["source"].astype(str).unique()).casefold().split()
    if term.casefold() in mastheads:
        return "the name of a source"
    if term.casefold() in languages.language(code).stop_words:
        return "a function word"
    return ""


def label(
    own: pd.DataFrame, weight: "pd.Series[int]", shown: str, *, model: str, n: int = 3
) -> str:
    """Compose a topic's label from its words and its most representative stretches.

    The best word of each language, the language with most units first; then more words of that
    order until there are `n`. Words count by score, closeness and the stretches that hold them;
    those of the representative stretches go first. A word that means the same as one chosen
    before (cosine of :data:`SAME` or more), such as its translation, gives way to the next.

    Parameters
    ----------
    own : DataFrame
        The topic's rows of :func:`terms`.
    weight : Series
        Language → number of the topic's units.
    shown : str
        Text of the representative stretches.
    model : str
        Sentence encoder.
    """
    vectors = embeddings.encode(list(own["term"]), list(own["language"]), model=model)
    vector = dict(zip(zip(own["language"], own["term"], strict=True), vectors, strict=True))
    shown_words, queues = set(re.findall(r"[\w’'-]+", shown.casefold())), []
    for code in weight.sort_index().sort_values(ascending=False, kind="stable").index:
        words = own[(own["language"] == code) & (own["warning"] == "")]
        rank = sorted(
            zip(
                words["term"],
                words["score"] * words["closeness"] * np.sqrt(words["stretches"]),
                strict=True,
            ),
            key=lambda w: (-w[1] * (1.5 if w[0].casefold() in shown_words else 1), w[0]),
        )
        queues.append([(code, w[0]) for w in rank])
    chosen: list[tuple[str, str]] = []
    while len(chosen) < n and any(queues):
        for queue in queues:
            while queue and any(vector[queue[0]] @ vector[c] >= SAME for c in chosen):
                queue.pop(0)
            if queue and len(chosen) < n:
                chosen.append(queue.pop(0))
    return " · ".join(term for _, term in chosen) or "no words of its own"


def representative(own: pd.DataFrame, n: int = N_SHOWN) -> tuple[int, ...]:
    """Sentence ids of the `n` stretches that belong most clearly."""
    ranked = own.sort_values("share", ascending=False, kind="stable")
    return tuple(s for ids in ranked["sentences"].head(n) for s in ids)


def described(
    corpus: "Corpus", stretches: pd.DataFrame, terms: pd.DataFrame,
    sentences: list[tuple[int, ...]], stable: np.ndarray, similar: np.ndarray, *, model: str,
) -> pd.DataFrame:  # fmt: skip
    """Name each topic and say how far it can be trusted; one row a topic.

    Parameters
    ----------
    stretches : DataFrame
        Those that count.
    sentences : list of tuple of int
        From :func:`analysis.measures._topic_words.nearest`.
    stable, similar : ndarray, shape (k,)
    """
    n_languages = stretches["language"].nunique()
    length = float(stretches["n_words"].mean())
    rows = []
    for topic in range(1, len(stable) + 1):
        own, words = stretches[stretches["topic"] == topic], terms[terms["topic"] == topic]
        weight = own["language"].value_counts()
        spoken = tuple(sorted(weight.index))
        weight = weight[weight >= SPOKEN * len(own)]
        words = words[words["language"].isin(weight.index)]
        shown = own.sort_values("share", ascending=False, kind="stable").head(N_SHOWN)
        by_language = [
            f"{code}: {', '.join(part['term'].head(6))}" for code, part in words.groupby("language")
        ]
        found = stable[topic - 1] >= STABLE
        warning = _warning(own, words, spoken, n_languages, length)
        rows.append(
            {
                "topic": topic,
                "label": label(words, weight, " ".join(corpus.spans(shown)), model=model),
                "top_words": "; ".join(by_language),
                "n_units": len(own),
                "languages": spoken,
                "stability": float(stable[topic - 1]),
                "similarity": float(similar[topic - 1]),
                "verdict": "stable" if found else "unstable topic",
                "warning": warning,
                "doubtful": bool(warning) or not found,
                "n_docs": own["doc_id"].nunique(),
                "n_tokens": int(own["n_words"].sum()),
                "n": len(own),
                "sentences": sentences[topic - 1],
            }
        )
    return pd.DataFrame(rows)


def _warning(
    own: pd.DataFrame,
    words: pd.DataFrame,
    spoken: tuple[str, ...],
    n_languages: int,
    length: float,
) -> str:
    """Say what may make a topic something else than a theme; `length`: words of any stretch."""
    parts = [f"“{w.term}” is {w.warning}" for w in words.itertuples() if w.warning]
    if n_languages > 1 and len(spoken) == 1:
        parts.append(f"found in {spoken[0]} only")
    at_edge = own["edge"].to_numpy(dtype=bool)
    if len(own) and at_edge.mean() > EDGES:
        parts.append(f"{at_edge.mean():.0%} of it opens or closes a text: it may be a formula")
    elif len(own) and own["n_words"].mean() < SHORT * length:
        few = f"{own['n_words'].mean():.0f} words where others have {length:.0f}"
        parts.append(f"its stretches are short ({few}): it may be a formula")
    return "; ".join(parts)
