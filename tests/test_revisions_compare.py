"""compare_snapshots: fields and bodies, one invented pair per kind of revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError, MissingColumnsError
from toolkit.revisions import (
    CHANGE_COLUMNS,
    CHANGES,
    compare_snapshots,
    find_pairs,
    match_sentences,
)
from toolkit.revisions.body import compare_bodies, read_text
from toolkit.tables import empty_table, make_table

LEAD = "The harbour board approved a third crane on Thursday."
QUOTE = "Two trawlers returned empty, their crews said."
CLOSE = "Rain is forecast for the whole of the coming week."
BODY = f"{LEAD} {QUOTE}\n\n{CLOSE}"


def _articles(*snapshots: Mapping[str, Any]) -> pd.DataFrame:
    """One article captured once a day, unless a snapshot says otherwise."""
    return make_table(
        "articles",
        [
            {
                "snapshot_id": f"s{k}",
                "article_id": "harbour",
                "source": f"{k}.html",
                "captured_at": f"2031-05-{k + 1:02d}T06:00Z",
                "title": "Harbour gets a third crane",
                "authors": ["Ana Ruiz"],
                "body": BODY,
                "words": 0,
            }
            | dict(snapshot)
            for k, snapshot in enumerate(snapshots)
        ],
    )


def _compare(before: Mapping[str, Any], after: Mapping[str, Any], **options: Any) -> pd.DataFrame:
    return compare_snapshots(_articles(before, after), **options)


def _brief(changes: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return list(changes[list(columns or ("field", "change", "kind"))].itertuples(index=False, name=None))


def test_compare_snapshots_finds_nothing_when_nothing_changed() -> None:
    changes = _compare({}, {})
    assert changes.empty
    assert {column: str(dtype) for column, dtype in changes.dtypes.items()} == CHANGE_COLUMNS


def test_compare_snapshots_keeps_columns_and_dtypes_when_articles_are_empty() -> None:
    changes = compare_snapshots(empty_table("articles"), empty_table("placements"), empty_table("modules"))
    assert changes.empty
    assert {column: str(dtype) for column, dtype in changes.dtypes.items()} == CHANGE_COLUMNS
    assert changes.attrs["notes"] == ()


def test_compare_snapshots_finds_nothing_when_an_article_has_one_snapshot() -> None:
    assert compare_snapshots(_articles({})).empty


FIELD_PAIRS: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str], str | None]] = [
    ({}, {"title": "Harbour gets a fourth crane"}, ("title", "reworded", "wording"), '"third" -> "fourth"'),
    ({"title": None}, {}, ("title", "added", "title"), None),
    ({"deck": "The vote was 5 to 4."}, {}, ("deck", "removed", "deck"), None),
    ({"deck": "The vote was 5 to 4."}, {"deck": "The vote was 6 to 3."}, ("deck", "reworded", "number"),
     '"5" -> "6"; "4" -> "3"'),
    ({}, {"authors": []}, ("authors", "removed", "byline"), "removed Ana Ruiz"),
    ({"authors": []}, {}, ("authors", "added", "byline"), "added Ana Ruiz"),
    ({}, {"authors": ["Ana Ruiz", "Bo Ek"]}, ("authors", "changed", "byline"), "added Bo Ek"),
    ({}, {"authors": ["Bo Ek"]}, ("authors", "changed", "byline"), "added Bo Ek; removed Ana Ruiz"),
    ({"authors": ["Bo Ek", "Ana Ruiz"]}, {"authors": ["Ana Ruiz", "Bo Ek"]}, ("authors", "moved", "byline"),
     "the same names in another order"),
    ({"published_at": "2031-05-01T05:00Z"}, {"published_at": "2031-05-01T07:30Z"},
     ("published_at", "changed", "time"), "+2.50 hours"),
    ({}, {"modified_at": "2031-05-02T05:00Z"}, ("modified_at", "added", "time"), None),
    ({"modified_at": "2031-05-02T05:00Z"}, {}, ("modified_at", "removed", "time"), None),
    ({"section": "Coast"}, {"section": "Politics"}, ("section", "reworded", "wording"), '"Coast" -> "Politics"'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected", "detail"), FIELD_PAIRS)
def test_compare_snapshots_gives_one_row_when_one_field_changed(
    before: dict[str, Any], after: dict[str, Any], expected: tuple[str, str, str], detail: str | None
) -> None:
    changes = _compare(before, after)
    assert _brief(changes) == [expected]
    assert changes["detail"].fillna("").iloc[0] == (detail or "")
    names = {*before.get("authors", ["Ana Ruiz"]), *after.get("authors", ["Ana Ruiz"])}
    assert changes.loc[0, "n"] == (len(names) if expected[0] == "authors" else 1)
    assert changes["position"].isna().all()


@pytest.mark.parametrize("name", ["title", "deck", "section"])
def test_compare_snapshots_finds_nothing_when_only_white_space_differs(name: str) -> None:
    assert _compare({name: "The  vote\u00a0was tied"}, {name: " The vote was tied"}).empty


BODY_PAIRS = [
    # after, expected rows
    (BODY.replace("third", "fourth"), [("body", "reworded", "wording")]),
    (BODY.replace("Thursday", "Friday"), [("body", "reworded", "date")]),
    (BODY.replace("third", "thrid"), [("body", "reworded", "typo")]),
    (BODY.replace("empty, their", "empty \u2013 their"), [("body", "reworded", "punctuation")]),
    (BODY.replace("Two", "Four"), [("body", "reworded", "number")]),
    (f"{LEAD}\n\n{CLOSE}", [("body", "removed", "sentence")]),
    (f"{BODY} Nobody knows why.", [("body", "added", "sentence")]),
    (f"{BODY}\n\nCorrection: the crane is the third.", [("body", "added", "correction notice")]),
    (f"{BODY}\n\nUpdate: the crane has come.", [("body", "added", "update notice")]),
    (f"{CLOSE}\n\n{LEAD} {QUOTE}", [("body", "moved", "order")]),
    (BODY.replace("empty, their", "empty. Their"), [("body", "split", "punctuation")]),
    ("", [("body", "removed", "whole body")]),
]


@pytest.mark.parametrize(("body", "expected"), BODY_PAIRS)
def test_compare_snapshots_names_the_change_when_one_sentence_changed(
    body: str, expected: list[tuple[str, str, str]]
) -> None:
    assert _brief(_compare({}, {"body": body})) == expected


MIRRORED = {"added": "removed", "removed": "added", "split": "merged", "merged": "split"}


@pytest.mark.parametrize(("body", "expected"), BODY_PAIRS)
def test_compare_snapshots_mirrors_the_change_when_sides_are_swapped(
    body: str, expected: list[tuple[str, str, str]]
) -> None:
    changes = _compare({"body": body}, {})
    assert [row[1] for row in _brief(changes)] == [MIRRORED.get(row[1], row[1]) for row in expected]


def test_compare_snapshots_marks_each_sentence_when_a_notice_has_two() -> None:
    notice = "Correction: An earlier version of this article named the wrong ward. It is Norrby."
    changes = _compare({}, {"body": f"{BODY}\n\n{notice}"})
    assert _brief(changes, "change", "kind", "block") == [("added", "correction notice", 0)] * 2
    # a sentence of another paragraph is no part of the notice
    changes = _compare({}, {"body": f"{BODY}\n\n{notice.split('. ')[0]}.\n\nFerries will sail on."})
    assert _brief(changes, "kind") == [("correction notice",), ("sentence",)]


def test_compare_snapshots_gives_places_and_sizes_when_a_sentence_was_reworded() -> None:
    row = _compare({}, {"body": BODY.replace("Two trawlers", "Three trawlers")}).iloc[0]
    total = len(LEAD) + len(QUOTE) + len(CLOSE)
    assert row["before"] == QUOTE
    assert (row["words_before"], row["words_after"]) == (7, 7)
    assert (row["words_removed"], row["words_added"], row["size_words"], row["size_chars"]) == (1, 1, 2, 8)
    assert row["position_before"] == pytest.approx(len(LEAD) / total)
    assert row["position"] == row["position_after"] == pytest.approx(len(LEAD) / (total + 2))
    assert 0.8 < row["similarity"] < 1
    assert row["n"] == 3


def test_compare_snapshots_counts_the_words_that_moved_when_a_sentence_only_moved() -> None:
    row = _compare({}, {"body": f"{CLOSE}\n\n{LEAD} {QUOTE}"}).iloc[0]
    assert (row["words_removed"], row["words_added"], row["size_words"]) == (0, 0, 10)
    assert row["position"] == 0
    assert row["position_before"] > 0.6
    assert row["similarity"] == 1
    assert row["detail"] == "from 0.66 to 0.00 of the body"


def test_compare_snapshots_puts_a_removed_sentence_where_it_stood_when_rows_are_read_in_order() -> None:
    body = f"Cranes cost 40 million. {LEAD}\n\n{CLOSE}"
    assert _brief(_compare({}, {"body": body}), "change", "before") == [
        ("added", np.nan),
        ("removed", QUOTE),
    ] or [row[0] for row in _brief(_compare({}, {"body": body}), "change", "before")] == ["added", "removed"]


def test_compare_snapshots_numbers_blocks_when_neighbours_share_a_change() -> None:
    extra = "Nobody knows why. Divers will look. "
    changes = _compare({}, {"body": f"{LEAD} {extra}{QUOTE}\n\n{CLOSE} The end is open."})
    assert _brief(changes, "change", "block") == [("added", 0), ("added", 0), ("added", 1)]


def test_compare_snapshots_reports_no_change_when_only_paragraph_breaks_differ() -> None:
    assert _compare({}, {"body": f"{LEAD}\n\n{QUOTE} {CLOSE}"}).empty


def test_compare_snapshots_gives_one_row_when_a_body_is_empty_or_missing() -> None:
    for empty in ("", None, " \n\n"):
        row = _compare({"body": empty}, {}).iloc[0]
        assert (row["change"], row["kind"], row["words_after"], row["n"]) == ("added", "whole body", 26, 3)
        assert row["after"] == BODY
        assert "paywall" in row["detail"]
    assert _compare({"body": None}, {"body": ""}).empty


def test_compare_snapshots_compares_consecutive_pairs_when_there_are_many_snapshots() -> None:
    bodies = [BODY, BODY.replace("third", "fourth"), BODY.replace("third", "fourth"), BODY]
    changes = compare_snapshots(_articles(*({"body": body} for body in bodies)))
    assert _brief(changes, "snapshot_before", "snapshot_after", "change") == [
        ("s0", "s1", "reworded"),
        ("s2", "s3", "reworded"),
    ]


def test_compare_snapshots_gives_the_same_rows_when_articles_are_shuffled() -> None:
    articles = pd.concat(
        [
            _articles({}, {"title": "Harbour waits"}, {"body": LEAD}),
            _articles({}, {"authors": []}).assign(
                article_id="other", snapshot_id=["o0", "o1"], source=["o0.html", "o1.html"]
            ),
        ]
    )
    first = compare_snapshots(articles)
    assert len(first) == 5
    for seed in range(3):
        pd.testing.assert_frame_equal(compare_snapshots(articles.sample(frac=1, random_state=seed)), first)


def test_compare_snapshots_leaves_its_input_alone_when_it_compares() -> None:
    articles = _articles({}, {"title": "Harbour waits"})
    copy = articles.copy(deep=True)
    compare_snapshots(articles)
    pd.testing.assert_frame_equal(articles, copy)


def test_compare_snapshots_reads_lists_when_parquet_gave_them_back_as_arrays() -> None:
    articles = _articles({}, {"authors": ["Ana Ruiz", "Bo Ek"]}, {})
    arrays = articles.assign(
        authors=pd.Series([np.array(names, dtype=object) for names in articles["authors"]])
    )
    pd.testing.assert_frame_equal(compare_snapshots(arrays), compare_snapshots(articles))
    assert len(compare_snapshots(arrays)) == 2


def test_compare_snapshots_takes_a_missing_list_for_empty_when_a_table_has_none() -> None:
    articles = _articles({}, {})
    articles = articles.assign(authors=pd.Series([["Ana Ruiz"], None], dtype=object))
    assert _brief(compare_snapshots(articles)) == [("authors", "removed", "byline")]


def test_compare_snapshots_keeps_to_the_fields_when_they_are_named() -> None:
    articles = _articles({}, {"title": "Harbour waits", "authors": [], "url": "https://n.example/a"})
    assert _brief(compare_snapshots(articles, fields="title"), "field") == [("title",)]
    assert _brief(compare_snapshots(articles, fields=["url", "authors"]), "field") == [("authors",), ("url",)]
    assert _brief(compare_snapshots(articles[["snapshot_id", "article_id", "source", "captured_at", "title"]],
                                    fields=["title"]), "field") == [("title",)]  # fmt: skip


def test_compare_snapshots_says_so_when_modules_were_not_given() -> None:
    assert any("left out" in note for note in _compare({}, {}).attrs["notes"])
    assert _compare({}, {}, fields=["title"]).attrs["notes"] == ()


def test_compare_snapshots_uses_the_language_of_the_page_when_it_splits_and_judges() -> None:
    before = "市議会は木曜日、橋を承認した。費用は三億円だ。"
    changes = _compare(
        {"body": before, "language": "ja"},
        {"body": before.replace("三億", "五億") + "【訂正】名前を直した。", "language": "ja"},
    )
    assert _brief(changes) == [("body", "reworded", "number"), ("body", "added", "correction notice")]


def test_compare_snapshots_takes_given_pairs_when_first_and_last_are_compared() -> None:
    articles = _articles({}, {"title": "Harbour waits"}, {})
    pairs = find_pairs(articles)
    ends = pairs.iloc[[0]].assign(
        snapshot_after=pairs["snapshot_after"].iloc[-1], source_after=pairs["source_after"].iloc[-1]
    )
    assert len(compare_snapshots(articles)) == 2
    assert compare_snapshots(articles, pairs=ends).empty


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"fields": ["titel"]}, InputError, "unknown field 'titel'; allowed are 'title', 'deck'"),
        ({"min_similarity": 0}, InputError, "min_similarity"),
        ({"min_similarity": 1.5}, InputError, "got 1.5"),
        ({"pairs": pd.DataFrame({"article_id": []})}, MissingColumnsError, "pairs: missing columns"),
    ],
)
def test_compare_snapshots_says_what_is_wrong_when_an_argument_is(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        _compare({}, {}, **arguments)


def test_compare_snapshots_says_what_is_wrong_when_tables_are() -> None:
    articles = _articles({}, {})
    with pytest.raises(MissingColumnsError, match="articles: missing column 'deck'"):
        compare_snapshots(articles.drop(columns="deck"))
    with pytest.raises(InputError, match="expected a Corpus or its articles"):
        compare_snapshots("pages/")
    with pytest.raises(InputError, match="are not in articles, the first"):
        compare_snapshots(articles.iloc[:1], pairs=find_pairs(articles))


def test_compare_snapshots_reads_a_corpus_when_one_is_given() -> None:
    class Pages:
        articles = _articles({}, {"title": "Harbour waits"})
        placements = empty_table("placements")
        modules = empty_table("modules")

    changes = compare_snapshots(Pages())
    assert _brief(changes) == [("title", "reworded", "wording")]
    assert changes.attrs["notes"] == ()
    with pytest.raises(InputError, match="a corpus brings its own"):
        compare_snapshots(Pages(), empty_table("placements"))


words = st.sampled_from(
    "harbour crane ferry mayor tunnel rope museum strike vote tax school river storm".split()
)
sentences = st.lists(words, min_size=2, max_size=8).map(lambda found: " ".join(found).capitalize() + ".")
bodies = st.lists(sentences, max_size=7)


def _compare_bodies(old: Sequence[str], new: Sequence[str]) -> list[dict[str, Any]]:
    return compare_bodies(read_text(" ".join(old)), read_text(" ".join(new)))


@settings(max_examples=60, deadline=None)
@given(bodies)
def test_compare_bodies_gives_no_rows_when_no_change_was_made(body: list[str]) -> None:
    assert _compare_bodies(body, body) == []


@settings(max_examples=100, deadline=None)
@given(bodies, bodies)
def test_compare_bodies_mirrors_added_and_removed_when_any_sides_are_swapped(
    old: Sequence[str], new: Sequence[str]
) -> None:
    one, other = _compare_bodies(old, new), _compare_bodies(new, old)
    for change, side in (("added", "after"), ("removed", "before")):
        mirrored = [
            row["before" if side == "after" else "after"]
            for row in other
            if row["change"] == MIRRORED[change]
        ]
        assert sorted(row[side] for row in one if row["change"] == change) == sorted(mirrored)
    assert {row["change"] for row in one} <= set(CHANGES)
    assert all(0 <= row["position"] <= 1 for row in one)


@settings(max_examples=60, deadline=None)
@given(bodies, bodies)
def test_compare_bodies_accounts_for_every_sentence_when_bodies_are_any(
    old: Sequence[str], new: Sequence[str]
) -> None:
    rows = _compare_bodies(old, new)
    same = sum(match.equal and not match.moved for match in match_sentences(old, new))
    if rows and old and new:
        assert {row["n"] for row in rows} == {len(rows) + same}
    elif not rows:
        assert same == len(old) == len(new)
