"""Nearest texts: what a short text leaves unsaid, its neighbours say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["find_neighbours", "keep_neighbours"]

#: Bits kept of each coordinate: products of two unit vectors are then whole numbers below 2**24, which single
#: precision adds without rounding, in whatever order the BLAS chooses.
_BITS = 11
#: Similarities held at once.
_HELD = 8_000_000


def find_neighbours(places: np.ndarray, n_neighbours: int = 10) -> csr_matrix:
    """Row-stochastic matrix: for each text its nearest texts, itself left out, all weighing the same.

    All texts as near as the ``n_neighbours``-th count, so that ties need no decision.

    Parameters
    ----------
    places : array
        Unit vectors, a row per text.
    n_neighbours : int
        Number of neighbours, at most one less than the number of texts.
    """
    from scipy.sparse import csr_matrix

    n = len(places)
    wanted = min(n_neighbours, n - 1)
    if wanted < 1:
        return csr_matrix((n, n))
    grid = np.rint(places * 2.0**_BITS).astype(np.float32)
    rows, columns = [], []
    step = max(1, _HELD // n)
    for start in range(0, n, step):
        alike = grid[start : start + step] @ grid.T
        own = np.arange(len(alike))
        alike[own, start + own] = -(2.0**23)
        least = np.partition(alike, n - wanted, axis=1)[:, n - wanted]
        near = alike >= least[:, None]
        row, column = np.divmod(np.flatnonzero(near), n)
        if len(row) > 3 * wanted * len(alike):
            # many texts alike, far more than asked for: the first of them in order stand for the rest
            near &= np.cumsum(near, axis=1, dtype=np.int32) <= 3 * wanted
            row, column = np.divmod(np.flatnonzero(near), n)
        rows.append(row + start)
        columns.append(column)
    row, column = np.concatenate(rows), np.concatenate(columns)
    counts = np.bincount(row, minlength=n)
    indptr = np.concatenate(([0], np.cumsum(counts)))
    return csr_matrix((1.0 / counts[row], column, indptr), shape=(n, n))


def keep_neighbours(near: csr_matrix, rows: np.ndarray) -> csr_matrix:
    """The neighbours that are left when only some texts are kept; rows sum to 1, or to 0 where none is left."""
    part = near[rows][:, rows].tocsr()
    counts = np.diff(part.indptr)
    part.data = 1.0 / np.repeat(np.maximum(counts, 1), counts)
    return part
