"""Mentions of actors: hand counts of the five texts, unseen sentences, and the measure."""

import math
from collections import Counter

import pandas as pd
import pytest

from analysis import corpus, lexicons, paths
from analysis.measures import actors
from analysis.results import DiscourseError

KNOWN = paths.ROOT / "tests" / "known" / "actor_mentions.csv"


@pytest.fixture(scope="module")
def seeds():
    return corpus.load()


def known(seeds) -> pd.DataFrame:
    table = pd.read_csv(KNOWN, keep_default_na=False)
    files = {file.rsplit("/", 1)[-1]: doc_id for file, doc_id in
             zip(seeds.documents["file"], seeds.documents["doc_id"], strict=True)}  # fmt: skip
    return table.assign(doc_id=table["file"].map(files))


def test_counts_are_those_of_a_careful_reader(seeds):
    """Every actor of every text; an actor the reader did not list is named zero times."""
    mentions = lexicons.find(seeds, lexicons.load("actors"))
    expected = known(seeds)
    for doc_id, rows in expected.groupby("doc_id"):
        own = mentions[mentions["doc_id"] == doc_id]
        assert own["key"].value_counts().to_dict() == dict(
            zip(rows["actor"], rows["mentions"], strict=True)
        ), doc_id
    assert expected["doc_id"].nunique() == 5


def test_forms_are_those_of_a_careful_reader(seeds):
    mentions = lexicons.find(seeds, lexicons.load("actors"))
    for row in known(seeds).itertuples():
        own = mentions[(mentions["doc_id"] == row.doc_id) & (mentions["key"] == row.actor)]
        forms = (form.rsplit(" ", 1) for form in row.forms.split("; "))
        assert Counter(own["text"]) == {form: int(n) for form, n in forms}, (row.file, row.actor)


def count(text: str, language: str) -> dict[str, int]:
    spans = lexicons.spans(text, lexicons.load("actors"), language=language)
    return dict(Counter(s.key for s in spans))


SENTENCES = [
    # compounds
    ("nl", "De VS-Zuid-Korea-alliantie en het Rusland-DVK-verdrag.", "US ROK RU DPRK"),
    ("de", "Das amerikanisch-südkoreanische Manöver ärgert Nordkoreas Führung.", "US ROK DPRK"),
    ("en", "US–South Korea drills and Sino-Russian patrols.", "US ROK CN RU"),
    ("de", "Kremlsprecher Peskow sprach in Moskauer Kreisen.", "RU PESKOV RU"),
    ("nl", "De Russisch-Chinese betrekkingen.", "RU CN"),
    # elliptic and coordinated
    ("en", "Talks between North and South Korea stalled; the North walked out.", "DPRK ROK DPRK"),
    ("en", "The North and the South agreed.", "DPRK ROK"),
    ("nl", "Noord- en Zuid-Korea praten; het Noorden weigert.", "DPRK ROK DPRK"),
    ("de", "Nord- und Südkorea verhandeln, der Norden droht.", "DPRK ROK DPRK"),
    ("nl", "Zuid- en Noord-Koreanen", "ROK DPRK"),
    # governments named by their heads
    ("nl", "De regering-Biden en de Trump-regering verschillen.", "US US"),
    ("en", "The Trump administration and President Trump.", "US TRUMP"),
    ("de", "Die Biden-Administration und die Trump-Regierung.", "US US"),
    # seats of power and capitals
    ("en", "The Kremlin, the White House, Beijing and Kyiv.", "RU US CN UA"),
    ("nl", "Het Witte Huis, het Kremlin, Brussel en Seoel zwijgen.", "US RU EU ROK"),
    ("de", "Das Weiße Haus, Peking, Kiew und Pjöngjang schweigen.", "US CN UA DPRK"),
    # acronyms and official names
    ("en", "The U.S., the U.N., NATO and the DPRK told us nothing.", "US UN NATO DPRK"),
    ("nl", "De VN, de NAVO, de EU en de Verenigde Staten van Amerika.", "UN NATO EU US"),
    ("de", "Die USA, die Vereinten Nationen, die Nato und die US-Amerikaner.", "US UN NATO US"),
    ("en", "The Democratic People's Republic of Korea and the Republic of Korea.", "DPRK ROK"),
    ("de", "Die Demokratische Volksrepublik Korea und die Republik Korea.", "DPRK ROK"),
    # inflections
    ("de", "nordkoreanischer Raketen, russischem Gas, ukrainisches Militär, japanischen Schiffen",
     "DPRK RU UA JP"),
    ("nl", "Amerikaanse, Oekraïense en Noord-Koreaans, de Japanners, een Rus", "US UA DPRK JP RU"),
    ("en", "Russia’s, China's, Ukrainians, Japanese, Americans", "RU CN UA JP US"),
    # persons
    ("de", "Selenskyj, Xi Jinping, Präsident Moon und Kims Schwester", "ZELENSKY XI MOON KIM"),
    ("nl", "Zelensky, Poetins leger, Kim Jong Un en Trumps plan", "ZELENSKY PUTIN KIM TRUMP"),
    ("en", "Zelenskyy's, Putin’s, Kim Jong-un's", "ZELENSKY PUTIN KIM"),
    # the West
    ("nl", "Het Westen en de westerse media, niet het westen van het land.", "WEST WEST"),
    ("en", "The West and Western media, but the West Bank and western winds.", "WEST WEST"),
    ("de", "Der Westen und westliche Medien, aber westlich von hier.", "WEST WEST"),
    # not counted
    ("en", "Russia Today, the Global Times and the Washington Post gave us the global South.", ""),
    ("nl", "De Zuid-Chinese Zee, het Koreaanse schiereiland en de Sovjet-Unie.", ""),
    ("de", "Die Sowjetunion, die koreanische Halbinsel und das Südchinesische Meer.", ""),
    ("en", "A full moon over the Korean Peninsula; the regime plays its trump card.", ""),
    ("en", "He went north of the river, to the South China Sea and South America.", ""),
    ("nl", "Friends: Kim Il-Sung en het mondiale Zuiden", "KIMILSUNG"),
    ("de", "Wir sehen uns im Süden der Stadt, kimono und China-Restaurant", "CN"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), SENTENCES)
