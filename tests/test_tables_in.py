"""Tables of articles and headlines as inputs: what they state, and what is said where they do not fit."""

from __future__ import annotations

import datetime as dt
import io
import json

import pyarrow
import pyarrow.parquet
import pytest
from archives import make_zip, read, reasons_of, squeeze

from toolkit.errors import InputError
from toolkit.readers import Filters, Limits, Problem, StatedSnapshot, check_columns
from toolkit.readers.tables import SYNONYMS, TARGETS, read_time
from toolkit.readers.tabular import find_delimiter

ARTICLES = [
    {
        "url": "https://news.example/1",
        "title": "Ferry resumes, at last",
        "body": "One.\n\nTwo, with a comma.",
        "published_at": "2025-04-02T10:15:00+02:00",
        "captured_at": "2025-04-03",
        "authors": "Ann Lee; Bo Chu",
    },
    {"url": "https://news.example/2", "title": "Tower vote", "authors": "Cy Day"},
]
HEADLINES = [
    {"captured_at": "2025-04-02T10:00:00Z", "page_url": "https://a.example/", "module": "Most read", "rank": "2",
     "headline": "Second", "url": "https://a.example/2"},
    {"captured_at": "2025-04-02T10:00:00Z", "page_url": "https://a.example/", "module": "Most read", "rank": "1",
     "headline": "First", "url": "https://a.example/1"},
    {"captured_at": "2025-04-02T11:00:00Z", "page_url": "https://a.example/", "module": "Most read", "rank": "1",
     "headline": "Later"},
    {"captured_at": "2025-04-02T10:00:00Z", "page_url": "https://a.example/", "module": "Latest", "kind": "latest",
     "headline": "Newest"},
]  # fmt: skip


def make_csv(rows: list[dict], delimiter: str = ",") -> bytes:
    import csv

    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def make_parquet(rows: list[dict]) -> bytes:
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def write(rows: list[dict], form: str) -> bytes:
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if form == "json":
        return json.dumps(rows, indent=1).encode()
    if form == "wrapped json":
        return json.dumps({"version": 1, "rows": rows}).encode()
    if form == "parquet":
        return make_parquet([{**dict.fromkeys(k for r in rows for k in r), **row} for row in rows])
    return make_csv(rows, {"csv": ",", "tsv": "\t", "semicolons": ";"}[form])


FORMS = ["csv", "tsv", "semicolons", "jsonl", "json", "wrapped json", "parquet"]


@pytest.mark.parametrize("form", FORMS)
def test_read_file_reads_a_table_of_articles(form):
    first, second = read(write(ARTICLES, form), "table")
    assert isinstance(first, StatedSnapshot)
    assert (first.source, first.format, first.modules) == ("table#1", "table", ())
    assert first.article == {
        "url": "https://news.example/1",
        "title": "Ferry resumes, at last",
        "body": "One.\n\nTwo, with a comma.",
        "published_at": dt.datetime(2025, 4, 2, 8, 15, tzinfo=dt.UTC),
        "authors": ["Ann Lee", "Bo Chu"],
    }
    assert (first.captured_at.isoformat(), first.captured_from, first.captured_precision) == (
        "2025-04-03T00:00:00+00:00",
        "metadata",
        "day",
    )
    assert second.article == {"url": "https://news.example/2", "title": "Tower vote", "authors": ["Cy Day"]}
    assert second.captured_at is None


def test_a_table_gives_the_same_digests_in_every_form():
    digests = {tuple(row.digest for row in read(write(ARTICLES, form), "table")) for form in FORMS}
    assert len(digests) == 1
    assert len(set(digests.pop())) == 2


@pytest.mark.parametrize("form", FORMS)
def test_read_file_reads_a_table_of_headlines(form):
    first, later = read(write(HEADLINES, form), "h")
    assert (first.source, later.source) == ("h#1", "h#3")
    assert first.article == {"url": "https://a.example/"}
    assert [(module.label, module.kind) for module in first.modules] == [
        ("Most read", None),
        ("Latest", "latest"),
    ]
    items = first.modules[0].items
    assert [(item.rank, item.headline, item.url) for item in items] == [
        (1, "First", "https://a.example/1"),
        (2, "Second", "https://a.example/2"),
    ]
    assert [(item.rank, item.headline) for item in first.modules[1].items] == [(1, "Newest")]
    assert later.captured_at.hour == 11


