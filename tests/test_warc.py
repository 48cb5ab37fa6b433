"""WARC archives: what their records give, and what becomes of what is damaged."""

from __future__ import annotations

import io
import random
import sys
import zlib

import pytest
from archives import (
    OFFSETS,
    PAGES,
    RECORDS,
    counts_of,
    digest,
    join,
    make_digest,
    make_http,
    make_record,
    make_response,
    pages_of,
    read,
    read_parts,
    reasons_of,
    squeeze,
)

from toolkit.readers import Filters, Limits, Part, Tally, split_file

DIGESTS = [digest(page) for page in PAGES]


def test_read_file_gives_pages_of_a_warc_with_offset_time_and_address():
    found = read(join(RECORDS), "a.warc.gz")
    assert found == pages_of(found)
    assert [page.source for page in found] == [f"a.warc.gz#{offset}" for offset in OFFSETS]
    assert [page.digest for page in found] == DIGESTS
    page = found[3]
    assert (page.format, page.url, page.is_html) == ("warc", "https://news.example/3", True)
    assert page.captured_at.isoformat() == "2025-04-02T10:03:00+00:00"
    assert (page.captured_from, page.captured_precision) == ("archive", "second")


def test_read_file_counts_offsets_of_the_unpacked_bytes_when_warc_is_not_packed():
    found = read(join(RECORDS, packed=False), "whatever its name")
    assert [page.digest for page in found] == DIGESTS
    assert found[2].source == f"whatever its name#{len(RECORDS[0]) + len(RECORDS[1])}"


def test_read_file_names_member_and_place_when_one_member_holds_several_records():
    data = squeeze(b"".join(RECORDS[:2])) + squeeze(b"".join(RECORDS[2:]))
    second = len(squeeze(b"".join(RECORDS[:2])))
    assert [page.source for page in read(data, "a")] == [
        "a#0",
        f"a#0+{len(RECORDS[0])}",
        f"a#{second}",
        f"a#{second}+{len(RECORDS[2])}",
        f"a#{second}+{len(RECORDS[2]) + len(RECORDS[3])}",
    ]


def test_read_file_agrees_with_fastwarc_when_archive_is_sound():
    from fastwarc.warc import ArchiveIterator

    data = join([*RECORDS, make_record("resource", PAGES[0], 7)])
    theirs = [
        (record.stream_pos, record.headers["WARC-Target-URI"], digest(record.reader.read()))
        for record in ArchiveIterator(io.BytesIO(data), parse_http=True)
    ]
    assert [(int(p.source.split("#")[1]), p.url, p.digest) for p in read(data, "a")] == theirs


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
@pytest.mark.parametrize("size", [100, 333, 400, 1000, 5000])
def test_parts_give_what_the_whole_gives_when_warc_is_split(packed, size):
    records = [make_response(number % 5, WARC_Date=f"2025-04-02T10:{number:02}:00Z") for number in range(30)]
    data = join(records, packed)
    whole = read(data, "a.warc")
    parts, found = read_parts(data, "a.warc", size)
    assert found == whole
    assert len(whole) == 30
    assert (parts[0].start, parts[-1].stop) == (0, None)
    assert [part.stop for part in parts[:-1]] == [part.start for part in parts[1:]]


def test_split_file_gives_one_part_when_nothing_can_be_split():
    opener = {
        "one_member": squeeze(join(RECORDS * 40, packed=False)),
        "page": PAGES[0] * 50,
        "small": join(RECORDS),
    }
    for name, data in opener.items():
        size = 50 if name != "small" else len(data)
        assert split_file(name, name, size, opener=lambda _, data=data: io.BytesIO(data)) == [Part()]
    assert split_file("/nowhere/at/all.warc") == [Part()]


def test_later_part_gives_nothing_when_file_is_a_page():
    assert read(PAGES[0], "a.html", part=Part(10, 20)) == []
    assert len(read(PAGES[0], "a.html", part=Part(0, 10))) == 1


