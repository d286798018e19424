"""The space of topics: words compared across languages, and stretches that lean on documents."""

import numpy as np
import pandas as pd
import pytest

from analysis import corpus, embeddings
from analysis.measures import _topic_choice as choice_
from analysis.measures import _topic_space as space_
from analysis.measures import _topic_words as words_
from analysis.measures import topics

SENTENCES = {
    "sport": [
        "The striker scored a goal in the football match.",
        "The goalkeeper saved a penalty in the final.",
        "The football club won the league with a late goal.",
        "The coach praised the striker after the match.",
        "The referee ended the match without a penalty.",
        "The league gave the football club a new stadium.",
    ],
    "health": [
        "The doctor treated the patient in the hospital.",
        "The vaccine protects children against the disease.",
        "The nurse gave the patient a medicine.",
        "The hospital bought a medicine against the virus.",
        "The surgery was done by a doctor and a nurse.",
        "The clinic tested the vaccine on a patient.",
    ],
    "money": [
        "The central bank raised interest rates against inflation.",
        "Shares fell on the stock market after the report.",
        "The company reported lower profits to the investors.",
        "The investors sold shares of the bank.",
        "The budget grew and so did the debt of the company.",
        "The market feared inflation and higher interest rates.",
    ],
}
MODEL = embeddings.DEFAULT


def made(texts, languages="en", ids=None):
    """Build a corpus of texts; each line a paragraph."""
    ids = [f"d{i:02}" for i in range(len(texts))] if ids is None else ids
    frame = pd.DataFrame({"doc_id": ids, "text": texts, "language": languages})
    return corpus.from_rows(frame.assign(source="A", year=2020))


def documents(purely, n_docs=12, n=5, seed=0):
    """Documents of one theme each, or of all; words shuffled, so that none is a copy."""
    rng, themes = np.random.default_rng(seed), list(SENTENCES.values())
    texts = []
    for i in range(n_docs):
        lines = []
        for j in range(n):
            own = themes[i % 3] if purely else themes[j % 3]
            words = rng.permutation(own[rng.integers(6)][:-1].lower().split())
            lines.append(" ".join(words).capitalize() + ".")
        texts.append("\n".join(lines))
    return made(texts)


def learned(own):
    stretches = words_.units(own)
    return stretches, space_.learned(own, stretches, words_.cut(own), model=MODEL)


def joined(own, space, stretches=None):
    stretches = words_.units(own) if stretches is None else stretches
    return space_.joined(own, stretches, space, model=MODEL)


@pytest.fixture(scope="module")
def pure():
    return documents(purely=True)


@pytest.fixture(scope="module")
def pure_space(pure):
    return learned(pure)[1]


# -- words ----------------------------------------------------------------------------------------


@pytest.fixture
def flat(monkeypatch):
    """Vectors of sentences that tell nothing: what places a stretch are its words."""
    real = embeddings.encode

    def encode(texts, languages=None, *, model=MODEL, **where):
        found = real(texts, languages, model=model, **where)
        several = np.array([" " in text for text in texts])
        found[several] = np.eye(found.shape[1])[0]
        return found

    monkeypatch.setattr(embeddings, "encode", encode)


