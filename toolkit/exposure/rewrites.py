"""Headlines that were rewritten: one link, different words; when each was seen, and which way the wording went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.prints import Prints, Window, read_prints, vocabulary
from toolkit.exposure.similar import measure_similarity
from toolkit.tables import require_columns

__all__ = ["find_rewrites"]

Scores: TypeAlias = Callable[[pd.Series], Any] | pd.DataFrame | pd.Series | Mapping[str, float]


def find_rewrites(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    score: Scores | None = None,
    kinds: tuple[str, ...] | None = None,
    window: Window | None = None,
) -> pd.DataFrame:
    """Links that were printed under different words: a rewrite, a test of two wordings, or two texts of one box.

    Parameters
    ----------
    placements : DataFrame
        One row per printed headline; needs snapshot_id, headline, rank, url; others as for `measure_headlines`.
    articles : DataFrame
        One row per snapshot; needs snapshot_id, article_id, captured_at.
    score : callable, DataFrame, Series or mapping, optional
        Clickbait scores, 0 to 1: a function of a Series of headlines (``toolkit.score_clickbait``), its table (with
        ``headline`` and ``score``), or a mapping from headline to score.
    kinds : tuple of str, optional
        Only prints in modules of these kinds.
    window : (start, end), optional
        Only captures from start (included) to end (excluded).

    Returns
    -------
    DataFrame
        One row per link and two wordings that follow each other, by when each was first seen: ``url`` (normalised),
        ``site``; ``before``, ``after`` (wordings); ``prints_before``, ``prints_after``; ``first_seen_before``,
        ``last_seen_before``, ``first_seen_after``, ``last_seen_after`` (UTC, missing where no print of it bears a
        time); ``rewritten_from``, ``rewritten_to`` (the change fell between these captures; missing where both
        wordings were seen side by side or times are missing); ``pattern`` ("rewrite": the earlier one was last
        seen before the later one was first; "side by side": both were seen in the same time, as in a test or
        where modules shorten headlines; "unknown": times are missing); ``wordings`` (of this link in all);
        ``similarity`` (cosine of character 3-grams); ``score_before``, ``score_after``, ``score_change`` (above
        0: more clickbait; NaN without ``score``). By url, then first seen. Empty in, empty out.

    Raises
    ------
    MissingColumnsError
        If a column is absent, ``url`` too.
    InputError
        As `measure_headlines`, or where ``score`` is none of the above.

    Notes
    -----
    Wordings that differ only in quotes, dashes, case, a "Video:" mark or the site's name are one. Pages saved as
    text keep no links: there a rewrite is an exit and an entry, and cannot be found here. Links without a page of
    their own (a front page) are left out.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": "x",
    ...     "captured_at": pd.to_datetime(["2025-03-01", "2025-03-02"], utc=True),
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "module": "Latest", "rank": 1, "url": "https://p.example/vell",
    ...     "headline": ["Ferry runs aground off Vell", "You won't believe where this ferry ended up"],
    ... })
    >>> find_rewrites(prints, pages)[["before", "pattern"]].to_numpy().tolist()
    [['Ferry runs aground off Vell', 'rewrite']]
    """
    require_columns(placements, "placements", ["url"])
    if kinds is not None:
        require_columns(placements, "placements", ["kind"])
        placements = placements[placements["kind"].isin(kinds)]
    prints = read_prints(placements, articles, window=window)
    wordings = _seen_wordings(prints)
    several = wordings.groupby("url")["headline"].transform("size")
    wordings = wordings.assign(wordings=several)[several > 1]
    wordings = wordings.sort_values(["url", "first", "wording"], na_position="last", ignore_index=True)
    follows = wordings["url"].to_numpy()[1:] == wordings["url"].to_numpy()[:-1]
    before = wordings.iloc[:-1][follows].reset_index(drop=True)
    after = wordings.iloc[1:][follows].reset_index(drop=True)
    return _describe(prints, before, after, score)


def _seen_wordings(prints: Prints) -> pd.DataFrame:
    """One row per link and headline: its most printed form, prints, first and last time, site."""
    linked = np.flatnonzero(prints.url >= 0)
    snapshot = prints.snapshot[linked]
    forms = prints.placements["headline"].iloc[prints.row[linked]]
    seen = pd.DataFrame(
        {
            "url": prints.url[linked],
            "headline": prints.headline[linked],
            "wording": forms.astype("str").array,
            "time": prints.snapshots["captured_at"].array.take(snapshot),
            "snapshot": snapshot,
        }
    )
    by = ["url", "headline"]
    printed = seen.groupby([*by, "wording"], as_index=False).size()
    printed = printed.assign(shouted=printed["wording"].str.isupper())
    printed = printed.sort_values(
        [*by, "size", "shouted", "wording"], ascending=[True, True, False, True, True]
    )
    table = seen.groupby(by, as_index=False).agg(
        prints=("time", "size"), first=("time", "min"), last=("time", "max"), snapshot=("snapshot", "min")
    )
    table["wording"] = printed.drop_duplicates(by)["wording"].array
    return table


def _describe(
    prints: Prints, before: pd.DataFrame, after: pd.DataFrame, score: Scores | None
) -> pd.DataFrame:
    known = (before["last"].notna() & after["first"].notna()).to_numpy()
    apart = known & (before["last"] < after["first"]).to_numpy()
    pattern = np.select([apart, known], ["rewrite", "side by side"], "unknown")
    scores = _score(pd.concat([before["wording"], after["wording"]], ignore_index=True), score)
    urls = np.array([*prints.url_keys, None], dtype=object)
    sites = vocabulary(prints.snapshots["site"])
    table = pd.DataFrame(
        {
            "url": pd.array(urls[before["url"].to_numpy(np.int64)], dtype="str"),
            "site": pd.array(sites[prints.site[before["snapshot"].to_numpy(np.int64)]], dtype="str"),
            "before": before["wording"].array,
            "after": after["wording"].array,
            "prints_before": before["prints"].array,
            "prints_after": after["prints"].array,
            "first_seen_before": before["first"].array,
            "last_seen_before": before["last"].array,
            "first_seen_after": after["first"].array,
            "last_seen_after": after["last"].array,
            "rewritten_from": before["last"].where(apart).array,
            "rewritten_to": after["first"].where(apart).array,
            "pattern": pd.array(pattern, dtype="str"),
            "wordings": before["wordings"].array,
            "similarity": measure_similarity(before["wording"], after["wording"]).array,
            "score_before": scores[: len(before)],
            "score_after": scores[len(before) :],
        }
    )
    table["score_change"] = table["score_after"] - table["score_before"]
    return table


def _score(headlines: pd.Series, score: Scores | None) -> npt.NDArray[np.float64]:
    """The score of each headline, NaN where there is none."""
    if score is None or not len(headlines):
        return np.full(len(headlines), np.nan)
    if callable(score):
        distinct = pd.Series(headlines.unique(), dtype="str")
        given = score(distinct)
        if isinstance(given, pd.DataFrame):
            require_columns(given, "score", ["score"])
            given = given["score"]
        score = pd.Series(np.asarray(given, float), index=distinct)
    elif isinstance(score, pd.DataFrame):
        require_columns(score, "score", ["headline", "score"])
        score = score.drop_duplicates("headline").set_index("headline")["score"]
    if not isinstance(score, (pd.Series, Mapping)):
        raise InputError(
            f"score: got {type(score).__name__}; a function of headlines such as toolkit.score_clickbait, its "
            "table, or a mapping from headline to score is needed."
        )
    return headlines.map(dict(score)).to_numpy(float, na_value=np.nan)
