"""Words and sentences found in whole-array steps are those of the rule and of the splitter."""

import re
from itertools import pairwise

import pandas as pd
import pytest
import sentencex
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import corpus, languages
from analysis.tokens import tokenize

JOIN = r"[-‐‑'’]|(?<=\d)[.,](?=\d)|(?<=[^\W\d_])(?:[:*_]|/-)(?=(?i:in|innen)(?![^\W_]))"
WORD = re.compile(rf"[^\W_]+(?:(?:{JOIN})[^\W_]+)*")
GLUED = re.compile(r"(?<=[^\W\d_]{3}[.!?])(?=[A-ZÄÖÜ][^\W\d_]{2})")
# What the splitter takes for a list, whose items it does not split.
LIST = re.compile(r"\)|^\W*(?:[^\W_]{1,4}[.)]|[-+*•])", re.MULTILINE)
PIECES = [
    "war", "oorlog", "Krieg", "Mr", "Dr", "z.B", "etc", "blz", "U.N", "De", "The", "Das", "Oktober",
    "mich", "Ms", "1999", "3", "28.500", "Noord-Korea", "Moskou's", "'s", "’t", "É", "ß", "über",
    ".", ".", ". ", ". ", "! ", "? ", "...", "?!", " ", " ", " ", "  ", "\t", "\u00a0", ", ", ": ",
    ":", "*", "_", "/-", "in", "Innen", "inn",
    '"', '"', "“", "”", "„", "«", "»", "‘", "’", "'", "(", "]", " – ", "…", "a@b.nl", "\n", "\n\n",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def split(text, code):
    """Return the sentences that the splitter finds in each line by itself, as offsets."""
    found = []
    for hit in re.finditer(r"[^\n]+", text):
        line = hit[0].rstrip()
        start = hit.start() + len(line) - len(line.lstrip())
        line = line.strip()
        if not line:
            continue
        cuts = [b["start_index"] for b in sentencex.get_sentence_boundaries(code, line)]
        cuts = sorted({0, len(line), *cuts, *(m.start() for m in GLUED.finditer(line))})
        for a, b in pairwise(cuts):
            body = line[a:b]
            left, right = len(body) - len(body.lstrip()), len(body.rstrip())
            if right > left:
                found.append((start + a + left, start + a + right))
    return found


def sentences(texts, code):
    ids = [f"d{i:05}" for i in range(len(texts))]
    made = corpus.from_rows(pd.DataFrame({"doc_id": ids, "text": texts, "language": code}))
    own = made.sentences[["start", "end"]].groupby(made.sentences["doc"])
    found = {doc: list(frame.itertuples(index=False, name=None)) for doc, frame in own}
    return [found.get(doc, []) for doc in range(len(texts))]


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, min_size=10, max_size=10), st.sampled_from(languages.codes()))
def test_sentences_are_the_splitters(texts, code):
    texts = [text for text in texts if not LIST.search(text)]
    found = sentences(texts, code)
    for text, own in zip(texts, found, strict=True):
        assert own == split(text, code), text


@settings(max_examples=300, deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=60)))
def test_words_follow_the_rule(text):
    if re.search(r"[\ud800-\udfff]", text) or any(map(is_mark, text)):
        return
    starts, ends = tokenize(text)
    assert list(zip(starts, ends, strict=True)) == [m.span() for m in WORD.finditer(text)]


def is_mark(c):
    import unicodedata

    return unicodedata.category(c)[0] == "M"


def test_combining_marks_belong_to_their_word():
    text = "cafe\u0301s, nai\u0308ef; \u0301 alone"
    starts, ends = tokenize(text)
    assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == [
        "cafe\u0301s", "nai\u0308ef", "alone",
    ]  # fmt: skip
    made = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [text], "language": ["en"]}))
    assert made.tokens.forms[0] == "cafés"


@pytest.mark.data
@pytest.mark.parametrize(("name", "code"), [("ungdc", "en"), ("bundestag20", "de")])
def test_sentences_of_speeches_are_the_splitters(data, name, code):
    import pyarrow.parquet as pq

    texts = pq.read_table(data / "big" / f"{name}.parquet", columns=["text"])["text"]
    lines = [
        line for text in texts.slice(5000, 150).to_pylist() for line in text.split("\n")
        if len(line) > 200 and not LIST.search(line)
    ]  # fmt: skip
    assert len(lines) > 200
    assert sentences(lines, code) == [split(line, code) for line in lines]
