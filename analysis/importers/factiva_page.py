"""The articles marked in a Factiva page, and their lines with what the page says of each.

untested on real exports
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

_NUMBERED = re.compile(r"\d{1,3}\) ")
_CLASS = re.compile(r"(?:^|\s)([a-z]{2})Article(?:\s|$)")
_BLOCKS = {
    "p", "div", "br", "tr", "table", "tbody", "li", "ul", "ol", "pre", "blockquote",
    "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip


def tree(text: str) -> Any:
    """Parse a page."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)


def articles(tree: Any) -> list[tuple[Any, str]]:
    """Return the outermost elements marked as articles, each with its language."""
    blocks = []
    stack = [tree]
    while stack:
        element = stack.pop()
        match = _CLASS.search(_class(element)) if element.tag == "div" else None
        if match:
            blocks.append((element, match[1]))
        else:
            stack.extend(reversed(element))
    return blocks


def rows(table: Any, codes: Collection[str]) -> list[tuple[str, list[str]]]:
    """Return code and lines of each row of a table; an empty code where there is none."""
    found = []
    for row in table.xpath("./tr|./tbody/tr|./thead/tr"):
        cells = row.xpath("./td|./th")
        if not cells:
            continue
        code = " ".join(_lines(cells[0]))
        coded = code in codes and len(cells) > 1
        lines = [line for cell in cells[coded:] for line in _lines(cell)]
        found.append((code if coded else "", lines))
    return found


def kinds(block: Any) -> Iterator[tuple[str, str]]:
    """Yield the lines of an article without codes, each with what its element says it is."""
    for child in block:
        if not isinstance(child.tag, str):
            continue
        name = _class(child)
        headline = child.xpath("descendant-or-self::*[contains(@class, 'Headline')]")
        if headline:
            title = " ".join(_lines(child))
            if "counted" in _class(headline[0]):
                title = _NUMBERED.sub("", title, count=1)
            yield "HD", title
        elif "articleParagraph" in name or name == "author":
            kind = "BY" if name == "author" else "TD"
            yield from ((kind, line) for line in _lines(child))
        else:
            inner = child.xpath(".//*[contains(@class, 'articleParagraph')]")
            yield from kinds(child) if inner else (("", line) for line in _lines(child))
        if child.tail and child.tail.strip():
            yield "", " ".join(child.tail.split())


def _class(element: Any) -> str:
    return element.get("class") or ""


def _lines(element: Any) -> list[str]:
    """Return the text of an element, a line for each block; line ends of the file are spaces."""
    pieces: list[str] = []

    def walk(node: Any) -> None:
        stack = [(node, False)]
        while stack:
            current, done = stack.pop()
            block = current.tag in _BLOCKS
            if done:
                pieces.append("\n" if block else " " if current.tag in ("td", "th") else "")
                if current is not node:
                    pieces.append(" ".join(re.split(r"\s+", current.tail or "")))
                continue
            stack.append((current, True))
            if not isinstance(current.tag, str) or current.tag in ("script", "style"):
                continue
            if block:
                pieces.append("\n")
            pieces.append(" ".join(re.split(r"\s+", current.text or "")))
            stack.extend((child, False) for child in reversed(current))

    walk(element)
    return [" ".join(line.split()) for line in "".join(pieces).split("\n") if line.strip()]
