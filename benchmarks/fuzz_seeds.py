"""Small valid files of every kind, for the fuzzer to begin from."""

import io
import json
import tarfile
import zipfile
from functools import lru_cache

import pandas as pd

from analysis import paths, sheet

TEXTS = (
    "De minister sprak op 12 maart 2022 over Noord-Korea. „Wij zwijgen niet”, zei hij.\nNiets.",
    "Die Bürger*innen von Lübeck fordern 28.500 Euro. «Nie!», sagte Dr. Weiß (z. B. gestern).",
    "People’s Republic: 'We asked for a plan,' said Ms. Ellery.\n\n3.5% of U.S. aid… e\u0301n",
    "\u202eשָׁלוֹם\u202c हिन्दी में \u200b 𝕏-straal 😀 a\u2028b\u0085c İstanbul ﬁn \u00ad ẞ",
)


def packed(members: dict[str, bytes]) -> bytes:
    """Return a ZIP archive that does not compress, so that its parts can be mutated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def office() -> dict[str, tuple[bytes, str, dict[str, bytes], str]]:
    """Return for each kind of member: a valid one, the suffix, the other members, its name."""
    from tests.fixtures import make

    def members(raw: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return {n: archive.read(n) for n in archive.namelist()}

    word, book = members(make.docx()), members(_workbook())
    places = [("document.xml", ".docx", word, "word/document.xml"),
              ("core.xml", ".docx", word, "docProps/core.xml"),
              ("sheet.xml", ".xlsx", book, "xl/worksheets/sheet1.xml")]  # fmt: skip
    return {name: (held[part], suffix, held, part) for name, suffix, held, part in places}


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["text", "date", "n"], [TEXTS[0], "2022-03-12", 3.0], ["=1+1", None, True]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    rows = {"text": list(TEXTS), "n": [1, 2, 3, 4], "tags": [["a"], [], None, ["b", "c"]]}
    pd.DataFrame(rows).to_parquet(out, compression=None)
    return out.getvalue()


def _nexis() -> bytes:
    lines = ["Haven", "De Stentor", "12 maart 2022 zaterdag", "Copyright 2022 De Stentor",
             "Length: 12 words", "Byline: JAN", "Body", "De haven is dicht.", "Graphic", "FOTO",
             "Classification", "Language: DUTCH", "Load-Date: March 14, 2022",
             "End of Document"]  # fmt: skip
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<?xml version="1.0"?><w:document xmlns:w="{space}"><w:body>{body}</w:body>'
    return f"{text}</w:document>".encode()


def _tar(members: dict[str, bytes], mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _book() -> bytes:
    page = f"<html><body><h1>Haven</h1><p>{TEXTS[0]}</p></body></html>"
    package = """<package xmlns="http://www.idpf.org/2007/opf"><metadata
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Haven</dc:title><dc:language>nl</dc:language>
</metadata><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="a"/></spine></package>"""
    container = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": container,
               "b.opf": package, "a.xhtml": page}  # fmt: skip
    return packed({name: content.encode() for name, content in members.items()})


_EUROPRESSE = (
    '<html><body><article><header><div class="rdp__DocPublicationName"><span '
    'class="DocPublicationName">Le Monde</span></div><span class="DocHeader">Internationaal, '
    'samedi 12 mars 2022 770 mots, p. 4</span><p class="titreArticleVisu rdp__articletitle">De '
    'haven</p></header><section><div class="DocText"><div class="docOcurrContainer"><p>De haven is '
    "dicht.</p></div></div></section><footer>news·20220312·LM·123</footer></article></body></html>"
)


_FACTIVA = (
    '<html><body><div class="article nlArticle"><table><tr><td><b>HD</b></td><td>Haven</td></tr>'
    "<tr><td><b>PD</b></td><td>12 maart 2022</td></tr><tr><td><b>LP</b></td><td>"
    '<p class="articleParagraph nlarticleParagraph">De haven is dicht.</p></td></tr><tr><td><b>AN'
    "</b></td><td>Document TESTX00020220312ei3c00001</td></tr></table></div></body></html>"
)
_RTF = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fswiss\fcharset0 Arial;}}HD\tab Haven\par PD\tab 12 "
    r"maart 2022\par LP\par De h\'e4ven \u8364? is dicht.\par AN\tab Document "
    r"TESTX00020220312ei3c00001\par}"
)


@lru_cache(maxsize=1)
def seeds() -> dict[str, list[bytes]]:
    """Return for each target of :mod:`benchmarks.fuzz_targets` small inputs to begin from."""
    from tests.fixtures import make

    fixtures = paths.ROOT / "tests" / "fixtures"
    own = {n: (fixtures / n).read_bytes() for n in ("krant.html", "artikel.xml", "debate.xml")}
    written = [t.encode() for t in TEXTS]
    parts = office()
    listing = b"file,date,source\na.txt,2022-03-12,X\nb.html,,Y\n"
    csv = f'id,text,date\n1,"{TEXTS[0]}",2022\n2,{TEXTS[3]},x;y\n'.encode()
    files = {"a.txt": written[0], "b/c.html": own["krant.html"][:600], "../d.txt": written[2]}
    lines = "\n".join(json.dumps({"id": i, "text": t}) for i, t in enumerate(TEXTS)).encode()
    codes = f"id,text,code,code_2\ns{sheet.digest('a')}-0-12,{TEXTS[0][:12]},1,-1\n".encode()
    found = {
        "txt": [*written, TEXTS[1].encode("cp1252"), *(TEXTS[2].encode(c) for c in ("utf-16",
                "utf-16-le", "utf-32", "utf-8-sig")), "één".encode().decode("cp1252").encode()],
        "html": [own["krant.html"], _FACTIVA.encode(), _EUROPRESSE.encode(), b"<p>een <b>x</b>"],
        "rtf": [_RTF.encode(), rb"{\rtf1 een\par \'e9\u-10179?\u-8638? \bin3 abc}"],
        "docx": [packed(parts["document.xml"][2])],
        "pdf": [make.pdf()],
        "epub": [_book()],
        "zip": [packed(files), packed(files | {"metadata.csv": listing, "t.csv": csv})],
        "tar": [_tar(files, "w"), _tar(files | {"metadata.csv": listing}, "w")],
        "tar.gz": [_tar(files, "w:gz")],
        "xml": [own["artikel.xml"], own["debate.xml"], b"<a>een <b>twee</b></a>"],
        "csv": [csv, csv.replace(b",", b";"), csv.decode().encode("utf-16")],
        "tsv": [csv.replace(b",", b"\t")],
        "json": [json.dumps([{"text": t, "n": [1]} for t in TEXTS]).encode()],
        "jsonl": [lines, lines.replace(b"\\u", b"\\ud")],
        "parquet": [_parquet()],
        "xlsx": [packed(parts["sheet.xml"][2])],
        "folder": [listing + b"\0" + written[0] + b"\0" + own["krant.html"][:500]],
        "names": [b"{date}_{source}_{title}\0" b"2022-03-12_Trouw_Een titel.txt"],
        "tokens": written,
        "segments": [b"\0" + written[0] + b"\0" + written[3], *(b"\1" + t for t in written)],
        "documents": [b"\0" + written[0] + b"\0" + written[3], *(b"\1" + t for t in written)],
        "language": [*written, b"Dutch (Belgium)", b"nl_BE", "Niederländisch".encode()],
        "dates": [b"zaterdag 12 maart 2022", "12. März 2022, 14:05 Uhr".encode(), b"2022-03/2022",
                  b"March 12, 2022 6:00 PM EST", b"2022-03-12T08:00:00Z", b"20220312"],
        "patterns": [b"sanct*", b"*noord* korea*", b"US", "Bürger*innen".encode()],
        "lexicon": [(paths.SEEDS / "lexicons" / "actors.csv").read_bytes()[:3000],
                    b"a,language,pattern,kind\nX,*,[der|die] *Korea* co-part,name\n"],
        "quotations": [b"\2" + t for t in written],
        "judged": [b"\1" + t for t in written],
        "coded": [codes],
        "document.xml": [parts["document.xml"][0], _nexis()],
    }  # fmt: skip
    found |= {n: [held[0]] for n, held in parts.items() if n not in found}
    return found
