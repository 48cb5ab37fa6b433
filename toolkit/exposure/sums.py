"""What a part of a corpus adds to `measure_headlines`, so that parts can be measured apart and added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.dwell import PAGE_KINDS, find_captures, find_sightings, join_captures
from toolkit.exposure.prints import Prints, run_starts, sorted_unique
from toolkit.exposure.weights import rank_weights

__all__ = ["SUMMED_WEIGHTS", "HeadlineSums", "ShareOf", "add_headlines", "sum_headlines", "unpair"]

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
ShareOf = Literal["uniform", "log2", "geometric"]

#: The weightings that are summed for every headline.
SUMMED_WEIGHTS: tuple[ShareOf, ...] = ("uniform", "log2", "geometric")

_SMALLEST = ("best_rank",)


class Captured(NamedTuple):
    """The dated captures of places, by place and time, as arrays; ``places`` names the places."""

    place: Ints
    start: Ints
    end: Ints
    places: Objects


@dataclass(frozen=True)
class HeadlineGroup:
    """Sums of some of the headlines.

    Attributes
    ----------
    keys : ndarray of str
        Headline keys in alphabetical order; the codes elsewhere point into them.
    counts : DataFrame
        One row per key: prints, duplicate_prints, snapshots, undated_snapshots, rank_sum, best_rank,
        position_sum, positioned; for each weighting exposure_, squared_ and crossed_ (sums over snapshots of the
        headline's exposure, its square, and its product with the snapshot's number of printed modules).
    wordings : DataFrame
        headline, wording, prints.
    sets : mapping of str to ndarray of int64
        modules, pages, sites, urls: each headline and value it was seen with, once, ascending, as headline code
        times the number of values plus the value's code.
    seen : ndarray of int64
        Each headline and dated capture that has it, written the same way.
    """

    keys: Objects
    counts: pd.DataFrame
    wordings: pd.DataFrame
    sets: Mapping[str, Ints]
    seen: Ints

    @property
    def size(self) -> int:
        """How many rows and pairs it holds."""
        return len(self.keys) + len(self.seen) + sum(map(len, self.sets.values()))


@dataclass(frozen=True)
class HeadlineSums:
    """Sums over a part of a corpus, all snapshots of which are in that part.

    Attributes
    ----------
    groups : list of HeadlineGroup
        The headlines, in groups by a hash of their keys, so that they can be added up a group at a time; a group
        is None once its sums have been handed on.
    values : mapping of str to ndarray
        What the codes of values in a group's ``sets`` stand for.
    captures : Captured
        When each place was captured.
    whole, whole_squared : float
        Printed modules, and the sum over snapshots of their number squared.
    n_snapshots, n_printing : int
        Snapshots, and those among them with prints.
    patience : float
        Of the geometric weights; parts of different patience cannot be added.
    """

    groups: list[HeadlineGroup | None]
    values: Mapping[str, Objects]
    captures: Captured
    whole: float
    whole_squared: float
    n_snapshots: int
    n_printing: int
    patience: float

    @property
    def size(self) -> int:
        """How many rows and pairs all groups hold."""
        return sum(group.size for group in self.groups if group is not None)


def sum_headlines(
    prints: Prints, *, patience: float = 0.8, page_kinds: tuple[str, ...] = PAGE_KINDS, n_groups: int = 1
) -> HeadlineSums:
    """The sums of one part, its headlines in ``n_groups`` groups.

    Examples
    --------
    >>> from toolkit.exposure.prints import read_prints
    >>> from toolkit.tables import empty_table
    >>> sum_headlines(read_prints(empty_table("placements"), empty_table("articles"))).n_snapshots
    0
    """
    n, n_snapshots = len(prints.keys), max(prints.n_snapshots, 1)
    # a headline may stand only in second renderings or have lost all its prints: it still has a key
    pair = prints.headline * n_snapshots + prints.snapshot
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    starts = run_starts(pair)
    first = order[starts]
    who, when = prints.headline[first], prints.snapshot[first]
    modules_in = np.bincount(prints.snapshot[prints.module_starts], minlength=n_snapshots).astype(float)
    rank = prints.rank[order]
    every_rank = np.arange(1, int(rank.max(initial=0)) + 1)
    per_pair: dict[str, npt.NDArray[np.float64]] = {}
    for name in SUMMED_WEIGHTS:
        weights = prints.normalised(rank_weights(every_rank, name, patience=patience)[prints.rank - 1])
        exposure = np.add.reduceat(weights[order], starts) if len(starts) else np.zeros(0)
        per_pair[f"exposure_{name}"] = exposure
        per_pair[f"squared_{name}"] = exposure**2
        per_pair[f"crossed_{name}"] = exposure * modules_in[when]
    best = np.full(n, np.iinfo(np.int64).max)
    ranked = run_starts(prints.headline[order])
    if len(ranked):
        best[prints.headline[order[ranked]]] = np.minimum.reduceat(rank, ranked)
    undated = ~prints.dated[when] if len(when) else np.zeros(0, bool)
    counts = pd.DataFrame(
        {
            "prints": np.bincount(prints.headline, minlength=n).astype(np.int64),
            "duplicate_prints": np.bincount(prints.duplicate_headline, minlength=n).astype(np.int64),
            "snapshots": np.bincount(who, minlength=n).astype(np.int64),
            "undated_snapshots": np.bincount(who[undated], minlength=n).astype(np.int64),
            "rank_sum": np.bincount(prints.headline, weights=prints.rank, minlength=n).astype(float),
            "best_rank": best,
            **_positions(prints, n),
            **{
                name: np.bincount(who, weights=values, minlength=n).astype(float)
                for name, values in per_pair.items()
            },
        }
    )
    captures = find_captures(prints, page_kinds)
    headline, capture = find_sightings(prints, captures)
    linked = prints.url >= 0
    values = {
        "modules": np.array(prints.labels, dtype=object),
        "pages": _sorted_values(prints.snapshots["article_id"]),
        "sites": _sorted_values(prints.snapshots["site"]),
        "urls": prints.url_keys,
    }
    seen_with = {
        "modules": (prints.headline, prints.label),
        "pages": (who, prints.article[when]),
        "sites": (who, prints.site[when]),
        "urls": (prints.headline[linked], prints.url[linked]),
    }
    group = HeadlineGroup(
        keys=prints.keys,
        counts=counts,
        wordings=prints.wordings,
        sets={
            name: sorted_unique(_pair(one, other, len(values[name])))
            for name, (one, other) in seen_with.items()
        },
        seen=_pair(headline, capture, len(captures.place)),
    )
    widths = {name: len(held) for name, held in values.items()}
    printed = counts["prints"].to_numpy() > 0
    # headlines of second renderings alone are in no other table
    part_of = _group_of(prints.keys, n_groups)
    part_of[~printed] = -1
    if n_groups == 1 and printed.all():
        groups = [group]
    else:
        groups = [_take(group, part_of == n, widths, len(captures.place)) for n in range(n_groups)]
    return HeadlineSums(
        groups=[*groups],
        values=values,
        captures=Captured(
            captures.place, captures.start, captures.end, _place_names(prints, captures.places)
        ),
        whole=float(len(prints.module_starts)),
        whole_squared=float((modules_in**2).sum()),
        n_snapshots=prints.n_snapshots,
        n_printing=int((modules_in > 0).sum()),
        patience=patience,
    )


def _pair(one: Ints, other: Ints, width: int) -> Ints:
    """Two codes as one number; ``width`` is how many codes the second can have."""
    return one * max(width, 1) + other


def unpair(pairs: Ints, width: int) -> tuple[Ints, Ints]:
    """The two codes that `HeadlineGroup` keeps as one number; ``width`` is how many codes the second can have.

    Examples
    --------
    >>> [codes.tolist() for codes in unpair(np.array([5, 7]), 3)]
    [[1, 2], [2, 1]]
    """
    return pairs // max(width, 1), pairs % max(width, 1)


def _group_of(keys: Objects, n_groups: int) -> Ints:
    """The group of each key, by a hash that is the same everywhere."""
    if n_groups == 1 or not len(keys):
        return np.zeros(len(keys), np.int64)
    hashes = pd.util.hash_array(np.asarray(keys, dtype=object), categorize=False)
    return (hashes % np.uint64(n_groups)).astype(np.int64)


def _take(
    group: HeadlineGroup, keep: npt.NDArray[np.bool_], widths: Mapping[str, int], n_captures: int
) -> HeadlineGroup:
    """The part of a group that is about the headlines to ``keep``."""
    codes = np.cumsum(keep) - 1

    def cut(pairs: Ints, width: int) -> Ints:
        one, other = unpair(pairs, width)
        kept = keep[one]
        return _pair(codes[one[kept]], other[kept], width)

    wordings = group.wordings[keep[group.wordings["headline"]]]
    return HeadlineGroup(
        keys=group.keys[keep],
        counts=group.counts[keep].reset_index(drop=True),
        wordings=wordings.assign(headline=codes[wordings["headline"]]).reset_index(drop=True),
        sets={name: cut(pairs, widths[name]) for name, pairs in group.sets.items()},
        seen=cut(group.seen, n_captures),
    )


def _positions(prints: Prints, n: int) -> dict[str, npt.NDArray[np.float64]]:
    """Per headline: the sum of its prints' positions on the page, and how many prints have one."""
    if "position" not in prints.placements.columns:
        return {"position_sum": np.zeros(n), "positioned": np.zeros(n)}
    position = prints.placements["position"].to_numpy(float, na_value=np.nan)
    if len(position) != len(prints.row) or not np.array_equal(prints.row, np.arange(len(prints.row))):
        position = position[prints.row]
    known = ~np.isnan(position)
    total = np.bincount(prints.headline, weights=np.where(known, position, 0.0), minlength=n)
    return {
        "position_sum": total.astype(float),
        "positioned": np.bincount(prints.headline, weights=known, minlength=n).astype(float),
    }


