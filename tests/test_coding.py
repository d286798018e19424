"""The coding sheet: drawn fairly, coded by people and spreadsheets, read back, scored, kept."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from analysis import accuracy, cli, coding, evaluate, export, gold, sheet
from analysis import corpus as corpora
from analysis.corpus import load
from analysis.measures import sentiment, stance
from analysis.results import DiscourseError

OPENING = {
    "nl": "Rusland dreigt met oorlog. De winst stijgt. De VS prijzen Rusland. Het regent.",
    "de": "Russland droht mit Krieg. Der Gewinn steigt. Die USA loben Russland. Es regnet.",
}


def documents(n=8):
    """`n` documents of five sentences in two languages and two sources."""
    rows = []
    for i in range(n):
        code = ("nl", "nl", "nl", "de")[i % 4]
        text = f"{OPENING[code]} Bericht {i} eindigt."
        rows.append({"doc_id": f"=d{i}", "text": text, "language": code, "source": "AB"[i % 2],
                     "year": 2020})  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def corpus():
    return corpora.from_rows(documents())


@pytest.fixture
def write(tmp_path):
    """Write a sheet as the command does, or as a spreadsheet would."""

    def write(frame, name="sheet.csv"):
        (tmp_path / name).write_text(export.to_csv(frame), encoding="utf-8")
        return tmp_path / name

    return write


def coded(corpus, task="sentiment", n=20, labels=("-1", "0", "1"), **more):
    rows = coding.sheet(corpus, task=task, n=n, **more)
    return rows.assign(code=[labels[i % len(labels)] for i in range(len(rows))])


def judged_as(monkeypatch, judge):
    """Let the methods give what `judge` says of a text."""

    def classify(texts, *given, model=None):
        label = np.array([judge(t) for t in texts], dtype=float)
        p = np.stack([np.where(label == v, 0.8, 0.1) for v in (-1, 0, 1)], axis=1)
        p[np.isnan(label)] = np.nan
        out = pd.DataFrame(p, columns=["negative", "neutral", "positive"])
        return out.assign(score=out["positive"] - out["negative"], label=label)

    monkeypatch.setattr(sentiment, "classify", classify)
    monkeypatch.setattr(stance, "classify", classify)


# --- the sheet ----------------------------------------------------------------------------------


def test_a_sheet_holds_texts_of_the_corpus_and_nothing_coded(corpus):
    texts = dict(zip(corpus.documents["doc_id"], corpus.documents["text"], strict=True))
    for task in ("sentiment", "stance"):
        rows = coding.sheet(corpus, task=task, n=12)
        assert list(rows.columns) == sheet.COLUMNS[task] and len(rows) == 12
        assert rows["code"].eq("").all() and rows["id"].is_unique
        for row in rows.to_dict("records"):
            assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]
            if task == "stance":
                assert row["text"][row["from"] : row["to"]] == row["target"] != ""


def test_one_word_may_mean_two_actors_and_a_descriptor_one(write):
    text = "Noord- en Zuid-Korea praten. De VS-Zuid-Korea-alliantie groeit. Noord-Korea zwijgt."
    corpus = corpora.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [text], "language": "nl"}))
    rows = coding.sheet(corpus, task="stance")
    assert rows["id"].is_unique and not rows.duplicated(["start", "actor"]).any()
    assert {"US", "ROK", "DPRK"} == set(rows["actor"]) and len(rows) == 5
    rows["code"] = ["-1", "0", "1", "0", "1"]
    got = coding.read(write(rows.assign(actor="spoilt")), corpus).set_index("id").loc[rows["id"]]
    assert got["actor"].tolist() == rows["actor"].tolist()
    assert got["gold"].tolist() == [-1, 0, 1, 0, 1]


def test_context_is_what_stands_around_it_in_the_same_document(corpus):
    rows = coding.sheet(corpus, n=99)
    texts = dict(zip(corpus.documents["doc_id"], corpus.documents["text"], strict=True))
    for row in rows.to_dict("records"):
        around = f"{row['context_before']} {row['text']} {row['context_after']}".strip()
        assert around in texts[row["doc_id"]]
        assert (row["context_before"] == "") == (row["start"] == 0)


@pytest.mark.parametrize("n", [1, 2, 7, 16, 400])
def test_groups_and_languages_take_turns(n):
    # 30 documents of one source in Dutch, 2 in German, and 2 of another source.
    rows = documents(8)
    many = pd.concat([rows.iloc[[0]].assign(doc_id=f"m{i}") for i in range(30)])
    corpus = corpora.from_rows(pd.concat([rows, many], ignore_index=True))
    drawn = coding.sheet(corpus, n=n, by="source").merge(rows[["doc_id", "source"]], how="left")
    assert len(drawn) == min(n, len(coding.sheet(corpus, n=10**6)))
    sizes = drawn.fillna("A").groupby(["source", "language"]).size()
    if n <= 16:
        assert sizes.max() - sizes.min() <= 1 or n < 3


def test_a_sample_does_not_depend_on_the_order_of_documents_and_is_seeded(corpus):
    turned = corpora.from_rows(documents().iloc[::-1].reset_index(drop=True))
    one, two = (coding.sheet(c, n=9, by="source") for c in (corpus, turned))
    pd.testing.assert_frame_equal(one, two)
    assert not one["id"].equals(coding.sheet(corpus, n=9, by="source", seed=1)["id"])


def test_nothing_without_words_and_nothing_endless_is_drawn():
    texts = [
        "Dit is een zin. *** 12 – 14 *** ! Nog een zin staat hier.",
        "Rusland! " + "ja " * 5000,
    ]
    corpus = corpora.from_rows(
        pd.DataFrame({"doc_id": ["a", "b"], "text": texts, "language": "nl"})
    )
    drawn = coding.sheet(corpus)
    assert drawn["text"].str.contains(r"[a-z]").all()
    assert drawn["text"].str.len().max() <= sheet.LONGEST


def test_line_breaks_and_control_characters_become_blanks(corpus):
    text = "De minister\nvan\tRusland\u2028zei\x0bniets\x85over Oekraïne 😀 vandaag."
    one = corpora.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [text], "language": ["nl"]}))
    for task in ("sentiment", "stance"):
        for row in coding.sheet(one, task=task).to_dict("records"):
            assert len(row["text"]) == row["end"] - row["start"]
            assert not set(row["text"]) & set("\n\t\u2028\x0b\x85")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"task": "tone"}, "task='tone'"),
        ({"n": 0}, "at least 1"),
        ({"seed": -1}, "0 or more"),
        ({"by": "colour"}, "colour"),
    ],
)
def test_a_sheet_names_what_is_wrong(corpus, options, says):
    with pytest.raises(DiscourseError, match=says):
        coding.sheet(corpus, **options)


def test_a_corpus_without_sentences_or_actors_is_told():
    plain = corpora.from_rows(pd.DataFrame({"doc_id": ["a"], "text": ["Het regent hier."]}))
    with pytest.raises(DiscourseError, match="refers to an actor"):
        coding.sheet(plain, task="stance")
    with pytest.raises(DiscourseError, match="can be coded"):
        coding.sheet(corpora.from_rows(pd.DataFrame({"doc_id": [], "text": []}, dtype="str")))


# --- read back ----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["sentiment", "stance"])
def test_a_sheet_comes_back_unharmed(corpus, write, task):
    rows = coded(corpus, task)
    got = coding.read(write(rows), corpus).set_index("id")
    want = rows.set_index("id").loc[got.index]
    assert got["text"].tolist() == want["text"].tolist()
    assert got["doc_id"].tolist() == want["doc_id"].tolist()
    assert got["gold"].tolist() == want["code"].astype(float).tolist()
    if task == "stance":
        assert got[["from", "to"]].to_numpy().tolist() == want[["from", "to"]].to_numpy().tolist()


def test_formulas_in_texts_are_disarmed_and_read_back(write):
    text = '=HYPERLINK("http://x.example") zei Rusland. -2 graden in de VS. \'=1+1 en @cmd ook.'
    corpus = corpora.from_rows(pd.DataFrame({"doc_id": ["+a"], "text": [text], "language": "nl"}))
    file = write(coded(corpus))
    cells = [c for r in csv.reader(io.StringIO(file.read_text(encoding="utf-8"))) for c in r]
    assert not [c for c in cells if c[:1] in ("=", "+", "-", "@")]
    assert all(text[r.start : r.end] == r.text for r in coding.read(file, corpus).itertuples())


def spreadsheet(frame, path, *, delimiter=";", encoding="utf-8-sig", newline="\r\n"):
    """Save as a Dutch or German spreadsheet does."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=newline)
        writer.writerow(frame.columns)
        writer.writerows(frame.astype(str).to_numpy().tolist())
        writer.writerow([""] * len(frame.columns))
    return path


