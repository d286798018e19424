"""Rows an analyst accepted → rows of a concept lexicon, with who proposed and who accepted."""

import re
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import languages, lexicons, places
from analysis.results import DiscourseError

LEXICON = ("concept", "language", "pattern", "kind", "note")
BETWEEN = "; "
"""Stands between the patterns of one row of a table of proposals."""
_NEEDED = ("language", "patterns", "proposed_by", "concept", "accepted")
_YES, _NO = {"true", "yes", "1", "1.0", "x"}, {"", "false", "no", "0", "0.0", "nan", "none", "<na>"}
_CONCEPT = re.compile(r"[^\W\d_][\w -]*")
_FEWEST = 2  # letters a pattern fixes; "*e*" would take half of all words
_LONGEST = 200


def accept(table: pd.DataFrame, path: str | Path | None = None, *, who: str) -> pd.DataFrame:
    """Turn the rows that an analyst accepted into rows of a concept lexicon.

    Parameters
    ----------
    table : DataFrame
        From :func:`propose_concepts`, also after a round trip through CSV. In rows to take,
        ``accepted`` is True, yes, 1 or x and ``concept`` names the concept; ``patterns`` may have
        been edited (joined by "; ").
    path : str or Path, optional
        A lexicon CSV to add the rows to; made where there is none. It is replaced as a whole or
        not at all. To widen the lexicon that every measure uses, name
        ``seeds/lexicons/concepts.csv``: what was measured with it must then be measured again.
    who : str
        Who accepted them, for the note.

    Returns
    -------
    DataFrame
        The rows added: ``concept, language, pattern, kind, note``. Rows that are in the file
        already are not added again. A language in which an accepted concept has no pattern gets a
        row of the kind ``absent``; it goes when a pattern is accepted later.

    Raises
    ------
    DiscourseError
        If a row, the file or `who` cannot be used; nothing is written then.
    """
    file = None if path is None else _checked(Path(path))
    old = _read(file)
    new = pd.DataFrame(_accepted(table, _line(who, "who")), columns=list(LEXICON))
    same = ["concept", "language", "pattern"]
    new = new.drop_duplicates(same, ignore_index=True)
    known = set(old[same].itertuples(index=False, name=None))
    fresh = [row not in known for row in new[same].itertuples(index=False, name=None)]
    new = new[np.array(fresh, dtype=bool)]
    old, absent = _absences(old, new)
    added = pd.concat([new, absent], ignore_index=True)
    whole = pd.concat([old, added], ignore_index=True).fillna("")
    _check(whole)
    if file is not None and len(added):
        try:
            with places.new_file(file) as handle:
                whole.to_csv(handle, index=False, encoding="utf-8", lineterminator="\n")
        except OSError as error:
            raise places.PlaceError(file, error) from error
    return added


def _checked(path: Path) -> Path:
    """Return the file to write, also behind a link."""
    if path.suffix.lower() != ".csv":
        raise DiscourseError(f"{path}: a lexicon is a CSV file; name one that ends in .csv")
    return path.resolve()


def _read(file: Path | None) -> pd.DataFrame:
    if file is None or not file.exists():
        return pd.DataFrame(columns=list(LEXICON), dtype=str)
    try:
        text = file.read_text(encoding="utf-8-sig")
        old = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:  # also bad encodings, no columns, unequal rows
        raise DiscourseError(f"{file} cannot be read as a CSV in UTF-8: mend or rename it") from (
            error
        )
    missing = [c for c in LEXICON if c not in old]
    if missing or old.columns[0] != LEXICON[0]:
        raise DiscourseError(
            f"{file} is no concept lexicon: its columns must be {', '.join(LEXICON)}"
        )
    return old


