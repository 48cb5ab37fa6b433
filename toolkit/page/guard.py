"""Pages that would stall a parser, or are no pages: seen cheaply before parsing, trimmed, and reported.

A parser built for browsers is quadratic in places: in nesting depth, in the attributes of one tag, in formatting
elements that nobody closes. What is trimmed here costs the reader nothing on real pages, whose figures lie far
below the limits; on others it is named in ``problems``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, islice
from operator import sub
from typing import NamedTuple

import numpy as np

__all__ = ["REASONS", "Guarded", "guard_page"]

#: Reasons, as they stand in the ``problems`` table, and what each means.
REASONS = {
    "empty_page": "nothing but white space",
    "not_html": "no tag at all, or the bytes of another kind of file",
    "garbled": "many characters that decoding spoilt or that text does not hold",
    "too_large": "more characters than are read; the rest was left out",
    "too_many_elements": "more elements than are read; the rest was left out",
    "too_many_attributes": "a tag with more attributes than are read; they were left out",
    "huge_attribute": "an attribute longer than is read; it was left out",
    "too_deep": "elements nested deeper than is read; the inner tags were left out, their text was kept",
    "unclosed_formatting": "formatting elements that nobody closes; they were left out, their text was kept",
}

#: Limits: characters, "<" marks, characters of a tag with many attributes, of a tag with few, attributes in one
#: tag, depth, formatting left open.
MAX_CHARS = 30_000_000
MAX_MARKS = 400_000
MAX_TAG = 50_000
MAX_VALUE = 300_000
MAX_ATTRIBUTES = 500
MAX_DEPTH = 1_500
MAX_OPEN_FORMATTING = 100
#: A page with fewer marks, and fewer left open, can be neither too deep nor too unclosed to parse quickly.
_PLAIN_MARKS, _PLAIN_OPEN = 12_000, 1_500

#: Bytes that are counted together.
_STRETCH = 1 << 16

_DATA_URI = re.compile(rb"data:[\w.+-]+/[\w.+-]+(?:;[\w=-]+)*,[A-Za-z0-9+/=%_-]{2000,}")
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{MAX_TAG},}}+")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_NO_DEPTH = frozenset(
    """
    area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option optgroup
    thead tbody tfoot colgroup html head body rp rt script style title textarea
    """.split()
)
_MAGIC = (
    "%PDF-",
    "PK\x03\x04",
    "\x1f\x8b",
    "\x89PNG",
    "\xff\xd8\xff",
    "GIF8",
    "\ufffdPNG",
    "\ufffd\ufffd\ufffd\ufffd",
    "\x00\x00\x00",
)
_SPOILT = bytes((*range(9), *range(14, 32), 127))
_LATIN_HIGH = re.compile("[\x80-\xff]")
_VISIBLE = re.compile(r">([^<>]{8,2000})")


class Guarded(NamedTuple):
    """The page as it may be parsed, and (reason, detail) for all that was found wrong with it.

    ``data`` is ``html`` in UTF-8, which is what the parser takes.
    """

    html: str
    problems: list[tuple[str, str]]
    data: bytes


def guard_page(html: str) -> Guarded:
    """Trim what would stall the parser, and name what is wrong with the page.

    Parameters
    ----------
    html : str
        The page, decoded.

    Returns
    -------
    Guarded
        ``html`` is the same object where nothing had to be trimmed; ``problems`` holds (reason, detail) pairs,
        the reasons from ``REASONS``.

    Examples
    --------
    >>> guard_page("<p>A page.</p>").problems
    []
    >>> guard_page("").problems[0][0]
    'empty_page'
    >>> guarded = guard_page("<div>" * 20_000 + "deep")
    >>> guarded.problems[0][0], guarded.html.count("<div>"), guarded.html.endswith("deep")
    ('too_deep', 1500, True)
    """
    problems: list[tuple[str, str]] = []
    try:
        data = html.encode()
    except UnicodeEncodeError:
        data = html.encode("utf-8", "replace")
        html = data.decode()
        problems.append(("garbled", "half characters (lone surrogates) in the text; each was replaced."))
    # counting is done on the bytes, where it is several times faster
    if len(data) > 1_000_000:
        shorter = _drop_data(data)
        if shorter is not data:
            html, data = shorter.decode(), shorter
    start = html[:4096].strip("\x00 \t\r\n\ufeff")[:64]
    if not start and not html.strip("\x00 \t\r\n\ufeff"):
        problems.append(("empty_page", "the page holds nothing but white space."))
        return Guarded("", problems, b"")
    marks, closing, accents = _count(data)
    if start.startswith(_MAGIC) or not marks:
        problems.append(("not_html", f"no page: it starts with {start[:20]!r} and is read as it stands."))
    beyond = len(data) - len(html)
    problems += _find_garble(html, beyond > 0.01 * len(html) and accents > 0.5 * beyond)
    if b"\x00" in data:
        html, data = html.replace("\x00", ""), data.replace(b"\x00", b"")
    if len(html) > MAX_CHARS:
        problems.append(("too_large", f"{len(html):,} characters; the first {MAX_CHARS:,} were read."))
        html = html[:MAX_CHARS]
        data = html.encode()
    if marks > MAX_MARKS:
        problems.append(("too_many_elements", f"{marks:,} tags; the first {MAX_MARKS:,} were read."))
        html = html[: _place_of_mark(html, MAX_MARKS)]
        data = html.encode()
    trimmed = _trim_tags(data, problems)
    if trimmed is not data:
        html, data = trimmed.decode(), trimmed
    if marks > _PLAIN_MARKS or marks - 2 * closing > _PLAIN_OPEN:
        trimmed_html = _trim_nesting(html, problems)
        if trimmed_html is not html:
            html, data = trimmed_html, trimmed_html.encode()
    return Guarded(html, problems, data)


def _drop_data(data: bytes) -> bytes:
    """Leave out what long data addresses hold."""
    kept: list[bytes] = []
    end, at = 0, data.find(b"data:")
    while at >= 0:
        match = _DATA_URI.match(data, at)
        if match:
            kept += [data[end:at], b"data:,"]
            end = match.end()
        at = data.find(b"data:", at + 5)
    return b"".join([*kept, data[end:]]) if kept else data


def _count(data: bytes) -> tuple[int, int, int]:
    """How many "<", "</" and accented Latin letters (the first bytes of their two) stand in ``data``."""
    marks = closing = accents = 0
    codes = np.frombuffer(data, np.uint8)
    for start in range(0, len(codes), _STRETCH):  # stretches that stay near the processor
        part = codes[start : start + _STRETCH + 1]
        mark = part[:_STRETCH] == ord("<")
        marks += int(np.count_nonzero(mark))
        closing += int(np.count_nonzero(mark[: len(part) - 1] & (part[1:] == ord("/"))))
        accents += int(np.count_nonzero(part[:_STRETCH] & 0xFE == 0xC2))
    return marks, closing, accents


def _place_of_mark(html: str, number: int) -> int:
    """Where the "<" with this number (from 0) stands; the end of the page where there are fewer."""
    found = next(islice(re.finditer("<", html), number, None), None)
    return found.start() if found else len(html)


def _find_garble(html: str, accented: bool) -> list[tuple[str, str]]:
    head = html[:20_000]
    data = head.encode()
    spoilt = len(data) - len(data.translate(None, _SPOILT)) + data.count(b"\xef\xbf\xbd")
    if spoilt > max(20, len(head) / 100):
        return [
            ("garbled", f"{spoilt} of the first {len(head):,} characters are control marks or replaced ones.")
        ]
    if accented:
        text = "".join(islice((m.group(1) for m in _VISIBLE.finditer(html)), 400))
        letters = sum(map(str.isalpha, text))
        high = len(_LATIN_HIGH.findall(text))
        if letters > 200 and high > 0.4 * letters:
            return [
                ("garbled", f"{high} of {letters} letters are accented: read in the wrong character set.")
            ]
    return []


def _trim_tags(data: bytes, problems: list[tuple[str, str]]) -> bytes:
    """Leave out the attributes of tags that are far too long."""
    longest = ("", 0)

    def shorten(match: re.Match[str]) -> str:
        nonlocal longest
        tag = match.group()
        many = max(tag.count("="), tag.count("/"), len(tag.split())) > MAX_ATTRIBUTES
        if not many and len(tag) <= MAX_VALUE:
            return tag
        reason = "too_many_attributes" if many else "huge_attribute"
        if len(tag) > longest[1]:
            longest = (reason, len(tag))
        name = _TAG.match(tag)
        return name.group() if name else "<x"

    kept: list[bytes] = []
    end = 0
    for start, stop in _find_long_runs(data):
        run = _LONG_TAG.sub(shorten, data[start:stop].decode())
        kept += [data[end:start], run.encode()]
        end = stop
    if not longest[1]:
        return data
    problems.append((longest[0], f"a tag of {longest[1]:,} characters; its attributes were left out."))
    return b"".join([*kept, data[end:]])


def _find_long_runs(data: bytes) -> Iterator[tuple[int, int]]:
    """Where more than ``MAX_TAG`` bytes stand without ">"; looks at one ">" in so many bytes, not at each."""
    start, size = 0, len(data)
    while size - start > MAX_TAG:
        mark = data.rfind(b">", start, start + MAX_TAG + 1)
        if mark < 0:
            mark = data.find(b">", start + MAX_TAG)
            mark = size if mark < 0 else mark
            yield start, mark
        start = mark + 1


def _trim_nesting(html: str, problems: list[tuple[str, str]]) -> str:
    """Leave out tags nested too deep, and formatting tags of a kind that is mostly left open."""
    tags = [(closing, name.lower()) for closing, name in _TAG.findall(html)]
    count = Counter(tags)
    loose = {name for name in _FORMATTING if count["", name] - count["/", name] > MAX_OPEN_FORMATTING}
    if not loose and _find_depth(tags) <= MAX_DEPTH:
        return html
    depth = excess = deepest = 0
    kept: list[str] = []
    end = 0
    for match in _TAG.finditer(html):
        closing, name = match.group(1), match.group(2).lower()
        drop = name in loose
        if not drop and name not in _NO_DEPTH:
            if not closing:
                if depth >= MAX_DEPTH:
                    excess += 1
                    drop = True
                else:
                    depth += 1
                deepest = max(deepest, depth + excess)
            elif excess:
                excess -= 1
                drop = True
            elif depth:
                depth -= 1
        if drop:
            kept.append(html[end : match.start()])
            close = html.find(">", match.end())
            end = close + 1 if close >= 0 else len(html)
    if loose:
        problems.append(("unclosed_formatting", f"open <{'>, <'.join(sorted(loose))}> tags were left out."))
    if deepest > MAX_DEPTH:
        problems.append(("too_deep", f"nested {deepest:,} deep; tags below {MAX_DEPTH:,} were left out."))
    return "".join([*kept, html[end:]]) if kept else html


def _find_depth(tags: list[tuple[str, str]]) -> int:
    """How deep elements nest at most; a closing tag where none is open counts for nothing."""
    steps = [0 if name in _NO_DEPTH else -1 if closing else 1 for closing, name in tags]
    levels = list(accumulate(steps, initial=0))
    return max(map(sub, levels, accumulate(levels, min)))
