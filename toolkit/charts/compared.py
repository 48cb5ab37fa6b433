"""Charts of what is held against something else: groups against others, scores against ratings."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import describe_rows, draw_rows, set_percent_axis
from toolkit.charts.style import LINES, WIDTH, Theme
from toolkit.charts.text import NBSP, name_text, quote
from toolkit.errors import InputError
from toolkit.tables import require_columns
from toolkit.words import plural


def draw_comparison(
    comparison: pd.DataFrame,
    *,
    measure: str = "mean score",
    ax: Any = None,
    most: int = 20,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """How far each group's headlines lie above or below the others in one measure, with interval.

    Parameters
    ----------
    comparison : DataFrame
        As ``compare_clickbait`` gives it: measure, group, reference, n, difference, difference_low,
        difference_high.
    measure : str
        Which of its measures: "mean score", "share high" or a cue.
    ax : Axes, optional
        Draw here instead of on a figure of its own.
    most : int
        How many groups, those that differ most.
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
    columns = ["measure", "group", "reference", "n", "difference", "difference_low", "difference_high"]
    require_columns(comparison, "comparison", columns)
    there = comparison["measure"].drop_duplicates().tolist()
    if there and measure not in there:
        raise InputError(f"measure: no measure {measure!r}; there are {', '.join(map(repr, there))}.")
    rows = comparison[(comparison["measure"] == measure) & comparison["difference"].notna()]
    size = rows["difference"].abs()
    part = rows.loc[size.sort_values(ascending=False, kind="stable").index].head(most)
    part = part.sort_values(["difference", "group"], ascending=[False, True])
    labels = [name_text(name) for name in part["group"]]
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No two groups can be compared.", subtitle)
        shown = (part["difference"], part["difference_low"], part["difference_high"])
        right = [f"{int(n):,}" for n in part["n"]]
        draw_rows(canvas, labels, *shown, right=right, right_title="headlines", reference=0.0)
        reach = float(pd.concat(shown).abs().max()) * 1.12 or 0.1
        canvas.ax.set_xlim(-reach, reach)
        name = measure.replace("_", " ")
        against = [name_text(text) for text in part["reference"].drop_duplicates()]
        than = against[0] if len(against) == 1 else "the others"
        if measure == "mean score":
            canvas.name_x(f"difference of the mean clickbait score from {than}, with 95 % interval")
        else:
            set_percent_axis(canvas.ax.xaxis, bins=4)
            told = "score high" if measure == "share high" else f"hold {name}"
            canvas.name_x(
                f"difference of the share of headlines that {told} from {than}, in points, 95 % interval"
            )
        above, below = part["difference_low"] > 0, part["difference_high"] < 0
        apart = part[above | below]
        finding = f"No group can be told from {than} in {name}."
        if len(apart):
            farthest = apart.loc[apart["difference"].abs().idxmax()]
            step = f"{abs(farthest['difference']):.2f}"
            if measure != "mean score":
                step = f"{abs(farthest['difference']) * 100:.0f}{NBSP}points"
            side = "above" if farthest["difference"] > 0 else "below"
            finding = f"{quote(farthest['group'], 40)} lies {step} {side} {than} in {name}."
        told = f"{len(apart)} of {plural(len(part), 'group')} differ beyond their interval. "
        return canvas.finish(finding, told + subtitle, describe_rows(labels, *shown, as_percent=False))


def draw_calibration(
    calibration: pd.DataFrame,
    *,
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Mean rating beside mean score: dots on the line mean that scores can be read as ratings.

    Parameters
    ----------
    calibration : DataFrame
        As ``measure_calibration`` gives it: mean_score, mean_rating, rating_low, rating_high, n.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(
        calibration, "calibration", ["mean_score", "mean_rating", "rating_low", "rating_high", "n"]
    )
    bins = calibration.sort_values("mean_score")
    with open_canvas(
        "Calibration plot", ax, height=3.4, width=width, theme=theme, texts=[subtitle]
    ) as canvas:
        if bins.empty:
            return canvas.finish_empty("No headline was both scored and rated.", subtitle)
        palette = canvas.palette
        canvas.ax.plot([0, 1], [0, 1], color=palette.soft, linestyle=LINES[1], linewidth=1.2, zorder=1)
        known = bins["rating_low"].notna() & bins["rating_high"].notna()
        canvas.ax.vlines(
            bins.loc[known, "mean_score"], bins.loc[known, "rating_low"], bins.loc[known, "rating_high"],
            color=palette.accent, linewidth=2.4, zorder=2,
        )  # fmt: skip
        canvas.ax.plot(
            bins["mean_score"], bins["mean_rating"], "o", markersize=7, color=palette.accent, zorder=3, clip_on=False
        )  # fmt: skip
        canvas.ax.set_xlim(0, 1)
        canvas.ax.set_ylim(0, 1)
        canvas.ax.grid(True)
        canvas.ax.tick_params(length=0)
        canvas.name_x("mean score of the headlines in the bin")
        canvas.ax.set_ylabel("their mean rating, with 95 % interval")
        held = bins["rating_low"].le(bins["mean_score"]) & bins["rating_high"].ge(bins["mean_score"])
        n, hit = int(known.sum()), int((held & known).sum())
        finding = f"In {hit} of {plural(n, 'bin')} the score lies within the interval of the mean rating."
        if n and hit == n:
            finding = "In every bin of scores the mean rating is what the score says, as far as can be told."
        if not n:
            finding = "Too few headlines to say whether the scores can be read as ratings."
        told = f"{plural(int(bins['n'].sum()), 'headline')} in {plural(len(bins), 'bin')} of the score. "
        pairs = "; ".join(
            f"score {score:.2f}, rating {rating:.2f}"
            for score, rating in zip(bins["mean_score"], bins["mean_rating"], strict=True)
        )
        return canvas.finish(finding, told + subtitle, f"Bins: {pairs}.")
