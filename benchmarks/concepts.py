"""How alike do the lexicons count texts that say the same in three languages?

    python -m benchmarks.concepts

Reads the optional data folder: ntrex (news documents) and sib200 (sentences), both professionally
translated; a document, or a sentence of sib200, with its translations is the unit that is
resampled. Writes

``benchmarks/results/concepts.csv``: a row for every concept, or actor, and language, and one with
the term ``*`` for what holds of all of them. With f mentions among n words, c the term and l the
language::

    y[c,l] = log2((f + .5) / n),    b[c,l] = y[c,l] - mean over l of y[c,l]

``bias`` is b and ``se`` its standard error, linearised over parallel units, so that what the
translations share cancels. Half a mention that a language has alone is added to its variance, so
that full agreement on three mentions is not taken for certainty. ``expected`` is the empirical
Bayes estimate of b (Morris 1983, JASA) under b[c,l] ~ N(m[l], tau²), m by weighted least squares,
but at most one standard error from b, so that a term that stands out keeps most of its difference
(limited translation: Efron & Morris 1972, JASA). ``sd`` is its quasi standard error (Firth & de
Menezes 2004, Biometrika): the expected difference of two languages has the variance
sd[l]² + sd[l']². ``tau`` is estimated on the terms seen at least :data:`SEEN` times by the method
of moments of Paule & Mandel (1982; for several outcomes Jackson, White & Riley 2013, Biometrical
Journal). The lexicon was written with these very texts at hand, so that it fits them better than
others: what is put in for tau is not the estimate but the upper end of its 95 % interval (Q
profile: Viechtbauer 2007, Statistics in Medicine). In the rows ``*`` ``expected`` is m and ``sd``
is that tau: what holds of a term never seen here. They also hold the share of words and of
sentences in which the lexicon finds anything.

``benchmarks/results/concepts_check.csv``: floors learnt on one part of the texts and tried on
another. Every contrast is of one term in two languages on text of the same content. ``differ`` is
the share that would be called different though nothing differs: its own interval (paired units,
which is narrower than any real comparison's) lies beyond the floor altogether.
``differ_without_floor`` is the share whose interval leaves out zero. ``beyond`` is the share of
estimates beyond the floor, among terms with at least :data:`SEEN` mentions in the three languages.
"""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis import corpus as corpora
from analysis import counts, paths
from analysis.corpus import Corpus
from analysis.measures import instrument

LANGUAGES = ("de", "en", "nl")
UNITS = ("concept", "actor")
SEEN = 30
"""Mentions in all languages together from which a term tells how much terms differ."""
ALONE = 0.5
SPLITS = 20
ESTIMATES = ("bias", "se", "expected", "sd", "tau")
COLUMNS = ("unit", "term", "language", "mentions", "words", "rate", *ESTIMATES, "words_covered",
           "sentences_covered")  # fmt: skip
Parallel = tuple[np.ndarray, np.ndarray]


def parallel(folder: Path) -> pd.DataFrame:
    """Return the parallel texts as rows of a corpus; ``item`` says which belong together."""
    news = pd.read_csv(folder / "ntrex" / "open_dev.csv")
    sentences = pd.read_csv(folder / "sib200" / "open_train_dev.csv")
    news = news.groupby("doc_id", sort=True)[list(LANGUAGES)].agg("\n".join)
    sentences = sentences.set_index("index_id").sort_index()[list(LANGUAGES)]
    parts = []
    for source, table in (("ntrex", news), ("sib200", sentences)):
        for code in LANGUAGES:
            item = source + " " + table.index.astype(str)
            rows = pd.DataFrame({"item": item, "language": code, "source": source})
            parts.append(rows.assign(doc_id=item + " " + code, text=table[code].to_numpy()))
    return pd.concat(parts, ignore_index=True)


def counted(corpus: Corpus, unit: str) -> tuple[np.ndarray, Parallel]:
    """Count every term: terms, and mentions (language, item, term) with words (language, item)."""
    found = counts.count(corpus, unit=unit, include_marked=True)
    language, item = (corpus.documents[c].to_numpy() for c in ("language", "item"))
    rows = [np.flatnonzero(language == code) for code in LANGUAGES]
    rows = [r[np.argsort(item[r].astype(str), kind="stable")] for r in rows]
    x = np.stack([found.matrix[r].toarray() for r in rows])
    return found.terms, (x, np.stack([found.n_tokens[r] for r in rows]))


