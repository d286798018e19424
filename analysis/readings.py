"""A reader's close reading, shown only beside the texts it was written about."""

import hashlib
import re
from typing import TYPE_CHECKING

import pandas as pd

from analysis import paths

if TYPE_CHECKING:
    from analysis.corpus import Corpus


class Reading(str):
    """Markdown of our own; shown as such."""

    def _repr_markdown_(self) -> str:
        return str(self)


def reading(corpus: "Corpus", part: str | None = None) -> Reading:
    """Return the close reading of a document, or of part of it.

    Parameters
    ----------
    corpus : Corpus
    part : str, optional
        A heading: a doc_id, or the title of the closing section. None: the closing section.

    Returns
    -------
    Reading
        A plain remark where no reading belongs to this corpus.
    """
    text = _text()
    if not belongs(corpus):
        return Reading("*No close reading belongs to these texts.*")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    chosen = next((s for s in sections if s.startswith(f"{part}\n")), sections[-1])
    return Reading(f"#### {chosen.rstrip()}")


def judgements(corpus: "Corpus", *, by: str = "doc_id") -> pd.DataFrame:
    """Return a reader's stance of each group's own voice toward each actor.

    Parameters
    ----------
    corpus : Corpus
    by : str
        The column that makes the groups.

    Returns
    -------
    DataFrame
        ``group, actor, estimate`` (mean of -1, 0, 1 over the sentences judged), ``n``; empty where
        no reading belongs to this corpus.
    """
    if not belongs(corpus):
        return pd.DataFrame(columns=["group", "actor", "estimate", "n"])
    coded = pd.read_csv(paths.SEEDS / "readings-stance.csv", keep_default_na=False)
    own = coded[coded["voice"].eq("own") & coded["sentence"].ne("")]
    own = own.merge(corpus.documents[["doc_id"]].assign(group=corpus.documents[by]), on="doc_id")
    means = own.groupby(["group", "actor"], as_index=False)["stance"]
    return means.agg(estimate="mean", n="size")


def belongs(corpus: "Corpus") -> bool:
    """Tell whether the close reading was written about these very texts."""
    return digest(corpus) in _text().splitlines()[0]


def _text() -> str:
    return (paths.SEEDS / "readings.md").read_text(encoding="utf-8")


def digest(corpus: "Corpus") -> str:
    """SHA-256 of the texts' own SHA-256 sums, in the order of the file names."""
    documents = corpus.documents.sort_values("file")
    sums = (hashlib.sha256(t.encode("utf-8", "replace")).hexdigest() for t in documents["text"])
    return hashlib.sha256("".join(sums).encode()).hexdigest()
