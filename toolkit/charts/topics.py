"""Charts of topics: how large, how they move, where they are printed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import Canvas, open_canvas
from toolkit.charts.parts import (
    describe_rows,
    draw_heatmap,
    draw_rows,
    set_height,
    set_percent_axis,
    set_time_axis,
)
from toolkit.charts.style import LINES, MARKERS, WIDTH, Theme
from toolkit.charts.text import clean_text, name_text, percent, quote
from toolkit.tables import require_columns
from toolkit.words import plural

#: Fewer headlines than this bear no comparison.
_FEW = 20


def draw_topics(
    topics: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 20,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """The topics by size: share of the texts with its interval, and the terms that set each apart.

    Parameters
    ----------
    topics : DataFrame
        ``TopicModel.topics_``: label, size, share, share_low, share_high, terms (lists).
    ax : Axes, optional
        Draw here instead of on a figure of its own.
    most : int
        How many topics, the largest first.
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
    require_columns(topics, "topics", ["label", "size", "share", "share_low", "share_high", "terms"])
    part = topics.head(most)
    labels = [name_text(label) for label in part["label"]]
    terms = [_more_terms(label, words) for label, words in zip(labels, part["terms"], strict=True)]
    with open_canvas(
        "Dot chart with intervals", ax, width=width, theme=theme, texts=[*labels, *terms, subtitle]
    ) as canvas:
        if topics.empty:
            return canvas.finish_empty("No topic could be formed.", subtitle)
        shown = (part["share"], part["share_low"], part["share_high"])
        right = [f"{int(n):,}" for n in part["size"]]
        draw_rows(canvas, labels, *shown, below=terms, right=right, right_title="texts", share=0.5)
        canvas.ax.set_xlim(left=0)
        set_percent_axis(canvas.ax.xaxis, bins=4)
        canvas.name_x("share of the texts, with 95 % interval")
        first = topics.iloc[0]
        n = int(topics["size"].sum())
        largest = f"{quote(labels[0], 60)}, holds {percent(first['share'])} of the texts"
        finding = f"The largest of {len(topics)} topics, {largest}."
        if len(topics) == 1:
            finding = f"All texts fall into one topic, {quote(labels[0], 60)}."
        elif first["share_low"] <= topics["share"].iloc[1:].max():
            finding = (
                f"{len(topics)} topics; none is surely the largest: {quote(labels[0], 60)} leads with "
                f"{percent(first['share'])} of the texts."
            )
        more = f", the {most} largest shown" if len(topics) > most else ""
        return canvas.finish(finding, f"{plural(n, 'text')}{more}. {subtitle}", describe_rows(labels, *shown))


def _more_terms(label: str, terms: Any) -> str:
    """The terms that the label does not say already."""
    said = {word.strip() for word in label.split(",")}
    cleaned = (clean_text(term) for term in terms)
    return ", ".join([term for term in cleaned if term not in said][:8])


