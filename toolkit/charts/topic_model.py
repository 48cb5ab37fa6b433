"""Charts of a topic model itself: where the topics lie to each other, and how their number was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts.frame import Canvas, open_canvas
from toolkit.charts.style import LINES, MARKERS, WIDTH, Theme
from toolkit.charts.text import name_text, quote
from toolkit.tables import require_columns
from toolkit.words import plural

_MAP_SIZE = 9.0
_PADDING = 0.06  # inches between names


def draw_topic_map(
    topics: pd.DataFrame, *, ax: Any = None, subtitle: str = "", theme: Theme = "light", width: float = WIDTH
) -> Any:
    """Topics as discs on a plane: the area shows the number of texts, nearness shows shared words.

    Parameters
    ----------
    topics : DataFrame
        ``TopicModel.topics_``: label, size, x, y.
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
    require_columns(topics, "topics", ["label", "size", "x", "y"])
    part = topics[topics["x"].notna() & topics["y"].notna()]
    labels = [name_text(label) for label in part["label"]]
    with open_canvas(
        "Map of topics", ax, height=width * 0.55, width=width, theme=theme, texts=[*labels, subtitle]
    ) as canvas:
        if part.empty:
            return canvas.finish_empty("No topic could be formed.", subtitle)
        palette = canvas.palette
        x, y = part["x"].to_numpy(float), part["y"].to_numpy(float)
        size = part["size"].to_numpy(float)
        area = 900 * size / size.max()
        canvas.ax.scatter(x, y, s=area, color=palette.accent, alpha=0.3, linewidths=0, zorder=2)
        canvas.ax.scatter(
            x, y, s=area, facecolors="none", edgecolors=palette.accent, linewidths=1.3, zorder=3
        )
        for axis, values in ((canvas.ax.set_xlim, x), (canvas.ax.set_ylim, y)):
            middle, half = (values.max() + values.min()) / 2, (values.max() - values.min()) / 2
            axis(middle - (half or 1) * 1.45, middle + (half or 1) * 1.45)
        canvas.ax.set_xticks([])
        canvas.ax.set_yticks([])
        for side in canvas.ax.spines.values():
            side.set_visible(True)
            side.set_color(palette.grid)
        canvas.ax.set_xlabel("nearer: more words in common; the axes have no unit")
        _name_discs(canvas, labels, x, y, np.sqrt(area / np.pi) / 72, size)
        largest = f"{quote(labels[0], 60)} is the largest, with {plural(int(size[0]), 'text')}"
        finding = f"{plural(len(part), 'topic')}; {largest}."
        if len(part) > 2:
            one, two = _find_nearest(x, y)
            finding = f"{quote(labels[one], 50)} and {quote(labels[two], 50)} have most words in common."
        told = f"{plural(int(size.sum()), 'text')}, {plural(len(part), 'topic')}; area: texts of the topic. "
        listed = "; ".join(f"{label} ({int(n):,})" for label, n in zip(labels, size, strict=True))
        return canvas.finish(finding, told + subtitle, f"Topics by size: {listed}.")


def _find_nearest(x: Any, y: Any) -> tuple[int, int]:
    apart = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    apart[np.tril_indices(len(x))] = np.inf
    one, two = np.unravel_index(int(np.argmin(apart)), apart.shape)
    return int(one), int(two)


