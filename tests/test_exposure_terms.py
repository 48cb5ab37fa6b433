"""Terms in the sidebars, and what they do to counts on articles when the sidebar is taken for text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError, MissingColumnsError
from toolkit.exposure import find_terms, measure_contamination, measure_terms
from toolkit.stats import wilson_interval


def _corpus():
    lists = [
        ("a", "Latest", ["Ferry aground off Vell", "Zoo opens"]),
        ("a", "Popular", ["Shocking ferry secret"], "popular"),
        ("a", "Latest", ["Ferry aground off Vell", "Zoo opens"], "latest", True),
        ("b", "Latest", ["Ferryman retires", "Zoo opens"]),
        ("c", "Latest", ["Ferry freed", "Zoo shuts"]),
    ]
    pages = make_articles({"a": 0, "b": 24, "c": 24 * 40}, article_id=["x", "y", "z"])
    pages["title"] = ["Ferry aground off Vell", "Budget passed", "Budget fails"]
    pages["body"] = [
        "The ferry struck a rock. The crew of Vell left it.",
        "The council voted on the budget.",
        "The council met in Vell.",
    ]
    return make_placements(lists), pages


def test_measure_terms_counts_prints_and_headlines_when_term_is_a_whole_word():
    table = measure_terms(*_corpus(), ["ferry"], freq=None, by=())
    row = table.iloc[0]
    assert row[["prints", "n", "headlines", "n_headlines", "snapshots"]].tolist() == [3, 7, 3, 6, 3]
    assert row["share"] == 3 / 7
    low, high = wilson_interval(3, 6)
    assert row[["headline_share_low", "headline_share_high"]].tolist() == [low, high]
    assert row["reason"] == "3 snapshots; an interval needs 5 or more"


def test_measure_terms_keeps_rows_of_none_when_split_by_module_and_month():
    table = measure_terms(*_corpus(), ["secret"], by=("module",))
    assert table[["module", "prints", "n"]].to_numpy().tolist() == [
        ["Latest", 0, 4],
        ["Latest", 0, 2],
        ["Popular", 1, 1],
    ]
    months = pd.to_datetime(["2025-03-01", "2025-04-01", "2025-03-01"], utc=True)
    assert table["period"].tolist() == months.tolist()


def test_measure_terms_sets_undated_prints_apart_when_some_have_no_time():
    prints, pages = _corpus()
    pages.loc[0, "captured_at"] = pd.NaT
    table = measure_terms(prints, pages, ["zoo"], by=())
    assert table["n"].tolist() == [2, 2, 3]
    assert table["period"].isna().tolist() == [False, False, True]


def test_measure_terms_matches_phrases_and_quotes_alike_when_spelled_otherwise():
    prints, pages = _corpus()
    assert measure_terms(prints, pages, ["OFF  Vell!"], freq=None, by=())["prints"].tolist() == [1]


def test_measure_terms_matches_anywhere_when_script_has_no_spaces():
    prints = make_placements([("a", "M", ["東京都知事が辞任", "大阪で祭り"])])
    assert measure_terms(prints, make_articles({"a": 0}), ["知事"], freq=None, by=())["prints"].tolist() == [
        1
    ]


def test_measure_terms_has_interval_by_snapshots_when_there_are_five():
    lists = [(f"s{i}", "M", ["Zoo opens", "Dam holds"] if i % 2 else ["Dam holds"]) for i in range(8)]
    prints, pages = make_placements(lists), make_articles({f"s{i}": i for i in range(8)})
    row = measure_terms(prints, pages, ["zoo"], by=()).iloc[0]
    assert row["share"] == 4 / 12
    assert row["share_low"] < 4 / 12 < row["share_high"]
    assert row["reason"] == ""


def test_measure_terms_finds_terms_when_none_are_given():
    prints, pages = _corpus()
    prints["headline"] = prints["headline"].replace(
        {"Zoo opens": "Shocking zoo tale", "Zoo shuts": "Shocking dam tale"}
    )
    assert "shocking" in measure_terms(prints, pages)["term"].unique()


@pytest.mark.parametrize("freq", ["MS", "W-MON", "D", None])
def test_measure_terms_is_identical_when_rows_are_shuffled(freq):
    prints, pages = _corpus()
    expected = measure_terms(prints, pages, ["ferry", "zoo"], freq)
    pd.testing.assert_frame_equal(
        expected, measure_terms(shuffled(prints), shuffled(pages), ["ferry", "zoo"], freq)
    )
    assert expected.groupby("term")["n"].sum().tolist() == [7, 7]


def test_measure_terms_is_empty_with_columns_when_there_are_no_placements_or_terms():
    full = measure_terms(*_corpus(), ["zoo"])
    for empty in (
        measure_terms(make_placements([]), make_articles({}), ["zoo"]),
        measure_terms(*_corpus(), []),
    ):
        assert len(empty) == 0
        assert empty.columns.tolist() == full.columns.tolist()


def test_measure_terms_refuses_when_input_is_wrong():
    prints, pages = _corpus()
    with pytest.raises(InputError, match="no letters"):
        measure_terms(prints, pages, ["?!"])
    with pytest.raises(InputError, match="'module', 'kind', 'site'"):
        measure_terms(prints, pages, ["zoo"], by=("rank",))
    with pytest.raises(InputError, match="freq"):
        measure_terms(prints, pages, ["zoo"], "monthly")
    with pytest.raises(MissingColumnsError, match="body"):
        measure_terms(prints, pages.drop(columns="body"))


def test_find_terms_tells_names_phrases_and_words_apart():
    prints = make_placements(
        [("a", "M", [f"Shocking secret of Vell {w}" for w in ("dam", "zoo", "ferry", "hall")])]
    )
    pages = make_articles({"a": 0})
    pages["body"] = (
        "It was in Vell that they met. People said so, and others in Vell agreed, though many of those who "
        "were there that day remember little of it, and some say it rained. The council will meet again."
    )
    table = find_terms(prints, pages)
    assert table.loc["vell", "sort"] == "name"
    assert table.loc["shocking", ["sort", "headlines", "uses_in_headlines", "uses_in_bodies"]].tolist() == [
        "word",
        4,
        4,
        0,
    ]
    assert table.loc["shocking secret", "sort"] == "phrase"
    with pytest.raises(InputError, match="n_terms"):
        find_terms(prints, pages, n_terms=0)


def test_measure_contamination_counts_articles_with_the_term_only_in_the_sidebar():
    table = measure_contamination(*_corpus(), ["ferry", "budget"]).set_index(["figure", "name"])
    row = table.loc[("articles with term", "ferry")]
    # x has it in its text, z only beside it; y's ferryman is another word
    assert row[
        ["body", "with_sidebar", "difference", "only_sidebar", "only_sidebar_share", "n"]
    ].tolist() == [1, 2, 1, 1, 0.5, 3]
    low, high = wilson_interval(1, 2)
    assert row[["only_sidebar_share_low", "only_sidebar_share_high"]].tolist() == [low, high]
    assert table.loc[("articles with term", "budget"), "only_sidebar"] == 0


def test_measure_contamination_gives_rates_when_terms_are_counted():
    table = measure_contamination(*_corpus(), ["ferry"]).set_index("figure")
    row = table.loc["uses per 1,000 words"]
    # 4 + 11 + 2 + 6 + 2 + 5 words of title and body; sidebars of 11 (printed twice in part), 4 and 4
    assert row["body"] == pytest.approx(1000 * 2 / 30)
    assert row["with_sidebar"] == pytest.approx(1000 * (2 + 3 + 1) / (30 + 15 + 4 + 4))
    assert row["reason"] == "3 articles; an interval from resampling needs 5 or more"


def test_measure_contamination_takes_scores_and_labels_when_functions_are_given():
    prints, pages = _corpus()
    table = measure_contamination(
        prints, pages, [], score=lambda texts: [float("Zoo" in t) for t in texts],
        label=lambda texts: ["zoo" if "Zoo" in t else "other" for t in texts],
    ).set_index(["figure", "name"])  # fmt: skip
    assert table.loc[("mean score", "score"), ["body", "with_sidebar", "difference"]].tolist() == [0, 1, 1]
    assert table.loc[("share of label", "other"), ["body", "with_sidebar"]].tolist() == [1, 0]
    assert table.loc[("label changed", ""), "with_sidebar"] == 1
    with pytest.raises(InputError, match="1 values for 3 texts"):
        measure_contamination(prints, pages, [], score=lambda texts: [1.0])


def test_measure_contamination_takes_the_last_snapshot_when_an_article_was_captured_twice():
    prints, pages = _corpus()
    pages["article_id"] = ["x", "x", "z"]
    table = measure_contamination(prints, pages, ["ferry"]).set_index("figure")
    assert table.loc["articles with term", ["body", "with_sidebar", "n"]].tolist() == [0, 1, 2]


def test_measure_contamination_is_identical_when_shuffled_and_tells_when_empty():
    prints, pages = _corpus()
    expected = measure_contamination(prints, pages, ["ferry"])
    pd.testing.assert_frame_equal(
        expected, measure_contamination(shuffled(prints), shuffled(pages), ["ferry"])
    )
    none = make_articles({}).assign(title=pd.Series(dtype="str"), body=pd.Series(dtype="str"))
    empty = measure_contamination(make_placements([]), none, ["ferry"])
    assert empty["reason"].tolist() == ["no articles", "no articles"]
    assert np.isnan(empty["only_sidebar_share"]).all()
