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
BROKEN = 0.25
"""Where more of a document's lines than this begin in lower case, lines are no paragraphs."""
LONG = 5
WORDED = 1_500
"""Topics get their words from at most so many stretches, drawn evenly."""
N_TERMS = 12
CANDIDATES = 30


def units(
    corpus: "Corpus", *, unit: str = "paragraph", sample: int | None = None, seed: int = 0
) -> pd.DataFrame:
    """Cut a corpus into the stretches that topics are found in.

    Parameters
    ----------
    corpus : Corpus
    unit : {"paragraph", "sentence"}
        Long paragraphs are cut into windows of sentences of about :data:`MOST_WORDS` words.
    sample : int, optional
        Draw so many of the stretches, evenly over sources and documents; all of them without it.
    seed : int

    Returns
    -------
    DataFrame
        ``doc, doc_id, language, start, end, sentences`` (tuple of sentence ids), ``n_words,
        fitted`` (False below :data:`FEWEST_WORDS` words, unless a document holds nothing longer),
        ``edge`` (the first or last stretch of a text of :data:`LONG` stretches or more); in the
        order of doc_id and place, whatever the order of the documents. Only kept
        sentences.
    """
    return chosen(corpus, cut(corpus, unit=unit), sample=sample, seed=seed)


def cut(corpus: "Corpus", *, unit: str = "paragraph") -> pd.DataFrame:
    """Find where all stretches begin and end: the columns of :func:`units` without sentences.

    Returns
    -------
    DataFrame
        ``first, last``: the stretch is the kept sentences of its document whose ids lie between.
    """
    kept = np.flatnonzero(corpus.sentences["kept"].to_numpy(dtype=bool))
    doc = corpus.sentences["doc"].to_numpy(dtype=int)[kept]
    paragraph = _paragraphs(corpus, kept)
    order = np.lexsort((kept, paragraph, doc))
    kept, doc, paragraph = kept[order], doc[order], paragraph[order]
    n_words = np.bincount(corpus.tokens.sentence, minlength=len(corpus.sentences))[kept]
    new = np.r_[True, (doc[1:] != doc[:-1]) | (paragraph[1:] != paragraph[:-1])][: len(kept)]
    if unit == "sentence":
        new[:] = True
    else:
        new |= _windows(np.cumsum(new) - 1, n_words)
    first = np.flatnonzero(new)
    last = np.r_[first[1:], len(kept)][: len(first)] - 1
    start, end = (corpus.sentences[c].to_numpy() for c in ("start", "end"))
    out = pd.DataFrame({"doc": doc[first], "start": start[kept[first]], "end": end[kept[last]]})
    out["first"], out["last"] = kept[first], kept[last]
    out["n_words"] = np.add.reduceat(n_words, first) if len(first) else n_words
    out = out[out["n_words"] > 0].reset_index(drop=True)
    documents = corpus.documents
    out.insert(1, "doc_id", documents["doc_id"].to_numpy()[out["doc"].to_numpy(dtype=int)])
    out.insert(2, "language", documents["language"].to_numpy()[out["doc"].to_numpy(dtype=int)])
    longest = out.groupby("doc")["n_words"].transform("max")
    out["fitted"] = (out["n_words"] >= FEWEST_WORDS) | (longest < FEWEST_WORDS)
    out = out.sort_values(["doc_id", "start"], kind="stable").reset_index(drop=True)
    place = out.groupby("doc").cumcount()
    size = out.groupby("doc")["start"].transform("size")
    return out.assign(edge=((place == 0) | (place == size - 1)) & (size >= LONG))


def chosen(
    corpus: "Corpus", stretches: pd.DataFrame, *, sample: int | None = None, seed: int = 0
) -> pd.DataFrame:
    """Draw stretches and look up their sentences; see :func:`units`.

    The stretches, in the order of source, document and place, fall into `sample` parts of equal
    size, and one is drawn from each: every source and document gives what its length is worth.
    Headings are not drawn.
    """
    if sample is not None and len(stretches) > sample:
        stretches = stretches[stretches["fitted"].to_numpy(dtype=bool)]
    if sample is not None and len(stretches) > sample:
        source = corpus.documents["source"].astype(str).to_numpy()
        place = np.argsort(source[stretches["doc"].to_numpy(dtype=int)], kind="stable")
        edges = np.linspace(0, len(stretches), sample + 1)
        at = edges[:-1] + np.random.default_rng(seed).random(sample) * np.diff(edges)
        stretches = stretches.iloc[np.sort(place[at.astype(int)])]
    kept = corpus.sentences["kept"].to_numpy(dtype=bool)
    ids = [
        tuple((first + np.flatnonzero(kept[first : last + 1])).tolist())
        for first, last in zip(stretches["first"], stretches["last"], strict=True)
    ]
    columns = ["doc", "doc_id", "language", "start", "end", "n_words", "fitted", "edge"]
    out = stretches[columns].reset_index(drop=True)
    out.insert(5, "sentences", pd.Series(ids, dtype=object))
    return out