def test_words_bring_translations_together_where_sentence_vectors_do_not(flat):
    lines = {
        "en": ["Sanctions are weapons.", "Sanctions and weapons again.",
               "The hospital has doctors.", "Our hospital, our doctors."],
        "nl": ["Sancties zijn wapens.", "Sancties en wapens weer.", "Het ziekenhuis heeft artsen.",
               "Ons ziekenhuis, onze artsen."],
    }  # fmt: skip
    own = made(["\n".join(held) for held in lines.values()], list(lines))
    stretches, space = learned(own)
    assert set(space.form) >= {"sanctions", "sancties", "ziekenhuis", "hospital"}
    at = joined(own, space, stretches)
    english, dutch = at[:4], at[4:]
    cosine = english @ dutch.T
    assert cosine[0, 0] > cosine[0, 2] + 0.05 and cosine[2, 2] > cosine[2, 0] + 0.05
    assert (cosine.argmax(axis=1) // 2).tolist() == [0, 0, 1, 1]
    plain = words_.vectors(own, stretches, model=MODEL)
    assert np.ptp(plain[:4] @ plain[4:].T) < 1e-6, "the vectors alone know no difference"


def test_function_words_numbers_and_words_of_one_stretch_do_not_count():
    own = made(["The bank and the market in 1990.\nThe bank and the market in 1990 saw a zebra."])
    _, space = learned(own)
    assert space.form.tolist() == ["bank", "market"]
    assert space.language.tolist() == ["en", "en"]


def test_the_same_letters_are_another_word_in_another_language():
    own = made(["Die Bank ist alt.\nDie Bank ist neu.", "The bank is old.\nThe bank is new."],
               ["de", "en"])  # fmt: skip
    _, space = learned(own)
    keys = list(zip(space.language.tolist(), space.form.tolist(), strict=True))
    assert ("de", "bank") in keys and ("en", "bank") in keys


def test_where_no_word_comes_twice_the_vectors_alone_place_stretches():
    own = made(["Doctors heal.\nBanks lend.", "Strikers score.\nRivers flow."])
    stretches, space = learned(own)
    assert len(space.form) == 0 and space.weights.shape == (0, 0)
    assert joined(own, space, stretches) == pytest.approx(
        words_.vectors(own, stretches, model=MODEL), abs=1e-6
    )


def test_a_stretch_without_known_words_has_the_place_of_its_vector(pure, pure_space):
    new = made(["Zebras graze beside quiet volcanoes every autumn."])
    stretches = words_.units(new)
    at = joined(new, pure_space, stretches)
    own = words_.vectors(new, stretches, model=MODEL)
    assert np.isfinite(at).all()
    assert at[:, : own.shape[1]] == pytest.approx(own, abs=1e-6) and not at[:, own.shape[1] :].any()


def test_a_word_of_thousands_of_signs_is_no_word():
    own = made(["a" * 5_000 + " bank market.\n" + "a" * 5_000 + " bank market again."])
    _, space = learned(own)
    assert space.form.tolist() == ["bank", "market"]


# -- leaning on documents -------------------------------------------------------------------------


def test_lean_is_high_where_documents_are_about_one_theme_and_none_where_they_mix(pure_space):
    _, mixed = learned(documents(purely=False))
    assert pure_space.lean > 0.4
    assert mixed.lean < 0.1


def test_fewer_than_ten_documents_are_not_leaned_on():
    _, space = learned(documents(purely=True, n_docs=9))
    assert space.lean == 0


def test_documents_of_one_stretch_are_not_leaned_on():
    _, space = learned(documents(purely=True, n_docs=24, n=1))
    assert space.lean == 0


def test_leaning_moves_a_stretch_toward_its_document_and_headings_move_none(pure, pure_space):
    stretches = words_.units(pure)
    ids = stretches["doc_id"].to_numpy()
    same = (ids[:, None] == ids) & ~np.eye(len(ids), dtype=bool)
    near = []
    for lean in (0.0, 0.6):
        own = space_.WordSpace(
            pure_space.language, pure_space.form, weights=pure_space.weights, lean=lean
        )
        at = joined(pure, own, stretches)
        near.append(float((at @ at.T)[same].mean()))
    assert near[1] > near[0] + 0.1
    rows = np.array([[1.0, 0.0], [0.0, 1.0]])
    moved = space_._leaning(rows, np.array([0, 0]), np.array([5, 0]), 0.5)
    assert moved[0].tolist() == [1, 0]


# -- the whole ------------------------------------------------------------------------------------


def test_the_order_of_documents_changes_nothing(pure, pure_space):
    turned = corpus.from_rows(pure.documents.iloc[::-1].reset_index(drop=True))
    stretches, space = learned(turned)
    assert space.form.tolist() == pure_space.form.tolist() and space.lean == pure_space.lean
    assert np.array_equal(space.weights, pure_space.weights)
    assert np.array_equal(joined(turned, space, stretches), joined(pure, pure_space))


def test_new_texts_are_placed_in_the_same_space(pure, pure_space):
    """A document placed by itself lies where it lies among the others."""
    every = joined(pure, pure_space)
    own = (words_.units(pure)["doc_id"] == "d03").to_numpy()
    alone = pure.subset(pure.documents["doc_id"].to_numpy() == "d03")
    assert joined(alone, pure_space) == pytest.approx(every[own], abs=1e-5)


def test_of_directions_the_part_of_sentence_vectors_is_told(pure_space):
    rows = np.ones((2, 512 + pure_space.weights.shape[1]))
    found = space_.meaning(rows, pure_space)
    assert found.shape == (2, 512) and np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


def test_the_words_of_a_sample_are_those_of_the_sample(pure, monkeypatch):
    monkeypatch.setattr(choice_, "SENTENCES", 30)
    choice_.space.cache_clear()
    model = topics.fit(pure, k=3)
    choice_.space.cache_clear()
    assert model.sampled and len(model.units) == 30
    theme = model.units["doc_id"].str[1:].astype(int) % 3
    assert model.units.groupby(theme)["topic"].nunique().eq(1).all()
    placed = topics.assign(pure, fitted=model)
    best = placed.loc[placed.groupby("doc_id")["share"].idxmax()].set_index("doc_id")["topic"]
    assert best.groupby([int(d[1:]) % 3 for d in best.index]).nunique().eq(1).all()
    assert best.nunique() == 3
