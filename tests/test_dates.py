"""Dates in Dutch, German and English are read as they were written, or not at all."""

import datetime

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.importers import dates

DAY = "2022-03-12"


@pytest.mark.parametrize(
    "text",
    [
        "12 maart 2022", "12. März 2022", "12. Maerz 2022", "March 12, 2022", "12 March 2022",
        "zaterdag 12 maart 2022", "Samstag, 12. März 2022", "Sat, 12 Mar 2022 08:00 GMT",
        "12 mrt. 2022", "2022-03-12", "2022-03-12T08:00:00Z", "20220312", "12.03.2022",
        "12-Mar-2022", "12. 3. 2022", "Stand: 12. März 2022, 14:05 Uhr",
        "Published: March 12, 2022 Saturday 6:00 PM EST", "12 maart 2022 zaterdag",
        "March 12, 2022 Saturday, Late Edition - Final", "12th of March 2022", "MARCH 12TH, 2022",
        "12\xa0maart\xa02022", "12. Ma\u0308rz 2022", "2022/03/12", "Mar. 12, 2022",
        "12 Mrz 2022", "20220312T080000Z", "(12 maart 2022)", "2022-03-12 08:00:00+01:00",
    ],
)  # fmt: skip
def test_one_day_in_many_ways(text):
    assert dates.parse(text) == (DAY, "day")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12/03/2022", (DAY, "day")),
        ("12-3-2022", (DAY, "day")),
        ("03/25/2022", ("2022-03-25", "day")),
        ("03/12/2022 6:00 PM EST", (DAY, "day")),
        ("12. Jänner 2022", ("2022-01-12", "day")),
        ("9 Sept 2022", ("2022-09-09", "day")),
        ("Mär 2022", ("2022-03", "month")),
        ("maart 2022", ("2022-03", "month")),
        ("Spring issue, May 2022", ("2022-05", "month")),
        ("2022", ("2022", "year")),
        (" (2022) ", ("2022", "year")),
        ("29 februari 2024", ("2024-02-29", "day")),
        ("12 maart 2022, bijgewerkt 14 maart 2022", (DAY, "day")),
        ("March 12, 2022; corrected 2022-03-14", (DAY, "day")),
    ],
)
def test_order_precision_and_the_first_of_two(text, expected):
    assert dates.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "gisteren", "31 februari 2022", "29. Februar 2023", "31/04/2022", "2022-02-30",
        "20221345", "12 maart '22", "12/03/22", "12-03-22", "32 maart 2022", "112 maart 2022",
        "0 maart 2022", "13/13/2022", "Copyright 2022 De Krant", "12345678", "1.2.3.2022",
        "tel. 020-5551234", "maart", "marathon 2022", "12 marten 2022", "\0", "\ud800 2022",
    ],
)  # fmt: skip
def test_nothing_is_guessed(text):
    assert dates.parse(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12/03/2022", True), ("3-4-2022", True), ("12.03.2022", False), ("25/03/2022", False),
        ("03/25/2022", False), ("03/03/2022", False), ("12 maart 2022", False),
        ("2022-03-12", False), ("03/12/2022 6:00 PM EST", False), ("", False),
        ("12 maart 2022 (03/04/2022)", False),
    ],
)  # fmt: skip
def test_numbers_that_could_be_read_both_ways(text, expected):
    assert dates.ambiguous(text) is expected


DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))
WRITTEN = [
    "d MMMM y", "d. MMMM y", "d MMM y", "EEEE d MMMM y", "EEEE, d. MMMM y", "d MMMM y EEEE",
    "MMMM d, y", "MMM d, y", "MMMM d, y EEEE", "EEE, dd MMM y HH:mm",
]  # fmt: skip
NUMBERS = ["%Y-%m-%d", "%Y-%m-%dT08:00:00Z", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y"]


@pytest.mark.parametrize("locale", ["nl", "de", "de_AT", "en", "en_GB"])
@pytest.mark.parametrize("pattern", WRITTEN)
@given(DATES)
@settings(max_examples=30)
def test_every_date_written_out_is_read_back(locale, pattern, date):
    pattern = pattern.replace("HH:mm", "'08:00'")
    assert dates.parse(format_date(date, pattern, locale)) == (date.isoformat(), "day")


@pytest.mark.parametrize("pattern", NUMBERS)
@given(DATES)
@settings(max_examples=60)
def test_every_date_in_numbers_is_read_back(pattern, date):
    assert dates.parse(date.strftime(pattern)) == (date.isoformat(), "day")


@pytest.mark.parametrize("locale", ["nl", "de", "en"])
@given(DATES)
@settings(max_examples=30)
def test_every_month_is_read_back(locale, date):
    for pattern in ("MMMM y", "LLL y"):
        assert dates.parse(format_date(date, pattern, locale)) == (f"{date:%Y-%m}", "month")


@given(st.text() | st.text("0123456789-/. marchäz", max_size=40))
@settings(max_examples=300)
def test_any_text_gives_a_date_that_exists_or_none(text):
    found = dates.parse(text)
    dates.ambiguous(text)
    if found:
        value, precision = found
        assert {10: "day", 7: "month", 4: "year"}[len(value)] == precision
        datetime.date.fromisoformat((value + "-01-01")[:10])


def test_a_long_field_is_no_burden():
    assert dates.parse("1. " * 1_000_000 + "maart 2022") is None
