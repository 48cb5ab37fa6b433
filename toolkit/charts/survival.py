"""Chart of survival: which share of a module's headlines still stood after so many hours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import set_percent_axis
from toolkit.charts.style import WIDTH, Theme
from toolkit.charts.text import name_text, percent, quote, say_hours
from toolkit.errors import InputError
from toolkit.tables import require_columns
from toolkit.words import plural


def draw_survival(
    survival: pd.DataFrame,
    *,
    module: str | None = None,
    site: str | None = None,
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Share of a module's headlines that still stood after so many hours: a band, for captures leave gaps.

    Parameters
    ----------
    survival : DataFrame
        As ``measure_survival`` gives it: site, module, hours, survival_low, survival_high, survival, stays.
    module, site : str, optional
        Which list; by default the one with most stays.
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
    MissingColumnsError
        If a column is absent.
    InputError
        If there is no such module or site.

    Notes
    -----
    The truth lies in the band, sampling error apart. The line inside, where there is one, takes each stay to have
    lasted until the middle of its two bounds.
    """
    columns = ["site", "module", "hours", "survival_low", "survival_high", "survival", "stays"]
    require_columns(survival, "survival", columns)
    part = _pick(_pick(survival, "site", site), "module", module)
    if len(part):
        stays = part.assign(site=part["site"].fillna(""), module=part["module"].fillna(""))
        key = stays.sort_values(["stays", "site", "module"], ascending=[False, True, True]).iloc[0]
        part = part[(stays["site"] == key["site"]) & (stays["module"] == key["module"])]
    part = part.sort_values("hours")
    name = name_text(part["module"].iloc[0]) if len(part) else ""
    with open_canvas(
        "Survival curve", ax, height=3.2, width=width, theme=theme, texts=[name, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No stay of a headline was seen to begin.", subtitle)
        palette = canvas.palette
        hours = np.append(0.0, part["hours"].to_numpy(float))
        low, high, middle = (
            np.append(1.0, part[column].to_numpy(float))
            for column in ("survival_low", "survival_high", "survival")
        )
        unit, per = ("days", 24.0) if hours[-1] > 72 else ("hours", 1.0)
        canvas.ax.fill_between(
            hours / per, low, high, step="post", color=palette.accent, alpha=0.25, linewidth=0, zorder=2
        )
        for edge in (low, high):
            canvas.ax.step(hours / per, edge, where="post", color=palette.accent, linewidth=1.2, zorder=3)
        drawn = not part["survival"].isna().all()
        if drawn:
            canvas.ax.step(hours / per, middle, where="post", color=palette.ink, linewidth=2, zorder=4)
        canvas.ax.axhline(0.5, color=palette.soft, linewidth=0.8, zorder=1)
        canvas.ax.set_ylim(0, 1)
        canvas.ax.set_xlim(0, max(hours[-1] / per, 1.0))
        set_percent_axis(canvas.ax.yaxis)
        canvas.ax.grid(axis="y")
        canvas.ax.tick_params(length=0)
        canvas.name_x(f"{unit} since the headline entered the module")
        canvas.ax.set_ylabel("headlines still there")
        first, last = _find_half(hours, low), _find_half(hours, high)
        finding = f"At least {percent(float(low[-1]))} of the headlines of {quote(name, 40)} outlasted the captures."
        if first is not None and last is not None:
            finding = (
                f"Half of the headlines of {quote(name, 40)} were gone after {say_hours(first)} to "
                f"{say_hours(last)}."
            )
            if say_hours(first) == say_hours(last):
                finding = f"Half of the headlines of {quote(name, 40)} were gone after {say_hours(last)}."
        elif first is not None:
            finding = (
                f"Half of the headlines of {quote(name, 40)} may have been gone after {say_hours(first)}, "
                "or stood to the end."
            )
        told = (
            f"{plural(int(part['stays'].iloc[0]), 'stay')} seen to begin; the band holds what gaps leave open"
        )
        told += ", the line takes the middle. " if drawn else ". "
        return canvas.finish(finding, told + subtitle)


def _pick(table: pd.DataFrame, column: str, value: str | None) -> pd.DataFrame:
    if value is None:
        return table
    part = table[table[column] == value]
    if part.empty and len(table):
        there = ", ".join(map(repr, sorted(table[column].dropna().unique())[:20]))
        raise InputError(f"{column}: no {column} {value!r} in the table; there are {there}.")
    return part


def _find_half(hours: Any, curve: Any) -> float | None:
    gone = np.flatnonzero(curve <= 0.5)
    return float(hours[gone[0]]) if len(gone) else None