def test_read_file_reports_each_record_once_when_parts_meet_in_damage():
    rng = random.Random(4)
    for _ in range(40):
        data = bytearray(join(RECORDS * 3))
        for _ in range(3):
            start = rng.randrange(len(data) - 30)
            data[start : start + 30] = rng.randbytes(30)
        whole = read(bytes(data), "a.warc.gz")
        size = rng.randrange(60, 800)
        parts, found = read_parts(bytes(data), "a.warc.gz", size)
        assert found == whole, (size, parts)


def test_read_file_takes_resources_as_pages_and_passes_over_companions():
    records = [
        make_record("warcinfo", b"software: x\r\n", Content_Type="application/warc-fields"),
        make_record("request", b"GET / HTTP/1.1\r\n\r\n", 1),
        make_record("resource", PAGES[1], 1),
        make_record("metadata", b"via: x", 1),
    ]
    found = read(join(records), "a")
    assert [page.digest for page in found] == [DIGESTS[1]]


def test_read_file_counts_what_is_no_page_in_one_tally():
    image = b"\x89PNG\r\n" + bytes(50)
    records = [
        make_record("response", make_http(image, "image/png")),
        make_record("response", make_http(image, "image/png")),
        make_record("response", make_http(image, "text/html")),
        make_record("response", make_http(b"body { color: red }", "text/css")),
        make_record("response", make_http(b'{"a": [1, 2]}', "application/json")),
        make_record("response", make_http(b"", status="301 Moved", Location="/x")),
        make_record("response", make_http(PAGES[0], status="404 Not Found")),
        make_record("conversion", b"text", Content_Type="text/plain"),
        make_record("response", b"\x00\x01", Content_Type="text/dns"),
        RECORDS[0],
    ]
    found = read(join(records), "a.warc.gz")
    assert len(pages_of(found)) == 1
    assert counts_of(found) == {
        "image/png": 2,
        "image": 1,
        "text/css": 1,
        "application/json": 1,
        "status 301": 1,
        "status 404": 1,
        "WARC conversion records": 1,
        "text/dns": 1,
    }
    assert found[-1].source == "a.warc.gz"
    assert found[-1].to_problem().reason == "not_pages"


@pytest.mark.parametrize("mime", ["image/jpeg", "application/octet-stream", "text/css", ""])
def test_read_file_lets_content_decide_when_type_is_wrong(mime):
    (page,) = read(join([make_record("response", make_http(PAGES[2], mime))]), "a")
    assert page.digest == DIGESTS[2]


def test_read_file_passes_over_texts_for_machines_but_reads_saved_text():
    text = b"Bridge opens\n\nThe bridge over the Arno opened on Monday.\n"
    records = [
        make_record(
            "response",
            make_http(b"User-agent: *\n", "text/plain"),
            WARC_Target_URI="https://a.example/robots.txt",
        ),
        make_record("response", make_http(text, "text/plain"), WARC_Target_URI="https://a.example/story"),
    ]
    found = read(join(records), "a")
    assert [page.is_html for page in pages_of(found)] == [False]
    assert counts_of(found) == {"texts for machines (robots.txt and the like)": 1}


def test_read_file_uses_the_http_charset():
    page = "<html><head><title>Ž</title></head><body><p>Žluťoučký kůň úpěl ďábelské ódy</p></body></html>"
    record = make_record("response", make_http(page.encode("iso8859-2"), "text/html; charset=iso-8859-2"))
    (found,) = read(join([record]), "a")
    assert found.text == page


# --- revisits ----------------------------------------------------------------------------------------------
def make_revisit(number: int, **headers: str) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    return make_record("revisit", block, number, **headers)


@pytest.mark.parametrize(
    "reference",
    [
        {"WARC_Payload_Digest": make_digest(PAGES[1])},
        {"WARC_Refers_To": "<urn:uuid:original>"},
        {
            "WARC_Refers_To_Target_URI": "https://news.example/1",
            "WARC_Refers_To_Date": "2025-04-02T10:01:00Z",
        },
    ],
    ids=["digest", "record", "capture"],
)
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_read_file_resolves_a_revisit_when_original_is_in_the_archive(reference, packed, place):
    original = make_response(
        1, WARC_Payload_Digest=make_digest(PAGES[1]), WARC_Record_ID="<urn:uuid:original>"
    )
    records = [original, RECORDS[0], make_revisit(9, **reference)]
    if place == "after":
        records.reverse()
    data = join(records, packed)
    found = read(data, "a")
    assert len(found) == 3
    (page,) = [page for page in found if page.url == "https://news.example/9"]
    assert page.digest == DIGESTS[1]
    assert page.captured_at.minute == 9
    parts, apart = read_parts(data, "a", 200)
    assert len(parts) > 1
    assert apart == found