def _accepted(table: pd.DataFrame, who: str) -> list[tuple[str, ...]]:
    """Return a lexicon row for every pattern of every accepted row."""
    missing = [c for c in _NEEDED if c not in table]
    if missing:
        raise DiscourseError(f"the table of proposals lacks the columns {', '.join(missing)}")
    out: list[tuple[str, ...]] = []
    columns = [table[c].tolist() for c in _NEEDED]
    for number, (language, given, model, concept, answer) in enumerate(
        zip(*columns, strict=True), start=1
    ):
        if not _yes(answer, number):
            continue
        where = f"row {number} of the proposals"
        key = _line(concept, f"the concept of {where}")
        if not _CONCEPT.fullmatch(key):
            raise DiscourseError(
                f"{where}: {key!r} is no concept name; use letters, digits, blanks and hyphens"
            )
        if language not in languages.codes():
            raise DiscourseError(
                f"{where}: language {str(language)[:20]!r} is not known; use one of "
                f"{', '.join(languages.codes())}"
            )
        note = f"proposed by {_line(model, f'proposed_by of {where}')}; accepted by {who}"
        found = [p for p in (" ".join(p.split()) for p in str(given).split(BETWEEN.strip())) if p]
        if not found or given is None or given is pd.NA or given != given:
            raise DiscourseError(f"{where} is accepted but has no pattern; add one")
        kinds = ["phrase" if " " in p else "word" for p in found]
        out += [(key, str(language), p, k, note) for p, k in zip(found, kinds, strict=True)]
    return out


def _yes(answer: Any, number: int) -> bool:
    given = "" if answer is None else str(answer).strip().casefold()
    if given not in _YES | _NO:
        raise DiscourseError(
            f"row {number} of the proposals: accepted={given[:20]!r} is neither yes nor no"
        )
    return given in _YES


def _line(value: Any, name: str) -> str:
    """Return one line of text; blanks inside are single."""
    if not isinstance(value, str) or not value.strip():
        raise DiscourseError(f"{name} is empty: fill it in")
    line = " ".join(value.split())
    if len(line) > _LONGEST:
        raise DiscourseError(f"{name} is longer than {_LONGEST} characters: shorten it")
    return line


def _absences(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Drop absences that are no more; return those that the new concepts have."""
    concepts = new["concept"].unique().tolist()
    counts = pd.concat([old[~old["kind"].isin(["absent", "exclude"])], new])
    present = set(zip(counts["concept"], counts["language"], strict=True))
    gone = [
        kind == "absent" and (concept, language) in present
        for concept, language, kind in zip(
            old["concept"], old["language"], old["kind"], strict=True
        )
    ]
    kept = old[~pd.Series(gone, index=old.index, dtype=bool)]
    absent = set(zip(kept["concept"], kept["language"], strict=True)) | present
    rows = [
        (concept, code, "", "absent", "no pattern accepted yet")
        for concept in concepts
        for code in languages.codes()
        if (concept, code) not in absent and (concept, "*") not in present
    ]
    return kept, pd.DataFrame(rows, columns=list(LEXICON), dtype=str)


def _check(rows: pd.DataFrame) -> None:
    """Refuse malformed patterns, too wide ones, and one pattern in two concepts."""
    lexicon = lexicons.parse(rows, name="of accepted proposals")
    for entry in lexicon.patterns:
        if entry.letters < _FEWEST:
            raise DiscourseError(
                f"lexicon pattern {entry.text!r} fixes fewer than {_FEWEST} letters: name the word"
            )
    counted = rows[~rows["kind"].isin(["absent", "exclude", "nested"])]
    ordered = counted.sort_values(["language", "pattern", "concept"])
    columns = zip(ordered["language"], ordered["pattern"], ordered["concept"], strict=True)
    for (code, pattern, one), (again, same, two) in pairwise(columns):
        if (code, pattern) == (again, same) and one != two:
            raise DiscourseError(
                f"lexicon pattern {pattern!r} ({code}) is in the concepts {one!r} and {two!r}: "
                "leave it in one of them"
            )
