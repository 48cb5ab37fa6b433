"""Sidebar headlines as lists: how often, how prominently and how long they were printed."""

from __future__ import annotations

from toolkit.exposure.composition import measure_composition, measure_pages
from toolkit.exposure.concentration import concentration_index, measure_concentration
from toolkit.exposure.contamination import measure_contamination
from toolkit.exposure.coverage import measure_coverage
from toolkit.exposure.dwell import measure_dwell
from toolkit.exposure.headlines import measure_headlines
from toolkit.exposure.identity import find_headline_ids, normalise_url
from toolkit.exposure.lists import compare_lists, rank_biased_overlap, rbo_weight
from toolkit.exposure.presence import count_captures, count_kinds, find_lorenz, find_presence, find_ranks
from toolkit.exposure.relatedness import measure_relatedness
from toolkit.exposure.rewrites import find_rewrites
from toolkit.exposure.sections import compare_sections, find_renamed_labels, measure_sections
from toolkit.exposure.similar import measure_similarity, similar_headlines
from toolkit.exposure.survival import kaplan_meier, measure_survival
from toolkit.exposure.terms import find_terms, measure_terms
from toolkit.exposure.turnover import compare_modules, measure_churn, measure_turnover
from toolkit.exposure.weights import WEIGHTINGS, rank_weights

__all__ = [
    "WEIGHTINGS",
    "compare_lists",
    "compare_modules",
    "compare_sections",
    "concentration_index",
    "count_captures",
    "count_kinds",
    "find_headline_ids",
    "find_lorenz",
    "find_presence",
    "find_ranks",
    "find_renamed_labels",
    "find_rewrites",
    "find_terms",
    "kaplan_meier",
    "measure_churn",
    "measure_composition",
    "measure_concentration",
    "measure_contamination",
    "measure_coverage",
    "measure_dwell",
    "measure_headlines",
    "measure_pages",
    "measure_relatedness",
    "measure_sections",
    "measure_similarity",
    "measure_survival",
    "measure_terms",
    "measure_turnover",
    "normalise_url",
    "rank_biased_overlap",
    "rank_weights",
    "rbo_weight",
    "similar_headlines",
]
