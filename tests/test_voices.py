"""Quotations, their speakers and the share of words by voice."""

import importlib.util
import math
from types import ModuleType

import pandas as pd
import pytest

from analysis import corpus, languages, lexicons, paths
from analysis.cues import cues
from analysis.measures import _quotes, _speakers, _units, voices
from analysis.quotations import stretches
from analysis.results import ONE_TEXT, DiscourseError, check

D, M, I = "direct", "mixed", "indirect"  # noqa: E741
# Made-up sentences: language, text, and the quotations in it as (type, text, part of the speaker).
CASES = [
    (
        "nl",
        "‘We geven niet op’, zei premier Anna de Boer gisteren in Utrecht.",
        [(D, "We geven niet op", "Anna de Boer")],
    ),
    (
        "nl",
        "Minister Jansen verklaarde: “De brug blijft dicht. Dat is zeker.”",
        [(D, "De brug blijft dicht. Dat is zeker.", "Jansen")],
    ),
    (
        "nl",
        "Volgens de burgemeester is er ‘geen enkele reden tot paniek’.",
        [(M, "geen enkele reden tot paniek", "burgemeester")],
    ),
    (
        "nl",
        "De vakbond zei dat de staking maandag doorgaat.",
        [(I, "de staking maandag doorgaat", "vakbond")],
    ),
    ("nl", "Zij voegde eraan toe dat het plan ‘een farce’ is.", [(M, "een farce", "")]),
    (
        "nl",
        "'s Avonds kwam het antwoord. 'Wij betalen niet,' aldus Van Dijk.",
        [(D, "Wij betalen niet,", "Van Dijk")],
    ),
    (
        "nl",
        "De kosten lopen op, waarschuwt de Rekenkamer.",
        [(I, "De kosten lopen op", "Rekenkamer")],
    ),
    (
        "nl",
        "Kamerlid El Idrissi noemde het voorstel ‘een gotspe’.",
        [(M, "een gotspe", "El Idrissi")],
    ),
    ("nl", "De zogeheten ‘stikstofwet’ wordt volgende week behandeld.", []),
    ("nl", "„Het is klaar”, zegt hij.", [(D, "Het is klaar", "")]),
    (
        "nl",
        "Karin Smit wees de kritiek af. Volgens haar is het beleid ‘streng maar rechtvaardig’.",
        [(M, "streng maar rechtvaardig", "Karin Smit")],
    ),
    (
        "nl",
        "Zoals de directeur het verwoordde: ‘Wij zijn geen bank.’",
        [(D, "Wij zijn geen bank.", "directeur")],
    ),
    (
        "nl",
        "‘Het was chaos.’ Dat zei getuige Piet Maas tegen de krant.",
        [(D, "Het was chaos.", "Piet Maas")],
    ),
    (
        "nl",
        "De fabriek in Breda sluit in mei haar deuren en driehonderd mensen verliezen hun baan.",
        [],
    ),
    ("nl", "Rutte heeft gezegd dat hij niet terugkeert.", [(I, "hij niet terugkeert", "Rutte")]),
    (
        "nl",
        "'Ik ben er klaar mee', zegt Fatima. 'Morgen ga ik weg.'",
        [(D, "Ik ben er klaar mee", "Fatima"), (D, "Morgen ga ik weg.", "Fatima")],
    ),
    (
        "de",
        "„Wir werden nicht nachgeben“, sagte Außenministerin Lena Vogt am Dienstag in Wien.",
        [(D, "Wir werden nicht nachgeben", "Lena Vogt")],
    ),
    (
        "de",
        "Der Sprecher erklärte, die Verhandlungen seien gescheitert.",
        [(I, "die Verhandlungen seien gescheitert", "Der Sprecher")],
    ),
    (
        "de",
        "Vogt warf dem Gegner vor, „mit dem Feuer zu spielen“.",
        [(M, "mit dem Feuer zu spielen", "Vogt")],
    ),
    (
        "de",
        "»Das ist ein Skandal«, so der Abgeordnete Karl Reiter.",
        [(D, "Das ist ein Skandal", "Karl Reiter")],
    ),
    (
        "de",
        "Nach Angaben der Polizei wurden drei Menschen verletzt.",
        [(I, "wurden drei Menschen verletzt", "Polizei")],
    ),
    (
        "de",
        "Laut Reiter ist die Lage „völlig außer Kontrolle“.",
        [(M, "völlig außer Kontrolle", "Reiter")],
    ),
    (
        "de",
        "Die Ministerin betonte, dass Europa zusammenstehen müsse.",
        [(I, "Europa zusammenstehen müsse", "Die Ministerin")],
    ),
    (
        "de",
        "Die Preise würden weiter steigen, warnte die Zentralbank.",
        [(I, "Die Preise würden weiter steigen", "Zentralbank")],
    ),
    ("de", "Der „Fliegende Holländer“ steht im Herbst wieder auf dem Spielplan.", []),
    (
        "de",
        "Kanzler Braun bezeichnete den Vorschlag als „inakzeptabel“.",
        [(M, "inakzeptabel", "Braun")],
    ),
    (
        "de",
        "Reiter sagte: „Ich gehe. Und zwar heute.“",
        [(D, "Ich gehe. Und zwar heute.", "Reiter")],
    ),
    (
        "de",
        "Dem Bericht zufolge stieg die Zahl der Opfer.",
        [(I, "stieg die Zahl der Opfer", "Bericht")],
    ),
    (
        "de",
        "„Wir haben verloren“, sagte sie und fügte hinzu: „Aber wir kommen wieder.“",
        [(D, "Wir haben verloren", ""), (D, "Aber wir kommen wieder.", "")],
    ),
    (
        "de",
        "«Das stimmt nicht», entgegnete Keller. «Wir waren nie dort.»",
        [(D, "Das stimmt nicht", "Keller"), (D, "Wir waren nie dort.", "Keller")],
    ),
    ("de", "Die Arbeiten an der Brücke dauern bis zum Sommer.", []),
    (
        "en",
        "“We will not back down,” Prime Minister Jane Hollis told reporters on Monday.",
        [(D, "We will not back down,", "Jane Hollis")],
    ),
    ("en", "Hollis said that the talks had failed.", [(I, "the talks had failed", "Hollis")]),
    (
        "en",
        "The ministry denied the report, calling it “pure invention”.",
        [(M, "pure invention", "ministry")],
    ),
    (
        "en",
        "According to the police, two people were injured.",
        [(I, "two people were injured", "police")],
    ),
    (
        "en",
        '"It\'s over," said Tom O\'Brien, who had waited for hours. "We\'re going home."',
        [(D, "It's over,", "O'Brien"), (D, "We're going home.", "O'Brien")],
    ),
    ("en", "The so-called ‘smart’ meters were installed last year.", []),
    (
        "en",
        "The deal is dead, a senior official said on Friday.",
        [(I, "The deal is dead", "senior official")],
    ),
    ("en", "He described the raid as ‘an act of piracy’.", [(M, "an act of piracy", "He")]),
    (
        "en",
        "The governor warned that “the worst is yet to come”.",
        [(M, "the worst is yet to come", "governor")],
    ),
    ("en", "“Stop!” Maria shouted.", [(D, "Stop!", "Maria")]),
    ("en", "Hollis said the allies’ plans were ‘deeply flawed’.", [(M, "deeply flawed", "Hollis")]),
    (
        "en",
        "The minister resigned. “I have made mistakes,” she said.",
        [(D, "I have made mistakes,", "")],
    ),
    ("en", "The company rejected a plan that would cut jobs.", []),
    (
        "en",
        "In a statement, the union said the offer was an insult.",
        [(I, "the offer was an insult", "the union")],
    ),
    (
        "en",
        "As Chancellor Weber put it, “there is no plan B”.",
        [(M, "there is no plan B", "Weber")],
    ),
    ("en", "The film “The Long Way Home” opens in March.", []),
    (
        "en",
        "“If we lose this vote,” Senator Ruth Cole said, “we lose the country.”",
        [(D, "If we lose this vote,", "Ruth Cole"), (D, "we lose the country.", "Ruth Cole")],
    ),
    (
        "en",
        "Mr. Hale, who runs the port, told the BBC that exports had stopped.",
        [(I, "exports had stopped", "Hale")],
    ),
    ("en", "Under the so-called “two-tier” system, patients wait longer.", []),
    (
        "en",
        "“It was war,” said Ann Lee, a nurse, according to the Herald.",
        [(D, "It was war,", "Ann Lee")],
    ),
    ("en", "According to the law, shops close at six.", []),
    (
        "de",
        "Demonstranten, die „Freiheit jetzt“ riefen, zogen durch die Stadt.",
        [(M, "Freiheit jetzt", "Demonstranten")],
    ),
    ("de", "Es war so kurz vor der Wahl, dass niemand reagierte.", []),
    ("nl", "Rogers: ‘Dat is een meter.’", [(D, "Dat is een meter.", "Rogers")]),
    ("nl", "Het plan, dat vorig jaar ‘geen grenzen’-beleid heette, is van tafel.", []),
]


