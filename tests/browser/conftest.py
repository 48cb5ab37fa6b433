"""What the browser tests share: one report over pages full of smuggled scripts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from browser.smuggled import write_pages
from toolkit.report import write_report


@pytest.fixture(scope="session")
def hostile_pages(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("hostile")
    write_pages(folder)
    return folder


@pytest.fixture(scope="session")
def hostile_report(hostile_pages, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("report") / "out"
    labels = pd.DataFrame(
        {"headline": [f"{n} things to <img src=x onerror=window.hit=1>" for n in range(60)]}
    )
    labels = labels.assign(
        rating=[n % 2 for n in range(60)], group=[f"<svg onload=window.hit=1> {n % 7}" for n in range(60)]
    )
    result = write_report(hostile_pages, out, labels=labels, ledger=True, progress=False)
    assert result.failures == []
    return out
