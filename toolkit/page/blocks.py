"""The blocks of a page: maximal runs of text with no element that begins or ends a line inside them.

Body, ledger and modules all speak of the same blocks, so that every visible character is in exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from toolkit.page.tree import INLINE, Tree

__all__ = ["Blocks", "find_blocks"]


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
    blocks = Blocks()
    tag, end, text, link, parent = tree.tag, tree.end, tree.text, tree.link, tree.parent
    owners: list[int] = [0]  # open block elements
    closing: list[int] = [len(tag) + 1]
    parts: list[str] = []
    first = last = linked = breaks = 0
    open_owner = 0

    def close() -> None:
        nonlocal parts, linked
        line = "".join(parts).strip()
        if "  " in line:
            line = " ".join(line.split())
        if line:
            blocks.start.append(first)
            blocks.stop.append(last + 1)
            blocks.owner.append(open_owner)
            blocks.text.append(line)
            blocks.chars.append(len(line))
            blocks.linked.append(min(linked, len(line)))
        parts, linked = [], 0

    node, size, stop = 0, len(tag), closing[-1]
    while node < size:
        if stop <= node:
            while closing[-1] <= node:
                closing.pop()
                owners.pop()
            stop = closing[-1]
            if parts:
                close()
        name = tag[node]
        if not name:
            if not parts:
                first, open_owner = node, owners[-1]
            elif breaks == 1:
                parts.append(" ")
            breaks = 0
            parts.append(text[node])
            if link[node] >= 0:
                linked += len(text[node])
            last = node
        elif name in INLINE:
            pass
        elif name == "br":
            breaks += 1
            if breaks == 2 and parts:
                close()
        elif name == "td" or name == "th":  # a row is a line, unless its cells hold blocks of their own
            if parts:
                parts.append(" ")
        elif name == "head" and parent[node] <= 0:
            node = end[node]
            continue
        else:
            if parts:
                close()
            breaks = 0
            if end[node] > node + 1:
                owners.append(node)
                stop = end[node]
                closing.append(stop)
        node += 1
    if parts:
        close()
    return blocks
