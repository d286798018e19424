"""Folders, tables and single files → rows and a report: nothing disappears silently."""

import io
import json
import os
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import importers
from analysis.importers import delimited, file_names, formats, table, tabular
from analysis.importers.found import Found
from analysis.results import DiscourseError

TEXT = "De minister zei niets."
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def write(folder, files, metadata=None):
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    if metadata is not None:
        (folder / "metadata.csv").write_text(metadata, encoding="utf-8")
    return folder


def put(folder, name, content):
    write(folder, {name: content})
    return folder / name


def archive(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


def dropped(found):
    """Reason by file of what was not kept."""
    lost = found.report[~found.report["kept"].astype(bool)]
    return dict(zip(lost["file"], lost["reason"], strict=True))


# --- folders ----------------------------------------------------------------------------------


def test_a_folder_reads_what_metadata_lists_and_reports_the_rest(tmp_path):
    files = {"a.txt": TEXT, "b.txt": TEXT, "notes.md": "no", "below/c.txt": TEXT}
    write(tmp_path, files, "doc_id,file,source\nx,a.txt,Bron\n")
    found = importers.read(tmp_path)
    assert found.rows[["doc_id", "file", "source", "text"]].to_numpy().tolist() == [
        ["x", "a.txt", "Bron", TEXT]
    ]
    # "below" holds nothing that is listed, so it is none of the corpus's.
    assert dropped(found) == {"b.txt": "not listed in metadata.csv"}


def test_a_folder_without_metadata_reads_its_texts_and_reports_the_rest(tmp_path):
    files = {
        "b.txt": TEXT, "sub/a.txt": TEXT, "notes.md": "no", "t.csv": "text\nx\n",
        ".hidden.txt": "x", "__MACOSX/a.txt": TEXT, "~$a.docx": "x", "none": "x",
    }  # fmt: skip
    found = importers.read(write(tmp_path, files))
    assert list(found.rows["doc_id"]) == ["b", "a"]
    lost = dropped(found)
    assert set(lost) == {"notes.md", "t.csv", "none"}
    assert ".md is not a format" in lost["notes.md"]
    assert "a corpus of its own" in lost["t.csv"]


def test_the_same_name_in_two_folders_makes_two_documents(tmp_path):
    write(tmp_path, {"nos/1.txt": TEXT, "ad/1.txt": TEXT, "ad/2.txt": TEXT})
    found = importers.read(tmp_path)
    assert list(found.rows["doc_id"]) == ["ad/1", "2", "nos/1"]
    assert "doc_id is its path" in found.report["problems"][0]


BAD_FILES = [
    ("gone.txt", None, "no such file"),
    ("../secret.txt", None, "outside the corpus folder"),
    ("sub/../../secret.txt", None, "outside the corpus folder"),
    ("/etc/hostname", None, "outside the corpus folder"),
    ("", None, "no file is named"),
    (".", None, "no such file"),
    ("x" * 300 + ".txt", None, "no such file"),
    ("empty.txt", b"", "holds no words"),
    ("blank.txt", b" \n\t\n", "holds no words"),
    ("dots.txt", "… — ‘’ 。".encode(), "holds no words"),
    ("image.txt", PNG, "a PNG image, not text"),
    ("pdf.txt", b"%PDF-1.7\n%\xe2\xe3", "a PDF, not text"),
    ("zip.txt", archive(a="x"), "a ZIP archive, not text"),
    (
        "old.txt",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
        "a document of an old office program, not text",
    ),
    ("rich.txt", b"{\\rtf1 x}", "is RTF, not text"),
    ("noise.txt", bytes(range(256)) * 8, "not text"),
    ("image.docx", PNG, "a PNG image, not DOCX"),
    ("text.docx", b"plain words", "not DOCX"),
    ("cut.docx", archive(a="x" * 999)[:60], "cut off or damaged"),
    ("text.pdf", b"plain words", "not PDF"),
    ("cut.pdf", b"%PDF-1.7\n", "the PDF is damaged"),
    ("text.rtf", b"plain words", "not RTF"),
]


def test_a_listed_file_of_no_known_format_is_read_as_plain_text(tmp_path):
    write(tmp_path, {"letter": TEXT, "b.md": TEXT}, "file\nletter\nb.md\n")
    found = importers.read(tmp_path)
    assert list(found.rows["text"]) == [TEXT, TEXT]
    assert list(found.report["problems"]) == [
        "no suffix: read as plain text", ".md: read as plain text",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "content", "reason"), BAD_FILES, ids=[b[0][:20] for b in BAD_FILES]
)
def test_a_bad_file_is_reported_and_the_rest_goes_on(tmp_path, file, content, reason):
    (tmp_path.parent / "secret.txt").write_text("secret")
    files = {"good.txt": TEXT} | ({file: content} if content is not None else {})
    write(tmp_path, files, f"doc_id,file\nbad,{file}\ngood,good.txt\n")
    found = importers.read(tmp_path)
    assert list(found.rows["doc_id"]) == ["good"]
    report = found.report.set_index("doc_id")
    assert not report.loc["bad", "kept"]
    told = report.loc["bad", "reason"]
    assert "\n" not in told
    assert reason in told


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    outside = put(tmp_path, "away/outside.txt", "secret")
    inside = write(tmp_path / "corpus", {"a.txt": TEXT})
    (inside / "link.txt").symlink_to(outside)
    (inside / "folder").symlink_to(outside.parent)
    (inside / "again.txt").symlink_to(inside / "a.txt")
    (inside / "loop.txt").symlink_to(inside / "loop.txt")
    found = importers.read(inside)
    assert "secret" not in "".join(found.rows["text"])
    assert len(found.rows) == 1
    lost = dropped(found)
    assert "outside" in lost["link.txt"]
    assert "link to a folder" in lost["folder"]
    assert "loop.txt" in lost and len(found.report) == 5
    write(inside, {}, "doc_id,file\nx,link.txt\ny,folder/outside.txt\n")
    assert importers.read(inside).rows.empty


