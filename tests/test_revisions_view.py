"""view_changes: two snapshots side by side, safe to open."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.revisions import compare_snapshots, view_changes
from toolkit.tables import make_table

BODY = "The crane came by night. It is the third. Nobody was told. The board will meet."


def _articles(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return make_table(
        "articles",
        [
            {
                "snapshot_id": f"s{k}",
                "article_id": "x",
                "source": f"{k}.html",
                "captured_at": f"2031-05-0{k + 1}",
                "title": "Crane",
                "body": BODY,
                "words": 16,
            }
            | dict(row)
            for k, row in enumerate(rows)
        ],
    )


class _Reader(HTMLParser):
    """Elements, attributes and texts of a page; complains where one is not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marked: dict[str, list[str]] = {"ins": [], "del": []}
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.marked:
            self.marked[self.open[-1]].append(data)


def test_view_changes_marks_words_when_a_sentence_was_reworded() -> None:
    view = view_changes(_articles({}, {"body": BODY.replace("third", "fourth"), "title": "Cranes"}))
    read = _Reader(view.to_html())
    assert read.marked == {"del": ["Crane", "third"], "ins": ["Cranes", "fourth"]}
    assert "reworded: wording" in view.fragment
    assert "1 sentence unchanged" in view.fragment and "2 sentences unchanged" in view.fragment
    assert view._repr_html_() == view.fragment


def test_view_changes_gives_the_rows_of_compare_snapshots_when_two_are_consecutive() -> None:
    articles = _articles({}, {"body": BODY.replace("third", "fourth"), "authors": ["Ana Ruiz"]})
    pd.testing.assert_frame_equal(view_changes(articles).changes, compare_snapshots(articles))


def test_view_changes_shows_times_to_the_minute_when_they_changed() -> None:
    view = view_changes(_articles({"modified_at": "2031-05-01T07:05Z"}, {"modified_at": "2031-05-01T09:15Z"}))
    assert _Reader(view.fragment).marked == {"del": ["2031-05-01 07:05 UTC"], "ins": ["2031-05-01 09:15 UTC"]}
    assert "Modified: changed" in view.fragment


HOSTILE = '<script>alert("x")</script> & <img src=x onerror=alert(1)> </td> "quoted" \'too\''


def test_view_changes_escapes_everything_when_pages_are_hostile() -> None:
    key = {"snapshot_id": "s1", "source": f"{HOSTILE}.html", "module_index": 0, "position": 0.5}
    articles = _articles(
        {"title": HOSTILE, "body": f"{HOSTILE}. {BODY}", "authors": [HOSTILE]},
        {
            "title": HOSTILE + "!",
            "body": f"{HOSTILE} more. {BODY}",
            "source": f"{HOSTILE}.html",
            "deck": HOSTILE,
            "section": HOSTILE,
            "language": '"><script>',
        },
    )
    modules = make_table("modules", [key | {"module": HOSTILE, "kind": "other", "n_items": 1}])
    placements = make_table(
        "placements",
        [key | {"module": HOSTILE, "kind": "other", "rank": 1, "headline": HOSTILE, "duplicate": False}],
    )
    view = view_changes(articles, modules=modules, placements=placements)
    read = _Reader(view.to_html())
    assert not {"script", "img", "a", "iframe", "link", "object", "form"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("src", "href")]
    assert "&lt;script&gt;" in view.fragment
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes


def test_view_changes_says_in_words_what_colour_shows_when_sentences_come_and_go() -> None:
    view = view_changes(_articles({}, {"body": f"{BODY.replace(' Nobody was told.', '')} Rain fell."}))
    read = _Reader(view.fragment)
    assert read.marked == {"del": ["Nobody was told."], "ins": ["Rain fell."]}
    assert '<th scope="row">removed</th>' in view.fragment
    assert '<th scope="row">added</th>' in view.fragment
    assert read.tags.count("caption") == 2


def test_view_changes_folds_long_unchanged_runs_when_there_are_more_than_six() -> None:
    six = " ".join(f"Sentence number {k} stands." for k in range(6))
    assert "<details>" not in view_changes(_articles({"body": six}, {"body": f"{six} End."})).fragment
    seven = f"{six} And a seventh."
    fragment = view_changes(_articles({"body": seven}, {"body": f"{seven} End."})).fragment
    assert "<summary>7 sentences unchanged</summary>" in fragment
    assert "Sentence number 3 stands." in fragment


def test_view_changes_shows_both_when_a_body_is_empty_or_both_are() -> None:
    read = _Reader(view_changes(_articles({}, {"body": ""})).fragment)
    assert len(read.marked["del"]) == 4
    assert "Neither snapshot has a body." in view_changes(_articles({"body": None}, {"body": ""})).fragment


def test_view_changes_lists_modules_when_they_are_given() -> None:
    row = {"module_index": 0, "module": "Most Read", "kind": "popular", "n_items": 2, "position": 0.5}
    modules = make_table("modules", [row | {"snapshot_id": "s0", "source": "0.html"}])
    fragment = view_changes(_articles({}, {}), modules=modules).fragment
    assert "Most Read: module removed" in fragment
    assert "popular, 2 headlines" in fragment


def test_view_changes_compares_first_and_last_when_an_article_has_many_snapshots() -> None:
    articles = _articles({}, {"title": "Cranes"}, {"title": "Crane and pier"})
    view = view_changes(articles, "x")
    assert view.changes[["source_before", "source_after", "after"]].to_numpy().tolist() == [
        ["0.html", "2.html", "Crane and pier"]
    ]
    assert view.changes["order_known"].all()


def test_view_changes_takes_two_snapshots_by_id_or_source_when_named() -> None:
    articles = _articles({}, {"title": "Cranes"}, {"title": "Crane and pier"})
    view = view_changes(articles, before="s2", after="1.html")
    assert view.changes[["before", "after", "order_known"]].to_numpy().tolist() == [
        ["Crane and pier", "Cranes", False]
    ]
    assert view_changes(articles, before="s1", after="s2").changes["order_known"].tolist() == [True]


def test_view_changes_says_so_when_the_order_is_assumed() -> None:
    articles = _articles({"captured_at": None}, {"title": "Cranes"})
    fragment = view_changes(articles).fragment
    assert "Note: Which of the two snapshots is the earlier one is not known" in fragment
    assert "not known</span>" in fragment


def test_view_changes_save_writes_one_page_when_the_folder_exists(tmp_path: Path) -> None:
    view = view_changes(_articles({}, {"body": "橋が開いた。"}))
    target = view.save(tmp_path / "view.html")
    assert target.read_text(encoding="utf-8") == view.to_html()
    assert view.save(target).read_bytes() == view.to_html().encode()
    with pytest.raises(InputError, match="does not exist"):
        view.save(tmp_path / "none" / "view.html")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "2 articles have two snapshots or more \\('x', 'y'\\)"),
        ({"article_id": "z"}, "'z' has 1 snapshots; two are needed"),
        ({"article_id": "none"}, "'none' has 0 snapshots"),
        ({"before": "s0"}, "give both"),
        ({"before": "s0", "after": "s9"}, "after: no snapshot has the snapshot_id or source 's9'"),
    ],
)
def test_view_changes_says_what_to_name_when_the_pair_is_not_clear(
    arguments: dict[str, Any], words: str
) -> None:
    articles = _articles({}, {}, {"article_id": "y"}, {"article_id": "y"}, {"article_id": "z"})
    with pytest.raises(InputError, match=words):
        view_changes(articles, **arguments)
