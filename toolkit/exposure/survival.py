"""How long headlines last in a module: survival curves where captures are dense enough, bounds where not."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.dwell import (
    OPEN_LEFT,
    OPEN_RIGHT,
    PAGE_KINDS,
    find_captures,
    find_sightings,
    find_stays,
)
from toolkit.exposure.identity import Identity
from toolkit.exposure.prints import Window, read_prints
from toolkit.exposure.turnover import place_columns

__all__ = ["kaplan_meier", "measure_survival"]

Floats = npt.NDArray[np.float64]
_HOUR = 3_600_000_000

#: A curve is drawn where the median gap is at most this share of the median stay; else only its bounds are.
DENSE = 0.25


def kaplan_meier(durations: npt.ArrayLike, ended: npt.ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
    """Share of stays that last longer than each duration (Kaplan-Meier).

    Parameters
    ----------
    durations : array_like
        How long each stay was followed, 0 or more.
    ended : array_like of bool
        False where it was still going on (right censored).
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    DataFrame
        One row per different duration, ascending: ``duration``, ``at_risk``, ``ended``, ``survival``, ``low``,
        ``high`` (Greenwood's variance on the log-log scale; NaN before the first end and at 0).

    Raises
    ------
    InputError
        If a duration is negative or missing, or there is not one ``ended`` for each.

    Examples
    --------
    >>> kaplan_meier([1, 2, 2, 3], [True, True, False, True])["survival"].tolist()
    [0.75, 0.5, 0.0]
    """
    time, event = np.asarray(durations, float), np.asarray(ended, bool)
    if time.shape != event.shape:
        raise InputError(f"ended: {event.size} for {time.size} durations; one for each is needed.")
    if np.isnan(time).any() or (time < 0).any():
        raise InputError("durations: found missing or negative ones; each is 0 or more.")
    if not 0 < level < 1:
        raise InputError(f"level: got {level!r}; a share between 0 and 1 is needed, such as 0.95.")
    times, codes = np.unique(time, return_inverse=True)
    ends = np.bincount(codes[event], minlength=len(times))
    leaving = np.bincount(codes, minlength=len(times))
    at_risk = len(time) - np.append(0, np.cumsum(leaving))[: len(times)]
    survival = np.cumprod(1 - ends / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ends / (at_risk * (at_risk - ends)))
        spread = np.sqrt(greenwood) / np.log(survival)
        factor = np.exp(NormalDist().inv_cdf(0.5 + level / 2) * spread)
        low, high = survival ** (1 / factor), survival**factor
    known = (survival > 0) & (survival < 1)
    return pd.DataFrame(
        {
            "duration": times,
            "at_risk": at_risk,
            "ended": ends,
            "survival": survival,
            "low": np.where(known, np.minimum(low, high), np.nan),
            "high": np.where(known, np.maximum(low, high), np.nan),
        }
    )


def measure_survival(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    page_kinds: tuple[str, ...] = PAGE_KINDS,
    identity: Identity = "words",
    window: Window | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """How long headlines last in each module: a survival curve where captures bear it, its bounds always.

    Parameters
    ----------
    placements, articles, page_kinds, identity, window
        As for `measure_dwell`.
    level : float, default 0.95
        Confidence level of the curve.

    Returns
    -------
    DataFrame
        One row per site, module and duration: ``site``, ``module``, ``hours``; ``survival_low``, ``survival_high``
        (Kaplan-Meier of the lower and of the upper bounds of the stays); ``survival``, ``low``, ``high`` (of their
        middles, NaN where captures are too sparse), ``stays`` (that entered while watched), ``left_out`` (those
        already there in the first capture), ``reason`` (empty, or why there is no curve). By site, module, hours.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Notes
    -----
    Stays already under way in the first capture are left out: their beginning is unknown, and long ones would be
    seen too often. Stays that end with the last capture are right censored. The truth lies between the two bounds,
    sampling error apart; the middles stand in for it where the median gap between captures is at most a quarter
    of the median stay.

    Examples
    --------
    >>> times = pd.to_datetime("2025-03-01", utc=True) + pd.to_timedelta(range(6), unit="h")
    >>> pages = pd.DataFrame({"snapshot_id": list("abcdef"), "article_id": "x", "captured_at": times})
    >>> prints = pd.DataFrame({"snapshot_id": list("abcdef"), "module": "M", "rank": 1, "headline": list("AABBCC")})
    >>> measure_survival(prints, pages)[["hours", "survival_low", "survival_high"]].to_numpy().tolist()
    [[1.0, 0.5, 1.0], [2.0, 0.5, 1.0], [3.0, 0.0, 0.5]]
    """
    prints = read_prints(placements, articles, identity=identity, window=window)
    captures = find_captures(prints, page_kinds)
    stays = find_stays(*find_sightings(prints, captures), captures)
    places = place_columns(prints, captures.places, np.arange(len(captures.places)))
    named = pd.DataFrame({"site": places["site"], "module": places["module"]})
    spaced = (captures.start[1:] - captures.start[:-1])[captures.place[1:] == captures.place[:-1]] / _HOUR
    gap_place = captures.place[1:][captures.place[1:] == captures.place[:-1]]
    gaps = named.iloc[gap_place].assign(gap=spaced)
    stays = stays.assign(
        site=named["site"].array.take(stays["place"]), module=named["module"].array.take(stays["place"])
    )
    tables = []
    for (site, module), group in stays.groupby(["site", "module"], dropna=False):
        same_site = gaps["site"].isna() if pd.isna(site) else gaps["site"] == site
        gap = gaps.loc[same_site & (gaps["module"] == module), "gap"]
        curve = _curve(group, float(gap.median()) if len(gap) else np.nan, level)
        tables.append(curve.assign(site=site, module=module))
    columns = [
        "site", "module", "hours", "survival_low", "survival_high", "survival", "low", "high", "stays", "left_out",
        "reason",
    ]  # fmt: skip
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    floats = dict.fromkeys(columns[2:8], "float64") | dict.fromkeys(["stays", "left_out"], "int64")
    table = table[columns].astype(floats | dict.fromkeys(["site", "module", "reason"], "str"))
    return table.sort_values(["site", "module", "hours"], ignore_index=True)


def _curve(group: pd.DataFrame, gap: float, level: float) -> pd.DataFrame:
    known = group[group["before"] != OPEN_LEFT]
    left_out = len(group) - len(known)
    ended = (known["after"] != OPEN_RIGHT).to_numpy()
    shortest = np.maximum(known["last"] - known["first_end"], 0).to_numpy() / _HOUR
    reach = np.where(ended, known["after_end"], known["last"])
    longest = (reach - known["before"].to_numpy()) / _HOUR
    middle = (shortest + longest) / 2
    hours = np.unique(np.concatenate([shortest, longest]))
    hours = hours[hours > 0] if len(hours) else hours
    low, high = (_at(kaplan_meier(times, ended, level=level), hours) for times in (shortest, longest))
    typical = float(np.median(middle[ended])) if ended.any() else np.nan
    reason = ""
    if not ended.any():
        reason = "no stay was seen to begin and end"
    elif not gap <= DENSE * typical:
        reason = f"the median gap is {gap:.3g} hours, the median stay about {typical:.3g}: too far apart for a curve"
    # a later end can weigh more once others were censored before it, so the two may cross by a little
    bounds = np.minimum(low["survival"], high["survival"]), np.maximum(low["survival"], high["survival"])
    table = pd.DataFrame({"hours": hours, "survival_low": bounds[0], "survival_high": bounds[1]})
    curve = _at(kaplan_meier(middle, ended, level=level), hours)
    for name in ("survival", "low", "high"):
        table[name] = np.nan if reason else curve[name]
    return table.assign(stays=len(known), left_out=left_out, reason=reason)


def _at(curve: pd.DataFrame, hours: Floats) -> dict[str, Floats]:
    """A step curve's values at ``hours``."""
    place = np.searchsorted(curve["duration"].to_numpy(), hours, side="right")
    return {
        "survival": np.append(1.0, curve["survival"])[place],
        "low": np.append(np.nan, curve["low"])[place],
        "high": np.append(np.nan, curve["high"])[place],
    }