def chosen(texts: Parallel, which: np.ndarray) -> Parallel:
    """Return some of the items."""
    return texts[0][:, which], texts[1][:, which]


def gaps(texts: Parallel, *, alone: float = ALONE) -> tuple[np.ndarray, np.ndarray]:
    """Return y, shape (language, term), and its covariance, (term, language, language)."""
    x, n = texts
    f, words, items = x.sum(axis=1), n.sum(axis=1), x.shape[1]
    y = np.log2((f + 0.5) / words[:, None])
    surplus = (x - n[:, :, None] * (f / words[:, None])[:, None]) / (f + 0.5)[:, None]
    covariance = np.einsum("luc,kuc->clk", surplus, surplus) * items / (items - 1)
    covariance += np.einsum("lc,lk->clk", alone / (f + 0.5) ** 2, np.eye(len(x)))
    return y, covariance / np.log(2) ** 2


def weigh(b: np.ndarray, s: np.ndarray, tau: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the precision of every term's b, and m with its covariance."""
    precision = np.linalg.pinv(s + tau**2 * centring(b.shape[1]), hermitian=True)
    spread = np.linalg.pinv(precision.sum(axis=0), hermitian=True)
    return precision, spread @ np.einsum("clk,ck->l", precision, b), spread


def centring(n: int) -> np.ndarray:
    return np.eye(n) - 1 / n


def heterogeneity(texts: Parallel) -> tuple[float, float]:
    """Return tau of the terms seen often, and the upper end of its 95 % interval."""
    seen = texts[0].sum(axis=(0, 1))
    often = seen >= min(SEEN, np.sort(seen)[-5:].min())
    y, s = gaps((texts[0][:, :, often], texts[1]), alone=0)
    centre = centring(len(y))
    b, s = (centre @ y).T, centre @ s @ centre
    freedom = (len(y) - 1) * (len(b) - 1)

    def at(q: float) -> float:
        def excess(tau: float) -> float:
            precision, m, _ = weigh(b, s, tau)
            return float(np.einsum("cl,clk,ck->", b - m, precision, b - m)) - q

        return 0.0 if excess(1e-5) <= 0 else float(optimize.brentq(excess, 1e-5, 10))

    return at(freedom), at(stats.chi2.ppf(0.025, freedom))


def shrink(texts: Parallel) -> pd.DataFrame:
    """Return bias, se, expected, sd and tau by (term, language); last, what holds of all terms."""
    y, s = gaps(texts)
    centre = centring(len(y))
    b, s = (centre @ y).T, centre @ s @ centre
    tau, most = heterogeneity(texts)
    precision, m, spread = weigh(b, s, most)
    prior = most**2 * centre
    pull = prior @ precision
    se = np.sqrt(_diagonal(s))
    shift = m - b + np.einsum("clk,ck->cl", pull, b - m)
    expected = b + shift / np.maximum(np.abs(shift) / se, 1).max(axis=1, keepdims=True)
    rest = np.eye(len(y)) - pull
    left = rest @ prior + rest @ spread @ rest.transpose(0, 2, 1)
    terms = b, se, expected, np.sqrt(quasi(left)), np.full_like(b, np.nan)
    every = m, np.sqrt(np.diag(spread)), m, np.sqrt(quasi((prior + spread)[None]))[0], 0 * m + tau
    columns = [np.vstack(pair).ravel() for pair in zip(terms, every, strict=True)]
    return pd.DataFrame(dict(zip(ESTIMATES, columns, strict=True)))


def _diagonal(matrices: np.ndarray) -> np.ndarray:
    return np.diagonal(matrices, axis1=1, axis2=2)


def quasi(covariance: np.ndarray) -> np.ndarray:
    """Return variances that add up to those of differences; exact for three languages."""
    v = _diagonal(covariance)
    n = v.shape[1]
    total = v.sum(axis=1, keepdims=True)
    return np.maximum((v - total / (n * (n - 1))) * n / (n - 2), 0)


def table(corpus: Corpus, unit: str) -> pd.DataFrame:
    """Return the rows of concepts.csv of one unit."""
    terms, texts = counted(corpus, unit)
    return estimated(unit, terms, texts).merge(_covered(corpus, unit), how="left")


def estimated(unit: str, terms: np.ndarray, texts: Parallel) -> pd.DataFrame:
    names = np.append(terms, instrument.EVERY)
    f = texts[0].sum(axis=1)
    f = np.hstack([f, f.sum(axis=1, keepdims=True)]).T
    rows = pd.DataFrame({"term": np.repeat(names, len(LANGUAGES)), "mentions": f.ravel()})
    rows["unit"], rows["language"] = unit, np.tile(LANGUAGES, len(names))
    rows["words"] = np.tile(texts[1].sum(axis=1), len(names))
    rows["rate"] = 1000 * rows["mentions"] / rows["words"]
    return pd.concat([rows, shrink(texts)], axis=1)


def _covered(corpus: Corpus, unit: str) -> pd.DataFrame:
    found = instrument.coverage(corpus, unit=unit, include_marked=True, n_boot=2)
    return pd.DataFrame(
        {
            "language": found["group"],
            "term": instrument.EVERY,
            "words_covered": found["words_covered"],
            "sentences_covered": found["estimate"],
        }
    )


def outside(floors: pd.DataFrame, terms: np.ndarray, texts: Parallel) -> dict[str, float]:
    """Return how many contrasts of the same content lie beyond floors learnt elsewhere."""
    y, s = gaps(texts)
    z = stats.norm.ppf(0.975)
    seen = texts[0].sum(axis=(0, 1))
    rows = []
    for one, two in combinations(range(len(LANGUAGES)), 2):
        floor = instrument.limits(floors, terms, {LANGUAGES[one]: 1.0}, {LANGUAGES[two]: 1.0})
        d = np.abs(y[one] - y[two])
        half = z * np.sqrt(s[:, one, one] + s[:, two, two] - 2 * s[:, one, two])
        rows.append(pd.DataFrame({"d": d, "half": half, "floor": floor, "seen": seen}))
    found = pd.concat(rows)
    found = found[found["seen"] > 0]
    often = found[found["seen"] >= SEEN]
    return {
        "contrasts": len(found),
        "differ_without_floor": (found["d"] > found["half"]).mean(),
        "differ": (found["d"] - found["half"] > found["floor"]).mean(),
        "contrasts_often": len(often),
        "beyond": (often["d"] > often["floor"]).mean(),
    }


def splits(items: list[str]) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield what floors are learnt on, what they are tried on, and which items are the former."""
    news = np.array([item.startswith("ntrex") for item in items])
    yield "ntrex", "sib200", news
    yield "sib200", "ntrex", ~news
    rng = np.random.default_rng(0)
    for _ in range(SPLITS):
        yield "half of both", "other half", rng.permutation(len(items)) % 2 == 0


def check(corpus: Corpus, unit: str) -> pd.DataFrame:
    """Return the rows of concepts_check.csv of one unit; halves are means of many splits."""
    terms, texts = counted(corpus, unit)
    items = sorted(set(corpus.documents["item"]))
    rows = []
    for learnt, tried, half in splits(items):
        floors = estimated(unit, terms, chosen(texts, half))
        found = outside(floors, terms, chosen(texts, ~half))
        rows.append({"unit": unit, "learnt_on": learnt, "tried_on": tried, **found})
    keys = ["unit", "learnt_on", "tried_on"]
    return pd.DataFrame(rows).groupby(keys, sort=False).mean().reset_index()


def main() -> None:
    folder = paths.data()
    if folder is None:
        raise SystemExit("the optional data folder is absent (set DISCOURSE_DATA)")
    corpus = corpora.from_rows(parallel(folder))
    whole = pd.concat([table(corpus, unit) for unit in UNITS])[list(COLUMNS)]
    whole.to_csv(paths.RESULTS / "concepts.csv", index=False, float_format="%.6g")
    tried = pd.concat([check(corpus, unit) for unit in UNITS])
    tried.to_csv(paths.RESULTS / "concepts_check.csv", index=False, float_format="%.4g")
    print(whole[whole["term"].eq(instrument.EVERY)].to_string())
    print(tried.to_string())


if __name__ == "__main__":
    main()
