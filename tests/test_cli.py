"""The ``discourse`` command, called as a user calls it: columns, exit codes, errors."""

import csv
import errno
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from analysis import cli, execute, paths, places, terminal, word_command
from analysis.interchange import FORMATS
from analysis.measures import keyness
from analysis.measures.concordance import concordance
from analysis.results import TAIL

SEEDS = str(paths.SEEDS)
CHECK = [
    "doc_id", "file", "source", "year", "language", "language_detected", "words", "duplicate_of",
    "duplicate_share", "problems", "kept", "reason",
]  # fmt: skip
TONE = ["language", "estimate", "lo", "hi", "n"]
ROWS = [
    ("n1", "nl", "Krant", 2020, "Noord-Korea dreigt. ‘De sancties blijven’, zei minister Jansen."),
    ("n2", "nl", "Blad", 2021, "De handel met Rusland groeit. Moskou is tevreden, aldus Poetin."),
    ("n3", "nl", "Krant", 2021, "De VS houden een oefening. De oefening is groot en duurt lang."),
    (
        "d1",
        "de",
        "Zeitung",
        2020,
        "Nordkorea droht. „Das bleibt“, sagte Schmidt. Amerika schweigt.",
    ),
    ("e1", "en", "Paper", 2020, "North Korea threatens war. “It remains,” said John Smith."),
]


@pytest.fixture
def discourse(capsys, monkeypatch):
    """Run the command; return its exit status, its rows as text, and its messages."""
    monkeypatch.setattr(terminal, "SLOW", 1e6)  # A busy machine must not tell of its progress.

    def run(*argv):
        capsys.readouterr()
        try:
            status = cli.main([str(a) for a in argv])
        except SystemExit as stop:  # argparse leaves this way
            status = stop.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return status, list(csv.DictReader(io.StringIO(told.out))), told.err

    return run


@pytest.fixture
def table(tmp_path):
    """Five small documents as CSV."""
    file = tmp_path / "corpus.csv"
    columns = ["doc_id", "language", "source", "year", "text"]
    pd.DataFrame(ROWS, columns=columns).to_csv(file, index=False)
    return file


def columns(rows):
    return list(rows[0])


def sentence(error):
    """One line that says what is wrong."""
    assert error.startswith("discourse") and error.endswith("\n")
    assert error.count("\n") == 1, error
    return error


# --- every command on the five texts ----------------------------------------------------------


def test_check_has_a_row_for_every_text(discourse, seeds):
    status, rows, error = discourse("check", SEEDS)
    assert (status, columns(rows)) == (0, CHECK)
    assert sentence(error).startswith("discourse: 5 documents kept, 0 left out, ")
    assert [r["doc_id"] for r in rows] == list(seeds.documents["doc_id"])
    assert all(r["kept"] == "True" and r["language"] == r["language_detected"] for r in rows)
    assert all(int(r["words"]) > 100 for r in rows)


def test_actors_has_every_document_and_actor_with_zeros(discourse, seeds):
    status, rows, _ = discourse("actors", SEEDS)
    assert status == 0
    assert columns(rows) == ["doc_id", "actor", "mentions", "mentions_deduplicated", "per_1000"]
    actors = {r["actor"] for r in rows}
    assert {"US", "RU", "DPRK", "ROK", "CN", "TRUMP", "KIM", "PUTIN"} <= actors
    assert len(rows) == len(seeds) * len(actors)
    assert any(r["mentions"] == "0" for r in rows)
    assert all(int(r["mentions_deduplicated"]) <= int(r["mentions"]) for r in rows)


def test_sentiment_and_stance_stay_in_range_and_give_one_text_no_interval(discourse, seeds):
    status, rows, _ = discourse("sentiment", SEEDS)
    assert (status, columns(rows)[:6]) == (0, ["doc_id", *TONE])
    assert [r["doc_id"] for r in rows] == sorted(seeds.documents["doc_id"])
    status, stances, _ = discourse("stance", SEEDS)
    assert status == 0
    voiced = ["doc_id", "actor", *TONE, "own_voice", "quoted", "n_own", "n_quoted"]
    assert columns(stances)[: len(voiced)] == voiced
    for row in [*rows, *stances]:
        assert -1 <= float(row["estimate"]) <= 1
        assert row["lo"] == row["hi"] == ""
        assert row["verdict"].startswith("one text")
    for row in stances:
        assert int(row["n_own"]) + int(row["n_quoted"]) == int(row["n"])
        assert (row["quoted"] == "") == (row["n_quoted"] == "0")


