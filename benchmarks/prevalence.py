"""Measure the intervals of topic prevalence on planted truth: coverage with and without refits.

    python benchmarks/prevalence.py

writes ``benchmarks/results/prevalence.csv``. Documents of two sources and several years mix five
themes, more of some in one source and in later years; each theme is a direction, its stretches lie
around it, and the topics are found in those vectors as in a corpus, 20 refits included. Truth is
what the same method finds in very many such stretches ("topics"): where it draws the line between
two themes is part of it. "themes" is the planted share itself, which no interval promises.
"""

import datetime
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import corpus as corpora
from analysis import paths
from analysis.measures import _topic_model as model_
from analysis.measures import prevalence as prevalence_
from analysis.measures._topic_types import TopicModel

K, SIZE = 5, 24
THEMES = np.array([0.30, 0.25, 0.20, 0.15, 0.10])
SOURCE = np.array([0.10, -0.10, 0.05, 0.0, -0.05])
YEAR = np.array([-0.02, 0.02, 0.01, 0.0, -0.01])
YEARS = np.arange(-2, 3)
MIXED = 2.0
"""Concentration of a document's themes (Dirichlet): low, so that documents differ much."""
SETTINGS = ((10, 1.5), (10, 2.5), (40, 2.5))
"""Documents a source, and how far stretches lie from their theme."""
REPEATS = 20
MANY = 1500


def mixture(source: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Return the expected themes of documents, shape (n_docs, K)."""
    return THEMES + (source - 0.5)[:, None] * SOURCE + year[:, None] * YEAR


def directions() -> np.ndarray:
    """Return the directions of the themes; not quite at right angles."""
    return model_.unit(np.random.default_rng(0).normal(size=(K, SIZE)))


def draw(each: int, spread: float, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw documents of two sources: a row a stretch with its theme, and its vector."""
    rng = np.random.default_rng(seed)
    source = np.repeat([0, 1], each)
    year = YEARS[np.arange(2 * each) % len(YEARS)]
    size = rng.integers(4, 15, 2 * each)
    own = np.array([rng.dirichlet(MIXED * p) for p in mixture(source, year)])
    doc = np.repeat(np.arange(2 * each), size)
    theme = np.array([rng.choice(K, p=own[d]) for d in doc])
    noise = rng.normal(size=(len(doc), SIZE)) * spread / np.sqrt(SIZE)
    vectors = model_.unit(directions()[theme] + noise)
    words = rng.integers(20, 120, len(doc))
    rows = {"doc": doc, "source": source[doc], "year": year[doc], "theme": theme, "words": words}
    return pd.DataFrame(rows), vectors


def found(vectors: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Find topics: centres, and the smoothed vectors they were found in."""
    smoothed = model_.smooth(vectors)
    return model_.Pieces(smoothed, seed=seed, n_init=1).cluster(K), smoothed


def confusion(spread: float) -> np.ndarray:
    """Return how stretches of a theme (row) fall on topics, themes matched, found in very many."""
    rows, vectors = draw(MANY // 2, spread, seed=999)
    centres, smoothed = found(vectors, 0)
    pair = model_.match(directions() @ centres.T)
    topic = np.argsort(pair)[(smoothed @ centres.T).argmax(axis=1)]
    table = np.zeros((K, K))
    np.add.at(table, (rows["theme"], topic), 1)
    return table / table.sum(axis=1, keepdims=True)


def planted(each: int, spread: float, seed: int) -> tuple[corpora.Corpus, TopicModel]:
    """Put a drawn corpus and the model of it together; topics have the numbers of the themes."""
    rows, vectors = draw(each, spread, seed)
    centres, smoothed = found(vectors, seed)
    centres = centres[model_.match(directions() @ centres.T)]
    samples = model_.resamples(vectors, rows["doc"].to_numpy(), seed=seed)
    refits = model_.refits(smoothed, centres, samples) + 1
    first = rows.drop_duplicates("doc")
    documents = pd.DataFrame(
        {"doc_id": [f"d{i:04}" for i in first["doc"]], "text": "Text.", "language": "en"}
        | {"source": [f"s{i}" for i in first["source"]], "year": 2000 + first["year"].to_numpy()}
    )
    corpus = corpora.from_rows(documents)
    topic = (smoothed @ centres.T).argmax(axis=1) + 1
    units = pd.DataFrame(
        {"doc_id": [f"d{i:04}" for i in rows["doc"]], "start": np.arange(len(rows))}
        | {"n_words": rows["words"], "topic": topic, "share": 1.0, "fitted": True}
        | {"sentences": [()] * len(rows)}
    )
    table = pd.DataFrame({"topic": range(1, K + 1), "verdict": "stable", "stability": 1.0})
    table = table.assign(label="", top_words="", warning="", doubtful=False)
    table["languages"] = [("en",)] * K
    model = TopicModel(
        numbers=tuple(range(1, K + 1)), seed=seed, units=units, membership=np.eye(K)[topic - 1],
        centres=centres, refits=refits.astype(np.int16), topics=table, terms=table,
        shares=table, corpus_hash=corpus.hash, model="planted", n_all=len(units),
    )  # fmt: skip
    return corpus, model


def intervals(corpus: corpora.Corpus, model: TopicModel) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every kind of result of a model, each a row a topic."""
    shares = prevalence_.prevalence(corpus, model, by="source")
    gaps = prevalence_.differences(corpus, model, by="source")
    slopes = prevalence_.effects(corpus, model)
    yield "share of s0", shares[shares["group"].eq("s0")]
    yield "difference", gaps
    yield "effect of year", slopes[slopes["by"].eq("year")]


def truths(shown: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each kind should find where themes (rows) show as topics (columns)."""
    one, two = (mixture(np.array([s]), np.array([0]))[0] for s in (0, 1))
    return {
        "share of s0": one @ shown,
        "difference": 100 * (one - two) @ shown,
        "effect of year": 100 * YEAR @ shown,
    }


def measured(each: int, spread: float) -> Iterator[dict[str, Any]]:
    """Yield every interval of one setting: whether it holds the truth, its width and error."""
    true = {"topics": truths(confusion(spread)), "themes": truths(np.eye(K))}
    for seed in range(1, REPEATS + 1):
        corpus, model = planted(each, spread, seed)
        for refits, one in (("20", model), ("none", replace(model, refits=model.refits[:0]))):
            for kind, rows in intervals(corpus, one):
                lo, hi, found = rows.sort_values("topic")[["lo", "hi", "estimate"]].to_numpy().T
                for truth, values in true.items():
                    value = values[kind]
                    inside = (lo <= value) & (value <= hi)
                    yield {"docs_a_source": each, "spread": spread, "refits": refits} | {
                        "kind": kind, "truth": truth, "coverage": inside.mean(),
                        "width": (hi - lo).mean(), "square": ((found - value) ** 2).mean(),
                    }  # fmt: skip


def main() -> None:
    """Write the table."""
    start = time.process_time()
    with threadpool_limits(1):
        rows = pd.DataFrame([row for setting in SETTINGS for row in measured(*setting)])
    keys = ["docs_a_source", "spread", "kind", "truth", "refits"]
    table = rows.groupby(keys, as_index=False).mean()
    table = table.assign(rmse=np.sqrt(table.pop("square")), repeats=REPEATS, topics=K)
    stamp = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": ", ".join(f"{n} {version(n)}" for n in ("numpy", "scipy", "scikit-learn")),
    }
    table = table.assign(**stamp)
    table.to_csv(paths.RESULTS / "prevalence.csv", index=False, float_format="%.8g")
    print(table.to_string(), f"{time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    main()
