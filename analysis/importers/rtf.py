"""An RTF file → one document; or, if it is a Nexis export, those in it.

The words come from striprtf, which knows code pages, ``\\'xx`` and ``\\u`` escapes; what it cannot
take (pictures of many megabytes, whatever else stands in a table of fonts) is kept from it.

untested on real exports
"""

import re

from analysis.importers.found import Found, Unreadable

_FONT = re.compile(r"\\f(\d{1,6})")
_CHARSET = re.compile(r"\\fcharset(\d{1,4})")
_HEX = re.compile(r"[0-9a-fA-F\r\n]{1000,}")
_CELL = re.compile(r"\\(?:nest)?cell(?![a-z])")
_FIELD = re.compile(r"\{(?:\\\*)?\\fldinst")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{2,5})")
_LIGHT = re.compile(r"[ \t\xa0]+")


def read(raw: bytes, name: str) -> list[Found]:
    """Read an RTF file.

    Parameters
    ----------
    raw : bytes
    name : str
        Of the file; not used.

    Returns
    -------
    list of Found
        One, or those of a Nexis export; paragraphs, and the rows of tables, are lines.

    Raises
    ------
    Unreadable
        If it is no RTF, or too damaged.
    """
    from analysis.importers import nexis

    found, problems = lines(raw)
    if nexis.is_export(found):
        parts = nexis.documents([nexis.Line(line) for line in found])
        return [Found(one.text, one.metadata, (*problems, *one.problems)) for one in parts]
    return [Found("\n".join(found), {}, tuple(problems))]


def lines(raw: bytes) -> tuple[list[str], list[str]]:
    """Return the lines of an RTF file that hold anything, and what is wrong with it.

    The cells of a table are parted by tabs.

    Raises
    ------
    Unreadable
        If it is no RTF, or too damaged.
    """
    if not raw.lstrip().startswith(b"{\\rtf"):
        raise Unreadable("the file is not RTF: it does not begin with {\\rtf")
    marked, problems = _decoded(raw)
    # Long runs of hexadecimal digits are pictures, never words.
    marked = _CELL.sub(r"\\tab ", _HEX.sub("", marked))
    # The library's search for links runs over all links of a line; without it their text stays.
    marked = _FIELD.sub(r"{\\*\\fldinstx", marked)
    marked = _plain_fonts(marked)
    if _cut_off(marked):
        problems.append("the file may be cut off: groups are left open")
    try:
        from striprtf.striprtf import rtf_to_text

        text = rtf_to_text(marked, errors="replace")
    except Exception as error:  # The library fails in many ways on broken files.
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise Unreadable(f"the file cannot be read as RTF: {told}") from error
    # \u escapes write a character beyond U+FFFF as its two surrogates.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "\ufffd" in text:
        problems.append(f"{text.count(chr(0xFFFD))} characters that could not be decoded")
    cells = ("\t".join(_LIGHT.sub(" ", cell).strip() for cell in line.split("\t"))
             for line in text.splitlines())  # fmt: skip
    return [line.rstrip("\t") for line in cells if line.strip()], problems


def _decoded(raw: bytes) -> tuple[str, list[str]]:
    """RTF is ASCII; what is not is read as UTF-8 or in the code page the file names."""
    if raw.isascii():
        return raw.decode("ascii"), []
    try:
        return raw.decode("utf-8"), ["bytes beyond ASCII read as UTF-8"]
    except UnicodeDecodeError:
        named = _CODE_PAGE.search(raw[:2000])
        page = f"cp{named[1].decode()}" if named else "cp1252"
        try:
            return raw.decode(page, "replace"), [f"bytes beyond ASCII read as {page}"]
        except LookupError:
            return raw.decode("cp1252", "replace"), ["bytes beyond ASCII read as cp1252"]


def _plain_fonts(marked: str) -> str:
    """Rewrite the table of fonts with nothing but numbers and character sets in it.

    The library's search in a damaged table takes cubic time.
    """
    from striprtf.striprtf import font_table_group

    group = font_table_group(marked)
    if group.count("{") != group.count("}"):
        raise Unreadable("the file is damaged: its table of fonts has no end")
    if not group:
        return marked
    entries = []
    for entry in group.split(";"):
        number, charset = _FONT.search(entry), _CHARSET.search(entry)
        if number and charset:
            entries.append(f"{{\\f{number[1]}\\fcharset{charset[1]} x;}}")
    return marked.replace(group, "{\\fonttbl" + "".join(entries) + "}", 1)


def _cut_off(marked: str) -> bool:
    # Escaped braces and backslashes are no marks.
    plain = marked.replace("\\\\", "").replace("\\{", "").replace("\\}", "")
    return plain.count("{") > plain.count("}")
