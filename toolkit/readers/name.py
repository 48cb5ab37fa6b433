"""The capture time that a file's name states: a 14-digit stamp, or a date."""

from __future__ import annotations

import datetime as dt
import re

_STAMP = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?!\d)")
_DATE_TIME = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})(?:[T _.-]+(\d{2})([-_.:]?)(\d{2})\6(\d{2}))(?!\d)"
)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})(?!\d)")


def find_capture_time(name: str) -> tuple[dt.datetime, str] | None:
    """The time in the file name ``name``, in UTC, and its precision (``"second"`` or ``"day"``); else None.

    Examples
    --------
    >>> find_capture_time("front-20250402101500.html")[0].isoformat()
    '2025-04-02T10:15:00+00:00'
    >>> find_capture_time("2025-04-02_front.txt")[1]
    'day'
    >>> find_capture_time("20259902.html") is None
    True
    """
    match = _STAMP.search(name)
    if match:
        found = _time(*match.groups())
        if found:
            return found, "second"
    match = _DATE_TIME.search(name)
    if match:
        year, _, month, day, hour, _, minute, second = match.groups()
        found = _time(year, month, day, hour, minute, second)
        if found:
            return found, "second"
    match = _DATE.search(name)
    if match:
        found = _time(match.group(1), match.group(3), match.group(4))
        if found:
            return found, "day"
    return None


def _time(*parts: str) -> dt.datetime | None:
    try:
        return dt.datetime(*map(int, parts), tzinfo=dt.UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
