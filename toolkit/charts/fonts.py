"""Fonts that cover the text: a fallback for each script, and one warning, by name, where none is installed."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable
from functools import cache

#: Comes with matplotlib, so that a chart has the same bytes on every machine.
BASE_FONT = "DejaVu Sans"

#: Fonts to look for, the best first, by script.
SCRIPT_FONTS: dict[str, tuple[str, ...]] = {
    "Korean": (
        "Noto Sans CJK KR", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", "NanumGothic", "Noto Sans CJK JP",
    ),
    "Japanese": (
        "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "IPAexGothic", "TakaoGothic",
    ),
    "Chinese": (
        "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
    ),
    "Thai": ("Noto Sans Thai", "Leelawadee UI", "Thonburi"),
    "Devanagari": ("Noto Sans Devanagari", "Kohinoor Devanagari", "Nirmala UI"),
    "Bengali": ("Noto Sans Bengali", "Nirmala UI", "Kohinoor Bangla"),
    "Tamil": ("Noto Sans Tamil", "Nirmala UI"),
    "Georgian": ("Noto Sans Georgian", "Segoe UI", "Helvetica"),
    "Armenian": ("Noto Sans Armenian", "Segoe UI", "Mshtakan"),
    "Ethiopic": ("Noto Sans Ethiopic", "Ebrima", "Kefa"),
    "Khmer": ("Noto Sans Khmer", "Leelawadee UI", "Khmer Sangam MN"),
}  # fmt: skip
_FALLBACK = ("Noto Sans", "Arial Unicode MS", "Segoe UI")
#: The first word of a character's Unicode name, where it is not the script's own.
_SCRIPT_OF = {
    "HANGUL": "Korean",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "KATAKANA-HIRAGANA": "Japanese",
    "HALFWIDTH": "Japanese",
    "CJK": "Chinese",
    "IDEOGRAPHIC": "Chinese",
    "FULLWIDTH": "Chinese",
}
_warned: set[str] = set()


def find_scripts(texts: Iterable[str]) -> list[str]:
    """Which scripts the texts need that the base font lacks, by name, in a fixed order.

    Examples
    --------
    >>> find_scripts(["Plain", "\\uc11c\\uc6b8 \\uc18c\\uc2dd", "\\u6771\\u4eac\\u306e"])
    ['Korean', 'Japanese', 'Chinese']
    """
    found = {_script_of(char) for char in _find_uncovered(texts)}
    known = [script for script in SCRIPT_FONTS if script in found]
    return known + sorted(found - set(known))


def choose_fonts(texts: Iterable[str]) -> list[str]:
    """The font families that cover ``texts``, the base font first; warns once, by name, of a script without one."""
    left = _find_uncovered(texts)
    fonts = [BASE_FONT]
    for script in find_scripts(["".join(sorted(left))]):
        needed = {char for char in left if _script_of(char) == script}
        if not needed:
            continue
        names = (*SCRIPT_FONTS.get(script, (f"Noto Sans {script}",)), *_FALLBACK)
        font = _find_font(names, needed) or _find_font(names, needed, rescan=True)
        if font is None:
            _warn(script, names)
            continue
        if font not in fonts:
            fonts.append(font)
        left -= _covered_by(font)
    return fonts


def can_draw(char: str) -> bool:
    """Whether the base font has the character."""
    return ord(char) in _covered_codes(BASE_FONT)


def _find_uncovered(texts: Iterable[str]) -> set[str]:
    chars = {char for text in texts if not text.isascii() for char in text}
    return {char for char in chars if char.isprintable() and char > "\u00ff" and not can_draw(char)}


@cache
def _script_of(char: str) -> str:
    word = unicodedata.name(char, "unnamed letters").split()[0]
    return _SCRIPT_OF.get(word, word.capitalize())


def _find_font(names: Iterable[str], needed: set[str], *, rescan: bool = False) -> str | None:
    """The first of the fonts that is installed and has the most of the letters, at least half of them."""
    if rescan:
        _take_new_fonts()
    there = _installed_fonts()
    best, most = None, len(needed) / 2
    for name in names:
        if name in there:
            covered = len(needed & _covered_by(name))
            if covered > most or (best is None and covered == most):
                best, most = name, covered
    return best


@cache
def _installed_fonts() -> frozenset[str]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font_names())


@cache
def _take_new_fonts() -> None:
    """Fonts installed after matplotlib last looked: it keeps a list, and never looks again by itself."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    known = {entry.fname for entry in manager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        try:
            manager.addfont(path)
        except (OSError, RuntimeError, ValueError):  # not a font that matplotlib can read: no loss
            continue
    _installed_fonts.cache_clear()


@cache
def _covered_codes(name: str) -> frozenset[int]:
    from matplotlib import font_manager

    path = font_manager.findfont(font_manager.FontProperties(family=[name]), fallback_to_default=False)
    return frozenset(font_manager.get_font(path).get_charmap())


@cache
def _covered_by(name: str) -> frozenset[str]:
    return frozenset(map(chr, _covered_codes(name)))


def _warn(script: str, names: tuple[str, ...]) -> None:
    if script in _warned:
        return
    _warned.add(script)
    warnings.warn(
        f"charts: no installed font covers {script}; its letters will be boxes. Install one of: "
        f"{', '.join(names[:3])} (on Debian: apt-get install fonts-noto-cjk fonts-noto-core).",
        UserWarning,
        stacklevel=5,
    )
