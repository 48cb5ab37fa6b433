"""Survival in a module, and what a corpus can bear."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError
from toolkit.exposure import kaplan_meier, measure_coverage, measure_survival


@pytest.mark.filterwarnings("ignore")
def test_kaplan_meier_agrees_with_statsmodels_when_censored():
    survival = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(0)
    times, ended = rng.integers(1, 20, 80).astype(float), rng.uniform(size=80) < 0.7
    theirs = survival.SurvfuncRight(times, ended.astype(int))
    ours = kaplan_meier(times, ended)
    ours = ours[ours["ended"] > 0]
    np.testing.assert_allclose(ours["survival"], theirs.surv_prob, atol=1e-12)
    np.testing.assert_allclose(ours["at_risk"], theirs.n_risk)


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")
def test_kaplan_meier_agrees_with_scipy_when_censored():
    from scipy.stats import CensoredData, ecdf

    times, ended = np.array([1.0, 2, 2, 3, 5, 8, 8]), np.array([1, 1, 0, 1, 0, 1, 1], bool)
    theirs = ecdf(CensoredData(uncensored=times[ended], right=times[~ended]))
    ours = kaplan_meier(times, ended)
    np.testing.assert_allclose(ours["survival"], theirs.sf.probabilities, atol=1e-12)
    bounds = theirs.sf.confidence_interval(method="log-log")
    known = ours["low"].notna()
    np.testing.assert_allclose(ours.loc[known, "low"], bounds.low.probabilities[known], atol=1e-9)
    np.testing.assert_allclose(ours.loc[known, "high"], bounds.high.probabilities[known], atol=1e-9)


@pytest.mark.parametrize(
    ("times", "ended"), [([1, -1], [True, True]), ([1], [True, False]), ([np.nan], [True])]
)
def test_kaplan_meier_refuses_when_durations_do_not_fit(times, ended):
    with pytest.raises(InputError):
        kaplan_meier(times, ended)


def _lists(gap_hours, n=60, life=24.0, seed=0):
    """One list; headlines enter every three hours and stand for an exponential time of ``life`` hours on average."""
    rng = np.random.default_rng(seed)
    enter = np.arange(0, 24 * 20, 3.0)
    leave = enter + rng.exponential(life, len(enter))
    times = np.arange(100, 100 + n * gap_hours, gap_hours)
    lists = [
        (f"s{i:03}", "M", [f"H{h}" for h in range(len(enter)) if enter[h] <= t < leave[h]] or ["None"])
        for i, t in enumerate(times)
    ]
    return make_placements(lists), make_articles({f"s{i:03}": t for i, t in enumerate(times)})


def test_measure_survival_draws_a_curve_between_its_bounds_when_captures_are_dense():
    table = measure_survival(*_lists(1.0, n=280))
    assert table["reason"].unique().tolist() == [""]
    assert (table["survival_low"] <= table["survival_high"] + 1e-12).all()
    at_day = table[table["hours"] <= 24].iloc[-1]
    assert at_day["survival"] == pytest.approx(np.exp(-1), abs=0.12)
    assert at_day["low"] < np.exp(-1) < at_day["high"]


def test_measure_survival_gives_bounds_and_reason_when_captures_are_sparse():
    table = measure_survival(*_lists(20.0, n=18))
    assert table["survival"].isna().all()
    assert table["reason"].str.startswith("the median gap is 20 hours").all()
    assert table["survival_high"].notna().all()


def test_measure_survival_is_empty_with_columns_when_there_are_no_placements():
    empty = measure_survival(make_placements([]), make_articles({}))
    assert len(empty) == 0
    assert empty.dtypes.astype(str).tolist() == measure_survival(*_lists(5.0)).dtypes.astype(str).tolist()


def _allowed(prints, pages):
    table = measure_coverage(prints, pages).set_index("measure")
    return table.index[table["allowed"]].tolist(), table


def test_measure_coverage_allows_presence_turnover_and_edits_when_two_captures_and_one_undated():
    prints = make_placements([("a", "M", ["A", "B"]), ("b", "M", ["B", "C"])])
    allowed, table = _allowed(prints, make_articles({"a": None, "b": 5}))
    assert allowed == ["presence", "turnover per gap", "edits"]
    assert table.loc["dwell bounds", "reason"].startswith("1 of 2 snapshots bear no capture time")
    assert table.loc["intervals by snapshots", "reason"] == "2 snapshots with headlines"


def test_measure_coverage_allows_all_when_corpus_is_dense_and_linked():
    prints, pages = _lists(1.0, n=200)
    prints["url"] = "https://p.example/" + prints["headline"]
    allowed, table = _allowed(prints, pages)
    assert allowed == table.index.tolist()
    assert (table["reason"] == "").all()
    assert table.loc["presence", ["snapshots", "dated"]].tolist() == [200, 200]
    assert table.loc["presence", "median_gap_hours"] == 1.0


def test_measure_coverage_judges_each_site_when_there_are_two():
    prints = make_placements([("a", "M", ["A"]), ("b", "M", ["A"]), ("c", "M", ["A"])])
    pages = make_articles({"a": 0, "b": 1, "c": 2}, site=["One", "One", "Two"], article_id=["x", "y", "z"])
    table = measure_coverage(prints, pages).set_index(["site", "measure"])
    assert table.loc[("One", "dwell bounds"), "allowed"]
    assert not table.loc[("Two", "dwell bounds"), "allowed"]
    assert table.loc[("Two", "edits"), "reason"] == "no article was captured twice"


def test_measure_coverage_is_identical_when_rows_are_shuffled_and_empty_when_none():
    prints, pages = _lists(5.0)
    expected = measure_coverage(prints, pages)
    pd.testing.assert_frame_equal(expected, measure_coverage(shuffled(prints), shuffled(pages)))
    empty = measure_coverage(make_placements([]), make_articles({}))
    assert len(empty) == 0
    assert empty.dtypes.astype(str).tolist() == expected.dtypes.astype(str).tolist()
