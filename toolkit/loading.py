"""Loading: find the inputs, read them (in parallel), account for every one."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.corpus import Corpus, open_corpus
from toolkit.errors import InputError
from toolkit.find_inputs import PathLike, find_inputs
from toolkit.folders import read_manifest
from toolkit.identity import make_article_id, make_snapshot_id
from toolkit.metadata import Metadata, read_metadata
from toolkit.page import read_page
from toolkit.page.model import Reading
from toolkit.readers import Problem, SavedPage, read_file
from toolkit.tables import make_table
from toolkit.words import count_words

#: From so many files on, several processes read them; below, starting them costs more than it saves.
PARALLEL_FROM = 64

Progress = bool | Callable[[int, int, int], None] | None


@dataclass(slots=True)
class Rows:
    """The rows that one input (or all of them) gives, by table."""

    articles: list[dict[str, Any]] = field(default_factory=list)
    modules: list[dict[str, Any]] = field(default_factory=list)
    placements: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: Rows) -> None:
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))

    def report(self, source: str, stage: str, reason: str, detail: str) -> None:
        self.problems.append({"source": source, "stage": stage, "reason": reason, "detail": detail})


@dataclass(frozen=True, slots=True)
class Options:
    """What every page is read with; sent to the worker processes."""

    metadata: Metadata
    ledger: bool = False
    mtime: bool = False


def load(
    paths: PathLike | Iterable[PathLike],
    metadata: pd.DataFrame | PathLike | None = None,
    progress: Progress = None,
    n_jobs: int | None = None,
    ledger: bool = False,
    *,
    mtime: bool = False,
) -> Corpus:
    """Load saved news pages into tables.

    Parameters
    ----------
    paths : str, path, or iterable of them
        Files, folders or globs of saved pages: HTML or plain text, also gzipped. What a file is, its content
        tells, not its name.
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

    Returns
    -------
    Corpus
        ``articles``, ``modules``, ``placements``, ``problems`` (and ``ledger``), in the order of the inputs.
        Every input ends in articles or in problems, or in both.

    Raises
    ------
    InputError
        If a path does not exist, a glob or folder holds no file, or the metadata is not usable.

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
    known = read_metadata(metadata)
    inputs = find_inputs(paths, exclude=[known.path] if known.path else [])
    options = Options(known, ledger=ledger, mtime=mtime)
    rows = Rows()
    for source, reason, detail in inputs.passed_over:
        rows.report(source, "find", reason, detail)
    tell = _Progress(progress, len(inputs.files))
    for part in _read_all(inputs.files, options, n_jobs):
        rows.add(part)
        tell.step(len(rows.problems))
    tell.close()
    for key in known.find_unused([source for _, source in inputs.files]):
        rows.report(
            key, "metadata", "unused", "this row of the metadata fits no input; check its path or glob."
        )
    return _assemble(rows, options, {"ledger": ledger, "mtime": mtime})


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


def _read_all(files: list[tuple[Path, str]], options: Options, n_jobs: int | None) -> Iterator[Rows]:
    jobs = n_jobs or (1 if len(files) < PARALLEL_FROM else (os.cpu_count() or 1))
    if jobs == 1 or len(files) < 2:
        for path, source in files:
            yield read_input(path, source, options)
        return
    from joblib import Parallel, delayed

    chunks = [files[i : i + 16] for i in range(0, len(files), 16)]
    workers = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs")
    for parts in workers(delayed(_read_chunk)(chunk, options) for chunk in chunks):
        yield from parts


def _read_chunk(files: list[tuple[Path, str]], options: Options) -> list[Rows]:
    return [read_input(path, source, options) for path, source in files]


def read_input(path: Path, source: str, options: Options) -> Rows:
    """All rows that one input gives; whatever is wrong with it becomes a problem, never an exception."""
    rows = Rows()
    try:
        for found in read_file(path, source):
            if isinstance(found, Problem):
                rows.report(found.source, found.stage, found.reason, found.detail)
            else:
                _add_page(rows, found, path, options)
    except Exception as error:  # a page must not stop the others; the row says what to report
        detail = f"{type(error).__name__}: {error}. This is a fault of the toolkit; please report it with the page."
        rows.report(source, "page", "internal_error", detail[:500])
    return rows