@pytest.mark.parametrize("by", ["source", "source,year", "wave"])
def test_tone_by_a_column_and_stance_of_some_actors(discourse, table, by):
    pd.read_csv(table).assign(wave=["a", "b", "a", "a", "a"]).to_csv(table, index=False)
    status, rows, _ = discourse("sentiment", table, "--by", by)
    keys = [c for c in by.split(",") if "," in by]
    assert status == 0 and columns(rows)[: len(keys) + 7] == [*keys, "by", "group", *TONE]
    wanted = {"wave": 2, "source": 4, "source,year": 5}
    assert len(rows) == wanted[by] and sum(int(r["n"]) for r in rows) >= 10
    status, some, _ = discourse("stance", table, "--by", by, "--actor", "us, dprk")
    assert status == 0 and {r["actor"] for r in some} == {"US", "DPRK"}
    every = discourse("stance", table, "--by", by)[1]
    assert some == [r for r in every if r["actor"] in ("US", "DPRK")] and len(every) > len(some)
    assert discourse("stance", table, "--actor", "XI")[:2] == (0, [])


def test_quotes_and_lines_point_at_their_words(discourse, seeds):
    texts = dict(zip(seeds.documents["doc_id"], seeds.documents["text"], strict=True))
    status, rows, _ = discourse("quotes", SEEDS)
    assert status == 0
    assert columns(rows) == [
        "doc_id", "start", "end", "text", "speaker", "affiliation", "speaker_actor", "verb",
        "type", "about",
    ]  # fmt: skip
    assert {r["type"] for r in rows} == {"direct", "mixed", "indirect"}
    status, lines, _ = discourse("kwic", SEEDS, "sanction*")
    assert status == 0
    assert columns(lines) == ["doc_id", "start", "end", "left", "node", "right"]
    for row in [*rows, *lines]:
        words = row.get("text") or row["node"]
        assert texts[row["doc_id"]][int(row["start"]) : int(row["end"])] == words


def test_keywords_gives_a_text_alone_in_its_language_one_row_with_a_verdict(discourse):
    status, rows, _ = discourse("keywords", SEEDS, "--by", "source")
    assert status == 0
    assert columns(rows)[:6] == ["measure", "term", "language", "by", "group", "reference"]
    assert columns(rows)[6:16] == list(TAIL)
    for code in ("de", "en"):  # one text each
        alone = [r for r in rows if r["language"] == code]
        assert len(alone) == 1 and not alone[0]["term"]
        assert "nothing of its own language" in alone[0]["verdict"]
    assert all(r["lo"] == "" for r in rows)


def test_words_of_two_languages_are_not_compared(discourse):
    pair = ("--by", "language", "--target", "nl", "--reference", "en")
    for unit in ("word", "lemma"):
        status, rows, error = discourse("keywords", SEEDS, *pair, "--unit", unit)
        assert (status, rows) == (2, [])
        assert "compare concepts instead" in sentence(error)
    status, rows, _ = discourse("keywords", SEEDS, *pair, "--unit", "concept")
    assert status == 0 and columns(rows)[1] == "concept"


def test_topics_and_their_shares(discourse, seeds):
    status, rows, _ = discourse("topics", SEEDS, "--k", "4")
    assert status == 0 and columns(rows)[:2] == ["measure", "topic"]
    status, shares, _ = discourse("topics", SEEDS, "--k", "4", "--assign")
    assert status == 0 and columns(shares)[:3] == ["doc_id", "topic", "share"]
    assert len(shares) == 4 * len(seeds)
    for doc in seeds.documents["doc_id"]:
        own = [float(r["share"]) for r in shares if r["doc_id"] == doc]
        assert sum(own) == pytest.approx(1)


def test_collocates_are_result_rows(discourse):
    status, rows, _ = discourse("collocates", SEEDS, "Korea*")
    assert status == 0
    assert columns(rows)[:3] == ["measure", "term", "collocate"]
    assert set(TAIL) <= set(columns(rows))


def test_lines_of_a_concept_sorted_and_sampled(discourse, seeds):
    options = ("--n", "4", "--sort", "L1,node", "--expand", "sentence", "--seed", "2")
    status, rows, _ = discourse("kwic", SEEDS, "sanctions", "--unit", "concept", *options)
    assert status == 0 and len(rows) == 4
    assert columns(rows) == ["doc_id", "start", "end", "left", "node", "right"]
    want = concordance(seeds, "sanctions", unit="concept", n=4, sort=("L1", "node"),
                       expand="sentence", seed=2)  # fmt: skip
    assert [r["left"] + r["node"] for r in rows] == (want["left"] + want["node"]).tolist()


