#!/usr/bin/env python3
"""Lay out the sample site: saved pages, metadata and truth, from the written material in ``sample/source``.

    python data/make_sample.py                 # writes data/sample/pages, two tables beside them, data/truth
    python data/make_sample.py --out FOLDER    # the same, below FOLDER
    python data/make_sample.py --check         # writes nothing; fails where a file differs from what stands there

Needs nothing but Python, and writes the same bytes on every machine.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from sitegen.build import Sample, build_sample  # noqa: E402 - found beside this file
from sitegen.dice import iso  # noqa: E402
from sitegen.source import SITE  # noqa: E402
from sitegen.truth import make_truth, write_csv  # noqa: E402


def make_metadata(sample: Sample) -> bytes:
    """What the person who saved the pages wrote down: times of some pages without one, and names of sites."""
    undated = [s for s in sample.snapshots if s.capture.naming == "none"]
    rows: list[tuple[str, str, str, str]] = [
        # every second undated page found its time again in the notes
        (f"*/{page.file}", iso(page.capture.time), SITE, page.url)
        for page in undated[::2]
    ]
    by_day = [s for s in sample.snapshots if s.capture.form == "text" and s.capture.naming == "page"]
    rows += [(f"*/{page.file}", iso(page.capture.time), SITE, page.url) for page in by_day[::3]]
    rows += [("*.txt", "", SITE, ""), ("*.txt.gz", "", SITE, "")]  # text names no site
    return write_csv(("source", "captured_at", "site", "url"), rows)


def make_labels(sample: Sample) -> bytes:
    """Each wording of a headline with the intent of its writer, as a person who rates headlines would note it."""
    ratings = {"sober": "0", "teasing": "0.5", "shameless": "1"}
    rows = [
        (wording.text, ratings[wording.intent], slug)
        for slug, item in sample.newsroom.pool.items()
        for wording in item.wordings
    ]
    return write_csv(("headline", "rating", "group"), sorted(rows, key=lambda row: (row[2], row[0])))


def make_files() -> dict[str, bytes]:
    """Every generated file, by its path below ``data/``."""
    sample = build_sample(HERE / "sample" / "source")
    files = {f"sample/pages/{name}": content for name, content in sorted(sample.pages.items())}
    files["sample/metadata.csv"] = make_metadata(sample)
    files["sample/labels.csv"] = make_labels(sample)
    files |= {f"truth/{name}": content for name, content in make_truth(sample).items()}
    return files


def check(folder: Path, files: dict[str, bytes]) -> int:
    """Print each file that is missing, superfluous or different; the number of them."""
    there = {
        path.relative_to(folder).as_posix()
        for top in ("sample/pages", "truth")
        for path in (folder / top).rglob("*")
        if path.is_file()
    }
    wrong = sorted(there - set(files))
    wrong += [name for name, content in files.items() if not _same(folder / name, content)]
    for name in wrong:
        print(f"{name}: not what data/make_sample.py makes; run it again", file=sys.stderr)
    return len(wrong)


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write all files, and remove pages and tables of an earlier run that are no longer made."""
    for top in ("sample/pages", "truth"):
        for path in (folder / top).rglob("*"):
            if path.is_file() and path.relative_to(folder).as_posix() not in files:
                path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main() -> int:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: data/)")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    files = make_files()
    if options.check:
        return 1 if check(options.out, files) else 0
    write(options.out, files)
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes, in {options.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
