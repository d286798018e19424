"""A mean of labels that counts how a method errs: its value on the coders' scale, and how sure.

Sentences are labelled by a method that confuses some with others. A validation table (human code ×
predicted label, on sentences the method was not made from) says how. Each label j then counts as::

    calibrated_j = mean code of the validation sentences that got label j
    moved_j      = j + (mean code - mean label of all validation sentences)
    value_j      = (calibrated_j + moved_j) / 2

and the mean of a group is the mean value of its sentences. Its interval carries, beside the
sampling of documents, that of the validation table, the spread of codes about the value of their
label, and what bias is left in a group (:data:`BETWEEN`).

Notes
-----
Chosen by measurement: ``benchmarks/results/tone_intervals.csv`` (``benchmarks/tone_intervals.py``),
with Dutch headlines of outlets that the method was not trained on, validated on other outlets.

- *Halfway*, as here: intervals at 95 % hold the mean code of outlets, outlet × two months and
  subjects in 96 to 98 % of samples of the test half, and the difference of two of them in 97 % or
  more (dev half: 90 % or more); the bias it leaves spreads over groups by .04 at most.
- *Calibrated* values alone (Kloos, Meertens, Scholtus & Karch 2021, Comparing correction methods to
  reduce misclassification bias) draw groups that differ in tone towards the validation set, *moved*
  ones (the bias subtracted once) set them too far apart: between subjects their biases spread by
  .06 to .09 and up to .11, which no number of sentences would mend.
- Inverting the confusion matrix (adjusted count: Rogan & Gladen 1978; Forman 2008) and its
  likelihood twin (EM: Saerens, Latinne & Decaestecker 2002) take it that sentences of one code are
  labelled alike in every group. Groups of different subjects are not: intervals twice as wide hold
  the truth half of the time. Where shares of codes alone differ (samples drawn so), these two do
  best, and halfway intervals hold it half of the time.
- Without correction, intervals of documents alone hold it in about 70 % of samples. Mean scores
  need none where probabilities are calibrated for the coders of the language; with the one
  intercept that makes languages comparable they are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import accuracy, resample
from analysis.results import and_

LABELS = np.array([-1.0, 0.0, 1.0])
BETWEEN = 0.03
"""Standard deviation, between groups, of what the correction leaves of a method's bias.