def test_collocates_of_an_actor_in_groups_of_two_columns(discourse):
    status, rows, _ = discourse("collocates", SEEDS, "dprk", "--node", "actor", "--by",
                                "source,year", "--window", "sentence")  # fmt: skip
    assert status == 0
    assert columns(rows)[:7] == ["measure", "term", "collocate", "source", "year", "language", "by"]
    assert {r["by"] for r in rows} == {"source · year"}
    assert "in the sentence of the node" in rows[0]["method"]


def test_ngrams_are_result_rows(discourse):
    status, rows, _ = discourse("ngrams", SEEDS, "--size", "3", "--pattern", "korea*")
    assert status == 0 and rows
    assert columns(rows)[:5] == ["measure", "term", "language", "by", "group"]
    assert columns(rows)[5:15] == list(TAIL)
    assert all(len(r["term"].split()) == 3 and "korea" in r["term"] for r in rows)


def test_background_sets_texts_against_their_language(discourse, tmp_path):
    status, rows, _ = discourse("background", SEEDS, "--by", "doc_id")
    assert status == 0
    first = {}
    for row in rows:
        first.setdefault(row["group"], row["term"])
    assert first["earthpressnews-2024-de"] == "nordkorea" and first["riac-2018-en"] == "north"
    assert {r["verdict"] for r in rows} == {"one text"}
    file = tmp_path / "one.csv"
    pd.DataFrame({"text": ["More sanctions. " * 3], "source": "Paper", "year": 2020}).to_csv(file)
    status, rows, _ = discourse("background", file, "--unit", "concept", "--by", "source,year")
    assert status == 0 and rows[0]["concept"] == "sanctions" and rows[0]["by"] == "source · year"


def test_proposals_that_are_accepted_become_a_lexicon(discourse, tmp_path):
    file, mine = tmp_path / "proposed.csv", tmp_path / "mine.csv"
    assert discourse("propose", SEEDS, "--min-count", "2", "--out", file)[0] == 0
    proposed = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert proposed["group"].nunique() >= 3 and proposed["accepted"].eq("").all()
    accept = ["accept", file, "--who", "A. Reader", "--into", mine]
    status, rows, error = discourse(*accept)
    assert (status, rows, mine.exists()) == (1, [], False) and "nothing new" in sentence(error)
    one = proposed["group"].eq(proposed["group"].iloc[0])
    proposed.loc[one, ["concept", "accepted"]] = ["plan", "yes"]
    proposed.to_csv(file, index=False)
    status, rows, _ = discourse(*accept)
    assert status == 0 and columns(rows) == ["concept", "language", "pattern", "kind", "note"]
    assert rows == list(csv.DictReader(io.StringIO(mine.read_text(encoding="utf-8"))))
    assert {r["concept"] for r in rows} == {"plan"} and "absent" in {r["kind"] for r in rows}
    assert rows[0]["note"].endswith("; accepted by A. Reader")
    assert discourse(*accept)[0] == 1, "the file has them already"


@pytest.mark.parametrize(
    ("argv", "status", "says"),
    [
        (["accept", "D/no.csv", "--who", "me", "--into", "D/x.csv"], 1, "does not exist"),
        (["accept", "T", "--who", "me", "--into", "D/x.csv"], 2, "lacks the columns"),
        (["accept", "T", "--who", "me", "--into", "D/x.txt"], 2, "ends in .csv"),
        (["accept", "T", "--who", "me", "--into", "T"], 2, "no concept lexicon"),
        (["accept", "T", "--into", "D/x.csv"], 2, "required"),
        (["accept", "T", "--who", "me"], 2, "required"),
        (["propose", "T", "--min-count", "0"], 2, "at least 1"),
        (["propose", "T", "--min-count", "few"], 2, "invalid int value"),
        (["background", "T", "--unit", "lemma"], 2, "invalid choice"),
        (["background", "T", "--by", "colour"], 2, "colour"),
    ],
)
def test_proposals_and_background_refuse_in_a_sentence(
    discourse, table, tmp_path, argv, status, says
):
    before = table.read_bytes()
    given = [str(table) if a == "T" else a.replace("D/", f"{tmp_path}/") for a in argv]
    got, rows, error = discourse(*given)
    assert (got, rows) == (status, []) and says in sentence(error)
    assert table.read_bytes() == before and [f.name for f in tmp_path.iterdir()] == ["corpus.csv"]


