"""Exports read back by the readers of each format: every word and every sentence is still there."""

import csv
import errno
import io
import re
from collections import Counter
from html import unescape

import conllu
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import annotation, interchange, places
from analysis import corpus as corpora
from analysis.results import DiscourseError

HOSTILE = [
    "../../etc/passwd", "a/b", "a\\b", "a\nb", "a b", 'say "x"', "CON", "nul.txt", "com1",
    "x" * 300, "é" * 200, "", "...", "-rf", "=1+1", "a:b", "a?b", "A B", "e\u0301", "\u00e9", "🚀",
    "a_b", "metadata", " lead", "a\tb", "<b>", "&amp;",
]  # fmt: skip
AWKWARD = [
    "Noord-Korea dreigt.  De 'VS'\u00a0zwijgen… <b>Echt</b> & \"waar\"?\n\n\tAlinea — 28.500 man!",
    "=HYPERLINK(\"x\") zei de minister. # geen commentaar\n# ook niet\n1\tals\ttabel",
    "עברית מימין לשמאל. العربية أيضا؟ e\u0301e\u0301n combinatie, 👩‍👩‍👧🏽 en 🇳🇱🇧🇪 vlaggen 👍👍.",
    "Regel\u2028scheiding\u0085en\x0bmeer\x0cen \x01 besturing\x1f een_regel | pijp \\ streep",
    "_ onder _streep_ | a|b=c. a.b.C! (x)[y]{z} 100% $5 -5 +5 @wie #wat",
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    """Lemmas of made-up texts are not kept among the project's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISCOURSE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def build(texts, **columns):
    rows = {"doc_id": [f"d{i}" for i in range(len(texts))], "text": texts, "language": "nl"}
    return corpora.from_rows(pd.DataFrame({**rows, **columns}))


@pytest.fixture(scope="module")
def awkward():
    titles = ["a\nb", '"=x"', "<&>", "x | y = z", ""]
    years = [2020, None, 2021, 2022, None]
    return build(AWKWARD, title=titles, year=years, **{"Mijn kolom": list("abcde")})


def written(corpus, folder, kind):
    path = folder / f"corpus.{kind}"
    notes = interchange.write(corpus, path, format=kind)
    assert [f.name for f in folder.iterdir() if f.name.startswith(".")] == []
    return path, notes


def normal(text):
    return " ".join(text.split())


# --- CoNLL-U ----------------------------------------------------------------------------------

UNESCAPE = {r"\s": " ", r"\t": "\t", r"\r": "\r", r"\n": "\n", r"\p": "|", r"\\": "\\"}


def spaces(misc, key):
    return re.sub(
        r"\\u([0-9a-f]{4})|\\[strnp\\]",
        lambda m: chr(int(m[1], 16)) if m[1] else UNESCAPE[m[0]],
        misc.get(key) or "",
    )


def after(misc):
    if misc.get("SpaceAfter") == "No":
        return ""
    return spaces(misc, "SpacesAfter") if "SpacesAfter" in misc else " "


def check_conllu(corpus, content):
    """Read it with the package conllu; hold every sentence, word and document to the corpus."""
    read = list(conllu.parse_incr(io.StringIO(content)))
    frame = corpus.sentences
    assert [s.metadata["text"] for s in read] == [normal(t) for t in corpus.spans(frame)]
    assert len({s.metadata["sent_id"] for s in read}) == len(read)
    texts, row = {}, -1
    words = Counter()
    for sentence in read:
        if "newdoc id" in sentence.metadata:
            row = next(r for r in range(row + 1, len(corpus)) if (frame["doc"] == r).any())
            texts[row] = spaces(sentence[0]["misc"], "SpacesBefore")
        whole = corpus.documents["text"].iloc[row]
        assert [t["id"] for t in sentence] == list(range(1, len(sentence) + 1))
        for token in sentence:
            start, end = map(int, token["misc"]["Offset"].split(":"))
            assert whole[start:end] == token["form"]
            words[row, start, end] += token["xpos"] is not None
            texts[row] += token["form"] + after(token["misc"])
        joined = "".join(t["form"] + (" " if after(t["misc"]) else "") for t in sentence)
        assert joined.strip() == sentence.metadata["text"]
    for row, text in texts.items():
        assert text == corpus.documents["text"].iloc[row]
    tokens = corpus.tokens
    own = zip(tokens.doc.tolist(), tokens.start.tolist(), tokens.end.tolist(), strict=True)
    assert {place for place, n in words.items() if n} == set(own)


def test_conllu_gives_back_every_sentence_and_document(awkward, seeds, tmp_path):
    for name, corpus in {"awkward": awkward, "seeds": seeds}.items():
        (tmp_path / name).mkdir()
        path, notes = written(corpus, tmp_path / name, "conllu")
        assert notes == []
        check_conllu(corpus, path.read_bytes().decode())


def test_conllu_says_what_is_known_and_marks_what_measures_leave_out(seeds, tmp_path):
    path, _ = written(seeds, tmp_path, "conllu")
    read = conllu.parse(path.read_text(encoding="utf-8"))
    assert [s.metadata["newdoc id"] for s in read if "newdoc id" in s.metadata] == list(
        seeds.documents["doc_id"]
    )
    assert read[0].metadata["meta::source"] == "De Tijd"
    assert sum("newpar" in s.metadata for s in read) == len(seeds.paragraphs)
    assert ["marked" not in s.metadata for s in read] == seeds.sentences["kept"].tolist()
    words = [t for s in read for t in s if t["xpos"] is not None]
    assert ["Marked" not in t["misc"] for t in words] == seeds.tokens.kept.tolist()
    lemmas = seeds.lemmas()
    assert [t["lemma"] for t in words] == lemmas.vocabulary[lemmas.ids].tolist()
    known = {"N": "NOUN", "PN": "PROPN", "V": "VERB", "A": "ADJ", "O": "_"}
    assert all(t["upos"] == known[t["xpos"]] for t in words)
    rest = Counter(t["form"] for s in read for t in s if t["upos"] == "PUNCT")
    assert rest.keys() >= {",", ".", "’", "‘"}
    assert not any(any(c.isalnum() for c in form) for form in rest)


def test_emoji_and_accents_stay_whole():
    found = annotation._marks("👩‍👩‍👧🏽")
    assert [(s, e, u) for s, e, u in found] == [(0, 6, "SYM")]
    gap = "?!... ’) $"
    assert [gap[s:e] for s, e, _ in annotation._marks(gap)] == ["?", "!", "...", "’", ")", "$"]


def test_a_document_without_a_sentence_is_told(tmp_path):
    path, notes = written(build(["Een zin.", " "]), tmp_path, "conllu")
    assert notes == ["1 documents hold no sentence and are not in the file"]
    assert path.read_text().count("# newdoc") == 1


# --- vertical ---------------------------------------------------------------------------------


def check_vertical(corpus, content):
    lines = content.split("\n")
    assert lines.pop() == ""
    read, glued = [], False
    for line in lines:
        if line == "<g/>":
            glued = True
        elif line == "<s>" or line.startswith("<s "):
            read.append("")
        elif not line.startswith("<"):
            word, pos, lemma = map(unescape, line.split("\t"))
            assert word and pos and lemma
            read[-1] += word if glued or not read[-1] else f" {word}"
            glued = False
    assert read == [normal(t) for t in corpus.spans(corpus.sentences)]
    assert sum(line.startswith("<doc ") for line in lines) == len(corpus) == lines.count("</doc>")
    assert lines.count("<p>") == lines.count("</p>") == len(corpus.paragraphs)


def test_vertical_gives_back_every_sentence(awkward, seeds, tmp_path):
    for name, corpus in {"awkward": awkward, "seeds": seeds}.items():
        (tmp_path / name).mkdir()
        path, notes = written(corpus, tmp_path / name, "vertical")
        check_vertical(corpus, path.read_bytes().decode())
        assert "cwb-encode" in notes[0] and "doc:0+id+" in notes[0]
    marked = re.findall(r"^<s(?: marked=\"([^\"]+)\")?>$", path.read_text("utf-8"), re.MULTILINE)
    assert [not m for m in marked] == seeds.sentences["kept"].tolist()


def test_attributes_are_escaped_and_named_as_cwb_takes_them(awkward, tmp_path):
    path, _ = written(awkward, tmp_path, "vertical")
    docs = re.findall(r"^<doc (.*)>$", path.read_text("utf-8"), re.MULTILINE)
    read = [dict(re.findall(r'([a-z_][a-z0-9_]*)="([^"<>]*)"', d)) for d in docs]
    titles = ["a b", '"=x"', "<&>", "x | y = z", ""]
    assert [unescape(d["title"]) for d in read] == titles
    assert [d["year"] for d in read] == ["2020", "", "2021", "2022", ""]
    assert [d["mijn_kolom"] for d in read] == list("abcde")
    assert all(d.keys() == read[0].keys() for d in read)


# --- tables and texts -------------------------------------------------------------------------


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module", autouse=True)
def wide():
    before = csv.field_size_limit(2**31 - 1)
    yield
    csv.field_size_limit(before)


def test_tables_hold_texts_and_metadata_as_they_are(awkward, seeds, tmp_path):
    for name, corpus in {"awkward": awkward, "seeds": seeds}.items():
        (tmp_path / name).mkdir()
        documents = corpus.documents
        for kind in ("csv", "quanteda"):
            rows = rows_of(written(corpus, tmp_path / name, kind)[0])
            assert [r["text"] for r in rows] == documents["text"].tolist()
            assert set(rows[0]) == {*documents.columns, "marks"}
            for column in documents:
                told = ["" if pd.isna(v) else str(v) for v in documents[column]]
                assert [r[column] for r in rows] == told, column
            assert not (tmp_path / name / f"corpus.{kind}").read_bytes().startswith(b"\xef\xbb\xbf")
        assert list(rows[0])[:2] == ["doc_id", "text"]
        frame = pd.read_parquet(written(corpus, tmp_path / name, "parquet")[0])
        assert frame["year"].dtype.kind in "if"
        for column in documents:
            same = frame[column].astype("object").fillna("") == documents[column].astype(
                "object"
            ).fillna("")
            assert same.all(), column


def test_marks_stand_beside_the_text(seeds, tmp_path):
    rows = rows_of(written(seeds, tmp_path, "csv")[0])
    assert any(r["marks"] for r in rows)
    told = [m for r in rows for m in r["marks"].split("; ") if m]
    left_out = seeds.marks[seeds.marks["excluded"].astype(bool)]
    assert told == [f"{m.kind} {m.start}-{m.end}" for m in left_out.itertuples()]


def test_formulas_are_left_and_told(awkward, tmp_path):
    _, notes = written(awkward, tmp_path, "csv")
    assert notes[0].startswith("1 cells of corpus.csv begin with =, +, - or @")
    assert written(build(["Niets."]), tmp_path, "csv")[1] == []


@pytest.mark.parametrize("kind", ["csv", "parquet", "txt"])
def test_the_suite_reads_its_own_export_back(seeds, made_up, tmp_path, kind):
    for name, corpus in {"seeds": seeds, "made_up": made_up}.items():
        (tmp_path / name).mkdir()
        path, _ = written(corpus, tmp_path / name, kind)
        back = corpora.load(path)
        # Only where a text lies is not what it was.
        plain = [c.documents.drop(columns="file")[list(metadata(corpus))] for c in (corpus, back)]
        pd.testing.assert_frame_equal(*plain, check_dtype=False)
        assert corpora.from_rows(plain[0]).hash == corpora.from_rows(plain[1]).hash
        assert back.report["kept"].all()


def metadata(corpus):
    return [c for c in corpus.documents.columns if c != "file"]


def test_texts_have_names_that_every_system_takes(tmp_path):
    corpus = build(["Een tekst."] * len(HOSTILE), doc_id=HOSTILE)
    folder, _ = written(corpus, tmp_path, "txt")
    assert len(list(folder.iterdir())) == len(corpus) + 1
    rows = rows_of(folder / "metadata.csv")
    assert [r["doc_id"] for r in rows] == HOSTILE
    assert all((folder / r["file"]).is_file() for r in rows)
    for row in rows:
        stem = row["file"].removesuffix(".txt")
        assert re.fullmatch(r"[\w][\w.-]*", stem) and not stem.endswith(".")
        assert len(row["file"].encode()) <= 90
        assert not re.fullmatch(r"con|prn|aux|nul(\..*)?|com\d|lpt\d", stem, re.IGNORECASE)


@given(st.lists(st.text(), max_size=8))
def test_names_differ_whatever_the_ids(ids):
    names = places.file_names(ids)
    assert len({n.casefold() for n in names}) == len(names) == len(ids)
    assert all(n and n == n.strip(". ") and len(n.encode()) < 100 for n in names)
    assert not any(set(n) & set('/\\:*?"<>|\n\0') for n in names)


# --- any text at all --------------------------------------------------------------------------

ALPHABET = st.one_of(
    st.sampled_from(list("ab. ,’'-\n\t\r|=\\_\"<&#0\u00a0\u2028\u0085\x0b\x01")),
    st.sampled_from(list("\u200d\u0301\u05d0👍🏽\ufeff")),
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(ALPHABET, min_size=1, max_size=80), min_size=1, max_size=3))
def test_no_word_and_no_sentence_is_lost(texts, tmp_path_factory):
    corpus = build([f"{t} woord" for t in texts])
    folder = tmp_path_factory.mktemp("any")
    paths = {kind: written(corpus, folder, kind)[0] for kind in interchange.FORMATS}
    check_conllu(corpus, paths["conllu"].read_bytes().decode())
    check_vertical(corpus, paths["vertical"].read_bytes().decode())
    wanted = corpus.documents["text"].tolist()
    assert [r["text"] for r in rows_of(paths["csv"])] == wanted
    assert [r["text"] for r in rows_of(paths["quanteda"])] == wanted
    assert pd.read_parquet(paths["parquet"])["text"].tolist() == wanted
    rows = rows_of(paths["txt"] / "metadata.csv")
    assert [(paths["txt"] / r["file"]).read_bytes().decode() for r in rows] == wanted


# --- places that cannot be written to ---------------------------------------------------------


class Full(io.BytesIO):
    """A disk that is full from the start."""

    def write(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("kind", interchange.FORMATS)
def test_a_full_disk_is_one_sentence_and_leaves_nothing(made_up, tmp_path, monkeypatch, kind):
    old = tmp_path / "corpus"
    if kind != "txt":
        old.write_text("what was there before")
    monkeypatch.setattr(places, "open_new", lambda file: Full())
    with pytest.raises(DiscourseError, match="cannot be written: No space left on device; choose"):
        interchange.write(made_up, old, format=kind)
    assert list(tmp_path.iterdir()) == ([] if kind == "txt" else [old])
    assert kind == "txt" or old.read_text() == "what was there before"


@pytest.mark.parametrize("kind", interchange.FORMATS)
def test_a_place_that_is_taken_or_read_only_is_refused(made_up, tmp_path, monkeypatch, kind):
    file, folder = tmp_path / "file", tmp_path / "folder"
    folder.mkdir()
    file.write_text("mine")
    (folder / "mine.txt").write_text("mine")
    wrong = (folder, file / "x") if kind != "txt" else (folder, file, file / "x")
    for place in wrong:
        with pytest.raises(DiscourseError) as told:
            interchange.write(made_up, place, format=kind)
        assert str(place) in str(told.value) and "\n" not in str(told.value)
    assert file.read_text() == (folder / "mine.txt").read_text() == "mine"

    def deny(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(places, "open_new", deny)
    with pytest.raises(DiscourseError, match="Permission denied"):
        interchange.write(made_up, tmp_path / "new", format=kind)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["file", "folder"]


def test_an_empty_folder_is_taken_and_progress_is_told(made_up, tmp_path):
    (tmp_path / "new").mkdir()
    told = []
    interchange.write(made_up, tmp_path / "new", format="txt", progress=told.append)
    assert told[-1] == "6 of 6 documents written"
    with pytest.raises(DiscourseError, match="not empty"):
        interchange.write(made_up, tmp_path / "new", format="txt")
    with pytest.raises(DiscourseError, match="format 'doc' is not known"):
        interchange.write(made_up, tmp_path / "x", format="doc")
