"""Is a saved corpus what its manifest says? Hashes, counts, versions, and what to do where not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from toolkit.files import storage
from toolkit.files.folders import MAKER, MANIFEST, PathLike
from toolkit.files.store import Store, find_store, hash_stream
from toolkit.intake.part_store import find_records, read_base
from toolkit.intake.plan import find_versions
from toolkit.tables import TABLES

__all__ = ["verify_corpus"]


def verify_corpus(folder: PathLike) -> pd.DataFrame:
    """Check a saved corpus against its manifest: hashes, sizes, row counts, versions.

    Parameters
    ----------
    folder : path or address
        As for `open_corpus`.

    Returns
    -------
    DataFrame
        One row per finding, none where all is well: ``file``, ``severity`` ("error": the tables are not those
        that were written; "note": worth knowing), ``finding``, ``advice``; by file.

    Raises
    ------
    CorpusError
        If the folder is no corpus of ours, or from a newer version.

    Examples
    --------
    >>> import tempfile, toolkit
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     toolkit.Corpus().save(folder)
    ...     len(verify_corpus(folder))
    0
    """
    store = find_store(folder)
    manifest = storage.read_store_manifest(store)
    findings: list[tuple[str, str, str, str]] = []
    listed: set[str] = set()
    if manifest.get("complete", True):
        files = manifest.get("files", {})
        rows = _find_rows(manifest)
    else:
        records = find_records(store)
        files = {name: entry for record in records for name, entry in record["files"].items()}
        rows = {
            f"{table}/{record['name']}.parquet": n
            for record in records
            for table, n in record["rows"].items()
        }
        base = read_base(store)
        listed = set(base["problems"])
        done, wanted = len(records) - len(base["records"]), manifest["load"]["n_tasks"]
        findings.append(
            (
                MANIFEST,
                "note",
                f"the load is not complete: {done:,} of {wanted:,} parts are done",
                "run the same load again to go on",
            )
        )
    for name, entry in files.items():
        findings += [(name, "error", *found) for found in _check_file(store, name, entry, rows.get(name))]
    findings += [(name, "note", "a file that the manifest does not list", "remove it, or keep it elsewhere")
                 for name in _find_strangers(store, {*files, *listed})]  # fmt: skip
    findings += _check_totals(manifest)
    findings += _check_versions(manifest)
    table = pd.DataFrame(findings, columns=["file", "severity", "finding", "advice"]).astype("str")
    return table.sort_values(["file", "finding"], ignore_index=True)


def _find_rows(manifest: Mapping[str, Any]) -> dict[str, int]:
    if manifest.get("format_version", 1) < 2:
        return {f"{table}.parquet": n for table, n in manifest.get("rows", {}).items()}
    return {
        f"{table}/{part['name']}.parquet": n
        for part in manifest["parts"]
        for table, n in part["rows"].items()
    }


def _check_file(store: Store, name: str, entry: Mapping[str, Any], rows: int | None) -> list[tuple[str, str]]:
    restore = "restore it from a copy, or load again with --force"
    size = store.size(name)
    if size is None:
        return [("is missing", restore)]
    if size != entry["bytes"]:
        return [(f"has {size:,} bytes; {entry['bytes']:,} were written", restore)]
    with store.open(name) as stream:
        if hash_stream(stream) != entry["sha256"]:
            return [("its content is not what was written (SHA-256 differs)", restore)]
    if rows is not None and name.endswith(".parquet"):
        with store.open(name) as stream:
            there = pq.ParquetFile(stream).metadata.num_rows
        if there != rows:
            return [(f"holds {there:,} rows; the manifest says {rows:,}", "load again with --force")]
    return []


def _find_strangers(store: Store, files: set[str]) -> list[str]:
    """Parquet files among ours that nobody lists: other programs would read them as parts."""
    there = [f"{table}/{name}" for table in TABLES for name in store.list(table)]
    return [name for name in there if name not in files and not name.startswith("problems/head-")]


def _check_totals(manifest: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    if manifest.get("format_version", 1) < 2 or not manifest.get("complete", True):
        return []
    found = []
    for table in ("articles", "modules", "placements"):
        total = sum(part["rows"].get(table, 0) for part in manifest["parts"])
        if total != manifest["rows"].get(table, 0):
            says = manifest["rows"].get(table, 0)
            finding = f"{table}: the parts hold {total:,} rows, the total says {says:,}"
            found.append((MANIFEST, "error", finding, "load again with --force"))
    return found


def _check_versions(manifest: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    now = find_versions()
    before = manifest.get("load", {}).get("versions", {MAKER: manifest.get("version")})
    return [
        (
            MANIFEST,
            "note",
            f"written with {name} {was}, here is {now.get(name, 'none')}",
            "tables stay valid; the same pages loaded here may be read otherwise",
        )
        for name, was in before.items()
        if was != now.get(name)
    ]
