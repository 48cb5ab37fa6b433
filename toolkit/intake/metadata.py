"""What users know about their pages and the pages do not say: a table keyed by source, which wins over the page."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from toolkit.errors import InputError

#: The columns that a metadata table may have beside ``source``.
ALLOWED = ("captured_at", "site", "url", "article_id", "group")


@dataclass(slots=True)
class Metadata:
    """The user's table, ready for look-ups: exact sources first, then globs in the table's order."""

    exact: dict[str, dict[str, Any]] = field(default_factory=dict)
    globs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    path: Path | None = None

    def find(self, source: str) -> dict[str, Any]:
        """The values for ``source``; of several globs that fit, each column takes the first that states it."""
        found: dict[str, Any] = {}
        for outer in _names_of(
            source
        ):  # what is said of the page itself wins over what is said of its archive
            pure = PurePosixPath(outer)
            for key in [str(pure), *("/".join(pure.parts[i:]) for i in range(1, len(pure.parts)))]:
                if key in self.exact:
                    found = {**self.exact[key], **found}
                    break
            for pattern, values in self.globs:
                if _fits(outer, pattern):
                    for name, value in values.items():
                        found.setdefault(name, value)
        return found

    def find_used(self, sources: Iterable[str]) -> set[str]:
        """The keys that fit at least one of ``sources``."""
        used: set[str] = set()
        left = [pattern for pattern, _ in self.globs]
        for source in sources:
            for name in _names_of(source):
                if self.exact:
                    parts = PurePosixPath(name).parts
                    tails = (name, *("/".join(parts[i:]) for i in range(len(parts))))
                    used.update(tail for tail in tails if tail in self.exact)
                fits = [p for p in left if _fits(name, p)]
                if fits:
                    used.update(fits)
                    left = [pattern for pattern in left if pattern not in used]
        return used

    def find_unused(self, used: set[str]) -> list[str]:
        """The keys not in ``used``, in the table's order: most often a misspelt path."""
        return [key for key in (*self.exact, *(pattern for pattern, _ in self.globs)) if key not in used]


def _names_of(source: str) -> list[str]:
    """What a row may be keyed by: the page in an archive, and the archive it stands in."""
    outer = source.partition("#")[0]
    return list(dict.fromkeys((source, outer, outer.partition("!")[0])))


def _fits(source: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(source, pattern) or fnmatch.fnmatchcase(source, "*/" + pattern)


def read_metadata(metadata: pd.DataFrame | str | os.PathLike[str] | None) -> Metadata:
    """Read the user's table of what is known about the pages.

    Parameters
    ----------
    metadata : DataFrame, path of a CSV, or None
        One row per source or glob: a column ``source`` (a path as given to ``load``, its last parts, or a glob
        such as ``2024/*.txt``) and any of ``captured_at`` (a time; without a zone it is taken as UTC), ``site``,
        ``url``, ``article_id``, ``group``.

    Returns
    -------
    Metadata

    Raises
    ------
    InputError
        If the table cannot be read, has no ``source``, an unknown column, a time that is none, or one source
        twice with different values.
    """
    if metadata is None:
        return Metadata()
    path = None
    if isinstance(metadata, str | os.PathLike):
        path = Path(metadata)
        try:
            table = pd.read_csv(
                path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8-sig"
            )
        except FileNotFoundError as error:
            raise InputError(
                f"metadata: {path.as_posix()!r} does not exist. Give the path of a CSV."
            ) from error
        except (OSError, ValueError) as error:
            raise InputError(f"metadata: {path.as_posix()!r} is no readable CSV in UTF-8: {error}") from error
    elif isinstance(metadata, pd.DataFrame):
        table = metadata
    else:
        raise InputError(
            f"metadata: got {type(metadata).__name__}; a DataFrame or the path of a CSV is needed."
        )
    return _index_rows(table, path)


def _index_rows(table: pd.DataFrame, path: Path | None) -> Metadata:
    if "source" not in table.columns and table.index.name == "source":
        table = table.reset_index()
    unknown = [str(name) for name in table.columns if name not in ("source", *ALLOWED)]
    if "source" not in table.columns or unknown:
        what = f"unknown columns {unknown}" if unknown else "no column 'source'"
        raise InputError(
            f"metadata: {what}; a column 'source' (path or glob) is needed, and any of {', '.join(ALLOWED)} "
            f"may stand beside it. Found: {', '.join(map(str, table.columns))}. Rename or drop the others."
        )
    columns = tuple(name for name in ALLOWED if name in table.columns)
    found = Metadata(columns=columns, path=path)
    for row in table.to_dict("records"):
        if pd.isna(row["source"]):
            raise InputError("metadata: a row without a source. Fill it in or drop the row.")
        key = str(row["source"]).replace("\\", "/")
        values = {name: row[name] for name in columns if pd.notna(row[name])}
        if "captured_at" in values:
            values["captured_at"], values["captured_precision"] = _read_time(values["captured_at"], key)
        for name in columns:
            if name in values and name != "captured_at":
                values[name] = str(values[name])
        if any(mark in key for mark in "*?["):
            found.globs.append((key, values))
        elif found.exact.setdefault(key.removeprefix("./"), values) != values:
            raise InputError(f"metadata: {key!r} stands twice, with different values. Keep one row.")
    return found


def _read_time(value: Any, key: str) -> tuple[pd.Timestamp, str]:
    try:
        time = pd.Timestamp(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(
            f"metadata: captured_at {value!r} of {key!r} is no time. Write it as 2025-04-02T10:15:00+00:00 or "
            "2025-04-02."
        ) from error
    time = time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")
    text_day = isinstance(value, str) and len(value.strip()) <= 10
    return time.as_unit("us"), "day" if text_day else "second"
