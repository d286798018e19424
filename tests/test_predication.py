"""What is said of actors: rules by hand, rows by hand."""

import pandas as pd
import pytest

from analysis import corpus, paths, predicates
from analysis.measures.predication import predication, said
from analysis.results import ONE_TEXT, DiscourseError, check


def made(*texts: str, code: str = "en") -> corpus.Corpus:
    rows = [{"doc_id": f"d{i}", "language": code, "source": "ab"[i % 2], "text": t}
            for i, t in enumerate(texts)]  # fmt: skip
    return corpus.from_rows(pd.DataFrame(rows, dtype=object))


def told(text: str, code: str) -> set[tuple[str, str, str]]:
    found = said(made(text, code=code))
    return set(zip(found["actor"], found["role"], found["term"], strict=True))


RULES = [
    ("en", "The UN condemned North Korea.", ("UN", "subject", "condemn")),
    ("en", "The UN condemned North Korea.", ("DPRK", "object", "condemn")),
    ("en", "Nuclear-armed North Korea threatens us.", ("DPRK", "adjective", "nuclear-armed")),
    ("en", "North Korea was condemned by Russia.", ("DPRK", "object", "condemn")),
    ("en", "North Korea was condemned by Russia.", ("RU", "subject", "condemn")),
    ("en", "Russia is a threat to peace.", ("RU", "predicate", "threat")),
    ("en", "Russia has repeatedly denied the claim.", ("RU", "subject", "deny")),
    ("en", "The Russian government will not stop.", ("RU", "subject", "not stop")),
    ("en", "China and Russia signed a treaty.", ("CN", "subject", "sign")),
    ("en", "Iran waits. The country sells oil.", ("IR", "subject", "sell")),
    ("nl", "Rusland heeft Oekraïne aangevallen.", ("RU", "subject", "aanvallen")),
    ("nl", "Rusland heeft Oekraïne aangevallen.", ("UA", "object", "aanvallen")),
    ("nl", "Rusland valt Oekraïne aan.", ("UA", "object", "aanvallen")),
    ("nl", "Gisteren veroordeelde Rusland de aanval.", ("RU", "subject", "veroordelen")),
    ("nl", "Trump prijst Rusland.", ("RU", "object", "prijzen")),
    ("nl", "Hij zei dat Rusland de aanval veroordeelde.", ("RU", "subject", "veroordelen")),
    ("nl", "Rusland wordt door de NAVO bedreigd.", ("RU", "object", "bedreigen")),
    ("nl", "Rusland wordt door de NAVO bedreigd.", ("NATO", "subject", "bedreigen")),
    ("nl", "Het machtige Noord-Korea dreigt.", ("DPRK", "adjective", "machtig")),
    ("nl", "Rusland is een bedreiging voor de vrede.", ("RU", "predicate", "bedreiging")),
    ("de", "Russland hat die Ukraine angegriffen.", ("UA", "object", "angreifen")),
    ("de", "Gestern verurteilte Russland den Angriff.", ("RU", "subject", "verurteilen")),
    ("de", "Russland wird von der NATO bedroht.", ("RU", "object", "bedrohen")),
    ("de", "Wir helfen der Ukraine.", ("UA", "object", "helfen")),
    ("de", "Russland ist eine Gefahr für den Frieden.", ("RU", "predicate", "gefahr")),
    ("de", "Die russische Regierung schweigt.", ("RU", "subject", "schweigen")),
    ("de", "Das isolierte Nordkorea droht.", ("DPRK", "adjective", "isoliert")),
    ("en", "Iran is weak and dangerous.", ("IR", "predicate", "weak")),
    ("en", "Iran is weak and very dangerous.", ("IR", "predicate", "dangerous")),
    ("en", "Iran is weak, poor and dangerous.", ("IR", "predicate", "poor")),
    ("nl", "Iran is zwak en oud.", ("IR", "predicate", "zwak")),
    ("nl", "Iran is zwak en oud.", ("IR", "predicate", "oud")),
    ("de", "Der Iran ist schwach und alt.", ("IR", "predicate", "schwach")),
    ("en", "The brutal North Korean regime waits.", ("DPRK", "adjective", "brutal")),
    ("en", "Kim's brutal regime waits.", ("DPRK", "adjective", "brutal")),
    ("en", "The brutal and corrupt Iranian regime waits.", ("IR", "adjective", "brutal")),
]


