"""The coded sample of quotations, and how quotations are scored."""

import importlib.util
import math
import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from analysis import corpus, paths
from analysis.results import DiscourseError

SENTENCES = pd.read_csv(paths.ROOT / "tests" / "known" / "sample_sentences.csv")
CODES = pd.read_csv(paths.ROOT / "tests" / "known" / "sample_quotes.csv")


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = paths.ROOT / "benchmarks" / "quotes.py"
    spec = importlib.util.spec_from_file_location("benchmark_quotes", path)
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.fixture(scope="module")
def sample(benchmark, data):
    return benchmark.quote_sample.read(data)


def gold(*rows: tuple) -> pd.DataFrame:
    columns = ["unit", "start", "end", "type", "speaker", "certain"]
    return pd.DataFrame(rows, columns=columns).assign(also="", speaker_note="named")


def found(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "start", "end", "type", "speaker"])


def test_the_sample_is_two_hundred_sentences_in_three_languages():
    assert SENTENCES["sentence"].tolist() == list(range(1, 201))
    assert SENTENCES["language"].value_counts().to_dict() == {"nl": 70, "de": 65, "en": 65}
    assert SENTENCES["drawn"].value_counts().to_dict() == {"sign": 133, "any": 67}
    assert not SENTENCES.duplicated(["doc_id", "start"]).any()
    assert (SENTENCES.groupby("doc_id")["language"].nunique() == 1).all()


def test_codes_are_valid():
    assert set(CODES["sentence"]) <= set(SENTENCES["sentence"])
    assert set(CODES["type"]) == {"direct", "mixed", "indirect", "scare"}
    assert set(CODES["certain"]) == {"yes", "no"}
    assert set(CODES["speaker_note"]) == {"named", "before", "after", "pronoun", "none"}
    assert (CODES["start"] < CODES["end"]).all()
    assert not CODES.duplicated(["sentence", "start", "end"]).any()
    assert CODES.equals(CODES.sort_values(["sentence", "start", "end"], ignore_index=True))
    nobody = CODES["speaker_note"].eq("none")
    assert CODES.loc[nobody, ["speaker_start", "speaker_end"]].eq(-1).all(axis=None)
    assert (CODES["speaker_start"] < CODES["speaker_end"])[~nobody].all()
    assert CODES.loc[CODES["type"].eq("scare"), "speaker_note"].eq("none").all()
    assert CODES["also_start"].isna().eq(CODES["also_end"].isna()).all()


def test_no_text_of_the_data_is_committed():
    for table in (SENTENCES, CODES):
        for column in table.select_dtypes(exclude="number"):
            assert not table[column].astype(str).str.contains(r"\s").any(), column


@pytest.mark.data
def test_offsets_lie_inside_their_sentences_and_documents(sample):
    texts, sentences, codes = sample
    length = texts.documents.set_index("doc_id")["text"].str.len()
    place = sentences.set_index("sentence").loc[codes["unit"]].reset_index()
    assert (codes["start"] >= place["start"]).all() and (codes["end"] <= place["end"]).all()
    named = codes["speaker_note"].isin(["named", "pronoun"])
    assert (codes["speaker_start"] >= place["start"])[named].all()
    assert (codes["speaker_end"] <= place["end"])[named].all()
    assert (codes["speaker_end"] < place["start"])[codes["speaker_note"] == "before"].all()
    assert (codes["speaker_start"] >= place["end"])[codes["speaker_note"] == "after"].all()
    assert (codes["speaker_end"].fillna(0) <= length[codes["doc_id"]].to_numpy()).all()


@pytest.mark.data
def test_coded_stretches_and_speakers_are_whole_words(sample):
    texts, _, codes = sample
    text = texts.documents.set_index("doc_id")["text"]
    for row in codes.itertuples():
        spans = [(row.start, row.end), (row.speaker_start, row.speaker_end)]
        for start, end in [*spans, (row.also_start, row.also_end)]:
            if not math.isnan(start):
                whole, a, b = text[row.doc_id], int(start), int(end)
                assert whole[a:b] == whole[a:b].strip()
                assert not (whole[a - 1 : a].isalnum() and whole[a].isalnum()), row
                assert not (whole[b - 1].isalnum() and whole[b : b + 1].isalnum()), row


@pytest.mark.data
def test_the_sample_leaves_out_what_the_detector_was_developed_with(sample, data):
    drawn = sample[1]
    table = pd.read_csv(data / "ntrex" / "open_dev.csv")
    number = {doc_id: i for i, doc_id in enumerate(sorted(table["doc_id"].unique()))}
    assert {number[i] % 2 for i in drawn.loc[drawn["dataset"].eq("ntrex"), "doc_id"]} == {0}
    turns = drawn.loc[drawn["dataset"].eq("handelingen_nl"), "doc_id"].str.removeprefix("turn-")
    assert turns.astype(int).mod(2).eq(0).all()
    german = pd.read_json(data / "gerntsa" / "open_dev.jsonl", lines=True)
    seen = {*german["sentence"][::2]}
    rows = german[german["id"].isin(drawn["doc_id"])]
    assert len(rows) == 25 and not seen & {*rows["sentence"]}


