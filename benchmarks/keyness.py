"""Measure keyness on planted truth: do its intervals cover, does it find what is not there?

    python -m benchmarks.keyness

writes ``benchmarks/results/keyness.csv``. Documents are generated: each word has its own rate,
each document its own mood for each word (a gamma of mean 1; the smaller its shape, the burstier),
counts are Poisson. Every word is a trial of a known log ratio, sent through keyness itself. The
column `part` says what a row tells:

real words : which shapes words of real texts have (UN speeches, Dutch headlines; where the optional
    data folder is there): quantiles of the shape in a class of rates.
coverage : of the 95 % interval, over all terms shown and over those that are judged; beside it,
    over every second trial, that of the bootstrap alone, of the t interval alone, and of the
    alternatives in :func:`rivals`.
nothing planted : share of trials in which any term has q <= .05, or is key.
a tenth planted : what share of the terms with q <= .05, or key, is false; what share of the planted
    ones (log ratio 1 and 2.5) is key; the same of q by the two variances of :func:`ways`; in what
    share of trials the simultaneous intervals cover every term.
one text shouts : words that one text of the target repeats.
"""

import datetime
import platform
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import corpus, counts, paths, postings, rates, resample
from analysis.measures import _contrast as contrast
from analysis.measures._columns import contrasts
from analysis.measures._sides import Sample
from analysis.measures.pairs import Pair

Docs = tuple[int, int]
DOCS = (
    (2, 2), (3, 3), (4, 4), (5, 5), (5, 50), (8, 50), (10, 10), (10, 50), (20, 20),
    (20, 200), (50, 50), (50, 500), (500, 500), (300, 5000),
)  # fmt: skip
MANY = 250  # documents of both sides beyond which there are fewer trials and 499 resamples
MOST = 1000  # and beyond which the rivals are left out
WORDS = {  # of a document: from, to, on either side
    "equal": ((500, 501), (500, 501)),
    "unequal": ((200, 800), (200, 800)),
    "unequal by up to 60 times": ((50, 3000), (50, 3000)),
    "long against short": ((2000, 8000), (200, 800)),
    "short against long": ((200, 800), (2000, 8000)),
    "headlines": ((5, 15), (5, 15)),
}
VARIED: tuple[tuple[Docs, str], ...] = (
    *((docs, lengths) for lengths in ("equal", "unequal by up to 60 times", "long against short",
      "short against long") for docs in ((5, 50), (50, 50), (50, 500))),
    ((300, 5000), "headlines"),
)  # fmt: skip
RATES = (0.02, 0.005, 0.001, 0.0002)
SHAPES = ("1", "0.3", "0.1", "real")
REAL = {  # quarters of the words of speeches: part "real words", UN speeches by year
    0.02: (2.3, 4.2, 7.1, 14), 0.005: (2.3, 4.2, 7.1, 14), 0.001: (0.31, 1.4, 2.4, 3.5),
    0.0002: (0.35, 0.85, 1.3, 2.0),
}  # fmt: skip
PLANTED = (0.0, 1.0, 2.5)
CLASSES = (0.01, 0.003, 0.0005, 0.0001, 0.00002)  # bounds of rates, each a class of real words
QUANTILES = ("shape_05", "shape_25", "shape_50", "shape_75")
N_BOOT, FEWER_BOOT = 999, 499  # the latter where documents are MANY
TRIALS, PER = 20, 40  # contrasts a setting, words of each kind in one
SETS = 30  # of words of which a tenth is planted; twice as many with nothing planted
LL2 = 3.84  # the usual bound of the log-likelihood, for comparison
SEEN = 50  # occurrences of a real word below which its shape is not estimated


def drawn(
    rng: np.random.Generator, docs: Docs, lengths: str, words: pd.DataFrame
) -> tuple[list[sparse.csr_array], list[np.ndarray]]:
    """Draw the counts of words with given `rate`, `shape` and `planted` log ratio in two groups."""
    rate, shape = words["rate"].to_numpy(), shapes_of(words)
    sides, sizes = [], []
    for n, span, times in zip(docs, WORDS[lengths], (2.0 ** words["planted"], 1), strict=True):
        far = span[1] > 10 * span[0]  # spread over orders of magnitude
        size = (
            np.exp(rng.uniform(np.log(span[0]), np.log(span[1]), n))
            if far
            else rng.integers(*span, n)
        )
        mood = rng.gamma(shape, 1 / shape, (n, len(words)))
        expected = size.astype(int)[:, None] * (rate * np.asarray(times)) * mood
        sides.append(sparse.csr_array(rng.poisson(expected)))
        sizes.append(size.astype(int))
    return sides, sizes


