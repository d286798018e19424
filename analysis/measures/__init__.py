"""One file per measure; each takes a corpus and gives a tidy result frame.

Files that begin with an underscore are parts of measures; ``association`` and ``pairs`` are what
several share. ``instrument`` knows what the lexicon does to a comparison, ``proposals`` what it
might take in, ``design`` and ``selection`` what a page shows.
"""

from collections.abc import Callable
from importlib import import_module
from typing import cast

import pandas as pd

from analysis.results import DiscourseError

MEASURES = (
    "across", "actors", "background", "collocation", "crossed", "dispersion", "frequency",
    "keyness", "naming", "ngrams", "predication", "sentiment", "similarity", "stance", "topics",
    "trend", "voices", "wordshift",
)  # fmt: skip


def measure(name: str) -> Callable[..., pd.DataFrame]:
    """Return the measure of that name; its module is imported only now.

    Raises
    ------
    DiscourseError
        If there is no such measure; names those there are.
    """
    if name not in MEASURES:
        raise DiscourseError(f"measure {name!r} is unknown: use one of {', '.join(MEASURES)}")
    module = import_module(f"analysis.measures.{name}")
    return cast(Callable[..., pd.DataFrame], getattr(module, name))