def test_keywords_hands_on_what_was_asked(discourse, table, monkeypatch):
    asked = []
    monkeypatch.setattr(
        keyness, "keyness", lambda corpus, **more: asked.append(more) or corpus.report
    )
    discourse("keywords", table)
    discourse("keywords", table, "--by", "source,year", "--unit", "actor", "--pairwise",
              "--measures", "odds_ratio, bic")  # fmt: skip
    plain = {"unit": "word", "target": None, "reference": None, "measures": (), "pairwise": False}
    assert asked[0] == {"by": "source", **plain}
    more = {"unit": "actor", "measures": ("odds_ratio", "bic"), "pairwise": True}
    assert asked[1] == {**plain, "by": ("source", "year"), **more}


def test_a_column_may_have_a_comma_in_its_name(discourse, tmp_path):
    file = tmp_path / "corpus.csv"
    rows = pd.DataFrame(ROWS, columns=["doc_id", "language", "source", "year", "text"])
    rows.assign(**{"city, land": ["A", "B", "B", "A", "A"]}).to_csv(file, index=False)
    status, rows, _ = discourse("collocates", file, "de", "--by", "city, land")
    assert status == 0 and {r["by"] for r in rows} == {"city, land"}


# --- tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet", "xlsx"])
def test_every_kind_of_table_is_a_corpus(discourse, tmp_path, kind):
    frame = pd.DataFrame(ROWS, columns=["nr", "lang", "paper", "jaar", "words"])
    file = tmp_path / f"corpus.{kind}"
    if kind == "parquet":
        frame.to_parquet(file)
    elif kind == "xlsx":
        frame.to_excel(file, index=False)
    elif kind == "jsonl":
        records = frame.to_dict("records")
        file.write_text("\n".join(json.dumps(r) for r in records), encoding="utf-8")
    else:
        frame.to_csv(file, index=False, sep="\t" if kind == "tsv" else ",")
    named = ("--id", "nr", "--language", "lang", "--source", "paper", "--year", "jaar")
    status, rows, _ = discourse("check", file, "--text", "words", *named)
    assert status == 0
    found = [(r["doc_id"], r["language"], r["source"], int(r["year"])) for r in rows]
    assert found == [r[:4] for r in ROWS]


def test_a_document_keeps_its_id_in_every_command(discourse, table):
    table.write_text(
        "headline,medium\nRusland dreigt met sancties.,A\nPoetin zei dat hij wacht.,B\n"
    )
    named = (table, "--text", "headline", "--source", "medium", "--language", "medium")
    assert discourse("check", *named)[0] == 1  # the column holds no language
    named = named[:-2]
    for command in ("check", "actors", "sentiment", "stance"):
        status, rows, _ = discourse(command, *named)
        assert status == 0
        assert {r["doc_id"] for r in rows} == {"row-1", "row-2"}, command
    assert [r["doc_id"] for r in discourse("quotes", *named)[1]] == ["row-2"]
    assert [r["doc_id"] for r in discourse("kwic", *named, "Rus*")[1]] == ["row-1"]


def test_a_folder_may_name_its_columns(discourse, tmp_path):
    (tmp_path / "a.txt").write_text("De minister zei niets.")
    (tmp_path / "metadata.csv").write_text("file,krant,jaar\na.txt,Trouw,2019\n")
    status, rows, _ = discourse("check", tmp_path, "--source", "krant", "--year", "jaar")
    assert (status, rows[0]["source"], rows[0]["year"]) == (0, "Trouw", "2019")
    for wrong in (("--source", "nope"), ("--text", "file")):
        status, rows, error = discourse("check", tmp_path, *wrong)
        assert (status, rows) == (2, [])
        sentence(error)


def test_keywords_by_year_and_by_a_column_of_the_users_own(discourse, table):
    frame = pd.read_csv(table).assign(wave=["a", "b", "a", "a", "a"])
    frame.to_csv(table, index=False)
    for by in ("year", "doc_id", "wave"):
        status, rows, _ = discourse("keywords", table, "--by", by)
        assert status == 0 and {r["by"] for r in rows} == {by}
        assert {r["language"] for r in rows} == {"nl", "de", "en"}
    status, rows, _ = discourse("keywords", table, "--target", "Krant", "--reference", "Blad")
    assert status == 0
    assert {(r["group"], r["reference"], r["language"]) for r in rows} == {("Krant", "Blad", "nl")}


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
@pytest.mark.parametrize("command", ["quotes", "stance"])
def test_out_writes_what_would_be_printed(discourse, table, tmp_path, command, kind):
    printed = discourse(command, table)[1]
    file = tmp_path / "new" / f"rows.{kind}"
    assert discourse(command, table, "--out", file) == (0, [], "")
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "json": pd.read_json}[kind]
    frame = read(file)
    assert list(frame.columns) == columns(printed)
    assert list(frame["doc_id"]) == [r["doc_id"] for r in printed]
    assert [f.name for f in file.parent.iterdir()] == [file.name]


