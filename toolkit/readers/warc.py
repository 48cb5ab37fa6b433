"""WARC archives -> the pages in their responses and resources; FastWARC reads each record that is found.

A revisit record stands for a capture whose bytes are stored with another record; where that one is in the same
archive, the revisit is a page of its own, with its own time. What is no page is counted by sort.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import IO
from urllib.parse import urlsplit

from toolkit.readers.decode import decode_page
from toolkit.readers.http_body import decode_body
from toolkit.readers.model import Counter, Filters, Limits, Part, Problem, SavedPage, Tally
from toolkit.readers.page import Frame, make_page
from toolkit.readers.sniff import find_container, find_table_form, is_html
from toolkit.readers.stream import CHUNK, Broken, Budget, Exhausted, Window
from toolkit.readers.warc_frames import Fault, RawRecord, find_frames
from toolkit.readers.warc_record import Capture, find_asset, parse_record

Opener = Callable[[], IO[bytes]]

#: Records that accompany others and are no captures; they are not even counted.
_COMPANIONS = frozenset({"warcinfo", "request", "metadata"})
#: Content types that a page may be sent under; others are pages only if their content is HTML.
_PAGE_MIMES = frozenset({"text/html", "application/xhtml+xml", "text/plain", ""})
#: Plain texts that are written for machines, at fixed addresses.
_MACHINE_TEXT = re.compile(r"/(?:robots|ads|app-ads|humans|sellers|security)\.(?:txt|json)$")
_HTML_BYTES = re.compile(rb"\s*(?:<!--.{0,1500}?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S)
#: Entries of what revisits may refer to: of a part while it is read, and of a whole archive when one asks.
_MAX_SEEN = 300_000
_MAX_INDEX = 1_500_000
#: The last archive's index, so that its parts, read one after the other in a process, share it.
_LAST_INDEX: dict[bytes, dict[bytes, str]] = {}


def read_warc(
    file: IO[bytes],
    source: str,
    *,
    packed: bool,
    form: str = "warc",
    part: Part | None = None,
    budget: Budget,
    filters: Filters,
    reopen: Opener | None = None,
) -> Iterator[SavedPage | Problem | Tally]:
    """The pages of a WARC: of the records whose first byte lies in ``part``, else of all.

    Parameters
    ----------
    file : binary file
        The archive, seekable where ``part`` starts within it.
    source : str
        What the tables call it; a page's source is ``source#OFFSET``, in a pack of several records
        ``source#OFFSET+PLACE``.
    packed : bool
        Whether it is gzip.
    form : str
        ``"warc"`` or ``"wacz"``.
    part : Part, optional
        The byte range.
    budget : Budget
        What may still be unpacked.
    filters : Filters
        Which addresses and types are wanted.
    reopen : callable, optional
        Opens the archive once more, to look up what a revisit refers to; without it revisits are reported.
    """
    try:
        import fastwarc.warc  # noqa: F401 - said once for the archive, not for each record
    except ImportError:
        yield Problem(
            source, "read", "missing_extra", 'WARC needs FastWARC; pip install "sidebar-toolkit[archives]".'
        )
        return
    part = part or Part()
    if part.start:
        file.seek(part.start)
    counts, reader = Counter(), _Reader(source, form, packed, budget, filters, reopen)
    rows = 0
    try:
        for found in find_frames(Window(file.read, part.start), packed=packed, stop=part.stop, budget=budget):
            if isinstance(found, Fault):
                results: Iterator[SavedPage | Problem] = iter(
                    [Problem(f"{source}#{found.offset}", "read", found.reason, found.detail)]
                )
            else:
                results = reader.read(found, counts)
            for result in results:
                if isinstance(result, Problem):
                    rows += 1
                    if rows > budget.limits.max_rows:
                        counts.add(f"further problems ({result.reason})")
                        continue
                yield result
    except Exhausted as end:
        yield Problem(source, "read", end.reason, end.detail)
    yield from counts.tally(source)


class _Reader:
    """Reads the records of one archive, and knows where what revisits refer to may be found."""

    def __init__(
        self,
        source: str,
        form: str,
        packed: bool,
        budget: Budget,
        filters: Filters,
        reopen: Opener | None,
    ) -> None:
        self.source, self.form, self.packed = source, form, packed
        self.budget, self.filters, self.reopen = budget, filters, reopen
        self.seen: dict[bytes, str] = {}
        self.index: dict[bytes, str] | None = None

    def read(self, record: RawRecord, counts: Counter) -> Iterator[SavedPage | Problem]:
        """The page in one record, or why there is none, or a count."""
        if record.kind in _COMPANIONS:
            return
        if record.kind not in ("response", "resource", "revisit"):
            counts.add(f"WARC {record.kind} records")
            return
        source = f"{self.source}#{record.offset}"
        if record.block is None:
            yield from self._pass_large(record, source, counts)
            return
        asset = None if self.filters.urls or self.filters.not_urls else find_asset(record)
        if asset is not None:
            counts.add(asset)
            return
        try:
            capture = parse_record(record)
        except Broken as broken:
            yield Problem(source, "read", broken.reason, broken.detail)
            return
        if not self.filters.allow_url(capture.url):
            counts.add("filtered by url")
            return
        if record.kind == "revisit":
            yield from self._follow(record, capture, source, counts)
            return
        if len(self.seen) < _MAX_SEEN:
            _index_record(capture, record.offset, self.seen)
        yield from self._read_capture(capture, source, counts)

    def _pass_large(self, record: RawRecord, source: str, counts: Counter) -> Iterator[Problem]:
        stated = re.search(rb"^Content-Type[ \t]*:[ \t]*([^\s;]+)", record.head, re.I | re.M)
        mime = stated.group(1).decode("ascii", "replace").lower() if stated else ""
        if mime in ("application/http", "text/html", "application/xhtml+xml", ""):
            limit = self.budget.limits.max_bytes
            detail = f"a record of {record.length:,} bytes; the limit is {limit:,} (max_bytes)."
            yield Problem(source, "read", "too_large", detail)
        else:
            counts.add(mime)

    def _read_capture(self, capture: Capture, source: str, counts: Counter) -> Iterator[SavedPage | Problem]:
        if capture.status is not None and capture.status != 200:
            counts.add(f"status {capture.status}")
            return
        if not self.filters.allow_mime(capture.mime or None):
            counts.add("filtered by type")
            return
        meant = capture.mime in _PAGE_MIMES
        try:
            body = decode_body(capture.body, capture.transfer, capture.encoding, self.budget.limits)
        except Broken as broken:
            if meant:
                yield Problem(source, "decode", broken.reason, broken.detail)
            else:
                counts.add(capture.mime)
            return
        if len(body) > self.budget.limits.max_bytes:
            detail = f"{len(body):,} bytes; the limit is {self.budget.limits.max_bytes:,} (max_bytes)."
            yield Problem(source, "read", "too_large", detail)
            return
        sort = find_sort(body, capture.mime, capture.charset, capture.url)
        if sort is not None:
            counts.add(sort)
            return
        if capture.cut:
            detail = f"the crawler cut this record short ({capture.cut[:40]}). What there is was read."
            yield Problem(source, "read", "cut_short", detail)
        elif _is_short(capture):
            detail = (
                f"the server announced {capture.length} bytes, {len(capture.body):,} are there. "
                "What there is was read."
            )
            yield Problem(source, "read", "cut_short", detail)
        wrong = find_wrong_digest(capture, body)
        if wrong is not None:
            detail = (
                f"its bytes do not have the {wrong} that the archive states; the page was read, but check it."
            )
            yield Problem(source, "read", "bad_digest", detail)
        if capture.time is None:
            detail = (
                f"WARC-Date {capture.warc.get('warc-date', '')[:40]!r} is no time; the page was read without."
            )
            yield Problem(source, "read", "bad_date", detail)
        frame = Frame(self.form, capture.url, capture.time, capture.precision, capture.charset)
        yield from make_page(body, source, "", frame)

    def _follow(
        self, record: RawRecord, revisit: Capture, source: str, counts: Counter
    ) -> Iterator[SavedPage | Problem]:
        keys = _find_references(revisit)
        offset = _look_up(self.seen, keys)
        if offset is None and self.reopen is not None:
            if self.index is None:
                self.index = self._scan()
            offset = _look_up(self.index, keys)
        original = self._fetch(offset) if offset is not None else None
        if original is None:
            if revisit.mime in _PAGE_MIMES:
                detail = (
                    "stands for a capture whose bytes are with an earlier record, which is not in this archive. "
                    "Load the archive that holds it, or the page itself."
                )
                yield Problem(source, "read", "revisit", detail)
            else:
                counts.add(f"revisits of {revisit.mime}")
            return
        capture = Capture(
            revisit.url or original.url,
            revisit.time,
            revisit.precision,
            original.status,
            original.mime,
            original.charset,
            original.body,
            original.transfer,
            original.encoding,
            original.length,
            original.cut,
            revisit.warc,
        )
        yield from self._read_capture(capture, source, counts)

    def _scan(self) -> dict[bytes, str]:
        """Where in the whole archive each payload stands: read once, when the first revisit asks."""
        assert self.reopen is not None
        budget = Budget(self.budget.limits)
        with self.reopen() as file:
            key = _fingerprint(file, self.budget.limits)
            if key in _LAST_INDEX:
                return _LAST_INDEX[key]
            index: dict[bytes, str] = {}
            try:
                for found in find_frames(Window(file.read), packed=self.packed, stop=None, budget=budget):
                    if isinstance(found, RawRecord) and found.kind in ("response", "resource"):
                        if found.block is None:
                            continue
                        try:
                            _index_record(parse_record(found), found.offset, index)
                        except Broken:
                            continue
                        if len(index) >= _MAX_INDEX:
                            break
            except Broken:
                pass
        _LAST_INDEX.clear()
        _LAST_INDEX[key] = index
        return index

    def _fetch(self, offset: str) -> Capture | None:
        """The record at ``offset``, read once more."""
        if self.reopen is None:
            return None
        start, _, _ = offset.partition("+")
        with self.reopen() as file:
            file.seek(int(start))
            window = Window(file.read, int(start))
            try:
                for found in find_frames(
                    window, packed=self.packed, stop=None, budget=Budget(self.budget.limits)
                ):
                    if isinstance(found, RawRecord) and found.offset == offset:
                        return parse_record(found)
                    if found.offset.partition("+")[0] != start:
                        return None
            except Broken:
                return None
        return None


def _is_short(capture: Capture) -> bool:
    if capture.length is None or capture.transfer or capture.encoding or not capture.length.isdigit():
        return False
    return len(capture.length) < 19 and len(capture.body) < int(capture.length)


def find_sort(body: bytes, mime: str, charset: str | None, url: str | None) -> str | None:
    """What sort of thing ``body`` is, for counting; None for a page. Its content decides, not its stated type."""
    if _HTML_BYTES.match(body):
        return None
    container = find_container(body)
    if container is not None:
        return mime if mime and mime not in _PAGE_MIMES else container
    if mime in _PAGE_MIMES and not body.strip():
        return None  # an empty page is a problem of its own
    text = decode_page(body[:400_000], charset).text
    if is_html(text):
        return None
    if mime not in _PAGE_MIMES:
        return mime
    form = find_table_form(text)
    if form is not None:
        return form
    if mime in ("text/html", "application/xhtml+xml"):
        return f"{mime} without HTML in it"
    if url is not None and _MACHINE_TEXT.search(urlsplit_path(url)):
        return "texts for machines (robots.txt and the like)"
    return None


def find_wrong_digest(capture: Capture, body: bytes) -> str | None:
    """The name of a stated SHA-1 or SHA-256 that the payload does not have, in whichever form; None if all fit.

    Crawlers take the payload's digest before or after its encodings are undone; either is good.
    """
    stated = capture.warc.get("warc-payload-digest", "")
    name, _, value = stated.strip().partition(":")
    length = {"sha1": 20, "sha-1": 20, "sha256": 32, "sha-256": 32}.get(name.lower())
    if length is None or capture.cut:
        return None
    try:
        if len(value) == 2 * length:
            wanted = bytes.fromhex(value)
        else:
            wanted = base64.b32decode(value.strip().upper() + "=" * (-len(value.strip()) % 8))
    except ValueError:
        return None
    if len(wanted) != length:
        return None
    for data in (capture.body, body) if body is not capture.body else (body,):
        if hashlib.new(name.lower().replace("-", ""), data).digest() == wanted:
            return None
    if capture.transfer and capture.encoding:
        try:
            joined = decode_body(capture.body, capture.transfer, "", Limits())
        except Broken:
            return "WARC-Payload-Digest"
        if hashlib.new(name.lower().replace("-", ""), joined).digest() == wanted:
            return None
    return "WARC-Payload-Digest"


def urlsplit_path(url: str) -> str:
    """The path of an address, empty where it is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _fingerprint(file: IO[bytes], limits: Limits) -> bytes:
    """What tells an archive from others without reading it; leaves the file at its start."""
    total = file.seek(0, 2)
    file.seek(max(0, total - CHUNK))
    tail = file.read(CHUNK)
    file.seek(0)
    head = file.read(CHUNK)
    file.seek(0)
    return hashlib.blake2b(head + tail + f"{total}|{limits}".encode(), digest_size=16).digest()


