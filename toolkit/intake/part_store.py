"""One part of a corpus, written whole or not at all: a Parquet file a table, and a record of what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.errors import CorpusError
from toolkit.files.storage import lists_again
from toolkit.files.store import Store, hash_stream, read_json, write_json
from toolkit.intake.rows import Options, Rows, make_frame
from toolkit.intake.tasks import Task, read_task
from toolkit.tables import TABLES, TableName, list_tables

__all__ = [
    "WORK",
    "check_run",
    "find_records",
    "find_schema",
    "part_name",
    "read_base",
    "read_record",
    "read_table",
    "run_task",
    "write_part",
]

#: The folder of a load under way, within the corpus; gone once the load is complete.
WORK = ".load"
#: More different sites than this are not listed in a part's record; the part is then read to find out.
MAX_SITES = 200

Record = dict[str, Any]


def part_name(number: int) -> str:
    """The name of a part.

    Examples
    --------
    >>> part_name(7)
    'part-00007'
    """
    return f"part-{number:05d}"


def run_task(task: Task, options: Options, store: Store, token: str) -> Record:
    """Read a task and write its part: the tables' files, then the record, which says that they are whole."""
    bundles = (rows for rows, _ in read_task(task, options))
    given = [piece.source for piece in task.pieces]
    return write_part(store, task, bundles, options, token, given)


def write_part(
    store: Store, task: Task, bundles: Iterable[Rows], options: Options, token: str, given: Sequence[str] = ()
) -> Record:
    """Write bundles of rows as one part and return its record."""
    name = part_name(task.number)
    names = list_tables(ledger=options.ledger)
    rows = dict.fromkeys(names, 0)
    passed = Rows()
    facts = _Facts()
    used = options.metadata.find_used(given)
    with ExitStack() as stack:
        writers = {
            table: stack.enter_context(
                pq.ParquetWriter(
                    stack.enter_context(store.create(f"{table}/{name}.parquet")),
                    find_schema(table, options.has_group),
                    compression="zstd",
                )
            )
            for table in names
        }
        for bundle in _fill(bundles):
            for tally in bundle.passed.values():
                passed.pass_over(tally)
            frames = bundle.frames(options)
            if options.metadata.columns:
                seen = [*frames["articles"]["source"], *frames["problems"]["source"]]
                used |= options.metadata.find_used(seen)
            facts.add(frames)
            for table, frame in frames.items():
                if len(frame):
                    writers[table].write_table(to_arrow(frame, table, options.has_group))
                    rows[table] += len(frame)
        check_run(store, token)
    record = {
        "name": name,
        "key": task.key,
        "bytes": task.bytes,
        "rows": rows,
        **facts.to_record(),
        "passed": [[tally.source, dict(tally.counts)] for tally in passed.passed.values()],
        "used": sorted(used),
        "files": describe_files(store, [f"{table}/{name}.parquet" for table in names]),
    }
    write_json(store, f"{WORK}/{name}.json", record)
    return record


def _fill(bundles: Iterable[Rows]) -> Iterator[Rows]:
    """Bundles joined until they are worth a DataFrame each."""
    rows = Rows()
    for bundle in bundles:
        rows.add(bundle)
        if rows.is_full:
            yield rows
            rows = Rows()
    yield rows


