"""What is true of the sample: tables of what was printed where, of what stood when, and of what was changed."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import itertools
from collections.abc import Iterable, Sequence

from sitegen.build import Sample
from sitegen.captures import REDESIGN
from sitegen.damaged import GUESTS
from sitegen.desk import KINDS, LABELS, Snapshot
from sitegen.dice import iso
from sitegen.newsroom import Stay
from sitegen.source import SITE, Item

Row = Sequence[object]
FROM = {"stamp": "name", "date": "name", "page": "page", "comment": "comment", "none": ""}
PRECISION = {"stamp": "second", "date": "day", "page": "day", "comment": "second", "none": ""}


def write_csv(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A CSV table as UTF-8 bytes, with plain line ends."""
    handle = io.StringIO()
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return handle.getvalue().encode("utf-8")


def make_truth(sample: Sample) -> dict[str, bytes]:
    """All truth tables, by file name."""
    return {
        "articles.csv": _articles(sample),
        "bodies.csv": _bodies(sample),
        "modules.csv": _modules(sample),
        "placements.csv": _placements(sample),
        "stays.csv": _stays(sample),
        "lists.csv": _lists(sample),
        "headlines.csv": _headlines(sample),
        "rewrites.csv": _rewrites(sample),
        "edits.csv": _edits(sample),
        "topics.csv": _topics(sample),
        "problems.csv": write_csv(
            ("file", "reason", "remark"), [(name, *found) for name, found in sorted(sample.problems.items())]
        ),
    }


def known_time(page: Snapshot) -> dt.datetime | None:
    """The capture time as far as the file tells it: to the second, the day's first moment, or not at all."""
    time = page.capture.time
    if page.capture.naming == "none":
        return None
    return time if page.capture.exact else time.replace(hour=0, minute=0, second=0)


def body_of(page: Snapshot) -> str:
    """The article's text, paragraphs parted by a blank line."""
    return "\n\n".join(page.version.paragraphs)


def body_id(body: str) -> str:
    """Short fingerprint of a body."""
    return hashlib.sha256(body.encode("utf-8")).hexdigest()[:16]


def stated_authors(page: Snapshot) -> tuple[str, ...]:
    """Names in the byline; the second text layout prints none."""
    return () if (page.capture.form, page.capture.design) == ("text", 2) else page.version.authors


def in_order(sample: Sample) -> list[Snapshot]:
    """Snapshots as a reader of the files would order them: those without a time first, ties by file."""
    return sorted(
        sample.snapshots, key=lambda s: (known_time(s) is not None, known_time(s) or s.capture.time, s.file)
    )


# -- the pages ------------------------------------------------------------------------------------------


def _articles(sample: Sample) -> bytes:
    header = (
        "file", "format", "layout", "article", "topic", "title", "deck", "authors", "section", "keywords", "language",
        "site", "url", "published_at", "modified_at", "captured_at", "captured_from", "captured_precision",
        "true_captured_at", "paragraphs", "body_id",
    )  # fmt: skip
    rows: list[Row] = []
    for page in sorted(sample.snapshots, key=lambda s: s.file):
        html, version = page.capture.form == "html", page.version
        rows.append(
            (
                page.file,
                page.capture.form,
                f"{page.capture.form} {page.capture.design}",
                page.article.slug,
                page.article.topic,
                version.title,
                version.deck if html else "",
                "; ".join(stated_authors(page)),
                page.section if html else "",
                "; ".join(page.article.keywords) if html else "",
                "en",
                SITE if html else "",
                page.url if html else "",
                iso(page.article.published) if html else "",
                iso(page.modified) if html else "",
                iso(known_time(page)),
                FROM[page.capture.naming],
                PRECISION[page.capture.naming],
                iso(page.capture.time),
                len(version.paragraphs),
                body_id(body_of(page)),
            )
        )
    for guest in GUESTS:
        body = body_id("\n\n".join(guest.paragraphs))
        rows.append(
            (guest.file, "html", "guest", guest.file.split(".")[0], "", guest.title, "", guest.author, guest.section,
             "", guest.language, guest.site, guest.url, guest.published, "", "", "", "", "", len(guest.paragraphs),
             body)
        )  # fmt: skip
    return write_csv(header, rows)


def _bodies(sample: Sample) -> bytes:
    bodies = {
        body_of(page): page.article.slug for page in sorted(sample.snapshots, key=lambda s: s.capture.time)
    }
    bodies |= {"\n\n".join(guest.paragraphs): guest.file.split(".")[0] for guest in GUESTS}
    rows = [(body_id(body), article, body) for body, article in bodies.items()]
    return write_csv(("body_id", "article", "body"), sorted(rows, key=lambda row: (row[1], row[0])))


