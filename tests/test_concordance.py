import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import corpus as corpora
from analysis import counts, lexicons, query
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


@pytest.mark.parametrize("pattern", ["", "  ", "?!", "…"])
def test_a_pattern_without_words_is_refused(corpus, pattern: str) -> None:
    with pytest.raises(DiscourseError, match="holds no word"):
        c.concordance(corpus, pattern)


@pytest.mark.parametrize("pattern", ["[s]ancties", "(a+)+$", "sanct|war", "\\w*", "^de", "{2}"])
def test_a_regular_expression_is_refused_rather_than_taken_for_words(corpus, pattern: str) -> None:
    with pytest.raises(DiscourseError, match="regular expression"):
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


# --- lemmas, concepts, actors -----------------------------------------------------------------


def test_lemmas_find_their_forms(seeds) -> None:
    lemmas = seeds.lemmas()
    lines = c.concordance(seeds, "sanction", unit="lemma")
    want = (lemmas.vocabulary[lemmas.ids] == "sanction").sum()
    assert len(lines) == want > len(c.concordance(seeds, "sanction"))
    assert {"is", "are"} <= set(c.concordance(seeds, "be", unit="lemma")["node"])
    phrase = c.concordance(seeds, "impose sanction*", unit="lemma")
    assert all(len(node.split()) == 2 for node in phrase["node"])


@pytest.mark.parametrize(("unit", "key"), [("concept", "sanctions"), ("actor", "KIM")])
def test_concepts_and_actors_are_their_mentions(seeds, unit: str, key: str) -> None:
    found = lexicons.find(seeds, lexicons.load(f"{unit}s"))
    found = found[found["key"] == key]
    lines = c.concordance(seeds, f" {key.swapcase()} ", unit=unit, window=3)
    want = found[["doc_id", "start", "end", "text"]].to_numpy().tolist()
    assert lines[["doc_id", "start", "end", "node"]].to_numpy().tolist() == want != []
    kept = c.concordance(seeds, key, unit=unit, include_marked=False)
    assert len(kept) == found["kept"].sum()


def test_an_unknown_key_names_its_neighbours(seeds) -> None:
    with pytest.raises(DiscourseError, match="nearest are sanctions") as error:
        c.concordance(seeds, "sanctoins", unit="concept")
    assert "\n" not in str(error.value)
    with pytest.raises(DiscourseError, match="unit='topic'"):
        c.concordance(seeds, "x", unit="topic")


# --- sorting ----------------------------------------------------------------------------------


def test_lines_are_sorted_by_positions_in_turn(corpus) -> None:
    lines = c.concordance(corpus, "sanctie*", sort=("L1", "R1"))
    forms = corpus.tokens.forms

    def word(line, far):
        """The word so far from the node, "" beyond the document."""
        doc = corpus.documents.index[corpus.documents["doc_id"] == line.doc_id][0]
        a, b = corpus.tokens.doc_start[doc : doc + 2]
        at = a + int(np.searchsorted(corpus.tokens.start[a:b], line.start)) + far
        return forms[at] if a <= at < b else ""

    keys = [(word(line, -1), word(line, 1)) for line in lines.itertuples()]
    assert keys == sorted(keys) and len(set(keys)) > 3
    assert keys[0][0] == ""  # The line at the very beginning of a text comes first.


def test_ties_stay_in_the_order_of_the_texts_and_the_node_is_folded(corpus) -> None:
    plain = c.concordance(corpus, "sancti*")
    by_node = c.concordance(corpus, "sancti*", sort="node")
    folded = by_node["node"].str.casefold().tolist()
    assert folded == sorted(folded) and len(set(folded)) == 2
    want = plain.assign(k=plain["node"].str.casefold()).sort_values("k", kind="stable")
    pd.testing.assert_frame_equal(by_node, want.drop(columns="k").reset_index(drop=True))


