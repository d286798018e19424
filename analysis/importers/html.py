"""A saved web page: its main text, and what its head says of it.

The main text is what trafilatura takes for it, without menus, banners, related links and comments;
where it finds none, all visible text is taken and the report says so. The bytes are decoded here,
since trafilatura guesses the encoding of pages that declare it. Nothing is ever fetched.

untested on real exports
"""

import codecs
import logging
import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from analysis.importers import encoding
from analysis.importers.found import Found, Unreadable
from analysis.importers.unhyphen import tidy

# Above this many characters the search for the main text costs minutes; no article is so long.
LARGEST_PAGE = 5_000_000
HIDDEN = (
    "//script|//style|//noscript|//template|//iframe|//object|//svg|//textarea|//select|//button"
    "|//input|//*[@hidden]|//*[@aria-hidden='true']"
    "|//*[contains(translate(@style,' ','') ,'display:none')]"
    "|//*[contains(translate(@style,' ',''),'visibility:hidden')]"
)
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "head", "header", "hr", "html", "item", "li", "list", "main", "nav", "ol", "p",
    "pre", "quote", "row", "section", "summary", "table", "tbody", "td", "cell", "tfoot", "th",
    "thead", "title", "tr", "ul", "lb", "br",
})  # fmt: skip
# A page that declares Latin-1 is read as cp1252, as every browser does (WHATWG Encoding).
_LATIN = frozenset({"iso8859-1", "ascii", "latin-1", "cp1252", "iso8859-15"})
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.-]{1,40})", re.IGNORECASE)
_READ_AS_LATIN = "not UTF-8: read as cp1252"
_REFERENCE = re.compile(r"&#(x[0-9a-f]{1,7}|[0-9]{1,8});?", re.IGNORECASE)
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<\s*[a-zA-Z!]")

# Without a handler of their own, the libraries' remarks on bad pages would reach standard error.
for _library in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


def read(raw: bytes, name: str) -> list[Found]:
    """Read one saved web page.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used, a page says itself what it is.

    Returns
    -------
    list of Found
        One document: ``title, byline, date, source, language, url`` where the page says them.

    Raises
    ------
    Unreadable
        If there is no text or the bytes are no web page.
    """
    content, problems = decode(raw)
    if not _TAG.search(content[:100_000]):
        raise Unreadable("the file holds no HTML tags; name it .txt if it is plain text")
    tree, cut = parsed(content)
    problems += ["nested too deeply: text below the limit is lost"] if cut else []
    metadata = _metadata(tree) if len(content) <= LARGEST_PAGE else {}
    for element in tree.xpath(HIDDEN):
        element.drop_tree() if element.getparent() is not None else element.clear()
    body = _main(tree) if len(content) <= LARGEST_PAGE else None
    text, repairs = tidy(lines(body)) if body is not None else ("", [])
    if not text:
        text, repairs = tidy(lines(_visible(tree)))
        problems.append("main text not found: all text taken")
    if not any(c.isalnum() for c in text):
        raise Unreadable("the page holds no text")
    return [Found(text, metadata, (*problems, *repairs))]


def decode(raw: bytes) -> tuple[str, list[str]]:
    """Decode a page by its byte-order mark, as UTF-8 where it is, or as it declares itself.

    A text that is valid UTF-8 and not plain ASCII is UTF-8 whatever the page declares: text in
    another encoding passes for UTF-8 practically never.

    Returns
    -------
    text : str
    problems : list of str
        Where the declaration is missing or wrong, or the bytes needed repair.
    """
    declared = _declared(raw)
    content, problems = encoding.decode(raw)
    if encoding.guess(raw)[1] or declared in ("", "utf-8"):
        return content, problems
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        if declared in _LATIN:
            return content, [problem for problem in problems if problem != _READ_AS_LATIN]
        text = raw.decode(declared, "replace")
        lost = text.count("\ufffd")
        return text, [f"characters that could not be read as {declared}: {lost}"] if lost else []
    told = [] if raw.isascii() else [f"declared {declared} but is UTF-8"]
    return content, [*told, *problems]


def _declared(raw: bytes) -> str:
    """Return Python's name of the encoding that the page declares, or "" for none it knows."""
    found = _XML.search(raw[:200]) or _META.search(raw[:4096])
    if not found:
        return ""
    try:
        info = codecs.lookup(found[1].decode("ascii"))
    except LookupError:
        return ""
    # Codecs that are no character encodings (rot13, base64) are no declaration.
    return info.name if getattr(info, "_is_text_encoding", True) else ""


def parsed(content: str) -> tuple[Any, bool]:
    """Return the tree and whether libxml2 cut it off at the depth that it allows."""
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
    )
    raw = _REFERENCE.sub(_character, _NO_XML.sub("", content)).encode()
    try:
        tree = lxml_html.document_fromstring(raw, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("the page cannot be parsed as HTML") from error
    return tree, any("depth" in entry.message for entry in parser.error_log)


def _character(reference: re.Match[str]) -> str:
    """Resolve the numeric references that libxml2 would pass on although no XML may hold them."""
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    if 0x80 <= number < 0xA0:  # cp1252, as every browser reads them
        return bytes([number]).decode("cp1252", "replace")
    if number > 0x10FFFF or 0xD800 <= number < 0xE000:
        return "\ufffd"
    return "" if _NO_XML.match(chr(number)) else reference[0]


def _main(tree: Any) -> Any:
    """Return trafilatura's body of the main text, None where it has none or fails."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(tree, include_comments=False, with_metadata=False)
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError, IndexError):
        return None
    return None if found is None else getattr(found, "body", None)


def _visible(tree: Any) -> Any:
    body = tree.find("body")
    return tree if body is None else body


def lines(root: Any) -> str:
    """Return the text of a tree, a line for each block; spaces in the source are no layout.

    There are empty lines in it, which :func:`analysis.importers.unhyphen.tidy` leaves out.
    """
    out: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        block = element.tag in BLOCKS
        if block:
            out.append("\n")
        if event == "start":
            out.append(_flat(element.text))
        elif element is not root:
            out.append(_flat(element.tail))
    return "".join(out)


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _metadata(tree: Any) -> dict[str, str]:
    from trafilatura.metadata import extract_metadata

    # A date only where the head or a dated element states it: never guessed from the text.
    dates = {"extensive_search": False, "original_date": True, "max_date": "2100-01-01"}
    try:
        page = extract_metadata(tree, date_config=dates, extensive=False)
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError, IndexError):
        return {}
    language = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[
        :2
    ].lower()
    said = {
        "title": page.title,
        "byline": page.author,
        "date": page.date,
        "date_precision": "day" if page.date else "",
        "source": page.sitename or page.hostname,
        "language": language if language.isalpha() else "",
        "url": page.url if re.match("https?://", page.url or "") else "",
    }
    return {key: " ".join(value.split()) for key, value in said.items() if value}
