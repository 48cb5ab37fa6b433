"""`measure_headlines`: one row per headline, from sums that parts of a corpus can add up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.dwell import (
    OPEN_LEFT,
    OPEN_RIGHT,
    PAGE_KINDS,
    Captures,
    dwell_columns,
    find_stays,
    sum_stays,
)
from toolkit.exposure.identity import Identity
from toolkit.exposure.prints import Window, order_wordings, read_prints
from toolkit.exposure.sums import SUMMED_WEIGHTS, HeadlineGroup, HeadlineSums, ShareOf, sum_headlines, unpair
from toolkit.stats import MIN_CLUSTERS, cluster_share_interval, wilson_interval

__all__ = ["measure_headlines"]


def measure_headlines(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    identity: Identity = "words",
    share_of: ShareOf = "log2",
    patience: float = 0.8,
    page_kinds: tuple[str, ...] = PAGE_KINDS,
    window: Window | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """How often, where, how prominently and how long each headline was printed.

    Parameters
    ----------
    placements : DataFrame
        One row per printed headline; needs snapshot_id, headline, rank; module, module_index, kind, url,
        duplicate where known. Rows with ``duplicate`` True are counted apart.
    articles : DataFrame
        One row per snapshot; needs snapshot_id, article_id, captured_at; site and captured_precision where
        known. Snapshots without placements count among ``n_snapshots``.
    identity : {"words", "story"}, default "words"
        What makes two prints the same headline, see `find_headline_ids`.
    share_of : {"log2", "uniform", "geometric"}, default "log2"
        The exposure that ``share`` is a share of, and that orders the rows.
    patience : float, default 0.8
        Of the geometric weights, between 0 and 1.
    page_kinds : tuple of str, default ("related", "inline", "next")
        Kinds of module that each article fills for itself, see `measure_dwell`.
    window : (start, end), optional
        Only captures from start (included) to end (excluded); either may be None.
    level : float, default 0.95
        Confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per headline, most exposed first, ties by headline; empty in, empty out.

        ``headline``, ``headline_id``, ``wordings``
            the most printed form; the key; how many printed forms
        ``prints``, ``duplicate_prints``
            printings; those in second renderings, not among the prints
        ``snapshots``, ``n_snapshots``, ``snapshot_share``, ``snapshot_share_low``, ``snapshot_share_high``
            snapshots that printed it, of how many, their share with Wilson's interval
        ``modules``, ``pages``, ``sites``, ``urls``
            different module labels, articles, sites, links (0 where the pages keep none)
        ``best_rank``, ``mean_rank``
            over the prints, 1 = first in its module
        ``mean_position``
            share of the page's visible characters that stand before it, 0 to 1, mean over the prints; NaN where
            ``position`` is not known
        ``exposure_uniform``, ``exposure_log2``, ``exposure_geometric``
            summed weight of its places; each printed module hands out 1 in all
        ``share``, ``share_low``, ``share_high``, ``share_reason``
            share of voice: of all ``share_of`` exposure, with an interval by snapshots; NaN and the reason under
            five
        ``rank_differs_by_weighting``
            True where its place in the order of headlines depends on the weighting
        ``undated_snapshots``
            snapshots that printed it and have no capture time: they tell nothing about time
        ``first_seen``, ``last_seen`` (UTC)
            between these it was seen
        ``stays``, ``re_entries``, ``dwell_hours_low``, ``dwell_hours_high``, ``censored``, ``dwell_reason``
            how long it stood in any of its places, as in `measure_dwell`; inf where an end is open

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If a headline is missing, ranks repeat within a module print or start at 0, times have no zone, a
        placement's snapshot is not among the articles, or an option is not allowed.

    Notes
    -----
    Exposure sums w(rank) over the prints, with w divided by its sum over the module print, so that long
    modules do not weigh more than short ones. It models attention and does not measure it; read at least two
    weightings. The share's interval takes snapshots as the sampled unit (`cluster_share_interval`): it says how
    far other captures of the same kind would differ, and is too narrow where captures follow each other so
    closely that they show the same lists.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": "x",
    ...     "captured_at": pd.to_datetime(["2025-03-01", "2025-03-02"], utc=True),
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": ["a", "a", "b"], "module": "Latest", "rank": [1, 2, 1],
    ...     "headline": ["Storm hits", "Vote today", "\\u201cStorm\\u201d hits"],
    ... })
    >>> table = measure_headlines(prints, pages)
    >>> table[["headline", "prints", "snapshots", "best_rank", "exposure_uniform"]]
         headline  prints  snapshots  best_rank  exposure_uniform
    0  Storm hits       2          2          1               1.5
    1  Vote today       1          1          2               0.5
    """
    if share_of not in SUMMED_WEIGHTS:
        raise InputError(f"share_of: got {share_of!r}; allowed are {', '.join(map(repr, SUMMED_WEIGHTS))}.")
    prints = read_prints(placements, articles, identity=identity, window=window)
    sums = sum_headlines(prints, patience=patience, page_kinds=page_kinds)
    return finish_headlines(sums, share_of=share_of, level=level)


def finish_headlines(
    sums: HeadlineSums, *, share_of: ShareOf = "log2", level: float = 0.95, release: bool = False
) -> pd.DataFrame:
    """The result of `measure_headlines` from the sums of all parts.

    With ``release`` each group of headlines is let go once its rows are made; the sums cannot be used again.

    Examples
    --------
    >>> from toolkit.tables import empty_table
    >>> parts = sum_headlines(read_prints(empty_table("placements"), empty_table("articles")))
    >>> finish_headlines(parts).shape[0]
    0
    """
    tables = []
    for n, group in enumerate(sums.groups):
        if group is not None:
            tables.append(_finish_group(sums, group, share_of, level))
        if release:
            sums.groups[n] = group = None
    table = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    tables.clear()
    # rounding in the last digits must not part headlines whose exposure is the same
    rounded = [table[f"exposure_{name}"].round(9) for name in SUMMED_WEIGHTS]
    orders = [column.rank(method="min", ascending=False).to_numpy() for column in rounded]
    table["rank_differs_by_weighting"] = np.any([order != orders[0] for order in orders[1:]], axis=0)
    by_name = table.sort_values(["headline", "headline_id"], kind="stable").index.to_numpy()
    part = rounded[SUMMED_WEIGHTS.index(share_of)].to_numpy()
    order = by_name[np.argsort(-part[by_name], kind="stable")]
    return table.iloc[order].reset_index(drop=True)


def _finish_group(sums: HeadlineSums, group: HeadlineGroup, share_of: ShareOf, level: float) -> pd.DataFrame:
    """The rows of one group of headlines, in the order of their keys."""
    counts, n = group.counts, len(group.keys)
    exposure = counts[[f"exposure_{name}" for name in SUMMED_WEIGHTS]].to_numpy()
    total = float(sums.whole)
    part = counts[f"exposure_{share_of}"].to_numpy()
    low, high = cluster_share_interval(
        part,
        counts[f"squared_{share_of}"].to_numpy(),
        counts[f"crossed_{share_of}"].to_numpy(),
        total,
        sums.whole_squared,
        sums.n_printing,
        level,
    )
    few = sums.n_printing < MIN_CLUSTERS
    reason = (
        f"{sums.n_printing} snapshots with prints; an interval needs {MIN_CLUSTERS} or more" if few else ""
    )
    snapshots = counts["snapshots"].to_numpy()
    of_snapshots = np.full(n, sums.n_snapshots, np.int64)
    presence = wilson_interval(snapshots, of_snapshots, level)
    different = {
        name: np.bincount(unpair(pairs, len(sums.values[name]))[0], minlength=n).astype(np.int64)
        for name, pairs in group.sets.items()
    }
    wordings = order_wordings(group.wordings)
    return pd.DataFrame(
        {
            "headline": wordings.drop_duplicates("headline")["wording"].array,
            "headline_id": pd.array(group.keys, dtype="str"),
            "wordings": np.bincount(wordings["headline"], minlength=n).astype(np.int64),
            "prints": counts["prints"].to_numpy(),
            "duplicate_prints": counts["duplicate_prints"].to_numpy(),
            "snapshots": snapshots,
            "n_snapshots": of_snapshots,
            "snapshot_share": snapshots / np.maximum(of_snapshots, 1),
            "snapshot_share_low": presence[0],
            "snapshot_share_high": presence[1],
            **{name: different[name] for name in ("modules", "pages", "sites", "urls")},
            "best_rank": counts["best_rank"].to_numpy(),
            "mean_rank": counts["rank_sum"].to_numpy() / np.maximum(counts["prints"].to_numpy(), 1),
            "mean_position": _mean_position(counts),
            **{f"exposure_{name}": exposure[:, i] for i, name in enumerate(SUMMED_WEIGHTS)},
            "share": part / total if total else part,
            "share_low": low,
            "share_high": high,
            "share_reason": pd.array([reason] * n, dtype="str"),
            "rank_differs_by_weighting": np.zeros(n, bool),  # known once all groups are there
            "undated_snapshots": counts["undated_snapshots"].to_numpy(),
            **_dwell(sums, group),
        }
    )


def _mean_position(counts: pd.DataFrame) -> npt.NDArray[np.float64]:
    known = counts["positioned"].to_numpy()
    return np.where(known > 0, counts["position_sum"].to_numpy() / np.maximum(known, 1), np.nan)


def _dwell(sums: HeadlineSums, group: HeadlineGroup) -> dict[str, object]:
    when = sums.captures
    none = when.place[:0]
    captures = Captures(pd.DataFrame(), none, none, when.place, when.start, when.end)
    stays = find_stays(*unpair(group.seen, len(when.place)), captures)
    found = sum_stays(stays["headline"].to_numpy(), stays).reindex(np.arange(len(group.keys)))
    # a stay bounded on neither side was seen in the only capture of its place
    several = (
        (stays["before"] != OPEN_LEFT) | (stays["after"] != OPEN_RIGHT) | (stays["first"] != stays["last"])
    )
    known = np.bincount(stays["headline"][several], minlength=len(group.keys)) > 0
    columns = dwell_columns(found, known)
    reason = np.where(known, "", "its places have one dated capture; dwell needs two or more")
    reason = np.where(found["first"].isna(), "seen only in snapshots without a capture time", reason)
    ordered = (
        "first_seen",
        "last_seen",
        "stays",
        "re_entries",
        "dwell_hours_low",
        "dwell_hours_high",
        "censored",
    )
    return {
        **{name: columns[name] for name in ordered},
        "dwell_reason": pd.array(reason.astype(object), dtype="str"),
    }