@pytest.mark.parametrize("task", ["sentiment", "stance"])
def test_what_a_spreadsheet_does_to_a_sheet_does_no_harm(corpus, tmp_path, task):
    rows = coded(corpus, task)
    want = coding.read(spreadsheet(rows, tmp_path / "plain.csv", delimiter=","), corpus)
    wild = rows.assign(doc_id="01-feb", start="1,2E3", end="", extra="x")
    wild["text"] = "'" + wild["text"].str.upper().str.replace(" ", "  ")
    wild = wild.sample(frac=1, random_state=1)[list(wild.columns)[::-1]]
    wild = wild.rename(columns={"code": " Code ", "id": "ID", "text": "Text"})
    got = coding.read(spreadsheet(wild, tmp_path / "wild.csv"), corpus)
    pd.testing.assert_frame_equal(got, want)
    cp = coding.read(spreadsheet(rows, tmp_path / "cp.csv", encoding="cp1252"), corpus)
    pd.testing.assert_frame_equal(cp, want)


def test_letters_that_a_spreadsheet_spoils_are_forgiven_and_words_are_not(tmp_path):
    text = "De minister zei: “Één ‘crisis’ in Oekraïne…” De VS – én Rusland – zijn niet blij."
    corpus = corpora.from_rows(pd.DataFrame({"doc_id": ["é"], "text": [text], "language": "nl"}))
    rows = coding.sheet(corpus).assign(code="0")
    want = coding.read(spreadsheet(rows, tmp_path / "a.csv"), corpus)
    spoilt = rows["text"].map(lambda t: t.encode().decode("cp1252", "replace"))
    got = coding.read(spreadsheet(rows.assign(text=spoilt), tmp_path / "b.csv"), corpus)
    pd.testing.assert_frame_equal(got, want)
    wide = spreadsheet(rows, tmp_path / "c.tsv", delimiter="\t", encoding="utf-16")
    pd.testing.assert_frame_equal(coding.read(wide, corpus), want)
    other = rows.assign(text=rows["text"].str.replace(" niet", ""))
    with pytest.raises(DiscourseError, match=r"1 row is .* not the text"):
        coding.read(spreadsheet(other, tmp_path / "d.csv"), corpus)


