"""Measure the topic model and its neighbours on parallel and labelled text.

Run ``python -m benchmarks.topics`` with the optional data folder in place; it takes some minutes
and writes ``benchmarks/results/topics.csv``. Labels and the pairing of translations are used for
scoring only. The fixed language vectors come from the *other* set each time (cross-fitted).
The suite's own rows are of the model as shipped, fitted to a corpus.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial.distance import jensenshannon
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import normalized_mutual_info_score as nmi
from threadpoolctl import threadpool_limits

from analysis import corpus, embeddings, languages, paths
from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_space as space_
from analysis.measures import _topic_words as words_
from analysis.measures import topics
from analysis.measures._topic_wordmodels import decompose
from benchmarks.language_vectors import LANGUAGES, fixed_vectors, raw, read, stamp

SEEDS = range(10)
GERMAN = ("sports", "travel", "entertainment")
ENGLISH = ("politics", "science/technology", "health")
Assign = Callable[[np.ndarray, int, int], np.ndarray]


@contextmanager
def crossfitted(fixed: dict[str, np.ndarray]) -> Iterator[None]:
    """Let the suite subtract other language vectors than those it ships."""
    shipped = embeddings.language_vectors
    embeddings.language_vectors = lambda: fixed  # type: ignore[assignment]
    try:
        yield
    finally:
        embeddings.language_vectors = shipped


def loaded(texts: list[str], codes: list[str], ids: list[str]) -> corpus.Corpus:
    """Make a corpus of texts, one source and year for all."""
    return corpus.from_rows(
        pd.DataFrame({"doc_id": ids, "text": texts, "language": codes, "source": "-", "year": 2020})
    )


def placed(held: corpus.Corpus) -> tuple[pd.DataFrame, np.ndarray]:
    """Cut and place a corpus as the model does; what resampling adds is not scored here."""
    every = words_.cut(held)
    stretches = words_.chosen(held, every)
    shaping = stretches[stretches["fitted"].to_numpy(dtype=bool)]
    space = space_.learned(held, shaping, every, model=embeddings.DEFAULT)
    return stretches, choice.placed(held, stretches, space, model=embeddings.DEFAULT)[0]


def memberships(stretches: pd.DataFrame, vectors: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Membership of every stretch in the topics that the model finds, shape (n_units, k)."""
    fitted = stretches["fitted"].to_numpy(dtype=bool)
    return model_.shares(vectors, model_.Pieces(vectors[fitted], seed=seed).cluster(k))


def by_document(stretches: pd.DataFrame, weights: np.ndarray, ids: list[str]) -> np.ndarray:
    """Add up weights of stretches by document, by their words; shape (n_docs, k)."""
    size = stretches["n_words"].to_numpy() * stretches["fitted"].to_numpy(dtype=bool)
    total = pd.DataFrame(weights * size[:, None]).groupby(stretches["doc_id"].to_numpy()).sum()
    return total.reindex(ids).to_numpy()


def main_topics(texts: list[str], codes: list[str], k: int) -> list[np.ndarray]:
    """Main topic (0 … k - 1; k: in none) of every text for each seed, by the model as shipped."""
    ids = [f"{i:05d}" for i in range(len(texts))]
    stretches, vectors = placed(loaded(texts, codes, ids))
    found = []
    for seed in SEEDS:
        main = np.eye(k)[memberships(stretches, vectors, k, seed).argmax(axis=1)]
        words = by_document(stretches, main, ids)
        # A text that is set aside (the copy of another) has no topic: an error in every score.
        found.append(np.where(np.isnan(words).all(axis=1), k, np.nan_to_num(words).argmax(axis=1)))
    return found


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
        "k-means, fixed vectors subtracted": (kmeans, fixed),
        "k-means, raw vectors": (kmeans, stack(vectors, None)),
        "LDA (gensim), mixed words": (words("lda"), counts),
        "NMF (scikit-learn), mixed words": (words("nmf"), counts),
        "LDA (gensim), mixed words without stop words": (words("lda"), content),
        "NMF (scikit-learn), mixed words without stop words": (words("nmf"), content),
    }
    with crossfitted(fixed_vectors(other)):
        assigned = {"discourse": main_topics(texts, list(language), 7)}
    assigned |= {
        name: [assign(data, 7, seed) for seed in SEEDS] for name, (assign, data) in methods.items()
    }
    rows = []
    for name, found in assigned.items():
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
        counts = count(list(table[code]), [code])
        methods: dict[str, tuple[Assign, np.ndarray]] = {
            "k-means, tf-idf": (tfidf_kmeans, counts),
            "LDA (gensim)": (words("lda"), counts),
            "NMF (scikit-learn)": (words("nmf"), counts),
        }
        with crossfitted(fixed):
            assigned = {"discourse": main_topics(list(table[code]), [code] * len(table), 7)}
        assigned |= {n: [a(data, 7, seed) for seed in SEEDS] for n, (a, data) in methods.items()}
        for name, found in assigned.items():
            values = [nmi(table["category"], f) for f in found]
            case = f"sib200, {code} alone"
            rows.append(row(case, name, "NMI of topic and label", values, len(table), 7))
    return rows


