"""Coherence: do the words that describe a topic stand together in the texts?

gensim's ``u_mass``, ``c_v`` and ``c_npmi`` (Röder, Both & Hinneburg 2015, WSDM), in each language
over the stretches of that language, since words of two languages never stand together.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.results import ONE_TEXT, DiscourseError, frame, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.measures.topics import TopicModel

MEASURES = ("c_v", "c_npmi", "u_mass")
UNITS = {
    "c_v": "c_v, 0 to 1",
    "c_npmi": "normalised pointwise mutual information, -1 to 1",
    "c_uci": "pointwise mutual information",
    "u_mass": "log conditional probability, at most 0",
}
"""Measures that :func:`coherence` knows, and what their numbers are."""
N_WORDS = 10
FEWEST_TEXTS = 10
"""With fewer stretches of a language, which words stand together in it is chance."""


def coherence(
    topics: list[list[str]], texts: list[list[str]], *, measure: str = "c_npmi", n: int = N_WORDS
) -> np.ndarray:
    """Return gensim's coherence of each topic's top words.

    Words that no text holds, repeated words and empty texts are left out: gensim passes over the
    first in silence, takes the second for perfect company, and counts the third as windows.
    Windows are of 10 words (``c_npmi``, ``c_uci``), 110 (``c_v``), or the whole text
    (``u_mass``). A window in which a word stands twice loses it, in gensim, when the first of the
    two has gone; that is kept, so that numbers compare with those of others.

    Parameters
    ----------
    topics : list of list of str
        Words, best first.
    texts : list of list of str
        Reference texts of the same language, as words.
    measure : {"c_npmi", "c_v", "u_mass", "c_uci"}
    n : int
        Words of each topic that count.

    Returns
    -------
    ndarray, shape (n_topics,)
        NaN for a topic of fewer than two words that stand in the texts.

    Raises
    ------
    DiscourseError
        If the measure is unknown, or `n` is below 2.
    """
    if measure not in UNITS:
        raise DiscourseError(f"measure={measure!r} is unknown: use one of {', '.join(UNITS)}")
    if n < 2:
        raise DiscourseError(f"n={n}: coherence is of two words or more")
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    texts = [text for text in texts if text]
    known = set().union(*texts)
    tops = [[w for w in dict.fromkeys(topic) if w in known][:n] for topic in topics]
    able = [i for i, top in enumerate(tops) if len(top) > 1]
    out = np.full(len(topics), np.nan)
    if able:
        own = [tops[i] for i in able]
        model = CoherenceModel(
            topics=own, texts=texts, dictionary=Dictionary([sorted({w for t in own for w in t})]),
            coherence=measure, topn=n, processes=1,
        )  # fmt: skip
        out[able] = model.get_coherence_per_topic()
    return out


def by_language(corpus: "Corpus", model: "TopicModel", *, n: int = N_WORDS) -> pd.DataFrame:
    """Say how coherent the words of each topic are, language by language.

    Parameters
    ----------
    corpus : Corpus
        The one the model was fitted to.
    model : TopicModel
    n : int
        So many of a topic's words in each language count, first ones first.

    Returns
    -------
    DataFrame
        Result rows, one a topic, language and measure (``c_v``, ``c_npmi``, ``u_mass``): the more
        the words stand together, the greater. ``n`` counts the stretches of that language looked
        at, those of all topics; ``words`` holds the words. NaN, with the reason, where a topic
        has fewer than two words in the language or the language fewer than
        :data:`FEWEST_TEXTS` stretches. No interval: gensim gives none.

    Raises
    ------
    DiscourseError
        If the model was made from another corpus.
    """
    if model.corpus_hash != corpus.hash:
        raise DiscourseError("model: it was made from another corpus; fit it again")
    counted = model.units[model.units["fitted"].to_numpy(dtype=bool)]
    numbers = [int(t) for t in model.topics["topic"]]
    parts = [
        part
        for code, own in counted.groupby("language", sort=True)
        for part in _language(corpus, own, _terms(model.terms, str(code), numbers), n)
    ]
    rows = pd.concat(parts, ignore_index=True) if parts else _rows([], MEASURES[0])
    order = rows["measure"].map(MEASURES.index)
    rows = rows.assign(order=order).sort_values(["order", "topic", "language"], kind="stable")
    return rows.drop(columns="order").reset_index(drop=True)


def _terms(terms: pd.DataFrame, code: str, numbers: list[int]) -> dict[int, list[str]]:
    """Return each topic's terms in one language, best first, as words of texts are written."""
    own = terms[(terms["language"] == code).to_numpy()]
    return {
        t: [str(w).casefold() for w in own.loc[(own["topic"] == t).to_numpy(), "term"]]
        for t in numbers
    }


def _language(
    corpus: "Corpus", stretches: pd.DataFrame, terms: dict[int, list[str]], n: int
) -> list[pd.DataFrame]:
    """Return the rows of one language, a frame a measure."""
    held = words_of(corpus, stretches)
    known = set().union(*held)
    words = {t: [w for w in dict.fromkeys(ws) if w in known][:n] for t, ws in terms.items()}
    n_docs = int(stretches["doc_id"].nunique())
    about = {
        "language": str(stretches["language"].iloc[0]), "n_docs": n_docs,
        "n_tokens": sum(map(len, held)), "n": len(held), "level": np.nan,
    }  # fmt: skip
    few = len(held) < FEWEST_TEXTS
    out = []
    for measure in MEASURES:
        values = np.full(len(words), np.nan)
        if not few:
            values = coherence(list(words.values()), held, measure=measure, n=n)
        how = f"gensim {measure} of the first {n} words of a topic, over all words of the stretches"
        rows = [
            {**about, "topic": t, "estimate": value, "unit": UNITS[measure], "words": tuple(top)}
            | {"method": how, "verdict": _verdict(value, len(top), few, n_docs)}
            for (t, top), value in zip(words.items(), values, strict=True)
        ]
        out.append(_rows(rows, measure))
    return out


def _rows(rows: list[dict[str, object]], measure: str) -> pd.DataFrame:
    return frame(rows, measure=measure, keys=("topic", "language"), extra=("words",))


def _verdict(value: float, n_words: int, few: bool, n_docs: int) -> str:
    """Say why there is no value; of a value, only whether it is one text's."""
    if few:
        return reason(f"fewer than {FEWEST_TEXTS} stretches in this language", n_docs)
    if n_words < 2:
        return reason("fewer than two words of the topic in this language", n_docs)
    if np.isnan(value):
        return reason("its words never stand together", n_docs)
    return ONE_TEXT if n_docs < 2 else ""


def words_of(corpus: "Corpus", stretches: pd.DataFrame) -> list[list[str]]:
    """Return the words of every stretch in their order, case-folded; marked parts left out."""
    tokens = corpus.tokens
    row = np.full(len(corpus.sentences), -1)
    for i, ids in enumerate(stretches["sentences"]):
        row[list(ids)] = i
    inside = np.flatnonzero(tokens.kept & (row[tokens.sentence] >= 0))
    of = row[tokens.sentence[inside]]
    order = np.argsort(of, kind="stable")
    words = tokens.forms[inside[order]].tolist()
    edges = np.searchsorted(of[order], np.arange(len(stretches) + 1))
    return [words[a:b] for a, b in pairwise(edges.tolist())]