def build(*texts: tuple[str, str]) -> corpus.Corpus:
    rows = [
        {"doc_id": f"{i:03d}", "language": code, "text": t} for i, (code, t) in enumerate(texts)
    ]
    return corpus.from_rows(pd.DataFrame(rows))


def found(code: str, text: str) -> list[tuple[str, str, str]]:
    quotes = voices.quotes(build((code, text)))
    return list(zip(quotes["type"], quotes["text"], quotes["speaker"], strict=True))


@pytest.fixture(scope="module")
def seeds() -> corpus.Corpus:
    return corpus.load()


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("quotes", paths.ROOT / "benchmarks" / "quotes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("code", "text", "wanted"), CASES, ids=[c[1][:40] for c in CASES])
def test_made_up_sentences(code: str, text: str, wanted: list) -> None:
    got = found(code, text)
    assert [(kind, words) for kind, words, _ in got] == [(kind, words) for kind, words, _ in wanted]
    for (_, _, who), (_, _, part) in zip(got, wanted, strict=True):
        assert part in who


MARKS = [
    ("en", "‘The allies’ plans are dead,’ he said.", ["The allies’ plans are dead,"]),
    ("en", "“He told me ‘go away’ twice,” she said.", ["He told me ‘go away’ twice,"]),
    ("en", "The '90s were kind to the boys' club and rock 'n' roll.", []),
    ("nl", "'s Werelds grootste zaak zit in 't centrum, bij Moskou's markt.", []),
    ("nl", "een nieuwe “ quad” met drie landen", ["quad"]),
    ("nl", "Ze zijn bang ‘voor paal te staan‘ in het dorp.", ["voor paal te staan"]),
    ("de", "»Ja«, sagte er. «Nein», sagte sie. ‚Gut‘, so Ott.", ["Ja", "Nein", "Gut"]),
    ("de", 'Er sagte: „Das ist ‚gut‘ so", und ging.', ["Das ist ‚gut‘ so"]),
    ("en", "He said “we go. Then he left.", ["we go."]),
    ("en", "“A paragraph that the next one goes on with. And more", None),
    ("en", "", []),
    ("en", "' ' \" \"", []),
]


@pytest.mark.parametrize(("code", "text", "wanted"), MARKS)
def test_marks_of_every_system(code: str, text: str, wanted: list | None) -> None:
    elisions = cues(code)["elision"]
    got = stretches(text, languages.language(code).quote_pairs, elisions=elisions)
    assert [text[s.start : s.end] for s in got] == ([text[1:]] if wanted is None else wanted)


def test_a_pronoun_stands_for_the_last_speaker() -> None:
    text = "Minister Ada Bos zei dat het plan klaar is. Zij voegde eraan toe dat het ‘goed’ is."
    quotes = voices.quotes(build(("nl", text)))
    assert set(quotes["speaker"]) == {"Minister Ada Bos"}
    last = quotes.iloc[-1]
    assert text[last["speaker_start"] : last["speaker_end"]] == "Zij"


def test_an_introduction_with_a_colon_carries_over_the_list_below() -> None:
    text = (
        "Generaal Otto Kern zei tegen de krant:\n- de grens is “dicht”;\n- er komt “versterking”."
    )
    got = voices.quotes(build(("nl", text)))
    assert got["text"].tolist() == ["dicht", "versterking"]
    assert set(got["speaker"]) == {"Generaal Otto Kern"}


def test_every_row_is_what_the_text_says(seeds: corpus.Corpus) -> None:
    rows = pd.concat([voices.quotes(seeds), voices.marked_words(seeds)])
    assert seeds.spans(rows) == rows["text"].tolist()
    named = rows[rows["speaker_start"] >= 0]
    assert (named["speaker_end"] > named["speaker_start"]).all()
    assert set(rows["type"]) == {D, M, I, "scare"}


def test_the_seed_quotations_reach_the_measured_accuracy(benchmark: ModuleType) -> None:
    rows = benchmark.measure().set_index(["language", "type"])
    assert rows.loc[("all", "direct or mixed"), "precision"] >= 0.9
    assert rows.loc[("all", "direct or mixed"), "recall"] >= 0.9
    assert rows.loc[("all", "direct or mixed"), "speaker_accuracy"] >= 0.85
    assert rows.loc[("all", "indirect"), "precision"] >= 0.8


def test_the_committed_results_are_those_of_the_rules(benchmark: ModuleType) -> None:
    stored = pd.read_csv(paths.RESULTS / "quotes.csv")
    stored = stored[stored["dataset"].eq(benchmark.SEEN)]
    columns = ["language", "type", "n_gold", "n_found", "n_right"]
    pd.testing.assert_frame_equal(stored[columns], benchmark.measure()[columns], check_dtype=False)


def test_shares_add_up_and_one_text_has_no_interval(seeds: corpus.Corpus) -> None:
    rows = check(voices.voices(seeds))
    assert rows.groupby("group")["estimate"].sum().round(9).eq(1).all()
    assert rows["lo"].isna().all() and rows["verdict"].str.contains(ONE_TEXT).all()
    own = rows["speaker"].eq(voices.OWN)
    assert rows["verdict"].str.contains("at most").eq(own).all()
    silent = rows[rows["verdict"].str.contains("quotes nobody")]
    assert silent["group"].tolist() == ["riac-2018-en"]
    assert silent["estimate"].tolist() == [1.0]


def test_words_of_voices_by_hand() -> None:
    text = "‘Wij gaan nu weg’, zei Jan Smit. Daarna was het stil."
    rows = voices.voices(build(("nl", text))).set_index("speaker")
    assert rows.loc["Jan Smit", ["words", "n", "n_tokens"]].tolist() == [4, 1, 11]
    assert rows.loc["Jan Smit", "estimate"] == pytest.approx(4 / 11)
    assert rows.loc[voices.OWN, "estimate"] == pytest.approx(7 / 11)
    assert rows.loc["Jan Smit", "share_of_quoted"] == 1
    assert math.isnan(rows.loc[voices.OWN, "share_of_quoted"])


def test_a_reported_clause_with_quoted_words_counts_whole() -> None:
    text = "Jan Smit zei dat de brug ‘veilig’ is."
    corpus_ = build(("nl", text))
    assert voices.quotes(corpus_)["text"].tolist() == ["veilig"]
    rows = voices.voices(corpus_).set_index("speaker")
    assert rows.loc["Jan Smit", "words"] == 4


def test_the_last_name_stands_for_the_full_one_and_actors_for_their_people() -> None:
    text = "‘Ja’, zei directeur Jan Smit. ‘Nee hoor’, zei Smit. ‘Nooit’, zei Poetin."
    rows = voices.voices(build(("nl", text)))
    assert set(rows["speaker"]) == {voices.OWN, "directeur Jan Smit", "PUTIN"}
    assert rows.set_index("speaker").loc["directeur Jan Smit", "n"] == 2


def test_groups_of_texts_have_intervals_and_ignore_the_order_of_rows() -> None:
    said = [f"‘{' '.join(['ja'] * n)}’, zei Jan Smit. Het was stil op straat." for n in (2, 4, 9)]
    rows = [
        {"doc_id": f"d{i}", "language": "nl", "text": t, "source": "a"} for i, t in enumerate(said)
    ]
    one, two = (corpus.from_rows(pd.DataFrame(r)) for r in (rows, rows[::-1]))
    a, b = (voices.voices(c, by="source", n_boot=99) for c in (one, two))
    columns = ["speaker", "estimate", "lo", "hi", "n"]
    pd.testing.assert_frame_equal(a[columns], b[columns])
    assert (a["lo"] < a["estimate"]).all() and (a["estimate"] < a["hi"]).all()


def test_nothing_to_read_and_bad_settings(seeds: corpus.Corpus) -> None:
    empty = seeds.subset([False] * len(seeds))
    assert len(voices.quotes(empty)) == 0 and len(voices.voices(empty)) == 0
    with pytest.raises(DiscourseError, match="level"):
        voices.voices(seeds, level=95)
    with pytest.raises(DiscourseError, match="by="):
        voices.voices(seeds, by="outlet")


ODD = [
    "“" * 50,
    "zei " * 3000,
    "‘a’ " * 500,
    "\x00“\ufffc” zei Jan",
    "DE MINISTER ZEI DAT HET KLAAR IS.",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_input_gives_rows_or_none_but_no_error(text: str) -> None:
    rows = voices.quotes(build(("nl", text)))
    assert all(text[r.start : r.end] == r.text for r in rows.itertuples())


@pytest.mark.parametrize(
    ("text", "who", "what"),
    [
        ("Volgens de minister daalt de prijs.", "de minister", "daalt de prijs"),
        ("Volgens Franse experts klopt het niet.", "Franse experts", "klopt het niet"),
        ("Volgens Franse experts is het onwaar.", "Franse experts", "is het onwaar"),
        ("Volgens hem daalt de prijs.", "hem", "daalt de prijs"),
    ],
)
def test_the_verb_after_an_attribution_is_no_part_of_the_name(
    text: str, who: str, what: str
) -> None:
    rows = voices.quotes(build(("nl", text)))
    assert rows[["speaker", "text", "type"]].to_numpy().tolist() == [[who, what, "indirect"]]


def test_a_quotation_that_goes_on_after_its_speaker_stays_direct() -> None:
    text = "“Yes,” Blinken told reporters, “we will stay.”"
    assert voices.quotes(build(("en", text)))["type"].tolist() == ["direct", "direct"]


# A speaker's phrase and the actor that heads it; "" where it only describes somebody.
HEADS = [
    ("nl", "Peking", "CN"),
    ("nl", "het Kremlin", "RU"),
    ("nl", "het Chinese ministerie van Buitenlandse Zaken", "CN"),
    ("nl", "de woordvoerder van het Chinese ministerie van Buitenlandse Zaken", "CN"),
    ("nl", "een woordvoerder van de NAVO", "NATO"),
    ("nl", "De Amerikaanse minister van Buitenlandse Zaken Antony Blinken", "BLINKEN"),
    ("nl", "Kim Jong-un, de leider van Noord-Korea", "KIM"),
    ("nl", "een prominente Chinese deskundige", ""),
    ("nl", "een woordvoerder van Vladimir Poetin", ""),
    ("nl", "Zuid-Korea, Japan en de VS", ""),
    ("nl", "Trump en Poetin", ""),
    ("de", "die US-Regierung", "US"),
    ("de", "Der Sprecher des chinesischen Außenministeriums", "CN"),
    ("de", "Kremlsprecher", "RU"),
    ("de", "Kremlsprecher Dmitri Peskow", "PESKOV"),
    ("de", "die Regierung in Moskau", "RU"),
    ("de", "ein hochrangiger US-Diplomat", ""),
    ("de", "Dem US-Beamten", ""),
    ("de", "der Nordkoreaexperte", ""),
    ("de", "Putins Sprecher", ""),
    ("en", "the Trump administration", "US"),
    ("en", "South Korea’s Unification Ministry", "ROK"),
    ("en", "a spokesman for the Russian government", "RU"),
    ("en", "Secretary of State Antony Blinken", "BLINKEN"),
    ("en", "a spokesman for the Chinese football club", ""),
    ("en", "a US official", ""),
    ("en", "two Russians", ""),
    ("en", "Trump himself", "TRUMP"),
    ("en", "Kim Jong Un’s sister", ""),
    ("en", "an adviser to President Trump", ""),
    ("en", "", ""),
]


@pytest.mark.parametrize(("code", "phrase", "wanted"), HEADS, ids=[h[1] for h in HEADS])
def test_a_speaker_is_an_actor_where_its_head_is_one(code: str, phrase: str, wanted: str) -> None:
    assert _speakers.actor(phrase, lexicons.load("actors"), code) == wanted


def test_descriptions_that_differ_in_article_and_case_are_one_speaker() -> None:
    text = (
        "Dem EU-Beamten zufolge stiegen die Kosten. „Es wird teuer“, sagte der EU-Beamte. "
        "„Wir warten ab“, sagte ein hochrangiger EU-Diplomat."
    )
    rows = voices.voices(build(("de", text))).set_index("speaker")
    assert set(rows.index) == {voices.OWN, "der EU-Beamte", "ein hochrangiger EU-Diplomat"}
    assert rows.loc["der EU-Beamte", ["n", "named_as", "actor"]].tolist() == [
        2, "Dem EU-Beamten; der EU-Beamte", "",
    ]  # fmt: skip


BOND = "De bond noemde het plan ‘een farce’."
CAPITALS = [
    ("nl", "“Het is een schande”, zei de minister.", "de minister"),
    ("nl", "Rusland liegt opnieuw, zei China.", "China"),
    ("nl", "Minister Wopke Hoekstra zei dat de plannen niet deugen.", "Minister Wopke Hoekstra"),
    ("de", "„Das ist eine Schande“, sagte der Minister.", "der Minister"),
    ("de", "Angela Merkel sagte, dass die Lage schwierig sei.", "Angela Merkel"),
    ("en", "“It is a disgrace”, said the minister.", "the minister"),
    ("en", "President Joe Biden said that the plan would fail.", "President Joe Biden"),
    ("en", "The war lasts long.", None),
]


@pytest.mark.parametrize(("code", "text", "who"), CAPITALS)
def test_capitals_hide_no_quotation(code: str, text: str, who: str | None) -> None:
    small, loud = (voices.quotes(build((code, t))) for t in (text, text.upper()))
    assert small["speaker"].tolist() == ([] if who is None else [who])
    assert loud["speaker"].tolist() == small["speaker"].str.upper().tolist()
    same = ["start", "end", "verb", "type"]
    pd.testing.assert_frame_equal(loud[same], small[same])


STATEMENTS = [
    # The one speaker of the sentence before, in the same paragraph, of one statement known.
    (f"{BOND} De verklaring voegde eraan toe dat het ‘zo niet kan’.", 2),
    (f"{BOND}\nDe verklaring voegde eraan toe dat het ‘zo niet kan’.", 1),
    (f"{BOND} Een verklaring voegde eraan toe dat het ‘zo niet kan’.", 1),
    (f"{BOND} Het regende. De verklaring voegde eraan toe dat het ‘zo niet kan’.", 1),
]


@pytest.mark.parametrize(("text", "n"), STATEMENTS)
def test_the_statement_speaks_for_whom_the_sentence_before_quotes(text: str, n: int) -> None:
    rows = voices.voices(build(("nl", text))).set_index("speaker")
    assert rows.loc["De bond", "n"] == n
    quoted = voices.quotes(build(("nl", text)))
    assert quoted["speaker"].str.contains("verklaring").sum() == 1  # the text's own word stays


def test_the_stretches_add_up_to_the_words_of_the_voices(seeds: corpus.Corpus) -> None:
    for more in (False, True):
        listed = voices.stretches(seeds, include_marked=more)
        counted = voices.voices(seeds, include_marked=more, n_boot=9)
        theirs = counted[counted["voice"].eq(voices.OTHERS)].set_index(["doc_id", "speaker"])
        sums = listed.groupby(["doc_id", "counted_for"])["words"].sum()
        assert sums.to_dict() == theirs["words"].to_dict()
        plain = listed[listed["type"].ne(voices.AROUND)]
        n = plain.groupby(["doc_id", "counted_for"]).size()
        assert n.to_dict() == theirs["n"].to_dict()
    assert seeds.spans(listed) == listed["text"].tolist()
    columns = list(voices.COLUMNS)
    pd.testing.assert_frame_equal(plain[columns].reset_index(drop=True), voices.quotes(seeds))


def test_a_clause_around_a_quotation_is_listed_with_the_words_that_are_its_own() -> None:
    rows = voices.stretches(build(("nl", "Jan Smit zei dat de brug ‘veilig’ is.")))
    assert rows["type"].tolist() == [voices.AROUND, M]
    assert rows["words"].tolist() == [3, 1]
    assert set(rows["counted_for"]) == {"Jan Smit"}


def test_shares_hold_both_voices_of_every_group_and_a_zero_where_nobody_is_quoted(
    seeds: corpus.Corpus,
) -> None:
    rows = check(voices.shares(seeds))
    assert rows.groupby("group")["voice"].apply(list).map(tuple).unique().tolist() == [
        (voices.OWN, voices.OTHERS)
    ]
    assert rows.groupby("group")["estimate"].sum().round(12).eq(1).all()
    silent = rows[rows["group"].eq("riac-2018-en") & rows["voice"].eq(voices.OTHERS)].iloc[0]
    assert [silent["estimate"], silent["n"], silent["words"], silent["sentences"]] == [0, 0, 0, ()]
    assert "quotes nobody" in silent["verdict"]
    speakers = voices.voices(seeds)
    others = speakers[speakers["voice"].eq(voices.OTHERS)].groupby("group")["words"].sum()
    total = rows[rows["voice"].eq(voices.OTHERS)].set_index("group")["words"]
    assert total[others.index].to_dict() == others.to_dict()
    by_language = voices.shares(seeds, by="language", n_boot=99)
    dutch = by_language[by_language["group"].eq("nl")]
    assert (dutch["lo"] < dutch["estimate"]).all() and (dutch["estimate"] < dutch["hi"]).all()


def test_forms_of_a_name_stand_in_order_of_count_then_alphabet() -> None:
    one = ("nl", "‘Ja’, zei Piet Smit.")
    two = ("nl", "‘Nee’, zei Poetin. ‘Ja’, zei Poetin.")
    three = ("nl", "‘Nee’, zei president Poetin.")
    rows = [{"language": c, "text": t, "source": "a"} for c, t in (three, one, two)]
    got = voices.voices(corpus.from_rows(pd.DataFrame(rows).assign(doc_id=["x", "y", "z"])),
                        by="source", n_boot=9)  # fmt: skip
    assert got.set_index("speaker").loc["PUTIN", "named_as"] == "Poetin; president Poetin"


def test_words_are_scored_by_hand(benchmark: ModuleType) -> None:
    made = build(("nl", "Jan zei dat de brug dicht is en de weg open."))
    gold = pd.DataFrame(
        {"doc_id": "000", "start": [12, 32], "end": [28, 43], "speaker": "Jan",
         "type": I, "certain": ["yes", "no"]}
    )  # fmt: skip
    found = gold.iloc[:1].assign(end=43, speaker="Jan")
    got = benchmark.score_words(made, gold, found)
    assert [got["n_gold"], got["n_found"], got["n_right"]] == [4, 5, 4]  # the unsure three: neither
    assert got["speaker_accuracy"] == 1


def test_a_form_of_address_reports_nothing() -> None:
    text = "Das ist, meine Damen und Herren, der falsche Weg. Meine Damen und Herren, das geht."
    assert voices.quotes(build(("de", text))).empty
    said = "Die Experten meinten, dass es der falsche Weg sei."
    assert voices.quotes(build(("de", said)))["speaker"].tolist() == ["Die Experten"]


@pytest.mark.no_cover
@pytest.mark.parametrize("unit", ["„Zei a ", "‘a b ", '"zei dat. ', "‘s’ ", "de minister zei dat "])
def test_a_line_of_ten_thousand_marks_or_verbs_is_read_to_its_end(unit):
    text = unit * 10_000
    pairs = languages.language("nl").quote_pairs
    whole = [(0, len(text))]
    found = _quotes.read(text, whole, [whole], cues("nl"), pairs)
    assert all(0 <= q.start < q.end <= len(text) for q in found)


def test_a_unit_is_never_longer_than_a_sentence_can_be_and_no_quotation_is_cut():
    blank = "a b " * 5000 + _units.QUOTE * 9000 + " c d" * 10
    pieces = _units._pieces(blank, 0, 0, len(blank))
    assert (
        next(blank[a:b] for a, b in pieces if _units.QUOTE in blank[a:b]).count(_units.QUOTE)
        == 9000
    )
    assert all(b - a <= _units._WIDEST for a, b in pieces if _units.QUOTE not in blank[a:b])
    assert " ".join(blank[a:b] for a, b in pieces) == blank


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Deswegen sage ich Ihnen ganz klar: Die Brücke bleibt zu."),
        ("de", "Das möchte ich hier deutlich sagen: Die Brücke bleibt zu."),
        ("de", "Lassen Sie mich sagen, dass die Brücke geschlossen bleibt."),
        ("de", "Wir stellen fest, dass die Brücke geschlossen bleibt."),
        ("nl", "Daarom zeg ik u dat de brug dicht blijft."),
    ],
)
def test_who_speaks_in_the_first_person_is_not_reported(code: str, text: str) -> None:
    assert found(code, text) == []


