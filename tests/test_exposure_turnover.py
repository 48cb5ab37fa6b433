"""Modules over time and against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError
from toolkit.exposure import compare_lists, compare_modules, measure_churn, measure_turnover


def _moving(n=12, gap=12.0):
    """A list of four that takes one new headline a capture, and a fixed one."""
    lists, names = [], [f"s{i:02}" for i in range(n)]
    for i, name in enumerate(names):
        lists.append((name, "Latest", [f"H{i - k}" for k in range(4)]))
        lists.append((name, "Topics", ["T1", "T2"], "section"))
    return make_placements(lists), make_articles({name: gap * i for i, name in enumerate(names)})


def test_measure_turnover_agrees_with_compare_lists_when_captures_follow_each_other():
    prints, pages = _moving()
    table = measure_turnover(prints, pages)
    latest = table[table["module"] == "Latest"]
    expected = compare_lists([f"H{i}" for i in (3, 2, 1, 0)], [f"H{i}" for i in (4, 3, 2, 1)])
    assert len(table) == 22
    for name in ("jaccard", "sorensen", "overlap", "rbo", "entry_share", "exit_share"):
        assert latest[name].tolist() == pytest.approx([expected[name]] * 11)
    assert latest["entered_per_day"].unique().tolist() == [2.0]
    assert latest["entry_share_per_day"].unique().tolist() == [0.5]
    weights = 1 / np.log2(np.arange(1, 5) + 1)
    assert latest["exposure_survived"].tolist() == pytest.approx([weights[:3].sum() / weights.sum()] * 11)
    assert table.loc[table["module"] == "Topics", "rbo"].tolist() == pytest.approx([1.0] * 11)


def test_measure_turnover_tells_per_gap_but_not_per_day_when_first_capture_bears_no_time():
    prints = make_placements([("z", "Latest", list("abcde")), ("b", "Latest", list("cdefg"))])
    table = measure_turnover(prints, make_articles({"b": 5, "z": None}))
    row = table.iloc[0]
    assert (row["snapshot_before"], row["snapshot_after"], row["order_known"]) == ("z", "b", False)
    assert row[["entered", "left", "entry_share", "exit_share"]].tolist() == [2, 2, 0.4, 0.4]
    assert row[["gap_hours", "entered_per_day", "entry_share_per_day"]].isna().all()
    assert row["reason"] == "a capture without a time: nothing can be told per day"


def test_measure_turnover_sorts_by_source_when_no_capture_bears_a_time():
    prints = make_placements([("b", "M", ["x"]), ("a", "M", ["y"])])
    pages = make_articles({"b": None, "a": None}).assign(source=["1.txt", "2.txt"])
    row = measure_turnover(prints.drop(columns="source"), pages).iloc[0]
    assert (row["snapshot_before"], row["snapshot_after"]) == ("b", "a")


@pytest.mark.parametrize(("kind", "rows"), [("latest", 3), ("related", 2)])
def test_measure_turnover_compares_captures_of_one_article_when_pages_fill_the_module(kind, rows):
    prints = make_placements([(s, "M", [s.upper()], kind) for s in "abcd"])
    pages = make_articles(dict(zip("abcd", range(4), strict=True)), article_id=["x", "y", "x", "y"])
    assert len(measure_turnover(prints, pages)) == rows


def test_measure_turnover_joins_modules_when_labels_are_the_same_on_a_page():
    prints = make_placements([("a", "M", ["x", "y"]), ("a", "M", ["y", "z"]), ("b", "M", ["x", "y", "z"])])
    row = measure_turnover(prints, make_articles({"a": 0, "b": 1})).iloc[0]
    assert row[["n_before", "n_after", "shared", "rbo"]].tolist() == pytest.approx([3, 3, 3, 1])


def test_measure_turnover_counts_no_change_when_rewrite_keeps_its_link_and_identity_is_story():
    prints = make_placements([("a", "M", ["Dyke breaks"]), ("b", "M", ["Dyke holds"])])
    prints["url"] = "https://p.example/1"
    pages = make_articles({"a": 0, "b": 1})
    assert measure_turnover(prints, pages)["entered"].tolist() == [1]
    assert measure_turnover(prints, pages, identity="story")["entered"].tolist() == [0]


def test_measure_turnover_takes_all_modules_of_a_page_for_one_list_when_by_page():
    prints = make_placements([("a", "Old", ["x", "y"]), ("a", "Gone", ["z"]), ("b", "New", ["z", "w"])])
    pages = make_articles({"a": None, "b": 1})
    assert len(measure_turnover(prints, pages)) == 0
    row = measure_turnover(prints, pages, by="page").iloc[0]
    assert row[["article_id", "n_before", "n_after", "shared", "entered", "left"]].tolist() == [
        "page",
        3,
        2,
        1,
        1,
        2,
    ]
    assert pd.isna(row["module"])
    with pytest.raises(InputError, match="'module', 'page'"):
        measure_turnover(prints, pages, by="site")


def test_measure_turnover_is_identical_when_rows_are_shuffled():
    prints, pages = _moving()
    pd.testing.assert_frame_equal(
        measure_turnover(prints, pages), measure_turnover(shuffled(prints), shuffled(pages)), check_exact=True
    )


@pytest.mark.parametrize("measure", [measure_turnover, measure_churn, compare_modules])
def test_list_measures_are_empty_with_columns_when_there_are_no_placements(measure):
    empty = measure(make_placements([]), make_articles({}))
    full = measure(*_moving())
    assert len(empty) == 0
    assert empty.columns.tolist() == full.columns.tolist()
    assert empty.dtypes.astype(str).tolist() == full.dtypes.astype(str).tolist()


def test_measure_churn_divides_entries_by_span_when_captures_are_dated():
    table = measure_churn(*_moving()).set_index("module")
    latest = table.loc["Latest"]
    assert latest[["captures", "gaps", "headlines", "entered", "span_days"]].tolist() == [12, 11, 15, 11, 5.5]
    assert latest["churn_per_day"] == pytest.approx(2)
    assert latest["reason"] == ""
    assert table.loc["Topics", ["churn_per_day", "entry_share", "rbo"]].tolist() == pytest.approx([0, 0, 1])


@pytest.mark.parametrize(("n", "known"), [(5, False), (6, True)])
def test_measure_churn_needs_five_gaps_when_interval_is_asked(n, known):
    row = measure_churn(*_moving(n)).iloc[0]
    assert np.isnan(row["entry_share_low"]) == (not known)
    assert (row["reason"] == "") == known


def test_measure_churn_says_why_when_no_two_captures_bear_times():
    prints, _ = _moving(2)
    row = measure_churn(prints, make_articles({"s00": None, "s01": 3})).iloc[0]
    assert np.isnan(row["churn_per_day"])
    assert row["entry_share"] == 0.25
    assert row["reason"].startswith("no gap between two captures with a time: no rate per day; 1 gap")


def test_compare_modules_averages_over_snapshots_when_labels_share_headlines():
    lists = []
    for i in range(6):
        lists += [
            (f"s{i}", "Latest", ["A", "B"]),
            (f"s{i}", "Popular", ["B", "C"] if i % 2 else ["D"], "popular"),
        ]
    table = compare_modules(make_placements(lists), make_articles({f"s{i}": i for i in range(6)}))
    row = table.iloc[0]
    assert row[["first_module", "second_module", "snapshots", "shared"]].tolist() == [
        "Latest",
        "Popular",
        6,
        3,
    ]
    assert row[["jaccard", "overlap"]].tolist() == pytest.approx([1 / 6, 0.25])
    assert 0 <= row["overlap_low"] < 0.25 < row["overlap_high"] <= 0.5
    few = compare_modules(make_placements(lists[:2]), make_articles({"s0": 0})).iloc[0]
    assert few["reason"] == "1 snapshot; an interval from resampling needs 5 or more"
