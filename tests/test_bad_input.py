"""Bad input: what is wrong with it, and what is said; the rest of the corpus goes on.

Three tables, each a line for every kind of bad input: a corpus that is refused, a document among
good ones, and an argument of the command. Then what needs more than a line: names and links, full
disks, interrupted and simultaneous runs, and texts of any characters at all.
"""

import csv
import errno
import gzip
import io
import itertools
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

from analysis import (
    arrays,
    cli,
    corpus,
    export,
    importers,
    paths,
    places,
    runs,
    segments,
    terminal,
)
from analysis.importers import delimited, formats
from analysis.results import DiscourseError

GOOD = "De minister zei niets over de sancties tegen Rusland."
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE TEI [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {c} "{f"&{p};" * 10}">' for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
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
    ("a row with an impossible number", "a.xlsx",
     xlsx(cell("A1", "text"), cell("A99999999999", "x")), "a row with a number that none can have"),
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
    ("a ZIP bomb", "a.docx", ("word/document.xml", 501), DROPPED, "would unfold to 501 MB"),
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
    ("3,000 columns", ",".join(["text", *(f"c{i}" for i in range(3_000))]) + f"\n{GOOD}"
     + ",x" * 3_000 + "\n", KEPT, "guessed"),
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


@pytest.mark.parametrize("pattern", ["(a+)+$", "*a" * 20 + "b", "[a-z", "* " * 99, "*" * 99, "\\"])
def test_a_pattern_is_words_and_never_an_expression(discourse, tmp_path, pattern):
    put(tmp_path, "a.txt", "a" * 20_000 + " " + "aa " * 2_000 + GOOD)
    status, rows, told = discourse("kwic", tmp_path, pattern)
    assert status in (0, 2) and len(told) == (status == 2 or not rows)
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


# --- full disks, interrupted and simultaneous runs --------------------------------------------


@pytest.fixture
def large(monkeypatch):
    """Every corpus counts as large, so that it gets an index."""
    monkeypatch.setattr(corpus, "_LARGE", 0)


def many(folder, n=60, first=0):
    """A table of so many documents, and of so many runs of them."""
    lines = [json.dumps({"id": f"d{i}", "text": f"{GOOD} Nummer {i}."}) for i in range(first, n)]
    return put(folder, "t.jsonl", "\n".join(lines))


def everything(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def same(left, right):
    """Two corpora are equal in every frame."""
    assert left.hash == right.hash
    for name in ("documents", "report", "paragraphs", "sentences", "marks", "shared", "clusters"):
        assert_frame_equal(getattr(left, name), getattr(right, name))
    for name in ("ids", "start", "end", "doc_start", "sentence_start", "vocabulary", "kept"):
        np.testing.assert_array_equal(getattr(left.tokens, name), getattr(right.tokens, name))


def in_memory(path):
    found = importers.read(path)
    return corpus.from_rows(found.rows, report=found.report)


def test_a_disk_that_fills_up_at_any_write_leaves_no_index(
    discourse, tmp_path, monkeypatch, cache, large
):
    table = many(tmp_path, 3)
    real, room = arrays.write, 0

    def write(file, content, **how):
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        real(file, content, **how)

    monkeypatch.setattr(arrays, "write", write)
    for writes in range(20):
        room = writes
        status, rows, told = discourse("kwic", table, "minister")
        if status == 0:
            break
        assert (status, rows, len(told)) == (1, [], 1)
        assert "cannot be kept in" in told[0] and "No space left on device" in told[0]
        assert {p.name for p in (cache / "index").iterdir()} == {"segments"}
        assert all(p.suffix == ".arrow" for p in (cache / "index" / "segments").iterdir())
    assert writes > 5 and len(rows) == 3


def test_a_disk_that_is_full_within_a_file_leaves_no_half_of_it(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    made = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [GOOD]}))
    monkeypatch.setattr(places, "open_new", lambda file: file.touch() or Full())
    from analysis import interchange

    for kind in ("csv", "conllu", "vertical", "txt", "quanteda"):
        with pytest.raises(places.PlaceError, match="No space left on device"):
            interchange.write(made, tmp_path / "out" / kind, format=kind)
        assert everything(tmp_path / "out") == []


