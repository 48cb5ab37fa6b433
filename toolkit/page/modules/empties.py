"""Printed boxes with nothing in them: a label that clearly heads a module, alone in its block."""

from __future__ import annotations

from collections.abc import Container

from toolkit.page.modules.context import Page
from toolkit.page.modules.lexicon import is_chrome, look_up
from toolkit.page.modules.marks import BIT

_KINDS = ("popular", "latest", "related", "recommended", "sponsored")
_CHROME = BIT["nav"] | BIT["footer"] | BIT["header"] | BIT["breadcrumb"] | BIT["share"] | BIT["form"]
#: How sure the lists must be of the label.
_SURE = 0.75


def find_empty(page: Page, taken: Container[int]) -> list[tuple[int, str]]:
    """Pieces that are labels of empty modules, each with the kind it claims.

    The label must be a heading or be named a title by its class, must claim a kind, and must be the only text of a
    block that is larger than the heading itself, as where a script was to fill the block. ``taken`` holds
    the text nodes that are parts of modules already.
    """
    pieces, tree = page.pieces, page.tree
    found: list[tuple[int, str]] = []
    title, own = BIT["title"], page.own
    for piece, (owner, heading) in enumerate(zip(pieces.owner, pieces.heading, strict=True)):
        if not heading and not own[owner] & title:
            continue
        text = pieces.text[piece]
        if len(text) > 40 or pieces.first[piece] in taken or pieces.spoken[piece]:
            continue
        if page.down[owner] & _CHROME or page.in_paragraph(owner) or is_chrome(text):
            continue
        claims = {kind: sure for kind, sure in look_up(text).items() if kind in _KINDS}
        if not claims or max(claims.values()) < _SURE:
            continue
        node = owner
        while tree.tag[node] not in ("h1", "h2", "h3", "h4", "h5", "h6", "div", "p", "section") and node > 0:
            node = tree.parent[node]
        above = tree.parent[node]
        if above < 0 or tree.tag[above] in ("body", "main", "article", "html", "td"):
            continue
        others = [
            p for p in pieces.within(above, tree.end[above]) if p != piece and not is_chrome(pieces.text[p])
        ]
        if not others and tree.end[above] > tree.end[node]:
            found.append((piece, max(claims, key=lambda kind: (claims[kind], kind))))
    return found
