"""A group against the general rate of its own language: known rates, planted rates, bad input."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from analysis import corpus as corpora
from analysis import lexicons, rates, results
from analysis.measures import _general as usual
from analysis.measures import background as module
from analysis.results import DiscourseError

LISTS = {
    "en": {"war": 0.01, "the": 0.05, "crisis": 0.002, "crises": 0.001, "criticism": 0.003,
           "don't": 0.004, "nuclear": 0.001},
    "nl": {"oorlog": 0.02, "de": 0.06, "crisis": 0.004, "eurocrisis": 0.001},
    "de": {"krise": 0.001, "macht": 0.01, "mächtig": 0.001},
}  # fmt: skip


def background(texts: corpora.Corpus, **more: object) -> pd.DataFrame:
    """Count also what these made-up texts repeat of each other."""
    return module.background(texts, **{"include_marked": True, "n_boot": 199} | more)


def forget() -> None:
    for kept in (usual.available, usual.frequencies, usual.concepts):
        kept.cache_clear()


@pytest.fixture
def listed(monkeypatch):
    """Put small lists in the place of wordfreq's."""
    fake = SimpleNamespace(
        available_languages=lambda: dict.fromkeys(LISTS, ""),
        get_frequency_dict=lambda code, size: LISTS[code],
    )
    monkeypatch.setattr(usual, "_wordfreq", lambda: fake)
    forget()
    yield LISTS
    forget()


def made(texts: list[str], source: str = "a", language: str = "en") -> pd.DataFrame:
    ids = [f"{source}{language}{i:03}" for i in range(len(texts))]
    rows = pd.DataFrame({"doc_id": ids, "text": texts})
    return rows.assign(source=source, language=language, year=2020)


def corpus(*frames: pd.DataFrame) -> corpora.Corpus:
    return corpora.from_rows(pd.concat(frames, ignore_index=True))


def one(rows: pd.DataFrame, term: str, **keys: str) -> pd.Series:
    tag = "concept" if "concept" in rows else "term"
    for column, value in {tag: term, **keys}.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


SEVEN = ["war war the tree and some more words"] * 7


def test_the_estimate_is_the_log_ratio_to_the_list(listed):
    rows = background(corpus(made(SEVEN)), min_count=1)
    results.check(rows)
    war = one(rows, "war")
    assert war["estimate"] == pytest.approx(math.log2((2 / 8) / 0.01))
    assert (war["n"], war["n_docs"], war["n_tokens"], war["docs_with"]) == (14, 7, 56, 7)
    assert war[["rate", "rate_general"]].tolist() == pytest.approx([250, 10])
    assert set(rows["reference"]) == {"language in general"}
    assert rows.loc[rows["stop_word"], "term"].tolist() == ["the", "and", "more", "some"]


def test_a_word_outside_the_list_gets_no_number(listed):
    tree = one(background(corpus(made(SEVEN)), min_count=1), "tree")
    assert tree[["estimate", "lo", "hi", "q", "rate_general"]].isna().all()
    assert tree["verdict"] == "not in the general list" and tree["n"] == 7


def test_words_of_one_document_give_no_interval_and_say_so(listed):
    rows = background(corpus(made(SEVEN[:1])), min_count=1)
    assert rows[["lo", "hi", "q"]].isna().all(axis=None)
    assert one(rows, "war")["verdict"] == "one text"
    assert one(rows, "tree")["verdict"] == "one text: not in the general list"


def test_each_language_meets_its_own_list(listed):
    mixed = corpus(made(["war the"] * 5), made(["oorlog de"] * 5, language="nl"))
    rows = background(mixed, min_count=1)
    assert one(rows, "oorlog")["estimate"] == pytest.approx(math.log2(0.5 / 0.02))
    assert set(rows["language"]) == {"en", "nl"} and set(rows["group"]) == {"a"}


def test_a_concept_adds_up_its_single_words_in_list_and_texts(listed):
    texts = made(["crisis crises now"] * 5), made(["eurocrisis crisis nu en"] * 5, language="nl")
    rows = background(corpus(*texts), unit="concept", min_count=1)
    en, nl = one(rows, "crisis", language="en"), one(rows, "crisis", language="nl")
    assert en["estimate"] == pytest.approx(math.log2((2 / 3) / 0.003))
    assert nl["estimate"] == pytest.approx(math.log2((2 / 4) / 0.005))


def test_concepts_of_several_words_or_capitals_have_no_general_rate(listed):
    texts = made(["nuclear weapons"] * 5), made(["mächtig die Macht"] * 5, language="de")
    rows = background(corpus(*texts), unit="concept", min_count=1)
    nuclear, power = one(rows, "nuclear"), one(rows, "power")
    assert nuclear["verdict"] == "multiword patterns: no general rate"
    assert power["verdict"] == "patterns with capitals: no general rate"
    assert rows[["estimate", "lo", "hi", "q"]].isna().all(axis=None)


