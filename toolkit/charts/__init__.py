"""Tables -> charts: every function takes a table and gives the Axes; it draws what it gets and measures nothing."""

from __future__ import annotations

from toolkit.charts.checks import ChartCheck, check_chart, find_cut, find_faint, find_overlaps
from toolkit.charts.clickbait import draw_clickbait_by_module, draw_cues, draw_patterns
from toolkit.charts.compared import draw_calibration, draw_comparison
from toolkit.charts.corpus import draw_coverage, draw_timeline
from toolkit.charts.export import ExportedChart, export_chart
from toolkit.charts.headlines import draw_exposure, draw_ranks
from toolkit.charts.lists import draw_lorenz, draw_overlap
from toolkit.charts.over_time import draw_dwell, draw_presence, draw_turnover
from toolkit.charts.revisions import draw_edits, draw_rewrites
from toolkit.charts.survival import draw_survival
from toolkit.charts.terms import draw_contrast, draw_terms
from toolkit.charts.topic_model import draw_topic_choice, draw_topic_map
from toolkit.charts.topics import draw_topics, draw_topics_by_kind, draw_topics_over_time

__all__ = [
    "ChartCheck",
    "ExportedChart",
    "check_chart",
    "draw_calibration",
    "draw_clickbait_by_module",
    "draw_comparison",
    "draw_contrast",
    "draw_coverage",
    "draw_cues",
    "draw_dwell",
    "draw_edits",
    "draw_exposure",
    "draw_lorenz",
    "draw_overlap",
    "draw_patterns",
    "draw_presence",
    "draw_ranks",
    "draw_rewrites",
    "draw_survival",
    "draw_terms",
    "draw_timeline",
    "draw_topic_choice",
    "draw_topic_map",
    "draw_topics",
    "draw_topics_by_kind",
    "draw_topics_over_time",
    "draw_turnover",
    "export_chart",
    "find_cut",
    "find_faint",
    "find_overlaps",
]
