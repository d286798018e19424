"""What a topic is called, what shows it, and what warns of it."""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import embeddings
from analysis.measures import _topic_words as words_

if TYPE_CHECKING:
    from analysis.corpus import Corpus

STABLE = 0.5
"""Topics found again with a Jaccard similarity below this are called unstable: fewer than half of
the stretches in a topic or its match are in both (Hennig 2007 calls them dissolved)."""
SAME = 0.75
"""Words whose vectors are so near (a word and its translation) say the same thing in a label."""
AGAIN, ENOUGH = 2, 3
"""Words of labels stand in so many of a topic's stretches, in topics of so many stretches."""
N_SHOWN = 3
EDGES, TIMES = 0.25, 2
"""A topic with more of its stretches than this at the edges of texts, and so many times what
stretches of the same texts have, is greeting and thanks: of a text of five stretches, two are its
edges whatever they say."""
SHORT = 0.4
"""A topic whose stretches have fewer words on the average, as a share of all, is a formula too."""
SHORTER = 0.6
"""So is one below this with half of FORMULAE words."""
SPOKEN = 0.05
"""A language with fewer of a topic's stretches has no word in its name."""
FORMULAE = 4
"""A topic with so many words of address, thanks and procedure among its own is a formula."""
_WORD = re.compile(r"[^\W_]+")
_ADDRESSING_TEXT = """
mr mrs madam sir excellency excellencies distinguished ladies gentlemen colleagues
congratulate congratulations thank thanks predecessor applause
voorzitter meneer mevrouw collega collega's dames heren dank bedankt woord spreektijd
interruptie beraadslaging applaus geachte
herr herren damen kollegin kolleginnen kollege kollegen geehrte geehrter geehrten
verehrte danke herzlichen redezeit wort zwischenfrage tagesordnung beifall glückwunsch drucksache
"""  # No word that is a theme elsewhere: president, election, committee, woman, love.
_ADDRESSING = frozenset(_ADDRESSING_TEXT.split())
TOGETHER = 3
"""Words side by side so often, and in a third of the places of one of them, are a phrase."""
ADJECTIVE = 0.25
"""Weight of adjectives in labels: nouns and names say more when they stand alone."""


def label(
    own: pd.DataFrame, weight: "pd.Series[int]", shown: str, *, model: str, n: int = 3
) -> str:
    """Compose a topic's label from its words and its most representative stretches.

    The best word of each language, the language with most units first; then more words of that
    order until there are `n`. Words count by score, closeness and the stretches that hold them;
    those of the representative stretches go first. A word that means the same as one chosen
    before (cosine of :data:`SAME` or more), such as its translation, gives way to the next. Words
    of a single stretch serve where the others are too few.

    Parameters
    ----------
    own : DataFrame
        The topic's rows of :func:`analysis.measures._topic_terms.terms`, phrases put together.
    weight : Series
        Language → number of the topic's units.
    shown : str
        Text of the representative stretches.
    model : str
        Sentence encoder.
    """
    meaning = _meanings(own, model)
    shown_words = set(re.findall(r"[\w’'-]+", shown.casefold()))
    again = own[own["stretches"] >= AGAIN] if weight.sum() >= ENOUGH else own
    chosen = _picked(_queues(again, weight, shown_words), meaning, n)
    if len(chosen) < n:
        chosen = _picked(_queues(own, weight, shown_words), meaning, n)
    return " · ".join(term for _, term in chosen) or "no words of its own"


Word = tuple[str, str]
"""Language and term."""


def _queues(own: pd.DataFrame, weight: "pd.Series[int]", shown: set[str]) -> list[list[Word]]:
    """Return the words of each language, best first, the language with most units first."""
    queues = []
    for code in weight.sort_index().sort_values(ascending=False, kind="stable").index:
        words = own[(own["language"] == code) & (own["warning"] == "")]
        value = words["score"] * words["closeness"] * np.sqrt(words["stretches"])
        value = value * np.where(words["pos"] == "A", ADJECTIVE, 1)
        rank = sorted(
            zip(words["term"], value, strict=True),
            key=lambda w: (-w[1] * (1.5 if w[0].casefold() in shown else 1), w[0]),
        )
        queues.append([(str(code), str(w[0])) for w in rank])
    return queues


def _picked(queues: list[list[Word]], meaning: dict[Word, np.ndarray], n: int) -> list[Word]:
    """Take the best word of each language in turn that says something new; uses up `queues`."""
    chosen: list[Word] = []
    while len(chosen) < n and any(queues):
        for queue in queues:
            while queue and any(
                (meaning[queue[0]] @ meaning[c].T).max() >= SAME or _akin(queue[0][1], c[1])
                for c in chosen
            ):
                queue.pop(0)
            if queue and len(chosen) < n:
                chosen.append(queue.pop(0))
    return chosen


def _meanings(own: pd.DataFrame, model: str) -> dict[tuple[str, str], np.ndarray]:
    """Return the vectors of each term and of its parts (Ukraine-Konflikt: and Ukraine)."""
    keys = list(zip(own["language"].astype(str), own["term"].astype(str), strict=True))
    said = [(i, c, t) for i, (c, whole) in enumerate(keys) for t in (whole, *_WORD.findall(whole))]
    vectors = embeddings.encode([t for *_, t in said], [c for _, c, _ in said], model=model)
    of = np.array([i for i, *_ in said], dtype=int)
    return {key: vectors[of == i] for i, key in enumerate(keys)}


def _akin(one: str, other: str) -> bool:
    """Tell whether two labels share a word, or words that begin alike (Korea, Korean)."""
    return any(
        _alike(a, b) for a in _WORD.findall(one.casefold()) for b in _WORD.findall(other.casefold())
    )  # fmt: skip


