"""The ``discourse`` command: a thin skin over the same functions the notebooks call."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from analysis import arguments, engine, importers, places, tone_command, topic_command, word_command
from analysis import corpus as corpora
from analysis.corpus import Corpus
from analysis.engine import ClusterError
from analysis.interchange import FORMATS
from analysis.places import PlaceError
from analysis.results import ComparabilityError, DiscourseError
from analysis.terminal import Progress, output, tell, working

DONE, NOTHING, USAGE = 0, 1, 2
_TOLD = 20  # documents left out that are named one by one


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit status: 0 done, 1 nothing usable, 2 bad usage."""
    warnings.filterwarnings("ignore")  # Warnings of libraries say nothing to a user of a command.
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except (ComparabilityError, ClusterError, importers.ColumnError, PlaceError) as error:
        return _fail(error, USAGE)
    except DiscourseError as error:
        return _fail(error, USAGE if getattr(options, "loaded", False) else NOTHING)
    except BrokenPipeError:
        return DONE  # The reader (head, less) has gone; there is nobody to tell.
    except KeyboardInterrupt:
        return _fail("stopped", 130)
    except Exception as error:  # A user is told in a sentence, whatever went wrong.
        told = [type(error).__name__, *str(error).splitlines()[:1]]
        return _fail(f"could not finish: {': '.join(told)}", NOTHING)


def _fail(error: object, status: int) -> int:
    tell(error)
    return status


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with an argument in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="discourse", description="Compare how sources, years and languages tell a story."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, work: Callable[..., pd.DataFrame], says: str) -> Any:
        own = commands.add_parser(name, help=says, description=says)
        own.set_defaults(run=lambda options: _frame(options, work), command=name, loaded=False)
        arguments.add_corpus(own)
        arguments.add_scheduler(own)
        arguments.add_out(own)
        return own

    command("check", _check, "what each document is, and what was found wrong with it")
    command("actors", _actors, "how often each document names each actor")
    says = "what the documents talk about, across languages"
    topic_command.add(command("topics", _topics, says), arguments.number)
    tone_command.add(command)
    command("quotes", _quotes, "who says what: direct, mixed and indirect quotations")
    word_command.add(command)
    _add_accept(commands)
    _add_evaluate(commands)
    _add_export(commands)
    _add_run(commands)
    return parser


def _add_evaluate(commands: Any) -> None:
    says = "measure a method against human coding"
    own = commands.add_parser("evaluate", help=says, description=says)
    tone_command.add_evaluate(own)
    arguments.add_out(own)
    own.set_defaults(run=lambda options: _output(options, _evaluate(options)), loaded=False)


def _add_accept(commands: Any) -> None:
    says = "proposals that were accepted, as patterns of a lexicon of concepts"
    own = commands.add_parser("accept", help=says, description=says)
    says = "what propose wrote, with the columns concept and accepted filled in"
    own.add_argument("table", metavar="TABLE", help=says)
    own.add_argument("--who", required=True, metavar="NAME", help="who accepted them")
    says = "a lexicon (.csv) to add to; made where there is none"
    own.add_argument("--into", required=True, type=Path, metavar="FILE", help=says)
    own.set_defaults(run=_accept, loaded=False, out=None)


def _add_export(commands: Any) -> None:
    says = "the corpus in a format that another tool reads"
    own = commands.add_parser("export", help=says, description=says)
    arguments.add_corpus(own)
    own.add_argument("--format", choices=FORMATS, required=True)
    own.add_argument("--out", type=Path, required=True, metavar="PATH", help="txt: a new folder")
    own.set_defaults(run=_export, loaded=False)


def _add_run(commands: Any) -> None:
    says = "every notebook executed on a corpus, site and figures built"
    own = commands.add_parser("run", help=says, description=says)
    arguments.add_corpus(own)
    own.add_argument("--out", type=Path, required=True, metavar="DIR")
    own.set_defaults(run=_run, loaded=False)


def _documents(corpus: Corpus) -> str:
    return f"{len(corpus):,} document" + ("" if len(corpus) == 1 else "s")


def _load(options: argparse.Namespace) -> Corpus:
    """Load the corpus; name what was left out of it."""
    progress = Progress()
    scheduler = getattr(options, "scheduler", None)
    # First, so that an address that is wrong costs no time.
    doer = engine.of(scheduler) if scheduler is not None else engine.HERE
    corpus = corpora.load(options.corpus, progress=progress, **arguments.given(options)).on(doer)
    lost = corpus.report[~corpus.report["kept"].astype(bool)].to_dict("records")
    for record in lost[:_TOLD]:
        where = dict.fromkeys(w for w in (record["doc_id"], record["file"]) if w)
        tell(f"left out {' of '.join(where)}: {record['reason']}")
    if len(lost) > _TOLD:
        tell(f"left out {len(lost) - _TOLD} more; discourse check lists them")
    if not len(corpus):
        tell(f"corpus {options.corpus!r} holds no document that can be used")
    progress(f"{_documents(corpus)} read")
    _spare(corpus, options)
    return corpus


