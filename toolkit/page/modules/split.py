"""Which neighbouring stories belong to one module."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from toolkit.page.modules.cards import Card, common
from toolkit.page.modules.cards import slot_of_piece as _slot
from toolkit.page.modules.context import Page
from toolkit.page.modules.ensemble import to_table
from toolkit.page.modules.labels import find_label, label_score
from toolkit.page.modules.tabs import Panes

#: So many cards on either side are asked whether they, too, have the kind of text that may be a label, and so many
#: texts above each card's headline are looked at.
_NEAR, _ABOVE = 4, 4

NAMES: tuple[str, ...] = (
    "label", "label_outside", "label_again", "label_heading", "climb_left", "climb_right", "gap_pieces",
    "gap_chars", "gap_links", "same_up", "same_make", "same_heading", "page_share", "top_stories", "in_left",
    "in_right", "in_least", "paragraph_between", "depth_change", "siblings", "longest_gap", "deep_make", "strip",
    "joined", "columns", "label_kicks", "box_headed",
)  # fmt: skip


_AGAIN, _KICKS = NAMES.index("label_again"), NAMES.index("label_kicks")
_LEFT, _RIGHT, _STRIP = NAMES.index("in_left"), NAMES.index("in_right"), NAMES.index("strip")
#: How much the mean of a list counts beside a pair's own probability (both as log odds), from so many pairs on.
SHARE, LEAST = 0.5, 3


def _below(page: Page, node: int, top: int) -> int:
    """The child of ``top`` that holds ``node``."""
    parent = page.tree.parent
    while node != top and parent[node] != top:
        node = parent[node]
    return node


def _make(page: Page, node: int) -> tuple[str, str]:
    return page.tree.tag[node], page.tree.attrs[node].get("class") or ""


def _slots_above(page: Page, cards: Sequence[Card], n: int) -> set[tuple[str, str, str, str]]:
    """How the texts right above a card's headline, and below the headline before it, are made up."""
    first = cards[n].parts[0] if cards[n].parts else 0
    last = cards[n - 1].parts[-1] if n and cards[n - 1].parts else -1
    return {_slot(page.tree, page.pieces, p) for p in range(max(last + 1, first - _ABOVE), first)}


def _box_label(page: Page, top: int, card: Card, headlines: set[int]) -> float:
    """How much the first text of the box around two cards looks like its label; ``card`` is the first of them."""
    piece = page.pieces.before[top]
    if not card.parts or piece >= card.parts[0] or piece in headlines:
        return 0.0
    return max(0.0, label_score(page, piece))


