"""Small invented tables for the tests of `toolkit.exposure`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

HOUR = pd.Timedelta(1, unit="h")
START = pd.Timestamp("2025-03-01", tz="UTC")


def make_articles(hours: Mapping[str, float | None], **columns: object) -> pd.DataFrame:
    """One row per snapshot: its id and its capture time in hours after 1 March 2025, None where unknown."""
    times = [pd.NaT if hour is None else START + hour * HOUR for hour in hours.values()]
    table = pd.DataFrame(
        {
            "snapshot_id": pd.array(list(hours), dtype="str"),
            "source": pd.array([f"{name}.html" for name in hours], dtype="str"),
            "article_id": pd.array(["page"] * len(hours), dtype="str"),
            "site": pd.array(["Paper"] * len(hours), dtype="str"),
            "captured_at": pd.to_datetime(pd.Series(times, dtype=object), utc=True).astype(
                "datetime64[us, UTC]"
            ),
        }
    )
    for name, values in columns.items():
        table[name] = values
    return table


def make_placements(lists: Sequence[tuple], **columns: object) -> pd.DataFrame:
    """Rows from (snapshot, label, headlines[, kind[, duplicate]]), ranked as given, modules numbered in order."""
    rows, printed = [], {}
    for entry in lists:
        snapshot, label, headlines, *more = entry
        kind = more[0] if more else "latest"
        duplicate = bool(more[1]) if len(more) > 1 else False
        index = printed.get(snapshot, 0)
        printed[snapshot] = index + 1
        for rank, headline in enumerate(headlines, 1):
            rows.append((snapshot, f"{snapshot}.html", index, label, kind, rank, headline, None, duplicate))
    names = [
        "snapshot_id",
        "source",
        "module_index",
        "module",
        "kind",
        "rank",
        "headline",
        "url",
        "duplicate",
    ]
    table = pd.DataFrame(rows, columns=names)
    for name in ("snapshot_id", "source", "module", "kind", "headline", "url"):
        table[name] = table[name].astype("str")
    table = table.astype({"module_index": "int64", "rank": "int64", "duplicate": "bool"})
    for name, values in columns.items():
        table[name] = values
    return table


def shuffled(table: pd.DataFrame, seed: int = 7) -> pd.DataFrame:
    """The same rows in another order, with a fresh index."""
    return table.sample(frac=1, random_state=seed, ignore_index=True)
