"""How sure the reading of each page is: the honesty columns, summed up as reasons for doubt."""

from __future__ import annotations

import pandas as pd

from toolkit.tables import require_columns

__all__ = ["find_doubtful"]

#: A larger share of a page that no rule could place makes the page doubtful.
MAX_RESIDUE = 0.15
#: A lower agreement with the second extractor makes the body doubtful.
MIN_AGREEMENT = 0.8
#: An article of fewer words is more often a teaser or a wall than an article.
MIN_WORDS = 40


def find_doubtful(articles: pd.DataFrame) -> pd.DataFrame:
    """The snapshots whose reading is to be checked by eye, with the reasons, the most doubtful first.

    Parameters
    ----------
    articles : DataFrame
        One row per snapshot; needs snapshot_id, source, title, words; the honesty columns ``residue_share``,
        ``agreement`` and ``title_from`` are used where they are there.

    Returns
    -------
    DataFrame
        ``snapshot_id``, ``source``, ``title``, ``words``, ``doubts`` (list of str), ``n_doubts``; by number of
        doubts, then by source. Snapshots without a doubt are left out.

    Examples
    --------
    >>> articles = pd.DataFrame({
    ...     "snapshot_id": ["s", "t"], "source": ["a", "b"], "title": ["Bridge", None], "words": [300, 0]})
    >>> find_doubtful(articles)["doubts"].tolist()
    [['no title', 'no body']]
    """
    require_columns(articles, "articles", ["snapshot_id", "source", "title", "words"])
    none = pd.Series(False, index=articles.index)
    residue = articles["residue_share"] if "residue_share" in articles.columns else None
    agreement = articles["agreement"] if "agreement" in articles.columns else None
    origin = articles["title_from"] if "title_from" in articles.columns else None
    checks = {
        "no title": articles["title"].isna(),
        "title guessed": none if origin is None else origin == "guessed",
        "no body": articles["words"] == 0,
        f"under {MIN_WORDS} words": (articles["words"] > 0) & (articles["words"] < MIN_WORDS),
        f"over {MAX_RESIDUE:.0%} of the page unplaced": none if residue is None else residue > MAX_RESIDUE,
        "second extractor disagrees": none if agreement is None else agreement < MIN_AGREEMENT,
    }
    doubts = pd.Series([[] for _ in range(len(articles))], index=articles.index, dtype=object)
    for reason, hit in checks.items():
        for at in articles.index[hit.fillna(False).astype(bool)]:
            doubts[at].append(reason)
    found = articles[["snapshot_id", "source", "title", "words"]].assign(
        doubts=doubts, n_doubts=doubts.map(len)
    )
    found = found[found["n_doubts"] > 0]
    return found.sort_values(["n_doubts", "source"], ascending=[False, True], ignore_index=True)
