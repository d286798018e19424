"""What THREATS.md promises: every line names tests that exist, and those that no other file holds.

Whoever adds a promise there adds its test here or beside the code that keeps it.
"""

import ast
import csv
import io
import json
import os
import pickle
import re
import socket
import subprocess
import sys
import types
import zipfile
from functools import lru_cache

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fixtures import make
from hours import not_hours

from analysis import cli, corpus, embeddings, execute, importers, lexicons, paths, terminal
from analysis.judging import store
from analysis.results import DiscourseError

PAGE = paths.ROOT / "THREATS.md"
NAMED = re.compile(r"`(test_\w+)::(test_\w+)`")
TEXT = "De minister sprak over Rusland en zweeg over de rest van de wereld."
ESCAPES = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202e"


# --- the page itself --------------------------------------------------------------------------


def promises():
    """Yield the lines of the page's tables of attacks: attack, what comes of it, tests."""
    attacks = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if attacks and line.startswith("| "):
            yield cells
        attacks = line.startswith("| attack |") or (attacks and line.startswith("|"))


@lru_cache
def functions_of(name):
    tree = ast.parse((paths.ROOT / "tests" / f"{name}.py").read_text(encoding="utf-8"))
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}


def test_every_line_names_tests_that_exist():
    lines = list(promises())
    assert len(lines) > 30
    for attack, result, *named in lines:
        found = NAMED.findall(" ".join(named))
        assert attack and result and found, f"no test is named: {attack}"
        for room, test in found:
            assert test in functions_of(room), f"{room}::{test} is not there: {attack}"


def test_every_test_here_is_named_by_the_page():
    named = {test for room, test in NAMED.findall(PAGE.read_text(encoding="utf-8"))
             if room == "test_threats"}  # fmt: skip
    own = {t for t in functions_of("test_threats") if t.startswith("test_")}
    about = {test_every_line_names_tests_that_exist.__name__,
             test_every_test_here_is_named_by_the_page.__name__}  # fmt: skip
    assert own - about == named


# --- what a corpus, or what lies beside it, could make the suite do -----------------------------


