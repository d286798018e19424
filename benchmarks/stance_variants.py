"""Compare variants of the stance model: python -m benchmarks.stance_variants

Writes benchmarks/results/stance_variants.csv: macro-F1 on the two English development sets and,
without any German training row, on German; `german_cv` adds German rows in 5-fold cross-validation,
labels tuned on the other folds. The model's card shows the table.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from analysis import classifier, paths
from benchmarks import train_stance, training

# name, scales (masked sentence, words before, words after, both near), n-grams, C, German weight
VARIANTS = (
    ("masked sentence only", (3, 0, 0, 0), False, 0.3, 0),
    ("masked sentence + windows", (2, 2, 2, 2), False, 0.3, 0),
    ("n-grams only", (0, 0, 0, 0), True, 3, 0),
    ("masked sentence + n-grams", (2, 0, 0, 0), True, 0.3, 0),
    ("masked, before, after + n-grams", (1, 1, 1, 0), True, 0.1, 0),
    ("all + n-grams", (1, 1, 1, 1), True, 0.3, 0),
    ("all + n-grams", (1, 1, 1, 1), True, 0.1, 0.5),
    ("all + n-grams", (1, 1, 1, 1), True, 0.1, 2),
)


def macro(gold: np.ndarray, z: np.ndarray) -> float:
    return float(f1_score(gold, z.argmax(axis=1) - 1, average="macro"))


def german_cv(x, y, spoken, texts, c: float, weight: float) -> float:
    """Return macro-F1 of German in 5-fold cross-validation, labels tuned on the other folds."""
    en, de = np.flatnonzero(spoken == "en"), np.flatnonzero(spoken == "de")
    cut = training.folds(y[de], texts[de].tolist())
    z = np.zeros((len(de), 3))
    for train, held in cut:
        rows = np.r_[en, de[train]]
        fitted = training.fit(
            x[rows], y[rows], spoken[rows], n_dense=2048, c=c,
            weight=np.where(spoken[rows] == "de", weight, 1.0),
        )  # fmt: skip
        z[held] = training.logits(x[de[held]], fitted)
        z[held] += training.offsets_of(fitted, spoken[de[held]])
    for train, held in cut:
        z[held] += train_stance.tuned(z[train], y[de[train]])
    return macro(y[de], z)


def main() -> None:
    rows, tests = train_stance.sets()
    y, spoken = rows["y"].to_numpy(), rows["language"].to_numpy()
    blocks, counts = train_stance.features(rows)
    seen = {name: (train_stance.features(test), test) for name, test in tests.items()}
    idf = classifier.inverse_frequency(counts)
    en = np.flatnonzero(spoken == "en")
    out = []
    for name, scales, grams, c, weight in VARIANTS:
        use = idf * float(grams)
        x = classifier.design(blocks, scales, counts, use)
        fitted = training.fit(x[en], y[en], spoken[en], n_dense=2048, c=c)
        row = {"variant": name, "scales": " ".join(map(str, scales)), "C": c,
               "German weight": weight or None}  # fmt: skip
        for key, ((tb, tc), test) in seen.items():
            z = training.logits(classifier.design(tb, scales, tc, use), fitted)
            row[f"en {key}"] = macro(test["y"].to_numpy(), z)
        de = spoken == "de"
        row["de, English rows only"] = macro(y[de], training.logits(x[de], fitted))
        texts = rows["sentence"].to_numpy()
        row["de, 5-fold CV"] = german_cv(x, y, spoken, texts, c, weight) if weight else None
        out.append(row)
        print(row, flush=True)
    table = pd.DataFrame(out)
    table.to_csv(paths.RESULTS / "stance_variants.csv", index=False, float_format="%.3f")


if __name__ == "__main__":
    main()
