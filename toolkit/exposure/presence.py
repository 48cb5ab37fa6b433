"""Captures by calendar period, and where headlines stood from capture to capture: small tables behind charts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from toolkit.errors import InputError
from toolkit.exposure.concentration import concentration_index
from toolkit.exposure.identity import find_headline_ids
from toolkit.tables import require_columns

__all__ = ["count_captures", "count_kinds", "find_lorenz", "find_presence", "find_ranks"]


def count_captures(articles: pd.DataFrame, freq: str = "auto") -> pd.DataFrame:
    """How many snapshots were captured in each calendar period, the empty ones kept: the gaps.

    Parameters
    ----------
    articles : DataFrame
        One row per snapshot; needs ``captured_at`` and ``article_id``.
    freq : str, default "auto"
        Periods as pandas writes them ("D", "W-MON", "MS"), in UTC. "auto" takes days up to ten weeks, weeks up to
        two years, months beyond.

    Returns
    -------
    DataFrame
        One row per period, by time: ``start``, ``end`` (UTC; the start belongs to it, the end to the next),
        ``snapshots``, ``articles`` (different ones). ``attrs`` hold ``freq``, ``n_undated`` (snapshots without a
        capture time, in no period) and ``longest_gap_hours`` (between two captures that follow each other; NaN
        under two).

    Raises
    ------
    MissingColumnsError, InputError

    Examples
    --------
    >>> articles = pd.DataFrame({
    ...     "article_id": ["a", "b", "a"],
    ...     "captured_at": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-01-03"], utc=True),
    ... })
    >>> count_captures(articles)["snapshots"].tolist()
    [2, 0, 1]
    """
    require_columns(articles, "articles", ["captured_at", "article_id"])
    dated = articles.loc[articles["captured_at"].notna(), ["captured_at", "article_id"]]
    times = dated["captured_at"].sort_values()
    if freq == "auto":
        days = (times.iloc[-1] - times.iloc[0]) / pd.Timedelta(days=1) if len(times) else 0.0
        freq = "D" if days <= 70 else "W-MON" if days <= 731 else "MS"
    gaps = times.diff().dt.total_seconds() / 3600
    attrs = {
        "freq": freq,
        "n_undated": len(articles) - len(dated),
        "longest_gap_hours": float(gaps.max()) if len(times) > 1 else float("nan"),
    }
    columns = ["start", "end", "snapshots", "articles"]
    if dated.empty:
        empty = pd.DataFrame({name: pd.Series(dtype="int64") for name in columns})
        empty[["start", "end"]] = empty[["start", "end"]].astype("datetime64[us, UTC]")
        empty.attrs.update(attrs)
        return empty
    try:
        first = to_offset(freq).rollback(times.iloc[0].normalize())
        edges = pd.date_range(first, times.iloc[-1], freq=freq).as_unit("us")
    except ValueError as error:
        raise InputError(
            f"freq: {freq!r} is no calendar period that pandas knows; use 'D', 'W-MON', 'MS'."
        ) from error
    edges = edges.append(pd.DatetimeIndex([edges[-1] + edges.freq])).as_unit("us")
    bins = np.searchsorted(edges, pd.DatetimeIndex(dated["captured_at"]).as_unit("us"), side="right") - 1
    grouped = dated["article_id"].groupby(bins)
    places = range(len(edges) - 1)
    table = pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "snapshots": grouped.size().reindex(places, fill_value=0).to_numpy("int64"),
            "articles": grouped.nunique().reindex(places, fill_value=0).to_numpy("int64"),
        }
    )
    table.attrs.update(attrs)
    return table


def count_kinds(modules: pd.DataFrame) -> pd.DataFrame:
    """How many modules of each kind were printed, with how many headlines, in how many snapshots.

    Parameters
    ----------
    modules : DataFrame
        One row per printed module; needs snapshot_id, module, kind, n_items, duplicate_of.

    Returns
    -------
    DataFrame
        One row per kind, most printed first, ties by name: ``kind``, ``modules`` (second renderings left out),
        ``second_renderings``, ``empty``, ``snapshots``, ``headlines`` (of the modules counted), ``labels`` (how
        many different ones), ``commonest_label``.

    Examples
    --------
    >>> modules = pd.DataFrame({
    ...     "snapshot_id": ["s", "s", "t"], "module": ["Top", "Top", None], "kind": "popular",
    ...     "n_items": [5, 5, 3], "duplicate_of": pd.array([None, 0, None], dtype="Int64")})
    >>> count_kinds(modules)[["modules", "second_renderings", "headlines"]].values.tolist()
    [[2, 1, 8]]
    """
    require_columns(modules, "modules", ["snapshot_id", "module", "kind", "n_items", "duplicate_of"])
    second = modules["duplicate_of"].notna()
    live = modules[~second].sort_values(["kind", "module"], kind="stable")
    table = live.groupby("kind").agg(
        modules=("kind", "size"),
        empty=("n_items", lambda n: int((n == 0).sum())),
        snapshots=("snapshot_id", "nunique"),
        headlines=("n_items", "sum"),
        labels=("module", "nunique"),
        commonest_label=("module", lambda label: next(iter(label.value_counts().index), None)),
    )
    counts = modules.loc[second, "kind"].value_counts()
    table.insert(1, "second_renderings", counts.reindex(table.index).fillna(0).astype("int64"))
    table = table.reset_index().sort_values(["modules", "kind"], ascending=[False, True], ignore_index=True)
    return table.astype({"commonest_label": "str"})


def find_ranks(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    module: str | None = None,
    most: int = 8,
    last: int | None = 40,
) -> pd.DataFrame:
    """Where the headlines of one module stood, capture by capture: the table behind a bump chart.

    Parameters
    ----------
    placements : DataFrame
        One row per printed headline; needs snapshot_id, module, rank, headline; second renderings (``duplicate``)
        are left out.
    articles : DataFrame
        One row per snapshot; needs snapshot_id, captured_at. Undated snapshots are left out.
    module : str, optional
        The label; by default the one printed in most dated snapshots (menus only where there is nothing
        else, if ``kind`` is known), ties by label.
    most : int, default 8
        How many headlines: those seen in most captures, then with the best mean rank, then by headline.
    last : int or None, default 40
        Only the last so many captures of the module; None takes all.

    Returns
    -------
    DataFrame
        One row per capture and headline, absent ones too: ``module``, ``captured_at``, ``capture`` (0, 1, 2 ... in
        time), ``headline``, ``rank`` (NA where it was not printed). By headline (most seen first), then time.
        Where two snapshots bear one time the better rank counts. Empty where no dated module is printed.

    Raises
    ------
    MissingColumnsError
    InputError
        If no module has that label.

    Examples
    --------
    >>> articles = pd.DataFrame({
    ...     "snapshot_id": ["s", "t"], "captured_at": pd.to_datetime(["2025-01-01", "2025-01-02"], utc=True)})
    >>> placements = pd.DataFrame({
    ...     "snapshot_id": ["s", "s", "t"], "module": "Top", "rank": [1, 2, 1], "headline": ["A", "B", "B"]})
    >>> find_ranks(placements, articles)[["capture", "headline", "rank"]].values.tolist()
    [[0, 'B', 2], [1, 'B', 1], [0, 'A', 1], [1, 'A', <NA>]]
    """
    require_columns(placements, "placements", ["snapshot_id", "module", "rank", "headline"])
    require_columns(articles, "articles", ["snapshot_id", "captured_at"])
    times = articles.loc[articles["captured_at"].notna(), ["snapshot_id", "captured_at"]].drop_duplicates(
        "snapshot_id"
    )
    prints = placements[placements["module"].notna()]
    if "duplicate" in prints.columns:
        prints = prints[~prints["duplicate"].astype(bool)]
    if module is not None and not (prints["module"] == module).any():
        there = ", ".join(map(repr, sorted(prints["module"].unique())[:20])) or "none"
        raise InputError(f"find_ranks: no module is labelled {module!r}; there are: {there}.")
    prints = prints.merge(times, on="snapshot_id", how="inner", validate="many_to_one")
    if module is None and len(prints):
        lists = prints[prints["kind"] != "menu"] if "kind" in prints.columns else prints
        lists = lists if len(lists) else prints
        seen = lists.groupby("module")["captured_at"].nunique().sort_index()
        module = str(seen.sort_values(ascending=False, kind="stable").index[0])
    prints = prints[prints["module"] == module]
    captures = np.sort(prints["captured_at"].unique())
    captures = captures[-last:] if last is not None else captures
    prints = prints[prints["captured_at"].isin(captures)]
    key = find_headline_ids(prints)
    prints = prints.assign(key=key.to_numpy())
    told = prints.groupby("key").agg(
        seen=("captured_at", "nunique"), mean=("rank", "mean"), headline=("headline", "min")
    )
    told = told.sort_values(["seen", "mean", "headline"], ascending=[False, True, True]).head(most)
    best = prints.groupby(["key", "captured_at"])["rank"].min()
    whole = pd.MultiIndex.from_product([told.index, pd.DatetimeIndex(captures)], names=["key", "captured_at"])
    ranks = best.reindex(whole).astype("Int64").reset_index()
    return pd.DataFrame(
        {
            "module": pd.Series([module] * len(ranks), dtype="str"),
            "captured_at": ranks["captured_at"],
            "capture": np.tile(np.arange(len(captures)), len(told)),
            "headline": told["headline"].reindex(ranks["key"]).to_numpy(),
            "rank": ranks["rank"],
        }
    ).astype({"headline": "str"})


def find_presence(
    placements: pd.DataFrame, articles: pd.DataFrame, *, most: int = 15, module: str | None = None
) -> pd.DataFrame:
    """In which captures each of the most seen headlines was printed: the table behind presence strips.

    Parameters
    ----------
    placements : DataFrame
        One row per printed headline; needs snapshot_id, rank, headline; module where one is asked for; second
        renderings (``duplicate``) are left out.
    articles : DataFrame
        One row per snapshot; needs snapshot_id, captured_at. Undated snapshots are left out.
    most : int, default 15
        How many headlines: those printed in most captures, then in most modules, then by headline.
    module : str, optional
        Only this label, and only the captures that printed it.

    Returns
    -------
    DataFrame
        One row per headline and capture, absent ones too: ``headline``, ``captured_at``, ``capture`` (0, 1, 2 ... in
        time; snapshots that bear one time are one capture), ``prints`` (0 where it was absent), ``best_rank`` (NA
        there). By first sighting, then headline, then time.

    Raises
    ------
    MissingColumnsError
    InputError
        If no module has that label, or ``most`` is below 1.

    Notes
    -----
    A capture is of one page. A headline that is absent may stand on another page of the site at that moment: with
    a module that is the same all over the site, as ``module`` can pick one, absence says more.

    Examples
    --------
    >>> articles = pd.DataFrame({
    ...     "snapshot_id": ["s", "t"], "captured_at": pd.to_datetime(["2025-01-01", "2025-01-02"], utc=True)})
    >>> placements = pd.DataFrame({"snapshot_id": ["s", "s", "t"], "rank": [1, 2, 1], "headline": ["A", "B", "B"]})
    >>> find_presence(placements, articles)[["headline", "capture", "prints"]].values.tolist()
    [['A', 0, 1], ['A', 1, 0], ['B', 0, 1], ['B', 1, 1]]
    """
    if most < 1:
        raise InputError(f"most: got {most}; 1 or more is needed.")
    needed = ["snapshot_id", "rank", "headline"] + (["module"] if module is not None else [])
    require_columns(placements, "placements", needed)
    require_columns(articles, "articles", ["snapshot_id", "captured_at"])
    times = articles.loc[articles["captured_at"].notna(), ["snapshot_id", "captured_at"]]
    times = times.drop_duplicates("snapshot_id")
    prints = placements
    if "duplicate" in prints.columns:
        prints = prints[~prints["duplicate"].astype(bool)]
    if module is not None:
        there = prints["module"].dropna().unique()
        if module not in there:
            listed = ", ".join(map(repr, sorted(there)[:20])) or "none"
            raise InputError(f"find_presence: no module is labelled {module!r}; there are: {listed}.")
        prints = prints[prints["module"] == module]
        times = times[times["snapshot_id"].isin(prints["snapshot_id"])]
    captures = np.sort(times["captured_at"].unique())
    prints = prints.merge(times, on="snapshot_id", how="inner", validate="many_to_one")
    prints = prints.assign(key=find_headline_ids(prints).to_numpy())
    told = prints.groupby("key").agg(
        seen=("captured_at", "nunique"),
        size=("rank", "size"),
        first=("captured_at", "min"),
        headline=("headline", "min"),
    )
    told = told.sort_values(["seen", "size", "headline"], ascending=[False, False, True]).head(most)
    told = told.sort_values(["first", "headline"])
    whole = pd.MultiIndex.from_product([told.index, pd.DatetimeIndex(captures)], names=["key", "captured_at"])
    found = prints.groupby(["key", "captured_at"])["rank"].agg(["size", "min"]).reindex(whole)
    return pd.DataFrame(
        {
            "headline": pd.Series(np.repeat(told["headline"].to_numpy(), len(captures)), dtype="str"),
            "captured_at": pd.to_datetime(whole.get_level_values("captured_at"), utc=True).as_unit("us"),
            "capture": np.tile(np.arange(len(captures)), len(told)),
            "prints": found["size"].fillna(0).to_numpy("int64"),
            "best_rank": pd.array(found["min"].to_numpy(float), dtype="Int64"),
        }
    )


def find_lorenz(headlines: pd.DataFrame, weight: str = "exposure_log2") -> pd.DataFrame:
    """The Lorenz curve of exposure: what the least exposed headlines share, from none of them to all.

    Parameters
    ----------
    headlines : DataFrame
        As `measure_headlines` gives it: one row per headline; needs the column ``weight``.
    weight : str, default "exposure_log2"
        What is shared; "prints" counts each print 1. 0 or more.

    Returns
    -------
    DataFrame
        One row per headline and one for none: ``share_items``, ``share_exposure`` (0 to 1, cumulated from the least
        exposed). ``attrs`` hold ``n``, ``weight``, ``gini`` and ``top_tenth``, the share that the most exposed tenth
        holds (rounded up to whole headlines). Empty where nothing was printed.

    Raises
    ------
    MissingColumnsError
    InputError
        If an amount is negative or missing.

    Notes
    -----
    Headlines that were never printed are not in it, so that it understates how uneven the choice was. Intervals of
    the Gini index: `measure_concentration`.

    Examples
    --------
    >>> curve = find_lorenz(pd.DataFrame({"prints": [5, 3, 1, 1, 0]}), "prints")
    >>> curve["share_exposure"].tolist(), round(curve.attrs["gini"], 2)
    ([0.0, 0.0, 0.1, 0.2, 0.5, 1.0], 0.48)
    """
    require_columns(headlines, "headlines", [weight])
    amounts = np.sort(headlines[weight].to_numpy(float))
    gini = float(concentration_index(amounts)["gini"])  # also refuses amounts that are no amounts
    n, total = len(amounts), float(amounts.sum())
    if not total > 0:
        amounts = amounts[:0]
    running = np.append(0.0, np.cumsum(amounts))
    places = np.arange(len(running)) if len(amounts) else np.empty(0)
    table = pd.DataFrame(
        {"share_items": places / max(n, 1), "share_exposure": running[: len(places)] / (total or 1.0)}
    )
    tenth = (n + 9) // 10
    top = float(amounts[n - tenth :].sum() / total) if len(amounts) else float("nan")
    table.attrs.update({"n": n, "weight": weight, "gini": gini, "top_tenth": top})
    return table
