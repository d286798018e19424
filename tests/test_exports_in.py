"""Exports of newspaper databases and RTF: every article comes in, or the report says why not."""

import datetime
import io
from pathlib import Path

import docx
import pytest
from babel.dates import format_date
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.importers import dates, europresse, factiva, formats, html, nexis, press, rtf
from analysis.importers.found import Found, Unreadable

NL = [
    "De gemeente Zwolle trekt vijf miljoen euro uit voor nieuwe fietspaden langs de IJssel.",
    "Wethouder Marja de Vries noemt het plan ‘een cadeau aan elke inwoner’.",
    "De oppositie vraagt zich af wie het onderhoud betaalt.",
]
DE = [
    "Die Bürgerschaft in Lübeck hat am Donnerstag über den Ausbau des Hafens gestritten.",
    "„Wir brauchen größere Kräne“, sagte Senator Jürgen Weiß.",
    "Umweltverbände kündigten eine Klage an.",
]
EN = [
    "The harbour commission voted 5-4 on Friday to delay the dredging of the east channel.",
    "'We asked for a plan and got a promise,' said commissioner Ruth Ellery.",
    "Fishing crews had warned that the work would silt up their moorings.",
]


def words(lines):
    return len(" ".join(lines).replace("-", "").split())


def hyperlink(paragraph, text):
    kind = RELATIONSHIP_TYPE.HYPERLINK
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to("https://example.org", kind, is_external=True))
    run, piece = OxmlElement("w:r"), OxmlElement("w:t")
    piece.text = text
    run.append(piece)
    link.append(run)
    paragraph._p.append(link)


def labelled(document, label, value):
    paragraph = document.add_paragraph()
    paragraph.add_run().add_break()
    paragraph.add_run(label).bold = True
    paragraph.add_run("\xa0" + value)


def bookmark(document, name):
    paragraph = document.add_paragraph()
    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), "1")
        mark.set(qn("w:name"), name)
        paragraph._p.append(mark)


def cover(document, titles, count=None):
    for label, value in (
        ("User Name: ", "A. STUDENT"),
        ("Date and Time: ", "Wednesday, March 23, 2022 7:11:00 PM CET"),
        ("Job Number: ", "12345678"),
    ):
        document.add_paragraph().add_run(label).bold = True
        document.paragraphs[-1].add_run(value)
    document.add_paragraph(f"Documents ({count or len(titles)})")
    for i, title in enumerate(titles):
        hyperlink(document.add_paragraph(f"{i + 1}. "), title)
        labelled(document, "Client/Matter: ", "-None-")
        labelled(document, "Search Terms: ", "haven or Hafen")
        table = document.add_table(2, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "Content Type", "Narrowed by"
        table.cell(1, 0).text, table.cell(1, 1).text = "News", "Sources: Various"


ARTICLES = {
    "nl": {
        "title": "Zwolle krijgt fietspaden", "source": "De Stentor",
        "date": "12 maart 2022 zaterdag",
        "Section:": "REGIO; Blz. 4", "Byline:": "JAN DE BOER", "lines": NL,
        "Language:": "DUTCH; NEDERLANDS", "Load-Date:": "March 14, 2022",
    },
    "de": {
        "title": "Streit um den Hafen", "source": "Lübecker Nachrichten",
        "date": "Samstag 12. März 2022", "Section:": "LOKALES; S. 9", "lines": DE,
        "Language:": "GERMAN; DEUTSCH", "Load-Date:": "13. März 2022",
    },
    "en": {
        "title": "Harbor vote delayed", "source": "The Portland Ledger",
        "date": "March 12, 2022 Saturday, Late Edition - Final", "Section:": "Section A; Pg. 3",
        "Highlight:": "Commission splits again", "lines": EN,
        "Language:": "ENGLISH", "Load-Date:": "March 12, 2022",
    },
}  # fmt: skip


def article(document, data, *, n=1, body=True, length=None, end=True, outline=True, table=None):
    if outline:
        bookmark(document, f"Bookmark_{n}")
    title = document.add_paragraph()
    if outline:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "0")
        title._p.get_or_add_pPr().append(level)
        hyperlink(title, data["title"])
    else:
        title.add_run(data["title"])
    document.add_paragraph(data["source"])
    document.add_paragraph(data["date"])
    document.add_paragraph("Copyright 2022 " + data["source"] + " All Rights Reserved")
    length = words(data["lines"]) if length is None else length
    for label in ("Section:", "Length:", "Byline:", "Highlight:"):
        value = f"{length} words" if label == "Length:" else data.get(label)
        if value:
            labelled(document, label, value)
    if body:
        document.add_paragraph().add_run("Body").bold = True
    for i, line in enumerate(data["lines"]):
        paragraph = document.add_paragraph()
        half = len(line) // 2  # Search hits part a line into runs.
        paragraph.add_run(line[:half])
        paragraph.add_run(line[half:]).bold = True
        if table and i == 0:
            grid = document.add_table(len(table), len(table[0]))
            for r, row in enumerate(table):
                for c, cell in enumerate(row):
                    grid.cell(r, c).text = cell
    document.add_paragraph("Graphic")
    document.add_paragraph("FOTO/PHOTO: de haven")
    document.add_paragraph().add_run("Classification").bold = True
    for label, value in (
        ("Language:", data["Language:"]),
        ("Publication-Type:", "Newspaper"),
        ("Subject:", "HARBORS & PORTS (90%)"),
    ):
        labelled(document, label, value)
    labelled(document, "Load-Date:", data["Load-Date:"])
    if end:
        document.add_paragraph("End of Document")


def saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def export(**changes):
    document = docx.Document()
    cover(document, [a["title"] for a in ARTICLES.values()], changes.pop("count", None))
    for n, data in enumerate(ARTICLES.values(), 1):
        article(document, data, n=n, **changes)
    return saved(document)


def test_every_document_of_a_nexis_export_comes_in():
    raw = export()
    assert nexis.looks_like(raw)
    found = nexis.read(raw, "export.DOCX")
    assert [one.text for one in found] == ["\n".join(lines) for lines in (NL, DE, EN)]
    assert [one.problems for one in found] == [(), (), ()]
    assert [one.metadata["language"] for one in found] == ["nl", "de", "en"]
    assert [one.metadata["date"] for one in found] == ["2022-03-12"] * 3
    assert found[0].metadata == {
        "title": "Zwolle krijgt fietspaden", "source": "De Stentor", "date": "2022-03-12",
        "date_precision": "day", "date_line": "12 maart 2022 zaterdag",
        "copyright": "Copyright 2022 De Stentor All Rights Reserved",
        "section": "REGIO; Blz. 4", "length": str(words(NL)), "byline": "JAN DE BOER",
        "graphic": "FOTO/PHOTO: de haven", "language": "nl", "publication_type": "Newspaper",
        "subject": "HARBORS & PORTS (90%)", "load_date": "2022-03-14",
    }  # fmt: skip
    assert found[2].metadata["highlight"] == "Commission splits again"


def test_a_cover_page_without_outline_levels_is_left_out_too():
    found = nexis.read(export(outline=False), "export.DOCX")
    assert [one.metadata["title"] for one in found] == [a["title"] for a in ARTICLES.values()]
    assert [one.metadata["source"] for one in found] == [a["source"] for a in ARTICLES.values()]


def test_documents_without_their_last_line_are_still_parted():
    found = nexis.read(export(end=False), "export.DOCX")
    assert [one.text for one in found] == ["\n".join(lines) for lines in (NL, DE, EN)]
    assert all("no line 'End of Document': the file may be cut off" in f.problems for f in found)


@pytest.mark.parametrize("language", ARTICLES)
def test_one_document_a_file(language):
    document = docx.Document()
    article(document, ARTICLES[language])
    (found,) = nexis.read(saved(document), "one.docx")
    assert found.text == "\n".join(ARTICLES[language]["lines"])
    assert found.metadata["title"] == ARTICLES[language]["title"]


