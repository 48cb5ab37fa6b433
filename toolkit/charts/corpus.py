"""Charts of the corpus itself: what was captured when, and which measures that allows."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import lay_out_grid, set_height, set_time_axis
from toolkit.charts.style import WIDTH, Theme
from toolkit.charts.text import clean_text, name_text, quote, say_hours
from toolkit.tables import require_columns
from toolkit.words import plural

_PERIODS = {"D": "day", "W-MON": "week", "MS": "month", "QS": "quarter", "YS": "year"}


def draw_timeline(
    captures: pd.DataFrame,
    *,
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """How many pages were captured in each period; empty periods are marked as gaps.

    Parameters
    ----------
    captures : DataFrame
        As ``count_captures`` gives it: start, end, snapshots; ``attrs`` freq, n_undated, longest_gap_hours.
    ax : Axes, optional
        Draw here instead of on a figure of its own.
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
    require_columns(captures, "captures", ["start", "end", "snapshots"])
    period = _PERIODS.get(str(captures.attrs.get("freq")), "period")
    undated = int(captures.attrs.get("n_undated", 0))
    with open_canvas("Bar chart", ax, height=2.3, width=width, theme=theme, texts=[subtitle]) as canvas:
        if captures.empty:
            told = f"{plural(undated, 'undated page')}. " if undated else ""
            return canvas.finish_empty("No page bears a capture time.", told + subtitle)
        palette = canvas.palette
        span = (captures["end"] - captures["start"]).dt.total_seconds() / 86_400
        middle = captures["start"] + (captures["end"] - captures["start"]) / 2
        canvas.ax.bar(middle, captures["snapshots"], width=span * 0.84, color=palette.accent)
        empty = captures["snapshots"] == 0
        if empty.any():
            canvas.ax.plot(
                middle[empty], [0] * int(empty.sum()), "x", color=palette.series[1], markersize=6,
                markeredgewidth=1.8,
                linestyle="none", clip_on=False, zorder=4,
            )  # fmt: skip
        canvas.ax.set_ylim(0, max(2, int(captures["snapshots"].max())) * 1.05)
        canvas.ax.yaxis.get_major_locator().set_params(integer=True, nbins=5)
        canvas.ax.grid(axis="y")
        canvas.ax.tick_params(axis="y", length=0)
        canvas.ax.spines["left"].set_visible(False)
        canvas.ax.set_ylabel(f"pages a {period}")
        set_time_axis(canvas.ax.xaxis, captures["start"].iloc[0], captures["end"].iloc[-1], canvas.width)
        edge = (captures["end"].iloc[-1] - captures["start"].iloc[0]) * 0.01
        canvas.ax.set_xlim(captures["start"].iloc[0] - edge, captures["end"].iloc[-1] + edge)
        n_empty, dated = int(empty.sum()), int(captures["snapshots"].sum())
        finding = f"Pages were captured in each of {len(captures):,} {period}s."
        if n_empty:
            verb = "has" if n_empty == 1 else "have"
            finding = f"{n_empty:,} of {len(captures):,} {period}s {verb} no capture (\u00d7)."
        if len(captures) == 1:
            finding = f"All dated pages were captured within one {period}."
        gap = captures.attrs.get("longest_gap_hours")
        told = f" Longest gap between captures: {say_hours(float(gap))}." if pd.notna(gap) else ""
        lost = f" {plural(undated, 'page')} without a date not shown." if undated else ""
        most = captures.loc[captures["snapshots"].idxmax()]
        detail = f"Most in one {period}: {int(most['snapshots']):,}, from {most['start']:%Y-%m-%d}."
        return canvas.finish(finding, f"{plural(dated, 'dated page')}.{told}{lost} {subtitle}", detail)


