"""The article in a page's own data, for pages that print none: frameworks that build the page in the browser.

Such pages carry their text as string literals of a script, often HTML inside JSON, sometimes JSON inside a string.
The longest literal that reads as running text is taken; no framework is known by name.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

__all__ = ["find_stored_text"]

#: Shorter strings are no article; what stands behind this many characters of scripts is not looked at.
MIN_CHARS, MAX_CHARS = 400, 5_000_000
# possessive: a quote that nobody closes must not be tried again from every later quote
_LITERAL = re.compile(r'"((?:[^"\\]++|\\.)*+)(?:"|\Z)', re.S)
_MARKUP = re.compile(r"<(?:p|br|div|h[2-4])\b", re.I)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ESCAPED = re.compile(r'\\+"')


def find_stored_text(page: str) -> str | None:
    """The HTML (or plain text) of the article held in the scripts of ``page``; None where no literal reads as one.

    Examples
    --------
    >>> text = "<p>" + "The river rose again in the night, said the mayor. " * 9 + "</p>"
    >>> find_stored_text('<script>window.s={"body":' + json.dumps(text) + "}</script>") == text
    True
    >>> find_stored_text("<p>no script</p>") is None
    True
    """
    best: tuple[float, str] | None = None
    left = MAX_CHARS
    for code in _scripts(page):
        left -= len(code)
        if left < 0:
            break
        if len(code) < MIN_CHARS:
            continue
        for literal in _literals(code, 2):
            value = _running_text(literal)
            if value and (best is None or value > best[0]):
                best = (value, literal)
    return best[1] if best else None


def _scripts(page: str) -> Iterator[str]:
    end = 0
    while (start := page.find("<script", end)) >= 0 and (start := page.find(">", start)) >= 0:
        end = page.find("</script", start)
        if end < 0:
            return
        yield page[start + 1 : end]


def _literals(code: str, depth: int) -> list[str]:
    found: list[str] = []
    for match in _LITERAL.finditer(code):
        if len(match.group(1)) < MIN_CHARS:
            continue
        try:
            text = json.loads(f'"{match.group(1)}"', strict=False)
        except ValueError:
            continue
        if depth and _ESCAPED.search(match.group(1)) and text.count('":') > 3:  # JSON inside a string
            found += _literals(text, depth - 1)
        found.append(text)
    return found


def _running_text(literal: str) -> float:
    """Characters of running text, or 0 where it reads as code, data or a list of addresses."""
    if "{" in literal and literal.count("{") + literal.count('":') > len(literal) / 200:
        return 0.0
    text = html.unescape(_TAG.sub(" ", literal))
    if len(text) < 300:
        return 0.0
    stops = sum(text.count(mark) for mark in (". ", "。", "? ", "! ", "다.", ".\n"))
    letters = sum(map(str.isalpha, text[:2000])) / len(text[:2000])
    if stops < len(text) / 600 or letters < 0.6:
        return 0.0
    return len(text) * (1.5 if _MARKUP.search(literal) else 1.0)
