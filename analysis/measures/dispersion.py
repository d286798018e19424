"""Dispersion: how evenly a term is spread over the parts of a text or a group of texts.

The functions take counts of shape (n_parts, n_terms), sparse or dense, and the size of every
part, and return one value a term; NaN where the term does not occur. ``f`` is a term's total,
``x`` its counts, ``s`` the parts' shares of all words, ``p = x / size`` its rates.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts as counting
from analysis.postings import Block, Postings
from analysis.results import ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

Matrix = Any  # scipy sparse array or ndarray, shape (n_parts, n_terms)


def _cells(matrix: Matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return the counts above zero, their parts and terms, and the number of terms."""
    cells = sparse.coo_array(matrix)
    return cells.data.astype(np.float64), cells.coords[0], cells.coords[1], cells.shape[1]


def _sum(values: np.ndarray, term: np.ndarray, n_terms: int) -> np.ndarray:
    return np.bincount(term, weights=values, minlength=n_terms)


def _over(a: np.ndarray | float, b: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(b == 0, np.nan, np.divide(a, np.where(b == 0, np.nan, b))))


def _shares(sizes: np.ndarray) -> np.ndarray:
    return _over(np.asarray(sizes, dtype=np.float64), np.asarray(np.sum(sizes, dtype=np.float64)))


