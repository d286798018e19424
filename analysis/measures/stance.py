"""Stance: what is said of an actor, from -1 (against) to 1 (in favour), by the text and its voices.

A sentence is judged once for each actor that it refers to, by name or by words that can mean no
other ("its leadership"; :mod:`analysis.references`): the reference is replaced by a mark word and
the model sees the sentence, the words before and the words after the mark. What a quoted or
reported voice says is kept apart from the text's own words.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
)
from analysis.measures.sentiment import Gathered
from analysis.results import LEVEL, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

DEFAULT = methods.DEFAULT
HEARD = 10  # mentions of an actor that are judged in one sentence, the first ones
FAR = features.CUT + 1  # characters of a side: more than a model reads, however long the line
OWN, QUOTED = "own", "quoted"
METHOD = (
    "share of sentences in favour of the actor minus share against it, own and quoted voices "
    "together, model {model}, labels counted as its validation says (where there is none: mean of "
    "P(positive) - P(negative)); {interval}"
)
EXTRA = (
    "own_voice", "own_lo", "own_hi", "quoted", "quoted_lo", "quoted_hi", "n_own", "n_quoted",
    "n_named", "score", "share_negative", "share_neutral", "share_positive", "abstained", "n_all",
    "sentences",
)  # fmt: skip
UNIT = ["doc", "doc_id", "sentence", "start", "end", "actor", "voice"]


def classify(
    texts: Sequence[str],
    spans: Sequence[tuple[int, int]],
    languages: Sequence[str],
    *,
    model: str | None = None,
    engine: Engine = HERE,
) -> pd.DataFrame:
    """Judge what single sentences say of their target: :func:`analysis.judging.methods.stance`."""
    return methods.stance(texts, spans, languages, model=model, engine=engine)


def stance(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] = "doc_id",
    model: str | None = None,
    include_marked: bool = False,
    top: int | None = None,
    most: int | None = None,
    folder: Path | None = None,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the mean stance toward each actor in each group of documents.

    The estimate is the share of sentences in favour of the actor minus that of those against it,
    corrected as :func:`analysis.measures.sentiment.sentiment` does.

    Parameters
    ----------
    corpus : Corpus
    by : str or sequence of str
        "doc_id", or a metadata column, or several, that make the groups; each of several that may
        be a key gets its own key column. Documents without a value are left out.
    model : str, optional
        As in :func:`classify`.
    include_marked : bool
        Also count mentions inside marks that exclude.
    top : int, optional
        Only the so many actors that most sentences name. All by default.
    most : int, optional
        Judge a random sample of at most so many sentences, as many for each group and actor as
        far as it goes, and say so in ``method``. All by default.
    folder : Path, optional
        Where the user's own coding of this corpus lies; its validation table is used before ours
        in languages of which 50 sentences or more were coded.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the bootstrap.

    Returns
    -------
    DataFrame
        Result rows, one a group and actor named in it: estimate on -1..1 over all its sentences
        (``n`` of them, each voice's share of a sentence counted once; ``n_named`` call the actor
        by name, the others say "its leadership" where only one actor can be meant); ``own_voice``
        and ``quoted``, the same over what the text says itself and what it quotes or reports, each
        with its interval (``own_lo, own_hi, quoted_lo, quoted_hi``) and number (``n_own``,
        ``n_quoted``); ``score``, the mean of P(positive) - P(negative) as the model gives it;
        shares of labels, ``abstained``, ``n_all`` (sentences that refer to the actor, in the
        sample or not) and the ``sentences`` behind it. One document: no interval. The intervals
        carry the sampling of documents and the model's own error; where the latter was never
        measured in a language, ``verdict`` says so. Several languages are treated as in
        :func:`analysis.measures.sentiment.sentiment`.
    """
    resample.checked(level, n_boot, seed)
    counted(most=most, top=top)
    grouped = Groups(corpus, by)
    keys, of = gather(corpus, grouped, model, include_marked, most, seed, top=top)
    known = corrections(
        "stance", of.spoken, method=model or DEFAULT, n_boot=n_boot, seed=seed, folder=folder
    )
    settings = {
        "task": "stance", "method": model or DEFAULT,
        "level": level, "n_boot": n_boot, "seed": seed,
    }  # fmt: skip
    out = _by_voice(of.judged, of.stratum, len(keys), grouped, known, **settings)
    marked = counting.MARKED[include_marked]
    interval = interval_text(known, of.spoken, n_boot=n_boot, marked=marked, drawn=of.drawn)
    method = METHOD.format(model=model or DEFAULT, interval=interval)
    method += resample.told(out["n_docs"])
    out = keys.join(out).rename(columns={"group": "code"})
    out = out.join(grouped.keys, on="code")
    out = out.assign(method=method, unit="from -1 to 1", level=level)
    return frame(out, measure="stance", keys=key_columns(by, "actor"), extra=EXTRA)


