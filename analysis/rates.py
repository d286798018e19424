"""Rates of words that come in clusters: variance, degrees of freedom, test and interval.

Words of one document are not independent, so the document is what varies. Everything needed of a
set of documents is a handful of sums over them (:class:`Sums`), which can be subtracted: "all other
groups" costs no more than one group.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy import sparse, stats
from scipy.special import gammaln, stdtr

PER = 1000
"""Words that a rate in a table is given for."""
ZERO = 0.5
"""Stands in for a count of zero in a logarithm (Hardie 2014)."""
LEAST = 2.0
"""Degrees of freedom are never taken for fewer than this, unless there are fewer documents."""


@dataclass(frozen=True)
class Sums:
    """Sums over documents, `x` the counts of a term and `n` the words of a document.

    Of several groups (:func:`of_groups`) the numbers are arrays of shape (n_groups, 1), the arrays
    of shape (n_groups, n_terms).

    Attributes
    ----------
    docs : int
    n, n2, n4 : float
        Sums of n, n² and n⁴.
    x, x2, x4, xn, xn3, x2n2, x3n : ndarray, shape (n_terms,)
        Sums of x, x², x⁴, x n, x n³, x² n², x³ n.
    held : ndarray, shape (n_terms,)
        Documents that hold the term.
    """

    docs: Any
    n: Any
    n2: Any
    n4: Any
    x: np.ndarray
    x2: np.ndarray
    x4: np.ndarray
    xn: np.ndarray
    xn3: np.ndarray
    x2n2: np.ndarray
    x3n: np.ndarray
    held: np.ndarray

    def __sub__(self, part: "Sums") -> "Sums":
        """Return the sums over the documents that are not in `part`."""
        return Sums(*(getattr(self, f.name) - getattr(part, f.name) for f in fields(self)))


def sums(x: np.ndarray, n: np.ndarray, start: np.ndarray, sizes: np.ndarray) -> Sums:
    """Add up documents.

    Parameters
    ----------
    x, n : ndarray, shape (n_entries,)
        Every count above zero and the words of its document, sorted by term.
    start : ndarray of int, shape (n_terms + 1,)
        Where the entries of each term begin.
    sizes : ndarray, shape (n_docs,)
        Words of every document, those that hold no term too.
    """
    held = np.diff(start)
    has = np.flatnonzero(held)

    def add(values: np.ndarray) -> np.ndarray:
        out = np.zeros(len(held))
        if len(has):
            out[has] = np.add.reduceat(values, start[has])
        return out

    size = np.asarray(sizes, dtype=np.float64)
    square, both = x * x, x * n
    return Sums(
        docs=len(size),
        n=float(size.sum()),
        n2=float((size**2).sum()),
        n4=float((size**4).sum()),
        x=add(x),
        x2=add(square),
        x4=add(square * square),
        xn=add(both),
        xn3=add(both * n * n),
        x2n2=add(both * both),
        x3n=add(square * both),
        held=held.astype(np.float64),
    )


def log_rate(of: Sums) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the natural log of each term's rate, its variance and degrees of freedom.

    The rate is a ratio of sums over documents, linearised as in surveys of clusters (Cochran 1977,
    section 6.3). With r the rate, f the term's count, D the documents and e = x - r n the surplus
    of a document::

        v  = max( D/(D-1) Σe² / f²,  1/f )
        df = v² / ( (v - 1/f)²/d + (1/f)²/(D-1) )
        d  = 2 D / (k - 1),  k = D Σe⁴ / (Σe²)²,  at least 2 and at most D - 1

    The floor 1/f, the variance of independent words, stands in where documents cannot show any;
    it is known. What documents add to it is estimated, and from a few documents with large e
    badly: the variance of a variance is (k - 1)/D times its square (O'Neill 2014, The American
    Statistician 68), that of a chi-squared with d degrees of freedom. The two are put together as
    Satterthwaite does.

    Returns
    -------
    log, variance, df : ndarray, shape (n_terms,)
        A count of zero is taken as .5. NaN without words; variance and df also with one document.
    """
    if of.n <= 0:
        return (np.full(len(of.x), np.nan),) * 3
    f = np.maximum(of.x, ZERO)
    if of.docs < 2:
        return np.log(f / of.n), np.full(len(f), np.nan), np.full(len(f), np.nan)
    square, fourth = scatter(of)
    variance = np.maximum(square * of.docs / (of.docs - 1) / f**2, 1 / f)
    return np.log(f / of.n), variance, freedom(variance, 1 / f, square, fourth, of.docs)


def scatter(of: Sums) -> tuple[np.ndarray, np.ndarray]:
    """Return Σe² and Σe⁴ of each term, e the surplus of a document (:func:`log_rate`)."""
    r = of.x / of.n
    square = of.x2 - 2 * r * of.xn + r**2 * of.n2
    fourth = of.x4 - 4 * r * of.x3n + 6 * r**2 * of.x2n2 - 4 * r**3 * of.xn3 + r**4 * of.n4
    return np.maximum(square, 0), np.maximum(fourth, 0)


