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

    @pytest.mark.parametrize("text", ["de-escalatie", "De‑escalatie", "de‐escalaties"])
    def test_a_hyphen_in_a_pattern_wants_a_hyphen(self, text):
        lex = lexicon("calm: de-escal*", "heat: escal*")
        assert found(text, lex) == [("calm", text)]

    @pytest.mark.parametrize(
        "text", ["de escalatie", "de- escalatie", "de – escalatie", "de/escalatie"]
    )
    def test_without_it_the_words_stand_by_themselves(self, text):
        lex = lexicon("calm: de-escal*", "heat: escal*")
        assert found(text, lex) == [("heat", "escalatie")]

    def test_a_hyphen_beside_parts_and_context(self):
        lex = lexicon("K: [a|b] snelle de-escal* nu [c]")
        assert found("b snelle de-escalatie nu c", lex) == [("K", "snelle de-escalatie nu")]
        assert found("b-snelle-de-escalatie-nu-c", lex) == [("K", "snelle-de-escalatie-nu")]
        assert found("b snelle de escalatie nu c", lex) == []

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

    @pytest.mark.parametrize(
        ("code", "text", "wanted"),
        [
            ("nl", "Pak de trein naar huis.", []),
            ("de", "Die Pak feuerte aus dem Wald.", []),
            ("en", "Golfer Pak Se-ri won the Indo-Pak cup.", []),
            ("en", "Plumber Jack Sullivan and nurse Anne Haley met Mr Brunson.", []),
            ("en", "Pak waited. Jung Pak spoke, then Pak left.", ["Jung Pak", "Pak"]),
            ("en", "Nikki Haley spoke. Haley left.", ["Haley", "Haley"]),
            ("de", "General Brunson sprach. Brunsons Rede war kurz.", ["Brunson", "Brunsons"]),
            ("nl", "Veiligheidsadviseur Jack Sullivan sprak; Sullivan zweeg.",
             ["Jack Sullivan", "Sullivan"]),
        ],
    )  # fmt: skip
    def test_a_surname_counts_once_its_bearer_is_introduced(self, code, text, wanted):
        rows = pd.DataFrame([{"doc_id": "a", "language": code, "text": text}])
        rows = lexicons.find(corpus.from_rows(rows), lexicons.load("actors"))
        assert list(rows["text"]) == wanted

    def test_negated_mentions_count(self):
        assert found("no sanctions", lexicon("s: sanction*")) == [("s", "sanctions")]

    def test_soft_hyphens_and_decomposed_letters(self):
        lex = lexicon("DPRK: nordkorea*", "UA: oekraïne")
        assert [k for k, _ in found("Nord\u00adkorea, Oekrai\u0308ne", lex)] == ["DPRK", "UA"]


