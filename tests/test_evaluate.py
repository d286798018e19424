"""Scores against published and hand-computed values; the licence beside a chart."""

import math

import krippendorff
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score

from analysis import accuracy, evaluate, paths
from analysis import gold as gold_standard
from analysis.results import DiscourseError


def values(table):
    return table.set_index("metric")["value"].to_dict()


def made(n=400, seed=3):
    rng = np.random.default_rng(seed)
    gold = rng.choice([-1, 0, 1], n, p=[0.3, 0.5, 0.2])
    return gold, np.where(rng.random(n) < 0.6, gold, rng.integers(-1, 2, n))


def test_scores_agree_with_two_other_implementations():
    gold, predicted = made()
    got = values(evaluate.evaluate(gold, predicted))
    assert got["n"] == 400
    assert got["accuracy"] == pytest.approx(accuracy_score(gold, predicted))
    assert got["macro_f1"] == pytest.approx(f1_score(gold, predicted, average="macro"))
    assert got["f1_-1"] == pytest.approx(f1_score(gold, predicted, labels=[-1], average="macro"))
    alpha = krippendorff.alpha([gold, predicted], level_of_measurement="interval")
    assert got["alpha"] == pytest.approx(alpha)


def test_alpha_of_a_small_table_by_hand():
    # Units (-1,-1), (0,0), (1,1), (0,1): pooled values -1 -1 0 0 0 1 1 1, mean square difference
    # over the 56 ordered pairs = (2*2*3*1 + 2*2*3*4 + 2*3*3*1) / 56; observed = 1/4 of 1.
    expected = (2 * 2 * 3 * 1 + 2 * 2 * 3 * 4 + 2 * 3 * 3 * 1) / 56
    got = values(evaluate.evaluate([-1, 0, 1, 0], [-1, 0, 1, 1]))
    assert got["alpha"] == pytest.approx(1 - 0.25 / expected)


def test_confusion_rows_are_gold_then_predicted():
    got = values(evaluate.evaluate(["negative", "neutral", "positive"], ["neutral"] * 3))
    assert got["confusion_negative_neutral"] == 1
    assert got["confusion_neutral_negative"] == 0
    assert got["f1_neutral"] == pytest.approx(0.5)
    assert got["f1_positive"] == 0


def test_an_abstention_counts_as_an_error_in_every_score():
    gold, predicted = [-1, 0, 1, 1] * 20, [-1, 0, 1, 1] * 20
    silent = [None if i % 4 == 3 else p for i, p in enumerate(predicted)]
    full, less = (values(evaluate.evaluate(gold, p)) for p in (predicted, silent))
    assert full["accuracy"] == full["macro_f1"] == full["alpha"] == 1
    assert less["n"] == 80 and less["abstained"] == 20
    assert less["accuracy"] == pytest.approx(0.75)
    assert less["f1_1"] == pytest.approx(2 / 3)
    assert less["alpha"] < 0.6


def test_all_abstained_scores_nothing():
    got = values(evaluate.evaluate([-1, 0, 1], [None, math.nan, ""]))
    assert got["accuracy"] == got["macro_f1"] == 0
    assert got["alpha"] < 0


def test_labels_may_be_words_or_numbers_and_mix():
    a = values(evaluate.evaluate(["negative", "Neutral ", "positive"], [-1.0, "0", 1]))
    assert a["accuracy"] == 1 and "f1_negative" in a


@pytest.mark.parametrize(
    ("gold", "predicted", "word"),
    [
        ([0, 2], [0, 0], "'2'"),
        ([0, "good"], [0, 0], "'good'"),
        ([0], [0, 0], "length"),
        ([], [], "none given"),
        ([0, None], [0, 0], "1 rows are empty"),
        ([0, 0.5], [0, 0], "'0.5'"),
    ],
)
def test_bad_input_is_named(gold, predicted, word):
    with pytest.raises(DiscourseError, match=word):
        evaluate.evaluate(gold, predicted)


