"""Small tree ensembles, kept as arrays and run with NumPy: no pickle, no scikit-learn at prediction time."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Trees side by side: node 0 of each is its root, and a leaf is its own child on both sides.

    ``start`` is a constant added to the sum of the trees; the result is a log-odds, or already a probability
    where ``link`` is "mean" (then trees are averaged).
    """

    feature: np.ndarray  # (all nodes,) column tested
    threshold: np.ndarray  # (all nodes,) go left where value <= threshold
    left: np.ndarray  # (all nodes,) index into all nodes
    right: np.ndarray
    value: np.ndarray  # (all nodes,)
    roots: np.ndarray  # (trees,)
    depth: int
    start: float
    link: str
    #: the trees as they are run, made when they are first run alone: those of one task are run together
    packed: _Packed | None = field(init=False, default=None, repr=False, compare=False)

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Probability of each row."""
        if not len(rows):
            return np.zeros(0)
        packed = self.packed or _pack([self])
        object.__setattr__(self, "packed", packed)
        (values,) = _run(packed, rows)
        return self.add_up(values)

    def add_up(self, values: np.ndarray) -> np.ndarray:
        """Probability of each row from what each tree says of it."""
        total = np.add.reduce(values, axis=1)
        if self.link == "mean":
            return np.asarray(total / len(self.roots))
        return np.asarray(1.0 / (1.0 + np.exp(-(total + self.start))))


class _Packed(NamedTuple):
    """The trees of one or more ensembles as they are run.

    Roots come first, those of the shallowest ensemble before the others, then the nodes level by level, so that a
    right child stands behind its left sibling; a leaf is never left to the right.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    value: np.ndarray
    #: of each ensemble: number of trees, depth
    sizes: list[tuple[int, int]]


def _pack(ensembles: Sequence[Ensemble]) -> _Packed:
    offsets = np.cumsum([0, *(len(ensemble.feature) for ensemble in ensembles)])[:-1].tolist()
    feature, threshold, value = (
        np.concatenate([getattr(ensemble, part) for ensemble in ensembles])
        for part in ("feature", "threshold", "value")
    )
    left, right, roots = (
        np.concatenate(
            [getattr(ensemble, part) + offset for ensemble, offset in zip(ensembles, offsets, strict=True)]
        ).astype(np.int64)
        for part in ("left", "right", "roots")
    )
    order = [roots]
    while True:
        level = order[-1]
        inner = level[left[level] != level]
        if not len(inner):
            break
        order.append(np.column_stack([left[inner], right[inner]]).ravel())
    nodes = np.concatenate(order)
    place = np.zeros(len(feature), dtype=np.intp)
    place[nodes] = np.arange(len(nodes))
    threshold = np.where(left == np.arange(len(left)), np.inf, threshold)
    sizes = [(len(ensemble.roots), ensemble.depth) for ensemble in ensembles]
    return _Packed(feature.astype(np.intp)[nodes], threshold[nodes], place[left][nodes], value[nodes], sizes)


def _run(packed: _Packed, rows: np.ndarray) -> list[np.ndarray]:
    """For each ensemble in ``packed`` what each of its trees says of each row."""
    feature, threshold, left, value, sizes = packed
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    flat = rows.ravel()
    base = np.arange(0, flat.size, rows.shape[1])[:, None]
    trees = sum([count for count, _ in sizes])
    # the roots are the same for all rows
    at = left[:trees] + (rows.take(feature[:trees], axis=1) > threshold[:trees])
    found, level = [], 1
    for count, depth in sizes:
        for _ in range(depth - level):
            at = left.take(at) + (flat.take(base + feature.take(at)) > threshold.take(at))
        found.append(value.take(at[:, :count], axis=0))
        at, level = at[:, count:], depth
    return found


def to_table(rows: Sequence[Sequence[float]], names: Sequence[str]) -> np.ndarray:
    """``rows`` as single-precision numbers, one column per name.

    Examples
    --------
    >>> to_table([(1, 0.5), (True, 2)], ("share", "items")).tolist()
    [[1.0, 0.5], [1.0, 2.0]]
    """
    flat = [*chain.from_iterable(rows)]
    # NumPy itself asks each number for its type, which takes twice the time
    packed = struct.pack(f"{len(flat)}f", *flat)
    return np.frombuffer(packed, np.float32).reshape(len(rows), len(names))


#: The arrays of an ensemble as stored, with their types: as small as they can be without loss that matters.
_STORED = {"feature": "u1", "threshold": "f4", "left": "u4", "right": "u4", "value": "f4", "roots": "u4"}


def to_arrays(ensemble: Ensemble, name: str) -> dict[str, np.ndarray]:
    """The arrays of ``ensemble`` under names that begin with ``name``, for an npz file."""
    return {f"{name}_{part}": getattr(ensemble, part).astype(kind) for part, kind in _STORED.items()}


def from_arrays(arrays: dict[str, np.ndarray], name: str, about: dict[str, object]) -> Ensemble:
    """An ensemble from the arrays of a model file; ``about`` holds its depth, start and link."""
    wide = {"u1": np.int64, "u4": np.int64, "f4": np.float32}
    parts = {part: arrays[f"{name}_{part}"].astype(wide[kind]) for part, kind in _STORED.items()}
    return Ensemble(
        **parts, depth=int(str(about["depth"])), start=float(str(about["start"])), link=str(about["link"])
    )


@dataclass(frozen=True, slots=True)
class Models:
    """The ensembles of module finding: for each task one or more, whose probabilities are averaged."""

    ensembles: dict[str, list[Ensemble]]
    #: those of each task, the shallowest first, and their trees as they are run
    packed: dict[str, tuple[list[Ensemble], _Packed]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for task, found in self.ensembles.items():
            ordered = sorted(found, key=lambda ensemble: ensemble.depth)
            self.packed[task] = ordered, _pack(ordered)

    def has(self, task: str) -> bool:
        """Whether there is an ensemble for ``task``."""
        return task in self.ensembles

    def predict(self, task: str, rows: np.ndarray) -> np.ndarray:
        """Mean probability of each row over the task's ensembles."""
        found, packed = self.packed[task]
        if not len(rows):
            return np.zeros(0)
        values = _run(packed, rows)
        total = found[0].add_up(values[0])
        for ensemble, said in zip(found[1:], values[1:], strict=True):
            total = total + ensemble.add_up(said)
        return np.asarray(total / len(found))


@lru_cache(maxsize=1)
def load_models() -> Models | None:
    """The ensembles that ship with the toolkit; None where their files are absent (rules alone decide then)."""
    folder = files("toolkit").joinpath("models")
    about_file, arrays_file = folder.joinpath("modules.json"), folder.joinpath("modules.npz")
    if not about_file.is_file() or not arrays_file.is_file():
        return None
    about = json.loads(about_file.read_text(encoding="utf-8"))
    with arrays_file.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    tasks: dict[str, list[Ensemble]] = {}
    for name, entry in about["ensembles"].items():
        tasks.setdefault(entry["task"], []).append(from_arrays(arrays, name, entry))
    return Models(tasks)
