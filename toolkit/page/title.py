"""An article's headline as the page prints it, without the name of the site."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from typing import Any

from toolkit.page.blocks import Blocks
from toolkit.page.head import Head, Stated, bare_words
from toolkit.page.jsonld import string_of
from toolkit.page.tree import Tree
from toolkit.page.urls import split_url
from toolkit.words import squeeze

__all__ = ["read_title", "strip_site"]

#: Characters beyond which a line is no title but a text that got there.
MAX_TITLE = 400

_SUFFIX = re.compile(r"\s+[*|\u2013\u2014\u00b7\u2022\u00bb:-]\s+|\s*[|\u3163\uff5c]\s*")


def strip_site(title: str, site: str | None, host: str) -> str:
    """``title`` without the name of the site at its end.

    Examples
    --------
    >>> strip_site("Rain ends the longest drought | Politics | The Daily", "The Daily", "d.example")
    'Rain ends the longest drought'
    >>> strip_site("A - B", "C", "c.example")
    'A - B'
    """
    names = {
        bare_words(name).replace(" ", "") for name in (site or "", host, host.partition(".")[0]) if name
    } - {""}
    cuts = list(_SUFFIX.finditer(title))
    for cut in reversed(cuts):
        tail = bare_words(title[cut.end() :]).replace(" ", "")
        if tail and any(
            tail == name
            or ((len(name) > 3 and tail.endswith(name)) or (len(tail) > 3 and name.startswith(tail)))
            for name in names
        ):
            title = title[: cut.start()]
            rest = [c for c in cuts if c.end() <= len(title)]
            # a section between title and site: "Title | Politics | Site"
            if (
                rest
                and "|" in rest[-1].group()
                and len(title) - rest[-1].end() < 25
                and rest[-1].start() > 20
            ):
                title = title[: rest[-1].start()]
            break
    return title.strip()


def read_title(tree: Tree, blocks: Blocks, head: Head, data: dict[str, Any], stated: Stated) -> None:
    """The headline as printed: the ``<h1>``, unless the page prints another of its stated headlines below it.

    Some sites print a line made for search engines as ``<h1>`` (often small, in the breadcrumb) and the headline
    proper as the ``<h2>`` after it; then OpenGraph or JSON-LD states the latter as well.
    """
    article = stated.article
    host = split_url(article.url or "")[0]

    def clean(text: str | None) -> str | None:
        text = squeeze(text or "")[:MAX_TITLE]
        return strip_site(text, article.site, host) or None

    sources = {
        "og": clean(head.first("og:title")),
        "json-ld": clean(string_of(data.get("headline")) or string_of(data.get("name"))),
        "twitter": clean(head.first("twitter:title")),
        "title": clean(head.title),
    }
    metas = {name: text for name, text in sources.items() if text}
    texts = {node: text for node in head.h1 if 3 < len(text := squeeze(tree.text_of(node))) <= MAX_TITLE}
    shown = {node: text for node, text in texts.items() if not tree.hidden[node]} or texts
    node = -1
    if shown:
        fit = {
            key: max((_overlap(text, m) for m in metas.values()), default=1.0) for key, text in shown.items()
        }
        node = max(shown, key=lambda key: (fit[key], min(len(shown[key]), 25), -key))
        if fit[node] < 0.3:  # no stated headline agrees: the first long one, if any
            node = next((key for key, text in shown.items() if len(text) > 24 and " " in text), -1)
    if node >= 0:
        name, text = _printed_below(tree, blocks, node, shown[node], metas) or ("h1", shown[node])
        stated.title_node = node
    elif metas:
        votes = Counter(bare_words(text) for text in metas.values())
        name, text = max(metas.items(), key=lambda pair: votes[bare_words(pair[1])])
        shorter = [
            (n, t) for n, t in metas.items() if len(t) > 20 and text.startswith(t) and len(t) < len(text)
        ]
        if shorter:  # the same with a section or a site behind it
            name, text = shorter[0]
    else:
        stated.quality["title_from"] = None
        return
    article.title = text
    stated.quality["title_from"] = name


def _printed_below(
    tree: Tree, blocks: Blocks, node: int, text: str, metas: dict[str, str]
) -> tuple[str, str] | None:
    """A stated headline, other than the ``<h1>``, that a heading soon after the ``<h1>`` prints."""
    others = {
        name: other
        for name, other in metas.items()
        if name != "title" and bare_words(other) != bare_words(text)
    }
    if not others:
        return None
    first = bisect_left(blocks.start, tree.end[node])
    for k in range(first, min(first + 16, len(blocks))):
        if blocks.chars[k] > 250:
            break
        if tree.tag[blocks.owner[k]] in ("h2", "h3"):
            printed = bare_words(blocks.text[k])
            for name, other in others.items():
                key = bare_words(other)
                if printed == key or (len(key) > 20 and printed.endswith(" " + key)):
                    return name, other
    return None


def _overlap(one: str, other: str) -> float:
    a, b = set(bare_words(one).split()), set(bare_words(other).split())
    return len(a & b) / max(1, min(len(a), len(b))) if a and b else 0.0