def _name_discs(canvas: Canvas, labels: Sequence[str], x: Any, y: Any, radius: Any, size: Any) -> None:
    """A name beside each disc, the largest first, where it meets neither names nor discs; tied to it if far."""
    ax = canvas.ax
    wide = canvas.width
    high = canvas.plot_height if canvas.own else ax.get_position().height * ax.figure.get_figheight()
    (left, right), (low, top) = ax.get_xlim(), ax.get_ylim()
    across, up = (x - left) / (right - left) * wide, (y - low) / (top - low) * high
    boxes: list[tuple[float, float, float, float]] = []
    discs = [(a - r, b - r, a + r, b + r) for a, b, r in zip(across, up, radius, strict=True)]
    for n in sorted(range(len(labels)), key=lambda n: (-size[n], labels[n])):
        text = canvas.fit(labels[n], 0.3, _MAP_SIZE, lines=2)
        half_wide = canvas.measure(text, _MAP_SIZE) / 2 + _PADDING
        half_high = (text.count("\n") + 1) * _MAP_SIZE * 1.2 / 72 / 2 + _PADDING / 2
        best, least = (across[n], up[n]), np.inf
        for far in (0.02, 0.14, 0.3, 0.55, 0.9, 1.4):
            for turn in range(16):
                angle = -np.pi / 2 + turn * np.pi / 8 * (1 if turn % 2 else -1)
                a = across[n] + np.cos(angle) * (radius[n] + far + half_wide)
                b = up[n] + np.sin(angle) * (radius[n] + far + half_high)
                box = (a - half_wide, b - half_high, a + half_wide, b + half_high)
                outside = max(0, -box[0], -box[1], box[2] - wide, box[3] - high)
                hits = 20 * sum(_overlap(box, other) for other in boxes)
                hits += sum(_overlap(box, disc) for disc in discs)
                cost = 50 * outside + 10 * hits + far
                if cost < least - 1e-9:
                    best, least = (a, b), cost
        boxes.append((best[0] - half_wide, best[1] - half_high, best[0] + half_wide, best[1] + half_high))
        away = np.hypot(best[0] - across[n], best[1] - up[n]) > radius[n] + half_wide + 0.2
        place = (left + best[0] / wide * (right - left), low + best[1] / high * (top - low))
        tie = {"arrowstyle": "-", "color": canvas.palette.muted, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
        ax.annotate(
            text, (x[n], y[n]), xytext=place, textcoords="data", ha="center", va="center", fontsize=_MAP_SIZE,
            color=canvas.palette.ink, arrowprops=tie if away else None, zorder=5, annotation_clip=False,
        )  # fmt: skip


def _overlap(one: tuple[float, ...], two: tuple[float, ...]) -> float:
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    return wide * high if wide > 0 and high > 0 else 0.0


_CURVES = {
    "stability": "stability: the same topics from other texts",
    "gain": "gain: how well unseen texts fit",
    "score": "score: both, weighed",
}


def draw_topic_choice(
    curve: pd.DataFrame,
    *,
    chosen: int | None = None,
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """How good each number of topics is, and which was chosen.

    Parameters
    ----------
    curve : DataFrame
        ``TopicModel.curve_``: n_topics, stability; stability_low, stability_high, gain and score where known. A
        column ``chosen`` (bool) marks the number taken.
    chosen : int, optional
        The number taken, ``TopicModel.n_topics_``, where the table does not mark it.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(curve, "curve", ["n_topics", "stability"])
    part = curve.sort_values("n_topics")
    if chosen is None and "chosen" in part.columns and part["chosen"].any():
        chosen = int(part.loc[part["chosen"].astype(bool), "n_topics"].iloc[0])
    with open_canvas("Line chart", ax, height=2.4, width=width, theme=theme, texts=[subtitle]) as canvas:
        if part.empty or part["stability"].isna().all():
            return canvas.finish_empty("Too few texts to compare numbers of topics.", subtitle)
        palette = canvas.palette
        names = [name for name in _CURVES if name in part.columns and part[name].notna().any()]
        if {"stability_low", "stability_high"} <= set(part.columns):
            canvas.ax.fill_between(
                part["n_topics"], part["stability_low"], part["stability_high"], color=palette.series[0], alpha=0.18,
                linewidth=0,
            )  # fmt: skip
        ends = []
        for n, name in enumerate(names):
            canvas.ax.plot(
                part["n_topics"], part[name], color=palette.series[n], marker=MARKERS[n], linestyle=LINES[n],
                markersize=5, zorder=3, clip_on=False,
            )  # fmt: skip
            ends.append((float(part[name].dropna().iloc[-1]), name, palette.series[n]))
        top = max(float(max(part[name].max() for name in names)) * 1.06, 0.1)
        bottom = min(0.0, float(min(part[name].min() for name in names)))
        canvas.ax.set_ylim(bottom, top)
        canvas.ax.xaxis.get_major_locator().set_params(integer=True, nbins=10)
        canvas.ax.set_xlabel("number of topics")
        canvas.ax.grid(axis="y")
        canvas.ax.tick_params(axis="y", length=0)
        canvas.ax.spines["left"].set_visible(False)
        if len(ends) == 1:
            canvas.ax.set_ylabel("stability by split halves")
        else:
            canvas.ax.set_ylabel("higher is better")
            _name_ends(canvas, ends, bottom, top)
        best = part.loc[part["stability"].idxmax()]
        finding = f"Topics are most stable at {int(best['n_topics'])} (stability {best['stability']:.2f})."
        row = part[part["n_topics"] == chosen] if chosen is not None else part.head(0)
        if len(row):
            canvas.ax.axvline(chosen, color=palette.ink, linewidth=1.2, zorder=2)
            canvas.ax.annotate(
                f"{chosen} taken", (chosen, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                textcoords="offset points", ha="center", va="bottom", fontsize=9.5, fontweight="bold",
                color=palette.ink, annotation_clip=False,
            )  # fmt: skip
            value = float(row["stability"].iloc[0])
            others = f"the most stable number is {int(best['n_topics'])} ({best['stability']:.2f})"
            finding = f"{chosen} topics were taken (stability {value:.2f}); {others}."
            if int(best["n_topics"]) == chosen:
                finding = f"{chosen} topics were taken: no other number is more stable ({value:.2f})."
            elif "score" in names and chosen == int(part.loc[part["score"].idxmax(), "n_topics"]):
                finding = f"{chosen} topics weigh stability ({value:.2f}) best with fit; {others}."
        numbers = part["n_topics"].astype("int64")
        tried = f"{plural(len(part), 'number')} of topics tried, {numbers.min()} to {numbers.max()}. "
        listed = "; ".join(
            f"{int(k)}: {value:.2f}" for k, value in zip(part["n_topics"], part["stability"], strict=True)
        )
        return canvas.finish(finding, tried + subtitle, f"Stability by number of topics: {listed}.")


def _name_ends(canvas: Canvas, ends: Sequence[tuple[float, str, str]], low: float, high: float) -> None:
    from toolkit.charts.parts import name_beside, spread

    heights = spread([end[0] for end in ends], (high - low) * 0.12, low, high)
    texts = [canvas.fit(_CURVES[name], 0.25, 8.5, lines=2) for _, name, _ in ends]
    name_beside(canvas.palette, canvas.ax, 1.0, heights, texts, [colour for _, _, colour in ends])
