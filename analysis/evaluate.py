"""How right a method is: predictions against human codes, with intervals.

Every score counts an abstention as an error, so that a method cannot gain by keeping silent. What
was measured of the methods shipped here, and what it licenses, is in :mod:`analysis.accuracy`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis import agreement
from analysis.results import LEVEL, DiscourseError

VALUES = (-1, 0, 1)
NAMES = ("negative", "neutral", "positive")
# As coders write them, in the languages of the suite.
_WORDS = {
    **{name: code for code, name in enumerate(NAMES)},
    "neg": 0, "negatief": 0, "negativ": 0, "neu": 1, "neutraal": 1,
    "pos": 2, "positief": 2, "positiv": 2,
}  # fmt: skip
# Minus signs that programs set by themselves; a comma for the point of "1.0".
_AS_TYPED = str.maketrans({**dict.fromkeys("−–—﹣－", "-"), ",": "."})
_SQUARED = agreement.distance(VALUES, "interval")


def codes(labels: Iterable[Any], *, name: str = "labels") -> np.ndarray:
    """Turn labels into 0 (negative), 1 (neutral), 2 (positive) and -1 (abstained).

    Parameters
    ----------
    labels : iterable
        -1/0/1 as numbers or text, or negative/neutral/positive in any case (also neg, neu, pos and
        the Dutch and German words); None, NaN and "" are abstentions.
    name : str
        How an error names the column.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    DiscourseError
        Where a label is none of these.
    """
    return np.array([_code(label, name) for label in labels], dtype=int)


def numbers(labels: Iterable[Any], *, name: str = "labels") -> np.ndarray:
    """Turn labels into -1, 0, 1 and NaN (not coded), as :func:`codes` reads them."""
    found = codes(labels, name=name)
    return np.where(found < 0, np.nan, found - 1.0)


def _code(label: Any, name: str) -> int:
    if label is None or label is pd.NA or label != label:
        return -1
    text = str(label).strip().lstrip("'’ ").lower()  # An apostrophe marks text in spreadsheets.
    if text in ("", "nan", "none"):
        return -1
    if text in _WORDS:
        return _WORDS[text]
    try:
        return VALUES.index(float(text.translate(_AS_TYPED)))
    except ValueError:
        raise DiscourseError(
            f"{name}: {str(label)!r} is no label; use -1, 0, 1 or negative, neutral, positive"
        ) from None


def evaluate(
    gold_labels: Iterable[Any],
    predictions: Iterable[Any],
    *,
    documents: Sequence[Any] | None = None,
    level: float = LEVEL,
    n_boot: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Score predictions against human codes.

    Parameters
    ----------
    gold_labels, predictions : iterable
        The same length; labels as in :func:`codes`. A gold label may not be missing.
    documents : sequence, optional
        The document of each row: rows of one text are not independent, so that documents are
        resampled, and those of a single one give no interval. Rows are resampled by default.
    level : float
        Of the percentile bootstrap.
    n_boot, seed : int
        Bootstrap draws and their seed.

    Returns
    -------
    DataFrame
        Columns ``metric, value, lo, hi``: ``n``, ``accuracy``, ``macro_f1`` (mean F1 of the labels
        in the gold or the predictions), ``alpha`` (Krippendorff's α, interval: 1 - observed /
        expected squared disagreement), ``f1_<label>``, ``confusion_<gold>_<predicted>`` (rows) and
        ``abstained`` (rows). Labels are written as the gold writes them. Counts have no interval.

    Notes
    -----
    An abstention is an error in every score: ``n`` is all rows, an abstained row lowers its label's
    recall, and for α it is given the label farthest from the gold one (for neutral: negative).

    Raises
    ------
    DiscourseError
        Where the two differ in length, are empty, or hold an unknown label.
    """
    gold_labels = list(gold_labels)
    gold = codes(gold_labels, name="gold labels")
    predicted = codes(predictions, name="predictions")
    if len(gold) != len(predicted):
        raise DiscourseError(
            f"gold labels and predictions differ in length: {len(gold)} and {len(predicted)}"
        )
    if not len(gold):
        raise DiscourseError("gold labels: none given; code some rows first")
    if (gold < 0).any():
        raise DiscourseError(f"gold labels: {(gold < 0).sum()} rows are empty; code or drop them")
    cells = np.zeros((3, 4))
    at = gold, np.where(predicted < 0, 3, predicted)
    np.add.at(cells, at, 1)
    if documents is None:
        rng = np.random.default_rng(seed)
        draws = rng.multinomial(len(gold), cells.ravel() / len(gold), size=n_boot)
        draws, n_docs = draws.reshape(-1, 3, 4).astype(float), None
    else:
        draws, n_docs = _clustered(at, documents, n_boot, seed)
    labels = _labels(gold_labels)
    return _report(cells, _scores(draws), labels, lambda d, v: _interval(d, v, level, n_docs))


