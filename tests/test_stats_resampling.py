"""Bootstrap and permutation by clusters, and coder agreement: other packages, edges, reasons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError, MissingColumnsError
from toolkit.stats import bootstrap_clusters, bootstrap_sums, krippendorff_alpha, permutation_test


def _share(totals):
    return totals[..., 0] / totals.sum(axis=-1)


def _sums(n=40, seed=1):
    return np.random.default_rng(seed).poisson([2, 5, 3], (n, 3)).astype(float)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_bootstrap_sums_agrees_with_scipy_when_statistic_is_a_ratio(method):
    from scipy.stats import bootstrap

    sums = _sums()
    ours = bootstrap_sums(sums, _share, method=method, n_resamples=20_000)

    def ratio(index, axis=-1):
        return sums[index, 0].sum(axis=axis) / sums[index].sum(axis=-1).sum(axis=axis)

    theirs = bootstrap(
        (np.arange(40),), ratio, n_resamples=20_000, method=method, rng=np.random.default_rng(5), batch=500
    ).confidence_interval
    assert ours.value == pytest.approx(sums[:, 0].sum() / sums.sum())
    np.testing.assert_allclose([ours.low, ours.high], [theirs.low, theirs.high], atol=0.002)


def _gini(totals):
    x = np.sort(totals, axis=-1)
    n = x.shape[-1]
    return ((2 * np.arange(1, n + 1) - n - 1) * x).sum(axis=-1) / (n * x.sum(axis=-1))


@pytest.mark.parametrize("n", [5, 12, 60])
def test_bootstrap_sums_holds_its_value_when_centred_and_items_are_rare(n):
    rng = np.random.default_rng(n)
    sums = np.array([np.bincount(rng.choice(200, 15, replace=False), minlength=200) for _ in range(n)])
    centred = bootstrap_sums(sums, _gini, method="centred", bounds=(0, 1))
    plain = bootstrap_sums(sums, _gini, method="percentile")
    assert centred.low < centred.value < centred.high
    assert plain.low >= plain.value  # every resample lacks items that the data have
    assert centred.method == "centred"


def test_bootstrap_sums_is_wider_than_the_percentile_by_student_t_when_centred():
    from scipy.stats import norm, t

    sums = np.column_stack([np.random.default_rng(1).normal(5, 1, 8), np.ones(8)])

    def mean(totals):
        return totals[..., 0] / totals[..., 1]

    centred, plain = (
        bootstrap_sums(sums, mean, method=method, n_resamples=40_000) for method in ("centred", "percentile")
    )
    expected = t.ppf(0.975, 7) * np.sqrt(8 / 7) / norm.ppf(0.975)
    assert (centred.high - centred.low) / (plain.high - plain.low) == pytest.approx(expected, abs=0.05)
    cut = bootstrap_sums(sums, mean, method="centred", bounds=(4.9, 5.1))
    assert (cut.low, cut.high) == (4.9, 5.1)


def test_bootstrap_sums_is_the_same_when_sparse():
    from scipy.sparse import csr_array

    sums = _sums()
    assert bootstrap_sums(csr_array(sums), _share)[:4] == pytest.approx(bootstrap_sums(sums, _share)[:4])


def test_bootstrap_sums_is_the_same_when_run_twice_and_moves_with_the_seed():
    assert bootstrap_sums(_sums(), _share) == bootstrap_sums(_sums(), _share)
    assert bootstrap_sums(_sums(), _share) != bootstrap_sums(_sums(), _share, random_state=1)


@pytest.mark.parametrize(("n", "known"), [(1, False), (4, False), (5, True)])
def test_bootstrap_sums_gives_nan_and_reason_when_under_five_clusters(n, known):
    found = bootstrap_sums(_sums(n), _share)
    assert not np.isnan(found.value)
    assert np.isnan(found.low) == np.isnan(found.high) == (not known)
    assert found.reason == (
        "" if known else f"{n} cluster{'s' * (n > 1)}; an interval from resampling needs 5 or more"
    )


def test_bootstrap_sums_says_so_when_resamples_have_no_value():
    sums = np.zeros((6, 2))
    sums[0] = [1, 1]
    found = bootstrap_sums(sums, lambda t: np.where(t.sum(axis=-1) > 0, 0.5, np.nan))
    assert found.value == 0.5
    assert np.isnan(found.low)
    assert "of 999 resamples" in found.reason


def test_bootstrap_sums_refuses_when_statistic_does_not_reduce():
    with pytest.raises(InputError, match="axis=-1"):
        bootstrap_sums(_sums(), lambda totals: totals.sum())


def test_bootstrap_sums_is_wider_when_blocks_keep_dependent_rows_together():
    rng = np.random.default_rng(0)
    slow = np.repeat(rng.normal(size=40), 5)  # each value stands five rows long
    sums = np.column_stack([slow, np.ones(200)])

    def mean(totals):
        return totals[..., 0] / totals[..., 1]

    single, runs = (bootstrap_sums(sums, mean, block=block) for block in (1, 10))
    assert runs.value == single.value
    assert 1.6 < (runs.high - runs.low) / (single.high - single.low) < 3
    assert bootstrap_sums(sums, mean, block=10) == runs


@pytest.mark.parametrize("kwargs", [{"method": "basic"}, {"n_resamples": 0}, {"level": 1}, {"block": 0}])
def test_bootstrap_sums_refuses_when_an_option_is_not_allowed(kwargs):
    with pytest.raises(InputError):
        bootstrap_sums(_sums(), _share, **kwargs)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_bootstrap_clusters_agrees_with_sums_when_statistic_is_a_ratio(method):
    sums = _sums(30)
    rows = pd.DataFrame(
        [(f"s{i:02}", j) for i, row in enumerate(sums) for j, k in enumerate(row) for _ in range(int(k))],
        columns=["snapshot_id", "item"],
    )
    slow = bootstrap_clusters(rows, lambda r: (r["item"] == 0).mean(), n_resamples=200, method=method)
    fast = bootstrap_sums(sums, _share, n_resamples=200, method=method)
    np.testing.assert_allclose(slow[:3], fast[:3], atol=0.03)
    assert slow.n == 30
    shuffled = rows.sample(frac=1, random_state=3)
    again = bootstrap_clusters(shuffled, lambda r: (r["item"] == 0).mean(), n_resamples=200, method=method)
    assert again == slow


def test_bootstrap_clusters_resamples_clusters_when_rows_within_repeat():
    rows = pd.DataFrame({"snapshot_id": np.repeat(np.arange(8), 50), "x": np.repeat([0.0, 1.0] * 4, 50)})
    found = bootstrap_clusters(rows, lambda r: r["x"].mean())
    assert found.high - found.low > 0.5


def test_bootstrap_clusters_refuses_when_cluster_is_absent_or_missing():
    with pytest.raises(MissingColumnsError, match="snapshot_id"):
        bootstrap_clusters(pd.DataFrame({"x": [1]}), len)
    with pytest.raises(InputError, match="missing in 1 rows"):
        bootstrap_clusters(pd.DataFrame({"snapshot_id": ["a", None]}), len)


def _difference(a, b):
    return np.abs(_share(a) - _share(b))


@pytest.mark.parametrize(("n", "exact"), [(8, True), (30, False)])
def test_permutation_test_agrees_with_scipy_when_labels_are_permuted(n, exact):
    from scipy.stats import permutation_test as theirs

    sums = np.vstack([_sums(n // 2), _sums(n // 2, 2) + np.array([1, 0, 0])])
    labels = np.arange(n) < n // 2

    def statistic(i, j, axis=-1):
        return _difference(sums[i.astype(int)].sum(axis=-2), sums[j.astype(int)].sum(axis=-2))

    found = permutation_test(sums, labels, _difference)
    expected = theirs(
        (np.flatnonzero(labels).astype(float), np.flatnonzero(~labels).astype(float)),
        statistic, alternative="greater", vectorized=True, n_resamples=9999, rng=np.random.default_rng(0),
    )  # fmt: skip
    assert found.value == pytest.approx(expected.statistic)
    assert found.exact == exact
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12 if exact else 0.01)


def test_permutation_test_counts_the_labels_as_they_are_when_sampling():
    sums = np.vstack([np.tile([10.0, 0], (20, 1)), np.tile([0, 10.0], (20, 1))])
    found = permutation_test(sums, np.arange(40) < 20, n_resamples=99)
    assert (found.p_value, found.n_permutations, found.n_first, found.n_second) == (0.01, 99, 20, 20)


def test_permutation_test_says_why_when_a_group_is_empty():
    found = permutation_test(_sums(5), [True] * 5)
    assert np.isnan(found.p_value)
    assert found.reason == "one of the two groups has no cluster"


def test_permutation_test_refuses_when_labels_do_not_fit():
    with pytest.raises(InputError, match="4 for 5 clusters"):
        permutation_test(_sums(5), [True] * 4)
    with pytest.raises(InputError, match="n_resamples"):
        permutation_test(_sums(5), [True] * 5, n_resamples=0)


def _alpha_by_definition(rows):
    """Krippendorff's alpha from its coincidence matrix, pair by pair."""
    pairs: dict = {}
    for row in rows:
        known = [code for code in row if code is not None]
        for i, a in enumerate(known):
            for j, b in enumerate(known):
                if i != j:
                    pairs[a, b] = pairs.get((a, b), 0) + 1 / (len(known) - 1)
    totals: dict = {}
    for (a, _), weight in pairs.items():
        totals[a] = totals.get(a, 0) + weight
    n = sum(totals.values())
    observed = sum(w for (a, b), w in pairs.items() if a != b) / n
    expected = sum(totals[a] * totals[b] for a in totals for b in totals if a != b) / (n * (n - 1))
    return 1 - observed / expected


