"""What is said of a method's accuracy beside its chart."""

import math

import pandas as pd
import pytest

from analysis import accuracy, paths
from analysis.results import DiscourseError


def figures(task, language, genre, dataset, value, lo, f1, *, method="portable", n=500):
    about = {
        "task": task, "method": method, "language": language, "genre": genre, "dataset": dataset,
        "n": n,
    }  # fmt: skip
    rows = [("accuracy", value, lo), ("macro_f1", f1, f1 - 0.04), ("majority", 0.5, math.nan)]
    return [{**about, "metric": m, "value": v, "lo": low, "hi": v + 0.04} for m, v, low in rows]


def write(rows, folder, name="accuracy.csv", columns=accuracy.COLUMNS):
    folder.mkdir(exist_ok=True)
    pd.DataFrame(rows).reindex(columns=list(columns)).to_csv(folder / name, index=False)
    return folder


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """Figures of ours: Dutch headlines clear the bar, German news does not."""
    rows = [
        *figures("sentiment", "nl", "economic headlines", "good set", 0.66, 0.62, 0.65),
        *figures("sentiment", "de", "news", "weak set", 0.52, 0.45, 0.40),
    ]
    for pair, r, gap, mean in (("nl-en", 0.8, 0.3, 0.05), ("de-en", 0.8, 0.5, -0.2)):
        about = {
            "task": "sentiment",
            "method": "portable",
            "dataset": "ntrex, translations",
            "n": 9,
        }
        named = (("r", r), ("gap_sd", gap), ("mean_gap_sd", mean))
        rows += [{**about, "language": pair, "metric": m, "value": v} for m, v in named]
    monkeypatch.setattr(accuracy.paths, "RESULTS", write(rows, tmp_path / "ours"))
    return tmp_path / "ours"


@pytest.fixture
def mine(tmp_path, ours):
    """Figures of the user's own coding."""
    rows = figures("sentiment", "de", "my corpus", "own coding", 0.71, 0.63, 0.66, n=120)
    return write(rows, tmp_path / "coding")


def test_a_measured_genre_above_the_bar_is_licensed(ours):
    said = accuracy.licence("sentiment", "nl", "Economic headlines")
    assert said.clears and said.measured
    assert "accuracy 0.66" in said.text and "good set" in said.text and "500" in said.text


def test_a_measured_genre_below_the_bar_is_not(ours):
    said = accuracy.licence("sentiment", "de", "news")
    assert said.measured and not said.clears and "does not clear" in said.text


def test_a_genre_or_language_never_measured_names_the_nearest(ours):
    own = accuracy.licence("sentiment", "nl", "opinion")
    assert not own.clears and not own.measured and own.genre == "economic headlines"
    assert own.text.startswith("Never measured for sentiment of Dutch opinion")
    assert "weak set" not in own.text
    other = accuracy.licence("sentiment", "en", "news")
    assert not other.clears and "German news" in other.text and "Dutch" in other.text


def test_nothing_measured_is_said(ours):
    said = accuracy.licence("stance", "nl", "news")
    assert not said.clears and "never measured" in said.text
    assert accuracy.measured("stance").empty
    assert set(accuracy.measured("sentiment", "nl")["language"]) == {"nl"}


def test_the_portable_method_speaks_unless_another_is_asked_for(ours):
    rows = pd.read_csv(ours / "accuracy.csv").to_dict("records")
    better = figures(
        "sentiment", "de", "news", "weak set", 0.9, 0.88, 0.9, method="a model of one's own"
    )
    write([*better, *rows], ours)
    assert not accuracy.licence("sentiment", "de", "news").clears
    assert accuracy.licence("sentiment", "de", "news", method="a model of one's own").clears


def test_what_was_measured_on_the_users_own_texts_comes_first(mine):
    said = accuracy.licence("sentiment", "de", "letters", folder=mine)
    assert said.clears and said.measured and "own coding" in said.text
    assert said.text.startswith("Measured on this corpus")
    assert accuracy.measured("sentiment", "de", folder=mine)["dataset"].iloc[0] == "own coding"
    for tell in (accuracy.brief, accuracy.warning):
        assert tell("sentiment", ["de"], "letters", folder=mine) != tell(
            "sentiment", ["de"], "letters"
        )


def test_what_the_users_folder_lacks_is_ours(mine, tmp_path):
    said = accuracy.licence("sentiment", "nl", "economic headlines", folder=mine)
    assert said.clears and "good set" in said.text
    empty = accuracy.licence("sentiment", "nl", "economic headlines", folder=tmp_path / "none")
    assert empty == accuracy.licence("sentiment", "nl", "economic headlines")


def test_a_warning_tells_unmeasured_from_below_the_bar(ours):
    said = accuracy.warning("sentiment", ["nl", "de"], "news")
    assert said.startswith("Measured below the declared bar for German news; never measured for D")
    assert accuracy.warning("sentiment", ["nl"], "economic headlines") == ""


def test_languages_compare_only_where_translations_score_alike(ours):
    good = accuracy.invariance("sentiment", "nl", "en")
    assert good.holds and "compares between Dutch and English" in good.text
    bad = accuracy.invariance("sentiment", "de", "en")
    assert not bad.holds and "0.50 SD" in bad.text and "does not compare" in bad.text
    turned = accuracy.invariance("sentiment", "en", "de")
    assert not turned.holds and turned.mean_gap_sd == -bad.mean_gap_sd


