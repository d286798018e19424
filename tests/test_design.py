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
