"""Two lists against each other: published figures, an independent computation, ties, and the edges."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.exposure import compare_lists, rank_biased_overlap, rbo_weight

ranked = st.lists(st.integers(0, 12), unique=True, max_size=9)


def _rbo_by_formula(s, t, p):
    """Webber et al. (2010), equation 32, written out with sets depth by depth."""
    s, t = sorted((list(s), list(t)), key=len)
    n_s, n_l = len(s), len(t)

    def x(d):
        return len(set(s[:d]) & set(t[:d]))

    first = sum(x(d) / d * p**d for d in range(1, n_l + 1))
    second = sum(x(n_s) * (d - n_s) / (n_s * d) * p**d for d in range(n_s + 1, n_l + 1))
    return (1 - p) / p * (first + second) + ((x(n_l) - x(n_s)) / n_l + x(n_s) / n_s) * p**n_l


def test_compare_lists_gives_published_figures_when_three_of_five_are_shared():
    row = compare_lists("abcde", "cdefg")
    names = ["jaccard", "sorensen", "overlap", "entry_share", "exit_share"]
    assert row[names].round(4).tolist() == [0.4286, 0.6, 0.6, 0.4, 0.4]
    assert row[["n_first", "n_second", "shared", "entered", "left"]].tolist() == [5, 5, 3, 2, 2]


@pytest.mark.parametrize(("p", "expected"), [(0.7, 0.618366), (0.9, 0.639435)])
def test_rank_biased_overlap_gives_published_figures_when_lists_are_equally_long(p, expected):
    assert round(rank_biased_overlap("abcdefg", "bacdhij", patience=p), 6) == expected
    assert round(float(compare_lists("abcdefg", "bacdhij", patience=p)["rbo"]), 6) == expected


@pytest.mark.parametrize("p", [0.5, 0.7, 0.9])
def test_rank_biased_overlap_is_p_when_top_two_swap_in_the_shorter_list(p):
    assert rank_biased_overlap("abcdefg", "bac", patience=p) == pytest.approx(p)
    assert compare_lists("abcdefg", "bac", patience=p)["rbo"] == pytest.approx(p)


@pytest.mark.parametrize(("p", "expected"), [(0.7, 0.9412), (0.8, 0.8609), (0.9, 0.6720)])
def test_rbo_weight_gives_published_figures_when_depth_is_five(p, expected):
    assert round(rbo_weight(5, patience=p), 4) == expected


@settings(max_examples=60, deadline=None)
@given(ranked, ranked, st.sampled_from([0.3, 0.8, 0.95]))
def test_rank_biased_overlap_agrees_with_formula_and_is_symmetric_when_random(s, t, p):
    found = rank_biased_overlap(s, t, patience=p)
    fast = compare_lists(s, t, patience=p)["rbo"]
    if not s or not t:
        assert np.isnan(found)
        assert np.isnan(fast)
        return
    assert found == pytest.approx(_rbo_by_formula(s, t, p), abs=1e-12)
    assert fast == pytest.approx(found, abs=1e-12)
    assert rank_biased_overlap(t, s, patience=p) == pytest.approx(found, abs=1e-12)
    assert -1e-12 <= found <= 1 + 1e-12


def test_rank_biased_overlap_is_one_when_same_and_zero_when_disjoint():
    assert rank_biased_overlap("abc", "abc") == pytest.approx(1)
    assert rank_biased_overlap("abc", "def") == 0


@pytest.mark.parametrize("p", [0.6, 0.9])
def test_rank_biased_overlap_is_the_mean_over_orders_when_items_are_tied(p):
    other = ["c", "a", "x", "b", "y"]
    broken = [["a", *middle, "e"] for middle in permutations("bcd")]
    mean = np.mean([_rbo_by_formula(order, other, p) for order in broken])
    assert rank_biased_overlap(["a", {"b", "c", "d"}, "e"], other, patience=p) == pytest.approx(mean)
    uneven = np.mean([_rbo_by_formula(order, other[:3], p) for order in broken])
    assert rank_biased_overlap(["a", {"b", "c", "d"}, "e"], other[:3], patience=p) == pytest.approx(uneven)


def test_compare_lists_has_nan_shares_when_a_list_is_empty():
    row = compare_lists([], ["a"])
    assert row[["shared", "entered", "left", "jaccard", "entry_share"]].tolist() == [0, 1, 0, 0, 1]
    assert row[["overlap", "rbo", "exit_share"]].isna().all()


def test_compare_lists_refuses_when_an_item_stands_twice():
    with pytest.raises(InputError, match="second: 'a' stands in it twice"):
        compare_lists(["a"], ["a", "b", "a"])
    with pytest.raises(InputError, match="first: 'a'"):
        rank_biased_overlap(["a", {"a", "b"}], ["a"])


def test_rank_biased_overlap_refuses_when_patience_or_depth_is_out_of_range():
    with pytest.raises(InputError, match="patience"):
        rank_biased_overlap("ab", "ab", patience=1)
    with pytest.raises(InputError, match="depth"):
        rbo_weight(0)
