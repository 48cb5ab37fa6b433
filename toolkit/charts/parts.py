"""What several charts share: rows of labels with intervals, short texts, calendar axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.style import Palette

_ELLIPSIS = "\u2026"


def shorten(text: str, limit: int = 64) -> str:
    """``text`` cut at a word so that it has at most ``limit`` characters (wide ones count two), with an ellipsis.

    Examples
    --------
    >>> shorten("Council votes to keep the night ferry", 20)
    'Council votes to…'
    """
    if sum(2 if char > "\u1100" else 1 for char in text) <= limit:
        return text
    width = cut = 0
    while width <= limit - 1:
        width += 2 if text[cut] > "\u1100" else 1
        cut += 1
    cut -= 1
    head = text[:cut]
    space = head.rfind(" ")
    return (head[:space] if space > cut * 0.6 else head).rstrip(" ,;:.-") + _ELLIPSIS


def draw_rows(
    ax: Any,
    labels: Sequence[str],
    values: Any,
    low: Any,
    high: Any,
    palette: Palette,
    *,
    notes: Sequence[str] | None = None,
    emphasis: Sequence[bool] | None = None,
) -> None:
    """A dot with its interval for each row, the first on top; an interval that is missing draws the dot hollow."""
    values, low, high = (np.asarray(column, dtype=float) for column in (values, low, high))
    places = np.arange(len(values))[::-1]
    for n, place in enumerate(places):
        known = bool(np.isfinite(low[n]) and np.isfinite(high[n]))
        strong = emphasis is None or emphasis[n]
        colour = palette.accent if strong else palette.muted
        if known:
            ax.plot(
                [low[n], high[n]],
                [place, place],
                color=colour,
                linewidth=2.2,
                solid_capstyle="round",
                zorder=2,
            )
        ax.plot(
            values[n], place, "o", markersize=7, color=colour,
            markerfacecolor=colour if known else palette.paper, zorder=3,
        )  # fmt: skip
    ax.set_yticks(places, labels)
    ax.set_ylim(-0.7, len(values) - 0.3)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    if notes is not None:
        for text, place in zip(notes, places, strict=True):
            ax.annotate(
                text, (1.0, place), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
                va="center", fontsize=9, color=palette.soft, annotation_clip=False,
            )  # fmt: skip


def set_percent_axis(axis: Any) -> None:
    """Shares 0 to 1 as whole percent."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:.3g} %"))


def set_time_axis(axis: Any, times: pd.Series) -> None:
    """Calendar ticks that say the year once; times are UTC."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)
    axis.set_major_locator(locator)
    axis.set_major_formatter(ConciseDateFormatter(locator))
    if times.notna().sum() and times.min() == times.max():
        day = pd.Timedelta(days=1)
        axis.axes.set_xlim(times.min() - day, times.max() + day)
