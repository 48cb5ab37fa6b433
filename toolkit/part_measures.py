"""Measures over a corpus of many parts, one part in memory at a time, with the result they have in memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.clickbait import find_cues, score_clickbait
from toolkit.corpus import Corpus
from toolkit.errors import InputError
from toolkit.exposure import measure_churn, measure_headlines, measure_turnover
from toolkit.exposure.dwell import PAGE_KINDS
from toolkit.exposure.headlines import finish_headlines
from toolkit.exposure.prints import read_prints
from toolkit.exposure.sums import HeadlineSums, add_headlines, sum_headlines
from toolkit.parts import PartedCorpus, PartRef
from toolkit.tables import empty_table
from toolkit.words import squeeze

__all__ = ["measure_parts"]

_PLACEMENTS = [
    "snapshot_id", "source", "module_index", "module", "kind", "rank", "headline", "url", "duplicate", "position",
]  # fmt: skip
_ARTICLES = ["snapshot_id", "source", "article_id", "site", "captured_at", "captured_precision"]
#: Measures whose rows are made site by site.
_BY_SITE = (measure_turnover, measure_churn)
#: Measures of a headline by itself.
_BY_HEADLINE = (find_cues, score_clickbait)
#: So many placements are measured in one go where sites are measured apart.
MAX_ROWS = 2_000_000
#: So many sums of parts are added up at once.
FAN_IN = 8
#: Headlines are added up in so many groups, one after the other, so that little is held twice.
GROUPS = 16

Labels = dict[tuple[str, str], tuple[str, str]]


def measure_parts(
    corpus: Any, measure: Callable[..., Any], *, client: Any = None, column: str | None = None, **options: Any
) -> Any:
    """A measure over all parts of a corpus, with the result that it has over the tables in memory.

    Parameters
    ----------
    corpus : PartedCorpus, Corpus, iterable of Corpus, or (placements, articles) of dask.dataframe
        Every snapshot whole in one part. Partition i of the one ``dask.dataframe`` belongs to partition i of the
        other, as `PartedCorpus.to_dask` gives them.
    measure : callable
        ``measure_headlines`` (frequency, exposure, dwell): parts are summed and the sums added up.
        ``measure_turnover``, ``measure_churn``: sites are measured apart, a few at a time.
        ``find_cues``, ``score_clickbait``: of the headlines of ``placements``, in order.
        A topic model's ``predict``: of the articles' texts.
        Any other function of a `Corpus` that looks at each row by itself: its tables, Series or arrays are put
        end to end.
    client : dask.distributed.Client, optional
        Work on the parts on a cluster; needs the extra ``cluster``.
    column : str, optional
        For ``predict``: the articles' column with the texts, by default ``body``; missing ones count as empty.
    **options
        As for the measure.

    Returns
    -------
    DataFrame, or what the measure gives
        Equal to that of the measure over the whole tables; sums of decimals may differ in the last digits.

    Raises
    ------
    InputError
        If the measure needs the whole corpus at once (``identity="story"``), or the corpus is none.

    Examples
    --------
    >>> measure_parts(Corpus(), measure_headlines).shape[0]
    0
    """
    if options.get("identity", "words") != "words":
        raise InputError(
            f"measure_parts: identity={options['identity']!r} compares all headlines with each other and cannot be "
            "found part by part; take identity='words', or corpus.load() for the tables in memory."
        )
    parts = _list_parts(corpus)
    if measure is measure_headlines:
        return _add_up(parts, client, options)
    if measure in _BY_SITE:
        return _by_site(parts, measure, options)
    if measure in _BY_HEADLINE:
        return _by_headline(parts, measure, client, options)
    owner = getattr(measure, "__self__", None)
    if _is_topic_model(owner) and getattr(measure, "__name__", "") == "predict":
        found = list(_map(client, _predict, [(part, owner, column or "body") for part in parts]))
        return np.concatenate(found) if found else np.zeros(0, np.int64)
    found = list(_map(client, _call, [(part, measure, options) for part in parts]))
    if not found:
        return measure(Corpus(), **options)
    if isinstance(found[0], pd.DataFrame | pd.Series):
        return pd.concat([one for one in found if len(one)] or found[:1], ignore_index=True)
    return np.concatenate(found)


@dataclass(frozen=True)
class _Held:
    """A part whose tables are in memory."""

    corpus: Corpus

    def read(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        frame: pd.DataFrame = self.corpus.tables()[table]  # type: ignore[index]
        return frame if columns is None else frame[[name for name in columns if name in frame.columns]]


@dataclass(frozen=True)
class _Partition:
    """A partition of two dask.dataframes, computed where and when it is read."""

    placements: Any
    articles: Any

    def read(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        frame = getattr(self, table)
        if columns is not None:
            frame = frame[[name for name in columns if name in frame.columns]]
        done: pd.DataFrame = frame.compute(scheduler="synchronous")
        return done.reset_index(drop=True)


_Part = PartRef | _Held | _Partition


def _list_parts(corpus: Any) -> list[_Part]:
    if isinstance(corpus, PartedCorpus):
        return [corpus.refer(number) for number in range(corpus.n_parts)]
    if isinstance(corpus, Corpus):
        return [_Held(corpus)]
    if isinstance(corpus, tuple) and len(corpus) == 2 and all(hasattr(one, "partitions") for one in corpus):
        placements, articles = corpus
        if placements.npartitions != articles.npartitions:
            raise InputError(
                f"measure_parts: placements have {placements.npartitions} partitions, articles "
                f"{articles.npartitions}; "
                "both need the same, with every snapshot whole in one (PartedCorpus.to_dask)."
            )
        return [
            _Partition(placements.partitions[i], articles.partitions[i]) for i in range(articles.npartitions)
        ]
    if isinstance(corpus, Iterable):
        given = list(corpus)
        if all(isinstance(one, Corpus) for one in given):
            return [_Held(one) for one in given]
    raise InputError(
        f"measure_parts: got {type(corpus).__name__}; a corpus (open_corpus), a list of them, or a pair of "
        "dask.dataframes (placements, articles) is needed."
    )


def _map(client: Any, function: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> Iterator[Any]:
    if client is None:
        return (function(*given) for given in arguments)
    from toolkit.intake.cluster import map_on_cluster

    return map_on_cluster(client, function, arguments)


def _call(part: _Part, measure: Callable[..., Any], options: dict[str, Any]) -> Any:
    names = ["articles", "modules", "placements", "problems"]
    if isinstance(part, _Held):
        return measure(part.corpus, **options)
    if isinstance(part, _Partition):
        names = ["articles", "placements"]
    return measure(Corpus(**{name: part.read(name) for name in names}), **options)  # type: ignore[arg-type]


def _is_topic_model(owner: object) -> bool:
    """Whether ``owner`` is a topic model, without importing scikit-learn where there is none."""
    topics = sys.modules.get("toolkit.topics")
    return topics is not None and isinstance(owner, topics.TopicModel)


def _predict(part: _Part, model: Any, column: str) -> Any:
    texts = part.read("articles", [column])[column]
    return model.predict(texts.fillna("").tolist()) if len(texts) else np.zeros(0, np.int64)


def _add_up(parts: list[_Part], client: Any, options: dict[str, Any]) -> pd.DataFrame:
    """Sums of parts, added by the eights, and what is alike in size again, so that none is added often."""
    kept = {name: options.pop(name) for name in ("share_of", "level") if name in options}
    if unknown := set(options) - {"identity", "patience", "page_kinds", "window"}:
        raise InputError(f"measure_parts: measure_headlines has no option {sorted(unknown)[0]!r}.")
    options.pop("identity", None)
    labels = _unify_labels(parts)
    added: list[HeadlineSums] = []
    batch: list[HeadlineSums] = []
    for found in _map(client, _sum_part, [(part, labels, options) for part in parts]):
        batch.append(found)
        if len(batch) == FAN_IN:
            added.append(add_headlines(batch, release=True))
            batch.clear()
            while len(added) > 1 and added[-2].size < 2 * added[-1].size:
                added[-2:] = [add_headlines(added[-2:], release=True)]
    left = [*added, *batch]
    if not left:
        return measure_headlines(empty_table("placements"), empty_table("articles"), **kept)
    added.clear()
    batch.clear()
    whole = add_headlines(left, release=True)
    left.clear()
    return finish_headlines(whole, release=True, **kept)


def _sum_part(part: _Part, labels: Labels, options: dict[str, Any]) -> HeadlineSums:
    placements = _relabel(part.read("placements", _PLACEMENTS), labels)
    prints = read_prints(placements, part.read("articles", _ARTICLES), window=options.get("window"))
    return sum_headlines(
        prints,
        patience=options.get("patience", 0.8),
        page_kinds=tuple(options.get("page_kinds", PAGE_KINDS)),
        n_groups=GROUPS,
    )


def _unify_labels(parts: list[_Part]) -> Labels:
    """One spelling and kind for a label all over the corpus, by the rule the measures have: alphabet first.

    Only labels whose spelling or kind changes are listed.
    """
    pairs: set[tuple[str, str]] = set()
    for part in parts:
        seen = part.read("placements", ["module", "kind"]).drop_duplicates().dropna()
        pairs |= set(zip(seen["module"], seen["kind"], strict=True))
    best: dict[str, tuple[str, str]] = {}
    for module, kind in sorted(pairs, key=lambda pair: (squeeze(pair[0]), pair[1])):
        if squeeze(module):
            best.setdefault(squeeze(module).casefold(), (squeeze(module), kind))
    return {
        pair: best[squeeze(pair[0]).casefold()]
        for pair in pairs
        if squeeze(pair[0]) and best[squeeze(pair[0]).casefold()] != pair
    }


def _relabel(placements: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    if not labels or placements.empty:
        return placements
    index = pd.MultiIndex.from_frame(placements[["module", "kind"]])
    codes, pairs = pd.factorize(index)
    new = [labels.get(pair, pair) for pair in pairs]
    if all(one is old for one, old in zip(new, pairs, strict=True)):
        return placements
    return placements.assign(
        module=pd.array(np.array([pair[0] for pair in new], dtype=object)[codes], dtype="str"),
        kind=pd.array(np.array([pair[1] for pair in new], dtype=object)[codes], dtype="str"),
    )


def _by_site(parts: list[_Part], measure: Callable[..., Any], options: dict[str, Any]) -> pd.DataFrame:
    """The measure of a few sites at a time: their rows from all parts that have any."""
    labels = _unify_labels(parts)
    counts: dict[str | None, int] = {}
    where: dict[str | None, set[int]] = {}
    for number, part in enumerate(parts):
        pages = part.read("articles", ["source", "site"])
        sites = dict(zip(pages["source"], pages["site"].where(pages["site"].notna(), None), strict=True))
        for site in sites.values():
            where.setdefault(_plain(site), set()).add(number)
        for source, n in part.read("placements", ["source"])["source"].value_counts().items():
            site = _plain(sites[source])
            counts[site] = counts.get(site, 0) + int(n)
    order = sorted(site for site in where if site is not None) + ([None] if None in where else [])
    found: list[pd.DataFrame] = []
    group: list[str | None] = []
    for site in order:
        if group and sum(counts.get(one, 0) for one in [*group, site]) > MAX_ROWS:
            found.append(_measure_sites(parts, where, group, measure, labels, options))
            group = []
        group.append(site)
    found.append(_measure_sites(parts, where, group, measure, labels, options))
    filled = [frame for frame in found if len(frame)] or found[:1]
    table = pd.concat(filled, ignore_index=True)
    return table.sort_values(["site", "article_id", "module"], kind="stable", ignore_index=True)


def _plain(site: Any) -> str | None:
    return site if isinstance(site, str) else None


def _measure_sites(
    parts: list[_Part],
    where: dict[str | None, set[int]],
    group: list[str | None],
    measure: Callable[..., Any],
    labels: Labels,
    options: dict[str, Any],
) -> pd.DataFrame:
    placements, articles = [], []
    named = [site for site in group if site is not None]
    for number in sorted(set().union(*(where[site] for site in group)) if group else ()):
        pages = parts[number].read("articles", _ARTICLES)
        fits = pages["site"].isin(named)
        if None in group:
            fits |= pages["site"].isna()
        pages = pages[fits]
        rows = parts[number].read("placements", _PLACEMENTS)
        articles.append(pages)
        placements.append(_relabel(rows[rows["source"].isin(set(pages["source"]))], labels))
    one = pd.concat(placements, ignore_index=True) if placements else empty_table("placements")
    other = pd.concat(articles, ignore_index=True) if articles else empty_table("articles")
    table: pd.DataFrame = measure(one, other, **options)
    return table


def _by_headline(
    parts: list[_Part], measure: Callable[..., Any], client: Any, options: dict[str, Any]
) -> pd.DataFrame:
    found = []
    start = 0
    for table, n in _map(client, _measure_headlines_of, [(part, measure, options) for part in parts]):
        if measure is find_cues:
            table["headline_index"] = table["headline_index"] + start
        else:
            table.index = pd.RangeIndex(start, start + n)
        start += n
        found.append(table)
    if not found:
        return measure(empty_table("placements"), **options)
    notes: dict[str, Any] = {}
    for table in found:
        for name, value in table.attrs.items():
            notes[name] = _add_notes(notes[name], value) if name in notes else value
        table.attrs = {}
    filled = [table for table in found if len(table)] or found[:1]
    whole = pd.concat(filled, ignore_index=measure is find_cues)
    whole.attrs = notes
    return whole


def _measure_headlines_of(
    part: _Part, measure: Callable[..., Any], options: dict[str, Any]
) -> tuple[pd.DataFrame, int]:
    headlines = part.read("placements", ["headline"])
    return measure(headlines, **options), len(headlines)


def _add_notes(one: Any, other: Any) -> Any:
    """Counts that parts carry beside their tables, added up."""
    if isinstance(one, dict):
        return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}
    return one + other
