"""Modules as lists over time and against each other: turnover per gap and per day, churn, overlap."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.dwell import PAGE_KINDS, find_captures
from toolkit.exposure.identity import Identity
from toolkit.exposure.lists import RankedLists, compare_pairs
from toolkit.exposure.prints import Prints, Window, read_prints, run_starts, vocabulary
from toolkit.exposure.weights import check_patience, rank_weights
from toolkit.stats import MIN_CLUSTERS, bootstrap_sums
from toolkit.words import plural

__all__ = ["compare_modules", "measure_churn", "measure_turnover"]

Ints = npt.NDArray[np.int64]
_HOUR = 3_600_000_000


class PlaceLists(NamedTuple):
    """The list that each snapshot prints in each place, by place and capture (undated first, by source)."""

    lists: RankedLists
    place: Ints
    snapshot: Ints
    places: pd.DataFrame


def read_lists(
    prints: Prints, page_kinds: tuple[str, ...] = PAGE_KINDS, *, whole_pages: bool = False
) -> PlaceLists:
    """One list per place and snapshot; modules of one label are joined in page order, an item keeps its top rank.

    With ``whole_pages`` the places are articles, and a list holds all modules of the page.

    Examples
    --------
    >>> from toolkit.tables import empty_table
    >>> read_lists(read_prints(empty_table("placements"), empty_table("articles"))).place.tolist()
    []
    """
    if whole_pages:
        place, places = _whole_pages(prints)
    else:
        captures = find_captures(prints, page_kinds)
        place, places = captures.place_of_module[prints.module_print], captures.places
    order_of = _capture_order(prints)
    key = place * max(len(order_of), 1) + order_of[prints.snapshot]
    order = np.argsort(key, kind="stable")  # within a list the prints stay in page order
    key, item = key[order], prints.headline[order]
    which = np.cumsum(np.append(False, key[1:] != key[:-1])) if len(key) else key
    again = pd.Series(which * max(len(prints.keys), 1) + item).duplicated().to_numpy()
    which, item, order = which[~again], item[~again], order[~again]
    starts = run_starts(which)
    rank = np.arange(len(which)) - np.repeat(starts, np.diff(np.append(starts, len(which)))) + 1
    lists = RankedLists(which.astype(np.int64), item, rank, len(starts))
    return PlaceLists(lists, place[order[starts]], prints.snapshot[order[starts]], places)


def _whole_pages(prints: Prints) -> tuple[Ints, pd.DataFrame]:
    """Code of each print's page (article), and the pages as places without a label."""
    n_articles = int(prints.article.max(initial=-1)) + 1
    place, keys = pd.factorize(
        prints.site[prints.snapshot] * max(n_articles, 1) + prints.article[prints.snapshot], sort=True
    )
    keys = np.asarray(keys, np.int64)
    site, article = keys // max(n_articles, 1), keys % max(n_articles, 1)
    return place.astype(np.int64), pd.DataFrame({"site": site, "article": article, "label": -1})


def _capture_order(prints: Prints) -> Ints:
    """Per snapshot code its place in time: those without a capture time come first, by source."""
    by_source = prints.snapshots["source" if "source" in prints.snapshots.columns else "snapshot_id"]
    rank = by_source.rank(method="first").to_numpy()
    order = np.lexsort((rank, prints.start))  # UNDATED is the smallest number there is
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    return position


