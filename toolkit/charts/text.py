"""Scraped text made fit for a chart: cleaned, measured with the font that draws it, wrapped and shortened."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from toolkit.charts.fonts import BASE_FONT, can_draw

ELLIPSIS = "\u2026"
#: Holds a number and its unit on one line.
NBSP = "\u00a0"
_SPACES = re.compile(r"\s+")
#: Categories without a picture of their own: control, format (direction marks), lone surrogates, private, unassigned.
_NO_PICTURE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean_text(text: object) -> str:
    """Scraped text as one line: control and direction characters gone, as are symbols that the base font lacks.

    Emoji are left out of charts, not of the data beside them.

    Examples
    --------
    >>> clean_text("Rent\\x00 is\\n\\u202edown \\U0001f525 again")
    'Rent is down again'
    """
    kept = []
    for char in str(text):
        if char < "\u0020" or char in "\u0085\u2028\u2029":
            kept.append(" ")
            continue
        if char >= "\u007f":
            category = unicodedata.category(char)
            if (category in _NO_PICTURE and char != "\u200c") or "\ufe00" <= char <= "\ufe0f":
                continue
            pictograph = category in ("So", "Sk") and (char >= "\U0001f000" or "\u2190" <= char <= "\u2bff")
            if pictograph and not can_draw(char):
                continue
        kept.append(char)
    return _SPACES.sub(" ", "".join(kept)).strip()


def shorten(text: str, limit: int = 64) -> str:
    """``text`` cut at a word so that it has at most ``limit`` characters (wide ones count two), with an ellipsis.

    Examples
    --------
    >>> shorten("Council votes to keep the night ferry", 20)
    'Council votes to…'
    """
    text = clean_text(text)
    widths = [
        2 if char > "\u1100" and char not in "\u2018\u2019\u201c\u201d\u2013\u2014\u2026" else 1
        for char in text
    ]
    if sum(widths) <= limit:
        return text
    width = cut = 0
    while width + widths[cut] <= limit - 1:
        width += widths[cut]
        cut += 1
    return _cut(text, cut)


def _cut(text: str, at: int) -> str:
    head = text[:at]
    space = head.rfind(" ")
    return (head[:space] if space > at * 0.6 else head).rstrip(" ,;:.-") + ELLIPSIS


@contextmanager
def quiet_glyphs() -> Iterator[None]:
    """Without matplotlib's warning for each missing letter: `choose_fonts` has named the script once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*[Gg]lyph .* missing from")
        yield


@cache
def _renderer() -> Any:
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(8, 8, 72)


@lru_cache(maxsize=50_000)
def measure_width(
    text: str, size: float, weight: str = "normal", fonts: tuple[str, ...] = (BASE_FONT,)
) -> float:
    """Width of one line in inches, as the font draws it."""
    from matplotlib.font_manager import FontProperties

    with quiet_glyphs():
        properties = FontProperties(family=list(fonts), size=size, weight=weight)
        return float(_renderer().get_text_width_height_descent(text, properties, ismath=False)[0]) / 72


def fit_lines(
    text: str,
    inches: float,
    size: float,
    *,
    lines: int | None = None,
    weight: str = "normal",
    fonts: Sequence[str] = (BASE_FONT,),
) -> str:
    """Break ``text`` at spaces (or anywhere in scripts without them) to lines that fit; shorten beyond ``lines``."""
    family = tuple(fonts)

    def fits(line: str) -> bool:
        return measure_width(line, size, weight, family) <= inches

    found: list[str] = []
    for word in text.split(" "):
        if found and fits(f"{found[-1]} {word}"):
            found[-1] += f" {word}"
            continue
        rest = word
        while rest and not fits(rest):
            cut = _longest_fit(rest, fits)
            found.append(rest[:cut])
            rest = rest[cut:]
        if rest:
            found.append(rest)
        if lines is not None and len(found) > lines:
            break
    if lines is not None and len(found) > lines:
        last = " ".join(found[lines - 1 :])
        cut = _longest_fit(last, lambda line: fits(line + ELLIPSIS))
        found = [*found[: lines - 1], _cut(last, cut)]
    return "\n".join(found)


def _longest_fit(text: str, fits: Any) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def percent(share: float) -> str:
    """A share as percent: one decimal below ten percent, whole percent above.

    Examples
    --------
    >>> percent(0.031).replace("\\u00a0", " "), percent(0.4).replace("\\u00a0", " ")
    ('3.1 %', '40 %')
    """
    value = share * 100
    return f"{value:.1f}{NBSP}%" if abs(value) < 9.95 and value != 0 else f"{value:.0f}{NBSP}%"


def name_text(text: object) -> str:
    """A label that a reader can see: `clean_text`, or words for a text that is missing or holds nothing to draw.

    Examples
    --------
    >>> name_text("\U0001f525"), name_text(float("nan"))
    ('(symbols only)', '(no label)')
    """
    if text is None or text != text:
        return "(no label)"
    return clean_text(text) or ("(symbols only)" if str(text).strip() else "(no text)")


def quote(text: object, limit: int = 80) -> str:
    """A headline or label in quotation marks, shortened."""
    return f"\u201c{shorten(name_text(text), limit)}\u201d"


def say_hours(hours: float) -> str:
    """Hours below three days, days above."""
    return f"{hours:.0f}{NBSP}hours" if hours < 72 else f"{hours / 24:,.0f}{NBSP}days"