def value_range(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Range: the number of parts that hold the term."""
    _, _, term, n = _cells(matrix)
    return np.bincount(term, minlength=n).astype(np.float64)


def dp(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Deviation of proportions (Gries 2008): ½ Σ |x/f - s|; 0 even, near 1 in one small part."""
    x, part, term, n = _cells(matrix)
    f, s = _sum(x, term, n), _shares(sizes)
    with np.errstate(invalid="ignore"):
        gap = _sum(np.abs(x / f[term] - s[part]) - s[part], term, n)
    return np.where(f > 0, np.maximum(gap + 1, 0) / 2, np.nan)


def dpnorm(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """DP / (1 - min s), which reaches 1 (Lijffijt & Gries 2012)."""
    if len(sizes) < 2:
        return np.full(matrix.shape[1], np.nan)
    return np.asarray(dp(matrix, sizes) / (1 - _shares(sizes).min()))


def kld(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Kullback-Leibler divergence Σ x/f log2((x/f) / s), in bits (Gries 2020)."""
    x, part, term, n = _cells(matrix)
    f, s = _sum(x, term, n), _shares(sizes)
    share = x / f[term]
    return np.where(f > 0, _sum(share * np.log2(share / s[part]), term, n), np.nan)


def variation(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Coefficient of variation of the counts: population SD over mean."""
    x, _, term, n = _cells(matrix)
    return _variation(x, term, n, len(sizes))


def _variation(values: np.ndarray, term: np.ndarray, n: int, n_parts: int) -> np.ndarray:
    mean = _sum(values, term, n) / max(1, n_parts)
    square = _sum(values**2, term, n) / max(1, n_parts)
    return _over(np.sqrt(np.maximum(square - mean**2, 0)), mean)


def juilland_d(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Juilland's D: 1 - V / sqrt(parts - 1), V the variation of rates; 1 even, 0 in one part."""
    if len(sizes) < 2:
        return np.full(matrix.shape[1], np.nan)
    x, part, term, n = _cells(matrix)
    rates = x / np.asarray(sizes, dtype=np.float64)[part]
    return np.asarray(1 - _variation(rates, term, n, len(sizes)) / np.sqrt(len(sizes) - 1))


def carroll_d2(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Carroll's D2: entropy of the rates' shares over log2(parts)."""
    if len(sizes) < 2:
        return np.full(matrix.shape[1], np.nan)
    x, part, term, n = _cells(matrix)
    p = x / np.asarray(sizes, dtype=np.float64)[part]
    total = _sum(p, term, n)
    share = p / total[term]
    entropy = -_sum(share * np.log2(share), term, n) / np.log2(len(sizes))
    return np.where(total > 0, entropy, np.nan)


def rosengren_s(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Rosengren's S: (Σ sqrt(s x))² / f; 1 even."""
    x, part, term, n = _cells(matrix)
    return _over(_sum(np.sqrt(_shares(sizes)[part] * x), term, n) ** 2, _sum(x, term, n))


def lyne_d3(matrix: Matrix, sizes: np.ndarray) -> np.ndarray:
    """Lyne's D3: 1 - χ² / 4f, χ² of the counts against equal parts."""
    x, _, term, n = _cells(matrix)
    f = _sum(x, term, n)
    chi2 = _over(len(sizes) * _sum(x**2, term, n), f) - f
    return 1 - _over(chi2, 4 * f)


def reduced_frequency(positions: np.ndarray, n_tokens: int) -> float:
    """Average reduced frequency (Savický & Hlaváčová 2002): Σ min(distance, v) / v, v = N/f.

    Parameters
    ----------
    positions : ndarray of int, shape (f,)
        Token numbers of the term, sorted; distances run around the end of the text.
    n_tokens : int
    """
    v = n_tokens / max(1, len(positions))
    return float(np.minimum(_distances(positions, n_tokens), v).sum() / v)


def waiting_time(positions: np.ndarray, n_tokens: int) -> float:
    """Average waiting time (Savický & Hlaváčová 2002): (1 + Σ distance² / N) / 2."""
    return float((1 + (_distances(positions, n_tokens) ** 2).sum() / n_tokens) / 2)


def log_distance(positions: np.ndarray, n_tokens: int) -> float:
    """Average logarithmic distance (Savický & Hlaváčová 2002): Σ distance log10(distance) / N."""
    d = _distances(positions, n_tokens)
    return float((d * np.log10(d)).sum() / n_tokens)


def _distances(positions: np.ndarray, n_tokens: int) -> np.ndarray:
    positions = np.asarray(positions, dtype=np.float64)
    return np.diff(positions, append=positions[:1] + n_tokens)


SCORES: dict[str, Callable[[Matrix, np.ndarray], np.ndarray]] = {
    "dp": dp,
    "dpnorm": dpnorm,
    "juilland_d": juilland_d,
    "range": value_range,
    "kld": kld,
    "carroll_d2": carroll_d2,
    "rosengren_s": rosengren_s,
}
METHOD = (
    "DPnorm (Lijffijt & Gries 2012) over {parts}s, 0 = spread as evenly as the words, 1 = all in "
    "the smallest part; describes these texts, so no interval; {marked}"
)
FEW = 5


def dispersion(
    corpus: "Corpus",
    *,
    by: str | Sequence[str] | None = None,
    unit: str = "word",
    parts: str = "document",
    min_count: int = FEW,
    include_marked: bool = False,
) -> pd.DataFrame:
    """Tell how evenly every term is spread over documents, paragraphs or sentences.

    Parameters
    ----------
    corpus : Corpus
    by : str, optional
        Metadata column; dispersion is within each of its groups, and within each language. None
        takes each language whole (by="language").
    unit : {"word", "lemma", "concept", "actor"}
    parts : {"document", "paragraph", "sentence"}
        Empty parts are no parts. With one document use "paragraph".
    min_count : int
        Leave out terms that occur less often in the group: a term cannot be spread over more
        parts than it has occurrences.
    include_marked : bool
        Also count inside marks that exclude.

    Returns
    -------
    DataFrame
        Result rows: estimate = DPnorm, and every score of :data:`SCORES`.
    """
    if min_count < 1:
        raise DiscourseError("min_count must be at least 1: a term that is absent has no spread")
    by = counting.columns("language" if by is None else by)
    held = counting.postings_of(corpus, unit=unit, include_marked=include_marked, parts=parts)
    tag = "term" if unit not in counting.ACROSS else unit
    groups = _groups(corpus, held, by, parts)
    asked = _Asked([g.rows for g in groups], held.n_tokens, min_count)
    done = list(corpus.engine.map(partial(_scored, asked), held.blocks(corpus.engine)))
    found = [
        _told(group, [part[i] for part in done], held, tag, parts) for i, group in enumerate(groups)
    ]
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    method = METHOD.format(parts=parts, marked=counting.MARKED[include_marked])
    return frame(
        rows.assign(
            method=method, unit="DPnorm, 0 to 1", term_unit=unit, by=counting.SEPARATOR.join(by)
        ),
        measure="dispersion",
        keys=(tag, "language", "by", "group"),
        extra=("n_parts", *SCORES, "term_unit"),
    )


class _Group(NamedTuple):
    """Parts that terms are spread over: name, language, rows of the counts, documents."""

    name: str
    language: str
    rows: np.ndarray
    n_docs: int


class _Asked(NamedTuple):
    """What every task must know: rows of each group, words of all rows, the least count."""

    rows: list[np.ndarray]
    n_tokens: np.ndarray
    min_count: int


def _groups(corpus: "Corpus", held: Postings, by: Sequence[str], parts: str) -> list[_Group]:
    """Return the groups in each language, in order, that have words."""
    place = {"document": np.arange(len(corpus.documents))}.get(parts)
    if place is None:
        place = getattr(corpus, f"{parts}s")["doc"].to_numpy(dtype=np.int64)
    group, language = counting.labels(corpus.documents, by), counting.languages_of(corpus.documents)
    found = []
    for name, code in sorted({(g, c) for g, c in zip(group, language, strict=True) if g}):
        here = ((group == name) & (language == code))[place] & (held.n_tokens > 0)
        if here.any():
            rows = np.flatnonzero(here)
            found.append(_Group(name, code, rows, len(np.unique(place[rows]))))
    return found


def _scored(asked: _Asked, block: Block) -> list[tuple[np.ndarray, ...]]:
    """Return of every group the terms of a block that it has often enough: number, n, scores."""
    shape = (len(asked.n_tokens), len(block.start) - 1)
    cells = (block.x.read().astype(np.int64), block.doc.read(), block.start)
    matrix = sparse.csc_array(cells, shape=shape).tocsr()
    out = []
    for rows in asked.rows:
        own, sizes = matrix[rows], asked.n_tokens[rows]
        total = np.asarray(own.sum(axis=0)).ravel()
        use = np.flatnonzero(total >= asked.min_count)
        own = sparse.csc_array(own[:, use])
        scores = (score(own, sizes) for score in SCORES.values())
        out.append((use + block.first, total[use], *scores))
    return out


def _told(
    group: _Group, parts: list[tuple[np.ndarray, ...]], held: Postings, tag: str, kind: str
) -> pd.DataFrame:
    """Put the terms of a group's blocks together, the most frequent first."""
    number, n, *values = (np.concatenate(v) for v in zip(*parts, strict=True))
    scores, n_parts = dict(zip(SCORES, values, strict=True)), len(group.rows)
    if n_parts < 2:
        scores = {k: v if k == "range" else np.full(len(v), np.nan) for k, v in scores.items()}
        verdict = f"{ONE_TEXT}: no parts to be spread over; use parts='paragraph'"
    else:
        verdict = f"{ONE_TEXT}: spread within it" if group.n_docs < 2 else "described"
    rows = pd.DataFrame({tag: held.labels.take(number), "n": n, **scores})
    return rows.assign(
        estimate=scores["dpnorm"],
        n_tokens=int(held.n_tokens[group.rows].sum()),
        n_parts=n_parts,
        verdict=verdict,
        group=group.name,
        language=group.language,
        n_docs=group.n_docs,
    ).iloc[np.lexsort((number, -n))]
