"""The ledger of an HTML page: every piece of visible text with exactly one role, and the rule that gave "
"it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from toolkit.page.blocks import Blocks
from toolkit.page.byline import find_bylines, near_title
from toolkit.page.dates import find_date
from toolkit.page.head import Stated
from toolkit.page.hints import bits_of, find_hints
from toolkit.page.model import LedgerLine
from toolkit.page.modules import STORED_RULE, FoundItem, FoundModule
from toolkit.page.tree import Tree
from toolkit.words import squeeze

__all__ = ["Claims", "account_page", "claim_nodes", "measure_residue"]

Claim = tuple[str, str, int | None]  # role, rule, module index

_NAVIGATION = (("nav", bits_of("nav")), ("footer", bits_of("footer")), ("header", bits_of("header")))
_HINTED = (
    ("comment", "comment", bits_of("comment")),
    ("boilerplate", "advert", bits_of("ad")),
    ("boilerplate", "caption or credit", bits_of("caption", "figure", "figcaption")),
    ("boilerplate", "sharing", bits_of("share", "button")),
    ("boilerplate", "newsletter, consent, wall", bits_of("paywall", "form")),
    ("boilerplate", "tags", bits_of("tags")),
    ("byline", "byline class", bits_of("byline")),
    ("date", "date class", bits_of("date")),
    ("navigation", "chrome class", bits_of("chrome")),
    ("boilerplate", "related box", bits_of("related")),
    ("boilerplate", "player or gallery", bits_of("video")),
    ("boilerplate", "info box", bits_of("box", "meta", "aside", "details", "address")),
)
_ANY_HINT = sum(bits for _, _, bits in _HINTED) | sum(bits for _, bits in _NAVIGATION)
_WHEN = re.compile(
    r"\b(?:ago|vor \d|hace \d|il y a|fa|siden|sedan|geleden|\d{1,2}[:.]\d\d|\d+\s?[hm](?:in)?)\b", re.I
)
_SMALL_PRINT = (
    "©", "(c)", "copyright", "all rights", "alle rechte", "derechos", "droits", "diritti", "rettigheder", "无断",
    "無断", "저작권",
)  # fmt: skip
#: From this share of linked characters on, a block that nothing claims is navigation.
LINKED = 0.5
#: A block shorter than this that no rule places is a mark or a button, not text.
MARK = 4


@dataclass(slots=True)
class Claims:
    """Which text nodes the readers of the page claimed, with role, rule and module."""

    nodes: dict[int, Claim] = field(default_factory=dict)

    def take(self, nodes: Iterable[int], role: str, rule: str, module: int | None = None) -> None:
        """Claim ``nodes`` where no earlier reader did."""
        for node in nodes:
            self.nodes.setdefault(node, (role, rule, module))


def claim_nodes(
    tree: Tree,
    blocks: Blocks,
    stated: Stated,
    own: Sequence[int],
    deck: int,
    modules: Sequence[FoundModule],
    *,
    dates: bool = True,
) -> Claims:
    """What title, body and modules claim, in this order: a node belongs to the first that does.

    Without ``dates`` all that stands beside an item has one role: what is claimed is the same.
    """
    claims = Claims()
    if stated.title_node >= 0:
        claims.take(
            range(stated.title_node, tree.end[stated.title_node]), "title", "the h1 that agrees with metadata"
        )
    for k in own:
        role, rule = ("deck", "summary under the title") if k == deck else ("body", "block model and rules")
        claims.take(range(blocks.start[k], blocks.stop[k]), role, rule)
    for index, module in enumerate(modules):
        if module.label_node >= 0:
            rule = "label of a module"
            if module.rule == STORED_RULE:
                rule = f"label of a module; {STORED_RULE}"
            claims.take([module.label_node], "module label", rule, index)
        for item in module.items:
            if not isinstance(item, FoundItem):
                continue
            claims.take(item.headline_nodes, "headline", f"item of a {module.kind} module", index)
            claims.take([n for n in [item.kicker_node] if n >= 0], "kicker", "label of an item", index)
            claims.take([n for n in [item.deck_node] if n >= 0], "deck", "summary of an item", index)
            texts = tree.texts
            for node in texts[bisect_left(texts, item.start) : bisect_left(texts, item.stop)]:
                if node not in claims.nodes:
                    date = dates and (_WHEN.search(tree.text[node]) or find_date(tree.text[node]))
                    role, rule = ("date", "time of an item") if date else ("boilerplate", "beside an item")
                    claims.take([node], role, rule, index)
    return claims


def measure_residue(tree: Tree, blocks: Blocks, claims: Claims, stated: Stated) -> float:
    """Share of the page's visible characters that no rule could place, 0 to 1."""
    total = 0
    open_blocks = []  # only these can be residue
    for k, claimed in _find_visible(tree, blocks, claims).items():
        size = blocks.chars[k]
        total += size
        if not claimed and size >= MARK and blocks.linked[k] < LINKED * size:
            open_blocks.append(k)
    left = sum(
        blocks.chars[k]
        for k, role in _place_blocks(tree, blocks, open_blocks, stated, but=_ANY_HINT)
        if role[0] == "residue"
    )
    return round(left / total, 4) if total else 0.0