def add_headlines(parts: Sequence[HeadlineSums], *, release: bool = False) -> HeadlineSums:
    """Add up parts of a corpus; no snapshot may be in two of them.

    With ``release`` each group of the parts is let go as soon as it is added, so that they are not held twice;
    the parts cannot be used again.

    Examples
    --------
    >>> from toolkit.exposure.prints import read_prints
    >>> from toolkit.tables import empty_table
    >>> one = sum_headlines(read_prints(empty_table("placements"), empty_table("articles")))
    >>> add_headlines([one, one]).size
    0
    """
    if not parts:
        raise InputError("parts: got none; give the sums of at least one part.")
    for name in ("patience", "n_groups"):
        found = {len(part.groups) if name == "n_groups" else part.patience for part in parts}
        if len(found) > 1:
            raise InputError(f"parts: {name} {sorted(found)}; it must be one for all.")
    if len(parts) == 1:
        return parts[0]
    values: dict[str, Objects] = {}
    moved: dict[str, list[Ints]] = {}
    for name in parts[0].values:
        values[name], moved[name] = _merge([part.values[name] for part in parts])
    captures, codes = _add_captures([part.captures for part in parts])
    groups: list[HeadlineGroup | None] = []
    for n in range(len(parts[0].groups)):
        held = [part.groups[n] for part in parts]
        groups.append(
            _add_groups([one for one in held if one is not None], values, moved, codes, len(captures.place))
        )
        if release:
            for part in parts:
                part.groups[n] = None
    return HeadlineSums(
        groups=groups,
        values=values,
        captures=captures,
        whole=sum(part.whole for part in parts),
        whole_squared=sum(part.whole_squared for part in parts),
        n_snapshots=sum(part.n_snapshots for part in parts),
        n_printing=sum(part.n_printing for part in parts),
        patience=parts[0].patience,
    )


