from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from topic_texts import SUBJECTS, write_articles

from toolkit.errors import InputError, MissingColumnsError
from toolkit.stats import jensen_shannon
from toolkit.topics import (
    TopicModel,
    compare_sidebar_topics,
    measure_sidebar_skew,
    measure_topic_shares,
    topics_over_time,
)

ARTICLES = write_articles()


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return TopicModel(n_topics=3).fit(ARTICLES)


def write_placements(model: TopicModel, subjects: list[str]) -> pd.DataFrame:
    """One sidebar per snapshot, three headlines each, all of the given subjects in turn."""
    rows = []
    for at, snapshot in enumerate(ARTICLES["snapshot_id"]):
        words = SUBJECTS[subjects[at % len(subjects)]].split()
        for rank in (1, 2, 3):
            rows.append(
                {
                    "snapshot_id": snapshot,
                    "headline": " ".join(words[rank : rank + 4]),
                    "rank": rank,
                    "kind": "popular" if rank < 3 else "latest",
                    "duplicate": False,
                }
            )
    return pd.DataFrame(rows)


def test_topics_over_time_counts_every_article_once_and_keeps_empty_bins(model: TopicModel) -> None:
    gap = ARTICLES[(ARTICLES["published_at"].dt.month < 3) | (ARTICLES["published_at"].dt.month > 4)]
    table = topics_over_time(model, gap, "MS")
    assert table["n"].sum() == len(gap)
    totals = table.groupby("start")["total"].first()
    assert totals.index.strftime("%Y-%m").tolist()[:5] == [
        "2025-01",
        "2025-02",
        "2025-03",
        "2025-04",
        "2025-05",
    ]
    assert totals.tolist()[2:4] == [0, 0]
    empty = table[table["total"] == 0]
    assert empty[["share", "share_low", "share_high"]].isna().all().all()
    assert (table.groupby("start")["n"].sum() == totals).all()
    assert sorted(id_ for ids in table["documents"] for id_ in ids) == gap["snapshot_id"].tolist()


def test_topics_over_time_puts_midnight_into_the_bin_it_starts(model: TopicModel) -> None:
    two = ARTICLES.head(2).assign(
        published_at=pd.to_datetime(["2025-01-31 23:59:59", "2025-02-01 00:00:00"], utc=True)
    )
    table = topics_over_time(model, two)
    assert table.groupby("start")["total"].first().tolist() == [1, 1]


def test_topics_over_time_does_not_depend_on_row_order(model: TopicModel) -> None:
    shuffled = ARTICLES.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(topics_over_time(model, shuffled), topics_over_time(model, ARTICLES))


def test_topics_over_time_counts_an_article_once_at_its_first_snapshot(model: TopicModel) -> None:
    again = ARTICLES.head(1).assign(snapshot_id="f" * 16, published_at=pd.Timestamp("2025-03-09", tz="UTC"))
    both = pd.concat((again, ARTICLES.head(1)), ignore_index=True)
    once = topics_over_time(model, both)
    assert once["n"].sum() == 1
    assert once["start"].iloc[0] == pd.Timestamp("2025-01-01", tz="UTC")
    assert topics_over_time(model, both, unit="snapshot")["n"].sum() == 2


def test_topics_over_time_leaves_undated_articles_out_and_counts_them(model: TopicModel) -> None:
    undated = ARTICLES.head(5).copy()
    undated.loc[undated.index[0], "published_at"] = pd.NaT
    table = topics_over_time(model, undated)
    assert table["n"].sum() == 4
    assert table.attrs["n_undated"] == 1


@pytest.mark.parametrize("freq", ["D", "W-MON", "QS", "YS", "12h"])
def test_topics_over_time_bins_hold_all_articles_when_freq_varies(model: TopicModel, freq: str) -> None:
    table = topics_over_time(model, ARTICLES.head(6), freq)
    assert table["n"].sum() == 6
    assert (table["start"] < table["end"]).all()


def test_topics_over_time_gives_an_empty_table_when_nothing_is_dated(model: TopicModel) -> None:
    none = topics_over_time(model, ARTICLES.head(0))
    assert len(none) == 0
    assert none.columns.tolist() == topics_over_time(model, ARTICLES).columns.tolist()


def test_topics_over_time_refuses_unknown_steps_units_and_dtypes(model: TopicModel) -> None:
    with pytest.raises(InputError, match="freq: got 'often'"):
        topics_over_time(model, ARTICLES, "often")
    with pytest.raises(InputError, match="unit: got 'page'"):
        topics_over_time(model, ARTICLES, unit="page")
    with pytest.raises(InputError, match="times are needed"):
        topics_over_time(model, ARTICLES.assign(published_at="2025-01-01"))
    with pytest.raises(MissingColumnsError, match="missing column 'captured_at'"):
        topics_over_time(model, ARTICLES, time="captured_at")


def test_measure_topic_shares_adds_up_in_each_group(model: TopicModel) -> None:
    table = measure_topic_shares(model, ARTICLES, "site")
    assert table["n"].sum() == len(ARTICLES)
    assert table.groupby("site")["share"].sum().round(9).tolist() == [1.0, 1.0, 1.0]
    assert ((table["share_low"] <= table["share"]) & (table["share"] <= table["share_high"])).all()
    assert table["site"].unique().tolist() == sorted(set(ARTICLES["site"]))


