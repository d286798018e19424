"""Europresse (Eureka) exports in HTML: one file, one or many newspaper articles.

Layouts, as the readers of others and their test files describe them:

- today's: an ``article`` each, with a ``header`` (``DocPublicationName``, ``DocHeader`` with
  section, date, length and page, ``titreArticle`` with kicker, title and subtitle, the authors), a
  ``section`` (``DocText``, in it ``docOcurrContainer``), an ``aside`` with captions and notes and
  a ``footer`` (copyright, ``news·20220312·LM·…``);
- the one before 2014: tables, ``DocHeader`` in several pieces, ``TitreArticleVisu``, and the text
  loose among line breaks.

The language of the interface, in which dates and labels are (French, English, German, Dutch), says
nothing of the language of the articles. What is not text goes to the metadata.

untested on real exports
"""

import re
from functools import cache
from itertools import pairwise
from typing import Any

from analysis.importers import dates, factiva_page, html, press
from analysis.importers.found import Found, Unreadable
from analysis.importers.unhyphen import tidy

_MARK = re.compile(rb"class\s*=\s*[\"'](?:rdp__)?DocPublicationName\b")
_TODAY = re.compile(r"<article\b", re.IGNORECASE)
_END = re.compile(r"</article\s*>", re.IGNORECASE)
_BEFORE = (
    re.compile(r"<table\b[^<>]{0,99}tbHeaderImages", re.IGNORECASE),
    re.compile(r"<span\b[^<>]{0,99}DocPublicationName", re.IGNORECASE),
)
_NUMBER = re.compile(r"news\s?·\s?(\d{8})\s?·\s?([^·\s]{1,20})\s?·\s?([^·\s]{1,60})")
_ISSUE = re.compile(r", *((?:no|n°|nº|nr|num|vol)\b.*)", re.IGNORECASE)
_LENGTH = re.compile(
    r",? *(?<![\d.,])((?:\d{1,3}(?:[., \xa0]\d{3})+|\d{1,9})"
    r" (?:mots?|words?|wörter|worte|woorden))\b",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(?:p|pp|pg|s|blz)\. ?(.{1,40})", re.IGNORECASE)
_APPEARED = re.compile(
    "Cet article est paru dans|This article appeared in|Dieser Artikel (?:ist|erschien) "
    "|Dit artikel (?:is|verscheen) "
)
_COPYRIGHT = re.compile("©|copyright", re.IGNORECASE)
# Marks of the search, and type faces, which stand within words and names.
_WITHIN = ("mark", "font", "b", "i", "em", "strong")
_MOST = 20_000  # articles of a file; the database gives a thousand at once
_TITLE = "\uf8f0"  # stands for the title among the lines of the old layout; a private character


def looks_like(raw: bytes) -> bool:
    """Tell whether a page is a Europresse export, by an element that only these have."""
    return bool(_MARK.search(raw.replace(b"\0", b"")))  # UTF-16


def read(raw: bytes, name: str) -> list[Found]:
    """Read the articles of a Europresse export.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        In the order of the file; `text` is empty where an article has none (a link, a picture).
        Metadata: ``title, source, date, date_precision, section, byline, page, length, accession``
        and whatever else the article says of itself.

    Raises
    ------
    Unreadable
        If no article is in it.
    """
    text, problems = html.decode(raw)
    today = _parts(text, _TODAY)
    parts = today or next(filter(None, (_parts(text, mark) for mark in _BEFORE)), [])
    if len(parts) > _MOST:
        raise Unreadable(f"the file marks {len(parts):,} articles, more than any export: part it")
    try:
        found = [(_article if today else _old)(part) for part in parts]
    except Exception as error:  # The library fails in many ways on broken files.
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise Unreadable(f"the file cannot be read as HTML: {told}") from error
    if not found:
        raise Unreadable("no article stands in this Europresse export")
    return [Found(one.text, one.metadata, (*problems, *one.problems)) for one in found]


def _parts(text: str, begins: re.Pattern[str]) -> list[str]:
    """Part a page before it is parsed, so that one damaged article does not swallow the next."""
    starts = [m.start() for m in begins.finditer(text)]
    return [text[a:b] for a, b in pairwise([*starts, len(text)])]


def _tree(part: str) -> Any:
    tree = factiva_page.tree(part)
    for element in tree.xpath("//script|//style|//noscript|//template|//iframe"):
        element.drop_tree()
    for element in list(tree.iter(*_WITHIN)):
        element.drop_tag()
    for element in tree.xpath("//span[@style or starts-with(@class, 'occur')]"):
        element.drop_tag()
    return tree


def _article(part: str) -> Found:
    """Read an article of today's layout."""
    end = _END.search(part)
    problems = [] if end else ["no end of the article: the file may be cut off"]
    tree = _tree(part[: end.start()] if end else part)
    if tree.find_class("link-not-hosted"):
        problems.append("the export holds a link to the article and not its text")
    metadata: dict[str, str] = {}
    _source(metadata, tree)
    _header(metadata, _joined(tree.find_class("DocHeader")))
    _title(metadata, tree)
    body = _body(metadata, tree)
    for aside in tree.iter("aside"):
        press.add(metadata, "notes", _line(aside))
    footer = _joined(tree.iter("footer")) or _line(tree)
    _footer(metadata, footer, problems)
    for small in tree.iter("small"):
        press.add(metadata, "copyright", _line(small))
    return press.finish(body, metadata, problems)


def _source(metadata: dict[str, str], tree: Any) -> None:
    """Add name of the publication, its issue, and what stands under it."""
    names = tree.find_class("DocPublicationName")
    inner = [n for n in names if not n.find_class("DocPublicationName")[1:]]
    lines = [" ".join(piece.split()) for name in inner
             for piece in re.split(r"\n|\s{4,}", "\n".join(name.itertext()))]  # fmt: skip
    lines = [line for line in lines if line]
    if not lines:
        return
    issue = _ISSUE.search(lines[0])
    metadata["source"] = lines[0][: issue.start()] if issue else lines[0]
    press.add(metadata, "edition", issue[1] if issue else "")
    for line in dict.fromkeys(lines[1:]):
        press.add(metadata, "header", line)


def _header(metadata: dict[str, str], line: str) -> None:
    """Part the line under the name of the publication: section, date, length, page, the rest."""
    if length := _LENGTH.search(line):
        metadata["length"] = length[1]
        line = f"{line[: length.start()]}{line[length.end() :]}"
    fields = [f.strip(" ,") for f in line.split(", ")]
    first, after = _dated(fields)
    if first is not None:
        press.add_date(metadata, ", ".join(fields[first:after]))
    before = [f for f in fields[:first] if f and f.casefold() not in _weekdays()]
    press.add(metadata, "section" if first is not None else "header", ", ".join(before))
    for field in fields[after:] if first is not None else []:
        page = _PAGE.fullmatch(field)
        press.add(metadata, "page" if page else "header", page[1] if page else field)


def _dated(fields: list[str]) -> tuple[int | None, int]:
    """Return which fields are the date; an English one has a comma in it, and so is two."""
    spans = [(i, i + width) for width in (1, 2) for i in range(len(fields))]
    found = [(parsed, i, j) for i, j in spans if (parsed := dates.parse(", ".join(fields[i:j])))]
    for exact in (True, False):
        for parsed, first, after in found:
            if parsed[1] == "day" or not exact:
                return first, after
    return None, 0


@cache
def _weekdays() -> set[str]:
    from babel.dates import get_day_names

    spoken = ("fr", "en", "de", "nl")
    return {d.casefold() for code in spoken for d in get_day_names("wide", locale=code).values()}


def _title(metadata: dict[str, str], tree: Any) -> None:
    """Add title, what stands above and below it, and the authors."""
    blocks = tree.find_class("titreArticle")
    titles = tree.find_class("titreArticleVisu") or tree.find_class("rdp__articletitle") or blocks
    title = titles[0] if titles else None
    metadata["title"] = _line(title) if title is not None else ""
    seen = False
    for element in blocks[0].iter("p", "div") if blocks else ():
        seen |= element is title
        if element is title or element.find(".//p") is not None:
            continue
        below = seen or "rdp__subtitle" in (element.get("class") or "")
        press.add(metadata, "highlight" if below else "kicker", _line(element))
    authors = tree.find_class("docAuthors") or [
        e for e in tree.find_class("sm-margin-bottomNews") if not blocks or blocks[0] not in
        e.iterancestors()
    ][-1:]  # fmt: skip
    if not authors and blocks and (beside := blocks[0].getnext()) is not None:
        authors = [beside] if beside.tag == "div" and not beside.get("class") else []
    byline = _joined(authors)
    press.add(metadata, "byline" if len(byline) < 200 else "header", byline)


def _body(metadata: dict[str, str], tree: Any) -> str:
    """Return the text of an article, without the line that says where it appeared first."""
    held = tree.find_class("docOcurrContainer")
    if not any(_line(e) for e in held):
        held = tree.find_class("DocText") or list(tree.iter("section"))
    for link in [a for e in held for a in e.iter("a")]:
        told = link.getparent() if link.getparent().tag == "p" else link
        if _APPEARED.match(_line(told)):
            if re.match("https?://", link.get("href") or ""):
                metadata["url"] = link.get("href")
            told.drop_tree()
    outer = [e for e in held if not any(a in held for a in e.iterancestors())]
    return tidy("\n".join(html.lines(e) for e in outer))[0]


def _footer(metadata: dict[str, str], line: str, problems: list[str]) -> None:
    """Add the number of the document; its date where there is no other."""
    number = _NUMBER.search(line)
    if not number:
        return
    metadata["accession"], metadata["source_code"] = number[0], number[2]
    if "date" not in metadata and (parsed := dates.parse(number[1])):
        metadata["date"], metadata["date_precision"] = parsed
        problems.append("date taken from the number of the document")


def _old(part: str) -> Found:
    """Read an article of the layout before 2014."""
    tree = _tree(part)
    metadata: dict[str, str] = {}
    problems: list[str] = []
    _source(metadata, tree)
    _header(metadata, "".join(e.text_content() for e in tree.find_class("DocHeader")))
    titles = tree.find_class("TitreArticleVisu")
    metadata["title"] = _joined(titles)
    for known in (*tree.find_class("DocPublicationName"), *tree.find_class("DocHeader"), *titles):
        tail = known.tail
        known.clear()
        known.text, known.tail = (_TITLE if known in titles[:1] else None), tail
    above, _, below = html.lines(tree).partition(_TITLE)
    for line in tidy(above)[0].split("\n"):
        press.add(metadata, "kicker", line)
    lines = tidy(below)[0].split("\n")
    end = next((i for i, line in enumerate(lines) if _NUMBER.search(line)), None)
    if end is None:
        problems.append("no number of the document: the file may be cut off")
    else:
        _footer(metadata, lines[end], problems)
    lines = lines[:end]
    if lines and _COPYRIGHT.match(lines[-1]) and len(lines[-1]) < 200:
        metadata["copyright"] = lines.pop()
    # An author is a name on a line of its own, where a text follows it.
    if len(lines) > 1 and len(lines[0].split()) <= 6 and lines[0][-1] not in '.!?:;»”"':
        metadata["byline"] = lines.pop(0)
    return press.finish("\n".join(lines), metadata, problems)


def _line(element: Any) -> str:
    return " ".join(tidy(html.lines(element))[0].split())


def _joined(elements: Any) -> str:
    return ", ".join(filter(None, map(_line, elements)))
