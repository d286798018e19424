"""Factiva exports in HTML and RTF: one file, up to a hundred newspaper articles.

Layouts, as the readers of others and their test files describe them:

- HTML: a ``div`` of class ``article deArticle`` per article (the two letters are the language);
  in it either a table of field codes (HD, BY, WC, PD, SN … LP, TD … AN), or, without codes, the
  section, the headline (``span`` of class ``deHeadline``), the byline, "770 Wörter", the date,
  the source, its code, the language, the copyright, paragraphs of class ``articleParagraph``,
  captions, the publisher and "Dokument TAGON…".
- RTF: the same on lines; "Document …" ends an article, a summary of the search may follow the
  last.

What is not text goes to the metadata, under a readable name where the code is known.

untested on real exports
"""

import re
from typing import Any

from analysis.importers import dates, encoding, factiva_page, press, rtf
from analysis.importers.found import Found, Unreadable

# Field codes → names; LP and TD are the text (lead and tail).
_TEXT = ("LP", "TD")
_FIELDS = {
    "HD": "title", "SE": "section", "BY": "byline", "CR": "credit", "WC": "length",
    "PD": "date_line", "ET": "time", "SN": "source", "SC": "source_code", "NGC": "group",
    "GC": "group_code", "ED": "edition", "PG": "page", "VOL": "volume", "LA": "language",
    "CY": "copyright", "CLM": "column", "DLN": "dateline", "CT": "contact", "RF": "reference",
    "ART": "graphic", "CX": "correction", "CO": "company", "IN": "industry", "NS": "subject",
    "RE": "region", "IPC": "publisher_codes", "IPD": "publisher_terms", "PUB": "publisher",
    "AN": "accession", "LP": "", "TD": "",
}  # fmt: skip
_WORDS = re.compile(r"\d[\d.,]* (?:words?|wörter|woorden|mots|palabras|parole)", re.IGNORECASE)
_END = re.compile(r"(?:AN\s+)?(?:Document|Dokument|Documento) ([A-Za-z0-9]{12,40})")
_RUNNING = re.compile(r"(?:Page|Seite|Pagina) \d+ (?:of|von|van) \d+\b.*|.*© \d{4} Factiva, Inc.*")
_CODED = re.compile(r"([A-Z]{2,3})(?:[ \xa0]*\t[ \t\xa0]*|[ \xa0]{2,}|$)(.*)", re.DOTALL)
_COPYRIGHT = re.compile(r"copyright\b|©|\(c\)|all rights reserved|alle rechte", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?: ?(?:am|pm|uhr|gmt))?", re.IGNORECASE)
_PAGE = re.compile(r"(?:page|seite|pagina|pg\.?|p\.|s\.)? ?[A-Z]{0,2}\d{1,4}", re.IGNORECASE)
_SOURCE_CODE = re.compile(r"[A-Z][A-Z0-9]{1,9}")
_MARKED = re.compile(r"<div\b[^<>]{0,300}class=[\"']?(?:article )?[a-z]{2}Article[\"' >]")
_ACCESSION = re.compile(rb"\b[A-Z]{2,8}0{0,6}(?:19|20)\d{6}[a-z][a-z0-9]{6,11}\b")
_HTML_MARK = re.compile(rb"class\s*=\s*[\"']?article [a-z]{2}Article|[\"' ]articleParagraph\b")
_CODE_MARK = re.compile(rb">\s*HD\s*<")


def looks_like(raw: bytes) -> bool:
    """Tell whether a file is a Factiva export, by the marks that only these have."""
    raw = raw.replace(b"\0", b"")  # UTF-16
    if raw.lstrip().startswith(b"{\\rtf"):
        return bool(_ACCESSION.search(raw))
    if _HTML_MARK.search(raw):
        return True
    return bool(_CODE_MARK.search(raw) and _ACCESSION.search(raw))


