"""Which words, phrases and names fill the sidebars: how often, in how many headlines, by module, site and month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.prints import Prints, Window, read_prints
from toolkit.stats import MIN_CLUSTERS, cluster_share_interval, log_odds_dirichlet, wilson_interval
from toolkit.tables import require_columns
from toolkit.words import UNSPACED, find_words, normalise_headline, split_sentences

__all__ = ["find_terms", "has_term", "measure_terms"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: What the counts of `measure_terms` can be split by, besides time.
SPLITS = ("module", "kind", "site")

_UNSPACED = re.compile(f"[{UNSPACED}]")


def measure_terms(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    terms: Iterable[str] | None = None,
    freq: str | None = "MS",
    *,
    by: Sequence[str] = ("module", "site"),
    n_terms: int = 20,
    window: Window | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """How often terms are printed in the sidebars.

    Parameters
    ----------
    placements, articles
        As for `measure_headlines`; without ``terms`` the articles' ``body`` too.
    terms : iterable of str, optional
        Words, phrases or names, matched as whole words whatever their case and quotes; in scripts without spaces,
        anywhere. By default `find_terms` takes the ``n_terms`` that set headlines most apart from the articles.
    freq : str or None, default "MS"
        Length of the periods as pandas writes it ("MS": months from their first day; "W-MON", "D"), in UTC; None
        for one period. Prints of snapshots without a capture time stand in a period of their own, missing.
    by : sequence of {"module", "kind", "site"}, default ("module", "site")
        What to split by; () for none.
    n_terms : int, default 20
        How many terms to find.
    window : (start, end), optional
        As for `measure_headlines`.
    level : float, default 0.95
        Confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per term and group that has prints, those without the term too: ``term``; the columns of ``by``;
        ``period`` (its start, UTC); ``prints``, ``n`` (prints of the group), ``share``, ``share_low``,
        ``share_high`` (by snapshots; NaN under five), ``headlines``, ``n_headlines`` (different ones),
        ``headline_share``, ``headline_share_low``, ``headline_share_high`` (Wilson), ``snapshots`` (of the group),
        ``reason`` (empty, or why ``share`` has no interval). In the order of ``terms``, then by group and period.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If a term has no letters or digits, or an option is not allowed.

    Notes
    -----
    ``share`` is prints with the term / prints, and says how much of the sidebar a reader sees it in; its interval
    treats snapshots as the sampled units. ``headline_share`` counts each headline once, however often printed.
    Second renderings do not count.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a", "b"], "article_id": "x",
    ...     "captured_at": pd.to_datetime(["2025-03-01", "2025-04-02"], utc=True),
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": ["a", "a", "b"], "module": "Latest", "rank": [1, 2, 1],
    ...     "headline": ["Ferry aground", "Zoo opens", "Zoo shuts"],
    ... })
    >>> measure_terms(prints, pages, ["ferry"], by=())[["term", "prints", "n", "share"]].to_numpy().tolist()
    [['ferry', 1, 2, 0.5], ['ferry', 0, 1, 0.0]]
    """
    unknown = [name for name in by if name not in SPLITS]
    if unknown:
        raise InputError(f"by: got {unknown[0]!r}; allowed are {', '.join(map(repr, SPLITS))}.")
    prints = read_prints(placements, articles, window=window)
    if terms is None:
        found = find_terms(placements, articles, n_terms=n_terms, window=window)
        terms = found.index.tolist()
    terms = list(dict.fromkeys(terms))
    keys = prints.keys
    group, names = _group(prints, by, freq)
    n_groups = len(names)
    n_snapshots = max(prints.n_snapshots, 1)
    cell, cells = pd.factorize(group * n_snapshots + prints.snapshot, sort=True)
    cell_group = np.asarray(cells, np.int64) // n_snapshots
    whole = np.bincount(cell, minlength=len(cells)).astype(float)
    n_prints = np.bincount(group, minlength=n_groups)
    squared = np.bincount(cell_group, weights=whole**2, minlength=n_groups)
    snapshots = np.bincount(cell_group, minlength=n_groups)
    width = max(len(keys), 1)
    pairs = np.unique(group * width + prints.headline)
    n_headlines = np.bincount(pairs // width, minlength=n_groups)
    tables = []
    for term in terms:
        has = has_term(keys, term)
        part = np.bincount(cell, weights=has[prints.headline], minlength=len(cells))
        count = np.bincount(group, weights=has[prints.headline], minlength=n_groups)
        low, high = _intervals(count, part, whole, cell_group, n_prints, squared, snapshots, level)
        with_term = np.bincount(pairs // width, weights=has[pairs % width], minlength=n_groups).astype(
            np.int64
        )
        wilson = wilson_interval(with_term, n_headlines, level)
        tables.append(
            names.assign(
                term=term,
                prints=count.astype(np.int64),
                n=n_prints,
                share=count / np.maximum(n_prints, 1),
                share_low=low,
                share_high=high,
                headlines=with_term,
                n_headlines=n_headlines,
                headline_share=with_term / np.maximum(n_headlines, 1),
                headline_share_low=wilson[0],
                headline_share_high=wilson[1],
                snapshots=snapshots,
            )
        )
    columns = [
        "term", *by, "period", "prints", "n", "share", "share_low", "share_high", "headlines", "n_headlines",
        "headline_share", "headline_share_low", "headline_share_high", "snapshots",
    ]  # fmt: skip
    table = pd.concat(tables, ignore_index=True) if tables else names.iloc[:0].reindex(columns=columns)
    few = table["snapshots"] < MIN_CLUSTERS
    reason = table["snapshots"].astype("str") + f" snapshots; an interval needs {MIN_CLUSTERS} or more"
    table = table[columns].assign(reason=reason.where(few, "").astype("str"))
    return table.astype({"term": "str", "prints": "int64", "n": "int64", "headlines": "int64"})


def _intervals(
    count: Any, part: Any, whole: Any, cell_group: Ints, n: Ints, squared: Any, snapshots: Ints, level: float
) -> tuple[Any, Any]:
    """Limits of each group's share of prints, by snapshots."""
    part_squared = np.bincount(cell_group, weights=part**2, minlength=len(n))
    crossed = np.bincount(cell_group, weights=part * whole, minlength=len(n))
    low, high = np.full(len(n), np.nan), np.full(len(n), np.nan)
    for i in np.flatnonzero(snapshots >= MIN_CLUSTERS):
        low[i], high[i] = cluster_share_interval(
            count[i], part_squared[i], crossed[i], float(n[i]), float(squared[i]), int(snapshots[i]), level
        )
    return low, high


