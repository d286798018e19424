"""Readers of web pages, Word documents, PDF and TEI: what they take, leave out and refuse."""

import importlib
import io
import random
import zipfile
from pathlib import Path

import pytest
from fixtures import make
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.importers import docx, html, pdf, tei
from analysis.importers.found import Unreadable
from analysis.importers.unhyphen import forms, join, unhyphen

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLES = {
    html: [(FIXTURES / name).read_bytes() for name in ("krant.html", "zeitung-cp1252.html")],
    tei: [(FIXTURES / name).read_bytes() for name in ("debate.xml", "artikel.xml")],
    docx: [make.docx()],
    pdf: [make.pdf()],
}
READERS = pytest.mark.parametrize("reader", SAMPLES, ids=lambda reader: reader.__name__[19:])


def one(reader, raw):
    (found,) = reader.read(raw, "file")
    return found


def refused(reader, raw):
    with pytest.raises(Unreadable) as error:
        reader.read(raw, "file")
    return str(error.value)


# Every format


def check(reader, raw):
    """A reader gives sound documents or says why not, whatever it is given."""
    try:
        found = reader.read(raw, "file")
    except Unreadable as error:
        assert str(error) and "\n" not in str(error)
        return
    assert found
    for document in found:
        assert any(c.isalnum() for c in document.text)
        for text in (document.text, *document.metadata.values(), *document.problems):
            assert not set(text) & {"\r", "\0", "\u00ad"}
            text.encode()
        assert "\n\n" not in document.text
        assert all(document.metadata.values())


@READERS
def test_random_bytes_never_break_a_reader(reader):
    @settings(deadline=None, max_examples=30)
    @given(st.binary(max_size=400))
    def holds(raw):
        check(reader, raw)

    holds()


@READERS
def test_truncated_and_changed_files_never_break_a_reader(reader):
    dice = random.Random(0)
    for raw in SAMPLES[reader]:
        for _ in range(15):
            check(reader, raw[: dice.randrange(len(raw))])
            changed = bytearray(raw)
            for _ in range(dice.randrange(1, 30)):
                changed[dice.randrange(len(raw))] = dice.randrange(256)
            check(reader, bytes(changed))


@READERS
def test_the_same_bytes_give_the_same_documents(reader):
    for raw in SAMPLES[reader]:
        assert reader.read(raw, "a") == reader.read(raw, "b")


@pytest.mark.parametrize("name", ["html", "docx", "pdf", "tei"])
def test_a_format_without_real_exports_says_so(name):
    module = importlib.import_module(f"analysis.importers.{name}")
    assert "untested on real exports" in module.__doc__


# Hyphens


@pytest.mark.parametrize(
    ("lines", "joined", "undone"),
    [
        ("Zusammen-|arbeit", "Zusammenarbeit", 1),
        ("Noord-|Korea", "Noord-Korea", 0),
        ("und-|oder", "und-oder", 0),
        ("2017-|2025", "2017-2025", 0),
        ("COVID-|19", "COVID-19", 0),
        ("Nord- und Südkorea", "Nord- und Südkorea", 0),
        ("Nord-|und Südkorea", "Nord- und Südkorea", 0),
        ("Noord- en Zuid-|Korea", "Noord- en Zuid-Korea", 0),
        ("a so-called x so-|called y", "a so-called x so-called y", 0),
        ("ZUSAMMENARBEIT: ZUSAMMEN-|ARBEIT", "ZUSAMMENARBEIT: ZUSAMMENARBEIT", 1),
        ("a dash -|then more", "a dash - then more", 0),
        ("weich\u00ad|trennung", "weichtrennung", 1),
        ("plain|lines", "plain lines", 0),
    ],
)
def test_a_hyphen_at_a_line_end_goes_only_where_it_was_the_layouts(lines, joined, undone):
    parts = lines.split("|")
    assert join(parts, forms(parts)) == (joined, undone)


def test_unhyphen_keeps_the_other_line_ends():
    assert unhyphen("Die Zusammen-\narbeit geht\nweiter") == ("Die Zusammenarbeit\ngeht\nweiter", 1)
    assert unhyphen("so\nbleibt\n\nes") == ("so\nbleibt\n\nes", 0)