def describe_files(store: Store, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of files, as the manifest lists them."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        with store.open(name) as stream:
            found[name] = {"bytes": store.size(name), "sha256": hash_stream(stream)}
    return found


def check_run(store: Store, token: str) -> None:
    """Stop a worker that a killed load left behind, before it writes into what another load has taken over.

    Raises
    ------
    CorpusError
        If another load has begun in this folder.
    """
    run = read_json(store, f"{WORK}/run.json")
    if run is None or run.get("token") != token:
        raise CorpusError(
            f"{store.place!r}: another load has begun in this folder; this one stops. Load into one folder from "
            "one place at a time."
        )


def read_record(store: Store, task: Task) -> Record | None:
    """The record of a part that is done, as far as it is of the same input and its files are all there."""
    record = read_json(store, f"{WORK}/{part_name(task.number)}.json")
    if not isinstance(record, dict) or record.get("key") != task.key:
        return None
    whole = all(store.size(name) == entry["bytes"] for name, entry in record["files"].items())
    return record if whole else None


def read_base(store: Store) -> dict[str, Any]:
    """``records`` and ``problems`` (files) of the corpus that the load under way adds to; empty where to none."""
    found: dict[str, Any] | None = read_json(store, f"{WORK}/base.json")
    return found or {"records": [], "problems": []}


def find_records(store: Store) -> list[Record]:
    """The records of the parts that are done, in order, where the load is not complete; first those added to."""
    before = read_base(store)["records"]
    names = sorted(name for name in store.list(WORK) if name.startswith("part-"))
    found = (read_json(store, f"{WORK}/{name}") for name in names)
    return before + [record for record in found if record is not None]


@lru_cache(maxsize=32)
def find_schema(table: TableName, group: bool) -> pa.Schema:
    """The one Arrow schema that all parts of a table have, with pandas' own notes on dtypes."""
    lists = {key: ["x"] for key, column in TABLES[table].items() if column.dtype == "list"}
    zeros = {key: 0 for key, column in TABLES[table].items() if column.dtype in ("int64", "bool")}
    frame = make_frame(table, [{**lists, **zeros, "n_paragraphs": 0}], group=group)
    if table != "articles":
        frame = frame[list(TABLES[table])]
    return cast(pa.Schema, pa.Table.from_pandas(frame, preserve_index=False).schema)


def to_arrow(frame: pd.DataFrame, table: TableName, group: bool) -> pa.Table:
    """A table as Arrow, in the schema of all parts."""
    schema = find_schema(table, group)
    arrow = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    return arrow.replace_schema_metadata(schema.metadata)


def write_frame(
    store: Store, file: str, frame: pd.DataFrame, table: TableName, *, group: bool = False
) -> None:
    """One table as one Parquet file, in the schema of all parts."""
    with store.create(file) as stream:
        pq.write_table(to_arrow(frame, table, group), stream, compression="zstd")


def read_table(
    store: Store,
    files: Sequence[str],
    table: TableName,
    columns: Sequence[str] | None = None,
    filters: Any = None,
) -> pd.DataFrame:
    """Rows of parts as one DataFrame, in the parts' order; lists are lists again."""
    parts = []
    for name in files:
        with store.open(name) as stream:
            parts.append(
                pq.read_table(stream, columns=None if columns is None else list(columns), filters=filters)
            )
    if not parts:
        schema = find_schema(table, False)
        empty = schema.empty_table()
        parts = [empty if columns is None else empty.select(list(columns))]
    joined = pa.concat_tables(parts, promote_options="default")
    return lists_again(joined.to_pandas(), table)


def read_empty(store: Store, file: str, table: TableName) -> pd.DataFrame:
    """The columns and dtypes of a part's table, without its rows."""
    with store.open(file) as stream:
        schema = pq.read_schema(stream)
    return lists_again(schema.empty_table().to_pandas(), table)


class _Facts:
    """What a part's record says of its rows, so that a question can pass it over."""

    def __init__(self) -> None:
        self.times: list[pd.Timestamp] = []
        self.undated = 0
        self.sites: set[str] = set()
        self.kinds: set[str] = set()

    def add(self, frames: dict[TableName, pd.DataFrame]) -> None:
        time = frames["articles"]["captured_at"]
        known = time.dropna()
        if len(known):
            self.times += [known.min(), known.max()]
        self.undated += int(time.isna().sum())
        self.sites |= set(frames["articles"]["site"].dropna())
        self.kinds |= set(frames["modules"]["kind"].dropna())

    def to_record(self) -> dict[str, Any]:
        return {
            "since": min(self.times).isoformat() if self.times else None,
            "until": max(self.times).isoformat() if self.times else None,
            "undated": self.undated,
            "sites": sorted(self.sites) if len(self.sites) <= MAX_SITES else None,
            "kinds": sorted(self.kinds),
        }
