"""The work of a load as a list of tasks, the same on every machine: inputs in order, archives by byte range."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.files.store import file_system, is_remote, open_file
from toolkit.intake.find_inputs import InputPath
from toolkit.intake.rows import Options, Rows, read_input
from toolkit.readers import split_file
from toolkit.readers.model import Part

__all__ = ["MAX_PART", "MIN_PART", "Piece", "Task", "choose_part_size", "plan_tasks", "read_task"]

#: Bytes of input for one task, where nobody says: a 32nd of all, within these bounds.
MIN_PART = 2**20
MAX_PART = 32 * 2**20
#: A task has no more files than this, however small they are.
MAX_FILES = 1_024


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, or a byte range of one; ``stamp`` changes when the file does."""

    path: InputPath
    source: str
    size: int
    stamp: str
    part: Part | None = None

    @property
    def bytes(self) -> int:
        """Bytes of input that this piece covers."""
        if self.part is None:
            return self.size
        return (self.size if self.part.stop is None else self.part.stop) - self.part.start


@dataclass(frozen=True, slots=True)
class Task:
    """What one worker reads in one go, and what becomes one part of the corpus."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def bytes(self) -> int:
        """Bytes of input."""
        return sum(piece.bytes for piece in self.pieces)

    @property
    def key(self) -> str:
        """Hash of what is read: sources, sizes, times of change, ranges. Part 7 of other inputs has another."""
        content = [
            [p.source, p.size, p.stamp, *((p.part.start, p.part.stop) if p.part else ())] for p in self.pieces
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def stat_input(path: InputPath) -> tuple[int, str]:
    """Size in bytes, and what changes when the content does: a local file's time, an object's tag.

    A file that cannot be looked at counts as empty; reading it will say why.
    """
    if is_remote(path):
        fs, inside = file_system(str(path))
        info = fs.info(inside)
        stamp = next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "updated", "created")
                      if info.get(key)), "")  # fmt: skip
        return int(info.get("size") or 0), str(stamp).strip('"')
    try:
        found = Path(path).stat()
    except OSError:
        return 0, ""
    return found.st_size, str(found.st_mtime_ns)


def choose_part_size(sizes: Sequence[int], part_size: int | None) -> int:
    """Bytes of input for one task: as asked, else by the size of all inputs, never by the machine.

    Examples
    --------
    >>> choose_part_size([1_000], None) == MIN_PART, choose_part_size([10**12], None) == MAX_PART
    (True, True)
    """
    if part_size is not None:
        return part_size
    return min(max(math.ceil(sum(sizes) / 32), MIN_PART), MAX_PART)


def plan_tasks(
    files: Sequence[tuple[InputPath, str]], part_size: int | None = None, *, first: int = 0
) -> tuple[list[Task], int]:
    """The tasks for ``files``, (path, source) in load order, and the part size they were cut by.

    Small files stand together in one task, large archives are cut; the order of pages stays that of the inputs.
    """
    stats = [stat_input(path) for path, _ in files]
    limit = choose_part_size([size for size, _ in stats], part_size)
    tasks: list[Task] = []
    open_pieces: list[Piece] = []
    filled = 0

    def close() -> None:
        nonlocal filled
        if open_pieces:
            tasks.append(Task(first + len(tasks), tuple(open_pieces)))
            open_pieces.clear()
            filled = 0

    for (path, source), (size, stamp) in zip(files, stats, strict=True):
        parts = split_file(path, source, limit, opener=open_file) if size > limit else [Part()]
        if len(parts) == 1:
            open_pieces.append(Piece(path, source, size, stamp))
            filled += size
        else:
            close()
            for part in parts:
                tasks.append(Task(first + len(tasks), (Piece(path, source, size, stamp, part),)))
        if filled >= limit or len(open_pieces) >= MAX_FILES:
            close()
    close()
    return tasks, limit


def read_task(task: Task, options: Options) -> Iterator[tuple[Rows, bool]]:
    """The rows of a task in bundles that fit into memory, each with whether it ends a piece."""
    for piece in task.pieces:
        yield from read_input(piece.path, piece.source, options, piece.part)
