"""How long a headline can have stood there: bounds from captures, with their censoring."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.identity import Identity
from toolkit.exposure.prints import Prints, Window, read_prints, run_starts, sorted_unique

__all__ = ["PAGE_KINDS", "measure_dwell"]

Ints = npt.NDArray[np.int64]

#: Kinds of module that each article fills for itself; the others are taken to be the same all over the site.
PAGE_KINDS = ("related", "inline", "next")

_HOUR = 3_600_000_000  # in microseconds
#: Stand for "before the first capture" and "after the last".
OPEN_LEFT, OPEN_RIGHT = int(np.iinfo(np.int64).min), int(np.iinfo(np.int64).max)


def measure_dwell(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    max_gap_hours: float | None = None,
    page_kinds: tuple[str, ...] = PAGE_KINDS,
    identity: Identity = "words",
    window: Window | None = None,
) -> pd.DataFrame:
    """Shortest and longest time each headline can have stood in each place (a module of a site or of a page).

    Parameters
    ----------
    placements : DataFrame
        One row per printed headline; needs snapshot_id, headline, rank; module, module_index, kind, duplicate
        where known.
    articles : DataFrame
        One row per snapshot; needs snapshot_id, article_id, captured_at; site and captured_precision where
        known.
    max_gap_hours : float, optional
        Hours, above 0. Between two sightings further apart than this the headline is not taken to have stayed:
        the gap ends a stay. By default only a capture without the headline does.
    page_kinds : tuple of str, default ("related", "inline", "next")
        Kinds of module that each article fills for itself: there only captures of the same article tell that a
        headline was gone. In the others any capture on the site with a module of that label does.
    identity : {"words", "story"}, default "words"
        What makes two prints the same headline, see `find_headline_ids`.
    window : (start, end), optional
        Only captures from start (included) to end (excluded); either may be None.

    Returns
    -------
    DataFrame
        One row per headline and place: ``headline`` (its most printed wording), ``headline_id``, ``site``,
        ``article_id`` (missing where the place is the whole site), ``module``, ``captures`` (dated captures of
        the place), ``sightings`` (those with the headline), ``first_seen``, ``last_seen`` (UTC), ``stays``,
        ``re_entries`` (absent in a capture or more, then back), ``dwell_hours_low``, ``dwell_hours_high``
        (hours; inf where an end is open), ``censored`` ("", "left", "right" or "both": it stood there in the
        first or last capture of the place), ``reason`` (empty, or why there are no bounds). Longest lower
        bound first, ties by headline, site, module, article. Empty in, empty out.

    Raises
    ------
    MissingColumnsError, InputError
        If a column is absent, times have no zone, ranks repeat or start at 0, or ``max_gap_hours`` is not
        above 0.

    Notes
    -----
    Low is the time from the first to the last sighting, summed over stays; high runs from the capture before
    the first to the capture after the last. Both hold as long as the headline did not leave and return between
    two sightings, which captures cannot show; ``max_gap_hours`` says how far that is trusted. A lone sighting
    counts 0 hours. Where only the day of a capture is known, bounds are wider by up to a day at each end.
    Snapshots without a capture time tell nothing about time and are left out. Survival curves need captures
    much closer together than stays are long, see `measure_survival`.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": list("abcde"), "article_id": "x",
    ...     "captured_at": pd.to_datetime("2025-03-01", utc=True) + pd.to_timedelta([0, 6, 12, 18, 24], unit="h"),
    ... })
    >>> rows = [("a", "Old"), ("b", "Storm"), ("c", "Storm"), ("d", "Storm"), ("e", "New")]
    >>> prints = pd.DataFrame(rows, columns=["snapshot_id", "headline"]).assign(module="Latest", rank=1)
    >>> measure_dwell(prints, pages)[["headline", "dwell_hours_low", "dwell_hours_high", "censored"]]
      headline  dwell_hours_low  dwell_hours_high censored
    0    Storm             12.0              24.0
    1      New              0.0               inf    right
    2      Old              0.0               inf     left
    """
    if max_gap_hours is not None and not max_gap_hours > 0:
        raise InputError(
            f"max_gap_hours: got {max_gap_hours!r}; hours above 0 are needed, or None for no limit."
        )
    prints = read_prints(placements, articles, identity=identity, window=window)
    place, places = find_places(prints, page_kinds)
    dated = prints.dated[prints.snapshot]
    stays = find_stays(
        prints.headline[dated],
        place[dated],
        prints.start[prints.snapshot[dated]],
        prints.end[prints.snapshot[dated]],
        max_gap_hours,
    )
    group = stays["headline"].to_numpy() * max(len(places), 1) + stays["place"].to_numpy()
    found = sum_stays(group, stays)
    every = sorted_unique(prints.headline * max(len(places), 1) + place)
    table = found.reindex(every)
    headline, at = every // max(len(places), 1), every % max(len(places), 1)
    captures = places["captures"].to_numpy()[at]
    wording = prints.wordings.drop_duplicates("headline")["wording"].to_numpy()
    site_wide = places["article"].to_numpy()[at] < 0
    articles_of = _vocabulary(prints.snapshots["article_id"])
    sites_of = _vocabulary(prints.snapshots["site"])
    result = pd.DataFrame(
        {
            "headline": pd.array(wording[headline], dtype="str"),
            "headline_id": pd.array(prints.keys[headline], dtype="str"),
            "site": pd.array(sites_of[places["site"].to_numpy()[at]], dtype="str"),
            "article_id": pd.array(
                np.where(site_wide, None, articles_of[places["article"].to_numpy()[at]]), dtype="str"
            ),
            "module": pd.array(
                np.array(prints.labels, dtype=object)[places["label"].to_numpy()[at]], dtype="str"
            ),
            "captures": captures,
            "sightings": table["sightings"].fillna(0).to_numpy(np.int64),
            **dwell_columns(table, captures >= 2),
        }
    )
    result["reason"] = pd.array(_reasons(captures, result["sightings"].to_numpy()), dtype="str")
    return result.sort_values(
        ["dwell_hours_low", "headline", "headline_id", "site", "module", "article_id"],
        ascending=[False, True, True, True, True, True],
        ignore_index=True,
    )


def _vocabulary(values: pd.Series) -> npt.NDArray[np.object_]:
    """What the codes of a sorted factorisation stand for; missing values come last."""
    return np.array([*sorted(values.dropna().unique()), None], dtype=object)


def _reasons(captures: Ints, sightings: Ints) -> npt.NDArray[np.object_]:
    reason = np.where(captures == 1, "one dated capture of this place; dwell needs two or more", "")
    reason = np.where(sightings == 0, "seen only in snapshots without a capture time", reason)
    reason = np.where(captures == 0, "no snapshot of this place has a capture time", reason)
    return reason.astype(object)


def find_places(prints: Prints, page_kinds: tuple[str, ...]) -> tuple[Ints, pd.DataFrame]:
    """Code of each print's place, and the places: site, article (-1: the whole site), label, dated captures."""
    own = (
        np.isin(np.array(prints.kinds, dtype=object), page_kinds)[prints.label]
        if prints.kinds
        else np.zeros(0, bool)
    )
    article = np.where(own, prints.article[prints.snapshot], -1)
    n_articles = int(prints.article.max(initial=-1)) + 2
    n_labels = max(len(prints.labels), 1)
    key = (prints.site[prints.snapshot] * n_articles + article + 1) * n_labels + prints.label
    place, keys = pd.factorize(key, sort=True)
    keys = np.asarray(keys, np.int64)
    places = pd.DataFrame(
        {
            "site": keys // n_labels // n_articles,
            "article": keys // n_labels % n_articles - 1,
            "label": keys % n_labels,
        }
    )
    dated = prints.dated[prints.snapshot]
    times, n_times = _time_codes(prints.start)
    seen = sorted_unique(place[dated] * n_times + times[prints.snapshot[dated]])
    places["captures"] = np.bincount(seen // n_times, minlength=len(places))
    return place.astype(np.int64), places


def _time_codes(start: Ints) -> tuple[Ints, int]:
    codes = np.unique(start, return_inverse=True)[1].astype(np.int64)
    return codes, int(codes.max(initial=0)) + 1


def find_stays(
    headline: Ints, place: Ints, start: Ints, end: Ints, max_gap_hours: float | None = None
) -> pd.DataFrame:
    """Runs of captures of a place in each of which a headline stood there, with what bounds them.

    One entry per dated print: the headline's and the place's code, and the earliest and latest instant of the
    capture (microseconds). One row per stay, by headline, place and time: ``headline``, ``place``,
    ``sightings``, ``first`` and ``last`` (their earliest instants), ``first_end`` (the first's latest),
    ``before`` (earliest instant of the capture before, or `OPEN_LEFT`), ``after`` and ``after_end`` (the
    capture after, or `OPEN_RIGHT`), ``returned`` (an absence, not only a long gap, came before).

    Examples
    --------
    >>> hours = np.array([0, 6, 12, 18, 24]) * 3_600_000_000
    >>> stays = find_stays(np.array([0, 1, 1, 1, 0]), np.zeros(5, int), hours, hours)
    >>> stays[["headline", "sightings", "returned"]].to_numpy(int).tolist()
    [[0, 1, 0], [0, 1, 1], [1, 3, 0]]
    """
    when, times = pd.factorize(start, sort=True)
    n_times = max(len(times), 1)
    capture, captures = pd.factorize(place * n_times + when, sort=True)
    where = captures // n_times
    begins = times[captures % n_times] if len(captures) else captures
    ends = np.full(len(captures), OPEN_LEFT)
    np.maximum.at(ends, capture, end)
    same = where[1:] == where[:-1]
    before = np.full(len(captures), OPEN_LEFT)
    after, after_end = np.full(len(captures), OPEN_RIGHT), np.full(len(captures), OPEN_RIGHT)
    before[1:][same] = begins[:-1][same]
    after[:-1][same] = begins[1:][same]
    after_end[:-1][same] = ends[1:][same]

    n_captures = max(len(captures), 1)
    sightings = sorted_unique(headline * n_captures + capture)
    who, at = sightings // n_captures, sightings % n_captures
    other = np.append(True, (who[1:] != who[:-1]) | (where[at[1:]] != where[at[:-1]]))[: len(at)]
    missed = np.append(True, at[1:] != at[:-1] + 1)[: len(at)]
    broken = other | missed
    if max_gap_hours is not None:
        broken[1:] |= begins[at[1:]] - begins[at[:-1]] > max_gap_hours * _HOUR
    first = np.flatnonzero(broken)
    size = np.diff(np.append(first, len(at)))
    a, z = at[first], at[first + size - 1]
    return pd.DataFrame(
        {
            "headline": who[first],
            "place": where[a],
            "sightings": size,
            "first": begins[a],
            "last": begins[z],
            "first_end": ends[a],
            "before": before[a],
            "after": after[z],
            "after_end": after_end[z],
            "returned": (missed & ~other)[first],
        }
    )


def sum_stays(group: Ints, stays: pd.DataFrame) -> pd.DataFrame:
    """Add up the stays of each group (a headline, or a headline in a place) without counting any time twice.

    One row per group (index): ``sightings``, ``first``, ``last``, ``low`` and ``high`` (microseconds; high
    where no end is open), ``open_left``, ``open_right``, ``stays``, ``re_entries``. In a group of several
    places the headline is there while it is in any of them.

    Examples
    --------
    >>> hours = np.array([0, 6, 12]) * 3_600_000_000
    >>> stays = find_stays(np.array([0, 1, 0]), np.zeros(3, int), hours, hours)
    >>> sum_stays(stays["headline"].to_numpy(), stays)[["stays", "re_entries"]].to_numpy().tolist()
    [[2, 1], [1, 0]]
    """
    groups, codes = np.unique(group, return_inverse=True)
    n = len(groups)
    values = {name: stays[name].to_numpy() for name in stays.columns}
    open_left = np.bincount(codes[values["before"] == OPEN_LEFT], minlength=n) > 0
    open_right = np.bincount(codes[values["after"] == OPEN_RIGHT], minlength=n) > 0
    first, last = np.full(n, OPEN_RIGHT), np.full(n, OPEN_LEFT)
    np.minimum.at(first, codes, values["first"])
    np.maximum.at(last, codes, values["last"])
    high, _ = _union(codes, values["before"], values["after_end"], n)
    _, apart = _union(codes, values["before"], values["after"], n)
    counted = np.bincount(codes, minlength=n)
    n_places = int(values["place"].max(initial=0)) + 1
    one_place = np.bincount(np.unique(codes * n_places + values["place"]) // n_places, minlength=n) == 1
    returned = np.bincount(codes[values["returned"]], minlength=n)
    return pd.DataFrame(
        {
            "sightings": np.bincount(codes, weights=values["sightings"], minlength=n).astype(np.int64),
            "first": first,
            "last": last,
            "low": _union(codes, values["first_end"], values["last"], n)[0],
            "high": high,
            "open_left": open_left,
            "open_right": open_right,
            "stays": np.where(one_place, counted, apart),
            "re_entries": np.where(one_place, returned, apart - 1),
        },
        index=groups,
    )


def _union(codes: Ints, low: Ints, high: Ints, n: int) -> tuple[Ints, Ints]:
    """Length of the union of each group's intervals (an open end counts nothing), and its number of pieces."""
    order = _order(codes, low)
    codes, low, high = codes[order], low[order], high[order]
    reach = pd.Series(high).groupby(codes).cummax().to_numpy()
    starts = np.zeros(len(codes), bool)
    starts[run_starts(codes)] = True
    covered = np.append(OPEN_LEFT, reach[:-1])[: len(reach)]
    covered = np.where(starts, OPEN_LEFT, covered)
    closed = (low != OPEN_LEFT) & (high != OPEN_RIGHT)
    added = np.where(closed, high, 0) - np.where(closed, np.maximum(low, covered), 0)
    added = np.where(closed & (covered != OPEN_RIGHT), np.maximum(added, 0), 0)
    length = np.zeros(n, np.int64)
    np.add.at(length, codes, added)
    pieces = np.bincount(codes[starts | (low >= covered)], minlength=n)
    return length, pieces


def _order(codes: Ints, times: Ints) -> Ints:
    """Order by code, then time; in one key where both fit into 63 bits, which sorts far faster."""
    known = times[times != OPEN_LEFT]
    if not len(known):
        return np.argsort(codes, kind="stable")
    begin, span = int(known.min()), int(known.max()) - int(known.min()) + 2
    if span * (int(codes.max()) + 1) >= 2**62:
        return np.lexsort((times, codes))
    return np.argsort(codes * span + np.where(times == OPEN_LEFT, 0, times - begin + 1))


def dwell_columns(found: pd.DataFrame, known: npt.NDArray[np.bool_]) -> dict[str, object]:
    """The dwell columns of a result from the rows of `sum_stays`; no bounds where not ``known``.

    Examples
    --------
    >>> hours = np.array([0, 6, 12]) * 3_600_000_000
    >>> stays = find_stays(np.array([0, 1, 0]), np.zeros(3, int), hours, hours)
    >>> found = sum_stays(stays["headline"].to_numpy(), stays)
    >>> print(dwell_columns(found, np.array([True, True]))["dwell_hours_high"])
    [inf 12.]
    """
    seen = found["first"].notna().to_numpy()
    left = found["open_left"].fillna(False).to_numpy(bool) & known
    right = found["open_right"].fillna(False).to_numpy(bool) & known
    censored = np.select([left & right, left, right], ["both", "left", "right"], "")
    high = np.where(left | right, np.inf, found["high"].to_numpy(float) / _HOUR)
    known = known & seen
    return {
        "first_seen": _times(found["first"], seen),
        "last_seen": _times(found["last"], seen),
        "stays": pd.array(found["stays"].to_numpy(float), dtype="Int64"),
        "re_entries": pd.array(found["re_entries"].to_numpy(float), dtype="Int64"),
        "dwell_hours_low": np.where(known, found["low"].to_numpy(float) / _HOUR, np.nan),
        "dwell_hours_high": np.where(known, high, np.nan),
        "censored": pd.array(censored, dtype="str"),
    }


def _times(values: pd.Series, seen: npt.NDArray[np.bool_]) -> pd.DatetimeIndex:
    stamps = np.full(len(values), np.datetime64("NaT", "us"))
    stamps[seen] = values.to_numpy()[seen].astype(np.int64).astype("datetime64[us]")
    return pd.DatetimeIndex(stamps, tz="UTC")
