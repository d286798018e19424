"""Measure the main topics of labelled documents of one language, beside models on their words.

Run ``python -m benchmarks.document_topics`` with the optional data folder in place; it writes
``benchmarks/results/document_topics.csv``. No set of news with sections is in that folder, so
labels are what lies nearest: the item of the agenda that a speech belongs to (Tweede Kamer,
Bundestag), and documents put together from five SIB-200 sentences of one theme. Labels are used
for scoring only. The rivals see whole documents, as they are used; ours sees their stretches.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import normalized_mutual_info_score as nmi
from threadpoolctl import threadpool_limits

from analysis import languages, paths
from analysis.measures._topic_wordmodels import decompose
from benchmarks.language_vectors import LANGUAGES, stamp
from benchmarks.topics import main_topics

SEEDS = range(5)
CASES = ("Tweede Kamer, items of a day", "Bundestag, items of the agenda")
SENTENCES = 5


def dutch(folder: Path) -> pd.DataFrame:
    """Turns of more than 60 words in the seven largest items of one day, 30 of each at most."""
    held = pd.read_csv(folder / "handelingen_nl/tk_2017_2018_70.csv")
    held = held[held["text"].str.split().str.len() > 60].rename(columns={"item": "label"})
    return largest(held, 7, 30).assign(language="nl")


def german(folder: Path) -> pd.DataFrame:
    """Speeches of more than 150 words in the nine largest items that are no budget debates."""
    held = pd.read_csv(folder / "bundestag20_sub_de/foreign_policy_speeches.csv")
    item = held["agenda_item"].fillna("").astype(str)
    held = held.assign(label=held["session"].astype(str) + " " + item)
    long = held["text"].str.split().str.len() > 150
    held = held[long & ~item.str.contains("Einzelplan")]
    return largest(held, 9, 30).assign(language="de")


def largest(held: pd.DataFrame, k: int, most: int) -> pd.DataFrame:
    """Keep the k labels with the most texts, ties by name, and `most` texts of each."""
    size = held["label"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    held = held[held["label"].isin(size.index[:k])]
    return held[held.groupby("label").cumcount() < most][["text", "label"]].reset_index(drop=True)


def made_up(folder: Path, code: str) -> pd.DataFrame:
    """Documents of five sentences of one theme each, drawn without replacement."""
    held = pd.read_csv(folder / "sib200/open_train_dev.csv").sample(frac=1, random_state=0)
    place = held.groupby("category").cumcount() // SENTENCES
    joined = held.groupby([held["category"], place])[code].agg(["size", "\n".join])
    joined = joined[joined["size"] == SENTENCES].reset_index()
    return pd.DataFrame({"text": joined["join"], "label": joined["category"], "language": code})


def rivals(held: pd.DataFrame, k: int) -> dict[str, list[np.ndarray]]:
    """K-means and NMF on tf-idf weights, LDA on counts; stop words and hapaxes left out."""
    stop = sorted(languages.language(held["language"].iloc[0]).stop_words)
    counter = CountVectorizer(token_pattern=r"[^\W\d_][\w'’-]+", stop_words=stop, min_df=2)
    counts = sparse.csr_array(counter.fit_transform(held["text"]))
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(sparse.csr_matrix(counts))
    return {
        "k-means, tf-idf": [
            KMeans(k, n_init=10, random_state=s).fit_predict(weighted) for s in SEEDS
        ],
        "NMF (scikit-learn)": [words(counts, k, s, "nmf") for s in SEEDS],
        "LDA (gensim)": [words(counts, k, s, "lda") for s in SEEDS],
    }


def words(counts: sparse.csr_array, k: int, seed: int, method: str) -> np.ndarray:
    """Main topic of a model on words."""
    return decompose(counts, k, seed=seed, method=method)[0].argmax(axis=1)


def main() -> None:
    """Write the measured table."""
    folder = paths.data()
    if folder is None:
        sys.exit("the optional data folder is not there: set DISCOURSE_DATA to run this benchmark")
    began = time.perf_counter()
    sets = dict(zip(CASES, (dutch(folder), german(folder)), strict=True))
    sets |= {f"SIB-200 put together, {c}": made_up(folder, c) for c in LANGUAGES}
    rows = []
    for case, held in sets.items():
        k = held["label"].nunique()
        with threadpool_limits(1):
            texts, codes = held["text"].tolist(), held["language"].tolist()
            found = {"discourse": main_topics(texts, codes, k)[: len(SEEDS)]} | rivals(held, k)
        for method, runs in found.items():
            scores = [nmi(held["label"], run) for run in runs]
            rows.append(
                {
                    "case": case, "method": method, "metric": "NMI of main topic and label",
                    "value": np.mean(scores), "sd_over_seeds": np.std(scores, ddof=1),
                    "seeds": len(scores), "n": len(held), "k": k,
                }
            )  # fmt: skip
    table = pd.DataFrame(rows).assign(**stamp())
    table.to_csv(paths.RESULTS / "document_topics.csv", index=False, lineterminator="\n",
                 float_format="%.8g")  # fmt: skip
    sys.stdout.write(f"{table.iloc[:, :8].to_string()}\n{time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
