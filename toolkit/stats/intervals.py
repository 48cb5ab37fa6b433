"""Confidence intervals of shares and of differences of shares, by formula."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from toolkit.errors import InputError

__all__ = ["cluster_share_interval", "newcombe_interval", "wilson_interval"]

Floats = npt.NDArray[np.float64]


def normal_quantile(level: float) -> float:
    """The two-sided normal quantile of ``level``: 1.96 at 0.95.

    Examples
    --------
    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    if not 0 < level < 1:
        raise InputError(f"level: got {level!r}; a share between 0 and 1 is needed, such as 0.95.")
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson_interval(successes: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson score interval of a share.

    Parameters
    ----------
    successes : array_like
        How many of the ``n`` had it, 0 to ``n``. Need not be whole: an effective count will do.
    n : array_like
        How many there were, 0 or more; broadcast against ``successes``.
    level : float, default 0.95
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high : float or ndarray of float
        In the shape and order of the input. NaN where ``n`` is 0 or an input is NaN: nothing was seen, so
        nothing is known.

    Raises
    ------
    InputError
        If a count is negative, or there are more successes than ``n``.

    Notes
    -----
    Wilson (1927). The trials are taken to be independent. Headlines of one page are not: for shares of
    placements resample snapshots (`bootstrap_sums`) or use `cluster_share_interval`.

    Examples
    --------
    >>> low, high = wilson_interval([3, 0], [20, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0524, 0.0], [0.3604, 0.2775])
    """
    x, size = np.broadcast_arrays(np.asarray(successes, float), np.asarray(n, float))
    _check_counts("successes", x, "n", size)
    z2 = normal_quantile(level) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        share = x / size
        centre = (share + z2 / (2 * size)) / (1 + z2 / size)
        half = np.sqrt(z2 * (share * (1 - share) / size + z2 / (4 * size**2))) / (1 + z2 / size)
    # at the ends the formula gives exactly 0 and 1; keep rounding from moving it a hair to either side
    low = np.where(x == 0, 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(x == size, 1.0, np.clip(centre + half, 0.0, 1.0))
    unknown = np.isnan(share)
    return np.where(unknown, np.nan, low)[()], np.where(unknown, np.nan, high)[()]


def newcombe_interval(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Newcombe's hybrid score interval of the difference of two independent shares, x1/n1 - x2/n2.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Successes and trials of the first and of the second group; broadcast against each other.
    level : float, default 0.95
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high : float or ndarray of float
        In the shape and order of the input, between -1 and 1; NaN where a group is empty.

    Raises
    ------
    InputError
        If a count is negative, or there are more successes than trials.

    Notes
    -----
    Newcombe (1998), method 10: the distances of each share to its Wilson limits are added as squares.

    Examples
    --------
    >>> low, high = newcombe_interval(15, 40, 6, 40)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0315, 0.3989)
    """
    a, b, c, d = np.broadcast_arrays(*(np.asarray(value, float) for value in (x1, n1, x2, n2)))
    low1, high1 = wilson_interval(a, b, level)
    low2, high2 = wilson_interval(c, d, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        share1, share2 = a / b, c / d
    difference = share1 - share2
    low = difference - np.sqrt((share1 - low1) ** 2 + (high2 - share2) ** 2)
    high = difference + np.sqrt((high1 - share1) ** 2 + (share2 - low2) ** 2)
    return np.clip(low, -1.0, 1.0)[()], np.clip(high, -1.0, 1.0)[()]


def cluster_share_interval(
    part: npt.ArrayLike,
    part_squared: npt.ArrayLike,
    part_whole: npt.ArrayLike,
    whole: float,
    whole_squared: float,
    n_clusters: int,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Interval of a share whose observations come in clusters, such as a headline's share of all exposure.

    Everything it needs is a sum over clusters, so that parts of a large table can be added up first.

    Parameters
    ----------
    part, part_squared : array_like
        For each share, the sum over clusters of the cluster's part (a headline's exposure in one snapshot),
        and of its square.
    part_whole : array_like
        For each share, the sum over clusters of the part times the cluster's whole.
    whole, whole_squared : float
        Sum over clusters of the whole (a snapshot's total exposure), and of its square.
    n_clusters : int
        How many clusters there are, those without the part included.
    level : float, default 0.95
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float
        In the order of the input. NaN with fewer than five clusters, or where ``whole`` is 0.

    Notes
    -----
    The share is p = part / whole, a ratio of two cluster totals, with the usual linearised variance
    v = n/(n-1) * sum((part_i - p * whole_i)**2) / whole**2. The effective number of trials, p(1-p)/v, then
    enters Wilson's formula with Student's t at n-1 degrees of freedom in place of the normal quantile (Korn
    and Graubard 1998; Dean and Pagano 2015), which keeps the limits within 0 and 1. Clusters are taken to be
    independent: a headline that stays through many captures makes them less so, and the interval too narrow.
    Where part and whole move in lock step (a share that is the same in each cluster) the interval is a point.

    Examples
    --------
    Three prints in twenty snapshots of one item each are Wilson's 3 of 20, but for the wider quantile:

    >>> low, high = cluster_share_interval(3.0, 3.0, 3.0, whole=20.0, whole_squared=20.0, n_clusters=20)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0477, 0.3835)
    """
    total, squared, crossed = np.broadcast_arrays(
        *(np.asarray(value, float) for value in (part, part_squared, part_whole))
    )
    if n_clusters < 5 or not whole > 0:
        nothing = np.full(total.shape, np.nan)
        return nothing[()], nothing.copy()[()]
    from scipy.special import stdtrit

    normal_quantile(level)  # refuses a level outside 0..1
    share = np.clip(total / whole, 0.0, 1.0)
    spread = np.maximum(squared - 2 * share * crossed + share**2 * whole_squared, 0.0)
    variance = n_clusters / (n_clusters - 1) * spread / whole**2
    z2 = float(stdtrit(n_clusters - 1, 0.5 + level / 2)) ** 2
    # Wilson with 1/n written as variance / (p (1 - p)): no division where the variance is 0
    with np.errstate(invalid="ignore", divide="ignore"):
        inverse_n = np.where(share * (1 - share) > 0, variance / (share * (1 - share)), 1 / n_clusters)
    weight = z2 * inverse_n
    centre = (share + weight / 2) / (1 + weight)
    half = np.sqrt(weight * share * (1 - share) + weight**2 / 4) / (1 + weight)
    low = np.minimum(np.clip(centre - half, 0.0, 1.0), share)
    high = np.maximum(np.clip(centre + half, 0.0, 1.0), share)
    return np.where(share == 0, 0.0, low)[()], np.where(share == 1, 1.0, high)[()]


def _check_counts(name: str, x: npt.NDArray[Any], of: str, size: npt.NDArray[Any]) -> None:
    if (x < 0).any() or (size < 0).any():
        worst = float(min(np.nanmin(x), np.nanmin(size)))
        raise InputError(f"{name}, {of}: found {worst:g}; counts are 0 or more.")
    # effective counts carry rounding errors in their last digits
    over = x > size * (1 + 1e-12)
    if over.any():
        raise InputError(
            f"{name}: found {x[over].flat[0]:g} of {size[over].flat[0]:g}; it cannot be more than {of}."
        )
