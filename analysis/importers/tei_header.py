"""The header of a TEI file: title, author, date, source, language."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(?=$|T)")
_PRECISION = {4: "year", 7: "month", 10: "day"}


def local(element: Any) -> str:
    """Return the name of an element without its namespace, "" for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def named(root: Any, *names: str) -> Iterator[Any]:
    """Give the elements of some names, the root among them, in document order."""
    return (element for element in root.iter() if local(element) in names)


def child(element: Any, *path: str) -> Any:
    """Return the first descendant on a path of names, None where there is none."""
    for step in path:
        element = next((e for e in element if local(e) == step), None)
        if element is None:
            return None
    return element


def children(element: Any, name: str) -> list[Any]:
    """Return the children of a name; none of None."""
    return [] if element is None else [e for e in element if local(e) == name]


def one_line(element: Any) -> str:
    """Return the text of a field of the header."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def person_name(person: Any) -> str:
    """Return first and last name of a person in the list of persons."""
    name = child(person, "persName")
    parts = [] if name is None else [*named(name, "forename"), *named(name, "surname")]
    return " ".join(one_line(part) for part in parts) or one_line(name)


def primary_language(tag: str) -> str:
    """Return the language of a tag without its country: "nl" for "nl-BE"."""
    return tag.partition("-")[0].lower()


def metadata_of(tei: Any) -> dict[str, str]:
    """Return what the header says: title, byline, source, language, date, date_precision."""
    stated = child(tei, "teiHeader")
    if stated is None:
        return {}
    titles = child(stated, "fileDesc", "titleStmt")
    published = child(stated, "fileDesc", "publicationStmt")
    origin = child(stated, "fileDesc", "sourceDesc")
    setting = next(named(stated, "setting"), None)
    languages = {primary_language(e.get("ident", "")) for e in named(stated, "language")} - {""}
    own = primary_language(tei.get(LANG, ""))
    said = {
        "title": _title(titles),
        "byline": "; ".join(map(one_line, children(titles, "author"))),
        "source": _source(origin, published),
        "language": next(iter(languages)) if len(languages) == 1 else own,
        **_date(e for e in (setting, origin, published) if e is not None),
    }
    return {key: value for key, value in said.items() if value}


def _title(statement: Any) -> str:
    titles = children(statement, "title")
    main = [e for e in titles if e.get("type") == "main"]
    return one_line((main or titles or [None])[0])


def _source(origin: Any, published: Any) -> str:
    """Return the periodical, else the publisher of the original, else that of the file."""
    if origin is not None:
        journal = next((e for e in named(origin, "title") if e.get("level") == "j"), None)
        found = one_line(journal) or one_line(next(named(origin, "publisher"), None))
        if found:
            return found
    return one_line(None if published is None else child(published, "publisher"))


def _date(places: Iterable[Any]) -> dict[str, str]:
    """Return the first date that the header states, of the event rather than of the file."""
    for place in places:
        for element in named(place, "date"):
            stated = element.get("when") or element.get("when-iso") or ""
            found = _DATE.match(stated)
            if found:
                return {"date": found[0], "date_precision": _PRECISION[len(found[0])]}
            read = _written(one_line(element))
            if read:
                return read
    return {}


def _written(text: str) -> dict[str, str]:
    from analysis.importers import dates

    found = dates.parse(text) if text else None
    return {"date": found[0], "date_precision": found[1]} if found else {}
