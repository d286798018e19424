"""The measured accuracy of the methods shipped here, and the sentence it puts beside a chart.

The figures stand in ``benchmarks/results/accuracy.csv``, and how codes and predictions meet in
``validation.csv`` beside it; scripts in ``benchmarks/`` write both. A folder with files of the same
names, made from sentences of his own corpus that a user coded (:mod:`analysis.coding`), is looked
at first wherever a function takes one.
"""

import math
from collections.abc import Hashable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis import languages, paths
from analysis.results import DiscourseError, Statement, and_, number, say

BAR_MACRO_F1 = 0.60
BAR_R, BAR_GAP_SD, BAR_MEAN_GAP_SD = 0.75, 0.35, 0.10
"""What scores of translations must reach before groups of two languages are compared."""
ENOUGH = 50
"""Coded sentences of a language from which the user's own table replaces ours: from fewer, what a
label counts as is less sure than what another genre may change in it."""
PORTABLE = "portable"
"""The method that speaks where none is named."""
COLUMNS = (
    "task", "method", "language", "genre", "dataset", "metric", "value", "lo", "hi", "n", "date",
    "machine", "versions",
)  # fmt: skip
CODES = ("gold", "predicted")
NUMBERS = ("value", "lo", "hi", "n", *CODES)
TABLE = ("task", "method", "language", "genre", "dataset", "gold", "predicted", "n")


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


class Invariance(NamedTuple):
    """Whether a method gives translations of the same sentences the same scores.

    Attributes
    ----------
    holds : bool
        True where all three figures reach their bars.
    text : str
        The sentence to show.
    r, gap_sd, mean_gap_sd : float
        Correlation of the scores, their mean absolute difference and the difference of their means
        (the first language minus the second), both in standard deviations; NaN where unmeasured.
    """

    holds: bool
    text: str
    r: float
    gap_sd: float
    mean_gap_sd: float