@settings(deadline=None)
@given(st.lists(st.text("ab Kо-2", max_size=8), max_size=6))
def test_joining_lines_loses_nothing_but_hyphens_and_spaces(lines):
    text, undone = join(lines, forms(lines))
    bare = "".join(lines).replace(" ", "")
    assert text.replace(" ", "").replace("-", "") == bare.replace("-", "")
    assert bare.count("-") - text.count("-") == undone


# Web pages


def test_a_newspaper_page_gives_its_article_alone():
    found = one(html, SAMPLES[html][0])
    assert found.metadata == {
        "title": "Havenstad stelt besluit over brug uit",
        "byline": "Marieke van Dalen",
        "date": "2022-03-12",
        "date_precision": "day",
        "source": "De Polderbode",
        "language": "nl",
        "url": "https://www.polderbode.example/binnenland/2022/03/12/havenstad-brug",
    }
    assert found.problems == ()
    lines = found.text.split("\n")
    assert len(lines) == 7 and lines[0] == found.metadata["title"]
    assert "er is één" not in found.text and "er één vraag" in found.text
    assert "“een lapmiddel” & wijzen" in found.text
    for foreign in (
        "cookies",
        "Voorpagina",
        "WhatsApp",
        "Lees ook",
        "Privacy",
        "geheim",
        "verborgen",
    ):
        assert foreign not in found.text


def test_a_page_in_cp1252_is_read_as_it_declares():
    found = one(html, SAMPLES[html][1])
    assert "„Wir können nicht länger warten“, sagte sie – und" in found.text
    assert "400 000 €" in found.text and "Startseite" not in found.text
    assert found.metadata["date"] == "2019-11-05" and found.metadata["language"] == "de"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("declared", "codec", "problems"),
    [
        ("", "utf-8", []),
        ("utf-8", "utf-8", []),
        ("", "cp1252", ["not UTF-8: read as cp1252"]),
        ("utf-8", "cp1252", ["not UTF-8: read as cp1252"]),
        ("iso-8859-1", "cp1252", []),
        ("iso-8859-1", "utf-8", ["declared iso8859-1 but is UTF-8"]),
        ("no-such-thing", "utf-8", []),
        ("rot13", "utf-8", []),
        ("iso-8859-2", "iso-8859-2", []),
        ("", "utf-16", ["read as UTF-16"]),
    ],
)
def test_encodings_of_pages(declared, codec, problems):
    words = "Łódź über" if codec == "iso-8859-2" else "één überall „zo”"
    head = f'<meta charset="{declared}">' if declared else ""
    text, told = html.decode(f"<html><head>{head}</head><p>{words}".encode(codec, "replace"))
    wanted = words.encode(codec, "replace").decode(codec)
    assert wanted in text and told == problems


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(["script", "style", "noscript", "template"]), st.text(max_size=20))
def test_no_script_ever_leaks(tag, more):
    raw = f"<html><body><{tag}>let leaked=1;</{tag}><p>Een zin. {more}</p><p>Nog een.</p>".encode(
        "utf-8", "replace"
    )
    for document in html.read(raw, "page.html"):
        assert "leaked" not in document.text


def test_a_page_without_main_text_gives_all_text_and_says_so(monkeypatch):
    monkeypatch.setattr(html, "LARGEST_PAGE", 10)
    raw = (
        b"<html><body><nav>Menu</nav><script>x</script><p>Een<br>zin, <b>v</b>et.</p></body></html>"
    )
    found = one(html, raw)
    assert found.text == "Menu\nEen\nzin, vet."
    assert found.problems == ("main text not found: all text taken",)


def test_entities_are_decoded_once():
    assert one(html, b"<p>a &amp;lt;b&amp;gt; c</p>").text == "a &lt;b&gt; c"
    odd = b"<p>&#147;a&#148;&#1; &#xd800; b&#8211;c</p>"
    assert one(html, odd).text == "\u201ca\u201d \ufffd b\u2013c"


def test_what_a_page_loses_to_its_nesting_is_reported():
    found = one(html, b"<p>Eerst.</p>" + b"<div>x" * 5000)
    assert "nested too deeply: text below the limit is lost" in found.problems


def test_pages_that_are_none():
    assert "no HTML tags" in refused(html, b"only words")
    assert refused(html, b"<html><body><script>x</script></body></html>")


# Word documents


