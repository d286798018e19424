"""The small linear model that tone and stance share: sentence vectors + hashed n-grams → 3 classes.

A language may have a model of its own, ``models/<task>-<name>-<code>.npz``; the others share
``models/<task>-<name>.npz``.

``P(class) = softmax(W x + b)``, where x joins the unit vectors of a sentence (and of parts of it),
each block multiplied by its scale, with the tf-idf of hashed character and word n-grams. Weights
are plain arrays in an npz; nothing is unpickled. Hashing is MurmurHash3 and so the same in every
process.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import paths, places
from analysis.languages import codes
from analysis.results import DiscourseError

CLASSES = ("negative", "neutral", "positive")
COLUMNS = (*CLASSES, "score", "label")


@dataclass(frozen=True, eq=False)
class Linear:
    """A trained model.

    Attributes
    ----------
    name : str
        File name in ``models/`` without its suffix.
    scales : tuple of float
        The factor of each block of vectors.
    weights : ndarray, shape (n_dimensions + n_buckets, 3)
    idf : ndarray, shape (n_buckets,)
    intercept : ndarray, shape (3,)
    offsets : dict of str to tuple of float
        For each language the model may judge: what is added to the log probabilities before the
        label is chosen (tuned for macro-F1 by cross-validation; zeros where nothing was tuned).
    card : dict
        Training sets and date, for display.
    heats : dict of str to float
        The temperature of each language: logits are divided by it, so that probabilities are as
        often right as they say (Guo et al. 2017).
    larger : bool
        Whether the vectors of the larger encoder (:mod:`analysis.judging.e5`) stand first.
    """

    name: str
    scales: tuple[float, ...]
    weights: np.ndarray
    idf: np.ndarray
    intercept: np.ndarray
    offsets: dict[str, tuple[float, ...]]
    card: dict[str, Any]
    heats: dict[str, float]
    larger: bool = False

    def probabilities(self, blocks: Sequence[np.ndarray], counts: Any, language: str) -> np.ndarray:
        """Return P(negative), P(neutral), P(positive) of sentences in a language, shape (n, 3)."""
        x = design(blocks, self.scales, counts, self.idf)
        return softmax((np.asarray(x @ self.weights) + self.intercept) / self.heats[language])

    def labels(self, probabilities: np.ndarray, languages: Sequence[str]) -> np.ndarray:
        """Return -1, 0, 1 as floats, shape (n,); NaN where the language is not the model's."""
        return labels(probabilities, languages, self.offsets)


def scored(p: np.ndarray, label: np.ndarray) -> pd.DataFrame:
    """Return probabilities, their score and label as a frame; NaN by the label."""
    out = pd.DataFrame(p, columns=list(CLASSES), dtype=float)
    out["score"] = out["positive"] - out["negative"]
    out["label"] = label
    out.loc[out["label"].isna(), :] = np.nan
    return out


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities, rows adding up to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def labels(
    probabilities: np.ndarray, languages: Sequence[str], offsets: dict[str, tuple[float, ...]]
) -> np.ndarray:
    """Return the label of the greatest ``log P + offset``; NaN where the language has no offset."""
    nothing = (np.nan,) * len(CLASSES)
    add = np.array([offsets.get(code, nothing) for code in languages]).reshape(-1, len(CLASSES))
    with np.errstate(divide="ignore"):
        scores = np.log(probabilities) + add
    known = np.isfinite(add).all(axis=1)
    return np.where(known, np.argmax(np.nan_to_num(scores), axis=1) - 1.0, np.nan)


def design(
    blocks: Sequence[np.ndarray], scales: Sequence[float], counts: Any, idf: np.ndarray
) -> Any:
    """Join vector blocks and tf-idf into one sparse matrix, csr, float32.

    ``tf-idf = (1 + ln count) * idf``, rows scaled to length 1.
    """
    tf = sparse.csr_matrix(counts, dtype=np.float32, copy=True)
    tf.data = (1 + np.log(tf.data)) * np.asarray(idf, dtype=np.float32)[tf.indices]
    length = np.sqrt(np.asarray(tf.multiply(tf).sum(axis=1)).ravel())
    tf = sparse.diags_array(1 / np.where(length > 0, length, 1)).astype(np.float32) @ tf
    vectors = [np.asarray(b, np.float32) * s for b, s in zip(blocks, scales, strict=True)]
    return sparse.hstack([*map(sparse.csr_matrix, vectors), tf], dtype=np.float32).tocsr()


def inverse_frequency(counts: Any) -> np.ndarray:
    """Return ``ln((1 + n) / (1 + df)) + 1`` of every bucket, shape (n_buckets,)."""
    held = np.asarray((counts > 0).sum(axis=0)).ravel()
    return np.log((1 + counts.shape[0]) / (1 + held)) + 1


def save(model: Linear, folder: Path = paths.MODELS) -> Path:
    """Write a model; weights and idf as half floats."""
    file = folder / f"{model.name}.npz"
    about = {
        "scales": model.scales, "offsets": model.offsets, "card": model.card,
        "heats": model.heats, "larger": model.larger,
    }  # fmt: skip
    with places.new_file(file) as handle:
        np.savez_compressed(
            handle,
            weights=model.weights.astype(np.float16),
            idf=model.idf.astype(np.float16),
            intercept=model.intercept.astype(np.float32),
            about=np.array(json.dumps(about, sort_keys=True)),
        )
    return file


def names(task: str) -> list[str]:
    """Name the models of a task in ``models/``, sorted."""
    return sorted({p.stem.split("-")[1] for p in paths.MODELS.glob(f"{task}-*.npz")})


def load(name: str, language: str) -> Linear | None:
    """Read the model that judges a language; None where there is none for it.

    Raises
    ------
    DiscourseError
        If there is none of that name at all.
    """
    task, _, short = name.partition("-")
    if short not in names(task):
        told = ", ".join(names(task)) or "none"
        raise DiscourseError(f"model {short[:80]!r} is not in models/; use one of: {told}")
    own = _load(f"{name}-{language}") if language in codes() else None
    found = own or _load(name)
    return found if found is not None and language in found.offsets else None


@lru_cache(maxsize=8)
def _load(name: str) -> Linear | None:
    file = paths.MODELS / f"{name}.npz"
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as saved:
        about = json.loads(str(saved["about"]))
        return Linear(
            name=name,
            scales=tuple(about["scales"]),
            weights=saved["weights"].astype(np.float32),
            idf=saved["idf"].astype(np.float32),
            intercept=saved["intercept"],
            offsets={k: tuple(v) for k, v in about["offsets"].items()},
            card=about["card"],
            heats=about["heats"],
            larger=about["larger"],
        )


def forget() -> None:
    """Read models anew when they are asked for again, as after training."""
    _load.cache_clear()
