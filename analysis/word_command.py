"""What the commands about words take and give: keywords, kwic, collocates, ngrams, …"""

import argparse
from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis.arguments import add_by, groups, names, number, window
from analysis.corpus import Corpus
from analysis.query import short
from analysis.results import UNITS
from analysis.terminal import tell


def add(command: Callable[..., Any]) -> None:
    """Add the commands; `command` makes one of a name, a function that gives rows, and words."""
    _add_keywords(command("keywords", _keywords, "what sets groups of documents apart"))
    _add_kwic(command("kwic", _kwic, "every place where a word or phrase stands, in context"))
    says = "which words keep company with a word or phrase"
    _add_collocates(command("collocates", _collocates, says))
    _add_ngrams(command("ngrams", _ngrams, "how often words follow each other"))
    says = "what groups of documents say more than their languages do in general"
    _add_background(command("background", _background, says))
    own = command("propose", _propose, "words of several languages that may name one concept")
    own.add_argument("--min-count", type=number, metavar="N", help="occurrences a word needs")


def _add_keywords(own: Any) -> None:
    add_by(own, "source")
    own.add_argument("--unit", default="word", choices=UNITS)
    own.add_argument("--target", metavar="A")
    own.add_argument("--reference", metavar="B")
    own.add_argument("--pairwise", action="store_true", help="every two groups with each other")
    own.add_argument("--measures", type=names, default=(), metavar="A,B", help="further columns")


def _add_kwic(own: Any) -> None:
    _add_pattern(own, "--unit")
    own.add_argument("--window", type=number, default=10, metavar="WORDS")
    says = "positions to sort by: L1,R1,node"
    own.add_argument("--sort", type=names, default=(), metavar="A,B", help=says)
    own.add_argument("--expand", choices=("sentence", "paragraph"), help="instead of a window")
    own.add_argument("--n", type=number, metavar="LINES", help="a random sample")
    own.add_argument("--seed", type=number, default=0, metavar="N", help="seed of the sample")


def _add_collocates(own: Any) -> None:
    _add_pattern(own, "--node")
    add_by(own, "language")
    says = "words on each side, or sentence for the whole of it"
    own.add_argument("--window", type=window, default=5, metavar="WORDS", help=says)


def _add_ngrams(own: Any) -> None:
    own.add_argument("--size", type=number, default=2, metavar="N", help="words of an n-gram")
    add_by(own, "language")
    own.add_argument("--pattern", metavar="PATTERN", help="only those that hold these words")


def _add_background(own: Any) -> None:
    add_by(own, "source")
    own.add_argument("--unit", default="word", choices=("word", "concept"))


def _add_pattern(own: Any, unit: str) -> None:
    says = "words; * stands for any letters; of a concept or actor, its key"
    own.add_argument("pattern", metavar="PATTERN", help=says)
    own.add_argument(unit, default="word", choices=UNITS, help="what the pattern is")


def _keywords(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures.keyness import keyness

    return keyness(
        corpus, by=groups(corpus, options), unit=options.unit, target=options.target,
        reference=options.reference, pairwise=options.pairwise, measures=options.measures,
    )  # fmt: skip


def _kwic(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures.concordance import concordance

    found = concordance(
        corpus, options.pattern, unit=options.unit, window=options.window, expand=options.expand,
        sort=options.sort, n=options.n, seed=options.seed,
    )  # fmt: skip
    return _found(found, options)


def _found(rows: pd.DataFrame, options: argparse.Namespace) -> pd.DataFrame:
    """Return the rows of a pattern; say so where there are none."""
    if rows.empty:
        tell(f"pattern {short(options.pattern)} stands nowhere in the corpus, or in no company")
    return rows


def _collocates(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures.collocation import collocation

    found = collocation(
        corpus,
        options.pattern,
        by=groups(corpus, options),
        node=options.node,
        window=options.window,
    )
    return _found(found, options)


def _ngrams(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures.ngrams import ngrams

    return ngrams(corpus, n=options.size, by=groups(corpus, options), pattern=options.pattern)


def _background(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures.background import background

    return background(corpus, by=groups(corpus, options), unit=options.unit)


def _propose(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures.proposals import MIN_COUNT, propose_concepts

    count = MIN_COUNT if options.min_count is None else options.min_count
    return propose_concepts(corpus, min_count=count)