def read(raw: bytes, name: str) -> list[Found]:
    """Read the articles of a Factiva export.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        In the order of the file; `text` is empty where an article has none. Metadata: ``title,
        source, date, date_precision, section, byline, length, language, accession`` and whatever
        else the article says of itself.

    Raises
    ------
    Unreadable
        If no article is in it.
    """
    if raw.lstrip().startswith(b"{\\rtf"):
        lines, problems = rtf.lines(raw)
        found = _articles(lines)
    else:
        text, problems = encoding.decode(raw)
        found = _html(text)
    if not found:
        raise Unreadable("no article stands in this Factiva export")
    return [Found(one.text, one.metadata, (*problems, *one.problems)) for one in found]


# HTML


def _html(text: str) -> list[Found]:
    try:
        tree = factiva_page.tree(text)
        blocks = factiva_page.articles(tree)
        if not blocks:
            tables = [
                t
                for t in tree.iter("table")
                if any(c == "HD" for c, _ in factiva_page.rows(t, _FIELDS))
            ]
            blocks = [(table, "") for table in tables]
        found = [_block(block, language) for block, language in blocks]
    except Exception as error:  # The library fails in many ways on broken files.
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise Unreadable(f"the file cannot be read as HTML: {told}") from error
    marked = len(_MARKED.findall(text))
    if found and marked > len(found):
        told = f"{marked} articles are marked in the file, {len(found)} found"
        found[0] = Found(found[0].text, found[0].metadata, (*found[0].problems, told))
    return found


def _block(block: Any, language: str) -> Found:
    """Read one article in either layout."""
    fields: list[tuple[str, list[str]]] = []
    tables = [block] if block.tag == "table" else block.findall("table")
    for table in tables or list(block.iter("table"))[:1]:
        fields += [
            (code, lines) for code, lines in factiva_page.rows(table, _FIELDS) if code or fields
        ]
    if any(code == "HD" for code, _ in fields):
        return _from_fields(fields, language)
    return _from_blocks(list(factiva_page.kinds(block)), language)


# Lines


def _articles(lines: list[str]) -> list[Found]:
    """Part the lines of an RTF export into articles."""
    found: list[Found] = []
    current: list[str] = []
    for line in lines:
        if _RUNNING.fullmatch(line):
            continue
        current.append(line)
        if _END.fullmatch(line):
            found.append(_from_lines(current, ended=True))
            current = []
    if any(_WORDS.fullmatch(line) or _coded(line)[0] == "HD" for line in current):
        found.append(_from_lines(current, ended=False))
    elif current and found:
        told = f"{len(current)} lines after the last article left out (search summary)"
        last = found[-1]
        found[-1] = Found(last.text, last.metadata, (*last.problems, told))
    return found


def _coded(line: str) -> tuple[str, str]:
    match = _CODED.fullmatch(line)
    return (match[1], match[2].strip()) if match and match[1] in _FIELDS else ("", line)


def _from_lines(lines: list[str], *, ended: bool) -> Found:
    if any(_coded(line)[0] == "HD" for line in lines):
        fields: list[tuple[str, list[str]]] = [("", [])]
        for line in lines:
            code, value = _coded(line)
            if code:
                fields.append((code, []))
            if value:
                fields[-1][1].append(value)
        found = _from_fields(fields, "")
    else:
        found = _from_blocks(_guessed(lines), "")
    told = () if ended else ("no line 'Document …': the file may be cut off",)
    return Found(found.text, found.metadata, (*found.problems, *told))


def _guessed(lines: list[str]) -> list[tuple[str, str]]:
    """Give the lines of an article without codes the kinds that HTML would state."""
    words = next((i for i, line in enumerate(lines) if _WORDS.fullmatch(line)), 0)
    top: list[tuple[str, str]] = [("", line) for line in lines[:words]]
    if top:
        # Section, headline, byline: the longest of the first two is the headline.
        at = max(range(min(2, words)), key=lambda i: (len(lines[i]), -i))
        top[at] = ("HD", lines[at])
    start = _body_start(lines, words)
    ends = 1 + _has_publisher(lines) if _END.fullmatch(lines[-1]) else 0
    stop = max(start, len(lines) - ends)
    return [
        *top,
        *(("", line) for line in lines[words:start]),
        *(("TD", line) for line in lines[start:stop]),
        *(("", line) for line in lines[stop:]),
    ]