def test_other_tables_will_do(corpus, tmp_path):
    rows = coded(corpus)
    want = coding.read(spreadsheet(rows, tmp_path / "a.csv"), corpus)
    rows.to_excel(tmp_path / "a.xlsx", index=False)
    rows.assign(code=rows["code"].astype(float)).to_parquet(tmp_path / "a.parquet")
    rows.to_json(tmp_path / "a.json", orient="records")
    for kind in ("xlsx", "parquet", "json"):
        pd.testing.assert_frame_equal(coding.read(tmp_path / f"a.{kind}", corpus), want)


def test_codes_as_people_write_them(corpus, write):
    forms = ["neg", "−1", "–1", "'-1", "NEGATIVE", "-1.0", "-1,0", "negatief", " 0 ", "0.0", "neu",
             "Neutraal", "1.0", " Positive ", "+1", "1,0", "pos", "positiv", "", " "]  # fmt: skip
    want = [-1.0] * 8 + [0.0] * 4 + [1.0] * 6 + [np.nan] * 2
    rows = coding.sheet(corpus, n=len(forms)).assign(code=forms)
    got = coding.read(write(rows), corpus).set_index("id").loc[rows["id"], "gold"]
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.assign(code="mixed"), "'mixed' is no label"),
        (lambda r: r.assign(code="2"), "'2' is no label"),
        (lambda r: r.assign(code=""), "no code yet"),
        (lambda r: r.drop(columns="code"), "lacks the columns code"),
        (lambda r: r.drop(columns=["id", "text"]), "lacks the columns id, text"),
        (lambda r: r.assign(text=r["text"] + " Niet."), "not the text that the corpus has"),
        (lambda r: r.assign(id="17"), "no id of a sheet"),
        (lambda r: r.assign(id=r["id"].where(r.index != 3, " ")), "a row has no id"),
        (lambda r: r.assign(id=r["id"].str.replace("s.{12}", "s" + "0" * 12, regex=True)),
         "not of this corpus"),
        (lambda r: pd.concat([r, r.iloc[[0]].assign(code="1")]), "different codes"),
        (lambda r: r.assign(id=r["id"] + np.where(np.arange(len(r)) == 1, "-0-3-US", "")), "mixes"),
        (lambda r: r.iloc[:0], "no code yet"),
    ],
)  # fmt: skip
def test_a_sheet_that_is_not_right_is_told_in_a_sentence(corpus, write, change, says):
    with pytest.raises(DiscourseError, match=says) as error:
        coding.read(write(change(coded(corpus))), corpus)
    assert "\n" not in str(error.value)