def test_an_interrupted_run_is_taken_up_again(tmp_path, cache, monkeypatch, large):
    table = many(tmp_path)
    script = (
        "import os, sys\n"
        "from analysis import corpus, runs, segments\n"
        "corpus._LARGE, runs.RUN, real, done = 0, 100, segments.segment, []\n"
        "def segment(*given):\n"
        "    done.append(1)\n"
        "    if len(done) > 2: os.kill(os.getpid(), 9)\n"
        "    return real(*given)\n"
        "segments.segment = segment\n"
        "corpus.load(sys.argv[1])\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, table], cwd=paths.ROOT)
    assert ended.returncode == -signal.SIGKILL
    done = len(list((cache / "index" / "segments").glob("*.arrow")))
    calls = counted(monkeypatch)
    monkeypatch.setattr(runs, "RUN", 100)
    made = corpus.load(table)
    same(made, in_memory(table))
    every = len(list((cache / "index" / "segments").glob("*.arrow")))
    assert every > 3 and len(calls) == every - done + 1  # and one for the corpus in memory
    assert {p.name for p in (cache / "index").iterdir()} == {"segments", made.folder.name}
    assert not [p for p in everything(cache) if p.endswith(".tmp")]


def counted(monkeypatch):
    """Count the calls of segment()."""
    calls, real = [], segments.segment
    monkeypatch.setattr(segments, "segment", lambda *g: calls.append(len(g[0])) or real(*g))
    return calls


def test_what_is_added_costs_only_what_is_new(tmp_path, cache, monkeypatch, large):
    monkeypatch.setattr(runs, "RUN", 100)
    calls = counted(monkeypatch)
    whole = corpus.load(many(tmp_path, 200))
    first = sum(calls)
    assert first == 200 and len(calls) > 5
    calls.clear()
    corpus.load(tmp_path / "t.jsonl")
    assert calls == []
    more = corpus.load(many(tmp_path, 205))
    assert 5 <= sum(calls) < 100
    assert more.folder != whole.folder and more.documents["text"][:200].equals(
        whole.documents["text"]
    )
    same(more, in_memory(tmp_path / "t.jsonl"))


def test_two_processes_may_build_the_same_index_at_once(tmp_path, cache, large):
    table, go = many(tmp_path), tmp_path / "go"
    script = (
        "import pathlib, sys, time\n"
        "from analysis import corpus, runs\n"
        "corpus._LARGE, runs.RUN = 0, 100\n"
        "pathlib.Path(sys.argv[2] + sys.argv[3]).touch()\n"
        "while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.01)\n"
        "print(corpus.load(sys.argv[1]).hash)\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, table, go, str(i)], cwd=paths.ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for i in (1, 2)
    ]  # fmt: skip
    while not all((tmp_path / f"go{i}").exists() for i in (1, 2)):
        assert all(p.poll() is None for p in both)
        time.sleep(0.01)
    go.touch()
    told = [p.communicate(timeout=60) for p in both]
    assert [p.returncode for p in both] == [0, 0], told
    made = corpus.load(table)
    assert {out.strip() for out, _ in told} == {made.hash}
    assert {p.name for p in (cache / "index").iterdir()} == {"segments", made.folder.name}


def test_two_runs_in_one_folder_do_not_meet(discourse, table, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with places.alone(out):
        status, _, told = discourse("run", table, "--out", out)
    assert (status, len(told)) == (2, 1)
    assert "is being written to by another run" in told[0]
    assert everything(out) == []


@pytest.mark.parametrize(
    "content",
    ["text\n", "text,language\nUn texte.,fr\n", "text\n…\n"],
    ids=["a header alone", "a language not read", "no words"],
)
def test_a_large_corpus_of_nothing_says_so(discourse, tmp_path, large, content):
    small = put(tmp_path, "t.csv", content)
    status, rows, told = discourse("check", small)
    assert status == 1 and "holds no document that can be used" in told[-2]
    assert len(rows) == content.count("\n") - 1


def test_a_damaged_index_is_built_again(tmp_path, large):
    table = many(tmp_path, 3)
    made = corpus.load(table)
    expected = in_memory(table)
    for file in sorted(made.folder.iterdir()):
        for content in (b"", file.read_bytes()[:-9]):
            file.write_bytes(content)
            same(corpus.load(table), expected)
    for file in (made.folder.parent / "segments").iterdir():
        file.write_bytes(b"")
    for file in made.folder.iterdir():
        file.unlink()
    same(corpus.load(table), expected)


def test_a_cache_that_cannot_be_written_is_one_sentence(discourse, table, monkeypatch, tmp_path):
    monkeypatch.setenv("DISCOURSE_CACHE", str(table / "cache"))
    assert discourse("kwic", table, "de")[0] == 0
    assert discourse("keywords", table, "--unit", "lemma", "--by", "doc_id")[0] == 0
    monkeypatch.setattr(corpus, "_LARGE", 0)
    status, rows, told = discourse("kwic", table, "de")
    assert (status, rows, len(told)) == (1, [], 1)
    assert "cannot be kept in" in told[0]


# --- any text at all --------------------------------------------------------------------------

ODD = (
    "\0\x01\t\n\x0b\x0c\r\x1c\x1f \x85\xa0\xad\u0301\u0308\u200b\u200d\u200f\u2028\u2029"
    "\u202e\u2060\ufeff\ufffd"
)
LETTERS = "aZé1٣ß가中אب\U0001d54f\U0001f600İǅﬁ"
SIGNS = ".,!?-'’‐‑–“”„«»()[]{}<>\"/\\_*&;:%…"
ANY = st.text(
    st.one_of(st.sampled_from(ODD), st.sampled_from(LETTERS), st.sampled_from(SIGNS),
              st.characters(exclude_categories=["Cs"])), max_size=80,
)  # fmt: skip
WORDS = re.compile(r"[^\W_]+(?:(?:[-‐‑'’]|(?<=\d)[.,](?=\d))[^\W_]+)*")


def parts(frame, made, row):
    own = frame[frame["doc"] == row]
    return list(zip(own["start"].tolist(), own["end"].tolist(), strict=True)), made.spans(own)


@settings(max_examples=100, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=4), st.sampled_from(["nl", "de", "en"]))
def test_offsets_are_true_for_any_text(texts, language):
    import unicodedata

    ids = [f"d{i}" for i in range(len(texts))]
    made = corpus.from_rows(pd.DataFrame({"doc_id": ids, "text": texts, "language": language}))
    assert made.documents["text"].tolist() == texts
    tokens = made.tokens
    for row, text in enumerate(texts):
        first, last = tokens.doc_start[row : row + 2]
        spans = list(zip(tokens.start[first:last], tokens.end[first:last], strict=True))
        words = [text[s:e] for s, e in spans]
        assert all(s < e for s, e in spans)
        assert all(e <= s for (_, e), (s, _) in itertools.pairwise(spans))
        forms = [segments.fold(w) for w in words]
        assert forms == tokens.forms[first:last].tolist()
        if not any(unicodedata.category(c)[0] == "M" for c in text):
            assert words == WORDS.findall(text)
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        assert parts(made.paragraphs, made, row)[1] == lines
        sentences, said = parts(made.sentences, made, row)
        assert all(s == s.strip() != "" for s in said)
        covered = np.zeros(len(text) + 1, dtype=bool)
        for start, end in sentences:
            assert not covered[start:end].any()
            covered[start:end] = True
        assert all(covered[i] or c.isspace() for i, c in enumerate(text))
        assert all(covered[s:e].all() for s, e in spans)
        own = made.sentences.loc[tokens.sentence[first:last]]
        assert (own["start"].to_numpy() <= tokens.start[first:last]).all()
        assert (own["end"].to_numpy() >= tokens.end[first:last]).all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("e\u0301e\u0301n twe\u0308e", ["e\u0301e\u0301n", "twe\u0308e"]),
        ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
        ("قَالَ الوَزِيرُ", ["قَالَ", "الوَزِيرُ"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("a\u202eb c", ["a", "b", "c"]),
        ("een\u2028twee\u0085drie\x0cvier", ["een", "twee", "drie", "vier"]),
        ("𝕏-straal 😀 x", ["𝕏-straal", "x"]),
        ("Noord-\u0301Korea", ["Noord", "Korea"]),
    ],
)
def test_words_of_other_scripts_stay_whole(text, words):
    rows = pd.DataFrame({"doc_id": ["a"], "text": [text], "language": ["nl"]})
    tokens = corpus.from_rows(rows).tokens
    assert [text[s:e] for s, e in zip(tokens.start, tokens.end, strict=True)] == words


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ANY, min_size=1, max_size=6))
def test_an_index_on_disk_holds_what_memory_holds(tmp_path_factory, texts):
    table = tmp_path_factory.mktemp("rows") / "t.jsonl"
    lines = [{"id": i, "text": t + " x", "source": t, "date": t[:5]} for i, t in enumerate(texts)]
    table.write_text("\n".join(map(json.dumps, lines)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "_LARGE", 0)
        patch.setattr(runs, "RUN", 100)
        stored = corpus.load(table, language=None)
    held = in_memory(table)
    if len(held):
        assert stored.folder is not None
        same(stored, held)


def test_two_languages_in_one_document_and_one_table(tmp_path, monkeypatch):
    english = "The minister said nothing about the sanctions against Russia."
    rows = [GOOD, english, f"{GOOD}\n{english}\n" * 3, "Der Minister sagte nichts dazu."]
    table = put(tmp_path, "t.jsonl", "\n".join(json.dumps({"text": t}) for t in rows))
    made = corpus.load(table)
    assert made.documents["language"].tolist()[::3] == ["nl", "de"]
    assert made.documents["language"][1] == "en" and len(made.sentences) == 1 + 1 + 6 + 1
    monkeypatch.setattr(corpus, "_LARGE", 0)
    same(corpus.load(table), made)


FILES = st.one_of(
    st.binary(max_size=400),
    st.text(st.sampled_from(ODD + LETTERS + SIGNS), max_size=200).map(str.encode),
    st.lists(st.sampled_from([
        b"text", b"id", b",", b";", b"\n", b"\r\n", b'"', b"'", b"een", b"{", b"}", b":", b"[",
        b"]", b"<p>", b"</p>", b"<a",
        b"&lt;", b"&#0;", b"&x;", b"<TEI>", b"<!--", b"<![CDATA[", b"\\par",
        b"{\\rtf1 ", b"\\'e9", b"\\u-1?", b"\\bin9", b"\xff", b"\xc3", b"\0", b"<?xml?>", b"%PDF-1",
    ]), max_size=60).map(b"".join),
)  # fmt: skip


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FILES)
def test_any_bytes_give_rows_and_a_report_or_one_sentence(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    tables, texts = (".csv", ".tsv", ".jsonl", ".json"), (".txt", ".html", ".xml", ".rtf", ".pdf")
    for suffix in (*tables, *texts):
        file = put(folder, f"a{suffix}", (b"{\\rtf1 " if suffix == ".rtf" else b"") + content)
        try:
            found = importers.read(file)
        except DiscourseError as error:
            assert str(error) and "\n" not in str(error)
        else:
            accounted(found)
    found = importers.read(folder)
    accounted(found)
    # Tables are reported once each; of every other file each document is.
    assert set(found.report["file"]) == {f"a{s}" for s in (*tables, *texts)}
    assert found.report["doc_id"].is_unique or not found.report["kept"].all()


def accounted(found):
    """Every row has its line in the report, and every line that is not kept its reason."""
    kept = found.report["kept"].astype(bool)
    assert found.report.loc[kept, "doc_id"].tolist() == found.rows["doc_id"].tolist()
    assert found.rows["doc_id"].is_unique
    assert found.report.loc[~kept, "reason"].ne("").all()
    assert not found.report[["problems", "reason"]].map(lambda s: "\n" in s).any(axis=None)
    assert all(any(map(str.isalnum, t)) for t in found.rows["text"])
    "".join(found.rows["text"]).encode()
    assert not any("\r" in t or "\0" in t for t in found.rows["text"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.text(st.sampled_from("ab1é,;\"'\n\r\t =|"), max_size=8), min_size=1,
                         max_size=4), min_size=1, max_size=8))  # fmt: skip
