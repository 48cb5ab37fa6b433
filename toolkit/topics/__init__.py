"""Topics of news texts: deterministic, from words alone, honest about how many there are."""

from __future__ import annotations

from toolkit.topics.choose import choose_topics
from toolkit.topics.compare import (
    compare_sidebar_topics,
    measure_sidebar_skew,
    measure_topic_shares,
    topics_over_time,
)
from toolkit.topics.contrast import contrast_topics
from toolkit.topics.model import TopicModel
from toolkit.topics.storage import load_model, save_model
from toolkit.topics.vectorise import find_terms

__all__ = [
    "TopicModel",
    "choose_topics",
    "compare_sidebar_topics",
    "contrast_topics",
    "find_terms",
    "load_model",
    "measure_sidebar_skew",
    "measure_topic_shares",
    "save_model",
    "topics_over_time",
]