def test_a_document_without_the_body_label_keeps_its_text():
    (*_, found) = nexis.read(export(body=False), "export.docx")
    assert found.text == "\n".join(EN)
    assert "no line 'Body': the text is what follows the header" in found.problems


def test_a_wrong_length_is_told():
    (found, *_) = nexis.read(export(length=812), "export.docx")
    assert f"states 812 words, {words(NL)} found" in found.problems
    assert found.metadata["length"] == "812"


def test_a_cover_that_states_more_documents_is_told():
    (found, *_) = nexis.read(export(count=5), "export.docx")
    assert "the cover page states 5 documents, 3 found" in found.problems


def test_tables_stay_in_the_text():
    found = nexis.read(export(table=[["Jaar", "Euro"], ["2022", "5"]]), "export.docx")
    assert found[0].text.split("\n") == [NL[0], "Jaar\tEuro", "2022\t5", *NL[1:]]
    assert "2 rows of tables kept as lines" in found[0].problems


def test_a_document_without_text_is_reported_not_dropped():
    document = docx.Document()
    article(document, ARTICLES["nl"] | {"lines": []}, length=120)
    article(document, ARTICLES["de"], n=2)
    empty, full = nexis.read(saved(document), "export.docx")
    assert empty.text == ""
    assert "no text found" in empty.problems
    assert full.text == "\n".join(DE)


def test_labels_in_a_sentence_do_not_cut_it():
    lines = ["Update: de brug is weer open.", "Section: dat woord zegt niemand.", *NL]
    document = docx.Document()
    article(document, ARTICLES["nl"] | {"lines": lines})
    assert nexis.read(saved(document), "x.docx")[0].text == "\n".join(lines)


def test_german_labels_of_the_older_interface():
    document = docx.Document()
    for line in (
        "Streit um den Hafen", "Lübecker Nachrichten", "12. März 2022", "RUBRIK: LOKALES",
        f"LÄNGE: {words(DE)} Wörter", "AUTOR: Eva Kühn", "Body", *DE, "GRAFIK: Kräne",
        "UPDATE: 13. März 2022", "SPRACHE: GERMAN; DEUTSCH", "Ende des Dokuments",
    ):  # fmt: skip
        document.add_paragraph(line)
    (found,) = nexis.read(saved(document), "x.docx")
    assert found.text == "\n".join(DE)
    assert found.problems == ()
    expected = {
        "section": "LOKALES", "byline": "Eva Kühn", "graphic": "Kräne",
        "load_date": "2022-03-13", "language": "de", "length": str(words(DE)),
    }  # fmt: skip
    assert {k: found.metadata[k] for k in expected} == expected


def test_other_files_are_no_nexis_export():
    document = docx.Document()
    for line in ("Mijn scriptie", "Body", *NL):
        document.add_paragraph(line)
    assert not nexis.looks_like(saved(document))
    assert not nexis.looks_like(b"PK\x03\x04 not an archive")
    assert not nexis.looks_like(b"")


# Factiva


def coded(data, accession, language="en", unit="words"):
    rows = [
        ("SE", "Binnenland"), ("HD", f"<b class='{language}Headline'>{data['title']}</b>"),
        ("BY", "Door Jan de Boer"), ("WC", f"{words(data['lines'])} {unit}"),
        ("PD", data["pd"]), ("ET", "15:32"), ("SN", data["source"]), ("SC", "TESTX"),
        ("PG", "4"), ("LA", data["la"]), ("CY", "(c) 2022 Test."),
        ("LP", paragraphs(data["lines"][:1], language)),
        ("TD", paragraphs(data["lines"][1:], language)),
        ("NS", "gcat : Political/General News"), ("RE", "neth : Netherlands"),
        ("PUB", "Test Uitgeverij"), ("AN", f"Document {accession}"),
    ]  # fmt: skip
    cells = "".join(
        f'<tr><td class="index"><b>{code}</b>&nbsp;</td><td>{value}</td></tr>'
        for code, value in rows
    )
    return f'<div class="article {language}Article"><table>{cells}</table><br/></div>'