def test_a_pattern_that_is_not_there_gives_a_header_and_no_rows(table, capsys):
    for command in (["kwic"], ["collocates"], ["ngrams", "--pattern"]):
        assert cli.main([command[0], str(table), *command[1:], "nietaanwezig"]) == 0
        assert capsys.readouterr().out.count("\n") == 1


# --- documents that are not as they should be -------------------------------------------------


@pytest.fixture
def wild(tmp_path):
    """A folder with everything that goes wrong in practice."""
    good = "De minister van Buitenlandse Zaken zei dat de sancties tegen Rusland blijven gelden. "
    files = {
        "good.txt": (good * 3).encode(),
        "twin.txt": (good * 3).encode(),
        "empty.txt": b"",
        "binary.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "cp1252.txt": "Het één en het ander over Noord-Korea, zei de minister.".encode("cp1252"),
        "long.txt": ("Rusland wil de sancties kwijt, en de handel ook, " * 100).encode(),
        "script.txt": b"<script>alert('Rusland')</script> <b>De minister</b> zei dat het kan.",
        "russian.txt": "Москва заявила, что санкции останутся в силе.".encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    names = [*files, "gone.txt", "../outside.txt"]
    listing = "".join(f"{name},{'ru' if 'russian' in name else ''}\n" for name in names)
    (tmp_path / "metadata.csv").write_text("file,language\n" + listing)
    return tmp_path


def test_bad_documents_are_told_and_the_rest_goes_on(discourse, wild):
    status, rows, error = discourse("check", wild)
    assert status == 0 and len(rows) == 10
    by = {r["file"]: r for r in rows}
    lost = {f for f, r in by.items() if r["kept"] == "False"}
    assert lost == {"empty.txt", "binary.txt", "russian.txt", "gone.txt", "../outside.txt"}
    assert all(by[f]["reason"] for f in lost)
    assert error.count("discourse: left out") == len(lost)
    assert "cp1252" in by["cp1252.txt"]["problems"]
    assert error.splitlines()[-1].startswith("discourse: 5 documents kept, 5 left out, ")
    assert error.endswith("1 that repeats another\n")
    assert {by["good.txt"]["duplicate_of"], by["twin.txt"]["duplicate_of"]} - {""}
    for command in ("actors", "sentiment", "stance", "quotes", "keywords"):
        status, rows, _ = discourse(command, wild)
        assert status == 0 and rows, command


def test_cells_that_a_spreadsheet_would_run_are_disarmed(discourse, tmp_path):
    file = tmp_path / "t.csv"
    cell = '=HYPERLINK("http://x.example") zei de minister over Rusland en de sancties'
    pd.DataFrame({"doc_id": ["=1+1"], "text": [cell], "language": ["nl"]}).to_csv(file, index=False)
    for command in (("check", file), ("kwic", file, "HYPERLINK"), ("actors", file)):
        rows = discourse(*command)[1]
        assert not [v for r in rows for v in r.values() if v and v[0] in "=+@"]


def test_rows_left_out_are_named_and_not_too_many_of_them(discourse, tmp_path):
    file = tmp_path / "t.csv"
    texts = ["", *[""] * 40, "De minister zei niets over Rusland."]
    pd.DataFrame({"id": [f"r{i}" for i in range(42)], "text": texts}).to_csv(file, index=False)
    status, rows, error = discourse("check", file)
    assert (status, len(rows)) == (0, 42)
    lines = error.splitlines()
    assert lines[0] == "discourse: left out r0 of t.csv: the row holds no words"
    assert lines[-2] == "discourse: left out 21 more; discourse check lists them"
    assert lines[-1].startswith("discourse: 1 document kept, 41 left out, ")
    assert len(lines) == 22


def test_nothing_usable_is_exit_one(discourse, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.csv").write_text("text\n\n\n")
    (tmp_path / "header.csv").write_text("text\n")
    (tmp_path / "none.csv").write_text("a,b\n1,2\n")
    (tmp_path / "note.docx").write_text("x")
    (tmp_path / "broken.xlsx").write_text("x")
    (tmp_path / "broken.jsonl").write_text("{\n")
    names = ["empty", "blank.csv", "header.csv", "none.csv", "note.docx", "broken.xlsx"]
    for name in [*names, "broken.jsonl", "nowhere", "nowhere.csv"]:
        status, rows, error = discourse("actors", tmp_path / name)
        assert (status, rows) == (1, []), name
        assert error.startswith("discourse: ")


# --- usage ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["keywords", "T", "--by", "nope"], "no column of the metadata"),
        (["keywords", "T", "--target", "nope"], "no group of source"),
        (["keywords", "T", "--reference", "Krant"], "needs a target"),
        (["keywords", "T", "--unit", "letter"], "invalid choice"),
        (["topics", "T", "--k", "0"], "at least 2"),
        (["topics", "T", "--k", "900"], "smaller k"),
        (["topics", "T", "--k", "x"], "invalid int"),
        (["sentiment", "T", "--model", "nope"], "not in models/"),
        (["stance", "T", "--model", "../nope"], "not in models/"),
        (["stance", "T", "--actor", "UUS"], "the nearest are US"),
        (["stance", "T", "--actor", "US,"], "is unknown"),
        (["sentiment", "T", "--actor", "US"], "unrecognized"),
        (["sentiment", "T", "--by", "nope"], "no column of the metadata"),
        (["stance", "T", "--by", "source,source"], "twice"),
        (["kwic", "T", "!?"], "holds no word"),
        (["kwic", "T", "Rus*", "--window", "-1"], "0 or more"),
        (["collocates", "T", "Rus*", "--window", "0"], "at least 1"),
        (["collocates", "T", "Rus*", "--window", "page"], "invalid int"),
        (["collocates", "T", "Rus*", "--node", "topic"], "invalid choice"),
        (["collocates", "T", "Rus*", "--by", "source,nope"], "no column of the metadata"),
        (["collocates", "T", "*"], "matches every word"),
        (["kwic", "T", "sanctoins", "--unit", "concept"], "nearest are sanctions"),
        (["kwic", "T", "Rus*", "--sort", "L1,Q"], "is no position"),
        (["kwic", "T", "Rus*", "--sort", ""], "is no position"),
        (["kwic", "T", "Rus*", "--expand", "page"], "invalid choice"),
        (["kwic", "T", "Rus*", "--n", "-1"], "0 or more"),
        (["kwic", "T", "Rus*", "--seed", "-1"], "0 or more"),
        (["ngrams", "T", "--size", "1"], "2, 3, 4 or 5"),
        (["ngrams", "T", "--by", ""], "no column of the metadata"),
        (["ngrams", "T", "--pattern", "a b c"], "larger n"),
        (["keywords", "T", "--measures", "charm"], "use a list of"),
        (["check", "T", "--text", "nope"], "choose from"),
        (["check", "T", "--id", "nope"], "choose from"),
        (["check", "T", "--out", "rows.txt"], ".csv, .parquet or .json"),
        (["check", "T", "--out", "T/x.csv"], "cannot be written"),
        (["check"], "required"),
        (["nope", "T"], "invalid choice"),
        ([], "required"),
        (["run", "T"], "required"),
        (["evaluate", "tone", "T", "--text", "text", "--label", "x"], "invalid choice"),
        (["evaluate", "sentiment", "T", "--text", "text", "--label", "x"], "no column 'x'"),
        (["evaluate", "sentiment", "T", "--text", "text", "--label", "year"], "is no label"),
        (["evaluate", "stance", "T", "--text", "text", "--label", "year"], "--target"),
    ],
)
def test_bad_usage_is_exit_two_and_one_sentence(discourse, table, argv, says):
    status, rows, error = discourse(*(a.replace("T", str(table), 1) for a in argv))
    assert (status, rows) == (2, [])
    assert says in sentence(error)


