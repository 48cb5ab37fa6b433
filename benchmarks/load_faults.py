"""What readers make of damaged and hostile archives: kinds of fault, each put at random places.

For each kind and place: nothing may be raised, reading must end in time, what was not hit must be read to the
byte, and each page that is lost, or not whole, must have a row in the problems.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import signal
import struct
import time
import traceback
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive_maker import (
    FIRST,
    Page,
    join_records,
    make_http,
    make_record,
    make_response,
    make_tar,
    make_warc,
    make_zip,
    squeeze,
    timedelta,
)

from toolkit.readers import Filters, Limits, SavedPage, StatedSnapshot, read_file, split_file

_WORDS = "harbour bridge mayor council winter school market river station vote storm festival budget".split()
#: Seconds after which a reader counts as hanging.
TIMEOUT = 30
PAGES = 12


@dataclass(slots=True)
class Case:
    """A damaged archive: its bytes, the pages that were hit (they may be lost), and those put in besides."""

    name: str
    data: bytes
    hit: set[int] = field(default_factory=set)
    extra: int = 0  # faults that are no page and must have a row of their own
    one_row: bool = False  # packed as a whole: one row for the archive says that all of it is in doubt


def make_pages(seed: int, count: int = PAGES) -> list[Page]:
    """Invented pages, each with its own words, from 2 to 40 kilobytes."""
    rng = random.Random(seed)
    pages = []
    for number in range(count):
        words = " ".join(rng.choices(_WORDS, k=rng.randint(200, 5000)))
        noise = rng.randbytes(rng.randint(0, 2000)).hex()
        text = f"<!doctype html><html><head><title>Page {number}</title></head><body><h1>{number}</h1>"
        data = f"{text}<p>{words}</p><!-- {noise} --></body></html>".encode()
        pages.append(
            Page(f"p{number:02}.html", data, f"https://a.example/{number}", FIRST + timedelta(minutes=number))
        )
    return pages


Maker = Callable[[list[Page], random.Random], Case]
KINDS: dict[str, Maker] = {}


def fault(maker: Maker) -> Maker:
    """Register a kind of fault under its function's name."""
    KINDS[maker.__name__] = maker
    return maker


def _packed(pages: Sequence[Page]) -> list[bytes]:
    return [squeeze(make_response(page)) for page in pages]


def _flip(data: bytes, at: int, rng: random.Random) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _one(pages: list[Page], rng: random.Random, change: Callable[[bytes], bytes], *, packed: bool) -> Case:
    """Change the raw record of one page, in an archive packed record by record or not at all."""
    at = rng.randrange(len(pages))
    records = [make_response(page) for page in pages]
    records[at] = change(records[at])
    return Case("a.warc.gz" if packed else "a.warc", join_records(records, packed=packed), {at})


def _body(
    pages: list[Page],
    rng: random.Random,
    make: Callable[[bytes], tuple[bytes, list[tuple[str, str]]]],
    *,
    other_digest: bool = False,
) -> Case:
    """Store one page with another body and other HTTP headers."""
    at = rng.randrange(len(pages))
    records = [make_response(page) for page in pages]
    body, headers = make(pages[at].data)
    block = make_http(body, headers=headers)
    payload = b"the body as it was" if other_digest else body
    records[at] = make_record("response", pages[at].url, pages[at].time, block, payload=payload)
    return Case("a.warc.gz", join_records(records), {at})


# --- gzip: one member a record -----------------------------------------------------------------------------
def _member_flip(pages: list[Page], rng: random.Random, place: Callable[[bytes], int]) -> Case:
    members = _packed(pages)
    at = rng.randrange(len(members))
    members[at] = _flip(members[at], place(members[at]), rng)
    return Case("a.warc.gz", b"".join(members), {at})


@fault
def gzip_flip_in_data(pages: list[Page], rng: random.Random) -> Case:
    return _member_flip(pages, rng, lambda member: rng.randrange(10, len(member) - 8))


@fault
def gzip_flip_in_head(pages: list[Page], rng: random.Random) -> Case:
    return _member_flip(pages, rng, lambda member: rng.randrange(0, 4))


