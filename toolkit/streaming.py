"""A load that writes as it goes: parts by tasks, in any order and by any number of workers, settled at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.corpus import Corpus
from toolkit.errors import CorpusError
from toolkit.files.folders import MANIFEST
from toolkit.files.store import LocalStore, Store, read_json, write_json
from toolkit.intake.part_store import (
    WORK,
    Record,
    describe_files,
    read_base,
    read_record,
    read_table,
    run_task,
    write_frame,
)
from toolkit.intake.plan import INPUTS, Plan, open_plan
from toolkit.intake.progress import Progress, Teller
from toolkit.intake.rows import Options, make_frame
from toolkit.intake.settle import IDS, Settled, finish_problems, settle_parts
from toolkit.intake.tasks import Task
from toolkit.parts import open_corpus
from toolkit.readers.model import Tally
from toolkit.tables import TABLES, TableName, list_tables

__all__ = ["SMALL", "stream_load"]

#: A corpus of no more rows than these is one file a table in the end.
SMALL = {"articles": 2_000, "placements": 250_000, "ledger": 500_000}


def stream_load(
    plan: Plan,
    options: Options,
    store: Store,
    *,
    passed_over: Sequence[tuple[str, str, str]],
    n_jobs: int = 1,
    client: Any = None,
    force: bool = False,
    progress: Progress = None,
) -> Corpus:
    """Read the tasks of ``plan`` into ``store``, go on where an earlier run stopped, and open the result."""
    state = open_plan(plan, store, force=force)
    if state == "done":
        _tidy(store, list(TABLES))
        return open_corpus(store.place)
    if state == "fresh" and plan.base is not None:
        plan.base.keep(store, options)
    plan.begin(store)
    records: dict[int, Record] = {}
    todo: list[Task] = []
    for task in plan.tasks:
        record = read_record(store, task) if state == "resume" else None
        if record is None:
            todo.append(task)
        else:
            records[task.number] = record
    write_problems(store, f"head-{plan.generation:05d}", [_found(*entry) for entry in passed_over])
    tell = Teller(progress, len(plan.tasks), sum(task.bytes for task in plan.tasks))
    tell.resume(len(records), sum(record["bytes"] for record in records.values()))
    problems = sum(record["rows"]["problems"] for record in records.values())
    try:
        for number, record in run_tasks(todo, options, store, plan.token, n_jobs, client):
            records[number] = record
            problems += record["rows"]["problems"]
            tell.step(problems, pages=record["rows"]["articles"], size=record["bytes"])
    finally:
        tell.close()
    before = [] if plan.base is None else read_base(store)["records"]
    ordered = before + [records[task.number] for task in plan.tasks]
    finish(plan, options, store, ordered)
    return open_corpus(store.place)


def run_tasks(
    tasks: Sequence[Task], options: Options, store: Store, token: str, n_jobs: int, client: Any
) -> Iterator[tuple[int, Record]]:
    """The records of tasks as they are done: here, in processes of this machine, or on a cluster."""
    if client is not None:
        from toolkit.intake.cluster import run_on_cluster

        yield from run_on_cluster(client, tasks, options, store, token)
        return
    if n_jobs == 1 or len(tasks) < 2:
        for task in tasks:
            yield task.number, run_task(task, options, store, token)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    workers = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
    calls = (delayed(_run_numbered)(task, options, store, token) for task in tasks)
    done = workers(calls)
    try:
        yield from done
    except TerminatedWorkerError as error:
        raise CorpusError(
            f"{store.place!r}: a worker process died ({str(error).split('.')[0]}), most often for want of memory. "
            "The parts that are done stay; run the same again to go on, with fewer processes (n_jobs, --n-jobs)."
        ) from error
    finally:
        done.close()


def _run_numbered(task: Task, options: Options, store: Store, token: str) -> tuple[int, Record]:
    return task.number, run_task(task, options, store, token)


def _found(source: str, reason: str, detail: str) -> dict[str, Any]:
    return {"source": source, "stage": "find", "reason": reason, "detail": detail}


def finish(plan: Plan, options: Options, store: Store, records: list[Record]) -> None:
    """Apply the rules over all inputs, bring the files into their last form, and write the manifest."""
    settled = _settle(store, records, options)
    used = {key for record in records for key in record.get("used", ())}
    if plan.base is not None and options.metadata.columns:
        used |= options.metadata.find_used(plan.inputs["source"])
        for record in records[: plan.base.first]:
            seen = read_table(store, [f"articles/{record['name']}.parquet"], "articles", ["source"])
            used |= options.metadata.find_used(seen["source"])
    passed = [Tally(source, counts) for record in records for source, counts in record.get("passed", ())]
    late = finish_problems(passed, options.metadata.find_unused(used), settled)
    write_problems(store, f"tail-{plan.generation:05d}", late)
    manifest = plan.manifest(complete=True)
    small = isinstance(store, LocalStore) and all(
        sum(record["rows"].get(name, 0) for record in records) <= limit for name, limit in SMALL.items()
    )
    names = list_tables(ledger=options.ledger)
    new = records if plan.base is None else records[plan.base.first :]
    problem_files = [
        *(() if plan.base is None else plan.base.problems),
        f"problems/head-{plan.generation:05d}.parquet",
        *(f"problems/{record['name']}.parquet" for record in new),
        f"problems/tail-{plan.generation:05d}.parquet",
    ]
    if small:
        manifest |= _join_parts(store, records, names, settled, problem_files, options)
    else:
        records = [_rewrite(store, n, record, names, settled, options) for n, record in enumerate(records)]
        manifest |= _list_parts(store, records, problem_files)
    write_json(store, MANIFEST, manifest)
    _tidy(store, names)


def _tidy(store: Store, names: Sequence[str]) -> None:
    """Remove what only a load under way needs; an earlier run may have been stopped just before."""
    manifest = read_json(store, MANIFEST)
    single = manifest["format_version"] == 1
    for name in names:
        store.remove(name if single else f"{name}.parquet")
        store.sweep(name)
    store.sweep()
    store.remove(WORK)


def _settle(store: Store, records: Sequence[Record], options: Options) -> Settled:
    """What the rules over all inputs leave out; kept in a file before any part is rewritten by it."""
    kept = read_json(store, f"{WORK}/settled.json")
    if kept is not None:
        return Settled({int(part): sources for part, sources in kept["left_out"].items()}, kept["problems"])

    def read(part: int) -> pd.DataFrame:
        return read_table(store, [f"articles/{records[part]['name']}.parquet"], "articles", IDS)

    settled = settle_parts(len(records), read, once_a_day=options.filters.once_a_day)
    write_json(store, f"{WORK}/settled.json", {"left_out": settled.left_out, "problems": settled.problems})
    return settled


def write_problems(store: Store, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Problems that belong to no part: what was passed over while inputs were found, what the end settled."""
    write_frame(store, f"problems/{name}.parquet", make_frame("problems", rows), "problems")


