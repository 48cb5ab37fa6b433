"""Which snapshots of one article are compared: each with the next, and whether their order is known."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.errors import InputError
from toolkit.tables import require_columns

__all__ = ["PAIR_COLUMNS", "find_pairs"]

TIME = "datetime64[us, UTC]"

PAIR_COLUMNS: dict[str, str] = {
    "article_id": "str",
    "snapshot_before": "str",
    "snapshot_after": "str",
    "source_before": "str",
    "source_after": "str",
    "captured_before": TIME,
    "captured_after": TIME,
    "order_known": "bool",
    "gap_hours": "float64",
}


def find_pairs(articles: pd.DataFrame) -> pd.DataFrame:
    """Each snapshot of an article with the next one.

    Parameters
    ----------
    articles : DataFrame
        One row per snapshot; needs ``snapshot_id``, ``article_id``, ``source``, ``captured_at`` (with a time
        zone); ``captured_precision`` is used where present.

    Returns
    -------
    DataFrame
        One row per pair (index 0, 1, 2 ...), ordered by ``article_id``, then by capture: ``article_id``,
        ``snapshot_before``, ``snapshot_after``, ``source_before``, ``source_after``, ``captured_before``,
        ``captured_after`` (UTC, NaT where not known), ``order_known`` (bool) and ``gap_hours`` (hours between
        the captures, NaN where one is undated). An article with one snapshot has no row.

        ``attrs["notes"]`` says which rows were left out, and for how many pairs the order is assumed.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If ``captured_at`` bears no time zone.

    Notes
    -----
    Snapshots without ``captured_at`` sort before dated ones, ties by ``source``. ``order_known`` is True only
    where both are dated and the earlier time is earlier beyond the precision of the two: captures of one day
    of which one is known to the day only are in assumed order. Nothing else (not ``modified_at``, not the
    wording) is used to guess an order.

    Examples
    --------
    >>> from toolkit.tables import make_table
    >>> rows = [{"snapshot_id": "b", "article_id": "x", "source": "2.txt", "captured_at": "2031-05-02", "words": 0},
    ...         {"snapshot_id": "a", "article_id": "x", "source": "1.txt", "words": 0}]
    >>> find_pairs(make_table("articles", rows))[["snapshot_before", "snapshot_after", "order_known"]]
      snapshot_before snapshot_after  order_known
    0               a              b        False
    """
    require_columns(articles, "articles", ["snapshot_id", "article_id", "source", "captured_at"])
    captured = articles["captured_at"]
    if not isinstance(captured.dtype, pd.DatetimeTZDtype):
        if captured.notna().any():
            raise InputError(
                f"articles: column 'captured_at' has dtype {captured.dtype}; a time with a zone is needed "
                f"({TIME}). Convert it with pd.to_datetime(articles['captured_at'], utc=True)."
            )
        captured = pd.Series(pd.NaT, index=articles.index, dtype=TIME)
    notes: list[str] = []
    table = pd.DataFrame(
        {
            "article_id": articles["article_id"].to_numpy(),
            "snapshot": articles["snapshot_id"].to_numpy(),
            "source": articles["source"].to_numpy(),
            "captured": captured.dt.tz_convert("UTC").astype(TIME).array,
            "day": (articles["captured_precision"] == "day").to_numpy(dtype=bool, na_value=False)
            if "captured_precision" in articles
            else False,
        }
    )
    unnamed = table["article_id"].isna()
    if unnamed.any():
        notes.append(f"{int(unnamed.sum())} snapshots without article_id were left out.")
        table = table[~unnamed]
    table = table.sort_values(["article_id", "captured", "source"], na_position="first", kind="stable")
    twice = table.duplicated(["article_id", "snapshot"])
    if twice.any():
        notes.append(
            f"{int(twice.sum())} second copies of a snapshot (same snapshot_id) were left out; "
            "the first by source was kept."
        )
        table = table[~twice]
    follows = (table["article_id"] == table["article_id"].shift()).to_numpy(dtype=bool, na_value=False)
    after = table[follows].reset_index(drop=True)
    before = table.shift()[follows].reset_index(drop=True)
    gap = after["captured"] - before["captured"]
    by_day = after["day"].astype(bool) | before["day"].astype(bool)
    later = (after["captured"] > before["captured"]) & (
        ~by_day | (after["captured"].dt.floor("D") > before["captured"].dt.floor("D"))
    )
    data: dict[str, Any] = {
        "article_id": after["article_id"],
        "snapshot_before": before["snapshot"],
        "snapshot_after": after["snapshot"],
        "source_before": before["source"],
        "source_after": after["source"],
        "captured_before": before["captured"],
        "captured_after": after["captured"],
        "order_known": later,
        "gap_hours": gap.dt.total_seconds() / 3600,
    }
    pairs = pd.DataFrame(data).astype(PAIR_COLUMNS)
    assumed = int((~pairs["order_known"]).sum())
    if assumed:
        notes.append(
            f"The order of {assumed} of {len(pairs)} pairs is assumed (a capture without date, or two that its "
            "precision does not part): there, read added as removed if the order is the other way."
        )
    pairs.attrs["notes"] = tuple(notes)
    return pairs
