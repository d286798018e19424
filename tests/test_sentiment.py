"""Tone of sentences: the model as shipped, the result rows, bad input."""

import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer

from analysis import classifier, corpus, paths
from analysis.measures import _tone
from analysis.measures import sentiment as room
from analysis.results import DiscourseError

CLEAR = [
    ("nl", "Uitstekende resultaten: winst en werkgelegenheid stijgen sterk", 1),
    ("nl", "Faillissement dreigt: zware verliezen en massaontslagen", -1),
    ("en", "The brilliant rescue was praised as a great success.", 1),
    ("en", "The corrupt regime brutally murdered innocent civilians.", -1),
    ("de", "Die Regierung wurde für ihren großen Erfolg gelobt und gefeiert.", 1),
    ("de", "Der brutale Angriff tötete viele Menschen und zerstörte die Stadt.", -1),
]


@pytest.fixture(scope="module")
def rows(seeds):
    return room.sentiment(seeds)


def test_clear_sentences_lean_the_right_way_in_each_language():
    languages, texts, signs = zip(*CLEAR, strict=True)
    score = room.classify(texts, languages)["score"]
    assert (np.sign(score) == np.array(signs)).all(), score.tolist()


def test_probabilities_add_up_and_the_score_is_their_difference():
    languages, texts, _ = zip(*CLEAR, strict=True)
    p = room.classify(texts, languages)
    assert np.allclose(p[["negative", "neutral", "positive"]].sum(axis=1), 1)
    assert np.allclose(p["score"], p["positive"] - p["negative"])
    assert set(p["label"]) <= {-1.0, 0.0, 1.0}


@pytest.mark.parametrize("text", ["", "   ", "…!?", "12 345", "\x00\x07", "😀"])
def test_nothing_to_judge_is_an_abstention(text):
    assert room.classify([text], ["nl"]).isna().all(axis=None)


def test_a_language_the_model_was_not_made_for_is_an_abstention():
    out = room.classify(["Kaikki on hyvin.", "Alles is goed."], ["fi", "nl"])
    assert out["score"].isna().tolist() == [True, False]


def test_no_texts_give_an_empty_frame():
    assert len(room.classify([], [])) == 0


def test_odd_texts_are_judged_without_complaint():
    odd = ["ALLES GAAT FOUT!!!", "woord " * 10_000, "\ud800 kapot", "Goed\u200b nieuws 😀\x07"]
    assert room.classify(odd, ["nl"] * 4)["score"].notna().all()


def test_only_the_first_200_words_are_read():
    start = "goed nieuws " * 100
    assert room.clip(start + "verlies") == start.strip()


def test_a_text_is_judged_the_same_alone_and_in_any_company():
    languages, texts, _ = zip(*CLEAR, strict=True)
    together = room.classify(texts, languages)["score"]
    alone = [room.classify([t], [c])["score"][0] for t, c in zip(texts, languages, strict=True)]
    assert np.allclose(together, alone, atol=1e-5)


def test_hashed_features_are_the_same_in_a_process_with_another_hash_seed():
    code = (
        "from sklearn.feature_extraction import FeatureHasher as H;"
        "from sklearn.feature_extraction.text import HashingVectorizer as V;"
        "print(H(2**18, input_type='string').transform([['l slecht']]).indices[0],"
        "V(n_features=2**17).transform(['slecht']).indices[0])"
    )
    env = {"PYTHONHASHSEED": "1", "PATH": ""}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    ).stdout
    here = (
        FeatureHasher(2**18, input_type="string").transform([["l slecht"]]).indices[0],
        HashingVectorizer(n_features=2**17).transform(["slecht"]).indices[0],
    )
    assert told.split() == [str(i) for i in here]


def test_models_are_small_and_plain_arrays():
    files = list(paths.MODELS.glob("*.npz"))
    assert sum(f.stat().st_size for f in files) < 10_000_000
    for name in ("sentiment-portable", "stance-portable"):
        with np.load(paths.MODELS / f"{name}.npz", allow_pickle=False) as saved:
            assert all(saved[k].dtype != object for k in saved.files)
        assert (paths.MODELS / f"{name}.md").exists()


