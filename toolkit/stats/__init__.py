"""Intervals, tests and effect sizes that go with every published figure.

Everything here takes arrays or small tables and is deterministic: what needs chance takes ``random_state``
and has a fixed default. Where a figure cannot be had honestly it is NaN, and the reason is told.
"""

from __future__ import annotations

from toolkit.stats.agreement import krippendorff_alpha
from toolkit.stats.comparisons import benjamini_hochberg, jensen_shannon, log_odds_dirichlet
from toolkit.stats.intervals import cluster_share_interval, newcombe_interval, wilson_interval
from toolkit.stats.resampling import (
    MIN_CLUSTERS,
    Estimate,
    PermutationResult,
    bootstrap_clusters,
    bootstrap_sums,
    permutation_test,
)

__all__ = [
    "MIN_CLUSTERS",
    "Estimate",
    "PermutationResult",
    "benjamini_hochberg",
    "bootstrap_clusters",
    "bootstrap_sums",
    "cluster_share_interval",
    "jensen_shannon",
    "krippendorff_alpha",
    "log_odds_dirichlet",
    "newcombe_interval",
    "permutation_test",
    "wilson_interval",
]
