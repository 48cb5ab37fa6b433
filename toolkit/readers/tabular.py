"""CSV, JSON, JSON Lines and Parquet -> rows, one by one, each with its number; what cannot be read says why."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Any

from toolkit.readers.decode import decode_page
from toolkit.readers.model import Limits
from toolkit.readers.stream import CHUNK, Broken, read_up_to

#: A row's number (1 is the first below the header) and its values by column; or a row that is none, and why.
Row = tuple[int, dict[str, Any] | str]


def read_rows(file: IO[bytes], form: str, limits: Limits) -> Iterator[Row]:
    """The rows of a table; ``form`` is ``"csv"``, ``"json"`` or ``"parquet"``.

    Raises
    ------
    Broken
        Where the table cannot be read (on); the rows before have been given.
    """
    if form == "parquet":
        yield from _read_parquet(file)
    elif form == "json":
        yield from _read_json(file, limits)
    else:
        yield from _read_csv(file, limits)


def _read_csv(file: IO[bytes], limits: Limits) -> Iterator[Row]:
    head = file.read(CHUNK)
    file.seek(0)
    encoding = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else decode_page(head).encoding
    # a cut at the sample's end must not make UTF-8 something else
    text = io.TextIOWrapper(io.BufferedReader(_Raw(file)), encoding=encoding, errors="replace", newline="")
    if csv.field_size_limit() < limits.max_bytes:
        csv.field_size_limit(limits.max_bytes)  # Python's own limit is one for the whole process
    reader = csv.reader(text, delimiter=find_delimiter(head.decode(encoding, "replace")), strict=False)
    number = 0
    try:
        names = [name.strip().lstrip("\ufeff") for name in next(reader, [])]
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise Broken("bad_table", f"columns {twice!r} stand twice in the header. Rename one.")
        for cells in reader:
            if not cells:
                continue
            number += 1
            if len(cells) != len(names):
                yield number, f"{len(cells)} values for {len(names)} columns"
                continue
            yield number, {name: cell for name, cell in zip(names, cells, strict=True) if cell != ""}
    except (csv.Error, UnicodeError) as error:
        raise Broken(
            "bad_table", f"the CSV cannot be read on after row {number:,} ({error}). Repair it there."
        ) from error


class _Raw(io.RawIOBase):
    """A binary file, so that closing the text above leaves it open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._file.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def find_delimiter(text: str) -> str:
    """The delimiter of a CSV by its header: the one of comma, tab, semicolon and bar that stands there most."""
    line = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    return max(",\t;|", key=line.count)


def _read_json(file: IO[bytes], limits: Limits) -> Iterator[Row]:
    """JSON Lines line by line; one array (or an object that holds one) as a whole."""
    first = _next_line(file, limits)
    while first is not None and not first.strip():
        first = _next_line(file, limits)
    try:
        start = json.loads((first or b"").decode("utf-8-sig"))
    except (ValueError, RecursionError):
        start = None
    if isinstance(start, dict) and not _has_rows(start):
        yield 1, start
        yield from _read_lines(file, limits)
        return
    file.seek(0)
    data = read_up_to(file, limits.max_table)
    if len(data) > limits.max_table:
        raise Broken(
            "too_large",
            f"JSON of more than {limits.max_table:,} bytes must be held at once (max_table). "
            "Save it as JSON Lines: one object a line.",
        )
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Broken("bad_table", f"not JSON: {str(error)[:200]}. Save it again.") from error
    if isinstance(found, dict):
        found = next((value for value in found.values() if _is_rows(value)), [found])
    for number, row in enumerate(found, 1):
        yield number, row if isinstance(row, dict) else f"{type(row).__name__} instead of an object"


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _has_rows(start: dict[str, Any]) -> bool:
    return len(start) <= 8 and any(_is_rows(value) for value in start.values())


def _next_line(file: IO[bytes], limits: Limits) -> bytes | None:
    line = file.readline(limits.max_bytes + 1)
    if len(line) > limits.max_bytes:
        return line
    return line or None


def _read_lines(file: IO[bytes], limits: Limits) -> Iterator[Row]:
    number = 1
    while (line := _next_line(file, limits)) is not None:
        if not line.strip():
            continue
        number += 1
        if len(line) > limits.max_bytes:
            raise Broken(
                "too_large", f"line {number:,} has more than {limits.max_bytes:,} bytes (max_bytes)."
            )
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            yield number, f"not JSON ({str(error)[:100]})"
            continue
        yield number, row if isinstance(row, dict) else f"{type(row).__name__} instead of an object"


def _read_parquet(file: IO[bytes]) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    number = 0
    try:
        table = pyarrow.parquet.ParquetFile(pyarrow.PythonFile(file, mode="r"))
        for batch in table.iter_batches(batch_size=1000):
            for row in batch.to_pylist():
                number += 1
                yield number, {name: value for name, value in row.items() if value is not None}
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        raise Broken(
            "bad_table", f"the Parquet file cannot be read on after row {number:,} ({str(error)[:200]})."
        ) from error
