"""Everything together: the files of the sample, by relative path, and the truth about them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sitegen.captures import Capture, plan_captures
from sitegen.damaged import GUESTS, damaged_files, render_guest, store_gzip
from sitegen.desk import Desk, Snapshot
from sitegen.dice import one_in
from sitegen.html_pages import render_html
from sitegen.newsroom import Newsroom
from sitegen.source import Source, read_source
from sitegen.text_pages import render_text

#: The article whose pages come in windows-1252, under the name of another encoding.
OLD_PROGRAM = "supermarket-bid"


@dataclass
class Sample:
    """The whole sample, in memory."""

    source: Source
    newsroom: Newsroom
    desk: Desk
    snapshots: list[Snapshot]
    pages: dict[str, bytes]
    #: damaged file -> (expected reason, remark)
    problems: dict[str, tuple[str, str]]


def build_sample(folder: Path) -> Sample:
    """Read the written material in ``folder`` and lay out every page."""
    source = read_source(folder)
    captures = plan_captures(source)
    html = [c for c in captures if c.form == "html"]
    newsroom = Newsroom(source, _guards(captures), [c.time for c in html])
    desk = Desk(source, captures, newsroom)
    snapshots = desk.snapshots()
    name_files(snapshots)
    pages = {snapshot.file: _render(snapshot) for snapshot in snapshots}
    pages |= {guest.file: render_guest(guest) for guest in GUESTS}
    original = next(s.file for s in snapshots if s.file.endswith(".html") and s.capture.naming == "comment")
    damaged = damaged_files(pages[original], original)
    pages |= {name: content for name, (content, _, _) in damaged.items()}
    problems = {name: (reason, remark) for name, (_, reason, remark) in damaged.items()}
    return Sample(source, newsroom, desk, snapshots, pages, problems)


def _guards(captures: list[Capture]) -> list[list[dt.datetime]]:
    """For each format, when it was saved with a time to the second."""
    return [[c.time for c in captures if c.form == form and c.exact] for form in ("html", "text")]


def name_files(snapshots: list[Snapshot]) -> None:
    """Give every snapshot its file name, with the time in it where that is how the time is told."""
    seen: Counter[str] = Counter()
    for snapshot in snapshots:
        stem = _stem(snapshot.capture, snapshot.article.slug)
        seen[stem] += 1
        number = f"-{seen[stem]}" if seen[stem] > 1 else ""
        end = "txt" if snapshot.capture.form == "text" else "html"
        # a few pages lie compressed
        packed = ".gz" if one_in(stem + number, 0.03) else ""
        snapshot.file = f"{stem}{number}.{end}{packed}"


def _stem(capture: Capture, slug: str) -> str:
    if capture.naming == "stamp":
        return f"{slug}.{capture.time:%Y%m%d%H%M%S}"
    if capture.naming == "date":
        return f"{capture.time:%Y-%m-%d}_{slug}"
    return slug


def _render(snapshot: Snapshot) -> bytes:
    if snapshot.capture.form == "text":
        content = render_text(snapshot)
    elif snapshot.article.slug == OLD_PROGRAM and not snapshot.file.endswith(".gz"):
        # saved by a program of the nineties: windows-1252 that calls itself something else
        content = render_html(snapshot, "windows-1252", "iso-8859-1")
    else:
        content = render_html(snapshot)
    return store_gzip(content) if snapshot.file.endswith(".gz") else content
