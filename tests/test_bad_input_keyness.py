"""Odd corpora and arguments: keyness and its neighbours answer with an error or a verdict.

Never a crash, an infinity, an interval from one text, or a zero where nothing was counted.
"""

import math
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import lexicons
from analysis.measures.collocation import collocation
from analysis.measures.dispersion import dispersion
from analysis.measures.frequency import frequency
from analysis.measures.keyness import MEASURES, keyness
from analysis.results import ONE_TEXT, ComparabilityError, DiscourseError, check

WAR = "The war came from Moscow and the war stayed. Sanctions remain, a minister said."
PEACE = "The peace came late to Moscow and the talks went on. Sanctions on the war fell."
WORDS = ("peace", "war", "talks", "deal", "army", "border", "trade", "leader", "summit", "pact")
Table = list[tuple[str, str, str | None]]  # source, text, language


def made(table: Table, **more: object) -> corpora.Corpus:
    """A corpus of (source, text, language), of two years in turn."""
    rows = [
        {"doc_id": f"d{i:02}", "source": s, "text": t, "language": code, "year": 2020 + i % 2}
        | more
        for i, (s, t, code) in enumerate(table)
    ]
    columns = ["doc_id", "source", "text", "language", "year"]
    return corpora.from_rows(pd.DataFrame(rows, columns=columns))


def english(*table: tuple[str, str]) -> Table:
    return [(s, t, "en") for s, t in table]


def drawn(seed: int) -> str:
    """Sixty words that no other seed draws in this order, so that no text is a copy."""
    return " ".join(np.random.default_rng(seed).choice(WORDS, 60)).capitalize() + "."


ODD: dict[str, Table] = {
    "no documents": [],
    "one document": english(("a", WAR)),
    "two documents": english(("a", WAR), ("b", PEACE)),
    "two documents of one group": english(("a", WAR), ("a", PEACE)),
    "one-document groups": english(*((name, drawn(i)) for i, name in enumerate("abcdefgh"))),
    "a side of one document": english(("a", WAR), *(("b", drawn(i)) for i in range(8))),
    "a side without words": english(("a", WAR), ("a", PEACE), ("b", "— … !"), ("b", "??")),
    "no words at all": english(("a", "—"), ("a", ""), ("b", "!!"), ("b", " ")),
    "one word": english(("a", "war"), ("b", "peace")),
    "all the same": english(*(("ab"[i % 2], WAR) for i in range(12))),
    "no language": [("a", "xq zzv kk", None), ("b", "xq rrw pp", None), ("b", "xq", None)],
    "a language each": [
        ("a", WAR, "en"), ("b", "De oorlog kwam uit Moskou.", "nl"),
        ("c", "Der Krieg kam aus Moskau.", "de"),
    ],
    "languages mixed in a group": [
        ("a", WAR, "en"), ("b", PEACE, "en"), ("a", "De oorlog kwam uit Moskou.", "nl"),
        ("b", "Der Krieg kam aus Moskau.", "de"), ("b", "xq zzv", None),
    ],
}  # fmt: skip
ASKED: dict[str, Callable[..., pd.DataFrame]] = {
    "keyness": lambda c, by: keyness(c, by=by, n_boot=19, min_count=1, measures=MEASURES),
    "keyness of concepts": lambda c, by: keyness(c, by=by, unit="concept", n_boot=19, min_count=1),
    "keyness of actors": lambda c, by: keyness(c, by=by, unit="actor", n_boot=19, min_count=1),
    "frequency": lambda c, by: frequency(c, by=by, n_boot=19),
    "frequency of a word": lambda c, by: frequency(c, by=by, terms=["war", "zzz"], n_boot=19),
    "dispersion": lambda c, by: dispersion(c, by=by, min_count=1),
    "collocation": lambda c, by: collocation(c, "war", by=by, min_count=1, n_boot=19),
}