def _group(prints: Prints, by: Sequence[str], freq: str | None) -> tuple[Ints, pd.DataFrame]:
    """Code of each print's group, and the groups: the columns of ``by`` and ``period``, in order."""
    columns: dict[str, Any] = {}
    for name in by:
        if name == "site":
            columns[name] = prints.snapshots["site"].array.take(prints.snapshot)
        else:
            values = np.array([*(prints.labels if name == "module" else prints.kinds), None], dtype=object)
            columns[name] = pd.array(values[prints.label], dtype="str")
    times = prints.snapshots["captured_at"]
    times = pd.to_datetime(times, utc=True).dt.as_unit("us")
    if freq is None:
        starts = pd.Series(pd.NaT, index=times.index, dtype=times.dtype)
    else:
        starts = _period_starts(times, freq)
    columns["period"] = starts.array.take(prints.snapshot)
    frame = pd.DataFrame(columns)
    if frame.empty:
        return np.zeros(0, np.int64), frame
    keys = [*by, "period"]
    group = frame.groupby(keys, dropna=False, sort=True).ngroup().to_numpy(np.int64)
    first = np.unique(group, return_index=True)[1]
    return group, frame.iloc[first].reset_index(drop=True)


def _period_starts(times: pd.Series, freq: str) -> pd.Series:
    known = times.dropna()
    if known.empty:
        return times
    try:
        edges = pd.date_range(known.min().normalize() - pd.Timedelta(days=400), known.max(), freq=freq)
    except ValueError as error:
        raise InputError(
            f'freq: got {freq!r}; a pandas period such as "MS", "W-MON" or "D" is needed.'
        ) from error
    place = edges.as_unit("us").searchsorted(known, side="right") - 1
    starts = times.copy()
    starts.loc[known.index] = edges.as_unit("us")[place]
    return starts


