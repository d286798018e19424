"""Where the methods of tone and stance go right and wrong, as measured, in frames a page can show.

What was measured stands in ``benchmarks/results``; :func:`misses` judges the texts that a reader
coded (:mod:`analysis.readings`) anew, so that what it lists is what the present method does.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import accuracy, lexicons, paths, readings
from analysis.results import number

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PHENOMENA = (
    "plain", "target swap", "negation", "irony", "distance", "reported argument",
    "hostile quotation",
)  # fmt: skip
"""What the made-up sentences of the challenge set are built round, in the order shown."""
NAMED = {"distance": "scare quotes, distance", "portable": "trained model", "e5": "e5 model"}
BLIND = ("tone of the sentence", "always neutral")
"""Baselines that do not see whom a sentence is about."""
PAIRS = {
    "readers": "Two readers",
    "readers, first certain": "Two readers, where the first was certain",
    "model and first": "The method and the first reader",
    "model and second": "The method and the second reader",
}
CODES = {-1: "against", 0: "neither", 1: "for"}
SCORES = ("accuracy", "macro_f1", "alpha", "majority", "ece")


def phenomena() -> pd.DataFrame:
    """Return how often stance is right in made-up sentences of one difficulty each.

    Returns
    -------
    DataFrame
        ``phenomenon, method, estimate, lo, hi, n``: share of right labels; all languages together.
        The methods are the models and two baselines that cannot see the target. ``ordered`` is
        the share of ``comparisons`` (two sentences, or two targets of one, that differ in stance
        and little else) that a method puts in the right order.
    """
    rows = pd.read_csv(paths.RESULTS / "stance_challenge.csv")
    rows = rows[rows["task"].eq("stance") & rows["language"].eq("all")]
    rows = rows[rows["phenomenon"].isin(PHENOMENA)]
    place, baseline = rows["phenomenon"].map(PHENOMENA.index), rows["method"].isin(BLIND)
    rows = rows.assign(place=place, baseline=baseline)
    rows = rows.sort_values(["place", "baseline", "method"], ignore_index=True)
    ends = {"accuracy": "estimate", "accuracy_lo": "lo", "accuracy_hi": "hi"}
    rows = rows.rename(columns=ends).replace({"phenomenon": NAMED, "method": NAMED})
    return rows[["phenomenon", "method", "estimate", "lo", "hi", "n", "ordered", "comparisons"]]


def readers() -> pd.DataFrame:
    """Return how far two readers of the suite's texts agree on stance, and the method with each.

    Returns
    -------
    DataFrame
        ``pair`` (in words), ``estimate, lo, hi`` (share of sentences with the same code), ``n``,
        ``alpha`` (Krippendorff's, interval).
    """
    rows = pd.read_csv(paths.RESULTS / "seed_stance.csv")
    rows = rows[rows["part"].eq("second reader") & rows["value"].isin(PAIRS)]
    ends = {"accuracy": "estimate", "accuracy_lo": "lo", "accuracy_hi": "hi"}
    rows = rows.assign(pair=rows["value"].map(PAIRS)).rename(columns=ends)
    return rows[["pair", "estimate", "lo", "hi", "n", "alpha"]].reset_index(drop=True)


def measured(tasks: Sequence[str], *, folder: Path | None = None) -> pd.DataFrame:
    """Return one row a task, language, kind of text and method, the user's own figures first.

    Parameters
    ----------
    tasks : sequence of str
        As in ``accuracy.csv``.
    folder : Path, optional
        As in :func:`analysis.accuracy.measured`.

    Returns
    -------
    DataFrame
        ``task, language, genre, dataset, method, n``, ``estimate, lo, hi`` (accuracy), ``macro_f1``
        and ``alpha`` (with their intervals, in words), ``majority`` and ``ece`` (the calibration
        error). Published lists of words are left out.
    """
    rows = pd.concat([accuracy.measured(task, folder=folder) for task in tasks], ignore_index=True)
    rows = rows[rows["metric"].isin(SCORES) & ~rows["method"].str.startswith("published")]
    keys = ["task", "language", "genre", "dataset", "method"]
    out = []
    for key, part in rows.groupby(keys, sort=False):
        by = part.drop_duplicates("metric").set_index("metric")[["value", "lo", "hi"]]
        by = by.reindex(SCORES)
        row = dict(zip(keys, key, strict=True)) | {"n": int(part["n"].iloc[0])}
        row |= dict(zip(("estimate", "lo", "hi"), by.loc["accuracy"], strict=True))
        row |= {metric: interval(*by.loc[metric]) for metric in ("macro_f1", "alpha")}
        out.append(row | {metric: by.loc[metric, "value"] for metric in ("majority", "ece")})
    columns = [*keys, "n", "estimate", "lo", "hi", "macro_f1", "alpha", "majority", "ece"]
    out = pd.DataFrame(out, columns=columns)
    return out[out["estimate"].notna()].reset_index(drop=True)


def interval(value: float, lo: float, hi: float) -> str:
    """Write a number with its interval, if it has one."""
    if np.isnan(value):
        return ""
    ends = "" if np.isnan(lo) else f" [{number(lo, lo, hi)}, {number(hi, lo, hi)}]"
    return f"{number(value, lo, hi)}{ends}".replace("-", "\N{MINUS SIGN}")


def misses(corpus: "Corpus") -> pd.DataFrame:
    """List the sentences whose stance a reader of these texts codes otherwise than the method.

    Returns
    -------
    DataFrame
        ``phenomenon, doc_id, actor, name, voice, reader, judged`` ("against", "neither", "for"; or
        "not judged"), ``sentences`` (one id), ``n`` (coded sentences of the phenomenon) and
        ``told`` (how many are missed, in the phenomenon's first row); empty where no reading
        belongs to this corpus.
    """
    coded = readings.codes(corpus)
    columns = [
        "phenomenon", "doc_id", "actor", "name", "voice", "reader", "judged", "sentences", "n",
        "told",
    ]  # fmt: skip
    if coded.empty:
        return pd.DataFrame(columns=columns)
    from analysis.measures.stance import sentence_stance

    rows = readings.compare(coded, sentence_stance(corpus))
    rows["n"] = rows.groupby("phenomenon")["doc_id"].transform("size")
    rows = rows[rows["label"].ne(rows["stance"])].copy()
    missed = rows.groupby("phenomenon")["doc_id"].transform("size")
    rows["told"] = missed.astype(str) + " of " + rows["n"].astype(str) + " missed"
    rows["reader"] = rows["stance"].map(CODES)
    rows["judged"] = rows["label"].map(CODES).fillna("not judged")
    rows["sentences"] = [(_sentence(corpus, *at),) for at in
                         zip(rows["doc_id"], rows["start"], rows["end"], strict=True)]  # fmt: skip
    rows = lexicons.named(rows).sort_values(["phenomenon", "doc_id", "start", "actor", "voice"])
    rows["told"] = rows["told"].mask(rows.duplicated("phenomenon"), "")
    return rows[columns].reset_index(drop=True)


def _sentence(corpus: "Corpus", doc_id: str, start: int, end: int) -> int:
    """Return the id of the sentence that shares most with a stretch of a document."""
    own = corpus.sentences[corpus.sentences["doc_id"].eq(doc_id)]
    shared = np.minimum(own["end"], end) - np.maximum(own["start"], start)
    return int(shared.idxmax())
