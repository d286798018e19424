"""What is said of a method's accuracy beside its chart."""

import pandas as pd
import pytest

from analysis import accuracy


@pytest.fixture
def folder(tmp_path):
    def rows(language, genre, value, lo, f1):
        common = {"task": "t", "method": "m", "language": language, "genre": genre, "dataset": "d"}
        figures = [("accuracy", value, lo), ("macro_f1", f1, f1 - 0.05), ("majority", 0.5, None)]
        return [
            {**common, "metric": m, "value": v, "lo": low, "hi": v + 0.05, "n": 100}
            for m, v, low in figures
        ]

    made = rows("en", "news", 0.7, 0.65, 0.66) + rows("de", "news", 0.52, 0.45, 0.4)
    pd.DataFrame(made).reindex(columns=accuracy.COLUMNS).to_csv(
        tmp_path / "accuracy.csv", index=False
    )
    return tmp_path


def test_a_licence_needs_this_language_this_genre_and_the_bar(folder):
    good = accuracy.licence("t", "en", "News", folder=folder)
    assert good.clears and good.measured
    low = accuracy.licence("t", "de", "news", folder=folder)
    assert low.measured and not low.clears
    assert "does not clear" in low.text
    other = accuracy.licence("t", "en", "speeches", folder=folder)
    assert not other.measured and not other.clears
    assert "nearest measured: English news" in other.text


def test_a_warning_tells_unmeasured_from_below_the_bar():
    said = accuracy.warning("stance", ["nl", "en"], "foreign-policy reports and comment")
    assert said.startswith("Measured below the declared bar for Dutch and English")
    assert accuracy.warning("stance", ["en"], "poems").startswith("Never measured for English")
    assert accuracy.warning("stance", ["en"], "political news sentences") == ""


def test_quotations_are_measured():
    assert "precision" in accuracy.quotations()