def sound(rows: pd.DataFrame) -> None:
    """Assert what any frame of any corpus keeps."""
    check(rows)
    assert rows["verdict"].str.len().gt(0).all(), "a row without a verdict"
    numbers = rows[["estimate", "lo", "hi"]].apply(pd.to_numeric).to_numpy(dtype=float)
    assert not np.isinf(numbers).any()
    sides = [c for c in ("n_docs", "docs_reference") if c in rows]
    single = rows[sides].min(axis=1) <= 1
    assert rows.loc[single, ["lo", "hi"]].isna().all(axis=None), "an interval from one text"
    nothing = pd.to_numeric(rows["n_tokens"]) == 0
    if "rate" in rows:
        assert rows.loc[nothing, ["rate", "estimate"]].isna().all(axis=None), "a rate of no words"
    if set(rows["measure"]) == {"frequency"}:
        assert rows.loc[nothing, "estimate"].isna().all(), "a rate of no words"


@pytest.mark.parametrize(
    ("name", "asked"),
    [pytest.param(n, a) for n in ODD for a in ASKED],
)
def test_odd_corpora(name: str, asked: str) -> None:
    corpus = made(ODD[name])
    for by in ("source", "year", "doc_id"):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            rows = ASKED[asked](corpus, by)
        sound(rows)


@pytest.mark.parametrize("name", ["one document", "two documents of one group", "a language each"])
def test_a_group_with_nothing_to_compare_with_is_a_row_that_says_so(name: str) -> None:
    rows = keyness(made(ODD[name]), n_boot=9)
    assert len(rows)
    assert rows["verdict"].str.contains("to compare with").all()
    assert rows[["estimate", "lo", "hi", "q"]].isna().all(axis=None)


@pytest.mark.parametrize("name", ["two documents", "one-document groups", "a side of one document"])
def test_one_text_is_no_group(name: str) -> None:
    rows = keyness(made(ODD[name]), min_count=1, n_boot=19)
    assert set(rows["verdict"]) == {ONE_TEXT}
    assert rows[["lo", "hi", "q"]].isna().all(axis=None)
    assert rows["estimate"].notna().any()


def test_a_side_without_words_gives_no_rate_and_no_ratio() -> None:
    rows = keyness(made(ODD["a side without words"]), target="b", min_count=1, n_boot=19)
    assert len(rows)
    assert rows[["rate", "estimate", "lo", "hi", "q"]].isna().all(axis=None)
    assert set(rows["verdict"]) == {"too little text"}


def test_texts_that_are_all_the_same_have_no_keywords() -> None:
    rows = keyness(made(ODD["all the same"]), min_count=1, include_marked=True, n_boot=99)
    assert len(rows)
    assert rows["estimate"].abs().max() < 1e-9
    assert not rows["verdict"].str.startswith("key").any()
    assert rows["q"].isna().all() or rows["q"].min() > 0.05


def test_a_language_of_its_own_is_not_compared_with_another() -> None:
    corpus = made(ODD["a language each"])
    with pytest.raises(ComparabilityError, match="concept"):
        keyness(corpus, target="a", reference="b")
    assert set(keyness(corpus, unit="concept", n_boot=9)["language"]) <= {"", "en", "nl", "de"}
    mixed = keyness(made(ODD["languages mixed in a group"]), min_count=1, n_boot=9)
    assert set(mixed["language"]) >= {"en", "nl", "de"}
    assert not mixed.duplicated(["term", "language", "group", "reference"]).any()


@pytest.fixture(scope="module")
def twelve() -> corpora.Corpus:
    return made([("ab"[i % 2], drawn(i), "en") for i in range(12)])


def test_a_word_that_occurs_nowhere(twelve: corpora.Corpus) -> None:
    rows = frequency(twelve, terms=["zzz"], n_boot=19)
    assert set(rows["n"]) == {0} and set(rows["verdict"]) == {"does not occur"}
    assert not len(collocation(twelve, "zzz", n_boot=19))
    assert "zzz" not in set(keyness(twelve, min_count=1, n_boot=19)["term"])