# --- evaluate, run ----------------------------------------------------------------------------


@pytest.fixture
def gold(tmp_path):
    file = tmp_path / "gold.jsonl"
    texts = [
        ("Wat een ramp voor Rusland.", "Rusland", -1),
        ("Een prachtig succes voor ons.", "ons", 1),
        ("De vergadering met Rusland is om tien uur.", "Rusland", 0),
        ("Rusland staat er niet in.", "Mars", 0),
    ]
    rows = [{"zin": t, "doel": d, "code": c} for t, d, c in texts]
    file.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    return file


def test_evaluate_counts_every_row_and_an_abstention_as_an_error(discourse, gold):
    named = (gold, "--text", "zin", "--label", "code", "--language", "nl")
    for task in (("sentiment", *named), ("stance", *named, "--target", "doel")):
        status, rows, _ = discourse("evaluate", *task)
        assert (status, columns(rows)) == (0, ["metric", "value", "lo", "hi"])
        value = {r["metric"]: float(r["value"] or "nan") for r in rows}
        cells = [v for m, v in value.items() if m.startswith("confusion_")]
        assert value["n"] == 4 and len(cells) == 9
        assert sum(cells) + value["abstained"] == 4
        right = sum(value[f"confusion_{c}_{c}"] for c in ("-1", "0", "1"))
        assert value["accuracy"] == pytest.approx(right / 4)
        assert {"macro_f1", "alpha", "f1_-1", "f1_0", "f1_1"} <= set(value)
        for row in rows:
            if row["lo"]:
                assert float(row["lo"]) <= float(row["value"]) <= float(row["hi"])
        assert value["abstained"] == (task[0] == "stance")  # Mars is not in its sentence