def test_intervals_hold_the_value_are_seeded_and_shrink():
    gold, predicted = made()
    once = evaluate.evaluate(gold, predicted)
    pd.testing.assert_frame_equal(once, evaluate.evaluate(gold, predicted))
    scored = once.dropna(subset=["lo"])
    assert {"accuracy", "macro_f1", "alpha", "f1_0"} <= set(scored["metric"])
    assert ((scored["lo"] <= scored["value"]) & (scored["value"] <= scored["hi"])).all()
    wide = evaluate.evaluate(gold[:50], predicted[:50]).set_index("metric").loc["accuracy"]
    narrow = once.set_index("metric").loc["accuracy"]
    assert wide["hi"] - wide["lo"] > 2 * (narrow["hi"] - narrow["lo"])


def test_the_interval_of_accuracy_has_its_binomial_width():
    gold, predicted = made()
    row = evaluate.evaluate(gold, predicted, n_boot=4000).set_index("metric").loc["accuracy"]
    wald = 2 * 1.96 * math.sqrt(row["value"] * (1 - row["value"]) / 400)
    assert row["hi"] - row["lo"] == pytest.approx(wald, rel=0.08)


def test_rows_of_one_document_are_resampled_together():
    gold = np.array([-1, 0, 1, 0] * 100)
    doc = np.repeat(np.arange(40), 10)
    predicted = np.where(doc % 2 == 0, gold, -gold + (gold == 0))  # all right or all wrong
    alone = evaluate.evaluate(gold, predicted).set_index("metric")
    apart = evaluate.evaluate(gold, predicted, documents=doc).set_index("metric")
    pd.testing.assert_series_equal(alone["value"], apart["value"])
    for metric in ("accuracy", "macro_f1", "alpha"):
        wide, narrow = (t.loc[metric, "hi"] - t.loc[metric, "lo"] for t in (apart, alone))
        assert wide > 2 * narrow, metric
        assert apart.loc[metric, "lo"] < apart.loc[metric, "value"] < apart.loc[metric, "hi"]
    order = np.random.default_rng(0).permutation(400)
    again = evaluate.evaluate(gold[order], predicted[order], documents=doc[order])
    pd.testing.assert_frame_equal(again, apart.reset_index())


def test_rows_of_a_single_document_give_no_interval():
    got = evaluate.evaluate([0, 1, -1, 0], [0, 1, 0, 0], documents=["a"] * 4)
    assert got["lo"].isna().all() and got["hi"].isna().all()
    with pytest.raises(DiscourseError, match="2 are named for 4 rows"):
        evaluate.evaluate([0, 1, -1, 0], [0, 1, 0, 0], documents=["a", "b"])


def test_an_interval_is_never_of_no_width():
    got = evaluate.evaluate([-1, 0, 1] * 5, [-1, 0, 1] * 5)
    assert got["lo"].isna().all() and got["value"].notna().all()


def test_labels_as_coders_write_them():
    forms = ["neg", "−1", "–1", "'-1", "-1,0", "negatief", "neu", " Neutraal", "pos", "+1", "1.0"]
    want = [-1] * 6 + [0] * 2 + [1] * 3
    assert evaluate.numbers(forms).tolist() == want
    assert np.isnan(evaluate.numbers(["", None, math.nan])).all()


def test_calibration_error_by_hand():
    # Sure (.9) and right in three of four; unsure (.5) and right in one of two; one abstention.
    p = [[0.9, 0.05, 0.05]] * 4 + [[0.3, 0.2, 0.5]] * 2 + [[math.nan] * 3]
    gold = [-1, -1, -1, 0, 1, 0, 1]
    assert evaluate.calibration_error(p, gold) == pytest.approx(4 / 6 * 0.15 + 2 / 6 * 0)
    assert math.isnan(evaluate.calibration_error([[math.nan] * 3], [0]))


def test_alpha_of_one_label_only_is_undefined():
    assert math.isnan(values(evaluate.evaluate([0, 0, 0], [0, 0, 0]))["alpha"])


