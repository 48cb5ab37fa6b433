"""What several charts share: rows of labels with intervals, heatmaps, calendar axes, names that keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import LABEL_SIZE, Canvas
from toolkit.charts.style import Palette
from toolkit.charts.text import NBSP, percent

_NOTE_SIZE = 8.5


def label_rows(
    canvas: Canvas, labels: Sequence[str], notes: Sequence[str] | None = None, share: float | None = None
) -> tuple[list[str], list[str]]:
    """Row labels that fit the left part of the chart: two lines where there is no note below, else one."""
    share = share or (0.5 if canvas.width > 7 else 0.42)
    fitted = [canvas.fit(label, share, lines=1 if notes is not None else 2) for label in labels]
    below = [canvas.fit(note, share, _NOTE_SIZE) for note in notes] if notes is not None else []
    return fitted, below


def row_height(labels: Sequence[str], notes: Sequence[str] | None = None) -> float:
    """Inches a row needs, so that labels of two lines do not touch."""
    if notes is not None:
        return 0.44
    return 0.42 if any("\n" in label for label in labels) else 0.31


def set_height(canvas: Canvas, rows: int, each: float, rest: float = 0.0) -> None:
    """Give the data the height in inches that their rows need."""
    canvas.plot_height = rest + each * max(1, rows)


def draw_rows(
    canvas: Canvas,
    labels: Sequence[str],
    values: Any,
    low: Any,
    high: Any,
    *,
    below: Sequence[str] | None = None,
    right: Sequence[str] | None = None,
    right_title: str = "",
    share: float | None = None,
    reference: float | None = None,
    hollow: Any = None,
    stems: bool = False,
) -> None:
    """A dot with its interval for each row, the first on top; hollow where the interval is missing.

    ``below`` are second lines of the labels, ``right`` figures at the right edge under ``right_title``,
    ``reference`` is a line to compare with; ``hollow`` (one a row) overrules which dots are, ``stems`` tie dots to
    the line.
    """
    ax, palette = canvas.ax, canvas.palette
    values, low, high = (np.asarray(column, dtype=float) for column in (values, low, high))
    fitted, second = label_rows(canvas, labels, below, share)
    set_height(canvas, len(fitted), row_height(fitted, below))
    places = np.arange(len(values))[::-1]
    known = np.isfinite(low) & np.isfinite(high)
    ax.hlines(places[known], low[known], high[known], color=palette.accent, linewidth=2.4, zorder=2)
    if stems:
        ax.hlines(places, reference or 0.0, values, color=palette.muted, linewidth=1.2, zorder=2)
    empty = ~known if hollow is None else np.asarray(hollow, dtype=bool)
    for mask, face in ((~empty, palette.accent), (empty, palette.paper)):
        if not mask.any():
            continue
        ax.plot(
            values[mask], places[mask], "o", markersize=7, color=palette.accent, markerfacecolor=face,
            markeredgewidth=1.6, linestyle="none", zorder=3, clip_on=False,
        )  # fmt: skip
    if reference is not None:
        ax.axvline(reference, color=palette.soft, linewidth=1, zorder=1)
    name_rows(canvas, places, fitted, second)
    ax.grid(axis="x")
    if right is not None:
        note_right(canvas, places, right, right_title)


def note_right(canvas: Canvas, places: Any, notes: Sequence[str], title: str = "") -> None:
    """Figures at the right edge of rows, under a title."""
    for text, place in [*zip(notes, places, strict=True), (title, len(places) - 0.35)]:
        canvas.ax.annotate(
            text, (1.0, place), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=9, color=canvas.palette.soft, annotation_clip=False,
        )  # fmt: skip


def name_rows(canvas: Canvas, places: Any, labels: Sequence[str], second: Sequence[str] = ()) -> None:
    """Labels at the left of rows, with a smaller line below each where given."""
    ax = canvas.ax
    ax.set_yticks(places, labels, fontsize=LABEL_SIZE, color=canvas.palette.ink, linespacing=1.05)
    ax.set_ylim(-0.6, len(labels) - 0.4)
    ax.tick_params(axis="y", length=0, pad=9)
    ax.spines["left"].set_visible(False)
    if not second:
        return
    for tick in ax.yaxis.get_majorticklabels():
        tick.set_verticalalignment("bottom")
    for text, place in zip(second, places, strict=True):
        ax.annotate(
            text, (0, place), xycoords=("axes fraction", "data"), xytext=(-9, -2), textcoords="offset points",
            ha="right", va="top", fontsize=_NOTE_SIZE, color=canvas.palette.soft, annotation_clip=False,
        )  # fmt: skip


def describe_rows(
    labels: Sequence[str], values: Any, low: Any, high: Any, most: int = 5, as_percent: bool = True
) -> str:
    """The first rows in words, for the alt text."""

    def told(value: float) -> str:
        return percent(value) if as_percent else f"{value:.2f}"

    parts = []
    for label, value, a, b in list(zip(labels, values, low, high, strict=True))[:most]:
        if pd.isna(value):
            continue
        interval = f" ({told(a)} to {told(b)})" if pd.notna(a) and pd.notna(b) else " (no interval)"
        parts.append(f"{label}: {told(value)}{interval}")
    return f"From the top: {'; '.join(parts)}." if parts else ""


def set_percent_axis(axis: Any, bins: int = 5) -> None:
    """Shares 0 to 1 as percent."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=bins, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:.3g}{NBSP}%"))