def test_no_row_of_a_csv_is_lost(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("csv") / "t.csv"
    with file.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows(
            [["text", "a", "b", "c"], *([*r, "", "", ""][:4] for r in rows)]
        )
    found = importers.read(file)
    accounted(found)
    # A record of nothing at all is a blank line.
    assert len(found.report) == len(rows)
    worded = [re.sub("\r\n?", "\n", r[0]) for r in rows if any(map(str.isalnum, r[0]))]
    assert found.rows["text"].tolist() == worded


def test_names_of_columns_stay_apart():
    assert delimited.distinct(["a", "a.3", "a", "", ""]) == [
        "a", "a.3", "a.3.3", "column-4", "column-5",
    ]  # fmt: skip


# --- what is hostile on a page -----------------------------------------------------------------

MARKUP = "\"'><xss-el onmouseover=alert(1)>&lt;i&gt;<script>x()</script><img src=x onerror=x()></p>"
MARKED = (
    "[a](javascript:x()) ![b](http://x.example/y) `c` **d** $\\frac{1}$ {{ 7*7 }} |e| <!-- f -->"
)
FORMULA = '=HYPERLINK("http://x.example")'
OURS = {
    "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "p", "details",
    "summary", "ol", "li", "cite", "mark", "figure", "img", "figcaption", "strong", "style",
}  # fmt: skip
OURS_TOO = {"class", "scope", "tabindex", "role", "aria-label", "colspan", "open", "width", "style",
            "alt", "src"}  # fmt: skip


@pytest.fixture(scope="module")
def hostile():
    """A corpus whose texts and metadata are markup, in three languages."""
    rows = []
    for number in range(6):
        text = (
            f"Rusland dreigt. “Wij wachten”, zei Jansen. {MARKUP} {number}\n{MARKED}\n{FORMULA} x"
        )
        rows.append({
            "doc_id": f"{(MARKUP, MARKED)[number % 2]}{number}", "text": text, "title": MARKUP,
            "source": (MARKUP, MARKED, FORMULA)[number % 3], "language": ("nl", "en")[number // 3],
            "year": 2019 + number % 3, MARKUP: MARKED,
        })  # fmt: skip
    return corpus.from_rows(pd.DataFrame(rows))


def page(shown):
    """Parse HTML; fail where an element or attribute is not one of ours."""
    tree = lxml_html.fragment_fromstring(shown, create_parent="div")
    elements = [e for e in tree.iter() if isinstance(e.tag, str)]
    assert len(elements) == sum(1 for _ in tree.iter())  # no comments
    assert {e.tag for e in elements} <= OURS
    assert {name for e in elements for name in e.attrib} <= OURS_TOO
    for image in tree.iter("img"):
        assert image.get("src").startswith("data:image/svg+xml;base64,")
    return tree


def picture(svg):
    """Parse an SVG; fail where it holds anything but lines and letters."""
    from lxml import etree

    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True))
    tags = {etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str)}
    assert not tags & {"script", "foreignObject", "xss-el", "img", "image", "a", "iframe"}
    assert not [k for e in root.iter() for k in e.attrib if k.lower().startswith("on")]
    return "".join(root.itertext())