def test_a_table_of_headlines_keeps_its_digest_when_rows_are_shuffled():
    first = read(write(HEADLINES, "csv"), "h")
    second = read(write(HEADLINES[::-1], "csv"), "h")
    assert sorted(one.digest for one in first) == sorted(one.digest for one in second)


def test_read_file_groups_headlines_by_source_and_module_index():
    rows = [
        {"source": "x.html", "module_index": "1", "headline": "B", "rank": "1", "position": "0.5"},
        {"source": "y.html", "module_index": "0", "headline": "C", "rank": "1", "position": "7"},
        {"source": "x.html", "module_index": "0", "headline": "A", "rank": "1", "deck": "more"},
    ]
    first, second = read(make_csv(rows), "h")
    assert [[item.headline for item in module.items] for module in first.modules] == [["A"], ["B"]]
    assert first.modules[0].items[0].deck == "more"
    assert (first.modules[1].items[0].position, second.modules[0].items[0].position) == (0.5, None)


def test_read_file_offers_synonyms_when_columns_have_other_names():
    data = make_csv([{"headline_text": "A", "link": "https://a.example/", "pub_date": "2025-04-02"}] * 2)
    (problem,) = read(data, "t.csv")
    assert problem.reason == "missing_columns"
    offered = "columns={'headline_text': 'headline', 'link': 'url', 'pub_date': 'published_at'}"
    assert offered in problem.detail
    columns = {"headline_text": "headline", "link": "url", "pub_date": "captured_at"}
    (found,) = read(data, "t.csv", columns=columns)
    assert [item.headline for item in found.modules[0].items] == ["A", "A"]
    assert found.captured_at.day == 2


def test_every_synonym_leads_to_a_column():
    assert set(SYNONYMS.values()) <= set(TARGETS)
    assert not set(SYNONYMS) & set(TARGETS)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": "hedline"}, "'a' is to be 'hedline', which is no column; allowed are article_id, url"),
        ({"a": "url", "b": "url"}, "two columns are to be 'url'"),
        ([("a", "url")], "a dict such as"),
    ],
)
def test_check_columns_refuses_what_cannot_be(columns, message):
    with pytest.raises(InputError, match=message):
        check_columns(columns)
    with pytest.raises(InputError, match=message):
        read(b"x", columns=columns)


def test_read_file_says_what_a_metadata_table_is_for():
    (problem,) = read(make_csv([{"source": "a.html", "site": "The Ledger"}] * 2), "m.csv")
    assert (problem.reason, "metadata=" in problem.detail) == ("unsupported_format", True)


def test_read_file_reports_rows_that_cannot_be_read_once_a_sort():
    data = make_csv(ARTICLES) + b"only one value\n" + b"another\n" + make_csv(ARTICLES).split(b"\n", 1)[1]
    found = read(data, "t")
    assert [one.source for one in found if isinstance(one, StatedSnapshot)] == ["t#1", "t#2", "t#5", "t#6"]
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert (problem.reason, problem.stage) == ("bad_row", "table")
    assert problem.detail.startswith("2 rows cannot be read")
    assert "row 3, row 4" in problem.detail


def test_read_file_leaves_out_values_that_are_none_and_says_so():
    rows = [
        {"title": "A", "published_at": "soon", "words": "many", "captured_at": "0"},
        {"title": "B", "words": "12"},
    ]
    found = read(make_csv(rows), "t")
    assert [one.article for one in found[:2]] == [{"title": "A"}, {"title": "B", "words": 12}]
    assert reasons_of(found) == [("t", "bad_time"), ("t", "bad_number"), ("t", "bad_time")]