@fault
def gzip_flip_in_checksum(pages: list[Page], rng: random.Random) -> Case:
    return _member_flip(pages, rng, lambda member: len(member) - rng.randint(5, 8))


@fault
def gzip_flip_in_length(pages: list[Page], rng: random.Random) -> Case:
    return _member_flip(pages, rng, lambda member: len(member) - rng.randint(1, 4))


@fault
def gzip_truncated(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    at = rng.randrange(len(members))
    cut = sum(map(len, members[:at])) + rng.randrange(1, len(members[at]))
    return Case("a.warc.gz", b"".join(members)[:cut], set(range(at, len(pages))))


@fault
def gzip_bytes_lost(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    at = rng.randrange(len(members))
    start = rng.randrange(0, len(members[at]) - 1)
    members[at] = members[at][:start] + members[at][start + rng.randint(1, len(members[at])) :]
    return Case("a.warc.gz", b"".join(members), {at})


@fault
def gzip_noise_between(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    members.insert(rng.randrange(len(members) + 1), b"\x01" + rng.randbytes(rng.randint(1, 200_000)))
    return Case("a.warc.gz", b"".join(members), extra=1)


@fault
def gzip_zeros_between(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    members.insert(rng.randrange(len(members) + 1), bytes(rng.randint(1, 5000)))
    return Case("a.warc.gz", b"".join(members))


@fault
def gzip_overwritten(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    data = bytearray(b"".join(members))
    start = rng.randrange(len(data) - 4000)
    end = start + rng.randint(1, 4000)
    data[start:end] = rng.randbytes(end - start)
    return Case("a.warc.gz", bytes(data), _touched(members, start, end))


@fault
def gzip_zeroed(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    data = bytearray(b"".join(members))
    start = rng.randrange(len(data) - 4000)
    end = start + rng.randint(1, 4000)
    data[start:end] = bytes(end - start)
    return Case("a.warc.gz", bytes(data), _touched(members, start, end))


def _touched(members: list[bytes], start: int, end: int) -> set[int]:
    hit, at = set(), 0
    for number, member in enumerate(members):
        if at < end and start < at + len(member):
            hit.add(number)
        at += len(member)
    return hit


@fault
def gzip_bomb_as_record(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    bomb = make_record("response", "https://b.example/", FIRST, make_http(b"<html>" + bytes(80 * 2**20)))
    members.insert(rng.randrange(len(members) + 1), squeeze(bomb, 9))
    return Case("a.warc.gz", b"".join(members), extra=1)


@fault
def gzip_bomb_without_record(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    members.insert(rng.randrange(len(members) + 1), squeeze(bytes(64 * 2**20), 9))
    return Case("a.warc.gz", b"".join(members), extra=1)


@fault
def gzip_record_over_two_members(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(len(pages))
    members = _packed(pages)
    record = make_response(pages[at])
    cut = rng.randrange(200, len(record) - 200)
    members[at] = squeeze(record[:cut]) + squeeze(record[cut:])
    return Case("a.warc.gz", b"".join(members), {at})


@fault
def gzip_several_records_in_a_member(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(1, len(pages))
    records = [make_response(page) for page in pages]
    data = squeeze(b"".join(records[:at])) + squeeze(b"".join(records[at:]))
    return Case("a.warc.gz", data)


@fault
def gzip_as_a_whole_truncated(pages: list[Page], rng: random.Random) -> Case:
    records = [make_response(page) for page in pages]
    data = squeeze(b"".join(records))
    cut = rng.randrange(100, len(data) - 1)
    try:
        have = len(zlib.decompressobj(31).decompress(data[:cut]))
    except zlib.error:
        have = 0
    whole, at = 0, 0
    for record in records:
        at += len(record)
        whole += at <= have
    return Case("a.warc.gz", data[:cut], set(range(max(0, whole - 1), len(pages))))


@fault
def gzip_as_a_whole_flipped_checksum(pages: list[Page], rng: random.Random) -> Case:
    data = squeeze(join_records([make_response(page) for page in pages], packed=False))
    return Case("a.warc.gz", _flip(data, len(data) - rng.randint(1, 8), rng), set(range(len(pages))))


# --- record heads, packed and plain ------------------------------------------------------------------------
def _head_faults() -> dict[str, Callable[[bytes, random.Random], bytes]]:
    def length(value: Callable[[int, random.Random], str]) -> Callable[[bytes, random.Random], bytes]:
        def change(record: bytes, rng: random.Random) -> bytes:
            head, rest = record.split(b"\r\n\r\n", 1)
            before, stated = head.rsplit(b"Content-Length: ", 1)
            return before + b"Content-Length: " + value(int(stated), rng).encode() + b"\r\n\r\n" + rest

        return change

    def swap(old: bytes, new: bytes) -> Callable[[bytes, random.Random], bytes]:
        return lambda record, rng: record.replace(old, new, 1)

    return {
        "length_too_large": length(lambda n, rng: str(n + rng.randint(5, 100_000))),
        "length_too_small": length(lambda n, rng: str(rng.randint(0, n - 5))),
        "length_of_2_gb": length(lambda n, rng: str(2 * 2**30 + rng.randrange(1000))),
        "length_negative": length(lambda n, rng: str(-n)),
        "length_no_number": length(lambda n, rng: "many"),
        "length_astronomic": length(lambda n, rng: "9" * 40),
        "length_absent": lambda record, rng: record.replace(b"Content-Length: ", b"X-Length: ", 1),
        "version_damaged": swap(b"WARC/1.1", b"WERC/1.1"),
        "type_absent": swap(b"WARC-Type: ", b"WARC-Tipe: "),
        "type_unknown": swap(b"WARC-Type: response", b"WARC-Type: rezponse"),
        "date_wrong": swap(b"WARC-Date: 20", b"WARC-Date: 99-"),
        "address_absent": swap(b"WARC-Target-URI: ", b"WARC-Target-URL: "),
        "head_without_end": lambda record, rng: record.replace(b"\r\n\r\n", b"\r\n", 2),
        "head_huge": swap(b"WARC-Date", b"X-Filler: " + b"x" * 2**20 + b"\r\nWARC-Date"),
        "status_line_damaged": swap(b"HTTP/1.1 200 OK", b"JUNK 200 perhaps"),
        "type_of_an_image": swap(b"Content-Type: text/html", b"Content-Type: image/jpeg"),
        "http_length_too_large": swap(b"\r\nContent-Length: ", b"\r\nContent-Length: 9"),
        "end_marks_lost": lambda record, rng: record[:-4],
        "nul_bytes_in_head": swap(b"WARC-Date: ", b"WARC-Date: \x00\x00"),
    }


def _register_heads() -> None:
    for name, change in _head_faults().items():
        for packed in (True, False):

            def make(
                pages: list[Page],
                rng: random.Random,
                change: Callable[[bytes, random.Random], bytes] = change,
                packed: bool = packed,
            ) -> Case:
                return _one(pages, rng, lambda record: change(record, rng), packed=packed)

            KINDS[f"{'packed' if packed else 'plain'}_{name}"] = make


_register_heads()


@fault
def plain_flip(pages: list[Page], rng: random.Random) -> Case:
    records = [make_response(page) for page in pages]
    at = rng.randrange(len(records))
    end = records[at].index(b"\r\n\r\n")
    records[at] = _flip(records[at], rng.randrange(end), rng)
    return Case("a.warc", b"".join(records), {at})


@fault
def plain_truncated(pages: list[Page], rng: random.Random) -> Case:
    records = [make_response(page) for page in pages]
    at = rng.randrange(len(records))
    cut = sum(map(len, records[:at])) + rng.randrange(1, len(records[at]) - 4)
    return Case("a.warc", b"".join(records)[:cut], set(range(at, len(pages))))


@fault
def plain_noise_between(pages: list[Page], rng: random.Random) -> Case:
    records = [make_response(page) for page in pages]
    records.insert(
        rng.randrange(len(records) + 1), b"\x01" + rng.randbytes(rng.randint(1, 200_000)) + b"\r\n\r\n"
    )
    return Case("a.warc", b"".join(records), extra=1)


@fault
def plain_page_that_quotes_a_record(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(len(pages))
    quote = b"\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nContent-Length: 17\r\n\r\n<pre>example</pre>\r\n\r\n"
    data = pages[at].data.replace(b"</body>", quote + b"</body>")
    pages[at] = Page(pages[at].name, data, pages[at].url, pages[at].time)
    return Case("a.warc", join_records([make_response(page) for page in pages], packed=False))


# --- bodies ------------------------------------------------------------------------------------------------
def _chunk(data: bytes, size: int) -> bytes:
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


_CHUNKED = [("Transfer-Encoding", "chunked")]


@fault
def body_chunked_and_sound(pages: list[Page], rng: random.Random) -> Case:
    case = _body(pages, rng, lambda data: (_chunk(data, rng.randint(50, 5000)), _CHUNKED))
    case.hit = set()
    return case


@fault
def body_chunk_size_damaged(pages: list[Page], rng: random.Random) -> Case:
    def make(data: bytes) -> tuple[bytes, list[tuple[str, str]]]:
        first, rest = _chunk(data, 500).split(b"\r\n1f4\r\n", 1)
        return first + b"\r\nzz\r\n" + rest, _CHUNKED

    return _body(pages, rng, make)


@fault
def body_chunked_truncated(pages: list[Page], rng: random.Random) -> Case:
    return _body(pages, rng, lambda data: (_chunk(data, 300)[: rng.randint(400, len(data))], _CHUNKED))


def _compress(data: bytes, form: str) -> bytes:
    if form == "br":
        import brotli

        return bytes(brotli.compress(data))
    if form == "zstd":
        from backports import zstd

        return bytes(zstd.compress(data))
    return squeeze(data) if form == "gzip" else zlib.compress(data)


def _register_bodies() -> None:
    for form in ("gzip", "deflate", "br", "zstd"):
        header = [("Content-Encoding", form)]

        def sound(pages: list[Page], rng: random.Random, form: str = form, header: Any = header) -> Case:
            case = _body(pages, rng, lambda data: (_compress(data, form), header))
            case.hit = set()
            return case

        def flipped(pages: list[Page], rng: random.Random, form: str = form, header: Any = header) -> Case:
            def make(data: bytes) -> tuple[bytes, Any]:
                packed = _compress(data, form)
                return _flip(packed, rng.randrange(12, len(packed)), rng), header

            # neither Brotli nor zstd has a checksum of its own: the archive's digest of the sound body tells
            return _body(pages, rng, make, other_digest=True)

        def cut(pages: list[Page], rng: random.Random, form: str = form, header: Any = header) -> Case:
            def make(data: bytes) -> tuple[bytes, Any]:
                packed = _compress(data, form)
                return packed[: rng.randrange(12, len(packed) - 4)], header

            return _body(pages, rng, make)

        def bomb(pages: list[Page], rng: random.Random, form: str = form, header: Any = header) -> Case:
            return _body(pages, rng, lambda data: (_compress(bytes(100 * 2**20), form), header))

        def undone(pages: list[Page], rng: random.Random, header: Any = header) -> Case:
            case = _body(pages, rng, lambda data: (data, header))
            case.hit = set()
            return case

        for kind, maker in (
            ("sound", sound),
            ("flipped", flipped),
            ("truncated", cut),
            ("bomb", bomb),
            ("already_unpacked", undone),
        ):
            KINDS[f"body_{form}_{kind}"] = maker


_register_bodies()


@fault
def body_encoding_unknown(pages: list[Page], rng: random.Random) -> Case:
    return _body(pages, rng, lambda data: (zlib.compress(data)[::-1], [("Content-Encoding", "sdch")]))


@fault
def revisit_without_original(pages: list[Page], rng: random.Random) -> Case:
    records = [make_response(page) for page in pages]
    at = rng.randrange(len(records))
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    extra = [("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
             ("WARC-Payload-Digest", "sha1:NOWHERE")]  # fmt: skip
    records[at] = make_record("revisit", pages[at].url, pages[at].time, block, extra=extra)
    return Case("a.warc.gz", join_records(records), {at})


@fault
def archive_in_a_record(pages: list[Page], rng: random.Random) -> Case:
    records = [make_response(page) for page in pages]
    inner = make_warc(make_pages(99, 2))
    block = make_record("resource", "https://b.example/x.warc.gz", FIRST, inner, mime="application/warc")
    records.insert(rng.randrange(len(records) + 1), block)
    return Case("a.warc.gz", join_records(records))


@fault
def thousands_of_images(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    image = squeeze(
        make_record(
            "response", "https://b.example/i.png", FIRST, make_http(b"\x89PNG" + bytes(64), "image/png")
        )
    )
    members.insert(rng.randrange(len(members) + 1), image * 2000)
    return Case("a.warc.gz", b"".join(members), extra=1)


# --- zip and WACZ ------------------------------------------------------------------------------------------
def _members(pages: Sequence[Page]) -> list[tuple[str, bytes]]:
    return [(page.name, page.data) for page in pages]


@fault
def zip_flip_in_data(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(len(pages))
    data = make_zip(_members(pages))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(pages[at].name)
    start = info.header_offset + 30 + len(info.filename)
    return Case("a.zip", _flip(data, rng.randrange(start, start + info.compress_size), rng), {at})


@fault
def zip_flip_in_local_head(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(len(pages))
    data = make_zip(_members(pages))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.getinfo(pages[at].name).header_offset
    return Case("a.zip", _flip(data, start + rng.randrange(4), rng), {at})


@fault
def zip_flip_in_directory(pages: list[Page], rng: random.Random) -> Case:
    data = make_zip(_members(pages))
    at = rng.randrange(len(pages))
    start = data.rindex(b"PK\x01\x02" + data[data.index(b"PK\x01\x02") + 4 :][:0])
    places = [i for i in range(len(data) - 3) if data[i : i + 4] == b"PK\x01\x02"]
    start = places[at]
    return Case("a.zip", _flip(data, start + rng.randrange(46), rng), {at}, extra=0)


@fault
def zip_truncated(pages: list[Page], rng: random.Random) -> Case:
    data = make_zip(_members(pages))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        offsets = [info.header_offset for info in archive.infolist()]
    cut = rng.randrange(offsets[0] + 40, len(data) - 1)
    hit = {
        i for i, _ in enumerate(pages) if (offsets[i + 1] if i + 1 < len(pages) else archive.start_dir) > cut
    }
    # of a member cut within its own header nothing tells: the row for the lost directory stands for it
    begun = cut - max(offset for offset in offsets if offset <= cut)
    return Case("a.zip", data[:cut], hit, extra=0 if hit and begun < 30 else 1)


def _zip_with(
    pages: list[Page], rng: random.Random, name: str, data: bytes = b"<html>x"
) -> list[tuple[str, bytes]]:
    members = _members(pages)
    members.insert(rng.randrange(len(members) + 1), (name, data))
    return members


@fault
def zip_path_traversal(pages: list[Page], rng: random.Random) -> Case:
    name = rng.choice(
        ["../../etc/cron.html", "/etc/a.html", "a/../../b.html", "..\\..\\a.html", "C:\\a.html"]
    )
    return Case("a.zip", make_zip(_zip_with(pages, rng, name)), extra=1)


@fault
def zip_link(pages: list[Page], rng: random.Random) -> Case:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in _zip_with(pages, rng, "link.html", b"/etc/passwd"):
            info = zipfile.ZipInfo(name)
            if name == "link.html":
                info.external_attr = 0o120777 << 16
            archive.writestr(info, data)
    return Case("a.zip", buffer.getvalue(), extra=1)


@fault
def zip_duplicate_name(pages: list[Page], rng: random.Random) -> Case:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name = rng.choice(pages).name
        return Case("a.zip", make_zip(_zip_with(pages, rng, name, b"<html><p>other page</p>")), extra=1)


@fault
def zip_encrypted_member(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(len(pages))
    data = bytearray(make_zip(_members(pages)))
    place = [i for i in range(len(data) - 3) if data[i : i + 4] == b"PK\x01\x02"][at]
    data[place + 8] |= 1
    return Case("a.zip", bytes(data), {at})


@fault
def zip_bomb(pages: list[Page], rng: random.Random) -> Case:
    return Case("a.zip", make_zip(_zip_with(pages, rng, "bomb.html", bytes(200 * 2**20))), extra=1)


@fault
def zip_bomb_that_lies(pages: list[Page], rng: random.Random) -> Case:
    data = bytearray(make_zip([*_members(pages), ("zz.html", bytes(100 * 2**20))]))
    place = [i for i in range(len(data) - 3) if data[i : i + 4] == b"PK\x01\x02"][-1]
    struct.pack_into("<I", data, place + 24, 1000)
    return Case("a.zip", bytes(data), extra=1)


@fault
def zip_in_zip_in_zip(pages: list[Page], rng: random.Random) -> Case:
    inner = b"<html><p>deep</p>"
    for _ in range(rng.randint(4, 8)):
        inner = make_zip([("a.zip", inner)])
    return Case("a.zip", make_zip(_zip_with(pages, rng, "deep.zip", inner)), extra=1)


@fault
def zip_method_unknown(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(len(pages))
    data = bytearray(make_zip(_members(pages)))
    place = [i for i in range(len(data) - 3) if data[i : i + 4] == b"PK\x01\x02"][at]
    struct.pack_into("<H", data, place + 10, 99)
    return Case("a.zip", bytes(data), {at})


@fault
def zip_comment_and_noise_before(pages: list[Page], rng: random.Random) -> Case:
    return Case("a.zip", b"PK\x03\x04" + rng.randbytes(rng.randint(30, 3000)) + make_zip(_members(pages)))


@fault
def wacz_flip_in_its_archive(pages: list[Page], rng: random.Random) -> Case:
    members = _packed(pages)
    at = rng.randrange(len(members))
    members[at] = _flip(members[at], rng.randrange(10, len(members[at])), rng)
    listing = [("archive/a.warc.gz", b"".join(members)), ("datapackage.json", b"{}")]
    return Case("a.wacz", make_zip(listing, zipfile.ZIP_STORED), {at})


@fault
def wacz_path_traversal(pages: list[Page], rng: random.Random) -> Case:
    listing = [
        ("archive/a.warc.gz", make_warc(pages)),
        ("archive/../../x.warc.gz", make_warc(pages[:1])),
        ("datapackage.json", b"{}"),
    ]
    return Case("a.wacz", make_zip(listing, zipfile.ZIP_STORED), extra=1)


# --- tar ---------------------------------------------------------------------------------------------------
def _tar_places(pages: Sequence[Page]) -> list[int]:
    places, at = [], 0
    for page in pages:
        places.append(at)
        at += 512 + -(-len(page.data) // 512) * 512
    return places


@fault
def tar_flip_in_head(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(1, len(pages))
    data = make_tar(_members(pages))
    return Case("a.tar", _flip(data, _tar_places(pages)[at] + rng.randrange(100), rng), {at})


@fault
def tar_truncated(pages: list[Page], rng: random.Random) -> Case:
    places = _tar_places(pages)
    at = rng.randrange(1, len(pages))
    cut = places[at] + rng.randrange(1, 512 + len(pages[at].data))
    return Case("a.tar", make_tar(_members(pages))[:cut], set(range(at, len(pages))))


@fault
def tar_gz_flip(pages: list[Page], rng: random.Random) -> Case:
    data = make_tar(_members(pages), "w:gz")
    place = rng.randrange(20, len(data))
    return Case("a.tar.gz", _flip(data, place, rng), set(range(len(pages))), one_row=True)


@fault
def tar_size_huge(pages: list[Page], rng: random.Random) -> Case:
    at = rng.randrange(1, len(pages))
    data = bytearray(make_tar(_members(pages)))
    head = data[_tar_places(pages)[at] :][:512]
    head[124:136] = b"77777777777\x00"
    head[148:156] = b"        "
    head[148:156] = b"%06o\x00 " % sum(head)
    data[_tar_places(pages)[at] : _tar_places(pages)[at] + 512] = head
    return Case("a.tar", bytes(data), set(range(at, len(pages))))


def _tar_special(pages: list[Page], rng: random.Random, kind: bytes, name: str) -> Case:
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        place = rng.randrange(len(pages) + 1)
        for number, page in enumerate([*pages, None]):
            if number == place:
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, "/etc/passwd"
                archive.addfile(info)
            if page is not None:
                info = tarfile.TarInfo(page.name)
                info.size = len(page.data)
                archive.addfile(info, io.BytesIO(page.data))
    return Case("a.tar", buffer.getvalue(), extra=1)


@fault
def tar_link(pages: list[Page], rng: random.Random) -> Case:
    return _tar_special(pages, rng, rng.choice([b"1", b"2"]), "link.html")


@fault
def tar_device(pages: list[Page], rng: random.Random) -> Case:
    return _tar_special(pages, rng, rng.choice([b"3", b"4", b"6"]), "dev.html")


@fault
def tar_path_traversal(pages: list[Page], rng: random.Random) -> Case:
    return Case("a.tar", make_tar(_zip_with(pages, rng, "../../x.html")), extra=1)


@fault
def tar_duplicate_name(pages: list[Page], rng: random.Random) -> Case:
    return Case(
        "a.tar", make_tar(_zip_with(pages, rng, rng.choice(pages).name, b"<html><p>other</p>")), extra=1
    )


# --- running -----------------------------------------------------------------------------------------------
class Hang(Exception):
    """A reader that did not come back in time."""


def _alarm(*_: object) -> None:
    raise Hang


def check(case: Case, pages: list[Page], part_size: int | None) -> list[str]:
    """What is wrong with how a case was read; nothing if all is as it must be."""
    opener = lambda _: io.BytesIO(case.data)  # noqa: E731
    found: list[Any] = []
    signal.alarm(TIMEOUT)
    try:
        parts = split_file("a", case.name, part_size, opener=opener) if part_size else [None]
        for part in parts:
            found += read_file("a", case.name, part=part, opener=opener, limits=Limits(), filters=Filters())
    except Hang:
        return ["hang"]
    except BaseException:
        return ["crash: " + traceback.format_exc(limit=-3)]
    finally:
        signal.alarm(0)
    read: dict[str, list[SavedPage]] = {}
    for one in found:
        if isinstance(one, SavedPage):
            read.setdefault(one.digest, []).append(one)
    rows = [one for one in found if not isinstance(one, SavedPage | StatedSnapshot)]
    reported = {row.source for row in rows}
    faults = []
    wanted = {hashlib.sha256(page.data).hexdigest(): number for number, page in enumerate(pages)}
    lost = [number for digest, number in wanted.items() if digest not in read]
    for number in lost:
        if number not in case.hit:
            faults.append(f"page {number} was not hit and is not read")
    runs = sum(1 for i, number in enumerate(lost) if i == 0 or lost[i - 1] != number - 1)
    if len(rows) < (min(runs, 1) if case.one_row else runs) + case.extra:
        faults.append(
            f"{len(lost)} pages lost in {runs} stretches, {case.extra} faults besides, {len(rows)} rows"
        )
    sources = [one.source for one in found if isinstance(one, SavedPage)]
    if len(set(sources)) < len(sources):
        faults.append("two pages have one source")
    for digest, ones in read.items():
        for one in ones:
            if digest not in wanted and one.source not in reported and not rows:
                faults.append(f"{one.source} is no page that was put in, and no row says so")
    return faults


def run_faults(places: int = 10, seed: int = 0, only: str = "") -> bool:
    """Every kind at ``places`` random places, whole and in parts; prints, and says whether all is well."""
    signal.signal(signal.SIGALRM, _alarm)
    wrong = cases = 0
    slowest = ("", 0.0)
    start = time.perf_counter()
    for kind, maker in KINDS.items():
        if only not in kind:
            continue
        for place in range(places):
            rng = random.Random(f"{seed}|{kind}|{place}")
            pages = make_pages(place)
            case = maker(pages, rng)
            for size in (None, 30_000) if case.name.startswith("a.warc") else (None,):
                began = time.perf_counter()
                faults = check(case, pages, size)
                slowest = max(slowest, (kind, time.perf_counter() - began), key=lambda pair: pair[1])
                cases += 1
                for text in faults[:3]:
                    wrong += 1
                    print(f"  {kind} at place {place}{' in parts' if size else ''}: {text}")
    kinds = sum(only in kind for kind in KINDS)
    print(
        f"faults: {kinds} kinds at {places} places, {cases} readings in {time.perf_counter() - start:.0f} s; "
        f"{wrong} wrong; slowest {slowest[0]} {slowest[1]:.1f} s"
    )
    return wrong == 0 and kinds >= 40


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=10)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    raise SystemExit(not run_faults(given.places, only=given.only))
