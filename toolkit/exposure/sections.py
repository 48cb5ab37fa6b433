"""Sections' shares of the modules, two modules' mixes against each other, and labels that were renamed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.groups import fold_sections
from toolkit.exposure.identity import Identity
from toolkit.exposure.prints import Window, read_prints, vocabulary
from toolkit.exposure.weights import Weighting, rank_weights
from toolkit.stats import MIN_CLUSTERS, cluster_share_interval, permutation_test
from toolkit.tables import require_columns

__all__ = ["compare_sections", "find_renamed_labels", "measure_sections"]


def measure_sections(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    weighting: Weighting | None = None,
    window: Window | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Sections' shares of each module, by the kickers printed with the headlines.

    Parameters
    ----------
    placements, articles, window
        As for `measure_headlines`; placements need ``kicker``.
    weighting : {"uniform", "log2", "geometric", "reciprocal"}, optional
        Shares of exposure, normalised per module print; by default of prints.
    level : float, default 0.95
        Confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per site, module and section: ``site``, ``module``, ``section``, ``prints``, ``share`` (of the
        module's prints or exposure that have a kicker), ``share_low``, ``share_high`` (by snapshots), ``left_out``
        (prints of the module without a kicker), ``snapshots``, ``reason``. By site, module, largest share, section.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Examples
    --------
    >>> pages = pd.DataFrame({"snapshot_id": ["a"], "article_id": "x", "captured_at": [pd.NaT]})
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": "a", "module": "L", "rank": [1, 2, 3], "headline": list("ABC"), "kicker": ["X", "x", "Y"],
    ... })
    >>> measure_sections(prints, pages)[["section", "prints"]].to_numpy().tolist()
    [['X', 2], ['Y', 1]]
    """
    require_columns(placements, "placements", ["kicker"])
    prints = read_prints(placements, articles, window=window)
    weights = np.ones(len(prints.rank))
    if weighting is not None:
        weights = prints.normalised(rank_weights(prints.rank, weighting))
    frame = pd.DataFrame(
        {
            "site": prints.snapshots["site"].array.take(prints.snapshot),
            "module": pd.array(np.array([*prints.labels, None], dtype=object)[prints.label], dtype="str"),
            "section": fold_sections(prints.placements["kicker"].iloc[prints.row]).array,
            "snapshot": prints.snapshot,
            "weight": weights,
        }
    )
    rows: list[dict[str, Any]] = []
    for (site, module), group in frame.groupby(["site", "module"], dropna=False, sort=True):
        known = group[group["section"].notna()]
        sums = known.groupby(["snapshot", "section"])["weight"].sum().unstack(fill_value=0.0)
        whole, n = sums.sum(axis=1).to_numpy(), len(sums)
        for section in sums.columns:
            part = sums[section].to_numpy()
            low, high = cluster_share_interval(
                part.sum(), (part**2).sum(), (part * whole).sum(), whole.sum(), (whole**2).sum(), n, level
            )
            rows.append(
                {
                    "site": site, "module": module, "section": section,
                    "prints": int((known["section"] == section).sum()), "share": part.sum() / whole.sum(),
                    "share_low": float(low), "share_high": float(high), "left_out": len(group) - len(known),
                    "snapshots": n,
                    "reason": "" if n >= MIN_CLUSTERS else f"{n} snapshots; an interval needs {MIN_CLUSTERS} or more",
                }
            )  # fmt: skip
    columns = [
        "site", "module", "section", "prints", "share", "share_low", "share_high", "left_out", "snapshots", "reason",
    ]  # fmt: skip
    types = dict.fromkeys(["share", "share_low", "share_high"], "float64")
    types |= dict.fromkeys(["site", "module", "section", "reason"], "str")
    types |= dict.fromkeys(["prints", "left_out", "snapshots"], "int64")
    table = pd.DataFrame(rows, columns=columns).astype(types)
    return table.sort_values(
        ["site", "module", "share", "section"], ascending=[True, True, False, True], ignore_index=True
    )


