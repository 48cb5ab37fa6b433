"""Archives, tables and feeds through ``load``: the same tables as from files, each row accounted for."""

from __future__ import annotations

import pandas as pd
import pytest
from archives import PAGES, RECORDS, join, make_http, make_record, make_tar, make_zip

import toolkit
from toolkit.intake import rows
from toolkit.readers import Filters
from toolkit.tables import validate

TELLS = ["title", "body", "words", "language", "authors", "published_at"]


def write(folder, name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for number, page in enumerate(PAGES):
        write(folder, f"{number}.html", page)
    return toolkit.load(folder)


@pytest.mark.parametrize("form", ["warc", "warc.gz", "zip", "tar"])
def test_load_gives_the_same_tables_from_an_archive_as_from_files(tmp_path, files, form):
    members = [(f"{number}.html", page) for number, page in enumerate(PAGES)]
    data = {
        "warc": join(RECORDS, packed=False),
        "warc.gz": join(RECORDS),
        "zip": make_zip(members),
        "tar": make_tar(members),
    }[form]
    corpus = toolkit.load(write(tmp_path, f"a.{form}", data))
    pd.testing.assert_frame_equal(corpus.articles[TELLS], files.articles[TELLS])
    validate(corpus.articles, "articles")
    assert len(corpus.problems) == 0
    if form in ("zip", "tar"):
        assert corpus.articles["snapshot_id"].tolist() == files.articles["snapshot_id"].tolist()
        assert corpus.articles["format"].tolist() == ["html"] * 5
    else:
        assert corpus.articles["captured_from"].tolist() == ["archive"] * 5
        assert corpus.articles["url"].tolist() == [f"https://news.example/{number}" for number in range(5)]


def test_load_gives_equal_ids_from_an_archive_when_address_and_time_are_told(tmp_path):
    archive = write(tmp_path, "a.warc.gz", join(RECORDS[:1]))
    page = write(tmp_path, "0.html", PAGES[0])
    told = pd.DataFrame(
        {"source": ["*0.html"], "url": ["https://news.example/0"], "captured_at": ["2025-04-02T10:00:00Z"]}
    )
    first, second = toolkit.load(archive), toolkit.load(page, metadata=told)
    same = ["snapshot_id", "article_id", "url", "site", "captured_at", "title", "body"]
    pd.testing.assert_frame_equal(first.articles[same], second.articles[same])


def test_load_writes_one_row_for_what_is_no_page(tmp_path):
    images = [make_record("response", make_http(b"\x89PNG" + bytes(20), "image/png"), n) for n in range(3)]
    corpus = toolkit.load(write(tmp_path, "a.warc.gz", join([*RECORDS, *images])))
    (row,) = corpus.problems.to_dict("records")
    assert (row["reason"], row["detail"].split(":")[1].strip()) == ("not_pages", "3 image/png.")


def test_load_reads_the_rest_of_an_archive_when_one_page_fails(tmp_path, monkeypatch):
    path = write(tmp_path, "a.warc.gz", join(RECORDS))
    real = rows.read_page

    def fail_on_third(page, **options):
        if page.url == "https://news.example/2":
            raise RuntimeError("odd page")
        return real(page, **options)

    monkeypatch.setattr(rows, "read_page", fail_on_third)
    corpus = toolkit.load(path, n_jobs=1)
    assert [url[-1] for url in corpus.articles["url"]] == ["0", "1", "3", "4"]
    (row,) = corpus.problems.to_dict("records")
    assert row["reason"] == "internal_error"
    assert "#" in row["source"]


def test_load_takes_over_a_table_of_headlines_and_a_feed(tmp_path):
    table = write(
        tmp_path,
        "headlines.csv",
        "captured,page,box,rank,hed,link\n"
        "2025-04-02T10:00:00Z,https://a.example/,Most read,1,Ferry resumes,/1\n"
        "2025-04-02T10:00:00Z,https://a.example/,Most read,2,Tower vote,/2\n",
    )
    feed = write(
        tmp_path,
        "feed.xml",
        "<rss><channel><title>Ledger</title><item><title>Lanterns</title></item></channel></rss>",
    )
    columns = {
        "captured": "captured_at",
        "page": "page_url",
        "box": "module",
        "hed": "headline",
        "link": "url",
    }
    corpus = toolkit.load([table, feed], columns=columns)
    assert corpus.placements[["module", "kind", "rank", "headline"]].values.tolist() == [
        ["Most read", "popular", 1, "Ferry resumes"],
        ["Most read", "popular", 2, "Tower vote"],
        ["Ledger", "latest", 1, "Lanterns"],
    ]
    assert corpus.articles["format"].tolist() == ["table", "table"]
    assert corpus.articles["captured_from"].isna().tolist() == [False, True]
    assert corpus.placements["url"].tolist()[:2] == ["https://a.example/1", "https://a.example/2"]
    assert len(corpus.problems) == 0
    for name in ("articles", "modules", "placements"):
        validate(getattr(corpus, name), name)


def test_load_keeps_what_the_filters_want_and_counts_the_rest(tmp_path):
    path = write(tmp_path, "a.warc.gz", join(RECORDS))
    corpus = toolkit.load(path, filters=Filters(urls=("*/3",)))
    assert corpus.articles["url"].tolist() == ["https://news.example/3"]
    assert corpus.problems["reason"].tolist() == ["not_pages"]
    assert "4 filtered by url" in corpus.problems.loc[0, "detail"]


def test_load_reads_singlefile_html_with_its_address_and_time(tmp_path):
    comment = (
        "<!--\n Page saved with SingleFile \n url: https://news.example/story \n"
        " saved date: Wed Apr 02 2025 12:15:00 GMT+0200 (Central European Summer Time)\n-->"
    )
    data = PAGES[0].replace(b"<html>", b"<html>" + comment.encode())
    corpus = toolkit.load(write(tmp_path, "story.html", data))
    row = corpus.articles.iloc[0]
    assert (row["url"], row["captured_from"]) == ("https://news.example/story", "comment")
    assert row["captured_at"].isoformat() == "2025-04-02T10:15:00+00:00"
