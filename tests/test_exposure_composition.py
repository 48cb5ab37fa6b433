"""What sidebars are made of: repetition, links, sections, renamed labels, relatedness."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError, MissingColumnsError
from toolkit.exposure import (
    compare_sections,
    find_renamed_labels,
    measure_composition,
    measure_pages,
    measure_relatedness,
    measure_sections,
)


def _corpus(n=6):
    lists = []
    for i in range(n):
        lists.append((f"s{i}", "Latest", ["Zoo opens", "Ferry aground", "Dam holds"]))
        lists.append((f"s{i}", "Popular", ["FERRY aground!", "Vote today"], "popular"))
        lists.append((f"s{i}", "Partners", ["Lose weight"], "sponsored"))
        lists.append((f"s{i}", "Latest", ["Zoo opens", "Ferry aground", "Dam holds"], "latest", True))
    prints = make_placements(lists)
    prints["url"] = "https://www.paper.example/" + prints["headline"].str.lower().str.replace(" ", "-")
    prints.loc[prints["module"] == "Partners", "url"] = "https://ads.other.example/x"
    prints.loc[prints["headline"] == "Vote today", "url"] = None
    prints["kicker"] = np.where(prints["rank"] == 1, "WORLD", "Life")
    pages = make_articles({f"s{i}": i for i in range(n)}, article_id=[f"p{i}" for i in range(n)])
    pages["title"] = ["“Zoo” opens | Paper"] + ["Budget passed"] * (n - 1)
    pages["url"] = ["https://paper.example/zoo"] * (n - 1) + [None]
    pages["body"] = "The council met."
    return prints, pages


def test_measure_pages_counts_exactly_when_modules_repeat_each_other():
    table = measure_pages(*_corpus())
    counts = [
        "modules",
        "slots",
        "headlines",
        "echoed",
        "links",
        "first_party",
        "third_party",
        "sponsored",
        "duplicate_slots",
    ]
    assert table.loc[0, counts].tolist() == [3, 6, 5, 1, 5, 4, 1, 1, 3]
    assert table.loc[5, ["first_party", "third_party"]].tolist() == [0, 0]
    assert table["unique_per_100_slots"].tolist() == pytest.approx([500 / 6] * 6)


def test_measure_pages_sees_self_recommendation_when_title_or_address_is_printed():
    prints, pages = _corpus()
    assert measure_pages(prints, pages)["recommends_itself"].tolist() == [True] + [False] * 5
    pages.loc[1, "url"] = "http://paper.example/dam-holds/"
    assert measure_pages(prints, pages)["recommends_itself"].tolist() == [True, True] + [False] * 4


@pytest.mark.parametrize(
    ("link", "first"),
    [
        ("https://news.paper.example/a", 1),
        ("/a", 1),
        ("https://notpaper.example/a", 0),
        ("https://example/a", 1),
    ],
)
def test_measure_pages_takes_hosts_of_one_name_for_one_house(link, first):
    prints = make_placements([("a", "M", ["A"])]).assign(url=link)
    pages = make_articles({"a": 0}, url="https://www.paper.example/x")
    assert measure_pages(prints, pages)["first_party"].tolist() == [first]


def test_measure_pages_leaves_links_at_zero_when_there_are_no_urls():
    prints, pages = _corpus()
    table = measure_pages(prints.drop(columns="url"), pages.drop(columns=["url", "title"]))
    assert table[["links", "first_party", "third_party"]].to_numpy().sum() == 0
    assert not table["recommends_itself"].any()


def test_measure_composition_sums_over_snapshots_and_says_what_lacks():
    prints, pages = _corpus()
    table = measure_composition(prints, pages).set_index("figure")
    assert table["value"].round(4).to_dict() == {
        "unique_per_100_slots": 83.3333, "echo_share": 0.2, "self_recommendation_share": 0.1667,
        "third_party_share": 0.2, "linked_share": 0.8333, "sponsored_share": 0.1667, "slots_per_page": 6.0,
        "second_renderings_per_100_slots": 50.0,
    }  # fmt: skip
    assert table.loc["third_party_share", ["numerator", "denominator", "snapshots"]].tolist() == [5, 25, 5]
    assert (table["reason"] == "").all()
    none = measure_composition(prints.drop(columns="url"), pages).set_index("figure")
    assert none.loc["third_party_share", "reason"] == "no links on pages whose address is known"


def test_measure_sections_gives_shares_by_module_when_kickers_are_printed():
    prints, pages = _corpus()
    prints.loc[prints["headline"] == "Dam holds", "kicker"] = None
    table = measure_sections(prints, pages).set_index(["module", "section"])
    assert table.loc[("Latest", "Life"), ["prints", "share", "left_out", "snapshots"]].tolist() == [
        6,
        0.5,
        6,
        6,
    ]
    assert table["reason"].unique().tolist() == [""]
    few = measure_sections(prints[prints["snapshot_id"] == "s0"], pages.head(1))
    assert few["reason"].unique().tolist() == ["1 snapshots; an interval needs 5 or more"]
    assert few["share_low"].isna().all()


def test_compare_sections_gives_radio_figure_when_ranks_are_weighted():
    prints = make_placements([("a", "L", list("ABCD")), ("a", "P", list("EFGH"))])
    prints["kicker"] = ["life", "life", "pol", "sport", "pol", "sport", "life", "life"]
    pages = make_articles({"a": 0})
    assert round(compare_sections(prints, pages, "L", "P")["divergence"], 6) == 0.056571
    assert compare_sections(prints, pages, "L", "P", weighting="uniform")["divergence"] == 0
    with pytest.raises(InputError, match="'L', 'P'"):
        compare_sections(prints, pages, "L", "Q")


def test_compare_sections_has_small_p_when_mixes_differ_and_large_when_not():
    lists = [(f"s{i}", m, ["A", "B"]) for i in range(8) for m in ("L", "P")]
    prints, pages = make_placements(lists), make_articles({f"s{i}": i for i in range(8)})
    prints["kicker"] = np.where(prints["module"] == "L", "life", "sport")
    assert compare_sections(prints, pages, "L", "P")["p_value"] < 0.001
    prints["kicker"] = np.where(prints["rank"] == 1, "life", "sport")
    assert compare_sections(prints, pages, "L", "P")["p_value"] == 1


def test_find_renamed_labels_pairs_an_ending_label_with_a_beginning_one_when_lists_overlap():
    lists = [
        ("a", "Most Read", ["A", "B", "C"]),
        ("b", "Most Read", ["B", "C", "D"]),
        ("c", "Trending", ["C", "D", "E"]),
    ]
    lists += [(s, "Latest", ["X"]) for s in "abc"] + [("c", "Topics", ["Q"])]
    prints, pages = make_placements(lists), make_articles({"a": 0, "b": 1, "c": 2})
    table = find_renamed_labels(prints, pages)
    assert table[["before", "after", "shared", "overlap"]].to_numpy().tolist() == [
        ["Most Read", "Trending", 2, 2 / 3]
    ]
    assert len(find_renamed_labels(prints, pages, min_overlap=0.7)) == 0
    assert len(find_renamed_labels(prints, make_articles({"a": None, "b": None, "c": None}))) == 0
    with pytest.raises(InputError, match="min_overlap"):
        find_renamed_labels(prints, pages, min_overlap=2)


def _related(same: bool):
    subjects = ["ferry", "zoo", "dam", "vote", "library", "orchestra", "tunnel", "vaccine"]
    lists = [(f"s{i}", "Related", [f"New {subjects[0 if same else i]} report"], "related") for i in range(8)]
    pages = make_articles({f"s{i}": i for i in range(8)}, article_id=[f"p{i}" for i in range(8)])
    pages["title"] = [f"The {word} question" for word in subjects]
    pages["body"] = [f"All about the {word} and the {word} crew." for word in subjects]
    return make_placements(lists), pages


def test_measure_relatedness_has_small_p_when_headlines_share_the_articles_words():
    row = measure_relatedness(*_related(same=False)).iloc[0]
    assert row["similarity"] > row["baseline"]
    assert row["p_value"] == 1 / 1000
    assert row[["module", "kind", "pages", "permutations"]].tolist() == ["Related", "related", 8, 999]


def test_measure_relatedness_has_no_difference_when_every_page_shows_the_same_list():
    row = measure_relatedness(*_related(same=True)).iloc[0]
    assert row["difference"] == pytest.approx(0)
    assert row["p_value"] == 1


@pytest.mark.parametrize(("n", "known"), [(4, False), (5, True)])
def test_measure_relatedness_needs_five_pages_when_p_is_asked(n, known):
    prints, pages = _related(same=False)
    pages = pages.head(n)
    row = measure_relatedness(prints[prints["snapshot_id"].isin(pages["snapshot_id"])], pages).iloc[0]
    assert (row["reason"] == "") == known
    assert np.isnan(row["p_value"]) == (not known)


@pytest.mark.parametrize(
    "measure",
    [measure_pages, measure_composition, measure_sections, find_renamed_labels, measure_relatedness],
)
def test_composition_measures_are_the_same_when_shuffled_and_empty_when_there_are_none(measure):
    prints, pages = _corpus()
    expected = measure(prints, pages)
    pd.testing.assert_frame_equal(expected, measure(shuffled(prints), shuffled(pages)))
    none = make_articles({}).assign(title=pd.Series(dtype="str"), body=pd.Series(dtype="str"))
    empty = measure(make_placements([]).assign(kicker=pd.Series(dtype="str")), none)
    assert len(empty) == 0
    assert empty.columns.tolist() == expected.columns.tolist()


def test_composition_measures_name_the_column_when_it_is_absent():
    prints, pages = _corpus()
    with pytest.raises(MissingColumnsError, match="kicker"):
        measure_sections(prints.drop(columns="kicker"), pages)
    with pytest.raises(MissingColumnsError, match="body"):
        measure_relatedness(prints, pages.drop(columns="body"))
    with pytest.raises(InputError, match="n_resamples"):
        measure_relatedness(prints, pages, n_resamples=0)