def test_read_file_reports_a_revisit_when_original_is_elsewhere():
    found = read(join([RECORDS[0], make_revisit(2, WARC_Payload_Digest="sha1:ELSEWHERE")]), "a")
    assert reasons_of(found) == [(f"a#{OFFSETS[1]}", "revisit")]
    assert len(pages_of(found)) == 1


def test_read_file_counts_revisits_of_images():
    block = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
    found = read(join([make_record("revisit", block, WARC_Payload_Digest="sha1:X")]), "a")
    assert found == [Tally("a", {"revisits of image/png": 1})]


# --- bodies ------------------------------------------------------------------------------------------------
def chunk(data: bytes, size: int = 100) -> bytes:
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x;x=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def compress(data: bytes, form: str) -> bytes:
    if form == "br":
        return pytest.importorskip("brotli").compress(data)
    if form == "zstd":
        return pytest.importorskip("backports.zstd").compress(data)
    if form == "raw deflate":
        worker = zlib.compressobj(wbits=-15)
        return worker.compress(data) + worker.flush()
    return squeeze(data) if form == "gzip" else zlib.compress(data)


def read_body(body: bytes, **headers: str) -> list:
    return read(join([RECORDS[0], make_record("response", make_http(body, **headers), 1), RECORDS[2]]), "a")


@pytest.mark.parametrize("form", ["gzip", "deflate", "raw deflate", "br", "zstd"])
@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "whole"])
def test_read_file_unpacks_bodies(form, chunked):
    body = compress(PAGES[1], form)
    headers = {"Content_Encoding": form.split()[-1]}
    if chunked:
        body, headers = chunk(body), {**headers, "Transfer_Encoding": "chunked"}
    assert [page.digest for page in read_body(body, **headers)] == DIGESTS[:3]


@pytest.mark.parametrize("form", ["gzip", "deflate", "br", "zstd"])
def test_read_file_takes_a_body_as_it_is_when_crawler_unpacked_it(form):
    if form in ("br", "zstd"):
        compress(b"", form)
    found = read_body(PAGES[1], Content_Encoding=form, Transfer_Encoding="chunked")
    assert [page.digest for page in found] == DIGESTS[:3]


@pytest.mark.parametrize("form", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("damage", ["cut", "bomb"])
def test_read_file_reports_a_body_when_it_is_cut_or_a_bomb(form, damage):
    body = compress(PAGES[1], form)[:-9] if damage == "cut" else compress(bytes(3 * 2**20), form)
    data = join([RECORDS[0], make_record("response", make_http(body, Content_Encoding=form), 1), RECORDS[2]])
    found = read(data, "a", limits=Limits(max_bytes=2**20))
    assert [page.digest for page in pages_of(found)] == [DIGESTS[0], DIGESTS[2]]
    ((source, reason),) = reasons_of(found)
    assert source == f"a#{OFFSETS[1]}"
    assert reason in ({"bad_body"} if damage == "cut" else {"bomb", "too_large"})


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunk(PAGES[1])[:-30], {"Transfer_Encoding": "chunked"}),
        (chunk(PAGES[1]).replace(b"\r\n64;x=1", b"\r\nzz", 1), {"Transfer_Encoding": "chunked"}),
        (b"\x01\x02" + PAGES[1], {"Content_Encoding": "sdch"}),
        (PAGES[1], {"Content_Encoding": "gzip, br, gzip, br, gzip"}),
        (squeeze(PAGES[1])[:20] + b"\xff\x00\xff" + squeeze(PAGES[1])[23:], {"Content_Encoding": "gzip"}),
    ],
    ids=["cut_chunks", "no_chunk_size", "unknown_encoding", "five_encodings", "damaged_gzip"],
)
def test_read_file_reports_a_body_when_it_cannot_be_undone(body, headers):
    found = read_body(body, **headers)
    assert [page.digest for page in pages_of(found)] == [DIGESTS[0], DIGESTS[2]]
    assert reasons_of(found) == [(f"a#{OFFSETS[1]}", "bad_body")]


