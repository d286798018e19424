"""Stretches of text that topics are found in, and the words and sentences that describe them."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import embeddings, languages, lexicons
from analysis.measures._topic_labels import leak
from analysis.measures.association import weighted_log_odds

if TYPE_CHECKING:
    from analysis.corpus import Corpus

MOST_WORDS = 80
"""A paragraph of more words falls into windows of whole sentences of about this many."""
FEWEST_WORDS = 5
"""Shorter stretches (headings) say too little to be placed: they neither shape topics nor count."""
CONTENT = ("N", "PN", "A")
N_TERMS = 12
CANDIDATES = 30


def units(corpus: "Corpus", *, unit: str = "paragraph") -> pd.DataFrame:
    """Cut a corpus into the stretches that topics are found in.

    Parameters
    ----------
    corpus : Corpus
    unit : {"paragraph", "sentence"}
        Long paragraphs are cut into windows of sentences of about :data:`MOST_WORDS` words.

    Returns
    -------
    DataFrame
        ``doc, doc_id, language, start, end, sentences`` (tuple of sentence ids), ``n_words,
        fitted`` (False below :data:`FEWEST_WORDS` words, unless a document holds nothing longer);
        in the order of doc_id and place, whatever the order of the documents. Only kept sentences.
    """
    sentences = corpus.sentences[corpus.sentences["kept"].astype(bool)]
    n_words = np.bincount(corpus.tokens.sentence, minlength=len(corpus.sentences))
    rows = []
    for (doc, _), own in sentences.groupby(["doc", "paragraph"], sort=True):
        ids = own.index.to_numpy()
        for window in _windows(ids, n_words[ids], 1 if unit == "sentence" else MOST_WORDS):
            rows.append((doc, own.loc[window[0], "start"], own.loc[window[-1], "end"],
                         tuple(int(i) for i in window), int(n_words[window].sum())))  # fmt: skip
    out = pd.DataFrame(rows, columns=["doc", "start", "end", "sentences", "n_words"])
    out = out[out["n_words"] > 0].reset_index(drop=True)
    documents = corpus.documents
    out.insert(1, "doc_id", documents["doc_id"].to_numpy()[out["doc"].to_numpy(dtype=int)])
    out.insert(2, "language", documents["language"].to_numpy()[out["doc"].to_numpy(dtype=int)])
    longest = out.groupby("doc")["n_words"].transform("max")
    out["fitted"] = (out["n_words"] >= FEWEST_WORDS) | (longest < FEWEST_WORDS)
    return out.sort_values(["doc_id", "start"], kind="stable").reset_index(drop=True)


def _windows(ids: np.ndarray, n_words: np.ndarray, most: int) -> list[np.ndarray]:
    """Cut a paragraph's sentences into the fewest windows of about equal length."""
    pieces = max(1, min(len(ids), int(np.ceil(n_words.sum() / most))))
    middle = np.cumsum(n_words) - n_words / 2
    if most == 1:
        return [ids[i : i + 1] for i in range(len(ids))]
    part = np.minimum((middle * pieces / max(n_words.sum(), 1)).astype(int), pieces - 1)
    return [ids[part == p] for p in range(pieces) if (part == p).any()]


def vectors(corpus: "Corpus", stretches: pd.DataFrame, *, model: str) -> np.ndarray:
    """Return one vector for each stretch: the mean of its sentences', weighted by their words.

    Returns
    -------
    ndarray of float32, shape (n_units, d)
        Rows of length 1.
    """
    sentences, of = sentence_vectors(corpus, model=model)
    n_words = np.bincount(corpus.tokens.sentence, minlength=len(corpus.sentences))
    rows = []
    for ids in stretches["sentences"]:
        weight = np.maximum(n_words[list(ids)], 1)
        rows.append((sentences[of[list(ids)]] * weight[:, None]).sum(axis=0))
    stacked = np.array(rows, dtype=np.float32).reshape(len(rows), sentences.shape[1])
    length = np.linalg.norm(stacked, axis=1, keepdims=True)
    return stacked / np.where(length > 0, length, 1)