def paragraphs(lines, language):
    name = f"articleParagraph {language}articleParagraph"
    # A saved page breaks its lines; search hits are bold.
    return "".join(
        f'<p class="{name}">{x.replace(" de ", chr(10) + "<b>de</b> ")}</p>' for x in lines
    )


def full(data, accession, language="de", unit="Wörter", end="Dokument"):
    return (
        f'<div id="article-{accession}" class="article"><div class="article {language}Article">'
        f'<p>\n</p><div>Politik</div><div id="hd"><span class="{language}Headline counted">'
        f'98) {data["title"]}</span></div><div class="author">Eva Kühn </div>'
        f"<div>{words(data['lines'])} {unit}</div><div>{data['pd']}</div><div>14:05</div>"
        f"<div>{data['source']}</div><div>TESTX</div><div>{data['la']}</div>"
        f"<div>Copyright 2022. Testverlag.</div><p></p>{paragraphs(data['lines'], language)}"
        f"<p>Kräne im Hafen. Foto: dpa</p><p>Testverlag GmbH</p>"
        f"<p>{end} {accession}</p></div></div>"
    )


PRESS = {
    "nl": {**ARTICLES["nl"], "pd": "12 maart 2022", "la": "Nederlands"},
    "de": {**ARTICLES["de"], "pd": "12 März 2022", "la": "Deutsch"},
    "en": {**ARTICLES["en"], "pd": "12 March 2022", "la": "English"},
}
ACCESSIONS = [f"TESTX00020220312ei3c0000{i}" for i in range(3)]
LAYOUTS = {
    "codes": lambda d, a, lang: coded(d, a, lang),
    "full": lambda d, a, lang: full(d, a, lang),
}


def page(articles, charset="UTF-8"):
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        "<title>Factiva</title><style>.deArticle{}</style></head><body><h1>Factiva</h1>"
        f'<div id="contentLeft">{"<br><span></span>".join(articles)}</div>'
        '<div id="pageFooter">&copy; 2022 Factiva, Inc.</div></body></html>'
    )


