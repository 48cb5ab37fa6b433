"""Changes, added up: one row per pair of snapshots, and one per field over all articles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit.revisions.compare import FIELDS, MORE_FIELDS
from toolkit.revisions.pairs import PAIR_COLUMNS, find_pairs
from toolkit.stats import wilson_interval
from toolkit.tables import require_columns
from toolkit.words import split_sentences

__all__ = ["RATE_COLUMNS", "REVISION_COLUMNS", "measure_revision_rates", "measure_revisions"]

_SENTENCES = {
    "sentences_added": ("added",),
    "sentences_removed": ("removed",),
    "sentences_reworded": ("reworded", "split", "merged"),
    "sentences_moved": ("moved",),
}

REVISION_COLUMNS: dict[str, str] = {
    **PAIR_COLUMNS,
    "changes": "int64",
    "fields": "str",
    "kinds": "str",
    "n": "int64",
    **dict.fromkeys(_SENTENCES, "int64"),
    "share_changed": "float64",
    "share_low": "float64",
    "share_high": "float64",
    "share_note": "str",
    "words_removed": "int64",
    "words_added": "int64",
    "notices": "int64",
    "modules_added": "Int64",
    "modules_removed": "Int64",
}

RATE_COLUMNS: dict[str, str] = {
    "field": "str",
    "articles_changed": "int64",
    "n": "int64",
    "share": "float64",
    "share_low": "float64",
    "share_high": "float64",
    "pairs_changed": "int64",
    "pairs": "int64",
    "pairs_order_known": "int64",
    "note": "str",
}

_NEEDED = [
    "article_id", "source_before", "source_after", "field", "change", "kind", "words_removed", "words_added", "n",
]  # fmt: skip
_KEY = ["source_before", "source_after"]
_NO_BODY = "a body is empty: no sentences to compare"
_NOT_COMPARED = "bodies were not compared"
_NO_INTERVAL = "every sentence of both bodies was compared: a full count, no sample, so no interval"


def measure_revisions(changes: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """How much changed between each snapshot of an article and the next: one row per pair.

    Parameters
    ----------
    changes : DataFrame
        One row per change, as :func:`compare_snapshots` gives it.
    articles : DataFrame
        One row per snapshot, the same that was compared; needs ``snapshot_id``, ``article_id``, ``source``,
        ``captured_at``, ``body``. From here come the pairs in which nothing changed.

    Returns
    -------
    DataFrame
        One row per pair (index 0, 1, 2 ...), ordered by ``article_id``, then by capture; the columns of
        :func:`find_pairs`, then ``changes`` (rows in ``changes``), ``fields`` and ``kinds`` (what changed,
        parted by commas, NaN where nothing did); ``n``: sentences of both bodies, a pair counted once;
        ``sentences_added``, ``sentences_removed``, ``sentences_reworded`` (split and merged ones too),
        ``sentences_moved``; ``share_changed``: added + removed + reworded over ``n``, 0 to 1, NaN where a body
        is empty or bodies were not compared; ``share_low``, ``share_high``: NaN, ``share_note`` says why;
        ``words_removed``, ``words_added``: words of the body; ``notices``: correction, update and editor's
        notices that came; ``modules_added``, ``modules_removed``: NA where modules were not compared.

    Raises
    ------
    MissingColumnsError
        If a column is absent.

    Notes
    -----
    Pairs are those of :func:`find_pairs`; changes between others are not counted. Which fields were compared is
    read from ``changes.attrs["fields"]``; where a copy of the table lost it, all of ``FIELDS`` are assumed.

    The share describes these two captures and is exact for them. It bears no interval, and it is no rate of
    editing: what was changed and changed back between two captures left no trace.

    Examples
    --------
    >>> from toolkit.revisions import compare_snapshots
    >>> from toolkit.tables import make_table
    >>> old = {"snapshot_id": "a", "article_id": "x", "source": "1.html", "captured_at": "2031-05-01",
    ...        "body": "The bridge closes in May. Ferries run. Tolls rise.", "words": 9}
    >>> new = old | {"snapshot_id": "b", "source": "2.html", "captured_at": "2031-05-02",
    ...              "body": "The bridge closes in June. Ferries run. Tolls rise."}
    >>> articles = make_table("articles", [old, new])
    >>> found = measure_revisions(compare_snapshots(articles), articles)
    >>> found[["gap_hours", "changes", "kinds", "n", "sentences_reworded", "share_changed"]].round(3)
       gap_hours  changes kinds  n  sentences_reworded  share_changed
    0       24.0        1  date  3                   1          0.333
    """
    require_columns(changes, "changes", _NEEDED, hint="Pass what compare_snapshots() gives.")
    require_columns(articles, "articles", ["body"])
    pairs = find_pairs(articles)
    notes = tuple(changes.attrs.get("notes", pairs.attrs["notes"]))
    sums = _sum_changes(changes)
    table = pairs.merge(sums, on=_KEY, how="left", validate="one_to_one")
    sizes = pd.Series(
        [len(split_sentences(body)) if isinstance(body, str) else 0 for body in articles["body"]],
        index=articles["source"].to_numpy(),
        dtype="int64",
    )
    before = pairs["source_before"].map(sizes).to_numpy()
    after = pairs["source_after"].map(sizes).to_numpy()
    # a pair without a row of its body has the same sentences on both sides
    table["n"] = table["n"].where(table["n"] > 0, pd.Series(before, index=table.index))
    empty = (before == 0) | (after == 0)
    changed = table[["sentences_added", "sentences_removed", "sentences_reworded"]].fillna(0).sum(axis=1)
    table["share_changed"] = (changed / table["n"]).mask(empty)
    table["share_low"] = table["share_high"] = math.nan
    table["share_note"] = pd.Series(_NO_INTERVAL, index=table.index, dtype="str").mask(empty, _NO_BODY)
    for column, dtype in REVISION_COLUMNS.items():
        if dtype in ("int64", "Int64"):
            table[column] = table[column].fillna(0)
    table = table[list(REVISION_COLUMNS)].astype(REVISION_COLUMNS)
    compared = _get_compared(changes)
    if "modules" not in compared:
        table = table.assign(modules_added=pd.NA, modules_removed=pd.NA).astype(REVISION_COLUMNS)
    if "body" not in compared:
        table = table.assign(share_changed=math.nan, share_note=_NOT_COMPARED).astype(REVISION_COLUMNS)
    table.attrs["notes"] = notes
    return table


def _get_compared(changes: pd.DataFrame) -> Sequence[str]:
    """The fields that were compared; all of them where the table no longer says."""
    return changes.attrs.get("fields", FIELDS)


def _sum_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Counts per pair of sources; pairs without a change have no row."""
    body = changes["field"] == "body"
    sentence = body & (changes["kind"] != "whole body")
    modules = changes["field"] == "modules"
    came = changes["kind"].isin(["correction notice", "update notice", "editor's note"])
    counts = changes[_KEY].assign(
        changes=1,
        n=changes["n"].where(body, 0),
        **{column: sentence & changes["change"].isin(names) for column, names in _SENTENCES.items()},
        words_removed=changes["words_removed"].where(body, 0),
        words_added=changes["words_added"].where(body, 0),
        notices=came & (changes["change"] != "removed"),
        modules_added=modules & (changes["change"] == "added"),
        modules_removed=modules & (changes["change"] == "removed"),
    )
    grouped = counts.groupby(_KEY, sort=False)
    sums = grouped.sum().assign(n=grouped["n"].max())
    for column, name in (("field", "fields"), ("kind", "kinds")):
        unique = changes[[*_KEY, column]].drop_duplicates()
        if column == "kind":
            unique = unique.sort_values(column, kind="stable")
        sums[name] = unique.groupby(_KEY, sort=False)[column].agg(", ".join)
    return sums.reset_index()


