"""Small archives of invented pages, for the tests of the readers."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from typing import Any

from toolkit.readers import Part, Problem, SavedPage, Tally, read_file, split_file

TITLES = [
    "Ferry resumes crossings",
    "Council delays tower vote",
    "Orchard wins seed prize",
    "Lanterns return to quay",
]


def make_page(number: int) -> bytes:
    """An invented page; each number gives another."""
    title = TITLES[number % len(TITLES)]
    text = f"The {title.lower()} story number {number} was told at length in the town hall. " * (5 + number)
    head = f"<!doctype html><html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1><p>{text}</p></body></html>".encode()


PAGES = [make_page(number) for number in range(5)]


def squeeze(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def make_http(body: bytes, mime: str = "text/html", status: str = "200 OK", **headers: str) -> bytes:
    fields = {"Content-Type": mime, **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode() + b"\r\n" + body


def make_record(
    kind: str, block: bytes, number: int = 0, *, length: str | None = None, **headers: str
) -> bytes:
    """One record; headers are given with ``_`` for ``-``, an empty value leaves one out."""
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{hashlib.sha256(block).hexdigest()[:32]}>",
        "WARC-Target-URI": f"https://news.example/{number}",
        "WARC-Date": f"2025-04-02T10:{number:02}:00Z",
        "Content-Type": "application/http; msgtype=response" if kind != "resource" else "text/html",
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "Content-Length": str(len(block)) if length is None else length,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"


def make_response(number: int, **headers: str) -> bytes:
    return make_record("response", make_http(PAGES[number % 5]), number, **headers)


RECORDS = [make_response(number) for number in range(5)]
OFFSETS = [sum(len(squeeze(record)) for record in RECORDS[:number]) for number in range(5)]


def make_digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def join(records: list[bytes], packed: bool = True) -> bytes:
    return b"".join(squeeze(record) if packed else record for record in records)


def make_zip(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def make_tar(members: list[tuple[str, bytes]], mode: Any = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def read(data: bytes, name: str = "a.bin", **options: Any) -> list[Any]:
    """What ``read_file`` gives for these bytes."""
    return list(read_file(name, name, opener=lambda _: io.BytesIO(data), **options))


def read_parts(data: bytes, name: str, size: int) -> tuple[list[Part], list[Any]]:
    """The parts of an archive, and what they give one after the other."""
    parts = split_file(name, name, size, opener=lambda _: io.BytesIO(data))
    return parts, [found for part in parts for found in read(data, name, part=part)]


def pages_of(found: list[Any]) -> list[SavedPage]:
    return [one for one in found if isinstance(one, SavedPage)]


def reasons_of(found: list[Any]) -> list[tuple[str, str]]:
    """The problems, as (source, reason)."""
    return [(one.source, one.reason) for one in found if isinstance(one, Problem)]


def counts_of(found: list[Any]) -> dict[str, int]:
    """The counts of the one tally; empty where there is none."""
    tallies = [one for one in found if isinstance(one, Tally)]
    assert len(tallies) <= 1
    return dict(tallies[0].counts) if tallies else {}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