def _hash(*parts: str) -> bytes:
    return hashlib.blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=12).digest()


def _index_record(capture: Capture, offset: str, index: dict[bytes, str]) -> None:
    if capture.status not in (None, 200):
        return
    if capture.mime not in _PAGE_MIMES and b"<" not in capture.body[:512]:
        return
    warc = capture.warc
    for name, value in (
        ("id", warc.get("warc-record-id")),
        ("payload", warc.get("warc-payload-digest")),
    ):
        if value:
            index.setdefault(_hash(name, value.strip()), offset)
    if capture.url:
        index.setdefault(_hash("capture", capture.url, warc.get("warc-date", "")), offset)


def _find_references(revisit: Capture) -> list[bytes]:
    warc = revisit.warc
    keys = []
    if warc.get("warc-refers-to"):
        keys.append(_hash("id", warc["warc-refers-to"].strip()))
    if warc.get("warc-refers-to-target-uri") and warc.get("warc-refers-to-date"):
        keys.append(
            _hash(
                "capture",
                warc["warc-refers-to-target-uri"].strip().strip("<>"),
                warc["warc-refers-to-date"],
            )
        )
    if warc.get("warc-payload-digest"):
        keys.append(_hash("payload", warc["warc-payload-digest"].strip()))
    return keys


def _look_up(index: dict[bytes, str], keys: list[bytes]) -> str | None:
    return next((index[key] for key in keys if key in index), None)


def split_warc(file: IO[bytes], total: int, size: int, *, packed: bool) -> list[Part]:
    """Byte ranges of about ``size`` bytes; one range where no record begins in the second (one gzip for all)."""
    if total <= size:
        return [Part()]
    bounds = list(range(0, total, size))
    if packed:
        file.seek(bounds[1])
        window = Window(file.read, bounds[1])
        frames = find_frames(
            window, packed=True, stop=bounds[1] + max(2 * size, 64 * 2**20), budget=Budget(Limits())
        )
        try:
            if next(frames, None) is None:
                return [Part()]
        except Broken:
            return [Part()]
    return [Part(start, stop) for start, stop in zip(bounds, [*bounds[1:], None], strict=True)]
