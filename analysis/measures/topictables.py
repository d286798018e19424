"""What a topic model says of words, paragraphs and documents, a row each with its sentences."""

import re
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures._topic_types import NO_TOPIC
from analysis.results import ONE_TEXT, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.measures.topics import TopicModel

MOST = 60
"""Documents that have a line each in one picture; beyond that, their groups have."""
N_TERMS = 6
SHOWN = 20
"""Sentences that a word keeps, those of the stretches that belong most clearly first."""
START = 90
"""Characters of a stretch that a table begins with."""
ALONE = "the topic holds all of this language"
HEADING = "heading, not counted"
OUTSIDE = "in no topic"


def theme(model: "TopicModel") -> dict[int, str]:
    """Return number → "number  name" of every topic, and what stands for none."""
    named = zip(model.topics["topic"], model.topics["label"], strict=True)
    return {int(t): f"{t}  {label}" for t, label in named} | {NO_TOPIC: OUTSIDE}


def words(corpus: "Corpus", model: "TopicModel", *, n: int = N_TERMS) -> pd.DataFrame:
    """Tell what words set each topic apart in each language, with the sentences that hold them.

    Parameters
    ----------
    corpus : Corpus
    model : TopicModel
        Of this corpus.
    n : int
        Words a topic and language, the best first.

    Returns
    -------
    DataFrame
        Result rows by topic, language and rank: ``estimate`` is the z-score of the weighted
        log-odds of the word in the topic against all others of the same language (Monroe, Colaresi
        & Quinn 2008), ``n`` how often it stands in the topic, ``n_docs, n_tokens`` the documents
        and words of the topic in that language. ``theme`` is number and name of the topic,
        ``elsewhere`` the word's count in other topics, ``warning`` may be empty, ``sentences`` hold
        the word as written (where none does, they are the topic's clearest in that language).
    """
    themes = theme(model)
    topics_in = model.units[model.units["fitted"]].groupby("language")["topic"].nunique()
    shown = model.terms.groupby(["topic", "language"], sort=False).head(n)
    rows: list[dict[str, object]] = []
    for (topic, code), own in shown.groupby(["topic", "language"], sort=True):
        units = _of(model, topic, code)
        ids, texts = _clearest(corpus, units)
        if topics_in[code] == 1:
            own = own.assign(warning=ALONE)
        for about in own.to_dict("records"):
            rows.append(
                {c: about[c] for c in ("topic", "language", "term", "elsewhere", "warning")}
                | {"theme": themes[int(topic)], "estimate": about["score"], "n": about["count"]}
                | {"n_docs": units["doc_id"].nunique(), "n_tokens": int(units["n_words"].sum())}
                | {"sentences": _holding(str(about["term"]), ids, texts)}
            )
    about_all = {
        "unit": "z",
        "method": "weighted log-odds of a word in a topic against the others, inside each language",
    }
    return frame(
        [row | about_all for row in rows], measure="topic_words",
        keys=("topic", "language", "term"), extra=("theme", "elsewhere", "warning", "sentences"),
    )  # fmt: skip


def assignment(corpus: "Corpus", model: "TopicModel") -> pd.DataFrame:
    """Give the topic of every stretch of text that the model saw, in the order of the texts.

    Parameters
    ----------
    corpus : Corpus
    model : TopicModel
        Of this corpus.

    Returns
    -------
    DataFrame
        Result rows: ``estimate`` is the membership in the main topic, ``theme`` its number and
        name; ``second, second_theme, second_share`` the next; ``place`` the number of the stretch
        in its document, ``start, end`` its characters, ``text`` how it begins, ``n_words`` its
        words, ``remark`` whether it counts, ``sentences`` its sentences. ``told``, on the first
        row of each document, counts its stretches by topic.
    """
    themes = theme(model)
    units = model.units.sort_values(["doc_id", "start"], kind="stable")
    at = units.index.to_numpy()
    second, share = _second(model, at)
    counted = units["fitted"].to_numpy(dtype=bool)
    n_words = units["n_words"].where(counted, 0).groupby(units["doc_id"]).transform("sum")
    out = units[["topic", "doc_id", "language", "start", "end", "n_words", "sentences"]].assign(
        estimate=units["share"].astype(float), unit="membership", n_docs=1, n=1,
        n_tokens=n_words, method=model.method, verdict=ONE_TEXT, theme=units["topic"].map(themes),
        second=second, second_theme=pd.Series(second, index=at).map(themes), second_share=share,
        place=units.groupby("doc_id").cumcount() + 1, text=_begins(corpus, units),
        remark=np.where(counted, "", HEADING), told="",
    )  # fmt: skip
    out["told"] = _told(out, counted)
    return frame(
        out, measure="topic_assignment", keys=("topic", "doc_id", "language"),
        extra=("theme", "second", "second_theme", "second_share", "place", "start", "end", "text",
               "n_words", "remark", "told", "sentences"),
    )  # fmt: skip


