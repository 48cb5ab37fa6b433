"""RSS and Atom files -> one snapshot with one module: the feed's entries in the order in which it lists them.

The module's label is the feed's title, its kind ``latest`` (what a feed claims), its format ``table``. Entries
are headlines that were published in a list, so they become placements; an entry's summary is its deck. The
times of single entries have no column and are left out. Entities of a feed's own are refused: they serve attacks.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterator
from typing import Any

from toolkit.readers.decode import decode_page
from toolkit.readers.model import Problem, StatedItem, StatedModule, StatedSnapshot
from toolkit.readers.name import find_capture_time
from toolkit.readers.tables import read_time
from toolkit.words import squeeze

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ENTRIES = ("item", "entry")
_MAX_DECK = 2000


def read_feed(data: bytes, source: str, name: str) -> Iterator[StatedSnapshot | Problem]:
    """The entries of a feed; of a damaged one, those before the damage, and a problem."""
    from defusedxml.common import DefusedXmlException

    text = _DECLARATION.sub("", decode_page(data).text.lstrip("\ufeff"), count=1)
    feed = _Feed()
    try:
        feed.read(text)
    except DefusedXmlException:
        detail = "the feed declares XML entities of its own, as attacks do; it is not read."
        yield Problem(source, "read", "unsafe_xml", detail)
        return
    except (SyntaxError, ValueError, RecursionError) as error:  # ElementTree's ParseError is a SyntaxError
        detail = f"the feed is no well-formed XML ({error}); {len(feed.items)} entries before it were read."
        yield Problem(source, "read", "corrupt", detail)
    if not feed.known:
        yield Problem(source, "read", "empty", "no RSS or Atom feed in it.")
        return
    if feed.untitled:
        detail = f"{feed.untitled} entries without a title; they are no headlines and were left out."
        yield Problem(source, "read", "bad_row", detail)
    named = find_capture_time(name)
    article = {
        key: value
        for key, value in {
            "url": feed.self_link or feed.link,
            "title": feed.title,
            "site": feed.title,
            "language": feed.language,
            "modified_at": feed.updated,
        }.items()
        if value
    }
    yield StatedSnapshot(
        source=source,
        digest=hashlib.sha256(data).hexdigest(),
        article=article,
        modules=(StatedModule(feed.title, "latest", tuple(feed.items)),),
        captured_at=named[0] if named else None,
        captured_from="name" if named else None,
        captured_precision=named[1] if named else None,
    )


class _Feed:
    """A feed while it is read, element by element."""

    def __init__(self) -> None:
        self.items: list[StatedItem] = []
        self.untitled = 0
        self.known = False
        self.title: str | None = None
        self.link: str | None = None
        self.self_link: str | None = None
        self.language: str | None = None
        self.updated: Any = None

    def read(self, text: str) -> None:
        from defusedxml.ElementTree import iterparse

        path: list[str] = []
        for event, element in iterparse(io.BytesIO(text.encode("utf-8", "replace")), events=("start", "end")):
            tag = _local(element.tag)
            if event == "start":
                if not path:
                    self.known = tag in ("rss", "feed", "RDF")
                    self.language = element.get("{http://www.w3.org/XML/1998/namespace}lang")
                path.append(tag)
                continue
            path.pop()
            if tag in _ENTRIES:
                self._add(element)
                element.clear()
            elif not any(parent in _ENTRIES for parent in path) and path[-1:] in (["channel"], ["feed"]):
                self._describe(tag, element)

    def _describe(self, tag: str, element: Any) -> None:
        text = squeeze(element.text or "")
        if tag == "title" and self.title is None:
            self.title = _plain(text) or None
        elif tag == "link":
            target = element.get("href") or text
            if element.get("rel") == "self":
                self.self_link = self.self_link or target or None
            elif element.get("rel") in (None, "alternate"):
                self.link = self.link or target or None
        elif tag == "language":
            self.language = text or self.language
        elif tag in ("lastBuildDate", "updated") and self.updated is None:
            time = read_time(text)
            self.updated = time[0] if time else None

    def _add(self, element: Any) -> None:
        title = link = deck = guid = None
        for child in element:
            tag, text = _local(child.tag), squeeze("".join(child.itertext()))
            if tag == "title" and title is None and "search.yahoo.com" not in child.tag:
                title = _plain(text)
            elif tag == "link" and child.get("rel") in (None, "alternate"):
                link = link or child.get("href") or text
            elif tag == "guid" and child.get("isPermaLink", "true") == "true" and "://" in text:
                guid = text
            elif tag in ("description", "summary") and deck is None:
                deck = _plain(text)[:_MAX_DECK]
        if not title:
            self.untitled += 1
            return
        self.items.append(StatedItem(title, len(self.items) + 1, url=link or guid or None, deck=deck or None))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _plain(text: str) -> str:
    """The text of a title or summary, which may hold HTML as text."""
    if "&" in text or "<" in text:
        text = html.unescape(_TAG.sub(" ", html.unescape(text)))
    return squeeze(text)