_CALENDAR = (
    "h",
    "3h",
    "6h",
    "12h",
    "D",
    "2D",
    "W-MON",
    "2W-MON",
    "MS",
    "2MS",
    "3MS",
    "6MS",
    "YS",
    "2YS",
    "5YS",
    "10YS",
)


def set_time_axis(axis: Any, start: pd.Timestamp, end: pd.Timestamp, inches: float) -> None:
    """Calendar ticks from start to end, as many as have room; the year stands where it begins. Times are UTC."""
    room = max(2, int(inches / 0.75))
    ticks = pd.DatetimeIndex([start])
    for freq in _CALENDAR:
        if (end - start) / pd.Timedelta(1, unit="h") > 200 and freq.endswith("h"):
            continue
        ticks = pd.date_range(start.floor("h" if freq.endswith("h") else "D"), end, freq=freq)
        ticks = ticks[ticks >= start.floor("D")] if not freq.endswith("h") else ticks[ticks >= start]
        if len(ticks) <= room:
            break
    if len(ticks) < 2:
        ticks = pd.DatetimeIndex(sorted({start, end}))
        if end - start < pd.Timedelta(2, unit="D"):
            ticks = ticks[:1]
    axis.set_ticks(ticks, _name_ticks(ticks), linespacing=1.1)


def _name_ticks(ticks: pd.DatetimeIndex) -> list[str]:
    hourly = bool((ticks != ticks.normalize()).any()) and len(ticks) > 1
    daily = bool((ticks.day != 1).any())
    yearly = bool(((ticks.day == 1) & (ticks.month == 1)).all()) and len(ticks) > 1
    names = []
    before = None
    for tick in ticks:
        new_year = before is None or before.year != tick.year
        new_day = before is None or before.date() != tick.date()
        if yearly:
            name = f"{tick:%Y}"
        elif hourly:
            name = f"{tick:%H:%M}" + (f"\n{tick.day} {tick:%b}" if new_day else "")
        else:
            name = f"{tick.day} {tick:%b}" if daily else f"{tick:%b}"
            name += f"\n{tick:%Y}" if new_year else ""
        names.append(name)
        before = tick
    return names


