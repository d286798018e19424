"""Bad input: what is wrong with it, and what is said; the rest of the corpus goes on.

Three tables, each a line for every kind of bad input: a corpus that is refused, a document among
good ones, and an argument of the command. Then what needs more than a line: names and links, full
disks, interrupted and simultaneous runs, and texts of any characters at all.
"""

import csv
import errno
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from pandas.testing import assert_frame_equal

from analysis import cli, corpus, export, importers, index, paths, places, segments, terminal
from analysis.importers import delimited, formats
from analysis.results import DiscourseError

GOOD = "De minister zei niets over de sancties tegen Rusland."
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE TEI [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {c} "{f"&{p};" * 10}">' for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
OUTSIDE = BOMB[:21] + '<!DOCTYPE TEI [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body><p>Een &i; twee</p></body></text></TEI>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


# --- making bad files -------------------------------------------------------------------------


def archive(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def within(packed, **changed):
    """The same archive with some members changed."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return archive(**({n: file.read(n) for n in file.namelist()} | changed))


def docx(text=GOOD):
    from docx import Document

    document, packed = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(packed)
    return packed.getvalue()


def word(body, before=""):
    xml = f'{before}<w:document xmlns:w="{WORD}"><w:body><w:p>{body}</w:p></w:body></w:document>'
    return within(docx(), **{"word/document.xml": xml})


def xlsx(*rows):
    """A workbook of one sheet that holds `rows`, which are XML."""
    packed = io.BytesIO()
    pd.DataFrame({"text": [GOOD]}).to_excel(packed, index=False)
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    changed = {"xl/worksheets/sheet1.xml": sheet} if rows else {}
    return within(packed.getvalue(), **changed)


def cell(place, text):
    row = re.sub("[A-Z]", "", place)
    return f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def parquet(**columns):
    packed = io.BytesIO()
    pq.write_table(pa.table(columns), packed)
    return packed.getvalue()


def put(folder, name, content):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """A cache folder of its own for every test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("DISCOURSE_CACHE", str(folder))
    return folder


@pytest.fixture
def discourse(capsys, monkeypatch):
    """Run the command; return its exit status, its rows, and the lines on standard error."""
    monkeypatch.setattr(terminal, "SLOW", 1e6)

    def run(*argv):
        capsys.readouterr()
        try:
            status = cli.main([str(a) for a in argv])
        except SystemExit as stop:
            status = stop.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        assert told.err == "" or told.err.endswith("\n")
        lines = told.err.split("\n")[:-1]
        assert all(line.startswith("discourse") and line.isprintable() for line in lines)
        return status, list(csv.DictReader(io.StringIO(told.out))), lines

    return run


# --- a corpus that is refused -----------------------------------------------------------------

CUT = "is cut off or damaged"
REFUSED = [
    # what is wrong, name of the file, its content, what is said
    ("not there", "gone", ..., "does not exist"),
    ("a name longer than any", "x" * 5000, ..., "does not exist"),
    ("an empty folder", "folder", None, "neither metadata.csv nor a file of"),
    ("an empty table", "a.csv", "", "holds no header line"),
    ("a table of nothing but a byte-order mark", "a.csv", b"\xef\xbb\xbf", "no header line"),
    ("a table of NULs", "a.csv", "text\n" + "\0" * 50, "the file is not text"),
    ("a table without a text column", "a.csv", "x,y\n1,2\n", "no text column; name one of x, y"),
    ("a header alone", "a.csv", "text\n", "holds no document that can be used"),
    ("a picture called a table", "a.csv", PNG, "a PNG image"),
    ("a workbook called a table", "a.csv", xlsx(), "a ZIP archive, not text"),
    ("a table packed by gzip", "a.csv.gz", gzip.compress(b"text\nx\n"), "not a format"),
    ("a program", "a.exe", b"MZ\x90\0", "not a format this suite reads"),
    ("no suffix", "letter", GOOD, "not a format this suite reads"),
    ("an empty list", "a.json", "[]", "holds no rows"),
    ("no list at all", "a.json", "null", "is no list of objects"),
    ("JSON nested 100,000 deep", "a.json", "[" * 100_000 + "]" * 100_000, "cannot be read as json"),
    ("JSON lines nested as deep", "a.jsonl", '{"a":' * 100_000, "line 1 is not a JSON object"),
    ("a Parquet table cut off", "a.parquet", parquet(text=[GOOD])[:-9], "cannot be read as"),
    ("a Parquet table of numbers", "a.parquet", parquet(text=[1, 2]), "holds int64, not text"),
    ("a Parquet table of lists", "a.parquet", parquet(text=[["a"]]), "holds lists or records"),
    ("a Parquet table of records", "a.parquet", parquet(text=[{"a": "b"}]), "lists or records"),
    ("a workbook cut off", "a.xlsx", xlsx()[:-99], CUT),
    ("a workbook that is none", "a.xlsx", archive(a="x"), "cannot be read as xlsx"),
    ("an entity bomb in a workbook", "a.xlsx", within(
        xlsx(), **{"xl/worksheets/sheet1.xml": f'{BOMB}<worksheet xmlns="{SHEET}">&i;</worksheet>'}
    ), "cannot be read as xlsx"),
    ("a row with an impossible number", "a.xlsx", xlsx(cell("A1", "text"), cell("A99999999999", "x")),
     "a row with a number that none can have"),
    ("a sheet mostly of nothing", "a.xlsx", xlsx(cell("XFD1", "text"), *(
        f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(2, 6200)
    )), "6,199 rows of 16,384 columns"),
    ("a Word file that is plain text", "a.docx", GOOD, "not DOCX as its name says"),
    ("a PDF that ends at once", "a.pdf", b"%PDF-1.7\n", "the PDF is damaged"),
    ("a text without a word", "a.txt", "… — 。", "holds no words"),
    ("a text of no language here", "a.csv", "text,language\nUn texte.,fr\n", "'fr' is not one of"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_corpus_that_cannot_be_used_is_refused_in_a_sentence(
    discourse, tmp_path, name, content, said
):
    place = tmp_path / name if content is ... else put(tmp_path, name, content)
    status, rows, told = discourse("kwic", place, "de")
    assert (status, rows) == (1, [])
    assert said in " ".join(told)
    named = [line for line in told if line.startswith("discourse: left out")]
    assert len(told) - len(named) == 1
    assert all(len(line) < 700 for line in told)


LISTINGS = [
    ("empty", "", "holds no header line"),
    ("NULs", b"\0" * 100, "metadata.csv cannot be read as csv: the file is not text"),
    ("a ZIP archive", archive(a="x"), "metadata.csv cannot be read as csv: the file is a ZIP"),
    ("a picture", PNG, "metadata.csv cannot be read as csv: the file is a PNG image"),
    ("without the column of files", "doc_id,path\n1,a.txt\n", "no column 'file'; add it"),
    ("a header alone", "doc_id,file\n", "left out good of good.txt: not listed in metadata.csv"),
]


@pytest.mark.parametrize(
    ("content", "said"), [r[1:] for r in LISTINGS], ids=[r[0] for r in LISTINGS]
)
def test_a_bad_listing_is_refused_in_a_sentence(discourse, tmp_path, content, said):
    put(tmp_path, "good.txt", GOOD)
    put(tmp_path, "metadata.csv", content)
    status, rows, told = discourse("kwic", tmp_path, "de")
    assert (status, rows) == (1, [])
    assert said in told[0]


# --- a document among good ones ---------------------------------------------------------------

DROPPED, KEPT = "False", "True"
AMONG = [
    # what is wrong, name of the file, its content, whether it is kept, what is said
    ("empty", "a.txt", "", DROPPED, "empty and holds no words"),
    ("white space alone", "a.txt", " \n\t\u2003\n", DROPPED, "holds no words"),
    ("a picture called a text", "a.txt", PNG, DROPPED, "a PNG image, not text"),
    ("bytes of all kinds", "a.txt", bytes(range(256)) * 9, DROPPED, "not text"),
    ("a text packed by gzip", "a.txt", gzip.compress(b"x"), DROPPED, "a gzip archive"),
    ("a format that is none", "a.md", GOOD, DROPPED, ".md is not a format"),
    ("a table in a folder", "a.csv", "text\nx\n", DROPPED, "a corpus of its own"),
    ("a folder called a text", "a.txt", None, None, ""),
    ("Word, cut off", "a.docx", docx()[:3000], DROPPED, CUT),
    ("Word, its end cut off", "a.docx", docx()[:-50], DROPPED, CUT),
    ("Word without a word", "a.docx", word(""), DROPPED, "holds no text"),
    ("an entity bomb in Word", "a.docx", word("<w:r><w:t>&i;</w:t></w:r>", BOMB), DROPPED,
     "damaged or not a .docx"),
    ("a file fetched in Word", "a.docx", word("<w:r><w:t>&i;</w:t></w:r>", OUTSIDE), DROPPED, "o"),
    ("a ZIP bomb called Word", "a.docx", ("word/document.xml", 501), DROPPED, "would unfold to 501"),
    ("an entity bomb in TEI", "a.xml", BOMB + TEI, DROPPED, "declares entities"),
    ("a file fetched in TEI", "a.xml", OUTSIDE + TEI, DROPPED, "declares entities"),
    ("XML cut off", "a.xml", "<a><b>Een twee", DROPPED, "not well-formed"),
    ("XML nested 100,000 deep", "a.xml", "<a>" * 100_000, DROPPED, "not well-formed"),
    ("HTML nested 100,000 deep", "a.html", "<div>" * 100_000 + GOOD, DROPPED, "holds no text"),
    ("RTF nested 100,000 deep", "a.rtf", r"{\rtf1 " + "{" * 100_000 + GOOD, KEPT, "cut off"),
    ("a page of scripts", "a.html", "<script>alert(1)</script>", DROPPED, "holds no text"),
    ("cp1252", "a.txt", "Het één, zei de minister.".encode("cp1252"), KEPT, "read as cp1252"),
    ("UTF-16", "a.txt", GOOD.encode("utf-16"), KEPT, "read as UTF-16"),
    ("half a UTF-16 character", "a.txt", GOOD.encode("utf-16") + b"x", KEPT, "could not be read"),
    ("NULs in it", "a.txt", GOOD + "\0\0", KEPT, "2 NUL characters replaced"),
    ("a lone surrogate", "a.txt", GOOD.encode() + b"\xed\xa0\x80", KEPT, "read as cp1252"),
    ("mojibake", "a.txt", "M\u00c3\u00bcnchen zwijgt erover.", KEPT, "mojibake repaired"),
    ("soft hyphens", "a.txt", "De mi\u00adnister zei niets.", KEPT, "soft hyphen"),
    ("right to left", "a.txt", "قال الوزير إن العقوبات باقية.", KEPT, "language guessed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "kept", "said"), [r[1:] for r in AMONG], ids=[r[0] for r in AMONG]
)
def test_a_bad_document_is_reported_and_the_rest_goes_on(
    discourse, tmp_path, name, content, kept, said
):
    put(tmp_path, "good.txt", GOOD)
    if isinstance(content, tuple):
        member, megabytes = content
        content = archive(**{member: bytes(megabytes * 1_000_000)})
    put(tmp_path, name, content)
    status, rows, told = discourse("check", tmp_path)
    assert status == 0
    by = {r["file"]: r for r in rows}
    assert by["good.txt"]["kept"] == KEPT
    assert len(by) == len(rows) == (1 if kept is None else 2)
    if kept is None:
        return
    assert by[name]["kept"] == kept
    assert said in by[name]["problems" if kept == KEPT else "reason"]
    assert len(told) == 1 + (kept == DROPPED)
    assert "root:" not in "".join(by[name].values())


CELLS = [
    # what is wrong, a table of one bad row and one good one (row-2), what is said of row-1
    ("no text", "text\n''\n", DROPPED, "holds no words"),
    ("a number for a text", "text\n17\n", DROPPED, "language"),
    ("a row cut short", "doc_id,source,text\nalone\n", DROPPED, "none of them is the text"),
    ("too many cells", "text,source\na,b,c\n", DROPPED, "which one is the text cannot be told"),
    ("a quotation never closed", 'text\n"De minister zei niets\n', KEPT, "never closed"),
    ("a date in the future", f"date,text\n3021-05-04,{GOOD}\n", KEPT, "3021 lies in the future"),
    ("a day that is none", f"date,text\n31 februari 2020,{GOOD}\n", KEPT, "cannot be read"),
    ("a year in words", f"year,text\ntwintig,{GOOD}\n", KEPT, "year 'twintig' is no year"),
    ("a year of two digits", f"year,text\n19,{GOOD}\n", KEPT, "year '19' is no year"),
    ("year and date apart", f"year,date,text\n2019,2020-01-02,{GOOD}\n", KEPT, "its date 2020"),
    ("a language that is none", f"language,text\nxx,{GOOD}\n", DROPPED, "'xx' is not one of"),
    ("an id of blanks", f"doc_id,text\n  ,{GOOD}\n", KEPT, "language guessed"),
    ("NULs in the metadata", f"source,text\na\0b,{GOOD}\n", KEPT, "source: 1 NUL"),
    ("metadata of a megabyte", f"title,text\n{'x' * 1_000_000},{GOOD}\n", KEPT, "guessed"),
    ("reserved names of columns", f"text,doc,kept,marks,start\n{GOOD},1,no,x,y\n", KEPT, "guessed"),
    ("columns of one name", f"text,text,year,year\n{GOOD},other,2001,2002\n", KEPT, "guessed"),
    ("markup for names", f"text,<script>,\"=1+1\"\n{GOOD},a,b\n", KEPT, "guessed"),
    ("10,000 columns", ",".join(["text", *(f"c{i}" for i in range(10_000))]) + f"\n{GOOD}"
     + ",x" * 10_000 + "\n", KEPT, "guessed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kept", "said"), [r[1:] for r in CELLS], ids=[r[0] for r in CELLS]
)
def test_a_bad_row_is_reported_and_the_rest_goes_on(discourse, tmp_path, content, kept, said):
    names = next(csv.reader([content.split("\n")[0]]))
    good = ",".join({"text": GOOD, "year": "2001", "language": "nl"}.get(n, "") for n in names)
    status, rows, told = discourse("check", put(tmp_path, "t.csv", f"{content}{good}\n"))
    assert status == 0
    assert [r["doc_id"] for r in rows] == ["row-1", "row-2"]
    assert [r["kept"] for r in rows] == [kept, KEPT]
    assert said in rows[0]["problems" if kept == KEPT else "reason"]
    assert len(told) == 1 + (kept == DROPPED)


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("numbers", [1, 2, 2]),
        ("nothing", [None, "", "  "]),
        ("words for nothing", ["NaN", "None", "null"]),
        ("paths", ["../x", "/etc/passwd", "C:\\x"]),
        ("markup", ["<b>", "=1+1", "a\nb"]),
        ("half characters", ["\ud800", "\udfff", "\ud800"]),
        ("lists", [[1], {"a": 2}, True]),
    ],
)
def test_ids_of_any_kind_stay_apart_in_every_format(discourse, tmp_path, kind, ids):
    lines = [json.dumps({"doc_id": i, "text": f"{GOOD} {n}"}) for n, i in enumerate(ids)]
    table = put(tmp_path, "t.jsonl", "\n".join(lines))
    status, rows, _ = discourse("check", table)
    assert status == 0 and len({r["doc_id"] for r in rows}) == 3
    status, _, _ = discourse("export", table, "--format", "txt", "--out", tmp_path / "out")
    assert status == 0
    inside = {p.resolve() for p in tmp_path.rglob("*.txt")}
    assert len(inside) == 3 and all(p.parent == (tmp_path / "out").resolve() for p in inside)


# --- arguments --------------------------------------------------------------------------------

USAGE = [
    ("an empty path", ["check", ""], "name a folder, a table or a file"),
    ("a column that is not there", ["check", "T", "--text", "nope"], "choose from"),
    ("no column", ["check", "T", "--source", ""], "choose from"),
    ("a pattern of names without its brace", ["check", "T", "--names", "{a"], "no field in braces"),
    ("a pattern of names for a table", ["check", "T", "--names", "{a}"], "leave out --names"),
    ("by a column that is not there", ["keywords", "T", "--by", "no"], "no column of the metadata"),
    ("by the text", ["keywords", "T", "--by", "text"], "no column of the metadata"),
    ("fewer topics than none", ["topics", "T", "--k", "-5"], "at least 2 topics"),
    ("more topics than texts", ["topics", "T", "--k", "99999"], "use a smaller k"),
    ("more topics than numbers", ["topics", "T", "--k", "9" * 30], "use a number up to"),
    ("a window below nothing", ["kwic", "T", "de", "--window", "-1"], "0 or more"),
    ("a window beyond numbers", ["kwic", "T", "de", "--window", "9" * 30], "use a number up to"),
    ("a window of no words", ["collocates", "T", "de", "--window", "0"], "at least 1"),
    ("an empty pattern", ["kwic", "T", ""], "holds no word"),
    ("a pattern of half a character", ["kwic", "T", "\udcff"], "holds no word"),
    ("a pattern of all words", ["collocates", "T", "*"], "matches every word"),
    ("a model outside models/", ["stance", "T", "--model", "/etc/passwd"], "not in models/"),
    ("a place that is a device", ["check", "T", "--out", "/dev/null/x.csv"], "cannot be written"),
    ("a place without a format", ["check", "T", "--out", "x"], "end 'x' in .csv"),
    ("a place over the corpus", ["export", "T", "--format", "csv", "--out", "T"], "is part of"),
    ("a file for a folder", ["run", "T", "--out", "T"], "is part of the corpus"),
]


@pytest.fixture
def table(tmp_path):
    rows = {"text": [GOOD, f"{GOOD} En meer.", "Het weer is mooi."], "language": "nl"}
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


@pytest.mark.parametrize(("argv", "said"), [r[1:] for r in USAGE], ids=[r[0] for r in USAGE])
def test_bad_usage_is_one_sentence_and_status_two(discourse, table, argv, said):
    before = table.read_bytes()
    status, rows, told = discourse(*(str(table) if a == "T" else a for a in argv))
    assert (status, rows, len(told)) == (2, [], 1)
    assert said in told[0] and len(told[0]) < 700
    assert table.read_bytes() == before and list(table.parent.iterdir()) == [table]


@pytest.mark.parametrize("pattern", ["(a+)+$", "*a" * 20 + "b", "[a-z", "* " * 500, "*" * 99, "\\"])
def test_a_pattern_is_words_and_never_an_expression(discourse, tmp_path, pattern):
    put(tmp_path, "a.txt", "a" * 20_000 + " " + "aa " * 2_000 + GOOD)
    status, rows, told = discourse("kwic", tmp_path, pattern)
    assert status in (0, 2) and len(told) == (status == 2)
    assert bool(rows) == (set(pattern) <= {"*", " "})


# --- places and names -------------------------------------------------------------------------


def test_nothing_outside_the_folder_is_read(discourse, tmp_path):
    secret = put(tmp_path, "away/secret.txt", "geheim " + GOOD)
    inside = tmp_path / "corpus"
    put(inside, "good.txt", GOOD)
    named = ["/etc/passwd", "../away/secret.txt", "..\\away\\secret.txt", "C:\\x", "\\\\host\\x",
             "good.txt", "./good.txt", "link.txt", "folder/secret.txt", "~/x", "\0", "good.txt/x",
             "loop.txt", "pipe.txt"]  # fmt: skip
    (inside / "link.txt").symlink_to(secret)
    (inside / "folder").symlink_to(secret.parent)
    (inside / "round").symlink_to(inside)
    (inside / "loop.txt").symlink_to(inside / "loop.txt")
    os.mkfifo(inside / "pipe.txt")
    for listing in (True, False):
        if listing:
            with (inside / "metadata.csv").open("w", newline="") as file:
                csv.writer(file).writerows([["file"], *([n] for n in named)])
        else:
            (inside / "metadata.csv").unlink()
        status, rows, _ = discourse("check", inside)
        assert status == 0
        assert [r["file"] for r in rows if r["kept"] == KEPT] == ["good.txt"]
        assert all(r["reason"] for r in rows if r["file"] != "good.txt")
        assert len(rows) == (len(named) if listing else 6)
        assert not discourse("kwic", inside, "geheim")[1]


def test_any_name_a_file_can_have(discourse, tmp_path):
    folder = tmp_path / "c"
    names = ["q'\"<b>$(rm).txt", "a\nb.txt", "a\u2028b\u202ec.txt", "=1+1.txt", "x" * 251 + ".txt",
             "-o.txt", "con.txt", " .txt", "é.txt", "e\u0301.txt"]  # fmt: skip
    for number, name in enumerate(names):
        put(folder, name, f"{GOOD} Het is nummer {number}.")
    with open(os.fsencode(folder) + b"/bad\xff.txt", "w") as file:
        file.write(GOOD)
    status, rows, told = discourse("check", folder)
    assert (status, len(rows), len(told)) == (0, 11, 1)
    assert len({r["doc_id"] for r in rows}) == 11
    assert all(c.isprintable() or c == " " for r in rows for c in r["doc_id"])
    for kind in ("txt", "csv", "conllu", "vertical", "parquet"):
        out = tmp_path / f"out-{kind}"
        assert discourse("export", folder, "--format", kind, "--out", out)[0] == 0
    assert len(list((tmp_path / "out-txt").glob("*.txt"))) == 11
    assert len(discourse("check", tmp_path / "out-txt")[1]) == 11


def test_a_name_in_the_listing_may_be_longer_than_any(discourse, tmp_path):
    put(tmp_path, "good.txt", GOOD)
    put(tmp_path, "metadata.csv", f"file\n{'x' * 400}.txt\n{'y/' * 3000}\ngood.txt\n")
    status, rows, _ = discourse("check", tmp_path)
    assert (status, [r["kept"] for r in rows]) == (0, [DROPPED, DROPPED, KEPT])


def test_a_file_that_cannot_be_read_is_reported(discourse, tmp_path, monkeypatch):
    put(tmp_path, "a.txt", GOOD)
    put(tmp_path, "b.txt", GOOD)

    def fail(path):
        if path.name == "b.txt":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return path.read_bytes()

    monkeypatch.setattr(formats, "read_bytes", fail)
    status, rows, told = discourse("check", tmp_path)
    assert (status, [r["kept"] for r in rows]) == (0, [KEPT, DROPPED])
    assert told[0].endswith("left out b of b.txt: the file cannot be read: Input/output error")
