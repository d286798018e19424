"""Forms of reference to actors and their shares."""

import pandas as pd
import pytest

from analysis import corpus, references
from analysis.measures import naming
from analysis.plots.stacked import stacked
from analysis.results import ONE_TEXT, DiscourseError, check


@pytest.fixture(scope="module")
def seeds() -> corpus.Corpus:
    return corpus.load()


@pytest.fixture(scope="module")
def made() -> corpus.Corpus:
    texts = [
        ("a", "x", "North Korea fired. Pyongyang denied it. The DPRK and North Korea agreed."),
        ("b", "x", "North Korea waits. North Korean soldiers wait, too."),
        ("c", "y", "Pyongyang is quiet."),
    ]
    rows = [{"doc_id": i, "source": s, "language": "en", "text": t} for i, s, t in texts]
    return corpus.from_rows(pd.DataFrame(rows))


def test_shares_by_hand(made: corpus.Corpus) -> None:
    rows = check(naming.naming(made))
    own = rows[(rows["actor"] == "DPRK") & (rows["group"] == "a")].set_index("form")
    assert own["n"].eq(4).all()
    assert own.loc["name", "estimate"] == 0.5
    assert own.loc["capital", "estimate"] == 0.25
    assert own.loc["capital", "examples"] == "Pyongyang"
    assert own["estimate"].sum() == pytest.approx(1)
    assert own["lo"].isna().all() and own["verdict"].eq(ONE_TEXT).all()


def test_adjectives_are_told_from_names(made: corpus.Corpus) -> None:
    forms = references.find(made)
    kinds = dict(zip(forms["wording"], forms["kind"], strict=True))
    assert kinds["north korean"] == references.ADJECTIVE
    assert kinds["north korea"] == "name"


def test_parts_of_compounds_and_genitives() -> None:
    text = "De VS-troepen gaan weg. Ruslands antwoord komt. Of is het Rusland’s?"
    rows = pd.DataFrame([{"doc_id": "a", "language": "nl", "text": text}])
    forms = references.find(corpus.from_rows(rows))
    kinds = forms.set_index("start")["kind"].to_dict()
    assert kinds[text.index("VS")] == references.COMPOUND
    assert kinds[text.index("Ruslands")] != references.COMPOUND
    assert kinds[text.index("Rusland’s")] != references.COMPOUND


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "London and Tehran, the White House and the Kremlin, Paris and the Pentagon."),
        ("nl", "Berlijn zwijgt, Parijs en Ankara ook, het Witte Huis wacht op Londen en Brussel."),
        ("de", "Das Weiße Haus, Brüssel, Berlin, Warschau, Athen und der Kreml schweigen."),
    ],
)
def test_capitals_and_seats_of_power_are_capitals(code: str, text: str) -> None:
    forms = references.find(
        corpus.from_rows(pd.DataFrame([{"doc_id": "a", "language": code, "text": text}]))
    )
    assert len(forms) >= 5 and set(forms["kind"]) == {references.CAPITAL}


def test_a_state_that_begins_like_another_capital_keeps_its_name() -> None:
    rows = pd.DataFrame([{"doc_id": "a", "language": "de", "text": "Rom grüßt. Romania nicht."},
                         {"doc_id": "b", "language": "en", "text": "Romania waits."}])  # fmt: skip
    kinds = references.find(corpus.from_rows(rows)).set_index("text")["kind"].to_dict()
    assert kinds["Rom"] == "capital" and kinds["Romania"] == "name"


def test_groups_of_texts_have_intervals(made: corpus.Corpus) -> None:
    rows = naming.naming(made, by="source", n_boot=99)
    pooled = rows[(rows["group"] == "x") & (rows["form"] == "name")].iloc[0]
    assert pooled["mentions"] == 3 and pooled["n"] == 6 and pooled["n_docs"] == 2