def sentence_vectors(corpus: "Corpus", *, model: str) -> tuple[np.ndarray, np.ndarray]:
    """Encode all kept sentences, in an order that the order of documents does not touch.

    Returns
    -------
    vectors : ndarray of float32, shape (n_kept, d)
    of : ndarray of int, shape (n_sentences,)
        Row of each sentence in `vectors`; -1 for sentences that are not kept.
    """
    kept = corpus.sentences[corpus.sentences["kept"].astype(bool)]
    kept = kept.sort_values(["doc_id", "start"], kind="stable")
    codes = corpus.documents["language"].to_numpy()[kept["doc"].to_numpy(dtype=int)]
    found = embeddings.encode(corpus.spans(kept), list(codes), model=model)
    of = np.full(len(corpus.sentences), -1)
    of[kept.index.to_numpy()] = np.arange(len(kept))
    return found, of


def terms(
    corpus: "Corpus",
    stretches: pd.DataFrame,
    centres: np.ndarray,
    *,
    names: bool = False,
    model: str = embeddings.DEFAULT,
) -> pd.DataFrame:
    """Find the words that set each topic apart from the others, language by language.

    Lemmas of nouns, names and adjectives, scored by the weighted log-odds of the topic against
    all other topics *of the same language* (Monroe, Colaresi & Quinn 2008), with the language's
    own counts as prior. Of the words with the highest scores, those come first whose own vector is
    near the topic's centre, so that a topic of few words is named by what they mean.

    Parameters
    ----------
    corpus : Corpus
    stretches : DataFrame
        The columns of :func:`units` and ``topic`` (1 … k).
    centres : ndarray, shape (k, d)
    names : bool
        Keep the names of actors, which tell who rather than what.
    model : str

    Returns
    -------
    DataFrame
        ``topic, language, term, score`` (z), ``closeness`` (cosine of word and centre), ``count,
        elsewhere, stretches`` (of the topic that hold it), ``warning``; ordered by score ×
        closeness.
    """
    k = len(centres)
    table = _content(corpus, stretches, names=names)
    rows = []
    for code, own in table.groupby("language", sort=True):
        lemma, at = np.unique(own["lemma"].to_numpy(dtype=str), return_inverse=True)
        counts = np.zeros((k, len(lemma)))
        np.add.at(counts, (own["topic"].to_numpy() - 1, at), 1)
        held = own.drop_duplicates(["lemma", "stretch"]).groupby(["topic", "lemma"]).size()
        total = counts.sum(axis=0)
        form = _written(own, lemma)
        for topic in np.flatnonzero(counts.sum(axis=1)):
            score = weighted_log_odds(counts[topic], total - counts[topic], 0.01 + 0.2 * total)
            best = [i for i in np.lexsort((lemma, -score)) if counts[topic, i] and score[i] > 0]
            for i in best[:CANDIDATES]:
                rows.append((int(topic) + 1, code, form[lemma[i]], float(score[i]),
                             int(counts[topic, i]), int(total[i] - counts[topic, i]),
                             int(held[topic + 1, lemma[i]])))  # fmt: skip
    columns = ["topic", "language", "term", "score", "count", "elsewhere", "stretches"]
    out = pd.DataFrame(rows, columns=columns)
    near = embeddings.encode(list(out["term"]), list(out["language"]), model=model)
    out["closeness"] = (
        (near * centres[out["topic"].to_numpy(dtype=int) - 1]).sum(axis=1).astype(float)
    )
    out["value"] = -out["score"] * out["closeness"].clip(lower=0.02)
    out = out.sort_values(["topic", "language", "value", "term"], kind="stable")
    out = out.groupby(["topic", "language"], sort=False).head(N_TERMS).reset_index(drop=True)
    out["warning"] = [leak(t, c, corpus) for t, c in zip(out["term"], out["language"], strict=True)]
    return out[[*columns[:4], "closeness", *columns[4:], "warning"]]


