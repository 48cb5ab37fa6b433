"""Boosted trees as plain arrays: small, exact on reload, without pickle, and quick to run over many lines.

A tree has at most 16 leaves, numbered from left to right. A line starts with all leaves open (a word of 16 bits);
every split it fails closes the leaves on its left side; the lowest open bit is its leaf. This way a split costs
one comparison and one "and" over all lines (the idea of QuickScorer: Lucchese et al., SIGIR 2015).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_LEAVES", "Trees"]

MAX_LEAVES = 16
#: lines that go through the trees together
_CHUNK = 8192
Floats = npt.NDArray[np.float64]

_LOWEST = np.zeros(1 << MAX_LEAVES, np.uint8)
for _bit in range(MAX_LEAVES - 1, -1, -1):
    _LOWEST[1 << _bit :: 1 << (_bit + 1)] = _bit
del _bit


class Trees(NamedTuple):
    """An ensemble of regression trees; the splits of tree ``t`` are ``start[t]`` to ``start[t + 1]``."""

    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    #: leaves that stay open where the value is above the threshold
    mask: npt.NDArray[np.uint16]
    start: npt.NDArray[np.int32]
    #: one row of MAX_LEAVES values per tree
    value: npt.NDArray[np.float32]

    def predict(self, table: Floats) -> Floats:
        """Sum of the trees' values for each row of ``table``; 0 without trees."""
        total = np.zeros(len(table))
        if not len(self.feature):
            return total
        # the same split comes up in many trees: each is compared once
        splits, which = np.unique(
            np.column_stack([self.feature.astype(np.float64), self.threshold]), axis=0, return_inverse=True
        )
        for first in range(0, len(table), _CHUNK):
            chunk = np.ascontiguousarray(table[first : first + _CHUNK].T, dtype=np.float32)
            total[first : first + _CHUNK] = self._predict(chunk, splits, which.ravel())
        return total

    def _predict(
        self, columns: npt.NDArray[np.float32], splits: Floats, which: npt.NDArray[np.int64]
    ) -> Floats:
        n = columns.shape[1]
        total = np.zeros(n)
        # all bits where a line passes, none where it fails
        passed = np.empty((len(splits), n), np.uint16)
        for row, (feature, threshold) in enumerate(splits):
            np.multiply(columns[int(feature)] <= np.float32(threshold), np.uint16(0xFFFF), out=passed[row])
        open_, stay = np.empty(n, np.uint16), np.empty(n, np.uint16)
        for tree in range(len(self.start) - 1):
            open_.fill(0xFFFF)
            for split in range(self.start[tree], self.start[tree + 1]):
                np.bitwise_or(passed[which[split]], self.mask[split], out=stay)
                np.bitwise_and(open_, stay, out=open_)
            total += self.value[tree][_LOWEST[open_]]
        return total

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for an npz file."""
        return {f"trees_{name}": getattr(self, name) for name in self._fields}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Trees:
        """The ensemble stored by ``arrays``."""
        return cls(*(arrays[f"trees_{name}"] for name in cls._fields))

    @classmethod
    def join(cls, ensembles: Sequence[tuple[Trees, float]]) -> Trees:
        """Several ensembles as one, the values of each times its share."""
        starts, n_splits = [np.zeros(1, np.int32)], 0
        for trees, _ in ensembles:
            starts.append(trees.start[1:] + np.int32(n_splits))
            n_splits += len(trees.feature)
        parts = [trees for trees, _ in ensembles]
        return cls(
            np.concatenate([part.feature for part in parts]),
            np.concatenate([part.threshold for part in parts]),
            np.concatenate([part.mask for part in parts]),
            np.concatenate(starts).astype(np.int32),
            np.concatenate([trees.value * np.float32(share) for trees, share in ensembles]),
        )

    @classmethod
    def fit(
        cls,
        table: Floats,
        target: Floats,
        weights: Floats,
        *,
        n_trees: int = 300,
        learning_rate: float = 0.06,
        max_leaves: int = 12,
        min_leaf: int = 25,
        random_state: int = 0,
    ) -> Trees:
        """Boost trees on squared error (scikit-learn's, with row and column samples) and take them over."""
        if not n_trees:
            return cls(
                np.zeros(0, np.int16), np.zeros(0, np.float32), np.zeros(0, np.uint16), np.zeros(1, np.int32),
                np.zeros((0, MAX_LEAVES), np.float32),
            )  # fmt: skip
        from sklearn.ensemble import GradientBoostingRegressor

        booster = GradientBoostingRegressor(
            n_estimators=n_trees,
            learning_rate=learning_rate,
            max_leaf_nodes=max_leaves,
            max_depth=None,
            min_samples_leaf=min_leaf,
            subsample=0.7,
            max_features=0.3,
            init="zero",
            random_state=random_state,
        )
        booster.fit(table.astype(np.float32), target, sample_weight=weights)
        features: list[int] = []
        thresholds: list[float] = []
        masks: list[int] = []
        starts = [0]
        values = np.zeros((n_trees, MAX_LEAVES), np.float32)
        for number, estimator in enumerate(booster.estimators_[:, 0]):
            tree = estimator.tree_
            leaves = _walk(tree, 0, 0, features, thresholds, masks)
            values[number, : len(leaves)] = learning_rate * np.array(
                [tree.value[leaf, 0, 0] for leaf in leaves]
            )
            starts.append(len(features))
        return cls(
            np.array(features, np.int16),
            np.array(thresholds, np.float32),
            np.array(masks, np.uint16),
            np.array(starts, np.int32),
            values,
        )


def _walk(
    tree: Any, node: int, n_left: int, features: list[int], thresholds: list[float], masks: list[int]
) -> list[int]:
    """Leaves under ``node`` from left to right; notes its splits. ``n_left`` leaves stand to its left."""
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    if left < 0:
        return [node]
    at = len(features)
    features.append(int(tree.feature[node]))
    thresholds.append(float(tree.threshold[node]))
    masks.append(0)
    under_left = _walk(tree, left, n_left, features, thresholds, masks)
    closed = ((1 << len(under_left)) - 1) << n_left
    masks[at] = 0xFFFF & ~closed
    return under_left + _walk(tree, right, n_left + len(under_left), features, thresholds, masks)
