"""What changed between snapshots of one article."""

from __future__ import annotations

from toolkit.revisions.align import Match, match_sentences, measure_similarity
from toolkit.revisions.compare import CHANGE_COLUMNS, CHANGES, FIELDS, MORE_FIELDS, compare_snapshots
from toolkit.revisions.cues import find_notice
from toolkit.revisions.pairs import find_pairs
from toolkit.revisions.wording import WORDING_KINDS, Edit, Wording, diff_words

__all__ = [
    "CHANGES",
    "CHANGE_COLUMNS",
    "FIELDS",
    "MORE_FIELDS",
    "WORDING_KINDS",
    "Edit",
    "Match",
    "Wording",
    "compare_snapshots",
    "diff_words",
    "find_notice",
    "find_pairs",
    "match_sentences",
    "measure_similarity",
]
