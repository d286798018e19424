"""How right a method is: predictions against human codes, with intervals.

Every score counts an abstention as an error, so that a method cannot gain by keeping silent. What
was measured of the methods shipped here, and what it licenses, is in :mod:`analysis.accuracy`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis import languages
from analysis.results import LEVEL, DiscourseError

VALUES = (-1, 0, 1)
NAMES = ("negative", "neutral", "positive")
_WORDS = {name: code for code, name in enumerate(NAMES)}
_SQUARED = np.subtract.outer(VALUES, VALUES) ** 2


def codes(labels: Iterable[Any], *, name: str = "labels") -> np.ndarray:
    """Turn labels into 0 (negative), 1 (neutral), 2 (positive) and -1 (abstained).

    Parameters
    ----------
    labels : iterable
        -1/0/1 as numbers or text, or negative/neutral/positive in any case; None, NaN and "" are
        abstentions.
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


def _code(label: Any, name: str) -> int:
    if label is None or label is pd.NA or label != label:
        return -1
    text = str(label).strip().lower()
    if text in ("", "nan", "none"):
        return -1
    if text in _WORDS:
        return _WORDS[text]
    try:
        return VALUES.index(float(text))
    except ValueError:
        raise DiscourseError(
            f"{name}: {str(label)!r} is no label; use -1, 0, 1 or negative, neutral, positive"
        ) from None


def evaluate(
    gold_labels: Iterable[Any],
    predictions: Iterable[Any],
    *,
    level: float = LEVEL,
    n_boot: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Score predictions against human codes.

    Parameters
    ----------
    gold_labels, predictions : iterable
        The same length; labels as in :func:`codes`. A gold label may not be missing.
    level : float
        Of the percentile bootstrap over rows.
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
    np.add.at(cells, (gold, np.where(predicted < 0, 3, predicted)), 1)
    draws = np.random.default_rng(seed).multinomial(
        len(gold), cells.ravel() / len(gold), size=n_boot
    )
    value, drawn = _scores(cells[None]), _scores(draws.reshape(-1, 3, 4).astype(float))
    return _report(cells, value, drawn, _labels(gold_labels), level)


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
    coincidence = pairs + pairs.transpose(0, 2, 1)
    totals = coincidence.sum(axis=2)
    n = totals.sum(axis=1)
    observed = (coincidence * _SQUARED).sum(axis=(1, 2))
    expected = np.einsum("bc,bk,ck->b", totals, totals, _SQUARED)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (n - 1) * observed / expected, np.nan)


def _report(
    cells: np.ndarray,
    value: dict[str, np.ndarray],
    drawn: dict[str, np.ndarray],
    labels: list[str],
    level: float,
) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [{"metric": "n", "value": cells.sum()}]
    for metric in ("accuracy", "macro_f1", "alpha", "f1_0", "f1_1", "f1_2"):
        name = f"f1_{labels[int(metric[-1])]}" if metric[:3] == "f1_" else metric
        rows.append({"metric": name, "value": value[metric][0], **_interval(drawn[metric], level)})
    for g in range(3):
        for p in range(3):
            rows.append({"metric": f"confusion_{labels[g]}_{labels[p]}", "value": cells[g, p]})
    rows.append({"metric": "abstained", "value": cells[:, 3].sum()})
    return pd.DataFrame(rows, columns=["metric", "value", "lo", "hi"])


def _interval(draws: np.ndarray, level: float) -> dict[str, float]:
    draws = draws[np.isfinite(draws)]
    if len(draws) < 2:
        return {"lo": np.nan, "hi": np.nan}
    lo, hi = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return {"lo": float(lo), "hi": float(hi)}


def majority(gold_labels: Iterable[Any]) -> float:
    """Return the share of the commonest gold label: the accuracy of always saying it."""
    counts = np.bincount(codes(gold_labels, name="gold labels"))
    return float(counts.max() / counts.sum())


def gold_standard(
    gold: pd.DataFrame,
    *,
    task: str,
    text: str,
    label: str,
    target: str | None = None,
    language: str | None = None,
    model: str | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> pd.DataFrame:
    """Let a method judge a table of coded sentences, and score it.

    Parameters
    ----------
    gold : DataFrame
        One coded sentence a row.
    task : {"sentiment", "stance"}
    text, label : str
        Names of the columns of sentences and of codes (as in :func:`codes`).
    target : str, optional
        For stance: the column of targets, any string that stands in the sentence. Columns ``from``
        and ``to`` say where; without them the first whole-word occurrence is taken. A target that
        is not in its sentence is an abstention.
    language : str, optional
        A language code; else the column ``language``, else detected row by row.
    model : str, optional
        As in the measure; the default runs everywhere.
    level, seed
        As in :func:`evaluate`.

    Returns
    -------
    DataFrame
        As of :func:`evaluate`.

    Raises
    ------
    DiscourseError
        For an unknown task, a missing column or label.
    """
    from analysis.measures import sentiment, stance

    if task not in ("sentiment", "stance"):
        raise DiscourseError(f"task={task!r} is unknown; use sentiment or stance")
    if task == "stance" and target is None:
        raise DiscourseError("stance needs the column of targets; name it with target (--target)")
    for column in filter(None, (text, label, target)):
        if column not in gold:
            raise DiscourseError(
                f"the table has no column {column!r}; it has {', '.join(map(str, gold.columns))}"
            )
    known = codes(gold[label], name=f"column {label!r}")
    if not len(known) or (known < 0).any():
        raise DiscourseError(
            f"column {label!r}: {int((known < 0).sum())} of {len(known)} rows hold no code; "
            "code or drop them"
        )
    texts = gold[text].fillna("").astype(str).tolist()
    spoken = _languages(gold, texts, language)
    if target is None or task == "sentiment":
        judged = sentiment.classify(texts, spoken, model=model)
    else:
        judged = stance.classify(texts, _places(gold, texts, target), spoken, model=model)
    return evaluate(gold[label], judged["label"], level=level, seed=seed)


def _languages(gold: pd.DataFrame, texts: Sequence[str], language: str | None) -> list[str]:
    if language is not None:
        languages.language(language)
        return [language] * len(texts)
    if "language" in gold:
        return gold["language"].fillna("").astype(str).tolist()
    return [languages.detect(t) for t in texts]


def _places(gold: pd.DataFrame, texts: Sequence[str], target: str) -> list[tuple[int, int]]:
    """Return where each target stands in its sentence, (-1, -1) where it does not."""
    located = "from" in gold and "to" in gold
    begins, ends = (
        pd.to_numeric(gold[c], errors="coerce").fillna(-1).astype(int).tolist()
        if located
        else [-1] * len(gold)
        for c in ("from", "to")
    )
    names = gold[target].fillna("").astype(str)
    return [
        (b, e) if 0 <= b < e <= len(t) and t[b:e].strip() == name.strip() else _place(t, name)
        for t, name, b, e in zip(texts, names, begins, ends, strict=True)
    ]


def _place(text: str, target: str) -> tuple[int, int]:
    pattern = rf"(?<!\w){re.escape(target.strip())}(?!\w)"
    for flags in (re.NOFLAG, re.IGNORECASE):
        found = re.search(pattern, text, flags) if target.strip() else None
        if found:
            return found.span()
    return -1, -1
