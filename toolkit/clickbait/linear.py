"""A sparse linear part of the model: weights known by the hash of an n-gram."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toolkit.clickbait.features import Grams, Lexer, Tokens

__all__ = ["HashedWeights", "TokenWeights", "gram_matrix", "piece_matrix"]

Floats = npt.NDArray[np.float64]


class HashedWeights(NamedTuple):
    """Weights of n-grams; ``key`` is sorted. Half precision in memory as on disk, so that a reload is exact."""

    key: npt.NDArray[np.uint32]
    weight: npt.NDArray[np.float16]

    def look_up(self, keys: npt.NDArray[np.uint32]) -> Floats:
        """The weight of each key, 0 where it is unknown."""
        if not len(self.key):
            return np.zeros(len(keys))
        at = np.searchsorted(self.key, keys)
        at[at == len(self.key)] = 0
        found: Floats = np.where(self.key[at] == keys, self.weight[at], np.float16(0)).astype(np.float64)
        return found

    def add_up(self, grams: Grams) -> Floats:
        """Sum of weights per row, over the root of the row's number of n-grams."""
        total = np.bincount(grams.row, weights=self.look_up(grams.key), minlength=grams.n_rows)
        count = np.bincount(grams.row, minlength=grams.n_rows)
        result: Floats = total / np.sqrt(np.maximum(count, 1))
        return result


class TokenWeights:
    """Weights of the pieces of words, added up once per word and remembered."""

    def __init__(self, weights: HashedWeights) -> None:
        self.weights = weights
        self._lexer: Lexer | None = None
        self._ids: dict[str, int] | None = None
        self._sums: Floats = np.zeros(0)
        self._counts: Floats = np.zeros(0)

    def add_up(self, lexer: Lexer, tokens: Tokens) -> Floats:
        """Sum of the pieces' weights per row, over the root of their number."""
        if self._ids is not lexer.ids:
            self._ids, self._sums, self._counts = lexer.ids, np.zeros(0), np.zeros(0)
        if len(self._sums) < len(lexer.ids):
            new = lexer.pieces(len(self._sums))
            sums = np.bincount(new.row, weights=self.weights.look_up(new.key), minlength=new.n_rows)
            self._sums = np.concatenate([self._sums, sums])
            self._counts = np.concatenate([self._counts, np.bincount(new.row, minlength=new.n_rows)])
        total = np.bincount(tokens.row, weights=self._sums[tokens.number], minlength=tokens.n_rows)
        count = np.bincount(tokens.row, weights=self._counts[tokens.number], minlength=tokens.n_rows)
        result: Floats = total / np.sqrt(np.maximum(count, 1))
        return result


def gram_matrix(grams: Grams, min_rows: int) -> tuple[Any, npt.NDArray[np.uint32]]:
    """The sparse matrix whose product with weights is ``add_up``; n-grams of ``min_rows`` rows and more."""
    from scipy import sparse

    keys, column = np.unique(grams.key, return_inverse=True)
    pairs = np.unique(grams.row * np.int64(len(keys)) + column)
    kept = np.bincount(pairs % max(len(keys), 1), minlength=len(keys)) >= min_rows
    number = np.cumsum(kept) - 1
    use = kept[column]
    count = np.maximum(np.bincount(grams.row, minlength=grams.n_rows), 1)
    matrix = sparse.csr_matrix(
        (1.0 / np.sqrt(count[grams.row[use]]), (grams.row[use], number[column[use]])),
        shape=(grams.n_rows, int(kept.sum())),
    )
    return matrix, keys[kept]


def piece_matrix(lexer: Lexer, tokens: Tokens, min_rows: int) -> tuple[Any, npt.NDArray[np.uint32]]:
    """The same for pieces of words."""
    from scipy import sparse

    pieces = lexer.pieces()
    n_tokens = pieces.n_rows
    keys, column = np.unique(pieces.key, return_inverse=True)
    of_token = sparse.csr_matrix((np.ones(len(column)), (pieces.row, column)), shape=(n_tokens, len(keys)))
    of_row = sparse.csr_matrix(
        (np.ones(len(tokens.row)), (tokens.row, tokens.number)), shape=(tokens.n_rows, n_tokens)
    )
    matrix = (of_row @ of_token).tocsr()
    count = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    kept = np.asarray((matrix > 0).sum(axis=0)).ravel() >= min_rows
    return (sparse.diags(1.0 / np.sqrt(count)) @ matrix[:, kept]).tocsr(), keys[kept]
