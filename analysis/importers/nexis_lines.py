"""The paragraphs of a DOCX export as lines, with what the layout says of them.

untested on real exports
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analysis.importers.found import Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass
class Line:
    """A paragraph or a row of a table; `title` where the layout says a document begins here."""

    text: str
    title: bool = False
    table: bool = False


def lines(raw: bytes) -> list[Line]:
    """Return the paragraphs and the rows of tables, in their order.

    Parameters
    ----------
    raw : bytes

    Raises
    ------
    Unreadable
        If the file is no DOCX.
    """
    try:
        from docx import Document

        root = Document(io.BytesIO(raw)).element
        # None where the part that should be the document is something else.
        body = getattr(root, "body", None)
        parts = [] if body is None else list(body)
        return [line for part in parts for line in _of_part(part) if line.text or line.title]
    except Exception as error:  # The library fails in many ways on broken files.
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise Unreadable(f"the file cannot be read as DOCX: {told}") from error


def _of_part(part: Any) -> Iterator[Line]:
    """Yield the lines of one child of the body; text boxes and content controls included."""
    tag = part.tag
    if tag == f"{_W}p":
        begins = _begins(part)
        pieces = _text(part).split("\n")
        for piece in pieces:
            yield Line(piece.strip(), title=begins and bool(piece.strip()))
            begins = begins and not piece.strip()
        if begins:
            yield Line("", title=True)  # The bookmark stands alone, the title follows.
    elif tag == f"{_W}tbl":
        for row in part.findall(f"{_W}tr"):
            cells = [" ".join(_text(cell).split()) for cell in row.findall(f"{_W}tc")]
            yield Line("\t".join(cells).strip(), table=True)
    elif isinstance(tag, str) and tag != f"{_W}sectPr":
        for child in part:
            yield from _of_part(child)


def _begins(paragraph: Any) -> bool:
    """Tell a paragraph where a document begins: the bookmark before it, or its outline level."""
    for mark in paragraph.iter(f"{_W}bookmarkStart"):
        if (mark.get(f"{_W}name") or "").startswith("Bookmark_"):
            return True
    level = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return (level is not None and level.get(f"{_W}val") == "0") or (
        style is not None and style.get(f"{_W}val") in ("Heading1", "Title")
    )


def _text(element: Any) -> str:
    pieces = []
    for node in element.iter(f"{_W}t", f"{_W}br", f"{_W}cr", f"{_W}tab", f"{_W}noBreakHyphen"):
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag == f"{_W}tab":
            # Tab stops are named w:tab too; they stand in the properties of a paragraph.
            pieces.append(" " if node.getparent().tag == f"{_W}r" else "")
        else:
            pieces.append("-" if node.tag == f"{_W}noBreakHyphen" else "\n")
    return "".join(pieces).replace("\xa0", " ")
