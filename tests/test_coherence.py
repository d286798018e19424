"""Coherence: known values, what gensim does in silence, and rows by language."""

import json
import math
from collections import namedtuple
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
from gensim.test.utils import common_texts
from gensim.topic_coherence import direct_confirmation_measure as direct
from gensim.topic_coherence import indirect_confirmation_measure as indirect
from gensim.topic_coherence.text_analysis import InvertedIndexAccumulator

from analysis import corpus, paths
from analysis.measures import _topic_words as words_
from analysis.measures.coherence import MEASURES, UNITS, by_language, coherence, words_of
from analysis.results import DiscourseError, check

KNOWN = json.loads((paths.ROOT / "tests" / "known" / "coherence.json").read_text("utf-8"))
TOPICS = KNOWN["common_texts"]["topics"]


def close(printed):
    """Hold a number to the digits printed."""
    return pytest.approx(float(printed), abs=0.51 * 10 ** -len(printed.partition(".")[2]))


def test_the_parts_of_coherence_have_their_known_values():
    unit = KNOWN["unit"]
    ids = {"test": 1, "doc": 2}
    dictionary = namedtuple("Dictionary", "token2id, id2token")(ids, {1: "test", 2: "doc"})
    held = InvertedIndexAccumulator({1, 2}, dictionary)
    held._inverted_index = {i: set(v) for i, v in enumerate(unit["postings"].values())}
    held._num_docs = unit["n_docs"]
    pair = [[(1, 2)]]
    assert direct.log_conditional_probability(pair, held)[0] == close(
        unit["log_conditional_probability"]
    )
    assert direct.log_ratio_measure(pair, held)[0] == close(unit["pointwise_mutual_information"])
    assert direct.log_ratio_measure(pair, held, normalize=True)[0] == close(unit["normalised"])
    both = [[(1, np.array([1, 2])), (2, np.array([1, 2]))]]
    found = indirect.cosine_similarity(both, held, [np.array([1, 2])], "nlr", 1)
    assert found[0] == close(unit["cosine"])


@pytest.mark.parametrize("measure", KNOWN["common_texts"]["mean"])
def test_common_texts_have_their_known_coherence(measure):
    found = coherence(TOPICS, common_texts, measure=measure)
    assert found.mean() == close(KNOWN["common_texts"]["mean"][measure])
    for value, printed in zip(found, KNOWN["common_texts"]["each"].get(measure, []), strict=False):
        assert value == close(printed)


