"""What fuzzing found, each once; and every target of the fuzzer with the inputs it begins from.

How to fuzz: ``python -m benchmarks.fuzz``.
"""

import pandas as pd
import pytest
from hours import not_hours

from analysis import corpus, importers, paths
from analysis.importers import formats, nexis
from analysis.results import DiscourseError
from benchmarks import fuzz_seeds, fuzz_targets


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_targets, "_folder", lambda: tmp_path)


# Judging reads models of many megabytes, and has hostile inputs of its own elsewhere.
@pytest.mark.parametrize("name", sorted({*fuzz_targets.targets()} - {"judged"}))
def test_what_must_hold_of_any_input_holds_of_those_it_begins_from(name):
    for seed in fuzz_seeds.seeds()[name]:
        fuzz_targets.targets()[name](seed)
        fuzz_targets.targets()[name](seed[: len(seed) // 2])


def test_every_target_has_an_input_to_begin_from():
    assert set(fuzz_seeds.seeds()) >= set(fuzz_targets.targets())


def test_the_last_run_took_ten_minutes_and_found_nothing():
    rows = pd.read_csv(paths.RESULTS / "fuzz.csv")
    assert rows["target"].tolist() == list(fuzz_targets.targets())
    assert rows["seconds"].sum() >= 600 and (rows["inputs"] > 0).all()
    assert (rows["findings"] == 0).all()


@pytest.mark.parametrize("broken", ["an exception", "a promise", "a fault of ours"])
def test_a_finding_is_found(broken, monkeypatch):
    def parse(raw, name):
        if broken == "an exception":
            raise ValueError(raw)
        if broken == "a promise":
            return [formats.Found("een\0twee", {}, ())]
        raise DiscourseError("the file cannot be read") from _fault()

    monkeypatch.setattr(formats, "documents", parse)
    with pytest.raises((ValueError, fuzz_targets.Finding)):
        fuzz_targets.targets()["html"](b"x")


def _fault():
    """A fault as one of our own modules would raise it."""
    try:
        formats.agree(None, ".pdf")
    except (AttributeError, TypeError) as error:
        return error


def refused(tmp_path, name, raw):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(DiscourseError) as told:
        importers.read(tmp_path / name)
    assert "\n" not in str(told.value) and "object has no attribute" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize("sign", ["(", "«", '" (', "'a "])
def test_signs_that_nothing_closes(sign):
    """Each was looked for to the end of its line."""
    text = sign * (500_000 // len(sign))
    with not_hours():
        made = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [text], "language": "nl"}))
        assert len(made.paragraphs) == 1


def test_tags_that_never_end_in_what_may_be_a_nexis_export():
    """Each was looked for to the end of the part: a packed file of 30 kB took days."""
    with not_hours():
        assert not nexis.looks_like(fuzz_seeds.packed({"word/document.xml": b"<" * 1_000_000}))


def test_a_word_document_of_something_else(tmp_path):
    """The message was one of Python's, of an attribute that is not there."""
    parts = dict(fuzz_seeds.office()["document.xml"][2]) | {"word/document.xml": b"<a>een</a>"}
    assert "Word" in refused(tmp_path, "a.docx", fuzz_seeds.packed(parts))


@pytest.mark.parametrize("sheet", [b"", b"<worksheet><sheetData><row>", b"<a/>"])
def test_a_workbook_with_a_broken_sheet(tmp_path, sheet):
    """The parser's error is a SyntaxError, which nobody caught."""
    parts = fuzz_seeds.office()["sheet.xml"][2] | {"xl/worksheets/sheet1.xml": sheet}
    assert "cannot be read as xlsx" in refused(tmp_path, "a.xlsx", fuzz_seeds.packed(parts))


def test_a_member_of_an_archive_without_a_name(tmp_path):
    """Python asks for the last letter of a name to tell whether it is a folder."""
    raw = fuzz_seeds.packed({"a.txt": b"een twee", "xx": b"drie"})
    (tmp_path / "a.zip").write_bytes(without_name(raw, b"xx"))
    found = importers.read(tmp_path / "a.zip")
    fuzz_targets.accounted(found)
    assert found.rows["text"].tolist() == ["een twee"]


def without_name(raw, name):
    """Take the name of a member out of a ZIP archive; what it holds moves to its extra field."""
    for mark, at, lengths in ((b"PK\3\4", 30, 26), (b"PK\1\2", 46, 28)):
        place = next(i for i in range(len(raw)) if raw[i:].startswith(mark)
                     and raw[i + at : i + at + len(name)] == name)  # fmt: skip
        sizes = (0).to_bytes(2, "little") + len(name).to_bytes(2, "little")
        raw = raw[: place + lengths] + sizes + raw[place + lengths + 4 :]
    return raw


@pytest.mark.parametrize("named", [None, "text"])
def test_names_of_columns_with_line_ends_in_a_message(tmp_path, named):
    """The message had as many lines as they."""
    (tmp_path / "a.csv").write_text('id,"een\ntwee","' + "x" * 500 + '"\n1,2,3\n')
    with pytest.raises(DiscourseError) as told:
        importers.read(tmp_path / "a.csv", text=named)
    assert "een twee" in str(told.value) and "\n" not in str(told.value)
    assert len(str(told.value)) < 300