def test_a_function_word_is_nobody_and_a_pronoun_without_a_name_no_name() -> None:
    assert not _quotes.read(*_one("Deswegen sagt, wo es geht, dass die Brücke zu ist."))
    rows = voices.voices(build(("de", "Sie sagen, dass die Brücke zu ist. Alles bleibt offen.")))
    assert set(rows["speaker"]) == {voices.OWN, voices.UNNAMED}


def test_a_corpus_is_read_once_and_no_caller_can_change_what_the_next_one_gets() -> None:
    made = build(("de", "Der Minister sagte, dass die Brücke zu ist."))
    first = voices.quotes(made)
    first["speaker"] = "changed"
    assert voices.quotes(made)["speaker"].tolist() == ["Der Minister"]
    assert voices._read(made) is voices._read(made)


def _one(text: str) -> tuple:
    code = "de"
    pairs = languages.language(code).quote_pairs
    return text, [(0, len(text))], [[(0, len(text))]], cues(code), pairs


# Made-up sentences of kinds that real news is full of; (type, text, whole speaker).
REAL = [
    ("en", "The plan, he added, would fail.", [(I, "The plan, he added, would fail", "he")]),
    (
        "en",
        "Ann Lee, an expert on trade, also noted that prices rose.",
        [(I, "prices rose", "Ann Lee")],
    ),
    (
        "en",
        "Tom Hall, a professor, said the mayor’s plan wasn’t legal.",
        [(I, "the mayor’s plan wasn’t legal", "Tom Hall")],
    ),
    ("en", "The US said the WHO was wrong.", [(I, "the WHO was wrong", "The US")]),
    ("en", "Hall says they’ve won.", [(I, "they’ve won", "Hall")]),
    (
        "en",
        "Hall denies the claim that Bolivia’s port is closed.",
        [(I, "Bolivia’s port is closed", "")],
    ),
    ("en", "The union rejected Lee’s claim that jobs are safe.", [(I, "jobs are safe", "Lee’s")]),
    (
        "en",
        "The mayor promised to rebuild the bridge.",
        [(I, "to rebuild the bridge", "The mayor")],
    ),
    (
        "en",
        "Japan, China and the US said that it was over.",
        [(I, "it was over", "Japan, China and the US")],
    ),
    (
        "en",
        "Two men fled, according to the report, but nobody was hurt.",
        [(I, "Two men fled", "the report")],
    ),
    ("en", "The firm announced a new plant in a town called Hope.", []),
    (
        "en",
        "The money was lost again,” she told voters.",
        [(D, "The money was lost again,", "she")],
    ),
    (
        "nl",
        "De analisten zijn van mening dat de rente daalt.",
        [(I, "de rente daalt", "De analisten")],
    ),
    (
        "nl",
        "De bewering van Piet Maas dat de brug dicht is, klopt.",
        [(I, "de brug dicht is, klopt", "Piet Maas")],
    ),
    (
        "nl",
        "De wapens zouden via de haven zijn gesmokkeld.",
        [(I, "De wapens zouden via de haven zijn gesmokkeld", "")],
    ),
    ("nl", "Hij zou graag hebben gewonnen.", []),
    ("nl", "Er werd gezegd dat de brug dicht is.", [(I, "de brug dicht is", "")]),
    (
        "nl",
        "De prijs was hoger, zo schreef Jan Smit in het blad.",
        [(I, "De prijs was hoger", "Jan Smit")],
    ),
    ("nl", "De financiÃ«le steun is op.", []),
    (
        "de",
        "Es heißt, die Regierung plane einen Rückzug.",
        [(I, "die Regierung plane einen Rückzug", "")],
    ),
    ("de", "Das heißt, dass wir gehen müssen.", []),
    (
        "de",
        "Der Mann soll ins Ausland geflohen sein.",
        [(I, "Der Mann soll ins Ausland geflohen sein", "")],
    ),
    ("de", "Der Mann soll das Haus verkaufen.", []),
    (
        "de",
        "Die Firma versprach, die Löhne zu erhöhen.",
        [(I, "die Löhne zu erhöhen", "Die Firma")],
    ),
    ("de", "Sagen Sie ihnen: Die Brücke bleibt zu.", []),
    (
        "de",
        "„Das wird schwer“, sagte Karl Ott der „Neuen Post“.",
        [(D, "Das wird schwer", "Karl Ott")],
    ),
    (
        "de",
        "Außerdem erklärte sie, dass die Brücke zu ist.",
        [(I, "die Brücke zu ist", "sie")],
    ),
]


