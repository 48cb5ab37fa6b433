"""Zip archives (and WACZ, which are zips) -> what their members give; nothing is ever written to the disk's tree."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import IO, Any

from toolkit.readers.containers import Context, Found, read_member
from toolkit.readers.model import Counter, Problem
from toolkit.readers.stream import BOMB_FROM, Broken, Exhausted, Readable, Slice, Window, check_ratio

_LOCAL = b"PK\x03\x04"
_ASSET_FOLDER = re.compile(r"(.+?)(?:_files|-Dateien|_fichiers|_archivos|_bestanden)$")
_IGNORED = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})


def read_zip(file: IO[bytes], source: str, context: Context, depth: int) -> Iterator[Found]:
    """What the members of a zip give, in the order of their names; a WACZ gives the pages of its archives.

    Links, names that point outside, encrypted members and zip bombs become problems; the folders of images and
    scripts that browsers save beside a page are counted. Where the directory at the end is lost, the members
    are looked for one by one.
    """
    counts = Counter()
    try:
        try:
            archive = zipfile.ZipFile(file)
        except (
            zipfile.BadZipFile,
            ValueError,
            OSError,
            struct.error,
            UnicodeError,
            NotImplementedError,
        ) as error:
            detail = f"the zip's directory cannot be read ({error}); its members were looked for one by one."
            yield Problem(source, "read", "corrupt", detail)
            yield from _salvage(file, source, context, depth, counts)
        else:
            with archive:
                yield from _read_members(archive, file, source, context, depth, counts)
    except Exhausted as end:
        yield Problem(source, "read", end.reason, end.detail)
    yield from counts.tally(source)


def _read_members(
    archive: zipfile.ZipFile, file: IO[bytes], source: str, context: Context, depth: int, counts: Counter
) -> Iterator[Found]:
    infos = sorted(archive.infolist(), key=lambda info: (info.filename, info.header_offset))
    names = {info.filename for info in infos}
    is_wacz = "datapackage.json" in names and any(
        re.match(r"archive/.+\.warc(?:\.gz)?$", name) for name in names
    )
    seen: dict[str, int] = {}
    rows = 0
    for info in infos:
        context.budget.count_member()
        if info.is_dir():
            continue
        if is_wacz and not info.filename.startswith("archive/") and is_safe_name(info.filename):
            continue  # its indexes and its own description
        if is_aside(info.filename, names):
            counts.add("files that a browser or system saved beside pages")
            continue
        member_source = f"{source}!{info.filename}"
        if info.filename in seen:
            member_source += f"@{info.header_offset}"
            detail = f"another member has the name {info.filename!r}, too; both were read."
            yield Problem(member_source, "read", "duplicate_name", detail)
        seen[info.filename] = 1
        refusal = _refuse(info, context)
        found: Iterator[Found]
        if refusal is not None:
            found = iter([Problem(member_source, "read", *refusal)])
        else:
            found = _read_info(archive, info, file, member_source, context, depth, counts, is_wacz)
        for result in found:
            if isinstance(result, Problem):
                rows += 1
                if rows > context.budget.limits.max_rows:
                    counts.add(f"further problems ({result.reason})")
                    continue
            yield result


def is_safe_name(name: str) -> bool:
    """Whether a member's name stays within its archive.

    Examples
    --------
    >>> is_safe_name("pages/a.html"), is_safe_name("../../etc/passwd"), is_safe_name("C:\\\\a.html")
    (True, False, False)
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and not name.startswith(("/", "\\")) and ".." not in parts and parts[0][1:2] != ":"


def is_aside(name: str, names: set[str] | None) -> bool:
    """Whether a member is one of the files that a browser saves beside a page, or a system's own.

    ``names`` are all members' names, None where they are not known beforehand.
    """
    parts = PurePosixPath(name).parts
    if any(part in _IGNORED or part.startswith("._") for part in parts):
        return True
    for index, part in enumerate(parts[:-1]):
        match = _ASSET_FOLDER.match(part)
        if match:
            base = "/".join((*parts[:index], match.group(1)))
            if names is None or any(base + end in names for end in (".html", ".htm", ".xhtml")):
                return True
    return False


def _refuse(info: zipfile.ZipInfo, context: Context) -> tuple[str, str] | None:
    if not is_safe_name(info.filename):
        return "unsafe_name", f"the name {info.filename[:200]!r} points outside the archive; not read."
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "link", "a link or device, not a file; not read."
    if info.flag_bits & 1:
        return "encrypted", "the member is encrypted; unpack it with its password first."
    if info.file_size > BOMB_FROM and info.file_size > context.budget.limits.max_ratio * max(
        1, info.compress_size
    ):
        return "bomb", (
            f"states {info.file_size:,} bytes packed into {info.compress_size:,}, as zip bombs do (max_ratio)."
        )
    return None


def _read_info(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    file: IO[bytes],
    source: str,
    context: Context,
    depth: int,
    counts: Counter,
    is_wacz: bool,
) -> Iterator[Found]:
    name = PurePosixPath(info.filename).name
    try:
        if is_wacz:
            yield from _read_wacz_member(archive, info, file, source, context, counts)
            return
        with archive.open(info) as opened:
            member = _Metered(opened, info, context)
            yield from read_member(member, source, name, context, depth, counts)
    except Exhausted:
        raise
    except Broken as broken:
        yield Problem(source, "read", broken.reason, broken.detail)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        struct.error,
    ) as error:
        detail = f"the member cannot be unpacked ({error}); the others were read. Fetch the archive again."
        yield Problem(source, "read", "corrupt", detail)


