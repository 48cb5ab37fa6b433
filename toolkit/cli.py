"""The same names from a shell: data on stdout, messages on stderr, a nonzero exit on refusal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import InputError, ToolkitError
from toolkit.files.folders import check_target, find_version, move_folder, remove_ours
from toolkit.words import plural

if TYPE_CHECKING:
    from toolkit.corpus import Corpus


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (0 done, 1 something failed, 2 refused)."""
    parser = make_parser()
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ToolkitError as error:
        print(f"toolkit: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("toolkit: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0


def make_parser() -> argparse.ArgumentParser:
    """The parser with all commands, so that docs and tests can list them."""
    parser = argparse.ArgumentParser(
        prog="toolkit",
        description="Saved news pages in, tables and charts out: articles, and the headlines in their sidebars.",
        epilog="example: toolkit report data/sample/pages --out output/",
    )
    parser.add_argument("--version", action="version", version=f"toolkit {find_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    load = _add(
        commands, "load", "load pages into a corpus folder (Parquet)", "toolkit load pages/ --out corpus/"
    )
    _add_loading(load)
    load.add_argument(
        "--format",
        choices=["parquet", "csv", "xlsx", "jsonl"],
        default="parquet",
        help="parquet (opens again with toolkit.open_corpus), or a form for other tools",
    )
    load.add_argument(
        "--raw", action="store_true", help="CSV, Excel: leave texts that begin with = + - @ as is"
    )
    load.add_argument(
        "--strict",
        action="store_true",
        help="refuse (exit 1, nothing written) if any page is doubtful or unread",
    )
    load.add_argument("--add", action="store_true", help="add new inputs to the corpus that the folder holds")
    _add_choosing(load)
    load.set_defaults(run=run_load)

    verify = _add(
        commands,
        "verify",
        "check a saved corpus against its manifest: hashes, counts, versions",
        "toolkit verify corpus/",
    )
    verify.add_argument("folder", metavar="FOLDER", help="what toolkit load wrote")
    verify.set_defaults(run=run_verify)

    report = _add(
        commands,
        "report",
        "run the notebooks over pages or a corpus and write one report",
        "toolkit report pages/ --out output/",
    )
    _add_loading(report)
    report.add_argument(
        "--notebooks", metavar="NAME", nargs="+", help="only these, by the beginning of their names: 02 04"
    )
    report.add_argument(
        "--labels", metavar="CSV", help="headlines you rated: also train and test a clickbait model on them"
    )
    report.add_argument(
        "--no-text", action="store_true", help="leave the pages' texts (bodies, summaries) out, for sharing"
    )
    report.set_defaults(run=run_report)

    new = _add(
        commands,
        "new",
        "copy the notebooks, a README and the sample into a folder of your own",
        "toolkit new study/ --pages pages/",
    )
    new.add_argument("folder", metavar="FOLDER", help="a new or empty folder")
    new.add_argument("--pages", metavar="PATH", help="your saved pages; the notebooks then read these")
    new.add_argument("--metadata", metavar="CSV", help="what you know of the pages (source, captured_at ...)")
    new.add_argument(
        "--force",
        action="store_true",
        help="copy into a folder that is not empty; other files stay as they are",
    )
    new.set_defaults(run=run_new)
    return parser


def _add(commands: argparse._SubParsersAction, name: str, text: str, example: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", epilog=f"example: {example}"
    )
    return command


def _add_loading(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="+", metavar="PATHS", help="files, folders or globs of saved pages")
    command.add_argument("--out", required=True, metavar="FOLDER", help="where to write")
    command.add_argument(
        "--metadata", metavar="CSV", help="what you know of the pages (source, captured_at ...)"
    )
    command.add_argument("--ledger", action="store_true", help="keep the role of every line of every page")
    command.add_argument("--mtime", action="store_true", help="a file's own time where nothing else tells")
    command.add_argument(
        "--n-jobs",
        "--jobs",
        dest="jobs",
        type=int,
        metavar="N",
        help="processes (default: by the input's size)",
    )
    command.add_argument(
        "--force", action="store_true", help="write into a folder that the toolkit did not make"
    )
    command.add_argument("--quiet", action="store_true", help="no progress")


def _add_choosing(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--second-opinion", action="store_true", help="ask other extractors about each body (needs the extra)"
    )
    command.add_argument(
        "--url-filter",
        metavar="GLOB",
        action="append",
        default=[],
        help="only pages whose address fits (re:EXPRESSION for a regular expression); may be repeated",
    )
    command.add_argument(
        "--not-url", metavar="GLOB", action="append", default=[], help="no pages whose address fits"
    )
    command.add_argument(
        "--mime", metavar="GLOB", action="append", default=[], help="of archives only these content types"
    )
    command.add_argument(
        "--once-a-day", action="store_true", help="of one address and day (UTC) only the first snapshot"
    )
    command.add_argument(
        "--part-size", type=int, metavar="BYTES", help="bytes of input that one part is made from"
    )
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="read on the Dask cluster of this scheduler (tcp://host:8786)"
    )


