from collections import Counter

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import counts, results
from analysis.evidence import evidence
from analysis.measures import association
from analysis.measures import ngrams as module
from analysis.measures.ngrams import ngrams
from analysis.results import DiscourseError
from analysis.scan import fold

TEXTS = [
    (
        "en",
        "x",
        2020,
        "North Korea said no. North Korea said yes. The north said no. Of the of the.",
    ),
    ("en", "x", 2021, "In North Korea, of the two, the one said no. Korea north."),
    ("en", "y", 2020, "North Korea. Said no. South Korea said north Korea said no."),
    ("nl", "y", 2020, "Noord Korea zei nee. Noord Korea zei ja, noord Korea zei niets."),
]


def made(texts=TEXTS) -> corpora.Corpus:
    rows = [
        {"doc_id": f"d{i}", "language": c, "source": s, "year": y, "text": t}
        for i, (c, s, y, t) in enumerate(texts)
    ]
    return corpora.from_rows(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    return made()


def windows(corpus: corpora.Corpus, n: int, docs: list[int]) -> list[tuple[str, ...]]:
    """All windows of n words within a sentence, in plain Python."""
    tokens, forms = corpus.tokens, corpus.tokens.forms
    return [
        tuple(forms[i : i + n])
        for i in range(len(forms) - n + 1)
        if tokens.doc[i] in docs and tokens.sentence[i] == tokens.sentence[i + n - 1]
    ]


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize("min_count", [1, 2])
def test_counts_are_those_of_plain_python(corpus, n: int, min_count: int) -> None:
    rows = ngrams(corpus, n=n, min_count=min_count, n_boot=9)
    for code, docs in (("en", [0, 1, 2]), ("nl", [3])):
        own = rows[rows["language"] == code]
        want = Counter(windows(corpus, n, docs))
        want = {" ".join(w): c for w, c in want.items() if c >= min_count}
        assert dict(zip(own["term"], own["n"], strict=True)) == want
        words = int(np.isin(corpus.tokens.doc, docs).sum())
        assert own["estimate"].to_numpy() == pytest.approx(1000 * own["n"].to_numpy() / words)


def scores(corpus: corpora.Corpus, term: str, docs: list[int]) -> tuple[float, ...]:
    """Observed, and of the cut with the highest expectation: pieces and windows."""
    wanted = tuple(term.split())
    every = windows(corpus, len(wanted), docs)
    cuts = []
    for k in range(1, len(wanted)):
        r = sum(w[:k] == wanted[:k] for w in every)
        s = sum(w[k:] == wanted[k:] for w in every)
        cuts.append((r * s, r, s))
    _, r, s = max(cuts, key=lambda cut: cut[0])
    return every.count(wanted), r, s, len(every)


@pytest.mark.parametrize("term", ["north korea", "of the", "korea said no", "north korea said no"])
def test_association_is_that_of_the_weakest_cut(corpus, term: str) -> None:
    rows = ngrams(corpus, n=len(term.split()), min_count=1, n_boot=9)
    row = rows[(rows["term"] == term) & (rows["language"] == "en")].iloc[0]
    cell = scores(corpus, term, [0, 1, 2])
    assert row["expected"] == pytest.approx(association.expected(*cell[1:]))
    assert row["mi"] == pytest.approx(association.mutual_information(*cell))
    assert row["t"] == pytest.approx(association.t_score(*cell))
    assert row["ll4"] == pytest.approx(association.association_ll4(*cell))
    assert row["log_dice"] == pytest.approx(association.log_dice(*cell[:3]))


def test_groups_keep_zeros_and_their_own_columns(corpus) -> None:
    rows = ngrams(corpus, by=("source", "year"), min_count=1, n_boot=9)
    english = rows[rows["language"] == "en"]
    assert set(english["group"]) == {"x · 2020", "x · 2021", "y · 2020"}
    assert set(zip(english["source"], english["year"].astype(int), strict=True)) == {
        ("x", 2020), ("x", 2021), ("y", 2020)}  # fmt: skip
    zero = english[(english["term"] == "south korea") & (english["source"] == "x")]
    assert zero["n"].tolist() == [0, 0] and zero["estimate"].tolist() == [0, 0]
    assert zero[list(module.SCORES)].isna().all(axis=None)
    assert not rows.duplicated(["term", "language", "group"]).any()
    results.check(rows)


def test_scores_of_a_group_are_those_of_its_own_windows(corpus) -> None:
    rows = ngrams(corpus, by="source", min_count=1, n_boot=9)
    for group, docs in (("x", [0, 1]), ("y", [2])):
        row = rows[(rows["term"] == "north korea") & (rows["group"] == group)].iloc[0]
        cell = scores(corpus, "north korea", docs)
        assert (row["n"], row["docs_with"]) == (cell[0], len(docs))
        assert row["ll4"] == pytest.approx(association.association_ll4(*cell))


@pytest.mark.parametrize(
    ("pattern", "n", "all_hold"),
    [("korea", 2, "korea"), ("KOR*", 3, "korea"), ("korea said", 3, "korea said"), ("*", 2, "")],
)
def test_clusters_hold_the_pattern(corpus, pattern: str, n: int, all_hold: str) -> None:
    every = ngrams(corpus, n=n, min_count=1, n_boot=9)
    rows = ngrams(corpus, n=n, pattern=pattern, min_count=1, n_boot=9)
    want = every[[all_hold in f" {t} " for t in every["term"]]]
    pd.testing.assert_frame_equal(rows, want.reset_index(drop=True))
    assert len(rows)


def test_stop_words_and_one_text_are_told(corpus) -> None:
    rows = ngrams(corpus, min_count=1, n_boot=9).set_index(["language", "term"])
    assert rows.loc[("en", "of the"), "stop_word"]
    assert not rows.loc[("en", "north korea"), "stop_word"]
    assert rows.loc["nl", "lo"].isna().all()
    assert rows.loc["nl", "verdict"].str.contains("one text").all()


def test_nothing_reaches_over_what_is_left_out(seeds) -> None:
    kept = seeds.tokens.kept
    both = kept[:-1] & kept[1:] & (np.diff(seeds.tokens.sentence) == 0)
    assert ngrams(seeds, min_count=1, n_boot=9)["n"].sum() == both.sum()
    every = ngrams(seeds, min_count=1, include_marked=True, n_boot=9)["n"].sum()
    assert every == (np.diff(seeds.tokens.sentence) == 0).sum() > both.sum()


def test_small_blocks_change_nothing(corpus, monkeypatch) -> None:
    whole = ngrams(corpus, n=3, min_count=1, by="source", n_boot=9)
    monkeypatch.setattr(counts, "BLOCK", 4)
    pd.testing.assert_frame_equal(whole, ngrams(corpus, n=3, min_count=1, by="source", n_boot=9))


def test_the_order_of_documents_does_not_matter(corpus) -> None:
    order = ["language", "group", "term"]
    one, two = (
        ngrams(k, by="source", min_count=1, n_boot=49).sort_values(order, ignore_index=True)
        for k in (corpus, corpora.from_rows(corpus.documents.iloc[::-1]))
    )
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("unit", ["word", "lemma"])
def test_rows_lead_to_their_sentences(seeds, unit: str) -> None:
    rows = ngrams(seeds, n=3, unit=unit, by="doc_id", n_boot=9)
    rows = rows[rows["n"] > 0].head(40)
    assert len(rows)
    for row in rows.to_dict("records"):
        found = evidence(seeds, row, n=None)
        assert 1 <= len(found) <= row["n"]
        assert set(found["doc_id"]) == {row["group"]}
        for place in found.itertuples():
            text = seeds.documents["text"][place.doc][place.node_start : place.node_end]
            if unit == "word":
                assert [w for w in row["term"].split() if w not in fold(text)] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"n": 1}, "2, 3, 4 or 5"),
        ({"n": 6}, "2, 3, 4 or 5"),
        ({"n": 2.0}, "2, 3, 4 or 5"),
        ({"n": None}, "2, 3, 4 or 5"),
        ({"unit": "concept"}, "'word' or 'lemma'"),
        ({"min_count": 0}, "at least 1"),
        ({"n_boot": 0}, "at least 1"),
        ({"level": 95}, "coverage"),
        ({"by": "colour"}, "colour"),
        ({"by": ()}, "by is empty"),
        ({"pattern": ""}, "no word|regular expression"),
        ({"pattern": "(\0["}, "no word|regular expression"),
        ({"pattern": "one two three"}, "larger n"),
    ],
)
def test_bad_input_is_one_sentence(corpus, arguments, says: str) -> None:
    with pytest.raises(DiscourseError, match=says) as error:
        ngrams(corpus, **arguments)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


def test_too_many_rows_are_refused_before_they_are_made(corpus, monkeypatch) -> None:
    monkeypatch.setattr(module, "ROWS", 10)
    with pytest.raises(DiscourseError, match="min_count above 1"):
        ngrams(corpus, min_count=1)


@pytest.mark.parametrize(
    "texts",
    [[], [("en", "x", 2020, "")], [("en", "x", 2020, "…!")], [("en", "x", 2020, "One. Two.")]],
)
def test_without_n_grams_there_are_no_rows(corpus, texts) -> None:
    empty = made(texts) if texts else corpora.from_rows(corpus.documents.iloc[:0])
    for n in (2, 5):
        rows = ngrams(empty, n=n, min_count=1)
        assert len(rows) == 0
        assert list(rows.columns) == list(ngrams(corpus, n=n, n_boot=9).columns)


def test_a_pattern_that_occurs_nowhere_has_no_rows(corpus) -> None:
    assert len(ngrams(corpus, pattern="olifant")) == 0
