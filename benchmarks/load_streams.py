"""Loading into a folder: rate, overhead, memory, resuming, a Dask cluster, measures over many parts.

Run one with sizes of its own: ``python benchmarks/load_streams.py memory --pages 20000``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from archive_maker import FIRST, SAMPLE, Page, find_pages, make_response, squeeze

#: What each part runs with where nobody says; the bars of ``memory`` and ``parts`` are for these sizes.
SIZES = {"rate": 1_500, "overhead": 600, "memory": 200_000, "resume": 400, "dask": 1_500, "parts": 10_000_000}

_LOAD = """
import json, resource, sys, time
import toolkit
from toolkit import streaming
from toolkit.page import read_page
streaming.SMALL = {"articles": -1}
if __name__ == "__main__":
    archive, out, jobs, trace, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    if trace != "resume":
        # processes and models are warm; with so small parts no worker is passed over
        toolkit.load("data/sample/pages", n_jobs=jobs, progress=False, part_size=50_000)
    rss = []
    def watch(done, total, problems):
        if trace == "memory":
            pages = int(open("/proc/self/statm").read().split()[1])
            rss.append(pages * 4096 / 2**20)
    start, cpu = time.perf_counter(), time.process_time()
    corpus = toolkit.load(archive, out=out, n_jobs=jobs, progress=watch, part_size=size or None)
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                      "pages": corpus.count()["snapshots"], "parts": corpus.n_parts, "rss": rss,
                      "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def make_archive(path: Path, n_pages: int, folder: Path | None = None) -> None:
    """A WARC of ``n_pages`` records, the pages of a folder over and over, each at an address and time of its own."""
    pages = find_pages(folder)
    with path.open("wb") as stream:
        for number in range(n_pages):
            page = pages[number % len(pages)]
            copy = Page(
                page.name,
                page.data,
                f"https://archive.example/{number}/{page.name}",
                FIRST + timedelta(minutes=number),
            )
            stream.write(squeeze(make_response(copy), level=1))


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        yield Path(folder)


def start_load(
    archive: Path, out: Path, jobs: int, *, trace: str = "", size: int = 0
) -> subprocess.Popen[bytes]:
    """Load in a process of its own."""
    given = [sys.executable, "-c", _LOAD, str(archive), str(out), str(jobs), trace, str(size)]
    return subprocess.Popen(given, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parent.parent)


def run_load(archive: Path, out: Path, jobs: int, *, trace: str = "", size: int = 0) -> dict[str, Any]:
    """Load in a process of its own, to the end."""
    shown, _ = start_load(archive, out, jobs, trace=trace, size=size).communicate()
    found: dict[str, Any] = json.loads(shown.splitlines()[-1])
    return found