def test_a_reference_corpus_serves_for_every_concept():
    texts = corpus(made(["nuclear weapons and war"] * 5))
    usual = corpus(made(["nuclear weapons, war and peace for ever"] * 3, source="z"))
    rows = background(texts, unit="concept", reference=usual, min_count=1)
    row = one(rows, "nuclear weapons")
    assert row["estimate"] == pytest.approx(math.log2((1 / 4) / (1 / 7)))
    assert row["reference"] == "reference corpus"
    absent = background(texts, reference=corpus(made(["peace"])), min_count=1)
    assert set(absent["verdict"]) == {"not in the reference corpus"}
    same = background(texts, reference=texts, min_count=1)
    np.testing.assert_allclose(same["estimate"], 0, atol=1e-12)


def test_a_language_without_a_list_says_so(listed, monkeypatch):
    monkeypatch.delitem(listed, "nl")
    rows = background(corpus(made(["oorlog en vrede"] * 5, language="nl")), min_count=1)
    assert set(rows["verdict"]) == {"no general list of this language"}


def test_zero_counts_as_half_but_never_as_more(listed):
    few = corpus(made(["peace came"] * 6), made(["crisis"] * 6, source="b"))
    rows = background(few, unit="concept", min_count=0)
    assert set(rows["group"]) == {"a", "b"} and len(rows) == 2 * len(lexicons.load("concepts").keys)
    assert one(rows, "crisis", group="a")["estimate"] == 0  # .5 of 12 is more than 3 of 1,000
    words = background(few, min_count=0)
    assert "crisis" in set(words.loc[words["group"] == "a", "term"])


def test_a_word_that_is_missing_where_it_is_expected_is_found(listed):
    silent = [f"the {'peace ' * (90 + i)}" for i in range(12)]
    rows = background(corpus(made(silent, "s"), made(["war"] * 5, "w")), min_count=3)
    war = one(rows, "war", group="s")  # 1 % of some 1,150 words
    assert war["n"] == 0 and war["estimate"] == pytest.approx(
        math.log2(0.5 / war["n_tokens"] / 0.01)
    )
    assert war["lo"] < war["estimate"] < war["hi"] < 0 and war["verdict"] == "key: used less"
    few = corpus(made(["the peace peace peace"] * 6, "s"), made(["war"] * 5, "w"))
    war = one(background(few, min_count=0), "war", group="s")  # none of some 24 words
    assert war["n"] == 0 and war["estimate"] == 0 and war["verdict"] == "does not occur"


def test_apostrophes_and_case_meet_the_list(listed, monkeypatch):
    rows = background(corpus(made(["Don’t WAR"] * 5)), min_count=1)
    assert rows["rate_general"].notna().all() and len(rows) == 2
    monkeypatch.setitem(listed["de"], "strasse", 0.001)
    rows = background(corpus(made(["die Straße"] * 5, language="de")), min_count=1)
    assert one(rows, "straße")["rate_general"] == pytest.approx(1)


@pytest.mark.parametrize("docs", [50, 80])
def test_planted_rates_are_covered_and_few_are_called_different(monkeypatch, docs):
    rng, letters = np.random.default_rng(1), "bcdfghjklm"
    known = dict.fromkeys(map("".join, itertools.product(letters, repeat=3)), 0.0006)
    texts = []
    for _ in range(docs):
        share = rng.gamma(3, 1 / 3, len(known)) * 0.0006  # words come in bursts
        counts = rng.poisson(share * 2000)
        body = [w for w, n in zip(known, counts, strict=True) for _ in range(n)]
        texts.append(" ".join(body + ["filler"] * max(0, 2000 - len(body))))
    fake = SimpleNamespace(
        available_languages=lambda: {"en": ""}, get_frequency_dict=lambda code, size: known
    )
    monkeypatch.setattr(usual, "_wordfreq", lambda: fake)
    forget()
    rows = background(corpus(made(texts)), n_boot=399)
    forget()
    rows = rows[rows["term"] != "filler"]
    assert len(rows) == 1000
    assert 0.93 <= ((rows["lo"] <= 0) & (rows["hi"] >= 0)).mean() <= 0.97
    assert rows["verdict"].str.startswith("key").sum() <= 2  # none but by chance


def test_the_interval_is_at_least_the_t_interval_of_the_rate(listed):
    rng = np.random.default_rng(3)
    texts = [f"{'war ' * k} {'the ' * (20 + k)}" for k in rng.poisson(2, 30)]
    made_up = corpus(made(texts))
    war = one(background(made_up), "war")
    x = np.array([t.split().count("war") for t in texts])[:, None]
    n = np.array([len(t.split()) for t in texts])
    log, v, df = (a[0] for a in rates.log_rate(rates.of_matrix(sparse.csr_array(x), n)))
    reach = stats.t.ppf(0.975, df) * math.sqrt(v) / math.log(2)
    assert war["estimate"] == pytest.approx((log - math.log(0.01)) / math.log(2))
    assert war["lo"] <= war["estimate"] - reach + 1e-12
    assert war["hi"] >= war["estimate"] + reach - 1e-12
    # Of the two words this has the larger p, which Benjamini and Hochberg leave as it is.
    found = background(made_up).set_index("term")
    t = (log - math.log(0.01)) / math.sqrt(v)
    assert found.loc["war", "q"] == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-9)


