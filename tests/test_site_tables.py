"""Tables of the site's pages are made from the measured results, and every card is read there."""

import importlib.util
import re

import pandas as pd
import pytest

from analysis import accuracy, paths

PAGES = sorted((paths.ROOT / "site").glob("*.md"))


@pytest.fixture(scope="module")
def measured():
    spec = importlib.util.spec_from_file_location("measured", paths.ROOT / "site" / "measured.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def results(measured, monkeypatch, tmp_path):
    """Write figures of a made-up method, the only ones there are."""
    monkeypatch.setattr(paths, "RESULTS", tmp_path)

    def write(*figures):
        rows = [
            {"task": "stance", "method": "mine", "language": "nl", "genre": "letters",
             "dataset": "my set", "metric": m, "value": v, "lo": lo, "hi": hi, "n": 1234}
            for m, v, lo, hi in figures
        ]  # fmt: skip
        rows = pd.DataFrame(rows).reindex(columns=list(accuracy.COLUMNS))
        rows.to_csv(tmp_path / "accuracy.csv", index=False)

    return write


def test_every_place_on_a_page_is_filled(measured):
    asked = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        asked |= set(measured.HERE.findall(text))
        assert not measured.HERE.search(measured.fill(text))
    assert asked == set(measured.MADE), "no table is made that no page shows"


@pytest.mark.parametrize("page", ["methods.md", "cards.md"])
def test_no_table_is_empty(measured, page):
    filled = measured.fill((paths.ROOT / "site" / page).read_text(encoding="utf-8"))
    assert "nan" not in re.sub(r"<style>.*", "", filled, flags=re.S).lower().split()


def test_every_model_has_a_card_that_is_read_on_the_site(measured):
    shown, listed = measured.all_cards(), measured.card_list()
    models = [f for f in paths.MODELS.iterdir() if f.suffix in (".npz", ".json")]
    assert models
    for model in models:
        card = model.with_name("-".join(model.stem.split("-")[:2]) + ".md")
        title = card.read_text(encoding="utf-8").split("\n", 1)[0]
        assert f"#{title}\n" in shown
        assert title.lstrip("# ") in listed


def test_figures_are_those_of_the_file(measured, results):
    results(("accuracy", 0.7, 0.65, 0.75), ("macro_f1", 0.6, 0.5, 0.7), ("majority", 0.6, 0.6, 0.6))
    shown = measured.stance()
    for part in ("Dutch, letters", "My set; 1,234 sentences", "0.70 [0.65, 0.75]", ">yes<"):
        assert part in shown
    assert measured.sentiment() == measured.NONE


@pytest.mark.parametrize(("lo", "macro"), [(0.6, 0.7), (0.65, 0.59)])
def test_a_method_below_the_bar_is_said_to_be_so(measured, results, lo, macro):
    results(("accuracy", 0.7, lo, 0.75), ("macro_f1", macro, 0.5, 0.7), ("majority", 0.6, 0.6, 0.6))
    assert ">no<" in measured.stance() and ">yes<" not in measured.stance()


def test_languages_are_refused_where_translations_differ(measured):
    shown = measured.invariance()
    rows = accuracy.measured("sentiment")
    for pair in rows.loc[rows["metric"].eq("gap_sd"), "language"].unique():
        held = accuracy.invariance("sentiment", *pair.split("-")).holds
        assert held or "refused" in shown
    assert f"at most {accuracy.BAR_GAP_SD:.2f}" in shown
