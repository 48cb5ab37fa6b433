"""The modules of the sample site's HTML pages, against what is printed on them."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import pytest

from toolkit.page.html import read_html

DATA = Path(__file__).parent.parent / "data"
Printed = list[tuple[str, str, list[str]]]


def truth() -> dict[str, Printed]:
    """File -> label, kind and headlines of each of its modules, in page order."""
    headlines = defaultdict(list)
    with (DATA / "truth" / "placements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            headlines[row["file"], row["module_index"]].append(row["headline"])
    modules: dict[str, Printed] = defaultdict(list)
    with (DATA / "truth" / "modules.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["file"], row["module_index"]
            modules[row["file"]].append((row["module"], row["kind"], headlines[key]))
    return modules


def read(name: str) -> Printed:
    held = (DATA / "sample" / "pages" / name).read_bytes()
    page = gzip.decompress(held) if name.endswith(".gz") else held
    try:
        text = page.decode("utf-8")
    except UnicodeDecodeError:
        old = {"euckr": "euc-kr", "sjis": "shift_jis"}
        text = page.decode(old.get(name.split("_")[0], "cp1252"))
    found = read_html(text).modules
    return [(module.label or "", module.kind, [item.headline for item in module.items]) for module in found]


@pytest.fixture(scope="module")
def differing() -> set[str]:
    """The pages on which anything differs: a label, a kind, an item, its order."""
    pages = {
        name: printed for name, printed in truth().items() if ".html" in name and name != "cut-off.html.gz"
    }
    assert len(pages) >= 85
    return {name for name, printed in pages.items() if read(name) != printed}


def test_read_html_finds_every_module_of_the_sample_as_printed(differing: set[str]) -> None:
    assert sorted(differing) == []
