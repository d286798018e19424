"""Tokens or mentions → counts by document × term, zeros kept.

Counting is arithmetic on token arrays (:mod:`analysis.postings`): no loop over tokens or documents.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from analysis import languages, postings
from analysis.results import KEYS, UNITS, DiscourseError, and_

if TYPE_CHECKING:
    from analysis.corpus import Corpus

PARTS = ("document", "paragraph", "sentence")
MARKED = {False: "marked parts left out", True: "marked parts counted"}
"""How a method text says what `include_marked` did."""
BLOCK = 4_000_000
"""Words looked through at once."""
SEPARATOR = " · "
"""Stands between the values, and the names, of several columns that make groups together."""
ACROSS = ("concept", "actor")
"""Units that may be compared across languages; words and lemmas are of one language."""
DECADE = "decade"
"""Groups by it are made of ``year`` where the metadata have no such column: "1990s"."""


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

    def columns(self, which: np.ndarray) -> "Counts":
        """Return the counts of some terms, by their numbers; every row is kept."""
        return Counts(self.matrix[:, which], self.terms[which], self.n_tokens, self.unit)

    def total(self) -> np.ndarray:
        """Return the count of every term over all rows, int64, shape (n_terms,)."""
        return np.asarray(self.matrix.sum(axis=0)).ravel()


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
    held = postings_of(corpus, unit=unit, include_marked=include_marked, parts=parts)
    return Counts(held.matrix(), held.terms, held.n_tokens, unit)


def postings_of(
    corpus: "Corpus",
    *,
    unit: str = "word",
    include_marked: bool = False,
    parts: str = "document",
) -> postings.Postings:
    """Return what :func:`count` counts, term by term; takes and raises the same."""
    if unit not in UNITS:
        raise DiscourseError(f"unit={unit!r} is unknown: use one of {', '.join(UNITS)}")
    if parts not in PARTS:
        raise DiscourseError(f"parts={parts!r} is unknown: use one of {', '.join(PARTS)}")
    if unit in ACROSS:
        n_tokens = _sizes(corpus, include_marked, parts)
        keys, row, terms = _mentions(corpus, unit, include_marked, parts)
        matrix = tabulate(row, keys, (len(n_tokens), len(terms)))
        return postings.of_matrix(matrix, terms, n_tokens, unit)
    ids, terms = terms_of(corpus, unit)
    asked: dict[str, Any] = {"unit": unit, "include_marked": include_marked}
    if parts == "document":
        return postings.kept(corpus, ids, terms, **asked)
    return postings.of_tokens(corpus, ids, terms, _edges(corpus, parts), **asked)


def of_terms(
    corpus: "Corpus", terms: Sequence[str], *, unit: str = "word", include_marked: bool = False
) -> Counts:
    """Count a few words or lemmas in every document, with one scan of the tokens.

    Parameters
    ----------
    corpus : Corpus
    terms : sequence of str
        Sorted, without repeats; one that occurs nowhere is a column of zeros.
    unit : {"word", "lemma"}
    include_marked : bool
        Also count words inside marks that exclude.

    Returns
    -------
    Counts
        `terms` as they were given.
    """
    tokens = corpus.tokens
    places, column = where(*terms_of(corpus, unit), terms)
    if not include_marked:
        kept = tokens.kept_at(places)
        places, column = places[kept], column[kept]
    n_tokens = words(corpus, include_marked=include_marked)
    matrix = tabulate(tokens.doc_of(places), column, (len(n_tokens), len(terms)))
    return Counts(matrix, np.array(terms, dtype=str), n_tokens, unit)


def terms_of(corpus: "Corpus", unit: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the id of every token, and the sorted vocabulary they point into; words or lemmas."""
    held = corpus.lemmas() if unit == "lemma" else corpus.tokens
    return held.ids, held.vocabulary


def stop_words(terms: Any, unit: str, code: str) -> np.ndarray:
    """Tell which terms are function words, bool array.

    Parameters
    ----------
    terms : sequence of str
    unit : {"word", "lemma", "concept", "actor"}
        No concept and no actor is one.
    code : str
        The terms' language; of one that is not known, or of several, there are none.
    """
    if code not in languages.codes() or unit in ACROSS:
        return np.zeros(len(terms), dtype=bool)
    stop = pa.array(sorted(languages.language(code).stop_words), pa.large_string())
    return np.asarray(pc.is_in(pa.array(terms, pa.large_string()), stop))