@pytest.mark.parametrize(("code", "text", "wanted"), REAL, ids=[c[1][:40] for c in REAL])
def test_reported_speech_of_many_kinds(code: str, text: str, wanted: list) -> None:
    assert found(code, text) == wanted


def test_reported_speech_goes_on_in_its_mood_until_the_paragraph_ends() -> None:
    text = (
        "Karl Ott sagte, das Land sei bereit. Die Lage habe sich gebessert. Man hätte mehr Zeit.\n"
        "Man hätte mehr Zeit. Es sei denn, es regnet. Ich habe Zeit."
    )
    got = found("de", text)
    assert [words for _, words, _ in got] == [
        "das Land sei bereit", "Die Lage habe sich gebessert", "Man hätte mehr Zeit",
    ]  # fmt: skip
    assert {who for _, _, who in got} == {"Karl Ott"}


AFFILIATIONS = [
    ("de", "Dmitri Peskow, Sprecher des Kremls, sagte: „Wir warten.“",
     "Dmitri Peskow", "Sprecher des Kremls", "PESKOV"),
    ("de", "„Ja“, sagte der Sprecher des Verbands, Jörg Asmann, am Montag.",
     "Jörg Asmann", "Sprecher des Verbands", ""),
    ("de", "„Ja“, sagte Karl Lauter (SPD).", "Karl Lauter", "SPD", ""),
    ("de", "Ein chinesischer Experte sagte: „Wir warten.“",
     "Ein chinesischer Experte", "chinesischer", ""),
    ("nl", "De Amerikaanse minister Antony Blinken zei: ‘Wij wachten.’",
     "De Amerikaanse minister Antony Blinken", "Amerikaanse minister", "BLINKEN"),
    ("nl", "De minister van Financiële Zaken Dmitry Peskov zei: ‘Wij wachten.’",
     "De minister van Financiële Zaken Dmitry Peskov", "minister van Financiële Zaken", "PESKOV"),
    ("nl", "‘Wij wachten’, zei een woordvoerder van de NAVO.",
     "een woordvoerder van de NAVO", "NAVO", "NATO"),
    ("en", "“We wait,” said Ann Lee, a Bolivian diplomat.", "Ann Lee", "Bolivian diplomat", ""),
    ("en", "“We wait,” said City manager Ann Lee.", "City manager Ann Lee", "City manager", ""),
    ("en", "“We wait,” said Ann Lee.", "Ann Lee", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "text", "who", "office", "actor"), AFFILIATIONS, ids=[a[1][:30] for a in AFFILIATIONS]
)
def test_the_office_beside_a_name_is_told_apart(
    code: str, text: str, who: str, office: str, actor: str
) -> None:
    row = voices.quotes(build((code, text))).iloc[0]
    assert row[["speaker", "affiliation", "speaker_actor"]].tolist() == [who, office, actor]


