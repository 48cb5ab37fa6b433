"""The one place where the measures of this room check their tables and turn them into numbers.

Rows are sorted by snapshot, module and rank, so that sums are added in one order whatever the order of the
rows; snapshots are numbered by capture time (those without one last).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.identity import Identity, headline_codes, url_codes
from toolkit.tables import require_columns
from toolkit.words import squeeze

__all__ = ["Prints", "Window", "read_prints"]

Ints = npt.NDArray[np.int64]
Window = tuple[Any, Any]

_HOUR = 3_600_000_000  # in microseconds
#: Stands for "no capture time".
UNDATED = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Prints:
    """Checked placements and articles as arrays; a second rendering is set apart.

    Attributes
    ----------
    snapshots : DataFrame
        One row per snapshot, in the order of their codes: snapshot_id, article_id, site, captured_at.
    start, end : ndarray of int64
        Per snapshot: the earliest and the latest instant of its capture, in microseconds since 1970;
        `UNDATED` where it has no capture time.
    headline, snapshot, module_print, label, rank : ndarray of int64
        Per print, second renderings left out. ``module_print`` numbers the printed modules.
    keys : ndarray of str
        The headline keys, in the order of their codes.
    labels : list of str
        The module labels, in the order of their codes; "(kind)" where a module has none.
    row : ndarray of int64
        Per print: its row in the table as given.
    duplicate_headline : ndarray of int64
        Headline codes of the prints in second renderings.
    """

    snapshots: pd.DataFrame
    start: Ints
    end: Ints
    headline: Ints
    snapshot: Ints
    module_print: Ints
    label: Ints
    rank: Ints
    keys: npt.NDArray[np.object_]
    labels: list[str]
    kinds: list[str]
    row: Ints
    duplicate_headline: Ints
    placements: pd.DataFrame
    identity: Identity

    @property
    def n_snapshots(self) -> int:
        """How many snapshots there are, with or without prints."""
        return len(self.snapshots)

    @property
    def dated(self) -> npt.NDArray[np.bool_]:
        """Per snapshot: does it have a capture time?"""
        return self.start != UNDATED

    @cached_property
    def module_starts(self) -> Ints:
        """Where each printed module begins among the prints."""
        return run_starts(self.module_print)

    @cached_property
    def article(self) -> Ints:
        """Per snapshot: code of its article."""
        return pd.factorize(self.snapshots["article_id"], sort=True)[0].astype(np.int64)

    @cached_property
    def site(self) -> Ints:
        """Per snapshot: code of its site; those without one share a code."""
        codes = pd.factorize(self.snapshots["site"], sort=True)[0].astype(np.int64)
        return np.where(codes < 0, codes.max(initial=-1) + 1, codes)

    @cached_property
    def _urls(self) -> tuple[Ints, npt.NDArray[np.object_]]:
        return url_codes(self.placements)

    @property
    def url(self) -> Ints:
        """Per print: code of its normalised url, -1 where it has none."""
        return self._urls[0][self.row]

    @property
    def url_keys(self) -> npt.NDArray[np.object_]:
        """The normalised urls, in the order of their codes."""
        return self._urls[1]

    @cached_property
    def wordings(self) -> pd.DataFrame:
        """One row per headline and printed form: headline (code), wording, prints; the most printed first."""
        codes, forms = pd.factorize(self.placements["headline"])
        texts = np.asarray(forms, dtype=object)
        pairs = np.sort(self.headline * max(len(texts), 1) + codes[self.row])
        starts = run_starts(pairs)
        counts = np.diff(np.append(starts, len(pairs)))
        pairs = pairs[starts]
        table = pd.DataFrame(
            {
                "headline": pairs // max(len(texts), 1),
                "wording": pd.array(texts[pairs % max(len(texts), 1)], dtype="str"),
                "prints": counts,
            }
        )
        return order_wordings(table)

    def normalised(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Scale the prints' weights so that those of each printed module sum to 1."""
        starts = self.module_starts
        if not len(starts):
            return weights
        sizes = np.diff(np.append(starts, len(weights)))
        return weights / np.repeat(np.add.reduceat(weights, starts), sizes)