def test_what_a_listing_says_twice_is_kept_once_or_apart(tmp_path):
    write(tmp_path, {"a.txt": TEXT, "b.txt": TEXT}, "doc_id,file\nx,a.txt\nx,b.txt\ny,./a.txt\n")
    found = importers.read(tmp_path)
    assert list(found.rows["doc_id"]) == ["x", "x-2"]
    assert "repeated" in found.report["problems"][1]
    assert dropped(found) == {"./a.txt": "the file is listed in metadata.csv before"}


def test_a_file_that_cannot_be_read_is_reported(tmp_path, monkeypatch):
    write(tmp_path, {"a.txt": TEXT, "b.txt": TEXT})

    def fail(path):
        if path.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return path.read_bytes()

    monkeypatch.setattr(formats, "read_bytes", fail)
    found = importers.read(tmp_path)
    assert list(found.rows["doc_id"]) == ["a"]
    assert dropped(found) == {"b.txt": "the file cannot be read: Permission denied"}


def test_any_name_a_file_can_have(tmp_path):
    names = ["qu\"o'te.txt", "new\nline.txt", "comma,semi;.txt", "naïve ünï.txt", "=1+1.txt"]
    write(tmp_path, dict.fromkeys(names, TEXT))
    with open(os.fsencode(tmp_path) + b"/bad\xff.txt", "w") as file:
        file.write(TEXT)
    found = importers.read(tmp_path)
    assert len(found.rows) == 6
    assert "new_line" in set(found.rows["doc_id"])
    assert "bad\ufffd.txt" in set(found.rows["file"])
    found.rows.to_csv(tmp_path / "out.csv")
    assert all(c.isprintable() for c in "".join(found.rows["doc_id"]))


def test_a_listing_as_other_programs_write_it(tmp_path):
    write(tmp_path, {"sub/één.txt": TEXT})  # composed here, in two characters there
    listing = "sep=;\r\nBestand;Krant;Datum;Titel\r\nsub\\één.txt;Trouw;2 mei 2019;Kop\r\n"
    (tmp_path / "metadata.csv").write_bytes(b"\xef\xbb\xbf" + listing.encode())
    row = importers.read(tmp_path, source="Krant").rows.iloc[0]
    assert (row["source"], row["date"], row["title"]) == ("Trouw", "2 mei 2019", "Kop")


