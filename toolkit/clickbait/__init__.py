"""Clickbait: cues one can see, a score one can trust, patterns one can print.

A score here is about style: how much a headline reads like those that people rated as clickbait. It is no
verdict on truth or intent, and it does not tell how often something was clicked.
"""

from __future__ import annotations

from toolkit.clickbait.cues import CUES, find_cues, list_rules

__all__ = ["CUES", "find_cues", "list_rules"]
