"""Five invented corpora as the tables that charts draw: an ordinary one, and four that are hard to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from toolkit import charts

CORPORA = ("ordinary", "east", "hostile", "lonely", "crowded")
SOURCE = "Source: saved pages of The Fennmoor Echo; captured 2031-03-01 to 2031-06-30 (UTC)."

_ORDINARY = [
    "Harbour bridge closes for the winter",
    "What the ferry captain saw at dawn",
    "Council cuts the library’s hours",
    "Five ways to keep a garden through a dry May",
    "Rovers lose in the last minute",
    "Rates stay where they are",
    "You won’t believe who bought the lighthouse",
    "School meals to cost more from autumn",
    "Why the choir stopped singing",
    "Storm leaves 4,000 homes without power",
    "The street that decides elections",
    "New clinic opens after two years of delay",
]
_EAST = [
    "등대를 산 사람은 누구인가, 마을 전체가 놀랐다",
    "港の橋が冬の間、閉鎖される見通しとなりました。市民は大きく困惑しています",
    "港口大桥冬季封闭，居民出行受到影响",
    "도서관 운영 시간 단축",
    "給食費の値上げ",
    "競选中的关键街道",
    "합창단이 노래를 멈춘 이유",
    "嵐で四千戸が停電",
]
_LONG = (
    "A headline that goes on and on, clause after clause, as if nobody had ever told its writer "
    "that a column has a width and that a reader has a train to catch before the night is over"
)
_HOSTILE = [
    "<img src=x onerror=alert(1)> & \"quotes\" 'too' <script>alert(2)</script>",
    "$x^2$ costs $5 more \\frac{1}{2} _{sub} than 10% of $100",
    _LONG,
    "=cmd|' /C calc'!A0",
    "Pneumonoultramicroscopicsilicovolcanoconiosis" * 4,
    "\U0001f525",
    "bell\x07 null\x00 escape\x1b[31m vertical\x0b tab\tnewline\nreturn\r end",
    "\u202eright to left override\u202c and \u200bzero\ufeff width",
    "noncharacter \uffff and private \ue000 use",
    "   ",
    "\U0001f525\U0001f525 ONLY FIRE \U0001f525 \u2764\ufe0f",
    "-- double dash -- \u2014 --> ]]> <!-- comment",
    "@SUM(1+1)*cmd",
    "+1 reason",
]


def _texts(corpus: str, n: int) -> list[str]:
    pool = {"east": _EAST, "hostile": _HOSTILE}.get(corpus, _ORDINARY)
    if corpus == "lonely":
        return pool[:1]
    if corpus == "crowded":
        n *= 4
    found = [pool[i % len(pool)] + (f" ({i // len(pool) + 1})" if i >= len(pool) else "") for i in range(n)]
    return found if corpus == "crowded" else found[:n]


def _shares(corpus: str, n: int, scale: float = 0.06) -> pd.DataFrame:
    share = scale / np.arange(1, n + 1) ** 0.6
    if corpus == "crowded":
        share = np.full(n, 1.0)  # all alike, at the edge of what a share can be
    frame = pd.DataFrame({"share": share, "share_low": share * 0.6, "share_high": np.minimum(1, share * 1.7)})
    if corpus == "lonely":
        frame[["share_low", "share_high"]] = np.nan
    return frame


def _times(corpus: str) -> pd.DatetimeIndex:
    n = {"lonely": 1, "crowded": 60}.get(corpus, 14)
    step = pd.to_timedelta(np.cumsum(1 + np.arange(n) % 3), unit="D")
    return (pd.Timestamp("2031-02-26T09:30", tz="UTC") + step).as_unit("us")


def _grid(corpus: str, n: int) -> pd.DataFrame:
    names, times = _texts(corpus, n)[: max(n, 1)], _times(corpus)
    rows = [
        (name, time, capture, (capture + 2 * i) % 7 < 4, 1 + (i + capture // 5) % max(2, len(names)))
        for i, name in enumerate(names)
        for capture, time in enumerate(times)
    ]
    frame = pd.DataFrame(rows, columns=["headline", "captured_at", "capture", "there", "place"])
    return frame.assign(there=frame["there"] | (frame["capture"] == 0))


def _captures(corpus: str) -> pd.DataFrame:
    n = {"lonely": 1, "crowded": 200}.get(corpus, 9)
    start = pd.date_range("2031-03-01", periods=n, freq="D", tz="UTC").as_unit("us")
    frame = pd.DataFrame(
        {"start": start, "end": start + pd.Timedelta(1, unit="D"), "snapshots": np.arange(n) % 5}
    )
    frame.loc[0, "snapshots"] = 3
    frame.attrs.update(freq="D", n_undated=2, longest_gap_hours=float("nan") if n == 1 else 49.0)
    return frame


def _topics(corpus: str) -> pd.DataFrame:
    labels = [" ".join(text.split()[:4]) for text in _texts(corpus, 7)][:24]
    n = len(labels)
    turn = np.arange(n) * 2.4
    near = 0.02 if corpus == "crowded" else 1.0
    table = _shares(corpus, n, 0.3).assign(
        topic=range(n), label=labels, size=[40 - i for i in range(n)], x=np.cos(turn) * near * (1 + turn / 9),
        y=np.sin(turn) * near,
    )  # fmt: skip
    table["terms"] = [text.split() for text in _texts(corpus, 7)[:n]]
    return table


def _over_time(corpus: str) -> pd.DataFrame:
    topics = _topics(corpus)
    starts = pd.date_range(
        "2031-01-01", periods={"lonely": 1, "crowded": 30}.get(corpus, 6), freq="MS", tz="UTC"
    )
    frame = topics[["topic", "label"]].merge(pd.DataFrame({"start": starts.as_unit("us")}), how="cross")
    total = 10 * (frame["start"].dt.month % 4)
    n = (total * ((frame["topic"] + frame["start"].dt.month) % 3) / 4).astype("int64")
    share = (n / total).where(total > 0)
    return frame.assign(
        n=n, total=total, share=share, share_low=(share - 0.2).clip(0), share_high=(share + 0.2).clip(upper=1)
    )


def _by_kind(corpus: str) -> pd.DataFrame:
    kinds = ["popular", "latest", "recommended", "sponsored", "related", "inline", "other"]
    kinds = (
        kinds[:1]
        if corpus == "lonely"
        else kinds + [f"a kind number {i}" for i in range(8)] * (corpus == "crowded")
    )
    frame = _topics(corpus)[["topic", "label"]].merge(
        pd.DataFrame({"kind": kinds, "total": range(9, 9 + 30 * len(kinds), 30)}), how="cross"
    )
    share = ((frame["topic"] * 7 + frame["total"]) % 11) / 20
    share = share.where(frame["topic"] % 5 != 4)
    return frame.assign(
        n=(share.fillna(0) * frame["total"]).astype("int64"), share=share, share_low=share * 0.7
    )


def _edits(corpus: str) -> pd.DataFrame:
    n = {"lonely": 1, "crowded": 120}.get(corpus, 15)
    names = _texts(corpus, 8)
    actions = ["added", "removed", "reworded", "moved", "split", "merged"]
    return pd.DataFrame(
        {
            "snapshot_before": [f"b{i % 40}" for i in range(n)], "snapshot_after": [f"a{i % 40}" for i in range(n)],
            "source_after": [f"pages/{names[i % len(names)]}.html" for i in range(n)], "field": "body",
            "change": [actions[i % 6] for i in range(n)], "position": [(i * 37 % 101) / 100 for i in range(n)],
            "size_words": [i * 5 % 60 for i in range(n)],
        }
    )  # fmt: skip


def _overlap(corpus: str) -> pd.DataFrame:
    names = [text[:40] for text in _texts(corpus, 6)][:14]
    rows = [
        (a, b, ((i * 5 + j * 3) % 10) / 10, i + j)
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i < j
    ]
    table = pd.DataFrame(rows, columns=["first_module", "second_module", "rbo", "snapshots"])
    return table.astype(
        {"first_module": "str", "second_module": "str", "rbo": "float64", "snapshots": "int64"}
    )


def _contrast(corpus: str) -> pd.DataFrame:
    terms = [" ".join(text.split()[:2]) for text in _texts(corpus, 10)]
    terms = list(dict.fromkeys(terms))
    odds = np.linspace(3, -3, len(terms)) if len(terms) > 1 else np.array([1.0])
    table = pd.DataFrame(
        {"term": pd.array(terms, dtype="str"), "count_a": 12, "count_b": 3_400, "log_odds": odds}
    )
    return table.assign(z=odds * 2, p_adjusted=np.where(np.abs(odds) > 1, 0.001, 0.4)).set_index("term")


def _dwell(corpus: str) -> pd.DataFrame:
    names = _texts(corpus, 9)
    n = len(names)
    low = np.round(np.linspace(400, 0, n), 1) if n > 1 else np.array([0.0])
    high = np.where(np.arange(n) % 3 == 0, np.inf, low * 1.6 + 5)
    return pd.DataFrame(
        {
            "headline": names, "sightings": range(n, 0, -1),
            "module": ["Most Read" if i % 2 else None for i in range(n)], "dwell_hours_low": low,
            "dwell_hours_high": high, "censored": np.where(np.isinf(high), "right", ""),
        }
    )  # fmt: skip


def _coverage(corpus: str) -> pd.DataFrame:
    measures = ["presence", "turnover_per_gap", "turnover_per_day", "dwell", "survival"]
    measures = measures[:1] if corpus == "lonely" else measures
    reasons = ["", "12 snapshots, 11 gaps", None, *_texts(corpus, 5)]
    n = len(measures)
    return pd.DataFrame(
        {"measure": measures, "allowed": [i % 2 == 0 for i in range(n)], "reason": reasons[:n]}
    )


def _lorenz(corpus: str) -> pd.DataFrame:
    n = {"lonely": 1, "crowded": 500}.get(corpus, 12)
    amounts = np.arange(1, n + 1) ** 2.0
    table = pd.DataFrame(
        {
            "share_items": np.arange(n + 1) / n,
            "share_exposure": np.append(0, np.cumsum(amounts)) / amounts.sum(),
        }
    )
    table.attrs.update(n=n, gini=0.49, top_tenth=0.31)
    return table


def _rewrites(corpus: str) -> pd.DataFrame:
    names = _texts(corpus, 8)
    n = len(names)
    before = np.linspace(0, 1, n) if n > 1 else np.array([0.4])
    after = np.where(np.arange(n) % 3 == 0, before, 1 - before)
    return pd.DataFrame(
        {
            "before": names[::-1], "after": names, "score_before": before, "score_after": after,
            "score_change": after - before,
        }
    )  # fmt: skip


def _survival(corpus: str) -> pd.DataFrame:
    n = {"lonely": 1, "crowded": 300}.get(corpus, 20)
    low = np.linspace(0.97, 0.0, n)
    return pd.DataFrame(
        {
            "site": "The Echo", "module": _texts(corpus, 3)[0], "hours": np.linspace(2, 900, n),
            "survival_low": low, "survival_high": np.minimum(1, low + 0.3),
            "survival": low + 0.1 if corpus in ("ordinary", "east") else np.nan, "stays": n + 5,
        }
    )  # fmt: skip


def _comparison(groups: pd.Series, n: int) -> pd.DataFrame:
    step = np.linspace(0.2, -0.3, n) if n > 1 else np.array([np.nan])
    frame = pd.DataFrame({"measure": "mean score", "group": groups, "reference": "all others", "n": 50})
    frame = frame.assign(difference=step, difference_low=step - 0.1, difference_high=step + 0.1)
    if n == 1:
        frame = frame.assign(difference=0.25)
    return frame


def _calibration(corpus: str) -> pd.DataFrame:
    n = {"lonely": 1, "crowded": 20}.get(corpus, 5)
    score = np.linspace(0, 1, n) if n > 1 else np.array([0.3])
    frame = pd.DataFrame({"mean_score": score, "mean_rating": score**1.4, "n": 40})
    reach = 0.05 if n > 1 else np.nan
    return frame.assign(
        rating_low=(frame["mean_rating"] - reach).clip(0),
        rating_high=(frame["mean_rating"] + reach).clip(upper=1),
    )


def make_charts(corpus: str) -> dict[str, tuple[Callable[..., Any], pd.DataFrame, dict[str, Any]]]:
    """Name of each chart -> its function, an invented table for it, and what else it is called with."""
    names = _texts(corpus, 10)
    n = len(names)
    shares = _shares(corpus, n)
    counts = pd.DataFrame({"n": np.arange(n, 0, -1) * 7, "total": 900, "prints": np.arange(n, 0, -1) * 9})
    rows = pd.concat([shares, counts], axis=1)
    grid = _grid(corpus, 9)
    means = shares.rename(columns={"share": "mean_score", "share_low": "mean_low", "share_high": "mean_high"})
    curve = pd.DataFrame({"n_topics": range(2, 9), "stability": [0.2, 0.5, 0.9, 0.7, 0.8, 0.4, 0.3]})
    curve = curve.head(1) if corpus == "lonely" else curve
    if corpus == "crowded":
        curve = curve.assign(gain=curve["stability"] + 0.01, score=curve["stability"] - 0.01)
    entry = shares.rename(columns=lambda name: name.replace("share", "entry_share"))
    sites = ["The Echo" if i % 2 else "The Fennmoor Gazette and Advertiser" for i in range(n)]
    ranks = grid.assign(module=names[0], rank=grid["place"].where(grid["there"]).astype("Int64"))
    presence = grid.assign(prints=grid["there"].astype("int64"), best_rank=ranks["rank"])
    kinds = pd.Series([" ".join(name.split()[:3]) for name in names], dtype="str")
    terms = (
        pd.DataFrame({"term": kinds, "prints": rows["prints"], "n": 900}).join(shares).drop_duplicates("term")
    )
    patterns = rows.assign(
        pattern=[f"{kind} <...>?" for kind in kinds], n_headlines=900, examples=[[name] for name in names]
    )
    return {
        "timeline": (charts.draw_timeline, _captures(corpus), {}),
        "coverage": (charts.draw_coverage, _coverage(corpus), {}),
        "exposure": (charts.draw_exposure, rows.assign(headline=names, snapshots=3, n_snapshots=40), {}),
        "ranks": (charts.draw_ranks, ranks, {}),
        "presence": (charts.draw_presence, presence, {}),
        "dwell": (charts.draw_dwell, _dwell(corpus), {}),
        "turnover": (charts.draw_turnover, entry.assign(module=names, site=sites, gaps=range(n, 0, -1)), {}),
        "lorenz": (charts.draw_lorenz, _lorenz(corpus), {}),
        "overlap": (charts.draw_overlap, _overlap(corpus), {}),
        "topics": (charts.draw_topics, _topics(corpus), {}),
        "topic_map": (charts.draw_topic_map, _topics(corpus), {}),
        "topic_choice": (charts.draw_topic_choice, curve, {"chosen": int(curve["n_topics"].iloc[-1])}),
        "topics_over_time": (charts.draw_topics_over_time, _over_time(corpus), {}),
        "topics_by_kind": (charts.draw_topics_by_kind, _by_kind(corpus), {}),
        "clickbait_by_module": (charts.draw_clickbait_by_module, means.assign(kind=names, n=50), {}),
        "cues": (charts.draw_cues, rows.assign(cue=kinds), {}),
        "patterns": (charts.draw_patterns, patterns, {}),
        "terms": (charts.draw_terms, terms, {}),
        "contrast": (charts.draw_contrast, _contrast(corpus), {"names": ("sidebars", "articles")}),
        "edits": (charts.draw_edits, _edits(corpus), {}),
        "rewrites": (charts.draw_rewrites, _rewrites(corpus), {}),
        "survival": (charts.draw_survival, _survival(corpus), {}),
        "comparison": (charts.draw_comparison, _comparison(kinds, n), {}),
        "calibration": (charts.draw_calibration, _calibration(corpus), {}),
    }  # fmt: skip