def test_measure_topic_shares_leaves_second_renderings_and_missing_groups_out(model: TopicModel) -> None:
    placements = write_placements(model, ["weather", "sport"])
    placements.loc[0, "duplicate"] = True
    placements["kind"] = placements["kind"].astype("str")
    placements.loc[1, "kind"] = None
    table = measure_topic_shares(model, placements, "kind")
    assert table["n"].sum() == len(placements) - 2
    assert table.attrs["n_left_out"] == 1


def test_measure_topic_shares_groups_by_several_columns(model: TopicModel) -> None:
    table = measure_topic_shares(model, ARTICLES.assign(language="en"), ["language", "site"])
    assert table.columns.tolist()[:4] == ["language", "site", "topic", "label"]
    assert len(table) == 9
    with pytest.raises(InputError, match="by: no column given"):
        measure_topic_shares(model, ARTICLES, [])


def test_measure_sidebar_skew_is_large_and_sure_when_sidebars_push_one_subject(model: TopicModel) -> None:
    skew = measure_sidebar_skew(model, write_placements(model, ["sport"]), ARTICLES, n_resamples=199)
    assert skew["divergence"].iloc[0] > 0.3
    assert skew["p_value"].iloc[0] == 1 / 200
    assert skew[["n_snapshots", "n_headlines"]].values.tolist() == [[36, 108]]


def test_measure_sidebar_skew_is_not_sure_when_sidebars_cover_what_articles_cover(model: TopicModel) -> None:
    placements = write_placements(model, ["weather", "sport", "court"])
    skew = measure_sidebar_skew(model, placements, ARTICLES, n_resamples=199)
    assert skew["p_value"].iloc[0] > 0.1


def test_measure_sidebar_skew_has_a_row_for_each_kind_and_adjusts(model: TopicModel) -> None:
    placements = write_placements(model, ["sport"])
    skew = measure_sidebar_skew(model, placements, ARTICLES, by="kind", n_resamples=99)
    assert skew["group"].tolist() == ["latest", "popular"]
    assert skew["n_headlines"].tolist() == [36, 72]
    assert (skew["p_adjusted"] >= skew["p_value"]).all()
    shuffled = placements.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(
        measure_sidebar_skew(model, shuffled, ARTICLES.iloc[::-1], by="kind", n_resamples=99), skew
    )


def test_measure_sidebar_skew_weighs_ranks_as_the_worked_example_does() -> None:
    # life, life, politics, sport against politics, sport, life, life: MEASURES gives .056571
    weights = 1 / np.log2(np.arange(1, 5) + 1)
    first = [weights[0] + weights[1], weights[2], weights[3]]
    second = [weights[2] + weights[3], weights[0], weights[1]]
    assert round(float(jensen_shannon(first, second)), 6) == 0.056571


def test_measure_sidebar_skew_says_why_there_is_no_figure_when_no_snapshot_has_both(
    model: TopicModel,
) -> None:
    placements = write_placements(model, ["sport"]).assign(snapshot_id="elsewhere")
    skew = measure_sidebar_skew(model, placements, ARTICLES)
    assert np.isnan(skew["p_value"].iloc[0])
    assert skew["reason"].iloc[0] == "no snapshot has both a sidebar and an article"


def test_measure_sidebar_skew_gives_no_rows_when_there_are_no_placements(model: TopicModel) -> None:
    full = measure_sidebar_skew(model, write_placements(model, ["sport"]), ARTICLES, n_resamples=9)
    none = measure_sidebar_skew(model, write_placements(model, ["sport"]).head(0), ARTICLES)
    assert len(none) == 0
    assert none.columns.tolist() == full.columns.tolist()


def test_measure_sidebar_skew_refuses_an_unknown_weight(model: TopicModel) -> None:
    with pytest.raises(InputError, match="weight: got 'top'; allowed are 'log2', 'uniform', 'reciprocal'"):
        measure_sidebar_skew(model, write_placements(model, ["sport"]), ARTICLES, weight="top")


def test_compare_sidebar_topics_adds_up_to_the_divergence(model: TopicModel) -> None:
    placements = write_placements(model, ["sport", "sport", "court"])
    table = compare_sidebar_topics(model, placements, ARTICLES, n_resamples=99)
    skew = measure_sidebar_skew(model, placements, ARTICLES, n_resamples=9)
    assert table["sidebar_share"].sum().round(9) == 1.0
    assert abs(table["contribution"].sum() - skew["divergence"].iloc[0]) < 1e-9
    assert (
        (table["difference_low"] <= table["difference"]) & (table["difference"] <= table["difference_high"])
    ).all()


def test_compare_sidebar_topics_has_no_interval_and_says_so_when_snapshots_are_few(model: TopicModel) -> None:
    few = ARTICLES.head(3)
    placements = write_placements(model, ["sport"]).query("snapshot_id in @few.snapshot_id")
    table = compare_sidebar_topics(model, placements, few)
    assert table["difference_low"].isna().all()
    assert (table["reason"] != "").all()


def test_compare_sidebar_topics_gives_no_rows_when_there_are_no_placements(model: TopicModel) -> None:
    none = compare_sidebar_topics(model, write_placements(model, ["sport"]).head(0), ARTICLES)
    full = compare_sidebar_topics(model, write_placements(model, ["sport"]), ARTICLES, n_resamples=9)
    assert len(none) == 0
    assert none.columns.tolist() == full.columns.tolist()
    assert none.dtypes.astype(str).tolist() == full.dtypes.astype(str).tolist()
