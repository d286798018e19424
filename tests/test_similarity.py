"""Similarity of texts and their nearest sentences."""

import pandas as pd
import pytest

from analysis import corpus
from analysis.measures import similarity as similarity_
from analysis.measures.similarity import nearest_sentences, similarity
from analysis.results import DiscourseError


def test_every_pair_of_documents_once(made_up):
    found = similarity(made_up)
    assert len(found) == 15
    assert (found["doc_id"] < found["compared_with"]).all()
    assert found["estimate"].between(-1, 1).all()
    assert found[["lo", "hi"]].isna().all(axis=None)
    assert found["verdict"].str.contains("one text").all()


def test_translations_are_nearer_than_other_texts(made_up):
    found = similarity(made_up).set_index(["doc_id", "compared_with"])["estimate"]
    same = found[[("de-0", "en-0"), ("de-0", "nl-0"), ("en-0", "nl-0")]]
    other = found[[("de-0", "en-1"), ("de-0", "nl-1"), ("en-0", "nl-1")]]
    assert same.min() > other.max()


def test_order_of_documents_does_not_matter(made_up):
    turned = corpus.from_rows(made_up.documents.iloc[::-1].reset_index(drop=True))
    first, second = similarity(made_up), similarity(turned)
    assert first["estimate"].to_numpy() == pytest.approx(second["estimate"].to_numpy(), abs=1e-6)


def test_nearest_sentences_are_quoted_where_they_stand(made_up):
    found = nearest_sentences(made_up, n=5, min_words=3, across="language")
    assert len(found) == 5
    assert found["similarity"].is_monotonic_decreasing
    assert (found["language_a"] != found["language_b"]).all()
    texts = made_up.documents.set_index("doc_id")["text"]
    for row in found.itertuples():
        assert texts[row.doc_id_a][row.start_a : row.end_a] == row.text_a
        assert texts[row.doc_id_b][row.start_b : row.end_b] == row.text_b
    used = [*found["sentence_a"], *found["sentence_b"]]
    assert len(used) == len(set(used))


def test_the_nearest_pair_is_a_translation(made_up):
    best = nearest_sentences(made_up, n=1, min_words=3).iloc[0]
    assert best["doc_id_a"][-1] == best["doc_id_b"][-1]
    assert best["similarity"] > 0.7


def test_the_texts_share_themes_but_no_sentence_stands_in_two(seeds):
    found = nearest_sentences(seeds, n=5)
    assert (found["verdict"] == "near in theme").all()
    assert (found["doc_id_a"] != found["doc_id_b"]).all()


def test_one_document_has_nothing_to_be_near(made_up):
    alone = made_up.subset(made_up.documents["doc_id"] == "en-0")
    assert len(similarity(alone)) == 0
    assert len(nearest_sentences(alone)) == 0


@pytest.mark.parametrize("wrong", [{"across": "colour"}, {"n": 0}])
def test_wrong_parameters_are_named(made_up, wrong):
    with pytest.raises(DiscourseError, match=next(iter(wrong))):
        nearest_sentences(made_up, **wrong)


def test_an_empty_corpus_gives_no_rows():
    empty = corpus.from_rows(pd.DataFrame({"doc_id": [], "text": []}))
    assert len(similarity(empty)) == 0


def test_the_same_words_are_counted_not_shown_and_samples_are_stated(made_up, monkeypatch):
    said = "Thank you very much for your attention."
    documents = made_up.documents.assign(text=made_up.documents["text"] + "\n" + said)
    repeated = corpus.from_rows(documents)
    found = nearest_sentences(repeated, n=3)
    assert (found["n_same"] == len(documents) - 1).all()
    assert not (found["text_a"].eq(said) & found["text_b"].eq(said)).any()
    monkeypatch.setattr(similarity_, "SAMPLE", 5)
    assert nearest_sentences(made_up, n=1)[["n"]].le(5).all(axis=None)
    monkeypatch.setattr(similarity_, "MOST_DOCUMENTS", 2)
    with pytest.raises(DiscourseError, match="subset"):
        similarity(made_up)
