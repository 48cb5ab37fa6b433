"""Dense linear algebra whose last bit does not depend on the machine's BLAS.

A BLAS kernel adds in the order that suits its processor and its threads, so the same product differs in the
last bits between machines; a topic model that starts from such a product can end elsewhere. Here numbers are
first rounded to a grid so coarse that every sum of products is a whole number below 2**53: then no addition
rounds, and every order of additions gives the same bits. A second, finer grid restores the precision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["find_subspace", "steady_dot", "steady_eigh", "to_grid"]

Array = np.ndarray


def to_grid(values: Array, bits: int) -> tuple[Array, float]:
    """Whole numbers of at most ``bits`` bits (held as floats), and the power of two to multiply them with."""
    top = float(np.max(np.abs(values), initial=0.0))
    if top == 0.0:
        return np.zeros_like(values), 1.0
    step = 2.0 ** (int(np.ceil(np.log2(top))) - bits)
    return np.rint(values / step), step


def steady_dot(left: Array, right: Array) -> Array:
    """``left @ right`` to about ten digits, with the same bits on every machine.

    Examples
    --------
    >>> steady_dot(np.eye(2), np.array([[1.0, 0.5], [0.25, 3.0]])).tolist()
    [[1.0, 0.5], [0.25, 3.0]]
    """
    length = max(1, left.shape[1])
    bits = int((52 - np.ceil(np.log2(length))) // 2)
    parts = []
    for values in (left, right):
        high, step = to_grid(values, bits)
        low, fine = to_grid(values - high * step, bits)
        parts.append(((high, step), (low, fine)))
    (a, b), (c, d) = parts
    total: Array = (a[0] @ c[0]) * (a[1] * c[1])
    total += (a[0] @ d[0]) * (a[1] * d[1])
    total += (b[0] @ c[0]) * (b[1] * c[1])
    return total


def steady_eigh(matrix: Array, *, sweeps: int = 12) -> tuple[Array, Array]:
    """Eigenvalues (largest first) and eigenvectors (columns) of a symmetric matrix, by Jacobi rotations.

    All rotations of one round touch different rows, so each round is a handful of element-wise operations;
    none of them calls LAPACK. The largest entry of each vector is positive.
    """
    size = len(matrix)
    a = (matrix + matrix.T) / 2.0
    vectors = np.eye(size)
    even = size + size % 2
    players = np.arange(even)
    scale = float(np.max(np.abs(a), initial=0.0))
    for _ in range(sweeps):
        off = np.abs(a - np.diag(np.diag(a)))
        if size < 2 or float(off.max()) <= 1e-13 * scale:
            break
        for _ in range(even - 1):
            first, second = players[: even // 2], players[even // 2 :][::-1]
            real = (first < size) & (second < size)
            _rotate(a, vectors, np.minimum(first, second)[real], np.maximum(first, second)[real])
            players = np.concatenate((players[:1], players[-1:], players[1:-1]))
    values = np.diag(a).copy()
    order = np.argsort(-values, kind="stable")
    vectors = vectors[:, order]
    heads = vectors[np.argmax(np.abs(vectors), axis=0), np.arange(size)] if size else np.zeros(0)
    return values[order], vectors * np.where(heads < 0, -1.0, 1.0)


def _rotate(a: Array, vectors: Array, p: Array, q: Array) -> None:
    """One round of disjoint Jacobi rotations on the pairs (p, q), in place."""
    apq = a[p, q]
    live = apq != 0.0
    p, q, apq = p[live], q[live], apq[live]
    if not len(p):
        return
    theta = (a[q, q] - a[p, p]) / (2.0 * apq)
    t = np.where(theta >= 0, 1.0, -1.0) / (np.abs(theta) + np.sqrt(theta * theta + 1.0))
    c = 1.0 / np.sqrt(t * t + 1.0)
    s = t * c
    rows_p, rows_q = a[p], a[q]
    a[p], a[q] = c[:, None] * rows_p - s[:, None] * rows_q, s[:, None] * rows_p + c[:, None] * rows_q
    columns_p, columns_q = a[:, p], a[:, q]
    a[:, p], a[:, q] = columns_p * c - columns_q * s, columns_p * s + columns_q * c
    vectors_p, vectors_q = vectors[:, p], vectors[:, q]
    vectors[:, p], vectors[:, q] = vectors_p * c - vectors_q * s, vectors_p * s + vectors_q * c


def _inverse_root(gram: Array) -> Array | None:
    """The inverse of the upper Cholesky factor of a Gram matrix; None if it is close to singular."""
    size = len(gram)
    left = gram.copy()
    factor = np.zeros_like(gram)
    least = 1e-9 * float(gram.diagonal().max())
    for row in range(size):
        pivot = left[row, row]
        if not pivot > least:
            return None
        factor[row, row:] = left[row, row:] / np.sqrt(pivot)
        left[row + 1 :, row + 1 :] -= factor[row, row + 1 :, None] * factor[row, None, row + 1 :]
    inverse = np.zeros_like(gram)
    for row in range(size - 1, -1, -1):
        inverse[row, row] = 1.0
        if row + 1 < size:
            inverse[row] -= np.sum(factor[row, row + 1 :, None] * inverse[row + 1 :], axis=0)
        inverse[row] /= factor[row, row]
    return inverse


def _orthonormalise(block: Array, times: int = 1) -> Array:
    """An orthonormal basis of the columns' span; directions that are nothing but rounding are dropped."""
    for _ in range(times):
        gram = steady_dot(block.T, block)
        turn = _inverse_root(gram)
        if turn is None:
            values, vectors = steady_eigh(gram)
            keep = values > max(1e-9 * float(values[0]), 1e-300)
            turn = vectors[:, keep] / np.sqrt(values[keep])
        block = steady_dot(block, turn)
    return block


def find_subspace(
    weights: csr_matrix, dim: int, *, seed: int, rounds: int = 4, extra: int = 10
) -> tuple[Array, Array]:
    """The leading singular values of a sparse matrix and its right singular vectors (a column each).

    Randomised subspace iteration (Halko, Martinsson & Tropp 2011) with a fixed start; sparse products are
    sequential in SciPy and dense ones steady, so the result has the same bits everywhere.

    Returns
    -------
    values : array of at most ``dim``
        Largest first; fewer where the matrix has a lower rank.
    vectors : array (number of columns, number of values)
    """
    wide = weights.shape[1]
    size = min(dim + extra, *weights.shape)
    if size < 1 or weights.nnz == 0:
        return np.zeros(0), np.zeros((wide, 0))
    flipped = weights.T.tocsr()
    rng = np.random.Generator(np.random.PCG64(seed))
    block = rng.integers(-1000, 1001, size=(wide, size)).astype(np.float64)
    for turn_number in range(rounds):
        block = flipped @ (weights @ block)
        block = _orthonormalise(block, times=1 if turn_number + 1 < rounds else 2)
    image = weights @ block
    values, turn = steady_eigh(steady_dot(image.T, image))
    keep = values[:dim] > max(1e-9 * float(values[0]), 1e-300)
    vectors = steady_dot(block, turn[:, :dim][:, keep])
    return np.sqrt(values[:dim][keep]), vectors
