"""The frame around every chart: the finding as title; n, window and source below it; the words that export needs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from toolkit.charts.style import WIDTH, Palette, Theme, chart_style

_TITLE_SIZE = 13.0
_SUBTITLE_SIZE = 9.5
_LINE = 1.3  # line height, in font sizes
_MARGIN = 0.12  # inches


@dataclass(frozen=True, slots=True)
class ChartNote:
    """What a chart says in words: the kind of chart, its finding, its subtitle, its theme."""

    kind: str
    finding: str
    subtitle: str
    theme: Theme

    def make_alt(self, n_rows: int, columns: Iterable[str]) -> str:
        """Alt text after Cesal: kind of chart, of what data, and the reason for showing it."""
        data = ", ".join(str(name).replace("_", " ") for name in list(columns)[:6])
        return f"{self.kind}. {self.finding} {self.subtitle} Data: {n_rows:,} rows ({data}), in the CSV beside it."


_notes: WeakKeyDictionary[Any, ChartNote] = WeakKeyDictionary()


def get_note(figure: Any) -> ChartNote | None:
    """The words that belong to a figure, None where no chart of ours is in it."""
    return _notes.get(figure)


@dataclass(slots=True)
class Canvas:
    """One chart in the making: the Axes to draw on, the palette, and whether the figure is ours alone."""

    ax: Any
    palette: Palette
    theme: Theme
    own: bool
    kind: str

    def finish(self, finding: str, subtitle: str = "") -> Any:
        """Put the words on the chart, reserve their space, remember them for export; return the Axes."""
        figure = self.ax.figure
        finding, subtitle = finding.strip(), subtitle.strip()
        if self.own:
            _lay_out(figure, finding, subtitle, self.palette)
        else:
            self.ax.set_title(
                textwrap.fill(finding, 60), loc="left", fontsize=_SUBTITLE_SIZE + 1, fontweight="bold"
            )
        _notes[figure] = ChartNote(self.kind, finding, subtitle, self.theme)
        return self.ax


@contextmanager
def open_canvas(
    kind: str,
    ax: Any = None,
    *,
    height: float = 4.5,
    width: float = WIDTH,
    theme: Theme = "light",
    texts: Iterable[str] = (),
) -> Iterator[Canvas]:
    """The style, and a figure of its own where no Axes is given.

    Parameters
    ----------
    kind : str
        Kind of chart in words, for the alt text ("Dot chart with intervals").
    ax : Axes, optional
        Draw here; the figure's layout is then the caller's.
    height, width : float
        Inches, of a figure of our own.
    theme : {"light", "dark"}
    texts : iterable of str
        All text from pages that the chart shows, so that fonts for its scripts are chosen.
    """
    with chart_style(theme, texts) as palette:
        own = ax is None
        if own:
            from matplotlib import pyplot  # its figures show themselves in a notebook

            _, ax = pyplot.subplots(figsize=(width, height), layout="constrained")
        yield Canvas(ax, palette, theme, own, kind)


def wrap_to_width(text: str, figure: Any, size: float, weight: str = "normal") -> str:
    """Break ``text`` into lines that fit the figure, measured with the font that draws it."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.text import Text

    limit = (figure.get_figwidth() - 2 * _MARGIN) * figure.dpi
    renderer = RendererAgg(100, 100, figure.dpi)  # measures only; the figure keeps its own canvas

    def fits(line: str) -> bool:
        probe = Text(0, 0, line, fontsize=size, fontweight=weight, figure=figure)
        return bool(probe.get_window_extent(renderer).width <= limit)

    lines: list[str] = []
    for word in text.split():
        if lines and fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
        elif fits(word):
            lines.append(word)
        else:  # scripts without spaces
            rest = word
            while rest:
                cut = len(rest)
                while cut > 1 and not fits(rest[:cut]):
                    cut -= max(1, cut // 8)
                lines.append(rest[:cut])
                rest = rest[cut:]
    return "\n".join(lines)


def _lay_out(figure: Any, finding: str, subtitle: str, palette: Palette) -> None:
    title = wrap_to_width(finding, figure, _TITLE_SIZE, "bold")
    below = wrap_to_width(subtitle, figure, _SUBTITLE_SIZE)
    title_height = (title.count("\n") + 1) * _TITLE_SIZE * _LINE / 72
    below_height = (below.count("\n") + 1) * _SUBTITLE_SIZE * _LINE / 72 if below else 0.0
    header = _MARGIN + title_height + below_height + _MARGIN
    # the header comes on top of the height asked for, so that long findings take nothing from the data
    height = figure.get_figheight() + header
    figure.set_figheight(height)
    left = _MARGIN / figure.get_figwidth()
    figure.text(
        left,
        1 - _MARGIN / height,
        title,
        fontsize=_TITLE_SIZE,
        fontweight="bold",
        color=palette.ink,
        va="top",
        linespacing=_LINE,
    )
    if below:
        figure.text(
            left,
            1 - (_MARGIN + title_height) / height,
            below,
            fontsize=_SUBTITLE_SIZE,
            color=palette.soft,
            va="top",
            linespacing=_LINE,
        )
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - header / height), w_pad=0.08, h_pad=0.08)
