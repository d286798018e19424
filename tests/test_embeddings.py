"""Sentence vectors: known cosines of the pinned encoder, and the fixed language vectors."""

import numpy as np
import pytest

from analysis import embeddings, paths
from analysis.results import DiscourseError

SENTENCES = {
    "en": "The sanctions against North Korea remain in force.",
    "nl": "De sancties tegen Noord-Korea blijven van kracht.",
    "de": "Die Sanktionen gegen Nordkorea bleiben in Kraft.",
}
OTHER = "The cat sleeps on the sofa."


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DISCOURSE_CACHE", str(tmp_path))


def test_known_cosines_of_the_pinned_package():
    found = embeddings.encode([*SENTENCES.values(), OTHER])
    cosines = found @ found.T
    known = {(0, 1): 0.8743, (0, 2): 0.8489, (1, 2): 0.7738, (0, 3): 0.1511, (1, 3): 0.1181}
    for pair, value in known.items():
        assert cosines[pair] == pytest.approx(value, abs=0.002)


def test_rows_have_length_one_and_type_float32():
    found = embeddings.encode([*SENTENCES.values(), ""], [*SENTENCES, "en"])
    assert found.dtype == np.float32
    assert found.shape == (4, embeddings.DIM)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


def test_nothing_gives_no_rows():
    assert embeddings.encode([]).shape == (0, embeddings.DIM)


def test_a_text_has_the_same_vector_whatever_stands_beside_it():
    alone = embeddings.encode([OTHER])[0]
    beside = embeddings.encode(["word " * 200, *SENTENCES.values(), OTHER])[-1]
    assert np.abs(alone - beside).max() < 1e-5


def test_a_second_call_reads_the_cache(tmp_path, monkeypatch):
    first = embeddings.encode([OTHER])
    assert list(tmp_path.glob("vectors-*.npy"))

    def fail(*_):
        raise AssertionError("encoded again")

    monkeypatch.setattr(embeddings, "_raw", fail)
    assert (embeddings.encode([OTHER]) == first).all()


def test_fixed_vectors_bring_translations_nearer_and_never_look_at_the_corpus():
    texts, codes = list(SENTENCES.values()), list(SENTENCES)
    raw, moved = embeddings.encode(texts), embeddings.encode(texts, codes)
    upper = np.triu_indices(3, 1)
    assert (moved @ moved.T)[upper].mean() > (raw @ raw.T)[upper].mean()
    # The vector of a text is the same in any company: no mean of the corpus is subtracted.
    alone = embeddings.encode(texts[2:], codes[2:])[0]
    assert np.abs(alone - moved[2]).max() < 1e-5


def test_a_language_without_fixed_vector_is_left_as_it_is():
    assert np.allclose(embeddings.encode([OTHER], ["xx"]), embeddings.encode([OTHER]), atol=1e-6)


def test_the_shipped_vectors_are_small_centred_and_have_a_card():
    vectors = embeddings.language_vectors()
    assert sorted(vectors) == ["de", "en", "nl"]
    assert all(v.shape == (embeddings.DIM,) for v in vectors.values())
    assert np.abs(sum(vectors.values())).max() < 1e-6
    assert all(0.01 < np.linalg.norm(v) < 0.2 for v in vectors.values())
    card = (paths.MODELS / "language_vectors.md").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in card


def test_an_unknown_model_is_refused_with_a_way_out():
    with pytest.raises((DiscourseError, OSError)):
        embeddings.encode([OTHER], model="no-such-model")
