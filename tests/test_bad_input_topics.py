"""Bad input to topics: a clear refusal or a stated result, never a traceback."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from analysis import cli, corpus, terminal
from analysis.measures import topics
from analysis.results import ComparabilityError, DiscourseError

LINES = [
    "The doctor treated the patient number {i} in the hospital.",
    "The striker scored goal number {i} in the football match.",
    "The bank raised interest rates {i} times for investors.",
]
GOOD = ["\n".join(line.format(i=i) for line in LINES) for i in range(4)]
SAME = "The striker scored twice in the football match today."
WORDS = ("lda", "nmf", "lda-sklearn")


def made(texts, language="en"):
    frame = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(texts))], "text": texts})
    return corpus.from_rows(frame.assign(language=language, source="A", year=2020))


@pytest.fixture(scope="module")
def good():
    return made(GOOD)


@pytest.fixture(scope="module")
def model(good):
    return topics.fit(good, k=2)


def refused(call, says):
    with pytest.raises(DiscourseError, match=says) as error:
        call()
    told = str(error.value)
    assert "\n" not in told and len(told) < 300


def assert_sound(found):
    """Whatever was given, the model that comes of it holds nothing undefined."""
    assert np.isfinite(found.membership).all() and np.isfinite(found.centres).all()
    assert found.membership.sum(axis=1) == pytest.approx(1)
    assert found.shares.sum(axis=1).to_numpy() == pytest.approx(1)
    assert found.topics["label"].str.len().gt(0).all()


# -- what cannot be asked for ---------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 0, -5, 2.5, float("nan"), "3", True, 1e9])
def test_a_number_of_topics_that_cannot_be(good, k):
    refused(lambda: topics.fit(good, k=k), "k=.*at least 2 topics")
    refused(lambda: topics.fit(good, k=k, method="nmf"), "k=.*at least 2 topics")
    refused(lambda: topics.choose_k(good, ks=[2, k]), "k=.*at least 2 topics")


@pytest.mark.parametrize("k", [13, 10**9])
def test_fewer_different_stretches_than_topics(good, k):
    refused(lambda: topics.fit(good, k=k), "only 12 different stretches of text; use a smaller k")
    refused(lambda: topics.choose_k(good, ks=[k]), "only 12 different stretches")
    for method in WORDS:
        refused(lambda m=method: topics.fit(good, k=k, method=m), "use a smaller k")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"unit": "page"}, "unit='page' is unknown"),
        ({"unit": ["sentence"]}, "is unknown: use 'paragraph' or 'sentence'"),
        ({"method": "bert"}, "method='bert' is unknown: use one of vectors"),
        ({"method": ["lda"]}, "is unknown: use one of vectors"),
        ({"seed": -1}, "seed=-1: use a whole number"),
        ({"seed": 1.5}, "seed=1.5: use a whole number"),
        ({"seed": 2**40}, "use a whole number"),
        ({"model": "no-such-encoder"}, "no-such-encoder"),
    ],
)
def test_options_that_there_are_not(good, options, says):
    refused(lambda: topics.fit(good, k=2, **options), says)


def test_a_unit_that_there_is_not_cuts_no_new_texts(model):
    new = made(["A doctor treated a patient. The striker scored a goal."])
    refused(lambda: topics.assign(new, fitted=model, unit="page"), "unit='page'")
    refused(lambda: topics.stretches(new, model, unit="page"), "unit='page'")


# -- texts that hold little -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "texts", [[" \n \n\t "], ["", "\n"], ["😀😀 🎉\n🚀 ❤️"] * 3, [np.nan, None]]
)
def test_texts_without_words(texts):
    refused(lambda: topics.fit(made(texts), k=2), "no text that counts: no topics")
    refused(lambda: topics.choose_k(made(texts)), "no text that counts: no topics")
    refused(lambda: topics.fit(made(texts), k=2, method="lda"), "no text that counts")


def test_an_empty_corpus(good, model):
    nothing = good.subset(np.zeros(4, dtype=bool))
    refused(lambda: topics.fit(nothing), "no text that counts")
    assert topics.assign(nothing, fitted=model).empty
    assert topics.stretches(nothing, model).empty


@pytest.mark.parametrize("language", ["fr", "xx", "ja"])
def test_a_language_that_is_not_known_is_named(language, model):
    own = made(["Le médecin soigne les malades.\nLa banque augmente les taux."], language)
    refused(lambda: topics.fit(own, k=2), f"left out: its language '{language}' is not one of")
    assert topics.assign(own, fitted=model).empty


@pytest.mark.parametrize("extra", ["", " \n \n", "😀 🎉\n❤️", np.nan, "a" * 1_000_000])
def test_a_text_that_holds_nothing_takes_nothing_from_the_others(extra):
    found = topics.fit(made([extra, *GOOD]), k=2)
    assert_sound(found)
    own = found.units[found.units["doc_id"] != "d0"]
    assert (
        len(own) == 12
        and own.groupby(own.groupby("doc_id").cumcount())["topic"].nunique().eq(1).all()
    )


def test_one_word_and_one_repeated_paragraph():
    for texts in (["Word"], ["\n".join([SAME] * 50)], [SAME] * 50):
        own = made(texts)
        refused(lambda c=own: topics.fit(c), "1 different stretch of text: too few")
        refused(lambda c=own: topics.fit(c, k=2), "k=2: there is only 1 different stretch")
        for method in WORDS:
            refused(lambda c=own, m=method: topics.fit(c, k=2, method=m), "add texts")


def test_one_document_has_topics_and_says_that_it_is_one():
    own = made(["\n".join(GOOD)])
    found = topics.fit(own)
    assert_sound(found)
    rows = topics.topics(own, fitted=found)
    assert rows["verdict"].str.contains("one text").all() and rows[["lo", "hi"]].isna().all(
        axis=None
    )


@pytest.mark.parametrize("unit", ["paragraph", "sentence"])
def test_a_paragraph_of_a_megabyte_without_a_full_stop(unit):
    long = "river doctor hospital " * 45_000
    refused(lambda: topics.fit(made([long]), unit=unit), "1 different stretch")
    assert_sound(topics.fit(made([long, *GOOD]), k=2, unit=unit))


@pytest.mark.no_cover
def test_twenty_thousand_copies_of_a_sentence(n=20_000):
    """In one document, or each a document: copies count once and take nothing from the others."""
    refused(lambda: topics.fit(made(["\n".join([SAME] * n)])), "1 different stretch")
    found = topics.fit(made([SAME] * n + GOOD), k=2)
    assert_sound(found)
    assert found.n_all == len(found.units) == 13


def test_a_model_on_words_takes_one_language():
    own = made(GOOD, ["en", "en", "nl", "nl"])
    with pytest.raises(ComparabilityError, match="the texts are in en, nl"):
        topics.fit(own, k=2, method="nmf")


def test_a_model_of_other_texts(model):
    other = made(GOOD[:2])
    refused(lambda: topics.topics(other, fitted=model), "another corpus")
    refused(lambda: topics.merge(other, model, [1, 2]), "another corpus")


# -- the command ----------------------------------------------------------------------------------


@pytest.fixture
def discourse(capsys, monkeypatch, tmp_path):
    """Write texts to a table, run the command; return exit status, rows and messages."""
    monkeypatch.setattr(terminal, "SLOW", 1e6)

    def run(texts, *argv, language="en"):
        frame = pd.DataFrame({"id": [f"d{i}" for i in range(len(texts))], "text": texts})
        frame.assign(language=language, source="A", year=2020).to_csv(
            tmp_path / "texts.csv", index=False
        )
        capsys.readouterr()
        try:
            status = cli.main(["topics", str(tmp_path / "texts.csv"), *map(str, argv)])
        except SystemExit as stop:
            status = stop.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return status, list(csv.DictReader(io.StringIO(told.out))), told.err.strip().splitlines()

    return run


@pytest.mark.parametrize(
    ("texts", "argv", "says"),
    [
        (GOOD, ["--k", "0"], "at least 2 topics"),
        (GOOD, ["--k", "1000000000"], "use a smaller k"),
        (GOOD, ["--k", "2.5"], "--k"),
        (GOOD, ["--k", "2", "--seed", str(2**40)], "use a number up to"),
        (GOOD, ["--unit", "page"], "invalid choice"),
        (GOOD, ["--method", "bert"], "invalid choice"),
        (["😀 🎉 ❤️"] * 3, ["--k", "2"], ""),
        ([" \n ", ""], [], ""),
        (["Word"], [], "too few for topics"),
        (["\n".join([SAME] * 50)], ["--k", "2"], "1 different stretch"),
        (["\n".join([SAME] * 50)], ["--k", "2", "--method", "lda"], "add texts"),
        (["river doctor " * 40_000], ["--choose"], "different stretch"),
    ],
)
def test_the_command_says_what_is_wrong(discourse, texts, argv, says):
    status, rows, told = discourse(texts, *argv)
    assert status in (1, 2) and not rows
    assert says in told[-1] and told[-1].startswith("discourse")


def test_the_command_names_a_language_it_does_not_know(discourse):
    status, rows, told = discourse(["Le médecin soigne les malades."] * 3, language="fr")
    assert status in (1, 2) and not rows and "'fr'" in " ".join(told)


def test_the_command_and_a_model_that_is_damaged_or_of_other_texts(discourse, model, tmp_path):
    file = tmp_path / "model.topics"
    topics.save(model, file)
    status, rows, told = discourse(GOOD[:2], "--fitted", file)
    assert status == 2 and not rows and "made from other texts; add --assign" in told[-1]
    status, rows, _ = discourse(GOOD[:2], "--fitted", file, "--assign")
    assert status == 0 and len(rows) == 4
    file.write_bytes(file.read_bytes()[:-40])
    status, rows, told = discourse(GOOD, "--fitted", file)
    assert status == 2 and not rows and "no saved topic model" in told[-1]
