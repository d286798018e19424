"""Published numbers, reproduced to the digits printed; they are data, each with its source."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import corpus
from analysis.measures import association as a
from analysis.measures import dispersion as d
from analysis.measures.keyness import keyness

KNOWN = Path(__file__).parent / "known"


def printed(got: Any, text: str) -> None:
    """Assert that `got`, rounded to as many decimals as `text` has, is `text`."""
    decimals = len(text.partition(".")[2])
    assert float(got) == pytest.approx(float(text), abs=0.5 * 10**-decimals + 1e-9)


def rows(name: str) -> list[dict[str, str]]:
    with (KNOWN / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def label(row: dict[str, str]) -> str:
    return f"{row['score']}-{row['printed']}"


def signed(score: Any, f1: float, n1: float, f2: float, n2: float) -> float:
    return float(score) * np.sign(f1 / n1 - f2 / n2)


def keyness_with_program_epsilon(f1: float, n1: float, f2: float, n2: float) -> float:
    # quanteda adds 1e-9 to each ratio inside the logarithm: over all cells that is 2 N 1e-9.
    return float(a.ll4(f1, n1, f2, n2, yates="conditional")) + 2e-9 * (n1 + n2)


KEYNESS: dict[str, Callable[..., Any]] = {
    "ll2": a.ll2,
    "ll4": a.ll4,
    "ll4_williams": lambda *x: a.ll4(*x) / a.williams(*x),
    "ll4_conditional_epsilon": keyness_with_program_epsilon,
    "williams": a.williams,
    "chi2_none": lambda *x: a.chi2(*x, yates=False),
    "chi2_yates": lambda *x: a.chi2(*x, yates=True),
    "chi2_conditional_signed": lambda *x: signed(a.chi2(*x), *x),
    "log_ratio": a.log_ratio,
    "clr_001_2168": lambda *x: a.conservative_log_ratio(*x, alpha=0.001, terms=2168),
    "percent_difference": a.percent_difference,
    "odds_ratio": a.odds_ratio,
    "bic": a.bic,
    "simple_maths": a.simple_maths,
    "difference_coefficient": a.difference_coefficient,
}
ASSOCIATION: dict[str, Callable[..., Any]] = {
    "z_score": a.z_score,
    "t_score": a.t_score,
    "ll4": a.association_ll4,
    "ll4_signed": lambda o, r, c, n: (
        a.association_ll4(o, r, c, n) * np.sign(o - a.expected(r, c, n))
    ),
    "simple_ll": a.simple_ll,
    "chi2_none": lambda o, r, c, n: a.chi2(o, r, c - o, n - r, yates=False),
    "dice": lambda o, r, c, n: a.dice(o, r, c),
    "log_dice": lambda o, r, c, n: a.log_dice(o, r, c),
    "log_ratio": lambda o, r, c, n: a.log_ratio(o, r, c - o, n - r),
    "clr_001_268": lambda o, r, c, n: a.conservative_log_ratio(
        o, r, c - o, n - r, alpha=0.001, terms=268
    ),
    "mi": a.mutual_information,
    "mi_log10": lambda *x: a.mutual_information(*x) * np.log10(2),
    "liddell": a.liddell,
    "delta_p_node": lambda *x: a.delta_p(*x)[0],
    "delta_p_collocate": lambda *x: a.delta_p(*x)[1],
}


@pytest.mark.parametrize("row", rows("keyness.csv"), ids=label)
def test_keyness(row: dict[str, str]) -> None:
    cells = [float(row[c]) for c in ("f1", "n1", "f2", "n2")]
    printed(KEYNESS[row["score"]](*cells), row["printed"])


@pytest.mark.parametrize("row", rows("association.csv"), ids=label)
def test_association(row: dict[str, str]) -> None:
    cells = [float(row[c]) for c in ("o11", "r1", "c1", "n")]
    printed(ASSOCIATION[row["score"]](*cells), row["printed"])


@pytest.fixture(scope="module")
def toy() -> pd.DataFrame:
    """quanteda's toy texts, d1 = b*7 a*3 and d2 = a*7 b*2, asked of the public function."""
    texts = {"d1": "b " * 7 + "a " * 3, "d2": "a " * 7 + "b " * 2}
    rows = [{"doc_id": k, "text": v, "language": "en", "source": k} for k, v in texts.items()]
    made = corpus.from_rows(pd.DataFrame(rows))
    found = keyness(made, target="d1", n_boot=19, measures=("odds_ratio", "percent_difference"))
    return found.set_index("term")


@pytest.mark.parametrize(
    ("column", "text"), [("ll4", "4.534939"), ("chi2", "2.632438"), ("odds_ratio", "8.1667")]
)
def test_the_table_holds_the_published_numbers(toy: pd.DataFrame, column: str, text: str) -> None:
    printed(toy.loc["b", column], text)
    assert toy.loc["b", ["n", "n_tokens", "n_reference", "tokens_reference"]].tolist() == [
        7, 10, 2, 9,
    ]  # fmt: skip


DISPERSION = json.loads((KNOWN / "dispersion.json").read_text(encoding="utf-8"))
GRIES = DISPERSION["texts"]
SCORES = {**d.SCORES, "variation": d.variation, "lyne_d3": d.lyne_d3}


@pytest.mark.parametrize(
    ("case", "score"), [(c, s) for c in DISPERSION["parts"] for s in c["printed"]], ids=str
)
def test_dispersion(case: dict[str, Any], score: str) -> None:
    matrix, sizes = np.array(case["counts"])[:, None], np.array(case["sizes"])
    printed(SCORES[score](matrix, sizes)[0], case["printed"][score])


def test_dispersion_of_a_corpus() -> None:
    case = DISPERSION["parts"][0]
    rows = [{"doc_id": f"part {i}", "text": t, "language": "en"} for i, t in enumerate(GRIES)]
    found = d.dispersion(corpus.from_rows(pd.DataFrame(rows)), min_count=1).set_index("term")
    for score in sorted(set(case["printed"]) & set(d.SCORES)):
        printed(found.loc["a", score], case["printed"][score])


@pytest.mark.parametrize("score", DISPERSION["distances"]["printed"])
def test_distances(score: str) -> None:
    case = DISPERSION["distances"]
    letters = case["text"].split()
    places = np.flatnonzero(np.array(letters) == case["term"])
    printed(getattr(d, score)(places, len(letters)), case["printed"][score])


LOG_ODDS = json.loads((KNOWN / "log_odds.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", LOG_ODDS["cases"], ids=lambda c: str(c["prior"]))
def test_weighted_log_odds(case: dict[str, Any]) -> None:
    target, reference = np.array(LOG_ODDS["target"]), np.array(LOG_ODDS["reference"])
    pooled = target + reference
    prior = {"pooled": pooled, "pooled, scaled to 10": 10 * pooled / pooled.sum()}.get(
        case["prior"], case["prior"]
    )
    z = a.weighted_log_odds(target, reference, prior)
    for term, text in case["printed"].items():
        printed(z[LOG_ODDS["terms"].index(term)], text)


def test_every_number_names_its_source() -> None:
    listed = [*rows("keyness.csv"), *rows("association.csv"), *DISPERSION["parts"],
              DISPERSION["distances"], LOG_ODDS]  # fmt: skip
    assert len(listed) > 115
    assert all(r["source"].strip() for r in listed)