def grid(corpus: "Corpus", model: "TopicModel", *, by: str | None = None) -> pd.DataFrame:
    """Give each document's share of each topic, documents with the same main topic together.

    Parameters
    ----------
    corpus : Corpus
    model : TopicModel
        Of this corpus.
    by : str, optional
        Metadata column of the lines. Without it each document has one; of more than :data:`MOST`
        documents, each source.

    Returns
    -------
    DataFrame
        The rows of :func:`analysis.measures.prevalence.prevalence` without intervals: by main
        topic, within it by its share, largest first. Of more than :data:`MOST` groups those with
        most words; ``n_groups`` counts them all.
    """
    from analysis.measures.prevalence import prevalence

    if by is None:
        by = "doc_id" if len(corpus.documents) <= MOST else "source"
    rows = prevalence(corpus, model, by=by, n_boot=0)
    rows = rows.assign(n_groups=rows["group"].nunique())
    size = rows.groupby("group")["n_tokens"].max()
    kept = size.sort_index().sort_values(ascending=False, kind="stable").index[:MOST]
    wide = rows[rows["group"].isin(kept)].pivot(index="group", columns="topic", values="estimate")
    # Topics are compared without those that have no words: a group without any stands last.
    main = wide.fillna(-1).to_numpy().argmax(axis=1) if len(wide.columns) else np.zeros(len(wide))
    most = wide.max(axis=1).fillna(-1).to_numpy()
    order = wide.index[np.lexsort((wide.index.astype(str), -most, main))]
    place = pd.Series(np.arange(len(order)), index=order)
    rows = rows[rows["group"].isin(kept)]
    return rows.iloc[np.lexsort((rows["topic"], rows["group"].map(place)))].reset_index(drop=True)


def _of(model: "TopicModel", topic: int, code: str) -> pd.DataFrame:
    """Return the stretches of a topic in a language that count, the clearest first."""
    units = model.units
    own = units["fitted"].to_numpy(dtype=bool) & (units["topic"] == topic)
    found = units[own & (units["language"] == code)]
    return found.sort_values(["share", "doc_id", "start"], ascending=[False, True, True])


def _clearest(corpus: "Corpus", units: pd.DataFrame) -> tuple[list[int], list[str]]:
    """Return ids and texts of the sentences of stretches."""
    ids = [int(i) for held in units["sentences"] for i in held]
    return ids, corpus.spans(corpus.sentences.loc[ids]) if ids else []


def _holding(term: str, ids: list[int], texts: list[str]) -> tuple[int, ...]:
    """Return the first sentences that hold a word as written; failing that, the first three."""
    word = re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE)
    found = [i for i, text in zip(ids, texts, strict=True) if word.search(text)]
    return tuple(found[:SHOWN] or ids[:3])


def _second(model: "TopicModel", rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the second topic of stretches, and their membership in it."""
    numbers = np.array(model.numbers)
    weight = model.membership[rows].astype(np.float64)
    own = model.units["topic"].to_numpy()[rows]
    weight[numbers[None, :] == own[:, None]] = -1.0
    best = weight.argmax(axis=1)
    share = weight[np.arange(len(rows)), best]
    return np.where(share >= 0, numbers[best], NO_TOPIC), np.where(share >= 0, share, np.nan)


def _begins(corpus: "Corpus", units: pd.DataFrame) -> list[str]:
    ends = np.minimum(units["end"], units["start"] + 4 * START)
    texts = corpus.spans(units[["doc", "start"]].assign(end=ends))
    return [textwrap.shorten(text, START, placeholder=" …") or text[:START] for text in texts]


def _told(out: pd.DataFrame, counted: np.ndarray) -> list[str]:
    """Say on the first row of each document how many of its stretches each topic has."""
    told = [""] * len(out)
    for _, at in out.groupby("doc_id", sort=False).indices.items():
        held = out["theme"].to_numpy()[at[counted[at]]]
        size = pd.Series(held, dtype=object).value_counts()
        order = sorted(size.items(), key=lambda pair: (-pair[1], str(pair[0])))
        told[at[0]] = "; ".join(f"{name} ({n})" for name, n in order)
    return told
