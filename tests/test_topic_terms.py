"""Words of topics: forms that stand together, one of a lemma; leaks; labels; formulae."""

import numpy as np
import pandas as pd
import pytest

from analysis import corpus, embeddings
from analysis.measures import _topic_labels as labels_
from analysis.measures import _topic_leaks as leaks_
from analysis.measures import _topic_terms as terms_
from analysis.measures import _topic_words as words_


def rows(texts: dict[str, str], code: str = "en", **columns: object) -> corpus.Corpus:
    """One document a text."""
    table = pd.DataFrame({"doc_id": list(texts), "text": list(texts.values()), "language": code})
    return corpus.from_rows(table.assign(**{"source": "s"} | columns))


HARBOUR = ["ship", "ships", "cargo", "captain", "harbour", "harbours", "crane", "sailor", "dock"]
SCHOOL = ["lesson", "lessons", "teacher", "pupils", "school", "schools", "classroom", "homework"]


def half() -> corpus.Corpus:
    """Two themes of 300 sentences each; every stretch has a town of its own."""
    rng = np.random.default_rng(0)
    texts = {}
    for theme, words in (("harbour", HARBOUR), ("school", SCHOOL)):
        lines = []
        for _ in range(300):
            town = "".join(rng.choice(list("abdeklmnoprst"), 7)).capitalize()
            some = rng.choice(words, 5, replace=False)
            lines.append(f"The {some[0]} and the {some[1]} of {town} with a {some[2]} "
                         f"before the {some[3]} or the {some[4]}.")  # fmt: skip
        texts[theme] = "\n".join(lines)
    return rows(texts)


@pytest.fixture(scope="module")
def described():
    texts = half()
    stretches = words_.units(texts)
    stretches["topic"] = stretches["doc_id"].map({"harbour": 1, "school": 2})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms_, "PER_FLOOR", 20)
        yield texts, stretches, terms_.terms(texts, stretches)


def test_words_of_a_topic_are_its_own_and_stand_in_several_stretches(described):
    _, stretches, found = described
    first = found[found["topic"] == 1]
    assert {"cargo", "captain"} <= set(first["term"])
    assert "teacher" not in set(first["term"])
    assert (first["stretches"] >= terms_.FLOOR).all()
    assert set(first["term"]) <= set(HARBOUR)
    assert len(stretches) >= terms_.FLOOR * terms_.PER_FLOOR  # Else the floor is lower.
    assert (first["elsewhere"] == 0).all()
    assert (first["count"] >= first["stretches"]).all()


def test_no_two_inflections_of_one_word(described):
    _, _, found = described
    for pair in ({"harbour", "harbours"}, {"ship", "ships"}, {"lesson", "lessons"}):
        assert len(pair & set(found["term"])) == 1


def test_words_do_not_depend_on_the_order_of_documents(described):
    texts, _, found = described
    turned = corpus.from_rows(texts.documents.iloc[::-1].reset_index(drop=True))
    stretches = words_.units(turned)
    stretches["topic"] = stretches["doc_id"].map({"harbour": 1, "school": 2})
    pd.testing.assert_frame_equal(found, terms_.terms(turned, stretches))


def test_words_are_written_as_within_sentences():
    texts = rows(
        {"a": "Ships sail. The ships sail to Paris.\n" * 3, "b": "A tree in a wood.\n" * 3}
    )
    stretches = words_.units(texts)
    stretches["topic"] = stretches["doc_id"].map({"a": 1, "b": 2})
    found = terms_.terms(texts, stretches)
    assert {"ships", "Paris"} <= set(found.loc[found["topic"] == 1, "term"])


def test_words_that_never_stand_with_the_others_are_left_out(monkeypatch):
    # Scores fall from left to right; the second word never stands with the first.
    holds = np.array([[1, 0, 1]] * 5 + [[0, 1, 0]] * 5 + [[0, 0, 0]] * 5, dtype=float)
    from scipy import sparse

    together = terms_._npmi(sparse.csr_array(holds))
    assert together[0, 2] == pytest.approx(1)
    assert together[0, 1] < -0.9
    assert terms_._company(np.array([9.0, 8.0, 1.0]), together, ["a", "b", "c"]) == [0, 1, 2]
    assert terms_._company(np.array([9.0, 8.0, 1.0]), together, ["a", "b", "a"]) == [0, 1]
    monkeypatch.setattr(terms_, "N_TERMS", 2)
    assert terms_._company(np.array([9.0, 8.0, 1.0]), together, ["a", "b", "c"]) == [0, 2]


