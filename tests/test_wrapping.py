"""Hard-wrapped texts: their feeds are spaces for words and sentences, and stay in the text."""

import textwrap

import numpy as np
import pandas as pd

from analysis import corpus
from analysis.wrapping import unwrapped

LONG = (
    "The Secretary of State of the United Kingdom said on Monday that talks with North Korea "
    "would go on. Nobody expected them to end soon, and the ministers of the region did not say "
    "when they would meet again. "
) * 3


def made(text):
    rows = {"doc_id": ["a"], "text": [text], "language": ["en"]}
    return corpus.from_rows(pd.DataFrame(rows))


def test_sentences_run_over_wrapped_lines():
    straight = made(LONG.strip())
    wrapped = made(textwrap.fill(LONG, 70))
    told = [t.replace("\n", " ") for t in wrapped.spans(wrapped.sentences)]
    assert told == straight.spans(straight.sentences)
    assert len(wrapped.paragraphs) == 1
    assert any("\n" in t for t in wrapped.spans(wrapped.sentences))


def test_paragraphs_of_a_wrapped_text_stay_apart():
    paragraph = textwrap.fill(LONG, 70)
    blank = made(f"{paragraph}\n\n{paragraph}")
    short = made(f"{paragraph}\nIt ended.\n{paragraph}")
    assert len(blank.paragraphs) == 2
    assert len(short.paragraphs) == 2  # a short line ends its paragraph


def test_lines_of_other_texts_stay_lines():
    press = "\n".join([LONG.strip()] * 8)
    assert len(made(press).paragraphs) == 8
    listed = "\n".join(f"- item {i} of a list" for i in range(20))
    assert len(made(listed).paragraphs) == 20


def test_one_document_does_not_change_another():
    one, two = textwrap.fill(LONG, 70), "\n".join(["A line.", "another line."] * 2)
    whole = f"\n{one}\n{two}\n\n\n\n".encode()
    first = np.array([1, len(one) + 2, len(one) + len(two) + 3])
    out = unwrapped(whole, first).decode()
    assert len(out) == len(whole)
    assert out.endswith(f"\n{two}\n\n\n\n")