def measure_turnover(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    by: Literal["module", "page"] = "module",
    patience: float = 0.9,
    page_kinds: tuple[str, ...] = PAGE_KINDS,
    identity: Identity = "words",
    window: Window | None = None,
) -> pd.DataFrame:
    """What came and went in each module from one capture to the next.

    Parameters
    ----------
    placements, articles : DataFrame
        As for `measure_headlines`.
    by : {"module", "page"}, default "module"
        "page": all modules of an article's page as one list, in page order; for pages whose modules came and went
        whole.
    patience : float, default 0.9
        Of rank-biased overlap, between 0 and 1.
    page_kinds : tuple of str, default ("related", "inline", "next")
        Kinds of module that each article fills for itself: there only captures of the same article follow each
        other. In the others, captures of any page of the site do.
    identity : {"words", "story"}, default "words"
        What makes two prints the same headline; with "story" a rewritten one neither enters nor leaves.
    window : (start, end), optional
        Only captures from start (included) to end (excluded).

    Returns
    -------
    DataFrame
        One row per place and pair of captures that follow each other: ``site``, ``article_id`` (missing where
        the place is the whole site), ``module``, ``kind`` (both missing by page), ``snapshot_before``,
        ``snapshot_after``, ``captured_before``, ``captured_after``, ``gap_hours``, ``order_known``;
        ``n_before``, ``n_after``, ``shared``, ``entered``, ``left`` (headlines); ``jaccard``, ``sorensen``,
        ``overlap``, ``rbo``,
        ``entry_share`` (of the later list), ``exit_share`` (of the earlier) per gap; ``entered_per_day``,
        ``entry_share_per_day``, ``exposure_survived`` (share of the earlier list's log2 exposure whose
        headlines are still there), ``reason`` (empty, or why nothing is told per day). By site, article,
        module, time.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Notes
    -----
    A snapshot without capture time sorts before dated ones; ``order_known`` is False there, and which list came
    first is assumed. A gap's entries are a lower bound of what entered in it: headlines that came and went
    between two captures are not seen, so longer gaps hide more. Shares per gap of different length do not
    compare; those per day do, as far as gaps are short.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": "x",
    ...     "captured_at": pd.to_datetime(["2025-03-01", "2025-03-03"], utc=True),
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": ["a"] * 5 + ["b"] * 5, "module": "Latest", "rank": [1, 2, 3, 4, 5] * 2,
    ...     "headline": list("abcde") + list("cdefg"),
    ... })
    >>> row = measure_turnover(prints, pages).iloc[0]
    >>> float(row["entry_share"]), float(row["exit_share"]), float(row["entered_per_day"])
    (0.4, 0.4, 1.0)
    """
    check_patience(patience)
    if by not in ("module", "page"):
        raise InputError(f"by: got {by!r}; allowed are 'module', 'page'.")
    prints = read_prints(placements, articles, identity=identity, window=window)
    found = read_lists(prints, page_kinds, whole_pages=by == "page")
    gaps = _compare_gaps(prints, found, patience).drop(columns="place")
    return gaps.sort_values(["site", "article_id", "module"], kind="stable", ignore_index=True)


def _compare_gaps(prints: Prints, found: PlaceLists, patience: float) -> pd.DataFrame:
    """The rows of `measure_turnover`, by place and time, with the code of the place."""
    left = np.flatnonzero(found.place[1:] == found.place[:-1])
    right = left + 1
    before, after = found.snapshot[left], found.snapshot[right]
    known = prints.dated[before] & prints.dated[after]
    gap = np.where(known, (prints.start[after] - np.where(known, prints.start[before], 0)) / _HOUR, np.nan)
    both = compare_pairs(found.lists, left, right, patience=patience)
    days = np.where(gap > 0, gap / 24, np.nan)
    reason = np.where(known, "", "a capture without a time: nothing can be told per day")
    reason = np.where(known & ~(gap > 0), "both captures bear the same time", reason)
    ids, times = prints.snapshots["snapshot_id"], prints.snapshots["captured_at"]
    table = pd.DataFrame(
        {
            "place": found.place[left],
            **place_columns(prints, found.places, found.place[left]),
            "snapshot_before": ids.array.take(before),
            "snapshot_after": ids.array.take(after),
            "captured_before": times.array.take(before),
            "captured_after": times.array.take(after),
            "gap_hours": gap,
            "order_known": known & (prints.end[before] <= prints.start[after]),
        }
    )
    both = both.rename(columns={"n_first": "n_before", "n_second": "n_after"})
    return pd.concat([table, both], axis=1).assign(
        entered_per_day=both["entered"].to_numpy() / days,
        entry_share_per_day=both["entry_share"].to_numpy() / days,
        exposure_survived=_exposure_survived(found.lists, left),
        reason=pd.array(reason.astype(object), dtype="str"),
    )


def _exposure_survived(lists: RankedLists, left: Ints) -> npt.NDArray[np.float64]:
    """Share of each list's log2 exposure whose items the next list still holds."""
    width = max(lists.n_items, 1)
    stays = np.isin(lists.which * width + lists.item, (lists.which - 1) * width + lists.item)
    weights = rank_weights(lists.rank)
    total = np.bincount(lists.which, weights=weights, minlength=lists.n_lists)
    kept = np.bincount(lists.which, weights=weights * stays, minlength=lists.n_lists)
    share: npt.NDArray[np.float64] = (kept / total)[left] if len(left) else np.zeros(0)
    return share


