"""The small tables behind charts: captures by period, kinds of module, ranks, presence, the Lorenz curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError, MissingColumnsError
from toolkit.exposure.presence import count_captures, count_kinds, find_lorenz, find_presence, find_ranks
from toolkit.tables import empty_table

PAGES = make_articles({"a": 0, "b": 24, "c": 24 * 3, "d": None})
PRINTS = make_placements(
    [
        ("a", "Top", ["Ferry", "Bridge"]),
        ("a", "Top", ["Ferry", "Bridge"], "latest", True),
        ("b", "Top", ["Bridge", "Choir"]),
        ("b", "Side", ["Ferry"]),
        ("c", "Top", ["Ferry"]),
        ("d", "Top", ["Ferry"]),
    ]
)


def test_count_captures_keeps_empty_days_and_counts_the_undated():
    table = count_captures(PAGES)
    assert table["snapshots"].tolist() == [1, 1, 0, 1]
    assert table["articles"].tolist() == [1, 1, 0, 1]
    assert table["start"].dt.strftime("%m-%d").tolist() == ["03-01", "03-02", "03-03", "03-04"]
    assert (table["end"] - table["start"]).unique().tolist() == [pd.Timedelta(1, unit="D")]
    assert table.attrs == {"freq": "D", "n_undated": 1, "longest_gap_hours": 48.0}


def test_count_captures_puts_midnight_into_the_day_that_begins():
    table = count_captures(make_articles({"a": -1 / 3600, "b": 0}))
    assert table["snapshots"].tolist() == [1, 1]


@pytest.mark.parametrize(("days", "freq"), [(70, "D"), (71, "W-MON"), (731, "W-MON"), (732, "MS")])
def test_count_captures_takes_longer_periods_when_the_window_is_long(days, freq):
    table = count_captures(make_articles({"a": 0, "b": days * 24}))
    assert table.attrs["freq"] == freq
    assert table["snapshots"].sum() == 2


def test_count_captures_says_so_when_nothing_is_dated():
    table = count_captures(make_articles({"a": None}))
    assert table.empty and table.columns.tolist() == ["start", "end", "snapshots", "articles"]
    assert table.attrs["n_undated"] == 1 and np.isnan(table.attrs["longest_gap_hours"])
    assert str(table["start"].dtype) == "datetime64[us, UTC]"


def test_count_captures_refuses_a_period_that_pandas_does_not_know():
    with pytest.raises(InputError, match="freq: 'fortnight' is no calendar period"):
        count_captures(PAGES, "fortnight")
    with pytest.raises(MissingColumnsError, match="articles: missing column 'captured_at'"):
        count_captures(PAGES.drop(columns="captured_at"))


def test_count_kinds_counts_second_renderings_apart():
    modules = pd.DataFrame(
        {
            "snapshot_id": ["s", "s", "t", "t"],
            "module": ["Top", "Top", "Best", None],
            "kind": ["popular", "popular", "popular", "other"],
            "n_items": [5, 5, 0, 3],
            "duplicate_of": pd.array([None, 0, None, None], dtype="Int64"),
        }
    )
    table = count_kinds(shuffled(modules))
    assert table.drop(columns="commonest_label").to_dict("list") == {
        "kind": ["popular", "other"],
        "modules": [2, 1],
        "second_renderings": [1, 0],
        "empty": [1, 0],
        "snapshots": [2, 1],
        "headlines": [5, 3],
        "labels": [2, 0],
    }
    assert table["commonest_label"].isna().tolist() == [False, True]
    assert table["commonest_label"].iloc[0] == "Best"
    empty = count_kinds(empty_table("modules"))
    assert empty.empty and empty.columns.tolist() == table.columns.tolist()


def test_find_ranks_leaves_out_second_renderings_and_undated_snapshots():
    table = find_ranks(shuffled(PRINTS), shuffled(PAGES))
    assert table["module"].unique().tolist() == ["Top"]
    assert table["headline"].tolist() == ["Ferry"] * 3 + ["Bridge"] * 3 + ["Choir"] * 3, (
        "best mean rank first"
    )
    ranks = {name: part["rank"].tolist() for name, part in table.groupby("headline")}
    assert ranks == {"Bridge": [2, 1, pd.NA], "Ferry": [1, pd.NA, 1], "Choir": [pd.NA, 2, pd.NA]}
    assert table["capture"].tolist() == [0, 1, 2] * 3


def test_find_ranks_takes_the_module_and_window_asked_for():
    assert find_ranks(PRINTS, PAGES, module="Side")["headline"].tolist() == ["Ferry"]
    assert find_ranks(PRINTS, PAGES, last=1)["headline"].tolist() == ["Ferry"]
    assert find_ranks(PRINTS, PAGES, most=1)["headline"].nunique() == 1
    with pytest.raises(InputError, match="no module is labelled 'Nope'; there are: 'Side', 'Top'"):
        find_ranks(PRINTS, PAGES, module="Nope")


def test_find_ranks_is_empty_when_no_snapshot_is_dated():
    table = find_ranks(PRINTS, make_articles({"a": None}))
    assert table.empty and table.columns.tolist() == ["module", "captured_at", "capture", "headline", "rank"]


def test_find_presence_tells_absence_from_print_capture_by_capture():
    table = find_presence(shuffled(PRINTS), shuffled(PAGES))
    found = {name: part["prints"].tolist() for name, part in table.groupby("headline")}
    assert found == {"Ferry": [1, 1, 1], "Bridge": [1, 1, 0], "Choir": [0, 1, 0]}
    assert table["headline"].drop_duplicates().tolist() == ["Bridge", "Ferry", "Choir"], (
        "by first sighting, then name"
    )
    best = {name: part["best_rank"].tolist() for name, part in table.groupby("headline")}
    assert best == {"Ferry": [1, 1, 1], "Bridge": [2, 1, pd.NA], "Choir": [pd.NA, 2, pd.NA]}
    pd.testing.assert_frame_equal(table, find_presence(PRINTS, PAGES))


def test_find_presence_counts_captures_without_any_headline():
    pages = make_articles({"a": 0, "b": 24, "c": 72, "bare": 96})
    assert find_presence(PRINTS, pages)["capture"].max() == 3
    assert find_presence(PRINTS, pages, module="Top")["capture"].max() == 2, (
        "only captures that printed the module"
    )


def test_find_presence_keeps_the_headlines_seen_most():
    assert find_presence(PRINTS, PAGES, most=1)["headline"].unique().tolist() == ["Ferry"]
    assert find_presence(PRINTS, PAGES, module="Side")["headline"].tolist() == ["Ferry"]
    with pytest.raises(InputError, match="most: got 0"):
        find_presence(PRINTS, PAGES, most=0)
    with pytest.raises(InputError, match="no module is labelled 'Nope'; there are: 'Side', 'Top'"):
        find_presence(PRINTS, PAGES, module="Nope")


def test_find_presence_is_empty_with_its_columns_when_nothing_is_dated_or_printed():
    for prints, pages in (
        (PRINTS, make_articles({"a": None, "b": None, "c": None, "d": None})),
        (empty_table("placements"), empty_table("articles")),
    ):
        table = find_presence(prints, pages)
        assert table.empty
        assert [str(kind) for kind in table.dtypes] == [
            "str",
            "datetime64[us, UTC]",
            "int64",
            "int64",
            "Int64",
        ]
        assert table.columns.tolist() == ["headline", "captured_at", "capture", "prints", "best_rank"]


def test_find_presence_counts_snapshots_of_one_time_as_one_capture():
    pages = make_articles({"a": 0, "b": 0, "c": 72})
    table = find_presence(PRINTS, pages)
    assert {name: part["prints"].tolist() for name, part in table.groupby("headline")}["Ferry"] == [2, 1]


def test_find_lorenz_gives_the_worked_figure():
    curve = find_lorenz(pd.DataFrame({"exposure_log2": [1.0, 0.0, 5.0, 3.0, 1.0]}))
    assert curve["share_items"].tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert curve["share_exposure"].tolist() == [0, 0, 0.1, 0.2, 0.5, 1]
    assert round(curve.attrs["gini"], 10) == 0.48
    assert curve.attrs["top_tenth"] == 0.5, "one of five headlines is the top tenth, rounded up"
    assert (curve.attrs["n"], curve.attrs["weight"]) == (5, "exposure_log2")


def test_find_lorenz_counts_whole_headlines_in_the_top_tenth():
    assert find_lorenz(pd.DataFrame({"prints": [1] * 10}), "prints").attrs["top_tenth"] == 0.1
    assert find_lorenz(pd.DataFrame({"prints": [1] * 11}), "prints").attrs["top_tenth"] == pytest.approx(
        2 / 11
    )


def test_find_lorenz_is_empty_when_there_is_nothing_to_share():
    for amounts in ([], [0.0, 0.0]):
        curve = find_lorenz(pd.DataFrame({"prints": pd.Series(amounts, dtype="float64")}), "prints")
        assert curve.empty and curve.columns.tolist() == ["share_items", "share_exposure"]
        assert np.isnan(curve.attrs["top_tenth"])
    with pytest.raises(InputError):
        find_lorenz(pd.DataFrame({"prints": [-1.0]}), "prints")
    with pytest.raises(MissingColumnsError, match="headlines: missing column 'exposure_log2'"):
        find_lorenz(pd.DataFrame({"prints": [1]}))
