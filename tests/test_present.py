"""Every figure and table of the notebooks has its wording, and no wording is left over."""

import json
import re
import tomllib

import pandas as pd
import pytest

from analysis import paths, present
from analysis.measures import design
from analysis.plots.tiles import tiles
from analysis.results import DiscourseError


def used(kind):
    source = "\n".join(
        "".join(cell["source"])
        for book in sorted(paths.NOTEBOOKS.glob("*.ipynb"))
        for cell in json.loads(book.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    )
    names = "(?:table|folds)" if kind == "table" else kind
    calls = re.findall(rf"present\.{names}\(\s*(.*)", source)
    return {name for call in calls for name in re.findall(r"\"(0\d-[a-z-]+)\"", call)}


@pytest.mark.parametrize(("kind", "function"), [("figures", "figure"), ("tables", "table")])
def test_wording_and_notebooks_agree(kind, function):
    written = tomllib.loads((paths.NOTEBOOKS / "wording.toml").read_text(encoding="utf-8"))
    assert set(written[kind]) == used(function)


def test_a_figure_takes_its_words_and_tells_every_row(seeds, tmp_path, monkeypatch):
    monkeypatch.setenv("DISCOURSE_FIGURES", str(tmp_path))
    cells = design.cells(seeds)
    made = present.figure(tiles(cells), cells, "01-corpus-design", corpus=seeds)
    assert made.facts["title"] == present.wording("figures", "01-corpus-design")["title"]
    assert all(source in made.facts["alt"] for source in cells["source"])


def test_a_table_unfolds_its_sentences(seeds):
    from analysis import lexicons
    from analysis.measures.actors import actors

    rows = lexicons.named(actors(seeds, n_boot=9)).query("n > 0").head(2)
    html = present.table(rows, "00-most", corpus=seeds, unfold=2)._repr_html_()
    assert html.count("<details") >= 2
    assert "<mark" in html


def test_a_column_that_says_nothing_in_any_row_is_left_out(seeds):
    rows = seeds.documents.assign(words=1, alignment="")
    shown = present.table(rows, "01-texts")
    assert "leaning" not in str(shown)
    assert "translation" in str(shown)


def test_missing_words_are_an_error():
    with pytest.raises(DiscourseError, match="has no"):
        present.wording("tables", "99-none")


def test_folds_show_every_term_and_unfold_to_numbers_and_sentences(seeds):
    from analysis.measures.keyness import keyness, leading

    rows = leading(keyness(seeds, by="doc_id", unit="concept", n_boot=9), 3)
    made = present.folds(rows, "02-concepts", by="group", corpus=seeds, unfold=1)
    html = made._repr_html_()
    for row in rows.itertuples():
        assert f"{row.concept} {row.n}" in html
    assert html.count("<summary style") == rows["group"].nunique()
    assert html.count("<cite>") == len(rows)
    assert html.count("Hardie") == 1
    nothing = present.folds(rows.head(0), "02-concepts", by="group")
    assert "Nothing to show" in nothing._repr_html_()


def test_labels_take_the_signs_of_their_remarks():
    import pandas as pd

    why = pd.Categorical(["x", None, "y"], categories=["x", "y"])
    rows = pd.DataFrame({"name": ["a", "<b>", "c"], "why": why})
    assert present.signed(rows, "name", "why") == ["† a", "<b>", "‡ c"]


def test_a_line_of_folds_may_be_a_template_and_groups_of_several_columns():
    rows = pd.DataFrame(
        {"name": ["A", "A", "B"], "group": ["x", "x", "x"], "form": ["name", "capital", "name"],
         "mentions": [2, 1, 3], "estimate": [0.5, 0.25, 1.0], "examples": "", "verdict": ""}
    )  # fmt: skip
    made = present.folds(rows, "05-naming", by=["name", "group"], line="{form} {mentions}")
    assert "A, x: name 2; capital 1" in made.text
    assert "B, x: name 3" in made.text
    assert made.html.count("<details>") == 2
