"""Postings: counts in blocks, kept beside an index, and the loop that goes through them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import arrays, counts, postings
from analysis import corpus as corpora
from analysis.engine import HERE
from analysis.measures import _sides, dispersion, keyness
from analysis.measures._sides import Documents, Entries

FORMS = np.array(["and", "border", "deal", "leader", "of", "peace", "talks", "the", "war"])


def made(n_docs: int = 30, *, seed: int = 0) -> corpora.Corpus:
    """Documents of two sources and languages, two of them alike, so that one has no words left."""
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(FORMS, size=rng.integers(20, 60))) for _ in range(n_docs)]
    texts[-1] = texts[0]
    number = np.arange(n_docs)
    language = np.array(["en", "de"])[number // 5 % 2]
    rows = {"doc_id": [f"d{i:03}" for i in number], "source": np.array(["a", "b"])[number % 2],
            "language": language, "year": 2020, "text": texts}  # fmt: skip
    return corpora.from_rows(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    return made()


@pytest.fixture
def indexed(corpus, tmp_path) -> corpora.Corpus:
    """The same corpus with a folder to keep things in, and nothing found yet."""
    return replace(corpus, folder=tmp_path)


def by_hand(corpus: corpora.Corpus, *, include_marked: bool) -> np.ndarray:
    """Count every token by itself, shape (n_docs, n_terms)."""
    tokens = corpus.tokens
    use = np.ones(len(tokens), dtype=bool) if include_marked else tokens.kept
    out = np.zeros((len(corpus), len(tokens.vocabulary)), dtype=np.int64)
    np.add.at(out, (tokens.doc[use], tokens.ids[use]), 1)
    return out


@pytest.mark.parametrize("include_marked", [False, True])
@pytest.mark.parametrize("words", [1, 100, 10**6])
def test_blocks_of_any_size_give_the_same_counts(corpus, monkeypatch, words, include_marked):
    monkeypatch.setattr(postings, "WORDS", words)
    fresh = replace(corpus)
    held = counts.postings_of(fresh, include_marked=include_marked)
    want = by_hand(corpus, include_marked=include_marked)
    assert (held.matrix().toarray() == want).all()
    assert (held.n_tokens == want.sum(axis=1)).all()
    assert (held.n_tokens == counts.words(corpus, include_marked=include_marked)).all()
    for a, b in zip(held.start[:-1], held.start[1:], strict=True):
        assert (np.diff(held.doc[a:b]) > 0).all()


@pytest.mark.parametrize("parts", ["sentence", "paragraph"])
def test_smaller_parts_add_up_to_documents(seeds, parts):
    held = counts.postings_of(seeds, parts=parts)
    doc = getattr(seeds, f"{parts}s")["doc"].to_numpy()
    whole = np.zeros((len(seeds), len(held.terms)), dtype=np.int64)
    np.add.at(whole, doc, held.matrix().toarray())
    assert (whole == counts.count(seeds).matrix.toarray()).all()


def test_tasks_cover_every_term_once(corpus, monkeypatch):
    held = counts.postings_of(corpus)
    monkeypatch.setattr(postings, "ENTRIES", 20)
    blocks = list(held.blocks(terms=3))
    assert len(blocks) > 3
    assert [b.first for b in blocks] == np.cumsum(
        [0, *(len(b.start) - 1 for b in blocks[:-1])]
    ).tolist()
    assert np.concatenate([b.doc.read() for b in blocks]).tolist() == held.doc.tolist()
    assert np.concatenate([b.x.read() for b in blocks]).tolist() == held.x.tolist()


def test_they_are_counted_once_and_kept_beside_the_index(indexed, monkeypatch):
    first = counts.postings_of(indexed)
    assert first.folder == indexed.folder
    monkeypatch.setattr(postings, "of_tokens", None)  # Nothing is counted again …
    assert counts.postings_of(indexed) is first
    again = counts.postings_of(replace(indexed))  # … by another process either.
    assert (again.matrix() != first.matrix()).nnz == 0
    assert again.n_tokens.tolist() == first.n_tokens.tolist()


@pytest.mark.parametrize("damage", ["cut off", "gone", "empty", "another's", "out of bounds"])
@pytest.mark.parametrize("array", ["start", "doc", "x", "n_tokens"])
def test_what_is_damaged_is_made_anew(indexed, array, damage):
    want = counts.postings_of(indexed).matrix()
    file = next(indexed.folder.glob(f"*-{array}.arrow"))
    values = arrays.mapped(file).copy()
    if damage == "gone":
        file.unlink()
    elif damage in ("cut off", "empty"):
        whole = file.read_bytes()
        file.unlink()
        file.write_bytes(whole[: len(whole) // 2] if damage == "cut off" else b"")
    elif damage == "another's":
        arrays.keep(file, values[:-1])
    else:
        values[len(values) // 2] = 10**9
        arrays.keep(file, values)
    fresh = replace(indexed)
    if damage == "out of bounds" and array in ("x", "n_tokens"):
        return  # Any count may be true: only what would point outside is refused.
    assert (counts.postings_of(fresh).matrix() != want).nnz == 0
    assert (counts.postings_of(replace(indexed)).matrix() != want).nnz == 0  # Kept anew as well.


def test_a_full_disk_costs_time_alone(indexed, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(arrays, "keep", full)
    held = counts.postings_of(indexed)
    assert held.folder is None
    assert (held.matrix().toarray() == by_hand(indexed, include_marked=False)).all()


@pytest.mark.parametrize("rows", [(slice(0, 12), slice(12, 29)), (slice(3, 4), slice(20, 21)),
                                  (slice(5, 9), slice(0, 0))])  # fmt: skip
def test_the_compiled_loop_finds_the_same_to_the_last_bit(corpus, rows):
    held = counts.postings_of(corpus)
    entries = Entries(held.start, held.doc, held.x)
    documents = Documents(held.n_tokens.astype(float), np.arange(len(corpus), dtype=np.int32) % 4)
    both = tuple(np.arange(len(corpus))[own] for own in rows)
    for one, other in zip(
        _sides.sides(entries, documents, both),
        _sides.sides(entries, documents, both, work=_sides.COMPILED),
        strict=True,
    ):
        for name in _sides._MORE:
            assert getattr(one, name).tolist() == getattr(other, name).tolist()
        for name in _sides._SUMS:
            assert getattr(one.sums, name).tolist() == getattr(other.sums, name).tolist()


def test_a_side_is_what_its_documents_hold(corpus):
    held = counts.postings_of(corpus)
    x, n = held.matrix().toarray().astype(float), held.n_tokens.astype(float)
    source = np.arange(len(corpus), dtype=np.int32) % 4
    both = np.arange(2, 14), np.arange(14, 25)
    entries = Entries(held.start, held.doc, held.x)
    for side, rows in zip(_sides.sides(entries, Documents(n, source), both), both, strict=True):
        own, size = x[rows], n[rows][:, None]
        f, words = own.sum(axis=0), size.sum()
        assert side.sums.x.tolist() == f.tolist()
        assert side.sums.x3n == pytest.approx((own**3 * size).sum(axis=0))
        assert side.sums.held.tolist() == (own > 0).sum(axis=0).tolist()
        assert side.sources.tolist() == [len(set(source[rows][c > 0])) for c in own.T]
        assert side.most.tolist() == own.max(axis=0).tolist()
        shares = np.abs(own / f - size / words).sum(axis=0) / 2
        assert side.dp == pytest.approx(shares)
        left = np.where(own > 0, (f - own) / (words - size), np.inf).min(axis=0)
        assert side.least == pytest.approx(left)
        assert side.smallest == size.min()


def test_results_do_not_depend_on_how_terms_are_cut(corpus, monkeypatch):
    asked = {"measures": ("juilland_d", "simultaneous"), "n_boot": 99, "min_count": 1}
    whole, spread = keyness.keyness(corpus, **asked), dispersion.dispersion(corpus, min_count=1)
    monkeypatch.setattr(postings, "ENTRIES", 25)
    cut = list(counts.postings_of(corpus).blocks(HERE))
    assert len(cut) > 4
    pd.testing.assert_frame_equal(keyness.keyness(corpus, **asked), whole, check_exact=True)
    again = dispersion.dispersion(corpus, min_count=1)
    pd.testing.assert_frame_equal(again, spread, check_exact=True)


def test_any_subcorpus_is_compared_with_the_rest(corpus):
    mask = np.arange(len(corpus)) % 3 == 0
    rows = keyness.keyness(corpus.assign(mine=mask), by="mine", target="True", n_boot=0)
    matrix = by_hand(corpus, include_marked=False)
    english = corpus.documents["language"].to_numpy() == "en"
    row = rows[(rows["term"] == "peace") & (rows["language"] == "en")].iloc[0]
    column = corpus.tokens.vocabulary.tolist().index("peace")
    assert row["n"] == matrix[mask & english, column].sum()
    assert row["n_reference"] == matrix[~mask & english, column].sum()
