import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import occurrences, query


@pytest.fixture
def kept(tmp_path, monkeypatch) -> corpora.Corpus:
    """A corpus with an index."""
    monkeypatch.setenv("DISCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(corpora, "_LARGE", 0)
    words = np.random.default_rng(0).choice(["war", "peace", "talks", "ban", "the.", "and"], 900)
    texts = [" ".join(part) for part in np.split(words, 30)]
    rows = pd.DataFrame({"doc_id": [f"d{i}" for i in range(30)], "language": "en", "text": texts})
    rows.to_csv(tmp_path / "texts.csv", index=False)
    return corpora.load(tmp_path / "texts.csv")


def found(corpus, pattern) -> list[int]:
    return query.find(corpus, pattern).first.tolist()


PATTERNS = ["war", "*a*", "the war", "peace and ban", "t*", "olifant", "war olifant", "*"]


@pytest.mark.parametrize("share", [0, 10**9])
def test_words_are_found_where_they_stand(kept, monkeypatch, share) -> None:
    monkeypatch.setattr(occurrences, "SHARE", share)  # none is scanned for; all are
    small = corpora.from_rows(kept.documents)
    assert occurrences.kept(small) is None and occurrences.kept(kept) is not None
    for pattern in PATTERNS:
        assert found(kept, pattern) == found(small, pattern)


def test_every_token_is_in_its_word_once(kept) -> None:
    ids, held = kept.tokens.ids, occurrences.of(kept.tokens.ids, len(kept.tokens.vocabulary))
    for form in range(len(kept.tokens.vocabulary)):
        own = held.token[held.start[form] : held.start[form + 1]]
        assert own.tolist() == np.flatnonzero(ids == form).tolist()
    none = occurrences.of(ids[:0], 3)
    assert none.start.tolist() == [0, 0, 0, 0] and not len(none.token)


def again(corpus) -> corpora.Corpus:
    """The same corpus, opened anew."""
    vars(corpus).pop("_occurrences", None)
    return corpus


@pytest.mark.parametrize("spoiled", ["gone", "cut", "other values", "outside", "other sizes"])
def test_a_damaged_file_costs_time_alone(kept, monkeypatch, spoiled) -> None:
    monkeypatch.setattr(occurrences, "SHARE", 0)
    want = [found(kept, pattern) for pattern in PATTERNS]
    (file,) = kept.folder.glob("occurrences-*-token.arrow")
    token = np.array(occurrences.kept(kept).token)
    file.chmod(0o600)
    if spoiled == "gone":
        file.unlink()
    elif spoiled == "cut":
        file.write_bytes(file.read_bytes()[:100])
    else:
        made = {"other values": token[::-1], "outside": token + 10**6, "other sizes": token[1:]}
        occurrences.arrays.keep(file, made[spoiled])
    assert [found(again(kept), pattern) for pattern in PATTERNS] == want


def test_where_nothing_can_be_written_words_are_found_all_the_same(kept, monkeypatch) -> None:
    def full(*_):
        raise OSError("no space left on device")

    want = found(corpora.from_rows(kept.documents), "war")
    monkeypatch.setattr(occurrences.arrays, "keep", full)
    assert found(kept, "war") == want
