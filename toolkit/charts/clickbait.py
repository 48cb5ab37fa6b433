"""Charts of clickbait: scores by group, cues, patterns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import draw_rows, set_percent_axis, shorten
from toolkit.charts.style import Theme
from toolkit.tables import require_columns


def draw_clickbait_by_module(
    groups: pd.DataFrame, *, by: str = "kind", ax: Any = None, subtitle: str = "", theme: Theme = "light"
) -> Any:
    """Mean clickbait score of each group of headlines, with its interval and n, highest first.

    Parameters
    ----------
    groups : DataFrame
        One row a group: the column ``by``, n, mean_score, mean_low, mean_high.
    by : str
        The group's column.
    ax, subtitle, theme
        As in the other charts.

    Returns
    -------
    Axes
    """
    require_columns(groups, "groups", [by, "n", "mean_score", "mean_low", "mean_high"])
    known = groups[groups["mean_score"].notna()].sort_values(["mean_score", by], ascending=[False, True])
    labels = [shorten(str(name), 40) for name in known[by]]
    with open_canvas(
        "Dot chart with intervals", ax, height=0.9 + 0.36 * max(1, len(known)), theme=theme, texts=labels
    ) as canvas:
        if known.empty:
            canvas.ax.set_axis_off()
            return canvas.finish("No headline could be scored.", subtitle)
        notes = [f"n={int(n):,}" for n in known["n"]]
        draw_rows(
            canvas.ax,
            labels,
            known["mean_score"],
            known["mean_low"],
            known["mean_high"],
            canvas.palette,
            notes=notes,
        )
        canvas.ax.set_xlim(
            0, max(0.6, float(known["mean_high"].max() if known["mean_high"].notna().any() else 0) * 1.08)
        )
        canvas.ax.set_xlabel("mean clickbait score (0 to 1, style as readers rate it), 95 % interval")
        first, last = known.iloc[0], known.iloc[-1]
        finding = (
            f"\u201c{first[by]}\u201d headlines have a mean clickbait score of {first['mean_score']:.2f}."
        )
        if len(known) > 1:
            finding = (
                f"\u201c{first[by]}\u201d headlines read most like clickbait ({first['mean_score']:.2f}), "
                f"\u201c{last[by]}\u201d least ({last['mean_score']:.2f})."
            )
            if (
                pd.notna(first["mean_low"])
                and pd.notna(last["mean_high"])
                and first["mean_low"] <= last["mean_high"]
            ):
                finding = "The groups' clickbait scores cannot be told apart: their intervals overlap."
        return canvas.finish(finding, f"{int(groups['n'].sum()):,} headlines. {subtitle}")


def draw_cues(cues: pd.DataFrame, *, ax: Any = None, subtitle: str = "", theme: Theme = "light") -> Any:
    """How many headlines hold each clickbait cue, as a share with its interval.

    Parameters
    ----------
    cues : DataFrame
        One row a cue: cue, n, total, share, share_low, share_high.
    ax, subtitle, theme
        As in the other charts.

    Returns
    -------
    Axes
    """
    require_columns(cues, "cues", ["cue", "n", "total", "share", "share_low", "share_high"])
    part = cues.sort_values(["share", "cue"], ascending=[False, True])
    labels = [str(name).replace("_", " ") for name in part["cue"]]
    with open_canvas(
        "Dot chart with intervals", ax, height=0.9 + 0.3 * max(1, len(part)), theme=theme, texts=labels
    ) as canvas:
        if part.empty or part["n"].sum() == 0:
            canvas.ax.set_axis_off()
            return canvas.finish("No headline holds a cue that the rules know.", subtitle)
        notes = [f"{int(n):,}" for n in part["n"]]
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
        canvas.ax.set_xlabel("share of headlines that hold the cue, 95 % interval; right: headlines")
        first = part.iloc[0]
        finding = (
            f"The most frequent cue is {labels[0]}: in {first['share'] * 100:.0f} % of the headlines "
            f"({int(first['n']):,} of {int(first['total']):,})."
        )
        return canvas.finish(finding, f"{int(first['total']):,} headlines. {subtitle}")