def test_read_file_reports_headlines_with_odd_ranks_kinds_or_no_text():
    rows = [
        {"module": "M", "kind": "hot", "rank": "1", "headline": "A"},
        {"module": "M", "kind": "hot", "rank": "1", "headline": "B"},
        {"module": "M", "kind": "hot", "rank": "3", "headline": " "},
    ]
    found = read(make_csv(rows), "t")
    assert [(item.rank, item.headline) for item in found[0].modules[0].items] == [(1, "A"), (2, "B")]
    assert found[0].modules[0].kind is None
    assert sorted(reason for _, reason in reasons_of(found)) == ["bad_kind", "bad_rank", "bad_row"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"title,body\n", "empty"),
        (b"title,title\na,b\nc,d\n", "bad_table"),
        (b'[{"title": "A"}, {"ti', None),
        (b"[" * 100_000, None),
        (b'{"a": ' * 50_000 + b"\n", "bad_table"),
        (b'{"title": "A"}\n{"title": \n["x"]\n{"title": "B"}\n', "bad_row"),
        (b'{"name": "sidebar", "version": 1}', "missing_columns"),
    ],
    ids=["header_only", "column_twice", "cut_json", "brackets", "deep_json", "bad_lines", "other_json"],
)
def test_read_file_reports_a_table_when_it_is_broken(data, reason):
    found = read(data, "t")
    reasons = [code for _, code in reasons_of(found)]
    assert reasons, found
    if reason is not None:
        assert reason in reasons
    if reason == "bad_row":
        assert [one.source for one in found if isinstance(one, StatedSnapshot)] == ["t#1", "t#4"]


def test_read_file_reports_a_parquet_file_when_it_is_damaged():
    data = make_parquet(ARTICLES[:1] * 50)
    for cut in (data[:-9], data[: len(data) // 2], b"PAR1" + bytes(400) + b"PAR1"):
        assert [reason for _, reason in reasons_of(read(cut, "t"))][-1:] in (["bad_table"], ["empty"])


def test_read_file_reads_a_csv_with_long_bodies_in_any_encoding():
    body = "Der Bürgermeister eröffnete die Brücke über den Fluß. " * 4000
    rows = [{"title": "Brücke", "body": body}, {"title": "Straße", "body": "Absatz\n\nAbsatz"}]
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        first, second = read(make_csv(rows).decode().encode(encoding), "t")
        assert first.article == {"title": "Brücke", "body": body.strip()}
        assert second.article["body"] == "Absatz\r\n\r\nAbsatz".replace("\r", "")


def test_read_file_reads_a_table_larger_than_a_page_row_by_row():
    rows = [{"title": f"Title {number}", "url": f"https://a.example/{number}"} for number in range(700)]
    limits = Limits(max_bytes=10_000)
    for form in ("csv", "jsonl", "parquet"):
        data = write(rows, form)
        assert form == "parquet" or len(data) > 20_000
        found = read(data, "t", limits=limits)
        assert [one.source for one in found] == [f"t#{number}" for number in range(1, 701)]
        assert len(read(squeeze(data), "t.gz", limits=limits)) == 700
        assert len(read(make_zip([("t", data)]), "z", limits=limits)) == 700
    assert reasons_of(read(write(rows, "json"), "t", limits=Limits(max_table=1000))) == [
        ("t", "too_large"),
        ("t", "empty"),
    ]


def test_read_file_filters_tables_by_address():
    found = read(make_csv(ARTICLES), "t", filters=Filters(urls=("*/2",)))
    assert [one.source for one in found if isinstance(one, StatedSnapshot)] == ["t#2"]
    assert reasons_of(found) == [("t", "not_pages")]


def test_saved_text_with_commas_stays_a_page():
    text = b"Bridge, tunnel and road\n\nThe bridge, the tunnel, and the road opened.\n\nMore, and more, and more.\n"
    (page,) = read(text, "a.txt")
    assert page.format == "text"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-04-02T10:15:00Z", "2025-04-02T10:15:00+00:00"),
        ("2025-04-02 10:15", "2025-04-02T10:15:00+00:00"),
        ("20250402101500", "2025-04-02T10:15:00+00:00"),
        ("1743588900", "2025-04-02T10:15:00+00:00"),
        (1743588900000, "2025-04-02T10:15:00+00:00"),
        (dt.date(2025, 4, 2), "2025-04-02T00:00:00+00:00"),
        ("Wed, 02 Apr 2025 12:15:00 +0200", "2025-04-02T10:15:00+00:00"),
        ("", None),
        ("0", None),
        ("last week", None),
    ],
)
def test_read_time_reads_the_usual_forms(value, expected):
    found = read_time(value)
    assert (found and found[0].isoformat()) == expected


def test_find_delimiter_asks_the_header():
    assert [find_delimiter(line) for line in ("a,b\n1;2", "a;b,c;d", "a\tb")] == [",", ";", "\t"]
