"""Charts of topics: how large, how they are spoken of, how they move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import draw_rows, set_percent_axis, set_time_axis, shorten
from toolkit.charts.style import LINES, MARKERS, Theme
from toolkit.tables import require_columns


def draw_topics(topics: pd.DataFrame, *, ax: Any = None, subtitle: str = "", theme: Theme = "light") -> Any:
    """The topics by size: share of the texts with its interval, and the terms that set each apart.

    Parameters
    ----------
    topics : DataFrame
        ``TopicModel.topics_``: label, size, share, share_low, share_high, terms.
    ax : Axes, optional
        Draw here instead of on a figure of its own.
    subtitle : str
        Window and source; n stands before it.
    theme : {"light", "dark"}

    Returns
    -------
    Axes
    """
    require_columns(topics, "topics", ["label", "size", "share", "share_low", "share_high", "terms"])
    labels = [shorten(str(label), 34) for label in topics["label"]]
    terms = [shorten(", ".join(words[:8]), 62) for words in topics["terms"]]
    height = 0.9 + 0.56 * max(1, len(topics))
    with open_canvas(
        "Dot chart with intervals", ax, height=height, theme=theme, texts=labels + terms
    ) as canvas:
        if topics.empty:
            canvas.ax.set_axis_off()
            return canvas.finish("No topic could be formed.", subtitle)
        draw_rows(
            canvas.ax, labels, topics["share"], topics["share_low"], topics["share_high"], canvas.palette
        )
        for place, words in zip(range(len(topics) - 1, -1, -1), terms, strict=True):
            canvas.ax.annotate(
                words, (0, place), xycoords=("axes fraction", "data"), xytext=(5, -9), textcoords="offset points",
                va="top", fontsize=8.5, color=canvas.palette.soft,
            )  # fmt: skip
        canvas.ax.set_ylim(-0.95, len(topics) - 0.4)
        canvas.ax.set_xlim(left=0)
        set_percent_axis(canvas.ax.xaxis)
        canvas.ax.set_xlabel("share of the texts, with 95 % interval")
        first = topics.iloc[0]
        n = int(topics["size"].sum())
        finding = (
            f"The largest of {len(topics)} topics, \u201c{first['label']}\u201d, holds "
            f"{first['share'] * 100:.0f} % of the texts."
        )
        return canvas.finish(finding, f"{n:,} texts. {subtitle}")


def draw_topics_over_time(
    over_time: pd.DataFrame, *, ax: Any = None, most: int = 6, subtitle: str = "", theme: Theme = "light"
) -> Any:
    """Each topic's share of the texts in each calendar bin, with its interval, one small panel a topic.

    Parameters
    ----------
    over_time : DataFrame
        As ``topics_over_time`` gives it: start, end, topic, label, n, total, share, share_low, share_high. Bins
        without texts leave a gap in the line.
    ax : Axes, optional
        Draw here, all topics in one panel, instead of on a figure of small panels.
    most : int
        How many topics, the largest first.
    subtitle, theme
        As in the other charts.

    Returns
    -------
    Axes
        The one given, or the first panel.
    """
    columns = ["start", "topic", "label", "n", "total", "share", "share_low", "share_high"]
    require_columns(over_time, "over_time", columns)
    names = over_time.drop_duplicates("topic").sort_values("topic").head(most)
    topics = names["topic"].tolist()
    labels = [shorten(str(label), 38) for label in names["label"]]
    rows = max(1, (len(topics) + 1) // 2)
    with open_canvas(
        "Line chart in small panels", ax, height=0.6 + 1.55 * rows, theme=theme, texts=labels
    ) as canvas:
        if over_time.empty:
            canvas.ax.set_axis_off()
            return canvas.finish("No text bears the time that was asked for.", subtitle)
        panels = [canvas.ax] * len(topics)
        if canvas.own:
            figure = canvas.ax.figure
            canvas.ax.remove()
            grid = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False)
            panels = list(grid.flat)
            for spare in panels[len(topics) :]:
                spare.set_axis_off()
            canvas.ax = panels[0]
        for n, (topic, label) in enumerate(zip(topics, labels, strict=True)):
            part = over_time[over_time["topic"] == topic].sort_values("start")
            panel = panels[n]
            style: dict[str, Any] = {"color": canvas.palette.accent, "marker": "o", "linestyle": "-"}
            if not canvas.own:  # all in one panel: colour, marker and line tell them apart
                place = n % len(MARKERS)
                style = {
                    "color": canvas.palette.series[place],
                    "marker": MARKERS[place],
                    "linestyle": LINES[place],
                }
            low, high = part["share_low"], part["share_high"]
            panel.fill_between(part["start"], low, high, color=style["color"], alpha=0.2, linewidth=0)
            panel.plot(part["start"], part["share"], markersize=4, label=label, **style)
            panel.grid(axis="y")
            set_percent_axis(panel.yaxis)
            set_time_axis(panel.xaxis, over_time["start"])
            if canvas.own:
                panel.set_title(label, fontsize=10, loc="left", color=canvas.palette.ink)
        canvas.ax.set_ylim(bottom=0)
        if not canvas.own:
            canvas.ax.legend(frameon=False, fontsize=8)
        return canvas.finish(_say_move(over_time), _count_bins(over_time) + subtitle)


def _say_move(over_time: pd.DataFrame) -> str:
    """Which topic moved most between two bins whose intervals lie apart; or that none did."""
    best, words = 0.0, "No topic's share moved by more than its intervals allow."
    for _, part in over_time[over_time["total"] > 0].groupby("topic", sort=True):
        low, high = part.loc[part["share"].idxmin()], part.loc[part["share"].idxmax()]
        if high["share_low"] > low["share_high"] and high["share"] - low["share"] > best:
            best = high["share"] - low["share"]
            words = (
                f"\u201c{high['label']}\u201d moved most: {low['share'] * 100:.0f} % of the texts from "
                f"{low['start']:%Y-%m-%d}, {high['share'] * 100:.0f} % from {high['start']:%Y-%m-%d}."
            )
    return words


def _count_bins(over_time: pd.DataFrame) -> str:
    bins = over_time.drop_duplicates("start")
    empty = int((bins["total"] == 0).sum())
    return f"{int(bins['total'].sum()):,} texts in {len(bins)} bins" + (
        f", {empty} of them empty. " if empty else ". "
    )


def draw_topics_by_kind(
    shares: pd.DataFrame, *, by: str = "kind", ax: Any = None, subtitle: str = "", theme: Theme = "light"
) -> Any:
    """Each topic's share within each group, such as a kind of module, as a heatmap with its numbers.

    Parameters
    ----------
    shares : DataFrame
        As ``measure_topic_shares`` gives it: the group's column, topic, label, n, total, share.
    by : str
        The group's column.
    ax, subtitle, theme
        As in the other charts.

    Returns
    -------
    Axes
    """
    require_columns(shares, "shares", [by, "topic", "label", "n", "total", "share"])
    names = shares.drop_duplicates("topic").sort_values("topic")
    groups = sorted(shares[by].dropna().unique())
    totals = shares.drop_duplicates(by).set_index(by)["total"]
    labels = [shorten(str(label), 40) for label in names["label"]]
    cells = shares.pivot_table(index="topic", columns=by, values="share").reindex(
        index=names["topic"], columns=groups
    )
    with open_canvas(
        "Heatmap", ax, height=1.2 + 0.36 * max(1, len(labels)), theme=theme, texts=labels
    ) as canvas:
        if shares.empty:
            canvas.ax.set_axis_off()
            return canvas.finish("No headline could be assigned to a topic.", subtitle)
        from matplotlib.colors import LinearSegmentedColormap

        colours = LinearSegmentedColormap.from_list("share", [canvas.palette.paper, canvas.palette.accent])
        values = cells.to_numpy(float)
        top = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
        canvas.ax.pcolormesh(
            values, cmap=colours, vmin=0, vmax=top * 1.25 or 1.0, edgecolors=canvas.palette.paper, linewidth=2
        )
        for row, column in np.ndindex(values.shape):
            if np.isfinite(values[row, column]):
                strong = values[row, column] > 0.55 * top * 1.25
                canvas.ax.text(
                    column + 0.5, row + 0.5, f"{values[row, column] * 100:.0f}", ha="center", va="center", fontsize=9,
                    color=canvas.palette.paper if strong else canvas.palette.ink,
                )  # fmt: skip
        canvas.ax.set_yticks(np.arange(len(labels)) + 0.5, labels)
        canvas.ax.set_xticks(
            np.arange(len(groups)) + 0.5, [f"{group}\nn={int(totals[group]):,}" for group in groups]
        )
        canvas.ax.xaxis.tick_top()
        canvas.ax.invert_yaxis()
        canvas.ax.tick_params(length=0)
        for side in canvas.ax.spines.values():
            side.set_visible(False)
        best = shares[shares["total"] >= 5].sort_values(["share", by, "topic"], ascending=[False, True, True])
        finding = "Too few headlines in every group to compare."
        if len(best):
            top_row = best.iloc[0]
            finding = (
                f"\u201c{top_row['label']}\u201d fills {top_row['share'] * 100:.0f} % of {top_row[by]} headlines, "
                "the largest share of a topic in a group."
            )
        return canvas.finish(finding, f"Percent of each column; n = headlines. {subtitle}")
