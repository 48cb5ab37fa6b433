"""Zip, WACZ, tar and MHTML: their pages, and what of them is refused, with a row for each."""

from __future__ import annotations

import base64
import bz2
import io
import lzma
import struct
import tarfile
import warnings
import zipfile

import pytest
from archives import (
    PAGES,
    RECORDS,
    counts_of,
    digest,
    join,
    make_tar,
    make_zip,
    pages_of,
    read,
    reasons_of,
    squeeze,
)

from toolkit.readers import Filters, Limits, Tally
from toolkit.readers.zip_archive import is_aside, is_safe_name

DIGESTS = [digest(page) for page in PAGES]
MEMBERS = [(f"pages/{number}.html", page) for number, page in enumerate(PAGES)]


def pack(data: bytes, form: str) -> bytes:
    if form == "zst":
        return pytest.importorskip("backports.zstd").compress(data)
    return {"gz": squeeze, "bz2": bz2.compress, "xz": lzma.compress}[form](data)


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_read_file_reads_the_pages_of_an_archive(form):
    data = make_zip(MEMBERS[::-1]) if form == "zip" else make_tar(MEMBERS)
    found = read(data, "a.bin")
    assert [page.source for page in found] == [f"a.bin!{name}" for name, _ in MEMBERS]
    assert [page.digest for page in found] == DIGESTS
    assert {(page.format, page.captured_at) for page in found} == {("html", None)}


@pytest.mark.parametrize("form", ["gz", "bz2", "xz", "zst"])
def test_read_file_reads_a_packed_page_tar_or_archive(form):
    assert [page.digest for page in read(pack(PAGES[0], form), "a")] == DIGESTS[:1]
    assert [page.digest for page in read(pack(make_tar(MEMBERS), form), "a")] == DIGESTS
    assert [page.digest for page in read(pack(make_zip(MEMBERS), form), "a")] == DIGESTS
    whole = read(pack(join(RECORDS, packed=False), form), "a")
    assert [page.digest for page in whole] == DIGESTS


def test_read_file_takes_the_capture_time_from_a_members_name():
    (page,) = read(make_zip([("x/20250402101500.html", PAGES[0])]), "20240101000000.zip")
    assert (page.captured_at.isoformat(), page.captured_from) == ("2025-04-02T10:15:00+00:00", "name")


def test_read_file_reads_archives_in_archives_to_max_depth():
    inner = make_zip([("b.html", PAGES[1]), ("w.warc.gz", join(RECORDS[2:3]))])
    data = make_zip([("a.html", PAGES[0]), ("in.tar.gz", squeeze(make_tar([("deep.zip", inner)])))])
    found = read(data, "o", limits=Limits(max_depth=5))
    assert [page.source for page in pages_of(found)] == [
        "o!a.html",
        "o!in.tar.gz!deep.zip!b.html",
        "o!in.tar.gz!deep.zip!w.warc.gz#0",
    ]
    found = read(data, "o", limits=Limits(max_depth=2))
    assert [page.source for page in pages_of(found)] == ["o!a.html"]
    assert [reason for _, reason in reasons_of(found)] == ["too_deep"]


def test_read_file_passes_over_what_browsers_save_beside_a_page():
    members = [
        ("Story.html", PAGES[0]),
        ("Story_files/ad.html", PAGES[1]),
        ("Story_files/a.png", b"\x89PNG"),
        ("Other_files/page.html", PAGES[2]),
        ("__MACOSX/._Story.html", b"\x00\x05\x16\x07"),
        ("logo.gif", b"GIF89a"),
    ]
    found = read(make_zip(members), "z")
    assert [page.source for page in pages_of(found)] == ["z!Other_files/page.html", "z!Story.html"]
    assert counts_of(found) == {"files that a browser or system saved beside pages": 3, "image": 1}


def test_is_aside_needs_the_page_itself_when_names_are_known():
    assert is_aside("a/Story_files/x.css", {"a/Story.html"})
    assert not is_aside("a/Story_files/x.css", {"b/Story.html"})
    assert is_aside("a/Story_files/x.css", None)
    assert not is_aside("Story_files", None)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/../../b.html", "..\\..\\b.html", "C:\\b.html", "\\\\host\\b.html"],
)
def test_read_file_refuses_names_that_point_outside(name):
    assert not is_safe_name(name)
    stored = name.replace("\\", "/") if name.startswith("..") else name
    for data in (make_zip([*MEMBERS, (name, PAGES[0])]), make_tar([*MEMBERS, (name, PAGES[0])])):
        found = read(data, "a")
        assert sorted(page.digest for page in pages_of(found)) == sorted(DIGESTS)
        assert reasons_of(found) in ([(f"a!{name}", "unsafe_name")], [(f"a!{stored}", "unsafe_name")])