def test_nothing_is_resampled_when_none_is_asked_for(listed):
    rows = background(corpus(made(SEVEN)), n_boot=0)
    assert rows[["lo", "hi"]].isna().all(axis=None)
    assert one(rows, "war")["verdict"] == "not resampled: no interval"


def test_a_word_with_hyphens_is_held_against_its_rarest_part(listed):
    texts = made(["war-crisis nuclear-don’t tree-house the"] * 7 + ["the " * 30] * 40)
    rows = background(corpus(texts), min_count=1)
    bound = one(rows, "war-crisis")
    assert bound["rate_general"] == pytest.approx(2)
    assert bound["estimate"] == pytest.approx(math.log2(7 / bound["n_tokens"] / 0.002))
    assert one(rows, "tree-house")["verdict"] == "not in the general list"
    rare = made(["war-criticism the"] + ["the " * 100] * 20)
    scarce = one(background(corpus(rare), min_count=1), "war-criticism")
    assert math.isnan(scarce["estimate"]), "less than a bound proves nothing"
    assert scarce["verdict"] == "not in the general list"


def test_numbers_have_no_general_rate(listed, monkeypatch):
    monkeypatch.setitem(listed["en"], "0000", 0.01)
    monkeypatch.setitem(listed["en"], "3", 0.01)
    rows = background(corpus(made(["0000 3 war"] * 6)), min_count=1)
    assert rows.set_index("term")["rate_general"].notna().to_dict() == {
        "3": True, "war": True, "0000": False
    }  # fmt: skip


def test_a_planted_surplus_is_found_and_one_text_is_named(listed):
    spread = [f"war {'the ' * (15 + i)}" for i in range(12)]
    burst = [f"{'war ' * 40} the"] + ["the " * 20] * 11
    rows = background(corpus(made(spread, "s"), made(burst, "b")))
    assert one(rows, "war", group="s")["verdict"] == "key"
    assert one(rows, "war", group="b")["verdict"] in {
        "key but one text drives it", "not distinguishable"
    }  # fmt: skip
    assert one(rows, "war", group="b")["without_one_text"] < 0.1


def test_the_order_of_documents_and_of_calls_does_not_matter(listed):
    frame = pd.concat([made(SEVEN), made(["oorlog de de"] * 6, "b", "nl")], ignore_index=True)
    first = background(corpora.from_rows(frame), min_count=1)
    turned = background(corpora.from_rows(frame.iloc[::-1].reset_index(drop=True)), min_count=1)
    pd.testing.assert_frame_equal(first, turned)


def test_several_columns_make_groups(listed):
    rows = background(corpus(made(SEVEN), made(SEVEN, "b")), by=["source", "year"], min_count=1)
    assert set(rows["group"]) == {"a · 2020", "b · 2020"} and set(rows["source"]) == {"a", "b"}


def test_nothing_gives_nothing(listed):
    rows = background(corpora.from_rows(made(SEVEN).iloc[:0]))
    full = background(corpus(made(SEVEN)))
    assert len(rows) == 0 and list(rows.columns) == list(full.columns)
    assert len(background(corpus(made([""] * 5)))) == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"unit": "lemma"}, "use word or concept"),
        ({"unit": "actor"}, "use word or concept"),
        ({"by": "colour"}, "colour"),
        ({"min_count": -1}, "min_count"),
        ({"n_boot": -1}, "n_boot"),
        ({"level": 2}, "level"),
    ],
)
def test_bad_arguments_are_named(listed, more, message):
    with pytest.raises(DiscourseError, match=message):
        background(corpus(made(SEVEN)), **more)


def test_without_wordfreq_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "wordfreq", None)
    forget()
    with pytest.raises(DiscourseError, match="install it, or pass reference"):
        background(corpus(made(SEVEN)))
    forget()


class TestWordfreq:
    @pytest.fixture(autouse=True)
    def installed(self):
        pytest.importorskip("wordfreq")
        forget()

    def test_all_three_languages_have_lists_of_case_folded_words(self):
        for code, word, rate in (("nl", "de", 0.04), ("de", "die", 0.02), ("en", "the", 0.04)):
            listed = usual.frequencies(code)
            assert listed[word] > rate
            assert all(form == form.casefold() for form in list(listed)[:5_000])
            assert 0.95 < sum(listed.values()) < 1.01

    def test_rates_are_rounded_to_hundredths_of_log10(self):
        rates = np.log10(list(usual.frequencies("nl").values()))
        np.testing.assert_allclose(rates * 100, np.round(rates * 100), atol=1e-6)

    def test_the_seeds_speak_of_sanctions_more_than_their_languages(self):
        seeds = corpora.load().documents
        english = corpora.from_rows(seeds[seeds["language"] == "en"])
        rows = module.background(english, unit="concept", n_boot=99)
        said = one(rows, "sanctions")
        assert 4 < said["estimate"] < 12 and said["verdict"] == "one text"
