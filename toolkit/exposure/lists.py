"""Two ranked lists against each other: sets, entries and exits, rank-biased overlap."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from math import log

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.weights import check_patience

__all__ = ["compare_lists", "rank_biased_overlap", "rbo_weight"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def compare_lists(
    first: Sequence[Hashable], second: Sequence[Hashable], *, patience: float = 0.9
) -> pd.Series:
    """How alike two ranked lists are, and what came and went from the first to the second.

    Parameters
    ----------
    first, second : sequence
        Items from the top down, each once.
    patience : float, default 0.9
        Of rank-biased overlap, between 0 and 1: the chance that a reader goes on to the next rank.

    Returns
    -------
    Series
        ``n_first``, ``n_second``, ``shared``, ``entered``, ``left`` (items); ``jaccard``, ``sorensen``,
        ``overlap`` (of the shorter), ``rbo``, ``entry_share`` (of the second), ``exit_share`` (of the first),
        each 0 to 1, NaN where it would divide by an empty list.

    Raises
    ------
    InputError
        If an item stands twice in a list, or ``patience`` is not between 0 and 1.

    Examples
    --------
    >>> compare_lists("abcde", "cdefg")[["jaccard", "sorensen", "overlap", "entry_share"]].round(4).tolist()
    [0.4286, 0.6, 0.6, 0.4]
    """
    check_patience(patience)
    codes, _ = pd.factorize(np.fromiter([*_items("first", first), *_items("second", second)], dtype=object))
    n = len(first)
    lists = RankedLists(
        np.repeat([0, 1], [n, len(second)]),
        codes.astype(np.int64),
        np.append(np.arange(n), np.arange(len(second))) + 1,
        2,
    )
    return compare_pairs(lists, np.array([0]), np.array([1]), patience=patience).iloc[0]


def _items(name: str, items: Sequence[Hashable]) -> list[Hashable]:
    found = list(items)
    if len(set(found)) < len(found):
        twice = next(item for item in found if found.count(item) > 1)
        raise InputError(f"{name}: {twice!r} stands in it twice; an item has one rank. Keep its first place.")
    return found


def rank_biased_overlap(
    first: Iterable[Hashable | set[Hashable]],
    second: Iterable[Hashable | set[Hashable]],
    *,
    patience: float = 0.9,
) -> float:
    """Rank-biased overlap of two lists, extrapolated: 1 where they are the same, 0 where they share nothing.

    Parameters
    ----------
    first, second : iterable
        Items from the top down, each once; a set holds items that are tied.
    patience : float, default 0.9
        The chance that a reader goes on to the next rank, between 0 and 1. `rbo_weight` tells how much the
        first ranks count then.

    Returns
    -------
    float
        0 to 1; NaN where a list is empty.

    Raises
    ------
    InputError
        If an item stands twice in a list, or ``patience`` is not between 0 and 1.

    Notes
    -----
    Webber, Moffat and Zobel (2010), equation 32, for lists of different length: agreement at the last common
    depth is taken to go on. Ties as in Corsi and Urbano (2024), variant a: the mean over all ways to break
    them; two identical lists with ties then come out below 1.

    Examples
    --------
    >>> round(rank_biased_overlap("abcdefg", "bacdhij", patience=0.9), 6)
    0.639435
    >>> round(rank_biased_overlap(["a", {"b", "c"}], ["a", "b", "c"], patience=0.9), 4)
    0.9775
    """
    check_patience(patience)
    tops, bottoms = [], []
    for name, given in (("first", first), ("second", second)):
        top: dict[Hashable, int] = {}
        bottom: dict[Hashable, int] = {}
        depth = 0
        for entry in given:
            tied = sorted(entry, key=repr) if isinstance(entry, (set, frozenset)) else [entry]
            for item in tied:
                if item in top:
                    raise InputError(f"{name}: {item!r} stands in it twice; an item has one rank.")
                top[item], bottom[item] = depth + 1, depth + len(tied)
            depth += len(tied)
        tops.append(top)
        bottoms.append(bottom)
    short, long = sorted(len(top) for top in tops)
    if not short:
        return float("nan")
    depths = np.arange(1, long + 1)
    overlap = np.zeros(long)
    for item in tops[0].keys() & tops[1].keys():
        above = [
            _chance_above(top[item], bottom[item], depths) for top, bottom in zip(tops, bottoms, strict=True)
        ]
        overlap += above[0] * above[1]
    at_short, at_long = overlap[short - 1], overlap[-1]
    total = float((overlap / depths * patience**depths).sum())
    beyond = depths[short:]
    total += float((at_short * (beyond - short) / (short * beyond) * patience**beyond).sum())
    tail = (at_long - at_short) / long + at_short / short
    return (1 - patience) / patience * total + float(tail * patience**long)


def _chance_above(top: int, bottom: int, depths: Ints) -> Floats:
    """Chance that an item tied over the ranks top to bottom stands at a depth or above it."""
    return np.clip((depths - top + 1) / (bottom - top + 1), 0.0, 1.0)


def rbo_weight(depth: int, *, patience: float = 0.9) -> float:
    """Share of rank-biased overlap that the first ranks decide.

    Parameters
    ----------
    depth : int
        How many ranks, 1 or more.
    patience : float, default 0.9
        Between 0 and 1.

    Returns
    -------
    float
        0 to 1.

    Notes
    -----
    Webber, Moffat and Zobel (2010), equation 21.

    Examples
    --------
    >>> [round(rbo_weight(5, patience=p), 4) for p in (0.7, 0.8, 0.9)]
    [0.9412, 0.8609, 0.672]
    """
    check_patience(patience)
    if depth < 1:
        raise InputError(f"depth: got {depth}; 1 or more ranks are needed.")
    p = patience
    head = sum(p**i / i for i in range(1, depth))
    return 1 - p ** (depth - 1) + (1 - p) / p * depth * (log(1 / (1 - p)) - head)


class RankedLists:
    """Many ranked lists as arrays: one entry per item, by list and rank.

    ``which`` numbers the list of each entry, ``item`` is its code, ``rank`` counts from 1 without gaps;
    ``n_lists`` may be more than occur (empty lists).
    """

    def __init__(self, which: Ints, item: Ints, rank: Ints, n_lists: int) -> None:
        self.which, self.item, self.rank, self.n_lists = which, item, rank, n_lists
        self.size = np.bincount(which, minlength=n_lists).astype(np.int64)
        self.start = np.append(0, np.cumsum(self.size))
        self.n_items = int(item.max(initial=-1)) + 1


def compare_pairs(lists: RankedLists, left: Ints, right: Ints, *, patience: float = 0.9) -> pd.DataFrame:
    """The measures of `compare_lists` for many pairs of lists at once; one row per pair, in order.

    Examples
    --------
    >>> lists = RankedLists(np.array([0, 0, 1]), np.array([5, 6, 6]), np.array([1, 2, 1]), 2)
    >>> compare_pairs(lists, np.array([0]), np.array([1]))["jaccard"].tolist()
    [0.5]
    """
    n = len(left)
    n_left, n_right = lists.size[left], lists.size[right]
    pair = np.repeat(np.arange(n), n_left)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(n_left) - n_left, n_left)
    entry = lists.start[left][pair] + within
    keys = lists.which * max(lists.n_items, 1) + lists.item
    order = np.argsort(keys, kind="stable")
    wanted = right[pair] * max(lists.n_items, 1) + lists.item[entry]
    at = np.searchsorted(keys, wanted, sorter=order)
    hit = np.zeros(len(pair), bool)
    inside = at < len(keys)
    hit[inside] = keys[order[at[inside]]] == wanted[inside]
    pair, deeper = pair[hit], np.maximum(lists.rank[entry[hit]], lists.rank[order[at[hit]]])
    shared = np.bincount(pair, minlength=n).astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "n_first": n_left,
                "n_second": n_right,
                "shared": shared,
                "entered": n_right - shared,
                "left": n_left - shared,
                "jaccard": shared / (n_left + n_right - shared),
                "sorensen": 2 * shared / (n_left + n_right),
                "overlap": shared / np.minimum(n_left, n_right),
                "rbo": _rbo(pair, deeper, n_left, n_right, patience),
                "entry_share": (n_right - shared) / n_right,
                "exit_share": (n_left - shared) / n_left,
            }
        )


def _rbo(pair: Ints, deeper: Ints, n_left: Ints, n_right: Ints, p: float) -> Floats:
    """Extrapolated rank-biased overlap of many pairs, from the deeper rank of each shared item.

    A shared item counts at every depth from its deeper rank down, so the sums over depths become differences
    of two running sums: of p**d / d and of p**d.
    """
    short, long = np.minimum(n_left, n_right), np.maximum(n_left, n_right)
    depths = np.arange(1, int(long.max(initial=0)) + 1)
    power = np.append(0.0, np.cumsum(p**depths))
    ratio = np.append(0.0, np.cumsum(p**depths / depths))
    n = len(short)
    counted = np.bincount(pair, weights=ratio[long[pair]] - ratio[deeper - 1], minlength=n)
    at_short = np.bincount(pair, weights=deeper <= short[pair], minlength=n)
    at_long = np.bincount(pair, minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        beyond = at_short / short * ((power[long] - power[short]) - short * (ratio[long] - ratio[short]))
        tail = (at_long - at_short) / long + at_short / short
        found = (1 - p) / p * (counted + beyond) + tail * p**long
    return np.where(short > 0, found, np.nan)