class TestParsing:
    @pytest.mark.parametrize(
        "pattern",
        [
            "",
            "*",
            "* *",
            "**",
            "-",
            "a-",
            "-a",
            "a--b",
            "[a-b] c",
            "[only] [context]",
            "[] a",
            "[a|] b",
            "a [b",
            "[b a",
            "a*b c",
            "a [x] b",
            "(?P<x>a",
            "a]",
            "(a+)+$",
            ".*",
            "=SUM(A1)",
            "=a",
            "a\x00",
        ],
    )
    def test_malformed_patterns_are_named(self, pattern):
        with pytest.raises(DiscourseError, match="row 1: lexicon pattern") as error:
            lexicon(f"K: {pattern}")
        assert "\n" not in str(error.value)

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (("", "nl", "a", "word"), "row 2: the key is empty"),
            ((None, "nl", "a", "word"), "row 2: the key is empty"),
            (("K", "", "a", "word"), "row 2: language '' is no code"),
            (("K", "Dutch", "a", "word"), "row 2: language 'Dutch' is no code"),
            (("K", "nl", None, "word"), "row 2: lexicon pattern ''"),
        ],
    )
    def test_a_bad_row_is_named_by_its_number(self, row, message):
        columns = ["concept", "language", "pattern", "kind"]
        rows = pd.DataFrame([("K", "nl", "goed", "word"), row], columns=columns)
        with pytest.raises(DiscourseError, match=message):
            lexicons.parse(rows, name="t")

    def test_repeated_rows_count_once(self):
        assert found("sancties", lexicon("s: sanctie*", "s: sanctie*", "s: sancties")) == [
            ("s", "sancties")
        ]

    def test_a_pattern_of_one_letter_and_stars_is_as_wide_as_it_says(self):
        assert len(found("een twee drie elf", lexicon("k: *e*"))) == 4

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

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is no table in CSV and UTF-8"),
            (b"actor,language,pattern,kind,note\n", "holds no pattern that counts"),
            (b"actor,language,pattern,kind\nX,nl,,absent\n", "holds no pattern that counts"),
            (b"actor,language,pattern,kind\nX,nl,a,exclude\n", "holds no pattern that counts"),
            (b"actor,language,pattern\nX,nl,a\n", "lacks the columns kind"),
            (b"actor,language,pattern,kind\nX,nl,a\xff\xfe,word\n", "is no table"),
            (b'actor,language,pattern,kind\nX,nl,"a,word\n', "is no table"),
            (
                b"actor,language,pattern,kind\nX,nl,a,word,1,2,3\nX,nl,a,b,c,d,e,f,g\n",
                "is no table",
            ),
            (b"actor,language,pattern,kind\nX,nl,a\x00b,word\n", "lexicon pattern"),
            (b"actor,language,pattern,kind\nX,nl,=HYPERLINK(1),word\n", "lexicon pattern"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "is no table|lacks the columns"),
        ],
    )
    def test_a_file_that_is_no_lexicon_is_an_error_of_one_sentence(
        self, tmp_path, content, message
    ):
        file = tmp_path / "own.csv"
        file.write_bytes(content)
        with pytest.raises(DiscourseError, match=message) as error:
            lexicons.load(file)
        assert "\n" not in str(error.value) and "own" in str(error.value)

    def test_a_long_lexicon_finds_what_it_names(self):
        rows = pd.DataFrame(
            {"k": [f"k{i}" for i in range(20_000)], "language": "*", "kind": "word"}
        )
        lex = lexicons.parse(rows.assign(pattern=[f"w{i} x*" for i in range(20_000)]), name="long")
        assert found("w1 xa w19999 x w20000 x", lex) == [("k1", "w1 xa"), ("k19999", "w19999 x")]

    def test_patterns_that_would_ruin_a_regular_expression_are_plain_work(self):
        lex = lexicon("k: " + "a* " * 30 + "b", "s: *a*")
        text = "a " * 3_000 + "a" * 20_000 + "!"
        assert {k for k, _ in found(text, lex)} == {"s"}

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
            ("nl", "Na de escalatie kwam de-escalatie.", {"escalation", "de-escalation"}),
            ("nl", "Hij bezorgde hen de overwinning.", {"victory"}),
            ("nl", "Verwoestijning bedreigt de vissers.", {"threat"}),
            ("nl", "De aflevering over exporteren.", set()),
            ("de", "Die Außenministerin besiegelte die Gaslieferungen.",
             {"government", "supply", "energy"}),
            ("de", "Kriegsverbrechen und Klimapolitik", {"war", "crime", "climate", "policy"}),
            ("de", "Überlieferung, Auslieferung und die überbrückten Lücken", set()),
            ("en", "open arms at a think tank meeting the needs of all", set()),
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


@pytest.mark.parametrize(
    "text",
    ["She broke china plates, a cup of bone china.", "He taught at Washington State University."],
)
def test_porcelain_and_universities_are_no_actors(text):
    assert lexicons.spans(text, lexicons.load("actors"), language="en") == []


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
