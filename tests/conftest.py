"""What all tests share: the loaded sample site, the annotated pages and a browser, where they are there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from pages import ROOT

import toolkit
from toolkit.corpus import Corpus

# the same examples on every run, and no clock: a slow machine is no failure
settings.register_profile("project", derandomize=True, deadline=None)
settings.load_profile("project")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of annotated real pages beside the project; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the annotated pages (../shared) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def sample() -> Corpus:
    """The sample site as `toolkit.load` reads it; loaded once, not to be changed by a test."""
    folder = ROOT / "data" / "sample"
    return toolkit.load(folder / "pages", metadata=folder / "metadata.csv", progress=False, n_jobs=1)


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[Any]:
    """Debian's chromium, headless; tests that need it skip, with the reason, where it is absent."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip(
            "no chromium or chromedriver on this machine; on Debian: apt-get install chromium chromium-driver"
        )
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    flags = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}", "--window-size=1100,900",
    ]  # fmt: skip
    for flag in flags:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield window
    window.quit()