def _find_visible(tree: Tree, blocks: Blocks, claims: Claims) -> dict[int, bool]:
    """The visible blocks in page order, each with whether anything in it is claimed (then it counts as visible)."""
    held, hidden = claims.nodes.keys(), tree.hidden
    visible: dict[int, bool] = {}
    for k, (start, stop) in enumerate(zip(blocks.start, blocks.stop, strict=True)):
        claimed = start in held or (stop > start + 1 and not held.isdisjoint(range(start, stop)))
        if claimed or not hidden[start]:
            visible[k] = claimed
    return visible


def _unclaimed_roles(
    tree: Tree, blocks: Blocks, claims: Claims, stated: Stated
) -> Iterable[tuple[int, Claim | None]]:
    """Every visible block; its role where nothing in it is claimed, else None."""
    visible = _find_visible(tree, blocks, claims)
    placed = dict(_place_blocks(tree, blocks, [k for k, claimed in visible.items() if not claimed], stated))
    for k in visible:
        yield k, placed.get(k)


def _place_blocks(
    tree: Tree, blocks: Blocks, chosen: Sequence[int], stated: Stated, but: int = 0
) -> Iterable[tuple[int, Claim]]:
    """The roles of blocks that nothing claims; those with hints of ``but`` are left out."""
    title = stated.article.title.casefold() if stated.article.title else None
    zone = near_title(tree, blocks, stated.title_node)
    around = [tree.parent[stated.title_node]] if stated.title_node >= 0 else []
    _, inherited = find_hints(tree, [blocks.owner[k] for k in chosen], around)
    for k in chosen:
        bits = inherited[blocks.owner[k]]
        if not bits & but:
            yield k, _place(tree, blocks, k, bits, k in zone, title)


def _place(tree: Tree, blocks: Blocks, k: int, bits: int, near: bool, title: str | None) -> Claim:
    text, size = blocks.text[k], blocks.chars[k]
    if title and size < 400 and text.casefold() == title:
        return "title", "same words as the title", None
    if near and size < 120 and find_date(text):
        return "date", "date beside the title", None
    for name, bit in _NAVIGATION:
        if bits & bit:
            return "navigation", f"inside {name}", None
    if blocks.linked[k] >= LINKED * size:
        return "navigation", "mostly links", None
    if bits & _ANY_HINT:
        for role, rule, bit in _HINTED:
            if bits & bit:
                return role, rule, None
    if size < 200 and any(map(text.lower().__contains__, _SMALL_PRINT)):
        return "boilerplate", "small print", None
    if size < MARK:
        return "boilerplate", "a mark", None
    return "residue", "no rule", None


def account_page(tree: Tree, blocks: Blocks, claims: Claims, stated: Stated) -> list[LedgerLine]:
    """One line per piece of visible text, in page order; pieces of one block with one role are one line.

    Returns
    -------
    list of LedgerLine
        Their texts, put together, are the page's visible text: nothing stands in two lines, nothing in none.
    """
    bylines = {
        node for top in find_bylines(tree, blocks, stated.title_node) for node in range(top, tree.end[top])
    }
    ledger: list[LedgerLine] = []
    for k, placed in _unclaimed_roles(tree, blocks, claims, stated):
        nodes = [node for node in range(blocks.start[k], blocks.stop[k]) if not tree.tag[node]]
        if placed is not None:
            if placed[0] != "title" and not bylines.isdisjoint(nodes) and blocks.chars[k] < 200:
                placed = ("byline", "byline beside the title", None)
            ledger.append(LedgerLine(placed[0], placed[1], blocks.text[k]))
            continue
        rest: Claim = ("boilerplate", "beside claimed text", None)
        for (role, rule, module), run in groupby(nodes, key=lambda node: claims.nodes.get(node, rest)):
            text = squeeze("".join(tree.text[node] for node in run))
            if text:
                ledger.append(LedgerLine(role, rule, text, module))
    return ledger
