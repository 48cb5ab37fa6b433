"""What all tests share: the loaded sample site, and where the annotated pages would lie, if they are there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import ROOT

import toolkit
from toolkit.corpus import Corpus


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
