"""An article's authors: from JSON-LD, meta tags, microdata, or the byline as printed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from toolkit.page.blocks import Blocks
from toolkit.page.byline import find_bylines, names_in
from toolkit.page.head import Head, Stated, bare_words
from toolkit.page.jsonld import types_of
from toolkit.page.names import clean_names
from toolkit.page.tree import Tree
from toolkit.page.urls import split_url

__all__ = ["read_authors"]

_AUTHOR_META = (
    "author", "article:author_name", "byl", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
    "cxenseparse:author", "twitter:misc:written by", "article:author", "og:article:author",
)  # fmt: skip


def _people(value: Any) -> tuple[list[str], list[str]]:
    """Persons, and organisations, that a JSON-LD value names."""
    parts = value if isinstance(value, list) else [value]
    persons: list[str] = []
    others: list[str] = []
    for part in parts[:50]:
        text = part.get("name") if isinstance(part, dict) else part
        names = [name for one in (text if isinstance(text, list) else [text])[:50] if isinstance(one, str)
                 for name in clean_names(one)]  # fmt: skip
        organisation = isinstance(part, dict) and any("Organization" in kind for kind in types_of(part))
        (others if organisation else persons).extend(names)
    return list(dict.fromkeys(persons)), list(dict.fromkeys(others))


def read_authors(tree: Tree, blocks: Blocks, head: Head, data: dict[str, Any], stated: Stated) -> None:
    """Set the authors: persons before organisations, and neither the site itself where another is named."""
    article = stated.article
    host = split_url(article.url or "")[0]
    own = {
        bare_words(name).replace(" ", "") for name in (article.site or "", host, host.partition(".")[0])
    } - {""}
    persons, organisations = _people(data.get("author"))
    if not persons and not organisations:
        persons, organisations = _people(data.get("creator"))
    fallback: tuple[str, list[str]] | None = None
    for source, people in chain(
        [("json-ld", persons)],
        _marked_authors(tree, head),
        _printed_authors(tree, blocks, stated),
        [("json-ld", organisations)],
    ):
        kept = [name for name in people if not _is_house(bare_words(name).replace(" ", ""), own)]
        if kept:
            article.authors, stated.quality["authors_from"] = kept, source
            return
        if people and fallback is None:
            fallback = (source, people)
    article.authors = fallback[1] if fallback else []
    stated.quality["authors_from"] = fallback[0] if fallback else None


def _marked_authors(tree: Tree, head: Head) -> Iterator[tuple[str, list[str]]]:
    """The names in meta tags and microdata; looked for only as far as none before them is a person's."""
    for key in _AUTHOR_META:
        names = [name for value in head.all(key) for name in clean_names(value)]
        yield "meta", list(dict.fromkeys(names))
    for label, value in (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")):
        if (head.first(label) or "").casefold() in _WRITTEN_BY:
            yield "meta", clean_names(head.first(value) or "")
    marked = [name for node in head.prop.get("author", ())[:5] for name in names_in(tree, node)]
    yield "microdata", list(dict.fromkeys(marked))


def _printed_authors(tree: Tree, blocks: Blocks, stated: Stated) -> Iterator[tuple[str, list[str]]]:
    """The byline as printed; looked for only where nothing before it named a person."""
    for node in find_bylines(tree, blocks, stated.title_node):
        names = names_in(tree, node)
        if names:
            yield "byline", names
            return


def _is_house(name: str, own: set[str]) -> bool:
    """Whether a name is the site's own ("The Daily", "daily.example", "Daily Newsroom")."""
    return any(name == house or (len(house) > 3 and name.startswith(house)) for house in own)


_WRITTEN_BY = frozenset(
    ("written by", "verfasst von", "escrito por", "écrit par", "scritto da", "yazan", "geschreven door", "skriven av",
     "napisane przez", "автор", "작성자", "執筆者", "by", "author", "autor")
)  # fmt: skip
