import csv
import io
import json
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis import export, places, results
from analysis.plots.dots import dots
from analysis.results import DiscourseError


@pytest.fixture
def rows():
    lines = [
        {"term": "=1+1", "estimate": 1 / 3, "lo": 0.1, "hi": 0.5, "n_docs": 4, "n": 3},
        {"term": "vrede <b>", "estimate": 0.7, "n_docs": 1, "n": 9},
        {"term": "$x$", "n_docs": 1, "n": 0},
    ]
    made = [dict(line, unit="share") for line in lines]
    return results.frame(made, measure="frequency", keys=["term"])


@pytest.fixture
def write(rows, tmp_path):
    corpus = SimpleNamespace(hash="abc", documents=pd.DataFrame({"doc_id": list("abcde")}))

    def run(folder="a", **more):
        said = {"name": "02-words", "title": "Words", "caption": "What", "alt": 'Dots & "bars"'}
        return export.figure(
            dots(rows), rows, corpus=corpus, folder=tmp_path / folder, **{**said, **more}
        )

    return run


def test_bundle_is_written_whole_and_the_same_twice(write):
    first, second = write("a"), write("b")
    assert [f.name for f in first.files] == [f"02-words.{k}" for k in export.KINDS]
    for one, two in zip(first.files, second.files, strict=True):
        assert one.read_bytes() == two.read_bytes(), one.name
    assert {f.name for f in first.files[0].parent.iterdir()} == {f.name for f in first.files}
    assert first._repr_html_() == second._repr_html_()


def test_pictures_hold_no_date_and_no_address(write):
    for file in write().files[:3]:
        content = file.read_bytes()
        assert b"CreationDate" not in content
        assert b"<dc:date>" not in content
        assert b"matplotlib.org" not in content


def test_svg_speaks_and_png_is_print_size(write):
    svg, png = (f.read_bytes() for f in write().files[:2])
    head = svg.decode()[:1500]
    assert 'role="img"' in head
    assert "<title>Words</title>" in head
    assert "<desc>Dots &amp; &quot;bars&quot;</desc>" in head
    width = int.from_bytes(png[16:20])
    assert width == round(3.35 * 300)


def test_csv_is_the_frame_and_no_formula(write, rows):
    text = write().files[3].read_text()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["term"] for line in lines] == ["'=1+1", "vrede <b>", "$x$"]
    assert lines[0]["estimate"] == "0.33333333"
    assert lines[2]["estimate"] == lines[1]["lo"] == ""
    assert "\r" not in text


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_every_formula_start_is_made_safe(text):
    back = pd.read_csv(io.StringIO(export.to_csv(pd.DataFrame({text: [text, "a"]}))))
    assert back.iloc[0, 0].startswith("'")
    assert back.columns[0].startswith("'")


def test_csv_keeps_negative_numbers_and_joins_ids():
    frame = pd.DataFrame({"estimate": [-1.5], "sentences": [(3, 14)], "n": [2]})
    assert export.to_csv(frame) == "estimate,sentences,n\n-1.5,3 14,2\n"


def test_json_says_what_a_reader_must_know(write):
    said = json.loads(write(warning="below the bar", correction="FDR").files[4].read_text())
    assert (said["n"], said["N"], said["n_docs"]) == (2, 5, 4)
    assert said["corpus"] == "abc"
    assert said["measure"] == ["frequency"]
    assert said["seed"] == 0
    assert said["correction"] == "FDR"
    assert said["alt"].endswith("Warning: below the bar")
    assert {"discourse", "matplotlib", "pandas"} <= set(said["versions"])


def test_page_shows_alt_caption_files_and_sentences(write):
    found = pd.DataFrame({"doc_id": ["nl"], "text": ["<i>Kim</i>"]})
    page = write(evidence={"Kim <3": found}, caption="<u>", accuracy="Accuracy .7")._repr_html_()
    assert 'alt="Dots &amp; &quot;bars&quot;"' in page
    assert "&lt;u&gt;" in page
    assert "Accuracy .7. 2 estimates drawn, 5 documents." in page
    assert "02-words.csv" in page
    assert "<summary>Kim &lt;3</summary>" in page
    assert "<i>" not in page
    assert re.search(r'src="data:image/svg\+xml;base64,', page)


def test_evidence_may_be_one_frame_or_asked_for_row_by_row(write):
    found = pd.DataFrame({"doc_id": ["nl"], "text": ["Kim"]})
    assert write(evidence=found)._repr_html_().count("<li>") == 1
    page = write(evidence=lambda row: found)._repr_html_()
    assert page.count("<li>") == 3
    assert "<summary>vrede &lt;b&gt;</summary>" in page


def test_folder_comes_from_the_environment(rows, tmp_path, monkeypatch):
    monkeypatch.setenv("DISCOURSE_FIGURES", str(tmp_path / "else"))
    shown = export.figure(dots(rows), rows, name="x", title="t", caption="c", alt="a")
    assert shown.files[0] == tmp_path / "else" / "x.svg"
    assert shown.facts["corpus"] is None
    assert shown.facts["N"] == 4


def test_errors_name_the_parameter(write):
    with pytest.raises(DiscourseError, match=r"'\.\./up'"):
        write(name="../up")
    with pytest.raises(DiscourseError, match="empty alt"):
        write(alt=" ")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    places.write({file: b"old"})
    with pytest.raises(TypeError):
        places.write({file: "not bytes"})
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_latex_prints_text_as_it_is():
    assert export.latex(r"50% of $x_1 & \y") == r"50\% of \$x\_1 \& \textbackslash{}y"
