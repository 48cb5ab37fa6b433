"""Saved news pages in, tables and charts out: articles, and the headlines printed in the sidebars around them.

The names below load on first use, so that ``import toolkit`` is quick.
"""

from __future__ import annotations

import importlib
from typing import Any

#: The public names, by the room they live in.
_ROOMS = {
    "toolkit.errors": "CorpusError InputError MissingColumnsError MissingExtraError ToolkitError",
    "toolkit.tables": "validate",
    "toolkit.loading": "load open_or_load",
    "toolkit.corpus": "Corpus",
    "toolkit.parts": "PartedCorpus open_corpus",
    "toolkit.readers.model": "Filters Limits",
    "toolkit.verify": "verify_corpus",
    "toolkit.part_measures": "measure_parts",
    "toolkit.quality": "find_doubtful",
    "toolkit.show": "show_table",
    "toolkit.ratings": "read_ratings",
    "toolkit.new": "make_project",
    "toolkit.topics": """
        TopicModel choose_topics topics_over_time measure_topic_shares measure_sidebar_skew compare_sidebar_topics
        contrast_topics
    """,
    "toolkit.exposure": """
        measure_headlines measure_dwell measure_coverage measure_turnover measure_churn measure_survival
        measure_concentration measure_contamination measure_terms find_terms compare_modules compare_lists
        measure_composition measure_pages measure_sections compare_sections measure_relatedness
        find_renamed_labels rank_biased_overlap concentration_index rank_weights find_rewrites similar_headlines
        find_headline_ids count_captures count_kinds find_ranks find_presence find_lorenz
        measure_similarity
    """,
    "toolkit.clickbait": """
        find_cues score_clickbait find_patterns ClickbaitModel count_cues measure_clickbait rank_scores list_rules
        compare_clickbait highlight_cues coding_sheet agreement score_held_out measure_held_out measure_calibration
    """,
    "toolkit.revisions": """
        compare_snapshots find_pairs measure_revisions measure_revision_rates find_slug_hints view_changes
    """,
    "toolkit.report": "write_report",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = sorted([*_HOME])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'toolkit' has no attribute {name!r}; it has {', '.join(sorted(_HOME))}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
