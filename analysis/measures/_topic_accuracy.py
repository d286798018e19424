"""How well topics were found where labels are known, as the benchmark measured it."""

from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.results import Statement, say

UNMEASURED = "How well topics are found was never measured."
MEASURED: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "sib200",
        {
            "NMI of topic and label": "label",
            "NMI of topic and language": "language",
            "same topic in all three languages": "same",
        },
        "On SIB-200 ({n:,} sentences, the same in German, English and Dutch, of {k} known themes; "
        "mean of {seeds} seeds) topics and themes share {label:.2f} of their information "
        "(normalised mutual information: 0 nothing, 1 all), topics and languages {language:.4f}; "
        "{same:.0%} of the sentences have the same topic in all three languages.",
    ),
    (
        "ntrex",
        {"documents whose three versions share their main topic": "same"},
        "On NTREX-128 (documents of news, the same in each language; {n:,} stretches, {k} topics) "
        "the main topic is the same in all three languages for {same:.0%} of the documents.",
    ),
)
"""Case of the benchmark, its metrics, and how they are told."""
CODED = (
    "On five articles coded sentence by sentence by one reader, agreement of topics and themes "
    "beyond chance is {alike:.2f} (adjusted mutual information: 0 chance, 1 all), and {held:.1f} "
    "of the {themes} themes have a topic of their own (mean of {seeds} seeds): topics of a few "
    "articles on one subject are to be read as a first sorting."
)
"""How agreement with the coding of single articles is told."""


def accuracy(*, folder: Path | None = None) -> Statement:
    """Tell how well topics were found where labels are known, to be shown beside the charts.

    Parameters
    ----------
    folder : Path, optional
        Where ``topics.csv`` and ``seed_topics.csv`` lie, as the benchmarks write them;
        ``benchmarks/results`` by default.

    Returns
    -------
    Statement
        Normalised mutual information of topics with labels and with languages (0 … 1), and the
        share of sentences that keep their topic in all three languages; set and size; how far
        topics of a few articles agree with a reader's themes. Says that nothing was measured where
        there are no figures.
    """
    lies = folder or paths.RESULTS
    told = [*_parallel(lies / "topics.csv"), *_coded(lies / "seed_topics.csv")]
    return Statement(" ".join(told) or UNMEASURED)


def _parallel(file: Path) -> list[str]:
    """Tell of texts that are the same in every language."""
    if not file.is_file():
        return []
    rows = pd.read_csv(file)
    rows = rows[rows["method"].eq("discourse")]
    told = []
    for case, metrics, template in MEASURED:
        own = rows[rows["case"].eq(case)].set_index("metric")
        if set(metrics) <= set(own.index):
            values = {short: own.loc[metric, "value"] for metric, short in metrics.items()}
            size = own.iloc[0][["n", "k", "seeds"]].to_dict()
            told.append(str(say(values | size, template)))
    return told


def _coded(file: Path) -> list[str]:
    """Tell of a few articles whose sentences a reader coded."""
    if not file.is_file():
        return []
    rows = pd.read_csv(file, dtype={"k": str})
    rows = rows[rows["method"].eq("discourse") & rows["unit"].eq("paragraph")]
    rows = rows[rows["k"].eq("default")]
    own = rows[rows["theme"].isna()].set_index("metric")
    metrics = {"AMI of topic and theme": "alike", "themes held (F1 of .5 or more)": "held"}
    if not set(metrics) <= set(own.index):
        return []
    values = {short: own.loc[metric, "value"] for metric, short in metrics.items()}
    size = {"themes": rows["theme"].nunique(), "seeds": int(own["seeds"].iloc[0])}
    return [str(say(values | size, CODED))]
