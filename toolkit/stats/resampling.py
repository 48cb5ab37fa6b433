"""Bootstrap intervals and permutation tests that resample whole clusters (snapshots), never rows.

The headlines of one page were chosen together, and the next capture of the page shows most of them again.
Rows resampled one by one would pass for far more evidence than there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, islice
from math import comb
from statistics import NormalDist
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.stats.comparisons import jensen_shannon
from toolkit.stats.intervals import normal_quantile
from toolkit.tables import require_columns

__all__ = [
    "MIN_CLUSTERS",
    "Estimate",
    "PermutationResult",
    "bootstrap_clusters",
    "bootstrap_sums",
    "permutation_test",
]

#: With fewer clusters an interval from resampling would be a guess, and is NaN.
MIN_CLUSTERS = 5

#: How many numbers one block of resamples may hold.
_BLOCK = 4_000_000

#: BCa leaves out single clusters up to this many, and groups of them beyond.
_JACKKNIFE_GROUPS = 200

Floats = npt.NDArray[np.float64]
Method = Literal["percentile", "bca", "centred"]
METHODS = ("percentile", "bca", "centred")


class Estimate(NamedTuple):
    """A figure with its interval, or with the reason why it has none.

    Attributes
    ----------
    value : float
        The figure on all data.
    low, high : float
        Limits of the interval at ``level``; NaN where ``reason`` says why.
    n : int
        Number of clusters (or units) it rests on.
    level : float
        Confidence level.
    method : str
        How the interval was made.
    reason : str
        Empty, or why there is no interval.
    """

    value: float
    low: float
    high: float
    n: int
    level: float
    method: str
    reason: str


class PermutationResult(NamedTuple):
    """What a permutation test found.

    Attributes
    ----------
    value : float
        The statistic on the labels as they are.
    p_value : float
        Share of relabellings with a statistic at least as large; NaN where ``reason`` says why.
    n_first, n_second : int
        Clusters in either group.
    n_permutations : int
        Relabellings looked at.
    exact : bool
        True where these were all there are.
    reason : str
        Empty, or why there is no p-value.
    """

    value: float
    p_value: float
    n_first: int
    n_second: int
    n_permutations: int
    exact: bool
    reason: str


def bootstrap_sums(
    sums: npt.ArrayLike | pd.DataFrame | Any,
    statistic: Callable[[Floats], npt.ArrayLike],
    *,
    level: float = 0.95,
    n_resamples: int = 999,
    method: Method = "bca",
    block: int = 1,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    random_state: int = 0,
) -> Estimate:
    """Interval of a statistic of column sums, such as Gini or a share, resampling the rows (clusters).

    Parameters
    ----------
    sums : array_like, DataFrame or scipy sparse array
        One row per cluster (snapshot), one column per item (headline, section): what the cluster adds.
    statistic : callable
        Takes column sums along the last axis, with any leading axes, and reduces that axis to one number.
    level : float, default 0.95
        Confidence level, between 0 and 1.
    n_resamples : int, default 999
        Bootstrap samples, 1 or more.
    method : {"bca", "percentile", "centred"}, default "bca"
        BCa corrects for bias and skew (Efron 1987), with the jackknife over clusters; it is for statistics that
        change smoothly with the sums. "centred" moves the resamples by their mean bias and widens the tails for
        few clusters: for indices of concentration, and for runs of rows, of which there are few.
    block : int, default 1
        Draw runs of so many rows that follow each other (the last is followed by the first), for rows in order of
        time that depend on their neighbours, such as gaps between captures (Politis and Romano 1992).
    bounds : (float, float), optional
        Least and largest value the statistic can have; limits of an interval are cut to them.
    random_state : int, default 0
        Seed; the same input gives the same limits.

    Returns
    -------
    Estimate
        ``value, low, high, n, level, method, reason``; the limits are NaN with fewer than five clusters or
        where a tenth of the resamples have no value.

    Raises
    ------
    InputError
        If ``method``, ``level`` or ``n_resamples`` is not allowed.

    Notes
    -----
    A resample repeats some clusters and lacks others, so its Gini or HHI is higher than that of the data, the more
    the rarer the items are; with many rare items every resample lies beyond the value, and BCa has no tail left to
    take. "centred" takes the quantiles of draw - (mean of draws - value), at the level that Student's t with
    clusters - 1 (runs - 1) degrees of freedom asks for (the expanded percentile interval of Hesterberg, The American
    Statistician 69, 2015). It tells how far chance moves the index; it does not undo that a small sample
    overstates unevenness.

    The order of the clusters decides which of them a draw hits: sort them by an id to make results
    independent of row order, as the measures of this toolkit do.

    Examples
    --------
    >>> share = lambda totals: totals[..., 0] / totals.sum(axis=-1)
    >>> found = bootstrap_sums([[1, 9], [3, 7], [2, 8], [0, 10], [4, 6], [2, 8]], share)
    >>> round(found.value, 2), found.n, found.low < 0.2 < found.high
    (0.2, 6, True)
    >>> bootstrap_sums([[1, 9], [3, 7]], share).reason
    '2 clusters; an interval from resampling needs 5 or more'
    """
    _check_options(method, n_resamples)
    if block < 1:
        raise InputError(f"block: got {block}; 1 or more is needed.")
    normal_quantile(level)
    matrix: Any = sums if hasattr(sums, "tocsr") else np.atleast_2d(np.asarray(sums, float))
    n = int(matrix.shape[0])
    whole = _values(statistic, _weighted(np.ones((1, n)), matrix))
    value = float(whole[0])
    if n < MIN_CLUSTERS:
        return Estimate(value, np.nan, np.nan, n, level, method, _too_few(n))
    rng = np.random.default_rng(random_state)
    step = max(1, _BLOCK // max(n, int(matrix.shape[1]), 1))
    blocks = []
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        weights = _draw(rng, n, size, min(block, n))
        blocks.append(_values(statistic, _weighted(weights, matrix)))
    draws = np.concatenate(blocks)
    leave_one_out = None
    if method == "bca":
        total = _weighted(np.ones((1, n)), matrix)
        leave_one_out = _values(statistic, total - _weighted(_jackknife_groups(n, min(block, n)), matrix))
    found = _interval(value, draws, leave_one_out, n, level, method, -(-n // min(block, n)))
    low, high = np.clip([found.low, found.high], *bounds)
    return found._replace(low=float(low), high=float(high))


def bootstrap_clusters(
    table: pd.DataFrame,
    statistic: Callable[[pd.DataFrame], float],
    *,
    cluster: str = "snapshot_id",
    level: float = 0.95,
    n_resamples: int = 999,
    method: Method = "percentile",
    random_state: int = 0,
) -> Estimate:
    """Interval of any statistic of a table, resampling its clusters with all their rows.

    Slower than `bootstrap_sums`, which serves every statistic of sums.

    Parameters
    ----------
    table : DataFrame
        Any rows, with the column ``cluster``; rows without a cluster are refused.
    statistic : callable
        Takes a table like ``table`` and gives one number; a cluster drawn twice comes twice.
    cluster : str, default "snapshot_id"
        Column that says which rows belong together.
    level, n_resamples, method, random_state
        As in `bootstrap_sums`; the default method is the percentile.

    Returns
    -------
    Estimate
        ``value, low, high, n, level, method, reason``. Row order does not matter, as long as it does not
        matter to ``statistic``.

    Raises
    ------
    MissingColumnsError, InputError
        If the column is absent or has missing values, or an option is not allowed.

    Examples
    --------
    >>> ranks = pd.DataFrame({"snapshot_id": list("aabbccddee"), "rank": [1, 2] * 5})
    >>> bootstrap_clusters(ranks, lambda rows: rows["rank"].mean(), n_resamples=50)[:4]
    (1.5, 1.5, 1.5, 5)
    """
    require_columns(table, "table", [cluster])
    _check_options(method, n_resamples)
    normal_quantile(level)
    if table[cluster].isna().any():
        raise InputError(
            f"table: column {cluster!r} is missing in {int(table[cluster].isna().sum())} rows. "
            "Drop them, or name their cluster."
        )
    codes, _ = pd.factorize(table[cluster], sort=True)
    n = int(codes.max()) + 1 if len(codes) else 0
    value = float(statistic(table)) if len(table) else float("nan")
    if n < MIN_CLUSTERS:
        return Estimate(value, np.nan, np.nan, n, level, method, _too_few(n))
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.searchsorted(codes[order], np.arange(1, n)))

    def draw(picked: npt.NDArray[np.int64]) -> float:
        return float(statistic(table.iloc[np.concatenate([groups[i] for i in picked])]))

    rng = np.random.default_rng(random_state)
    draws = np.array([draw(rng.integers(0, n, n)) for _ in range(n_resamples)])
    leave_one_out = None
    if method == "bca":
        leave_one_out = np.array([draw(np.delete(np.arange(n), i)) for i in range(n)])
    return _interval(value, draws, leave_one_out, n, level, method, n)


def permutation_test(
    sums: npt.ArrayLike | pd.DataFrame,
    labels: npt.ArrayLike,
    statistic: Callable[[Floats, Floats], npt.ArrayLike] = jensen_shannon,
    *,
    n_resamples: int = 9999,
    random_state: int = 0,
) -> PermutationResult:
    """Do two groups of clusters differ? Their labels are permuted by cluster (snapshot), never by row.

    Parameters
    ----------
    sums : array_like or DataFrame
        One row per cluster, one column per category: what the cluster adds.
    labels : array_like of bool
        One per cluster: True for the first group, False for the second.
    statistic : callable, default `jensen_shannon`
        Takes the two groups' column sums along the last axis, with any leading axes, and gives one number
        each; larger means more different.
    n_resamples : int, default 9999
        Relabellings to draw. Where there are no more than this in all, each is looked at once.
    random_state : int, default 0
        Seed.

    Returns
    -------
    PermutationResult
        ``value, p_value, n_first, n_second, n_permutations, exact, reason``. The p-value counts the labels as
        they are among the relabellings, so it is never 0; it is NaN where a group is empty.

    Raises
    ------
    InputError
        If there is not one label per cluster or ``n_resamples`` is below 1.

    Notes
    -----
    Phipson and Smyth (2010) for the p-value. With k relabellings in all, none below 1/k can come out.
    Clusters must be exchangeable under the hypothesis: captures an hour apart showing the same list are not.

    Examples
    --------
    >>> mixes = [[9, 1], [8, 2], [9, 1], [2, 8], [1, 9], [2, 8]]
    >>> found = permutation_test(mixes, [True, True, True, False, False, False])
    >>> round(found.value, 3), found.p_value, found.n_permutations, found.exact
    (0.391, 0.1, 20, True)
    """
    if n_resamples < 1:
        raise InputError(f"n_resamples: got {n_resamples}; 1 or more is needed.")
    matrix = np.atleast_2d(np.asarray(sums, float))
    first = np.asarray(labels, bool)
    n = len(matrix)
    if first.shape != (n,):
        raise InputError(f"labels: {first.size} for {n} clusters; one for each row of sums is needed.")
    k = int(first.sum())
    total = matrix.sum(axis=0)
    if not 0 < k < n:
        return PermutationResult(np.nan, np.nan, k, n - k, 0, False, "one of the two groups has no cluster")
    chosen = matrix[first].sum(axis=0)
    value = float(np.asarray(statistic(chosen, total - chosen)))
    if np.isnan(value):
        return PermutationResult(
            value, np.nan, k, n - k, 0, False, "the statistic has no value on these groups"
        )
    exact = comb(n, k) <= n_resamples
    drawn = _all_labels(n, k) if exact else _random_labels(n, k, n_resamples, random_state)
    as_large = looked = 0
    # sums in another order differ in their last digits; without a margin equal splits would count as smaller
    margin = 1e-9 * max(1.0, abs(value))
    for weights in drawn:
        side = weights @ matrix
        values = np.asarray(statistic(side, total - side), float)
        as_large += int((values >= value - margin).sum())
        looked += len(weights)
    p = as_large / looked if exact else (as_large + 1) / (looked + 1)
    return PermutationResult(value, p, k, n - k, looked, exact, "")


def _all_labels(n: int, k: int) -> Iterator[Floats]:
    every = combinations(range(n), k)
    while chunk := list(islice(every, max(1, _BLOCK // n))):
        weights = np.zeros((len(chunk), n))
        np.put_along_axis(weights, np.array(chunk), 1.0, axis=1)
        yield weights


def _random_labels(n: int, k: int, size: int, random_state: int) -> Iterator[Floats]:
    rng = np.random.default_rng(random_state)
    step = max(1, _BLOCK // n)
    for start in range(0, size, step):
        weights = np.zeros((min(step, size - start), n))
        weights[:, :k] = 1.0
        yield rng.permuted(weights, axis=1)


def _draw(rng: np.random.Generator, n: int, size: int, block: int) -> Floats:
    """How often each of ``size`` bootstrap samples draws each of n clusters."""
    if block == 1:
        return rng.multinomial(n, np.full(n, 1 / n), size=size).astype(float)
    starts = rng.integers(0, n, (size, -(-n // block), 1))
    drawn = ((starts + np.arange(block)) % n).reshape(size, -1)[:, :n]
    cells = np.arange(size)[:, None] * n + drawn
    return np.bincount(cells.ravel(), minlength=size * n).reshape(size, n).astype(float)


def _jackknife_groups(n: int, block: int) -> Floats:
    """Which clusters each jackknife sample leaves out: one each, or a block; with many clusters a group of them.

    The acceleration from g groups estimates the same number as that from single clusters.
    """
    which = np.arange(n) // block
    groups = min(int(which[-1]) + 1, _JACKKNIFE_GROUPS)
    weights = np.zeros((groups, n))
    weights[which % groups, np.arange(n)] = 1.0
    return weights


def _weighted(weights: Floats, sums: Any) -> Floats:
    if hasattr(sums, "tocsr"):
        return np.asarray((sums.tocsr().T @ weights.T).T)
    return np.asarray(weights @ sums)


def _values(statistic: Callable[[Floats], npt.ArrayLike], totals: Floats) -> Floats:
    values = np.asarray(statistic(totals), float)
    if values.shape != totals.shape[:1]:
        raise InputError(
            f"statistic: gave shape {values.shape} for {totals.shape[0]} rows of column sums; it must "
            "reduce the last axis to one number a row (use axis=-1)."
        )
    return values


def _interval(
    value: float,
    draws: Floats,
    leave_one_out: Floats | None,
    n: int,
    level: float,
    method: Method,
    n_runs: int,
) -> Estimate:
    known = np.sort(draws[~np.isnan(draws)])
    if np.isnan(value) or len(known) < 0.9 * len(draws):
        lost = len(draws) - len(known)
        reason = f"no value in {lost} of {len(draws)} resamples" if lost else "no value on these data"
        return Estimate(value, np.nan, np.nan, n, level, method, reason)
    tails = np.array([0.5 - level / 2, 0.5 + level / 2])
    if method == "bca" and leave_one_out is not None:
        tails = _bca_tails(value, known, leave_one_out, level)
    elif method == "centred":
        known = known - (known.mean() - value)
        tails = _expanded_tails(n_runs, level)
    low, high = np.quantile(known, tails)
    return Estimate(value, float(low), float(high), n, level, method, "")


def _bca_tails(value: float, known: Floats, leave_one_out: Floats, level: float) -> Floats:
    normal = NormalDist()
    margin = 1e-12 * max(1.0, abs(value))
    # ties count half, so that a discrete statistic is not taken for a biased one
    below = ((known < value - margin).mean() + (known <= value + margin).mean()) / 2
    below = min(max(float(below), 0.5 / len(known)), 1 - 0.5 / len(known))
    bias = normal.inv_cdf(below)
    pull = np.nanmean(leave_one_out) - leave_one_out
    spread = np.nansum(pull**2) ** 1.5
    skew = float(np.nansum(pull**3) / (6 * spread)) if spread > 0 else 0.0
    z = normal_quantile(level)
    tails = [normal.cdf(bias + (bias + side) / max(1 - skew * (bias + side), 1e-6)) for side in (-z, z)]
    return np.array(tails)


def _expanded_tails(n_runs: int, level: float) -> Floats:
    """Tails as far out as Student's t puts them; resampling n clusters understates their spread by (n - 1) / n."""
    from scipy.special import stdtrit

    freedom = max(n_runs - 1, 1)
    side = NormalDist().cdf(float(stdtrit(freedom, 0.5 - level / 2)) * ((freedom + 1) / freedom) ** 0.5)
    return np.array([side, 1 - side])


def _check_options(method: str, n_resamples: int) -> None:
    if method not in METHODS:
        raise InputError(f"method: got {method!r}; allowed are {', '.join(map(repr, METHODS))}.")
    if n_resamples < 1:
        raise InputError(f"n_resamples: got {n_resamples}; 1 or more is needed.")


def _too_few(n: int) -> str:
    noun = "cluster" if n == 1 else "clusters"
    return f"{n} {noun}; an interval from resampling needs {MIN_CLUSTERS} or more"
