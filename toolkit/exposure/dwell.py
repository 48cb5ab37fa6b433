"""How long a headline can have stood there: bounds from captures, with their censoring."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.identity import Identity
from toolkit.exposure.prints import Prints, Window, read_prints, run_starts, sorted_unique, vocabulary

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
    captures = find_captures(prints, page_kinds)
    places = captures.places
    stays = find_stays(*find_sightings(prints, captures), captures, max_gap_hours)
    group = stays["headline"].to_numpy() * max(len(places), 1) + stays["place"].to_numpy()
    found = sum_stays(group, stays)
    place = captures.place_of_module[prints.module_print]
    every = sorted_unique(prints.headline * max(len(places), 1) + place)
    table = found.reindex(every)
    headline, at = every // max(len(places), 1), every % max(len(places), 1)
    n_captures = np.bincount(captures.place, minlength=len(places))[at]
    wording = prints.wordings.drop_duplicates("headline")["wording"].to_numpy()
    site_wide = places["article"].to_numpy()[at] < 0
    articles_of = vocabulary(prints.snapshots["article_id"])
    sites_of = vocabulary(prints.snapshots["site"])
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
            "captures": n_captures,
            "sightings": table["sightings"].fillna(0).to_numpy(np.int64),
            **dwell_columns(table, n_captures >= 2),
        }
    )
    result["reason"] = pd.array(_reasons(n_captures, result["sightings"].to_numpy()), dtype="str")
    return result.sort_values(
        ["dwell_hours_low", "headline", "headline_id", "site", "module", "article_id"],
        ascending=[False, True, True, True, True, True],
        ignore_index=True,
    )


def _reasons(captures: Ints, sightings: Ints) -> npt.NDArray[np.object_]:
    reason = np.where(captures == 1, "one dated capture of this place; dwell needs two or more", "")
    reason = np.where(sightings == 0, "seen only in snapshots without a capture time", reason)
    reason = np.where(captures == 0, "no snapshot of this place has a capture time", reason)
    return reason.astype(object)


class Captures(NamedTuple):
    """The dated captures of every place, by place and time; codes of captures point into the arrays.

    Attributes
    ----------
    places : DataFrame
        One row per place: site, article (-1: the whole site), label (codes).
    place_of_module : ndarray of int64
        Per printed module: its place.
    capture_of_module : ndarray of int64
        Per printed module: its capture, -1 where its snapshot has no capture time.
    place, start, end : ndarray of int64
        Per capture: its place, and its earliest and latest instant in microseconds.
    """

    places: pd.DataFrame
    place_of_module: Ints
    capture_of_module: Ints
    place: Ints
    start: Ints
    end: Ints


def find_captures(prints: Prints, page_kinds: tuple[str, ...] = PAGE_KINDS) -> Captures:
    """When each place was captured: the places are modules of a site or, for ``page_kinds``, of an article.

    Examples
    --------
    >>> from toolkit.tables import empty_table
    >>> find_captures(read_prints(empty_table("placements"), empty_table("articles"))).place.tolist()
    []
    """
    snapshot, label = prints.snapshot[prints.module_starts], prints.label[prints.module_starts]
    own = (
        np.isin(np.array(prints.kinds, dtype=object), page_kinds)[label] if len(label) else np.zeros(0, bool)
    )
    article = np.where(own, prints.article[snapshot], -1)
    n_articles = int(prints.article.max(initial=-1)) + 2
    n_labels = max(len(prints.labels), 1)
    key = (prints.site[snapshot] * n_articles + article + 1) * n_labels + label
    place, keys = pd.factorize(key, sort=True)
    keys = np.asarray(keys, np.int64)
    places = pd.DataFrame(
        {
            "site": keys // n_labels // n_articles,
            "article": keys // n_labels % n_articles - 1,
            "label": keys % n_labels,
        }
    )
    dated = prints.dated[snapshot]
    capture = np.full(len(snapshot), -1)
    capture[dated], of_place, start, end = join_captures(
        place[dated], prints.start[snapshot[dated]], prints.end[snapshot[dated]]
    )
    return Captures(places, place.astype(np.int64), capture, of_place, start, end)


def join_captures(place: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Captures of one place at one time are one: their codes, and each one's place, start and latest end.

    Examples
    --------
    >>> [part.tolist() for part in join_captures(np.array([1, 0, 1]), np.array([5, 5, 5]), np.array([6, 5, 5]))]
    [[1, 0, 1], [0, 1], [5, 5], [5, 6]]
    """
    when, times = pd.factorize(start, sort=True)
    n_times = max(len(times), 1)
    code, keys = pd.factorize(place * n_times + when, sort=True)
    keys = np.asarray(keys, np.int64)
    ends = np.full(len(keys), OPEN_LEFT)
    np.maximum.at(ends, code, end)
    begins = np.asarray(times, np.int64)[keys % n_times] if len(keys) else keys
    return code.astype(np.int64), keys // n_times, begins, ends


