"""Tables -> charts: every function takes a table and gives the Axes; it draws what it gets and measures nothing."""

from __future__ import annotations

from toolkit.charts.clickbait import draw_clickbait_by_module, draw_cues
from toolkit.charts.corpus import draw_timeline
from toolkit.charts.export import ExportedChart, export_chart
from toolkit.charts.headlines import draw_exposure, draw_ranks
from toolkit.charts.revisions import draw_edits
from toolkit.charts.topics import draw_topics, draw_topics_by_kind, draw_topics_over_time

__all__ = [
    "ExportedChart",
    "draw_clickbait_by_module",
    "draw_cues",
    "draw_edits",
    "draw_exposure",
    "draw_ranks",
    "draw_timeline",
    "draw_topics",
    "draw_topics_by_kind",
    "draw_topics_over_time",
    "export_chart",
]
