"""The report: run the notebooks over a corpus, and put what they show into one page that works offline."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolkit.corpus import Corpus
from toolkit.errors import InputError
from toolkit.files.folders import check_target, replace_folder, write_manifest
from toolkit.files.storage import write_csv
from toolkit.intake.find_inputs import PathLike
from toolkit.loading import open_or_load
from toolkit.new import find_notebooks_folder
from toolkit.ratings import read_ratings
from toolkit.report_page import Section, make_page

__all__ = ["ReportResult", "find_notebooks", "write_report"]

#: The notebook that runs only where there are labels to train on.
TRAINING = "06_own_clickbait_labels"
#: Seconds that one cell may take.
CELL_TIMEOUT = 900


@dataclass(frozen=True, slots=True)
class ReportResult:
    """Where the report is, and what failed: one line a notebook, with its cell and error."""

    index: Path
    failures: list[str] = field(default_factory=list)


def find_notebooks(names: Sequence[str] | None = None) -> list[Path]:
    """The notebooks of the report, in order; with ``names`` only those whose names begin so.

    Raises
    ------
    InputError
        If a name fits no notebook; the message lists those there are.
    """
    folder = find_notebooks_folder()
    there = sorted(path for path in folder.glob("[0-9][0-9]_*.ipynb") if not path.name.startswith("00"))
    if not names:
        return there
    chosen = [path for path in there if any(path.name.startswith(name) for name in names)]
    lost = [name for name in names if not any(path.name.startswith(name) for path in there)]
    if lost:
        raise InputError(
            f"report: no notebook begins with {lost[0]!r}; there are {', '.join(path.stem for path in there)}."
        )
    return chosen


def write_report(
    paths: PathLike | Iterable[PathLike] | Corpus,
    out: PathLike,
    *,
    metadata: Any = None,
    n_jobs: int | None = None,
    ledger: bool = False,
    mtime: bool = False,
    notebooks: Sequence[str] | None = None,
    labels: Any = None,
    text: bool = True,
    force: bool = False,
    progress: bool = True,
) -> ReportResult:
    """Run the notebooks over pages or a corpus and write one report.

    Parameters
    ----------
    paths : path, list of paths, or Corpus
        Saved pages as for ``toolkit.load``, or the folder of a saved corpus.
    out : path
        The folder to write: ``index.html`` (self-contained), ``charts/``, ``tables/``, ``notebooks/`` (as run),
        ``corpus/``, ``manifest.json``. A folder of ours is replaced, any other that is not empty is refused.
    metadata, n_jobs, ledger, mtime
        As for ``toolkit.load``.
    notebooks : sequence of str, optional
        Only these, by the beginning of their names.
    labels : path of a CSV or DataFrame, optional
        Headlines that people rated, as for `read_ratings`: the notebook that trains a clickbait model runs on them.
        Without them it is left out.
    text : bool
        False leaves the texts of the pages (bodies, decks) out of what is written, for sharing.
    force : bool
        Write into a folder that the toolkit did not make.
    progress : bool
        Say on stderr what is done while it is done.

    Returns
    -------
    ReportResult
        The index, and a line for each notebook that failed; the rest of the report is there all the same.

    Raises
    ------
    InputError
        If there is nothing to load, or no page could be read.
    CorpusError
        If ``out`` is not ours.
    """
    check_target(out, force=force)
    chosen = find_notebooks(notebooks)
    ratings = None if labels is None else read_ratings(labels)
    if ratings is None:
        if notebooks and any(path.stem == TRAINING for path in chosen):
            raise InputError(
                f"report: {TRAINING} trains on headlines that you rated; give them with --labels."
            )
        chosen = [path for path in chosen if path.stem != TRAINING]
    say = _make_voice(progress)
    corpus = _get_corpus(paths, metadata, n_jobs, ledger, mtime, progress, say)
    if corpus.articles.empty:
        tally = (
            corpus.problems["reason"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        )
        told = ", ".join(f"{n} x {reason}" for reason, n in tally.items())
        first = corpus.problems.sort_values("source", kind="stable").iloc[0]
        raise InputError(
            f"report: no page could be read ({told}). First, {first['source']}: {first['detail']} "
            "Give saved pages: HTML, text, MHTML or web archives."
        )
    failures: list[str] = []
    with replace_folder(out, force=force) as folder:
        corpus.save(folder / "corpus")
        for name in ("charts", "tables", "notebooks"):
            (folder / name).mkdir()
        if ratings is not None:
            write_csv(ratings, folder / "labels.csv")
        sections = []
        for path in chosen:
            section = _run_notebook(path, folder, say)
            sections.append(section)
            if section.failure:
                failures.append(section.failure)
        if not text:
            _remove_texts(corpus).save(folder / "corpus")
        page = make_page(corpus, sections, folder)
        (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")
        content = {
            "parameters": {**corpus.parameters, "notebooks": [path.stem for path in chosen], "text": text},
            "counts": corpus.count(),
            "failures": failures,
        }
        write_manifest(folder, "report", content)
    index = Path(out) / "index.html"
    say(f"Done: {len(chosen) - len(failures)} of {len(chosen)} notebooks ran.")
    say(f"Open {index.as_posix()} in a browser; charts/ and tables/ beside it hold each figure and its data.")
    return ReportResult(index, failures)


def _make_voice(progress: bool) -> Callable[[str], None]:
    def say(text: str) -> None:
        if progress:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    return say


def _get_corpus(
    paths: Any,
    metadata: Any,
    n_jobs: int | None,
    ledger: bool,
    mtime: bool,
    progress: bool,
    say: Callable[[str], None],
) -> Corpus:
    if isinstance(paths, Corpus):
        return paths
    single = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    say("Loading ...")
    corpus = open_or_load(
        single[0] if len(single) == 1 else single,
        metadata,
        progress=None if progress else False,
        n_jobs=n_jobs,
        ledger=ledger,
        mtime=mtime,
    )
    say(f"Loaded: {corpus!r}")
    return corpus


def _remove_texts(corpus: Corpus) -> Corpus:
    bare = corpus.select()
    bare.articles = bare.articles.assign(body=None, deck=None).astype({"body": "str", "deck": "str"})
    bare.placements = bare.placements.assign(deck=None).astype({"deck": "str"})
    bare.ledger = None
    return bare


def _run_notebook(path: Path, folder: Path, say: Callable[[str], None]) -> Section:
    """Run one notebook in the report's folder; a failure is kept as a line with its cell and error."""
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    start = time.monotonic()
    say(f"  {path.stem} ...")
    parameters = {"pages": "corpus", "metadata": "", "output": "."}
    if path.stem == TRAINING:
        parameters["labels"] = "labels.csv"
    done = folder / "notebooks" / path.name
    failure = None
    with _quiet_kernel():
        try:
            papermill.execute_notebook(
                str(path),
                str(done),
                parameters=parameters,
                cwd=str(folder),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                extra_arguments=["--log-level=ERROR"],  # the kernel's own words are not the reader's
                execution_timeout=CELL_TIMEOUT,
            )
        except PapermillExecutionError as error:
            failure = f"{path.stem}: cell {error.cell_index}: {error.ename}: {error.evalue}"
        except Exception as error:  # a dead kernel, a timeout: the other notebooks still run
            failure = (
                f"{path.stem}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            )
    notebook = nbformat.read(done if done.exists() else path, as_version=4)
    _strip_run(notebook)
    nbformat.write(notebook, done)
    say(f"  {path.stem}: {'FAILED, ' + failure if failure else 'done'} ({time.monotonic() - start:.0f} s)")
    return Section(path.stem, notebook, failure)


@contextlib.contextmanager
def _quiet_kernel() -> Any:
    """The kernel imports this very toolkit, wherever it was started from, and debugpy keeps silent."""
    before = {name: os.environ.get(name) for name in ("PYTHONPATH", "PYDEVD_DISABLE_FILE_VALIDATION")}
    root = str(Path(__file__).resolve().parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, before["PYTHONPATH"]]))
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_CLOCK = re.compile(r"^(?:papermill|execution|iopub|shell)")


def _strip_run(notebook: Any) -> None:
    """Drop clock times and counters, so that a second run gives the same bytes; outputs stay."""
    notebook.metadata = {
        key: value for key, value in notebook.metadata.items() if key in ("kernelspec", "language_info")
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if not _CLOCK.match(key)}
        if "tags" in cell.metadata:
            cell.metadata["tags"] = [tag for tag in cell.metadata["tags"] if not tag.startswith("papermill")]
