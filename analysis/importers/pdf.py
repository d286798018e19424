"""A PDF: the text of its pages, with the layout undone.

Lines are joined to paragraphs, hyphens at line ends undone (`unhyphen`), repeated headers, footers
and page numbers left out. Text comes in the order in which the file draws it: columns follow each
other in most newspapers' files, but nothing in the format says that they must. Footnotes and
captions stay where they are drawn.

untested on real exports
"""

import io
import itertools
import logging
import re
import time
from collections import Counter
from typing import Any, NamedTuple

from analysis.importers.found import Found, Unreadable
from analysis.importers.unhyphen import HYPHENS, forms, join, tidy

MOST_PAGES = 5_000
MOST_CHARACTERS = 20_000_000
MOST_SECONDS = 300  # of computing; ordinary files take a tenth of a second a page at most
# Share of the pages on which a line at the edge must stand to be a header or footer. Books have
# different ones left and right, so that each stands on half of the pages.
REPEATED = 0.4
LONGEST_HEADER = 60  # characters, of a line that is left out for its page number alone
EDGE = 3  # lines looked at, from the top and from the bottom
SHORT = 0.75  # of the usual length: a line this short may end a paragraph
GAP = 1.4  # of the usual distance between lines: a blank stretch between paragraphs
INDENT = 0.6  # of the font size

_BULLET = re.compile(r"[•▪◦‣●■–—*]\s|\d{1,3}[.)]\s")
_END = re.compile(r"[.!?…:][\"'»«”’“)\]]*$")
_FIRST_NUMBER = re.compile(r"\W*([0-9]+)(?:\s|\W*$)")
_LAST_NUMBER = re.compile(r"\s([0-9]+)\W*$")
_LETTER_HYPHEN = re.compile(rf"\w[{HYPHENS}]$")

# pypdf remarks on every oddity of a file; without a handler that goes to standard error.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


class Line(NamedTuple):
    """One printed line; x, y and size in points, y from the bottom of the page."""

    text: str
    x: float
    y: float
    size: float


def read(raw: bytes, name: str) -> list[Found]:
    """Read one PDF.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        One document: ``title, byline, file_date`` where the file says so plausibly. ``file_date``
        is when the file was made, which is not when the text was published.

    Raises
    ------
    Unreadable
        If the file is encrypted, damaged beyond use, too large, or holds no text.
    """
    import pypdf

    try:
        with pypdf.apply_configuration(stream_parsing_work_maximum_count=1_000_000):
            reader = pypdf.PdfReader(io.BytesIO(raw))
            if reader.is_encrypted and not reader.decrypt(""):
                raise Unreadable("the PDF is encrypted; save it without a password")
            pages, problems = _pages(reader)
            metadata = _metadata(reader)
    except Unreadable:
        raise
    except pypdf.errors.DependencyError as error:
        raise Unreadable("the PDF is encrypted; save it without a password") from error
    # pypdf promises nothing on damaged files: any error may come from any depth of its parser.
    except Exception as error:
        raise Unreadable("the PDF is damaged or not a PDF") from error
    pages, left_out = _without_edges(pages)
    text, undone = _joined(pages)
    text, repairs = tidy(text)
    if not any(c.isalnum() for c in text):
        raise Unreadable("the PDF holds no text (scanned pages?)")
    problems += [f"headers, footers and page numbers left out: {left_out}"] if left_out else []
    problems += [f"words rejoined at line ends: {undone}"] if undone else []
    return [Found(text, metadata, (*problems, *repairs))]


def _pages(reader: Any) -> tuple[list[list[Line]], list[str]]:
    """Return the lines of each page that can be read, and what was lost."""
    count = len(reader.pages)
    if count > MOST_PAGES:
        raise Unreadable(f"the PDF has {count} pages; this suite reads up to {MOST_PAGES}")
    pages: list[list[Line]] = []
    lost = size = 0
    start = time.process_time()
    for number in range(count):
        if size > MOST_CHARACTERS or time.process_time() - start > MOST_SECONDS:
            lost += count - number
            break
        try:
            lines = _lines(reader.pages[number])
        # See above: one bad page must not cost the others.
        except Exception:
            lost += 1
            continue
        size += sum(len(line.text) for line in lines)
        pages.append(lines)
    if lost and not any(pages):
        raise Unreadable("the PDF is damaged: none of its pages can be read")
    return pages, [f"pages that could not be read: {lost} of {count}"] if lost else []


def _lines(page: Any) -> list[Line]:
    """Return the printed lines of a page with the place of their beginning."""
    from pypdf import mult

    lines: list[Line] = []
    chunks: list[tuple[str, float, float, float]] = []

    def finish() -> None:
        text = "".join(chunk[0] for chunk in chunks)
        inked = [chunk for chunk in chunks if chunk[0].strip()]
        if inked:
            size = max(inked, key=lambda chunk: len(chunk[0]))[3]
            lines.append(Line(text.strip(), inked[0][1], inked[0][2], size))
        chunks.clear()

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        place = mult(tm, cm)
        scale = abs(place[3]) or abs(place[1]) or 1.0
        for position, piece in enumerate(text.split("\n")):
            if position:
                finish()
            chunks.append((piece, place[4], place[5], size * scale))

    page.extract_text(visitor_text=visit)
    finish()
    return lines