@pytest.mark.data
def test_other_data_than_was_coded_is_refused(benchmark, data, monkeypatch):
    monkeypatch.setattr(benchmark.quote_sample, "checksum", lambda text: "")
    with pytest.raises(DiscourseError, match="not as it was coded"):
        benchmark.quote_sample.read(data)


def test_scores_by_hand(benchmark):
    coded = gold(
        (1, 0, 10, "direct", "Ann", "yes"),
        (1, 20, 30, "mixed", "Bob", "yes"),
        (2, 0, 10, "mixed", "Cy", "no"),
        (3, 0, 10, "indirect", "Di", "yes"),
    )
    mine = found(
        (1, 0, 9, "direct", "Ann Lee"),
        (1, 21, 30, "mixed", "Ann"),
        (2, 0, 10, "direct", "Eve"),
        (4, 0, 10, "direct", ""),
    )
    got = benchmark.score(coded, mine, ["direct", "mixed"])
    assert (got["n_gold"], got["n_found"], got["n_right"]) == (2, 3, 2)
    assert got["precision"] == pytest.approx(2 / 3) and got["recall"] == 1
    assert got["f1"] == pytest.approx(0.8) and got["speaker_accuracy"] == 0.5
    nothing = benchmark.score(coded, mine, ["indirect"])
    assert nothing["recall"] == 0 and math.isnan(nothing["precision"])


def test_another_name_of_the_speaker_is_right_and_a_pronoun_may_stay_open(benchmark):
    row = gold((1, 0, 9, "direct", "Ann Lee", "yes")).assign(also="the minister").loc[0]
    assert benchmark.speaks(row, "Lee") and benchmark.speaks(row, "minister")
    assert not benchmark.speaks(row, "Bob") and not benchmark.speaks(row, "")
    row["speaker"], row["also"], row["speaker_note"] = "she", "", "pronoun"
    assert benchmark.speaks(row, "") and benchmark.speaks(row, "She")
    assert not benchmark.speaks(row, "Bob")
    row["speaker"], row["speaker_note"] = "", "none"
    assert benchmark.speaks(row, "") and not benchmark.speaks(row, "Bob")


def test_stretches_are_cut_to_the_drawn_sentence(benchmark):
    drawn = pd.DataFrame(
        {"sentence": [1, 2], "doc_id": ["a", "a"], "start": [10, 30], "end": [20, 40]}
    )
    rows = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": [5, 20, 12], "end": [35, 30, 15]})
    cut = benchmark.within(rows, drawn)
    assert cut[["unit", "start", "end"]].to_numpy().tolist() == [[1, 10, 20], [2, 30, 35]]


def test_intervals_hold_the_rates_and_are_exact_where_all_are_right(benchmark):
    rng = np.random.default_rng(0)
    hit = rng.integers(0, 2, 60)
    columns = {"n_gold": 1, "n_found": 1, "n_right": hit, "n_speakers": hit}
    counts = pd.DataFrame(columns, index=range(60))
    got = benchmark.intervals(counts, 100)
    rate = counts["n_right"].mean()
    assert got["recall_lo"] < rate < got["recall_hi"]
    assert got["recall_hi"] - got["recall_lo"] == pytest.approx(2 * 1.96 * 0.5 / 60**0.5, rel=0.2)
    n = counts["n_right"].sum()
    assert got["speaker_accuracy_lo"] == pytest.approx(0.025 ** (1 / n))
    assert got["speaker_accuracy_hi"] == 1
    none = benchmark.intervals(counts.assign(n_found=0, n_right=0, n_speakers=0), 100)
    assert none["recall_lo"] == 0 and 0 < none["recall_hi"] < 0.1
    assert math.isnan(none["precision_lo"]) and math.isnan(none["speaker_accuracy_hi"])
    assert got == benchmark.intervals(counts, 100)


def test_the_rival_finds_marks_and_that_clauses(benchmark):
    text = "“We stay here today”, said Ann Lee. The union claimed that Bob Ray had left. 'Fine'."
    rows = pd.DataFrame([{"doc_id": "a", "text": text, "language": "en"}])
    got = benchmark.rival(corpus.from_rows(rows))
    shown = [(row.type, text[row.start : row.end], row.speaker) for row in got.itertuples()]
    assert ("direct", "We stay here today", "Ann Lee") in shown
    assert ("mixed", "Fine") in [row[:2] for row in shown]
    assert ("indirect", "Bob Ray had left") in [row[:2] for row in shown]


def test_without_the_data_folder_the_sample_is_skipped_in_one_line(
    benchmark, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(benchmark.paths, "data", lambda: None)
    rows = benchmark._told([{"language": "all", "type": "direct"}], "rules", benchmark.SEEN)
    shown = dict.fromkeys(["n_gold", "n_found", "n_right", *benchmark.RATES], 1)
    monkeypatch.setattr(benchmark, "measure", lambda: rows.assign(**shown))
    benchmark.main(tmp_path / "quotes.csv")
    assert "skipped" in capsys.readouterr().out.splitlines()[0]
    assert len(pd.read_csv(tmp_path / "quotes.csv")) == 1
