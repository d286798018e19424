"""The seed corpus: the texts untouched, every value grounded, every quotation verbatim."""

import csv
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
KNOWN = ROOT / "tests" / "known"

SUMS = {
    "000_6686794b592307bd.txt": "0fbf4c61c6407e5aaab84f8850e55b1a6d5a5309579dd2bb47bdc881a048f9d0",
    "001_c36f869046321b99.txt": "1486dd7bec6ab1811c18a9ecd4983c239e18b2acb218edec3b077ed1feec7a50",
    "002_00d0a91076662cba.txt": "28b7009c7d87bee8d86a9a520b5ff07378b8d3db22aa3e12a81ce4591b10a9bb",
    "003_add2fef3d8ec9e6e.txt": "dd541889a3001605c256013cc5419fe885bfc28ee322605431e37b628a66225c",
    "004_23699d3c818606e9.txt": "00d6806a5c01db0523257480ddd70d44fc702ad395bbe9a0aead01b295949522",
}
GROUNDED = (
    "language",
    "source",
    "source_type",
    "alignment",
    "title",
    "date",
    "date_precision",
    "year",
    "period",
    "translation",
)
DATES = {
    "day": r"\d{4}-\d\d-\d\d",
    "month": r"\d{4}-\d\d",
    "range": r"\d{4}-\d\d/\d{4}-\d\d",
    "year": r"\d{4}",
    "unknown": "unknown",
}
VALUES = {
    "language": {"nl", "en", "de"},
    "alignment": {"mainstream", "alternative", "Russian state-linked", "unknown"},
    "date_precision": set(DATES),
    "period": {"2017-18", "2024-25"},
}
EXCLUDING = {"menu", "footer", "date_stamp", "subscription", "lead", "pull_quote", "duplicate"}
BETWEEN_MARKS = {
    "detijd-2017-nl": r"‘([^’]*)’",
    "abonneesite-2024-nl": r"‘([^’]*)’|“([^”]*)”|(?<!\w)'([^']*)'",
    "informedclearly-2025-nl": r"(?<!\w)'(?!s )([^']*)'",
    "riac-2018-en": r"“([^”]*)”",
    "earthpressnews-2024-de": r"„([^“]*)“",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


METADATA = rows(SEEDS / "metadata.csv")
TEXTS = {row["doc_id"]: (SEEDS / row["file"]).read_bytes().decode("utf-8") for row in METADATA}
GOLD = {
    "quotes": rows(KNOWN / "seed_quotes.csv"),
    "stance": rows(ROOT / "seeds" / "readings-stance.csv"),
    "marks": rows(KNOWN / "seed_marks.csv"),
}


def sections(markdown: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", markdown, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def quotations(markdown: str) -> list[str]:
    return [re.sub(r"\s+", " ", found) for found in re.findall(r"«([^»]*)»", markdown)]


def test_the_texts_are_as_found() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (SEEDS / "documents").iterdir()
    }
    assert found == SUMS


def test_metadata_lists_every_text_once() -> None:
    assert sorted(row["file"] for row in METADATA) == [f"documents/{name}" for name in SUMS]
    assert len({row["doc_id"] for row in METADATA}) == len(METADATA)
    columns = ["doc_id", "file", *GROUNDED, *[f"{field}_evidence" for field in GROUNDED]]
    assert list(METADATA[0]) == columns


@pytest.mark.parametrize("row", METADATA, ids=lambda row: row["doc_id"])
def test_every_value_has_its_ground(row: dict[str, str]) -> None:
    for field in GROUNDED:
        value, evidence = row[field], row[f"{field}_evidence"]
        assert value, field
        assert (value == "unknown") == (evidence == "unknown"), field
        kind, _, ground = evidence.partition(": ")
        assert kind in {"text", "external", "unknown"}, field
        if kind == "text":
            assert ground in TEXTS[row["doc_id"]], f"{field}: not in the text: {ground}"
        elif kind == "external":
            assert len(ground.split()) >= 4, f"{field}: no reason given"


@pytest.mark.parametrize("row", METADATA, ids=lambda row: row["doc_id"])
def test_values_are_of_the_declared_kind(row: dict[str, str]) -> None:
    for field, allowed in VALUES.items():
        assert row[field] in allowed, field
    assert re.fullmatch(DATES[row["date_precision"]], row["date"])
    assert row["date"].startswith(row["year"])
    first, last = row["period"].split("-")
    assert first <= row["year"] <= f"20{last}"
    assert row["doc_id"].endswith(f"-{row['year']}-{row['language']}")


def test_the_codebook_defines_every_column_and_value() -> None:
    codebook = (SEEDS / "README.md").read_text(encoding="utf-8")
    defined = re.findall(r"^\| `(\w+)` \|", codebook, flags=re.M)
    assert defined == list(METADATA[0])
    for field in ("source_type", "alignment", "date_precision", "translation"):
        line = next(x for x in codebook.splitlines() if x.startswith(f"| `{field}` |"))
        for row in METADATA:
            assert row[field] in line, f"{field}: {row[field]} is not defined"
    assert "belong to their publishers" in codebook


def test_the_codebook_quotes_the_faults_verbatim() -> None:
    lines = (SEEDS / "README.md").read_text(encoding="utf-8").splitlines()
    faults = [line for line in lines if "«" in line and line.startswith("|")]
    assert len(faults) > 20
    for line in faults:
        doc_id = line.split("|")[1].strip()
        for words in quotations(line):
            assert words in TEXTS[doc_id], f"{doc_id}: {words}"


def test_the_readings_name_the_corpus_they_belong_to() -> None:
    first = (SEEDS / "readings.md").read_text(encoding="utf-8").splitlines()[0]
    digest = hashlib.sha256("".join(SUMS[name] for name in sorted(SUMS)).encode()).hexdigest()
    assert first == f"Corpus: the five texts of `documents/`, digest {digest}."


@pytest.mark.parametrize("doc_id", TEXTS)
def test_the_readings_quote_verbatim(doc_id: str) -> None:
    reading = sections((SEEDS / "readings.md").read_text(encoding="utf-8"))[doc_id]
    words = quotations(reading)
    assert len(words) >= 10
    assert [found for found in words if found not in TEXTS[doc_id]] == []
    for part in ("Who speaks", "Who is named how", "Stance", "Themes", "Irony", "Traces"):
        assert f"**{part}" in reading


def test_the_readings_end_with_what_the_texts_cannot_show() -> None:
    parts = sections((SEEDS / "readings.md").read_text(encoding="utf-8"))
    assert list(parts) == [*TEXTS, "What five texts can show, and what they cannot"]
    for words in quotations(parts["What five texts can show, and what they cannot"]):
        assert any(words in text for text in TEXTS.values()), words


def test_the_readings_count_right() -> None:
    readings = (SEEDS / "readings.md").read_text(encoding="utf-8")
    parts = sections(readings)
    for doc_id, text in TEXTS.items():
        assert re.search(rf"\b{len(text.split()):,} words", parts[doc_id]), doc_id
    assert len(re.findall(r"\bMoskou\b", TEXTS["detijd-2017-nl"])) == 6
    assert len(re.findall(r"\bRusland\b", TEXTS["detijd-2017-nl"])) == 1
    with_regime = {doc_id for doc_id, text in TEXTS.items() if "regime" in text.casefold()}
    assert with_regime == {"detijd-2017-nl", "informedclearly-2025-nl", "riac-2018-en"}
    of_riac = [row for row in GOLD["quotes"] if row["doc_id"] == "riac-2018-en"]
    assert {row["type"] for row in of_riac} == {"scare", "indirect"}
    assert sum(row["type"] == "scare" for row in of_riac) == 9


@pytest.mark.parametrize(("name", "column"), [("quotes", "text"), ("stance", "sentence")])
def test_coded_offsets_show_their_words(name: str, column: str) -> None:
    for row in GOLD[name]:
        if row["start"]:
            shown = TEXTS[row["doc_id"]][int(row["start"]) : int(row["end"])]
            assert shown == row[column]


def test_coded_rows_are_ordered_and_distinct() -> None:
    for name, coded in GOLD.items():
        keys = [tuple(row.values())[:5] for row in coded]
        assert len(set(keys)) == len(keys), name
        files = {row["doc_id"]: row["file"] for row in METADATA}
        assert all(files[row["doc_id"]] == row["file"] for row in coded), name


@pytest.mark.parametrize("doc_id", TEXTS)
def test_every_pair_of_marks_is_coded(doc_id: str) -> None:
    coded = {
        (int(row["start"]), int(row["end"])) for row in GOLD["quotes"] if row["doc_id"] == doc_id
    }
    found = {
        (match.start() + 1, match.end() - 1)
        for match in re.finditer(BETWEEN_MARKS[doc_id], TEXTS[doc_id])
    }
    assert found
    assert found - coded == set()


def test_quotations_are_of_a_known_type_and_have_a_voice() -> None:
    for row in GOLD["quotes"]:
        assert row["type"] in {"direct", "mixed", "indirect", "scare"}
        assert row["certain"] in {"yes", "no"}
        assert bool(row["speaker"]) <= bool(row["verb"])
        if row["type"] in {"direct", "mixed"}:
            words = row["speaker"].split()
            assert words and words[-1] in TEXTS[row["doc_id"]]
        if row["type"] == "scare":
            assert not row["speaker"] and not row["verb"]


def test_stance_is_coded_on_every_text() -> None:
    coded = GOLD["stance"]
    assert {row["stance"] for row in coded} == {"-1", "0", "1"}
    assert {row["voice"] for row in coded} == {"own", "quoted"}
    for doc_id in TEXTS:
        here = [row for row in coded if row["doc_id"] == doc_id]
        assert sum(bool(row["sentence"]) for row in here) >= 12
        assert any(not row["sentence"] for row in here)
        assert len({row["stance"] for row in here if row["sentence"]}) >= 2
    for words in ("fluiten naar", "schijn bedriegt", "niet blij"):
        assert any(words in row["sentence"] for row in coded)


def test_marks_are_inside_their_text_and_say_whether_they_exclude() -> None:
    for row in GOLD["marks"]:
        text = TEXTS[row["doc_id"]]
        assert 0 <= int(row["start"]) < int(row["end"]) <= len(text)
        assert row["excluded"] == str(row["kind"] in EXCLUDING)
        if row["like_start"]:
            like = int(row["like_start"]), int(row["like_end"])
            assert int(row["end"]) <= like[0] < like[1] <= len(text)
    leads = [row["doc_id"] for row in GOLD["marks"] if row["kind"] == "lead"]
    assert [leads.count(doc_id) for doc_id in TEXTS] == [1, 1, 1, 3, 1]


def test_every_kept_sentence_is_coded_by_theme() -> None:
    from analysis import corpus
    from benchmarks import seed_topics

    codes = seed_topics.coded(corpus.load())
    assert len(codes) == 190
    assert set(codes["theme"]) == set(seed_topics.THEMES)
    assert set(codes["also"]) - {""} <= set(seed_topics.THEMES)
    assert not (codes["theme"] == codes["also"]).any()
    assert (codes.groupby("doc_id")["theme"].nunique() >= 4).all()


def test_third_party_names_every_package_and_text() -> None:
    page = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["e5"] + extras["dev"]
    named = set(re.findall(r"^\| ([\w-]+) \| [^|]+ \| [^|]+ \|$", page, flags=re.M))
    assert {re.split(r"[^\w-]", line)[0] for line in wanted} - named == {"discourse"}
    assert all(f"`seeds/documents/{name}`" in page for name in SUMS)


def test_third_party_counts_the_priors_taken_and_ships_their_licences() -> None:
    page = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for code in ("nl", "de", "en"):
        name = f"seeds/languages/{code}/valence.csv"
        with (ROOT / name).open(encoding="utf-8", newline="") as handle:
            given = [row for row in csv.DictReader(handle) if row["prior"]]
        taken = sum(row["source"] != "own" for row in given)
        assert f"| {taken:,} priors in `{name}` |" in page
    for linked in re.findall(r"\((licences/[^)]+)\)", page):
        assert len((ROOT / linked).read_text(encoding="utf-8")) > 1000


def test_every_trained_file_has_a_card_that_names_its_licence() -> None:
    for model in [*(ROOT / "models").glob("*.npz"), *(ROOT / "models").glob("*.safetensors")]:
        # A language's own file shares the card of its model.
        card = model.with_name("-".join(model.stem.split("-")[:2]) + ".md")
        assert card.is_file(), f"{model.name} has no card"
        assert re.search("licen[cs]e|CC BY|MIT|Apache", card.read_text(encoding="utf-8"))
