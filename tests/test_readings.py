"""The close reading is shown beside its own texts only."""

from analysis.readings import reading


def test_the_reading_belongs_to_the_seeds(seeds):
    for doc_id in seeds.documents["doc_id"]:
        assert reading(seeds, doc_id).startswith(f"#### {doc_id}\n")
    assert "cannot show a trend" in reading(seeds).replace("\n", " ")


def test_other_texts_have_none(made_up, seeds):
    assert "No close reading" in reading(made_up)
    assert "No close reading" in reading(seeds.subset([True, False, True, True, True]))