@lru_cache(maxsize=8)
def _read(file: Path, changed: float, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a table, or say what is wrong with it: a user may have changed his own.

    Raises
    ------
    DiscourseError
        If it is no table, or a column is missing or of another kind.
    """
    numbers = [c for c in columns if c in NUMBERS]
    words = [c for c in columns if c not in numbers]
    again = "move it away, or code the sentences and keep the figures again"
    try:
        rows = pd.read_csv(file, dtype=dict.fromkeys(words, "str"), encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DiscourseError(f"{file} is no table of comma-separated values; {again}") from error
    missing = [c for c in columns if c not in rows]
    if missing:
        raise DiscourseError(f"{file} has no column {missing[0]!r}; {again}")
    for column in numbers:
        if not pd.api.types.is_numeric_dtype(rows[column]) and rows[column].notna().any():
            raise DiscourseError(f"{file} holds no numbers in column {column!r}; {again}")
    for column in set(CODES) & set(columns):
        if not rows[column].dropna().isin([-1, 0, 1]).all():
            raise DiscourseError(f"{file}: {column} is -1, 0 or 1; {again}")
    if not (rows["n"].ge(0) & rows["n"].mod(1).eq(0)).all():
        raise DiscourseError(f"{file}: n counts sentences, in whole numbers from 0; {again}")
    return rows.fillna(dict.fromkeys(words, ""))


def _table(folder: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    file = folder / name
    if not file.exists():
        return pd.DataFrame(columns=list(columns))
    return _read(file, file.stat().st_mtime, tuple(columns))


def measured(task: str, language: str | None = None, *, folder: Path | None = None) -> pd.DataFrame:
    """Return the measured accuracy of the methods shipped here.

    Parameters
    ----------
    task : str
        "sentiment", "stance", "topics", "voices", …
    language : str, optional
        Keep one language's rows.
    folder : Path, optional
        A folder with an evaluation of the user's own corpus: its rows come first, then ours.

    Returns
    -------
    DataFrame
        Columns task, method, language, genre, dataset, metric, value, lo, hi, n, date, machine,
        versions; empty where nothing was measured.
    """
    return _rows("accuracy.csv", COLUMNS, task, language, folder)


def _rows(
    name: str, columns: Sequence[str], task: str, language: str | None, folder: Path | None
) -> pd.DataFrame:
    """Return a task's rows of a table: those of the user's folder, then ours."""
    found = []
    for place in filter(None, (folder, paths.RESULTS)):
        rows = _table(place, name, columns)
        keep = rows["task"].eq(task)
        if language is not None:
            keep &= rows["language"].eq(language)
        found.append(rows[keep])
    held = [rows for rows in found if len(rows)] or found[-1:]
    return pd.concat(held, ignore_index=True)


def validation(
    task: str,
    language: str,
    *,
    method: str,
    genre: str | None = None,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Return how human codes and a method's predictions meet on sentences it was not made from.

    Parameters
    ----------
    task, language, method : str
        As in ``validation.csv``.
    genre : str, optional
        Keep one genre, compared in lower case; all together by default.
    folder : Path, optional
        As in :func:`measured`; what it holds of the language and method stands alone, since it is
        of the user's own texts, if that is :data:`ENOUGH` sentences.

    Returns
    -------
    DataFrame
        ``genre, dataset, gold, predicted, n``: gold is -1, 0 or 1, predicted too, NaN for an
        abstention. Empty where nothing was measured.
    """
    for place in filter(None, (folder, paths.RESULTS)):
        rows = _table(place, "validation.csv", TABLE)
        keep = rows["task"].eq(task) & rows["language"].eq(language) & rows["method"].eq(method)
        if genre is not None:
            keep &= rows["genre"].str.lower().eq(genre.strip().lower())
        if rows.loc[keep, "n"].sum() >= (ENOUGH if place == folder else 1):
            break
    return rows.loc[keep, list(TABLE[3:])].reset_index(drop=True)


def invariance(task: str, a: str, b: str, *, method: str = PORTABLE) -> Invariance:
    """Say whether a method may compare two languages.

    It was let judge translations of the same sentences: their scores must correlate
    (r of .75 or more), differ by .35 standard deviations at most in the mean, and their means by
    .10 at most.

    Parameters
    ----------
    task, method : str
        As in ``accuracy.csv``.
    a, b : str
        Language codes.
    """
    rows = _rows("accuracy.csv", COLUMNS, task, None, None)
    rows = rows[rows["method"].eq(method) & rows["dataset"].str.contains("ntrex", case=False)]
    pair = and_(name(code) for code in (a, b))
    sign, own = 1.0, rows[rows["language"].eq(f"{a}-{b}")]
    if own.empty:
        sign, own = -1.0, rows[rows["language"].eq(f"{b}-{a}")]
    figures = own.drop_duplicates("metric").set_index("metric")["value"]
    r, gap, mean = (float(figures.get(m, math.nan)) for m in ("r", "gap_sd", "mean_gap_sd"))
    if math.isnan(r + gap + mean):
        text = f"whether {task} compares between {pair} was never measured for method {method}"
        return Invariance(False, text, r, gap, sign * mean)
    holds = r >= BAR_R and gap <= BAR_GAP_SD and abs(mean) <= BAR_MEAN_GAP_SD
    told = (
        f"translations of the same sentences correlate at r = {r:.2f} (at least {BAR_R:.2f} is "
        f"needed), differ by {gap:.2f} SD in the mean (at most {BAR_GAP_SD:.2f}), and their means "
        f"lie {abs(mean):.2f} SD apart (at most {BAR_MEAN_GAP_SD:.2f})"
    )
    says = "compares" if holds else "does not compare"
    return Invariance(holds, f"{task} {says} between {pair}: {told}", r, gap, sign * mean)


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
        Keep one method's figures; the portable one's, or else the first listed, without it.
    folder : Path, optional
        As in :func:`measured`. What was measured on the user's own texts in this language is told
        before any figure of ours, whatever the genre.

    Returns
    -------
    Licence
        ``text, clears, genre, measured``.
    """
    rows = _of_method(measured(task), method)
    what = f"{task} of {name(language)} {genre}".strip()
    if folder is not None:
        mine = _table(folder, "accuracy.csv", COLUMNS)
        mine = mine[mine["task"].eq(task) & mine["language"].eq(language)]
        if len(mine := _of_method(mine, method)):
            return _told(f"on this corpus: {task} in {name(language)}, ", mine, genre)
    if rows.empty:
        return Licence(f"The accuracy of {what} was never measured.", False, "", False)
    own = rows[rows["language"].eq(language)]
    exact = own[own["genre"].str.lower().eq(genre.strip().lower())]
    if len(exact):
        return _told(f"for {what}: ", exact, genre)
    near = own if len(own) else rows
    parts = [
        f"{name(str(lang))} {kind} ({_figures(part)[0]})"
        for (lang, kind), part in near.groupby(["language", "genre"], sort=True)
    ]
    text = f"Never measured for {what}; the nearest measured: {'; '.join(parts)}."
    return Licence(text, False, str(near["genre"].iloc[0]), False)


def _told(where: str, rows: pd.DataFrame, genre: str) -> Licence:
    figures, clears = _figures(rows)
    verdict = "clears" if clears else "does not clear"
    text = f"Measured {where}{figures}. This {verdict} the declared bar."
    return Licence(text, clears, genre, True)


def _of_method(rows: pd.DataFrame, method: str | None) -> pd.DataFrame:
    """Keep the figures that a licence tells, of one method where it is named."""
    rows = rows[rows["metric"].isin(["accuracy", "macro_f1", "majority"])]
    if method is not None:
        return rows[rows["method"].eq(method)]
    portable = rows["method"].eq(PORTABLE)
    return rows[portable] if portable.any() else rows


def warning(task: str, spoken: Sequence[str], genre: str, *, folder: Path | None = None) -> str:
    """Say for which languages a task may not be relied on, and why; "" where it may for all.

    Parameters
    ----------
    task, genre, folder
        As in :func:`licence`.
    spoken : sequence of str
        Language codes.
    """
    found = {code: licence(task, code, genre, folder=folder) for code in spoken}
    unmeasured = [code for code in spoken if not found[code].clears and not found[code].measured]
    below = [code for code in spoken if not found[code].clears and found[code].measured]
    parts = []
    if below:
        parts.append(f"measured below the declared bar for {and_(map(name, below))} {genre}")
    if unmeasured:
        parts.append(f"never measured for {and_(map(name, unmeasured))} {genre}")
    if not parts:
        return ""
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}: the numbers point at sentences to read, no more."


def brief(task: str, spoken: Sequence[str], genre: str, *, folder: Path | None = None) -> str:
    """Tell the figures of :func:`licence` for several languages in one line."""
    return " ".join(licence(task, code, genre, folder=folder).text for code in spoken)


def quotations(spoken: Sequence[str] | None = None, *, folder: Path | None = None) -> Statement:
    """Tell by language how well quotations and their speakers are found, from ``quotes.csv``.

    Only what was measured on sentences drawn at random and not seen in development is told, with
    its intervals; of the languages `spoken`, where they are given.
    """
    rows = pd.read_csv((folder or paths.RESULTS) / "quotes.csv")
    drawn = rows["n_sentences"].notna() & rows["method"].eq("rules")
    kinds = rows["type"].isin(["direct or mixed", "indirect"]) & rows["language"].ne("all")
    rows = rows[drawn & kinds & rows["n_gold"].gt(0)]
    rows = rows if spoken is None else rows[rows["language"].isin(list(spoken))]
    told = pd.DataFrame(
        {"language": name(str(code)), "told": "; ".join(map(_quoted, own.to_dict("records"))),
         "dataset": own["dataset"].iloc[0]}
        for code, own in rows.groupby("language", sort=False)
    )  # fmt: skip
    none = "Never measured." if spoken is None else "Never measured in these languages."
    return say(told, "{language}: {told} ({dataset}).", none=none)


def _quoted(row: dict[Hashable, Any]) -> str:
    return (
        "{type} ({n_gold} in the reader's list): "
        "precision {precision:.2f} [{precision_lo:.2f}, {precision_hi:.2f}], "
        "recall {recall:.2f} [{recall_lo:.2f}, {recall_hi:.2f}], "
        "speaker right in {speaker_accuracy:.2f}"
    ).format_map(row)


def _figures(rows: pd.DataFrame) -> tuple[str, bool]:
    """Tell the first method's and data set's figures, and whether they clear the bar."""
    first = rows.iloc[0]
    rows = rows[rows["method"].eq(first["method"]) & rows["dataset"].eq(first["dataset"])]
    by = {row["metric"]: row for row in rows.to_dict("records")}
    told = []
    for metric, words in (("accuracy", "accuracy"), ("macro_f1", "macro-F1")):
        if metric in by:
            row = by[metric]
            ends = row["lo"], row["hi"]
            said = f"{words} {number(row['value'], *ends)}"
            # One text has no interval.
            known = not any(map(math.isnan, ends))
            told.append(
                f"{said} [{number(ends[0], *ends)}, {number(ends[1], *ends)}]" if known else said
            )
    if "majority" in by:
        told.append(f"always the commonest label: {number(by['majority']['value'], 0, 0.1)}")
    told.append(f"n = {int(first['n']):,}, {first['dataset']}")
    clears = {"accuracy", "macro_f1", "majority"} <= set(by) and bool(
        by["accuracy"]["lo"] > by["majority"]["value"] and by["macro_f1"]["value"] >= BAR_MACRO_F1
    )
    return ", ".join(told), clears


def name(code: str) -> str:
    """Return a language's English name; the code where it is not one of ours."""
    return languages.language(code).name if code in languages.codes() else code