def _paragraphs(corpus: "Corpus", kept: np.ndarray) -> np.ndarray:
    """Number the paragraph of each kept sentence; a text of broken lines is one paragraph.

    Texts taken from a page often have its line ends: where a good part of the lines goes on in
    lower case, lines are no paragraphs, and the document is cut by its sentences alone.
    """
    own = corpus.sentences.iloc[kept]
    paragraph = own["paragraph"].to_numpy(dtype=int).copy()
    first = np.r_[True, paragraph[1:] != paragraph[:-1]][: len(own)]
    begins = own.loc[first, ["doc", "start"]].assign(end=own["start"][first] + 1)
    lower = np.array([c.islower() for c in corpus.spans(begins)], dtype=float)
    doc, size = begins["doc"].to_numpy(dtype=int), len(corpus.documents)
    lines = np.bincount(doc, minlength=size)
    broken = np.bincount(doc, weights=lower, minlength=size) > np.maximum(3, BROKEN * lines)
    whole = broken[own["doc"].to_numpy(dtype=int)]
    paragraph[whole] = -1
    return paragraph


def _windows(paragraph: np.ndarray, n_words: np.ndarray) -> np.ndarray:
    """Cut paragraphs into the fewest windows of about equal length; True where one begins."""
    if not len(paragraph):
        return np.zeros(0, dtype=bool)
    total, size = np.bincount(paragraph, weights=n_words), np.bincount(paragraph)
    pieces = np.clip(np.ceil(total / MOST_WORDS), 1, size)
    before = np.r_[0, np.cumsum(total)[:-1]]
    middle = np.cumsum(n_words) - before[paragraph] - n_words / 2
    part = (middle * pieces[paragraph] / np.maximum(total[paragraph], 1)).astype(int)
    part = np.minimum(part, pieces[paragraph] - 1)
    return np.r_[False, part[1:] != part[:-1]]


def vectors(corpus: "Corpus", stretches: pd.DataFrame, *, model: str) -> np.ndarray:
    """Return one vector for each stretch: the mean of its sentences', weighted by their words.

    Returns
    -------
    ndarray of float32, shape (n_units, d)
        Rows of length 1.
    """
    sentences, of = stretch_vectors(corpus, stretches, model=model)
    n_words = np.bincount(corpus.tokens.sentence, minlength=len(corpus.sentences))
    rows = []
    for ids in stretches["sentences"]:
        weight = np.maximum(n_words[list(ids)], 1)
        rows.append((sentences[of[list(ids)]] * weight[:, None]).sum(axis=0))
    stacked = np.array(rows, dtype=np.float32).reshape(len(rows), sentences.shape[1])
    length = np.linalg.norm(stacked, axis=1, keepdims=True)
    return stacked / np.where(length > 0, length, 1)


def stretch_vectors(
    corpus: "Corpus", stretches: pd.DataFrame, *, model: str
) -> tuple[np.ndarray, np.ndarray]:
    """Encode the sentences of stretches; see :func:`sentence_vectors`."""
    ids = np.array([i for held in stretches["sentences"] for i in held], dtype=int)
    return sentence_vectors(corpus, ids, model=model)


