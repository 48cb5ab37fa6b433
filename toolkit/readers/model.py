"""What a reader gives: saved pages, stated rows, counts of what is no page, and problems; and what bounds it."""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from toolkit.errors import InputError
from toolkit.identity import normalise_url

__all__ = [
    "Filters",
    "Limits",
    "Part",
    "Problem",
    "SavedPage",
    "StatedItem",
    "StatedModule",
    "StatedSnapshot",
    "Tally",
]


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One saved page as text.

    ``digest`` is the SHA-256 of the page's own bytes (after decompression), from which its id comes. The
    capture time here is what the container states (an archive's record, a file's name), never a guess.
    """

    source: str
    format: str  # "text" or "html"; archives give the form of the archive
    text: str
    digest: str
    encoding: str
    is_html: bool
    url: str | None = None
    captured_at: dt.datetime | None = None
    captured_from: str | None = None
    captured_precision: str | None = None


@dataclass(frozen=True, slots=True)
class StatedItem:
    """One headline that a table or a feed states; ``rank`` is 1 at the top, no two in a module are the same."""

    headline: str
    rank: int
    url: str | None = None
    kicker: str | None = None
    deck: str | None = None
    position: float | None = None


@dataclass(frozen=True, slots=True)
class StatedModule:
    """One module that a table or a feed states. ``kind`` is None where it states none: the label decides then."""

    label: str | None
    kind: str | None
    items: tuple[StatedItem, ...]
    duplicate_of: int | None = None
    position: float | None = None


@dataclass(frozen=True, slots=True)
class StatedSnapshot:
    """One snapshot as a table or a feed states it: there is no page to read, only rows to take over.

    ``article`` holds those columns of the articles table that are stated (``url``, ``title``, ``authors`` as a
    list, ``published_at`` as a UTC time, ...), in their types; what is not stated is absent. ``digest`` is the
    SHA-256 of the stated values, whatever their order. ``captured_from`` is ``"metadata"`` where a column
    states the time: the table is the user's own word.
    """

    source: str
    digest: str
    article: Mapping[str, Any]
    modules: tuple[StatedModule, ...] = ()
    format: str = "table"
    captured_at: dt.datetime | None = None
    captured_from: str | None = None
    captured_precision: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an input, or a part of it, did not become a row: stage, fixed short code, and what to do."""

    source: str
    stage: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What of an archive is no page, counted by sort: a row for every image would bury the faults.

    A reader gives at most one for a part of an archive; those of one ``source`` may be added up.
    """

    source: str
    counts: Mapping[str, int]

    def add(self, other: Tally) -> Tally:
        """The two counts as one.

        Examples
        --------
        >>> Tally("a.warc", {"image/png": 2}).add(Tally("a.warc", {"image/png": 1, "text/css": 4})).counts
        {'image/png': 3, 'text/css': 4}
        """
        counts = dict(self.counts)
        for name, count in other.counts.items():
            counts[name] = counts.get(name, 0) + count
        return Tally(self.source, counts)

    def to_problem(self) -> Problem:
        """One row for the table of problems; the most frequent sorts first, ties by name.

        Examples
        --------
        >>> Tally("a.warc", {"text/css": 4, "image/png": 3}).to_problem().detail
        '7 records or members are no pages and were passed over: 4 text/css, 3 image/png.'
        """
        total = sum(self.counts.values())
        ordered = sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        parts = [f"{count:,} {name}" for name, count in ordered[:24]]
        if len(ordered) > 24:
            parts.append(f"{sum(count for _, count in ordered[24:]):,} of {len(ordered) - 24} further sorts")
        noun, verb = ("records or members are", "were") if total != 1 else ("record or member is", "was")
        what = "pages" if total != 1 else "page"
        detail = f"{total:,} {noun} no {what} and {verb} passed over: {', '.join(parts)}."
        return Problem(self.source, "read", "not_pages", detail)


@dataclass(frozen=True, slots=True)
class Part:
    """A byte range of a file: of an archive, the records whose first byte lies in it.

    ``start`` is included, ``stop`` is not; None is the end of the file.
    """

    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a reader goes with one input before it reports it instead.

    Parameters
    ----------
    max_bytes : int
        Bytes of one page, unpacked. Default 64 MiB.
    max_unpacked : int
        Bytes that one input may unpack to, all its layers together. Default 1 TiB.
    max_ratio : float
        Unpacked to packed bytes of one member; beyond it (and beyond 16 MiB) a member is a zip bomb. News
        pages are packed 4 to 20 times. Default 300.
    max_members : int
        Records or members of one archive. Default 50 million.
    max_depth : int
        Layers of containers (an archive in an archive, a gzip in a gzip). Default 3.
    max_table : int
        Bytes of a table that must be held in memory: headlines, JSON, feeds. Default 512 MiB.
    max_rows : int
        Rows of problems for one input that name a record each; what is beyond is counted. Default 10,000.

    Raises
    ------
    InputError
        If a limit is not positive.
    """

    max_bytes: int = 64 * 2**20
    max_unpacked: int = 2**40
    max_ratio: float = 300.0
    max_members: int = 50_000_000
    max_depth: int = 3
    max_table: int = 512 * 2**20
    max_rows: int = 10_000

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise InputError(f"limits: {name}={value!r}; a number above 0 is needed.")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pages of the inputs are wanted.

    Parameters
    ----------
    urls : tuple of str
        Globs (``*://news.example/2025/*``) or, after ``re:``, regular expressions that are searched in the
        address; a page is wanted if one of them fits. Empty: all. A page whose address nothing states is not
        wanted where this is given.
    not_urls : tuple of str
        As ``urls``; a page is not wanted if one of them fits.
    mimes : tuple of str
        Globs of the content types that archives state (``text/html``, ``text/*``). Empty: all. Pages outside
        archives state none and are not filtered by it.
    once_a_day : bool
        Of the snapshots of one address on one day (UTC) only the first is kept.

    Examples
    --------
    >>> wanted = Filters(urls=("*://news.example/*", "re:/2025/0[1-3]/"), not_urls=("*/tag/*",))
    >>> wanted.allow_url("https://news.example/a"), wanted.allow_url("https://news.example/tag/a")
    (True, False)
    """

    urls: tuple[str, ...] = ()
    not_urls: tuple[str, ...] = ()
    mimes: tuple[str, ...] = ()
    once_a_day: bool = False

    def __post_init__(self) -> None:
        for name in ("urls", "not_urls", "mimes"):
            value = getattr(self, name)
            entries = (value,) if isinstance(value, str) else tuple(value)
            wrong = [entry for entry in entries if not isinstance(entry, str)]
            if wrong:
                raise InputError(f"filters: {name} holds {wrong[0]!r}; globs, or 're:' and an expression.")
            object.__setattr__(self, name, entries)
            if name != "mimes":
                for entry in entries:
                    _compile(entry)

    def allow_url(self, url: str | None) -> bool:
        """Whether a page at ``url`` (None: unknown) is wanted."""
        if url is None:
            return not self.urls
        if self.not_urls and any(_compile(entry).search(url) for entry in self.not_urls):
            return False
        return not self.urls or any(_compile(entry).search(url) for entry in self.urls)

    def allow_mime(self, mime: str | None) -> bool:
        """Whether a page of the stated content type (None: not stated) is wanted."""
        if not self.mimes or mime is None:
            return True
        return any(fnmatch.fnmatchcase(mime, entry.lower()) for entry in self.mimes)


@lru_cache(maxsize=256)
def _compile(entry: str) -> re.Pattern[str]:
    pattern = entry[3:] if entry.startswith("re:") else fnmatch.translate(entry)
    try:
        return re.compile(pattern if entry.startswith("re:") else rf"\A{pattern}")
    except re.error as error:
        raise InputError(f"filters: {entry!r} is no regular expression: {error}.") from error


def make_day_key(url: str | None, captured_at: dt.datetime | None) -> tuple[str, str] | None:
    """The key under which ``once_a_day`` keeps one snapshot: address and day in UTC; None where one is unknown.

    Of the snapshots with one key the earliest is to be kept, ties by ``source``: the same whatever the order
    of the inputs.

    Examples
    --------
    >>> make_day_key("https://www.news.example/a/?utm_source=x", dt.datetime(2025, 4, 2, 10, tzinfo=dt.UTC))
    ('news.example/a', '2025-04-02')
    """
    if url is None or captured_at is None:
        return None
    return normalise_url(url), captured_at.astimezone(dt.UTC).date().isoformat()


@dataclass(slots=True)
class Counter:
    """Counts for a ``Tally`` while an archive is read."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, count: int = 1) -> None:
        if name not in self.counts and len(self.counts) >= 200:  # a hostile archive invents content types
            name = "of other sorts"
        self.counts[name] = self.counts.get(name, 0) + count

    def tally(self, source: str) -> Iterable[Tally]:
        if self.counts:
            yield Tally(source, dict(self.counts))
