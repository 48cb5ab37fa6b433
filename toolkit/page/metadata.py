"""What a page states about its article: JSON-LD, OpenGraph, meta tags, microdata, and the page's own head.

Each field is taken from the source that is most often right for it; the three times are read each from its own
places and never stand in for one another.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from toolkit.page.blocks import Blocks, find_blocks
from toolkit.page.byline import find_bylines, find_dateline, names_in
from toolkit.page.dates import PageDate, find_date, parse_date
from toolkit.page.jsonld import find_article, string_of, types_of
from toolkit.page.model import Article
from toolkit.page.names import clean_names
from toolkit.page.tree import Tree
from toolkit.page.urls import base_of, make_absolute, split_url
from toolkit.words import squeeze

__all__ = ["Stated", "read_metadata"]

#: Characters of a field beyond which it is no title, section or keyword but a text that got there.
MAX_TITLE, MAX_FIELD = 400, 120


@dataclass(slots=True)
class Stated:
    """What ``read_metadata`` found: the article's fields, where title and time came from, nodes of the "
    "page."""

    article: Article
    quality: dict[str, Any] = field(default_factory=dict)
    title_node: int = -1
    description: str | None = None
    article_body: str | None = None


@dataclass(slots=True)
class _Head:
    """The tags of one page that state something, gathered in one pass."""

    meta: dict[str, list[str]] = field(default_factory=dict)  # as written; ``all`` and ``first`` clean them
    prop: dict[str, list[int]] = field(default_factory=dict)
    links: dict[str, list[int]] = field(default_factory=dict)
    times: list[int] = field(default_factory=list)
    h1: list[int] = field(default_factory=list)
    title: str | None = None

    def all(self, *names: str) -> list[str]:
        return [_text(value) for name in names for value in self.meta.get(name, ())]

    def first(self, *names: str) -> str | None:
        return next(filter(None, self.all(*names)), None)


def _gather(tree: Tree) -> _Head:
    head = _Head(times=tree.find("time"), h1=tree.find("h1"))
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


def _text(value: str) -> str:
    if "&" in value:
        value = html.unescape(value)
    # what prints holds no space but the blank, and nothing invisible
    return value.strip() if "  " not in value and value.isprintable() else squeeze(value)


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
    head = _gather(tree)
    canonical = _canonical(tree, head, url)
    urls = frozenset(link.rstrip("/") for link in (canonical, url, head.first("og:url")) if link)
    data = find_article((script.text for script in tree.scripts if "ld+json" in script.type), urls)
    article = Article(url=canonical or url)
    stated = Stated(article)
    article.site = _site(data, head, article.url)
    _read_title(tree, blocks, head, data, stated)
    article.language = _language(tree, head, data)
    _read_authors(tree, blocks, head, data, stated)
    _read_times(tree, blocks, head, data, stated)
    article.section = _section(data, head)
    article.keywords = _keywords(data, head)
    stated.description = head.first("og:description", "description", "twitter:description") or string_of(
        data.get("description")
    )
    body = data.get("articleBody")
    stated.article_body = body if isinstance(body, str) else None
    _read_capture(tree, article, stated)
    return stated


# ---------------------------------------------------------------- address, site, language


def _canonical(tree: Tree, head: _Head, url: str | None) -> str | None:
    base = base_of(tree.base, url)
    for node in head.links.get("canonical", ()):
        link = (tree.attrs[node].get("href") or "").strip()
        if link and not link.startswith(("#", "data:", "javascript:")) and len(link) < 2000:
            return make_absolute(link, base)
    stated = head.first("og:url", "twitter:url", "parsely-link")
    return make_absolute(stated, base) if stated and len(stated) < 2000 and "/" in stated else None


def _site(data: dict[str, Any], head: _Head, url: str | None) -> str | None:
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


def _language(tree: Tree, head: _Head, data: dict[str, Any]) -> str | None:
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


# ---------------------------------------------------------------- title

_SUFFIX = re.compile(r"\s+[*|\u2013\u2014\u00b7\u2022\u00bb:-]\s+|\s*[|\u3163\uff5c]\s*")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=1024)
def _key(text: str) -> str:
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def strip_site(title: str, site: str | None, host: str) -> str:
    """``title`` without the name of the site at its end.

    Examples
    --------
    >>> strip_site("Rain ends the longest drought | Politics | The Daily", "The Daily", "d.example")
    'Rain ends the longest drought'
    >>> strip_site("A - B", "C", "c.example")
    'A - B'
    """
    names = {_key(name).replace(" ", "") for name in (site or "", host, host.partition(".")[0]) if name} - {
        ""
    }
    cuts = list(_SUFFIX.finditer(title))
    for cut in reversed(cuts):
        tail = _key(title[cut.end() :]).replace(" ", "")
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