def test_forms_absent_from_a_group_are_zeros_for_kinds_only(made: corpus.Corpus) -> None:
    kinds = naming.naming(made)
    words = naming.naming(made, unit="words")
    assert set(kinds.loc[kinds["group"] == "c", "form"]) >= {"name", "capital"}
    assert set(words.loc[words["group"] == "c", "form"]) == {"pyongyang"}


def test_seeds_every_share_is_a_share_and_is_traced(seeds: corpus.Corpus) -> None:
    rows = check(naming.naming(seeds))
    assert rows.groupby(["group", "actor"])["estimate"].sum().round(9).eq(1).all()
    assert rows["n_docs"].eq(1).all() and rows["lo"].isna().all()
    seen = rows[rows["mentions"] > 0]
    assert all(len(s) >= 1 for s in seen["sentences"])
    korea = rows[(rows["actor"] == "DPRK") & (rows["group"] == "abonneesite-2024-nl")]
    assert "DVK" in korea.set_index("form").loc["acronym", "examples"]


def test_marked_text_counts_only_when_asked(seeds: corpus.Corpus) -> None:
    less, more = (naming.naming(seeds, include_marked=m)["mentions"].sum() for m in (False, True))
    assert less < more


def test_nomination_puts_words_that_judge_first(seeds: corpus.Corpus) -> None:
    rows = check(naming.nomination(seeds, by="language", n_boot=99))
    for _, own in rows.groupby(["group", "actor"]):
        judged = own["polarity"].ne("").tolist()
        assert judged == sorted(judged, reverse=True)
    nobody = rows[rows["actor"] == ""]
    assert len(nobody) and nobody["estimate"].isna().all()
    assert nobody["verdict"].str.contains(naming.NOBODY).all()
    known = rows[(rows["actor"] == "DPRK") & (rows["term"] == "regime")]
    assert set(known["group"]) == {"en", "nl"} and known["polarity"].eq("negative").all()


def test_several_columns_make_groups(seeds: corpus.Corpus) -> None:
    rows = check(naming.naming(seeds, by=("source", "year"), n_boot=0))
    assert set(rows["by"]) == {"source · year"} and "De Tijd · 2017" in set(rows["group"])


def test_the_picture_shows_shares_that_add_up(seeds: corpus.Corpus) -> None:
    rows = naming.naming(seeds)
    ax = stacked(rows[rows["actor"] == "DPRK"])
    ends: dict[float, float] = {}
    for bar in ax.patches:
        ends[bar.get_y()] = max(ends.get(bar.get_y(), 0), bar.get_x() + bar.get_width())
    assert len(ends) == 5 and all(end == pytest.approx(1) for end in ends.values())


def test_more_parts_than_looks_become_other() -> None:
    rows = pd.DataFrame(
        {"group": "g", "form": list("abcdefghijk"), "estimate": 1 / 11, "n": 22, "unit": "share"}
    )
    ax = stacked(rows)
    labels = [t.get_text() for t in ax.figure.legends[0].get_texts()]
    assert len(labels) == 8 and labels[-1] == "other"
    assert stacked(rows.iloc[:0]).texts[0].get_text() == "nothing to draw"


def test_bad_settings_and_nothing_to_read(seeds: corpus.Corpus) -> None:
    with pytest.raises(DiscourseError, match="unit"):
        naming.naming(seeds, unit="lemma")
    with pytest.raises(DiscourseError, match="level"):
        naming.naming(seeds, level=1)
    with pytest.raises(DiscourseError, match="by="):
        naming.naming(seeds, by="outlet")
    assert len(naming.naming(seeds.subset([False] * len(seeds)))) == 0


def test_vassals_are_listed_once_wherever_they_stand(seeds):
    rows = naming.nomination(seeds, n_boot=0)
    vassals = rows[rows["term"].eq("vazalstaat")]
    assert vassals["mentions"].tolist() == [1]
    english = rows[rows["group"].eq("riac-2018-en")].set_index("term")["mentions"]
    assert english["junior partner"] == 1
    assert english["partner"] == 2  # not again as part of "junior partner"
