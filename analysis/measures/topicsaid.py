"""What a page of topics says in words: what was found, why so many topics, what was refused."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_space as space_
from analysis.measures import _topic_words as words_
from analysis.measures._topic_rows import UNSTABLE
from analysis.measures._topic_wordchoice import choose_words
from analysis.results import DiscourseError, and_

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.measures.topics import TopicModel

N_BOOT = 2
"""Refits behind the stability of a model on words: it stands beside, and must be quick."""
STRETCHES = 300
"""Stretches of a language beyond which comparing numbers of topics takes minutes."""
SOURCES, TOPICS = 6, 12
"""Lines and panels that a picture of change over time has room for."""


def found(model: "TopicModel") -> pd.Series:
    """Say how many topics there are, how many come back, and in how many languages they are.

    Returns
    -------
    Series
        ``k, extent, stable`` (in words), ``held`` (share of the words in stable topics) and
        ``across`` (in words: topics in several languages).
    """
    table, spoken = model.topics, model.units["language"].nunique()
    stable = table["verdict"].eq("stable")
    several = table["languages"].map(len)
    if spoken < 2:
        across = "all texts are in one language"
    else:
        across = f"{int((several > 1).sum())} of them in more than one language"
        everywhere = int((several == spoken).sum()) or "none"
        across += f", {everywhere} in all {spoken}" if spoken > 2 else ""
    n, words_ = int(stable.sum()), table["n_tokens"]
    return pd.Series(
        {
            "k": model.k,
            "extent": model.extent,
            "stable": f"{n} {'comes' if n == 1 else 'come'} back when the texts, or in small "
            "collections their stretches, are resampled",
            "held": float(words_[stable].sum() / max(1, words_.sum())),
            "across": across,
        },
        dtype=object,
    )


def rule(model: "TopicModel", tried: pd.DataFrame) -> pd.Series:
    """Say which number of topics the default rule takes, and why.

    Parameters
    ----------
    model : TopicModel
    tried : DataFrame
        From :func:`analysis.measures.topics.choose_k`.

    Returns
    -------
    Series
        ``wanted`` (share of the stretches that the rule wants in stable topics), ``k, held`` of the
        number taken, ``why`` it is not larger, ``set`` (empty, or what this model has instead).
    """
    few = model.units["doc_id"].nunique() < space_.FEWEST_DOCUMENTS
    wanted = choice.HELD_BY_FEW if few else choice.HELD
    taken = tried[tried["chosen"]].iloc[0]
    larger = tried[tried["k"] > taken["k"]]
    if taken["held"] < wanted:
        why = "no number tried reaches that; this one comes nearest"
    elif larger.empty:
        why = "no larger number was tried, and the texts may bear more"
    elif (larger["k"] * choice.PER_TOPIC > larger["n_units"]).all():
        why = f"a larger number would leave fewer than {choice.PER_TOPIC} stretches a topic"
    else:
        why = "no larger number tried reaches that"
    k = int(taken["k"])
    other = f" This page was set to {model.k}." if model.k != k else ""
    about = {"wanted": wanted, "k": k, "held": float(taken["held"]), "why": why, "set": other}
    return pd.Series(about, dtype=object)


def judged(rows: pd.DataFrame, *, n: int = 5) -> pd.DataFrame:
    """Count the verdicts of differences, regressions or slopes, and name whom they are about.

    Parameters
    ----------
    rows : DataFrame
        Of :mod:`analysis.measures.prevalence`.
    n : int
        So many groups are named, the others counted.

    Returns
    -------
    DataFrame
        A row a verdict, most frequent first: ``verdict`` (what is said of the topic left out),
        ``n`` rows of ``n_all``, ``about`` (the groups, or the covariate).
    """
    said = rows["verdict"].str.replace(rf"(; )?{UNSTABLE}$", "", regex=True)
    out = []
    for verdict, own in rows.groupby(said.replace("", "no remark"), sort=True):
        names = [*own["group"], *own.get("reference", [])]
        told = sorted({str(x) for x in names if x}) or sorted(set(own["by"]))
        rest = [f"{len(told) - n} more"] if len(told) > n else []
        out.append((verdict, len(own), len(rows), and_([*told[:n], *rest])))
    table = pd.DataFrame(out, columns=["verdict", "n", "n_all", "about"])
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def moments(change: pd.DataFrame, label: Mapping[int, str]) -> pd.DataFrame:
    """Return the points of a picture of change over time, of the sources that have two times.

    Parameters
    ----------
    change : DataFrame
        From :func:`analysis.measures.prevalence.over_time`, by source.
    label : mapping of int to str
        Number of a topic → what it is called.

    Returns
    -------
    DataFrame
        Rows of the :data:`SOURCES` sources with most texts and the :data:`TOPICS` largest topics,
        by topic, source and time, with ``line``, the topic's name.
    """
    points = change[change["effect"].eq("prevalence")]
    times = points.groupby("source")["time"].nunique()
    points = points[points["source"].isin(times.index[times > 1])]
    n_docs = points.groupby(["source", "time"])["n_docs"].first().groupby("source").sum()
    most = n_docs.sort_index().sort_values(ascending=False, kind="stable").index[:SOURCES]
    shown = points[points["source"].isin(most) & points["topic"].isin(list(label)[:TOPICS])]
    shown = shown.sort_values(["topic", "source", "time"], kind="stable", ignore_index=True)
    return shown.assign(line=shown["topic"].map(label))


def coherences(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the measures of coherence of a topic and language beside one another.

    Parameters
    ----------
    rows : DataFrame
        From :func:`analysis.measures.coherence.by_language`.

    Returns
    -------
    DataFrame
        ``language, topic, c_v, c_npmi, u_mass, n, verdict, words``; ``told``, on the first row of
        a language, says its mean c_npmi, or why it has none.
    """
    keys = ["language", "topic"]
    wide = rows.pivot(index=keys, columns="measure", values="estimate").reset_index()
    first = rows[rows["measure"] == rows["measure"].iloc[0]] if len(rows) else rows
    out = wide.merge(first[[*keys, "n", "verdict", "words"]], on=keys).sort_values(keys)
    out = out.assign(told="", words=out["words"].map(", ".join))
    for _, own in out.groupby("language", sort=False):
        mean, n = own["c_npmi"].mean(), int(own["n"].iloc[0])
        told = own["verdict"].iloc[0] if np.isnan(mean) else f"mean c_npmi {mean:.2f}"
        out.loc[own.index[0], "told"] = f"{told} ({n} stretches)"
    return out.reset_index(drop=True)