def test_a_place_outside_the_sentence_is_told(corpus, write):
    rows = coded(corpus, "stance")
    for place in ("-5-5-", "-0-99999-"):
        spoilt = rows.assign(id=rows["id"].str.replace(r"-\d+-\d+-(?=\D)", place, regex=True))
        with pytest.raises(DiscourseError, match="outside the sentence"):
            coding.read(write(spoilt), corpus)


def test_a_corpus_that_changed_is_told(corpus, write):
    other = documents()
    other["text"] = other["text"].str.replace("Rus", "Rum")
    with pytest.raises(DiscourseError, match="not the text"):
        coding.read(write(coded(corpus)), corpora.from_rows(other))
    with pytest.raises(DiscourseError, match="not the text"):
        coding.read(write(coded(corpus)), corpora.from_rows(other.assign(text="Kort.")))
    with pytest.raises(DiscourseError, match=r"20 rows are .* not of this corpus"):
        coding.read(write(coded(corpus)), corpora.from_rows(other.assign(doc_id=list("abcdefgh"))))


def test_a_row_twice_counts_once(corpus, write):
    rows = coded(corpus)
    once = coding.read(write(rows), corpus)
    pd.testing.assert_frame_equal(coding.read(write(pd.concat([rows, rows[:3]])), corpus), once)


def test_of_several_coders_most_votes_count_and_then_the_first(corpus, write):
    votes = [("-1", "-1", "1"), ("1", "0", "0"), ("1", "0", "-1"), ("", "0", "1"), ("", "", "")]
    rows = coding.sheet(corpus, n=5)
    rows[["code", "code_2", "code_anna"]] = votes
    got = coding.read(write(rows), corpus).set_index("id").loc[rows["id"], "gold"]
    np.testing.assert_array_equal(got, [-1, 0, 1, 0, np.nan])


def test_every_coder_may_have_a_sheet(corpus, write):
    rows = coding.sheet(corpus, n=6)
    votes = {"a": ["-1", "0", "1", "", "1", ""], "b": ["-1", "1", "1", "0", "", ""]}
    both = rows.assign(code=votes["a"], code_2=votes["b"])
    want = coding.read(write(both), corpus)
    alone = [write(rows.assign(code=v).sample(frac=1, random_state=1), f"{k}.csv")
             for k, v in votes.items()]  # fmt: skip
    pd.testing.assert_frame_equal(coding.read(alone, corpus), want)
    # The second coder did not get all of the rows.
    part = write(rows.assign(code=votes["b"])[:4], "part.csv")
    pd.testing.assert_frame_equal(coding.read([alone[0], part], corpus), want)
    stances = write(coded(corpus, "stance"), "stance.csv")
    with pytest.raises(DiscourseError, match="of one task"):
        coding.read([alone[0], stances], corpus)


