"""Measures held against the sample site's truth: dwell, turnover, rewrites, second renderings.

The input is what each page printed according to the truth, so that only the measures are on trial here.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.exposure import find_rewrites, measure_dwell, measure_headlines, measure_turnover
from toolkit.words import normalise_headline

TRUTH = Path(__file__).resolve().parent.parent / "data" / "truth"


def _read(name: str, times: list[str] = []) -> pd.DataFrame:  # noqa: B006
    table = pd.read_csv(TRUTH / f"{name}.csv")
    for column in times:
        table[column] = pd.to_datetime(table[column], utc=True)
    return table


@pytest.fixture(scope="module")
def corpus() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Placements and articles as the truth has them; ``true_captured_at`` is extra."""
    articles = _read("articles", ["captured_at", "true_captured_at"])
    articles = articles.rename(columns={"file": "source", "article": "article_id"})
    articles["snapshot_id"], articles["site"] = articles["source"], "The Marrowby Lantern"
    placements = _read("placements").rename(columns={"file": "source"})
    placements["snapshot_id"] = placements["source"]
    return placements, articles


@pytest.fixture(scope="module")
def stays(corpus: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    """True stands that a page with a capture time saw: module, key, start, end, hours."""
    placements, articles = corpus
    table = _read("stays", ["start", "end"])
    table["key"] = table["headline"].map(normalise_headline)
    dated = articles[articles["captured_at"].notna()]
    printed = placements.merge(dated[["snapshot_id", "true_captured_at"]], on="snapshot_id", validate="m:1")
    printed["key"] = printed["headline"].map(normalise_headline)
    both = table.reset_index().merge(printed[["module", "key", "true_captured_at"]], on=["module", "key"])
    seen = (both["start"] <= both["true_captured_at"]) & ~(both["end"] <= both["true_captured_at"])
    table = table.loc[sorted(both.loc[seen, "index"].unique())]
    return table.assign(hours=(table["end"] - table["start"]).dt.total_seconds().fillna(np.inf) / 3600)


def test_measure_dwell_holds_the_truth_for_every_headline_and_module(corpus, stays):
    found = measure_dwell(*corpus)
    site_wide = found[found["module"].isin(stays["module"]) & found["dwell_hours_low"].notna()]
    truth = stays.groupby(["module", "key"])["hours"].sum()
    table = site_wide.join(truth, on=["module", "headline_id"])
    assert len(table) > 500
    assert table["hours"].notna().all()
    assert (table["dwell_hours_low"] <= table["hours"] + 1e-6).all()
    assert (table["dwell_hours_high"] >= table["hours"] - 1e-6).all()
    assert np.isfinite(table["dwell_hours_high"]).mean() > 0.5


def test_measure_headlines_holds_the_truth_for_every_headline(corpus, stays):
    placements, articles = corpus
    found = measure_headlines(placements[placements["module"].isin(stays["module"])], articles)
    end_of_record = pd.Timestamp("2100-01-01", tz="UTC")
    rows = stays.assign(end=stays["end"].fillna(end_of_record)).sort_values(["key", "start"])
    reach = rows.groupby("key")["end"].cummax().groupby(rows["key"]).shift()
    begin = rows["start"].where(~(reach > rows["start"]), reach)
    hours = ((rows["end"] - begin).dt.total_seconds() / 3600).clip(lower=0)
    truth = hours.groupby(rows["key"]).sum()
    table = found[found["dwell_hours_low"].notna()].join(truth.rename("hours"), on="headline_id")
    assert len(table) > 250
    assert (table["dwell_hours_low"] <= table["hours"] + 1e-6).all()
    assert (table["dwell_hours_high"] >= table["hours"] - 1e-6).all()


def test_measure_turnover_counts_what_truly_entered_and_left(corpus):
    placements, articles = corpus
    history = _read("lists", ["start", "end"])
    wordings = _read("headlines", ["since"]).sort_values("since")
    list_of = _read("stays").drop_duplicates("module").set_index("module")["list"]
    list_of = list_of.replace("must_reads", "recommended")  # the same list under another label
    found = measure_turnover(placements, articles)
    found = found[found["module"].isin(list_of.index) & found["order_known"] & (found["gap_hours"] > 0)]
    true_time = articles.set_index("snapshot_id")["true_captured_at"]

    by_list = {name: group.sort_values("start") for name, group in history.groupby("list")}
    by_slug = {
        slug: (group["since"].tolist(), group["headline"].tolist())
        for slug, group in wordings.groupby("slug")
    }

    @cache
    def shown(module: str, snapshot: str) -> frozenset[str]:
        time, states = true_time[snapshot], by_list[list_of[module]]
        slugs = str(states["slugs"].iloc[states["start"].searchsorted(time, side="right") - 1]).split()
        return frozenset(
            normalise_headline(by_slug[slug][1][bisect_right(by_slug[slug][0], time) - 1]) for slug in slugs
        )

    checked = 0
    for row in found.itertuples():
        before = shown(row.module, row.snapshot_before)
        after = shown(row.module, row.snapshot_after)
        if row.n_before == len(before) and row.n_after == len(after):
            checked += 1
            assert (row.entered, row.left) == (len(after - before), len(before - after)), row
    assert checked > 0.9 * len(found)


def test_find_rewrites_finds_exactly_those_that_pages_show(corpus):
    truth = _read("rewrites", ["rewritten_at"])
    truth = truth[truth["observable"]]
    found = find_rewrites(*corpus)
    expected = {tuple(map(normalise_headline, pair)) for pair in truth[["before", "after"]].to_numpy()}
    pairs = [tuple(map(normalise_headline, pair)) for pair in found[["before", "after"]].to_numpy()]
    assert len(pairs) == len(set(pairs)) == len(expected)
    assert set(pairs) == expected
    when = {normalise_headline(row.after): row.rewritten_at for row in truth.itertuples()}
    for row in found[found["pattern"] == "rewrite"].itertuples():
        assert row.rewritten_from <= when[normalise_headline(row.after)] <= row.rewritten_to


def test_measure_headlines_counts_second_renderings_apart(corpus):
    placements, articles = corpus
    table = measure_headlines(placements, articles)
    assert table["prints"].sum() == (~placements["duplicate"]).sum()
    assert table["duplicate_prints"].sum() == placements["duplicate"].sum()
    keys = placements["headline"].map(normalise_headline)
    expected = placements["duplicate"].groupby(keys).sum()
    assert (
        table.set_index("headline_id")["duplicate_prints"]
        == expected.reindex(table["headline_id"]).to_numpy()
    ).all()


@pytest.mark.shared
def test_measures_say_what_two_captures_bear_when_one_has_no_date(shared):
    import toolkit
    from toolkit.exposure import measure_coverage

    seeds = toolkit.load(shared / "seeds", n_jobs=1)
    table = measure_coverage(seeds.placements, seeds.articles)
    assert table.loc[table["allowed"], "measure"].tolist() == ["presence", "turnover per gap", "edits"]
    headlines = measure_headlines(seeds.placements, seeds.articles)
    assert headlines[["dwell_hours_low", "dwell_hours_high", "share_low"]].isna().all(axis=None)
    assert (headlines[["dwell_reason", "share_reason"]] != "").all(axis=None)
    gap = measure_turnover(seeds.placements, seeds.articles, by="page").iloc[0]
    assert not gap["order_known"]
    assert np.isnan(gap["entered_per_day"])
    assert gap["shared"] == 0
