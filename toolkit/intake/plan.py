"""What a load into a folder is about, and whether the folder holds the same one, whole or begun."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from toolkit.errors import CorpusError
from toolkit.files.folders import MAKER, MANIFEST, find_version
from toolkit.files.store import LocalStore, Store, read_json, write_json
from toolkit.intake.growth import Base
from toolkit.intake.part_store import WORK
from toolkit.intake.rows import Options
from toolkit.intake.tasks import Task
from toolkit.tables import TABLES
from toolkit.words import plural

__all__ = ["INPUTS", "Plan", "clear_folder", "describe_options", "find_versions", "list_inputs", "open_plan"]

#: The file that lists what was read: source, bytes, stamp, part.
INPUTS = "inputs.parquet"
_PACKAGES = ("numpy", "pandas", "pyarrow", "scikit-learn", "selectolax", "resiliparse")

State = Literal["fresh", "resume", "done"]


@dataclass(frozen=True)
class Plan:
    """A load into a folder: its tasks, all that its tables depend on, and the token of this run."""

    tasks: list[Task]
    inputs: pd.DataFrame
    options: dict[str, Any]
    versions: dict[str, str]
    parameters: dict[str, Any]
    token: str
    base: Base | None = None

    @property
    def generation(self) -> int:
        """0 for the load that made the corpus, more for those that added to it."""
        return 0 if self.base is None else self.base.generation

    def begin(self, store: Store) -> None:
        """Write the manifest of a load under way, so that the folder opens and can be resumed."""
        write_json(store, f"{WORK}/run.json", {"token": self.token})
        write_inputs(store, self.inputs)
        write_json(store, MANIFEST, self.manifest(complete=False))

    def manifest(self, *, complete: bool) -> dict[str, Any]:
        """The manifest as far as it is known before anything is read."""
        return {
            "made_by": MAKER,
            "version": find_version(),
            "kind": "corpus",
            "format_version": 2,
            "complete": complete,
            "parameters": self.parameters,
            "load": {
                "options": self.options,
                "versions": self.versions,
                "n_tasks": len(self.tasks),
                "generation": self.generation,
            },
        }


def describe_options(options: Options, part_size: int) -> dict[str, Any]:
    """All that the tables depend on beside the inputs, as plain values; metadata by hash."""
    known = options.metadata
    text = json.dumps([sorted(known.exact.items()), known.globs, known.columns], default=str, sort_keys=True)
    return {
        "ledger": options.ledger,
        "group": options.has_group,
        "mtime": options.mtime,
        "second_opinion": options.second_opinion,
        "metadata": hashlib.sha256(text.encode()).hexdigest() if known.columns else None,
        "filters": json.loads(json.dumps(asdict(options.filters))),
        "limits": json.loads(json.dumps(asdict(options.limits))),
        "columns": dict(options.columns) if options.columns else None,
        "part_size": part_size,
    }


def find_versions() -> dict[str, str]:
    """Versions of what the tables' bytes depend on."""
    found = {MAKER: find_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def list_inputs(tasks: Sequence[Task]) -> pd.DataFrame:
    """One row per file read: ``source``, ``bytes``, ``stamp``, and the first ``part`` that holds it."""
    rows: dict[str, tuple[int, str, int]] = {}
    for task in tasks:
        for piece in task.pieces:
            rows.setdefault(piece.source, (piece.size, piece.stamp, task.number))
    return pd.DataFrame(
        {
            "source": pd.Series(list(rows), dtype="str"),
            "bytes": pd.Series([row[0] for row in rows.values()], dtype="int64"),
            "stamp": pd.Series([row[1] for row in rows.values()], dtype="str"),
            "part": pd.Series([row[2] for row in rows.values()], dtype="int64"),
        }
    )


def write_inputs(store: Store, inputs: pd.DataFrame) -> None:
    """Write the list of inputs."""
    buffer = io.BytesIO()
    inputs.to_parquet(buffer, index=False, engine="pyarrow", compression="zstd")
    with store.create(INPUTS) as stream:
        stream.write(buffer.getvalue())


def read_inputs(store: Store) -> pd.DataFrame | None:
    """The list of inputs of the load in the folder, None where there is none."""
    if store.size(INPUTS) is None:
        return None
    with store.open(INPUTS) as stream:
        return pd.read_parquet(io.BytesIO(stream.read()), engine="pyarrow")


def open_plan(plan: Plan, store: Store, *, force: bool) -> State:
    """Whether to begin anew, go on, or leave a finished corpus as it is.

    Raises
    ------
    CorpusError
        If the folder is not ours, or holds a load of other inputs, options or versions.
    """
    if plan.base is not None and not force:
        return _open_addition(plan, plan.base, store)
    if store.is_empty():
        return "fresh"
    manifest = read_json(store, MANIFEST)
    ours = isinstance(manifest, dict) and manifest.get("made_by") == MAKER
    if force or (ours and "load" not in manifest):
        clear_folder(store, manifest if ours else None)
        return "fresh"
    where = repr(Path(store.place).as_posix() if isinstance(store, LocalStore) else store.place)
    if not ours:
        raise CorpusError(
            f"{where} is not empty and was not made by the toolkit (no {MANIFEST} of ours). "
            "Give a new folder, or allow it with force=True (--force)."
        )
    complete = bool(manifest.get("complete", True))
    before = manifest["load"]
    differs = _compare(before["options"], plan.options, "option")
    old = read_inputs(store)
    differs += _compare_inputs(old, plan.inputs) if old is not None else [f"{INPUTS} is missing"]
    if not complete:  # the parts already written must be those that this run would write
        differs += _compare(before["versions"], plan.versions, "version of")
    if differs:
        state = "a finished corpus" if complete else "a load that was not finished"
        raise CorpusError(
            f"{where} holds {state} of something else: {'; '.join(differs)}. Give the inputs and options it was "
            "begun with, or another folder; force=True (--force) starts anew here"
            + (", add=True (--add) keeps it and adds the new inputs." if complete else ".")
        )
    return "done" if complete else "resume"


def _open_addition(plan: Plan, base: Base, store: Store) -> State:
    """As `open_plan`, for a load that adds to a finished corpus: its options must fit those the corpus has."""
    manifest = read_json(store, MANIFEST)
    complete = bool(manifest.get("complete", True))
    free = {"part_size", "metadata"} if complete else set()
    before = base.options if complete else manifest["load"]["options"]
    differs = _compare(
        {name: value for name, value in before.items() if name not in free},
        {name: value for name, value in plan.options.items() if name not in free},
        "option",
    )
    if not complete:
        old = read_inputs(store)
        differs += _compare_inputs(old, plan.inputs) if old is not None else [f"{INPUTS} is missing"]
        differs += _compare(manifest["load"]["versions"], plan.versions, "version of")
    if differs:
        raise CorpusError(
            f"add: {store.place!r} holds something that these pages cannot be added to: {'; '.join(differs)}. Give "
            "the options that it was loaded with, or load everything anew with force=True (--force)."
        )
    if not complete:
        return "resume"
    return "fresh" if plan.tasks else "done"


def clear_folder(store: Store, manifest: Mapping[str, Any] | None) -> None:
    """Remove what the toolkit wrote; what else is in the folder stays. The manifest goes last."""
    store.remove(WORK)
    for table in TABLES:
        store.remove(table)
        store.remove(f"{table}.parquet")
    store.remove(INPUTS)
    for name in (manifest or {}).get("files", {}):
        store.remove(name)
    store.remove(MANIFEST)


def new_token() -> str:
    """What tells this run from any other; it never gets into the tables."""
    return uuid.uuid4().hex


def _compare(before: Mapping[str, Any], now: Mapping[str, Any], what: str) -> list[str]:
    names = dict.fromkeys((*before, *now))
    return [
        f"{what} {name}: {_show(before.get(name))} then, {_show(now.get(name))} now"
        for name in names
        if before.get(name) != now.get(name)
    ]


def _show(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _compare_inputs(before: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """What of the inputs came, went or changed since, each with an example."""
    old = before.set_index("source")[["bytes", "stamp"]]
    new = now.set_index("source")[["bytes", "stamp"]]
    gone, come = old.index.difference(new.index), new.index.difference(old.index)
    both = old.index.intersection(new.index)
    changed = both[(old.loc[both] != new.loc[both]).any(axis=1).to_numpy()]
    told = [
        f"{plural(len(names), 'input')} {what} (the first: {sorted(names)[0]!r})"
        for names, what in ((come, "new"), (gone, "gone"), (changed, "changed"))
        if len(names)
    ]
    if not told and list(before["source"]) != list(now["source"]):
        told.append("the inputs come in another order")
    return told
