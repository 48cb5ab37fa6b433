"""What changed between snapshots of one article."""

from __future__ import annotations

from toolkit.revisions.align import Match, match_sentences, measure_similarity
from toolkit.revisions.compare import CHANGE_COLUMNS, CHANGES, FIELDS, MORE_FIELDS, compare_snapshots
from toolkit.revisions.cues import find_notice
from toolkit.revisions.pairs import find_pairs
from toolkit.revisions.slugs import SLUG_COLUMNS, find_slug_hints
from toolkit.revisions.summary import (
    RATE_COLUMNS,
    REVISION_COLUMNS,
    measure_revision_rates,
    measure_revisions,
)
from toolkit.revisions.view import ChangesView, view_changes
from toolkit.revisions.wording import WORDING_KINDS, Edit, Wording, diff_words

__all__ = [
    "CHANGES",
    "CHANGE_COLUMNS",
    "FIELDS",
    "MORE_FIELDS",
    "RATE_COLUMNS",
    "REVISION_COLUMNS",
    "SLUG_COLUMNS",
    "WORDING_KINDS",
    "ChangesView",
    "Edit",
    "Match",
    "Wording",
    "compare_snapshots",
    "diff_words",
    "find_notice",
    "find_pairs",
    "find_slug_hints",
    "match_sentences",
    "measure_revision_rates",
    "measure_revisions",
    "measure_similarity",
    "view_changes",
]
