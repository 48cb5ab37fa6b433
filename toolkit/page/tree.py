"""One HTML page as flat arrays, filled in one walk; the article and the modules are both read from them.

Nodes stand in document order. The descendants of node ``i`` are ``i + 1 ... end[i] - 1``, so that a subtree
is a slice, and prefix sums give its characters and links without another walk. Scripts, styles and drawings
are left out; JSON that the page carries is kept aside.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

#: Elements that run inside a line; all others begin and end one.
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small
    span strike strong sub sup time tt u var wbr img picture source input select button svg
    """.split()
)
_SKIPPED = frozenset(
    """
    -comment -doctype script style svg path iframe object embed canvas math audio video track param base
    """.split()
)
_SPACES = re.compile(r"\s+")
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_NONE: dict[str, str | None] = {}

#: Names of elements by the parser's number for them, noted when first met; spares decoding each anew. Elements that
#: the parser does not know are numbered page by page, from an address on.
_NAMES: dict[int, str] = {}
_FIRST_UNKNOWN = 1024
_page: Any = LexborHTMLParser("x")
_TEXT: int = _page.body.first_child.tag_id
del _page

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
    ``chars[end[i]] - chars[i]`` is what node ``i`` holds. ``base`` is what the page says its relative links start
    from (``<base href>``), as written.
    """

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    attrs: list[dict[str, str | None]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    link: list[int] = field(default_factory=list)  # the <a href> a node is or stands in, else -1
    anchors: list[int] = field(default_factory=list)  # the <a href> elements
    chars: list[int] = field(default_factory=lambda: [0])
    links: list[int] = field(default_factory=lambda: [0])
    scripts: list[Script] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    base: str | None = None
    cut: bool = False
    texts: list[int] = field(default_factory=list)  # the text nodes
    marked: list[int] = field(default_factory=list)  # elements with microdata (itemprop)
    hints: dict[int, int] = field(default_factory=dict)  # of single elements, as far as they were asked for
    # nodes by tag, as soon as some are looked for
    _places: dict[str, list[int]] = field(default_factory=dict, repr=False, compare=False)

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
        if not self._places:
            places: dict[str, list[int]] = defaultdict(list)
            for node, name in enumerate(self.tag):
                places[name].append(node)
            self._places = places
        found = [node for name in tags for node in self._places.get(name, ())]
        if start or stop is not None:
            found = [node for node in found if start <= node and (stop is None or node < stop)]
        return sorted(found) if len(tags) > 1 else found

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


def read_tree(html: str | bytes) -> Tree:
    """Parse ``html`` (bytes are UTF-8) and flatten it; never recurses, so that depth cannot stop it."""
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
    tag, parent, end, depth, attrs, text = tree.tag, tree.parent, tree.end, tree.depth, tree.attrs, tree.text
    chars, links, link, anchors, texts = tree.chars, tree.links, tree.link, tree.anchors, tree.texts
    hiding: list[int] = []  # elements that hide themselves and what they hold
    # open elements: what is around each, what is to be visited after it, and the link around it
    open_nodes: list[tuple[int, Any, int]] = []
    node, above, inside = root, -1, -1
    last_text = head = -1
    open_end = False  # whether the last text may take a space
    names = _NAMES.copy()
    index = level = seen = linked = 0
    while True:
        number = node.tag_id
        if number == _TEXT:  # every second node
            raw = None if node.is_empty_text_node else node.text_content
            if not raw or raw.isspace():  # between elements: two of five nodes of a page
                if open_end:
                    text[last_text] += " "
                    open_end = False
            else:
                if "  " not in raw and raw.isprintable():  # single blanks only: nothing to collapse
                    line = raw
                    open_end = raw[-1] != " "
                    size = len(raw) - (raw[0] == " ") - (not open_end)
                else:
                    line = " ".join(raw.split())
                    size = len(line)
                    open_end = not raw[-1].isspace()
                    if raw[0].isspace():
                        line = " " + line
                    if not open_end:
                        line += " "
                if head < 0:
                    seen += size
                    if inside >= 0:
                        linked += size
                last_text = index
                tag.append("")
                attrs.append(_NONE)
                text.append(line)
                chars.append(seen)
                links.append(linked)
                link.append(inside)
                parent.append(above)
                depth.append(level)
                texts.append(index)
                index += 1
                end.append(index)
                if index >= MAX_NODES:
                    tree.cut = True
                    break
        elif (name := names.get(number) or _name_of(node, number, names)) in _SKIPPED:
            if name == "script":
                _keep_script(node, tree)
            elif name == "-comment" and len(tree.comments) < 50:
                tree.comments.append((node.comment_content or "")[:2000])
            elif name == "base" and tree.base is None:
                tree.base = (node.attributes.get("href") or "").strip() or None
        else:
            values = node.attributes
            around = inside
            if values and name != "head":
                if name == "a" and values.get("href"):
                    anchors.append(index)
                    around = index
                if "hidden" in values or ("style" in values and _HIDDEN_STYLE.search(values["style"] or "")):
                    hiding.append(index)
                if "itemprop" in values:
                    tree.marked.append(index)
            tag.append(name)
            attrs.append(values)
            text.append("")
            chars.append(seen)
            links.append(linked)
            link.append(around)
            parent.append(above)
            depth.append(level)
            child = node.first_child
            if child is None and name == "template":
                fragments = node.template_fragments()
                child = fragments[0].first_child if fragments else None
            index += 1
            end.append(index)
            if index >= MAX_NODES:
                tree.cut = True
                break
            if child is not None:
                if name == "head":
                    head = index - 1
                open_nodes.append((above, node.next, inside))
                above, inside = index - 1, around
                level += 1
                node = child
                continue
            elif above < 0:
                break
        node = node.next
        if node is None:
            while node is None and above >= 0:
                end[above] = index
                if above == head:
                    head = -1
                above, node, inside = open_nodes.pop()
                level -= 1
            if above < 0:  # what stands beside <html> is no part of the page
                break
    while above >= 0:
        end[above] = index
        above = parent[above]
    tree.hidden = [False] * index
    for node in hiding:
        if not tree.hidden[node]:
            tree.hidden[node : end[node]] = [True] * (end[node] - node)


def _name_of(node: Any, number: int, names: dict[int, str]) -> str:
    """The name of an element whose ``number`` is not among ``names``; noted there."""
    name: str = node.tag or "template-content"
    names[number] = name
    if number < _FIRST_UNKNOWN:
        _NAMES[number] = name
    return name


def _keep_script(node: Any, tree: Tree) -> None:
    values = node.attributes
    kind = (values.get("type") or "").lower()
    if "json" in kind:
        tree.scripts.append(Script(kind, values.get("id") or "", node.text(deep=True) or "", len(tree.tag)))