# --- scores -------------------------------------------------------------------------------------


def figures(scores, language="nl"):
    return scores[scores["language"].eq(language)].set_index("metric")["value"].to_dict()


@pytest.mark.parametrize("task", ["sentiment", "stance"])
def test_scores_are_those_of_the_coded_rows(corpus, write, monkeypatch, task):
    judged_as(monkeypatch, lambda t: -1 if "droht" in t or "dreigt" in t else 0)
    rows = coding.sheet(corpus, task=task, n=60)
    threat = rows["text"].str.contains("droht|dreigt")
    rows["code"] = np.where(threat, "negative", "neutral")
    rows.loc[rows["text"].str.contains("loben|prijzen"), "code"] = "positive"
    rows.loc[rows["text"].str.startswith(("Es", "Het")), "code"] = ""
    got = coding.score(coding.read(write(rows), corpus))
    assert set(got["language"]) == {"nl", "de", "all"} and set(got["task"]) == {task}
    part = rows[rows["code"].ne("")]
    want = evaluate.evaluate(part["code"], np.where(threat, -1, 0)[part.index])
    everything = figures(got, "all")
    for metric in ("n", "accuracy", "macro_f1", "alpha"):
        value = want.set_index("metric")["value"][metric]
        assert everything[metric] == pytest.approx(value), metric
    assert everything["majority"] == pytest.approx(part["code"].value_counts(normalize=True).max())
    assert everything["ece"] == pytest.approx(abs(0.8 - everything["accuracy"]))
    assert everything["uncoded"] == len(rows) - len(part)
    cells = [v for m, v in everything.items() if m.startswith("confusion_")]
    assert sum(cells) == len(part) == figures(got)["n"] + figures(got, "de")["n"]


def test_rows_of_one_text_are_resampled_together(write, monkeypatch):
    # In half of the texts every row is right, in the other half none: rows are no evidence alone.
    rows = documents(40)
    rows["language"], rows["text"] = "nl", [
        " ".join(f"{'Goed' if i % 2 else 'Fout'} nummer {k} gaat hier." for k in "abcdefghij")
        for i in range(40)
    ]  # fmt: skip
    corpus = corpora.from_rows(rows)
    judged_as(monkeypatch, lambda t: 1 if "Goed" in t else -1)
    sheet_ = coding.sheet(corpus, n=400).assign(code="1")
    sheet_.loc[::50, "code"] = "0"
    got = coding.score(coding.read(write(sheet_), corpus)).set_index("metric").loc["accuracy"]
    alone = evaluate.evaluate([1] * 400, [1, -1] * 200).set_index("metric").loc["accuracy"]
    assert got["hi"] - got["lo"] > 2.5 * (alone["hi"] - alone["lo"])


def test_one_text_gives_no_interval(write, monkeypatch):
    corpus = corpora.from_rows(documents(1))
    judged_as(monkeypatch, lambda t: 0)
    rows = coded(corpus)
    got = coding.score(coding.read(write(rows.assign(code_2=rows["code"])), corpus))
    assert got["lo"].isna().all() and got["hi"].isna().all()
    assert set(got["language"]) == {"nl"}


def test_agreement_of_coders_is_told(corpus, write, monkeypatch):
    judged_as(monkeypatch, lambda t: 0)
    rows = coded(corpus, labels=("-1", "0", "1", "0"))
    rows["code_2"] = rows["code"].replace({"0": "neutral", "1": "pos"})
    rows.loc[rows.index[:3], "code_2"] = ""
    got = figures(coding.score(coding.read(write(rows), corpus)), "all")
    assert got["coders_alpha"] == got["coders_alpha_nominal"] == 1
    rows["code_2"] = rows["code_2"].replace({"pos": "-1"})
    got = coding.score(coding.read(write(rows), corpus))
    assert figures(got, "all")["coders_alpha"] < figures(got, "all")["coders_alpha_nominal"] < 1
    assert set(got["dataset"]) == {"coding sheet, 2 coders"}
    alone = coding.score(coding.read(write(rows.drop(columns="code_2")), corpus))
    assert not alone["metric"].str.startswith("coders").any()