@pytest.mark.parametrize("charset", ["UTF-8", "cp1252"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_article_of_a_factiva_page_comes_in(layout, charset):
    made = [LAYOUTS[layout](PRESS[c], a, c) for c, a in zip(PRESS, ACCESSIONS, strict=True)]
    raw = page(made, charset).encode(charset)
    assert factiva.looks_like(raw)
    found = factiva.read(raw, "Factiva.html")
    assert [one.text for one in found] == ["\n".join(lines) for lines in (NL, DE, EN)]
    told = () if charset == "UTF-8" else ("not UTF-8: read as cp1252",)
    assert [one.problems for one in found] == [told] * 3
    assert [one.metadata["accession"] for one in found] == ACCESSIONS
    assert [one.metadata["language"] for one in found] == ["nl", "de", "en"]
    for one, data in zip(found, PRESS.values(), strict=True):
        expected = {
            "title": data["title"], "source": data["source"], "date": "2022-03-12",
            "length": str(words(data["lines"])), "source_code": "TESTX",
            "section": "Binnenland" if layout == "codes" else "Politik",
            "byline": "Door Jan de Boer" if layout == "codes" else "Eva Kühn",
            "publisher": "Test Uitgeverij" if layout == "codes" else "Testverlag GmbH",
        }  # fmt: skip
        assert {k: one.metadata.get(k) for k in expected} == expected
    if layout == "full":
        assert found[0].metadata["graphic"] == "Kräne im Hafen. Foto: dpa"


def escaped(text):
    special = str.maketrans({"\\": r"\\", "{": r"\{", "}": r"\}"})
    out = []
    for c in text.translate(special):
        if ord(c) < 128:
            out.append(c)
        elif len(c.encode("cp1252", "ignore")) == 1:
            out.append(rf"\'{c.encode('cp1252')[0]:02x}")
        else:
            units = c.encode("utf-16-le")
            for i in range(0, len(units), 2):
                out.append(rf"\u{int.from_bytes(units[i : i + 2], 'little', signed=True)}?")
    return "".join(out)


def rich(lines):
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}"
    return (head + "".join(escaped(x) + "\\par\n" for x in lines) + "}").encode("ascii")


def rtf_full(data, accession, end):
    return [
        "Politik", data["title"], "Eva Kühn", f"{words(data['lines'])} Wörter", data["pd"],
        data["source"], "TESTX", data["la"], "Copyright 2022. Testverlag.", *data["lines"],
        "Testverlag GmbH", f"{end} {accession}", "",
    ]  # fmt: skip


def rtf_coded(data, accession, end):
    lines = data["lines"]
    return [
        f"HD\t{data['title']}", "BY\tEva Kühn", f"WC\t{words(lines)} words", f"PD\t{data['pd']}",
        f"SN\t{data['source']}", "SC\tTESTX", f"LA\t{data['la']}", "CY\t(c) 2022 Test.",
        "LP", lines[0], f"TD\t{lines[1]}", *lines[2:], "NS\tgcat : News", f"AN\t{end} {accession}",
    ]  # fmt: skip


@pytest.mark.parametrize("layout", [rtf_full, rtf_coded])
def test_every_article_of_a_factiva_rtf_comes_in(layout):
    lines = ["Seite 1 von 9 © 2022 Factiva, Inc. Alle Rechte vorbehalten."]
    for data, accession in zip(PRESS.values(), ACCESSIONS, strict=True):
        lines += layout(data, accession, "Dokument")
    raw = rich([*lines, "Search Summary", "Results Found 3"])
    assert factiva.looks_like(raw)
    found = factiva.read(raw, "Factiva.rtf")
    assert [one.text for one in found] == ["\n".join(lines) for lines in (NL, DE, EN)]
    assert [one.problems[:-1] if i == 2 else one.problems for i, one in enumerate(found)] == [
        ()
    ] * 3
    assert "2 lines after the last article left out" in found[-1].problems[-1]
    for one, data, accession in zip(found, PRESS.values(), ACCESSIONS, strict=True):
        expected = {
            "title": data["title"], "source": data["source"], "byline": "Eva Kühn",
            "date": "2022-03-12", "accession": accession, "source_code": "TESTX",
        }  # fmt: skip
        assert {k: one.metadata.get(k) for k in expected} == expected
    assert [one.metadata["language"] for one in found] == ["nl", "de", "en"]


def test_a_cut_off_article_of_a_factiva_rtf_is_kept_and_told():
    lines = rtf_full(PRESS["de"], ACCESSIONS[0], "Dokument")[:-2]
    (found,) = factiva.read(rich(lines), "x.rtf")
    assert DE[0] in found.text
    assert any("cut off" in told for told in found.problems)


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html><body><p>HD</p></body></html>", rich(NL), page(["<p>deArticle</p>"]).encode()],
)
def test_other_files_are_no_factiva_export(raw):
    assert not factiva.looks_like(raw)


# RTF


def test_a_nexis_export_in_rtf_comes_in_too():
    lines = ["Job Number: 123", "Documents (3)"]
    for i, data in enumerate(ARTICLES.values(), 1):
        lines += [f"{i}. {data['title']}", "Client/Matter: -None-", "Search Terms: haven"]
    for data in ARTICLES.values():
        lines += [
            data["title"], data["source"], data["date"], "Copyright 2022 X",
            f"Length: {words(data['lines'])} words", "Body", *data["lines"],
            "Load-Date: March 14, 2022", "End of Document",
        ]  # fmt: skip
    found = rtf.read(rich(lines), "x.rtf")
    assert [one.text for one in found] == ["\n".join(lines) for lines in (NL, DE, EN)]
    assert [one.metadata["source"] for one in found] == [a["source"] for a in ARTICLES.values()]
    assert [one.problems for one in found] == [()] * 3


