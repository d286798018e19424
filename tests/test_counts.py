from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import counts as counting
from analysis.results import DiscourseError

TEXTS = {
    "a": ("nl", "De kat zag de hond. De hond zag de kat niet.\n\nDe vis zwom weg."),
    "b": ("nl", "De hond blafte naar Washington en Moskou."),
    "c": ("en", "The cat saw the dog."),
}


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    rows = [
        {"doc_id": k, "language": code, "text": text, "source": k, "year": year}
        for (k, (code, text)), year in zip(TEXTS.items(), (2017, 2024, 2024), strict=True)
    ]
    return corpora.from_rows(pd.DataFrame(rows))


def naive(text: str, word: str) -> int:
    return [w.strip(".").casefold() for w in text.split()].count(word)


@pytest.mark.parametrize("word", ["de", "hond", "zwom", "the", "washington"])
def test_words_are_counted_as_by_hand_and_zeros_are_kept(corpus, word: str) -> None:
    got = counting.count(corpus)
    column = got.matrix[:, np.flatnonzero(got.terms == word)].toarray().ravel()
    assert column.tolist() == [naive(text, word) for _, text in TEXTS.values()]
    assert got.n_tokens.tolist() == [len(text.split()) for _, text in TEXTS.values()]
    assert got.matrix.sum() == got.n_tokens.sum()


def test_paragraphs_and_sentences_add_up_to_documents(corpus) -> None:
    whole = counting.count(corpus).total()
    for parts, n in (("paragraph", len(corpus.paragraphs)), ("sentence", len(corpus.sentences))):
        got = counting.count(corpus, parts=parts)
        assert got.matrix.shape[0] == n
        assert (got.total() == whole).all()


def test_marked_words_count_only_when_asked() -> None:
    corpus = corpora.load()
    kept, all_ = (counting.count(corpus, include_marked=flag) for flag in (False, True))
    assert kept.n_tokens.sum() == corpus.tokens.kept.sum() < all_.n_tokens.sum()
    assert (kept.terms == all_.terms).all()
    assert (kept.matrix.toarray() <= all_.matrix.toarray()).all()


def test_lemmas_join_forms(corpus) -> None:
    counts = counting.count(corpus, unit="lemma")
    assert "zien" in counts.terms
    assert "zag" not in counts.terms
    assert counts.matrix.sum() == counts.n_tokens.sum()


def test_actors_are_counted_in_any_language_and_absent_ones_are_zeros(corpus) -> None:
    counts = counting.count(corpus, unit="actor")
    total = dict(zip(counts.terms.tolist(), counts.total().tolist(), strict=True))
    assert total["US"] == 1
    assert total["RU"] == 1
    assert total["JP"] == 0
    assert counts.n_tokens.tolist() == counting.count(corpus).n_tokens.tolist()


@pytest.mark.parametrize("argument", [{"unit": "letter"}, {"parts": "page"}])
def test_an_unknown_choice_is_an_error_that_names_the_choices(corpus, argument) -> None:
    with pytest.raises(DiscourseError, match="use one of"):
        counting.count(corpus, **argument)


def test_labels(corpus) -> None:
    documents = corpus.documents.assign(
        real=[1.0, 2.5, np.nan], wave=pd.array([1, None, 3], dtype="Int64")
    )
    assert counting.labels(documents, "year").tolist() == ["2017", "2024", "2024"]
    assert counting.labels(documents, "real").tolist() == ["1", "2.5", None]
    assert counting.labels(documents, "wave").tolist() == ["1", None, "3"]
    for by in ("text", "colour"):
        with pytest.raises(DiscourseError, match="source"):
            counting.labels(documents, by)


def test_order_is_that_of_doc_id() -> None:
    assert counting.order(pd.DataFrame({"doc_id": ["b", "c", "a"]})).tolist() == [2, 0, 1]


@pytest.mark.parametrize("parts", counting.PARTS)
@pytest.mark.parametrize("include_marked", [False, True])
def test_counting_in_blocks_changes_nothing(seeds, monkeypatch, parts, include_marked) -> None:
    arguments = {"parts": parts, "include_marked": include_marked}
    whole = counting.count(seeds, **arguments)
    monkeypatch.setattr(counting, "BLOCK", 700)
    pieces = counting.count(seeds, **arguments)
    assert (whole.matrix != pieces.matrix).nnz == 0
    assert (whole.n_tokens == pieces.n_tokens).all()
    assert (whole.matrix.sum(axis=1) == whole.n_tokens).all()


def test_a_few_terms_are_counted_as_among_all(seeds) -> None:
    every = counting.count(seeds)
    terms = ["korea", "nowhere-at-all", "the", "z" * 300]
    some = counting.of_terms(seeds, terms)
    assert some.terms.tolist() == terms
    for column, term in enumerate(terms):
        own = every.matrix[:, np.flatnonzero(every.terms == term)].sum(axis=1)
        assert (some.matrix[:, [column]].toarray().ravel() == own).all()
    assert (some.n_tokens == every.n_tokens).all()


def test_prefix_finds_the_run_of_forms() -> None:
    forms = np.array(["a", "ab", "abc", "b", "ä"])
    assert counting.prefix(forms, "ab") == (1, 3)
    assert counting.prefix(forms, "") == (0, 5)
    assert counting.prefix(forms, "c") == (4, 4)
    assert [counting.position(forms, t) for t in ("a", "ac", "ä")] == [0, -1, 4]


def test_documents_without_one_of_the_columns_are_in_no_group() -> None:
    documents = pd.DataFrame({"source": ["a", "", "b"], "year": [1990, 1991, None]})
    assert counting.labels(documents, ("source", "year")).tolist() == ["a · 1990", None, None]


def test_decades_are_made_of_years_and_lead_back_to_sentences() -> None:
    from analysis.evidence import evidence

    texts = {"a": 1989, "b": 1990, "c": 1999, "d": None}
    rows = [{"doc_id": k, "language": "en", "text": "A dog.", "year": y} for k, y in texts.items()]
    made = corpora.from_rows(pd.DataFrame(rows))
    assert counting.labels(made.documents, "decade").tolist() == ["1980s", "1990s", "1990s", None]
    found = evidence(made, {"term": "dog", "by": "decade", "group": "1990s"})
    assert found["doc_id"].tolist() == ["b", "c"]
    own = made.documents.assign(decade="x")
    assert set(counting.labels(own, "decade")) == {"x"}


@pytest.mark.parametrize("seed", range(5))
def test_words_outside_marks_are_counted_however_the_marks_overlap(corpus, seed) -> None:
    from types import SimpleNamespace

    rng = np.random.default_rng(seed)
    edges = np.array([0, 7, 7, 20, 31])
    marks = []
    for _ in range(6):
        doc = int(rng.choice([0, 2, 3]))
        marks.append(np.sort(rng.integers(edges[doc], edges[doc + 1] + 1, size=2)))
    kept = np.ones(31, dtype=bool)
    for first, last in marks:
        kept[first:last] = False
    tokens = SimpleNamespace(
        doc_start=edges,
        excluded=lambda: np.array(marks),
        doc_of=lambda at: np.searchsorted(edges, at, side="right") - 1,
    )
    expected = [int(kept[a:b].sum()) for a, b in pairwise(edges)]
    assert counting.words(SimpleNamespace(tokens=tokens)).tolist() == expected