def _modules(sample: Sample) -> bytes:
    rows: list[Row] = []
    for page in sample.snapshots:
        for index, module in enumerate(page.modules):
            again = "" if module.duplicate_of is None else module.duplicate_of
            rows.append((page.file, index, module.label, module.kind, len(module.items), again))
    rows += [(guest.file, 0, guest.label, guest.kind, len(guest.headlines), "") for guest in GUESTS]
    header = ("file", "module_index", "module", "kind", "n_items", "duplicate_of")
    return write_csv(header, sorted(rows, key=lambda row: (str(row[0]), int(str(row[1])))))


def _placements(sample: Sample) -> bytes:
    rows: list[Row] = []
    for page in sample.snapshots:
        html = page.capture.form == "html"
        for index, module in enumerate(page.modules):
            for rank, item in enumerate(module.items, 1):
                headline = page.printed.get((index, rank), item.headline)
                url = item.url if html else ""
                again = module.duplicate_of is not None
                rows.append(
                    (
                        page.file,
                        index,
                        module.label,
                        module.kind,
                        rank,
                        headline,
                        url,
                        item.kicker,
                        item.deck,
                        again,
                    )
                )
    for guest in GUESTS:
        stem = guest.url.rsplit("/", 1)[0]
        for rank, headline in enumerate(guest.headlines, 1):
            rows.append(
                (guest.file, 0, guest.label, guest.kind, rank, headline, f"{stem}/{rank}01", "", "", False)
            )
    header = (
        "file", "module_index", "module", "kind", "rank", "headline", "url", "kicker", "deck", "duplicate",
    )  # fmt: skip
    return write_csv(header, sorted(rows, key=lambda row: (row[0], row[1], row[4])))


# -- the newsroom ---------------------------------------------------------------------------------------


def _stays(sample: Sample) -> bytes:
    """Unbroken stands, cut where the label or the wording changed: as a reader of the pages could see them."""
    seen: dict[tuple[str, str, str], list[dt.datetime]] = {}
    for page in sample.snapshots:
        for module in page.modules:
            if module.duplicate_of is None:
                for item in module.items:
                    seen.setdefault((module.label, item.slug, item.headline), []).append(page.capture.time)
    rows: list[Row] = []
    for stay in sample.newsroom.stays():
        names = [stay.list_name, "must_reads"] if stay.list_name == "recommended" else [stay.list_name]
        for name in names:
            rows += _cut(sample, stay, name, seen)
    header = (
        "list", "module", "kind", "scope", "slug", "headline", "start", "end", "begins", "ends", "first_rank",
        "best_rank", "last_rank", "sightings",
    )  # fmt: skip
    return write_csv(header, rows)


def _cut(
    sample: Sample, stay: Stay, name: str, seen: dict[tuple[str, str, str], list[dt.datetime]]
) -> list[Row]:
    item = sample.newsroom.pool[stay.slug]
    cuts = {w.since: "rewritten" for w in item.wordings[1:]}
    if name != "menu":
        cuts[REDESIGN] = "redesign"
    inner = sorted(t for t in cuts if stay.start < t and (stay.end is None or t < stay.end))
    starts, ends = [stay.start, *inner], [*inner, stay.end]
    scope = {"menu": "html pages", "must_reads": "text pages"}.get(name, "all pages")
    rows: list[Row] = []
    for start, end in zip(starts, ends, strict=True):
        label = LABELS[name][start >= REDESIGN]
        if not label:
            continue
        wording = item.at(start).text
        ranks = _ranks(sample, stay, start, end)
        times = [
            time
            for time in seen.get((label, stay.slug, wording), [])
            if start <= time and (end is None or time < end)
        ]
        begins = cuts.get(start, "entered") if start != stay.start else "entered"
        last = "" if end is None else (cuts[end] if end != stay.end else "left")
        rows.append(
            (name, label, KINDS[name], scope, stay.slug, wording, iso(start), iso(end), begins, last,
             ranks[0], min(ranks), ranks[-1], len(times))
        )  # fmt: skip
    return rows


def _ranks(sample: Sample, stay: Stay, start: dt.datetime, end: dt.datetime | None) -> list[int]:
    """Ranks that the headline held from ``start`` to ``end``, one for each state of the list."""
    history = sample.newsroom.lists[stay.list_name]
    ranks = [history.at(start).index(stay.slug) + 1]
    for time, state in zip(history.times, history.states, strict=True):
        if start < time and (end is None or time < end):
            ranks.append(state.index(stay.slug) + 1)
    return ranks