def test_a_file_of_many_documents(tmp_path, monkeypatch):
    many = [
        Found("Een.", {"title": "A", "source": "own", "section": "Politiek"}, ("odd",)),
        Found("  ", {}),
        Found("Twee\r\ndrie\u00ad.", {"title": "C"}),
    ]
    monkeypatch.setitem(formats._READERS, ".rtf", lambda raw, name: many)
    rich = {"export.rtf": "{\\rtf1 x}"}
    write(tmp_path, rich, "doc_id,file,source,title\nx,export.rtf,listed,\n")
    found = importers.read(tmp_path)
    assert found.rows[["doc_id", "title", "source", "section", "text"]].to_numpy().tolist() == [
        ["x-1", "A", "listed", "Politiek", "Een."],
        ["x-3", "C", "listed", "", "Twee\ndrie."],
    ]
    assert list(found.report["kept"]) == [True, False, True]
    assert found.report["problems"][0] == "odd"
    assert "soft hyphen" in found.report["problems"][2]
    alone = importers.read(tmp_path / "export.rtf")
    assert list(alone.rows["doc_id"]) == ["export-1", "export-3"]


def test_one_file_that_cannot_be_used_is_an_error(tmp_path):
    with pytest.raises(DiscourseError, match="PNG image"):
        importers.read(put(tmp_path, "a.docx", PNG))
    assert list(importers.read(put(tmp_path, "b.txt", TEXT)).rows["text"]) == [TEXT]


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "UNPACKED", 10_000)
    bomb = archive(**{"word/document.xml": "0" * 100_000})
    write(tmp_path, {"bomb.docx": bomb, "a.txt": TEXT})
    assert "would unfold to" in dropped(importers.read(tmp_path))["bomb.docx"]
    with pytest.raises(DiscourseError, match="would unfold to"):
        importers.read(put(tmp_path, "bomb.xlsx", bomb))


def test_folders_come_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(tabular, "SIZE", 50)
    write(tmp_path, {f"{i}.txt": TEXT for i in range(10)})
    parts = list(importers.batches(tmp_path))
    assert len(parts) == 4
    whole = importers.read(tmp_path)
    assert list(whole.rows["doc_id"]) == list(map(str, range(10)))


# --- names of files ---------------------------------------------------------------------------


def test_names_of_files_give_metadata(tmp_path):
    write(tmp_path, {"NOS/2019-05-03_Een kop.txt": TEXT, "AD/2020_x.txt": TEXT, "los.txt": TEXT})
    found = importers.read(tmp_path, names="{source}/{date}_{title}")
    rows = found.rows.set_index("file")
    assert list(rows.loc["NOS/2019-05-03_Een kop.txt", ["source", "date", "title"]]) == [
        "NOS", "2019-05-03", "Een kop",
    ]  # fmt: skip
    assert rows.loc["los.txt", "source"] == ""
    assert "not like the pattern" in found.report.set_index("file").loc["los.txt", "problems"]


def test_a_listing_wins_over_names_of_files(tmp_path):
    write(tmp_path, {"2019_NOS_wave2.txt": TEXT}, "file,source\n2019_NOS_wave2.txt,Listed\n")
    row = importers.read(tmp_path, names="{year}_{source}_{wave}").rows.iloc[0]
    assert (row["year"], row["source"], row["wave"]) == ("2019", "Listed", "wave2")
    (tmp_path / "metadata.csv").unlink()
    row = importers.read(tmp_path, names="{doc_id}_{a}_{b}", source="a").rows.iloc[0]
    assert (row["doc_id"], row["source"]) == ("2019", "NOS")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("", "no field"),
        ("date_source", "no field"),
        ("{date_{source}", "brace"),
        ("{date}{source}", "nothing between"),
        ("{date}_{date}", "twice"),
        ("{a b}", "is no name"),
        ("{}", "is no name"),
        ("{text}", "no file name can give"),
        ("{0.__class__}", "is no name"),
    ],
)
def test_a_bad_pattern_is_one_sentence(names, message):
    with pytest.raises(DiscourseError, match=message):
        file_names.pattern(names)


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_pattern_reads_back_what_was_written(source, title):
    matched = file_names.pattern("{source} - {title}").match(f"x/{source} - {title}.txt")
    if matched and " - " not in source:
        assert matched["source"] == source.strip() or "/" in source + title


def test_names_say_nothing_of_a_table(tmp_path):
    with pytest.raises(DiscourseError, match="leave out --names"):
        importers.read(put(tmp_path, "t.csv", "text\nx\n"), names="{date}")


