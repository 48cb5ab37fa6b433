"""Charts of sidebar headlines: how prominently they were printed, and at which ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import describe_rows, draw_rows, name_beside, set_height, set_percent_axis, spread
from toolkit.charts.style import LINES, MARKERS, WIDTH, Theme
from toolkit.charts.text import clean_text, name_text, percent, quote
from toolkit.tables import require_columns
from toolkit.words import plural


def draw_exposure(
    headlines: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 15,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
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
    width : float
        Inches, of a figure of its own.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    columns = ["headline", "prints", "snapshots", "n_snapshots", "share", "share_low", "share_high"]
    require_columns(headlines, "headlines", columns)
    part = headlines.head(most)
    labels = [name_text(text) for text in part["headline"]]
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No sidebar headline was printed.", subtitle)
        right = [f"{n:,}" for n in part["prints"]]
        shown = (part["share"], part["share_low"], part["share_high"])
        draw_rows(canvas, labels, *shown, right=right, right_title="prints")
        canvas.ax.set_xlim(left=0)
        set_percent_axis(canvas.ax.xaxis)
        bare = bool(part["share_low"].isna().all())
        canvas.name_x("share of all exposure" + (" (no interval)" if bare else ", with 95 % interval"))
        first = part.iloc[0]
        finding = (
            f"{quote(first['headline'])} stood out most, with {percent(first['share'])} of all exposure."
        )
        prints, snapshots = int(headlines["prints"].sum()), int(first["n_snapshots"])
        count = f"{plural(len(headlines), 'headline')}, {plural(prints, 'print')}, {plural(snapshots, 'snapshot')}. "
        return canvas.finish(finding, count + subtitle, describe_rows(labels, *shown))


def draw_ranks(
    ranks: pd.DataFrame, *, ax: Any = None, subtitle: str = "", theme: Theme = "light", width: float = WIDTH
) -> Any:
    """A bump chart: the ranks of one module's headlines, capture by capture, named beside their lines.

    Parameters
    ----------
    ranks : DataFrame
        As ``find_ranks`` gives it: module, captured_at, capture, headline, rank (missing where not printed, which
        breaks the line).
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(ranks, "ranks", ["module", "captured_at", "capture", "headline", "rank"])
    names = ranks["headline"].drop_duplicates().tolist()
    texts = [name_text(name) for name in names]
    module = clean_text(ranks["module"].iloc[0]) if len(ranks) else ""
    with open_canvas("Bump chart", ax, width=width, theme=theme, texts=[*texts, module, subtitle]) as canvas:
        if not names:
            return canvas.finish_empty("No module was captured at a known time.", subtitle)
        palette = canvas.palette
        labels = [canvas.fit(text, 0.36, 8.5, lines=2) for text in texts]
        deepest = int(ranks["rank"].max()) if ranks["rank"].notna().any() else 1
        two = any("\n" in label for label in labels)
        set_height(canvas, max(deepest, len(names), 3), 0.36 if two else 0.28)
        ends, colours = [], []
        for n, name in enumerate(names):
            part = ranks[ranks["headline"] == name].sort_values("capture")
            there = part["rank"].notna().to_numpy()
            # marks where a run starts and ends; a line between them needs none
            turns = there & ~(np.append(False, there[:-1]) & np.append(there[1:], False))
            if not there.any():
                turns[:1] = True
            colours.append(palette.series[n % len(palette.series)])
            again = n >= len(
                palette.series
            )  # colours and marks come round: hollow and dashed the second time
            canvas.ax.plot(
                part["capture"], part["rank"].astype("float64"), color=colours[-1], marker=MARKERS[n % len(MARKERS)],
                markersize=7, markerfacecolor=palette.paper if again else colours[-1], linewidth=2.2,
                markeredgecolor=colours[-1] if again else palette.paper, markeredgewidth=1.4 if again else 0.5,
                linestyle=LINES[1] if again else LINES[0], zorder=3,
                clip_on=False,
                markevery=list(np.flatnonzero(turns)),
            )  # fmt: skip
            seen = part[part["rank"].notna()]
            last_seen = (
                (int(seen["capture"].iloc[-1]), float(seen["rank"].iloc[-1])) if len(seen) else (0, deepest)
            )
            ends.append(last_seen)
        captures = ranks.drop_duplicates("capture").sort_values("capture")
        last = int(captures["capture"].max())
        # sorted by rank, then by time, so that the names stand in the order of their lines
        order = sorted(range(len(names)), key=lambda n: (ends[n][1], -ends[n][0], texts[n]))
        wanted = [ends[n][1] for n in order]
        room = (0.34 if two else 0.24) / canvas.plot_height * deepest
        heights = spread(wanted, room, 0.5 + room / 2, deepest + 0.5 - room / 2)
        canvas.ax.set_xlim(-0.4, last + 0.4)
        canvas.ax.set_ylim(deepest + 0.5, 0.5)
        for height, n in zip(heights, order, strict=True):
            canvas.ax.plot(
                [1.015], [height], marker=MARKERS[n % len(MARKERS)], markersize=6, color=colours[n], clip_on=False,
                markerfacecolor=colours[n] if n < len(palette.series) else palette.paper,
                transform=canvas.ax.get_yaxis_transform(),
            )  # fmt: skip
        name_beside(
            palette, canvas.ax, 1.03, heights, [labels[n] for n in order], [colours[n] for n in order]
        )
        canvas.ax.set_yticks(range(1, deepest + 1))
        canvas.ax.tick_params(axis="y", length=0)
        canvas.ax.spines["left"].set_visible(False)
        canvas.ax.set_ylabel("rank (1 = top)")
        canvas.ax.grid(axis="y")
        _mark_captures(canvas.ax, captures, canvas.width)
        first = ranks[ranks["rank"] == 1].groupby("headline")["capture"].nunique()
        finding = f"None of the {len(names)} headlines seen in most captures ever led {quote(module, 40)}."
        if len(names) == 1:
            finding = f"{quote(names[0])} never led {quote(module, 40)}."
        if len(first):
            top = first.sort_index().sort_values(ascending=False, kind="stable")
            finding = (
                f"{quote(top.index[0], 70)} led {quote(module, 40)} in {int(top.iloc[0])} of "
                f"{plural(len(captures), 'capture')}."
            )
        count = (
            "The one headline seen there. "
            if len(names) == 1
            else f"The {len(names)} headlines seen in most captures. "
        )
        listed = "; ".join(
            f"{text} (last seen at rank {end[1]:.0f})" for text, end in zip(texts, ends, strict=True)
        )
        return canvas.finish(finding, count + subtitle, f"Headlines: {listed}.")


def _mark_captures(ax: Any, captures: pd.DataFrame, width: float) -> None:
    """Dates under some of the captures: as many as have room."""
    room = max(2, int(width * 0.6 / 0.95))
    picked = np.unique(np.linspace(0, len(captures) - 1, min(room, len(captures))).round().astype(int))
    ticks = captures.iloc[picked]
    ax.set_xticks(ticks["capture"], [f"{time:%Y-%m-%d}" for time in ticks["captured_at"]], fontsize=8)
    ax.set_xlabel("captures in order of time, unevenly spaced (UTC)")