def describe_pairs(page: Page, cards: Sequence[Card], tabs: Panes | None = None) -> np.ndarray:
    """One row per pair of neighbours in ``cards``, one column per name in ``NAMES``.

    ``tabs`` says which cards are the first of a pane.
    """
    tree, pieces = page.tree, page.pieces
    before, end, parent, depth = pieces.before, tree.end, tree.parent, tree.depth
    page_pieces = max(1, len(pieces.text))
    rows: list[list[float]] = []
    starts = [card.links[0] for card in cards]
    headlines = {p for card in cards for p in card.parts}
    # element and class around each headline and around each link
    makes = [_make(page, pieces.owner[card.parts[0]]) if card.parts else None for card in cards]
    outer = [_make(page, parent[start]) for start in starts]
    slots: list[tuple[str, str, str, str] | None] = []
    for n in range(len(cards) - 1):
        a, b = cards[n], cards[n + 1]
        link_a, link_b = starts[n], starts[n + 1]
        head_a, head_b = (c.parts[0] if c.parts else -1 for c in (a, b))
        last = max(a.parts[-1] if a.parts else 0, 0)
        first_piece = head_b if head_b >= 0 else before[link_b]
        a_stop = end[a.zone] if end[a.zone] <= b.zone else a.links[-1] + 1
        floor = max(before[a_stop], last + 1)
        label, score, outside = -1, 0.0, 0.0
        if first_piece > floor:
            label, score = find_label(page, first_piece, floor, first_piece)
        if label >= 0:
            outside = find_label(page, first_piece, floor, before[b.zone])[1]
        slots.append(_slot(tree, pieces, label) if label >= 0 else None)
        # the lowest element around both, and what it holds them in
        top = left = link_a
        while end[top] <= link_b:
            left, top = top, parent[top]
        right = _below(page, link_b, top)
        gap = range(floor, max(floor, first_piece))
        lengths = [len(text) for text in pieces.text[floor : min(floor + 30, gap.stop)]]
        # starts are in page order: stories under a node are a slice of them
        inside = bisect_left(starts, end[top]) - bisect_left(starts, top)
        in_left = bisect_left(starts, end[left]) - bisect_left(starts, left)
        in_right = bisect_left(starts, end[right]) - bisect_left(starts, right)
        depth_a, depth_b = depth[link_a], depth[link_b]
        rows.append([
            max(score, 0.0) if label >= 0 else 0.0, max(outside, 0.0), 0.0,
            label >= 0 and pieces.heading[label] > 0, depth_a - depth[top], depth_b - depth[top],
            len(gap), sum(lengths), sum([pieces.link[p] >= 0 for p in gap[:30]]),
            _make(page, left) == _make(page, right), makes[n] is not None and makes[n] == makes[n + 1],
            (head_a >= 0 and pieces.heading[head_a]) == (head_b >= 0 and pieces.heading[head_b]),
            (before[end[top]] - before[top]) / page_pieces, inside, in_left, in_right, min(in_left, in_right),
            bisect_right(page.body, link_a) < bisect_left(page.body, link_b),
            abs(depth_a - depth_b), parent[a.zone] == parent[b.zone], max(lengths, default=0),
            outer[n] == outer[n + 1],
            tabs is not None and n + 1 in tabs.named, tabs is not None and n + 1 in tabs.joined,
            tabs is not None and n + 1 in tabs.columns, 0.0,
            _box_label(page, top, a, headlines),
        ])  # fmt: skip
    above: dict[int, set[tuple[str, str, str, str]]] = {}
    for n, slot in enumerate(slots):
        # the same kind of text between most neighbours is a kicker; a label comes once per module
        if slot is not None:
            near = [m for m in range(max(0, n - _NEAR + 1), min(len(cards), n + _NEAR + 2)) if m != n + 1]
            for m in near:
                if m not in above:
                    above[m] = _slots_above(page, cards, m)
            rows[n][_KICKS] = sum(slot in above[m] for m in near) / len(near)
            rows[n][_AGAIN] = sum(
                1 for m in (-3, -2, -1, 1, 2, 3) if 0 <= n + m < len(slots) and slots[n + m] == slot
            )
    return to_table(rows, NAMES)


def agree_pairs(page: Page, cards: Sequence[Card], rows: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Probabilities of the pairs, drawn towards those of the other pairs of one list.

    A list is an element each child of which holds one card; ``rows`` is what :func:`describe_pairs` gave.
    """
    if len(rows) < LEAST:
        return sure
    groups: dict[int, list[int]] = {}
    for n, (left, right, strip) in enumerate(rows[:, [_LEFT, _RIGHT, _STRIP]].tolist()):
        if left == right == 1 and not strip:
            top = common(page.tree, cards[n].links[0], cards[n + 1].links[0])
            groups.setdefault(top, []).append(n)
    drawn = sure.tolist()
    for pairs in groups.values():
        if len(pairs) < LEAST:
            continue
        odds = [math.log(p / (1 - p)) for p in (min(max(drawn[n], 1e-3), 1 - 1e-3) for n in pairs)]
        mean = sum(odds) / len(odds)
        for n, own in zip(pairs, odds, strict=True):
            drawn[n] = 1.0 / (1.0 + math.exp(-((1 - SHARE) * own + SHARE * mean)))
    return np.array(drawn)


def pair_rules(rows: np.ndarray) -> np.ndarray:
    """By rule: how likely the neighbours are of one module."""
    col = {name: i for i, name in enumerate(NAMES)}
    score = 1.2 - 0.9 * rows[:, col["label"]]
    score += 0.8 * rows[:, col["same_up"]] + 0.9 * rows[:, col["same_make"]] + 0.6 * rows[:, col["siblings"]]
    score += 3.0 * rows[:, col["joined"]] + 1.5 * rows[:, col["columns"]] - 6.0 * rows[:, col["strip"]]
    score -= 3.0 * rows[:, col["paragraph_between"]]
    score -= 1.5 * rows[:, col["page_share"]] + 0.12 * np.maximum(0, rows[:, col["gap_links"]] - 2)
    score -= 0.25 * np.maximum(0, rows[:, col["climb_right"]] - 4)
    return np.asarray(1.0 / (1.0 + np.exp(-score)))
