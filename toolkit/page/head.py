"""The tags of a page that state something about its article, gathered once, and what is read from them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from toolkit.page.model import Article
from toolkit.page.tree import Tree
from toolkit.words import squeeze

__all__ = ["Head", "Stated", "bare_words", "clean_text", "read_head"]

_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(slots=True)
class Stated:
    """What ``read_metadata`` found: the article's fields, where they came from, and nodes of the page."""

    article: Article
    quality: dict[str, Any] = field(default_factory=dict)
    title_node: int = -1
    description: str | None = None
    article_body: str | None = None


@dataclass(slots=True)
class Head:
    """The tags of one page that state something, gathered in one pass."""

    meta: dict[str, list[str]] = field(default_factory=dict)  # as written; ``all`` and ``first`` clean them
    prop: dict[str, list[int]] = field(default_factory=dict)
    links: dict[str, list[int]] = field(default_factory=dict)
    times: list[int] = field(default_factory=list)
    h1: list[int] = field(default_factory=list)
    title: str | None = None

    def all(self, *names: str) -> list[str]:
        """What the meta tags with one of ``names`` state, in the order of the names."""
        return [clean_text(value) for name in names for value in self.meta.get(name, ())]

    def first(self, *names: str) -> str | None:
        """The first of them that is not empty."""
        return next(filter(None, self.all(*names)), None)


def read_head(tree: Tree) -> Head:
    """Gather the tags of ``tree`` that state something."""
    head = Head(times=tree.find("time"), h1=tree.find("h1"))
    attrs = tree.attrs
    for node in tree.find("meta"):
        values = attrs[node]
        content = values.get("content")
        if content and len(content) < 20_000:
            for key in ("property", "name", "itemprop", "http-equiv"):
                name = values.get(key)
                if name:
                    head.meta.setdefault(name.strip().lower(), []).append(content)
    for node in tree.find("title"):
        head.title = squeeze(tree.text_of(node)) or None
        if head.title is not None:
            break
    for node in tree.find("link"):
        rel = attrs[node].get("rel")
        if rel:
            head.links.setdefault(rel.lower(), []).append(node)
    for node in tree.marked:
        if tree.tag[node] != "meta":
            for name in (attrs[node]["itemprop"] or "").split():
                head.prop.setdefault(name.lower(), []).append(node)
    return head


def clean_text(value: str) -> str:
    """``value`` without entities and with its spaces collapsed."""
    return squeeze(html.unescape(value) if "&" in value else value)


@lru_cache(maxsize=1024)
def bare_words(text: str) -> str:
    """``text`` in small letters, with single spaces for all that is no letter or digit."""
    return _NOT_WORD.sub(" ", text.casefold()).strip()
