"""A sheet of sentences to code by hand, drawn from a corpus; :mod:`analysis.coded` reads it."""

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts
from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.corpus import Corpus

TASKS = ("sentiment", "stance")
_PLACE = ["id", "doc_id", "start", "end", "language"]
_TARGET = ["actor", "target", "from", "to"]
_WORDS = ["context_before", "text", "context_after", "code", "note"]
COLUMNS = {"sentiment": [*_PLACE, *_WORDS], "stance": [*_PLACE, *_TARGET, *_WORDS]}
LONGEST = 2000
"""Characters of a sentence beyond which it is none: a table or a list that nobody codes."""
CONTEXT = 300
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def sheet(
    corpus: "Corpus",
    *,
    task: str = "sentiment",
    n: int = 200,
    by: str | tuple[str, ...] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Draw sentences to code by hand, the same number of each group and language.

    Parameters
    ----------
    corpus : Corpus
    task : {"sentiment", "stance"}
        For stance a row is a sentence and an actor that it refers to, as the measure finds them.
    n : int
        Rows; all there are where they are fewer. Sentences without letters (for stance: beside the
        name), inside marks that exclude, or of more than 2,000 characters are not drawn.
    by : str or tuple of str, optional
        Metadata columns that make the groups; languages alone by default.
    seed : int

    Returns
    -------
    DataFrame
        ``id, doc_id, start, end, language``, for stance ``actor, target, from, to`` (where in the
        text the name stands), ``context_before, text, context_after, code, note``. Rows take turns
        through the groups, so that the first rows alone are as good a sample. To be filled in:
        ``code`` with -1, 0, 1 or negative, neutral, positive; further coders in ``code_2``, ….

    Raises
    ------
    DiscourseError
        For an unknown task or column, or a corpus without such sentences.
    """
    if task not in TASKS:
        raise DiscourseError(f"task={task!r} is unknown; use {' or '.join(TASKS)}")
    if n < 1 or seed < 0:
        raise DiscourseError(f"n={n}, seed={seed}: use at least 1 row, and a seed of 0 or more")
    units = _units(corpus, task)
    strata = _strata(corpus, by)[units["doc"].to_numpy(dtype=int)]
    units, strata = units[strata >= 0], strata[strata >= 0]
    rank = np.argsort(counts.order(corpus.documents), kind="stable")
    order = _dealt(strata, rank[units["doc"].to_numpy(dtype=int)], units["start"], seed)
    drawn = _worded(corpus, units.iloc[order], n)
    if not len(drawn):
        what = "refers to an actor" if task == "stance" else "can be coded"
        raise DiscourseError(f"no sentence of the corpus {what}; there is nothing to draw")
    return _filled(corpus, drawn)[COLUMNS[task]]


def _units(corpus: "Corpus", task: str) -> pd.DataFrame:
    """Return what can be drawn: ``doc, doc_id, sentence, start, end``, for stance a target."""
    table = corpus.sentences
    table = table[table["kept"].astype(bool) & (table["end"] - table["start"] <= LONGEST)]
    table = table.rename_axis("sentence").reset_index()[
        ["doc", "doc_id", "sentence", "start", "end"]
    ]
    if task == "sentiment":
        return table
    from analysis import references

    found = references.find(corpus)
    found = found[found["safe"].astype(bool)].drop_duplicates(["sentence", "key"])
    found = found.rename(columns={"key": "actor", "text": "target", "start": "at", "end": "until"})
    out = table.merge(found[["sentence", "actor", "target", "at", "until"]], on="sentence")
    out = out[out["until"] <= out["end"]]
    out["from"], out["to"] = out["at"] - out["start"], out["until"] - out["start"]
    return out.sort_values(["sentence", "actor"], ignore_index=True)


def _strata(corpus: "Corpus", by: str | tuple[str, ...] | None) -> np.ndarray:
    """Return each document's stratum, its group and language; -1 where it is in no group."""
    spoken = counts.languages_of(corpus.documents)
    group = spoken if by is None else counts.labels(corpus.documents, by)
    first, second = pd.factorize(group, sort=True)[0], pd.factorize(spoken, sort=True)[0]
    return np.where(first < 0, -1, first * (second.max(initial=0) + 1) + second)


def _dealt(strata: np.ndarray, doc: np.ndarray, start: Any, seed: int) -> np.ndarray:
    """Return the units in the order they are drawn: one of every stratum, at random, in turn."""
    lot = np.empty(len(strata))
    place = np.lexsort((np.arange(len(strata)), np.asarray(start), doc))
    lot[place] = np.random.default_rng(seed).random(len(strata))
    order = np.lexsort((lot, strata))
    sizes = np.unique(strata, return_counts=True)[1]
    turn = np.empty(len(strata), dtype=np.int64)
    turn[order] = np.arange(len(strata)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.lexsort((lot, turn))


def _worded(corpus: "Corpus", units: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the first `n` units whose sentences hold words; no more texts are read than needed."""
    parts, held, step = [units.iloc[:0].assign(text="")], 0, max(n, 256)
    for first in range(0, len(units), step):
        part = units.iloc[first : first + step]
        part = part.assign(text=[plain(t) for t in corpus.spans(part)])
        part = part[[any(map(str.isalpha, t)) for t in _beside(part)]]
        parts.append(part.iloc[: n - held])
        held += len(parts[-1])
        if held >= n:
            break
    return pd.concat(parts)


def _beside(part: pd.DataFrame) -> list[str]:
    """Return what a sentence says beside its target."""
    if "from" not in part:
        return part["text"].tolist()
    return [t[:a] + t[b:] for t, a, b in zip(part["text"], part["from"], part["to"], strict=True)]


def plain(text: str) -> str:
    """Return a text with every white space and control character as a blank: as long as it was."""
    return _BLANK.sub(" ", text)


def _filled(corpus: "Corpus", drawn: pd.DataFrame) -> pd.DataFrame:
    """Add ids, context and the columns to fill in."""
    table, at = corpus.sentences[["doc", "start", "end"]], drawn["sentence"].to_numpy(dtype=int)
    for name, step in (("context_before", -1), ("context_after", 1)):
        near = table.iloc[np.clip(at + step, 0, len(table) - 1)]
        own = (near["doc"].to_numpy() == drawn["doc"].to_numpy()) & (near.index.to_numpy() != at)
        near = near.assign(
            start=near["start"].where(near["end"] - near["start"] <= LONGEST, near["end"])
        )
        texts = [plain(t) if o else "" for t, o in zip(corpus.spans(near), own, strict=True)]
        drawn[name] = [t[-CONTEXT:] if step < 0 else t[:CONTEXT] for t in texts]
    spoken = counts.languages_of(corpus.documents)[drawn["doc"].to_numpy(dtype=int)]
    drawn = drawn.assign(language=spoken, code="", note="").reset_index(drop=True)
    parts = ["start", "end", *(["from", "to", "actor"] if "from" in drawn else [])]
    places = drawn[parts].astype(str).agg("-".join, axis=1)
    ids = zip(drawn["doc_id"], places, strict=True)
    return drawn.assign(id=[f"s{digest(doc_id)}-{place}" for doc_id, place in ids])


def digest(doc_id: str) -> str:
    """Return what stands for a document in an id: spreadsheets take it for no number or date."""
    return hashlib.sha256(doc_id.encode("utf-8", "replace")).hexdigest()[:12]
