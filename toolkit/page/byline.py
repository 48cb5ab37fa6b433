"""The byline and the date line that a page prints near its title, for pages whose metadata do not say."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

from toolkit.page.blocks import Blocks
from toolkit.page.dates import PageDate, find_date
from toolkit.page.names import clean_names, is_name
from toolkit.page.tree import Tree

__all__ = ["find_bylines", "find_dateline", "names_in", "near_title"]

_CLASS = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?(?:-?(?:name|list))?|autor(?:en|in|es)?|auteurs?|writer|reporter|"
    r"redakt(?:eur|or))(?:$|[\s_-])"
    r"|(?:[a-z_-]|^)(?:Author|Byline)(?:s|Name|List)?(?:$|[\s_-]|[A-Z])"
)
_NOT = re.compile(r"comment|kommentar|related|teaser|bio|avatar|image|photo|img|login|footer|widget", re.I)
_PAGES_OF = (
    "author", "autor", "autoren", "autores", "autorin", "auteur", "by", "people", "person", "journalist", "profile",
    "staff", "writer", "reporter", "contributor", "team", "yazar", "redaktion", "redactor", "columnist",
    "journaliste",
)  # fmt: skip
_HREF = re.compile(rf"/(?:{'|'.join(_PAGES_OF)})s?/[^/?#]{{3,}}", re.I)
_PIECES = frozenset(piece for name in _PAGES_OF for piece in (name, name + "s"))
_LEAD = re.compile(
    r"^(?:by|von|vom|par|por|di|door|av|af|przez|oleh|written by|posted by|text|texte?|autor(?:in)?|author|"
    r"yazan|автор)\s*:?\s+(?=(?-i:[^\W\d_a-z]))",  # a capital, or a letter of a script that has none
    re.I,
)
#: Blocks before and after the title among which a byline or a date line is looked for.
_BEFORE, _AFTER = 4, 16
#: A byline has more characters than the first, and fewer than the second.
_LEAST, _MOST = 2, 160


@lru_cache(maxsize=8192)
def _is_byline_class(name: str) -> bool:
    return len(name) < 300 and _CLASS.search(name) is not None and _NOT.search(name) is None


def _leads_to_author(href: str) -> bool:
    """Whether an address is that of a page about a person; most are told by their pieces, without the pattern."""
    if href.isascii() and _PIECES.isdisjoint(href.lower().split("/")):
        return False
    return _HREF.search(href) is not None


def near_title(tree: Tree, blocks: Blocks, title_node: int) -> range:
    """The blocks around the title among which byline, date line and deck stand."""
    if title_node < 0:
        return range(0)
    at = bisect_left(blocks.start, title_node)
    stop = at + 1
    while stop < min(at + _AFTER, len(blocks)) and blocks.chars[stop] < 400:
        stop += 1
    return range(max(0, at - _BEFORE), stop)


def find_bylines(tree: Tree, blocks: Blocks, title_node: int) -> list[int]:
    """Nodes that may hold the byline, the likeliest first: by link, by class, by the words it starts with."""
    zone = near_title(tree, blocks, title_node)
    low = blocks.start[zone[0]] if zone else 0
    high = blocks.stop[zone[-1]] if zone else 0
    linked = {node for node in tree.anchors if _leads_to_author(tree.attrs[node]["href"] or "")}
    classed = set()
    chars = tree.chars
    for node, (values, stop) in enumerate(zip(tree.attrs, tree.end, strict=True)):
        if values and _LEAST < chars[stop] - chars[node] < _MOST:
            name = values.get("class")
            if name and _is_byline_class(name):
                classed.add(node)
            if "rel" in values and "author" in (values["rel"] or ""):
                linked.add(node)
    scored: list[tuple[int, int]] = []
    end = 0
    for node in sorted(linked | classed):
        if node < end or tree.hidden[node] or not _LEAST < tree.chars_in(node) < _MOST:
            continue
        end = tree.end[node]
        score = 4 if node in linked and node in classed else 2
        if low <= node < high:
            score += 4
        elif zone and node < low:
            continue
        scored.append((-score, node))
    for k in zone:
        if blocks.chars[k] < 120 and _LEAD.match(blocks.text[k]):
            scored.append((-5, blocks.owner[k]))
    return [node for _, node in sorted(scored)[:12]]


def names_in(tree: Tree, node: int) -> list[str]:
    """The names that a byline node prints; only what looks like a name."""
    stop = tree.end[node]
    links = [
        i
        for i in range(node, stop)
        if tree.link[i] == i and _leads_to_author(tree.attrs[i].get("href") or "")
    ]
    if links:
        found = [name for i in links for name in clean_names(tree.text_of(i)) if is_name(name)]
        if found:
            return list(dict.fromkeys(found))
    pieces = [tree.text[i].strip(" ,;|") for i in range(node, stop) if not tree.tag[i]]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > 1 and all(is_name(piece) for piece in pieces):
        return list(dict.fromkeys(pieces))
    found = []
    for line in tree.text_of(node, "\\n").split("\\n"):
        found += [name for name in clean_names(line) if is_name(name)]
    return list(dict.fromkeys(found))


def find_dateline(tree: Tree, blocks: Blocks, title_node: int) -> tuple[PageDate, int] | None:
    """The first date printed below the title, and the block it stands in."""
    at = bisect_left(blocks.start, title_node)
    for k in range(at, near_title(tree, blocks, title_node).stop):  # above it stands the running date, if any
        if blocks.chars[k] < 120:
            date = find_date(blocks.text[k])
            if date:
                return date, k
    return None