@pytest.mark.parametrize("lines", [NL, DE, EN, ["Ωμέγα – € „ß“ {x} \\ 😀"]])
def test_rtf_keeps_every_character(lines):
    (found,) = rtf.read(rich(lines), "x.rtf")
    assert found == Found("\n".join(lines))


def test_rtf_tables_links_and_pictures():
    body = (
        r"{\pict\wmetafile8 " + "0a" * 5000 + r"}"
        r"Voor {\field{\*\fldinst{HYPERLINK \"https://a.example\"}}{\fldrslt{een}}} en "
        r"{\field{\*\fldinst{HYPERLINK \"https://b.example\"}}{\fldrslt{twee}}} na.\par "
        r"\trowd Jaar\cell Euro\cell\row Slot\par"
    )
    (found,) = rtf.read(rb"{\rtf1\ansi " + body.encode() + b"}", "x.rtf")
    assert found.text == "Voor een en twee na.\nJaar\tEuro\nSlot"


def test_rtf_that_is_cut_off_is_told():
    (found,) = rtf.read(rich(NL)[:-40], "x.rtf")
    assert NL[0] in found.text
    assert any("cut off" in told for told in found.problems)


@pytest.mark.parametrize(
    "raw",
    [b"", b"plain", b"PK\x03\x04", b"{\\rtf1{\\fonttbl" + b"\\f1" * 5000],
)
def test_what_is_no_rtf_is_unreadable(raw):
    with pytest.raises(Unreadable):
        rtf.read(raw, "x.rtf")


def test_raw_bytes_in_rtf_are_read_in_its_code_page():
    raw = b"{\\rtf1\\ansi\\ansicpg1250 P\xf8\xedli\x9a\\par}"
    (found,) = rtf.read(raw, "x.rtf")
    assert found.text == "Příliš"
    assert found.problems == ("bytes beyond ASCII read as cp1250",)


@pytest.mark.parametrize(
    ("stated", "code"),
    [("DUTCH; NEDERLANDS", "nl"), ("Deutsch", "de"), ("Engels", "en"), ("Klingon", "Klingon")],
)
def test_languages_by_their_names(stated, code):
    assert press.language_code(stated) == code


# Hostile files

HTML = page([full(PRESS["de"], ACCESSIONS[0]), coded(PRESS["nl"], ACCESSIONS[1])]).encode()
RTF = rich(rtf_full(PRESS["de"], ACCESSIONS[0], "Dokument"))
DOCX = export()
SAMPLES = {
    "nexis": (nexis, DOCX),
    "html": (factiva, HTML),
    "factiva": (factiva, RTF),
    "rtf": (rtf, RTF),
}
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def tried(module, raw):
    """Read what may be anything: a list of documents that hold strings, or Unreadable."""
    if hasattr(module, "looks_like"):
        assert module.looks_like(raw) in (True, False)
    try:
        found = module.read(raw, "x")
    except Unreadable as error:
        assert str(error)
        return
    assert found
    for one in found:
        assert isinstance(one.text, str)
        assert one.text or one.problems or module is rtf
        assert all(isinstance(v, str) and v for v in one.metadata.values())


@pytest.mark.parametrize("kind", SAMPLES)
@given(data=st.data())
@QUICK
def test_damaged_files_are_unreadable_or_read(kind, data):
    module, raw = SAMPLES[kind]
    cut = data.draw(st.integers(0, len(raw)))
    damage = data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.binary(max_size=4))))
    changed = bytearray(raw)
    for at, piece in damage:
        changed[at : at + len(piece)] = piece
    tried(module, bytes(changed))
    tried(module, raw[:cut])


