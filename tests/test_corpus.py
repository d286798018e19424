"""The corpus: offsets that are true, nothing lost, one hash for any order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import corpus, lemmas
from analysis.results import DiscourseError
from analysis.scan import fold

SOME = st.text(alphabet="aZé. ,‘’“\n\t-’ 0", max_size=200)


def rows(*texts, **metadata):
    ids = [f"d{i}" for i in range(len(texts))]
    return pd.DataFrame({"doc_id": ids, "text": list(texts), **metadata})


def test_the_seeds_are_five_texts_in_three_languages(seeds):
    assert list(seeds.documents["language"]) == ["nl", "nl", "nl", "en", "de"]
    assert list(seeds.documents["year"]) == [2017, 2024, 2025, 2018, 2024]
    assert seeds.report["kept"].all()


def test_texts_are_what_the_files_say(seeds):
    from analysis import paths

    for record in seeds.documents.to_dict("records"):
        file = paths.SEEDS / record["file"]
        assert file.read_bytes() == record["text"].encode("utf-8")


@settings(max_examples=60, deadline=None)
@given(st.lists(SOME, min_size=1, max_size=3))
def test_every_part_is_a_true_span_and_no_word_is_lost(texts):
    made = corpus.from_rows(rows(*texts, language="en"))
    for frame in (made.paragraphs, made.sentences):
        for text in made.spans(frame):
            assert text == text.strip() != ""
    inside = {(r.doc, i) for r in made.sentences.itertuples() for i in range(r.start, r.end)}
    for doc, text in enumerate(texts):
        assert all((doc, i) in inside for i, c in enumerate(text) if not c.isspace())
    forms = [fold(texts[d][s:e]) for d, s, e in zip(
        made.tokens.doc, made.tokens.start, made.tokens.end, strict=True)]  # fmt: skip
    assert forms == list(made.tokens.forms)


def test_sentences_lie_in_their_paragraphs(seeds):
    own = seeds.paragraphs.loc[seeds.sentences["paragraph"]].reset_index(drop=True)
    assert (own["doc"] == seeds.sentences["doc"]).all()
    assert (own["start"] <= seeds.sentences["start"]).all()
    assert (own["end"] >= seeds.sentences["end"]).all()


def test_kept_leaves_out_repeats_and_furniture(seeds):
    dropped = seeds.spans(seeds.paragraphs[~seeds.paragraphs["kept"]])
    assert "Nederlands" in dropped
    assert "Afdrukken Doorsturen" in dropped
    assert sum(t.startswith("The last thing Washington wants") for t in dropped) == 1
    assert len(seeds.tokens) > seeds.tokens.kept.sum() > 0.9 * len(seeds.tokens)


def test_the_hash_is_of_content_not_of_order(made_up):
    shuffled = corpus.from_rows(made_up.documents.iloc[::-1])
    assert shuffled.hash == made_up.hash
    changed = made_up.documents.assign(source="C")
    assert corpus.from_rows(changed).hash != made_up.hash


def test_lemmas_are_aligned_with_tokens(made_up):
    lemmas = made_up.lemmas()
    assert len(lemmas.ids) == len(lemmas.pos) == len(made_up.tokens)
    by_form = dict(zip(made_up.tokens.forms, lemmas.vocabulary[lemmas.ids], strict=True))
    assert by_form["sancties"] == "sanctie"
    assert by_form["sanctions"] == "sanction"
    again = made_up.lemmas()
    assert np.array_equal(again.ids, lemmas.ids)


def test_subset_keeps_only_the_documents_asked_for(seeds):
    dutch = seeds.subset(seeds.documents["language"] == "nl")
    assert len(dutch) == 3
    assert set(dutch.sentences["doc_id"]) == set(dutch.documents["doc_id"])


def test_missing_metadata_is_detected_read_off_or_unknown():
    made = corpus.from_rows(rows("De minister heeft gesproken over de oorlog.", date="3 mei 2019"))
    document = made.documents.iloc[0]
    assert (document["language"], document["year"], document["source"]) == ("nl", 2019, "unknown")
    assert made.report["problems"].tolist() == ["language guessed: nl"]


@pytest.mark.parametrize("year", ["next year", "20.5", "-3", "", None, "99999"])
def test_a_year_that_is_none_stays_empty(year):
    made = corpus.from_rows(rows("A text.", language="en", year=[year]))
    assert made.documents["year"].isna().all()


def test_unusable_documents_are_reported_and_the_rest_goes_on():
    frame = rows("Un texte.", "A text.", "A second text.", language=["fr", "en", "en"])
    frame["doc_id"] = ["x", "y", "y"]
    made = corpus.from_rows(frame)
    assert list(made.documents["text"]) == ["A text.", "A second text."]
    assert list(made.documents["doc_id"]) == ["y", "y-2"]
    report = made.report
    assert report["kept"].tolist() == [False, True, True]
    assert "'fr' is not one of de, en, nl" in report["reason"][0]
    assert "repeated" in report["problems"][2]


def test_an_empty_corpus_has_all_its_frames():
    made = corpus.from_rows(rows().astype({"doc_id": str, "text": str}))
    assert len(made) == len(made.tokens) == len(made.sentences) == len(made.marks) == 0


def test_documents_need_an_id_and_a_text():
    with pytest.raises(DiscourseError, match="no column 'text'"):
        corpus.from_rows(pd.DataFrame({"doc_id": ["a"]}))


def test_check_says_what_each_document_is(seeds):
    table = corpus.check(seeds).set_index("doc_id")
    assert list(table.columns) == [
        "file", "source", "year", "language", "language_detected", "words", "duplicate_of",
        "duplicate_share", "problems", "kept", "reason",
    ]  # fmt: skip
    assert (table["language"] == table["language_detected"]).all()
    assert table["words"].sum() == len(seeds.tokens)
    assert table.loc["riac-2018-en", "problems"] == "4 bullet debris, 3 lead, 1 long line"


def test_lemmas_are_kept_and_made_again_where_what_was_kept_is_cut_off(made_up, tmp_path):
    made = lemmas.of(made_up.documents["text"], list(made_up.documents["language"]), made_up.tokens)
    file = tmp_path / "l.arrow"
    lemmas.write(file, made)
    for a, b in zip(vars(lemmas.read(file)).values(), vars(made).values(), strict=True):
        assert np.array_equal(a, b)
    assert [f.name for f in tmp_path.iterdir()] == ["l.arrow"]
    assert list(made.vocabulary) == sorted(set(made.vocabulary))
    (tmp_path / "cut.arrow").write_bytes(file.read_bytes()[:-100])
    for broken in ("cut.arrow", "none.arrow"):
        with pytest.raises((OSError, ValueError, KeyError)):
            lemmas.read(tmp_path / broken)


def test_lemmas_of_documents_without_words():
    made = corpus.from_rows(rows("", "…", "Two words.", "", language="en"))
    assert made.lemmas().vocabulary[made.lemmas().ids].tolist() == ["two", "word"]
    empty = corpus.from_rows(rows("…", language="en"))
    assert len(empty.lemmas().ids) == len(empty.lemmas().vocabulary) == 0


def test_forms_in_an_index_and_in_memory_are_the_same(tmp_path, monkeypatch):
    text = "Bürger*innen, Bürger:innen a_in STRAẞE people’s People's"
    rows(text, text, language="de").to_csv(tmp_path / "t.csv", index=False)
    held = corpus.load(tmp_path / "t.csv")
    monkeypatch.setenv("DISCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(corpus, "_LARGE", 0)
    stored = corpus.load(tmp_path / "t.csv")
    assert stored.folder is not None
    assert list(stored.tokens.vocabulary) == ["a:in", "bürger:innen", "people's", "straße"]
    assert list(stored.tokens.forms) == list(held.tokens.forms)
