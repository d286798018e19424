"""Stretches of text that topics are found in, and their vectors."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import embeddings

if TYPE_CHECKING:
    from analysis.corpus import Corpus

MOST_WORDS = 80
"""A paragraph of more words falls into windows of whole sentences of about this many."""
FEWEST_WORDS = 5
"""Shorter stretches (headings) say too little to be placed: they neither shape topics nor count."""
LONGEST_WORD = 100
"""Signs of a word at most: what is longer is no word, and would make every table as wide."""
BROKEN = 0.25
"""Where more of a document's lines than this begin in lower case, lines are no paragraphs."""
LONG = 5


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
    found = embeddings.encode(corpus.spans(own), list(codes), model=model, engine=corpus.engine)
    of = np.full(len(corpus.sentences), -1)
    of[own.index.to_numpy()] = np.arange(len(own))
    return found, of
