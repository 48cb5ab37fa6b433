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

__all__ = ["SUMMED_WEIGHTS", "HeadlineSums", "ShareOf", "add_headlines", "sum_headlines"]

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
ShareOf = Literal["uniform", "log2", "geometric"]

#: The weightings that are summed for every headline.
SUMMED_WEIGHTS: tuple[ShareOf, ...] = ("uniform", "log2", "geometric")

_SMALLEST = ("best_rank",)


class Pairs(NamedTuple):
    """Each pair of a headline (code) and a value (code into ``values``) once."""

    headline: Ints
    value: Ints
    values: Objects


class Sightings(NamedTuple):
    """Each headline (code) and dated capture that has it, once; captures have a place, and ``places`` names."""

    headline: Ints
    capture: Ints
    place: Ints
    start: Ints
    end: Ints
    places: Objects


@dataclass(frozen=True)
class HeadlineSums:
    """Sums over a part of a corpus, all snapshots of which are in that part.

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
    sets : mapping
        modules, pages, sites, urls: what each headline was seen with.
    sightings : Sightings
        When each headline was seen where.
    whole, whole_squared : float
        Printed modules, and the sum over snapshots of their number squared.
    n_snapshots, n_printing : int
        Snapshots, and those among them with prints.
    patience : float
        Of the geometric weights; parts of different patience cannot be added.
    """

    keys: Objects
    counts: pd.DataFrame
    wordings: pd.DataFrame
    sets: Mapping[str, Pairs]
    sightings: Sightings
    whole: float
    whole_squared: float
    n_snapshots: int
    n_printing: int
    patience: float


def sum_headlines(
    prints: Prints, *, patience: float = 0.8, page_kinds: tuple[str, ...] = PAGE_KINDS
) -> HeadlineSums:
    """The sums of one part.

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
    sums = HeadlineSums(
        keys=prints.keys,
        counts=counts,
        wordings=prints.wordings,
        sets={
            "modules": _pairs(prints.headline, prints.label, np.array(prints.labels, dtype=object)),
            "pages": _pairs(who, prints.article[when], _sorted_values(prints.snapshots["article_id"])),
            "sites": _pairs(who, prints.site[when], _sorted_values(prints.snapshots["site"])),
            "urls": _pairs(*_linked(prints)),
        },
        sightings=Sightings(
            *find_sightings(prints, captures),
            captures.place,
            captures.start,
            captures.end,
            _place_names(prints, captures.places),
        ),
        whole=float(len(prints.module_starts)),
        whole_squared=float((modules_in**2).sum()),
        n_snapshots=prints.n_snapshots,
        n_printing=int((modules_in > 0).sum()),
        patience=patience,
    )
    printed = counts["prints"].to_numpy() > 0
    return sums if printed.all() else _drop_keys(sums, printed)


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


def add_headlines(parts: Sequence[HeadlineSums]) -> HeadlineSums:
    """Add up parts of a corpus; no snapshot may be in two of them.

    Examples
    --------
    >>> from toolkit.exposure.prints import read_prints
    >>> from toolkit.tables import empty_table
    >>> one = sum_headlines(read_prints(empty_table("placements"), empty_table("articles")))
    >>> len(add_headlines([one, one]).keys)
    0
    """
    if not parts:
        raise InputError("parts: got none; give the sums of at least one part.")
    if len({part.patience for part in parts}) > 1:
        raise InputError(
            f"parts: patience {sorted({part.patience for part in parts})}; it must be one for all."
        )
    if len(parts) == 1:
        return parts[0]
    keys, mapped = _merge([part.keys for part in parts])
    stacked = pd.concat([part.counts.set_index(codes) for part, codes in zip(parts, mapped, strict=True)])
    grouped = stacked.groupby(level=0, sort=True)
    counts = grouped.sum()
    for name in _SMALLEST:
        counts[name] = grouped[name].min()
    wordings = pd.concat(
        [
            part.wordings.assign(headline=codes[part.wordings["headline"]])
            for part, codes in zip(parts, mapped, strict=True)
        ]
    )
    wordings = wordings.groupby(["headline", "wording"], as_index=False)["prints"].sum()
    sets = {name: _add_pairs([part.sets[name] for part in parts], mapped) for name in parts[0].sets}
    return HeadlineSums(
        keys=keys,
        counts=counts.reset_index(drop=True),
        wordings=wordings,
        sets=sets,
        sightings=_add_sightings([part.sightings for part in parts], mapped),
        whole=sum(part.whole for part in parts),
        whole_squared=sum(part.whole_squared for part in parts),
        n_snapshots=sum(part.n_snapshots for part in parts),
        n_printing=sum(part.n_printing for part in parts),
        patience=parts[0].patience,
    )


def _pairs(headline: Ints, value: Ints, values: Objects) -> Pairs:
    width = max(len(values), 1)
    found = sorted_unique(headline * width + value)
    return Pairs(found // width, found % width, values)


def _linked(prints: Prints) -> tuple[Ints, Ints, Objects]:
    linked = prints.url >= 0
    return prints.headline[linked], prints.url[linked], prints.url_keys


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


def _add_pairs(parts: Sequence[Pairs], mapped: Sequence[Ints]) -> Pairs:
    values, moved = _merge([part.values for part in parts])
    return _pairs(
        np.concatenate([codes[part.headline] for part, codes in zip(parts, mapped, strict=True)]),
        np.concatenate([codes[part.value] for part, codes in zip(parts, moved, strict=True)]),
        values,
    )


def _add_sightings(parts: Sequence[Sightings], mapped: Sequence[Ints]) -> Sightings:
    places, moved = _merge([part.places for part in parts])
    code, place, start, end = join_captures(
        np.concatenate([codes[part.place] for part, codes in zip(parts, moved, strict=True)]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
    )
    offsets = np.cumsum([0, *(len(part.place) for part in parts)])
    headline = np.concatenate([codes[part.headline] for part, codes in zip(parts, mapped, strict=True)])
    capture = code[
        np.concatenate([part.capture + offset for part, offset in zip(parts, offsets, strict=False)])
    ]
    seen = sorted_unique(headline * max(len(place), 1) + capture)
    return Sightings(seen // max(len(place), 1), seen % max(len(place), 1), place, start, end, places)


def _drop_keys(sums: HeadlineSums, keep: npt.NDArray[np.bool_]) -> HeadlineSums:
    """Leave out headlines without prints (all of theirs are second renderings); no other table names them."""
    codes = np.cumsum(keep) - 1
    seen = sums.sightings
    return HeadlineSums(
        keys=sums.keys[keep],
        counts=sums.counts[keep].reset_index(drop=True),
        wordings=sums.wordings.assign(headline=codes[sums.wordings["headline"]]),
        sets={name: Pairs(codes[one.headline], one.value, one.values) for name, one in sums.sets.items()},
        sightings=seen._replace(headline=codes[seen.headline]),
        whole=sums.whole,
        whole_squared=sums.whole_squared,
        n_snapshots=sums.n_snapshots,
        n_printing=sums.n_printing,
        patience=sums.patience,
    )