class Payload:
    """What would leave a mark if anybody unpickled it."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def payload(tmp_path):
    """A pickle that makes a folder, and the name of that folder."""
    mark = tmp_path / "owned"
    yield Payload(mark)
    assert not mark.exists()


@pytest.fixture
def discourse(capsys, monkeypatch):
    """Run the command; return its status, its standard output and its standard error."""
    monkeypatch.setattr(terminal, "SLOW", 1e6)

    def run(*argv):
        capsys.readouterr()
        status = cli.main([str(a) for a in argv])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def folder(tmp_path):
    """A corpus of one text."""
    place = tmp_path / "corpus"
    place.mkdir()
    (place / "a.txt").write_text(TEXT)
    return place


def test_pickles_in_a_corpus_are_named_and_never_loaded(folder, payload):
    raw = pickle.dumps(payload)
    for name in ("b.pkl", "c.joblib", "d.npz", "e.pt", "f.npy"):
        (folder / name).write_bytes(raw)
    found = importers.read(folder)
    assert found.rows["doc_id"].tolist() == ["a"] and len(found.report) == 6
    (folder / "metadata.csv").write_text("file\na.txt\nb.pkl\n")
    assert importers.read(folder).rows["file"].isin(["a.txt", "b.pkl"]).all()


def test_a_pickle_within_a_parquet_file_stays_bytes(tmp_path, payload):
    raw = pickle.dumps(payload)
    kind = {b"ARROW:extension:name": b"arrow.py_extension_type",
            b"ARROW:extension:metadata": raw}  # fmt: skip
    field = pa.field("text", pa.string(), metadata=kind)
    table = pa.table([pa.array([TEXT]), pa.array([raw])], pa.schema([field, ("b", pa.binary())]))
    pandas = {b"pandas": json.dumps({"columns": [{"name": "b", "pandas_type": "object",
              "numpy_type": "object", "metadata": {"encoding": "pickle"}}]}).encode()}  # fmt: skip
    pq.write_table(table.replace_schema_metadata(pandas), tmp_path / "t.parquet")
    assert importers.read(tmp_path / "t.parquet").rows["text"].tolist() == [TEXT]


def test_a_pickle_in_a_model_file_is_refused(tmp_path, monkeypatch, payload):
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    np.savez(tmp_path / "tone-evil.npz", about=np.array([payload], dtype=object))
    store.forget()
    with pytest.raises(ValueError, match="allow_pickle"):
        store.load("tone-evil", "nl")
    store.forget()


def test_a_model_of_vectors_is_read_without_code_and_pickles(monkeypatch):
    asked = {}
    room = types.ModuleType("sentence_transformers")
    room.SentenceTransformer = lambda name, **options: asked.update(options, name=name)
    monkeypatch.setitem(sys.modules, "sentence_transformers", room)
    embeddings._model.__wrapped__("own")
    assert asked == {
        "name": "own", "local_files_only": True, "trust_remote_code": False,
        "model_kwargs": {"use_safetensors": True},
    }  # fmt: skip


@pytest.mark.parametrize("about", ["[]", "{}", '{"hash": "x", "segments": ["../../t.csv"]}'])
def test_an_index_that_says_something_else_is_built_again(tmp_path, monkeypatch, about):
    monkeypatch.setenv("DISCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(corpus, "_LARGE", 0)
    (tmp_path / "t.csv").write_text(f"text\n{TEXT}\n")
    made = corpus.load(tmp_path / "t.csv")
    (made.folder / "corpus.json").write_text(about)
    assert corpus.load(tmp_path / "t.csv").hash == made.hash


def test_code_in_the_working_folder_is_not_run(tmp_path, monkeypatch):
    """A corpus is often the folder that somebody works in."""
    mark = tmp_path / "owned"
    for module in ("sphinx", "docutils", "numpy", "pandas", "html", "sitecustomize"):
        (tmp_path / f"{module}.py").write_text(f"open({str(mark)!r}, 'w')\n")
    (tmp_path / "matplotlibrc").write_text("backend: module://sphinx\n")
    started = []

    def run(command, **more):
        started.append(command)
        version = [*command[: command.index("sphinx") + 1], "--version"]
        return subprocess.CompletedProcess(version, 0, "", "")

    monkeypatch.setattr(execute.subprocess, "run", run)
    (tmp_path / "out").mkdir()
    execute.site(tmp_path, tmp_path / "out" / "site")
    monkeypatch.undo()
    (builds,) = started
    asked = [*builds[: builds.index("sphinx") + 1], "--version"]
    script = [str(paths.ROOT / ".venv" / "bin" / "discourse"), "--help"]
    for command in (asked, script if os.path.exists(script[0]) else asked):
        assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    assert not mark.exists()


def test_notebooks_and_programs_in_a_corpus_are_not_run(folder, tmp_path):
    mark = tmp_path / "owned"
    code = f"open({str(mark)!r}, 'w')\n"
    cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": []}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "evil.ipynb").write_text(json.dumps(book))
    for name in ("conftest.py", "setup.py", "__init__.py", "analysis.py"):
        (folder / name).write_text(code)
    found = importers.read(folder)
    assert found.rows["doc_id"].tolist() == ["a"] and len(found.report) == 6
    assert not mark.exists()


def test_the_environment_names_folders_and_nothing_else():
    """What the suite asks its environment for; it only hands the rest on to what it starts."""
    rooms = (paths.ROOT / "analysis").rglob("*.py")
    source = "\n".join(path.read_text(encoding="utf-8") for path in rooms)
    asked = re.findall(
        r"(?:environ\.get|environ\.pop|getenv)\(\s*(\S+?)[,)]|environ\[(.*?)\]", source
    )
    wanted = {f'"DISCOURSE_{name}"' for name in ("CACHE", "DATA", "FIGURES")}
    assert {one or other for one, other in asked} == wanted


def test_no_command_reaches_for_the_network(folder, discourse, monkeypatch):
    reached = []

    def refuse(*args, **more):
        reached.append(args)
        raise OSError("no network in this test")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    page = '<html><head><link rel="stylesheet" href="http://x.example/a.css"></head><body>'
    page += f'<img src="http://x.example/i.png"><iframe src="//x.example"></iframe><p>{TEXT}</p>'
    (folder / "b.html").write_text(page)
    outside = '<!DOCTYPE TEI SYSTEM "http://x.example/tei.dtd"><TEI><text><body><p>'
    (folder / "c.xml").write_text(f"{outside}{TEXT}</p></body></text></TEI>")
    body = '<w:p><w:hyperlink xmlns:r="r" r:id="r9"/><w:r><w:t>Een woord.</w:t></w:r></w:p>'
    (folder / "d.docx").write_bytes(make.docx(body))
    (folder / "e.pdf").write_bytes(make.pdf(info="/A << /S /URI /URI (http://x.example) >>"))
    for command in (["check"], ["kwic", "minister"]):
        assert discourse(command[0], folder, *command[1:])[0] == 0
    assert reached == []


# --- files within files ------------------------------------------------------------------------

LAUGHS = '<!DOCTYPE a [<!ENTITY e0 "ha">' + "".join(
    f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12)
) + "]>"  # fmt: skip


def _packed(file, part, change):
    """Change one member of an office document."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def _book():
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["text"], [TEXT]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "docx", "xml"])
@pytest.mark.parametrize("entity", ["bomb", "file"])
def test_entities_are_never_unfolded_in_any_format(tmp_path, kind, entity):
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    doctype, name = LAUGHS, b"&e11;"
    if entity == "file":
        doctype, name = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>', b"&x;"

    def change(content):
        content = re.sub(rb"^<\?xml[^>]*\?>\s*", b"", content)
        at = re.search(rb"<(?:w:)?t(?: [^>]*)?>", content).end()
        return doctype.encode() + content[:at] + name + content[at:]

    raw = {"xlsx": lambda: _packed(_book(), "xl/worksheets/sheet1.xml", change_cell(change)),
           "docx": lambda: _packed(make.docx(), "word/document.xml", change),
           "xml": lambda: change(f"<a><t>{TEXT}</t></a>".encode())}[kind]()  # fmt: skip
    file = tmp_path / f"a.{kind}"
    file.write_bytes(raw)
    with not_hours():
        try:
            found = importers.read(file).rows.to_csv()
        except DiscourseError as error:
            found = str(error)
    assert "geheim" not in found and "hahaha" not in found


