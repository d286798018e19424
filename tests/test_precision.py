"""What is told of the precision read by hand."""

import pandas as pd
import pytest

from analysis import paths, precision

COLUMNS = ("set", "task", "language", "class", "n", "right", "precision", "lo", "hi")


@pytest.fixture
def read(tmp_path, monkeypatch):
    rows = [
        ("test", "predication", "nl", "all", 40, 30, 0.75, 0.6, 0.86),
        ("test", "predication", "nl", "subject", 20, 18, 0.9, 0.7, 0.97),
        ("test", "predication", "nl", "object", 12, 6, 0.5, 0.25, 0.75),
        ("test", "predication", "nl", "adjective", 2, 2, 1.0, 0.3, 1.0),
        ("dev", "predication", "nl", "subject", 99, 99, 1.0, 0.9, 1.0),
        ("test", "references", "nl", "all", 10, 10, 1.0, 0.7, 1.0),
    ]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(tmp_path / "references.csv", index=False)
    monkeypatch.setattr(paths, "RESULTS", tmp_path)


def test_seldom_read_and_unsure_classes_stand_apart(read):
    told = precision.told("predication", ["nl"])
    assert told.startswith("Dutch: 30 of 40 read by hand were right (75% [60%, 86%];")
    sure, unsure = told.split("Unsure: ")
    assert "subject 18 of 20" in sure
    assert unsure == "object 6 of 12. Hardly known, read too seldom: adjective 2 of 2."


def test_what_was_seen_in_development_is_not_told(read):
    assert "99" not in precision.told("predication", ["nl"])


def test_a_language_nobody_read_says_so_and_no_language_is_silent(read):
    assert precision.told("references", ["xx"]).startswith("xx: never read by hand")
    assert precision.told("references", ["nl", "nl"]).count("Dutch") == 1
    assert precision.told("references", []) == ""


def test_the_files_shipped_are_told_for_all_languages():
    for task in ("references", "predication"):
        told = precision.told(task, ["nl", "en", "de"])
        assert told.count("read by hand were right") == 3