def test_a_pronoun_keeps_the_office_of_whom_it_stands_for() -> None:
    text = "Ann Lee, the mayor, said it was over. She said that Russia and China were wrong."
    rows = voices.quotes(build(("en", text)))
    assert rows["affiliation"].tolist() == ["mayor", "mayor"]
    assert rows["about"].tolist() == ["", "CN;RU"]


def test_columns_of_quotes_and_of_marked_words_are_the_same() -> None:
    made = build(("en", "Russia’s so-called ‘smart’ plan failed. Ann Lee said that NATO won."))
    quoted, marked = voices.quotes(made), voices.marked_words(made)
    assert list(quoted) == list(marked) == list(voices.COLUMNS)
    assert quoted["about"].tolist() == ["NATO"] and marked["text"].tolist() == ["smart"]


def test_a_quotation_never_closed_ends_with_its_paragraph() -> None:
    text = "“We ran, she said.\nThe rest is the text’s own.\nAnd so is this."
    rows = pd.concat([voices.quotes(build(("en", text))), voices.marked_words(build(("en", text)))])
    assert (rows["end"] <= text.index("\n")).all()


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "unit", ["soll geflohen sein ", "the claim that ", "sei, ", "zei, ", "A, ", 'x." ']
)
@pytest.mark.parametrize("code", ["nl", "de", "en"])
def test_a_sentence_of_ten_thousand_words_is_read(code: str, unit: str) -> None:
    text = unit * (10_000 // len(unit.split()))
    pairs = languages.language(code).quote_pairs
    got = _quotes.read(text, [(0, len(text))], [[(0, len(text))]], cues(code), pairs)
    assert all(0 <= q.start < q.end <= len(text) for q in got)


MARKED_SUBJECTS = [
    (
        "de",
        '"Die Warte" berichtet, die Brücke sei gesperrt.',
        "die Brücke sei gesperrt",
        "Die Warte",
    ),
    ("nl", "‘De Haven’ meldt dat Jansen vertrekt.", "Jansen vertrekt", "De Haven"),
    ("nl", "De ‘redders’ zeiden dat de brug dicht is.", "de brug dicht is", "De ‘redders’"),
    ("en", "The “regime” said it was ready.", "it was ready", "The “regime”"),
    ("en", "His “friends” say the bridge is closed.", "the bridge is closed", "His “friends”"),
]


@pytest.mark.parametrize(("code", "text", "words", "who"), MARKED_SUBJECTS)
def test_marked_words_that_are_a_subject_speak_and_are_not_quoted(
    code: str, text: str, words: str, who: str
) -> None:
    assert found(code, text) == [(I, words, who)]


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("en", "“Yes” said the mayor.", "Yes"),
        ("nl", "‘Ja’ zei de burgemeester.", "Ja"),
        ("de", "„Niemals“ rief Ministerin Ott.", "Niemals"),
    ],
)
def test_a_short_quotation_before_its_verb_is_no_subject(code: str, text: str, words: str) -> None:
    assert [row[1] for row in found(code, text)] == [words]


