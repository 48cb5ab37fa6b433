"""A small net over the words of the skeleton and the cues of a line: how they act together.

One hidden layer of a few units. The words that stay in the skeleton (and the masks of the others) and the first
token are looked up, the cues and counts of the line are weighed, all is added up, cut off at zero and weighed once
more. All numbers are kept as multiples of 1/4096, so that every sum is exact: the same score on every machine and
in every batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toolkit.clickbait.features import Lexer, Tokens

__all__ = ["Net"]

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

#: steps per unit of the stored weights, and of the cues once they are put on one scale
_STEPS, _CUE_STEPS = 4096.0, 64.0
#: cues further than this many standard deviations from their mean count as this far
_FARTHEST = 4.0
#: a mask in fewer lines has no weights; in small data the second number counts
_MIN_ROWS, _MIN_ROWS_SMALL, _SMALL = 20, 3, 2000
#: a word counts twice a cue's standard deviation, and the target is stretched: both speed up learning
_WORD_SCALE, _STRETCH = 2.0, 4.0
_LINES = 64


class Net(NamedTuple):
    """Weights of the net; masks are known by their hash, ``key`` and ``first_key`` are sorted."""

    key: npt.NDArray[np.uint32]
    #: one row of units per mask, anywhere in the line; of the first token; per cue
    word: npt.NDArray[np.int16]
    first_key: npt.NDArray[np.uint32]
    first: npt.NDArray[np.int16]
    cue: npt.NDArray[np.int16]
    #: cues are read as (value - mean) * scale
    cue_mean: npt.NDArray[np.float32]
    cue_scale: npt.NDArray[np.float32]
    bias: npt.NDArray[np.int16]
    out: npt.NDArray[np.int16]
    #: one number: what a line without a positive unit gets
    base: npt.NDArray[np.float64]

    def predict(self, lexer: Lexer, tokens: Tokens, table: Floats) -> Floats:
        """One row per line: what its words give with the average line's cues, and what its own cues add.

        Parameters
        ----------
        lexer : Lexer
            Has read the lines.
        tokens : Tokens
            All tokens of the lines, marks too.
        table : array
            As ``count_features`` gives it.
        """
        masks, begins = _find_masks(lexer, tokens)
        hidden = _add_rows(self.key, self.word, masks, tokens.row, tokens.n_rows)
        hidden += _add_rows(self.first_key, self.first, masks[begins], tokens.row[begins], tokens.n_rows)
        hidden += self.bias / _STEPS
        out = self.out / _STEPS
        words = np.maximum(hidden, 0.0) @ out
        hidden += _on_one_scale(table, self.cue_mean, self.cue_scale) @ (self.cue / _STEPS)
        both = np.maximum(hidden, 0.0) @ out
        return np.column_stack([self.base[0] + words, both - words])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for an npz file."""
        return {f"net_{name}": getattr(self, name) for name in self._fields}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Net:
        """The net stored by ``arrays``."""
        return cls(*(arrays[f"net_{name}"] for name in cls._fields))

    def times(self, share: float) -> Net:
        """The net whose predictions are ``share`` times those of this one."""
        return self._replace(out=_in_steps(self.out / _STEPS * share), base=self.base * share)

    @classmethod
    def fit(
        cls,
        lexer: Lexer,
        tokens: Tokens,
        table: Floats,
        target: Floats,
        weights: Floats,
        *,
        n_units: int = 16,
        n_rounds: int = 6,
        random_state: int = 0,
    ) -> Net:
        """Learn by small steps (Adam) on squared error, with words left out at random and weights held back."""
        from scipy import sparse

        # lines that weigh next to nothing only cost time
        use = weights > 0.01 * weights.max()
        tokens, table, target, weights = tokens.take(use), table[use], target[use], weights[use]
        n = len(target)
        masks, begins = _find_masks(lexer, tokens)
        min_rows = _MIN_ROWS if n >= _SMALL else _MIN_ROWS_SMALL
        mean = table.mean(axis=0).astype(np.float32)
        scale = (1.0 / (table.std(axis=0) + 1e-6)).astype(np.float32)
        word_key, words = _one_column_per_mask(tokens.row, masks, n, min_rows)
        first_key, first = _one_column_per_mask(tokens.row[begins], masks[begins], n, min_rows)
        cues = sparse.csr_matrix(_on_one_scale(table, mean, scale))
        design = sparse.hstack(
            [words * _WORD_SCALE, first * _WORD_SCALE, cues], format="csr", dtype=np.float32
        )
        centre = float(np.average(target, weights=weights))
        inner, bias, out, base = _learn(
            design, ((target - centre) * _STRETCH).astype(np.float32),
            (weights / weights.mean()).astype(np.float32), n_units, n_rounds, random_state,
        )  # fmt: skip
        inner[: len(word_key) + len(first_key)] *= _WORD_SCALE
        ends = [len(word_key), len(word_key) + len(first_key)]
        word_weights, first_weights, cue_weights = np.split(_in_steps(inner), ends)
        return cls(
            word_key, word_weights, first_key, first_weights, cue_weights, mean, scale,
            _in_steps(bias), _in_steps(out / np.float32(_STRETCH)), np.array([centre + float(base[0]) / _STRETCH]),
        )  # fmt: skip


