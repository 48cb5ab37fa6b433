"""Intervals by formula: published figures, an independent package, and the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.stats import cluster_share_interval, newcombe_interval, wilson_interval


@pytest.mark.parametrize(("x", "n", "low", "high"), [(3, 20, 0.0524, 0.3604), (0, 10, 0.0, 0.2775)])
def test_wilson_interval_gives_published_figures_when_level_is_95(x, n, low, high):
    found = wilson_interval(x, n)
    assert [round(float(limit), 4) for limit in found] == [low, high]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_interval_agrees_with_statsmodels_when_counts_vary(level):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    n = np.array([1, 2, 10, 57, 1000, 1000])
    x = np.array([0, 1, 10, 20, 3, 997])
    low, high = wilson_interval(x, n, level)
    theirs = proportion.proportion_confint(x, n, alpha=1 - level, method="wilson")
    np.testing.assert_allclose(low, theirs[0], atol=1e-12)
    np.testing.assert_allclose(high, theirs[1], atol=1e-12)


def test_wilson_interval_is_zero_or_one_exactly_when_none_or_all():
    low, high = wilson_interval([0, 7], [7, 7])
    assert low[0] == 0.0
    assert high[1] == 1.0
    assert high[0] == pytest.approx(1 - low[1])


def test_wilson_interval_is_nan_when_nothing_was_seen():
    low, high = wilson_interval([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert 0 < low[1] < 0.5 < high[1] < 1


def test_wilson_interval_keeps_shape_when_broadcast_or_empty():
    assert wilson_interval(np.zeros((2, 3)), 5)[0].shape == (2, 3)
    assert wilson_interval([], [])[0].shape == (0,)
    assert isinstance(wilson_interval(pd.Series([1, 2]), pd.Series([3, 4]))[1], np.ndarray)


@pytest.mark.parametrize(("x", "n"), [(-1, 5), (6, 5), (0, -1)])
def test_wilson_interval_refuses_when_counts_are_impossible(x, n):
    with pytest.raises(InputError, match="successes"):
        wilson_interval([0, x], [1, n])


@pytest.mark.parametrize("level", [0, 1, 95])
def test_wilson_interval_refuses_when_level_is_no_share(level):
    with pytest.raises(InputError, match="between 0 and 1"):
        wilson_interval(1, 2, level)


def test_newcombe_interval_gives_published_figures_when_level_is_95():
    low, high = newcombe_interval(15, 40, 6, 40)
    assert (round(float(low), 4), round(float(high), 4)) == (0.0315, 0.3989)


@pytest.mark.filterwarnings("ignore")
def test_newcombe_interval_agrees_with_statsmodels_when_counts_vary():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for x1, n1, x2, n2 in [(0, 10, 0, 12), (56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 10)]:
        theirs = proportion.confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff")
        np.testing.assert_allclose(newcombe_interval(x1, n1, x2, n2), theirs, atol=1e-12)


def test_newcombe_interval_is_nan_when_a_group_is_empty():
    assert np.isnan(newcombe_interval(0, 0, 3, 5)).all()


def _sums(matrix: np.ndarray, column: int) -> dict:
    part, whole = matrix[:, column], matrix.sum(axis=1)
    return {
        "part": part.sum(), "part_squared": (part**2).sum(), "part_whole": (part * whole).sum(),
        "whole": whole.sum(), "whole_squared": (whole**2).sum(), "n_clusters": len(matrix),
    }  # fmt: skip


def test_cluster_share_interval_equals_wilson_with_t_when_clusters_hold_one_item():
    # p(1-p)/v is n-1 for single trials: Wilson of n-1 trials with t in place of z
    from scipy.stats import t

    matrix = np.zeros((20, 2))
    matrix[:3, 0] = 1
    matrix[3:, 1] = 1
    low, high = cluster_share_interval(**_sums(matrix, 0))
    z2, n, p = t.ppf(0.975, 19) ** 2, 19, 3 / 20
    half = np.sqrt(z2) * np.sqrt(p * (1 - p) / n + z2 / (4 * n**2))
    assert low == pytest.approx((p + z2 / (2 * n) - half) / (1 + z2 / n))
    assert high == pytest.approx((p + z2 / (2 * n) + half) / (1 + z2 / n))


def test_cluster_share_interval_is_wider_when_items_come_in_lumps():
    spread = np.tile([[1.0, 9.0]], (40, 1))
    spread[::2] = [[2, 8]]
    lumped = np.zeros((40, 2))
    lumped[:6] = [[10, 0]]
    lumped[6:] = [[0, 10]]
    assert _sums(spread, 0)["part"] == _sums(lumped, 0)["part"]
    narrow = np.diff(cluster_share_interval(**_sums(spread, 0)))[0]
    wide = np.diff(cluster_share_interval(**_sums(lumped, 0)))[0]
    assert wide > 5 * narrow


@pytest.mark.parametrize(("n", "known"), [(4, False), (5, True)])
def test_cluster_share_interval_needs_five_clusters(n, known):
    matrix = np.random.default_rng(0).uniform(0, 1, (n, 3))
    assert np.isnan(cluster_share_interval(**_sums(matrix, 1))).any() == (not known)


def test_cluster_share_interval_covers_95_pct_when_clusters_are_drawn_from_a_population():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        rates = rng.gamma([1, 2, 5, 12], 1.0, (60, 4))
        low, high = cluster_share_interval(**_sums(rng.poisson(rates), 1))
        covered += low <= 0.1 <= high
    assert 0.92 <= covered / 400 <= 0.98
