"""Topics over time and across groups, and what sidebars push against what articles cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.stats import (
    benjamini_hochberg,
    bootstrap_sums,
    jensen_shannon,
    permutation_test,
    wilson_interval,
)
from toolkit.tables import require_columns

if TYPE_CHECKING:
    from toolkit.topics.model import TopicModel

__all__ = ["compare_sidebar_topics", "measure_sidebar_skew", "measure_topic_shares", "topics_over_time"]

WEIGHTS = ("log2", "uniform", "reciprocal")
_TIMES = ("published_at", "captured_at", "modified_at")


def _texts_of(table: pd.DataFrame, name: str) -> Any:
    """What the model reads of a table: headlines of placements, title and body of articles."""
    if isinstance(table, pd.DataFrame) and "headline" in table.columns and "body" not in table.columns:
        return table["headline"]
    require_columns(table, name, ["title", "body"])
    return table


def _assign(model: TopicModel, table: pd.DataFrame, name: str) -> np.ndarray:
    labels: np.ndarray = model.predict(_texts_of(table, name))
    return labels


def _label_column(model: TopicModel, topics: np.ndarray) -> pd.Series:
    names = model.topics_["label"].to_numpy()
    return pd.Series([names[topic] for topic in topics], dtype="str")


def _with_shares(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Add share and interval to a table with ``n`` and ``total``; 0 of 0 has none."""
    n, total = table["n"].to_numpy(float), table["total"].to_numpy(float)
    low, high = wilson_interval(n, total, level)
    some = total > 0
    table["share"] = np.divide(n, total, out=np.full(len(n), np.nan), where=some)
    table["share_low"] = np.where(some, low, np.nan)
    table["share_high"] = np.where(some, high, np.nan)
    return table


