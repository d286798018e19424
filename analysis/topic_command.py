"""What ``discourse topics`` takes and gives: topics found, chosen, saved; texts placed in them."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.corpus import Corpus
from analysis.measures._topic_types import METHODS
from analysis.results import DiscourseError
from analysis.terminal import tell

_EXCLUDED = {
    "fitted": ("k", "method", "seed", "unit", "choose", "save"),
    "choose": ("k", "method", "save", "by"),
    "assign": ("by",),
    "stretches": ("by",),
}
"""Options that say nothing beside another one."""


def add(parser: Any, number: Callable[[str], int]) -> None:
    """Add the options; `number` reads a whole number."""
    parser.add_argument("--k", type=number, metavar="N", help="topics (default: by rule)")
    shown = parser.add_mutually_exclusive_group()
    says = "each document's share of topics"
    shown.add_argument("--assign", action="store_true", help=says)
    says = "every paragraph or sentence with its topic"
    shown.add_argument("--stretches", action="store_true", help=says)
    says = "how well each number of topics does, and the one taken"
    shown.add_argument("--choose", action="store_true", help=says)
    says = "what makes the groups (default: doc_id); several columns with commas between them"
    parser.add_argument("--by", metavar="COLUMN", help=says)
    says = "what is placed in a topic (default: paragraph)"
    parser.add_argument("--unit", choices=("paragraph", "sentence"), help=says)
    says = "vectors (default): any languages; the others count the words of one language"
    parser.add_argument("--method", choices=tuple(METHODS), help=says)
    parser.add_argument("--seed", type=number, metavar="N", help="default: 0")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the model")
    says = "use a model that --save kept; with --assign or --stretches on any texts"
    parser.add_argument("--fitted", type=Path, metavar="FILE", help=says)


def rows(corpus: Corpus, options: argparse.Namespace, by: str | tuple[str, ...]) -> pd.DataFrame:
    """Return what was asked for; the model is saved on the way."""
    from analysis.measures import prevalence, topics

    _check(options)
    seed, unit = options.seed or 0, options.unit or "paragraph"
    if options.choose:
        return topics.choose_k(corpus, seed=seed, unit=unit)
    if options.fitted:
        model = _loaded(corpus, options)
        unit = model.unit
    else:
        method = options.method or "vectors"
        model = topics.fit(corpus, k=options.k, seed=seed, unit=unit, method=method)
    if options.save:
        topics.save(model, options.save)
    if options.assign:
        return topics.assign(corpus, fitted=model, unit=unit)
    if options.stretches:
        return topics.stretches(corpus, model, unit=unit)
    return prevalence.prevalence(corpus, model, by=by)


def _check(options: argparse.Namespace) -> None:
    """Refuse options that would be passed over in silence."""
    given = {n for n, value in vars(options).items() if value is not None and value is not False}
    for name, excluded in _EXCLUDED.items():
        for other in excluded if name in given else ():
            if other in given:
                raise DiscourseError(f"--{other} says nothing beside --{name}; leave one out")
    if options.save and options.out and options.save.resolve() == options.out.resolve():
        raise DiscourseError(f"--save {options.save}: is where --out goes; name two files")
    if options.seed is not None and options.seed < 0:
        raise DiscourseError(f"--seed {options.seed}: use 0 or more")


def _loaded(corpus: Corpus, options: argparse.Namespace) -> Any:
    """Load a saved model; say what may make a difference."""
    from analysis.measures import _topic_file

    model = _topic_file.load(options.fitted)
    told = _topic_file.differences(model)
    if told:
        tell(f"--fitted {options.fitted}: {told}")
    if corpus.hash != model.corpus_hash and not (options.assign or options.stretches):
        raise DiscourseError(
            f"--fitted {options.fitted}: was made from other texts; add --assign or --stretches to "
            "place these in its topics"
        )
    return model