def place_columns(prints: Prints, places: pd.DataFrame, at: Ints) -> dict[str, object]:
    """What the places' codes stand for: site, article_id (missing where it is the whole site), module, kind."""
    article, label = places["article"].to_numpy()[at], places["label"].to_numpy()[at]
    pages = vocabulary(prints.snapshots["article_id"])
    return {
        "site": pd.array(vocabulary(prints.snapshots["site"])[places["site"].to_numpy()[at]], dtype="str"),
        "article_id": pd.array(np.where(article < 0, None, pages[article]), dtype="str"),
        "module": pd.array(np.array([*prints.labels, None], dtype=object)[label], dtype="str"),
        "kind": pd.array(np.array([*prints.kinds, None], dtype=object)[label], dtype="str"),
    }


def measure_churn(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    patience: float = 0.9,
    page_kinds: tuple[str, ...] = PAGE_KINDS,
    identity: Identity = "words",
    window: Window | None = None,
    level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """How fast each module turns over: entries per day, and shares per gap with intervals.

    Parameters
    ----------
    placements, articles, patience, page_kinds, identity, window
        As for `measure_turnover`.
    level : float, default 0.95
        Confidence level of the intervals.
    random_state : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        One row per place: ``site``, ``article_id``, ``module``, ``kind``, ``captures``, ``gaps``, ``headlines``
        (different ones), ``span_days`` (from the first to the last dated capture), ``median_gap_hours``;
        ``entered`` (dated gaps only), ``churn_per_day`` with ``churn_per_day_low`` and ``_high``;
        ``entry_share``, ``entry_share_low``, ``entry_share_high`` and the same for ``rbo`` (means over gaps);
        ``reason`` (empty, or why something is NaN). By site, article, module.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Notes
    -----
    churn = sum of entries over all gaps / (last capture - first capture). It is a lower bound: entries between
    captures go unseen. Bandy and Diakopoulos (2020) use "churn rate" for the same idea; their exact estimator
    is not known to us. Intervals resample runs of gaps
    (circular blocks, widened where these are few), since gaps that follow each other share a list; they need five
    gaps.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": "x",
    ...     "captured_at": pd.to_datetime(["2025-03-01", "2025-03-03"], utc=True),
    ... })
    >>> prints = pd.DataFrame({"snapshot_id": ["a", "b"], "module": "M", "rank": 1, "headline": ["A", "B"]})
    >>> measure_churn(prints, pages)[["churn_per_day", "reason"]].to_numpy().tolist()
    [[0.5, '1 gap between captures; an interval needs 5 or more']]
    """
    check_patience(patience)
    prints = read_prints(placements, articles, identity=identity, window=window)
    found = read_lists(prints, page_kinds)
    gaps = _compare_gaps(prints, found, patience)
    gaps["days"] = gaps["gap_hours"].where(gaps["gap_hours"] > 0) / 24
    n = len(found.places)
    every = np.arange(n)
    dated = prints.dated[found.snapshot]
    time = pd.Series(prints.start[found.snapshot[dated]]).groupby(found.place[dated])
    items = np.unique(found.place[found.lists.which] * max(found.lists.n_items, 1) + found.lists.item)
    by_place = gaps.groupby("place")
    table = pd.DataFrame(
        {
            **place_columns(prints, found.places, every),
            "captures": np.bincount(found.place, minlength=n),
            "gaps": by_place.size().reindex(every, fill_value=0).to_numpy(np.int64),
            "headlines": np.bincount(items // max(found.lists.n_items, 1), minlength=n),
            "span_days": ((time.max() - time.min()) / _HOUR / 24).reindex(every).to_numpy(float),
            "median_gap_hours": by_place["gap_hours"].median().reindex(every).to_numpy(float),
        }
    )
    sums = dict(list(by_place))
    found_rates = [_churn_of(sums.get(place), level, random_state) for place in range(n)]
    rates = pd.DataFrame(found_rates, columns=list(_churn_of(None, level, random_state)))
    rates = rates.astype({name: "str" if name == "reason" else "float64" for name in rates.columns})
    table = pd.concat([table, rates.astype({"entered": "int64"})], axis=1)
    return table.sort_values(["site", "article_id", "module"], kind="stable", ignore_index=True)


def _churn_of(gaps: pd.DataFrame | None, level: float, random_state: int) -> dict[str, object]:
    """Rates of one place from its gaps, with intervals that resample the gaps."""
    nothing = pd.DataFrame({name: [] for name in ("entered", "days", "entry_share", "rbo")}, dtype=float)
    gaps = nothing if gaps is None else gaps
    dated = gaps[gaps["days"].notna()]
    few = f"{plural(len(gaps), 'gap')} between captures; an interval needs {MIN_CLUSTERS} or more"
    reason = few if len(gaps) < MIN_CLUSTERS else ""
    if len(gaps) and dated.empty:
        reason = "no gap between two captures with a time: no rate per day" + (f"; {few}" if reason else "")
    result: dict[str, object] = {"entered": int(dated["entered"].sum())}
    for name, rows, parts in (
        ("churn_per_day", dated, dated[["entered", "days"]]),
        ("entry_share", gaps, gaps[["entry_share"]].assign(n=1.0)),
        ("rbo", gaps, gaps[["rbo"]].assign(n=1.0)),
    ):
        value = low = high = np.nan
        if len(rows):
            # gaps that follow each other share a list, so runs of them are drawn together
            block = max(2, round(2 * len(rows) ** (1 / 3)))
            value, low, high = bootstrap_sums(
                parts.to_numpy(float), _ratio, level=level, method="centred", block=block,
                bounds=(0.0, np.inf if name == "churn_per_day" else 1.0), random_state=random_state,
            )[:3]  # fmt: skip
        result |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return result | {"reason": reason}


def _ratio(totals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: npt.NDArray[np.float64] = totals[..., 0] / totals[..., 1]
    return found


def compare_modules(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    patience: float = 0.9,
    identity: Identity = "words",
    window: Window | None = None,
    level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """How much the modules of a page repeat each other: every pair of labels that stood on one page.

    Parameters
    ----------
    placements, articles, patience, identity, window
        As for `measure_turnover`.
    level : float, default 0.95
        Confidence level of the intervals.
    random_state : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        One row per site and pair of labels, the first before the second in the alphabet: ``site``,
        ``first_module``, ``second_module``, ``snapshots`` (with both), ``shared`` (headlines in both, summed),
        and the means over snapshots of ``jaccard``, ``overlap`` (of the shorter list) and ``rbo``, each with
        ``_low`` and ``_high``; ``reason`` (empty, or why there are no intervals). By site and labels.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Notes
    -----
    Intervals resample snapshots (widened where these are few) and need five. Second renderings are left out; the
    same list under another label is a module of its own, and shows here with a Jaccard of 1.

    Examples
    --------
    >>> pages = pd.DataFrame({"snapshot_id": ["a"], "article_id": "x", "captured_at": [pd.NaT]})
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": "a", "module": ["Latest"] * 2 + ["Popular"] * 2, "rank": [1, 2, 1, 2],
    ...     "headline": ["A", "B", "B", "C"],
    ... })
    >>> compare_modules(prints, pages)[["first_module", "second_module", "overlap"]].to_numpy().tolist()
    [['Latest', 'Popular', 0.5]]
    """
    check_patience(patience)
    prints = read_prints(placements, articles, identity=identity, window=window)
    found = read_lists(prints, page_kinds=())
    label = found.places["label"].to_numpy()[found.place] if len(found.place) else found.place
    lists = pd.DataFrame({"list": np.arange(len(label)), "snapshot": found.snapshot, "label": label})
    pairs = lists.merge(lists, on="snapshot", suffixes=("_first", "_second"))
    pairs = pairs[pairs["label_first"] < pairs["label_second"]].sort_values(
        ["label_first", "label_second", "snapshot"], ignore_index=True
    )
    both = compare_pairs(
        found.lists, pairs["list_first"].to_numpy(), pairs["list_second"].to_numpy(), patience=patience
    )
    both = pd.concat([pairs, both], axis=1).assign(site=prints.site[pairs["snapshot"].to_numpy()])
    rows = []
    sites = vocabulary(prints.snapshots["site"])
    for (site, first, second), group in both.groupby(["site", "label_first", "label_second"]):
        row: dict[str, object] = {
            "site": sites[site],
            "first_module": prints.labels[first],
            "second_module": prints.labels[second],
            "snapshots": len(group),
            "shared": int(group["shared"].sum()),
        }
        for name in ("jaccard", "overlap", "rbo"):
            parts = group[[name]].assign(n=1.0).to_numpy(float)
            estimate = bootstrap_sums(
                parts, _ratio, level=level, method="centred", bounds=(0.0, 1.0), random_state=random_state
            )
            row |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
        rows.append(row | {"reason": estimate.reason.replace("cluster", "snapshot")})
    measures = [f"{name}{end}" for name in ("jaccard", "overlap", "rbo") for end in ("", "_low", "_high")]
    columns = ["site", "first_module", "second_module", "snapshots", "shared", *measures, "reason"]
    types = dict.fromkeys(columns, "str") | dict.fromkeys(["snapshots", "shared"], "int64")
    table = pd.DataFrame(rows, columns=columns).astype(types | dict.fromkeys(measures, "float64"))
    return table.sort_values(["site", "first_module", "second_module"], ignore_index=True)
