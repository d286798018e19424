"""Which interval of a group's tone holds the mean of the human codes?

    python -m benchmarks.tone_intervals

Writes ``benchmarks/results/tone_intervals.csv``. Dutch economic headlines that students coded are
predicted by linear models on vectors and n-grams, trained on other outlets and on English and
German sentences. Samples of 50, 150 and 500 are drawn from a group whose mean code is known, and
every method says what that mean is, and how sure, from the predictions and a validation table of
*other* outlets (or subjects).

Groups are outlets, outlet x two months, subjects (clusters of the sentence vectors) and, as Forman
(2008) does, samples of one outlet whose shares of codes were drawn at random ("shifted"); "two of"
are differences of two groups, made as :mod:`analysis.measures.tonecontrast` does. Outlets and
subjects are dealt to two halves: the spread of the bias between groups was set on ``dev``, and
``test`` says what it is worth. ``between`` is that spread as the groups of a half show it, beyond
what their size explains.
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from analysis import paths
from analysis.judging import store
from analysis.measures import _misclassified as misclassified
from analysis.measures._misclassified import LABELS
from benchmarks import train_sentiment as trained
from benchmarks import training
from benchmarks.language_vectors import stamp

FILE = paths.RESULTS / "tone_intervals.csv"
SIZES = (50, 150, 500)
VALIDATED = (300, 0)
"""Headlines in the validation table; 0 is all of the other groups, about 5,000."""
FEWEST = 60
PAIRS = 150
SUBJECTS = 20
REPEATS = {"outlet": 20, "outlet x two months": 8, "subject": 16, "shifted": 8}
N_BOOT = 299
PRIOR = 150
"""Documents that the validation set's shares count as in the shrunken likelihood."""
ROUNDS = 40
WHOLE = "and codes and groups"
TOLD = ("labels", "scores", "calibrated", "halfway", "inverted")
"""Methods whose narrower intervals are written too."""


class Coded(NamedTuple):
    """Coded headlines and what a model that never saw their outlet says of them.

    ``p`` has the intercept of Dutch, ``shared`` the one of all languages together.
    """

    code: np.ndarray
    label: np.ndarray
    p: np.ndarray
    shared: np.ndarray
    groups: dict[str, np.ndarray]


class Group(NamedTuple):
    """Headlines of one group, those its validation table may hold, and its half."""

    rows: np.ndarray
    others: np.ndarray
    half: str


