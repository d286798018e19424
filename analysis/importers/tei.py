"""TEI P5 (and any other XML): the text of the body, and what the header says of it.

One document for each TEI element; where speeches are marked as utterances (``u``, as in ParlaMint),
one for each utterance, with its speaker. Notes, running heads and transcribers' remarks are left
out; of a choice the text stays as it was printed (``orig, sic, abbr``). With or without namespace.
XML that is not TEI gives all its text, a line for each block. Entities that a file declares, and
external ones, are refused; nothing is ever fetched.

untested on real exports
"""

import re
from collections.abc import Iterable, Iterator
from html.entities import entitydefs
from typing import Any
from xml.etree import ElementTree

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

from analysis.importers import html as page
from analysis.importers.found import Found, Unreadable
from analysis.importers.tei_header import (
    LANG,
    local,
    metadata_of,
    named,
    one_line,
    person_name,
    primary_language,
)
from analysis.importers.unhyphen import forms, join, tidy

ROOTS = frozenset({"TEI", "TEI.2", "teiCorpus", "teiCorpus.2"})
BLOCKS = frozenset({
    "ab", "argument", "bibl", "body", "byline", "cell", "closer", "dateline", "div", "div1",
    "div2", "div3", "docAuthor", "docTitle", "epigraph", "figure", "group", "head", "item", "l",
    "label", "lg", "list", "opener", "p", "quote", "row", "salute", "seg", "signed", "sp",
    "speaker", "stage", "table", "text", "titlePart", "trailer", "u",
})  # fmt: skip
LEFT_OUT = frozenset({
    "del", "desc", "figDesc", "front", "back", "fw", "gap", "incident", "kinesic", "note",
    "pause", "surplus", "teiHeader", "vocal",
})  # fmt: skip
BREAKS = frozenset({"lb", "pb", "cb", "gb", "milestone"})
PRINTED, EDITED = frozenset({"orig", "sic", "abbr"}), frozenset({"reg", "corr", "expan"})
# No XML file can hold these: they mark blocks and unbroken words while a text is put together.
_BLOCK, _SEAM = "\x1d", "\x1e"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
# Bounded, so that a file of nothing but line breaks costs no more than another.
_BREAK = re.compile(rf"[-\u2010\u00ac\u00ad]?[ \n]{{0,8}}{_SEAM}[ \n]{{0,8}}")
_OPENING = re.compile(r"[(\[{«„‚“‘¿¡]$")


def read(raw: bytes, name: str) -> list[Found]:
    """Read one XML file.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        One for each TEI or each utterance, in order: ``title, byline, date, date_precision, source,
        language`` where the header says so; of utterances ``speaker, speaker_id, role, section``
        too.

    Raises
    ------
    Unreadable
        If the XML is not well-formed, declares entities, or holds no text.
    """
    root, problems = parsed(raw)
    if local(root).lower() == "html":
        return page.read(raw, name)
    if local(root) in ROOTS:
        found = [
            document
            for tei, header in _texts(root)
            for document in _documents(tei, header, problems)
        ]
    else:
        found = _other(root, (*problems, "not TEI: all text taken"))
    if not found:
        raise Unreadable("the XML file holds no text")
    return found


def parsed(raw: bytes) -> tuple[Any, tuple[str, ...]]:
    """Parse XML that may be hostile; return its root and what had to be repaired.

    Raises
    ------
    Unreadable
        If it is not well-formed, or declares entities.
    """
    try:
        return _tree(raw), ()
    except Unreadable as error:
        # The usual fault is a file in cp1252 that declares nothing, which means UTF-8.
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            content = raw.decode("cp1252", "replace")
        else:
            raise
        try:
            content = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", content)
            return _tree(content), ("not UTF-8: read as cp1252",)
        except Unreadable:
            raise error from None


def _tree(content: bytes | str) -> Any:
    # The builder in C: defusedxml's own makes elements that are slow and recurse.
    parser = SafeTree.XMLParser(
        target=ElementTree.TreeBuilder(),
        forbid_dtd=False,
        forbid_entities=True,
        forbid_external=True,
    )
    # The names of HTML (&eacute;), which older files take from a DTD that nobody fetches.
    parser.entity.update(entitydefs)
    try:
        parser.feed(content)
        return parser.close()
    except DefusedXmlException as error:
        raise Unreadable(
            "the XML file declares entities, which can hide a bomb; save it with them resolved"
        ) from error
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise Unreadable(f"the XML is not well-formed (line {line})") from error
    # A wrong or unknown encoding in the declaration, or characters that no XML can hold.
    except (ValueError, LookupError) as error:
        raise Unreadable("the XML is not in the encoding that it declares") from error


def _outermost(root: Any, name: str) -> list[Any]:
    """Return the elements of a name that lie in no other of that name, in document order."""
    found, waiting = [], [root]
    while waiting:
        element = waiting.pop()
        if local(element) == name:
            found.append(element)
        else:
            waiting += reversed(element)
    return found