def test_a_word_document_reads_as_if_all_changes_were_accepted():
    found = one(docx, make.docx())
    assert found.text.split("\n") == [
        "Verslag van de dijkraad",
        "Opening",
        "De voorzitter opent de openbare vergadering.",
        "Jaar",
        "Kosten",
        "2021",
        "vijf miljoen",
        "Na de tabel",
        "In het kader",
        "Twee alinea’s werden er één.",
        "Slotwoord met Noord-Korea.",
    ]
    assert found.metadata == {
        "title": "Verslag van de dijkraad, mei",
        "byline": "Griet Hofstra",
        "file_date": "2021-05-20",
    }
    assert found.problems == (
        "footnotes or endnotes left out: 1",
        "tracked deletions left out: 1",
        "stretches of hidden text left out: 1",
        "1 soft hyphen removed",
    )


def test_what_programs_fill_in_is_no_metadata():
    import docx as library

    document = library.Document()
    document.add_paragraph("Een zin.")
    out = io.BytesIO()
    document.save(out)
    assert one(docx, out.getvalue()).metadata == {}
    assert one(docx, make.docx(title=None)).metadata == {"title": "Verslag van de dijkraad"}


def test_word_documents_that_cannot_be_used():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert "old Word document" in refused(docx, ole)
    assert "encrypted" in refused(docx, ole + "EncryptedPackage".encode("utf-16-le"))
    assert "damaged" in refused(docx, make.docx()[:300])
    assert "no text" in refused(docx, make.docx("<w:p/>"))


def test_a_decompression_bomb_is_refused_before_it_unfolds(monkeypatch):
    monkeypatch.setattr(docx, "LARGEST_PART", 10_000)
    out = io.BytesIO(make.docx())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/extra.xml", b" " * 20_000)
    assert "zip bomb" in refused(docx, out.getvalue())


# PDF


def test_a_pdf_gives_paragraphs_of_whole_words():
    found = one(pdf, make.pdf())
    assert found.text.split("\n") == [
        "Streit am Deich",
        "Deichamt und Küstengemeinden streiten weiter über die Zusammenarbeit am neuen Deich. Das "
        "teilte das Amt am Montag mit. Die Reise nach Nord-Holland wurde abgesagt.",
        "Im Haushalt 2017-2025 fehlen dafür die finanziellen Mittel, so heißt es in dem Bericht "
        "der Nord- und Ostgemeinden.",
        "Der Rat von Nord- und Südstrand tagt im Mai. Er will die Küstengemeinden hören, bevor er "
        "entscheidet. Auch die Reederei soll zu Wort kommen, ihre Schiffe fahren bisher ohne "
        "Zuschuss. So wird es bleiben, sagt der Rat.",
        "Die Küsten-Wacht sieht keine Gefahr und verweist auf frühere Sturmfluten. Der Deich hat "
        "sie alle gehalten, heißt es dort.",
    ]
    assert found.metadata == {
        "title": "Streit am Deich",
        "byline": "Johanna Petersen",
        "file_date": "2021-05-20",
    }
    assert found.problems == (
        "headers, footers and page numbers left out: 4",
        "words rejoined at line ends: 5",
        "1 ligature spelt out",
    )


def test_pdfs_that_cannot_be_used(monkeypatch):
    import pypdf

    assert "scanned" in refused(pdf, make.pdf([[], []]))
    assert "damaged" in refused(pdf, b"%PDF-1.4 nothing follows")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make.pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert "encrypted" in refused(pdf, out.getvalue())
    monkeypatch.setattr(pdf, "MOST_PAGES", 1)
    assert "2 pages" in refused(pdf, make.pdf())


def test_a_page_that_is_lost_does_not_cost_the_others(monkeypatch):
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 100)
    found = one(pdf, make.pdf())
    assert "Streit am Deich" in found.text and "Sturmfluten" not in found.text
    assert "pages that could not be read: 1 of 2" in found.problems


def test_titles_that_programs_write_are_no_metadata():
    raw = make.pdf(info="/Title (Microsoft Word - brief.doc) /Author (user) /CreationDate (x)")
    assert one(pdf, raw).metadata == {}


# TEI


