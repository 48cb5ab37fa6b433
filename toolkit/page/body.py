"""The article's own paragraphs among the blocks of a page."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from toolkit.page.blocks import Blocks
from toolkit.page.body_features import FEATURES, measure_blocks
from toolkit.page.body_rules import find_decks, vote_by_rules
from toolkit.page.tree import Tree

__all__ = ["RULES_SHARE", "THRESHOLD", "Body", "Trees", "find_body"]

#: Share of the rules' vote beside the model's probability, and the mean from which a block is text; both chosen in
#: cross-validation by outlet (benchmarks/train_body.py).
RULES_SHARE, THRESHOLD = 0.15, 0.4
#: How sure a summary is that the page states word for word.
STATED_DECK = 0.6
_IN_DECK, _DECK_SHARE = FEATURES.index("in_deck"), FEATURES.index("deck_share")
_AFTER = FEATURES.index("after_title")


@dataclass(slots=True)
class Body:
    """Which blocks are the article's text.

    ``blocks`` are in page order; ``score`` has the value (0 to 1) of every block that was looked at; ``confidence``
    is the mean distance of those values from doubt, by characters: 1 where model and rules leave none;
    ``agreement`` how far model and rules choose the same blocks, by characters (F1). ``deck`` is the block that is
    the summary under the title, or -1.
    """

    blocks: list[int] = field(default_factory=list)
    score: dict[int, float] = field(default_factory=dict)
    confidence: float = 0.0
    agreement: float = 0.0
    deck: int = -1


def find_body(
    tree: Tree,
    blocks: Blocks,
    *,
    title: str | None = None,
    title_node: int = -1,
    description: str | None = None,
    article_body: str | None = None,
) -> Body:
    """Find the blocks that are the article's own text: deck, paragraphs, subheads, lists, quotes, tables.

    Parameters
    ----------
    tree, blocks
        The page and its blocks.
    title, description, article_body : str, optional
        What the page's metadata states; blocks are compared with each.
    title_node : int
        The ``<h1>`` that holds the title, or -1.

    Returns
    -------
    Body
        Empty where no block reads as text.

    Notes
    -----
    A small ensemble of trees, stored as arrays, gives each block near long text a probability, from its words, its
    place, its neighbours and the elements around it; a fixed set of rules votes beside it. What it cannot see:
    whether a summary box or a correction belongs to the article, on which outlets differ.
    """
    candidates, features = measure_blocks(
        tree, blocks, title=title, title_node=title_node, description=description, article_body=article_body
    )
    if not len(candidates):
        return Body()
    decks = find_decks(features)
    likely, votes = _model().predict(features), vote_by_rules(features, decks)
    score = (1 - RULES_SHARE) * likely + RULES_SHARE * votes
    # a line under the title that the page states as its description, word for word, is the summary
    stated = decks & (features[:, _DECK_SHARE] > 0.99)
    score = np.where(stated, np.maximum(score, STATED_DECK), score)
    chosen = score > THRESHOLD
    for place in np.flatnonzero(chosen).tolist():
        chosen[place] = _is_language(blocks.text[candidates[place]])
    weight = features[:, 0]
    sure = np.minimum(np.abs(score - THRESHOLD) / np.where(chosen, 1 - THRESHOLD, THRESHOLD), 1)
    held = float(weight[chosen].sum())
    confidence = float((sure * weight)[chosen].sum() / held) if held else 0.0
    alone = likely > 0.5
    both = float((weight * alone).sum() + (weight * votes).sum())
    agreement = 2 * float((weight * (alone & votes)).sum()) / both if both else 0.0
    deck = next((place for place in np.flatnonzero(chosen)[:2].tolist() if _is_deck(features[place])), -1)
    return Body(
        candidates[chosen].tolist(),
        dict(zip(candidates.tolist(), score.tolist(), strict=True)),
        round(confidence, 4),
        round(agreement, 4),
        int(candidates[deck]) if deck >= 0 else -1,
    )


def _is_deck(row: npt.NDArray[np.float32]) -> bool:
    in_deck, share, after = row[[_IN_DECK, _DECK_SHARE, _AFTER]].tolist()
    return (in_deck > 0 or share > 0.8) and after < 12


def _is_language(text: str) -> bool:
    """Whether a long block is made of letters at all: not of icons, emoji or private characters."""
    # mostly, the first part has enough
    return len(text) < 400 or any(sum(map(str.isalnum, text[:size])) > 100 for size in (150, 400))


#: Leaves of one tree at most, and blocks that go through the trees together.
MAX_LEAVES, _CHUNK = 16, 1024
#: The first leaf that is open, by the bits of all that are.
_FIRST_OPEN = np.zeros(1 << MAX_LEAVES, dtype=np.uint8)
for _leaf in range(MAX_LEAVES):
    _FIRST_OPEN[1 << _leaf :: 1 << (_leaf + 1)] = _leaf


@dataclass(slots=True, frozen=True)
class Trees:
    """Boosted trees as flat arrays; a leaf is its own child.

    For ``predict`` they are packed: with the leaves of a tree numbered from left to right, every split that a block
    passes to the right closes the leaves on its left, and the first leaf left open is the block's. So all splits
    of all trees are compared at once, in whatever order (the idea of QuickScorer: Lucchese et al., SIGIR 2015).
    """

    roots: npt.NDArray[np.intp]
    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.floating[Any]]
    children: npt.NDArray[np.intp]  # flat: left and right child of node i at 2 i and 2 i + 1
    value: npt.NDArray[np.float64]
    # which ensemble a tree belongs to, in order; the ensembles' probabilities are averaged
    group: npt.NDArray[np.int32]
    base: npt.NDArray[np.float64]
    #: feature and threshold of each split that comes up; which of them, and the leaves it closes, by split and tree;
    #: the leaves' values by tree and leaf
    packed: tuple[
        npt.NDArray[np.intp],
        npt.NDArray[np.float32],
        npt.NDArray[np.intp],
        npt.NDArray[np.uint16],
        npt.NDArray[np.float64],
    ] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shape = (MAX_LEAVES - 1, len(self.roots))
        feature = np.zeros(shape, dtype=np.intp)
        threshold = np.full(shape, np.inf, dtype=np.float32)  # where there is no split: none goes right
        closed = np.zeros(shape, dtype=np.uint16)
        value = np.zeros((len(self.roots), MAX_LEAVES))
        most = 0
        for tree, root in enumerate(self.roots.tolist()):
            splits: list[tuple[int, int, int]] = []
            leaves = self._list_leaves(root, 0, splits)
            most = max(most, len(splits))
            value[tree, : len(leaves)] = self.value[leaves]
            for number, (node, first, stop) in enumerate(splits):
                feature[number, tree], threshold[number, tree] = self.feature[node], self.threshold[node]
                closed[number, tree] = (1 << stop) - (1 << first)
        pairs = list(zip(feature[:most].ravel().tolist(), threshold[:most].ravel().tolist(), strict=True))
        number_of = {
            pair: number for number, pair in enumerate(dict.fromkeys(pairs))
        }  # each is compared once
        packed = (
            np.array([column for column, _ in number_of], dtype=np.intp),
            np.array([limit for _, limit in number_of], dtype=np.float32)[:, None],
            np.array([number_of[pair] for pair in pairs], dtype=np.intp),
            closed[:most].reshape(-1, 1),
            value,
        )
        object.__setattr__(self, "packed", packed)

    def _list_leaves(self, node: int, first: int, splits: list[tuple[int, int, int]]) -> list[int]:
        """The leaves under ``node`` from left to right, the first of them numbered ``first``; notes the splits."""
        left, right = self.children[2 * node : 2 * node + 2].tolist()
        if left == node:
            return [node]
        under_left = self._list_leaves(left, first, splits)
        stop = first + len(under_left)
        splits.append((node, first, stop))
        return under_left + self._list_leaves(right, stop, splits)

    def predict(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Probability of article text for each row."""
        chunks = [features[start : start + _CHUNK] for start in range(0, len(features), _CHUNK)]
        return np.concatenate([np.zeros(0), *map(self._predict, chunks)])

    def _predict(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        feature, threshold, which, closed, value = self.packed
        size, trees = len(features), len(self.roots)
        right = np.ascontiguousarray(features.T).take(feature, axis=0) > threshold
        passed = right.astype(np.uint16).take(which, axis=0)
        passed *= closed
        shut = np.bitwise_or.reduce(passed.reshape(-1, trees * size), axis=0)
        leaves = _FIRST_OPEN.take(~shut).reshape(trees, size) + np.arange(trees)[:, None] * MAX_LEAVES
        starts = np.searchsorted(self.group, np.arange(len(self.base)))
        sums = np.add.reduceat(value.take(leaves), starts, axis=0) + self.base[:, None]
        return np.asarray((1 / (1 + np.exp(-sums))).mean(axis=0))


@lru_cache(maxsize=1)
def _model() -> Trees:
    folder = resources.files("toolkit") / "models"
    notes: dict[str, Any] = json.loads((folder / "body.json").read_text(encoding="utf-8"))
    if notes["features"] != list(FEATURES):
        raise RuntimeError(
            "models/body.json was trained on other features; run benchmarks/train_body.py again."
        )
    with resources.as_file(folder / "body.npz") as path, np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
        # features are single precision: against the next lower single-precision number they compare the same
        threshold = arrays["threshold"].astype(np.float32)
        low = np.nextafter(threshold, np.float32(-np.inf))
        arrays["threshold"] = np.where(threshold > arrays["threshold"], low, threshold)
        for name in ("roots", "feature", "children"):
            arrays[name] = arrays[name].astype(np.intp)  # what indexing takes without converting
        return Trees(**arrays)
