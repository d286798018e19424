"""Linear regression of many outcomes on one design, with variances that trust no equal scatter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from analysis import counts, resample
from analysis.results import DiscourseError, and_, reason

ALONE = 1 - 1e-8
"""Leverage at which one document fixes what is fitted to it."""
MOST = 300
"""Columns beyond which a design is refused."""


@dataclass(frozen=True, eq=False)
class Design:
    """What documents are regressed on.

    Attributes
    ----------
    use : ndarray of bool, shape (n_docs,)
        The documents it is made of.
    x : ndarray, shape (n_used, p)
        The first column is 1; numbers are counted from their mean.
    effects : list of dict
        One for every further column: ``by, group, reference`` (group and reference are empty for
        a number), ``docs`` and ``against`` (bool, shape (n_used,): the documents of both).
    refused : list of dict
        ``by, group, docs`` (row numbers), ``why``: levels and columns that were left out.
    """

    use: np.ndarray
    x: np.ndarray
    effects: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Fit:
    """Least squares of k outcomes.

    Attributes
    ----------
    estimate, variance, without_one : ndarray, shape (p, k)
        Coefficients, their HC3 variance, and the coefficient nearest zero without one document.
        The variance is NaN where one document alone fixes the coefficient.
    df : ndarray, shape (p,)
    influence : ndarray, shape (n, p)
        Coefficients are ``influence.T @ y``.
    """

    estimate: np.ndarray
    variance: np.ndarray
    without_one: np.ndarray
    df: np.ndarray
    influence: np.ndarray


def fit(x: np.ndarray, y: np.ndarray) -> Fit:
    """Regress outcomes on a design of full rank.

    ::

        a = x (x'x)⁻¹,  b = a'y,  e = y - x b,  h = diag(x a')
        v = Σ a² e² / (1 - h)²                                   (HC3)
        df = (tr G)² / tr(G²),  G = (I - H) diag(a² / (1 - h)²) (I - H),  at most n - p

    HC3 is that of MacKinnon & White (1985, Journal of Econometrics 29:305-325) as Long & Ervin
    (2000, The American Statistician 54:217-224) advise it for few cases; the degrees of freedom are
    Bell & McCaffrey's (2002) as in Imbens & Kolesár (2016, Review of Economics and Statistics
    98:701-712), here for HC3: few documents in one level count as few.

    Parameters
    ----------
    x : ndarray, shape (n, p)
    y : ndarray, shape (n, k)
    """
    q, r = np.linalg.qr(x)
    a = np.linalg.solve(r, q.T).T
    h = (q**2).sum(axis=1)
    left = np.maximum(1 - h, 1 - ALONE)
    b = a.T @ y
    loose = (y - x @ b) / left[:, None]
    variance, nearest, df = np.empty_like(b), np.empty_like(b), np.empty(len(b))
    for c in range(len(b)):
        variance[c] = a[:, c] ** 2 @ loose**2
        df[c] = _freedom(x, a, h, (a[:, c] / left) ** 2)
        sign = np.sign(b[c])
        nearest[c] = b[c] - sign * np.maximum((sign * a[:, c, None] * loose).max(axis=0), 0)
        if (np.abs(a[h > ALONE, c]) > 1e-12).any():
            variance[c] = np.nan
    return Fit(b, variance, nearest, df, a)


def _freedom(x: np.ndarray, a: np.ndarray, h: np.ndarray, d: np.ndarray) -> float:
    """Return the degrees of freedom of one variance; `d` is the diagonal between I - H."""
    n, p = x.shape
    middle = a.T @ (d[:, None] * x)  # (x'x)⁻¹ x'Dx: H D H D has the trace of its square.
    first = (d * (1 - h)).sum()
    second = (d**2 * (1 - 2 * h)).sum() + np.trace(middle @ middle)
    return float(np.clip(first**2 / max(second, 1e-300), 1, max(1, n - p)))


def design(columns: Mapping[str, np.ndarray], n_docs: int, *, interaction: bool = False) -> Design:
    """Make a design of metadata.

    Levels of fewer than :data:`analysis.resample.MIN_DOCS` documents are left out with their
    documents, and so is a column of one value. The reference is the level with most documents, of
    equal ones the first.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n_docs,)
        Of float: a number, NaN where unknown. Of object: a factor, None where unknown.
    n_docs : int
    interaction : bool
        Also the products of every two columns.

    Raises
    ------
    DiscourseError
        If there would be more than :data:`MOST` columns.
    """
    empty = [name for name, values in columns.items() if not known(values).any()]
    columns = {name: values for name, values in columns.items() if name not in empty}
    every = np.arange(n_docs)
    use, few = _enough(columns, n_docs)
    refused = [_refusal(name, every, f"no text has a {name}") for name in empty] + few
    blocks: dict[str, list[dict[str, Any]]] = {}
    for name, values in columns.items():
        made = _block(name, values[use])
        if made:
            blocks[name] = made
            continue
        why = f"only one {name}" if use.any() else f"no {name} has enough texts"
        refused.append(_refusal(name, every, f"nothing to compare with: {why}"))
    if interaction:
        for one, two in combinations(list(blocks), 2):
            pairs = product(blocks[one], blocks[two])
            blocks[counts.SEPARATOR.join((one, two))] = [_product(a, b) for a, b in pairs]
    made = [effect for block in blocks.values() for effect in block]
    if len(made) >= MOST:
        raise DiscourseError(
            f"covariates make {len(made):,} coefficients: name columns with fewer values"
        )
    x = np.column_stack([np.ones(int(use.sum())), *(e.pop("x") for e in made)])
    why = _singular(x, blocks)
    if why and made:
        none = [_refusal(name, np.flatnonzero(use), why) for name in blocks]
        return Design(use, x[:, :1], [], refused + none)
    return Design(use, x, made, refused)


def _refusal(by: str, docs: np.ndarray, why: str, group: str = "") -> dict[str, Any]:
    return {"by": by, "group": group, "docs": docs, "why": reason(why, len(docs))}


def known(values: np.ndarray) -> np.ndarray:
    """Tell which values of a covariate are known, bool array."""
    return np.asarray(pd.notna(values), dtype=bool)


def _enough(
    columns: Mapping[str, np.ndarray], n_docs: int
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Leave out documents without a value and levels with few of them, until none is left."""
    use = np.ones(n_docs, dtype=bool)
    for values in columns.values():
        use &= known(values)
    refused: list[dict[str, Any]] = []
    before = -1
    while before != use.sum():
        before = use.sum()
        for name, values in columns.items():
            if values.dtype == np.float64:
                continue
            for level in sorted(set(values[use])):
                docs = np.flatnonzero(use & (values == level))
                if len(docs) < resample.MIN_DOCS:
                    why = (
                        f"too few texts: {len(docs)} of {resample.MIN_DOCS} that a level needs here"
                    )
                    refused.append(_refusal(name, docs, why, str(level)))
                    use &= values != level
    return use, refused