def has_term(keys: npt.NDArray[np.object_], term: str) -> Bools:
    """Which headline keys hold a term as whole words; in scripts without spaces, anywhere.

    Examples
    --------
    >>> has_term(np.array(["ferry aground", "ferryman dies"], dtype=object), "Ferry").tolist()
    [True, False]
    """
    wanted = normalise_headline(term)
    if not wanted:
        raise InputError(f"terms: {term!r} has no letters or digits. Give words, phrases or names.")
    if _UNSPACED.search(wanted):
        return np.fromiter((wanted in key for key in keys), bool, len(keys))
    wanted = f" {wanted} "
    return np.fromiter((wanted in f" {key} " for key in keys), bool, len(keys))


def count_term(keys: npt.NDArray[np.object_], term: str) -> npt.NDArray[np.float64]:
    """How often each normalised text holds a term, matched as `has_term` does.

    Examples
    --------
    >>> count_term(np.array(["ferry ferry aground", "ferryman"], dtype=object), "Ferry").tolist()
    [2.0, 0.0]
    """
    wanted = normalise_headline(term)
    if _UNSPACED.search(wanted):
        return np.array([key.count(wanted) for key in keys], float)
    # neighbouring uses share a space, so spaces are doubled before whole words are counted
    wanted = f" {wanted} ".replace(" ", "  ")[1:-1]
    return np.array([f" {key} ".replace(" ", "  ").count(wanted) for key in keys], float)


