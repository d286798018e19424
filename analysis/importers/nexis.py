"""Nexis Uni and Lexis Advance exports, DOCX or RTF: one file, one or many newspaper articles.

Layout, as the readers of others and their test files describe it: a cover page (user, date, job
number, "Documents (50)", a numbered list of linked titles, the search), then per document a
linked title (outline level 1, after a bookmark), source, date line, copyright, labelled lines
(Section, Length, Byline, Dateline, Highlight), a line "Body", the paragraphs, Graphic,
Classification, Load-Date, and a line "End of Document". Search hits stand in runs of their own.

Everything of a document that is not its text goes to its metadata, so that nothing is lost; what
belongs to no known label is kept there under ``header`` or ``classification``.

untested on real exports
"""

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from analysis.importers import dates, press
from analysis.importers.found import Found, Unreadable
from analysis.importers.nexis_lines import Line
from analysis.importers.nexis_lines import lines as docx_lines

# Label → field. English as in today's interface, German as in exports of the older one; the Dutch
# labels and the newer German ones are translations that no export has confirmed.
_LABELS = {
    "section": "section", "length": "length", "byline": "byline", "dateline": "dateline",
    "highlight": "highlight", "series": "series", "headline": "title", "edition": "edition",
    "load-date": "load_date", "update": "load_date", "correction": "correction",
    "correction-date": "correction", "url": "url",
    "rubrik": "section", "länge": "length", "autor": "byline", "ausgabe": "edition",
    "ladedatum": "load_date", "zusammenfassung": "highlight",
    "sectie": "section", "rubriek": "section", "lengte": "length", "auteur": "byline",
    "editie": "edition", "laaddatum": "load_date", "samenvatting": "highlight",
    "language": "language", "publication-type": "publication_type", "subject": "subject",
    "person": "person", "organization": "organization", "company": "company",
    "industry": "industry", "geographic": "geographic", "journal code": "journal_code",
    "journal-code": "journal_code", "ticker": "ticker", "city": "city", "state": "state",
    "country": "country", "graphic": "graphic",
    "sprache": "language", "publikationstyp": "publication_type", "grafik": "graphic",
    "taal": "language", "publicatietype": "publication_type", "onderwerp": "subject",
    "grafisch": "graphic",
}  # fmt: skip
_LONG = {"title", "byline", "highlight", "dateline", "section", "series"}  # may take more lines
_BODY = {"body", "textkörper", "hauptteil", "hoofdtekst"}
_HEADER = 60  # lines in which the line "Body" is looked for
_BLOCKS = {
    "graphic": "graphic", "grafik": "graphic", "grafisch": "graphic",
    "classification": "classification", "klassifizierung": "classification",
    "klassifikation": "classification", "classificatie": "classification",
}  # fmt: skip
_END = {
    "end of document", "ende des dokuments", "einde van document", "einde van het document",
}  # fmt: skip
_COVER = re.compile(r"(?:documents?|dokumente?|documenten) ?\((\d{1,6})\)", re.IGNORECASE)
_LISTED = re.compile(r"\d{1,6}\.\s")
_LABELLED = re.compile(r"([^\W\d_][\w -]{2,24}?)\s?:\s*(.*)", re.DOTALL)
_COPYRIGHT = re.compile(r"copyright\b|©|\(c\)|all rights reserved", re.IGNORECASE)
_LENGTH = re.compile(r"(\d[\d.,]*)\s*(?:words?|wörter|worte|woorden)\b", re.IGNORECASE)
_PARAGRAPH = re.compile(rb"</w:p>")
_TAG = re.compile(rb"<[^<>]*>")
_SEARCHED = 30_000_000  # bytes of document.xml in which looks_like searches


@dataclass
class _Document:
    lines: list[Line] = field(default_factory=list)
    titled: bool = False
    filled: bool = False  # something but titles has followed its title
    ended: bool = False

    def add(self, line: Line) -> None:
        self.filled |= self.titled and not line.title
        self.titled |= line.title
        self.lines.append(line)


