"""How long a headline can have stood there: bounds, censoring, stays and their edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError
from toolkit.exposure import measure_dwell, measure_headlines

BOUNDS = ["dwell_hours_low", "dwell_hours_high", "censored"]


def _seen(pattern: str, hours=None, **more):
    """One list captured at ``hours``: x where the headline stood in it, - where not; a filler is always there."""
    hours = range(0, 6 * len(pattern), 6) if hours is None else hours
    names = [f"s{i}" for i in range(len(pattern))]
    lists = [
        (n, "Latest", ["Storm", "Filler"] if c == "x" else ["Filler"])
        for n, c in zip(names, pattern, strict=True)
    ]
    return make_placements(lists), make_articles(dict(zip(names, hours, strict=True)), **more)


def _storm(prints, pages, **options):
    return measure_dwell(prints, pages, **options).set_index("headline").loc["Storm"]


def test_measure_dwell_gives_published_bounds_when_seen_6_to_18_and_absent_at_0_and_24():
    row = _storm(*_seen("-xxx-"))
    assert row[BOUNDS].tolist() == [12, 24, ""]
    assert row[["captures", "sightings", "stays", "re_entries"]].tolist() == [5, 3, 1, 0]


@pytest.mark.parametrize(
    ("pattern", "low", "high", "censored"),
    [
        ("xx-", 6, np.inf, "left"),
        ("-xx", 6, np.inf, "right"),
        ("xxx", 12, np.inf, "both"),
        ("-x-", 0, 12, ""),
    ],
)
def test_measure_dwell_tells_the_open_end_when_seen_in_first_or_last_capture(pattern, low, high, censored):
    assert _storm(*_seen(pattern))[BOUNDS].tolist() == [low, high, censored]


def test_measure_dwell_adds_up_stays_when_headline_comes_back():
    row = _storm(*_seen("-xx-x-"))
    assert row[[*BOUNDS, "stays", "re_entries"]].tolist() == [6, 18 + 12, "", 2, 1]


@pytest.mark.parametrize(("limit", "stays", "low"), [(6, 1, 12), (5.99, 3, 0)])
def test_measure_dwell_starts_new_stay_when_gap_exceeds_limit(limit, stays, low):
    row = _storm(*_seen("-xxx-"), max_gap_hours=limit)
    assert row[["stays", "re_entries", "dwell_hours_low", "dwell_hours_high"]].tolist() == [stays, 0, low, 24]


def test_measure_dwell_is_wider_by_a_day_when_only_the_day_is_known():
    prints, pages = _seen("-xx-", hours=[0, 48, 96, 144], captured_precision="day")
    assert _storm(prints, pages)[BOUNDS].tolist() == [24, 168, ""]
    lone = _seen("-x-", hours=[0, 48, 96], captured_precision=["second", "day", "second"])
    assert _storm(*lone)[BOUNDS].tolist() == [0, 96, ""]


def test_measure_dwell_has_no_bounds_but_a_reason_when_captures_bear_no_time():
    row = _storm(*_seen("xx", hours=[None, None]))
    assert row[["dwell_hours_low", "dwell_hours_high", "first_seen"]].isna().all()
    assert row["reason"] == "no snapshot of this place has a capture time"
    row = _storm(*_seen("x--", hours=[None, 0, 5]))
    assert row["reason"] == "seen only in snapshots without a capture time"
    row = _storm(*_seen("xx", hours=[None, 0]))
    assert np.isnan(row["dwell_hours_low"])
    assert row["reason"] == "one dated capture of this place; dwell needs two or more"
    assert row["first_seen"] == pd.Timestamp("2025-03-01", tz="UTC")


def test_measure_dwell_asks_only_captures_that_print_the_module_when_others_lack_it():
    lists = [
        ("a", "Latest", ["Old"]),
        ("b", "Latest", ["Storm"]),
        ("c", "Popular", ["Filler"]),
        ("d", "Latest", ["Storm"]),
        ("e", "Latest", ["New"]),
    ]
    prints, pages = make_placements(lists), make_articles({n: 6.0 * i for i, n in enumerate("abcde")})
    assert _storm(prints, pages)[BOUNDS].tolist() == [12, 24, ""]


@pytest.mark.parametrize(("kind", "expected"), [("latest", [0, 12, ""]), ("related", [0, np.inf, "both"])])
def test_measure_dwell_asks_only_the_same_article_when_module_is_filled_by_page(kind, expected):
    lists = [
        ("a", "M", ["Old"], kind),
        ("b", "M", ["Storm"], kind),
        ("c", "M", ["New"], kind),
        ("d", "M", ["Storm"], kind),
    ]
    prints = make_placements(lists[:3])
    pages = make_articles({"a": 0, "b": 6, "c": 12}, article_id=["x", "y", "z"])
    row = _storm(prints, pages)
    if kind == "related":
        assert row["reason"].startswith("one dated capture")
        return
    assert row[BOUNDS].tolist() == expected


def test_measure_dwell_keeps_sites_apart_when_they_share_labels():
    prints = make_placements([("a", "M", ["Storm"]), ("b", "M", ["Other"]), ("c", "M", ["Storm"])])
    pages = make_articles({"a": 0, "b": 6, "c": 12}, site=["One", "Two", "One"])
    table = measure_dwell(prints, pages)
    assert table[["headline", "site", *BOUNDS[:2]]].to_numpy().tolist()[0] == ["Storm", "One", 12, np.inf]


def test_measure_headlines_counts_time_once_when_headline_stood_in_two_places():
    lists = []
    for i, (left, right) in enumerate(zip("-xxx--", "--xxx-", strict=True)):
        lists.append((f"s{i}", "Latest", ["Storm", "F"] if left == "x" else ["F"]))
        lists.append((f"s{i}", "Popular", ["Storm", "G"] if right == "x" else ["G"], "popular"))
    prints, pages = make_placements(lists), make_articles({f"s{i}": 6.0 * i for i in range(6)})
    row = measure_headlines(prints, pages).set_index("headline").loc["Storm"]
    assert row[[*BOUNDS, "stays", "re_entries"]].tolist() == [18, 30, "", 1, 0]


def test_measure_headlines_counts_re_entry_when_gone_from_all_its_places():
    lists = []
    for i, (left, right) in enumerate(zip("-x-x--", "-----x", strict=True)):
        lists.append((f"s{i}", "Latest", ["Storm", "F"] if left == "x" else ["F"]))
        lists.append((f"s{i}", "Popular", ["Storm", "G"] if right == "x" else ["G"], "popular"))
    prints, pages = make_placements(lists), make_articles({f"s{i}": 6.0 * i for i in range(6)})
    row = measure_headlines(prints, pages).set_index("headline").loc["Storm"]
    assert row[["stays", "re_entries", "censored"]].tolist() == [3, 2, "right"]
    assert row["dwell_hours_high"] == np.inf


def test_measure_headlines_has_dwell_reason_when_no_time_is_known():
    table = measure_headlines(*_seen("xx", hours=[None, None]))
    assert table["dwell_reason"].unique().tolist() == ["seen only in snapshots without a capture time"]
    assert table["undated_snapshots"].tolist() == [2, 2]
    one = measure_headlines(*_seen("x", hours=[3]))
    assert one["dwell_reason"].unique().tolist() == [
        "its places have one dated capture; dwell needs two or more"
    ]
    assert one["dwell_hours_low"].isna().all()


def test_measure_dwell_holds_the_truth_when_lists_are_simulated():
    rng = np.random.default_rng(0)
    for trial in range(6):
        enter = rng.uniform(0, 200, 30)
        leave = enter + rng.exponential(30, 30) + 1
        times = np.sort(rng.uniform(-20, 260, 60))
        lists = [
            (f"s{i:02}", "Latest", [f"H{h}" for h in range(30) if enter[h] <= t < leave[h]] + ["Filler"])
            for i, t in enumerate(times)
        ]
        prints = make_placements(lists)
        pages = make_articles({f"s{i:02}": t for i, t in enumerate(times)})
        table = measure_dwell(prints, pages).set_index("headline").drop(index="Filler")
        truth = pd.Series(leave - enter, index=[f"H{h}" for h in range(30)]).reindex(table.index)
        assert len(table) > 20, trial
        assert (table["dwell_hours_low"] <= truth + 1e-9).all()
        assert (table["dwell_hours_high"] >= truth - 1e-9).all()


def test_measure_dwell_is_identical_when_rows_are_shuffled():
    prints, pages = _seen("-xx-x-xxx")
    expected = measure_dwell(prints, pages)
    pd.testing.assert_frame_equal(
        expected, measure_dwell(shuffled(prints), shuffled(pages)), check_exact=True
    )


def test_measure_dwell_is_empty_with_columns_when_there_are_no_placements():
    empty = measure_dwell(make_placements([]), make_articles({}))
    assert len(empty) == 0
    assert empty.columns.tolist() == measure_dwell(*_seen("x-")).columns.tolist()


@pytest.mark.parametrize("limit", [0, -1])
def test_measure_dwell_refuses_when_gap_is_not_above_zero(limit):
    with pytest.raises(InputError, match="max_gap_hours"):
        measure_dwell(*_seen("x-"), max_gap_hours=limit)
