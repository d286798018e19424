"""An EPUB: one document, the text of the book in the order in which it is read.

A book is one document, not one for each of its files: where a maker cuts a book into files is no
matter of its author's (some cut at chapters, some at a quarter of a megabyte), and what is counted
by document would change with it. Headings and paragraphs of the chapters are lines of the text.

Left out: the table of contents, what the book says is not part of its reading order, notes, and
the numbers of printed pages. Nothing is fetched, no script is run.

untested on real exports
"""

import posixpath
import re
from html.entities import html5
from io import BytesIO
from typing import Any

from lxml import etree

from analysis.importers import archives, dates, formats, html, tei, zips
from analysis.importers.found import Found, Unreadable
from analysis.importers.tei_header import local, named, one_line, primary_language
from analysis.importers.unhyphen import tidy

_OBFUSCATED = {  # fonts alone, by a key that the book itself names
    "http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC",
}  # fmt: skip
_TYPE = "{http://www.idpf.org/2007/ops}type"
_NOTES = frozenset({"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes",
                    "noteref", "pagebreak", "doc-footnote", "doc-endnote", "doc-endnotes",
                    "doc-noteref", "doc-pagebreak", "doc-backlink"})  # fmt: skip
_COUNTED = frozenset({"footnote", "endnote", "rearnote", "doc-footnote", "doc-endnote"})
_XML = frozenset({"lt", "gt", "amp", "quot", "apos"})
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_PROLOG = re.compile(r"^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!DOCTYPE[^>\[]{0,300}>\s*)?")
_SINGLE = re.compile(
    r"<(title|script|style|a|p|div|span|i|b|em|textarea|iframe)(\s[^<>]*)?/>", re.I
)


def read(raw: bytes, name: str) -> list[Found]:
    """Read one EPUB.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        One document: ``title, byline, language, date, publisher`` as far as the book says them.

    Raises
    ------
    Unreadable
        If the book is protected (DRM), damaged, too large or without text.
    """
    book = _Book(raw)
    where = _package(book)
    package = tei.parsed(book.read(where))[0]
    problems: list[str] = []
    pieces: list[str] = []
    notes = 0
    for path in _spine(package, posixpath.dirname(where), problems):
        if path in book.encrypted:
            raise Unreadable("the book is protected (DRM): its text is encrypted")
        try:
            piece, n = _text(book.read(path))
        except Unreadable as error:
            problems.append(f"{path}: {error}")
            continue
        notes += n
        pieces.append(piece)
    text, repairs = tidy("\n".join(pieces))
    if not any(c.isalnum() for c in text):
        raise Unreadable(f"no text of the book can be read: {problems[0]}" if problems
                         else "the book holds no text")  # fmt: skip
    problems += [f"notes left out: {notes}"] if notes else []
    return [Found(text, _metadata(package), (*problems, *repairs))]


class _Book:
    """The files of a book, read one by one and no more than a book can hold."""

    def __init__(self, raw: bytes) -> None:
        self._archive = zips.opened(BytesIO(raw))
        self._infos = {info.filename: info for info in self._archive.infolist()}
        self._left = formats.MARKUP
        self.encrypted = self._encrypted()

    def read(self, path: str) -> bytes:
        """Read one file; Unreadable if it cannot be."""
        info = self._infos.get(path)
        if info is None:
            raise Unreadable(f"the book is damaged: it has no {path!r}")
        if reason := zips.fault(info):
            raise Unreadable(reason)
        found = archives.whole(zips.stream(self._archive, info), self._left)
        self._left -= len(found)
        return found

    def _encrypted(self) -> set[str]:
        """Return the files that only a reader with a licence can read."""
        path = "META-INF/encryption.xml"
        if path not in self._infos:
            return set()
        found = set()
        for data in named(tei.parsed(self.read(path))[0], "EncryptedData"):
            how = {m.get("Algorithm") for m in named(data, "EncryptionMethod")}
            if not how & _OBFUSCATED:
                found |= {_unquoted(r.get("URI") or "") for r in named(data, "CipherReference")}
        return found


