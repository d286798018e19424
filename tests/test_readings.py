"""The close reading is shown beside its own texts only."""

from analysis.readings import judgements, reading, stances, verdicts


def test_the_reading_belongs_to_the_seeds(seeds):
    for doc_id in seeds.documents["doc_id"]:
        assert reading(seeds, doc_id).startswith(f"#### {doc_id}\n")
    assert "cannot show a trend" in reading(seeds).replace("\n", " ")


def test_other_texts_have_none(made_up, seeds):
    assert "No close reading" in reading(made_up)
    assert "No close reading" in reading(seeds.subset([True, False, True, True, True]))


def test_whole_text_verdicts_and_sentences_agree_in_direction(seeds):
    whole = verdicts(seeds).set_index("group")
    means = judgements(seeds).query("n >= 5").set_index(["group", "actor"])["estimate"]
    assert "US" in whole.loc["riac-2018-en", "against"]
    assert means["riac-2018-en", "US"] < -0.5
    assert "RU" in whole.loc["abonneesite-2024-nl", "favour"]
    assert means["abonneesite-2024-nl", "RU"] > 0


def test_every_text_has_its_stance_paragraph(seeds, made_up):
    told = stances(seeds)
    assert all(f"**{doc_id}.**" in told for doc_id in seeds.documents["doc_id"])
    assert "No close reading" in stances(made_up)
    assert judgements(made_up).empty
    assert verdicts(made_up).empty
