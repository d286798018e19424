"""Bad input to tone, stance and quotations: an error in a sentence, or an abstention that is shown.

Never a crash, a score outside its scale, an interval from one text, or a guess where there was
nothing to judge.
"""

import csv
import io
import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis import cli, terminal
from analysis import corpus as corpora
from analysis.measures import sentiment, stance, voices
from analysis.results import ONE_TEXT, DiscourseError, check

ROOMS = (sentiment.sentiment, stance.stance)
SCORES = ["negative", "neutral", "positive", "score", "label"]
GOOD = "Rusland prees het akkoord. China faalt volledig."


def toned(text, language="nl"):
    return sentiment.classify([text], [language])


def judged(text, span, language="nl"):
    return stance.classify([text], [span], [language])


def refused(call, says):
    with pytest.raises(DiscourseError, match=says) as error:
        call()
    told = str(error.value)
    assert 10 < len(told) < 500 and "\n" not in told


# --- single sentences -------------------------------------------------------------------------

NOTHING = {
    "nothing": "", "blanks": " \n\t\u2003\u00a0", "zero width": "\u200b\u200d\ufeff",
    "digits": "12 345,6 %", "dots": "… — !?", "emoji": "😀 🎉 ❤️", "a flag": "🇳🇱",
    "a family": "👨\u200d👩\u200d👧", "squared letters": "🅰🅱", "control": "\x00\x07\x1b\x7f",
    "half characters": "\ud800\udfff\ud83d", "quotation marks": "“‘„«\"'",
    "marks that turn": "\u202e\u2066",
}  # fmt: skip
WORDS = {
    "capitals": "RAMP: VERLIES EN ONTSLAGEN", "one word": "Ramp", "no stop": "en de en de en",
    "mixed": "The war is a ramp und eine Katastrophe.", "turned": "\u202eslecht nieuws",
    "half a character": "slecht \ud800 nieuws", "emoji between": "😀 goed 😀 nieuws 😀",
    "control between": "goed\x00nieuws\x1b[31m vandaag\x07", "markup": "<b>goed</b> &amp; slecht",
    "accents without end": "goed" + "\u0301" * 50, "never closed": "“De oorlog is een ramp",
    "10,000 words": "verlies " * 10_000, "a word of 20,000 letters": "a" * 20_000,
    "10,000 lines": "goed\n" * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("name", NOTHING)
def test_where_there_is_no_word_nothing_is_said_of_it(name):
    text = NOTHING[name]
    assert toned(text).isna().all(axis=None)
    around = f"{text}Jansen{text}"
    start = len(text)
    assert judged(around, (start, start + 6)).isna().all(axis=None)


@pytest.mark.parametrize("name", WORDS)
def test_whatever_holds_words_is_scored_on_the_scale(name):
    text = WORDS[name]
    for row in (toned(text), judged(f"Jansen {text}", (0, 6)), judged(f"{text} Jansen", (0, 4))):
        assert len(row) == 1 and list(row) == SCORES
        p = row[SCORES[:3]].to_numpy()
        assert (p >= 0).all() and p.sum() == pytest.approx(1)
        assert row["score"][0] == pytest.approx(p[0, 2] - p[0, 0])
        assert row["label"][0] in (-1, 0, 1)


@pytest.mark.parametrize("language", ["xx", "", None, math.nan, "NL", "nl_BE", "nederlands", 17])
def test_a_language_that_is_not_ours_is_an_abstention(language):
    assert toned("Slecht nieuws.", language).isna().all(axis=None)
    assert judged("Jansen liegt.", (0, 6), language).isna().all(axis=None)


SPANS = {
    "nowhere": (-1, -1), "no length": (3, 3), "no length at the end": (13, 13), "reversed": (6, 0),
    "half outside": (7, 14), "outside": (99, 105), "far outside": (10**9, 10**9 + 1),
    "beyond numbers": (2**70, 2**71), "before the start": (-6, 6), "from its end": (-6, -1),
    "no number": (math.nan, math.nan), "the whole sentence": (0, 13),
}  # fmt: skip


@pytest.mark.parametrize("name", SPANS)
def test_a_target_that_is_not_in_its_sentence_is_an_abstention(name):
    assert judged("Jansen liegt.", SPANS[name]).isna().all(axis=None)


MISSING = [None, math.nan, pd.NA, pd.NaT]


@pytest.mark.parametrize("text", MISSING, ids=str)
def test_a_missing_text_is_an_abstention_not_the_word_nan(text):
    assert toned(text).isna().all(axis=None)
    assert judged(text, (0, 3)).isna().all(axis=None)


@pytest.mark.parametrize("text", [17, b"goed nieuws", ["goed"], {"a": 1}], ids=str)
def test_what_is_no_text_is_refused(text):
    refused(lambda: toned(text), "text")
    refused(lambda: judged(text, (0, 1)), "text")


@pytest.mark.parametrize("text", ["战争摧毁了城市", "Катастрофа и поражение", "كارثة كبيرة"])
def test_a_script_that_none_of_our_languages_is_written_in_is_an_abstention(text):
    assert toned(text).isna().all(axis=None)
    assert judged(f"Jansen {text}", (0, 6)).isna().all(axis=None)


@pytest.mark.parametrize("model", [None, "lexicon"])
def test_texts_and_languages_that_differ_in_number_are_refused(model):
    two = ["Jan liegt.", "Piet wint."]
    refused(lambda: sentiment.classify(two, ["nl"], model=model), "2 texts and 1 languages")
    refused(lambda: sentiment.classify(two[:1], ["nl"] * 2, model=model), "1 texts and 2")


def test_texts_and_spans_that_differ_in_number_are_refused():
    two = ["Jan liegt.", "Piet wint."]
    refused(lambda: stance.classify(two, [(0, 3)], ["nl", "nl"]), "1 spans and 2 texts")
    refused(lambda: stance.classify(two, [(0, 3)] * 2, ["nl"]), "2 texts and 1 languages")


@pytest.mark.parametrize("span", [None, (None, None), (math.nan, 6.0), ("a", "b"), (0,), (0, 3, 6)])
def test_a_span_that_is_none_is_an_abstention(span):
    assert judged("Jansen liegt.", span).isna().all(axis=None)


def test_offsets_of_a_column_with_gaps_are_whole_numbers():
    """A column of offsets with one gap is a column of floats."""
    whole = judged("Jansen liegt.", (0, 6))
    pd.testing.assert_frame_equal(judged("Jansen liegt.", (0.0, 6.0)), whole)
    assert judged("Jansen liegt.", (0.5, 6.0)).isna().all(axis=None)


@pytest.mark.parametrize("target", [" ", "…", "😀", "\u200b", "\ud800", "“"])
def test_a_target_without_a_letter_is_an_abstention(target):
    assert judged(f"{target} liegt altijd.", (0, len(target))).isna().all(axis=None)


def test_bad_rows_take_nothing_from_the_good_ones():
    texts = ["Goed nieuws.", *NOTHING.values(), "Slecht nieuws.", "Bad news."]
    languages = ["nl", *["nl"] * len(NOTHING), "nl", "xx"]
    rows = sentiment.classify(texts, languages)
    assert rows.index.tolist() == list(range(len(texts)))
    assert rows["score"].notna().tolist() == [t in texts[:1] + texts[-2:-1] for t in texts]
    for i in (0, len(texts) - 2):
        assert rows["score"][i] == pytest.approx(toned(texts[i])["score"][0], abs=1e-5)
    spans = [(0, 4), *[(0, 1)] * len(NOTHING), (0, 6), (0, 3)]
    aimed = stance.classify(texts, spans, languages)
    assert aimed["score"].notna().tolist() == rows["score"].notna().tolist()


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_what_is_said_far_from_the_target_is_not_read(language):
    far = "ramp " * 5_000
    text = f"{far}{'en ' * 100}Jansen{' en' * 100} {far}"
    start = text.index("Jansen")
    plain = f"{'en ' * 100}Jansen{' en' * 100}"
    one = judged(text, (start, start + 6), language)["score"][0]
    other = judged(plain, (300, 306), language)["score"][0]
    assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.parametrize(
    "model",
    ["nope", "../sentiment-portable", "/etc/passwd", "a\0b", "..", "x" * 300, "x/" * 2_000],
    ids=lambda name: repr(name)[:20],
)
def test_a_model_that_there_is_not_is_named(model):
    refused(lambda: sentiment.classify(["Goed."], ["nl"], model=model), "model")
    refused(lambda: stance.classify(["Jan liegt."], [(0, 3)], ["nl"], model=model), "model")


# --- corpora ----------------------------------------------------------------------------------


def made(texts, language="nl"):
    n = len(texts)
    frame = pd.DataFrame({"doc_id": [f"d{i:02}" for i in range(n)], "language": language,
                          "source": ["AB"[i % 2] for i in range(n)], "year": 2020})  # fmt: skip
    return corpora.from_rows(frame.assign(text=pd.Series(texts, dtype=object)))


NEVER = "“Rusland is een ramp. Rusland liegt en bedriegt. Niemand gelooft Rusland nog"
CORPORA = {
    "no documents": made([]),
    "one document": made([GOOD]),
    "no letters": made(["… — 12", "😀 🎉", "12 34 56."]),
    "no words": made(["", " \n ", "\u200b"]),
    "a text without words among others": made(["12 34.", GOOD, f"{GOOD} En meer.", ""]),
    "one quotation never closed": made([NEVER]),
    "quotations never closed": made([NEVER, "‘Rusland faalt", "„China „China «China \"China"]),
    "closed and never opened": made(["Rusland faalt” zei hij. China’ ook» en“ weer\"."]),
    "capitals": made(["RUSLAND LIEGT OPNIEUW, ZEI CHINA. “SCHANDE”, ZEI DE MINISTER."]),
    "a sentence of 10,000 words": made(["Rusland " + "verlies " * 10_000]),
    "60 names in a sentence": made(["Rusland en China " * 30]),
    "control characters": made(["Rusland\x00\x07 faalt\x1b. China\u200b wint, zei\x00 hij."]),
    "half characters": made(["\ud800Rusland\udfff faalt. \ud83d “China\ud800” zei hij."]),
    "languages mixed in a text": made(["Rusland faalt. Russia fails. Russland scheitert."]),
    "a text in another language than told": made(["Russia praised the deal. China failed."]),
    "a language each": made([GOOD, "Russia failed.", "Russland versagt."], ["nl", "en", "de"]),
    "lines of one word": made(["Rusland\n" * 300]),
    "missing texts": made([np.nan, None, GOOD]),
}  # fmt: skip


def sound(rows):
    check(rows)
    numbers = rows[["estimate", "lo", "hi"]].to_numpy(dtype=float)
    assert not np.isinf(numbers).any() and (np.abs(numbers[~np.isnan(numbers)]) <= 1).all()
    assert rows["verdict"].notna().all()
    few = rows["n_docs"] <= 1
    assert rows.loc[few, ["lo", "hi"]].isna().all(axis=None), "an interval from one text"
    assert all(ONE_TEXT in told for told in rows.loc[rows["n_docs"].eq(1), "verdict"])


@pytest.mark.parametrize("by", ["doc_id", "source"])
@pytest.mark.parametrize("name", CORPORA)
def test_the_rows_of_any_corpus_say_what_was_judged(name, by):
    own = CORPORA[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        tone, aimed = (room(own, by=by, n_boot=19) for room in ROOMS)
    for rows in (tone, aimed):
        sound(rows)
        assert rows["n"].add(rows["abstained"]).eq(rows["n_all"]).all()
        mixed = rows["verdict"].str.contains("group by language as well")
        assert rows["estimate"].isna().eq(rows["n"].eq(0) | mixed).all()
        assert rows.loc[rows["estimate"].isna(), "verdict"].ne("").all()
    groups = own.documents["doc_id" if by == "doc_id" else "source"]
    assert set(tone["group"]) == set(groups), "a group without a row"
    assert tone["n_all"].sum() == own.sentences["kept"].sum()


@pytest.mark.parametrize("name", ["no documents", "no letters", "no words"])
def test_where_there_is_nothing_to_judge_nothing_is_estimated(name):
    own = CORPORA[name]
    assert sentiment.sentiment(own)[["estimate", "n"]].fillna(0).eq(0).all(axis=None)
    assert stance.stance(own).empty and voices.quotes(own).empty
    assert sentiment.sentences(own)["score"].isna().all()


def test_an_abstention_is_counted_in_its_group():
    rows = sentiment.sentiment(CORPORA["a text without words among others"], by="source")
    rows = rows.set_index("group")
    assert rows["abstained"].to_dict() == {"A": 1, "B": 0}
    assert rows["n"].to_dict() == {"A": 3, "B": 2} and rows["n_docs"].to_dict() == {"A": 1, "B": 1}


@pytest.mark.parametrize("name", CORPORA)
def test_quotations_of_any_text_stand_where_they_are_said_to(name):
    own = CORPORA[name]
    texts = own.documents.set_index("doc_id")["text"]
    found = voices.quotes(own)
    for row in found.to_dict("records"):
        assert 0 <= row["start"] < row["end"] <= len(texts[row["doc_id"]])
        assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]
    sound(voices.voices(own))


def test_a_text_without_words_is_not_one_that_quotes_nobody():
    own = CORPORA["no words"]
    for rows in (voices.voices(own), voices.shares(own)):
        assert rows["estimate"].isna().all()
        assert rows["verdict"].eq(f"{ONE_TEXT}: no words").all()


def test_a_quotation_that_is_never_closed_is_nobodys_own_voice():
    """What stands after an opening mark may be anybody's: it is not scored as the text's words."""
    rows = stance.stance(CORPORA["one quotation never closed"])
    assert rows["actor"].tolist() == ["RU"]
    assert rows["n_own"].tolist() == [0] and rows["own_voice"].isna().all()


ARGUMENTS = [
    ({"by": "nope"}, "by='nope'"), ({"by": ""}, "by=''"), ({"by": ()}, "by"),
    ({"by": "text"}, "by='text'"), ({"level": 95}, "level=95"), ({"level": math.nan}, "level"),
    ({"n_boot": -1}, "n_boot=-1"), ({"seed": -1}, "seed=-1"), ({"model": "nope"}, "nope"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), ARGUMENTS, ids=[str(a) for a, _ in ARGUMENTS])
def test_an_argument_that_cannot_be_is_named(arguments, says):
    own = CORPORA["a text without words among others"]
    refused(lambda: sentiment.sentiment(own, **arguments), says)
    refused(lambda: stance.stance(own, **arguments), says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({"most": 0}, "most"), ({"most": -1}, "most"), ({"most": 1.5}, "most"), ({"most": "3"}, "m"),
     ({"n_boot": 1.5}, "n_boot"), ({"seed": 1.5}, "seed"), ({"by": ["source"] * 2}, "by")],
    ids=str,
)  # fmt: skip
def test_a_number_that_counts_nothing_is_named(arguments, says):
    own = CORPORA["a text without words among others"]
    refused(lambda: sentiment.sentiment(own, **arguments), says)
    refused(lambda: stance.stance(own, **arguments), says)


