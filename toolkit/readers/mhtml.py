"""MHTML (a page saved by a browser as one file) -> its page; Python's email package does the parsing.

The page is the part that ``start`` names, else the first HTML part. Frames (further HTML parts: advertisements,
embedded players) are no pages of their own and are counted; images and styles belong to the page.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from toolkit.readers.model import Filters, Problem, SavedPage, Tally
from toolkit.readers.page import Frame, make_page

_HTML = ("text/html", "application/xhtml+xml")


def read_mhtml(data: bytes, source: str, filters: Filters) -> Iterator[SavedPage | Problem | Tally]:
    """The page in an MHTML file, with the address and the time that its head states."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        parts = [part for part in message.walk() if not part.is_multipart()]
        page = _find_page(message, parts)
        body = page.get_payload(decode=True) if page is not None else None
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError) as error:
        detail = f"the MHTML cannot be taken apart ({error}). Save the page again."
        yield Problem(source, "read", "corrupt", detail)
        return
    if page is None or not isinstance(body, bytes):
        yield Problem(source, "read", "empty", "an MHTML file without an HTML part. Save the page again.")
        return
    if (
        "CloseBoundaryNotFoundDefect" in {type(defect).__name__ for defect in message.defects}
        and page is parts[-1]
    ):
        detail = "the MHTML ends within its page; what there is was read. Save the page again."
        yield Problem(source, "read", "cut_short", detail)
    url = _field(message, "Snapshot-Content-Location") or _field(page, "Content-Location")
    if url is not None and not url.lower().startswith(("http://", "https://")):
        url = None
    if not filters.allow_url(url):
        yield Tally(source, {"filtered by url": 1})
        return
    charset = page.get_content_charset()
    frame = Frame("mhtml", url, _read_date(_field(message, "Date")), "second", charset)
    yield from make_page(body, source, source.rpartition("/")[2], frame)
    frames = sum(part.get_content_type() in _HTML for part in parts) - 1
    if frames > 0:
        yield Tally(source, {"frames within pages": frames})


def _find_page(message: Message, parts: list[Message]) -> Message | None:
    pages = [part for part in parts if part.get_content_type() in _HTML]
    start = message.get_param("start")
    if isinstance(start, str):
        for part in pages:
            if (_field(part, "Content-ID") or "").strip() == start.strip():
                return part
    return pages[0] if pages else None


def _field(message: Message | EmailMessage, name: str) -> str | None:
    value = message.get(name)
    text = "".join(str(value).split()) if value is not None and "Location" in name else str(value or "")
    return text.strip() or None


def _read_date(text: str | None) -> dt.datetime | None:
    try:
        time = parsedate_to_datetime(text) if text else None
        if time is None:
            return None
        return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
