"""The matching rules, on small lexicons made up here and on the two shipped ones."""

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import corpus, lexicons, paths
from analysis.results import DiscourseError

KNOWN = Path(__file__).parent / "known"


def lexicon(*rows: str, kind: str = "name") -> lexicons.Lexicon:
    """Rows as "KEY: pattern" or "KEY: pattern / kind"."""
    table = []
    for row in rows:
        key, _, rest = row.partition(": ")
        pattern, _, own = rest.partition(" / ")
        table.append({"key": key, "language": "*", "pattern": pattern, "kind": own or kind})
    return lexicons.parse(pd.DataFrame(table), name="test")


def found(text: str, lex: lexicons.Lexicon) -> list[tuple[str, str]]:
    return [(s.key, text[s.start : s.end]) for s in lexicons.spans(text, lex)]


class TestRules:
    def test_lower_case_matches_any_case(self):
        assert len(found("moskou Moskou MOSKOU", lexicon("RU: moskou"))) == 3

    def test_capital_is_needed_where_the_pattern_has_it(self):
        lex = lexicon("TRUMP: Trump")
        assert found("its trump card; Trump, TRUMP", lex) == [
            ("TRUMP", "Trump"),
            ("TRUMP", "TRUMP"),
        ]
        assert found("Louis XI", lexicon("XI: Xi")) == []

    def test_all_caps_match_exactly(self):
        assert found("US us Us", lexicon("US: US")) == [("US", "US")]

    def test_abbreviation_with_stops_is_one_part(self):
        text = "the U.S.-led talks in the U.S. cost US$350"
        assert found(text, lexicon("US: US")) == [("US", "U.S."), ("US", "U.S.")]

    @pytest.mark.parametrize(
        "text", ["Noord-Korea", "Noord- Korea", "Noord Korea", "noord‑korea", "Noord – Korea"]
    )
    def test_separators_join_parts(self, text):
        assert found(text, lexicon("DPRK: noord korea")) == [("DPRK", text)]

    @pytest.mark.parametrize(
        "text", ["Noord\nKorea", "Noord. Korea", "Noord, Korea", "Noord (Korea)", "Noord-\r\nKorea"]
    )
    def test_line_ends_and_punctuation_part(self, text):
        assert found(text, lexicon("DPRK: noord korea")) == []

    def test_stop_after_an_initial_joins(self):
        assert found("N. Korea", lexicon("DPRK: N Korea")) == [("DPRK", "N. Korea")]

    def test_wildcards(self):
        lex = lexicon("A: korea*", "B: *tests", "C: *atom*")
        assert found("Koreanen Raketentests Wasserstoffatome atom", lex) == [
            ("A", "Koreanen"),
            ("B", "Raketentests"),
            ("C", "Wasserstoffatome"),
            ("C", "atom"),
        ]
        assert found("Zuidkorea tests2", lex) == []

    def test_context_is_required_and_not_consumed(self):
        lex = lexicon("N: north [and|or] [south] [korea]", "S: south korea")
        assert found("North and South Korea", lex) == [("N", "North"), ("S", "South Korea")]
        assert found("north and South", lex) == []
        assert found("the U. S. West", lexicon("W: [the] West")) == []

    def test_any_part_as_context(self):
        lex = lexicon("NL: nederlands [*]")
        assert found("Nederlands\nEnglish", lex) == []
        assert found("een Nederlands minister", lex) == [("NL", "Nederlands")]

    def test_longest_match_wins_left_to_right_without_overlap(self):
        lex = lexicon("ROK: republic of korea", "DPRK: democratic people s republic of korea")
        assert [k for k, _ in found("Democratic People’s Republic of Korea", lex)] == ["DPRK"]
        assert [k for k, _ in found("The Republic of Korea", lex)] == ["ROK"]

    def test_exclusion_consumes_and_wins_ties(self):
        lex = lexicon("US: Washington", "-: Washington Post / exclude", "-: Washington / exclude")
        assert found("Washington Post in Washington", lex) == []

    def test_different_letters_of_one_part_both_count(self):
        lex = lexicon("aid: *hilfe", "economy: wirtschafts*", "economy: wirtschaft*")
        assert sorted(k for k, _ in found("Wirtschaftshilfe", lex)) == ["aid", "economy"]

    def test_more_letters_win_and_the_same_letters_both_count(self):
        lex = lexicon(
            "arms: *waffen", "nuclear: atomwaffen*", "regime: machthaber", "head: machthaber"
        )
        assert [k for k, _ in found("Atomwaffen", lex)] == ["nuclear"]
        assert sorted(k for k, _ in found("Machthaber", lex)) == ["head", "regime"]

    def test_exclusion_of_one_key_spares_the_others(self):
        lex = lexicon("arms: waffen*", "arms: waffenruhe / exclude", "truce: waffenruhe")
        assert [k for k, _ in found("Waffenruhe Waffenlager", lex)] == ["truce", "arms"]

    def test_elliptic_forms_need_an_anchor_in_long_documents(self):
        lex = lexicon("N: [the] North / elliptic", "N: north korea")
        filler = "word " * 50
        assert found("The North said", lex) == [("N", "North")]
        assert found(filler + "the North", lex) == []
        assert len(found(filler + "the North, North Korea", lex)) == 2
        assert len(found("North Korea " + 4 * filler + "the North", lex)) == 1

    def test_negated_mentions_count(self):
        assert found("no sanctions", lexicon("s: sanction*")) == [("s", "sanctions")]

    def test_soft_hyphens_and_decomposed_letters(self):
        lex = lexicon("DPRK: nordkorea*", "UA: oekraïne")
        assert [k for k, _ in found("Nord\u00adkorea, Oekrai\u0308ne", lex)] == ["DPRK", "UA"]


