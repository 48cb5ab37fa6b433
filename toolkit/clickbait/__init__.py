"""Clickbait: cues one can see, a score one can trust, patterns one can print.

A score here is about style: how much a headline reads like those that people rated as clickbait. It is no
verdict on truth or intent, and it does not tell how often something was clicked.
"""

from __future__ import annotations

from toolkit.clickbait.coding import RATINGS, agreement, coding_sheet, headline_id
from toolkit.clickbait.compare import compare_clickbait
from toolkit.clickbait.cues import CUES, find_cues, list_rules
from toolkit.clickbait.groups import count_cues, measure_clickbait, rank_scores
from toolkit.clickbait.held_out import measure_calibration, measure_held_out, score_held_out
from toolkit.clickbait.highlight import Highlighted, highlight_cues
from toolkit.clickbait.model import MODEL_LANGUAGES, ClickbaitModel
from toolkit.clickbait.patterns import find_patterns
from toolkit.clickbait.rules import LANGUAGES
from toolkit.clickbait.score import score_clickbait

__all__ = [
    "CUES",
    "LANGUAGES",
    "MODEL_LANGUAGES",
    "RATINGS",
    "ClickbaitModel",
    "Highlighted",
    "agreement",
    "coding_sheet",
    "compare_clickbait",
    "count_cues",
    "find_cues",
    "find_patterns",
    "headline_id",
    "highlight_cues",
    "list_rules",
    "measure_calibration",
    "measure_clickbait",
    "measure_held_out",
    "rank_scores",
    "score_clickbait",
    "score_held_out",
]