def test_a_topic_without_words_has_none():
    texts = rows({"a": "The and of. It was.", "b": "Ships carry cargo."})
    stretches = words_.units(texts).assign(fitted=True)
    stretches["topic"] = stretches["doc_id"].map({"a": 1, "b": 2})
    found = terms_.terms(texts, stretches)
    assert set(found["topic"]) == {2}
    empty = terms_.terms(texts, stretches.iloc[:0])
    assert not len(empty) and list(empty.columns) == list(found.columns)


@pytest.mark.parametrize(
    ("term", "code", "reason"),
    [
        ("www.telegraaf.nl", "nl", "address"),
        ("info@site", "en", "address"),
        ("Telegraaf", "nl", "source"),
        ("Jansen", "nl", "author"),
        ("Vries", "nl", "author"),
        ("Smith", "en", "author"),
        ("Reuters", "en", "agency"),
        ("Montag", "de", "month or a day"),
        ("oktober", "nl", "month or a day"),
        ("lees", "nl", "page"),
        ("nieuwsbrief", "nl", "page"),
        ("the", "nl", "function word"),
        ("het", "nl", "function word"),
        ("2022", "en", "number"),
        ("19-jarige", "nl", "number"),
    ],
)
def test_leaks_are_named(term, code, reason):
    text = "Door Piet Jansen\nDe haven groeit.\nLees ook: de havens van morgen.\nVon Rotterdam aus."
    texts = rows(
        {"a": text}, "nl", source="De Telegraaf", author="Anna de Vries, John Smith"
    )  # fmt: skip
    found = words_.units(texts)
    table = pd.DataFrame({"term": [term], "language": [code], "count": 2, "elsewhere": 0})
    assert reason in leaks_.leaks(texts, found, table)[0]


def test_words_of_themes_are_no_leaks():
    text = "Door Piet Jansen\nDe haven groeit.\nLees ook: de havens van morgen.\nVon Rotterdam aus."
    texts = rows({"a": text}, "nl", source="De Telegraaf")
    found = words_.units(texts)
    terms = [("haven", "nl"), ("war", "en"), ("Rotterdam", "nl"), ("lees", "nl"), ("EU", "de")]
    table = pd.DataFrame(terms, columns=["term", "language"]).assign(count=30, elsewhere=9)
    assert leaks_.leaks(texts, found, table) == [""] * len(terms)
    assert leaks_.leaks(texts, found, table.iloc[:0]) == []


def test_words_side_by_side_are_one_phrase_of_a_label():
    words = pd.DataFrame(
        {"term": ["rights", "trade", "human"], "language": "en", "score": [5.0, 4, 3]}
    ).assign(warning="", pos=["N", "N", "A"])
    text = ["All human rights.", "Human rights and trade.", "Our human rights; human, rights."]
    # Twice is chance.
    assert labels_.phrases(words, {"en": text})["term"].tolist() == ["human rights", "trade"]
    assert labels_.phrases(words, {"en": text[:2]})["term"].tolist() == words["term"].tolist()


def test_labels_of_one_stem_are_akin():
    assert labels_._akin("Korea", "Korean")
    assert labels_._akin("Noord-Korea", "inter-Korean")
    assert labels_._akin("human rights", "rights")
    assert not labels_._akin("trade", "treaty")
    assert not labels_._akin("oil", "soil")


def test_topics_of_address_and_procedure_are_warned_of():
    own = pd.DataFrame({"edge": [False] * 4, "edges": 0.1, "n_words": [20] * 4})
    words = pd.DataFrame({"term": ["Mr", "colleagues", "Excellency", "thank"], "warning": ""})
    assert "address" in labels_._warning(own, words, ("en",), 1, 20)
    trade = words.assign(term=["trade", "Assembly", "tariffs", "export"])
    assert labels_._warning(own, trade, ("en",), 1, 20) == ""
    talk = words.assign(term=["Redezeit", "Wort", "Antrag", "Minuten"])
    assert "short" in labels_._warning(own, talk, ("de",), 1, 36)
    assert labels_._warning(own, trade, ("en",), 1, 36) == ""
    one = own.assign(edge=[True, False, False, False])
    assert labels_._warning(one.iloc[:2], trade, ("en",), 1, 20) == ""