def looks_like(raw: bytes) -> bool:
    """Tell whether a file is a Nexis export: two or more of the lines that only these have."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive, archive.open("word/document.xml") as part:
            xml = part.read(_SEARCHED)
    except Exception:  # Whatever is wrong with the archive, it is not this.
        return False
    text = _TAG.sub(b"", _PARAGRAPH.sub(b"\n", xml)).decode("utf-8", "replace")
    return is_export(text.replace("\xa0", " ").splitlines())


def is_export(lines: Iterable[str]) -> bool:
    """Tell whether two or more of the lines that only Nexis exports have are among these."""
    marks = set()
    for line in map(str.strip, lines):
        if len(line) > 200:
            continue
        name, value = _label(line)
        if line.casefold() in _END:
            marks.add("end")
        elif name == "load_date" and dates.parse(value):
            marks.add("load date")
        elif name == "length" and _LENGTH.match(value):
            marks.add("length")
        elif line.casefold() == "body" or line.startswith("Job Number:") or _COVER.fullmatch(line):
            marks.add("other")
        if len(marks) > 1:
            return True
    return False


def read(raw: bytes, name: str) -> list[Found]:
    """Read the documents of a Nexis export.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        In the order of the file; `text` is the body, and empty where a document has none.
        Metadata: ``title, source, date, date_precision, section, byline, length, language,
        load_date`` and whatever else the document says of itself.

    Raises
    ------
    Unreadable
        If the file is no DOCX or no document is in it.
    """
    return documents(docx_lines(raw))


def documents(lines: list[Line]) -> list[Found]:
    """Part the lines of an export into its documents; the RTF export has the same lines.

    Raises
    ------
    Unreadable
        If no document is in it.
    """
    cover, parts = _split(lines)
    found = [_document(part) for part in parts]
    if not found:
        raise Unreadable("no document stands in this Nexis export")
    stated = next((int(m[1]) for line in cover if (m := _COVER.fullmatch(line.text))), None)
    if stated is not None and stated != len(found):
        told = f"the cover page states {stated} documents, {len(found)} found"
        first = found[0]
        found[0] = Found(first.text, first.metadata, (*first.problems, told))
    return found


def _split(lines: list[Line]) -> tuple[list[Line], list[_Document]]:
    """Part the lines into the cover page and the documents."""
    documents = [_Document()]
    for i, line in enumerate(lines):
        if line.text.casefold() in _END:
            documents[-1].ended = True
            documents.append(_Document())
            continue
        # A heading within a text is no new document: no header follows it.
        if line.title and documents[-1].filled and any(map(_is_header, lines[i + 1 : i + 12])):
            documents.append(_Document())
        documents[-1].add(line)
    cover, documents[0].lines = _without_cover(documents[0].lines)
    if not any(line.text for line in documents[-1].lines):
        documents.pop()  # What follows the last "End of Document".
    return cover, documents


def _without_cover(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Part the first document from the cover page before it, if there is one."""
    if not any(_COVER.fullmatch(line.text) for line in lines):
        return [], lines
    start = next((i for i, line in enumerate(lines) if line.title), None)
    if start is None:
        # No outline: the header begins after the last line of the list and of the search.
        first = next((i for i, x in enumerate(lines) if _is_body(x) or _is_header(x)), 0)
        last = [
            i
            for i, line in enumerate(lines[:first])
            if line.table or _LISTED.match(line.text) or _COVER.fullmatch(line.text)
            or (_LABELLED.fullmatch(line.text) and not _label(line.text)[0])
        ]  # fmt: skip
        start = last[-1] + 1 if last else 0
    return lines[:start], lines[start:]


def _label(text: str) -> tuple[str, str]:
    """Return field and value of a labelled line; an empty field where there is no known label."""
    found = _LABELLED.fullmatch(text)
    name = _LABELS.get(found[1].casefold(), "") if found else ""
    return (name, found[2].strip()) if found and name else ("", text)


def _header_end(lines: list[Line]) -> int:
    """Return the position of the line "Body", or that of the first line after the labels."""
    end = -1
    for i, line in enumerate(lines[:_HEADER]):
        if _is_body(line):
            return i
        if _is_tail(line):
            break
        # Labels stand together: a "Section:" far into the text is a sentence of it.
        if _is_header(line) and (end < 0 or i - end < 3):
            end = i
    return end + 1


def _is_body(line: Line) -> bool:
    return line.text.casefold() in _BODY and not line.table


def _is_header(line: Line) -> bool:
    return bool(_label(line.text)[0] or _COPYRIGHT.match(line.text)) and not line.table


def _is_tail(line: Line) -> bool:
    """Tell the lines that end a text; "Update: …" may be a sentence of it, but not with a date."""
    name, value = _label(line.text)
    dated = name == "load_date" and len(value) < 60 and dates.parse(value) is not None
    return not line.table and (line.text.casefold() in _BLOCKS or name == "graphic" or dated)


def _document(document: _Document) -> Found:
    lines = [line for line in document.lines if line.text]
    end = _header_end(lines)
    bodied = end < len(lines) and _is_body(lines[end])
    metadata = _header(lines[:end])
    rest = lines[end + bodied :]
    tail = next((i for i, line in enumerate(rest) if _is_tail(line)), len(rest))
    body = rest[:tail]
    _tail(rest[tail:], metadata)
    text = "\n".join(line.text for line in body)
    problems = [] if bodied else ["no line 'Body': the text is what follows the header"]
    tables = sum(line.table for line in body)
    if tables:
        problems.append(f"{tables} rows of tables kept as lines")
    if not document.ended:
        problems.append("no line 'End of Document': the file may be cut off")
    return press.finish(text, metadata, problems)


def _header(lines: list[Line]) -> dict[str, str]:
    """Return what the lines above the text say: title, source, date, labels, the rest."""
    labels = [i for i, line in enumerate(lines) if _is_header(line)]
    top = lines[: labels[0] if labels else len(lines)]
    metadata = _masthead([line.text for line in top])
    last = ""
    for line in lines[len(top) :]:
        name, value = _label(line.text)
        if not name and _COPYRIGHT.match(line.text):
            name = "copyright"
        if not name:
            name = last if last in _LONG else "header"
        press.add(metadata, name, value)
        last = name
    return metadata


def _masthead(top: list[str]) -> dict[str, str]:
    """Tell title, source and date line apart: the date is the last line that is one."""
    metadata: dict[str, str] = {}
    dated = [i for i, text in enumerate(top[1:], 1) if len(text) < 120 and dates.parse(text)]
    at = dated[-1] if dated else None
    if at is not None:
        press.add_date(metadata, top[at])
    # Title, source, date; a title may run over several lines, and a source may be missing.
    before = top[: at if at is not None else 2]
    titles = before[:-1] if len(before) > 1 else before
    after = top[at + 1 :] if at is not None else top[2:]
    if titles:
        metadata["title"] = " ".join(titles)
    if len(before) > 1:
        metadata["source"] = before[-1]
    if after:
        metadata["header"] = " | ".join(after)
    return metadata


def _tail(lines: list[Line], metadata: dict[str, str]) -> None:
    """Add what stands below the text: captions, classification, load date."""
    block = ""
    for line in lines:
        if line.text.casefold() in _BLOCKS:
            block = _BLOCKS[line.text.casefold()]
            continue
        name, value = _label(line.text)
        if name in ("graphic", "load_date"):
            block = "graphic" if name == "graphic" else "header"
        press.add(metadata, name or block or "header", value)