def measure_revision_rates(
    changes: pd.DataFrame, articles: pd.DataFrame, *, level: float = 0.95
) -> pd.DataFrame:
    """Share of articles in which a field changed at all, with its interval: one row per field.

    Parameters
    ----------
    changes : DataFrame
        One row per change, as :func:`compare_snapshots` gives it.
    articles : DataFrame
        One row per snapshot, the same that was compared.
    level : float, default 0.95
        Confidence level of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per field (index 0, 1, 2 ...) in the order of ``FIELDS``, fields of ``MORE_FIELDS`` where they
        changed, then ``any``: ``field``; ``articles_changed`` of ``n`` articles with two snapshots or more;
        ``share``, ``share_low``, ``share_high``: their share and its Wilson interval, NaN where ``n`` is 0;
        ``pairs_changed`` of ``pairs``; ``pairs_order_known``; ``note``: why there is no figure, NaN else.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If ``level`` is not between 0 and 1.

    Notes
    -----
    The unit is the article, because the pairs of one article are not independent. The interval takes the
    articles for a random sample of like ones, captured as often and as long: captured more often, an article
    shows more changes, so shares of corpora with other schedules cannot be compared.

    Examples
    --------
    >>> from toolkit.revisions import compare_snapshots
    >>> from toolkit.tables import make_table
    >>> old = {"snapshot_id": "a", "article_id": "x", "source": "1.html", "captured_at": "2031-05-01",
    ...        "title": "Bridge closed", "body": "No ferries.", "words": 2}
    >>> new = old | {"snapshot_id": "b", "source": "2.html", "captured_at": "2031-05-02", "title": "Bridge open"}
    >>> articles = make_table("articles", [old, new])
    >>> rates = measure_revision_rates(compare_snapshots(articles), articles)
    >>> rates.loc[[0, 1], ["field", "articles_changed", "n", "share", "share_low", "share_high"]].round(3)
       field  articles_changed  n  share  share_low  share_high
    0  title                 1  1    1.0      0.207       1.000
    1   deck                 0  1    0.0      0.000       0.793
    """
    require_columns(changes, "changes", _NEEDED, hint="Pass what compare_snapshots() gives.")
    pairs = find_pairs(articles)
    compared = _get_compared(changes)
    n = int(pairs["article_id"].nunique())
    more = [name for name in MORE_FIELDS if (changes["field"] == name).any()]
    rows: list[dict[str, Any]] = []
    for field in (*FIELDS, *more, "any"):
        part = changes if field == "any" else changes[changes["field"] == field]
        count = int(part["article_id"].nunique())
        row: dict[str, Any] = {
            "field": field,
            "articles_changed": count,
            "n": n,
            "pairs_changed": int(part[["source_before", "source_after"]].drop_duplicates().shape[0]),
            "pairs": len(pairs),
            "pairs_order_known": int(pairs["order_known"].sum()),
        }
        if field != "any" and field not in compared:
            row["note"] = "not compared"
        elif not n:
            row["note"] = "no article has two snapshots"
        else:
            low, high = wilson_interval(count, n, level)
            row |= {"share": count / n, "share_low": float(low), "share_high": float(high)}
        rows.append(row)
    return pd.DataFrame(
        {
            column: pd.Series([row.get(column) for row in rows], dtype=dtype)
            for column, dtype in RATE_COLUMNS.items()
        }
    )
