"""Tone and stance as a page shows them: voices and methods side by side, and where they go wrong.

What was measured stands in ``benchmarks/results``; :func:`misses` judges the texts that a reader
coded (:mod:`analysis.readings`) anew, so that what it lists is what the present method does.
"""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import accuracy, counts, languages, lexicons, paths, readings
from analysis.results import ONE_TEXT, number

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


VOICES = {"own words": ("own_voice", "own"), "quoted words": ("quoted", "quoted")}
READER = "reader, own words"
JUDGES = (*VOICES, READER)
"""The order of :func:`voices`."""
MODELS = {"portable": "trained model", "lexicon": "list of words"}
"""Methods of tone that every installation has."""


def voices(judged: pd.DataFrame, reader: pd.DataFrame, *, fewest: int) -> pd.DataFrame:
    """Put a text's own voice, the voices it quotes and a reader's codes one below the other.

    Parameters
    ----------
    judged : DataFrame
        As of :func:`analysis.measures.stance.stance`, with ``name``.
    reader : DataFrame
        As of :func:`analysis.readings.judgements`, with ``name``.
    fewest : int
        Sentences a mean needs to be kept.

    Returns
    -------
    DataFrame
        ``estimate, lo, hi, n`` of the ``voice``, other columns as given; ``line`` (the actor and
        the group), by which the rows are sorted.
    """
    parts = [
        judged.assign(
            voice=voice, estimate=judged[value], n=judged[f"n_{short}"],
            lo=judged[f"{short}_lo"], hi=judged[f"{short}_hi"],
        )
        for voice, (value, short) in VOICES.items()
    ]  # fmt: skip
    if len(reader):
        parts.append(reader[reader["name"].isin(judged["name"])].assign(voice=READER))
    rows = pd.concat(parts)
    return _lined(rows[rows["n"] >= fewest], "name")


def told(judged: pd.DataFrame) -> pd.DataFrame:
    """Add ``told`` to rows of stance: the actor with its means and numbers of sentences, in words.

    Rows are sorted by group, as the pictures have them.

    Parameters
    ----------
    judged : DataFrame
        As in :func:`voices`.
    """
    texts = [
        f"{row['name']} {', quoted '.join(_counted(row, *voice) for voice in VOICES.values())}"
        for row in judged.to_dict("records")
    ]
    return _sorted(judged.assign(told=texts), "group")


def _counted(row: dict[str, Any], value: str, short: str) -> str:
    """Write the mean of a voice and its sentences."""
    if not row[f"n_{short}"]:
        return "–"
    return f"{row[value]:+.2f} ({row[f'n_{short}']})".replace("-", "\N{MINUS SIGN}")


def methods(corpus: "Corpus", **settings: Any) -> pd.DataFrame:
    """Return the tone of groups by every method that needs nothing installed.

    Parameters
    ----------
    corpus : Corpus
    **settings
        Of :func:`analysis.measures.sentiment.sentiment`.

    Returns
    -------
    DataFrame
        Its rows, with ``judge`` (the method, in words) and ``line`` (language and group), by which
        they are sorted.
    """
    from analysis.measures.sentiment import sentiment

    found = [sentiment(corpus, model=m, **settings).assign(judge=MODELS[m]) for m in MODELS]
    rows = pd.concat(found)
    spoken = {c: "+".join(languages.names(c.split("+"))) for c in rows["language"].unique()}
    return _lined(rows.assign(spoken=rows["language"].map(spoken)), "spoken")


def _lined(rows: pd.DataFrame, first: str) -> pd.DataFrame:
    """Add ``line``, the two names of a row, and sort by it."""
    line = rows[first].astype(str) + "  –  " + rows["group"].astype(str)
    return _sorted(rows.assign(line=line), "line")


