"""Charts of words: which terms fill the sidebars, and which set two groups of texts apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import describe_rows, draw_rows, set_percent_axis
from toolkit.charts.style import WIDTH, Theme
from toolkit.charts.text import clean_text, name_text, percent, quote
from toolkit.errors import InputError
from toolkit.tables import require_columns
from toolkit.words import plural


def draw_terms(
    terms: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 20,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Which words, phrases and names fill the sidebars: share of the prints with its interval.

    Parameters
    ----------
    terms : DataFrame
        As ``measure_terms(..., freq=None, by=())`` gives it, one row a term: term, prints (with the term), n (prints
        in all), share, share_low, share_high.
    ax : Axes, optional
        Draw here instead of on a figure of its own.
    most : int
        How many terms, the most frequent.
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
    require_columns(terms, "terms", ["term", "prints", "n", "share", "share_low", "share_high"])
    if terms["term"].duplicated().any():
        raise InputError("terms: one row a term is needed. Call measure_terms(..., freq=None, by=()).")
    part = terms[terms["share"].notna()].sort_values(["share", "term"], ascending=[False, True]).head(most)
    labels = [name_text(term) for term in part["term"]]
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No term was found in the sidebars.", subtitle)
        shown = (part["share"], part["share_low"], part["share_high"])
        draw_rows(canvas, labels, *shown, right=[f"{int(n):,}" for n in part["prints"]], right_title="prints")
        canvas.ax.set_xlim(left=0)
        set_percent_axis(canvas.ax.xaxis)
        canvas.name_x("share of the printed headlines that hold the term, with 95 % interval")
        first = part.iloc[0]
        finding = (
            f"{quote(labels[0], 50)} is the commonest term: in {percent(first['share'])} of the printed headlines "
            f"({int(first['prints']):,} of {int(first['n']):,})."
        )
        count = f"{plural(int(first['n']), 'print')}, {plural(len(terms), 'term')}. "
        return canvas.finish(finding, count + subtitle, describe_rows(labels, *shown))


def draw_contrast(
    contrast: pd.DataFrame,
    *,
    names: tuple[str, str] = ("a", "b"),
    level: float | None = 0.05,
    ax: Any = None,
    most: int = 10,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Which terms set two groups of texts apart: log-odds ratios, with both counts beside each.

    Parameters
    ----------
    contrast : DataFrame
        As ``log_odds_dirichlet``, ``contrast_topics`` and ``find_terms`` give it, one row a term (index or column
        ``term``): count_a, count_b (or uses_in_headlines, uses_in_bodies), log_odds (above 0: more in a), z,
        p_adjusted.
    names : (str, str)
        What the groups a and b are called.
    level : float or None
        Terms whose adjusted p is not below are drawn hollow. None where p tests nothing, as in ``contrast_topics``.
    most : int
        How many terms of each side, those with z farthest from 0.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    table = contrast.reset_index() if "term" not in contrast.columns else contrast
    counts = ["count_a", "count_b"]
    if "uses_in_headlines" in table.columns:
        counts = ["uses_in_headlines", "uses_in_bodies"]
    require_columns(table, "contrast", ["term", *counts, "log_odds", "z", "p_adjusted"])
    known = table[table["log_odds"].notna() & table["z"].notna()].sort_values(
        ["z", "term"], ascending=[False, True]
    )
    part = pd.concat([known[known["z"] > 0].head(most), known[known["z"] < 0].tail(most)])
    labels = [name_text(term) for term in part["term"]]
    groups = [clean_text(name) for name in names]
    with open_canvas("Dot chart", ax, width=width, theme=theme, texts=[*labels, *groups, subtitle]) as canvas:
        if part.empty:
            return canvas.finish_empty("No term sets the two groups apart.", subtitle)
        odds = part["log_odds"]
        clear = (
            (part["p_adjusted"] < level).to_numpy() if level is not None else np.ones(len(part), dtype=bool)
        )
        right = [f"{int(a):,} : {int(b):,}" for a, b in zip(*(part[name] for name in counts), strict=True)]
        draw_rows(
            canvas, labels, odds, odds * np.nan, odds * np.nan, right=right, right_title="uses", reference=0.0,
            share=0.4, hollow=~clear, stems=True,
        )  # fmt: skip
        reach = float(np.abs(odds.to_numpy(float)).max()) * 1.08 or 1.0
        sides = (part["z"] < 0).any(), (part["z"] > 0).any()
        canvas.ax.set_xlim(-reach if sides[0] else -reach / 50, reach if sides[1] else reach / 50)
        ends = [
            canvas.fit(f"\u2190 more in {groups[1]}", 0.3, 9),
            canvas.fit(f"more in {groups[0]} \u2192", 0.3, 9),
        ]
        scale = "log-odds ratio" + ("; hollow: may be chance" if level is not None else "")
        told_ends = "   |   ".join(end for end, there in zip(ends, sides, strict=True) if there)
        canvas.ax.set_xlabel(f"{told_ends}\n{scale}", linespacing=1.3)
        told = []
        if part["z"].iloc[0] > 0:
            told.append(f"{quote(labels[0], 40)} marks {groups[0]} most")
        if part["z"].iloc[-1] < 0:
            told.append(f"{quote(labels[-1], 40)} marks {groups[1]} most")
        finding = "; ".join(told) + "."
        count = f"{plural(len(table), 'term')} compared. "
        if level is not None:
            n_clear = int((known["p_adjusted"] < level).sum())
            finding = finding if n_clear else "No term sets the two groups apart beyond chance."
            count = (
                f"{plural(len(table), 'term')} compared, {n_clear:,} beyond chance (adjusted p < {level:g}). "
            )
        listed = describe_rows(labels, odds, odds * np.nan, odds * np.nan, as_percent=False)
        return canvas.finish(finding, count + subtitle, listed.replace(" (no interval)", ""))
