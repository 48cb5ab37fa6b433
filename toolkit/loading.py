"""Loading: find the inputs, read them (in parallel), account for every one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from toolkit.corpus import Corpus
from toolkit.errors import InputError, MissingExtraError
from toolkit.files.folders import read_manifest
from toolkit.files.store import find_store
from toolkit.intake.find_inputs import Inputs, PathLike, find_inputs
from toolkit.intake.growth import open_base
from toolkit.intake.metadata import Metadata, read_metadata
from toolkit.intake.plan import Plan, describe_options, find_versions, list_inputs, new_token, read_inputs
from toolkit.intake.progress import BAR_FROM, Progress, Teller
from toolkit.intake.rows import Options, Rows, make_frame
from toolkit.intake.settle import IDS, finish_problems, settle_parts
from toolkit.intake.tasks import Task, plan_tasks, read_task
from toolkit.parts import open_corpus
from toolkit.readers import check_columns
from toolkit.readers.model import Filters, Limits
from toolkit.streaming import stream_load
from toolkit.tables import TableName

__all__ = ["PARALLEL_FROM", "load", "open_or_load"]

#: From so many files on, several processes read them; below, starting them costs more than it saves.
PARALLEL_FROM = BAR_FROM
#: As PARALLEL_FROM, in bytes of input: one archive holds many pages.
PARALLEL_BYTES = 8 * 2**20


def load(
    paths: PathLike | Iterable[PathLike],
    metadata: pd.DataFrame | PathLike | None = None,
    progress: Progress = None,
    n_jobs: int | None = None,
    ledger: bool = False,
    *,
    mtime: bool = False,
    second_opinion: bool | Literal["auto"] = False,
    filters: Filters | None = None,
    limits: Limits | None = None,
    columns: Mapping[str, str] | None = None,
    out: PathLike | None = None,
    part_size: int | None = None,
    client: Any = None,
    force: bool = False,
    add: bool = False,
) -> Corpus:
    """Load saved news pages into tables.

    Parameters
    ----------
    paths : str, path, or iterable of them
        Files, folders or globs of saved pages: HTML or plain text, web archives (WARC, WACZ, MHTML), zip and tar
        of these, tables, feeds; also addresses that fsspec knows (``s3://bucket/2025/*.warc.gz``). What a file
        is, its content tells, not its name.
    metadata : DataFrame or path of a CSV, optional
        What you know about the pages: a column ``source`` (path or glob) and any of ``captured_at``, ``site``,
        ``url``, ``article_id``, ``group``. It wins over the page.
    progress : bool or callable, optional
        True or False; by default a bar in notebooks and terminals. A callable gets (done, total, problems).
    n_jobs : int, optional
        Processes; by default one for few files, else one a core. The tables are the same for any number.
    ledger : bool
        True keeps the role of every line or block of every page, in ``corpus.ledger``.
    mtime : bool
        True takes a file's modification time for the capture time where nothing else tells it.
    second_opinion : bool or "auto"
        True asks other extractors about each body, and takes the thorough one's where the quick one disagrees
        and our reading is in doubt; needs the extra ``second-opinion``. "auto": where it is installed.
    filters : Filters, optional
        Which pages are wanted: by address, by content type, one a day.
    limits : Limits, optional
        How far one input is followed before it is reported instead: bytes, records, depth.
    columns : mapping, optional
        What columns of tables among the inputs are called: theirs to ours.
    out : path or address, optional
        A folder to write to while reading, so that memory does not grow with the input. A load that was stopped,
        however, goes on where it was when the same is run again. By default tables are in memory only.
    part_size : int, optional
        Bytes of input for one task; by default a 32nd of all, between 1 MiB and 32 MiB. With ``out`` each task
        makes one part of the corpus.
    client : dask.distributed.Client, optional
        A cluster to read on, instead of processes of this machine; needs ``out`` and the extra ``cluster``.
    force : bool
        With ``out``: start anew where the folder holds something else. What the toolkit wrote there is removed.
    add : bool
        With ``out``: the folder holds a finished corpus, to which those inputs are added that it does not hold yet.

    Returns
    -------
    Corpus
        ``articles``, ``modules``, ``placements``, ``problems`` (and ``ledger``), in the order of the inputs.
        Every input ends in articles or in problems, or in both. With ``out`` what `open_corpus` gives.

    Raises
    ------
    InputError
        If a path does not exist, a glob or folder holds no file, or the metadata is not usable.
    CorpusError
        If ``out`` is not ours, or holds a load of other inputs or options.
    MissingExtraError
        If what was asked for needs an extra that is not installed.

    Notes
    -----
    The tables depend on the inputs and the options alone: not on the number of processes or machines, nor on
    whether the load was stopped in between. Two rules hold over all inputs: pages of the same bytes and capture
    time are kept once, the first, and ``once_a_day`` keeps the earliest of a day.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = pathlib.Path(folder, "page.html")
    ...     _ = page.write_text("<title>Bridge opens</title><h1>Bridge opens</h1><p>The bridge over the "
    ...                         "Arno opened on Monday after four years of works.</p>")
    ...     load(page).articles["title"].tolist()
    ['Bridge opens']
    """
    if n_jobs is not None and (not isinstance(n_jobs, int) or n_jobs == 0):
        raise InputError(f"load: n_jobs={n_jobs!r}; give a number of processes, or -1 for one a core.")
    if part_size is not None and (not isinstance(part_size, int) or part_size < 1):
        raise InputError(f"load: part_size={part_size!r}; give bytes of input, 1 or more.")
    if client is not None and out is None:
        raise InputError(
            "load: a client reads on a cluster and needs out=, a folder that all its workers see."
        )
    if columns:
        check_columns(columns)
    if second_opinion is True:
        _check_second_opinion()
    known = read_metadata(metadata)
    inputs = find_inputs(paths, exclude=[known.path] if known.path else [])
    options = Options(
        known, ledger, mtime, second_opinion, filters or Filters(), limits or Limits(), columns or None
    )
    base = None
    if add and not force:
        store = find_store(_need_out(out))
        base = open_base(store, read_inputs(store))
    files = inputs.files if base is None else base.find_new(inputs.files)
    tasks, size = plan_tasks(files, part_size, first=0 if base is None else base.first)
    parameters: dict[str, Any] = {"ledger": ledger, "mtime": mtime}
    if second_opinion:
        parameters["second_opinion"] = second_opinion
    if options.filters.once_a_day:
        parameters["once_a_day"] = True
    if out is None:
        return _load_here(inputs, tasks, options, n_jobs, progress, parameters)
    listed = list_inputs(tasks)
    if base is not None:
        listed = pd.concat([base.inputs, listed], ignore_index=True)
    described = describe_options(options, size)
    plan = Plan(tasks, listed, described, find_versions(), parameters, new_token(), base)
    return stream_load(
        plan,
        options,
        find_store(out),
        passed_over=inputs.passed_over,
        n_jobs=_choose_jobs(n_jobs, tasks, client),
        client=client,
        force=force,
        progress=progress,
    )


def open_or_load(
    pages: PathLike | Iterable[PathLike],
    metadata: pd.DataFrame | PathLike | None = None,
    **options: Any,
) -> Corpus:
    """The corpus in a folder that the toolkit wrote, or else what ``load`` makes of the pages there.

    Parameters
    ----------
    pages : path, or as for ``load``
        A folder with a saved corpus (or a report, which holds one), or saved pages.
    metadata : DataFrame or path, optional
        As for ``load``; an empty string counts as none.
    **options
        As for ``load``.

    Returns
    -------
    Corpus
    """
    if isinstance(pages, str | os.PathLike):
        manifest = read_manifest(pages)
        if manifest is not None and manifest.get("kind") in ("corpus", "report"):
            return open_corpus(Path(pages) / ("corpus" if manifest["kind"] == "report" else ""))
    known = None if isinstance(metadata, str) and not metadata else metadata
    return load(pages, known, **options)


def _need_out(out: PathLike | None) -> PathLike:
    if out is None:
        raise InputError("load: add=True adds to a corpus in a folder; give it as out=.")
    return out


def _check_second_opinion() -> None:
    from toolkit.page.second_opinion import ask_quick, ask_thorough

    for ask in (ask_quick, ask_thorough):
        try:
            ask("<p>A page.</p>")
        except MissingExtraError:
            raise
        except Exception:
            pass


def _choose_jobs(n_jobs: int | None, tasks: list[Task], client: Any = None) -> int:
    if n_jobs is None:
        n_files = sum(len(task.pieces) for task in tasks)
        large = n_files >= PARALLEL_FROM or sum(task.bytes for task in tasks) >= PARALLEL_BYTES
        return (os.cpu_count() or 1) if large and client is None else 1
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)


def _load_here(
    inputs: Inputs,
    tasks: list[Task],
    options: Options,
    n_jobs: int | None,
    progress: Progress,
    parameters: dict[str, Any],
) -> Corpus:
    """The tables in memory, in the order of the inputs."""
    rows = Rows()
    for source, reason, detail in inputs.passed_over:
        rows.report(source, "find", reason, detail)
    used: set[str] = set()
    n_pieces = sum(len(task.pieces) for task in tasks)
    tell = Teller(progress, n_pieces)
    for part, ends in _read_all(tasks, options, _choose_jobs(n_jobs, tasks)):
        used |= _find_used(options.metadata, part)
        rows.add(part)
        if ends:
            tell.step(len(rows.problems))
    tell.close()
    used |= options.metadata.find_used(source for _, source in inputs.files)
    frames = rows.frames(options)
    ids = frames["articles"][IDS]
    settled = settle_parts(1, lambda _: ids, once_a_day=options.filters.once_a_day)
    late = finish_problems(list(rows.passed.values()), options.metadata.find_unused(used), settled)
    frames["problems"] = make_frame("problems", rows.problems + late)
    kept: dict[TableName, pd.DataFrame] = {
        name: frame if name == "problems" else settled.drop(frame, 0) for name, frame in frames.items()
    }
    return Corpus(**kept, parameters=parameters)


def _find_used(known: Metadata, rows: Rows) -> set[str]:
    if not known.columns:
        return set()
    return known.find_used([row["source"] for row in (*rows.articles, *rows.problems)])


def _read_all(tasks: list[Task], options: Options, n_jobs: int) -> Iterator[tuple[Rows, bool]]:
    """Bundles of rows in the order of the inputs, each with whether it ends a piece."""
    if n_jobs == 1 or len(tasks) < 2:
        for task in tasks:
            yield from read_task(task, options)
        return
    from joblib import Parallel, delayed

    workers = Parallel(n_jobs=n_jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    for bundles in workers(delayed(_read_whole)(task, options) for task in tasks):
        yield from bundles


def _read_whole(task: Task, options: Options) -> list[tuple[Rows, bool]]:
    return list(read_task(task, options))
