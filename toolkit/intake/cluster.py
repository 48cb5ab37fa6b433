"""An existing engine for what one machine is too small for: tasks and parts on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from toolkit.errors import CorpusError, InputError, MissingExtraError
from toolkit.files.store import Store
from toolkit.intake.part_store import Record, run_task
from toolkit.intake.rows import Options
from toolkit.intake.tasks import Task
from toolkit.tables import TableName

__all__ = ["connect", "make_dask_frame", "map_on_cluster", "run_on_cluster"]

#: How often a task is tried again where its worker died.
RETRIES = 3
#: Metadata of more rows than this are sent to each worker once, not with each task.
MAX_INLINE = 2_000


def connect(address: str) -> Any:
    """A client for the scheduler at ``address`` (``tcp://host:8786``, or a scheduler file).

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    InputError
        If no scheduler answers there.
    """
    distributed = _import_distributed()
    try:
        if address.endswith(".json"):
            return distributed.Client(scheduler_file=address, timeout="30s", set_as_default=False)
        return distributed.Client(address, timeout="30s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"scheduler {address!r}: no answer ({error}). Start one with 'dask scheduler', and give the address "
            "it shows."
        ) from error


def run_on_cluster(
    client: Any, tasks: Sequence[Task], options: Options, store: Store, token: str
) -> Iterator[tuple[int, Record]]:
    """The records of tasks as workers finish them; a task whose worker died goes to another.

    A part is written whole or not at all and depends on its task alone, so one that is read twice is the same.
    """
    distributed = _import_distributed()
    _check_client(client)
    shared: Any = options
    if len(options.metadata.exact) + len(options.metadata.globs) > MAX_INLINE:
        shared = client.scatter(options, broadcast=True, hash=False)
    futures = {
        client.submit(
            run_task, task, shared, store, token, key=f"toolkit-load-{token}-{task.number}", retries=RETRIES
        ): task.number
        for task in tasks
    }
    try:
        for future in distributed.as_completed(list(futures)):
            try:
                record = future.result()
            except distributed.KilledWorker as error:
                raise CorpusError(
                    f"{store.place!r}: task {futures[future]} has killed every worker that took it, most often for "
                    f"want of memory ({error}). What is done stays; run the same again to go on, with workers of "
                    "more memory."
                ) from error
            number = futures.pop(future)
            future.release()
            yield number, record
    finally:
        client.cancel(list(futures))


def map_on_cluster(
    client: Any, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
) -> Iterator[Any]:
    """``function`` of each of ``arguments``, on the workers; results in order, a few ahead of the reader."""
    _import_distributed()
    _check_client(client)
    ahead = 4 * max(1, sum(client.nthreads().values()))
    waiting = [client.submit(function, *given, pure=False) for given in arguments[:ahead]]
    for number in range(len(arguments)):
        result = waiting[number].result()
        waiting[number] = None
        if number + ahead < len(arguments):
            waiting.append(client.submit(function, *arguments[number + ahead], pure=False))
        yield result


def make_dask_frame(
    refs: Sequence[Any], table: TableName, columns: Sequence[str] | None, sample: pd.DataFrame
) -> Any:
    """A ``dask.dataframe`` with a partition for each part."""
    try:
        import dask.dataframe as dd
    except ImportError as error:
        raise MissingExtraError(_missing("dask.dataframe", error)) from error
    if not refs:
        return dd.from_pandas(sample, npartitions=1)
    return dd.from_map(_read_ref, list(refs), table=table, columns=columns, meta=sample)


def _read_ref(ref: Any, table: TableName, columns: Sequence[str] | None) -> pd.DataFrame:
    frame: pd.DataFrame = ref.read(table, columns)
    return frame


def _check_client(client: Any) -> None:
    if not all(hasattr(client, name) for name in ("submit", "scatter", "cancel")):
        raise InputError(
            f"client: got {type(client).__name__}; a dask.distributed.Client is needed: "
            "Client('tcp://scheduler:8786'), or Client() for processes of this machine."
        )
    if getattr(client, "asynchronous", False):
        raise InputError("client: an asynchronous client; give one made without asynchronous=True.")


def _import_distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError(_missing("dask", error)) from error
    return distributed


def _missing(name: str, error: ImportError) -> str:
    return (
        f"cluster: {name} is not installed ({error}). Install it with pip install 'sidebar-toolkit[cluster]', here "
        "and on the workers; or load without client (--scheduler)."
    )
