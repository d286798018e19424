"""Measure two factors and trends on planted truth: coverage, false discoveries, balance, speed.

    python benchmarks/crossed.py

writes ``benchmarks/results/crossed.csv``. Documents are generated as in ``benchmarks/keyness.py``:
counts are Poisson, each document has its own mood for each word (a gamma of mean 1; the smaller its
shape, the burstier). Every word is an independent trial. Sources and years have rates of their own,
so that a comparison which does not hold one still while it looks at the other would be wrong.
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
from analysis.measures import _crossing as crossing
from analysis.measures import crossed, trend

TERMS = 1000
N_BOOT = 999
WORDS = ((0.02, 1.0), (0.005, 1.0), (0.005, 0.3))
SOURCES = np.array([1.0, 0.5, 2.0, 1.0])
YEARS = np.array([1.0, 1.5, 0.7])
FOCUS = (0, 2)
EFFECTS = (0.0, 1.0)
EVEN = np.ones((len(SOURCES), len(YEARS)))


def documents(
    docs: np.ndarray, long: np.ndarray, rates: np.ndarray, burst: float, seed: int = 0
) -> tuple[Counts, list[np.ndarray]]:
    """Draw documents of cells: how many, how long (times 200 to 800 words), at which rates."""
    rng = np.random.default_rng(seed)
    first, second = (np.repeat(i.ravel(), docs.ravel()) for i in np.indices(docs.shape))
    n = (rng.integers(200, 800, len(first)) * long[first, second]).astype(np.int64)
    mood = rng.gamma(burst, 1 / burst, (len(n), TERMS))
    x = rng.poisson((n * rates[first, second])[:, None] * mood)
    names = np.array([f"t{i:06}" for i in range(TERMS)])
    labels = [np.array([f"{kind}{i}" for i in of], dtype=object)
              for kind, of in (("s", first), ("y", second))]  # fmt: skip
    return Counts(sparse.csr_array(x), names, n, "word"), labels


def compare(
    counted: Counts, labels: list[np.ndarray], n_boot: int, *, every: bool = False
) -> pd.DataFrame:
    """Send counts through both factors; only the rows of :data:`FOCUS` get an interval, or all."""
    language = np.full(len(counted.n_tokens), "en", dtype=object)
    pool = crossing.pooled(counted, np.arange(len(language)), labels, language)
    parts = crossing.compared(pool, ["source", "year"], 0, level=0.95)
    for part in parts if not every else ():
        kept = pd.concat(focus(part.rows).values()).index
        part.rows.loc[~part.rows.index.isin(kept), "estimate"] = np.nan
    rows = crossed._with_intervals(parts, level=0.95, n_boot=n_boot, seed=0)
    verdict = crossed._verdicts(rows, 0.95, tested=n_boot > 0, across=False)
    return rows.assign(verdict=verdict)


def cells(interaction: float) -> np.ndarray:
    """Rates of the cells, as multiples: source times year, one cell more by a power of two."""
    out = np.outer(SOURCES, YEARS)
    out[FOCUS] *= 2**interaction
    return out


def truth(rates: np.ndarray) -> dict[str, float]:
    """Return what the comparisons of the focus should find."""
    a, b = FOCUS
    rest = np.delete(rates, a, axis=0)
    year = np.delete(rates, b, axis=1)
    here = rates[a, b] / np.delete(rates[a], b).mean()
    there = rest[:, b].mean() / np.delete(rest, b, axis=1).mean()
    return {
        "main source": np.log2(rates[a].mean() / rest.mean()),
        "main year": np.log2(rates[:, b].mean() / year.mean()),
        "interaction": np.log2(here / there),
    }


def score(rows: pd.DataFrame, value: float) -> dict[str, float]:
    """Return coverage, share of passed tests, mean error."""
    inside = ((rows["lo"] <= value) & (value <= rows["hi"]))[rows["lo"].notna()]
    return {
        "coverage": inside.mean(),
        "q_at_most_05": rows["q"].le(0.05).mean(),
        "p_at_most_05": rows["p"].le(0.05).mean(),
        "verdict_key": rows["verdict"].isin(["key", "key: used less"]).mean(),
        "bias": (rows["estimate"] - value).mean(),
    }


def designs() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield the designs: name, documents and length of every cell."""
    for each in (5, 10, 20, 50):
        yield "even", EVEN.astype(int) * each, EVEN
    wordy, crowded = EVEN.copy(), EVEN.astype(int) * 50
    wordy[2] = 8.0  # The source of the highest rate has the long texts,
    wordy[:, 1] *= 3.0  # and the year of the highest rate too;
    crowded[2, 1] = 400  # where they meet there are more texts,
    crowded[3, 0] = 0  # and one source is silent in one year.
    yield "uneven", crowded, wordy


def planted() -> Iterator[dict[str, Any]]:
    """Yield what is found of a planted interaction and of what sources and years do anyway."""
    for name, docs, long in designs():
        for rate, burst in WORDS:
            for effect in EFFECTS:
                rates = cells(effect)
                rows = compare(*documents(docs, long, rate * rates, burst), N_BOOT)
                base = {"design": name, "docs_a_cell": docs[FOCUS], "rate": rate, "burst": burst,
                        "planted": effect}  # fmt: skip
                if not effect and name == "even":
                    yield {**base, **false_share(rows)}
                for what, part in focus(rows).items():
                    if name == "uneven" and what != "interaction":
                        continue  # What is absent is not in the plain formula of `truth`.
                    value = truth(rates)[what]
                    for metric, got in score(part, value).items():
                        yield {**base, "what": what, "truth": value, "metric": metric,
                               "value": got, "n": len(part)}  # fmt: skip