# --- tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", importers.TABLES)
def test_every_kind_of_table_gives_the_same_rows(tmp_path, kind):
    frame = pd.DataFrame(
        {
            "ID": ["1", "2", "3"],
            "Headline": [TEXT, "Nog een\nzin.", ""],
            "outlet": ["NOS", "AD", ""],
        }
    )
    file = tmp_path / f"table{kind}"
    if kind == ".xlsx":
        frame.to_excel(file, index=False)
    elif kind == ".parquet":
        frame.to_parquet(file)
    elif kind == ".jsonl":
        file.write_text("\n".join(json.dumps(r) for r in frame.to_dict("records")))
    elif kind == ".json":
        file.write_text(json.dumps({"n": 3, "articles": frame.to_dict("records")}))
    else:
        frame.to_csv(file, index=False, sep="\t" if kind == ".tsv" else ",")
    found = importers.read(file)
    assert found.rows[["doc_id", "text", "source", "file"]].to_numpy().tolist() == [
        ["1", TEXT, "NOS", file.name], ["2", "Nog een\nzin.", "AD", file.name],
    ]  # fmt: skip
    assert list(found.report["kept"]) == [True, True, False]
    assert found.report["reason"][2] == "the row holds no words"
    assert table.load(file).shape == (3, 3)


def test_columns_can_be_named(tmp_path):
    file = tmp_path / "t.csv"
    frame = {"words": [TEXT], "text": ["no"], "paper": ["X"], "y": ["1999"], "wave": ["b"]}
    pd.DataFrame(frame).to_csv(file, index=False)
    row = importers.read(file, text="words", source="paper", year="y", date="y").rows.iloc[0]
    wanted = {"doc_id": "row-1", "text": TEXT, "source": "X", "year": "1999", "date": "1999"}
    assert row[list(wanted)].to_dict() == wanted
    assert row["wave"] == "b"
    with pytest.raises(
        importers.ColumnError, match="'nope' is not in the table; choose from words"
    ):
        importers.read(file, source="nope")


@pytest.mark.parametrize(
    ("header", "text", "title"),
    [
        ("Titel;Inhalt", "b", "a"),
        ("Kop;Tekst", "b", "a"),
        ("headline;content", "b", "a"),
        ("headline;medium", "a", None),
        ("sentence;headline", "a", "b"),
        (" TEXT ;Title", "a", "b"),
    ],
)
def test_columns_are_found_by_the_names_exports_give_them(tmp_path, header, text, title):
    row = importers.read(put(tmp_path, "t.csv", f"{header}\na;b\n")).rows.iloc[0]
    assert (row["text"], row.get("title")) == (text, title)


CSV = [
    ("id,text\n1,one\n", ["one"], ""),
    ("id;text\n1;one, two\n", ["one, two"], ""),
    ("id\ttext\n1\tone, two\n", ["one, two"], ""),
    ("id|text\n1|one; two\n", ["one; two"], ""),
    ('"id,a;b;c;d",text\n1,one\n', ["one"], ""),
    ("sep=;\nid;text\n1;one\n", ["one"], ""),
    ('id,text\n1,"one\ntwo"\n2,"a ""b"" c"\n', ["one\ntwo", 'a "b" c'], ""),
    ("\ufeffid,text\r\n\r\n1,one\r\n", ["one"], "byte-order mark"),
    ("id,text\n1,one, two\n", ["one, two"], "more|3 cells where the header has 2: the last ones"),
    ("id,text,x\n1,one\n", ["one"], "2 cells where the header has 3: its text may be cut"),
    ("id,text,x\n1,one,,\n", ["one"], ""),
    ("text,x\n1,one,two\nok,x\n", ["ok"], "-"),
    ("id,text\nalone\n1,one\n", ["one"], "-"),
    ('id,text\n1,"open\n2,one\n3,two\n', ['"open', "one", "two"], "never closed"),
    ("text,text\none,two\n", ["one"], ""),
    ("text\none\n\ntwo\n", ["one", "two"], ""),
    ("id,text\n1,M\u00c3\u00bcnchen\n", ["München"], "mojibake"),
    ("id,text\n1,a\0b\n", ["a\ufffdb"], "NUL"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "texts", "problem"), CSV)
def test_csv_as_it_is_found(tmp_path, content, texts, problem):
    found = importers.read(put(tmp_path, "t.csv", content))
    assert list(found.rows["text"]) == texts
    if problem == "-":
        lost = found.report.loc[~found.report["kept"].astype(bool), "reason"].tolist()
        assert len(lost) == 1 and "where the header has 2" in lost[0]
    else:
        told = "; ".join(filter(None, found.report["problems"]))
        assert any(p in told for p in problem.split("|"))
        assert bool(told) == bool(problem)


