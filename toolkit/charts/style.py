"""One look for all charts: printable, colour-blind safe, light and dark, and no scraped text read as mathematics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from toolkit.charts.fonts import BASE_FONT, choose_fonts
from toolkit.errors import InputError

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme; text colours and series reach a contrast of 4.5:1 on the paper."""

    paper: str
    ink: str
    soft: str
    grid: str
    accent: str
    muted: str
    series: tuple[str, ...]


#: Series after Okabe and Ito (2008), darkened until they can be read as text, in an order whose lightness differs.
PALETTES: dict[str, Palette] = {
    "light": Palette(
        paper="#ffffff",
        ink="#1b1d21",
        soft="#595e68",
        grid="#dfe2e7",
        accent="#0b5a94",
        muted="#8d939d",
        series=("#0b5a94", "#c2510a", "#00785a", "#a63f76", "#806600", "#3d3f45", "#1a759c"),
    ),
    "dark": Palette(
        paper="#16181c",
        ink="#e8eaed",
        soft="#b0b5be",
        grid="#343941",
        accent="#6fb7ee",
        muted="#7d848f",
        series=("#6fb7ee", "#f0a35e", "#4fc8a0", "#e08dba", "#e0c650", "#c9ccd2", "#9ad4f0"),
    ),
}
#: Beside colour, each series has a marker, a line and a hatch of its own.
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo")

#: Width of a chart in inches; at 100 dots an inch 8 are 800 pixels, readable at 640.
WIDTH = 8.0
#: The narrowest chart; below it labels leave no room for data.
MIN_WIDTH = 4.5


def get_palette(theme: Theme = "light") -> Palette:
    """The colours of a theme; InputError for an unknown one."""
    if theme not in PALETTES:
        raise InputError(f"theme: got {theme!r}; allowed are {', '.join(map(repr, PALETTES))}.")
    return PALETTES[theme]


def make_settings(theme: Theme = "light", fonts: Iterable[str] = (BASE_FONT,)) -> dict[str, Any]:
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
        "axes.edgecolor": palette.muted,
        "axes.labelcolor": palette.soft,
        "axes.labelsize": 9,
        "axes.linewidth": 0.8,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": False,
        "axes.formatter.use_mathtext": False,
        "grid.color": palette.grid,
        "grid.linewidth": 0.8,
        "xtick.color": palette.muted,
        "ytick.color": palette.muted,
        "xtick.labelcolor": palette.ink,
        "ytick.labelcolor": palette.ink,
        "xtick.labelsize": 9,
        "lines.linewidth": 1.8,
        "hatch.linewidth": 0.7,
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