def _rewrite(
    store: Store,
    number: int,
    record: Record,
    names: Iterable[TableName],
    settled: Settled,
    options: Options,
) -> Record:
    """A part without what the rules over all inputs leave out; untouched where that is nothing."""
    if number not in settled.left_out:
        return record
    rows, files = dict(record["rows"]), dict(record["files"])
    for table in names:
        if table == "problems":
            continue
        file = f"{table}/{record['name']}.parquet"
        frame = settled.drop(read_table(store, [file], table), number)
        write_frame(store, file, frame, table, group=options.has_group)
        rows[table] = len(frame)
        files |= describe_files(store, [file])
    return {**record, "rows": rows, "files": files}


def _list_parts(store: Store, records: Sequence[Record], problem_files: list[str]) -> dict[str, Any]:
    hashes = [np.zeros(0, np.uint64)]  # 8 bytes a page, however long the ids
    for record in records:
        ids = read_table(store, [f"articles/{record['name']}.parquet"], "articles", ["article_id"])
        hashes.append(np.unique(pd.util.hash_array(ids["article_id"].to_numpy(object))))
    articles = np.unique(np.concatenate(hashes))
    rows = {
        name: sum(record["rows"][name] for record in records)
        for name in (records[0]["rows"] if records else [])
    }
    extra = [name for name in problem_files if "/head-" in name or "/tail-" in name]
    files = {name: entry for record in records for name, entry in record["files"].items()}
    files |= describe_files(store, [*extra, INPUTS])
    shared = ("name", "key", "rows", "since", "until", "undated", "sites", "kinds")
    late = sum(len(read_table(store, [name], "problems")) for name in extra)
    rows["problems"] = rows.get("problems", 0) + late
    return {
        "counts": {
            "snapshots": rows.get("articles", 0),
            "articles": len(articles),
            "modules": rows.get("modules", 0),
            "placements": rows.get("placements", 0),
            "problems": rows["problems"],
        },
        "rows": rows,
        "problems": problem_files,
        "parts": [{name: record[name] for name in shared} for record in records],
        "files": files,
    }


def _join_parts(
    store: Store,
    records: Sequence[Record],
    names: Iterable[TableName],
    settled: Settled,
    problem_files: list[str],
    options: Options,
) -> dict[str, Any]:
    """A small corpus: one file a table, as ``Corpus.save`` writes it."""
    rows: dict[str, int] = {}
    for table in names:
        if table == "problems":
            frame = read_table(store, problem_files, table)
        else:
            frames = [
                settled.drop(read_table(store, [f"{table}/{record['name']}.parquet"], table), number)
                for number, record in enumerate(records)
            ]
            filled = [frame for frame in frames if len(frame)]
            frame = (
                pd.concat(filled, ignore_index=True)
                if filled
                else make_frame(table, [], group=options.has_group)
            )
        write_frame(store, f"{table}.parquet", frame, table, group=options.has_group)
        rows[table] = len(frame)
    return {
        "format_version": 1,
        "rows": rows,
        "files": describe_files(store, [*(f"{table}.parquet" for table in rows), INPUTS]),
    }
