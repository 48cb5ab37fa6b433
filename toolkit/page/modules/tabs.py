"""Tabbed blocks: a strip of names, then one pane of items for each name."""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.labels import ENOUGH, label_score


def find_tabs(page: Page, cards: Sequence[Card]) -> dict[int, int]:
    """Index of the first card of each pane -> the piece that names the pane.

    Panes are sibling elements that each hold at least two of ``cards``; a strip is as many short pieces of one make,
    right above the first pane. Without such a strip the siblings may be columns of one list and nothing is returned
    for them.
    """
    tree = page.tree
    end, parent = tree.end, tree.parent
    named: dict[int, int] = {}
    last_names: list[int] = []
    last_make = ("", "")
    n = 0
    while n < len(cards) - 1:
        a, b = cards[n].links[0], cards[n + 1].links[0]
        top = a
        while end[top] <= b:
            top = parent[top]
        panes = _panes(page, cards, n, top)
        if panes and not _labelled(page, cards, panes, top):
            names = _strip(page, top, len(panes), cards[panes[0]])
            make = (tree.tag[top], tree.attrs[top].get("class") or "")
            if not names and len(last_names) == len(panes) and make == last_make:
                names = last_names  # tabs inside tabs: the inner strip is printed once
            if names:
                last_names, last_make = names, make
                named.update(zip(panes, names, strict=True))
                n = panes[-1]
        n += 1
    return named


def _panes(page: Page, cards: Sequence[Card], n: int, top: int) -> list[int]:
    """The first card of each child of ``top`` if card ``n`` ends one and each holds two cards or more."""
    tree = page.tree
    end, parent = tree.end, tree.parent
    first = n
    while first > 0 and top < cards[first - 1].links[0] < end[top]:
        first -= 1
    if first == n:
        return []
    starts: list[int] = []
    counts: list[int] = []
    holder = -1
    k = first
    while k < len(cards) and cards[k].links[0] < end[top]:
        link = cards[k].links[0]
        if holder < 0 or link >= end[holder]:
            holder = link
            while parent[holder] != top:
                holder = parent[holder]
            starts.append(k)
            counts.append(0)
        counts[-1] += 1
        k += 1
    if len(starts) < 2 or min(counts) < 2:
        return []
    return starts


def _labelled(page: Page, cards: Sequence[Card], panes: Sequence[int], top: int) -> bool:
    """Whether the panes have labels of their own inside them, above their first items."""
    tree, pieces = page.tree, page.pieces
    for n in panes:
        holder = cards[n].links[0]
        while tree.parent[holder] != top:
            holder = tree.parent[holder]
        for piece in range(pieces.before[holder], cards[n].parts[0]):
            if label_score(page, piece) >= ENOUGH:
                return True
    return False


def _strip(page: Page, top: int, count: int, first: Card) -> list[int]:
    """``count`` short pieces of one make right above the panes, or nothing."""
    tree, pieces = page.tree, page.pieces
    holder = first.links[0]
    while tree.parent[holder] != top:
        holder = tree.parent[holder]
    stop = pieces.before[holder]
    floor = pieces.before[max(tree.parent[top], 0)]
    found: list[int] = []
    for piece in range(stop - 1, max(floor, stop - count - 4) - 1, -1):
        words, chars = pieces.size(piece)
        if not chars or words > 6 or chars > 32:
            if found:
                break
            continue
        if found and tree.tag[pieces.owner[piece]] != tree.tag[pieces.owner[found[0]]]:
            break
        if found and tree.depth[pieces.owner[piece]] != tree.depth[pieces.owner[found[0]]]:
            break
        found.append(piece)
    if len(found) != count:
        return []
    return found[::-1]