def _content(corpus: "Corpus", stretches: pd.DataFrame, *, names: bool) -> pd.DataFrame:
    """Return every content word of the stretches: topic, stretch, language, lemma, written form."""
    from analysis.corpus import POS

    tokens, lemmas = corpus.tokens, corpus.lemmas()
    topic = np.zeros(len(corpus.sentences), dtype=int)
    stretch = np.zeros(len(corpus.sentences), dtype=int)
    for i, (ids, number) in enumerate(zip(stretches["sentences"], stretches["topic"], strict=True)):
        topic[list(ids)], stretch[list(ids)] = number, i
    wanted = np.isin(lemmas.pos, [POS.index(p) for p in CONTENT])
    keep = tokens.kept & (topic[tokens.sentence] > 0) & wanted
    if not names:
        keep &= ~_named(corpus)
    first = np.r_[True, tokens.sentence[1:] != tokens.sentence[:-1]]
    rows = np.flatnonzero(keep)
    texts = corpus.documents["text"].tolist()
    out = pd.DataFrame(
        {
            "topic": topic[tokens.sentence[rows]],
            "stretch": stretch[tokens.sentence[rows]],
            "language": corpus.documents["language"].to_numpy()[tokens.doc[rows]],
            "lemma": lemmas.vocabulary[lemmas.ids[rows]],
            "form": [
                texts[d][s:e]
                for d, s, e in zip(
                    tokens.doc[rows], tokens.start[rows], tokens.end[rows], strict=True
                )
            ],
            "first": first[rows],
        }
    )
    stop = frozenset().union(*(languages.language(c).stop_words for c in languages.codes()))
    usable = [
        len(lemma) > 2 and not lemma[0].isdigit() and not {lemma, form.casefold()} & stop
        for lemma, form in zip(out["lemma"], out["form"], strict=True)
    ]
    return out[usable]


def nearest(
    corpus: "Corpus", stretches: pd.DataFrame, centres: np.ndarray, *, model: str, n: int = 6
) -> list[tuple[int, ...]]:
    """Find the sentences that show each topic best, over all documents and languages.

    Parameters
    ----------
    corpus : Corpus
    stretches : DataFrame
        The columns of :func:`units` and ``topic`` (1 … k).
    centres : ndarray, shape (k, d)
    model : str
    n : int
        About so many a topic, at least one of every language, at most three of one; the best of
        another document goes before the second best of the same.

    Returns
    -------
    list of tuple of int
        Sentence ids of each topic: the nearest of each language first, nearest of all in front.
    """
    vectors_, of = sentence_vectors(corpus, model=model)
    n_words = np.bincount(corpus.tokens.sentence, minlength=len(corpus.sentences))
    long = stretches[["topic", "language", "doc_id", "sentences"]].explode("sentences")
    ids = long["sentences"].to_numpy(dtype=int)
    centre = centres[long["topic"].to_numpy(dtype=int) - 1]
    long["cosine"] = (vectors_[of[ids]] * centre).sum(axis=1).round(5)
    long["short"] = n_words[ids] < FEWEST_WORDS
    long = long.sort_values(["short", "cosine"], ascending=[True, False], kind="stable")
    long["place"] = long.groupby(["topic", "doc_id"]).cumcount()
    long = long.sort_values(["short", "place"], kind="stable")
    long["round"] = long.groupby(["topic", "language"]).cumcount()
    out = []
    for topic in range(1, len(centres) + 1):
        own = long[long["topic"] == topic].sort_values("round", kind="stable")
        most = max(1, min(3, n // max(1, own["language"].nunique())))
        out.append(tuple(int(i) for i in own.loc[own["round"] < most, "sentences"]))
    return out


def _named(corpus: "Corpus") -> np.ndarray:
    """Tell which tokens lie in the mention of an actor; bool, shape (n_tokens,)."""
    mentions = lexicons.find(corpus, lexicons.load("actors"))
    tokens = corpus.tokens
    named = np.zeros(len(tokens), dtype=bool)
    for doc, own in mentions.groupby("doc"):
        rows = np.flatnonzero(tokens.doc == doc)
        first = np.searchsorted(tokens.end[rows], own["start"].to_numpy(), side="right")
        last = np.searchsorted(tokens.start[rows], own["end"].to_numpy(), side="left")
        for a, b in zip(first, last, strict=True):
            named[rows[a:b]] = True
    return named


def _written(own: pd.DataFrame, lemmas: np.ndarray) -> dict[str, str]:
    """Return how each lemma is most often written, sentence beginnings left out where possible."""
    forms: dict[str, Counter[str]] = {str(lemma): Counter() for lemma in lemmas}
    for lemma, form, first in zip(own["lemma"], own["form"], own["first"], strict=True):
        forms[lemma][form] += 1 if first else 1000
    return {lemma: min(c, key=lambda f: (-c[f], f)) for lemma, c in forms.items()}
