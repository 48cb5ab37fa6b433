"""compare_snapshots: modules that entered, left, moved, were renamed or emptied, and their headlines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from toolkit.errors import MissingColumnsError
from toolkit.revisions import compare_snapshots
from toolkit.tables import empty_table, make_table

READ = ["Ferry fares rise again", "Storm closes the school", "Rope museum opens", "Mayor loses vote"]
LATEST = ["Crane arrives by night", "Tunnel floods", "Trawlers stay in port"]

#: (label, kind, headlines) of one module; a fourth entry is the index of the module it repeats.
Printed = tuple[Any, ...]
NAN = "(missing)"
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def _tables(*pages: Sequence[Printed], urls: dict[str, str] | None = None) -> Tables:
    """Articles, placements and modules of one article whose snapshots print these modules."""
    articles, modules, placements = [], [], []
    for k, page in enumerate(pages):
        key = {"snapshot_id": f"s{k}", "source": f"{k}.html"}
        articles.append(key | {"article_id": "x", "captured_at": f"2031-05-0{k + 1}T06:00Z", "words": 0})
        for index, (label, kind, headlines, *original) in enumerate(page):
            module = key | {"module_index": index, "module": label, "kind": kind, "position": index / 10}
            repeats = original[0] if original else None
            modules.append(module | {"n_items": len(headlines), "duplicate_of": repeats})
            placements += [
                module
                | {"rank": rank, "headline": text, "duplicate": bool(original), "url": (urls or {}).get(text)}
                for rank, text in enumerate(headlines, 1)
            ]
    return (
        make_table("articles", articles),
        make_table("placements", placements),
        make_table("modules", modules),
    )


def _rows(*pages: Sequence[Printed], **options: Any) -> list[tuple[Any, ...]]:
    changes = compare_snapshots(*_tables(*pages, **options))
    columns = changes[["field", "change", "before", "after"]].fillna(NAN)
    return list(columns.itertuples(index=False, name=None))


MOST_READ = ("Most Read", "popular", READ)
LATEST_NEWS = ("Latest", "latest", LATEST)


def test_compare_snapshots_finds_no_change_when_modules_stay() -> None:
    assert _rows([MOST_READ, LATEST_NEWS], [MOST_READ, LATEST_NEWS]) == []


def test_compare_snapshots_names_modules_when_they_enter_or_leave() -> None:
    changes = compare_snapshots(*_tables([MOST_READ], [LATEST_NEWS]))
    columns = ["change", "before", "after", "module_kind", "detail"]
    assert changes[columns].fillna("").to_numpy().tolist() == [
        ["added", "", "Latest", "latest", "latest, 3 headlines"],
        ["removed", "Most Read", "", "popular", "popular, 4 headlines"],
    ]
    assert changes["n"].tolist() == [2, 2]


def test_compare_snapshots_counts_a_module_once_when_it_is_printed_twice() -> None:
    page = [MOST_READ, LATEST_NEWS, ("Most Read", "popular", READ, 0), ("Most Read", "popular", READ, 2)]
    changes = compare_snapshots(*_tables(page, []))
    assert changes["before"].tolist() == ["Most Read", "Latest"]
    assert changes["printings_before"].tolist() == [3, 1]
    assert changes["detail"].tolist() == ["popular, 4 headlines, printed 3 times", "latest, 3 headlines"]


def test_compare_snapshots_reports_printings_when_only_their_number_changed() -> None:
    page = [MOST_READ, ("Most Read", "popular", READ, 0)]
    changes = compare_snapshots(*_tables(page, [MOST_READ]))
    assert changes[["change", "kind", "detail"]].to_numpy().tolist() == [
        ["changed", "printings", "printed 2 -> 1 times"]
    ]
    assert (changes["printings_before"].item(), changes["printings_after"].item()) == (2, 1)


def test_compare_snapshots_counts_an_empty_module_when_it_enters() -> None:
    assert [row[1:] for row in _rows([], [("Related", "related", [])])] == [("added", NAN, "Related")]
    assert compare_snapshots(*_tables([], [("Related", "related", [])])).loc[0, "detail"] == "related, empty"


@pytest.mark.parametrize(
    ("before", "after", "change"), [(READ, [], "emptied"), ([], READ, "filled"), ([], [], None)]
)
def test_compare_snapshots_says_emptied_or_filled_when_a_module_stays_without_headlines(
    before: list[str], after: list[str], change: str | None
) -> None:
    rows = _rows([("Most Read", "popular", before)], [("Most Read", "popular", after)])
    assert [row[1] for row in rows] == ([change] if change else [])


def test_compare_snapshots_says_renamed_when_the_label_changed_over_the_same_list() -> None:
    rows = _rows([MOST_READ], [("Trending", "popular", READ)])
    assert rows == [("modules", "renamed", "Most Read", "Trending")]


def test_compare_snapshots_says_renamed_when_half_the_list_stayed_and_not_when_less_did() -> None:
    three_of_five = ("Trending", "popular", [*READ[:3], "New pier planned"])  # 3 shared of 5: 0.6
    assert ("modules", "renamed", "Most Read", "Trending") in _rows([MOST_READ], [three_of_five])
    two_of_six = ("Trending", "popular", [*READ[:2], "New pier planned", "Bus line cut"])  # 2 of 6
    assert [row[1] for row in _rows([MOST_READ], [two_of_six])] == ["added", "removed"]


def test_compare_snapshots_takes_no_single_shared_headline_for_a_rename_when_lists_differ() -> None:
    before, after = ("Most Read", "popular", READ[:1]), ("Trending", "popular", [READ[0], "New pier planned"])
    assert [row[1] for row in _rows([before], [after])] == ["added", "removed"]
    assert [row[1] for row in _rows([before], [("Trending", "popular", READ[:1])])] == ["renamed"]


def test_compare_snapshots_matches_modules_without_label_when_their_lists_agree() -> None:
    assert _rows([(None, "other", READ), LATEST_NEWS], [(None, "other", READ), LATEST_NEWS]) == []
    changes = compare_snapshots(*_tables([(None, "other", READ)], [("Most Read", "popular", READ)]))
    assert changes.loc[0, ["change", "before", "after"]].tolist() == ["renamed", "(no label)", "Most Read"]


def test_compare_snapshots_pairs_modules_of_one_label_by_their_lists_when_it_stands_twice() -> None:
    one, other = ("News", "latest", READ), ("News", "latest", LATEST)
    rows = _rows([one, other], [other, one])
    assert [row[:2] for row in rows] == [("modules", "moved")]
    assert rows[0][2:] == ("News", "News")


def test_compare_snapshots_says_moved_only_when_modules_passed_each_other() -> None:
    related = ("Related", "related", ["Pier planned", "Bus line cut"])
    # a module that enters above moves nothing
    assert [row[1] for row in _rows([MOST_READ, LATEST_NEWS], [related, MOST_READ, LATEST_NEWS])] == ["added"]
    rows = _rows([MOST_READ, LATEST_NEWS, related], [related, MOST_READ, LATEST_NEWS])
    assert rows == [("modules", "moved", "Related", "Related")]


def test_compare_snapshots_sums_up_headlines_when_a_module_stays() -> None:
    after = ["New pier planned", READ[1], READ[0], READ[3]]
    changes = compare_snapshots(*_tables([MOST_READ], [("Most Read", "popular", after)]))
    row = changes.iloc[0]
    assert len(changes) == 1
    assert (row["field"], row["change"], row["kind"]) == ("headlines", "changed", "list")
    assert (row["before"], row["after"]) == (READ[2], "New pier planned")
    assert row["detail"] == "1 entered, 1 left, 1 changed places, 3 stayed"
    assert row["n"] == 5
    assert row["similarity"] == pytest.approx(3 / 5)
    assert (row["words_removed"], row["words_added"]) == (3, 3)


@pytest.mark.parametrize(
    ("after", "change"),
    [([*READ, "New pier planned"], "added"), (READ[:3], "removed"), ([READ[1], READ[0], *READ[2:]], "moved")],
)
def test_compare_snapshots_names_the_change_of_a_list_when_it_goes_one_way(
    after: list[str], change: str
) -> None:
    assert [row[:2] for row in _rows([MOST_READ], [("Most Read", "popular", after)])] == [
        ("headlines", change)
    ]


def test_compare_snapshots_finds_no_change_when_headlines_differ_in_quotes_only() -> None:
    before = ("Most Read", "popular", ["Mayor \u2018loses\u2019 vote"])
    assert _rows([before], [("Most Read", "popular", ["Mayor 'loses' vote"])]) == []


def test_compare_snapshots_says_reworded_when_a_headline_changed_under_its_url() -> None:
    before, after = "Storm kills 19", "Storm kills 22"
    urls = {before: "https://n.example/1", after: "https://n.example/1"}
    rows = _rows([("Latest", "latest", [before])], [("Latest", "latest", [after])], urls=urls)
    assert rows == [("headlines", "reworded", before, after)]
    # without an address it left and another entered
    rows = _rows([("Latest", "latest", [before])], [("Latest", "latest", [after])])
    assert [row[:2] for row in rows] == [("headlines", "changed")]


def test_compare_snapshots_pairs_each_headline_once_when_a_list_repeats_it() -> None:
    rows = _rows([("Latest", "latest", [READ[0], READ[0]])], [("Latest", "latest", [READ[0]])])
    assert rows[0][:3] == ("headlines", "removed", READ[0])


def test_compare_snapshots_cannot_see_empty_modules_when_only_placements_are_given() -> None:
    page = [MOST_READ, ("Most Read", "popular", READ, 0), ("Related", "related", [])]
    articles, placements, modules = _tables(page, [])
    changes = compare_snapshots(articles, placements)
    assert changes["before"].tolist() == ["Most Read"]
    assert changes["printings_before"].tolist() == [2]
    assert any("without headlines cannot be seen" in note for note in changes.attrs["notes"])
    changes = compare_snapshots(articles, None, modules)
    assert changes["before"].tolist() == ["Most Read", "Related"]
    assert changes["headlines_before"].tolist() == [4, 0]
    assert any("Headlines were not compared" in note for note in changes.attrs["notes"])


def test_compare_snapshots_compares_no_headlines_when_modules_stay_and_placements_are_missing() -> None:
    articles, _, modules = _tables([MOST_READ], [("Most Read", "popular", LATEST)])
    assert compare_snapshots(articles, None, modules).empty


def test_compare_snapshots_keeps_rows_when_placements_and_modules_are_shuffled() -> None:
    articles, placements, modules = _tables(
        [MOST_READ, LATEST_NEWS, ("Most Read", "popular", READ, 0)],
        [("Trending", "popular", READ), ("Latest", "latest", LATEST[::-1])],
    )
    first = compare_snapshots(articles, placements, modules)
    assert len(first) == 3
    for seed in range(3):
        again = compare_snapshots(
            articles, placements.sample(frac=1, random_state=seed), modules.sample(frac=1, random_state=seed)
        )
        pd.testing.assert_frame_equal(again, first)


def test_compare_snapshots_tells_snapshots_apart_when_two_sources_share_an_id() -> None:
    # the same page kept under two names is one snapshot; its modules are not read twice
    articles, placements, modules = _tables([MOST_READ], [LATEST_NEWS])
    copy = articles.iloc[[0]].assign(source="copy.html")
    both = pd.concat([articles, copy], ignore_index=True)
    twice = pd.concat([modules, modules[modules["source"] == "0.html"].assign(source="copy.html")])
    changes = compare_snapshots(both, placements, twice)
    assert changes["change"].tolist() == ["added", "removed"]
    assert changes["printings_before"].tolist() == [0, 1]
    assert "second copies" in changes.attrs["notes"][0]


def test_compare_snapshots_names_the_table_when_a_column_is_missing() -> None:
    articles, placements, modules = _tables([MOST_READ], [])
    with pytest.raises(MissingColumnsError, match="modules: missing column 'duplicate_of'"):
        compare_snapshots(articles, placements, modules.drop(columns="duplicate_of"))
    with pytest.raises(MissingColumnsError, match="placements: missing column 'rank'"):
        compare_snapshots(articles, placements.drop(columns="rank"), modules)
    with pytest.raises(MissingColumnsError, match="placements: missing column 'source'"):
        compare_snapshots(articles, empty_table("placements").drop(columns="source"), modules)


@pytest.mark.shared
def test_compare_snapshots_finds_what_is_known_when_the_seeds_are_loaded(shared: Path) -> None:
    from toolkit.loading import load

    corpus = load(shared / "seeds" / "*.txt")
    changes = compare_snapshots(corpus)
    assert not changes["order_known"].any()
    assert changes.groupby(["field", "change"]).size().to_dict() == {
        ("authors", "removed"): 1,
        ("body", "reworded"): 1,
        ("modules", "added"): 3,
        ("modules", "removed"): 5,
    }
    gone, come = (
        changes[(changes["field"] == "modules") & (changes["change"] == way)] for way in ("removed", "added")
    )
    assert sorted(gone["printings_before"]) == [1, 1, 1, 2, 2]
    assert sorted(come["headlines_after"]) == [0, 5, 8]
    assert changes.loc[
        changes["field"] == "body", ["kind", "words_removed", "words_added"]
    ].to_numpy().tolist() == [["wording", 1, 2]]