def _without_edges(pages: list[list[Line]]) -> tuple[list[list[Line]], int]:
    """Leave out lines that most pages begin or end with, digits aside."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_key(line) for line in (*page[:EDGE], *page[-EDGE:])})
    least = max(2, REPEATED * len(pages))
    repeated = {key for key, count in seen.items() if count >= least}
    offset = _offset(pages, least)
    out = []
    for number, page in enumerate(pages):
        first, last = 0, len(page)
        own = None if offset is None else str(number + offset)
        while first < min(EDGE, last) and _edge(page[first], repeated, own):
            first += 1
        while last > max(first, len(page) - EDGE) and _edge(page[last - 1], repeated, own):
            last -= 1
        out.append(page[first:last])
    return out, sum(map(len, pages)) - sum(map(len, out))


def _offset(pages: list[list[Line]], least: float) -> int | None:
    """Return what the pages add to their place in the file to number themselves, if they do."""
    votes: Counter[int] = Counter()
    for number, page in enumerate(pages):
        edges = {line.text for line in (*page[:1], *page[-1:])}
        votes.update({int(n) - number for text in edges for n in _numbers(text) if len(n) < 6})
    offset, count = max(votes.items(), key=lambda vote: (vote[1], -abs(vote[0])), default=(0, 0))
    return offset if count >= max(least, 2) else None


def _edge(line: Line, repeated: set[str], own: str | None) -> bool:
    short = len(line.text) < LONGEST_HEADER
    return _key(line) in repeated or (short and own is not None and own in _numbers(line.text))


def _numbers(text: str) -> list[str]:
    """Return the numbers that a line begins or ends with."""
    found = (_FIRST_NUMBER.match(text), _LAST_NUMBER.search(text[-30:]))
    return [match[1] for match in found if match]


def _key(line: Line) -> str:
    return re.sub(r"[\d\W_]+", " ", line.text).strip().casefold()


def _joined(pages: list[list[Line]]) -> tuple[str, int]:
    """Join lines to paragraphs and the parts of broken words to words."""
    lines = [line for page in pages for line in page]
    if not lines:
        return "", 0
    starts = {id(page[0]) for page in pages if page}
    lengths = sorted(len(line.text) for line in lines)
    usual = lengths[int(0.8 * (len(lengths) - 1))]
    gap = _usual_gap(lines)
    known = forms(line.text for line in lines)
    paragraphs, current, undone = [], [lines[0].text], 0
    for position in range(1, len(lines)):
        before, line = lines[position - 1], lines[position]
        after = lines[position + 1] if position + 1 < len(lines) else None
        turned = id(line) in starts or line.y > before.y + 1
        if _new(before, line, after, usual, 0 if turned else gap):
            text, more = join(current, known)
            paragraphs.append(text)
            undone, current = undone + more, []
        current.append(line.text)
    text, more = join(current, known)
    return "\n".join([*paragraphs, text]), undone + more


def _usual_gap(lines: list[Line]) -> float:
    gaps = sorted(a.y - b.y for a, b in itertools.pairwise(lines) if 1 < a.y - b.y < 5 * a.size)
    return gaps[len(gaps) // 2] if gaps else 0.0


def _new(before: Line, line: Line, after: Line | None, usual: int, gap: float) -> bool:
    """Whether a line begins a paragraph; `gap` 0 at the top of a page or column."""
    if abs(line.size - before.size) > 0.15 * max(line.size, before.size):
        return True
    if _BULLET.match(line.text):
        return True
    if gap and before.y - line.y > GAP * gap:
        return True
    if _LETTER_HYPHEN.search(before.text):
        return False
    if after is not None and not _BULLET.match(after.text):
        inward = INDENT * line.size < line.x - after.x < 6 * line.size
        if inward and abs(after.y - line.y) > 1 and after.y < line.y:
            return True
    return len(before.text) < SHORT * usual and bool(_END.search(before.text))


def _metadata(reader: Any) -> dict[str, str]:
    """Return title, author and date of the file, without what programs fill in by themselves."""
    said = {}
    about: Any = {}
    try:
        about = reader.metadata or {}
        title, author = (_one_line(about.get(key)) for key in ("/Title", "/Author"))
    # As above: the information dictionary may be anything.
    except Exception:
        return {}
    if title and not re.search(r"^(untitled|microsoft word)|\.\w{2,5}$", title, re.IGNORECASE):
        said["title"] = title
    if author and not re.match(r"(user|admin|unknown|author)\w*$", author, re.IGNORECASE):
        said["byline"] = author
    try:
        made = about.creation_date
    except Exception:
        made = None
    if made is not None and made.year >= 1990:
        said["file_date"] = f"{made:%Y-%m-%d}"
    return said


def _one_line(value: Any) -> str:
    return " ".join(tidy(str(value or "")[:1000])[0].split())
