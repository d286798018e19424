"""Topic models in files: whole again bit for bit, and files that are damaged or mean harm."""

import io
import json
import re
import zipfile
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from analysis import corpus, embeddings, places
from analysis.measures import _topic_edit as edit
from analysis.measures import _topic_file as file_
from analysis.measures import _topic_placing as placing
from analysis.measures import topics
from analysis.results import DiscourseError

TABLES = ("units", "topics", "terms", "shares")


@pytest.fixture(scope="module")
def model(topics_of_seeds):
    return topics_of_seeds(4)


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory):
    file = tmp_path_factory.mktemp("models") / "model.topics"
    file_.save(model, file)
    return file


@pytest.fixture
def changed(saved, tmp_path):
    """Write a copy of the saved model with some members replaced (None: left out)."""

    def write(**members):
        with zipfile.ZipFile(saved) as archive:
            held = {n: archive.read(n) for n in archive.namelist()}
        held |= {n.replace("__", "."): content for n, content in members.items()}
        file = tmp_path / "changed.topics"
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in held.items():
                if content is not None:
                    archive.writestr(name, content)
        return file

    return write


def member(file, name):
    with zipfile.ZipFile(file) as archive:
        return archive.read(name)


def npy(array):
    held = io.BytesIO()
    np.save(held, array, allow_pickle=array.dtype == object)
    return held.getvalue()


