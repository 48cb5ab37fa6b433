"""Charts of revisions: where in the body the changes sit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts.frame import open_canvas
from toolkit.charts.style import MARKERS, Theme
from toolkit.tables import require_columns

_ACTIONS = ("added", "removed", "reworded", "moved", "split", "merged")


def draw_edits(
    changes: pd.DataFrame, *, ax: Any = None, most: int = 30, subtitle: str = "", theme: Theme = "light"
) -> Any:
    """An edit map: a line for each pair of snapshots, a mark where in the body each sentence changed.

    Parameters
    ----------
    changes : DataFrame
        As ``compare_snapshots`` gives it: article_id, snapshot_before, snapshot_after, source_after, field, change,
        position, size_words.
    ax : Axes, optional
    most : int
        How many pairs, those with most changed words first.
    subtitle, theme
        As in the other charts.

    Returns
    -------
    Axes
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
    key = body["snapshot_before"] + "|" + body["snapshot_after"]
    size = body.groupby(key)["size_words"].sum()
    order = size.sort_index().sort_values(ascending=False, kind="stable").index[:most]
    names = body.assign(key=key).drop_duplicates("key").set_index("key")["source_after"]
    labels = [_short_name(str(names[pair])) for pair in order]
    with open_canvas(
        "Edit map", ax, height=1.3 + 0.28 * max(1, len(order)), theme=theme, texts=labels
    ) as canvas:
        if not len(order):
            canvas.ax.set_axis_off()
            return canvas.finish("No sentence of a body changed between snapshots.", subtitle)
        places = {pair: len(order) - 1 - n for n, pair in enumerate(order)}
        canvas.ax.hlines(list(places.values()), 0, 1, color=canvas.palette.grid, linewidth=5, zorder=1)
        seen = [action for action in _ACTIONS if (body["change"] == action).any()]
        seen += sorted(set(body["change"]) - set(seen))
        for n, action in enumerate(seen):
            part = body[(body["change"] == action) & key.isin(order)]
            canvas.ax.scatter(
                part["position"], key[part.index].map(places), marker=MARKERS[n % len(MARKERS)],
                s=26 + 3 * part["size_words"].clip(upper=40),
                color=canvas.palette.series[n % len(canvas.palette.series)],
                edgecolors=canvas.palette.paper, linewidths=0.6, label=action, zorder=3,
            )  # fmt: skip
        canvas.ax.set_yticks(list(places.values()), labels)
        canvas.ax.tick_params(axis="y", length=0)
        canvas.ax.set_ylim(-0.8, len(order) - 0.2)
        canvas.ax.set_xlim(-0.02, 1.02)
        canvas.ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["start", "", "middle", "", "end"])
        canvas.ax.set_xlabel("place in the body; larger marks: more words changed")
        canvas.ax.spines["left"].set_visible(False)
        canvas.ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(seen), frameon=False, fontsize=9, borderaxespad=0.2,
            handletextpad=0.2, columnspacing=1.2,
        )  # fmt: skip
        early = float((body["position"] < 1 / 3).mean())
        finding = f"{early * 100:.0f} % of {len(body):,} changed sentences stand in the first third of their article."
        pairs = f"{size.size:,} pairs of snapshots with a changed body" + (
            f", the {len(order)} most changed shown. " if size.size > len(order) else ". "
        )
        return canvas.finish(finding, pairs + subtitle)


def _short_name(source: str) -> str:
    name = source.replace("\\", "/").rsplit("/", 1)[-1]
    return name if len(name) <= 34 else f"{name[:16]}\u2026{name[-16:]}"