class TestParsing:
    @pytest.mark.parametrize(
        "pattern", ["", "*", "a-b", "[only] [context]", "a [b", "a*b c", "a [x] b", "(?P<x>a", "a]"]
    )
    def test_malformed_patterns_are_named(self, pattern):
        with pytest.raises(DiscourseError, match="lexicon pattern"):
            lexicon(f"K: {pattern}")

    def test_missing_column(self):
        with pytest.raises(DiscourseError, match="lacks the columns kind"):
            lexicons.parse(pd.DataFrame({"k": [], "language": [], "pattern": []}), name="x")

    def test_unknown_lexicon(self):
        with pytest.raises(DiscourseError, match="no such file"):
            lexicons.load("nobody")

    def test_own_file(self, tmp_path):
        file = tmp_path / "own.csv"
        file.write_text("actor,language,pattern,kind,note\nX,nl,iks,name,\n", encoding="utf-8-sig")
        lex = lexicons.load(file)
        assert lex.keys == ("X",) and lex.column == "actor"

    def test_language_rows(self):
        rows = pd.DataFrame(
            [("UN", "nl", "VN", "name"), ("UN", "*", "UNO", "name")],
            columns=["actor", "language", "pattern", "kind"],
        )
        lex = lexicons.parse(rows, name="t")
        text = "VN UNO"
        sizes = {code: len(lexicons.spans(text, lex, language=code)) for code in ("nl", "de", None)}
        assert sizes == {"nl": 2, "de": 1, None: 2}


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("NSortuhKea US.-–’'\n\u00adï\u0308V*$[]\x00߀İ"), max_size=60))
def test_any_text_gives_ordered_spans_of_itself(text):
    spans = lexicons.spans(text, lexicons.load("actors"), language="en")
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    assert all("\n" not in text[s.start : s.end] for s in spans)
    places = [(s.start, s.end) for s in spans]
    assert places == sorted(places)
    assert all(a[1] <= b[0] or a == b for a, b in pairwise(places))


@pytest.fixture(scope="module")
def seeds():
    return corpus.load()


class TestFind:
    def test_offsets_sentences_and_marks(self, seeds):
        mentions = lexicons.find(seeds, lexicons.load("actors"))
        assert tuple(mentions.columns) == lexicons.COLUMNS
        assert seeds.spans(mentions) == list(mentions["text"])
        sentences = seeds.sentences.loc[mentions["sentence"]]
        assert (sentences["doc"].to_numpy() == mentions["doc"].to_numpy()).all()
        assert (sentences["start"].to_numpy() <= mentions["start"].to_numpy()).all()
        assert (mentions["start"].to_numpy() < sentences["end"].to_numpy()).all()
        for mark in seeds.marks[seeds.marks["excluded"]].itertuples():
            own = mentions[mentions["doc"] == mark.doc]
            assert not own[own["start"].between(mark.start, mark.end - 1)]["kept"].any()
        assert mentions["kept"].any() and not mentions["kept"].all()

    def test_empty(self, seeds):
        none = lexicons.find(seeds, lexicon("K: zzzzz"))
        assert list(none.columns) == list(lexicons.COLUMNS) and none.empty


