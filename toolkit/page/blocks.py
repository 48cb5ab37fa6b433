"""The blocks of a page: maximal runs of text with no element that begins or ends a line inside them.

Body, ledger and modules all speak of the same blocks, so that every visible character is in exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from toolkit.page.tree import INLINE, Tree

__all__ = ["Blocks", "find_blocks"]

#: Cells of one row stand in one line, unless they hold blocks of their own.
_CELLS = frozenset(("td", "th"))
_WITHIN_LINE = INLINE | _CELLS


@dataclass(slots=True)
class Blocks:
    """Blocks in page order, as columns.

    Block ``k`` holds the text nodes in ``start[k] ... stop[k] - 1`` and stands in the element ``owner[k]``
    (the innermost that begins a line; cells of one table row stand in one line, so there it is the row). ``text`` has
    its spaces collapsed; a single ``<br>`` is a space, two in a row part blocks.
    ``chars`` and ``linked`` count its characters, and those of them inside links.
    """

    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    chars: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.start)


def find_blocks(tree: Tree) -> Blocks:
    """Cut the page's text into blocks; ``<head>`` is left out, hidden text is not (``tree.hidden`` says so)."""
    tag, end, text, link, parent = tree.tag, tree.end, tree.text, tree.link, tree.parent
    start: list[int] = []
    stop: list[int] = []
    owner: list[int] = []
    linked: list[int] = []
    parts: dict[int, list[str]] = {}  # of the blocks with more than one text node
    known: dict[int, int] = {}
    after_head = next((end[node] for node in tree.find("head") if parent[node] <= 0), 0)
    owner_end = -1
    for node in tree.texts:
        if node < after_head:
            continue
        gap = None if owner_end <= node else _find_gap(tag[stop[-1] : node])
        if gap is None:
            above = parent[node]
            if tag[above] in _WITHIN_LINE:  # mostly a link, and its parent the owner
                above = parent[above]
                if tag[above] in _WITHIN_LINE:
                    above = _find_owner(tree, above, known)
            start.append(node)
            stop.append(node + 1)
            owner.append(above)
            owner_end = end[above]
            linked.append(len(text[node]) if link[node] >= 0 else 0)
        else:
            parts.setdefault(len(start) - 1, [text[start[-1]]]).extend((gap, text[node]))
            stop[-1] = node + 1
            if link[node] >= 0:
                linked[-1] += len(text[node])
    lines = [text[node].strip() for node in start]
    for k, some in parts.items():
        line = "".join(some).strip()
        lines[k] = " ".join(line.split()) if "  " in line else line
    chars = list(map(len, lines))
    return Blocks(start, stop, owner, lines, chars, list(map(min, linked, chars)))


def _find_gap(between: list[str]) -> str | None:
    """What the elements that begin between two texts put between them; None where a line ends."""
    gap, breaks = "", 0
    for name in between:
        if name in INLINE:
            continue
        if name == "br":
            breaks += 1
        elif name not in _CELLS:
            return None
        gap = " "
    return gap if breaks < 2 else None


def _find_owner(tree: Tree, node: int, known: dict[int, int]) -> int:
    """The innermost element around ``node``, itself included, that begins a line; noted in ``known``."""
    path = []
    while node not in known and tree.tag[node] in _WITHIN_LINE:
        path.append(node)
        node = tree.parent[node]
    owner = known.get(node, node)
    for passed in path:
        known[passed] = owner
    return owner
