"""Design: which sources, years and languages the texts fall on, and what may be compared.

A comparison of two groups says something about the groups only where each holds several texts and
where they do not differ in everything else too. This room reads both off the metadata.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis import counts as counting
from analysis import languages
from analysis.results import and_

if TYPE_CHECKING:
    from analysis.corpus import Corpus

FACTORS = ("source", "year", "language")
# Two texts a group give a difference, five a rough idea of its spread.
FEW = 5
SHOWN = 12
"""Groups a picture or a list of sentences has room for."""
ROOM = 24
"""Sources that the picture of the design has room for."""
LINES = 40


@dataclass(frozen=True)
class Grouping:
    """What a page groups the texts by.

    Attributes
    ----------
    by : str
        The metadata column.
    shown : tuple of str
        The groups with most words, at most :data:`SHOWN`, in order of their names.
    each : int
        Lines a group has room for where all of them stand in one picture.
    told : str
        The rule in words.
    """

    by: str
    shown: tuple[str, ...]
    each: int
    told: str


def grouping(corpus: "Corpus", by: str | None = None) -> Grouping:
    """Choose what a page groups the texts by, and which groups it shows.

    Parameters
    ----------
    corpus : Corpus
    by : str, optional
        The column. Without it: each text by itself, up to :data:`SHOWN` texts; of more, by the
        first of source, year and language that makes at least two groups, and by decade instead
        of more than :data:`SHOWN` years.
    """
    documents, words = corpus.documents, counting.words(corpus)
    by = _rule(documents) if by is None else by
    sizes = pd.Series(words).groupby(counting.labels(documents, by)).sum()
    sizes = sizes[sizes > 0]  # A text that repeats another has no words that are counted.
    largest = sizes.sort_index().sort_values(ascending=False, kind="stable").head(SHOWN)
    name = {"doc_id": "text"}.get(by, by)
    told = f"Grouped by {name}: {len(sizes)} group{'' if len(sizes) == 1 else 's'}"
    if len(sizes) > SHOWN:
        told += f", of which the {SHOWN} with most words are shown"
    none = len(documents) - int(sum(g is not None for g in counting.labels(documents, by)))
    told += f"; {none} texts without a {name} are left out." if none else "."
    each = max(1, LINES // max(1, len(largest)))
    return Grouping(by, tuple(sorted(largest.index)), each, told)


def _rule(documents: pd.DataFrame) -> str:
    many = [f for f in FACTORS if len(documents) > SHOWN and documents[f].nunique() > 1]
    by = many[0] if many else "doc_id"
    return years(documents) if by == "year" else by


def years(documents: pd.DataFrame) -> str:
    """Return the column that time is told by: years, or decades where there are many."""
    return counting.DECADE if _long(documents) else "year"


def _long(documents: pd.DataFrame) -> bool:
    """Tell whether there are more years than can be shown, and more than one decade."""
    decades = {d for d in counting.labels(documents, counting.DECADE) if d is not None}
    return documents["year"].nunique() > SHOWN and len(decades) > 1


def size(corpus: "Corpus") -> pd.Series:
    """Say how large the collection is: ``n, words, years, languages``, the last two in words."""
    years = sorted(corpus.documents["year"].dropna().astype(str).unique())
    told = f" of {and_(years)}" if len(years) <= FEW else f" of {years[0]} to {years[-1]}"
    spoken = languages.names(corpus.documents["language"].unique())
    return pd.Series(
        {
            "n": len(corpus),
            "words": int(counting.words(corpus).sum()),
            "years": told if years else ", no year known",
            "languages": and_(spoken),
        },
        dtype=object,
    )


def cells(corpus: "Corpus") -> pd.DataFrame:
    """Count the texts and words of every source, year and language that occur together.

    Returns
    -------
    DataFrame
        ``source, year, language, n_docs, n_tokens``, sorted; tokens without the marked parts.
        More than :data:`SHOWN` years are put together by decade ("1990s"), and the sources beyond
        the :data:`ROOM` with most words as one ("8 other sources").
    """
    documents = corpus.documents[list(FACTORS)].assign(n_tokens=counting.words(corpus))
    if _long(documents):
        documents["year"] = counting.labels(documents, counting.DECADE)
    sizes = documents.groupby("source")["n_tokens"].sum().sort_index()
    rest = sizes.sort_values(ascending=False, kind="stable").index[ROOM:]
    if len(rest) > 1:
        others = documents["source"].isin(rest)
        documents["source"] = documents["source"].mask(others, f"{len(rest)} other sources")
    grouped = documents.groupby(list(FACTORS), as_index=False, dropna=False)
    out = grouped.agg(n_docs=("n_tokens", "size"), n_tokens=("n_tokens", "sum"))
    last = ~out["source"].isin(sizes.index) if len(rest) > 1 else out["source"].isna()
    return out.assign(last=last).sort_values("last", kind="stable", ignore_index=True)[list(out)]


def comparability(corpus: "Corpus") -> pd.DataFrame:
    """Say for every factor whether its groups can be compared, and if not, why.

    Returns
    -------
    DataFrame
        ``factor, groups, smallest, largest, alone, tied_to, verdict``: number of groups, texts
        in the smallest and largest, groups of one text, and the other factors that move with it
        (every one of its groups holds one value of theirs, or the other way round).
    """
    documents = corpus.documents
    rows = []
    for factor in FACTORS:
        sizes = documents.groupby(factor, dropna=False).size()
        tied = [other for other in FACTORS if other != factor and _tied(documents, factor, other)]
        smallest = int(sizes.min()) if len(sizes) else 0
        alone = int((sizes == 1).sum())
        rows.append(
            {
                "factor": factor,
                "groups": len(sizes),
                "smallest": smallest,
                "largest": int(sizes.max()) if len(sizes) else 0,
                "alone": alone,
                "tied_to": tuple(tied),
                "verdict": _verdict(len(sizes), smallest, alone, tied),
            }
        )
    return pd.DataFrame(rows)


def _tied(documents: pd.DataFrame, first: str, second: str) -> bool:
    """Tell whether one factor's value fixes the other's, so that they cannot be told apart."""
    pairs = documents[[first, second]].astype(str).drop_duplicates()
    varied = pairs[first].nunique() > 1 and pairs[second].nunique() > 1
    return bool(varied and (pairs[first].is_unique or pairs[second].is_unique))


def _verdict(groups: int, smallest: int, alone: int, tied: list[str]) -> str:
    if groups < 2:
        return "one group: nothing to compare"
    moves = f"moves with {' and '.join(tied)}, so a difference may be due to either" if tied else ""
    if alone == groups:
        size = "every group is a single text: texts can be compared, groups cannot"
    elif alone:
        verb = "is a single text" if alone == 1 else "are single texts"
        size = f"{alone} of {groups} groups {verb}, about which nothing is said as a group"
    elif smallest < FEW:
        size = f"fewer than {FEW} texts in a group: differences are rough"
    else:
        size = "" if moves else "groups can be compared"
    return "; ".join(part for part in (size, moves) if part)
