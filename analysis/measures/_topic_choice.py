"""The space a topic model is fitted in, and how many topics it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import embeddings
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_space as space_
from analysis.measures import _topic_words as words_
from analysis.measures._topic_labels import STABLE
from analysis.measures._topic_types import WordSpace
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PER_TOPIC = 10
"""The default rule for K leaves each topic this many stretches on the average."""
LARGEST_K = 12
FURTHER = (15, 20, 25, 30)
"""Tried beyond :data:`LARGEST_K` as long as the last one tried held."""
HELD, HELD_BY_FEW = 0.8, 2 / 3
"""The default rule wants this share of the stretches in stable topics; the second where there are
too few documents to resample them."""
SENTENCES = 8_000
"""Topics are found in stretches of about so many sentences, drawn evenly over sources and
documents: their vectors are what a page spends most of its time on."""


@dataclass(frozen=True, eq=False)
class Space:
    """Stretches of text, their smoothed vectors, and bootstrap samples of them.

    Attributes
    ----------
    stretches : DataFrame
        From :func:`analysis.measures._topic_words.units`.
    vectors : ndarray of float32, shape (n_units, d)
        Smoothed where fitted.
    basis : ndarray, shape (d, n_dimensions of the encoder)
        Axes of `vectors`: n vectors need no more than n axes, and all cosines stay as they are.
    samples : list of Pieces
        See :func:`analysis.measures._topic_model.resamples`.
    pieces : Pieces
        Of the vectors that shape topics.
    n_all : int
        Stretches of the corpus that count; `stretches` may be a sample of them.
    words : WordSpace
    """

    stretches: pd.DataFrame
    vectors: np.ndarray
    samples: list[model_.Pieces]
    basis: np.ndarray
    pieces: model_.Pieces
    n_all: int
    words: WordSpace

    @property
    def wanted(self) -> float:
        """Share of the stretches that the default rule for K wants in stable topics."""
        few = self.stretches["doc_id"].nunique() < space_.FEWEST_DOCUMENTS
        return HELD_BY_FEW if few else HELD

    @property
    def fitted(self) -> np.ndarray:
        """Vectors of the stretches that shape topics."""
        return self.vectors[self.stretches["fitted"].to_numpy()]


def check(ks: Iterable[Any], *, unit: str, seed: int) -> None:
    """Refuse numbers of topics, a unit or a seed that cannot be.

    Raises
    ------
    DiscourseError
    """
    for k in ks:
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 2:
            raise DiscourseError(f"k={k!r}: a topic model has at least 2 topics; name a number")
    if unit not in ("paragraph", "sentence"):
        raise DiscourseError(f"unit={unit!r} is unknown: use 'paragraph' or 'sentence'")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**31:
        raise DiscourseError(f"seed={seed!r}: use a whole number from 0 to {2**31 - 1}")


@lru_cache(maxsize=1)
def space(corpus: "Corpus", *, unit: str, model: str, seed: int = 0) -> Space:
    """Cut a corpus into stretches and place them, or a sample of :data:`SENTENCES`.

    The last one is kept: a page asks for the choice of K and for the model of one corpus.

    Raises
    ------
    DiscourseError
        If nothing in the corpus counts.
    """
    every = words_.cut(corpus, unit=unit)
    most = _most(every)
    n_all = int(every["fitted"].sum())
    stretches = words_.chosen(corpus, every, sample=most, seed=seed)
    if not len(stretches):
        raise DiscourseError(_without_text(corpus))
    _known(stretches, model)
    fitted = stretches["fitted"].to_numpy(dtype=bool)
    words = space_.learned(corpus, stretches[fitted], every, model=model)
    vectors, raw, basis = placed(corpus, stretches, words, model=model, seed=seed)
    samples = model_.resamples(raw, groups(stretches[fitted]), seed=seed)
    pieces = model_.Pieces(vectors[fitted], seed=seed)
    return Space(stretches, vectors, samples, basis, pieces, n_all, words)


def _without_text(corpus: "Corpus") -> str:
    """Say that there is no text, and why texts were left out."""
    dropped = corpus.report[~corpus.report["kept"].astype(bool)]
    why = sorted({str(r) for r in dropped["reason"]})
    left = f" (a text was left out: {why[0]})" if why else ""
    return f"the corpus holds no text that counts{left}: no topics can be found"


def _known(stretches: pd.DataFrame, model: str) -> None:
    """Refuse texts whose vectors would be made of chance pieces."""
    unknown = sorted({c for c in stretches["language"] if not embeddings.known(str(c))})
    if unknown and model == embeddings.DEFAULT:
        raise DiscourseError(
            f"the sentence encoder {model!r} does not know the language of some texts "
            f"({', '.join(unknown)}): leave these texts out, or name another encoder (model)"
        )


def groups(stretches: pd.DataFrame) -> np.ndarray:
    """Return what is resampled: the document of each stretch, or itself if documents are few."""
    ids = stretches["doc_id"].to_numpy(dtype=str)
    return ids if len(np.unique(ids)) >= space_.FEWEST_DOCUMENTS else np.arange(len(ids))


def _most(stretches: pd.DataFrame) -> int:
    """Return how many stretches hold :data:`SENTENCES` sentences on the average; at most all."""
    held = int((stretches["last"] - stretches["first"] + 1).sum())
    return len(stretches) if held <= SENTENCES else max(1, len(stretches) * SENTENCES // held)


def placed(
    corpus: "Corpus", stretches: pd.DataFrame, words: WordSpace | None, *, model: str, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the vectors of :class:`Space`, those that are fitted before smoothing, the basis.

    Without `words` (a model on words of one language) the sentence vectors alone.
    """
    _known(stretches, model)
    if words is None:
        vectors = words_.vectors(corpus, stretches, model=model)
    else:
        vectors = space_.joined(corpus, stretches, words, model=model)
    fitted = stretches["fitted"].to_numpy()
    basis = np.eye(vectors.shape[1], dtype=np.float32)
    if len(vectors) < vectors.shape[1]:
        basis = np.linalg.svd(vectors, full_matrices=False)[2]
        vectors = vectors @ basis.T
    raw = vectors[fitted]
    vectors[fitted] = model_.smooth(raw, seed=seed)
    return vectors, raw, basis


