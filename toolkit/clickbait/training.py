"""Steps of training: what may be trained on, which words stay in the skeleton, the ridge regressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from toolkit.clickbait.features import Lexer
from toolkit.errors import InputError

__all__ = [
    "MIN_HEADLINES", "check_ratings", "find_frequent_words", "fit_ridge", "fit_ridge_out_of_fold", "scale_columns",
]  # fmt: skip

MIN_HEADLINES = 50
Floats = npt.NDArray[np.float64]


def check_ratings(
    reasons: list[str], ratings: Any, weights: Any, groups: Any, calibrate_on: Any
) -> tuple[Floats, Floats, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Ratings, weights, fold and use for calibration of each headline; see ``ClickbaitModel.fit``."""
    n = len(reasons)
    y = np.asarray(ratings, np.float64)
    if n < MIN_HEADLINES:
        raise InputError(f"headlines: {n} given; at least {MIN_HEADLINES} rated headlines are needed.")
    bad = [at for at, reason in enumerate(reasons) if reason]
    if bad:
        raise InputError(
            f"headlines: number {bad[0]} is {reasons[bad[0]]} ({len(bad)} in all); drop such rows first."
        )
    if y.shape != (n,) or not np.isfinite(y).all() or y.min() < 0 or y.max() > 1:
        raise InputError(
            f"ratings: one number from 0 to 1 per headline is needed ({n}); got shape {y.shape}, "
            f"values from {np.nanmin(y) if y.size else 'nothing'} to {np.nanmax(y) if y.size else 'nothing'}."
        )
    weight = np.ones(n) if weights is None else np.asarray(weights, np.float64)
    if weight.shape != (n,) or not (weight > 0).all():
        raise InputError(f"weights: one number above 0 per headline is needed ({n}); got {weight.shape}.")
    use = np.ones(n, bool) if calibrate_on is None else np.asarray(calibrate_on, bool)
    if use.shape != (n,) or use.sum() < 20:
        raise InputError("calibrate_on: one bool per headline is needed, at least 20 of them True.")
    if groups is None:
        fold = np.arange(n, dtype=np.int64) * 5 // n
    else:
        _, codes, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
        if len(codes) != n or len(sizes) < 2:
            raise InputError(f"groups: one label per headline ({n}) and two groups or more are needed.")
        # the largest groups first, each to the emptiest of five folds
        filled = np.zeros(min(5, len(sizes)), np.int64)
        to_fold = np.zeros(len(sizes), np.int64)
        for group in np.argsort(-sizes, kind="stable"):
            to_fold[group] = int(np.argmin(filled))
            filled[to_fold[group]] += sizes[group]
        fold = to_fold[codes]
    return y, weight, fold, use


def find_frequent_words(lines: Sequence[str], n: int) -> list[str]:
    """The ``n`` words that most lines have, most frequent first; ties by name."""
    counter = Lexer(())
    ids, sizes = counter.read(lines)
    rows = np.repeat(np.arange(len(lines)), sizes)
    names = list(counter.ids)
    both = np.unique(rows * np.int64(len(names)) + ids)
    numbers = np.bincount(both % len(names), minlength=len(names))
    counts = {
        name: int(count)
        for name, count in zip(names, numbers, strict=True)
        if name[0].isalpha() and count > 1
    }
    return sorted(counts, key=lambda word: (-counts[word], word))[:n]


def scale_columns(matrix: Any, factor: float, rarity: float) -> Floats:
    """What each column is multiplied by before a ridge regression, which holds back the small ones.

    ``factor`` times the logarithm of how rare the n-gram is, to the power ``rarity``, over its quadratic mean.
    """
    if not rarity or not matrix.shape[1]:
        return np.full(matrix.shape[1], factor)
    n_rows = np.maximum(np.asarray((matrix > 0).sum(axis=0)).ravel(), 1)
    scale = np.maximum(np.log(matrix.shape[0] / n_rows), 0.5) ** rarity
    result: Floats = factor * scale / np.sqrt(np.mean(scale**2))
    return result


def fit_ridge(matrices: list[Any], y: Floats, weight: Floats, alpha: float) -> tuple[list[Floats], float]:
    """Coefficients per matrix, and the intercept."""
    from scipy import sparse
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=alpha, solver="lsqr", tol=1e-3).fit(
        sparse.hstack(matrices).tocsr(), y, sample_weight=weight
    )
    ends = np.cumsum([matrix.shape[1] for matrix in matrices])
    return np.split(model.coef_, ends[:-1]), float(model.intercept_)


def fit_ridge_out_of_fold(
    matrices: list[Any], y: Floats, weight: Floats, fold: npt.NDArray[np.int64], alpha: float
) -> Floats:
    """Columns: intercept, then one per matrix; each row from a model that has not seen its fold."""
    result = np.zeros((len(y), len(matrices) + 1))
    for number in np.unique(fold):
        rest = fold != number
        coefficients, intercept = fit_ridge(
            [matrix[rest] for matrix in matrices], y[rest], weight[rest], alpha
        )
        result[~rest, 0] = intercept
        for at, (matrix, coefficient) in enumerate(zip(matrices, coefficients, strict=True), 1):
            result[~rest, at] = matrix[~rest] @ coefficient
    return result
