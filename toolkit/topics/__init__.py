"""Topics of news texts: deterministic, from words alone, honest about how many there are."""

from __future__ import annotations

from toolkit.topics.compare import (
    compare_sidebar_topics,
    measure_sidebar_skew,
    measure_topic_shares,
    topics_over_time,
)
from toolkit.topics.model import TopicModel
from toolkit.topics.storage import load_model, save_model

__all__ = [
    "TopicModel",
    "compare_sidebar_topics",
    "load_model",
    "measure_sidebar_skew",
    "measure_topic_shares",
    "save_model",
    "topics_over_time",
]