def change_cell(change):
    """Write the cells of a sheet where they stand, as some programs do, and change the first."""

    def changed(content):
        cell = b'<c r="A1" t="inlineStr"><is><t>text</t></is></c>'
        return change(re.sub(rb"<c .*?</c>", cell, content, count=1))

    return changed


# --- work without end --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "begin", "again", "end"),
    [
        ("a.html", "<p>", "<div>", "een"), ("a.html", "<p>een ", "<", ""),
        ("a.html", "<p>een ", "&#", ""), ("a.html", "<p>een ", "<a href=", ""),
        ("a.rtf", "{\\rtf1 een ", "{", ""), ("a.rtf", "{\\rtf1 een ", "\\'", ""),
        ("a.xml", "<a>", "<b>", "een"), ("a.xml", "<a>een", "<!--", ""),
        ("a.csv", "text\neen\n", '"', ""), ("a.csv", "text\neen\n", '"a,\n', ""),
        ("a.json", "", "[", ""), ("a.jsonl", "", '{"a":', ""),
        ("a.pdf", "%PDF-1.4\n", "1 0 obj\n", ""), ("a.pdf", "%PDF-1.4\n", "<<", ""),
        ("a.txt", "een ", "Ã©", ""), ("a.txt", "een ", "\u0301", ""),
    ],
)  # fmt: skip
def test_no_file_takes_hours(tmp_path, name, begin, again, end):
    (tmp_path / name).write_text(begin + again * (200_000 // len(again)) + end, encoding="utf-8")
    with not_hours():
        try:
            importers.read(tmp_path / name)
        except DiscourseError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("again", ["a", "A.", "“", "'a ", "1.", "US ", "(a"])
def test_no_text_takes_hours(again):
    text = again * (60_000 // len(again))
    with not_hours():
        made = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [text], "language": "en"}))
        assert len(made.marks) >= 0 and len(corpus.check(made)) == 1
        lexicons.find(made, lexicons.load("actors"))


# --- what is shown ------------------------------------------------------------------------------


def test_messages_cannot_steer_a_terminal(folder, discourse, tmp_path):
    (folder / f"{ESCAPES}x.txt").write_text(TEXT)
    (folder / f"{ESCAPES}y.pdf").write_text("x")
    listing = folder / "metadata.csv"
    for content in (None, f"file\n{ESCAPES}\n", f"file,{ESCAPES}\na.txt\n", ESCAPES):
        if content:
            listing.write_text(content)
        for argv in (["check", folder], ["check", folder, "--source", "x"],
                     ["kwic", folder, ESCAPES], ["check", tmp_path / f"no{ESCAPES}"]):  # fmt: skip
            _, _, told = discourse(*argv)
            assert all(c.isprintable() for line in told.split("\n") for c in line)


class Screen(io.TextIOWrapper):
    """Standard output that says it is a terminal."""

    def isatty(self):
        return True


@pytest.mark.parametrize("screen", [True, False])
def test_results_on_a_terminal_cannot_steer_it_and_in_a_file_are_as_they_are(monkeypatch, screen):
    raw = io.BytesIO()
    kind = Screen if screen else io.TextIOWrapper
    monkeypatch.setattr(sys, "stdout", kind(raw, "utf-8"))
    shown = f"doc_id,text\na,{ESCAPES}één\tx\r\n"
    terminal.output(shown)
    wanted = re.sub("[\x07\x1b\x9b\u202e]", "\ufffd", shown) if screen else shown
    assert raw.getvalue().decode() == wanted


def test_names_of_files_become_ids_that_cannot_mislead(folder):
    (folder / "gpj\u202ecod\u2066.\x1b[31mx\u2028.txt").write_text(TEXT)
    ids = importers.read(folder).rows["doc_id"]
    assert len(ids) == 2 and all(c.isprintable() for c in "".join(ids))


def test_keys_of_a_lexicon_are_text_wherever_they_are_shown(folder, discourse, tmp_path):
    from analysis import tables

    key = '=HYPERLINK("http://x")<script>x()</script>'
    cells = [["key", "language", "pattern", "kind"], [key, "*", "minister", "name"]]
    with (tmp_path / "own.csv").open("w", newline="") as file:
        csv.writer(file).writerows(cells)
    lexicon = lexicons.load(tmp_path / "own.csv")
    made = corpus.load(folder)
    found = lexicons.find(made, lexicon)
    assert found["key"].tolist() == [key]
    shown = tables.table(found, columns={"key": key}, caption=key, footnote=key).html
    assert "<script>" not in shown and "&lt;script&gt;" in shown