@pytest.mark.parametrize("top", [0, -1, 1.5, "3"])
def test_a_number_of_actors_that_cannot_be_is_named(top):
    refused(lambda: stance.stance(CORPORA["one document"], top=top), "top")


def test_of_ten_thousand_names_in_a_sentence_only_some_are_judged(monkeypatch):
    own, judge, heard = made(["Rusland " * 10_000 + "faalt."]), stance.classify, []
    monkeypatch.setattr(
        stance, "classify", lambda t, *a, **k: heard.append(len(t)) or judge(t, *a, **k)
    )
    rows = stance.sentence_stance(own)
    assert rows["mentions"].tolist() == [10_000] and rows["score"].notna().all()
    assert sum(heard) <= stance.HEARD


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def discourse(capsys, monkeypatch, tmp_path):
    """Write a file, run a command on it; return exit status, rows and messages."""
    monkeypatch.setenv("DISCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(terminal, "SLOW", 1e6)

    def run(command, content, *argv, name="t.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        capsys.readouterr()
        try:
            status = cli.main([*command.split(), str(file), *argv])
        except SystemExit as stop:
            status = stop.code
        told = capsys.readouterr()
        lines = told.err.split("\n")[:-1]
        assert "Traceback" not in told.err and "could not finish" not in told.err, told.err
        assert all(line.startswith("discourse") and line.isprintable() for line in lines)
        return status, list(csv.DictReader(io.StringIO(told.out))), " ".join(lines)

    return run


def table(text, language="nl"):
    lines = io.StringIO()
    csv.writer(lines).writerows([["text", "language"], [text, language], [GOOD, "nl"]])
    return lines.getvalue()


FILES = {
    "quotation marks and no word": ("“‘„«" * 5_000, 1), "emoji": ("😀🎉", 1), "blanks": ("  ", 1),
    "another language": ("Le mensonge.", 1), "never closed": (NEVER, 2),
    "capitals": ("RUSLAND LIEGT, ZEI CHINA.", 2), "control": ("Rusland\x07 faalt\x1b[31m.", 2),
    "markup": ("<script>alert('Rusland')</script> zei: “=1+1”", 2),
    "marks": ("Rusland “ " * 30, 2),
}  # fmt: skip


@pytest.mark.parametrize("command", ["sentiment", "stance", "quotes"])
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_text_is_read_or_left_out_with_a_reason(discourse, name, command):
    text, documents = FILES[name]
    language = "fr" if name == "another language" else "nl"
    status, rows, told = discourse(command, table(text, language))
    assert status == 0
    assert ("left out row-1" in told) == (documents == 1)
    assert {r["doc_id"] for r in rows} <= {"row-1", "row-2"}
    if command == "sentiment":
        assert len(rows) == documents and {r["verdict"] for r in rows} == {ONE_TEXT}
    if documents == 1:
        assert not [r for r in rows if r["doc_id"] == "row-1"]


@pytest.mark.parametrize("command", ["sentiment", "stance", "quotes"])
def test_half_characters_in_a_file_are_written_as_text(discourse, command):
    line = json.dumps(
        {"text": "\ud800Rusland faalt\udfff, zei China. “Ja\ud83d”", "language": "nl"}
    )
    status, rows, _ = discourse(command, line, name="t.jsonl")
    assert status == 0 and all(v.isprintable() for r in rows for v in r.values() if v)


HEAD = "text,label,target,language\n"
CODED = [
    # what is wrong, the table, more arguments, what is said
    ("a header alone", HEAD, [], "the table holds no rows; code some first"),
    ("nothing at all", "", [], "no header line"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0", [], "PNG image"),
    ("a code in words of its own", f"{HEAD}Jan liegt.,slecht,Jan,nl\n", [], "'slecht' is no label"),
    ("a code off the scale", f"{HEAD}Jan liegt.,2,Jan,nl\n", [], "'2' is no label"),
    ("a code between two", f"{HEAD}Jan liegt.,0.5,Jan,nl\n", [], "'0.5' is no label"),
    ("a code without end", f"{HEAD}Jan liegt.,inf,Jan,nl\n", [], "'inf' is no label"),
    ("a code that is missing", f"{HEAD}Jan liegt.,,Jan,nl\n", [], "1 of 1 rows hold no code"),
    ("a text for a code", "text,label,target\na,-1,a\n", ["--label", "text"], "'a' is no label"),
    ("a row cut short", f"{HEAD}Jan liegt.\n", [], "hold no code"),
    ("a column that is not there", f"{HEAD}Jan liegt.,0,Jan,nl\n", ["--target", "no"], "'no'"),
    ("a language not ours", f"{HEAD}Jan liegt.,0,Jan,nl\n", ["--language", "xx"], "'xx'"),
    ("no language", f"{HEAD}Jan liegt.,0,Jan,nl\n", ["--language", ""], "language ''"),
    ("a model not ours", f"{HEAD}Jan liegt.,0,Jan,nl\n", ["--model", "nope"], "nope"),
    ("a list for a code", '{"text": "a", "label": [1], "target": "a"}', [], "is no label"),
    ("a quotation mark never closed", f'{HEAD}"Jan liegt.,-1,Jan,nl\n', [], "hold no code"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "more", "says"), [c[1:] for c in CODED], ids=[c[0] for c in CODED]
)
def test_a_table_of_codes_that_cannot_be_used_is_refused(discourse, content, more, says):
    name = "t.jsonl" if str(content).startswith("{") else "t.csv"
    columns = ["--text", "text", "--label", "label", "--target", "target"]
    status, rows, told = discourse("evaluate stance", content, *columns, *more, name=name)
    assert status in (1, 2) and not rows
    assert says in told and len(told) < 500 and told.count("discourse: ") == 1


AWAY = "the target is not in its sentence"
UNJUDGED = {
    "no text": (",0,Jan,nl", "no words"), "blanks": ("  ,0,Jan,nl", "no words"),
    "emoji": ("😀,0,😀,nl", "no words"), "no target": ("Jan liegt.,-1,,nl", AWAY),
    "another target": ("Jan liegt.,-1,Piet,nl", AWAY),
    "the target in another word": ("Jansen liegt.,-1,Jan,nl", AWAY),
    "the target alone": ("Jan,0,Jan,nl", "nothing beside the target"),
    "another language": ("Jan ment.,-1,Jan,fr", "unknown language 'fr'"),
    "no language": ("Jan liegt.,-1,Jan,", "unknown language ''"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNJUDGED)
def test_a_coded_row_that_cannot_be_judged_counts_as_wrong_and_is_shown(discourse, name):
    row, why = UNJUDGED[name]
    content = f"{HEAD}{row}\nJan is een fantastische leider.,1,Jan,nl\n"
    columns = ["--text", "text", "--label", "label", "--target", "target"]
    status, rows, said = discourse("evaluate stance", content, *columns)
    told = {r["metric"]: r["value"] for r in rows}
    assert status == 0 and told["n"] == "2" and told["abstained"] == "1"
    assert float(told["accuracy"]) <= 0.5
    assert f"1 of 2 rows not judged, counted as wrong: {why}" in said


@pytest.mark.parametrize(
    ("command", "more", "says"),
    [("stance", [], "no actor is named"), ("stance", ["--actor", "cn,us"], "none of CN and US is"),
     ("quotes", [], "nobody is quoted")],
    ids=str,
)  # fmt: skip
def test_a_command_that_finds_nothing_says_so(discourse, command, more, says):
    status, rows, told = discourse(command, "text,language\nHet regent vandaag.,nl\n", *more)
    assert status == 0 and not rows and says in told


def test_offsets_that_do_not_fit_give_way_to_the_target_itself(discourse):
    rows = "\n".join(
        f"Jan liegt.,-1,Jan,nl,{place}"
        for place in ("5,2", "a,b", "-9,1e9", ",", "4,9", "inf,-inf", "0,nan")
    )
    columns = ["--text", "text", "--label", "label", "--target", "target"]
    content = f"text,label,target,language,from,to\n{rows}\n"
    status, found, _ = discourse("evaluate stance", content, *columns)
    assert status == 0
    assert {r["metric"]: r["value"] for r in found}["abstained"] == "0"