def test_a_threshold_that_nothing_reaches_leaves_no_rows(twelve: corpora.Corpus) -> None:
    for asked in (keyness, frequency, collocation):
        extra = {"pattern": "war"} if asked is collocation else {}
        assert not len(asked(twelve, **extra, min_count=10**9, n_boot=9))
    assert not len(dispersion(twelve, min_count=10**9))


def test_years_that_are_missing_make_no_group() -> None:
    some = pd.DataFrame(
        {"doc_id": list("abcd"), "text": [drawn(i) for i in range(4)], "language": "en",
         "year": [2020, None, 2021, None]}
    )  # fmt: skip
    rows = keyness(corpora.from_rows(some), by="year", min_count=1, n_boot=9)
    assert set(rows["group"]) == {"2020", "2021"}
    assert set(rows["n_docs"]) == {1} and set(rows["docs_reference"]) == {1}
    with pytest.raises(DiscourseError, match="2020 and 2021"):
        keyness(corpora.from_rows(some), by="year", target=2099)
    none = corpora.from_rows(some.assign(year=None))
    for asked in ("keyness", "frequency", "dispersion", "collocation"):
        assert not len(ASKED[asked](none, "year"))
    with pytest.raises(DiscourseError, match="no document has a value"):
        keyness(none, by="year", target=2020)


def test_an_empty_lexicon_is_named(tmp_path) -> None:
    file = tmp_path / "nothing.csv"
    file.write_text("concept,language,pattern,kind,note\n", encoding="utf-8")
    with pytest.raises(DiscourseError, match="holds no pattern"):
        lexicons.load(file)


ARGUMENTS = [
    ({"by": "colour"}, "colour"),
    ({"by": "text"}, "text"),
    ({"by": ()}, "by"),
    ({"level": 0}, "level"),
    ({"level": 1}, "level"),
    ({"level": math.nan}, "level"),
    ({"level": -0.5}, "level"),
    ({"n_boot": -1}, "n_boot"),
    ({"seed": -1}, "seed"),
    ({"unit": "letter"}, "unit"),
    ({"unit": ""}, "unit"),
]
NEEDS = {
    "keyness": [
        ({"min_count": 0}, "min_count"),
        ({"min_count": -3}, "min_count"),
        ({"measures": "ll2"}, "measures"),
        ({"measures": ["charm"]}, "measures"),
        ({"target": "zz"}, "a and b"),
        ({"target": ""}, "a and b"),
        ({"target": []}, "target"),
        ({"target": "a", "reference": "a"}, "two different groups"),
        ({"reference": "b"}, "needs a target"),
        ({"target": "a", "reference": "zz"}, "a and b"),
    ],
    "frequency": [({"terms": []}, "terms")],
    "collocation": [({"min_count": 0}, "min_count"), ({"window": 0}, "window")],
}


@pytest.mark.parametrize(
    ("measure", "arguments", "says"),
    [
        pytest.param(m, a, s, id=f"{m}-{a}")
        for m, own in NEEDS.items()
        for a, s in [*ARGUMENTS, *own]
    ],
)
def test_an_argument_out_of_range_is_named_in_a_sentence(
    twelve: corpora.Corpus, measure: str, arguments: dict[str, object], says: str
) -> None:
    asked = {"keyness": keyness, "frequency": frequency, "collocation": collocation}[measure]
    pattern = {"pattern": "war"} if measure == "collocation" else {}
    with pytest.raises(DiscourseError, match=says) as raised:
        asked(twelve, **pattern, **({"n_boot": 9} | arguments))
    told = str(raised.value)
    assert 10 < len(told) < 400 and "\n" not in told


@pytest.mark.parametrize("arguments", [{"min_count": 0}, {"by": "text"}, {"unit": "letter"}])
def test_dispersion_names_what_is_wrong(twelve: corpora.Corpus, arguments) -> None:
    with pytest.raises(DiscourseError, match=next(iter(arguments))):
        dispersion(twelve, **arguments)