def predicted() -> Coded:
    """Predict every headline by a model trained on other outlets."""
    about = pd.read_csv(training.folder() / "ecosent/open_train_student_coded.csv")
    others = {"en": "newsmtsc/open_train.jsonl", "de": "gerntsa/open_dev.jsonl"}
    rows = pd.concat(
        [trained.read_dutch(), *(trained.read_sentences([f], c) for c, f in others.items())],
        ignore_index=True,
    )
    y, spoken = rows["y"].to_numpy(), rows["language"].to_numpy()
    blocks, counts = trained.features(rows)
    x = store.design(blocks, trained.SCALES, counts, store.inverse_frequency(counts))
    dutch = np.flatnonzero(spoken == "nl")
    z, own = np.zeros((len(dutch), 3)), np.zeros((len(dutch), 3))
    for train, held in GroupKFold(5).split(dutch, groups=about["medium"]):
        use = np.append(dutch[train], np.flatnonzero(spoken != "nl"))
        n_dense = blocks[0].shape[1]
        fitted = training.fit(x[use], y[use], spoken[use], n_dense=n_dense, c=trained.C)
        z[held] = training.logits(x[dutch[held]], fitted)
        own[held] = training.offsets_of(fitted, spoken[dutch[held]])
    heat = training.temperature(z + own, y[dutch])
    p = store.softmax((z + own) / heat)
    month = pd.to_datetime(about["date"]).dt.month.to_numpy()
    outlet = about["medium"].to_numpy(dtype=str)
    subject = KMeans(SUBJECTS, n_init=2, random_state=0).fit_predict(blocks[0][dutch])
    groups = {
        "outlet": outlet,
        "outlet x two months": np.char.add(np.char.add(outlet, " "), (month // 2).astype(str)),
        "subject": subject.astype(str),
        "shifted": outlet,
    }
    return Coded(y[dutch], p.argmax(axis=1) - 1, p, store.softmax(z / heat), groups)


def cells(coded: Coded, kind: str) -> Iterator[Group]:
    """Yield the groups of a kind; outlets, and subjects, are dealt to halves in turn."""
    names = coded.groups[kind]
    apart = coded.groups["subject" if kind == "subject" else "outlet"]
    order = pd.Series(apart).value_counts(sort=False).sort_index().sort_values(kind="stable")
    half = {name: ("dev", "test")[i % 2] for i, name in enumerate(order.index)}
    for name in np.unique(names):
        rows = np.flatnonzero(names == name)
        own = apart[rows[0]]
        if len(rows) >= FEWEST:
            yield Group(rows, np.flatnonzero(apart != own), half[own])


def draw(
    coded: Coded, kind: str, group: Group, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Draw a sample of a group; return its rows and the mean code of what it was drawn from."""
    code = coded.code[group.rows]
    if kind != "shifted":
        return rng.choice(group.rows, n), float(code.mean())
    shares = rng.dirichlet([2, 2, 2])
    each = rng.multinomial(n, shares)
    rows = [rng.choice(group.rows[code == k], m) for k, m in zip((-1, 0, 1), each, strict=True)]
    return np.concatenate(rows), float(shares @ LABELS)


def inverted(shares: np.ndarray, tables: np.ndarray) -> np.ndarray:
    """Return the mean code by inverting the confusion matrix, shares cut to 0 … 1."""
    rates = tables / tables.sum(axis=2, keepdims=True)
    left = np.swapaxes(rates, 1, 2) + 1e-9 * np.eye(3)
    found = np.clip(np.linalg.solve(left, shares[..., None])[..., 0], 0, None)
    return np.asarray(found / found.sum(axis=1, keepdims=True) @ LABELS)


def likelihood(shares: np.ndarray, tables: np.ndarray, n: int, prior: float) -> np.ndarray:
    """Return the mean code at the greatest (posterior) likelihood of the labels, by EM."""
    rates = tables / tables.sum(axis=2, keepdims=True)
    first = tables.sum(axis=2) / tables.sum(axis=(1, 2))[:, None]
    found = first.copy()
    for _ in range(ROUNDS):
        joint = found[:, :, None] * rates
        expected = np.einsum("bj,bkj->bk", shares, joint / joint.sum(axis=1, keepdims=True))
        found = (n * expected + prior * first) / (n + prior)
    return np.asarray(found @ LABELS)


def saerens(weights: np.ndarray, p: np.ndarray, tables: np.ndarray) -> np.ndarray:
    """Return the mean code by EM on probabilities (Saerens et al. 2002)."""
    first = tables.sum(axis=2) / tables.sum(axis=(1, 2))[:, None]
    found = first.copy()
    for _ in range(ROUNDS):
        ratio = found / first
        found = ratio * ((weights / (ratio @ p.T)) @ p) / weights.sum(axis=1, keepdims=True)
    return np.asarray(found @ LABELS)


def answers(
    coded: Coded, rows: np.ndarray, table: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[str, str, float, np.ndarray]]:
    """Yield method, what its interval holds, its estimate and its bootstrap values."""
    n, seed = len(rows), int(rng.integers(2**31))
    weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), size=N_BOOT)])
    total = int(table.sum())
    drawn = rng.multinomial(total, table.ravel() / total, size=N_BOOT).reshape(-1, 3, 3)
    tables = np.concatenate([table[None], drawn]) + misclassified.SMALL / 9
    shares = weights @ np.eye(3)[coded.label[rows] + 1] / n
    found = tables.sum(axis=1)
    calibrated = np.einsum("bkj,k->bj", tables, LABELS) / found
    moved = (tables.sum(axis=2) - found) @ LABELS / total
    plain = {
        "labels": shares @ LABELS,
        "scores": weights @ (coded.p[rows] @ LABELS) / n,
        "scores, one intercept for all languages": weights @ (coded.shared[rows] @ LABELS) / n,
    }
    corrected = {
        "calibrated": (shares * calibrated).sum(axis=1),
        "moved": shares @ LABELS + moved,
        "inverted": inverted(shares, tables),
        "EM of labels": likelihood(shares, tables, n, 0),
        "EM of labels, shrunken": likelihood(shares, tables, n, PRIOR),
        "EM of probabilities": saerens(weights, coded.p[rows], tables),
    }
    corrected["halfway"] = (corrected["calibrated"] + corrected["moved"]) / 2
    one = misclassified.correction(table, n_boot=N_BOOT, seed=seed)
    values = misclassified.Values.of(
        np.zeros(n), coded.label[rows].astype(float), np.full(n, "nl"), {"nl": one}, n_boot=N_BOOT
    )
    codes = rng.normal(size=N_BOOT) * np.sqrt(values.spread.sum()) / n
    group = rng.normal(size=N_BOOT) * misclassified.BETWEEN
    for name, value in (plain | corrected).items():
        yield name, "documents" if name in plain else "documents, table", value[0], value[1:]
        yield name, "and codes", value[0], value[1:] + codes
        if name != "halfway":
            yield name, WHOLE, value[0], value[1:] + codes + group
    all_rows = np.arange(n)
    whole = weights @ values.value / n
    yield "halfway", WHOLE, whole[0], whole[1:] + values.noise(all_rows, seed)


def measured(coded: Coded, kind: str, n: int, validated: int) -> Iterator[dict[str, object]]:
    """Yield every interval of one setting."""
    rng = np.random.default_rng(n + validated)
    for group in cells(coded, kind):
        if n > len(group.rows):
            continue
        for _ in range(REPEATS[kind]):
            rows, truth = draw(coded, kind, group, n, rng)
            others = rng.choice(group.others, validated, False) if validated else group.others
            at = 3 * coded.code[others] + coded.label[others] + 4
            table = np.bincount(at, minlength=9).reshape(3, 3).astype(float)
            for method, holds, estimate, samples in answers(coded, rows, table, rng):
                lo, hi = misclassified.ends(samples, estimate, level=0.95, n_docs=n)
                yield {
                    "groups": kind, "half": group.half, "n": n, "validated": validated or "all",
                    "method": method, "interval": holds, "coverage": lo <= truth <= hi,
                    "width": hi - lo, "square": (estimate - truth) ** 2,
                }  # fmt: skip


def differences(coded: Coded, kind: str, validated: int) -> Iterator[dict[str, object]]:
    """Yield the interval of the difference of two groups, as contrasts are made, of one half."""
    rng = np.random.default_rng(validated)
    found = list(cells(coded, kind))
    n = SIZES[1]
    for half in ("dev", "test"):
        of = [group for group in found if group.half == half]
        for _ in range(PAIRS):
            one, two = (of[i] for i in rng.choice(len(of), 2, replace=False))
            rows = [rng.choice(group.rows, n) for group in (one, two)]
            truth = coded.code[one.rows].mean() - coded.code[two.rows].mean()
            others = np.intersect1d(one.others, two.others)
            others = rng.choice(others, validated, False) if validated else others
            at = 3 * coded.code[others] + coded.label[others] + 4
            table = np.bincount(at, minlength=9).reshape(3, 3).astype(float)
            seed = int(rng.integers(2**31))
            known = {"nl": misclassified.correction(table, n_boot=N_BOOT, seed=seed)}
            label = coded.label[np.concatenate(rows)].astype(float)
            spoken = np.full(2 * n, "nl")
            values = misclassified.Values.of(label, label, spoken, known, n_boot=N_BOOT)
            sides = np.arange(n), np.arange(n, 2 * n)
            weights = rng.multinomial(n, np.full(n, 1 / n), size=(2, N_BOOT))
            means = [values.value[side].mean() for side in sides]
            drawn = [w @ values.value[side] / n for w, side in zip(weights, sides, strict=True)]
            samples = drawn[0] - drawn[1] + values.noise(sides[0], seed, minus=sides[1])
            estimate = float(means[0] - means[1])
            lo, hi = misclassified.ends(samples, estimate, level=0.95, n_docs=n)
            yield {
                "groups": f"two of {kind}", "half": half, "n": n, "validated": validated or "all",
                "method": "halfway", "interval": WHOLE, "coverage": lo <= truth <= hi,
                "width": hi - lo, "square": (estimate - truth) ** 2,
            }  # fmt: skip


def between(coded: Coded, kind: str, half: str) -> Iterator[tuple[str, float]]:
    """Yield the spread of each method's bias between whole groups, by the method of moments."""
    errors: dict[str, list[np.ndarray]] = {}
    for group in (g for g in cells(coded, kind) if g.half == half):
        at = 3 * coded.code[group.others] + coded.label[group.others] + 4
        table = np.bincount(at, minlength=9).reshape(3, 3).astype(float)
        label, code = coded.label[group.rows], coded.code[group.rows]
        calibrated = LABELS @ table / table.sum(axis=0)
        halfway = misclassified.correction(table, n_boot=0, seed=0).value
        said = {
            "labels": label, "calibrated": calibrated[label + 1], "halfway": halfway[label + 1],
            "moved": label, "scores": coded.p[group.rows] @ LABELS,
        }  # fmt: skip
        for method, value in said.items():
            errors.setdefault(method, []).append(code - value)
    for method, found in errors.items():
        bias = np.array([e.mean() for e in found])
        chance = np.array([e.var(ddof=1) / len(e) for e in found])
        yield method, float(np.sqrt(max(0.0, bias.var(ddof=1) - chance.mean())))


def main() -> None:
    """Write the table."""
    start = time.process_time()
    with threadpool_limits(1):
        coded = predicted()
        rows = pd.DataFrame(
            row
            for kind in REPEATS
            for n in SIZES
            for validated in VALIDATED
            for row in measured(coded, kind, n, validated)
        )
        pairs = pd.DataFrame(
            row
            for kind in list(REPEATS)[:-1]
            for validated in VALIDATED
            for row in differences(coded, kind, validated)
        )
        rows = pd.concat([rows, pairs], ignore_index=True)
    keys = ["groups", "half", "n", "validated", "method", "interval"]
    found = rows.groupby(keys, sort=False)
    table = found[["coverage", "width", "square"]].mean()
    table = table.assign(rmse=np.sqrt(table.pop("square")), samples=found.size()).reset_index()
    spreads = pd.DataFrame(
        (kind, half, method, value)
        for kind in list(REPEATS)[:-1]
        for half in ("dev", "test")
        for method, value in between(coded, kind, half)
    ).set_axis(["groups", "half", "method", "between"], axis=1)
    table = table.merge(spreads, how="left", on=["groups", "half", "method"])
    shown = table["interval"].eq(WHOLE) | table["half"].eq("test") & table["method"].isin(TOLD)
    table[shown].assign(date=stamp()["date"]).to_csv(FILE, index=False, float_format="%.4g")
    test = table[table["half"].eq("test")]
    for value in ("coverage", "width", "rmse"):
        wide = test.pivot_table(value, ["method", "interval"], ["groups", "validated", "n"])
        print(value, wide.round(3).to_string(), sep="\n")
    print(spreads.pivot_table("between", "method", ["groups", "half"]).round(3).to_string())
    print(f"{time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    main()
