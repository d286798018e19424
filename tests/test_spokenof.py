"""In whose words actors are named."""

import pytest

from analysis.measures import spokenof, voices
from analysis.results import DiscourseError, check


@pytest.fixture(scope="module")
def rows(seeds):
    return check(spokenof.spoken_of(seeds))


def cell(rows, group, actor, speaker):
    own = rows[rows["group"].eq(group) & rows["actor"].eq(actor) & rows["speaker"].eq(speaker)]
    return int(own["mentions"].sum())


def test_words_in_marks_are_their_speakers(rows):
    assert cell(rows, "detijd-2017-nl", "DPRK", "HALEY") == 1
    assert cell(rows, "abonneesite-2024-nl", "UA", "SULLIVAN") >= 3


def test_a_text_that_quotes_nobody_names_everybody_itself(rows):
    own = rows[rows["group"] == "riac-2018-en"]
    assert set(own["speaker"]) == {voices.OWN}
    assert own["estimate"].eq(1).all()


def test_shares_of_an_actor_add_up_and_mentions_are_those_of_actors(rows, seeds):
    from analysis.measures.actors import actors

    totals = rows.groupby(["group", "actor"])["estimate"].sum()
    assert totals.round(9).eq(1).all()
    counted = actors(seeds, n_boot=0).set_index(["group", "actor"])["n"]
    found = rows.groupby(["group", "actor"])["mentions"].sum()
    assert found.equals(counted[counted > 0].reindex(found.index).astype(found.dtype))
    assert (counted > 0).sum() == len(found)


def test_a_quotation_inside_a_report_is_the_quoted_ones(tmp_path):
    made = corpus(tmp_path, "Blinken said that Putin had warned that “Ukraine will lose” soon.")
    rows = spokenof.mentions(made)
    said = voices.stretches(made)
    inner = said[said["text"].str.startswith("Ukraine")]["counted_for"]
    at = rows[rows["key"] == "UA"]["speaker"]
    assert len(at) == 1
    assert at.iloc[0] == inner.iloc[0]


def test_groups_have_intervals_and_orders_of_texts_change_nothing(seeds):
    rows = check(spokenof.spoken_of(seeds, by="language", n_boot=99))
    dutch = rows[rows["group"].eq("nl") & rows["actor"].eq("RU")]
    assert dutch["lo"].notna().all()
    assert len(check(spokenof.spoken_of(seeds.subset([False] * len(seeds))))) == 0


def test_a_wrong_column_is_an_error(seeds):
    with pytest.raises(DiscourseError):
        spokenof.spoken_of(seeds, by="outlet")
    with pytest.raises(DiscourseError):
        spokenof.spoken_of(seeds, level=1)


def corpus(folder, text):
    from analysis.corpus import load

    (folder / "t.csv").write_text(f'text,language\n"{text}",en\n', encoding="utf-8")
    return load(folder / "t.csv")
