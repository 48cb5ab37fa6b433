"""A file's bytes -> saved pages, one module per format, chosen by content and not by name."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

from toolkit.readers.decode import decode_page
from toolkit.readers.model import Problem, SavedPage
from toolkit.readers.name import find_capture_time
from toolkit.readers.sniff import find_container, find_table_form, is_html

__all__ = ["MAX_BYTES", "Problem", "SavedPage", "read_file"]

#: The largest page, after decompression, that is read; a larger file is reported. Bytes.
MAX_BYTES = 64 * 2**20

_UNSUPPORTED = {
    "pdf": "a PDF holds print, not a page; save the page as HTML or text.",
    "zip": "unpack it first, and load the folder.",
    "tar": "unpack it first, and load the folder.",
    "warc": "extract the pages as HTML first.",
    "parquet": "a Parquet file is a table; open a saved corpus with toolkit.open_corpus().",
    "zstd": "decompress it first.",
    "bzip2": "decompress it first.",
    "xz": "decompress it first.",
    "office": "export it as HTML or text first.",
}


def read_file(path: Path, source: str) -> Iterator[SavedPage | Problem]:
    """The saved pages in the file ``path``, which the tables will call ``source``; or problems, or both."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            yield Problem(
                source, "read", "too_large", f"{size:,} bytes; the limit is {MAX_BYTES:,}. Split it."
            )
            return
        data = path.read_bytes()
    except OSError as error:
        yield Problem(
            source, "read", "unreadable", f"{error.strerror or error}; check the file's permissions."
        )
        return
    layers = 0
    while find_container(data) == "gzip":
        layers += 1
        unpacked = _gunzip(data, source) if layers <= 3 else _nested(source)
        if isinstance(unpacked, Problem):
            yield unpacked
            return
        data = unpacked
    yield from _read_page(data, source, Path(source).name)


def _nested(source: str) -> Problem:
    return Problem(source, "read", "nested_gzip", "more than three layers of gzip; decompress it by hand.")


def _gunzip(data: bytes, source: str) -> bytes | Problem:
    """Decompress all members, within the size limit; a cut or broken stream is a problem, not half a page."""
    parts: list[bytes] = []
    total = 0
    while data:
        worker = zlib.decompressobj(wbits=31)
        try:
            part = worker.decompress(data, MAX_BYTES + 1 - total)
        except zlib.error as error:
            if parts:  # zero padding or noise behind a whole member, as tape tools leave it
                break
            return Problem(source, "read", "corrupt", f"gzip: {error}. Fetch the file again.")
        parts.append(part)
        total += len(part)
        if total > MAX_BYTES:
            return Problem(
                source, "read", "too_large", f"more than {MAX_BYTES:,} bytes when unpacked. Split it."
            )
        if not worker.eof:
            return Problem(
                source, "read", "truncated", f"gzip ends early, after {total:,} bytes. Fetch the file again."
            )
        data = worker.unused_data
    return b"".join(parts)


def _read_page(data: bytes, source: str, name: str) -> Iterator[SavedPage | Problem]:
    if not data.strip():
        yield Problem(source, "read", "empty", "0 bytes of content. Save the page again.")
        return
    container = find_container(data)
    if container in ("binary", "image"):
        yield Problem(source, "read", "binary", f"not text ({container}). Save the page as HTML or text.")
        return
    if container is not None:
        advice = _UNSUPPORTED.get(container, "save the page as HTML or text.")
        yield Problem(source, "read", "unsupported_format", f"{container}: {advice}")
        return
    decoded = decode_page(data)
    if not decoded.text.strip("\x00 \t\r\n\ufffd"):
        yield Problem(source, "decode", "empty", "no character of content. Save the page again.")
        return
    html = is_html(decoded.text)
    form = None if html else find_table_form(decoded.text)
    if form is not None:
        yield Problem(
            source,
            "read",
            "unsupported_format",
            f"{form} data, not a page. A table about the pages goes into load(..., metadata=...).",
        )
        return
    if decoded.bad:
        yield Problem(
            source,
            "decode",
            "bad_bytes",
            f"{decoded.bad:,} bytes do not fit {decoded.encoding} and were replaced. The page was read.",
        )
    captured = find_capture_time(name)
    yield SavedPage(
        source=source,
        format="html" if html else "text",
        text=decoded.text.replace("\x00", ""),
        digest=hashlib.sha256(data).hexdigest(),
        encoding=decoded.encoding,
        is_html=html,
        captured_at=captured[0] if captured else None,
        captured_from="name" if captured else None,
        captured_precision=captured[1] if captured else None,
    )
