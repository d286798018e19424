"""Sentiment: the tone of sentences, from -1 (negative) to 1 (positive), and its mean by group.

What a model was trained on, and how right it is where, stands in its card in ``models/``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import resample
from analysis.engine import HERE, Engine
from analysis.judging import features, methods, trained
from analysis.measures._misclassified import corrections
from analysis.measures._tone import (
    Groups,
    counted,
    drawn_text,
    interval_text,
    key_columns,
    means,
    sample,
)  # fmt: skip
from analysis.results import LEVEL, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

DEFAULT = methods.DEFAULT
EXTREMES = 3
METHOD = (
    "share of positive minus share of negative sentences, model {model}, labels counted as its "
    "validation says (where there is none: mean of P(positive) - P(negative)); {interval}"
)
EXTRA = (
    "score", "share_negative", "share_neutral", "share_positive", "abstained", "n_all", "sentences",
)  # fmt: skip


def classify(
    texts: Sequence[str],
    languages: Sequence[str],
    *,
    model: str | None = None,
    engine: Engine = HERE,
) -> pd.DataFrame:
    """Judge the tone of single sentences: :func:`analysis.judging.methods.sentiment`."""
    return methods.sentiment(texts, languages, model=model, engine=engine)


def sentiment(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "doc_id",
    model: str | None = None,
    include_marked: bool = False,
    most: int | None = None,
    folder: Path | None = None,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the mean tone of each group's sentences.

    The estimate is the share of positive minus that of negative sentences, corrected by how the
    model's labels and human codes met on its validation set in each language
    (:mod:`analysis.measures._misclassified`); where there is no such set, the mean score.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        "doc_id", or a metadata column, or several, that make the groups; each of several that may
        be a key gets its own key column. Documents without a value are left out.
    model : str, optional
        As in :func:`classify`.
    include_marked : bool
        Also count sentences inside marks that exclude.
    most : int, optional
        Judge a random sample of at most so many sentences, as many from each group as far as it
        goes, and say so in ``method``. All by default.
    folder : Path, optional
        Where the user's own coding of this corpus lies; its validation table is used before ours
        in languages of which 50 sentences or more were coded.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the bootstrap.

    Returns
    -------
    DataFrame
        Result rows, also under ``by, group``: estimate on -1..1, n = sentences judged; ``score``,
        the mean of P(positive) - P(negative) as the model gives it; ``share_negative``,
        ``share_neutral``, ``share_positive``, ``abstained`` (sentences the model could not judge),
        ``n_all`` (sentences of the group, in the sample or not) and ``sentences``, the ids of the
        most negative and most positive ones. One document: no interval. The interval carries the
        sampling of documents and the model's own error; where the latter was never measured in a
        language, ``verdict`` says so. A group of several languages has no means or shares where
        the method does not give translations of the same sentences the same scores
        (:func:`analysis.accuracy.invariance`), and groups of different languages are not to be
        compared: ``verdict`` says so with what was measured.
    """
    resample.checked(level, n_boot, seed)
    counted(most=most)
    grouped = Groups(corpus, by)
    of, count = gather(corpus, grouped, model, include_marked, most, seed), len(grouped.names)
    known = corrections(
        "sentiment", of.spoken, method=model or DEFAULT, n_boot=n_boot, seed=seed, folder=folder
    )
    settings: dict[str, Any] = {
        "task": "sentiment", "method": model or DEFAULT,
        "level": level, "n_boot": n_boot, "seed": seed,
    }  # fmt: skip
    out = means(of.judged, of.stratum, count, grouped, known, **settings)
    out["n_all"] = np.bincount(of.all_strata, minlength=count)
    out["sentences"] = _extremes(of.judged, of.stratum, count)
    marked = counting.MARKED[include_marked]
    interval = interval_text(known, of.spoken, n_boot=n_boot, marked=marked, drawn=of.drawn)
    method = METHOD.format(model=model or DEFAULT, interval=interval)
    method += resample.told(out["n_docs"])
    out = grouped.keys.join(out).assign(method=method, unit="from -1 to 1", level=level)
    return frame(out, measure="sentiment", keys=key_columns(by), extra=EXTRA)


class Gathered(NamedTuple):
    """The sentences that were judged, and the groups of all.

    Attributes
    ----------
    judged : DataFrame
        As of :func:`sentences`.
    stratum, all_strata : ndarray of int
        The group of every sentence that was judged, and of every one there is.
    spoken : list of str
        Their documents' languages.
    drawn : str
        How those that were judged were chosen, and how many of them are read in part.
    """

    judged: pd.DataFrame
    stratum: np.ndarray
    all_strata: np.ndarray
    spoken: list[str]
    drawn: str


def gather(
    corpus: "Corpus",
    grouped: Groups,
    model: str | None,
    include_marked: bool,
    most: int | None,
    seed: int,
) -> Gathered:
    """Judge the sentences of groups of documents, or a sample of them."""
    table = _kept(corpus, include_marked)
    table = table[grouped.code[table["doc"].to_numpy(dtype=int)] >= 0]
    doc = table["doc"].to_numpy(dtype=int)
    stratum = grouped.code[doc]
    place = np.argsort(np.lexsort((table["start"].to_numpy(), grouped.rank[doc])), kind="stable")
    drawn = sample(stratum, place, most, seed)
    judged, spoken = _sentences(corpus, table[drawn], model), sorted(set(grouped.spoken[doc]))
    told = drawn_text(drawn, "sentences", seed) + _cut_text(corpus.spans(table[drawn]), model)
    return Gathered(judged, stratum[drawn], stratum, spoken, told)


def _cut_text(texts: Sequence[str], model: str | None) -> str:
    """Say how many sentences are longer than a model of ours reads; "" where none is."""
    if not trained.known("sentiment", model or DEFAULT):
        return ""
    n = sum(len(text.split()) > features.MANY_WORDS for text in texts)
    return f"; sentences longer than the {features.MANY_WORDS} words it reads: {n:,}" if n else ""


def sentences(
    corpus: "Corpus", *, model: str | None = None, include_marked: bool = False
) -> pd.DataFrame:
    """Return the columns of :func:`classify` for every sentence, beside ``doc``; same index."""
    return _sentences(corpus, _kept(corpus, include_marked), model)


def _kept(corpus: "Corpus", include_marked: bool) -> pd.DataFrame:
    table = corpus.sentences
    return table if include_marked else table[table["kept"].astype(bool)]


def _sentences(corpus: "Corpus", table: pd.DataFrame, model: str | None) -> pd.DataFrame:
    spoken = counting.languages_of(corpus.documents)[table["doc"].to_numpy(dtype=int)]
    texts = corpus.spans(table)
    judged = classify(texts, spoken.tolist(), model=model, engine=corpus.engine)
    return judged.set_axis(table.index).assign(doc=table["doc"])


def _extremes(judged: pd.DataFrame, stratum: np.ndarray, count: int) -> list[tuple[int, ...]]:
    """The sentences with the lowest and highest scores of every stratum."""
    known = judged["score"].notna().to_numpy()
    index, code = judged.index.to_numpy()[known], stratum[known]
    ranked = index[np.lexsort((judged["score"].to_numpy()[known], code))]
    out = []
    for own in np.split(ranked, np.cumsum(np.bincount(code, minlength=count))[:-1]):
        both = [*own[:EXTREMES].tolist(), *own[-EXTREMES:].tolist()]
        out.append(tuple(dict.fromkeys(both)))
    return out[:count]
