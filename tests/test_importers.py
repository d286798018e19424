"""Folders and tables → rows and a report: nothing disappears silently."""

import json

import pandas as pd
import pytest

from analysis import corpus, importers
from analysis.results import DiscourseError

TEXT = "De minister zei niets."


def write(folder, files, metadata=None):
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    if metadata is not None:
        (folder / "metadata.csv").write_text(metadata, encoding="utf-8")
    return folder


def test_a_folder_reads_what_metadata_lists_and_nothing_else(tmp_path):
    write(tmp_path, {"a.txt": TEXT, "b.txt": TEXT}, "doc_id,file,source\nx,a.txt,Bron\n")
    found = importers.read(tmp_path)
    assert found.rows[["doc_id", "file", "source", "text"]].to_numpy().tolist() == [
        ["x", "a.txt", "Bron", TEXT]
    ]


def test_a_folder_without_metadata_reads_its_texts(tmp_path):
    write(tmp_path, {"b.txt": TEXT, "sub/a.txt": TEXT, "notes.md": "no"})
    assert list(importers.read(tmp_path).rows["doc_id"]) == ["b", "a"]


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("gone.txt", None, "no such file"),
        ("../secret.txt", None, "outside the corpus folder"),
        ("/etc/hostname", None, "outside the corpus folder"),
        ("empty.txt", b"", "holds no words"),
        ("blank.txt", b" \n\t\n", "holds no words"),
        ("image.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not text"),
        (".", None, "no such file"),
    ],
)
def test_a_bad_file_is_reported_and_the_rest_goes_on(tmp_path, file, content, reason):
    (tmp_path.parent / "secret.txt").write_text("secret")
    files = {"good.txt": TEXT} | ({file: content} if content is not None else {})
    write(tmp_path, files, f"doc_id,file\nbad,{file}\ngood,good.txt\n")
    found = importers.read(tmp_path)
    assert list(found.rows["doc_id"]) == ["good"]
    report = found.report.set_index("doc_id")
    assert not report.loc["bad", "kept"]
    assert reason in report.loc["bad", "reason"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    inside = tmp_path / "corpus"
    inside.mkdir()
    (inside / "link.txt").symlink_to(outside)
    write(inside, {}, "doc_id,file\nx,link.txt\n")
    assert importers.read(inside).rows.empty


@pytest.mark.parametrize(
    ("raw", "text", "problem"),
    [
        ("één".encode("cp1252"), "één", "cp1252"),
        ("één".encode("utf-16"), "één", "UTF-16"),
        (b"\xef\xbb\xbfabc", "abc", "byte-order"),
        (b"a\x00b", "a\ufffdb", "NUL"),
        (b"abc", "abc", ""),
    ],
)
def test_encodings_are_repaired_only_with_a_report(raw, text, problem):
    decoded, problems = importers.decode(raw)
    assert decoded == text
    assert problem in "; ".join(problems)
    assert bool(problems) == bool(problem)


@pytest.mark.parametrize("kind", importers.TABLES)
def test_every_kind_of_table_gives_the_same_corpus(tmp_path, kind):
    frame = pd.DataFrame(
        {"id": ["1", "2"], "headline": [TEXT, "Nog een zin."], "outlet": ["NOS", "AD"]}
    )
    file = tmp_path / f"table{kind}"
    if kind == ".xlsx":
        frame.to_excel(file, index=False)
    elif kind == ".parquet":
        frame.to_parquet(file)
    elif kind == ".jsonl":
        file.write_text("\n".join(json.dumps(r) for r in frame.to_dict("records")))
    else:
        frame.to_csv(file, index=False, sep="\t" if kind == ".tsv" else ",")
    made = corpus.load(file, language=None)
    assert list(made.documents["doc_id"]) == ["1", "2"]
    assert list(made.documents["text"]) == [TEXT, "Nog een zin."]
    assert list(made.documents["source"]) == ["NOS", "AD"]


def test_columns_can_be_named(tmp_path):
    file = tmp_path / "t.csv"
    pd.DataFrame({"words": [TEXT], "paper": ["X"], "y": ["1999"]}).to_csv(file, index=False)
    made = corpus.load(file, text="words", source="paper", year="y")
    assert made.documents[["doc_id", "source", "year"]].to_numpy().tolist() == [
        ["row-1", "X", 1999]
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "x,y\n1,2\n", "has no text column"),
        ("a.docm", "?", "not a format"),
        ("a.jsonl", "{not json", "cannot be read as jsonl"),
        ("a.parquet", "no", "cannot be read as parquet"),
        ("a.xlsx", "no", "cannot be read as xlsx"),
        ("a.csv", "", "cannot be read as csv"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, name, content, message):
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(DiscourseError, match=message):
        importers.read(file)


def test_errors_are_one_sentence_without_a_traceback(tmp_path):
    with pytest.raises(DiscourseError, match="does not exist"):
        importers.read(tmp_path / "nowhere")
    with pytest.raises(DiscourseError, match="neither metadata"):
        importers.read(tmp_path)
    write(tmp_path, {}, "doc_id,path\n1,a.txt\n")
    with pytest.raises(DiscourseError, match="no column 'file'"):
        importers.read(tmp_path)


def test_lone_surrogates_and_empty_rows_of_a_table(tmp_path):
    file = tmp_path / "t.jsonl"
    file.write_text('{"id": "a", "text": "x \\ud800 y"}\n{"id": "b", "text": ""}\n')
    found = importers.read(file)
    assert list(found.rows["text"]) == ["x \ufffd y"]
    assert "lone surrogates" in found.report["problems"][0]
    assert "no words" in found.report["reason"][1]