def hash_folder(folder: Path) -> dict[str, str]:
    """Hashes of all files of a corpus."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run_rate(n_pages: int = SIZES["rate"]) -> bool:
    """Pages a second with two workers against one."""
    with work_folder() as folder:
        make_archive(folder / "a.warc.gz", n_pages)
        one = run_load(folder / "a.warc.gz", folder / "one", 1)
        two = run_load(folder / "a.warc.gz", folder / "two", 2)
        equal = hash_folder(folder / "one") == hash_folder(folder / "two")
    ratio = one["seconds"] / two["seconds"]
    print(
        f"rate: {n_pages:,} pages; 1 worker {n_pages / one['seconds']:.1f} pages/s, 2 workers "
        f"{n_pages / two['seconds']:.1f} pages/s: {ratio:.2f}x (bar 1.7); same bytes: {equal}"
    )
    return ratio >= 1.7 and equal


def run_overhead(n_pages: int = SIZES["overhead"]) -> bool:
    """Time to load an archive into a folder, over that of parsing its pages when they are in memory."""
    from toolkit.page import read_page
    from toolkit.readers import SavedPage, read_file

    with work_folder() as folder:
        archive = folder / "a.warc.gz"
        make_archive(archive, n_pages)
        pages = [found for found in read_file(archive, "a.warc.gz") if isinstance(found, SavedPage)]
        for page in pages[:50]:
            read_page(page)
        start, cpu = time.perf_counter(), time.process_time()
        for page in pages:
            read_page(page)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        loaded = run_load(archive, folder / "out", 1)
    over = loaded["cpu"] / cpu - 1
    print(
        f"overhead: {n_pages:,} pages; parsed in memory {seconds:.1f} s ({cpu:.1f} s of CPU), loaded into a folder "
        f"{loaded['seconds']:.1f} s ({loaded['cpu']:.1f} s of CPU): {over:.1%} of CPU, "
        f"{loaded['seconds'] / seconds - 1:.1%} of time (bar 25 %)"
    )
    return over <= 0.25


def run_memory(n_pages: int = SIZES["memory"], *, pages: Path | None = None) -> bool:
    """Memory of the one process that reads a large archive, from its first tenth to its last."""
    with work_folder() as folder:
        make_archive(folder / "a.warc.gz", n_pages, pages)
        size = (folder / "a.warc.gz").stat().st_size
        found = run_load(folder / "a.warc.gz", folder / "out", 1, trace="memory")
    tenth = max(1, len(found["rss"]) // 10)
    first, last = max(found["rss"][:tenth]), max(found["rss"][-tenth:])
    flat = last <= 1.1 * first
    print(
        f"memory: {found['pages']:,} pages in {size / 2**30:.2f} GiB, {found['parts']} parts; first tenth "
        f"{first:.0f} MiB, last {last:.0f} MiB, peak {found['peak']:.0f} MiB (bar 600, flat); "
        f"{found['pages'] / found['seconds']:.1f} pages/s"
    )
    return bool(found["peak"] <= 600 and flat)


def run_resume(n_pages: int = SIZES["resume"], n_kills: int = 20) -> bool:
    """Kill a load at random moments; the corpus finished afterwards is that of a load without."""
    chance = random.Random(7)
    equal = stopped = 0
    with work_folder() as folder:
        archive, size = folder / "a.warc.gz", 300_000
        make_archive(archive, n_pages)
        took = run_load(archive, folder / "whole", 2, trace="resume", size=size)["seconds"]
        whole = hash_folder(folder / "whole")
        for kill in range(n_kills):
            out = folder / f"out{kill}"
            worker = start_load(archive, out, 1 + kill % 2, trace="resume", size=size)
            while not (out / "manifest.json").is_file() and worker.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, took * (1.8 if kill % 2 == 0 else 0.95)))
            stopped += worker.poll() is None
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            run_load(archive, out, 1, trace="resume", size=size)
            equal += hash_folder(out) == whole
            shutil.rmtree(out)
    print(f"resume: {equal} of {n_kills} equal ({stopped} were killed before their end; {n_pages:,} pages)")
    return equal == n_kills


def run_dask(n_pages: int = SIZES["dask"]) -> bool:
    """The rate on a Dask cluster of two processes against two workers of our own; one killed, the same tables."""
    import distributed

    import toolkit
    from toolkit import streaming

    streaming.SMALL = {"articles": -1}
    with work_folder() as folder:
        archive = folder / "a.warc.gz"
        make_archive(archive, n_pages)
        own = run_load(archive, folder / "own", 2)
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            warm = {"client": client, "progress": False, "part_size": 50_000}  # no worker is passed over
            toolkit.load("data/sample/pages", out=folder / "warm", **warm)
            start = time.perf_counter()
            toolkit.load(archive, out=folder / "dask", client=client, progress=False)
            seconds = time.perf_counter() - start
            killed: list[int] = []

            def kill(done: int, total: int, problems: int) -> None:
                if not killed:
                    killed.append(next(iter(client.run(os.getpid).values())))
                    os.kill(killed[0], signal.SIGKILL)

            toolkit.load(archive, out=folder / "killed", client=client, progress=kill)
        whole = hash_folder(folder / "own")
        equal = [hash_folder(folder / name) == whole for name in ("dask", "killed")]
    ratio = own["seconds"] / seconds
    print(
        f"dask: {n_pages:,} pages; {n_pages / seconds:.1f} pages/s on 2 Dask workers, "
        f"{n_pages / own['seconds']:.1f} with n_jobs=2: {ratio:.2f}x (bar 0.9); same bytes: {equal[0]}, one worker "
        f"killed: {equal[1]}"
    )
    return ratio >= 0.9 and all(equal)


def make_parts(folder: Path, n_placements: int, n_parts: int = 100) -> None:
    """A corpus of many parts with made-up headlines, 100 a snapshot."""
    from toolkit.files.store import LocalStore, write_json
    from toolkit.intake.part_store import describe_files, part_name
    from toolkit.intake.plan import INPUTS, Plan, list_inputs, write_inputs
    from toolkit.intake.rows import make_frame
    from toolkit.streaming import _list_parts, write_frame, write_problems

    store = LocalStore(folder)
    chance = np.random.default_rng(5)
    words = np.array([f"word{n}" for n in range(3_000)], dtype=object)
    pool = np.array([" ".join(row) for row in words[chance.integers(0, len(words), (n_placements // 20, 7))]])
    per_part = n_placements // 100 // n_parts
    records = []
    for part in range(n_parts):
        ids = [f"{part * per_part + n:016x}" for n in range(per_part)]
        times = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(
            np.arange(per_part) + part * per_part, unit="min"
        )
        made = [
            {"snapshot_id": i, "source": i, "article_id": i[-3:], "site": f"site {int(i, 16) % 20}"}
            | {"words": 1, "n_paragraphs": 1}
            for i in ids
        ]
        articles = make_frame("articles", made)
        articles["captured_at"] = pd.Series(times).dt.as_unit("us")
        n = per_part * 100
        place = np.arange(n)
        snapshots = pd.array(np.repeat(np.array(ids, dtype=object), 100), dtype="str")
        headline = pool[(chance.random(n) ** 2 * len(pool)).astype(int)]
        labels = np.array([f"List {i}" for i in range(10)], dtype=object)
        empty = pd.array(np.full(n, None, dtype=object), dtype="str")
        placements = pd.DataFrame(
            {
                "snapshot_id": snapshots,
                "source": snapshots,
                "module_index": place // 10 % 10,
                "module": pd.array(labels[place // 10 % 10], dtype="str"),
                "kind": pd.array(np.full(n, "latest", dtype=object), dtype="str"),
                "rank": place % 10 + 1,
                "headline": pd.array(headline, dtype="str"),
                "url": empty,
                "kicker": empty,
                "deck": empty,
                "duplicate": np.zeros(n, bool),
                "position": place % 100 / 100,
            }
        )
        frames = {"articles": articles, "modules": make_frame("modules", []), "placements": placements,
                  "problems": make_frame("problems", [])}  # fmt: skip
        name = part_name(part)
        for table, frame in frames.items():
            write_frame(store, f"{table}/{name}.parquet", frame, table)  # type: ignore[arg-type]
        records.append(
            {
                "name": name,
                "key": name,
                "rows": {table: len(frame) for table, frame in frames.items()},
                "since": times[0].isoformat(),
                "until": times[-1].isoformat(),
                "undated": 0,
                "sites": sorted(set(articles["site"])),
                "kinds": ["latest"],
                "files": describe_files(store, [f"{table}/{name}.parquet" for table in frames]),
            }
        )
    for name in ("head-00000", "tail-00000"):
        write_problems(store, name, [])
    write_inputs(store, list_inputs([]))
    plan = Plan([], list_inputs([]), {}, {}, {}, "")
    problems = [f"problems/{name}.parquet" for name in ("head-00000", "tail-00000")]
    write_json(store, "manifest.json", plan.manifest(complete=True) | _list_parts(store, records, problems))
    assert (folder / INPUTS).is_file()


_MEASURE = """
import json, resource, sys, time
import toolkit
corpus = toolkit.open_corpus(sys.argv[1])
start = time.perf_counter()
table = toolkit.measure_parts(corpus, toolkit.measure_headlines)
print(json.dumps({"seconds": time.perf_counter() - start, "headlines": len(table),
                  "prints": int(table["prints"].sum()),
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))
"""


def run_parts(n_placements: int = SIZES["parts"]) -> bool:
    """Memory that measure_headlines takes over a corpus of many parts."""
    with work_folder() as folder:
        make_parts(folder / "corpus", n_placements)
        shown = subprocess.run(
            [sys.executable, "-c", _MEASURE, str(folder / "corpus")], capture_output=True, check=True
        ).stdout
    found = json.loads(shown)
    print(
        f"parts: {found['prints']:,} placements of {found['headlines']:,} headlines in "
        f"{found['seconds']:.1f} s; peak {found['peak']:.2f} GiB (bar 1.5)"
    )
    return bool(found["peak"] <= 1.5)


RUNS: dict[str, Callable[..., bool]] = {
    "rate": run_rate,
    "overhead": run_overhead,
    "memory": run_memory,
    "resume": run_resume,
    "dask": run_dask,
    "parts": run_parts,
}


def main() -> int:
    """Run one part with sizes of one's own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=RUNS)
    parser.add_argument("--pages", type=int, help="pages (for 'parts': placements)")
    parser.add_argument("--kills", type=int, help="for 'resume': how often")
    parser.add_argument(
        "--sample", action="store_true", help="for 'memory': pages of data/sample, read sooner"
    )
    given = parser.parse_args()
    sizes = [given.pages or SIZES[given.part], *([given.kills] if given.kills else [])]
    return not RUNS[given.part](*sizes, **({"pages": SAMPLE} if given.sample else {}))


if __name__ == "__main__":
    raise SystemExit(main())
