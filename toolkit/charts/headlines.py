"""Charts of sidebar headlines: how prominently printed, at which ranks, how long."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import draw_rows, set_percent_axis, shorten
from toolkit.charts.style import Theme
from toolkit.tables import require_columns


def draw_exposure(
    headlines: pd.DataFrame, *, ax: Any = None, most: int = 15, subtitle: str = "", theme: Theme = "light"
) -> Any:
    """The most exposed headlines: share of all exposure, with its interval, and how often printed.

    Parameters
    ----------
    headlines : DataFrame
        As `toolkit.measure_headlines` gives it: headline, prints, snapshots, n_snapshots, share, share_low,
        share_high.
    ax : Axes, optional
        Draw here instead of on a figure of its own.
    most : int
        How many headlines, from the top of the table.
    subtitle : str
        Window and source; n stands before it.
    theme : {"light", "dark"}

    Returns
    -------
    Axes
    """
    columns = ["headline", "prints", "snapshots", "n_snapshots", "share", "share_low", "share_high"]
    require_columns(headlines, "headlines", columns)
    part = headlines.head(most)
    labels = [shorten(text, 58) for text in part["headline"]]
    height = 0.9 + 0.34 * max(1, len(part))
    with open_canvas("Dot chart with intervals", ax, height=height, theme=theme, texts=labels) as canvas:
        if part.empty:
            canvas.ax.set_axis_off()
            return canvas.finish("No sidebar headline was printed.", subtitle)
        notes = [f"{n}\u00d7" for n in part["prints"]]
        draw_rows(
            canvas.ax,
            labels,
            part["share"],
            part["share_low"],
            part["share_high"],
            canvas.palette,
            notes=notes,
        )
        canvas.ax.set_xlim(left=0)
        set_percent_axis(canvas.ax.xaxis)
        canvas.ax.set_xlabel("share of all exposure, 95 % interval; right: prints")
        first = part.iloc[0]
        share = f"{first['share'] * 100:.2g} % of all exposure"
        finding = f"\u201c{shorten(first['headline'], 80)}\u201d stood out most: {share}."
        prints, snapshots = int(headlines["prints"].sum()), int(first["n_snapshots"])
        count = f"{len(headlines):,} headlines, {prints:,} prints, {snapshots:,} snapshots. "
        return canvas.finish(finding, count + subtitle)
