"""Measure keyness on planted truth: coverage of its interval, errors of its test, speed.

    python benchmarks/keyness.py

writes ``benchmarks/results/keyness.csv``. Documents are generated: each word has its own rate,
each document its own mood for each word (a gamma of mean 1; the smaller its shape, the burstier),
counts are Poisson. Every word is an independent trial of a known log ratio.
"""

import datetime
import platform
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import paths
from analysis.counts import Counts
from analysis.measures import keyness
from analysis.measures.pairs import Pair

TERMS = 2000
N_BOOT = 499
SHORT, LONG = (200, 800), (2000, 8000)
SIZES = ((2, 2), (3, 3), (4, 4), (5, 5), (10, 10), (20, 20), (50, 50), (5, 50), (10, 50))
WORDS = ((0.02, 1.0), (0.005, 1.0), (0.005, 0.3), (0.001, 0.3))
Span = tuple[int, int]


def compare(sides: list[Any], sizes: list[np.ndarray], n_boot: int) -> pd.DataFrame:
    """Send counts through keyness itself; rows in the order of the columns."""
    docs = [len(s) for s in sizes]
    terms = np.array([f"t{i:06}" for i in range(sides[0].shape[1])])
    counted = Counts(sparse.csr_array(sparse.vstack(sides)), terms, np.concatenate(sizes), "word")
    pair = Pair("a", "b", "", "", np.arange(docs[0]), docs[0] + np.arange(docs[1]), True)
    rows = keyness._compare(
        counted, pair, min_count=1, level=0.95, n_boot=n_boot, seed=0, measures=()
    )
    return rows.sort_values("term").reset_index(drop=True)


def planted(
    docs: tuple[int, int], rate: float, burst: float, effect: float, spans: tuple[Span, Span]
) -> pd.DataFrame:
    """Generate one trial of :data:`TERMS` words and compare its two sides."""
    rng = np.random.default_rng(0)
    sizes = [rng.integers(*span, n) for span, n in zip(spans, docs, strict=True)]
    sides = []
    for n, r in zip(sizes, (rate * 2**effect, rate), strict=True):
        mood = rng.gamma(burst, 1 / burst, (len(n), TERMS))
        sides.append(sparse.csc_array(rng.poisson(n[:, None] * r * mood)))
    return compare(sides, sizes, N_BOOT)


def truth() -> Iterator[dict[str, Any]]:
    """Yield coverage, false positives and power of every setting."""
    settings = [(d, *w, (SHORT, SHORT)) for d in SIZES for w in WORDS]
    settings += [((10, 50), *w, s) for w in WORDS[1:3] for s in ((SHORT, LONG), (LONG, SHORT))]
    for docs, rate, burst, spans in settings:
        for effect in (0.0, 1.0, 2.5):
            rows = planted(docs, rate, burst, effect, spans)
            seen = rows[rows["lo"].notna()]
            inside = (seen["lo"] <= effect) & (effect <= seen["hi"])
            base = {
                "docs_target": docs[0], "docs_reference": docs[1], "rate": rate, "burst": burst,
                "words_target": "-".join(map(str, spans[0])),
                "words_reference": "-".join(map(str, spans[1])), "planted": effect,
            }  # fmt: skip
            scores = {
                "coverage": inside.mean(),
                "q_at_most_05": rows["q"].le(0.05).mean() if rows["q"].notna().any() else np.nan,
                "verdict_key": rows["verdict"].str.startswith("key").mean(),
                "ll2_over_3_84": (rows["ll2"] > 3.84).mean(),
            }
            for metric, value in scores.items():
                yield {**base, "metric": metric, "value": value, "n": len(rows)}


def speed() -> Iterator[dict[str, Any]]:
    """Yield seconds for 2 million words, 50,000 forms and 1,000 documents."""
    rng = np.random.default_rng(0)
    forms, docs, words = 50_000, 1000, 2_000_000
    share = 1 / np.arange(1, forms + 1)
    places = rng.integers(0, docs, words), rng.choice(forms, words, p=share / share.sum())
    matrix = sparse.csr_array(sparse.coo_array((np.ones(words, int), places), shape=(docs, forms)))
    sizes = np.bincount(places[0], minlength=docs)
    cut = 300
    for n_boot in (1, 199, 999):
        start = time.perf_counter()
        compare([matrix[:cut], matrix[cut:]], [sizes[:cut], sizes[cut:]], n_boot)
        spent = time.perf_counter() - start
        yield {"docs_target": cut, "docs_reference": docs - cut, "n": words,
               "metric": f"seconds_{n_boot}_resamples", "value": round(spent, 2)}  # fmt: skip


def main() -> None:
    """Measure and write the table."""
    stamp = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": ", ".join(f"{n} {version(n)}" for n in ("numpy", "scipy", "pandas")),
    }
    table = pd.DataFrame([*truth(), *speed()]).assign(**stamp)
    table.to_csv(paths.RESULTS / "keyness.csv", index=False, float_format="%.8g")


if __name__ == "__main__":
    main()
