"""Reads the written material in ``sample/source``: articles, headlines, advertisements, edits."""

from __future__ import annotations

import csv
import datetime as dt
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from sitegen.dice import parse_time

SITE = "The Marrowby Lantern"
HOST = "www.lantern.example"
FICTION = "This is a fictional news site."


@dataclass(frozen=True)
class Wording:
    """How a headline read from ``since`` on."""

    since: dt.datetime
    text: str
    intent: str


@dataclass(frozen=True)
class Article:
    """One article as first published."""

    slug: str
    title: str
    deck: str
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    topic: str
    published: dt.datetime
    recirculate: bool
    paragraphs: tuple[str, ...]


@dataclass
class Item:
    """What a module can print: the headline of a page, in its successive wordings."""

    slug: str
    section: str
    published: dt.datetime
    url: str
    deck: str
    wordings: list[Wording]
    is_article: bool = False
    promoted: bool = True
    advertiser: str = ""

    def at(self, time: dt.datetime) -> Wording:
        """The wording that stood at ``time``."""
        return [w for w in self.wordings if w.since <= time or w is self.wordings[0]][-1]


@dataclass(frozen=True)
class Edit:
    """One change to an article, between its captures number ``step`` and ``step + 1`` (from 1)."""

    slug: str
    step: int
    field: str
    kind: str
    before: str
    after: str
    anchor: str


@dataclass
class Source:
    """All written material."""

    articles: dict[str, Article]
    items: dict[str, Item]
    sponsored: dict[str, Item]
    menu: dict[str, Item]
    edits: list[Edit]
    followed: list[tuple[str, str, dt.datetime]]
    rewrites: dict[str, tuple[str, str]] = field(default_factory=dict)


def page_url(section: str, slug: str) -> str:
    """Address of a page: section, slug and a number that never changes."""
    return f"https://{HOST}/{section.lower()}/{slug}-{zlib.crc32(slug.encode()) % 90000 + 10000}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _read_articles(path: Path) -> list[Article]:
    topic = path.stem.removeprefix("articles_")
    articles = []
    for chunk in ("\n" + path.read_text(encoding="utf-8")).split("\n# ")[1:]:
        head, *paragraphs = chunk.strip().split("\n\n")
        slug, *lines = head.splitlines()
        facts = {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
        articles.append(
            Article(
                slug=slug,
                title=facts["title"],
                deck=facts["deck"],
                authors=tuple(facts["author"].split(", ")),
                keywords=tuple(facts["keywords"].split(", ")),
                topic=topic,
                published=parse_time(facts["published"]),
                recirculate=facts.get("recirculate") == "yes",
                paragraphs=tuple(paragraph.replace("\n", " ") for paragraph in paragraphs),
            )
        )
    return articles


def read_source(folder: Path) -> Source:
    """Read the whole folder; the order of articles and headlines is by publication, ties by slug."""
    articles = [a for path in sorted(folder.glob("articles_*.md")) for a in _read_articles(path)]
    articles.sort(key=lambda a: (a.published, a.slug))
    items: dict[str, Item] = {}
    rewrites: dict[str, tuple[str, str]] = {}
    for article in articles:
        section = article.topic.capitalize()
        items[article.slug] = Item(
            slug=article.slug,
            section=section,
            published=article.published,
            url=page_url(section, article.slug),
            deck=article.deck,
            wordings=[Wording(article.published, article.title, "sober")],
            is_article=True,
            promoted=article.recirculate,
        )
    for row in _rows(folder / "headlines.csv"):
        items[row["slug"]] = _item(row, page_url(row["section"], row["slug"]))
        if row["rewritten_to"]:
            rewrites[row["slug"]] = (row["rewritten_to"], row["rewritten_intent"])
    items = dict(sorted(items.items(), key=lambda pair: (pair[1].published, pair[0])))
    menu = {
        row["slug"]: _item(row, page_url(row["section"], row["slug"])) for row in _rows(folder / "menu.csv")
    }
    sponsored = {}
    for row in _rows(folder / "sponsored.csv"):
        row |= {"section": "", "published_at": "2024-08-01T00:00"}
        item = _item(row, f"https://{row['host']}/{row['slug']}?src=lantern")
        item.advertiser = row["advertiser"]
        sponsored[item.slug] = item
    edits = [Edit(**{**row, "step": int(row["step"])}) for row in _rows(folder / "edits.csv")]  # type: ignore[arg-type]
    followed = [(r["slug"], r["form"], parse_time(r["captured_at"])) for r in _rows(folder / "followed.csv")]
    return Source({a.slug: a for a in articles}, items, sponsored, menu, edits, followed, rewrites)


def _item(row: dict[str, str], url: str) -> Item:
    published = parse_time(row["published_at"])
    return Item(
        slug=row["slug"],
        section=row["section"],
        published=published,
        url=url,
        deck=row.get("deck", ""),
        wordings=[Wording(published, row["headline"], row["intent"])],
    )