def sentence_vectors(
    corpus: "Corpus", ids: np.ndarray, *, model: str
) -> tuple[np.ndarray, np.ndarray]:
    """Encode sentences, in an order that the order of documents does not touch.

    Parameters
    ----------
    corpus : Corpus
    ids : ndarray of int
        Of the sentences.
    model : str

    Returns
    -------
    vectors : ndarray of float32, shape (n, d)
    of : ndarray of int, shape (n_sentences,)
        Row of each sentence in `vectors`; -1 for sentences that were not asked for.
    """
    own = corpus.sentences.loc[np.sort(ids)].sort_values(["doc_id", "start"], kind="stable")
    codes = corpus.documents["language"].to_numpy()[own["doc"].to_numpy(dtype=int)]
    found = embeddings.encode(corpus.spans(own), list(codes), model=model)
    of = np.full(len(corpus.sentences), -1)
    of[own.index.to_numpy()] = np.arange(len(own))
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
    if len(stretches) > WORDED:
        stretches = stretches.iloc[np.linspace(0, len(stretches) - 1, WORDED).astype(int)]
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
            able = np.flatnonzero((counts[topic] > 0) & (score > 0))
            best = able[np.lexsort((lemma[able], -score[able]))]
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

    tokens = corpus.tokens
    stretch = np.full(len(corpus.sentences), -1)
    for i, ids in enumerate(stretches["sentences"]):
        stretch[list(ids)] = i
    rows = np.flatnonzero(tokens.kept & (stretch[tokens.sentence] >= 0))
    # Lemmas of a whole corpus are kept for other pages; for a small sample they are too dear.
    whole = 2 * len(rows) >= len(tokens)
    lemma, pos = _lemmas_of(corpus, rows, whole)
    keep = np.isin(pos, [POS.index(p) for p in CONTENT])
    if not names:
        keep &= ~_named(corpus, stretches, whole)[rows]
    first = np.r_[True, tokens.sentence[1:] != tokens.sentence[:-1]]
    rows, lemma = rows[keep], lemma[keep]
    own = stretch[tokens.sentence[rows]]
    place = {"doc": tokens.doc[rows], "start": tokens.start[rows], "end": tokens.end[rows]}
    out = pd.DataFrame(
        {
            "topic": stretches["topic"].to_numpy(dtype=int)[own],
            "stretch": own,
            "language": corpus.documents["language"].to_numpy()[tokens.doc[rows]],
            "lemma": lemma,
            "form": corpus.spans(pd.DataFrame(place)),
            "first": first[rows],
        }
    )
    stop = frozenset().union(*(languages.language(c).stop_words for c in languages.codes()))
    usable = [
        len(lemma) > 2 and not lemma[0].isdigit() and not {lemma, form.casefold()} & stop
        for lemma, form in zip(out["lemma"], out["form"], strict=True)
    ]
    return out[usable]


def _lemmas_of(corpus: "Corpus", rows: np.ndarray, whole: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return lemma and part of speech (a place in POS) of tokens that make up whole sentences."""
    from analysis.corpus import POS

    if whole:
        held = corpus.lemmas()
        return held.vocabulary[held.ids[rows]], held.pos[rows]
    tokens = corpus.tokens
    place = {"doc": tokens.doc[rows], "start": tokens.start[rows], "end": tokens.end[rows]}
    forms, found = np.array(corpus.spans(pd.DataFrame(place)), dtype=object), []
    codes = corpus.documents["language"].to_numpy()
    for own in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(tokens.sentence[rows])) + 1):
        if len(own):
            code = codes[tokens.doc[rows[own[0]]]]
            found += languages.language(code).lemmas([forms[own].tolist()])[0]
    lemma = np.array([f[0] for f in found], dtype=str)
    return lemma, np.array([POS.index(f[1]) for f in found], dtype=np.int8)


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
    vectors_, of = stretch_vectors(corpus, stretches, model=model)
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


def _named(corpus: "Corpus", stretches: pd.DataFrame, whole: bool) -> np.ndarray:
    """Tell which tokens lie in the mention of an actor; bool, shape (n_tokens,)."""
    actors = lexicons.load("actors")
    if whole:
        places = lexicons.find(corpus, actors)[["doc", "start", "end"]].to_numpy()
    else:
        texts = zip(
            stretches["doc"], stretches["start"], stretches["language"], corpus.spans(stretches),
            strict=True,
        )  # fmt: skip
        places = np.array(
            [
                (doc, begin + start, begin + end)
                for doc, begin, code, text in texts
                for start, end, *_ in lexicons.spans(text, actors, language=str(code))
            ],
            dtype=np.int64,
        ).reshape(-1, 3)
    tokens = corpus.tokens
    # Places in one line of all texts, so that one search does for every document.
    far = 1 + int(max(tokens.end.max(initial=0), places[:, 2].max(initial=0)))
    doc = tokens.doc.astype(np.int64) * far
    first = np.searchsorted(doc + tokens.end, places[:, 0] * far + places[:, 1], side="right")
    last = np.searchsorted(doc + tokens.start, places[:, 0] * far + places[:, 2], side="left")
    change = np.zeros(len(tokens) + 1, dtype=np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, np.maximum(first, last), -1)
    return np.asarray(np.cumsum(change)[:-1] > 0)


def _written(own: pd.DataFrame, lemmas: np.ndarray) -> dict[str, str]:
    """Return how each lemma is most often written, sentence beginnings left out where possible."""
    forms: dict[str, Counter[str]] = {str(lemma): Counter() for lemma in lemmas}
    for lemma, form, first in zip(own["lemma"], own["form"], own["first"], strict=True):
        forms[lemma][form] += 1 if first else 1000
    return {lemma: min(c, key=lambda f: (-c[f], f)) for lemma, c in forms.items()}
