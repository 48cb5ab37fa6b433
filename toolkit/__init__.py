"""Saved news pages in, tables and charts out: articles, and the headlines printed in the sidebars around them.

The names below load on first use, so that ``import toolkit`` is quick.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Corpus": "toolkit.corpus",
    "open_corpus": "toolkit.corpus",
    "load": "toolkit.loading",
    "open_or_load": "toolkit.loading",
    "CorpusError": "toolkit.errors",
    "InputError": "toolkit.errors",
    "MissingColumnsError": "toolkit.errors",
    "MissingExtraError": "toolkit.errors",
    "ToolkitError": "toolkit.errors",
    "validate": "toolkit.tables",
    "show_table": "toolkit.show",
    "write_report": "toolkit.report",
    "TopicModel": "toolkit.topics",
    "topics_over_time": "toolkit.topics",
    "measure_topic_shares": "toolkit.topics",
    "measure_sidebar_skew": "toolkit.topics",
    "measure_headlines": "toolkit.exposure",
    "measure_dwell": "toolkit.exposure",
    "count_captures": "toolkit.exposure",
    "count_kinds": "toolkit.exposure",
    "find_doubtful": "toolkit.quality",
    "find_ranks": "toolkit.exposure",
    "find_cues": "toolkit.clickbait",
    "score_clickbait": "toolkit.clickbait",
    "find_patterns": "toolkit.clickbait",
    "count_cues": "toolkit.clickbait",
    "measure_clickbait": "toolkit.clickbait",
    "rank_scores": "toolkit.clickbait",
    "ClickbaitModel": "toolkit.clickbait",
    "compare_snapshots": "toolkit.revisions",
    "find_pairs": "toolkit.revisions",
    "measure_revisions": "toolkit.revisions",
    "measure_revision_rates": "toolkit.revisions",
    "view_changes": "toolkit.revisions",
    "find_slug_hints": "toolkit.revisions",
}

__all__ = sorted([*_HOME])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'toolkit' has no attribute {name!r}; it has {', '.join(sorted(_HOME))}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