def test_a_sample_is_drawn_before_it_is_sorted(corpus) -> None:
    sample = c.concordance(corpus, "*", n=6, seed=3)
    turned = c.concordance(corpus, "*", n=6, seed=3, sort=("node", "L2"))
    places = [set(zip(s["doc_id"], s["start"], strict=True)) for s in (sample, turned)]
    assert places[0] == places[1]


@pytest.mark.parametrize("sort", ["Q", "L0", "R", "L1,R1", ("R1", ""), (None,), "L100", "l1x"])
def test_an_unknown_position_is_one_sentence(corpus, sort) -> None:
    with pytest.raises(DiscourseError, match="is no position"):
        c.concordance(corpus, "sancties", sort=sort)


# --- expansion --------------------------------------------------------------------------------


@pytest.mark.parametrize("part", c.EXPAND)
def test_a_line_may_be_the_whole_sentence_or_paragraph(seeds, part: str) -> None:
    frame = {"sentence": seeds.sentences, "paragraph": seeds.paragraphs}[part]
    texts = seeds.documents["text"]
    for line in c.concordance(seeds, "korea*", expand=part, window=0).itertuples():
        sentence = seeds.sentences.loc[line.sentence]
        own = frame.loc[line.sentence if part == "sentence" else sentence["paragraph"]]
        whole = texts[own["doc"]][own["start"] : own["end"]]
        assert line.left + line.node + line.right == whole
        assert own["start"] + len(line.left) == line.start


def test_an_unknown_expansion_is_refused(corpus) -> None:
    with pytest.raises(DiscourseError, match="sentence or paragraph"):
        c.concordance(corpus, "sancties", expand="page")


# --- hostile input ----------------------------------------------------------------------------

HOSTILE = ["a" * 100_000, "*" * 5000, "a*" * 2000, "*a" * 2000 + "b", "a " * 3000, "\0", "(", "[",
           "!?…", "", "*\0*", "ƻ", "e\u0301*", "\ud800"]  # fmt: skip


@pytest.mark.parametrize("unit", counts.UNITS)
@pytest.mark.parametrize("pattern", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_patterns_find_or_are_refused_in_a_sentence(seeds, pattern, unit) -> None:
    try:
        lines = c.concordance(seeds, pattern, unit=unit, n=5, sort=("R1", "node"))
    except DiscourseError as error:
        assert "\n" not in str(error) and len(str(error)) < 300
    else:
        assert list(lines.columns) == list(c.COLUMNS) and len(lines) <= 5


def test_all_of_a_large_text_on_every_line_is_refused_before_it_is_cut(seeds, monkeypatch) -> None:
    monkeypatch.setattr(c, "CHARACTERS", 10_000)
    for more in ({"window": 10**30}, {"expand": "paragraph"}):
        with pytest.raises(DiscourseError, match="ask for a sample"):
            c.concordance(seeds, "*", **more)
    assert len(c.concordance(seeds, "*", n=3, window=20)) == 3


@pytest.mark.parametrize("text", ["", "…!", "\r\n \u00a0\r\n"])
def test_texts_without_words_have_no_lines(text: str) -> None:
    rows = {"doc_id": ["a", "b"], "language": "en", "text": [text, text]}
    empty = corpora.from_rows(pd.DataFrame(rows))
    for unit in ("word", "lemma"):
        for expand in (None, *c.EXPAND):
            assert not len(c.concordance(empty, "*", unit=unit, expand=expand, sort="R1", n=3))
    assert not len(c.concordance(empty, "KIM", unit="actor", expand="sentence"))


PIECES = [
    "Kim", "e\u0301t", "North\u00a0Korea", "north-korea", "\r\n", "\n", " ", ". ", "…", "’s ",
    "sanctions", "ﬁ", "İ", "ß", "\u200d", "\u0301", "한국", "𝒜", "\t", "U.S. ", "“", "?! ",
]  # fmt: skip
ASKED = [
    ("word", "*"), ("word", "*o*"), ("word", "north kor*"), ("word", "e\u0301t"), ("word", "* *"),
    ("concept", "sanctions"), ("actor", "KIM"), ("actor", "DPRK"), ("actor", "US"),
]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(TEXT, min_size=1, max_size=3),
    asked=st.sampled_from(ASKED),
    sort=st.lists(st.sampled_from(["L1", "R1", "node", "R5", "l2"]), max_size=3),
    expand=st.sampled_from([None, *c.EXPAND]),
    window=st.integers(0, 4),
    n=st.none() | st.integers(0, 5),
)
def test_a_line_is_always_a_verbatim_stretch(texts, asked, sort, expand, window, n) -> None:
    ids = [f"d{i}" for i in range(len(texts))]
    corpus = corpora.from_rows(pd.DataFrame({"doc_id": ids, "language": "en", "text": texts}))
    unit, pattern = asked
    lines = c.concordance(corpus, pattern, unit=unit, sort=sort, expand=expand, window=window, n=n)
    whole = dict(zip(corpus.documents["doc_id"], corpus.documents["text"], strict=True))
    for line in lines.itertuples():
        text = whole[line.doc_id]
        assert text[line.start : line.end] == line.node != ""
        start = line.start - len(line.left)
        assert start >= 0
        assert text[start:].startswith(line.left + line.node + line.right)
        sentence = corpus.sentences.loc[line.sentence]
        assert sentence["doc_id"] == line.doc_id


