"""``discourse topics``, called as a user calls it."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

from analysis import cli, corpus, paths, terminal
from analysis.measures import _topic_file, topics
from analysis.results import TAIL

SEEDS = str(paths.SEEDS)
K = ("--k", "4")


@pytest.fixture
def discourse(capsys, monkeypatch):
    """Run the command; return its exit status, its rows as text, and its messages."""
    monkeypatch.setattr(terminal, "SLOW", 1e6)

    def run(*argv):
        capsys.readouterr()
        try:
            status = cli.main(["topics", *(str(a) for a in argv)])
        except SystemExit as stop:
            status = stop.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return status, list(csv.DictReader(io.StringIO(told.out))), told.err

    return run


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    """Twelve short English texts of two themes."""
    texts = [
        "Missiles and nuclear weapons threaten the peace. The army tested a new missile today.",
        "Trade and money decide the market. Banks raised interest rates for companies again.",
    ]
    rows = [
        {"id": f"t{i:02}", "text": f"{texts[i % 2]} Report number {i} says so once more.",
         "language": "en", "source": "AB"[i % 2], "year": 2020 + i % 3}
        for i in range(12)
    ]  # fmt: skip
    file = tmp_path_factory.mktemp("texts") / "texts.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def model_file(topics_of_seeds, tmp_path_factory):
    file = tmp_path_factory.mktemp("models") / "seeds.topics"
    _topic_file.save(topics_of_seeds(4), file)
    return file


def test_rows_are_result_rows_for_every_document(discourse):
    status, rows, _ = discourse(SEEDS, *K)
    assert status == 0
    assert [*rows[0]][:2] == ["measure", "topic"] and set(TAIL) <= set(rows[0])
    assert len(rows) == 4 * 5 and {r["by"] for r in rows} == {"doc_id"}


def test_assign_gives_each_document_its_shares(discourse, seeds):
    status, rows, _ = discourse(SEEDS, *K, "--assign")
    assert status == 0 and [*rows[0]] == ["doc_id", "topic", "share", "label"]
    shares = pd.DataFrame(rows).astype({"share": float}).groupby("doc_id", sort=False)["share"]
    assert shares.sum().to_numpy() == pytest.approx(1)
    assert set(shares.groups) == set(seeds.documents["doc_id"])
    assert {r["topic"] for r in rows} == {"1", "2", "3", "4"}


def test_without_k_the_rule_decides(discourse):
    status, rows, _ = discourse(SEEDS, "--choose")
    assert status == 0
    assert next(iter(rows[0])) == "k" and [*rows[0]][-1] == "chosen"
    taken = [r["k"] for r in rows if r["chosen"] == "True"]
    assert len(taken) == 1
    status, rows, _ = discourse(SEEDS, "--by", "language")
    assert status == 0 and str(len({r["topic"] for r in rows})) == taken[0]


def test_sentences_are_placed_one_by_one(discourse, english):
    n = [
        len(discourse(english, "--k", "2", "--stretches", "--unit", unit)[1])
        for unit in ("paragraph", "sentence")
    ]
    assert n == [12, 36]


def test_stretches_show_every_paragraph_with_its_topic(discourse, seeds, model_file):
    status, rows, _ = discourse(SEEDS, "--fitted", model_file, "--stretches")
    assert status == 0
    assert [*rows[0]] == [
        "doc_id", "start", "end", "topic", "share", "label", "text", "counted",
    ]  # fmt: skip
    texts = seeds.documents.set_index("doc_id")["text"]
    for row in rows:
        text = texts[row["doc_id"]][int(row["start"]) : int(row["end"])]
        assert row["text"] in (text, f"'{text}"), "a spreadsheet must not run it"
    assert {r["topic"] for r in rows} == {"1", "2", "3", "4"}


def test_groups_of_one_column_or_two(discourse, model_file):
    status, rows, _ = discourse(SEEDS, "--by", "year", "--fitted", model_file)
    assert status == 0 and {r["group"] for r in rows} >= {"2017", "2024", "2025"}
    status, rows, _ = discourse(SEEDS, "--by", "language,year", "--fitted", model_file)
    assert status == 0 and "nl · 2017" in {r["group"] for r in rows}
    status, _, told = discourse(SEEDS, "--by", "colour", "--fitted", model_file)
    assert status == 2 and "colour" in told


def test_a_saved_model_gives_what_it_gave(discourse, tmp_path):
    file = tmp_path / "kept.topics"
    first = discourse(SEEDS, *K, "--assign", "--save", file)
    assert first[0] == 0 and file.is_file()
    again = discourse(SEEDS, "--assign", "--fitted", file)
    assert again[:2] == first[:2]


def test_texts_it_never_saw_are_placed_in_a_saved_model(discourse, english, model_file):
    status, rows, _ = discourse(english, "--assign", "--fitted", model_file)
    assert status == 0 and len(rows) == 12 * 4
    own = corpus.load(str(english))
    wanted = topics.assign(own, fitted=_topic_file.load(model_file))
    assert [float(r["share"]) for r in rows] == pytest.approx(wanted["share"].tolist())
    status, rows, _ = discourse(english, "--stretches", "--fitted", model_file)
    assert status == 0 and {r["doc_id"] for r in rows} == set(own.documents["doc_id"])
    status, rows, told = discourse(english, "--fitted", model_file)
    assert status == 2 and not rows and "--assign" in told


def test_models_on_words_take_one_language(discourse, english):
    status, rows, _ = discourse(english, "--k", "2", "--method", "nmf", "--assign")
    assert status == 0
    main = pd.DataFrame(rows).astype({"share": float}).pivot(index="doc_id", columns="topic")
    assert main["share"].idxmax(axis=1).tolist() == [*np.tile(main["share"].iloc[:2].idxmax(1), 6)]
    status, _, told = discourse(SEEDS, *K, "--method", "lda")
    assert status == 2 and "one language" in told


def test_the_seed_is_taken(discourse, tmp_path):
    assert discourse(SEEDS, *K, "--seed", "5", "--save", tmp_path / "5")[0] == 0
    assert _topic_file.load(tmp_path / "5").seed == 5


def test_an_encoder_of_another_version_is_told(discourse, model_file, tmp_path, monkeypatch):
    monkeypatch.setattr(_topic_file, "version", lambda name: "99.0")
    status, _, told = discourse(SEEDS, "--assign", "--fitted", model_file)
    assert status == 0 and "99.0" in told and "placed otherwise" in told


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--k", "1"], "at least 2"),
        (["--k", "900"], "smaller k"),
        (["--seed", "-1"], "use 0 or more"),
        (["--method", "magic"], "invalid choice"),
        (["--method", "nmf"], "no default number of topics"),
        (["--unit", "word"], "invalid choice"),
        (["--assign", "--choose"], "not allowed with"),
        (["--assign", "--stretches"], "not allowed with"),
        (["--assign", "--by", "source"], "--by says nothing beside --assign"),
        (["--choose", "--k", "3"], "--k says nothing beside --choose"),
        (["--choose", "--save", "x"], "--save says nothing beside --choose"),
        (["--fitted", "x", "--k", "3"], "--k says nothing beside --fitted"),
        (["--fitted", "x", "--unit", "sentence"], "--unit says nothing beside --fitted"),
        (["--fitted", "x", "--seed", "0"], "--seed says nothing beside --fitted"),
        (["--fitted", "x", "--save", "y"], "--save says nothing beside --fitted"),
        (["--fitted", "missing.topics"], "missing.topics: cannot be read"),
        (["--fitted", __file__], "no saved topic model"),
        (["--save", SEEDS], "is part of the corpus"),
        (["--save", f"{SEEDS}/metadata.csv"], "is part of the corpus"),
        (["--save", "a.csv", "--out", "./a.csv"], "name two files"),
        (["--save", f"{__file__}/x"], "cannot be written"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(discourse, argv, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, rows, told = discourse(SEEDS, *argv)
    assert status == 2 and not rows
    assert says in told and told.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_frames_go_to_files(discourse, model_file, tmp_path):
    file = tmp_path / "shares.json"
    assert discourse(SEEDS, "--assign", "--fitted", model_file, "--out", file)[0] == 0
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert [*rows[0]] == ["doc_id", "topic", "share", "label"]