PRONOUNS = [
    ("en", "Peter Miller said he would go. They called it “real progress”.", "They"),
    ("en", "Peter Miller said he would go. She called it “real progress”.", "She"),
    ("en", "Peter Miller said he would go. He called it “real progress”.", "Peter Miller"),
    ("en", "Ada Fox met Sue Hill. She called it “real progress”.", "She"),
    ("de", "Anna Ott sagte, sie werde gehen. Er nannte es „echten Fortschritt“.", "Er"),
    ("de", "Anna Ott sagte, sie werde gehen. Sie nannte es „echten Fortschritt“.", "Anna Ott"),
    ("de", "Anna Ott sagte, sie werde gehen. Sie nannten es „echten Fortschritt“.", "Sie"),
    ("nl", "Piet Maas zei dat hij gaat. Zij noemden het ‘echte vooruitgang’.", "Zij"),
    ("nl", "Piet Maas zei dat hij gaat. Zij noemde het ‘echte vooruitgang’.", "Zij"),
    ("nl", "Piet Maas zei dat hij gaat. Volgens hen is het ‘echte vooruitgang’.", "hen"),
]


@pytest.mark.parametrize(("code", "text", "who"), PRONOUNS)
def test_a_pronoun_means_nobody_of_another_number_or_gender(code: str, text: str, who: str) -> None:
    assert found(code, text)[-1][2] == who


