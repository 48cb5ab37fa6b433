"""compare_snapshots held against the sample site, whose every edit is known."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from toolkit.corpus import Corpus
from toolkit.revisions import compare_snapshots, find_pairs, measure_revisions
from toolkit.tables import make_table

DATA = Path(__file__).resolve().parent.parent / "data"
TRUTH = DATA / "truth"


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(TRUTH / f"{name}.csv", dtype="str")


@pytest.fixture(scope="module")
def truth() -> dict[str, pd.DataFrame]:
    return {name: _read(name) for name in ("articles", "bodies", "modules", "placements", "edits")}


@pytest.fixture(scope="module")
def tables(truth: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The toolkit's tables, made from the truth: what a faultless reader would give."""
    bodies = truth["bodies"].set_index("body_id")["body"]
    articles = [
        {column: row[column] for column in ("title", "deck", "section", "language", "url", "captured_at")}
        | {column: row[column] for column in ("published_at", "modified_at", "captured_precision", "format")}
        | {
            "snapshot_id": f"{place:016x}",
            "article_id": row["article"],
            "source": row["file"],
            "authors": row["authors"].split("; ") if isinstance(row["authors"], str) else [],
            "body": bodies[row["body_id"]],
            "words": 0,
        }
        for place, row in enumerate(truth["articles"].to_dict("records"))
    ]
    ids = {row["source"]: row["snapshot_id"] for row in articles}
    modules = [
        row
        | {
            "snapshot_id": ids[row["file"]],
            "source": row["file"],
            "module_index": int(row["module_index"]),
            "n_items": int(row["n_items"]),
            "duplicate_of": int(float(row["duplicate_of"])) if isinstance(row["duplicate_of"], str) else None,
            "position": 0.5,
        }
        for row in truth["modules"].to_dict("records")
        if row["file"] in ids
    ]
    placements = [
        row
        | {
            "snapshot_id": ids[row["file"]],
            "source": row["file"],
            "module_index": int(row["module_index"]),
            "rank": int(row["rank"]),
            "duplicate": row["duplicate"] == "True",
            "position": 0.5,
        }
        for row in truth["placements"].to_dict("records")
        if row["file"] in ids
    ]
    return (
        make_table("articles", articles),
        make_table("modules", modules),
        make_table("placements", placements),
    )


_PAIR = ["order_known", "field", "change", "kind", "before", "after"]


def _found(changes: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    """Changes in the form of edits.csv."""
    edits = changes[~changes["field"].isin(["modules", "headlines"])]
    files = [edits[side].map(lambda source: Path(source).name) for side in ("source_before", "source_after")]
    columns = edits[_PAIR].assign(order_known=edits["order_known"].astype("str")).fillna("")
    times = edits["field"] == "modified_at"
    for side in ("before", "after"):
        columns[side] = columns[side].mask(times, columns[side].str.replace("+00:00", "Z"))
    return Counter(zip(*files, *(columns[column] for column in columns), strict=True))


def _expected(edits: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    columns = edits[["file_before", "file_after", *_PAIR]].fillna("")
    return Counter(columns.itertuples(index=False, name=None))


def test_compare_snapshots_finds_every_edit_and_no_other_when_the_truth_is_known(
    truth: dict[str, pd.DataFrame], tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    found, expected = _found(compare_snapshots(tables[0])), _expected(truth["edits"])
    assert sum(expected.values()) == len(truth["edits"]) > 50
    assert found - expected == Counter(), "found, but never made"
    assert expected - found == Counter(), "made, but not found"


def test_compare_snapshots_finds_modules_as_printed_when_the_truth_is_known(
    truth: dict[str, pd.DataFrame], tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    articles, modules, placements = tables
    changes = compare_snapshots(articles, placements, modules, fields=["modules"])
    # second renderings counted out by hand: the labels of each page, one by one
    first = truth["modules"][truth["modules"]["duplicate_of"].isna()]
    labels = {file: Counter(part["module"].fillna("")) for file, part in first.groupby("file")}
    grouped = dict(tuple(changes.groupby(["source_before", "source_after"])))
    for pair in find_pairs(articles).itertuples():
        rows = grouped.get((pair.source_before, pair.source_after), changes.iloc[:0])
        before = labels.get(pair.source_before, Counter())
        after = labels.get(pair.source_after, Counter())
        came, went, renamed = (rows[rows["change"] == change] for change in ("added", "removed", "renamed"))
        assert Counter([*came["after"], *renamed["after"]]) == after - before
        assert Counter([*went["before"], *renamed["before"]]) == before - after


def test_measure_revisions_adds_up_to_the_truth_when_it_is_known(
    truth: dict[str, pd.DataFrame], tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    articles = tables[0]
    found = measure_revisions(compare_snapshots(articles), articles)
    edits = truth["edits"].groupby(["file_before", "file_after"]).size()
    changed = found[found["changes"] > 0].set_index(["source_before", "source_after"])["changes"]
    assert changed.sort_index().to_dict() == edits.to_dict()
    assert len(found) == len(find_pairs(articles)) > len(changed)
    assert found["share_changed"].max() < 0.5


def test_compare_snapshots_finds_every_edit_and_no_other_when_the_pages_are_loaded(
    truth: dict[str, pd.DataFrame], sample: Corpus
) -> None:
    found, expected = _found(compare_snapshots(sample)), _expected(truth["edits"])
    # whether a deck is read as the deck is for the tests of the reader to say
    decks = truth["edits"][truth["edits"]["field"] == "deck"]
    texts = {*decks["before"], *decks["after"]}
    found, expected = (
        Counter({row: count for row, count in rows.items() if not texts & {row[-2], row[-1]}})
        for rows in (found, expected)
    )
    assert found - expected == Counter(), "found, but never made"
    assert expected - found == Counter(), "made, but not found"
    assert sum(expected.values()) == len(truth["edits"]) - len(decks)
