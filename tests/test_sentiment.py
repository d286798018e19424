"""Tone of sentences: the model as shipped, the result rows, bad input."""

import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer

from analysis import accuracy, corpus, paths
from analysis.judging import features, store
from analysis.measures import _misclassified, _tone
from analysis.measures import sentiment as room
from analysis.measures.tonecontrast import contrast
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
    assert features.clip(start + "verlies") == start.strip()


def test_a_sentence_that_is_read_in_part_is_counted():
    def method(words, **more):
        text = "goed nieuws " * (words // 2) + "verlies."
        rows = pd.DataFrame({"doc_id": ["a"], "text": [text], "language": ["nl"]})
        return room.sentiment(corpus.from_rows(rows), **more)["method"].iloc[0]

    assert "sentences longer than the 200 words it reads: 1" in method(200)
    assert "words it reads" not in method(198)
    assert "words it reads" not in method(200, model="lexicon")


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
    with pytest.raises(DiscourseError, match=r"'nope' is not in models/; use one of: .*portable"):
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


def test_the_score_is_the_mean_over_kept_sentences(rows, seeds):
    table = seeds.sentences[seeds.sentences["kept"]]
    one = table[table["doc_id"] == rows["doc_id"][0]]
    language = rows["language"][0]
    score = room.classify(seeds.spans(one), [language] * len(one))["score"]
    assert rows["score"][0] == pytest.approx(score.mean(), abs=1e-6)


def test_named_sentences_are_the_extremes(rows, seeds):
    judged = room.sentences(seeds)
    row = rows.iloc[0]
    own = judged.loc[list(row["sentences"])]
    doc = seeds.documents.index[seeds.documents["doc_id"].eq(row["doc_id"])][0]
    score = judged.loc[judged["doc"].eq(doc), "score"].dropna()
    assert own["score"].min() == score.min() and own["score"].max() == score.max()


def test_groups_have_a_document_bootstrap_and_keep_their_order():
    made = corpus.from_rows(spread(NEWS["nl"], "nl"))
    rows = room.sentiment(made, by="source")
    assert rows["group"].tolist() == ["A", "B"]
    assert rows["n_docs"].tolist() == [8, 8]
    assert (rows["lo"] < rows["estimate"]).all() and (rows["estimate"] < rows["hi"]).all()
    back = corpus.from_rows(made.documents.iloc[::-1].reset_index(drop=True))
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


ABOUT = {"task": "sentiment", "method": "portable"}
TABLE = np.array([[40.0, 20, 10], [10, 60, 10], [5, 15, 30]])


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A validation table of Dutch and English, and what translations say of pairs."""
    about = {"task": "sentiment", "method": "portable", "genre": "news", "dataset": "made up"}
    cells = [
        {**about, "language": code, "gold": g - 1, "predicted": p - 1, "n": TABLE[g, p]}
        for code in ("nl", "en")
        for g in range(3)
        for p in range(3)
    ]
    pd.DataFrame(cells).to_csv(tmp_path / "validation.csv", index=False)
    rows = [
        {
            **about,
            "dataset": "ntrex, translations",
            "language": pair,
            "metric": m,
            "value": v,
            "n": 9,
        }
        for pair, gap in (("nl-en", 0.2), ("nl-de", 0.6))
        for m, v in (("r", 0.8), ("gap_sd", gap), ("mean_gap_sd", 0.01))
    ]
    pd.DataFrame(rows).reindex(columns=list(accuracy.COLUMNS)).to_csv(
        tmp_path / "accuracy.csv", index=False
    )
    monkeypatch.setattr(accuracy.paths, "RESULTS", tmp_path)
    return tmp_path


def test_a_label_counts_halfway_between_its_codes_and_itself():
    one = _misclassified.correction(TABLE, n_boot=200, seed=0)
    codes = np.array([-1.0, 0.0, 1.0])
    calibrated = (TABLE * codes[:, None]).sum(axis=0) / TABLE.sum(axis=0)
    moved = codes + (TABLE.sum(axis=1) - TABLE.sum(axis=0)) @ codes / TABLE.sum()
    assert np.allclose(one.value, (calibrated + moved) / 2, atol=0.01)
    assert np.allclose(one.samples.mean(axis=0), one.value, atol=0.02)
    mean = TABLE.sum(axis=1) @ codes / TABLE.sum()
    assert TABLE.sum(axis=0) @ one.value / TABLE.sum() == pytest.approx(mean, abs=0.01)


def test_a_method_without_errors_changes_nothing():
    one = _misclassified.correction(np.diag([1e4, 1e4, 1e4]), n_boot=9, seed=0)
    assert np.allclose(one.value, [-1, 0, 1], atol=1e-3) and (one.spread < 1e-3).all()


def test_codes_out_of_abstentions_are_left_out():
    rows = pd.DataFrame({"gold": [0, 0, 1], "predicted": [0, np.nan, -1], "n": [5, 9, 2]})
    table = _misclassified.counts(rows)
    assert table.sum() == 7 and table[1, 1] == 5 and table[2, 0] == 2
    assert _misclassified.counts(rows.iloc[:0]).sum() == 0


def judged(label, doc):
    frame = pd.DataFrame({"doc": doc, "label": label.astype(float)})
    return frame.assign(score=frame["label"] * 0.5)


class Docs:
    """Documents of one language and source, as groups know them."""

    def __init__(self, n, language="nl"):
        self.rank, self.spoken = np.arange(n), np.full(n, language, dtype=object)
        self.source = np.full(n, "a", dtype=object)


def test_the_interval_holds_the_mean_code_about_as_often_as_it_says():
    rates = TABLE / TABLE.sum(axis=1, keepdims=True)
    shares, held, plain, repeats = TABLE.sum(axis=1) / TABLE.sum(), 0, 0, 60
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        code = rng.choice(3, 80, p=shares)
        label = np.array([rng.choice(3, p=rates[c]) for c in code]) - 1
        table = rng.multinomial(200, TABLE.ravel() / TABLE.sum()).reshape(3, 3)
        frame, one = judged(label, np.arange(80)), np.zeros(80, dtype=int)
        known = {"nl": _misclassified.correction(table.astype(float), n_boot=199, seed=seed)}
        settings = {**ABOUT, "level": 0.95, "n_boot": 199, "seed": seed}
        got = _tone.means(frame, one, 1, Docs(80), known, **settings).iloc[0]
        bare = _tone.means(frame, one, 1, Docs(80), {}, **settings).iloc[0]
        held += got["lo"] <= code.mean() - 1 <= got["hi"]
        plain += bare["lo"] <= code.mean() - 1 <= bare["hi"]
    assert held >= 0.9 * repeats > plain


def test_what_was_validated_is_corrected_and_its_error_is_in_the_interval(made_up, ours):
    nl = corpus.from_rows(made_up.documents.query("language != 'de'").assign(source="A"))
    row = room.sentiment(nl, by="source").iloc[0]
    table = room.sentences(nl)
    value = _misclassified.correction(TABLE, n_boot=9, seed=0).value
    expected = value[table["label"].to_numpy(dtype=int) + 1].mean()
    assert row["estimate"] == pytest.approx(expected) and row["verdict"] == ""
    assert (
        "own error in English and Dutch (its spread between groups as measured on Dutch"
        in (row["method"])
    )
    pd.DataFrame(columns=list(accuracy.TABLE)).to_csv(ours / "validation.csv", index=False)
    bare = room.sentiment(nl, by="source").iloc[0]
    assert bare["verdict"] == "own error not measured in English and Dutch"
    assert bare["estimate"] == pytest.approx(row["score"])
    assert row["hi"] - row["lo"] > bare["hi"] - bare["lo"]


def test_the_way_chosen_is_nominal_in_the_measurements_and_twice_as_narrow_as_inversion():
    rows = pd.read_csv(paths.ROOT / "benchmarks" / "results" / "tone_intervals.csv")
    rows = rows[rows["interval"].eq("and codes and groups") & rows["groups"].ne("shifted")]
    differences = rows["groups"].str.startswith("two of")
    pairs, rows = rows[differences], rows[~differences]
    assert pairs["coverage"].min() >= 0.9 and pairs["coverage"].mean() > 0.95
    test = rows[rows["half"].eq("test")]
    found = test.groupby(["method", "groups"])[["coverage", "width"]].mean()
    assert found.loc["halfway", "coverage"].min() > 0.94
    assert (found.loc["halfway", "width"] * 1.9 < found.loc["inverted", "width"]).all()
    between = rows.groupby("method")["between"].max()
    assert between["halfway"] < between[["calibrated", "moved", "labels"]].min()
    assert between["halfway"] < 1.5 * _misclassified.BETWEEN


def test_a_smaller_validation_set_makes_the_interval_wider():
    frame, one = judged(np.tile([-1, 0, 1], 60), np.arange(180)), np.zeros(180, dtype=int)
    width = []
    for scale in (0.1, 1, 10):
        known = {"nl": _misclassified.correction(TABLE * scale // 1, n_boot=499, seed=0)}
        settings = {**ABOUT, "level": 0.95, "n_boot": 499, "seed": 0}
        got = _tone.means(frame, one, 1, Docs(180), known, **settings)
        width.append(got["hi"].iat[0] - got["lo"].iat[0])
    assert width[0] > width[1] > width[2]


def test_groups_of_several_columns_have_a_key_column_each(made_up):
    rows = room.sentiment(made_up, by=("source", "year"))
    assert rows.columns[1:6].tolist() == ["source", "year", "language", "by", "group"]
    assert rows["group"].tolist() == ["A · 2020", "B · 2021"]
    assert rows["source"].tolist() == ["A", "B"] and rows["year"].tolist() == [2020, 2021]
    assert rows["by"].eq("source · year").all()
    single = room.sentiment(made_up, by=("source", "language"))
    assert single[["lo", "hi"]].isna().all(axis=None) and single["verdict"].eq("one text").all()


def spread(texts, language):
    """Documents of two sources, of which the second has the worse news."""
    rows = [
        {"doc_id": f"{language}-{source}-{i}", "text": t.format(i), "language": language,
         "source": source}
        for source, t in zip("AB", texts, strict=True)
        for i in range(8)
    ]  # fmt: skip
    return pd.DataFrame(rows)


NEWS = {
    "nl": ("Uitstekende winst en veel nieuwe banen in {}.",
           "Faillissement dreigt, zware verliezen in {}."),
    "de": ("Großer Erfolg und Lob für {}.", "Brutaler Angriff tötet viele in {}."),
    "en": ("A brilliant rescue praised as a success in {}.",
           "Corrupt regime murdered innocents in {}."),
}  # fmt: skip


def test_a_contrast_is_the_difference_of_its_means_and_flips_with_its_sides(ours):
    made = corpus.from_rows(spread(NEWS["nl"], "nl"))
    row = contrast(made, by="source", target="A", reference="B").iloc[0]
    back = contrast(made, by="source", target="B", reference="A").iloc[0]
    means = room.sentiment(made, by="source")["estimate"].to_numpy()
    assert row["estimate"] == pytest.approx(means[0] - means[1]) == -back["estimate"]
    assert row["verdict"] == "higher" and back["verdict"] == "lower"
    assert row["lo"] < row["estimate"] < row["hi"]
    assert (row["n_docs"], row["docs_reference"], row["group"]) == (8, 8, "A")


def test_what_a_method_gets_wrong_everywhere_does_not_make_a_difference_unsure():
    label, spoken = np.tile([-1.0, 0.0, 1.0], 400), np.full(1200, "nl")
    one = _misclassified.correction(TABLE // 4, n_boot=2000, seed=0)
    values = _misclassified.Values.of(label, label, spoken, {"nl": one}, n_boot=2000)
    half = np.arange(600), np.arange(600, 1200)
    alone, gap = values.noise(half[0], 1).std(), values.noise(half[0], 1, minus=half[1]).std()
    assert gap < 1.1 * alone, "the table's own error cancels; two of them would make it 1.4 times"
    scores = values.noise(half[0], 1, table=False).std()
    assert _misclassified.BETWEEN < scores < alone


def test_languages_are_compared_only_where_translations_score_alike(ours):
    both = corpus.from_rows(pd.concat([spread(NEWS[c], c) for c in ("nl", "de", "en")]))
    row = contrast(both, by="language", target="nl", reference="de").iloc[0]
    assert math.isnan(row["estimate"]) and math.isnan(row["lo"])
    assert row["verdict"].startswith("Not compared across languages: ")
    assert "0.60 SD" in row["verdict"] and row["verdict"].endswith(".")
    said = contrast(both, by="language", target="de", reference="en")["verdict"][0]
    assert "never measured" in said
    fine = contrast(both, by="language", target="nl", reference="en").iloc[0]
    scores = room.sentiment(both, by="language").set_index("group")["score"]
    assert fine["estimate"] == pytest.approx(scores["nl"] - scores["en"])
    assert fine["lo"] < fine["hi"]


def test_a_group_of_languages_that_do_not_compare_has_no_mean(ours):
    """A source that turns from one language to another shows no trend."""
    both = pd.concat([spread(NEWS[c], c) for c in ("nl", "de")])
    rows = room.sentiment(corpus.from_rows(both), by="source")
    shares = ["share_negative", "share_neutral", "share_positive"]
    assert rows[["estimate", "lo", "hi", "score", *shares]].isna().all(axis=None)
    assert rows["verdict"].str.contains("German and Dutch: r = 0.80, 0.60 SD apart").all()
    assert rows["verdict"].str.contains("group by language as well").all()
    apart = room.sentiment(corpus.from_rows(both), by=("source", "language"))
    assert apart["lo"].notna().all()
    assert apart["verdict"].str.startswith("not to be compared with other languages (").all()
    row = contrast(corpus.from_rows(both), by="language", target="nl", reference="de").iloc[0]
    assert math.isnan(row["mean"]) and math.isnan(row["mean_reference"])
    english = both.assign(language=both["language"].replace("de", "en"))
    fine = room.sentiment(corpus.from_rows(english), by="source")
    assert fine["lo"].notna().all() and fine["verdict"].eq("").all()
    unknown = room.sentiment(corpus.from_rows(both), by="source", model="lexicon")
    assert unknown["verdict"].str.contains("German and Dutch: never measured").all()


def test_without_resamples_there_is_no_interval(made_up, ours):
    nl = corpus.from_rows(spread(NEWS["nl"], "nl"))
    assert room.sentiment(nl, by="source", n_boot=0)[["lo", "hi"]].isna().all(axis=None)
    row = contrast(nl, by="source", target="A", reference="B", n_boot=0).iloc[0]
    assert math.isnan(row["lo"]) and row["estimate"] > 0
    assert row["verdict"] == "not resampled: no interval"


def test_a_users_own_coding_corrects_his_own_texts(ours, tmp_path):
    own = tmp_path / "coding"
    own.mkdir()
    about = {"task": "sentiment", "method": "portable", "language": "nl", "dataset": "mine"}
    cells = [{**about, "genre": "g", "gold": k, "predicted": k, "n": 900} for k in (-1, 0, 1)]
    pd.DataFrame(cells).to_csv(own / "validation.csv", index=False)
    nl = corpus.from_rows(spread(NEWS["nl"], "nl"))
    row = room.sentiment(nl, by="source", folder=own).iloc[0]
    assert row["estimate"] == pytest.approx(row["share_positive"] - row["share_negative"], abs=0.01)


def test_a_contrast_of_single_texts_is_refused_in_words(seeds):
    one, two, *_ = seeds.documents["doc_id"]
    row = contrast(seeds, by="doc_id", target=one, reference=two).iloc[0]
    assert math.isnan(row["estimate"]) and "one text" in row["verdict"]


@pytest.mark.parametrize(
    ("change", "says"),
    [({"target": "C"}, "'?C'? is no group"), ({"reference": "A"}, "itself"),
     ({"actor": "nobody"}, "nobody"), ({"by": "colour"}, "colour")],
)  # fmt: skip
def test_a_contrast_of_nothing_is_named(made_up, change, says):
    settings = {"by": "source", "target": "A", "reference": "B"} | change
    with pytest.raises(DiscourseError, match=says):
        contrast(made_up, **settings)


def test_tf_idf_rows_have_length_one_and_empty_rows_are_zero():
    x = store.design([], (), np.array([[1, 2, 0], [0, 0, 0]]), np.array([1.0, 2.0, 3.0]))
    assert np.sqrt((x.toarray() ** 2).sum(axis=1)).tolist() == pytest.approx([1, 0])
