"""Small tree ensembles, kept as arrays and run with NumPy: no pickle, no scikit-learn at prediction time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

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
    value: np.ndarray  # (all nodes,) or (all nodes, classes)
    roots: np.ndarray  # (trees,)
    depth: int
    start: float
    link: str
    #: feature, threshold, left child and value of all nodes in the order in which they are run: roots first, then
    #: level by level, so that a right child stands behind its left sibling; a leaf is never left to the right
    packed: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        order = [np.asarray(self.roots, dtype=np.int64)]
        while True:
            level = order[-1]
            inner = level[self.left[level] != level]
            if not len(inner):
                break
            order.append(np.column_stack([self.left[inner], self.right[inner]]).ravel())
        nodes = np.concatenate(order)
        place = np.zeros(len(self.feature), dtype=np.intp)
        place[nodes] = np.arange(len(nodes))
        threshold = np.where(self.left == np.arange(len(self.left)), np.inf, self.threshold)
        parts = (self.feature.astype(np.intp), threshold, place[self.left], self.value)
        object.__setattr__(self, "packed", tuple(part[nodes] for part in parts))

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Probability of each row (or of each class of each row)."""
        n, trees = len(rows), len(self.roots)
        shape = (n, *self.value.shape[1:])
        if not n:
            return np.zeros(shape, np.float64)
        feature, threshold, left, value = self.packed
        rows = np.ascontiguousarray(rows, dtype=np.float32)
        flat = rows.ravel()
        base = np.arange(0, flat.size, rows.shape[1])[:, None]
        # the roots are the same for all rows
        at = left[:trees] + (rows.take(feature[:trees], axis=1) > threshold[:trees])
        for _ in range(self.depth - 1):
            at = left.take(at) + (flat.take(base + feature.take(at)) > threshold.take(at))
        total = value.take(at, axis=0).sum(axis=1)
        if self.link == "mean":
            return np.asarray(total / trees)
        return np.asarray(1.0 / (1.0 + np.exp(-(total + self.start))))


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

    def has(self, task: str) -> bool:
        """Whether there is an ensemble for ``task``."""
        return task in self.ensembles

    def predict(self, task: str, rows: np.ndarray) -> np.ndarray:
        """Mean probability of each row (or of each class of each row) over the task's ensembles."""
        found = self.ensembles[task]
        total = found[0].predict(rows)
        for other in found[1:]:
            total = total + other.predict(rows)
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