def find_sightings(prints: Prints, captures: Captures) -> tuple[Ints, Ints]:
    """Each headline and dated capture that has it, once, in this order: two arrays of codes."""
    capture = captures.capture_of_module[prints.module_print]
    headline, n = prints.headline, max(len(captures.place), 1)
    if len(captures.capture_of_module) and captures.capture_of_module.min() < 0:
        headline, capture = headline[capture >= 0], capture[capture >= 0]
    seen = sorted_unique(headline * n + capture)
    return seen // n, seen % n


def find_stays(
    headline: Ints,
    capture: Ints,
    captures: Captures,
    max_gap_hours: float | None = None,
) -> pd.DataFrame:
    """Runs of captures of a place in each of which a headline stood there, with what bounds them.

    ``headline`` and ``capture`` are sightings, sorted, each once. One row per stay, by headline, place and
    time: ``headline``, ``place``, ``sightings``, ``first`` and ``last`` (their earliest instants, in
    microseconds), ``first_end`` (the first's latest), ``before`` (earliest instant of the capture before, or
    `OPEN_LEFT`), ``after`` and ``after_end`` (the capture after, or `OPEN_RIGHT`), ``returned`` (an absence,
    not only a long gap, came before).

    Examples
    --------
    >>> hours = np.array([0, 6, 12, 18, 24]) * 3_600_000_000
    >>> one = np.zeros(5, int)
    >>> place = Captures(pd.DataFrame(index=[0]), one, one, one, hours, hours)
    >>> stays = find_stays(np.array([0, 0, 1, 1, 1]), np.array([0, 4, 1, 2, 3]), place)
    >>> stays[["headline", "sightings", "returned"]].to_numpy(int).tolist()
    [[0, 1, 0], [0, 1, 1], [1, 3, 0]]
    """
    where, begins, ends = captures.place, captures.start, captures.end
    same = where[1:] == where[:-1]
    before = np.full(len(where), OPEN_LEFT)
    after, after_end = np.full(len(where), OPEN_RIGHT), np.full(len(where), OPEN_RIGHT)
    before[1:][same] = begins[:-1][same]
    after[:-1][same] = begins[1:][same]
    after_end[:-1][same] = ends[1:][same]

    follows = (headline[1:] == headline[:-1]) & (capture[1:] == capture[:-1] + 1)
    follows &= np.append(same, False)[capture[:-1]]
    if max_gap_hours is not None:
        follows &= begins[capture[1:]] - begins[capture[:-1]] <= max_gap_hours * _HOUR
    first = np.flatnonzero(np.append(True, ~follows)[: len(headline)])
    size = np.diff(np.append(first, len(headline)))
    who, a, z = headline[first], capture[first], capture[first + size - 1]
    place = where[a]
    returned = np.zeros(len(first), bool)
    returned[1:] = (who[1:] == who[:-1]) & (place[1:] == place[:-1]) & (a[1:] > z[:-1] + 1)
    return pd.DataFrame(
        {
            "headline": who,
            "place": place,
            "sightings": size,
            "first": begins[a],
            "last": begins[z],
            "first_end": ends[a],
            "before": before[a],
            "after": after[z],
            "after_end": after_end[z],
            "returned": returned,
        }
    )


