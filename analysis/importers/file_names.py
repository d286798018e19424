"""Patterns that read metadata off the names of files: ``{date}_{source}_{title}``."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from analysis.importers.columns import ColumnError

_FIELD = re.compile(r"\{([^{}]*)\}")
_HERE = "give something like {date}_{source}_{title}"


@dataclass(frozen=True)
class Pattern:
    """A pattern of file names, made by :func:`pattern`.

    Attributes
    ----------
    fields : tuple of str
        Names of the columns it fills.
    """

    fields: tuple[str, ...]
    regex: re.Pattern[str]

    def match(self, file: str) -> dict[str, str] | None:
        """Read the fields off a relative path; None where the path is not like the pattern."""
        path = PurePosixPath(file)
        hit = self.regex.fullmatch(str(path.with_suffix("")) if path.name else "")
        if hit is None:
            return None
        return {name: hit[i + 1].strip() for i, name in enumerate(self.fields)}


def pattern(names: str) -> Pattern:
    """Make a pattern of what a user writes.

    Parameters
    ----------
    names : str
        Fields in braces with fixed text between them. It is held against the path without its
        suffix, as far as it has folders itself: ``{source}/{date}`` reads the folder too. A field
        takes as little as it can and never a "/"; ``{year}`` takes four digits. ``doc_id, source,
        date, year, language, title`` are known; any other name becomes a column of its own.

    Raises
    ------
    ColumnError
        If it is no such pattern.
    """
    fields = _FIELD.findall(names)
    fixed = _FIELD.split(names)[::2]
    told = f"the pattern of file names {names!r}"
    if not fields:
        raise ColumnError(f"{told} has no field in braces; {_HERE}")
    if any("{" in f or "}" in f for f in fixed):
        raise ColumnError(f"{told} has a brace without its other half; {_HERE}")
    for field in fields:
        if not field.isidentifier():
            raise ColumnError(f"{told} has a field {field!r} that is no name; {_HERE}")
        if field in ("text", "file") or fields.count(field) > 1:
            why = "twice" if fields.count(field) > 1 else ", which no file name can give"
            raise ColumnError(f"{told} has the field {field!r}{' ' * (why[0] != ',')}{why}")
    if any(not f for f in fixed[1:-1]):
        raise ColumnError(f"{told} has two fields with nothing between them; {_HERE}")
    takes = [r"(\d{4})" if f == "year" else "([^/]+?)" for f in fields]
    body = re.escape(fixed[0]) + "".join(
        t + re.escape(f) for t, f in zip(takes, fixed[1:], strict=True)
    )
    # Folders above those that the pattern speaks of may be anything.
    return Pattern(tuple(fields), re.compile(f"(?:.*/)?{body}", re.DOTALL))
