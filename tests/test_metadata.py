"""Metadata completed where it can be, reported where it cannot."""

import datetime

import pandas as pd
import pytest

from analysis import metadata

TODAY = datetime.date(2026, 6, 15)


def complete(**columns):
    n = max(len(v) for v in columns.values() if isinstance(v, list))
    frame = {"doc_id": [f"d{i}" for i in range(n)], "text": "A text.", "language": "en", **columns}
    documents, notes = metadata.complete(pd.DataFrame(frame, index=range(n)), today=TODAY)
    return documents, list(notes["problem"]), list(notes["reason"])


@pytest.mark.parametrize(
    ("given", "iso", "precision", "year", "problem"),
    [
        ("2019-05-03", "2019-05-03", "day", 2019, ""),
        ("2019-05", "2019-05", "month", 2019, ""),
        ("2019", "2019", "year", 2019, ""),
        ("2018-02/2018-03", "2018-02/2018-03", "month", 2018, ""),
        ("2015-02-02T10:18:37Z", "2015-02-02T10:18:37Z", "day", 2015, ""),
        ("2019-05-03 00:00:00", "2019-05-03", "day", 2019, ""),
        (" 3 mei 2019 ", "2019-05-03", "day", 2019, ""),
        ("3. März 2019", "2019-03-03", "day", 2019, ""),
        ("March 3, 2019", "2019-03-03", "day", 2019, ""),
        ("03-04-2019", "2019-04-03", "day", 2019, "date '03-04-2019' read as day, month, year"),
        ("foo", "foo", "", None, "date 'foo' cannot be read"),
        ("foo 2019 bar", "foo 2019 bar", "", 2019, "date 'foo 2019 bar' cannot be read"),
        ("2019-13-45", "2019-13-45", "", 2019, "cannot be read"),
        ("12-03-22", "12-03-22", "", None, "cannot be read"),
        ("unknown", "unknown", "", None, ""),
        ("", "", "", None, ""),
        ("2093-01-01", "2093-01-01", "day", 2093, "the year 2093 lies in the future"),
        ("2026-12-31", "2026-12-31", "day", 2026, "the date 2026-12-31 lies in the future"),
        ("2026-06-15", "2026-06-15", "day", 2026, ""),
    ],
)
def test_dates(given, iso, precision, year, problem):
    documents, problems, reasons = complete(date=[given])
    row = documents.iloc[0]
    assert (row["date"], row["date_precision"]) == (iso, precision)
    assert row["year"] == year if year else pd.isna(row["year"])
    assert problem in problems[0] and bool(problem) == bool(problems[0])
    assert reasons == [""]


