"""How alike texts are in meaning, whatever their language, and the sentences that show it."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import embeddings
from analysis.measures._topic_words import sentence_vectors
from analysis.results import LEVEL, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

BLOCK = 1000
SAMPLE = 10_000
"""Nearest sentences are looked for among so many, drawn evenly over the texts."""
MOST_DOCUMENTS = 1_000
NEAR = 0.76
"""Half of all translated news sentences are this near (benchmarks/results/language_vectors.csv)."""
METHOD = (
    "cosine of {model} sentence vectors, fixed language vectors subtracted; marked parts left out"
)


def similarity(corpus: "Corpus", *, model: str = embeddings.DEFAULT) -> pd.DataFrame:
    """Compare every document with every other.

    Parameters
    ----------
    corpus : Corpus
    model : str
        Sentence encoder, see :func:`analysis.embeddings.encode`.

    Returns
    -------
    DataFrame
        Result rows, one a pair of documents (``doc_id`` before ``compared_with`` in the alphabet):
        the cosine of their mean sentence vectors, -1 … 1. A pair has no interval. ``best`` is the
        cosine of the two sentences that are most alike, ``sentences`` holds their ids. ``n``
        counts the sentences of both.

    Raises
    ------
    DiscourseError
        If there are more than :data:`MOST_DOCUMENTS` documents.
    """
    if len(corpus) > MOST_DOCUMENTS:
        raise DiscourseError(
            f"similarity compares every text with every other: {len(corpus):,} are too many; "
            f"take a subset of at most {MOST_DOCUMENTS:,}"
        )
    kept = _kept(corpus)
    vectors, _ = sentence_vectors(corpus, kept.index.to_numpy(dtype=int), model=model)
    codes = corpus.documents.set_index("doc_id")["language"]
    own = {
        str(d): np.asarray(rows) for d, rows in kept.groupby("doc_id", sort=True).indices.items()
    }
    names = sorted(own)
    means = np.array([_unit(vectors[own[d]].mean(axis=0)) for d in names])
    n_words = np.bincount(corpus.tokens.doc[corpus.tokens.kept], minlength=len(corpus))
    words = dict(zip(corpus.documents["doc_id"], n_words, strict=True))
    rows = []
    for i, first in enumerate(names):
        for j in range(i + 1, len(names)):
            second = names[j]
            a, b, best = _closest(vectors, own[first], own[second])
            rows.append(
                {"doc_id": first, "compared_with": second, "estimate": float(means[i] @ means[j])}
                | {"unit": "cosine", "n_docs": 1, "n": len(own[first]) + len(own[second])}
                | {"n_tokens": int(words[first] + words[second]), "level": LEVEL}
                | {"method": METHOD.format(model=model), "verdict": "one text on each side"}
                | {"best": best, "sentences": (int(kept.index[a]), int(kept.index[b]))}
                | {"same_language": bool(codes[first] == codes[second])}
            )
    return frame(
        rows,
        measure="similarity",
        keys=("doc_id", "compared_with"),
        extra=("best", "same_language", "sentences"),
    )


def nearest_sentences(
    corpus: "Corpus",
    *,
    n: int = 10,
    min_words: int = 5,
    across: str = "doc_id",
    model: str = embeddings.DEFAULT,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the pairs of sentences of different texts that say most nearly the same.

    Sentences of the same words count once, so that formulas and copies do not fill the table.
    Of more than :data:`SAMPLE` sentences so many are drawn, one from each of as many equal parts
    of the texts in their order; then pairs outside the sample are not found.

    Parameters
    ----------
    corpus : Corpus
    n : int
        Pairs wanted; a sentence is in one pair only.
    min_words : int
        Shorter sentences (headings) are left out.
    across : str
        Metadata column in which the two must differ: "doc_id", "language", "source" …
    model : str
    seed : int
        Of the sample.

    Returns
    -------
    DataFrame
        ``similarity`` (cosine), ``n`` (sentences compared, of ``n_all``; ``n_same`` of those drawn
        were left out, their words standing in another sentence), and for each side (``_a``,
        ``_b``): ``doc_id, language, sentence, start, end, text``; most alike first. ``verdict``
        says whether the two are as near as a sentence and its translation; most pairs are near
        in theme without claiming the same.

    Raises
    ------
    DiscourseError
        If there is no such column, or `n` is below 1.
    """
    if across not in corpus.documents:
        raise DiscourseError(f"across={across!r} is no column of the metadata; use 'language'")
    if n < 1:
        raise DiscourseError(f"n={n}: ask for at least one pair")
    size = np.bincount(corpus.tokens.sentence, minlength=len(corpus.sentences))
    kept = _kept(corpus)
    kept = kept[size[kept.index.to_numpy(dtype=int)] >= min_words]
    n_all = len(kept)
    if n_all > SAMPLE:
        edges = np.linspace(0, n_all, SAMPLE + 1)
        at = edges[:-1] + np.random.default_rng(seed).random(SAMPLE) * np.diff(edges)
        kept = kept.iloc[at.astype(int)]
    n_drawn, copies = len(kept), _copies(corpus, kept)
    kept = kept[~copies]
    vectors, _ = sentence_vectors(corpus, kept.index.to_numpy(dtype=int), model=model)
    group = corpus.documents[across].astype(str).to_numpy()[kept["doc"].to_numpy(dtype=int)]
    pairs = _pairs(vectors, group, n)
    sides = []
    for name, column in (("a", 1), ("b", 2)):
        side = kept.iloc[[p[column] for p in pairs]]
        code = corpus.documents["language"].to_numpy()[side["doc"].to_numpy(dtype=int)]
        part = side[["doc_id", "start", "end"]].assign(
            language=code, sentence=side.index, text=corpus.spans(side)
        )
        sides.append(part.add_suffix(f"_{name}").reset_index(drop=True))
    found = pd.Series([p[0] for p in pairs], name="similarity", dtype=float)
    verdict = np.where(found >= NEAR, "as near as a translation", "near in theme")
    told = {"n": len(kept), "n_all": n_all, "n_same": n_drawn - len(kept)}
    return pd.concat([found, *sides], axis=1).assign(verdict=verdict, **told)