def _block(name: str, values: np.ndarray) -> list[dict[str, Any]]:
    """Return the columns of one covariate; none if all documents have the same value."""
    if values.dtype == np.float64:
        every = np.ones(len(values), dtype=bool)
        if len(set(values)) < 2:
            return []
        own = {"by": name, "group": "", "reference": "", "docs": every, "against": every}
        return [own | {"x": values - values.mean()}]
    levels, size = np.unique(values.astype(str), return_counts=True)
    if len(levels) < 2:
        return []
    reference = levels[np.argmax(size)]
    return [
        {"by": name, "group": str(level), "reference": str(reference)}
        | {"docs": values == level, "against": values == reference}
        | {"x": (values == level).astype(np.float64)}
        for level in levels
        if level != reference
    ]


def _product(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    """Return the column of an interaction; a number has no level and is not named."""

    def joined(key: str) -> str:
        return counts.SEPARATOR.join(part for part in (one[key], two[key]) if part)

    return {key: joined(key) for key in ("by", "group", "reference")} | {
        "docs": one["docs"] & two["docs"],
        "against": one["against"] & two["against"],
        "x": one["x"] * two["x"],
    }


def _singular(x: np.ndarray, blocks: Mapping[str, Sequence[dict[str, Any]]]) -> str:
    """Say why no regression can be made of a design; "" if one can."""
    n, p = x.shape
    length = np.sqrt((x**2).sum(axis=0))
    scaled = x / np.where(length > 0, length, 1)
    rank = int(np.linalg.matrix_rank(scaled)) if n else 0
    if rank == p:
        few = f"too few texts: {n} for {p} coefficients, {p + resample.MIN_DOCS} are needed"
        return few if n - p < resample.MIN_DOCS else ""
    if n < p:
        return f"too few texts: {n} for {p} coefficients, {p + resample.MIN_DOCS} are needed"
    tied, first = [], 1
    for name, block in blocks.items():
        rest = np.delete(scaled, slice(first, first + len(block)), axis=1)
        if rank - int(np.linalg.matrix_rank(rest)) < len(block):
            tied.append(name)
        first += len(block)
    if len(tied) == 1:
        return f"{tied[0]}: some of these combinations have no texts; leave the interaction out"
    return (
        f"{and_(tied)} move together in these texts, so that what is due to which cannot be told; "
        "leave one of them out"
    )
