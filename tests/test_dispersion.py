import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import corpus as corpora
from analysis.measures import dispersion as d
from analysis.results import DiscourseError

TEXT = "De kat en de hond.\n\nDe kat slaapt en de hond niet.\n\nDe vis en de kat."
OTHER = "Een kat liep buiten rond.\n\nNiemand zag die kat daar.\n\nToen kwam er nog een kat bij."


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    rows = [
        {"doc_id": f"d{i}", "language": "nl", "source": s, "year": 2024, "text": t}
        for i, (s, t) in enumerate([("x", TEXT), ("x", "De kat en de kat."), ("y", OTHER)])
    ]
    return corpora.from_rows(pd.DataFrame(rows))


@pytest.mark.parametrize("name", d.SCORES)
def test_sparse_and_dense_agree_and_absent_terms_are_undefined(name: str) -> None:
    matrix = np.array([[1, 0, 0], [2, 0, 4], [0, 0, 1]])
    sizes = np.array([10, 20, 30])
    dense, thin = (d.SCORES[name](m, sizes) for m in (matrix, sparse.csr_array(matrix)))
    assert np.allclose(dense, thin, equal_nan=True)
    assert dense[1] == 0 if name == "range" else np.isnan(dense[1])


def test_even_spread_is_zero_and_one_small_part_is_one() -> None:
    sizes = np.array([10, 20, 30])
    even, worst = np.array([[1], [2], [3]]), np.array([[5], [0], [0]])
    assert d.dpnorm(even, sizes)[0] == pytest.approx(0)
    assert d.dpnorm(worst, sizes)[0] == pytest.approx(1)
    assert d.juilland_d(even, sizes)[0] == pytest.approx(1)


def test_one_part_has_no_spread() -> None:
    one = np.array([[3, 1]])
    for score in (d.dpnorm, d.juilland_d, d.carroll_d2):
        assert np.isnan(score(one, np.array([10]))).all()


def test_rows_by_group(corpus) -> None:
    rows = d.dispersion(corpus, by="source", min_count=2)
    kat = rows[(rows["term"] == "kat") & (rows["group"] == "x")].iloc[0]
    assert (kat["n"], kat["n_docs"], kat["n_parts"], kat["range"]) == (5, 2, 2, 2)
    assert kat["estimate"] == kat["dpnorm"]
    single = rows[rows["group"] == "y"]
    assert single["verdict"].str.contains("one text").all()
    assert single["estimate"].isna().all()


def test_paragraphs_of_one_text(corpus) -> None:
    rows = d.dispersion(corpus, by="source", min_count=2, parts="paragraph")
    kat = rows[(rows["term"] == "kat") & (rows["group"] == "y")].iloc[0]
    assert (kat["n_parts"], kat["range"]) == (3, 3)
    assert 0 <= kat["estimate"] <= 1
    assert "one text" in kat["verdict"]


def test_min_count_of_nothing_is_refused(corpus) -> None:
    with pytest.raises(DiscourseError, match="min_count"):
        d.dispersion(corpus, min_count=0)
