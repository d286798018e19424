"""Word shifts: published numbers, sums, mirrors, intervals, and inputs that are wrong."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import results
from analysis.evidence import evidence
from analysis.measures import _shift
from analysis.measures.wordshift import KINDS, wordshift
from analysis.results import ComparabilityError, DiscourseError

KNOWN = json.loads((Path(__file__).parent / "known" / "wordshift.json").read_text(encoding="utf-8"))
SIDES = {"target": "b", "reference": "a"}
SCORES = pd.DataFrame({"term": ["peace", "talks", "war", "cry", "deal"], "score": [8, 6, 2, 1, 7]})
WORDS = ["peace", "war", "talks", "deal", "army", "border", "trade", "leader"]


def printed(got: float, text: str) -> None:
    """Assert that `got`, rounded to as many decimals as `text` has, is `text`."""
    decimals = len(text.partition(".")[2])
    assert got == pytest.approx(float(text), abs=0.5 * 10**-decimals + 1e-12)


def written(*texts: tuple[str, str, str], year: int = 2020) -> corpora.Corpus:
    rows = [
        {"doc_id": f"d{i:02}", "source": source, "language": language, "year": year, "text": text}
        for i, (source, language, text) in enumerate(texts)
    ]
    return corpora.from_rows(pd.DataFrame(rows, columns=["doc_id", "source", "language", "year",
                                                         "text"]))  # fmt: skip


def made(n_docs: int, *, seed: int = 0, order: int = 1) -> corpora.Corpus:
    """Groups a and b; b says "peace" three times as often, one text of b alone says "cry"."""
    rng = np.random.default_rng(seed)
    texts = []
    for i in range(2 * n_docs):
        source = "ab"[i % 2]
        weight = np.array([3.0 if source == "b" else 1.0, *np.ones(len(WORDS) - 1)])
        text = rng.choice(WORDS, size=80, p=weight / weight.sum()).tolist()
        texts.append((source, "en", " ".join(text + ["cry"] * (5 if i == 1 else 0)) + "."))
    whole = written(*texts)
    if order == 1:
        return whole
    return corpora.from_rows(whole.documents.iloc[::order].reset_index(drop=True))


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    return made(8)


def run(corpus: corpora.Corpus, kind: str, **more: object) -> pd.DataFrame:
    scores = {"scores": SCORES} if kind == "sentiment" else {}
    return wordshift(corpus, kind=kind, **{"n_boot": 99, **SIDES, **scores, **more})


every = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize("case", KNOWN["cases"], ids=lambda c: c["kind"])
def test_published_numbers(case: dict) -> None:
    texts = [
        " ".join(t for t, k in zip(KNOWN["terms"], KNOWN[side], strict=True) for _ in range(k))
        for side in ("reference", "target")
    ]
    small = written(("a", "en", texts[0]), ("b", "en", texts[1]))
    more = {}
    if case["kind"] == "sentiment":
        more["scores"] = pd.Series(KNOWN["scores"], index=KNOWN["terms"])
        more["reference_score"] = KNOWN["reference_score"]
    rows = run(small, case["kind"], **more).set_index("term")
    assert len(rows) == len(KNOWN["terms"])
    for column, text in case["printed"].items():
        printed(rows[column].iloc[0], text)
    checked = 0
    for column in ("estimate", "share"):
        for term, text in case.get(column, {}).items():
            printed(rows.loc[term, column], text)
            checked += 1
    assert checked == len(KNOWN["terms"])
    assert case["source"].strip()


def test_proportion_and_entropy_are_those_of_the_formula(corpus) -> None:
    forms, doc = corpus.tokens.forms, corpus.tokens.doc
    source = corpus.documents["source"].to_numpy()[doc]
    p, r = ((forms[source == s] == "peace").mean() for s in "ba")
    row = run(corpus, "proportion").set_index("term").loc["peace"]
    assert (row["proportion"], row["proportion_reference"]) == pytest.approx((p, r))
    assert row["estimate"] == pytest.approx(p - r)
    row = run(corpus, "entropy").set_index("term").loc["peace"]
    assert row["estimate"] == pytest.approx(-p * np.log2(p) + r * np.log2(r))


@every
def test_contributions_add_up_to_the_whole_difference(corpus, kind: str) -> None:
    rows = run(corpus, kind)
    whole = rows["whole"].iloc[0]
    assert (rows["whole"] == whole).all()
    assert rows["estimate"].sum() == pytest.approx(whole, abs=1e-12)
    assert (rows["rest"] == 0).all()
    assert rows["share"].abs().sum() == pytest.approx(1)
    if kind in ("entropy", "sentiment"):
        average, against = rows.loc[0, ["average", "average_reference"]]
        assert whole == pytest.approx(average - against)
    fewer = run(corpus, kind, min_count=100)
    assert 0 < len(fewer) < len(rows)
    assert fewer["estimate"].sum() + fewer["rest"].iloc[0] == pytest.approx(whole, abs=1e-12)
    same = rows.set_index("term").loc[fewer["term"]].reset_index()[fewer.columns]
    changed = ["rest", "q", "verdict"]
    pd.testing.assert_frame_equal(fewer.drop(columns=changed), same.drop(columns=changed))


@every
def test_rows_keep_the_contract_and_come_with_the_largest_first(corpus, kind: str) -> None:
    rows = run(corpus, kind)
    results.check(rows)
    assert set(rows["unit"]) == {KINDS[kind]}
    sizes = rows["estimate"].abs().to_numpy()
    assert (sizes[:-1] >= sizes[1:]).all()
    assert not rows.duplicated(["term", "language", "group", "reference"]).any()
    assert rows["lo"].notna().any()


@pytest.mark.parametrize("kind", ["proportion", "entropy"])
def test_swapping_the_groups_mirrors_everything(corpus, kind: str) -> None:
    one = run(corpus, kind).set_index("term")
    two = run(corpus, kind, target="a", reference="b").set_index("term").loc[one.index]
    for a, b in (("estimate", "estimate"), ("lo", "hi"), ("hi", "lo"), ("whole", "whole"),
                 ("chance_lo", "chance_hi"), ("share", "share")):  # fmt: skip
        np.testing.assert_allclose(one[a], -two[b], atol=1e-12)
    up = one["type"].map({"↑": "↓", "↓": "↑", "": ""})
    assert (up == two["type"]).all()


def test_a_divergence_does_not_depend_on_which_side_is_the_target(corpus) -> None:
    one = run(corpus, "jsd").set_index("term")
    two = run(corpus, "jsd", target="a", reference="b").set_index("term").loc[one.index]
    for column in ("estimate", "lo", "hi", "whole", "chance_lo", "chance_hi"):
        np.testing.assert_allclose(one[column], two[column], atol=1e-12)
    assert (one["estimate"] >= -1e-15).all()
    assert 0 < one["whole"].iloc[0] < 1


def test_a_divergence_of_groups_that_share_nothing_is_one_bit() -> None:
    rows = run(written(("a", "en", "peace talks"), ("b", "en", "war cry cry")), "jsd")
    assert rows["whole"].iloc[0] == pytest.approx(1)
    assert rows.set_index("term").loc["cry", "estimate"] == pytest.approx(1 / 3)


def test_an_unsure_side_gives_an_interval_around_zero(corpus) -> None:
    rows = run(corpus, "jsd", n_boot=499).set_index("term")
    straight = run(corpus, "proportion", n_boot=499).set_index("term").loc[rows.index]
    assert rows.loc["peace", "lo"] > 0
    unsure = (straight["lo"] < 0) & (straight["hi"] > 0)
    assert unsure.any()
    assert (rows.loc[unsure, "lo"] < 0).all()
    assert (rows.loc[~unsure & rows["lo"].notna(), "lo"] >= 0).all()


def test_the_four_types_of_a_sentiment_shift() -> None:
    small = written(
        ("a", "en", "peace talks talks war cry cry army"),
        ("b", "en", "peace peace talks war war cry army army army"),
    )
    more = {"scores": SCORES, "reference_score": 4.5}
    rows = run(small, "sentiment", **more).set_index("term")
    assert rows["type"].to_dict() == {"peace": "+↑", "talks": "+↓", "war": "−↑", "cry": "−↓"}
    assert np.sign(rows["estimate"]).to_dict() == {"peace": 1, "talks": -1, "war": -1, "cry": 1}
    assert rows["counted"].iloc[0] == 6  # army has no score
    assert rows["n_tokens"].iloc[0] == 9
    assert rows.loc["war", "score"] == 2


def test_the_reference_score_moves_no_sum_and_is_the_mean_of_the_reference(corpus) -> None:
    free, fixed = run(corpus, "sentiment"), run(corpus, "sentiment", reference_score=5)
    assert free["whole"].iloc[0] == pytest.approx(fixed["whole"].iloc[0])
    own = run(corpus, "sentiment", reference_score=float(free["average_reference"].iloc[0]))
    pd.testing.assert_series_equal(free["estimate"], own["estimate"])
    assert not np.allclose(free.set_index("term")["estimate"].loc[own["term"]],
                           fixed.set_index("term")["estimate"].loc[own["term"]])  # fmt: skip
    assert "mean of the reference" in free["method"].iloc[0]
    assert "reference score: 5" in fixed["method"].iloc[0]


@pytest.mark.parametrize(
    "given",
    [
        SCORES.set_index("term")["score"],
        SCORES.assign(term=SCORES["term"].str.upper()),
        pd.concat([SCORES, SCORES]),
        pd.concat([SCORES, pd.DataFrame({"term": ["army", None], "score": [None, 3]})]),
    ],
    ids=["series", "capitals", "twice the same", "missing"],
)
def test_scores_may_be_given_in_several_ways(corpus, given) -> None:
    pd.testing.assert_frame_equal(run(corpus, "sentiment", scores=given), run(corpus, "sentiment"))


@every
def test_a_planted_word_leads_and_its_interval_is_off_zero(corpus, kind: str) -> None:
    rows = run(corpus, kind)
    assert rows.loc[0, "term"] == "peace"
    assert rows.loc[0, "verdict"] == "contributes"
    cry = rows[rows["term"] == "cry"].iloc[0]
    assert cry["verdict"] == "one text alone has it"
    assert cry["docs_with"] + cry["docs_with_reference"] == 1


def test_a_term_of_few_texts_is_not_called_sure() -> None:
    rng, texts = np.random.default_rng(0), []
    for i in range(20):
        words = [*rng.choice(WORDS, 60), *["treaty"] * (i in (0, 2, 4, 6))]
        texts.append(("ab"[i % 2], "en", " ".join(words)))
    rows = run(written(*texts), "proportion", target="a", reference="b", n_boot=999)
    row = rows.set_index("term").loc["treaty"]
    assert (row["docs_with"], row["docs_with_reference"]) == (4, 0)
    assert row["lo"] > 0
    assert row["q"] > 0.05
    assert row["verdict"] == "not distinguishable"


@pytest.mark.parametrize("kind", ["jsd", "entropy", "sentiment"])
def test_chance_tells_a_real_difference_from_none(kind: str) -> None:
    corpus = made(20)
    row = run(corpus, kind).iloc[0]
    assert not row["chance_lo"] <= row["whole"] <= row["chance_hi"]
    documents = corpus.documents
    rng = np.random.default_rng(3)
    mixed = documents.assign(source=rng.permutation(documents["source"].to_numpy()))
    row = run(corpora.from_rows(mixed), kind).iloc[0]
    assert row["chance_lo"] <= row["whole"] <= row["chance_hi"]


def test_chance_knows_that_short_texts_have_lower_entropy() -> None:
    rng = np.random.default_rng(0)
    vocabulary = np.array([chr(97 + i // 26) + chr(97 + i % 26) + "x" for i in range(400)])
    texts = [("a", "en", " ".join(rng.choice(vocabulary, 100))) for _ in range(40)]
    texts += [("b", "en", " ".join(rng.choice(vocabulary, 100))) for _ in range(4)]
    row = run(written(*texts), "entropy").iloc[0]
    assert row["whole"] < -0.3
    assert row["chance_lo"] <= row["whole"] <= row["chance_hi"] < 0


@pytest.mark.no_cover
def test_intervals_hold_planted_contributions() -> None:
    truth, held = 3 / 10 - 1 / 8, []
    for seed in range(40):
        many = made(12, seed=seed)
        row = run(many, "proportion", n_boot=199).set_index("term").loc["peace"]
        held.append(row["lo"] <= truth <= row["hi"])
    assert np.mean(held) >= 0.85


@every
def test_one_text_gives_no_interval_and_says_so(kind: str) -> None:
    rows = run(made(1), kind)
    assert rows[["lo", "hi", "chance_lo", "chance_hi"]].isna().all(axis=None)
    assert (rows["verdict"] == results.ONE_TEXT).all()
    three = run(made(3), kind)
    assert set(three["verdict"]) == {"too little text", "one text alone has it"}


@every
def test_the_order_of_documents_does_not_matter(corpus, kind: str) -> None:
    turned = run(made(8, order=-1), kind)
    pd.testing.assert_frame_equal(run(corpus, kind), turned, check_exact=False, atol=1e-9)


def test_many_terms_and_many_documents(monkeypatch) -> None:
    from analysis.measures import wordshift as module

    monkeypatch.setattr(module, "MANY", 4)
    rows = run(made(8), "jsd")
    assert rows["lo"].notna().sum() == 4
    assert rows["lo"].iloc[:4].notna().all()
    assert set(rows["verdict"].iloc[4:]) <= {"no interval", "one text alone has it"}
    texts = [("ab"[i % 2], "en", "peace war" if i % 3 else "peace talks") for i in range(420)]
    rows = run(written(*texts), "proportion")
    assert "random pools" in rows["method"].iloc[0]
    assert rows["lo"].notna().any()


def test_concepts_cross_languages_and_words_do_not(made_up) -> None:
    across = {"by": "language", "target": "nl", "reference": "de"}
    for unit in ("word", "lemma"):
        with pytest.raises(ComparabilityError, match="concept"):
            wordshift(made_up, unit=unit, **across)
    rows = wordshift(made_up, unit="concept", n_boot=9, **across)
    assert set(rows["languages"]) == {"de+nl"}
    assert rows["method"].str.contains("several languages").all()
    assert rows["proportion"].sum() == pytest.approx(1)
    assert rows["counted"].iloc[0] == rows["n"].sum() < rows["n_tokens"].iloc[0]


def test_rows_lead_to_their_sentences(seeds) -> None:
    rows = wordshift(seeds, by="doc_id", unit="concept", n_boot=9)
    row = rows[rows["n"] > 0].iloc[0]
    assert len(evidence(seeds, row, n=2))


def test_groups_of_several_columns(corpus) -> None:
    rows = wordshift(corpus, by=["source", "year"], target="b · 2020", n_boot=9)
    assert set(rows["by"]) == {"source · year"}
    assert set(rows["group"]) == {"b · 2020"}
    plain = wordshift(corpus, by="source", target="b", n_boot=9)
    pd.testing.assert_series_equal(rows["estimate"], plain["estimate"])


def test_every_group_against_the_rest_within_its_language(seeds) -> None:
    rows = wordshift(seeds, by="doc_id", n_boot=9)
    assert set(rows["group"]) == set(seeds.documents["doc_id"])
    assert set(rows["reference"]) == {"rest"}
    for _, part in rows.groupby("group"):
        assert part["language"].nunique() == 1
    marked = rows[rows["stop_word"]]
    assert 0 < len(marked) < len(rows)


WRONG = {
    "kind": ({"kind": "charm"}, "proportion, entropy, jsd"),
    "unit": ({"unit": "smell"}, "smell"),
    "by": ({"by": "colour"}, "colour"),
    "target": ({"target": "q"}, "choose among"),
    "same": ({"target": "a", "reference": "a"}, "two different"),
    "level": ({"level": 2}, "level"),
    "n_boot": ({"n_boot": 0}, "at least 1"),
    "min_count": ({"min_count": 0}, "at least 1"),
    "no scores": ({"kind": "sentiment"}, "scores is needed"),
    "scores for nothing": ({"scores": SCORES}, "mean nothing"),
    "centre for nothing": ({"reference_score": 5}, "mean nothing"),
    "column": ({"kind": "sentiment", "scores": SCORES[["term"]]}, "score"),
    "empty": ({"kind": "sentiment", "scores": SCORES.iloc[:0]}, "at least one"),
    "words": ({"kind": "sentiment", "scores": SCORES.assign(score="good")}, "at least one"),
    "endless": ({"kind": "sentiment", "scores": SCORES.assign(score=np.inf)}, "finite"),
    "twice": (
        {"kind": "sentiment", "scores": pd.concat([SCORES, SCORES.assign(score=3)])}, "two scores",
    ),
    "centre": (
        {"kind": "sentiment", "scores": SCORES, "reference_score": np.nan}, "reference_score",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_one_sentence(corpus, name: str) -> None:
    arguments, told = WRONG[name]
    with pytest.raises(DiscourseError, match=told) as error:
        wordshift(corpus, **{**SIDES, "n_boot": 9, **arguments})
    assert "\n" not in str(error.value)


def test_nothing_to_count_is_said_and_is_no_zero(corpus) -> None:
    none = run(corpus, "sentiment", scores=pd.Series({"unheard": 1.0}))
    assert none["estimate"].isna().all()
    assert (none["verdict"] == "nothing to count on one side").all()
    half = written(("a", "en", "peace"), ("a", "en", "talks"), ("b", "en", "x"), ("b", "en", "y"))
    rows = run(half, "sentiment")
    assert len(rows) == 2
    assert rows[["estimate", "lo", "hi", "whole"]].isna().all(axis=None)
    assert (rows["verdict"] == "nothing to count on one side").all()
    for kind in ("proportion", "entropy", "jsd"):
        empty = run(written(("a", "en", "peace"), ("b", "en", "...")), kind)
        assert empty[["estimate", "whole"]].isna().all(axis=None)


def test_a_group_alone_and_an_empty_corpus() -> None:
    only = written(("a", "en", "peace talks"), ("b", "nl", "vrede"))
    rows = wordshift(only, n_boot=9)
    assert len(rows) == 2
    assert rows["verdict"].str.contains("nothing of its own language").all()
    empty = wordshift(made(1).subset(np.zeros(2, dtype=bool)), n_boot=9)
    assert len(empty) == 0
    assert list(empty.columns) == list(rows.columns)


def test_contributions_of_arrays_are_those_of_their_parts() -> None:
    p, r = np.array([[0.5, 0.2], [0.5, 0.8]]), np.array([[0.1, 0.2], [0.9, 0.8]])
    for kind in KINDS:
        both = _shift.contributions(kind, p, r, np.array([[1.0], [2.0]]), 1.5)
        for j in (0, 1):
            alone = _shift.contributions(kind, p[:, j], r[:, j], np.array([1.0, 2.0]), 1.5)
            np.testing.assert_allclose(both[:, j], alone)
        assert np.allclose(both[:, 1], 0)


def test_copies_of_a_text_are_not_many_texts():
    same = "The war came and the war stayed for the winter in the cold north of the land."
    texts = [("a", same)] * 6 + [
        ("b", f"A talk of peace number {n} was held by {w} men in the {w} city on a {w} day.")
        for n, w in enumerate(["old", "new", "far", "wise", "tall", "slow"])
    ]
    rows = pd.DataFrame(texts, columns=["source", "text"]).assign(language="en", year=2024)
    rows["doc_id"] = [f"d{i:02}" for i in range(len(rows))]
    found = wordshift(corpora.from_rows(rows), target="a", reference="b", n_boot=9)
    assert set(found["n_docs"]) == {1} and set(found["verdict"]) == {"one text"}
