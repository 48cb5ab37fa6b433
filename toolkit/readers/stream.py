"""Streams under limits: look ahead, go on, unpack; whatever breaks says why, and no more is held than asked for."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from toolkit.readers.model import Limits

#: Bytes read at once, kept behind for a second look, and kept in memory before a temporary file takes over.
CHUNK = 64 * 2**10
HISTORY = 2**20
SPOOL = 32 * 2**20
#: No member is called a bomb before it has unpacked to so many bytes.
BOMB_FROM = 16 * 2**20


class Broken(Exception):
    """What stops a stream: a fixed short code, and what came and what to do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class Exhausted(Broken):
    """The whole input is at its limit: nothing more of it is read."""


class Readable(Protocol):
    """Anything with ``read(n)``: files, members, decompressors."""

    def read(self, n: int = -1, /) -> bytes: ...


@dataclass(slots=True)
class Budget:
    """What one input may still unpack to and how many members it may still have."""

    limits: Limits
    unpacked: int = 0
    members: int = 0

    def spend(self, count: int) -> None:
        """Account for ``count`` unpacked bytes."""
        self.unpacked += count
        if self.unpacked > self.limits.max_unpacked:
            raise Exhausted(
                "too_large",
                f"more than {self.limits.max_unpacked:,} bytes when unpacked (max_unpacked); the rest is not "
                "read. Split it, or raise the limit.",
            )

    def count_member(self) -> None:
        """Account for one more record or member."""
        self.members += 1
        if self.members > self.limits.max_members:
            raise Exhausted(
                "too_many",
                f"more than {self.limits.max_members:,} records or members (max_members); the rest is not "
                "read. Split it, or raise the limit.",
            )


class Window:
    """A forward look at a stream: peek, read, skip, find; a little of what is past can be returned to."""

    __slots__ = ("_base", "_buffer", "_ended", "_index", "_read")

    def __init__(self, read: Callable[[int], bytes], base: int = 0) -> None:
        self._read = read
        self._buffer = bytearray()
        self._base = base  # the stream's position of the buffer's first byte
        self._index = 0
        self._ended = False

    @property
    def pos(self) -> int:
        """Where the next byte stands in the stream."""
        return self._base + self._index

    def _fill(self, count: int) -> int:
        """Hold ``count`` bytes from here on, if there are so many; how many there are."""
        while not self._ended and len(self._buffer) - self._index < count:
            chunk = self._read(max(CHUNK, min(count, 2**20)))
            if not chunk:
                self._ended = True
                break
            if self._index > 4 * HISTORY:
                cut = self._index - HISTORY
                del self._buffer[:cut]
                self._base += cut
                self._index = HISTORY
            self._buffer += chunk
        return min(count, len(self._buffer) - self._index)

    def peek(self, count: int) -> bytes:
        """The next ``count`` bytes (fewer at the end), which stay."""
        count = self._fill(count)
        return bytes(self._buffer[self._index : self._index + count])

    def read(self, count: int) -> bytes:
        """The next ``count`` bytes (fewer at the end)."""
        found = self.peek(count)
        self._index += len(found)
        return found

    def read_some(self, count: int) -> bytes:
        """What is at hand of the next ``count`` bytes, at least one unless at the end."""
        self._fill(1)
        found = bytes(self._buffer[self._index : self._index + count])
        self._index += len(found)
        return found

    def skip(self, count: int) -> int:
        """Pass over ``count`` bytes; how many there were."""
        left = count
        while left > 0:
            have = self._fill(min(left, CHUNK))
            if not have:
                break
            self._index += have
            left -= have
        return count - left

    def at_end(self) -> bool:
        """Whether nothing follows."""
        return not self._fill(1)

    def back_to(self, pos: int) -> None:
        """Return to ``pos``, or as near to it as what is kept allows."""
        self._index = max(0, min(pos - self._base, len(self._buffer)))

    def find(self, pattern: bytes, stop: int | None = None, overlap: int = 0) -> int | None:
        """Go to the next ``pattern`` from here on, before the position ``stop``; where it is, else None."""
        keep = max(len(pattern) - 1, overlap)
        while True:
            have = self._fill(CHUNK)
            at = self._buffer.find(pattern, self._index)
            if at >= 0:
                self._index = at
                return self.pos if stop is None or self.pos < stop else None
            if have < CHUNK or (stop is not None and self.pos + have > stop + keep):
                self._index = len(self._buffer)
                return None
            self._index = max(self._index, len(self._buffer) - keep)


