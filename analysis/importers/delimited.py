"""CSV and its kin, record by record: any delimiter, quoted line ends, quotes never closed."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.importers import encoding
from analysis.importers.archives import Inside
from analysis.results import DiscourseError

LONGEST = 64_000_000  # characters of one line or one cell; a longer one is no document
_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"?')


@dataclass
class Lines:
    """The lines of a text file, read one by one and never held together.

    Attributes
    ----------
    number : int
        Of the last line read, from 1.
    too_long : list of int
        Lines of more than :data:`LONGEST` characters, which are passed over.
    problems : list of str
        How the file had to be decoded.
    """

    path: Path | Inside
    number: int = 0
    too_long: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        with self.path.open("rb") as raw:
            codec, told = encoding.guess(raw.read(4096))
        self.problems.extend(told)
        foreign = "surrogateescape" if codec.startswith("utf-8") else "replace"
        raw = self.path.open("rb")  # Anew: a file in an archive has no way back.
        with io.TextIOWrapper(raw, codec, foreign, newline="") as text:
            yield from self._lines(text)

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        while line := text.readline(LONGEST):
            self.number += 1
            if len(line) == LONGEST and not line.endswith("\n"):
                self.too_long.append(self.number)
                while (rest := text.readline(2**20)) and not rest.endswith("\n"):
                    pass
                continue
            # Whoever has read one foreign byte is told of it once for the file.
            line, told = (line, []) if line.isascii() else encoding.unhide(line)
            if told and _FOREIGN not in self.problems:
                self.problems.append(_FOREIGN)
            yield line


_FOREIGN = "not UTF-8 throughout: other bytes read as cp1252"


@dataclass(frozen=True)
class Record:
    """One record: the line it begins on, its cells, and what is wrong with it."""

    line: int
    cells: list[str]
    problem: str = ""


def records(lines: Lines, delimiter: str | None = None) -> Iterator[Record]:
    """Yield the header and then every record; blank lines are passed over.

    Parameters
    ----------
    lines : Lines
    delimiter : str, optional
        None: the one of comma, semicolon, tab and bar that stands most often in the header.
    """
    csv.field_size_limit(LONGEST)
    source = iter(lines)
    first = next(source, "")
    first = first.removeprefix("\ufeff")
    named = re.fullmatch(r'"?sep=(.)"?\s*', first)  # what spreadsheets write for one another
    if named:
        delimiter, first = named[1], next(source, "")
    yield from _parsed(_Fed(first, source, lines), delimiter or sniff(first))


def sniff(header: str) -> str:
    """Return the delimiter that stands most often outside the quotes of a header."""
    bare = _QUOTED.sub("", header)
    return max(_DELIMITERS, key=bare.count)


class _Fed:
    """Lines for the parser of the standard library; remembers those of the record in hand."""

    def __init__(self, first: str, rest: Iterator[str], lines: Lines) -> None:
        self.waiting, self.rest, self.lines = [first] if first else [], rest, lines
        self.held: list[str] = []
        self.ended = False
        self.number = max(lines.number - 1, 0) if first else 0

    def __iter__(self) -> "_Fed":
        return self

    def __next__(self) -> str:
        if self.waiting:
            line = self.waiting.pop()
            self.number += 1
        else:
            line = next(self.rest, "")
            self.number = self.lines.number
        if not line:
            self.ended = True
            raise StopIteration
        self.held.append(line)
        return line


def _parsed(fed: _Fed, delimiter: str) -> Iterator[Record]:
    while True:
        parser = csv.reader(fed, delimiter=delimiter)
        for cells in _until_broken(parser):
            held, fed.held = fed.held, []
            start = fed.number - len(held) + 1
            if fed.ended and len(held) > 1 and _open(held, delimiter):
                fed.held = held
                break
            if cells:
                yield Record(start, cells)
        if not fed.held:
            return
        # A quotation mark that is never closed would swallow the rest: it is one of the text.
        held, fed.held = fed.held, []
        start = fed.number - len(held) + 1
        for cells in csv.reader(held[:1], delimiter=delimiter, quoting=csv.QUOTE_NONE):
            yield Record(start, cells, f"line {start} opens a quotation mark that is never closed")
        fed.number = start
        fed.waiting = held[:0:-1] + fed.waiting


def _until_broken(parser: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield records up to a cell that is longer than any can be."""
    try:
        yield from parser
    except csv.Error:
        return


def _open(held: list[str], delimiter: str) -> bool:
    """Tell whether a record ends with the file and not with its closing quotation mark."""
    if held[-1].rstrip("\r\n").endswith('"'):
        return False
    try:
        list(csv.reader(held, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def header(found: Iterator[Record], name: str) -> list[str]:
    """Read the names of the columns.

    Raises
    ------
    DiscourseError
        If there is no header.
    """
    first = next(found, None)
    if first is None:
        raise DiscourseError(f"{name!r} cannot be read as csv: it holds no header line")
    return distinct(first.cells)


def distinct(cells: list[str]) -> list[str]:
    """Name columns; those without a name, or with another's, get one of their own."""
    names: dict[str, None] = {}
    for position, cell in enumerate(cells, 1):
        name = encoding.clean(cell)[0].strip() or f"column-{position}"
        while name in names:
            name = f"{name}.{position}"
        names[name] = None
    return list(names)