def test_a_debate_gives_a_document_for_each_utterance():
    found = tei.read(SAMPLES[tei][0], "debate.xml")
    assert [document.text for document in found] == [
        "Ik open de vergadering en geef het woord aan de heer Visser.",
        "Voorzitter. De veerdienst is geen luxe, maar een noodzaak.\n"
        "Wie de pont opheft, sluit het eiland af.",
        "Ik schors nu, „even”.",
    ]
    assert found[1].metadata == {
        "title": "Raad van Waterland, vergadering 41",
        "source": "Griffie van Waterland",
        "language": "nl",
        "date": "2021-06-03",
        "date_precision": "day",
        "speaker": "Koen Visser",
        "speaker_id": "VisserKoen",
        "role": "regular",
        "section": "Veerdienst en oeververbinding",
    }
    assert found[1].problems == ("notes and remarks left out: 3",)


@pytest.mark.parametrize("namespace", [True, False])
def test_an_article_with_and_without_namespace(namespace):
    raw = SAMPLES[tei][1]
    found = one(
        tei, raw if namespace else raw.replace(b' xmlns="http://www.tei-c.org/ns/1.0"', b"")
    )
    assert found.text.split("\n") == [
        "Der Streit um den Deich",
        "Die Gemeinden verlangen seit Jahren eine bessere Zusammenarbeit mit dem Amt. Doch das "
        "Nord-Amt, so heißt es, schweigt dazu.",
        "Ein neuer Deich koste Millionen. Wer soll das bezahlen? fragt Dr. Hansen.",
        "Wer nicht will deichen,",
        "der muss weichen.",
        "Erstens das Geld",
        "Zweitens die Zeit",
    ]
    assert found.metadata == {
        "title": "Der Streit um den Deich",
        "byline": "Johanna Petersen",
        "source": "Küstenblätter",
        "language": "de",
        "date": "1956-10",
        "date_precision": "month",
    }
    assert "front and back matter left out" in found.problems


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<w>The </w><w>dog</w><pc>.</pc>", "The dog."),
        ("<w>The</w> <w>dog</w><pc>.</pc>", "The dog."),
        ("<w>The</w>\n<w>dog</w>\n<pc>(</pc>\n<w>x</w>\n<pc>)</pc>\n<pc>.</pc>", "The dog (x)."),
        ('<w>it</w><w join="left">s</w><pc join="left">.</pc>', "its."),
    ],
)
def test_tokens_are_joined_as_they_were_written(inside, text):
    assert one(tei, f"<TEI><text><body><p>{inside}</p></body></text></TEI>".encode()).text == text


def test_a_teicorpus_gives_every_text_with_the_header_of_the_corpus():
    part = "<TEI><text><body><p>Deel {}.</p></body></text></TEI>"
    raw = (
        "<teiCorpus><teiHeader><fileDesc><publicationStmt><date when='1999-01-02T10:00:00'/>"
        f"</publicationStmt></fileDesc></teiHeader>{part.format(1)}{part.format(2)}</teiCorpus>"
    )
    found = tei.read(raw.encode(), "corpus.xml")
    assert [(d.text, d.metadata["date"]) for d in found] == [
        ("Deel 1.", "1999-01-02"),
        ("Deel 2.", "1999-01-02"),
    ]


def test_other_xml_gives_all_its_text():
    found = one(tei, b"<a><b>x <i>y</i> z</b><b>w</b><c><d>1</d><d>2</d></c></a>")
    assert found.text == "x y z\nw\n1\n2" and found.problems == ("not TEI: all text taken",)


def test_xml_that_is_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    external = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "entities" in refused(tei, bomb) and "entities" in refused(tei, external)
    assert "line 2" in refused(tei, b"<a>\n<b></a>")
    assert refused(tei, b'<?xml version="1.0" encoding="rot13"?><a>b</a>')
    assert "no text" in refused(tei, b"<TEI><text><body/></text></TEI>")


def test_xml_quirks_that_are_read():
    doctype = (
        b'<!DOCTYPE TEI SYSTEM "tei.dtd"><TEI><text><body><p>Caf&eacute;</p></body></text></TEI>'
    )
    assert one(tei, doctype).text == "Café"
    found = one(tei, "<a>één</a>".encode("cp1252"))
    assert found.text == "één" and found.problems[0] == "not UTF-8: read as cp1252"
    deep = b"<TEI><text><body>" + b"<div>" * 20_000 + b"x" + b"</div>" * 20_000
    assert one(tei, deep + b"</body></text></TEI>").text == "x"
    assert one(tei, b"<html><body><p>Een pagina.</p></body></html>").text == "Een pagina."
