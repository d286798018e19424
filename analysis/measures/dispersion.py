"""Dispersion: how evenly a term is spread over the parts of a text or a group of texts.

The functions take counts of shape (n_parts, n_terms), sparse or dense, and the size of every
part, and return one value a term; NaN where the term does not occur. ``f`` is a term's total,
``x`` its counts, ``s`` the parts' shares of all words, ``p = x / size`` its rates.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts as counting
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
    counted = counting.count(corpus, unit=unit, include_marked=include_marked, parts=parts)
    tag = "term" if unit not in counting.ACROSS else unit
    place = {"document": np.arange(len(corpus.documents))}.get(parts)
    if place is None:
        place = getattr(corpus, f"{parts}s")["doc"].to_numpy(dtype=np.int64)
    group = counting.labels(corpus.documents, by)[place]
    language = counting.languages_of(corpus.documents)[place]
    method = METHOD.format(parts=parts, marked=counting.MARKED[include_marked])
    found = []
    for name, code in sorted({(g, c) for g, c in zip(group, language, strict=True) if g}):
        here = (group == name) & (language == code) & (counted.n_tokens > 0)
        if here.any():
            n_docs = len(np.unique(place[here]))
            part = _group(counted.rows(np.flatnonzero(here)), tag, parts, min_count, n_docs)
            found.append(part.assign(group=name, language=code, n_docs=n_docs))
    rows = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    return frame(
        rows.assign(
            method=method, unit="DPnorm, 0 to 1", term_unit=unit, by=counting.SEPARATOR.join(by)
        ),
        measure="dispersion",
        keys=(tag, "language", "by", "group"),
        extra=("n_parts", *SCORES, "term_unit"),
    )


def _group(
    counted: counting.Counts, tag: str, parts: str, min_count: int, n_docs: int
) -> pd.DataFrame:
    total = counted.total()
    use = np.flatnonzero(total >= min_count)
    matrix, n_parts = counted.matrix[:, use], len(counted.n_tokens)
    scores = {name: score(matrix, counted.n_tokens) for name, score in SCORES.items()}
    if n_parts < 2:
        scores = {k: v if k == "range" else np.full(len(use), np.nan) for k, v in scores.items()}
        verdict = f"{ONE_TEXT}: no parts to be spread over; use parts='paragraph'"
    else:
        verdict = f"{ONE_TEXT}: spread within it" if n_docs < 2 else "described"
    rows = pd.DataFrame({tag: counted.terms[use], "n": total[use], **scores})
    return rows.assign(
        estimate=scores["dpnorm"],
        n_tokens=int(counted.n_tokens.sum()),
        n_parts=n_parts,
        verdict=verdict,
    ).sort_values(["n", tag], ascending=[False, True])
