"""The language of a text, by its script where that says it, else by letter statistics."""

from __future__ import annotations

import re

__all__ = ["find_language"]

_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e01-\u0e3a]")),
    ("el", re.compile("[\u0386-\u03ce]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("ka", re.compile("[\u10d0-\u10ff]")),
    ("hy", re.compile("[\u0561-\u0587]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
)
#: A script decides where so large a share of the letters is written in it.
SCRIPT_SHARE = 0.15
#: The letter statistics' distance above which its best language is no answer.
MAX_DISTANCE = 950
#: Fewer characters are not enough for letter statistics.
MIN_CHARS = 120


def find_language(text: str) -> str | None:
    """A BCP 47 tag of the language of ``text``, None where it is too short or none is near.

    Notes
    -----
    Letter statistics come from resiliparse; languages with a script of their own are told by it.

    Examples
    --------
    >>> find_language("서울시는 오늘 새로운 교통 정책을 발표했다고 밝혔다."), find_language("")
    ('ko', None)
    """
    head = text[:4000]
    letters = sum(map(str.isalpha, head))
    if not letters:
        return None
    for tag, script in _SCRIPTS:
        if len(script.findall(head)) >= SCRIPT_SHARE * letters:
            return tag
    if len(head) < MIN_CHARS:
        return None
    from resiliparse.parse.lang import detect_fast

    tag, distance = detect_fast(head)
    return None if tag == "unknown" or distance > MAX_DISTANCE else tag