@pytest.mark.parametrize(("module", "form"), [("brotli", "br"), ("backports.zstd", "zstd")])
def test_read_file_names_the_extra_when_a_package_lacks(monkeypatch, module, form):
    body = compress(PAGES[1], form)
    monkeypatch.setitem(sys.modules, module, None)
    found = read_body(body, Content_Encoding=form)
    (problem,) = [one for one in found if getattr(one, "reason", "") == "missing_extra"]
    assert 'pip install "sidebar-toolkit[archives]"' in problem.detail
    assert len(pages_of(found)) == 2


def test_read_file_names_the_extra_when_fastwarc_lacks(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastwarc.warc", None)
    (problem,) = read(join(RECORDS), "a")
    assert problem.reason == "missing_extra"
    assert 'pip install "sidebar-toolkit[archives]"' in problem.detail


def test_read_file_reads_and_says_so_when_a_page_is_shorter_than_announced():
    found = read_body(PAGES[1], Content_Length=str(len(PAGES[1]) + 1))
    assert reasons_of(found) == [(f"a#{OFFSETS[1]}", "cut_short")]
    assert [page.digest for page in pages_of(found)] == DIGESTS[:3]
    assert reasons_of(read_body(PAGES[1], Content_Length=str(len(PAGES[1])))) == []


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"WARC_Payload_Digest": make_digest(PAGES[1])}, None),
        ({"WARC_Payload_Digest": "sha256:" + digest(PAGES[1])}, None),
        ({"WARC_Payload_Digest": "md5:abc"}, None),
        ({"WARC_Payload_Digest": "sha1:not base 32 at all!"}, None),
        ({"WARC_Payload_Digest": make_digest(PAGES[2])}, "bad_digest"),
        ({"WARC_Truncated": "length"}, "cut_short"),
        ({"WARC_Date": "yesterday"}, "bad_date"),
        ({"WARC_Date": ""}, "bad_date"),
    ],
)
def test_read_file_reads_a_page_and_says_when_its_head_is_in_doubt(headers, reason):
    found = read(join([make_response(1, **headers)]), "a")
    assert [page.digest for page in pages_of(found)] == [DIGESTS[1]]
    assert [row[1] for row in reasons_of(found)] == ([reason] if reason else [])


# --- damage ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: r.replace(b"Content-Length: ", b"Content-Length: 9"), "wrong_length"),
        (lambda r: r.replace(b"Content-Length: ", b"Content-Length: 99999999"), "wrong_length"),
        (lambda r: r.replace(b"Content-Length: ", b"Content-Length: -"), "bad_record"),
        (lambda r: r.replace(b"Content-Length: ", b"X: "), "bad_record"),
        (lambda r: r.replace(b"Content-Length: ", b"Content-Length: 1\r\nContent-Length: "), "bad_record"),
        (lambda r: r.replace(b"WARC-Type: response", b"WARC-Tipe: response"), "bad_record"),
        (lambda r: r.replace(b"WARC/1.1", b"XARC/1.1", 1), "corrupt"),
        (lambda r: r.replace(b"HTTP/1.1 200 OK", b"nonsense at all"), "bad_record"),
        (lambda r: r.replace(b"\r\n\r\n", b"\r\n"), "bad_record"),
    ],
    ids=["longer", "huge", "negative", "absent", "two", "no_type", "no_version", "no_status", "no_end"],
)
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_read_file_reads_the_other_records_when_one_is_damaged(change, reason, packed):
    records = [change(record) if number == 2 else record for number, record in enumerate(RECORDS)]
    found = read(join(records, packed), "a.warc")
    assert [page.digest for page in pages_of(found)] == [*DIGESTS[:2], *DIGESTS[3:]]
    offset = OFFSETS[2] if packed else len(RECORDS[0]) + len(RECORDS[1])
    rows = reasons_of(found)
    assert len(rows) == 1
    assert rows[0][0] == f"a.warc#{offset}"
    if not (packed and reason == "wrong_length"):
        assert rows[0][1] == reason


