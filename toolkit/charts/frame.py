"""The frame around every chart: the finding as title; n, window and source below it; the words that export needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from toolkit.charts.fonts import choose_fonts
from toolkit.charts.style import MIN_WIDTH, WIDTH, Palette, Theme, get_palette, make_settings
from toolkit.charts.text import fit_lines, measure_width, quiet_glyphs
from toolkit.errors import InputError
from toolkit.words import plural

_TITLE_SIZE = 13.0
_SUBTITLE_SIZE = 9.5
_LINE = 1.3  # line height, in font sizes
_MARGIN = 0.16  # inches
_GAP = 0.14  # inches between panels
LABEL_SIZE = 10.0


@dataclass(frozen=True, slots=True)
class ChartNote:
    """What a chart says in words: its kind, its finding, its subtitle, the figures drawn, its theme."""

    kind: str
    finding: str
    subtitle: str
    theme: Theme
    detail: str = ""

    def make_alt(self, n_rows: int, columns: Iterable[str]) -> str:
        """Alt text after Cesal: kind of chart, of what data, and the reason for showing it."""
        names = [str(name).replace("_", " ") for name in columns]
        data = ", ".join(names[:6]) + (f" and {len(names) - 6} more columns" if len(names) > 6 else "")
        rows = plural(n_rows, "row")
        parts = [f"{self.kind}.", self.finding, self.subtitle, self.detail]
        parts.append(f"Data: {rows} ({data}), in the CSV beside it.")
        return " ".join(" ".join(parts).split())


_notes: WeakKeyDictionary[Any, dict[Any, ChartNote]] = WeakKeyDictionary()


def get_note(figure: Any) -> ChartNote | None:
    """The words that belong to a figure, joined where several charts of ours share it; None where none is in it."""
    notes = [note for ax, note in _notes.get(figure, {}).items() if ax.figure is figure]
    if len(notes) < 2:
        return notes[0] if notes else None
    joined = (" ".join(getattr(note, name) for note in notes) for name in ("finding", "subtitle", "detail"))
    finding, subtitle, detail = joined
    kinds = " and ".join(dict.fromkeys(note.kind for note in notes))
    return ChartNote(kinds, finding, subtitle, notes[0].theme, detail)


@dataclass(slots=True)
class Canvas:
    """One chart in the making: the Axes to draw on, the palette, and whether the figure is ours alone."""

    ax: Any
    palette: Palette
    theme: Theme
    own: bool
    kind: str
    fonts: list[str]
    #: inches that the Axes and its labels may take
    width: float
    #: inches that the data take, without names and ticks
    plot_height: float
    panels: list[Any] = field(default_factory=list)
    #: panels beside each other
    columns: int = 1

    def fit(
        self, text: str, share: float, size: float = LABEL_SIZE, lines: int = 1, weight: str = "normal"
    ) -> str:
        """``text`` in at most ``lines`` lines that take at most ``share`` of the chart's width."""
        return fit_lines(text, self.width * share, size, lines=lines, weight=weight, fonts=self.fonts)

    def measure(self, text: str, size: float = LABEL_SIZE, weight: str = "normal") -> float:
        """Width in inches of the longest line of ``text``."""
        lines = text.split("\n")
        return max(measure_width(line, size, weight, tuple(self.fonts)) for line in lines)

    def name_x(self, text: str) -> None:
        """Name the x axis: flush right and wrapped, so that long names take no room from the data."""
        label = fit_lines(text, self.width * 0.8, 9.0, lines=3, fonts=self.fonts)
        self.ax.set_xlabel(label, ha="right", x=1.0, linespacing=1.15)

    def finish(self, finding: str, subtitle: str = "", detail: str = "") -> Any:
        """Put the words on the chart, reserve their space, remember them for export; return the Axes."""
        figure = self.ax.figure
        finding, subtitle = _tidy(finding), _tidy(subtitle)
        for panel in self.panels or [
            self.ax
        ]:  # ticks made later must not fall back to other people's settings
            for axis, name in ((panel.xaxis, "x"), (panel.yaxis, "y")):
                panel.tick_params(axis=name, color=self.palette.muted, labelfontfamily=self.fonts)
                axis.label.set_fontfamily(self.fonts)
        if self.own:
            _lay_out(self, finding, subtitle)
        else:
            title = fit_lines(finding, self.width, _SUBTITLE_SIZE + 1, weight="bold", fonts=self.fonts)
            self.ax.set_title(
                title, loc="left", fontsize=_SUBTITLE_SIZE + 1, fontweight="bold", color=self.palette.ink
            )
        _notes.setdefault(figure, {})[self.ax] = ChartNote(self.kind, finding, subtitle, self.theme, detail)
        return self.ax

    def finish_empty(self, finding: str, subtitle: str = "") -> Any:
        """A chart without data: the reason stands in the frame, and no axes pretend to hold something."""
        self.ax.set_axis_off()
        return self.finish(finding, subtitle)