def test_evaluate_refuses_what_is_no_table(discourse, gold):
    for file in (gold.parent / "nowhere.csv", gold.parent, __file__):
        named = (file, "--text", "zin", "--label", "code")
        status, rows, error = discourse("evaluate", "sentiment", *named)
        assert (status, rows) == (1, [])
        assert "table" in sentence(error)


def test_run_hands_the_corpus_and_its_columns_on(discourse, table, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(execute, "run", lambda *given: asked.append(given))
    status, rows, error = discourse("run", table, "--source", "source", "--out", tmp_path / "out")
    assert (status, rows) == (0, []) and "index.html" in error
    assert asked == [(table, tmp_path / "out", {"source": "source"})]
    assert discourse("run", tmp_path / "nowhere", "--out", tmp_path / "o")[0] == 1


def test_a_fault_of_the_suite_is_one_sentence_too(discourse, table, monkeypatch):
    def fail(*given):
        raise RuntimeError("it broke\nhere")

    monkeypatch.setattr(cli.corpora, "check", fail)
    status, rows, error = discourse("check", table)
    assert (status, rows) == (1, [])
    assert "RuntimeError: it broke" in sentence(error)


def test_two_runs_print_the_same_bytes(table, capsys):
    printed = []
    for _ in range(2):
        assert cli.main(["keywords", str(table), "--by", "year"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


# --- export -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_export_writes_every_format(discourse, table, tmp_path, kind):
    place = tmp_path / "new" / f"corpus.{kind}"
    status, rows, error = discourse("export", table, "--format", kind, "--out", place)
    assert (status, rows) == (0, [])
    assert error == "" or error.startswith("discourse: to load it in ")
    assert [f.name for f in place.parent.iterdir()] == [place.name]
    if kind == "txt":
        assert {f.name for f in place.iterdir()} == {"metadata.csv", *(f"{r[0]}.txt" for r in ROWS)}
        again = discourse("check", place)[1]
        assert [(r["doc_id"], r["language"], r["source"], int(r["year"])) for r in again] == [
            row[:4] for row in ROWS
        ]
    else:
        content = place.read_bytes()
        if kind == "parquet":
            content = " ".join(pd.read_parquet(place)["doc_id"]).encode()
        assert all(row[0].encode() in content for row in ROWS)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--format", "doc", "--out", "D/x"], "invalid choice"),
        (["--format", "csv"], "required"),
        (["--out", "D/x"], "required"),
        (["--format", "csv", "--out", "T"], "is part of the corpus"),
        (["--format", "csv", "--out", "D"], "is a folder"),
        (["--format", "txt", "--out", "D"], "is not empty"),
        (["--format", "txt", "--out", "T/x"], "cannot be written"),
    ],
)
def test_export_refuses_in_a_sentence(discourse, table, argv, says):
    before = table.read_bytes()
    argv = [a.replace("T", str(table), 1) if a.startswith("T") else a for a in argv]
    argv = [a.replace("D", str(table.parent), 1) if a.startswith("D") else a for a in argv]
    status, rows, error = discourse("export", table, *argv)
    assert (status, rows) == (2, [])
    assert says in sentence(error)
    assert table.read_bytes() == before
    assert list(table.parent.iterdir()) == [table]


# --- places, progress, names --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.csv", "metadata.csv"])
def test_nothing_is_written_over_the_corpus(discourse, tmp_path, name):
    (tmp_path / "a.csv").write_text("De minister zei niets over Rusland.")
    (tmp_path / "metadata.csv").write_text("file,language\na.csv,nl\n")
    before = (tmp_path / name).read_bytes()
    status, rows, error = discourse("quotes", tmp_path, "--out", tmp_path / name)
    assert (status, rows) == (2, [])
    assert "is part of the corpus" in sentence(error)
    assert (tmp_path / name).read_bytes() == before
    # A place of its own in the same folder is not.
    assert discourse("quotes", tmp_path, "--out", tmp_path / "rows.csv")[0] == 0


def test_the_gold_standard_is_not_written_over(discourse, gold):
    csv_ = gold.with_suffix(".csv")
    pd.read_json(gold, lines=True).to_csv(csv_, index=False)
    named = (csv_, "--text", "zin", "--label", "code", "--language", "nl", "--out", csv_)
    status, rows, error = discourse("evaluate", "sentiment", *named)
    assert (status, rows) == (2, []) and "is the table itself" in sentence(error)
    assert pd.read_csv(csv_)["code"].notna().all()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_place_that_cannot_be_written_is_one_sentence(
    discourse, table, tmp_path, monkeypatch, error
):
    def fail(file, *_):
        raise OSError(error, os.strerror(error), str(file))

    monkeypatch.setattr(places, "open_new", fail)
    out = tmp_path / "rows.csv"
    for argv in (["check", table], ["export", table, "--format", "csv"]):
        status, rows, told = discourse(*argv, "--out", out)
        assert (status, rows) == (2, [])
        assert f"cannot be written: {os.strerror(error)}" in sentence(told)
    assert list(tmp_path.iterdir()) == [table]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_standard_output_is_one_sentence(table):
    command = [sys.executable, "-m", "analysis.cli", "check", str(table)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=paths.ROOT)
    told = [s for s in done.stderr.decode().splitlines() if "s so far" not in s]
    assert done.returncode == 2
    assert told[-1].startswith("discourse: standard output cannot be written: No space left")
    assert all(s.startswith("discourse: ") for s in told)


def test_progress_is_told_only_when_it_takes_long(discourse, table, monkeypatch):
    assert discourse("kwic", table, "de")[2] == ""

    def slow(corpus, options):
        time.sleep(0.2)
        return pd.DataFrame({"a": [1]})

    monkeypatch.setattr(terminal, "SLOW", 0.0)
    monkeypatch.setattr(terminal, "_AGAIN", 0.0)
    monkeypatch.setattr(word_command, "_kwic", slow)
    told = discourse("kwic", table, "de")[2].splitlines()
    assert "discourse: 5 documents read" in told
    assert any(t.startswith("discourse: kwic of 5 documents: ") for t in told)


def test_progress_of_loading_is_passed_on(discourse, table, monkeypatch):
    load = cli.corpora.load

    def telling(path, *, progress=None, **columns):
        progress("12 files read")
        return load(path, **columns)

    monkeypatch.setattr(cli.corpora, "load", telling)
    assert discourse("kwic", table, "de")[2] == ""
    monkeypatch.setattr(terminal, "SLOW", 0.0)
    assert "discourse: 12 files read" in discourse("kwic", table, "de")[2]


@pytest.mark.parametrize("command", ["check", "kwic", "export", "run"])
def test_a_pattern_of_file_names_is_handed_on(discourse, table, tmp_path, monkeypatch, command):
    load, asked, ran = cli.corpora.load, [], []

    def named(path, *, names=None, **columns):
        asked.append(names)
        return load(path, **columns)

    monkeypatch.setattr(cli.corpora, "load", named)
    monkeypatch.setattr(execute, "run", lambda *given: ran.append(given[2]))
    more = {
        "kwic": ["de"],
        "export": ["--format", "csv", "--out", tmp_path / "x.csv"],
        "run": ["--out", tmp_path / "o"],
    }.get(command, [])
    pattern = "{date}_{source}_{title}"
    assert discourse(command, table, *more, "--names", pattern)[0] == 0
    assert discourse(command, table, *more)[0] == 0
    assert asked == [pattern, None]
    assert ran == ([{"names": pattern}, {}] if command == "run" else [])


def test_a_name_with_a_line_break_stays_on_one_line(discourse, tmp_path):
    (tmp_path / "a.txt").write_text("De minister zei niets over Rusland.")
    (tmp_path / "metadata.csv").write_text('file\na.txt\n"b\n\x1b[31m.txt"\n')
    status, _, error = discourse("kwic", tmp_path, "de")
    assert status == 0
    assert "left out b" in sentence(error) and "\x1b" not in error