def test_words_that_can_be_themes_are_no_address():
    own = pd.DataFrame({"edge": [False] * 4, "edges": 0.1, "n_words": [20] * 4})
    for said in (["President", "election", "session", "Assembly"], ["Ausschuss", "Frau", "Liebe"]):
        words = pd.DataFrame({"term": [*said, "motie", "Präsident"], "warning": ""})
        assert labels_._warning(own, words, ("en",), 1, 20) == ""


def test_edges_of_short_texts_are_no_formula():
    words = pd.DataFrame({"term": ["trade"], "warning": ""})
    own = pd.DataFrame({"edge": [True, True, False, False, False], "edges": 0.4, "n_words": 20})
    assert labels_._warning(own, words, ("en",), 1, 20) == ""
    assert "40% of it opens" in labels_._warning(own.assign(edges=0.2), words, ("en",), 1, 20)


def test_the_rate_of_edges_is_of_the_whole_text():
    sizes = {"five": 5, "ten": 10, "three": 3}
    # Lines that differ: repeated ones are marked and no stretches.
    things = ["ship", "boat", "crane", "dock", "mast", "sail", "rope", "deck", "hull", "port"]
    text = {
        name: "\n".join(f"The {a} of {name} sails {i} to town." for i, a in enumerate(things[:n]))
        for name, n in sizes.items()
    }
    found = labels_._edge_rates(rows(text), "paragraph")
    assert found.to_dict() == {"five": 0.4, "ten": 0.2, "three": 0}


def test_a_label_does_not_say_a_name_again_as_part_of_a_word():
    words = pd.DataFrame(
        {"language": ["nl", "de", "de"], "term": ["Oekraïne", "Ukraine-Konflikt", "Handel"]}
    ).assign(score=[3.0, 2.0, 1.0], closeness=0.3, stretches=2, pos="N", warning="")
    label = labels_.label(words, pd.Series({"nl": 3, "de": 2}), "", model=embeddings.DEFAULT)
    assert label == "Oekraïne · Handel"


def test_a_word_of_a_single_stretch_names_no_topic_that_has_others():
    words = pd.DataFrame({"term": ["zebra", "trade", "hospital", "music"], "language": "en"})
    words = words.assign(score=[90.0, 3, 2, 1], closeness=0.3, pos="N", warning="")
    words["stretches"] = [1, 2, 2, 2]
    for n_stretches, wanted in ((3, "trade · hospital · music"), (2, "zebra · trade · hospital")):
        weight = pd.Series({"en": n_stretches})
        assert labels_.label(words, weight, "", model=embeddings.DEFAULT) == wanted
    few = words.iloc[:3]
    found = labels_.label(few, pd.Series({"en": 3}), "", model=embeddings.DEFAULT)
    assert found == "zebra · trade · hospital"


def test_a_topic_that_holds_all_of_a_language_is_warned_of():
    text = {c: "\n".join(f"Line {w} of {c} is here today." for w in ("one", "two", "three"))
            for c in ("en", "nl")}  # fmt: skip
    texts = rows(text, ["en", "nl"])
    stretches = words_.units(texts)
    stretches = stretches.assign(topic=1, share=1.0)
    stretches.loc[stretches.index[stretches["language"] == "en"][0], "topic"] = 2
    terms = terms_.terms(texts, stretches)
    none = np.ones(2)
    found = labels_.described(
        texts, stretches, terms, [(), ()], none, none, model=embeddings.DEFAULT
    )["warning"]
    assert "holds all of the nl text: its nl words are not set apart" in found[0]
    assert "of the en text" not in found[0] + found[1]
    alone = stretches[stretches["language"] == "en"].assign(topic=1)
    one = (terms[terms["language"] == "en"], [()], none[:1], none[:1])
    found = labels_.described(texts, alone, *one, model=embeddings.DEFAULT)["warning"]
    assert "holds all" not in found[0]