def test_markup_in_texts_and_metadata_is_shown_as_text_in_tables(hostile):
    from analysis import tables
    from analysis.evidence import evidence
    from analysis.measures.concordance import concordance

    lines = concordance(hostile, "Rusland")
    behind = [evidence(hostile, {"term": "rusland"}, n=None) for _ in range(len(lines))]
    frames = [hostile.documents.drop(columns="text"), hostile.report, lines, corpus.check(hostile)]
    for frame in frames:
        same_rows = behind if frame is lines else None
        shown = tables.table(
            frame, columns={c: f"{c} {MARKUP}" for c in frame}, caption=MARKED + MARKUP,
            footnote=MARKUP, evidence=same_rows,
        )  # fmt: skip
        assert MARKUP in page(shown.html).text_content()
    block = tables.evidence_block(behind[0], MARKUP)
    read = page(block.html).text_content()
    assert MARKUP in read and len(behind[0]) == 6 and "Rusland dreigt." in read


def test_markup_is_shown_as_text_in_figures(hostile, tmp_path):
    from analysis.measures.frequency import frequency
    from analysis.plots.dots import dots
    from analysis.plots.tiles import tiles

    rows = frequency(hostile, by="source").query("term in ('rusland', 'x')")
    ax = dots(rows, label="group", group="term")
    said = {"title": MARKUP, "caption": MARKED, "alt": MARKUP + MARKED}
    made = export.figure(
        ax, rows, name="hostile", corpus=hostile, folder=tmp_path, **said,
        evidence={MARKUP: pd.DataFrame({"doc_id": [MARKUP], "text": [MARKUP]})},
    )  # fmt: skip
    assert MARKUP in page(made.html).text_content()
    assert page(made.html).find(".//img").get("alt") == MARKUP + MARKED
    assert MARKUP in picture((tmp_path / "hostile.svg").read_bytes())
    facts = json.loads((tmp_path / "hostile.json").read_text())
    assert (facts["title"], facts["alt"]) == (MARKUP, MARKUP + MARKED)
    with (tmp_path / "hostile.csv").open(newline="") as file:
        cells = [c for record in csv.reader(file) for c in record]
    assert f"'{FORMULA}" in cells and not [c for c in cells if c[:1] in ("=", "@", "+", "\t")]
    documents = hostile.documents.assign(n_docs=1, n_tokens=9)
    picture(svg_of(tiles(documents)))