@pytest.mark.parametrize("kind", SAMPLES)
@given(raw=st.binary())
@QUICK
def test_random_bytes_are_unreadable_or_read(kind, raw):
    module, sample = SAMPLES[kind]
    tried(module, raw)
    tried(module, sample[:5] + raw)


LINES = st.sampled_from(
    ["Body", "End of Document", "Length: 12 words", "Copyright 2022 X", "12 maart 2022", "Graphic",
     "Classification", "Language: DUTCH", "Load-Date: March 1, 2022", "Documents (3)", *NL]
)  # fmt: skip


@given(st.lists(LINES, max_size=40))
@settings(max_examples=40, deadline=None)
def test_no_line_of_a_nexis_document_is_lost(lines):
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    try:
        found = nexis.read(saved(document), "x")
    except Unreadable:
        return
    kept = "\n".join("\n".join((one.text, *one.metadata.values())) for one in found)
    start = next((i for i, x in enumerate(lines) if x == "Documents (3)"), -1)
    for line in lines[start + 1 :]:
        if line in NL and "Documents (3)" not in lines:
            assert line in kept


@given(
    st.lists(st.sampled_from(sorted(PRESS)), min_size=1, max_size=6),
    st.sampled_from(sorted(LAYOUTS)),
)
@settings(max_examples=25, deadline=None)
def test_as_many_articles_come_in_as_are_in_the_page(which, layout):
    made = [LAYOUTS[layout](PRESS[c], ACCESSIONS[0], c) for c in which]
    assert len(factiva.read(page(made).encode(), "x.html")) == len(which)
    lines = [x for c in which for x in rtf_full(PRESS[c], ACCESSIONS[0], "Document")]
    assert len(factiva.read(rich(lines), "x.rtf")) == len(which)


@pytest.mark.parametrize(
    ("module", "raw"),
    [
        (rtf, b"{\\rtf1 " + b"{" * 200_000),
        (rtf, b"{\\rtf1 " + b"{\\field{\\*\\fldinst{HYPERLINK " * 20_000),
        (factiva, b"{\\rtf1 " + b"Document TESTX00020220312ei3c00001\\par " * 3_000),
        (factiva, b"<div class='article deArticle'>" * 3_000),
        (factiva, b"<div class='article deArticle'><table>" + b"<tr><td>HD<td>x" * 20_000),
    ],
)
def test_monstrous_files_take_no_minutes(module, raw):
    tried(module, raw)


# Europresse

MADE_UP = Path(__file__).parent / "made_up"
TODAY = (MADE_UP / "europresse.html").read_bytes()
BEFORE = (MADE_UP / "europresse-2012.html").read_bytes()


def test_articles_of_europresse_in_four_interfaces():
    found = europresse.read(TODAY, "a.html")
    fields = ("source", "date", "section", "page", "title", "byline", "length")
    assert [[one.metadata.get(f, "") for f in fields] for one in found] == [
        ["Le Courrier du Havre", "2022-03-12", "Économie", "7", "Le port attend ses grues",
         "Aline Dumoutier", "1204"],
        ["The Portland Ledger (web site)", "2022-03-12", "World", "A3", "Dredging delayed",
         "Ruth Ellery", "9"],
        ["Lübecker Bote", "2022-03-14", "Lokales", "9", "Streit um Kräne", "Jürgen Weiß", ""],
        ["De Zwolse Post", "2022-03-14", "Regio", "4", "Fietspaden langs de IJssel", "", ""],
        ["Le Courrier du Havre (site web)", "2022-03-15", "", "", "Ailleurs", "", ""],
        ["De Zwolse Post", "2022-03-15", "", "", "Nooit gesloten", "", ""],
        ["De Zwolse Post", "2022-03-16", "", "", "Afgebroken", "", ""],
    ]  # fmt: skip
    assert [one.text for one in found] == [
        "Le conseil du port s'est réuni jeudi, sans rien décider.\n"
        "« Nous attendons », a dit la directrice.",
        "The harbour commission voted to delay the work again.",
        "Die Bürgerschaft stritt über den Hafen.",
        "De gemeente trekt geld uit.",
        "",
        "Dit stuk houdt niet op.",
        "De wethouder zei dat",
    ]
    first = found[0].metadata
    assert first["edition"] == "no. 4321"
    assert first["kicker"] == "PORTS"
    assert first["highlight"] == "La mairie promet une réponse avant l'été"
    assert first["url"] == "https://example.org/havre/7"
    assert first["accession"] == "news·20220312·LCH·0007"
    assert "quai nord" in first["notes"]
    assert first["copyright"].startswith("© 2022")
    assert found[1].metadata["header"] == "Harbour"


