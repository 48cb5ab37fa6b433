"""Tables to files and back: Parquet with a manifest, and CSV, Excel or JSON Lines for other people's tools."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pandas as pd

from toolkit.errors import CorpusError, InputError
from toolkit.files.folders import MAKER, MANIFEST, PathLike, hash_file, replace_folder, write_manifest
from toolkit.files.store import LocalStore, Store, read_json
from toolkit.tables import TABLES, TableName

#: 1: a file a table. 2: many parts, each a file a table.
FORMAT_VERSION = 2
FORMATS = ("csv", "xlsx", "jsonl")
_EXCEL_ROWS = 1_048_576
_EXCEL_CELL = 32_767
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_corpus(
    tables: Mapping[TableName, pd.DataFrame],
    folder: PathLike,
    *,
    parameters: Mapping[str, Any],
    force: bool,
) -> None:
    """Write ``tables`` as Parquet and the manifest; the folder appears whole or not at all."""
    with replace_folder(folder, force=force) as fresh:
        for name, table in tables.items():
            table.to_parquet(fresh / f"{name}.parquet", index=False, engine="pyarrow", compression="zstd")
        write_manifest(fresh, "corpus", _describe(tables, parameters))


def _describe(tables: Mapping[TableName, pd.DataFrame], parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format_version": 1,
        "parameters": dict(parameters),
        "rows": {name: len(table) for name, table in tables.items()},
    }


def read_store_manifest(store: Store) -> dict[str, Any]:
    """The manifest of a saved corpus, wherever it is.

    Raises
    ------
    CorpusError
        If there is no corpus of ours, or one from a newer version.
    """
    where = repr(Path(store.place).as_posix() if isinstance(store, LocalStore) else store.place)
    if store.is_empty() and not (isinstance(store, LocalStore) and Path(store.place).is_dir()):
        raise CorpusError(f"{where}: no such folder. Give the folder that corpus.save() wrote.")
    manifest = read_json(store, MANIFEST)
    ours = isinstance(manifest, dict) and manifest.get("made_by") == MAKER
    if not ours or manifest.get("kind") != "corpus":
        what = f"a {manifest.get('kind')} of ours, not a corpus" if ours else "no manifest of ours"
        raise CorpusError(
            f"{where}: {what}. A saved corpus comes from corpus.save() or 'toolkit load'; "
            "pages are loaded with toolkit.load()."
        )
    if manifest.get("format_version", 0) > FORMAT_VERSION:
        raise CorpusError(
            f"{where}: written by version {manifest.get('version')} (format "
            f"{manifest['format_version']}); this one reads up to format {FORMAT_VERSION}. Upgrade the toolkit."
        )
    return cast(dict[str, Any], manifest)


def read_corpus(folder: PathLike) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables of a saved corpus, each checked against the manifest's hash, and the load's parameters."""
    path = Path(folder)
    manifest = read_store_manifest(LocalStore(path))
    tables: dict[str, pd.DataFrame] = {}
    for name in TABLES:
        entry = manifest.get("files", {}).get(f"{name}.parquet")
        if entry is None:
            if name == "ledger":
                continue
            raise CorpusError(
                f"{path.as_posix()!r}: the manifest lists no table {name!r}. Load the pages again."
            )
        file = path / f"{name}.parquet"
        if not file.is_file() or hash_file(file) != entry["sha256"]:
            state = "differs from the manifest" if file.is_file() else "is missing"
            raise CorpusError(f"{file.as_posix()!r} {state}. Load the pages again, or restore the file.")
        tables[name] = lists_again(pd.read_parquet(file, engine="pyarrow"), name)
    return tables, dict(manifest.get("parameters", {}))


