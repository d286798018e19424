"""Measure the topic model and its neighbours on parallel and labelled text.

Run ``python benchmarks/topics.py`` with the optional data folder in place; it takes some minutes
and writes ``benchmarks/results/topics.csv``. Labels and the pairing of translations are used for
scoring only. The fixed language vectors come from the *other* set each time (cross-fitted).
"""

import re
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from language_vectors import LANGUAGES, fixed_vectors, raw, read, stamp
from scipy import sparse
from scipy.spatial.distance import jensenshannon
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import normalized_mutual_info_score as nmi
from threadpoolctl import threadpool_limits

from analysis import languages, paths
from analysis.measures import _topic_model as model_
from analysis.measures._topic_wordmodels import decompose

SEEDS = range(10)
GERMAN = ("sports", "travel", "entertainment")
ENGLISH = ("politics", "science/technology", "health")
Assign = Callable[[np.ndarray, int, int], np.ndarray]


def ours(vectors: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Topic of every vector by the model as shipped."""
    smoothed = model_.smooth(vectors, seed=seed)
    return (smoothed @ model_.cluster(smoothed, k, seed=seed).T).argmax(axis=1)


def kmeans(vectors: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Plain k-means of the same vectors."""
    return KMeans(k, n_init=10, random_state=seed).fit_predict(vectors)


def words(method: str) -> Callable[[sparse.csr_array, int, int], np.ndarray]:
    """LDA (gensim) or NMF (scikit-learn) on counts of words."""
    return lambda counts, k, seed: decompose(counts, k, seed=seed, method=method)[0].argmax(axis=1)


def tfidf_kmeans(counts: sparse.csr_array, k: int, seed: int) -> np.ndarray:
    """K-means on tf-idf weights."""
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(sparse.csr_matrix(counts))
    return KMeans(k, n_init=10, random_state=seed).fit_predict(weighted)


def count(texts: list[str], codes: list[str]) -> sparse.csr_array:
    """Count words; stop words of the languages `codes` and words of a single text left out."""
    stop: set[str] = set().union(*(languages.language(c).stop_words for c in codes))
    pattern = re.compile(r"[^\W\d_][\w'’-]+").findall
    counter = CountVectorizer(tokenizer=pattern, token_pattern=None, stop_words=None, min_df=2)
    matrix = counter.fit_transform(texts)
    kept = [i for i, w in enumerate(counter.get_feature_names_out()) if w not in stop]
    return sparse.csr_array(matrix[:, kept])


def stack(vectors: dict[str, np.ndarray], fixed: dict[str, np.ndarray] | None) -> np.ndarray:
    """All languages under each other, the fixed vectors (or language means) subtracted."""
    return np.concatenate([model_.unit(vectors[c] - (fixed[c] if fixed else 0)) for c in LANGUAGES])


def row(case: str, method: str, metric: str, values: list[float], n: int, k: int) -> dict:
    """One line of the table: mean and spread over seeds."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else np.nan
    return {
        "case": case, "method": method, "metric": metric, "value": float(np.mean(values)),
        "sd_over_seeds": spread, "seeds": len(values), "n": n, "k": k,
    }  # fmt: skip


def sib200(vectors: dict, other: dict, table: pd.DataFrame) -> list[dict]:
    """Seven labelled topics, every sentence in three languages."""
    texts = [t for c in LANGUAGES for t in table[c]]
    fixed, counts = stack(vectors, fixed_vectors(other)), count(texts, [])
    content = count(texts, list(LANGUAGES))
    topic = np.tile(table["category"].to_numpy(), 3)
    language = np.repeat(LANGUAGES, len(table))
    methods: dict[str, tuple[Assign, np.ndarray]] = {
        "discourse": (ours, fixed),
        "k-means, fixed vectors subtracted": (kmeans, fixed),
        "k-means, raw vectors": (kmeans, stack(vectors, None)),
        "LDA (gensim), mixed words": (words("lda"), counts),
        "NMF (scikit-learn), mixed words": (words("nmf"), counts),
        "LDA (gensim), mixed words without stop words": (words("lda"), content),
        "NMF (scikit-learn), mixed words without stop words": (words("nmf"), content),
    }
    rows = []
    for name, (assign, data) in methods.items():
        found = [assign(data, 7, seed) for seed in SEEDS]
        thirds = [f.reshape(3, -1) for f in found]
        scores = {
            "NMI of topic and label": [nmi(topic, f) for f in found],
            "NMI of topic and language": [nmi(language, f) for f in found],
            "same topic in all three languages": [
                float(((t[0] == t[1]) & (t[1] == t[2])).mean()) for t in thirds
            ],
        }
        rows += [row("sib200", name, m, v, len(topic), 7) for m, v in scores.items()]
    return rows


def within_languages(vectors: dict, other: dict, table: pd.DataFrame) -> list[dict]:
    """The same within each language alone."""
    rows, fixed = [], fixed_vectors(other)
    for code in LANGUAGES:
        own, counts = model_.unit(vectors[code] - fixed[code]), count(list(table[code]), [code])
        methods: dict[str, tuple[Assign, np.ndarray]] = {
            "discourse": (ours, own),
            "k-means, tf-idf": (tfidf_kmeans, counts),
            "LDA (gensim)": (words("lda"), counts),
            "NMF (scikit-learn)": (words("nmf"), counts),
        }
        for name, (assign, data) in methods.items():
            values = [nmi(table["category"], assign(data, 7, seed)) for seed in SEEDS]
            case = f"sib200, {code} alone"
            rows.append(row(case, name, "NMI of topic and label", values, len(table), 7))
    return rows


def different_themes(vectors: dict, other: dict, table: pd.DataFrame) -> list[dict]:
    """German only sports, travel, entertainment; English only politics, science, health."""
    parts = {c: table["category"].isin(t).to_numpy() for c, t in (("de", GERMAN), ("en", ENGLISH))}
    chosen = {c: vectors[c][m] for c, m in parts.items()}
    topic = np.concatenate([table["category"].to_numpy()[m] for m in parts.values()])
    own_mean = {c: v.mean(axis=0) for c, v in chosen.items()}
    rows = []
    for name, away in (
        ("discourse", fixed_vectors(other)),
        ("discourse, but the corpus's own language means subtracted", own_mean),
    ):
        data = np.concatenate([model_.unit(v - away[c]) for c, v in chosen.items()])
        values = [nmi(topic, ours(data, 6, seed)) for seed in SEEDS]
        rows.append(
            row("sib200, themes differ by language", name, "NMI of topic and label", values,
                len(topic), 6)
        )  # fmt: skip
    return rows


def ntrex(vectors: dict, other: dict, table: pd.DataFrame) -> list[dict]:
    """News documents in three languages: do the versions of one share their topics?"""
    data, k, n = stack(vectors, fixed_vectors(other)), 10, len(table)
    document = np.tile(pd.factorize(table["doc_id"])[0], 3)
    version = document * 3 + np.repeat(np.arange(3), n)
    same, ratio = [], []
    for seed in SEEDS:
        smoothed = model_.smooth(data, seed=seed)
        shares = model_.shares(smoothed, model_.cluster(smoothed, k, seed=seed))
        mixed = pd.DataFrame(shares).groupby(version).mean().to_numpy().reshape(-1, 3, k)
        main = mixed.argmax(axis=2)
        same.append(float((main == main[:, :1]).all(axis=1).mean()))
        inside = [jensenshannon(m[a], m[b]) for m in mixed for a, b in ((0, 1), (0, 2), (1, 2))]
        pairs = np.random.default_rng(seed).integers(0, len(mixed), (2000, 2))
        between = [jensenshannon(mixed[a, 0], mixed[b, 0]) for a, b in pairs if a != b]
        ratio.append(float(np.mean(inside) / np.mean(between)))
    return [
        row("ntrex", "discourse", "documents whose three versions share their main topic", same,
            len(data), k),
        row("ntrex", "discourse", "Jensen-Shannon distance, versions / documents", ratio,
            len(data), k),
    ]  # fmt: skip


def main() -> None:
    """Write the measured table."""
    began = time.perf_counter()
    tables = {name: read(name) for name in ("sib200", "ntrex")}
    vectors = {name: raw(table) for name, table in tables.items()}
    with threadpool_limits(1):
        rows = []
        for case in (sib200, different_themes, within_languages):
            rows += case(vectors["sib200"], vectors["ntrex"], tables["sib200"])
        rows += ntrex(vectors["ntrex"], vectors["sib200"], tables["ntrex"])
    table = pd.DataFrame(rows).assign(**stamp())
    table.to_csv(paths.RESULTS / "topics.csv", index=False, lineterminator="\n")
    shown = table.iloc[:, :8].to_string(max_colwidth=60)
    sys.stdout.write(f"{shown}\n{time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