def test_csv_in_other_encodings(tmp_path):
    content = "id;tekst\n1;één “twee”\n2;drie\n"
    for codec, told in (("cp1252", "cp1252"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")):
        found = importers.read(put(tmp_path, f"{codec}.csv", content.encode(codec)))
        assert list(found.rows["text"]) == ["één “twee”", "drie"]
        assert told in "".join(found.report["problems"])


def test_a_line_longer_than_any_document_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "LONGEST", 1000)
    long = "x" * 5000
    found = importers.read(put(tmp_path, "t.csv", f"id,text\n1,one\n2,{long}\n3,two\n"))
    assert list(found.rows["text"]) == ["one", "two"]
    assert "line 3 is longer than 1,000 characters" in list(found.report["reason"])
    found = importers.read(put(tmp_path, "t.jsonl", f'{{"text":"one"}}\n{{"text":"{long}"}}\n'))
    assert list(found.rows["text"]) == ["one"]
    assert "line 2 is longer" in found.report["reason"][1]
    with pytest.raises(DiscourseError, match="no header line"):
        importers.read(put(tmp_path, "u.csv", long))


def test_a_bad_line_of_json_is_reported_and_the_rest_goes_on(tmp_path):
    lines = ['{"id": 1, "text": "a"}', "{not", '["b"]', "", '{"id": null, "text": "x \\ud800 y"}',
             '{"id": "c", "text": null, "tags": ["p", 2]}', "[" * 100_000]  # fmt: skip
    found = importers.read(put(tmp_path, "t.jsonl", "\n".join(lines)))
    assert list(found.rows["text"]) == ["a", "x \ufffd y"]
    assert list(found.rows["doc_id"]) == ["1", "row-4"]
    assert "1 lone surrogate" in "".join(found.report["problems"])
    assert list(found.report["reason"]) == [
        "", "line 2 is not a JSON object", "line 3 is not a JSON object", "",
        "the row holds no words", "line 7 is not a JSON object",
    ]  # fmt: skip


def test_repeated_ids_are_kept_apart_also_across_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(tabular, "ROWS", 2)
    content = "id,text\na,one\na,two\na-2,three\nb,four\na,five\n,six\n"
    found = importers.read(put(tmp_path, "t.csv", content))
    assert list(found.rows["text"]) == ["one", "two", "three", "four", "five", "six"]
    assert list(found.rows["doc_id"]) == ["a", "a-2", "a-2-2", "b", "a-3", "row-6"]
    assert list(found.report["doc_id"]) == list(found.rows["doc_id"])
    assert found.report["problems"][4] == "doc_id 'a' repeated: now 'a-3'"


def test_parquet_of_any_kind_of_words(tmp_path):
    file = tmp_path / "t.parquet"
    columns = {
        "text": pa.array(["één", "twee\r\n", None]).dictionary_encode(),
        "title": pa.array([b"\xe9\xe9n", b"x", b"y"], pa.binary()),
        "year": pa.array([2001, 2002, 2003]),
    }
    pq.write_table(pa.table(columns), file)
    found = importers.read(file)
    assert list(found.rows["text"]) == ["één", "twee\n"]
    assert list(found.rows["title"]) == ["één", "x"]
    assert list(found.rows["year"]) == [2001, 2002]
    assert "line ends" in found.report["problems"][1]
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"caf\xe9"], pa.binary()).buffers())
    pq.write_table(pa.table({"text": broken}), file)
    assert list(importers.read(file).rows["text"]) == ["café"]
    pq.write_table(pa.table({"text": pa.array([1, 2])}), file)
    with pytest.raises(DiscourseError, match="holds int64, not text"):
        importers.read(file)


def test_parquet_comes_in_pieces_and_stays_in_arrow(tmp_path, monkeypatch):
    monkeypatch.setattr(tabular, "ROWS", 3)
    file = tmp_path / "t.parquet"
    pd.DataFrame({"text": [f"zin {i}" for i in range(10)]}).to_parquet(file)
    parts = list(importers.batches(file))
    assert [len(p.rows) for p in parts] == [3, 3, 3, 1]
    assert all(isinstance(p.rows["text"].dtype, pd.StringDtype) for p in parts)
    assert list(importers.read(file).rows["doc_id"])[-1] == "row-10"


