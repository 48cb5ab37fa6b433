"""Where each record of a WARC begins and ends, whatever has happened to it; nothing is believed unchecked.

A record ends where its length says, if the next one begins there. Where it does not, the record is a fault, and
reading goes on at the next place that begins a record. In archives packed record by record the same holds for
the gzip members: after a damaged one, at the next that unpacks to a record.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from toolkit.readers.stream import CHUNK, HISTORY, Broken, Budget, Exhausted, Gunzip, Window

_MAX_HEAD = 64 * 2**10
_START = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n[A-Za-z][\w-]{1,40}:")
_BREAK = re.compile(rb"\r?\n[ \t]*\r?\n")
_LENGTH = re.compile(rb"^Content-Length[ \t]*:[ \t]*(\S+)[ \t]*\r?$", re.I | re.M)
_TYPE = re.compile(rb"^WARC-Type[ \t]*:[ \t]*([\w-]{1,40})[ \t]*\r?$", re.I | re.M)
_BLANK = b"\r\n \t\x00"
_GZIP = b"\x1f\x8b\x08"
#: A record may be larger than its page by its HTTP headers and what packs it.
_SLACK = 2**20
_SMALL = 2**20


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record: where it stands, its kind, its head with the blank line, its block (None: too large to hold)."""

    offset: str
    kind: str
    head: bytes
    block: bytes | None
    length: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A stretch of an archive that is lost: where it starts, why, and what to do."""

    offset: str
    reason: str
    detail: str


def find_form(head: bytes) -> str | None:
    """``"warc"`` or ``"gzip"`` (packed WARC) for the first bytes of a web archive; None for anything else."""
    if head.startswith(_GZIP):
        try:
            start = zlib.decompressobj(wbits=31).decompress(head, 256)
        except zlib.error:
            return None
        return "gzip" if start.lstrip(_BLANK).startswith(b"WARC/") else None
    return "warc" if head.lstrip(_BLANK).startswith(b"WARC/") else None


def find_frames(
    raw: Window, *, packed: bool, stop: int | None, budget: Budget
) -> Iterator[RawRecord | Fault]:
    """The records from the window's place on whose first byte lies before ``stop``, and what lies between.

    A window that starts within the archive (its place is not 0) goes to the first record that starts there; the
    stretch before it belongs to whoever reads the part before.
    """
    if packed:
        yield from _find_packed(raw, stop, budget)
    else:
        if raw.pos and not _seek_whole_record(raw, stop, budget):
            return
        yield from _find_plain(raw, stop, budget, str)


def _starts_member(raw: Window) -> bool:
    """Whether a gzip member that unpacks to a record stands here."""
    head = raw.peek(4096)
    if not head.startswith(_GZIP):
        return False
    try:
        start = zlib.decompressobj(wbits=31).decompress(head, 256)
    except zlib.error:
        return False
    return bool(_START.match(start.lstrip(_BLANK)))


def _seek_member(raw: Window, stop: int | None) -> bool:
    while raw.find(_GZIP, stop) is not None:
        if _starts_member(raw):
            return True
        raw.skip(1)
    return False


def _take_small(raw: Window, budget: Budget) -> RawRecord | None:
    """The record in a sound member of a few kilobytes, as most are; None leaves everything to the long way."""
    packed = raw.peek(CHUNK)
    if not packed.startswith(_GZIP):
        return None
    worker = zlib.decompressobj(wbits=31)
    try:
        data = worker.decompress(packed, _SMALL)
    except zlib.error:
        return None
    end = _BREAK.search(data, 0, _MAX_HEAD) if worker.eof and _START.match(data) else None
    if end is None:
        return None
    head = data[: end.end()]
    kind, length = _TYPE.search(head), _read_length(head)
    if kind is None or length is None or len(data) < end.end() + length:
        return None
    if data[end.end() + length :].strip(_BLANK):
        return None
    offset = str(raw.pos)
    raw.skip(len(packed) - len(worker.unused_data))
    budget.count_member()
    budget.spend(len(data))
    block = data[end.end() : end.end() + length]
    return RawRecord(offset, kind.group(1).decode("ascii").lower(), head, block, length)


def _name_inner(offset: int, at: int) -> str:
    return f"{offset}+{at}" if at else str(offset)


def _find_packed(raw: Window, stop: int | None, budget: Budget) -> Iterator[RawRecord | Fault]:
    if raw.pos and not _seek_member(raw, stop):
        return
    while not raw.at_end():
        offset = raw.pos
        if stop is None or offset < stop:
            small = _take_small(raw, budget)
            if small is not None:
                yield small
                continue
        if raw.peek(1) == b"\x00":  # padding, as tapes have
            raw.skip(1)
            continue
        starts = _starts_member(raw)
        if starts and stop is not None and offset >= stop:
            return
        if not starts:
            detail = (
                "no record begins here; what stands up to the next record is lost. Fetch the archive again."
            )
            yield Fault(str(offset), "corrupt", detail)
            raw.skip(1)
            if not _seek_member(raw, None):
                return
            continue
        member = Gunzip(raw, budget, one_member=True)
        inner = Window(member.read)
        records = 0
        try:
            for found in _find_plain(inner, None, budget, partial(_name_inner, offset)):
                records += isinstance(found, RawRecord)
                yield found
            while not member.ended:  # a checksum behind the last record
                if not member.read(1):
                    break
        except Exhausted:
            raise
        except Broken as broken:
            more = f" {records:,} records of it were read before." if records else ""
            where = f"{offset}+{inner.pos}" if records else str(offset)
            yield Fault(where, broken.reason, broken.detail + more)
            raw.back_to(max(offset + 1, raw.pos - HISTORY))
            if not _seek_member(raw, None):
                return


def _seek_record(raw: Window, stop: int | None, budget: Budget) -> bool:
    """Go to the next place that looks like the first lines of a record."""
    while raw.find(b"WARC/", stop, overlap=8) is not None:
        at = raw.pos
        if _START.match(raw.peek(80)):
            raw.back_to(max(0, at - 1))
            before = raw.peek(at - raw.pos)
            raw.back_to(at)
            if before in (b"\n", b"") or _is_whole_record(raw, budget):
                return True
        raw.skip(1)
    return False


def _is_whole_record(raw: Window, budget: Budget) -> bool:
    """Whether a record stands here on whose end the next one follows, or the archive's end."""
    head = raw.peek(_MAX_HEAD)
    end = _BREAK.search(head)
    if not _START.match(head) or end is None:
        return False
    length = _read_length(head[: end.end()])
    if length is None:
        return False
    if length > budget.limits.max_bytes + _SLACK:
        return True
    rest = raw.peek(end.end() + length + 96)[end.end() + length :].lstrip(_BLANK)
    return not rest or bool(_START.match(rest))


