"""One record of a WARC -> what it states and holds; FastWARC takes it apart."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from typing import Any

from toolkit.readers.stream import Broken
from toolkit.readers.warc_frames import RawRecord

_ASSET = re.compile(rb"^Content-Type:[ \t]*((?:image|video|audio|font)/[\w.+-]{1,60})", re.I | re.M)
_ENCODED = re.compile(rb"^(?:Content|Transfer)-Encoding:", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Capture:
    """What a record holds: the address and time it states, its payload, and what the payload is said to be."""

    url: str | None
    time: dt.datetime | None
    precision: str | None
    status: int | None
    mime: str
    charset: str | None
    body: bytes
    transfer: str
    encoding: str
    length: str | None
    cut: str | None
    warc: dict[str, str]


def find_asset(record: RawRecord) -> str | None:
    """The content type of a response that is plainly an image, a film, a sound or a font; else None.

    In most archives these are nine records of ten: they are told by a glance instead of being taken apart.
    """
    block = record.block
    if record.kind != "response" or block is None or not block.startswith(b"HTTP/1"):
        return None
    end = block.find(b"\r\n\r\n", 0, 16_384)
    match = _ASSET.search(block, 0, end) if end > 0 else None
    if match is None or block[end + 4 : end + 260].lstrip()[:1] == b"<" or _ENCODED.search(block, 0, end):
        return None
    return match.group(1).decode("ascii").lower()


def parse_record(record: RawRecord) -> Capture:
    """What a record's head and HTTP headers state, as FastWARC reads them."""
    from fastwarc.warc import ArchiveIterator

    assert record.block is not None
    http = record.kind != "resource"
    try:
        found = next(iter(ArchiveIterator(io.BytesIO(record.head + record.block), parse_http=http)), None)
        if found is None:
            raise Broken("bad_record", "the record cannot be read; it is lost.")
        warc = {str(name).lower(): str(value) for name, value in found.headers.items()}
        headers: Any = found.http_headers if http else None
        status = headers.status_code if headers is not None else None
        fields = {str(k).lower(): str(v) for k, v in headers.items()} if headers is not None else {}
        body = found.reader.read()
    except (OSError, ValueError, RuntimeError, UnicodeError) as error:
        raise Broken("bad_record", f"the record cannot be read ({error}); it is lost.") from error
    if http and headers is None:
        mime, charset = _split_type(warc.get("content-type", ""))
        if record.kind == "response" and mime == "application/http":
            raise Broken("bad_record", "the response has no HTTP headers that can be read; it is lost.")
    else:
        mime, charset = _split_type(fields.get("content-type", "") if http else warc.get("content-type", ""))
    if http and headers is not None and status is None:
        raise Broken("bad_record", "the response has no HTTP status that can be read; it is lost.")
    time, precision = _read_date(warc.get("warc-date", ""))
    url = warc.get("warc-target-uri", "").strip().strip("<>") or None
    return Capture(
        url,
        time,
        precision,
        status,
        mime,
        charset,
        body,
        fields.get("transfer-encoding", ""),
        fields.get("content-encoding", ""),
        fields.get("content-length"),
        warc.get("warc-truncated"),
        warc,
    )


@lru_cache(maxsize=512)
def _split_type(value: str) -> tuple[str, str | None]:
    if not value:
        return "", None
    message = Message()
    message["Content-Type"] = value[:200].replace("\r", " ").replace("\n", " ")
    mime = value.split(";")[0].strip().lower()[:80]
    charset = message.get_param("charset")
    return mime, charset if isinstance(charset, str) and charset else None


def _read_date(text: str) -> tuple[dt.datetime | None, str | None]:
    try:
        time = dt.datetime.fromisoformat(text.strip())
        time = time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None, None
    return time.replace(microsecond=0), "day" if len(text.strip()) <= 10 else "second"
