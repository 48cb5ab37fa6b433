"""Tables -> charts: every function takes a table and gives the Axes; it draws what it gets and measures nothing."""

from __future__ import annotations

from toolkit.charts.export import ExportedChart, export_chart
from toolkit.charts.headlines import draw_exposure

__all__ = ["ExportedChart", "draw_exposure", "export_chart"]
