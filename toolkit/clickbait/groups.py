"""Scores and cues of groups of headlines, each with n and an interval: what tables and charts print."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit.clickbait.cues import CUES
from toolkit.errors import InputError
from toolkit.stats import bootstrap_sums, wilson_interval
from toolkit.tables import require_columns

__all__ = ["count_cues", "measure_clickbait", "rank_scores"]


def measure_clickbait(
    scored: pd.DataFrame,
    by: str = "kind",
    *,
    cluster: str = "snapshot_id",
    level: float = 0.95,
    n_resamples: int = 999,
    random_state: int = 0,
) -> pd.DataFrame:
    """Mean clickbait score of each group of headlines, with an interval from resampling snapshots.

    Parameters
    ----------
    scored : DataFrame
        One row per printed headline; needs ``score`` (as `score_clickbait` gives it, NaN where it abstained), the
        column ``by`` and the column ``cluster``.
    by : str, default "kind"
        Column that holds the groups; rows without a value are left out.
    cluster : str, default "snapshot_id"
        Column that holds the sampled unit: headlines of one page are no independent draws.
    level : float, default 0.95
        Confidence level.
    n_resamples : int, default 999
        Bootstrap samples.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per group, highest mean first, ties by name, groups without a score last: ``by``, ``n`` (scored
        headlines), ``n_unscored``, ``n_clusters``, ``mean_score``, ``mean_low``, ``mean_high`` (NaN under five
        clusters), ``reason`` (why there is no interval, else missing).

    Raises
    ------
    MissingColumnsError, InputError

    Notes
    -----
    The mean is over prints: a headline printed often weighs more. Drop duplicate headlines first to count each
    once. BCa bootstrap over clusters of the ratio of summed scores to summed counts.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["popular", "popular", "latest"], "score": [0.6, 0.4, 0.1],
    ...                      "snapshot_id": ["s", "t", "s"]})
    >>> measure_clickbait(rows)[["kind", "n", "mean_score"]].values.tolist()
    [['popular', 2, 0.5], ['latest', 1, 0.1]]
    """
    require_columns(scored, "scored", ["score", by, cluster])
    if by == cluster:
        raise InputError(f"measure_clickbait: by and cluster are both {by!r}; group by something else.")
    rows = []
    for name, part in scored[scored[by].notna()].groupby(by, sort=True):
        known = part[part["score"].notna()]
        row = {by: name, "n": len(known), "n_unscored": len(part) - len(known)}
        sums = known.groupby(cluster, sort=True)["score"].agg(["sum", "size"]).to_numpy(float)
        if len(known):
            found = bootstrap_sums(
                sums, _ratio, level=level, n_resamples=n_resamples, random_state=random_state
            )
            row |= {"mean_score": found.value, "mean_low": found.low, "mean_high": found.high}
            row["reason"] = found.reason or None
        else:
            row |= {
                "mean_score": np.nan,
                "mean_low": np.nan,
                "mean_high": np.nan,
                "reason": "no headline was scored",
            }
        rows.append(row | {"n_clusters": len(sums)})
    columns = [by, "n", "n_unscored", "n_clusters", "mean_score", "mean_low", "mean_high", "reason"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype(
        {by: "str", "n": "int64", "n_unscored": "int64", "n_clusters": "int64", "reason": "str"}
    )
    table[columns[4:7]] = table[columns[4:7]].astype("float64")
    return table.sort_values(
        ["mean_score", by], ascending=[False, True], na_position="last", ignore_index=True
    )


def _ratio(sums: np.ndarray) -> np.ndarray:
    totals: np.ndarray = np.divide(
        sums[..., 0], sums[..., 1], out=np.full(sums.shape[:-1], np.nan), where=sums[..., 1] > 0
    )
    return totals


def count_cues(cues: pd.DataFrame, n_headlines: int, *, level: float = 0.95) -> pd.DataFrame:
    """In how many headlines each cue stands, as a share with its interval; cues never found stay, with 0.

    Parameters
    ----------
    cues : DataFrame
        As `find_cues` gives it; needs ``headline_index`` and ``cue``.
    n_headlines : int
        How many headlines were searched, those without a cue too.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    DataFrame
        One row per cue, most frequent first, ties by name: ``cue``, ``n`` (headlines with it), ``total``,
        ``share``, ``share_low``, ``share_high`` (Wilson; NaN for 0 of 0), ``hits`` (all of them).

    Raises
    ------
    MissingColumnsError
    InputError
        If there are more headlines with cues than headlines.

    Examples
    --------
    >>> from toolkit.clickbait import find_cues
    >>> lines = ["Here's why your cat ignores you", "Council approves budget"]
    >>> count_cues(find_cues(lines), len(lines))[["cue", "n", "total"]].head(1).values.tolist()
    [['bait_phrase', 1, 2]]
    """
    require_columns(cues, "cues", ["headline_index", "cue"])
    found = cues.groupby("cue")["headline_index"].agg(["nunique", "size"])
    names = list(dict.fromkeys([*CUES, *found.index]))
    found = found.reindex(names, fill_value=0)
    if n_headlines < int(found["nunique"].max()):
        raise InputError(
            f"count_cues: n_headlines={n_headlines}, but {int(found['nunique'].max())} of them hold a cue."
        )
    total = np.full(len(names), n_headlines)
    low, high = wilson_interval(found["nunique"].to_numpy(), total, level)
    share = found["nunique"].to_numpy() / n_headlines if n_headlines else np.full(len(names), np.nan)
    table = pd.DataFrame(
        {
            "cue": pd.Series(names, dtype="str"),
            "n": found["nunique"].to_numpy("int64"),
            "total": total.astype("int64"),
            "share": share,
            "share_low": low,
            "share_high": high,
            "hits": found["size"].to_numpy("int64"),
        }
    )
    return table.sort_values(["n", "cue"], ascending=[False, True], ignore_index=True)


def rank_scores(scored: pd.DataFrame) -> pd.DataFrame:
    """Each distinct headline once, highest score first: the evidence behind a group's mean.

    Parameters
    ----------
    scored : DataFrame
        One row per print, as `score_clickbait` gives it; needs ``headline``, ``score``, ``score_low``,
        ``score_high``, ``cues``.

    Returns
    -------
    DataFrame
        One row per headline (same characters), ties by headline, unscored ones left out: the needed columns and
        ``prints``.

    Examples
    --------
    >>> from toolkit.clickbait import score_clickbait
    >>> lines = ["Council approves budget", "You won't believe this trick", "Council approves budget"]
    >>> rank_scores(score_clickbait(lines))[["headline", "prints"]].values.tolist()
    [["You won't believe this trick", 1], ['Council approves budget', 2]]
    """
    columns = ["headline", "score", "score_low", "score_high", "cues"]
    require_columns(scored, "scored", columns)
    known = scored.loc[scored["score"].notna(), columns].sort_values(
        ["score", "headline"], ascending=[False, True], kind="stable"
    )
    prints = known["headline"].map(known["headline"].value_counts())
    return known.assign(prints=prints.astype("int64")).drop_duplicates("headline", ignore_index=True)