def topics_over_time(
    model: TopicModel,
    articles: pd.DataFrame,
    freq: str = "MS",
    *,
    time: str = "published_at",
    unit: str = "article",
    level: float = 0.95,
) -> pd.DataFrame:
    """How many articles, and what share of them, each topic had in each calendar bin.

    Parameters
    ----------
    model : TopicModel
        Fitted, on these articles or on others.
    articles : DataFrame
        One row per snapshot; needs ``title``, ``body`` and the time column. Placements (``headline``) with a
        time column of their own will do as well.
    freq : str, default "MS"
        Calendar bins as pandas writes them: "D" days, "W-MON" weeks, "MS" months, "QS" quarters, "YS" years;
        UTC, the start belongs to a bin, the end to the next.
    time : str, default "published_at"
        Which time counts. Never guessed: articles without it are left out and counted in
        ``table.attrs["n_undated"]``.
    unit : {"article", "snapshot"}, default "article"
        Count an article once, at its earliest time, or once per snapshot. Without a column ``article_id``
        each row is an article.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    DataFrame
        One row per bin and topic, by time, then topic: ``start`` and ``end`` (UTC), ``topic``, ``label``,
        ``n``, ``total`` (articles of the bin that have a topic), ``share``, ``share_low``, ``share_high``
        (Wilson; NaN in a bin with none), ``n_unassigned`` (articles of the bin without a topic), ``documents``
        (list of ``snapshot_id``, or of index values). Empty bins between the first and the last stay.

    Raises
    ------
    MissingColumnsError, InputError

    Notes
    -----
    Shares are of the pages that were saved: a topic can rise because more of its pages were captured. The
    intervals take articles for independent draws, so they are too narrow where stories run for days.

    Examples
    --------
    >>> from toolkit.topics import TopicModel
    >>> articles = pd.DataFrame({
    ...     "title": ["Rain and storm", "Storm and flood", "Team wins match", "Coach of team out"],
    ...     "body": ["Wind, rain, storm.", "Flood and storm.", "Goal, match, team.", "Match lost, coach out."],
    ...     "published_at": pd.to_datetime(["2025-01-03", "2025-03-09", "2025-03-30", "2025-03-31"], utc=True),
    ... })
    >>> table = topics_over_time(TopicModel(n_topics=2).fit(articles), articles)
    >>> table.groupby("start")["total"].first().tolist()
    [1, 0, 3]
    """
    if unit not in ("article", "snapshot"):
        raise InputError(f"unit: got {unit!r}; allowed are 'article' and 'snapshot'.")
    text_columns = ["headline"] if _is_placements(articles) else ["title", "body"]
    require_columns(articles, "articles", [*text_columns, time])
    when = articles[time]
    if not isinstance(when.dtype, (pd.DatetimeTZDtype, np.dtype)) or when.dtype.kind != "M":
        raise InputError(
            f"articles: column {time!r} has dtype {when.dtype}; times are needed. "
            f"Convert it with pd.to_datetime(articles[{time!r}], utc=True)."
        )
    times = when.dt.tz_localize("UTC") if when.dt.tz is None else when.dt.tz_convert("UTC")
    ids = articles["snapshot_id"] if "snapshot_id" in articles.columns else articles.index.to_series()
    rows = pd.DataFrame(
        {"time": times.to_numpy(), "id": ids.to_numpy(), "topic": _assign(model, articles, "articles")}
    )
    rows["time"] = pd.DatetimeIndex(times)
    undated = int(rows["time"].isna().sum())
    rows = rows[rows["time"].notna()]
    if unit == "article" and "article_id" in articles.columns:
        rows["article"] = articles["article_id"].to_numpy()[rows.index]
        rows = rows.sort_values(["time", "id"], kind="stable").drop_duplicates("article")
    edges = _bins(rows["time"], freq)
    k = model.n_topics_
    bins = len(edges) - 1
    at = np.searchsorted(edges.to_numpy(), rows["time"].to_numpy(), side="right") - 1
    counts = np.zeros((bins, k + 1), dtype=np.int64)
    np.add.at(counts, (at, rows["topic"].to_numpy()), 1)  # topic -1 falls into the last column
    documents: list[list[Any]] = [[] for _ in range(bins * k)]
    for bin_, topic, id_ in sorted(
        zip(at, rows["topic"], rows["id"], strict=True), key=lambda row: str(row[2])
    ):
        if topic >= 0:
            documents[int(bin_) * k + int(topic)].append(id_)
    topics = np.tile(np.arange(k), bins)
    table = pd.DataFrame(
        {
            "start": edges[:-1].repeat(k),
            "end": edges[1:].repeat(k),
            "topic": topics,
            "label": _label_column(model, topics),
            "n": counts[:, :k].ravel(),
            "total": counts[:, :k].sum(axis=1).repeat(k),
        }
    )
    table = _with_shares(table, level)
    table["n_unassigned"] = counts[:, k].repeat(k)
    table["documents"] = pd.Series(documents, dtype=object)
    table.attrs["n_undated"] = undated
    return table


def _is_placements(table: Any) -> bool:
    return isinstance(table, pd.DataFrame) and "headline" in table.columns and "body" not in table.columns


def _bins(times: pd.Series, freq: str) -> pd.DatetimeIndex:
    """Edges of the calendar bins that hold all times."""
    try:
        offset = pd.tseries.frequencies.to_offset(freq)
    except ValueError as error:
        raise InputError(
            f"freq: got {freq!r}; allowed are calendar steps as pandas writes them, such as 'D', 'W-MON', 'MS', "
            "'QS', 'YS'."
        ) from error
    if not len(times):
        return pd.DatetimeIndex([], tz="UTC").append(pd.DatetimeIndex(["1970-01-01"], tz="UTC"))
    if isinstance(offset, pd.tseries.offsets.Tick):
        first = times.min().floor(freq)
    else:
        first = times.min().normalize()
        first = first if offset.is_on_offset(first) else offset.rollback(first)
    edges = [first]
    while edges[-1] <= times.max():
        edges.append(edges[-1] + offset)
    return pd.DatetimeIndex(edges)


