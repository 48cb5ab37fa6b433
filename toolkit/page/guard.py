"""Pages that would stall a parser, or are no pages: seen cheaply before parsing, trimmed, and reported.

A parser built for browsers is quadratic in places: in nesting depth, in the attributes of one tag, in formatting
elements that nobody closes. What is trimmed here costs the reader nothing on real pages, whose figures lie far
below the limits; on others it is named in ``problems``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from operator import sub

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

#: Characters at the start that are looked at for what decoding spoilt.
_HEAD = 20_000

_DATA_URI = re.compile(rb"data:[\w.+-]+/[\w.+-]+(?:;[\w=-]+)*,[A-Za-z0-9+/=%_-]{2000,}")
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{MAX_TAG},}}+")
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_TAG_START = re.compile(rb"</?[a-zA-Z][a-zA-Z0-9:-]*")
_NAME = re.compile("<[a-zA-Z][a-zA-Z0-9:-]*")
_FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
_NO_DEPTH = frozenset(
    b"""
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


@dataclass(slots=True)
class Guarded:
    """The page as it may be parsed, and (reason, detail) for all that was found wrong with it.

    ``data`` is the page in UTF-8, which is what the parser takes; ``whole`` the page as it came, where nothing had
    to be trimmed.
    """

    data: bytes
    problems: list[tuple[str, str]]
    whole: str | None = None

    @property
    def html(self) -> str:
        """The page as it may be parsed; decoded when first asked for, which few pages are."""
        if self.whole is None:
            self.whole = self.data.decode()
        return self.whole


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
    guarded = Guarded(data, problems, html)
    # all else is done on the bytes, where it is several times faster
    head, beyond = html[:_HEAD], len(data) - len(html)
    if len(data) > 1_000_000:
        _trim(guarded, _drop_data(data))
        if guarded.whole is None:
            head = guarded.data[: 4 * _HEAD].decode(errors="ignore")[:_HEAD]
    start = head[:4096].strip("\x00 \t\r\n\ufeff")[:64]
    if not start and not html.strip("\x00 \t\r\n\ufeff"):
        problems.append(("empty_page", "the page holds nothing but white space."))
        return Guarded(b"", problems, "")
    marks, closing = _count_marks(guarded.data)
    if start.startswith(_MAGIC) or not marks:
        problems.append(("not_html", f"no page: it starts with {start[:20]!r} and is read as it stands."))
    problems += _find_garble(head) or _find_accents(guarded, beyond)
    if b"\x00" in guarded.data:
        _trim(guarded, guarded.data.replace(b"\x00", b""))
    size = len(guarded.data) - beyond
    if size > MAX_CHARS:
        problems.append(("too_large", f"{size:,} characters; the first {MAX_CHARS:,} were read."))
        _trim(guarded, guarded.html[:MAX_CHARS].encode())
    if marks > MAX_MARKS:
        problems.append(("too_many_elements", f"{marks:,} tags; the first {MAX_MARKS:,} were read."))
        _trim(guarded, guarded.data[: _place_of_mark(guarded.data, MAX_MARKS)])
    _trim(guarded, _trim_tags(guarded.data, problems))
    if marks > _PLAIN_MARKS or marks - 2 * closing > _PLAIN_OPEN:
        _trim(guarded, _trim_nesting(guarded.data, problems))
    return guarded


def _trim(guarded: Guarded, data: bytes) -> None:
    if data is not guarded.data:
        guarded.data, guarded.whole = data, None


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


def _count_marks(data: bytes) -> tuple[int, int]:
    """How many "<" and "</" stand in ``data``."""
    codes = np.frombuffer(data, np.uint8)
    mark = codes == ord("<")
    marks = int(np.count_nonzero(mark))
    if marks <= _PLAIN_OPEN:  # then it does not matter which of them close
        return marks, 0
    return marks, int(np.count_nonzero(mark[:-1] & (codes[1:] == ord("/"))))


def _place_of_mark(data: bytes, number: int) -> int:
    """Where the "<" with this number (from 0) stands; the end of the page where there are fewer."""
    found = next(islice(re.finditer(b"<", data), number, None), None)
    return found.start() if found else len(data)


def _find_garble(head: str) -> list[tuple[str, str]]:
    data = head.encode()
    spoilt = len(data) - len(data.translate(None, _SPOILT)) + data.count(b"\xef\xbf\xbd")
    if spoilt <= max(20, len(head) / 100):
        return []
    return [
        ("garbled", f"{spoilt} of the first {len(head):,} characters are control marks or replaced ones.")
    ]


def _find_accents(guarded: Guarded, beyond: int) -> list[tuple[str, str]]:
    """Whether its letters are accented, mostly; ``beyond`` is how many bytes the page has more than characters."""
    data = guarded.data
    if beyond <= 0.01 * (len(data) - beyond):
        return []
    if data.count(b"\xc2") + data.count(b"\xc3") <= 0.5 * beyond:  # with these their two bytes begin
        return []
    text = "".join(islice((m.group(1) for m in _VISIBLE.finditer(guarded.html)), 400))
    letters = sum(map(str.isalpha, text))
    high = len(_LATIN_HIGH.findall(text))
    if letters <= 200 or high <= 0.4 * letters:
        return []
    return [("garbled", f"{high} of {letters} letters are accented: read in the wrong character set.")]


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
        name = _NAME.match(tag)
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


def _trim_nesting(data: bytes, problems: list[tuple[str, str]]) -> bytes:
    """Leave out tags nested too deep, and formatting tags of a kind that is mostly left open."""
    tags = list(map(bytes.lower, _TAG_START.findall(data)))
    count = Counter(tags)
    loose = {name for name in _FORMATTING if count[b"<" + name] - count[b"</" + name] > MAX_OPEN_FORMATTING}
    if not loose and _find_depth(tags) <= MAX_DEPTH:
        return data
    depth = excess = deepest = 0
    kept: list[bytes] = []
    end = 0
    for match in _TAG.finditer(data):
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
            kept.append(data[end : match.start()])
            close = data.find(b">", match.end())
            end = close + 1 if close >= 0 else len(data)
    if loose:
        names = b">, <".join(sorted(loose)).decode()
        problems.append(("unclosed_formatting", f"open <{names}> tags were left out."))
    if deepest > MAX_DEPTH:
        problems.append(("too_deep", f"nested {deepest:,} deep; tags below {MAX_DEPTH:,} were left out."))
    return b"".join([*kept, data[end:]]) if kept else data


def _find_depth(tags: list[bytes]) -> int:
    """How deep elements nest at most; a closing tag where none is open counts for nothing."""
    step_of = {
        tag: 0 if tag.lstrip(b"</") in _NO_DEPTH else -1 if tag.startswith(b"</") else 1 for tag in set(tags)
    }
    levels = list(accumulate(map(step_of.__getitem__, tags), initial=0))
    return max(map(sub, levels, accumulate(levels, min)))
