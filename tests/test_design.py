"""What the metadata let one compare."""

import pandas as pd

from analysis import corpus
from analysis.measures import design


def made(*cells):
    rows = [
        {"doc_id": f"d{i}", "text": "A text.", "source": s, "year": y, "language": lang}
        for i, (s, y, lang) in enumerate(cells)
    ]
    return corpus.from_rows(pd.DataFrame(rows))


def verdicts(made_corpus):
    return design.comparability(made_corpus).set_index("factor")["verdict"]


def test_cells_count_texts_and_kept_words(seeds):
    cells = design.cells(seeds)
    assert cells["n_docs"].sum() == 5
    assert cells["n_tokens"].sum() == seeds.tokens.kept.sum()


def test_single_texts_are_not_groups(seeds):
    said = verdicts(seeds)
    assert said["source"].startswith("every group is a single text: texts can be compared")
    assert said["year"].startswith("3 of 4 groups are single texts")
    assert said["language"].startswith("2 of 3 groups are single texts")
    assert said.str.contains("moves with").all()


def test_factors_that_move_together_are_named():
    pairs = [("A", 2020, "en")] * 6 + [("B", 2021, "en")] * 6
    said = verdicts(made(*pairs))
    assert said["source"] == "moves with year, so a difference may be due to either"
    assert said["language"] == "one group: nothing to compare"


def test_a_crossed_design_can_be_compared():
    crossed = [(s, y, "en") for s in "AB" for y in (2020, 2021) for _ in range(5)]
    assert verdicts(made(*crossed))["source"] == "groups can be compared"
    few = [(s, y, "en") for s in "AB" for y in (2020, 2021)]
    assert "rough" in verdicts(made(*few))["source"]


def test_many_texts_are_grouped_by_what_they_have_and_the_largest_are_shown():
    many = made(*[(f"s{i % 15:02}", 2000 + i % 2, "en") for i in range(45)])
    chosen = design.grouping(many)
    assert chosen.by == "source"
    assert len(chosen.shown) == design.SHOWN
    assert list(chosen.shown) == sorted(chosen.shown)
    assert "15 groups, of which the 12 with most words are shown" in chosen.told
    assert design.grouping(many, "year").shown == ("2000", "2001")
    assert design.grouping(made(*[("unknown", None, "en")] * 20)).by == "doc_id"


def test_many_years_are_put_together_by_decade():
    years = made(*[("A", 1985 + i, "en") for i in range(30)])
    chosen = design.grouping(years)
    assert (chosen.by, chosen.shown) == ("decade", ("1980s", "1990s", "2000s", "2010s"))
    assert design.cells(years)["year"].tolist() == ["1980s", "1990s", "2000s", "2010s"]
    few = made(*[("A", 2000 + i % 12, "en") for i in range(30)])
    assert design.grouping(few).by == "year"
    assert design.cells(few)["year"].tolist() == list(range(2000, 2012))


def test_sources_beyond_those_there_is_room_for_stand_together_and_last():
    cells = design.cells(made(*[(f"s{i:02}", 2020, "en") for i in range(30)]))
    assert len(cells) == design.ROOM + 1
    assert cells["source"].iloc[-1] == "6 other sources"
    assert cells["n_docs"].sum() == 30


def test_a_few_texts_are_compared_text_by_text(seeds):
    chosen = design.grouping(seeds)
    assert chosen.by == "doc_id"
    assert set(chosen.shown) == set(seeds.documents["doc_id"])


def test_size_says_when_and_in_what_language(seeds):
    said = design.size(seeds)
    assert (said["n"], said["words"]) == (5, seeds.tokens.kept.sum())
    assert said["years"] == " of 2017, 2018, 2024 and 2025"
    assert design.size(made(("A", None, "en")))["years"] == ", no year known"
    assert design.size(made(*[("A", y, "en") for y in range(1990, 2000)]))["years"] == (
        " of 1990 to 1999"
    )
