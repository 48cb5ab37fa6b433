"""Scores and cues of groups: exact counts, intervals by snapshot, nothing lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from toolkit.clickbait import CUES, count_cues, find_cues, measure_clickbait, rank_scores, score_clickbait
from toolkit.errors import InputError, MissingColumnsError


def rows(n_snapshots: int = 6) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": ["popular", "latest"] * n_snapshots,
            "score": np.tile([0.6, 0.1], n_snapshots) + np.repeat(np.arange(n_snapshots), 2) * 0.01,
            "snapshot_id": np.repeat([f"s{n}" for n in range(n_snapshots)], 2),
        }
    )


def test_measure_clickbait_gives_mean_n_and_interval_for_each_group():
    table = measure_clickbait(rows())
    assert table["kind"].tolist() == ["popular", "latest"]
    assert table["mean_score"].round(6).tolist() == [0.625, 0.125]
    assert table["n"].tolist() == table["n_clusters"].tolist() == [6, 6]
    assert (table["mean_low"] < table["mean_score"]).all() and (
        table["mean_score"] < table["mean_high"]
    ).all()
    assert table["reason"].isna().all()


def test_measure_clickbait_gives_no_interval_but_a_reason_when_snapshots_are_few():
    assert measure_clickbait(rows(5))["mean_low"].notna().all()
    few = measure_clickbait(rows(4))
    assert few["mean_low"].isna().all() and few["mean_high"].isna().all()
    assert few["reason"].str.startswith("4 clusters").all()


def test_measure_clickbait_does_not_depend_on_row_order():
    shuffled = rows().sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(measure_clickbait(rows()), measure_clickbait(shuffled))


def test_measure_clickbait_counts_what_was_not_scored_and_keeps_the_group():
    table = rows(1)
    table.loc[0, "score"] = np.nan
    found = measure_clickbait(table).set_index("kind")
    assert found.loc["popular", ["n", "n_unscored", "reason"]].tolist() == [0, 1, "no headline was scored"]
    assert found.index.tolist() == ["latest", "popular"]


def test_measure_clickbait_gives_the_same_columns_when_empty():
    assert measure_clickbait(rows().iloc[:0]).columns.tolist() == measure_clickbait(rows()).columns.tolist()


def test_measure_clickbait_refuses_what_it_cannot_group():
    with pytest.raises(MissingColumnsError, match="site"):
        measure_clickbait(rows(), by="site")
    with pytest.raises(InputError, match="group by something else"):
        measure_clickbait(rows(), by="snapshot_id")


def test_count_cues_counts_headlines_once_and_keeps_cues_never_found():
    lines = ["You won't believe what your cat knows about you", "Council approves budget"]
    table = count_cues(find_cues(lines), 2).set_index("cue")
    assert set(table.index) == set(CUES)
    assert table.loc["second_person", ["n", "hits"]].tolist() == [1, 3]
    assert (table["total"] == 2).all()
    assert table["share"].max() == 0.5


def test_count_cues_has_no_share_when_there_is_no_headline():
    table = count_cues(find_cues([]), 0)
    assert table["share"].isna().all() and table["share_low"].isna().all()


def test_count_cues_refuses_fewer_headlines_than_hold_cues():
    with pytest.raises(InputError, match="n_headlines=0, but 1"):
        count_cues(find_cues(["You won't believe this"]), 0)


def test_rank_scores_keeps_each_headline_once_with_its_prints():
    lines = ["Council approves budget", "You won't believe this trick", None, "Council approves budget"]
    table = rank_scores(score_clickbait(lines))
    assert table["headline"].tolist() == ["You won't believe this trick", "Council approves budget"]
    assert table["prints"].tolist() == [1, 2]
