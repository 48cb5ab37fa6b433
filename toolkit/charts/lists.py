"""Charts of lists as lists: how unevenly exposure is spread, and which modules print the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import draw_heatmap, set_height, set_percent_axis
from toolkit.charts.style import LINES, WIDTH, Theme
from toolkit.charts.text import clean_text, name_text, percent, quote
from toolkit.errors import InputError
from toolkit.tables import require_columns
from toolkit.words import plural


def draw_lorenz(
    lorenz: pd.DataFrame,
    *,
    concentration: pd.DataFrame | None = None,
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """A Lorenz curve: how much of the exposure the least exposed headlines share, against an even spread.

    Parameters
    ----------
    lorenz : DataFrame
        As ``find_lorenz`` gives it: share_items and share_exposure, cumulated from the least exposed, 0 to 1;
        ``attrs`` n, gini, and top_tenth (share of the exposure that the most exposed tenth holds).
    concentration : DataFrame, optional
        As ``measure_concentration`` gives it: the row ``gini`` with value, low, high; says the index with its
        interval.
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
    require_columns(lorenz, "lorenz", ["share_items", "share_exposure"])
    with open_canvas("Lorenz curve", ax, height=3.4, width=width, theme=theme, texts=[subtitle]) as canvas:
        if lorenz.empty:
            return canvas.finish_empty("No headline was printed: there is nothing to share.", subtitle)
        palette = canvas.palette
        curve = lorenz.sort_values(["share_items", "share_exposure"])
        canvas.ax.fill_between(
            curve["share_items"], curve["share_items"], curve["share_exposure"], color=palette.accent, alpha=0.14,
            linewidth=0,
        )  # fmt: skip
        canvas.ax.plot([0, 1], [0, 1], color=palette.soft, linestyle=LINES[1], linewidth=1.2)
        canvas.ax.plot(
            curve["share_items"], curve["share_exposure"], color=palette.accent, linewidth=2.4, clip_on=False
        )
        canvas.ax.set_xlim(0, 1)
        canvas.ax.set_ylim(0, 1)
        set_percent_axis(canvas.ax.xaxis)
        set_percent_axis(canvas.ax.yaxis)
        canvas.ax.grid(True)
        canvas.ax.tick_params(length=0)
        canvas.name_x("headlines, the least exposed first")
        canvas.ax.set_ylabel("their share of all exposure")
        canvas.ax.text(
            0.3, 0.36, "if all had the same", color=palette.soft, fontsize=9, ha="right", va="bottom"
        )
        gini, low, high = lorenz.attrs.get("gini"), None, None
        if concentration is not None and "gini" in concentration.index:
            gini, low, high = (float(concentration.loc["gini", name]) for name in ("value", "low", "high"))
        told = f"Gini {gini:.2f}" if gini is not None and pd.notna(gini) else ""
        interval = ""
        # an interval that does not hold its value says more of the resampling than of the site
        if told and low is not None and high is not None and low <= gini <= high:
            interval = f"95 % interval {low:.2f} to {high:.2f}"
        # above the line of equality nothing is ever drawn
        canvas.ax.text(0.04, 0.93, told, color=palette.ink, fontsize=12, fontweight="bold", va="top")
        canvas.ax.text(0.04, 0.84, interval, color=palette.soft, fontsize=9, va="top")
        n = int(lorenz.attrs.get("n", len(lorenz) - 1))
        top = lorenz.attrs.get("top_tenth")
        finding = f"Exposure over {plural(n, 'headline')}: {told or 'the Lorenz curve'}."
        if top is not None and pd.notna(top):
            finding = f"The most exposed tenth of the headlines holds {percent(float(top))} of all exposure."
        detail = f"{told}, 0 even to 1 all in one{', ' + interval if interval else ''}." if told else ""
        return canvas.finish(finding, f"{plural(n, 'headline')}. {subtitle}", detail)