def _seek_whole_record(raw: Window, stop: int | None, budget: Budget) -> bool:
    """Go to the first record of a part; a page that quotes a record is none."""
    while raw.find(b"WARC/", stop) is not None:
        if _is_whole_record(raw, budget):
            return True
        raw.skip(1)
    return False


def _find_plain(
    raw: Window, stop: int | None, budget: Budget, name: Callable[[int], str]
) -> Iterator[RawRecord | Fault]:
    """Records that follow each other in a window that is not packed; ``name`` writes an offset."""
    limit = budget.limits.max_bytes + _SLACK
    while True:
        while raw.peek(1) in (b"\r", b"\n", b"\x00", b" "):
            raw.skip(1)
        if raw.at_end():
            return
        at = raw.pos
        head = raw.peek(4096)
        starts = bool(_START.match(head))
        if starts and stop is not None and at >= stop and _is_whole_record(raw, budget):
            return
        if not starts:
            detail = (
                "no record begins here; what stands up to the next record is lost. Fetch the archive again."
            )
            yield Fault(name(at), "corrupt", detail)
            raw.skip(1)
            if not _seek_record(raw, None, budget):
                return
            continue
        end = _BREAK.search(head)
        if end is None:
            head = raw.peek(_MAX_HEAD)
            end = _BREAK.search(head)
        if end is None:
            yield Fault(name(at), "bad_record", f"the record's head does not end within {_MAX_HEAD:,} bytes.")
            raw.skip(5)
            if not _seek_record(raw, None, budget):
                return
            continue
        head = head[: end.end()]
        budget.count_member()
        kind, length = _TYPE.search(head), _read_length(head)
        if length is None or kind is None:
            lack = "length" if length is None else "type"
            yield Fault(name(at), "bad_record", f"the record states no usable {lack}; it is lost.")
            raw.skip(5)
            if not _seek_record(raw, None, budget):
                return
            continue
        raw.skip(len(head))
        kind_name = kind.group(1).decode("ascii").lower()
        if length <= limit:
            yield from _take(raw, head, kind_name, length, name(at), budget)
        else:
            yield from _pass(raw, head, kind_name, length, name(at), budget)


def _read_length(head: bytes) -> int | None:
    found = _LENGTH.findall(head)
    if not found or not all(text.isdigit() and len(text) < 19 and text == found[0] for text in found):
        return None
    return int(found[0])


def _take(
    raw: Window, head: bytes, kind: str, length: int, offset: str, budget: Budget
) -> Iterator[RawRecord | Fault]:
    """One record that can be held, if the next one or the end follows on it."""
    start = raw.pos
    block = raw.peek(length + 96)
    rest = block[length:].lstrip(_BLANK)
    marked = block[length : length + 4] == b"\r\n\r\n"  # its end is right, whatever comes then
    if len(block) >= length and (not rest or marked or _START.match(rest)):
        raw.skip(length)
        yield RawRecord(offset, kind, head, block[:length], length)
        return
    # the next record stands elsewhere; it is looked for from this record's own start
    raw.back_to(start)
    found = _seek_record(raw, None, budget)
    if not found and len(block) < length:
        detail = (
            f"the record states {length:,} bytes, and the archive ends after {len(block):,}. Fetch it again."
        )
        yield Fault(offset, "truncated", detail)
        return
    size = raw.pos - start
    detail = f"the record states {length:,} bytes, but about {size:,} stand up to the next; it is lost."
    yield Fault(offset, "wrong_length", detail)


def _pass(
    raw: Window, head: bytes, kind: str, length: int, offset: str, budget: Budget
) -> Iterator[RawRecord | Fault]:
    """One record too large to hold: passed over, unless another one begins before its stated end."""
    start = raw.pos
    if _seek_record(raw, start + length, budget):
        detail = (
            f"the record states {length:,} bytes, but the next begins after {raw.pos - start:,}; it is lost."
        )
        yield Fault(offset, "wrong_length", detail)
    elif raw.pos < start + length:
        detail = f"the record states {length:,} bytes, and the archive ends before them. Fetch it again."
        yield Fault(offset, "truncated", detail)
    else:
        raw.back_to(start + length)
        yield RawRecord(offset, kind, head, None, length)