def _read_wacz_member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    file: IO[bytes],
    source: str,
    context: Context,
    counts: Counter,
) -> Iterator[Found]:
    from toolkit.readers.containers import Shared
    from toolkit.readers.stream import spool
    from toolkit.readers.warc import read_warc

    with ExitStack() as stack:
        if info.compress_type == zipfile.ZIP_STORED:
            copy: Any = _slice_of(file, info)
        else:
            opened = stack.enter_context(archive.open(info))
            copy = stack.enter_context(spool(_Metered(opened, info, context)))
        packed = copy.read(2) == b"\x1f\x8b"
        copy.seek(0)
        yield from read_warc(
            copy,
            source,
            packed=packed,
            form="wacz",
            budget=context.budget,
            filters=context.filters,
            reopen=lambda: Shared(copy),  # type: ignore[arg-type,return-value]
        )


def _slice_of(file: IO[bytes], info: zipfile.ZipInfo) -> Slice:
    file.seek(info.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(_LOCAL):
        raise Broken("corrupt", "the member's own header is damaged; the others were read.")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = info.header_offset + 30 + name_length + extra_length
    return Slice(file, start, info.compress_size)


class _Metered:
    """A member being unpacked, which counts against the archive's budget."""

    def __init__(self, member: Readable, info: zipfile.ZipInfo, context: Context) -> None:
        self.member, self.packed, self.context, self.total = member, info.compress_size, context, 0

    def read(self, n: int = -1, /) -> bytes:
        found = self.member.read(n)
        self.total += len(found)
        self.context.budget.spend(len(found))
        check_ratio(self.total, self.packed, self.context.budget.limits)
        return found


def _salvage(file: IO[bytes], source: str, context: Context, depth: int, counts: Counter) -> Iterator[Found]:
    """The members of a zip that has lost its directory, by their own headers."""
    file.seek(0)
    window = Window(file.read)
    while window.find(_LOCAL) is not None:
        offset = window.pos
        header = window.read(30)
        if len(header) < 30:
            return
        flags, method = struct.unpack("<HH", header[6:10])
        packed, _, name_length, extra_length = struct.unpack("<IIHH", header[18:30])
        raw_name = window.read(name_length)
        window.skip(extra_length)
        name = raw_name.decode("utf-8" if flags & 0x800 else "cp437", "replace")
        member_source = f"{source}!{name}"
        context.budget.count_member()
        if not is_safe_name(name):
            yield Problem(
                member_source, "read", "unsafe_name", "the name points outside the archive; not read."
            )
            continue
        if name.endswith("/") or is_aside(name, None):
            continue
        start = window.pos
        if method == 0 and not flags & 8:
            member: Readable = _Taken(window, packed)
        elif method == 8 and not flags & 1:
            member = _Inflated(window, context)
        else:
            detail = (
                f"the member cannot be read without the zip's directory (method {method}, flags {flags})."
            )
            yield Problem(member_source, "read", "corrupt", detail)
            continue
        try:
            yield from read_member(
                member, f"{member_source}@{offset}", PurePosixPath(name).name, context, depth, counts
            )
        except Exhausted:
            raise
        except Broken as broken:
            yield Problem(f"{member_source}@{offset}", "read", broken.reason, broken.detail)
        if method == 0:
            window.back_to(min(window.pos, start + packed))
            window.skip(start + packed - window.pos)


class _Taken:
    """The next bytes of a window, so many and no more."""

    def __init__(self, window: Window, count: int) -> None:
        self.window, self.left = window, count

    def read(self, n: int = -1, /) -> bytes:
        found = self.window.read_some(min(self.left, 2**16 if n < 0 else n)) if self.left else b""
        self.left -= len(found)
        if self.left and not found:
            raise Broken("truncated", "the member ends early. Fetch the archive again.")
        return found


class _Inflated:
    """A deflated member whose length nothing states: it ends where its stream does."""

    def __init__(self, window: Window, context: Context) -> None:
        self.window, self.context = window, context
        self.worker = zlib.decompressobj(-15)
        self.pending = b""
        self.packed = self.total = 0

    def read(self, n: int = -1, /) -> bytes:
        while not self.worker.eof:
            packed = self.pending or self.window.read_some(2**15)
            if not packed:
                raise Broken("truncated", "the member ends early. Fetch the archive again.")
            try:
                part = self.worker.decompress(packed, 2**16 if n < 0 else n)
            except zlib.error as error:
                raise Broken("corrupt", f"the member is damaged ({error}).") from error
            self.packed += len(packed) - len(self.worker.unconsumed_tail)
            self.pending = self.worker.unconsumed_tail
            if self.worker.eof:
                self.window.back_to(self.window.pos - len(self.worker.unused_data))
            if part:
                self.total += len(part)
                self.context.budget.spend(len(part))
                check_ratio(self.total, self.packed, self.context.budget.limits)
                return part
        return b""