def run_starts(codes: Ints) -> Ints:
    """Where each run of equal codes begins.

    Examples
    --------
    >>> run_starts(np.array([3, 3, 5, 3])).tolist()
    [0, 2, 3]
    """
    if not len(codes):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.append(True, codes[1:] != codes[:-1])).astype(np.int64)


def vocabulary(values: pd.Series) -> npt.NDArray[np.object_]:
    """What the codes of a sorted factorisation stand for; a missing value comes last.

    Examples
    --------
    >>> vocabulary(pd.Series(["b", "a", "b"])).tolist()
    ['a', 'b', None]
    """
    return np.array([*sorted(values.dropna().unique()), None], dtype=object)


def order_wordings(table: pd.DataFrame) -> pd.DataFrame:
    """Sort headline, wording, prints so that the wording to quote is each headline's first.

    The most printed one; among equals one that is not all in capitals, then the first in the alphabet.

    Examples
    --------
    >>> table = pd.DataFrame({"headline": 0, "wording": ["STORM", "Storm"], "prints": 1})
    >>> order_wordings(table)["wording"].tolist()
    ['Storm', 'STORM']
    """
    ordered = table.assign(shouted=table["wording"].str.isupper())
    ordered = ordered.sort_values(
        ["headline", "prints", "shouted", "wording"], ascending=[True, False, True, True], ignore_index=True
    )
    return ordered.drop(columns="shouted")


