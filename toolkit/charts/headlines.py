"""Charts of sidebar headlines: how prominently printed, at which ranks, how long."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import draw_rows, set_percent_axis, shorten
from toolkit.charts.style import LINES, MARKERS, Theme
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


def draw_ranks(ranks: pd.DataFrame, *, ax: Any = None, subtitle: str = "", theme: Theme = "light") -> Any:
    """A bump chart: the ranks of one module's headlines, capture by capture, named at the end of their lines.

    Parameters
    ----------
    ranks : DataFrame
        As ``find_ranks`` gives it: module, captured_at, capture, headline, rank (missing where not printed, which
        breaks the line).
    ax, subtitle, theme
        As in the other charts.

    Returns
    -------
    Axes
    """
    require_columns(ranks, "ranks", ["module", "captured_at", "capture", "headline", "rank"])
    names = ranks["headline"].drop_duplicates().tolist()
    labels = {name: shorten(name, 46) for name in names}
    deepest = int(ranks["rank"].max()) if ranks["rank"].notna().any() else 1
    height = 1.0 + 0.3 * max(deepest, len(names), 4)
    with open_canvas("Bump chart", ax, height=height, theme=theme, texts=labels.values()) as canvas:
        if not names:
            canvas.ax.set_axis_off()
            return canvas.finish("No module was captured at a known time.", subtitle)
        ends = []
        for n, name in enumerate(names):
            part = ranks[ranks["headline"] == name].sort_values("capture")
            colour = canvas.palette.series[n % len(canvas.palette.series)]
            values = part["rank"].astype("float64")
            canvas.ax.plot(
                part["capture"], values, color=colour, marker=MARKERS[n % len(MARKERS)], markersize=5,
                linestyle=LINES[n % len(LINES)],
            )  # fmt: skip
            seen = part[part["rank"].notna()].iloc[-1]
            ends.append((float(seen["rank"]), int(seen["capture"]), labels[name], colour))
        captures = ranks.drop_duplicates("capture").sort_values("capture")
        last = int(captures["capture"].max())
        _name_lines(canvas.ax, ends, last, deepest)
        canvas.ax.set_ylim(max(deepest, len(names)) + 0.6, 0.4)
        canvas.ax.set_yticks(range(1, deepest + 1))
        canvas.ax.set_ylabel("rank (1 = top)")
        step = max(1, -(-len(captures) // 6))
        ticks = captures.iloc[::step]
        canvas.ax.set_xticks(
            ticks["capture"], [f"{time:%Y-%m-%d}" for time in ticks["captured_at"]], fontsize=8
        )
        canvas.ax.set_xlabel("captures in order of time, unevenly spaced (UTC)")
        canvas.ax.grid(axis="y")
        first = ranks[ranks["rank"] == 1].groupby("headline")["capture"].nunique()
        module = shorten(str(ranks["module"].iloc[0]), 40)
        finding = f"None of the {len(names)} headlines seen longest ever led \u201c{module}\u201d."
        if len(first):
            top = first.sort_index().sort_values(ascending=False, kind="stable")
            finding = (
                f"\u201c{shorten(str(top.index[0]), 70)}\u201d led \u201c{module}\u201d in {int(top.iloc[0])} of "
                f"{len(captures)} captures."
            )
        return canvas.finish(finding, f"The {len(names)} headlines seen in most captures. {subtitle}")


def _name_lines(ax: Any, ends: list[tuple[float, int, str, str]], last: int, deepest: int) -> None:
    """Names at the right, one below the other where lines end at one height, each tied to its line's end."""
    height = -1.0
    low = max(deepest, len(ends)) + 0.4
    step = min(0.95, (low - 0.6) / max(1, len(ends)))
    for rank, capture, label, colour in sorted(ends, key=lambda end: (end[0], end[1], end[2])):
        height = max(height + step, rank)
        height = min(height, low)
        tie = {
            "arrowstyle": "-",
            "color": colour,
            "linewidth": 0.6,
            "alpha": 0.6,
            "shrinkA": 0,
            "shrinkB": 3,
            "relpos": (0, 0.5),
        }
        ax.annotate(
            label,
            (capture, rank),
            xytext=(last + 0.03 * max(last, 1) + 0.15, height),
            textcoords="data",
            color=colour,
            va="center",
            fontsize=8.5,
            annotation_clip=False,
            arrowprops=tie,
        )
