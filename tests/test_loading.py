"""load(): every input ends in articles or problems, what users know wins, ids are stable."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pandas as pd
import pytest
from pages import HTML_PAGE, TEXT_PAGE

import toolkit
from toolkit.errors import InputError
from toolkit.page.html import QUALITY
from toolkit.tables import HONESTY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html").write_text(HTML_PAGE, encoding="utf-8")
    (pages / "b-20250403101500.txt").write_text(TEXT_PAGE, encoding="utf-8")
    (pages / "c.html.gz").write_bytes(
        gzip.compress(HTML_PAGE.replace("Thousands", "Hundreds").encode(), mtime=0)
    )
    return pages


def test_load_gives_one_article_row_for_each_page_when_given_a_folder(folder):
    corpus = toolkit.load(folder)
    assert corpus.validate() is corpus
    assert corpus.articles["source"].map(lambda s: Path(s).name).tolist() == [
        "a.html", "b-20250403101500.txt", "c.html.gz"]  # fmt: skip
    assert corpus.articles["format"].tolist() == ["html", "text", "html"]
    assert corpus.articles["title"].str.casefold().tolist() == [
        "harbour bridge opens", "harbour bridge opens after four years", "harbour bridge opens"]  # fmt: skip
    assert len(corpus.problems) == 0


def test_load_gives_same_article_but_other_snapshot_when_only_a_word_changed(folder):
    articles = toolkit.load([folder / "a.html", folder / "c.html.gz"]).articles
    assert articles["article_id"].nunique() == 1
    assert articles["snapshot_id"].nunique() == 2


def test_load_gives_same_ids_when_pages_lie_elsewhere_and_are_gzipped(folder, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "x.gz").write_bytes(gzip.compress((folder / "a.html").read_bytes()))
    first, second = toolkit.load(folder / "a.html").articles, toolkit.load(other).articles
    columns = ["snapshot_id", "article_id"]
    assert first[columns].equals(second[columns])


def test_load_reads_placements_with_label_rank_and_absolute_url(folder):
    placements = toolkit.load(folder / "a.html").placements
    assert placements["headline"].tolist() == [
        "Ten bridges you must cross once",
        "Council votes to keep the night ferry",
        "Why nobody wants to rent the old lighthouse",
    ]
    assert placements["rank"].tolist() == [1, 2, 3]
    assert placements["module"].unique().tolist() == ["Most read"]
    assert placements["kind"].unique().tolist() == ["popular"]
    assert placements["url"].iloc[0] == "https://ledger.example/travel/ten-bridges-you-must-cross-once-4702"


def test_load_takes_capture_time_in_the_documented_order(folder, tmp_path):
    name = toolkit.load(folder).articles.set_index("format").loc["text"]
    assert (name["captured_from"], name["captured_precision"]) == ("name", "second")
    assert name["captured_at"] == pd.Timestamp("2025-04-03T10:15:00Z")
    plain = tmp_path / "page.txt"
    plain.write_text(TEXT_PAGE, encoding="utf-8")
    page = toolkit.load(plain).articles.iloc[0]
    assert (page["captured_from"], page["captured_precision"]) == ("page", "day")
    assert page["captured_at"] == pd.Timestamp("2025-04-02T00:00:00Z")
    known = pd.DataFrame({"source": ["page.txt"], "captured_at": ["2025-05-01T06:00:00+02:00"]})
    told = toolkit.load(plain, metadata=known).articles.iloc[0]
    assert (told["captured_from"], told["captured_at"]) == ("metadata", pd.Timestamp("2025-05-01T04:00:00Z"))


def test_load_takes_file_time_only_when_asked(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(HTML_PAGE, encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert toolkit.load(path).articles["captured_at"].isna().all()
    row = toolkit.load(path, mtime=True).articles.iloc[0]
    assert (row["captured_from"], row["captured_at"].timestamp()) == ("mtime", 1_700_000_000)


def test_load_lets_metadata_win_over_the_page_by_path_and_by_glob(folder, tmp_path):
    table = tmp_path / "known.csv"
    table.write_text(
        "source,site,article_id,group,url\na.html,The Ledger,bridge,pilot,\n*.txt,,bridge,,https://l.example/b\n",
        encoding="utf-8",
    )
    articles = toolkit.load(folder, metadata=table).articles
    assert articles["article_id"].tolist()[:2] == ["bridge", "bridge"]
    assert articles["site"].iloc[0] == "The Ledger"
    assert articles["site"].iloc[2] == "Westhaven Ledger"
    assert articles["group"].isna().tolist() == [False, True, True]
    assert articles["url"].iloc[1] == "https://l.example/b"


def test_load_reports_metadata_rows_that_fit_no_input(folder):
    known = pd.DataFrame({"source": ["a.html", "nowhere.html", "*.pdf"], "site": ["x", "y", "z"]})
    problems = toolkit.load(folder, metadata=known).problems
    assert problems["source"].tolist() == ["nowhere.html", "*.pdf"]
    assert problems["reason"].unique().tolist() == ["unused"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"path": ["a"]}), "no column 'source'|unknown columns"),
        (pd.DataFrame({"source": ["a"], "capture": ["x"]}), "unknown columns"),
        (pd.DataFrame({"source": ["a"], "captured_at": ["spring"]}), "is no time"),
        (pd.DataFrame({"source": ["a", "a"], "site": ["x", "y"]}), "stands twice"),
        (pd.DataFrame({"source": [None], "site": ["x"]}), "without a source"),
        ("absent.csv", "does not exist"),
        (17, "DataFrame or the path"),
    ],
)
def test_load_refuses_metadata_that_cannot_be_used(folder, table, message):
    with pytest.raises(InputError, match=message):
        toolkit.load(folder, metadata=table)


def test_load_keeps_the_metadata_file_out_of_the_pages(folder):
    table = folder / "metadata.csv"
    table.write_text("source,site\na.html,The Ledger\nb*.txt,The Ledger\n", encoding="utf-8")
    corpus = toolkit.load(folder, metadata=table)
    assert len(corpus.articles) == 3
    assert len(corpus.problems) == 0
    assert toolkit.load(folder).problems["reason"].tolist() == ["unsupported_format"]


def test_load_accounts_for_every_input_when_some_are_bad(folder):
    (folder / "empty.html").write_bytes(b"")
    (folder / "photo.html").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)))
    (folder / "cut.html.gz").write_bytes(gzip.compress(HTML_PAGE.encode())[:200])
    (folder / "copy.html").write_bytes((folder / "a.html").read_bytes())
    (folder / "story.pdf").write_bytes(b"%PDF-1.4\n")
    corpus = toolkit.load(folder)
    told = corpus.problems.set_index(corpus.problems["source"].map(lambda s: Path(s).name))["reason"]
    assert told.to_dict() == {
        "empty.html": "empty",
        "photo.html": "binary",
        "cut.html.gz": "truncated",
        "copy.html": "duplicate_file",
        "story.pdf": "unsupported_format",
    }
    every = {path.as_posix() for path in folder.iterdir()}
    assert set(corpus.articles["source"]) | set(corpus.problems["source"]) == every


def test_load_keeps_both_copies_when_their_capture_times_differ(folder):
    (folder / "a-20250404000000.html").write_bytes((folder / "a.html").read_bytes())
    corpus = toolkit.load(folder)
    assert len(corpus.articles) == 4
    assert len(corpus.problems) == 0


def test_load_reports_a_page_without_an_article(tmp_path):
    (tmp_path / "thin.html").write_text("<html><body><p>Hello</p></body></html>", encoding="utf-8")
    corpus = toolkit.load(tmp_path)
    assert len(corpus.articles) == 1
    assert corpus.problems["reason"].tolist() == ["no_article", "no_title"]


def test_load_names_the_nearest_file_when_a_path_does_not_exist(folder):
    with pytest.raises(InputError, match=r"Did you mean '.*/a\.html'"):
        toolkit.load(folder / "a.htm")


@pytest.mark.parametrize("paths", [[], 7, [7], b"x"])
def test_load_refuses_paths_of_the_wrong_kind(paths):
    with pytest.raises(InputError, match="paths"):
        toolkit.load(paths)


def test_load_refuses_an_empty_folder_and_a_glob_without_matches(tmp_path):
    with pytest.raises(InputError, match="no files in it"):
        toolkit.load(tmp_path)
    with pytest.raises(InputError, match="matches no file"):
        toolkit.load(str(tmp_path / "*.html"))
    with pytest.raises(InputError, match="n_jobs"):
        toolkit.load(tmp_path, n_jobs=0)


def test_load_expands_globs_in_sorted_order(folder):
    corpus = toolkit.load(str(folder / "*.html*"))
    assert corpus.articles["source"].map(lambda s: Path(s).name).tolist() == ["a.html", "c.html.gz"]


def test_load_reads_a_file_once_when_given_twice(folder):
    corpus = toolkit.load([folder, folder / "a.html"])
    assert len(corpus.articles) == 3
    assert len(corpus.problems) == 0


def test_load_passes_over_what_browsers_save_beside_a_page(folder):
    assets = folder / "a_files"
    assets.mkdir()
    (assets / "style.css").write_text("body{}", encoding="utf-8")
    corpus = toolkit.load(folder)
    assert len(corpus.articles) == 3
    assert corpus.problems["reason"].tolist() == ["page_assets"]


def test_load_gives_equal_tables_for_any_number_of_jobs(folder):
    for number in range(40):
        page = HTML_PAGE.replace("4711", str(number))
        (folder / f"n{number:02}.html").write_text(page, encoding="utf-8")
    one, two = toolkit.load(folder, n_jobs=1), toolkit.load(folder, n_jobs=2)
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, two.tables()[name])


def test_load_keeps_a_ledger_only_when_asked(folder):
    assert toolkit.load(folder).ledger is None
    ledger = toolkit.load(folder, ledger=True).ledger
    assert ledger is not None
    assert set(ledger["source"]) == {path.as_posix() for path in folder.iterdir()}
    assert ledger["role"].isin(["title", "body"]).sum() >= 12


def test_load_tells_progress_to_a_callable(folder):
    told: list[tuple[int, int, int]] = []
    toolkit.load(folder, progress=lambda *numbers: told.append(numbers))
    assert told == [(1, 3, 0), (2, 3, 0), (3, 3, 0)]


def test_load_keeps_every_honesty_column_that_a_page_is_read_with(folder):
    articles = toolkit.load(folder).articles
    assert set(QUALITY) <= set(HONESTY) <= set(articles.columns)
    assert articles.loc[articles["format"] == "html", "modules_from"].notna().all()
