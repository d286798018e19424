"""Weights that make cells of two factors count the same on both sides of a comparison."""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

MAIN, PAIR, INTERACTION = "main", "pair", "interaction"


class Comparison(NamedTuple):
    """What is compared with what.

    Attributes
    ----------
    effect : {"main", "pair", "interaction"}
    at : tuple of two int
        A level (the other number is -1) or a cell.
    against : int
        The level of the same factor that it is compared with; -1 for all others.
    weight : ndarray, shape (2 or 4, n_cells), or None
        Of the cells that take part, in each corner; None where nothing can be compared.
    """

    effect: str
    at: tuple[int, int]
    against: int
    weight: np.ndarray | None


def comparisons(present: np.ndarray, known: np.ndarray, *, pairs: bool) -> Iterator[Comparison]:
    """Yield the levels of both factors, every two levels if asked for, and the cells.

    Parameters
    ----------
    present : ndarray of bool, shape (n_first_levels, n_second_levels)
        Which cells take part.
    known : ndarray of bool, same shape
        Which have documents at all.
    pairs : bool
    """
    for effect in (MAIN, PAIR) if pairs else (MAIN,):
        for factor, grid in enumerate((present, present.T)):
            some = np.flatnonzero(grid.any(axis=1)).tolist()
            each = [(i, -1) for i in range(len(grid))]
            for level, against in each if effect == MAIN else combinations(some, 2):
                weight = main_weights(grid, level, against)
                if weight is not None:
                    weight = (weight.transpose(0, 2, 1) if factor else weight)[:, present]
                at = (-1, level) if factor else (level, -1)
                yield Comparison(effect, at, against, weight)
    for i, j in np.argwhere(known).tolist():
        weight = interaction_weights(present, i, j)
        yield Comparison(INTERACTION, (i, j), -1, None if weight is None else weight[:, present])


def main_weights(present: np.ndarray, level: int, against: int = -1) -> np.ndarray | None:
    """Return the weights of the cells that a level of the first factor is compared by.

    Parameters
    ----------
    present : ndarray of bool, shape (n_first_levels, n_second_levels)
        Which cells have documents.
    level : int
    against : int
        The level it is compared with; -1 for all others.

    Returns
    -------
    ndarray, shape (2, n_first_levels, n_second_levels), or None
        The level itself and the others, each adding up to 1; None if they never meet.
    """
    others = present.copy()
    others[level] = False
    if against >= 0:
        others[np.arange(len(others)) != against] = False
    shared = present[level] & others.any(axis=0)
    if not shared.any():
        return None
    out = np.zeros((2, *present.shape))
    out[0, level] = shared / shared.sum()
    out[1] = others * out[0, level] / np.maximum(others.sum(axis=0), 1)
    return out


def interaction_weights(present: np.ndarray, first: int, second: int) -> np.ndarray | None:
    """Return the weights of the four corners around a cell: itself, its row, its column, the rest.

    Parameters
    ----------
    present : ndarray of bool, shape (n_first_levels, n_second_levels)
    first, second : int

    Returns
    -------
    ndarray, shape (4, n_first_levels, n_second_levels), or None
        None where the cell, or any corner, is empty.
    """
    if not present[first, second]:
        return None
    rows, columns = np.flatnonzero(present[:, second]), np.flatnonzero(present[first])
    rows, columns = rows[rows != first], columns[columns != second]
    while not (block := present[np.ix_(rows, columns)]).all():
        gaps = 1 - block.mean(axis=1), 1 - block.mean(axis=0)
        worst = [int(np.argmax(g)) for g in gaps]
        if gaps[0][worst[0]] >= gaps[1][worst[1]]:
            rows = np.delete(rows, worst[0])
        else:
            columns = np.delete(columns, worst[1])
    if not block.size:
        return None
    out = np.zeros((4, *present.shape))
    out[0, first, second] = 1
    out[1, first, columns] = 1 / len(columns)
    out[2, rows, second] = 1 / len(rows)
    out[3][np.ix_(rows, columns)] = 1 / block.size
    return out