def test_no_resampling_gives_estimates_without_an_interval(twelve: corpora.Corpus) -> None:
    rows = keyness(twelve, min_count=1, n_boot=0)
    full = keyness(twelve, min_count=1, n_boot=99)
    assert rows[["lo", "hi"]].isna().all(axis=None)
    both = ["term", "group", "estimate", "q", "ll2", "dp", "without_one_text"]
    order = ["group", "term"]
    pd.testing.assert_frame_equal(
        rows[both].sort_values(order, ignore_index=True),
        full[both].sort_values(order, ignore_index=True),
    )
    assert not rows["verdict"].str.startswith("lockword").any()


@pytest.mark.parametrize("n_boot", [1, 2])
def test_a_sample_or_two_are_no_interval(twelve: corpora.Corpus, n_boot: int) -> None:
    sound(keyness(twelve, min_count=1, n_boot=n_boot))


NAMES = {
    "latin a": "a", "cyrillic a": "а", "capital": "A", "blank within": "a\u200b", "ligature": "ﬁ",
    "rest": "rest", "separator": " · ", "formula": "=1+1", "command": "@SUM(A1)", "tag": "<b>x</b>",
    "line break": "a\nb", "quotes": '"q",r', "none": "None", "nan": "nan", "long": "x" * 10_000,
    "number": "1.0",
}  # fmt: skip


@pytest.fixture(scope="module")
def strange() -> corpora.Corpus:
    """Three texts for each name, three whose name is empty, and three that have none."""
    named = [*NAMES.values(), "", None]
    return made([(n, drawn(3 * i + j), "en") for i, n in enumerate(named) for j in range(3)])


@pytest.mark.parametrize("asked", ["keyness", "frequency", "dispersion"])
def test_names_of_groups_are_kept_apart_whatever_they_say(
    strange: corpora.Corpus, asked: str
) -> None:
    rows = ASKED[asked](strange, "source")
    sound(rows)
    docs = rows.groupby("group")["n_docs"].first()
    assert set(docs.index) == {v.strip() for v in NAMES.values()} | {"unknown"}
    assert docs.pop("unknown") == 6
    assert set(docs) == {3}


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_can_be_asked_for(strange: corpora.Corpus, name: str) -> None:
    rows = keyness(strange, target=NAMES[name].strip(), reference="unknown", n_boot=9)
    assert set(rows["n_docs"]) == {3} and set(rows["docs_reference"]) == {6}


def test_an_error_about_a_long_name_is_still_a_sentence(strange: corpora.Corpus) -> None:
    with pytest.raises(DiscourseError) as raised:
        keyness(strange, target="y" * 10_000)
    assert len(str(raised.value)) < 1_000


def test_a_group_called_rest_is_not_taken_for_the_rest(strange: corpora.Corpus) -> None:
    against_all = keyness(strange, target="a", n_boot=9)
    against_it = keyness(strange, target="a", reference="rest", n_boot=9)
    assert set(against_it["docs_reference"]) == {3}
    assert set(against_all["reference"]) != set(against_it["reference"])


def test_joined_names_that_read_alike_are_not_added_up() -> None:
    pairs = [("a · b", "c"), ("a", "b · c")]
    rows = pd.DataFrame(
        {"doc_id": list("wxyz"), "text": [drawn(i) for i in range(4)], "language": "en",
         "source": [s for s, _ in pairs * 2], "title": [t for _, t in pairs * 2]}
    )  # fmt: skip
    try:
        found = frequency(corpora.from_rows(rows), by=("source", "title"), n_boot=9)
    except DiscourseError as error:
        assert "alike" in str(error)
    else:
        assert found["n_docs"].max() == 2


@pytest.mark.parametrize("by", [("source", "year"), "", ()])
def test_dispersion_of_several_columns_or_none(twelve: corpora.Corpus, by: object) -> None:
    try:
        rows = dispersion(twelve, by=by)
    except DiscourseError as error:
        assert "by" in str(error)
    else:
        sound(rows)
        assert set(rows["group"]) == {"a · 2020", "b · 2021"}