def _body_start(lines: list[str], words: int) -> int:
    """Return where the header ends: after the copyright, else after the language."""
    head = range(words, min(words + 12, len(lines)))
    for i in head:
        if _COPYRIGHT.match(lines[i]):
            return i + 1
    for i in head:
        if press.is_language(lines[i]):
            return i + 1
    return min(words + 3, len(lines)) if words else 0


def _has_publisher(lines: list[str]) -> bool:
    """Tell whether the line before the last is a publisher: short, and no sentence."""
    return len(lines) > 1 and len(lines[-2]) < 60 and lines[-2][-1] not in '.?!”"»'


# Both


def _from_fields(fields: list[tuple[str, list[str]]], language: str) -> Found:
    """Make a document of the values of its field codes."""
    metadata: dict[str, str] = {}
    body: list[str] = []
    last = ""
    for code, lines in fields:
        code = last = code or last
        if code in _TEXT:
            body += lines
        elif code == "AN":
            _accession(metadata, " ".join(lines))
        else:
            press.add(metadata, _FIELDS.get(code, "header"), " ".join(lines))
    return _finish(body, metadata, language)


def _from_blocks(lines: list[tuple[str, str]], language: str) -> Found:
    """Make a document of lines: header, text, and what stands below it."""
    texts = [i for i, (kind, _) in enumerate(lines) if kind == "TD"]
    words = [i for i, (kind, line) in enumerate(lines) if not kind and _WORDS.fullmatch(line)]
    start = texts[0] if texts else min((words[0] if words else 0) + 7, len(lines))
    stop = texts[-1] + 1 if texts else start
    metadata: dict[str, str] = {}
    _header(lines[:start], metadata)
    below = [line for _, line in lines[stop:]]
    if below and (match := _END.fullmatch(below[-1])):
        press.add(metadata, "accession", match[1])
        below.pop()
    if below:
        metadata["publisher"] = below.pop()
        press.add(metadata, "graphic", " ".join(below))
    return _finish([line for _, line in lines[start:stop]], metadata, language)


def _header(lines: list[tuple[str, str]], metadata: dict[str, str]) -> None:
    """Tell the lines above the text apart by their place and their form."""
    seen = ""
    for kind, line in lines:
        if kind == "HD":
            press.add(metadata, "title", line)
            seen = "title"
        elif kind == "BY":
            press.add(metadata, "byline", line)
        elif _WORDS.fullmatch(line) and "length" not in metadata:
            metadata["length"], seen = line, "length"
        elif seen == "":
            press.add(metadata, "section", line)
        elif seen == "title":
            press.add(metadata, "byline", line)
        else:
            press.add(metadata, _kind(line, metadata), line)


def _kind(line: str, metadata: dict[str, str]) -> str:
    """Tell what a line after the length is: date, time, source, its code, page, language …"""
    if "date_line" not in metadata and dates.parse(line):
        return "date_line"
    if _COPYRIGHT.match(line):
        return "copyright"
    if "time" not in metadata and _TIME.fullmatch(line):
        return "time"
    if "source" not in metadata:
        return "source"
    if "language" not in metadata and press.is_language(line):
        return "language"
    if "source_code" not in metadata and _SOURCE_CODE.fullmatch(line):
        return "source_code"
    return "page" if _PAGE.fullmatch(line) else "header"


def _accession(metadata: dict[str, str], value: str) -> None:
    match = _END.fullmatch(value)
    press.add(metadata, "accession", match[1] if match else value)


def _finish(body: list[str], metadata: dict[str, str], language: str) -> Found:
    press.add_date(metadata, metadata.get("date_line", ""))
    if language and "language" not in metadata:
        metadata["language"] = language
    return press.finish("\n".join(body), metadata, [])
