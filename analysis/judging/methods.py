"""Models that judge sentences: their tone, and what they say of a target.

One interface for all: "portable" (the default) runs everywhere, "lexicon" counts words that anybody
can read, "e5" asks a larger encoder where it is installed, and any other name is a model of the
user's own (:mod:`analysis.judging.local`). What each was trained on, and how right it is where,
stands in its card in ``models/``. None guesses: what it cannot judge is an abstention.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

import pandas as pd

from analysis.engine import HERE, Engine
from analysis.judging import given, lexicon, local, store, trained
from analysis.results import DiscourseError

DEFAULT = "portable"
COLUMNS = store.COLUMNS
LEXICON = "lexicon"
PART = 1024
"""Sentences that one task judges."""


def sentiment(
    texts: Sequence[str],
    languages: Sequence[str],
    *,
    model: str | None = None,
    engine: Engine = HERE,
) -> pd.DataFrame:
    """Judge the tone of single sentences.

    Parameters
    ----------
    texts, languages : sequence of str
        Sentences and their language codes.
    model : str, optional
        "portable" (the default), "e5", "lexicon", or the name or path of a local model.
    engine : Engine
        Where it is done, :data:`PART` sentences at a time.

    Returns
    -------
    DataFrame
        ``negative, neutral, positive`` (probabilities), ``score`` = positive - negative and
        ``label`` (-1, 0, 1). NaN in all of them is an abstention: no text, no letters of a script
        its language is written in, or a language the model was not made for.

    Raises
    ------
    DiscourseError
        Where texts and languages differ in number, one is no text, or there is no such model.
    """
    name = model or DEFAULT
    whole, spoken = given.texts(texts, languages), list(languages)
    own = trained.known("sentiment", name) or name == LEXICON
    name = name if own else _own("sentiment", name)
    return _in_parts(partial(_sentiment, name), engine, whole, spoken)


def _sentiment(name: str, part: tuple[list[str], list[str]]) -> pd.DataFrame:
    if name == LEXICON:
        return lexicon.sentiment(*part)
    if trained.known("sentiment", name):
        return trained.sentiment(*part, model=name)
    return local.sentiment(*part, model=name)


def stance(
    texts: Sequence[str],
    spans: Sequence[tuple[int, int]],
    languages: Sequence[str],
    *,
    model: str | None = None,
    engine: Engine = HERE,
) -> pd.DataFrame:
    """Judge what single sentences say of their target.

    Parameters
    ----------
    texts, languages, model, engine
        As in :func:`sentiment`; there is no "lexicon" for stance.
    spans : sequence of (start, end)
        Where the target stands in its sentence; (-1, -1) where it does not.

    Returns
    -------
    DataFrame
        The columns of :func:`sentiment`. NaN in all of them is an abstention: as there, or the
        target is not in the sentence, or nothing stands beside it.

    Raises
    ------
    DiscourseError
        As :func:`sentiment`.
    """
    name = model or DEFAULT
    whole, spoken = given.texts(texts, languages), list(languages)
    places = given.spans(spans, whole)
    name = name if trained.known("stance", name) else _own("stance", name)
    return _in_parts(partial(_stance, name), engine, whole, places, spoken)


def _stance(name: str, part: tuple[list[str], list[tuple[int, int]], list[str]]) -> pd.DataFrame:
    judge = trained.stance if trained.known("stance", name) else local.stance
    return judge(*part, model=name)


def _in_parts(
    work: Callable[[Any], pd.DataFrame], engine: Engine, *columns: Sequence[Any]
) -> pd.DataFrame:
    """Give sentences to an engine, some at a time, and put the judgements together."""
    starts = range(0, max(1, len(columns[0])), PART)
    parts = (tuple(column[at : at + PART] for column in columns) for at in starts)
    return pd.concat(engine.map(work, parts), ignore_index=True)


def _own(task: str, name: str) -> str:
    """A model of the user's own: a folder, or any name where transformers is installed."""
    if os.path.isdir(name) or find_spec("transformers") is not None:
        return name
    ours = [*([LEXICON] if task == "sentiment" else []), *store.names(task)]
    raise DiscourseError(
        f"model {name[:80]!r} is not in models/; use one of: {', '.join(sorted(ours))}, or the "
        "folder of a model of your own"
    )
