"""How unevenly prints or exposure are spread over headlines, linked sites, sections or topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.groups import group_prints
from toolkit.exposure.identity import Identity
from toolkit.exposure.prints import Window, read_prints
from toolkit.exposure.weights import Weighting, rank_weights
from toolkit.stats import bootstrap_sums

__all__ = ["concentration_index", "measure_concentration"]

Floats = npt.NDArray[np.float64]

#: The indices of `concentration_index`, in order.
INDICES = (
    "gini", "gini_corrected", "hhi", "hhi_normalised", "effective_number", "shannon_bits", "pielou",
)  # fmt: skip


def concentration_index(amounts: npt.ArrayLike, *, top: int = 3) -> pd.Series:
    """How unevenly amounts are spread over items.

    Parameters
    ----------
    amounts : array_like
        One per item, 0 or more. Items with 0 belong to the universe: leave out those that could not have had
        any.
    top : int, default 3
        How many of the largest the concentration ratio adds up.

    Returns
    -------
    Series
        ``n`` (items, those with 0 included), ``n_zero``; ``gini`` (0 even, (n-1)/n all in one),
        ``gini_corrected`` (times n/(n-1), reaches 1), ``hhi`` (sum of squared shares), ``hhi_normalised``
        (0 even, 1 all in one), ``effective_number`` (1/hhi: as many equal items would give this hhi),
        ``shannon_bits``, ``pielou`` (evenness: 1 even), ``cr`` (share of the ``top`` largest). NaN where there is
        nothing to share, and the normalised ones where there is one item.

    Raises
    ------
    InputError
        If an amount is negative or missing, or ``top`` is below 1.

    Notes
    -----
    Gini = sum((2i - n - 1) x_i) / (n sum x) with x ascending.

    Examples
    --------
    >>> found = concentration_index([5, 3, 1, 1, 0])
    >>> found[["gini", "gini_corrected", "hhi", "effective_number", "shannon_bits", "cr"]].round(4).tolist()
    [0.48, 0.6, 0.36, 2.7778, 1.6855, 0.9]
    """
    x = np.asarray(amounts, float).ravel()
    if top < 1:
        raise InputError(f"top: got {top}; 1 or more is needed.")
    if np.isnan(x).any() or (x < 0).any():
        raise InputError("amounts: found missing or negative ones; each is 0 or more.")
    values = {name: float(_INDEX[name](x[None, :])[0]) if len(x) else np.nan for name in INDICES}
    values["cr"] = float(_cr(x[None, :], top)[0]) if len(x) else np.nan
    return pd.Series({"n": len(x), "n_zero": int((x == 0).sum()), **values})


def measure_concentration(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    by: str = "headline",
    weighting: Weighting | None = None,
    top: int = 3,
    patience: float = 0.8,
    topics: Mapping[str, Any] | pd.Series | None = None,
    universe: list[str] | None = None,
    identity: Identity = "words",
    window: Window | None = None,
    level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """How unevenly the sidebar's prints, or their exposure, are spread.

    Parameters
    ----------
    placements, articles, identity, window
        As for `measure_headlines`.
    by : str, default "headline"
        What shares: "headline"; "site" (host of the link), "section" (the kicker), "module", "kind"; "topic",
        with ``topics``; or a column of ``placements``. Prints without a value are left out and counted.
    weighting : {"uniform", "log2", "geometric", "reciprocal"}, optional
        Exposure, normalised per module print; by default each print counts 1.
    top : int, default 3
        How many of the largest ``cr`` adds up.
    patience : float, default 0.8
        Of the geometric weights.
    topics : mapping, optional
        From headline id (see `find_headline_ids`) to topic, for ``by="topic"``.
    universe : list of str, optional
        Every item that could have been printed; those that were not count as 0. By default only printed ones.
    level, random_state
        Of the bootstrap intervals.

    Returns
    -------
    DataFrame
        One row per index (index ``index``): ``value``, ``low``, ``high``, ``n`` (items), ``n_zero`` (items that
        were never printed), ``snapshots``, ``left_out`` (prints without a value), ``reason`` (empty, or why
        there is no interval).

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If an option is not allowed.

    Notes
    -----
    Definitions as in `concentration_index`. Intervals resample snapshots, not rows, and need five; they are
    centred and widened for few snapshots (method "centred" of `toolkit.stats.bootstrap_sums`). Indices
    of what was seen understate the number of items: rarely printed ones are missed, more so in small corpora,
    so compare corpora of the same number of snapshots only.

    Examples
    --------
    >>> pages = pd.DataFrame({"snapshot_id": ["a", "b"], "article_id": "x", "captured_at": [pd.NaT] * 2})
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": ["a", "a", "b"], "module": "M", "rank": [1, 2, 1], "headline": ["A", "B", "A"],
    ... })
    >>> table = measure_concentration(prints, pages)
    >>> round(float(table.loc["hhi", "value"]), 4), table.loc["hhi", "reason"]
    (0.5556, '2 snapshots; an interval from resampling needs 5 or more')
    """
    if top < 1:
        raise InputError(f"top: got {top}; 1 or more is needed.")
    prints = read_prints(placements, articles, identity=identity, window=window)
    codes, names = group_prints(prints, by, topics)
    weights = np.ones(len(codes))
    if weighting is not None:
        weights = prints.normalised(rank_weights(prints.rank, weighting, patience=patience))
    known = codes >= 0
    names = list(names)
    if universe is not None:
        names += sorted(set(universe) - set(names))
    sums = _by_snapshot(prints.snapshot[known], codes[known], weights[known], prints.n_snapshots, len(names))
    printing = np.asarray(sums.sum(axis=1)).ravel() > 0
    sums = sums[np.flatnonzero(printing)]
    n, n_zero = len(names), int((np.asarray(sums.sum(axis=0)).ravel() == 0).sum())
    rows = []
    for index, function in {**_INDEX, f"cr{top}": lambda totals: _cr(totals, top)}.items():
        if n and printing.any():
            found = bootstrap_sums(
                sums,
                function,
                level=level,
                method="centred",
                bounds=_bounds(index, n),
                random_state=random_state,
            )
            row = (found.value, found.low, found.high, found.reason.replace("cluster", "snapshot"))
        else:
            row = (np.nan, np.nan, np.nan, "no prints to share")
        value, low, high, reason = row
        rows.append((index, value, low, high, n, n_zero, int(printing.sum()), int((~known).sum()), reason))
    columns = ["index", "value", "low", "high", "n", "n_zero", "snapshots", "left_out", "reason"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"index": "str", "reason": "str"}).set_index("index")


def _bounds(index: str, n: int) -> tuple[float, float]:
    """Least and largest value an index of n items can have."""
    if index == "effective_number":
        return 1.0, float(n)
    return 0.0, float(np.log2(n)) if index == "shannon_bits" else 1.0


def _by_snapshot(snapshot: Any, code: Any, weights: Floats, n_snapshots: int, n: int) -> Any:
    from scipy.sparse import coo_array

    return coo_array((weights, (snapshot, code)), shape=(n_snapshots, n)).tocsr()


def _shares(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = totals / totals.sum(axis=-1, keepdims=True)
    return found


def _gini(totals: Floats) -> Floats:
    n = totals.shape[-1]
    ranks = 2 * np.arange(1, n + 1) - n - 1
    found: Floats = (_shares(np.sort(totals, axis=-1)) * ranks).sum(axis=-1) / n
    return found


def _gini_corrected(totals: Floats) -> Floats:
    n = totals.shape[-1]
    return _gini(totals) * n / (n - 1) if n > 1 else np.full(totals.shape[:-1], np.nan)


def _hhi(totals: Floats) -> Floats:
    found: Floats = (_shares(totals) ** 2).sum(axis=-1)
    return found


def _hhi_normalised(totals: Floats) -> Floats:
    n = totals.shape[-1]
    return (_hhi(totals) - 1 / n) / (1 - 1 / n) if n > 1 else np.full(totals.shape[:-1], np.nan)


def _effective_number(totals: Floats) -> Floats:
    return 1 / _hhi(totals)


def _shannon(totals: Floats) -> Floats:
    shares = _shares(totals)
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    found: Floats = -(shares * logs).sum(axis=-1)
    return found + 0.0  # no negative zero


def _pielou(totals: Floats) -> Floats:
    n = totals.shape[-1]
    return _shannon(totals) / np.log2(n) if n > 1 else np.full(totals.shape[:-1], np.nan)


def _cr(totals: Floats, top: int) -> Floats:
    found: Floats = _shares(np.sort(totals, axis=-1)[..., ::-1])[..., :top].sum(axis=-1)
    return found


_INDEX = dict(
    zip(
        INDICES,
        (_gini, _gini_corrected, _hhi, _hhi_normalised, _effective_number, _shannon, _pielou),
        strict=True,
    )
)
