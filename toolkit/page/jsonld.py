"""JSON-LD: what a page states about its article in ``<script type="application/ld+json">``.

Pages write it by hand, by plugin and by template: with comments, raw line breaks, trailing commas, as lists, as
graphs with references. All of it is read without recursion and within bounds, so that no page can stall it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["find_article", "read_jsonld", "string_of"]

#: Longest script read, in characters, and most objects walked; news pages stay far below.
MAX_SCRIPT = 3_000_000
MAX_OBJECTS = 5_000

_ARTICLE_TYPES = frozenset(
    """
    Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle BackgroundNewsArticle
    ReviewNewsArticle AskPublicNewsArticle AdvertiserContentArticle BlogPosting LiveBlogPosting
    SocialMediaPosting TechArticle ScholarlyArticle MedicalScholarlyArticle Report SatiricalArticle Review
    CreativeWork Recipe DiscussionForumPosting
    """.split()
)
_WEAK_TYPES = frozenset(
    "WebPage ItemPage VideoObject Blog Review CreativeWork SocialMediaPosting Recipe".split()
)
_STRONG_TYPES = _ARTICLE_TYPES - _WEAK_TYPES
_SPACES = re.compile(r"\s+")
_WRAPPED = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def read_jsonld(text: str) -> Any | None:
    """Parse one script; mends comments, raw control characters and trailing commas; None where it is no JSON.

    Examples
    --------
    >>> read_jsonld('<!-- {"@type": "NewsArticle", "headline": "A", } -->')
    {'@type': 'NewsArticle', 'headline': 'A'}
    >>> read_jsonld("[" * 100_000) is None
    True
    """
    if len(text) > MAX_SCRIPT:
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    for _ in range(3):
        text = _WRAPPED.sub("", text)
    try:
        return json.loads(_TRAILING_COMMA.sub(r"\1", text), strict=False)
    except (ValueError, RecursionError):
        return None


def _objects(data: Any) -> Iterator[tuple[dict[str, Any], int]]:
    """Every object with its depth, breadth first, bounded."""
    level, depth, seen = [data], 0, 0
    while level and seen < MAX_OBJECTS:
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                seen += 1
                yield value, depth
                below += [v for v in value.values() if isinstance(v, dict | list)]
            elif isinstance(value, list):
                below += value[:MAX_OBJECTS]
            if seen >= MAX_OBJECTS:
                return
        level = below
        depth += 1


def types_of(value: dict[str, Any]) -> set[str]:
    """The ``@type`` names of an object, without a vocabulary prefix."""
    kinds = value.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return {name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str)}


def string_of(value: Any) -> str | None:
    """The text of a JSON-LD value: a string, the first of a list, an object's name; entities resolved.

    Examples
    --------
    >>> string_of([{"name": "Q&amp;A"}])
    'Q&A'
    """
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("headline") or value.get("@id")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    if "&" in value:
        value = html.unescape(html.unescape(value))
    return _SPACES.sub(" ", value).strip() or None


def find_article(scripts: Iterable[str], urls: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The object that describes the page's article, with references to other objects filled in.

    Parameters
    ----------
    scripts : iterable of str
        The texts of the page's JSON-LD scripts, in page order.
    urls : frozenset of str
        The page's own addresses: an object that names one of them is preferred over those that do not (a
        section page lists other articles, a live blog its posts).

    Returns
    -------
    dict
        Empty where the page states no article.
    """
    best: tuple[tuple[int, ...], dict[str, Any]] | None = None
    by_id: dict[str, dict[str, Any]] = {}
    for number, text in enumerate(scripts):
        data = read_jsonld(text)
        if data is None:
            continue
        for value, depth in _objects(data):
            identity = value.get("@id")
            if isinstance(identity, str) and len(value) > 2:
                by_id.setdefault(identity, value)
            kinds = types_of(value)
            strong = not kinds.isdisjoint(_STRONG_TYPES)
            if not strong and kinds.isdisjoint(_WEAK_TYPES):
                continue
            told = value.get("headline") or value.get("datePublished") or value.get("articleBody")
            if not strong and not told:
                continue
            own = bool(urls) and any(
                isinstance(link, str) and link.rstrip("/") in urls for link in _links(value)
            )
            rank = (own and strong, bool(told), strong, "datePublished" in value, own, -depth, -number)
            if best is None or rank > best[0]:
                best = (tuple(map(int, rank)), value)
    if best is None:
        return {}
    return {key: _filled(value, by_id) for key, value in best[1].items()}


def _links(value: dict[str, Any]) -> list[Any]:
    main = value.get("mainEntityOfPage")
    if isinstance(main, dict):
        main = main.get("@id") or main.get("url")
    return [value.get("url"), main, value.get("@id")]


def _filled(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_filled(part, by_id) if isinstance(part, dict) else part for part in value[:200]]
    if isinstance(value, dict) and len(value) <= 2 and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value