def _alike(one: str, other: str) -> bool:
    alike = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    shorter = min(len(one), len(other))
    alike = shorter if alike is None else alike
    return one == other or (alike >= 4 and alike >= 0.75 * shorter)


def phrases(words: pd.DataFrame, texts: dict[str, list[str]]) -> pd.DataFrame:
    """Put words that stand side by side into one row: "human rights", "Security Council".

    Parameters
    ----------
    words : DataFrame
        Rows of one topic of :func:`analysis.measures._topic_terms.terms`.
    texts : dict of str to list of str
        Language → its stretches of the topic.

    Returns
    -------
    DataFrame
        The phrase has the better row of its two words.
    """
    out = words.reset_index(drop=True)
    spelled, kind, gone = out["term"].tolist(), out["pos"].tolist(), []
    for code, own in out[out["warning"] == ""].groupby("language", sort=True):
        row = {str(term).casefold(): int(i) for i, term in own["term"].items()}
        single: Counter[str] = Counter()
        both: dict[tuple[str, str], Counter[str]] = {}
        for text in texts.get(str(code), []):
            forms = re.findall(r"[\w’'-]+|[^\w\s]", text)
            single.update(f for f in map(str.casefold, forms) if f in row)
            for pair in pairwise(forms):
                folded = (pair[0].casefold(), pair[1].casefold())
                if folded[0] in row and folded[1] in row:
                    both.setdefault(folded, Counter())[" ".join(pair)] += 1
        for (a, b), written in sorted(both.items(), key=lambda p: (-p[1].total(), p[0])):
            n = written.total()
            often = n >= TOGETHER and 3 * n >= min(single[a], single[b])
            if often and a != b and a in row and b in row:
                first, second = row.pop(a), row.pop(b)
                better, other = sorted((first, second))
                spelled[better] = min(written, key=lambda w: (-written[w], w))
                kind[better] = "N"
                gone.append(other)
    return out.assign(term=spelled, pos=kind).drop(index=gone)


def representative(own: pd.DataFrame, n: int = N_SHOWN) -> tuple[int, ...]:
    """Sentence ids of the `n` stretches that belong most clearly."""
    ranked = own.sort_values("share", ascending=False, kind="stable")
    return tuple(s for ids in ranked["sentences"].head(n) for s in ids)


def described(
    corpus: "Corpus", stretches: pd.DataFrame, terms: pd.DataFrame,
    sentences: list[tuple[int, ...]], stable: np.ndarray, similar: np.ndarray, *, model: str,
    unit: str = "paragraph",
) -> pd.DataFrame:  # fmt: skip
    """Name each topic and say how far it can be trusted; one row a topic.

    Parameters
    ----------
    stretches : DataFrame
        Those that count.
    sentences : list of tuple of int
        From :func:`analysis.measures._topic_terms.nearest`.
    stable, similar : ndarray, shape (k,)
    model, unit
        Sentence encoder; what the texts were cut into.
    """
    stretches = stretches.assign(edges=stretches["doc_id"].map(_edge_rates(corpus, unit)))
    held = stretches["language"].value_counts()
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
        texts = {c: corpus.spans(part) for c, part in own.groupby("language", sort=True)}
        said = phrases(words, texts)
        found = stable[topic - 1] >= STABLE
        whole = tuple(c for c in spoken if (own["language"] == c).sum() == held[c])
        warning = _warning(own, words, spoken, len(held), length, whole)
        rows.append(
            {
                "topic": topic,
                "label": label(said, weight, " ".join(corpus.spans(shown)), model=model),
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


@lru_cache(maxsize=1)
def _edge_rates(corpus: "Corpus", unit: str) -> "pd.Series[float]":
    """Return the share of each document's stretches at its edges, also of those not drawn."""
    every = words_.cut(corpus, unit=unit)
    return every[every["fitted"]].groupby("doc_id")["edge"].mean()


def _warning(
    own: pd.DataFrame,
    words: pd.DataFrame,
    spoken: tuple[str, ...],
    n_languages: int,
    length: float,
    whole: tuple[str, ...] = (),
) -> str:
    """Say what may make a topic something else than a theme.

    `length`: words of any stretch; `whole`: languages whose stretches are all in the topic.
    """
    parts = []
    for why, same in words[words["warning"] != ""].groupby("warning", sort=False):
        listed = ", ".join(f"“{w}”" for w in same["term"])
        parts.append(f"{listed} {'is' if len(same) == 1 else 'are each'} {why}")
    if n_languages > 1 and len(spoken) == 1:
        parts.append(f"found in {spoken[0]} only")
    for code in whole if n_languages > 1 else ():
        parts.append(f"holds all of the {code} text: its {code} words are not set apart")
    if formula := _formula(own, words, length):
        parts.append(f"{formula}: it may be a formula")
    return "; ".join(parts)


def _formula(own: pd.DataFrame, words: pd.DataFrame, length: float) -> str:
    """Say what shows that a topic is greeting, thanks or procedure; "" if nothing does."""
    at_edge = own["edge"].to_numpy(dtype=bool)
    most = TIMES * own["edges"].mean()
    if at_edge.sum() > 1 and EDGES < at_edge.mean() >= most:
        return f"{at_edge.mean():.0%} of it opens or closes a text"
    said = [w for w in words["term"] if w.casefold() in _ADDRESSING]
    short = SHORTER if 2 * len(said) >= FORMULAE else SHORT
    if len(own) and own["n_words"].mean() < short * length:
        few = f"{own['n_words'].mean():.0f} words where others have {length:.0f}"
        return f"its stretches are short ({few})"
    if len(said) >= FORMULAE:
        return f"its words address and thank ({', '.join(said[:FORMULAE])})"
    return ""
