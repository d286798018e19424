"""One file of a document format → the documents in it; what a file really is."""

import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from analysis.importers.encoding import clean, decode, guess
from analysis.importers.found import Found, Unreadable

DOCUMENTS = (".txt", ".html", ".htm", ".docx", ".pdf", ".xml", ".rtf", ".epub")
UNPACKED = 500_000_000  # bytes that a compressed file may unfold to
# Bytes of a file that is read at once: the longest text there may be, at two bytes a character.
LARGEST = 128_000_000
MARKUP = 50_000_000  # of XML and HTML, whose tree may take sixty times as much memory
_MEMBERS = 20_000
_BEGINS = (  # what a file begins with → what it then is, in words
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"{\\rtf", "RTF"),
    (b"PAR1", "a Parquet table"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an old office program"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x7fELF", "a program"),
)
_TRULY = {
    ".pdf": "a PDF", ".docx": "a ZIP archive", ".xlsx": "a ZIP archive", ".rtf": "RTF",
    ".parquet": "a Parquet table", ".epub": "a ZIP archive",
}  # fmt: skip


def read_bytes(path: Path) -> bytes:
    """Read a file; the one place where documents are read, so that a test can make it fail.

    Raises
    ------
    Unreadable
        If it is larger than any file of documents.
    """
    size, largest = path.stat().st_size, most(path.name)
    if size > largest:
        raise Unreadable(
            f"the file has {size / 1e6:,.0f} MB, and no more than {largest / 1e6:,.0f} MB are "
            "read of one: part it"
        )
    return path.read_bytes()


def most(name: str) -> int:
    """Return how many bytes a file of documents may have: more where most of them are pictures."""
    suffix = Path(name).suffix.lower()
    if suffix in (".pdf", ".docx", ".epub"):
        return UNPACKED
    return MARKUP if suffix in (".xml", ".html", ".htm") else LARGEST


def documents(raw: bytes, name: str) -> list[Found]:
    """Read every document of a file.

    Parameters
    ----------
    raw : bytes
    name : str
        The file's name; its suffix says which format it has.

    Returns
    -------
    list of Found
        At least one.

    Raises
    ------
    Unreadable
        If nothing of it can be used; the message is the reason, in one sentence.
    """
    suffix = Path(name).suffix.lower()
    if not raw:
        raise Unreadable("the file is empty and holds no words")
    agree(raw[:4096], suffix)
    if suffix not in DOCUMENTS:  # metadata.csv says that it is a text
        text, problems = decode(raw)
        return [Found(text, {}, (*problems, f"{suffix or 'no suffix'}: read as plain text"))]
    try:
        found = _READERS[suffix](raw, name)
    except Unreadable:
        raise
    except Exception as error:  # A parser may fail in any way on a broken file.
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise Unreadable(f"the file cannot be read as {suffix[1:].upper()}: {told}") from error
    if not found:
        raise Unreadable("the file holds no words")
    return found if suffix == ".txt" else [_cleaned(one) for one in found]


def agree(beginning: bytes, suffix: str) -> None:
    """Check that a file begins as its suffix says.

    Raises
    ------
    Unreadable
        Says what the file is.
    """
    kind = next((k for begin, k in _BEGINS if beginning.startswith(begin)), None)
    wanted = _TRULY.get(suffix)
    named = suffix[1:].upper() if wanted else "text"
    if kind != wanted and kind:
        raise Unreadable(f"the file is {kind}, not {named} as its name says")
    if kind is None and wanted and not (suffix == ".pdf" and b"%PDF-" in beginning[:1024]):
        raise Unreadable(f"the file is not {named} as its name says")
    if wanted is None and guess(beginning)[0] == "utf-8" and _binary(beginning):
        raise Unreadable("the file is not text")


def _binary(beginning: bytes) -> bool:
    """Tell bytes that no text has: many control characters, NUL among them."""
    control = sum(beginning.count(b) for b in range(32) if b not in (9, 10, 12, 13, 27))
    return control > max(3, len(beginning) // 20)


def office(raw: bytes) -> io.BytesIO:
    """Unfold the markup of a DOCX or XLSX, for a library that would unfold it without a limit.

    Pictures, fonts and programs in it come out empty.

    Raises
    ------
    Unreadable
        If it is damaged, encrypted or too large.
    """
    from analysis.importers import zips

    def keep(part: str) -> bool:
        return part.lower().endswith((".xml", ".rels"))

    return zips.repacked(raw, keep=keep, most=UNPACKED, most_parts=_MEMBERS)


def _cleaned(one: Found) -> Found:
    """Apply to what a format's reader gives the repairs that plain text gets."""
    text, problems = clean(one.text, one.problems)
    metadata = {k: clean(v)[0] for k, v in one.metadata.items()}
    return Found(text, metadata, tuple(dict.fromkeys(problems)))


def _txt(raw: bytes, name: str) -> list[Found]:
    text, problems = decode(raw)
    return [Found(text, {}, tuple(problems))]


def _html(raw: bytes, name: str) -> list[Found]:
    from analysis.importers import europresse, factiva, html

    return _by(raw, name, html, factiva, europresse)


def _rtf(raw: bytes, name: str) -> list[Found]:
    from analysis.importers import factiva, rtf

    return _by(raw, name, rtf, factiva)


def _docx(raw: bytes, name: str) -> list[Found]:
    from analysis.importers import docx, nexis

    return _by(office(raw).getvalue(), name, docx, nexis)


def _by(raw: bytes, name: str, plain: ModuleType, *databases: ModuleType) -> list[Found]:
    """Read an export of a newspaper database as that, any other file as one document."""
    chosen = next((d for d in databases if d.looks_like(raw)), plain)
    found: list[Found] = chosen.read(raw, name)
    return found


def _epub(raw: bytes, name: str) -> list[Found]:
    from analysis.importers import epub

    return epub.read(raw, name)


def _pdf(raw: bytes, name: str) -> list[Found]:
    from analysis.importers import pdf

    return pdf.read(raw, name)


def _xml(raw: bytes, name: str) -> list[Found]:
    from analysis.importers import tei

    return tei.read(raw, name)


_READERS: dict[str, Callable[[bytes, str], list[Found]]] = {
    ".txt": _txt,
    ".html": _html,
    ".htm": _html,
    ".docx": _docx,
    ".pdf": _pdf,
    ".xml": _xml,
    ".rtf": _rtf,
    ".epub": _epub,
}