def shapes_of(words: pd.DataFrame) -> np.ndarray:
    """Return the gamma's shape of each word; of "real" ones in turn those of :data:`REAL`."""
    turn = words.groupby("rate").cumcount() % 4
    kinds = zip(words["shape"], words["rate"], turn, strict=True)
    return np.array([REAL[r][t] if s == "real" else float(s) for s, r, t in kinds])


def compared(
    sides: list[sparse.csr_array], sizes: list[np.ndarray], words: pd.DataFrame, n_boot: int,
    *, beside: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Send counts through keyness itself; rows of the words it shows, with what was planted.

    With `beside` the ends of :func:`rivals` too.
    """
    n = [len(s) for s in sizes]
    terms = np.array([f"{i:06}" for i in range(len(words))])
    size = np.concatenate(sizes)
    held = postings.of_matrix(sparse.csr_array(sparse.vstack(sides)), terms, size, "word")
    rows = np.arange(sum(n))
    pair = Pair("a", "b", "xx", "xx", rows[: n[0]], rows[n[0] :], True)
    ids = [f"{row:06}" for row in rows]
    documents = pd.DataFrame({"doc_id": ids, "source": np.repeat(["a", "b"], n)})
    settings = {"level": 0.95, "n_boot": n_boot, "seed": 0, "min_count": 3}
    found = pd.DataFrame(contrasts(held, [pair], documents, ("simultaneous",), settings)[0])
    found = found.drop(columns="rate").set_index("number").join(words)
    found["verdict"] = np.array(contrast.SAID)[found["verdict"]]
    found["judged"] = found["lo"].notna() & ~found["verdict"].str.contains("too little|one text$")
    found["inside"] = found["planted"].between(found["lo"], found["hi"])
    if beside:
        found = found.join(rivals(sides, sizes, pair.seeds(0), n_boot))
    return found


def rivals(
    sides: list[sparse.csr_array], sizes: list[np.ndarray], seeds: tuple[int, int], n_boot: int
) -> pd.DataFrame:
    """Return the ends of other intervals: either half of ours alone, and what might better it.

    bootstrap, t : alone; the t interval by each side's own variance.
    own, shared : the wider end of bootstrap and t, the latter by the two ways of :func:`ways`.
    studentised : bootstrap t, whose samples each have their own standard error; up to MANY texts.
    """
    both = ways(*map(rates.of_matrix, sides, sizes))
    estimate = both["own"].log / np.log(2)
    reach = {name: of.reach(0.95) / np.log(2) for name, of in both.items()}
    bare = replace(both["own"], error=0 * estimate)
    counted, words = resampled(sides, sizes)
    of = np.zeros(0, dtype=np.int64)  # Which documents are where was told by the counts already.
    samples = tuple(Sample(of, size) for size in words)
    lo, hi = contrast.interval(
        samples, tuple(counted), estimate, bare, level=0.95, n_boot=n_boot, seeds=seeds
    )
    out = {"bootstrap": (lo, hi), "t": (estimate - reach["own"], estimate + reach["own"])}
    for name, far in reach.items():
        out[name] = np.minimum(lo, estimate - far), np.maximum(hi, estimate + far)
    if len(sizes[0]) + len(sizes[1]) <= MANY:
        out["studentised"] = studentised(sides, sizes, seeds, n_boot)
    ends = {f"{end}_{name}": v for name, of in out.items()
               for end, v in zip(("lo", "hi"), of, strict=True)}  # fmt: skip
    return pd.DataFrame(ends)


def resampled(
    sides: list[sparse.csr_array], sizes: list[np.ndarray]
) -> tuple[list[sparse.csc_array], list[np.ndarray]]:
    """Return counts and words of what is resampled: documents, or random pools of many."""
    edges = np.cumsum([0, *map(len, sizes)])
    pools = resample.pools(int(edges[-1]), 0)
    counted, words = [], []
    for x, n, (a, b) in zip(sides, sizes, pairwise(edges.tolist()), strict=True):
        many = len(n) > resample.POOLS
        counted.append(sparse.csc_array(pools[:, a:b] @ x if many else x))
        words.append((pools[:, a:b] @ n if many else n).astype(np.float64))
    return counted, words


def ways(one: rates.Sums, two: rates.Sums) -> dict[str, rates.Ratio]:
    """Return the log ratio with two variances.

    own : each side's by itself.
    shared : at least what the burstiness of a word over both sides (:func:`burstiness`, each
        weighted by its documents less one) makes of a side's documents.
    """
    (a, va, da), (b, vb, db) = rates.log_rate(one), rates.log_rate(two)
    weight = [(s.docs - 1) * (s.x > 0) for s in (one, two)]
    total = weight[0] * burstiness(one) + weight[1] * burstiness(two)
    common = total / np.maximum(weight[0] + weight[1], 1)
    least = rates.ratio(one, two).least
    wa, wb = (1 / np.maximum(s.x, rates.ZERO) + common * s.n2 / s.n**2 for s in (one, two))
    out = {}
    for name, u, v in (("own", va, vb), ("shared", np.maximum(va, wa), np.maximum(vb, wb))):
        df = (u + v) ** 2 / (u**2 / da + v**2 / db)
        out[name] = rates.Ratio(a - b, np.sqrt(u + v), df, least)
    return out


def burstiness(of: rates.Sums) -> np.ndarray:
    """Return 1 / shape of each word by moments, 0 if it varies no more than independent words.

    With mean r n and variance r n + r² n² / shape of a document's count, and e its distance from
    r n: ``1 / shape = (D/(D-1) Σe² - f) / (r² Σn²)``.
    """
    rate = of.x / of.n
    square = np.maximum(of.x2 - 2 * rate * of.xn + rate**2 * of.n2, 0) * of.docs / (of.docs - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(of.x > 0, np.maximum(square - of.x, 0) / (rate**2 * of.n2), 0)


def studentised(
    sides: list[sparse.csr_array], sizes: list[np.ndarray], seeds: tuple[int, int], n_boot: int
) -> tuple[Any, Any]:
    """Return the ends of the bootstrap t interval; each side's variance as in rates.log_rate."""
    logs, variances = [], []
    for side, size, seed in zip(sides, sizes, seeds, strict=True):
        n, x = size.astype(float), side.toarray().astype(float)
        drawn = resample.weights(len(n), n_boot=n_boot, seed=seed)
        drawn = np.vstack([np.ones(len(n)), drawn])  # the documents themselves, then the samples
        f, size, square = drawn @ x, drawn @ n, drawn @ n**2
        rate = f / size[:, None]
        e2 = drawn @ x**2 - 2 * rate * (drawn @ (x * n[:, None])) + rate**2 * square[:, None]
        f = np.maximum(f, rates.ZERO)
        logs.append(np.log2(f / size[:, None]))
        variances.append(np.maximum(e2 * len(n) / (len(n) - 1) / f**2, 1 / f) / np.log(2) ** 2)
    log, error = logs[0] - logs[1], np.sqrt(variances[0] + variances[1])
    low, high = np.quantile((log[1:] - log[0]) / error[1:], (0.025, 0.975), axis=0)
    return log[0] - high * error[0], log[0] - low * error[0]


def cells(per: int, planted: tuple[float, ...] = PLANTED) -> pd.DataFrame:
    """Return `per` words of every rate, shape and planted log ratio."""
    names = ["rate", "shape", "planted"]
    grid = pd.MultiIndex.from_product([RATES, SHAPES, planted], names=names).to_frame(index=False)
    return grid.loc[grid.index.repeat(per)].reset_index(drop=True)


def coverage() -> Iterator[dict[str, Any]]:
    """Yield how often the interval holds what was planted, a row for each kind of word."""
    for docs, lengths in (*((d, "unequal") for d in DOCS), *VARIED):
        rng, words = np.random.default_rng(0), cells(PER)
        n_boot, trials = (N_BOOT, TRIALS) if sum(docs) <= MANY else (FEWER_BOOT, TRIALS // 2)
        rows = []
        for trial in range(trials):
            beside = trial % 2 == 0 and sum(docs) <= MOST
            rows.append(compared(*drawn(rng, docs, lengths, words), words, n_boot, beside=beside))
        found = pd.concat(rows)
        names = [c[3:] for c in found if str(c).startswith("lo_") and c != "lo_all"]
        for name in names:
            lo, hi = found[f"lo_{name}"], found[f"hi_{name}"]
            found[name] = found["planted"].between(lo, hi).astype(float).where(lo.notna())
        for (rate, shape, planted), part in found.groupby(["rate", "shape", "planted"]):
            told, width = part[part["judged"]], part["hi"] - part["lo"]
            yield {
                "part": "coverage", **setting(docs, lengths, n_boot, trials), "rate": rate,
                "shape": shape, "planted": planted, "n": len(part),
                "shown": len(part) / (PER * trials),
                "judged": len(told) / len(part), "coverage": part["inside"].mean(),
                "coverage_judged": told["inside"].mean() if len(told) else np.nan,
                "width": width.median(), **{f"coverage_{n}": part[n].mean() for n in names},
            }  # fmt: skip


def setting(docs: Docs, lengths: str, n_boot: int, trials: int) -> dict[str, Any]:
    """Return the columns that say what was generated."""
    return {"docs_target": docs[0], "docs_reference": docs[1], "lengths": lengths,
            "n_boot": n_boot, "trials": trials}  # fmt: skip


def errors() -> Iterator[dict[str, Any]]:
    """Yield false and true discoveries of every number of documents and shape."""
    for docs in (d for d in DOCS if min(d) >= resample.MIN_DOCS and sum(d) <= MOST):
        many = sum(docs) > MANY
        n_boot, trials = (FEWER_BOOT, SETS // 2) if many else (N_BOOT, SETS)
        for shape in SHAPES:
            same = {**setting(docs, "unequal", n_boot, trials), "shape": shape}
            none = pd.DataFrame({"rate": np.tile(RATES, 75), "shape": shape, "planted": 0.0})
            tenth = none.assign(planted=np.repeat([1.0, 2.5, 0.0], [15, 15, 270]))
            yield {"part": "nothing planted", **same, **_nothing(docs, none, 2 * trials, n_boot)}
            yield {"part": "a tenth planted", **same, **_tenth(docs, tenth, trials, n_boot)}
            yield {"part": "one text shouts", **same, **_shout(docs, none, n_boot)}


def _nothing(docs: Docs, words: pd.DataFrame, trials: int, n_boot: int) -> dict[str, Any]:
    rng, any_q, any_key, loud, p05 = np.random.default_rng(0), 0, 0, [], []
    for _ in range(trials):
        sides, sizes = drawn(rng, docs, "unequal", words)
        rows = compared(sides, sizes, words, 0)
        p05.append(rates.ratio(*map(rates.of_matrix, sides, sizes)).p())
        loud.append((rows["ll2"] > LL2).mean())
        if (rows["q"] <= 0.05).any():  # only then can a word be key, and resampling matter
            any_q += 1
            any_key += compared(sides, sizes, words, n_boot)["verdict"].str.match("key").any()
    p = np.concatenate(p05)
    return {"n": trials * len(words), "trials": trials, "any_q": any_q / trials,
            "any_key": any_key / trials, "p_at_most_05": (p[p >= 0] <= 0.05).mean(),
            "ll2_over_3_84": np.mean(loud)}  # fmt: skip


def _tenth(docs: Docs, words: pd.DataFrame, trials: int, n_boot: int) -> dict[str, Any]:
    rng, told = np.random.default_rng(0), []
    for _ in range(trials):
        sides, sizes = drawn(rng, docs, "unequal", words)
        rows = compared(sides, sizes, words, n_boot)
        false, q = rows["planted"] == 0, rows["q"] <= 0.05
        key = rows["verdict"].isin(("key", "key: used less"))
        told.append({
            "false_q": (q & false).sum() / max(1, q.sum()),
            "false_key": (key & false).sum() / max(1, key.sum()),
            "power_1": key[rows["planted"] == 1].sum() / 15,
            "power_2_5": key[rows["planted"] == 2.5].sum() / 15,
            "simultaneous": rows["planted"].between(rows["lo_all"], rows["hi_all"]).all(),
            **_discovered(rows, sides, sizes),
        })  # fmt: skip
    return {"n": trials * len(words), **pd.DataFrame(told).mean().to_dict()}


def _discovered(rows: pd.DataFrame, sides: list, sizes: list) -> dict[str, float]:
    """Return the false and true discoveries that q makes by either of :func:`ways`."""
    out = {}
    for name, ratio in ways(*map(rates.of_matrix, sides, sizes)).items():
        q = resample.benjamini_hochberg(ratio.p()[rows.index]) <= 0.05
        false = rows["planted"].to_numpy() == 0
        out[f"false_q_{name}"] = (q & false).sum() / max(1, q.sum())
        out[f"power_q_{name}"] = (q & ~false).sum() / (~false).sum()
    return out


def _shout(docs: Docs, words: pd.DataFrame, n_boot: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    sides, sizes = drawn(rng, docs, "unequal", words)
    sides[0] = sides[0].tolil()
    sides[0][0] = rng.integers(40, 90, len(words))
    rows = compared([sparse.csr_array(sides[0]), sides[1]], sizes, words, n_boot)
    rows = rows[rows["rate"] <= 0.001]  # 40 times is no shout of a word that all use so often
    return {"n": len(rows), "trials": 1, "key": (rows["verdict"] == "key").mean(),
            "one_text": rows["verdict"].eq("key but one text drives it").mean(),
            "ll2_over_3_84": (rows["ll2"] > LL2).mean()}  # fmt: skip


def real() -> Iterator[dict[str, Any]]:
    """Yield the shapes that words of real texts have, within groups as keyness compares them."""
    data = paths.data()
    if data is None or not (data / "ungdc_sub_en").is_dir():
        print("the optional data folder is absent: no real words are measured")
        return
    speeches = corpus.load(
        data / "ungdc_sub_en" / "speeches_20_countries_1990_2024.csv", source="country_iso3"
    )
    headlines = corpus.load(
        data / "ecosent" / "open_headlines_metadata.csv", source="medium", text="headline",
        date="date", year="year", id="id",
    )  # fmt: skip
    for name, texts, by in (("UN speeches", speeches, "source"), ("UN speeches", speeches, "year"),
                            ("Dutch headlines", headlines, "source")):  # fmt: skip
        rate, shape, f = shapes(texts, by)
        for high, low in pairwise(CLASSES):
            own = shape[(f >= SEEN) & (rate < high) & (rate >= low)]
            if len(own):
                at = np.quantile(own, (0.05, 0.25, 0.5, 0.75), method="inverted_cdf")
                yield {"part": "real words", "lengths": f"{name} by {by}", "rate": low,
                       "n": len(own), **dict(zip(QUANTILES, at, strict=True))}  # fmt: skip


def shapes(texts: Any, by: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each word's rate, shape within groups (inf: not bursty) and count."""
    counted = counts.count(texts, unit="word")
    group, _ = pd.factorize(counts.labels(texts.documents, by))
    above = below = np.zeros(len(counted.terms))
    for g in range(group.max() + 1):
        rows = np.flatnonzero(group == g)
        if len(rows) > 1:
            of = rates.of_matrix(counted.matrix[rows], counted.n_tokens[rows])
            weight = (of.x / of.n) ** 2 * of.n2
            rate = of.x / of.n
            square = of.x2 - 2 * rate * of.xn + rate**2 * of.n2
            above, below = above + weight, below + square * of.docs / (of.docs - 1) - of.x
    f = np.asarray(counted.matrix.sum(axis=0)).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = np.where(below > 0, above / below, np.inf)
    return f / counted.n_tokens.sum(), shape, f


def main() -> None:
    """Measure and write the table."""
    table = pd.DataFrame([*real(), *coverage(), *errors()])
    table["date"] = datetime.date.today().isoformat()
    table["machine"] = f"{platform.system()} {platform.machine()}"
    table["versions"] = ", ".join(f"{n} {version(n)}" for n in ("numpy", "scipy", "pandas"))
    table.to_csv(paths.RESULTS / "keyness.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
