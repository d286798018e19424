"""What the commands' arguments may be, and how they are read."""

import argparse
from pathlib import Path

from analysis.corpus import Corpus

COLUMNS = ("text", "source", "year", "date", "language", "id")
_KINDS = (".csv", ".parquet", ".json")
_MOST = 1_000_000_000


def file(name: str) -> Path:
    """Return the path of a file to write; its ending says which format."""
    if Path(name).suffix.lower() not in _KINDS:
        raise argparse.ArgumentTypeError(f"end {name!r} in .csv, .parquet or .json")
    return Path(name)


def number(given: str) -> int:
    """Return a whole number that every measure can count to."""
    try:
        number = int(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid int value: {given!r}") from None
    if abs(number) > _MOST:
        raise argparse.ArgumentTypeError(f"use a number up to {_MOST:,}")
    return number


def window(given: str) -> int | None:
    """Return a number of words, or None for the whole sentence."""
    return None if given == "sentence" else number(given)


def names(given: str) -> tuple[str, ...]:
    """Return names that stand with commas between them."""
    return tuple(name.strip() for name in given.split(","))


def groups(corpus: Corpus, options: argparse.Namespace) -> str | tuple[str, ...]:
    """Return the column that makes groups, or several of them."""
    several = names(options.by)
    return options.by if len(several) == 1 or options.by in corpus.documents else several


def corpus(name: str) -> str:
    """Return the path of a corpus; an empty one would be the folder one happens to be in."""
    if not name:
        raise argparse.ArgumentTypeError("name a folder, a table or a file")
    return name


def add_corpus(parser: argparse.ArgumentParser) -> None:
    """Add the corpus and what names its columns."""
    says = "a folder of texts, a table, one file of documents, or an archive of these"
    parser.add_argument("corpus", type=corpus, metavar="CORPUS", help=says)
    add_columns(parser)


def add_columns(parser: argparse.ArgumentParser, **other: str) -> None:
    """Add what names the columns of a corpus; `other` says what some of them name else."""
    for part in COLUMNS:
        says = other.get(part, f"the column of {part}")
        parser.add_argument(f"--{part}", metavar="COLUMN", help=says)
    says = "metadata in file names, such as {date}_{source}_{title}"
    parser.add_argument("--names", metavar="PATTERN", help=says)


def add_scheduler(parser: argparse.ArgumentParser) -> None:
    """Add the cluster that does the work."""
    says = "a Dask cluster that does the work, such as tcp://10.0.0.1:8786; here without it"
    parser.add_argument("--scheduler", metavar="ADDRESS", help=says)


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add the file to write."""
    parser.add_argument("--out", type=file, metavar="FILE", help="write .csv, .parquet or .json")


def add_by(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the columns that make groups."""
    says = "what makes the groups; several columns with commas between them"
    parser.add_argument("--by", default=default, metavar="COLUMN", help=says)


def given(options: argparse.Namespace) -> dict[str, str]:
    """Return what the user said of the columns and file names."""
    said = {name: getattr(options, name) for name in (*COLUMNS, "names")}
    return {name: value for name, value in said.items() if value is not None}
