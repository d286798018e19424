"""Bytes → text: clean text untouched, every repair told."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import paths
from analysis.importers import encoding

BAD = "\r\0\u00adﬀﬁﬂﬃﬄ"


@pytest.mark.parametrize("file", sorted((paths.SEEDS / "documents").glob("*.txt")), ids=str)
def test_the_five_texts_come_back_byte_for_byte(file):
    raw = file.read_bytes()
    text, problems = encoding.decode(raw)
    assert (text.encode(), problems) == (raw, [])


@pytest.mark.parametrize(
    ("raw", "text", "problem"),
    [
        (b"", "", ""),
        (b"abc", "abc", ""),
        ("één – “twee” 北".encode(), "één – “twee” 北", ""),
        ("één".encode("cp1252"), "één", "not UTF-8: read as cp1252"),
        ("café".encode("cp1252"), "café", "not UTF-8: read as cp1252"),
        (b"\x93citaat\x94 \x80 5", "“citaat” € 5", "not UTF-8: read as cp1252"),
        (b"a\x81b\xe9", "a\ufffdbé", "1 byte without a meaning"),
        ("één".encode("utf-16"), "één", "read as UTF-16"),
        ("één".encode("utf-32"), "één", "read as UTF-32"),
        ("één en twee".encode("utf-16-le"), "één en twee", "UTF-16 without a byte-order mark"),
        ("één en twee".encode("utf-16-be"), "één en twee", "UTF-16 without a byte-order mark"),
        ("één".encode("utf-16")[:-1], "éé\ufffd", "1 character could not be read"),
        (b"\xef\xbb\xbfabc", "abc", "byte-order mark"),
        ("één é".encode()[:-1], "één \ufffd", "cut off within a character"),
        ("één, één ".encode() + b"\x93twee", "één, één “twee", "1 byte not UTF-8"),
        (b"a\x00b", "a\ufffdb", "1 NUL character"),
        (b"a\r\nb\rc\n", "a\nb\nc\n", "line ends"),
        ("Konfe\u00adrenz".encode(), "Konferenz", "1 soft hyphen"),
        ("eﬃciënt ﬁn".encode(), "efficiënt fin", "2 ligatures"),
        ("mens\u200b en\u200dt\u200f".encode(), "mens\u200b en\u200dt\u200f", ""),
    ],
)
def test_encodings_are_repaired_only_with_a_report(raw, text, problem):
    decoded, problems = encoding.decode(raw)
    assert decoded == text
    assert problem in "; ".join(problems)
    assert bool(problems) == bool(problem)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MÃ¼nchen", "München"),
        ("â€œJaâ€\u009d, zei hij", "“Ja”, zei hij"),
        ("het één en LÃ©on", "het één en Léon"),
        ("â‚¬ 5", "€ 5"),
        ("één\ntweeÃ«n", "één\ntweeën"),
    ],
)
def test_mojibake_is_undone(written, meant):
    text, problems = encoding.clean(written)
    assert text == meant
    assert problems == ["mojibake repaired in 1 line"]


@pytest.mark.parametrize(
    "text",
    [
        "Die Träume“ – und „Größe“", "CAFÉ» «", "SÃO PAULO", "Ångström – ÅRSMÖTE", "«É»", "VOIÀ…",
        "Noord–Korea’s coördinatie", "naïve â", "ÖVP–SPÖ–FPÖ“", "Ñandú “Ñ”", "Привет, «мир»", "Ä–Ö",
    ],
)  # fmt: skip
def test_what_only_looks_like_mojibake_stays(text):
    assert encoding.clean(text) == (text, [])


def test_a_clean_text_is_not_copied():
    text = "één " * 10
    assert encoding.clean(text)[0] is text


def test_lone_surrogates_are_replaced_one_for_one():
    assert encoding.clean("a\ud800b\udfff") == ("a\ufffdb\ufffd", ["2 lone surrogates replaced"])


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_utf8_comes_back_as_it_was_or_the_report_says_why(text):
    decoded, problems = encoding.decode(text.encode("utf-8", "replace"))
    assert problems or decoded == text.encode("utf-8", "replace").decode()
    assert not any(c in decoded for c in BAD)
    assert encoding.clean(decoded)[0] == decoded or "mojibake" in str(encoding.clean(decoded)[1])


@given(st.binary())
@settings(max_examples=300, deadline=None)
def test_any_bytes_become_a_text_that_can_be_written(raw):
    text, _ = encoding.decode(raw)
    text.encode()
    assert not any(c in text for c in BAD)


@given(st.lists(st.none() | st.text(), max_size=10))
@settings(max_examples=200, deadline=None)
def test_a_column_is_cleaned_as_its_cells_are(cells):
    cells = [c if c is None else c.encode("utf-8", "replace").decode() for c in cells]
    column, problems = encoding.clean_column(pa.array(cells, pa.large_string()))
    told = [([], "") if c is None else encoding.clean(c)[::-1] for c in cells]
    assert column.to_pylist() == [
        None if c is None else t[1] for c, t in zip(cells, told, strict=True)
    ]
    assert problems == {i: t[0] for i, t in enumerate(told) if t[0]}


def test_a_long_text_is_searched_to_its_end_and_across_pieces(monkeypatch):
    monkeypatch.setattr(encoding, "_LONG", 10)
    monkeypatch.setattr(encoding, "_PIECE", 16)
    for before in range(40):
        written = "é" * before + "â‚¬" + "é" * (40 - before)
        assert encoding.clean(written)[0] == written.replace("â‚¬", "€")