@pytest.fixture
def results(tmp_path, monkeypatch):
    """What was measured, in place of what lies in benchmarks/results."""
    monkeypatch.setattr(paths, "RESULTS", tmp_path)

    def rows(language, genre, dataset, accuracy_, lo, f1, majority):
        about = {
            "task": "sentiment", "method": "portable", "language": language, "genre": genre,
            "dataset": dataset, "n": 500, "date": "2026-01-01", "machine": "m", "versions": "v",
        }  # fmt: skip
        figures = [("accuracy", accuracy_, lo), ("macro_f1", f1, f1 - 0.04)]
        return [
            *({**about, "metric": m, "value": v, "lo": w, "hi": v + 0.04} for m, v, w in figures),
            {**about, "metric": "majority", "value": majority},
        ]

    table = pd.DataFrame(
        rows("nl", "economic headlines", "good set", 0.66, 0.62, 0.65, 0.44)
        + rows("de", "news", "weak set", 0.61, 0.57, 0.52, 0.60)
    )
    table.to_csv(tmp_path / "accuracy.csv", index=False)


def test_a_measured_genre_above_the_bar_is_licensed(results):
    said = accuracy.licence("sentiment", "nl", "Economic headlines")
    assert said.clears
    assert "accuracy .66" in said.text.replace("0.66", ".66")
    assert "good set" in said.text and "500" in said.text


def test_a_measured_genre_below_the_bar_is_not(results):
    said = accuracy.licence("sentiment", "de", "news")
    assert not said.clears and "does not clear" in said.text


def test_a_genre_never_measured_names_the_nearest(results):
    own = accuracy.licence("sentiment", "nl", "opinion")
    assert not own.clears and own.genre == "economic headlines"
    assert own.text.startswith("Never measured for sentiment of Dutch opinion")
    assert "weak set" not in own.text
    other = accuracy.licence("sentiment", "en", "news")
    assert not other.clears and "German news" in other.text and "Dutch" in other.text


def test_nothing_measured_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    said = accuracy.licence("sentiment", "nl", "news")
    assert not said.clears and "never measured" in said.text
    assert accuracy.measured("sentiment").empty


def test_measured_filters_by_task_and_language(results):
    assert set(accuracy.measured("sentiment", "nl")["language"]) == {"nl"}
    assert accuracy.measured("stance").empty


def scored(gold, **options):
    return gold_standard.score(gold_standard.judge(gold, **options))


def test_gold_standard_scores_sentiment_of_a_table():
    gold = pd.DataFrame({"t": ["Uitstekend nieuws: winst stijgt", "Verlies en ontslagen", "…"],
                         "k": [1, -1, 0]})  # fmt: skip
    got = values(scored(gold, task="sentiment", text="t", label="k", language="nl"))
    assert got["n"] == 3 and got["abstained"] == 1


def test_gold_standard_of_known_documents_resamples_them():
    gold = pd.DataFrame({"t": ["Verlies en ontslagen", "Winst stijgt"] * 6, "k": [-1, 1] * 6})
    options = {"task": "sentiment", "text": "t", "label": "k", "language": "nl"}
    got = scored(gold.assign(doc_id="one"), **options)
    assert got["lo"].isna().all()
    rows = scored(gold, **options)
    assert list(got["metric"]) == list(rows["metric"])
    unknown = scored(gold.assign(doc_id=["one", ""] * 6), **options)
    pd.testing.assert_frame_equal(unknown, rows)


def test_gold_standard_finds_targets_by_offset_then_by_name():
    gold = pd.DataFrame({
        "t": ["He said he failed.", "Nothing here.", "Minister Smith was praised."],
        "who": ["he", "Smith", "smith"], "from": [8, 0, math.inf], "to": [10, 5, -math.inf],
        "k": [-1, 0, 1],
    })  # fmt: skip
    places = gold_standard._places(gold, gold["t"].tolist(), "who")
    assert places == [(8, 10), (-1, -1), (9, 14)]
    got = values(scored(gold, task="stance", text="t", label="k", target="who", language="en"))
    assert got["abstained"] == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"task": "tone"}, "task"),
        ({"text": "nope"}, "'nope'"),
        ({"target": None}, "target"),
        ({"label": "empty"}, "hold no code"),
        ({"language": "xx"}, "xx"),
    ],
)
def test_gold_standard_names_what_is_wrong(change, word):
    gold = pd.DataFrame({"t": ["A b."], "k": [0], "who": ["A"], "empty": [None]})
    options = {"task": "stance", "text": "t", "label": "k", "target": "who", "language": "en"}
    with pytest.raises(DiscourseError, match=word):
        scored(gold, **(options | change))
