"""The measured accuracy of the methods shipped here, and the sentence it puts beside a chart.

The figures stand in ``benchmarks/results/accuracy.csv``, written by scripts in ``benchmarks/``.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis import languages, paths
from analysis.results import Statement, and_, number, say

BAR_MACRO_F1 = 0.60
COLUMNS = (
    "task", "method", "language", "genre", "dataset", "metric", "value", "lo", "hi", "n", "date",
    "machine", "versions",
)  # fmt: skip


class Licence(NamedTuple):
    """What may be said of a method's accuracy beside a chart.

    Attributes
    ----------
    text : str
        The sentence to show.
    clears : bool
        True where this language and genre were measured and clear the declared bar.
    genre : str
        The genre that was measured ("" where nothing was).
    measured : bool
        True where this language and this genre were.
    """

    text: str
    clears: bool
    genre: str
    measured: bool


@lru_cache(maxsize=4)
def _results(file: Path, changed: float) -> pd.DataFrame:
    return pd.read_csv(file, dtype={"versions": str, "date": str})


def measured(task: str, language: str | None = None, *, folder: Path | None = None) -> pd.DataFrame:
    """Return the measured accuracy of the methods shipped here.

    Parameters
    ----------
    task : str
        "sentiment", "stance", "topics", "voices", …
    language : str, optional
        Keep one language's rows.
    folder : Path, optional
        Where ``accuracy.csv`` lies; ``benchmarks/results`` by default.

    Returns
    -------
    DataFrame
        Columns task, method, language, genre, dataset, metric, value, lo, hi, n, date, machine,
        versions; empty where nothing was measured.
    """
    file = (folder or paths.RESULTS) / "accuracy.csv"
    if not file.exists():
        return pd.DataFrame(columns=list(COLUMNS))
    rows = _results(file, file.stat().st_mtime)
    keep = rows["task"].eq(task)
    if language is not None:
        keep &= rows["language"].eq(language)
    return rows[keep].reset_index(drop=True)


def licence(
    task: str,
    language: str,
    genre: str,
    *,
    method: str | None = None,
    folder: Path | None = None,
) -> Licence:
    """Say what is known of a task's accuracy for a language and genre, and if it clears the bar.

    The declared bar: the accuracy interval's lower end above the majority class, and macro-F1 of
    .60 or more, measured in this language and this genre.

    Parameters
    ----------
    task, language, genre : str
        As in ``accuracy.csv``; the genre is free text, compared in lower case.
    method : str, optional
        Keep one method's figures; the first listed otherwise.
    folder : Path, optional
        As in :func:`measured`.

    Returns
    -------
    Licence
        ``text, clears, genre, measured``.
    """
    rows = measured(task, folder=folder)
    rows = rows[rows["metric"].isin(["accuracy", "macro_f1", "majority"])]
    if method is not None:
        rows = rows[rows["method"].eq(method)]
    what = f"{task} of {_name(language)} {genre}".strip()
    if rows.empty:
        return Licence(f"The accuracy of {what} was never measured.", False, "", False)
    own = rows[rows["language"].eq(language)]
    exact = own[own["genre"].str.lower().eq(genre.strip().lower())]
    if len(exact):
        figures, clears = _figures(exact)
        verdict = "clears" if clears else "does not clear"
        return Licence(
            f"Measured for {what}: {figures}. This {verdict} the declared bar.",
            clears,
            genre,
            True,
        )
    near = own if len(own) else rows
    parts = [
        f"{_name(str(lang))} {kind} ({_figures(part)[0]})"
        for (lang, kind), part in near.groupby(["language", "genre"], sort=True)
    ]
    text = f"Never measured for {what}; the nearest measured: {'; '.join(parts)}."
    return Licence(text, False, str(near["genre"].iloc[0]), False)


def warning(task: str, spoken: Sequence[str], genre: str) -> str:
    """Say for which languages a task may not be relied on, and why; "" where it may for all.

    Parameters
    ----------
    task, genre : str
        As in :func:`licence`.
    spoken : sequence of str
        Language codes.
    """
    found = {code: licence(task, code, genre) for code in spoken}
    unmeasured = [code for code in spoken if not found[code].clears and not found[code].measured]
    below = [code for code in spoken if not found[code].clears and found[code].measured]
    parts = []
    if below:
        parts.append(f"measured below the declared bar for {and_(map(_name, below))} {genre}")
    if unmeasured:
        parts.append(f"never measured for {and_(map(_name, unmeasured))} {genre}")
    if not parts:
        return ""
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}: the numbers point at sentences to read, no more."


def brief(task: str, spoken: Sequence[str], genre: str) -> str:
    """Tell the figures of :func:`licence` for several languages in one line."""
    return " ".join(licence(task, code, genre).text for code in spoken)


def quotations(*, folder: Path | None = None) -> Statement:
    """Tell how well quotations and their speakers are found, from ``quotes.csv``."""
    rows = pd.read_csv((folder or paths.RESULTS) / "quotes.csv")
    rows = rows[rows["language"].eq("all") & rows["type"].isin(["direct or mixed", "indirect"])]
    return say(
        rows,
        "{type}: precision {precision:.2f}, recall {recall:.2f}, speaker right in "
        "{speaker_accuracy:.2f} ({n_gold} in the reader's list; {dataset}).",
        none="Never measured.",
    )


def _figures(rows: pd.DataFrame) -> tuple[str, bool]:
    """Tell the first method's and data set's figures, and whether they clear the bar."""
    first = rows.iloc[0]
    rows = rows[rows["method"].eq(first["method"]) & rows["dataset"].eq(first["dataset"])]
    by = {row["metric"]: row for row in rows.to_dict("records")}
    told = []
    for metric, words in (("accuracy", "accuracy"), ("macro_f1", "macro-F1")):
        if metric in by:
            row = by[metric]
            told.append(
                f"{words} {number(row['value'], row['lo'], row['hi'])} "
                f"[{number(row['lo'], row['lo'], row['hi'])}, "
                f"{number(row['hi'], row['lo'], row['hi'])}]"
            )
    if "majority" in by:
        told.append(f"always the commonest label: {number(by['majority']['value'], 0, 0.1)}")
    told.append(f"n = {int(first['n']):,}, {first['dataset']}")
    clears = {"accuracy", "macro_f1", "majority"} <= set(by) and bool(
        by["accuracy"]["lo"] > by["majority"]["value"] and by["macro_f1"]["value"] >= BAR_MACRO_F1
    )
    return ", ".join(told), clears


def _name(code: str) -> str:
    """Return a language's English name; the code where it is not one of ours."""
    return languages.language(code).name if code in languages.codes() else code
