"""Charts of revisions: where in the body the changes sit, and headlines that were rewritten."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.parts import label_rows, name_rows, row_height, set_height
from toolkit.charts.style import MARKERS, WIDTH, Theme
from toolkit.charts.text import NBSP, clean_text, name_text
from toolkit.tables import require_columns
from toolkit.words import plural

_ACTIONS = ("added", "removed", "reworded", "moved", "split", "merged")


def draw_edits(
    changes: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 20,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """An edit map: a line for each pair of snapshots, a mark where in the body each sentence changed.

    Parameters
    ----------
    changes : DataFrame
        As ``compare_snapshots`` gives it: snapshot_before, snapshot_after, source_after, field, change, position,
        size_words.
    ax : Axes, optional
        Draw here instead of on a figure of its own.
    most : int
        How many pairs, those with most changed words first.
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
    columns = [
        "snapshot_before",
        "snapshot_after",
        "source_after",
        "field",
        "change",
        "position",
        "size_words",
    ]
    require_columns(changes, "changes", columns)
    body = changes[(changes["field"] == "body") & changes["position"].notna()]
    key = body["snapshot_before"].astype("str") + "|" + body["snapshot_after"].astype("str")
    size = body.groupby(key)["size_words"].sum()
    order = size.sort_index().sort_values(ascending=False, kind="stable").index[:most]
    names = body.assign(key=key).drop_duplicates("key").set_index("key")["source_after"]
    labels = [_short_name(str(names[pair])) for pair in order]
    with open_canvas("Edit map", ax, width=width, theme=theme, texts=[*labels, subtitle]) as canvas:
        if not len(order):
            return canvas.finish_empty("No sentence of a body changed between snapshots.", subtitle)
        palette = canvas.palette
        labels = [canvas.fit(label, 0.36) for label in labels]
        set_height(canvas, len(order), 0.25)
        places = {pair: len(order) - 1 - n for n, pair in enumerate(order)}
        name_rows(canvas, list(places.values()), labels)
        canvas.ax.hlines(list(places.values()), 0, 1, color=palette.grid, linewidth=6, zorder=1)
        shown = body[key.isin(order)]
        seen = [action for action in _ACTIONS if (shown["change"] == action).any()]
        seen += sorted(set(shown["change"]) - set(seen))
        for n, action in enumerate(seen):
            part = shown[shown["change"] == action]
            canvas.ax.scatter(
                part["position"], key[part.index].map(places), marker=MARKERS[n % len(MARKERS)],
                s=30 + 3 * part["size_words"].clip(upper=40), color=palette.series[n % len(palette.series)],
                edgecolors=palette.paper, linewidths=0.7, label=action, zorder=3, clip_on=False,
            )  # fmt: skip
        canvas.ax.set_ylim(-0.7, len(order) - 0.3)
        canvas.ax.set_xlim(0, 1)
        canvas.ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["start", "", "middle", "", "end"])
        canvas.name_x("place of the changed sentence in the body; larger marks: more words changed")
        canvas.ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(len(seen), 3 if canvas.width < 6 else 6),
            frameon=False, fontsize=9, borderaxespad=0.3, handletextpad=0.1, columnspacing=1.2,
        )  # fmt: skip
        by_action = body["change"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        commonest = by_action.index[0]
        finding = (
            f"{int(by_action.iloc[0]):,} of {plural(len(body), 'changed sentence')} "
            f"{'was' if by_action.iloc[0] == 1 else 'were'} {commonest}."
        )
        if len(by_action) == 1:
            finding = f"All {plural(len(body), 'changed sentence')} were {commonest}."
            if len(body) == 1:
                finding = f"The one changed sentence was {commonest}."
        early = int((body["position"] < 1 / 3).sum())
        pairs = f"{plural(size.size, 'pair')} of snapshots with a changed body" + (
            f", the {len(order)} most changed shown" if size.size > len(order) else ""
        )
        told = f"{pairs}; {early:,} of the changes in the first third of the article. "
        listed = "; ".join(f"{action} {n:,}" for action, n in by_action.items())
        return canvas.finish(finding, told + subtitle, f"Changed sentences: {listed}.".replace(NBSP, " "))


def _short_name(source: str) -> str:
    return clean_text(source.replace("\\", "/").rsplit("/", 1)[-1])


def draw_rewrites(
    rewrites: pd.DataFrame,
    *,
    ax: Any = None,
    most: int = 12,
    subtitle: str = "",
    theme: Theme = "light",
    width: float = WIDTH,
) -> Any:
    """Headlines rewritten under one link: their clickbait score before (hollow) and after (filled).

    Parameters
    ----------
    rewrites : DataFrame
        As ``find_rewrites`` gives it with ``score``: before, after, score_before, score_after, score_change.
    most : int
        How many rewrites, those with the largest change of score.
    ax, subtitle, theme, width
        As in the other charts.

    Returns
    -------
    Axes

    Raises
    ------
    MissingColumnsError, InputError
    """
    columns = ["before", "after", "score_before", "score_after", "score_change"]
    require_columns(rewrites, "rewrites", columns)
    known = rewrites[rewrites["score_change"].notna()]
    size = known.assign(size=known["score_change"].abs())
    part = size.sort_values(["size", "before", "after"], ascending=[False, True, True]).head(most)
    part = part.sort_values(["score_change", "before", "after"], ascending=[False, True, True])
    labels = [name_text(text) for text in part["after"]]
    before = [f"was: {name_text(text)}" for text in part["before"]]
    with open_canvas(
        "Dumbbell chart", ax, width=width, theme=theme, texts=[*labels, *before, subtitle]
    ) as canvas:
        if part.empty:
            without = len(rewrites)
            text = "No headline was seen to be rewritten."
            if without:
                text = f"None of {plural(without, 'rewrite')} has a clickbait score before and after."
            return canvas.finish_empty(text, subtitle)
        palette = canvas.palette
        fitted, second = label_rows(canvas, labels, before, 0.56)
        set_height(canvas, len(fitted), row_height(fitted, second))
        places = range(len(part))[::-1]
        old, new = part["score_before"].to_numpy(float), part["score_after"].to_numpy(float)
        canvas.ax.hlines(list(places), old, new, color=palette.accent, linewidth=2.2, zorder=2)
        for values, face in ((old, palette.paper), (new, palette.accent)):
            canvas.ax.plot(
                values, list(places), "o", markersize=7, color=palette.accent, markerfacecolor=face,
                markeredgewidth=1.6, linestyle="none", zorder=3, clip_on=False,
            )  # fmt: skip
        name_rows(canvas, list(places), fitted, second)
        canvas.ax.set_xlim(0, 1)
        canvas.ax.grid(axis="x")
        canvas.name_x("clickbait score, 0 to 1: hollow before, filled after")
        up, down = int((known["score_change"] > 0).sum()), int((known["score_change"] < 0).sum())
        finding = (
            f"{up:,} of {plural(len(known), 'rewrite')} read more like clickbait than before, {down:,} less."
        )
        if len(known) == 1:
            way = "more" if up else "less" if down else "no more and no less"
            finding = f"The one rewritten headline reads {way} like clickbait than before."
        count = f"{plural(len(known), 'rewrite')} with a score" + (
            f", the {len(part)} with the largest change shown. " if len(known) > len(part) else ". "
        )
        listed = "; ".join(
            f"{label}: {a:.2f} to {b:.2f}" for label, a, b in list(zip(labels, old, new, strict=True))[:5]
        )
        return canvas.finish(finding, count + subtitle, f"From the top: {listed}.")
