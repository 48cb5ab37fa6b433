"""Headlines rewritten under one link."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import HOUR, START, make_articles, make_placements, shuffled

from toolkit.errors import InputError, MissingColumnsError
from toolkit.exposure import find_rewrites

OLD, NEW = "Ferry runs aground off Vell", "You won't believe where this ferry ended up"


def _prints(*wordings, urls=None, hours=None):
    names = [f"s{i}" for i in range(len(wordings))]
    prints = make_placements([(n, "Latest", [w]) for n, w in zip(names, wordings, strict=True)])
    prints["url"] = "https://p.example/vell" if urls is None else urls
    hours = range(len(names)) if hours is None else hours
    return prints, make_articles(dict(zip(names, hours, strict=True)))


def test_find_rewrites_tells_when_it_changed_when_wordings_follow_each_other():
    row = find_rewrites(*_prints(OLD, OLD, NEW, NEW)).iloc[0]
    assert row[["before", "after", "prints_before", "prints_after", "pattern"]].tolist() == [
        OLD,
        NEW,
        2,
        2,
        "rewrite",
    ]
    assert row[["rewritten_from", "rewritten_to"]].tolist() == [START + HOUR, START + 2 * HOUR]


def test_find_rewrites_gives_a_row_per_step_when_there_are_three_wordings():
    table = find_rewrites(*_prints(OLD, NEW, "Ferry freed"))
    assert table[["before", "after"]].to_numpy().tolist() == [[OLD, NEW], [NEW, "Ferry freed"]]
    assert table["wordings"].tolist() == [3, 3]


@pytest.mark.parametrize(
    ("wordings", "pattern"), [((OLD, NEW, OLD), "side by side"), ((OLD, NEW), "rewrite")]
)
def test_find_rewrites_calls_it_side_by_side_when_the_old_wording_comes_back(wordings, pattern):
    table = find_rewrites(*_prints(*wordings))
    assert table["pattern"].tolist() == [pattern]
    assert table["rewritten_from"].notna().tolist() == [pattern == "rewrite"]


def test_find_rewrites_is_unknown_when_captures_bear_no_time():
    row = find_rewrites(*_prints(OLD, NEW, hours=[None, 3])).iloc[0]
    assert (row["pattern"], row["before"], row["after"]) == ("unknown", NEW, OLD)


def test_find_rewrites_finds_none_when_only_signs_or_tracking_differ():
    urls = ["https://p.example/vell?utm_source=a", "http://www.p.example/vell/#b", None]
    assert len(find_rewrites(*_prints(OLD, OLD.upper() + "!", "Other", urls=urls))) == 0


def test_find_rewrites_finds_it_when_tracking_differs():
    assert (
        len(
            find_rewrites(
                *_prints(OLD, NEW, urls=["https://p.example/vell?utm_source=a", "https://p.example/vell"])
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    "score",
    [
        {OLD: 0.1, NEW: 0.9},
        pd.Series({OLD: 0.1, NEW: 0.9}),
        pd.DataFrame({"headline": [OLD, NEW], "score": [0.1, 0.9]}),
        lambda headlines: [0.1 if h == OLD else 0.9 for h in headlines],
        lambda headlines: pd.DataFrame(
            {"headline": headlines, "score": [0.1 if h == OLD else 0.9 for h in headlines]}
        ),
    ],
)
def test_find_rewrites_tells_whether_it_became_more_clickbait_when_scores_are_given(score):
    row = find_rewrites(*_prints(OLD, NEW), score=score).iloc[0]
    assert row[["score_before", "score_after", "score_change"]].tolist() == pytest.approx([0.1, 0.9, 0.8])


def test_find_rewrites_has_no_scores_when_none_are_given():
    assert np.isnan(find_rewrites(*_prints(OLD, NEW))["score_change"]).all()


def test_find_rewrites_keeps_to_kinds_when_asked():
    prints, pages = _prints(OLD, NEW)
    prints["kind"] = ["latest", "inline"]
    assert len(find_rewrites(prints, pages, kinds=("latest",))) == 0


def test_find_rewrites_is_identical_when_rows_are_shuffled_and_empty_when_there_are_none():
    prints, pages = _prints(OLD, NEW, "Ferry freed", OLD)
    expected = find_rewrites(prints, pages)
    pd.testing.assert_frame_equal(expected, find_rewrites(shuffled(prints), shuffled(pages)))
    empty = find_rewrites(make_placements([]), make_articles({}))
    assert len(empty) == 0
    assert empty.columns.tolist() == expected.columns.tolist()


def test_find_rewrites_refuses_when_urls_are_absent_or_score_is_no_score():
    prints, pages = _prints(OLD, NEW)
    with pytest.raises(MissingColumnsError, match="url"):
        find_rewrites(prints.drop(columns="url"), pages)
    with pytest.raises(InputError, match="score: got int"):
        find_rewrites(prints, pages, score=3)
