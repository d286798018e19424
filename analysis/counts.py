"""Tokens or mentions → counts by document × term, zeros kept.

Counting is arithmetic on token arrays: no loop over tokens or documents.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.results import DiscourseError, and_

if TYPE_CHECKING:
    from analysis.corpus import Corpus

UNITS = ("word", "lemma", "concept", "actor")
PARTS = ("document", "paragraph", "sentence")
MARKED = {False: "marked parts left out", True: "marked parts counted"}
"""How a method text says what `include_marked` did."""
ACROSS = ("concept", "actor")
"""Units that may be compared across languages; words and lemmas are of one language."""


@dataclass(frozen=True)
class Counts:
    """How often every term occurs in every document.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array of int64, shape (n_docs, n_terms)
        Rows in the order of `corpus.documents` (or of the parts asked for).
    terms : ndarray of str, shape (n_terms,)
        Sorted; also terms that no kept token carries, so that absence is a zero.
    n_tokens : ndarray of int64, shape (n_docs,)
        Words of each row, the denominator of every rate.
    unit : str
        "word", "lemma", "concept" or "actor".
    """

    matrix: sparse.csr_array
    terms: np.ndarray
    n_tokens: np.ndarray
    unit: str

    def rows(self, which: np.ndarray) -> "Counts":
        """Return the counts of some rows (mask or row numbers); every term is kept."""
        return Counts(self.matrix[which], self.terms, self.n_tokens[which], self.unit)

    def total(self) -> np.ndarray:
        """Return the count of every term over all rows, int64, shape (n_terms,)."""
        return np.asarray(self.matrix.sum(axis=0)).ravel()

    def groups(self, labels: np.ndarray) -> tuple[np.ndarray, "Counts"]:
        """Add up the rows of each group.

        Parameters
        ----------
        labels : ndarray of object, shape (n_docs,)
            Group of every row; None rows are left out (see :func:`labels`).

        Returns
        -------
        names : ndarray of str, shape (n_groups,)
            Sorted.
        Counts
            One row a group; a term absent from a group is a zero.
        """
        has = np.array([x is not None for x in labels], dtype=bool)
        names, code = np.unique(labels[has].astype(str), return_inverse=True)
        member = tabulate(code, np.flatnonzero(has), (len(names), len(labels)))
        return names, Counts(
            sparse.csr_array(member @ self.matrix), self.terms, member @ self.n_tokens, self.unit
        )


def tabulate(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    """Count how often each (row, column) pair occurs; csr_array of int64."""
    ones = np.ones(len(rows), dtype=np.int64)
    return sparse.csr_array(sparse.coo_array((ones, (rows, columns)), shape=shape))


def count(
    corpus: "Corpus",
    *,
    unit: str = "word",
    include_marked: bool = False,
    parts: str = "document",
) -> Counts:
    """Count every term in every document.

    Parameters
    ----------
    corpus : Corpus
    unit : {"word", "lemma", "concept", "actor"}
        Words are case-folded forms; concepts and actors are the mentions their lexicon finds.
    include_marked : bool
        Also count words inside marks that exclude (furniture, repeated leads, pull quotes).
    parts : {"document", "paragraph", "sentence"}
        What the rows are.

    Returns
    -------
    Counts

    Raises
    ------
    DiscourseError
        If `unit` or `parts` is none of these.
    """
    if unit not in UNITS:
        raise DiscourseError(f"unit={unit!r} is unknown: use one of {', '.join(UNITS)}")
    if parts not in PARTS:
        raise DiscourseError(f"parts={parts!r} is unknown: use one of {', '.join(PARTS)}")
    tokens = corpus.tokens
    use = np.ones(len(tokens.ids), dtype=bool) if include_marked else tokens.kept
    n_rows = len({"document": corpus.documents, "paragraph": corpus.paragraphs}.get(
        parts, corpus.sentences))  # fmt: skip
    token_row = _part(corpus, parts, tokens.doc, tokens.sentence)
    n_tokens = np.bincount(token_row[use], minlength=n_rows).astype(np.int64)
    if unit in ACROSS:
        keys, row, terms = _mentions(corpus, unit, include_marked, parts)
        return Counts(tabulate(row, keys, (n_rows, len(terms))), terms, n_tokens, unit)
    ids, terms = (tokens.ids, tokens.vocabulary) if unit == "word" else _lemmas(corpus)
    return Counts(tabulate(token_row[use], ids[use], (n_rows, len(terms))), terms, n_tokens, unit)


def _part(corpus: "Corpus", parts: str, doc: np.ndarray, sentence: np.ndarray) -> np.ndarray:
    if parts == "document":
        return doc
    if parts == "sentence":
        return sentence
    return corpus.sentences["paragraph"].to_numpy(dtype=np.int64)[sentence]


def _lemmas(corpus: "Corpus") -> tuple[np.ndarray, np.ndarray]:
    lemmas = corpus.lemmas()
    return lemmas.ids, lemmas.vocabulary


def _mentions(
    corpus: "Corpus", unit: str, include_marked: bool, parts: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, for every mention counted, its key's position and its row; and the keys."""
    from analysis import lexicons

    lexicon = lexicons.load(f"{unit}s")
    found = lexicons.find(corpus, lexicon)
    if not include_marked:
        found = found[found["kept"].to_numpy(dtype=bool)]
    if parts != "document":
        found = found[found["sentence"] >= 0]
    terms = np.array(sorted({*lexicon.keys, *found["key"].astype(str)}), dtype=str)
    keys = np.searchsorted(terms, found["key"].to_numpy(dtype=str))
    doc = found["doc"].to_numpy(dtype=np.int64)
    sentence = found["sentence"].to_numpy(dtype=np.int64)
    return keys, _part(corpus, parts, doc, sentence), terms


def labels(documents: pd.DataFrame, by: str) -> np.ndarray:
    """Return each document's group as text, None where the metadata say nothing.

    Parameters
    ----------
    documents : DataFrame
    by : str
        A metadata column; whole numbers such as years are written without a decimal point.

    Returns
    -------
    ndarray of object, shape (n_docs,)

    Raises
    ------
    DiscourseError
        If there is no such column; names those there are.
    """
    if by not in documents.columns or by == "text":
        names = [c for c in documents.columns if c != "text"]
        raise DiscourseError(f"by={by!r} is no column of the metadata: use one of {and_(names)}")
    return np.array([_label(v) for v in documents[by]], dtype=object)


def _label(value: Any) -> str | None:
    if pd.isna(value) or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def languages_of(documents: pd.DataFrame) -> np.ndarray:
    """Return each document's language code, "unknown" where there is none; ndarray of object."""
    return np.array([x or "unknown" for x in labels(documents, "language")], dtype=object)


def order(documents: pd.DataFrame) -> np.ndarray:
    """Return row numbers sorted by doc_id: resampling in it does not depend on file order."""
    return np.argsort(documents["doc_id"].to_numpy(dtype=str), kind="stable")