@pytest.mark.parametrize("method", ["portable", "my/model"])
def test_a_pair_never_measured_does_not_compare(ours, method):
    said = accuracy.invariance("sentiment", "nl", "de", method=method)
    assert not said.holds and "never measured" in said.text and math.isnan(said.r)
    assert not accuracy.invariance("stance", "nl", "en", method=method).holds


def test_a_validation_table_is_the_users_own_or_else_ours(ours, tmp_path):
    common = {"task": "sentiment", "method": "portable", "language": "nl", "dataset": "d"}
    cells = [(-1, -1, 40), (0, 0, 50), (1, None, 3)]
    rows = [
        {**common, "genre": "Headlines", "gold": g, "predicted": p, "n": n} for g, p, n in cells
    ]
    write(rows, ours, "validation.csv", accuracy.TABLE)
    found = accuracy.validation("sentiment", "nl", method="portable")
    assert found["n"].tolist() == [40, 50, 3] and found["predicted"].isna().tolist()[-1]
    assert len(accuracy.validation("sentiment", "nl", method="portable", genre="headlines")) == 3
    for other in ({"genre": "poems"}, {"method": "e5"}):
        settings = {"method": "portable"} | other
        assert accuracy.validation("sentiment", "nl", **settings).empty
    assert accuracy.validation("sentiment", "de", method="portable").empty
    # What is the user's own stands alone, from so many sentences on.
    for n, kept in ((accuracy.ENOUGH - 1, [40, 50, 3]), (accuracy.ENOUGH, [accuracy.ENOUGH])):
        own = write(
            [{**common, "genre": "x", "gold": 0, "predicted": 0, "n": n}],
            tmp_path / f"coding-{n}", "validation.csv", accuracy.TABLE,
        )  # fmt: skip
        found = accuracy.validation("sentiment", "nl", method="portable", folder=own)
        assert found["n"].tolist() == kept


COLUMN = {"value": 0.5, "n": 60, "gold": 1, "predicted": 1}


@pytest.mark.parametrize("name", ["accuracy.csv", "validation.csv"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no table"),
        (b"a,b\n1,2,3,4\n", "no table|no column 'task'"),
        (b"\xff\xfe\x00garbage", "no table"),
        (b"garbage\n", "no column 'task'"),
        ({"n": "many"}, "no numbers in column 'n'"),
        ({"n": -4}, "n counts sentences"),
        ({"n": math.inf}, "n counts sentences"),
        ({"n": None}, "n counts sentences"),
    ],
)
def test_a_damaged_table_is_named_and_what_to_do(tmp_path, name, content, says):
    file = tmp_path / name
    columns = accuracy.COLUMNS if name == "accuracy.csv" else accuracy.TABLE
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        write([COLUMN | content], tmp_path, name, columns)
    with pytest.raises(DiscourseError, match=says) as told:
        if name == "accuracy.csv":
            accuracy.licence("sentiment", "nl", "news", folder=tmp_path)
        else:
            accuracy.validation("sentiment", "nl", method="portable", folder=tmp_path)
    assert str(file) in str(told.value) and "move it away" in str(told.value)


def test_a_code_that_is_none_is_named(tmp_path):
    write([COLUMN | {"predicted": 7}], tmp_path, "validation.csv", accuracy.TABLE)
    with pytest.raises(DiscourseError, match="predicted is -1, 0 or 1"):
        accuracy.validation("sentiment", "nl", method="portable", folder=tmp_path)


def test_one_text_has_a_figure_and_no_interval(tmp_path):
    rows = figures("sentiment", "de", "mine", "own coding", 0.231, math.nan, 0.2, n=13)
    own = write([r | {"lo": math.nan, "hi": math.nan} for r in rows], tmp_path / "own")
    said = accuracy.licence("sentiment", "de", "mine", folder=own)
    assert "accuracy 0.231, macro-F1" in said.text and not said.clears
    assert "undefined" not in said.text and "[" not in said.text


def test_what_ships_can_be_read():
    for task in ("sentiment", "stance"):
        assert len(accuracy.measured(task))
        assert isinstance(accuracy.validation(task, "nl", method="portable"), pd.DataFrame)


def test_quotations_are_told_by_language_as_the_unseen_sample_has_them(tmp_path):
    said = accuracy.quotations()
    stored = pd.read_csv(paths.RESULTS / "quotes.csv")
    assert said.count("\n- ") == 2 and "all," not in said and "seed texts" not in said
    for code, name in (("nl", "Dutch"), ("de", "German"), ("en", "English")):
        row = stored[
            stored["method"].eq("rules") & stored["language"].eq(code)
            & stored["type"].eq("indirect") & stored["n_sentences"].notna()
        ].iloc[0]  # fmt: skip
        told = f"recall {row.recall:.2f} [{row.recall_lo:.2f}, {row.recall_hi:.2f}]"
        line = next(s for s in said.split("\n") if s.startswith(f"- {name}: direct or mixed ("))
        assert told in line.split("; indirect (")[1] and line.endswith("not seen in development).")
    stored[stored["n_sentences"].isna()].to_csv(tmp_path / "quotes.csv")
    assert accuracy.quotations(folder=tmp_path) == "Never measured."
    assert accuracy.quotations(["xx"]) == "Never measured in these languages."
    german = accuracy.quotations(["de"])
    assert "German: direct or mixed" in german and "Dutch" not in german