def compare_sections(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    first: str,
    second: str,
    *,
    weighting: Weighting = "log2",
    window: Window | None = None,
    n_resamples: int = 9999,
    random_state: int = 0,
) -> pd.Series:
    """Do two modules have another mix of sections? Rank-aware Jensen-Shannon divergence with a permutation p.

    Parameters
    ----------
    placements, articles, window
        As for `measure_sections`.
    first, second : str
        Labels of the two modules.
    weighting : {"log2", "uniform", "geometric", "reciprocal"}, default "log2"
        How a rank weighs; "uniform" gives the divergence without ranks.
    n_resamples : int, default 9999
        Relabellings to draw.
    random_state : int, default 0
        Seed.

    Returns
    -------
    Series
        ``divergence`` (bits, 0 to 1), ``p_value``, ``n_first``, ``n_second`` (module prints), ``permutations``,
        ``exact``, ``reason``.

    Raises
    ------
    MissingColumnsError, InputError
        Also where a label does not occur.

    Notes
    -----
    RADio (Vrijenhoek et al. 2022). The labels of whole module prints are permuted, not of headlines.

    Examples
    --------
    >>> pages = pd.DataFrame({"snapshot_id": ["a"], "article_id": "x", "captured_at": [pd.NaT]})
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": "a", "module": ["L"] * 4 + ["P"] * 4, "rank": [1, 2, 3, 4] * 2,
    ...     "headline": list("ABCDEFGH"),
    ...     "kicker": ["life", "life", "pol", "sport", "pol", "sport", "life", "life"],
    ... })
    >>> round(float(compare_sections(prints, pages, "L", "P")["divergence"]), 6)
    0.056571
    """
    require_columns(placements, "placements", ["kicker"])
    prints = read_prints(placements, articles, window=window)
    wanted = []
    for name, label in (("first", first), ("second", second)):
        if label not in prints.labels:
            raise InputError(
                f"{name}: no module is labelled {label!r}; there are {', '.join(map(repr, prints.labels))}."
            )
        wanted.append(prints.labels.index(label))
    sections = fold_sections(prints.placements["kicker"].iloc[prints.row])
    code = pd.factorize(sections, sort=True)[0]
    keep = np.isin(prints.label, wanted) & (code >= 0)
    prints_of, module = np.unique(prints.module_print[keep], return_inverse=True)
    sums = np.zeros((len(prints_of), int(code.max(initial=-1)) + 1))
    np.add.at(sums, (module, code[keep]), rank_weights(prints.rank, weighting)[keep])
    labels = prints.label[prints.module_starts[prints_of]] == wanted[0]
    found = permutation_test(sums, labels, n_resamples=n_resamples, random_state=random_state)
    return pd.Series(
        {
            "divergence": found.value, "p_value": found.p_value, "n_first": found.n_first, "n_second": found.n_second,
            "permutations": found.n_permutations, "exact": found.exact,
            "reason": found.reason.replace("cluster", "module print"),
        }
    )  # fmt: skip


def find_renamed_labels(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    min_overlap: float = 0.3,
    identity: Identity = "words",
) -> pd.DataFrame:
    """Modules that seem to have got another label: one ends, and its list goes on under a label that begins.

    Parameters
    ----------
    placements, articles, identity
        As for `measure_headlines`.
    min_overlap : float, default 0.3
        Share of the shorter list that the last capture of the old label and the first of the new one must have in
        common, 0 to 1.

    Returns
    -------
    DataFrame
        One row per pair: ``site``, ``before``, ``after`` (labels), ``kind_before``, ``kind_after``, ``last_seen``,
        ``first_seen`` (UTC), ``shared`` (headlines), ``overlap``; largest overlap first, then by labels. Only dated
        snapshots can tell.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`, or where ``min_overlap`` is not between 0 and 1.

    Notes
    -----
    A hint, not a finding: a new module that takes over an old one's headlines looks the same. A list that moves
    on between the two captures shares little with its former self; look at pairs of one kind then.

    Examples
    --------
    >>> times = pd.to_datetime(["2025-03-01", "2025-03-02"], utc=True)
    >>> pages = pd.DataFrame({"snapshot_id": ["a", "b"], "article_id": "x", "captured_at": times})
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": list("aabb"), "module": ["Most Read"] * 2 + ["Trending"] * 2, "rank": [1, 2, 1, 2],
    ...     "headline": ["A", "B", "B", "C"],
    ... })
    >>> find_renamed_labels(prints, pages)[["before", "after", "overlap"]].to_numpy().tolist()
    [['Most Read', 'Trending', 0.5]]
    """
    if not 0 <= min_overlap <= 1:
        raise InputError(f"min_overlap: got {min_overlap!r}; a share between 0 and 1 is needed.")
    prints = read_prints(placements, articles, identity=identity)
    dated = prints.dated[prints.snapshot]
    seen = pd.DataFrame(
        {
            "site": prints.site[prints.snapshot],
            "label": prints.label,
            "time": prints.start[prints.snapshot],
            "headline": prints.headline,
        }
    )[dated]
    span = seen.groupby(["site", "label"])["time"].agg(["min", "max"]).reset_index()
    ended = span.merge(span, on="site", suffixes=("_before", "_after"))
    ended = ended[ended["max_before"] < ended["min_after"]]
    lists = {key: set(group) for key, group in seen.groupby(["site", "label", "time"])["headline"]}
    sites = vocabulary(prints.snapshots["site"])
    rows = []
    for row in ended.itertuples():
        old, new = (
            lists[row.site, row.label_before, row.max_before],
            lists[row.site, row.label_after, row.min_after],
        )
        overlap = len(old & new) / min(len(old), len(new))
        if overlap >= min_overlap and old & new:
            a, b = int(row.label_before), int(row.label_after)
            rows.append(
                (sites[row.site], prints.labels[a], prints.labels[b], prints.kinds[a], prints.kinds[b],
                 row.max_before, row.min_after, len(old & new), overlap)
            )  # fmt: skip
    columns = [
        "site",
        "before",
        "after",
        "kind_before",
        "kind_after",
        "last_seen",
        "first_seen",
        "shared",
        "overlap",
    ]
    table = pd.DataFrame(rows, columns=columns)
    for name in ("last_seen", "first_seen"):
        table[name] = pd.to_datetime(table[name].astype("int64"), unit="us", utc=True).dt.as_unit("us")
    types = dict.fromkeys(columns[:5], "str") | {"shared": "int64", "overlap": "float64"}
    return table.astype(types).sort_values(
        ["overlap", "site", "before", "after"], ascending=[False, True, True, True], ignore_index=True
    )
