"""Blocks in panes: tabs (a strip of names, then one pane of items for each name) and columns of one list.

A strip under a heading of its own only sorts what the heading announces: its panes are one module, the heading's.
Without such a heading, or where the names are labels themselves ("Most read", "Latest"), each pane is a module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.labels import ENOUGH, label_score
from toolkit.page.modules.lexicon import is_chrome, look_up

#: Claims by which the name of a tab is the label of a module, not just the name of a filter.
_OWN = ("popular", "latest", "related", "recommended", "sponsored")


@dataclass(slots=True)
class Panes:
    """What panes were found: card indexes, each the first card of a pane.

    ``named`` maps the first card of a module to the piece that names it; ``joined`` goes on with the module
    before it; ``headed`` maps the first card of a whole tabbed block to the piece that heads the block; ``columns``
    are panes without names.
    """

    named: dict[int, int] = field(default_factory=dict)
    headed: dict[int, int] = field(default_factory=dict)
    joined: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def find_tabs(page: Page, cards: Sequence[Card]) -> Panes:
    """The panes among ``cards``: sibling elements that each hold at least two of them and no label."""
    tree = page.tree
    end, parent = tree.end, tree.parent
    found = Panes()
    last_names: list[int] = []
    last_make = ("", "")
    seen: set[int] = set()
    n = 0
    while n < len(cards) - 1:
        a, b = cards[n].links[0], cards[n + 1].links[0]
        top = a
        while end[top] <= b:
            top = parent[top]
        if top in seen:
            n += 1
            continue
        panes = _panes(page, cards, n, top)
        if n and cards[n - 1].links[0] > top:
            seen.add(top)
        if not panes or _labelled(page, cards, panes, top):
            n += 1
            continue
        names = _strip(page, top, len(panes), cards[panes[0]])
        make = (tree.tag[top], tree.attrs[top].get("class") or "")
        if not names and len(last_names) == len(panes) and make == last_make:
            names = last_names  # tabs inside tabs: the inner strip is printed once
        if not names:
            found.columns.update(panes[1:])
            n += 1
            continue
        last_names, last_make = names, make
        head = _heading(page, names[0])
        own = sum(1 for name in names if any(k in _OWN for k in look_up(page.pieces.text[name])))
        if head >= 0 and own * 2 < len(names):
            found.headed[panes[0]] = head
            found.joined.update(panes[1:])
        else:
            found.named.update(zip(panes, names, strict=True))
        n = panes[-1] + 1
    return found


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
        owner = pieces.owner[piece]
        if found and (
            tree.tag[owner] != tree.tag[pieces.owner[found[0]]]
            or tree.depth[owner] != tree.depth[pieces.owner[found[0]]]
        ):
            break
        found.append(piece)
        if len(found) == count:
            break
    if len(found) < count:
        return []
    found.reverse()
    box = tree.parent[pieces.first[found[0]]]
    while tree.end[box] <= pieces.first[found[-1]]:
        box = tree.parent[box]
    inside = sum(1 for piece in pieces.within(box, min(tree.end[box], holder)) if pieces.size(piece)[1])
    return found if inside == count else []


def _heading(page: Page, name: int) -> int:
    """The piece right above a strip that heads the whole block, or -1."""
    pieces = page.pieces
    for piece in range(name - 1, max(-1, name - 4), -1):
        if not pieces.size(piece)[1] or is_chrome(pieces.text[piece]):
            continue
        same = page.tree.tag[pieces.owner[piece]] == page.tree.tag[pieces.owner[name]]
        return piece if label_score(page, piece) >= ENOUGH and (not same or pieces.heading[piece]) else -1
    return -1