def sorted_unique(codes: Ints) -> Ints:
    """Each code once, ascending (several times faster than hashing millions of them).

    Examples
    --------
    >>> sorted_unique(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    codes = np.sort(codes)
    return codes[run_starts(codes)]


def read_snapshots(
    articles: pd.DataFrame, columns: Sequence[str] = ("snapshot_id", "article_id", "captured_at")
) -> pd.DataFrame:
    """The snapshots of ``articles``, each once, by capture time; a second input of the same bytes is left out.

    Examples
    --------
    >>> from toolkit.tables import empty_table
    >>> read_snapshots(empty_table("articles")).shape[0]
    0
    """
    require_columns(articles, "articles", columns)
    keep = [*dict.fromkeys([*columns, "site", "source", "captured_precision"])]
    table = articles[[name for name in keep if name in articles.columns]]
    if table["snapshot_id"].isna().any():
        raise InputError(
            f"articles: column 'snapshot_id' is missing in {int(table['snapshot_id'].isna().sum())} rows. "
            "Give each snapshot an id, or load the pages with toolkit.load()."
        )
    check_times(table["captured_at"], "articles", "captured_at")
    # a page without an identity of its own is no other page
    table = table.assign(article_id=table["article_id"].fillna(table["snapshot_id"]))
    if "site" not in table.columns:
        table = table.assign(site=pd.array([None] * len(table), dtype="str"))
    by = ["captured_at", "snapshot_id", *(["source"] if "source" in table.columns else [])]
    table = table.sort_values(by, na_position="last", ignore_index=True)
    return table.drop_duplicates("snapshot_id", ignore_index=True)


def check_times(times: pd.Series, table: str, column: str) -> None:
    """Refuse a column that holds no times, or times without a zone.

    Examples
    --------
    >>> check_times(pd.Series(pd.to_datetime(["2025-01-01"], utc=True)), "articles", "captured_at")
    """
    if isinstance(times.dtype, pd.DatetimeTZDtype) or not times.notna().any():
        return
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        raise InputError(
            f"{table}: the times in column {column!r} have no zone. Say which, for instance with "
            f'table["{column}"].dt.tz_localize("UTC").'
        )
    raise InputError(
        f"{table}: column {column!r} has dtype {times.dtype}; times in UTC are needed. "
        f'Convert them with pd.to_datetime(table["{column}"], utc=True).'
    )


def in_window(snapshots: pd.DataFrame, window: Window) -> npt.NDArray[np.bool_]:
    """Which snapshots were captured from the window's start (included) to its end (excluded).

    Examples
    --------
    >>> times = pd.DataFrame({"captured_at": pd.to_datetime(["2025-01-01", "2025-02-01"], utc=True)})
    >>> in_window(times, ("2025-01-01", "2025-02-01")).tolist()
    [True, False]
    """
    inside = snapshots["captured_at"].notna().to_numpy()
    for bound, side in zip(window, ("start", "end"), strict=True):
        if bound is None:
            continue
        stamp = pd.Timestamp(bound)
        stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
        times = snapshots["captured_at"]
        inside = inside & (times >= stamp if side == "start" else times < stamp).to_numpy()
    return inside


def capture_spans(snapshots: pd.DataFrame) -> tuple[Ints, Ints]:
    """Earliest and latest instant of each capture: the same, or a day apart where only the day is known.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "captured_at": pd.to_datetime(["1970-01-02", None], utc=True), "captured_precision": ["day", None]
    ... })
    >>> (capture_spans(table)[1] / 3_600_000_000).tolist()[0]
    48.0
    """
    times = pd.to_datetime(snapshots["captured_at"], utc=True).dt.as_unit("us")
    start = times.dt.tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    end = start.copy()
    if "captured_precision" in snapshots.columns:
        whole_day = snapshots["captured_precision"].eq("day").to_numpy(bool, na_value=False) & (
            start != UNDATED
        )
        end[whole_day] += 24 * _HOUR
    return start, end


def read_prints(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    identity: Identity = "words",
    window: Window | None = None,
) -> Prints:
    """Check the two tables and turn them into numbers.

    Examples
    --------
    >>> from toolkit.tables import empty_table
    >>> read_prints(empty_table("placements"), empty_table("articles")).n_snapshots
    0
    """
    require_columns(placements, "placements", ["snapshot_id", "rank", "headline"])
    snapshots = read_snapshots(articles)
    if window is not None:
        snapshots = snapshots[in_window(snapshots, window)].reset_index(drop=True)
    placements, snapshot = _of_snapshots(placements, articles, snapshots)
    sites, names = pd.factorize(snapshots["site"], sort=True)
    headline, keys = headline_codes(
        placements, np.append(sites, -1)[snapshot], [*map(str, names), None], identity
    )
    rank = _ranks(placements)
    label, labels, kinds = _labels(placements)
    if "module_index" in placements.columns:
        module = pd.factorize(placements["module_index"], sort=True, use_na_sentinel=False)[0].astype(
            np.int64
        )
    else:
        module = label
    duplicate = np.zeros(len(placements), bool)
    if "duplicate" in placements.columns:
        duplicate = placements["duplicate"].to_numpy(bool, na_value=False)
    start, end = capture_spans(snapshots)

    width = int(rank.max(initial=0)) + 1
    modules = int(module.max(initial=0)) + 1
    key = (snapshot * modules + module) * width + rank
    row = np.flatnonzero(~duplicate)
    if len(row) < len(key):
        key = key[row]
    if not (key[1:] > key[:-1]).all():
        order = np.argsort(key, kind="stable")
        row, key = row[order], key[order]
        _refuse_repeated_ranks(placements, row, key)
    in_order = len(row) == len(rank) and bool((row[1:] > row[:-1]).all())
    printed = key // width
    module_print = np.cumsum(np.append(False, printed[1:] != printed[:-1])) if len(printed) else printed
    return Prints(
        snapshots=snapshots,
        start=start,
        end=end,
        headline=headline if in_order else headline[row],
        snapshot=snapshot if in_order else snapshot[row],
        module_print=module_print.astype(np.int64),
        label=label if in_order else label[row],
        rank=rank if in_order else rank[row],
        keys=keys,
        labels=labels,
        kinds=kinds,
        row=row.astype(np.int64),
        duplicate_headline=headline[duplicate],
        placements=placements,
        identity=identity,
    )


def _of_snapshots(
    placements: pd.DataFrame, articles: pd.DataFrame, snapshots: pd.DataFrame
) -> tuple[pd.DataFrame, Ints]:
    """The placements of the snapshots counted (inside the window, one input where two are the same), and codes."""
    raw, values = pd.factorize(placements["snapshot_id"], use_na_sentinel=False)
    ids = np.asarray(values, dtype=object)
    known = pd.Index(articles["snapshot_id"].unique(), dtype=object).get_indexer(ids) >= 0
    if not known.all():
        strange = ~known[raw]
        raise InputError(
            f"placements: {int(strange.sum())} rows belong to {int((~known).sum())} snapshots that articles lacks, "
            f"the first {ids[~known][0]!r}. Give the articles of the same corpus, selected the same way."
        )
    codes = pd.Index(snapshots["snapshot_id"], dtype=object).get_indexer(ids).astype(np.int64)
    snapshot = codes[raw] if len(raw) else np.zeros(0, np.int64)
    keep = snapshot >= 0
    if articles["snapshot_id"].duplicated().any() and "source" in placements and "source" in articles:
        source, sources = pd.factorize(placements["source"])
        counted = pd.Index(sources).get_indexer(pd.Index(snapshots["source"]))
        keep &= source == np.append(counted, -2)[snapshot]
    if not keep.all():
        placements, snapshot = placements[keep], snapshot[keep]
    return placements, snapshot


def _ranks(placements: pd.DataFrame) -> Ints:
    ranks = placements["rank"]
    if ranks.isna().any() or not pd.api.types.is_numeric_dtype(ranks.dtype):
        raise InputError(
            f"placements: column 'rank' has dtype {ranks.dtype} and {int(ranks.isna().sum())} missing values; "
            "whole numbers from 1 on are needed."
        )
    values = ranks.to_numpy(np.int64)
    if (values < 1).any():
        raise InputError(f"placements: rank starts at 1; found {int(values.min())}. Add 1 to all ranks.")
    return values


def _refuse_repeated_ranks(placements: pd.DataFrame, row: Ints, key: Ints) -> None:
    twice = np.flatnonzero(key[1:] == key[:-1])
    if len(twice):
        first = placements.iloc[row[twice[0]]]
        where = f"module {first['module']!r} of snapshot" if "module" in placements.columns else "snapshot"
        raise InputError(
            f"placements: {len(twice)} rows repeat a rank within one printed module, the first rank "
            f"{first['rank']} in {where} {first['snapshot_id']!r}. Number the items of each module 1, 2, 3 ..., "
            "tell modules apart by 'module_index', and mark a second rendering as 'duplicate'."
        )


def _labels(placements: pd.DataFrame) -> tuple[Ints, list[str], list[str]]:
    """Code of each placement's module label, the labels as printed, and what kind each claims to be."""
    n = len(placements)
    names = placements["module"] if "module" in placements.columns else pd.Series([None] * n, dtype="str")
    kinds = placements["kind"] if "kind" in placements.columns else pd.Series(["other"] * n, dtype="str")
    name, name_values = pd.factorize(names)
    kind, claims_of = pd.factorize(kinds, sort=True)
    kind_values = [*map(str, claims_of), "other"]  # -1, no kind, is the last
    texts = [*(squeeze(str(value)) for value in name_values), ""]
    pair, pairs = pd.factorize(name % len(texts) * len(kind_values) + kind % len(kind_values))
    shown, claimed = [], []
    for value in pairs.tolist():
        text, claims = texts[value // len(kind_values)], kind_values[value % len(kind_values)]
        shown.append(text or f"({claims})")
        claimed.append(claims)
    # one label is one place even where its kind was told differently; the spelling in the alphabet first shows
    folded, keys = pd.factorize(np.array([text.casefold() for text in shown], dtype=object), sort=True)
    labels, label_kinds = [""] * len(keys), [""] * len(keys)
    for i in sorted(range(len(shown)), key=lambda i: (shown[i], claimed[i]), reverse=True):
        labels[folded[i]], label_kinds[folded[i]] = shown[i], claimed[i]
    codes = folded[pair] if len(pairs) else np.zeros(0, np.int64)
    return codes.astype(np.int64), labels, label_kinds
