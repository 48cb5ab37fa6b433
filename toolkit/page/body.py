"""The article's own paragraphs among the blocks of a page."""

from __future__ import annotations

from dataclasses import dataclass, field

from toolkit.page.blocks import Blocks
from toolkit.page.tree import Tree

__all__ = ["Body", "find_body"]

_TEXT_TAGS = frozenset("p li h2 h3 h4 h5 h6 blockquote div section article td dd pre".split())


@dataclass(slots=True)
class Body:
    """Which blocks are the article's text, in page order, and how sure that is (0 to 1)."""

    blocks: list[int] = field(default_factory=list)
    confidence: float = 0.0


def find_body(tree: Tree, blocks: Blocks, *, title: str | None = None, title_node: int = -1) -> Body:
    """Find the blocks that are the article's own text."""
    score: dict[int, float] = {}
    for k in range(len(blocks)):
        size = blocks.chars[k] - 2 * blocks.linked[k]
        if size < 60 or tree.hidden[blocks.start[k]]:
            continue
        node = tree.parent[blocks.owner[k]]
        for share in (1.0, 0.6, 0.3):
            if node < 0:
                break
            score[node] = score.get(node, 0.0) + size * share
            node = tree.parent[node]
    if not score:
        return Body()
    best = max(score, key=lambda node: (score[node], -node))
    chosen = [
        k
        for k in range(len(blocks))
        if best < blocks.start[k] < tree.end[best]
        and not tree.hidden[blocks.start[k]]
        and tree.tag[blocks.owner[k]] in _TEXT_TAGS
        and blocks.linked[k] <= 0.5 * blocks.chars[k]
    ]
    return Body(chosen, 0.5)