def test_krippendorff_alpha_gives_published_figure_when_four_coders_leave_gaps():
    # Krippendorff (2011), the reliability data with missing values: nominal alpha .743
    data = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    units = [list(unit) for unit in zip(*data, strict=True)]
    found = krippendorff_alpha(units)
    assert round(found.value, 3) == 0.743
    assert found.n == 11
    assert found.value == pytest.approx(_alpha_by_definition(units))
    assert found.low < found.value < found.high <= 1


def test_krippendorff_alpha_is_the_same_when_given_as_table_or_shuffled_coders():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.choice(["bait", "sober", "mixed"], (50, 3))).mask(
        rng.uniform(size=(50, 3)) < 0.2
    )
    found = krippendorff_alpha(table)
    assert found.value == pytest.approx(
        _alpha_by_definition(table.astype(object).where(table.notna(), None).to_numpy())
    )
    assert krippendorff_alpha(table[[2, 0, 1]])[:4] == pytest.approx(found[:4])


def test_krippendorff_alpha_is_nan_when_nothing_can_be_compared():
    lonely = krippendorff_alpha([["a", None], [None, "b"]])
    assert np.isnan(lonely.value)
    assert lonely.reason == "no unit has two codes"
    assert np.isnan(krippendorff_alpha([["a", "a"]] * 6).value)


def test_krippendorff_alpha_refuses_when_one_dimension():
    with pytest.raises(InputError, match="coders in columns"):
        krippendorff_alpha(["a", "b"])