def _spare(corpus: Corpus, options: argparse.Namespace) -> None:
    """Refuse to write over the corpus itself."""
    path = Path(options.corpus).resolve()
    inputs = {str(path), str(path / "metadata.csv")}
    for name in ("out", "save"):
        given = getattr(options, name, None)
        if given is None:
            continue
        out = given.resolve()
        if path.is_dir() and out.is_relative_to(path):
            inputs |= {os.path.normpath(path / str(file)) for file in corpus.report["file"]}
        if str(out) in inputs:
            raise PlaceError(f"--{name} {given}", "is part of the corpus; choose another place")


def _frame(options: argparse.Namespace, work: Callable[..., pd.DataFrame]) -> int:
    corpus = _load(options)
    if not len(corpus) and work is not _check:
        return NOTHING
    options.loaded = True
    with working(f"{options.command} of {_documents(corpus)}"):
        frame = work(corpus, options)
    status = _output(options, frame) or (DONE if len(corpus) else NOTHING)
    if work is _check:
        tell(_summary(corpus, frame))
    return status


def _summary(corpus: Corpus, checked: pd.DataFrame) -> str:
    """Say in a sentence what became of the documents."""
    kept = checked["kept"].astype(bool)
    repaired = int((corpus.report["kept"].astype(bool) & corpus.report["problems"].ne("")).sum())
    again = corpus.marks.loc[corpus.marks["kind"] == "duplicate", "doc"].nunique()
    n = int(kept.sum())
    return (
        f"{n:,} document{'s' * (n != 1)} kept, {len(kept) - n:,} left out, {repaired:,} repaired "
        f"or completed, {again:,} that repeat{'s' * (again == 1)} another"
    )


def _output(options: argparse.Namespace, frame: pd.DataFrame) -> int:
    """Write a frame to the file asked for, or as CSV to standard output."""
    from analysis import export

    # Sentence numbers serve evidence() inside Python; outside they point nowhere.
    frame = frame.drop(columns=["sentences", "doc", "sentence"], errors="ignore")
    if options.out is None:
        output(export.to_csv(frame))
        return DONE
    suffix = options.out.suffix.lower()
    if suffix == ".csv":
        content = export.to_csv(frame).encode("utf-8")
    elif suffix == ".parquet":
        content = frame.to_parquet(None, index=False) or b""
    else:
        content = frame.to_json(orient="records", force_ascii=False).encode("utf-8")
    places.write({options.out: content})
    return DONE


def _check(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    return corpora.check(corpus)


def _actors(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures import actors

    return actors.table(corpus)


def _topics(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    return topic_command.rows(
        corpus, options, arguments.groups(corpus, options) if options.by else "doc_id"
    )


def _quotes(corpus: Corpus, options: argparse.Namespace) -> pd.DataFrame:
    from analysis.measures.voices import quotes

    columns = ["doc_id", "start", "end", "text", "speaker", "affiliation", "speaker_actor", "verb",
               "type", "about"]  # fmt: skip
    found = quotes(corpus)[columns]
    if found.empty:
        tell("nobody is quoted")
    return found


def _accept(options: argparse.Namespace) -> int:
    from analysis.importers import table
    from analysis.measures.proposals import accept

    proposed = table.load(Path(options.table))
    options.loaded = True
    added = accept(proposed, options.into, who=options.who)
    if not len(added):
        tell(f"nothing new to add: no row of {options.table!r} is accepted that --into lacks")
        return NOTHING
    return _output(options, added)


def _evaluate(options: argparse.Namespace) -> pd.DataFrame:
    return tone_command.evaluate(options, _load)


def _export(options: argparse.Namespace) -> int:
    from analysis import interchange

    corpus = _load(options)
    if not len(corpus):
        return NOTHING
    options.loaded = True
    told = interchange.write(corpus, options.out, format=options.format, progress=Progress())
    for note in told:
        tell(note)
    return DONE


def _run(options: argparse.Namespace) -> int:
    from analysis import execute

    if not len(_load(options)):
        return NOTHING
    execute.run(Path(options.corpus), options.out, arguments.given(options))
    tell(f"done; open {options.out / 'site' / 'index.html'}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