def test_what_is_wrong_with_an_article_of_europresse_is_said():
    told = [one.problems for one in europresse.read(TODAY, "a.html")]
    assert told[0] == ("states 1204 words, 16 found",)
    assert told[1] == told[2] == told[3] == ()
    assert told[4] == (
        "the export holds a link to the article and not its text",
        "date taken from the number of the document", "no text found",
    )  # fmt: skip
    assert told[5] == told[6] == ("no end of the article: the file may be cut off",)


def test_the_layout_of_europresse_before_2014():
    found = europresse.read(BEFORE, "a.html")
    fields = ("source", "date", "section", "page", "kicker", "title", "byline", "accession")
    assert [[one.metadata.get(f, "") for f in fields] for one in found] == [
        ["La Gazette des îles", "2012-10-04", "Politique", "", "", "Le pont attendra encore", "",
         "news·20121004·GDI·204"],
        ["Le Cahier", "2012-10-05", "Éditorial", "03", "Opinion", "Une île de trop",
         "Jeanne Le Goff", "news·20121005·CAH·156"],
    ]  # fmt: skip
    assert [one.text for one in found] == [
        "Le maire n'a rien promis, et personne ne s'en étonne. Il reviendra.\nLe vote est reporté.",
        "Il faut en parler.\n(1) Une note.",
    ]
    assert [one.metadata["copyright"][:6] for one in found] == ["© 2012"] * 2
    assert not any(one.problems for one in found)


def test_europresse_is_told_from_other_pages():
    assert formats.documents(TODAY, "a.html")[0].metadata["source"] == "Le Courrier du Havre"
    assert len(formats.documents(BEFORE, "a.HTM")) == 2
    assert europresse.looks_like(TODAY.decode().encode("utf-16"))
    page = b"<html><body><article><header>DocPublicationName</header><p>Een.</p></article>"
    assert not europresse.looks_like(page)
    assert formats.documents(page, "a.html") == html.read(page, "a.html")
    assert not europresse.looks_like(b'<div class="article deArticle">')
    empty = b'<html><body class="DocPublicationName">Niets hier.</body>'
    with pytest.raises(Unreadable, match="no article stands in this Europresse export"):
        europresse.read(empty, "a.html")
    with pytest.raises(Unreadable, match="more than any export"):
        europresse.read(b"<article>" * 30_000, "a.html")


@pytest.mark.parametrize("month", [*range(1, 13)])
def test_french_dates_are_read_back(month):
    day = datetime.date(2022, month, 1)
    for pattern in ("EEEE d MMMM y", "d MMM y"):
        written = format_date(day, pattern, "fr")
        for text in (written, written.replace("1 ", "1er ", 1)):
            assert dates.parse(text) == (f"2022-{month:02}-01", "day")


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_damaged_exports_of_europresse_never_break_the_reader(data):
    raw = bytearray(data.draw(st.sampled_from([TODAY, BEFORE])))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=12)):
        raw[at] = data.draw(st.integers(0, 255))
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(raw))] * 2)))
    try:
        found = europresse.read(bytes(raw[start:stop]), "a.html")
    except Unreadable as error:
        assert "\n" not in str(error)
        return
    assert all(isinstance(one, Found) for one in found)
