"""All that the steps of module finding know about one page."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from toolkit.page.modules.cards import Card, find_cards
from toolkit.page.modules.marks import read_marks
from toolkit.page.modules.pieces import Pieces, find_pieces
from toolkit.page.tree import Tree
from toolkit.page.urls import registered_domain, split_url, url_key
from toolkit.words import normalise_headline


@dataclass(slots=True)
class Page:
    """One page while its modules are read: tree, pieces, hints, links as cards, and where the body stands."""

    tree: Tree
    pieces: Pieces
    own: list[int]  # hints each node gives itself
    down: list[int]  # hints of a node and all around it
    host: str
    site: str
    path: str
    key: str
    title: str
    title_key: str
    language: str
    body: list[int]
    body_first: int
    body_last: int
    cards: list[Card] = field(default_factory=list)
    sections: frozenset[str] = frozenset()  # names in the navigation, as plain labels
    # filled when labels are looked for
    label_scores: dict[int, float] = field(default_factory=dict)
    texts: Counter[str] = field(default_factory=Counter)
    # filled when kinds are looked for
    authors: frozenset[str] | None = None  # names printed as authors', as plain labels

    def in_paragraph(self, node: int) -> bool:
        """Whether ``node`` stands in one of the body's paragraphs."""
        k = bisect_right(self.body, node)
        return k > 0 and node < self.tree.end[self.body[k - 1]]


def read_page(
    tree: Tree, url: str | None, title: str | None, body: Sequence[int], language: str | None
) -> Page:
    """Cut the page into pieces and cards, with the headline of each; nothing is decided yet."""
    host, path, _, _ = split_url(url or "")
    own, down, spoken = read_marks(tree)
    pieces = find_pieces(tree, spoken)
    nodes = sorted(body)
    size = len(tree.tag)
    page = Page(
        tree=tree,
        pieces=pieces,
        own=own,
        down=down,
        host=host,
        site=registered_domain(host),
        path=path,
        key=url_key(url or "", host),
        title=title or "",
        title_key=normalise_headline(title or ""),
        language=(language or "").lower()[:2],
        body=nodes,
        body_first=nodes[0] if nodes else size,
        body_last=tree.end[nodes[-1]] if nodes else 0,
    )
    page.cards = find_cards(tree, pieces, host, page.key)
    return page