def _copies(corpus: "Corpus", sentences: pd.DataFrame) -> np.ndarray:
    """Tell which sentences stand, word for word, in an earlier row."""
    words = [" ".join(text.casefold().split()) for text in corpus.spans(sentences)]
    return pd.Series(words, dtype=object).duplicated().to_numpy(dtype=bool)


def _kept(corpus: "Corpus") -> pd.DataFrame:
    """Rows of the kept sentences, in the order of doc_id and place."""
    kept = corpus.sentences[corpus.sentences["kept"].to_numpy(dtype=bool)]
    return kept.sort_values(["doc_id", "start"], kind="stable")


def _closest(vectors: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[int, int, float]:
    cosine = vectors[first] @ vectors[second].T
    a, b = divmod(int(np.argmax(cosine)), cosine.shape[1])
    return int(first[a]), int(second[b]), float(cosine[a, b])


def _pairs(vectors: np.ndarray, group: np.ndarray, n: int) -> list[tuple[float, int, int]]:
    """Best pairs of rows of different groups, each row used once; in blocks of rows."""
    found: list[tuple[float, int, int]] = []
    most = 50 * n + BLOCK
    for first in range(0, len(vectors), BLOCK):
        rows = np.arange(first, min(first + BLOCK, len(vectors)))
        cosine = vectors[rows] @ vectors.T
        later = np.arange(len(vectors))[None, :] > rows[:, None]
        cosine[~later | (group[rows][:, None] == group[None, :])] = -np.inf
        # Rows that cannot come among the best found so far need no sorting.
        able = cosine.max(axis=1) >= (found[-1][0] if len(found) >= most else -1)
        rows, cosine = rows[able], cosine[able]
        # Of each row its n best are enough: a row is used once, and n - 1 partners may be taken.
        near = np.argsort(-cosine, axis=1, kind="stable")[:, :n]
        for i, (row, columns) in enumerate(zip(rows, near, strict=True)):
            values = cosine[i, columns]
            found += [(float(v), int(row), int(j)) for v, j in zip(values, columns, strict=True)
                      if np.isfinite(v)]  # fmt: skip
        found = sorted(found, key=lambda p: (-p[0], p[1], p[2]))[:most]
    chosen: list[tuple[float, int, int]] = []
    used: set[int] = set()
    for value, i, j in found:
        if len(chosen) < n and i not in used and j not in used:
            chosen.append((value, i, j))
            used |= {i, j}
    return chosen


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
