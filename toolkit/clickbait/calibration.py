"""From a sum of parts to a mean rating with an interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["LEVEL", "Calibration", "fit_calibration", "fit_logistic", "logit", "sigmoid"]

#: Share of headlines whose mean rating the interval is made to cover.
LEVEL = 0.9
Floats = npt.NDArray[np.float64]


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + exp(-z)), without overflow."""
    result: Floats = 0.5 * (1.0 + np.tanh(0.5 * np.asarray(z, np.float64)))
    return result


def logit(p: Any) -> Floats:
    """log(p / (1 - p))."""
    p = np.asarray(p, np.float64)
    result: Floats = np.log(p / (1 - p))
    return result


def fit_logistic(parts: Floats, y: Floats, weight: Floats) -> Floats:
    """Fractional logistic regression by Newton steps, lightly held back; intercept first."""
    scale = np.maximum(parts.std(axis=0), 1e-6)
    design = np.column_stack([np.ones(len(y)), parts / scale])
    beta = np.zeros(design.shape[1])
    beta[0] = float(logit(np.clip(np.average(y, weights=weight), 0.01, 0.99)))
    hold = np.diag([0.0] + [1e-3 * weight.sum() / len(y)] * parts.shape[1])
    for _ in range(50):
        p = sigmoid(design @ beta)
        gradient = design.T @ (weight * (y - p)) - hold @ beta
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + hold + 1e-9 * np.eye(len(beta))
        step = np.linalg.solve(hessian, gradient)
        # perfectly separable labels would run away
        beta = np.clip(beta + np.clip(step, -2, 2), -12, 12)
        if np.abs(step).max() < 1e-10:
            break
    beta[1:] = beta[1:] / scale
    return beta


class Calibration(NamedTuple):
    """A rising, piecewise linear map from logit to rating, and how far ratings stray from it."""

    knots: Floats
    values: Floats
    #: bin edges on the logit scale, and per bin what to add to the score for the interval's ends
    edges: Floats
    below: Floats
    above: Floats

    def apply(self, z: Floats) -> Floats:
        """The calibrated score, within 0 and 1."""
        result: Floats = np.interp(z, self.knots, self.values)
        return result

    def interval(self, z: Floats, score: Floats) -> tuple[Floats, Floats]:
        """Ends of the interval for the mean rating, around the score, within 0 and 1."""
        low = np.clip(score + np.interp(z, self.edges, self.below), 0, 1)
        high = np.clip(score + np.interp(z, self.edges, self.above), 0, 1)
        return np.minimum(low, score), np.maximum(high, score)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for an npz file."""
        return {f"calibration_{name}": getattr(self, name) for name in self._fields}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Calibration:
        """The calibration stored by ``arrays``."""
        return cls(*(arrays[f"calibration_{name}"] for name in cls._fields))


def fit_calibration(z: Floats, y: Floats, weight: Floats | None = None) -> Calibration:
    """Calibrate sums of parts, held out of their training, on ratings.

    Weighted means of ``y`` in bins of equal count, made monotone (pool adjacent violators), joined by straight
    lines; the outer ends keep a slope, so that scores do not tie.
    """
    order = np.lexsort((y, z))
    z, y = z[order], y[order]
    weight = np.ones(len(z)) if weight is None else weight[order]
    n_bins = int(np.clip(len(z) // 60, 4, 24))
    pieces = np.array_split(np.arange(len(z)), n_bins)
    sizes = np.array([weight[piece].sum() for piece in pieces])
    centre = np.array([np.average(z[piece], weights=weight[piece]) for piece in pieces])
    mean = _monotone(np.array([np.average(y[piece], weights=weight[piece]) for piece in pieces]), sizes)
    # beyond the outer bins: towards 0 and 1, ever flatter
    knots = np.concatenate([[centre[0] - 4.0], centre, [centre[-1] + 4.0]])
    values = np.concatenate([[mean[0] * 0.4], mean, [1 - (1 - mean[-1]) * 0.4]])
    # strictly rising knots and values
    knots = np.maximum.accumulate(knots + 1e-9 * np.arange(len(knots)))
    values = np.clip(np.maximum.accumulate(values + 1e-6 * np.arange(len(values))), 0, 1)
    residual = y - np.interp(z, knots, values)
    wide = np.array_split(np.arange(len(z)), int(np.clip(len(z) // 150, 1, 12)))
    ends = np.array([_conformal(residual[piece]) for piece in wide])
    edges = np.array([z[piece].mean() for piece in wide])
    return Calibration(knots, values, edges, ends[:, 0], ends[:, 1])


def _conformal(residual: Floats) -> tuple[float, float]:
    """Split conformal: order statistics counted from m + 1, so that coverage holds for a new line."""
    m = len(residual)
    rank = int(np.floor((1 - LEVEL) / 2 * (m + 1)))
    if rank < 1:
        return -1.0, 1.0
    ordered = np.sort(residual)
    return float(ordered[rank - 1]), float(ordered[m - rank])


def _monotone(means: Floats, counts: Any) -> Floats:
    """Pool adjacent violators."""
    blocks: list[list[float]] = []
    for mean, count in zip(means, counts, strict=True):
        blocks.append([float(mean), float(count), 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean_b, count_b, size_b = blocks.pop()
            mean_a, count_a, size_a = blocks.pop()
            total = count_a + count_b
            blocks.append([(mean_a * count_a + mean_b * count_b) / total, total, size_a + size_b])
    return np.concatenate([np.full(int(size), mean) for mean, _, size in blocks])
