"""What every measure promises, whatever it measures: held over all of them on one small corpus."""

import inspect
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import measures, results
from analysis.results import ComparabilityError, DiscourseError

# Three languages, three sources; "solo" has one document, and one year is unknown.
MADE_UP = Path(__file__).parent / "made_up" / "contract.csv"
ARGUMENTS = {"collocation": {"pattern": "*korea*", "min_count": 1}} | {
    name: {"min_count": 1}
    for name in ("background", "crossed", "dispersion", "keyness", "ngrams", "trend")
}
NUMBERS = ("estimate", "lo", "hi")


def rows() -> pd.DataFrame:
    return pd.read_csv(MADE_UP, dtype={"year": "Int64"}, encoding="utf-8")


@cache
def made() -> corpora.Corpus:
    return corpora.from_rows(rows())


def run(name: str, corpus: corpora.Corpus, **more: object) -> pd.DataFrame:
    """Run a measure by source where it makes groups, with few resamples."""
    function = measures.measure(name)
    takes = inspect.signature(function).parameters
    arguments = {"by": "source", "n_boot": 99, "seed": 0} | ARGUMENTS.get(name, {}) | more
    return function(corpus, **{k: v for k, v in arguments.items() if k in takes})


@cache
def result(name: str) -> pd.DataFrame:
    return run(name, made())


def frames(corpus: corpora.Corpus) -> list[pd.DataFrame]:
    return [corpus.documents, corpus.paragraphs, corpus.sentences, corpus.marks]


def keys(frame: pd.DataFrame) -> list[str]:
    return list(frame.columns[1 : frame.columns.get_loc("estimate")])


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort by the keys; sentence ids are left out, since they follow the order of documents."""
    named = [*keys(frame), *(c for c in ("n", "verdict") if c in frame)]
    plain = frame.drop(columns=[c for c in frame if any(isinstance(v, tuple) for v in frame[c])])
    order = plain[named].astype(str).sort_values(named).index
    return plain.loc[order].reset_index(drop=True)


every = pytest.mark.parametrize("name", measures.MEASURES)


@every
def test_it_is_public_takes_a_corpus_and_then_names(name: str) -> None:
    parameters = list(inspect.signature(measures.measure(name)).parameters.values())
    assert parameters[0].name == "corpus"
    free = [p for p in parameters[1:] if p.kind is not p.KEYWORD_ONLY]
    assert [p.name for p in free] in ([], ["pattern"])
    assert (measures.measure(name).__doc__ or "").strip()


@every
def test_rows_keep_the_contract(name: str) -> None:
    frame = result(name)
    assert len(frame), "the corpus of this test gives every measure something to say"
    results.check(frame)
    assert set(frame["measure"]) == {name}
    assert not frame.duplicated(keys(frame)).any(), "two rows of one name"
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    for column in ("method", "unit"):
        assert frame[column].str.len().gt(0).all(), column


@every
def test_nothing_is_rounded_or_infinite(name: str) -> None:
    values = result(name)[list(NUMBERS)].apply(pd.to_numeric).to_numpy(dtype=float)
    assert not np.isinf(values).any()


@every
def test_one_text_gives_no_interval_and_says_so(name: str) -> None:
    frame = result(name)
    single = frame[pd.to_numeric(frame["n_docs"]).le(1)]
    if "group" in frame and "by" in frame and set(frame["by"]) == {"source"}:
        assert "solo" in set(single["group"])
    assert single[["lo", "hi"]].isna().all(axis=None)
    assert single["verdict"].str.contains(results.ONE_TEXT).all()


@every
def test_an_interval_is_never_without_width(name: str) -> None:
    frame = result(name)
    lo, hi = (pd.to_numeric(frame[c]) for c in ("lo", "hi"))
    assert not (lo == hi).any()


@every
def test_its_input_is_left_as_it_was(name: str) -> None:
    corpus = corpora.from_rows(rows())
    before = [f.copy(deep=True) for f in frames(corpus)]
    ids, kept = corpus.tokens.ids.copy(), corpus.tokens.kept.copy()
    run(name, corpus)
    for was, now in zip(before, frames(corpus), strict=True):
        pd.testing.assert_frame_equal(was, now)
    assert (ids == corpus.tokens.ids).all() and (kept == corpus.tokens.kept).all()
    assert corpus.hash == made().hash


@every
def test_the_same_seed_gives_the_same_result(name: str) -> None:
    pd.testing.assert_frame_equal(result(name), run(name, made()))


@every
def test_the_order_of_documents_does_not_matter(name: str) -> None:
    mixed = rows().iloc[np.random.default_rng(1).permutation(len(rows()))].reset_index(drop=True)
    got = comparable(run(name, corpora.from_rows(mixed)))
    pd.testing.assert_frame_equal(comparable(result(name)), got, check_exact=False, atol=1e-6)


@every
def test_an_empty_corpus_is_an_empty_frame_or_one_sentence(name: str) -> None:
    empty = corpora.from_rows(rows().iloc[:0])
    try:
        frame = run(name, empty)
    except DiscourseError as error:
        text = str(error)
        assert 10 < len(text) < 300 and "\n" not in text
    else:
        assert len(frame) == 0
        assert list(frame.columns) == list(result(name).columns)


@every
def test_an_unknown_column_is_an_error_that_names_it(name: str) -> None:
    if "by" not in inspect.signature(measures.measure(name)).parameters:
        pytest.skip("makes no groups")
    with pytest.raises(DiscourseError, match="colour"):
        run(name, made(), by="colour")


@every
def test_a_single_document_is_no_accident(name: str) -> None:
    one = corpora.from_rows(rows().iloc[[0]])
    try:
        frame = run(name, one)
    except DiscourseError as error:
        assert "\n" not in str(error)
    else:
        assert frame[["lo", "hi"]].isna().all(axis=None)


def test_swapping_target_and_reference_flips_the_sign() -> None:
    sides = {"target": "krant", "reference": "blad"}
    one = comparable(run("keyness", made(), **sides))
    two = comparable(run("keyness", made(), target="blad", reference="krant"))
    one, two = one.set_index(["term", "language"]), two.set_index(["term", "language"])
    two = two.loc[one.index]
    for a, b in (("estimate", "estimate"), ("lo", "hi"), ("hi", "lo")):
        np.testing.assert_allclose(one[a].to_numpy(float), -two[b].to_numpy(float))


def test_words_across_languages_are_refused_and_concepts_are_not() -> None:
    across = {"by": "language", "target": "nl", "reference": "de"}
    with pytest.raises(ComparabilityError):
        run("keyness", made(), **across)
    assert len(run("keyness", made(), unit="actor", **across))


def test_lemmas_do_not_depend_on_the_order_of_documents() -> None:
    turned = corpora.from_rows(rows().iloc[::-1].reset_index(drop=True))
    one = comparable(run("frequency", made(), unit="lemma"))
    two = comparable(run("frequency", turned, unit="lemma"))
    pd.testing.assert_frame_equal(one, two, check_exact=False, atol=1e-9)


def test_an_unknown_measure_is_an_error_that_names_the_known() -> None:
    with pytest.raises(DiscourseError, match="keyness"):
        measures.measure("charm")
