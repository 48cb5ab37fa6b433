"""From links to cards: a card is all that a page prints for one linked story.

A teaser links its picture, its headline and its "read more" to one address, often with a link to the section or
the author in between. Links are merged by address first; the card's zone is then the highest element around
them that holds no other story.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from toolkit.page.modules.pieces import Pieces
from toolkit.page.modules.texts import measure
from toolkit.page.tree import Tree
from toolkit.page.urls import key_of, slug_of, split_url

#: Links of one address are merged when no more than this many other links stand between them.
_REACH = 4
#: No teaser links its story more often than this.
_MOST_LINKS = 12
#: A zone never holds more visible characters outside links than this; the article's body would be one.
_ZONE_CHARS = 700
#: No zone is the whole page.
_WHOLE = frozenset(("body", "html", "main"))
#: From this many words and word characters on, a text can be the headline of a story.
STORY_WORDS, STORY_CHARS = 3, 13


@dataclass(slots=True)
class Card:
    """One linked story: its links, its address, its zone, and what was chosen as its headline."""

    key: str
    href: str
    links: list[int]
    top: int = -1  # lowest node around all links
    zone: int = -1  # highest node around them without another story
    words: int = 0  # of the longest text in the links
    chars: int = 0
    storylike: bool = False
    parts: Sequence[int] = ()  # the pieces that make up the headline
    headline: str = ""
    own_pieces: Sequence[int] = ()  # pieces inside the links
    host: str = ""
    path: str = ""
    query: str = ""
    known_slug: str | None = None

    @property
    def slug(self) -> str:
        """The piece of the address that spells a headline, or what comes nearest to that."""
        if self.known_slug is None:
            self.known_slug = slug_of(self.path)
        return self.known_slug


#: A link's node, key, address, the address split, the pieces in it, words and word characters of the longest of them,
#: and whether that can be the headline of a story.
_Link = tuple[int, str, str, tuple[str, str, str, str], range, tuple[int, int], bool]


def find_cards(tree: Tree, pieces: Pieces, host: str, page_key: str) -> list[Card]:
    """All links of the page as cards, in page order; links that lead to no other page are left out.

    ``host`` is the page's own, ``page_key`` its address as :func:`toolkit.page.urls.url_key` gives it.
    """
    links, stories = _read_links(tree, pieces, host, page_key)
    cards: list[Card] = []
    recent: dict[str, Card] = {}  # the last few, the latest last
    for link in links:
        node, key, href, (place, path, query, _), inside, size, storylike = link
        card = recent.pop(key, None)
        if card is None or _is_new_item(tree, pieces, stories, card, link):
            words, chars = size
            card = Card(
                key, href, [node], node, -1, words, chars, storylike, (), "", inside, place, path, query
            )
            cards.append(card)
        else:
            card.links.append(node)
            card.top = common(tree, card.top, node)
            card.own_pieces = (*card.own_pieces, *inside)
            if size > (card.words, card.chars):
                card.words, card.chars = size
                card.storylike = storylike
        recent[key] = card
        if len(recent) > _REACH:
            del recent[next(iter(recent))]
    return cards


def _read_links(tree: Tree, pieces: Pieces, host: str, page_key: str) -> tuple[list[_Link], list[int]]:
    """The links that lead to other pages, and the nodes of those that tell a story."""
    end, attrs = tree.end, tree.attrs
    text, spoken, before, sizes = pieces.text, pieces.spoken, pieces.before, pieces.sizes
    links: list[_Link] = []
    stories: list[int] = []
    # a teaser's picture, headline and button have one address
    read: dict[str, tuple[str, tuple[str, str, str, str]]] = {}
    for node in tree.anchors:
        href = (attrs[node]["href"] or "").strip()
        known = read.get(href)
        if known is None:
            parts = split_url(href)
            known = read[href] = (key_of(href, parts, host), parts)
        key, parts = known
        if not key or key == page_key:
            continue
        inside = range(before[node], before[end[node]])
        most = (0, 0)
        for piece in inside:
            if not spoken[piece]:
                size = sizes[piece] = measure(text[piece])
                if size > most:
                    most = size
        storylike = most[0] >= STORY_WORDS and most[1] >= STORY_CHARS
        if storylike:
            stories.append(node)
        links.append((node, key, href, parts, inside, most, storylike))
    return links, stories


def common(tree: Tree, upper: int, node: int) -> int:
    """The lowest node that holds both ``upper`` and ``node``, where ``node`` is the later one."""
    end, parent = tree.end, tree.parent
    while end[upper] <= node:
        upper = parent[upper]
    return upper


def _is_new_item(tree: Tree, pieces: Pieces, stories: list[int], card: Card, link: _Link) -> bool:
    """Whether a second link to one address is an item of its own rather than another part of the same teaser."""
    node, _, _, _, inside, size, _ = link
    if len(card.links) >= _MOST_LINKS:
        return True
    top = common(tree, card.top, node)
    if tree.depth[card.top] - tree.depth[top] > 6 or tree.tag[top] in ("body", "main", "html", "header"):
        return True
    if tree.chars_in(top) - tree.link_chars_in(top) > _ZONE_CHARS:
        return True
    around = stories[bisect_left(stories, top) : bisect_left(stories, tree.end[top])]
    if any(story != node and story not in card.links for story in around):
        return True  # another story stands in the same block
    if not size[0] or not card.words:
        return False
    # both say something: parts of one teaser differ in make-up, items of a list are alike in it
    slots = {slot_of_piece(tree, pieces, p): pieces.text[p] for p in card.own_pieces}
    for piece in inside:
        said = slots.get(slot_of_piece(tree, pieces, piece))
        if said is not None:
            return said != pieces.text[piece] or _make_below(tree, card.top, top) == _make_below(
                tree, node, top
            )
    return False


def _make_below(tree: Tree, node: int, top: int) -> tuple[str, str]:
    """Element and class of the child of ``top`` that holds ``node``."""
    parent = tree.parent
    while node != top and parent[node] != top:
        node = parent[node]
    return tree.tag[node], tree.attrs[node].get("class") or ""


def slot_of_piece(tree: Tree, pieces: Pieces, piece: int) -> tuple[str, str, str, str]:
    """How a piece is made up: element and class of what holds it, and of what holds that."""
    owner = pieces.owner[piece]
    slot = pieces.slots.get(owner)
    if slot is None:
        above = tree.parent[owner]
        css, outer = tree.attrs[owner].get("class"), tree.attrs[above].get("class")
        slot = pieces.slots[owner] = (tree.tag[owner], css or "", tree.tag[above], outer or "")
    return slot


def find_zones(tree: Tree, cards: Sequence[Card]) -> None:
    """Climb from each card to the highest element that holds no other story (no other card, for short links)."""
    told = [node for card in cards if card.storylike for node in card.links]
    stories = _neighbours(told)
    all_links = _neighbours([node for card in cards for node in card.links])
    end, parent, chars, linked, tag = tree.end, tree.parent, tree.chars, tree.links, tree.tag
    for card in cards:
        before, after = stories if card.storylike else all_links
        links, node = card.links, card.top
        last, following = before[links[0]], after[links[-1]]
        if len(links) > 1 and (
            last >= node or following < end[node] or any(after[a] != b for a, b in pairwise(links))
        ):
            # other stories stand between the card's links: keep the first link's own surroundings
            node, following = links[0], after[links[0]]
        while True:
            above = parent[node]
            if last >= above or tag[above] in _WHOLE:  # the first holds for what is above the page, too
                break
            stop = end[above]
            if (
                following < stop
                or (chars[stop] - chars[above]) - (linked[stop] - linked[above]) > _ZONE_CHARS
            ):
                break
            node = above
        card.zone = node


def _neighbours(links: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
    """For each of ``links`` the one before it, or -1, and the one after it, or a number larger than any node's."""
    nodes = sorted(links)
    return dict(zip(nodes, [-1, *nodes], strict=False)), dict(
        zip(nodes, [*nodes[1:], sys.maxsize], strict=False)
    )
