"""Milliseconds a page: the toolkit beside other extractors, same pages, same run, one core.

    python benchmarks/pages_speed.py [--pages 60] [--rounds 3] [PATH ...]

Reads ../shared/articles/pages (or the .html and .html.gz files of PATH). Every extractor reads every page once per
round, in turn, each time in a process of its own that has read as many other pages before, uncounted: so it works as
amid a folder, and nothing remembered of a page helps to read it again. The median over rounds of the mean over pages
counts, in processor time. Extractors that are not installed are left out, and it says so. ``toolkit`` reads article,
modules and honesty columns.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import importlib.metadata
import os
import pathlib
import platform
import statistics as st
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = pathlib.Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "articles" / "pages"


def extractors() -> dict[str, tuple[str, Callable[[str], object]]]:
    """Name -> (package, function of the page's HTML), of those that are installed."""
    from toolkit.page.html import read_html
    from toolkit.page.tree import read_tree

    found: dict[str, tuple[str, Callable[[str], object]]] = {
        "toolkit: tree only": ("sidebar-toolkit", read_tree),
        "toolkit: article and modules": ("sidebar-toolkit", read_html),
        "toolkit: with ledger": ("sidebar-toolkit", lambda html: read_html(html, ledger=True)),
    }
    with suppress(ImportError):
        import resiliparse.extract.html2text as resiliparse

        found["resiliparse: main content"] = (
            "resiliparse",
            lambda html: resiliparse.extract_plain_text(html, main_content=True, alt_texts=False),
        )
    with suppress(ImportError):
        import trafilatura

        found["trafilatura: with metadata"] = (
            "trafilatura",
            lambda html: trafilatura.bare_extraction(html, with_metadata=True, favor_precision=True),
        )
        if "resiliparse: main content" in found:
            found["toolkit: with second opinion"] = (
                "sidebar-toolkit",
                lambda html: read_html(html, second_opinion=True),
            )
    with suppress(ImportError):
        import newspaper

        found["newspaper4k"] = (
            "newspaper4k",
            lambda html: newspaper.article("https://a.example", input_html=html),
        )
    return found


def read_files(paths: list[pathlib.Path], most: int) -> list[str]:
    from toolkit.readers.decode import decode_page

    files = sorted(f for p in paths for f in (p.glob("*.html*") if p.is_dir() else [p]))
    chosen = files[:: max(1, len(files) // most)][:most]
    data = (gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in chosen)
    return [decode_page(content).text for content in data]


def measure(name: str, paths: list[pathlib.Path], most: int) -> tuple[float, int, str]:
    """Seconds of processor time that an extractor takes for every second page, how many, and the last error."""
    pages = read_files(paths, 2 * most)
    read = extractors()[name][1]
    failed, start = "", 0.0
    for turn in (1, 0):
        start = time.process_time()
        for html in pages[turn::2]:
            try:
                read(html)
            except Exception as error:  # a peer that fails on a page is timed until then, and named below
                failed = f"{type(error).__name__}: {error}"[:100]
    return time.process_time() - start, len(pages[::2]), failed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=pathlib.Path, default=[SHARED])
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    paths = options.paths or [SHARED]
    if len(read_files(paths, 2)) < 2:
        sys.exit("too few pages: give files or folders with at least two .html or .html.gz")
    found = extractors()
    for package in ("resiliparse", "trafilatura", "newspaper4k"):
        if all(package != installed for installed, _ in found.values()):
            print(f"left out: {package} is not installed", file=sys.stderr)
    times: dict[str, list[float]] = {name: [] for name in found}
    failed: dict[str, str] = {}
    pages = 0
    for _ in range(options.rounds):
        for name in found:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                spent, pages, error = process.submit(measure, name, paths, options.pages).result()
            times[name].append(spent / pages * 1000)
            if error:
                failed[name] = error
    middle = {name: st.median(values) for name, values in times.items()}
    base = middle.get("trafilatura: with metadata")
    print(
        f"{dt.date.today()}, Python {platform.python_version()}, {pages} pages, one core, "
        f"{options.rounds} rounds"
    )
    print(f"{'extractor':32} {'version':>9} {'ms a page':>10} {'against trafilatura':>20}")
    for name, value in sorted(middle.items(), key=lambda pair: pair[1]):
        version = importlib.metadata.version(found[name][0])
        ratio = f"{base / value:.1f}x" if base else "-"
        print(f"{name:32} {version:>9} {value:10.1f} {ratio:>20}")
    for name, error in failed.items():
        print(f"{name} failed on some pages, last with {error}")


if __name__ == "__main__":
    main()