def gather(
    corpus: "Corpus",
    grouped: Groups,
    model: str | None,
    include_marked: bool,
    most: int | None,
    seed: int,
    *,
    top: int | None = None,
    actor: str | None = None,
) -> tuple[pd.DataFrame, Gathered]:
    """Judge the sentences that name actors, or a sample of them, in groups of documents.

    Returns
    -------
    keys : DataFrame
        ``group`` (its number), ``actor`` and ``n_all`` of every stratum.
    Gathered
    """
    found = _mentions(corpus, include_marked)
    found = found[grouped.code[found["doc"].to_numpy(dtype=int)] >= 0]
    found = found if actor is None else found[found["actor"].eq(actor)]
    units = found[UNIT].drop_duplicates(["sentence", "actor", "voice"])
    if top is not None:
        named = units["actor"].value_counts().sort_index().nlargest(top)
        units = units[units["actor"].isin(named.index)]
    doc = units["doc"].to_numpy(dtype=int)
    cells = units.assign(group=grouped.code[doc]).groupby(["group", "actor"], sort=True)
    cell = cells.ngroup().to_numpy()
    order = np.lexsort((units["voice"], units["actor"], units["start"], grouped.rank[doc]))
    drawn = sample(cell, np.argsort(order, kind="stable"), most, seed)
    chosen = units[drawn]
    mine = found.merge(chosen[["sentence", "actor", "voice"]])
    judged = _judged(corpus, mine, model)
    stratum = judged.merge(chosen.assign(cell=cell[drawn]))["cell"].to_numpy()
    told = drawn_text(drawn, "sentences that name an actor", seed) + _cut_text(corpus, mine, model)
    keys = cells.size().rename("n_all").reset_index()
    return keys, Gathered(judged, stratum, cell, sorted(set(grouped.spoken[doc])), told)


def _cut_text(corpus: "Corpus", found: pd.DataFrame, model: str | None) -> str:
    """Say how many references have more beside them than a model of ours reads; "" where none."""
    if not trained.known("stance", model or DEFAULT):
        return ""
    places = zip(corpus.spans(found), found["first"], found["last"], strict=True)
    n = sum(
        _long(text[max(0, first - FAR) : first]) or _long(text[last : last + FAR])
        for text, first, last in places
    )
    return f"; more than {features.REACH} words on a side, not all read: {n:,}" if n else ""


def _long(side: str) -> bool:
    """Tell whether a side of a reference, cut at :data:`FAR`, holds more than is read of it."""
    return len(side) == FAR or len(side.split()) > features.REACH


def sentence_stance(
    corpus: "Corpus", *, model: str | None = None, include_marked: bool = False
) -> pd.DataFrame:
    """Judge every sentence once for each actor named in it and each voice that names it.

    Returns
    -------
    DataFrame
        ``doc, doc_id, sentence, start, end`` (the sentence), ``actor, voice`` ("own" or "quoted":
        inside a direct, mixed or indirect quotation), ``mentions`` (how many), ``score`` (mean
        over the first ten of them, -1..1), ``named`` (one of them is a name) and ``label`` (that of
        the mention with the strongest score); NaN where the model abstained.
    """
    return _judged(corpus, _mentions(corpus, include_marked), model)