def test_c_npmi_is_what_its_formula_says():
    """Boolean windows of ten words counted by hand; no word repeats within a text."""
    rng = np.random.default_rng(0)
    words = [f"w{i:02}" for i in range(24)]
    texts = [rng.permutation(words)[:15].tolist() for _ in range(30)]
    windows = [set(t[i : i + 10]) for t in texts for i in range(6)]

    def share(*wanted):
        return sum(set(wanted) <= w for w in windows) / len(windows)

    def npmi(a, b):
        both = share(a, b) + 1e-12
        return math.log(both / share(a) / share(b)) / -math.log(both)

    top = words[:5]
    expected = np.mean([npmi(a, b) for a, b in combinations(top, 2)])
    assert coherence([top], texts, measure="c_npmi")[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("measure", UNITS)
def test_words_unknown_or_repeated_and_empty_texts_change_nothing(measure):
    plain = coherence(TOPICS, common_texts, measure=measure)
    odd = [["nowhere", *TOPICS[0], TOPICS[0][0]], TOPICS[1]]
    assert coherence(odd, [[], *common_texts, []], measure=measure) == pytest.approx(plain)


@pytest.mark.parametrize("measure", UNITS)
def test_a_small_dictionary_gives_what_a_whole_one_gives(measure):
    whole = CoherenceModel(
        topics=TOPICS, texts=common_texts, dictionary=Dictionary(common_texts),
        coherence=measure, processes=1,
    )  # fmt: skip
    found = coherence(TOPICS, common_texts, measure=measure)
    assert found == pytest.approx(whole.get_coherence_per_topic(), abs=1e-12)


@pytest.mark.parametrize("measure", UNITS)
def test_topics_without_two_words_have_no_coherence(measure):
    odd = [["human"], TOPICS[0], [], ["nowhere", "absent"]]
    found = coherence(odd, common_texts, measure=measure)
    assert np.isnan(found[[0, 2, 3]]).all()
    assert found[1] == pytest.approx(coherence(TOPICS[:1], common_texts, measure=measure)[0])
    assert np.isnan(coherence(TOPICS, [], measure=measure)).all()


def test_every_topic_is_cut_to_as_many_words():
    """Gensim cuts only where its first topic is long."""
    short, long = ["graph", "trees"], TOPICS[0]
    found = coherence([short, long], common_texts, n=3)
    assert found[1] == pytest.approx(coherence([long[:3]], common_texts)[0])


def test_bad_requests_are_refused():
    with pytest.raises(DiscourseError, match="measure='x'"):
        coherence(TOPICS, common_texts, measure="x")
    with pytest.raises(DiscourseError, match="n=1"):
        coherence(TOPICS, common_texts, n=1)


def model_of(texts, terms, numbers):
    """As much of a topic model as coherence reads."""
    units = words_.units(texts)
    rows = [{"topic": t, "language": c, "term": w} for t, c, ws in terms for w in ws.split()]
    return SimpleNamespace(
        corpus_hash=texts.hash, units=units, topics=pd.DataFrame({"topic": numbers}),
        terms=pd.DataFrame(rows, columns=["topic", "language", "term"]),
    )  # fmt: skip


def fresh(rng, n):
    """Words that stand nowhere else, lest lines be marked as repeats of each other."""
    return ["".join(rng.choice(list("abcdefgh"), 8)).capitalize() for _ in range(n)]


@pytest.fixture(scope="module")
def bilingual():
    """English and German texts of fourteen lines; one Dutch text of two."""
    rng = np.random.default_rng(0)
    lists = {
        "en": ["bank money market price profit stock", "doctor patient hospital nurse fever drug"],
        "de": ["Bank Geld Markt Preis Gewinn Aktie", "Arzt Patient Klinik Pflege Fieber Arznei"],
    }
    rows = []
    for code, themes in lists.items():
        for i in range(4):
            lines = [
                " ".join([*fresh(rng, 4), *rng.permutation(themes[j % 2].split())]) + "."
                for j in range(14)
            ]
            rows.append({"doc_id": f"{code}{i}", "language": code, "text": "\n".join(lines)})
    line = "De bank verdient geld op deze markt."
    rows.append({"doc_id": "nl0", "language": "nl", "text": f"{line}\n{line}"})
    return corpus.from_rows(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def found(bilingual):
    terms = [
        (7, "en", "bank money market"), (7, "de", "Bank Geld Markt Aktie"), (7, "nl", "bank geld"),
        (2, "en", "doctor money patient bank"), (2, "de", "Arzt"),
    ]  # fmt: skip
    return by_language(bilingual, model_of(bilingual, terms, [7, 2]), n=5)


def cell(frame, measure, topic, language):
    own = frame[
        (frame["measure"] == measure) & (frame["topic"] == topic) & (frame["language"] == language)
    ]
    assert len(own) == 1
    return own.iloc[0]


def test_there_is_a_row_for_each_topic_language_and_measure(found):
    check(found)
    assert len(found) == 2 * 3 * 3
    assert list(dict.fromkeys(found["measure"])) == list(MEASURES)
    assert found["lo"].isna().all()
    assert found["method"].str.contains("gensim").all()


def test_words_that_stand_together_are_coherent(found):
    for measure in MEASURES:
        clear = cell(found, measure, 7, "en")
        mixed = cell(found, measure, 2, "en")
        assert clear["estimate"] > mixed["estimate"]
        assert (clear["n"] >= 10, clear["n_docs"], clear["verdict"]) == (True, 4, "")
    assert cell(found, "c_npmi", 7, "en")["estimate"] == pytest.approx(1)


def test_nouns_written_with_capitals_are_found_in_the_texts(found):
    row = cell(found, "c_v", 7, "de")
    assert row["words"] == ("bank", "geld", "markt", "aktie")
    assert np.isfinite(row["estimate"])


def test_what_cannot_be_told_is_refused_with_a_reason(found):
    single = cell(found, "c_v", 2, "de")
    assert np.isnan(single["estimate"])
    assert single["verdict"] == "fewer than two words of the topic in this language"
    for topic in (7, 2):
        few = cell(found, "u_mass", topic, "nl")
        assert np.isnan(few["estimate"])
        assert few["verdict"] == "one text: fewer than 10 stretches in this language"


def test_it_is_the_coherence_of_the_same_words_and_texts(bilingual, found):
    units = words_.units(bilingual)
    texts = words_of(bilingual, units[units["language"] == "en"])
    assert texts[0] and sum(map(len, texts)) == cell(found, "c_v", 7, "en")["n_tokens"]
    top = ["doctor", "money", "patient", "bank"]
    for measure in MEASURES:
        value = coherence([top], texts, measure=measure)[0]
        assert cell(found, measure, 2, "en")["estimate"] == pytest.approx(value)


def test_the_order_of_documents_changes_no_coherence(bilingual, found):
    rows = bilingual.documents[["doc_id", "language", "text"]]
    turned = corpus.from_rows(rows.iloc[::-1].reset_index(drop=True))
    terms = [(7, "en", "bank money market"), (2, "en", "doctor money patient bank")]
    again = by_language(turned, model_of(turned, terms, [7, 2]), n=5)
    for measure in MEASURES:
        for topic in (7, 2):
            first, second = (cell(f, measure, topic, "en")["estimate"] for f in (found, again))
            assert first == pytest.approx(second, abs=1e-12)


def test_a_model_of_another_corpus_is_refused(bilingual, made_up):
    with pytest.raises(DiscourseError, match="another corpus"):
        by_language(made_up, model_of(bilingual, [], [1]))


def test_a_model_without_stretches_gives_no_rows(bilingual):
    empty = model_of(bilingual, [], [])
    empty.units = empty.units.iloc[:0]
    assert by_language(bilingual, empty).empty
