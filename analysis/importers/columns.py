"""Which column of a table plays which part: what the user names, else what exports call it."""

import textwrap
from collections.abc import Iterable, Mapping

from analysis.results import DiscourseError

_SHOWN = 20  # names in a message

# Tried in this order, upper and lower case alike.
ALIASES = {
    "doc_id": ("doc_id", "id", "docid", "document_id", "docname", "nr"),
    "title": ("title", "titel", "headline", "kop", "heading", "überschrift", "ueberschrift",
              "schlagzeile"),
    "text": (
        "text", "tekst", "fulltext", "full_text", "volltext", "body", "content", "inhalt", "inhoud",
        "article", "artikel", "sentence",
    ),
    "source": (
        "source", "bron", "quelle", "outlet", "newspaper", "krant", "zeitung", "publication",
        "publicatie", "publikation", "medium", "party", "country",
    ),
    "year": ("year", "jaar", "jahr"),
    "date": (
        "date", "datum", "pubdate", "pub_date", "published", "publication_date", "publicatiedatum",
        "erscheinungsdatum", "published_at", "publish_date",
    ),
    "language": ("language", "taal", "sprache", "lang"),
    "file": ("file", "filename", "file_name", "bestand", "bestandsnaam", "datei", "dateiname"),
}  # fmt: skip


class ColumnError(DiscourseError):
    """A column the user named is not there; says which there are."""


def named(columns: Iterable[object], name: str, where: str) -> str:
    """Return `name` if it is one of the columns.

    Raises
    ------
    ColumnError
        Names the columns there are.
    """
    columns = list(columns)
    if name not in columns:
        raise ColumnError(f"column {name!r} is not in {where}; choose from {shown(columns)}")
    return name


def shown(columns: Iterable[object]) -> str:
    """Return names of columns as a message shows them: on one line, the first of them."""
    cut = [textwrap.shorten(str(c), 60, placeholder="…") for c in columns]
    more = [f"and {len(cut) - _SHOWN:,} more"] if len(cut) > _SHOWN else []
    return ", ".join([*cut[:_SHOWN], *more])


def parts(
    columns: Iterable[object], names: Mapping[str, str | None], where: str, *, wanted: Iterable[str]
) -> dict[str, str]:
    """Choose the column of each part.

    Parameters
    ----------
    columns : iterable of str
    names : mapping of str to str or None
        Part → the column the user names; such a column plays no other part by itself.
    where : str
        What holds the columns, for the error.
    wanted : iterable of str
        Parts to look for, of :data:`ALIASES`.

    Returns
    -------
    dict of str to str
        Part → column, of the parts that were found.

    Raises
    ------
    ColumnError
        If a column the user names is not there.
    """
    known = [str(c) for c in columns]
    chosen = {p: named(known, n, where) for p, n in names.items() if n is not None}
    taken = set(chosen.values())
    lower: dict[str, str] = {}
    for column in known:
        if column not in taken:
            lower.setdefault(column.strip().casefold().replace(" ", "_"), column)
    for part in wanted:
        found = next((lower[a] for a in ALIASES[part] if a in lower), None)
        if part not in chosen and found is not None:
            chosen[part] = found
    if "text" not in chosen and "text" in wanted and "title" in chosen and "title" not in names:
        chosen["text"] = chosen.pop("title")  # A table of headlines.
    return chosen


def renamed(columns: Iterable[object], chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    """Lay out a frame: (new name, column) for the parts chosen, then for the other columns.

    A column that is called like a part another column plays is left out.
    """
    played = set(chosen.values())
    rest = [str(c) for c in columns if str(c) not in played and str(c) not in chosen]
    return [*chosen.items(), *((c, c) for c in rest)]