def words_tried(
    corpus: "Corpus", *, ks: Sequence[int] = (2, 4, 8), seed: int = 0, method: str = "lda"
) -> pd.DataFrame:
    """Compare numbers of topics of a model on words, in each language with several texts.

    Returns
    -------
    DataFrame
        The rows of :func:`analysis.measures.topics.choose_words` with ``language``; a language
        without a model has one row, whose ``remark`` says why.
    """
    cut = words_.cut(corpus)
    sizes = cut.loc[cut["fitted"].to_numpy(dtype=bool), "language"].value_counts()
    parts = []
    for code, n in corpus.documents["language"].value_counts().sort_index().items():
        if sizes.get(code, 0) > STRETCHES:
            why = f"more than {STRETCHES} stretches: ask topics.choose_words, which takes minutes"
            parts.append(pd.DataFrame({"n_docs": [n], "language": [code], "remark": [why]}))
            continue
        try:
            own = choose_words(
                corpus, language=str(code), ks=ks, method=method, seed=seed, n_boot=N_BOOT
            )
            remark = np.where(own["chosen"], "taken by the rule", "")
        except DiscourseError:
            own, remark = pd.DataFrame({"n_docs": [n]}), np.array(["no model of its own"])
        parts.append(own.assign(language=code, remark=remark))
    columns = ["language", "n_docs", "k", "heldout", "heldout_lo", "heldout_hi", "c_v", "c_npmi",
               "u_mass", "stability", "remark"]  # fmt: skip
    return pd.concat(parts, ignore_index=True).reindex(columns=columns)