def _read_title(tree: Tree, blocks: Blocks, head: _Head, data: dict[str, Any], stated: Stated) -> None:
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
        votes = Counter(_key(text) for text in metas.values())
        name, text = max(metas.items(), key=lambda pair: votes[_key(pair[1])])
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
    others = {name: other for name, other in metas.items() if name != "title" and _key(other) != _key(text)}
    if not others:
        return None
    first = bisect_left(blocks.start, tree.end[node])
    for k in range(first, min(first + 16, len(blocks))):
        if blocks.chars[k] > 250:
            break
        if tree.tag[blocks.owner[k]] in ("h2", "h3"):
            printed = _key(blocks.text[k])
            for name, other in others.items():
                key = _key(other)
                if printed == key or (len(key) > 20 and printed.endswith(" " + key)):
                    return name, other
    return None


def _overlap(one: str, other: str) -> float:
    a, b = set(_key(one).split()), set(_key(other).split())
    return len(a & b) / max(1, min(len(a), len(b))) if a and b else 0.0


# ---------------------------------------------------------------- authors


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


def _read_authors(tree: Tree, blocks: Blocks, head: _Head, data: dict[str, Any], stated: Stated) -> None:
    article = stated.article
    host = split_url(article.url or "")[0]
    own = {_key(name).replace(" ", "") for name in (article.site or "", host, host.partition(".")[0])} - {""}
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
        kept = [name for name in people if not _is_house(_key(name).replace(" ", ""), own)]
        if kept:
            article.authors, stated.quality["authors_from"] = kept, source
            return
        if people and fallback is None:
            fallback = (source, people)
    article.authors = fallback[1] if fallback else []
    stated.quality["authors_from"] = fallback[0] if fallback else None


def _marked_authors(tree: Tree, head: _Head) -> Iterator[tuple[str, list[str]]]:
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


# ---------------------------------------------------------------- times

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "date_published", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued",
    "dcterms.created", "dc.date.created",
    "pubdate", "publishdate", "publish-date", "publication_date", "og:published_time", "published_time",
    "last-published", "dcterms.date", "dc.date", "date", "ptime", "pdate", "displaydate", "bt:pubdate",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "date_modified",
    "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "revision_date", "utime", "article:updated", "bt:moddate",
)  # fmt: skip


def _best(stamps: list[tuple[str, Any]]) -> tuple[str, PageDate] | None:
    """The first stamp with time and zone; else the first with a time; else the first."""
    read: list[tuple[str, PageDate]] = []
    for source, stamp in stamps:
        date = parse_date(stamp)
        if date:
            if date.precision == "second" and date.zone_known:
                return source, date
            read.append((source, date))
    return max(read, key=lambda pair: (pair[1].precision == "second", pair[1].zone_known), default=None)


def _read_times(tree: Tree, blocks: Blocks, head: _Head, data: dict[str, Any], stated: Stated) -> None:
    article, quality = stated.article, stated.quality
    published: list[tuple[str, Any]] = [("json-ld", string_of(data.get("datePublished")))]
    published += [("meta", value) for value in head.all(*_PUBLISHED)]
    published += [("microdata", _stamp(tree, node)) for node in head.prop.get("datepublished", ())[:3]]
    best = _best(published)
    if best is None:
        best = _best([("json-ld", string_of(data.get("dateCreated")) or string_of(data.get("uploadDate")))])
    if best is None:
        times = [node for node in head.times if tree.attrs[node].get("datetime")]
        first = [node for node in times if not tree.hidden[node]][:1] or times[:1]
        best = _best([("time", tree.attrs[node].get("datetime")) for node in first])
    if best is None and (line := find_dateline(tree, blocks, stated.title_node)):
        best = ("page", line[0])
    if best:
        article.published_at = _aware(best[1].moment)
    quality["published_from"] = best[0] if best else None
    quality["published_zone"] = None if not best else "stated" if best[1].zone_known else "assumed UTC"
    modified: list[tuple[str, Any]] = [("json-ld", string_of(data.get("dateModified")))]
    modified += [("meta", value) for value in head.all(*_MODIFIED)]
    modified += [("microdata", _stamp(tree, node)) for node in head.prop.get("datemodified", ())[:3]]
    last = _best(modified)
    article.modified_at = _aware(last[1].moment) if last else None


