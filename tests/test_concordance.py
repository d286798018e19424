import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import query
from analysis.measures import concordance as c
from analysis.results import DiscourseError

TEXTS = [
    "“Noord-Korea” dreigt. De sancties tegen Noord-Korea bleven; sanctieregime of niet.\n"
    "De Noord-Koreaanse leider zei: geen  sancties meer!",
    "Sancties. Meer sancties (en meer) volgen in 2017.",
    "",
]


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    rows = [
        {"doc_id": f"d{i}", "language": "nl", "source": "x", "year": 2024, "text": t}
        for i, t in enumerate(TEXTS)
    ]
    return corpora.from_rows(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("pattern", "nodes"),
    [
        ("sancties", ["sancties", "sancties", "Sancties", "sancties"]),
        ("SANCTIE*", ["sancties", "sanctieregime", "sancties", "Sancties", "sancties"]),
        ("noord-korea*", ["Noord-Korea", "Noord-Korea", "Noord-Koreaanse"]),
        ("geen sancties", ["geen  sancties"]),
        ("*regime", ["sanctieregime"]),
        ("s*e*regime", ["sanctieregime"]),
        ("sancties meer", ["sancties meer"]),
        ("meer sancties", ["Meer sancties"]),
        ("s.ncties", []),
        ("[s]ancties", []),
        ("olifant", []),
        ("2017", ["2017"]),
    ],
)
def test_patterns(corpus, pattern: str, nodes: list[str]) -> None:
    assert c.concordance(corpus, pattern)["node"].tolist() == nodes


def test_lines_are_verbatim_and_whole(corpus) -> None:
    for window in (0, 1, 3, 99):
        lines = c.concordance(corpus, "sanctie*", window=window)
        texts = corpus.documents.set_index("doc_id")["text"]
        for line in lines.itertuples():
            text = texts[line.doc_id]
            assert text[line.start : line.end] == line.node
            assert text[: line.start].endswith(line.left)
            assert text[line.end :].startswith(line.right)
            sentence = corpus.sentences.loc[line.sentence]
            assert sentence["start"] <= line.start < line.end <= sentence["end"]
    first = lines.iloc[0]
    assert first["left"] + first["node"] + first["right"] == TEXTS[0]


def test_window_counts_words_and_stays_in_the_document(corpus) -> None:
    line = c.concordance(corpus, "sancties", window=2).iloc[0]
    assert (line["left"], line["right"]) == ("dreigt. De ", " tegen Noord-Korea")
    assert c.concordance(corpus, "sancties", window=2).iloc[2]["left"] == ""


def test_a_sample_is_seeded_and_does_not_depend_on_the_order_of_documents(corpus) -> None:
    sample = c.concordance(corpus, "*", n=5, seed=1)
    assert len(sample) == 5
    pd.testing.assert_frame_equal(sample, c.concordance(corpus, "*", n=5, seed=1))
    turned = corpora.from_rows(corpus.documents.iloc[::-1])
    other = c.concordance(turned, "*", n=5, seed=1)
    places = {(a, b) for a, b in zip(sample["doc_id"], sample["start"], strict=True)}
    assert places == set(zip(other["doc_id"], other["start"], strict=True))


def test_marked_places_are_shown_unless_left_out() -> None:
    seeds = corpora.load()
    every, kept = (c.concordance(seeds, "*", include_marked=flag) for flag in (True, False))
    assert len(every) == len(seeds.tokens.ids) > len(kept) == seeds.tokens.kept.sum()


def test_nothing_found_is_an_empty_frame_with_columns(corpus) -> None:
    assert list(c.concordance(corpus, "olifant").columns) == list(c.COLUMNS)
    empty = corpora.from_rows(corpus.documents.iloc[:0])
    assert list(c.concordance(empty, "olifant").columns) == list(c.COLUMNS)


@pytest.mark.parametrize("pattern", ["", "  ", "(!)", "…"])
def test_a_pattern_without_words_is_refused(corpus, pattern: str) -> None:
    with pytest.raises(DiscourseError, match="holds no word"):
        c.concordance(corpus, pattern)


def test_negative_numbers_are_refused(corpus) -> None:
    for argument in ({"window": -1}, {"n": -1}):
        with pytest.raises(DiscourseError, match="0 or more"):
            c.concordance(corpus, "sancties", **argument)


def matched(word, vocabulary):
    """Which forms match, as a mask."""
    found = np.zeros(len(vocabulary), dtype=bool)
    found[query.forms_of(word, vocabulary)] = True
    return found


def test_hostile_patterns_take_no_backtracking() -> None:
    # With a backtracking matcher this would not end.
    form = "a" * 5000
    hit = matched("*a" * 40 + "*b", np.array([form, form + "b"]))
    assert hit.tolist() == [False, True]
    assert matched("a*a", np.array(["a", "aa", "aba"])).tolist() == [False, True, True]
    assert matched("(a+)+$", np.array(["aaaa"])).tolist() == [False]


@pytest.mark.parametrize("pattern", ["korea*", "de", "*korea*", "north korea", "of the"])
def test_a_sample_is_the_same_whatever_the_order_of_the_documents(seeds, pattern) -> None:

    turned = corpora.from_rows(seeds.documents.iloc[::-1].reset_index(drop=True))
    columns = ["doc_id", "start", "end", "left", "node", "right"]
    one, two = (c.concordance(k, pattern, n=7)[columns] for k in (seeds, turned))
    order = ["doc_id", "start"]
    pd.testing.assert_frame_equal(
        one.sort_values(order, ignore_index=True), two.sort_values(order, ignore_index=True)
    )
