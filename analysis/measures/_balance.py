"""Weights that make cells of two factors count the same on both sides of a comparison."""

import numpy as np


def main_weights(present: np.ndarray, level: int) -> np.ndarray | None:
    """Return the weights of the cells that a level of the first factor is compared by.

    Parameters
    ----------
    present : ndarray of bool, shape (n_first_levels, n_second_levels)
        Which cells have documents.
    level : int

    Returns
    -------
    ndarray, shape (2, n_first_levels, n_second_levels), or None
        The level itself and the others, each adding up to 1; None if they never meet.
    """
    others = present.copy()
    others[level] = False
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