def _lists(sample: Sample) -> bytes:
    rows = []
    for name, history in sample.newsroom.lists.items():
        for place, (time, state) in enumerate(zip(history.times, history.states, strict=True)):
            end = history.times[place + 1] if place + 1 < len(history.times) else None
            rows.append((name, iso(time), iso(end), " ".join(state)))
    return write_csv(("list", "start", "end", "slugs"), rows)


def _headlines(sample: Sample) -> bytes:
    rows: list[Row] = []
    printed = {(item.slug, item.headline) for s in sample.snapshots for m in s.modules for item in m.items}
    for slug, item in sample.newsroom.pool.items():
        for wording in item.wordings:
            rows.append(
                (slug, wording.text, wording.intent, item.section, item.url, item.is_article, iso(wording.since),
                 (slug, wording.text) in printed)
            )  # fmt: skip
    header = ("slug", "headline", "intent", "section", "url", "is_article", "since", "printed")
    return write_csv(header, rows)


def _rewrites(sample: Sample) -> bytes:
    """Each change of wording; observable where pages with addresses printed both wordings."""
    pages = [s for s in sample.snapshots if s.capture.form == "html"]
    rows: list[Row] = []
    for item in sample.newsroom.pool.values():
        for before, after in itertools.pairwise(item.wordings):
            old, new = _prints(pages, item, before.text), _prints(pages, item, after.text)
            rows.append(
                (item.slug, item.url, before.text, after.text, before.intent, after.intent, iso(after.since),
                 old[-1].file if old else "", new[0].file if new else "", bool(old and new))
            )  # fmt: skip
    header = (
        "slug", "url", "before", "after", "intent_before", "intent_after", "rewritten_at", "last_file_before",
        "first_file_after", "observable",
    )  # fmt: skip
    return write_csv(header, rows)


def _prints(pages: Sequence[Snapshot], item: Item, wording: str) -> list[Snapshot]:
    return [
        p
        for p in pages
        if any(i.slug == item.slug and i.headline == wording for m in p.modules for i in m.items)
    ]


def _topics(sample: Sample) -> bytes:
    rows = [(a.slug, a.topic, a.title, iso(a.published)) for a in sample.source.articles.values()]
    return write_csv(("article", "topic", "title", "published_at"), sorted(rows))


# -- the edits ------------------------------------------------------------------------------------------


def _edits(sample: Sample) -> bytes:
    """What differs between two successive snapshots of one article, one row for each change."""
    chains: dict[str, list[Snapshot]] = {}
    for page in in_order(sample):
        chains.setdefault(page.article.slug, []).append(page)
    rows: list[Row] = []
    for article, pages in sorted(chains.items()):
        for old, new in itertools.pairwise(pages):
            known = known_time(old) is not None and known_time(new) is not None
            for field, kind, before, after in _changes(sample, old, new):
                change, kind = _change(field, kind, before, after)
                rows.append((article, old.file, new.file, known, field, change, kind, before, after))
    header = (
        "article",
        "file_before",
        "file_after",
        "order_known",
        "field",
        "change",
        "kind",
        "before",
        "after",
    )
    return write_csv(header, rows)


def _change(field: str, kind: str, before: str, after: str) -> tuple[str, str]:
    """What was done, and of which kind it is, in the toolkit's words."""
    if field == "body" and kind in ("added", "removed"):
        return kind, "sentence"
    if kind == "moved":
        return kind, "order"
    if not before or not after:
        return ("added" if after else "removed"), kind
    return ("changed" if field in ("authors", "modified_at") else "reworded"), kind


def _changes(sample: Sample, old: Snapshot, new: Snapshot) -> list[tuple[str, str, str, str]]:
    versions = sample.desk.versions[old.article.slug]
    html = new.capture.form == "html"
    found = []
    for version in versions:
        if old.version.since < version.since <= new.version.since:
            for edit in version.edits:
                if edit.field in ("title", "body") or (edit.field == "deck" and html):
                    found.append((edit.field, edit.kind, edit.before, edit.after))
    before, after = stated_authors(old), stated_authors(new)
    if before != after:
        found.append(("authors", "byline", "; ".join(before), "; ".join(after)))
    if html and old.modified != new.modified:
        found.append(("modified_at", "time", iso(old.modified), iso(new.modified)))
    return found
