"""From the first bytes of a stream to the reader of its form; containers come back here with what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, cast

from toolkit.readers.decode import decode_page
from toolkit.readers.model import Counter, Filters, Part, Problem, SavedPage, StatedSnapshot, Tally
from toolkit.readers.page import make_page
from toolkit.readers.sniff import find_container, find_table_form, is_html
from toolkit.readers.stream import (
    CHUNK,
    Broken,
    Budget,
    Gunzip,
    Readable,
    Unpack,
    Window,
    read_up_to,
    spool,
)
from toolkit.readers.warc_frames import find_form

Found = SavedPage | StatedSnapshot | Problem | Tally

#: Forms that hold other files, or many pages or rows, and need a file that can be sought in.
_SEEKING = ("zip", "parquet")
#: Forms that may be larger than a page, and are read row by row.
_TABLES = ("csv", "json")
#: In an archive, members of these kinds are counted, as a browser's page has dozens of them.
_ASSETS = ("image", "binary")
_MHTML_FIELD = re.compile(rb"(?:[A-Za-z][\w-]{0,60}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n)+")
_MULTIPART = re.compile(rb"^Content-Type:\s*multipart/(?:related|mixed|alternative)\b", re.I | re.M)
_JSON_START = re.compile(r"\s*(?:\[\s*(?:\{|\[|\])|\{\s*(?:\"|\}))")


@dataclass(frozen=True, slots=True)
class Context:
    """What every reader of one input shares."""

    budget: Budget
    filters: Filters = field(default_factory=Filters)
    columns: Mapping[str, str] | None = None


def read_stream(
    file: IO[bytes],
    source: str,
    name: str,
    context: Context,
    *,
    depth: int = 0,
    part: Part | None = None,
    reopen: Callable[[], IO[bytes]] | None = None,
    size: int | None = None,
    counts: Counter | None = None,
) -> Iterator[Found]:
    """All that one file or member gives.

    Parameters
    ----------
    file : binary file
        Seekable, at its start.
    source, name : str
        What the tables call it; its own name, which may state a capture time.
    context : Context
        Limits, filters and columns.
    depth : int
        How many containers it stands in.
    part : Part, optional
        The byte range of an archive to be read.
    reopen : callable, optional
        Opens the file once more.
    size : int, optional
        Its bytes, where known.
    counts : Counter, optional
        Of the archive it is a member of: what is no page is counted there instead of reported.
    """
    head = _read_head(file)
    file.seek(0)
    container = find_container(head)
    limits = context.budget.limits
    form = find_form(head)
    if form is None and (container in ("binary", "gzip") or b"\nWARC/1" in head):
        form = _find_named_form(name)
    if form is not None:
        from toolkit.readers.warc import read_warc

        yield from read_warc(
            file,
            source,
            packed=form == "gzip",
            part=part,
            budget=context.budget,
            filters=context.filters,
            reopen=reopen,
        )
        return
    if part is not None and part.start > 0:
        return  # only archives have parts; the first part reads all
    if container in ("gzip", "bzip2", "xz", "zstd"):
        if depth >= limits.max_depth:
            reason = "nested_gzip" if container == "gzip" else "too_deep"
            words = {2: "two", 3: "three", 4: "four"}.get(limits.max_depth, str(limits.max_depth))
            detail = f"more than {words} layers of {container}; decompress it by hand."
            yield Problem(source, "read", reason, detail)
            return
        try:
            stream: Readable = (
                Gunzip(Window(file.read), context.budget)
                if container == "gzip"
                else Unpack(file, container, context.budget)
            )
            yield from _read_packed(stream, source, name, context, depth + 1, counts)
        except Broken as broken:
            yield Problem(source, "read", broken.reason, broken.detail)
        return
    yield from _read_seekable(file, head, container, source, name, context, depth, size, counts)


def _find_named_form(name: str) -> str | None:
    """The form of a web archive whose very beginning is damaged: only there its name has a say."""
    lower = name.lower()
    return "gzip" if lower.endswith(".warc.gz") else "warc" if lower.endswith(".warc") else None


def _read_head(file: Readable) -> bytes:
    parts, total = [], 0
    while total < CHUNK:
        part = file.read(CHUNK - total)
        if not part:
            break
        parts.append(part)
        total += len(part)
    return b"".join(parts)


def _read_packed(
    stream: Readable, source: str, name: str, context: Context, depth: int, counts: Counter | None
) -> Iterator[Found]:
    """What a packed stream holds: an archive that is read as it unpacks, or one page or table."""
    window = Window(stream.read)
    head = window.peek(CHUNK)
    container = find_container(head)
    form = _find_form(head, container)
    whole = _Joined(window)
    if container == "tar":
        from toolkit.readers.tar_archive import read_tar

        yield from read_tar(whole, source, context, depth)
    elif container == "warc":  # packed as a whole, by xz or zstd: its places are those of the unpacked bytes
        from toolkit.readers.warc import read_warc

        yield from read_warc(
            cast("IO[bytes]", whole), source, packed=False, budget=context.budget, filters=context.filters
        )
    elif container in ("gzip", "bzip2", "xz", "zstd", *_SEEKING) or form in _TABLES:
        with closing(spool(whole)) as copy:
            yield from read_stream(copy, source, name, context, depth=depth, counts=counts)
    else:
        yield from _read_one(whole, form, container, source, name, context, counts)


class _Joined:
    """A window as a file that can be read."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def read(self, n: int = -1, /) -> bytes:
        return self.window.read_some(CHUNK if n < 0 else n)


