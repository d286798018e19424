import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import lexicons
from analysis.evidence import evidence
from analysis.measures import association
from analysis.measures.collocation import collocation
from analysis.results import DiscourseError

TEXTS = [
    ("en", "x", "A strict ban was lifted. The strict new ban holds. Cats sleep near it all day."),
    ("en", "x", "They want a strict ban now. Cats and dogs sleep."),
    ("en", "y", "No ban was ever so strict, a ban of bans. Sleep, cats."),
    ("nl", "x", "Een ban is streng en de ban is lang."),
]


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    rows = [
        {"doc_id": f"d{i}", "language": c, "source": s, "year": 2024, "text": t}
        for i, (c, s, t) in enumerate(TEXTS)
    ]
    return corpora.from_rows(pd.DataFrame(rows))


def naive(corpus: corpora.Corpus, node: str, window: int, docs: list[int]) -> dict[str, int]:
    """Count window by window in plain Python."""
    tokens, seen = corpus.tokens, {}
    forms = tokens.forms
    for i in range(len(forms)):
        if tokens.doc[i] not in docs or forms[i] == node:
            continue
        near = range(max(0, i - window), min(len(forms), i + window + 1))
        if any(forms[j] == node and tokens.sentence[j] == tokens.sentence[i] for j in near):
            seen[forms[i]] = seen.get(forms[i], 0) + 1
    return seen


@pytest.mark.parametrize("window", [1, 3, 50])
def test_windows_stop_at_sentences_and_count_each_word_once(corpus, window: int) -> None:
    rows = collocation(corpus, "ban", window=window, min_count=1)
    english = rows[rows["language"] == "en"]
    got = dict(zip(english["collocate"], english["n"], strict=True))
    assert got == naive(corpus, "ban", window, [0, 1, 2])
    assert "cats" not in got
    assert "ban" not in got


def test_scores_are_those_of_the_table(corpus) -> None:
    rows = collocation(corpus, "ban", window=3, min_count=1)
    row = rows[(rows["collocate"] == "strict") & (rows["language"] == "en")].iloc[0]
    tokens = corpus.tokens
    english = np.isin(tokens.doc, [0, 1, 2])
    n_words = int(english.sum())
    near = sum(naive(corpus, "ban", 3, [0, 1, 2]).values())
    assert (row["n_node"], row["n_collocate"], row["n_tokens"]) == (5, 4, n_words)
    cell = (row["n"], near, 4, n_words - 5)
    assert row["estimate"] == pytest.approx(association.log_dice(row["n"], 5, 4))
    assert row["mi"] == pytest.approx(association.mutual_information(*cell))
    assert row["ll4"] == pytest.approx(association.association_ll4(*cell))
    assert row["t"] == pytest.approx(association.t_score(*cell))
    assert row["delta_p_from_node"] == pytest.approx(association.delta_p(*cell)[0])


def test_sentences_hold_node_and_collocate(corpus) -> None:
    rows = collocation(corpus, "ban", by="source", min_count=1)
    for row in rows.itertuples():
        assert 1 <= len(row.sentences) <= row.n
        for text in corpus.spans(corpus.sentences.loc[list(row.sentences)]):
            assert "ban" in text.casefold() and row.collocate in text.casefold()


def test_groups_and_one_text(corpus) -> None:
    rows = collocation(corpus, "ban", by="source", min_count=1)
    assert set(zip(rows["group"], rows["language"], strict=True)) == {
        ("x", "en"), ("x", "nl"), ("y", "en")}  # fmt: skip
    single = rows[rows["n_docs"] == 1]
    assert single["lo"].isna().all()
    assert single["verdict"].str.contains("one text").all()


def test_phrases_wildcards_and_lemmas(corpus) -> None:
    phrase = collocation(corpus, "strict ban", min_count=1)
    assert set(phrase["n_node"]) == {2}
    assert not set(phrase["collocate"]) & {"strict", "ban"}
    stars = collocation(corpus, "ban*", min_count=1)
    assert stars[stars["language"] == "en"]["n_node"].iloc[0] == 6
    lemma = collocation(corpus, "ban", unit="lemma", min_count=1)
    assert "be" in set(lemma["collocate"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"pattern": "*"}, "every word"),
        ({"pattern": "?!"}, "no word"),
        ({"pattern": "ban", "window": 0}, "at least 1"),
        ({"pattern": "ban", "unit": "concept"}, "word"),
        ({"pattern": "ban", "by": "colour"}, "colour"),
        ({"pattern": "ban", "by": ()}, "by is empty"),
        ({"pattern": "ban", "node": "topic"}, "topic"),
        ({"pattern": "sanctoins", "node": "concept"}, "nearest are sanctions"),
    ],
)
def test_bad_input(corpus, arguments, says: str) -> None:
    with pytest.raises(DiscourseError, match=says):
        collocation(corpus, **arguments)


def test_a_node_that_occurs_nowhere_has_no_collocates(corpus) -> None:
    assert len(collocation(corpus, "olifant")) == 0


def test_a_window_may_be_the_whole_sentence(corpus) -> None:
    whole = collocation(corpus, "ban", window=None, min_count=1)
    wide = collocation(corpus, "ban", window=10**30, min_count=1)
    told = ["method"]
    pd.testing.assert_frame_equal(whole.drop(columns=told), wide.drop(columns=told))
    english = whole[whole["language"] == "en"]
    assert dict(zip(english["collocate"], english["n"], strict=True)) == naive(
        corpus, "ban", 10_000, [0, 1, 2]
    )
    assert whole["method"].str.contains("in the sentence of the node").all()


def test_a_node_may_be_a_lemma(corpus) -> None:
    rows = collocation(corpus, "ban", node="lemma", min_count=1)
    english = rows[rows["language"] == "en"]
    lemmas = corpus.lemmas()
    spoken = np.isin(corpus.tokens.doc, [0, 1, 2])
    assert set(english["n_node"]) == {(lemmas.vocabulary[lemmas.ids] == "ban")[spoken].sum()} == {6}
    assert "bans" not in set(english["collocate"])
    assert set(rows["term_unit"]) == {"lemma"}


@pytest.mark.parametrize(("node", "key"), [("concept", "sanctions"), ("actor", "DPRK")])
def test_a_node_may_be_a_concept_or_an_actor_in_every_language(seeds, node: str, key: str) -> None:
    rows = collocation(seeds, key, node=node, window=3, min_count=1, n_boot=9)
    found = lexicons.find(seeds, lexicons.load(f"{node}s"))
    found = found[(found["key"] == key) & found["kept"]]
    spoken = set(seeds.documents["language"].iloc[found["doc"]])
    assert set(rows["language"]) == spoken and len(spoken) > 1
    for row in rows.groupby("language").head(5).to_dict("records"):
        places = evidence(seeds, row, n=None)
        assert set(places["sentence"]) == set(row["sentences"]) <= set(found["sentence"])
        assert (places["node_start"] >= 0).all()


def test_several_columns_make_groups(seeds) -> None:
    rows = collocation(seeds, "korea*", by=("source", "year"), min_count=1, n_boot=9)
    assert "RIAC · 2018" in set(rows["group"])
    assert set(rows.loc[rows["group"] == "RIAC · 2018", "year"].astype(int)) == {2018}
    assert set(rows["by"]) == {"source · year"}


@pytest.mark.parametrize("text", ["", "…!"])
def test_a_corpus_without_words_has_no_collocates(text: str) -> None:
    rows = pd.DataFrame({"doc_id": ["a", "b"], "language": "en", "text": text})
    assert len(collocation(corpora.from_rows(rows), "*")) == 0
