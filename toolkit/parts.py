"""A corpus of many parts: the names of ``Corpus``, but what is asked for is read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.corpus import Corpus, Time, as_utc, matches
from toolkit.errors import CorpusError, InputError
from toolkit.files import storage
from toolkit.files.folders import PathLike
from toolkit.files.store import Store, find_store
from toolkit.intake.part_store import find_records, read_base, read_empty, read_table
from toolkit.intake.settle import IDS, Settled, finish_problems, settle_parts
from toolkit.tables import TABLES, TableName, empty_table, list_tables, require_columns
from toolkit.words import plural

__all__ = ["PartedCorpus", "open_corpus"]

Record = dict[str, Any]


def open_corpus(folder: PathLike) -> Corpus:
    """Open a corpus that ``Corpus.save`` or ``toolkit load`` wrote.

    Parameters
    ----------
    folder : path
        The folder with ``manifest.json``, or an address of one that fsspec knows (``s3://bucket/corpus``).

    Returns
    -------
    Corpus
        Tables equal to those saved; ``authors`` and ``keywords`` are lists again. A large corpus, or one whose
        load is not complete, is a ``PartedCorpus``: the same names, but tables are read when asked for.

    Raises
    ------
    CorpusError
        If the folder is no corpus of ours, is from a newer version, or a file differs from the manifest's hash.
    """
    store = find_store(folder)
    manifest = storage.read_store_manifest(store)
    if manifest.get("format_version", 0) >= 2:
        return PartedCorpus(store, manifest)
    tables, parameters = storage.read_corpus(folder)
    return Corpus(**tables, parameters=parameters)


class PartedCorpus(Corpus):
    """A corpus whose tables stand in many Parquet files; ``open_corpus`` gives one for a large corpus.

    It has the names of `Corpus`. ``articles``, ``modules``, ``placements``, ``problems`` and ``ledger`` read the
    whole table on first use and keep it. What fits no memory is worked on part by part: `parts`, `select`,
    `read`, and `measure_parts`.

    Attributes
    ----------
    complete : bool
        False while the load that writes it is under way, or was stopped: run it again to go on.
    n_parts : int
        How many parts there are.
    """

    def __init__(self, store: Store, manifest: Mapping[str, Any]) -> None:
        self.store = store
        self.manifest = manifest
        self.complete = bool(manifest.get("complete", True))
        self.parameters = dict(manifest.get("parameters", {}))
        self.records: list[Record] = list(manifest["parts"]) if self.complete else find_records(store)
        self._settled: Settled | None = Settled() if self.complete else None
        self.has_ledger = bool(self.parameters.get("ledger"))

    @property
    def n_parts(self) -> int:
        """How many parts there are."""
        return len(self.records)

    def __getattr__(self, name: str) -> Any:
        if name not in TABLES:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        table = self.read(name) if name != "ledger" or self.has_ledger else None  # type: ignore[arg-type]
        setattr(self, name, table)
        return table

    def __repr__(self) -> str:
        counts = self.count()
        state = "" if self.complete else ", incomplete"
        return (
            f"<PartedCorpus: {plural(counts['snapshots'], 'snapshot')} of {plural(counts['articles'], 'article')}, "
            f"{plural(counts['placements'], 'placement')} in {plural(counts['modules'], 'module')}, "
            f"{plural(counts['problems'], 'problem')}, {plural(self.n_parts, 'part')}{state}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>"

    def count(self) -> dict[str, int]:
        """As `Corpus.count`; no table is read for it once the load is complete."""
        if self.complete:
            return dict(self.manifest["counts"])
        keys = self.read("articles", ["source", "article_id"])
        sizes = {table: len(self.read(table, ["source"])) for table in ("modules", "placements")}
        return {
            "snapshots": len(keys),
            "articles": int(keys["article_id"].nunique()),
            **sizes,
            "problems": len(self.read("problems", ["reason"])),
        }

    @property
    def settled(self) -> Settled:
        """What the rules over all inputs leave out; of a complete corpus nothing, its files are without it."""
        if self._settled is None:
            self._settled = settle_parts(
                self.n_parts,
                lambda part: self._read_raw("articles", part, IDS),
                once_a_day=bool(self.parameters.get("once_a_day")),
            )
        return self._settled

    def read(self, table: TableName, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One table of the whole corpus, or some of its columns.

        Parameters
        ----------
        table : {"articles", "modules", "placements", "problems", "ledger"}
        columns : sequence of str, optional
            Only these are read.

        Returns
        -------
        DataFrame
            Rows in the order of the inputs.
        """
        if table not in TABLES or (table == "ledger" and not self.has_ledger):
            there = ", ".join(list_tables(ledger=self.has_ledger))
            raise InputError(f"read: no table {table!r}; there are {there}.")
        if table == "problems":
            return self._read_problems(columns)
        wanted = None if columns is None else list(dict.fromkeys(["source", *columns]))
        frames = [self.read_part(table, part, wanted) for part in range(self.n_parts)]
        frame = _join(frames, table, wanted)
        return frame if columns is None else frame[list(columns)]

    def read_part(
        self, table: TableName, part: int, columns: Sequence[str] | None = None, filters: Any = None
    ) -> pd.DataFrame:
        """One table of one part, without what the rules over all inputs leave out."""
        return self.settled.drop(self._read_raw(table, part, columns, filters), part)

    def _read_raw(
        self, table: TableName, part: int, columns: Sequence[str] | None = None, filters: Any = None
    ) -> pd.DataFrame:
        name = f"{table}/{self.records[part]['name']}.parquet"
        if self.store.size(name) is None:
            raise CorpusError(
                f"{self.store.place!r}: {name} is missing. Restore it, or load again with force=True (--force)."
            )
        return read_table(self.store, [name], table, columns, filters)

    def _empty(self, table: TableName | str) -> pd.DataFrame:
        """A table of this corpus without rows."""
        if not self.records:
            return empty_table(table)  # type: ignore[arg-type]
        return read_empty(self.store, f"{table}/{self.records[0]['name']}.parquet", table)  # type: ignore[arg-type]

    def refer(self, part: int) -> PartRef:
        """One part as a small reference that another process or machine can read from."""
        return PartRef(self.store, self.records[part]["name"], tuple(self.settled.left_out.get(part, ())))

    def batches(self, table: TableName = "articles", column: str = "body") -> Batches:
        """One column, part by part, as often as it is gone over: what `TopicModel.fit_batches` takes."""
        return Batches([self.refer(part) for part in range(self.n_parts)], table, column)

    def to_dask(self, table: TableName = "placements", columns: Sequence[str] | None = None) -> Any:
        """A table as a ``dask.dataframe``, a partition a part; needs the extra ``cluster``."""
        from toolkit.intake.cluster import make_dask_frame

        sample = self.read_part(table, 0, columns).head(0) if self.n_parts else empty_table(table)
        return make_dask_frame([self.refer(part) for part in range(self.n_parts)], table, columns, sample)

    def _problem_files(self) -> list[str]:
        if self.complete:
            return list(self.manifest["problems"])
        base = read_base(self.store)
        heads = [f"problems/{name}" for name in self.store.list("problems") if name.startswith("head-")]
        new = [f"problems/{record['name']}.parquet" for record in self.records[len(base["records"]) :]]
        return base["problems"] + [name for name in heads if name not in base["problems"]] + new

    def _read_problems(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        frame = read_table(self.store, self._problem_files(), "problems")
        if not self.complete:
            late = pd.DataFrame(finish_problems([], [], self.settled), columns=list(TABLES["problems"]))
            frame = pd.concat([frame, late.astype("str")], ignore_index=True)
        return frame if columns is None else frame[list(columns)]

    def part(self, number: int) -> Corpus:
        """One part as a corpus of its own; every snapshot is whole in one part. Its problems are those it met."""
        tables: dict[str, Any] = {
            name: self.read_part(name, number) for name in list_tables(ledger=self.has_ledger)
        }
        return Corpus(**tables, parameters=dict(self.parameters))

    def parts(self) -> Iterator[Corpus]:
        """The parts, one after the other; one is in memory at a time. Problems of no part are in ``problems``."""
        for number in range(self.n_parts):
            yield self.part(number)

    def load(self) -> Corpus:
        """All tables in memory, as a `Corpus`."""
        return Corpus(**self.tables(), parameters=dict(self.parameters))

    def select(
        self,
        snapshots: pd.Series | None = None,
        *,
        site: str | Iterable[str] | None = None,
        language: str | Iterable[str] | None = None,
        group: str | Iterable[str] | None = None,
        article_id: str | Iterable[str] | None = None,
        since: Time | None = None,
        until: Time | None = None,
        kind: str | Iterable[str] | None = None,
        duplicates: bool = True,
        columns: Mapping[TableName, Sequence[str]] | None = None,
    ) -> Corpus:
        """As `Corpus.select`, in memory; parts that their record rules out are not opened.

        Parameters
        ----------
        snapshots, site, language, group, article_id, since, until, kind, duplicates
            As for `Corpus.select`.
        columns : mapping, optional
            Columns to read by table, beside those that the conditions and the keys need; a table that is not
            named is left empty. By default everything.

        Returns
        -------
        Corpus

        Raises
        ------
        InputError
            If a condition names a value no row has, or a mask that does not fit.
        """
        conditions = {
            name: _as_list(wanted)
            for name, wanted in (
                ("site", site),
                ("language", language),
                ("group", group),
                ("article_id", article_id),
            )
            if wanted is not None
        }
        kinds = None if kind is None else _as_list(kind)
        if snapshots is not None:
            return self.load().select(
                snapshots, **conditions, since=since, until=until, kind=kinds, duplicates=duplicates
            )
        start = None if since is None else as_utc(since, "since")
        end = None if until is None else as_utc(until, "until")
        self._check_values(conditions, kinds)
        found = []
        kept = 0
        for number, record in enumerate(self.records):
            if _rules_out(record, conditions.get("site"), start, end):
                continue
            needed = [
                "source",
                *conditions,
                *(["captured_at"] if start is not None or end is not None else []),
            ]
            keys = self.read_part("articles", number, needed)
            keep = pd.Series(True, index=keys.index)
            for name, wanted in conditions.items():
                keep &= matches(keys, name, wanted, check=False)
            if start is not None:
                keep &= keys["captured_at"] >= start
            if end is not None:
                keep &= keys["captured_at"] < end
            kept += int(keep.sum())
            if keep.any():
                found.append(self._cut_part(number, keep, kinds, duplicates, columns))
        names = list_tables(ledger=self.has_ledger)
        tables: dict[str, pd.DataFrame] = {
            name: _join([part[name] for part in found], name) if found else self._empty(name)
            for name in names
        }
        if kept == sum(record["rows"]["articles"] for record in self.records):  # nobody is left out
            tables["problems"] = self.read("problems")
        return Corpus(**tables, parameters=dict(self.parameters))

    def _cut_part(
        self,
        number: int,
        keep: pd.Series,
        kinds: list[str] | None,
        duplicates: bool,
        columns: Mapping[TableName, Sequence[str]] | None,
    ) -> dict[str, pd.DataFrame]:
        """The rows of one part that fit, by table."""
        tables: dict[str, pd.DataFrame] = {}
        sources: set[str] | None = None
        for name in list_tables(ledger=self.has_ledger):
            wanted = None
            if columns is not None:
                if name not in columns:
                    tables[name] = empty_table(name)
                    continue
                keys = {"modules": ["kind", "duplicate_of"], "placements": ["kind", "duplicate"]}.get(
                    name, []
                )
                wanted = list(dict.fromkeys(["source", *keys, *columns[name]]))
            filters = (
                [("kind", "in", kinds)] if kinds is not None and name in ("modules", "placements") else None
            )
            frame = self.read_part(name, number, wanted, filters)
            if not keep.all():
                if sources is None:
                    keys_frame = self.read_part("articles", number, ["source"])
                    sources = set(keys_frame.loc[keep.to_numpy(), "source"])
                frame = frame[frame["source"].isin(sources)]
            if not duplicates and name == "modules":
                frame = frame[frame["duplicate_of"].isna()]
            if not duplicates and name == "placements":
                frame = frame[~frame["duplicate"]]
            tables[name] = frame
        return tables

    def _check_values(self, conditions: Mapping[str, list[str]], kinds: list[str] | None) -> None:
        """Refuse a value that no row has, as `Corpus.select` does, from the parts' records where they know."""
        require_columns(self._empty("articles"), "articles", conditions)
        for name, wanted in conditions.items():
            if name == "site" and all(record["sites"] is not None for record in self.records):
                values = sorted({site for record in self.records for site in record["sites"]})
                every = pd.DataFrame({"site": pd.Series(values, dtype="str")})
            else:
                every = self.read("articles", [name])
            matches(every, name, wanted)
        if kinds is not None:
            there = sorted({kind for record in self.records for kind in record["kinds"]})
            matches(pd.DataFrame({"kind": pd.Series(there, dtype="str")}), "kind", kinds)


@dataclass(frozen=True, slots=True)
class PartRef:
    """Where one part's files are, and the sources in it that the rules over all inputs leave out."""

    store: Store
    name: str
    left_out: tuple[str, ...] = ()

    def read(
        self, table: TableName, columns: Sequence[str] | None = None, filters: Any = None
    ) -> pd.DataFrame:
        """One table of the part, or some of its columns."""
        if not self.left_out:
            return read_table(self.store, [f"{table}/{self.name}.parquet"], table, columns, filters)
        wanted = None if columns is None else list(dict.fromkeys(["source", *columns]))
        frame = read_table(self.store, [f"{table}/{self.name}.parquet"], table, wanted, filters)
        frame = frame[~frame["source"].isin(self.left_out)].reset_index(drop=True)
        return frame if columns is None else frame[list(columns)]


@dataclass(frozen=True, slots=True)
class Batches:
    """One column of a corpus of many parts, a list of values a part; can be gone over more than once."""

    refs: list[PartRef]
    table: TableName
    column: str

    def __iter__(self) -> Iterator[pd.Series]:
        for ref in self.refs:
            yield ref.read(self.table, [self.column])[self.column]

    def __len__(self) -> int:
        return len(self.refs)


def _join(
    frames: Sequence[pd.DataFrame], table: TableName | str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    if filled:
        return pd.concat(filled, ignore_index=True)
    empty = empty_table(table)  # type: ignore[arg-type]
    return empty if columns is None else empty.reindex(columns=list(columns))


def _as_list(wanted: str | Iterable[str]) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _rules_out(
    record: Record, sites: list[str] | None, start: pd.Timestamp | None, end: pd.Timestamp | None
) -> bool:
    """Whether no snapshot of a part can fit, by what its record says."""
    if sites is not None and record["sites"] is not None and not set(sites) & set(record["sites"]):
        return True
    if start is None and end is None:
        return False
    if record["since"] is None:
        return True
    return (start is not None and pd.Timestamp(record["until"]) < start) or (
        end is not None and pd.Timestamp(record["since"]) >= end
    )