def _add_page(rows: Rows, page: SavedPage, path: Path, options: Options) -> None:
    known = options.metadata.find(page.source)
    reading = read_page(page, url=known.get("url"), ledger=options.ledger)
    captured = _choose_capture(known, page, reading, path if options.mtime else None)
    snapshot_id = make_snapshot_id(page.digest, captured["captured_at"])
    article = reading.article
    url = known.get("url") or article.url or page.url
    site = known.get("site") or article.site
    key = {"snapshot_id": snapshot_id, "source": page.source}
    row = {
        **key,
        "article_id": known.get("article_id") or make_article_id(url, article.title, site, page.digest),
        "format": page.format,
        "url": url,
        "site": site,
        "title": article.title,
        "deck": article.deck,
        "section": article.section,
        "language": article.language,
        "authors": article.authors,
        "keywords": article.keywords,
        "published_at": article.published_at,
        "modified_at": article.modified_at,
        **captured,
        "body": article.body or None,
        "words": count_words(article.body),
        "encoding": page.encoding,
        **reading.quality,
    }
    if "group" in options.metadata.columns:
        row["group"] = known.get("group")
    rows.articles.append(row)
    for reason, detail in reading.problems:
        rows.report(page.source, "page", reason, detail)
    for index, module in enumerate(reading.modules):
        shared = {**key, "module_index": index, "module": module.label, "kind": module.kind}
        rows.modules.append(
            {
                **shared,
                "n_items": len(module.items),
                "duplicate_of": module.duplicate_of,
                "position": module.position,
            }
        )
        for rank, item in enumerate(module.items, 1):
            rows.placements.append(
                {
                    **shared,
                    "rank": rank,
                    "headline": item.headline,
                    "url": item.url,
                    "kicker": item.kicker,
                    "deck": item.deck,
                    "duplicate": module.duplicate_of is not None,
                    "position": item.position,
                }
            )
    for number, line in enumerate(reading.ledger):
        rows.ledger.append(
            {
                **key,
                "line": number,
                "role": line.role,
                "rule": line.rule,
                "module_index": line.module_index,
                "text": line.text,
            }
        )


def _choose_capture(
    known: dict[str, Any], page: SavedPage, reading: Reading, path: Path | None
) -> dict[str, Any]:
    """The capture time and where it comes from: metadata, archive, comment, name, page, mtime, in this order."""
    article = reading.article
    candidates: list[tuple[Any, str | None, str | None]] = [
        (known.get("captured_at"), "metadata", known.get("captured_precision")),
        (page.captured_at if page.captured_from == "archive" else None, "archive", page.captured_precision),
        (
            article.captured_at if article.captured_from == "comment" else None,
            "comment",
            article.captured_precision,
        ),
        (page.captured_at if page.captured_from == "name" else None, "name", page.captured_precision),
        (
            article.captured_at if article.captured_from == "page" else None,
            "page",
            article.captured_precision,
        ),
    ]
    for time, origin, precision in candidates:
        if time is not None:
            return {"captured_at": time, "captured_from": origin, "captured_precision": precision or "second"}
    if path is not None:
        time = dt.datetime.fromtimestamp(int(path.stat().st_mtime), tz=dt.UTC)
        return {"captured_at": time, "captured_from": "mtime", "captured_precision": "second"}
    return {"captured_at": None, "captured_from": None, "captured_precision": None}


def _assemble(rows: Rows, options: Options, parameters: dict[str, Any]) -> Corpus:
    """Tables from rows; a page whose bytes and capture time are another's is kept once and reported."""
    first: dict[str, str] = {}
    copies: set[str] = set()
    for row in rows.articles:
        source = first.setdefault(row["snapshot_id"], row["source"])
        if source != row["source"]:
            copies.add(row["source"])
            rows.report(
                row["source"],
                "table",
                "duplicate_file",
                f"the same bytes and capture time as {source!r}; kept once. "
                "If it was saved at another time, say so in metadata (captured_at).",
            )

    def once(part: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in part if row["source"] not in copies] if copies else part

    return Corpus(
        articles=make_table("articles", once(rows.articles)),
        modules=make_table("modules", once(rows.modules)),
        placements=make_table("placements", once(rows.placements)),
        problems=make_table("problems", rows.problems),
        ledger=make_table("ledger", once(rows.ledger)) if options.ledger else None,
        parameters=parameters,
    )


class _Progress:
    """A bar, a callable, or silence, behind one interface."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.total, self.done = total, 0
        self.call = progress if callable(progress) else None
        self.bar: Any = None
        if self.call is None and progress is not False and (progress or total >= PARALLEL_FROM):
            from tqdm.auto import tqdm

            # disable=None: quiet where nobody watches a terminal
            self.bar = tqdm(
                total=total, unit="page", desc="load", disable=None if progress is None else False
            )

    def step(self, problems: int) -> None:
        self.done += 1
        if self.call is not None:
            self.call(self.done, self.total, problems)
        if self.bar is not None:
            self.bar.update()
            if problems:
                self.bar.set_postfix(problems=problems, refresh=False)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