def where(
    ids: np.ndarray, vocabulary: np.ndarray, terms: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Find the tokens of some terms.

    Returns
    -------
    places, column : ndarray of int64
        Token numbers in order, and for each which of `terms` stands there.
    """
    known = {i: n for n, t in enumerate(terms) if (i := position(vocabulary, t)) >= 0}
    wanted = np.array(list(known), dtype=np.int64)
    places = scan(ids, wanted, len(vocabulary))
    column = np.full(len(vocabulary) + 1, -1, dtype=np.int64)
    column[wanted] = list(known.values())
    return places, column[ids[places]]


def position(vocabulary: np.ndarray, term: str) -> int:
    """Return where a form stands in a sorted vocabulary; -1 if it does not."""
    first, last = prefix(vocabulary, term)
    return first if first < last and str(vocabulary[first]) == term else -1


def prefix(vocabulary: np.ndarray, head: str) -> tuple[int, int]:
    """Return the first position, and that after the last, of the forms that begin with `head`.

    The vocabulary is sorted. Forms are read one by one, since numpy would widen all of them to a
    long `head`.
    """
    n = len(head)
    first = bisect_left(vocabulary, head, key=lambda form: str(form)[:n])
    return first, bisect_right(vocabulary, head, lo=first, key=lambda form: str(form)[:n])


def scan(ids: np.ndarray, wanted: np.ndarray, n_terms: int) -> np.ndarray:
    """Return the token numbers whose id is one of `wanted`, in order."""
    if not len(wanted):
        return np.zeros(0, dtype=np.int64)
    member = np.zeros(n_terms, dtype=bool)
    member[wanted] = True
    found = []
    for start in range(0, len(ids), BLOCK):
        part = ids[start : start + BLOCK]
        hit = part == wanted[0] if len(wanted) == 1 else member[part]
        found.append(start + np.flatnonzero(hit))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def words(corpus: "Corpus", *, include_marked: bool = False) -> np.ndarray:
    """Return the words of every document, int64, shape (n_docs,).

    Parameters
    ----------
    corpus : Corpus
    include_marked : bool
        Also those inside marks that exclude.
    """
    tokens = corpus.tokens
    sizes = np.diff(tokens.doc_start).astype(np.int64)
    if include_marked:
        return sizes
    marked = tokens.excluded()
    first, last = marked[np.lexsort((marked[:, 1], marked[:, 0]))].T
    # Marks may overlap, and none reaches beyond its document: each counts from where those before
    # it end.
    before = np.maximum.accumulate(np.append(0, last))[:-1]
    own = np.maximum(last - np.maximum(first, before), 0)
    some = own > 0
    np.subtract.at(sizes, tokens.doc_of(first[some]), own[some])
    return sizes


def _sizes(corpus: "Corpus", include_marked: bool, parts: str) -> np.ndarray:
    """Words of every row."""
    if parts == "document":
        return words(corpus, include_marked=include_marked)
    tokens = corpus.tokens
    row = _part(corpus, parts, tokens.doc, tokens.sentence)
    row = row if include_marked else row[tokens.kept]
    return np.bincount(row, minlength=_n_rows(corpus, parts)).astype(np.int64)


def _n_rows(corpus: "Corpus", parts: str) -> int:
    frames = {"document": "documents", "paragraph": "paragraphs", "sentence": "sentences"}
    return len(getattr(corpus, frames[parts]))


def _edges(corpus: "Corpus", parts: str) -> np.ndarray:
    """Return the number of the first token of every sentence or paragraph, and of tokens."""
    starts = corpus.tokens.sentence_start
    if parts == "sentence":
        return starts
    paragraph = corpus.sentences["paragraph"].to_numpy(dtype=np.int64)
    return starts[np.searchsorted(paragraph, np.arange(_n_rows(corpus, parts) + 1))]


def _part(corpus: "Corpus", parts: str, doc: np.ndarray, sentence: np.ndarray) -> np.ndarray:
    if parts == "document":
        return doc
    if parts == "sentence":
        return sentence
    return corpus.sentences["paragraph"].to_numpy(dtype=np.int64)[sentence]


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


def labels(documents: pd.DataFrame, by: str | Sequence[str]) -> np.ndarray:
    """Return each document's group as text, None where the metadata say nothing.

    Parameters
    ----------
    documents : DataFrame
    by : str or sequence of str
        A metadata column, or :data:`DECADE`; whole numbers such as years are written without a
        decimal point. Of several columns the values are joined by :data:`SEPARATOR`
        ("USA · 1990"), and a document that lacks one of them is in no group.

    Returns
    -------
    ndarray of object, shape (n_docs,)

    Raises
    ------
    DiscourseError
        If there is no such column; names those there are.
    """
    first, *others = columns(by)
    out = _column(documents, first)
    for column in others:
        (one, heads), (two, tails) = (
            pd.factorize(values) for values in (out, _column(documents, column))
        )
        both = np.where((one < 0) | (two < 0), -1, one * len(tails) + two)
        code, pair = pd.factorize(both)
        names = [f"{heads[p // len(tails)]}{SEPARATOR}{tails[p % len(tails)]}" if p >= 0 else None
                 for p in pair.tolist()]  # fmt: skip
        if len(set(names)) < len(names):
            raise DiscourseError(
                f"by={column!r}: groups of different values read alike when joined by "
                f"{SEPARATOR!r}; rename those values"
            )
        out = np.array([*names, None], dtype=object)[code]
    return out


def columns(by: str | Sequence[str]) -> list[str]:
    """Return the columns that `by` names.

    Raises
    ------
    DiscourseError
        If it names none, or one twice.
    """
    found = [by] if isinstance(by, str) else list(by)
    if not found:
        raise DiscourseError("by is empty: name at least one column of the metadata")
    twice = [column for column in found if found.count(column) > 1]
    if twice:
        raise DiscourseError(f"by names {twice[0]!r} twice: name each column once")
    return found


def groupable(documents: pd.DataFrame) -> set[str]:
    """Return what :func:`labels` can make groups of."""
    names = {str(c) for c in documents.columns if c != "text"}
    return names | ({DECADE} if "year" in names else set())


def _column(documents: pd.DataFrame, by: str) -> np.ndarray:
    if by == DECADE and by not in documents.columns and "year" in documents.columns:
        decade = documents["year"].astype("Int64") // 10 * 10
        return np.array([None if pd.isna(d) else f"{d}s" for d in decade], dtype=object)
    if by not in documents.columns or by == "text":
        names = [c for c in documents.columns if c != "text"]
        raise DiscourseError(f"by={by!r} is no column of the metadata: use one of {and_(names)}")
    code, values = pd.factorize(documents[by])
    named = np.array([*(_label(v) for v in values), None], dtype=object)
    return named[code]


def _label(value: Any) -> str | None:
    if pd.isna(value) or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def keys(by: str | Sequence[str], *without: str) -> list[str]:
    """Return the columns of a group of several that are keys of a result row themselves."""
    found = columns(by)
    return [c for c in found if c in KEYS and c not in without] if len(found) > 1 else []


def members(group: np.ndarray, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Return each group's name, in order, with those of `rows` that belong to it, in their order.

    Parameters
    ----------
    group : ndarray of object, shape (n_docs,)
        See :func:`labels`; None belongs to no group.
    rows : ndarray of int
        Row numbers, such as :func:`order` gives them.
    """
    code, names = pd.factorize(group[rows], sort=True)
    first = np.argsort(code, kind="stable")
    first = first[code[first] >= 0]
    chosen, edges = rows[first], np.searchsorted(code[first], np.arange(len(names) + 1)).tolist()
    return [(str(n), chosen[a:b]) for n, (a, b) in zip(names, pairwise(edges), strict=True)]


def monolingual(
    documents: pd.DataFrame, by: str | Sequence[str]
) -> list[tuple[str, str, np.ndarray]]:
    """Return name, language and row numbers (in :func:`order`) of every group in one language."""
    group, language, rows = labels(documents, by), languages_of(documents), order(documents)
    return [
        (name, str(code), own[language[own] == code])
        for name, own in members(group, rows)
        for code in sorted(set(language[own]))
    ]


def speaking(rows: np.ndarray, n_tokens: np.ndarray) -> np.ndarray:
    """Leave out the rows of documents without words, such as repeats: they are no evidence.

    Where none has words, all stay, so that a group does not vanish.
    """
    left = rows[n_tokens[rows] > 0]
    return left if len(left) else rows


def languages_of(documents: pd.DataFrame) -> np.ndarray:
    """Return each document's language code, "unknown" where there is none; ndarray of object."""
    return np.array([x or "unknown" for x in labels(documents, "language")], dtype=object)


def order(documents: pd.DataFrame) -> np.ndarray:
    """Return row numbers sorted by doc_id: resampling in it does not depend on file order."""
    ids = pa.array(documents["doc_id"], pa.large_string())
    return np.asarray(pc.array_sort_indices(ids)).astype(np.int64)
