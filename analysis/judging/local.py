"""Any text classification model of the transformers library that lies on this computer, by name or
path.

Nothing is fetched, no code that comes with a model is run, and weights are read from safetensors
only, never from a pickle. The package transformers (with torch) is optional. What such a model was
trained on, and how right it is on news, this suite does not know: code some sentences and run
``discourse evaluate`` before reading its scores.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import softmax

from analysis.judging import given, store
from analysis.results import DiscourseError

BATCH = 32
MOST_TOKENS = 512
_MEANINGS = (
    ("negative", "negativ", "negatief", "neg", "1 star", "2 stars"),
    ("neutral", "neutraal", "neu", "3 stars"),
    ("positive", "positiv", "positief", "pos", "4 stars", "5 stars"),
)
_MISSING = (
    "model {model!r} needs the packages transformers and torch, of which {name} is not installed; "
    "install them, or use model='portable'"
)
_NOT_LOADED = (
    "model {model!r} could not be read on this computer ({reason}); give the folder of a model "
    "with weights in safetensors that needs no code of its own, as nothing is fetched or run"
)
_NO_HEAD = (
    "model {model!r} gives vectors, not labels; train a head for it first with "
    "python -m benchmarks.train_{task} --model {model}"
)
_NO_MEANING = (
    "model {model!r} has the labels {labels}, which do not say negative, neutral and positive; "
    "set id2label in its config.json to those three"
)


class _Loaded(NamedTuple):
    """A model, its tokenizer and the class (0, 1, 2) of each of its outputs."""

    tokenizer: Any
    network: Any
    meaning: tuple[int, ...]


def sentiment(texts: Sequence[str], languages: Sequence[str], *, model: str) -> pd.DataFrame:
    """Judge the tone of single sentences with a model of one's own.

    Parameters
    ----------
    texts, languages : sequence of str
        Sentences and their language codes.
    model : str
        Name in the local cache, or folder, of a model for sequence classification whose labels
        say negative, neutral and positive ("very negative" and "1 star" do, too).

    Returns
    -------
    DataFrame
        ``negative, neutral, positive`` (probabilities), ``score`` = positive - negative and
        ``label`` (-1, 0, 1). NaN in all of them is an abstention: no letters in the text, or a
        language the suite does not know. Of a longer text the first 512 tokens are read.

    Raises
    ------
    DiscourseError
        If a package is missing, or the model is not there, gives no labels, or labels that cannot
        be mapped.
    """
    whole = given.texts(texts, languages)
    return _judge("sentiment", model, whole, None, np.array([bool(t) for t in whole], dtype=bool))


def stance(
    texts: Sequence[str],
    spans: Sequence[tuple[int, int]],
    languages: Sequence[str],
    *,
    model: str,
) -> pd.DataFrame:
    """Judge stance toward targets with a model that reads pairs of a sentence and a target.

    Parameters
    ----------
    texts, languages, model
        As in :func:`sentiment`; the model must have been trained on pairs (aspect-based
        sentiment), or the target does not matter to it.
    spans : sequence of (int, int)
        Where each target stands in its sentence, in code points.

    Returns
    -------
    DataFrame
        As of :func:`sentiment`; a span that is not inside its sentence is an abstention, too.

    Raises
    ------
    DiscourseError
        As :func:`sentiment`.
    """
    whole = given.texts(texts, languages)
    places = given.spans(spans, whole)
    targets = [
        t[a:b] if (a, b) != given.NOWHERE else "" for t, (a, b) in zip(whole, places, strict=True)
    ]
    return _judge("stance", model, whole, targets, np.array([bool(t) for t in targets], dtype=bool))


def _judge(
    task: str, model: str, texts: list[str], targets: list[str] | None, able: np.ndarray
) -> pd.DataFrame:
    """Return the frame of :func:`sentiment`; NaN where a row may not be judged."""
    loaded = _load(model, task)
    p = np.full((len(texts), 3), np.nan)
    rows = np.flatnonzero(able)
    rows = rows[np.argsort([len(texts[i]) for i in rows], kind="stable")]  # little padding
    for part in np.split(rows, range(BATCH, len(rows), BATCH)):
        if len(part):
            pair = None if targets is None else [targets[i] for i in part]
            p[part] = _probabilities(loaded, [texts[i] for i in part], pair)
    label = np.where(np.isnan(p[:, 0]), np.nan, np.argmax(np.nan_to_num(p), axis=1) - 1.0)
    return store.scored(p, label)


def _probabilities(loaded: _Loaded, texts: list[str], targets: list[str] | None) -> np.ndarray:
    """Return P(negative), P(neutral), P(positive) of one batch, shape (n, 3)."""
    import torch

    longest = min(getattr(loaded.tokenizer, "model_max_length", MOST_TOKENS), MOST_TOKENS)
    read = loaded.tokenizer(
        texts, targets, padding=True, max_length=longest, return_tensors="pt",
        truncation=True if targets is None else "only_first",
    )  # fmt: skip
    with torch.no_grad():
        logits = loaded.network(**read).logits
    each = softmax(np.asarray(logits.float().cpu().numpy(), dtype=float), axis=1)
    out = np.zeros((len(texts), 3))
    for column, place in enumerate(loaded.meaning):
        out[:, place] += each[:, column]
    return out


@lru_cache(maxsize=1)
def _load(model: str, task: str) -> _Loaded:
    """Read a model from this computer."""
    told = model[:80]
    try:
        import torch  # noqa: F401
        import transformers
    except ImportError as error:
        name = error.name or "one"
        raise DiscourseError(_MISSING.format(model=told, name=name)) from error
    where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        if (Path(model) / "modules.json").is_file():  # a folder of sentence-transformers
            raise DiscourseError(_NO_HEAD.format(model=told, task=task))
        config = transformers.AutoConfig.from_pretrained(model, **where)
        made = tuple(getattr(config, "architectures", None) or ())
        if not any(name.endswith("ForSequenceClassification") for name in made):
            raise DiscourseError(_NO_HEAD.format(model=told, task=task))
        meaning = _meaning(told, config.id2label)
        tokenizer = transformers.AutoTokenizer.from_pretrained(model, **where)
        network = transformers.AutoModelForSequenceClassification.from_pretrained(
            model, use_safetensors=True, **where
        )
    except (OSError, ValueError, ImportError) as error:
        if isinstance(error, DiscourseError):
            raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:200]
        raise DiscourseError(_NOT_LOADED.format(model=told, reason=reason)) from error
    network.eval()
    return _Loaded(tokenizer, network, meaning)


def _meaning(model: str, labels: Any) -> tuple[int, ...]:
    """Return the class of every output; all three classes must be there."""
    known = {word: place for place, words in enumerate(_MEANINGS) for word in words}
    told = [str(labels[i]) for i in sorted(labels)]
    found = [known.get(name.strip().lower().removeprefix("very "), -1) for name in told]
    if set(found) != {0, 1, 2}:
        raise DiscourseError(_NO_MEANING.format(model=model, labels=", ".join(told)))
    return tuple(found)