def test_an_unknown_model_is_named():
    with pytest.raises(DiscourseError, match="sentiment-nope"):
        room.classify(["a"], ["nl"], model="nope")


def test_rows_of_single_texts(rows, seeds):
    assert rows["doc_id"].tolist() == sorted(seeds.documents["doc_id"])
    assert rows["estimate"].between(-1, 1).all()
    assert rows[["lo", "hi"]].isna().all(axis=None)
    assert rows["verdict"].eq("one text").all()
    shares = rows[["share_negative", "share_neutral", "share_positive"]].sum(axis=1)
    assert np.allclose(shares, 1)
    kept = seeds.sentences[seeds.sentences["kept"]].groupby("doc_id").size()
    assert (rows.set_index("doc_id")[["n", "abstained"]].sum(axis=1) == kept).all()


def test_the_estimate_is_the_mean_over_kept_sentences(rows, seeds):
    table = seeds.sentences[seeds.sentences["kept"]]
    one = table[table["doc_id"] == rows["doc_id"][0]]
    language = rows["language"][0]
    score = room.classify(seeds.spans(one), [language] * len(one))["score"]
    assert rows["estimate"][0] == pytest.approx(score.mean(), abs=1e-6)


def test_named_sentences_are_the_extremes(rows, seeds):
    judged = room.sentences(seeds)
    row = rows.iloc[0]
    own = judged.loc[list(row["sentences"])]
    doc = seeds.documents.index[seeds.documents["doc_id"].eq(row["doc_id"])][0]
    score = judged.loc[judged["doc"].eq(doc), "score"].dropna()
    assert own["score"].min() == score.min() and own["score"].max() == score.max()


def test_groups_have_a_document_bootstrap_and_keep_their_order(made_up):
    rows = room.sentiment(made_up, by="source")
    assert rows["group"].tolist() == ["A", "B"]
    assert rows["n_docs"].tolist() == [3, 3]
    assert (rows["lo"] < rows["estimate"]).all() and (rows["estimate"] < rows["hi"]).all()
    back = corpus.from_rows(made_up.documents.iloc[::-1].reset_index(drop=True))
    again = room.sentiment(back, by="source")
    assert np.allclose(rows[["estimate", "lo", "hi"]], again[["estimate", "lo", "hi"]], atol=1e-6)


def test_a_sample_is_shared_alike_and_small_groups_are_taken_whole():
    stratum = np.repeat([0, 1, 2], [1000, 5, 400])
    drawn = _tone.sample(stratum, np.arange(len(stratum)), 105, seed=0)
    assert np.bincount(stratum[drawn]).tolist() == [50, 5, 50]
    back = _tone.sample(stratum[::-1], np.arange(len(stratum))[::-1], 105, seed=0)
    assert (back[::-1] == drawn).all(), "the order of the rows does not matter"
    assert (_tone.sample(stratum, np.arange(len(stratum)), 105, seed=1) != drawn).any()
    assert _tone.sample(stratum, np.arange(len(stratum)), None, seed=0).all()
    assert np.bincount(stratum[_tone.sample(stratum, stratum, 2, seed=0)]).tolist() == [1, 1, 1]


def test_a_sample_says_so_and_is_near_the_whole(made_up):
    whole = room.sentiment(made_up, by="source")
    part = room.sentiment(made_up, by="source", most=8)
    assert part["n"].sum() <= 8 < whole["n"].sum()
    assert part["n_all"].equals(whole["n_all"])
    assert part["method"].str.contains("random sample of 8 of").all()
    assert not whole["method"].str.contains("sample of").any()


def test_a_text_without_a_judged_sentence_says_so():
    made = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": ["12 34."], "language": ["nl"]}))
    row = room.sentiment(made).iloc[0]
    assert math.isnan(row["estimate"]) and row["verdict"] == "no sentence judged"


def test_tf_idf_rows_have_length_one_and_empty_rows_are_zero():
    x = classifier.design([], (), np.array([[1, 2, 0], [0, 0, 0]]), np.array([1.0, 2.0, 3.0]))
    assert np.sqrt((x.toarray() ** 2).sum(axis=1)).tolist() == pytest.approx([1, 0])
