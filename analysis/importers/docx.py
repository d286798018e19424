"""A Word document (.docx): its paragraphs as they read with all tracked changes accepted.

Paragraphs come in document order, those in tables, content controls and text boxes included.
Deleted and hidden text, headers, footers, comments, footnotes and endnotes are left out; macros
and embedded objects are never opened.

untested on real exports
"""

import io
import zipfile
from typing import Any

from analysis.importers.found import Found, Unreadable
from analysis.importers.unhyphen import tidy

# Unpacked; a long book is 5 MB of XML. Above it the file is a decompression bomb or no text.
LARGEST_PART = 50_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = frozenset(
    {
        *(_W + tag for tag in ("del", "moveFrom", "object", "pict", "instrText", "delText")),
        *(_W + tag for tag in ("pPr", "rPr")),
        # Word writes text boxes twice: once for old programs, which is what we are not.
        _COMPATIBILITY + "Fallback",
    }
)
_CHARACTERS = {
    _W + "tab": " ",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "noBreakHyphen": "-",
    _W + "softHyphen": "",
}
# What Word and python-docx write when nobody wrote anything.
_DEFAULT_TITLES = ("", "word document", "document", "untitled", "dokument", "naamloos")
_DEFAULT_AUTHORS = ("", "python-docx", "user", "author", "microsoft office user", "admin")


def read(raw: bytes, name: str) -> list[Found]:
    """Read one Word document.

    Parameters
    ----------
    raw : bytes
        As :func:`analysis.importers.formats.office` gives them.
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        One document: ``title, byline, file_date`` where its properties really say so.
        ``file_date`` is when the file was made, which is not when the text was published.

    Raises
    ------
    Unreadable
        If the file is encrypted, an old .doc, damaged, a decompression bomb or without text.
    """
    document = _opened(raw)
    walk = _Walk()
    walk.through(document.element.body)
    text, repairs = tidy("\n".join(walk.lines))
    if not any(c.isalnum() for c in text):
        raise Unreadable("the Word document holds no text")
    metadata = _metadata(document)
    if "title" not in metadata and walk.title:
        metadata = {"title": walk.title, **metadata}
    return [Found(text, metadata, (*walk.problems(), *repairs))]


def _opened(raw: bytes) -> Any:
    import docx

    if raw.startswith(_OLE):
        # A password puts the whole .docx into an OLE file with a stream of this name.
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise Unreadable("the Word document is encrypted; save it without a password")
        raise Unreadable("the file is an old Word document (.doc); save it as .docx")
    try:
        _guard(raw)
        document = docx.Document(io.BytesIO(raw))
        if getattr(document.element, "body", None) is None:
            raise Unreadable("the file holds no Word document")
        return document
    except Unreadable:
        raise
    # python-docx, zipfile and lxml raise over a dozen kinds of errors on damaged files.
    except Exception as error:
        raise Unreadable("the Word document is damaged or not a .docx file") from error


def _guard(raw: bytes) -> None:
    """Refuse markup that would make a tree of gigabytes."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
    markup = (part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if max(markup, default=0) > LARGEST_PART:
        raise Unreadable("the Word document unpacks to more than this suite reads (a zip bomb?)")


class _Walk:
    """The text of a document body, collected without recursion in document order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.title = ""
        self.notes = self.deleted = self.hidden = 0
        self._merge = False

    def problems(self) -> list[str]:
        counts = (
            (self.notes, "footnotes or endnotes left out"),
            (self.deleted, "tracked deletions left out"),
            (self.hidden, "stretches of hidden text left out"),
        )
        return [f"{what}: {count}" for count, what in counts if count]

    def through(self, body: Any) -> None:
        """Collect the paragraphs under an element; those in text boxes follow their host."""
        waiting = [body]
        while waiting:
            element = waiting.pop()
            if element.tag == _W + "p":
                boxes = self._paragraph(element)
                waiting += reversed(boxes)
            elif element.tag in _SKIPPED:
                self.deleted += element.tag in (_W + "del", _W + "moveFrom")
            else:
                waiting += reversed(element)

    def _paragraph(self, paragraph: Any) -> list[Any]:
        pieces: list[str] = []
        boxes: list[Any] = []
        waiting = [paragraph]
        while waiting:
            element = waiting.pop()
            if element.tag == _W + "t":
                pieces.append(element.text or "")
            elif element.tag in _CHARACTERS:
                pieces.append(_CHARACTERS[element.tag])
            elif element.tag == _W + "txbxContent":
                boxes.append(element)
            elif element.tag in (_W + "footnoteReference", _W + "endnoteReference"):
                self.notes += 1
            elif element.tag == _W + "r" and _hidden(element):
                self.hidden += 1
            elif element.tag in _SKIPPED:
                self.deleted += element.tag in (_W + "del", _W + "moveFrom")
                # Old text boxes lie in a picture; everything else in one is no text.
                boxes += element.iter(_W + "txbxContent") if element.tag == _W + "pict" else ()
            else:
                waiting += reversed(element)
        self._add("".join(pieces), paragraph)
        return boxes

    def _add(self, text: str, paragraph: Any) -> None:
        if self._merge and self.lines:
            self.lines[-1] += text
        else:
            self.lines.append(text)
        mark = paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del")
        self._merge = mark is not None  # the end of the paragraph is what was deleted
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if not self.title and style is not None and style.get(_W + "val") in ("Title", "Titel"):
            self.title = " ".join(text.split())


def _hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(_W + "val", "true") not in ("0", "false", "off")


def _metadata(document: Any) -> dict[str, str]:
    """Return what the core properties say, without what programs fill in by themselves."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    try:
        document.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES)
        properties = document.core_properties
        title, author = properties.title or "", properties.author or ""
        created = properties.created
    except (KeyError, ValueError, AttributeError, TypeError):
        # No such part: python-docx would invent one, with today's date.
        return {}
    said = {}
    if not (title.lower() in _DEFAULT_TITLES or title.startswith("Microsoft Word - ")):
        said["title"] = " ".join(tidy(title)[0].split())
    if author.lower() not in _DEFAULT_AUTHORS:
        said["byline"] = " ".join(tidy(author)[0].split())
    # python-docx's template was made at 23:15 on 23 December 2013, which says nothing of the text.
    if created and created.year >= 1990 and f"{created:%Y-%m-%dT%H:%M}" != "2013-12-23T23:15":
        said["file_date"] = f"{created:%Y-%m-%d}"
    return said