def freedom(
    variance: np.ndarray,
    known: np.ndarray,
    square: np.ndarray,
    fourth: np.ndarray,
    docs: Any,
    *,
    fitted: Any = 1,
) -> np.ndarray:
    """Return the degrees of freedom of a variance between documents (:func:`log_rate`).

    Parameters
    ----------
    variance, known : ndarray
        The variance, and the part of it that is known.
    square, fourth : ndarray
        Sums over documents of the second and fourth powers of what each adds to the estimate.
    docs, fitted : int or ndarray
        Documents, and how many numbers were fitted to them: what is left is the most there can be.
    """
    left = np.maximum(docs - fitted, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = docs * fourth / square**2 - 1
        d = np.where(excess > 0, 2 * docs / excess, np.inf)
        d = np.clip(d, np.minimum(LEAST, left), left)
        df = variance**2 / ((variance - known) ** 2 / d + known**2 / left)
    return np.minimum(df, left)


@dataclass(frozen=True)
class Ratio:
    """The natural log of a ratio of rates and how sure it is, term by term.

    Attributes
    ----------
    log, error, df : ndarray, shape (n_terms,)
        Standard error and Welch's degrees of freedom; NaN with under two documents or no words on
        a side.
    least : ndarray, shape (n_terms,)
        What p is at least: the chance that shuffled documents would put all that carry the term
        on the other side, where one side lacks it (.5 for a term of one text out of two equal
        groups); NaN where neither has it.
    """

    log: np.ndarray
    error: np.ndarray
    df: np.ndarray
    least: np.ndarray

    def of(self, terms: np.ndarray) -> "Ratio":
        """Return those of some terms."""
        return Ratio(*(getattr(self, f.name)[terms] for f in fields(self)))

    def p(self) -> np.ndarray:
        """Return the two-sided p of a t test that the rates are equal."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(self.log) / self.error
        return np.maximum(2 * stdtr(self.df, -t), self.least)

    def reach(self, level: float, *, terms: int = 1) -> np.ndarray:
        """Return how far the t interval reaches to either side; Bonferroni's for several terms."""
        return np.asarray(stats.t.isf((1 - level) / 2 / max(1, terms), self.df) * self.error)


def ratio(target: Sums, reference: Sums) -> Ratio:
    """Return the log ratio of two sides' rates."""
    (a, va, da), (b, vb, db) = log_rate(target), log_rate(reference)
    v = va + vb
    least = np.where(target.held + reference.held > 0, 0.0, np.nan)
    for one, other in ((target, reference), (reference, target)):
        missing = one.held == 0
        least[missing] += missed(one.docs, other.docs, other.held[missing])
    return Ratio(a - b, np.sqrt(v), v**2 / (va**2 / da + vb**2 / db), least)


def missed(one: Any, other: Any, held: np.ndarray) -> np.ndarray:
    """Chance that shuffled documents put none of the `held` ones among `one` (hypergeometric)."""
    both = one + other
    logs = gammaln(other + 1) - gammaln(other - held + 1)
    return np.asarray(np.exp(logs + gammaln(both - held + 1) - gammaln(both + 1)))


def of_matrix(matrix: sparse.sparray, sizes: np.ndarray) -> Sums:
    """Return the sums of counts, shape (n_docs, n_terms), of documents with `sizes` words."""
    columns = sparse.csc_array(matrix)
    columns.eliminate_zeros()
    n = np.asarray(sizes, dtype=np.float64)
    return sums(columns.data.astype(np.float64), n[columns.indices], columns.indptr, n)


def of_groups(matrix: sparse.sparray, sizes: np.ndarray, group: np.ndarray, n_groups: int) -> Sums:
    """Return the sums of every group of documents; `group` holds its number, shape (n_docs,)."""
    cells = sparse.coo_array(matrix)
    doc, term = cells.coords
    n, n_terms = np.asarray(sizes, dtype=np.float64), cells.shape[1]
    place = group[doc].astype(np.int64) * n_terms + term
    order = np.argsort(place, kind="stable")
    start = np.append(0, np.cumsum(np.bincount(place, minlength=n_groups * n_terms)))
    found = sums(cells.data.astype(np.float64)[order], n[doc][order], start, n)

    def add(values: np.ndarray | None) -> np.ndarray:
        return np.bincount(group, weights=values, minlength=n_groups)[:, None].astype(np.float64)

    own = {"docs": add(None), "n": add(n), "n2": add(n**2), "n4": add(n**4)}
    shape = (n_groups, n_terms)
    each = {f.name: getattr(found, f.name) for f in fields(Sums) if f.name not in own}
    return Sums(**own, **{name: values.reshape(shape) for name, values in each.items()})
