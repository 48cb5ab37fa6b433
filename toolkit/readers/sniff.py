"""Tell what bytes are, by their content and never by their name."""

from __future__ import annotations

import csv
import json
import re

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"WARC/", "warc"),
    (b"PAR1", "parquet"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"\xd0\xcf\x11\xe0", "office"),
)
_HTML_START = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*)*+<(?:!doctype\s+html|html|head|body|title|meta|link|base)\b",
    re.I | re.S,
)
_HTML_TAG = re.compile(r"<(?:p|div|a|span|table|td|li|ul|h[1-6]|script|meta|article|section|body)[\s>]", re.I)
_FEED_START = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*)*+(?:<!DOCTYPE\s[^\[>]*(?:\[.*?\]\s*)?>\s*)?(?:<!--(?>.*?-->)\s*)*+"
    r"<(?:rss|feed|rdf:RDF)\b",
    re.S,
)
_COLUMN_NAME = re.compile(r'"?[\w .-]{1,40}"?')
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def find_container(data: bytes) -> str | None:
    """The name of the container or binary format that ``data`` starts as, None for anything text-like."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data[257:262] == b"ustar":
        return "tar"
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None  # UTF-16 has NULs by right
    if len(_CONTROL.findall(head)) > len(head) * 0.02:
        return "binary"
    return None


def is_html(text: str) -> bool:
    """Whether ``text`` is HTML rather than a page saved as plain text."""
    head = text[:200_000]
    if _HTML_START.match(head[:20_000]):
        return True
    start = head.lstrip()
    # a first tag that a page may begin with is enough: the next ones may stand far behind, or not at all
    return start[:1] == "<" and (_HTML_TAG.match(start) is not None or len(_HTML_TAG.findall(head)) >= 3)


def find_table_form(text: str) -> str | None:
    """``"json"``, ``"csv"`` or ``"feed"`` where ``text`` is data rather than a page; None for a page."""
    head = text.lstrip("\ufeff \t\r\n")
    if head[:1] in "{[" and head[:1]:
        try:
            json.loads(head if len(head) < 2_000_000 else head.splitlines()[0])
        except ValueError:
            try:
                json.loads(head.splitlines()[0])
            except (ValueError, RecursionError):
                return None
        except RecursionError:
            return "json"
        return "json"
    if _FEED_START.match(head[:5000]):
        return "feed"
    lines = [line for line in head[:20_000].splitlines() if line.strip()][:8]
    if len(lines) < 2:
        return None
    for delimiter in ",\t;":
        try:
            widths = {len(row) for row in csv.reader(lines[:-1] or lines, delimiter=delimiter)}
        except csv.Error:
            continue
        names = lines[0].split(delimiter)
        if (
            len(widths) == 1
            and widths.pop() >= 2
            and all(re.fullmatch(r'"?[\w .-]{1,40}"?', n) for n in names)
        ):
            return "csv"
    return None
