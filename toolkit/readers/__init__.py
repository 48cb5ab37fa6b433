"""A file's bytes -> saved pages, one module per format, chosen by content and not by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from toolkit.readers.containers import Context, Found, read_stream
from toolkit.readers.model import (
    Filters,
    Limits,
    Part,
    Problem,
    SavedPage,
    StatedItem,
    StatedModule,
    StatedSnapshot,
    Tally,
    make_day_key,
)
from toolkit.readers.stream import Broken, Budget, Exhausted
from toolkit.readers.tables import check_columns

__all__ = [
    "MAX_BYTES",
    "Filters",
    "Limits",
    "Part",
    "Problem",
    "SavedPage",
    "StatedItem",
    "StatedModule",
    "StatedSnapshot",
    "Tally",
    "check_columns",
    "make_day_key",
    "read_file",
    "split_file",
]

#: The largest page, after decompression, that is read; a larger file is reported. Bytes.
MAX_BYTES = Limits().max_bytes

#: Opens what ``path`` names as a seekable binary file.
Opener = Callable[[Any], IO[bytes]]


def _open(path: Path | str) -> IO[bytes]:
    return Path(path).open("rb")


def read_file(
    path: Path | str,
    source: str,
    *,
    part: Part | None = None,
    limits: Limits | None = None,
    filters: Filters | None = None,
    columns: Mapping[str, str] | None = None,
    opener: Opener | None = None,
) -> Iterator[Found]:
    """What the file ``path``, which the tables will call ``source``, holds: pages, stated rows, and problems.

    Pages of text and HTML, those in WARC, WACZ, MHTML, zip and tar, also packed by gzip, bzip2, xz or zstd;
    tables of articles or headlines as CSV, JSON, JSON Lines or Parquet; RSS and Atom. One page is held at a time.

    Parameters
    ----------
    path : path or str
        What ``opener`` opens.
    source : str
        What the tables call it; a page in an archive has ``source#OFFSET`` or ``source!MEMBER``.
    part : Part, optional
        Only the records whose first byte lies in this range, as ``split_file`` gives it.
    limits : Limits, optional
        How far reading goes; sane by default.
    filters : Filters, optional
        Which addresses and types are wanted; all by default. ``once_a_day`` is for the loader.
    columns : dict, optional
        For tables: the user's column names to ours.
    opener : callable, optional
        Opens ``path`` as a seekable binary file; by default from the disk.

    Yields
    ------
    SavedPage, StatedSnapshot, Tally or Problem
        In the order of the file. Nothing in a file makes this raise.
    """
    check_columns(columns)
    context = Context(Budget(limits or Limits()), filters or Filters(), columns)
    opener = opener or _open
    try:
        with opener(path) as file:
            size = file.seek(0, 2)
            file.seek(0)
            yield from read_stream(
                file,
                source,
                Path(source).name,
                context,
                part=part,
                reopen=lambda: opener(path),
                size=size,
            )
    except (Exhausted, Broken) as broken:
        yield Problem(source, "read", broken.reason, broken.detail)
    except OSError as error:
        detail = f"{error.strerror or error}; check the file and its permissions."
        yield Problem(source, "read", "unreadable", detail)


def split_file(
    path: Path | str, source: str = "", size: int = 64 * 2**20, *, opener: Opener | None = None
) -> list[Part]:
    """The byte ranges in which ``path`` may be read apart; together they give what the whole gives, in order.

    Only WARC archives can be split, and those packed by gzip only where each record is packed by itself.

    Parameters
    ----------
    path : path or str
        What ``opener`` opens.
    source : str
        What the tables call it; not needed to split it.
    size : int
        Bytes of a part, about; at least 1 MiB is sensible.
    opener : callable, optional
        As for ``read_file``.

    Returns
    -------
    list of Part
        In order; ``[Part()]``, the whole, for what cannot be split or read.
    """
    from toolkit.readers.warc import split_warc
    from toolkit.readers.warc_frames import find_form

    try:
        with (opener or _open)(path) as file:
            total = file.seek(0, 2)
            if total <= size:
                return [Part()]
            file.seek(0)
            form = find_form(file.read(65_536))
            return split_warc(file, total, size, packed=form == "gzip") if form else [Part()]
    except (OSError, Broken):
        return [Part()]