def _add_groups(
    groups: Sequence[HeadlineGroup],
    values: Mapping[str, Objects],
    moved: Mapping[str, Sequence[Ints]],
    codes: Sequence[Ints],
    n_captures: int,
) -> HeadlineGroup:
    """One group of all parts; ``moved`` and ``codes`` hold, per part, the new codes of its values and captures."""
    keys, mapped = _merge([group.keys for group in groups])
    stacked = pd.concat([group.counts.set_index(new) for group, new in zip(groups, mapped, strict=True)])
    grouped = stacked.groupby(level=0, sort=True)
    counts = grouped.sum()
    for name in _SMALLEST:
        counts[name] = grouped[name].min()
    wordings = pd.concat(
        [
            group.wordings.assign(headline=new[group.wordings["headline"]])
            for group, new in zip(groups, mapped, strict=True)
        ]
    )
    wordings = wordings.groupby(["headline", "wording"], as_index=False)["prints"].sum()

    def join(pairs: Sequence[Ints], others: Sequence[Ints], width: int) -> Ints:
        found = []
        for one, new, other in zip(pairs, mapped, others, strict=True):
            left, right = unpair(one, len(other))
            found.append(_pair(new[left], other[right], width))
        return sorted_unique(np.concatenate(found))

    return HeadlineGroup(
        keys=keys,
        counts=counts.reset_index(drop=True),
        wordings=wordings,
        sets={
            name: join([group.sets[name] for group in groups], moved[name], len(values[name]))
            for name in values
        },
        seen=join([group.seen for group in groups], codes, n_captures),
    )


def _add_captures(parts: Sequence[Captured]) -> tuple[Captured, list[Ints]]:
    """The captures of all parts, and for each part the new codes of its old ones."""
    places, moved = _merge([part.places for part in parts])
    code, place, start, end = join_captures(
        np.concatenate([codes[part.place] for part, codes in zip(parts, moved, strict=True)]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
    )
    offsets = np.cumsum([len(part.place) for part in parts])[:-1]
    return Captured(place, start, end, places), np.split(code, offsets)


def _sorted_values(values: pd.Series) -> Objects:
    """What the codes of a sorted factorisation stand for, and "" after them for a missing value."""
    return np.array([*sorted(values.dropna().unique()), ""], dtype=object)


def _place_names(prints: Prints, places: pd.DataFrame) -> Objects:
    sites, pages = _sorted_values(prints.snapshots["site"]), _sorted_values(prints.snapshots["article_id"])
    # the unit separator cannot stand in a label whose spaces were collapsed
    return np.array(
        [
            "\x1f".join(
                (sites[row.site], pages[row.article] if row.article >= 0 else "", prints.labels[row.label])
            )
            for row in places.itertuples()
        ],
        dtype=object,
    )


def _merge(vocabularies: Sequence[Objects]) -> tuple[Objects, list[Ints]]:
    """The union of vocabularies, and for each the new codes of its old ones."""
    merged = pd.Index(np.unique(np.concatenate(vocabularies)), dtype=object)
    return merged.to_numpy(), [merged.get_indexer(words).astype(np.int64) for words in vocabularies]
