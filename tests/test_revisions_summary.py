"""Pairs, sums per pair and per field, and hints from addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from toolkit.errors import InputError, MissingColumnsError
from toolkit.revisions import (
    RATE_COLUMNS,
    REVISION_COLUMNS,
    SLUG_COLUMNS,
    compare_snapshots,
    find_pairs,
    find_slug_hints,
    measure_revision_rates,
    measure_revisions,
)
from toolkit.revisions.pairs import PAIR_COLUMNS
from toolkit.tables import empty_table, make_table

BODY = "The crane came by night. It is the third. Nobody was told. The board will meet."


def _articles(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return make_table(
        "articles",
        [
            {"snapshot_id": f"s{k}", "article_id": "x", "source": f"{k}.html", "body": BODY, "words": 16}
            | dict(row)
            for k, row in enumerate(rows)
        ],
    )


def _order(articles: pd.DataFrame) -> list[tuple[str, str, bool]]:
    pairs = find_pairs(articles)[["source_before", "source_after", "order_known"]]
    return list(pairs.itertuples(index=False, name=None))


# ---- find_pairs


def test_find_pairs_is_empty_with_its_columns_when_there_is_nothing_to_pair() -> None:
    for articles in (empty_table("articles"), _articles({})):
        pairs = find_pairs(articles)
        assert pairs.empty
        assert {column: str(dtype) for column, dtype in pairs.dtypes.items()} == PAIR_COLUMNS


def test_find_pairs_orders_by_capture_when_both_are_dated() -> None:
    articles = _articles({"captured_at": "2031-05-02T10:00Z"}, {"captured_at": "2031-05-02T09:30Z"})
    assert _order(articles) == [("1.html", "0.html", True)]
    assert find_pairs(articles)["gap_hours"].tolist() == [0.5]


def test_find_pairs_puts_undated_first_by_source_when_captures_are_missing() -> None:
    articles = _articles({"captured_at": "2031-05-02"}, {"source": "z.html"}, {"source": "a.html"})
    assert _order(articles) == [("a.html", "z.html", False), ("z.html", "0.html", False)]
    assert find_pairs(articles)["gap_hours"].isna().all()
    assert find_pairs(articles).attrs["notes"][0].startswith("The order of 2 of 2 pairs is assumed")


def test_find_pairs_does_not_know_the_order_when_captures_fall_together() -> None:
    same = {"captured_at": "2031-05-02T10:00Z"}
    assert _order(_articles(same, same)) == [("0.html", "1.html", False)]


@pytest.mark.parametrize(
    ("later", "known"),
    [("2031-05-02T23:00Z", False), ("2031-05-03T01:00Z", True), ("2031-05-02T00:00Z", False)],
)
def test_find_pairs_knows_the_order_by_day_when_one_is_known_to_the_day_only(later: str, known: bool) -> None:
    articles = _articles(
        {"captured_at": "2031-05-02T00:00Z", "captured_precision": "day"},
        {"captured_at": later, "captured_precision": "second"},
    )
    assert _order(articles) == [("0.html", "1.html", known)]


def test_find_pairs_leaves_out_second_copies_and_unnamed_snapshots_when_there_are_some() -> None:
    articles = _articles({}, {"snapshot_id": "s0"}, {"article_id": None}, {"captured_at": "2031-05-02"})
    assert _order(articles) == [("0.html", "3.html", False)]
    assert find_pairs(articles).attrs["notes"][:2] == (
        "1 snapshots without article_id were left out.",
        "1 second copies of a snapshot (same snapshot_id) were left out; the first by source was kept.",
    )


def test_find_pairs_ignores_row_order_when_it_pairs() -> None:
    articles = _articles(*({"captured_at": f"2031-05-0{k}", "article_id": "xy"[k % 2]} for k in range(1, 8)))
    first = find_pairs(articles)
    assert len(first) == 5
    pd.testing.assert_frame_equal(find_pairs(articles.sample(frac=1, random_state=1)), first)


def test_find_pairs_says_what_to_do_when_times_have_no_zone() -> None:
    articles = _articles({}, {})
    naive = articles.assign(captured_at=pd.to_datetime(["2031-05-01", "2031-05-02"]))
    with pytest.raises(InputError, match="a time with a zone is needed"):
        find_pairs(naive)
    with pytest.raises(InputError, match="dtype str"):
        find_pairs(articles.assign(captured_at=pd.Series(["2031-05-01", "2031-05-02"], dtype="str")))
    assert len(find_pairs(articles.assign(captured_at=pd.Series([None, None], dtype="str")))) == 1
    with pytest.raises(MissingColumnsError, match="articles: missing column 'captured_at'"):
        find_pairs(articles.drop(columns="captured_at"))


# ---- measure_revisions


def _dated(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return _articles(*({"captured_at": f"2031-05-0{k}"} | dict(row) for k, row in enumerate(rows, 1)))


def test_measure_revisions_counts_each_kind_of_change_when_a_body_was_edited() -> None:
    body = "The crane came by day. It is the third. The board will meet. Correction: it is the fourth."
    articles = _dated(
        {"title": "Crane"}, {"title": "Cranes", "body": body}, {"title": "Cranes", "body": body}
    )
    found = measure_revisions(compare_snapshots(articles), articles)
    assert {column: str(dtype) for column, dtype in found.dtypes.items()} == REVISION_COLUMNS
    first, second = found.to_dict("records")
    assert (first["changes"], first["fields"]) == (4, "title, body")
    assert first["kinds"] == "correction notice, sentence, wording"
    assert first["n"] == 5
    assert (first["sentences_added"], first["sentences_removed"], first["sentences_reworded"]) == (1, 1, 1)
    assert first["sentences_moved"] == 0
    assert first["share_changed"] == pytest.approx(3 / 5)
    assert (first["words_removed"], first["words_added"], first["notices"]) == (4, 6, 1)
    assert (second["changes"], second["n"], second["share_changed"]) == (0, 4, 0.0)
    assert pd.isna(second["fields"]) and pd.isna(second["kinds"])
    assert found["share_low"].isna().all() and found["share_high"].isna().all()
    assert found["share_note"].str.contains("full count, no sample").all()
    assert found["modules_added"].isna().all()


def test_measure_revisions_gives_no_share_when_a_body_is_empty() -> None:
    articles = _dated({}, {"body": ""}, {"body": None})
    found = measure_revisions(compare_snapshots(articles), articles)
    assert found["share_changed"].isna().all()
    assert found["share_note"].unique().tolist() == ["a body is empty: no sentences to compare"]
    assert found["changes"].tolist() == [1, 0]
    assert found["sentences_removed"].tolist() == [0, 0]


def test_measure_revisions_gives_no_share_when_bodies_were_not_compared() -> None:
    articles = _dated({}, {"title": "Cranes", "body": "Other words."})
    changes = compare_snapshots(articles, fields=["title"])
    assert changes.attrs["fields"] == ("title",)
    found = measure_revisions(changes, articles)
    assert found["share_changed"].isna().all()
    assert found["share_note"].tolist() == ["bodies were not compared"]
    rates = measure_revision_rates(changes, articles).set_index("field")
    assert rates.loc["body", "note"] == "not compared"
    assert rates.loc["title", "share"] == 1.0


def test_measure_revisions_counts_modules_when_they_were_compared() -> None:
    articles = _dated({}, {}, {})
    module = {"module_index": 0, "kind": "popular", "n_items": 0, "position": 0.5}
    modules = make_table(
        "modules", [module | {"snapshot_id": "s1", "source": "1.html", "module": "Most Read"}]
    )
    found = measure_revisions(compare_snapshots(articles, None, modules), articles)
    assert found["modules_added"].tolist() == [1, 0]
    assert found["modules_removed"].tolist() == [0, 1]


def test_measure_revisions_is_empty_with_its_columns_when_nothing_is_given() -> None:
    articles = empty_table("articles")
    found = measure_revisions(compare_snapshots(articles), articles)
    assert found.empty
    assert {column: str(dtype) for column, dtype in found.dtypes.items()} == REVISION_COLUMNS


def test_measure_revisions_names_the_table_when_a_column_is_missing() -> None:
    articles = _dated({}, {})
    with pytest.raises(MissingColumnsError, match=r"changes: missing column.*compare_snapshots"):
        measure_revisions(articles, articles)
    with pytest.raises(MissingColumnsError, match="articles: missing column 'body'"):
        measure_revisions(compare_snapshots(articles), articles.drop(columns="body"))


# ---- measure_revision_rates


def test_measure_revision_rates_counts_articles_not_pairs_when_one_changed_twice() -> None:
    articles = pd.concat(
        [
            _dated({"title": "A"}, {"title": "B"}, {"title": "A"}),
            _dated({}, {}).assign(article_id="y", source=["y0", "y1"], snapshot_id=["y0", "y1"]),
            _dated({}).assign(article_id="z", source="z", snapshot_id="z"),
        ]
    )
    found = measure_revision_rates(compare_snapshots(articles), articles).set_index("field")
    assert list(RATE_COLUMNS)[1:] == found.columns.tolist()
    title = found.loc["title"]
    assert (title["articles_changed"], title["n"], title["pairs_changed"], title["pairs"]) == (1, 2, 2, 3)
    assert title["share"] == 0.5
    # Wilson, 1 of 2
    assert (round(title["share_low"], 4), round(title["share_high"], 4)) == (0.0945, 0.9055)
    assert found.loc["any", "articles_changed"] == 1
    assert found.loc["body", "share"] == 0
    assert found.loc["modules", "note"] == found.loc["headlines", "note"] == "not compared"
    assert pd.isna(found.loc["modules", "share"])


def test_measure_revision_rates_says_why_when_no_article_has_two_snapshots() -> None:
    articles = _dated({})
    found = measure_revision_rates(compare_snapshots(articles, fields=["title"]), articles)
    assert found["share"].isna().all()
    assert (
        found.loc[found["field"].isin(["title", "any"]), "note"].tolist()
        == ["no article has two snapshots"] * 2
    )


def test_measure_revision_rates_refuses_when_the_level_is_no_share() -> None:
    articles = _dated({}, {})
    with pytest.raises(InputError, match="level"):
        measure_revision_rates(compare_snapshots(articles), articles, level=95)


# ---- find_slug_hints

URL = "https://news.example/coast/board-rejects-third-crane-8812"


def test_find_slug_hints_reports_when_the_title_shares_half_the_words_or_less() -> None:
    articles = _articles({"url": URL, "title": "Board wins a third vote"})
    found = find_slug_hints(articles)
    assert found[["slug", "n", "words_in_title", "share", "words_missing"]].to_numpy().tolist() == [
        ["board-rejects-third-crane-8812", 4, 2, 0.5, "rejects crane"]
    ]
    assert find_slug_hints(articles, max_share=0.49).empty
    assert find_slug_hints(articles.assign(title="Board: third crane in doubt")).empty
    assert {column: str(dtype) for column, dtype in found.dtypes.items()} == SLUG_COLUMNS


def test_find_slug_hints_names_the_other_title_when_it_fits_the_slug_better() -> None:
    articles = _dated(
        {"url": URL, "title": "Board rejects third crane"},
        {"url": URL, "title": "Board approves third crane"},
    )
    found = find_slug_hints(articles)
    assert found[["snapshot_id", "share", "other_title", "other_share"]].to_numpy().tolist() == [
        ["s1", 0.75, "Board rejects third crane", 1.0]
    ]
    assert found.loc[0, "hint"].endswith("another snapshot's title fits better: Board rejects third crane")


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://news.example/a/8812", "Board rejects third crane"),
        ("https://news.example/third-crane", "Board wins a vote"),  # two words say too little
        ("https://news.example/board-rejects-third-crane.html", "Board rejected the third crane"),  # endings
        ("https://news.example/strasse-fuer-alle-gesperrt", "Straße für alle gesperrt"),
        ("https://news.example/cafes-sans-tabac-demain", "Cafés sans tabac, demain"),
        (
            "https://news.example/board-rejects-third-crane",
            "항만 이사회, 세 번째 크레인 거부",
        ),  # another script
        (None, "Board wins a vote"),
        ("https://news.example/board-rejects-third-crane", None),
    ],
)
def test_find_slug_hints_finds_none_when_nothing_can_be_compared_or_all_fits(
    url: str | None, title: str | None
) -> None:
    assert find_slug_hints(_articles({"url": url, "title": title})).empty


def test_find_slug_hints_ignores_row_order_and_bad_arguments_fail_when_given() -> None:
    articles = _dated(*({"url": URL, "title": f"Vote number {k} is lost"} for k in range(4)))
    first = find_slug_hints(articles)
    assert len(first) == 4
    pd.testing.assert_frame_equal(find_slug_hints(articles.sample(frac=1, random_state=3)), first)
    assert find_slug_hints(empty_table("articles")).empty
    with pytest.raises(InputError, match="max_share"):
        find_slug_hints(articles, max_share=2)
    with pytest.raises(InputError, match="min_words"):
        find_slug_hints(articles, min_words=0)
    with pytest.raises(MissingColumnsError, match="articles: missing column 'url'"):
        find_slug_hints(articles.drop(columns="url"))