def claiming(shape, dtype="<f4"):
    """Return a .npy file that says it holds far more than it does."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + b"\0" * 64


def assert_same(one, two):
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
    for f in fields(one):
        a, b = getattr(one, f.name), getattr(two, f.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype and np.array_equal(a, b), f.name
        elif f.name not in (*TABLES, "words", "anchors", "largest", "space"):
            assert a == b, f.name
    for f in fields(one.space):
        assert np.array_equal(getattr(one.space, f.name), getattr(two.space, f.name)), f.name


def test_a_model_comes_back_bit_for_bit(model, saved):
    assert_same(file_.load(saved), model)


def test_an_edited_model_comes_back_too(seeds, model, tmp_path):
    edited = edit.drop(seeds, edit.split(seeds, edit.merge(seeds, model, [1, 2]), 1), [3])
    file_.save(edited, tmp_path / "m")
    again = file_.load(tmp_path / "m")
    assert_same(again, edited)
    assert len(again.history) == 3 and again.units["share"].isna().any()
    first, second = (placing.placed(seeds, m) for m in (edited, again))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_new_texts_are_placed_as_by_the_model_itself(model, saved):
    rows = [
        {"doc_id": "a", "language": "en", "text": "The sanctions hurt trade.\nMissiles flew."},
        {"doc_id": "b", "language": "nl", "text": "Rusland levert wapens aan Noord-Korea."},
        {"doc_id": "c", "language": "de", "text": "Die Verhandlungen sind gescheitert."},
    ]
    new = corpus.from_rows(pd.DataFrame(rows))
    first = topics.assign(new, fitted=model)
    pd.testing.assert_frame_equal(
        first, topics.assign(new, fitted=file_.load(saved)), check_exact=True
    )
    assert set(first["doc_id"]) == {"a", "b", "c"}


def test_a_model_on_words_comes_back(model, tmp_path):
    words = (np.array(["arms", "trade"]), np.random.default_rng(0).random((4, 2)))
    lda = replace(model, method_name="lda", words=words, space=None, anchors=None)
    file_.save(lda, tmp_path / "m")
    again = file_.load(tmp_path / "m")
    assert again.words is not None and again.method_name == "lda"
    assert again.words[0].tolist() == ["arms", "trade"]
    assert np.array_equal(again.words[1], words[1])


def test_the_same_model_gives_the_same_bytes(model, saved, tmp_path):
    file_.save(model, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == saved.read_bytes()
    assert list(tmp_path.iterdir()) == [tmp_path / "again"], "nothing is left beside it"


def test_nothing_in_it_is_pickled(saved):
    with zipfile.ZipFile(saved) as archive:
        for name in archive.namelist():
            if name.endswith(".npy"):
                np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
            else:
                assert isinstance(json.loads(archive.read(name)), dict)


def test_hash_versions_and_seed_are_carried(seeds, saved):
    about = json.loads(member(saved, "about.json"))
    assert (about["corpus_hash"], about["seed"]) == (seeds.hash, 0)
    assert {"numpy", "scikit-learn", file_.ENCODER} <= set(about["versions"])


def test_other_versions_of_libraries_read_it(model, changed):
    about = json.loads(member(changed(), "about.json"))
    about["versions"] |= {"numpy": "1.26", "scikit-learn": "9.9"}
    found = file_.load(changed(about__json=json.dumps(about)))
    assert found.versions["numpy"] == "1.26"
    assert not file_.differences(found)


def test_another_version_of_the_encoder_is_told(model):
    older = replace(model, versions={**model.versions, file_.ENCODER: "0.0.1"})
    told = file_.differences(older)
    assert "0.0.1" in told and "placed otherwise" in told
    assert "unknown" in file_.differences(replace(model, versions={}))
    assert not file_.differences(model)
    assert not file_.differences(replace(older, model="my-encoder"))


def test_a_model_of_an_encoder_that_is_missing_places_nothing(seeds, model, monkeypatch):
    def none(name):
        raise DiscourseError(f"model {name!r} needs a package that is not installed")

    monkeypatch.setattr(embeddings, "_model", none)
    with pytest.raises(DiscourseError, match="not installed"):
        placing.placed(seeds, replace(model, model="no-such-encoder"))


def set_about(**values):
    return lambda file: {"about__json": json.dumps(json.loads(member(file, "about.json")) | values)}


def column(table, name, change):
    """Return a table in which the values of one column are changed."""

    def make(file):
        held = json.loads(member(file, f"{table}.json"))
        held[name]["values"] = change(held[name]["values"])
        return {f"{table}__json": json.dumps(held)}

    return make


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: {"centres__npy": claiming("(1000000000000, 512)")}, "not as long as it says"),
        (lambda f: {"membership__npy": claiming("(4, 4)", "|O")}, "no plain numbers"),
        (lambda f: {"centres__npy": npy(np.array([{"a": 1}], dtype=object))}, "no plain numbers"),
        (lambda f: {"centres__npy": npy(np.array(["x"]))}, "no plain numbers"),
        (lambda f: {"centres__npy": b"nothing"}, "damaged"),
        (lambda f: {"centres__npy": b""}, "damaged"),
        (lambda f: {"centres__npy": npy(np.float32(1))}, "damaged"),
        (lambda f: {"centres__npy": npy(np.full((4, 512), np.nan, np.float32))}, "not finite"),
        (lambda f: {"centres__npy": npy(np.full((4, 512), np.inf, np.float32))}, "not finite"),
        (lambda f: {"centres__npy": npy(np.ones((9, 512), np.float32))}, "does not fit 4 topics"),
        (lambda f: {"membership__npy": npy(np.ones((2, 4)))}, "membership does not fit"),
        (lambda f: {"membership__npy": None}, "damaged"),
        (lambda f: {"refits__npy": npy(np.full((20, 106), 99, np.int16))}, "does not"),
        (lambda f: {"refits__npy": npy(np.ones((20, 106), np.float32))}, "refits does not fit"),
        (lambda f: {"shares__npy": npy(np.ones((5, 4)))}, "no shares"),
        (lambda f: {"leads__npy": npy(np.arange(4) + 70)}, "topics that it does not have"),
        (lambda f: {"about__json": "[1, 2]"}, "no saved topic model"),
        (lambda f: {"about__json": "not json"}, "no saved topic model"),
        (lambda f: {"about__json": None}, "no saved topic model"),
        (lambda f: {"about__json": "[" * 100_000}, "no saved topic model"),
        (lambda f: {"units__json": "[]"}, "no object"),
        (lambda f: {"units__json": "{}"}, "lacks columns"),
        (lambda f: {"units__json": '{"a": NaN}'}, "NaN is no number"),
        (set_about(format=file_.FORMAT - 1), "earlier version"),
        (set_about(format=file_.FORMAT + 1), "later version of this program; update"),
        (set_about(format="5"), "no saved topic model"),
        (set_about(numbers=[1, 2, 3, 4, 5]), "does not fit"),
        (set_about(numbers=list(range(1, 30_000))), "does not fit"),
        (set_about(numbers=[1, 2, 2, 4]), "rising whole numbers"),
        (set_about(numbers=[0, 1, 2, 3]), "rising whole numbers"),
        (set_about(numbers=[True, 2, 3, 4]), "rising whole numbers"),
        (set_about(numbers=[1, 2, 3, 10**12]), "rising whole numbers"),
        (set_about(numbers=[1, 2, 3, "4"]), "rising whole numbers"),
        (set_about(numbers=[]), "rising whole numbers"),
        (set_about(numbers={}), "wrong kind"),
        (set_about(seed="0"), "seed is of the wrong kind"),
        (set_about(method_name="magic"), "method is unknown"),
        (set_about(unit="word"), "unit is unknown"),
        (set_about(method_name="lda"), "words are missing"),
        (set_about(largest=2), "largest"),
        (set_about(largest=10**9), "largest"),
        (set_about(documents=["a"] * 5), "twice"),
        (set_about(history=[1]), "no list of texts"),
        (column("units", "topic", lambda v: [7] * len(v)), "topics that it does not have"),
        (column("units", "start", lambda v: ["0"] * len(v)), "start holds values of the wrong"),
        (column("units", "start", lambda v: v[:-1]), "different lengths"),
        (column("units", "doc_id", lambda v: "x" * len(v)), "wrong kind"),
        (column("units", "sentences", lambda v: [[{}]] * len(v)), "wrong kind"),
        (column("topics", "topic", lambda v: v[::-1]), "does not fit their numbers"),
        (column("topics", "label", lambda v: ["\ud800"] * len(v)), "damaged"),
        (column("topics", "stability", lambda v: [10**400] * len(v)), "damaged"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_in_one_sentence(saved, changed, change, says):
    file = changed(**change(saved))
    with pytest.raises(DiscourseError, match=re.escape(says)) as error:
        file_.load(file)
    said = str(error.value)
    assert said.startswith(f"{file}: ") and "\n" not in said and len(said) < 400


def test_a_file_cut_short_is_refused(saved, tmp_path):
    content = saved.read_bytes()
    for part in (0, 1, 100, len(content) // 2, len(content) - 1):
        file = tmp_path / "short"
        file.write_bytes(content[:part])
        with pytest.raises(DiscourseError, match="short: is no saved topic model"):
            file_.load(file)


def test_any_byte_that_flips_is_a_sentence_or_no_matter(saved, tmp_path):
    content, file = saved.read_bytes(), tmp_path / "flipped"
    rng, refused = np.random.default_rng(0), 0
    for place in rng.integers(0, len(content), 60):
        flipped = bytearray(content)
        flipped[place] ^= 0xFF
        file.write_bytes(flipped)
        try:
            file_.load(file)
        except DiscourseError:
            refused += 1
    assert refused > 40


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    bomb = tmp_path / "bomb"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", b" " * 3_000_000)
    assert bomb.stat().st_size < 10_000
    monkeypatch.setattr(file_, "MOST_BYTES", 2_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("was unpacked"))
    with pytest.raises(DiscourseError, match="no saved topic model"):
        file_.load(bomb)


def test_a_size_that_lies_unpacks_no_more_than_it_says(saved, tmp_path):
    """The directory of the zip says 10 bytes; the member would be millions."""
    file = tmp_path / "liar"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", b" " * 3_000_000)
    content = file.read_bytes().replace((3_000_000).to_bytes(4, "little"), b"\x0a\0\0\0")
    file.write_bytes(content)
    with pytest.raises(DiscourseError, match="liar"):
        file_.load(file)


def test_files_that_are_no_models(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    with pytest.raises(DiscourseError, match="no saved topic model"):
        file_.load(tmp_path / "other.npz")
    np.savez(tmp_path / "old.npz", about=np.array(json.dumps({"format": 3})))
    with pytest.raises(DiscourseError, match="earlier version of this program; fit the topics"):
        file_.load(tmp_path / "old.npz")
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DiscourseError, match="cannot be read"):
            file_.load(place)


def test_a_place_that_cannot_be_written_is_told(model, tmp_path):
    with pytest.raises(places.PlaceError, match="is a folder"):
        file_.save(model, tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(places.PlaceError):
        file_.save(model, tmp_path / "file" / "model")


def test_a_model_too_large_to_be_read_again_is_not_written(model, tmp_path, monkeypatch):
    monkeypatch.setattr(file_, "MOST_BYTES", 1000)
    with pytest.raises(DiscourseError, match="too large"):
        file_.save(model, tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_strange_text_survives(model, tmp_path):
    strange = 'a"b\\ \n\t\u2028 \U0001f600 \x00 名'
    table = model.topics.assign(label=strange)
    file_.save(replace(model, topics=table), tmp_path / "m")
    assert set(file_.load(tmp_path / "m").topics["label"]) == {strange}
