"""What counts on articles would have been, had the sidebar been taken for article text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.prints import Prints, Window, read_prints
from toolkit.exposure.terms import count_term, find_terms, has_term
from toolkit.stats import bootstrap_sums, wilson_interval
from toolkit.tables import require_columns
from toolkit.words import count_words, normalise_headline

__all__ = ["measure_contamination"]

Floats = npt.NDArray[np.float64]


def measure_contamination(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    terms: Iterable[str] | None = None,
    *,
    score: Callable[[list[str]], Any] | None = None,
    label: Callable[[list[str]], Any] | None = None,
    n_terms: int = 20,
    window: Window | None = None,
    level: float = 0.95,
    random_state: int = 0,
) -> pd.DataFrame:
    """What a keyword count, a score or a topic share would have been with the sidebar counted as article text.

    Parameters
    ----------
    placements : DataFrame
        As for `measure_headlines`. All prints count, second renderings too: a page read without modules has them.
    articles : DataFrame
        As for `measure_headlines`, and ``title``, ``body``.
    terms : iterable of str, optional
        Keywords to count; by default those of `find_terms`.
    score : callable, optional
        A function of a list of texts that gives a number each, such as a sentiment.
    label : callable, optional
        A function of a list of texts that gives a label each, such as ``TopicModel.predict``.
    n_terms : int, default 20
        How many terms to find where none are given.
    window : (start, end), optional
        As for `measure_headlines`.
    level : float, default 0.95
        Confidence level of the intervals.
    random_state : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    DataFrame
        One row per figure: ``figure`` ("articles with term", "uses per 1,000 words", "mean score", "share of
        label", "label changed"), ``name`` (the term or label), ``body`` (the figure on title and body),
        ``with_sidebar`` (with the headlines of the page's modules added), ``difference``, ``low``, ``high`` (of
        the difference), ``only_sidebar`` (articles with the term only in the sidebar) and ``only_sidebar_share``
        of all hits with ``only_sidebar_share_low``, ``only_sidebar_share_high`` (Wilson), ``n`` (articles),
        ``reason`` (empty, or why there is no interval). In this order of figures, then as given, labels by name.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If ``score`` or ``label`` does not give one value per text.

    Notes
    -----
    One snapshot per article, the last captured, so that often captured articles weigh no more than others. Both
    figures come from the same articles, so shares of articles differ by exactly ``only_sidebar / n``, with
    Wilson's interval; rates, scores and label shares have a bootstrap over articles (BCa).

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": ["x", "y"], "captured_at": [pd.NaT] * 2,
    ...     "title": ["Ferry aground", "Budget passed"], "body": ["The ferry struck a rock.", "The council voted."],
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "module": "Popular", "rank": 1, "headline": "Ferry crew speaks out",
    ... })
    >>> table = measure_contamination(prints, pages, ["ferry"])
    >>> table.loc[0, ["body", "with_sidebar", "only_sidebar_share"]].tolist()
    [1.0, 2.0, 0.5]
    """
    require_columns(articles, "articles", ["title", "body"])
    prints = read_prints(placements, articles, window=window)
    if terms is None:
        terms = find_terms(placements, articles, n_terms=n_terms, window=window).index.tolist()
    pages = _last_snapshots(prints, articles)
    own = (pages["title"].fillna("") + "\n" + pages["body"].fillna("")).tolist()
    beside = _sidebar_texts(prints, pages["code"].to_numpy())
    both = [f"{text}\n{more}" if more else text for text, more in zip(own, beside, strict=True)]
    rows = [*_term_rows(list(dict.fromkeys(terms)), own, beside, level, random_state)]
    if score is not None:
        rows.append(_score_row(_numbers(score, own), _numbers(score, both), level, random_state))
    if label is not None:
        rows += _label_rows(_labels_of(label, own), _labels_of(label, both), level, random_state)
    columns = [
        "figure", "name", "body", "with_sidebar", "difference", "low", "high", "only_sidebar", "only_sidebar_share",
        "only_sidebar_share_low", "only_sidebar_share_high", "n", "reason",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    types = dict.fromkeys(columns, "float64") | dict.fromkeys(["figure", "name", "reason"], "str")
    return table.astype(types | {"n": "int64", "only_sidebar": "Int64"})


def _last_snapshots(prints: Prints, articles: pd.DataFrame) -> pd.DataFrame:
    """One row per article: its last snapshot's text and code (undated ones count as earliest)."""
    order = np.lexsort((prints.snapshots["snapshot_id"].to_numpy(object).astype(str), prints.start))
    last = pd.Series(order).groupby(prints.article[order]).last().to_numpy()
    texts = articles.drop_duplicates("snapshot_id").set_index("snapshot_id")[["title", "body"]]
    ids = prints.snapshots["snapshot_id"].iloc[last]
    return texts.loc[ids].assign(code=last).reset_index(drop=True)