def draw_overlap(
    overlap: pd.DataFrame,
    *,
    value: str = "rbo",
    site: str | None = None,
    ax: Any = None,
    most: int = 10,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """How much modules print the same: a heatmap with its figures.

    Parameters
    ----------
    overlap : DataFrame
        As ``compare_modules`` gives it, one row a pair of modules: first_module, second_module, the column ``value``
        (0 to 1), and snapshots (in which both stood); site where there are several.
    value : str, default "rbo"
        The measure to show: jaccard, overlap, rbo ...
    site : str, optional
        Only this site; by default the one with most snapshots.
    most : int
        How many modules, those in most pairs of lists.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(overlap, "overlap", ["first_module", "second_module", value, "snapshots"])
    pairs = overlap[(overlap["first_module"] != overlap["second_module"]) & overlap[value].notna()]
    where = ""
    if "site" in pairs.columns and pairs["site"].nunique() > 1:
        printed = (
            pairs.groupby("site")["snapshots"].sum().sort_index().sort_values(ascending=False, kind="stable")
        )
        if site is not None and site not in printed.index:
            raise InputError(f"site: got {site!r}; there are {', '.join(map(repr, printed.index))}.")
        site = str(printed.index[0]) if site is None else site
        pairs = pairs[pairs["site"] == site]
        where = f"{clean_text(site)} only. "
    flipped = pairs.rename(columns={"first_module": "second_module", "second_module": "first_module"})
    both = pd.concat([pairs, flipped], ignore_index=True).drop_duplicates(["first_module", "second_module"])
    rank = (
        both.groupby("first_module")["snapshots"]
        .sum()
        .sort_index()
        .sort_values(ascending=False, kind="stable")
    )
    names = rank.index[:most].tolist()
    texts = [name_text(name) for name in names]
    with open_canvas("Heatmap", ax, width=width, theme=theme, texts=[*texts, where, subtitle]) as canvas:
        if len(names) < 2:
            return canvas.finish_empty(
                "No two modules were printed on one page: there is nothing to compare.", subtitle
            )
        cells = both.pivot_table(index="first_module", columns="second_module", values=value)
        values = cells.reindex(index=names, columns=names).to_numpy(float)
        rows = [canvas.fit(text, 0.27, lines=2) for text in texts]
        set_height(canvas, len(rows), 0.4 if any("\n" in row for row in rows) else 0.34)
        told = [[f"{cell * 100:.0f}" if cell == cell else "" for cell in row] for row in values]
        draw_heatmap(canvas, values, rows, texts, told, blank=np.eye(len(names), dtype=bool))
        shown = pairs[pairs["first_module"].isin(names) & pairs["second_module"].isin(names)]
        best = shown.sort_values(
            [value, "first_module", "second_module"], ascending=[False, True, True]
        ).iloc[0]
        finding = (
            f"{quote(best['first_module'], 40)} and {quote(best['second_module'], 40)} print most alike: "
            f"{_NAMES.get(value, value)} {best[value]:.2f}."
        )
        if not best[value] > 0:
            finding = "No two modules of a page print the same headline."
        more = f", the {len(names)} seen most shown" if len(rank) > len(names) else ""
        measure = _NAMES.get(value, value)
        never = np.isnan(values) & ~np.eye(len(names), dtype=bool)
        more += "; hatched: never on one page" if never.any() else ""
        count = (
            f"{plural(len(rank), 'module')}{more}; {measure} times 100, mean over pages with both. {where}"
        )
        listed = "; ".join(
            f"{clean_text(row['first_module'])} and {clean_text(row['second_module'])} {row[value]:.2f}"
            for _, row in shown.sort_values(
                [value, "first_module", "second_module"], ascending=[False, True, True]
            )
            .head(5)
            .iterrows()
        )
        return canvas.finish(finding, count + subtitle, f"Most alike: {listed}.")


_NAMES = {
    "rbo": "rank-biased overlap",
    "jaccard": "Jaccard index",
    "overlap": "overlap coefficient",
    "sorensen": "S\u00f8rensen index",
}
