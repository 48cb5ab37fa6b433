"""The body of an HTTP response as it was recorded -> the page's own bytes: chunks joined, encodings undone.

Crawlers often store a body that they have already unpacked under the headers it once came with. So the body
itself is asked first: what does not look chunked or packed is taken as it is.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from toolkit.readers.model import Limits
from toolkit.readers.stream import Broken, check_ratio, find_zstd

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")


def decode_body(body: bytes, transfer: str, content: str, limits: Limits) -> bytes:
    """The bytes of the page in ``body``.

    Parameters
    ----------
    body : bytes
        As recorded.
    transfer, content : str
        The headers ``Transfer-Encoding`` and ``Content-Encoding``, empty where absent.
    limits : Limits
        ``max_bytes`` and ``max_ratio`` hold for each layer.

    Raises
    ------
    Broken
        ``bad_body`` where it is damaged, ``too_large``, ``bomb``, or ``missing_extra`` where a package lacks.
    """
    if "chunked" in transfer.lower():
        body = _join_chunks(body)
    names = [name.strip().lower() for name in content.split(",") if name.strip()]
    if len(names) > 4:
        raise Broken("bad_body", f"{len(names)} content encodings on top of each other; not read.")
    for name in reversed(names):
        body = _unpack(body, name, limits)
    return body


def _join_chunks(body: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        match = _SIZE_LINE.match(body, at)
        if match is None:
            if not parts:
                return body  # already joined by the crawler
            raise Broken("bad_body", f"chunked body breaks off after {at:,} bytes; the page is not whole.")
        size = int(match.group(1), 16)
        if size == 0:
            return b"".join(parts)
        at = match.end()
        if at + size > len(body):
            if not parts and size > 4 * len(body) + 2**16:
                return body  # a line of text that happens to be a hexadecimal number
            raise Broken("bad_body", f"a chunk of {size:,} bytes is cut short; the page is not whole.")
        parts.append(body[at : at + size])
        at += size
        if body[at : at + 2] == b"\r\n":
            at += 2
        elif body[at : at + 1] == b"\n":
            at += 1


def _unpack(body: bytes, name: str, limits: Limits) -> bytes:
    if name in ("identity", "none", "utf-8") or not body:
        return body
    if name in ("gzip", "x-gzip"):
        return _inflate(body, 31, limits) if body.startswith(b"\x1f\x8b") else body
    if name == "deflate":
        if body[:1].strip() == b"<":
            return body
        wrapped = body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        return _inflate(body, 15 if wrapped else -15, limits)
    if name == "br":
        return _unbrotli(body, limits)
    if name in ("zstd", "x-zstd"):
        if not body.startswith(b"\x28\xb5\x2f\xfd"):
            return body
        return _unpack_with(find_zstd()(), body, "zstd", limits)
    if body[:1].strip() == b"<":
        return body
    raise Broken("bad_body", f"content encoding {name!r} is not known; gzip, deflate, br and zstd are.")


def _inflate(body: bytes, wbits: int, limits: Limits) -> bytes:
    parts, total = [], 0
    worker: Any = None
    while body:
        worker = zlib.decompressobj(wbits=wbits)
        pending = body
        try:
            while pending and not worker.eof:
                part = worker.decompress(pending, 2**20)
                pending = worker.unconsumed_tail
                parts.append(part)
                total += len(part)
                _check_size(total, len(body) - len(pending), limits)
        except zlib.error as error:
            if parts and total:
                raise Broken(
                    "bad_body", f"the packed body is damaged ({error}); the page is not whole."
                ) from error
            raise Broken("bad_body", f"the packed body is damaged ({error}).") from error
        if not worker.eof:
            raise Broken("bad_body", f"the packed body ends early, after {total:,} bytes.")
        body = worker.unused_data if wbits == 31 and worker.unused_data.startswith(b"\x1f\x8b") else b""
    return b"".join(parts)


def _check_size(total: int, packed: int, limits: Limits) -> None:
    if total > limits.max_bytes:
        raise Broken(
            "too_large",
            f"a body of more than {limits.max_bytes:,} bytes when unpacked (max_bytes); not read.",
        )
    check_ratio(total, packed, limits)


def _unbrotli(body: bytes, limits: Limits) -> bytes:
    try:
        import brotli
    except ImportError:
        if body[:1].strip() == b"<":
            return body
        raise Broken(
            "missing_extra", 'a body packed with Brotli; pip install "sidebar-toolkit[archives]".'
        ) from None
    worker = brotli.Decompressor()
    parts, total = [], 0
    pending = body
    try:
        while not worker.is_finished():
            # a few bytes of Brotli may stand for gigabytes: what comes out is limited, too
            part = worker.process(pending, output_buffer_limit=2**20)
            if not part and worker.can_accept_more_data():
                raise Broken("bad_body", f"the packed body ends early, after {total:,} bytes.")
            pending = b""
            parts.append(part)
            total += len(part)
            _check_size(total, len(body), limits)
    except brotli.error as error:
        if body[:1].strip() == b"<":
            return body  # already unpacked by the crawler
        raise Broken("bad_body", "the body packed with Brotli is damaged.") from error
    return b"".join(parts)


def _unpack_with(worker: Any, body: bytes, form: str, limits: Limits) -> bytes:
    parts, total, pending = [], 0, body
    try:
        while not worker.eof:
            part = worker.decompress(pending, 2**20)
            pending = b""
            if not part and worker.needs_input:
                raise Broken("bad_body", f"the body packed with {form} ends early, after {total:,} bytes.")
            parts.append(part)
            total += len(part)
            _check_size(total, len(body), limits)
    except Broken:
        raise
    except Exception as error:  # each library has errors of its own
        raise Broken("bad_body", f"the body packed with {form} is damaged: {error}.") from error
    return b"".join(parts)