def _tidy(text: str) -> str:
    """One line; non-breaking spaces stay."""
    return " ".join(part for part in text.replace("\n", " ").replace("\t", " ").split(" ") if part)


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
        Inches: the height of the data alone, the width of the whole figure.
    theme : {"light", "dark"}
    texts : iterable of str
        All text from pages that the chart shows, the subtitle too, so that fonts for its scripts are chosen.
    """
    import matplotlib as mpl

    palette = get_palette(theme)
    if not width >= MIN_WIDTH:
        raise InputError(f"width: got {width!r}; inches are needed, {MIN_WIDTH} or more.")
    fonts = choose_fonts(texts)
    settings: Any = make_settings(theme, fonts)
    with mpl.rc_context(settings), quiet_glyphs():
        own = ax is None
        if own:
            from matplotlib import pyplot  # its figures show themselves in a notebook

            _, ax = pyplot.subplots(figsize=(width, height + 1.5), layout="none")
            width -= 2 * _MARGIN
        else:
            width = ax.get_position().width * ax.figure.get_figwidth()
        yield Canvas(ax, palette, theme, own, kind, fonts, width, height)


def _lay_out(canvas: Canvas, finding: str, subtitle: str) -> None:
    """Fit figure and Axes around the texts: measured once, then fixed, so that every drawing is the same."""
    figure, palette, fonts = canvas.ax.figure, canvas.palette, canvas.fonts
    wide = figure.get_figwidth()
    title = fit_lines(finding, wide - 2 * _MARGIN, _TITLE_SIZE, weight="bold", fonts=fonts)
    below = fit_lines(subtitle, wide - 2 * _MARGIN, _SUBTITLE_SIZE, fonts=fonts)
    title_height = (title.count("\n") + 1) * _TITLE_SIZE * _LINE / 72 if title else 0.0
    below_height = (below.count("\n") + 1) * _SUBTITLE_SIZE * _LINE / 72 if below else 0.0
    header = _MARGIN + title_height + 0.05 + below_height + _MARGIN
    high = _place_panels(canvas, header)
    left = _MARGIN / wide
    figure.text(
        left, 1 - _MARGIN / high, title, fontsize=_TITLE_SIZE, fontweight="bold", color=palette.ink, va="top",
        linespacing=_LINE,
    )  # fmt: skip
    if below:
        figure.text(
            left, 1 - (_MARGIN + title_height + 0.05) / high, below, fontsize=_SUBTITLE_SIZE, color=palette.soft,
            va="top", linespacing=_LINE,
        )  # fmt: skip


def _place_panels(canvas: Canvas, header: float) -> float:
    """Give each panel its place below the header; the figure's height follows. Returns that height in inches."""
    from matplotlib.backends.backend_agg import RendererAgg

    figure = canvas.ax.figure
    wide = figure.get_figwidth()
    panels = canvas.panels or [canvas.ax]
    columns = min(canvas.columns, len(panels))
    rows = -(-len(panels) // columns)
    if not canvas.ax.axison:
        figure.set_figheight(header)
        canvas.ax.set_position((0, 0, 1, 0.01))
        return header
    high = header + 1.0
    side = np.tile([1.0, 0.3], (columns, 1))  # left and right of each column, in inches
    edge = np.tile([0.3, 0.5], (rows, 1))  # above and below each row
    for _ in range(4):  # ticks depend on the room, and the room on the ticks
        each = max(0.6, (wide - 2 * _MARGIN - float(side.sum()) - (columns - 1) * _GAP) / columns)
        high = header + rows * canvas.plot_height + float(edge.sum()) + (rows - 1) * _GAP + _MARGIN * 0.75
        figure.set_figheight(high)
        for n, panel in enumerate(panels):
            row, column = divmod(n, columns)
            x = _MARGIN + side[:column].sum() + side[column, 0] + column * (each + _GAP)
            y = high - header - edge[:row].sum() - edge[row, 0] - row * _GAP - (row + 1) * canvas.plot_height
            panel.set_position((x / wide, y / high, each / wide, canvas.plot_height / high))
        renderer = RendererAgg(int(wide * figure.dpi), max(1, int(high * figure.dpi)), figure.dpi)
        needed = np.full((rows, columns, 4), 0.0)
        for n, panel in enumerate(panels):
            needed[divmod(n, columns)] = _measure_margins(panel, renderer)
        new_side, new_edge = needed[..., :2].max(axis=0), needed[..., 2:].max(axis=1)
        moved = max(np.abs(new_side - side).max(), np.abs(new_edge - edge).max())
        side, edge = new_side, new_edge
        if moved < 0.02:
            break
    return float(high)


def _measure_margins(panel: Any, renderer: Any) -> tuple[float, float, float, float]:
    """Inches that names, ticks and titles take on each side of the Axes."""
    panel.apply_aspect()
    inner = panel.get_window_extent(renderer)
    outer = panel.get_tightbbox(renderer)
    dots = panel.figure.dpi
    return (
        max(0.0, inner.x0 - outer.x0) / dots,
        max(0.0, outer.x1 - inner.x1) / dots,
        max(0.0, outer.y1 - inner.y1) / dots,
        max(0.0, inner.y0 - outer.y0) / dots,
    )