def _texts(root: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    """Give each TEI with its metadata; those of a corpus stand in for missing ones."""
    waiting: list[tuple[Any, dict[str, str]]] = [(root, {})]
    while waiting:
        element, inherited = waiting.pop()
        metadata = {**inherited, **metadata_of(element)}
        if local(element).startswith("teiCorpus"):
            inner = [e for e in element if local(e) in ROOTS]
            waiting += [(e, metadata) for e in reversed(inner)]
        else:
            yield element, metadata


def _documents(tei: Any, header: dict[str, str], problems: tuple[str, ...]) -> Iterator[Found]:
    bodies = _outermost(tei, "body") or _outermost(tei, "text")
    outer = (
        ["front and back matter left out"] if any(True for _ in named(tei, "front", "back")) else []
    )
    if any(True for body in bodies for _ in named(body, "u")):
        yield from _utterances(tei, bodies, header, problems)
        return
    text, repairs = _text(bodies)
    if any(c.isalnum() for c in text):
        yield Found(text, header, (*problems, *outer, *repairs))


def _utterances(
    tei: Any, bodies: list[Any], header: dict[str, str], problems: tuple[str, ...]
) -> Iterator[Found]:
    names = {person.get(_ID, ""): person_name(person) for person in named(tei, "person")}
    section = ""
    for element in (e for body in bodies for e in body.iter()):
        if local(element) == "head":
            section = one_line(element)
        if local(element) != "u":
            continue
        text, repairs = _text([element])
        if not any(c.isalnum() for c in text):
            continue
        who = element.get("who", "").lstrip("#")
        roles = (mark.lstrip("#") for mark in element.get("ana", "").split())
        said = {
            "speaker": names.get(who) or who,
            "speaker_id": who,
            "role": next((r for r in roles if r in ("chair", "regular", "guest")), ""),
            "section": section,
            "language": primary_language(element.get(LANG, "")),
        }
        metadata = header | {key: value for key, value in said.items() if value}
        yield Found(text, metadata, (*problems, *repairs))


def _other(root: Any, problems: tuple[str, ...]) -> list[Found]:
    """Take all text of an XML file: a line for each element that is not within running text."""
    out: list[str] = []
    waiting: list[Any] = [(root, True)]
    while waiting:
        item, block = waiting.pop()
        if isinstance(item, str):
            out.append(item)
            continue
        mixed = any(text and text.strip() for text in (item.text, *(e.tail for e in item)))
        edge = _BLOCK if block else ""
        out += [edge, item.text or ""]
        waiting.append((edge, False))
        for child in reversed(item):
            waiting += [(child.tail or "", False), (child, block and not mixed)]
    text, repairs = _assembled(out)
    ready = any(c.isalnum() for c in text)
    return [Found(text, {}, (*problems, *repairs))] if ready else []


def _text(roots: Iterable[Any]) -> tuple[str, list[str]]:
    """Return the running text under some elements, a line for each block, and what was mended."""
    out: list[str] = []
    skipped = 0
    for root in roots:
        skipped += _Reader(root).into(out)
    text, repairs = _assembled(out)
    return text, ([f"notes and remarks left out: {skipped}"] if skipped else []) + repairs


class _Reader:
    """One pass over an element: its text with marks for blocks, line breaks and seams."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.spacing = _spacing(root)
        self.bound = True

    def into(self, out: list[str]) -> int:
        """Add the text to `out`; return the number of notes and remarks left out."""
        skipped = 0
        waiting: list[Any] = [self.root]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                out.append(item)
                continue
            name = local(item)
            if name in LEFT_OUT or not name:
                skipped += name not in ("front", "back", "teiHeader", "")
            elif name in BREAKS:
                out.append(_SEAM if item.get("break") == "no" else "\n")
            elif name in ("w", "pc") and self.spacing != "verbatim":
                out.append(self._token(item, name))
            else:
                edge = _BLOCK if name in BLOCKS else ""
                self.bound = self.bound or bool(edge)
                out += [edge, self._loose(item.text)]
                waiting.append(edge)
                for child in reversed(_chosen(item, name)):
                    waiting += [self._loose(child.tail), child]
        return skipped

    def _token(self, element: Any, name: str) -> str:
        text = " ".join("".join(element.itertext()).split())
        side = element.get("join", "")
        closing = self.spacing == "words" and name == "pc" and not _OPENING.search(text)
        glued = self.bound or closing or side in ("left", "both")
        opening = self.spacing == "words" and name == "pc" and not closing
        self.bound = side in ("right", "both") or opening
        return text if glued else " " + text

    def _loose(self, text: str | None) -> str:
        """Return text between elements; between tokens, spaces are the layout of the XML."""
        if not text or (self.spacing != "verbatim" and not text.strip()):
            return ""
        return re.sub(r"[\t\n\r]", " ", text)


def _spacing(root: Any) -> str:
    """Say where the spaces between tokens stand: "verbatim", in @join, or before "words"."""
    tokens = list(named(root, "w", "pc"))
    if any(token.get("join") for token in tokens):
        return "join"
    if not tokens or any((token.text or "").endswith(" ") for token in tokens):
        return "verbatim"
    spaced = {bool(token.tail) for token in tokens[:-1]}
    return "verbatim" if len(spaced) == 2 else "words"


def _chosen(element: Any, name: str) -> list[Any]:
    """Return the children, of a choice only what was printed."""
    children = list(element)
    if name == "choice" and any(local(e) in PRINTED for e in children):
        return [e for e in children if local(e) not in EDITED]
    return children


def _assembled(pieces: list[str]) -> tuple[str, list[str]]:
    """Join marked pieces to a text, a line for each block."""
    text, seams = _BREAK.subn(_seam, re.sub(r"[ \t]+", " ", "".join(pieces)))
    blocks = [block.split("\n") for block in text.split(_BLOCK) if block.strip()]
    known = forms(line for block in blocks for line in block)
    out = []
    for block in blocks:
        line, undone = join(block, known)
        out.append(line)
        seams += undone
    text, repairs = tidy("\n".join(out))
    return text, ([f"words rejoined at line ends: {seams}"] if seams else []) + repairs


def _seam(match: re.Match[str]) -> str:
    """Return what a break in a word leaves: nothing, or the hyphen before a capital or digit."""
    after = match.string[match.end() : match.end() + 1]
    return match[0][0] if match[0][0] in "-\u2010" and not after.islower() else ""