def measure_topic_shares(
    model: TopicModel,
    table: pd.DataFrame,
    by: str | Sequence[str],
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Shares of the topics in each group of articles or of printed headlines.

    Parameters
    ----------
    model : TopicModel
        Fitted.
    table : DataFrame
        Articles (``title``, ``body``) or placements (``headline``), with the grouping columns. A placement
        counts each time it is printed; second renderings (``duplicate``) are left out.
    by : str or sequence of str
        Columns to group by, such as "site", "section", "language" or a module's "kind". Rows where one is
        missing form no group and are left out; ``table.attrs["n_left_out"]`` of the result counts them.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    DataFrame
        One row per group and topic, by group, then topic: the grouping columns, ``topic``, ``label``, ``n``,
        ``total``, ``share``, ``share_low``, ``share_high`` (Wilson), ``n_unassigned``.

    Raises
    ------
    MissingColumnsError

    Examples
    --------
    >>> from toolkit.topics import TopicModel
    >>> placements = pd.DataFrame({
    ...     "headline": ["Storm and rain", "Rain and flood storm", "Team wins match", "Coach: team lost match"],
    ...     "kind": ["latest", "popular", "popular", "popular"],
    ... })
    >>> model = TopicModel(n_topics=2).fit(placements["headline"])
    >>> measure_topic_shares(model, placements, "kind")[["kind", "n", "total"]].values.tolist()[2:]
    [['popular', 2, 3], ['popular', 1, 3]]
    """
    columns = [by] if isinstance(by, str) else list(by)
    if not columns:
        raise InputError("by: no column given; name at least one, such as 'kind' or 'site'.")
    text_columns = ["headline"] if _is_placements(table) else ["title", "body"]
    require_columns(table, "table", [*text_columns, *columns])
    if _is_placements(table) and "duplicate" in table.columns:
        table = table[~table["duplicate"].astype(bool)]
    known = table[columns].notna().all(axis=1)
    kept = table[known]
    labels = _assign(model, kept, "table")
    k = model.n_topics_
    groups = kept[columns].drop_duplicates().sort_values(columns, kind="stable").reset_index(drop=True)
    index = pd.MultiIndex.from_frame(groups)
    at = index.get_indexer(pd.MultiIndex.from_frame(kept[columns]))
    counts = np.zeros((len(groups), k + 1), dtype=np.int64)
    np.add.at(counts, (at, labels), 1)
    result = groups.loc[groups.index.repeat(k)].reset_index(drop=True)
    topics = np.tile(np.arange(k), len(groups))
    result["topic"] = topics
    result["label"] = _label_column(model, topics)
    result["n"] = counts[:, :k].ravel()
    result["total"] = counts[:, :k].sum(axis=1).repeat(k)
    result = _with_shares(result, level)
    result["n_unassigned"] = counts[:, k].repeat(k)
    result.attrs["n_left_out"] = int((~known).sum())
    return result


def _rank_weights(ranks: np.ndarray, weight: str) -> np.ndarray:
    if weight not in WEIGHTS:
        raise InputError(f"weight: got {weight!r}; allowed are {', '.join(map(repr, WEIGHTS))}.")
    if weight == "log2":
        return np.asarray(1.0 / np.log2(ranks + 1.0))
    return np.asarray(1.0 / ranks) if weight == "reciprocal" else np.ones(len(ranks))


def _mixes(
    model: TopicModel, placements: pd.DataFrame, articles: pd.DataFrame, weight: str, by: str | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Per group and snapshot the sidebar's topic mix (sums to 1); per snapshot the article's; headline counts."""
    needed = ["snapshot_id", "headline", "rank"] + ([by] if by else [])
    require_columns(placements, "placements", needed)
    require_columns(articles, "articles", ["snapshot_id", "title", "body"])
    k = model.n_topics_
    use = (
        placements[~placements["duplicate"].astype(bool)] if "duplicate" in placements.columns else placements
    )
    use = use[use["headline"].notna()]
    group = use[by].astype("str") if by else pd.Series("all", index=use.index, dtype="str")
    rows = pd.DataFrame(
        {
            "group": group.to_numpy(),
            "snapshot_id": use["snapshot_id"].to_numpy(),
            "topic": _assign(model, use[["headline"]], "placements"),
            "weight": _rank_weights(use["rank"].to_numpy(float), weight),
        }
    )
    if by:
        rows = rows[use[by].notna().to_numpy()]
    rows = rows[rows["topic"] >= 0]
    mix = rows.pivot_table(
        index=["group", "snapshot_id"], columns="topic", values="weight", aggfunc="sum", fill_value=0.0
    ).reindex(columns=range(k), fill_value=0.0)
    mix = mix.div(mix.sum(axis=1), axis=0)
    counts = rows.groupby(["group", "snapshot_id"]).size().to_frame("n_headlines")
    topics = _assign(model, articles, "articles")
    own = pd.DataFrame(
        np.eye(k)[np.maximum(topics, 0)], index=pd.Index(articles["snapshot_id"], name="snapshot_id")
    )
    own = own[topics >= 0]
    return mix, own[~own.index.duplicated()].sort_index(), counts


def measure_sidebar_skew(
    model: TopicModel,
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    by: str | None = None,
    weight: str = "log2",
    n_resamples: int = 9999,
    random_state: int = 0,
) -> pd.DataFrame:
    """How far the topics that sidebars push are from the topics that the articles cover.

    Parameters
    ----------
    model : TopicModel
        Fitted; best on the articles, or on headlines with the articles as ``background``.
    placements : DataFrame
        One row per printed headline; needs ``snapshot_id``, ``headline``, ``rank`` (and ``by``). Second
        renderings (``duplicate``) are left out.
    articles : DataFrame
        One row per snapshot; needs ``snapshot_id``, ``title``, ``body``.
    by : str, optional
        A column of ``placements``, such as "kind": one row per group of modules.
    weight : {"log2", "uniform", "reciprocal"}, default "log2"
        Weight of a rank: 1 / log2(rank + 1), 1, or 1 / rank; scaled to sum 1 in each snapshot, so that long
        sidebars do not dominate.
    n_resamples : int, default 9999
        Permutations to draw.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per group, by name ("all" without ``by``): ``group``, ``divergence`` (Jensen-Shannon, bits, 0 to
        1), ``p_value``, ``p_adjusted`` (Benjamini-Hochberg over the groups), ``n_snapshots`` (with both a
        sidebar of the group and an article), ``n_headlines``, ``weight``, ``n_permutations``, ``reason`` (why
        there is no p-value, else empty).

    Raises
    ------
    MissingColumnsError, InputError

    Notes
    -----
    Rank-aware divergence after RADio (Vrijenhoek et al. 2022). The permutation swaps whole snapshots between
    "sidebar" and "article", never single headlines. The divergence grows with few snapshots even where there is
    no skew: read it with its p-value. Snapshots of one article are not independent; thin them first. A skew says
    what was printed, not why.

    Examples
    --------
    >>> from toolkit.topics import TopicModel
    >>> articles = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "title": ["Storm and flood", "Flood, rain, storm"],
    ...     "body": ["Rain and storm.", "Storm with rain, team."],
    ... })
    >>> placements = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "rank": [1, 1], "headline": ["Team wins match", "Match lost by team"],
    ... })
    >>> model = TopicModel(n_topics=2).fit(placements["headline"], background=articles)
    >>> skew = measure_sidebar_skew(model, placements, articles)
    >>> skew[["group", "n_snapshots", "n_headlines"]].values.tolist()
    [['all', 2, 2]]
    """
    mix, own, counts = _mixes(model, placements, articles, weight, by)
    rows = []
    for group in sorted(set(mix.index.get_level_values("group"))):
        sidebar = mix.loc[group]
        both = sidebar.index.intersection(own.index).sort_values()
        sums = np.vstack((sidebar.loc[both].to_numpy(), own.loc[both].to_numpy()))
        first = np.arange(len(sums)) < len(both)
        if len(both):
            test = permutation_test(sums, first, n_resamples=n_resamples, random_state=random_state)
            value, p, drawn, reason = test.value, test.p_value, test.n_permutations, test.reason
        else:
            value, p, drawn, reason = np.nan, np.nan, 0, "no snapshot has both a sidebar and an article"
        n_headlines = int(counts.loc[group].loc[both, "n_headlines"].sum())
        rows.append((group, value, p, len(both), n_headlines, weight, drawn, reason))
    columns = [
        "group",
        "divergence",
        "p_value",
        "n_snapshots",
        "n_headlines",
        "weight",
        "n_permutations",
        "reason",
    ]
    table = pd.DataFrame(rows, columns=columns).astype(
        {"group": "str", "divergence": float, "p_value": float, "weight": "str", "reason": "str"}
        | dict.fromkeys(("n_snapshots", "n_headlines", "n_permutations"), "int64")
    )
    table.insert(3, "p_adjusted", benjamini_hochberg(table["p_value"].to_numpy()))
    return table


def compare_sidebar_topics(
    model: TopicModel,
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    by: str | None = None,
    weight: str = "log2",
    n_resamples: int = 999,
    random_state: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Topic by topic, the sidebars' share of prominence beside the articles' share.

    Parameters
    ----------
    model, placements, articles, by, weight
        As in `measure_sidebar_skew`.
    n_resamples : int, default 999
        Bootstrap resamples, of snapshots.
    random_state : int, default 0
        Seed.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    DataFrame
        One row per group and topic: ``group``, ``topic``, ``label``, ``sidebar_share`` (rank-weighted),
        ``article_share``, ``difference`` (sidebar less article) with ``difference_low``, ``difference_high``
        (bootstrap over snapshots; NaN with fewer than 5, and ``reason`` says so), ``contribution`` (the topic's part
        of the divergence, bits), ``n_snapshots``. By group, then topic.

    Examples
    --------
    >>> from toolkit.topics import TopicModel
    >>> articles = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "title": ["Storm and flood", "Flood, rain, storm"],
    ...     "body": ["Rain and storm.", "Storm with rain, team."],
    ... })
    >>> placements = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "rank": [1, 1], "headline": ["Team wins match", "Match lost by team"],
    ... })
    >>> model = TopicModel(n_topics=2).fit(placements["headline"], background=articles)
    >>> compare_sidebar_topics(model, placements, articles)["n_snapshots"].tolist()
    [2, 2]
    """
    mix, own, _ = _mixes(model, placements, articles, weight, by)
    k = model.n_topics_
    parts = []
    for group in sorted(set(mix.index.get_level_values("group"))):
        both = mix.loc[group].index.intersection(own.index).sort_values()
        sidebar, article = mix.loc[group].loc[both].to_numpy(), own.loc[both].to_numpy()
        p, q = (side.mean(axis=0) if len(both) else np.full(k, np.nan) for side in (sidebar, article))
        lows, highs, reasons = [], [], []
        for topic in range(k):
            sums = np.column_stack((sidebar[:, topic] - article[:, topic], np.ones(len(both))))
            found = bootstrap_sums(
                sums,
                lambda totals: totals[..., 0] / totals[..., 1],
                level=level,
                n_resamples=n_resamples,
                method="percentile",
                random_state=random_state,
            )
            lows.append(found.low)
            highs.append(found.high)
            reasons.append(found.reason)
        parts.append(
            pd.DataFrame(
                {
                    "group": pd.Series([group] * k, dtype="str"),
                    "topic": np.arange(k),
                    "label": _label_column(model, np.arange(k)),
                    "sidebar_share": p,
                    "article_share": q,
                    "difference": p - q,
                    "difference_low": lows,
                    "difference_high": highs,
                    "contribution": _contributions(p, q),
                    "n_snapshots": len(both),
                    "reason": pd.Series(reasons, dtype="str"),
                }
            )
        )
    if parts:
        return pd.concat(parts, ignore_index=True)
    return _empty_comparison()


def _contributions(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Each topic's part of the Jensen-Shannon divergence; they add up to it."""
    middle = (p + q) / 2.0
    total = np.zeros(len(p))
    for side in (p, q):
        ratio = np.divide(side, middle, out=np.ones(len(p)), where=(side > 0) & (middle > 0))
        total += 0.5 * side * np.log2(ratio)
    assert np.isnan(p).any() or abs(float(total.sum()) - float(jensen_shannon(p, q))) < 1e-9
    return total


def _empty_comparison() -> pd.DataFrame:
    floats = (
        "sidebar_share",
        "article_share",
        "difference",
        "difference_low",
        "difference_high",
        "contribution",
    )
    dtypes = (
        {"group": "str", "topic": "int64", "label": "str"}
        | dict.fromkeys(floats, "float64")
        | {"n_snapshots": "int64", "reason": "str"}
    )
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in dtypes.items()})
