"""What a page states about its article: JSON-LD, OpenGraph, meta tags, microdata, and the page's own head.

Each field is taken from the source that is most often right for it; the three times are read each from its own
places and never stand in for one another. Title, authors, times and capture have files of their own.
"""

from __future__ import annotations

import re
from typing import Any

from toolkit.page.authors import read_authors
from toolkit.page.blocks import Blocks, find_blocks
from toolkit.page.capture import read_capture
from toolkit.page.head import Head, Stated, read_head
from toolkit.page.jsonld import find_article, string_of
from toolkit.page.model import Article
from toolkit.page.times import read_times
from toolkit.page.title import read_title
from toolkit.page.tree import Tree
from toolkit.page.urls import base_of, make_absolute, split_url

__all__ = ["read_metadata"]

#: Characters of a field beyond which it is no site, section or keyword but a text that got there.
MAX_FIELD = 120


def read_metadata(tree: Tree, url: str | None = None, *, blocks: Blocks | None = None) -> Stated:
    """Read what the page states about its article; everything but the body.

    Parameters
    ----------
    tree : Tree
        The page.
    url : str, optional
        The address the page was saved from, where known; used to make links absolute, and as the article's
        address where the page states none.
    blocks : Blocks, optional
        The page's blocks, where they are known already.

    Returns
    -------
    Stated
        ``article`` without body; ``quality`` with ``title_from``, ``authors_from``, ``published_from``,
        ``published_zone``; the nodes of title, byline and dates.
    """
    blocks = find_blocks(tree) if blocks is None else blocks
    head = read_head(tree)
    canonical = _canonical(tree, head, url)
    urls = frozenset(link.rstrip("/") for link in (canonical, url, head.first("og:url")) if link)
    data = find_article((script.text for script in tree.scripts if "ld+json" in script.type), urls)
    article = Article(url=canonical or url)
    stated = Stated(article)
    article.site = _site(data, head, article.url)
    read_title(tree, blocks, head, data, stated)
    article.language = _language(tree, head, data)
    read_authors(tree, blocks, head, data, stated)
    read_times(tree, blocks, head, data, stated)
    article.section = _section(data, head)
    article.keywords = _keywords(data, head)
    stated.description = head.first("og:description", "description", "twitter:description") or string_of(
        data.get("description")
    )
    body = data.get("articleBody")
    stated.article_body = body if isinstance(body, str) else None
    read_capture(tree, article)
    return stated


# ---------------------------------------------------------------- address, site, language


def _canonical(tree: Tree, head: Head, url: str | None) -> str | None:
    base = base_of(tree.base, url)
    for node in head.links.get("canonical", ()):
        link = (tree.attrs[node].get("href") or "").strip()
        if link and not link.startswith(("#", "data:", "javascript:")) and len(link) < 2000:
            return make_absolute(link, base)
    stated = head.first("og:url", "twitter:url", "parsely-link")
    return make_absolute(stated, base) if stated and len(stated) < 2000 and "/" in stated else None


def _site(data: dict[str, Any], head: Head, url: str | None) -> str | None:
    name = head.first("og:site_name") or string_of(data.get("publisher"))
    if name and len(name) <= MAX_FIELD and not name.startswith(("http:", "https:")):
        return name
    name = head.first(
        "application-name", "apple-mobile-web-app-title", "twitter:app:name:iphone", "al:ios:app_name"
    )
    if name and len(name) <= MAX_FIELD:
        return name
    return split_url(url)[0] or None if url else None


_TAG = re.compile(r"^[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*$", re.I | re.A)


def _language(tree: Tree, head: Head, data: dict[str, Any]) -> str | None:
    stated = [tree.attrs[0].get("lang") or tree.attrs[0].get("xml:lang") if len(tree) else None]
    stated += [
        string_of(data.get("inLanguage")),
        head.first("og:locale", "content-language", "language", "dc.language"),
    ]
    for tag in stated:
        name = (tag or "").strip().split(",")[0].split(".")[0]
        if _TAG.match(name):
            parts = name.replace("_", "-").split("-")
            rest = [p.upper() if len(p) == 2 else p.title() if len(p) == 4 else p.lower() for p in parts[1:]]
            return "-".join([parts[0].lower(), *rest])
    return None


# ---------------------------------------------------------------- section, keywords


def _section(data: dict[str, Any], head: Head) -> str | None:
    for value in (
        string_of(data.get("articleSection")),
        head.first(
            "article:section",
            "og:article:section",
            "section",
            "parsely-section",
            "sailthru.section",
            "dc.subject.section",
        ),
    ):
        if value and len(value) <= MAX_FIELD and not value.startswith(("http:", "https:")):
            return value
    return None


def _keywords(data: dict[str, Any], head: Head) -> list[str]:
    raw = data.get("keywords")
    words: list[str] = []
    for value in raw if isinstance(raw, list) else [raw]:
        text = string_of(value)
        if text:
            words += _split_keywords(text) if not isinstance(raw, list) or len(raw) == 1 else [text]
    if not words:
        for key in ("news_keywords", "keywords", "parsely-tags", "sailthru.tags"):
            for text in head.all(key):
                words += _split_keywords(text)
            if words:
                break
    if not words:
        words = head.all("article:tag", "og:article:tag")
    seen: dict[str, str] = {}
    for word in words:
        word = word.strip()
        if word and len(word) <= MAX_FIELD:
            seen.setdefault(word.casefold(), word)
    return list(seen.values())[:100]


def _split_keywords(text: str) -> list[str]:
    separator = ";" if ";" in text and "," not in text else ","
    return [part for part in text.split(separator) if part.strip()]
