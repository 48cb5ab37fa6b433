"""Charts of headlines over time: when they stood there, how long, and how fast a module turns over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import Canvas, open_canvas
from toolkit.charts.parts import (
    describe_rows,
    draw_rows,
    label_rows,
    name_rows,
    note_right,
    row_height,
    set_height,
    set_percent_axis,
    set_time_axis,
)
from toolkit.charts.style import WIDTH, Theme
from toolkit.charts.text import clean_text, name_text, percent, quote, say_hours
from toolkit.tables import require_columns
from toolkit.words import plural


def draw_presence(
    presence: pd.DataFrame,
    *,
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """When headlines stood in the sidebars: one row a headline, a mark for each capture that printed it.

    Parameters
    ----------
    presence : DataFrame
        As ``find_presence`` gives it: headline, captured_at, capture, prints (0 where it was absent), best_rank.
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

    Notes
    -----
    Marks that follow each other in the captures are joined; between two captures nothing is known. A tall mark is
    rank 1 in a module, a short one any other rank. Ticks along the bottom are all captures.
    """
    require_columns(presence, "presence", ["headline", "captured_at", "capture", "prints", "best_rank"])
    names = presence["headline"].drop_duplicates().tolist()
    texts = [name_text(name) for name in names]
    with open_canvas("Strip chart", ax, width=width, theme=theme, texts=[*texts, subtitle]) as canvas:
        if not names:
            return canvas.finish_empty("No headline was printed at a known time.", subtitle)
        labels, _ = label_rows(canvas, texts)
        set_height(canvas, len(labels), row_height(labels) * 0.92)
        places = {name: len(names) - 1 - n for n, name in enumerate(names)}
        name_rows(canvas, list(places.values()), labels)
        captures = presence.drop_duplicates("capture").sort_values("capture")
        seen = presence[presence["prints"] > 0].sort_values(["headline", "capture"])
        _draw_strips(canvas, seen, places)
        start, end = captures["captured_at"].iloc[0], captures["captured_at"].iloc[-1]
        edge = (end - start) * 0.015 if end > start else pd.Timedelta(12, unit="h")
        canvas.ax.set_xlim(start - edge, end + edge)
        canvas.ax.set_ylim(-1.0, len(names) - 0.4)
        canvas.ax.plot(
            captures["captured_at"], [-0.8] * len(captures), "|", markersize=7, color=canvas.palette.soft,
            markeredgewidth=0.8, clip_on=False,
        )  # fmt: skip
        set_time_axis(canvas.ax.xaxis, start, end, canvas.width * 0.5)
        canvas.name_x(
            "tall: rank 1 in a module, short: below; joined: in the next capture too. Bottom: all captures (UTC)"
        )
        canvas.ax.grid(axis="y")
        counts = seen.groupby("headline")["capture"].nunique().sort_index()
        top = counts.sort_values(ascending=False, kind="stable")
        of = plural(len(captures), "dated capture")
        finding = f"{quote(top.index[0], 70)} was printed in {int(top.iloc[0])} of {of}."
        count = f"The {plural(len(names), 'headline')} printed in most captures. "
        listed = "; ".join(
            f"{text} ({int(counts.get(name, 0))})" for name, text in zip(names[:5], texts, strict=False)
        )
        return canvas.finish(finding, count + subtitle, f"Captures with the headline: {listed}.")


def _draw_strips(canvas: Canvas, seen: pd.DataFrame, places: dict[str, int]) -> None:
    """Marks, joined where one capture follows the other."""
    accent = canvas.palette.accent
    height = seen["headline"].map(places).to_numpy(float)
    time = seen["captured_at"].to_numpy("datetime64[us]")
    capture, name = seen["capture"].to_numpy(), seen["headline"].to_numpy()
    joined = (capture[1:] == capture[:-1] + 1) & (name[1:] == name[:-1])
    canvas.ax.hlines(
        height[:-1][joined], time[:-1][joined], time[1:][joined], color=accent, linewidth=1.3, zorder=2
    )
    first = (seen["best_rank"] == 1).to_numpy()
    for mask, tall, thick in ((~first, 7, 1.3), (first, 14, 2.2)):
        if mask.any():
            canvas.ax.plot(
                time[mask], height[mask], "|", markersize=tall, color=accent, markeredgewidth=thick, zorder=3,
                clip_on=False,
            )  # fmt: skip


def draw_dwell(
    dwell: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 15,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """How long headlines stood there: a bar from the shortest to the longest time possible, an arrow where open.

    Parameters
    ----------
    dwell : DataFrame
        As ``measure_dwell`` gives it: headline, dwell_hours_low, dwell_hours_high (inf where an end is open),
        censored; module where the headline stood in several places, sightings where counted. Rows without
        bounds are left out.
    most : int
        How many rows, from the top of the table.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(dwell, "dwell", ["headline", "dwell_hours_low", "dwell_hours_high", "censored"])
    known = dwell[dwell["dwell_hours_low"].notna()]
    part = known.head(most)
    texts = [name_text(text) for text in part["headline"]]
    modules = [name_text(name) for name in part["module"]] if "module" in part.columns else None
    with open_canvas(
        "Interval bars", ax, width=width, theme=theme, texts=[*texts, *(modules or []), subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No capture tells how long a headline stood there.", subtitle)
        palette = canvas.palette
        low = part["dwell_hours_low"].to_numpy(float)
        high = part["dwell_hours_high"].fillna(np.inf).to_numpy(float)
        finite = np.concatenate([low, high[np.isfinite(high)]])
        days = float(finite.max()) > 96
        unit, name = (24.0, "days") if days else (1.0, "hours")
        low, high = low / unit, high / unit
        limit = float(finite.max()) / unit * 1.12 or 1.0
        labels, below = label_rows(canvas, texts, modules)
        set_height(canvas, len(labels), row_height(labels, modules))
        places = np.arange(len(low))[::-1]
        name_rows(canvas, places, labels, below)
        shut, open_ended = np.isfinite(high), ~np.isfinite(high)
        reach = np.where(shut, high, limit)
        canvas.ax.barh(
            places, reach - low, left=low, height=0.34, facecolor=palette.paper, edgecolor=palette.muted,
            hatch="////",
            linewidth=0,
        )  # fmt: skip
        canvas.ax.barh(places, low, height=0.34, color=palette.accent, zorder=2)
        lone = low == 0
        if lone.any():
            canvas.ax.plot(
                low[lone],
                places[lone],
                "D",
                markersize=6,
                color=palette.accent,
                zorder=3,
                clip_on=False,
                linestyle="none",
            )
        if shut.any():
            canvas.ax.plot(
                high[shut], places[shut], "|", markersize=10, markeredgewidth=2, color=palette.accent, zorder=3,
                clip_on=False, linestyle="none",
            )  # fmt: skip
        if open_ended.any():
            canvas.ax.plot(
                np.full(int(open_ended.sum()), limit), places[open_ended], ">", markersize=8, color=palette.soft,
                zorder=3, clip_on=False, linestyle="none",
            )  # fmt: skip
        if "sightings" in part.columns:
            note_right(canvas, places, [f"{int(n):,}" for n in part["sightings"]], "seen")
        canvas.ax.set_xlim(0, limit)
        canvas.ax.grid(axis="x")
        canvas.name_x(f"{name}; full: at least, hatched: possibly, arrow: no upper bound, \u25c6: seen once")
        first = part.iloc[0]
        longest = say_hours(float(first["dwell_hours_low"]))
        finding = f"{quote(first['headline'], 70)} stood there for at least {longest}."
        if float(first["dwell_hours_low"]) == 0:
            finding = "No headline was seen in two captures: how long they stood there is not known."
        where = "row" if modules is None else "headline in a module"
        count = f"{plural(len(known), where, None if modules is None else 'headlines in a module')}"
        n_open = int(np.isinf(known["dwell_hours_high"].fillna(np.inf)).sum())
        told = f"{count}, {n_open:,} of them without a known end. "
        if modules is None:
            told = f"{plural(len(known), 'headline')}, {n_open:,} of them without a known end. "
        return canvas.finish(finding, told + subtitle, _describe_dwell(texts, part))


def _describe_dwell(texts: list[str], part: pd.DataFrame) -> str:
    parts = []
    for text, low, high in list(zip(texts, part["dwell_hours_low"], part["dwell_hours_high"], strict=True))[
        :5
    ]:
        longest = f"at most {say_hours(high)}" if pd.notna(high) and np.isfinite(high) else "no upper bound"
        parts.append(f"{text}: at least {say_hours(low)}, {longest}")
    return f"From the top: {'; '.join(parts)}."


def draw_turnover(
    churn: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 15,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """How much of each module's list is new from one capture to the next, with its interval.

    Parameters
    ----------
    churn : DataFrame
        As ``measure_churn`` gives it, one row a place: module, gaps, entry_share, entry_share_low,
        entry_share_high; site where there are several. Rows without a share are left out.
    most : int
        How many places, those with most gaps between captures.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    columns = ["module", "gaps", "entry_share", "entry_share_low", "entry_share_high"]
    require_columns(churn, "churn", columns)
    known = churn[churn["entry_share"].notna()].sort_values(
        ["gaps", "module"], ascending=[False, True], kind="stable"
    )
    part = known.head(most).sort_values(["entry_share", "module"], ascending=[False, True], kind="stable")
    labels = [name_text(name) for name in part["module"]]
    sites = (
        [clean_text(name) if pd.notna(name) else "" for name in part["site"]]
        if "site" in part.columns
        else []
    )
    below = sites if len(set(sites)) > 1 else None
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, *sites, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty(
                "No module was captured twice: nothing can be said of turnover.", subtitle
            )
        shown = (part["entry_share"], part["entry_share_low"], part["entry_share_high"])
        draw_rows(
            canvas,
            labels,
            *shown,
            below=below,
            right=[f"{int(n):,}" for n in part["gaps"]],
            right_title="gaps",
        )
        canvas.ax.set_xlim(0, 1.0 if float(pd.concat(shown).max()) > 0.5 else None)
        set_percent_axis(canvas.ax.xaxis)
        bare = bool(part["entry_share_low"].isna().all())
        interval = "no interval: too few captures" if bare else "with 95 % interval"
        canvas.name_x(f"share of the list that is new at the next capture, {interval}")
        first, last = part.iloc[0], part.iloc[-1]
        finding = (
            f"From one capture to the next, {percent(first['entry_share'])} of {quote(labels[0], 40)} is new."
        )
        if len(part) > 1:
            finding = (
                f"{quote(labels[0], 40)} turns over most: {percent(first['entry_share'])} is new at the next "
                f"capture; "
                f"{quote(labels[-1], 40)} least, {percent(last['entry_share'])}."
            )
        hidden = len(known) - len(part)
        more = f", the {len(part)} with most gaps shown" if hidden else ""
        count = f"{plural(len(known), 'place')}{more}; {plural(int(known['gaps'].sum()), 'gap')} between captures. "
        return canvas.finish(finding, count + subtitle, describe_rows(labels, *shown))
