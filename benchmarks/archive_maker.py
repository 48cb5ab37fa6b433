"""Builds archives from pages in memory: WARC, WACZ, MHTML, zip, tar; what the benchmarks of loading read.

Nothing here uses the toolkit, so that a fault of its readers cannot hide in how the archives were made.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "articles" / "pages"
SAMPLE = ROOT / "data" / "sample" / "pages"
FIRST = datetime(2025, 4, 2, 10, 0, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """One page to be put into archives: its file's name, bytes, address and capture time."""

    name: str
    data: bytes
    url: str
    time: datetime


def find_pages(folder: Path | None = None, limit: int | None = None) -> list[Page]:
    """Pages of a folder (by default the shared articles, else the sample), with made-up addresses and times."""
    folder = folder or (SHARED if SHARED.is_dir() else SAMPLE)
    pages = []
    for number, path in enumerate(sorted(folder.glob("*.html*"))[:limit]):
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            try:
                data = gzip.decompress(data)
            except (EOFError, OSError):  # the sample holds one that is cut short, on purpose
                continue
        name = path.name.removesuffix(".gz")
        url = f"https://archive.example/{number}/{name}"
        pages.append(Page(name, data, url, FIRST + timedelta(minutes=number)))
    return pages


def make_http(
    body: bytes, mime: str = "text/html", headers: Iterable[tuple[str, str]] = (), status: str = "200 OK"
) -> bytes:
    """An HTTP response as it came over the wire."""
    fields = [("Content-Type", mime), *headers]
    if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in fields):
        fields.append(("Content-Length", str(len(body))))
    head = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    return head.encode() + body


def make_record(
    kind: str,
    url: str | None,
    time: datetime,
    block: bytes,
    *,
    mime: str = "application/http; msgtype=response",
    length: int | None = None,
    payload: bytes | None = None,
    extra: Iterable[tuple[str, str]] = (),
) -> bytes:
    """One WARC record; its id comes from its content, so that archives are the same from run to run."""
    key = hashlib.sha256(b"|".join([kind.encode(), str(url).encode(), str(time).encode(), block])).hexdigest()
    fields = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{key[:32]}>")]
    if url is not None:
        fields.append(("WARC-Target-URI", url))
    fields += [("WARC-Date", time.strftime("%Y-%m-%dT%H:%M:%SZ")), ("Content-Type", mime)]
    if payload is not None:
        digest = base64.b32encode(hashlib.sha1(payload).digest()).decode()
        fields.append(("WARC-Payload-Digest", f"sha1:{digest}"))
    fields += [*extra, ("Content-Length", str(len(block) if length is None else length))]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    return head.encode() + block + b"\r\n\r\n"


def make_response(page: Page, **options: object) -> bytes:
    """The response record of a page."""
    return make_record(
        "response",
        page.url,
        page.time,
        make_http(page.data, **options),  # type: ignore[arg-type]
        payload=page.data,
    )


def squeeze(data: bytes, level: int = 6) -> bytes:
    """One gzip member, the same from run to run."""
    return gzip.compress(data, level, mtime=0)


def make_warc(pages: Iterable[Page], *, packed: bool = True) -> bytes:
    """A WARC with a warcinfo record and a request and a response for each page."""
    return join_records(warc_records(pages), packed=packed)


def warc_records(pages: Iterable[Page]) -> list[bytes]:
    """The records of a WARC, one by one."""
    records = [make_record("warcinfo", None, FIRST, b"software: none\r\n", mime="application/warc-fields")]
    for page in pages:
        request = b"GET / HTTP/1.1\r\nHost: archive.example\r\n\r\n"
        records.append(
            make_record("request", page.url, page.time, request, mime="application/http; msgtype=request")
        )
        records.append(make_response(page))
    return records


def join_records(records: Iterable[bytes], *, packed: bool = True) -> bytes:
    """Records as one archive, packed one by one where ``packed``."""
    return b"".join(squeeze(record) if packed else record for record in records)


def make_zip(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip, the same from run to run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2025, 4, 2, 10, 0, 0))
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def make_wacz(pages: Iterable[Page]) -> bytes:
    """A WACZ with one WARC."""
    listing = "".join(json.dumps({"url": page.url}) + "\n" for page in pages)
    members = [
        ("archive/data.warc.gz", make_warc(pages)),
        ("datapackage.json", b'{"profile": "data-package", "wacz_version": "1.1.1"}'),
        ("indexes/index.cdx", b""),
        ("pages/pages.jsonl", listing.encode()),
    ]
    return make_zip(members, zipfile.ZIP_STORED)


def make_mhtml(page: Page) -> bytes:
    """A page as browsers save it in one file."""
    lines = [
        "From: <Saved by Blink>",
        f"Snapshot-Content-Location: {page.url}",
        "Subject: page",
        f"Date: {format_datetime(page.time)}",
        "MIME-Version: 1.0",
        'Content-Type: multipart/related; type="text/html"; boundary="----edge----"',
        "",
        "",
        "------edge----",
        "Content-Type: text/html",
        "Content-ID: <frame-1@mhtml.blink>",
        "Content-Transfer-Encoding: base64",
        f"Content-Location: {page.url}",
        "",
        base64.encodebytes(page.data).decode().replace("\n", "\r\n"),
        "------edge----",
        "Content-Type: image/png",
        "Content-Transfer-Encoding: base64",
        "Content-Location: https://archive.example/a.png",
        "",
        base64.b64encode(b"\x89PNG....").decode(),
        "------edge------",
        "",
    ]
    return "\r\n".join(lines).encode()


def make_tar(members: Iterable[tuple[str, bytes]], mode: str = "w") -> bytes:
    """A tar, the same from run to run; ``mode`` as tarfile has it (``w:gz`` packs it)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