def candidates(found: Space, ks: Sequence[int] | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Fit every K; see :func:`analysis.measures.topics.choose_k` for the columns."""
    vectors = found.fitted
    n = len(np.unique(vectors.round(4), axis=0))
    if n < 4:
        some = "1 different stretch" if n == 1 else f"{n} different stretches"
        raise DiscourseError(f"{some} of text: too few for topics; add texts")
    largest = n // PER_TOPIC + 2
    given = [] if ks is None else list(ks)
    tried = given or list(range(2, max(4, min(LARGEST_K, largest)) + 1))
    rows = [_tried(found, k, seed=seed) for k in tried]
    for k in () if given else [k for k in FURTHER if k <= largest]:
        if rows[-1]["held"] < found.wanted:
            break
        rows.append(_tried(found, k, seed=seed))
    table = pd.DataFrame(rows)
    return table.assign(chosen=table["k"] == rule(table, found.wanted))


def _tried(found: Space, k: int, *, seed: int) -> dict[str, float]:
    """Fit one K and the bootstrap samples with it."""
    from sklearn.metrics import silhouette_score

    vectors = found.fitted
    centres = found.pieces.cluster(k)
    own = np.argmax(vectors @ centres.T, axis=1)
    refitted = model_.refits(vectors, centres, found.samples)
    stable, alike = model_.found_again(vectors, own, refitted, np.arange(k))
    size = np.bincount(own, minlength=k) / len(own)
    several = 1 < len(np.unique(own)) < len(own)
    some = {"sample_size": min(2000, len(own)), "random_state": seed}
    return {
        "k": k,
        "stability": float(size @ stable),
        "similarity": float(size @ alike),
        "held": float(size[stable >= STABLE].sum()),
        "n_stable": int((stable >= STABLE).sum()),
        "silhouette": float(silhouette_score(vectors, own, **some)) if several else np.nan,
        "n_units": len(own),
    }


def rule(table: pd.DataFrame, wanted: float) -> int:
    """Return the K of the default rule, which wants this share in stable topics."""
    allowed = table[table["k"] * PER_TOPIC <= table["n_units"].clip(lower=2 * PER_TOPIC)]
    allowed = allowed if len(allowed) else table
    good = allowed[allowed["held"] >= wanted]
    if len(good):
        return int(good["k"].max())
    return int(allowed.sort_values(["held", "k"]).iloc[-1]["k"])