def svg_of(ax):
    from analysis import style

    packed = io.BytesIO()
    with style.use():
        style.whole(ax).savefig(packed, format="svg")
    return packed.getvalue()


def test_every_table_of_the_notebooks_shows_markup_as_text():
    from analysis import present

    for name, words in present._wording()["tables"].items():
        numbers = {"year": 2020, "n_docs": 2, "n_tokens": 9, "lo": 0.1, "hi": 0.9}
        numbers |= dict.fromkeys(words.get("formats", ()), 0.5)
        row = {c: numbers.get(c, MARKUP) for c in words["columns"]}
        shown = page(present.table(pd.DataFrame([row]), name).html)
        assert MARKUP in shown.text_content()


def test_a_statement_is_text_where_markdown_is_read(hostile):
    from markdown_it import MarkdownIt

    from analysis.results import say

    told = say(hostile.documents, "{source} says {title} in {doc_id}")
    read = MarkdownIt("commonmark", {"html": True}).enable("table").render(told._repr_markdown_())
    tree = lxml_html.fragment_fromstring(read, create_parent="div")
    assert {e.tag for e in tree.iter()} <= {"div", "ul", "li", "p"}
    assert MARKUP in tree.text_content() and "[a](javascript:x())" in tree.text_content()


@given(st.text())
def test_latex_prints_any_text_as_it_is(text):
    names = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^"}
    back = re.sub(
        r"\\(?:(textbackslash|textasciitilde|textasciicircum)\{\}|([&%$#_{}]))",
        lambda m: names[m[1]] if m[1] else m[2],
        export.latex(text),
    )
    assert back == text
    left = re.sub(r"\\(?:text\w+\{\}|[&%$#_{}])", "", export.latex(text))
    assert not set(left) & set("\\&%$#_{}~^")