def _stamp(tree: Tree, node: int) -> str | None:
    values = tree.attrs[node]
    return values.get("datetime") or values.get("content") or tree.text_of(node)


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


_SAVING = ("url", "saved date", "archived")  # one of these stands in all that is looked for below
_SAVED = (
    re.compile(r"saved date:\s*(?P<date>[^\n]{10,60})", re.I),  # SingleFile
    re.compile(r"FILE ARCHIVED ON\s+(?P<date>\d\d:\d\d:\d\d \w{3} \d\d?, \d{4})", re.I),  # Wayback Machine
    re.compile(r"\bArchived(?: on| at)?:?\s+(?P<date>\d{4}-\d\d-\d\d[^\n]{0,30})", re.I),
    re.compile(r"Page saved with SingleFile[^\n]*\n[^\n]*\n?\s*saved date:\s*(?P<date>[^\n]+)", re.I),
)
_WAYBACK = re.compile(r"(?P<clock>\d\d:\d\d:\d\d) (?P<month>\w{3}) (?P<day>\d\d?), (?P<year>\d{4})")
_BROWSER_DATE = re.compile(
    r"(?P<month>\w{3}) (?P<day>\d\d?) (?P<year>\d{4}) (?P<clock>\d\d:\d\d:\d\d)(?: (?:GMT|"
    r"UTC)?(?P<zone>[+-]\d{4})?)?"
)
_SAVED_FROM = re.compile(r"saved from url=\(\d+\)(?P<url>https?://\S+)", re.I)
_SINGLEFILE_URL = re.compile(r"^\s*url:\s*(?P<url>https?://\S+)", re.I | re.M)


def _read_capture(tree: Tree, article: Article, stated: Stated) -> None:
    """When the page was saved: from the comments that savers leave, else from the running date in its "
    "head."""
    for comment in tree.comments:
        folded = comment.lower()
        if not any(map(folded.__contains__, _SAVING)):
            continue
        source = _SAVED_FROM.search(comment) or _SINGLEFILE_URL.search(comment)
        if source and article.url is None:
            article.url = source["url"]
        if article.captured_at is not None:
            continue
        for pattern in _SAVED:
            match = pattern.search(comment)
            date = _saved_date(match["date"]) if match else None
            if date:
                article.captured_at, article.captured_from = date, "comment"
                article.captured_precision = "second"
                break
    if article.captured_at is None:
        running = _running_date(tree)
        if running:
            article.captured_at, article.captured_from = _aware(running.moment), "page"
            article.captured_precision = running.precision


def _saved_date(text: str) -> dt.datetime | None:
    for pattern in (_WAYBACK, _BROWSER_DATE):
        match = pattern.search(text)
        if match:
            part = match.groupdict()
            zone = part.get("zone") or "Z"
            date = parse_date(f"{part['day']} {part['month']} {part['year']} {part['clock']} {zone}")
            if date:
                return _aware(date.moment).astimezone(dt.UTC)
    date = parse_date(text.strip())
    return _aware(date.moment).astimezone(dt.UTC) if date else None


_DIGIT = re.compile(r"\d")
_WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|^(?:montag|dienstag|mittwoch|"
    r"donnerstag|freitag|samstag|"
    r"sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|"
    r"viernes|sábado|domingo|"
    r"lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|segunda|terça|quarta|quinta|sexta|maandag|"
    r"dinsdag|woensdag|"
    r"donderdag|vrijdag|zaterdag|zondag|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|"
    r"pazartesi|salı|çarşamba|"
    r"perşembe|cuma|cumartesi|pazar|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\b",
    re.I,
)  # fmt: skip


def _running_date(tree: Tree) -> PageDate | None:
    """A line of the page's head that is nothing but weekday and date, before the title."""
    first = next((node for node in tree.find("h1") if tree.chars_in(node)), len(tree))
    limit = tree.chars[-1] * 0.3
    for node in tree.texts:
        if node >= first or tree.chars[node] > limit:
            break
        line = tree.text[node].strip()
        if 8 <= len(line) <= 60 and _DIGIT.search(line) and _WEEKDAY.match(line):
            if tree.tag[tree.parent[node]] == "time" and tree.attrs[tree.parent[node]].get("datetime"):
                continue
            date = find_date(line)
            if date and len(line) < 45:
                return date
    return None


# ---------------------------------------------------------------- section, keywords


def _section(data: dict[str, Any], head: _Head) -> str | None:
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


def _keywords(data: dict[str, Any], head: _Head) -> list[str]:
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
