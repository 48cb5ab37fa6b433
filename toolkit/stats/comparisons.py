"""Two groups against each other: words, category mixes, and many tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError

__all__ = ["benjamini_hochberg", "jensen_shannon", "log_odds_dirichlet"]

Floats = npt.NDArray[np.float64]


def jensen_shannon(p: npt.ArrayLike, q: npt.ArrayLike) -> Floats:
    """Jensen-Shannon divergence of two distributions in bits: 0 where they agree, 1 where they share nothing.

    Parameters
    ----------
    p, q : array_like
        Weights or counts of the same categories along the last axis, 0 or more; each is scaled to sum 1.
        Earlier axes are broadcast.

    Returns
    -------
    float or ndarray of float
        Without the last axis; NaN where a side sums to 0. It is the divergence; its square root is the
        distance that some packages give under the same name.

    Raises
    ------
    InputError
        If a weight is negative or the numbers of categories differ.

    Notes
    -----
    With m = (p + q) / 2: half of KL(p, m) plus half of KL(q, m), logarithms to base 2 (Lin 1991). Weighting
    items by rank before counting them into categories gives RADio's rank-aware divergence (Vrijenhoek et al.
    2022). On small counts it is biased upwards: set it against `permutation_test`.

    Examples
    --------
    >>> round(float(jensen_shannon([1, 0], [0.5, 0.5])), 4)
    0.3113
    >>> float(jensen_shannon([3, 0], [0, 8]))
    1.0
    """
    a, b = np.asarray(p, float), np.asarray(q, float)
    if not a.ndim or not b.ndim or a.shape[-1] != b.shape[-1]:
        raise InputError(f"p, q: shapes {a.shape} and {b.shape}; both need the same categories, last axis.")
    if (a < 0).any() or (b < 0).any():
        raise InputError(f"p, q: found {min(float(a.min()), float(b.min())):g}; weights are 0 or more.")
    with np.errstate(invalid="ignore", divide="ignore"):
        a = a / a.sum(axis=-1, keepdims=True)
        b = b / b.sum(axis=-1, keepdims=True)
    a, b = np.broadcast_arrays(a, b)
    m = (a + b) / 2
    divergence = (_relative_entropy(a, m) + _relative_entropy(b, m)) / 2
    return np.clip(divergence, 0.0, 1.0)[()]


def _relative_entropy(p: Floats, m: Floats) -> Floats:
    ratio = np.divide(p, m, out=np.ones_like(m), where=(p > 0) & (m > 0))
    total: Floats = (p * np.log2(ratio)).sum(axis=-1)
    return total


def log_odds_dirichlet(
    counts_a: pd.Series,
    counts_b: pd.Series,
    prior: pd.Series | None = None,
    *,
    total_a: float | None = None,
    total_b: float | None = None,
    prior_total: float | None = None,
) -> pd.DataFrame:
    """Which terms one group of texts uses more than another: log-odds with an informative Dirichlet prior.

    Parameters
    ----------
    counts_a, counts_b : Series
        Uses of each term (index) in the two groups; a term absent from one counts 0 there.
    prior : Series, optional
        Counts of each term in a background; by default the two groups added up. Terms must have a prior
        above 0.
    total_a, total_b, prior_total : float, optional
        All words of each, where the series hold only some of the terms; by default their sums.

    Returns
    -------
    DataFrame
        One row per term (index ``term``): ``count_a``, ``count_b`` (uses); ``log_odds`` (natural logarithm,
        above 0 where a uses it more), ``z``, ``p_value`` (two-sided, normal), ``p_adjusted``
        (Benjamini-Hochberg over the rows). Largest ``z`` first, ties by term.

    Raises
    ------
    InputError
        If a count is negative, a term stands twice in an index, has no prior, or a total is below the sum of
        its counts.

    Notes
    -----
    Monroe, Colaresi and Quinn (2008), equations 16, 20 and 22. Uses are taken to be independent; words in
    headlines printed over and over are not, so count distinct headlines, or read z as a ranking.

    Examples
    --------
    >>> table = log_odds_dirichlet(
    ...     pd.Series({"tax": 12}), pd.Series({"tax": 4}), total_a=200, total_b=220
    ... )
    >>> table.round(4).loc["tax", ["log_odds", "z"]].tolist()
    [0.3827, 1.3071]
    """
    named = {"counts_a": counts_a, "counts_b": counts_b} | ({} if prior is None else {"prior": prior})
    for name, series in named.items():
        if series.index.has_duplicates:
            twice = series.index[series.index.duplicated()][0]
            raise InputError(
                f"{name}: the term {twice!r} stands twice in its index. Add its counts up first."
            )
        if (series < 0).any():
            raise InputError(f"{name}: found {series.min():g}; counts are 0 or more.")
    terms = counts_a.index.union(counts_b.index, sort=True)
    terms.name = "term"
    a = counts_a.reindex(terms, fill_value=0).to_numpy(float)
    b = counts_b.reindex(terms, fill_value=0).to_numpy(float)
    sum_a = _total("total_a", total_a, a)
    sum_b = _total("total_b", total_b, b)
    if prior is None:
        alpha, alpha_total = a + b, sum_a + sum_b
        if prior_total is not None:
            alpha_total = prior_total
    else:
        alpha = prior.reindex(terms, fill_value=0).to_numpy(float)
        alpha_total = _total("prior_total", prior_total, prior.to_numpy(float))
    if (alpha <= 0).any():
        raise InputError(
            f"prior: the term {terms[alpha <= 0][0]!r} has none; each term of the two groups needs a "
            "count above 0. Leave prior out to use the two groups added up."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        odds_a = np.log((a + alpha) / (sum_a + alpha_total - a - alpha))
        odds_b = np.log((b + alpha) / (sum_b + alpha_total - b - alpha))
    delta = odds_a - odds_b
    z = delta / np.sqrt(1 / (a + alpha) + 1 / (b + alpha))
    from scipy.special import ndtr

    p = np.asarray(2 * ndtr(-np.abs(z)), float)
    table = pd.DataFrame(
        {
            "count_a": counts_a.reindex(terms, fill_value=0),
            "count_b": counts_b.reindex(terms, fill_value=0),
            "log_odds": delta,
            "z": z,
            "p_value": p,
            "p_adjusted": benjamini_hochberg(p),
        },
        index=terms,
    )
    # terms are sorted already, and a stable sort keeps that order among equal z
    return table.sort_values("z", ascending=False, kind="stable")


def _total(name: str, given: float | None, counts: Floats) -> float:
    total = float(counts.sum())
    if given is None:
        return total
    if given < total:
        raise InputError(f"{name}: got {given:g}, but the counts sum to {total:g}; it cannot be less.")
    return float(given)


def benjamini_hochberg(p_values: npt.ArrayLike) -> Floats:
    """Adjust p-values so that calling those below q significant keeps the share of false calls at q.

    Parameters
    ----------
    p_values : array_like
        One dimension, each between 0 and 1; NaN where there was no test.

    Returns
    -------
    ndarray of float
        Adjusted p-values in the order of the input; NaN stays NaN and counts for nothing.

    Raises
    ------
    InputError
        If a value lies outside 0 and 1.

    Notes
    -----
    Benjamini and Hochberg (1995), step up.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.2]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.2]
    """
    p = np.asarray(p_values, float).ravel()
    if ((p < 0) | (p > 1)).any():
        raise InputError(f"p_values: found {p[(p < 0) | (p > 1)][0]:g}; each is between 0 and 1.")
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    n = len(order)
    scaled = p[order] * n / np.arange(1, n + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