def draw_coverage(
    coverage: pd.DataFrame,
    *,
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Which measures the captures can bear, and why others cannot be had: a check list.

    Parameters
    ----------
    coverage : DataFrame
        As ``measure_coverage`` gives it: measure, allowed (bool), reason; site where there are several, which then
        stand side by side, without the reasons.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(coverage, "coverage", ["measure", "allowed", "reason"])
    if "site" in coverage.columns and coverage["measure"].duplicated().any():
        return _draw_coverage_of_sites(coverage, ax, subtitle, theme, width)
    names = [name_text(name).replace("_", " ") for name in coverage["measure"]]
    reasons = [clean_text(reason) if pd.notna(reason) else "" for reason in coverage["reason"]]
    with open_canvas(
        "Check list", ax, width=width, theme=theme, texts=[*names, *reasons, subtitle]
    ) as canvas:
        if coverage.empty:
            return canvas.finish_empty("Nothing is known of what the corpus can bear.", subtitle)
        palette = canvas.palette
        allowed = coverage["allowed"].astype(bool).tolist()
        labels = [canvas.fit(name, 0.3, lines=2) for name in names]
        told = [canvas.fit(reason, 0.56, 9, lines=3) for reason in reasons]
        lines = [
            max(label.count("\n"), text.count("\n")) + 1 for label, text in zip(labels, told, strict=True)
        ]
        set_height(canvas, 1, sum(0.16 + 0.155 * n for n in lines))
        top, places = 0.0, []
        for n in lines:
            places.append(top + (0.16 + 0.155 * n) / 2)
            top += 0.16 + 0.155 * n
            canvas.ax.axhline(top, color=palette.grid, linewidth=0.8)
        # a mark and a word, not a colour
        for place, text, fine in zip(places, told, allowed, strict=True):
            canvas.ax.plot(
                0.03, place, "o" if fine else "X", markersize=8,
                color=palette.series[2] if fine else palette.series[1],
                markerfacecolor=palette.series[2] if fine else palette.paper, clip_on=False,
            )  # fmt: skip
            canvas.ax.text(0.07, place, "yes" if fine else "no", va="center", fontsize=9.5, color=palette.ink)
            canvas.ax.text(0.16, place, text, va="center", fontsize=9, color=palette.soft, linespacing=1.1)
        canvas.ax.set_xlim(0, 1)
        canvas.ax.set_ylim(top, 0)
        canvas.ax.set_yticks(places, labels, linespacing=1.05)
        canvas.ax.set_xticks([])
        canvas.ax.tick_params(length=0)
        for side in canvas.ax.spines.values():
            side.set_visible(False)
        n = sum(allowed)
        finding = f"These captures bear {n:,} of {plural(len(coverage), 'measure')}."
        if n == len(coverage):
            finding = f"These captures bear all {plural(n, 'measure')}."
        if n == 0:
            finding = "These captures bear none of the measures."
        lost = [name for name, fine in zip(names, allowed, strict=True) if not fine]
        return canvas.finish(finding, subtitle, f"Not borne: {', '.join(lost)}." if lost else "")


def _draw_coverage_of_sites(
    coverage: pd.DataFrame, ax: Any, subtitle: str, theme: Theme, width: float
) -> Any:
    """Measures down, sites across, a mark and a word in each cell."""
    measures = coverage["measure"].drop_duplicates().tolist()
    rank = coverage.assign(site=coverage["site"].astype("str").fillna("(not named)"))
    weight = "snapshots" if "snapshots" in rank.columns else "allowed"
    order = rank.groupby("site")[weight].max().sort_index().sort_values(ascending=False, kind="stable")
    order = order.iloc[
        np.argsort(order.index == "(not named)", kind="stable")
    ]  # pages that name no site come last
    sites = order.index[: max(2, int(width * 0.7 / 0.9))].tolist()
    borne = set(
        rank.loc[rank["allowed"].astype(bool), ["measure", "site"]].itertuples(index=False, name=None)
    )
    names = [name_text(name).replace("_", " ") for name in measures]
    heads = [name_text(site) for site in sites]
    with open_canvas("Check list", ax, width=width, theme=theme, texts=[*names, *heads, subtitle]) as canvas:
        palette = canvas.palette
        rows = [canvas.fit(name, 0.3, lines=2) for name in names]
        set_height(canvas, len(rows), 0.36 if any("\n" in row for row in rows) else 0.28)
        for (row, measure), (column, site) in product(enumerate(measures), enumerate(sites)):
            fine = (measure, site) in borne
            colour = palette.series[2] if fine else palette.series[1]
            canvas.ax.plot(
                column + 0.38, row + 0.5, "o" if fine else "X", markersize=8, color=colour,
                markerfacecolor=colour if fine else palette.paper,
            )  # fmt: skip
            canvas.ax.text(
                column + 0.5, row + 0.5, "yes" if fine else "no", va="center", fontsize=9, color=palette.ink
            )
        canvas.ax.hlines(range(1, len(rows)), 0, len(sites), color=palette.grid, linewidth=0.8)
        lay_out_grid(canvas, rows, heads)
        counts = [sum((measure, site) in borne for measure in measures) for site in sites]
        best = max(counts)
        leader = quote(sites[counts.index(best)], 40)
        finding = f"The captures of {leader} bear {best:,} of {plural(len(names), 'measure')}"
        if 2 * best < len(names):
            finding = f"No site\u2019s captures bear more than {best:,} of {plural(len(names), 'measure')}"
        fewer = sum(n < best for n in counts)
        others = f"{plural(fewer, 'other site')} shown {'bears' if fewer == 1 else 'bear'} fewer"
        if 2 * best < len(names):
            finding += "."
        else:
            finding += f"; {others}." if fewer else ", as do the others."
        more = (
            f"The {len(sites)} sites with most captures of {len(order)}. " if len(order) > len(sites) else ""
        )
        told = "; ".join(f"{head} {n:,}" for head, n in zip(heads, counts, strict=True))
        return canvas.finish(finding, more + subtitle, f"Measures borne: {told}.")
