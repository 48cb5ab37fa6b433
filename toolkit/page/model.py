"""What one page turns into: an article, its modules, its ledger. Plain records, before they become tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Item:
    """One headline of a module; its rank is its place in ``Module.items``."""

    headline: str
    url: str | None = None
    kicker: str | None = None
    deck: str | None = None
    position: float = 0.0


@dataclass(slots=True)
class Module:
    """One printed box of headlines, in page order."""

    label: str | None
    kind: str
    items: list[Item] = field(default_factory=list)
    position: float = 0.0
    duplicate_of: int | None = None


@dataclass(slots=True)
class Article:
    """The page's own article; None or empty where the page does not say."""

    title: str | None = None
    deck: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: dt.datetime | None = None
    modified_at: dt.datetime | None = None
    captured_at: dt.datetime | None = None
    captured_from: str | None = None
    captured_precision: str | None = None
    section: str | None = None
    keywords: list[str] = field(default_factory=list)
    language: str | None = None
    site: str | None = None
    url: str | None = None
    body: str = ""


@dataclass(slots=True)
class LedgerLine:
    """One line or block of the page with its one role."""

    role: str
    rule: str
    text: str
    module_index: int | None = None


@dataclass(slots=True)
class Reading:
    """All that was read from one page.

    ``quality`` holds the honesty columns (name -> value) that end up in ``articles``;
    ``problems`` holds (reason, detail) pairs.
    """

    article: Article = field(default_factory=Article)
    modules: list[Module] = field(default_factory=list)
    ledger: list[LedgerLine] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    quality: dict[str, Any] = field(default_factory=dict)