def false_share(rows: pd.DataFrame) -> dict[str, Any]:
    """Return which share of all that passes q is false, where only main effects are true."""
    found = rows[rows["q"] <= 0.05]
    false = (found["effect"] == "interaction").mean() if len(found) else 0.0
    return {"what": "all rows", "metric": "false_discoveries", "value": false, "n": len(found)}


def nothing() -> Iterator[dict[str, Any]]:
    """Yield the share of calls that find anything where nothing is planted at all."""
    runs = 40
    for rate, burst in WORDS:
        for each in (5, 20):
            found, p = [], []
            for seed in range(runs):
                docs = EVEN.astype(int) * each
                counted, labels = documents(docs, EVEN, rate * EVEN, burst, seed)
                rows = compare(Counts(counted.matrix[:, :200], counted.terms[:200],
                                      counted.n_tokens, "word"), labels, 9)  # fmt: skip
                found.append((rows["q"] <= 0.05).any())
                p.append(rows["p"].le(0.05).mean())
            base = {"design": "nothing planted", "docs_a_cell": each, "rate": rate, "burst": burst,
                    "planted": 0.0, "truth": 0.0, "what": "all rows"}  # fmt: skip
            yield {**base, "metric": "calls_with_false_discovery", "value": np.mean(found),
                   "n": runs}  # fmt: skip
            yield {**base, "metric": "p_at_most_05", "value": np.mean(p), "n": runs * len(rows)}


def focus(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of the source, the year and the cell that are looked at."""
    one, two = rows["first_level"] == f"s{FOCUS[0]}", rows["second_level"] == f"y{FOCUS[1]}"
    main = rows["effect"] == "main"
    return {
        "main source": rows[main & one], "main year": rows[main & two],
        "interaction": rows[~main & one & two],
    }  # fmt: skip


def balance() -> Iterator[dict[str, Any]]:
    """Yield how often a source passes that differs from the others in length and years alone."""
    docs, long = EVEN.astype(int) * 20, EVEN.copy()
    docs[0], long[0] = (20, 60, 20), (1.0, 10.0, 1.0)  # Much text, most of it in a heavy year.
    for rate, burst in WORDS:
        rates = rate * np.outer(np.ones(len(SOURCES)), YEARS**2)
        counted, labels = documents(docs, long, rates, burst)
        rows = compare(counted, labels, N_BOOT)
        base = {"design": "one long-winded source", "docs_a_cell": 20, "rate": rate, "burst": burst,
                "planted": 0.0, "truth": 0.0}  # fmt: skip
        for what, part in focus(rows).items():
            if what == "main year":
                continue
            for metric, got in score(part, 0.0).items():
                yield {**base, "what": what, "metric": metric, "value": got, "n": len(part)}
        own = labels[0] == "s0"
        total = [counted.rows(np.flatnonzero(m)) for m in (own, ~own)]
        f, n = [c.total() for c in total], [c.n_tokens.sum() for c in total]
        plain = np.log2((f[0] / n[0]) / (f[1] / n[1]))
        yield {**base, "what": "main source, not balanced", "metric": "bias",
               "value": plain.mean(), "n": len(plain)}  # fmt: skip


def trends() -> Iterator[dict[str, Any]]:
    """Yield coverage and errors of slopes; the later half of the years is three times as long."""
    for years, each in ((5, 5), (5, 10), (10, 5), (10, 10), (30, 5)):
        for rate, burst in WORDS:
            for slope in (0.0, 2 / (years - 1), 0.2):  # none, fourfold over all years, steep
                when = np.arange(years)
                docs, long = np.full((1, years), each), np.where(when > years / 2, 3.0, 1.0)[None]
                rates = rate * 2 ** (slope * (when - when.mean()))[None]
                counted, labels = documents(docs, long, rates, burst)
                year = np.array([int(y[1:]) for y in labels[1]], dtype=np.float64)
                rows = trend._rows(counted, year, 1, 0.95)
                rows["q"] = crossed.resample.benjamini_hochberg(rows["p"].to_numpy())
                rows = rows.assign(why=None)
                rows["verdict"] = trend._verdicts(rows, 0.95)
                rows["verdict"] = rows["verdict"].replace({"rises": "key", "falls": "key"})
                base = {"design": f"{years} years", "docs_a_cell": each, "rate": rate,
                        "burst": burst, "what": "slope", "planted": slope,
                        "truth": slope}  # fmt: skip
                for metric, got in score(rows, slope).items():
                    yield {**base, "metric": metric, "value": got, "n": len(rows)}


def speed() -> Iterator[dict[str, Any]]:
    """Yield seconds of CPU for 20 sources, 4 decades and 10 documents a cell, all comparisons."""
    rates = np.full((20, 4), 0.001)
    counted, labels = documents(np.full((20, 4), 10), np.full((20, 4), 5.0), rates, 1.0)
    few = slice(0, 900)  # Fewer rows than crossed.MANY, so that all of them get an interval.
    counted = Counts(counted.matrix[:, few], counted.terms[few], counted.n_tokens, "word")
    for n_boot in (199, 999):
        start = time.process_time()
        rows = compare(counted, labels, n_boot, every=True)
        yield {"design": "20 x 4", "docs_a_cell": 10, "rate": 0.001, "burst": 1.0, "n": len(rows),
               "metric": f"seconds_{n_boot}_resamples",
               "value": round(time.process_time() - start, 2)}  # fmt: skip


def main() -> None:
    """Measure and write the table."""
    stamp = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": ", ".join(f"{n} {version(n)}" for n in ("numpy", "scipy", "pandas")),
    }
    table = pd.DataFrame([*planted(), *nothing(), *balance(), *trends(), *speed()]).assign(**stamp)
    table.to_csv(paths.RESULTS / "crossed.csv", index=False, float_format="%.8g")


if __name__ == "__main__":
    main()