def test_cells_that_a_spreadsheet_would_run_are_disarmed_everywhere(discourse, tmp_path):
    cells = [FORMULA, "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]
    rows = [{"doc_id": c, "text": f"{c} {GOOD}", "source": c, "title": c, c: c} for c in cells]
    table = put(tmp_path, "t.jsonl", "\n".join(map(json.dumps, rows)))
    for command in (["check"], ["kwic", "minister"], ["actors"], ["quotes"], ["sentiment"]):
        status, found, _ = discourse(command[0], table, *command[1:])
        assert status == 0
        every = [v for r in found for pair in r.items() for v in pair]
        assert not [v for v in every if v[:1] in ("=", "+", "@", "\t", "\r")]
        assert not [v for v in every if v.startswith("-1+")]
    status, _, told = discourse("export", table, "--format", "csv", "--out", tmp_path / "out.csv")
    assert status == 0 and "in a spreadsheet, import it with its columns set to text" in told[-1]


def test_parquet_of_doubled_columns_lists_and_nothing(tmp_path):
    packed = io.BytesIO()
    columns = [[GOOD, "x"], ["a", "b"], [["é", "b"], None], pa.nulls(2)]
    pq.write_table(pa.table(columns, names=["text", "text", "tags", "source"]), packed)
    found = importers.read(put(tmp_path, "t.parquet", packed.getvalue()))
    assert found.rows["text"].tolist() == [GOOD, "x"]
    assert found.rows["tags"].fillna("").tolist() == ['["é", "b"]', ""]
    none = importers.read(put(tmp_path, "n.parquet", parquet(text=pa.nulls(2))))
    assert none.report["reason"].tolist() == ["the row holds no words"] * 2