@pytest.mark.parametrize(
    ("given", "date", "year", "problem"),
    [
        ("2019", "", 2019, ""),
        (2019, "", 2019, ""),
        (2019.0, "", 2019, ""),
        ("2019.0", "", 2019, ""),
        (" 2019", "", 2019, ""),
        (None, "2018-01-02", 2018, ""),
        ("", "2018-01-02", 2018, ""),
        ("two thousand", "2018-01-02", 2018, "year 'two thousand' is no year"),
        ("19", "", None, "year '19' is no year"),
        ("20.5", "", None, "is no year"),
        ("-3", "", None, "is no year"),
        ("99999", "", None, "is no year"),
        ("inf", "", None, "is no year"),
        ("2093", "", 2093, "the year 2093 lies in the future"),
        ("2019", "2018-01-02", 2019, "its year is 2019, its date 2018-01-02"),
    ],
)
def test_years(given, date, year, problem):
    documents, problems, _ = complete(year=[given], date=[date])
    found = documents["year"][0]
    assert found == year if year else pd.isna(found)
    assert documents["year"].dtype == "Int64"
    assert problem in problems[0] and bool(problem) == bool(problems[0])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("nl", "nl"), ("NL ", "nl"), ("nld", "nl"), ("dut", "nl"), ("nl_BE", "nl"),
        ("nl-Latn-NL", "nl"), ("Dutch", "nl"), ("Nederlands", "nl"), ("Niederländisch", "nl"),
        ("Flemish", "nl"), ("Deutsch", "de"), ("German", "de"), ("Duits", "de"), ("de-CH", "de"),
        ("en-GB", "en"), ("ENGLISH; English", "en"), ("Englisch", "en"), ("eng", "en"),
        ("Dutch (Belgium)", "nl"), ("English, German", None), ("French", None), ("fr-FR", None),
        ("klingon", None), ("unknown", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_languages_however_they_are_written(given, code):
    english = "The minister said that the sanctions against Russia would stay in place this year."
    documents, problems, reasons = complete(language=[given], text=[english])
    if code is None:
        assert documents.empty
        assert reasons[0].endswith("is not one of de, en, nl")
        return
    assert list(documents["language"]) == [code]
    assert problems == ["language guessed: en" if given in ("", "unknown") else ""]


def test_ids_are_kept_apart_from_those_before():
    seen = set()
    for ids, made in ((["a", "a", "a-2"], ["a", "a-3", "a-2"]), (["b", "a"], ["b", "a-4"])):
        frame = pd.DataFrame({"doc_id": ids, "text": "A text.", "language": "en"})
        documents, notes = metadata.complete(frame, seen=seen)
        assert list(documents["doc_id"]) == list(notes["doc_id"]) == made
    assert seen == {"a", "a-2", "a-3", "b", "a-4"}
    assert list(notes["problem"]) == ["", "doc_id 'a' repeated: now 'a-4'"]


def test_the_report_says_what_became_of_every_row():
    rows = pd.DataFrame(
        {"doc_id": ["x", "y", "y"], "text": "A text.", "language": ["fr", "en", "en"]}
    )
    imported = pd.DataFrame(
        {
            "doc_id": ["gone", "x", "y", "y"], "file": "f", "problems": ["", "", "odd", ""],
            "kept": [False, True, True, True], "reason": ["lost", "", "", ""],
        }
    )  # fmt: skip
    documents, notes = metadata.complete(rows)
    for given in (imported, imported.iloc[1:], None):
        report = metadata.reported(rows, given, notes).iloc[-3:]
        assert list(report["doc_id"]) == ["x", "y", "y-2"]
        assert list(report["kept"]) == [False, True, True]
        assert "'fr' is not one of" in report["reason"].iloc[0]
        assert report["problems"].iloc[2] == "doc_id 'y' repeated: now 'y-2'"
    assert list(documents["doc_id"]) == ["y", "y-2"]
    assert list(imported["kept"]) == [False, True, True, True]


def test_what_is_missing_is_unknown_and_the_rows_stay_as_they_were():
    rows = pd.DataFrame({"doc_id": [1], "text": ["A text."], "language": ["en"], "source": [None]})
    before = rows.copy()
    documents, _ = metadata.complete(rows)
    assert documents["source"][0] == "unknown"
    assert documents["doc_id"][0] == "1"
    assert [*metadata.COLUMNS, "text"] == list(documents.columns)
    pd.testing.assert_frame_equal(rows, before)


def test_no_rows_at_all():
    documents, notes = metadata.complete(pd.DataFrame({"doc_id": [], "text": []}, dtype=str))
    assert documents.empty and notes.empty
    assert metadata.reported(documents, None, notes).empty


def test_short_texts_go_with_the_language_of_nearly_all():
    dutch = ["De ministers hebben gisteren opnieuw over de sancties gesproken."] * 30
    texts = [
        "30.000",
        *dutch[1:],
        "Der Winter kommt zurück",
        "The talks " + "about the sanctions go on " * 5,
    ]
    rows = pd.DataFrame({"doc_id": [str(i) for i in range(32)], "text": texts})
    documents, notes = metadata.complete(rows)
    assert documents["language"].tolist() == ["nl"] * 31 + ["en"]
    assert "as of nearly all texts" in notes["problem"][30]
    assert "by itself: none" in notes["problem"][0]
    few, _ = metadata.complete(rows.iloc[-2:])
    assert few["language"].iloc[0] != "nl"