def test_an_abstention_is_an_error_and_counted_by_its_code(corpus, write, monkeypatch):
    judged_as(monkeypatch, lambda t: np.nan if "regen" in t or "regnet" in t else 0)
    rows = coding.sheet(corpus, n=99).assign(code="0")
    got = figures(coding.score(coding.read(write(rows), corpus)), "all")
    assert got["abstained"] == got["abstained_0"] == 8
    assert got["accuracy"] == pytest.approx(1 - 8 / got["n"])
    assert got["ece"] == pytest.approx(0.2)


# --- kept ---------------------------------------------------------------------------------------


def tree(folder):
    return {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.fixture
def place(tmp_path):
    """A corpus as a folder with metadata, a folder without, and a file."""
    rows = documents()
    rows["doc_id"] = rows["doc_id"].str.strip("=")
    for name in ("listed", "bare"):
        (tmp_path / name).mkdir()
        for doc_id, text in zip(rows["doc_id"], rows["text"], strict=True):
            (tmp_path / name / f"{doc_id}.txt").write_text(text, encoding="utf-8")
    listed = rows.assign(file=rows["doc_id"] + ".txt").drop(columns="text")
    listed.to_csv(tmp_path / "listed" / "metadata.csv", index=False)
    rows.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("name", ["listed", "bare", "table.csv"])
def test_figures_are_kept_beside_their_corpus_and_harm_nothing(place, write, monkeypatch, name):
    judged_as(monkeypatch, lambda t: 0)
    path, before = place / name, tree(place)
    corpus = load(path)
    assert coding.folder(path) is None
    scores = coding.score(coding.read(write(coded(corpus), "../sheet.csv"), corpus))
    into = coding.keep(path, scores)
    assert into == coding.folder(path) == coding.folder(str(path))
    assert into == (path / "coding" if path.is_dir() else place / "table.csv.coding")
    after = tree(place)
    assert {f: after[f] for f in before} == before
    assert {f.name for f in set(after) - set(before)} - {"sheet.csv"} == {
        "accuracy.csv", "validation.csv",
    }  # fmt: skip
    again = load(path)
    assert again.hash == corpus.hash
    pd.testing.assert_frame_equal(again.documents, corpus.documents)
    pd.testing.assert_frame_equal(again.report, corpus.report)


def test_targets_elsewhere_than_their_row_says_are_counted(monkeypatch):
    judged_as(monkeypatch, lambda t: 0)
    rows = pd.DataFrame({
        "t": ["He said he failed.", "Nothing here.", "Smith was praised.", "Smith won."],
        "who": ["he", "Smith", "Smith", "Smith"], "from": ["8", "0", "90", ""],
        "to": ["10", "5", "95", ""], "k": [-1, 0, 1, 1],
    })  # fmt: skip
    options = {"task": "stance", "text": "t", "label": "k", "target": "who", "language": "en"}
    judged = gold.judge(rows, **options)
    assert judged["moved"].tolist() == [False, False, True, False]
    told = [s for s in gold.unjudged(judged) if "from and to" in s]
    assert len(told) == 1 and told[0].startswith("1 of 4 rows")
    bare = gold.judge(rows.drop(columns=["from", "to"]), **options)
    assert not any("from and to" in s for s in gold.unjudged(bare))


def test_tables_of_one_name_keep_their_figures_apart(place, write, monkeypatch):
    judged_as(monkeypatch, lambda t: 0)
    corpus = load(place / "table.csv")
    (place / "table.tsv").write_text("another table", encoding="utf-8")
    scores = coding.score(coding.read(write(coded(corpus)), corpus))
    coding.keep(place / "table.csv", scores)
    assert coding.folder(place / "table.csv") and coding.folder(place / "table.tsv") is None


def test_kept_figures_are_told_as_those_of_this_corpus(place, write, monkeypatch):
    judged_as(monkeypatch, lambda t: 0)
    corpus = load(place / "listed")
    scores = coding.score(coding.read(write(coded(corpus)), corpus))
    into = coding.keep(place / "listed", scores)
    table = accuracy.measured("sentiment", "nl", folder=into)
    assert list(table.columns) == list(accuracy.COLUMNS)
    said = accuracy.licence("sentiment", "nl", coding.GENRE, folder=into)
    assert said.measured and not said.clears and "coding sheet, 1 coder" in said.text


def test_validation_is_gold_by_predicted_with_abstentions(place, write, monkeypatch):
    judged_as(monkeypatch, lambda t: np.nan if "regen" in t else 0)
    corpus = load(place / "listed")
    rows = coded(corpus, n=99)
    into = coding.keep(place / "listed", coding.score(coding.read(write(rows), corpus)))
    table = pd.read_csv(into / "validation.csv")
    assert list(table.columns) == [
        "task", "method", "language", "genre", "dataset", "gold", "predicted", "n",
    ]  # fmt: skip
    assert table["n"].sum() == len(rows) and set(table["language"]) == {"nl", "de"}
    assert set(table["gold"]) == {-1, 0, 1}
    silent = rows["text"].str.contains("regen").sum()
    assert table.loc[table["predicted"].isna(), "n"].sum() == silent > 0


def test_keeping_replaces_the_same_method_and_leaves_others(place, write, monkeypatch):
    judged_as(monkeypatch, lambda t: -1)
    corpus = load(place / "listed")
    read = coding.read(write(coded(corpus)), corpus)
    of_stance = coding.read(write(coded(corpus, "stance")), corpus)
    first = tree(coding.keep(place / "listed", coding.score(read)))
    coding.keep(place / "listed", coding.score(read, model="007"))
    coding.keep(place / "listed", coding.score(of_stance))
    into = coding.keep(place / "listed", coding.score(read))
    for name, content in first.items():
        table = pd.read_csv(into / name, dtype={"method": str})
        assert set(zip(table["task"], table["method"], strict=True)) == {
            ("sentiment", "007"), ("sentiment", "portable"), ("stance", "portable"),
        }  # fmt: skip
        own = table["task"].eq("sentiment") & table["method"].eq("portable")
        was = pd.read_csv(io.BytesIO(content), dtype={"method": str})
        pd.testing.assert_frame_equal(table[own].reset_index(drop=True), was)
        assert b"'-" not in (into / name).read_bytes()


@pytest.mark.parametrize("content", ["De minister zei niets.\n", "a,b\n1,2\n", "", "\x00\xff"])
def test_a_file_of_the_user_is_never_written_over(place, write, monkeypatch, content):
    judged_as(monkeypatch, lambda t: 0)
    corpus = load(place / "listed")
    scores = coding.score(coding.read(write(coded(corpus)), corpus))
    for name in ("accuracy.csv", "validation.csv"):
        own = place / "listed" / "coding"
        own.mkdir(exist_ok=True)
        (own / name).write_text(content, encoding="utf-8")
        with pytest.raises(DiscourseError, match="is in the way"):
            coding.keep(place / "listed", scores)
        assert tree(own) == {(own / name).relative_to(own): content.encode()}
        (own / name).unlink()


def test_a_place_that_cannot_be_written_to_or_is_not_there_is_told(place, write, monkeypatch):
    judged_as(monkeypatch, lambda t: 0)
    corpus = load(place / "listed")
    scores = coding.score(coding.read(write(coded(corpus)), corpus))
    with pytest.raises(DiscourseError, match="does not exist"):
        coding.keep(place / "nowhere", scores)
    (place / "bare" / "coding").write_text("mine")
    with pytest.raises(DiscourseError, match="cannot be written"):
        coding.keep(place / "bare", scores)
    assert (place / "bare" / "coding").read_text() == "mine"


# --- the command --------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["sentiment", "stance"])
def test_from_the_sheet_to_the_kept_figures(place, capsys, task):
    path, file = place / "table.csv", place / "sheet.csv"
    assert cli.main(["sheet", str(path), "--task", task, "--n", "16", "--by", "source",
                     "--out", str(file)]) == 0  # fmt: skip
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert list(rows.columns) == sheet.COLUMNS[task] and len(rows) == 16
    rows["code"] = ["-1", "0", "positive", ""] * 4
    spreadsheet(rows, file)
    capsys.readouterr()
    assert cli.main(["evaluate", task, str(file), "--corpus", str(path), "--keep"]) == 0
    told = capsys.readouterr()
    got = list(csv.DictReader(io.StringIO(told.out)))
    assert list(got[0])[:6] == ["metric", "value", "lo", "hi", "n", "language"]
    assert {r["language"] for r in got} == {"nl", "de", "all"}
    assert f"kept in {coding.folder(path)}" in told.err


def test_what_was_kept_is_used_by_the_command(place, write, capsys, monkeypatch):
    path = place / "table.csv"

    def tone():
        assert cli.main(["sentiment", str(path), "--by", "language"]) == 0
        rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
        return [float(r["estimate"]) for r in rows]

    before, corpus = tone(), load(path)
    file = write(coding.sheet(corpus, n=99).assign(code="neg"))
    assert cli.main(["evaluate", "sentiment", str(file), "--corpus", str(path), "--keep"]) == 0
    told = capsys.readouterr().err
    assert "Dutch: 30 coded sentences are too few" in told and tone() == before
    monkeypatch.setattr(accuracy, "ENOUGH", 5)
    # Coders call everything negative, so whatever the method says now counts as negative.
    assert all(now < was - 0.2 for now, was in zip(tone(), before, strict=True))


@pytest.mark.parametrize(
    ("argv", "status", "says"),
    [
        (["evaluate", "stance", "S", "--corpus", "C"], 2, "is a sheet of sentiment"),
        (["evaluate", "sentiment", "S", "--corpus", "C", "--label", "x"], 2,
         "nothing with --corpus"),
        (["evaluate", "sentiment", "S", "--text", "text", "--label", "code", "--keep"], 2,
         "nothing without --corpus"),
        (["evaluate", "sentiment", "S", "--source", "x"], 2, "nothing without --corpus"),
        (["evaluate", "sentiment", "S"], 2, "--text is required"),
        (["evaluate", "sentiment", "S", "--text", "text"], 2, "--label is required"),
        (["evaluate", "sentiment", "S", "--corpus", "C", "--out", "S"], 2, "is the table itself"),
        (["evaluate", "sentiment", "S", "--corpus", "C", "--out", "C"], 2, "part of the corpus"),
        (["evaluate", "sentiment", "S", "--corpus", "D/no"], 1, "does not exist"),
        (["evaluate", "sentiment", "D/no.csv", "--corpus", "C"], 1, "does not exist"),
        (["evaluate", "sentiment", "C", "--corpus", "C"], 2, "lacks the columns id, code"),
        (["evaluate", "sentiment", "S", "S", "--text", "text", "--label", "code"], 2, "one table"),
        (["evaluate", "sentiment", "S", "D/no.csv", "--corpus", "C"], 1, "does not exist"),
        (["sheet", "C", "--n", "0"], 2, "at least 1"),
        (["sheet", "C", "--by", "colour"], 2, "colour"),
        (["sheet", "C", "--task", "tone"], 2, "invalid choice"),
        (["sheet", "C", "--out", "C"], 2, "part of the corpus"),
    ],
)  # fmt: skip
def test_the_command_refuses_in_a_sentence(place, write, capsys, argv, status, says):
    path = place / "table.csv"
    file = write(coded(load(path)))
    before, names = tree(place), {"C": str(path), "S": str(file)}
    argv = [names.get(a, a.replace("D/", f"{place}/")) for a in argv]
    try:
        got = cli.main(argv)
    except SystemExit as stop:
        got = stop.code
    told = capsys.readouterr()
    assert (got, told.out) == (status, "") and says in told.err
    assert told.err.count("\n") == 1 and tree(place) == before