def _sorted(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sort by a column of names, numbers in them as numbers."""
    names = rows[column].astype(str)
    place = names.str.replace(r"\d+", lambda found: found[0].zfill(9), regex=True)
    rows = rows.assign(place=place).sort_values("place", kind="stable")
    return rows.drop(columns="place").reset_index(drop=True)


def times(rows: pd.DataFrame, sources: Sequence[str]) -> pd.DataFrame:
    """Split groups by source and time into ``source`` and ``time``, and keep some sources.

    Parameters
    ----------
    rows : DataFrame
        As of a measure by (source, year) or (source, decade).
    sources : sequence of str
        Those to keep.
    """
    parts = [str(group).rpartition(counts.SEPARATOR) for group in rows["group"]]
    rows = rows.assign(source=[p[0] for p in parts], time=[p[2] for p in parts])
    return rows[rows["source"].isin(sources)].reset_index(drop=True)


def words(corpus: "Corpus", tone: pd.DataFrame, *, by: str, seed: int = 0) -> pd.DataFrame:
    """Tell which words make a group darker than the others of its language, by the list of words.

    The group is the one that is lowest by that method, in the language with most groups.

    Parameters
    ----------
    corpus : Corpus
    tone : DataFrame
        As of :func:`methods`. Groups of several languages, and languages of one group, are left
        out: their words cannot be compared with others'.
    by : str
        The column of the groups.
    seed : int

    Returns
    -------
    DataFrame
        As of :func:`analysis.measures.wordshift.wordshift`, the rows with an estimate; empty
        where no group can be compared.
    """
    from analysis.judging import lexicon
    from analysis.measures.wordshift import wordshift

    rows = tone[tone["judge"].eq(MODELS["lexicon"]) & tone["estimate"].notna()]
    rows = rows[~rows["language"].astype(str).str.contains("+", regex=False)]
    size = rows.groupby("language")["group"].transform("size")
    low = rows[size.gt(1) & size.eq(size.max())].sort_values(["language", "estimate"]).head(1)
    if low.empty:
        return pd.DataFrame(columns=["estimate"])
    part = corpus.subset(corpus.documents["language"].isin(low["language"]))
    scores = lexicon.values(part)
    target = low["group"].tolist()
    found = wordshift(part, by=by, target=target, kind="sentiment", scores=scores,
                      reference_score=0, seed=seed)  # fmt: skip
    return found[found["estimate"].notna()].reset_index(drop=True)


def across(corpus: "Corpus", **settings: Any) -> pd.DataFrame:
    """Say of every two languages spoken whether their tone, or stance, may be compared.

    Parameters
    ----------
    corpus : Corpus
    **settings
        Of :func:`analysis.measures.tonecontrast.contrast`.

    Returns
    -------
    DataFrame
        ``text``: what translations of the same sentences showed, and of tone the difference if it
        may be told; no rows for one language.
    """
    from analysis.measures.tonecontrast import contrast

    told = []
    for a, b in combinations(sorted(set(counts.languages_of(corpus.documents))), 2):
        row = contrast(corpus, by="language", target=a, reference=b, **settings).iloc[0]
        more = f"{a} minus {b}: {_told(*row[['estimate', 'lo', 'hi']])}; {row['verdict']}"
        if np.isnan(row["estimate"]):
            more = "and a side is a single text" if row["verdict"].startswith(ONE_TEXT) else ""
        said = accuracy.invariance("sentiment", a, b).text
        told.append("; ".join(filter(None, (f"{said[0].upper()}{said[1:]}", more))) + ".")
        said = accuracy.invariance("stance", a, b).text
        told.append(f"{said[0].upper()}{said[1:]}.")
    return pd.DataFrame({"text": told})


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
        row |= {metric: _told(*by.loc[metric]) for metric in ("macro_f1", "alpha")}
        out.append(row | {metric: by.loc[metric, "value"] for metric in ("majority", "ece")})
    columns = [*keys, "n", "estimate", "lo", "hi", "macro_f1", "alpha", "majority", "ece"]
    out = pd.DataFrame(out, columns=columns)
    return out[out["estimate"].notna()].reset_index(drop=True)


def _told(value: float, lo: float, hi: float) -> str:
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


def same_order(frame: pd.DataFrame) -> dict[str, int]:
    """Count the pairs of groups of one language that two methods put in the same order.

    Parameters
    ----------
    frame : DataFrame
        As of :func:`methods`.

    Returns
    -------
    dict
        ``pairs`` with an estimate of every method, and how many are the ``same``.
    """
    wide = frame.pivot(index=["language", "group"], columns="judge", values="estimate").dropna()
    pairs, same = 0, 0
    for _, part in wide.groupby("language", sort=True):
        for one, two in combinations(part.to_numpy(), 2):
            pairs += 1
            same += len(set(np.sign(one - two))) == 1
    return {"pairs": pairs, "same": same}