About what the ``dev`` halves of ``benchmarks/results/tone_intervals.csv`` show (.02 to .04 of Dutch
headlines by outlet, outlet × two months and subject); for other genres it was never measured.
"""
SMALL = 0.5
"""Sentences added to the whole table, spread evenly, so that no label is without a code."""


@dataclass(frozen=True, eq=False)
class Correction:
    """What each label counts as, from one validation table.

    Attributes
    ----------
    value : ndarray, shape (3,)
        Of the labels -1, 0, 1.
    spread : ndarray, shape (3,)
        Variance of the codes of sentences that got the label.
    samples : ndarray, shape (n_boot, 3)
        `value` from resampled tables.
    """

    value: np.ndarray
    spread: np.ndarray
    samples: np.ndarray


def counts(validation: pd.DataFrame) -> np.ndarray:
    """Return a validation table as float64, shape (3, 3): code × predicted label.

    Abstentions are left out, as they are of every mean.
    """
    rows = validation.dropna(subset=["gold", "predicted"])
    table = np.zeros((3, 3))
    at = rows["gold"].to_numpy(dtype=int) + 1, rows["predicted"].to_numpy(dtype=int) + 1
    np.add.at(table, at, rows["n"].to_numpy(dtype=float))
    return table


def correction(table: np.ndarray, *, n_boot: int, seed: int) -> Correction:
    """Return what each label counts as.

    Parameters
    ----------
    table : ndarray, shape (3, 3)
        As of :func:`counts`; its sentences are resampled (multinomial).
    n_boot, seed : int
    """
    n = int(table.sum())
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, table.ravel() / n, size=n_boot).reshape(-1, 3, 3)
    tables = np.concatenate([table[None], drawn]) + SMALL / 9
    found = tables.sum(axis=1)
    calibrated = np.einsum("bkj,k->bj", tables, LABELS) / found
    mean = tables.sum(axis=(1, 2))
    moved = LABELS + ((tables.sum(axis=2) - found) @ LABELS / mean)[:, None]
    value = np.clip((calibrated + moved) / 2, -1, 1)
    square = np.einsum("bkj,k->bj", tables[:1], LABELS**2)[0] / found[0]
    return Correction(value[0], square - calibrated[0] ** 2, value[1:])


def corrections(
    task: str,
    spoken: Sequence[str],
    *,
    method: str,
    n_boot: int,
    seed: int,
    folder: Path | None = None,
) -> dict[str, Correction]:
    """Return the correction of every language that a method was validated in.

    Parameters
    ----------
    task, method, folder
        As in :func:`analysis.accuracy.validation`.
    spoken : sequence of str
        Language codes.
    n_boot, seed : int
    """
    tables = {
        code: counts(accuracy.validation(task, code, method=method, folder=folder))
        for code in sorted(set(spoken))
    }
    return {
        code: correction(table, n_boot=n_boot, seed=seed)
        for code, table in tables.items()
        if table.sum() > 0
    }


@dataclass(frozen=True, eq=False)
class Values:
    """What every sentence counts as, and what is known of its error.

    Attributes
    ----------
    value : ndarray, shape (n,)
        The score itself where the language has no validation table.
    spread : ndarray, shape (n,)
        Variance of the code given the label; 0 where unknown.
    cell : ndarray of int, shape (n,)
        Row of `samples`; -1 where unknown.
    samples : ndarray, shape (n_cells, n_boot)
        What a resampled table would change in the value of a label of a language.
    """

    value: np.ndarray
    spread: np.ndarray
    cell: np.ndarray
    samples: np.ndarray

    @classmethod
    def of(
        cls,
        score: np.ndarray,
        label: np.ndarray,
        spoken: np.ndarray,
        known: Mapping[str, Correction],
        *,
        n_boot: int,
    ) -> "Values":
        """Look up every sentence's value by its language and label."""
        value, spread = np.array(score, dtype=float), np.zeros(len(score))
        cell = np.full(len(score), -1)
        place = np.nan_to_num(label).astype(int) + 1
        samples = [np.zeros((0, n_boot))]
        for i, (code, one) in enumerate(sorted(known.items())):
            own = spoken == code
            value[own], spread[own] = one.value[place[own]], one.spread[place[own]]
            cell[own] = 3 * i + place[own]
            samples.append((one.samples - one.value).T)
        return cls(value, spread, cell, np.concatenate(samples))

    def noise(
        self, rows: np.ndarray, seed: int, *, minus: np.ndarray | None = None, table: bool = True
    ) -> np.ndarray:
        """Return what the method's own error adds to a mean, or a difference of means, (n_boot,).

        Three parts: the validation table might have been another one, for both sides alike; the
        sentences' own codes vary about the value of their label (their errors are taken as
        independent); the bias may differ from group to group (:data:`BETWEEN`).

        Parameters
        ----------
        rows, minus : ndarray of int
            The sentences of the group, and of the group it is compared with.
        seed : int
        table : bool
            False where the mean is one of scores as they are.
        """
        weight, variance = np.zeros(len(self.samples)), 0.0
        for sign, own in ((1, rows), (-1, rows[:0] if minus is None else minus)):
            cell = self.cell[own]
            cell = cell[cell >= 0]
            if len(cell):
                weight += sign * np.bincount(cell, minlength=len(weight)) / len(own)
                between = BETWEEN * len(cell) / len(own)
                variance += self.spread[own].sum() / len(own) ** 2 + between**2
        drawn = np.random.default_rng(seed).normal(size=self.samples.shape[1])
        return np.asarray(table * (weight @ self.samples) + np.sqrt(variance) * drawn)


def unmeasured(codes: Sequence[str]) -> str:
    """Say of which languages the method's own error is not in an interval."""
    return f"own error not measured in {names(codes)}" if codes else ""


def gaps(task: str, spoken: Sequence[str], *, method: str, one: str | None = None) -> str:
    """Say which languages a method may not compare, and what was measured; "" where none.

    Parameters
    ----------
    task, method : str
        As in :func:`analysis.accuracy.invariance`.
    spoken : sequence of str
        Language codes.
    one : str, optional
        Only its pairs.
    """
    told = []
    for pair in combinations(sorted(set(spoken)), 2):
        found = accuracy.invariance(task, *pair, method=method)
        if not found.holds and one in (None, *pair):
            figures = (
                "never measured"
                if np.isnan(found.r)
                else f"r = {found.r:.2f}, {found.gap_sd:.2f} SD apart in the mean, "
                f"means {abs(found.mean_gap_sd):.2f} SD apart"
            )
            told.append(f"{names(pair)}: {figures}")
    return "; ".join(told)


def names(codes: Sequence[str]) -> str:
    """Return languages' English names, in words; the code where it is not one of ours."""
    return and_(map(accuracy.name, codes))


def ends(samples: np.ndarray, estimate: float, *, level: float, n_docs: int) -> tuple[float, float]:
    """Return the expanded percentile interval of one mean or difference."""
    few = min(n_docs, resample.POOLS)
    lo, hi = resample.interval(samples[None], np.array([estimate]), level=level, n_docs=few)
    return float(lo[0]), float(hi[0])
