"""Tone and stance as a page shows them: voices, methods, times and languages side by side."""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import accuracy, counts, languages
from analysis.limits import interval
from analysis.results import ONE_TEXT

if TYPE_CHECKING:
    from analysis.corpus import Corpus

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
    texts = []
    for row in judged.to_dict("records"):
        own, quoted = (_counted(row, *voice) for voice in VOICES.values())
        said = filter(None, (own, f"quoted {quoted}" if quoted else ""))
        texts.append(f"{row['name']} {', '.join(said)}")
    return _sorted(judged.assign(told=texts), "group")


def _counted(row: dict[str, Any], value: str, short: str) -> str:
    """Write the mean of a voice and its number of sentences; "" where it has none."""
    if not row[f"n_{short}"]:
        return ""
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

    A source of several languages is one for each, so that no line runs from one to another;
    groups that mix languages are left out of it.

    Parameters
    ----------
    rows : DataFrame
        As of a measure by (source, year) or (source, decade).
    sources : sequence of str
        Those to keep.
    """
    parts = [str(group).rpartition(counts.SEPARATOR) for group in rows["group"]]
    rows = rows.assign(source=[p[0] for p in parts], time=[p[2] for p in parts])
    rows = rows[rows["source"].isin(sources)]
    several = rows.groupby("source")["language"].transform("nunique").gt(1)
    mixed = rows["language"].astype(str).str.contains("+", regex=False)
    rows = rows[~(several & mixed)]
    named = rows["source"].astype(str) + ", " + rows["language"].map(accuracy.name).astype(str)
    return rows.assign(source=rows["source"].mask(several, named)).reset_index(drop=True)


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
        return pd.DataFrame(columns=["language", "estimate"])
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
        may be told; of stance what was measured. No rows for one language.
    """
    from analysis.measures.tonecontrast import contrast

    told = []
    pairs = list(combinations(sorted(set(counts.languages_of(corpus.documents))), 2))
    for a, b in pairs:
        row = contrast(corpus, by="language", target=a, reference=b, **settings).iloc[0]
        more = f"{a} minus {b}: {interval(*row[['estimate', 'lo', 'hi']])}, {row['verdict']}"
        if np.isnan(row["estimate"]):
            more = "and a side is a single text" if row["verdict"].startswith(ONE_TEXT) else ""
        told.append("; ".join(filter(None, (accuracy.invariance("sentiment", a, b).text, more))))
    stance = [accuracy.invariance("stance", a, b) for a, b in pairs]
    told += [found.text for found in stance if not np.isnan(found.r)]
    if any(np.isnan(found.r) for found in stance):
        told.append(
            "whether stance compares between them was never measured: no difference is told"
        )
    return pd.DataFrame({"text": [f"{text[0].upper()}{text[1:]}." for text in told]})


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