@pytest.mark.parametrize(("code", "text", "want"), RULES)
def test_what_is_said(code: str, text: str, want: tuple[str, str, str]) -> None:
    assert want in told(text, code)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("nl", "Alle landen, inclusief China, wachten."),
        ("en", "Sanctions against Iran hurt people."),
        ("en", "Russia's neighbours wait."),
        ("en", "Russian troops wait."),
        ("nl", "De angst voor Rusland groeit."),
        ("nl", "De soldaten van Rusland wachten."),
        ("de", "Die Angst vor Russland wächst."),
        ("de", "Die Soldaten der Ukraine warten."),
        ("de", "Deutschlands Mitte wartet."),
        ("de", "Die Londoner Börse wartet."),
    ],
)
def test_what_is_said_of_something_else(code: str, text: str) -> None:
    assert told(text, code) == set()


def test_who_does_it_and_to_whom() -> None:
    one = told("Iran attacked Iraq.", "en")
    two = told("Iraq attacked Iran.", "en")
    swapped = {({"IR": "IQ", "IQ": "IR"}[actor], role, term) for actor, role, term in two}
    assert one == swapped != two


def test_an_adjective_joined_to_another_may_belong_to_a_noun() -> None:
    assert ("IR", "predicate", "tired") not in told("Iran is weak and tired men wait.", "en")


def test_rows_by_hand() -> None:
    held = made("Iran sells oil. Iran sells gas. Iran waits.", "Iran sells oil.", "Iran sells it.")
    rows = check(predication(held, by="source", n_boot=99))
    own = rows[(rows["group"] == "a") & (rows["term"] == "sell")].iloc[0]
    assert (own["actor"], own["role"], own["language"]) == ("IR", "subject", "en")
    assert own["count"] == 3 and own["n"] == 4 and own["estimate"] == 0.75
    assert own["n_docs"] == 2 and len(own["sentences"]) == 3 and own["examples"] == "sells"
    alone = rows[rows["group"] == "b"]
    assert alone["verdict"].eq(ONE_TEXT).all() and alone["lo"].isna().all()
    assert len(predication(held, actor="RU")) == 0
    assert predication(held, by="source", min_count=2)["count"].tolist() == [3]


def test_evidence_is_in_the_text(seeds: corpus.Corpus) -> None:
    found = said(seeds)
    assert len(found) and set(found["role"]) <= set(predicates.ROLES)
    for row in found.itertuples():
        text = seeds.documents["text"].iloc[row.doc]
        assert text[row.start : row.end] == row.text
        inside = seeds.sentences.loc[row.sentence]
        assert inside["start"] <= row.start < row.end <= inside["end"]
        assert inside["start"] <= row.about_start < row.about_end <= inside["end"]


def test_words_of_two_languages_are_kept_apart() -> None:
    rows = pd.DataFrame(
        {"doc_id": ["a", "b"], "language": ["en", "nl"], "source": "x",
         "text": ["Iran waits.", "Iran wacht op een antwoord."]}
    )  # fmt: skip
    found = predication(corpus.from_rows(rows), by="source")
    assert dict(zip(found["language"], found["n"], strict=True)) == {"en": 1, "nl": 1}


@pytest.mark.parametrize(
    "text",
    ["", "IRAN", "Iran", "Iran Iran Iran", "IRAN ATTACKED IRAQ!", "\ud83d Iran waits",
     "Iran, Iraq, and", "“Iran said", "was Iran", "by Iran", "Iran " + "and waits " * 3_000],
)  # fmt: skip
@pytest.mark.parametrize("code", ["en", "nl", "de"])
def test_any_input(text: str, code: str) -> None:
    check(predication(made(text, code=code), n_boot=0))


def test_a_role_that_is_right_too_seldom_says_so() -> None:
    read = pd.read_csv(paths.RESULTS / "references.csv")
    read = read[read["task"].eq("predication") & read["set"].eq("test") & read["n"].ge(2)]
    poor = read[read["precision"].lt(0.75) & read["language"].ne("all")]
    assert ("de", "predicate") in set(zip(poor["language"], poor["class"], strict=True))
    rows = predication(made("Russland ist eine Gefahr.", "Russland schweigt.", code="de"))
    verdicts = dict(zip(rows["role"], rows["verdict"], strict=True))
    assert "unsure" in verdicts["predicate"] and "unsure" not in verdicts["subject"]


def test_bad_settings_and_nothing_to_read(seeds: corpus.Corpus) -> None:
    with pytest.raises(DiscourseError, match="min_count"):
        predication(seeds, min_count=0)
    with pytest.raises(DiscourseError, match="level"):
        predication(seeds, level=1)
    with pytest.raises(DiscourseError, match="outlet"):
        predication(seeds, by="outlet")
    assert len(predication(seeds.subset([False] * len(seeds)))) == 0
