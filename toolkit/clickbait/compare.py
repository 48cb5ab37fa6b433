"""Comparisons of groups of headlines: modules, sites, months, sidebar against articles; always with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.clickbait.cues import CUES, find_cues
from toolkit.clickbait.model import ClickbaitModel
from toolkit.clickbait.score import score_clickbait
from toolkit.errors import InputError
from toolkit.stats import bootstrap_sums, newcombe_interval
from toolkit.tables import require_columns

__all__ = ["compare_clickbait"]

_COLUMNS = (
    "measure", "group", "reference", "n", "n_reference", "value", "value_reference", "difference",
    "difference_low", "difference_high", "n_clusters", "method", "reason",
)  # fmt: skip


def compare_clickbait(
    headlines: pd.DataFrame | Mapping[str, Any],
    by: str | None = None,
    *,
    reference: str | None = None,
    cluster: str = "snapshot_id",
    threshold: float = 0.5,
    language: str | None = None,
    model: ClickbaitModel | None = None,
    scale: str | None = None,
    level: float = 0.95,
    n_resamples: int = 999,
    random_state: int = 0,
) -> pd.DataFrame:
    """Compare the scores and cues of groups of headlines with one group or with all others.

    Parameters
    ----------
    headlines : DataFrame, or mapping of str to headlines
        Placements joined with what they are compared by; needs ``headline`` and the column ``by``. Or groups by
        name: ``{"sidebar": placements, "articles": articles.rename(columns={"title": "headline"})}``.
    by : str
        Column that holds the groups (``kind``, ``module``, ``site``, a month); left out with a mapping.
    reference : str, optional
        Group the others are compared with. Default: each group with all the others together.
    cluster : str
        Column of what was drawn together (one saved page); resampled for the interval of mean scores. Where it is
        absent each distinct headline is a cluster.
    threshold : float
        Score from which a headline counts as high, within 0 and 1.
    language, model, scale
        As for ``score_clickbait``; all groups are scored on one scale.
    level, n_resamples, random_state
        Level of the intervals, bootstrap samples, seed.

    Returns
    -------
    DataFrame
        One row per measure and group: first ``mean score``, then ``share high`` (score >= threshold), then one per
        cue found in any group (share of headlines with it); groups sorted by name.

        ``value`` (of the group), ``value_reference`` (of ``reference``, else of the other groups, then called
        "all others"), ``difference`` with ``difference_low``, ``difference_high`` (bootstrap of clusters for
        scores, Newcombe for shares), ``n``, ``n_reference`` (headlines: scored ones for scores, those of a language
        with rules for cues), ``n_clusters``, ``method``, ``reason`` (why there is no interval, else missing).
        Rows of placements are counted as printed; drop duplicates first to count headlines once.

    Raises
    ------
    InputError
        If there are fewer than two groups, ``reference`` is none of them, or an option is out of range.
    MissingColumnsError
        If ``headline`` or ``by`` is missing.

    Notes
    -----
    Newcombe's interval takes headlines as independent; the same headline printed on many pages makes it too
    narrow. A difference is one of style and says nothing about its cause.

    Examples
    --------
    >>> groups = {"a": [f"{n} reasons you need this" for n in range(5, 25)], "b": ["Council meets"] * 20}
    >>> found = compare_clickbait(groups, reference="b").set_index("measure")
    >>> bool(found.loc["list_number", "difference_low"] > 0.5)
    True
    """
    if not 0 <= threshold <= 1:
        raise InputError(f"threshold: got {threshold!r}; allowed is a score from 0 to 1.")
    table, by = _one_table(headlines, by)
    rows = table[table[by].notna()].reset_index(drop=True)
    groups = sorted(rows[by].astype("str").unique())
    if len(groups) < 2:
        raise InputError(
            f"headlines: {len(groups)} group(s) in column {by!r}; at least two are needed for a comparison."
        )
    if reference is not None and reference not in groups:
        raise InputError(f"reference: no group {reference!r}; there are {', '.join(map(repr, groups))}.")
    label = rows[by].astype("str").to_numpy()
    scores = score_clickbait(rows, language, model=model, scale=scale)
    score = scores["score"].to_numpy()
    scored = ~np.isnan(score)
    clusters = _clusters(rows, cluster)
    with_cue = _with_cues(rows, scores, language)
    with_rules = (scores["n_cues"] >= 0).to_numpy() & ~scores["headline"].isna().to_numpy()
    with_rules &= ~scores["language"].isin(list(with_cue.attrs["without_rules"])).to_numpy()
    result = []
    for group in groups:
        if group == reference:
            continue
        first = label == group
        second = (label == reference) if reference is not None else ~first
        name = reference if reference is not None else "all others"
        head = {"group": group, "reference": name}
        result.append(
            {"measure": "mean score", **head, **_mean_scores(
                score, first & scored, second & scored, clusters, level, n_resamples, random_state
            )}
        )  # fmt: skip
        high = score >= threshold
        result.append(
            {"measure": "share high", **head, **_shares(high, first & scored, second & scored, level)}
        )
        for cue in with_cue.columns:
            has = with_cue[cue].to_numpy()
            result.append(
                {"measure": cue, **head, **_shares(has, first & with_rules, second & with_rules, level)}
            )
    frame = pd.DataFrame(result, columns=list(_COLUMNS))
    order = {name: at for at, name in enumerate(["mean score", "share high", *with_cue.columns])}
    frame = frame.sort_values(
        ["measure", "group"], key=lambda column: column.map(order) if column.name == "measure" else column
    )
    texts = ("measure", "group", "reference", "method", "reason")
    return frame.reset_index(drop=True).astype(dict.fromkeys(texts, "str"))


def _one_table(headlines: Any, by: str | None) -> tuple[pd.DataFrame, str]:
    if isinstance(headlines, pd.DataFrame):
        if by is None:
            raise InputError("by: name the column that holds the groups, such as 'kind', 'module' or 'site'.")
        require_columns(headlines, "headlines", ["headline", by])
        return headlines, by
    if not isinstance(headlines, Mapping):
        raise InputError(
            f"headlines: expected a table or a mapping of names to headlines, got {type(headlines).__name__}."
        )
    tables = []
    for name, part in headlines.items():
        if isinstance(part, pd.DataFrame):
            require_columns(part, f"headlines[{name!r}]", ["headline"])
            part = part.assign(group=name)
        else:
            part = pd.DataFrame({"headline": pd.Series(list(part), dtype=object), "group": name})
        tables.append(part)
    if not tables:
        raise InputError("headlines: no groups given; at least two are needed for a comparison.")
    return pd.concat(tables, ignore_index=True), "group"


def _clusters(rows: pd.DataFrame, cluster: str) -> npt.NDArray[np.int64]:
    if cluster in rows.columns:
        keys = rows[cluster].astype("str").where(rows[cluster].notna(), rows["headline"].astype("str"))
    else:
        keys = rows["headline"].astype("str")
    return pd.factorize(keys, sort=True)[0].astype(np.int64)


def _with_cues(rows: pd.DataFrame, scores: pd.DataFrame, language: str | None) -> pd.DataFrame:
    """One bool column per cue that was found, rows as given."""
    found = find_cues(pd.DataFrame({"headline": rows["headline"], "language": scores["language"]}), language)
    names = [cue for cue in CUES if cue in set(found["cue"])]
    table = pd.DataFrame(False, index=rows.index, columns=names)
    for cue in names:
        table.loc[found.loc[found["cue"] == cue, "headline_index"].unique(), cue] = True
    table.attrs["without_rules"] = found.attrs["without_rules"]
    return table


def _mean_scores(
    score: npt.NDArray[np.float64],
    first: npt.NDArray[np.bool_],
    second: npt.NDArray[np.bool_],
    clusters: npt.NDArray[np.int64],
    level: float,
    n_resamples: int,
    random_state: int,
) -> dict[str, Any]:
    n, m = int(first.sum()), int(second.sum())
    row: dict[str, Any] = {"n": n, "n_reference": m, "method": "bootstrap of clusters (percentile)"}
    if not n or not m:
        return {**row, "n_clusters": 0, "reason": "a group has no scored headline"}
    used = first | second
    codes = np.unique(clusters[used], return_inverse=True)[1]
    value = np.where(used, np.nan_to_num(score), 0.0)[used]
    a, b = first[used].astype(float), second[used].astype(float)
    sums = np.column_stack([np.bincount(codes, weights=w) for w in (value * a, a, value * b, b)])

    def difference(totals: Any) -> Any:
        totals = np.asarray(totals)
        with np.errstate(invalid="ignore", divide="ignore"):
            return totals[..., 0] / totals[..., 1] - totals[..., 2] / totals[..., 3]

    found = bootstrap_sums(
        sums, difference, level=level, n_resamples=n_resamples, method="percentile", random_state=random_state
    )
    mean_a, mean_b = float(score[first].mean()), float(score[second].mean())
    return {
        **row, "value": mean_a, "value_reference": mean_b, "difference": mean_a - mean_b,
        "difference_low": found.low, "difference_high": found.high, "n_clusters": found.n,
        "reason": found.reason or np.nan,
    }  # fmt: skip


def _shares(
    has: npt.NDArray[np.bool_], first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], level: float
) -> dict[str, Any]:
    n, m = int(first.sum()), int(second.sum())
    row: dict[str, Any] = {"n": n, "n_reference": m, "method": "Newcombe", "n_clusters": n + m}
    if not n or not m:
        return {**row, "reason": "a group has no headline that could be read"}
    x, y = int(has[first].sum()), int(has[second].sum())
    low, high = newcombe_interval(x, n, y, m, level)
    return {
        **row, "value": x / n, "value_reference": y / m, "difference": x / n - y / m,
        "difference_low": float(low), "difference_high": float(high), "reason": np.nan,
    }  # fmt: skip