@pytest.mark.parametrize(
    ("code", "text", "wanted"),
    [
        ("en", "When he arrived, Johnson said no.", []),
        ("en", "Although it rained, Johnson said no.", []),
        ("en", "Asked whether he would resign, Johnson said no.", []),
        ("en", "After the vote was lost, Johnson said no.", []),
        ("en", "After the war we were poor, Johnson said.", ["After the war we were poor"]),
        ("en", "If it closes, the town will suffer, Johnson said.", None),
        ("nl", "Toen hij aankwam, zei Jansen nee.", []),
        ("nl", "Gevraagd of hij opstapt, zei Jansen nee.", []),
        ("nl", "Want het is te duur, zei Jansen.", ["Want het is te duur"]),
        ("de", "Als er ankam, sagte Ott nein.", []),
        ("de", "Gefragt, ob er gehe, sagte Ott nein.", []),
        ("de", "Da ist nichts zu machen, sagte Ott.", ["Da ist nichts zu machen"]),
    ],
)
def test_the_moment_of_saying_is_not_what_is_said(
    code: str, text: str, wanted: list | None
) -> None:
    whole = [text[: text.rindex(",")]]
    assert [row[1] for row in found(code, text)] == (whole if wanted is None else wanted)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "nl",
            "Minister Bos zei dat het af is. Er zijn al klachten en beschuldigingen dat het lekt.",
        ),
        ("nl", "Minister Bos zei dat het af is. Er zijn al beschuldigingen dat het dak lekt."),
        ("en", "Minister Lee said it is done. There are accusations that the roof leaks."),
        ("de", "Minister Ott sagte, es sei fertig. Es gibt Vorwürfe, dass das Dach lecke."),
    ],
)
def test_accusations_that_exist_are_nobodys(code: str, text: str) -> None:
    assert found(code, text)[-1][2] == ""