def test_unseen_sentences(language, text, expected):
    assert count(text, language) == dict(Counter(expected.split()))


ROWS = pd.DataFrame(
    {
        "doc_id": ["b", "a", "c"],
        "text": [
            "Russia spoke to Russia and China today.",
            "Russia was silent all of the day.",
            "Nothing happened here.",
        ],
        "language": "en",
        "source": ["x", "x", "y"],
    }
)


@pytest.fixture(scope="module")
def made():
    return corpus.from_rows(ROWS)


class TestMeasure:
    def test_rates_zeros_and_single_texts(self, made):
        rows = actors.actors(made).set_index(["doc_id", "actor"])
        assert len(rows) == 3 * 2
        assert rows.loc[("b", "RU"), "estimate"] == pytest.approx(2000 / 7)
        assert rows.loc[("c", "RU"), "mentions"] == 0
        assert rows["lo"].isna().all() and rows["hi"].isna().all()
        assert rows["verdict"].str.contains("one text").all()
        assert "not named" in rows.loc[("a", "CN"), "verdict"]

    def test_groups_have_intervals(self, made):
        rows = actors.actors(made, by="source").set_index(["group", "actor"])
        row = rows.loc[("x", "RU")]
        assert row["estimate"] == pytest.approx(3000 / 14) and row["n_docs"] == 2
        assert row["lo"] == pytest.approx(1000 / 7) and row["hi"] == pytest.approx(2000 / 7)
        assert math.isnan(rows.loc[("y", "RU"), "lo"])

    def test_same_seed_same_rows_whatever_the_order(self, made):
        turned = corpus.from_rows(ROWS.iloc[::-1].reset_index(drop=True))
        one, two = (actors.actors(c, by="source").drop(columns="sentences") for c in (made, turned))
        pd.testing.assert_frame_equal(one, two)

    def test_sentences_lead_back_to_the_text(self, made):
        row = actors.actors(made).set_index(["doc_id", "actor"]).loc[("a", "RU")]
        sentence = made.sentences.loc[list(row["sentences"])]
        assert made.spans(sentence) == ["Russia was silent all of the day."]

    def test_table(self, made):
        table = actors.table(made)
        assert list(table.columns) == list(actors.TABLE)
        assert table["mentions"].sum() == 4

    def test_marked_text_counts_only_on_demand(self, seeds):
        kept = actors.actors(seeds)
        everything = actors.actors(seeds, include_marked=True)
        assert (kept["n"] == kept["mentions_deduplicated"]).all()
        assert (everything["n"] == everything["mentions"]).all()
        assert kept["n"].sum() < everything["n"].sum()

    def test_wrong_arguments(self, made):
        with pytest.raises(DiscourseError, match="metadata column"):
            actors.actors(made, by="colour")
        with pytest.raises(DiscourseError, match="level"):
            actors.actors(made, level=95)

    def test_nobody_named(self):
        made = corpus.from_rows(ROWS.iloc[2:].reset_index(drop=True))
        assert actors.actors(made).empty and actors.table(made).empty
