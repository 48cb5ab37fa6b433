"""Tar archives, also packed -> what their members give, one after the other, without a place to go back to."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from toolkit.readers.containers import Context, Found, read_member
from toolkit.readers.model import Counter, Problem
from toolkit.readers.stream import Broken, Exhausted, Readable, Window
from toolkit.readers.zip_archive import is_aside, is_safe_name

_BLOCK = 512
_MAX_NAME = 64 * 2**10
_PATH = re.compile(rb"^\d{1,7} path=([^\n]*)\n", re.M)
_SIZE = re.compile(rb"^\d{1,7} size=(\d{1,18})\n", re.M)


def read_tar(file: Readable, source: str, context: Context, depth: int) -> Iterator[Found]:
    """What the members of a tar give, in the order in which they stand; memory does not grow with it.

    Links and devices, and names that point outside, become problems. After a damaged header reading goes on at
    the next sound one.
    """
    counts = Counter()
    window = Window(file.read)
    seen: set[str] = set()
    long_name: str | None = None
    long_size: int | None = None
    rows, lost = 0, False
    try:
        while True:
            offset = window.pos
            block = window.read(_BLOCK)
            if len(block) < _BLOCK:
                if block.strip(b"\x00"):
                    yield Problem(f"{source}#{offset}", "read", "truncated", "the tar ends within a header.")
                break
            if not block.strip(b"\x00"):
                continue
            try:
                info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
                if info.size < 0:
                    raise tarfile.HeaderError("negative size")
            except (tarfile.HeaderError, ValueError) as error:
                if not lost:
                    detail = f"a damaged header ({error}); what stands up to the next sound one is lost."
                    yield Problem(f"{source}#{offset}", "read", "corrupt", detail)
                lost, long_name, long_size = True, None, None
                continue
            lost = False
            context.budget.count_member()
            if info.type in (tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                if info.size > _MAX_NAME:
                    detail = f"a header of {info.size:,} bytes; not read."
                    yield Problem(f"{source}#{offset}", "read", "corrupt", detail)
                    lost = True
                    continue
                data = window.read(_padded(info.size))[: info.size]
                if info.type == tarfile.GNUTYPE_LONGNAME:
                    long_name = data.rstrip(b"\x00").decode("utf-8", "replace")
                else:
                    path, large = _PATH.search(data), _SIZE.search(data)
                    long_name = path.group(1).decode("utf-8", "replace") if path else long_name
                    long_size = int(large.group(1)) if large else long_size
                continue
            if info.type in (tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE):
                window.skip(_padded(info.size))
                continue
            name = (long_name or info.name).encode("utf-8", "replace").decode("utf-8")
            size = info.size if long_size is None else long_size
            long_name = long_size = None
            member_source = f"{source}!{name}"
            if info.type in (tarfile.DIRTYPE,):
                continue
            if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE):
                links = info.type in (tarfile.SYMTYPE, tarfile.LNKTYPE)
                what = "a link" if links else "a device or of a kind that is not read"
                yield Problem(member_source, "read", "link", f"the member is {what}, not a file; not read.")
                window.skip(0 if links else _padded(size))
                continue
            member = _Member(window, size)
            if not is_safe_name(name):
                detail = f"the name {name[:200]!r} points outside the archive; not read."
                yield Problem(member_source, "read", "unsafe_name", detail)
            elif is_aside(name, None):
                counts.add("files that a browser or system saved beside pages")
            else:
                if name in seen:
                    member_source += f"@{offset}"
                    detail = f"another member has the name {name!r}, too; both were read."
                    yield Problem(member_source, "read", "duplicate_name", detail)
                elif len(seen) < 1_000_000:
                    seen.add(name)
                for found in _read(member, member_source, PurePosixPath(name).name, context, depth, counts):
                    if isinstance(found, Problem):
                        rows += 1
                        if rows > context.budget.limits.max_rows:
                            counts.add(f"further problems ({found.reason})")
                            continue
                    yield found
            window.skip(_padded(size) - member.taken)
    except Exhausted as end:
        yield Problem(source, "read", end.reason, end.detail)
    except Broken as broken:
        yield Problem(
            source,
            "read",
            broken.reason,
            f"{broken.detail} The rest of the tar is not read; what was read before may be damaged, too.",
        )
    yield from counts.tally(source)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


class _Member:
    """The bytes of one member; ``taken`` of them have been read."""

    def __init__(self, window: Window, size: int) -> None:
        self.window, self.size, self.taken = window, size, 0

    def read(self, n: int = -1, /) -> bytes:
        left = self.size - self.taken
        if left <= 0:
            return b""
        found = self.window.read_some(min(left, 2**16 if n < 0 else n))
        if not found:
            raise _Cut("truncated", "the tar ends within this member. Fetch the archive again.")
        self.taken += len(found)
        return found


class _Cut(Broken):
    """The tar itself has ended; its member is the problem."""


def _read(
    member: _Member, source: str, name: str, context: Context, depth: int, counts: Counter
) -> Iterator[Found]:
    try:
        yield from read_member(member, source, name, context, depth, counts)
    except _Cut as cut:
        yield Problem(source, "read", cut.reason, cut.detail)
