"""Corpus: what is saved opens equal, what is exported is safe, what is selected stays consistent."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pages import HTML_PAGE, TEXT_PAGE

import toolkit
from toolkit.corpus import Corpus
from toolkit.errors import CorpusError, InputError
from toolkit.tables import make_table


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a-20250401.html").write_text(HTML_PAGE, encoding="utf-8")
    (pages / "b-20250501.txt").write_text(TEXT_PAGE, encoding="utf-8")
    (pages / "empty.txt").write_bytes(b"")
    return toolkit.load(pages, ledger=True)


def assert_equal(one: Corpus, two: Corpus) -> None:
    assert one.tables().keys() == two.tables().keys()
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, two.tables()[name])


def test_save_and_open_corpus_give_equal_tables(corpus, tmp_path):
    corpus.save(tmp_path / "saved")
    opened = toolkit.open_corpus(tmp_path / "saved")
    assert_equal(corpus, opened)
    assert opened.articles["authors"].iloc[0] == ["Ida Moreau"]
    assert isinstance(opened.articles["keywords"].iloc[0], list)
    assert opened.validate() is opened
    assert opened.parameters == corpus.parameters


def test_save_and_open_corpus_give_equal_tables_when_there_are_no_rows(tmp_path):
    Corpus().save(tmp_path / "saved")
    assert_equal(Corpus(), toolkit.open_corpus(tmp_path / "saved"))


def test_save_writes_the_same_bytes_twice_and_replaces_its_own_folder(corpus, tmp_path):
    def content(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    corpus.save(tmp_path / "saved")
    first = content(tmp_path / "saved")
    corpus.save(tmp_path / "saved")
    assert content(tmp_path / "saved") == first
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_save_refuses_a_foreign_folder_unless_forced(corpus, tmp_path):
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CorpusError, match="not made by the toolkit"):
        corpus.save(foreign)
    corpus.save(foreign, force=True)
    assert (foreign / "chapter.txt").read_text(encoding="utf-8") == "mine"
    assert_equal(corpus, toolkit.open_corpus(foreign))
    with pytest.raises(CorpusError, match="is a file"):
        corpus.save(foreign / "chapter.txt")


def test_open_corpus_refuses_what_is_not_ours_or_was_changed(corpus, tmp_path):
    with pytest.raises(CorpusError, match="no such folder"):
        toolkit.open_corpus(tmp_path / "absent")
    with pytest.raises(CorpusError, match="no manifest of ours"):
        toolkit.open_corpus(tmp_path)
    saved = tmp_path / "saved"
    corpus.save(saved)
    (saved / "modules.parquet").write_bytes((saved / "articles.parquet").read_bytes())
    with pytest.raises(CorpusError, match="differs from the manifest"):
        toolkit.open_corpus(saved)
    (saved / "modules.parquet").unlink()
    with pytest.raises(CorpusError, match="is missing"):
        toolkit.open_corpus(saved)


def test_open_corpus_refuses_a_newer_format_and_an_export(corpus, tmp_path):
    corpus.export(tmp_path / "csv")
    with pytest.raises(CorpusError, match="a export of ours"):
        toolkit.open_corpus(tmp_path / "csv")
    corpus.save(tmp_path / "saved")
    manifest = tmp_path / "saved" / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**content, "format_version": 99}), encoding="utf-8")
    with pytest.raises(CorpusError, match="Upgrade the toolkit"):
        toolkit.open_corpus(tmp_path / "saved")


DANGEROUS = ["=1+1", "+44 20", "-5 to go", "@all", "\tTab"]


def dangerous_corpus() -> Corpus:
    rows = [
        {"snapshot_id": "0" * 16, "source": "a", "module_index": 0, "kind": "other", "rank": rank, "headline": text,
         "duplicate": False, "position": -0.5}
        for rank, text in enumerate([*DANGEROUS, "Plain"], 1)
    ]  # fmt: skip
    return Corpus(placements=make_table("placements", rows))


def test_export_csv_defuses_formulas_but_not_numbers(tmp_path):
    dangerous_corpus().export(tmp_path / "csv")
    table = pd.read_csv(tmp_path / "csv" / "placements.csv", encoding="utf-8-sig")
    assert table["headline"].tolist() == ["'" + text for text in DANGEROUS] + ["Plain"]
    assert table["position"].tolist() == [-0.5] * 6
    dangerous_corpus().export(tmp_path / "csv", raw=True)
    table = pd.read_csv(tmp_path / "csv" / "placements.csv", encoding="utf-8-sig")
    assert table["headline"].tolist() == [*DANGEROUS, "Plain"]
    notes = json.loads((tmp_path / "csv" / "manifest.json").read_text(encoding="utf-8"))["notes"]
    assert notes == ["raw: texts that begin with = + - @ or a tab are as printed"]


def test_export_xlsx_holds_every_table_and_no_formula(corpus, tmp_path):
    corpus.export(tmp_path / "xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "xlsx" / "corpus.xlsx")
    assert book.sheetnames == list(corpus.tables())
    assert book["articles"].max_row == len(corpus.articles) + 1
    dangerous_corpus().export(tmp_path / "xlsx", "xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "xlsx" / "corpus.xlsx")["placements"]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    first = (tmp_path / "xlsx" / "corpus.xlsx").read_bytes()
    dangerous_corpus().export(tmp_path / "xlsx", "xlsx")
    assert (tmp_path / "xlsx" / "corpus.xlsx").read_bytes() == first


def test_export_xlsx_cuts_what_no_cell_holds_and_says_so(tmp_path):
    long = Corpus(problems=make_table("problems", [{"source": "a", "detail": "x" * 40_000 + "\x07"}]))
    long.export(tmp_path / "xlsx", "xlsx")
    notes = json.loads((tmp_path / "xlsx" / "manifest.json").read_text(encoding="utf-8"))["notes"]
    assert notes[0] == "problems: 1 texts were cut to 32,767 characters, Excel's limit for a cell"


def test_export_jsonl_keeps_lists_and_missing_values(corpus, tmp_path):
    corpus.export(tmp_path / "jsonl", "jsonl")
    lines = (tmp_path / "jsonl" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert first["authors"] == ["Ida Moreau"]
    assert first["deck"] is None
    assert first["captured_at"] == "2025-04-01T00:00:00+00:00"


def test_export_refuses_an_unknown_format(corpus, tmp_path):
    with pytest.raises(InputError, match="'csv', 'xlsx', 'jsonl'"):
        corpus.export(tmp_path / "out", "pdf")


def test_select_cuts_all_tables_alike(corpus):
    part = corpus.select(since="2025-04-15")
    assert part.articles["format"].tolist() == ["text"]
    assert set(part.placements["source"]) == set(part.articles["source"])
    assert part.ledger is not None and set(part.ledger["source"]) == set(part.articles["source"])
    assert len(part.problems) == 0
    assert len(corpus.articles) == 2


def test_select_includes_since_and_excludes_until(corpus):
    assert len(corpus.select(since="2025-04-01").articles) == 2
    assert len(corpus.select(until="2025-05-01").articles) == 1
    assert len(corpus.select(since="2025-05-01T00:00:01Z").articles) == 0


def test_select_by_kind_keeps_the_snapshots(corpus):
    part = corpus.select(kind="latest")
    assert len(part.articles) == 2
    assert part.placements["kind"].unique().tolist() == ["latest"]
    assert len(corpus.select(kind="sponsored").placements) == 0


def test_select_names_what_there_is_when_a_value_is_unknown(corpus):
    with pytest.raises(InputError, match="there are: 'Westhaven Ledger'"):
        corpus.select(site="The Times of Nowhere")
    with pytest.raises(InputError, match="there are: 'latest', 'popular'"):
        corpus.select(kind="newest")
    with pytest.raises(InputError, match="is no time"):
        corpus.select(since="spring")
    with pytest.raises(InputError, match="boolean Series"):
        corpus.select(pd.Series([True]))


def test_join_keeps_each_snapshot_once(corpus):
    half = corpus.select(corpus.articles["format"] == "text")
    joined = half.join(corpus)
    assert sorted(joined.articles["source"]) == sorted(corpus.articles["source"])
    assert len(joined.placements) == len(corpus.placements)


def test_join_refuses_one_source_for_different_pages(corpus):
    other = corpus.select()
    other.articles["snapshot_id"] = "f" * 16
    with pytest.raises(InputError, match="different pages"):
        corpus.join(other)


def test_with_articles_keeps_rows_and_order(corpus):
    wide = corpus.with_articles("placements", ["title", "captured_at"])
    assert wide["headline"].tolist() == corpus.placements["headline"].tolist()
    assert wide["title"].notna().all()
    with pytest.raises(InputError, match="allowed are"):
        corpus.with_articles("problems")


def test_validate_names_the_row_when_a_placement_has_no_snapshot(corpus):
    broken = corpus.select()
    broken.articles = broken.articles.iloc[:0]
    with pytest.raises(InputError, match="belong to no snapshot"):
        broken.validate()


def test_repr_html_escapes_what_pages_say():
    rows = [
        {"snapshot_id": "0" * 16, "source": "<script>", "format": "<img src=x onerror=alert(1)>", "words": 0}
    ]
    shown = Corpus(articles=make_table("articles", rows))._repr_html_()
    assert "<img" not in shown and "&lt;img" in shown