@pytest.fixture(scope="module")
def table():
    file = paths.SEEDS / "lexicons" / "concepts.csv"
    return pd.read_csv(file, dtype=str, keep_default_na=False)


class TestConcepts:
    def test_enough_concepts(self, table):
        assert table["concept"].nunique() >= 120

    def test_three_languages_or_declared_absent(self, table):
        for concept, rows in table[table["kind"] != "exclude"].groupby("concept"):
            assert set(rows["language"]) - {"*"} == {"nl", "de", "en"}, concept
            absent = set(rows.loc[rows["kind"] == "absent", "language"])
            assert not absent & set(rows.loc[rows["kind"] != "absent", "language"]), concept

    def test_no_pattern_in_two_concepts_unless_nested(self, table):
        counted = table[~table["kind"].isin(["absent", "exclude"])]
        shared = counted[counted.duplicated(["language", "pattern"], keep=False)]
        assert set(shared["kind"]) <= {"nested"}, shared
        assert not table.duplicated(["concept", "language", "pattern"]).any()

    def test_all_patterns_parse(self):
        assert len(lexicons.load("concepts").keys) >= 120

    @pytest.mark.parametrize(
        ("language", "text", "expected"),
        [
            ("nl", "De sancties na de kernproef leidden tot escalatie.",
             {"sanctions", "nuclear test", "escalation"}),
            ("de", "Nach dem Atomtest drohen Sanktionen und eine Eskalation.",
             {"sanctions", "nuclear test", "escalation", "threat"}),
            ("en", "Sanctions after the nuclear test threaten escalation.",
             {"sanctions", "nuclear test", "escalation", "threat"}),
            ("de", "Waffenlieferungen an die Front", {"arms deliveries", "front line"}),
            ("nl", "gezamenlijke militaire oefeningen", {"military exercise"}),
            ("nl", "een vredig dorp, een koopman en een doorn", {"peace"}),
            ("en", "the peacock was warm and warned the staff", {"warning"}),
        ],
    )  # fmt: skip
    def test_sentences(self, language, text, expected):
        spans = lexicons.spans(text, lexicons.load("concepts"), language=language)
        assert {s.key for s in spans} == expected

    @pytest.mark.parametrize(
        ("language", "text", "wanted", "wrong"),
        pd.read_csv(KNOWN / "concept_sentences.csv", dtype=str, keep_default_na=False).to_numpy(),
    )
    def test_known_sentences(self, language, text, wanted, wrong):
        lex = lexicons.load("concepts")
        wanted, wrong = (set(filter(None, cell.split("|"))) for cell in (wanted, wrong))
        assert wanted | wrong <= set(lex.keys), "a concept that is not in the lexicon"
        counted = {s.key for s in lexicons.spans(text, lex, language=language)}
        assert not counted & wrong
        assert counted == wanted

    def test_wrong_matches_in_the_five_texts_stay_away(self, seeds):
        mentions = lexicons.find(seeds, lexicons.load("concepts"))
        counted = {
            (k, t.casefold()) for k, t in zip(mentions["key"], mentions["text"], strict=True)
        }
        wrong = pd.read_csv(KNOWN / "concept_misses.csv", dtype=str, keep_default_na=False)
        texts = "\n".join(seeds.documents["text"]).casefold()
        assert all(form.casefold() in texts for form in wrong["text"])
        again = [(c, t) for c, t in zip(wrong["concept"], wrong["text"], strict=True)
                 if (c, t.casefold()) in counted]  # fmt: skip
        assert not again

    def test_names_are_readable(self, table):
        assert not [c for c in table["concept"].unique() if " and " in c]


def test_actors_file_is_clean():
    table = pd.read_csv(paths.SEEDS / "lexicons" / "actors.csv", dtype=str, keep_default_na=False)
    assert list(table.columns) == ["actor", "language", "pattern", "kind", "note"]
    assert not table.duplicated(["actor", "language", "pattern"]).any()
    assert set(table["language"]) == {"*", "nl", "de", "en"}
    counted = table[table["kind"] != "exclude"]
    for (language, pattern), rows in counted.groupby(["language", "pattern"]):
        assert rows["actor"].nunique() == 1, (language, pattern)
    wanted = {"US", "RU", "DPRK", "ROK", "CN", "JP", "UA", "NATO", "EU", "UN", "WEST", "TRUMP"}
    assert wanted <= set(lexicons.load("actors").keys)