def draw_topics_over_time(
    over_time: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 6,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Each topic's share of the texts in each calendar bin, with its interval, one small panel a topic.

    Parameters
    ----------
    over_time : DataFrame
        As ``topics_over_time`` gives it: start, end, topic, label, n, total, share, share_low, share_high. Bins
        without texts leave a gap in the line.
    ax : Axes, optional
        Draw here, all topics in one panel, instead of on a figure of small panels.
    most : int
        How many topics, the largest first.
    subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes
        The one given, or the first panel.

    Raises
    ------
    MissingColumnsError, InputError
    """
    columns = ["start", "topic", "label", "n", "total", "share", "share_low", "share_high"]
    require_columns(over_time, "over_time", columns)
    names = over_time.drop_duplicates("topic").sort_values("topic").head(most)
    topics = names["topic"].tolist()
    texts = [name_text(label) for label in names["label"]]
    with open_canvas(
        "Line chart in small panels" if ax is None else "Line chart",
        ax,
        width=width,
        theme=theme,
        texts=[*texts, subtitle],
    ) as canvas:
        if over_time.empty:
            return canvas.finish_empty("No text bears the time that was asked for.", subtitle)
        _open_panels(canvas, len(topics))
        for n, (topic, text) in enumerate(zip(topics, texts, strict=True)):
            part = over_time[over_time["topic"] == topic].sort_values("start")
            panel = canvas.panels[n] if canvas.own else canvas.ax
            place = (
                0 if canvas.own else n % len(MARKERS)
            )  # all in one panel: colour, marker and line tell them apart
            colour = canvas.palette.series[place]
            if canvas.own:
                panel.fill_between(
                    part["start"],
                    part["share_low"],
                    part["share_high"],
                    color=colour,
                    alpha=0.18,
                    linewidth=0,
                )
            panel.plot(
                part["start"], part["share"], markersize=4.5, label=canvas.fit(text, 0.4, 8.5), color=colour,
                marker=MARKERS[place], linestyle=LINES[place], clip_on=False, zorder=3,
            )  # fmt: skip
            panel.grid(axis="y")
            panel.tick_params(axis="y", length=0)
            panel.spines["left"].set_visible(False)
            set_percent_axis(panel.yaxis, bins=4)
            starts = over_time["start"]
            set_time_axis(panel.xaxis, starts.min(), starts.max(), canvas.width * (0.45 if canvas.own else 1))
            if canvas.own:
                title = canvas.fit(text, 0.4, 10, weight="bold")
                panel.set_title(title, fontsize=10, loc="left", color=canvas.palette.ink, fontweight="bold")
        top = over_time.loc[over_time["topic"].isin(topics), "share_high" if canvas.own else "share"].max()
        canvas.ax.set_ylim(0, min(1.0, float(top) * 1.08) if pd.notna(top) and top > 0 else 1.0)
        if not canvas.own:
            canvas.ax.legend(
                frameon=False,
                fontsize=8,
                loc="upper left",
                bbox_to_anchor=(0, -0.12),
                borderaxespad=0,
                ncols=2,
            )
        detail = "; ".join(_say_topic(over_time[over_time["topic"] == topic]) for topic in topics)
        hidden = over_time["topic"].nunique() - len(topics)
        count = _count_bins(over_time) + (f"The {len(topics)} largest topics. " if hidden else "")
        return canvas.finish(_say_move(over_time), count + subtitle, f"Mean share of bins: {detail}.")


def _open_panels(canvas: Canvas, n: int) -> None:
    """One small panel a topic, on a figure of our own; the first of them is the chart's Axes."""
    if not canvas.own:
        return
    canvas.columns = 2 if n > 1 else 1
    canvas.plot_height = 0.85
    figure = canvas.ax.figure
    canvas.ax.remove()
    rows = -(-n // canvas.columns)
    grid = list(figure.subplots(rows, canvas.columns, sharex=True, sharey=True, squeeze=False).flat)
    for spare in grid[n:]:
        spare.remove()
    canvas.panels = grid[:n]
    canvas.ax = grid[0]
    for place, panel in enumerate(
        canvas.panels
    ):  # the last panel of each column says the time, the first the share
        panel.xaxis.set_tick_params(labelbottom=place + canvas.columns >= n)
        panel.yaxis.set_tick_params(labelleft=place % canvas.columns == 0)


def _say_topic(part: pd.DataFrame) -> str:
    shares = part["share"].dropna()
    low, high = (percent(shares.min()), percent(shares.max())) if len(shares) else ("none", "none")
    return f"{clean_text(part['label'].iloc[0])} between {low} and {high}"


def _say_move(over_time: pd.DataFrame) -> str:
    """Which topic moved most between two bins whose intervals lie apart; or that none did."""
    if over_time["start"].nunique() < 2:
        return "All texts fall into one period: nothing can be said of change."
    best, words = 0.0, "No topic\u2019s share moved by more than its intervals allow."
    for _, part in over_time[over_time["total"] > 0].groupby("topic", sort=True):
        low, high = part.loc[part["share"].idxmin()], part.loc[part["share"].idxmax()]
        if high["share_low"] > low["share_high"] and high["share"] - low["share"] > best:
            best = high["share"] - low["share"]
            words = (
                f"{quote(high['label'], 50)} moved most: {percent(low['share'])} of the texts from "
                f"{low['start']:%Y-%m-%d}, {percent(high['share'])} from {high['start']:%Y-%m-%d}."
            )
    return words


def _count_bins(over_time: pd.DataFrame) -> str:
    bins = over_time.drop_duplicates("start")
    empty = int((bins["total"] == 0).sum())
    told = f"{plural(int(bins['total'].sum()), 'text')} in {plural(len(bins), 'period')}"
    return told + (
        f", {empty} of them empty; bands are 95 % intervals. " if empty else "; bands are 95 % intervals. "
    )


def draw_topics_by_kind(
    shares: pd.DataFrame,
    *,
    by: str = "kind",
    ax: Any = None,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Each topic's share within each group, such as a kind of module, as a heatmap with its numbers.

    Parameters
    ----------
    shares : DataFrame
        As ``measure_topic_shares`` gives it: the group's column, topic, label, n, total, share; share_low where
        known.
    by : str
        The group's column.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    require_columns(shares, "shares", [by, "topic", "label", "n", "total", "share"])
    names = shares.drop_duplicates("topic").sort_values("topic")
    totals = shares.drop_duplicates(by).set_index(by)["total"]
    totals = totals[totals.index.notna()].sort_index().sort_values(ascending=False, kind="stable")
    room = max(3, int(width * 0.56 / 0.62))
    groups = totals.index[:room].tolist()
    labels = [name_text(label) for label in names["label"]]
    heads = [name_text(group) for group in groups]
    with open_canvas("Heatmap", ax, width=width, theme=theme, texts=[*labels, *heads, subtitle]) as canvas:
        if shares.empty:
            return canvas.finish_empty("No headline could be assigned to a topic.", subtitle)
        cells = shares.pivot_table(index="topic", columns=by, values="share")
        values = cells.reindex(index=names["topic"], columns=groups).to_numpy(float)
        fitted = [canvas.fit(label, 0.27 if len(groups) < 6 else 0.21, lines=2) for label in labels]
        set_height(canvas, len(labels), 0.36 if any("\n" in label for label in fitted) else 0.31)
        notes = [f"n={int(totals[group]):,}" for group in groups]
        faint = [bool(totals[group] < _FEW) for group in groups]
        texts = [[f"{value * 100:.0f}" if value == value else "" for value in row] for row in values]
        draw_heatmap(canvas, values, fitted, heads, texts, notes=notes, faint=faint)
        surest = (
            "share_low" if "share_low" in shares.columns and shares["share_low"].notna().any() else "share"
        )
        best = shares[(shares["total"] >= _FEW) & shares[by].isin(groups)].sort_values(
            [surest, by, "topic"], ascending=[False, True, True]
        )
        finding = "Too few headlines in every group to compare."
        if len(best):
            top = best.iloc[0]
            finding = (
                f"{quote(top['label'], 60)} fills {percent(top['share'])} of the {clean_text(top[by])} headlines, "
                "more surely than any other topic fills a group."
            )
        dropped = len(totals) - len(groups)
        more = f"; the {len(groups)} largest groups" if dropped else ""
        more += f"; columns under {_FEW} are not shaded" if any(faint) else ""
        rows = describe_rows(
            [f"{clean_text(row[by])}: {clean_text(row['label'])}" for _, row in best.head(5).iterrows()],
            best["share"].head(5), best["share"].head(5) * float("nan"), best["share"].head(5) * float("nan"),
        )  # fmt: skip
        return canvas.finish(
            finding,
            f"Percent of each column; n = headlines{more}. {subtitle}",
            rows.replace(" (no interval)", ""),
        )
