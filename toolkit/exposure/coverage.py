"""What a corpus can bear: which measures its captures allow, and why not the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit.exposure.dwell import find_captures, find_sightings, find_stays
from toolkit.exposure.prints import Prints, Window, read_prints
from toolkit.exposure.turnover import read_lists
from toolkit.stats import MIN_CLUSTERS
from toolkit.words import plural

__all__ = ["MEASURES", "measure_coverage"]

_HOUR = 3_600_000_000

#: The measures that `measure_coverage` judges, and what each needs.
MEASURES = {
    "presence": "one snapshot with headlines",
    "intervals by snapshots": f"{MIN_CLUSTERS} snapshots with headlines",
    "turnover per gap": "two captures of one module or of one article's page",
    "turnover per day": "two captures of one place at different known times",
    "dwell bounds": "two captures of one place at different known times",
    "bounded dwell": "three captures of one place at known times, the headline in the middle ones only",
    "churn interval": f"{MIN_CLUSTERS} gaps between captures of one place at known times",
    "survival curve": "gaps much shorter than stays: the median gap at most a quarter of the median stay",
    "edits": "two snapshots of one article",
    "rewritten headlines": "links on headlines, in two snapshots",
}


def measure_coverage(
    placements: pd.DataFrame, articles: pd.DataFrame, *, window: Window | None = None
) -> pd.DataFrame:
    """Which measures a corpus allows, site by site, and why not the others.

    Parameters
    ----------
    placements, articles, window
        As for `measure_headlines`.

    Returns
    -------
    DataFrame
        One row per site and measure: ``site`` (missing where pages name none), ``measure``, ``allowed``, ``n`` (what
        there is of what it needs: snapshots, gaps, places, headlines or articles, see ``needs``), ``needs``,
        ``reason`` (empty, or what is lacking); and for each site ``snapshots``, ``dated``, ``first_captured``,
        ``last_captured`` (UTC), ``median_gap_hours`` (between captures of one place). By site, then in the order
        of `MEASURES`.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Notes
    -----
    Every measure says the same of itself in its ``reason`` columns; this table says it beforehand. For what was
    captured when, see `count_captures`.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": "x",
    ...     "captured_at": pd.to_datetime([None, "2025-04-02"], utc=True),
    ... })
    >>> prints = pd.DataFrame({"snapshot_id": ["a", "b"], "module": "M", "rank": 1, "headline": ["A", "B"]})
    >>> table = measure_coverage(prints, pages)
    >>> table.loc[table["allowed"], "measure"].tolist()
    ['presence', 'turnover per gap', 'edits']
    """
    prints = read_prints(placements, articles, window=window)
    sites = prints.snapshots["site"]
    rows = []
    codes = prints.site
    for code in np.unique(codes):
        here = codes == code
        facts = _facts(prints, here)
        name = sites[here].iloc[0]
        about = {
            "snapshots": int(here.sum()),
            "dated": int((here & prints.dated).sum()),
            "first_captured": prints.snapshots.loc[here, "captured_at"].min(),
            "last_captured": prints.snapshots.loc[here, "captured_at"].max(),
            "median_gap_hours": facts.pop("median_gap_hours"),
        }
        for measure, needs in MEASURES.items():
            n, enough, reason = facts[measure]
            rows.append(
                {
                    "site": name,
                    "measure": measure,
                    "allowed": enough,
                    "n": n,
                    "needs": needs,
                    "reason": "" if enough else reason,
                    **about,
                }
            )
    columns = [
        "site", "measure", "allowed", "n", "needs", "reason", "snapshots", "dated", "first_captured",
        "last_captured", "median_gap_hours",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    times = {
        name: pd.to_datetime(table[name], utc=True).dt.as_unit("us")
        for name in ("first_captured", "last_captured")
    }
    types = dict.fromkeys(["site", "measure", "needs", "reason"], "str") | dict.fromkeys(
        ["n", "snapshots", "dated"], "int64"
    )
    return table.assign(**times).astype({**types, "allowed": "bool", "median_gap_hours": "float64"})


def _facts(prints: Prints, here: np.ndarray) -> dict:
    """For one site (a mask of snapshots): per measure what there is, whether that is enough, and what lacks."""
    of_site = here[prints.snapshot]
    printing = len(np.unique(prints.snapshot[of_site]))
    lists = read_lists(prints)
    mine = here[lists.snapshot]
    follows = (lists.place[1:] == lists.place[:-1]) & mine[1:]
    dated = prints.dated[lists.snapshot]
    both = follows & dated[1:] & dated[:-1]
    gap = prints.start[lists.snapshot[1:]][both] - prints.start[lists.snapshot[:-1]][both]
    gap = gap[gap > 0] / _HOUR
    place = lists.place[1:][both]
    pages = read_lists(prints, whole_pages=True)
    page_gaps = (pages.place[1:] == pages.place[:-1]) & here[pages.snapshot[1:]]
    n_gaps, n_timed = max(int(follows.sum()), int(page_gaps.sum())), len(gap)
    largest = int(np.bincount(place).max(initial=0)) if len(place) else 0
    captures = find_captures(prints)
    headline, capture = find_sightings(prints, captures)
    of_place = np.isin(
        captures.place, np.unique(captures.place_of_module[here[prints.snapshot[prints.module_starts]]])
    )
    keep = of_place[capture]
    stays = find_stays(headline[keep], capture[keep], captures)
    closed = stays[(stays["before"] != np.iinfo(np.int64).min) & (stays["after"] != np.iinfo(np.int64).max)]
    middle = (closed["last"] - closed["first"] + closed["after_end"] - closed["before"]) / 2 / _HOUR
    median_gap = float(np.median(gap)) if n_timed else np.nan
    typical = float(middle.median()) if len(middle) else np.nan
    dense = bool(n_timed and len(middle) and median_gap <= typical / 4)
    sparse = (
        f"the median gap is {median_gap:.3g} hours, the median stay about {typical:.3g}: print the bounds instead"
        if n_timed and len(middle)
        else "no stay is bounded on both sides"
    )
    per_article = np.bincount(prints.article[here])
    repeated = int((per_article > 1).sum())
    linked = of_site & (prints.url >= 0)
    with_links = len(np.unique(prints.snapshot[linked]))
    undated = int((here & ~prints.dated).sum())
    times = (
        f"{undated} of {int(here.sum())} snapshots bear no capture time, and no two that do show one place"
    )
    return {
        "median_gap_hours": median_gap,
        "presence": (printing, printing > 0, "no snapshot has headlines"),
        "intervals by snapshots": (
            printing,
            printing >= MIN_CLUSTERS,
            f"{plural(printing, 'snapshot')} with headlines",
        ),
        "turnover per gap": (n_gaps, n_gaps > 0, "no module and no page was captured twice"),
        "turnover per day": (n_timed, n_timed > 0, times),
        "dwell bounds": (n_timed, n_timed > 0, times),
        "bounded dwell": (
            len(closed),
            len(closed) > 0,
            "no headline was seen with captures without it on both sides",
        ),
        "churn interval": (
            largest,
            largest >= MIN_CLUSTERS,
            f"{largest} timed gaps in the most captured place",
        ),
        "survival curve": (len(closed), dense, sparse),
        "edits": (repeated, repeated > 0, "no article was captured twice"),
        "rewritten headlines": (
            with_links,
            with_links > 1,
            f"{with_links} snapshots keep links on their headlines",
        ),
    }
