"""Copies: shared wording, clusters, what is marked; planted and made-up texts."""

import numpy as np
import pandas as pd
import pytest

from analysis import copies, corpus, shingles

TEN = "one two three four five six seven eight nine ten"


def tokenized(texts):
    rows = {"doc_id": [f"d{i}" for i in range(len(texts))], "text": texts, "language": "en"}
    return corpus.from_rows(pd.DataFrame(rows)).tokens


def documents(n, **columns):
    made = {"doc_id": [f"d{i:03}" for i in range(n)], "source": "s", "date": ""}
    return pd.DataFrame({**made, **columns})


def text(seed, n=200):
    """A text of words that no other seed has in that order."""
    words = np.random.default_rng(seed).integers(0, 500, n)
    return " ".join(f"w{w}" for w in words)


def cluster(texts, **columns):
    return copies.clusters(documents(len(texts), **columns), tokenized(texts))


def test_shared_counts_word_sequences_both_ways():
    texts = [TEN, f"{TEN} eleven twelve", "something else altogether, quite different"]
    out = copies.shared(tokenized(texts), 3)
    assert list(out["like"]) == [1, 0, -1]
    assert out["share"].tolist() == pytest.approx([1.0, 3 / 5, 0.0])


def test_a_sequence_said_twice_counts_once_and_none_runs_over_the_end_of_a_document():
    out = shingles.overlap(tokenized([f"{TEN} {TEN}", TEN, "four five six", "seven eight nine"]), 4)
    assert list(out.size) == [10, 3, 0, 0]  # 13 places, of which three come twice
    assert (list(out.a), list(out.b), list(out.common)) == ([0], [1], [3])


def test_shared_is_what_sets_of_word_sequences_say():
    texts = [text(0), text(0)[:600], text(1) + " " + text(0)[:300], text(1), text(2)]
    sets = []
    for t in texts:
        w = t.split()
        sets.append({tuple(w[i : i + 8]) for i in range(len(w) - 7)})
    out = copies.shared(tokenized(texts), len(texts))
    for row, own in enumerate(sets):
        share = max(len(own & other) / len(own) for i, other in enumerate(sets) if i != row)
        assert out["share"][row] == pytest.approx(share)


def test_no_documents_and_empty_ones():
    assert copies.shared(tokenized([]), 0).empty
    assert cluster([]).empty
    assert list(copies.shared(tokenized(["", ""]), 2)["like"]) == [-1, -1]
    assert cluster(["", ""]).empty


def test_the_earliest_is_the_first_whatever_its_id_or_row():
    out = cluster([text(0)] * 3, date=["", "2020-02-01", "2020-01-31"], source=["a", "b", "c"])
    assert list(out["doc"]) == [2, 1, 0]
    assert list(out["first"]) == [2, 2, 2]
    assert list(out["copy_of"]) == [-1, 2, 2]
    assert list(out["sources"]) == [3, 3, 3]


def test_the_order_of_the_rows_makes_no_difference():
    texts = [
        text(0),
        text(1),
        text(0)[:700],
        text(2),
        text(1) + " more",
        "Same head line here",
        "same head line here.",
    ]
    frame = documents(len(texts), date=["2021", "", "2020", "", "2019", "", ""])
    out = copies.clusters(frame, tokenized(texts))
    order = [3, 6, 1, 0, 5, 2, 4]
    again = copies.clusters(
        frame.iloc[order].reset_index(drop=True), tokenized([texts[i] for i in order])
    )
    columns = ["cluster", "doc_id", "share", "sources"]
    pd.testing.assert_frame_equal(out[columns], again[columns])
    assert len(out) == 6


def test_a_text_that_two_others_quote_does_not_tie_them_together():
    short = text(9, 40)
    out = cluster([f"{text(0)} {short}", f"{text(1)} {short}", short])
    assert list(out["doc"]) == [0, 2]


def test_an_edited_version_is_related_but_not_left_out():
    words = text(0, 400).split()
    words[10::20] = ["changed"] * len(words[10::20])
    out = cluster([text(0, 400), " ".join(words), text(0, 400) + " more"])
    assert list(out["doc"]) == [0, 1, 2]
    assert out["share"][1] == pytest.approx(0.65, abs=0.1)
    assert list(out["excluded"]) == [False, False, True]


def test_headlines_are_copies_only_word_for_word():
    out = cluster(
        ["Rente stijgt alweer snel", "rente stijgt, alweer snel", "Rente stijgt", "Rente stijgt"]
    )
    assert list(out["doc"]) == [0, 1]
    assert list(out["copy_of"]) == [-1, 0]


def test_wire_copy_in_more_documents_than_boilerplate_is_still_found():
    texts = [f"{text(0)} local ending number {i}" for i in range(70)]
    out = cluster(texts)
    assert len(out) == 70
    assert set(out["cluster"]) == {0}
    assert out["excluded"].sum() == 69


def test_an_opening_that_all_share_makes_no_copies():
    texts = [f"{text(998, 20)} {text(i)}" for i in range(70)]
    assert cluster(texts).empty


def test_a_sketch_estimates_what_all_sequences_say():
    texts = [text(i, 3_000) for i in range(4)]
    texts.append(f"{texts[0][:9_000]} {text(9, 1_500)}")
    exact = copies.shared(tokenized(texts), 5)
    made = tokenized(texts)
    near = copies.shared(made, 5, found=shingles.overlap(made, 5, sketch=8))
    assert near["share"][4] == pytest.approx(exact["share"][4], abs=0.1)
    assert list(near["like"][[0, 4]]) == [4, 0]


def test_a_duplicate_document_is_marked_and_left_out_of_the_counts():
    text = "The talks went on for a long time and they ended without any result at all today."
    rows = pd.DataFrame({"doc_id": ["a", "b"], "text": [text, text], "language": "en"})
    made = corpus.from_rows(rows)
    assert made.marks[["doc_id", "kind"]].to_numpy().tolist() == [["b", "duplicate"]]
    assert made.tokens.kept[made.tokens.doc == 0].all()
    assert not made.tokens.kept[made.tokens.doc == 1].any()


def test_counts_with_and_without_copies():
    texts = [text(0), text(0), text(1), "Rente stijgt"]
    frame = documents(4, source=["a", "b", "b", "b"])
    made = tokenized(texts)
    found = copies.clusters(frame, made)
    out = copies.by_source(frame, made, found)
    assert out[["n_docs", "n_docs_without"]].to_numpy().tolist() == [[1, 1], [3, 2]]
    assert out[["n_tokens", "n_tokens_without"]].to_numpy().tolist() == [[200, 200], [402, 202]]
    summed = copies.groups(found)
    assert summed[["n_docs", "sources", "first", "names"]].to_numpy().tolist() == [
        [2, 2, "d000", "a; b"]
    ]


def test_the_five_texts_share_no_wording(seeds):
    assert list(seeds.shared["like"]) == [-1] * 5
    assert copies.clusters(seeds.documents, seeds.tokens).empty
