"""How far coders agree beyond chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.stats.resampling import Estimate, bootstrap_sums

__all__ = ["krippendorff_alpha"]


def krippendorff_alpha(
    ratings: pd.DataFrame | npt.ArrayLike,
    *,
    level: float = 0.95,
    n_resamples: int = 999,
    random_state: int = 0,
) -> Estimate:
    """Krippendorff's alpha for categories (nominal), with a bootstrap interval over the units.

    Parameters
    ----------
    ratings : DataFrame or array_like
        One row per unit (headline), one column per coder, the code in the cell; missing where a coder did not
        judge the unit.
    level : float, default 0.95
        Confidence level, between 0 and 1.
    n_resamples : int, default 999
        Bootstrap samples of the units.
    random_state : int, default 0
        Seed.

    Returns
    -------
    Estimate
        ``value`` (1 = full agreement, 0 = as by chance, below 0 = worse), ``low``, ``high``, ``n`` (units
        with two codes or more), ``reason``. The value is NaN where no unit has two codes, or where all codes
        are the same: without variation there is nothing to agree on.

    Raises
    ------
    InputError
        If ``ratings`` is not two-dimensional.

    Notes
    -----
    alpha = 1 - observed / expected disagreement, from coincidences within units (Krippendorff 2011). The
    interval is the percentile bootstrap over units; Krippendorff's own resamples pairs. With fewer than five
    units there is none.

    Examples
    --------
    >>> codes = [["a", "a"], ["a", "b"], ["b", "b"], ["b", "b"], ["a", "a"], ["a", None]]
    >>> found = krippendorff_alpha(codes)
    >>> round(found.value, 4), found.n
    (0.64, 5)
    """
    frame = pd.DataFrame(ratings)
    if np.ndim(ratings) != 2:
        raise InputError(
            f"ratings: {np.ndim(ratings)} dimensions; units in rows and coders in columns are needed."
        )
    flat = frame.to_numpy(dtype=object).ravel()
    codes, categories = pd.factorize(flat, use_na_sentinel=True)
    n_units, n_categories = len(frame), len(categories)
    held = codes >= 0
    cells = np.repeat(np.arange(n_units), frame.shape[1])[held] * max(n_categories, 1) + codes[held]
    counts = np.bincount(cells, minlength=n_units * n_categories).reshape(n_units, n_categories)
    counts = counts[counts.sum(axis=1) >= 2]
    n = len(counts)
    if not n:
        return Estimate(np.nan, np.nan, np.nan, 0, level, "percentile", "no unit has two codes")
    judged = counts.sum(axis=1)
    # what one unit adds: pairs of its codes that differ, and its codes by category
    differing = (judged**2 - (counts**2).sum(axis=1)) / (judged - 1)
    sums = np.column_stack([differing, counts])
    return bootstrap_sums(
        sums, _alpha, level=level, n_resamples=n_resamples, method="percentile", random_state=random_state
    )


def _alpha(totals: Any) -> Any:
    differing, codes = totals[..., 0], totals[..., 1:]
    n = codes.sum(axis=-1)
    pairs = n**2 - (codes**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(pairs > 0, 1 - (n - 1) * differing / pairs, np.nan)