def find_terms(
    placements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    n_terms: int = 20,
    min_headlines: int = 3,
    window: Window | None = None,
) -> pd.DataFrame:
    """The words, phrases and names that set the sidebars' headlines most apart from the articles' text.

    Parameters
    ----------
    placements, articles
        As for `measure_headlines`, and the articles' ``body``.
    n_terms : int, default 20
        How many to give, 1 or more.
    min_headlines : int, default 3
        Different headlines a term must stand in, 1 or more.
    window : (start, end), optional
        As for `measure_headlines`.

    Returns
    -------
    DataFrame
        One row per term (index ``term``): ``sort`` ("word", "phrase" of two words, "name": mostly written with a
        capital inside the articles' sentences), ``headlines`` (different ones with it), ``uses_in_headlines``,
        ``uses_in_bodies``, ``log_odds``, ``z``, ``p_adjusted`` (see `toolkit.stats.log_odds_dirichlet`). Largest z
        first, ties by term.

    Raises
    ------
    MissingColumnsError, InputError
        If a column is absent or an option is not allowed.

    Notes
    -----
    Headlines count once each, articles once each (the longest body among their snapshots). Headlines leave out
    small words, so these come out on the articles' side. A phrase is dropped where one of its words is among the
    hundred most used of the bodies (of corpora with more than a few pages), a word where it is one of them.

    Examples
    --------
    >>> pages = pd.DataFrame({
    ...     "snapshot_id": ["a"], "article_id": "x", "captured_at": [pd.NaT], "body": ["The council met."],
    ... })
    >>> prints = pd.DataFrame({
    ...     "snapshot_id": "a", "module": "M", "rank": [1, 2, 3],
    ...     "headline": ["Shocking zoo secret", "Shocking ferry secret", "Shocking dam tale"],
    ... })
    >>> find_terms(prints, pages).index.tolist()
    ['shocking']
    """
    for name, value in (("n_terms", n_terms), ("min_headlines", min_headlines)):
        if value < 1:
            raise InputError(f"{name}: got {value}; 1 or more is needed.")
    require_columns(articles, "articles", ["body"])
    prints = read_prints(placements, articles, window=window)
    bodies = articles[articles["snapshot_id"].isin(prints.snapshots["snapshot_id"])]
    bodies = bodies.assign(length=bodies["body"].str.len().fillna(0)).sort_values(["length", "body"])
    texts = bodies.drop_duplicates("article_id", keep="last")["body"].dropna().tolist()
    in_headlines, headlines_with = _count_words([prints.keys[i] for i in np.unique(prints.headline)])
    sentences = [sentence for text in texts for sentence in split_sentences(text)]
    in_bodies, _ = _count_words([normalise_headline(sentence) for sentence in sentences])
    common = set(in_bodies[~in_bodies.index.str.contains(" ")].sort_values(kind="stable").index[-100:])
    # in a handful of pages every word is among the most used
    common = (
        {word for word in common if in_bodies[word] > 0.002 * in_bodies.sum()}
        if len(in_bodies) > 2000
        else set()
    )
    enough = headlines_with[headlines_with >= min_headlines].index
    parts = [term.split() for term in enough]
    keep = [
        term
        for term, words in zip(enough, parts, strict=True)
        if not any(word in common or len(word) < 2 or word.isdigit() for word in words)
    ]
    a, b = in_headlines.reindex(keep, fill_value=0), in_bodies.reindex(keep, fill_value=0)
    # words and pairs are counted among words and pairs alike, on both sides; one more keeps totals above any count
    table = log_odds_dirichlet(
        a, b, total_a=float(in_headlines.sum()) + 1, total_b=float(in_bodies.sum()) + 1
    )
    table = table[table["log_odds"] > 0].head(n_terms)
    names = _capitalised(sentences, set(table.index))
    sort = ["name" if term in names else "phrase" if " " in term else "word" for term in table.index]
    return pd.DataFrame(
        {
            "sort": pd.array(sort, dtype="str"),
            "headlines": headlines_with.reindex(table.index, fill_value=0).to_numpy(np.int64),
            "uses_in_headlines": table["count_a"].to_numpy(np.int64),
            "uses_in_bodies": table["count_b"].to_numpy(np.int64),
            **{name: table[name].to_numpy() for name in ("log_odds", "z", "p_adjusted")},
        },
        index=pd.Index(table.index, dtype="str", name="term"),
    )


def _count_words(keys: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    """Uses of each word and pair of words in normalised texts, and in how many texts each stands."""
    terms: list[str] = []
    owner: list[int] = []
    for i, key in enumerate(keys):
        words = key.split()
        found = [*words, *(f"{a} {b}" for a, b in pairwise(words))]
        terms += found
        owner += [i] * len(found)
    table = pd.DataFrame({"term": pd.array(terms, dtype="str"), "owner": np.array(owner, np.int64)})
    uses = table.groupby("term").size()
    texts = table.drop_duplicates().groupby("term").size()
    return uses.astype("int64"), texts.astype("int64")


def _capitalised(sentences: Sequence[str], terms: set[str]) -> set[str]:
    """Terms mostly written with a capital where they do not begin a sentence."""
    seen: dict[str, list[int]] = {}
    for sentence in sentences:
        words = find_words(sentence)
        for first, second in zip_longest(words[1:], words[2:], fillvalue=""):
            for written in (first, f"{first} {second}"):
                key = normalise_headline(written)
                if key in terms:
                    seen.setdefault(key, []).append(written[:1].isupper())
    return {term for term, capitals in seen.items() if sum(capitals) >= 0.8 * len(capitals)}
