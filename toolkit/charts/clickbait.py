"""Charts of clickbait: scores by group, cues, patterns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import describe_rows, draw_rows, set_percent_axis
from toolkit.charts.style import WIDTH, Theme
from toolkit.charts.text import clean_text, name_text, percent, quote
from toolkit.tables import require_columns
from toolkit.words import plural


def draw_clickbait_by_module(
    groups: pd.DataFrame,
    *,
    by: str = "kind",
    ax: Any = None,
    most: int = 20,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Mean clickbait score of each group of headlines, with its interval and n, highest first.

    Parameters
    ----------
    groups : DataFrame
        One row a group: the column ``by``, n, mean_score, mean_low, mean_high.
    by : str
        The group's column.
    ax : Axes, optional
        Draw here instead of on a figure of its own.
    most : int
        How many groups, those with the highest means.
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
    require_columns(groups, "groups", [by, "n", "mean_score", "mean_low", "mean_high"])
    known = groups[groups["mean_score"].notna()].sort_values(["mean_score", by], ascending=[False, True])
    part = known.head(most)
    labels = [name_text(name) for name in part[by]]
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No headline could be scored.", subtitle)
        shown = (part["mean_score"], part["mean_low"], part["mean_high"])
        draw_rows(canvas, labels, *shown, right=[f"{int(n):,}" for n in part["n"]], right_title="headlines")
        canvas.ax.set_xlim(0, min(1.0, max(0.6, float(pd.concat(shown).max()) * 1.08)))
        canvas.name_x("mean clickbait score, 0 to 1: style as readers rate it, with 95 % interval")
        first, last = part.iloc[0], known.iloc[-1]
        finding = (
            f"{quote(labels[0], 40)} headlines have a mean clickbait score of {first['mean_score']:.2f}."
        )
        if len(known) > 1:
            finding = (
                f"{quote(labels[0], 40)} headlines read most like clickbait ({first['mean_score']:.2f}), "
                f"{quote(last[by], 40)} least ({last['mean_score']:.2f})."
            )
            if pd.isna(first["mean_low"]) or pd.isna(last["mean_high"]):
                finding = finding[:-1] + "; too few captures to say how surely."
            elif first["mean_low"] <= last["mean_high"]:
                finding = (
                    "Clickbait scores do not tell the groups apart: even the outermost intervals overlap."
                )
        count = f"{plural(int(groups['n'].sum()), 'headline')}. "
        return canvas.finish(finding, count + subtitle, describe_rows(labels, *shown, as_percent=False))


def draw_cues(
    cues: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 20,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """How many headlines hold each clickbait cue, as a share with its interval.

    Parameters
    ----------
    cues : DataFrame
        One row a cue: cue, n, total, share, share_low, share_high.
    most : int
        How many cues, the most frequent.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(cues, "cues", ["cue", "n", "total", "share", "share_low", "share_high"])
    part = cues.sort_values(["share", "cue"], ascending=[False, True]).head(most)
    labels = [name_text(name).replace("_", " ") for name in part["cue"]]
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, subtitle]
    ) as canvas:
        if part.empty or part["n"].sum() == 0:
            return canvas.finish_empty("No headline holds a cue that the rules know.", subtitle)
        shown = (part["share"], part["share_low"], part["share_high"])
        draw_rows(canvas, labels, *shown, right=[f"{int(n):,}" for n in part["n"]], right_title="headlines")
        canvas.ax.set_xlim(left=0)
        set_percent_axis(canvas.ax.xaxis)
        canvas.name_x("share of headlines that hold the cue, with 95 % interval")
        first = part.iloc[0]
        finding = (
            f"The most frequent cue is {labels[0]}: in {percent(first['share'])} of the headlines "
            f"({int(first['n']):,} of {int(first['total']):,})."
        )
        count = f"{plural(int(first['total']), 'headline')}. "
        return canvas.finish(finding, count + subtitle, describe_rows(labels, *shown))


def draw_patterns(
    patterns: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 12,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """The templates that headlines are made from: share of the headlines with interval, and an example of each.

    Parameters
    ----------
    patterns : DataFrame
        As ``find_patterns`` gives it: pattern, n, n_headlines, share, share_low, share_high, examples (lists).
    most : int
        How many patterns, from the top of the table.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    columns = ["pattern", "n", "n_headlines", "share", "share_low", "share_high", "examples"]
    require_columns(patterns, "patterns", columns)
    part = patterns.head(most)
    labels = [name_text(name).replace("<...>", "\u2026") for name in part["pattern"]]
    examples = [clean_text(texts[0]) if len(texts) else "" for texts in part["examples"]]
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, *examples, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No template recurs among the headlines.", subtitle)
        shown = (part["share"], part["share_low"], part["share_high"])
        right = [f"{int(n):,}" for n in part["n"]]
        draw_rows(canvas, labels, *shown, below=examples, right=right, right_title="headlines", share=0.5)
        canvas.ax.set_xlim(left=0)
        set_percent_axis(canvas.ax.xaxis, bins=4)
        canvas.name_x("share of different headlines, with 95 % interval")
        first = part.iloc[0]
        finding = (
            f"{quote(labels[0], 60)} is the most used template: {int(first['n']):,} of "
            f"{plural(int(first['n_headlines']), 'headline')} fit it."
        )
        count = f"{plural(len(patterns), 'template')}, an example below each. "
        return canvas.finish(finding, count + subtitle, describe_rows(labels, *shown))