def _find_masks(lexer: Lexer, tokens: Tokens) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.intp]]:
    """The hash of each token's mask, and which tokens are the first of their lines."""
    return lexer.hashes()[tokens.number, 1].astype(np.uint32), np.flatnonzero(np.diff(tokens.row, prepend=-1))


def _in_steps(values: npt.NDArray[Any]) -> npt.NDArray[np.int16]:
    return np.clip(np.round(values.astype(np.float64) * _STEPS), -32767, 32767).astype(np.int16)


def _on_one_scale(table: Floats, mean: npt.NDArray[Any], scale: npt.NDArray[Any]) -> Floats:
    found = np.clip((table - mean) * scale, -_FARTHEST, _FARTHEST)
    result: Floats = np.round(found * _CUE_STEPS) / _CUE_STEPS
    return result


def _add_rows(
    keys: npt.NDArray[np.uint32],
    weights: npt.NDArray[np.int16],
    masks: npt.NDArray[np.uint32],
    row: npt.NDArray[np.int64],
    n_rows: int,
) -> Floats:
    """Sum of the weights of each row's masks; a mask without weights gives nothing."""
    from scipy import sparse

    if not len(keys):
        return np.zeros((n_rows, weights.shape[1]))
    at = np.minimum(np.searchsorted(keys, masks), len(keys) - 1)
    known = keys[at] == masks
    counts = sparse.csr_matrix(
        (np.ones(int(known.sum())), (row[known], at[known])), shape=(n_rows, len(keys))
    )
    result: Floats = counts @ (weights / _STEPS)
    return result


def _one_column_per_mask(
    row: npt.NDArray[np.int64], mask: npt.NDArray[np.uint32], n_rows: int, min_rows: int
) -> tuple[npt.NDArray[np.uint32], Any]:
    """Sorted hashes of the masks in ``min_rows`` lines and more, and how often each line has them."""
    from scipy import sparse

    keys, column = np.unique(mask, return_inverse=True)
    counts = sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(n_rows, len(keys)))
    kept = np.bincount(counts.indices, minlength=len(keys)) >= min_rows
    return keys[kept], counts[:, kept]


def _learn(
    design: Any, target: Singles, weight: Singles, n_units: int, n_rounds: int, random_state: int
) -> tuple[Singles, Singles, Singles, Singles]:
    """Weights into the units, their bias, out of the units, base."""
    step_size, hold, left_out = 2e-3, 0.5, np.float32(0.3)
    rng = np.random.default_rng(random_state)
    n, width = design.shape
    weights = [
        (rng.standard_normal((width, n_units)) * 0.067).astype(np.float32),
        np.zeros(n_units, np.float32),
        (rng.standard_normal(n_units) / np.sqrt(n_units)).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    holds = [hold, 0.0, hold, 0.0]
    first = [np.zeros_like(part) for part in weights]
    second = [np.zeros_like(part) for part in weights]
    n_steps, step = n_rounds * -(-n // _LINES), 0
    for _ in range(n_rounds):
        order = rng.permutation(n)
        for start in range(0, n, _LINES):
            at = order[start : start + _LINES]
            lines = design[at]
            seen = rng.random(len(lines.data), dtype=np.float32) > left_out
            lines.data = lines.data * seen / (1 - left_out)
            lines = lines.toarray()
            raw = lines @ weights[0] + weights[1]
            units = np.maximum(raw, 0)
            error = (units @ weights[2] + weights[3] - target[at]) * weight[at] / np.float32(len(at))
            back = np.outer(error, weights[2]) * (raw > 0)
            slopes = [lines.T @ back, back.sum(axis=0), units.T @ error, error.sum(keepdims=True)]
            step += 1
            rate = step_size * (1 - step / n_steps) + 1e-5
            for part, slope, mean, square, held in zip(weights, slopes, first, second, holds, strict=True):
                mean += np.float32(0.1) * (slope - mean)
                square += np.float32(0.001) * (slope * slope - square)
                move = mean / np.float32(1 - 0.9**step)
                move /= np.sqrt(square / np.float32(1 - 0.999**step)) + np.float32(1e-8)
                part -= np.float32(rate) * (move + np.float32(held) * part)
    return weights[0], weights[1], weights[2], weights[3]