def test_workbooks(tmp_path):
    file = tmp_path / "t.xlsx"
    with pd.ExcelWriter(file) as writer:
        days = pd.to_datetime(["2019-05-03", "2019-05-03T10:30"], format="ISO8601")
        one = {"Tekst": ["a", "b"], "Datum": days, "Jaar": [2019, 2019.0], "n": [1.5, None]}
        pd.DataFrame(one).to_excel(writer, sheet_name="one", index=False)
        pd.DataFrame({"text": ["c"]}).to_excel(writer, sheet_name="two", index=False)
    found = importers.read(file)
    assert list(found.rows["date"]) == ["2019-05-03", "2019-05-03T10:30:00"]
    assert list(found.rows["year"]) == ["2019", "2019"]
    assert dropped(found) == {"t.xlsx: two": "only the first sheet of a workbook is read"}


BAD_TABLES = [
    ("a.csv", "x,y\n1,2\n", "has no text column; name one of x, y with --text"),
    ("a.docm", "?", "not a format"),
    ("a.jsonl", "{not json", "cannot be read as jsonl: no line of it"),
    ("a.jsonl", "", "cannot be read as jsonl"),
    ("a.json", "{not json", "cannot be read as json"),
    ("a.json", "[" * 100_000, "cannot be read as json"),
    ("a.json", '{"a": [1], "b": [2]}', "2 lists where one"),
    ("a.json", '"text"', "no list of objects"),
    ("a.parquet", "no", "cannot be read as parquet"),
    ("a.parquet", b"PAR1 cut", "cannot be read as parquet"),
    ("a.xlsx", "no", "cannot be read as xlsx"),
    ("a.xlsx", archive(a="x"), "cannot be read as xlsx"),
    ("a.csv", "", "cannot be read as csv"),
    ("a.csv", "\n\n", "cannot be read as csv"),
    ("a.csv", PNG, "cannot be read as csv: the file is a PNG image"),
    ("a.csv", archive(a="x"), "cannot be read as csv: the file is a ZIP archive"),
    ("a.tsv", bytes(range(256)) * 9, "cannot be read as tsv: the file is not text"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD_TABLES)
def test_tables_that_cannot_be_used(tmp_path, name, content, message):
    with pytest.raises(DiscourseError, match=message) as error:
        importers.read(put(tmp_path, name, content))
    assert "\n" not in str(error.value)


def test_errors_are_one_sentence_without_a_traceback(tmp_path):
    with pytest.raises(DiscourseError, match="does not exist"):
        importers.read(tmp_path / "nowhere")
    with pytest.raises(DiscourseError, match="neither metadata"):
        importers.read(tmp_path)
    write(tmp_path, {"a.txt": TEXT}, "doc_id,path\n1,a.txt\n")
    with pytest.raises(DiscourseError, match="no column 'file'"):
        importers.read(tmp_path)
    with pytest.raises(importers.ColumnError, match="leave out --text"):
        importers.read(tmp_path, text="a")
    (tmp_path / "metadata.csv").write_bytes(b"")
    with pytest.raises(DiscourseError, match=r"'metadata\.csv' cannot be read"):
        importers.read(tmp_path)
    (tmp_path / "metadata.csv").unlink()
    with pytest.raises(importers.ColumnError, match="'krant' is not in the file names"):
        importers.read(tmp_path, source="krant")


# --- anything at all --------------------------------------------------------------------------


@given(rows=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=40)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_row_is_ever_lost_silently(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    file = folder / "t.jsonl"
    file.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in rows))
    found = importers.read(file)
    assert len(found.report) == len(rows)
    assert found.report["kept"].sum() == len(found.rows)
    assert found.rows["doc_id"].is_unique
    kept = found.report.loc[found.report["kept"].astype(bool), "doc_id"]
    assert list(kept) == list(found.rows["doc_id"])
    changed = found.report["problems"][found.report["kept"].astype(bool)].to_numpy() != ""
    given_texts = [t for _, t in rows if any(map(str.isalnum, t))]
    if len(given_texts) == len(found.rows):
        for own, written, told in zip(found.rows["text"], given_texts, changed, strict=True):
            assert told or own == written


@given(content=st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("bytes")
    for suffix in (".csv", ".jsonl", ".json", ".parquet", ".txt", ".tsv"):
        file = folder / f"a{suffix}"
        file.write_bytes(content)
        try:
            found = importers.read(file)
        except DiscourseError as error:
            assert "\n" not in str(error)
        else:
            assert found.report["kept"].sum() == len(found.rows)
            "".join(found.rows["text"]).encode()
