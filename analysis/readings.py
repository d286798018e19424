"""A reader's close reading, shown only beside the texts it was written about."""

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np
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


def stances(corpus: "Corpus") -> Reading:
    """Return what the close reading says of the stance of every text."""
    if not belongs(corpus):
        return Reading("*No close reading belongs to these texts.*")
    told = []
    for doc_id in corpus.documents["doc_id"]:
        found = re.search(r"\*\*Stance\.\*\* (.*?)\n\n", reading(corpus, doc_id), re.DOTALL)
        told.append(f"**{doc_id}.** {found[1]}" if found else "")
    return Reading("\n\n".join(t for t in told if t))


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
        ``group, actor, estimate`` (mean of -1, 0, 1 over sentences of the text's own voice that
        the reader judged and was certain of, without repeats) and ``n``; empty where no reading
        belongs to this corpus.
    """
    if not belongs(corpus):
        return pd.DataFrame(columns=["group", "actor", "estimate", "n"])
    coded = _coded(corpus, by)
    own = coded[coded["voice"].eq("own") & coded["sentence"].ne("") & coded["certain"].eq("yes")]
    out = corpus.marks[corpus.marks["excluded"]]
    repeat = [
        bool((out["doc_id"].eq(d) & (out["start"] <= s) & (s < out["end"])).any())
        for d, s in zip(own["doc_id"], own["start"].astype(int), strict=True)
    ]
    means = own[~np.array(repeat, dtype=bool)].groupby(["group", "actor"], as_index=False)
    return means["stance"].agg(estimate="mean", n="size")


def codes(corpus: "Corpus") -> pd.DataFrame:
    """Return a reader's codes of single sentences: the columns of ``readings-stance.csv``.

    Empty where no reading belongs to this corpus.
    """
    coded = _coded(corpus, "doc_id") if belongs(corpus) else pd.DataFrame(columns=["sentence"])
    coded = coded[coded["sentence"].ne("")].reset_index(drop=True)
    return coded.astype({c: int for c in ("start", "end") if c in coded})


def compare(reader: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Add the method's ``label`` to a reader's codes, NaN where it found no such actor there.

    The label is that of the same actor's sentence that overlaps the reader's most, of the same
    voice where there is one.

    Parameters
    ----------
    reader : DataFrame
        As of :func:`codes`.
    judged : DataFrame
        As of :func:`analysis.measures.stance.sentence_stance`.
    """
    found = []
    for row in reader.to_dict("records"):
        near = judged[judged["doc_id"].eq(row["doc_id"]) & judged["actor"].eq(row["actor"])]
        shared = np.minimum(near["end"], row["end"]) - np.maximum(near["start"], row["start"])
        near = near.assign(shared=shared, same=near["voice"].eq(row["voice"]))[shared > 0]
        near = near.sort_values(["same", "shared", "sentence"], ascending=[False, False, True])
        found.append(near["label"].iloc[0] if len(near) else np.nan)
    return reader.assign(label=found)


def verdicts(corpus: "Corpus", *, by: str = "doc_id") -> pd.DataFrame:
    """Return whom each text as a whole is against and for, as a reader judged it.

    Returns
    -------
    DataFrame
        ``group, against, favour, neither`` (tuples of actor ids); empty where no reading belongs.
    """
    columns = ["group", "against", "favour", "neither"]
    if not belongs(corpus):
        return pd.DataFrame(columns=columns)
    coded = _coded(corpus, by)
    whole = coded[coded["sentence"].eq("")]
    rows = []
    for group, part in whole.groupby("group", sort=True):
        sides = [tuple(part.loc[part["stance"].eq(s), "actor"]) for s in (-1, 1, 0)]
        rows.append((group, *sides))
    return pd.DataFrame(rows, columns=columns)


def _coded(corpus: "Corpus", by: str) -> pd.DataFrame:
    coded = pd.read_csv(paths.SEEDS / "readings-stance.csv", keep_default_na=False)
    coded["stance"] = coded["stance"].astype(int)
    groups = corpus.documents[["doc_id"]].assign(group=corpus.documents[by])
    return coded.merge(groups, on="doc_id", validate="m:1")


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