@pytest.mark.parametrize("pattern", ["people's", "People’s", "people*", "PEOPLE'S voice"])
def test_both_apostrophes_are_found_by_either(pattern) -> None:
    texts = ["The people's voice.", "The people’s voice."]
    rows = {"doc_id": ["a", "b"], "text": texts, "language": "en"}
    found = c.concordance(corpora.from_rows(pd.DataFrame(rows)), pattern)
    assert found["doc_id"].tolist() == ["a", "b"]
    assert [node[:8].lower() for node in found["node"]] == ["people's", "people’s"]


@pytest.mark.parametrize(
    ("pattern", "nodes"),
    [
        ("straße", ["Straße"]),
        ("STRASSE", []),
        ("bürger:innen", ["Bürger:innen", "Bürger*innen", "Bürger_innen"]),
        ("Bürger_innen", ["Bürger:innen", "Bürger*innen", "Bürger_innen"]),
        ("bürger*innen", ["Bürger:innen", "Bürger*innen", "Bürger_innen", "Bürgerinnen"]),
        ("innen", []),
    ],
)
def test_german_spellings(pattern, nodes) -> None:
    text = "Auf der Straße: Bürger:innen, Bürger*innen, Bürger_innen, Bürgerinnen."
    rows = {"doc_id": ["a"], "text": [text], "language": "de"}
    made = corpora.from_rows(pd.DataFrame(rows))
    assert c.concordance(made, pattern)["node"].tolist() == nodes


# --- large corpora ----------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["korea*", "de", "*korea*", "north korea", "the", "olifant"])
def test_blocks_looked_through_by_threads_find_the_same(seeds, monkeypatch, pattern) -> None:
    want = query.find(seeds, pattern)
    tokens = seeds.tokens
    wanted = query.wanted(seeds, pattern, "word")
    size = len(wanted.forms)
    plain = [
        i
        for i in range(len(tokens) - size + 1)
        if all(tokens.ids[i + j] in forms for j, forms in enumerate(wanted.forms))
        and tokens.sentence[i] == tokens.sentence[i + size - 1]
    ]
    assert want.first.tolist() == plain
    monkeypatch.setattr(query, "BLOCK", 97)
    got = query.find(seeds, pattern)
    assert got.first.tolist() == plain
    assert got.last.tolist() == want.last.tolist()


@pytest.mark.parametrize("at", [[], [0], [4, 0, 4, 2], list(range(7))])
def test_values_are_read_from_the_pieces_they_are_in(at) -> None:
    pieces = pa.chunked_array([[5, 6], [], [7], [8, 9, 1, 2]], pa.int32())
    got = query.values(pieces, np.array(at, dtype=np.int64))
    assert got.tolist() == [pieces[i].as_py() for i in at] and got.dtype == np.int64
