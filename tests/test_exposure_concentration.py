"""Concentration: published figures, an independent package, and the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError, MissingColumnsError
from toolkit.exposure import concentration_index, measure_concentration


def _corpus(n=20, seed=0):
    rng = np.random.default_rng(seed)
    lists = [
        (f"s{i:02}", "M", [f"H{h}" for h in rng.choice(9, 4, replace=False, p=np.arange(1, 10) / 45)])
        for i in range(n)
    ]
    prints = make_placements(lists)
    kickers = np.array(["World", "WORLD", "Sport", None], dtype=object)
    return prints.assign(kicker=kickers[rng.integers(0, 4, len(prints))]), make_articles(
        {f"s{i:02}": i for i in range(n)}
    )


def test_concentration_index_gives_published_figures_when_one_item_has_none():
    found = concentration_index([5, 3, 1, 1, 0], top=3)
    expected = {"gini": 0.48, "gini_corrected": 0.60, "hhi": 0.36, "hhi_normalised": 0.20, "cr": 0.9}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-12), name
    assert round(found["effective_number"], 3) == 2.778
    assert round(found["shannon_bits"], 4) == 1.6855
    assert round(found["pielou"], 4) == 0.7259
    assert found[["n", "n_zero"]].tolist() == [5, 1]


def test_concentration_index_agrees_with_pairwise_differences_and_scipy_when_random():
    from scipy.stats import entropy

    x = np.random.default_rng(0).gamma(0.5, 1, 40)
    found = concentration_index(x, top=5)
    gini = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    assert found["gini"] == pytest.approx(gini)
    assert found["shannon_bits"] == pytest.approx(entropy(x, base=2))
    assert found["hhi"] == pytest.approx(((x / x.sum()) ** 2).sum())
    assert found["cr"] == pytest.approx(np.sort(x)[-5:].sum() / x.sum())


@pytest.mark.parametrize(
    ("amounts", "gini", "corrected", "hhi_normalised"), [([1, 1, 1], 0, 0, 0), ([9, 0, 0], 2 / 3, 1, 1)]
)
def test_concentration_index_reaches_its_ends_when_even_or_all_in_one(
    amounts, gini, corrected, hhi_normalised
):
    found = concentration_index(amounts)
    assert found[["gini", "gini_corrected", "hhi_normalised"]].tolist() == pytest.approx(
        [gini, corrected, hhi_normalised]
    )


def test_concentration_index_is_nan_when_there_is_nothing_to_share():
    assert concentration_index([]).drop(["n", "n_zero"]).isna().all()
    assert concentration_index([0, 0])[["gini", "hhi", "cr"]].isna().all()
    one = concentration_index([4])
    assert one["hhi"] == 1
    assert one[["gini_corrected", "hhi_normalised", "pielou"]].isna().all()


@pytest.mark.parametrize("amounts", [[1, -1], [1, np.nan]])
def test_concentration_index_refuses_when_amounts_are_negative_or_missing(amounts):
    with pytest.raises(InputError, match="amounts"):
        concentration_index(amounts)


def test_measure_concentration_counts_prints_when_by_headline():
    prints, pages = _corpus()
    table = measure_concentration(prints, pages)
    expected = concentration_index(prints["headline"].value_counts())
    assert table.loc["gini", "value"] == pytest.approx(expected["gini"])
    assert table.loc["cr3", "value"] == pytest.approx(expected["cr"])
    assert table[["n", "snapshots", "left_out"]].drop_duplicates().to_numpy().tolist() == [[9, 20, 0]]
    assert (table["low"] <= table["value"]).all()
    assert (table["reason"] == "").all()


def test_measure_concentration_folds_case_and_counts_what_it_left_out_when_by_section():
    prints, pages = _corpus()
    table = measure_concentration(prints, pages, by="section")
    folded = prints["kicker"].str.lower().value_counts()
    assert table.loc["hhi", "value"] == pytest.approx(concentration_index(folded)["hhi"])
    assert table.loc["hhi", ["n", "left_out"]].tolist() == [2, prints["kicker"].isna().sum()]


def test_measure_concentration_counts_zeros_when_universe_is_given():
    prints, pages = _corpus()
    wide = measure_concentration(prints, pages, by="module", universe=["M", "Other"])
    assert wide.loc["gini", ["value", "n", "n_zero"]].tolist() == [0.5, 2, 1]


def test_measure_concentration_groups_by_topic_and_linked_site_when_asked():
    prints, pages = _corpus()
    prints["url"] = np.where(prints["rank"] == 1, "https://www.A.example/x", "https://b.example/x")
    table = measure_concentration(prints, pages, by="site")
    assert table.loc["hhi", "value"] == pytest.approx(0.25**2 + 0.75**2)
    topics = {f"h{i}": "even" if i % 2 == 0 else "odd" for i in range(8)}
    table = measure_concentration(prints, pages, by="topic", topics=topics)
    assert table.loc["hhi", ["n", "left_out"]].tolist() == [2, (prints["headline"] == "H8").sum()]


def test_measure_concentration_weighs_by_exposure_when_weighting_is_given():
    prints = make_placements([("a", "M", ["A", "B"])])
    table = measure_concentration(prints, make_articles({"a": 0}), weighting="log2")
    first = 1 / (1 + 1 / np.log2(3))
    assert table.loc["cr3", "value"] == 1
    assert table.loc["hhi", "value"] == pytest.approx(first**2 + (1 - first) ** 2)


@pytest.mark.parametrize(("n", "known"), [(4, False), (5, True)])
def test_measure_concentration_needs_five_snapshots_when_interval_is_asked(n, known):
    table = measure_concentration(*_corpus(n))
    assert table["low"].notna().all() == known
    assert table.loc["gini", "reason"] == (
        "" if known else "4 snapshots; an interval from resampling needs 5 or more"
    )


def test_measure_concentration_is_identical_when_rows_are_shuffled():
    prints, pages = _corpus()
    expected = measure_concentration(prints, pages)
    pd.testing.assert_frame_equal(
        expected, measure_concentration(shuffled(prints), shuffled(pages)), check_exact=True
    )


def test_measure_concentration_says_so_when_there_are_no_prints():
    table = measure_concentration(make_placements([]), make_articles({"a": 0}))
    assert table["value"].isna().all()
    assert table["reason"].unique().tolist() == ["no prints to share"]


def test_measure_concentration_refuses_when_grouping_is_unknown():
    prints, pages = _corpus()
    with pytest.raises(InputError, match="'headline', 'module'"):
        measure_concentration(prints, pages, by="colour")
    with pytest.raises(InputError, match="topics"):
        measure_concentration(prints, pages, by="topic")
    with pytest.raises(MissingColumnsError, match="kicker"):
        measure_concentration(prints.drop(columns="kicker"), pages, by="section")
    with pytest.raises(InputError, match="top"):
        measure_concentration(prints, pages, top=0)