UNCLOSED = [
    ("en", "“The bridge stays shut, said the mayor. The next one goes on. And more.", "mayor"),
    ("en", "He left. “The bridge stays shut, Ann Lee said. The next one goes on.", "Ann Lee"),
    ("nl", "“De brug blijft dicht, zei de burgemeester. De zin hierna gaat door.", "burgemeester"),
    ("de", "„Die Brücke bleibt zu, sagte der Rektor. Der nächste Satz geht weiter.", "Rektor"),
]


@pytest.mark.parametrize(("code", "text", "who"), UNCLOSED)
def test_a_quotation_never_closed_ends_before_the_words_that_tell_who_speaks(
    code: str, text: str, who: str
) -> None:
    [(kind, words, speaker)] = found(code, text)
    begin = max(text.find("“"), text.find("„")) + 1
    assert kind == D and words == text[begin : text.index(",")]
    assert who in speaker


def test_what_is_told_inside_a_quotation_of_two_paragraphs_stays_inside() -> None:
    text = "“The bridge is closed, he said. I saw it.\n“And then it rained.” The mayor left."
    assert [row[1] for row in found("en", text)] == [
        "The bridge is closed, he said. I saw it.",
        "And then it rained.",
    ]


@pytest.mark.parametrize(
    ("code", "text", "wanted"),
    [
        ("nl", ",,We gaan door'', zei Jansen.", [(D, "We gaan door", "Jansen")]),
        ("en", "``We are ready,'' said Ann Lee.", [(D, "We are ready,", "Ann Lee")]),
        ("de", ",,Wir gehen'', sagte Ott. So war es.", [(D, "Wir gehen", "Ott")]),
        ("nl", "'s Avonds zei Jansen 'ja'.", [(M, "ja", "Jansen")]),
        ("nl", "'s Middags meldde Jansen dat het dicht is.", [(I, "het dicht is", "Jansen")]),
    ],
)
def test_marks_of_typewriters_and_adverbs_with_an_apostrophe(
    code: str, text: str, wanted: list
) -> None:
    assert found(code, text) == wanted


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The book has a ‘delicate balance of small towns in the region’ as its theme."),
        ("nl", "Het boek gaat over de ‘wankele balans van kleine steden in de regio’ en meer."),
        ("de", "Das Buch handelt von der „heiklen Balance kleiner Städte in der Region“ und mehr."),
    ],
)
def test_marks_inside_a_sentence_without_a_voice_are_no_quotation(code: str, text: str) -> None:
    assert found(code, text) == []
