"""Looking at a finished chart as a reader would: texts that touch, that are cut, or that are too faint to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from toolkit.charts.parts import contrast
from toolkit.charts.text import quiet_glyphs

__all__ = [
    "ChartCheck",
    "DrawnText",
    "check_chart",
    "find_cut",
    "find_drawn_texts",
    "find_faint",
    "find_overlaps",
]

#: WCAG 2 AA for text of normal size.
MIN_CONTRAST = 4.5


@dataclass(frozen=True, slots=True)
class DrawnText:
    """One line of text as drawn: its box in pixels from the lower left, its colour, what lies behind."""

    text: str
    artist: int
    corners: tuple[tuple[float, float], ...]
    left: float
    low: float
    right: float
    high: float
    colour: tuple[float, ...]
    behind: tuple[float, ...]


def find_drawn_texts(figure: Any) -> list[DrawnText]:
    """Each line of text that the figure draws, with the box that its letters fill.

    Parameters
    ----------
    figure : Figure or Axes

    Returns
    -------
    list of DrawnText
        In the order of drawing. Tick labels outside the Axes' limits are not drawn, so not in it.
    """
    from matplotlib.backends.backend_agg import RendererAgg

    class Recorder(RendererAgg):
        """Draws all but the texts, and notes those."""

        def __init__(self, *size: Any) -> None:
            super().__init__(*size)
            self.lines: list[tuple[str, int, Any, tuple[float, ...]]] = []
            self.artist = 0

        def open_group(self, s: str, gid: str | None = None) -> None:
            self.artist += s == "text"

        def draw_text(
            self,
            gc: Any,
            x: float,
            y: float,
            s: str,
            prop: Any,
            angle: float,
            ismath: Any = False,
            mtext: Any = None,
        ) -> None:
            wide, high, descent = self.get_text_width_height_descent(s, prop, ismath)
            base = self.height - y
            turn = np.deg2rad(angle)
            corners = np.array([[0, -descent], [wide, -descent], [wide, high - descent], [0, high - descent]])
            spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
            placed = corners @ spin + [x, base]
            self.lines.append((s, self.artist, placed, tuple(gc.get_rgb()[:3])))

    figure = getattr(figure, "figure", figure)
    recorder = Recorder(int(figure.bbox.width), int(figure.bbox.height), figure.dpi)
    with quiet_glyphs():
        figure.draw(recorder)
    picture = np.asarray(recorder.buffer_rgba())[..., :3] / 255
    found = []
    for text, artist, corners, colour in recorder.lines:
        if not text.strip():
            continue
        (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
        rows = slice(*_pixels(picture.shape[0] - high, picture.shape[0] - low, picture.shape[0]))
        columns = slice(*_pixels(left, right, picture.shape[1]))
        patch = picture[rows, columns].reshape(-1, 3)
        behind = tuple(float(part) for part in np.median(patch, axis=0)) if len(patch) else (1.0, 1.0, 1.0)
        box = tuple((float(x), float(y)) for x, y in corners)
        found.append(
            DrawnText(text, artist, box, float(left), float(low), float(right), float(high), colour, behind)
        )
    return found


def _pixels(low: float, high: float, size: int) -> tuple[int, int]:
    start = int(np.clip(np.floor(low), 0, size - 1))
    return start, int(np.clip(np.ceil(high), start + 1, size))


@dataclass(frozen=True, slots=True)
class ChartCheck:
    """What a reader would stumble over; false where there is nothing."""

    overlaps: list[tuple[str, str]]
    cut: list[str]
    faint: list[tuple[str, float]]

    def __bool__(self) -> bool:
        return bool(self.overlaps or self.cut or self.faint)


def check_chart(figure: Any, *, slack: float = 1.0, least: float = MIN_CONTRAST) -> ChartCheck:
    """Draw the figure once and look at its texts: `find_overlaps`, `find_cut` and `find_faint` in one.

    Parameters
    ----------
    figure : Figure or Axes
    slack : float
        Pixels that boxes may share, or reach beyond the edge.
    least : float
        Contrast below which a text is faint; 4.5 is WCAG's AA.

    Returns
    -------
    ChartCheck
        ``overlaps`` (pairs of texts), ``cut`` (texts), ``faint`` (texts with their contrast); true if any is there.
    """
    figure = getattr(figure, "figure", figure)
    lines = find_drawn_texts(figure)
    wide, high = figure.bbox.width, figure.bbox.height
    cut = [
        line.text
        for line in lines
        if line.left < -slack or line.low < -slack or line.right > wide + slack or line.high > high + slack
    ]
    told = [(line.text, contrast(line.colour, line.behind)) for line in lines]
    faint = [(text, ratio) for text, ratio in told if ratio < least]
    return ChartCheck(_find_meeting(lines, slack), cut, faint)


def find_overlaps(figure: Any, *, slack: float = 1.0) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes meet by more than ``slack`` pixels both ways.

    Boxes hold the full height of a line, so that they may touch where letters do not; lines of one text are not
    compared with each other.
    """
    return check_chart(figure, slack=slack).overlaps


def find_cut(figure: Any, *, slack: float = 1.0) -> list[str]:
    """Texts that reach beyond the edge of the figure by more than ``slack`` pixels."""
    return check_chart(figure, slack=slack).cut


def find_faint(figure: Any, *, least: float = MIN_CONTRAST) -> list[tuple[str, float]]:
    """Texts whose contrast with what lies behind them is below ``least``, with the contrast."""
    return check_chart(figure, least=least).faint


def _find_meeting(lines: list[DrawnText], slack: float) -> list[tuple[str, str]]:
    lines = sorted(lines, key=lambda line: line.left)
    found = []
    for n, one in enumerate(lines):
        for two in lines[n + 1 :]:
            if two.left >= one.right - slack:
                break
            if one.artist != two.artist and _meet(one.corners, two.corners, slack):
                found.append((one.text, two.text))
    return found


def _meet(one: Any, two: Any, slack: float) -> bool:
    """Whether two boxes, slanting or not, share more than ``slack`` in every direction of their sides."""
    boxes = np.array(one), np.array(two)
    for box in boxes:
        for side in (box[1] - box[0], box[3] - box[0]):
            axis = side / (np.hypot(*side) or 1.0)
            (a, b), (c, d) = ((min(shadow), max(shadow)) for shadow in (box2 @ axis for box2 in boxes))
            if min(b, d) - max(a, c) <= slack:
                return False
    return True