def _load(arguments: argparse.Namespace, out: str | None = None) -> Corpus:
    from toolkit.loading import load
    from toolkit.readers.model import Filters

    client = None
    if arguments.scheduler is not None:
        from toolkit.intake.cluster import connect

        client = connect(arguments.scheduler)
    try:
        return load(
            arguments.paths,
            metadata=arguments.metadata,
            progress=False if arguments.quiet else None,
            n_jobs=arguments.jobs,
            ledger=arguments.ledger,
            mtime=arguments.mtime,
            second_opinion=arguments.second_opinion,
            filters=Filters(
                tuple(arguments.url_filter),
                tuple(arguments.not_url),
                tuple(arguments.mime),
                arguments.once_a_day,
            ),
            out=out,
            part_size=arguments.part_size,
            client=client,
            force=arguments.force and out is not None,
            add=getattr(arguments, "add", False),
        )
    finally:
        if client is not None:
            client.close()


def run_load(arguments: argparse.Namespace) -> int:
    """``toolkit load``: counts as JSON on stdout, problems summed up on stderr."""
    from toolkit.files.store import is_remote

    if not is_remote(arguments.out):
        check_target(arguments.out, force=arguments.force)
    out = arguments.out if arguments.format == "parquet" else None
    if arguments.strict and out is not None:
        out = _find_trial(out)
    try:
        corpus = _load(arguments, out)
    except KeyboardInterrupt:
        if out is not None:
            print("toolkit: stopped. What is done stays; the same command again goes on.", file=sys.stderr)
            return 130
        raise
    counts = corpus.count()
    tally = corpus.problems.groupby("reason")["source"].agg(["size", "first"])
    for reason, n, example in zip(tally.index, tally["size"], tally["first"], strict=True):
        print(f"toolkit: {n} x {reason}, first: {example}", file=sys.stderr)
    if arguments.strict and _refuse(corpus, out):
        return 1
    if arguments.format != "parquet":
        corpus.export(arguments.out, arguments.format, raw=arguments.raw, force=arguments.force)
    elif arguments.strict:
        move_folder(str(out), arguments.out, force=arguments.force)
    print(json.dumps(counts))
    if not counts["snapshots"]:
        print("toolkit: no page could be read; see the table 'problems'.", file=sys.stderr)
        return 1
    return 0


def _find_trial(out: str) -> str:
    """Where a strict load is written until it has passed: beside the folder it is for."""
    from toolkit.files.store import is_remote

    if is_remote(out):
        raise InputError(
            f"--strict: {out!r} is no local folder, and a corpus that has not passed could not be put aside. Load "
            "without --strict, and look at find_doubtful(corpus.articles) and corpus.problems."
        )
    target = Path(out)
    return str(target.with_name(f".{target.name}.strict"))


def _refuse(corpus: Corpus, trial: str | None) -> bool:
    """Under --strict: say what is doubtful, page by page, and leave nothing behind; False where nothing is."""
    from toolkit.quality import find_doubtful

    doubtful = find_doubtful(corpus.articles)
    n = len(corpus.problems)
    if not n and doubtful.empty:
        return False
    for source, doubts in zip(doubtful["source"], doubtful["doubts"], strict=True):
        print(f"toolkit: doubtful: {source}: {', '.join(doubts)}", file=sys.stderr)
    print(
        f"toolkit: --strict: {plural(n, 'problem')} and {plural(len(doubtful), 'doubtful page')}; "
        "nothing was written. Save these pages again, leave them "
        "out, or load without --strict: problems then become rows of the table 'problems', and find_doubtful() lists "
        "the rest.",
        file=sys.stderr,
    )
    if trial is not None:
        remove_ours(trial)
    return True


def run_verify(arguments: argparse.Namespace) -> int:
    """``toolkit verify``: findings on stdout, one a line; exit code 1 if the tables are not those written."""
    from toolkit.verify import verify_corpus

    found = verify_corpus(arguments.folder)
    for row in found.itertuples():
        print(f"{row.severity}: {row.file}: {row.finding}; {row.advice}.")
    errors = int((found["severity"] == "error").sum())
    print(
        f"toolkit: {plural(errors, 'error')}, {plural(len(found) - errors, 'note')}.",
        file=sys.stderr,
    )
    return 1 if errors else 0


def run_report(arguments: argparse.Namespace) -> int:
    """``toolkit report``: the path of the report on stdout, each notebook that failed on stderr."""
    from toolkit.report import write_report

    result = write_report(
        arguments.paths,
        arguments.out,
        metadata=arguments.metadata,
        n_jobs=arguments.jobs,
        ledger=arguments.ledger,
        mtime=arguments.mtime,
        notebooks=arguments.notebooks,
        labels=arguments.labels,
        text=not arguments.no_text,
        force=arguments.force,
        progress=not arguments.quiet,
    )
    for failure in result.failures:
        print(f"toolkit: {failure}", file=sys.stderr)
    print(result.index)
    return 1 if result.failures else 0


def run_new(arguments: argparse.Namespace) -> int:
    """``toolkit new``: the folder on stdout, what to do next on stderr."""
    from toolkit.new import make_project

    folder = make_project(
        arguments.folder, pages=arguments.pages, metadata=arguments.metadata, force=arguments.force
    )
    print(folder)
    print(
        f"toolkit: next: jupyter lab {(folder / 'notebooks/00_start_here.ipynb').as_posix()}", file=sys.stderr
    )
    return 0
