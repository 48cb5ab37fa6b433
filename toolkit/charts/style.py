"""One look for all charts: printable, colour-blind safe, light and dark, and no scraped text read as mathematics."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from toolkit.errors import InputError

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme; text colours reach a contrast of 4.5:1 on the paper."""

    paper: str
    ink: str
    soft: str
    grid: str
    accent: str
    muted: str
    series: tuple[str, ...]


#: Series after Okabe and Ito (2008), in an order whose lightness also differs in grey print.
PALETTES: dict[str, Palette] = {
    "light": Palette(
        paper="#ffffff",
        ink="#1b1d21",
        soft="#595e68",
        grid="#d9dce1",
        accent="#0b5a94",
        muted="#a9afb8",
        series=("#0b5a94", "#c2570c", "#00785a", "#a63f76", "#806600", "#3d3f45", "#1f8ab8"),
    ),
    "dark": Palette(
        paper="#16181c",
        ink="#e8eaed",
        soft="#b0b5be",
        grid="#3a3f47",
        accent="#6fb7ee",
        muted="#6c737d",
        series=("#6fb7ee", "#f0a35e", "#4fc8a0", "#e08dba", "#e0c650", "#c9ccd2", "#9ad4f0"),
    ),
}
#: Beside colour, each series has a marker, a line and a hatch of its own.
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo")

#: Width of a chart in inches; at 100 dots an inch 8 are 800 pixels, readable at 640.
WIDTH = 8.0

_SCRIPT_FONTS: dict[str, tuple[str, ...]] = {
    "Korean": (
        "Noto Sans CJK KR",
        "Noto Sans KR",
        "Apple SD Gothic Neo",
        "Malgun Gothic",
        "NanumGothic",
        "Noto Sans CJK JP",
    ),
    "Japanese": (
        "Noto Sans CJK JP",
        "Noto Sans JP",
        "Hiragino Sans",
        "Yu Gothic",
        "Meiryo",
        "IPAexGothic",
        "TakaoGothic",
    ),
    "Chinese": (
        "Noto Sans CJK SC",
        "Noto Sans SC",
        "PingFang SC",
        "Microsoft YaHei",
        "WenQuanYi Zen Hei",
        "Noto Sans CJK JP",
    ),
    "Thai": ("Noto Sans Thai", "Leelawadee UI", "Thonburi"),
    "Arabic": ("Noto Sans Arabic", "Geeza Pro", "Segoe UI", "DejaVu Sans"),
    "Hebrew": ("Noto Sans Hebrew", "Arial Hebrew", "Segoe UI", "DejaVu Sans"),
    "Devanagari": ("Noto Sans Devanagari", "Kohinoor Devanagari", "Nirmala UI"),
}
_LATIN_FONTS = ("DejaVu Sans",)
_warned: set[str] = set()


def get_palette(theme: Theme = "light") -> Palette:
    """The colours of a theme; InputError for an unknown one."""
    if theme not in PALETTES:
        raise InputError(f"theme: got {theme!r}; allowed are {', '.join(map(repr, PALETTES))}.")
    return PALETTES[theme]


@cache
def _installed_fonts() -> frozenset[str]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font_names())


def find_scripts(texts: Iterable[str]) -> list[str]:
    """Which scripts beyond Latin, Greek and Cyrillic the texts need, by name, in a fixed order.

    Examples
    --------
    >>> find_scripts(["Plain", "\\uc11c\\uc6b8 \\uc18c\\uc2dd", "\\u6771\\u4eac\\u306e"])
    ['Korean', 'Japanese', 'Chinese']
    """
    found: set[str] = set()
    for text in texts:
        if text.isascii():
            continue
        for char in text:
            if char < "\u0590":
                continue
            name = unicodedata.name(char, "")
            if name.startswith("HANGUL"):
                found.add("Korean")
            elif name.startswith(("HIRAGANA", "KATAKANA")):
                found.add("Japanese")
            elif name.startswith("CJK UNIFIED"):
                found.add("Chinese")
            else:
                found.update(
                    s for s in ("Thai", "Arabic", "Hebrew", "Devanagari") if name.startswith(s.upper())
                )
    return [script for script in _SCRIPT_FONTS if script in found]


def choose_fonts(texts: Iterable[str]) -> list[str]:
    """The font family list that covers ``texts``; warns once, by name, of a script that no installed font covers."""
    fonts = list(_LATIN_FONTS)
    for script in find_scripts(texts):
        there = [font for font in _SCRIPT_FONTS[script] if font in _installed_fonts()]
        if there:
            fonts += [font for font in there[:1] if font not in fonts]
        elif script not in _warned:
            _warned.add(script)
            warnings.warn(
                f"charts: no installed font covers {script}; its letters will be boxes. "
                f"Install one of: {', '.join(_SCRIPT_FONTS[script][:3])} (on Debian: apt-get install fonts-noto-cjk "
                "or fonts-noto-core).",
                UserWarning,
                stacklevel=3,
            )
    return fonts


def make_settings(theme: Theme = "light", fonts: Iterable[str] = _LATIN_FONTS) -> dict[str, Any]:
    """Matplotlib's settings for the style; used through `chart_style`, so that nobody's own settings change."""
    palette = get_palette(theme)
    return {
        "font.family": list(fonts),
        "font.size": 10,
        "text.parse_math": False,  # a "$" in a headline is a dollar
        "text.color": palette.ink,
        "text.usetex": False,
        "figure.facecolor": palette.paper,
        "figure.dpi": 100,
        "savefig.facecolor": palette.paper,
        "savefig.edgecolor": "none",
        "axes.facecolor": palette.paper,
        "axes.edgecolor": palette.soft,
        "axes.labelcolor": palette.soft,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": False,
        "grid.color": palette.grid,
        "grid.linewidth": 0.8,
        "xtick.color": palette.soft,
        "ytick.color": palette.soft,
        "xtick.labelcolor": palette.ink,
        "ytick.labelcolor": palette.ink,
        "lines.linewidth": 1.8,
        "hatch.linewidth": 0.6,
        "svg.hashsalt": "sidebar-toolkit",  # the same chart gives the same bytes
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "axes.unicode_minus": True,
    }


@contextmanager
def chart_style(theme: Theme = "light", texts: Iterable[str] = ()) -> Iterator[Palette]:
    """Matplotlib's settings for one chart, put back afterwards."""
    import matplotlib as mpl

    settings: Any = make_settings(theme, choose_fonts(texts))
    with mpl.rc_context(settings):
        yield get_palette(theme)
