"""Divergence, log-odds and false discovery rate, against published figures and other packages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.stats import benjamini_hochberg, jensen_shannon, log_odds_dirichlet


def test_jensen_shannon_gives_radio_figure_when_ranks_are_weighted():
    w = 1 / np.log2(np.arange(1, 5) + 1)
    life_pol_sport = [w[0] + w[1], w[2], w[3]]
    other = [w[2] + w[3], w[0], w[1]]
    found = float(jensen_shannon(life_pol_sport, other))
    assert round(found, 6) == 0.056571
    assert round(found**0.5, 6) == 0.237847
    assert jensen_shannon([2, 1, 1], [2, 1, 1]) == 0


def test_jensen_shannon_agrees_with_scipy_when_random():
    from scipy.spatial.distance import jensenshannon

    rng = np.random.default_rng(0)
    p, q = rng.gamma(0.3, 1, (2, 30, 7))
    np.testing.assert_allclose(jensen_shannon(p, q), jensenshannon(p, q, base=2, axis=1) ** 2, atol=1e-12)


def test_jensen_shannon_is_nan_when_a_side_is_empty():
    found = jensen_shannon([[0, 0], [1, 0]], [[1, 1], [0, 2]])
    assert np.isnan(found[0])
    assert found[1] == 1.0


@pytest.mark.parametrize(("p", "q"), [([1, 2], [1, 2, 3]), ([1, -1], [1, 1]), (1.0, 1.0)])
def test_jensen_shannon_refuses_when_weights_do_not_fit(p, q):
    with pytest.raises(InputError):
        jensen_shannon(p, q)


def test_log_odds_dirichlet_gives_published_figure_when_prior_is_given():
    table = log_odds_dirichlet(
        pd.Series({"tax": 12}), pd.Series({"tax": 4}), pd.Series({"tax": 16}),
        total_a=200, total_b=220, prior_total=420,
    )  # fmt: skip
    assert round(table.loc["tax", "log_odds"], 4) == 0.3827
    assert round(table.loc["tax", "z"], 4) == 1.3071
    assert table.loc["tax", ["count_a", "count_b"]].tolist() == [12, 4]


def test_log_odds_dirichlet_changes_sign_when_groups_are_swapped():
    a, b = pd.Series({"x": 9, "y": 1, "z": 5}), pd.Series({"y": 8, "w": 3})
    one, other = log_odds_dirichlet(a, b), log_odds_dirichlet(b, a)
    assert one.index.tolist()[0] == "x"
    assert sorted(one.index) == ["w", "x", "y", "z"]
    pd.testing.assert_series_equal(one["z"], -other["z"].reindex(one.index))
    pd.testing.assert_frame_equal(one, log_odds_dirichlet(a.iloc[::-1], b.iloc[::-1]))


def test_log_odds_dirichlet_is_empty_when_there_are_no_terms():
    none = pd.Series([], index=pd.Index([], dtype="str"), dtype="int64")
    table = log_odds_dirichlet(none, none)
    assert len(table) == 0
    assert table.columns.tolist() == ["count_a", "count_b", "log_odds", "z", "p_value", "p_adjusted"]


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"prior": pd.Series({"x": 1})}, "'y' has none"),
        ({"total_a": 1}, "total_a"),
        ({"counts_a": pd.Series([1, 2], index=["x", "x"])}, "twice"),
        ({"counts_b": pd.Series({"x": -1})}, "0 or more"),
    ],
)
def test_log_odds_dirichlet_refuses_when_counts_do_not_fit(kwargs, says):
    given = {"counts_a": pd.Series({"x": 2, "y": 3}), "counts_b": pd.Series({"x": 1})} | kwargs
    with pytest.raises(InputError, match=says):
        log_odds_dirichlet(**given)


def test_benjamini_hochberg_agrees_with_scipy_when_random():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(0).uniform(0, 1, 200) ** 3
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), atol=1e-14)


def test_benjamini_hochberg_counts_known_tests_only_when_some_are_nan():
    found = benjamini_hochberg([0.02, np.nan, 0.01])
    assert found[[0, 2]].tolist() == [0.02, 0.02]
    assert np.isnan(found[1])
    assert benjamini_hochberg([]).shape == (0,)


def test_benjamini_hochberg_refuses_when_a_p_value_is_outside_0_and_1():
    with pytest.raises(InputError, match=r"1\.5"):
        benjamini_hochberg([0.1, 1.5])
