"""The space topics are found in: what a stretch means, and the words it uses, in any language.

Sentence vectors alone tell hardly apart what is said of one subject, and topics of long texts are
found better by their words. Words are compared across languages by their own vectors: *sancties*
counts for *sanctions* and *Sanktionen*. A stretch leans on its document as far as the documents of
the collection are about one thing each, which is measured, not assumed.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import embeddings, languages
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_words as words_
from analysis.measures._topic_types import WordSpace

if TYPE_CHECKING:
    from analysis.corpus import Corpus

SIMILAR, TRANSLATED = 0.7, 0.5
"""Words count for each other from this cosine of their vectors on: inflections and synonyms of one
language, which are near each other, and translations, which are further apart."""
PARTLY = 0.3
"""A stretch holds a word if it holds one that counts for it with more than this."""
WEIGHT = 0.18
"""Weight of the words beside the sentence vector, times the root of their number: a sentence has
few words to judge by, a document many. Taken from SIB-200, where a sentence holds six or seven."""
AXES = 256
MOST_WORDS = 5_000
"""Only so many words are compared, those of the most stretches."""
FEWEST_STRETCHES = 2
LEAN, MOST_LEAN = 1.5, 0.8
"""Times what documents are measured to be about one thing, at most; see :func:`_lean`."""
FEWEST_DOCUMENTS = 10
"""With fewer documents none is leaned on (topics would be the documents), and stretches are
resampled in their place."""
PROBED, OF_EACH = 60, 8
"""How far documents are about one thing is measured on so many, and so many stretches of each."""
NEAREST = 15


def learned(
    corpus: "Corpus", stretches: pd.DataFrame, every: pd.DataFrame, *, model: str
) -> WordSpace:
    """Learn what the words of a collection tell, and how far stretches lean on their documents.

    Counts x of word w in stretch i become ``y_i = log(1 + x_i) S``, where S holds the cosines of
    the words' vectors from :data:`SIMILAR`, or :data:`TRANSLATED`, (0) to 1 (1); then tf-idf
    weights with the stretches that hold w or a word like it; then the :data:`AXES` leading axes of
    the rows of length 1.

    Parameters
    ----------
    corpus : Corpus
    stretches : DataFrame
        From :func:`analysis.measures._topic_words.units`: those that shape topics.
    every : DataFrame
        From :func:`analysis.measures._topic_words.cut`: all of the corpus, to be drawn from.
    model : str
        Sentence encoder.

    Returns
    -------
    WordSpace
    """
    counts, keys = _counts(corpus, stretches)
    weights = _weights(counts, keys, model=model)
    found = WordSpace(*_split(keys), weights=weights, lean=0.0)
    several = _of_several(every)
    if stretches["doc_id"].nunique() < FEWEST_DOCUMENTS or not len(several):
        return found
    probe = words_.chosen(corpus, several)
    sample = joined(corpus, stretches, found, model=model)
    lean = _lean(
        joined(corpus, probe, found, model=model), probe["doc_id"].to_numpy(dtype=str),
        sample, stretches["doc_id"].to_numpy(dtype=str),
    )  # fmt: skip
    return replace(found, lean=lean)


def joined(
    corpus: "Corpus", stretches: pd.DataFrame, space: WordSpace, *, model: str
) -> np.ndarray:
    """Place stretches: sentence vectors beside words, leaning on their documents.

    ``unit(v, WEIGHT sqrt(n) z)``: v the sentence vector and z the words, both of length 1 and both
    ``unit((1 - lean) own + lean document)``; n the words they rest on.

    Returns
    -------
    ndarray of float32, shape (n_units, d + AXES)
        Rows of length 1.
    """
    vectors = words_.vectors(corpus, stretches, model=model)
    counts, _ = _counts(corpus, stretches, (space.language, space.form))
    n = np.asarray(counts.sum(axis=1), dtype=float).ravel()
    worded = model_.unit(np.log1p(counts) @ space.weights)
    if space.lean:
        document = np.unique(stretches["doc_id"].to_numpy(dtype=str), return_inverse=True)[1]
        own = stretches["n_words"].to_numpy() * stretches["fitted"].to_numpy(dtype=bool)
        vectors = _leaning(vectors, document, own, space.lean)
        worded = _leaning(worded, document, own, space.lean)
        n = (1 - space.lean) * n + space.lean * np.bincount(document, n)[document]
    weight = WEIGHT * np.sqrt(n)[:, None]
    return model_.unit(np.hstack([vectors, weight * worded]))


def meaning(rows: np.ndarray, space: WordSpace) -> np.ndarray:
    """Return the part of directions that is sentence vectors, which any two models share."""
    return model_.unit(rows[:, : rows.shape[1] - space.weights.shape[1]])


def _leaning(
    rows: np.ndarray, document: np.ndarray, n_words: np.ndarray, lean: float
) -> np.ndarray:
    """Move each row toward the mean of its document; what has no direction stays without one."""
    total = np.zeros((int(document.max(initial=-1)) + 1, rows.shape[1]))
    np.add.at(total, document, rows * n_words[:, None])
    return model_.unit((1 - lean) * rows + lean * model_.unit(total)[document])


def _of_several(every: pd.DataFrame) -> pd.DataFrame:
    """Draw documents of two stretches or more, evenly, and stretches of each, evenly too.

    Neighbouring stretches of a speech are of one thing where the speech is not.
    """
    counted = every[every["fitted"].to_numpy(dtype=bool)]
    size = counted.groupby("doc_id")["doc_id"].transform("size")
    ids = np.unique(counted["doc_id"][size > 1].to_numpy(dtype=str))
    drawn = ids[np.unique(np.linspace(0, len(ids) - 1, PROBED).astype(int))] if len(ids) else ids
    own = counted[counted["doc_id"].isin(drawn)]
    place = own.groupby("doc_id").cumcount() * OF_EACH
    size = own.groupby("doc_id")["doc_id"].transform("size").clip(lower=OF_EACH)
    return own[place // size != (place - OF_EACH) // size]


def _lean(probe: np.ndarray, of: np.ndarray, sample: np.ndarray, sample_of: np.ndarray) -> float:
    """Say how far documents are about one thing each, 0 … :data:`MOST_LEAN`.

    :data:`LEAN` times (own - any) / (nearest - any): mean cosines of a stretch with others of its
    document, with stretches of other documents, and with the :data:`NEAREST` of these.
    """
    same = of[:, None] == of
    np.fill_diagonal(same, False)
    own = float((probe @ probe.T)[same].mean())
    cosine = np.where(of[:, None] == sample_of, np.nan, probe @ sample.T)
    near = min(NEAREST, int((~np.isnan(cosine)).sum(axis=1).min()))
    if near < 1:
        return 0.0
    any_ = float(np.nanmean(cosine))
    nearest = float(-np.sort(-np.nan_to_num(cosine, nan=-1.0), axis=1)[:, :near].mean())
    return float(np.clip(LEAN * (own - any_) / max(nearest - any_, 1e-6), 0, MOST_LEAN))


def _weights(counts: sparse.csr_array, keys: np.ndarray, *, model: str) -> np.ndarray:
    """Return what turns log counts into axes, shape (n_words, n_axes); see :func:`learned`."""
    from sklearn.utils.extmath import randomized_svd

    language, form = _split(keys)
    if not len(keys):
        return np.zeros((0, 0), dtype=np.float32)
    vectors = embeddings.encode(form.tolist(), language.tolist(), model=model)
    least = np.where(language[:, None] == language, SIMILAR, TRANSLATED).astype(np.float32)
    alike = np.clip((vectors @ vectors.T - least) / (1 - least), 0, None)
    np.fill_diagonal(alike, 1)
    spread = np.log1p(counts.astype(np.float32)) @ alike
    held = np.count_nonzero(counts @ (alike > PARTLY).astype(np.float32), axis=0)
    rarity = np.log((1 + len(spread)) / (1 + held)) / np.sqrt(alike.sum(axis=0))
    rows = model_.unit(spread * rarity)
    axes = min(AXES, *rows.shape)
    leading = randomized_svd(rows, axes, random_state=0)[2]
    return np.asarray((alike * rarity) @ leading.T, dtype=np.float32)


def _counts(
    corpus: "Corpus", stretches: pd.DataFrame, words: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[sparse.csr_array, np.ndarray]:
    """Count content words by stretch and language.

    Parameters
    ----------
    words : tuple of (ndarray, ndarray), optional
        Languages and forms to be counted; left out, those of the most stretches.

    Returns
    -------
    counts : csr_array, shape (n_units, n_words)
    keys : ndarray of str, shape (n_words,)
        "language form", sorted.
    """
    tokens, row = corpus.tokens, np.full(len(corpus.sentences), -1)
    held = stretches["sentences"]
    row[np.array([i for ids in held for i in ids], dtype=int)] = np.repeat(
        np.arange(len(held)), [len(ids) for ids in held]
    )
    at = np.flatnonzero(tokens.kept & (row[tokens.sentence] >= 0))
    codes, code = np.unique(
        corpus.documents["language"].to_numpy(dtype=str)[tokens.doc[at]], return_inverse=True
    )
    pair, column = np.unique(tokens.ids[at] * len(codes) + code, return_inverse=True)
    form = tokens.vocabulary[pair // max(1, len(codes))]
    short = np.array([len(f) <= words_.LONGEST_WORD for f in form], dtype=bool)
    named = zip(pair[short], form[short], strict=True)
    key = np.array([f"{codes[p % len(codes)]} {f}" for p, f in named], dtype=str)
    counts = sparse.csr_array(
        sparse.coo_array((np.ones(len(at)), (row[tokens.sentence[at]], column)),
                         shape=(len(held), len(pair)))
    )[:, short]  # fmt: skip
    counts.sum_duplicates()
    if words is not None:
        return _lined_up(counts, key, np.array([f"{c} {f}" for c, f in zip(*words, strict=True)]))
    stretches_of = np.bincount(counts.indices, minlength=len(key))
    kept = np.flatnonzero((stretches_of >= FEWEST_STRETCHES) & _content(key))
    kept = kept[np.lexsort((key[kept], -stretches_of[kept]))][:MOST_WORDS]
    kept = kept[np.argsort(key[kept])]
    return counts[:, kept], key[kept]


def _lined_up(
    counts: sparse.csr_array, key: np.ndarray, wanted: np.ndarray
) -> tuple[sparse.csr_array, np.ndarray]:
    """Bring columns into the order of the words wanted, which are sorted; others are left out."""
    place = np.searchsorted(wanted, key).clip(max=max(0, len(wanted) - 1))
    known = np.flatnonzero(wanted[place] == key) if len(wanted) else np.zeros(0, dtype=int)
    move = sparse.csr_array(
        (np.ones(len(known)), (known, place[known])), shape=(len(key), len(wanted))
    )
    return sparse.csr_array(counts @ move), wanted


def _content(key: np.ndarray) -> np.ndarray:
    """Tell which words are neither function words nor numbers nor single letters."""
    known = set(languages.codes())
    out = []
    for code, form in (k.split(" ", 1) for k in key):
        stop = languages.language(code).stop_words if code in known else ()
        out.append(len(form) > 1 and not form[0].isdigit() and form not in stop)
    return np.array(out, dtype=bool)


def _split(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [k.split(" ", 1) for k in keys]
    return np.array([p[0] for p in parts], dtype=str), np.array([p[1] for p in parts], dtype=str)