def _package(book: _Book) -> str:
    """Return the path of the file that says what the book is made of."""
    container = tei.parsed(book.read("META-INF/container.xml"))[0]
    for rootfile in named(container, "rootfile"):
        if path := rootfile.get("full-path"):
            return _unquoted(path)
    raise Unreadable("the book is damaged: it does not say what it is made of")


def _spine(package: Any, folder: str, problems: list[str]) -> list[str]:
    """Return the files of the text in the order in which they are read."""
    items = {i.get("id"): i for i in named(package, "item")}
    contents = {_path(folder, r) for r in named(package, "reference") if r.get("type") == "toc"}
    paths: dict[str, None] = {}
    beside = 0
    for reference in named(package, "itemref"):
        item = items.get(reference.get("idref"))
        path = "" if item is None else _path(folder, item)
        if item is None or path.startswith(("/", "..")):
            problems.append(f"{reference.get('idref')!r} is in no file of the book")
        elif "nav" in (item.get("properties") or "").split() or path in contents:
            continue
        elif reference.get("linear") == "no":
            beside += 1
        elif "html" in (item.get("media-type") or ""):
            paths[path] = None
        else:
            problems.append(f"{path} is no text")
    if beside:
        problems.append(f"parts beside the order of reading left out: {beside}")
    return list(paths)


def _path(folder: str, item: Any) -> str:
    href = _unquoted((item.get("href") or "").split("#")[0])
    return posixpath.normpath(posixpath.join(folder, href))


def _unquoted(path: str) -> str:
    """Resolve the bytes that a path writes as "%20"."""
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), path.encode())
    return raw.decode("utf-8", "replace")


def _text(raw: bytes) -> tuple[str, int]:
    """Return the text of one file, a line for each block, and how many notes were left out."""
    tree = _tree(html.decode(raw)[0])
    notes = 0
    for element in list(tree.iter()):
        kinds = {*(element.get(_TYPE) or element.get("epub:type") or "").split(),
                 *(element.get("role") or "").split()}  # fmt: skip
        if kinds & _NOTES:
            notes += bool(kinds & _COUNTED)
            _drop(element)
    for element in tree.xpath(f"{html.HIDDEN}|//head"):
        _drop(element)
    return html.lines(tree), notes


def _tree(content: str) -> Any:
    """Parse XHTML as what it is; where it is not, as the HTML that its maker took it for."""
    content = _ENTITY.sub(_character, _PROLOG.sub("", content.removeprefix("\ufeff"), count=1))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.fromstring(content.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return html.parsed(_SINGLE.sub(r"<\1\2></\1>", content))[0]
    for element in tree.iter(etree.Element):
        element.tag = local(element)
    return tree


def _character(entity: re.Match[str]) -> str:
    return entity[0] if entity[1] in _XML else html5.get(f"{entity[1]};", entity[0])


def _drop(element: Any) -> None:
    """Remove an element, and not the text behind it."""
    above = element.getparent()
    if above is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            above.text = (above.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    above.remove(element)


def _metadata(package: Any) -> dict[str, str]:
    """Return what the book says of itself."""
    said: dict[str, list[Any]] = {}
    for block in named(package, "metadata"):
        for element in block.iter():
            if isinstance(element.tag, str) and one_line(element):
                said.setdefault(local(element), []).append(element)
    out = {"title": "", "byline": "; ".join(map(one_line, said.get("creator", [])))}
    for name, part in (("title", "title"), ("language", "language"), ("publisher", "publisher")):
        if part in said:
            out[name] = one_line(said[part][0])
    out["language"] = primary_language(out.get("language", ""))
    for date in sorted(said.get("date", []), key=_event):
        if _event(date) < 2 and (parsed := dates.parse(one_line(date))):
            out["date"], out["date_precision"] = parsed
            break
    return {name: value for name, value in out.items() if value}


def _event(date: Any) -> int:
    """Order dates: of publication, of nothing said; when the file was made is not one of them."""
    event = next((v for k, v in date.attrib.items() if k.endswith("event")), "")
    return 0 if "publication" in event else 2 if event else 1
