"""What a page's sidebar is made of: repetition, self-recommendation, links to the own house and out of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.exposure.groups import find_hosts
from toolkit.exposure.identity import Identity, headline_key, url_codes
from toolkit.exposure.prints import Prints, Window, read_prints, sorted_unique
from toolkit.stats import bootstrap_sums

__all__ = ["measure_composition", "measure_pages"]

Ints = npt.NDArray[np.int64]

#: The figures of `measure_composition`: name, numerator and denominator among the columns of `measure_pages`, scale.
FIGURES = (
    ("unique_per_100_slots", "headlines", "slots", 100.0),
    ("echo_share", "echoed", "headlines", 1.0),
    ("self_recommendation_share", "recommends_itself", "snapshots", 1.0),
    ("third_party_share", "third_party", "links", 1.0),
    ("linked_share", "links", "slots", 1.0),
    ("sponsored_share", "sponsored", "slots", 1.0),
    ("slots_per_page", "slots", "snapshots", 1.0),
    ("second_renderings_per_100_slots", "duplicate_slots", "slots", 100.0),
)


def measure_pages(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    identity: Identity = "words",
    window: Window | None = None,
) -> pd.DataFrame:
    """What each snapshot's sidebar is made of.

    Parameters
    ----------
    placements, articles, identity, window
        As for `measure_headlines`; the articles' ``title`` and ``url`` where known.

    Returns
    -------
    DataFrame
        One row per snapshot with headlines, by capture time (undated last), then id: ``snapshot_id``, ``site``,
        ``captured_at``; ``modules``, ``slots`` (prints), ``headlines`` (different ones), ``unique_per_100_slots``,
        ``echoed`` (headlines in two modules or more), ``recommends_itself`` (True where a module prints the page's
        own title or links to its own address), ``links``, ``first_party``, ``third_party`` (links to the page's own
        host or one under the same name, and others; both 0 where the page's address is not known), ``sponsored``
        (prints in modules of that kind), ``duplicate_slots`` (prints of second renderings, not among the slots).

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a"], "article_id": "x", "captured_at": [pd.NaT], "title": "Zoo opens",
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": "a", "module": ["Latest"] * 2 + ["Popular"] * 2, "rank": [1, 2, 1, 2],
    ...     "headline": ["Zoo opens", "Ferry aground", "Ferry aground", "Dam holds"],
    ... })
    >>> measure_pages(prints, pages)[["slots", "headlines", "echoed", "recommends_itself"]].to_numpy().tolist()
    [[4, 3, 1, True]]
    """
    prints = read_prints(placements, articles, identity=identity, window=window)
    n, width = prints.n_snapshots, max(len(prints.keys), 1)
    slots = np.bincount(prints.snapshot, minlength=n)
    pair = sorted_unique(prints.snapshot * width + prints.headline)
    modules = np.bincount(prints.snapshot[prints.module_starts], minlength=n)
    n_modules = int(prints.module_print.max(initial=0)) + 1
    in_modules = sorted_unique(prints.headline * n_modules + prints.module_print)
    at = prints.snapshot[prints.module_starts][in_modules % n_modules] if len(in_modules) else in_modules
    times, counts = np.unique(at * width + in_modules // n_modules, return_counts=True)
    echoed = np.bincount(times[counts > 1] // width, minlength=n)
    facts = _page_facts(prints, articles)
    own, links, first = _links(prints, facts)
    kinds = np.array([*prints.kinds, ""], dtype=object)
    sponsored = np.bincount(prints.snapshot[kinds[prints.label] == "sponsored"], minlength=n)
    headlines = np.bincount(pair // width, minlength=n)
    table = pd.DataFrame(
        {
            "snapshot_id": prints.snapshots["snapshot_id"].array,
            "site": prints.snapshots["site"].array,
            "captured_at": prints.snapshots["captured_at"].array,
            "modules": modules,
            "slots": slots,
            "headlines": headlines,
            "unique_per_100_slots": 100 * headlines / np.maximum(slots, 1),
            "echoed": echoed,
            "recommends_itself": own,
            "links": links,
            "first_party": first,
            "third_party": np.where(facts["host"].notna(), links - first, 0),
            "sponsored": sponsored,
            "duplicate_slots": _duplicate_slots(prints),
        }
    )
    return table[slots > 0].reset_index(drop=True)


def _page_facts(prints: Prints, articles: pd.DataFrame) -> pd.DataFrame:
    """Per snapshot: the key of its title, its address and host."""
    known = (
        articles.drop_duplicates("snapshot_id")
        .set_index("snapshot_id")
        .reindex(prints.snapshots["snapshot_id"])
    )
    nothing = pd.Series(np.nan, index=known.index, dtype="str")
    titles, urls = known.get("title", nothing), known.get("url", nothing)
    site = prints.snapshots["site"]
    keys = [
        headline_key(title, None if pd.isna(name) else name) if isinstance(title, str) else None
        for title, name in zip(titles, site, strict=True)
    ]
    return pd.DataFrame(
        {"title": pd.array(keys, dtype="str"), "url": urls.array, "host": find_hosts(urls).array},
    )


def _links(prints: Prints, facts: pd.DataFrame) -> tuple[npt.NDArray[np.bool_], Ints, Ints]:
    """Per snapshot: does it recommend itself; its links; those to its own house."""
    n = prints.n_snapshots
    keys = pd.Index(prints.keys, dtype=object)
    title = keys.get_indexer(
        np.asarray(facts["title"].astype(object).where(facts["title"].notna(), None), dtype=object)
    )
    itself = (title[prints.snapshot] == prints.headline) & (title[prints.snapshot] >= 0)
    if "url" not in prints.placements.columns:
        own = np.bincount(prints.snapshot[itself], minlength=n) > 0
        return own, np.zeros(n, np.int64), np.zeros(n, np.int64)
    codes, addresses = url_codes(facts)
    mine = pd.Index(prints.url_keys, dtype=object).get_indexer(np.append(addresses, "")[codes])
    mine = np.where(codes >= 0, mine, -1)
    itself |= (mine[prints.snapshot] == prints.url) & (prints.url >= 0)
    host = find_hosts(prints.placements["url"]).iloc[prints.row].reset_index(drop=True)
    linked = (prints.placements["url"].notna().to_numpy())[prints.row]
    home = facts["host"].iloc[prints.snapshot].reset_index(drop=True)
    first = linked & _same_house(host, home)
    own = np.bincount(prints.snapshot[itself], minlength=n) > 0
    return (
        own,
        np.bincount(prints.snapshot[linked], minlength=n),
        np.bincount(prints.snapshot[first], minlength=n),
    )


def _same_house(host: pd.Series, home: pd.Series) -> npt.NDArray[np.bool_]:
    """Is the link's host the page's own, one under it or one above it? Relative links are."""
    pair = pd.DataFrame({"host": host, "home": home})
    distinct = pair.drop_duplicates()
    verdict = []
    for link, page in zip(distinct["host"], distinct["home"], strict=True):
        if not isinstance(page, str):
            verdict.append(False)
        elif not isinstance(link, str):
            verdict.append(True)
        else:
            verdict.append(link == page or link.endswith(f".{page}") or page.endswith(f".{link}"))
    merged = pair.merge(distinct.assign(same=verdict), on=["host", "home"], how="left", validate="m:1")
    return merged["same"].to_numpy(bool)


def _duplicate_slots(prints: Prints) -> Ints:
    if "duplicate" not in prints.placements.columns:
        return np.zeros(prints.n_snapshots, np.int64)
    extra = prints.placements.loc[
        prints.placements["duplicate"].to_numpy(bool, na_value=False), "snapshot_id"
    ]
    at = pd.Index(prints.snapshots["snapshot_id"], dtype=object).get_indexer(np.asarray(extra, dtype=object))
    return np.bincount(at, minlength=prints.n_snapshots)


def measure_composition(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    identity: Identity = "words",
    window: Window | None = None,
    level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """What the sidebars of each site are made of, with intervals.

    Parameters
    ----------
    placements, articles, identity, window
        As for `measure_pages`.
    level, random_state
        Of the bootstrap by snapshots.

    Returns
    -------
    DataFrame
        One row per site and figure: ``site``, ``figure``, ``value``, ``low``, ``high``, ``numerator``,
        ``denominator`` (sums over snapshots), ``snapshots``, ``reason`` (empty, or why a number is NaN). Figures:
        ``unique_per_100_slots``, ``echo_share`` (of headlines, in two modules of a page or more),
        ``self_recommendation_share`` (of snapshots), ``third_party_share`` (of links, on pages whose address is
        known), ``linked_share``, ``sponsored_share``, ``slots_per_page``, ``second_renderings_per_100_slots``. By
        site, then in this order.

    Raises
    ------
    MissingColumnsError, InputError
        As `measure_headlines`.

    Examples
    --------
    >>> pages = pd.DataFrame({"snapshot_id": ["a"], "article_id": "x", "captured_at": [pd.NaT]})
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": "a", "module": ["L", "L", "P"], "rank": [1, 2, 1], "headline": ["A", "B", "A"],
    ... })
    >>> row = measure_composition(prints, pages).set_index("figure").loc["echo_share"]
    >>> float(row["value"]), row["reason"]
    (0.5, '1 snapshot; an interval from resampling needs 5 or more')
    """
    pages = measure_pages(placements, articles, identity=identity, window=window).assign(snapshots=1)
    rows: list[dict[str, Any]] = []
    for site, group in pages.groupby("site", dropna=False, sort=True):
        for figure, above, below, scale in FIGURES:
            part = group
            if figure == "third_party_share":
                part = group[(group["first_party"] + group["third_party"]) > 0]
            sums = part.sort_values("snapshot_id")[[above, below]].to_numpy(float)
            row: dict[str, Any] = {
                "site": site, "figure": figure, "value": np.nan, "low": np.nan, "high": np.nan,
                "numerator": sums[:, 0].sum(), "denominator": sums[:, 1].sum(), "snapshots": len(part),
            }  # fmt: skip
            if sums[:, 1].sum() > 0:
                found = bootstrap_sums(
                    sums, _Ratio(scale), level=level, method="centred",
                    bounds=(0.0, 1.0 if figure.endswith("_share") else np.inf), random_state=random_state,
                )  # fmt: skip
                row |= {"value": found.value, "low": found.low, "high": found.high}
                row["reason"] = found.reason.replace("cluster", "snapshot")
            else:
                row["reason"] = (
                    "no links on pages whose address is known" if below == "links" else f"no {below}"
                )
            rows.append(row)
    columns = ["site", "figure", "value", "low", "high", "numerator", "denominator", "snapshots", "reason"]
    types = dict.fromkeys(columns, "float64") | dict.fromkeys(["site", "figure", "reason"], "str")
    return pd.DataFrame(rows, columns=columns).astype(types | {"snapshots": "int64"})


class _Ratio:
    """First sum over the second, times a scale."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(self, totals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            found: npt.NDArray[np.float64] = self.scale * totals[..., 0] / totals[..., 1]
        return found