def test_read_file_reads_on_at_the_next_member_when_one_is_damaged():
    data = bytearray(join(RECORDS))
    data[OFFSETS[2] + 60] ^= 0xFF
    found = read(bytes(data), "a")
    assert [page.digest for page in pages_of(found)] == [*DIGESTS[:2], *DIGESTS[3:]]
    assert reasons_of(found) == [(f"a#{OFFSETS[2]}", "corrupt")]


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_read_file_reports_the_last_record_when_archive_is_cut(packed):
    found = read(join(RECORDS, packed)[:-20], "a")
    assert [page.digest for page in pages_of(found)] == DIGESTS[:4]
    assert [row[1] for row in reasons_of(found)] == ["truncated"]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.WARC"])
def test_read_file_asks_the_name_when_the_very_beginning_is_damaged(name):
    data = b"\x00\x01\x02\x03" * 200 + join(RECORDS, name.endswith("gz"))
    found = read(data, name)
    assert [page.digest for page in pages_of(found)] == DIGESTS
    assert reasons_of(found) == [(f"{name}#1", "corrupt")]


def test_read_file_is_not_misled_when_a_page_quotes_a_record():
    quote = b"\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\n12345 and more</body>"
    page = PAGES[0].replace(b"</body>", quote)
    data = join([make_record("response", make_http(page)), *RECORDS[1:]], packed=False)
    whole = read(data, "a")
    assert [one.digest for one in whole] == [digest(page), *DIGESTS[1:]]
    for size in range(60, 1200, 31):
        assert read_parts(data, "a", size)[1] == whole


def test_read_file_reports_a_page_when_it_is_over_the_limit():
    limits = Limits(max_bytes=len(PAGES[3]))
    found = read(join(RECORDS), "a", limits=limits)
    assert reasons_of(found) == [(f"a#{OFFSETS[4]}", "too_large")]
    assert [page.digest for page in pages_of(found)] == DIGESTS[:4]


def test_read_file_passes_over_a_record_of_gigabytes_without_holding_it():
    import tracemalloc

    film = make_record("response", make_http(random.Random(1).randbytes(2**20) * 24, "video/mp4"))
    data = join([RECORDS[0], film, RECORDS[1]])
    tracemalloc.start()
    found = read(data, "a", limits=Limits(max_bytes=2**18))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [page.digest for page in pages_of(found)] == DIGESTS[:2]
    assert reasons_of(found) == [(f"a#{OFFSETS[1]}", "too_large")]
    assert peak < 16 * 2**20


def test_read_file_stops_when_the_whole_input_is_at_its_limit():
    for limits, reason in ((Limits(max_unpacked=2500), "too_large"), (Limits(max_members=3), "too_many")):
        found = read(join(RECORDS), "a", limits=limits)
        assert reasons_of(found) == [("a", reason)]
        assert 0 < len(pages_of(found)) < 5


def test_read_file_counts_problems_when_there_are_more_than_max_rows():
    bad = make_record("response", b"no http at all")
    found = read(join([bad] * 7 + RECORDS[:1]), "a", limits=Limits(max_rows=4))
    assert [row[1] for row in reasons_of(found)] == ["bad_record"] * 4
    assert counts_of(found) == {"further problems (bad_record)": 3}
    assert len(pages_of(found)) == 1


# --- filters -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("filters", "kept", "counts"),
    [
        (Filters(urls=("*/1", "re:/[34]$")), [1, 3, 4], {"filtered by url": 2}),
        (Filters(not_urls=("*://news.example/2",)), [0, 1, 3, 4], {"filtered by url": 1}),
        (Filters(mimes=("text/*",)), [0, 1, 2, 3, 4], {}),
        (Filters(mimes=("application/xhtml+xml",)), [], {"filtered by type": 5}),
    ],
)
def test_read_file_keeps_what_the_filters_want(filters, kept, counts):
    found = read(join(RECORDS), "a", filters=filters)
    assert [page.digest for page in pages_of(found)] == [DIGESTS[number] for number in kept]
    assert counts_of(found) == counts
