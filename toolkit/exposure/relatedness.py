"""Is "Related" related? An article's text against its modules' headlines, against other articles' modules."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.prints import Prints, Window, read_prints
from toolkit.tables import require_columns

__all__ = ["measure_relatedness"]

_COLUMNS = [
    "site", "module", "kind", "pages", "similarity", "baseline", "difference", "p_value", "permutations", "reason",
]  # fmt: skip


def measure_relatedness(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    kinds: tuple[str, ...] | None = None,
    n_resamples: int = 999,
    window: Window | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """How near each module's headlines are to the article they stand beside, against a random article's.

    Parameters
    ----------
    placements : DataFrame
        As for `measure_headlines`.
    articles : DataFrame
        As for `measure_headlines`, and ``title``, ``body``.
    kinds : tuple of str, optional
        Only modules of these kinds; by default all.
    n_resamples : int, default 999
        Permutations of which article a module print stands beside, 1 or more.
    window : (start, end), optional
        As for `measure_headlines`.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per site and module: ``site``, ``module``, ``kind``, ``pages`` (articles), ``similarity`` (mean over
        pages of the cosine between title and body and the module's headlines, TF-IDF of words), ``baseline`` (mean
        over pages of the cosine with every other page's), ``difference``, ``p_value`` (chance of so large a
        similarity were modules dealt to articles at random), ``permutations``, ``reason`` (empty, or
        why there is no p-value). Largest difference first, ties by site and module.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If ``n_resamples`` is below 1.

    Notes
    -----
    One snapshot per article, the last captured. A module that shows the same list on every page has a difference of
    0. Likeness of words is not yet relevance; headlines that repeat the article's own words score highest.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": ["x", "y"], "captured_at": [pd.NaT] * 2,
    ...     "title": ["Ferry aground", "Zoo opens"], "body": ["The ferry struck a rock.", "The zoo has a bear."],
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "module": "Related", "kind": "related", "rank": 1,
    ...     "headline": ["Ferry rules reviewed", "Bear born at zoo"],
    ... })
    >>> row = measure_relatedness(prints, pages).iloc[0]
    >>> bool(row["similarity"] > row["baseline"]), row["reason"]
    (True, '2 pages; a permutation test needs 5 or more')
    """
    if n_resamples < 1:
        raise InputError(f"n_resamples: got {n_resamples}; 1 or more is needed.")
    require_columns(articles, "articles", ["title", "body"])
    prints = read_prints(placements, articles, window=window)
    lists = _last_lists(prints, kinds)
    rows: list[tuple[Any, ...]] = []
    if len(lists):
        texts = articles.drop_duplicates("snapshot_id").set_index("snapshot_id")
        own = (
            (texts["title"].fillna("") + "\n" + texts["body"].fillna(""))
            .reindex(lists["snapshot_id"])
            .tolist()
        )
        near = _similarities(own, lists["headlines"].tolist())
        for (site, module), group in lists.groupby(["site", "module"], dropna=False, sort=True):
            block = near(group.index.to_numpy())
            rows.append((site, module, group["kind"].iloc[0], *_test(block, n_resamples, random_state)))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    types = dict.fromkeys(_COLUMNS, "float64") | dict.fromkeys(["site", "module", "kind", "reason"], "str")
    table = table.astype(types | dict.fromkeys(["pages", "permutations"], "int64"))
    return table.sort_values(
        ["difference", "site", "module"], ascending=[False, True, True], na_position="last", ignore_index=True
    )


def _last_lists(prints: Prints, kinds: tuple[str, ...] | None) -> pd.DataFrame:
    """One row per module label and article, of the article's last snapshot: its headlines in one text."""
    ids = prints.snapshots["snapshot_id"].to_numpy(object).astype(str)
    order = np.lexsort((ids, prints.start))
    last = pd.Series(order).groupby(prints.article[order]).last().to_numpy()
    keep = np.isin(prints.snapshot, last)
    if kinds is not None and len(prints.kinds):
        keep &= np.isin(np.array(prints.kinds, dtype=object), kinds)[prints.label]
    printed = pd.DataFrame(
        {
            "snapshot_id": ids[prints.snapshot[keep]],
            "site": prints.snapshots["site"].array.take(prints.snapshot[keep]),
            "label": prints.label[keep],
            "headline": prints.placements["headline"].iloc[prints.row[keep]].to_numpy(object),
        }
    )
    joined = printed.groupby(["snapshot_id", "site", "label"], dropna=False, sort=True)["headline"].agg(
        "\n".join
    )
    table = joined.reset_index(name="headlines")
    names, claims = (np.array([*values, None], dtype=object) for values in (prints.labels, prints.kinds))
    codes = table["label"].to_numpy(np.int64)
    return table.assign(module=pd.array(names[codes], dtype="str"), kind=pd.array(claims[codes], dtype="str"))


def _similarities(own: list[str], lists: list[str]) -> Any:
    """A function from rows to the matrix of cosines between their articles (rows) and lists (columns)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    model = TfidfVectorizer(
        sublinear_tf=True, token_pattern=r"(?u)\b\w\w+\b|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]"
    )
    try:
        model.fit([*own, *lists])
    except ValueError:  # no word in any text
        return lambda rows: np.zeros((len(rows), len(rows)))
    left, right = model.transform(own), model.transform(lists)
    return lambda rows: np.asarray((left[rows] @ right[rows].T).todense())


def _test(
    near: npt.NDArray[np.float64], n_resamples: int, random_state: int
) -> tuple[int, float, float, float, float, int, str]:
    n = len(near)
    value = float(np.trace(near)) / n
    if n < 2:
        return n, value, np.nan, np.nan, np.nan, 0, "1 page; there is no other to compare with"
    baseline = float(near.sum() - np.trace(near)) / (n * (n - 1))
    if n < 5:
        return (
            n,
            value,
            baseline,
            value - baseline,
            np.nan,
            0,
            f"{n} pages; a permutation test needs 5 or more",
        )
    rng = np.random.default_rng(random_state)
    rows = np.arange(n)
    drawn = np.array([near[rows, rng.permutation(n)].mean() for _ in range(n_resamples)])
    p = (1 + int((drawn >= value - 1e-12).sum())) / (1 + n_resamples)
    return n, value, baseline, value - baseline, p, n_resamples, ""
