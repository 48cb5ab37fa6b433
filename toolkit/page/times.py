"""When an article was published and last changed, as the page states it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from toolkit.page.blocks import Blocks
from toolkit.page.byline import find_dateline
from toolkit.page.dates import PageDate, parse_date
from toolkit.page.head import Head, Stated
from toolkit.page.jsonld import string_of
from toolkit.page.tree import Tree

__all__ = ["make_aware", "read_times"]

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


def read_times(tree: Tree, blocks: Blocks, head: Head, data: dict[str, Any], stated: Stated) -> None:
    """Set when the article was published and last changed; neither stands in for the other."""
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
        article.published_at = make_aware(best[1].moment)
    quality["published_from"] = best[0] if best else None
    quality["published_zone"] = None if not best else "stated" if best[1].zone_known else "assumed UTC"
    modified: list[tuple[str, Any]] = [("json-ld", string_of(data.get("dateModified")))]
    modified += [("meta", value) for value in head.all(*_MODIFIED)]
    modified += [("microdata", _stamp(tree, node)) for node in head.prop.get("datemodified", ())[:3]]
    last = _best(modified)
    article.modified_at = make_aware(last[1].moment) if last else None


def _stamp(tree: Tree, node: int) -> str | None:
    values = tree.attrs[node]
    return values.get("datetime") or values.get("content") or tree.text_of(node)


def make_aware(moment: dt.datetime) -> dt.datetime:
    """``moment`` with its zone, UTC where none is stated."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