def draw_heatmap(
    canvas: Canvas,
    cells: Any,
    rows: Sequence[str],
    columns: Sequence[str],
    texts: Sequence[Sequence[str]],
    *,
    notes: Sequence[str] | None = None,
    faint: Sequence[bool] | None = None,
    blank: Any = None,
) -> None:
    """A grid of shaded cells, each with its figure, so that shade alone never carries it; missing cells are hatched.

    ``notes`` stand below the columns' names; columns that are ``faint`` are not shaded, cells that
    are ``blank`` hold nothing.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    ax, palette = canvas.ax, canvas.palette
    values = np.asarray(cells, dtype=float)
    colours = LinearSegmentedColormap.from_list("share", [palette.paper, palette.accent])
    shaded = np.isfinite(values) & ~np.asarray(faint if faint is not None else [False] * len(columns))
    top = (float(values[shaded].max()) if shaded.any() else 1.0) or 1.0
    ax.pcolormesh(
        np.where(shaded, values, 0),
        cmap=colours,
        vmin=0,
        vmax=top,
        edgecolors=palette.paper,
        linewidth=2,
        snap=True,
    )
    for row, column in np.ndindex(values.shape):
        if blank is not None and blank[row, column]:
            continue
        if not np.isfinite(values[row, column]):
            corner = (column + 0.03, row + 0.03)
            ax.add_patch(
                Rectangle(corner, 0.94, 0.94, fill=False, hatch="////", edgecolor=palette.grid, linewidth=0)
            )
            continue
        ink = pick_text_colour(colours(values[row, column] / top)) if shaded[row, column] else palette.soft
        ax.text(column + 0.5, row + 0.5, texts[row][column], ha="center", va="center", fontsize=9, color=ink)
    lay_out_grid(canvas, rows, columns, notes)


def lay_out_grid(
    canvas: Canvas, rows: Sequence[str], columns: Sequence[str], notes: Sequence[str] | None = None
) -> None:
    """Names at the left of rows and above columns, each row and column one unit."""
    ax = canvas.ax
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=LABEL_SIZE, linespacing=1.05)
    ax.xaxis.tick_top()
    ax.set_xlim(0, len(columns))
    ax.set_ylim(len(rows), 0)
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    left = max([canvas.measure(row) for row in rows], default=0.0) + 0.25
    _name_columns(canvas, columns, notes, (canvas.width - left) / max(1, len(columns)) - 0.04)


def _name_columns(canvas: Canvas, names: Sequence[str], notes: Sequence[str] | None, inches: float) -> None:
    """Names above columns: level where their words have room, else slanting."""
    size = 9.0
    # scripts without spaces break anywhere
    words = [word for name in names for word in name.split() if max(word) < "\u1100"]
    while size > 7.5 and any(canvas.measure(word, size) > inches for word in words):
        size -= 0.5
    level = inches > 0.3 and all(canvas.measure(word, size) <= inches for word in words)
    if level:
        fitted = [canvas.fit(name, inches / canvas.width, size, lines=2) for name in names]
    else:
        fitted = [canvas.fit(name, 0.24, size, lines=1) for name in names]
    if notes is not None:
        fitted = [
            f"{name}{chr(10) if level else ', '}{note}" for name, note in zip(fitted, notes, strict=True)
        ]
    canvas.ax.set_xticks(np.arange(len(names)) + 0.5, fitted, fontsize=size, linespacing=1.1)
    if not level:
        for tick in canvas.ax.xaxis.get_majorticklabels():
            tick.set(rotation=38, ha="left", va="bottom", rotation_mode="anchor")


def luminance(colour: Any) -> float:
    """Relative luminance of a colour as WCAG defines it, 0 (black) to 1 (white)."""
    from matplotlib.colors import to_rgb

    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Any, two: Any) -> float:
    """Contrast of two colours as WCAG defines it, 1 to 21.

    Examples
    --------
    >>> contrast("black", "white")
    21.0
    """
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pick_text_colour(background: Any) -> str:
    """Black or white, whichever is read better on it: one of them always reaches 4.5:1."""
    return max("black", "white", key=lambda colour: contrast(colour, background))


def spread(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Heights close to those wanted, in the same order, at least ``least`` apart, within ``low`` to ``high``.

    Examples
    --------
    >>> spread([1, 1, 4], 1, 0, 5)
    [1.0, 2.0, 4.0]
    """
    order = np.argsort(np.asarray(wanted, dtype=float), kind="stable")
    step = min(least, (high - low) / max(1, len(order) - 1)) if len(order) > 1 else least
    heights = np.asarray(wanted, dtype=float).copy()
    floor = low
    for place in order:
        heights[place] = floor = max(heights[place], floor)
        floor += step
    ceiling = high
    for place in order[::-1]:
        heights[place] = ceiling = min(heights[place], ceiling)
        ceiling -= step
    return [float(height) for height in heights]


def name_beside(
    palette: Palette,
    ax: Any,
    x: float,
    heights: Sequence[float],
    texts: Sequence[str],
    colours: Sequence[str],
) -> None:
    """Names in a column at the right of the Axes, in the colour of what they name."""
    for height, text, colour in zip(heights, texts, colours, strict=True):
        ax.annotate(
            text, (x, height), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=8.5, color=colour or palette.ink, annotation_clip=False, linespacing=1.05,
        )  # fmt: skip
