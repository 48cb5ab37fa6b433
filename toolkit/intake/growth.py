"""Adding to a corpus: what is there stays as it is, new inputs become further parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.errors import CorpusError, InputError
from toolkit.files.folders import MANIFEST
from toolkit.files.storage import read_store_manifest
from toolkit.files.store import Store, read_json, write_json
from toolkit.intake.find_inputs import InputPath
from toolkit.intake.part_store import WORK, Record, describe_files, part_name, read_table, write_frame
from toolkit.intake.rows import Options
from toolkit.intake.tasks import stat_input
from toolkit.tables import list_tables

__all__ = ["Base", "open_base"]


@dataclass(frozen=True)
class Base:
    """A finished corpus that a load adds to.

    ``records`` are its parts, ``problems`` the files of its problems in order, ``inputs`` what it was read from,
    ``generation`` how many loads have added to it.
    """

    records: list[Record]
    problems: list[str]
    inputs: pd.DataFrame
    options: dict[str, Any]
    generation: int
    single: bool

    @property
    def first(self) -> int:
        """The number of the next part."""
        return len(self.records)

    def keep(self, store: Store, options: Options) -> None:
        """Write down what is there before the manifest changes; single files become the first part."""
        records = self.records
        if self.single:
            names = list_tables(ledger=options.ledger)
            for table in names:
                frame = read_table(store, [f"{table}.parquet"], table)
                write_frame(
                    store, f"{table}/{part_name(0)}.parquet", frame, table, group="group" in frame.columns
                )
            files = describe_files(store, [f"{table}/{part_name(0)}.parquet" for table in names])
            records = [{**self.records[0], "files": files}]
        content = {"records": records, "problems": self.problems, "options": self.options}
        write_json(store, f"{WORK}/base.json", {**content, "generation": self.generation})

    def find_new(self, files: Sequence[tuple[InputPath, str]]) -> list[tuple[InputPath, str]]:
        """Those of ``files`` that the corpus does not hold yet.

        Raises
        ------
        InputError
            If one that it holds has changed since.
        """
        known = {
            source: (size, stamp)
            for source, size, stamp in self.inputs[["source", "bytes", "stamp"]].itertuples(index=False)
        }
        for path, source in files:
            if source in known and known[source] != stat_input(path):
                raise InputError(
                    f"add: {source!r} has changed since it was loaded into this corpus. Save it under another name "
                    "to add it as a snapshot of its own, or load everything anew with force=True (--force)."
                )
        return [(path, source) for path, source in files if source not in known]


def open_base(store: Store, inputs: pd.DataFrame | None) -> Base:
    """The corpus in ``store`` as something to add to; ``inputs`` is its list of inputs.

    Raises
    ------
    CorpusError
        If there is no corpus that ``load`` has finished.
    """
    manifest = read_store_manifest(store)
    if "load" not in manifest or inputs is None:
        raise CorpusError(
            f"add: {store.place!r} was not written by load(..., out=) or 'toolkit load', so what it was read from is "
            "not known. Load all pages into a new folder, then add to that."
        )
    if manifest.get("complete", True):
        single = manifest.get("format_version", 1) < 2
        records = [_read_as_part(store, manifest)] if single else _with_files(manifest)
        problems = [f"problems/{part_name(0)}.parquet"] if single else list(manifest["problems"])
        generation = int(manifest["load"].get("generation", 0)) + 1
        if single:
            inputs = inputs.assign(part=0)
        return Base(records, problems, inputs, manifest["load"]["options"], generation, single)
    kept = read_json(store, f"{WORK}/base.json")
    if kept is None:
        raise CorpusError(
            f"add: the load into {store.place!r} is not complete. Run it again to its end, then add to it."
        )
    known = inputs[inputs["part"] < len(kept["records"])].reset_index(drop=True)
    return Base(kept["records"], kept["problems"], known, kept["options"], kept["generation"], False)


def _with_files(manifest: dict[str, Any]) -> list[Record]:
    files: dict[str, dict[str, Any]] = {}
    for name, entry in manifest["files"].items():
        files.setdefault(name.rpartition("/")[2].removesuffix(".parquet"), {})[name] = entry
    return [{**part, "files": files[part["name"]]} for part in manifest["parts"]]


def _read_as_part(store: Store, manifest: dict[str, Any]) -> Record:
    """The record of a corpus of single files, taken as one part."""
    articles = read_table(store, ["articles.parquet"], "articles", ["captured_at", "site"])
    kinds = read_table(store, ["modules.parquet"], "modules", ["kind"])["kind"]
    time = articles["captured_at"].dropna()
    return {
        "name": part_name(0),
        "key": manifest["files"]["articles.parquet"]["sha256"],
        "rows": manifest["rows"],
        "since": time.min().isoformat() if len(time) else None,
        "until": time.max().isoformat() if len(time) else None,
        "undated": int(articles["captured_at"].isna().sum()),
        "sites": sorted(set(articles["site"].dropna())),
        "kinds": sorted(set(kinds.dropna())),
        "files": {MANIFEST: {}},
    }
