"""The bytes of one page, wherever they come from, as a saved page; or why they are none."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from toolkit.readers.decode import decode_page
from toolkit.readers.model import Problem, SavedPage
from toolkit.readers.name import find_capture_time
from toolkit.readers.sniff import find_container, is_html

#: What to do with forms that hold no page we can read.
ADVICE = {
    "pdf": "a PDF holds print, not a page; save the page as HTML or text.",
    "office": "export it as HTML or text first.",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the container states about a page: its form, address, time, and the encoding in an HTTP header."""

    format: str | None = None  # None: text or html, whichever it is
    url: str | None = None
    captured_at: dt.datetime | None = None
    captured_precision: str | None = None
    charset: str | None = None


_NONE = Frame()


def make_page(
    data: bytes, source: str, name: str = "", frame: Frame = _NONE
) -> Iterator[SavedPage | Problem]:
    """The saved page whose own bytes are ``data``; ``name`` may state the capture time where no archive does."""
    if not data.strip():
        yield Problem(source, "read", "empty", "0 bytes of content. Save the page again.")
        return
    container = find_container(data)
    if container in ("binary", "image"):
        yield Problem(source, "read", "binary", f"not text ({container}). Save the page as HTML or text.")
        return
    if container is not None:
        advice = ADVICE.get(container, "save the page as HTML or text.")
        yield Problem(source, "read", "unsupported_format", f"{container}: {advice}")
        return
    decoded = decode_page(data, frame.charset)
    if not decoded.text.strip("\x00 \t\r\n\ufffd"):
        yield Problem(source, "decode", "empty", "no character of content. Save the page again.")
        return
    if decoded.bad:
        yield Problem(
            source,
            "decode",
            "bad_bytes",
            f"{decoded.bad:,} bytes do not fit {decoded.encoding} and were replaced. The page was read.",
        )
    html = is_html(decoded.text)
    named = find_capture_time(name) if frame.captured_at is None and name else None
    origin = "archive" if frame.captured_at is not None else "name" if named else None
    yield SavedPage(
        source=source,
        format=frame.format or ("html" if html else "text"),
        text=decoded.text.replace("\x00", ""),
        digest=hashlib.sha256(data).hexdigest(),
        encoding=decoded.encoding,
        is_html=html,
        url=frame.url,
        captured_at=named[0] if named else frame.captured_at,
        captured_from=origin,
        captured_precision=named[1] if named else frame.captured_precision if origin else None,
    )