def _sidebar_texts(prints: Prints, codes: Any) -> list[str]:
    """The headlines printed on each snapshot, second renderings included, one per line."""
    ids = prints.snapshots["snapshot_id"]
    rows = prints.placements.sort_values(
        [name for name in ("module_index", "module", "rank") if name in prints.placements]
    )
    lines = rows.groupby("snapshot_id")["headline"].agg("\n".join)
    return [lines.get(name, "") for name in ids.iloc[codes]]


def _term_rows(
    terms: Sequence[str], own: list[str], beside: list[str], level: float, random_state: int
) -> Iterable[dict[str, Any]]:
    n = len(own)
    body_keys = np.array([normalise_headline(text) for text in own], dtype=object)
    # lines are parted by a mark that no term can span
    side_keys = np.array(
        [" / ".join(normalise_headline(line) for line in text.split("\n")) for text in beside], dtype=object
    )
    body_words = np.array([count_words(text) for text in own], float)
    side_words = np.array([count_words(text) for text in beside], float)
    rates = []
    for term in terms:
        in_body, in_side = has_term(body_keys, term), has_term(side_keys, term)
        hits, only = int((in_body | in_side).sum()), int((in_side & ~in_body).sum())
        low, high = wilson_interval(only, n, level)
        of_hits = wilson_interval(only, hits, level)
        yield {
            "figure": "articles with term", "name": term, "body": int(in_body.sum()), "with_sidebar": hits,
            "difference": only, "low": low * n, "high": high * n, "only_sidebar": only,
            "only_sidebar_share": only / hits if hits else np.nan, "only_sidebar_share_low": of_hits[0],
            "only_sidebar_share_high": of_hits[1], "n": n, "reason": "" if n else "no articles",
        }  # fmt: skip
        uses_body, uses_side = count_term(body_keys, term), count_term(side_keys, term)
        parts = np.column_stack([uses_body, body_words, uses_side, side_words])
        rates.append((term, parts))
    for term, parts in rates:
        found = bootstrap_sums(parts, _rate_difference, level=level, random_state=random_state) if n else None
        totals = parts.sum(axis=0)
        yield {
            "figure": "uses per 1,000 words", "name": term, "body": _rate(totals[0], totals[1]),
            "with_sidebar": _rate(totals[0] + totals[2], totals[1] + totals[3]),
            "difference": found.value if found else np.nan, "low": found.low if found else np.nan,
            "high": found.high if found else np.nan, "n": n,
            "reason": found.reason.replace("cluster", "article") if found else "no articles",
        }  # fmt: skip


def _rate(uses: float, words: float) -> float:
    return 1000 * uses / words if words else float("nan")


def _rate_difference(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        own = totals[..., 0] / totals[..., 1]
        both = (totals[..., 0] + totals[..., 2]) / (totals[..., 1] + totals[..., 3])
        found: Floats = 1000 * (both - own)
    return found


def _numbers(score: Callable[[list[str]], Any], texts: list[str]) -> Floats:
    given = score(texts)
    if isinstance(given, pd.DataFrame):
        require_columns(given, "score", ["score"])
        given = given["score"]
    values = np.asarray(given, float)
    if values.shape != (len(texts),):
        raise InputError(f"score: gave {values.size} values for {len(texts)} texts; one for each is needed.")
    return values


def _labels_of(label: Callable[[list[str]], Any], texts: list[str]) -> npt.NDArray[np.str_]:
    values = np.asarray(label(texts)).astype(str)
    if values.shape != (len(texts),):
        raise InputError(f"label: gave {values.size} labels for {len(texts)} texts; one for each is needed.")
    return values


def _mean_difference(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = totals[..., 0] / totals[..., 1]
    return found


def _paired(
    figure: str, name: str, own: Floats, both: Floats, level: float, random_state: int
) -> dict[str, Any]:
    n = len(own)
    parts = np.column_stack([both - own, np.ones(n)])
    found = bootstrap_sums(parts, _mean_difference, level=level, random_state=random_state) if n else None
    return {
        "figure": figure, "name": name, "body": own.mean() if n else np.nan,
        "with_sidebar": both.mean() if n else np.nan,
        "difference": found.value if found else np.nan, "low": found.low if found else np.nan,
        "high": found.high if found else np.nan, "n": n,
        "reason": found.reason.replace("cluster", "article") if found else "no articles",
    }  # fmt: skip


def _score_row(own: Floats, both: Floats, level: float, random_state: int) -> dict[str, Any]:
    return _paired("mean score", "score", own, both, level, random_state)


def _label_rows(own: Any, both: Any, level: float, random_state: int) -> list[dict[str, Any]]:
    rows = [
        _paired(
            "share of label",
            name,
            (own == name).astype(float),
            (both == name).astype(float),
            level,
            random_state,
        )
        for name in sorted({*own, *both})
    ]
    n, changed = len(own), int((own != both).sum())
    low, high = wilson_interval(changed, n, level)
    share = changed / n if n else np.nan
    rows.append(
        {
            "figure": "label changed",
            "name": "",
            "body": 0.0,
            "with_sidebar": share,
            "difference": share,
            "low": low,
            "high": high,
            "n": n,
            "reason": "" if n else "no articles",
        }
    )
    return rows
