"""The text of a headline, made comparable without moving a character, and cut into tokens.

``plain_text`` keeps the length of the string, so that a span found in the plain text is a span of the string as
given: curly quotes become straight ones, every dash a hyphen, every white space a blank, markup and invisible
characters blanks or nothing. Where characters must go (a zero-width space inside a word), the map back is kept.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["MAX_LENGTH", "PlainText", "find_tokens", "plain_text"]

#: Characters; what stands behind them is not read for cues, and a longer line is no headline to be scored.
MAX_LENGTH = 500

_SAME_LENGTH = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u2032\u0060\u00b4\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\uff02"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    **dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"), " "),
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **{0xFF01 + shift: chr(0x21 + shift) for shift in range(94) if 0xFF01 + shift not in (0xFF07, 0xFF02)},
}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe00-\ufe0f]")
_MARKUP = re.compile(r"<[/!a-zA-Z][^<>]{0,300}>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
# an abbreviation with dots is one token, so that "U.S." is never taken for "us"; a number keeps its marks
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*(?:(?:st|nd|rd|th|s|k|m|p|bn)\b)?|[^\W\d_]+(?:'[^\W\d_]+)*"
)
# the same for lines in lower-case ASCII: twice as fast
_ASCII_TOKEN = re.compile(
    r"[a-z]+(?:'[a-z]+)*(?!\.[a-z]\b)|(?:[a-z]\.){2,}|\d+(?:[.,:]\d+)*(?:(?:st|nd|rd|th|s|k|m|p|bn)\b)?|[a-z]+(?:'[a-z]+)*"
)


class PlainText(NamedTuple):
    """A headline made comparable: ``cased`` and ``lower`` have the same length."""

    cased: str
    lower: str
    #: position in the string as given of each character, or None where they are the same
    back: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the string as given."""
        if self.back is None:
            return start, end
        return self.back[start], self.back[end - 1] + 1


def plain_text(headline: str) -> PlainText:
    """Make a headline comparable; at most its first ``MAX_LENGTH`` characters.

    Examples
    --------
    >>> plain_text("“Don’t” — she said").lower
    '"don\\'t" - she said'
    """
    text = headline[:MAX_LENGTH]
    back: list[int] | None = None
    if not text.isascii():
        if _INVISIBLE.search(text):
            back = [at for at, sign in enumerate(text) if not _INVISIBLE.match(sign)]
            text = "".join(text[at] for at in back)
        text = text.translate(_SAME_LENGTH)
    elif not text.isprintable() or "`" in text:
        text = text.translate(_SAME_LENGTH)
    if "<" in text or "&" in text:
        text = _MARKUP.sub(_blank, text)
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)
    return PlainText(text, lower, back)


def _blank(match: re.Match[str]) -> str:
    mark = match.group()
    sign = {"&quot;": '"', "&#39;": "'", "&apos;": "'", "&#8217;": "'", "&rsquo;": "'", "&amp;": "&"}.get(
        mark, " "
    )
    # an apostrophe belongs to the word before it; blanks behind it keep the length
    return sign + " " * (len(mark) - 1)


def find_tokens(lower: str) -> list[tuple[str, int, int]]:
    """The tokens of a plain, lower-cased headline with their spans; a hyphen parts two tokens.

    Examples
    --------
    >>> [token for token, start, end in find_tokens("the u.s. can't pay 3.5 well-known men")]
    ['the', 'u.s.', "can't", 'pay', '3.5', 'well', 'known', 'men']
    """
    find = _ASCII_TOKEN if lower.isascii() else _TOKEN
    return [(match[0], match.start(), match.end()) for match in find.finditer(lower)]
