"""`measure_headlines`: counts, exposure, shares, identity, bad input; and parts that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements, shuffled

from toolkit.errors import InputError, MissingColumnsError
from toolkit.exposure import measure_headlines, rank_weights
from toolkit.exposure.headlines import finish_headlines
from toolkit.exposure.prints import read_prints
from toolkit.exposure.sums import add_headlines, sum_headlines


def _two_pages():
    pages = make_articles({"a": 0, "b": 24}, article_id=["x", "y"])
    prints = make_placements(
        [
            ("a", "Latest", ["Storm hits", "Vote today", "Zoo opens"]),
            ("a", "Popular", ["Vote today", "“Storm” hits"], "popular"),
            ("a", "Latest", ["Storm hits", "Vote today", "Zoo opens"], "latest", True),
            ("b", "Latest", ["STORM HITS"]),
        ]
    )
    return prints, pages


def _random(n_snapshots=30, seed=0):
    rng = np.random.default_rng(seed)
    lists = []
    for s in range(n_snapshots):
        for label in ("Latest", "Popular", "Picks"):
            chosen = rng.choice(20, rng.integers(1, 7), replace=False)
            lists.append((f"s{s:02}", label, [f"Headline number {i}" for i in chosen], label.lower()))
    lists = [(a, b, c, d if d in ("latest", "popular") else "section") for a, b, c, d in lists]
    pages = make_articles({f"s{s:02}": float(s * 5) for s in range(n_snapshots)})
    return make_placements(lists), pages.assign(article_id=[f"p{s % 7}" for s in range(n_snapshots)])


def test_measure_headlines_counts_exactly_when_headline_is_in_two_modules_and_snapshots():
    table = measure_headlines(*_two_pages()).set_index("headline")
    assert table.index.tolist() == ["Storm hits", "Vote today", "Zoo opens"]
    counts = [
        "wordings",
        "prints",
        "duplicate_prints",
        "snapshots",
        "n_snapshots",
        "modules",
        "pages",
        "best_rank",
    ]
    assert table.loc["Storm hits", counts].tolist() == [3, 3, 1, 2, 2, 2, 2, 1]
    assert table.loc["Vote today", counts].tolist() == [1, 2, 1, 1, 2, 2, 1, 1]
    assert table.loc["Zoo opens", counts].tolist() == [1, 1, 1, 1, 2, 1, 1, 3]
    assert table["mean_rank"].tolist() == [4 / 3, 1.5, 3]


def test_measure_headlines_shares_out_one_per_module_print_when_weights_are_normalised():
    table = measure_headlines(*_two_pages()).set_index("headline")
    for name in ("uniform", "log2", "geometric"):
        three, two = rank_weights([1, 2, 3], name), rank_weights([1, 2], name)
        storm = three[0] / three.sum() + two[1] / two.sum() + 1
        assert table.loc["Storm hits", f"exposure_{name}"] == pytest.approx(storm)
        assert table[f"exposure_{name}"].sum() == pytest.approx(3)
    assert table["share"].sum() == pytest.approx(1)


def test_measure_headlines_agrees_with_plain_pandas_when_random():
    prints, pages = _random()
    table = measure_headlines(prints, pages).set_index("headline")
    merged = prints.merge(
        pages[["snapshot_id", "article_id", "captured_at"]], on="snapshot_id", validate="m:1"
    )
    weights = 1 / np.log2(merged["rank"] + 1)
    merged["e"] = weights / weights.groupby([merged["snapshot_id"], merged["module_index"]]).transform("sum")
    groups = merged.groupby("headline")
    for column, expected in {
        "prints": groups.size(), "snapshots": groups["snapshot_id"].nunique(),
        "pages": groups["article_id"].nunique(),
        "modules": groups["module"].nunique(),
        "best_rank": groups["rank"].min(), "mean_rank": groups["rank"].mean(),
        "exposure_log2": groups["e"].sum(), "first_seen": groups["captured_at"].min(),
        "last_seen": groups["captured_at"].max(),
    }.items():  # fmt: skip
        pd.testing.assert_series_equal(
            table[column].sort_index(), expected, check_names=False, check_dtype=False, check_index_type=False
        )


def test_measure_headlines_averages_positions_when_pages_tell_them():
    prints, pages = _two_pages()
    assert measure_headlines(prints, pages)["mean_position"].isna().all()
    prints["position"] = [0.1, 0.2, np.nan, 0.6, 0.8, 0.9, 0.9, 0.9, 0.3]
    table = measure_headlines(prints, pages).set_index("headline")
    assert table["mean_position"].tolist() == pytest.approx([0.4, 0.4, np.nan], nan_ok=True)
    pd.testing.assert_frame_equal(table.reset_index(), measure_headlines(shuffled(prints), pages))


def test_measure_headlines_is_identical_when_rows_are_shuffled():
    prints, pages = _random()
    expected = measure_headlines(prints, pages)
    pd.testing.assert_frame_equal(
        expected, measure_headlines(shuffled(prints), shuffled(pages, 3)), check_exact=True
    )


def test_measure_headlines_leaves_inputs_untouched():
    prints, pages = _random()
    before = prints.copy(), pages.copy()
    measure_headlines(prints, pages)
    pd.testing.assert_frame_equal(prints, before[0])
    pd.testing.assert_frame_equal(pages, before[1])


def test_measure_headlines_adds_up_when_snapshots_come_in_parts():
    prints, pages = _random()
    prints.loc[prints["snapshot_id"] == "s03", "duplicate"] = True
    parts = []
    for chosen in np.array_split(pages["snapshot_id"].sample(frac=1, random_state=1), 4):
        part = pages["snapshot_id"].isin(chosen)
        rows = prints["snapshot_id"].isin(chosen)
        parts.append(sum_headlines(read_prints(prints[rows], pages[part])))
    whole = measure_headlines(prints, pages)
    pd.testing.assert_frame_equal(finish_headlines(add_headlines(parts)), whole, rtol=1e-12)


def test_add_headlines_refuses_when_parts_differ_in_patience_or_are_none():
    prints = read_prints(*_two_pages())
    with pytest.raises(InputError, match="patience"):
        add_headlines([sum_headlines(prints), sum_headlines(prints, patience=0.5)])
    with pytest.raises(InputError, match="at least one"):
        add_headlines([])


def test_measure_headlines_share_interval_agrees_with_bootstrap_when_snapshots_are_many():
    from toolkit.stats import bootstrap_sums

    prints, pages = _random(80)
    table = measure_headlines(prints, pages)
    weights = 1 / np.log2(prints["rank"] + 1)
    e = weights / weights.groupby([prints["snapshot_id"], prints["module_index"]]).transform("sum")
    sums = e.groupby([prints["snapshot_id"], prints["headline"]]).sum().unstack(fill_value=0)
    for row in table.head(5).itertuples():
        at = sums.columns.get_loc(row.headline)
        found = bootstrap_sums(sums, lambda t, at=at: t[..., at] / t.sum(axis=-1), method="percentile")
        assert row.share == pytest.approx(found.value)
        assert row.share_low == pytest.approx(found.low, abs=0.006)
        assert row.share_high == pytest.approx(found.high, abs=0.006)


@pytest.mark.parametrize(("n", "known"), [(4, False), (5, True)])
def test_measure_headlines_says_why_when_under_five_snapshots(n, known):
    prints, pages = _random(n)
    table = measure_headlines(prints, pages)
    assert table["share_low"].notna().all() == known
    expected = "" if known else "4 snapshots with prints; an interval needs 5 or more"
    assert table["share_reason"].unique().tolist() == [expected]
    assert table["snapshot_share_low"].notna().all()


def test_measure_headlines_says_so_when_order_depends_on_weighting():
    # A is first once and nowhere else; B is fifth twice: more in number, less in weight
    lists = [("a", "M", ["A", "C", "D", "H", "B"]), ("a", "N", ["E", "F", "G", "I", "B"])]
    table = measure_headlines(make_placements(lists), make_articles({"a": 0})).set_index("headline")
    assert table.loc["B", "exposure_uniform"] > table.loc["A", "exposure_uniform"]
    assert table.loc["B", "exposure_geometric"] < table.loc["A", "exposure_geometric"]
    assert table.loc["A", "rank_differs_by_weighting"]
    same = measure_headlines(make_placements([("a", "M", ["A"])]), make_articles({"a": 0}))
    assert same["rank_differs_by_weighting"].tolist() == [False]


def test_measure_headlines_counts_one_input_when_two_hold_the_same_snapshot():
    pages = pd.concat([make_articles({"a": 0}), make_articles({"a": 0}).assign(source="copy.html")])
    prints = make_placements([("a", "M", ["A", "B"])])
    both = pd.concat([prints, prints.assign(source="copy.html")])
    assert measure_headlines(both, pages)["prints"].tolist() == [1, 1]


def test_measure_headlines_keeps_start_and_drops_end_when_window_is_given():
    prints = make_placements([(s, "M", ["A"]) for s in "abc"])
    pages = make_articles({"a": 0, "b": 24, "c": 48})
    table = measure_headlines(prints, pages, window=("2025-03-01", "2025-03-03"))
    assert table[["prints", "n_snapshots"]].to_numpy().tolist() == [[2, 2]]
    assert measure_headlines(prints, pages, window=("2025-03-02", None))["prints"].tolist() == [2]


def test_measure_headlines_counts_snapshots_without_prints_when_share_of_snapshots():
    table = measure_headlines(make_placements([("a", "M", ["A"])]), make_articles({"a": 0, "b": 1}))
    assert table["snapshot_share"].tolist() == [0.5]


def test_measure_headlines_is_empty_with_columns_when_there_are_no_placements():
    full = measure_headlines(*_two_pages())
    empty = measure_headlines(make_placements([]), make_articles({}))
    assert len(empty) == 0
    assert empty.columns.tolist() == full.columns.tolist()
    assert empty.dtypes.astype(str).tolist() == full.dtypes.astype(str).tolist()


def test_measure_headlines_follows_rewrites_when_identity_is_story():
    prints = make_placements([("a", "M", ["Dyke breaks"]), ("b", "M", ["Dyke holds after all"])])
    prints["url"] = ["https://p.example/1", "https://p.example/1"]
    table = measure_headlines(prints, make_articles({"a": 0, "b": 5}), identity="story")
    assert table[["prints", "wordings", "urls"]].to_numpy().tolist() == [[2, 2, 1]]


@pytest.mark.parametrize("column", ["snapshot_id", "headline", "rank"])
def test_measure_headlines_names_the_column_when_placements_lack_it(column):
    prints, pages = _two_pages()
    with pytest.raises(MissingColumnsError, match=f"placements: missing column '{column}'"):
        measure_headlines(prints.drop(columns=column), pages)


@pytest.mark.parametrize("column", ["snapshot_id", "article_id", "captured_at"])
def test_measure_headlines_names_the_column_when_articles_lack_it(column):
    prints, pages = _two_pages()
    with pytest.raises(MissingColumnsError, match=f"articles: missing column '{column}'"):
        measure_headlines(prints, pages.drop(columns=column))


def test_measure_headlines_refuses_when_input_is_wrong():
    prints, pages = _two_pages()
    cases = [
        (prints.assign(rank=prints["rank"] - 1), pages, "rank starts at 1; found 0"),
        (prints.assign(rank=1), pages, "repeat a rank"),
        (prints.assign(rank=np.nan), pages, "missing values"),
        (prints, pages.assign(captured_at=pages["captured_at"].dt.tz_localize(None)), "no zone"),
        (prints, pages.assign(captured_at="2025-03-01"), "pd.to_datetime"),
        (prints, pages.head(1), "1 rows belong to 1 snapshots that articles lacks, the first 'b'"),
        (prints.assign(headline=None), pages, "'headline' is missing"),
        (prints, pages.assign(snapshot_id=None), "'snapshot_id' is missing"),
    ]
    for rows, snapshots, says in cases:
        with pytest.raises(InputError, match=says):
            measure_headlines(rows, snapshots)
    with pytest.raises(InputError, match="share_of"):
        measure_headlines(prints, pages, share_of="reciprocal")
    with pytest.raises(InputError, match="expected a pandas DataFrame"):
        measure_headlines(None, pages)


def test_measure_headlines_tells_repeated_ranks_apart_when_only_second_rendering_repeats():
    # without module_index two modules of one label can be told apart by the duplicate mark alone
    prints, pages = _two_pages()
    assert measure_headlines(prints.drop(columns="module_index"), pages)["prints"].sum() == 6