def different_themes(vectors: dict, other: dict, table: pd.DataFrame) -> list[dict]:
    """German only sports, travel, entertainment; English only politics, science, health."""
    parts = {c: table[table["category"].isin(t)] for c, t in (("de", GERMAN), ("en", ENGLISH))}
    texts = [t for c, part in parts.items() for t in part[c]]
    codes = [c for c, part in parts.items() for _ in range(len(part))]
    topic = np.concatenate([part["category"].to_numpy() for part in parts.values()])
    own_mean = {c: vectors[c][part.index].mean(axis=0) for c, part in parts.items()}
    rows = []
    for name, away in (
        ("discourse", fixed_vectors(other)),
        ("discourse, but the corpus's own language means subtracted", own_mean),
    ):
        with crossfitted(away):
            values = [nmi(topic, found) for found in main_topics(texts, codes, 6)]
        rows.append(
            row("sib200, themes differ by language", name, "NMI of topic and label", values,
                len(topic), 6)
        )  # fmt: skip
    return rows


def ntrex(other: dict, table: pd.DataFrame) -> list[dict]:
    """News documents in three languages: do the versions of one share their topics?"""
    texts = table.groupby("doc_id", sort=True)[list(LANGUAGES)].agg("\n".join)
    ids = [f"{d} {c}" for d in texts.index for c in LANGUAGES]
    with crossfitted(fixed_vectors(other)):
        held = loaded(texts.to_numpy().ravel().tolist(), [i[-2:] for i in ids], ids)
        chosen = topics.choose_k(held)
        k = max(10, int(chosen.loc[chosen["chosen"], "k"].iloc[0]))
        stretches, vectors = placed(held)
    same, ratio = [], []
    for seed in SEEDS:
        soft = memberships(stretches, vectors, k, seed)
        main = by_document(stretches, np.eye(k)[soft.argmax(axis=1)], ids).argmax(axis=1)
        main = main.reshape(-1, len(LANGUAGES))
        same.append(float((main == main[:, :1]).all(axis=1).mean()))
        mixed = by_document(stretches, soft, ids)
        mixed = (mixed / mixed.sum(axis=1, keepdims=True)).reshape(-1, len(LANGUAGES), k)
        inside = [jensenshannon(m[a], m[b]) for m in mixed for a, b in ((0, 1), (0, 2), (1, 2))]
        pairs = np.random.default_rng(seed).integers(0, len(mixed), (2000, 2))
        between = [jensenshannon(mixed[a, 0], mixed[b, 0]) for a, b in pairs if a != b]
        ratio.append(float(np.mean(inside) / np.mean(between)))
    n = len(stretches)
    return [
        row("ntrex", "discourse", "documents whose three versions share their main topic", same,
            n, k),
        row("ntrex", "discourse", "Jensen-Shannon distance, versions / documents", ratio, n, k),
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
        rows += ntrex(vectors["sib200"], tables["ntrex"])
    table = pd.DataFrame(rows).assign(**stamp())
    table.to_csv(paths.RESULTS / "topics.csv", index=False, lineterminator="\n")
    shown = table.iloc[:, :8].to_string(max_colwidth=60)
    sys.stdout.write(f"{shown}\n{time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
