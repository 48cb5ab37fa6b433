"""What sets one topic apart from another: terms, with their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import InputError
from toolkit.stats import log_odds_dirichlet

if TYPE_CHECKING:
    from toolkit.topics.model import TopicModel

__all__ = ["contrast_topics"]


def contrast_topics(model: TopicModel, a: int, b: int, *, n_terms: int | None = 20) -> pd.DataFrame:
    """Terms that one topic's texts have more than another's: log-odds with an informative Dirichlet prior.

    Parameters
    ----------
    model : TopicModel
        Fitted.
    a, b : int
        Two different topics, as numbered in ``topics_``.
    n_terms : int or None, default 20
        Rows for each of the two topics; None gives all terms that stand in either.

    Returns
    -------
    DataFrame
        One row per term (index ``term``): ``topic`` and ``label`` (which of the two has it more), ``count_a``,
        ``count_b`` (texts of each topic with the term), ``texts_a``, ``texts_b`` (all texts of each), ``log_odds``,
        ``z``, ``p_value``, ``p_adjusted`` (Benjamini-Hochberg over all terms, also those not shown). Largest ``z``
        first; the last rows are b's strongest.

    Raises
    ------
    InputError
        If a topic does not exist, or both are the same.

    Notes
    -----
    Monroe, Colaresi and Quinn (2008); the prior is the term's count in all topics. A term counts once a text.
    The topics were found from these very words, so the p-values rank terms; they test nothing.

    Examples
    --------
    >>> from toolkit.topics import TopicModel
    >>> texts = ["rain storm wind rain", "storm wind flood", "goal match team", "team coach goal",
    ...          "wind rain flood", "match coach team goal", "rain storm"]
    >>> table = contrast_topics(TopicModel(n_topics=2).fit(texts), 0, 1, n_terms=1)
    >>> table[["count_a", "count_b"]].to_dict("index")
    {'rain': {'count_a': 3, 'count_b': 0}, 'team': {'count_a': 0, 'count_b': 3}}
    """
    for name, topic in (("a", a), ("b", b)):
        if not 0 <= topic < model.n_topics_:
            raise InputError(f"{name}: there is no topic {topic!r}; allowed are 0 to {model.n_topics_ - 1}.")
    if a == b:
        raise InputError(f"a, b: both are topic {a}; name two different topics.")
    counts = pd.DataFrame(model.term_counts_, index=pd.Index(model.terms_, dtype="str", name="term"))
    counts = counts[~counts.index.duplicated()]
    either = counts[(counts[a] > 0) | (counts[b] > 0)]
    table = log_odds_dirichlet(either[a], either[b], either.sum(axis=1))
    first = table["log_odds"] > 0
    labels = model.topics_["label"]
    table.insert(0, "topic", first.map({True: a, False: b}).astype("int64"))
    table.insert(1, "label", first.map({True: labels[a], False: labels[b]}).astype("str"))
    table.insert(4, "texts_a", int(model.topics_["size"].iloc[a]))
    table.insert(5, "texts_b", int(model.topics_["size"].iloc[b]))
    if n_terms is None:
        return table
    return pd.concat((table[first].head(n_terms), table[~first].tail(n_terms)))