class Gunzip:
    """The unpacked bytes of the gzip members in a stream: of one member, or of all as one stream.

    A member that ends early, has a wrong checksum, or unpacks to far more than news pages do raises ``Broken``.
    """

    def __init__(self, raw: Window, budget: Budget, *, one_member: bool = False) -> None:
        self.raw, self.budget, self.one = raw, budget, one_member
        self.members = 0
        self.total = 0  # bytes unpacked so far
        self._start = raw.pos
        self._worker: Any = zlib.decompressobj(wbits=31)
        self._pending = b""
        self.ended = False

    def read(self, n: int = -1, /) -> bytes:
        """Up to ``n`` bytes, at least one unless at the end."""
        want = CHUNK if n < 0 else n
        while not self.ended:
            packed = self._pending or self.raw.read_some(CHUNK // 2)
            if not packed:
                raise Broken(
                    "truncated", f"gzip ends early, after {self.total:,} bytes. Fetch the file again."
                )
            try:
                part = self._worker.decompress(packed, want)
            except zlib.error as error:
                if (
                    self.members and not self.one
                ):  # zero padding or noise behind a whole member, as tapes have
                    self.ended = True
                    return b""
                raise Broken("corrupt", f"gzip: {error}. Fetch the file again.") from error
            self._pending = self._worker.unconsumed_tail
            if self._worker.eof:
                self._finish_member()
            if part:
                self._account(len(part))
                return bytes(part)
        return b""

    def _finish_member(self) -> None:
        self.raw.back_to(self.raw.pos - len(self._worker.unused_data))
        self._pending = b""
        self.members += 1
        if self.one or self.raw.at_end():
            self.ended = True
        else:
            self._worker = zlib.decompressobj(wbits=31)

    def _account(self, count: int) -> None:
        self.total += count
        self.budget.spend(count)
        check_ratio(self.total, self.raw.pos - self._start - len(self._pending), self.budget.limits)


class Unpack:
    """The unpacked bytes of a bzip2, xz or zstd stream; raises ``Broken`` as ``Gunzip`` does."""

    def __init__(self, raw: Readable, form: str, budget: Budget) -> None:
        self.raw, self.form, self.budget = raw, form, budget
        self.total = self.packed = 0
        self._make = _find_decompressor(form)
        self._worker = self._make()
        self._fresh = True
        self._pending = b""

    def read(self, n: int = -1, /) -> bytes:
        """Up to ``n`` bytes, at least one unless at the end."""
        want = CHUNK if n < 0 else n
        while True:
            packed = b""
            if self._worker.eof:
                self._pending = self._worker.unused_data
                self._worker, self._fresh = self._make(), True
            if self._fresh or self._worker.needs_input:
                packed, self._pending = self._pending or self.raw.read(CHUNK), b""
                if not packed:
                    if self._fresh:
                        return b""
                    raise Broken(
                        "truncated",
                        f"{self.form} ends early, after {self.total:,} bytes. Fetch the file again.",
                    )
            try:
                part = self._worker.decompress(packed, want)
            except Exception as error:  # each library has errors of its own
                if self._fresh and self.total:
                    return b""  # padding behind a whole stream
                raise Broken("corrupt", f"{self.form}: {error}. Fetch the file again.") from error
            self._fresh = False
            self.packed += len(packed)
            if part:
                self.total += len(part)
                self.budget.spend(len(part))
                check_ratio(self.total, self.packed, self.budget.limits)
                return bytes(part)


def _find_decompressor(form: str) -> Callable[[], Any]:
    if form == "bzip2":
        return bz2.BZ2Decompressor
    if form == "xz":
        return lambda: lzma.LZMADecompressor(memlimit=512 * 2**20)
    return find_zstd()


def find_zstd() -> Callable[[], Any]:
    """The maker of zstd decompressors: Python 3.14's own, or the backport; ``Broken`` where there is none."""
    try:
        from compression.zstd import ZstdDecompressor  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        try:
            from backports.zstd import ZstdDecompressor  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            raise Broken(
                "missing_extra",
                'zstd is not read by this Python alone; pip install "sidebar-toolkit[archives]".',
            ) from None
    found: Callable[[], Any] = ZstdDecompressor
    return found


def check_ratio(unpacked: int, packed: int, limits: Limits) -> None:
    """Raise ``Broken`` where a member unpacks to far more than news pages do."""
    if unpacked > BOMB_FROM and unpacked > limits.max_ratio * max(1, packed):
        raise Broken(
            "bomb",
            f"unpacks to more than {limits.max_ratio:g} times its size (max_ratio), as zip bombs do; "
            "not read.",
        )


def read_up_to(stream: Readable, limit: int) -> bytes:
    """All that is left of ``stream``, but no more than ``limit`` bytes and one."""
    parts, total = [], 0
    while total <= limit:
        part = stream.read(min(2**20, limit + 1 - total))
        if not part:
            break
        parts.append(part)
        total += len(part)
    return b"".join(parts)


def spool(stream: Readable) -> IO[bytes]:
    """A seekable copy of ``stream``, on disk where it is large; the stream's own budget bounds it."""
    copy: IO[bytes] = SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - closed by the caller
    try:
        while part := stream.read(2**20):
            copy.write(part)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


class Slice:
    """A stretch of a seekable file as a file of its own: a stored member, read without copying."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self._file, self._start, self._length, self._at = file, start, length, 0

    def read(self, n: int = -1, /) -> bytes:
        """Up to ``n`` bytes from here on."""
        left = self._length - self._at
        want = left if n < 0 else min(n, left)
        if want <= 0:
            return b""
        self._file.seek(self._start + self._at)
        found = self._file.read(want)
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to ``offset``, counted as files do."""
        self._at = max(0, offset + (0, self._at, self._length)[whence])
        return self._at

    def tell(self) -> int:
        """Where the next byte stands."""
        return self._at

    def seekable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Leave the file below open: others read it, too."""