def _mentions(corpus: "Corpus", include_marked: bool) -> pd.DataFrame:
    """The references in sentences: columns :data:`UNIT`, ``first, last`` in it, ``named``."""
    from analysis import lexicons, references

    found = references.find(corpus, include_marked=include_marked)
    found = found[(found["sentence"] >= 0) & found["safe"].astype(bool)]
    place = ["doc", "start", "end"]
    names = pd.MultiIndex.from_frame(lexicons.find(corpus, lexicons.load("actors"))[place])
    bounds = corpus.sentences.loc[found["sentence"], ["start", "end"]].to_numpy(dtype=int)
    out = found[["doc", "doc_id", "sentence"]].assign(
        start=bounds[:, 0],
        end=bounds[:, 1],
        actor=found["key"],
        voice=np.where(_quoted(corpus, found), QUOTED, OWN),
        first=found["start"] - bounds[:, 0],
        last=found["end"] - bounds[:, 0],
        named=pd.MultiIndex.from_frame(found[place]).isin(names),
    )
    return out.reset_index(drop=True)


def _judged(corpus: "Corpus", found: pd.DataFrame, model: str | None) -> pd.DataFrame:
    of_unit = found.groupby(UNIT, sort=True)
    held = {"mentions": of_unit.size(), "named": of_unit["named"].any()}
    found = found[of_unit.cumcount().to_numpy() < HEARD]
    spoken = counting.languages_of(corpus.documents)[found["doc"].to_numpy(dtype=int)]
    texts = [features.clip_line(t) for t in corpus.spans(found)]
    spans = list(zip(found["first"], found["last"], strict=True))
    judged = classify(texts, spans, spoken, model=model, engine=corpus.engine)
    out = _by_sentence(judged.assign(**{c: found[c].to_numpy() for c in UNIT}))
    return out.assign(**held).reset_index()


def _by_sentence(judged: pd.DataFrame) -> pd.DataFrame:
    judged = judged.assign(strength=judged["score"].abs())
    strongest = judged.sort_values("strength", ascending=False, kind="stable")
    grouped = judged.groupby(UNIT, sort=True)
    out = pd.DataFrame({"score": grouped["score"].mean()})
    return out.assign(label=strongest.groupby(UNIT, sort=True)["label"].first())


def _quoted(corpus: "Corpus", found: pd.DataFrame) -> np.ndarray:
    """Return whether each mention lies inside a quotation, shape (n_mentions,)."""
    from analysis.measures.voices import quotes

    said = quotes(corpus)
    if said.empty:
        return np.zeros(len(found), dtype=bool)
    width = int(max(said["end"].max(), found["end"].max() if len(found) else 0)) + 1
    begin, end = (said[c].to_numpy(np.int64) + said["doc"] * width for c in ("start", "end"))
    first, last = (found[c].to_numpy(np.int64) + found["doc"] * width for c in ("start", "end"))
    # Inside one of them: the stretches that begin no later reach as far.
    order = np.argsort(begin, kind="stable")
    reach = np.concatenate([[-1], np.maximum.accumulate(end.to_numpy()[order])])
    at = np.searchsorted(begin.to_numpy()[order], first.to_numpy(), side="right")
    return np.asarray(reach[at] >= last.to_numpy())


def _by_voice(
    judged: pd.DataFrame, stratum: np.ndarray, count: int, *about: Any, **settings: Any
) -> pd.DataFrame:
    """The means of every stratum, of both voices and of each, with the sentences behind them."""
    out = means(judged, stratum, count, *about, **settings)
    for voice, name, short in ((OWN, "own_voice", "own"), (QUOTED, "quoted", "quoted")):
        mine = judged["voice"].eq(voice).to_numpy()
        part = means(judged[mine], stratum[mine], count, *about, **settings)
        out[name], out[f"n_{short}"] = part["estimate"], part["n"]
        out[f"{short}_lo"], out[f"{short}_hi"] = part["lo"], part["hi"]
    voices = ["own_voice", "own_lo", "own_hi", "quoted", "quoted_lo", "quoted_hi"]
    out.loc[out["estimate"].isna(), voices] = np.nan
    named = judged["named"].astype(bool) & judged["score"].notna()
    out["n_named"] = np.bincount(stratum[named], minlength=count)
    behind = judged["sentence"].groupby(stratum).agg(lambda s: tuple(sorted(set(s))))
    return out.assign(sentences=behind.reindex(out.index))
