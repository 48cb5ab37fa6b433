"""Charts of the corpus itself: what was captured when, and where the gaps are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import set_time_axis
from toolkit.charts.style import Theme
from toolkit.tables import require_columns

_PERIODS = {"D": "day", "W-MON": "week", "MS": "month", "QS": "quarter", "YS": "year"}


def draw_timeline(
    captures: pd.DataFrame, *, ax: Any = None, subtitle: str = "", theme: Theme = "light"
) -> Any:
    """How many pages were captured in each period; empty periods are marked as gaps.

    Parameters
    ----------
    captures : DataFrame
        As ``count_captures`` gives it: start, end, snapshots; ``attrs`` freq, n_undated, longest_gap_hours.
    ax, subtitle, theme
        As in the other charts.

    Returns
    -------
    Axes
    """
    require_columns(captures, "captures", ["start", "end", "snapshots"])
    period = _PERIODS.get(str(captures.attrs.get("freq")), "period")
    undated = int(captures.attrs.get("n_undated", 0))
    with open_canvas("Bar chart", ax, height=2.6, theme=theme) as canvas:
        if captures.empty:
            canvas.ax.set_axis_off()
            return canvas.finish("No page bears a capture time.", f"{undated:,} undated pages. {subtitle}")
        width = (captures["end"] - captures["start"]) * 0.86
        middle = captures["start"] + (captures["end"] - captures["start"]) / 2
        canvas.ax.bar(middle, captures["snapshots"], width=width, color=canvas.palette.accent)
        empty = captures["snapshots"] == 0
        canvas.ax.plot(
            middle[empty], [0] * int(empty.sum()), "x", color=canvas.palette.series[1], markersize=6, clip_on=False,
            label="no capture",
        )  # fmt: skip
        canvas.ax.set_ylim(bottom=0)
        canvas.ax.yaxis.get_major_locator().set_params(integer=True)
        canvas.ax.grid(axis="y")
        canvas.ax.set_ylabel(f"pages a {period}")
        set_time_axis(canvas.ax.xaxis, captures["start"])
        n_empty = int(empty.sum())
        dated = int(captures["snapshots"].sum())
        finding = f"Pages were captured in each of {len(captures):,} {period}s."
        if n_empty:
            finding = f"{n_empty:,} of {len(captures):,} {period}s have no capture (\u00d7)."
        if len(captures) == 1:
            finding = f"All dated pages were captured within one {period}."
        gap = captures.attrs.get("longest_gap_hours")
        told = f" Longest gap between captures: {_say_hours(gap)}." if pd.notna(gap) else ""
        lost = f" {undated:,} pages are undated and not shown." if undated else ""
        return canvas.finish(finding, f"{dated:,} dated pages.{told}{lost} {subtitle}")


def _say_hours(hours: float) -> str:
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