def _clustered(
    at: tuple[np.ndarray, np.ndarray], documents: Sequence[Any], n_boot: int, seed: int
) -> tuple[np.ndarray, int]:
    """Return tables of bootstrap samples of documents, and how many documents there are."""
    if len(documents) != len(at[0]):
        raise DiscourseError(
            f"documents: {len(documents)} are named for {len(at[0])} rows; name one for each"
        )
    names = np.asarray([str(d) for d in documents])
    one = np.zeros((len(names), 3, 4))
    one[np.arange(len(names)), at[0], at[1]] = 1
    return agreement.resampled(one, names, n_boot=n_boot, seed=seed)


def _labels(gold: Sequence[Any]) -> list[str]:
    """Return the three labels in the form the gold uses: words or numbers."""
    words = any(str(g).strip().lower() in _WORDS for g in gold)
    return list(NAMES) if words else [str(v) for v in VALUES]


def _scores(cells: np.ndarray) -> dict[str, np.ndarray]:
    """Score tables of counts, shape (draws, 3 gold, 4 predicted or abstained)."""
    right = np.einsum("bii->bi", cells[:, :, :3])
    gold, predicted = cells.sum(axis=2), cells[:, :, :3].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * right / (gold + predicted)
        seen = (gold + predicted) > 0
        macro = np.where(seen, f1, 0).sum(axis=1) / seen.sum(axis=1)
    out = {
        "accuracy": right.sum(axis=1) / cells.sum(axis=(1, 2)),
        "macro_f1": macro,
        "alpha": _alpha(cells),
        "majority": gold.max(axis=1) / cells.sum(axis=(1, 2)),
    }
    return out | {f"f1_{i}": f1[:, i] for i in range(3)}


def _alpha(cells: np.ndarray) -> np.ndarray:
    """Krippendorff's interval α of two coders from their table (Krippendorff 2011, eq. 3)."""
    pairs = cells[:, :, :3].copy()
    for label, farthest in enumerate((2, 0, 0)):
        pairs[:, label, farthest] += cells[:, label, 3]
    return agreement.of_coincidences(pairs + pairs.transpose(0, 2, 1), _SQUARED)


def _report(
    cells: np.ndarray,
    drawn: dict[str, np.ndarray],
    labels: list[str],
    interval: Callable[[np.ndarray, float], tuple[float, float]],
) -> pd.DataFrame:
    none = (np.nan, np.nan)
    rows: list[tuple[Any, ...]] = [("n", cells.sum(), *none)]
    value = _scores(cells[None])
    for metric in ("accuracy", "macro_f1", "alpha", "f1_0", "f1_1", "f1_2"):
        name = f"f1_{labels[int(metric[-1])]}" if metric[:3] == "f1_" else metric
        score = float(value[metric][0])
        rows.append((name, score, *interval(drawn[metric], score)))
    for g in range(3):
        for p in range(3):
            rows.append((f"confusion_{labels[g]}_{labels[p]}", cells[g, p], *none))
    rows.append(("abstained", cells[:, 3].sum(), *none))
    return pd.DataFrame(rows, columns=["metric", "value", "lo", "hi"])


def _interval(
    draws: np.ndarray, value: float, level: float, n_docs: int | None
) -> tuple[float, float]:
    """Return the interval over documents, or over rows where their documents are not known."""
    if n_docs is not None:
        return agreement.ends(draws, value, level=level, n_docs=n_docs)
    draws = draws[np.isfinite(draws)]
    lo, hi = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]) if len(draws) else (0, 0)
    return (float(min(lo, value)), float(max(hi, value))) if lo < hi else (np.nan, np.nan)


def majority(gold_labels: Iterable[Any]) -> float:
    """Return the share of the commonest gold label: the accuracy of always saying it."""
    counts = np.bincount(codes(gold_labels, name="gold labels"))
    return float(counts.max() / counts.sum())


def calibration_error(
    probabilities: np.ndarray, gold_labels: Iterable[Any], *, bins: int = 10
) -> float:
    """Return the expected calibration error: how far confidence lies from accuracy in the mean.

    ``Σ n_b/n · |confidence_b - accuracy_b|`` over bins of equal width of the highest probability
    (Guo et al. 2017, On Calibration of Modern Neural Networks, eq. 3).

    Parameters
    ----------
    probabilities : ndarray, shape (n, 3)
        Of negative, neutral and positive; rows with NaN (abstentions) are left out.
    gold_labels : iterable
        As in :func:`codes`.

    Returns
    -------
    float
        NaN where no row has probabilities.
    """
    p, gold = np.asarray(probabilities, dtype=float), codes(gold_labels, name="gold labels")
    known = np.isfinite(p).all(axis=1)
    p, gold = p[known], gold[known]
    if not len(p):
        return float("nan")
    confidence, right = p.max(axis=1), p.argmax(axis=1) == gold
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(at, confidence) - np.bincount(at, right.astype(float))
    return float(np.abs(gap).sum() / len(p))
