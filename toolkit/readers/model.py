"""What a reader gives: saved pages, decoded, with what the file around them says; or the reason why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


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
class Problem:
    """Why an input, or a part of it, did not become a row: stage, fixed short code, and what to do."""

    source: str
    stage: str
    reason: str
    detail: str
