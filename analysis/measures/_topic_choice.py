"""The space a topic model is fitted in, and how many topics it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import embeddings
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_words as words_
from analysis.measures._topic_labels import STABLE
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PER_TOPIC = 12
"""The default rule for K leaves each topic this many stretches on the average."""
LARGEST_K = 12
SENTENCES = 8_000
"""Topics are found in stretches of about so many sentences, drawn evenly over sources and
documents: their vectors are what a page spends most of its time on."""
FEWEST_DOCUMENTS = 10
"""With fewer documents, stretches are resampled in their place."""


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
    """

    stretches: pd.DataFrame
    vectors: np.ndarray
    samples: list[model_.Pieces]
    basis: np.ndarray
    pieces: model_.Pieces
    n_all: int

    @property
    def fitted(self) -> np.ndarray:
        """Vectors of the stretches that shape topics."""
        return self.vectors[self.stretches["fitted"].to_numpy()]


@lru_cache(maxsize=1)
def space(corpus: "Corpus", *, unit: str, model: str, seed: int = 0) -> Space:
    """Cut a corpus into stretches and place them, or a sample of :data:`SENTENCES`.

    The last one is kept: a page asks for the choice of K and for the model of one corpus.

    Raises
    ------
    DiscourseError
        If nothing in the corpus counts.
    """
    if unit not in ("paragraph", "sentence"):
        raise DiscourseError(f"unit={unit!r} is unknown: use 'paragraph' or 'sentence'")
    stretches = words_.cut(corpus, unit=unit)
    most = _most(stretches)
    n_all = len(stretches) if len(stretches) <= most else int(stretches["fitted"].sum())
    stretches = words_.chosen(corpus, stretches, sample=most, seed=seed)
    if not len(stretches):
        raise DiscourseError("the corpus holds no text that counts: no topics can be found")
    vectors, raw, basis = placed(corpus, stretches, model=model, seed=seed)
    fitted = stretches["fitted"].to_numpy()
    samples = model_.resamples(raw, groups(stretches[fitted]), seed=seed)
    pieces = model_.Pieces(vectors[fitted], seed=seed)
    return Space(stretches, vectors, samples, basis, pieces, n_all)


def groups(stretches: pd.DataFrame) -> np.ndarray:
    """Return what is resampled: the document of each stretch, or itself if documents are few."""
    ids = stretches["doc_id"].to_numpy(dtype=str)
    return ids if len(np.unique(ids)) >= FEWEST_DOCUMENTS else np.arange(len(ids))


def _most(stretches: pd.DataFrame) -> int:
    """Return how many stretches hold :data:`SENTENCES` sentences on the average; at most all."""
    held = int((stretches["last"] - stretches["first"] + 1).sum())
    return len(stretches) if held <= SENTENCES else max(1, len(stretches) * SENTENCES // held)


def placed(
    corpus: "Corpus", stretches: pd.DataFrame, *, model: str, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the vectors of :class:`Space`, those that are fitted before smoothing, the basis.

    Raises
    ------
    DiscourseError
        If the default encoder does not know a language: its vectors would be of chance pieces.
    """
    unknown = sorted({c for c in stretches["language"] if not embeddings.known(str(c))})
    if unknown and model == embeddings.DEFAULT:
        raise DiscourseError(
            f"the sentence encoder {model!r} does not know the language of some texts "
            f"({', '.join(unknown)}): leave these texts out, or name another encoder (model)"
        )
    vectors = words_.vectors(corpus, stretches, model=model)
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
    from sklearn.metrics import silhouette_score

    vectors = found.fitted
    n = len(np.unique(vectors.round(4), axis=0))
    if n < 4:
        raise DiscourseError(f"{n} different stretches of text are too few for topics: add texts")
    rows = []
    for k in ks or range(2, max(4, min(LARGEST_K, n // PER_TOPIC + 2)) + 1):
        centres = found.pieces.cluster(k)
        own = np.argmax(vectors @ centres.T, axis=1)
        refitted = model_.refits(vectors, centres, found.samples)
        stable, alike = model_.found_again(vectors, own, refitted, np.arange(k))
        size = np.bincount(own, minlength=k) / len(own)
        several = 1 < len(np.unique(own)) < len(own)
        some = {"sample_size": min(2000, len(own)), "random_state": seed}
        rows.append(
            {
                "k": k,
                "stability": float(size @ stable),
                "similarity": float(size @ alike),
                "held": float(size[stable >= STABLE].sum()),
                "n_stable": int((stable >= STABLE).sum()),
                "silhouette": float(silhouette_score(vectors, own, **some)) if several else np.nan,
                "n_units": len(own),
            }
        )
    table = pd.DataFrame(rows)
    return table.assign(chosen=table["k"] == rule(table))


def rule(table: pd.DataFrame) -> int:
    """Return the K of the default rule."""
    allowed = table[table["k"] * PER_TOPIC <= table["n_units"].clip(lower=2 * PER_TOPIC)]
    allowed = allowed if len(allowed) else table
    good = allowed[allowed["stability"] >= STABLE]
    if len(good):
        return int(good["k"].max())
    return int(allowed.sort_values(["stability", "k"]).iloc[-1]["k"])
