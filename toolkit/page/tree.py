"""One HTML page as flat arrays, filled in one walk; the article and the modules are both read from them.

Nodes stand in document order. The descendants of node ``i`` are ``i + 1 ... end[i] - 1``, so that a subtree
is a slice, and prefix sums give its characters and links without another walk. Scripts, styles and drawings
are left out; JSON that the page carries is kept aside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from selectolax.lexbor import LexborHTMLParser

#: Elements that run inside a line; all others begin and end one.
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small
    span strike strong sub sup time tt u var wbr img picture source input select button svg
    """.split()
)
_SKIPPED = frozenset("style svg path iframe object embed canvas math audio video track param base".split())
_SPACES = re.compile(r"\s+")
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_NONE: dict[str, str | None] = {}

#: More nodes than any news page has; what stands behind them is left out and reported.
MAX_NODES = 200_000


@dataclass(slots=True)
class Script:
    """A script that holds data: its type, its id, its text, and where in the page it stands."""

    type: str
    id: str
    text: str
    node: int


@dataclass(slots=True)
class Tree:
    """The page's nodes in document order; node 0 is ``<html>``.

    ``tag`` is the lower-case element name, ``""`` for a text node. ``chars[i]`` and ``links[i]`` count the
    visible characters, and those of them inside ``<a href>``, that stand before node ``i``; what stands in
    ``<head>`` is not visible. Both have one entry more than there are nodes, so
    ``chars[end[i]] - chars[i]`` is what node ``i`` holds.
    """

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    attrs: list[dict[str, str | None]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    link: list[int] = field(default_factory=list)  # the <a href> a node is or stands in, else -1
    chars: list[int] = field(default_factory=lambda: [0])
    links: list[int] = field(default_factory=lambda: [0])
    scripts: list[Script] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    cut: bool = False
    hints: dict[int, int] = field(default_factory=dict)  # of single elements, as far as they were asked for

    def __len__(self) -> int:
        return len(self.tag)

    def chars_in(self, node: int) -> int:
        """Visible characters inside ``node``."""
        return self.chars[self.end[node]] - self.chars[node]

    def link_chars_in(self, node: int) -> int:
        """Visible characters inside ``node`` that belong to links."""
        return self.links[self.end[node]] - self.links[node]

    def children(self, node: int) -> list[int]:
        """The child nodes of ``node``, text nodes included, in order."""
        found, child, stop = [], node + 1, self.end[node]
        while child < stop:
            found.append(child)
            child = self.end[child]
        return found

    def ancestors(self, node: int) -> list[int]:
        """Parent, grandparent ... up to ``<html>``."""
        found = []
        node = self.parent[node]
        while node >= 0:
            found.append(node)
            node = self.parent[node]
        return found

    def find(self, *tags: str, start: int = 0, stop: int | None = None) -> list[int]:
        """Nodes from ``start`` to ``stop`` whose element is one of ``tags``."""
        wanted, stop = set(tags), len(self.tag) if stop is None else stop
        return [i for i in range(start, stop) if self.tag[i] in wanted]

    def text_of(self, node: int, separator: str = " ") -> str:
        """The text inside ``node``; where a block or a line break parts it, ``separator`` stands."""
        return self.text_between(node, self.end[node], separator)

    def text_between(self, start: int, stop: int, separator: str = " ") -> str:
        """The text of the nodes from ``start`` to ``stop`` (excluded), spaces collapsed."""
        if stop - start == 1:
            return self.text[start].strip()
        parts: list[str] = []
        tag, end, text = self.tag, self.end, self.text
        closing: list[int] = []  # ends of the open blocks
        broken = False
        for i in range(start, stop):
            while closing and closing[-1] <= i:
                closing.pop()
                broken = True
            name = tag[i]
            if not name:
                if broken and parts:
                    parts.append("\n")
                broken = False
                parts.append(text[i])
            elif name not in INLINE:
                broken = True
                if end[i] > i + 1:
                    closing.append(end[i])
        lines = (_SPACES.sub(" ", line).strip() for line in "".join(parts).split("\n"))
        return separator.join(line for line in lines if line)


def read_tree(html: str) -> Tree:
    """Parse ``html`` and flatten it; never recurses, so that nesting depth cannot stop it."""
    parser = LexborHTMLParser(html)
    tree = Tree()
    root = parser.root
    if root is None:
        return tree
    before = root.prev
    while before is not None:  # "saved from url" and SingleFile comments stand before <html>
        if before.is_comment_node:
            tree.comments.insert(0, before.comment_content or "")
        before = before.prev
    _walk(root, tree)
    return tree


def _walk(root: Any, tree: Tree) -> None:
    tag, parent, end, depth, attrs = tree.tag, tree.parent, tree.end, tree.depth, tree.attrs
    text, hidden, link = tree.text, tree.hidden, tree.link
    sizes: list[int] = []  # each node's own visible characters
    # an open element: its index, what is to be visited after it, and the link and the hidden state around it
    open_nodes: list[tuple[int, Any, int, bool]] = []
    node, above = root, -1
    inside, unseen = -1, False  # the link around the node, and whether all around it is hidden
    last_text = head = -1
    while True:
        name = node.tag
        if name == "-text":
            raw = node.text_content or ""
            words = raw.split()
            if not words:  # between elements: two of five nodes of a page
                if last_text >= 0 and text[last_text][-1] != " ":
                    text[last_text] += " "
            else:
                line = " ".join(words)
                sizes.append(len(line) if head < 0 else 0)
                if raw[0].isspace():
                    line = " " + line
                if raw[-1].isspace():
                    line += " "
                last_text = len(tag)
                tag.append("")
                attrs.append(_NONE)
                text.append(line)
                link.append(inside)
                hidden.append(unseen)
                parent.append(above)
                depth.append(len(open_nodes))
                end.append(last_text + 1)
                if last_text + 1 >= MAX_NODES:
                    tree.cut = True
                    break
        elif name == "script":
            _keep_script(node, tree)
        elif name == "-comment" or name == "-doctype":
            if name == "-comment" and len(tree.comments) < 50:
                tree.comments.append((node.comment_content or "")[:2000])
        elif name not in _SKIPPED:
            index = len(tag)
            tag.append(name or "template-content")
            values = node.attributes if name else _NONE
            attrs.append(values)
            text.append("")
            sizes.append(0)
            around, shut = inside, unseen
            if name == "head":
                head = index
            elif name == "a" and values.get("href"):
                around = index
            if values and (
                "hidden" in values or ("style" in values and _HIDDEN_STYLE.search(values["style"] or ""))
            ):
                shut = True
            link.append(around)
            hidden.append(shut)
            parent.append(above)
            depth.append(len(open_nodes))
            end.append(index + 1)
            if index + 1 >= MAX_NODES:
                tree.cut = True
                break
            if name == "template":
                fragments = node.template_fragments()
                child = fragments[0].first_child if fragments else None
            else:
                child = node.first_child
            if child is not None:
                open_nodes.append((index, node.next if above >= 0 else None, inside, unseen))
                above, inside, unseen = index, around, shut
                node = child
                continue
        node = node.next if above >= 0 else None
        while node is None and open_nodes:
            closed, node, inside, unseen = open_nodes.pop()
            end[closed] = len(tag)
            above = parent[closed]
            if closed == head:
                head = -1
        if node is None:
            break
    for index, *_ in reversed(open_nodes):
        end[index] = len(tag)
    tree.chars = list(accumulate(sizes, initial=0))
    linked = (size if around >= 0 else 0 for size, around in zip(sizes, link, strict=True))
    tree.links = list(accumulate(linked, initial=0))


def _keep_script(node: Any, tree: Tree) -> None:
    values = node.attributes
    kind = (values.get("type") or "").lower()
    if "json" in kind:
        tree.scripts.append(Script(kind, values.get("id") or "", node.text(deep=True) or "", len(tree.tag)))
