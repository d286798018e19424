"""Judging with the models in ``models/``: every sentence by the model of its language."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.judging import e5, features, given, store

BLOCK = 4096  # sentences held at once: their vectors and n-grams take about 20 MB
Seen = tuple[list[np.ndarray], Any]


def known(task: str, name: str) -> bool:
    """Tell whether `name` is one of the models in ``models/``."""
    return name in store.names(task)


def sentiment(texts: Sequence[str], languages: Sequence[str], *, model: str) -> pd.DataFrame:
    """Judge the tone of sentences; see :func:`analysis.judging.methods.sentiment`."""
    cut = [features.calm(features.clip(t)) for t in texts]
    able = np.array([bool(t) for t in cut], dtype=bool)

    def seen(rows: np.ndarray, own: store.Linear) -> Seen:
        mine = [cut[i] for i in rows]
        first = [e5.tone(mine)] if own.larger else []
        blocks, counts = features.tone(mine, [languages[i] for i in rows])
        return [*first, *blocks], counts

    return _judged(f"sentiment-{model}", languages, able, seen)


def stance(
    texts: Sequence[str],
    spans: Sequence[tuple[int, int]],
    languages: Sequence[str],
    *,
    model: str,
) -> pd.DataFrame:
    """Judge what sentences say of their targets; see :func:`analysis.judging.methods.stance`."""
    sides = [
        _sides(features.clip_line(t), s) if s != given.NOWHERE else ("", "")
        for t, s in zip(texts, spans, strict=True)
    ]
    able = np.array(
        [
            given.lettered(left + right, code)
            for (left, right), code in zip(sides, languages, strict=True)
        ],
        dtype=bool,
    )

    def seen(rows: np.ndarray, own: store.Linear) -> Seen:
        mine = [sides[i] for i in rows]
        first = [e5.stance(mine)] if own.larger else []
        blocks, counts = features.stance(mine, [languages[i] for i in rows])
        return [*first, *blocks], counts

    return _judged(f"stance-{model}", languages, able, seen)


def _sides(text: str, span: tuple[int, int]) -> tuple[str, str]:
    left, right = features.split(text, span)
    loud = features.calm(left + right) != left + right
    return (left.lower(), right.lower()) if loud else (left, right)


def _judged(
    name: str,
    languages: Sequence[str],
    able: np.ndarray,
    seen: Callable[[np.ndarray, store.Linear], Seen],
) -> pd.DataFrame:
    """Let the model of each language judge its rows; NaN where none may."""
    p = np.full((len(languages), len(store.CLASSES)), np.nan)
    label = np.full(len(languages), np.nan)
    spoken = np.array([code if isinstance(code, str) else "" for code in languages], dtype=object)
    for code in sorted({*spoken[able]}):
        own = store.load(name, code)
        if own is None:
            continue
        rows = np.flatnonzero(able & (spoken == code))
        for part in np.split(rows, range(BLOCK, len(rows), BLOCK)):
            p[part] = own.probabilities(*seen(part, own), code)
            label[part] = own.labels(p[part], spoken[part].tolist())
    return store.scored(p, label)
