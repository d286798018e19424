"""From a row back to its sentences."""

import pandas as pd
import pytest

from analysis.corpus import from_rows
from analysis.evidence import COLUMNS, evidence
from analysis.measures.actors import actors
from analysis.measures.concordance import concordance
from analysis.measures.keyness import keyness
from analysis.results import DiscourseError


def is_verbatim(corpus, found):
    texts = corpus.documents["text"]
    assert list(found.columns) == list(COLUMNS)
    for row in found.itertuples():
        assert texts[row.doc][row.start : row.end] == row.text
    return True


def test_a_term_is_found_in_the_documents_of_its_group(seeds):
    row = {"term": "sancties", "by": "source", "group": "De Tijd"}
    found = evidence(seeds, row, n=None)
    assert is_verbatim(seeds, found)
    assert set(found["doc_id"]) == {"detijd-2017-nl"}
    nodes = [seeds.documents["text"][r.doc][r.node_start : r.node_end] for r in found.itertuples()]
    assert set(nodes) == {"sancties"}
    assert len(found) == 5 or len(found) == len(set(found["sentence"]))


def test_a_row_that_names_its_sentences_is_taken_at_its_word(seeds):
    found = evidence(seeds, {"topic": 1, "sentences": (7, 3, 3)}, n=None)
    assert list(found["sentence"]) == [3, 7]
    assert (found["node_start"] == -1).all()


def test_lemmas_actors_and_concepts(seeds):
    for row in ({"term": "sanctie"}, {"actor": "KIM"}, {"concept": "sanctions"}):
        found = evidence(seeds, {**row, "doc_id": "detijd-2017-nl"}, n=2)
        assert is_verbatim(seeds, found)
        assert 0 < len(found) <= 2


def test_a_sample_is_seeded_and_in_the_order_of_the_text(seeds):
    row = {"actor": "DPRK"}
    first, again = (evidence(seeds, row, n=5, seed=1) for _ in range(2))
    assert list(first["sentence"]) == list(again["sentence"]) == sorted(first["sentence"])
    assert list(first["sentence"]) != list(evidence(seeds, row, n=5, seed=2)["sentence"])


def test_rows_of_measures_lead_to_sentences(seeds):
    for rows in (keyness(seeds, by="doc_id", n_boot=9), actors(seeds)):
        told = rows[rows["n"] > 0].head(20)
        for record in told.to_dict("records"):
            assert len(evidence(seeds, record, n=3))


def test_a_row_about_nothing_is_an_error(seeds):
    with pytest.raises(DiscourseError, match="without sentences"):
        evidence(seeds, {"estimate": 1.0})


@pytest.mark.parametrize(
    ("term", "holds"),
    [
        ({"term": "the united states"}, "united states"),
        ({"term": "north* korea*"}, "north korea"),
        ({"term": "korea*"}, "korea"),
        ({"term": "sanctions", "term_unit": "concept"}, "sanction"),
    ],
)
def test_terms_of_several_words_and_patterns_find_their_places(seeds, term, holds):
    found = evidence(seeds, {**term, "doc_id": "riac-2018-en"}, n=None)
    assert is_verbatim(seeds, found) and len(found)
    texts = seeds.documents["text"]
    nodes = [texts[r.doc][r.node_start : r.node_end].casefold() for r in found.itertuples()]
    assert all(holds in node for node in nodes)


def test_words_are_of_one_sentence_and_in_order(seeds):
    for term in ("states united", "korea north", "…", "nowhere to be"):
        assert not len(evidence(seeds, {"term": term}, n=None))


@pytest.mark.parametrize(
    ("pattern", "unit"), [("be", "lemma"), ("KIM", "actor"), ("korea", "word")]
)
def test_a_line_of_a_concordance_leads_to_its_sentence(seeds, pattern, unit):
    for line in concordance(seeds, pattern, unit=unit, n=3).to_dict("records"):
        found = evidence(seeds, line).iloc[0]
        assert found["sentence"] == line["sentence"]
        assert (found["node_start"], found["node_end"]) == (line["start"], line["end"])


@pytest.mark.parametrize(
    ("term", "nodes"),
    [
        ({"term": "people's"}, ["People's", "people’s"]),
        ({"term": "people’s", "term_unit": "word"}, ["People's", "people’s"]),
        ({"term": "people", "term_unit": "lemma"}, ["People's", "people’s"]),
        ({"term": "the people's"}, ["the people’s"]),
        ({"term": "straße"}, ["Straße"]),
        ({"term": "bürger:innen"}, ["Bürger*innen"]),
        ({"term": "bürger*in*"}, ["Bürger*innen"]),
    ],
)
def test_evidence_finds_every_spelling_of_a_term(term, nodes):
    texts = {"en": "People's hopes grew. He heard the people’s voice.",
             "de": "Viele Bürger*innen kamen. Auf der Straße war es voll."}  # fmt: skip
    rows = {"doc_id": list(texts), "text": list(texts.values()), "language": list(texts)}
    made = from_rows(pd.DataFrame(rows))
    found = evidence(made, term, n=None)
    assert is_verbatim(made, found)
    held = dict(enumerate(texts.values()))
    assert [held[r.doc][r.node_start : r.node_end] for r in found.itertuples()] == nodes