def _find_form(head: bytes, container: str | None) -> str | None:
    """``"mhtml"``, ``"csv"``, ``"json"`` or ``"feed"`` for what is no container and no page of HTML or text."""
    if container is not None:
        return None
    fields = _MHTML_FIELD.match(head[:16_384])
    if fields and _MULTIPART.search(fields.group()):
        return "mhtml"
    text = decode_page(head).text
    if is_html(text):
        return None
    if _JSON_START.match(text):
        return "json"
    form = find_table_form(text)
    if form is None:
        from toolkit.readers.tables import has_known_header

        form = "csv" if has_known_header(text) else None
    return form


def _read_seekable(
    file: IO[bytes],
    head: bytes,
    container: str | None,
    source: str,
    name: str,
    context: Context,
    depth: int,
    size: int | None,
    counts: Counter | None,
) -> Iterator[Found]:
    form = _find_form(head, container)
    if container in ("zip", "tar") and depth >= context.budget.limits.max_depth:
        detail = f"an archive in {depth} others (max_depth); unpack it by hand."
        yield Problem(source, "read", "too_deep", detail)
    elif container == "zip":
        from toolkit.readers.zip_archive import read_zip

        yield from read_zip(file, source, context, depth + 1)
    elif container == "tar":
        from toolkit.readers.tar_archive import read_tar

        try:
            yield from read_tar(file, source, context, depth + 1)
        except Broken as broken:
            yield Problem(source, "read", broken.reason, broken.detail)
    elif container == "parquet":
        from toolkit.readers.tables import read_table

        yield from read_table(file, source, "parquet", context)
    elif form in _TABLES:
        from toolkit.readers.tables import read_table

        yield from read_table(file, source, form, context)
    else:
        limits = context.budget.limits
        if size is not None and size > limits.max_bytes:
            if counts is not None and container in _ASSETS:
                counts.add(container)
                return
            yield Problem(
                source, "read", "too_large", f"{size:,} bytes; the limit is {limits.max_bytes:,}. Split it."
            )
            return
        yield from _read_one(file, form, container, source, name, context, counts)


def _read_one(
    stream: Readable,
    form: str | None,
    container: str | None,
    source: str,
    name: str,
    context: Context,
    counts: Counter | None,
) -> Iterator[Found]:
    """One page, or a form that is read as a whole: MHTML, a feed."""
    limits = context.budget.limits
    if counts is not None and container in _ASSETS:
        counts.add(container)
        return
    data = read_up_to(stream, limits.max_bytes)
    if len(data) > limits.max_bytes:
        detail = f"more than {limits.max_bytes:,} bytes when unpacked. Split it."
        yield Problem(source, "read", "too_large", detail)
    elif form == "mhtml":
        from toolkit.readers.mhtml import read_mhtml

        yield from read_mhtml(data, source, context.filters)
    elif form == "feed":
        from toolkit.readers.feeds import read_feed

        yield from read_feed(data, source, name)
    else:
        yield from make_page(data, source, name)


def read_member(
    member: Readable,
    source: str,
    name: str,
    context: Context,
    depth: int,
    counts: Counter,
) -> Iterator[Found]:
    """What one member of an archive gives; ``counts`` are the archive's."""
    window = Window(member.read)
    head = window.peek(CHUNK)
    container = find_container(head)
    form = _find_form(head, container)
    whole = _Joined(window)
    if container in (*_SEEKING, "gzip", "bzip2", "xz", "zstd", "tar", "warc") or form in _TABLES:
        with closing(spool(whole)) as copy:

            def again() -> IO[bytes]:
                return cast("IO[bytes]", Shared(copy))

            yield from read_stream(copy, source, name, context, depth=depth, reopen=again, counts=counts)
    else:
        yield from _read_one(whole, form, container, source, name, context, counts)


class Shared:
    """A second reader of an open file, which keeps its own place."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._at = file, 0

    def __enter__(self) -> Shared:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def read(self, n: int = -1, /) -> bytes:
        before = self._file.tell()
        self._file.seek(self._at)
        found = self._file.read(n)
        self._at += len(found)
        self._file.seek(before)
        return found

    def seek(self, offset: int, whence: int = 0, /) -> int:
        before = self._file.tell()
        base = (0, self._at, self._file.seek(0, 2))[whence]
        self._file.seek(before)
        self._at = base + offset
        return self._at