def sum_stays(group: Ints, stays: pd.DataFrame) -> pd.DataFrame:
    """Add up the stays of each group (a headline, or a headline in a place) without counting any time twice.

    ``group`` ascends with the rows of ``stays``. One row per group (index): ``sightings``, ``first``, ``last``,
    ``low`` and ``high`` (microseconds; high where no end is open), ``open_left``, ``open_right``, ``stays``,
    ``re_entries``. In a group of several places the headline is there while it is in any of them.
    """
    values = {name: stays[name].to_numpy() for name in stays.columns}
    starts = run_starts(group)
    n = len(starts)
    sizes = np.diff(np.append(starts, len(group)))
    codes = np.repeat(np.arange(n), sizes)
    open_left = np.bincount(codes[values["before"] == OPEN_LEFT], minlength=n) > 0
    open_right = np.bincount(codes[values["after"] == OPEN_RIGHT], minlength=n) > 0
    standing = values["last"] > values["first_end"]  # a lone sighting adds no time
    low, _ = _union(codes[standing], values["first_end"][standing], values["last"][standing], n)
    high, apart = _union(codes, values["before"], values["after_end"], n)
    if not np.array_equal(values["after"], values["after_end"]):
        _, apart = _union(codes, values["before"], values["after"], n)
    other_place = np.append(False, (codes[1:] == codes[:-1]) & (values["place"][1:] != values["place"][:-1]))
    one_place = np.bincount(codes[other_place[: len(codes)]], minlength=n) == 0
    returned = np.bincount(codes[values["returned"]], minlength=n)
    none = np.zeros(0, np.int64)
    return pd.DataFrame(
        {
            "sightings": np.add.reduceat(values["sightings"], starts) if n else none,
            "first": np.minimum.reduceat(values["first"], starts) if n else none,
            "last": np.maximum.reduceat(values["last"], starts) if n else none,
            "low": low,
            "high": high,
            "open_left": open_left,
            "open_right": open_right,
            "stays": np.where(one_place, sizes, apart),
            "re_entries": np.where(one_place, returned, apart - 1),
        },
        index=group[starts],
    )


def _union(codes: Ints, low: Ints, high: Ints, n: int) -> tuple[Ints, Ints]:
    """Length of the union of each group's intervals (an open end counts nothing), and its number of pieces."""
    if not len(codes):
        return np.zeros(n, np.int64), np.zeros(n, np.int64)
    order = _order(codes, low)
    codes, low, high = codes[order], low[order], high[order]
    reach = pd.Series(high).groupby(codes, sort=False).cummax().to_numpy()
    starts = run_starts(codes)
    covered = np.append(OPEN_LEFT, reach[:-1])
    covered[starts] = OPEN_LEFT
    begin = np.maximum(low, covered)
    counts = (low != OPEN_LEFT) & (high != OPEN_RIGHT) & (high > begin)
    added = np.where(counts, high, 0) - np.where(counts, begin, 0)
    length = np.zeros(n, np.int64)
    length[codes[starts]] = np.add.reduceat(added, starts)
    new = low >= covered
    new[starts] = True
    return length, np.bincount(codes[new], minlength=n)


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
    >>> found = pd.DataFrame({
    ...     "first": [0.0], "last": [0.0], "low": [0], "high": [43_200_000_000], "open_left": [False],
    ...     "open_right": [False], "stays": [1], "re_entries": [0],
    ... })
    >>> print(dwell_columns(found, np.array([True]))["dwell_hours_high"])
    [12.]
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
