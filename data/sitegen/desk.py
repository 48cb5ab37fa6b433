"""Puts pages together: which article was saved when, and which modules its page printed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sitegen.captures import Capture
from sitegen.dice import Dice, one_in
from sitegen.newsroom import Newsroom
from sitegen.source import Article, Item, Source, Wording
from sitegen.versions import Version, make_versions, version_at

#: Label of each list, before and after the redesign.
LABELS = {
    "latest": ("Latest Stories", "Latest News"),
    "weekly": ("Best of the Week", "Hot This Week"),
    "popular": ("Most Read", "Trending Now"),
    "recommended": ("You May Also Like", "Editors’ Picks"),
    "must_reads": ("Must-Reads", ""),
    "topics": ("", "Topics"),
    "sponsored": ("From Our Partners", "Sponsored Stories"),
    "menu": ("In Focus", "In Focus"),
    "related": ("Related Stories", "Related Articles"),
    "section": ("More from {}", "More in {}"),
    "inline": ("Read also", "Read also"),
    "next": ("", ""),
}
#: What each list's label claims, in the words of the toolkit's tables.
KINDS = {
    "latest": "latest", "weekly": "popular", "popular": "popular", "recommended": "recommended",
    "must_reads": "recommended", "topics": "other", "sponsored": "sponsored", "menu": "menu",
    "related": "related", "section": "section", "inline": "inline", "next": "next",
}  # fmt: skip
#: Order of the lists on the page: (form, design) -> names.
ORDER = {
    ("text", 1): ("inline", "latest", "weekly", "recommended", "popular", "weekly again", "must_reads",
                  "popular again", "sponsored", "section", "related"),
    ("text", 2): ("weekly", "topics", "recommended", "popular", "latest", "section", "sponsored", "related"),
    ("html", 1): ("menu", "inline", "related", "next", "latest", "popular", "recommended", "weekly",
                  "section", "sponsored", "popular again", "latest again"),
    ("html", 2): ("menu", "inline", "related", "section", "sponsored", "next", "weekly", "recommended",
                  "popular", "latest", "topics", "popular again"),
}  # fmt: skip
SITE_WIDE = ("latest", "weekly", "popular", "recommended", "topics", "sponsored")
WITH_DECKS = ("weekly", "topics")


@dataclass(frozen=True)
class Printed:
    """One headline as a page prints it."""

    slug: str
    headline: str
    url: str
    kicker: str = ""
    deck: str = ""
    advertiser: str = ""


@dataclass(frozen=True)
class PrintedModule:
    """One module as a page prints it; ``style`` tells the layout how."""

    list_name: str
    label: str
    kind: str
    items: tuple[Printed, ...]
    duplicate_of: int | None = None


@dataclass
class Snapshot:
    """One saved page before it becomes bytes."""

    capture: Capture
    article: Article
    version: Version
    modified: dt.datetime
    url: str
    section: str
    modules: list[PrintedModule]
    file: str = ""
    #: headlines as the layout printed them, where it changed their quotes
    printed: dict[tuple[int, int], str] = field(default_factory=dict)


class Desk:
    """Chooses the pages to save and makes them."""

    def __init__(self, source: Source, captures: Sequence[Capture], newsroom: Newsroom) -> None:
        self.source, self.captures, self.newsroom = source, captures, newsroom
        self.versions = self._make_versions()
        for slug, versions in self.versions.items():
            item = source.items[slug]
            for version in versions[1:]:
                if version.title != item.wordings[-1].text:
                    item.wordings.append(Wording(version.since, version.title, "sober"))
        self._assign()

    def snapshots(self) -> list[Snapshot]:
        """One snapshot for each capture, in order of time."""
        return [self._snapshot(capture) for capture in self.captures]

    def _make_versions(self) -> dict[str, list[Version]]:
        versions = {}
        for slug, article in self.source.articles.items():
            edits = [edit for edit in self.source.edits if edit.slug == slug]
            versions[slug] = make_versions(article, edits, [c.time for c in self.captures if c.slug == slug])
        return versions

    def _assign(self) -> None:
        """Give an article to every capture that follows none.

        Never one whose headline stands in a list at that moment: a page does not recommend itself, and its
        lists would then differ from those of all other pages. Articles not saved yet go first.
        """
        dice = Dice("assignment")
        saved: Counter[str] = Counter()
        forms: dict[str, str] = {slug: form for slug, form, _ in self.source.followed}
        followed = set(forms)
        for capture in self.captures:
            if capture.slug is not None:
                continue
            standing = self.newsroom.on_site(capture.time)
            free = [
                slug
                for slug, article in self.source.articles.items()
                if article.published + dt.timedelta(minutes=20) < capture.time
                and slug not in standing
                and slug not in followed
                and forms.get(slug, capture.form) == capture.form
            ]
            new = [slug for slug in free if not saved[slug]]
            again = [slug for slug in free if 0 < saved[slug] < 4]
            # an article saved twice is worth a page only now and then, as long as others wait
            choice = again if again and (not new or dice.chance(0.25)) else new
            capture.slug = dice.pick(choice) if choice is again else choice[0]
            saved[capture.slug] += 1
            forms[capture.slug] = capture.form
        missing = [slug for slug in self.source.articles if not saved[slug] and slug not in followed]
        if missing:
            raise ValueError(f"never saved: {', '.join(missing)}")

    # -- one page ----------------------------------------------------------------------------------------

    def _snapshot(self, capture: Capture) -> Snapshot:
        assert capture.slug is not None
        article = self.source.articles[capture.slug]
        version = version_at(self.versions[article.slug], capture.time)
        item = self.source.items[article.slug]
        modules: list[PrintedModule] = []
        for name in ORDER[capture.form, capture.design]:
            again = name.endswith(" again")
            name = name.removesuffix(" again")
            first = next((i for i, m in enumerate(modules) if m.list_name == name), None)
            if again and first is not None:
                if one_in(f"{name}{capture.time}", 0.4):
                    modules.append(
                        PrintedModule(name, modules[first].label, KINDS[name], modules[first].items, first)
                    )
                continue
            items = self._items(name, capture, item)
            if items is None:
                continue
            label = LABELS[name][capture.design - 1].format(item.section)
            modules.append(PrintedModule(name, label, KINDS[name], tuple(items)))
        modified = version.since
        return Snapshot(capture, article, version, modified, item.url, item.section, modules)

    def _items(self, name: str, capture: Capture, own: Item) -> list[Printed] | None:
        """What module ``name`` prints on the page of ``own``; None where the page lacks the module."""
        text, design = capture.form == "text", capture.design
        if name == "must_reads":
            slugs: Iterable[str] = self.newsroom.lists["recommended"].at(capture.time)
        elif name in self.newsroom.lists:
            slugs = self.newsroom.lists[name].at(capture.time)
        elif name == "related":
            slugs = self._related(own, text, design)
        elif name == "section":
            slugs = self._section(own, capture)[:4]
            if len(slugs) < 3 or not one_in(own.slug + "section", 0.4 if text else 0.7):
                return None
        elif name == "inline":
            if not one_in(own.slug + "inline", 0.25 if text else 0.6):
                return None
            slugs = self._section(own, capture, before=own.published)[3:4]
            if not slugs:
                return None
        else:
            slugs = self._neighbours(own, capture)
        kickers = name in (("recommended", "popular", "must_reads") if text and design == 1 else ("popular",))
        kickers = kickers or (name == "recommended" and not text)
        decks = name in WITH_DECKS and design == 2
        return [self._print(slug, capture, kickers, decks) for slug in slugs]

    def _print(self, slug: str, capture: Capture, kicker: bool, deck: bool) -> Printed:
        item = self.newsroom.pool[slug]
        section = item.section.upper() if capture.form == "text" else item.section
        return Printed(
            slug=slug,
            headline=item.at(capture.time).text,
            url=item.url,
            kicker=section if kicker else "",
            deck=item.deck if deck else "",
            advertiser=item.advertiser,
        )

    def _section(self, own: Item, capture: Capture, before: dt.datetime | None = None) -> list[str]:
        """Slugs of the section's other pages published by then, newest first."""
        limit = before or capture.time
        same = [s for s, i in self.source.items.items() if i.section == own.section and i.published < limit]
        return [slug for slug in reversed(same) if slug != own.slug]

    def _related(self, own: Item, text: bool, design: int) -> list[str]:
        """Three articles of the same section, or none: some pages load the box by script, and it stays empty."""
        if one_in(own.slug + "empty", 0.55 if text and design == 2 else 0.08):
            return []
        older = [
            s
            for s, i in self.source.items.items()
            if i.section == own.section and i.published < own.published
        ]
        return [slug for slug in reversed(older) if self.source.items[slug].is_article][:3]

    def _neighbours(self, own: Item, capture: Capture) -> list[str]:
        slugs = [slug for slug, article in self.source.articles.items() if article.published < capture.time]
        place = slugs.index(own.slug)
        return slugs[max(place - 1, 0) : place] + slugs[place + 1 : place + 2]