def test_read_file_refuses_links_and_devices():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link.html")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("page.html", PAGES[0])
    found = read(buffer.getvalue(), "a")
    assert reasons_of(found) == [("a!link.html", "link")]
    assert len(pages_of(found)) == 1
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind in (("s", b"2"), ("h", b"1"), ("d", b"3"), ("f", b"6")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        info = tarfile.TarInfo("page.html")
        info.size = len(PAGES[0])
        tar.addfile(info, io.BytesIO(PAGES[0]))
    found = read(buffer.getvalue(), "a")
    assert reasons_of(found) == [(f"a!{name}", "link") for name in "shdf"]
    assert len(pages_of(found)) == 1


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_read_file_reads_both_when_two_members_have_one_name(form):
    members = [("a.html", PAGES[0]), ("a.html", PAGES[1])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = make_zip(members) if form == "zip" else make_tar(members)
    found = read(data, "z")
    first, second = pages_of(found)
    assert (first.source, first.digest, second.digest) == ("z!a.html", DIGESTS[0], DIGESTS[1])
    assert reasons_of(found) == [(second.source, "duplicate_name")]
    assert second.source.startswith("z!a.html@")


def damage(data: bytes, number: int, offset: int, value: bytes) -> bytes:
    """A zip with other bytes in one entry of its directory."""
    places = [at for at in range(len(data) - 3) if data[at : at + 4] == b"PK\x01\x02"]
    start = places[number] + offset
    return data[:start] + value + data[start + len(value) :]


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [(8, b"\x01\x00", "encrypted"), (10, struct.pack("<H", 99), "corrupt"), (16, b"\0\0\0\0", "corrupt")],
    ids=["encrypted", "unknown_method", "wrong_checksum"],
)
def test_read_file_reads_the_other_members_when_one_cannot_be(offset, value, reason):
    found = read(damage(make_zip(MEMBERS), 2, offset, value), "a")
    assert [page.digest for page in pages_of(found)] == [*DIGESTS[:2], *DIGESTS[3:]]
    assert reasons_of(found) == [("a!pages/2.html", reason)]


def test_read_file_looks_for_members_when_a_zip_has_lost_its_directory():
    data = make_zip(MEMBERS)
    end = data.index(b"PK\x01\x02")
    found = read(data[: end - 10], "a")
    assert [page.digest for page in pages_of(found)] == DIGESTS[:4]
    assert [reason for _, reason in reasons_of(found)] == ["corrupt", "truncated"]
    stored = make_zip(MEMBERS, zipfile.ZIP_STORED)
    found = read(stored[: stored.index(b"PK\x01\x02")], "a")
    assert [page.digest for page in pages_of(found)] == DIGESTS


def test_read_file_refuses_bombs_in_zip_tar_and_gzip():
    bomb = bytes(17 * 2**20)
    limits = Limits(max_bytes=64 * 2**20)
    zipped = make_zip([("bomb.html", bomb), ("page.html", PAGES[0])])
    lying = damage(make_zip([("bomb.html", bomb), ("page.html", PAGES[0])]), 0, 24, struct.pack("<I", 100))
    for data in (zipped, lying):
        found = read(data, "a", limits=limits)
        assert len(pages_of(found)) == 1
        assert [source for source, _ in reasons_of(found)] == ["a!bomb.html"]
    assert reasons_of(read(squeeze(bomb), "a", limits=limits)) == [("a", "bomb")]
    found = read(squeeze(make_tar([("a.html", bomb)])), "a", limits=limits)
    assert reasons_of(found) == [("a", "bomb")]


def test_read_file_reads_on_at_the_next_sound_header_when_a_tar_is_damaged():
    data = bytearray(make_tar(MEMBERS))
    second = data.index(b"pages/1.html")
    data[second + 150] ^= 0xFF
    found = read(bytes(data), "a")
    assert [page.digest for page in pages_of(found)] == [DIGESTS[0], *DIGESTS[2:]]
    assert reasons_of(found) == [(f"a#{second}", "corrupt")]


def test_read_file_reports_the_last_member_when_a_tar_is_cut():
    data = make_tar(MEMBERS)
    found = read(data[: data.index(b"pages/4.html") + 700], "a")
    assert [page.digest for page in pages_of(found)] == DIGESTS[:4]
    assert reasons_of(found) == [("a!pages/4.html", "truncated")]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_read_file_reads_long_and_foreign_names_in_a_tar(form):
    name = "pages/" + "x" * 150 + "/多言語.html"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(PAGES[0])
        archive.addfile(info, io.BytesIO(PAGES[0]))
    (page,) = read(buffer.getvalue(), "a")
    assert page.source == f"a!{name}"


# --- WACZ --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_read_file_reads_the_archives_of_a_wacz(method):
    members = [
        ("archive/a.warc.gz", join(RECORDS[:3])),
        ("archive/b.warc", join(RECORDS[3:], packed=False)),
        ("datapackage.json", b'{"profile": "data-package"}'),
        ("indexes/index.cdx", b"x 1\n"),
        ("pages/pages.jsonl", b'{"url": "https://news.example/1"}\n'),
    ]
    found = read(make_zip(members, method), "a.wacz")
    assert [page.digest for page in found] == DIGESTS
    assert [page.source for page in found][2:4] == [
        f"a.wacz!archive/a.warc.gz#{sum(len(squeeze(r)) for r in RECORDS[:2])}",
        "a.wacz!archive/b.warc#0",
    ]
    assert {(page.format, page.captured_from) for page in found} == {("wacz", "archive")}


# --- MHTML -------------------------------------------------------------------------------------------------
def make_mhtml(
    *parts: tuple[str, bytes], date: str = "Wed, 2 Apr 2025 12:15:00 +0200", head: str = ""
) -> bytes:
    lines = [
        "From: <Saved by Blink>",
        "Snapshot-Content-Location: https://news.example/a-long/",
        " address",
        f"Subject: =?utf-8?Q?Bridge?=\r\nDate: {date}\r\nMIME-Version: 1.0",
        f'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--edge"{head}\r\n',
    ]
    for number, (mime, data) in enumerate(parts):
        lines += [
            "----edge",
            f"Content-Type: {mime}\r\nContent-ID: <{number}@x>\r\nContent-Transfer-Encoding: base64\r\n",
            base64.encodebytes(data).decode(),
        ]
    return "\r\n".join([*lines, "----edge--", ""]).encode()


def test_read_file_reads_the_page_of_an_mhtml_file():
    found = read(make_mhtml(("text/html", PAGES[0]), ("image/png", b"\x89PNG")), "a.mht")
    (page,) = found
    assert (page.format, page.digest, page.url) == (
        "mhtml",
        DIGESTS[0],
        "https://news.example/a-long/address",
    )
    assert (page.captured_at.isoformat(), page.captured_from) == ("2025-04-02T10:15:00+00:00", "archive")


def test_read_file_counts_frames_and_follows_start_in_mhtml():
    found = read(make_mhtml(("text/html", PAGES[0]), ("text/html", PAGES[1])), "a")
    assert [page.digest for page in pages_of(found)] == DIGESTS[:1]
    assert counts_of(found) == {"frames within pages": 1}
    found = read(
        make_mhtml(("text/html", PAGES[0]), ("text/html", PAGES[1]), head=';\r\n\tstart="<1@x>"'), "a"
    )
    assert [page.digest for page in pages_of(found)] == DIGESTS[1:2]


@pytest.mark.parametrize("date", ["never", "", "Wed, 99 Apr 2025 12:15:00 +0200"])
def test_read_file_leaves_the_time_out_when_mhtml_has_none(date):
    (page,) = read(make_mhtml(("text/html", PAGES[0]), date=date), "a")
    assert (page.captured_at, page.captured_from, page.captured_precision) == (None, None, None)


def test_read_file_says_so_when_mhtml_is_cut_or_empty():
    data = make_mhtml(("text/html", PAGES[0]))
    found = read(data[: len(data) * 2 // 3], "a")
    assert [reason for _, reason in reasons_of(found)] == ["cut_short"]
    assert len(pages_of(found)) == 1
    assert reasons_of(read(make_mhtml(("image/png", b"x")), "a")) == [("a", "empty")]


def test_read_file_filters_mhtml_by_its_address():
    data = make_mhtml(("text/html", PAGES[0]))
    assert read(data, "a", filters=Filters(urls=("*/other/*",))) == [Tally("a", {"filtered by url": 1})]
    assert len(read(data, "a", filters=Filters(urls=("*/a-long/*",)))) == 1