def lists_again(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Parquet gives list columns back as arrays; make them lists."""
    for key, column in TABLES[name].items():
        if column.dtype == "list" and key in table.columns:
            values = [[] if value is None else list(value) for value in table[key]]
            table[key] = pd.Series(values, index=table.index, dtype=object)
    return table


def export_tables(
    tables: Mapping[TableName, pd.DataFrame],
    folder: PathLike,
    format: str,
    *,
    raw: bool,
    force: bool,
    parameters: Mapping[str, Any],
) -> None:
    """Write ``tables`` as CSV, Excel or JSON Lines, with a manifest; see ``Corpus.export``."""
    if format not in FORMATS:
        raise InputError(f"export: format {format!r}; allowed are {', '.join(map(repr, FORMATS))}.")
    notes: list[str] = []
    with replace_folder(folder, force=force) as fresh:
        plain = {name: _plain(table) for name, table in tables.items()}
        if format == "jsonl":
            for name, table in tables.items():
                _write_jsonl(table, fresh / f"{name}.jsonl")
        elif format == "csv":
            for name, table in plain.items():
                write_csv(table, fresh / f"{name}.csv", raw=raw)
        else:
            notes = _write_excel(plain, fresh / "corpus.xlsx", raw=raw)
        if format != "jsonl":
            notes.append(
                "raw: texts that begin with = + - @ or a tab are as printed"
                if raw
                else "texts that begin with = + - @ or a tab have an apostrophe in front"
            )
        write_manifest(fresh, "export", {**_describe(tables, parameters), "notes": notes})


def write_csv(table: pd.DataFrame, path: Path, *, raw: bool = False) -> None:
    """Write one table as CSV (UTF-8 with a byte-order mark, which Excel needs), formula-safe unless ``raw``."""
    plain = _plain(table)
    if not raw:
        plain = _defuse(plain)
    plain.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Lists joined with "; ", times as ISO 8601 in UTC: what a spreadsheet can hold."""
    plain = table.copy()
    for key in plain.columns:
        column = plain[key]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            plain[key] = column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif any(isinstance(value, list | tuple) for value in column.head(1000)):
            plain[key] = ["; ".join(map(str, v)) if isinstance(v, list | tuple) else v for v in column]
    return plain


def _defuse(table: pd.DataFrame) -> pd.DataFrame:
    """An apostrophe before each text that a spreadsheet would run as a formula; numbers stay as they are."""
    safe = table.copy()
    for key in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[key].dtype):
            safe[key] = [
                "'" + value if isinstance(value, str) and _FORMULA.match(value) else value
                for value in safe[key]
            ]
    return safe


def _write_jsonl(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in table.to_dict("records"):
            clean = {key: _json_value(value) for key, value in row.items()}
            stream.write(json.dumps(clean, ensure_ascii=False) + "\n")


def _json_value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_json_value(part) for part in value]
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _write_excel(tables: Mapping[TableName, pd.DataFrame], path: Path, *, raw: bool) -> list[str]:
    notes = []
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, table in tables.items():
            if len(table) >= _EXCEL_ROWS:
                raise InputError(
                    f"export: {name} has {len(table):,} rows; an Excel sheet holds {_EXCEL_ROWS:,}. Use format='csv'."
                )
            cut = 0
            sheet = table if raw else _defuse(table)
            for key in sheet.columns:
                if pd.api.types.is_numeric_dtype(sheet[key].dtype):
                    continue
                values = []
                for value in sheet[key]:
                    if isinstance(value, str):
                        value = _NOT_XML.sub("\ufffd", value)
                        if len(value) > _EXCEL_CELL:
                            value, cut = value[: _EXCEL_CELL - 1] + "\u2026", cut + 1
                    values.append(value)
                sheet[key] = values
            sheet.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            if raw is False:
                _no_formulas(writer.sheets[name])
            if cut:
                notes.append(
                    f"{name}: {cut} texts were cut to {_EXCEL_CELL:,} characters, Excel's limit for a cell"
                )
        moment = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
        writer.book.properties.created = writer.book.properties.modified = moment
    _write_zip_without_times(buffer, path, moment)
    return notes


def _no_formulas(sheet: Any) -> None:
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"


def _write_zip_without_times(buffer: io.BytesIO, path: Path, moment: dt.datetime) -> None:
    """The same workbook gives the same bytes: entries bear no clock time."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":  # openpyxl writes the clock into it when it saves
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, data)
            info = zipfile.ZipInfo(entry.filename, (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
