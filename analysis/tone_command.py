"""What ``discourse sentiment, stance, sheet, evaluate`` take and give."""

import argparse
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.arguments import COLUMNS, add_by, add_columns, groups, number
from analysis.corpus import Corpus
from analysis.places import PlaceError
from analysis.results import DiscourseError, and_
from analysis.terminal import tell

TASKS = ("sentiment", "stance")
_GROUP = ("by", "group")
# The columns that stand first; what explains a score (method, verdict, shares) follows them.
_TONE = ("actor", "language", "estimate", "lo", "hi", "n")
_VOICED = (*_TONE, "own_voice", "quoted", "n_own", "n_quoted")
_MODEL = "portable (default), e5, lexicon (sentiment), or the path of a local model"


def add(command: Callable[..., Any]) -> None:
    """Add the commands; `command` makes one of a name, a function that gives rows, and words."""
    for name, work in (("sentiment", _sentiment), ("stance", _stance)):
        own = command(name, work, f"{name} of each document, from -1 to 1")
        add_by(own, "doc_id")
        own.add_argument("--model", metavar="NAME", help=_MODEL)
    own.add_argument("--actor", metavar="A,B", help="only these actors, such as US,RU")
    _add_sheet(command("sheet", _sheet, "sentences to code by hand, for evaluate --corpus"))


def _sentiment(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis import coding
    from analysis.measures.sentiment import sentiment

    by, own = groups(corpus, options), coding.folder(options.corpus)
    return _ordered(sentiment(corpus, by=by, model=options.model, folder=own), by, _TONE)


def _stance(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis import coding
    from analysis.measures.stance import stance

    wanted = _actors(options.actor)
    by, own = groups(corpus, options), coding.folder(options.corpus)
    rows = stance(corpus, by=by, model=options.model, folder=own)
    rows = rows[rows["actor"].isin(wanted)] if wanted else rows
    if rows.empty:
        tell("no actor is named" if not wanted else f"none of {and_(wanted)} is named")
    return _ordered(rows, by, _VOICED)


def _actors(given: str | None) -> list[str]:
    """Return ids of actors, in the case that the lexicon has them."""
    from analysis import lexicons

    if given is None:
        return []
    known = {key.casefold(): key for key in lexicons.load("actors").keys}
    asked = [name.strip() for name in given.split(",")]
    for name in asked:
        if name.casefold() not in known:
            near = get_close_matches(name.casefold(), sorted(known), n=5, cutoff=0)
            named = ", ".join(known[key] for key in near)
            raise DiscourseError(f"--actor {name!r} is unknown; the nearest are {named}")
    return [known[name.casefold()] for name in asked]


def _ordered(frame: pd.DataFrame, by: str | tuple[str, ...], names: Sequence[str]) -> pd.DataFrame:
    """Put the group, then the columns of `names` before the others."""
    group = ["doc_id"] if by == "doc_id" else [*([by] if isinstance(by, str) else by), *_GROUP]
    ahead = list(dict.fromkeys(c for c in (*group, *names) if c in frame))
    return frame[[*ahead, *(c for c in frame.columns if c not in ahead)]]


def _add_sheet(own: Any) -> None:
    own.add_argument("--task", choices=TASKS, default="sentiment")
    says = "rows (default: 200), as many of each group and language as far as it goes"
    own.add_argument("--n", type=number, default=200, metavar="ROWS", help=says)
    own.add_argument("--by", metavar="COLUMN", help="what makes the groups (default: languages)")
    own.add_argument("--seed", type=number, default=0, metavar="N", help="seed of the sample")


def _sheet(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis import coding

    by = groups(corpus, options) if options.by is not None else None
    return coding.sheet(corpus, task=options.task, n=options.n, by=by, seed=options.seed)


def add_evaluate(parser: Any) -> None:
    """Add the arguments of ``evaluate``."""
    parser.add_argument("task", choices=TASKS)
    says = "a table of coded sentences; with --corpus a coded sheet, or one of each coder"
    parser.add_argument("gold", nargs="+", metavar="GOLD", help=says)
    add_columns(
        parser,
        text="the column of sentences; with --corpus, of its texts",
        language="xx, the language of all rows (else detected); with --corpus, its column",
    )
    parser.add_argument("--label", metavar="COLUMN", help="the column of codes: -1, 0, 1")
    parser.add_argument("--target", metavar="COLUMN", help="the actor a stance is toward")
    says = "the corpus of a coded sheet; --text, --source, … then name its columns"
    parser.add_argument("--corpus", metavar="CORPUS", help=says)
    says = "keep the figures of a coded sheet beside its corpus, for charts and measures to use"
    parser.add_argument("--keep", action="store_true", help=says)
    parser.add_argument("--model", metavar="NAME", help=_MODEL)


def evaluate(
    options: argparse.Namespace, load: Callable[[argparse.Namespace], Corpus]
) -> pd.DataFrame:
    """Return how right a method is; `load` reads a corpus."""
    sheets = [Path(name) for name in options.gold]
    if options.out is not None and options.out.resolve() in [file.resolve() for file in sheets]:
        raise PlaceError(f"--out {options.out}", "is the table itself; choose another place")
    given = {n for n, value in vars(options).items() if value is not None and value is not False}
    for name in ("label", "target") if options.corpus else ("keep", *COLUMNS, "names"):
        if name in given - {"text", "language"}:
            side = "with" if options.corpus else "without"
            raise _misused(options, f"--{name} says nothing {side} --corpus; leave it out")
    if options.corpus:
        return _of_sheets(options, sheets, load(options))
    if len(sheets) > 1:
        raise _misused(options, f"{options.gold[1]!r}: give one table, or --corpus and its sheets")
    return _of_table(options, sheets[0])


def _misused(options: argparse.Namespace, why: str) -> DiscourseError:
    """Return an error of usage, whatever was read by then."""
    options.loaded = True
    return DiscourseError(why)


def _of_sheets(options: argparse.Namespace, sheets: list[Path], corpus: Corpus) -> pd.DataFrame:
    from analysis import coding

    options.loaded = all(file.is_file() for file in sheets)
    coded = coding.read(sheets, corpus)
    own = "stance" if "from" in coded else "sentiment"
    if own != options.task:
        raise DiscourseError(f"{sheets[0].name!r} is a sheet of {own}; say evaluate {own}")
    scores = coding.score(coded, model=options.model)
    if options.keep:
        tell(f"kept in {coding.keep(options.corpus, scores)}")
        for said in coding.few(scores):
            tell(said)
    return scores


def _of_table(options: argparse.Namespace, file: Path) -> pd.DataFrame:
    from analysis import gold
    from analysis.importers import table

    for name in ("text", "label"):
        if getattr(options, name) is None:
            why = f"--{name} is required: name the column; of a coded sheet give --corpus"
            raise _misused(options, why)
    rows = table.load(file)
    options.loaded = True
    judged = gold.judge(
        rows, task=options.task, text=options.text, label=options.label, target=options.target,
        language=options.language, model=options.model,
    )  # fmt: skip
    for said in gold.unjudged(judged):
        tell(said)
    return gold.score(judged)
